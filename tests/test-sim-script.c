/* SPDX-License-Identifier: MIT */
/* What a script can make of a simulation: operations, sets, changes, signals, zones, time, faults; and what becomes of its errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <test-scripted-1/scripted-types.h>
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "sim-desk.h"

#define COUNTER (&scripted_interfaces[0])

static char path[] = "/tmp/fascia-script-XXXXXX";

static void write_script(const char *text) {
        FILE *f = fopen(path, "we");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

/* The counter, with this script; its two first lines are there already. */
static Desk *start(const char *text) {
        char settings[256], *whole;
        Desk *d;

        assert_true(asprintf(&whole, "local c = sim.feature 'Counter'\n%s\n", text) >= 0);
        write_script(whole);
        free(whole);
        snprintf(settings, sizeof(settings), "Test.Scripted:SimulationScript=%s", path);
        d = desk_new(settings);
        desk_add(d, COUNTER);
        return d;
}

static int make_file(void **state) {
        int fd;

        (void)state;
        strcpy(path + strlen(path) - 6, "XXXXXX");
        fd = mkstemp(path);
        return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
        (void)state;
        return unlink(path);
}

/* What is wrong, without the name of the file, which differs. */
static void check_problem(Desk *d, const char *text) {
        const char *problems = desk_control_get(d, "problems");

        if (!strstr(problems, text))
                fail_msg("'%s' is not in %s", text, problems);
}

static const char *call(Desk *d, const char *method, const char *arguments) {
        return desk_call(d, "Counter", "", method, arguments);
}

/* ---- the script that comes along ---- */

static void a_module_brings_its_behaviour_along(void **state) {
        Desk *d = desk_new(NULL);
        size_t waiting;

        (void)state;
        desk_add(d, COUNTER);
        desk_hear(d);
        assert_string_equal(call(d, "add", "{\"n\":3}"), "3");
        assert_string_equal(desk_hear(d), "0 Counter.count = 3\n"
                                          "0 Counter.passed({\"at\": 3, \"name\": \"\"})\n");
        assert_string_equal(call(d, "add", "{\"n\":8}"),
                            "Test.Scripted1.Error.Exhausted: it ends at 10");
        /* each zone for itself */
        assert_string_equal(desk_call(d, "Counter", "Left", "add", "{\"n\":8}"), "8");
        assert_string_equal(desk_show(d, "Counter", "", "count"), "3");

        waiting = desk_begin_call(d, "Counter", "", "wait", "{\"seconds\":2}");
        desk_pass(d, 1.9);
        assert_string_equal(desk_answer(d, waiting), "");
        desk_pass(d, 0.1);
        assert_string_equal(desk_answer(d, waiting), "done");
        assert_string_equal(desk_control_get(d, "problems"), "[]");
        desk_free(d);
}

/* ---- operations ---- */

