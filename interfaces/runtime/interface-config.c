/* SPDX-License-Identifier: MIT */
/* Sections of the configuration that interface files name (configurationId). */
#include "interface-config.h"

const char *interface_get_configuration(const struct fascia_interface *i) {
        if (!FASCIA_HAS_FIELD(struct fascia_interface, configuration, i->module->interface_size))
                return NULL;
        return i->configuration;
}

int interface_configure(const struct fascia_interface *i, Config *c) {
        const char *section = interface_get_configuration(i);

        return section ? config_redirect(c, i->module->name, i->name, section) : 0;
}
