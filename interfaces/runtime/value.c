/* SPDX-License-Identifier: MIT */
/* Values in memory: initialise, copy, release and compare them, by their descriptors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "value.h"
#include "variant.h"
#include <fascia/backend.h>
#include <fascia/generated.h>

/*
 * The empty string is never allocated: a copy of one is this static one, and a release leaves every
 * empty string alone. So start values cost nothing, and a value that one copy of this library made
 * can be released by another. The same goes for the path that stands for no object. A NULL string,
 * which a struct that a backend zeroed contains, is refused by value_is_encodable(); everything else
 * reads it as empty.
 */
static const char empty_string[] = "";
static const char no_object[] = "/";

static bool is_trivial(const struct fascia_type *type) {
        return type->flags & FASCIA_TYPE_TRIVIAL;
}

static const void *member_of(const struct fascia_member *m, const void *value) {
        return (const char *)value + m->offset;
}

static void *item_of(const struct fascia_type *list, const ValueList *l, size_t i) {
        return (char *)(uintptr_t)l->items + i * list->element->size;
}

static const char *start_string(const struct fascia_type *type) {
        return type->kind == FASCIA_KIND_STRING ? empty_string : no_object;
}

static bool is_string(const struct fascia_type *type) {
        return type->kind == FASCIA_KIND_STRING || type->kind == FASCIA_KIND_OBJECT ||
               type->kind == FASCIA_KIND_MODEL;
}

static bool is_list(const struct fascia_type *type) {
        return type->kind == FASCIA_KIND_LIST || type->kind == FASCIA_KIND_MAP;
}

static const char *string_of(const struct fascia_type *type, const void *value) {
        const char *s = *(const char *const *)value;
        return s ? s : start_string(type);
}

static void init_enum(const struct fascia_type *type, int32_t *value) {
        *value = type->n_enumerators > 0 ? (int32_t)type->enumerators[0].value : 0;
}

FASCIA_EXPORT void fascia_value_init(const struct fascia_type *type, void *value) {
        if (type->size == 0) /* no arguments: there may be no storage either */
                return;
        /* Padding included, so that a struct never carries what was in that memory before. */
        memset(value, 0, type->size);
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                *(const char **)value = start_string(type);
                break;
        case FASCIA_KIND_ENUM:
                init_enum(type, value);
                break;
        case FASCIA_KIND_STRUCT:
                for (uint32_t i = 0; i < type->n_members; i++)
                        fascia_value_init(type->members[i].type,
                                          (char *)value + type->members[i].offset);
                break;
        case FASCIA_KIND_BOOL:
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
        case FASCIA_KIND_REAL:
        case FASCIA_KIND_FLAG:
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
        case FASCIA_KIND_VAR:
                break;
        }
}

/* By content, not by address: another copy of this library may have made it. */
static bool is_static_string(const struct fascia_type *type, const char *s) {
        return !*s || (type->kind != FASCIA_KIND_STRING && strcmp(s, no_object) == 0);
}

/* Frees what the value holds, and leaves it as it is. */
static void release(const struct fascia_type *type, const void *value) {
        if (is_trivial(type))
                return;
        if (is_string(type)) {
                const char *s = string_of(type, value);
                if (!is_static_string(type, s))
                        free((void *)(uintptr_t)s);
        } else if (type->kind == FASCIA_KIND_STRUCT) {
                for (uint32_t i = 0; i < type->n_members; i++)
                        release(type->members[i].type, member_of(&type->members[i], value));
        } else if (is_list(type)) {
                const ValueList *l = value;
                if (!is_trivial(type->element))
                        for (size_t i = 0; i < l->count; i++)
                                release(type->element, item_of(type, l, i));
                free((void *)(uintptr_t)l->items);
        } else if (type->kind == FASCIA_KIND_VAR) {
                variant_release(value);
        }
}

FASCIA_EXPORT void fascia_value_clear(const struct fascia_type *type, void *value) {
        release(type, value);
        fascia_value_init(type, value);
}

static int copy_into(const struct fascia_type *type, void *value, const void *from);

static int copy_string(const struct fascia_type *type, const char **value, const char *from) {
        char *s;

        if (is_static_string(type, from)) {
                *value = start_string(type);
                return 0;
        }
        s = strdup(from);
        if (!s)
                return -ENOMEM;
        *value = s;
        return 0;
}

static int copy_members(const struct fascia_type *type, void *value, const void *from) {
        memcpy(value, from, type->size);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                if (is_trivial(m->type))
                        continue;
                int r = copy_into(m->type, (char *)value + m->offset, member_of(m, from));
                if (r < 0) {
                        while (i-- > 0)
                                release(type->members[i].type, member_of(&type->members[i], value));
                        return r;
                }
        }
        return 0;
}

