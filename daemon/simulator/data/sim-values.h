/* SPDX-License-Identifier: MIT */
/* Values that were read from a file, as they are in memory, and back as they would be written. */
#pragma once

#include <fascia/descriptor.h>

#include "model.h"
#include "node.h"

/* The value was read for the type. All of it belongs to the arena. */
const void *sim_value_new(Arena *a, const struct fascia_type *type, const Value *v);
/* The same for several side by side, as the domain of a constraint is. */
const void *sim_value_new_array(Arena *a, const struct fascia_type *type, Value *const *values,
                                size_t n);
/* How many containers stand inside each other, as D-Bus counts them. */
unsigned sim_value_depth(const Value *v);

/* What a file would say for the value, which is one that the interface language can write. */
Node *sim_value_write(Arena *a, const struct fascia_type *type, const void *value, Span span);
