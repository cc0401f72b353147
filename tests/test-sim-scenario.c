/* SPDX-License-Identifier: MIT */
/* Scenarios and recordings: what lines there are, when they happen, and what comes of what is expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <test-scripted-1/scripted-types.h>
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "sim-desk.h"

static Desk *start(void) {
        Desk *d = desk_new(NULL);

        desk_add(d, &cluster_interfaces[0]);
        desk_add(d, &climate_interfaces[0]);
        desk_add(d, &scripted_interfaces[0]);
        desk_hear(d);
        return d;
}

static const char *begin(Desk *d, const char *text) {
        json_t *json = json_pack("{s:s, s:s}", "name", "s", "text", text);
        char *arguments = json_dumps(json, 0);
        const char *answer = desk_control(d, "startScenario", arguments);

        free(arguments);
        json_decref(json);
        return answer;
}

static void check_state(Desk *d, const char *state) {
        const char *scenario = desk_control_get(d, "scenario");
        char wanted[64];

        snprintf(wanted, sizeof(wanted), "\"state\": \"%s\"", state);
        if (!strstr(scenario, wanted))
                fail_msg("%s: %s", state, scenario);
}

static void check_failure(Desk *d, const char *text) {
        json_t *scenario = json_loads(desk_control_get(d, "scenario"), 0, NULL), *one;
        json_t *failures = json_object_get(scenario, "failures");
        bool found = false;
        size_t i;

        json_array_foreach (failures, i, one)
                found |= strcmp(json_string_value(one), text) == 0;
        if (!found)
                fail_msg("'%s' is not in %s", text, desk_control_get(d, "scenario"));
        json_decref(scenario);
}

/* ---- reading ---- */

#define REFUSED "org.freedesktop.DBus.Error.InvalidArgs: s:"

static void what_is_no_scenario_is_refused_whole(void **state) {
        static const struct {
                const char *line, *reason;
        } rows[] = {
                { "{\"set\":\"InstrumentCluster.speed\",\"value\":1", "character 42: " },
                { "[]", "a line is an object: { \"at\": 1, \"set\": … }" },
                { "{}", "it does not say what happens: set, emit, expect, …" },
                { "{\"at\":1}", "it does not say what happens: set, emit, expect, …" },
                { "{\"set\":\"A.b\",\"emit\":\"A.c\",\"value\":1}",
                  "it is 'set' as well as 'emit'" },
                { "{\"set\":\"A.b\",\"value\":1,\"value\":2}", "character " },
                { "{\"set\":\"speed\",\"value\":1}", "'set' wants \"FEATURE.MEMBER\"" },
                { "{\"set\":1,\"value\":1}", "'set' wants \"FEATURE.MEMBER\"" },
                { "{\"set\":\"A.b\"}", "'set' wants a 'value'" },
                { "{\"set\":\"A.b\",\"value\":1,\"within\":1}", "'within' means nothing to 'set'" },
                { "{\"set\":\"A.b\",\"value\":1,\"zones\":\"x\"}",
                  "'zones' means nothing to 'set'" },
                { "{\"set\":\"A.b\",\"value\":1,\"zone\":1}", "'zone' wants a text" },
                { "{\"at\":-1,\"log\":\"x\"}", "'at' wants seconds from 0 to 1e+09" },
                { "{\"at\":\"1\",\"log\":\"x\"}", "'at' wants seconds from 0 to 1e+09" },
                { "{\"at\":1,\"after\":1,\"log\":\"x\"}", "it has 'at' as well as 'after'" },
                { "{\"log\":1}", "'log' wants a text" },
                { "{\"add-zone\":\"ClimateControl\"}", "'add-zone' wants a 'zone'" },
                { "{\"fail\":\"\"}", "'fail' wants the name of a feature" },
                { "{\"clear-faults\":1}", "'clear-faults' wants true" },
                { "{\"fault\":\"drop\"}", "'fault' wants an object" },
                { "{\"fault\":{\"fault\":\"slow\"}}", "'slow' is no fault" },
                { "{\"expect\":\"A.b\"}",
                  "'expect' wants a 'value', 'minimum', 'maximum' or 'unset'" },
                { "{\"expect\":\"A.b\",\"value\":1,\"minimum\":0}",
                  "it expects two things at once" },
                { "{\"expect\":\"A.b\",\"minimum\":\"x\"}", "'minimum' wants a number" },
                { "{\"expect\":\"A.b\",\"unset\":false}", "'unset' wants true" },
                { "{\"emit\":\"A.b\",\"arguments\":[]}", "'arguments' wants an object" },
                { "{\"call\":\"A.b\",\"result\":1,\"error\":{\"name\":\"a.b\"}}",
                  "it has a 'result' as well as an 'error'" },
                { "{\"call\":\"A.b\",\"error\":{\"name\":\"b\"}}",
                  "'error' wants { \"name\": a name of D-Bus, \"text\": … }" },
                { "{\"fascia-recording\":2}", "only recordings of version 1 are known" },
                /* of features that run */
                { "{\"set\":\"InstrumentCluster.spee\",\"value\":1}",
                  "InstrumentCluster has no property 'spee'" },
                { "{\"set\":\"InstrumentCluster.speed\",\"value\":\"x\"}",
                  "InstrumentCluster.speed: 'x' is not a number" },
                { "{\"expect\":\"InstrumentCluster.driveMode\",\"value\":\"Fast\"}",
                  "InstrumentCluster.driveMode: 'Fast' is none of Normal, Sport, Eco" },
        };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[512], wanted[512];

                snprintf(text, sizeof(text),
                         "# a good line first\n\n"
                         "{\"set\":\"InstrumentCluster.speed\",\"value\":9}\n%s\n",
                         rows[i].line);
                snprintf(wanted, sizeof(wanted), REFUSED "4: %s", rows[i].reason);
                if (strncmp(begin(d, text), wanted, strlen(wanted)) != 0)
                        fail_msg("%s: %s", rows[i].line, begin(d, text));
        }
        desk_pass(d, 1);
        assert_string_equal(desk_hear(d), ""); /* nothing of it */
        check_state(d, "None");
        desk_free(d);
}

