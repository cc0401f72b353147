/* SPDX-License-Identifier: MIT */
/* Maps in memory: lists of entries that begin with their key. What is kept is sorted by key, byte by
 * byte; what programs give may have any order. A key that is NULL counts as empty. */
#pragma once

#include "value.h"

/* In place: of one that is our own. */
void map_sort(const struct fascia_type *type, ValueList *map);
/* False also when there is no memory to find out, which it takes when the map is not sorted. */
bool map_has_unique_keys(const struct fascia_type *type, const ValueList *map);
/* Whatever the order. False also when there is no memory to find out, see above. */
bool map_equal(const struct fascia_type *type, const ValueList *a, const ValueList *b);
