/* SPDX-License-Identifier: MIT */
/* One writer and one reader for all types, by their descriptors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "value.h"

/* A signature has at most 255 bytes (D-Bus specification, "Valid Signatures"). */
#define SIGNATURE_SIZE 256

/* Small, because most lists are; grows by doubling, cut to size at the end. */
#define FIRST_CAPACITY 8

static const void *member_of(const struct fascia_member *m, const void *value) {
        return (const char *)value + m->offset;
}

/* Of a basic type its only character. */
static char wire_type(const struct fascia_type *type) {
        return type->signature[0];
}

/* Whether items lie on the wire as they lie in memory. A bool does not, a struct's padding may
 * not. */
static bool is_bulk(const struct fascia_type *element) {
        return (element->flags & FASCIA_TYPE_TRIVIAL) && element->kind != FASCIA_KIND_BOOL &&
               element->kind != FASCIA_KIND_STRUCT;
}

/* The signature of the members, without the brackets of the struct. */
static int struct_contents(const struct fascia_type *type, char ret[SIGNATURE_SIZE]) {
        size_t n = strlen(type->signature);

        if (n < 3 || n >= SIGNATURE_SIZE)
                return -EINVAL;
        memcpy(ret, type->signature + 1, n - 2);
        ret[n - 2] = 0;
        return 0;
}

int codec_write_arguments(Writer *w, const struct fascia_type *type, const void *arguments) {
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                int r = codec_write(w, m->type, member_of(m, arguments));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_struct(Writer *w, const struct fascia_type *type, const void *value) {
        char contents[SIGNATURE_SIZE];
        int r;

        r = struct_contents(type, contents);
        if (r < 0)
                return r;
        r = writer_open(w, 'r', contents);
        if (r < 0)
                return r;
        r = codec_write_arguments(w, type, value);
        if (r < 0)
                return r;
        return writer_close(w);
}

static int write_list(Writer *w, const struct fascia_type *type, const ValueList *list) {
        const struct fascia_type *element = type->element;
        int r;

        if (is_bulk(element))
                return writer_array(w, wire_type(element), list->items, list->count);
        r = writer_open(w, 'a', element->signature);
        if (r < 0)
                return r;
        for (size_t i = 0; i < list->count; i++) {
                r = codec_write(w, element, (const char *)list->items + i * element->size);
                if (r < 0)
                        return r;
        }
        return writer_close(w);
}

int codec_write(Writer *w, const struct fascia_type *type, const void *value) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
        case FASCIA_KIND_REAL:
        case FASCIA_KIND_ENUM:
        case FASCIA_KIND_FLAG:
                return writer_basic(w, wire_type(type), value);
        case FASCIA_KIND_STRING:
                /* NULL counts as empty, see value.c. */
                return writer_string(w, *(const char *const *)value ? *(const char *const *)value
                                                                    : "");
        case FASCIA_KIND_STRUCT:
                return write_struct(w, type, value);
        case FASCIA_KIND_LIST:
                return write_list(w, type, value);
        case FASCIA_KIND_MAP:
        case FASCIA_KIND_VAR:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                break;
        }
        return -EOPNOTSUPP;
}

/* What fascia_value_copy() needs to know of one. */
static const struct fascia_type string_type = {
        .kind = FASCIA_KIND_STRING,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "s",
};

static int read_string(Reader *r, const char **ret) {
        const char *borrowed;
        int k;

        k = reader_string(r, &borrowed);
        if (k < 0)
                return k;
        return fascia_value_copy(&string_type, ret, &borrowed);
}

/* Reads all members, or releases those that it read. */
static int read_members(Reader *r, const struct fascia_type *type, void *value) {
        if (type->size > 0) /* without arguments there may be no storage */
                memset(value, 0, type->size);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                int k = codec_read(r, m->type, (char *)value + m->offset);
                if (k < 0) {
                        while (i-- > 0)
                                fascia_value_clear(type->members[i].type,
                                                   (char *)value + type->members[i].offset);
                        return k;
                }
        }
        return 0;
}

static int read_struct(Reader *r, const struct fascia_type *type, void *value) {
        char contents[SIGNATURE_SIZE];
        int k;

        k = struct_contents(type, contents);
        if (k < 0)
                return k;
        k = reader_enter(r, 'r', contents);
        if (k < 0)
                return k;
        k = read_members(r, type, value);
        if (k < 0)
                return k;
        k = reader_exit(r);
        if (k < 0)
                fascia_value_clear(type, value);
        return k;
}

