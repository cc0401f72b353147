/* SPDX-License-Identifier: MIT */
/* Snapshots, changes, objects that come and go, signals: what they hold goes to the instances, what
 * is not known here is passed over. */
#include "remote-message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "descriptor.h"
#include "remote-fetch.h"
#include "value.h"

#define FEATURE_INTERFACE "org.fascia.Feature1"
#define MANAGER_INTERFACE "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define SERIAL_PROPERTY "FasciaSerial"

/* What a message says beside values. Strings are borrowed from it. */
typedef struct Findings {
        bool has_serial;
        uint64_t serial;
        const char *state; /* of org.fascia.Feature1; NULL: not said */
        const char *error;
        bool has_simulated;
        bool simulated;
        bool has_interface; /* the feature's own */
} Findings;

/* ---- properties ---- */

/* In the variant that was entered. */
static int read_value(RemoteObject *o, uint32_t index, Reader *r) {
        const struct fascia_type *type = interface_property(o->feature->interface, index)->type;
        ValueBuffer value;
        int k;

        k = value_buffer_init(&value, type);
        if (k < 0)
                return k;
        k = codec_read(r, type, value.data);
        if (k < 0) {
                value_buffer_done(&value, false);
                return k;
        }
        k = fascia_backend_report(o->zone, index, value.data);
        value_buffer_done(&value, true);
        return k < 0 ? k : reader_exit(r);
}

static int read_known_property(RemoteObject *o, uint32_t index, Reader *r) {
        const struct fascia_type *type = interface_property(o->feature->interface, index)->type;
        int k;

        /* Its path follows from names, here as there. */
        if (type->kind == FASCIA_KIND_MODEL)
                return reader_skip(r, "v");
        k = reader_try_enter(r, 'v', type->signature);
        if (k < 0)
                return k;
        if (k == 0) {
                /* Another version of the interface: to us it is as good as not there. */
                fascia_backend_withdraw(o->zone, index);
                return reader_skip(r, "v");
        }
        o->feature->marks[index].is_seen = true;
        return read_value(o, index, r);
}

static int read_property(RemoteObject *o, const char *name, Reader *r) {
        int index;

        index = interface_find_property(o->feature->interface, name);
        return index < 0 ? reader_skip(r, "v") : read_known_property(o, (uint32_t)index, r);
}

/* Passed over when it has another type than the one that is looked for. */
static int read_basic_variant(Reader *r, char type, void *ret, bool *ret_found) {
        const char signature[] = { type, '\0' };
        int k;

        k = reader_try_enter(r, 'v', signature);
        if (k <= 0)
                return k < 0 ? k : reader_skip(r, "v");
        k = reader_basic(r, type, ret);
        if (k < 0)
                return k;
        *ret_found = true;
        return reader_exit(r);
}

typedef void NamedFn(RemoteObject *o, uint32_t property);

/* as, names of properties; o NULL: they are passed over. */
static int read_names(RemoteObject *o, NamedFn *named, Reader *r) {
        const char *name;
        int index, k;

        k = reader_enter(r, 'a', "s");
        while (k >= 0 && (k = reader_at_end(r)) == 0) {
                k = reader_string(r, &name);
                if (k < 0 || !o)
                        continue;
                index = interface_find_property(o->feature->interface, name);
                if (index >= 0)
                        named(o, (uint32_t)index);
        }
        return k < 0 ? k : reader_exit(r);
}

static void object_restrict(RemoteObject *o, uint32_t index) {
        o->feature->marks[index].is_restricted = true;
}

/* Rules are of an interface: its zones have the same. */
static int read_restricted(RemoteObject *o, Reader *r) {
        int k;

        k = reader_try_enter(r, 'v', "as");
        if (k <= 0)
                return k < 0 ? k : reader_skip(r, "v");
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                o->feature->marks[p].is_restricted = false;
        k = read_names(o, object_restrict, r);
        return k < 0 ? k : reader_exit(r);
}

typedef int EntryFn(RemoteObject *o, const char *name, Reader *r, Findings *f);

static int read_any_entry(RemoteObject *o, const char *name, Reader *r, Findings *f) {
        (void)o;
        if (strcmp(name, SERIAL_PROPERTY) == 0)
                return read_basic_variant(r, 't', &f->serial, &f->has_serial);
        return reader_skip(r, "v");
}

