/* SPDX-License-Identifier: MIT */
/* One writer and one reader for all types, by their descriptors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "map.h"
#include "type.h"
#include "value.h"
#include "variant.h"

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

static const char *string_of(const struct fascia_type *type, const void *value) {
        const char *s = *(const char *const *)value;

        /* As value.c reads it. */
        return s ? s : type->signature[0] == 'o' ? "/" : "";
}

/* A struct, or an entry of a dictionary. */
static char struct_container(const struct fascia_type *type) {
        return type->signature[0] == '{' ? 'e' : 'r';
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
        r = writer_open(w, struct_container(type), contents);
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

/* Unset is the variant of the empty signature. */
static int write_unset(Writer *w) {
        const char *empty = "";
        int r;

        r = writer_open(w, 'v', "g");
        if (r < 0)
                return r;
        r = writer_basic(w, 'g', &empty);
        if (r < 0)
                return r;
        return writer_close(w);
}

static int write_variant(Writer *w, const struct fascia_variant *v) {
        return variant_is_unset(v) ? write_unset(w) : codec_write_variant(w, v->type, v->value);
}

static int write_string(Writer *w, const struct fascia_type *type, const void *value) {
        const char *s = string_of(type, value);

        return writer_basic(w, wire_type(type), &s);
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
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                return write_string(w, type, value);
        case FASCIA_KIND_STRUCT:
                return write_struct(w, type, value);
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
                return write_list(w, type, value);
        case FASCIA_KIND_VAR:
                return write_variant(w, value);
        }
        return -EOPNOTSUPP;
}

/* Reading goes with the number of containers that are around what is read: the sender of a message
 * says how deep it is. */
static int read_value(Reader *r, const struct fascia_type *type, void *ret_value, unsigned depth);

static int read_string(Reader *r, const struct fascia_type *type, const char **ret) {
        const char *borrowed;
        int k;

        k = reader_basic(r, wire_type(type), &borrowed);
        if (k < 0)
                return k;
        return fascia_value_copy(type, ret, &borrowed);
}

/* Reads all members, or releases those that it read. */
static int read_members(Reader *r, const struct fascia_type *type, void *value, unsigned depth) {
        if (type->size > 0) /* without arguments there may be no storage */
                memset(value, 0, type->size);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                int k = read_value(r, m->type, (char *)value + m->offset, depth);
                if (k < 0) {
                        while (i-- > 0)
                                fascia_value_clear(type->members[i].type,
                                                   (char *)value + type->members[i].offset);
                        return k;
                }
        }
        return 0;
}

static int read_struct(Reader *r, const struct fascia_type *type, void *value, unsigned depth) {
        char contents[SIGNATURE_SIZE];
        int k;

        k = struct_contents(type, contents);
        if (k < 0)
                return k;
        k = reader_enter(r, struct_container(type), contents);
        if (k < 0)
                return k;
        k = read_members(r, type, value, depth + 1);
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

static int read_items(Reader *r, const struct fascia_type *element, ValueList *list,
                      unsigned depth) {
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
                k = read_value(r, element,
                               (char *)(uintptr_t)list->items + list->count * element->size, depth);
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

/* The entries are in the order of the sender. */
static int finish_map(const struct fascia_type *type, ValueList *map) {
        map_sort(type, map);
        return map_has_unique_keys(type, map) ? 0 : -EBADMSG;
}

static int read_list(Reader *r, const struct fascia_type *type, ValueList *ret, unsigned depth) {
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
        k = read_items(r, type->element, &list, depth + 1);
        if (k >= 0 && type->kind == FASCIA_KIND_MAP)
                k = finish_map(type, &list);
        if (k < 0) {
                fascia_value_clear(type, &list);
                return k;
        }
        *ret = list;
        return 0;
}

static int read_contents(Reader *r, const struct fascia_type *type, void *value, unsigned depth) {
        int k;

        k = reader_enter(r, 'v', type->signature);
        if (k < 0)
                return k;
        k = read_value(r, type, value, depth);
        if (k < 0)
                return k;
        k = reader_exit(r);
        if (k < 0)
                fascia_value_clear(type, value);
        return k;
}

/* The variant owns the type, whatever comes of it. */
static int read_held(Reader *r, struct fascia_variant *v, unsigned depth) {
        void *value;
        int k;

        value = malloc(v->type->size);
        if (!value)
                return -ENOMEM;
        k = read_contents(r, v->type, value, depth);
        if (k < 0) {
                free(value);
                return k;
        }
        v->value = value;
        return 0;
}

static bool is_empty_signature(const struct fascia_variant *v) {
        return v->type->signature[0] == 'g' && !**(const char *const *)v->value;
}

static int read_variant(Reader *r, struct fascia_variant *ret, unsigned depth) {
        struct fascia_variant v = { NULL, NULL };
        const char *contents;
        char code;
        int k;

        k = reader_peek(r, &code, &contents);
        if (k < 0)
                return k;
        if (code != 'v')
                return code ? -EBADMSG : -ENODATA;
        k = type_new(contents, &v.type);
        if (k < 0)
                return k == -EINVAL ? -EBADMSG : k;
        k = read_held(r, &v, depth + 1);
        if (k < 0) {
                type_free(v.type);
                return k;
        }
        if (is_empty_signature(&v)) {
                variant_release(&v);
                v = (struct fascia_variant){ NULL, NULL };
        }
        *ret = v;
        return 0;
}

static int read_value(Reader *r, const struct fascia_type *type, void *ret_value, unsigned depth) {
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
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                return read_string(r, type, ret_value);
        case FASCIA_KIND_STRUCT:
                return depth < VALUE_DEPTH_MAX ? read_struct(r, type, ret_value, depth) : -EBADMSG;
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
                return depth < VALUE_DEPTH_MAX ? read_list(r, type, ret_value, depth) : -EBADMSG;
        case FASCIA_KIND_VAR:
                return depth < VALUE_DEPTH_MAX ? read_variant(r, ret_value, depth) : -EBADMSG;
        }
        return -EOPNOTSUPP;
}

int codec_read(Reader *r, const struct fascia_type *type, void *ret_value) {
        return read_value(r, type, ret_value, 0);
}

const char *codec_error_text(int r) {
        if (r == -EBADMSG)
                return "a map has a key twice, values are nested too deep, or a string is not UTF-8";
        if (r == -EOPNOTSUPP)
                return "file descriptors are not supported";
        return strerror(-r);
}

int codec_read_arguments(Reader *r, const struct fascia_type *type, void *ret_arguments) {
        int k;

        k = read_members(r, type, ret_arguments, 0);
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
        return read_contents(r, type, ret_value, 0);
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
