/* SPDX-License-Identifier: MIT */
/* Bounds and simulation data of properties, also for single zones. */
#pragma once

#include "model.h"
#include "node.h"
#include "value-reader.h"

/* In place of a zone: the feature itself, and every zone that is not named. */
#define SIMULATION_FEATURE "="

/* minimum, maximum, range and domain of @config. */
void simulation_read_constraint(const ValueReader *r, Property *p, const Node *config);
/* zones of @config_simulator. */
void simulation_read_zones(const ValueReader *r, Interface *i, const Node *config);
/* Whether what is said under this key is a mapping from zones, "=" among them, to values, and not one
 * value. */
bool simulation_is_by_zone(const Interface *i, const Property *p, const NodeEntry *e);
/* Reports what simulation_read_property() would not look at. */
void simulation_check_keys(const ValueReader *r, const Property *p, const Node *config);
/* Everything that @config_simulator says of a property. */
void simulation_read_property(const ValueReader *r, const Interface *i, Property *p,
                              const Node *config);
