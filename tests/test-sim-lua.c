/* SPDX-License-Identifier: MIT */
/* The state that scripts run in: what they cannot reach, and that none of them takes more time and memory than it may. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "sim-lua.h"

/* Sanitizers and valgrind make everything slower, but not without end. */
#define SECONDS_MAX 20.0

static int run(lua_State *L) {
        const char *text = lua_touserdata(L, 1);

        if (luaL_loadbufferx(L, text, strlen(text), "=script", "t") != LUA_OK)
                return lua_error(L);
        lua_call(L, 0, 1);
        lua_setglobal(L, "result");
        return 0;
}

/* What it fails with, or "": borrowed until the next one. */
static const char *outcome(SimLua *lua, const char *script) {
        static char text[512];
        char *reason = NULL;
        int r;

        r = sim_lua_enter(lua, run, (void *)script, &reason);
        snprintf(text, sizeof(text), "%s", reason ? reason : r == -ENOMEM ? "no memory" : "");
        assert_int_equal(r < 0, *text != '\0');
        free(reason);
        return text;
}

static SimLua *open_lua(const char *libraries) {
        char *reason = NULL;
        SimLua *lua;

        if (sim_lua_new(libraries, NULL, &lua, &reason) < 0)
                fail_msg("%s", reason);
        return lua;
}

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* It works as before. */
static void check_alive(SimLua *lua) {
        assert_string_equal(outcome(lua, "local t = {} for i = 1, 100 do t[i] = tostring(i) end "
                                         "assert(#table.concat(t) == 192) "
                                         "assert(('a,b'):gsub(',', ';') == 'a;b')"),
                            "");
}

/* ---- what is not there ---- */

static void nothing_outside_can_be_reached(void **state) {
        static const char *const names[] = {
                "io",          "os",     "package",   "debug",  "require",
                "load",        "dofile", "loadfile",  "xpcall", "collectgarbage",
                "string.dump", "warn",   "utf8.dump",
        };
        SimLua *lua = open_lua("");
        char script[64];

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                snprintf(script, sizeof(script), "assert(%s == nil)", names[i]);
                assert_string_equal(outcome(lua, script), "");
        }
        sim_lua_free(lua);
}

static void what_the_configuration_allows_by_name_is_there(void **state) {
        SimLua *lua = open_lua(" os\tio ");

        (void)state;
        assert_string_equal(outcome(lua, "assert(io.open and os.time and not package)"), "");
        /* It would end who loads it. */
        assert_string_equal(outcome(lua, "assert(not os.exit and not os.setlocale)"), "");
        sim_lua_free(lua);
        lua = open_lua("io debug");
        assert_string_equal(outcome(lua, "assert(io.open and not debug)"), "");
        sim_lua_free(lua);
}

static void code_is_text_only(void **state) {
        SimLua *lua = open_lua("");

        (void)state;
        assert_non_null(strstr(outcome(lua, "\x1bLua"), "attempt to load a binary chunk"));
        check_alive(lua);
        sim_lua_free(lua);
}

/* ---- time ---- */

