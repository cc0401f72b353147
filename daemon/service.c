/* SPDX-License-Identifier: MIT */
/* A module on D-Bus: its life, its name and its features. */
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "service-private.h"

/* After which a backend that is not ready yet is told of. */
#define PATIENCE_USEC 5000000u

static int service_new_empty(Host *host, const char *bus_name, const char *path, Service **ret) {
        Service *s;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->host = host;
        s->since = loop_now(host_get_loop(host));
        s->asked = &s->counters;
        s->bus_name = strdup(bus_name);
        s->path = strdup(path);
        if (!s->bus_name || !s->path) {
                service_free(s);
                return -ENOMEM;
        }
        *ret = s;
        return 0;
}

static bool is_awaited(const Feature *f) {
        return instance_is_running(f->instance) &&
               instance_get_state(f->instance) == FASCIA_STATE_UNAVAILABLE &&
               !instance_get_error(f->instance);
}

/* A backend that has neither become ready nor failed would be missed by callers only. */
static void on_patience_end(void *userdata) {
        const Service *s = userdata;

        for (uint32_t i = 0; i < s->n_features; i++) {
                Instance *instance = s->features[i].instance;
                Error error = { 0 };

                if (!is_awaited(&s->features[i]))
                        continue;
                error_setf(&error, -EAGAIN, "Backend '%s' has not become ready within %u s",
                           instance_get_plugin_name(instance), PATIENCE_USEC / 1000000);
                instance_set_state(instance, FASCIA_STATE_UNAVAILABLE, error_get(&error));
                error_clear(&error);
        }
}

