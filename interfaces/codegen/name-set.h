/* SPDX-License-Identifier: MIT */
/* Names, each of them once. */
#pragma once

#include <stdbool.h>

#include "arena.h"

/* Zeroed: empty. */
typedef struct NameSet {
        const char **slots; /* by hash; a power of two of them, half empty at least */
        size_t n_slots;
        size_t n_names;
} NameSet;

/* The name must live as long as the set. False: it is there already. */
bool name_set_add(NameSet *s, Arena *a, const char *name);
