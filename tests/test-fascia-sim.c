/* SPDX-License-Identifier: MIT */
/* fascia-sim as its users meet it: every command, against a real fasciad on a bus, and without any. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "harness.h"

#define SIM "${FASCIA_BUILD_DIR:-build}/fascia-sim "
#define CTL "${FASCIA_BUILD_DIR:-build}/fasciactl "
#define CONFIG                                   \
        "[Vehicle.Climate]\nBackend=simulator\n" \
        "[Vehicle.Cluster]\nBackend=simulator\n" \
        "[Example.Remote]\nBackend=remote\n"     \
        "[org.fascia.Simulation]\nBackend=simulator\n"

#define N(table) (sizeof(table) / sizeof(table[0]))

typedef struct Row {
        const char *words;
        int status;
        const char *text;
} Row;

static void expect(Harness *h, const char *tool, const Row *row) {
        char *output;
        int status;

        output = harness_run(h, &status, "%s%s", tool, row->words);
        if (status != row->status || !strstr(output, row->text))
                fail_msg("%s: status %d, not %d with '%s': %s", row->words, status, row->status,
                         row->text, output);
        free(output);
}

static void expect_rows(Harness *h, const Row *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                expect(h, SIM, &rows[i]);
}

/* What a client sees. */
static void check_value(Harness *h, const char *what, const char *text) {
        char words[256];

        snprintf(words, sizeof(words), "get %s", what);
        expect(h, CTL, &(Row){ words, 0, text });
}

/* ---- a simulation that runs ---- */

