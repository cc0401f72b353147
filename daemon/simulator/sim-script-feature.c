/* SPDX-License-Identifier: MIT */
/* A feature as scripts have it: values, zones and handlers. */
#include "sim-script-feature.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "sim-lua-value.h"
#include "sim-script-api.h"
#include "simulator-private.h"

#define FEATURE "fascia.feature"

/* A script that only ever adds is a mistake. */
#define HANDLERS_MAX 10000u

/* ---- names ---- */

const char *script_zone_of(const ScriptHandle *h) {
        return h->text + h->zone;
}

void script_push_feature(lua_State *L, const char *feature, const char *zone) {
        size_t size = strlen(feature) + 1, zone_size = strlen(zone) + 1;
        ScriptHandle *h = lua_newuserdatauv(L, sizeof(*h) + size + zone_size, 0);

        h->zone = size;
        memcpy(h->text, feature, size);
        memcpy(h->text + size, zone, zone_size);
        luaL_setmetatable(L, FEATURE);
}

ScriptTarget script_get_target(lua_State *L) {
        ScriptTarget t = { .script = sim_lua_begin(L), .handle = luaL_checkudata(L, 1, FEATURE) };

        t.feature = simulator_find_feature(t.script->simulator, t.handle->text, NULL);
        if (t.feature)
                t.zone = sim_feature_get_zone(t.feature, script_zone_of(t.handle));
        return t;
}

const struct fascia_interface *script_find_interface(const ScriptTarget *t) {
        const struct fascia_module *m = sim_module_get(t->script->module);

        if (t->feature)
                return t->feature->interface;
        for (uint32_t i = 0; i < m->n_interfaces; i++) {
                const struct fascia_interface *interface =
                        (const void *)((const char *)m->interfaces + (size_t)i * m->interface_size);

                if (simulator_is_name_of(interface, t->handle->text))
                        return interface;
        }
        return NULL;
}

const char *script_push_place(lua_State *L, const ScriptTarget *t, const char *member) {
        const char *zone = script_zone_of(t->handle), *dot = strrchr(t->handle->text, '.');

        return lua_pushfstring(L, "%s%s%s%s.%s", dot ? dot + 1 : t->handle->text, *zone ? "[" : "",
                               zone, *zone ? "]" : "", member);
}

bool script_find_member(lua_State *L, const ScriptTarget *t, ScriptFindFn *find, const char *kind,
                        const char *name, uint32_t *ret) {
        const struct fascia_interface *i = script_find_interface(t);

        if (!i)
                return false;
        if (find(i, name, ret) < 0)
                luaL_error(L, "%s has no %s '%s'", i->name, kind, name);
        return true;
}

int script_raise(lua_State *L, int r, char *text, const char *place) {
        if (!text)
                return luaL_error(L, "%s: %s", place, strerror(-r));
        luaL_where(L, 1);
        lua_pushfstring(L, "%s: %s", place, text);
        free(text);
        lua_concat(L, 2);
        return lua_error(L);
}

/* ---- values ---- */

static int check_report(lua_State *L, const ScriptTarget *t, const char *member, int r) {
        if (r == -ELOOP)
                return luaL_error(L, "%s: changes cause each other without end",
                                  script_push_place(L, t, member));
        if (r < 0 && r != -ESTALE)
                return luaL_error(L, "%s: %s", script_push_place(L, t, member), strerror(-r));
        return 0;
}

const struct fascia_type *script_type_of(const ScriptTarget *t, uint32_t property) {
        return sim_property(t->feature->interface, property)->type;
}

static int push_property(lua_State *L, const ScriptTarget *t, const char *name) {
        const void *value;
        uint32_t p;

        if (!script_find_member(L, t, sim_find_property, "property", name, &p) || !t->zone)
                return 0;
        value = sim_feature_get_value(t->feature, t->zone, p);
        if (!value)
                return 0;
        sim_lua_push(L, script_type_of(t, p), value);
        return 1;
}

/* The value at the index; nil: none. */
static int set_property(lua_State *L, const ScriptTarget *t, const char *name, int index) {
        const struct fascia_type *type;
        char *text = NULL;
        void *value;
        uint32_t p;
        int r;

        if (!script_find_member(L, t, sim_find_property, "property", name, &p) || !t->zone)
                return 0;
        type = script_type_of(t, p);
        if (type->kind == FASCIA_KIND_MODEL)
                return luaL_error(L, "%s is a model, which has no value",
                                  script_push_place(L, t, name));
        if (lua_isnil(L, index) && type->kind != FASCIA_KIND_VAR)
                return check_report(L, t, name, sim_feature_withdraw(t->feature, t->zone, p));
        value = malloc(type->size);
        r = value ? sim_lua_read(L, index, type, value, &text) : -ENOMEM;
        if (r < 0) {
                free(value);
                return script_raise(L, r, text, script_push_place(L, t, name));
        }
        r = sim_feature_report(t->feature, t->zone, p, value);
        fascia_value_clear(type, value);
        free(value);
        return check_report(L, t, name, r);
}

