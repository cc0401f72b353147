/* SPDX-License-Identifier: MIT */
/* What a data file adds to simulation data. */
#pragma once

#include <fascia/descriptor.h>

#include "model.h"
#include "node.h"

/* What holds for a property then: own is what the file says of it, base what held before. interface has the zones of both. */
const Node *sim_data_merge(Arena *a, const struct fascia_simulation *base, uint32_t index,
                           const struct fascia_type *type, const Interface *interface,
                           const Property *property, const Node *own);
