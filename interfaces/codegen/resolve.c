/* SPDX-License-Identifier: MIT */
/* Gives names of types and of base interfaces what they stand for. */
#include "resolve.h"

#include <string.h>

/* What a name stands for: one of them, or nothing. */
typedef struct Meaning {
        Enum *enumeration;
        Struct *structure;
        Interface *interface;
} Meaning;

static bool means_something(const Meaning *x) {
        return x->enumeration || x->structure || x->interface;
}

static Meaning find_own(const Module *m, const char *name) {
        for (size_t i = 0; i < m->n_enums; i++)
                if (strcmp(name, m->enums[i]->symbol.name) == 0)
                        return (Meaning){ .enumeration = m->enums[i] };
        for (size_t i = 0; i < m->n_structs; i++)
                if (strcmp(name, m->structs[i]->symbol.name) == 0)
                        return (Meaning){ .structure = m->structs[i] };
        for (size_t i = 0; i < m->n_interfaces; i++)
                if (strcmp(name, m->interfaces[i]->symbol.name) == 0)
                        return (Meaning){ .interface = m->interfaces[i] };
        return (Meaning){ 0 };
}

/* What stands behind the name of the module, or behind the end of it: "Common.Point" in the module
 * Vehicle.Common. NULL: it is no name of this module. */
static const char *name_in_module(const Module *m, const char *name) {
        const char *dot = strrchr(name, '.');
        size_t size = dot ? (size_t)(dot - name) : 0;
        size_t module_size = strlen(m->symbol.name);
        const char *end = m->symbol.name + module_size - size;

        if (!dot || size > module_size || strncmp(end, name, size) != 0)
                return NULL;
        if (size < module_size && end[-1] != '.')
                return NULL;
        return dot + 1;
}

typedef struct Resolver {
        Module *module;
        Diagnostics *diagnostics;
} Resolver;

/* Also in what the imported modules import, whose types are in use here, too. */
static Meaning find_imported(const Module *m, const char *name, unsigned depth) {
        for (size_t i = 0; i < m->n_imports; i++) {
                Import *import = &m->imports[i];
                const char *rest = import->module ? name_in_module(import->module, name) : NULL;
                Meaning x = { 0 };

                if (rest)
                        x = find_own(import->module, rest);
                else if (import->module && depth > 0)
                        x = find_imported(import->module, name, depth - 1);
                if (means_something(&x)) {
                        import->used = true;
                        return x;
                }
        }
        return (Meaning){ 0 };
}

/* A name without a module, of one that is imported. */
static Meaning find_unqualified(Resolver *r, Span at, const char *name) {
        const Import *first = NULL;
        Meaning result = { 0 };

        for (size_t i = 0; i < r->module->n_imports; i++) {
                Import *import = &r->module->imports[i];
                Meaning x = { 0 };

                if (import->module)
                        x = find_own(import->module, name);
                if (!means_something(&x))
                        continue;
                import->used = true;
                if (!first) {
                        first = import;
                        result = x;
                } else if (first->module != import->module) {
                        diagnostics_error(r->diagnostics, at, "'%s' is in '%s' and in '%s'", name,
                                          first->name, import->name);
                        diagnostics_note(r->diagnostics, "write '%s.%s'", first->name, name);
                }
        }
        return result;
}

#define IMPORT_DEPTH_MAX 8

static Meaning find(Resolver *r, Span at, const char *name) {
        const char *own = name_in_module(r->module, name);
        Meaning x = find_own(r->module, own ? own : name);

        if (!means_something(&x))
                x = find_imported(r->module, name, IMPORT_DEPTH_MAX);
        if (!means_something(&x) && !strchr(name, '.'))
                x = find_unqualified(r, at, name);
        return x;
}

/* ---- suggestions ---- */

static size_t add_names(Arena *a, const Module *m, bool qualified, const char ***names, size_t n) {
        const char *prefix = qualified ? arena_printf(a, "%s.", m->symbol.name) : "";

        for (size_t i = 0; i < m->n_enums; i++)
                ARENA_APPEND(a, *names, n,
                             arena_printf(a, "%s%s", prefix, m->enums[i]->symbol.name));
        for (size_t i = 0; i < m->n_structs; i++)
                ARENA_APPEND(a, *names, n,
                             arena_printf(a, "%s%s", prefix, m->structs[i]->symbol.name));
        for (size_t i = 0; i < m->n_interfaces; i++)
                ARENA_APPEND(a, *names, n,
                             arena_printf(a, "%s%s", prefix, m->interfaces[i]->symbol.name));
        return n;
}

