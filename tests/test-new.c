/* SPDX-License-Identifier: MIT */
/* 'fascia-codegen new': the names that it takes, the files that it writes, and those that it leaves
 * alone. That the project works is tested by test-out-of-tree.sh. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "new.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* Where a test works; all of it goes away with it. */
static char folder[] = "/tmp/fascia-new-XXXXXX";
static int folder_before = -1;

static int set_up(void **state) {
        (void)state;
        memcpy(strrchr(folder, '-'), "-XXXXXX", strlen("-XXXXXX"));
        return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
        char command[sizeof(folder) + sizeof("rm -rf ")];

        (void)state;
        snprintf(command, sizeof(command), "rm -rf %s", folder);
        return fchdir(folder_before) == 0 && system(command) == 0 ? 0 : -1;
}

/* ---- running it ---- */

static char output[16384];

/* Runs it with up to three arguments; what it prints is in output. */
static int run_new(const char *first, const char *second, const char *third) {
        char *const argv[] = { "new", (char *)first, (char *)second, (char *)third, NULL };
        int argc = 1 + !!first + !!second + !!third;
        int old_stdout = dup(STDOUT_FILENO), old_stderr = dup(STDERR_FILENO);
        FILE *f = tmpfile();
        int status;
        size_t size;

        assert_non_null(f);
        fflush(stdout);
        assert_true(dup2(fileno(f), STDOUT_FILENO) >= 0 && dup2(fileno(f), STDERR_FILENO) >= 0);
        status = new_main(argc, (char **)argv);
        fflush(stdout);
        dup2(old_stdout, STDOUT_FILENO);
        dup2(old_stderr, STDERR_FILENO);
        close(old_stdout);
        close(old_stderr);
        rewind(f);
        size = fread(output, 1, sizeof(output) - 1, f);
        output[size] = '\0';
        fclose(f);
        return status;
}

static void expect_in_output(const char *text) {
        if (!strstr(output, text))
                fail_msg("'%s' is not in '%s'", text, output);
}

static const char *read_file(const char *path) {
        static char text[16384];
        FILE *f = fopen(path, "re");
        size_t size;

        if (!f)
                fail_msg("cannot read '%s': %s", path, strerror(errno));
        size = fread(text, 1, sizeof(text) - 1, f);
        fclose(f);
        text[size] = '\0';
        return text;
}

