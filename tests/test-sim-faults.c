/* SPDX-License-Identifier: MIT */
/* What goes wrong in a simulation when that is wanted: with answers, values, signals, and features. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "sim-desk.h"
#include "sim-faults.h"
#include "sim-feature.h"

static Desk *start(void) {
        Desk *d = desk_new(NULL);

        desk_add(d, &cluster_interfaces[0]);
        desk_add(d, &climate_interfaces[0]);
        desk_hear(d);
        return d;
}

/* By the function itself; its number, or 0 with the text of the refusal. */
static uint32_t add_fault(Desk *d, const char *text, char **reterr_text) {
        json_t *json = json_loads(text, 0, NULL);
        uint32_t id = 0;
        int r;

        assert_non_null(json);
        *reterr_text = NULL;
        r = sim_faults_add(simulator_get_faults(desk_get_simulator(d)), json, &id, reterr_text);
        json_decref(json);
        assert_int_equal(r < 0, *reterr_text != NULL);
        return id;
}

static uint32_t fault(Desk *d, const char *text) {
        char *reason;
        uint32_t id = add_fault(d, text, &reason);

        if (reason)
                fail_msg("%s", reason);
        return id;
}

static void report_speed(Desk *d, double value) {
        SimFeature *f = simulator_find_feature(desk_get_simulator(d), "InstrumentCluster", NULL);
        uint32_t speed;

        assert_int_equal(sim_find_property(sim_feature_get_interface(f), "speed", &speed), 0);
        assert_true(sim_feature_report(f, sim_feature_get_zone(f, ""), speed, &value) >= 0);
}

static void raise_warning(Desk *d, int32_t id) {
        SimFeature *f = simulator_find_feature(desk_get_simulator(d), "InstrumentCluster", NULL);
        struct cluster_warning warning = { id, CLUSTER_SEVERITY_INFO, "" };

        assert_true(sim_feature_emit(f, sim_feature_get_zone(f, ""), 0, &warning) >= 0);
}

#define RAISED(n)                                                     \
        " InstrumentCluster.warningRaised({\"warning\": {\"id\": " #n \
        ", \"severity\": \"Info\", \"text\": \"\"}})\n"

static void what_is_no_fault_is_refused_with_the_reason(void **state) {
        static const struct {
                const char *fault, *reason;
        } rows[] = {
                { "[]", "a fault is an object: { \"fault\": \"delay\", … }" },
                { "{}", "'fault' is missing, which says what goes wrong" },
                { "{\"fault\":1}", "'fault' is missing, which says what goes wrong" },
                { "{\"fault\":\"slow\"}",
                  "'slow' is no fault: delay, drop, fail, freeze, disconnect, duplicate, flood or "
                  "reorder" },
                { "{\"fault\":\"delay\"}", "'delay' wants 'seconds'" },
                { "{\"fault\":\"delay\",\"seconds\":0}",
                  "'seconds' wants a number from 1e-06 to 86400" },
                { "{\"fault\":\"delay\",\"seconds\":\"1\"}",
                  "'seconds' wants a number from 1e-06 to 86400" },
                { "{\"fault\":\"drop\",\"probability\":1.1}",
                  "'probability' wants a number from 0 to 1" },
                { "{\"fault\":\"drop\",\"times\":0}", "'times' wants a whole number of 1 or more" },
                { "{\"fault\":\"drop\",\"times\":1.5}",
                  "'times' wants a whole number of 1 or more" },
                { "{\"fault\":\"drop\",\"skip\":-1}", "'skip' wants a whole number of 0 or more" },
                { "{\"fault\":\"flood\",\"rate\":0}",
                  "'rate' wants a number from 0.001 to 100000" },
                { "{\"fault\":\"drop\",\"feature\":1}", "'feature' wants a text" },
                { "{\"fault\":\"drop\",\"features\":\"x\"}",
                  "'features' is unknown: fault, feature, zone, member, seconds, rate, error, text, "
                  "times, skip, probability" },
                { "{\"fault\":\"drop\",\"error\":\"Busy\"}", "'error' is of 'fail' only" },
                { "{\"fault\":\"fail\",\"error\":\"not now\"}",
                  "'not now' is no name of an error" },
                { "{\"fault\":\"fail\",\"error\":\"\"}", "'' is no name of an error" },
                { "{\"fault\":\"fail\",\"error\":\"org..Busy\"}",
                  "'org..Busy' is no name of an error" },
                { "{\"fault\":\"fail\",\"error\":\"org.1Busy\"}",
                  "'org.1Busy' is no name of an error" },
                { "{\"fault\":\"drop\",\"feature\":\"InstrumentCluster\",\"member\":\"sped\"}",
                  "InstrumentCluster has no member 'sped'" },
                { "{\"fault\":\"disconnect\",\"member\":\"speed\"}",
                  "'disconnect' is of a feature as a whole" },
        };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *reason;

                assert_int_equal(add_fault(d, rows[i].fault, &reason), 0);
                assert_string_equal(reason, rows[i].reason);
                free(reason);
        }
        assert_string_equal(desk_control_get(d, "faults"), "[]");
        desk_free(d);
}

