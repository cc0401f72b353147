/* SPDX-License-Identifier: MIT */
/* Persistent properties over the end of a fasciad, of whatever kind, and files that are not as they should be. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"
#include "state-file.h"

#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define TEMPERATURE(zone)                                        \
        "Vehicle.Climate1 /Vehicle/Climate1/ClimateControl" zone \
        " Vehicle.Climate1.ClimateControl TargetTemperature"
#define REAR TEMPERATURE("/Rear")
#define ALL TEMPERATURE("")
#define FILE_NAME "Vehicle.Climate1.json"

typedef struct Fixture {
        Harness *harness;
        char directory[256];
} Fixture;

static int set_up(void **state) {
        static Fixture f;
        void *harness;

        assert_int_equal(harness_setup(&harness), 0);
        f.harness = harness;
        snprintf(f.directory, sizeof(f.directory), "%s/state", harness_get_directory(harness));
        assert_return_code(mkdir(f.directory, 0755), errno);
        harness_set_environment(harness, "STATE_DIRECTORY", f.directory);
        *state = &f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;
        void *harness = f->harness;

        return harness_teardown(&harness);
}

static void set(Fixture *f, const char *what, const char *value) {
        char command[512];

        snprintf(command, sizeof(command), "busctl set-property %s d %s", what, value);
        harness_expect(f->harness, 0, command, "");
}

static void assert_has(Fixture *f, const char *what, const char *value) {
        char command[512], answer[64];

        snprintf(command, sizeof(command), "busctl get-property %s", what);
        snprintf(answer, sizeof(answer), "d %s\n", value);
        harness_expect(f->harness, 0, command, answer);
}

static void write_file(const Fixture *f, const char *name, const char *text) {
        char path[512];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", f->directory, name);
        file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
}

/* NULL: there is none. To be freed. */
static char *read_file(const Fixture *f, const char *name) {
        char *text;
        size_t size;

        return state_file_read(f->directory, name, &text, &size) < 0 ? NULL : text;
}

static void wait_for_text(const Fixture *f, const char *text) {
        const struct timespec t = { .tv_nsec = 10000000 };

        for (int i = 0; i < 1000; i++) {
                char *actual = read_file(f, FILE_NAME);
                bool found = actual && strstr(actual, text);

                free(actual);
                if (found)
                        return;
                nanosleep(&t, NULL);
        }
        fail_msg("'%s' was not written", text);
}

/* ---- over an end ---- */

static void values_survive_a_restart(void **state) {
        Fixture *f = *state;
        Process *p = harness_start_fasciad(f->harness, CLIMATE, NULL);

        set(f, REAR, "23.5");
        set(f, ALL, "18");
        harness_expect(f->harness, 0,
                       "busctl set-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl "
                       "Vehicle.Climate1.ClimateControl FanLevel i 9",
                       "");
        assert_int_equal(process_stop(p), 0);
        p = harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "23.5");
        assert_has(f, ALL, "18");
        /* The others begin anew. */
        assert_has(f, TEMPERATURE("/FrontLeft"), "21.5");
        harness_expect(f->harness, 0,
                       "busctl get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl "
                       "Vehicle.Climate1.ClimateControl FanLevel",
                       "i 1\n");
        /* And again: what was given back is still kept. */
        assert_int_equal(process_stop(p), 0);
        harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "23.5");
}

static void values_survive_a_crash_once_they_are_written(void **state) {
        Fixture *f = *state;
        Process *p = harness_start_fasciad(f->harness, "[fascia]\nStateDelay=50ms\n" CLIMATE, NULL);

        set(f, REAR, "25.5");
        wait_for_text(f, "25.5");
        set(f, REAR, "26.5");
        wait_for_text(f, "26.5");
        process_kill(p);
        process_discard(p);
        harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "26.5");
}

