/* SPDX-License-Identifier: MIT */
/* The features of a service and their objects: found by path, marked by what their backends report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "codec.h"
#include "descriptor.h"
#include "log.h"
#include "service-private.h"

/* What a signal takes beside its arguments, about: one without any costs memory, too. */
#define SIGNAL_OVERHEAD 256

/* ---- objects ---- */

static int object_new(Feature *f, Zone *zone, Object **ret) {
        Object **last = &f->objects;
        Object *o;
        int r = 0;

        o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;
        o->feature = f;
        o->zone = zone;
        o->known = calloc(f->interface->n_properties + 1, 1);
        if (*zone_get_name(zone))
                r = sd_bus_path_encode(f->interface->path, zone_get_name(zone), &o->path);
        else
                o->path = strdup(f->interface->path);
        if (r < 0 || !o->path || !o->known) {
                free(o->path);
                free(o->known);
                free(o);
                return -ENOMEM;
        }
        while (*last)
                last = &(*last)->next;
        *last = o;
        zone_set_userdata(zone, o);
        *ret = o;
        return 0;
}

bool feature_is_ready(const Feature *f) {
        return instance_get_state(f->instance) == FASCIA_STATE_READY;
}

bool object_is_there(const Object *o) {
        return zone_is_present(o->zone);
}

size_t object_measure(const Object *o, uint32_t property) {
        const struct fascia_type *type = interface_property(o->feature->interface, property)->type;

        if (type->flags & FASCIA_TYPE_TRIVIAL)
                return 0; /* a few bytes, in any case */
        return codec_measure(type, zone_get_value(o->zone, property));
}

bool object_has_value(const Object *o, uint32_t property) {
        return feature_is_ready(o->feature) && object_is_there(o) &&
               zone_has_value(o->zone, property) &&
               object_measure(o, property) <= o->feature->service->settings.max_reply_size;
}

bool object_shows_value(const Object *o, uint32_t property, const Rights *rights) {
        return rights_allow(rights, o->feature->index, ACCESS_READ, property) &&
               object_has_value(o, property);
}

bool feature_is_restricted(const Feature *f, uint32_t property) {
        return access_is_restricted(f->service->access, f->index, property);
}

/* Another backend, or the same one anew, may come with other values that then never change. */
static void object_distrust(Object *o) {
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if (o->known[p] == KNOWN_VALUE)
                        o->known[p] = KNOWN_OLD_VALUE;
}

void object_mark(Object *o) {
        Service *s = o->feature->service;

        if (!o->is_dirty) {
                o->is_dirty = true;
                o->next_dirty = NULL;
                if (s->dirty_last)
                        s->dirty_last->next_dirty = o;
                else
                        s->dirty_first = o;
                s->dirty_last = o;
        }
        service_schedule(s);
}

/* ---- what an instance tells ---- */

static void on_dirty(Zone *zone, void *userdata) {
        Object *o = zone_get_userdata(zone);

        (void)userdata;
        if (o)
                object_mark(o);
}

static void on_signal(Zone *zone, uint32_t signal, const void *arguments, void *userdata) {
        Object *o = zone_get_userdata(zone);
        Feature *f = userdata;
        const struct fascia_signal *what = interface_signal(f->interface, signal);
        Service *s = f->service;
        size_t size;
        Message *m;
        Writer w;

        if (!o || !s->connection || !connection_is_open(s->connection))
                return;
        size = codec_measure(what->arguments, arguments);
        if (size > s->settings.max_reply_size) {
                log_full(LOG_WARNING, 0, LOG_FEATURE(f->interface),
                         "%s.%s: a signal of %zu bytes is above the limit of %zu and is lost",
                         f->interface->qualified_name, what->name, size,
                         s->settings.max_reply_size);
                s->serial++;
                return;
        }
        if (message_new_signal(s->connection, o->path, f->interface->dbus_name, what->dbus_name,
                               &m) < 0) {
                s->serial++; /* lost, but not silently */
                return;
        }
        w = message_writer(m);
        if (codec_write_arguments(&w, what->arguments, arguments) < 0) {
                s->serial++;
                message_unref(m);
                return;
        }
        f->counters.signals++;
        service_park(s, m, SIGNAL_OVERHEAD + size, true);
}

static void on_zone(Zone *zone, bool present, void *userdata) {
        Object *o = zone_get_userdata(zone);
        Feature *f = userdata;

        if (present && f->service->persistence)
                persistence_restore_later(f->service->persistence);
        if (!o && object_new(f, zone, &o) < 0)
                return; /* a zone that there is no memory for is not seen */
        object_mark(o);
        f->objects->info |= INFO_ZONES;
        object_mark(f->objects);
}

