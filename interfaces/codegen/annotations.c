/* SPDX-License-Identifier: MIT */
/* Gathers what is said of each symbol: its '@' lines, the file beside the interface file, those that
 * are named on the command line. */
#include "annotations.h"

#include <string.h>

#include "annotation-keys.h"

/* ---- files ---- */

void annotations_add(Annotations *s, const Source *source) {
        Span bad = { .source = source, .length = 1 };
        NodeLine all = { source->text, { source, 0, source->size } };
        Node *root;

        if (source_find_bad_byte(source, &bad.offset) == 0) {
                diagnostics_error(s->diagnostics, bad, "this is not UTF-8");
                return;
        }
        root = node_parse(s->arena, s->diagnostics, &all, 1);
        if (!root)
                return;
        if (root->kind != NODE_MAPPING)
                diagnostics_error(s->diagnostics, root->span,
                                  "expected names and what is said of them: 'Module.Interface: { … "
                                  "}'");
        for (size_t i = 0; i < root->n_entries; i++)
                if (root->entries[i].value->kind != NODE_MAPPING &&
                    !node_is_null(root->entries[i].value))
                        diagnostics_error(s->diagnostics, root->entries[i].value->span,
                                          "what is said of '%s' wants keys: { … }",
                                          root->entries[i].key->text);
        ARENA_APPEND(s->arena, s->documents, s->n_documents, root);
}

/* What the files say under this name. */
static Node *add_documents(const Annotations *s, Node *n, const char *name) {
        for (size_t i = 0; i < s->n_documents; i++) {
                NodeEntry *e = node_find(s->documents[i], name);

                if (!e)
                        continue;
                e->used = true;
                if (e->value->kind == NODE_MAPPING)
                        n = node_merge(s->arena, n, e->value);
        }
        return n;
}

/* ---- '@' lines ---- */

/* A bare "@deprecated" says "deprecated: true". */
static const char *complete_line(const char *text) {
        static const char word[] = "deprecated";

        if (strncmp(text, word, strlen(word)) == 0 &&
            text[strlen(word) + strspn(text + strlen(word), " \t")] == '\0')
                return "deprecated: true";
        return text;
}

static Node *parse_tags(const Annotations *s, const Symbol *symbol) {
        NodeLine *lines = NULL;
        size_t n_lines = 0;
        Node *root;

        for (size_t i = 0; i < symbol->n_tags; i++) {
                NodeLine line = { complete_line(symbol->tags[i].text), symbol->tags[i].span };

                ARENA_APPEND(s->arena, lines, n_lines, line);
        }
        if (n_lines == 0)
                return NULL;
        root = node_parse(s->arena, s->diagnostics, lines, n_lines);
        if (root && root->kind != NODE_MAPPING) {
                diagnostics_error(s->diagnostics, root->span,
                                  "an annotation is written '@name: value'");
                return NULL;
        }
        return root;
}

/* ---- symbols ---- */

/* name: qualified; origin: the same where the symbol was inherited from, or NULL. */
static void read_symbol(const Annotations *s, KeyReader *r, Place place, Symbol *symbol,
                        const char *origin, const char *name) {
        Node *n = parse_tags(s, symbol);

        if (origin)
                n = add_documents(s, n, origin);
        n = add_documents(s, n, name);
        symbol->annotations = n;
        r->place = place;
        r->symbol = symbol;
        annotation_keys_read(r);
}

/* "Module.Interface#member" */
static const char *member_name(const Annotations *s, const Interface *i, const char *member) {
        return arena_printf(s->arena, "%s.%s#%s", i->module->symbol.name, i->symbol.name, member);
}

static void read_member(const Annotations *s, KeyReader *r, Place place, Symbol *symbol,
                        const Interface *origin) {
        read_symbol(s, r, place, symbol,
                    origin == r->interface ? NULL : member_name(s, origin, symbol->name),
                    member_name(s, r->interface, symbol->name));
}

static void inherit_zones(const Annotations *s, Interface *i) {
        const char **zones = NULL;
        size_t n = 0;

        i->zoned = i->zoned || i->base->zoned;
        for (size_t k = 0; k < i->base->n_zones; k++)
                ARENA_APPEND(s->arena, zones, n, i->base->zones[k]);
        for (size_t k = 0; k < i->n_zones; k++) {
                bool known = false;

                for (size_t j = 0; j < i->base->n_zones; j++)
                        known = known || strcmp(zones[j], i->zones[k]) == 0;
                if (!known)
                        ARENA_APPEND(s->arena, zones, n, i->zones[k]);
        }
        i->zones = zones;
        i->n_zones = n;
}

static void read_interface(const Annotations *s, Interface *i) {
        KeyReader r = {
                .values = { .arena = s->arena, .diagnostics = s->diagnostics },
                .module = i->module,
                .interface = i,
        };

        if (i->annotated)
                return;
        i->annotated = true;
        if (i->base)
                read_interface(s, i->base);
        read_symbol(s, &r, PLACE_INTERFACE, &i->symbol, NULL,
                    arena_printf(s->arena, "%s.%s", i->module->symbol.name, i->symbol.name));
        if (i->base)
                inherit_zones(s, i);
        for (size_t k = 0; k < i->n_properties; k++) {
                r.property = i->properties[k];
                read_member(s, &r, PLACE_PROPERTY, &r.property->symbol, r.property->origin);
        }
        r.property = NULL;
        for (size_t k = 0; k < i->n_operations; k++) {
                r.operation = i->operations[k];
                read_member(s, &r, PLACE_OPERATION, &r.operation->symbol, r.operation->origin);
        }
        r.operation = NULL;
        for (size_t k = 0; k < i->n_signals; k++) {
                r.signal = i->signals[k];
                read_member(s, &r, PLACE_SIGNAL, &r.signal->symbol, r.signal->origin);
        }
}