/* Changes that go on do not put it off for ever. */
static void what_changes_all_the_time_is_written_too(void **state) {
        Fixture *f = *state;
        char value[32];

        harness_start_fasciad(f->harness, "[fascia]\nStateDelay=300ms\n" CLIMATE, NULL);
        for (int i = 0; i < 200; i++) {
                char *text = read_file(f, FILE_NAME);
                bool is_there = text != NULL;

                free(text);
                if (is_there)
                        return;
                snprintf(value, sizeof(value), "%.1f", 16 + i % 100 / 10.0);
                set(f, REAR, value);
        }
        fail_msg("Nothing was written");
}

static void a_restart_of_the_backend_alone_keeps_them(void **state) {
        Fixture *f = *state;
        Process *p = harness_start_fasciad(f->harness, CLIMATE, NULL);

        set(f, REAR, "24.5");
        harness_expect(
                f->harness, 0,
                "busctl call org.fascia.Manager1 /org/fascia org.fascia.Manager1 RestartFeature o "
                "/Vehicle/Climate1/ClimateControl",
                "");
        assert_has(f, REAR, "24.5");
        assert_int_equal(process_stop(p), 0);
}

static void a_listener_never_sees_the_start_value(void **state) {
        Fixture *f = *state;
        Process *p = harness_start_fasciad(f->harness, CLIMATE, NULL);
        Process *monitor;

        set(f, REAR, "27.5");
        assert_int_equal(process_stop(p), 0);
        monitor = harness_spawn(f->harness, "busctl monitor Vehicle.Climate1");
        process_wait_output(monitor, "Monitoring bus message stream");
        harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "27.5");
        set(f, REAR, "16.5");
        process_wait_output(monitor, "DOUBLE 16.5");
        assert_null(strstr(process_get_output(monitor), "DOUBLE 20;"));
}

static void without_a_directory_it_says_so(void **state) {
        Fixture *f = *state;
        Process *p;

        harness_set_environment(f->harness, "STATE_DIRECTORY", NULL);
        p = harness_start_fasciad(f->harness, CLIMATE, NULL);
        process_wait_output(p, "Persistent values are not kept: there is no StateDirectory=");
        set(f, REAR, "27.5");
        assert_has(f, REAR, "27.5");
}

/* ---- files ---- */

#define KEPT(value)                                                                        \
        "{\"format\": 1, \"module\": \"Vehicle.Climate\", \"version\": \"1.0\", "          \
        "\"simulated\": {\"ClimateControl\": {\"layout\": \"0\", \"values\": {\"Rear\": {" \
        "\"targetTemperature\": " value "}}}}}"

static void what_does_not_fit_any_more_is_left_out_by_name(void **state) {
        static const struct {
                const char *text, *reason;
        } rows[] = {
                { KEPT("{\"type\": \"i\", \"value\": 20}"),
                  "it was of the type 'i', which is 'd' now" },
                { KEPT("{\"type\": \"d\", \"value\": 99}"), "99 is not in [16-28]" },
                { KEPT("{\"type\": \"d\", \"value\": \"warm\"}"), "warm" },
                { KEPT("{\"type\": \"d\"}"), "there is no value" },
                { KEPT("7"), "it was of the type '?'" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Process *p;

                write_file(f, FILE_NAME, rows[i].text);
                p = harness_start_fasciad(f->harness, CLIMATE, NULL);
                process_wait_output(
                        p, "Vehicle.Climate.ClimateControl/Rear.targetTemperature was kept, "
                           "but cannot be used any more: ");
                if (!strstr(process_get_output(p), rows[i].reason))
                        fail_msg("no '%s' in %s", rows[i].reason, process_get_output(p));
                assert_has(f, REAR, "20");
                assert_int_equal(process_stop(p), 0);
        }
}

static void what_it_does_not_know_is_kept(void **state) {
        static const char text[] =
                "{\"format\": 1, \"module\": \"Vehicle.Climate\", \"version\": \"1.7\", \"later\": [1],"
                "\"simulated\": {\"ClimateControl\": {\"values\": {\"Rear\": {"
                "\"targetTemperature\": {\"type\": \"d\", \"value\": 22.5}, "
                "\"seatHeating\": {\"type\": \"i\", \"value\": 4711}}, \"Roof\": {\"x\": 4712}}}, "
                "\"Sunroof\": {\"values\": {\"\": {\"open\": 4713}}}}, "
                "\"features\": {\"ClimateControl\": {\"values\": {\"\": {\"targetTemperature\": "
                "{\"type\": \"d\", \"value\": 17.25}}}}}}";
        static const char *const parts[] = { "4711", "4712", "4713", "17.25", "\"later\"", "23.5" };
        Fixture *f = *state;
        Process *p;
        char *kept;

        write_file(f, FILE_NAME, text);
        p = harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "22.5");
        /* What the hardware had is not for a simulation. */
        assert_has(f, ALL, "20");
        set(f, REAR, "23.5");
        assert_int_equal(process_stop(p), 0);
        kept = read_file(f, FILE_NAME);
        assert_non_null(kept);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
                if (!strstr(kept, parts[i]))
                        fail_msg("no %s in %s", parts[i], kept);
        free(kept);
}

