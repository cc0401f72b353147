/* SPDX-License-Identifier: MIT */
/* Values of the interface language as constants in C. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "c-types.h"
#include "value-reader.h"

const char *c_quote(Arena *a, const char *s) {
        char *quoted = arena_alloc(a, 4 * strlen(s) + 3);
        char *p = quoted;

        *p++ = '"';
        for (; *s; s++) {
                unsigned char c = (unsigned char)*s;

                if (c == '"' || c == '\\')
                        p += sprintf(p, "\\%c", c);
                else if (c == '\n')
                        p += sprintf(p, "\\n");
                else if (c < 0x20 || c == 0x7f || (c == '?' && s[1] == '?'))
                        p += sprintf(p, "\\%03o", c);
                else
                        *p++ = (char)c;
        }
        *p++ = '"';
        *p = '\0';
        return quoted;
}

static const char *c_integer(Arena *a, const Type *t, int64_t value) {
        if (t->kind == TYPE_FLAG)
                return arena_printf(a, "UINT%d_C(0x%" PRIx64 ")", t->enumeration->is_wide ? 64 : 32,
                                    (uint64_t)value);
        if (t->code == 't')
                return arena_printf(a, "UINT64_C(%" PRIu64 ")", (uint64_t)value);
        /* There is no such literal. */
        if (value == INT64_MIN)
                return "INT64_MIN";
        if (value == INT32_MIN)
                return "INT32_MIN";
        return arena_printf(a, t->code == 'x' ? "INT64_C(%" PRId64 ")" : "%" PRId64, value);
}

static const char *c_value(Emitter *e, const Module *m, const char *name, const Value *v);

/* ---- var ---- */

static void emit_plain_type(Emitter *e, const Module *m, const char *name, const Type *t,
                            const char *kind, const char *element) {
        emit(e, VARS("name", name, "kind", kind),
             "static const struct fascia_type ${name} = {\n"
             "        .kind = FASCIA_KIND_${kind},\n");
        if (model_is_trivial(t))
                emit(e, NULL, "        .flags = FASCIA_TYPE_TRIVIAL,\n");
        emit(e, VARS("size", c_sizeof(m, t), "signature", model_signature(m->arena, t)),
             "        .self = sizeof(struct fascia_type),\n"
             "        .size = ${size},\n"
             "        .name = \"\",\n"
             "        .signature = \"${signature}\",\n");
        if (element)
                emit(e, VARS("element", element), "        .element = &${element},\n");
        emit(e, NULL, "};\n");
}

/* The types of a map<var>: its keys, its values, its entries. */
static void emit_var_entry_type(Emitter *e, const char *name) {
        emit(e, VARS("name", name),
             "static const struct fascia_member ${name}_entry_members[] = {\n"
             "        {\n"
             "                .name = \"key\",\n"
             "                .type = &${name}_key_type,\n"
             "                .offset = offsetof(struct fascia_variant_map_entry, key),\n"
             "        },\n"
             "        {\n"
             "                .name = \"value\",\n"
             "                .type = &${name}_item_type,\n"
             "                .offset = offsetof(struct fascia_variant_map_entry, value),\n"
             "        },\n"
             "};\n"
             "static const struct fascia_type ${name}_entry_type = {\n"
             "        .kind = FASCIA_KIND_STRUCT,\n"
             "        .self = sizeof(struct fascia_type),\n"
             "        .size = sizeof(struct fascia_variant_map_entry),\n"
             "        .name = \"\",\n"
             "        .signature = \"{sv}\",\n"
             "        .n_members = 2,\n"
             "        .members = ${name}_entry_members,\n"
             "};\n");
}

/* A value that says its type has the descriptor beside it: the others of the module are elsewhere. */
static void emit_type_of_value(Emitter *e, const Module *m, const char *name, const Type *t) {
        const char *type = arena_printf(m->arena, "%s_type", name);
        const char *item = arena_printf(m->arena, "%s_item_type", name);

        if (c_is_container(t))
                emit_plain_type(e, m, item, t->element, c_kind(t->element), NULL);
        if (t->kind == TYPE_MAP) {
                emit_plain_type(e, m, arena_printf(m->arena, "%s_key_type", name), &c_string_type,
                                "STRING", NULL);
                emit_var_entry_type(e, name);
                item = arena_printf(m->arena, "%s_entry_type", name);
        }
        emit_plain_type(e, m, type, t, c_kind(t), c_is_container(t) ? item : NULL);
}

static const char *c_var_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        const char *inner = arena_printf(m->arena, "%s_value", name);

        if (v->n_items == 0)
                return "{ .type = NULL }";
        emit_type_of_value(e, m, name, v->items[0]->type);
        emit_value(e, m, inner, v->items[0]);
        return arena_printf(m->arena, "{ .type = &%s_type, .value = &%s }", name, inner);
}

/* ---- containers ---- */

/* The storage of constants: strings are constant themselves, not only what they point to. */
static const char *c_constant(const Module *m, const Type *t) {
        return c_is_string(t) ? "const char *const "
                              : arena_printf(m->arena, "const %s", c_storage(m, t));
}

/* The formatter would set as many items as fit into columns, by rules of its own. */
#define ITEMS_IN_COLUMNS 5

static void open_array(Emitter *e, size_t n) {
        if (n >= ITEMS_IN_COLUMNS)
                emit(e, NULL, "/* clang-format off */\n");
}

static void close_array(Emitter *e, size_t n) {
        emit(e, NULL, "};\n");
        if (n >= ITEMS_IN_COLUMNS)
                emit(e, NULL, "/* clang-format on */\n");
}

