/* SPDX-License-Identifier: MIT */
/* What a program asks and says about the backends of its features. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-dbus.h"
#include "backend-list.h"
#include "config-value.h"
#include "feature.h"

/* ---- those of a client ---- */

FASCIA_EXPORT int fascia_client_add_plugin(struct fascia_client *client,
                                           const struct fascia_plugin *plugin) {
        int r;

        if (!client || !plugin)
                return -EINVAL;
        r = client_open(client);
        if (r < 0)
                return r;
        if (plugin->name && host_has_plugin(client->host, plugin->name))
                return -EEXIST;
        r = host_add_plugin(client->host, plugin);
        if (r < 0)
                return r;
        LINK_FOREACH(l, next, &client->cores) {
                discovery_want(LINK_OWNER(l, FeatureCore, link));
        }
        return 0;
}

static void describe(const BackendEntry *e, struct fascia_backend_info *ret) {
        const struct fascia_backend_info info = {
                .size = ret->size,
                .name = e->name,
                .origin = e->origin,
                .is_simulation = e->kind == FASCIA_PLUGIN_SIMULATION,
                .is_by_name_only = !e->is_for_any_program,
        };

        memcpy(ret, &info, ret->size < sizeof(info) ? ret->size : sizeof(info));
}

FASCIA_EXPORT int fascia_client_get_backend_info(struct fascia_client *client,
                                                 const struct fascia_interface *interface, size_t n,
                                                 struct fascia_backend_info *ret) {
        BackendList list;
        int r;

        if (!client || !interface || !ret || ret->size < sizeof(ret->size))
                return -EINVAL;
        r = client_open(client);
        if (r >= 0)
                r = client_read_backends(client);
        if (r >= 0)
                r = backend_list_get(client->host, interface, &list);
        if (r < 0)
                return r;
        if (n < list.n)
                describe(&list.entries[n], ret);
        r = n < list.n ? 0 : -ENOENT;
        backend_list_done(&list);
        return r;
}

FASCIA_EXPORT int fascia_client_get_statistics(const struct fascia_client *client,
                                               struct fascia_statistics *ret) {
        struct fascia_statistics all = { 0 };
        RemoteStatistics s = { 0 };

        if (!client || !ret || ret->size < sizeof(ret->size))
                return -EINVAL;
        if (client->host)
                backend_dbus_get_statistics(client->host, &s);
        all = (struct fascia_statistics){
                .size = ret->size,
                .received = s.signals,
                .dropped = s.dropped,
                .malformed = s.malformed,
                .gaps = s.gaps,
                .snapshots = s.snapshots,
        };
        memcpy(ret, &all, ret->size < sizeof(all) ? ret->size : sizeof(all));
        return 0;
}

/* ---- those of a feature ---- */

FASCIA_EXPORT const char *fascia_feature_get_backend(const struct fascia_feature *feature) {
        const Instance *i;

        if (!feature)
                return "";
        i = feature->core->instance;
        return instance_is_running(i) ? instance_get_plugin_name(i) : "";
}

FASCIA_EXPORT enum fascia_discovery fascia_feature_get_discovery(
        const struct fascia_feature *feature) {
        return feature ? discovery_get_result(feature->core) : FASCIA_DISCOVERY_FAILED;
}

FASCIA_EXPORT bool fascia_feature_is_simulated(const struct fascia_feature *feature) {
        return feature && instance_is_simulated(feature->core->instance);
}

FASCIA_EXPORT const char *fascia_feature_get_rejected(const struct fascia_feature *feature) {
        return feature ? feature->core->discovery.reasons : NULL;
}

static bool is_name(const char *name) {
        static const ConfigKey any = { .type = CONFIG_NAME };
        uint64_t number;

        return *name && config_value_parse(&any, name, &number);
}

static bool is_locked(const FeatureCore *core) {
        char section[256];

        snprintf(section, sizeof(section), "%s/%s", core->interface->module->name,
                 core->interface->name);
        return config_get_lock(core->client->config, section, "Backend") != NULL;
}

FASCIA_EXPORT int fascia_feature_set_backend(struct fascia_feature *feature, const char *name) {
        FeatureCore *core;
        char *copy = NULL;

        if (!feature || feature->is_dead || (name && !is_name(name)))
                return -EINVAL;
        core = feature->core;
        if (is_locked(core))
                return -EPERM;
        if (name) {
                copy = strdup(name);
                if (!copy)
                        return -ENOMEM;
        }
        free(core->discovery.assigned);
        core->discovery.assigned = copy;
        discovery_want(core);
        return 0;
}

FASCIA_EXPORT int fascia_feature_discover(struct fascia_feature *feature) {
        Client *c;

        if (!feature || feature->is_dead)
                return -EINVAL;
        c = feature->core->client;
        c->has_backends = false; /* files may have been added; those that were read stay */
        discovery_want(feature->core);
        return 0;
}
