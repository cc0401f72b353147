/* SPDX-License-Identifier: MIT */
/* How types and values of the interface language are written in C. */
#include "c-types.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "name-set.h"
#include "naming.h"

/* ---- types ---- */

const char *c_tag(const Module *m, const Type *t) {
        return naming_c_type(m, t) + strlen("struct ");
}

bool c_is_container(const Type *t) {
        return t->kind == TYPE_LIST || t->kind == TYPE_MAP;
}

bool c_is_own_container(const Module *m, const Type *t) {
        return naming_container_type(m, t) != NULL;
}

bool c_is_pointed(const Type *t) {
        return t->kind == TYPE_STRUCT || t->kind == TYPE_VAR || c_is_container(t);
}

bool c_is_string(const Type *t) {
        return t->kind == TYPE_STRING || t->kind == TYPE_INTERFACE;
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

static const Symbol *symbol_of(const Type *t, const Module **ret_module) {
        if (t->kind == TYPE_STRUCT) {
                *ret_module = t->structure->module;
                return &t->structure->symbol;
        }
        *ret_module = t->enumeration->module;
        return &t->enumeration->symbol;
}

const char *c_descriptor(const Module *m, const Type *t) {
        const Module *owner;
        const Symbol *s;
        const char *tag;

        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG || t->kind == TYPE_STRUCT) {
                s = symbol_of(t, &owner);
                return arena_printf(m->arena, "%s%s_type", owner == m ? "" : "imported_", s->c);
        }
        if (!c_is_container(t) && t->kind != TYPE_MODEL)
                return arena_printf(m->arena, "%s_type", naming_type_key(m, t));
        /* Lists of enums share their C type with lists of int, but not their descriptor. */
        tag = c_descriptor(m, t->element);
        return arena_printf(m->arena, "%.*s_%s_type", (int)(strlen(tag) - strlen("_type")), tag,
                            t->kind == TYPE_MAP    ? "map"
                            : t->kind == TYPE_LIST ? "list"
                                                   : "model");
}

bool c_is_public(const Module *m, const Type *t) {
        while (c_is_container(t))
                t = t->element;
        return t->kind == TYPE_STRUCT && t->structure->module == m;
}

const char *c_kind(const Type *t) {
        static const struct {
                char code;
                const char *kind;
        } integers[] = {
                { 'y', "UINT8" },  { 'n', "INT16" }, { 'q', "UINT16" },
                { 'u', "UINT32" }, { 'x', "INT64" }, { 't', "UINT64" },
        };

        switch (t->kind) {
        case TYPE_BOOL:
                return "BOOL";
        case TYPE_INT:
                for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
                        if (integers[i].code == t->code)
                                return integers[i].kind;
                return "INT32";
        case TYPE_REAL:
                return "REAL";
        case TYPE_STRING:
                return t->code == 'o' ? "OBJECT" : "STRING";
        case TYPE_ENUM:
                return "ENUM";
        case TYPE_FLAG:
                return "FLAG";
        case TYPE_STRUCT:
                return "STRUCT";
        case TYPE_LIST:
                return "LIST";
        case TYPE_MAP:
                return "MAP";
        case TYPE_VAR:
                return "VAR";
        case TYPE_INTERFACE:
                return "OBJECT";
        case TYPE_MODEL:
                return "MODEL";
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INVALID:
                break;
        }
        return "";
}

const char *c_sizeof(const Module *m, const Type *t) {
        const char *storage = c_storage(m, t);
        size_t n = strlen(storage);

        if (storage[n - 1] == ' ')
                n--;
        return arena_printf(m->arena, "sizeof(%.*s)", (int)n, storage);
}

const char *c_load(const Module *m, const Type *t, const char *pointer) {
        if (c_is_pointed(t))
                return pointer;
        if (c_is_string(t))
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
                return t->code == 'o' ? "\"/\"" : "\"\"";
        case TYPE_INTERFACE:
                return "\"/\"";
        case TYPE_ENUM:
                return t->enumeration->members[0]->symbol.c;
        case TYPE_VOID:
        case TYPE_INT:
        case TYPE_REAL:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_FLAG:
        case TYPE_STRUCT:
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

const Type c_string_type = { .kind = TYPE_STRING };

typedef struct TypeList {
        const Module *module;
        const Type **items;
        size_t n_items;
        NameSet names; /* of descriptors, that are in the list or on their way into it */
} TypeList;

static void type_list_add(TypeList *l, const Type *t) {
        Arena *a = l->module->arena;

        if (t->kind == TYPE_VOID || !name_set_add(&l->names, a, c_descriptor(l->module, t)))
                return;
        if (t->element)
                type_list_add(l, t->element);
        /* The key of an entry. */
        if (t->kind == TYPE_MAP)
                type_list_add(l, &c_string_type);
        if (t->kind == TYPE_STRUCT)
                for (size_t i = 0; i < t->structure->n_fields; i++)
                        type_list_add(l, t->structure->fields[i]->type);
        ARENA_APPEND(a, l->items, l->n_items, t);
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

const Module *c_owner(const Type *t) {
        const Module *owner;

        if (t->kind != TYPE_ENUM && t->kind != TYPE_FLAG && t->kind != TYPE_STRUCT)
                return NULL;
        (void)symbol_of(t, &owner);
        return owner;
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
        return !p->readonly && !p->constant && p->type->kind != TYPE_MODEL;
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