static int copy_items(const struct fascia_type *type, const ValueList *to, const ValueList *from) {
        if (is_trivial(type->element)) {
                memcpy(item_of(type, to, 0), from->items, from->count * type->element->size);
                return 0;
        }
        for (size_t i = 0; i < from->count; i++) {
                int r = copy_into(type->element, item_of(type, to, i), item_of(type, from, i));
                if (r < 0) {
                        while (i-- > 0)
                                release(type->element, item_of(type, to, i));
                        return r;
                }
        }
        return 0;
}

static int copy_list(const struct fascia_type *type, ValueList *value, const ValueList *from) {
        ValueList to = { NULL, from->count };
        int r;

        if (from->count > 0) {
                to.items = reallocarray(NULL, from->count, type->element->size);
                if (!to.items)
                        return -ENOMEM;
                r = copy_items(type, &to, from);
                if (r < 0) {
                        free((void *)(uintptr_t)to.items);
                        return r;
                }
                if (type->kind == FASCIA_KIND_MAP)
                        map_sort(type, &to);
        }
        *value = to;
        return 0;
}

/* On failure nothing is allocated, but a struct may have been written to. */
static int copy_into(const struct fascia_type *type, void *value, const void *from) {
        if (is_string(type))
                return copy_string(type, value, string_of(type, from));
        if (is_list(type))
                return copy_list(type, value, from);
        if (type->kind == FASCIA_KIND_VAR)
                return variant_copy(value, from);
        if (type->kind == FASCIA_KIND_STRUCT && !is_trivial(type))
                return copy_members(type, value, from);
        if (type->size > 0)
                memcpy(value, from, type->size);
        return 0;
}

FASCIA_EXPORT int fascia_value_copy(const struct fascia_type *type, void *value, const void *from) {
        ValueBuffer b;
        int r;

        if (type->kind != FASCIA_KIND_STRUCT || is_trivial(type))
                return copy_into(type, value, from);
        r = value_buffer_init(&b, type);
        if (r < 0)
                return r;
        r = copy_into(type, b.data, from);
        if (r >= 0)
                memcpy(value, b.data, type->size);
        value_buffer_done(&b, false);
        return r;
}

static bool equal_members(const struct fascia_type *type, const void *a, const void *b) {
        /* Not by memcmp, also when trivial: padding has no value. */
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                if (!fascia_value_equal(m->type, member_of(m, a), member_of(m, b)))
                        return false;
        }
        return true;
}

static bool equal_lists(const struct fascia_type *type, const ValueList *a, const ValueList *b) {
        if (a->count != b->count)
                return false;
        if (a->count == 0)
                return true;
        if (is_trivial(type->element) && type->element->kind != FASCIA_KIND_STRUCT)
                return memcmp(a->items, b->items, a->count * type->element->size) == 0;
        for (size_t i = 0; i < a->count; i++)
                if (!fascia_value_equal(type->element, item_of(type, a, i), item_of(type, b, i)))
                        return false;
        return true;
}

FASCIA_EXPORT bool fascia_value_equal(const struct fascia_type *type, const void *a,
                                      const void *b) {
        if (is_string(type))
                return strcmp(string_of(type, a), string_of(type, b)) == 0;
        if (type->kind == FASCIA_KIND_STRUCT)
                return equal_members(type, a, b);
        if (type->kind == FASCIA_KIND_LIST)
                return equal_lists(type, a, b);
        if (type->kind == FASCIA_KIND_MAP)
                return map_equal(type, a, b);
        if (type->kind == FASCIA_KIND_VAR)
                return variant_equal(a, b);
        return memcmp(a, b, type->size) == 0;
}

int value_buffer_init(ValueBuffer *b, const struct fascia_type *type) {
        b->type = type;
        b->data = &b->inlined;
        if (type->size <= sizeof(b->inlined))
                return 0;
        b->data = malloc(type->size);
        return b->data ? 0 : -ENOMEM;
}

void value_buffer_done(ValueBuffer *b, bool clear) {
        if (clear)
                release(b->type, b->data);
        if (b->data != &b->inlined)
                free(b->data);
        b->data = NULL;
}

FASCIA_EXPORT int fascia_value_new_copy(const struct fascia_type *type, const void *from,
                                        void **ret) {
        void *value;
        int r;

        if (!type || (!from && type->size > 0) || !ret)
                return -EINVAL;
        /* An empty argument struct has no bytes; malloc(0) may give NULL. */
        value = malloc(type->size > 0 ? type->size : 1);
        if (!value)
                return -ENOMEM;
        r = copy_into(type, value, from);
        if (r < 0) {
                free(value);
                return r;
        }
        *ret = value;
        return 0;
}

FASCIA_EXPORT void *fascia_value_free(const struct fascia_type *type, void *value) {
        if (value)
                release(type, value);
        free(value);
        return NULL;
}

FASCIA_EXPORT const char *fascia_enum_to_string(const struct fascia_type *type, int64_t value) {
        for (uint32_t i = 0; type && i < type->n_enumerators; i++)
                if (type->enumerators[i].value == value)
                        return type->enumerators[i].name;
        return NULL;
}