/* ---- what happens ---- */

static void lines_happen_at_their_times_in_their_order(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                begin(d,
                      "{\"fascia-recording\":1,\"started\":\"2026-11-23T14:00:00Z\"}\n"
                      "{\"at\":2,\"set\":\"InstrumentCluster.speed\",\"value\":20}\n"
                      "{\"at\":1,\"set\":\"InstrumentCluster.speed\",\"value\":10}\n"
                      "{\"after\":0.5,\"set\":\"InstrumentCluster.speed\",\"value\":15}\n"
                      "{\"set\":\"InstrumentCluster.rpm\",\"value\":1000}\n"
                      "{\"at\":3,\"add-zone\":\"ClimateControl\",\"zone\":\"Boot\"}\n"
                      "{\"at\":3,\"set\":\"ClimateControl.fanLevel\",\"zone\":\"Boot\",\"value\":9}\n"
                      "{\"at\":3,\"remove-zone\":\"ClimateControl\",\"zone\":\"Boot\"}\n"
                      "{\"at\":4,\"withdraw\":\"InstrumentCluster.fuel\"}\n"
                      "{\"at\":4,\"emit\":\"InstrumentCluster.warningRaised\",\"arguments\":"
                      "{\"warning\":{\"id\":1,\"severity\":\"Info\",\"text\":\"x\"}}}\n"
                      "{\"at\":5,\"fail\":\"Vehicle.Climate.ClimateControl\",\"text\":\"cable\"}\n"
                      "{\"at\":6,\"ready\":\"ClimateControl\"}\n"),
                "done");
        check_state(d, "Running");
        desk_pass(d, 2.9);
        assert_string_equal(desk_hear(d), "1 InstrumentCluster.speed = 10.0\n"
                                          "1.5 InstrumentCluster.speed = 15.0\n"
                                          "1.5 InstrumentCluster.rpm = 1000\n"
                                          "2 InstrumentCluster.speed = 20.0\n");
        desk_pass(d, 0.2);
        assert_non_null(strstr(desk_hear(d), "3 ClimateControl[Boot].fanLevel = 9\n"
                                             "3 ClimateControl -Boot\n"));
        desk_pass(d, 1);
        assert_string_equal(
                desk_hear(d),
                "4 InstrumentCluster.fuel = (none)\n"
                "4 InstrumentCluster.warningRaised({\"warning\": {\"id\": 1, \"severity\": "
                "\"Info\", \"text\": \"x\"}})\n");
        desk_pass(d, 1);
        assert_string_equal(desk_get_error(d, "ClimateControl"), "cable");
        check_state(d, "Running");
        desk_pass(d, 1);
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_READY);
        check_state(d, "Passed");
        desk_free(d);
}