static void on_state(Instance *instance, void *userdata) {
        Feature *f = userdata;

        f->since = loop_now(host_get_loop(instance_get_host(instance)));
        if (feature_is_ready(f) && f->service->persistence)
                persistence_restore_later(f->service->persistence);
        for (Object *o = f->objects; o; o = o->next) {
                if (!feature_is_ready(f))
                        object_distrust(o);
                o->info |= INFO_STATE | INFO_UNSUPPORTED;
                object_mark(o);
        }
        if (f->service->on_state)
                f->service->on_state(f->service, f->service->on_state_userdata);
}

/* Messages of a forwarding backend need no batches: the turn is one. */
static void on_commit(Instance *instance, void *userdata) {
        (void)instance;
        (void)userdata;
}

static const void *get_kept(const Zone *zone, uint32_t property, void *userdata) {
        const Feature *f = userdata;

        return f->service->persistence ? persistence_find(f->service->persistence, zone, property)
                                       : NULL;
}

/* Once for each member, however often it happens. */
static void on_refused(Zone *zone, bool is_signal, uint32_t index, void *userdata) {
        Feature *f = userdata;
        const struct fascia_interface *i = f->interface;
        bool *is_told = &f->told[is_signal ? i->n_properties + index : index];

        if (*is_told)
                return;
        *is_told = true;
        log_full(
                LOG_WARNING, 0, LOG_FEATURE(i),
                "Backend '%s' %s %s.%s%s%s with a value that cannot be sent (a text that is not UTF-8, a key twice, "
                "nothing at all): it is left out",
                instance_get_plugin_name(f->instance), is_signal ? "emits" : "reports",
                i->qualified_name,
                is_signal ? interface_signal(i, index)->name : interface_property(i, index)->name,
                *zone_get_name(zone) ? " of zone " : "", zone_get_name(zone));
}

static const InstanceEvents events = {
        .on_dirty = on_dirty,
        .on_signal = on_signal,
        .on_zone = on_zone,
        .on_state = on_state,
        .on_commit = on_commit,
        .get_kept = get_kept,
        .on_refused = on_refused,
};

/* ---- members by name ---- */

static int compare_members(const void *a, const void *b) {
        return strcmp(((const Member *)a)->name, ((const Member *)b)->name);
}

static int find_member(const Member *members, uint32_t n, const char *name) {
        const Member key = { .name = name };
        const Member *found;

        found = n > 0 ? bsearch(&key, members, n, sizeof(key), compare_members) : NULL;
        return found ? (int)found->index : -ENOENT;
}

static int feature_index_members(Feature *f) {
        const struct fascia_interface *i = f->interface;

        f->methods = calloc(i->n_methods + 1, sizeof(*f->methods));
        f->properties = calloc(i->n_properties + 1, sizeof(*f->properties));
        f->told = calloc(i->n_properties + i->n_signals + 1, sizeof(*f->told));
        if (!f->methods || !f->properties || !f->told)
                return -ENOMEM;
        for (uint32_t n = 0; n < i->n_methods; n++)
                f->methods[n] = (Member){ interface_method(i, n)->dbus_name, n };
        for (uint32_t n = 0; n < i->n_properties; n++)
                f->properties[n] = (Member){ interface_property(i, n)->dbus_name, n };
        qsort(f->methods, i->n_methods, sizeof(*f->methods), compare_members);
        qsort(f->properties, i->n_properties, sizeof(*f->properties), compare_members);
        return 0;
}

int feature_find_method(const Feature *f, const char *name) {
        return find_member(f->methods, f->interface->n_methods, name);
}

int feature_find_property(const Feature *f, const char *name) {
        return find_member(f->properties, f->interface->n_properties, name);
}

/* ---- features ---- */

int feature_init(Feature *f, Service *s, uint32_t interface) {
        Object *o;
        int r;

        f->service = s;
        f->interface = module_interface(s->module, interface);
        f->index = interface;
        f->introspection = s->library->introspection[interface];
        f->timeout = UINT64_MAX;
        f->since = s->since;
        r = feature_index_members(f);
        if (r >= 0)
                r = instance_new(s->host, f->interface, &events, f, &f->instance);
        if (r >= 0)
                r = object_new(f, instance_get_root(f->instance), &o);
        return r;
}

void feature_done(Feature *f) {
        Object *next;

        f->instance = instance_free(f->instance);
        for (Object *o = f->objects; o; o = next) {
                next = o->next;
                free(o->path);
                free(o->known);
                free(o);
        }
        free(f->methods);
        free(f->properties);
        free(f->told);
}

Feature *service_find_feature(Service *s, const char *path) {
        for (uint32_t i = 0; i < s->n_features; i++) {
                const char *own = s->features[i].interface->path;
                size_t n = strlen(own);

                if (strncmp(path, own, n) == 0 && (path[n] == '\0' || path[n] == '/'))
                        return &s->features[i];
        }
        return NULL;
}

Object *service_find_object(Service *s, const char *path) {
        Feature *f;

        f = service_find_feature(s, path);
        if (!f)
                return NULL;
        for (Object *o = f->objects; o; o = o->next)
                if (strcmp(o->path, path) == 0)
                        return object_is_there(o) ? o : NULL;
        return NULL;
}
