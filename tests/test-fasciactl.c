/* SPDX-License-Identifier: MIT */
/* fasciactl as its users meet it: every command, against a real fasciad on a bus. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "harness.h"

#define REMOTE "[Example.Remote]\nBackend=remote\n"
#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define CLUSTER "[Vehicle.Cluster]\nBackend=simulator\n"
#define BROKEN "[No.Such]\nBackend=simulator\n"
#define KITCHEN "[Test.Kitchen]\nBackend=simulator\n"
#define FASCIACTL "${FASCIA_BUILD_DIR:-build}/fasciactl "

#define N(table) (sizeof(table) / sizeof(table[0]))

/* Runs it with these words; what it prints must hold the text. */
static void expect(Harness *h, int status, const char *words, const char *text) {
        char *output;
        int actual;

        output = harness_run(h, &actual, FASCIACTL "%s", words);
        if (actual != status || !strstr(output, text))
                fail_msg("%s: status %d, not %d with '%s': %s", words, actual, status, text,
                         output);
        free(output);
}

/* What it prints, which must be JSON. */
static json_t *expect_json(Harness *h, const char *words) {
        char *output;
        json_t *json;
        int status;

        output = harness_run(h, &status, FASCIACTL "%s --json", words);
        json = json_loads(output, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        if (status != 0 || !json)
                fail_msg("%s: status %d, and no JSON: %s", words, status, output);
        free(output);
        return json;
}

typedef struct Row {
        const char *words;
        int status;
        const char *text;
} Row;

static void expect_rows(Harness *h, const Row *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                expect(h, rows[i].status, rows[i].words, rows[i].text);
}

/* ---- looking ---- */

static void status_shows_processes_modules_and_what_is_wrong(void **state) {
        static const Row rows[] = {
                { "status", 0, "org.fascia.Manager1: degraded, fasciad " },
                { "status", 0, "Vehicle.Climate  ready   simulator  simulation" },
                { "status", 0, "No.Such: There is no 'No.Such1.so'" },
                { "status", 0, "org.fascia.Manager1.Vehicle.Cluster1: running" },
                { "status all", 2, "no arguments" },
        };
        static const char config[] = CLIMATE BROKEN
                "[Vehicle.Cluster]\nBackend=simulator\nProcess=own\n";
        json_t *json, *process;
        Harness *h = *state;

        harness_start_fasciad(h, config, NULL);
        harness_start_fasciad(h, config, "--module Vehicle.Cluster");
        expect_rows(h, rows, N(rows));
        json = expect_json(h, "status");
        assert_int_equal(json_array_size(json), 2);
        process = json_array_get(json, 0);
        assert_string_equal(json_string_value(json_object_get(process, "name")),
                            "org.fascia.Manager1");
        assert_non_null(json_object_get(json_object_get(process, "modules"), "Vehicle.Climate"));
        json_decref(json);
}

static void list_shows_what_runs_and_what_is_installed(void **state) {
        static const Row rows[] = {
                { "list", 0, "Vehicle.Climate.ClimateControl" },
                { "list ClimateControl", 0, "FrontLeft,FrontRight,Rear" },
                { "list 'Example.*'", 0, "Example.Remote.ProcessingService  not running" },
                { "list 'Climate*'", 0, "Vehicle.Climate.ClimateControl" },
                { "list 'limate*'", 3, "fasciactl: there is no feature like 'limate*'\n" },
                { "list Radio", 3, "fasciactl: there is no feature like 'Radio'\n" },
                { "list Cluster", 0, "Vehicle.Cluster.InstrumentCluster: " },
                { "list a b", 2, "usage: fasciactl list" },
        };
        Harness *h = *state;
        json_t *json;

        harness_start_fasciad(h, CLIMATE "[Vehicle.Cluster]\nBackend=no-such-plugin\n", NULL);
        expect_rows(h, rows, N(rows));
        json = expect_json(h, "list climate");
        assert_int_equal(json_array_size(json), 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(json, 0), "Path")),
                            "/Vehicle/Climate1/ClimateControl");
        json_decref(json);
}

