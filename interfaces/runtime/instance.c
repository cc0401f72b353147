/* SPDX-License-Identifier: MIT */
/* One running backend of one interface: its start and stop, its state and its zones. */
#include "instance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "instance-private.h"
#include "request.h"
#include "utf8.h"
#include "value.h"
#include "zone.h"

/* Values stand one after the other, each where the strictest type could stand. */
static int instance_lay_out(Instance *i) {
        uint32_t n = i->interface->n_properties;
        size_t offset = 0;

        i->offsets = calloc(n + 1, sizeof(*i->offsets));
        if (!i->offsets)
                return -ENOMEM;
        for (uint32_t p = 0; p < n; p++) {
                i->offsets[p] = (uint32_t)offset;
                offset += (interface_property(i->interface, p)->type->size + 7) & ~(size_t)7;
        }
        i->values_size = offset;
        return 0;
}

static void ignore_zone(Zone *z, void *userdata) {
        (void)userdata;
        zone_clear_dirty(z);
}

static void ignore_signal(Zone *z, uint32_t signal, const void *arguments, void *userdata) {
        (void)z;
        (void)signal;
        (void)arguments;
        (void)userdata;
}

static void ignore_presence(Zone *z, bool present, void *userdata) {
        (void)z;
        (void)present;
        (void)userdata;
}

static void ignore_instance(Instance *i, void *userdata) {
        (void)i;
        (void)userdata;
}

static const InstanceEvents deaf = {
        .on_dirty = ignore_zone,
        .on_signal = ignore_signal,
        .on_zone = ignore_presence,
        .on_state = ignore_instance,
        .on_commit = ignore_instance,
};

int instance_new(Host *host, const struct fascia_interface *interface, const InstanceEvents *events,
                 void *userdata, Instance **ret) {
        Instance *i;
        int r;

        i = calloc(1, sizeof(*i));
        if (!i)
                return -ENOMEM;
        i->host = host;
        i->interface = interface;
        i->events = events ? *events : deaf;
        i->userdata = userdata;
        r = instance_lay_out(i);
        if (r >= 0)
                r = zone_new(i, "", &i->root);
        if (r < 0) {
                instance_free(i);
                return r;
        }
        i->root->present = true;
        *ret = i;
        return 0;
}

HostCall instance_call(const Instance *i, const char *action, const char *member) {
        return (HostCall){ .action = action,
                           .plugin = i->plugin_name,
                           .interface = i->interface,
                           .member = member };
}

static int instance_start_backend(Instance *i) {
        const struct fascia_backend_ops *ops = i->backend.feature->ops;
        HostCall call = instance_call(i, "start", NULL);
        int r;

        if (!FASCIA_HAS_FIELD(struct fascia_backend_ops, start, ops->size) || !ops->start)
                return 0;
        host_enter(&call);
        r = ops->start(i->root, i->backend.plugin, &i->backend_userdata);
        host_leave(&call);
        return r > 0 ? -EPROTO : r; /* it must not be */
}

static void instance_end_backend(Instance *i) {
        const struct fascia_backend_ops *ops = i->backend.feature->ops;

        i->running = false;
        if (FASCIA_HAS_FIELD(struct fascia_backend_ops, stop, ops->size) && ops->stop) {
                HostCall call = instance_call(i, "stop", NULL);

                host_enter(&call);
                ops->stop(i->root, i->backend_userdata);
                host_leave(&call);
        }
        i->backend = (HostBackend){ 0 };
        i->backend_userdata = NULL;
        i->mirrors_simulation = false;
}

Instance *instance_free(Instance *i) {
        Zone *next;

        if (!i)
                return NULL;
        i->events = deaf;
        if (i->running)
                instance_end_backend(i);
        host_end_requests(i->host, i, NULL, -ECANCELED, ERROR_CANCELLED, "The feature was freed");
        for (Zone *z = i->root; z; z = next) {
                next = z->next;
                zone_free(z);
        }
        error_clear(&i->error);
        free(i->plugin_name);
        free(i->offsets);
        free(i);
        return NULL;
}

void instance_set_state(Instance *i, enum fascia_state state, const struct fascia_error *error) {
        const struct fascia_error *old = error_get(&i->error);
        bool same_error = (!old && !error) || (old && error && old->code == error->code &&
                                               strcmp(old->message, error->message) == 0);

        if (i->state == state && same_error)
                return;
        i->state = state;
        /* The same object may be given back. */
        if (!error)
                error_clear(&i->error);
        else if (error != old)
                error_copy(&i->error, error);
        i->events.on_state(i, i->userdata);
}

