/* SPDX-License-Identifier: MIT */
/* The harness of the whole-system tests: children, their output, the private bus. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

static void busctl_reaches_the_private_bus(void **state) {
        Harness *h = *state;
        int status;
        char *output = harness_run(h, &status,
                                   "busctl call org.freedesktop.DBus / org.freedesktop.DBus GetId");

        assert_int_equal(status, 0);
        assert_memory_equal(output, "s \"", 3);
        free(output);
}

static void the_bus_comes_back_at_the_same_address(void **state) {
        static const char command[] =
                "busctl call org.freedesktop.DBus / org.freedesktop.DBus GetId";
        Harness *h = *state;
        char *before, *without, *after;
        int status;

        before = harness_run(h, &status, command);
        harness_kill_bus(h);
        without = harness_run(h, &status, command);
        assert_int_not_equal(status, 0);
        harness_start_bus(h);
        after = harness_run(h, &status, command);
        assert_int_equal(status, 0);
        assert_string_not_equal(before, after); /* another bus, therefore */
        free(before);
        free(without);
        free(after);
}

static void output_is_waited_for_piece_by_piece(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn(h, "sh -c 'echo one; echo two >&2; echo one; exec sleep 1000'");

        process_wait_output(p, "one");
        process_wait_output(p, "one"); /* the second one */
        assert_string_equal(process_get_output(p), "one\ntwo\none\n");
        process_kill(p);
}

static void the_end_of_a_child_is_told(void **state) {
        static const struct {
                const char *command;
                int status;
                const char *reason;
        } rows[] = {
                { "sh -c 'exit 0'", 0, "success" },
                { "sh -c 'exit 3'", 3, "the status of its own" },
                { "sh -c 'kill -9 $$'", 128 + SIGKILL, "a signal" },
                { "/nowhere/nothing", 127, "there is no such program" },
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                int status = process_wait(harness_spawn(*state, "%s", rows[i].command));

                if (status != rows[i].status)
                        fail_msg("%s: %d, not %d", rows[i].reason, status, rows[i].status);
        }
}

static void notifications_are_waited_for(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn(h, "systemd-notify --pid=self READY=1 STATUS=fine");

        harness_wait_notify(h, "READY=1");
        assert_int_equal(process_wait(p), 0);
}

static void variables_are_set_and_removed(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_set_environment(h, "HARNESS_TEST", "x");
        harness_set_environment(h, "HARNESS_TEST", "value");
        output = harness_run(h, &status, "printf %%s \"$HARNESS_TEST\"");
        assert_string_equal(output, "value");
        free(output);
        harness_set_environment(h, "HARNESS_TEST", NULL);
        output = harness_run(h, &status, "printf %%s \"${HARNESS_TEST-unset}\"");
        assert_string_equal(output, "unset");
        free(output);
}

static void nothing_is_left_behind(void **state) {
        char directory[128];
        pid_t child;
        void *h;

        (void)state;
        assert_int_equal(harness_setup(&h), 0);
        child = process_get_pid(harness_spawn(h, "sleep 1000"));
        strncpy(directory, harness_get_directory(h), sizeof(directory) - 1);
        directory[sizeof(directory) - 1] = '\0';
        assert_int_equal(harness_teardown(&h), 0);
        assert_int_equal(kill(child, 0), -1);
        assert_int_equal(access(directory, F_OK), -1);
}

#define WITH_BUS(test) cmocka_unit_test_setup_teardown(test, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                WITH_BUS(busctl_reaches_the_private_bus),
                WITH_BUS(the_bus_comes_back_at_the_same_address),
                WITH_BUS(output_is_waited_for_piece_by_piece),
                WITH_BUS(the_end_of_a_child_is_told),
                WITH_BUS(notifications_are_waited_for),
                WITH_BUS(variables_are_set_and_removed),
                cmocka_unit_test(nothing_is_left_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
