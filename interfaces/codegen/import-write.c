/* SPDX-License-Identifier: MIT */
/* Writes the interface file of a foreign service. */
#include "import-write.h"

#include <string.h>

#include "import-doc.h"
#include "import-signature.h"
#include "json.h"
#include "text.h"

#define INDENT "    "

typedef struct Writer {
        Arena *arena;
        Text out;
        MadeTypes *types;
} Writer;

/* Texts that are written one after the other, with line breaks between them where needed. */
typedef struct Pieces {
        const char **items;
        size_t n_items;
} Pieces;

static void add_piece(Writer *w, Pieces *p, const char *text) {
        ARENA_APPEND(w->arena, p->items, p->n_items, text);
}

/* begin: of the first line; next: of those that follow. */
static void write_pieces(Writer *w, const Pieces *p, const char *begin, const char *next,
                         const char *end) {
        size_t column = strlen(begin);

        text_add(&w->out, begin);
        for (size_t i = 0; i < p->n_items; i++) {
                size_t size = strlen(p->items[i]) + (i + 1 == p->n_items ? strlen(end) : 0);

                if (i > 0 && column + 1 + size > IMPORT_WIDTH) {
                        text_printf(&w->out, "\n%s", next);
                        column = strlen(next);
                } else if (i > 0) {
                        text_add(&w->out, " ");
                        column++;
                }
                text_add(&w->out, p->items[i]);
                column += size;
        }
        text_printf(&w->out, "%s\n", end);
}

static void write_tag(Writer *w, const char *indent, const Pieces *p) {
        if (p->n_items > 0)
                write_pieces(w, p, arena_printf(w->arena, "%s@dbus: { ", indent),
                             arena_printf(w->arena, "%s@%s%s", indent, INDENT, INDENT), " }");
}

/* What stands in a mapping: a comma between two of them. */
static void add_key(Writer *w, Pieces *p, const char *text) {
        if (p->n_items > 0)
                p->items[p->n_items - 1] = arena_printf(w->arena, "%s,", p->items[p->n_items - 1]);
        add_piece(w, p, text);
}

static void add_text_key(Writer *w, Pieces *p, const char *key, const char *text) {
        add_key(w, p, arena_printf(w->arena, "%s: %s", key, json_quote(w->arena, text)));
}

static void add_name_key(Writer *w, Pieces *p, const ForeignMember *m) {
        if (strcmp(import_default_dbus_name(w->arena, m->qface), m->name) != 0)
                add_text_key(w, p, "name", m->name);
}

static void write_deprecated(Writer *w, const char *indent, bool deprecated) {
        if (deprecated)
                text_printf(&w->out, "%s@deprecated: true\n", indent);
}

/* ---- arguments ---- */

/* What goes one way. */
typedef struct Arguments {
        ForeignArgument **items;
        size_t n_items;
        const char **names;
} Arguments;

static Arguments pick_arguments(Writer *w, const ForeignMember *m, bool is_out) {
        Arguments a = { 0 };

        for (size_t i = 0; i < m->n_arguments; i++)
                if (m->arguments[i]->is_out == is_out)
                        ARENA_APPEND(w->arena, a.items, a.n_items, m->arguments[i]);
        a.names = import_argument_names(w->arena, a.items, a.n_items);
        return a;
}

/* A struct is called after the argument; what has no name, after the member. */
static TypeNames argument_names(Writer *w, const ForeignMember *m, const Arguments *a, size_t i) {
        const char *member = import_camel(w->arena, m->name);
        const char *name = import_camel(w->arena, a->names[i]);
        TypeNames names = { .best = name, .other = arena_printf(w->arena, "%s%s", member, name) };

        if (a->items[i]->name)
                return names;
        if (a->items[i]->is_out && a->n_items == 1)
                names.other = arena_printf(w->arena, "%sResult", member);
        names.best = names.other;
        return names;
}

static const char *argument_type(Writer *w, const ForeignMember *m, const Arguments *a, size_t i) {
        TypeNames names = argument_names(w, m, a, i);

        return made_type(w->types, a->items[i]->signature, &names);
}

static const char *type_key(Writer *w, const char *name, const char *signature) {
        return arena_printf(w->arena, "%s: { type: %s }", name, json_quote(w->arena, signature));
}

