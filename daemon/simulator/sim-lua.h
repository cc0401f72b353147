/* SPDX-License-Identifier: MIT */
/* A Lua state that can do no harm: what runs in it can reach nothing outside, uses so much memory and so much time. */
#pragma once

#include <lua.h>
#include <stddef.h>

typedef struct SimLua SimLua;

/* Of one state, in bytes; and of one entry into it, in microseconds of the processor. */
#define SIM_LUA_MEMORY_MAX (32u * 1024 * 1024)
#define SIM_LUA_TIME_MAX 100000u

/* libraries: of the standard ones, separated by spaces, those that are dangerous and allowed all the same: "io", "os", "package"; the
 * configuration takes no others. -ENOMEM. */
int sim_lua_new(const char *libraries, void *userdata, SimLua **ret, char **reterr_text);
SimLua *sim_lua_free(SimLua *lua);
/* What sim_lua_new() was given. Each function in C that scripts call begins with it: what it does may lead into the script again. */
void *sim_lua_begin(lua_State *L);
/* Memory in use, in bytes. */
size_t sim_lua_get_used(const SimLua *lua);

/* The one way in: runs fn, a C function that gets the pointer as a light userdata, and everything that it calls. -EINVAL: it raised an
 * error, *reterr_text (to be freed, NULL: no memory) is its message. What it allocates must be reachable from the pointer. */
int sim_lua_enter(SimLua *lua, lua_CFunction fn, void *pointer, char **reterr_text);
