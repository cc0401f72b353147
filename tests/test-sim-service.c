/* SPDX-License-Identifier: MIT */
/* A simulation that fasciad serves: the vehicle that comes with it lives, those who may control it, and where there is none to be
 * controlled. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define SIMULATION "org.fascia.Simulation1"
#define CONTROL SIMULATION " /org/fascia/Simulation1/Simulation " SIMULATION
#define CLUSTER \
        "Vehicle.Cluster1 /Vehicle/Cluster1/InstrumentCluster Vehicle.Cluster1.InstrumentCluster"
#define NOBODY "setpriv --reuid 65534 --clear-groups "

typedef struct Row {
        const char *prefix, *command;
        int status;
        const char *text;
} Row;

static const char *source(void) {
        const char *directory = getenv("FASCIA_SOURCE_DIR");

        return directory ? directory : ".";
}

/* The lively one, with what controls it. */
static Process *start_vehicle(Harness *h) {
        char config[2048];

        snprintf(
                config, sizeof(config),
                "[Vehicle.Climate]\nBackend=simulator\nSimulationScript=%s/interfaces/climate.lua\n"
                "[Vehicle.Cluster]\nBackend=simulator\nSimulationScript=%s/interfaces/cluster.lua\n"
                "[org.fascia.Simulation]\nBackend=simulator\n",
                source(), source());
        return harness_start_fasciad(h, config, NULL);
}

