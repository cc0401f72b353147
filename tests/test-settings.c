/* SPDX-License-Identifier: MIT */
/* The shipped configuration files, and the log. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* By path: the client and the daemon each have a file of this name. */
#include "../client/settings.h"
#include "../daemon/settings.h"
#include "log.h"

static char *read_file(const char *name) {
        const char *top = getenv("FASCIA_SOURCE_DIR");
        char path[512], *text = calloc(1, 65536);
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_true(fread(text, 1, 65535, f) > 0);
        fclose(f);
        return text;
}

/* Each key of [fascia] stands in the file as a comment, with what is built in. */
static void assert_documents(const char *name, Config *c) {
        char *text = read_file(name), *dump, *line, *rest;
        size_t size;
        FILE *f = open_memstream(&dump, &size);
        int n = 0;

        assert_non_null(f);
        config_dump(c, f);
        fclose(f);
        rest = dump;
        while ((line = strsep(&rest, "\n")) && *line != '\0') {
                char expected[600];

                if (*line == '#' || *line == '[')
                        continue;
                /* Directories depend on the installation. */
                if (strchr(line, '/'))
                        strchr(line, '=')[1] = '\0';
                snprintf(expected, sizeof(expected), "\n#%s", line);
                if (!strstr(text, expected))
                        fail_msg("%s does not have '%s'", name, expected + 1);
                n++;
        }
        assert_true(n > 3);
        free(dump);
        free(text);
}

static void assert_loads(const char *name, Config *c) {
        char path[] = "/tmp/fascia-settings.XXXXXX", *text = read_file(name);
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
        assert_int_equal(config_load_file(c, path), 0);
        unlink(path);
        if (config_problems(c, 0))
                fail_msg("%s:%u: %s", name, config_problems(c, 0)->line,
                         config_problems(c, 0)->text);
        free(text);
}

static void every_key_of_fasciad_is_documented_with_its_default(void **state) {
        Config *c;

        (void)state;
        assert_int_equal(settings_new(&c), 0);
        assert_documents("config/fasciad.conf", c);
        config_free(c);
}

static void every_key_of_clients_is_documented_with_its_default(void **state) {
        Config *c;

        (void)state;
        assert_int_equal(client_settings_new(&c), 0);
        assert_documents("config/client.conf", c);
        config_free(c);
}

static void the_shipped_files_are_valid_and_serve_the_three_modules(void **state) {
        Config *c;

        (void)state;
        assert_int_equal(client_settings_new(&c), 0);
        assert_loads("config/client.conf", c);
        config_free(c);
        assert_int_equal(settings_new(&c), 0);
        assert_loads("config/fasciad.conf", c);
        assert_string_equal(config_get_string(c, "Example.Remote", NULL, "Backend"), "remote");
        assert_string_equal(config_get_string(c, "Vehicle.Climate", NULL, "Backend"), "simulator");
        assert_string_equal(config_get_string(c, "Vehicle.Cluster", NULL, "Backend"), "simulator");
        config_free(c);
}

/* ---- the log ---- */

/* What a function writes to stderr, which is a file then. */
static void capture(void (*fn)(void), char *ret, size_t size) {
        FILE *file = tmpfile();
        int saved = dup(STDERR_FILENO);
        size_t n;

        assert_non_null(file);
        assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
        log_init();
        fn();
        dup2(saved, STDERR_FILENO);
        close(saved);
        rewind(file);
        n = fread(ret, 1, size - 1, file);
        ret[n] = '\0';
        fclose(file);
}

static void say_things(void) {
        errno = EBUSY;
        assert_int_equal(log_error_errno(-ENOENT, "Failed to load '%s': %m", "x"), -ENOENT);
        assert_int_equal(errno, EBUSY);
        log_warning("careful");
        log_module_warning("Vehicle.Climate", "hot");
        log_debug("not at this level");
}

static void a_line_has_its_level_its_module_and_the_reason(void **state) {
        char text[1024];

        (void)state;
        log_set_level(LOG_INFO);
        capture(say_things, text, sizeof(text));
        assert_string_equal(text, "<3>Failed to load 'x': No such file or directory\n"
                                  "<4>careful\n"
                                  "<4>Vehicle.Climate: hot\n");
}

static void the_level_can_be_changed(void **state) {
        char text[1024];

        (void)state;
        log_set_level(LOG_ERR);
        capture(say_things, text, sizeof(text));
        assert_string_equal(text, "<3>Failed to load 'x': No such file or directory\n");
        log_set_level(LOG_DEBUG);
        capture(say_things, text, sizeof(text));
        assert_non_null(strstr(text, "<7>not at this level\n"));
        log_set_level(LOG_INFO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_key_of_fasciad_is_documented_with_its_default),
                cmocka_unit_test(every_key_of_clients_is_documented_with_its_default),
                cmocka_unit_test(the_shipped_files_are_valid_and_serve_the_three_modules),
                cmocka_unit_test(a_line_has_its_level_its_module_and_the_reason),
                cmocka_unit_test(the_level_can_be_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
