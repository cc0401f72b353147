/* SPDX-License-Identifier: MIT */
/* The members of an interface, by position and by name. */
#pragma once

#include <fascia/descriptor.h>
#include <stdbool.h>

/* By the name of the interface file. -ENOENT. */
int sim_find_property(const struct fascia_interface *i, const char *name, uint32_t *ret);
int sim_find_method(const struct fascia_interface *i, const char *name, uint32_t *ret);
int sim_find_signal(const struct fascia_interface *i, const char *name, uint32_t *ret);
/* Whether a property, an operation or a signal has that name. */
bool sim_has_member(const struct fascia_interface *i, const char *name);
const struct fascia_property *sim_property(const struct fascia_interface *i, uint32_t n);
const struct fascia_method *sim_method(const struct fascia_interface *i, uint32_t n);
const struct fascia_signal *sim_signal(const struct fascia_interface *i, uint32_t n);
