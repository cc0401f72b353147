/* SPDX-License-Identifier: MIT */
/* Values that were read from a file, as they are in memory, and back as they would be written. */
#include "sim-values.h"

#include <inttypes.h>
#include <string.h>

#include "value-reader.h"

/* What every list looks like, and every map. */
typedef struct Items {
        const void *items;
        size_t count;
} Items;

/* ---- into memory ---- */

static void fill(Arena *a, const struct fascia_type *type, const Value *v, char *to);

static void fill_struct(Arena *a, const struct fascia_type *type, const Value *v, char *to) {
        for (uint32_t i = 0; i < type->n_members; i++)
                fill(a, type->members[i].type, v->items[i], to + type->members[i].offset);
}

static void fill_list(Arena *a, const struct fascia_type *type, const Value *v, char *to) {
        *(Items *)to = (Items){ .items = sim_value_new_array(a, type->element, v->items,
                                                             v->n_items),
                                .count = v->n_items };
}

static void fill_map(Arena *a, const struct fascia_type *type, const Value *v, char *to) {
        const struct fascia_type *entry = type->element;
        const struct fascia_member *key = &entry->members[0], *value = &entry->members[1];
        char *entries = v->n_items > 0 ? arena_alloc(a, v->n_items * entry->size) : NULL;

        for (size_t i = 0; i < v->n_items; i++) {
                char *at = entries + i * entry->size;

                *(const char **)(at + key->offset) = arena_strndup(a, v->keys[i],
                                                                   strlen(v->keys[i]));
                fill(a, value->type, v->items[i], at + value->offset);
        }
        *(Items *)to = (Items){ .items = entries, .count = v->n_items };
}

static const struct fascia_type list_type, map_type;

/* What a value that says its type itself can be: one of these six. */
static const struct fascia_type *type_of(const Value *v) {
        switch (v->type->kind) {
        case TYPE_BOOL:
                return fascia_basic_type('b');
        case TYPE_INT:
                return fascia_basic_type('i');
        case TYPE_REAL:
                return fascia_basic_type('d');
        case TYPE_LIST:
                return &list_type;
        case TYPE_MAP:
                return &map_type;
        case TYPE_STRING:
        case TYPE_VOID:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_ENUM:
        case TYPE_FLAG:
        case TYPE_STRUCT:
        case TYPE_INTERFACE:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return fascia_basic_type('s');
}

static void fill_var(Arena *a, const Value *v, char *to) {
        struct fascia_variant *variant = (void *)to;

        *variant = (struct fascia_variant){ .type = NULL };
        if (v->n_items == 0)
                return;
        variant->type = type_of(v->items[0]);
        variant->value = sim_value_new(a, variant->type, v->items[0]);
}

static void fill(Arena *a, const struct fascia_type *type, const Value *v, char *to) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                *(bool *)to = v->boolean;
                return;
        case FASCIA_KIND_UINT8:
                *(uint8_t *)to = (uint8_t)v->integer;
                return;
        case FASCIA_KIND_INT16:
                *(int16_t *)to = (int16_t)v->integer;
                return;
        case FASCIA_KIND_UINT16:
                *(uint16_t *)to = (uint16_t)v->integer;
                return;
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_ENUM:
                *(int32_t *)to = (int32_t)v->integer;
                return;
        case FASCIA_KIND_UINT32:
                *(uint32_t *)to = (uint32_t)v->integer;
                return;
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
                *(int64_t *)to = v->integer;
                return;
        case FASCIA_KIND_REAL:
                *(double *)to = v->real;
                return;
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
                *(const char **)to = arena_strndup(a, v->string, strlen(v->string));
                return;
        case FASCIA_KIND_FLAG:
                if (type->size == sizeof(uint64_t))
                        *(uint64_t *)to = (uint64_t)v->integer;
                else
                        *(uint32_t *)to = (uint32_t)v->integer;
                return;
        case FASCIA_KIND_STRUCT:
                fill_struct(a, type, v, to);
                return;
        case FASCIA_KIND_LIST:
                fill_list(a, type, v, to);
                return;
        case FASCIA_KIND_MAP:
                fill_map(a, type, v, to);
                return;
        case FASCIA_KIND_VAR:
                fill_var(a, v, to);
                return;
        case FASCIA_KIND_MODEL:
                break; /* none can be read */
        }
}

const void *sim_value_new_array(Arena *a, const struct fascia_type *type, Value *const *values,
                                size_t n) {
        char *array = n > 0 ? arena_alloc(a, n * type->size) : NULL;

        for (size_t i = 0; i < n; i++)
                fill(a, type, values[i], array + i * type->size);
        return array;
}

const void *sim_value_new(Arena *a, const struct fascia_type *type, const Value *v) {
        return sim_value_new_array(a, type, (Value *const[]){ (Value *)(uintptr_t)v }, 1);
}

unsigned sim_value_depth(const Value *v) {
        const TypeKind kind = v->type->kind;
        unsigned depth = 0, own = kind == TYPE_MAP ? 2 : 1;

        if (kind != TYPE_LIST && kind != TYPE_MAP && kind != TYPE_STRUCT && kind != TYPE_VAR)
                return 0;
        for (size_t i = 0; i < v->n_items; i++) {
                unsigned inner = sim_value_depth(v->items[i]);

                if (inner > depth)
                        depth = inner;
        }
        return own + depth;
}

/* ---- types of what a var can hold, as the generator writes them ---- */

#define TYPE(kind_, c_type, signature_)                                                          \
        .kind = FASCIA_KIND_##kind_, .self = sizeof(struct fascia_type), .size = sizeof(c_type), \
        .name = "", .signature = signature_