static int read_own_entry(RemoteObject *o, const char *name, Reader *r, Findings *f) {
        if (strcmp(name, SERIAL_PROPERTY) == 0)
                return read_any_entry(o, name, r, f);
        return read_property(o, name, r);
}

static int read_feature_entry(RemoteObject *o, const char *name, Reader *r, Findings *f) {
        bool found;

        if (strcmp(name, "State") == 0)
                return read_basic_variant(r, 's', &f->state, &found);
        if (strcmp(name, "Error") == 0)
                return read_basic_variant(r, 's', &f->error, &found);
        if (strcmp(name, "Simulated") == 0)
                return read_basic_variant(r, 'b', &f->simulated, &f->has_simulated);
        if (strcmp(name, "Restricted") == 0)
                return read_restricted(o, r);
        return read_any_entry(o, name, r, f);
}

/* a{sv} */
static int read_dictionary(RemoteObject *o, Reader *r, EntryFn *entry, Findings *f) {
        const char *name;
        int k;

        k = reader_enter(r, 'a', "{sv}");
        while (k >= 0 && (k = reader_next(r, 'e', "sv")) > 0) {
                k = reader_string(r, &name);
                if (k >= 0)
                        k = entry(o, name, r, f);
                if (k >= 0)
                        k = reader_exit(r);
        }
        return k < 0 ? k : reader_exit(r);
}

static bool is_own(const RemoteObject *o, const char *interface) {
        return strcmp(interface, o->feature->interface->dbus_name) == 0;
}

/* The properties of one interface of an object; o NULL: one that we do not use. */
static int read_interface(RemoteObject *o, const char *interface, Reader *r, Findings *f) {
        if (o && is_own(o, interface)) {
                f->has_interface = true;
                return read_dictionary(o, r, read_own_entry, f);
        }
        if (o && strcmp(interface, FEATURE_INTERFACE) == 0)
                return read_dictionary(o, r, read_feature_entry, f);
        return read_dictionary(NULL, r, read_any_entry, f);
}

/* ---- objects ---- */

static bool is_root(const RemoteObject *o) {
        return o == o->feature->root;
}

static void object_begin(RemoteObject *o) {
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++) {
                o->feature->marks[p].is_seen = false;
                if (is_root(o))
                        o->feature->marks[p].is_restricted = false;
        }
}

static int object_new_zone(RemoteModule *m, RemoteFeature *feature, const char *path,
                           const char *name, RemoteObject **ret) {
        Zone *zone;
        int r;

        r = instance_require_zone(feature->instance, name, &zone);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* not a name that a zone can have */
        r = remote_object_new(&m->objects, feature, path, ret);
        if (r < 0)
                return r;
        (*ret)->zone = zone;
        object_begin(*ret);
        return 0;
}

/* An object that was never seen: with the interface of a feature that is used here, below that
 * feature, it is a zone. *ret stays NULL when it is not. */
static int object_recognise(RemoteModule *m, const char *path, const char *interface,
                            RemoteObject **ret) {
        char *parent, *name;
        RemoteObject *root;
        int r;

        r = remote_path_split(path, &parent, &name);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        root = remote_table_find(&m->objects, parent);
        if (root && is_root(root) && (root->feature->interface->flags & FASCIA_INTERFACE_ZONED) &&
            strcmp(root->feature->interface->dbus_name, interface) == 0)
                r = object_new_zone(m, root->feature, path, name, ret);
        free(parent);
        free(name);
        return r;
}

static int object_appear(RemoteObject *o) {
        if (is_root(o) || zone_is_present(o->zone))
                return 0;
        return fascia_backend_add_zone(instance_get_root(o->feature->instance),
                                       zone_get_name(o->zone), o, NULL);
}

static void object_disappear(RemoteObject *o) {
        Error error = { 0 };

        if (!is_root(o)) {
                fascia_backend_remove_zone(o->zone);
                return;
        }
        error_setf(&error, -EBADR, "%s has no object %s", o->feature->module->bus_name, o->path);
        remote_feature_set_usable(o->feature, error_get(&error));
        error_clear(&error);
}

static bool is_usable(const Findings *f) {
        return !f->state || strcmp(f->state, "ready") == 0;
}

