/* SPDX-License-Identifier: MIT */
/* A backend that blocks, or ends the process: it is named, before the service manager loses patience, and gets more time to
 * start and to stop. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

#define ORDERS "[Example.Remote]\nBackend=orders\n"
#define NAMED "at work"
#define PROCESS                                                           \
        "busctl call Example.Remote1 /Example/Remote1/ProcessingService " \
        "Example.Remote1.ProcessingService Process s "

static int set_up(void **state) {
        char path[512];

        assert_int_equal(harness_setup(state), 0);
        snprintf(path, sizeof(path), "%s/system", getenv("FASCIA_BUILD_DIR"));
        harness_set_environment(*state, "FASCIA_PLUGIN_PATH", path);
        return 0;
}

static void call(Harness *h, const char *what) {
        char *output;
        int status;

        output = harness_run(h, &status, PROCESS "'%s'", what);
        if (status != 0)
                fail_msg("%s: %s", what, output);
        free(output);
}

static unsigned count(const char *text, const char *part) {
        unsigned n = 0;

        for (; (text = strstr(text, part)); text++)
                n++;
        return n;
}

static void an_operation_that_blocks_is_named(void **state) {
        Harness *h = *state;
        Process *p;

        harness_set_environment(h, "WATCHDOG_USEC", "1000000");
        p = harness_start_fasciad(h, ORDERS, NULL);
        call(h, "x");
        call(h, "sleep");
        process_wait_output(
                p,
                "The service has not gone on for 250 ms or longer, with the backend 'orders' (call process "
                "of Example.Remote.ProcessingService) at work");
        /* Once, however long. */
        call(h, "y");
        assert_int_equal(count(process_get_output(p), NAMED), 1);
        call(h, "sleep");
        process_wait_output(p, NAMED);
}

static void so_is_a_timer(void **state) {
        Harness *h = *state;
        Process *p;

        harness_set_environment(h, "WATCHDOG_USEC", "1000000");
        p = harness_start_fasciad(h, ORDERS, NULL);
        call(h, "sleep in a timer");
        process_wait_output(p, "with the backend 'orders' (timer) at work");
}

static void one_that_does_not_block_is_not(void **state) {
        Harness *h = *state;
        Process *p;

        harness_set_environment(h, "WATCHDOG_USEC", "100000");
        p = harness_start_fasciad(h, ORDERS, NULL);
        for (int i = 0; i < 20; i++)
                harness_wait_notify(h, "WATCHDOG=1");
        assert_null(strstr(process_get_output(p), NAMED));
}

static void one_that_starts_slowly_gets_more_time(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn_fasciad(h, ORDERS "X-StartSeconds=5\n", NULL);

        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        process_wait_output(
                p, "with the backend 'orders' (start of Example.Remote.ProcessingService) at work");
        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        harness_wait_notify(h, "READY=1");
        call(h, "x");
        assert_int_equal(count(process_get_output(p), NAMED), 1);
}

static void and_one_that_stops_slowly(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, ORDERS "X-StopSeconds=3\n", NULL);

        assert_int_equal(process_stop(p), 0);
        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        assert_non_null(strstr(process_get_output(p),
                               "the backend 'orders' (stop of Example.Remote.ProcessingService)"));
}

/* Its call may fail: nobody answers it. */
static void order(Harness *h, const char *what) {
        int status;

        free(harness_run(h, &status, PROCESS "'%s'", what));
}

static void one_that_crashes_is_named(void **state) {
        Harness *h = *state;
        Process *p;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        skip(); /* the sanitizer says it */
#endif
        p = harness_start_fasciad(h, ORDERS, NULL);
        order(h, "crash");
        process_wait_output(p, "SIGSEGV while the backend 'orders' (call process of "
                               "Example.Remote.ProcessingService) ran");
        assert_int_equal(process_wait(p), 128 + SIGSEGV);
}

static void one_that_ends_the_process_has_failed(void **state) {
        Harness *h = *state;
        Process *p;

        p = harness_start_fasciad(h, ORDERS, NULL);
        order(h, "exit() 0");
        process_wait_output(p, "exit() was called while the backend 'orders' (call process of "
                               "Example.Remote.ProcessingService) ran, with status 0");
        assert_int_equal(process_wait(p), EXIT_FAILURE);

        p = harness_start_fasciad(h, ORDERS, NULL);
        order(h, "exit() 3");
        process_wait_output(p, "with status 3");
        assert_int_equal(process_wait(p), 3);
}

static void its_children_end_as_they_like(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, ORDERS, NULL);

        call(h, "fork");
        call(h, "x");
        assert_int_equal(process_stop(p), 0);
        assert_null(strstr(process_get_output(p), "exit()"));
}

static void one_that_does_not_become_ready_is_named(void **state) {
        static const char get[] = "busctl get-property Example.Remote1 /Example/Remote1/ProcessingService "
                                  "org.fascia.Feature1 Error";
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, ORDERS "X-Result=0\n", NULL);

        harness_expect(h, 0, get, "The backend is not ready yet");
        process_wait_output(p, "Backend 'orders' has not become ready within 5 s");
        harness_expect(h, 0, get, "has not become ready within 5 s");
        harness_wait_notify(h, "STATUS=1 module, 1 failed: Example.Remote: Backend 'orders'");
}

static void one_that_returns_what_it_must_not_has_failed(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, ORDERS, NULL);

        harness_expect(h, 1, PROCESS "5", "was refused by backend 'orders': Protocol error");
        assert_int_equal(process_stop(p), 0);
        p = harness_start_fasciad(h, ORDERS "X-Result=5\n", NULL);
        process_wait_output(p, "Backend 'orders' failed to start: Protocol error");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(an_operation_that_blocks_is_named),
                TEST(so_is_a_timer),
                TEST(one_that_does_not_block_is_not),
                TEST(one_that_starts_slowly_gets_more_time),
                TEST(and_one_that_stops_slowly),
                TEST(one_that_crashes_is_named),
                TEST(one_that_ends_the_process_has_failed),
                TEST(its_children_end_as_they_like),
                TEST(one_that_does_not_become_ready_is_named),
                TEST(one_that_returns_what_it_must_not_has_failed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
