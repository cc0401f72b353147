/* SPDX-License-Identifier: MIT */
/* The objects of models: there, so that whoever follows the path in the property gets an answer
 * that says what he found, but their rows are not served. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "service-private.h"

#define ERROR(name) "org.freedesktop.DBus.Error." name

static bool is_model(const struct fascia_property *property) {
        return property->type->kind == FASCIA_KIND_MODEL;
}

bool object_has_models(const Object *o) {
        const struct fascia_interface *i = o->feature->interface;

        for (uint32_t p = 0; p < i->n_properties; p++)
                if (is_model(interface_property(i, p)))
                        return true;
        return false;
}

static const struct fascia_property *object_find_model(const Object *o, const char *name) {
        const struct fascia_interface *i = o->feature->interface;

        for (uint32_t p = 0; p < i->n_properties; p++) {
                const struct fascia_property *property = interface_property(i, p);

                if (is_model(property) && strcmp(property->name, name) == 0)
                        return property;
        }
        return NULL;
}

/* What follows the path of the object and "/_models", or NULL. */
static const char *below_models(const Object *o, const char *path) {
        size_t n = strlen(o->path);

        if (strncmp(path, o->path, n) != 0 ||
            strncmp(path + n, "/" MODELS, strlen("/" MODELS)) != 0)
                return NULL;
        path += n + strlen("/" MODELS);
        return *path == '\0' || *path == '/' ? path : NULL;
}

bool service_find_model(Service *s, const char *path, ModelObject *ret) {
        Feature *f = service_find_feature(s, path);
        const char *name = NULL;
        Object *o;

        for (o = f ? f->objects : NULL; o; o = o->next) {
                name = below_models(o, path);
                if (name)
                        break;
        }
        if (!o || !object_is_there(o) || !object_has_models(o))
                return false;
        *ret = (ModelObject){ .object = o };
        if (*name == '\0')
                return true;
        ret->property = object_find_model(o, name + 1);
        return ret->property;
}

static uint32_t property_index(const struct fascia_interface *i,
                               const struct fascia_property *property) {
        uint32_t p = 0;

        while (interface_property(i, p) != property)
                p++;
        return p;
}

static bool is_of_model(const ModelObject *m, const char *interface) {
        const char *own = m->object->feature->interface->dbus_name;
        size_t n = strlen(own);

        if (strcmp(interface, PROPERTIES_INTERFACE) == 0)
                return true;
        return strncmp(interface, own, n) == 0 && interface[n] == '.' &&
               strcmp(interface + n + 1, m->property->dbus_name) == 0;
}

int model_call(Service *s, const ModelObject *m, Message *call, const Asker *asker) {
        const char *interface = message_get_interface(call);
        const char *member = message_get_member(call);
        int r;

        if (strcmp(member, "Introspect") == 0 &&
            (!interface || strcmp(interface, INTROSPECTABLE_INTERFACE) == 0))
                return model_introspect(s, m, call);
        if (!m->property)
                return service_reply_error(s, call, ERROR("UnknownMethod"),
                                           "'%s' has no method '%s'", message_get_path(call),
                                           member);
        if (interface && !is_of_model(m, interface))
                return service_reply_error(s, call, ERROR("UnknownInterface"),
                                           "'%s' has no interface '%s'", message_get_path(call),
                                           interface);
        /* Its rows are the value of the property. */
        if (!service_permits(s, call, asker, m->object->feature, ACCESS_READ,
                             property_index(m->object->feature->interface, m->property), &r))
                return r;
        return service_reply_error(s, call, ERROR("NotSupported"),
                                   "%s: the model '%s' of %s cannot be read: this version does not "
                                   "serve models",
                                   member, m->property->name, m->object->feature->interface->name);
}
