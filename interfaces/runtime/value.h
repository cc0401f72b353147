/* SPDX-License-Identifier: MIT */
/* Values in memory, by their descriptors: the parts that are not public in <fascia/backend.h>. */
#pragma once

#include <fascia/backend.h>
#include <fascia/descriptor.h>

/* What every list looks like, and every map. */
typedef struct ValueList {
        const void *items;
        size_t count;
} ValueList;

/* Whether the value has a place on the wire. -EINVAL: a string or the items are missing, a map has a
 * key twice, what is in a variant makes no sense, or is too deep; -EILSEQ: a string is not UTF-8, or
 * a path not one of an object. */
int value_check_encodable(const struct fascia_type *type, const void *value);

static inline bool value_is_encodable(const struct fascia_type *type, const void *value) {
        return value_check_encodable(type, value) == 0;
}

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