static void what_cannot_be_done_is_a_failure_and_the_rest_goes_on(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(begin(d,
                                  "{\"set\":\"Radio.volume\",\"value\":1}\n"
                                  "{\"emit\":\"InstrumentCluster.warned\"}\n"
                                  "{\"emit\":\"InstrumentCluster.warningRaised\"}\n"
                                  "{\"remove-zone\":\"ClimateControl\",\"zone\":\"Boot\"}\n"
                                  "{\"add-zone\":\"InstrumentCluster\",\"zone\":\"A\"}\n"
                                  "{\"withdraw\":\"ClimateControl.fanLevel\",\"zone\":\"Boot\"}\n"
                                  "{\"set\":\"InstrumentCluster.speed\",\"value\":1}\n"),
                            "done");
        desk_pass(d, 0);
        check_state(d, "Failed");
        check_failure(d, "1: Radio is not simulated");
        check_failure(d, "2: InstrumentCluster has no signal 'warned'");
        check_failure(d, "3: InstrumentCluster.warningRaised: there are no arguments");
        check_failure(d, "4: ClimateControl has no zone 'Boot'");
        check_failure(d, "5: InstrumentCluster cannot have a zone 'A'");
        check_failure(d, "6: ClimateControl has no zone 'Boot'");
        assert_string_equal(desk_hear(d), "0 InstrumentCluster.speed = 1.0\n");
        desk_free(d);
}

static void faults_come_and_go(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(begin(d, "{\"fault\":{\"fault\":\"freeze\",\"member\":\"speed\"}}\n"
                                     "{\"set\":\"InstrumentCluster.speed\",\"value\":1}\n"
                                     "{\"after\":1,\"clear-faults\":true}\n"
                                     "{\"set\":\"InstrumentCluster.speed\",\"value\":2}\n"),
                            "done");
        desk_pass(d, 2);
        assert_string_equal(desk_hear(d), "1 InstrumentCluster.speed = 2.0\n");
        check_state(d, "Passed");
        desk_free(d);
}

/* ---- what is expected ---- */

