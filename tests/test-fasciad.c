/* SPDX-License-Identifier: MIT */
/* fasciad as its users meet it: on a real message bus, by busctl, signals and options. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define REMOTE "[Example.Remote]\nBackend=remote\n"
#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define CLUSTER "[Vehicle.Cluster]\nBackend=simulator\n"

#define REMOTE_OBJECT                                         \
        "Example.Remote1 /Example/Remote1/ProcessingService " \
        "Example.Remote1.ProcessingService"
#define ZONE_PATH "/Vehicle/Climate1/ClimateControl/FrontLeft"
#define ZONE "Vehicle.Climate1 " ZONE_PATH " Vehicle.Climate1.ClimateControl"
#define CLUSTER_INFO "Vehicle.Cluster1 /Vehicle/Cluster1/InstrumentCluster org.fascia.Feature1"
#define FASCIAD "${FASCIA_BUILD_DIR:-build}/fasciad"

static void assert_not_printed(Process *p, const char *text) {
        const char *output = process_get_output(p);

        if (strstr(output, text))
                fail_msg("'%s' in: %s", text, output);
}

/* ---- what tools see ---- */

static void busctl_shows_every_object(void **state) {
        static const char *const paths[] = {
                "/Example/Remote1/ProcessingService\n",
                "/Vehicle/Climate1\n",
                "/Vehicle/Climate1/ClimateControl\n",
                "/Vehicle/Climate1/ClimateControl/FrontLeft\n",
                "/Vehicle/Climate1/ClimateControl/FrontRight\n",
                "/Vehicle/Climate1/ClimateControl/Rear\n",
                "/Vehicle/Cluster1/InstrumentCluster\n",
        };
        Harness *h = *state;

        harness_start_fasciad(h, REMOTE CLIMATE CLUSTER, NULL);
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
                harness_expect(h, 0, "busctl tree --list Vehicle.Climate1", paths[i]);
}

static void busctl_introspects_features_and_zones(void **state) {
        static const struct {
                const char *command, *text;
        } rows[] = {
                { "introspect Vehicle.Climate1 " ZONE_PATH " Vehicle.Climate1.ClimateControl",
                  "d         21.5         emits-change writable" },
                { "introspect Vehicle.Climate1 " ZONE_PATH, ".OutsideTemperature " },
                { "introspect Vehicle.Climate1 " ZONE_PATH " org.fascia.Feature1",
                  "1 \"OutsideTemperature\"" },
                { "introspect Vehicle.Climate1 /Vehicle/Climate1",
                  "org.freedesktop.DBus.ObjectManager" },
                { "introspect Vehicle.Cluster1 /Vehicle/Cluster1/InstrumentCluster",
                  ".WarningRaised " },
                { "introspect " REMOTE_OBJECT, ".Process " },
        };
        Harness *h = *state;
        char command[256];

        harness_start_fasciad(h, REMOTE CLIMATE CLUSTER, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "busctl %s", rows[i].command);
                harness_expect(h, 0, command, rows[i].text);
        }
}

static void other_tools_walk_over_all_objects_also_past_a_failed_module(void **state) {
        Harness *h = *state;

        if (access("/usr/bin/gdbus", X_OK) < 0)
                skip();
        harness_start_fasciad(h, REMOTE CLIMATE "[No.Such]\nBackend=simulator\n", NULL);
        harness_expect(
                h, 0, "gdbus introspect --system --dest Vehicle.Climate1 --object-path / --recurse",
                "node " ZONE_PATH " {");
        harness_expect(h, 0,
                       "gdbus introspect --system --dest Example.Remote1 --object-path / --recurse",
                       "in  s data,");
}

