/* SPDX-License-Identifier: MIT */
/* Maps in memory: sorted, with unique keys, equal in any order. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

static const char *entry_of(const struct fascia_type *type, const ValueList *map, size_t i) {
        return (const char *)map->items + i * type->element->size;
}

static const char *key_of(const void *entry) {
        const char *key = *(const char *const *)entry;

        return key ? key : "";
}

static int compare_entries(const void *a, const void *b) {
        return strcmp(key_of(a), key_of(b));
}

static int compare_pointers(const void *a, const void *b) {
        return compare_entries(*(const void *const *)a, *(const void *const *)b);
}

/* And no key is there twice. */
static bool is_sorted(const struct fascia_type *type, const ValueList *map) {
        for (size_t i = 1; i < map->count; i++)
                if (compare_entries(entry_of(type, map, i - 1), entry_of(type, map, i)) >= 0)
                        return false;
        return true;
}

void map_sort(const struct fascia_type *type, ValueList *map) {
        if (!is_sorted(type, map))
                qsort((void *)(uintptr_t)map->items, map->count, type->element->size,
                      compare_entries);
}

/* The entries from `first` on in the order of their keys; NULL: no memory. */
static const void **map_index(const struct fascia_type *type, const ValueList *map, size_t first) {
        size_t n = map->count - first;
        const void **index = reallocarray(NULL, n, sizeof(*index));

        if (!index)
                return NULL;
        for (size_t i = 0; i < n; i++)
                index[i] = entry_of(type, map, first + i);
        qsort(index, n, sizeof(*index), compare_pointers);
        return index;
}

bool map_has_unique_keys(const struct fascia_type *type, const ValueList *map) {
        const void **index;
        bool unique;

        if (is_sorted(type, map))
                return true;
        index = map_index(type, map, 0);
        unique = index != NULL;
        for (size_t i = 1; unique && i < map->count; i++)
                unique = compare_entries(index[i - 1], index[i]) != 0;
        free(index);
        return unique;
}

static bool equal_in_key_order(const struct fascia_type *type, const ValueList *a,
                               const ValueList *b, size_t first) {
        const void **x = map_index(type, a, first), **y = map_index(type, b, first);
        bool equal = x && y;

        for (size_t i = 0; equal && i < a->count - first; i++)
                equal = fascia_value_equal(type->element, x[i], y[i]);
        free(x);
        free(y);
        return equal;
}

bool map_equal(const struct fascia_type *type, const ValueList *a, const ValueList *b) {
        if (a->count != b->count)
                return false;
        for (size_t i = 0; i < a->count; i++) {
                const void *x = entry_of(type, a, i), *y = entry_of(type, b, i);
                if (compare_entries(x, y) != 0) {
                        if (is_sorted(type, a) && is_sorted(type, b))
                                return false;
                        /* The entries before are equal, and not compared twice at every depth. */
                        return equal_in_key_order(type, a, b, i);
                }
                if (!fascia_value_equal(type->element, x, y))
                        return false;
        }
        return true;
}