static void a_delay_holds_answers_values_and_signals(void **state) {
        Desk *d = start();
        size_t call;

        (void)state;
        fault(d, "{\"fault\":\"delay\",\"feature\":\"InstrumentCluster\",\"seconds\":2}");
        call = desk_begin_call(d, "InstrumentCluster", "", "acknowledge", "{\"id\":1}");
        report_speed(d, 50);
        raise_warning(d, 1);
        desk_pass(d, 1.999);
        assert_string_equal(desk_answer(d, call), "");
        assert_string_equal(desk_hear(d), "");
        desk_pass(d, 0.001);
        assert_string_equal(desk_answer(d, call), "false");
        assert_string_equal(desk_hear(d), "2 InstrumentCluster.speed = 50.0\n2" RAISED(1));
        /* another feature is none of its business */
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "2"), "done");
        desk_free(d);
}

static void a_request_that_is_dropped_has_no_effect_and_no_answer(void **state) {
        Desk *d = start();
        size_t set;

        (void)state;
        fault(d, "{\"fault\":\"drop\",\"member\":\"fanLevel\",\"zone\":\"Rear\",\"times\":1}");
        set = desk_begin_set(d, "ClimateControl", "Rear", "fanLevel", "7");
        desk_pass(d, 100);
        assert_string_equal(desk_answer(d, set), "");
        assert_string_equal(desk_show(d, "ClimateControl", "Rear", "fanLevel"), "1");
        /* once, and in that zone alone */
        assert_string_equal(desk_set(d, "ClimateControl", "FrontLeft", "fanLevel", "7"), "done");
        assert_string_equal(desk_set(d, "ClimateControl", "Rear", "fanLevel", "7"), "done");
        assert_string_equal(desk_control_get(d, "faults"), "[]");
        desk_free(d);
}

static void changes_and_signals_that_are_dropped_never_happened(void **state) {
        Desk *d = start();

        (void)state;
        fault(d, "{\"fault\":\"drop\",\"skip\":1,\"times\":2}");
        report_speed(d, 1);
        report_speed(d, 2);
        raise_warning(d, 1);
        report_speed(d, 3);
        raise_warning(d, 2);
        assert_string_equal(desk_hear(d), "0 InstrumentCluster.speed = 1.0\n"
                                          "0 InstrumentCluster.speed = 3.0\n0" RAISED(2));
        desk_free(d);
}

static void a_failure_has_the_name_and_text_that_were_asked_for(void **state) {
        static const struct {
                const char *fault, *answer;
        } rows[] = {
                { "{\"fault\":\"fail\",\"times\":1}",
                  "org.fascia.Error.Failed: The simulation lets this fail" },
                { "{\"fault\":\"fail\",\"times\":1,\"error\":\"Busy\",\"text\":\"later\"}",
                  "org.fascia.Error.Busy: later" },
                { "{\"fault\":\"fail\",\"times\":1,\"error\":\"org.example.Error.Odd\",\"text\":\"x\"}",
                  "org.example.Error.Odd: x" },
        };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                fault(d, rows[i].fault);
                assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"),
                                    rows[i].answer);
                assert_string_equal(desk_show(d, "ClimateControl", "", "fanLevel"), "1");
                fault(d, rows[i].fault);
                assert_string_equal(
                        desk_call(d, "InstrumentCluster", "", "acknowledge", "{\"id\":1}"),
                        rows[i].answer);
        }
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"), "done");
        desk_free(d);
}

static void frozen_values_stay_though_all_seems_well(void **state) {
        Desk *d = start();
        uint32_t id;

        (void)state;
        id = fault(d, "{\"fault\":\"freeze\",\"feature\":\"ClimateControl\"}");
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"), "done");
        assert_string_equal(desk_hear(d), "");
        assert_string_equal(desk_show(d, "ClimateControl", "", "fanLevel"), "1");
        assert_int_equal(sim_faults_remove(simulator_get_faults(desk_get_simulator(d)), id), 0);
        assert_int_equal(sim_faults_remove(simulator_get_faults(desk_get_simulator(d)), id), -2);
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"), "done");
        assert_string_equal(desk_hear(d), "0 ClimateControl.fanLevel = 9\n");
        desk_free(d);
}