static void suggest_interface(Resolver *r, const char *written) {
        const Module *m = r->module;
        const char **names = NULL;
        size_t n = 0;

        for (size_t i = 0; i < m->n_interfaces; i++)
                ARENA_APPEND(m->arena, names, n, m->interfaces[i]->symbol.name);
        diagnostics_suggest(r->diagnostics, written, names, n);
}

static void suggest_type(Resolver *r, const char *written) {
        static const char *const builtin[] = { "bool", "int",  "real", "string",
                                               "var",  "list", "map",  "model" };
        Arena *a = r->module->arena;
        const char **names = NULL;
        size_t n = add_names(a, r->module, false, &names, 0);

        for (size_t i = 0; i < r->module->n_imports; i++)
                if (r->module->imports[i].module) {
                        n = add_names(a, r->module->imports[i].module, false, &names, n);
                        n = add_names(a, r->module->imports[i].module, true, &names, n);
                }
        for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
                ARENA_APPEND(a, names, n, builtin[i]);
        diagnostics_suggest(r->diagnostics, written, names, n);
}

/* ---- types ---- */

/* What is missing then, and why, has been said at the import. */
static bool is_of_missing_module(const Module *m, const char *name) {
        const char *dot = strrchr(name, '.');

        for (size_t i = 0; dot && i < m->n_imports; i++) {
                size_t size = strlen(m->imports[i].name);

                if (!m->imports[i].module && size == (size_t)(dot - name) &&
                    strncmp(m->imports[i].name, name, size) == 0)
                        return true;
        }
        return false;
}

static void resolve_name(Resolver *r, Type *t) {
        Meaning x = find(r, t->span, t->name);

        t->enumeration = x.enumeration;
        t->structure = x.structure;
        t->interface = x.interface;
        if (x.enumeration) {
                t->kind = x.enumeration->is_flag ? TYPE_FLAG : TYPE_ENUM;
        } else if (x.structure) {
                t->kind = TYPE_STRUCT;
        } else if (x.interface) {
                t->kind = TYPE_INTERFACE;
        } else {
                t->kind = TYPE_INVALID;
                if (is_of_missing_module(r->module, t->name))
                        return;
                diagnostics_error(r->diagnostics, t->span, "unknown type '%s'", t->name);
                suggest_type(r, t->name);
        }
}

static void resolve_type(Resolver *r, Type *t) {
        if (t->kind == TYPE_NAMED)
                resolve_name(r, t);
        if (t->element)
                resolve_type(r, t->element);
}

static void resolve_parameters(Resolver *r, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                resolve_type(r, parameters[i]->type);
}

static void resolve_interface(Resolver *r, Interface *i) {
        for (size_t k = 0; k < i->n_properties; k++)
                resolve_type(r, i->properties[k]->type);
        for (size_t k = 0; k < i->n_operations; k++) {
                Operation *o = i->operations[k];

                resolve_type(r, o->result);
                resolve_parameters(r, o->parameters, o->n_parameters);
        }
        for (size_t k = 0; k < i->n_signals; k++)
                resolve_parameters(r, i->signals[k]->parameters, i->signals[k]->n_parameters);
}

/* ---- inheritance ---- */

static Type *copy_type(Arena *a, const Type *t) {
        Type *copy = arena_alloc(a, sizeof(*copy));

        *copy = *t;
        if (t->element)
                copy->element = copy_type(a, t->element);
        return copy;
}

static Parameter **copy_parameters(Arena *a, Parameter **parameters, size_t n) {
        Parameter **copy = NULL;
        size_t n_copy = 0;

        for (size_t i = 0; i < n; i++) {
                Parameter *p = arena_alloc(a, sizeof(*p));

                *p = *parameters[i];
                p->type = copy_type(a, p->type);
                ARENA_APPEND(a, copy, n_copy, p);
        }
        return copy;
}

static const Symbol *find_member(const Interface *i, const char *name) {
        for (size_t k = 0; k < i->n_properties; k++)
                if (strcmp(i->properties[k]->symbol.name, name) == 0)
                        return &i->properties[k]->symbol;
        for (size_t k = 0; k < i->n_operations; k++)
                if (strcmp(i->operations[k]->symbol.name, name) == 0)
                        return &i->operations[k]->symbol;
        for (size_t k = 0; k < i->n_signals; k++)
                if (strcmp(i->signals[k]->symbol.name, name) == 0)
                        return &i->signals[k]->symbol;
        return NULL;
}