static void describe_shows_members_types_and_bounds(void **state) {
        static const Row rows[] = {
                { "describe ClimateControl", 0,
                  "Vehicle.Climate.ClimateControl 1.0, with zones, on D-Bus Vehicle.Climate1 "
                  "/Vehicle/Climate1/ClimateControl\n" },
                { "describe ClimateControl | tr -s ' '", 0,
                  "\ntargetTemperature real read, set 16..28 °C\n" },
                { "describe ClimateControl | tr -s ' '", 0, "\noutsideTemperature real read °C\n" },
                { "describe ClimateControl", 0,
                  "\nAirflowDirection: Windshield | Dashboard | Floor\n" },
                { "describe ProcessingService", 0, "\nOPERATION\nprocess(data: string) -> int\n" },
                { "describe InstrumentCluster", 0, "\nwarningRaised(warning: Warning)\n" },
                { "describe InstrumentCluster", 0,
                  "\nWarning(id: int, severity: Severity, text: string)\n"
                  "Severity: Info, Caution, Critical\n" },
                { "describe Cook | tr -s ' '", 0, "\ntable list<list<int>> read, set \n" },
                { "describe Nothing", 3, "there is no feature 'Nothing'" },
                { "describe", 2, "usage: fasciactl describe" },
        };
        json_t *json, *property;
        Harness *h = *state;

        /* What is installed need not run. */
        harness_start_fasciad(h, CLIMATE, NULL);
        expect_rows(h, rows, N(rows));
        json = expect_json(h, "describe ClimateControl");
        property = json_array_get(json_object_get(json, "properties"), 1);
        assert_string_equal(json_string_value(json_object_get(property, "name")), "fanLevel");
        assert_int_equal(json_integer_value(json_object_get(property, "maximum")), 10);
        assert_true(json_is_true(json_object_get(json, "zoned")));
        json_decref(json);
}

static void get_shows_values_with_names_and_units(void **state) {
        static const Row rows[] = {
                { "get ClimateControl", 0, "targetTemperature   20 °C\n" },
                { "get Vehicle.Climate.ClimateControl FrontLeft", 0, "outsideTemperature  -\n" },
                { "get ClimateControl.targetTemperature FrontLeft", 0, "21.5 °C\n" },
                { "get ClimateControl.TargetTemperature --zone FrontLeft", 0, "21.5 °C\n" },
                { "get Vehicle.Climate.ClimateControl.recirculation", 0, "Automatic\n" },
                { "get ClimateControl.airflow", 0, "Dashboard|Floor\n" },
                { "get ClimateControl.airflow --json", 0, "\"Dashboard|Floor\"\n" },
                { "get ClimateControl.outsideTemperature Rear", 1,
                  "fasciactl: org.fascia.Error.Unsupported: OutsideTemperature has no value" },
                { "get ClimateControl.colour", 3, "ClimateControl has no property 'colour'" },
                { "get ClimateControl Roof", 3, "it has FrontLeft, FrontRight, Rear" },
                { "get InstrumentCluster FrontLeft", 3, "InstrumentCluster has no zones" },
                { "get ClimateControl --zone Rear FrontLeft", 2,
                  "the zone is said twice: 'Rear' and 'FrontLeft'\n" },
                { "get Control", 3, "there is no feature 'Control'" },
                { "get", 2, "usage: fasciactl get" },
        };
        json_t *json;
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE CLUSTER, NULL);
        expect_rows(h, rows, N(rows));
        json = expect_json(h, "get ClimateControl FrontLeft");
        assert_true(json_real_value(json_object_get(json, "targetTemperature")) == 21.5);
        assert_null(json_object_get(json, "outsideTemperature"));
        json_decref(json);
}

/* ---- doing ---- */