static void emit_array(Emitter *e, const Module *m, const Type *t, const char *name,
                       const char *const *values, size_t n) {
        open_array(e, n);
        emit(e, VARS("type", c_constant(m, t), "name", name), "static ${type}${name}[] = {\n");
        for (size_t i = 0; i < n; i++)
                emit(e, VARS("index", arena_printf(m->arena, "%zu", i), "value", values[i]),
                     "        [${index}] = ${value},\n");
        close_array(e, n);
}

/* The items stand in an array of their own, before the list. */
static const char *c_list_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        const char *items = arena_printf(m->arena, "%s_items", name);
        const char **values = NULL;
        size_t n = 0;

        if (v->n_items == 0)
                return "{ .count = 0 }";
        for (size_t i = 0; i < v->n_items; i++) {
                const char *item = arena_printf(m->arena, "%s_%zu", items, i);

                ARENA_APPEND(m->arena, values, n, c_value(e, m, item, v->items[i]));
        }
        emit_array(e, m, v->type->element, items, values, n);
        emit(e, NULL, "\n");
        return arena_printf(m->arena, "{ .items = %s, .count = %zu }", items, v->n_items);
}

static const char *c_map_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        const char *items = arena_printf(m->arena, "%s_items", name);
        const char **values = NULL;
        size_t n = 0;

        if (v->n_items == 0)
                return "{ .count = 0 }";
        for (size_t i = 0; i < v->n_items; i++) {
                const char *item = arena_printf(m->arena, "%s_%zu", items, i);

                ARENA_APPEND(m->arena, values, n, c_value(e, m, item, v->items[i]));
        }
        open_array(e, n);
        emit(e, VARS("tag", c_tag(m, v->type), "items", items),
             "static const struct ${tag}_entry ${items}[] = {\n");
        for (size_t i = 0; i < n; i++)
                emit(e,
                     VARS("index", arena_printf(m->arena, "%zu", i), "key",
                          c_quote(m->arena, v->keys[i]), "value", values[i]),
                     "        [${index}] = { .key = ${key}, .value = ${value} },\n");
        close_array(e, n);
        emit(e, NULL, "\n");
        return arena_printf(m->arena, "{ .items = %s, .count = %zu }", items, v->n_items);
}

static const char *c_struct_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        const char *text = "{";

        for (size_t i = 0; i < v->n_items; i++) {
                const Symbol *field = &v->type->structure->fields[i]->symbol;
                const char *inner = arena_printf(m->arena, "%s_%zu_%s", name, i, field->local);

                text = arena_printf(m->arena, "%s%s .%s = %s", text, i > 0 ? "," : "", field->bare,
                                    c_value(e, m, inner, v->items[i]));
        }
        return arena_printf(m->arena, "%s }", text);
}

static const char *c_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        switch (v->type->kind) {
        case TYPE_BOOL:
                return v->boolean ? "true" : "false";
        case TYPE_INT:
        case TYPE_ENUM:
        case TYPE_FLAG:
                return c_integer(m->arena, v->type, v->integer);
        case TYPE_REAL:
                return value_print_real(m->arena, v->real);
        case TYPE_STRING:
                return c_quote(m->arena, v->string);
        case TYPE_STRUCT:
                return c_struct_value(e, m, name, v);
        case TYPE_LIST:
                return c_list_value(e, m, name, v);
        case TYPE_MAP:
                return c_map_value(e, m, name, v);
        case TYPE_VAR:
                return c_var_value(e, m, name, v);
        case TYPE_INTERFACE:
                return "\"/\"";
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "0";
}

const char *c_initializer(const Module *m, const Type *t, const Value *v) {
        if (c_is_container(t))
                return "{ NULL, 0 }";
        if (t->kind == TYPE_VAR)
                return "{ NULL, NULL }";
        return v ? c_value(NULL, m, NULL, v) : c_empty(t);
}

void emit_value(Emitter *e, const Module *m, const char *name, const Value *v) {
        const char *value = c_value(e, m, name, v);

        emit(e, VARS("type", c_constant(m, v->type), "name", name, "value", value),
             "static ${type}${name} = ${value};\n");
}

static void emit_domain(Emitter *e, const Module *m, const char *name, const Type *t,
                        const Constraint *c) {
        const char **values = NULL;
        size_t n = 0;

        for (size_t i = 0; i < c->n_domain; i++)
                ARENA_APPEND(m->arena, values, n,
                             c_value(e, m, arena_printf(m->arena, "%s_domain_%zu", name, i),
                                     c->domain[i]));
        emit_array(e, m, t, arena_printf(m->arena, "%s_domain", name), values, n);
}

bool emit_constraint(Emitter *e, const Module *m, const char *name, const Type *t,
                     const Constraint *c) {
        if (!c->minimum && !c->maximum && c->n_domain == 0)
                return false;
        if (c->minimum)
                emit_value(e, m, arena_printf(m->arena, "%s_minimum", name), c->minimum);
        if (c->maximum)
                emit_value(e, m, arena_printf(m->arena, "%s_maximum", name), c->maximum);
        if (c->n_domain > 0)
                emit_domain(e, m, name, t, c);
        emit(e, VARS("name", name),
             "static const struct fascia_constraint ${name}_constraint = {\n");
        if (c->minimum)
                emit(e, VARS("name", name), "        .minimum = &${name}_minimum,\n");
        if (c->maximum)
                emit(e, VARS("name", name), "        .maximum = &${name}_maximum,\n");
        if (c->n_domain > 0)
                emit(e, VARS("name", name, "n", arena_printf(m->arena, "%zu", c->n_domain)),
                     "        .domain = ${name}_domain,\n"
                     "        .n_domain = ${n},\n");
        emit(e, NULL, "};\n");
        return true;
}
