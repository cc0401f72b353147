/* SPDX-License-Identifier: MIT */
/* The whole model as JSON, for templates and tools of the user. */
#include "emit-json.h"

#include <inttypes.h>
#include <string.h>

#include "doc.h"
#include "json.h"
#include "naming.h"
#include "node.h"
#include "value-reader.h"

/* Members are only added to this format, never taken away or given another meaning. */
#define FORMAT "1"

typedef struct Writer {
        Json json;
        const Module *module;
        Arena *arena;
} Writer;

/* ---- annotations ---- */

static const char *skip_digits(const char *text) {
        return text + strspn(text, "0123456789");
}

static bool is_json_number(const char *text) {
        const char *digits = text + (*text == '-');
        const char *p = *digits == '0' ? digits + 1 : skip_digits(digits);

        if (p == digits)
                return false;
        if (*p == '.') {
                digits = p + 1;
                p = skip_digits(digits);
                if (p == digits)
                        return false;
        }
        if (*p == 'e' || *p == 'E') {
                digits = p + 1 + (p[1] == '-' || p[1] == '+');
                p = skip_digits(digits);
        }
        return *p == '\0' && p > digits;
}

/* "0815" is nothing that is counted with. */
static bool is_padded(const char *text) {
        return *text == '0' && text[1] != '\0' && *skip_digits(text) == '\0' && strpbrk(text, "89");
}

/* What JSON writes in the same way stays as it is: no digit is lost. NULL: it is no number. */
static const char *number(Arena *a, const Node *n) {
        static const Type types[] = {
                { .kind = TYPE_INT, .code = 'x' },
                { .kind = TYPE_INT, .code = 't' },
                { .kind = TYPE_REAL },
        };
        Diagnostics ignored = { .arena = a };
        ValueReader reader = { .arena = a, .diagnostics = &ignored };
        const Value *v = NULL;

        if (is_padded(n->text))
                return NULL;
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !v; i++)
                v = value_reader_read(&reader, n, &types[i]);
        if (!v || is_json_number(n->text))
                return v ? n->text : NULL;
        return value_print(a, v);
}

/* Without quotes YAML says by the text what it is. */
static const char *scalar(Arena *a, const Node *n) {
        const char *text;
        bool boolean;

        if (!n->plain)
                return json_quote(a, n->text);
        if (node_is_null(n))
                return "null";
        if (value_reader_read_bool(n->text, &boolean) == 0)
                return boolean ? "true" : "false";
        text = number(a, n);
        return text ? text : json_quote(a, n->text);
}

static void write_node(Writer *w, const char *key, const Node *n) {
        switch (n->kind) {
        case NODE_SCALAR:
                json_raw(&w->json, key, scalar(w->arena, n));
                break;
        case NODE_SEQUENCE:
                json_open(&w->json, key, '[');
                for (size_t i = 0; i < n->n_items; i++)
                        write_node(w, NULL, n->items[i]);
                json_close(&w->json, ']');
                break;
        case NODE_MAPPING:
                json_open(&w->json, key, '{');
                for (size_t i = 0; i < n->n_entries; i++)
                        write_node(w, n->entries[i].key->text, n->entries[i].value);
                json_close(&w->json, '}');
                break;
        }
}

/* ---- symbols ---- */

static void write_texts(Writer *w, const char *key, const char *const *texts, size_t n) {
        if (n == 0)
                return;
        json_open(&w->json, key, '[');
        for (size_t i = 0; i < n; i++)
                json_text(&w->json, NULL, texts[i]);
        json_close(&w->json, ']');
}

static void write_doc(Writer *w, const char *doc) {
        const char **lines, **see;
        size_t n = doc_lines(w->arena, doc, &lines), n_see;
        Text text;

        text_init(&text, w->arena);
        for (size_t i = 0; i < n; i++)
                text_printf(&text, "%s%s", i > 0 ? "\n" : "", lines[i]);
        json_text(&w->json, "brief", doc_brief(w->arena, doc));
        json_text(&w->json, "description", doc_description(w->arena, doc));
        n_see = doc_see(w->arena, doc, &see);
        write_texts(w, "see", see, n_see);
        json_text(&w->json, "doc", n > 0 ? text.bytes : NULL);
}

static void write_position(Writer *w, const Symbol *s) {
        uint32_t line, column;

        source_locate(s->span.source, s->span.offset, &line, &column);
        json_raw(&w->json, "line", arena_printf(w->arena, "%" PRIu32, line));
        json_raw(&w->json, "column", arena_printf(w->arena, "%" PRIu32, column));
}