static void busctl_gets_sets_and_calls(void **state) {
        static const struct {
                const char *command;
                int status;
                const char *text;
        } rows[] = {
                { "get-property " ZONE " TargetTemperature", 0, "d 21.5\n" },
                { "set-property " ZONE " TargetTemperature d 23.5", 0, "" },
                { "get-property " ZONE " TargetTemperature", 0, "d 23.5\n" },
                { "set-property " ZONE " TargetTemperature d 99", 1,
                  "TargetTemperature: 99 is not in [16-28]" },
                { "set-property " ZONE " Recirculation i 7", 1,
                  "RecirculationMode has no value 7" },
                { "set-property " ZONE " OutsideTemperature d 7", 1, "read-only" },
                { "get-property " ZONE " TargetTemperature", 0, "d 23.5\n" },
                { "call " REMOTE_OBJECT " Process s hello", 0, "i 5\n" },
                { "get-property " REMOTE_OBJECT " LastMessage", 0, "s \"hello\"\n" },
                { "call " REMOTE_OBJECT " Process i 5", 1, "Process expects 's', got 'i'" },
                { "get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl/Trunk "
                  "Vehicle.Climate1.ClimateControl FanLevel",
                  1, "ClimateControl has no zone 'Trunk'; it has FrontLeft, FrontRight, Rear" },
                { "call Vehicle.Climate1 /Vehicle/Climate1 org.freedesktop.DBus.ObjectManager "
                  "GetManagedObjects",
                  0, "a{oa{sa{sv}}} 4 \"/Vehicle/Climate1/ClimateControl\" " },
        };
        Harness *h = *state;
        char command[512];

        harness_start_fasciad(h, REMOTE CLIMATE, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "busctl %s", rows[i].command);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
}

static void busctl_monitors_changes(void **state) {
        Harness *h = *state;
        Process *monitor;

        harness_start_fasciad(h, CLIMATE, NULL);
        monitor = harness_spawn(h, "busctl monitor Vehicle.Climate1");
        process_wait_output(monitor, "Monitoring bus message stream");
        harness_expect(h, 0, "busctl set-property " ZONE " FanLevel i 7", "");
        process_wait_output(monitor, "Member=PropertiesChanged");
        process_wait_output(monitor, "STRING \"FanLevel\"");
        process_wait_output(monitor, "INT32 7;");
        process_wait_output(monitor, "STRING \"FasciaSerial\"");
        process_wait_output(monitor, "UINT64 1;");
}

/* ---- start and stop ---- */

static void it_stops_by_sigterm_and_gives_its_names_back(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, REMOTE CLIMATE, NULL);

        assert_int_equal(process_stop(p), 0);
        harness_wait_notify(h, "STOPPING=1");
        harness_expect(h, 1, "busctl call --auto-start=no " REMOTE_OBJECT " Process s x", "");
        p = harness_start_fasciad(h, REMOTE CLIMATE, NULL);
        process_signal(p, SIGINT);
        assert_int_equal(process_wait(p), 0);
}

static void it_is_ready_once_its_names_are_its_own(void **state) {
        Harness *h = *state;

        for (int i = 0; i < 5; i++) {
                Process *p = harness_start_fasciad(h, REMOTE CLIMATE CLUSTER, NULL);

                harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
                process_stop(p);
        }
}

static void a_second_one_for_the_same_name_is_refused(void **state) {
        Harness *h = *state;
        Process *second;

        harness_start_fasciad(h, REMOTE CLIMATE, NULL);
        second = harness_spawn_fasciad(h, CLIMATE, NULL);
        assert_int_equal(process_wait(second), 1);
        process_wait_output(second,
                            "Another process owns the name 'Vehicle.Climate1' on unix:path=");
        assert_not_printed(second, "Serving");
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 3\n");
}

static void without_a_bus_it_says_which_address_failed(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn_fasciad(h, REMOTE, "--address unix:path=/nonexistent/bus");

        assert_int_equal(process_wait(p), 1);
        process_wait_output(
                p, "Failed to connect to unix:path=/nonexistent/bus: No such file or directory");
        p = harness_spawn_fasciad(h, REMOTE, "--address nonsense");
        assert_int_equal(process_wait(p), 1);
        process_wait_output(p, "Failed to connect to nonsense: Invalid argument");
}

static void the_watchdog_is_told(void **state) {
        Harness *h = *state;

        harness_set_environment(h, "WATCHDOG_USEC", "100000");
        harness_start_fasciad(h, REMOTE, NULL);
        harness_wait_notify(h, "WATCHDOG=1");
        harness_wait_notify(h, "WATCHDOG=1");
        /* A bus that is gone is no reason to be killed. */
        harness_kill_bus(h);
        harness_wait_notify(h, "Without a bus");
        harness_wait_notify(h, "WATCHDOG=1");
        harness_wait_notify(h, "WATCHDOG=1");
        harness_start_bus(h);
}