static void set_takes_values_of_every_kind(void **state) {
        static const Row rows[] = {
                { "set ClimateControl.targetTemperature 22.25 FrontLeft", 0, "" },
                { "get ClimateControl.targetTemperature FrontLeft", 0, "22.25 °C\n" },
                { "set ClimateControl.airConditioning off", 0, "" },
                { "get ClimateControl.airConditioning", 0, "false\n" },
                { "set ClimateControl.recirculation On", 0, "" },
                { "get ClimateControl.recirculation", 0, "On\n" },
                { "set ClimateControl.airflow 'Windshield|Floor' --zone=Rear", 0, "" },
                { "get ClimateControl.airflow Rear", 0, "Windshield|Floor\n" },
                { "set Cook.plates -5", 0, "" },
                { "get Cook.plates", 0, "-5\n" },
                { "set Cook.taste -- 'so\"ur'", 0, "" },
                { "get Cook.taste", 0, "so\"ur\n" },
                { "set Cook.numbers '[7, -8]'", 0, "" },
                { "get Cook.numbers", 0, "[7, -8]\n" },
                { "set Cook.names '[\"x y\"]'", 0, "" },
                { "get Cook.names --json", 0, "[\"x y\"]\n" },
                { "set Cook.dish '{\"no\": 1, \"text\": \"\", \"flags\": \"Pepper\", \"list_\": [], "
                  "\"at\": {\"x\": 0.1, \"y\": 2}}'",
                  0, "" },
                { "get Cook.dish --json", 0,
                  "{\"no\":1,\"text\":\"\",\"flags\":\"Pepper\",\"list_\":[],"
                  "\"at\":{\"x\":0.1,\"y\":2.0}}\n" },
                { "set ClimateControl.targetTemperature 99", 1,
                  "fasciactl: org.fascia.Error.OutOfRange: TargetTemperature: 99 is not in "
                  "[16-28]\n" },
                { "set ClimateControl.outsideTemperature 9", 1, "PropertyReadOnly" },
                { "set ClimateControl.fanLevel strong", 1,
                  "fanLevel: 'strong' is not an integer\n" },
                { "set ClimateControl.recirculation Often", 1,
                  "recirculation: 'Often' is none of Off, On, Automatic\n" },
                { "set ClimateControl.airConditioning 2", 1, "neither true nor false" },
                { "set Cook.numbers '[1,'", 1, "numbers: '[1,' is not JSON: " },
                { "set Cook.numbers '[1, \"a\"]'", 1, "numbers: [1]: 'a' is not an integer\n" },
                { "set ClimateControl On", 3, "which member of it? (as in ClimateControl.NAME)" },
                { "set ClimateControl.fanLevel", 2, "usage: fasciactl set" },
                { "set ClimateControl.fanLevel 3 Rear --zone Rear", 2,
                  "the zone is said twice: 'Rear' and 'Rear'\n" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE KITCHEN, NULL);
        expect_rows(h, rows, N(rows));
}

static void call_gives_the_result(void **state) {
        static const Row rows[] = {
                { "call ProcessingService.process hello", 0, "5\n" },
                { "call ProcessingService.process 'a b' --json", 0, "3\n" },
                { "get ProcessingService.lastMessage", 0, "a b\n" },
                { "call InstrumentCluster.acknowledge 5", 0, "false\n" },
                { "call ProcessingService.process", 2,
                  "process(data: string) has 1 argument, not 0" },
                { "call InstrumentCluster.acknowledge five", 1, "id: 'five' is not an integer" },
                { "call ProcessingService.process '\xff'", 1, "data: this is not UTF-8\n" },
                { "call ProcessingService.stop", 3, "has no operation 'stop'" },
                { "call", 2, "usage: fasciactl call" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, REMOTE CLUSTER, NULL);
        expect_rows(h, rows, N(rows));
}

/* A process that says that it serves a feature of the same name as one of ours. */
static int list_another(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        (void)userdata;
        (void)error;
        return sd_bus_reply_method_return(m, "a{oa{sv}}", 1, "/Other/ClimateControl", 2, "Name",
                                          "s", "Other.ClimateControl", "BusName", "s", "Other1");
}

static const sd_bus_vtable another[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ListFeatures", "s", "a{oa{sv}}", list_another, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static void serve_another(const char *address) {
        sd_bus *bus;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 ||
            sd_bus_set_bus_client(bus, 1) < 0 || sd_bus_start(bus) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, "/org/fascia", "org.fascia.Manager1", another,
                                     NULL) < 0 ||
            sd_bus_request_name(bus, "org.fascia.Manager1.Other1", 0) < 0)
                _exit(1);
        for (;;)
                if (sd_bus_process(bus, NULL) <= 0)
                        sd_bus_wait(bus, UINT64_MAX);
}

