/* SPDX-License-Identifier: MIT */
/* What an interface file says, as a tree: names of types and values of enumerators. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void suggest_type(const Module *m, Diagnostics *d, const char *written) {
        const char **names = NULL;
        size_t n = 0;

        for (size_t i = 0; i < m->n_enums; i++)
                ARENA_APPEND(m->arena, names, n, m->enums[i]->symbol.name);
        for (size_t i = 0; i < m->n_structs; i++)
                ARENA_APPEND(m->arena, names, n, m->structs[i]->symbol.name);
        ARENA_APPEND(m->arena, names, n, "bool");
        ARENA_APPEND(m->arena, names, n, "int");
        ARENA_APPEND(m->arena, names, n, "real");
        ARENA_APPEND(m->arena, names, n, "string");
        diagnostics_suggest(d, written, names, n);
}

/* The name without that of the module in front of it. */
static const char *own_name(const Module *m, const char *name) {
        size_t size = strlen(m->symbol.name);

        if (strncmp(name, m->symbol.name, size) == 0 && name[size] == '.')
                return name + size + 1;
        return name;
}

static void resolve_name(const Module *m, Diagnostics *d, Type *t) {
        const char *name = own_name(m, t->name);

        for (size_t i = 0; i < m->n_enums; i++)
                if (strcmp(name, m->enums[i]->symbol.name) == 0) {
                        t->enumeration = m->enums[i];
                        t->kind = t->enumeration->is_flag ? TYPE_FLAG : TYPE_ENUM;
                        return;
                }
        for (size_t i = 0; i < m->n_structs; i++)
                if (strcmp(name, m->structs[i]->symbol.name) == 0) {
                        t->structure = m->structs[i];
                        t->kind = TYPE_STRUCT;
                        return;
                }
        for (size_t i = 0; i < m->n_interfaces; i++)
                if (strcmp(name, m->interfaces[i]->symbol.name) == 0) {
                        t->kind = TYPE_INTERFACE;
                        return;
                }
        t->kind = TYPE_INVALID;
        diagnostics_error(d, t->span, "unknown type '%s'", t->name);
        suggest_type(m, d, t->name);
}

static void resolve_type(const Module *m, Diagnostics *d, Type *t) {
        if (t->kind == TYPE_NAMED)
                resolve_name(m, d, t);
        if (t->element)
                resolve_type(m, d, t->element);
}

static void resolve_parameters(const Module *m, Diagnostics *d, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                resolve_type(m, d, parameters[i]->type);
}

static void resolve_interface(const Module *m, Diagnostics *d, Interface *i) {
        for (size_t k = 0; k < i->n_properties; k++)
                resolve_type(m, d, i->properties[k]->type);
        for (size_t k = 0; k < i->n_operations; k++) {
                Operation *o = i->operations[k];

                resolve_type(m, d, o->result);
                resolve_parameters(m, d, o->parameters, o->n_parameters);
        }
        for (size_t k = 0; k < i->n_signals; k++)
                resolve_parameters(m, d, i->signals[k]->parameters, i->signals[k]->n_parameters);
}

/* -EINVAL: not a number; -ERANGE: too large. */
static int read_enumerator_value(const Enum *e, const char *text, int64_t *ret) {
        const char *digits = text + (*text == '-' || *text == '+');
        bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
        unsigned long long magnitude;
        char *end;

        if (digits[0] < '0' || digits[0] > '9')
                return -EINVAL;
        errno = 0;
        magnitude = strtoull(digits, &end, hex ? 16 : 10);
        if (*end != '\0')
                return -EINVAL;
        if (errno == ERANGE)
                return -ERANGE;
        if (e->is_flag) {
                *ret = (int64_t)magnitude;
                return *text == '-' && magnitude > 0 ? -ERANGE : 0;
        }
        if (magnitude > (*text == '-' ? (uint64_t)INT32_MAX + 1 : (uint64_t)INT32_MAX))
                return -ERANGE;
        *ret = *text == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
        return 0;
}

static void number_explicitly(const Enum *e, Diagnostics *d, Enumerator *member) {
        int r = read_enumerator_value(e, member->value_text, &member->value);

        if (r == -ERANGE)
                diagnostics_error(d, member->value_span, "%s does not fit in %s",
                                  member->value_text,
                                  e->is_flag ? "64 bits without sign" : "32 bits");
        else if (r < 0)
                diagnostics_error(d, member->value_span, "'%s' is not a whole number",
                                  member->value_text);
}