static void a_broken_file_is_set_aside(void **state) {
        static const char *const texts[] = {
                "",
                "{",
                "[]",
                "{\"format\": 2}",
                "{\"format\": 1, \"module\": \"Other\"}",
                "{\"format\": 1, \"format\": 1}",
                "{\"format\": 1}\n{",
                "\xff\xfe\x00",
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                char name[64], *kept;
                Process *p;

                write_file(f, FILE_NAME, texts[i]);
                p = harness_start_fasciad(f->harness, CLIMATE, NULL);
                process_wait_output(p, "cannot be read and was renamed to " FILE_NAME ".bad-");
                assert_has(f, REAR, "20");
                set(f, REAR, "23.5");
                assert_int_equal(process_stop(p), 0);
                snprintf(name, sizeof(name), FILE_NAME ".bad-%zu", i + 1);
                kept = read_file(f, name);
                assert_non_null(kept);
                assert_string_equal(kept, texts[i]);
                free(kept);
        }
        harness_start_fasciad(f->harness, CLIMATE, NULL);
        assert_has(f, REAR, "23.5");
}

static void a_link_is_not_followed(void **state) {
        Fixture *f = *state;
        char path[512], target[512];
        Process *p;

        write_file(f, "elsewhere", KEPT("{\"type\": \"d\", \"value\": 25}"));
        snprintf(path, sizeof(path), "%s/" FILE_NAME, f->directory);
        snprintf(target, sizeof(target), "%s/elsewhere", f->directory);
        assert_return_code(symlink(target, path), errno);
        p = harness_start_fasciad(f->harness, CLIMATE, NULL);
        process_wait_output(p, "it is no regular file, or too large");
        assert_has(f, REAR, "20");
}

static void what_cannot_be_written_is_said_once_and_tried_again(void **state) {
        Fixture *f = *state;
        const char *output;
        char path[512];
        Process *p;

        snprintf(path, sizeof(path), "%s/gone", f->directory);
        assert_return_code(mkdir(path, 0700), errno);
        harness_set_environment(f->harness, "STATE_DIRECTORY", path);
        p = harness_start_fasciad(f->harness, "[fascia]\nStateDelay=10ms\n" CLIMATE, NULL);
        assert_return_code(rmdir(path), errno);
        for (int i = 0; i < 5; i++) {
                set(f, REAR, i % 2 == 0 ? "23.5" : "24.5");
                assert_has(f, REAR, i % 2 == 0 ? "23.5" : "24.5");
        }
        process_wait_output(p, "/gone/" FILE_NAME ", so values would not be kept");
        output = strstr(process_get_output(p), "trying again");
        assert_non_null(output);
        assert_null(strstr(output + 1, "trying again"));
}

static void a_directory_that_is_missing_is_said_at_the_start(void **state) {
        Fixture *f = *state;
        char path[512];
        Process *p;

        snprintf(path, sizeof(path), "%s/later", f->directory);
        harness_set_environment(f->harness, "STATE_DIRECTORY", path);
        p = harness_start_fasciad(f->harness, "[fascia]\nStateDelay=10ms\n" CLIMATE, NULL);
        process_wait_output(p, "/later cannot be used, so values would not be kept");
        assert_return_code(mkdir(path, 0700), errno);
        set(f, REAR, "23.5");
        process_wait_output(p, "The state can be written again");
        assert_null(strstr(process_get_output(p), "Failed to write"));
}