static void a_value_is_there_now_later_or_never(void **state) {
        static const struct {
                const char *line, *failure; /* NULL: it passes */
        } rows[] = {
                { "{\"expect\":\"InstrumentCluster.speed\",\"value\":5}", NULL },
                { "{\"expect\":\"InstrumentCluster.speed\",\"value\":6}",
                  "2: InstrumentCluster.speed is 5, not 6" },
                { "{\"expect\":\"InstrumentCluster.speed\",\"minimum\":5,\"maximum\":5}", NULL },
                { "{\"expect\":\"InstrumentCluster.speed\",\"minimum\":6}",
                  "2: InstrumentCluster.speed is 5, not 6 or more" },
                { "{\"expect\":\"InstrumentCluster.speed\",\"maximum\":4}",
                  "2: InstrumentCluster.speed is 5, not 4 or less" },
                { "{\"expect\":\"InstrumentCluster.speed\",\"minimum\":1,\"maximum\":4}",
                  "2: InstrumentCluster.speed is 5, not from 1 to 4" },
                { "{\"expect\":\"InstrumentCluster.speed\",\"unset\":true}",
                  "2: InstrumentCluster.speed is 5, not without a value" },
                { "{\"expect\":\"ClimateControl.outsideTemperature\",\"zone\":\"Rear\",\"unset\":true}",
                  NULL },
                { "{\"expect\":\"ClimateControl.outsideTemperature\",\"zone\":\"Rear\",\"value\":1}",
                  "2: ClimateControl[Rear].outsideTemperature is without a value, not 1" },
                { "{\"expect\":\"InstrumentCluster.driveMode\",\"value\":\"Normal\"}", NULL },
                { "{\"expect\":\"InstrumentCluster.driveMode\",\"minimum\":0}",
                  "2: InstrumentCluster.driveMode is Normal, not 0 or more" },
                /* it becomes 7 after two seconds */
                { "{\"expect\":\"InstrumentCluster.speed\",\"value\":7,\"within\":2}", NULL },
                { "{\"expect\":\"InstrumentCluster.speed\",\"value\":7,\"within\":1.9}",
                  "2: InstrumentCluster.speed is 5, not 7 within 1.9 s" },
                { "{\"expect\":\"InstrumentCluster.speed\",\"value\":8,\"within\":9}",
                  "2: InstrumentCluster.speed is 7, not 8 within 9 s" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Desk *d = start();
                char text[512];

                snprintf(text, sizeof(text),
                         "{\"set\":\"InstrumentCluster.speed\",\"value\":5}\n%s\n"
                         "{\"at\":2,\"set\":\"InstrumentCluster.speed\",\"value\":7}\n",
                         rows[i].line);
                assert_string_equal(begin(d, text), "done");
                desk_pass(d, 20);
                if (rows[i].failure)
                        check_failure(d, rows[i].failure);
                check_state(d, rows[i].failure ? "Failed" : "Passed");
                desk_free(d);
        }
}

static void what_clients_do_is_expected_too(void **state) {
        static const char text[] =
                "{\"expect-call\":\"Counter.add\",\"arguments\":{\"n\":3},\"within\":5}\n"
                "{\"expect-signal\":\"Counter.passed\",\"arguments\":{\"at\":3},\"within\":5}\n"
                "{\"expect-write\":\"ClimateControl.fanLevel\",\"zone\":\"Rear\",\"value\":2,\"within\":5}\n"
                "{\"at\":10,\"log\":\"over\"}\n"
                "{\"expect-call\":\"Counter.add\"}\n";
        Desk *d = start();

        (void)state;
        assert_string_equal(begin(d, text), "done");
        desk_pass(d, 1);
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":3}"), "3");
        assert_string_equal(desk_set(d, "ClimateControl", "Rear", "fanLevel", "2"), "done");
        desk_pass(d, 8);
        desk_call(d, "Counter", "", "add", "{\"n\":1}"); /* since the lines before */
        desk_pass(d, 1);
        check_state(d, "Passed");

        assert_string_equal(begin(d, text), "done");
        desk_call(d, "Counter", "", "add", "{\"n\":2}");
        desk_set(d, "ClimateControl", "", "fanLevel", "2");
        desk_pass(d, 20);
        check_state(d, "Failed");
        check_failure(d, "1: Counter.add was not called like this within 5 s");
        check_failure(d, "2: Counter.passed did not happen like this within 5 s");
        check_failure(d, "3: ClimateControl[Rear].fanLevel was not set like this within 5 s");
        desk_free(d);
}

static void what_happens_at_once_counts_and_each_thing_once(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                begin(d,
                      "{\"emit\":\"InstrumentCluster.warningRaised\",\"arguments\":{\"warning\":{\"id\":1,"
                      "\"severity\":\"Info\",\"text\":\"x\"}}}\n"
                      "{\"expect-signal\":\"InstrumentCluster.warningRaised\"}\n"
                      "{\"expect-signal\":\"InstrumentCluster.warningRaised\"}\n"),
                "done");
        desk_pass(d, 0);
        check_failure(d, "3: InstrumentCluster.warningRaised did not happen");
        desk_free(d);
}

/* ---- recordings ---- */

