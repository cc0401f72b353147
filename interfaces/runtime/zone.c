/* SPDX-License-Identifier: MIT */
/* The store of one zone: compares, keeps and marks what a backend reports. */
#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "descriptor.h"
#include "instance-private.h"
#include "value.h"

static void *zone_storage(const Zone *z, uint32_t property) {
        return z->values + z->instance->offsets[property];
}

static const struct fascia_type *zone_type(const Zone *z, uint32_t property) {
        return interface_property(z->instance->interface, property)->type;
}

/* Where its object is follows from names: the runtime knows it from the start, and nobody else says
 * it. */
static bool zone_is_model(const Zone *z, uint32_t property) {
        return zone_type(z, property)->kind == FASCIA_KIND_MODEL;
}

static int zone_model_path(const Zone *z, uint32_t property, char **ret) {
        const struct fascia_interface *i = z->instance->interface;
        char *parent;
        int r;

        if (*z->name)
                r = sd_bus_path_encode(i->path, z->name, &parent);
        else
                r = (parent = strdup(i->path)) ? 0 : -ENOMEM;
        if (r < 0)
                return r;
        r = asprintf(ret, "%s/_models/%s", parent, interface_property(i, property)->name);
        free(parent);
        return r < 0 ? -ENOMEM : 0;
}

static int zone_init_values(Zone *z) {
        char *path;
        int r;

        for (uint32_t i = 0; i < z->instance->interface->n_properties; i++)
                fascia_value_init(zone_type(z, i), zone_storage(z, i));
        for (uint32_t i = 0; i < z->instance->interface->n_properties; i++) {
                if (!zone_is_model(z, i))
                        continue;
                r = zone_model_path(z, i, &path);
                if (r < 0)
                        return r;
                *(const char **)zone_storage(z, i) = path;
                z->known[i] = true;
        }
        return 0;
}

int zone_new(Instance *instance, const char *name, Zone **ret) {
        uint32_t n = instance->interface->n_properties;
        Zone *z;
        int r;

        z = calloc(1, sizeof(*z));
        if (!z)
                return -ENOMEM;
        z->instance = instance;
        z->name = strdup(name);
        /* One more than needed: an interface without properties must not look like no memory. */
        z->known = calloc(n + 1, 1);
        z->dirty = calloc(n + 1, 1);
        z->values = malloc(instance->values_size + 1);
        if (!z->name || !z->known || !z->dirty || !z->values) {
                free(z->values);
                z->values = NULL;
                zone_free(z);
                return -ENOMEM;
        }
        r = zone_init_values(z);
        if (r < 0) {
                zone_free(z);
                return r;
        }
        *ret = z;
        return 0;
}

Zone *zone_free(Zone *z) {
        if (!z)
                return NULL;
        if (z->values)
                for (uint32_t i = 0; i < z->instance->interface->n_properties; i++)
                        fascia_value_clear(zone_type(z, i), zone_storage(z, i));
        free(z->values);
        free(z->dirty);
        free(z->known);
        free(z->name);
        free(z);
        return NULL;
}

static void zone_mark(Zone *z, uint32_t property) {
        Instance *i = z->instance;

        z->dirty[property] = true;
        if (z->has_dirty)
                return;
        z->has_dirty = true;
        i->events.on_dirty(z, i->userdata);
}

int zone_refuse(Zone *z, bool is_signal, uint32_t index) {
        Instance *i = z->instance;

        if (i->events.on_refused)
                i->events.on_refused(z, is_signal, index, i->userdata);
        return -EINVAL;
}

int zone_report(Zone *z, uint32_t property, const void *value) {
        const struct fascia_type *type;
        ValueBuffer copy;
        void *storage;
        int r;

        if (property >= z->instance->interface->n_properties || zone_is_model(z, property))
                return -EINVAL;
        if (!z->present)
                return -ENODEV;
        type = zone_type(z, property);
        storage = zone_storage(z, property);
        if (!value || !value_is_encodable(type, value))
                return zone_refuse(z, false, property);
        if (z->known[property] && fascia_value_equal(type, storage, value))
                return 0;
        if (type->flags & FASCIA_TYPE_TRIVIAL) {
                memmove(storage, value, type->size);
        } else {
                r = value_buffer_init(&copy, type);
                if (r < 0)
                        return r;
                r = fascia_value_copy(type, copy.data, value);
                if (r >= 0) {
                        fascia_value_clear(type, storage);
                        memcpy(storage, copy.data, type->size);
                }
                value_buffer_done(&copy, false);
                if (r < 0)
                        return r;
        }
        z->known[property] = true;
        zone_mark(z, property);
        return 0;
}

int zone_withdraw(Zone *z, uint32_t property) {
        if (property >= z->instance->interface->n_properties || zone_is_model(z, property))
                return -EINVAL;
        if (!z->present)
                return -ENODEV;
        if (!z->known[property])
                return 0;
        fascia_value_clear(zone_type(z, property), zone_storage(z, property));
        z->known[property] = false;
        zone_mark(z, property);
        return 0;
}

void zone_forget(Zone *z) {
        for (uint32_t i = 0; i < z->instance->interface->n_properties; i++) {
                if (zone_is_model(z, i))
                        continue;
                fascia_value_clear(zone_type(z, i), zone_storage(z, i));
                z->known[i] = false;
        }
        zone_clear_dirty(z);
}

Instance *zone_get_instance(const Zone *z) {
        return z->instance;
}

const char *zone_get_name(const Zone *z) {
        return z->name;
}

bool zone_is_present(const Zone *z) {
        return z->present;
}

void zone_set_userdata(Zone *z, void *userdata) {
        z->consumer_userdata = userdata;
}

void *zone_get_userdata(const Zone *z) {
        return z->consumer_userdata;
}

bool zone_has_value(const Zone *z, uint32_t property) {
        return z->known[property];
}

const void *zone_get_value(const Zone *z, uint32_t property) {
        return zone_storage(z, property);
}

bool zone_is_dirty(const Zone *z, uint32_t property) {
        return z->dirty[property];
}

bool zone_has_dirty(const Zone *z) {
        return z->has_dirty;
}

void zone_clear_dirty(Zone *z) {
        memset(z->dirty, 0, z->instance->interface->n_properties);
        z->has_dirty = false;
}

void zone_clear_dirty_property(Zone *z, uint32_t property) {
        z->dirty[property] = false;
        z->has_dirty = memchr(z->dirty, true, z->instance->interface->n_properties) != NULL;
}

bool zone_has_same_value(const Zone *a, const Zone *b, uint32_t property) {
        if (a->known[property] != b->known[property])
                return false;
        return !a->known[property] ||
               fascia_value_equal(zone_type(a, property), zone_storage(a, property),
                                  zone_storage(b, property));
}

void zone_set_dirty_property(Zone *z, uint32_t property, bool dirty) {
        if (!dirty) {
                zone_clear_dirty_property(z, property);
                return;
        }
        z->dirty[property] = z->has_dirty = true;
}
