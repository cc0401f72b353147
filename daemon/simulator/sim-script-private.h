/* SPDX-License-Identifier: MIT */
/* A script, as its parts see it. */
#pragma once

#include <lua.h>

#include "sim-animation.h"
#include "sim-lua.h"
#include "sim-script.h"

typedef enum ScriptHandlerKind {
        SCRIPT_ON_CALL,
        SCRIPT_ON_SET,
        SCRIPT_ON_CHANGE,
        SCRIPT_ON_SIGNAL,
        SCRIPT_ON_ZONE,
        SCRIPT_ON_START,
} ScriptHandlerKind;

/* A function of the script that wants to be called. */
typedef struct ScriptHandler ScriptHandler;
struct ScriptHandler {
        ScriptHandler *next;
        ScriptHandlerKind kind;
        char *feature; /* as the script calls it */
        char *zone;    /* NULL: of every zone */
        char *member;  /* NULL: of every one */
        int function;  /* in the registry; LUA_NOREF: it was taken away */
        uint64_t last; /* of SCRIPT_ON_START: the feature that it was called for last */
};

/* A timer, or an animation, of a script: known to it by number. */
typedef struct ScriptTimer ScriptTimer;
struct ScriptTimer {
        ScriptTimer *next;
        SimScript *script;
        uint64_t id;
        SimTimer *timer;         /* or … */
        SimAnimation *animation; /* … this */
        uint64_t interval;       /* 0: once */
        int function;            /* LUA_NOREF: none */
};

/* What a handler of a call or a set is asked. */
typedef struct ScriptRequest {
        SimRequest request;
        const void *value; /* that is to be set; borrowed for the time of the handler */
        bool is_later;     /* the script will answer */
        bool is_accepted;  /* it has asked for the built-in behaviour, and … */
        int refusal;       /* … that has refused with this errno, … */
        char *reason;      /* … for this reason, to be freed */
} ScriptRequest;

struct SimScript {
        SimModule *module;
        Simulator *simulator;
        char *name; /* of its file */
        SimLua *lua;
        SimListener *listener; /* NULL: it is being loaded */
        ScriptHandler *handlers;
        size_t n_handlers;
        ScriptTimer *timers;
        size_t n_timers;
        uint64_t last_timer;
        ScriptRequest *request; /* that is being handled */
        unsigned n_walks;       /* over the handlers */
};

/* The functions that scripts have: "sim", and what features can do. Within sim_lua_enter(). */
void script_open_api(lua_State *L);

/* Enters the script, and makes a problem of an error. -EINVAL, -ENOMEM. */
int script_run(SimScript *s, lua_CFunction fn, void *pointer);
/* Without a problem: the text is the caller's. */
int script_try(SimScript *s, lua_CFunction fn, void *pointer, char **reterr_text);

/* For the one kind of handler that is wanted at once. */
void script_start_handlers(SimScript *s);

/* An error that a script raised, or that sim.fail() made: the D-Bus name and the text, both to be freed. The value is on top. *ret_is_wanted: the script has
 * said it on purpose. */
int script_read_error(lua_State *L, const SimRequest *q, char **ret_name, char **ret_text,
                      bool *ret_is_wanted);
/* A function of scripts: the built-in behaviour of a set, which the script handles just now. True, or nil and why not. */
int script_accept(lua_State *L);
