/* SPDX-License-Identifier: MIT */
/* How types and values of the interface language are written in C. */
#include "c-types.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "naming.h"
#include "value-reader.h"

/* ---- types ---- */

const char *c_tag(const Module *m, const Type *t) {
        return naming_c_type(m, t) + strlen("struct ");
}

bool c_list_is_builtin(const Module *m, const Type *t) {
        return !naming_list_type(m, t);
}

bool c_is_pointed(const Type *t) {
        return t->kind == TYPE_STRUCT || t->kind == TYPE_LIST;
}

/* A name follows without a blank after a star. */
static const char *before_name(const Module *m, const char *type) {
        return type[strlen(type) - 1] == '*' ? type : arena_printf(m->arena, "%s ", type);
}

const char *c_storage(const Module *m, const Type *t) {
        return before_name(m, naming_c_type(m, t));
}

const char *c_parameter(const Module *m, const Type *t) {
        const char *type = naming_api_type(m, t);

        if (c_is_pointed(t))
                return arena_printf(m->arena, "const %s *", type);
        return before_name(m, type);
}

const char *c_descriptor(const Module *m, const Type *t) {
        const char *tag;

        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                return arena_printf(m->arena, "%s_type", t->enumeration->symbol.c);
        if (t->kind == TYPE_STRUCT)
                return arena_printf(m->arena, "%s_type", t->structure->symbol.c);
        if (t->kind != TYPE_LIST)
                return arena_printf(m->arena, "%s_type", naming_type_key(m, t));
        /* Lists of enums share their C type with lists of int, but not their descriptor. */
        tag = c_descriptor(m, t->element);
        return arena_printf(m->arena, "%.*s_list_type", (int)(strlen(tag) - strlen("_type")), tag);
}

const char *c_load(const Module *m, const Type *t, const char *pointer) {
        if (c_is_pointed(t))
                return pointer;
        if (t->kind == TYPE_STRING)
                return arena_printf(m->arena, "*(const char *const *)%s", pointer);
        if (t->kind == TYPE_ENUM)
                return arena_printf(m->arena, "(enum %s)(*(const int32_t *)%s)",
                                    t->enumeration->symbol.c, pointer);
        return arena_printf(m->arena, "*(const %s*)%s", c_storage(m, t), pointer);
}

const char *c_empty(const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "false";
        case TYPE_STRING:
                return "\"\"";
        case TYPE_ENUM:
                return t->enumeration->members[0]->symbol.c;
        case TYPE_VOID:
        case TYPE_INT:
        case TYPE_REAL:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_FLAG:
        case TYPE_STRUCT:
        case TYPE_INTERFACE:
        case TYPE_LIST:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "0";
}

const char *c_guard(const Module *m, const char *part) {
        char *guard = arena_printf(m->arena, "FASCIA_%s_%s%s%s_H", m->include_dir, m->stem,
                                   *part ? "_" : "", part);

        for (char *p = guard; *p; p++)
                *p = isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
        return guard;
}

const char *c_version(const Module *m) {
        return arena_printf(m->arena, "%" PRIu32 ".%" PRIu32, m->major, m->minor);
}

const char *c_title(const Module *m) {
        const char *brief = doc_brief(m->arena, m->symbol.doc);
        char *title = arena_printf(m->arena, "%s %" PRIu32 ".%" PRIu32 "%s%s", m->symbol.name,
                                   m->major, m->minor, brief ? ": " : "", brief ? brief : "");

        /* Nothing in it may end the comment that it stands in, or look like another one. */
        for (char *p = title; (p = strstr(p, "/*"));)
                *p = ' ';
        if (title[strlen(title) - 1] == '.')
                title[strlen(title) - 1] = '\0';
        return title;
}

/* ---- the types of a module ---- */

typedef struct TypeList {
        const Module *module;
        const Type **items;
        size_t n_items;
} TypeList;

static void type_list_add(TypeList *l, const Type *t) {
        const char *name;

        if (t->kind == TYPE_VOID)
                return;
        name = c_descriptor(l->module, t);
        for (size_t i = 0; i < l->n_items; i++)
                if (strcmp(c_descriptor(l->module, l->items[i]), name) == 0)
                        return;
        if (t->kind == TYPE_LIST)
                type_list_add(l, t->element);
        if (t->kind == TYPE_STRUCT)
                for (size_t i = 0; i < t->structure->n_fields; i++)
                        type_list_add(l, t->structure->fields[i]->type);
        ARENA_APPEND(l->module->arena, l->items, l->n_items, t);
}

static void type_list_add_parameters(TypeList *l, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                type_list_add(l, parameters[i]->type);
}