/* False: said already in the interface itself, which is reported. */
static bool can_inherit(Resolver *r, const Interface *i, const char *name) {
        const Symbol *own = find_member(i, name);

        if (own)
                diagnostics_error(r->diagnostics, own->span, "'%s' is in the base '%s' already",
                                  name, i->base_name);
        return !own;
}

/* The members of the base come first. */
static void inherit_properties(Resolver *r, Interface *i) {
        Arena *a = r->module->arena;
        Property **properties = NULL;
        size_t n = 0;

        for (size_t k = 0; k < i->base->n_properties; k++) {
                Property *p;

                if (!can_inherit(r, i, i->base->properties[k]->symbol.name))
                        continue;
                p = arena_alloc(a, sizeof(*p));
                *p = *i->base->properties[k];
                p->type = copy_type(a, p->type);
                ARENA_APPEND(a, properties, n, p);
        }
        for (size_t k = 0; k < i->n_properties; k++)
                ARENA_APPEND(a, properties, n, i->properties[k]);
        i->properties = properties;
        i->n_properties = n;
}

static void inherit_operations(Resolver *r, Interface *i) {
        Arena *a = r->module->arena;
        Operation **operations = NULL;
        size_t n = 0;

        for (size_t k = 0; k < i->base->n_operations; k++) {
                Operation *o;

                if (!can_inherit(r, i, i->base->operations[k]->symbol.name))
                        continue;
                o = arena_alloc(a, sizeof(*o));
                *o = *i->base->operations[k];
                o->result = copy_type(a, o->result);
                o->parameters = copy_parameters(a, o->parameters, o->n_parameters);
                ARENA_APPEND(a, operations, n, o);
        }
        for (size_t k = 0; k < i->n_operations; k++)
                ARENA_APPEND(a, operations, n, i->operations[k]);
        i->operations = operations;
        i->n_operations = n;
}

static void inherit_signals(Resolver *r, Interface *i) {
        Arena *a = r->module->arena;
        Signal **signals = NULL;
        size_t n = 0;

        for (size_t k = 0; k < i->base->n_signals; k++) {
                Signal *s;

                if (!can_inherit(r, i, i->base->signals[k]->symbol.name))
                        continue;
                s = arena_alloc(a, sizeof(*s));
                *s = *i->base->signals[k];
                s->parameters = copy_parameters(a, s->parameters, s->n_parameters);
                ARENA_APPEND(a, signals, n, s);
        }
        for (size_t k = 0; k < i->n_signals; k++)
                ARENA_APPEND(a, signals, n, i->signals[k]);
        i->signals = signals;
        i->n_signals = n;
}

static void find_base(Resolver *r, Interface *i) {
        i->base = find(r, i->base_span, i->base_name).interface;
        if (i->base || is_of_missing_module(r->module, i->base_name))
                return;
        diagnostics_error(r->diagnostics, i->base_span, "unknown interface '%s'", i->base_name);
        suggest_interface(r, i->base_name);
}

static void inherit(Resolver *r, Interface *i) {
        if (!i->base_name || i->inherited)
                return;
        i->inherits = true;
        i->inherited = true;
        find_base(r, i);
        if (i->base && i->base->inherits) {
                diagnostics_error(r->diagnostics, i->base_span, "'%s' extends itself%s%s%s",
                                  i->symbol.name, i->base == i ? "" : " through '",
                                  i->base == i ? "" : i->base->symbol.name,
                                  i->base == i ? "" : "'");
                i->base = NULL;
        }
        if (i->base) {
                inherit(r, i->base);
                inherit_properties(r, i);
                inherit_operations(r, i);
                inherit_signals(r, i);
        }
        i->inherits = false;
}

void resolve_module(Module *m, Diagnostics *d) {
        Resolver r = { .module = m, .diagnostics = d };

        for (size_t i = 0; i < m->n_structs; i++)
                for (size_t k = 0; k < m->structs[i]->n_fields; k++)
                        resolve_type(&r, m->structs[i]->fields[k]->type);
        for (size_t i = 0; i < m->n_interfaces; i++)
                resolve_interface(&r, m->interfaces[i]);
        for (size_t i = 0; i < m->n_interfaces; i++)
                inherit(&r, m->interfaces[i]);
}