static void feature_take_state(RemoteFeature *feature, const Findings *f) {
        Error error = { 0 };

        if (f->has_simulated)
                instance_set_simulated(feature->instance, f->simulated);
        if (!is_usable(f))
                error_setf(&error, -ENOTCONN, "%s",
                           f->error && *f->error ? f->error : "The service is not ready");
        remote_feature_set_usable(feature, error_get(&error));
        error_clear(&error);
}

/* What a snapshot of the object does not have, has no value. */
static void object_withdraw_unseen(RemoteObject *o) {
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if (!o->feature->marks[p].is_seen)
                        fascia_backend_withdraw(o->zone, p);
}

static void module_take_serial(RemoteModule *m, const Findings *f) {
        if (f->has_serial) {
                m->is_counted = true;
                m->count = f->serial;
        }
}

static int read_object_interface(RemoteModule *m, const char *path, RemoteObject **o, Reader *r,
                                 Findings *f) {
        const char *interface;
        int k;

        k = reader_string(r, &interface);
        if (k >= 0 && !*o)
                k = object_recognise(m, path, interface, o);
        if (k >= 0 && *o && is_own(*o, interface))
                k = object_appear(*o);
        return k < 0 ? k : read_interface(*o, interface, r, f);
}

/* a{sa{sv}} */
static int read_object_interfaces(RemoteModule *m, const char *path, RemoteObject **o, Reader *r,
                                  Findings *f) {
        int k;

        k = reader_enter(r, 'a', "{sa{sv}}");
        while (k >= 0 && (k = reader_next(r, 'e', "sa{sv}")) > 0) {
                k = read_object_interface(m, path, o, r, f);
                if (k >= 0)
                        k = reader_exit(r);
        }
        return k < 0 ? k : reader_exit(r);
}

/* The object as a whole, from a snapshot or when it was added. */
static int read_object(RemoteModule *m, const char *path, Reader *r, Findings *f) {
        RemoteObject *o = remote_table_find(&m->objects, path);
        int k;

        if (o)
                object_begin(o);
        k = read_object_interfaces(m, path, &o, r, f);
        if (k < 0 || !o || !f->has_interface)
                return k;
        o->generation = m->generation;
        /* One that cannot be used shows no values: the last known ones stay. */
        if (is_usable(f))
                object_withdraw_unseen(o);
        if (is_root(o))
                feature_take_state(o->feature, f);
        return 0;
}

/* ---- snapshots ---- */

static int read_managed_objects(RemoteModule *m, Reader *r) {
        const char *path;
        int k;

        k = reader_enter(r, 'a', "{oa{sa{sv}}}");
        while (k >= 0 && (k = reader_next(r, 'e', "oa{sa{sv}}")) > 0) {
                Findings f = { 0 };

                k = reader_basic(r, 'o', &path);
                if (k >= 0)
                        k = read_object(m, path, r, &f);
                if (k >= 0)
                        k = reader_exit(r);
                module_take_serial(m, &f);
        }
        return k < 0 ? k : reader_exit(r);
}

/* Zones of a feature that cannot be used are, like its values, the last known ones. */
static void feature_drop_unseen(RemoteFeature *f) {
        if (f->root->generation != f->module->generation) {
                object_disappear(f->root);
                return;
        }
        if (f->is_failed)
                return;
        LINK_FOREACH(l, next, &f->objects) {
                RemoteObject *o = LINK_OWNER(l, RemoteObject, of_feature);

                if (o->generation != f->module->generation)
                        object_disappear(o);
        }
}

int remote_read_snapshot(RemoteModule *m, Message *reply) {
        Reader r = message_reader(reply);
        int k;

        m->generation++;
        m->is_counted = false;
        k = read_managed_objects(m, &r);
        if (k < 0)
                return k;
        LINK_FOREACH(l, next, &m->features) {
                feature_drop_unseen(LINK_OWNER(l, RemoteFeature, link));
        }
        return 0;
}

/* ---- signals ---- */

static bool is_signal(Message *signal, const char *interface, const char *member) {
        return strcmp(message_get_interface(signal), interface) == 0 &&
               strcmp(message_get_member(signal), member) == 0;
}

/* Either it has no value any more, or the new one has to be asked for. Until it is there none is shown; but one that is
 * announced so only because of those who may not read it would come and go with each change. */