static void features_may_be_named_short_unless_that_is_ambiguous(void **state) {
        static const Row rows[] = {
                { "get Climate.ClimateControl.fanLevel", 0, "1\n" },
                { "get Vehicle.Climate.ClimateControl.fanLevel", 0, "1\n" },
                { "get Vehicle.Climate", 3, "there is no feature" },
                { "get .ClimateControl", 3, "there is no feature" },
        };
        static const Row ambiguous[] = {
                { "get ClimateControl.fanLevel", 3,
                  "'ClimateControl' may be each of Other.ClimateControl, "
                  "Vehicle.Climate.ClimateControl\n" },
                { "get Climate.ClimateControl.fanLevel", 0, "1\n" },
        };
        Harness *h = *state;
        char *output;
        pid_t child;
        int status;

        harness_start_fasciad(h, CLIMATE, NULL);
        expect_rows(h, rows, N(rows));
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
                serve_another(harness_get_address(h));
        output = harness_run(h, &status, "until busctl list | grep -q Other1; do :; done");
        free(output);
        expect_rows(h, ambiguous, N(ambiguous));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
}

/* ---- following ---- */

static void watch_tells_changes_signals_and_states(void **state) {
        static const char *const lines[] = {
                " Vehicle.Climate.ClimateControl/Rear fanLevel 4\n",
                " Vehicle.Climate.ClimateControl targetTemperature 22.5 °C\n",
                " Vehicle.Cluster.InstrumentCluster driveMode Sport\n",
                " Vehicle.Climate.ClimateControl is unavailable: It was stopped",
                " Vehicle.Climate.ClimateControl is ready\n",
                " Vehicle.Climate.ClimateControl is gone\n",
        };
        Harness *h = *state;
        Process *fasciad, *watch;

        fasciad = harness_start_fasciad(h, CLIMATE CLUSTER, NULL);
        watch = harness_spawn(h, FASCIACTL "watch");
        process_wait_output(watch, "watching 2 features\n");
        expect(h, 0, "set ClimateControl.fanLevel 4 Rear", "");
        expect(h, 0, "set ClimateControl.targetTemperature 22.5", "");
        expect(h, 0, "set InstrumentCluster.driveMode Sport", "");
        expect(h, 0, "stop ClimateControl", "");
        expect(h, 0, "start ClimateControl", "");
        assert_int_equal(process_stop(fasciad), 0);
        for (size_t i = 0; i < N(lines); i++)
                process_wait_output(watch, lines[i]);
        harness_start_fasciad(h, CLIMATE CLUSTER, NULL);
        process_wait_output(watch, " is back\n");
        expect(h, 0, "set ClimateControl.fanLevel 5", "");
        process_wait_output(watch, " Vehicle.Climate.ClimateControl fanLevel 5\n");
        process_kill(watch);
}

static void watch_tells_what_was_asked_for_as_json_and_ends(void **state) {
        Harness *h = *state;
        Process *watch;
        json_t *line;
        const char *output;

        harness_start_fasciad(h, CLIMATE CLUSTER, NULL);
        watch = harness_spawn(h, FASCIACTL
                              "watch ClimateControl.fanLevel ClimateControl.airflow --json"
                              " --zone Rear --count 2");
        process_wait_output(watch, "watching 2 features\n");
        expect(h, 0, "set ClimateControl.airConditioning true Rear", "");
        expect(h, 0, "set ClimateControl.fanLevel 3", "");
        expect(h, 0, "set ClimateControl.fanLevel 4 Rear", "");
        expect(h, 0, "set ClimateControl.fanLevel 5 Rear", "");
        assert_int_equal(process_wait(watch), 0);
        output = strchr(process_get_output(watch), '{');
        assert_non_null(output);
        line = json_loads(output, JSON_DISABLE_EOF_CHECK, NULL);
        assert_non_null(line);
        assert_string_equal(json_string_value(json_object_get(line, "zone")), "Rear");
        assert_string_equal(json_string_value(json_object_get(line, "property")), "fanLevel");
        assert_int_equal(json_integer_value(json_object_get(line, "value")), 4);
        assert_true(json_is_real(json_object_get(line, "time")));
        json_decref(line);
        expect(h, 3, "watch ClimateControl.colour", "has no property or signal 'colour'");
        expect(h, 3, "watch Nothing", "there is no feature 'Nothing'");
        expect(h, 3, "watch InstrumentCluster --zone Rear", "InstrumentCluster has no zones\n");
        watch = harness_spawn(h, FASCIACTL "watch --zone Roof");
        process_wait_output(watch, "ClimateControl has no zone 'Roof' at present\n");
        process_wait_output(watch, "watching 1 feature\n");
        process_kill(watch);
}

