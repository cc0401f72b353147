/* SPDX-License-Identifier: MIT */
/* The behaviour of a module, as a script in Lua says: its life, and what it hears. */
#include "sim-script.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim-lua-value.h"
#include "sim-script-feature.h"
#include "sim-script-private.h"
#include "simulator-private.h"

#define SCRIPT_SIZE_MAX (1024u * 1024)

/* ---- entering ---- */

int script_try(SimScript *s, lua_CFunction fn, void *pointer, char **reterr_text) {
        *reterr_text = NULL;
        return sim_lua_enter(s->lua, fn, pointer, reterr_text);
}

int script_run(SimScript *s, lua_CFunction fn, void *pointer) {
        char *text;
        int r;

        r = script_try(s, fn, pointer, &text);
        if (r < 0)
                simulator_add_problem(s->simulator, text ? "%s" : "%s: out of memory",
                                      text ? text : s->name);
        free(text);
        return r;
}

/* ---- handlers ---- */

/* What a handler is called with. */
typedef struct Event {
        SimScript *script;
        SimFeature *feature;
        struct fascia_backend *zone;
        const ScriptHandler *handler;
        const char *member;
        const struct fascia_type *type; /* of the values */
        const void *value, *old;
        bool is_present;
        /* of calls and sets */
        ScriptRequest *request;
        void *result; /* that the script gave, of result_type; to be cleared */
        const struct fascia_type *result_type;
        bool has_result;
        char *error_name, *error_text;
        bool is_wanted; /* the error */
} Event;

static bool is_for(const ScriptHandler *h, ScriptHandlerKind kind, const SimFeature *f,
                   const char *zone, const char *member) {
        return h->kind == kind && h->function != LUA_NOREF && simulator_is_named(f, h->feature) &&
               (!h->zone || strcmp(h->zone, zone) == 0) &&
               (!h->member || !member || strcmp(h->member, member) == 0);
}

static void push_zone(lua_State *L, const Event *e) {
        script_push_feature(L, e->feature->interface->qualified_name,
                            fascia_backend_get_zone_name(e->zone));
}

static void push_value(lua_State *L, const Event *e, const void *value) {
        if (value)
                sim_lua_push(L, e->type, value);
        else
                lua_pushnil(L);
}

static void drop_dead(SimScript *s) {
        for (ScriptHandler **p = &s->handlers; *p && s->n_walks == 0;) {
                ScriptHandler *h = *p;

                if (h->function != LUA_NOREF) {
                        p = &h->next;
                        continue;
                }
                *p = h->next;
                free(h->feature);
                free(h->zone);
                free(h->member);
                free(h);
                s->n_handlers--;
        }
}

/* Runs the function for each handler that wants to hear of it. */
static void tell(Event *e, ScriptHandlerKind kind, lua_CFunction fn) {
        SimScript *s = e->script;
        const char *zone = fascia_backend_get_zone_name(e->zone);

        s->n_walks++;
        for (const ScriptHandler *h = s->handlers; h; h = h->next) {
                if (!is_for(h, kind, e->feature, zone, e->member))
                        continue;
                e->handler = h;
                (void)script_run(s, fn, e);
        }
        s->n_walks--;
        drop_dead(s);
}

static int call_change(lua_State *L) {
        const Event *e = lua_touserdata(L, 1);

        lua_rawgeti(L, LUA_REGISTRYINDEX, e->handler->function);
        push_zone(L, e);
        if (!e->handler->member)
                lua_pushstring(L, e->member);
        push_value(L, e, e->value);
        push_value(L, e, e->old);
        lua_call(L, e->handler->member ? 3 : 4, 0);
        return 0;
}

static void on_change(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                      const void *value, const void *old, void *userdata) {
        const struct fascia_property *p = sim_property(f->interface, property);
        Event e = { .script = userdata,
                    .feature = f,
                    .zone = zone,
                    .member = p->name,
                    .type = p->type,
                    .value = value,
                    .old = old };

        tell(&e, SCRIPT_ON_CHANGE, call_change);
}

