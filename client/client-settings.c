/* SPDX-License-Identifier: MIT */
/* Settings that the program changes: what follows from them for the features that are in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "feature-core.h"

static bool is_read_once(const char *key) {
        static const char *const keys[] = { "PluginPath", "ModulePath", "MaxCallsInFlight" };

        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
                if (strcmp(keys[i], key) == 0)
                        return true;
        return false;
}

static void remember_inputs(Client *c) {
        LINK_FOREACH(l, next, &c->cores) {
                FeatureCore *core = LINK_OWNER(l, FeatureCore, link);

                core->before = discovery_get_input(core);
        }
}

static void follow_inputs(Client *c) {
        LINK_FOREACH(l, next, &c->cores) {
                FeatureCore *core = LINK_OWNER(l, FeatureCore, link);

                core_configure(core);
                discovery_follow(core, &core->before);
                discovery_input_done(&core->before);
        }
}

FASCIA_EXPORT int fascia_client_set_setting(struct fascia_client *client, const char *section,
                                            const char *key, const char *value) {
        int r, q;

        if (!client || !section || !key)
                return -EINVAL;
        if (config_get_lock(client->config, section, key))
                return -EPERM;
        if (client->host && is_read_once(key))
                return -EBUSY;
        remember_inputs(client);
        r = config_set_by_program(client->config, section, key, value);
        follow_inputs(client);
        q = client_take_problems(client);
        return r < 0 ? r : q;
}

FASCIA_EXPORT const char *fascia_client_get_setting(const struct fascia_client *client,
                                                    const char *section, const char *key,
                                                    const char **ret_origin) {
        if (!client || !section || !key)
                return NULL;
        return config_lookup_in(client->config, section, key, ret_origin);
}
