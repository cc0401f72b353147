/* SPDX-License-Identifier: MIT */
/* Walking descriptors with the element sizes that their module states. */
#pragma once

#include <fascia/descriptor.h>

static inline const struct fascia_interface *module_interface(const struct fascia_module *m,
                                                              uint32_t i) {
        return (const void *)((const char *)m->interfaces + (size_t)i * m->interface_size);
}

static inline const struct fascia_property *interface_property(const struct fascia_interface *i,
                                                               uint32_t n) {
        return (const void *)((const char *)i->properties + (size_t)n * i->module->property_size);
}

static inline const struct fascia_method *interface_method(const struct fascia_interface *i,
                                                           uint32_t n) {
        return (const void *)((const char *)i->methods + (size_t)n * i->module->method_size);
}

static inline const struct fascia_signal *interface_signal(const struct fascia_interface *i,
                                                           uint32_t n) {
        return (const void *)((const char *)i->signals + (size_t)n * i->module->signal_size);
}

/* By D-Bus name; the index, or -ENOENT. */
int interface_find_property(const struct fascia_interface *i, const char *dbus_name);
int interface_find_method(const struct fascia_interface *i, const char *dbus_name);
int interface_find_signal(const struct fascia_interface *i, const char *dbus_name);

/* Whether the root can be read by this version: abi and sizes. -ELIBBAD. */
int module_check(const struct fascia_module *m);