static void who_watches_is_a_user_also_of_a_service_that_comes_later(void **state) {
        static const char config[] = "[fascia]\nIdleExit=500ms\n" CLIMATE;
        Harness *h = *state;
        Process *watch, *fasciad;

        fasciad = harness_start_fasciad(h, config, NULL);
        watch = harness_spawn(h, FASCIACTL "watch ClimateControl");
        process_wait_output(watch, "watching 1 feature\n");
        process_kill(fasciad);
        process_wait_output(watch, "ClimateControl is gone\n");
        fasciad = harness_start_fasciad(h, config, NULL);
        process_wait_output(watch, "ClimateControl is back\n");
        usleep(1500000);
        assert_null(strstr(process_get_output(fasciad), "Nobody uses this service"));
        process_kill(watch);
        process_wait_output(fasciad, "Nobody uses this service");
        assert_int_equal(process_wait(fasciad), 0);
}

static void watch_asks_for_what_is_announced_without_its_value(void **state) {
        Harness *h = *state;
        Process *watch;

        harness_start_fasciad(h,
                              CLIMATE "[Vehicle.Climate/ClimateControl]\n"
                                      "Access1=deny read fanLevel to user nobody\n",
                              NULL);
        watch = harness_spawn(h, FASCIACTL "watch ClimateControl --count 1");
        process_wait_output(watch, "watching 1 feature\n");
        expect(h, 0, "set ClimateControl.fanLevel 4", "");
        process_wait_output(watch, "Vehicle.Climate.ClimateControl fanLevel 4\n");
        assert_int_equal(process_wait(watch), 0);
}

static void top_shows_rates_of_features_and_clients(void **state) {
        json_t *json, *feature, *clients, *client;
        Harness *h = *state;
        Process *top;
        const char *name, *found;
        sd_bus *bus;

        harness_start_fasciad(h, CLIMATE REMOTE, NULL);
        expect(h, 0, "top --once --interval 0.05", "Vehicle.Climate.ClimateControl");
        expect(h, 0, "top --count 2 --interval 0.05", "CALLS/S");
        expect(h, 2, "top ClimateControl", "no arguments");
        assert_return_code(sd_bus_new(&bus), errno);
        assert_return_code(sd_bus_set_address(bus, harness_get_address(h)), errno);
        assert_return_code(sd_bus_set_bus_client(bus, 1), errno);
        assert_return_code(sd_bus_start(bus), errno);
        top = harness_spawn(h, FASCIACTL "top --json --interval 0.05");
        process_wait_output(top,
                            "}}\n"); /* the first round; what comes now is in the second or third */
        for (int i = 0; i < 50; i++)
                assert_return_code(sd_bus_call_method(bus, "Example.Remote1",
                                                      "/Example/Remote1/ProcessingService",
                                                      "Example.Remote1.ProcessingService",
                                                      "Process", NULL, NULL, "s", "hello"),
                                   errno);
        process_wait_output(top, "\"process\":\"test-fasciactl\"");
        process_wait_output(top, "\n");
        assert_return_code(sd_bus_get_unique_name(bus, &name), errno);
        /* The line with the client. */
        found = strstr(process_get_output(top), "\"process\":\"test-fasciactl\"");
        while (found[-1] != '\n')
                found--;
        json = json_loads(found, JSON_DISABLE_EOF_CHECK, NULL);
        assert_non_null(json);
        feature = json_object_get(json_object_get(json, "features"),
                                  "Example.Remote.ProcessingService");
        assert_true(json_real_value(json_object_get(feature, "calls")) > 0);
        clients = json_object_get(json, "clients");
        client = json_object_get(clients, name);
        assert_int_equal(json_integer_value(json_object_get(client, "pid")), getpid());
        assert_true(json_real_value(json_object_get(client, "calls")) > 0);
        json_decref(json);
        process_kill(top);
        sd_bus_flush_close_unref(bus);
}