static void values_signals_and_zones_are_made_to_happen(void **state) {
        static const Row rows[] = {
                { "set InstrumentCluster.speed 33.5", 0, "" },
                { "set Vehicle.Climate.ClimateControl.airflow 'Floor|Windshield' Rear", 0, "" },
                { "set --zone FrontLeft ClimateControl.fanLevel 7", 0, "" },
                { "set ClimateControl.airflow Wall Rear", 1,
                  "fascia-sim: ClimateControl[Rear].airflow: 'Wall' is none of Windshield, "
                  "Dashboard, Floor" },
                { "set ClimateControl.airflow", 2, "usage: fascia-sim set" },
                { "set airflow 1", 2, "'airflow' is not of the form FEATURE.MEMBER" },
                { "set Radio.volume 1", 1, "No feature 'Radio' is simulated; there are: " },
                { "withdraw InstrumentCluster.fuel", 0, "" },
                { "withdraw InstrumentCluster.fuels", 1,
                  "InstrumentCluster has no property 'fuels'" },
                { "add-zone ClimateControl Boot", 0, "" },
                { "add-zone ClimateControl Boot", 1, "ClimateControl has the zone 'Boot' already" },
                { "remove-zone ClimateControl Rear", 0, "" },
                { "remove-zone ClimateControl", 2, "usage: fascia-sim remove-zone" },
                { "emit InstrumentCluster.warningRaised", 1, "it has 1 argument, not 0" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        expect_rows(h, rows, N(rows));
        check_value(h, "InstrumentCluster.speed", "33.5 km/h");
        check_value(h, "ClimateControl.fanLevel FrontLeft", "7");
        check_value(h, "ClimateControl.targetTemperature Boot", "20");
        expect(h, CTL, &(Row){ "get InstrumentCluster.fuel", 1, "Unsupported" });
        expect(h, CTL, &(Row){ "get ClimateControl.fanLevel Rear", 3, "UnknownZone" });
}

static void a_signal_reaches_clients(void **state) {
        Harness *h = *state;
        Process *watch;

        harness_start_fasciad(h, CONFIG, NULL);
        watch = harness_spawn(h, CTL "watch InstrumentCluster.warningRaised --count 1");
        process_wait_output(watch, "watching 1 feature");
        expect(h, SIM,
               &(Row){ "emit InstrumentCluster.warningRaised "
                       "'{\"id\":3,\"severity\":\"Critical\",\"text\":\"hot\"}'",
                       0, "" });
        process_wait_output(watch, "{id: 3, severity: Critical, text: \"hot\"}");
        assert_int_equal(process_wait(watch), 0);
}

static void faults_are_added_listed_and_taken_away(void **state) {
        static const Row rows[] = {
                { "fault fail InstrumentCluster.acknowledge error=Busy text=later times=1", 0,
                  "1\n" },
                { "fault delay ClimateControl seconds=0.001 --zone Rear", 0, "2\n" },
                { "fault freeze", 0, "3\n" },
                { "faults", 0,
                  "{\"fault\":\"fail\",\"feature\":\"InstrumentCluster\",\"member\":\"acknowledge\"," },
                { "faults", 0,
                  "{\"fault\":\"delay\",\"zone\":\"Rear\",\"feature\":\"ClimateControl\"," },
                { "clear 3", 0, "" },
                { "clear 3", 1, "There is no fault 3" },
                { "clear x", 2, "'x' is not the number of a fault" },
                { "fault slow", 1, "'slow' is no fault" },
                { "fault drop Tuner", 1, "No feature 'Tuner' is simulated; there are: " },
                { "fault drop ClimateControl.fan", 1, "ClimateControl has no member 'fan'" },
                { "fault drop ClimateControl often", 2, "'often' is not of the form KEY=VALUE" },
                { "fault delay ClimateControl seconds=1 seconds=2", 2,
                  "'seconds' is said twice\n" },
                { "fault", 2, "usage: fascia-sim fault" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        expect_rows(h, rows, N(rows));
        expect(h, CTL,
               &(Row){ "call InstrumentCluster.acknowledge 1", 1, "org.fascia.Error.Busy: later" });
        expect(h, CTL, &(Row){ "call InstrumentCluster.acknowledge 1", 0, "false" });
        expect(h, SIM, &(Row){ "clear", 0, "" });
        expect(h, SIM, &(Row){ "faults --json", 0, "[]\n" });
}

static void time_is_stopped_stepped_and_made_faster(void **state) {
        static const Row rows[] = {
                { "pause", 0, "" },
                { "fault delay InstrumentCluster.speed seconds=10", 0, "1" },
                { "set InstrumentCluster.speed 5", 0, "" },
                { "step 4", 0, "" },
                { "step", 0, "6\n" },
                { "step", 0, "0\n" },
                { "step 0", 1, "0 is not above 0" },
                { "step soon", 2, "'soon' is not a number" },
                { "speed 4", 0, "" },
                { "speed", 0, "4\n" },
                { "speed 0", 1, "Speed: 0 is not in [0.001-1000]" },
                { "status", 0, "speed 4, paused\n" },
                { "resume", 0, "" },
                { "reload", 0, "" },
        };
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        expect_rows(h, rows, N(rows));
        check_value(h, "InstrumentCluster.speed", "5 km/h");
}

static void the_status_says_what_is_simulated(void **state) {
        json_t *json;
        char *output;
        int status;
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        output = harness_run(h, &status, SIM "status --json");
        json = json_loads(output, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        /* A production backend is none of its business. */
        assert_int_equal(json_array_size(json_object_get(json, "features")), 2);
        assert_string_equal(
                json_string_value(json_object_get(json_object_get(json, "scenario"), "state")),
                "None");
        json_decref(json);
        free(output);
}

static void without_a_simulation_it_says_so(void **state) {
        Harness *h = *state;

        expect(h, SIM,
               &(Row){ "status --timeout 1", 4,
                       "(does fasciad run, with a section [org.fascia.Simulation]?)" });
        harness_start_fasciad(h, "[Example.Remote]\nBackend=remote\n", NULL);
        expect(h, SIM,
               &(Row){ "status --timeout 1", 4, "there is no simulation to be controlled: " });
        expect(h, SIM, &(Row){ "--what", 2, "" });
        expect(h, SIM, &(Row){ "", 2, "a command is missing" });
        expect(h, SIM, &(Row){ "what", 2, "there is no command 'what'" });
        expect(h, SIM, &(Row){ "--help", 0, "fascia-sim [OPTION...] COMMAND" });
        expect(h, SIM, &(Row){ "--version", 0, "fascia-sim " });
}

/* ---- scenarios ---- */

#define GOOD                                                   \
        "# drives\n"                                           \
        "{\"set\":\"InstrumentCluster.speed\",\"value\":50}\n" \
        "{\"after\":0.05,\"expect\":\"InstrumentCluster.speed\",\"value\":50}\n"
#define BAD GOOD "{\"expect\":\"InstrumentCluster.speed\",\"maximum\":40}\n"

static void a_scenario_is_run_with_an_exit_status(void **state) {
        Harness *h = *state;
        const char *good = harness_write(h, "good.jsonl", GOOD),
                   *bad = harness_write(h, "bad.jsonl", BAD),
                   *wrong = harness_write(h, "wrong.jsonl",
                                          "{\"set\":\"InstrumentCluster.speed\"}\n");
        char words[512];

        harness_start_fasciad(h, CONFIG, NULL);
        snprintf(words, sizeof(words), "run %s", good);
        expect(h, SIM, &(Row){ words, 0, "good.jsonl: passed\n" });
        snprintf(words, sizeof(words), "run %s", bad);
        expect(h, SIM,
               &(Row){ words, 1, "bad.jsonl:4: InstrumentCluster.speed is 50, not 40 or less\n" });
        snprintf(words, sizeof(words), "run %s", wrong);
        expect(h, SIM, &(Row){ words, 1, "wrong.jsonl:1: 'set' wants a 'value'\n" });
        expect(h, SIM, &(Row){ "run /nowhere", 2, "/nowhere: No such file or directory" });
        expect(h, SIM, &(Row){ "status", 0, "bad.jsonl: Failed\n" });
}

static void a_test_needs_no_bus_and_no_time(void **state) {
        Harness *h = *state;
        const char *good = harness_write(h, "good.jsonl", GOOD),
                   *bad = harness_write(h, "bad.jsonl", BAD), *script, *hour;
        char words[1024];

        harness_set_environment(h, "FASCIA_ADDRESS", "unix:path=/nowhere");
        snprintf(words, sizeof(words), "test %s", good);
        expect(h, SIM, &(Row){ words, 0, "good.jsonl: passed\n" });
        snprintf(words, sizeof(words), "test %s %s", good, bad);
        expect(h, SIM, &(Row){ words, 1, "bad.jsonl: failed\n" });

        script = harness_write(h, "drive.lua",
                               "local c = sim.feature 'InstrumentCluster'\n"
                               "sim.every(1, function() c.rpm = c.rpm + 1 end)\n");
        hour = harness_write(
                h, "hour.jsonl",
                "{\"at\":3600.5,\"expect\":\"InstrumentCluster.rpm\",\"value\":4400}\n");
        snprintf(words, sizeof(words), "test --script Vehicle.Cluster=%s %s", script, hour);
        expect(h, SIM, &(Row){ words, 0, "hour.jsonl: passed\n" });
        snprintf(words, sizeof(words), "test --script %s %s", script, hour);
        expect(h, SIM, &(Row){ words, 2, "is not of the form MODULE=FILE" });

        /* A script that fails has not passed. */
        script = harness_write(h, "broken.lua", "error('no')\n");
        snprintf(words, sizeof(words), "test --script Vehicle.Cluster=%s %s", script, good);
        expect(h, SIM, &(Row){ words, 1, "broken.lua:1: no" });
        expect(h, SIM, &(Row){ words, 1, "good.jsonl: failed: the simulation has faults\n" });
        snprintf(words, sizeof(words), "test --data Cluster=/dev/null %s", good);
        expect(h, SIM, &(Row){ words, 3, "'Cluster=/dev/null': there is no module 'Cluster'\n" });
}

/* ---- recording ---- */

static size_t count_lines(const char *text, const char *what) {
        size_t n = 0;

        while ((text = strstr(text, what))) {
                text++;
                n++;
        }
        return n;
}

static void what_services_do_is_written_down(void **state) {
        static const char *const wanted[] = {
                "{\"fascia-recording\":1,\"started\":\"20",
                "\"set\":\"Vehicle.Climate.ClimateControl.fanLevel\",\"zone\":\"FrontLeft\",\"value\":3}",
                "\"add-zone\":\"Vehicle.Climate.ClimateControl\",\"zone\":\"Rear\"}",
                "\"call\":\"Example.Remote.ProcessingService.process\",\"arguments\":{\"data\":"
                "\"hello\"},\"result\":5}",
                "\"set\":\"Example.Remote.ProcessingService.lastMessage\",\"value\":\"hello\"}",
                "\"write\":\"Vehicle.Climate.ClimateControl.fanLevel\",\"zone\":\"Rear\",\"value\":55,"
                "\"error\":{\"name\":\"org.fascia.Error.OutOfRange\",\"text\":\"FanLevel: 55 is not "
                "in [0-10]\"}}",
                "\"remove-zone\":\"Vehicle.Climate.ClimateControl\",\"zone\":\"Rear\"}",
                "\"withdraw\":\"Vehicle.Climate.ClimateControl.outsideTemperature\"}",
                "\"fail\":\"Vehicle.Climate.ClimateControl\",\"text\":\"cable\"}",
        };
        Harness *h = *state;
        Process *record;
        char *output;
        int status;

        harness_start_fasciad(h, CONFIG, NULL);
        record = harness_spawn(h, SIM "record ClimateControl ProcessingService -o %s/r.jsonl",
                               harness_get_directory(h));
        process_wait_output(record, "recording 2 features; Ctrl-C ends it");
        expect(h, CTL, &(Row){ "call ProcessingService.process hello", 0, "5" });
        expect(h, CTL, &(Row){ "set ClimateControl.fanLevel 55 Rear", 1, "OutOfRange" });
        expect(h, SIM, &(Row){ "remove-zone ClimateControl Rear", 0, "" });
        expect(h, SIM, &(Row){ "withdraw ClimateControl.outsideTemperature", 0, "" });
        expect(h, SIM, &(Row){ "fault disconnect ClimateControl text=cable", 0, "" });
        for (size_t i = 0; i < N(wanted); i++) {
                output = harness_run(
                        h, &status,
                        "for i in $(seq 200); do cat %s/r.jsonl | grep -qF '%s' && exit; "
                        "sleep 0.05; done; cat %s/r.jsonl; exit 1",
                        harness_get_directory(h), wanted[i], harness_get_directory(h));
                if (status != 0)
                        fail_msg("no line with %s in:\n%s", wanted[i], output);
                free(output);
        }
        process_signal(record, SIGINT);
        assert_int_equal(process_wait(record), 0);
}

/* What was recorded happens again, at the same times, and is recorded as the same. */
static void a_recording_is_not_lost_to_a_name_that_is_wrong(void **state) {
        Harness *h = *state;
        const char *path = harness_write(h, "r.jsonl", "precious\n");
        char words[512], *text;
        int status;

        snprintf(words, sizeof(words), "record ClimateControl Nothing -o %s", path);
        expect(h, SIM, &(Row){ words, 3, "there is no feature 'Nothing'\n" });
        text = harness_run(h, &status, "cat %s/r.jsonl", harness_get_directory(h));
        assert_string_equal(text, "precious\n");
        free(text);
}

static void a_recording_can_be_replayed(void **state) {
        Harness *h = *state;
        const char *recording = harness_write(
                h, "r.jsonl",
                "{\"fascia-recording\":1,\"started\":\"2026-11-23T14:00:00Z\"}\n"
                "{\"at\":0,\"set\":\"InstrumentCluster.speed\",\"value\":1.5}\n"
                "{\"at\":10,\"set\":\"InstrumentCluster.speed\",\"value\":2.5}\n"
                "{\"at\":20,\"emit\":\"InstrumentCluster.warningRaised\",\"arguments\":{\"warning\":{"
                "\"id\":1,\"severity\":\"Info\",\"text\":\"x\"}}}\n"
                "{\"at\":30,\"call\":\"InstrumentCluster.acknowledge\",\"arguments\":{\"id\":1},"
                "\"result\":true}\n");
        Process *record;
        char *output;
        int status;

        harness_start_fasciad(h, CONFIG, NULL);
        record = harness_spawn(h, SIM "record InstrumentCluster");
        process_wait_output(record, "recording 1 feature; Ctrl-C ends it");
        output = harness_run(h, &status, SIM "replay --speed 100 %s", recording);
        if (status != 0)
                fail_msg("%s", output);
        free(output);
        process_wait_output(record, "\"value\":1.5}");
        process_wait_output(record, "\"value\":2.5}");
        process_wait_output(record, "\"emit\":\"Vehicle.Cluster.InstrumentCluster.warningRaised\"");
        /* speed is as it was before */
        expect(h, SIM, &(Row){ "speed", 0, "1\n" });

        /* in steps; the time of each is told */
        output = harness_run(h, &status, "printf '\\n\\n\\n\\n\\n\\n' | " SIM "replay --steps %s",
                             recording);
        assert_int_equal(status, 0);
        assert_int_equal(count_lines(output, "+10 s\n"), 3);
        free(output);
        process_stop(record);
}

static void numbers_become_a_table_and_come_back(void **state) {
        static const char recording[] =
                "{\"at\":0,\"set\":\"A.B.speed\",\"value\":1}\n"
                "{\"at\":0,\"set\":\"A.B.name\",\"value\":\"x\"}\n"
                "{\"at\":0,\"set\":\"A.B.level\",\"zone\":\"Rear, left\",\"value\":-2.5}\n"
                "{\"after\":0.5,\"set\":\"A.B.speed\",\"value\":2}\n";
        static const char table[] = "time,A.B.speed,\"A.B.level[Rear, left]\"\r\n"
                                    "0,1,-2.5\r\n"
                                    "0.5,2,\r\n";
        static const struct {
                const char *table, *error;
        } bad[] = {
                { "", ":1: the first row wants \"time\" and names of properties" },
                { "speed,A.b\n", ":1: the first row wants \"time\" and names of properties" },
                { "time,speed\n", ":1: 'speed' is not of the form FEATURE.PROPERTY" },
                { "time,A.b\n1,x\n", ":2: 'x' is not a number" },
                { "time,A.b\n1,2\n3,inf\n", ":3: 'inf' is not a number" },
                { "time,A.b\n1,2,3\n", ":2: it has more fields than the first row" },
                { "time,A.b\n1,\"2\n", ":2: a quote does not end" },
                { "time,A.b\n1,\"2\"3\n", ":2: a field goes on behind its quotes" },
                { "time,A.b\n-1,2\n", ":2: the time is below 0" },
        };
        Harness *h = *state;
        const char *path = harness_write(h, "r.jsonl", recording), *csv;
        char *output;
        int status;

        output = harness_run(h, &status, SIM "csv export %s", path);
        assert_int_equal(status, 0);
        assert_string_equal(output, table);
        free(output);
        output = harness_run(h, &status, SIM "csv export %s level", path);
        assert_string_equal(output, "time,\"A.B.level[Rear, left]\"\r\n0,-2.5\r\n");
        free(output);
        expect(h, SIM, &(Row){ "csv export /dev/null", 3, "it has no numbers" });

        csv = harness_write(h, "r.csv", table);
        output = harness_run(h, &status, SIM "csv import %s", csv);
        assert_int_equal(status, 0);
        assert_string_equal(
                output,
                "{\"at\":0.0,\"set\":\"A.B.speed\",\"value\":1}\n"
                "{\"at\":0.0,\"set\":\"A.B.level\",\"zone\":\"Rear, left\",\"value\":-2.5}\n"
                "{\"at\":0.5,\"set\":\"A.B.speed\",\"value\":2}\n");
        free(output);
        for (size_t i = 0; i < N(bad); i++) {
                csv = harness_write(h, "bad.csv", bad[i].table);
                output = harness_run(h, &status, SIM "csv import %s", csv);
                if (status != 2 || !strstr(output, bad[i].error))
                        fail_msg("%s: status %d: %s", bad[i].table, status, output);
                free(output);
        }
}

/* ---- files that change ---- */

/* Until a client sees it. */
static void await_value(Harness *h, const char *what, const char *text) {
        char *output;
        int status;

        output = harness_run(h, &status,
                             "for i in $(seq 200); do " CTL
                             "get %s | grep -qxF '%s' && exit; sleep 0.05; "
                             "done; " CTL "get %s; exit 1",
                             what, text, what);
        if (status != 0)
                fail_msg("%s is not %s: %s", what, text, output);
        free(output);
}

static void scripts_and_data_are_read_again_when_they_change(void **state) {
        Harness *h = *state;
        const char *lua, *data;
        char config[1024];

        lua = harness_write(h, "c.lua",
                            "sim.feature('InstrumentCluster'):on_start(function(f) f.rpm = 1 end)");
        data = harness_write(h, "c.json", "{ \"ClimateControl\": { \"zones\": [ \"Left\" ] } }");
        snprintf(config, sizeof(config),
                 "[Vehicle.Cluster]\nBackend=simulator\nSimulationScript=%s\n"
                 "[Vehicle.Climate]\nBackend=simulator\nSimulationData=%s\n"
                 "[org.fascia.Simulation]\nBackend=simulator\n",
                 lua, data);
        harness_start_fasciad(h, config, NULL);
        await_value(h, "InstrumentCluster.rpm", "1 1/min");
        expect(h, SIM, &(Row){ "set InstrumentCluster.speed 12", 0, "" });
        harness_write(h, "c.lua",
                      "sim.feature('InstrumentCluster'):on_start(function(f) f.rpm = 2 end)");
        await_value(h, "InstrumentCluster.rpm", "2 1/min");
        check_value(h, "InstrumentCluster.speed", "12 km/h"); /* values stay */

        harness_write(h, "c.json", "{ \"ClimateControl\": { \"zones\": [ \"Right\" ] } }");
        await_value(h, "ClimateControl.fanLevel Right", "0");
        expect(h, CTL, &(Row){ "get ClimateControl.fanLevel Left", 3, "UnknownZone" });
        /* What is wrong changes nothing, and is told. */
        harness_write(h, "c.json", "{ \"ClimateControl\": { \"zone\": [ \"Boot\" ] } }");
        harness_write(h, "c.lua", "nonsense");
        for (int i = 0; i < 200; i++) {
                int status;
                char *output = harness_run(h, &status,
                                           SIM "status | grep -F c.json:1:23: && " SIM
                                               "status | grep -F 'c.lua:1: syntax error'");

                free(output);
                if (status == 0)
                        break;
                wait_ms(50);
                assert_true(i < 199);
        }
        check_value(h, "ClimateControl.fanLevel Right", "0");
        check_value(h, "InstrumentCluster.rpm", "2 1/min");
}

/* ---- the panel ---- */

#define TMUX "tmux -S %s/tmux "

/* Until the screen has the text. */
static void expect_screen(Harness *h, const char *text) {
        const char *directory = harness_get_directory(h);
        char *output;
        int status;

        output = harness_run(h, &status,
                             "for i in $(seq 200); do " TMUX
                             "capture-pane -p | grep -qF -- '%s' && exit; "
                             "sleep 0.05; done; " TMUX "capture-pane -p; exit 1",
                             directory, text, directory);
        if (status != 0)
                fail_msg("'%s' is not on the screen:\n%s", text, output);
        free(output);
}

static void type(Harness *h, const char *keys) {
        char *output;
        int status;

        output = harness_run(h, &status, TMUX "send-keys %s", harness_get_directory(h), keys);
        if (status != 0)
                fail_msg("%s: %s", keys, output);
        free(output);
}

static void begin_panel(Harness *h, const char *words) {
        char *output;
        int status;

        output = harness_run(h, &status, "command -v tmux");
        free(output);
        if (status != 0)
                skip();
        output = harness_run(h, &status,
                             "env LC_ALL=C.UTF-8 TERM=screen " TMUX
                             "-f /dev/null new-session -d -x 80 -y 24 \"" SIM
                             "panel %s; echo status $?; cat\"",
                             harness_get_directory(h), words);
        if (status != 0)
                fail_msg("%s", output);
        free(output);
}

static void end_panel(Harness *h) {
        char *output;
        int status;

        type(h, "q");
        expect_screen(h, "status 0");
        output = harness_run(h, &status, TMUX "kill-server", harness_get_directory(h));
        free(output);
}

static void the_panel_shows_all_and_changes_it(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        begin_panel(h, "");
        expect_screen(h, "ClimateControl [FrontLeft]");
        expect_screen(h, "targetTemperature             21.5");
        /* What others do is seen. */
        expect(h, SIM, &(Row){ "set ClimateControl.targetTemperature 23.5 FrontLeft", 0, "" });
        expect_screen(h, "targetTemperature             23.5");
        /* A truth is turned over, a number counted. */
        type(h, "j Space");
        expect_screen(h, "airConditioning               false");
        type(h, "j + +");
        expect_screen(h, "fanLevel                      3");
        /* Only one, which clients cannot set. */
        type(h, "/");
        type(h, "-l instrumentcluster[].speed");
        type(h, "Enter j Enter C-u");
        type(h, "-l 87.5");
        type(h, "Enter");
        expect_screen(h, "speed                         87.5 km/h");
        check_value(h, "InstrumentCluster.speed", "87.5 km/h");
        type(h, "Enter C-u");
        type(h, "-l fast");
        type(h, "Enter");
        expect_screen(h, "is not a number");
        /* Nothing is changed by who thinks better of it. */
        type(h, "Enter C-u 5 Escape");
        /* An enumerator after the other. */
        type(h, "/");
        type(h, "-l driveMode");
        type(h, "Enter j Right");
        expect_screen(h, "driveMode                     Sport");
        type(h, "Left");
        expect_screen(h, "driveMode                     Normal");
        type(h, "Left"); /* around the end */
        expect_screen(h, "driveMode                     Eco");
        check_value(h, "InstrumentCluster.speed", "87.5 km/h");
        end_panel(h);
}

static void the_panel_controls_time_and_faults(void **state) {
        Harness *h = *state;

        harness_start_fasciad(h, CONFIG, NULL);
        begin_panel(h, "InstrumentCluster");
        expect_screen(h, "InstrumentCluster");
        type(h, "p");
        expect_screen(h, "PAUSED");
        type(h, "p \"<\"");
        expect_screen(h, "speed 0.5 ");
        type(h, "j f");
        type(h, "-l \"delay seconds=2\"");
        type(h, "Enter");
        expect_screen(h, "speed 0.5   1 fault");
        expect(h, SIM, &(Row){ "faults", 0, "\"member\":\"speed\",\"seconds\":2" });
        type(h, "c");
        expect_screen(h, "0 faults");
        type(h, "f");
        type(h, "-l slow");
        type(h, "Enter");
        expect_screen(h, "is no fault: delay, drop");
        end_panel(h);
}

static void the_panel_survives_the_end_of_the_service(void **state) {
        Harness *h = *state;
        Process *fasciad;

        fasciad = harness_start_fasciad(h, CONFIG, NULL);
        begin_panel(h, "InstrumentCluster");
        expect_screen(h, "InstrumentCluster  simulated");
        assert_int_equal(process_stop(fasciad), 0);
        expect_screen(h, "InstrumentCluster  unavailable");
        expect_screen(h, "values can only be looked at");
        type(h, "p");
        expect_screen(h, "there is no simulation that could be controlled");
        harness_start_fasciad(h, CONFIG, NULL);
        expect_screen(h, "InstrumentCluster  simulated");
        end_panel(h);
}

static void the_panel_needs_a_terminal(void **state) {
        expect(*state, SIM, &(Row){ "panel </dev/null", 2, "the panel needs a terminal" });
}

/* ---- completion ---- */

/* What bash offers for a line that ends here, one a line; as after <TAB>. */
static void bash_completes_commands_and_members(void **state) {
        static const char script[] =
                "PATH=${FASCIA_BUILD_DIR:-build}:$PATH\n"
                ". ${FASCIA_SOURCE_DIR:-.}/client/fascia-sim/completion/fascia-sim\n"
                "read -ra COMP_WORDS <<<\"$1\"\n"
                "[[ $1 != *' ' ]] || COMP_WORDS+=('')\n"
                "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                "_fascia_sim\n"
                "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
        static const struct {
                const char *line, *offered;
        } rows[] = {
                { "fascia-sim re", "remove-zone\nresume\nreload\nrecord\nreplay\n" },
                { "fascia-sim set ClimateControl.fan", "ClimateControl.fanLevel\n" },
                { "fascia-sim emit InstrumentCluster.warningR",
                  "InstrumentCluster.warningRaised\n" },
                { "fascia-sim fault d", "delay\ndrop\ndisconnect\nduplicate\n" },
                { "fascia-sim --zone Rear add-zone Clim", "ClimateControl\n" },
        };
        Harness *h = *state;
        const char *file = harness_write(h, "complete.bash", script);

        harness_start_fasciad(h, CONFIG, NULL);
        for (size_t i = 0; i < N(rows); i++) {
                int status;
                char *output = harness_run(h, &status, "bash %s \"%s\"", file, rows[i].line);

                if (status != 0 || strcmp(output, rows[i].offered) != 0)
                        fail_msg("%s: status %d, offered: %s", rows[i].line, status, output);
                free(output);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(values_signals_and_zones_are_made_to_happen),
                TEST(a_signal_reaches_clients),
                TEST(faults_are_added_listed_and_taken_away),
                TEST(time_is_stopped_stepped_and_made_faster),
                TEST(the_status_says_what_is_simulated),
                TEST(without_a_simulation_it_says_so),
                TEST(a_scenario_is_run_with_an_exit_status),
                TEST(a_test_needs_no_bus_and_no_time),
                TEST(what_services_do_is_written_down),
                TEST(a_recording_is_not_lost_to_a_name_that_is_wrong),
                TEST(a_recording_can_be_replayed),
                TEST(numbers_become_a_table_and_come_back),
                TEST(scripts_and_data_are_read_again_when_they_change),
                TEST(the_panel_shows_all_and_changes_it),
                TEST(the_panel_controls_time_and_faults),
                TEST(the_panel_survives_the_end_of_the_service),
                TEST(the_panel_needs_a_terminal),
                TEST(bash_completes_commands_and_members),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