/* The members of a struct of arguments, one by one. */
static int push_arguments(lua_State *L, const struct fascia_type *type, const void *arguments) {
        luaL_checkstack(L, (int)type->n_members, NULL);
        for (uint32_t i = 0; i < type->n_members; i++)
                sim_lua_push(L, type->members[i].type,
                             (const char *)arguments + type->members[i].offset);
        return (int)type->n_members;
}

static int call_signal(lua_State *L) {
        const Event *e = lua_touserdata(L, 1);
        int n = 1;

        lua_rawgeti(L, LUA_REGISTRYINDEX, e->handler->function);
        push_zone(L, e);
        if (!e->handler->member) {
                lua_pushstring(L, e->member);
                n++;
        }
        n += push_arguments(L, e->type, e->value);
        lua_call(L, n, 0);
        return 0;
}

static void on_signal(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                      const void *arguments, void *userdata) {
        const struct fascia_signal *s = sim_signal(f->interface, signal);
        Event e = { .script = userdata,
                    .feature = f,
                    .zone = zone,
                    .member = s->name,
                    .type = s->arguments,
                    .value = arguments };

        tell(&e, SCRIPT_ON_SIGNAL, call_signal);
}

static int call_zone(lua_State *L) {
        const Event *e = lua_touserdata(L, 1);

        lua_rawgeti(L, LUA_REGISTRYINDEX, e->handler->function);
        script_push_feature(L, e->feature->interface->qualified_name, "");
        lua_pushstring(L, fascia_backend_get_zone_name(e->zone));
        lua_pushboolean(L, e->is_present);
        lua_call(L, 3, 0);
        return 0;
}

static void on_zone(SimFeature *f, struct fascia_backend *zone, bool is_present, void *userdata) {
        Event e = { .script = userdata, .feature = f, .zone = zone, .is_present = is_present };

        tell(&e, SCRIPT_ON_ZONE, call_zone);
}

static int call_start(lua_State *L) {
        const Event *e = lua_touserdata(L, 1);

        lua_rawgeti(L, LUA_REGISTRYINDEX, e->handler->function);
        push_zone(L, e);
        lua_call(L, 1, 0);
        return 0;
}

/* Each handler once for each feature, however it came to know of it. */
static void start_feature(SimScript *s, SimFeature *f) {
        Event e = { .script = s, .feature = f, .zone = f->root };

        s->n_walks++;
        for (ScriptHandler *h = s->handlers; h; h = h->next) {
                if (!is_for(h, SCRIPT_ON_START, f, "", NULL) || f->id <= h->last)
                        continue;
                h->last = f->id;
                e.handler = h;
                (void)script_run(s, call_start, &e);
        }
        s->n_walks--;
        drop_dead(s);
}

void script_start_handlers(SimScript *s) {
        for (SimFeature *f = NULL; s->listener && (f = simulator_next_feature(s->simulator, f));)
                start_feature(s, f);
}

static void on_feature(SimFeature *f, bool runs, void *userdata) {
        if (runs)
                start_feature(userdata, f);
}

/* ---- requests ---- */

/* The handler of the zone itself, or else the one of every zone; the last of them that was named. */
static const ScriptHandler *find_handler(const SimScript *s, ScriptHandlerKind kind,
                                         const SimFeature *f, const char *zone,
                                         const char *member) {
        const ScriptHandler *found = NULL;

        for (const ScriptHandler *h = s->handlers; h; h = h->next)
                if (h->member && is_for(h, kind, f, zone, member) &&
                    (!found || h->zone || !found->zone))
                        found = h;
        return found;
}

/* What the handler returned, or raised. */
static int read_result(lua_State *L, Event *e, int n) {
        char *text = NULL;
        int r;

        if (n == 0 || (lua_isnil(L, -n) && e->result_type->kind != FASCIA_KIND_VAR))
                return 0;
        e->result = malloc(e->result_type->size);
        r = e->result ? sim_lua_read(L, -n, e->result_type, e->result, &text) : -ENOMEM;
        e->has_result = r >= 0;
        if (r >= 0)
                return 0;
        if (!text)
                return luaL_error(L, "out of memory");
        lua_pushfstring(L, "%s.%s returned what it cannot: %s", e->feature->interface->name,
                        e->member, text);
        free(text);
        return lua_error(L);
}

