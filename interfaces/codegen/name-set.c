/* SPDX-License-Identifier: MIT */
/* Names, each of them once. */
#include "name-set.h"

#include <string.h>

static size_t hash(const char *name) {
        size_t h = 5381;

        for (; *name != '\0'; name++)
                h = h * 33 ^ (unsigned char)*name;
        return h;
}

/* Where the name is, or belongs. */
static const char **find_slot(const NameSet *s, const char *name) {
        size_t i = hash(name) & (s->n_slots - 1);

        while (s->slots[i] && strcmp(s->slots[i], name) != 0)
                i = (i + 1) & (s->n_slots - 1);
        return &s->slots[i];
}

static void grow(NameSet *s, Arena *a) {
        NameSet larger = { .n_slots = s->n_slots > 0 ? 2 * s->n_slots : 64, .n_names = s->n_names };

        larger.slots = arena_alloc(a, larger.n_slots * sizeof(larger.slots[0]));
        for (size_t i = 0; i < s->n_slots; i++)
                if (s->slots[i])
                        *find_slot(&larger, s->slots[i]) = s->slots[i];
        *s = larger;
}

bool name_set_add(NameSet *s, Arena *a, const char *name) {
        const char **slot;

        if (2 * (s->n_names + 1) > s->n_slots)
                grow(s, a);
        slot = find_slot(s, name);
        if (*slot)
                return false;
        *slot = name;
        s->n_names++;
        return true;
}
