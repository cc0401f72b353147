/* SPDX-License-Identifier: MIT */
/* How scripts say what is to move. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "sim-lua-value.h"
#include "sim-script-api.h"
#include "sim-script-feature.h"
#include "simulator-private.h"

static double number_field(lua_State *L, const char *name, bool is_needed, double otherwise) {
        double value;
        int is_number;

        if (lua_getfield(L, 3, name) == LUA_TNIL && !is_needed) {
                lua_pop(L, 1);
                return otherwise;
        }
        value = lua_tonumberx(L, -1, &is_number);
        if (!is_number || value != value)
                luaL_error(L, "animate: '%s' wants a number", name);
        lua_pop(L, 1);
        return value;
}

/* In microseconds. */
static uint64_t time_field(lua_State *L, const char *name, bool is_needed, double otherwise) {
        double seconds = number_field(L, name, is_needed, otherwise);

        if (!(seconds >= 0.001 && seconds <= 1e9))
                luaL_error(L, "animate: '%s' wants seconds from 0.001 to 1e9", name);
        return (uint64_t)(seconds * (double)SIM_SECOND + 0.5);
}

static void read_bounds(lua_State *L, SimAnimationSettings *s) {
        s->minimum = number_field(L, "minimum", true, 0);
        s->maximum = number_field(L, "maximum", true, 0);
        if (s->minimum > s->maximum)
                luaL_error(L, "animate: 'minimum' is above 'maximum'");
}

/* Of a property without a value a ramp begins with nothing. */
static double current_number(const ScriptTarget *t, uint32_t property) {
        const void *value = sim_feature_get_value(t->feature, t->zone, property);

        return value ? sim_get_number(script_type_of(t, property), value) : 0;
}

static void free_values(const struct fascia_type *type, SimAnimationSettings *s) {
        for (size_t i = 0; i < s->n_values; i++)
                fascia_value_clear(type, (char *)s->values + i * type->size);
        free(s->values);
        s->values = NULL;
        s->n_values = 0;
}

static void read_values(lua_State *L, const ScriptTarget *t, const char *name,
                        const struct fascia_type *type, SimAnimationSettings *s) {
        size_t n;
        char *text = NULL;
        int r = 0;

        if (lua_getfield(L, 3, "values") != LUA_TTABLE || lua_rawlen(L, -1) == 0)
                luaL_error(L, "animate: 'values' wants a list");
        n = lua_rawlen(L, -1);
        s->values = n <= 100000 ? calloc(n, type->size) : NULL;
        if (!s->values)
                luaL_error(L, "animate: 'values' is too long");
        for (; r >= 0 && s->n_values < n; s->n_values += r >= 0) {
                lua_rawgeti(L, -1, (lua_Integer)s->n_values + 1);
                r = sim_lua_read(L, -1, type, (char *)s->values + s->n_values * type->size, &text);
                lua_pop(L, 1);
        }
        lua_pop(L, 1);
        if (r >= 0)
                return;
        free_values(type, s);
        script_raise(L, r, text, script_push_place(L, t, name));
}

#define N_KINDS 4
#define FIELDS_MAX 8

static const char *const kinds[N_KINDS] = {
        [SIM_RAMP] = "ramp",
        [SIM_SINE] = "sine",
        [SIM_STEP] = "step",
        [SIM_WALK] = "walk",
};

static const char *const fields[N_KINDS][FIELDS_MAX] = {
        [SIM_RAMP] = { "from", "to", "seconds", "interval" },
        [SIM_SINE] = { "minimum", "maximum", "period", "phase", "interval" },
        [SIM_STEP] = { "values", "seconds" },
        [SIM_WALK] = { "minimum", "maximum", "step", "interval", "seed" },
};

static SimAnimationKind read_kind(lua_State *L) {
        const char *text;

        lua_getfield(L, 3, "kind");
        text = lua_tostring(L, -1);
        for (size_t i = 0; text && i < N_KINDS; i++)
                if (strcmp(text, kinds[i]) == 0) {
                        lua_pop(L, 1);
                        return (SimAnimationKind)i;
                }
        return (SimAnimationKind)luaL_error(L, "animate: 'kind' wants ramp, sine, step or walk");
}

static bool is_field(SimAnimationKind kind, const char *name) {
        if (strcmp(name, "kind") == 0 || strcmp(name, "done") == 0)
                return true;
        for (size_t i = 0; i < FIELDS_MAX && fields[kind][i]; i++)
                if (strcmp(name, fields[kind][i]) == 0)
                        return true;
        return false;
}

/* What nobody looks at is mistyped. */
static void check_fields(lua_State *L, SimAnimationKind kind) {
        for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1))
                if (lua_type(L, -2) != LUA_TSTRING)
                        luaL_error(L, "animate: what is said of a %s needs a name", kinds[kind]);
                else if (!is_field(kind, lua_tostring(L, -2)))
                        luaL_error(L, "animate: a %s has no '%s'", kinds[kind],
                                   lua_tostring(L, -2));
}

static void read_animation(lua_State *L, const ScriptTarget *t, const char *name, uint32_t property,
                           SimAnimationSettings *s) {
        const struct fascia_type *type = script_type_of(t, property);
        int is_number;

        s->kind = read_kind(L);
        check_fields(L, s->kind);
        if (s->kind != SIM_STEP && !sim_is_number(type))
                luaL_error(L, "%s is no number", script_push_place(L, t, name));
        switch (s->kind) {
        case SIM_RAMP:
                s->from = number_field(L, "from", false, current_number(t, property));
                s->to = number_field(L, "to", true, 0);
                s->duration = time_field(L, "seconds", true, 0);
                s->interval = time_field(L, "interval", false, 0.1);
                break;
        case SIM_SINE:
                read_bounds(L, s);
                s->duration = time_field(L, "period", true, 0);
                s->phase = number_field(L, "phase", false, 0);
                s->interval = time_field(L, "interval", false, 0.1);
                break;
        case SIM_STEP:
                s->interval = time_field(L, "seconds", true, 0);
                read_values(L, t, name, type, s);
                break;
        case SIM_WALK:
                read_bounds(L, s);
                s->change = number_field(L, "step", true, 0);
                s->interval = time_field(L, "interval", false, 0.1);
                s->has_seed = lua_getfield(L, 3, "seed") != LUA_TNIL;
                s->seed = (uint64_t)lua_tointegerx(L, -1, &is_number);
                if (s->has_seed && !is_number)
                        luaL_error(L, "animate: 'seed' wants a whole number");
                lua_pop(L, 1);
                break;
        }
}

int script_feature_animate(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        SimAnimationSettings settings = { 0 };
        uint32_t property;
        int r;

        luaL_checktype(L, 3, LUA_TTABLE);
        if (!script_find_member(L, &t, sim_find_property, "property", name, &property) || !t.zone)
                return 0;
        lua_getfield(L, 3, "done");
        if (!lua_isnil(L, -1))
                luaL_checktype(L, -1, LUA_TFUNCTION);
        read_animation(L, &t, name, property, &settings);
        r = script_animate(L, t.script, t.feature, t.zone, property, &settings);
        if (r < 0) {
                free_values(script_type_of(&t, property), &settings);
                return luaL_error(L, "animate: %s", strerror(-r));
        }
        return 1;
}