/* "parameters: { index: { type: "u" }, … }" */
static void add_parameters_key(Writer *w, Pieces *p, const Arguments *a) {
        bool first = true;

        for (size_t i = 0; i < a->n_items; i++) {
                const char *key;

                if (!signature_needs_annotation(a->items[i]->signature))
                        continue;
                key = type_key(w, a->names[i], a->items[i]->signature);
                add_key(w, p, first ? arena_printf(w->arena, "parameters: { %s", key) : key);
                first = false;
        }
        if (!first)
                p->items[p->n_items - 1] = arena_printf(w->arena, "%s }", p->items[p->n_items - 1]);
}

/* Several results are the fields of a struct, side by side. */
static void add_return_key(Writer *w, Pieces *p, const Arguments *a) {
        const char *signatures = "";

        for (size_t i = 0; i < a->n_items; i++)
                signatures = arena_printf(w->arena, "%s%s", signatures, a->items[i]->signature);
        if (a->n_items > 1 || (a->n_items == 1 && signature_needs_annotation(signatures)))
                add_key(w, p, type_key(w, "return", signatures));
}

static const char *result_type(Writer *w, const ForeignMember *m, const Arguments *a) {
        TypeNames names = {
                .best = arena_printf(w->arena, "%sResult", import_camel(w->arena, m->name)),
        };
        MadeField *fields = NULL;
        size_t n = 0;

        if (a->n_items == 0)
                return "void";
        if (a->n_items == 1)
                return argument_type(w, m, a, 0);
        for (size_t i = 0; i < a->n_items; i++) {
                MadeField field = {
                        .name = a->names[i],
                        .signature = a->items[i]->signature,
                        .doc = a->items[i]->doc,
                };

                ARENA_APPEND(w->arena, fields, n, field);
        }
        return made_struct(w->types, fields, n, &names)->name;
}

static void write_doc(Writer *w, const ForeignMember *m, const Arguments *in,
                      const Arguments *out) {
        DocCommand *commands = NULL;
        size_t n = 0;

        for (size_t i = 0; i < in->n_items; i++) {
                DocCommand c = {
                        .command = arena_printf(w->arena, "@param %s", in->names[i]),
                        .doc = in->items[i]->doc,
                };

                ARENA_APPEND(w->arena, commands, n, c);
        }
        /* What is said of several stands at their fields. */
        if (out && out->n_items == 1) {
                DocCommand c = { .command = "@return", .doc = out->items[0]->doc };

                ARENA_APPEND(w->arena, commands, n, c);
        }
        import_doc_add(&w->out, INDENT, m->doc, commands, n);
}

/* ---- members ---- */

static void write_property(Writer *w, const ForeignMember *m) {
        static const char *const words[] = {
                [EMITS_INVALIDATES] = "invalidates",
                [EMITS_CONST] = "const",
                [EMITS_FALSE] = "false",
        };
        TypeNames names = { .best = import_camel(w->arena, m->name) };
        const char *type = made_type(w->types, m->signature, &names);
        Pieces p = { 0 };

        import_doc_add(&w->out, INDENT, m->doc, NULL, 0);
        add_name_key(w, &p, m);
        if (signature_needs_annotation(m->signature))
                add_text_key(w, &p, "type", m->signature);
        if (m->emits != EMITS_TRUE)
                add_text_key(w, &p, "emits", words[m->emits]);
        write_tag(w, INDENT, &p);
        write_deprecated(w, INDENT, m->deprecated);
        text_printf(&w->out, INDENT "%s%s %s\n", m->writable ? "" : "readonly ", type, m->qface);
}

static void write_function(Writer *w, const ForeignMember *m, const Arguments *a,
                           const char *result) {
        const char *begin = arena_printf(w->arena, INDENT "%s %s(", result, m->qface);
        char *next = arena_printf(w->arena, "%*s", (int)strlen(begin), "");
        Pieces p = { 0 };

        for (size_t i = 0; i < a->n_items; i++)
                add_piece(w, &p,
                          arena_printf(w->arena, "%s %s%s", argument_type(w, m, a, i), a->names[i],
                                       i + 1 < a->n_items ? "," : ""));
        write_pieces(w, &p, begin, next, ")");
}

static void write_method(Writer *w, const ForeignMember *m) {
        Arguments in = pick_arguments(w, m, false), out = pick_arguments(w, m, true);
        Pieces p = { 0 };

        if (m->no_reply)
                text_add(&w->out, INDENT "// The service does not answer: a call times out.\n");
        write_doc(w, m, &in, &out);
        add_name_key(w, &p, m);
        add_parameters_key(w, &p, &in);
        add_return_key(w, &p, &out);
        write_tag(w, INDENT, &p);
        write_deprecated(w, INDENT, m->deprecated);
        write_function(w, m, &in, result_type(w, m, &out));
}

