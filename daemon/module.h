/* SPDX-License-Identifier: MIT */
/* One module as the configuration wants it: its library, its backends, its service. */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "service.h"

typedef struct Module {
        struct Module *next;
        char *name; /* of its section */
        Service *service;
        /* The manager's own. */
        void *owner;
        bool awaits_name;
        char *fault;  /* why it is not on the bus; NULL: it is, or will be */
        char *logged; /* what was last said to be wrong */
} Module;

/* Makes the service of a module and starts its backends. What does not work is exported as such;
 * -ENOMEM is the only failure. */
int module_new(Host *host, const Config *config, const char *name, const ServiceSettings *settings,
               Module **ret);
Module *module_free(Module *m);
/* Starts the backends anew, as the configuration says now. */
void module_restart(Module *m, const Config *config);

/* The quota of the configuration, and its other limits. */
void module_read_settings(const Config *config, ServiceSettings *ret_settings,
                          QuotaSettings *ret_quota);
/* A section [Module/Interface] of an interface that the module does not have, as text for people,
 * to be freed; NULL: there is none. */
char *module_find_stray_interface(const Config *config, const char *name,
                                  const struct fascia_module *module);
