/* SPDX-License-Identifier: MIT */
/* Properties and snapshots: Get, Set, GetAll and GetManagedObjects, always of one moment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "descriptor.h"
#include "service-private.h"
#include "value.h"

#define ERROR(name) "org.freedesktop.DBus.Error." name

/* ---- writing ---- */

int write_serial(Writer *w, const Service *s) {
        TRY(writer_open(w, 'e', "sv"));
        TRY(writer_string(w, SERIAL_PROPERTY));
        TRY(writer_open(w, 'v', "t"));
        TRY(writer_basic(w, 't', &s->serial));
        TRY(writer_close(w));
        return writer_close(w);
}

int write_property_entries(Writer *w, const Object *o, const Rights *rights) {
        const struct fascia_interface *i = o->feature->interface;

        for (uint32_t p = 0; p < i->n_properties; p++) {
                const struct fascia_property *property = interface_property(i, p);

                if (!object_shows_value(o, p, rights))
                        continue;
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, property->dbus_name));
                TRY(codec_write_variant(w, property->type, zone_get_value(o->zone, p)));
                TRY(writer_close(w));
        }
        return 0;
}

int write_properties(Writer *w, const Object *o, const Rights *rights) {
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(write_property_entries(w, o, rights));
        TRY(write_serial(w, o->feature->service));
        return writer_close(w);
}

int write_interfaces(Writer *w, const Object *o, const Rights *rights) {
        static const char *const standard[] = { INTROSPECTABLE_INTERFACE, PROPERTIES_INTERFACE };

        TRY(writer_open(w, 'a', "{sa{sv}}"));
        for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
                TRY(writer_open(w, 'e', "sa{sv}"));
                TRY(writer_string(w, standard[i]));
                TRY(writer_open(w, 'a', "{sv}"));
                TRY(writer_close(w));
                TRY(writer_close(w));
        }
        TRY(writer_open(w, 'e', "sa{sv}"));
        TRY(writer_string(w, FEATURE_INFO_INTERFACE));
        TRY(write_info(w, o, ~0u));
        TRY(writer_close(w));
        TRY(writer_open(w, 'e', "sa{sv}"));
        TRY(writer_string(w, o->feature->interface->dbus_name));
        TRY(write_properties(w, o, rights));
        TRY(writer_close(w));
        return writer_close(w);
}

/* What somebody is shown. */
typedef struct View {
        const Service *service;
        const Object *object; /* NULL: all of them */
        const Rights *rights;
} View;

static int write_managed_objects(Writer *w, const void *userdata) {
        const View *view = userdata;
        const Service *s = view->service;

        TRY(writer_open(w, 'a', "{oa{sa{sv}}}"));
        for (uint32_t i = 0; i < s->n_features; i++)
                for (const Object *o = s->features[i].objects; o; o = o->next) {
                        if (!object_is_there(o))
                                continue;
                        TRY(writer_open(w, 'e', "oa{sa{sv}}"));
                        TRY(writer_basic(w, 'o', &o->path));
                        TRY(write_interfaces(w, o, view->rights));
                        TRY(writer_close(w));
                }
        return writer_close(w);
}

/* ---- measured answers ---- */

typedef int WriteFn(Writer *w, const void *userdata);

static int reply_too_large(Service *s, Message *call, size_t size) {
        return service_reply_error(s, call, ERROR("LimitsExceeded"),
                                   "The answer of %zu bytes is above the limit of %zu", size,
                                   s->settings.max_reply_size);
}

/* Measured first: a reply that the bus would not take disconnects the service, not the caller. */
static int reply_written(Service *s, Message *call, WriteFn *fn, const void *userdata) {
        SizeWriter size;
        Message *reply;
        Writer w;
        int r;

        size_writer_init(&size);
        r = fn(&size.writer, userdata);
        if (r < 0)
                return r;
        if (size.size > s->settings.max_reply_size)
                return reply_too_large(s, call, size.size);
        r = message_new_return(call, &reply);
        if (r < 0)
                return r;
        w = message_writer(reply);
        r = fn(&w, userdata);
        if (r < 0) {
                message_unref(reply);
                return r;
        }
        return service_reply(s, reply);
}

int service_get_managed_objects(Service *s, Message *call, const Asker *asker) {
        return reply_written(s, call, write_managed_objects, &(View){ s, NULL, asker->rights });
}

/* ---- Get ---- */