static void the_service_is_managed(void **state) {
        Harness *h = *state;
        char config[300], mine[256];
        const Row rows[] = {
                { "log-level", 0, "org.fascia.Manager1: info\n" },
                { "log-level --json", 0, "{\n  \"org.fascia.Manager1\": \"info\"\n}\n" },
                { "stop ClimateControl Rear", 2, "one feature is to be named, without a zone" },
                { "log-level debug", 0, "" },
                { "log-level", 0, "org.fascia.Manager1: debug\n" },
                { "log-level loud", 1, "org.fascia.Error.OutOfRange: LogLevel: 'loud' is none of" },
                { "stop ClimateControl", 0, "" },
                { "get ClimateControl", 4,
                  "ClimateControl is unavailable: It was stopped by an administrator" },
                { "set ClimateControl.fanLevel 3", 4, "org.fascia.Error.Unavailable" },
                { "start ClimateControl", 0, "" },
                { "get ClimateControl.fanLevel", 0, "1\n" },
                { "set ClimateControl.fanLevel 3", 0, "" },
                { "restart ClimateControl", 0, "" },
                { "get ClimateControl.fanLevel", 0, "1\n" },
                { "start InstrumentCluster", 4, "is served by no process that runs" },
                { "restart", 2, "a feature is to be named" },
                { "reload", 0, "" },
                { "log-level", 0, "org.fascia.Manager1: info\n" },
        };

        snprintf(mine, sizeof(mine), "%s", harness_write(h, "mine.conf", CLIMATE));
        snprintf(config, sizeof(config), "--config '%s'", mine);
        harness_start_fasciad(h, "", config);
        expect_rows(h, rows, N(rows));
        harness_write(h, "mine.conf", CLIMATE "[fascia]\nColour=red\n");
        expect(h, 1, "reload",
               "fasciactl: org.fascia.Error.Failed: The new configuration was refused");
        expect(h, 1, "reload", "mine.conf:4: [fascia]: unknown key 'Colour'");
        assert_return_code(unlink(mine), errno);
        expect(h, 1, "reload",
               "fasciactl: org.fascia.Error.Failed: The new configuration was refused, and the one before stays in effect: ");
        expect(h, 1, "reload", "mine.conf: cannot be opened: No such file");
        expect(h, 0, "status", "mine.conf: cannot be opened: No such file");
        harness_write(h, "mine.conf", CLIMATE);
        expect(h, 0, "reload", "");
}

static void others_are_told_that_they_may_not(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        if (geteuid() != 0)
                skip();
        assert_return_code(chmod(harness_get_directory(h), 0711), errno);
        harness_start_fasciad(h, CLIMATE, NULL);
        output = harness_run(h, &status,
                             "setpriv --reuid 65534 --clear-groups " FASCIACTL "reload");
        assert_int_equal(status, 1);
        assert_non_null(strstr(output,
                               "org.freedesktop.DBus.Error.AccessDenied: Reload is for root "
                               "and the user of the service only"));
        free(output);
}

/* ---- completion ---- */

/* What bash offers for a line that ends here, one a line; as after <TAB>. */
static void expect_completion(Harness *h, const char *line, const char *offered) {
        static const char script[] =
                "set -u\n"
                "PATH=${FASCIA_BUILD_DIR:-build}:$PATH\n"
                ". ${FASCIA_SOURCE_DIR:-.}/client/fasciactl/completion/fasciactl\n"
                "[[ $(complete -p fasciactl) == *_fasciactl* ]] || exit 1\n"
                "read -ra COMP_WORDS <<<\"$1\"\n"
                "[[ $1 != *' ' ]] || COMP_WORDS+=('')\n"
                "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                "_fasciactl\n"
                "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
        const char *file = harness_write(h, "complete.bash", script);
        char *output;
        int status;

        output = harness_run(h, &status, "bash %s \"%s\"", file, line);
        if (status != 0 || strcmp(output, offered) != 0)
                fail_msg("%s: status %d, offered: %s instead of: %s", line, status, output,
                         offered);
        free(output);
}

