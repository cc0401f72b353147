/* SPDX-License-Identifier: MIT */
/* The keys of fasciad and of clients, and the shipped files that explain them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

/* By path: the client and the daemon each have a file of this name. */
#include "../client/settings.h"
#include "../daemon/settings.h"

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

/* The "Key=value" of each key that is built in, those of modules and interfaces too. To be freed.
 */
static char *dump_builtins(Config *c) {
        const char *builtin = config_get_string(c, NULL, NULL, "Backend");
        char *dump;
        size_t size;
        FILE *f = open_memstream(&dump, &size);

        assert_non_null(f);
        /* So that there are sections, with each key that may stand there. */
        assert_int_equal(config_set(c, "A.B/C", "Backend", builtin, "test"), 0);
        config_dump(c, f);
        assert_int_equal(fclose(f), 0);
        return dump;
}

static bool has_line(const char *text, const char *begin, const char *key, const char *separator,
                     const char *value, const char *end) {
        char expected[600];

        snprintf(expected, sizeof(expected), "\n%s%s%s%s%s", begin, key, separator, value, end);
        return strstr(text, expected);
}

/* As a comment, or in the description of the sections of modules. */
static bool file_has(const char *text, const char *key, const char *value) {
        return has_line(text, "#", key, "=", value, "\n") ||
               has_line(text, "#   ", key, "=", value, " ");
}

static bool manual_has(const char *text, const char *key, const char *value) {
        return *value ? has_line(text, ".BR ", key, " = ", value, "\n")
                      : has_line(text, ".BR ", key, " =", "", "\n");
}

/* Each key stands there with what is built in. */
static void assert_documents(const char *name,
                             bool (*has)(const char *, const char *, const char *), Config *c) {
        char *text = read_file(name), *dump = dump_builtins(c), *rest = dump, *key;
        int n = 0;

        while ((key = strsep(&rest, "\n"))) {
                char *value = strchr(key, '=');

                if (*key == '#' || !value)
                        continue;
                *value++ = '\0';
                /* Directories depend on the installation. */
                if (strcmp(key, "PluginPath") == 0)
                        value = "PREFIX/lib/fascia/plugins";
                else if (strcmp(key, "ModulePath") == 0)
                        value = "PREFIX/lib/fascia/modules";
                if (!has(text, key, value))
                        fail_msg("%s does not have '%s=%s'", name, key, value);
                n++;
        }
        assert_true(n > 5);
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
        assert_documents("config/fasciad.conf", file_has, c);
        assert_documents("config/fasciad.conf.5", manual_has, c);
        config_free(c);
}

static void every_key_of_clients_is_documented_with_its_default(void **state) {
        Config *c;

        (void)state;
        assert_int_equal(client_settings_new(&c), 0);
        assert_documents("config/client.conf", file_has, c);
        assert_documents("config/fascia-client.conf.5", manual_has, c);
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

/* The index of the word is what syslog(3) takes. */
static void levels_are_those_of_syslog(void **state) {
        static const struct {
                const char *word;
                int level;
        } rows[] = {
                { "emerg", LOG_EMERG }, { "alert", LOG_ALERT },     { "crit", LOG_CRIT },
                { "err", LOG_ERR },     { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
                { "info", LOG_INFO },   { "debug", LOG_DEBUG },
        };
        Config *c;

        (void)state;
        assert_int_equal(settings_new(&c), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                assert_int_equal(config_set(c, "fascia", "LogLevel", rows[i].word, "test"), 0);
                assert_int_equal(config_get_uint(c, NULL, NULL, "LogLevel"), rows[i].level);
        }
        config_free(c);
}

static void what_would_do_harm_is_out_of_bounds(void **state) {
        static const struct {
                const char *section, *key, *value;
                bool is_good;
        } rows[] = {
                { "A.B/C", "ReplyTimeout", "10ms", true },
                { "A.B/C", "ReplyTimeout", "9ms", false }, /* no backend could answer */
                { "fascia", "ReplyTimeout", "1h", true },
                { "fascia", "ReplyTimeout", "61min", false },
                { "fascia", "MaxReplySize", "16M", true },
                { "fascia", "MaxReplySize", "17M", false }, /* the bus would disconnect us */
                { "fascia", "MaxReplySize", "1023", false },
                { "fascia", "MaxOutstanding", "0", false }, /* nothing would be announced */
                { "fascia", "CallRate", "0", true },        /* no limit */
                { "fascia", "CallBurst", "0", false },      /* no call would ever be let in */
                { "fascia", "MaxCallsInFlight", "0", true },
                { "A.B", "CallRate", "1", false }, /* counted per sender, over modules */
                { "A.B", "PluginPath", "/", false },
                { "A.B", "Version", "4294967296", false },
                { "fascia", "Version", "1", false },
                { "A.B/C", "Enabled", "no", false },
                { "A.B/C", "Address", "user", false },
                { "A.B/C", "Backend", "simulator", true },
                { "A.B/C", "Backend", "../x", false },
        };
        Config *c;

        (void)state;
        assert_int_equal(settings_new(&c), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if ((config_set(c, rows[i].section, rows[i].key, rows[i].value, "test") == 0) !=
                    rows[i].is_good)
                        fail_msg("[%s] %s=%s", rows[i].section, rows[i].key, rows[i].value);
        config_free(c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_key_of_fasciad_is_documented_with_its_default),
                cmocka_unit_test(every_key_of_clients_is_documented_with_its_default),
                cmocka_unit_test(the_shipped_files_are_valid_and_serve_the_three_modules),
                cmocka_unit_test(levels_are_those_of_syslog),
                cmocka_unit_test(what_would_do_harm_is_out_of_bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