static void calls_are_answered_as_they_were(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                begin(d,
                      "{\"at\":1,\"call\":\"Counter.add\",\"arguments\":{\"n\":1},\"result\":41}\n"
                      "{\"at\":2,\"call\":\"Counter.add\",\"error\":{\"name\":\"org.example.No\","
                      "\"text\":\"x\"}}\n"
                      "{\"at\":3,\"call\":\"Counter.add\",\"zone\":\"Left\",\"result\":7}\n"
                      "{\"at\":100,\"log\":\"\"}\n"),
                "done");
        desk_pass(d, 50);
        /* In the order of the recording, whenever; before the script, which would count. */
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":5}"), "41");
        assert_string_equal(desk_call(d, "Counter", "Left", "add", "{\"n\":5}"), "7");
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":5}"), "org.example.No: x");
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":5}"), "5");
        desk_free(d);

        d = desk_new("Test.Scripted:SimulationScript=/dev/null");
        desk_add(d, &scripted_interfaces[0]);
        assert_string_equal(
                begin(d,
                      "{\"at\":1,\"call\":\"Counter.add\",\"arguments\":{\"n\":1},\"result\":41}\n"
                      "{\"at\":100,\"write\":\"Counter.limit\",\"value\":3}\n"),
                "done");
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":5}"), "41");
        assert_string_equal(desk_call(d, "Counter", "", "add", "{\"n\":5}"), "0"); /* built in */
        desk_pass(d, 110);
        /* What a client has set is no change of its own. */
        assert_string_equal(desk_show(d, "Counter", "", "limit"), "10");
        check_state(d, "Passed");
        desk_free(d);
}

/* ---- life ---- */

static void one_takes_the_place_of_another(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(desk_control(d, "stopScenario", "{}"),
                            "org.freedesktop.DBus.Error.InvalidArgs: No scenario runs");
        begin(d, "{\"at\":5,\"set\":\"InstrumentCluster.speed\",\"value\":1}\n");
        begin(d, "{\"at\":5,\"set\":\"InstrumentCluster.speed\",\"value\":2}\n");
        desk_pass(d, 2);
        /* One that is wrong leaves the one that runs. */
        begin(d, "nonsense");
        check_state(d, "Running");
        desk_pass(d, 8);
        assert_string_equal(desk_hear(d), "5 InstrumentCluster.speed = 2.0\n");
        begin(d, "{\"at\":5,\"set\":\"InstrumentCluster.speed\",\"value\":3}\n");
        assert_string_equal(desk_control(d, "stopScenario", "{}"), "done");
        check_state(d, "Stopped");
        desk_pass(d, 8);
        assert_string_equal(desk_hear(d), "");
        desk_free(d);
}

static void an_hour_is_the_same_each_time(void **state) {
        char *first = NULL, *text;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        (void)state;
        assert_non_null(f);
        fputs("{\"fault\":{\"fault\":\"drop\",\"member\":\"rpm\",\"probability\":0.5}}\n", f);
        for (int i = 0; i < 36000; i++)
                fprintf(f, "{\"at\":%.1f,\"set\":\"InstrumentCluster.%s\",\"value\":%d}\n",
                        i / 10.0, i % 2 ? "rpm" : "speed", i % 200);
        fclose(f);
        for (int i = 0; i < 2; i++) {
                Desk *d = start();
                const char *heard;

                assert_string_equal(begin(d, text), "done");
                desk_pass(d, 3600);
                check_state(d, "Passed");
                heard = desk_hear(d);
                assert_true(strlen(heard) > 500000);
                if (first)
                        assert_true(strcmp(first, heard) == 0);
                else
                        first = strdup(heard);
                desk_free(d);
        }
        free(first);
        free(text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_no_scenario_is_refused_whole),
                cmocka_unit_test(lines_happen_at_their_times_in_their_order),
                cmocka_unit_test(what_cannot_be_done_is_a_failure_and_the_rest_goes_on),
                cmocka_unit_test(faults_come_and_go),
                cmocka_unit_test(a_value_is_there_now_later_or_never),
                cmocka_unit_test(what_clients_do_is_expected_too),
                cmocka_unit_test(what_happens_at_once_counts_and_each_thing_once),
                cmocka_unit_test(calls_are_answered_as_they_were),
                cmocka_unit_test(one_takes_the_place_of_another),
                cmocka_unit_test(an_hour_is_the_same_each_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
