/* SPDX-License-Identifier: MIT */
/* org.fascia.Manager1 as those who look after a service meet it: on a real bus, with the real fasciad. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define REMOTE "[Example.Remote]\nBackend=remote\n"
#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define CLUSTER "[Vehicle.Cluster]\nBackend=simulator\n"
#define BROKEN "[No.Such]\nBackend=simulator\n"

#define MANAGER "org.fascia.Manager1"
#define OBJECT MANAGER " /org/fascia " MANAGER
#define CONTROL "/Vehicle/Climate1/ClimateControl"
#define CONTROL_OBJECT "Vehicle.Climate1 " CONTROL " Vehicle.Climate1.ClimateControl"
#define REMOTE_PATH "/Example/Remote1/ProcessingService"
#define REMOTE_OBJECT "Example.Remote1 " REMOTE_PATH " Example.Remote1.ProcessingService"
#define FAILED "org.fascia.Error.Failed"
#define DENIED "org.freedesktop.DBus.Error.AccessDenied"

/* ---- records ---- */

static sd_bus_message *ask(sd_bus *bus, const char *member, const char *argument) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply;

        if (sd_bus_call_method(bus, MANAGER, "/org/fascia", MANAGER, member, &error, &reply,
                               argument ? "s" : "", argument) < 0)
                fail_msg("%s: %s", member, error.message);
        return reply;
}

/* Goes to the entry of the record at which the message is. */
static void find_entry(sd_bus_message *m, const char *name) {
        const char *found;

        assert_int_equal(sd_bus_message_enter_container(m, 'a', "{sv}"), 1);
        for (;;) {
                assert_int_equal(sd_bus_message_enter_container(m, 'e', "sv"), 1);
                assert_return_code(sd_bus_message_read(m, "s", &found), errno);
                if (strcmp(found, name) == 0)
                        return;
                sd_bus_message_skip(m, "v");
                sd_bus_message_exit_container(m);
        }
}

/* Goes to the record with this key. */
static void find_record(sd_bus_message *m, char key_type, const char *key) {
        const char *types = key_type == 'o' ? "oa{sv}" : "sa{sv}";
        const char *found;

        assert_int_equal(
                sd_bus_message_enter_container(m, 'a', key_type == 'o' ? "{oa{sv}}" : "{sa{sv}}"),
                1);
        for (;;) {
                if (sd_bus_message_enter_container(m, 'e', types) <= 0)
                        fail_msg("there is no record '%s'", key);
                assert_return_code(sd_bus_message_read_basic(m, key_type, &found), errno);
                if (strcmp(found, key) == 0)
                        return;
                sd_bus_message_skip(m, "a{sv}");
                sd_bus_message_exit_container(m);
        }
}

static uint64_t feature_count(sd_bus *bus, const char *path, const char *name) {
        sd_bus_message *m = ask(bus, "ListFeatures", "");
        uint64_t value;

        find_record(m, 'o', path);
        find_entry(m, name);
        assert_return_code(sd_bus_message_read(m, "v", "t", &value), errno);
        sd_bus_message_unref(m);
        return value;
}

static void assert_feature(sd_bus *bus, const char *path, const char *name, const char *text) {
        sd_bus_message *m = ask(bus, "ListFeatures", "");
        const char *value;

        find_record(m, 'o', path);
        find_entry(m, name);
        assert_return_code(sd_bus_message_read(m, "v", "s", &value), errno);
        if (!strstr(value, text) || (!*text && *value))
                fail_msg("%s of %s is '%s', not '%s'", name, path, value, text);
        sd_bus_message_unref(m);
}

static void assert_module(sd_bus *bus, const char *section, const char *name, const char *text) {
        sd_bus_message *m = ask(bus, "ListModules", NULL);
        const char *value;

        find_record(m, 's', section);
        find_entry(m, name);
        assert_return_code(sd_bus_message_read(m, "v", "s", &value), errno);
        if (!strstr(value, text) || (!*text && *value))
                fail_msg("%s of %s is '%s', not '%s'", name, section, value, text);
        sd_bus_message_unref(m);
}

/* ---- looking ---- */

