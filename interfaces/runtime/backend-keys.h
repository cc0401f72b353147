/* SPDX-License-Identifier: MIT */
/* What a section [backend/NAME], or a file NAME.backend, says of a backend: keys for the tables of those
 * who run backends. Each is explained in config/client.conf. */
#pragma once

#include "config.h"

/* As enum fascia_plugin_kind. */
#define BACKEND_KIND_WORDS ((const char *const[]){ "production", "simulation", NULL })

/* Library is the name of the plugin that does the work, as a rule that of the backend itself; "dbus" is built
 * in. The others describe it to who looks for a backend. */
#define BACKEND_KEYS                                                                              \
        { .name = "Library", .type = CONFIG_NAME, .builtin = "", .sections = CONFIG_IN_BACKEND }, \
                { .name = "Kind",                                                                 \
                  .type = CONFIG_WORD,                                                            \
                  .builtin = "production",                                                        \
                  .words = BACKEND_KIND_WORDS,                                                    \
                  .sections = CONFIG_IN_BACKEND },                                                \
                { .name = "Interfaces",                                                           \
                  .type = CONFIG_STRING,                                                          \
                  .builtin = "",                                                                  \
                  .sections = CONFIG_IN_BACKEND },                                                \
        {                                                                                         \
                .name = "InProcess", .type = CONFIG_BOOLEAN, .builtin = "no",                     \
                .sections = CONFIG_IN_BACKEND                                                     \
        }