static void write_symbol(Writer *w, const Symbol *s) {
        json_text(&w->json, "name", s->name);
        write_doc(w, s->doc);
        json_text(&w->json, "since", s->since);
        if (s->deprecated)
                json_raw(&w->json, "deprecated",
                         *s->deprecated ? json_quote(w->arena, s->deprecated) : "true");
        write_position(w, s);
        if (s->annotations)
                write_node(w, "annotations", s->annotations);
}

/* ---- types and values ---- */

static const char *kind_of(const Type *t) {
        static const char *const kinds[] = {
                [TYPE_VOID] = "void",
                [TYPE_BOOL] = "bool",
                [TYPE_INT] = "int",
                [TYPE_REAL] = "real",
                [TYPE_STRING] = "string",
                [TYPE_VAR] = "var",
                [TYPE_ENUM] = "enum",
                [TYPE_FLAG] = "flag",
                [TYPE_STRUCT] = "struct",
                [TYPE_LIST] = "list",
                [TYPE_INTERFACE] = "interface",
                [TYPE_MAP] = "map",
                [TYPE_MODEL] = "model",
                [TYPE_NAMED] = "",
                [TYPE_INVALID] = "",
        };

        return kinds[t->kind];
}

static const char *qualified(Arena *a, const Module *owner, const char *name) {
        return arena_printf(a, "%s.%s", owner->symbol.name, name);
}

/* With the module, also when it is the own one. */
static const char *type_name(Arena *a, const Type *t) {
        const Module *owner = NULL;
        const char *name = NULL;

        if (t->structure) {
                owner = t->structure->module;
                name = t->structure->symbol.name;
        } else if (t->enumeration) {
                owner = t->enumeration->module;
                name = t->enumeration->symbol.name;
        } else if (t->interface) {
                owner = t->interface->module;
                name = t->interface->symbol.name;
        }
        return name ? qualified(a, owner, name) : NULL;
}

static void write_type(Writer *w, const char *key, const Type *t) {
        json_open(&w->json, key, '{');
        json_text(&w->json, "kind", kind_of(t));
        json_text(&w->json, "name", type_name(w->arena, t));
        if (t->kind != TYPE_VOID) {
                json_text(&w->json, "signature", model_signature(w->arena, t));
                json_text(&w->json, "c", naming_c_type(w->module, t));
        }
        if (t->element)
                write_type(w, "element", t->element);
        json_close(&w->json, '}');
}

static void write_value(Writer *w, const char *key, const Value *v);

static void write_items(Writer *w, const char *key, const Value *v, char open, char close) {
        json_open(&w->json, key, open);
        for (size_t i = 0; i < v->n_items; i++) {
                const char *name = NULL;

                if (v->type->kind == TYPE_STRUCT)
                        name = v->type->structure->fields[i]->symbol.name;
                else if (v->type->kind == TYPE_MAP)
                        name = v->keys[i];
                write_value(w, name, v->items[i]);
        }
        json_close(&w->json, close);
}

/* Enums by their names, flags as the list of theirs. */
static void write_value(Writer *w, const char *key, const Value *v) {
        switch (v->type->kind) {
        case TYPE_STRING:
                json_text(&w->json, key, v->string);
                break;
        case TYPE_ENUM:
        case TYPE_FLAG:
                json_text(&w->json, key, value_print(w->arena, v));
                break;
        case TYPE_STRUCT:
        case TYPE_MAP:
                write_items(w, key, v, '{', '}');
                break;
        case TYPE_LIST:
                write_items(w, key, v, '[', ']');
                break;
        case TYPE_VAR:
                if (v->n_items > 0)
                        write_value(w, key, v->items[0]);
                else
                        json_raw(&w->json, key, "null");
                break;
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_REAL:
                json_raw(&w->json, key, value_print(w->arena, v));
                break;
        case TYPE_INTERFACE:
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_MODEL:
        case TYPE_INVALID:
                json_raw(&w->json, key, "null");
                break;
        }
}

static void write_constraint(Writer *w, const Constraint *c) {
        if (c->minimum)
                write_value(w, "minimum", c->minimum);
        if (c->maximum)
                write_value(w, "maximum", c->maximum);
        if (c->n_domain == 0)
                return;
        json_open(&w->json, "domain", '[');
        for (size_t i = 0; i < c->n_domain; i++)
                write_value(w, NULL, c->domain[i]);
        json_close(&w->json, ']');
}

/* ---- members ---- */