static void after_the_bus_was_lost_it_serves_again_with_its_values(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, REMOTE CLIMATE, NULL);

        harness_expect(h, 0, "busctl set-property " ZONE " FanLevel i 9", "");
        harness_kill_bus(h);
        process_wait_output(p, "Lost the connection to unix:path=");
        harness_start_bus(h);
        harness_wait_notify(h, "STATUS=2 modules, all served");
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 9\n");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s hi", "i 2\n");
}

/* ---- what is wrong with the configuration ---- */

static void a_missing_plugin_leaves_out_its_feature_alone(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, REMOTE "[Vehicle.Cluster]\nBackend=nothing\n", NULL);

        process_wait_output(p, "Vehicle.Cluster: There is no 'nothing.so' in '");
        harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " State", "s \"unavailable\"\n");
        harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " Error",
                       "There is no \\'nothing.so\\'");
        harness_expect(h, 1,
                       "busctl get-property Vehicle.Cluster1 /Vehicle/Cluster1/InstrumentCluster "
                       "Vehicle.Cluster1.InstrumentCluster Speed",
                       "InstrumentCluster is not available: There is no 'nothing.so'");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

static void the_status_names_what_failed(void **state) {
        Harness *h = *state;

        harness_spawn_fasciad(h, REMOTE "[Vehicle.Cluster]\nBackend=nothing\n", NULL);
        harness_wait_notify(
                h, "STATUS=2 modules, 1 failed: Vehicle.Cluster: There is no 'nothing.so' in '");
        harness_wait_notify(h, "READY=1");
}

static void a_module_that_is_not_installed_has_its_name_owned(void **state) {
        static const struct {
                const char *section, *name, *path, *reason;
        } rows[] = {
                { "No.Such", "No.Such1", "/No/Such1", "a first version is the best guess" },
                { "No.Other2", "No.Other2", "/No/Other2", "a name with a version is as it is" },
                { "No.Third]\nVersion=4\n[No.Third", "No.Third4", "/No/Third4", "said" },
                { "Plain", "fascia.Plain1", "/fascia/Plain1", "a name must have a dot" },
        };
        char config[512] = REMOTE, command[256], text[256];
        Harness *h = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                snprintf(config + strlen(config), sizeof(config) - strlen(config),
                         "[%s]\nBackend=remote\n", rows[i].section);
        harness_start_fasciad(h, config, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "busctl call %s %s/Any Some.Interface Do",
                         rows[i].name, rows[i].path);
                snprintf(text, sizeof(text), "%s is not available: There is no '", rows[i].name);
                harness_expect(h, 1, command, text);
        }
}

static void a_fault_in_a_section_leaves_out_its_module_alone(void **state) {
        static const struct {
                const char *section, *text;
        } rows[] = {
                { "[Vehicle.Cluster]\nBackend=simulator\nColour=red\n", ":5: " },
                { "[Vehicle.Cluster]\nBackend=simulator\nReplyTimeout=soon\n", ":5: " },
                { "[Vehicle.Cluster]\nBackend=simulator\n[Vehicle.Cluster/Radio]\nBackend=remote\n",
                  "[Vehicle.Cluster/Radio]: the module has no interface" },
                { "[Vehicle.Cluster]\nEnabled=yes\n", "No backend is configured" },
        };
        Harness *h = *state;
        char config[256];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Process *p;

                snprintf(config, sizeof(config), "%s%s", REMOTE, rows[i].section);
                p = harness_start_fasciad(h, config, NULL);
                process_wait_output(p, rows[i].text);
                harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " Error", rows[i].text);
                harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
                assert_int_equal(process_stop(p), 0);
        }
}