static void object_invalidate(RemoteObject *o, uint32_t index) {
        const struct fascia_property *p = interface_property(o->feature->interface, index);
        bool is_restricted = o->feature->marks[index].is_restricted;
        int r = 0;

        if (!is_restricted)
                fascia_backend_withdraw(o->zone, index);
        if (is_restricted || o->feature->module->is_foreign ||
            (p->flags & FASCIA_PROPERTY_INVALIDATES))
                r = remote_fetch_property(o, index);
        if (r == -ENOMEM)
                remote_feature_read_again(o->feature);
}

static int read_invalidated(RemoteObject *o, Reader *r) {
        return read_names(o, object_invalidate, r);
}

/* A feature that can be used again had changes that were not announced: everything is read before
 * it is ready. */
static void feature_follow_state(RemoteFeature *feature, const Findings *f) {
        if (!f->state)
                return;
        if (!is_usable(f)) {
                feature_take_state(feature, f);
        } else if (feature->is_failed) {
                instance_set_state(feature->instance, FASCIA_STATE_SYNCING, NULL);
                remote_module_read_again(feature->module);
        }
}

static void module_check_serial(RemoteModule *m, const Findings *f) {
        if (!m->is_counted || !f->has_serial || f->serial == m->count)
                return;
        m->remote->hub->statistics.gaps++;
        m->count = f->serial;
        remote_module_read_again(m);
}

static int read_changed(RemoteModule *m, RemoteObject *o, Reader *r) {
        const char *interface;
        Findings f = { 0 };
        int k;

        k = reader_string(r, &interface);
        if (k >= 0)
                k = read_interface(o, interface, r, &f);
        if (k >= 0)
                k = read_invalidated(f.has_interface && !o->feature->is_failed ? o : NULL, r);
        if (k < 0)
                return k;
        if (o && is_root(o))
                feature_follow_state(o->feature, &f);
        module_check_serial(m, &f);
        return 0;
}

static int read_added(RemoteModule *m, Reader *r, RemoteObject **ret) {
        Findings f = { 0 };
        const char *path;
        int k;

        k = reader_basic(r, 'o', &path);
        if (k >= 0)
                k = read_object(m, path, r, &f);
        if (k >= 0)
                *ret = remote_table_find(&m->objects, path);
        return k;
}

/* Of a feature that cannot be used, the last known values and zones stay. */
static bool is_kept(const RemoteObject *o) {
        return o->feature->is_failed && !is_root(o);
}

static int read_removed(RemoteModule *m, Reader *r, RemoteObject **ret) {
        const char *path, *interface;
        RemoteObject *o;
        int k;

        k = reader_basic(r, 'o', &path);
        if (k < 0)
                return k;
        o = remote_table_find(&m->objects, path);
        k = reader_enter(r, 'a', "s");
        while (k >= 0 && (k = reader_at_end(r)) == 0) {
                k = reader_string(r, &interface);
                if (k >= 0 && o && is_own(o, interface) && !is_kept(o))
                        object_disappear(o);
        }
        *ret = o;
        return k < 0 ? k : reader_exit(r);
}

/* A signal of the interface file. */
static int read_emitted(RemoteObject *o, Message *signal, Reader *r) {
        const struct fascia_type *type;
        ValueBuffer arguments;
        int index, k;

        index = interface_find_signal(o->feature->interface, message_get_member(signal));
        if (index < 0)
                return 0;
        type = interface_signal(o->feature->interface, (uint32_t)index)->arguments;
        if (strcmp(message_get_signature(signal), type->signature) != 0)
                return 0; /* another version of the interface */
        k = value_buffer_init(&arguments, type);
        if (k < 0)
                return k;
        k = codec_read_arguments(r, type, arguments.data);
        if (k >= 0)
                k = fascia_backend_emit(o->zone, (uint32_t)index, arguments.data);
        value_buffer_done(&arguments, k >= 0);
        return k;
}

