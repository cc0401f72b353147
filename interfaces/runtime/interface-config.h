/* SPDX-License-Identifier: MIT */
/* Sections of the configuration that interface files name (configurationId). */
#pragma once

#include "config.h"
#include <fascia/descriptor.h>

/* The section that is used instead of the module's; NULL: none. */
const char *interface_get_configuration(const struct fascia_interface *i);

/* Tells the configuration of it. To be called before a value of the interface is looked up. -ENOMEM. */
int interface_configure(const struct fascia_interface *i, Config *c);
