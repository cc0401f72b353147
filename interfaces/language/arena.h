/* SPDX-License-Identifier: MIT */
/* One owner for everything that a run of the generator, or one reading of a file, allocates. */
#pragma once

#include <stddef.h>

typedef struct Arena Arena;

/* Called when there is no memory; must not return. Where it jumps to, the arena can be freed. */
typedef void arena_exhausted_fn(void);

/* NULL: no memory. */
Arena *arena_new(arena_exhausted_fn *exhausted);
Arena *arena_free(Arena *a);

/* Called by arena_free() before the memory goes, the last one first: for what others allocate. */
typedef void arena_cleanup_fn(void *data);
void arena_add_cleanup(Arena *a, arena_cleanup_fn *cleanup, void *data);

/* Zeroed. Never NULL. */
void *arena_alloc(Arena *a, size_t size);
char *arena_strndup(Arena *a, const char *s, size_t size);
char *arena_printf(Arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for one more after the n elements of the array, which may move. */
void *arena_grow(Arena *a, void *array, size_t n, size_t element_size);

#define ARENA_APPEND(a, array, n, item) \
        ((array) = arena_grow(a, array, n, sizeof(*(array))), (array)[(n)++] = (item))