static const struct fascia_type key_type = { TYPE(STRING, const char *, "s") };
static const struct fascia_type item_type = { TYPE(VAR, struct fascia_variant, "v") };
static const struct fascia_member entry_members[] = {
        { "key", &key_type, offsetof(struct fascia_variant_map_entry, key) },
        { "value", &item_type, offsetof(struct fascia_variant_map_entry, value) },
};
static const struct fascia_type entry_type = {
        TYPE(STRUCT, struct fascia_variant_map_entry, "{sv}"),
        .n_members = 2,
        .members = entry_members,
};
static const struct fascia_type list_type = {
        TYPE(LIST, struct fascia_variant_list, "av"),
        .element = &item_type,
};
static const struct fascia_type map_type = {
        TYPE(MAP, struct fascia_variant_map, "a{sv}"),
        .element = &entry_type,
};

/* ---- and back ---- */

static Node *new_text(Arena *a, const char *text, bool plain, Span span) {
        return node_new_scalar(a, text, plain, span);
}

static Node *new_collection(Arena *a, NodeKind kind, Span span) {
        Node *n = arena_alloc(a, sizeof(*n));

        *n = (Node){ .kind = kind, .span = span };
        return n;
}

static const char *name_of(const struct fascia_type *type, int64_t value) {
        for (uint32_t i = 0; i < type->n_enumerators; i++)
                if (type->enumerators[i].value == value)
                        return type->enumerators[i].name;
        return "";
}

/* All that are in it: it was made by joining some of them. */
static const char *names_of(Arena *a, const struct fascia_type *type, uint64_t bits) {
        const char *text = "";

        for (uint32_t i = 0; i < type->n_enumerators; i++) {
                uint64_t member = (uint64_t)type->enumerators[i].value;

                if (member != 0 && (bits & member) == member)
                        text = arena_printf(a, "%s%s%s", text, *text ? "|" : "",
                                            type->enumerators[i].name);
        }
        return text;
}

/* With what tells it from an int where nothing else does. */
static const char *print_real(Arena *a, double real) {
        const char *text = value_print_real(a, real);

        return strpbrk(text, ".eE") ? text : arena_printf(a, "%s.0", text);
}

static Node *write_struct(Arena *a, const struct fascia_type *type, const char *value, Span span) {
        Node *n = new_collection(a, NODE_SEQUENCE, span);

        for (uint32_t i = 0; i < type->n_members; i++)
                ARENA_APPEND(a, n->items, n->n_items,
                             sim_value_write(a, type->members[i].type,
                                             value + type->members[i].offset, span));
        return n;
}

static Node *write_list(Arena *a, const struct fascia_type *type, const Items *list, Span span) {
        Node *n = new_collection(a, NODE_SEQUENCE, span);

        for (size_t i = 0; i < list->count; i++)
                ARENA_APPEND(a, n->items, n->n_items,
                             sim_value_write(a, type->element,
                                             (const char *)list->items + i * type->element->size,
                                             span));
        return n;
}

static Node *write_map(Arena *a, const struct fascia_type *type, const Items *map, Span span) {
        const struct fascia_member *members = type->element->members;
        Node *n = new_collection(a, NODE_MAPPING, span);

        for (size_t i = 0; i < map->count; i++) {
                const char *entry = (const char *)map->items + i * type->element->size;
                const char *key = *(const char *const *)(entry + members[0].offset);

                node_set_entry(
                        a, n, new_text(a, key, false, span),
                        sim_value_write(a, members[1].type, entry + members[1].offset, span));
        }
        return n;
}

static Node *write_var(Arena *a, const struct fascia_variant *v, Span span) {
        return v->type ? sim_value_write(a, v->type, v->value, span)
                       : new_text(a, "null", true, span);
}

Node *sim_value_write(Arena *a, const struct fascia_type *type, const void *value, Span span) {
        const char *text = "";

        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                text = *(const bool *)value ? "true" : "false";
                break;
        case FASCIA_KIND_UINT8:
                text = arena_printf(a, "%u", *(const uint8_t *)value);
                break;
        case FASCIA_KIND_INT16:
                text = arena_printf(a, "%d", *(const int16_t *)value);
                break;
        case FASCIA_KIND_UINT16:
                text = arena_printf(a, "%u", *(const uint16_t *)value);
                break;
        case FASCIA_KIND_INT32:
                text = arena_printf(a, "%" PRId32, *(const int32_t *)value);
                break;
        case FASCIA_KIND_UINT32:
                text = arena_printf(a, "%" PRIu32, *(const uint32_t *)value);
                break;
        case FASCIA_KIND_INT64:
                text = arena_printf(a, "%" PRId64, *(const int64_t *)value);
                break;
        case FASCIA_KIND_UINT64:
                text = arena_printf(a, "%" PRIu64, *(const uint64_t *)value);
                break;
        case FASCIA_KIND_REAL:
                text = print_real(a, *(const double *)value);
                break;
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
                return new_text(a, *(const char *const *)value, false, span);
        case FASCIA_KIND_ENUM:
                return new_text(a, name_of(type, *(const int32_t *)value), false, span);
        case FASCIA_KIND_FLAG:
                return new_text(a,
                                names_of(a, type,
                                         type->size == sizeof(uint64_t) ? *(const uint64_t *)value
                                                                        : *(const uint32_t *)value),
                                false, span);
        case FASCIA_KIND_STRUCT:
                return write_struct(a, type, value, span);
        case FASCIA_KIND_LIST:
                return write_list(a, type, value, span);
        case FASCIA_KIND_MAP:
                return write_map(a, type, value, span);
        case FASCIA_KIND_VAR:
                return write_var(a, value, span);
        case FASCIA_KIND_MODEL:
                break; /* has no value */
        }
        return new_text(a, text, true, span);
}