static void bash_completes_what_the_service_has(void **state) {
        static const struct {
                const char *line, *offered;
        } rows[] = {
                { "fasciactl sta", "start\nstatus\n" },
                { "fasciactl --json sto", "stop\n" },
                { "fasciactl get ClimateControl.fan", "ClimateControl.fanLevel\n" },
                { "fasciactl get Vehicle.Cli", "Vehicle.Climate.ClimateControl\n"
                                               "Vehicle.Climate.ClimateControl.airConditioning\n"
                                               "Vehicle.Climate.ClimateControl.fanLevel\n"
                                               "Vehicle.Climate.ClimateControl.targetTemperature\n"
                                               "Vehicle.Climate.ClimateControl.outsideTemperature\n"
                                               "Vehicle.Climate.ClimateControl.cabinTemperature\n"
                                               "Vehicle.Climate.ClimateControl.recirculation\n"
                                               "Vehicle.Climate.ClimateControl.airflow\n" },
                { "fasciactl get ClimateControl.fanLevel Front", "FrontLeft\nFrontRight\n" },
                { "fasciactl set ClimateControl.out", "\n" }, /* nobody can set it */
                { "fasciactl set ClimateControl.recirculation ", "Off\nOn\nAutomatic\n" },
                { "fasciactl set ClimateControl.airConditioning t", "true\n" },
                { "fasciactl set ClimateControl.airflow 'Floor|W", "Floor|Windshield\n" },
                { "fasciactl set ClimateControl.fanLevel 3 R", "Rear\n" },
                { "fasciactl call ProcessingService.", "ProcessingService.process\n" },
                { "fasciactl watch InstrumentCluster.warningR",
                  "InstrumentCluster.warningRaised\n" },
                { "fasciactl restart ", "ProcessingService\nClimateControl\nInstrumentCluster\n" },
                { "fasciactl log-level de", "debug\n" },
                { "fasciactl des", "describe\n" },
                { "fasciactl top --o", "--once\n" },
                { "fasciactl explode ", "\n" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE REMOTE CLUSTER, NULL);
        for (size_t i = 0; i < N(rows); i++)
                expect_completion(h, rows[i].line, rows[i].offered);
}

static void zsh_completes_what_the_service_has(void **state) {
        /* What the function does, without the line editor that calls it. */
        static const char script[] =
                "PATH=${FASCIA_BUILD_DIR:-build}:$PATH\n"
                "compadd() { shift; print -l -- $@ }\n"
                "complete_it() { . ${FASCIA_SOURCE_DIR:-.}/client/fasciactl/completion/_fasciactl }\n"
                "words=(fasciactl set ClimateControl.recirculation O); CURRENT=4; complete_it\n";
        Harness *h = *state;
        const char *file = harness_write(h, "complete.zsh", script);
        char *output;
        int status;

        if (access("/bin/zsh", X_OK) < 0 && access("/usr/bin/zsh", X_OK) < 0)
                skip();
        harness_start_fasciad(h, CLIMATE, NULL);
        output = harness_run(h, &status, "zsh -f %s", file);
        assert_string_equal(output, "Off\nOn\n");
        free(output);
}

/* ---- what is missing ---- */

static void who_is_not_there_is_said(void **state) {
        static const Row rows[] = {
                { "status", 4, "no fasciad runs on unix:path=" },
                { "reload", 4, "no fasciad runs on" },
                { "get ClimateControl", 4, "org.freedesktop.DBus.Error.ServiceUnknown" },
                { "list", 0, "Vehicle.Climate.ClimateControl     not running" },
                { "status --address unix:path=/no/such/bus", 4,
                  "failed to connect to unix:path=/no" },
                { "status --address nonsense", 4, "failed to connect to nonsense" },
        };
        Harness *h = *state;

        expect_rows(h, rows, N(rows));
        harness_expect(h, 4,
                       "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/no/such/bus " FASCIACTL
                       "status --address system",
                       "failed to connect to system (unix:path=/no/such/bus): No such file");
}

static void a_module_without_its_library_is_refused(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, CLIMATE, NULL);
        harness_set_environment(h, "FASCIA_MODULE_PATH", harness_get_directory(h));
        expect(h, 4, "get ClimateControl",
               "Vehicle.Climate.ClimateControl cannot be read without the library that describes "
               "its module: ");
        expect(h, 0, "status", "Vehicle.Climate");
}