static int feature_get(lua_State *L) {
        ScriptTarget t = script_get_target(L);

        return push_property(L, &t, luaL_checkstring(L, 2)) || (lua_pushnil(L), 1);
}

static int feature_set(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);

        luaL_checkany(L, 3);
        return set_property(L, &t, name, 3);
}

static int feature_withdraw(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        uint32_t p;

        if (!script_find_member(L, &t, sim_find_property, "property", name, &p) || !t.zone)
                return 0;
        return check_report(L, &t, name, sim_feature_withdraw(t.feature, t.zone, p));
}

/* Functions first: what a property of such a name is, f:get("zone") tells. */
static int feature_index(lua_State *L) {
        const char *name = luaL_checkstring(L, 2);

        if (lua_getfield(L, lua_upvalueindex(1), name) != LUA_TNIL)
                return 1;
        return feature_get(L);
}

static int feature_newindex(lua_State *L) {
        return feature_set(L);
}

static int feature_emit(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        const struct fascia_type *type;
        char *arguments, *text = NULL;
        uint32_t signal;
        int r = 0;

        if (!script_find_member(L, &t, sim_find_signal, "signal", name, &signal) || !t.zone)
                return 0;
        type = sim_signal(t.feature->interface, signal)->arguments;
        if (lua_gettop(L) - 2 != (int)type->n_members)
                return luaL_error(L, "%s has %d argument%s, not %d", script_push_place(L, &t, name),
                                  (int)type->n_members, type->n_members == 1 ? "" : "s",
                                  lua_gettop(L) - 2);
        arguments = malloc(type->size + 1); /* also of none */
        if (!arguments)
                return luaL_error(L, "out of memory");
        fascia_value_init(type, arguments);
        for (uint32_t i = 0; r >= 0 && i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];

                r = sim_lua_read(L, (int)i + 3, m->type, arguments + m->offset, &text);
                if (r < 0)
                        fascia_value_init(m->type, arguments + m->offset);
        }
        if (r >= 0)
                r = sim_feature_emit(t.feature, t.zone, signal, arguments);
        fascia_value_clear(type, arguments);
        free(arguments);
        return text ? script_raise(L, r, text, script_push_place(L, &t, name))
                    : check_report(L, &t, name, r);
}

/* ---- zones ---- */

static int feature_zone(lua_State *L) {
        ScriptTarget t = script_get_target(L);

        script_push_feature(L, t.handle->text, luaL_checkstring(L, 2));
        return 1;
}

static int feature_zones(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        lua_Integer n = 0;

        lua_newtable(L);
        for (struct fascia_backend *z = NULL;
             t.feature && (z = sim_feature_next_zone(t.feature, z));) {
                lua_pushstring(L, fascia_backend_get_zone_name(z));
                lua_rawseti(L, -2, ++n);
        }
        return 1;
}

static int feature_add_zone(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        int r;

        r = t.feature ? sim_feature_add_zone(t.feature, name, NULL) : 0;
        if (r < 0 && r != -EEXIST)
                return luaL_error(L, "%s: '%s' can be no zone of it: %s", t.handle->text, name,
                                  strerror(-r));
        script_push_feature(L, t.handle->text, name);
        return 1;
}

static int feature_remove_zone(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        struct fascia_backend *zone = t.feature ? sim_feature_get_zone(t.feature, name) : NULL;

        if (zone)
                sim_feature_remove_zone(t.feature, zone);
        return 0;
}

static int feature_name(lua_State *L) {
        const ScriptHandle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushstring(L, h->text);
        return 1;
}

static int feature_zone_name(lua_State *L) {
        const ScriptHandle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushstring(L, script_zone_of(h));
        return 1;
}

static int feature_fail(lua_State *L) {
        ScriptTarget t = script_get_target(L);
        const char *text = luaL_optstring(L, 2, "The simulation has it so");

        if (t.feature)
                sim_feature_set_failed(t.feature, text);
        return 0;
}

static int feature_ready(lua_State *L) {
        ScriptTarget t = script_get_target(L);

        if (t.feature)
                sim_feature_set_failed(t.feature, NULL);
        return 0;
}

static int feature_tostring(lua_State *L) {
        const ScriptHandle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushfstring(L, *script_zone_of(h) ? "%s[%s]" : "%s", h->text, script_zone_of(h));
        return 1;
}

/* ---- handlers ---- */

