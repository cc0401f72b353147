/* SPDX-License-Identifier: MIT */
/* The features that are installed: what module libraries describe. */
#pragma once

#include "fascia-sim.h"

/* Those of the configuration's ModulePath, in the tool from then on. Says what is wrong, and returns the exit status. */
int modules_open(Tool *t);
/* After the client. */
Modules *modules_close(Modules *m);
/* In the order of their names; NULL: no more. What controls simulations is not among them. */
const struct fascia_interface *modules_get(const Modules *m, size_t n);
/* "ClimateControl", or more of its name. Says what is wrong: NULL. */
const struct fascia_interface *modules_find(const Modules *m, const char *name);
/* Whether the name is the interface's, qualified or without leading parts. */
/* As sections of the configuration are called: "Vehicle.Climate". */
bool modules_has(const Modules *m, const char *module, size_t size);
bool is_name_of(const struct fascia_interface *i, const char *name);
