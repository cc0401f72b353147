/* SPDX-License-Identifier: MIT */
/* What scripts can say: "sim", and features with their values, zones and handlers. */
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-lua-value.h"
#include "sim-script-api.h"
#include "sim-script-private.h"
#include "simulator-private.h"

#define FEATURE "fascia.feature"
#define REPLY "fascia.reply"
#define ACCEPT "fascia.accept"

/* A script that only ever adds is a mistake. */
#define HANDLERS_MAX 10000u

/* ---- features ---- */

/* A name, which may have a feature behind it or not. */
typedef struct Handle {
        size_t zone; /* where in the text that begins */
        char text[];
} Handle;

/* What it stands for just now. */
typedef struct Target {
        SimScript *script;
        const Handle *handle;
        SimFeature *feature;         /* NULL: does not run */
        struct fascia_backend *zone; /* NULL: is not there */
} Target;

static const char *zone_of(const Handle *h) {
        return h->text + h->zone;
}

void script_push_feature(lua_State *L, const char *feature, const char *zone) {
        size_t size = strlen(feature) + 1, zone_size = strlen(zone) + 1;
        Handle *h = lua_newuserdatauv(L, sizeof(*h) + size + zone_size, 0);

        h->zone = size;
        memcpy(h->text, feature, size);
        memcpy(h->text + size, zone, zone_size);
        luaL_setmetatable(L, FEATURE);
}

static Target get_target(lua_State *L) {
        Target t = { .script = sim_lua_begin(L), .handle = luaL_checkudata(L, 1, FEATURE) };

        t.feature = simulator_find_feature(t.script->simulator, t.handle->text, NULL);
        if (t.feature)
                t.zone = sim_feature_get_zone(t.feature, zone_of(t.handle));
        return t;
}

/* Of an own module it is known also while it does not run. NULL: nobody knows. */
static const struct fascia_interface *find_interface(const Target *t) {
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

/* What errors begin with: "ClimateControl[Rear].fanLevel". */
static const char *push_place(lua_State *L, const Target *t, const char *member) {
        const char *zone = zone_of(t->handle), *dot = strrchr(t->handle->text, '.');

        return lua_pushfstring(L, "%s%s%s%s.%s", dot ? dot + 1 : t->handle->text, *zone ? "[" : "",
                               zone, *zone ? "]" : "", member);
}

typedef int FindFn(const struct fascia_interface *i, const char *name, uint32_t *ret);

/* Raises an error for a name that the interface does not have; false: that is not known now. */
static bool find_member(lua_State *L, const Target *t, FindFn *find, const char *kind,
                        const char *name, uint32_t *ret) {
        const struct fascia_interface *i = find_interface(t);

        if (!i)
                return false;
        if (find(i, name, ret) < 0)
                luaL_error(L, "%s has no %s '%s'", i->name, kind, name);
        return true;
}

/* Frees the text. */
static int raise(lua_State *L, int r, char *text, const char *place) {
        if (!text)
                return luaL_error(L, "%s: %s", place, strerror(-r));
        luaL_where(L, 1);
        lua_pushfstring(L, "%s: %s", place, text);
        free(text);
        lua_concat(L, 2);
        return lua_error(L);
}

static int check_report(lua_State *L, const Target *t, const char *member, int r) {
        if (r == -ELOOP)
                return luaL_error(L, "%s: changes cause each other without end",
                                  push_place(L, t, member));
        if (r < 0 && r != -ESTALE)
                return luaL_error(L, "%s: %s", push_place(L, t, member), strerror(-r));
        return 0;
}

static const struct fascia_type *type_of(const Target *t, uint32_t property) {
        return sim_property(t->feature->interface, property)->type;
}

static int push_property(lua_State *L, const Target *t, const char *name) {
        const void *value;
        uint32_t p;

        if (!find_member(L, t, sim_find_property, "property", name, &p) || !t->zone)
                return 0;
        value = sim_feature_get_value(t->feature, t->zone, p);
        if (!value)
                return 0;
        sim_lua_push(L, type_of(t, p), value);
        return 1;
}

/* The value at the index; nil: none. */
static int set_property(lua_State *L, const Target *t, const char *name, int index) {
        const struct fascia_type *type;
        char *text = NULL;
        void *value;
        uint32_t p;
        int r;

        if (!find_member(L, t, sim_find_property, "property", name, &p) || !t->zone)
                return 0;
        type = type_of(t, p);
        if (type->kind == FASCIA_KIND_MODEL)
                return luaL_error(L, "%s is a model, which has no value", push_place(L, t, name));
        if (lua_isnil(L, index) && type->kind != FASCIA_KIND_VAR)
                return check_report(L, t, name, sim_feature_withdraw(t->feature, t->zone, p));
        value = malloc(type->size);
        r = value ? sim_lua_read(L, index, type, value, &text) : -ENOMEM;
        if (r < 0) {
                free(value);
                return raise(L, r, text, push_place(L, t, name));
        }
        r = sim_feature_report(t->feature, t->zone, p, value);
        fascia_value_clear(type, value);
        free(value);
        return check_report(L, t, name, r);
}

static int feature_get(lua_State *L) {
        Target t = get_target(L);

        return push_property(L, &t, luaL_checkstring(L, 2)) || (lua_pushnil(L), 1);
}

static int feature_set(lua_State *L) {
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);

        luaL_checkany(L, 3);
        return set_property(L, &t, name, 3);
}