/* As large as can be read, and no larger: a value that grows does not take the others with it. */
static void what_could_not_be_read_again_is_not_written(void **state) {
        const size_t limit = 4 * 1024 * 1024;
        Fixture *f = *state;
        char *large, *text;
        size_t size;

        large = malloc(limit + 1);
        assert_non_null(large);
        memset(large, 'x', limit + 1);
        assert_int_equal(state_file_write(f->directory, "x", large, limit), 0);
        assert_int_equal(state_file_write(f->directory, "x", large, limit + 1), -EFBIG);
        assert_int_equal(state_file_read(f->directory, "x", &text, &size), 0);
        assert_int_equal(size, limit);
        free(large);
        free(text);
}

/* ---- the power goes ---- */

/* Kills the writer when it calls that for the n-th time; whether it did not come to that. */
static bool write_until(Fixture *f, const char *call, unsigned n, const char *text) {
        char *output;
        int status;

        output = harness_run(
                f->harness, &status,
                "ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace='%s' -e inject='%s':signal=KILL:when=%u "
                "'%s/tests/test-persistence' --write '%s' x '%s'",
                call, call, n, getenv("FASCIA_BUILD_DIR"), f->directory, text);
        free(output);
        return status == 0;
}

/* At each system call of a write, one after the other: what is there then is what was before, or what was to be. */
static void whenever_the_power_goes_there_is_the_old_or_the_new(void **state) {
        static const char *const calls[] = { "openat", "unlinkat", "write",
                                             "fsync",  "close",    "/rename" };
        static const char old[] = "the old\n", new[] = "the new\n";
        Fixture *f = *state;
        unsigned n_old = 0, n_new = 0;

        if (system("strace -qq -o /dev/null true 2>/dev/null") != 0)
                skip();
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
                bool has_ended = false;

                for (unsigned n = 1; !has_ended; n++) {
                        char *text;

                        assert_true(n < 100);
                        write_file(f, "x", old);
                        has_ended = write_until(f, calls[i], n, new);
                        text = read_file(f, "x");
                        assert_non_null(text);
                        if (strcmp(text, old) != 0 && strcmp(text, new) != 0)
                                fail_msg("killed at %s number %u, there is: %s", calls[i], n, text);
                        n_old += strcmp(text, old) == 0;
                        n_new += !has_ended && strcmp(text, new) == 0;
                        free(text);
                }
        }
        printf("# killed at %u system calls: %u times the old, %u times the new\n", n_old + n_new,
               n_old, n_new);
        assert_true(n_old >= 6);
        assert_true(n_new >= 2); /* with the name still on its way to the disk */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char *argv[]) {
        const struct CMUnitTest tests[] = {
                TEST(values_survive_a_restart),
                TEST(values_survive_a_crash_once_they_are_written),
                TEST(what_changes_all_the_time_is_written_too),
                TEST(a_restart_of_the_backend_alone_keeps_them),
                TEST(a_listener_never_sees_the_start_value),
                TEST(without_a_directory_it_says_so),
                TEST(what_does_not_fit_any_more_is_left_out_by_name),
                TEST(what_it_does_not_know_is_kept),
                TEST(a_broken_file_is_set_aside),
                TEST(a_link_is_not_followed),
                TEST(what_cannot_be_written_is_said_once_and_tried_again),
                TEST(a_directory_that_is_missing_is_said_at_the_start),
                TEST(what_could_not_be_read_again_is_not_written),
                TEST(whenever_the_power_goes_there_is_the_old_or_the_new),
        };

        /* The one that is killed. */
        if (argc == 5 && strcmp(argv[1], "--write") == 0)
                return state_file_write(argv[2], argv[3], argv[4], strlen(argv[4])) < 0;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
