/* SPDX-License-Identifier: MIT */
/* Finds types that cannot be: structs that contain themselves, signatures that D-Bus cannot carry. */
#include "type-limits.h"

/* D-Bus specification, "Valid Signatures". */
#define SIGNATURE_SIZE_MAX 255
#define DEPTH_MAX 32

/* From here on a few more members are too many. */
#define SIGNATURE_SIZE_LONG 200

typedef struct Checker {
        Module *module;
        Diagnostics *diagnostics;
} Checker;

static void visit_struct(Checker *c, Struct *s);

/* Sizes saturate: what is over the limit is over the limit. */
static size_t add_sizes(size_t a, size_t b) {
        size_t sum = a + b;

        return sum > SIGNATURE_SIZE_MAX ? SIGNATURE_SIZE_MAX + 1 : sum;
}

static size_t signature_size(const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return t->structure->signature_size;
        if (t->kind == TYPE_MODEL || !t->element)
                return 1;
        return add_sizes(t->kind == TYPE_MAP ? 4 : 1, signature_size(t->element));
}

static unsigned depth(const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return t->structure->depth;
        if (t->kind == TYPE_MODEL || !t->element)
                return 0;
        return (t->kind == TYPE_MAP ? 2 : 1) + depth(t->element);
}

/* A model is an object of its own: the one type that only a property can have. */
static void check_type(Checker *c, Type *t, bool is_property) {
        if (t->kind == TYPE_MODEL && !is_property) {
                diagnostics_error(c->diagnostics, t->span, "only a property can be a model");
                t->kind = TYPE_INVALID;
                return;
        }
        if (t->kind == TYPE_STRUCT)
                visit_struct(c, t->structure);
        if (t->element)
                check_type(c, t->element, false);
        if (depth(t) > DEPTH_MAX)
                diagnostics_error(c->diagnostics, t->span,
                                  "this type is nested %u deep, D-Bus allows %u", depth(t),
                                  DEPTH_MAX);
        else if (signature_size(t) > SIGNATURE_SIZE_MAX)
                diagnostics_error(c->diagnostics, t->span,
                                  "the D-Bus signature of this type is longer than %u",
                                  SIGNATURE_SIZE_MAX);
        else
                return;
        t->kind = TYPE_INVALID;
        t->element = NULL;
}

static bool contains_itself(Checker *c, const Field *f) {
        const Type *inner = f->type;

        while (inner->element)
                inner = inner->element;
        if (inner->kind != TYPE_STRUCT || !inner->structure->visiting)
                return false;
        diagnostics_error(c->diagnostics, f->type->span, "'%s' contains itself through '%s'",
                          inner->structure->symbol.name, f->symbol.name);
        return true;
}

static void visit_fields(Checker *c, Struct *s) {
        s->signature_size = 2;
        s->depth = 1;
        for (size_t i = 0; i < s->n_fields; i++) {
                Field *f = s->fields[i];

                if (contains_itself(c, f)) {
                        f->type->kind = TYPE_INVALID;
                        f->type->element = NULL;
                        continue;
                }
                check_type(c, f->type, false);
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
        else if (s->signature_size > SIGNATURE_SIZE_LONG && s->signature_size <= SIGNATURE_SIZE_MAX)
                diagnostics_warning(c->diagnostics, WARNING_LONG_SIGNATURE, s->symbol.span,
                                    "the D-Bus signature of '%s' has %zu of at most %u characters",
                                    s->symbol.name, s->signature_size, SIGNATURE_SIZE_MAX);
}

static void check_parameters(Checker *c, const Symbol *s, Parameter **parameters, size_t n) {
        size_t size = 0;

        for (size_t i = 0; i < n; i++) {
                check_type(c, parameters[i]->type, false);
                size = add_sizes(size, signature_size(parameters[i]->type));
        }
        if (size > SIGNATURE_SIZE_MAX)
                diagnostics_error(c->diagnostics, s->span,
                                  "the D-Bus signature of the parameters of '%s' is longer than %u",
                                  s->name, SIGNATURE_SIZE_MAX);
        else if (size > SIGNATURE_SIZE_LONG)
                diagnostics_warning(c->diagnostics, WARNING_LONG_SIGNATURE, s->span,
                                    "the D-Bus signature of the parameters of '%s' has %zu of at "
                                    "most %u characters",
                                    s->name, size, SIGNATURE_SIZE_MAX);
}

void type_limits_check(Module *m, Diagnostics *d) {
        Checker c = { .module = m, .diagnostics = d };

        for (size_t i = 0; i < m->n_structs; i++)
                visit_struct(&c, m->structs[i]);
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                for (size_t k = 0; k < f->n_properties; k++) {
                        check_type(&c, f->properties[k]->type, true);
                        if (f->properties[k]->type->kind == TYPE_MODEL)
                                f->properties[k]->readonly = true;
                }
                for (size_t k = 0; k < f->n_operations; k++) {
                        Operation *o = f->operations[k];

                        check_type(&c, o->result, false);
                        check_parameters(&c, &o->symbol, o->parameters, o->n_parameters);
                }
                for (size_t k = 0; k < f->n_signals; k++)
                        check_parameters(&c, &f->signals[k]->symbol, f->signals[k]->parameters,
                                         f->signals[k]->n_parameters);
        }
}