static int feature_withdraw(lua_State *L) {
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);
        uint32_t p;

        if (!find_member(L, &t, sim_find_property, "property", name, &p) || !t.zone)
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
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);
        const struct fascia_type *type;
        char *arguments, *text = NULL;
        uint32_t signal;
        int r = 0;

        if (!find_member(L, &t, sim_find_signal, "signal", name, &signal) || !t.zone)
                return 0;
        type = sim_signal(t.feature->interface, signal)->arguments;
        if (lua_gettop(L) - 2 != (int)type->n_members)
                return luaL_error(L, "%s has %d arguments, not %d", push_place(L, &t, name),
                                  (int)type->n_members, lua_gettop(L) - 2);
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
        return text ? raise(L, r, text, push_place(L, &t, name)) : check_report(L, &t, name, r);
}

/* ---- zones ---- */

static int feature_zone(lua_State *L) {
        Target t = get_target(L);

        script_push_feature(L, t.handle->text, luaL_checkstring(L, 2));
        return 1;
}

static int feature_zones(lua_State *L) {
        Target t = get_target(L);
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
        Target t = get_target(L);
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
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);
        struct fascia_backend *zone = t.feature ? sim_feature_get_zone(t.feature, name) : NULL;

        if (zone)
                sim_feature_remove_zone(t.feature, zone);
        return 0;
}

static int feature_name(lua_State *L) {
        const Handle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushstring(L, h->text);
        return 1;
}

static int feature_zone_name(lua_State *L) {
        const Handle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushstring(L, zone_of(h));
        return 1;
}

static int feature_fail(lua_State *L) {
        Target t = get_target(L);
        const char *text = luaL_optstring(L, 2, "The simulation has it so");

        if (t.feature)
                sim_feature_set_failed(t.feature, text);
        return 0;
}

static int feature_ready(lua_State *L) {
        Target t = get_target(L);

        if (t.feature)
                sim_feature_set_failed(t.feature, NULL);
        return 0;
}

static int feature_tostring(lua_State *L) {
        const Handle *h = luaL_checkudata(L, 1, FEATURE);

        lua_pushfstring(L, *zone_of(h) ? "%s[%s]" : "%s", h->text, zone_of(h));
        return 1;
}

/* ---- handlers ---- */

static ScriptHandler *find_same(SimScript *s, ScriptHandlerKind kind, const Handle *h,
                                const char *member) {
        for (ScriptHandler *one = s->handlers; one; one = one->next)
                if (one->kind == kind && one->function != LUA_NOREF &&
                    strcmp(one->feature, h->text) == 0 &&
                    strcmp(one->zone ? one->zone : "", zone_of(h)) == 0 &&
                    strcmp(one->member ? one->member : "", member ? member : "") == 0)
                        return one;
        return NULL;
}

static ScriptHandler *new_handler(ScriptHandlerKind kind, const Handle *h, const char *member) {
        ScriptHandler *one = calloc(1, sizeof(*one));

        if (!one)
                return NULL;
        one->kind = kind;
        one->function = LUA_NOREF;
        one->feature = strdup(h->text);
        one->zone = *zone_of(h) ? strdup(zone_of(h)) : NULL;
        one->member = member ? strdup(member) : NULL;
        if (one->feature && !one->zone == !*zone_of(h) && !one->member == !member)
                return one;
        free(one->feature);
        free(one->zone);
        free(one->member);
        free(one);
        return NULL;
}

