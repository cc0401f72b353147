/* SPDX-License-Identifier: MIT */
/* Bounds and simulation data of properties, also for single zones. */
#pragma once

#include "model.h"
#include "node.h"
#include "value-reader.h"

/* minimum, maximum, range and domain of @config. */
void simulation_read_constraint(const ValueReader *r, Property *p, const Node *config);
/* zones of @config_simulator. */
void simulation_read_zones(const ValueReader *r, Interface *i, const Node *config);
/* Everything that @config_simulator says of a property. */
void simulation_read_property(const ValueReader *r, const Interface *i, Property *p,
                              const Node *config);