static int read_names(Message *call, Reader *r, const char **ret_interface,
                      const char **ret_property) {
        *r = message_reader(call);
        TRY(reader_string(r, ret_interface));
        return ret_property ? reader_string(r, ret_property) : 0;
}

static int reply_unknown_property(Service *s, Message *call, const char *interface,
                                  const char *name) {
        return service_reply_error(s, call, ERROR("UnknownProperty"), "%s has no property '%s'",
                                   *interface ? interface : message_get_path(call), name);
}

static int reply_unknown_interface(Service *s, Message *call, const char *interface) {
        return service_reply_error(s, call, ERROR("UnknownInterface"), "'%s' has no interface '%s'",
                                   message_get_path(call), interface);
}

static bool is_standard(const char *interface) {
        return strcmp(interface, PROPERTIES_INTERFACE) == 0 ||
               strcmp(interface, INTROSPECTABLE_INTERFACE) == 0 ||
               strcmp(interface, "org.freedesktop.DBus.Peer") == 0;
}

static bool is_own(const Object *o, const char *interface) {
        return strcmp(interface, o->feature->interface->dbus_name) == 0;
}

static bool is_info(const char *interface) {
        return strcmp(interface, FEATURE_INFO_INTERFACE) == 0;
}

typedef struct NamedProperty {
        const Object *object;
        const char *name; /* of org.fascia.Feature1, or the serial */
        uint32_t index;   /* without a name: of the feature's own */
} NamedProperty;

static int write_named(Writer *w, const void *userdata) {
        const NamedProperty *p = userdata;
        const Service *s = p->object->feature->service;

        if (!p->name)
                return codec_write_variant(
                        w, interface_property(p->object->feature->interface, p->index)->type,
                        zone_get_value(p->object->zone, p->index));
        if (strcmp(p->name, SERIAL_PROPERTY) != 0)
                return write_info_property(w, p->object, p->name);
        TRY(writer_open(w, 'v', "t"));
        TRY(writer_basic(w, 't', &s->serial));
        return writer_close(w);
}

static int get_own(Service *s, Object *o, Message *call, const Asker *asker, const char *interface,
                   const char *name) {
        int index = feature_find_property(o->feature, name);
        int r;

        if (index < 0)
                return reply_unknown_property(s, call, interface, name);
        if (!service_permits(s, call, asker, o->feature, ACCESS_READ, (uint32_t)index, &r))
                return r;
        if (!feature_is_ready(o->feature))
                return service_reply_unavailable(s, call, o->feature);
        if (zone_has_value(o->zone, (uint32_t)index) &&
            object_measure(o, (uint32_t)index) > s->settings.max_reply_size)
                return reply_too_large(s, call, object_measure(o, (uint32_t)index));
        if (!object_has_value(o, (uint32_t)index))
                return service_reply_error(s, call, ERROR_UNSUPPORTED, "%s has no value%s%s", name,
                                           *zone_get_name(o->zone) ? " in zone " : "",
                                           zone_get_name(o->zone));
        return reply_written(s, call, write_named, &(NamedProperty){ o, NULL, (uint32_t)index });
}

/* One that has no properties, as far as the object (NULL: the module's own) has it at all. */
static int reply_no_properties(Service *s, Object *o, Message *call, const char *interface,
                               const char *name) {
        if (is_standard(interface) ||
            (!o && (!*interface || strcmp(interface, OBJECT_MANAGER_INTERFACE) == 0)))
                return reply_unknown_property(s, call, interface, name);
        return reply_unknown_interface(s, call, interface);
}

/* "" stands for every interface, the feature's own before org.fascia.Feature1. */
int properties_get(Service *s, Object *o, Message *call, const Asker *asker) {
        const char *interface, *name;
        Reader r;

        TRY(read_names(call, &r, &interface, &name));
        if (!o || (*interface && !is_own(o, interface) && !is_info(interface)))
                return reply_no_properties(s, o, call, interface, name);
        if (strcmp(name, SERIAL_PROPERTY) != 0 && !is_info(interface) &&
            (*interface || !info_has_property(name) ||
             feature_find_property(o->feature, name) >= 0))
                return get_own(s, o, call, asker, interface, name);
        if (strcmp(name, SERIAL_PROPERTY) != 0 && !info_has_property(name))
                return reply_unknown_property(s, call, interface, name);
        return reply_written(s, call, write_named, &(NamedProperty){ o, name, 0 });
}

/* ---- GetAll ---- */

static int write_own(Writer *w, const void *userdata) {
        const View *view = userdata;

        return write_properties(w, view->object, view->rights);
}

