/* SPDX-License-Identifier: MIT */
/* What the parts of a running backend share: the instance, its zones and its requests. */
#pragma once

#include "host.h"
#include "instance.h"

struct fascia_instance {
        Host *host;
        const struct fascia_interface *interface;
        InstanceEvents events;
        void *userdata;

        size_t values_size;
        uint32_t *offsets; /* of each property in Zone.values */
        Zone *root;        /* first of the list of zones */

        HostBackend backend;
        char *plugin_name;
        void *backend_userdata;
        bool running;
        bool mirrors_simulation;
        enum fascia_state state;
        Error error;
};

void instance_clear_zones(Instance *i);

/* For host_enter(): what of its backend is called. */
HostCall instance_call(const Instance *i, const char *action, const char *member);