static int module_read_signal(RemoteModule *m, Message *signal, RemoteObject **ret) {
        RemoteObject *o = remote_table_find(&m->objects, message_get_path(signal));
        bool is_current = m->state == REMOTE_READY;
        Reader r = message_reader(signal);

        *ret = o;
        if (is_signal(signal, PROPERTIES_INTERFACE, "PropertiesChanged")) {
                if (o && !zone_is_present(o->zone))
                        o = NULL;
                return is_current ? read_changed(m, o, &r) : 0;
        }
        if (is_signal(signal, MANAGER_INTERFACE, "InterfacesAdded"))
                return is_current ? read_added(m, &r, ret) : 0;
        if (is_signal(signal, MANAGER_INTERFACE, "InterfacesRemoved"))
                return is_current ? read_removed(m, &r, ret) : 0;
        if (!o || !zone_is_present(o->zone) || !o->feature->was_ready ||
            !is_own(o, message_get_interface(signal)))
                return 0;
        return read_emitted(o, signal, &r);
}

void remote_read_signal(RemoteModule *m, Message *signal) {
        RemoteObject *o;

        if (module_read_signal(m, signal, &o) < 0) {
                m->remote->hub->statistics.malformed++;
                remote_module_read_again(m);
        }
        if (o)
                instance_commit(o->feature->instance);
}

/* ---- single objects ---- */

int remote_read_all(RemoteObject *o, Message *reply) {
        Reader r = message_reader(reply);
        Findings f = { 0 };
        int k;

        object_begin(o);
        k = read_dictionary(o, &r, read_own_entry, &f);
        if (k < 0)
                return k;
        object_withdraw_unseen(o);
        return 0;
}

int remote_read_property(RemoteObject *o, uint32_t property, Message *reply) {
        Reader r = message_reader(reply);

        return read_known_property(o, property, &r);
}

/* ---- foreign services ---- */

static RemoteFeature *find_foreign(const RemoteModule *m, const char *interface) {
        LINK_FOREACH(l, next, &m->features) {
                RemoteFeature *f = LINK_OWNER(l, RemoteFeature, link);

                if (strcmp(f->interface->dbus_name, interface) == 0)
                        return f;
        }
        return NULL;
}

static int read_foreign_changed(RemoteModule *m, Reader *r, RemoteObject **ret) {
        const char *interface;
        Findings found = { 0 };
        RemoteFeature *f;
        int k;

        k = reader_string(r, &interface);
        if (k < 0)
                return k;
        f = find_foreign(m, interface);
        if (!f || !f->is_synced)
                return 0;
        *ret = f->root;
        k = read_dictionary(f->root, r, read_own_entry, &found);
        return k < 0 ? k : read_invalidated(f->root, r);
}

int remote_read_foreign_signal(RemoteModule *m, Message *signal, RemoteObject **ret) {
        Reader r = message_reader(signal);
        RemoteFeature *f;

        if (is_signal(signal, PROPERTIES_INTERFACE, "PropertiesChanged"))
                return read_foreign_changed(m, &r, ret);
        f = find_foreign(m, message_get_interface(signal));
        if (!f || !f->is_synced)
                return 0;
        *ret = f->root;
        return read_emitted(f->root, signal, &r);
}

static int read_mentioned(RemoteModule *m, Reader *r) {
        RemoteFeature *f;
        const char *name;
        int k;

        k = reader_string(r, &name);
        f = k < 0 ? NULL : find_foreign(m, name);
        if (f)
                f->is_mentioned = true;
        return k;
}

static int read_added_interfaces(RemoteModule *m, Reader *r) {
        int k;

        k = reader_enter(r, 'a', "{sa{sv}}");
        while (k >= 0 && (k = reader_next(r, 'e', "sa{sv}")) > 0) {
                k = read_mentioned(m, r);
                if (k >= 0)
                        k = reader_skip(r, "a{sv}");
                if (k >= 0)
                        k = reader_exit(r);
        }
        return k;
}

static int read_removed_interfaces(RemoteModule *m, Reader *r) {
        int k;

        k = reader_enter(r, 'a', "s");
        while (k >= 0 && (k = reader_at_end(r)) == 0)
                k = read_mentioned(m, r);
        return k;
}

int remote_read_presence(RemoteModule *m, Message *signal, bool is_added) {
        Reader r = message_reader(signal);
        const char *path;
        int k;

        LINK_FOREACH(l, next, &m->features) {
                LINK_OWNER(l, RemoteFeature, link)->is_mentioned = false;
        }
        k = reader_basic(&r, 'o', &path);
        if (k < 0 || strcmp(path, m->path) != 0)
                return k;
        return is_added ? read_added_interfaces(m, &r) : read_removed_interfaces(m, &r);
}
