/* SPDX-License-Identifier: MIT */
/* The keys of fasciad.conf; each is explained in config/fasciad.conf. */
#include "settings.h"

#include <stdio.h>

#include "access-rule.h"
#include "backend-keys.h"
#include "log.h"
#include "simulation-keys.h"

#ifndef FASCIA_PLUGIN_DIR
#define FASCIA_PLUGIN_DIR "/usr/lib/fascia/plugins"
#endif
#ifndef FASCIA_MODULE_DIR
#define FASCIA_MODULE_DIR "/usr/lib/fascia/modules"
#endif

#define EVERYWHERE (CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_INTERFACE)
#define KIB UINT64_C(1024)
#define MILLISECOND UINT64_C(1000)
#define HOUR (3600 * UINT64_C(1000000))

static const char *const verdicts[] = { "allow", "deny", NULL };

static const ConfigKey access_rule = {
        .type = CONFIG_STRING,
        .sections = EVERYWHERE,
        .check = access_rule_is_valid,
        .is_guard = true,
        .is_live = true,
};

/* Or nothing. */
static bool is_directory(const char *text, char *reterr_text, size_t size) {
        if (!*text || *text == '/')
                return true;
        snprintf(reterr_text, size, "expected an absolute directory");
        return false;
}

static const char *const processes[] = { "shared", "own", NULL };

static const ConfigKey keys[] = {
        { .name = "Access",
          .type = CONFIG_WORD,
          .builtin = "allow",
          .words = verdicts,
          .sections = EVERYWHERE,
          .numbered = &access_rule,
          .is_guard = true,
          .is_live = true },
        { .name = "Address",
          .type = CONFIG_STRING,
          .builtin = "auto",
          .sections = CONFIG_IN_FASCIA | CONFIG_IN_BACKEND },
        { .name = "BusName", .type = CONFIG_STRING, .builtin = "", .sections = CONFIG_IN_BACKEND },
        { .name = "ObjectPath",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_BACKEND },
        { .name = "ServiceUser",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_BACKEND },
        BACKEND_KEYS,
        { .name = "Backend", .type = CONFIG_NAME, .builtin = "", .sections = EVERYWHERE },
        { .name = "Process",
          .type = CONFIG_WORD,
          .builtin = "shared",
          .words = processes,
          .sections = CONFIG_IN_FASCIA | CONFIG_IN_MODULE,
          .is_live = true },
        { .name = "StateDirectory",
          .type = CONFIG_STRING,
          .builtin = "",
          .sections = CONFIG_IN_FASCIA,
          .check = is_directory },
        { .name = "StateDelay",
          .type = CONFIG_TIME,
          .builtin = "1s",
          .maximum = HOUR,
          .sections = CONFIG_IN_FASCIA },
        { .name = "IdleExit",
          .type = CONFIG_TIME,
          .builtin = "0",
          .maximum = 24 * HOUR,
          .sections = CONFIG_IN_FASCIA },
        { .name = "Version",
          .type = CONFIG_UNSIGNED,
          .builtin = "0",
          .maximum = UINT32_MAX,
          .sections = CONFIG_IN_MODULE },
        { .name = "Enabled",
          .type = CONFIG_BOOLEAN,
          .builtin = "yes",
          .sections = CONFIG_IN_MODULE },
        { .name = "PluginPath",
          .type = CONFIG_PATHS,
          .builtin = FASCIA_PLUGIN_DIR,
          .sections = CONFIG_IN_FASCIA },
        { .name = "ModulePath",
          .type = CONFIG_PATHS,
          .builtin = FASCIA_MODULE_DIR,
          .sections = CONFIG_IN_FASCIA },
        { .name = "ReplyTimeout",
          .type = CONFIG_TIME,
          .builtin = "20s",
          .minimum = 10 * MILLISECOND,
          .maximum = HOUR,
          .sections = EVERYWHERE },
        SIMULATION_KEYS,
        { .name = "MaxReplySize",
          .type = CONFIG_SIZE,
          .builtin = "1M",
          .minimum = KIB,
          .maximum = 16 * KIB * KIB,
          .sections = CONFIG_IN_FASCIA },
        { .name = "MaxOutstanding",
          .type = CONFIG_SIZE,
          .builtin = "1M",
          .minimum = KIB,
          .maximum = 64 * KIB * KIB,
          .sections = CONFIG_IN_FASCIA },
        { .name = "CallRate",
          .type = CONFIG_UNSIGNED,
          .builtin = "5000",
          .maximum = 1000000,
          .sections = CONFIG_IN_FASCIA },
        { .name = "CallBurst",
          .type = CONFIG_UNSIGNED,
          .builtin = "2000",
          .minimum = 1,
          .maximum = 1000000,
          .sections = CONFIG_IN_FASCIA },
        { .name = "MaxCallsInFlight",
          .type = CONFIG_UNSIGNED,
          .builtin = "128",
          .maximum = 65536,
          .sections = CONFIG_IN_FASCIA },
        { .name = "LogLevel",
          .type = CONFIG_WORD,
          .builtin = "info",
          .words = log_level_names,
          .sections = CONFIG_IN_FASCIA },
};

int settings_new(Config **ret) {
        return config_new(keys, sizeof(keys) / sizeof(keys[0]), ret);
}