int service_new(Host *host, const struct fascia_module_library *library,
                const ServiceSettings *settings, Service **ret) {
        const struct fascia_module *module = library->module;
        Service *s;
        int r;

        r = service_new_empty(host, module->bus_name, module->path, &s);
        if (r < 0)
                return r;
        s->settings = *settings;
        s->library = library;
        s->module = module;
        r = access_new_open(module, &s->access);
        if (r < 0) {
                service_free(s);
                return r;
        }
        s->features = calloc(module->n_interfaces + 1, sizeof(*s->features));
        r = s->features ? loop_timer_new(host_get_loop(host), on_patience_end, s, &s->patience)
                        : -ENOMEM;
        for (uint32_t i = 0; r >= 0 && i < module->n_interfaces; i++) {
                r = feature_init(&s->features[i], s, i);
                s->n_features = i + 1;
        }
        if (r < 0) {
                service_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

int service_new_failed(Host *host, const char *bus_name, const char *reason, Service **ret) {
        char *path;
        Service *s;
        int r;

        if (asprintf(&path, "/%s", bus_name) < 0)
                return -ENOMEM;
        for (char *p = path; *p; p++)
                if (*p == '.')
                        *p = '/';
        r = service_new_empty(host, bus_name, path, &s);
        free(path);
        if (r < 0)
                return r;
        s->failure = strdup(reason);
        if (!s->failure) {
                service_free(s);
                return -ENOMEM;
        }
        *ret = s;
        return 0;
}

Service *service_free(Service *s) {
        if (!s)
                return NULL;
        if (s->persistence)
                persistence_flush(s->persistence);
        for (uint32_t i = 0; i < s->n_features; i++)
                if (s->features[i].instance)
                        instance_stop(s->features[i].instance);
        s->persistence = persistence_free(s->persistence);
        loop_timer_free(s->patience);
        if (s->connection) {
                service_flush(s);
                service_detach(s);
        }
        for (uint32_t i = 0; i < s->n_features; i++)
                feature_done(&s->features[i]);
        if (s->is_posted)
                loop_unpost(host_get_loop(s->host), s);
        while (s->unused) {
                Pending *next = s->unused->next;

                free(s->unused);
                s->unused = next;
        }
        if (s->access && s->settings.callers)
                callers_forget_access(s->settings.callers, s->access);
        access_free(s->access);
        free(s->parked);
        free(s->features);
        free(s->failure);
        free(s->path);
        free(s->bus_name);
        free(s);
        return NULL;
}

void service_set(Service *s, const ServiceSettings *settings) {
        s->settings = *settings;
}

/* Who follows the property knows a value that he may not have, or does not know one that he may. */
static void feature_doubt(Feature *f, const Access *old) {
        for (uint32_t p = 0; p < f->interface->n_properties; p++) {
                if (!feature_is_restricted(f, p) && !access_is_restricted(old, f->index, p))
                        continue;
                for (Object *o = f->objects; o; o = o->next) {
                        if (o->known[p] == KNOWN_VALUE)
                                o->known[p] = KNOWN_OLD_VALUE;
                        o->info |= INFO_RESTRICTED;
                        object_mark(o);
                }
        }
}

void service_set_access(Service *s, Access *access) {
        Access *old = s->access;

        if (access_equal(old, access)) {
                access_free(access);
                return;
        }
        s->access = access;
        for (uint32_t i = 0; i < s->n_features; i++)
                feature_doubt(&s->features[i], old);
        if (s->settings.callers)
                callers_forget_access(s->settings.callers, old);
        access_free(old);
}

int service_set_persistence(Service *s, const PersistenceSettings *settings) {
        return persistence_new(s, settings, &s->persistence);
}

void service_watch(Service *s, ServiceStateFn *fn, void *userdata) {
        s->on_state = fn;
        s->on_state_userdata = userdata;
}

/* ---- backends ---- */

void service_refuse(Service *s, uint32_t interface, const char *reason) {
        const struct fascia_error error = { -ENOENT, ERROR_UNAVAILABLE, reason };

        instance_stop(s->features[interface].instance);
        instance_set_state(s->features[interface].instance, FASCIA_STATE_UNAVAILABLE, &error);
}

void service_start(Service *s, uint32_t interface, const char *plugin, uint64_t timeout_usec) {
        Feature *f = &s->features[interface];

        f->timeout = timeout_usec;
        if (*plugin) {
                /* A failure is the state of the instance. */
                (void)instance_start(f->instance, plugin);
                if (is_awaited(f))
                        loop_timer_set(s->patience,
                                       loop_now(host_get_loop(s->host)) + PATIENCE_USEC);
        } else
                service_refuse(s, interface, "No backend is configured: Backend= is not set");
}

void service_stop(Service *s, uint32_t interface) {
        if (s->persistence)
                persistence_before_stop(s->persistence);
        instance_stop(s->features[interface].instance);
        if (s->persistence)
                persistence_after_stop(s->persistence, s->features[interface].interface);
}

/* ---- the connection ---- */

int service_attach(Service *s, Connection *connection, ConnectionDoneFn *done, void *userdata) {
        int r;

        service_detach(s);
        s->connection = connection_ref(connection);
        s->serial = 0;
        service_settle(s);
        r = connection_export(connection, s->path, service_on_call, s, &s->export);
        if (r >= 0)
                r = connection_request_name(connection, s->bus_name, done, userdata, &s->name);
        if (r < 0)
                service_detach(s);
        return r;
}

void service_detach(Service *s) {
        if (s->settings.callers)
                callers_drop_waiting(s->settings.callers, s);
        service_drop_pending(s);
        service_drop_parked(s);
        s->export = subscription_free(s->export);
        s->name = subscription_free(s->name);
        s->connection = connection_unref(s->connection);
}

bool service_is_attached(const Service *s) {
        return s->connection;
}

void service_release_name(Service *s) {
        s->name = subscription_free(s->name);
}

bool service_is_busy(const Service *s) {
        return s->pending;
}

/* ---- what it is ---- */

const char *service_get_bus_name(const Service *s) {
        return s->bus_name;
}

const char *service_get_path(const Service *s) {
        return s->path;
}

const struct fascia_module *service_get_module(const Service *s) {
        return s->module;
}

bool service_is_syncing(const Service *s) {
        for (uint32_t i = 0; i < s->n_features; i++)
                if (instance_get_state(s->features[i].instance) == FASCIA_STATE_SYNCING)
                        return true;
        return false;
}

const char *service_get_error(const Service *s) {
        if (s->failure)
                return s->failure;
        for (uint32_t i = 0; i < s->n_features; i++) {
                const struct fascia_error *error = instance_get_error(s->features[i].instance);

                if (error)
                        return error->message;
        }
        return NULL;
}

bool service_is_failed(const Service *s) {
        return s->failure;
}
