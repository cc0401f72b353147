/* SPDX-License-Identifier: MIT */
/* Owns all that fasciad runs: the loop, the configuration, the connection and one service for each
 * module. */
#pragma once

#include <stdbool.h>

#include "config.h"

typedef struct Manager Manager;

/* Makes a configuration from its sources, at the start and at each reload. -ENOENT and others: it cannot be used at all, for
 * *reterr_text (to be freed; NULL for want of memory). */
typedef int ManagerConfigFn(Config **ret, char **reterr_text, void *userdata);

typedef struct ManagerSettings {
        ManagerConfigFn *load_config;
        void *userdata;
        const char *
                module; /* the only one to serve: its section or its name on the bus; NULL: all that share */
        bool dev; /* plugins of the own user are trusted */
} ManagerSettings;

/* Takes the configuration. */
int manager_new(const ManagerSettings *settings, Config *config, Manager **ret);
Manager *manager_free(Manager *m);
/* Serves until it is told to stop. Returns the exit status: 0 after SIGTERM or SIGINT. */
int manager_run(Manager *m);