size_t c_types(const Module *m, const Type ***ret) {
        TypeList l = { .module = m };

        /* Enums and structs have functions, whether interfaces use them or not; flags have none. */
        for (size_t i = 0; i < m->n_enums; i++) {
                Type *t = arena_alloc(m->arena, sizeof(*t));

                if (m->enums[i]->is_flag)
                        continue;
                t->kind = TYPE_ENUM;
                t->enumeration = m->enums[i];
                type_list_add(&l, t);
        }
        for (size_t i = 0; i < m->n_structs; i++) {
                Type *t = arena_alloc(m->arena, sizeof(*t));

                t->kind = TYPE_STRUCT;
                t->structure = m->structs[i];
                type_list_add(&l, t);
        }
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                for (size_t j = 0; j < f->n_properties; j++)
                        type_list_add(&l, f->properties[j]->type);
                for (size_t j = 0; j < f->n_operations; j++) {
                        type_list_add_parameters(&l, f->operations[j]->parameters,
                                                 f->operations[j]->n_parameters);
                        type_list_add(&l, f->operations[j]->result);
                }
                for (size_t j = 0; j < f->n_signals; j++)
                        type_list_add_parameters(&l, f->signals[j]->parameters,
                                                 f->signals[j]->n_parameters);
        }
        *ret = l.items;
        return l.n_items;
}

/* ---- values ---- */

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
        /* There is no such literal. */
        if (value == INT32_MIN)
                return "INT32_MIN";
        return arena_printf(a, "%" PRId64, value);
}

static const char *c_value(Emitter *e, const Module *m, const char *name, const Value *v);

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
        emit(e,
             VARS("type", c_storage(m, v->type->element), "const",
                  v->type->element->kind == TYPE_STRING ? "const " : "", "items", items),
             v->type->element->kind == TYPE_STRING ? "static ${type}${const}${items}[] = {\n"
                                                   : "static const ${type}${items}[] = {\n");
        for (size_t i = 0; i < n; i++)
                emit(e, VARS("index", arena_printf(m->arena, "%zu", i), "value", values[i]),
                     "        [${index}] = ${value},\n");
        emit(e, NULL, "};\n\n");
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
        case TYPE_VOID:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "0";
}

/* The storage of constants: strings are constant themselves, not only what they point to. */
static const char *c_constant(const Module *m, const Type *t) {
        return t->kind == TYPE_STRING ? "const char *const "
                                      : arena_printf(m->arena, "const %s", c_storage(m, t));
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
        emit(e, VARS("type", c_constant(m, t), "name", name),
             "static ${type}${name}_domain[] = {\n");
        for (size_t i = 0; i < n; i++)
                emit(e, VARS("index", arena_printf(m->arena, "%zu", i), "value", values[i]),
                     "        [${index}] = ${value},\n");
        emit(e, NULL, "};\n");
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

/* ---- arguments ---- */

bool c_needs_null_check(Parameter *const *parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (c_is_pointed(parameters[i]->type))
                        return true;
        return false;
}

void emit_pack_arguments(Emitter *e, const Interface *f, const Symbol *symbol,
                         Parameter *const *parameters, size_t n) {
        if (n > 0)
                emit(e, VARS("i", f->symbol.c, "s", symbol->local),
                     "        struct ${i}_${s}_arguments arguments;\n");
        emit(e, NULL, "\n");
        for (size_t i = 0; i < n; i++)
                if (c_is_pointed(parameters[i]->type))
                        emit(e, VARS("name", parameters[i]->symbol.bare),
                             "        if (!${name})\n"
                             "                return -EINVAL;\n");
        for (size_t i = 0; i < n; i++) {
                const Type *t = parameters[i]->type;
                const char *cast = c_is_pointed(t) ? "*" : t->kind == TYPE_ENUM ? "(int32_t)" : "";

                emit(e, VARS("name", parameters[i]->symbol.bare, "cast", cast),
                     "        arguments.${name} = ${cast}${name};\n");
        }
}

const char *emit_load(Emitter *e, const Module *m, const Type *t, const char *indent,
                      const char *pointer) {
        if (t->kind != TYPE_ENUM)
                return c_load(m, t, pointer);
        emit(e, VARS("indent", indent, "pointer", pointer),
             "${indent}const int32_t number = *(const int32_t *)${pointer};\n");
        return arena_printf(m->arena, "(enum %s)number", t->enumeration->symbol.c);
}

bool c_any_arguments(const Interface *f) {
        for (size_t i = 0; i < f->n_operations; i++)
                if (f->operations[i]->n_parameters > 0)
                        return true;
        return false;
}

bool c_is_settable(const Property *p) {
        return !p->readonly && !p->constant;
}

bool c_has_setters(const Interface *f) {
        for (size_t i = 0; i < f->n_properties; i++)
                if (c_is_settable(f->properties[i]))
                        return true;
        return false;
}

const char *c_parameter_list(const Module *m, Parameter *const *parameters, size_t n) {
        const char *text = "";

        for (size_t i = 0; i < n; i++)
                text = arena_printf(m->arena, "%s, %s%s", text, c_parameter(m, parameters[i]->type),
                                    parameters[i]->symbol.bare);
        return text;
}

const char *c_result_parameter(const Module *m, const Operation *o) {
        if (o->result->kind == TYPE_VOID)
                return "";
        return arena_printf(m->arena, ", %sresult", c_parameter(m, o->result));
}

const char *emit_raw(Emitter *e, const Type *t, const char *name, Arena *a) {
        if (c_is_pointed(t))
                return name;
        if (t->kind != TYPE_ENUM)
                return arena_printf(a, "&%s", name);
        emit(e, VARS("name", name), "        int32_t raw = (int32_t)${name};\n");
        return "&raw";
}
