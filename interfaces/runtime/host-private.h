/* SPDX-License-Identifier: MIT */
/* The host, for its two parts: what runs, and the catalogue of what was loaded. */
#pragma once

#include <pthread.h>

#include "host.h"
#include "request.h"

typedef struct Plugin Plugin;
typedef struct Module Module;

struct fascia_host {
        Loop *loop;
        const Config *config;
        RequestTable *requests;
        pthread_mutex_t posts_lock;
        struct Post *posts_first, *posts_last;

        char *plugin_path;
        char *module_path;
        bool allow_own_plugins;
        Plugin *plugins;
        Module *modules;
};

int host_catalogue_init(Host *host, const HostSettings *settings);
void host_catalogue_close_plugins(Host *host);
void host_catalogue_done(Host *host);