static void a_fault_that_is_no_modules_leaves_out_the_value_alone(void **state) {
        Harness *h = *state;
        Process *p = harness_spawn_fasciad(h, "[fascia]\nCallRate=fast\n" REMOTE, NULL);

        harness_wait_notify(h, "STATUS=1 module, all served; the configuration has faults");
        harness_wait_notify(h, "READY=1");
        process_wait_output(p, ".conf:2: ");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

static void sections_that_cannot_have_a_name_do_not_keep_the_others_from_theirs(void **state) {
        Harness *h = *state;

        harness_spawn_fasciad(h,
                              "[Bad..Name]\nBackend=remote\n"
                              "[Vehicle.Climate1]\nBackend=simulator\n" CLIMATE
                              "[Example.Remote]\nBackend=remote\n"
                              "[Example.Remote1]\nBackend=remote\n",
                              NULL);
        harness_wait_notify(h, "STATUS=5 modules, 3 failed: Bad..Name: Failed to export");
        harness_wait_notify(h, "READY=1");
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 3\n");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

static void a_module_that_is_not_enabled_is_not_served(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, REMOTE "[Vehicle.Cluster]\nBackend=simulator\nEnabled=no\n", NULL);
        harness_expect(h, 1, "busctl get-property --auto-start=no " CLUSTER_INFO " State", "");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

/* ---- reload ---- */

static Process *start_with(Harness *h, const char *config) {
        char arguments[256];

        snprintf(arguments, sizeof(arguments), "--config '%s'",
                 harness_write(h, "reload.conf", config));
        return harness_start_fasciad(h, "", arguments);
}

static void reload(Harness *h, Process *p, const char *config) {
        harness_write(h, "reload.conf", config);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "RELOADING=1\nMONOTONIC_USEC=");
        harness_wait_notify(h, "READY=1");
}

static void a_reload_adds_removes_and_changes_modules(void **state) {
        Harness *h = *state;
        Process *p = start_with(h, CLIMATE CLUSTER);
        Process *monitor;

        harness_expect(h, 0, "busctl set-property " ZONE " FanLevel i 9", "");
        monitor = harness_spawn(h, "busctl monitor --match \"type='signal',"
                                   "member='NameOwnerChanged'\"");
        process_wait_output(monitor, "Monitoring bus message stream");
        reload(h, p, REMOTE "[Vehicle.Cluster]\nBackend=nothing\n" CLIMATE);
        process_wait_output(monitor, "STRING \"Example.Remote1\"");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
        harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " State", "s \"unavailable\"\n");
        /* What has not changed was left alone. */
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 9\n");

        reload(h, p, REMOTE CLUSTER);
        process_wait_output(monitor, "STRING \"Vehicle.Climate1\"");
        harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " State", "s \"ready\"\n");
        harness_expect(h, 1, "busctl get-property --auto-start=no " ZONE " FanLevel", "");
        /* Another backend is no reason to drop the name. */
        assert_not_printed(monitor, "Vehicle.Cluster1");
}

static void a_bad_configuration_is_refused_and_the_old_one_stays(void **state) {
        static const struct {
                const char *config, *text;
        } rows[] = {
                { CLUSTER "Colour=red\n", "reload.conf:3: " },
                { CLUSTER "[unterminated\n", "reload.conf:3: " },
                { "[fascia]\nCallRate=fast\n", "reload.conf:2: " },
        };
        Harness *h = *state;
        Process *p = start_with(h, REMOTE);

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                harness_write(h, "reload.conf", rows[i].config);
                process_signal(p, SIGHUP);
                harness_wait_notify(
                        h, "STATUS=1 module, all served; the new configuration was refused");
                harness_wait_notify(h, "READY=1");
                process_wait_output(p, rows[i].text);
                process_wait_output(p, "the one before stays in effect");
                harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
        }
        reload(h, p, CLUSTER);
        harness_expect(h, 0, "busctl get-property " CLUSTER_INFO " State", "s \"ready\"\n");
}