static void expect_rows(Harness *h, const Row *rows, size_t n) {
        char command[512];

        for (size_t i = 0; i < n; i++) {
                snprintf(command, sizeof(command), "%sbusctl %s", rows[i].prefix, rows[i].command);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
}

static void a_client_sees_the_car_drive(void **state) {
        Harness *h = *state;
        Process *client;

        start_vehicle(h);
        client = harness_spawn(h, "${FASCIA_BUILD_DIR:-build}/examples/cluster-client");
        process_wait_output(client, "speed: 5");
        process_wait_output(client, "rpm: 2");
        assert_int_equal(process_stop(client), 0);
}

/* Without a service, and without a file of settings. */
static void a_program_has_the_car_in_itself(void **state) {
        Harness *h = *state;
        Process *client;

        client = harness_spawn(h,
                               "env FASCIA_BACKEND=simulator "
                               "FASCIA_SIMULATION=Vehicle.Cluster=%s/interfaces/cluster.lua "
                               "${FASCIA_BUILD_DIR:-build}/examples/cluster-client",
                               source());
        process_wait_output(client, "speed: 5");
        assert_int_equal(process_stop(client), 0);
}

/* The lines that "make run" prints, and what they do. */
static void busctl_controls_what_is_simulated(void **state) {
        static const Row rows[] = {
                { "", "set-property " CONTROL " Paused b true", 0, "" },
                { "",
                  "call " CONTROL " SetValue sssv InstrumentCluster '' coolantTemperature d 120", 0,
                  "" },
                { "", "get-property " CLUSTER " CoolantTemperature", 0, "d 120\n" },
                { "", "get-property " CLUSTER " Warnings", 0, "a(iis) 0\n" },
                { "", "call " CONTROL " Step d 1", 0, "" },
                { "", "get-property " CLUSTER " Warnings", 0,
                  "a(iis) 1 2 2 \"Engine is too hot\"\n" },
                { "", "call " CLUSTER " Acknowledge i 2", 0, "b true\n" },
                { "", "call " CLUSTER " Acknowledge i 7", 0, "b false\n" },
                { "", "call " CONTROL " SetValue sssv InstrumentCluster '' tempo d 1", 1,
                  "InstrumentCluster has no property 'tempo'" },
                { "", "get-property " CONTROL " Problems", 0, "as 0\n" },
        };
        Harness *h = *state;

        start_vehicle(h);
        expect_rows(h, rows, sizeof(rows) / sizeof(rows[0]));
}

/* And fails where no script says that there is anything to warn of. */
static void the_scenario_that_comes_with_it_is_a_test(void **state) {
        static const char command[] = "${FASCIA_BUILD_DIR:-build}/fascia-sim test %s "
                                      "%s/interfaces/overheating.jsonl";
        char script[512], *output;
        Harness *h = *state;
        int status;

        snprintf(script, sizeof(script), "--script Vehicle.Cluster=%s/interfaces/cluster.lua",
                 source());
        output = harness_run(h, &status, command, script, source());
        if (status != 0)
                fail_msg("%d: %s", status, output);
        free(output);
        output = harness_run(h, &status, command, "", source());
        assert_int_equal(status, 1);
        assert_non_null(
                strstr(output, "overheating.jsonl:3: InstrumentCluster.warningRaised did not"));
        free(output);
}

/* The configuration that is installed is one without: the features are served, the name is nobody's. */
static void a_production_service_has_nothing_to_control(void **state) {
        static const Row rows[] = {
                { "", "get-property " CLUSTER " Speed", 0, "d 0\n" },
                { "", "call " CONTROL " ClearFaults", 1, "not provided by any" },
                /* nor by another name of the process */
                { "",
                  "call Vehicle.Cluster1 /org/fascia/Simulation1/Simulation " SIMULATION
                  " ClearFaults",
                  1, "There is no object" },
                { "", "call org.freedesktop.DBus / org.freedesktop.DBus NameHasOwner s " SIMULATION,
                  0, "b false\n" },
        };
        Harness *h = *state;
        char *config;
        int status;

        config = harness_run(h, &status, "cat %s/config/fasciad.conf", source());
        assert_int_equal(status, 0);
        assert_non_null(strstr(config, "[Vehicle.Cluster]\nBackend=simulator\n"));
        harness_start_fasciad(h, config, NULL);
        free(config);
        expect_rows(h, rows, sizeof(rows) / sizeof(rows[0]));
}

/* As that of a system: what nothing allows is denied. */
static const char strict_bus[] =
        "<busconfig><type>system</type><auth>EXTERNAL</auth><listen>%s</listen>"
        "<policy context='default'><allow user='*'/><deny own='*'/><deny send_type='method_call'/>"
        "<allow send_type='signal'/><allow send_requested_reply='true' send_type='method_return'/>"
        "<allow send_requested_reply='true' send_type='error'/><allow receive_type='method_call'/>"
        "<allow receive_type='method_return'/><allow receive_type='error'/>"
        "<allow receive_type='signal'/><allow send_destination='org.freedesktop.DBus'/></policy>"
        "<policy user='root'><allow own='*'/></policy>"
        "<include>%s/gen/cluster/dbus/Vehicle.Cluster1.conf</include>"
        "<include>%s/systemd/" SIMULATION ".conf</include></busconfig>\n";

static void the_policy_of_the_bus_lets_only_root_control_it(void **state) {
        static const Row rows[] = {
                { "", "call " CONTROL " ClearFaults", 0, "" },
                { "", "set-property " CONTROL " Speed d 2", 0, "" },
                { NOBODY, "get-property " CONTROL " Speed", 0, "d 2\n" },
                { NOBODY, "introspect " CONTROL, 0, ".SetValue " },
                { NOBODY, "tree " SIMULATION, 0, "/org/fascia/Simulation1/Simulation\n" },
                { NOBODY, "call " CONTROL " ClearFaults", 1, "Access denied" },
                { NOBODY,
                  "call Vehicle.Cluster1 /org/fascia/Simulation1/Simulation " SIMULATION
                  " ClearFaults",
                  1, "Access denied" },
                { NOBODY, "set-property " CONTROL " Speed d 3", 1, "denied" },
                /* What else the process serves is not concerned. */
                { NOBODY, "set-property " CLUSTER " DriveMode i 1", 0, "" },
                { NOBODY, "call " CLUSTER " Acknowledge i 7", 0, "b false\n" },
                { NOBODY, "get-property " CONTROL " Speed", 0, "d 2\n" },
        };
        const char *build = getenv("FASCIA_BUILD_DIR");
        char config[4096];
        Harness *h = *state;

        if (geteuid() != 0)
                skip();
        assert_return_code(chmod(harness_get_directory(h), 0711), errno);
        harness_kill_bus(h);
        snprintf(config, sizeof(config), strict_bus, harness_get_address(h),
                 build ? build : "build", source());
        harness_write(h, "bus.conf", config);
        harness_start_bus(h);
        start_vehicle(h);
        expect_rows(h, rows, sizeof(rows) / sizeof(rows[0]));
}

/* As the manual has it, for a bus whose policy does not: fasciad asks itself. */
static void the_section_can_say_the_same(void **state) {
        static const Row rows[] = {
                { "", "call " CONTROL " ClearFaults", 0, "" },
                { NOBODY, "get-property " CONTROL " Speed", 0, "d 1\n" },
                { NOBODY, "call " CONTROL " ClearFaults", 1, "denied" },
                { NOBODY, "set-property " CONTROL " Speed d 3", 1, "denied" },
        };
        Harness *h = *state;

        if (geteuid() != 0)
                skip();
        assert_return_code(chmod(harness_get_directory(h), 0711), errno);
        harness_start_fasciad(h,
                              "[org.fascia.Simulation]\nBackend=simulator\nAccess1=allow read\n"
                              "Access2=allow all to user root\nAccess=deny\n",
                              NULL);
        expect_rows(h, rows, sizeof(rows) / sizeof(rows[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_client_sees_the_car_drive),
                TEST(a_program_has_the_car_in_itself),
                TEST(busctl_controls_what_is_simulated),
                TEST(the_scenario_that_comes_with_it_is_a_test),
                TEST(a_production_service_has_nothing_to_control),
                TEST(the_policy_of_the_bus_lets_only_root_control_it),
                TEST(the_section_can_say_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