static void what_does_not_end_is_ended(void **state) {
        static const struct {
                const char *script, *text;
        } rows[] = {
                { "while true do end", "script:1: it ran for longer than 100 ms" },
                { "local function f() return f() end f()", "longer than 100 ms" },
                /* who catches it gets it again */
                { "while true do pcall(function() while true do end end) end",
                  "longer than 100 ms" },
                { "repeat local ok = pcall(function() while true do end end) until false",
                  "longer than 100 ms" },
                { "setmetatable(_G, { __index = function() while true do end end }) return nowhere",
                  "longer than 100 ms" },
                /* coroutines have a hook of their own */
                { "coroutine.wrap(function() while true do end end)()", "longer than 100 ms" },
                { "while true do coroutine.resume(coroutine.create(function() while true do end "
                  "end)) end",
                  "longer than 100 ms" },
                { "while true do pcall(coroutine.wrap(function() while true do end end)) end",
                  "longer than 100 ms" },
                { "for i = 1, math.huge do end", "longer than 100 ms" },
                { "table.sort({ 3, 2, 1 }, function() while true do end end)",
                  "longer than 100 ms" },
                { "('x'):gsub('x', function() while true do end end)", "longer than 100 ms" },
                { "local t <close> = setmetatable({}, { __close = function() while true do end end "
                  "})",
                  "longer than 100 ms" },
                /* functions in C, during which nobody counts */
                { "string.rep('x', 1 << 30)", "the size of a text is limited" },
                { "string.rep('', 1 << 40, 'x')", "the size of a text is limited" },
                { "('x'):rep(1e9)", "the size of a text is limited" },
                { "('a'):rep(30000):find('.-.-.-b')", "may take too long" },
                { "('a'):rep(40):match(('a*'):rep(30) .. 'b')", "may take too long" },
                { "('a'):rep(40):gsub(('a?'):rep(40) .. ('a'):rep(40) .. 'b', '')",
                  "may take too long" },
                { "for _ in ('a'):rep(500000):gmatch('.-b') do end", "may take too long" },
                { "('a'):rep(1000000):find(('a'):rep(500000) .. 'b', 1, true)",
                  "may take too long" },
                { "('('):rep(100000):find('%b()')", "may take too long" },
                /* the number of gsub is no promise that its pattern is plain */
                { "('a'):rep(30000):gsub('.-.-.-b', '', 1)", "may take too long" },
                { "table.move({}, 1, 1e9, 2)", "the size of a table is limited" },
                { "table.move({}, math.mininteger, math.maxinteger, 1)",
                  "the size of a table is limited" },
                { "table.insert(setmetatable({}, { __len = function() return 1 << 30 end }), 1, 0)",
                  "the size of a table is limited" },
                { "table.concat(setmetatable({}, { __len = function() return 1 << 30 end, "
                  "__index = tostring }))",
                  "the size of a table is limited" },
                { "local t = {} for i = 1, 30000 do t[i] = i end table.sort(t, rawequal)",
                  "the size of a table is limited" },
                { "setmetatable({}, { __gc = function() while true do end end })",
                  "__gc is not there" },
                /* depth */
                { "local function f() return 1 + f() end f()", "no memory" },
                { "local t = {} for i = 1, 1000 do t = setmetatable({}, { __index = t }) end return t.x",
                  "" },
                { "string.format('%s', setmetatable({}, { __tostring = function(t) return tostring(t) "
                  "end }))",
                  "C stack overflow" },
                { "local s = '' for i = 1, 100 do s = s .. '(' end return ('x'):find(s)",
                  "too many captures" },
        };
        SimLua *lua = open_lua("");

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                double begin = now();
                const char *text = outcome(lua, rows[i].script);

                if (!strstr(text, rows[i].text) || (*text && !*rows[i].text))
                        fail_msg("%s: '%s', not '%s'", rows[i].script, text, rows[i].text);
                if (now() - begin > SECONDS_MAX)
                        fail_msg("%s: %.1f s", rows[i].script, now() - begin);
                if (strstr(rows[i].script, "_G")) {
                        /* It has spoiled what is there for all. */
                        sim_lua_free(lua);
                        lua = open_lua("");
                }
                check_alive(lua);
        }
        sim_lua_free(lua);
}

/* The worst that is let pass. */
static void what_is_allowed_is_done_in_time(void **state) {
        static const char *const scripts[] = {
                "('a'):rep(5000):find('.-b')",
                "('a'):rep(250):match('.-.-b')",
                "('a'):rep(20):match('a*a*a*a*b')",
                "('a'):rep(1000000):find('^a*b')",
                "local t = {} for i = 1, 19000 do t[i] = (i * 7919) % 19001 end table.sort(t)",
                "local t = {} for i = 1, 100000 do t[i] = 'x' end return #table.concat(t, ',')",
                "table.move({ 1, 2, 3 }, 1, 999999, 2)",
                "return #(('x'):rep(1000000))",
        };
        SimLua *lua = open_lua("");

        (void)state;
        for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
                double begin = now();
                const char *text = outcome(lua, scripts[i]);

                /* A sanitizer may make it too long. */
                if (*text && !strstr(text, "longer than"))
                        fail_msg("%s: %s", scripts[i], text);
                assert_true(now() - begin < SECONDS_MAX);
        }
        sim_lua_free(lua);
}

/* ---- memory ---- */

static void memory_has_an_end(void **state) {
        static const char *const scripts[] = {
                "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end",
                "local s = 'x' while true do s = s .. s end",
                "local t = {} for i = 1, 1e9 do t[i] = {} end",
                "local t = {} while true do t = { t } end",
                "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
                "return table.unpack({}, 1, 1e7)",
                "return string.format('%99999d', 1)",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
                SimLua *lua = open_lua("");

                assert_string_not_equal(outcome(lua, scripts[i]), "");
                assert_true(sim_lua_get_used(lua) <= SIM_LUA_MEMORY_MAX);
                /* Nothing holds on to it: all is well again. */
                check_alive(lua);
                sim_lua_free(lua);
        }
}

/* ---- errors ---- */

static void an_error_has_its_line(void **state) {
        SimLua *lua = open_lua("");

        (void)state;
        assert_string_equal(outcome(lua, "\n\nerror('no')"), "script:3: no");
        assert_string_equal(outcome(lua, "error({})"), "an error that is no text");
        assert_string_equal(outcome(lua, "local x = nil; x.y = 1"),
                            "script:1: attempt to index a nil value (local 'x')");
        assert_string_equal(outcome(lua, "if"), "script:1: unexpected symbol near <eof>");
        assert_string_equal(outcome(lua, "return 1"), "");
        sim_lua_free(lua);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_outside_can_be_reached),
                cmocka_unit_test(what_the_configuration_allows_by_name_is_there),
                cmocka_unit_test(code_is_text_only),
                cmocka_unit_test(what_does_not_end_is_ended),
                cmocka_unit_test(what_is_allowed_is_done_in_time),
                cmocka_unit_test(memory_has_an_end),
                cmocka_unit_test(an_error_has_its_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