static void a_name_that_is_taken_at_the_start_costs_its_module_until_it_is_free(void **state) {
        Harness *h = *state;
        Process *first = harness_spawn_fasciad(h, REMOTE, NULL), *second;

        process_wait_output(first, "Serving on");
        second = start_with(h, CLIMATE REMOTE);
        process_wait_output(second,
                            "Example.Remote: Another process owns the name 'Example.Remote1'");
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 3\n");
        process_signal(first, SIGTERM);
        assert_int_equal(process_wait(first), 0);
        process_wait_output(second, "Example.Remote: Works again");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

static void a_name_that_is_taken_at_a_reload_does_not_end_the_others(void **state) {
        Harness *h = *state;
        Process *p = start_with(h, CLIMATE);

        harness_start_fasciad(h, REMOTE, NULL);
        harness_write(h, "reload.conf", CLIMATE REMOTE);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "STATUS=2 modules, 1 failed: Example.Remote: Another process owns");
        process_wait_output(p, "Example.Remote: Another process owns the name 'Example.Remote1'");
        harness_expect(h, 0, "busctl get-property " ZONE " FanLevel", "i 3\n");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

/* Without a word of the configuration changed: what was missing may be there now. */
static void a_reload_tries_again_what_has_failed(void **state) {
        Harness *h = *state;
        const char *output;
        Process *p;

        harness_set_environment(h, "FASCIA_PLUGIN_PATH", harness_get_directory(h));
        p = start_with(h, REMOTE);
        process_wait_output(p, "Example.Remote: There is no 'remote.so' in '");
        reload(h, p, REMOTE);
        harness_expect(h, 1, "busctl call " REMOTE_OBJECT " Process s x",
                       "There is no 'remote.so'");
        output = process_get_output(p);
        if (strstr(strstr(output, "There is no 'remote.so'") + 1, "There is no 'remote.so'"))
                fail_msg("said twice: %s", output);
        harness_set_environment(h, "PLUGIN_DIRECTORY", harness_get_directory(h));
        harness_expect(h, 0,
                       "install -m 644 \"${FASCIA_BUILD_DIR:-build}/plugins/remote.so\" "
                       "\"$PLUGIN_DIRECTORY\"",
                       "");
        reload(h, p, REMOTE);
        process_wait_output(p, "Example.Remote: Works again");
        harness_expect(h, 0, "busctl call " REMOTE_OBJECT " Process s x", "i 1\n");
}

static void limits_follow_a_reload(void **state) {
        Harness *h = *state;
        Process *p = start_with(h, REMOTE);

        reload(h, p, "[fascia]\nCallRate=1\nCallBurst=1\n" REMOTE);
        /* busctl introspects and gets: more than one call. */
        harness_expect(h, 1, "busctl introspect " REMOTE_OBJECT, "CallRate");
        reload(h, p, "[fascia]\nCallRate=0\nMaxReplySize=1K\n" CLIMATE REMOTE);
        harness_expect(h, 0, "busctl introspect " REMOTE_OBJECT, ".Process");
        reload(h, p, "[fascia]\nMaxReplySize=1K\n" CLIMATE REMOTE);
        harness_expect(
                h, 1,
                "busctl call Vehicle.Climate1 /Vehicle/Climate1 org.freedesktop.DBus.ObjectManager "
                "GetManagedObjects",
                "above the limit of 1024");
        reload(h, p, CLIMATE REMOTE);
        harness_expect(
                h, 0,
                "busctl call Vehicle.Climate1 /Vehicle/Climate1 org.freedesktop.DBus.ObjectManager "
                "GetManagedObjects",
                "a{oa{sa{sv}}} 4 ");
}

static unsigned count_text(const char *text, const char *what) {
        unsigned n = 0;

        for (const char *p = text; (p = strstr(p, what)); p++)
                n++;
        return n;
}

static void each_mistake_is_logged_once(void **state) {
        Harness *h = *state;
        const char *log;
        Process *p;

        p = harness_spawn_fasciad(h,
                                  "[fascia]\nColour=red\n[Vehicle.Cluster]\nBackend=simulator\n"
                                  "Shape=round\nSize=large\n[A-B]\n" CLIMATE,
                                  NULL);
        harness_wait_notify(h, "READY=1");
        process_wait_output(p, "Serving on");
        log = process_get_output(p);
        assert_int_equal(count_text(log, "'Colour'"), 1);
        assert_int_equal(count_text(log, "'Shape'"), 1);
        assert_int_equal(count_text(log, "'Size'"), 1);
        assert_int_equal(count_text(log, "'A-B'"), 1);
}

/* ---- the command line ---- */

static void check_config_says_what_is_wrong_without_a_bus(void **state) {
        static const struct {
                const char *config;
                int status;
                const char *text, *reason;
        } rows[] = {
                { REMOTE CLIMATE CLUSTER, 0, "", "nothing is wrong" },
                { "[fascia]\nStateDirectory=here\n" REMOTE, 1,
                  "check.conf:2: [fascia]: StateDirectory=here: expected an absolute directory",
                  "a relative path" },
                { REMOTE "Colour=red\n", 1, "check.conf:3: ", "an unknown key" },
                { "[Vehicle.Cluster]\nBackend=nothing\n", 1,
                  "[Vehicle.Cluster]: There is no 'nothing.so'", "a missing plugin" },
                { "[Vehicle.Cluster]\nBackend=remote\n", 1,
                  "[Vehicle.Cluster]: ", "a plugin of another interface" },
                { "[Vehicle.Cluster]\nEnabled=yes\n", 1,
                  "[Vehicle.Cluster]: no Backend= for InstrumentCluster", "no plugin" },
                { "[No.Such]\nBackend=remote\n", 1, "[No.Such]: There is no 'No.Such",
                  "a missing module" },
                { CLUSTER "[Vehicle.Cluster/Radio]\nBackend=remote\n", 1,
                  "the module has no interface 'Radio'", "a section of nothing" },
                { CLIMATE "[Vehicle.Climate1]\nBackend=simulator\n", 1,
                  "[Vehicle.Climate1]: The name 'Vehicle.Climate1' is that of [Vehicle.Climate], too\n",
                  "two sections of one name" },
                { "[fascia]\nStateDirectory=/proc/none\n" REMOTE, 1,
                  "[fascia]: StateDirectory=/proc/none: No such file or directory\n",
                  "a directory that is missing" },
                { CLIMATE "SimulationData=/proc/none.yaml\n", 1,
                  "[Vehicle.Climate]: SimulationData=/proc/none.yaml: No such file or directory\n",
                  "missing data" },
                { CLIMATE "SimulationScript=/proc/none.lua\n", 1,
                  "[Vehicle.Climate]: SimulationScript=/proc/none.lua: No such file or directory\n",
                  "a missing script" },
                { CLIMATE "SimulationLibraries=io  os package\n", 0, "", "libraries of Lua" },
                { CLIMATE "SimulationLibraries=io debug\n", 1,
                  "check.conf:3: [Vehicle.Climate]: SimulationLibraries=io debug: 'debug' is none of io, os, package\n",
                  "one that a script does not get" },
                { REMOTE "[backend/phone]\nLibrary=dbus\nAddress=nonsense\n", 1,
                  "[backend/phone]: Address=nonsense is no address of a bus\n",
                  "a backend on no bus" },
                { "[No.Such]\nBackend=remote\nEnabled=no\n", 0, "",
                  "what is off is not looked at" },
        };
        Harness *h = *state;
        char command[256];

        harness_kill_bus(h);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), FASCIAD " --dev --check-config --config '%s'",
                         harness_write(h, "check.conf", rows[i].config));
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
        snprintf(command, sizeof(command),
                 "FASCIA_ADDRESS=nonsense " FASCIAD " --dev --check-config --config '%s'",
                 harness_write(h, "check.conf", REMOTE));
        harness_expect(h, 1, command, "[fascia]: Address=nonsense is no address of a bus\n");
}