static void an_operation_answers_with_what_its_function_says(void **state) {
        static const struct {
                const char *body, *answer;
        } rows[] = {
                { "return 5", "5" },
                { "return 5.0", "5" },
                { "return n * 2", "8" },
                { "sim.fail('Busy', 'wait')", "org.fascia.Error.Busy: wait" },
                { "sim.fail('Exhausted')", "Test.Scripted1.Error.Exhausted: " },
                { "sim.fail('org.example.Error.Odd', 'x')", "org.example.Error.Odd: x" },
                { "error { code = 'Timeout', message = 'late' }",
                  "org.fascia.Error.Timeout: late" },
                { "sim.fail('Sleepy')",
                  "org.fascia.Error.Failed: 'Sleepy' is no error of this operation" },
                { "local r = sim.later() r(9) r(10) r:fail('Busy')", "9" },
                { "local r = sim.later() r:fail('Busy', 'no')", "org.fascia.Error.Busy: no" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[256];
                Desk *d;

                snprintf(text, sizeof(text), "c:on_call('add', function(f, n) %s end)",
                         rows[i].body);
                d = start(text);
                assert_string_equal(call(d, "add", "{\"n\":4}"), rows[i].answer);
                desk_free(d);
        }
}

static void an_error_of_a_script_is_told_to_caller_and_desk(void **state) {
        static const struct {
                const char *body, *text;
        } rows[] = {
                { "error('oops')", ":2: oops" },
                { "return 'x'", "Counter.add returned what it cannot: 'x' is not an integer" },
                { "return 1 << 40", "Counter.add returned what it cannot: 1099511627776 is not in "
                                    "-2147483648 to 2147483647" },
                { "f.count = 'x'", ":2: Counter.count: 'x' is not an integer" },
                { "f.steps = { { by = 1 } }",
                  ":2: Counter.steps: [0]: the member 'mood' is missing" },
                { "f.steps = { { by = 1, mood = 'Glad' } }",
                  ":2: Counter.steps: [0].mood: 'Glad' is none of Calm, Cross" },
                { "f.steps = { { by = 1, mood = 'Calm', to = 2 } }",
                  ":2: Counter.steps: [0]: there is no member 'to'" },
                { "f.counts = 1", ":2: Counter has no property 'counts'" },
                { "return f.counts", ":2: Counter has no property 'counts'" },
                { "f:emit('past')", ":2: Counter has no signal 'past'" },
                { "f:emit('passed', 1)", ":2: Counter.passed has 2 arguments, not 1" },
                { "f:emit('passed', 1, {})", ":2: Counter.passed: " },
                { "f:animate('name', { kind = 'ramp', to = 1, seconds = 1 })",
                  ":2: Counter.name is no number" },
                { "f:animate('count', { kind = 'ramp', seconds = 1 })",
                  ":2: animate: 'to' wants a number" },
                { "f:animate('count', { kind = 'ramp', to = 1, seconds = 0 })",
                  ":2: animate: 'seconds' wants seconds from 0.001 to 1e9" },
                { "f:animate('count', { kind = 'jump' })",
                  ":2: animate: 'kind' wants ramp, sine, step or walk" },
                { "f:animate('count', { to = 1, seconds = 1 })",
                  ":2: animate: 'kind' wants ramp, sine, step or walk" },
                { "f:animate('count', { kind = 'ramp', to = 1, duration = 1 })",
                  ":2: animate: a ramp has no 'duration'" },
                { "f:animate('count', { kind = 'ramp', 1 })",
                  ":2: animate: what is said of a ramp needs a name" },
                { "f:animate('count', { kind = 'walk', minimum = 0, maximum = 1, step = 1, seed = 'x' })",
                  ":2: animate: 'seed' wants a whole number" },
                { "f:on_call('adds', print)", ":2: Counter has no operation 'adds'" },
                { "sim.feature('Radio')", ":2: there is no feature 'Radio'" },
                { "sim.fault { fault = 'slow' }", ":2: sim.fault: 'slow' is no fault" },
                { "sim.after(-1, print)", "seconds from 0 to 1e9" },
                { "sim.every(0, print)", "seconds from 0.001 to 1e9" },
                { "while true do end", ":2: it ran for longer than 100 ms" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[256];
                Desk *d;

                snprintf(text, sizeof(text), "c:on_call('add', function(f, n) %s end)",
                         rows[i].body);
                d = start(text);
                if (!strstr(call(d, "add", "{\"n\":4}"), rows[i].text))
                        fail_msg("%s: %s", rows[i].body, call(d, "add", "{\"n\":4}"));
                check_problem(d, rows[i].text);
                /* It takes nothing down. */
                assert_int_equal(desk_get_state(d, "Counter"), FASCIA_STATE_READY);
                assert_string_equal(desk_set(d, "Counter", "", "limit", "5"), "done");
                desk_free(d);
        }
}

static void arguments_are_as_many_as_there_are(void **state) {
        Desk *d = start("c:on_call('twice', function(f, a, b) return a .. b .. b end)");

        (void)state;
        assert_string_equal(call(d, "twice", "{\"a\":\"x\",\"b\":\"y\"}"), "\"xyy\"");
        assert_string_equal(call(d, "wait", "{\"seconds\":1}"), "done"); /* built in */
        desk_free(d);
}

static void one_that_is_never_answered_waits(void **state) {
        Desk *d = start("c:on_call('add', function(f, n) kept = sim.later() end)\n"
                        "c:on_call('wait', function(f) kept(7) end)");
        size_t first;

        (void)state;
        first = desk_begin_call(d, "Counter", "", "add", "{\"n\":1}");
        desk_pass(d, 100);
        assert_string_equal(desk_answer(d, first), "");
        assert_string_equal(call(d, "wait", "{\"seconds\":0}"), "done");
        assert_string_equal(desk_answer(d, first), "7");
        /* One whose feature has gone may be answered all the same: nobody hears it. */
        desk_begin_call(d, "Counter", "", "add", "{\"n\":1}");
        desk_remove(d, "Counter");
        desk_free(d);
}

/* ---- sets ---- */

static void a_set_may_be_changed_refused_and_left_to_the_simulation(void **state) {
        static const struct {
                const char *body, *answer, *shown;
        } rows[] = {
                { "", "done", "5" },
                { "return value + 1", "done", "6" },
                { "accept(value - 1)", "done", "4" },
                { "local ok = accept(value) f.name = tostring(ok)", "done", "5" },
                { "sim.fail('OutOfRange', 'no')", "org.fascia.Error.OutOfRange: no", "10" },
                { "error('x')", NULL, "10" },
                { "local r = sim.later() r(8)", "done", "8" },
                { "local r = sim.later() r()", "done", "10" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const char *answer;
                char text[256];
                Desk *d;

                snprintf(text, sizeof(text), "c:on_set('limit', function(f, value, accept) %s end)",
                         rows[i].body);
                d = start(text);
                answer = desk_set(d, "Counter", "", "limit", "5");
                if (rows[i].answer)
                        assert_string_equal(answer, rows[i].answer);
                else
                        assert_non_null(strstr(answer, "org.fascia.Error.Failed: "));
                assert_string_equal(desk_show(d, "Counter", "", "limit"), rows[i].shown);
                desk_free(d);
        }
}

static void the_built_in_refusal_is_passed_on(void **state) {
        Desk *d = start("");

        (void)state;
        desk_free(d);
        write_script("local c = sim.feature 'InstrumentCluster'\n");
        d = desk_new("Vehicle.Climate:SimulationScript=/nowhere/x.lua");
        desk_add(d, &climate_interfaces[0]);
        /* A script that is not there is a problem, and nothing else. */
        check_problem(d, "x.lua: No such file or directory");
        assert_string_equal(desk_set(d, "ClimateControl", "", "fanLevel", "5"), "done");
        desk_free(d);
}

/* ---- what is heard ---- */

static void changes_are_heard_with_the_value_before(void **state) {
        Desk *d = start(
                "c:on_change('limit', function(f, v, old) f.count = v - old end)\n"
                "c:on_change('*', function(f, name, v, old) if name ~= 'name' then f.name = "
                "f.name .. name .. ' ' end end)\n"
                "c:zone('Left'):on_change('limit', function(f) f.mood = 'Cross' end)");

        (void)state;
        desk_hear(d);
        desk_set(d, "Counter", "", "limit", "13");
        assert_string_equal(desk_hear(d), "0 Counter.limit = 13\n"
                                          "0 Counter.count = 3\n"
                                          "0 Counter.name = \"count \"\n"
                                          "0 Counter.name = \"count limit \"\n");
        desk_set(d, "Counter", "", "limit", "13"); /* the same is no change */
        assert_string_equal(desk_hear(d), "");
        desk_set(d, "Counter", "Left", "limit", "11");
        assert_string_equal(desk_show(d, "Counter", "Left", "mood"), "\"Cross\"");
        assert_string_equal(desk_show(d, "Counter", "", "mood"), "\"Calm\"");
        desk_free(d);
}

static void changes_that_cause_each_other_end(void **state) {
        Desk *d = start("c:on_change('count', function(f, v) f.limit = v + 1 end)\n"
                        "c:on_change('limit', function(f, v) f.count = v + 1 end)");

        (void)state;
        assert_string_equal(desk_set(d, "Counter", "", "limit", "20"), "done");
        check_problem(d, "changes cause each other without end");
        assert_int_equal(desk_get_state(d, "Counter"), FASCIA_STATE_READY);
        desk_free(d);
}

static void signals_and_zones_are_heard(void **state) {
        Desk *d = start(
                "c:on_signal('passed', function(f, at, name) f.count = at f.name = name end)\n"
                "c:on_zone(function(f, zone, there) f.name = f.name .. zone .. tostring(there) "
                "end)\n"
                "c:on_call('wait', function(f) f:emit('passed', 4, 'x') f:add_zone 'Right' "
                "f:zone('Right').count = 9 f:remove_zone 'Left' f.limit = #f:zones() end)");

        (void)state;
        desk_hear(d);
        assert_string_equal(call(d, "wait", "{\"seconds\":1}"), "done");
        assert_string_equal(desk_hear(d), "0 Counter.passed({\"at\": 4, \"name\": \"x\"})\n"
                                          "0 Counter.count = 4\n"
                                          "0 Counter.name = \"x\"\n"
                                          "0 Counter +Right\n"
                                          "0 Counter[Right].count = 0\n"
                                          "0 Counter[Right].limit = 10\n"
                                          "0 Counter[Right].name = \"\"\n"
                                          "0 Counter[Right].mood = \"Calm\"\n"
                                          "0 Counter[Right].steps = []\n"
                                          "0 Counter[Right].anything = null\n"
                                          "0 Counter.name = \"xRighttrue\"\n"
                                          "0 Counter[Right].count = 9\n"
                                          "0 Counter -Left\n"
                                          "0 Counter.name = \"xRighttrueLeftfalse\"\n"
                                          "0 Counter.limit = 1\n");
        desk_free(d);
}

static void a_handler_is_replaced_and_taken_away(void **state) {
        Desk *d = start("c:on_call('add', function() return 1 end)\n"
                        "c:on_call('add', function() return 2 end)\n"
                        "c:zone('Left'):on_call('add', function() return 3 end)\n"
                        "c:on_call('wait', function() c:on_call('add', nil) end)");

        (void)state;
        assert_string_equal(call(d, "add", "{\"n\":1}"), "2");
        assert_string_equal(desk_call(d, "Counter", "Left", "add", "{\"n\":1}"), "3");
        call(d, "wait", "{\"seconds\":1}");
        assert_string_equal(call(d, "add", "{\"n\":1}"), "0"); /* built in */
        assert_string_equal(desk_call(d, "Counter", "Left", "add", "{\"n\":1}"), "3");
        desk_free(d);
}

static void a_feature_can_fail_and_work_again(void **state) {
        Desk *d = start(
                "c:on_start(function(f) f:fail('cold') sim.after(2, function() f:ready() end) "
                "end)");

        (void)state;
        assert_int_equal(desk_get_state(d, "Counter"), FASCIA_STATE_UNAVAILABLE);
        assert_string_equal(desk_get_error(d, "Counter"), "cold");
        desk_pass(d, 2);
        assert_int_equal(desk_get_state(d, "Counter"), FASCIA_STATE_READY);
        desk_free(d);
}

/* ---- several features ---- */

static void features_act_on_each_other(void **state) {
        Desk *d = start("local k = sim.feature 'Vehicle.Cluster.InstrumentCluster'\n"
                        "assert(k.speed == nil) k.speed = 3\n" /* not there yet: nothing happens */
                        "k:on_start(function(f) f.speed = 50 end)\n"
                        "k:on_change('driveMode', function(f, mode) c.name = mode end)\n"
                        "c:on_change('count', function(f, v) k.speed = v end)");

        (void)state;
        desk_add(d, &cluster_interfaces[0]);
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "speed"), "50.0");
        assert_string_equal(desk_set(d, "InstrumentCluster", "", "driveMode", "Sport"), "done");
        assert_string_equal(desk_show(d, "Counter", "", "name"), "\"Sport\"");
        desk_remove(d, "InstrumentCluster");
        desk_add(d, &cluster_interfaces[0]); /* it starts again */
        assert_string_equal(desk_show(d, "InstrumentCluster", "", "speed"), "50.0");
        assert_string_equal(desk_control_get(d, "problems"), "[]");
        desk_free(d);
}

/* ---- time ---- */

static void timers_run_once_repeat_and_are_cancelled(void **state) {
        Desk *d = start(
                "local n = 0\n"
                "sim.after(1, function() c.name = 'one at ' .. sim.now() end)\n"
                "local every every = sim.every(0.5, function() n = n + 1 c.count = n if n == 4 then "
                "every:cancel() end end)\n"
                "sim.after(0.7, function() c.mood = 'Cross' end):cancel()");

        (void)state;
        desk_hear(d);
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), "0.5 Counter.count = 1\n"
                                          "1 Counter.name = \"one at 1.0\"\n"
                                          "1 Counter.count = 2\n"
                                          "1.5 Counter.count = 3\n"
                                          "2 Counter.count = 4\n");
        desk_free(d);
}