/* Of what is inherited: where it was written, which its position is in, too. */
static void write_origin(Writer *w, const Interface *i, const Interface *origin) {
        if (origin && origin != i)
                json_text(&w->json, "origin", origin->qualified_name);
}

static void write_simulation(Writer *w, const Property *p) {
        if (p->n_rows == 0)
                return;
        json_open(&w->json, "simulation", '[');
        for (size_t i = 0; i < p->n_rows; i++) {
                const SimulationRow *row = &p->rows[i];

                json_open(&w->json, NULL, '{');
                json_text(&w->json, "zone", row->zone);
                if (row->initial)
                        write_value(w, "default", row->initial);
                write_constraint(w, &row->constraint);
                json_flag(&w->json, "unsupported", row->unsupported);
                json_close(&w->json, '}');
        }
        json_close(&w->json, ']');
}

static void write_property(Writer *w, const Interface *i, const Property *p) {
        static const char *const emits[] = {
                [EMITS_TRUE] = "true",
                [EMITS_INVALIDATES] = "invalidates",
                [EMITS_CONST] = "const",
                [EMITS_FALSE] = "false",
        };

        json_open(&w->json, NULL, '{');
        write_symbol(w, &p->symbol);
        write_origin(w, i, p->origin);
        json_text(&w->json, "dbusName", p->symbol.dbus);
        write_type(w, "type", p->type);
        json_flag(&w->json, "readonly", p->readonly);
        json_flag(&w->json, "const", p->constant);
        json_text(&w->json, "emits", p->constant ? "const" : emits[p->emits]);
        json_text(&w->json, "unit", p->unit);
        json_flag(&w->json, "persistent", p->persistent);
        if (p->initial)
                write_value(w, "initial", p->initial);
        write_constraint(w, &p->constraint);
        write_simulation(w, p);
        if (p->type->kind != TYPE_MODEL) {
                json_text(&w->json, "getter", p->getter);
                json_text(&w->json, "setter", p->readonly ? NULL : p->setter);
        }
        json_close(&w->json, '}');
}

static void write_parameters(Writer *w, const Symbol *s, Parameter *const *parameters, size_t n) {
        json_open(&w->json, "parameters", '[');
        for (size_t i = 0; i < n; i++) {
                const Parameter *p = parameters[i];

                json_open(&w->json, NULL, '{');
                json_text(&w->json, "name", p->symbol.name);
                json_text(&w->json, "brief", doc_parameter(w->arena, s->doc, p->symbol.name));
                write_position(w, &p->symbol);
                write_type(w, "type", p->type);
                json_close(&w->json, '}');
        }
        json_close(&w->json, ']');
}

static void write_operation(Writer *w, const Interface *i, const Operation *o) {
        json_open(&w->json, NULL, '{');
        write_symbol(w, &o->symbol);
        write_origin(w, i, o->origin);
        json_text(&w->json, "dbusName", o->symbol.dbus);
        write_parameters(w, &o->symbol, o->parameters, o->n_parameters);
        write_type(w, "result", o->result);
        json_text(&w->json, "return", doc_return(w->arena, o->symbol.doc));
        json_flag(&w->json, "const", o->is_const);
        json_flag(&w->json, "spread", o->spread);
        write_texts(w, "errors", o->error_names, o->n_errors);
        json_text(&w->json, "function", o->symbol.c);
        json_close(&w->json, '}');
}

static void write_signal(Writer *w, const Interface *i, const Signal *s) {
        json_open(&w->json, NULL, '{');
        write_symbol(w, &s->symbol);
        write_origin(w, i, s->origin);
        json_text(&w->json, "dbusName", s->symbol.dbus);
        write_parameters(w, &s->symbol, s->parameters, s->n_parameters);
        json_close(&w->json, '}');
}

static void write_interface(Writer *w, const Interface *i) {
        json_open(&w->json, NULL, '{');
        write_symbol(w, &i->symbol);
        json_text(&w->json, "qualifiedName", i->qualified_name);
        json_text(&w->json, "id", i->id);
        json_text(&w->json, "dbusName", i->symbol.dbus);
        json_text(&w->json, "path", i->path);
        json_text(&w->json, "cPrefix", i->symbol.c);
        json_text(&w->json, "base", i->base ? i->base->qualified_name : NULL);
        json_text(&w->json, "configuration", i->configuration);
        json_flag(&w->json, "zoned", i->zoned);
        write_texts(w, "zones", i->zones, i->n_zones);
        json_open(&w->json, "properties", '[');
        for (size_t k = 0; k < i->n_properties; k++)
                write_property(w, i, i->properties[k]);
        json_close(&w->json, ']');
        json_open(&w->json, "operations", '[');
        for (size_t k = 0; k < i->n_operations; k++)
                write_operation(w, i, i->operations[k]);
        json_close(&w->json, ']');
        json_open(&w->json, "signals", '[');
        for (size_t k = 0; k < i->n_signals; k++)
                write_signal(w, i, i->signals[k]);
        json_close(&w->json, ']');
        json_close(&w->json, '}');
}