static void a_feature_that_is_disconnected_comes_back(void **state) {
        Desk *d = start();

        (void)state;
        fault(d,
              "{\"fault\":\"disconnect\",\"feature\":\"ClimateControl\",\"seconds\":3,\"text\":\"cable\"}");
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_UNAVAILABLE);
        assert_string_equal(desk_get_error(d, "ClimateControl"), "cable");
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"),
                            "org.fascia.Error.Unavailable: cable");
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_READY);
        desk_pass(d, 3);
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_READY);
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "9"), "done");

        /* two that overlap, and one that has no end */
        fault(d, "{\"fault\":\"disconnect\",\"feature\":\"ClimateControl\",\"seconds\":1}");
        fault(d, "{\"fault\":\"disconnect\"}");
        desk_pass(d, 100);
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_UNAVAILABLE);
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_UNAVAILABLE);
        sim_faults_clear(simulator_get_faults(desk_get_simulator(d)));
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_READY);
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_READY);
        desk_free(d);
}

static void a_feature_that_starts_may_be_disconnected_already(void **state) {
        Desk *d = desk_new(NULL);

        (void)state;
        fault(d, "{\"fault\":\"disconnect\",\"text\":\"not yet\"}");
        desk_add(d, &cluster_interfaces[0]);
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_UNAVAILABLE);
        assert_string_equal(desk_get_error(d, "InstrumentCluster"), "not yet");
        sim_faults_clear(simulator_get_faults(desk_get_simulator(d)));
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_READY);
        desk_free(d);
}

static void a_signal_may_come_twice(void **state) {
        Desk *d = start();

        (void)state;
        fault(d, "{\"fault\":\"duplicate\",\"member\":\"warningRaised\",\"times\":1}");
        raise_warning(d, 1);
        raise_warning(d, 2);
        assert_string_equal(desk_hear(d), "0" RAISED(1) "0" RAISED(1) "0" RAISED(2));
        desk_free(d);
}

static void a_flood_ends_with_the_true_value(void **state) {
        Desk *d = start();

        (void)state;
        report_speed(d, 10);
        fault(d, "{\"fault\":\"flood\",\"member\":\"speed\",\"rate\":4,\"seconds\":1,\"times\":1}");
        desk_hear(d);
        report_speed(d, 20);
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), "0.25 InstrumentCluster.speed = 20.0\n"
                                          "0.5 InstrumentCluster.speed = 10.0\n"
                                          "0.75 InstrumentCluster.speed = 20.0\n");
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "speed"), "20.0");

        fault(d,
              "{\"fault\":\"flood\",\"member\":\"warningRaised\",\"rate\":2,\"seconds\":1,\"times\":1}");
        raise_warning(d, 1);
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), "10" RAISED(1) "10.5" RAISED(1) "11" RAISED(1));
        desk_free(d);
}

static void the_order_of_two_things_may_be_wrong(void **state) {
        Desk *d = start();

        (void)state;
        fault(d, "{\"fault\":\"reorder\",\"member\":\"warningRaised\",\"times\":1,\"seconds\":5}");
        raise_warning(d, 1);
        raise_warning(d, 2);
        raise_warning(d, 3);
        assert_string_equal(desk_hear(d), "0" RAISED(2) "0" RAISED(1) "0" RAISED(3));

        /* When nothing comes that could pass it, it comes late. */
        fault(d, "{\"fault\":\"reorder\",\"member\":\"warningRaised\",\"seconds\":5}");
        raise_warning(d, 1);
        desk_pass(d, 5);
        assert_string_equal(desk_hear(d), "5" RAISED(1));
        desk_free(d);
}

static void chance_is_the_same_with_the_same_seed(void **state) {
        char *first = NULL;

        (void)state;
        for (int run = 0; run < 3; run++) {
                Desk *d = desk_new(run < 2 ? NULL : "fascia:SimulationSeed=7");
                const char *heard;

                desk_add(d, &cluster_interfaces[0]);
                desk_hear(d);
                fault(d, "{\"fault\":\"drop\",\"probability\":0.5}");
                for (int i = 1; i <= 100; i++)
                        report_speed(d, i);
                heard = desk_hear(d);
                assert_in_range(strlen(heard), 1000, 2500); /* about half of 100 lines */
                if (run == 0)
                        first = strdup(heard);
                else if (run == 1)
                        assert_string_equal(heard, first);
                else
                        assert_string_not_equal(heard, first);
                desk_free(d);
        }
        free(first);
}