static void a_service_that_does_not_answer_is_waited_for_in_vain(void **state) {
        Harness *h = *state;
        Process *fasciad;

        fasciad = harness_start_fasciad(h, CLIMATE, NULL);
        process_signal(fasciad, SIGSTOP);
        expect(h, 4, "status --timeout 0.2", "fasciactl: ");
        process_signal(fasciad, SIGCONT);
}

static void one_that_does_not_answer_keeps_nobody_from_the_others(void **state) {
        static const char config[] = CLIMATE "[Vehicle.Cluster]\nBackend=simulator\nProcess=own\n";
        static const Row rows[] = {
                { "get ClimateControl.fanLevel --timeout 0.5", 0, "\n1\n" },
                { "list climate --timeout 0.5", 4,
                  "fasciactl: org.fascia.Manager1.Vehicle.Cluster1" },
                { "list climate --timeout 0.5", 4, "Vehicle.Climate.ClimateControl  ready" },
                { "status --timeout 0.5", 4, "org.fascia.Manager1: running" },
        };
        Harness *h = *state;
        Process *other;

        harness_start_fasciad(h, config, NULL);
        other = harness_start_fasciad(h, config, "--module Vehicle.Cluster");
        process_signal(other, SIGSTOP);
        expect_rows(h, rows, N(rows));
        process_signal(other, SIGCONT);
}

static void wrong_words_are_refused(void **state) {
        static const Row rows[] = {
                { "", 2, "a command is missing" },
                { "explode", 2, "there is no command 'explode'" },
                { "status --colour", 2, "there is no option '--colour'" },
                { "status --zone", 2, "--zone: its value is missing" },
                { "status --timeout soon", 2, "--timeout: 'soon' is not a time" },
                { "status --timeout=0", 2, "not a time" },
                { "--help", 0, "get       FEATURE[.PROPERTY] [ZONE]" },
                { "--version", 0, "fasciactl 0." },
        };
        Harness *h = *state;

        expect_rows(h, rows, N(rows));
        harness_start_fasciad(h, CLIMATE, NULL);
        expect(h, 4, "list >/dev/full", "failed to write");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(status_shows_processes_modules_and_what_is_wrong),
                TEST(list_shows_what_runs_and_what_is_installed),
                TEST(describe_shows_members_types_and_bounds),
                TEST(get_shows_values_with_names_and_units),
                TEST(set_takes_values_of_every_kind),
                TEST(call_gives_the_result),
                TEST(features_may_be_named_short_unless_that_is_ambiguous),
                TEST(watch_tells_changes_signals_and_states),
                TEST(watch_tells_what_was_asked_for_as_json_and_ends),
                TEST(watch_asks_for_what_is_announced_without_its_value),
                TEST(who_watches_is_a_user_also_of_a_service_that_comes_later),
                TEST(top_shows_rates_of_features_and_clients),
                TEST(the_service_is_managed),
                TEST(others_are_told_that_they_may_not),
                TEST(bash_completes_what_the_service_has),
                TEST(zsh_completes_what_the_service_has),
                TEST(who_is_not_there_is_said),
                TEST(a_module_without_its_library_is_refused),
                TEST(a_service_that_does_not_answer_is_waited_for_in_vain),
                TEST(one_that_does_not_answer_keeps_nobody_from_the_others),
                TEST(wrong_words_are_refused),
        };

        return cmocka_run_group_tests_name("fasciactl", tests, NULL, NULL);
}