static int push_request(lua_State *L, const Event *e) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, e->handler->function);
        push_zone(L, e);
        if (!e->request->request.is_set)
                return 1 + push_arguments(L, e->type, e->value);
        sim_lua_push(L, e->type, e->value);
        lua_pushcfunction(L, script_accept);
        return 3;
}

static int call_request(lua_State *L) {
        Event *e = lua_touserdata(L, 1);
        int top = lua_gettop(L), r;

        r = lua_pcall(L, push_request(L, e), LUA_MULTRET, 0);
        if (r != LUA_OK) {
                if (script_read_error(L, &e->request->request, &e->error_name, &e->error_text,
                                      &e->is_wanted) < 0)
                        return luaL_error(L, "out of memory");
                return 0;
        }
        if (!e->request->is_later && e->result_type)
                read_result(L, e, lua_gettop(L) - top);
        return 0;
}

/* An error of the script is told to who called, and where it is seen. */
static int fail(Event *e) {
        const SimRequest *q = &e->request->request;

        if (!e->is_wanted)
                simulator_add_problem(e->script->simulator, "%s", e->error_text);
        return sim_request_fail(q, -EIO, e->error_name, e->error_text);
}

/* Into the output of the method, whose one member it is. */
static int answer_call(const Event *e) {
        const SimRequest *q = &e->request->request;
        const struct fascia_type *output = sim_method(e->feature->interface, q->member)->output;
        void *result;
        int r;

        if (output->n_members > 0 && !e->has_result)
                return sim_request_fail(q, -EIO, NULL, "The script has given no result");
        result = malloc(output->size + 1); /* also of nothing */
        if (!result)
                return -ENOMEM;
        fascia_value_init(output, result);
        if (e->has_result)
                memcpy((char *)result + output->members[0].offset, e->result, e->result_type->size);
        r = sim_request_answer_call(q, result);
        free(result); /* what it holds is the event's */
        return r;
}

static int answer_set(const Event *e) {
        const ScriptRequest *q = e->request;

        if (e->has_result)
                return sim_request_answer_set(&q->request, e->result);
        if (!q->is_accepted)
                return sim_request_do_set(&q->request, e->value);
        if (q->refusal == 0)
                return sim_request_answer_set(&q->request, NULL);
        return sim_request_fail(&q->request, q->refusal, NULL, q->reason);
}

static int answer(Event *e) {
        if (e->error_text)
                return fail(e);
        if (e->request->is_later)
                return 0;
        return e->request->request.is_set ? answer_set(e) : answer_call(e);
}

static int handle(Event *e, const SimRequest *q) {
        ScriptRequest request = { .request = *q, .value = e->value }, *outer = e->script->request;
        SimScript *s = e->script;
        int r;

        e->request = &request;
        s->request = &request;
        s->n_walks++;
        r = script_try(s, call_request, e, &e->error_text);
        s->n_walks--;
        s->request = outer;
        if (r < 0 && !e->error_text)
                e->error_text = strdup("The script is out of memory");
        r = answer(e);
        if (e->has_result)
                fascia_value_clear(e->result_type, e->result);
        free(e->result);
        free(request.reason);
        free(e->error_name);
        free(e->error_text);
        drop_dead(s);
        return r < 0 && r != -ESTALE && r != -EALREADY ? r : 1;
}

static int on_set(SimFeature *f, const SimRequest *q, const void *value, void *userdata) {
        const struct fascia_property *p = sim_property(f->interface, q->member);
        Event e = { .script = userdata,
                    .feature = f,
                    .zone = q->zone,
                    .member = p->name,
                    .type = p->type,
                    .value = value,
                    .result_type = p->type };

        e.handler = find_handler(userdata, SCRIPT_ON_SET, f, fascia_backend_get_zone_name(q->zone),
                                 p->name);
        return e.handler ? handle(&e, q) : 0;
}

