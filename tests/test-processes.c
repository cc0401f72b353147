/* SPDX-License-Identifier: MIT */
/* Which modules a fasciad serves, and when one that nobody uses ends. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include <cmocka.h>

#include "harness.h"

#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define OWN_CLIMATE CLIMATE "Process=own\n"
#define CLUSTER "[Vehicle.Cluster]\nBackend=simulator\n"
#define REMOTE "[Example.Remote]\nBackend=remote\n"
#define FAN                                                  \
        "Vehicle.Climate1 /Vehicle/Climate1/ClimateControl " \
        "Vehicle.Climate1.ClimateControl FanLevel"
#define PROCESS \
        "Example.Remote1 /Example/Remote1/ProcessingService Example.Remote1.ProcessingService Process"

static Process *start(Harness *h, const char *config, const char *options) {
        char arguments[256];

        snprintf(arguments, sizeof(arguments), "--config '%s' %s",
                 harness_write(h, "processes.conf", config), options);
        return harness_start_fasciad(h, "", arguments);
}

static int run(Harness *h, const char *config, const char *options, const char *text) {
        char command[512], *output;
        int status;

        snprintf(command, sizeof(command), "%s/fasciad --dev --config '%s' %s",
                 getenv("FASCIA_BUILD_DIR"), harness_write(h, "run.conf", config), options);
        output = harness_run(h, &status, "%s", command);
        if (!strstr(output, text))
                fail_msg("%s: no '%s' in: %s", command, text, output);
        free(output);
        return status;
}

/* ---- which modules ---- */

static void a_module_with_a_process_of_its_own_is_left_to_that(void **state) {
        Harness *h = *state;
        Process *shared = start(h, OWN_CLIMATE CLUSTER, ""), *own;

        harness_expect(h, 0, "busctl list --acquired", "Vehicle.Cluster1");
        harness_expect(h, 1, "busctl get-property --auto-start=no " FAN, "");
        own = start(h, OWN_CLIMATE CLUSTER, "--module Vehicle.Climate1");
        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
        /* What ends one does nothing to the other. */
        process_kill(own);
        harness_expect(h, 1, "busctl get-property --auto-start=no " FAN, "");
        harness_expect(h, 0, "busctl list --acquired", "Vehicle.Cluster1");
        own = start(h, OWN_CLIMATE CLUSTER, "--module Vehicle.Climate");
        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
        assert_int_equal(process_stop(shared), 0);
        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
}

static void all_can_have_their_own(void **state) {
        Harness *h = *state;

        start(h, "[fascia]\nProcess=own\n" CLIMATE CLUSTER "Process=shared\n", "");
        harness_expect(h, 0, "busctl list --acquired", "Vehicle.Cluster1");
        harness_expect(h, 1, "busctl get-property --auto-start=no " FAN, "");
}

static void a_process_for_one_module_says_why_it_is_none(void **state) {
        Harness *h = *state;

        /* 78: systemd need not try again. */
        assert_int_equal(run(h, CLIMATE, "--module Vehicle.Climate1",
                             "[Vehicle.Climate] has no Process=own: fasciad.service serves it"),
                         78);
        assert_int_equal(run(h, OWN_CLIMATE, "--module Vehicle.Cluster1",
                             "No module 'Vehicle.Cluster1' is configured"),
                         78);
        assert_int_equal(run(h, OWN_CLIMATE "Enabled=no\n", "--module Vehicle.Climate1",
                             "No module 'Vehicle.Climate1' is configured"),
                         78);
}

static void the_modules_can_be_listed(void **state) {
        static const char list[] = "Vehicle.Climate Vehicle.Climate1 own\n"
                                   "Vehicle.Cluster Vehicle.Cluster1 shared\n"
                                   "No.Such No.Such3 shared\n";
        Harness *h = *state;

        assert_int_equal(run(h,
                             OWN_CLIMATE CLUSTER REMOTE
                             "Enabled=no\n[No.Such]\nVersion=3\nBackend=simulator\n",
                             "--list-modules", list),
                         0);
}

