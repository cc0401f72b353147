/* SPDX-License-Identifier: MIT */
/* Whether a property takes every value that it took. */
#pragma once

#include "model.h"

/* Whether there is a value that the old bounds allow and the new ones refuse. Both of types that
 * are the same on D-Bus. */
bool bounds_are_narrower(Arena *a, const Property *old, const Property *new);
/* ">= 2", "[0-5]", "[1, 2]"; "none" */
const char *bounds_print(Arena *a, const Constraint *c);