static void check_config_of_one_module_is_for_its_own_process(void **state) {
        static const struct {
                const char *module;
                int status;
                const char *text;
        } rows[] = {
                { "Vehicle.Climate", 0, "" },
                { "Vehicle.Climate1", 0, "" },
                { "Example.Remote", 1,
                  "[Example.Remote] has no Process=own: fasciad.service serves it\n" },
                { "No.Such", 1, "No module 'No.Such' is configured\n" },
        };
        Harness *h = *state;
        char command[256];
        const char *path;

        /* What is wrong with others does not count. */
        path = harness_write(h, "check.conf",
                             CLIMATE "Process=own\n" REMOTE "[Vehicle.Cluster]\nBackend=nothing\n");
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command),
                         FASCIAD " --dev --check-config --module %s --config '%s'", rows[i].module,
                         path);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
}

static void dump_config_shows_where_each_value_comes_from(void **state) {
        Harness *h = *state;
        char command[256];

        snprintf(command, sizeof(command),
                 FASCIAD " --dump-config --address unix:path=/here --config '%s'",
                 harness_write(h, "dump.conf", "[fascia]\nCallRate=7\n" CLIMATE));
        harness_expect(h, 0, command, "# command line\nAddress=unix:path=/here\n");
        harness_expect(h, 0, command, "dump.conf:2\nCallRate=7\n");
        harness_expect(h, 0, command, "# built-in\nMaxReplySize=1M\n");
        harness_expect(h, 0, command, "# environment FASCIA_PLUGIN_PATH\nPluginPath=");
        harness_expect(h, 0, command, "[Vehicle.Climate]\n");
}

static void the_command_line_is_checked(void **state) {
        static const struct {
                const char *words;
                int status;
                const char *text;
        } rows[] = {
                { "--help", 0, "--check-config" },
                { "--version", 0, "fasciad " },
                { "--colour", 2, "'--colour'" },
                { "--config", 2, "'--config'" },
                { "more", 2, "unexpected argument 'more'" },
                { "--config /nonexistent.conf", 1, "/nonexistent.conf: " },
                { "--check-config --config /nonexistent.conf", 1, "/nonexistent.conf: " },
        };
        Harness *h = *state;
        char command[256];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), FASCIAD " %s", rows[i].words);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
}