static int read_bulk(Reader *r, const struct fascia_type *element, ValueList *list) {
        const void *items;
        size_t count;
        void *copy;
        int k;

        k = reader_array(r, wire_type(element), &items, &count);
        if (k < 0)
                return k;
        *list = (ValueList){ NULL, 0 };
        if (count == 0)
                return 0;
        copy = reallocarray(NULL, count, element->size);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, items, count * element->size);
        *list = (ValueList){ copy, count };
        return 0;
}

/* Makes room for one more. */
static int list_reserve(const struct fascia_type *element, ValueList *list, size_t *capacity) {
        size_t n = *capacity > 0 ? *capacity * 2 : FIRST_CAPACITY;
        void *items;

        if (list->count < *capacity)
                return 0;
        items = reallocarray((void *)(uintptr_t)list->items, n, element->size);
        if (!items)
                return -ENOMEM;
        list->items = items;
        *capacity = n;
        return 0;
}

static int read_items(Reader *r, const struct fascia_type *element, ValueList *list) {
        size_t capacity = 0;
        int k;

        for (;;) {
                k = reader_at_end(r);
                if (k < 0)
                        return k;
                if (k > 0)
                        break;
                k = list_reserve(element, list, &capacity);
                if (k < 0)
                        return k;
                k = codec_read(r, element,
                               (char *)(uintptr_t)list->items + list->count * element->size);
                if (k < 0)
                        return k;
                list->count++;
        }
        if (list->count < capacity) {
                void *items = reallocarray((void *)(uintptr_t)list->items, list->count,
                                           element->size);
                if (items) /* else it stays larger than needed */
                        list->items = items;
        }
        return reader_exit(r);
}

static int read_list(Reader *r, const struct fascia_type *type, ValueList *ret) {
        ValueList list = { NULL, 0 };
        int k;

        if (is_bulk(type->element)) {
                k = read_bulk(r, type->element, ret);
                /* Not from a message of the other byte order. */
                if (k != -EOPNOTSUPP)
                        return k;
        }
        k = reader_enter(r, 'a', type->element->signature);
        if (k < 0)
                return k;
        k = read_items(r, type->element, &list);
        if (k < 0) {
                fascia_value_clear(type, &list);
                return k;
        }
        *ret = list;
        return 0;
}

int codec_read(Reader *r, const struct fascia_type *type, void *ret_value) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
        case FASCIA_KIND_REAL:
        case FASCIA_KIND_ENUM:
        case FASCIA_KIND_FLAG:
                return reader_basic(r, wire_type(type), ret_value);
        case FASCIA_KIND_STRING:
                return read_string(r, ret_value);
        case FASCIA_KIND_STRUCT:
                return read_struct(r, type, ret_value);
        case FASCIA_KIND_LIST:
                return read_list(r, type, ret_value);
        case FASCIA_KIND_MAP:
        case FASCIA_KIND_VAR:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                break;
        }
        return -EOPNOTSUPP;
}

int codec_read_arguments(Reader *r, const struct fascia_type *type, void *ret_arguments) {
        int k;

        k = read_members(r, type, ret_arguments);
        if (k < 0)
                /* Fewer than expected are as wrong as others. */
                return k == -ENODATA ? -EBADMSG : k;
        k = reader_at_end(r);
        if (k > 0)
                return 0;
        fascia_value_clear(type, ret_arguments);
        return k < 0 ? k : -EBADMSG;
}

int codec_write_variant(Writer *w, const struct fascia_type *type, const void *value) {
        int r;

        r = writer_open(w, 'v', type->signature);
        if (r < 0)
                return r;
        r = codec_write(w, type, value);
        if (r < 0)
                return r;
        return writer_close(w);
}

int codec_read_variant(Reader *r, const struct fascia_type *type, void *ret_value) {
        int k;

        k = reader_enter(r, 'v', type->signature);
        if (k < 0)
                return k;
        k = codec_read(r, type, ret_value);
        if (k < 0)
                return k;
        k = reader_exit(r);
        if (k < 0)
                fascia_value_clear(type, ret_value);
        return k;
}

size_t codec_measure(const struct fascia_type *type, const void *value) {
        SizeWriter s;

        size_writer_init(&s);
        /* The members of a struct at offset 0 begin where the struct does, so arguments measure
         * right, too. */
        if (type->kind == FASCIA_KIND_STRUCT)
                return codec_write_arguments(&s.writer, type, value) < 0 ? SIZE_MAX : s.size;
        return codec_write(&s.writer, type, value) < 0 ? SIZE_MAX : s.size;
}