static void modules_and_features_are_listed_with_backend_kind_state_and_error(void **state) {
        static const struct {
                const char *section, *name, *text;
        } rows[] = {
                { "Example.Remote", "BusName", "Example.Remote1" },
                { "Example.Remote", "Version", "1.0" },
                { "Example.Remote", "State", "ready" },
                { "Example.Remote", "Backend", "remote" },
                { "Example.Remote", "Kind", "production" },
                { "Example.Remote", "Error", "" },
                { "Vehicle.Climate", "Backend", "simulator" },
                { "Vehicle.Climate", "Kind", "simulation" },
                { "No.Such", "State", "failed" },
                { "No.Such", "BusName", "No.Such1" },
                { "No.Such", "Error", "There is no 'No.Such1.so'" },
                { "Vehicle.Cluster", "State", "unavailable" },
                { "Vehicle.Cluster", "Error", "no-such-plugin" },
        };
        Harness *h = *state;
        sd_bus *bus;

        harness_start_fasciad(
                h, REMOTE CLIMATE BROKEN "[Vehicle.Cluster]\nBackend=no-such-plugin\n", NULL);
        bus = harness_connect(h);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_module(bus, rows[i].section, rows[i].name, rows[i].text);
        assert_feature(bus, CONTROL, "Name", "Vehicle.Climate.ClimateControl");
        assert_feature(bus, CONTROL, "State", "ready");
        assert_feature(bus, "/Vehicle/Cluster1/InstrumentCluster", "Error", "no-such-plugin");
        harness_expect(h, 0, "busctl call " OBJECT " ListFeatures s Vehicle.Climate1",
                       "a{oa{sv}} 1 \"" CONTROL "\"");
        harness_expect(h, 0, "busctl call " OBJECT " ListFeatures s Vehicle.Climate",
                       "\"Zones\" as 3 \"FrontLeft\" \"FrontRight\" \"Rear\"");
        harness_expect(h, 1, "busctl call " OBJECT " ListFeatures s Vehicle",
                       "No module 'Vehicle'");
        sd_bus_flush_close_unref(bus);
}

static void what_happens_is_counted_where_it_happens(void **state) {
        static const struct {
                const char *command;
                int status;
        } asked[] = {
                { "call " REMOTE_OBJECT " Process s hello", 0 },
                { "call " REMOTE_OBJECT " Process i 5", 1 },
                { "get-property " REMOTE_OBJECT " LastMessage", 0 },
                { "set-property " CONTROL_OBJECT " FanLevel i 5", 0 },
                { "set-property " CONTROL_OBJECT " FanLevel i 6", 0 },
                { "set-property " CONTROL_OBJECT " FanLevel i 99", 1 },
                { "set-property " CONTROL_OBJECT " Recirculation i 0", 1 }, /* by a rule */
        };
        static const struct {
                const char *path, *name;
                uint64_t n;
        } rows[] = {
                { REMOTE_PATH, "Calls", 2 },   { REMOTE_PATH, "Errors", 1 },
                { REMOTE_PATH, "Reads", 1 },   { REMOTE_PATH, "Sets", 0 },
                { REMOTE_PATH, "Changes", 1 }, { REMOTE_PATH, "Refused", 0 },
                { CONTROL, "Calls", 0 },       { CONTROL, "Sets", 4 },
                { CONTROL, "Errors", 2 },      { CONTROL, "Refused", 1 },
                { CONTROL, "Changes", 2 },     { CONTROL, "Reads", 0 },
        };
        Harness *h = *state;
        char command[256];
        sd_bus *bus;

        harness_start_fasciad(h,
                              REMOTE CLIMATE
                              "[Vehicle.Climate/ClimateControl]\nAccess1=deny set recirculation\n",
                              NULL);
        for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
                snprintf(command, sizeof(command), "busctl %s", asked[i].command);
                harness_expect(h, asked[i].status, command, "");
        }
        bus = harness_connect(h);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (feature_count(bus, rows[i].path, rows[i].name) != rows[i].n)
                        fail_msg("%s of %s is %ju, not %ju", rows[i].name, rows[i].path,
                                 (uintmax_t)feature_count(bus, rows[i].path, rows[i].name),
                                 (uintmax_t)rows[i].n);
        harness_expect(h, 0, "busctl call " OBJECT " GetStatistics", "\"Sets\" t 4");
        sd_bus_flush_close_unref(bus);
}