/* Takes the place of the one before it; nil takes it away. The function is at the index. */
static void set_handler(lua_State *L, const Target *t, ScriptHandlerKind kind, const char *member,
                        int index) {
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

static int on_member(lua_State *L, ScriptHandlerKind kind, FindFn *find, const char *what,
                     bool may_be_any) {
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);
        bool is_any = may_be_any && strcmp(name, "*") == 0;
        uint32_t n;

        if (!is_any)
                (void)find_member(L, &t, find, what, name, &n);
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
        Target t = get_target(L);

        set_handler(L, &t, SCRIPT_ON_ZONE, NULL, 2);
        return 0;
}

static int feature_on_start(lua_State *L) {
        Target t = get_target(L);

        set_handler(L, &t, SCRIPT_ON_START, NULL, 2);
        script_start_handlers(t.script);
        return 0;
}

/* ---- animations ---- */

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
static double current_number(const Target *t, uint32_t property) {
        const void *value = sim_feature_get_value(t->feature, t->zone, property);

        return value ? sim_get_number(type_of(t, property), value) : 0;
}

static void free_values(const struct fascia_type *type, SimAnimationSettings *s) {
        for (size_t i = 0; i < s->n_values; i++)
                fascia_value_clear(type, (char *)s->values + i * type->size);
        free(s->values);
        s->values = NULL;
        s->n_values = 0;
}

static void read_values(lua_State *L, const Target *t, const char *name,
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
        raise(L, r, text, push_place(L, t, name));
}

static void read_animation(lua_State *L, const Target *t, const char *name, uint32_t property,
                           SimAnimationSettings *s) {
        static const char *const kinds[] = { "ramp", "sine", "step", "walk", NULL };
        const struct fascia_type *type = type_of(t, property);

        lua_getfield(L, 3, "kind");
        s->kind = (SimAnimationKind)luaL_checkoption(L, -1, NULL, kinds);
        lua_pop(L, 1);
        if (s->kind != SIM_STEP && !sim_is_number(type))
                luaL_error(L, "%s is no number", push_place(L, t, name));
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
                s->seed = (uint64_t)lua_tointeger(L, -1);
                lua_pop(L, 1);
                break;
        }
}

static int feature_animate(lua_State *L) {
        Target t = get_target(L);
        const char *name = luaL_checkstring(L, 2);
        SimAnimationSettings settings = { 0 };
        uint32_t property;
        int r;

        luaL_checktype(L, 3, LUA_TTABLE);
        if (!find_member(L, &t, sim_find_property, "property", name, &property) || !t.zone)
                return 0;
        lua_getfield(L, 3, "done");
        if (!lua_isnil(L, -1))
                luaL_checktype(L, -1, LUA_TFUNCTION);
        read_animation(L, &t, name, property, &settings);
        r = script_animate(L, t.script, t.feature, t.zone, property, &settings);
        if (r < 0) {
                free_values(type_of(&t, property), &settings);
                return luaL_error(L, "animate: %s", strerror(-r));
        }
        return 1;
}

/* ---- answers ---- */

typedef struct Reply {
        SimRequest request;
        bool is_answered;
} Reply;

static int sim_later(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        Reply *reply;

        if (!s->request)
                return luaL_error(L, "sim.later() is for handlers of calls and sets");
        reply = lua_newuserdatauv(L, sizeof(*reply), 0);
        *reply = (Reply){ .request = s->request->request };
        luaL_setmetatable(L, REPLY);
        s->request->is_later = true;
        return 1;
}

/* What is answered is read before anything is: a mistake leaves it open. */
static int reply_call(lua_State *L) {
        Reply *reply = luaL_checkudata(L, 1, REPLY);
        SimScript *s = sim_lua_begin(L);
        const SimRequest *q = &reply->request;
        SimFeature *f = simulator_find_id(s->simulator, q->feature);
        const struct fascia_type *type;
        char *text = NULL, *value;
        size_t offset = 0;
        int r = 0;

        if (reply->is_answered || !f)
                return 0;
        type = q->is_set ? sim_property(f->interface, q->member)->type
                         : sim_method(f->interface, q->member)->output;
        value = malloc(type->size + 1); /* also of nothing */
        if (!value)
                return luaL_error(L, "out of memory");
        fascia_value_init(type, value);
        if (q->is_set && lua_isnoneornil(L, 2)) {
                free(value);
                reply->is_answered = true;
                (void)sim_request_answer_set(q, NULL);
                return 0;
        }
        if (q->is_set) {
                r = sim_lua_read(L, 2, type, value, &text);
        } else if (type->n_members > 0) {
                offset = type->members[0].offset;
                lua_settop(L, 2);
                r = sim_lua_read(L, 2, type->members[0].type, value + offset, &text);
        }
        if (r < 0) {
                free(value);
                return raise(L, r, text, "reply");
        }
        reply->is_answered = true;
        /* Whoever waited may have gone. */
        (void)(q->is_set ? sim_request_answer_set(q, value) : sim_request_answer_call(q, value));
        fascia_value_clear(type, value);
        free(value);
        return 0;
}