/* A module whose one interface names a section, as a library that is found before those of the build.
 */
static void install_redirected_module(Harness *h) {
        static const char source[] =
                "#include <fascia/descriptor.h>\n"
                "static const struct fascia_module module;\n"
                "static const struct fascia_interface interface = { .module = &module,\n"
                "        .name = \"Thing\", .qualified_name = \"Test.Apart.Thing\",\n"
                "        .id = \"Test.Apart.Thing\", .dbus_name = \"Test.Apart1.Thing\",\n"
                "        .path = \"/Test/Apart1/Thing\", .layout_hash = 1,\n"
                "        .configuration = \"things\" };\n"
                "static const struct fascia_module module = { .abi = FASCIA_DESCRIPTOR_ABI,\n"
                "        .size = sizeof(struct fascia_module), .interface_size = sizeof(interface),\n"
                "        .property_size = sizeof(struct fascia_property),\n"
                "        .method_size = sizeof(struct fascia_method),\n"
                "        .signal_size = sizeof(struct fascia_signal), .name = \"Test.Apart\",\n"
                "        .major = 1, .bus_name = \"Test.Apart1\", .path = \"/Test/Apart1\",\n"
                "        .n_interfaces = 1, .interfaces = &interface };\n"
                "static const char *const introspection[] = { \"\" };\n"
                "static const struct fascia_simulation simulation[] = { { .n_zones = 0 } };\n"
                "const struct fascia_module_library fascia_module_library = {\n"
                "        .abi = FASCIA_MODULE_LIBRARY_ABI, .size = sizeof(fascia_module_library),\n"
                "        .module = &module, .introspection = introspection,\n"
                "        .simulation = simulation };\n";
        const char *directory = harness_get_directory(h);
        char text[512];

        snprintf(
                text, sizeof(text),
                "cc -shared -fPIC -I${FASCIA_SOURCE_DIR:-.}/client/include -o %s/Test.Apart1.so %s && "
                "chmod 755 %s/Test.Apart1.so",
                directory, harness_write(h, "apart.c", source), directory);
        harness_expect(h, 0, text, "");
        snprintf(text, sizeof(text), "%s:%s/modules", directory, getenv("FASCIA_BUILD_DIR"));
        harness_set_environment(h, "FASCIA_MODULE_PATH", text);
}

static void a_section_that_an_interface_names_is_its_own_and_no_module(void **state) {
#define APART "busctl get-property Test.Apart1 /Test/Apart1/Thing org.fascia.Feature1 Backend"
        Harness *h = *state;
        char command[512];
        Process *p;

        install_redirected_module(h);
        p = start_with(h, "[things]\nBackend=simulator\n[Test.Apart]\nBackend=unused\n" REMOTE);
        harness_expect(h, 0, APART, "s \"simulator\"");
        snprintf(command, sizeof(command), FASCIAD " --dev --check-config --config %s/reload.conf",
                 harness_get_directory(h));
        harness_expect(h, 0, command, "");
        reload(h, p, "[things]\nBackend=other\n[Test.Apart]\n" REMOTE);
        process_wait_output(p, "Restarting the backends of 'Test.Apart'");
        harness_expect(h, 0, APART, "s \"other\"");
        harness_write(h, "reload.conf",
                      "[things]\nBackend=simulator\n[Test.Apart/Thing]\nBackend=own\n" REMOTE);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "STATUS=2 modules, 1 failed: Test.Apart");
        harness_expect(h, 0, APART, "s \"own\"");
        snprintf(command, sizeof(command), FASCIAD " --dev --dump-config --config %s/reload.conf",
                 harness_get_directory(h));
        harness_expect(h, 0, command, "reload.conf:4\nBackend=own\n");
#undef APART
}

static void root_may_not_trust_everybody_on_the_system_bus(void **state) {
        static const char *const addresses[] = {
                "--system",
                "--address auto",
                "",
                "--address unix:path=/run/dbus/system_bus_socket",
        };
        Harness *h = *state;
        char command[512];

        if (geteuid() != 0) {
                print_message("skipped: this concerns root alone\n");
                skip();
        }
        for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
                snprintf(command, sizeof(command),
                         "env -u DBUS_SYSTEM_BUS_ADDRESS -u FASCIA_ADDRESS " FASCIAD
                         " --dev --config '%s' %s",
                         harness_write(h, "dev.conf", REMOTE), addresses[i]);
                harness_expect(h, 1, command, "--dev is refused for root on the system bus");
        }
}

