/* SPDX-License-Identifier: MIT */
/* What scripts do in time: timers and animations, which scripts hold by objects of one type. */
#pragma once

#include "sim-script-private.h"

#define SCRIPT_TIMER "fascia.timer"

/* Functions of scripts. */
int script_after(lua_State *L);
int script_every(lua_State *L);
int script_cancel(lua_State *L);

/* Ends the one that the property has already. "done", a function or nil, is on top, and is replaced by the object. On failure the
 * settings stay the caller's. -ENOMEM, -EMFILE: there are too many. */
int script_animate(lua_State *L, SimScript *s, SimFeature *f, struct fascia_backend *zone,
                   uint32_t property, const SimAnimationSettings *settings);