static const char *const own_errors[] = { "Unavailable", "Unsupported", "OutOfRange", "UnknownZone",
                                          "Busy",        "Cancelled",   "Timeout",    "Failed" };

/* The D-Bus name: one that the operation lists, one of ours, or one in full. NULL: it is none. To be freed. */
static char *error_name(const SimFeature *f, const SimRequest *q, const char *code) {
        const struct fascia_method *m = f && !q->is_set ? sim_method(f->interface, q->member)
                                                        : NULL;
        char *name;

        for (uint32_t i = 0; m && i < m->n_errors; i++) {
                const char *dot = strrchr(m->errors[i], '.');

                if (strcmp(m->errors[i], code) == 0 || (dot && strcmp(dot + 1, code) == 0))
                        return strdup(m->errors[i]);
        }
        if (strchr(code, '.'))
                return strdup(code);
        for (size_t i = 0; i < sizeof(own_errors) / sizeof(own_errors[0]); i++)
                if (strcmp(own_errors[i], code) == 0)
                        return asprintf(&name, "org.fascia.Error.%s", code) < 0 ? NULL : name;
        return NULL;
}

static int reply_fail(lua_State *L) {
        Reply *reply = luaL_checkudata(L, 1, REPLY);
        SimScript *s = sim_lua_begin(L);
        const char *code = luaL_checkstring(L, 2), *text = luaL_optstring(L, 3, "");
        char *name;

        if (reply->is_answered)
                return 0;
        name = error_name(simulator_find_id(s->simulator, reply->request.feature), &reply->request,
                          code);
        if (!name)
                return luaL_error(L, "'%s' is no error of this operation", code);
        reply->is_answered = true;
        (void)sim_request_fail(&reply->request, -EIO, name, text);
        free(name);
        return 0;
}

static int sim_fail(lua_State *L) {
        luaL_checkstring(L, 1);
        luaL_optstring(L, 2, "");
        lua_settop(L, 2);
        lua_createtable(L, 0, 2);
        lua_pushvalue(L, 1);
        lua_setfield(L, -2, "code");
        lua_pushvalue(L, 2);
        lua_setfield(L, -2, "message");
        return lua_error(L);
}

/* A field of the error on top that is a text, to be freed; NULL: it has none. */
static char *error_field(lua_State *L, const char *name) {
        char *text = NULL;

        lua_pushstring(L, name);
        if (lua_rawget(L, -2) == LUA_TSTRING)
                text = strdup(lua_tostring(L, -1));
        lua_pop(L, 1);
        return text;
}

int script_read_error(lua_State *L, const SimRequest *q, char **ret_name, char **ret_text,
                      bool *ret_is_wanted) {
        char *code = lua_istable(L, -1) ? error_field(L, "code") : NULL;

        *ret_is_wanted = code != NULL;
        if (code) {
                *ret_name = error_name(simulator_find_id(q->simulator, q->feature), q, code);
                *ret_text = error_field(L, "message");
                if (*ret_name) {
                        free(code);
                        if (!*ret_text)
                                *ret_text = strdup("");
                        return *ret_text ? 0 : -ENOMEM;
                }
                free(*ret_text);
                *ret_is_wanted = false;
                if (asprintf(ret_text, "'%s' is no error of this operation", code) < 0)
                        *ret_text = NULL;
                free(code);
                return *ret_text ? 0 : -ENOMEM;
        }
        *ret_text = strdup(lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1)
                                                          : "an error that is no text");
        return *ret_text ? 0 : -ENOMEM;
}