static int on_call(SimFeature *f, const SimRequest *q, const void *arguments, void *userdata) {
        const struct fascia_method *m = sim_method(f->interface, q->member);
        Event e = { .script = userdata,
                    .feature = f,
                    .zone = q->zone,
                    .member = m->name,
                    .type = m->input,
                    .value = arguments,
                    .result_type = m->output->n_members > 0 ? m->output->members[0].type : NULL };

        e.handler = find_handler(userdata, SCRIPT_ON_CALL, f, fascia_backend_get_zone_name(q->zone),
                                 m->name);
        return e.handler ? handle(&e, q) : 0;
}

static const SimHooks hooks = {
        .on_set = on_set,
        .on_call = on_call,
        .on_change = on_change,
        .on_signal = on_signal,
        .on_zone = on_zone,
        .on_feature = on_feature,
};

/* ---- life ---- */

/* *ret is to be freed. -EISDIR, -EFBIG, or what reading said. */
static int read_file(const char *path, char **ret, size_t *ret_size) {
        struct stat st;
        size_t used = 0;
        char *text;
        int fd, r = 0;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (!S_ISREG(st.st_mode))
                r = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
        else if ((uint64_t)st.st_size > SCRIPT_SIZE_MAX)
                r = -EFBIG;
        text = r < 0 ? NULL : malloc((size_t)st.st_size + 1);
        if (r >= 0 && !text)
                r = -ENOMEM;
        while (r >= 0 && used < (size_t)st.st_size) {
                ssize_t n = read(fd, text + used, (size_t)st.st_size - used);

                if (n < 0 && errno != EINTR)
                        r = -errno;
                if (n == 0)
                        break;
                used += n > 0 ? (size_t)n : 0;
        }
        close(fd);
        if (r < 0) {
                free(text);
                return r;
        }
        *ret = text;
        *ret_size = used;
        return 0;
}

typedef struct Chunk {
        const char *text;
        size_t size;
        const char *name;
} Chunk;

static int open_api(lua_State *L) {
        script_open_api(L);
        return 0;
}

static int run_chunk(lua_State *L) {
        const Chunk *chunk = lua_touserdata(L, 1);

        lua_pushfstring(L, "@%s", chunk->name);
        if (luaL_loadbufferx(L, chunk->text, chunk->size, lua_tostring(L, -1), "t") != LUA_OK)
                return lua_error(L);
        lua_call(L, 0, 0);
        return 0;
}

static int load(SimScript *s, const SimScriptSettings *settings, char **reterr_text) {
        const char *slash = strrchr(settings->path, '/');
        Chunk chunk = { settings->text, settings->size, slash ? slash + 1 : settings->path };
        char *text = NULL;
        int r;

        if (!chunk.text) {
                r = read_file(settings->path, &text, &chunk.size);
                if (r < 0)
                        return r;
                chunk.text = text;
        }
        s->name = strdup(chunk.name);
        r = s->name ? sim_lua_new(settings->libraries, s, &s->lua, reterr_text) : -ENOMEM;
        if (r >= 0)
                r = script_try(s, open_api, NULL, reterr_text);
        if (r >= 0)
                r = script_try(s, run_chunk, &chunk, reterr_text);
        free(text);
        return r;
}

int sim_script_new(SimModule *module, const SimScriptSettings *settings, SimScript **ret,
                   char **reterr_text) {
        SimScript *s;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->module = module;
        s->simulator = sim_module_get_simulator(module);
        *reterr_text = NULL;
        r = load(s, settings, reterr_text);
        if (r >= 0)
                r = simulator_add_listener(s->simulator, &hooks, s, &s->listener);
        if (r < 0) {
                sim_script_free(s);
                return r;
        }
        script_start_handlers(s);
        *ret = s;
        return 0;
}

static void free_timers(SimScript *s) {
        while (s->timers) {
                ScriptTimer *t = s->timers;

                s->timers = t->next;
                sim_timer_free(t->timer);
                sim_animation_free(t->animation);
                free(t);
        }
}

SimScript *sim_script_free(SimScript *s) {
        if (!s)
                return NULL;
        sim_listener_free(s->listener);
        free_timers(s);
        for (ScriptHandler *h = s->handlers; h; h = h->next)
                h->function = LUA_NOREF;
        drop_dead(s);
        sim_lua_free(s->lua);
        free(s->name);
        free(s);
        return NULL;
}