static void how_often_a_fault_struck_is_told(void **state) {
        Desk *d = start();

        (void)state;
        fault(d, "{\"fault\":\"freeze\",\"member\":\"speed\"}");
        report_speed(d, 1);
        report_speed(d, 2);
        fault(d, "{\"fault\":\"drop\",\"feature\":\"Nobody\"}");
        assert_string_equal(
                desk_control_get(d, "faults"),
                "[\"{\\\"fault\\\":\\\"freeze\\\",\\\"member\\\":\\\"speed\\\",\\\"id\\\":1,\\\"struck\\\":2}\", "
                "\"{\\\"fault\\\":\\\"drop\\\",\\\"feature\\\":\\\"Nobody\\\",\\\"id\\\":2,\\\"struck\\\":0}\"]");
        desk_free(d);
}

static void what_is_held_goes_with_its_feature(void **state) {
        Desk *d = start();

        (void)state;
        fault(d, "{\"fault\":\"delay\",\"seconds\":2}");
        report_speed(d, 1);
        raise_warning(d, 1);
        desk_begin_call(d, "InstrumentCluster", "", "acknowledge", "{\"id\":1}");
        desk_remove(d, "InstrumentCluster");
        desk_hear(d);
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), "");
        /* the same, with what is still held at the end */
        desk_begin_set(d, "ClimateControl", "", "fanLevel", "9");
        desk_free(d);
}

/* Of a desk with this data of the cluster; path is where it is. */
static Desk *start_with(const char *data, char *path) {
        char settings[128];
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, data, strlen(data)), (ssize_t)strlen(data));
        close(fd);
        snprintf(settings, sizeof(settings), "Vehicle.Cluster:SimulationData=%s", path);
        return desk_new(settings);
}

static void a_data_file_may_have_faults(void **state) {
        char path[] = "/tmp/fascia-faults-XXXXXX";
        Desk *d = start_with("merge: true\nfaults:\n  - { fault: freeze, member: speed }\n", path);

        (void)state;
        desk_add(d, &cluster_interfaces[0]);
        report_speed(d, 5);
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "speed"), "0.0");
        /* They are read again with the file, and not added twice. */
        assert_string_equal(desk_control(d, "reload", "{}"), "done");
        assert_null(strstr(desk_control_get(d, "faults"), "\\\"id\\\":1,"));
        report_speed(d, 6);
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "speed"), "0.0");
        desk_free(d);
        unlink(path);
}

static void a_data_file_with_a_fault_that_is_none_is_refused(void **state) {
        char path[] = "/tmp/fascia-faults-XXXXXX";
        Desk *d = start_with("merge: true\nfaults:\n  - { fault: freeze, member: speed }\n"
                             "  - { fault: slow }\n",
                             path);

        (void)state;
        assert_false(desk_try(d, &cluster_interfaces[0]));
        assert_non_null(
                strstr(desk_get_error(d, "InstrumentCluster"), ":4:5: error: 'slow' is no fault"));
        assert_string_equal(desk_control_get(d, "faults"), "[]");
        desk_free(d);
        unlink(path);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_no_fault_is_refused_with_the_reason),
                cmocka_unit_test(a_delay_holds_answers_values_and_signals),
                cmocka_unit_test(a_request_that_is_dropped_has_no_effect_and_no_answer),
                cmocka_unit_test(changes_and_signals_that_are_dropped_never_happened),
                cmocka_unit_test(a_failure_has_the_name_and_text_that_were_asked_for),
                cmocka_unit_test(frozen_values_stay_though_all_seems_well),
                cmocka_unit_test(a_feature_that_is_disconnected_comes_back),
                cmocka_unit_test(a_feature_that_starts_may_be_disconnected_already),
                cmocka_unit_test(a_signal_may_come_twice),
                cmocka_unit_test(a_flood_ends_with_the_true_value),
                cmocka_unit_test(the_order_of_two_things_may_be_wrong),
                cmocka_unit_test(chance_is_the_same_with_the_same_seed),
                cmocka_unit_test(how_often_a_fault_struck_is_told),
                cmocka_unit_test(what_is_held_goes_with_its_feature),
                cmocka_unit_test(a_data_file_may_have_faults),
                cmocka_unit_test(a_data_file_with_a_fault_that_is_none_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