static void write_signal(Writer *w, const ForeignMember *m) {
        Arguments all = pick_arguments(w, m, false);
        Pieces p = { 0 };

        write_doc(w, m, &all, NULL);
        add_name_key(w, &p, m);
        add_parameters_key(w, &p, &all);
        write_tag(w, INDENT, &p);
        write_deprecated(w, INDENT, m->deprecated);
        write_function(w, m, &all, "signal");
}

static void write_left_out(Writer *w, const ForeignMember *m) {
        text_printf(&w->out, INDENT "// %s is left out: %s.\n", m->name, m->left_out);
}

/* Members of one line stand together; the others are set apart, and so are the kinds. */
static void write_members(Writer *w, const ForeignInterface *i, ForeignKind kind,
                          bool *has_members) {
        static void (*const write[])(Writer * w, const ForeignMember *m) = {
                [FOREIGN_PROPERTY] = write_property,
                [FOREIGN_METHOD] = write_method,
                [FOREIGN_SIGNAL] = write_signal,
        };
        bool apart = *has_members;

        for (size_t k = 0; k < i->n_members; k++) {
                const ForeignMember *m = i->members[k];
                Text all = w->out;
                bool is_line;

                if (m->kind != kind)
                        continue;
                text_init(&w->out, w->arena);
                if (m->left_out)
                        write_left_out(w, m);
                else
                        write[kind](w, m);
                is_line = strchr(w->out.bytes, '\n') == w->out.bytes + w->out.size - 1;
                if (*has_members && (apart || !is_line))
                        text_add(&all, "\n");
                text_add(&all, w->out.bytes);
                w->out = all;
                apart = !is_line;
                *has_members = true;
        }
}

static void write_interface(Writer *w, const ForeignInterface *i, const ImportModule *m) {
        bool has_members = false;
        Pieces p = { 0 };

        text_add(&w->out, "\n");
        import_doc_add(&w->out, "", i->doc, NULL, 0);
        add_text_key(w, &p, "name", i->name);
        if (strcmp(i->path, m->path) != 0)
                add_text_key(w, &p, "path", i->path);
        write_tag(w, "", &p);
        write_deprecated(w, "", i->deprecated);
        text_printf(&w->out, "interface %s {\n", i->qface);
        write_members(w, i, FOREIGN_PROPERTY, &has_members);
        write_members(w, i, FOREIGN_METHOD, &has_members);
        write_members(w, i, FOREIGN_SIGNAL, &has_members);
        text_add(&w->out, "}\n");
}

static void write_struct(Writer *w, const MadeStruct *s) {
        text_printf(&w->out, "\nstruct %s {\n", s->name);
        for (size_t i = 0; i < s->n_fields; i++) {
                const MadeField *f = &s->fields[i];
                Pieces p = { 0 };

                import_doc_add_short(&w->out, INDENT, f->doc);
                if (signature_needs_annotation(f->signature))
                        add_text_key(w, &p, "type", f->signature);
                write_tag(w, INDENT, &p);
                text_printf(&w->out, INDENT "%s %s\n", f->type, f->name);
        }
        text_add(&w->out, "}\n");
}

static void write_module(Writer *w, const ImportModule *m) {
        Pieces p = { 0 };

        add_text_key(w, &p, "name", m->bus_name);
        add_text_key(w, &p, "path", m->path);
        add_key(w, &p, "foreign: true");
        write_tag(w, "", &p);
        text_printf(&w->out, "module %s %s\n", m->name, m->version);
}

const char *import_write(const Foreign *f, const ImportModule *m, const char *files,
                         MadeTypes *types) {
        Writer w = { .arena = f->arena, .types = types };

        text_init(&w.out, f->arena);
        text_printf(&w.out, "// Made by fascia-codegen import from %s.\n\n", files);
        write_module(&w, m);
        for (size_t i = 0; i < f->n_interfaces; i++)
                made_types_forbid(types, f->interfaces[i]->qface);
        for (size_t i = 0; i < f->n_interfaces; i++)
                write_interface(&w, f->interfaces[i], m);
        /* Making a struct may have made others, all of which are there by now. */
        for (size_t i = 0; i < types->n_structs; i++)
                write_struct(&w, types->structs[i]);
        return w.out.bytes;
}