static ScriptHandler *find_same(SimScript *s, ScriptHandlerKind kind, const ScriptHandle *h,
                                const char *member) {
        for (ScriptHandler *one = s->handlers; one; one = one->next)
                if (one->kind == kind && one->function != LUA_NOREF &&
                    strcmp(one->feature, h->text) == 0 &&
                    strcmp(one->zone ? one->zone : "", script_zone_of(h)) == 0 &&
                    strcmp(one->member ? one->member : "", member ? member : "") == 0)
                        return one;
        return NULL;
}

static ScriptHandler *new_handler(ScriptHandlerKind kind, const ScriptHandle *h,
                                  const char *member) {
        ScriptHandler *one = calloc(1, sizeof(*one));

        if (!one)
                return NULL;
        one->kind = kind;
        one->function = LUA_NOREF;
        one->feature = strdup(h->text);
        one->zone = *script_zone_of(h) ? strdup(script_zone_of(h)) : NULL;
        one->member = member ? strdup(member) : NULL;
        if (one->feature && !one->zone == !*script_zone_of(h) && !one->member == !member)
                return one;
        free(one->feature);
        free(one->zone);
        free(one->member);
        free(one);
        return NULL;
}

/* Takes the place of the one before it; nil takes it away. The function is at the index. */
static void set_handler(lua_State *L, const ScriptTarget *t, ScriptHandlerKind kind,
                        const char *member, int index) {
        SimScript *s = t->script;
        ScriptHandler *old = find_same(s, kind, t->handle, member), **last = &s->handlers, *new;
        int function;

        if (!lua_isnoneornil(L, index))
                luaL_checktype(L, index, LUA_TFUNCTION);
        if (old) {
                luaL_unref(L, LUA_REGISTRYINDEX, old->function);
                old->function = LUA_NOREF; /* goes when nobody looks at it */
        }
        if (lua_isnoneornil(L, index))
                return;
        if (s->n_handlers >= HANDLERS_MAX)
                luaL_error(L, "there are %d handlers already", (int)HANDLERS_MAX);
        lua_pushvalue(L, index);
        function = luaL_ref(L, LUA_REGISTRYINDEX);
        new = new_handler(kind, t->handle, member);
        if (!new)
                luaL_error(L, "out of memory");
        new->function = function;
        while (*last)
                last = &(*last)->next;
        *last = new;
        s->n_handlers++;
}

static int on_member(lua_State *L, ScriptHandlerKind kind, ScriptFindFn *find, const char *what,
                     bool may_be_any) {
        ScriptTarget t = script_get_target(L);
        const char *name = luaL_checkstring(L, 2);
        bool is_any = may_be_any && strcmp(name, "*") == 0;
        uint32_t n;

        if (!is_any)
                (void)script_find_member(L, &t, find, what, name, &n);
        set_handler(L, &t, kind, is_any ? NULL : name, 3);
        return 0;
}

static int feature_on_call(lua_State *L) {
        return on_member(L, SCRIPT_ON_CALL, sim_find_method, "operation", false);
}

static int feature_on_set(lua_State *L) {
        return on_member(L, SCRIPT_ON_SET, sim_find_property, "property", false);
}

static int feature_on_change(lua_State *L) {
        return on_member(L, SCRIPT_ON_CHANGE, sim_find_property, "property", true);
}

static int feature_on_signal(lua_State *L) {
        return on_member(L, SCRIPT_ON_SIGNAL, sim_find_signal, "signal", true);
}

static int feature_on_zone(lua_State *L) {
        ScriptTarget t = script_get_target(L);

        set_handler(L, &t, SCRIPT_ON_ZONE, NULL, 2);
        return 0;
}

static int feature_on_start(lua_State *L) {
        ScriptTarget t = script_get_target(L);

        set_handler(L, &t, SCRIPT_ON_START, NULL, 2);
        script_start_handlers(t.script);
        return 0;
}

/* ---- opening ---- */

static const luaL_Reg feature_functions[] = {
        { "get", feature_get },
        { "set", feature_set },
        { "withdraw", feature_withdraw },
        { "emit", feature_emit },
        { "zone", feature_zone },
        { "zones", feature_zones },
        { "add_zone", feature_add_zone },
        { "remove_zone", feature_remove_zone },
        { "feature_name", feature_name },
        { "zone_name", feature_zone_name },
        { "fail", feature_fail },
        { "ready", feature_ready },
        { "on_call", feature_on_call },
        { "on_set", feature_on_set },
        { "on_change", feature_on_change },
        { "on_signal", feature_on_signal },
        { "on_zone", feature_on_zone },
        { "on_start", feature_on_start },
        { "animate", script_feature_animate },
        { NULL, NULL },
};

void script_open_features(lua_State *L) {
        script_new_metatable(L, FEATURE);
        luaL_newlib(L, feature_functions);
        lua_pushcclosure(L, feature_index, 1);
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, feature_newindex);
        lua_setfield(L, -2, "__newindex");
        lua_pushcfunction(L, feature_tostring);
        lua_setfield(L, -2, "__tostring");
        lua_pop(L, 1);
}