static void the_backends_there_are_are_listed_with_what_is_wrong(void **state) {
        static const char config[] = "[backend/north]\nLibrary=dbus\nInterfaces=*\n"
                                     "[backend/odd]\nLibrary=remote\nKind=simulation\n"
                                     "Interfaces=Example.Remote.ProcessingService\n"
                                     "[backend/other]\nLibrary=remote\n"
                                     "Interfaces=Vehicle.Climate.ClimateControl\n"
                                     "[backend/none]\nLibrary=nothing\nInterfaces=*\n";
        static const struct {
                const char *pattern;
                int n;
        } rows[] = {
                { "^NAME  *KIND  *INTERFACES  *LIBRARY  *PROBLEM$", 1 },
                { "^dbus  *production  *[*]  *built in *$", 1 },
                { "^north  *production  *[*]  *built in *$", 1 },
                { "^remote  *production  *Example.Remote.ProcessingService  *.*/remote.so *$", 1 },
                { "^simulator  *simulation  *[*]  *.*/simulator.so *$", 1 },
                { "^odd .*It is described as a simulation, and is none$", 1 },
                { "^other .*described to implement Vehicle.Climate.ClimateControl, and does not$",
                  1 },
                { "^none .*There is no 'nothing.so'", 1 },
        };
        Harness *h = *state;
        const char *file = harness_write(h, "backends.conf", config);
        char command[512], expected[16];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command),
                         FASCIAD " --dev --config %s --list-backends | grep -c \"%s\"", file,
                         rows[i].pattern);
                snprintf(expected, sizeof(expected), "%d\n", rows[i].n);
                harness_expect(h, 0, command, expected);
        }
        snprintf(command, sizeof(command), FASCIAD " --dev --config %s --list-backends", file);
        harness_expect(h, 1, command, "");
        harness_write(h, "backends.conf", CLIMATE);
        harness_expect(h, 0, command, "simulator");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(busctl_shows_every_object),
                TEST(busctl_introspects_features_and_zones),
                TEST(other_tools_walk_over_all_objects_also_past_a_failed_module),
                TEST(busctl_gets_sets_and_calls),
                TEST(busctl_monitors_changes),
                TEST(it_stops_by_sigterm_and_gives_its_names_back),
                TEST(it_is_ready_once_its_names_are_its_own),
                TEST(a_second_one_for_the_same_name_is_refused),
                TEST(a_name_that_is_taken_at_the_start_costs_its_module_until_it_is_free),
                TEST(without_a_bus_it_says_which_address_failed),
                TEST(the_watchdog_is_told),
                TEST(after_the_bus_was_lost_it_serves_again_with_its_values),
                TEST(a_missing_plugin_leaves_out_its_feature_alone),
                TEST(the_status_names_what_failed),
                TEST(a_module_that_is_not_installed_has_its_name_owned),
                TEST(a_fault_in_a_section_leaves_out_its_module_alone),
                TEST(a_fault_that_is_no_modules_leaves_out_the_value_alone),
                TEST(sections_that_cannot_have_a_name_do_not_keep_the_others_from_theirs),
                TEST(a_module_that_is_not_enabled_is_not_served),
                TEST(a_reload_adds_removes_and_changes_modules),
                TEST(a_bad_configuration_is_refused_and_the_old_one_stays),
                TEST(a_name_that_is_taken_at_a_reload_does_not_end_the_others),
                TEST(a_reload_tries_again_what_has_failed),
                TEST(limits_follow_a_reload),
                TEST(each_mistake_is_logged_once),
                TEST(check_config_says_what_is_wrong_without_a_bus),
                TEST(check_config_of_one_module_is_for_its_own_process),
                TEST(dump_config_shows_where_each_value_comes_from),
                TEST(the_command_line_is_checked),
                TEST(a_section_that_an_interface_names_is_its_own_and_no_module),
                TEST(root_may_not_trust_everybody_on_the_system_bus),
                TEST(the_backends_there_are_are_listed_with_what_is_wrong),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
