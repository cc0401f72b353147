/* SPDX-License-Identifier: MIT */
/* What scripts can say: "sim", and all that it opens. */
#include "sim-script-api.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "sim-lua-value.h"
#include "sim-script-feature.h"
#include "simulator-private.h"

static int sim_feature(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        const char *name = luaL_checkstring(L, 1);
        bool is_ambiguous;
        ScriptHandle *h;
        ScriptTarget t;

        script_push_feature(L, name, "");
        h = lua_touserdata(L, -1);
        t = (ScriptTarget){ .script = s, .handle = h };
        t.feature = simulator_find_feature(s->simulator, name, &is_ambiguous);
        if (is_ambiguous)
                return luaL_error(L, "several features are called '%s'", name);
        /* One of another module may come later, under its whole name. */
        if (!script_find_interface(&t) && !strchr(name, '.'))
                return luaL_error(L, "there is no feature '%s'", name);
        return 1;
}

static int sim_now(lua_State *L) {
        const SimScript *s = sim_lua_begin(L);

        lua_pushnumber(L, (double)sim_clock_now(simulator_get_clock(s->simulator)) /
                                  (double)SIM_SECOND);
        return 1;
}

/* From 0 to the last one. A double has no room for all that are above 2^53: they take two. */
static uint64_t random_up_to(const SimScript *s, uint64_t last) {
        double chance = simulator_random(s->simulator);
        uint64_t n;

        if (last < UINT64_C(1) << 53)
                return (uint64_t)(chance * ((double)last + 1));
        n = ((uint64_t)(chance * 0x1p32) << 32) |
            (uint64_t)(simulator_random(s->simulator) * 0x1p32);
        return last == UINT64_MAX ? n : n % (last + 1);
}

/* As math.random(), by the simulation's numbers. */
static int sim_random(lua_State *L) {
        const SimScript *s = sim_lua_begin(L);
        lua_Integer low = 1, high;

        if (lua_isnoneornil(L, 1)) {
                lua_pushnumber(L, simulator_random(s->simulator));
                return 1;
        }
        if (!lua_isnoneornil(L, 2))
                low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, lua_isnoneornil(L, 2) ? 1 : 2);
        luaL_argcheck(L, low <= high, lua_isnoneornil(L, 2) ? 1 : 2, "the interval is empty");
        lua_pushinteger(
                L, (lua_Integer)((uint64_t)low + random_up_to(s, (uint64_t)high - (uint64_t)low)));
        return 1;
}

static int sim_log(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        luaL_Buffer b;
        int n = lua_gettop(L);

        luaL_buffinit(L, &b);
        for (int i = 1; i <= n; i++) {
                if (i > 1)
                        luaL_addchar(&b, ' ');
                luaL_tolstring(L, i, NULL);
                luaL_addvalue(&b);
        }
        luaL_pushresult(&b);
        simulator_log(s->simulator, "%s: %s", s->name, lua_tostring(L, -1));
        return 0;
}

static int sim_fault(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        char *text = NULL;
        json_t *json;
        uint32_t id;
        int r;

        luaL_checktype(L, 1, LUA_TTABLE);
        json = sim_lua_to_json(L, 1);
        if (!json)
                return luaL_error(L, "this is no fault");
        r = sim_faults_add(simulator_get_faults(s->simulator), json, &id, &text);
        json_decref(json);
        if (r < 0)
                return script_raise(L, r, text, "sim.fault");
        lua_pushinteger(L, id);
        return 1;
}

static int sim_remove_fault(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        lua_Integer id = luaL_checkinteger(L, 1);

        /* It may be over already. */
        if (id > 0 && id <= UINT32_MAX)
                (void)sim_faults_remove(simulator_get_faults(s->simulator), (uint32_t)id);
        return 0;
}

static int sim_clear_faults(lua_State *L) {
        SimScript *s = sim_lua_begin(L);

        sim_faults_clear(simulator_get_faults(s->simulator));
        return 0;
}

/* ---- opening ---- */

void script_new_metatable(lua_State *L, const char *name) {
        luaL_newmetatable(L, name);
        lua_pushboolean(L, false);
        lua_setfield(L, -2, "__metatable");
}

void script_open_object(lua_State *L, const char *type, const char *name, lua_CFunction fn) {
        script_new_metatable(L, type);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, fn);
        lua_setfield(L, -2, name);
        lua_setfield(L, -2, "__index");
}

static const luaL_Reg sim_functions[] = {
        { "feature", sim_feature },
        { "now", sim_now },
        { "after", script_after },
        { "every", script_every },
        { "later", script_later },
        { "fail", script_fail },
        { "random", sim_random },
        { "log", sim_log },
        { "fault", sim_fault },
        { "remove_fault", sim_remove_fault },
        { "clear_faults", sim_clear_faults },
        { NULL, NULL },
};

void script_open_api(lua_State *L) {
        script_open_features(L);
        script_open_answers(L);
        script_open_object(L, SCRIPT_TIMER, "cancel", script_cancel);
        lua_getfield(L, -1, "__index");
        lua_pushcfunction(L, script_cancel);
        lua_setfield(L, -2, "stop");
        lua_pop(L, 2);

        luaL_newlib(L, sim_functions);
        lua_setglobal(L, "sim");
        lua_pushcfunction(L, sim_log);
        lua_setglobal(L, "print");
        lua_getglobal(L, "math");
        lua_pushcfunction(L, sim_random);
        lua_setfield(L, -2, "random");
        lua_pushnil(L);
        lua_setfield(L, -2, "randomseed");
        lua_pop(L, 1);
}