static void instance_fail(Instance *i, int code, const char *text) {
        Error error = { 0 };

        error_set(&error, code, NULL, text);
        instance_set_state(i, FASCIA_STATE_UNAVAILABLE, error_get(&error));
        error_clear(&error);
}

int instance_start(Instance *i, const char *plugin_name) {
        Error error = { 0 };
        char *text = NULL;
        char *name;
        int r;

        if (i->running)
                return -EBUSY;
        name = strdup(plugin_name);
        if (!name)
                return -ENOMEM;
        free(i->plugin_name);
        i->plugin_name = name;
        error_clear(&i->error);

        r = host_find_backend(i->host, plugin_name, i->interface, &i->backend, &text);
        if (r < 0) {
                instance_fail(i, r, text);
                free(text);
                return r;
        }
        i->running = true;
        r = instance_start_backend(i);
        if (r >= 0)
                return 0;

        /* What it reported before it failed is void, like what it said of its state. */
        i->running = false;
        i->backend = (HostBackend){ 0 };
        i->backend_userdata = NULL;
        host_end_requests(i->host, i, NULL, -ENOTCONN, ERROR_UNAVAILABLE, "The backend failed");
        error_setf(&error, r, "Backend '%s' failed to start: %s", plugin_name, strerror(-r));
        instance_clear_zones(i);
        /* A backend that gave its own reason with fascia_backend_fail() knows better. */
        if (!error_is_set(&i->error))
                instance_set_state(i, FASCIA_STATE_UNAVAILABLE, error_get(&error));
        error_clear(&error);
        return r;
}

static const char stopped[] = "The backend was stopped";

/* 1: it was running. */
static int instance_end(Instance *i) {
        if (!i->running)
                return 0;
        instance_end_backend(i);
        host_end_requests(i->host, i, NULL, -ENOTCONN, ERROR_UNAVAILABLE, stopped);
        return 1;
}

void instance_stop(Instance *i) {
        if (!instance_end(i))
                return;
        instance_clear_zones(i);
        instance_fail(i, -ENOTCONN, stopped);
}

void instance_halt(Instance *i) {
        if (!instance_end(i))
                return;
        for (Zone *z = i->root; z; z = z->next)
                z->backend_userdata = NULL;
        instance_fail(i, -ENOTCONN, stopped);
}

bool instance_is_running(const Instance *i) {
        return i->running;
}

Host *instance_get_host(const Instance *i) {
        return i->host;
}

const struct fascia_interface *instance_get_interface(const Instance *i) {
        return i->interface;
}

const char *instance_get_plugin_name(const Instance *i) {
        return i->plugin_name ? i->plugin_name : "";
}

bool instance_is_simulated(const Instance *i) {
        return i->running && (i->backend.kind == FASCIA_PLUGIN_SIMULATION || i->mirrors_simulation);
}

void instance_set_simulated(Instance *i, bool simulated) {
        i->mirrors_simulation = simulated;
}

enum fascia_state instance_get_state(const Instance *i) {
        return i->state;
}

const struct fascia_error *instance_get_error(const Instance *i) {
        return error_get(&i->error);
}

void instance_commit(Instance *i) {
        i->events.on_commit(i, i->userdata);
}

/* ---- zones ---- */

Zone *instance_get_root(Instance *i) {
        return i->root;
}

Zone *instance_next_zone(Instance *i, Zone *previous) {
        return previous ? previous->next : i->root->next;
}

Zone *instance_find_zone(Instance *i, const char *name) {
        for (Zone *z = i->root; z; z = z->next)
                if (strcmp(z->name, name) == 0)
                        return z;
        return NULL;
}

int instance_require_zone(Instance *i, const char *name, Zone **ret) {
        Zone *z, *last;
        int r;

        z = instance_find_zone(i, name);
        if (!z) {
                if (!(i->interface->flags & FASCIA_INTERFACE_ZONED) || !utf8_is_valid(name))
                        return -EINVAL;
                r = zone_new(i, name, &z);
                if (r < 0)
                        return r;
                last = i->root;
                while (last->next)
                        last = last->next;
                last->next = z;
        }
        *ret = z;
        return 0;
}

static void instance_drop_zone(Instance *i, Zone *z) {
        if (!z->present)
                return;
        host_end_requests(i->host, i, z, -ENODEV, ERROR_UNKNOWN_ZONE, "The zone has gone");
        zone_forget(z);
        z->present = false;
        z->backend_userdata = NULL;
        i->events.on_zone(z, false, i->userdata);
}

