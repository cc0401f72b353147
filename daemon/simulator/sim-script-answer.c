/* SPDX-License-Identifier: MIT */
/* How scripts answer calls and sets: at once, later, with an error, or as without a script. */
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-lua-value.h"
#include "sim-script-api.h"
#include "sim-script-feature.h"
#include "simulator-private.h"

#define REPLY "fascia.reply"

typedef struct Reply {
        SimRequest request;
        bool is_answered;
} Reply;

int script_later(lua_State *L) {
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
                return script_raise(L, r, text, "reply");
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

int script_fail(lua_State *L) {
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

int script_accept(lua_State *L) {
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
                return script_raise(L, r, text,
                                    sim_property(f->interface, q->request.member)->name);
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

void script_open_answers(lua_State *L) {
        script_open_object(L, REPLY, "fail", reply_fail);
        lua_pushcfunction(L, reply_call);
        lua_setfield(L, -2, "__call");
        lua_pop(L, 1);
}
