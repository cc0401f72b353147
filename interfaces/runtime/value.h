/* SPDX-License-Identifier: MIT */
/* Values in memory, by their descriptors: the parts that are not public in <fascia/backend.h>. */
#pragma once

#include <fascia/backend.h>
#include <fascia/descriptor.h>

/* What every list looks like. */
typedef struct ValueList {
        const void *items;
        size_t count;
} ValueList;

/* Whether every string inside is UTF-8 without NUL beyond its end, so that it has a place on the
 * wire. */
bool value_is_encodable(const struct fascia_type *type, const void *value);

/* A storage for one value of any type, aligned for all: small ones inside, larger ones on the heap.
 */
typedef struct ValueBuffer {
        const struct fascia_type *type;
        void *data;
        union {
                uint64_t words[8];
                double real;
                void *pointer;
        } inlined;
} ValueBuffer;

/* data is uninitialised storage for a value of the type. -ENOMEM. */
int value_buffer_init(ValueBuffer *b, const struct fascia_type *type);
/* Releases the storage; the value in it only when clear is true. */
void value_buffer_done(ValueBuffer *b, bool clear);