static void where_a_module_is_served_does_not_change_while_it_is(void **state) {
        Harness *h = *state;
        Process *p = start(h, CLIMATE CLUSTER, "");

        harness_write(h, "processes.conf", OWN_CLIMATE CLUSTER REMOTE "Process=own\n");
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "RELOADING=1");
        harness_wait_notify(h, "READY=1");
        process_wait_output(p, "Process= takes effect after");
        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
        harness_expect(h, 1, "busctl call --auto-start=no " PROCESS " s x", "");
}

/* ---- the end of one that nobody uses ---- */

#define IDLE(time) "[fascia]\nIdleExit=" time "\n"

static void one_that_nobody_uses_ends(void **state) {
        Harness *h = *state;
        Process *p = start(h, IDLE("200ms") CLIMATE, "");

        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
        harness_wait_notify(h, "STOPPING=1");
        assert_int_equal(process_wait(p), 0);
        assert_non_null(strstr(process_get_output(p), "Nobody uses this service"));
        harness_expect(h, 1, "busctl get-property --auto-start=no " FAN, "");
}

static bool is_there(sd_bus *bus) {
        return sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", "GetNameOwner", NULL, NULL, "s",
                                  "Vehicle.Climate1") >= 0;
}

static void one_that_has_a_listener_stays(void **state) {
        Harness *h = *state;
        Process *p = start(h, IDLE("100ms") CLIMATE, "");
        sd_bus *listener = harness_connect(h);

        assert_true(sd_bus_call_method(listener, "Vehicle.Climate1", "/Vehicle/Climate1",
                                       "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                                       NULL, NULL, "") >= 0);
        wait_ms(500); /* what must not happen within it cannot be waited for */
        assert_true(is_there(listener));
        sd_bus_flush_close_unref(listener);
        assert_int_equal(process_wait(p), 0);
}

static void idle_time_follows_a_reload(void **state) {
        Harness *h = *state;
        Process *p = start(h, IDLE("1h") CLIMATE, "");

        harness_write(h, "processes.conf", IDLE("100ms") CLIMATE);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "READY=1");
        harness_wait_notify(h, "STOPPING=1");
        assert_int_equal(process_wait(p), 0);

        p = start(h, IDLE("300ms") CLIMATE, "");
        harness_write(h, "processes.conf", CLIMATE);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "RELOADING=1");
        harness_wait_notify(h, "READY=1");
        wait_ms(600); /* as above */
        harness_expect(h, 0, "busctl get-property " FAN, "i 1\n");
}

/* Somebody calls at the very moment: he is answered, or told at once that the name has no owner. */
static void a_call_at_the_end_is_answered(void **state) {
        Harness *h = *state;
        unsigned n_answered = 0, n_gone = 0;

        for (int i = 0; i < 20; i++) {
                Process *p = start(h, IDLE("20ms") CLIMATE, "");
                sd_bus *bus = harness_connect(h);
                int32_t level = 0;

                wait_ms(10 + i);
                for (;;) {
                        sd_bus_error error = SD_BUS_ERROR_NULL;
                        int r = sd_bus_get_property_trivial(
                                bus, "Vehicle.Climate1", "/Vehicle/Climate1/ClimateControl",
                                "Vehicle.Climate1.ClimateControl", "FanLevel", &error, 'i', &level);

                        if (r < 0) {
                                assert_string_equal(error.name,
                                                    "org.freedesktop.DBus.Error.ServiceUnknown");
                                sd_bus_error_free(&error);
                                n_gone++;
                        } else {
                                assert_int_equal(level, 1);
                                n_answered++;
                        }
                        /* Another caller each time: one that stays would keep it. */
                        sd_bus_flush_close_unref(bus);
                        if (r < 0)
                                break;
                        bus = harness_connect(h);
                        wait_ms(25);
                }
                assert_int_equal(process_wait(p), 0);
                process_discard(p);
        }
        assert_int_equal(n_gone, 20);
        assert_true(n_answered > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_module_with_a_process_of_its_own_is_left_to_that),
                TEST(all_can_have_their_own),
                TEST(a_process_for_one_module_says_why_it_is_none),
                TEST(the_modules_can_be_listed),
                TEST(where_a_module_is_served_does_not_change_while_it_is),
                TEST(one_that_nobody_uses_ends),
                TEST(one_that_has_a_listener_stays),
                TEST(idle_time_follows_a_reload),
                TEST(a_call_at_the_end_is_answered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