/* No zones, and no value of the feature itself. */
void instance_clear_zones(Instance *i) {
        for (Zone *z = i->root->next; z; z = z->next)
                instance_drop_zone(i, z);
        for (uint32_t p = 0; p < i->interface->n_properties; p++)
                zone_withdraw(i->root, p);
}

/* ---- what a backend calls ---- */

const struct fascia_interface *fascia_backend_get_interface(const struct fascia_backend *backend) {
        return backend ? backend->instance->interface : NULL;
}

struct fascia_host *fascia_backend_get_host(const struct fascia_backend *backend) {
        return backend ? backend->instance->host : NULL;
}

const void *fascia_backend_get_implementation(const struct fascia_backend *backend) {
        const struct fascia_plugin_feature *feature = backend ? backend->instance->backend.feature
                                                              : NULL;

        return feature ? feature->implementation : NULL;
}

const char *fascia_backend_get_zone_name(const struct fascia_backend *backend) {
        return backend ? backend->name : "";
}

const char *fascia_backend_get_setting(const struct fascia_backend *backend, const char *key) {
        const struct fascia_interface *interface;
        const Config *config;

        if (!backend || !key)
                return NULL;
        interface = backend->instance->interface;
        config = host_get_config(backend->instance->host);
        if (!config)
                return NULL;
        return config_lookup_for(config, backend->instance->plugin_name, interface->module->name,
                                 interface->name, key);
}

const void *fascia_backend_get_kept(const struct fascia_backend *backend, uint32_t property) {
        const Instance *i = backend ? backend->instance : NULL;

        if (!i || property >= i->interface->n_properties || !i->events.get_kept ||
            !(interface_property(i->interface, property)->flags & FASCIA_PROPERTY_PERSISTENT))
                return NULL;
        return i->events.get_kept(backend, property, i->userdata);
}

void fascia_backend_ready(struct fascia_backend *backend) {
        if (backend)
                instance_set_state(backend->instance, FASCIA_STATE_READY, NULL);
}

void fascia_backend_fail(struct fascia_backend *backend, int code, const char *text) {
        if (backend)
                instance_fail(backend->instance, code < 0 ? code : -EIO, text);
}

int fascia_backend_report(struct fascia_backend *backend, uint32_t property, const void *value) {
        return backend ? zone_report(backend, property, value) : -EINVAL;
}

int fascia_backend_withdraw(struct fascia_backend *backend, uint32_t property) {
        return backend ? zone_withdraw(backend, property) : -EINVAL;
}

const void *fascia_backend_get_value(const struct fascia_backend *backend, uint32_t property) {
        if (!backend || property >= backend->instance->interface->n_properties ||
            !backend->known[property])
                return NULL;
        return zone_get_value(backend, property);
}

int fascia_backend_emit(struct fascia_backend *backend, uint32_t signal, const void *arguments) {
        const struct fascia_type *type;
        Instance *i;

        if (!backend || signal >= backend->instance->interface->n_signals)
                return -EINVAL;
        i = backend->instance;
        if (!backend->present)
                return -ENODEV;
        type = interface_signal(i->interface, signal)->arguments;
        if (type->n_members > 0 && (!arguments || !value_is_encodable(type, arguments)))
                return zone_refuse(backend, true, signal);
        i->events.on_signal(backend, signal, arguments, i->userdata);
        return 0;
}

int fascia_backend_add_zone(struct fascia_backend *backend, const char *name, void *userdata,
                            struct fascia_backend **ret_zone) {
        Instance *i;
        Zone *z;
        int r;

        if (!backend || !name || !*name || backend != backend->instance->root)
                return -EINVAL;
        i = backend->instance;
        r = instance_require_zone(i, name, &z);
        if (r < 0)
                return r;
        if (z->present)
                return -EEXIST;
        z->present = true;
        z->backend_userdata = userdata;
        i->events.on_zone(z, true, i->userdata);
        if (ret_zone)
                *ret_zone = z;
        return 0;
}

void fascia_backend_remove_zone(struct fascia_backend *zone) {
        if (zone && zone != zone->instance->root)
                instance_drop_zone(zone->instance, zone);
}

struct fascia_backend *fascia_backend_get_zone(struct fascia_backend *backend, const char *name) {
        Zone *z;

        z = backend && name && *name ? instance_find_zone(backend->instance, name) : NULL;
        return z && z->present ? z : NULL;
}
