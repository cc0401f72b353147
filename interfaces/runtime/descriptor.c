/* SPDX-License-Identifier: MIT */
/* Finds members of an interface by their names on D-Bus, and checks descriptors before they are
 * used. */
#include <errno.h>
#include <string.h>

#include "descriptor.h"
#include "error.h"
#include "interface-config.h"
#include "type.h"

int interface_find_property(const struct fascia_interface *i, const char *dbus_name) {
        for (uint32_t n = 0; n < i->n_properties; n++)
                if (strcmp(interface_property(i, n)->dbus_name, dbus_name) == 0)
                        return (int)n;
        return -ENOENT;
}

int interface_find_method(const struct fascia_interface *i, const char *dbus_name) {
        for (uint32_t n = 0; n < i->n_methods; n++)
                if (strcmp(interface_method(i, n)->dbus_name, dbus_name) == 0)
                        return (int)n;
        return -ENOENT;
}

int interface_find_signal(const struct fascia_interface *i, const char *dbus_name) {
        for (uint32_t n = 0; n < i->n_signals; n++)
                if (strcmp(interface_signal(i, n)->dbus_name, dbus_name) == 0)
                        return (int)n;
        return -ENOENT;
}

int module_check(const struct fascia_module *m) {
        if (m->abi != FASCIA_DESCRIPTOR_ABI)
                return -ELIBBAD;
        if (!FASCIA_HAS_FIELD(struct fascia_module, interfaces, m->size))
                return -ELIBBAD;
        /* The last fields of the first version of the layout: no generator wrote smaller ones. */
        if (!FASCIA_HAS_FIELD(struct fascia_interface, signal_table, m->interface_size) ||
            !FASCIA_HAS_FIELD(struct fascia_property, unit, m->property_size) ||
            !FASCIA_HAS_FIELD(struct fascia_method, output, m->method_size) ||
            !FASCIA_HAS_FIELD(struct fascia_signal, arguments, m->signal_size))
                return -ELIBBAD;
        return 0;
}

static bool is_property_type(const struct fascia_type *type) {
        if (type->kind != FASCIA_KIND_MODEL)
                return type_is_regular(type);
        return type->size == sizeof(const char *) && type->element && type->signature &&
               strcmp(type->signature, "o") == 0 && !(type->flags & FASCIA_TYPE_TRIVIAL) &&
               type_is_regular(type->element);
}

static bool is_method(const struct fascia_interface *i, uint32_t n) {
        const struct fascia_method *m = interface_method(i, n);
        uint32_t n_errors = interface_method_n_errors(i, n);

        if (n_errors > 0 && !m->errors)
                return false;
        for (uint32_t e = 0; e < n_errors; e++)
                if (!m->errors[e] || !error_name_is_valid(m->errors[e]))
                        return false;
        return m->input && m->output && type_is_regular_arguments(m->input) &&
               type_is_regular_arguments(m->output);
}

int interface_check(const struct fascia_interface *i) {
        const char *configuration = interface_get_configuration(i);

        for (uint32_t n = 0; n < i->n_properties; n++) {
                const struct fascia_type *type = interface_property(i, n)->type;
                if (!type || !is_property_type(type))
                        return -ELIBBAD;
        }
        for (uint32_t n = 0; n < i->n_methods; n++)
                if (!is_method(i, n))
                        return -ELIBBAD;
        for (uint32_t n = 0; n < i->n_signals; n++) {
                const struct fascia_type *type = interface_signal(i, n)->arguments;
                if (!type || !type_is_regular_arguments(type))
                        return -ELIBBAD;
        }
        return configuration && !*configuration ? -ELIBBAD : 0;
}
