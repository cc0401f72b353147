/* SPDX-License-Identifier: MIT */
/* A Lua state that can do no harm. */
#include "sim-lua.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Instructions between two looks at the clock. */
#define HOOK_COUNT 1000

/* Of the functions in C, during which nobody looks at the clock: each is done in some 100 ms. */
#define TEXT_MAX (1024u * 1024)
#define ITEMS_MAX 1000000
#define SORT_MAX 20000
#define MATCH_STEPS_MAX 5e7

struct SimLua {
        lua_State *main;
        lua_State *current; /* that runs, when a script is entered from within itself */
        unsigned depth;
        size_t used;
        uint64_t deadline; /* in nanoseconds of the processor */
        void *userdata;
};

static SimLua *get_lua(lua_State *L) {
        return *(SimLua **)lua_getextraspace(L);
}

void *sim_lua_begin(lua_State *L) {
        SimLua *lua = get_lua(L);

        lua->current = L;
        return lua->userdata;
}

size_t sim_lua_get_used(const SimLua *lua) {
        return lua->used;
}

/* ---- memory ---- */

static void *allocate(void *userdata, void *p, size_t old_size, size_t size) {
        SimLua *lua = userdata;
        void *new;

        if (!p)
                old_size = 0; /* Lua says what it is for instead */
        if (size == 0) {
                free(p);
                lua->used -= old_size;
                return NULL;
        }
        if (size > old_size && lua->used + (size - old_size) > SIM_LUA_MEMORY_MAX)
                return NULL;
        new = realloc(p, size);
        if (new)
                lua->used = lua->used - old_size + size;
        return new;
}

/* ---- time ---- */

static uint64_t processor_time(void) {
        struct timespec t;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Who catches the error gets the next one with his next instruction. */
static void on_count(lua_State *L, lua_Debug *debug) {
        SimLua *lua = get_lua(L);

        (void)debug;
        if (processor_time() < lua->deadline) {
                /* A coroutine may be of an entry that took too long. */
                if (lua_gethookcount(L) != HOOK_COUNT)
                        lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_COUNT);
                return;
        }
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
        lua_sethook(lua->main, on_count, LUA_MASKCOUNT, 1);
        luaL_where(L, 0);
        lua_pushfstring(L, "it ran for longer than %d ms", (int)(SIM_LUA_TIME_MAX / 1000));
        lua_concat(L, 2);
        lua_error(L);
}

/* ---- what Lua's own functions would do without end ---- */

static int refuse(lua_State *L, const char *what) {
        return luaL_error(L, "%s is limited in simulations", what);
}

/* string.rep: the result has a limit. */
static int limited_rep(lua_State *L) {
        size_t size, separator;
        lua_Integer n = luaL_checkinteger(L, 2);

        luaL_checklstring(L, 1, &size);
        luaL_optlstring(L, 3, "", &separator);
        if (n > 0 && (double)(size + separator) * (double)n > TEXT_MAX)
                return refuse(L, "the size of a text");
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
}

static bool is_plain(const char *pattern, size_t size) {
        return strcspn(pattern, "^$*+?.([%-") == size;
}

/* How often the matcher may have to look, at worst: each repetition may try every length of the text. */
static double matcher_steps(const char *pattern, size_t size, size_t text, bool plain) {
        double starts = pattern[0] == '^' ? 1 : (double)text + 1, tries = 1;

        if (plain || is_plain(pattern, size))
                return starts * ((double)size + 1) / 16; /* compared by memcmp() */
        for (size_t i = 0; i < size; i++) {
                if (pattern[i] == '%' && i + 1 < size) {
                        i++;
                        if (pattern[i] == 'b' || (pattern[i] >= '0' && pattern[i] <= '9'))
                                tries *= (double)text + 1;
                } else if (pattern[i] != '\0' && strchr("*+-?", pattern[i])) {
                        tries *= pattern[i] == '?' ? 2 : (double)text + 1;
                }
        }
        return starts * (tries > (double)size ? tries : (double)size);
}

static int limited_match(lua_State *L) {
        bool is_plain_wanted = lua_tointeger(L, lua_upvalueindex(2)) && lua_toboolean(L, 4);
        size_t text, size;
        const char *pattern;

        luaL_checklstring(L, 1, &text);
        pattern = luaL_checklstring(L, 2, &size);
        if (matcher_steps(pattern, size, text, is_plain_wanted) > MATCH_STEPS_MAX) {
                lua_pushlstring(L, pattern, size < 20 ? size : 20);
                return luaL_error(L, "the pattern '%s' may take too long with a text of this size",
                                  lua_tostring(L, -1));
        }
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
}

/* Functions of tables believe what a table says of its length. */
static int limited_table(lua_State *L) {
        lua_Integer max = lua_tointeger(L, lua_upvalueindex(2));

        luaL_checktype(L, 1, LUA_TTABLE);
        if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL || lua_rawlen(L, 1) > (lua_Unsigned)max)
                return refuse(L, "the size of a table");
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
}

static int limited_move(lua_State *L) {
        lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

        if (to >= from && (double)to - (double)from >= ITEMS_MAX)
                return refuse(L, "the size of a table");
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
}

/* A finalizer would run whenever the collector does, for as long as it likes. */
static int limited_setmetatable(lua_State *L) {
        if (lua_type(L, 2) == LUA_TTABLE) {
                lua_pushliteral(L, "__gc");
                if (lua_rawget(L, 2) != LUA_TNIL)
                        return luaL_error(L, "__gc is not there in simulations");
                lua_pop(L, 1);
        }
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
}