/* What never lets time pass is no reason for the service to stand still. */
static void a_step_that_would_not_end_ends(void **state) {
        Desk *d = start("local function again() sim.after(0, again) end\n"
                        "sim.after(5, again)");

        (void)state;
        assert_string_equal(
                desk_control(d, "step", "{\"seconds\":10}"),
                "org.fascia.Error.Timeout: Too much happens in that time: it has passed in "
                "part");
        assert_string_equal(desk_control(d, "getTime", "{}"), "5.0");
        assert_string_equal(desk_set(d, "Counter", "", "limit", "5"), "done");
        desk_free(d);
}

static void values_move_by_themselves(void **state) {
        Desk *d = start(
                "c:on_start(function(f)\n"
                "f:animate('count', { kind = 'ramp', to = 4, seconds = 2, interval = 0.5, done = "
                "function() f.name = 'there' end })\n"
                "f:animate('mood', { kind = 'step', values = { 'Cross', 'Calm' }, seconds = 1 })\n"
                "end)");

        (void)state;
        desk_hear(d);
        desk_pass(d, 2.2);
        assert_string_equal(desk_hear(d), "0 Counter.mood = \"Cross\"\n"
                                          "0.5 Counter.count = 1\n"
                                          "1 Counter.mood = \"Calm\"\n"
                                          "1 Counter.count = 2\n"
                                          "1.5 Counter.count = 3\n"
                                          "2 Counter.mood = \"Cross\"\n"
                                          "2 Counter.count = 4\n"
                                          "2 Counter.name = \"there\"\n");
        desk_free(d);

        d = start(
                "local a = c:animate('count', { kind = 'sine', minimum = 0, maximum = 10, period = 4, "
                "interval = 1 })\n"
                "sim.after(4.5, function() a:stop() end)");
        desk_hear(d);
        desk_pass(d, 10);
        assert_string_equal(desk_hear(d), "0 Counter.count = 5\n"
                                          "1 Counter.count = 10\n"
                                          "2 Counter.count = 5\n"
                                          "3 Counter.count = 0\n"
                                          "4 Counter.count = 5\n");
        desk_free(d);
}

