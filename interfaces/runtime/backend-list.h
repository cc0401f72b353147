/* SPDX-License-Identifier: MIT */
/* The backends that may serve an interface, by what is said of them, without loading any code. */
#pragma once

#include "host.h"

typedef struct BackendEntry {
        const char *name;
        uint32_t kind;           /* enum fascia_plugin_kind */
        const char *origin;      /* what describes it: a file; "": it is part of the program */
        bool is_named;           /* it names the interface, and not just any */
        bool loads_code;         /* from a file */
        bool is_for_any_program; /* who looks for a backend may take it; else only who names it */
} BackendEntry;

typedef struct BackendList {
        BackendEntry *entries;
        size_t n;
} BackendList;

/* First those of the program, the newest first, then those that are described, in order of appearance.
 * Borrowed from host and configuration. -ENOMEM. */
int backend_list_get(const Host *host, const struct fascia_interface *interface, BackendList *ret);
void backend_list_done(BackendList *list);

/* The plugin that does the work of the backend: a name, too. */
const char *backend_get_library(const Host *host, const char *name);
/* Whether it is described as a simulation. */
bool backend_is_said_to_simulate(const Host *host, const char *name);