/* ---- types of the module ---- */

static void write_struct(Writer *w, const Struct *s) {
        json_open(&w->json, NULL, '{');
        write_symbol(w, &s->symbol);
        json_text(&w->json, "qualifiedName", qualified(w->arena, s->module, s->symbol.name));
        json_text(&w->json, "c", arena_printf(w->arena, "struct %s", s->symbol.c));
        json_open(&w->json, "fields", '[');
        for (size_t i = 0; i < s->n_fields; i++) {
                const Field *f = s->fields[i];

                json_open(&w->json, NULL, '{');
                write_symbol(w, &f->symbol);
                write_type(w, "type", f->type);
                if (f->initial)
                        write_value(w, "initial", f->initial);
                json_close(&w->json, '}');
        }
        json_close(&w->json, ']');
        json_close(&w->json, '}');
}

static void write_enum(Writer *w, const Enum *e) {
        json_open(&w->json, NULL, '{');
        write_symbol(w, &e->symbol);
        json_text(&w->json, "qualifiedName", qualified(w->arena, e->module, e->symbol.name));
        json_flag(&w->json, "flag", e->is_flag);
        json_text(&w->json, "c",
                  e->is_flag ? e->c_type : arena_printf(w->arena, "enum %s", e->symbol.c));
        json_open(&w->json, "members", '[');
        for (size_t i = 0; i < e->n_members; i++) {
                const Enumerator *member = e->members[i];

                json_open(&w->json, NULL, '{');
                write_symbol(w, &member->symbol);
                json_raw(&w->json, "value",
                         e->is_flag ? arena_printf(w->arena, "%" PRIu64, (uint64_t)member->value)
                                    : arena_printf(w->arena, "%" PRId64, member->value));
                json_text(&w->json, "c", member->symbol.c);
                json_close(&w->json, '}');
        }
        json_close(&w->json, ']');
        json_close(&w->json, '}');
}

/* ---- the module ---- */

static const char *version(Arena *a, uint32_t major, uint32_t minor) {
        return arena_printf(a, "%" PRIu32 ".%" PRIu32, major, minor);
}

static void write_imports(Writer *w) {
        const Module *m = w->module;

        json_open(&w->json, "imports", '[');
        for (size_t i = 0; i < m->n_imports; i++) {
                const Module *imported = m->imports[i].module;

                json_open(&w->json, NULL, '{');
                json_text(&w->json, "name", imported->symbol.name);
                json_text(&w->json, "version", version(w->arena, imported->major, imported->minor));
                json_text(&w->json, "include",
                          arena_printf(w->arena, "%s/%s-types.h", imported->include_dir,
                                       imported->stem));
                json_close(&w->json, '}');
        }
        json_close(&w->json, ']');
}

const char *emit_json(const Module *m) {
        Writer w = { .module = m, .arena = m->arena };

        json_init(&w.json, m->arena);
        json_open(&w.json, NULL, '{');
        json_raw(&w.json, "format", FORMAT);
        write_symbol(&w, &m->symbol);
        json_text(&w.json, "version", version(m->arena, m->major, m->minor));
        json_text(&w.json, "busName", m->bus_name);
        json_text(&w.json, "path", m->path);
        json_text(&w.json, "include", arena_printf(m->arena, "%s/%s.h", m->include_dir, m->stem));
        json_text(&w.json, "cPrefix", m->symbol.c);
        json_text(&w.json, "configuration", m->configuration);
        json_flag(&w.json, "foreign", m->foreign);
        write_imports(&w);
        json_open(&w.json, "interfaces", '[');
        for (size_t i = 0; i < m->n_interfaces; i++)
                write_interface(&w, m->interfaces[i]);
        json_close(&w.json, ']');
        json_open(&w.json, "structs", '[');
        for (size_t i = 0; i < m->n_structs; i++)
                write_struct(&w, m->structs[i]);
        json_close(&w.json, ']');
        json_open(&w.json, "enums", '[');
        for (size_t i = 0; i < m->n_enums; i++)
                write_enum(&w, m->enums[i]);
        json_close(&w.json, ']');
        json_close(&w.json, '}');
        return w.json.text.bytes;
}
