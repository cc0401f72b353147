/* SPDX-License-Identifier: MIT */
/* Values to and from Lua, by their descriptors. Within sim_lua_enter() only: without memory they raise an error. */
#pragma once

#include <jansson.h>
#include <lua.h>

#include <fascia/descriptor.h>

/* One value onto the stack: structs and maps as tables by name, lists as sequences, enums by name, flags as "A|B", a var as what is in it, nil when that
 * is unset. What has no name is a number; integers above 2^63 - 1 are floats. */
void sim_lua_push(lua_State *L, const struct fascia_type *type, const void *value);
/* The value at the index, into uninitialised storage. What sim_lua_push() gives, and numbers for enums and flags, lists of names for flags; for a var
 * anything of one kind: a sequence is a list, another table a map. -EINVAL: *reterr_text (to be freed) names the member: "warnings[0].severity: …",
 * counted as in JSON; -ENOMEM. */
int sim_lua_read(lua_State *L, int index, const struct fascia_type *type, void *ret,
                 char **reterr_text);
/* Anything without functions, as JSON; an empty table is an object. NULL: what is no JSON, such as a function, or no memory. */
json_t *sim_lua_to_json(lua_State *L, int index);