/* The built-in behaviour of a set: true, or nil and why not. */
static int request_accept(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        ScriptRequest *q = s->request;
        SimFeature *f = q ? simulator_find_id(s->simulator, q->request.feature) : NULL;
        const struct fascia_type *type;
        char *text = NULL;
        void *value;
        int r;

        if (!f || !q->request.is_set)
                return luaL_error(L, "this is for the handler of a set only");
        luaL_checkany(L, 1);
        type = sim_property(f->interface, q->request.member)->type;
        value = malloc(type->size);
        r = value ? sim_lua_read(L, 1, type, value, &text) : -ENOMEM;
        if (r < 0) {
                free(value);
                return raise(L, r, text, sim_property(f->interface, q->request.member)->name);
        }
        r = sim_feature_check_set(f, q->request.zone, q->request.member, value, &text);
        if (r >= 0)
                r = sim_feature_report(f, q->request.zone, q->request.member, value);
        fascia_value_clear(type, value);
        free(value);
        q->is_accepted = true;
        q->refusal = r < 0 ? r : 0;
        free(q->reason);
        q->reason = text;
        if (r >= 0) {
                lua_pushboolean(L, true);
                return 1;
        }
        lua_pushnil(L);
        lua_pushstring(L, text ? text : strerror(-r));
        return 2;
}

/* ---- sim ---- */

static int sim_feature(lua_State *L) {
        SimScript *s = sim_lua_begin(L);
        const char *name = luaL_checkstring(L, 1);
        bool is_ambiguous;
        Handle *h;
        Target t;

        script_push_feature(L, name, "");
        h = lua_touserdata(L, -1);
        t = (Target){ .script = s, .handle = h };
        t.feature = simulator_find_feature(s->simulator, name, &is_ambiguous);
        if (is_ambiguous)
                return luaL_error(L, "several features are called '%s'", name);
        /* One of another module may come later, under its whole name. */
        if (!find_interface(&t) && !strchr(name, '.'))
                return luaL_error(L, "there is no feature '%s'", name);
        return 1;
}

static int sim_now(lua_State *L) {
        const SimScript *s = sim_lua_begin(L);

        lua_pushnumber(L, (double)sim_clock_now(simulator_get_clock(s->simulator)) /
                                  (double)SIM_SECOND);
        return 1;
}

/* As math.random(), by the simulation's numbers. */
static int sim_random(lua_State *L) {
        const SimScript *s = sim_lua_begin(L);
        double chance = simulator_random(s->simulator);
        lua_Integer low = 1, high;

        if (lua_isnoneornil(L, 1)) {
                lua_pushnumber(L, chance);
                return 1;
        }
        if (!lua_isnoneornil(L, 2))
                low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, lua_isnoneornil(L, 2) ? 1 : 2);
        luaL_argcheck(L, low <= high, lua_isnoneornil(L, 2) ? 1 : 2, "the interval is empty");
        lua_pushinteger(L, low + (lua_Integer)(chance * ((double)high - (double)low + 1)));
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
                return raise(L, r, text, "sim.fault");
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
        { "animate", feature_animate },
        { NULL, NULL },
};

static const luaL_Reg sim_functions[] = {
        { "feature", sim_feature },
        { "now", sim_now },
        { "after", script_after },
        { "every", script_every },
        { "later", sim_later },
        { "fail", sim_fail },
        { "random", sim_random },
        { "log", sim_log },
        { "fault", sim_fault },
        { "remove_fault", sim_remove_fault },
        { "clear_faults", sim_clear_faults },
        { NULL, NULL },
};

/* A metatable that scripts cannot see. */
static void new_metatable(lua_State *L, const char *name) {
        luaL_newmetatable(L, name);
        lua_pushboolean(L, false);
        lua_setfield(L, -2, "__metatable");
}

static void open_features(lua_State *L) {
        new_metatable(L, FEATURE);
        luaL_newlib(L, feature_functions);
        lua_pushcclosure(L, feature_index, 1);
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, feature_newindex);
        lua_setfield(L, -2, "__newindex");
        lua_pushcfunction(L, feature_tostring);
        lua_setfield(L, -2, "__tostring");
        lua_pop(L, 1);
}

/* An object with one function of its own, beside others by name. */
static void open_object(lua_State *L, const char *type, const char *name, lua_CFunction fn) {
        new_metatable(L, type);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, fn);
        lua_setfield(L, -2, name);
        lua_setfield(L, -2, "__index");
}

void script_open_api(lua_State *L) {
        open_features(L);
        open_object(L, REPLY, "fail", reply_fail);
        lua_pushcfunction(L, reply_call);
        lua_setfield(L, -2, "__call");
        lua_pop(L, 1);
        open_object(L, SCRIPT_TIMER, "cancel", script_cancel);
        lua_getfield(L, -1, "__index");
        lua_pushcfunction(L, script_cancel);
        lua_setfield(L, -2, "stop");
        lua_pop(L, 2);
        lua_pushcfunction(L, request_accept);
        lua_setfield(L, LUA_REGISTRYINDEX, ACCEPT);

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
