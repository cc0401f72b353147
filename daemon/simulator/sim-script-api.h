/* SPDX-License-Identifier: MIT */
/* What scripts can say, by its parts. All of it within sim_lua_enter(). */
#pragma once

#include "sim-script-private.h"

#define SCRIPT_TIMER "fascia.timer"

/* A metatable that scripts cannot see. It is pushed. */
void script_new_metatable(lua_State *L, const char *name);
/* An object with one function of its own, beside others by name. Its metatable is pushed. */
void script_open_object(lua_State *L, const char *type, const char *name, lua_CFunction fn);

/* ---- time: timers and animations, which scripts hold by objects of one type ---- */

/* Functions of scripts. */
int script_after(lua_State *L);
int script_every(lua_State *L);
int script_cancel(lua_State *L);

/* Ends the one that the property has already. "done", a function or nil, is on top, and is replaced by the object. On failure the
 * settings stay the caller's. -ENOMEM, -EMFILE: there are too many. */
int script_animate(lua_State *L, SimScript *s, SimFeature *f, struct fascia_backend *zone,
                   uint32_t property, const SimAnimationSettings *settings);

/* ---- answers ---- */

/* Functions of scripts. */
int script_later(lua_State *L);
int script_fail(lua_State *L);
/* The objects of sim.later(). */
void script_open_answers(lua_State *L);
