/* SPDX-License-Identifier: MIT */
/* The control of a simulation: values that clients cannot set, signals, zones, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "sim-desk.h"

#define CLIMATE (&climate_interfaces[0])
#define CLUSTER (&cluster_interfaces[0])

static Desk *start(void) {
        Desk *d = desk_new(NULL);

        desk_add(d, CLUSTER);
        desk_add(d, CLIMATE);
        desk_hear(d);
        return d;
}

static void it_knows_what_is_simulated(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                desk_control_get(d, "features"),
                "[\"Vehicle.Cluster.InstrumentCluster\", \"Vehicle.Climate.ClimateControl\"]");
        desk_remove(d, "InstrumentCluster");
        assert_string_equal(desk_control_get(d, "features"),
                            "[\"Vehicle.Climate.ClimateControl\"]");
        desk_free(d);
}

static void a_value_is_read_as_its_property_wants_it(void **state) {
        static const struct {
                const char *feature, *zone, *property, *value; /* a variant, as JSON */
                const char *answer, *shown;
        } rows[] = {
                /* read-only */
                { "InstrumentCluster", "", "speed", "50.5", "done", "50.5" },
                /* beyond the bounds of its data: who controls knows why */
                { "InstrumentCluster", "", "speed", "1000", "done", "1000.0" },
                /* an integer for a real, an unsigned one for an int */
                { "InstrumentCluster", "", "speed", "7", "done", "7.0" },
                { "InstrumentCluster", "", "rpm", "{\"signature\":\"t\",\"value\":900}", "done",
                  "900" },
                { "InstrumentCluster", "", "rpm", "{\"signature\":\"t\",\"value\":3000000000}",
                  "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.rpm: 3000000000 is not "
                  "in -2147483648 to 2147483647",
                  "900" },
                { "InstrumentCluster", "", "rpm", "1.5",
                  "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.rpm: 1.5 is not an "
                  "integer",
                  "900" },
                /* texts, where the type is none */
                { "InstrumentCluster", "", "driveMode", "\"Sport\"", "done", "\"Sport\"" },
                { "InstrumentCluster", "", "driveMode", "2", "done", "\"Eco\"" },
                { "InstrumentCluster", "", "driveMode", "\"Fast\"",
                  "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.driveMode: 'Fast' is "
                  "none of Normal, Sport, Eco",
                  "\"Eco\"" },
                { "InstrumentCluster", "", "fuel", "\"0.5\"", "done", "0.5" },
                { "InstrumentCluster", "", "warnings",
                  "\"[{\\\"id\\\":1,\\\"severity\\\":\\\"Info\\\",\\\"text\\\":\\\"x\\\"}]\"",
                  "done", "[{\"id\": 1, \"severity\": \"Info\", \"text\": \"x\"}]" },
                { "ClimateControl", "Rear", "airflow", "\"Floor|Windshield\"", "done",
                  "\"Windshield|Floor\"" },
                /* what is not there */
                { "ClimateControl", "Boot", "airflow", "1",
                  "org.freedesktop.DBus.Error.InvalidArgs: ClimateControl has no zone 'Boot'",
                  NULL },
                { "ClimateControl", "", "airflows", "1",
                  "org.freedesktop.DBus.Error.InvalidArgs: ClimateControl has no property "
                  "'airflows'",
                  NULL },
                { "Radio", "", "airflow", "1",
                  "org.freedesktop.DBus.Error.InvalidArgs: No feature 'Radio' is simulated; there "
                  "are: Vehicle.Cluster.InstrumentCluster Vehicle.Climate.ClimateControl",
                  NULL },
                /* leading parts of a name may be left off, not parts of a word */
                { "Climate.ClimateControl", "", "fanLevel", "3", "done", NULL },
                { "Control", "", "fanLevel", "3",
                  "org.freedesktop.DBus.Error.InvalidArgs: No feature 'Control' is simulated; there "
                  "are: Vehicle.Cluster.InstrumentCluster Vehicle.Climate.ClimateControl",
                  NULL },
                { "InstrumentCluster", "", "speed", "null",
                  "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.speed: there is no "
                  "value",
                  NULL },
        };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char arguments[512];

                snprintf(arguments, sizeof(arguments),
                         "{\"feature\":\"%s\",\"zone\":\"%s\",\"property\":\"%s\",\"value\":%s}",
                         rows[i].feature, rows[i].zone, rows[i].property, rows[i].value);
                assert_string_equal(desk_control(d, "setValue", arguments), rows[i].answer);
                if (rows[i].shown)
                        assert_string_equal(
                                desk_show(d, rows[i].feature, rows[i].zone, rows[i].property),
                                rows[i].shown);
        }
        desk_free(d);
}

