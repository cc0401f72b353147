/* SPDX-License-Identifier: MIT */
/* Finds everything in a model that is wrong, or that cannot be generated yet. */
#include "check.h"

#include <string.h>

#include "naming.h"

/* D-Bus specification, "Valid Signatures" and "Valid Names". */
#define SIGNATURE_SIZE_MAX 255
#define DEPTH_MAX 32
#define NAME_SIZE_MAX 255

typedef struct Checker {
        Module *module;
        Diagnostics *diagnostics;
} Checker;

static void refuse(Checker *c, Span at, const char *what) {
        diagnostics_error(c->diagnostics, at, "%s cannot be generated yet", what);
}

static void visit_struct(Checker *c, Struct *s);

/* Sizes saturate: what is over the limit is over the limit. */
static size_t add_sizes(size_t a, size_t b) {
        size_t sum = a + b;

        return sum > SIGNATURE_SIZE_MAX ? SIGNATURE_SIZE_MAX + 1 : sum;
}

static size_t signature_size(const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return t->structure->signature_size;
        return t->element ? add_sizes(1, signature_size(t->element)) : 1;
}

static unsigned depth(const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return t->structure->depth;
        return t->element ? 1 + depth(t->element) : 0;
}

static void check_type(Checker *c, Type *t) {
        switch (t->kind) {
        case TYPE_VAR:
        case TYPE_MAP:
        case TYPE_MODEL:
                refuse(c, t->span, arena_printf(c->module->arena, "'%s'", t->name));
                break;
        case TYPE_INTERFACE:
                refuse(c, t->span, "an interface as a type");
                break;
        case TYPE_STRUCT:
                visit_struct(c, t->structure);
                break;
        case TYPE_VOID:
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_REAL:
        case TYPE_STRING:
        case TYPE_NAMED:
        case TYPE_ENUM:
        case TYPE_FLAG:
        case TYPE_LIST:
        case TYPE_INVALID:
                break;
        }
        if (t->element)
                check_type(c, t->element);
        if (depth(t) > DEPTH_MAX)
                diagnostics_error(c->diagnostics, t->span,
                                  "this type is nested %u deep, D-Bus allows %u", depth(t),
                                  DEPTH_MAX);
        else if (signature_size(t) > SIGNATURE_SIZE_MAX)
                diagnostics_error(c->diagnostics, t->span,
                                  "the D-Bus signature of this type is longer than %u",
                                  SIGNATURE_SIZE_MAX);
}

static void visit_fields(Checker *c, Struct *s) {
        s->signature_size = 2;
        for (size_t i = 0; i < s->n_fields; i++) {
                Field *f = s->fields[i];
                const Type *inner = f->type;

                while (inner->element)
                        inner = inner->element;
                if (inner->kind == TYPE_STRUCT && inner->structure->visiting) {
                        diagnostics_error(c->diagnostics, f->type->span,
                                          "'%s' contains itself through '%s'",
                                          inner->structure->symbol.name, f->symbol.name);
                        continue;
                }
                check_type(c, f->type);
                s->signature_size = add_sizes(s->signature_size, signature_size(f->type));
                if (1 + depth(f->type) > s->depth)
                        s->depth = 1 + depth(f->type);
        }
}

static void visit_struct(Checker *c, Struct *s) {
        if (s->visited)
                return;
        s->visited = true;
        s->visiting = true;
        visit_fields(c, s);
        s->visiting = false;
        if (s->n_fields == 0)
                diagnostics_error(c->diagnostics, s->symbol.span, "the struct '%s' has no fields",
                                  s->symbol.name);
        for (size_t i = 0; i < s->n_fields; i++)
                if (s->fields[i]->literal)
                        refuse(c, s->fields[i]->literal->span, "a start value of a field");
}

static void check_parameters(Checker *c, const Symbol *s, Parameter **parameters, size_t n) {
        size_t size = 0;

        for (size_t i = 0; i < n; i++) {
                check_type(c, parameters[i]->type);
                size = add_sizes(size, signature_size(parameters[i]->type));
        }
        if (size > SIGNATURE_SIZE_MAX)
                diagnostics_error(c->diagnostics, s->span,
                                  "the D-Bus signature of the parameters of '%s' is longer than %u",
                                  s->name, SIGNATURE_SIZE_MAX);
}

static void check_name_size(Checker *c, const Symbol *s, const char *name) {
        if (strlen(name) > NAME_SIZE_MAX)
                diagnostics_error(c->diagnostics, s->span,
                                  "this name is too long, D-Bus allows %u characters",
                                  NAME_SIZE_MAX);
}

static void check_interface(Checker *c, Interface *i) {
        if (i->base)
                refuse(c, i->base_span, "'extends'");
        check_name_size(c, &i->symbol, i->symbol.dbus);
        if (i->n_zones > 0 && !i->zoned) {
                diagnostics_warning(c->diagnostics, i->symbol.span,
                                    "'%s' has zones but not '@config: { zoned: true }', without "
                                    "which they have no effect",
                                    i->symbol.name);
                i->n_zones = 0;
        }
        for (size_t k = 0; k < i->n_properties; k++) {
                check_type(c, i->properties[k]->type);
                check_name_size(c, &i->properties[k]->symbol, i->properties[k]->symbol.dbus);
        }
        for (size_t k = 0; k < i->n_operations; k++) {
                Operation *o = i->operations[k];

                if (o->result->kind != TYPE_VOID)
                        check_type(c, o->result);
                check_parameters(c, &o->symbol, o->parameters, o->n_parameters);
                check_name_size(c, &o->symbol, o->symbol.dbus);
        }
        for (size_t k = 0; k < i->n_signals; k++) {
                Signal *s = i->signals[k];

                check_parameters(c, &s->symbol, s->parameters, s->n_parameters);
                check_name_size(c, &s->symbol, s->symbol.dbus);
        }
}

/* Each part becomes one of a bus name: not empty, and no digit first (the lexer has seen to the
 * letters, but not to what stands behind a dot). */
static void check_module_name(Checker *c) {
        const Symbol *s = &c->module->symbol;
        const char *part = s->name;

        for (;;) {
                size_t size = strcspn(part, ".");

                if (size == 0 || (part[0] >= '0' && part[0] <= '9')) {
                        diagnostics_error(c->diagnostics, s->span,
                                          "'%s' cannot be a bus name: a part of it %s", s->name,
                                          size == 0 ? "is empty" : "begins with a digit");
                        return;
                }
                if (part[size] == '\0')
                        break;
                part += size + 1;
        }
        check_name_size(c, s, c->module->bus_name);
}

void check_module(Module *m, Diagnostics *d) {
        Checker c = { .module = m, .diagnostics = d };

        check_module_name(&c);
        for (size_t i = 0; i < m->n_imports; i++)
                refuse(&c, m->imports[i].span, "'import'");
        if (m->n_interfaces == 0)
                diagnostics_error(d, m->symbol.span, "the module '%s' has no interface",
                                  m->symbol.name);
        for (size_t i = 0; i < m->n_enums; i++)
                if (m->enums[i]->n_members == 0)
                        diagnostics_error(d, m->enums[i]->symbol.span, "'%s' has no members",
                                          m->enums[i]->symbol.name);
        for (size_t i = 0; i < m->n_structs; i++)
                visit_struct(&c, m->structs[i]);
        for (size_t i = 0; i < m->n_interfaces; i++)
                check_interface(&c, m->interfaces[i]);
        naming_check(m, d);
}
