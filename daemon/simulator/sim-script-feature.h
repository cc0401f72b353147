/* SPDX-License-Identifier: MIT */
/* A feature as scripts have it. All of it within sim_lua_enter(). */
#pragma once

#include <lua.h>
#include <stdbool.h>

#include "sim-script.h"
#include "simulator-private.h"

/* A name, which may have a feature behind it or not. */
typedef struct ScriptHandle {
        size_t zone; /* where in the text that begins */
        char text[];
} ScriptHandle;

/* What it stands for just now. */
typedef struct ScriptTarget {
        SimScript *script;
        const ScriptHandle *handle;
        SimFeature *feature;         /* NULL: does not run */
        struct fascia_backend *zone; /* NULL: is not there */
} ScriptTarget;

typedef int ScriptFindFn(const struct fascia_interface *i, const char *name, uint32_t *ret);

/* The feature, or the zone of it, as scripts see it. */
void script_push_feature(lua_State *L, const char *feature, const char *zone);
const char *script_zone_of(const ScriptHandle *h);
/* Of the first argument; raises an error when it is something else. */
ScriptTarget script_get_target(lua_State *L);
/* Of an own module it is known also while it does not run. NULL: nobody knows. */
const struct fascia_interface *script_find_interface(const ScriptTarget *t);
const struct fascia_type *script_type_of(const ScriptTarget *t, uint32_t property);
/* Raises an error for a name that the interface does not have; false: that is not known now. */
bool script_find_member(lua_State *L, const ScriptTarget *t, ScriptFindFn *find, const char *kind,
                        const char *name, uint32_t *ret);
/* What errors begin with: "ClimateControl[Rear].fanLevel". */
const char *script_push_place(lua_State *L, const ScriptTarget *t, const char *member);
/* Raises an error; frees the text, which is said instead of the errno. */
int script_raise(lua_State *L, int r, char *text, const char *place);

/* f:animate(), of sim-script-animate.c. */
int script_feature_animate(lua_State *L);
/* What features can do. */
void script_open_features(lua_State *L);