static void chance_is_the_same_each_time(void **state) {
        char *first = NULL;

        (void)state;
        for (int i = 0; i < 2; i++) {
                Desk *d = start(
                        "c:on_start(function(f)\n"
                        "f:animate('count', { kind = 'walk', minimum = -5, maximum = 5, step = 3, "
                        "interval = 0.1 })\n"
                        "sim.every(0.1, function() f.limit = math.random(100) f.name = "
                        "tostring(sim.random()) end)\n"
                        "end)");
                const char *heard;

                desk_hear(d);
                desk_pass(d, 20);
                heard = desk_hear(d);
                assert_true(strlen(heard) > 10000);
                if (first)
                        assert_string_equal(heard, first);
                else
                        first = strdup(heard);
                desk_free(d);
        }
        free(first);
}

static void chance_reaches_every_integer(void **state) {
        Desk *d = start(
                "local low, high, wide = 0, 0, 0\n"
                "for _ = 1, 1000 do\n"
                "  local n = math.random(math.mininteger, math.maxinteger)\n"
                "  if n < 0 then low = low + 1 else high = high + 1 end\n"
                "  n = math.random(-1, math.maxinteger)\n"
                "  assert(n >= -1)\n"
                "  if n > 1 << 62 then wide = wide + 1 end\n"
                "  assert(math.random(7, 7) == 7)\n"
                "  n = math.random(-2, 2)\n"
                "  assert(n >= -2 and n <= 2 and math.type(n) == 'integer')\n"
                "end\n"
                "c:on_start(function(f)\n"
                "f.name = (low > 400 and high > 400 and wide > 400) and 'even' or 'not even'\n"
                "f.limit = pcall(math.random, 2, 1) and 1 or 2 end)\n");

        (void)state;
        assert_string_equal(desk_show(d, "Counter", "", "name"), "\"even\"");
        assert_string_equal(desk_show(d, "Counter", "", "limit"), "2");
        desk_free(d);
}