static void a_value_may_go_and_come_back(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(desk_control(d, "withdrawValue",
                                         "{\"feature\":\"InstrumentCluster\",\"zone\":\"\","
                                         "\"property\":\"fuel\"}"),
                            "done");
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "fuel"), "(none)");
        assert_string_equal(desk_control(d, "setValue",
                                         "{\"feature\":\"InstrumentCluster\",\"zone\":\"\","
                                         "\"property\":\"fuel\",\"value\":0.5}"),
                            "done");
        assert_string_equal(desk_hear(d), "0 InstrumentCluster.fuel = (none)\n"
                                          "0 InstrumentCluster.fuel = 0.5\n");
        desk_free(d);
}

#define RAISED \
        "{\"feature\":\"InstrumentCluster\",\"zone\":\"\",\"name\":\"warningRaised\",\"arguments\":"

static void a_signal_happens_with_its_arguments(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(desk_control(d, "emitSignal",
                                         RAISED
                                         "[\"{\\\"id\\\":3,\\\"severity\\\":\\\"Critical\\\","
                                         "\\\"text\\\":\\\"hot\\\"}\"]}"),
                            "done");
        assert_string_equal(desk_hear(d),
                            "0 InstrumentCluster.warningRaised({\"warning\": {\"id\": 3, "
                            "\"severity\": \"Critical\", \"text\": \"hot\"}})\n");
        assert_string_equal(
                desk_control(d, "emitSignal", RAISED "[]}"),
                "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.warningRaised: "
                "it has 1 argument, not 0");
        assert_string_equal(
                desk_control(d, "emitSignal", RAISED "[\"{\\\"id\\\":3}\"]}"),
                "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster.warningRaised: "
                "warning: the member 'severity' is missing");
        assert_string_equal(desk_hear(d), "");
        desk_free(d);
}

static void zones_come_with_the_values_of_their_data_and_go(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                desk_control(d, "addZone", "{\"feature\":\"ClimateControl\",\"zone\":\"Boot\"}"),
                "done");
        assert_string_equal(desk_show(d, "ClimateControl", "Boot", "targetTemperature"), "20.0");
        assert_string_equal(
                desk_control(d, "addZone", "{\"feature\":\"ClimateControl\",\"zone\":\"Boot\"}"),
                "org.freedesktop.DBus.Error.FileExists: ClimateControl has the zone 'Boot' already");
        assert_string_equal(
                desk_control(d, "addZone", "{\"feature\":\"ClimateControl\",\"zone\":\"\"}"),
                "org.freedesktop.DBus.Error.InvalidArgs: ClimateControl: a zone needs a name");
        assert_string_equal(
                desk_control(d, "addZone", "{\"feature\":\"InstrumentCluster\",\"zone\":\"A\"}"),
                "org.freedesktop.DBus.Error.InvalidArgs: InstrumentCluster cannot have a zone 'A'");
        desk_hear(d);
        assert_string_equal(
                desk_control(d, "removeZone", "{\"feature\":\"ClimateControl\",\"zone\":\"Boot\"}"),
                "done");
        assert_string_equal(
                desk_control(d, "removeZone", "{\"feature\":\"ClimateControl\",\"zone\":\"Boot\"}"),
                "org.freedesktop.DBus.Error.InvalidArgs: ClimateControl has no zone 'Boot'");
        assert_string_equal(
                desk_control(d, "removeZone", "{\"feature\":\"ClimateControl\",\"zone\":\"\"}"),
                "org.freedesktop.DBus.Error.InvalidArgs: ClimateControl itself is no zone");
        assert_string_equal(desk_hear(d), "0 ClimateControl -Boot\n");
        desk_free(d);
}