static void clients_are_listed_with_what_they_asked_for(void **state) {
        Harness *h = *state;
        sd_bus_message *m;
        const char *self;
        char record[256];
        sd_bus *bus;

        harness_start_fasciad(h, CLIMATE "[fascia]\nCallRate=1\nCallBurst=3\n", NULL);
        bus = harness_connect(h);
        assert_return_code(sd_bus_get_unique_name(bus, &self), errno);
        for (int i = 0; i < 5; i++)
                if (sd_bus_get_property(bus, "Vehicle.Climate1", CONTROL,
                                        "Vehicle.Climate1.ClimateControl", "FanLevel", NULL, &m,
                                        "i") >= 0)
                        sd_bus_message_unref(m);
        snprintf(record, sizeof(record), "\"%s\" 3 \"Calls\" t 5 \"Refused\" t 2 \"InFlight\" t 0",
                 self);
        harness_expect(h, 0, "busctl call " OBJECT " ListClients", record);
        sd_bus_flush_close_unref(bus);
}

/* ---- properties ---- */

static void changes_of_its_state_are_announced(void **state) {
        Harness *h = *state;
        Process *monitor, *fasciad;
        char config[256];

        snprintf(config, sizeof(config), "--config '%s'", harness_write(h, "mine.conf", CLIMATE));
        fasciad = harness_start_fasciad(h, "", config);
        monitor = harness_spawn(h, "gdbus monitor --system --dest " MANAGER
                                   " --object-path /org/fascia");
        process_wait_output(monitor, "is owned by");
        harness_expect(h, 0, "busctl get-property " OBJECT " State", "s \"running\"");
        harness_write(h, "mine.conf", CLIMATE BROKEN);
        process_signal(fasciad, SIGHUP);
        process_wait_output(monitor, "'State': <'degraded'>");
        harness_expect(h, 0, "busctl get-property " OBJECT " NFailed", "u 1\n");
        harness_expect(h, 0, "busctl get-property " OBJECT " Error", "No.Such1.so");
        harness_expect(h, 0, "busctl set-property " OBJECT " LogLevel s warning", "");
        process_wait_output(monitor, "'LogLevel': <'warning'>");
}

/* Cut at its length, wherever that is. */
static void a_long_reason_is_text_all_the_same(void **state) {
        Harness *h = *state;
        char config[512], key[200], options[300];
        Process *fasciad;

        snprintf(options, sizeof(options), "--config '%s'", harness_write(h, "mine.conf", CLIMATE));
        fasciad = harness_start_fasciad(h, "", options);
        for (int i = 0; i < 2; i++) {
                snprintf(key, sizeof(key), "%s", i == 0 ? "" : "a");
                for (int k = 0; k < 80; k++)
                        strcat(key, "\xc3\xa4");
                snprintf(config, sizeof(config), CLIMATE "%s=1\n", key);
                harness_write(h, "mine.conf", config);
                process_signal(fasciad, SIGHUP);
                process_wait_output(fasciad, key);
                process_wait_output(fasciad, "the one before stays in effect");
                harness_expect(h, 0, "busctl get-property " OBJECT " Error", "unknown key");
        }
}

static void what_is_wrong_with_a_call_is_said(void **state) {
        static const struct {
                const char *command, *text;
        } rows[] = {
                { "set-property " OBJECT " LogLevel s loud", "'loud' is none of emerg" },
                { "set-property " OBJECT " LogLevel u 3", "expected 's'" },
                { "set-property " OBJECT " State s stopped", "State is read-only" },
                { "get-property " OBJECT " Colour", "no property 'Colour'" },
                { "call " OBJECT " Explode", "no method 'Explode'" },
                { "call " OBJECT " ListFeatures", "expects 's', got ''" },
                { "call " OBJECT " StartFeature o /No/Such", "No feature has the path '/No/Such'" },
                { "call " MANAGER " /org/fascia/more " MANAGER " Reload", "no object" },
                { "get-property " MANAGER " /org/fascia a.b.C State", "interface 'a.b.C'" },
        };
        Harness *h = *state;
        char command[256];

        harness_start_fasciad(h, CLIMATE, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "busctl %s", rows[i].command);
                harness_expect(h, 1, command, rows[i].text);
        }
}

static void it_is_described_as_it_is(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE, NULL);
        harness_expect(h, 0,
                       "busctl introspect " MANAGER " /org/fascia --xml-interface |"
                       " diff -B - ${FASCIA_SOURCE_DIR:-.}/daemon/" MANAGER ".xml",
                       "");
        harness_expect(h, 0, "busctl introspect " MANAGER " /org/fascia " MANAGER, ".LogLevel ");
        harness_expect(h, 0, "busctl tree --list " MANAGER, "/org/fascia\n");
}

/* ---- changing ---- */

