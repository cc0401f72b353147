/* SPDX-License-Identifier: MIT */
/* The members of an interface, by position and by name. */
#include "sim-member.h"

#include <errno.h>
#include <string.h>

const struct fascia_property *sim_property(const struct fascia_interface *i, uint32_t n) {
        return (const void *)((const char *)i->properties + (size_t)n * i->module->property_size);
}

const struct fascia_method *sim_method(const struct fascia_interface *i, uint32_t n) {
        return (const void *)((const char *)i->methods + (size_t)n * i->module->method_size);
}

const struct fascia_signal *sim_signal(const struct fascia_interface *i, uint32_t n) {
        return (const void *)((const char *)i->signal_table + (size_t)n * i->module->signal_size);
}

int sim_find_property(const struct fascia_interface *i, const char *name, uint32_t *ret) {
        for (uint32_t n = 0; n < i->n_properties; n++)
                if (strcmp(sim_property(i, n)->name, name) == 0) {
                        *ret = n;
                        return 0;
                }
        return -ENOENT;
}

int sim_find_method(const struct fascia_interface *i, const char *name, uint32_t *ret) {
        for (uint32_t n = 0; n < i->n_methods; n++)
                if (strcmp(sim_method(i, n)->name, name) == 0) {
                        *ret = n;
                        return 0;
                }
        return -ENOENT;
}

int sim_find_signal(const struct fascia_interface *i, const char *name, uint32_t *ret) {
        for (uint32_t n = 0; n < i->n_signals; n++)
                if (strcmp(sim_signal(i, n)->name, name) == 0) {
                        *ret = n;
                        return 0;
                }
        return -ENOENT;
}

bool sim_has_member(const struct fascia_interface *i, const char *name) {
        uint32_t n;

        return sim_find_property(i, name, &n) == 0 || sim_find_method(i, name, &n) == 0 ||
               sim_find_signal(i, name, &n) == 0;
}
