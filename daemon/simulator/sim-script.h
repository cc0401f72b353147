/* SPDX-License-Identifier: MIT */
/* The behaviour of a module, as a script in Lua says. */
#pragma once

#include "simulator.h"

typedef struct SimScript SimScript;

/* What a script may do beyond what is harmless: names of standard libraries, "io", "os", "package". */
typedef struct SimScriptSettings {
        const char *path;      /* what messages call it */
        const char *text;      /* NULL: is read from path */
        size_t size;           /* of text */
        const char *libraries; /* separated by spaces; "": none */
} SimScriptSettings;

/* Loads it and runs its first lines; it listens from then on. -EINVAL: it is no Lua, or its first lines failed: *reterr_text (to be freed) says
 * "FILE:LINE: …", and nothing of what it did so far remains but values. errno of reading; -ENOMEM. */
int sim_script_new(SimModule *module, const SimScriptSettings *settings, SimScript **ret,
                   char **reterr_text);
SimScript *sim_script_free(SimScript *s);