static void a_script_can_let_things_go_wrong(void **state) {
        Desk *d = start("local id = sim.fault { fault = 'fail', member = 'add', error = 'Busy' }\n"
                        "sim.after(1, function() sim.remove_fault(id) end)");

        (void)state;
        assert_string_equal(call(d, "add", "{\"n\":1}"),
                            "org.fascia.Error.Busy: The simulation lets this fail");
        desk_pass(d, 1);
        assert_string_equal(call(d, "add", "{\"n\":1}"), "0");
        desk_free(d);
}

/* ---- values ---- */

static void every_kind_of_value_goes_in_and_out(void **state) {
        static const struct {
                const char *body, *property, *shown;
        } rows[] = {
                { "f.anything = 5", "anything", "{\"signature\": \"i\", \"value\": 5}" },
                { "f.anything = 2.5", "anything", "{\"signature\": \"d\", \"value\": 2.5}" },
                { "f.anything = 'x'", "anything", "{\"signature\": \"s\", \"value\": \"x\"}" },
                { "f.anything = { 1, 2 }", "anything",
                  "{\"signature\": \"ax\", \"value\": [1, 2]}" },
                { "f.anything = { 'a', 'b' }", "anything",
                  "{\"signature\": \"as\", \"value\": [\"a\", \"b\"]}" },
                { "f.anything = { a = true }", "anything",
                  "{\"signature\": \"a{sv}\", \"value\": {\"a\": {\"signature\": \"b\", \"value\": "
                  "true}}}" },
                { "f.anything = 5 f.anything = nil", "anything", "null" },
                { "f.anything = { a = 3 } f.count = f.anything.a", "count", "3" },
                { "f.steps = { { by = 1, mood = 'Cross' } } f.count = #f.steps", "count", "1" },
                { "f.steps = { { by = 1, mood = 1 } } f.name = f.steps[1].mood", "name",
                  "\"Cross\"" },
                { "f.steps = {}", "steps", "[]" },
                { "f.name = 'ü'", "name", "\"\u00fc\"" },
                { "f.count = nil", "count", "(none)" },
                { "f.count = nil f.name = tostring(f.count)", "name", "\"nil\"" },
                { "f:withdraw 'name'", "name", "(none)" },
                { "f:set('mood', 1)", "mood", "\"Cross\"" },
                { "f.name = f:feature_name() .. f:zone('Left'):zone_name()", "name",
                  "\"Test.Scripted.CounterLeft\"" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[256];
                Desk *d;

                snprintf(text, sizeof(text), "c:on_start(function(f) %s end)", rows[i].body);
                d = start(text);
                if (strcmp(desk_show(d, "Counter", "", rows[i].property), rows[i].shown) != 0)
                        fail_msg("%s: %s; %s", rows[i].body,
                                 desk_show(d, "Counter", "", rows[i].property),
                                 desk_control_get(d, "problems"));
                desk_free(d);
        }
}

/* ---- loading ---- */

static void a_script_that_cannot_be_loaded_leaves_the_simulation(void **state) {
        Desk *d = start("this is no Lua");

        (void)state;
        check_problem(d, ":2: syntax error near 'is'");
        assert_string_equal(call(d, "add", "{\"n\":1}"), "0");
        desk_free(d);
        d = start("sim.every(1, print) c:on_call('add', function() return 1 end) error('no')");
        check_problem(d, ":2: no");
        /* Nothing of it is left. */
        assert_string_equal(call(d, "add", "{\"n\":1}"), "0");
        desk_pass(d, 10);
        desk_free(d);
}

static void it_is_read_again_and_values_stay(void **state) {
        Desk *d = start("c:on_call('add', function(f) f.count = 7 return 1 end)\n"
                        "c:on_start(function(f) f.limit = f.limit + 1 end)\n"
                        "sim.every(1, function() c.name = c.name .. 'x' end)");

        (void)state;
        assert_string_equal(call(d, "add", "{\"n\":1}"), "1");
        write_script("local c = sim.feature 'Counter'\n"
                     "c:on_call('add', function(f) return f.count end)\n"
                     "c:on_start(function(f) f.limit = f.limit + 100 end)\n");
        assert_string_equal(desk_control(d, "reload", "{}"), "done");
        assert_string_equal(call(d, "add", "{\"n\":1}"), "7");
        assert_string_equal(desk_show(d, "Counter", "", "limit"), "111");
        desk_hear(d);
        desk_pass(d, 5);
        assert_string_equal(desk_hear(d), ""); /* the old timer is gone */

        /* One that is wrong leaves the one that runs. */
        write_script("nonsense");
        assert_string_equal(desk_control(d, "reload", "{}"), "done");
        check_problem(d, ":1: syntax error");
        assert_string_equal(call(d, "add", "{\"n\":1}"), "7");
        desk_free(d);
}

static void it_reaches_nothing_outside_unless_that_is_allowed(void **state) {
        char settings[512];
        Desk *d = start("c.name = tostring(io) c:on_start(function(f) f.name = tostring(io) end)");

        (void)state;
        assert_string_equal(desk_show(d, "Counter", "", "name"), "\"nil\"");
        desk_free(d);
        write_script("sim.feature('Counter'):on_start(function(f) f.name = type(io.open) end)");
        snprintf(settings, sizeof(settings),
                 "Test.Scripted:SimulationScript=%s ; Test.Scripted:SimulationLibraries=io", path);
        d = desk_new(settings);
        desk_add(d, COUNTER);
        assert_string_equal(desk_show(d, "Counter", "", "name"), "\"function\"");
        desk_free(d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_module_brings_its_behaviour_along),
                TEST(an_operation_answers_with_what_its_function_says),
                TEST(an_error_of_a_script_is_told_to_caller_and_desk),
                TEST(arguments_are_as_many_as_there_are),
                TEST(one_that_is_never_answered_waits),
                TEST(a_set_may_be_changed_refused_and_left_to_the_simulation),
                TEST(the_built_in_refusal_is_passed_on),
                TEST(changes_are_heard_with_the_value_before),
                TEST(changes_that_cause_each_other_end),
                TEST(signals_and_zones_are_heard),
                TEST(a_handler_is_replaced_and_taken_away),
                TEST(a_feature_can_fail_and_work_again),
                TEST(features_act_on_each_other),
                TEST(timers_run_once_repeat_and_are_cancelled),
                TEST(a_step_that_would_not_end_ends),
                TEST(values_move_by_themselves),
                TEST(chance_is_the_same_each_time),
                TEST(chance_reaches_every_integer),
                TEST(a_script_can_let_things_go_wrong),
                TEST(every_kind_of_value_goes_in_and_out),
                TEST(a_script_that_cannot_be_loaded_leaves_the_simulation),
                TEST(it_is_read_again_and_values_stay),
                TEST(it_reaches_nothing_outside_unless_that_is_allowed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
