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
        return (const void *)((const char *)i->signal_table + (size_t)n * i->module->signal_size);
}

/* How many errors the method names: none where an older generator had no field for them. */
static inline uint32_t interface_method_n_errors(const struct fascia_interface *i, uint32_t n) {
        return FASCIA_HAS_FIELD(struct fascia_method, errors, i->module->method_size)
                       ? interface_method(i, n)->n_errors
                       : 0;
}

/* A model is what the runtime makes: nobody sets it. */
static inline bool property_is_readonly(const struct fascia_property *p) {
        return (p->flags & FASCIA_PROPERTY_READONLY) || p->type->kind == FASCIA_KIND_MODEL;
}

/* By D-Bus name; the index, or -ENOENT. */
int interface_find_property(const struct fascia_interface *i, const char *dbus_name);
int interface_find_method(const struct fascia_interface *i, const char *dbus_name);
int interface_find_signal(const struct fascia_interface *i, const char *dbus_name);

/* Whether the root can be read by this version: abi and sizes. -ELIBBAD. */
int module_check(const struct fascia_module *m);
/* Whether what the interface says of its members makes sense: types are laid out as their signatures
 * say, names of errors are such. Of a module that module_check() has passed. -ELIBBAD. */
int interface_check(const struct fascia_interface *i);
