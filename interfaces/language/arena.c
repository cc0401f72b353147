/* SPDX-License-Identifier: MIT */
/* One owner for everything that a run of the generator, or one reading of a file, allocates. */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With a sanitizer one malloc() for each object, so that it sees where each of them ends. */
#if defined(__SANITIZE_ADDRESS__)
#define CHUNK_SIZE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHUNK_SIZE 0
#endif
#endif
#ifndef CHUNK_SIZE
#define CHUNK_SIZE (256 * 1024)
#endif

typedef struct Chunk {
        struct Chunk *next;
        max_align_t data[];
} Chunk;

typedef struct Cleanup {
        struct Cleanup *next;
        arena_cleanup_fn *run;
        void *data;
} Cleanup;

struct Arena {
        Chunk *chunks;
        Cleanup *cleanups;
        char *free; /* of the chunk that is first */
        size_t n_free;
        arena_exhausted_fn *exhausted;
};

Arena *arena_new(arena_exhausted_fn *exhausted) {
        Arena *a = calloc(1, sizeof(*a));

        if (a)
                a->exhausted = exhausted;
        return a;
}

Arena *arena_free(Arena *a) {
        if (!a)
                return NULL;
        for (Cleanup *c = a->cleanups; c; c = c->next)
                c->run(c->data);
        while (a->chunks) {
                Chunk *next = a->chunks->next;

                free(a->chunks);
                a->chunks = next;
        }
        free(a);
        return NULL;
}

/* Zeroed. */
static Chunk *new_chunk(Arena *a, size_t size) {
        Chunk *chunk = NULL;

        if (size <= SIZE_MAX - sizeof(*chunk))
                chunk = calloc(1, sizeof(*chunk) + size);
        if (!chunk) {
                a->exhausted();
                abort();
        }
        chunk->next = a->chunks;
        a->chunks = chunk;
        return chunk;
}

void *arena_alloc(Arena *a, size_t size) {
        const size_t unit = sizeof(max_align_t);
        char *data;

        /* What is large has a chunk of its own; the one in use stays in use. */
        if (CHUNK_SIZE == 0 || size > CHUNK_SIZE / 4)
                return new_chunk(a, size)->data;
        size = (size + unit - 1) / unit * unit;
        if (size > a->n_free) {
                a->free = (char *)new_chunk(a, CHUNK_SIZE)->data;
                a->n_free = CHUNK_SIZE;
        }
        data = a->free;
        a->free += size;
        a->n_free -= size;
        return data;
}

void arena_add_cleanup(Arena *a, arena_cleanup_fn *cleanup, void *data) {
        Cleanup *c = arena_alloc(a, sizeof(*c));

        *c = (Cleanup){ .next = a->cleanups, .run = cleanup, .data = data };
        a->cleanups = c;
}

char *arena_strndup(Arena *a, const char *s, size_t size) {
        char *copy = arena_alloc(a, size + 1);

        if (size > 0)
                memcpy(copy, s, size);
        return copy;
}

char *arena_printf(Arena *a, const char *format, ...) {
        char buffer[256]; /* for most texts one pass is enough */
        va_list ap;
        char *text;
        int size;

        va_start(ap, format);
        size = vsnprintf(buffer, sizeof(buffer), format, ap);
        va_end(ap);
        assert(size >= 0);
        if ((size_t)size < sizeof(buffer))
                return arena_strndup(a, buffer, (size_t)size);
        text = arena_alloc(a, (size_t)size + 1);
        va_start(ap, format);
        vsnprintf(text, (size_t)size + 1, format, ap);
        va_end(ap);
        return text;
}

void *arena_grow(Arena *a, void *array, size_t n, size_t element_size) {
        void *larger;

        if (n > 0 && (n < 4 || (n & (n - 1)) != 0))
                return array;
        larger = arena_alloc(a, (n == 0 ? 4 : 2 * n) * element_size);
        if (n > 0)
                memcpy(larger, array, n * element_size);
        return larger;
}
