/* SPDX-License-Identifier: MIT */
/* The keys of client.conf; each is explained in config/client.conf. */
#include "settings.h"

#include "backend-keys.h"
#include "simulation-keys.h"

#ifndef FASCIA_PLUGIN_DIR
#define FASCIA_PLUGIN_DIR "/usr/lib/fascia/plugins"
#endif
#ifndef FASCIA_MODULE_DIR
#define FASCIA_MODULE_DIR "/usr/lib/fascia/modules"
#endif

#define EVERYWHERE (CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_INTERFACE)
#define MILLISECOND UINT64_C(1000)
#define HOUR (3600 * UINT64_C(1000000))

/* As enum DiscoveryMode. */
static const char *const discovery_modes[] = { "auto", "production", "simulation", "none", NULL };

static const ConfigKey keys[] = {
        /* All interfaces of a module are behind one name on one bus. */
        { .name = "Address",
          .type = CONFIG_STRING,
          .builtin = "auto",
          .sections = CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_BACKEND },
        { .name = "Discovery",
          .type = CONFIG_WORD,
          .builtin = "auto",
          .words = discovery_modes,
          .sections = EVERYWHERE },
        { .name = "PreferredBackends",
          .type = CONFIG_STRING,
          .builtin = "*",
          .sections = EVERYWHERE },
        /* Empty: whatever is discovered. */
        { .name = "Backend", .type = CONFIG_NAME, .builtin = "", .sections = EVERYWHERE },
        { .name = "LoadInBackground",
          .type = CONFIG_BOOLEAN,
          .builtin = "no",
          .sections = EVERYWHERE },
        BACKEND_KEYS,
        /* Of services that Fascia did not make. */
        { .name = "BusName",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_MODULE | CONFIG_IN_INTERFACE | CONFIG_IN_BACKEND },
        { .name = "ObjectPath",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_MODULE | CONFIG_IN_INTERFACE | CONFIG_IN_BACKEND },
        /* Empty: whoever may own the name. */
        { .name = "ServiceUser",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_BACKEND },
        SIMULATION_KEYS,
        { .name = "PluginPath",
          .type = CONFIG_PATHS,
          .builtin = FASCIA_PLUGIN_DIR,
          .sections = CONFIG_IN_FASCIA },
        { .name = "ModulePath",
          .type = CONFIG_PATHS,
          .builtin = FASCIA_MODULE_DIR,
          .sections = CONFIG_IN_FASCIA },
        /* Of one connection; below what fasciad takes of one client. */
        { .name = "MaxCallsInFlight",
          .type = CONFIG_UNSIGNED,
          .builtin = "64",
          .minimum = 1,
          .maximum = 100000,
          .sections = CONFIG_IN_FASCIA },
        { .name = "Timeout",
          .type = CONFIG_TIME,
          .builtin = "5s",
          .minimum = 10 * MILLISECOND,
          .maximum = HOUR,
          .sections = EVERYWHERE },
        { .name = "ConnectionTimeout",
          .type = CONFIG_TIME,
          .builtin = "5s",
          .minimum = 10 * MILLISECOND,
          .maximum = HOUR,
          .sections = EVERYWHERE },
};

int client_settings_new(Config **ret) {
        return config_new(keys, sizeof(keys) / sizeof(keys[0]), ret);
}
