/* SPDX-License-Identifier: MIT */
/* Finds what is wrong, or doubtful, in a model that is complete. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "naming.h"

/* D-Bus specification, "Valid Names". */
#define NAME_SIZE_MAX 255

typedef struct Checker {
        Module *module;
        Diagnostics *diagnostics;
} Checker;

/* ---- names that differ only in case ---- */

typedef struct Names {
        Checker *checker;
        const Symbol **items;
        size_t n_items;
} Names;

static void add_name(Names *names, const Symbol *s) {
        ARENA_APPEND(names->checker->module->arena, names->items, names->n_items, s);
}

static int compare_names(const void *a, const void *b) {
        const Symbol *x = *(const Symbol *const *)a, *y = *(const Symbol *const *)b;
        int order = strcasecmp(x->name, y->name);

        return order != 0 ? order
                          : (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

static void warn_of_similar_names(Names *names) {
        if (names->n_items > 1)
                qsort(names->items, names->n_items, sizeof(names->items[0]), compare_names);
        for (size_t i = 1; i < names->n_items; i++) {
                const Symbol *one = names->items[i - 1], *other = names->items[i];

                if (strcasecmp(one->name, other->name) != 0 ||
                    strcmp(one->name, other->name) == 0 || other->clashes)
                        continue;
                diagnostics_warning(names->checker->diagnostics, WARNING_SIMILAR_NAME, other->span,
                                    "'%s' differs from '%s' only in case", other->name, one->name);
        }
}

static void check_similar_members(Checker *c, const Interface *i) {
        Names names = { .checker = c };

        for (size_t k = 0; k < i->n_properties; k++)
                add_name(&names, &i->properties[k]->symbol);
        for (size_t k = 0; k < i->n_operations; k++)
                add_name(&names, &i->operations[k]->symbol);
        for (size_t k = 0; k < i->n_signals; k++)
                add_name(&names, &i->signals[k]->symbol);
        warn_of_similar_names(&names);
}

static void check_similar_types(Checker *c) {
        const Module *m = c->module;
        Names types = { .checker = c };

        for (size_t i = 0; i < m->n_enums; i++) {
                Names members = { .checker = c };

                add_name(&types, &m->enums[i]->symbol);
                for (size_t k = 0; k < m->enums[i]->n_members; k++)
                        add_name(&members, &m->enums[i]->members[k]->symbol);
                warn_of_similar_names(&members);
        }
        for (size_t i = 0; i < m->n_structs; i++) {
                Names fields = { .checker = c };

                add_name(&types, &m->structs[i]->symbol);
                for (size_t k = 0; k < m->structs[i]->n_fields; k++)
                        add_name(&fields, &m->structs[i]->fields[k]->symbol);
                warn_of_similar_names(&fields);
        }
        for (size_t i = 0; i < m->n_interfaces; i++)
                add_name(&types, &m->interfaces[i]->symbol);
        warn_of_similar_names(&types);
}

/* ---- interfaces ---- */

static void check_name_size(Checker *c, const Symbol *s, const char *name) {
        if (strlen(name) > NAME_SIZE_MAX)
                diagnostics_error(c->diagnostics, s->span,
                                  "this name is too long, D-Bus allows %u characters",
                                  NAME_SIZE_MAX);
}

static void check_zones(Checker *c, Interface *i) {
        if (i->n_zones == 0 || i->zoned)
                return;
        diagnostics_warning(c->diagnostics, WARNING_ZONES, i->symbol.span,
                            "'%s' has zones but not '@config: { zoned: true }', without which they "
                            "have no effect",
                            i->symbol.name);
        i->n_zones = 0;
}

/* One snapshot of the module has all its objects: they are below it. Two features are two objects. */
static void check_path(Checker *c, const Interface *i) {
        const Module *m = c->module;
        size_t size = strcmp(m->path, "/") == 0 ? 0 : strlen(m->path);

        if (m->foreign || !i->dbus_path)
                return;
        if (strncmp(i->path, m->path, size) != 0 || i->path[size] != '/' ||
            i->path[size + 1] == '\0') {
                diagnostics_error(c->diagnostics, i->symbol.span,
                                  "the object path '%s' is not below that of the module, '%s'",
                                  i->path, m->path);
                return;
        }
        for (size_t k = 0; k < m->n_interfaces; k++) {
                const Interface *other = m->interfaces[k];
                size_t n = strlen(other->path);

                if (other == i || strncmp(i->path, other->path, n) != 0 ||
                    (i->path[n] != '\0' && i->path[n] != '/'))
                        continue;
                diagnostics_error(c->diagnostics, i->symbol.span,
                                  "the object path '%s' is that of '%s', or of a zone of it",
                                  i->path, other->symbol.name);
        }
}

static void check_interface(Checker *c, Interface *i) {
        check_path(c, i);
        check_name_size(c, &i->symbol, i->symbol.dbus);
        check_zones(c, i);
        if (i->n_properties + i->n_operations + i->n_signals == 0)
                diagnostics_warning(c->diagnostics, WARNING_EMPTY_INTERFACE, i->symbol.span,
                                    "the interface '%s' has no members", i->symbol.name);
        if (i->zoned && c->module->foreign)
                diagnostics_error(c->diagnostics, i->symbol.span,
                                  "'%s' is of a foreign service, which knows no zones",
                                  i->symbol.name);
        for (size_t k = 0; k < i->n_properties; k++)
                check_name_size(c, &i->properties[k]->symbol, i->properties[k]->symbol.dbus);
        for (size_t k = 0; k < i->n_operations; k++)
                check_name_size(c, &i->operations[k]->symbol, i->operations[k]->symbol.dbus);
        for (size_t k = 0; k < i->n_signals; k++)
                check_name_size(c, &i->signals[k]->symbol, i->signals[k]->symbol.dbus);
}

/* ---- the module ---- */

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

static void check_imports(Checker *c) {
        for (size_t i = 0; i < c->module->n_imports; i++) {
                const Import *import = &c->module->imports[i];

                if (import->module && !import->used)
                        diagnostics_warning(c->diagnostics, WARNING_UNUSED_IMPORT, import->span,
                                            "nothing of '%s' is used", import->name);
        }
}

void check_module(Module *m, Diagnostics *d) {
        Checker c = { .module = m, .diagnostics = d };

        check_module_name(&c);
        check_imports(&c);
        if (m->n_interfaces + m->n_structs + m->n_enums == 0)
                diagnostics_error(d, m->symbol.span, "the module '%s' is empty", m->symbol.name);
        for (size_t i = 0; i < m->n_enums; i++)
                if (m->enums[i]->n_members == 0)
                        diagnostics_error(d, m->enums[i]->symbol.span, "'%s' has no members",
                                          m->enums[i]->symbol.name);
        for (size_t i = 0; i < m->n_interfaces; i++)
                check_interface(&c, m->interfaces[i]);
        naming_check(m, d);
        for (size_t i = 0; i < m->n_interfaces; i++)
                check_similar_members(&c, m->interfaces[i]);
        check_similar_types(&c);
}