static int write_whole_info(Writer *w, const void *userdata) {
        return write_info(w, userdata, ~0u);
}

static int write_none(Writer *w, const void *userdata) {
        (void)userdata;
        TRY(writer_open(w, 'a', "{sv}"));
        return writer_close(w);
}

/* "" asks for the properties of all interfaces; both here have a serial, which must not be there
 * twice. */
static int write_both(Writer *w, const void *userdata) {
        const View *view = userdata;
        const Object *o = view->object;

        TRY(writer_open(w, 'a', "{sv}"));
        TRY(write_property_entries(w, o, view->rights));
        TRY(write_info_entries(w, o, ~0u));
        TRY(write_serial(w, o->feature->service));
        return writer_close(w);
}

int properties_get_all(Service *s, Object *o, Message *call, const Asker *asker) {
        const View view = { s, o, asker->rights };
        const char *interface;
        Reader r;

        TRY(read_names(call, &r, &interface, NULL));
        if (is_standard(interface) ||
            (!o && (!*interface || strcmp(interface, OBJECT_MANAGER_INTERFACE) == 0)))
                return reply_written(s, call, write_none, NULL);
        if (!o)
                return reply_unknown_interface(s, call, interface);
        if (!*interface)
                return reply_written(s, call, write_both, &view);
        if (is_own(o, interface))
                return reply_written(s, call, write_own, &view);
        if (is_info(interface))
                return reply_written(s, call, write_whole_info, o);
        return reply_unknown_interface(s, call, interface);
}

/* ---- Set ---- */

static int set_value(Service *s, Object *o, Message *call, const Asker *asker, uint32_t index,
                     const void *value) {
        const struct fascia_property *p = interface_property(o->feature->interface, index);
        char *text = NULL;
        int r;

        r = codec_check(p->type, value, &text);
        if (r == -ERANGE)
                return service_reply_refusal(s, call, ERROR_OUT_OF_RANGE, p->dbus_name, text);
        if (r >= 0)
                r = fascia_property_check(p, p->constraint, value, &text);
        if (r >= 0)
                return service_ask(o, call, asker->quota, false, index, value);
        if (r == -ERANGE)
                r = service_reply_error(s, call, ERROR_OUT_OF_RANGE, "%s", text);
        free(text);
        return r;
}

static int set_own(Service *s, Object *o, Message *call, const Asker *asker, uint32_t index,
                   Reader *r) {
        const struct fascia_property *p = interface_property(o->feature->interface, index);
        const char *contents;
        ValueBuffer value;
        char type;
        int q;

        if (!service_permits(s, call, asker, o->feature, ACCESS_SET, index, &q))
                return q;
        if (property_is_readonly(p))
                return service_reply_error(s, call, ERROR("PropertyReadOnly"), "%s is read-only",
                                           p->dbus_name);
        if (!feature_is_ready(o->feature))
                return service_reply_unavailable(s, call, o->feature);
        q = reader_peek(r, &type, &contents);
        if (q < 0 || type != 'v' || strcmp(contents, p->type->signature) != 0)
                return service_reply_error(s, call, ERROR("InvalidArgs"),
                                           "%s: expected '%s', got '%s'", p->dbus_name,
                                           p->type->signature, q < 0 ? "?" : contents);
        q = value_buffer_init(&value, p->type);
        if (q < 0)
                return q;
        q = codec_read_variant(r, p->type, value.data);
        if (q < 0) {
                value_buffer_done(&value, false);
                return service_reply_error(s, call, ERROR("InvalidArgs"), "%s: %s", p->dbus_name,
                                           codec_error_text(q));
        }
        q = set_value(s, o, call, asker, index, value.data);
        value_buffer_done(&value, true);
        return q;
}

int properties_set(Service *s, Object *o, Message *call, const Asker *asker) {
        const char *interface, *name;
        Reader r;
        int index;

        TRY(read_names(call, &r, &interface, &name));
        if (!o || (*interface && !is_own(o, interface) && !is_info(interface)))
                return reply_no_properties(s, o, call, interface, name);
        index = is_info(interface) ? -ENOENT : feature_find_property(o->feature, name);
        if (index >= 0)
                return set_own(s, o, call, asker, (uint32_t)index, &r);
        if (strcmp(name, SERIAL_PROPERTY) == 0 ||
            (!is_own(o, interface) && info_has_property(name)))
                return service_reply_error(s, call, ERROR("PropertyReadOnly"), "%s is read-only",
                                           name);
        return reply_unknown_property(s, call, interface, name);
}
