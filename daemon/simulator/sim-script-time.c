/* SPDX-License-Identifier: MIT */
/* What scripts do in time. */
#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>

#include "sim-script-api.h"

/* Timers and animations of one script. */
#define TIMERS_MAX 10000u

static ScriptTimer *find(SimScript *s, uint64_t id) {
        for (ScriptTimer *t = s->timers; t; t = t->next)
                if (t->id == id)
                        return t;
        return NULL;
}

/* The function is let go within the script: outside of it nothing may be done to its registry. */
static void drop(ScriptTimer *t) {
        ScriptTimer **p = &t->script->timers;

        while (*p != t)
                p = &(*p)->next;
        *p = t->next;
        t->script->n_timers--;
        sim_timer_free(t->timer);
        sim_animation_free(t->animation);
        free(t);
}

/* The object is pushed; the function in the registry is the timer's. */
static int add(lua_State *L, SimScript *s, ScriptTimer **ret) {
        uint64_t *id = lua_newuserdatauv(L, sizeof(*id), 0);
        ScriptTimer *t;

        luaL_setmetatable(L, SCRIPT_TIMER);
        if (s->n_timers >= TIMERS_MAX)
                return -EMFILE;
        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        t->script = s;
        t->function = LUA_NOREF;
        *id = t->id = ++s->last_timer;
        t->next = s->timers;
        s->timers = t;
        s->n_timers++;
        *ret = t;
        return 0;
}

typedef struct Call {
        int function;
        bool is_last;
} Call;

static int call_function(lua_State *L) {
        const Call *call = lua_touserdata(L, 1);

        lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
        if (call->is_last)
                luaL_unref(L, LUA_REGISTRYINDEX, call->function);
        lua_call(L, 0, 0);
        return 0;
}

static void on_timer(void *userdata) {
        ScriptTimer *t = userdata;
        Call call = { t->function, t->interval == 0 };
        SimScript *s = t->script;

        /* Before it runs: it may cancel itself. */
        if (t->interval > 0)
                sim_timer_set(t->timer,
                              sim_clock_now(simulator_get_clock(s->simulator)) + t->interval);
        else
                drop(t);
        (void)script_run(s, call_function, &call);
}

/* A function, or what can be called as one: the answer to a request. */
static void check_callable(lua_State *L, int index) {
        if (lua_isfunction(L, index))
                return;
        if (luaL_getmetafield(L, index, "__call") == LUA_TNIL)
                luaL_checktype(L, index, LUA_TFUNCTION);
        lua_pop(L, 1);
}

static int new_timer(lua_State *L, bool repeats) {
        SimScript *s = sim_lua_begin(L);
        SimClock *clock = simulator_get_clock(s->simulator);
        double seconds = luaL_checknumber(L, 1);
        ScriptTimer *t;
        uint64_t usec;
        int r;

        luaL_argcheck(L, seconds >= (repeats ? 0.001 : 0) && seconds <= 1e9, 1,
                      repeats ? "seconds from 0.001 to 1e9" : "seconds from 0 to 1e9");
        check_callable(L, 2);
        usec = (uint64_t)(seconds * (double)SIM_SECOND + 0.5);
        r = add(L, s, &t);
        if (r >= 0) {
                r = sim_timer_new(clock, on_timer, t, &t->timer);
                if (r < 0)
                        drop(t);
        }
        if (r < 0)
                return luaL_error(L, r == -EMFILE ? "there are too many timers" : "out of memory");
        lua_pushvalue(L, 2);
        t->function = luaL_ref(L, LUA_REGISTRYINDEX);
        t->interval = repeats ? usec : 0;
        sim_timer_set(t->timer, sim_clock_now(clock) + usec);
        return 1;
}

int script_after(lua_State *L) {
        return new_timer(L, false);
}

int script_every(lua_State *L) {
        return new_timer(L, true);
}

int script_cancel(lua_State *L) {
        const uint64_t *id = luaL_checkudata(L, 1, SCRIPT_TIMER);
        SimScript *s = sim_lua_begin(L);
        ScriptTimer *t = find(s, *id);

        if (!t)
                return 0;
        luaL_unref(L, LUA_REGISTRYINDEX, t->function);
        drop(t);
        return 0;
}

/* ---- animations ---- */

static void on_arrival(SimAnimation *a, void *userdata) {
        ScriptTimer *t = userdata;
        Call call = { t->function, true };
        SimScript *s = t->script;

        (void)a;
        drop(t);
        if (call.function != LUA_NOREF)
                (void)script_run(s, call_function, &call);
}

int script_animate(lua_State *L, SimScript *s, SimFeature *f, struct fascia_backend *zone,
                   uint32_t property, const SimAnimationSettings *settings) {
        ScriptTimer *t, *old = s->timers;
        int r;

        while (old && !(old->animation && sim_animation_is_of(old->animation, f, zone, property)))
                old = old->next;
        if (old) {
                luaL_unref(L, LUA_REGISTRYINDEX, old->function);
                drop(old);
        }
        r = add(L, s, &t);
        if (r < 0)
                return r;
        r = sim_animation_new(f, zone, property, settings, on_arrival, t, &t->animation);
        if (r < 0) {
                drop(t);
                return r;
        }
        if (!lua_isnil(L, -2)) {
                lua_pushvalue(L, -2);
                t->function = luaL_ref(L, LUA_REGISTRYINDEX);
        }
        lua_remove(L, -2);
        return 0;
}
