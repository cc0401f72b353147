/* SPDX-License-Identifier: MIT */
/* Finds members of an interface by their names on D-Bus. */
#include <errno.h>
#include <string.h>

#include "descriptor.h"

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
        if (!FASCIA_HAS_FIELD(struct fascia_interface, signals, m->interface_size) ||
            !FASCIA_HAS_FIELD(struct fascia_property, unit, m->property_size) ||
            !FASCIA_HAS_FIELD(struct fascia_method, output, m->method_size) ||
            !FASCIA_HAS_FIELD(struct fascia_signal, arguments, m->signal_size))
                return -ELIBBAD;
        return 0;
}
