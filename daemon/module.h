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
        bool is_refused;          /* its name, on this connection */
        Subscription *name_watch; /* while it is another's; or since it was */
        char *fault;              /* why it is not on the bus; NULL: it is, or will be */
        char *logged;             /* what module_log() said last */
} Module;

/* Makes the service of a module and starts its backends. What does not work is exported as such;
 * -ENOMEM is the only failure. */
int module_new(Host *host, const Config *config, const char *name, const ServiceSettings *settings,
               Module **ret);
Module *module_free(Module *m);
/* Starts the backends anew, as the configuration says now, also of who may do what. */
void module_restart(Module *m, const Config *config);
/* The one of an interface, by its position in the module, which is known. */
void module_restart_feature(Module *m, const Config *config, uint32_t interface);
/* Who may do what, as the configuration says now. Until it can, nobody may do anything: *reterr_text (to be freed)
 * is the reason. -EINVAL, -ENOMEM. */
int module_apply_access(Module *m, const Config *config, char **reterr_text);
/* The first rule of the configuration that names what its module does not have, as text for people, to be
 * freed; NULL: there is none. */
char *module_find_bad_rule(Host *host, const Config *config, const char *name);

/* Whether a module that has a section is to be served; a section that only interfaces use is of no
 * module. */
bool module_is_wanted(Host *host, const Config *config, const char *name);
/* Whether it is to be served by a process of its own. */
bool module_has_own_process(const Config *config, const char *name);
/* Why no process of its own is for the module that was asked for as `wanted`, as text for people, to be freed: name is
 * its section, NULL: there is none. NULL: nothing is wrong. */
char *module_refuse_process(const Config *config, const char *wanted, const char *name);
/* Whether a text names the module that has a section: by that, or by the name on the bus. */
bool module_is_called(Host *host, const Config *config, const char *name, const char *text);
/* What a module that has a section is called on the bus, whether its library can be loaded or not. To be freed;
 * -ENOMEM. */
int module_get_bus_name(Host *host, const Config *config, const char *name, char **ret);
/* Tells the configuration which sections the interfaces of its modules use, before any of their
 * values is looked up. -ENOMEM. */
int module_configure_all(Host *host, Config *config);
/* The host that runs the backends of all modules. dev: plugins of the own user are trusted. */
int module_new_host(Loop *loop, const Config *config, bool dev, Host **ret);

/* It stays off the bus, for this reason; the others do not care. */
void module_set_fault(Module *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is wrong with it, its service or one of its features; NULL: nothing. */
const char *module_get_error(const Module *m);
/* Says once what has gone wrong, and once when all is well again. */
void module_log(Module *m);

/* The quota of the configuration, and its other limits. */
void module_read_settings(const Config *config, ServiceSettings *ret_settings,
                          QuotaSettings *ret_quota);
/* A section [Module/Interface] of an interface that the module does not have, as text for people,
 * to be freed; NULL: there is none. */
char *module_find_stray_interface(const Config *config, const char *name,
                                  const struct fascia_module *module);
