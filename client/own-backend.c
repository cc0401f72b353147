/* SPDX-License-Identifier: MIT */
/* Backends that are part of the program: given to the client instead of being found by name. */
#include "own-backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feature-core.h"

struct OwnBackend {
        Link link;
        struct fascia_plugin plugin;
        struct fascia_plugin_feature feature;
        char name[32];
};

static bool is_of(const struct fascia_interface *a, const struct fascia_interface *b) {
        return strcmp(a->id, b->id) == 0 && a->layout_hash == b->layout_hash;
}

static OwnBackend *find(const Client *c, const struct fascia_interface *interface) {
        LINK_FOREACH(l, next, &c->own_backends) {
                OwnBackend *b = LINK_OWNER(l, OwnBackend, link);

                if (is_of(b->feature.interface, interface))
                        return b;
        }
        return NULL;
}

const char *own_backend_find(const Client *c, const struct fascia_interface *interface) {
        const OwnBackend *b = find(c, interface);

        return b ? b->name : NULL;
}

void own_backends_free(Client *c) {
        LINK_FOREACH(l, next, &c->own_backends) {
                free(LINK_OWNER(l, OwnBackend, link));
        }
        link_init(&c->own_backends);
}

static void tell_cores(const Client *c, const struct fascia_interface *interface) {
        LINK_FOREACH(l, next, &c->cores) {
                FeatureCore *core = LINK_OWNER(l, FeatureCore, link);

                if (is_of(core->interface, interface))
                        discovery_want(core);
        }
}

static int add(Client *c, const struct fascia_plugin_feature *feature, void *plugin) {
        OwnBackend *b = calloc(1, sizeof(*b));
        int r;

        if (!b)
                return -ENOMEM;
        snprintf(b->name, sizeof(b->name), "own-%zu", c->n_own_backends);
        b->feature = *feature;
        b->plugin = (struct fascia_plugin){
                .abi = FASCIA_BACKEND_ABI,
                .size = sizeof(b->plugin),
                .name = b->name,
                .kind = FASCIA_PLUGIN_PRODUCTION,
                .feature_size = sizeof(b->feature),
                .n_features = 1,
                .features = &b->feature,
        };
        r = host_add_open_plugin(c->host, &b->plugin, plugin);
        if (r < 0) {
                free(b);
                return r;
        }
        c->n_own_backends++;
        link_append(&c->own_backends, &b->link);
        tell_cores(c, feature->interface);
        return 0;
}

FASCIA_EXPORT int fascia_client_set_backend(struct fascia_client *client,
                                            const struct fascia_plugin_feature *feature,
                                            void *plugin) {
        int r;

        if (!client || !feature || !feature->interface || !feature->ops)
                return -EINVAL;
        if (find(client, feature->interface))
                return -EEXIST;
        r = client_open(client);
        return r < 0 ? r : add(client, feature, plugin);
}