/* ---- data that is wrong ---- */

static void a_feature_whose_data_is_wrong_says_where(void **state) {
        Desk *d;

        (void)state;
        setenv("FASCIA_SIMULATION_DATA", "Cluster=/nowhere.yaml;Vehicle.Climate=/dev/null", 1);
        d = desk_new(NULL);
        assert_false(desk_try(d, CLUSTER));
        assert_int_equal(desk_get_state(d, "InstrumentCluster"), FASCIA_STATE_UNAVAILABLE);
        assert_non_null(strstr(desk_get_error(d, "InstrumentCluster"), "/nowhere.yaml: "));
        unsetenv("FASCIA_SIMULATION_DATA");
        /* The others do not care. */
        desk_add(d, CLIMATE);
        assert_int_equal(desk_get_state(d, "ClimateControl"), FASCIA_STATE_READY);
        desk_free(d);
}

/* ---- time ---- */

#define DELAYED \
        "{\"fault\":\"{\\\"fault\\\":\\\"delay\\\",\\\"member\\\":\\\"speed\\\",\\\"seconds\\\":10}\"}"
#define SPEED(value)                                                                               \
        "{\"feature\":\"InstrumentCluster\",\"zone\":\"\",\"property\":\"speed\",\"value\":" value \
        "}"

static void time_passes_at_once_when_that_is_wanted(void **state) {
        Desk *d = start();

        (void)state;
        desk_control(d, "addFault", DELAYED);
        desk_control(d, "setValue", SPEED("1"));
        assert_string_equal(desk_control(d, "step", "{\"seconds\":4}"), "done");
        desk_control(d, "setValue", SPEED("2"));
        assert_string_equal(desk_control(d, "getTime", "{}"), "4.0");
        assert_string_equal(desk_control(d, "stepNext", "{}"), "6.0");
        assert_string_equal(desk_hear(d), "10 InstrumentCluster.speed = 1.0\n");
        assert_string_equal(desk_control(d, "stepNext", "{}"), "4.0");
        assert_string_equal(desk_hear(d), "14 InstrumentCluster.speed = 2.0\n");
        assert_string_equal(desk_control(d, "stepNext", "{}"), "0.0");
        assert_string_equal(desk_control(d, "getTime", "{}"), "14.0");
        desk_free(d);
}

static void a_step_that_is_none_is_refused(void **state) {
        static const char *const seconds[] = { "0", "-1", "86401", "\"nan\"" };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
                char arguments[64];

                snprintf(arguments, sizeof(arguments), "{\"seconds\":%s}", seconds[i]);
                assert_non_null(strstr(desk_control(d, "step", arguments),
                                       "is not above 0 and up to 86400"));
        }
        assert_string_equal(desk_control(d, "getTime", "{}"), "0.0");
        desk_free(d);
}

static void things_of_one_moment_happen_in_their_order(void **state) {
        char arguments[256], expected[4096] = "";
        Desk *d = start();

        (void)state;
        desk_control(d, "addFault", DELAYED);
        for (unsigned i = 1; i <= 50; i++) {
                snprintf(arguments, sizeof(arguments), SPEED("%u"), i);
                desk_control(d, "setValue", arguments);
                snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
                         "10 InstrumentCluster.speed = %u.0\n", i);
        }
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), expected);
        desk_free(d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_knows_what_is_simulated),
                cmocka_unit_test(a_value_is_read_as_its_property_wants_it),
                cmocka_unit_test(a_value_may_go_and_come_back),
                cmocka_unit_test(a_signal_happens_with_its_arguments),
                cmocka_unit_test(zones_come_with_the_values_of_their_data_and_go),
                cmocka_unit_test(a_feature_whose_data_is_wrong_says_where),
                cmocka_unit_test(time_passes_at_once_when_that_is_wanted),
                cmocka_unit_test(a_step_that_is_none_is_refused),
                cmocka_unit_test(things_of_one_moment_happen_in_their_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