/* What stands inside comes first: what a field is on D-Bus may depend on it. */
static void read_struct(const Annotations *s, Struct *structure) {
        KeyReader r = {
                .values = { .arena = s->arena, .diagnostics = s->diagnostics },
                .module = structure->module,
        };
        const char *name = arena_printf(s->arena, "%s.%s", structure->module->symbol.name,
                                        structure->symbol.name);

        if (structure->annotated)
                return;
        structure->annotated = true;
        read_symbol(s, &r, PLACE_STRUCT, &structure->symbol, NULL, name);
        for (size_t i = 0; i < structure->n_fields; i++) {
                const Type *inner = structure->fields[i]->type;

                while (inner->element)
                        inner = inner->element;
                if (inner->kind == TYPE_STRUCT)
                        read_struct(s, inner->structure);
                r.field = structure->fields[i];
                read_symbol(s, &r, PLACE_FIELD, &r.field->symbol, NULL,
                            arena_printf(s->arena, "%s#%s", name, r.field->symbol.name));
        }
}

static void read_enum(const Annotations *s, Enum *e) {
        KeyReader r = {
                .values = { .arena = s->arena, .diagnostics = s->diagnostics },
                .module = e->module,
                .enumeration = e,
        };
        const char *name = arena_printf(s->arena, "%s.%s", e->module->symbol.name, e->symbol.name);

        read_symbol(s, &r, e->is_flag ? PLACE_FLAG : PLACE_ENUM, &e->symbol, NULL, name);
        for (size_t i = 0; i < e->n_members; i++)
                read_symbol(s, &r, PLACE_ENUMERATOR, &e->members[i]->symbol, NULL,
                            arena_printf(s->arena, "%s#%s", name, e->members[i]->symbol.name));
}

void annotations_read(Annotations *s, Module *m) {
        KeyReader r = {
                .values = { .arena = s->arena, .diagnostics = s->diagnostics },
                .module = m,
        };

        read_symbol(s, &r, PLACE_MODULE, &m->symbol, NULL, m->symbol.name);
        for (size_t i = 0; i < m->n_enums; i++)
                read_enum(s, m->enums[i]);
        for (size_t i = 0; i < m->n_structs; i++)
                read_struct(s, m->structs[i]);
        for (size_t i = 0; i < m->n_interfaces; i++)
                read_interface(s, m->interfaces[i]);
}

/* ---- names of nothing ---- */

static size_t add_interface_names(const Annotations *s, const Interface *i, const char ***names,
                                  size_t n) {
        for (size_t k = 0; k < i->n_properties; k++)
                ARENA_APPEND(s->arena, *names, n, member_name(s, i, i->properties[k]->symbol.name));
        for (size_t k = 0; k < i->n_operations; k++)
                ARENA_APPEND(s->arena, *names, n, member_name(s, i, i->operations[k]->symbol.name));
        for (size_t k = 0; k < i->n_signals; k++)
                ARENA_APPEND(s->arena, *names, n, member_name(s, i, i->signals[k]->symbol.name));
        return n;
}

static size_t add_names(const Annotations *s, const Module *m, const char ***names, size_t n) {
        ARENA_APPEND(s->arena, *names, n, m->symbol.name);
        for (size_t i = 0; i < m->n_interfaces; i++) {
                ARENA_APPEND(s->arena, *names, n,
                             arena_printf(s->arena, "%s.%s", m->symbol.name,
                                          m->interfaces[i]->symbol.name));
                n = add_interface_names(s, m->interfaces[i], names, n);
        }
        for (size_t i = 0; i < m->n_structs; i++)
                ARENA_APPEND(s->arena, *names, n,
                             arena_printf(s->arena, "%s.%s", m->symbol.name,
                                          m->structs[i]->symbol.name));
        for (size_t i = 0; i < m->n_enums; i++)
                ARENA_APPEND(
                        s->arena, *names, n,
                        arena_printf(s->arena, "%s.%s", m->symbol.name, m->enums[i]->symbol.name));
        return n;
}

void annotations_check_names(const Annotations *s, Module *const *modules, size_t n_modules) {
        const char **names = NULL;
        size_t n = 0;

        for (size_t i = 0; i < s->n_documents; i++)
                for (size_t k = 0; k < s->documents[i]->n_entries; k++) {
                        const NodeEntry *e = &s->documents[i]->entries[k];

                        if (e->used)
                                continue;
                        for (size_t j = 0; !names && j < n_modules; j++)
                                n = add_names(s, modules[j], &names, n);
                        diagnostics_warning(s->diagnostics, WARNING_UNKNOWN_SYMBOL, e->key->span,
                                            "there is no '%s'", e->key->text);
                        diagnostics_suggest(s->diagnostics, e->key->text, names, n);
                }
}
