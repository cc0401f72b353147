/* SPDX-License-Identifier: MIT */
/* The host, for its parts: what runs, and what was loaded. */
#pragma once

#include "backend-list.h"
#include "host.h"
#include "loader.h"
#include "post-queue.h"
#include "request.h"

typedef struct Plugin Plugin;
typedef struct Module Module;

struct fascia_host {
        Loop *loop;
        const Config *config;
        RequestTable *requests;
        PostQueue *posts;

        char *plugin_path;
        char *module_path;
        bool allow_own_plugins;
        Plugin *plugins;
        Module *modules;
};

/* Where the files of plugins are. */
typedef struct PluginSource {
        const char *path;
        bool allow_own;
} PluginSource;

/* From any thread. Errors as library_load(). */
int plugin_library_load(const PluginSource *source, const char *name, Library **ret,
                        char **reterr_text);
/* Checks what was loaded, and has it from now on; without success it is unloaded. ret may be NULL. */
int host_take_library(Host *host, const char *name, Library *library, Plugin **ret,
                      char **reterr_text);
bool host_has_plugin_of_program(const Host *host, const char *name);
/* The n-th; its name is NULL when it does not serve the interface. false: there are no more. */
bool host_get_plugin_of_program(const Host *host, size_t n,
                                const struct fascia_interface *interface, BackendEntry *ret);
void host_close_plugins(Host *host);
void host_free_plugins(Host *host);
void host_free_modules(Host *host);
