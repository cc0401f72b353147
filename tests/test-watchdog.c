/* SPDX-License-Identifier: MIT */
/* A backend that blocks: it is named before the service manager loses patience, and gets more time to start and to
 * stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

#define ORDERS "[Example.Remote]\nBackend=orders\n"
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
                "The backend 'orders' (call process of Example.Remote.ProcessingService) has kept "
                "the service from going on for 750 ms or longer");
        /* Once, however long. */
        call(h, "y");
        assert_int_equal(count(process_get_output(p), "has kept the service"), 1);
        call(h, "sleep");
        process_wait_output(p, "has kept the service");
}

static void so_is_a_timer(void **state) {
        Harness *h = *state;
        Process *p;

        harness_set_environment(h, "WATCHDOG_USEC", "1000000");
        p = harness_start_fasciad(h, ORDERS, NULL);
        call(h, "sleep in a timer");
        process_wait_output(p, "The backend 'orders' (timer) has kept the service");
}

static void one_that_does_not_block_is_not(void **state) {
        Harness *h = *state;
        Process *p;

        harness_set_environment(h, "WATCHDOG_USEC", "100000");
        p = harness_start_fasciad(h, ORDERS, NULL);
        for (int i = 0; i < 20; i++)
                harness_wait_notify(h, "WATCHDOG=1");
        assert_null(strstr(process_get_output(p), "has kept the service"));
}

static void one_that_starts_slowly_gets_more_time(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn_fasciad(h, ORDERS "X-StartSeconds=5\n", NULL);

        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        process_wait_output(
                p, "The backend 'orders' (start of Example.Remote.ProcessingService) has kept");
        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        harness_wait_notify(h, "READY=1");
        call(h, "x");
        assert_int_equal(count(process_get_output(p), "has kept the service"), 1);
}

static void and_one_that_stops_slowly(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, ORDERS "X-StopSeconds=3\n", NULL);

        assert_int_equal(process_stop(p), 0);
        harness_wait_notify(h, "EXTEND_TIMEOUT_USEC=10000000");
        assert_non_null(strstr(process_get_output(p),
                               "The backend 'orders' (stop of Example.Remote.ProcessingService)"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(an_operation_that_blocks_is_named),
                TEST(so_is_a_timer),
                TEST(one_that_does_not_block_is_not),
                TEST(one_that_starts_slowly_gets_more_time),
                TEST(and_one_that_stops_slowly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