static void a_reload_answers_with_its_outcome(void **state) {
        Harness *h = *state;
        char config[256];
        sd_bus *bus;

        snprintf(config, sizeof(config), "--config '%s'", harness_write(h, "mine.conf", CLIMATE));
        harness_start_fasciad(h, "", config);
        bus = harness_connect(h);
        harness_write(h, "mine.conf", CLIMATE REMOTE);
        harness_expect(h, 0, "busctl call " OBJECT " Reload", "");
        assert_feature(bus, REMOTE_PATH, "State", "ready");
        harness_write(h, "mine.conf", CLIMATE "[fascia]\nColour=red\n");
        harness_expect(h, 1, "busctl call " OBJECT " Reload",
                       "mine.conf:4: [fascia]: unknown key 'Colour'");
        /* What was before is still served. */
        assert_feature(bus, REMOTE_PATH, "State", "ready");
        harness_expect(h, 0, "busctl get-property " OBJECT " State", "degraded");
        harness_write(h, "mine.conf",
                      CLIMATE "[Vehicle.Climate/ClimateControl]\nAccess1=deny set wings\n");
        harness_expect(h, 1, "busctl call " OBJECT " Reload", "wings");
        harness_write(h, "mine.conf", CLIMATE);
        harness_expect(h, 0, "busctl call " OBJECT " Reload", "");
        harness_expect(h, 0, "busctl get-property " OBJECT " State", "running");
        harness_expect(h, 0, "busctl call " OBJECT " ListFeatures s ''",
                       "a{oa{sv}} 1 \"" CONTROL "\"");
        sd_bus_flush_close_unref(bus);
}

static void a_feature_is_stopped_and_started(void **state) {
        Harness *h = *state;
        sd_bus *bus;

        harness_start_fasciad(h, CLIMATE "[Vehicle.Cluster]\nBackend=no-such-plugin\n", NULL);
        bus = harness_connect(h);
        harness_expect(h, 0, "busctl call " OBJECT " StopFeature o " CONTROL, "");
        assert_feature(bus, CONTROL, "State", "unavailable");
        assert_feature(bus, CONTROL, "Error", "stopped by an administrator");
        harness_expect(h, 1, "busctl get-property " CONTROL_OBJECT " FanLevel",
                       "stopped by an administrator");
        harness_expect(h, 0, "busctl call " OBJECT " StartFeature o " CONTROL, "");
        assert_feature(bus, CONTROL, "State", "ready");
        assert_feature(bus, CONTROL, "Error", "");
        harness_expect(h, 0, "busctl set-property " CONTROL_OBJECT " FanLevel i 7", "");
        harness_expect(h, 0, "busctl call " OBJECT " StartFeature o " CONTROL, "");
        harness_expect(h, 0, "busctl get-property " CONTROL_OBJECT " FanLevel", "i 7\n");
        /* The simulation begins anew. */
        harness_expect(h, 0, "busctl call " OBJECT " RestartFeature o " CONTROL, "");
        harness_expect(h, 0, "busctl get-property " CONTROL_OBJECT " FanLevel", "i 1\n");
        harness_expect(h, 1,
                       "busctl call " OBJECT " StartFeature o /Vehicle/Cluster1/InstrumentCluster",
                       "Vehicle.Cluster.InstrumentCluster does not start: ");
        sd_bus_flush_close_unref(bus);
}

/* ---- who may ---- */