/* Puts fn, whose first upvalue is the function it stands for, in its place; the table is on top. */
static void limit(lua_State *L, const char *name, lua_CFunction fn, lua_Integer second) {
        lua_getfield(L, -1, name);
        lua_pushinteger(L, second);
        lua_pushcclosure(L, fn, 2);
        lua_setfield(L, -2, name);
}

static void limit_all(lua_State *L) {
        static const char *const matchers[] = { "match", "gmatch", "gsub" };
        static const char *const of_tables[] = { "insert", "remove", "concat", "unpack" };

        lua_getglobal(L, "string");
        limit(L, "rep", limited_rep, 0);
        for (size_t i = 0; i < sizeof(matchers) / sizeof(matchers[0]); i++)
                limit(L, matchers[i], limited_match, 0);
        limit(L, "find", limited_match, 1); /* its fourth argument says that the pattern is none */
        lua_pushnil(L);
        lua_setfield(L, -2, "dump");
        lua_pop(L, 1);

        lua_getglobal(L, "table");
        for (size_t i = 0; i < sizeof(of_tables) / sizeof(of_tables[0]); i++)
                limit(L, of_tables[i], limited_table, ITEMS_MAX);
        limit(L, "sort", limited_table, SORT_MAX);
        limit(L, "move", limited_move, 0);
        lua_pop(L, 1);

        lua_pushglobaltable(L);
        limit(L, "setmetatable", limited_setmetatable, 0);
        lua_pop(L, 1);
}

/* ---- what there is ---- */

static const luaL_Reg harmless[] = {
        { LUA_GNAME, luaopen_base },       { LUA_STRLIBNAME, luaopen_string },
        { LUA_TABLIBNAME, luaopen_table }, { LUA_MATHLIBNAME, luaopen_math },
        { LUA_UTF8LIBNAME, luaopen_utf8 }, { LUA_COLIBNAME, luaopen_coroutine },
};

static const luaL_Reg dangerous[] = {
        { LUA_IOLIBNAME, luaopen_io },
        { LUA_OSLIBNAME, luaopen_os },
        { LUA_LOADLIBNAME, luaopen_package },
};

#define N_DANGEROUS (sizeof(dangerous) / sizeof(dangerous[0]))

/* Code that comes from elsewhere, and what nobody could stop. */
static const char *const base_without[] = { "collectgarbage", "dofile", "load",  "loadfile",
                                            "require",        "warn",   "xpcall" };
static const char *const os_without[] = { "exit", "setlocale" };

static void open_library(lua_State *L, const luaL_Reg *library) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
}

static bool is_listed(const char *list, const char *name) {
        size_t size = strlen(name);

        for (const char *p = list; *p; p += strcspn(p, " \t")) {
                p += strspn(p, " \t");
                if (strncmp(p, name, size) == 0 && strchr(" \t", p[size]))
                        return true;
        }
        return false;
}

static void remove_names(lua_State *L, const char *const *names, size_t n) {
        for (size_t i = 0; i < n; i++) {
                lua_pushnil(L);
                lua_setfield(L, -2, names[i]);
        }
        lua_pop(L, 1);
}

static int open_libraries(lua_State *L) {
        const char *libraries = lua_touserdata(L, 1);

        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
                open_library(L, &harmless[i]);
        lua_pushglobaltable(L);
        remove_names(L, base_without, sizeof(base_without) / sizeof(base_without[0]));
        for (size_t i = 0; i < N_DANGEROUS; i++)
                if (is_listed(libraries, dangerous[i].name))
                        open_library(L, &dangerous[i]);
        if (lua_getglobal(L, LUA_OSLIBNAME) == LUA_TTABLE)
                remove_names(L, os_without, sizeof(os_without) / sizeof(os_without[0]));
        limit_all(L);
        return 0;
}

/* ---- life ---- */

int sim_lua_new(const char *libraries, void *userdata, SimLua **ret, char **reterr_text) {
        SimLua *lua;
        int r;

        lua = calloc(1, sizeof(*lua));
        if (!lua)
                return -ENOMEM;
        lua->userdata = userdata;
        lua->main = lua_newstate(allocate, lua);
        if (!lua->main) {
                free(lua);
                return -ENOMEM;
        }
        *(SimLua **)lua_getextraspace(lua->main) = lua;
        lua->current = lua->main;
        r = sim_lua_enter(lua, open_libraries, (void *)libraries, reterr_text);
        if (r < 0) {
                sim_lua_free(lua);
                return r;
        }
        *ret = lua;
        return 0;
}

SimLua *sim_lua_free(SimLua *lua) {
        if (!lua)
                return NULL;
        lua_close(lua->main);
        free(lua);
        return NULL;
}

int sim_lua_enter(SimLua *lua, lua_CFunction fn, void *pointer, char **reterr_text) {
        lua_State *L = lua->depth > 0 ? lua->current : lua->main, *outer = lua->current;
        const char *text;
        int r;

        if (!lua_checkstack(L, 8))
                return -ENOMEM;
        if (lua->depth == 0) {
                lua->deadline = processor_time() + SIM_LUA_TIME_MAX * 1000u;
                lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_COUNT);
        }
        lua->depth++;
        lua_pushcfunction(L, fn);
        lua_pushlightuserdata(L, pointer);
        r = lua_pcall(L, 1, 0, 0);
        lua->depth--;
        lua->current = outer;
        if (r == LUA_OK)
                return 0;
        text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
        *reterr_text = r == LUA_ERRMEM ? NULL : strdup(text ? text : "an error that is no text");
        lua_pop(L, 1);
        return r == LUA_ERRMEM || !*reterr_text ? -ENOMEM : -EINVAL;
}