static void write_file(const char *path, const char *text) {
        FILE *f = fopen(path, "we");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static unsigned count_files(const char *directory) {
        DIR *d = opendir(directory);
        const struct dirent *entry;
        unsigned n = 0;

        if (!d)
                return 0;
        while ((entry = readdir(d)))
                n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        closedir(d);
        return n;
}

/* ---- names ---- */

static void names_that_cannot_be_used_are_refused(void **state) {
        static const struct {
                const char *reason;
                const char *name;
                const char *expected;
        } rows[] = {
                { "nothing", "", "'' cannot be the name: it ends" },
                { "a keyword", "interface", "'interface' is a keyword of interface files" },
                { "a type", "Acme.list", "'list' is a keyword of interface files" },
                { "a word of C", "register", "'register' is a word of C or C++" },
                { "a word of C++", "Acme.class", "'class' is a word of C or C++" },
                { "our own prefix", "Acme.Fascia", "as those of Fascia itself" },
                { "a digit at the front", "1st", "has to begin with a letter" },
                { "at the front of a part", "Acme.1st", "has to begin with a letter" },
                { "an underscore there", "_wipers", "has to begin with a letter" },
                { "a path", "acme/wipers", "it has no '/'" },
                { "a path to above", "../wipers", "has to begin with a letter" },
                { "a part without characters", "Acme..Wipers", "has to begin with a letter" },
                { "a dot at the end", "Acme.", "it ends where a part of it should begin" },
                { "a hyphen", "my-wipers", "only letters, digits, '_' and '.'" },
                { "a space", "my wipers", "only letters, digits, '_' and '.'" },
                { "a letter beyond ASCII", "k\xc3\xb6ln", "only letters, digits, '_' and '.'" },
                { "a line", "a\nb", "only letters, digits, '_' and '.'" },
                { "too long for D-Bus",
                  "a123456789012345678901234567890123456789012345678901234567890123456789012345678901"
                  "2345678901234567890",
                  "it is too long" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                int status = run_new(rows[i].name, NULL, NULL);

                if (status != 2)
                        fail_msg("%s: status %d", rows[i].reason, status);
                expect_in_output(rows[i].expected);
        }
        assert_int_equal(count_files("."), 0);
}

static void names_become_files_and_identifiers(void **state) {
        static const struct {
                const char *name;
                const char *file;
                const char *text;
        } rows[] = {
                { "Acme.Wipers", "wipers/wipers.qface", "module Acme.Wipers 1.0" },
                { "lamp", "lamp/lamp.qface", "interface LampControl {" },
                { "tyre_pressure", "tyre-pressure/client.c", "<tyre-pressure-1/tyre-pressure.h>" },
                { "Acme.SeatControl", "seat-control/backend.c", "SEAT_CONTROL_FEATURE(&ops)" },
                { "Acme.EchoModule", "echo-module/backend.c", "ECHO_MODULE_CONTROL_FEATURE(&ops)" },
                /* A struct of the C library has this name. */
                { "stat", "stat/client.c", "struct stat_control *feature" },
                { "Acme.Auto", "auto/auto.conf", "[Acme.Auto]\nBackend=auto\n" },
                { "com.acme.x", "x/smoke-test",
                  "com.acme.x1 /com/acme/x1/XControl com.acme.x1.XC" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                if (run_new(rows[i].name, NULL, NULL) != 0)
                        fail_msg("%s: %s", rows[i].name, output);
                if (!strstr(read_file(rows[i].file), rows[i].text))
                        fail_msg("%s: no '%s' in %s", rows[i].name, rows[i].text, rows[i].file);
        }
}

/* ---- files ---- */

static void no_hole_is_left_in_what_is_written(void **state) {
        static const char *const files[] = { "wipers.qface", "wipers.conf", "backend.c",
                                             "client.c",     "Makefile",    "README.md",
                                             "smoke-test",   ".gitignore",  "wipers.backend" };

        (void)state;
        assert_int_equal(run_new("Acme.Wipers", "--directory", "a/b"), 0);
        assert_int_equal(count_files("a/b"), ELEMENTS(files));
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                char path[64];
                const char *text;

                snprintf(path, sizeof(path), "a/b/%s", files[i]);
                expect_in_output(path);
                text = read_file(path);
                for (const char *at = text; (at = strchr(at, '@')); at++)
                        if (at[1] >= 'A' && at[1] <= 'Z')
                                fail_msg("%s: %.20s", files[i], at);
        }
        expect_in_output("make -C a/b run");
}

static void only_the_script_can_be_executed(void **state) {
        struct stat st;

        (void)state;
        assert_int_equal(run_new("lamp", NULL, NULL), 0);
        assert_int_equal(stat("lamp/smoke-test", &st), 0);
        assert_int_equal(st.st_mode & 0100, 0100);
        assert_int_equal(stat("lamp/Makefile", &st), 0);
        assert_int_equal(st.st_mode & 0111, 0);
}

static void nothing_is_overwritten(void **state) {
        (void)state;
        assert_int_equal(mkdir("lamp", 0777), 0);
        write_file("lamp/client.c", "mine\n");
        assert_int_equal(run_new("lamp", NULL, NULL), 1);
        assert_string_equal(output,
                            "fascia-codegen new: 'lamp/client.c' exists, nothing was written\n");
        assert_int_equal(count_files("lamp"), 1);
        assert_string_equal(read_file("lamp/client.c"), "mine\n");
}

static void a_dangling_link_is_not_written_through(void **state) {
        (void)state;
        assert_int_equal(mkdir("lamp", 0777), 0);
        assert_int_equal(symlink("../elsewhere", "lamp/Makefile"), 0);
        assert_int_equal(run_new("lamp", NULL, NULL), 1);
        expect_in_output("'lamp/Makefile' exists");
        assert_int_equal(access("elsewhere", F_OK), -1);
}

static void other_files_in_the_directory_do_not_matter(void **state) {
        (void)state;
        write_file("notes", "mine\n");
        assert_int_equal(run_new("lamp", "--directory=.", NULL), 0);
        assert_string_equal(read_file("notes"), "mine\n");
        assert_int_equal(access("lamp.qface", F_OK), 0);
}

static void a_directory_that_cannot_be_made_is_named(void **state) {
        (void)state;
        write_file("taken", "a file\n");
        assert_int_equal(run_new("lamp", "--directory", "taken/below"), 1);
        expect_in_output("cannot write 'taken/below/");
        expect_in_output(strerror(ENOTDIR));
}

/* ---- the command line ---- */

static void wrong_command_lines_are_refused(void **state) {
        static const struct {
                const char *reason;
                const char *arguments[3];
                const char *expected;
        } rows[] = {
                { "no name", { NULL }, "no name is given" },
                { "two names", { "a", "b" }, "only one name can be given" },
                { "no directory", { "a", "--directory" }, "a value is missing for --directory" },
                { "another option", { "--force", "a" }, "unknown option --force" },
                { "a short one", { "-f", "a" }, "unknown option -f" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *const *a = rows[i].arguments;

                if (run_new(a[0], a[1], a[2]) != 2)
                        fail_msg("%s was accepted", rows[i].reason);
                expect_in_output(rows[i].expected);
                expect_in_output("fascia-codegen new --help");
        }
        assert_int_equal(count_files("."), 0);
}

static void help_is_printed(void **state) {
        (void)state;
        assert_int_equal(run_new("--help", NULL, NULL), 0);
        expect_in_output("Usage: fascia-codegen new NAME [--directory DIR]\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        static const struct CMUnitTest tests[] = {
                TEST(names_that_cannot_be_used_are_refused),
                TEST(names_become_files_and_identifiers),
                TEST(no_hole_is_left_in_what_is_written),
                TEST(only_the_script_can_be_executed),
                TEST(nothing_is_overwritten),
                TEST(a_dangling_link_is_not_written_through),
                TEST(other_files_in_the_directory_do_not_matter),
                TEST(a_directory_that_cannot_be_made_is_named),
                TEST(wrong_command_lines_are_refused),
                TEST(help_is_printed),
        };
        DIR *before = opendir(".");
        int failed;

        if (!before)
                return EXIT_FAILURE;
        folder_before = dirfd(before);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        closedir(before);
        return failed;
}