static void others_look_but_do_not_touch(void **state) {
        static const struct {
                const char *command;
                int status;
                const char *text;
        } rows[] = {
                { "call " OBJECT " ListModules", 0, "Vehicle.Climate" },
                { "call " OBJECT " ListFeatures s ''", 0, CONTROL },
                { "call " OBJECT " ListClients", 0, "a{sa{sv}}" },
                { "call " OBJECT " GetStatistics", 0, "Uptime" },
                { "get-property " OBJECT " LogLevel", 0, "info" },
                { "call " OBJECT " Reload", 1, "Access denied" },
                { "call " OBJECT " StopFeature o " CONTROL, 1, "Access denied" },
                { "call " OBJECT " StartFeature o " CONTROL, 1, "Access denied" },
                { "call " OBJECT " RestartFeature o " CONTROL, 1, "Access denied" },
                { "set-property " OBJECT " LogLevel s debug", 1, "Access denied" },
        };
        Harness *h = *state;
        char command[256];
        Process *fasciad;

        if (geteuid() != 0)
                skip();
        assert_return_code(chmod(harness_get_directory(h), 0711), errno);
        fasciad = harness_start_fasciad(h, CLIMATE, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "setpriv --reuid 65534 --clear-groups busctl %s",
                         rows[i].command);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
        assert_non_null(
                strstr(process_get_output(fasciad), "(uid 65534) may not use " MANAGER ".Reload"));
        assert_null(strstr(process_get_output(fasciad), "has been read again"));
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
        "<include>%s/systemd/" MANAGER ".conf</include></busconfig>\n";

static void the_policy_of_the_bus_says_the_same(void **state) {
        static const struct {
                const char *prefix, *command;
                int status;
                const char *text;
        } rows[] = {
                { "", "call " OBJECT " Reload", 0, "" },
                { "", "set-property " OBJECT " LogLevel s debug", 0, "" },
                { "setpriv --reuid 65534 --clear-groups ", "call " OBJECT " ListModules", 0,
                  "Vehicle.Climate" },
                { "setpriv --reuid 65534 --clear-groups ", "get-property " OBJECT " State", 0,
                  "running" },
                { "setpriv --reuid 65534 --clear-groups ", "call " OBJECT " Reload", 1,
                  "Access denied" },
                { "setpriv --reuid 65534 --clear-groups ", "set-property " OBJECT " LogLevel s err",
                  1, "denied" },
        };
        const char *source = getenv("FASCIA_SOURCE_DIR");
        char config[4096], command[256];
        Harness *h = *state;
        Process *fasciad;

        if (geteuid() != 0)
                skip();
        assert_return_code(chmod(harness_get_directory(h), 0711), errno);
        harness_kill_bus(h);
        snprintf(config, sizeof(config), strict_bus, harness_get_address(h), source ? source : ".");
        harness_write(h, "bus.conf", config);
        harness_start_bus(h);
        fasciad = harness_start_fasciad(h, CLIMATE, NULL);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(command, sizeof(command), "%sbusctl %s", rows[i].prefix, rows[i].command);
                harness_expect(h, rows[i].status, command, rows[i].text);
        }
        /* The bus has refused: nothing of it has come. */
        assert_null(strstr(process_get_output(fasciad), "may not use"));
}

/* ---- several processes ---- */

static void each_process_has_a_name_of_its_own(void **state) {
        static const char config[] = CLIMATE "[Vehicle.Cluster]\nBackend=simulator\nProcess=own\n";
        Harness *h = *state;

        harness_start_fasciad(h, config, NULL);
        harness_start_fasciad(h, config, "--module Vehicle.Cluster");
        harness_expect(h, 0, "busctl call " OBJECT " ListModules",
                       "a{sa{sv}} 1 \"Vehicle.Climate\"");
        harness_expect(h, 0,
                       "busctl call " MANAGER ".Vehicle.Cluster1 /org/fascia " MANAGER
                       " ListModules",
                       "a{sa{sv}} 1 \"Vehicle.Cluster\"");
}

static void a_second_one_serves_although_the_name_is_taken(void **state) {
        Harness *h = *state;
        Process *second;

        harness_start_fasciad(h, CLIMATE, NULL);
        second = harness_start_fasciad(h, CLUSTER, NULL);
        process_wait_output(second, "Another process owns the name '" MANAGER "'");
        harness_expect(h, 0, "busctl call Vehicle.Cluster1 /org/fascia " MANAGER " ListModules",
                       "a{sa{sv}} 1 \"Vehicle.Cluster\"");
}

static void it_is_back_with_the_bus(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE, NULL);
        harness_kill_bus(h);
        harness_wait_notify(h, "STATUS=Without a bus");
        harness_start_bus(h);
        harness_wait_notify(h, "all served");
        harness_expect(h, 0, "busctl get-property " OBJECT " State", "running");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(modules_and_features_are_listed_with_backend_kind_state_and_error),
                TEST(what_happens_is_counted_where_it_happens),
                TEST(clients_are_listed_with_what_they_asked_for),
                TEST(changes_of_its_state_are_announced),
                TEST(a_long_reason_is_text_all_the_same),
                TEST(what_is_wrong_with_a_call_is_said),
                TEST(it_is_described_as_it_is),
                TEST(a_reload_answers_with_its_outcome),
                TEST(a_feature_is_stopped_and_started),
                TEST(others_look_but_do_not_touch),
                TEST(the_policy_of_the_bus_says_the_same),
                TEST(each_process_has_a_name_of_its_own),
                TEST(a_second_one_serves_although_the_name_is_taken),
                TEST(it_is_back_with_the_bus),
        };

        return cmocka_run_group_tests_name("manager", tests, NULL, NULL);
}