/* A member without a value has its position, also behind one that has a value: so it is in qface,
 * and the numbers are on the wire. */
static void number_by_position(const Enum *e, Diagnostics *d, size_t position,
                               const Enumerator *explicit_member) {
        Enumerator *member = e->members[position];

        if (e->is_flag && position >= 64) {
                diagnostics_error(d, member->symbol.span,
                                  "'%s' would be bit %zu, a flag has 64 bits", member->symbol.name,
                                  position);
                return;
        }
        member->value = e->is_flag ? (int64_t)(UINT64_C(1) << position) : (int64_t)position;
        if (!explicit_member)
                return;
        diagnostics_warning(d, member->symbol.span, "'%s' gets the value %lld, from its position",
                            member->symbol.name, (long long)member->value);
        diagnostics_note(d, "'%s' before it has a value of its own: write this one too",
                         explicit_member->symbol.name);
}

static void number_members(Enum *e, Diagnostics *d) {
        const Enumerator *explicit_member = NULL;

        for (size_t i = 0; i < e->n_members; i++) {
                Enumerator *member = e->members[i];

                if (member->value_text) {
                        number_explicitly(e, d, member);
                        explicit_member = member;
                } else {
                        number_by_position(e, d, i, explicit_member);
                }
                if (e->is_flag && (uint64_t)member->value > UINT32_MAX)
                        e->is_wide = true;
        }
}

/* Of members with one name the last one counts; real files have them. */
static void drop_repeated_members(Enum *e, Diagnostics *d) {
        size_t n = 0;

        for (size_t i = 0; i < e->n_members; i++) {
                Enumerator *later = NULL;

                for (size_t k = i + 1; k < e->n_members; k++)
                        if (strcmp(e->members[k]->symbol.name, e->members[i]->symbol.name) == 0)
                                later = e->members[k];
                if (later)
                        diagnostics_warning(d, later->symbol.span,
                                            "'%s' is there twice, the last one counts",
                                            later->symbol.name);
                else
                        e->members[n++] = e->members[i];
        }
        e->n_members = n;
}

void model_resolve(Module *m, Diagnostics *d) {
        for (size_t i = 0; i < m->n_enums; i++) {
                number_members(m->enums[i], d);
                drop_repeated_members(m->enums[i], d);
        }
        for (size_t i = 0; i < m->n_structs; i++)
                for (size_t k = 0; k < m->structs[i]->n_fields; k++)
                        resolve_type(m, d, m->structs[i]->fields[k]->type);
        for (size_t i = 0; i < m->n_interfaces; i++)
                resolve_interface(m, d, m->interfaces[i]);
}

const Enumerator *model_find_enumerator(const Enum *e, const char *name) {
        for (size_t i = 0; i < e->n_members; i++)
                if (strcmp(e->members[i]->symbol.name, name) == 0)
                        return e->members[i];
        return NULL;
}

bool model_is_trivial(const Type *t) {
        switch (t->kind) {
        case TYPE_VOID:
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_REAL:
        case TYPE_ENUM:
        case TYPE_FLAG:
                return true;
        case TYPE_STRUCT:
                for (size_t i = 0; i < t->structure->n_fields; i++)
                        if (!model_is_trivial(t->structure->fields[i]->type))
                                return false;
                return true;
        case TYPE_STRING:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_LIST:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return false;
}

static const char *struct_signature(Arena *a, const Struct *s) {
        const char *text = "(";

        for (size_t i = 0; i < s->n_fields; i++)
                text = arena_printf(a, "%s%s", text, model_signature(a, s->fields[i]->type));
        return arena_printf(a, "%s)", text);
}

const char *model_signature(Arena *a, const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "b";
        case TYPE_INT:
        case TYPE_ENUM:
                return "i";
        case TYPE_REAL:
                return "d";
        case TYPE_STRING:
                return "s";
        case TYPE_FLAG:
                return t->enumeration->is_wide ? "t" : "u";
        case TYPE_STRUCT:
                return struct_signature(a, t->structure);
        case TYPE_LIST:
                return arena_printf(a, "a%s", model_signature(a, t->element));
        case TYPE_VOID:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "";
}
