/* SPDX-License-Identifier: MIT */
/* A manual page for each interface, as it is seen on D-Bus: for those who use busctl or another binding. */
#include "emit-man.h"

#include <inttypes.h>
#include <string.h>

#include "c-types.h"
#include "doc.h"
#include "naming.h"
#include "text.h"
#include "value-reader.h"

typedef struct Page {
        Text text;
        const Module *module;
        const Interface *interface;
        Arena *arena;
} Page;

/* ---- roff ---- */

/* Backslashes are its escapes, hyphens would become dashes; line breaks end a macro. */
static const char *roff(Arena *a, const char *text) {
        char *out = arena_alloc(a, 2 * strlen(text) + 1);
        char *p = out;

        for (; *text != '\0'; text++) {
                if (*text == '\\')
                        p = stpcpy(p, "\\e");
                else if (*text == '-')
                        p = stpcpy(p, "\\-");
                else
                        *p++ = *text == '\n' || *text == '\t' ? ' ' : *text;
        }
        return out;
}

/* A line of text: one that begins like a request is none. */
static void add_line(Page *p, const char *text) {
        text_printf(&p->text, "%s%s\n", *text == '.' || *text == '\'' ? "\\&" : "",
                    roff(p->arena, text));
}

static void add_section(Page *p, const char *name) {
        text_printf(&p->text, ".SH %s\n", name);
}

/* ---- documentation ---- */

/* Statements such as @param stand where they belong. */
static bool is_statement(const char *line) {
        static const char *const words[] = { "param", "return", "brief", "since", "deprecated" };

        if (*line != '@' && *line != '\\')
                return false;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strncmp(line + 1, words[i], strlen(words[i])) == 0)
                        return true;
        return false;
}

/* What the comment says beside its statements; the brief comes first. */
static void add_doc(Page *p, const Symbol *s, const char *paragraph) {
        const char *brief = doc_brief(p->arena, s->doc);
        const char **lines;
        size_t n = doc_lines(p->arena, s->doc, &lines);
        bool skips = false, is_first = true;

        if (brief && doc_has_brief(s->doc)) {
                add_line(p, brief);
                is_first = false;
        }
        for (size_t i = 0; i < n; i++) {
                bool is_blank = *lines[i] == '\0';

                skips = is_statement(lines[i]) || (skips && !is_blank);
                if (skips)
                        continue;
                if (!is_blank) {
                        if (!is_first && i > 0 &&
                            (*lines[i - 1] == '\0' || is_statement(lines[i - 1])))
                                text_printf(&p->text, "%s\n", paragraph);
                        add_line(p, lines[i]);
                        is_first = false;
                }
        }
}

static void add_history(Page *p, const Symbol *s) {
        if (s->since)
                add_line(p, arena_printf(p->arena, "Since %s.", s->since));
        if (s->deprecated)
                add_line(p, *s->deprecated
                                    ? arena_printf(p->arena, "Deprecated: %s.", s->deprecated)
                                    : "Deprecated.");
}

/* ---- types and values ---- */

static const char *words_of(Arena *a, const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "a boolean";
        case TYPE_INT:
                return "a whole number";
        case TYPE_REAL:
                return "a real number";
        case TYPE_STRING:
                return t->code == 'o' ? "an object path" : "a text";
        case TYPE_VAR:
                return "a value of any type";
        case TYPE_ENUM:
        case TYPE_FLAG:
                return arena_printf(a, "%s %s", t->kind == TYPE_ENUM ? "one of" : "bits of",
                                    t->enumeration->symbol.name);
        case TYPE_STRUCT:
                return arena_printf(a, "a %s", t->structure->symbol.name);
        case TYPE_INTERFACE:
                return arena_printf(a, "the path of a %s", t->interface->symbol.name);
        case TYPE_LIST:
                return arena_printf(a, "a list, each of it %s", words_of(a, t->element));
        case TYPE_MAP:
                return arena_printf(a, "a map from texts, to each %s", words_of(a, t->element));
        case TYPE_MODEL:
                return arena_printf(a, "the path of a model, each row %s", words_of(a, t->element));
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INVALID:
                break;
        }
        return "nothing";
}

static const Type *innermost(const Type *t) {
        while (t->element)
                t = t->element;
        return t;
}

static void add_enumerators(Page *p, const Enum *e) {
        const char *text = "";

        for (size_t i = 0; i < e->n_members; i++) {
                const Enumerator *member = e->members[i];
                const char *value = arena_printf(p->arena, e->is_flag ? "0x%" PRIx64 : "%" PRId64,
                                                 member->value);

                text = arena_printf(p->arena, "%s%s%s = %s", text, i > 0 ? ", " : "",
                                    member->symbol.name, value);
        }
        add_line(p, arena_printf(p->arena, "%s: %s.", e->symbol.name, text));
}

/* What a value of the type is made of. */
static void add_parts(Page *p, const Type *t) {
        const Type *inner = innermost(t);

        if (inner->kind == TYPE_ENUM || inner->kind == TYPE_FLAG)
                add_enumerators(p, inner->enumeration);
        if (inner->kind != TYPE_STRUCT)
                return;
        add_line(p, arena_printf(p->arena, "%s:", inner->structure->symbol.name));
        text_add(&p->text, ".RS\n");
        for (size_t i = 0; i < inner->structure->n_fields; i++) {
                const Field *f = inner->structure->fields[i];
                const char *brief = doc_brief(p->arena, f->symbol.doc);

                text_printf(&p->text, ".TP\n.BR %s \" (%s)\"\n", roff(p->arena, f->symbol.name),
                            model_signature(p->arena, f->type));
                add_line(p, brief ? brief
                                  : arena_printf(p->arena, "%s.", words_of(p->arena, f->type)));
                if (innermost(f->type)->kind != TYPE_STRUCT)
                        add_parts(p, f->type);
        }
        text_add(&p->text, ".RE\n");
}

static void add_constraint(Page *p, const Property *property) {
        const Constraint *c = &property->constraint;
        const char *unit = property->unit ? arena_printf(p->arena, " %s", property->unit) : "";
        const char *text = "";

        if (c->minimum && c->maximum)
                add_line(p, arena_printf(p->arena, "From %s to %s%s.",
                                         value_print(p->arena, c->minimum),
                                         value_print(p->arena, c->maximum), unit));
        else if (c->minimum || c->maximum)
                add_line(p,
                         arena_printf(p->arena, "At %s %s%s.", c->minimum ? "least" : "most",
                                      value_print(p->arena, c->minimum ? c->minimum : c->maximum),
                                      unit));
        else if (property->unit)
                add_line(p, arena_printf(p->arena, "In %s.", property->unit));
        for (size_t i = 0; i < c->n_domain; i++)
                text = arena_printf(p->arena, "%s%s%s", text, i > 0 ? ", " : "",
                                    value_print(p->arena, c->domain[i]));
        if (c->n_domain > 0)
                add_line(p, arena_printf(p->arena, "One of: %s.", text));
}

/* ---- members ---- */

static void add_emits(Page *p, const Property *property) {
        static const char *const words[] = {
                [EMITS_TRUE] = NULL,
                [EMITS_INVALIDATES] = "A change is announced without the value.",
                [EMITS_CONST] = "It never changes.",
                [EMITS_FALSE] = "Changes are not announced.",
        };
        const char *text = words[property->constant ? EMITS_CONST : property->emits];

        if (text)
                add_line(p, text);
}

static void add_property(Page *p, const Property *property) {
        text_printf(&p->text, ".TP\n.BR %s \" (%s, %s)\"\n", roff(p->arena, property->symbol.dbus),
                    model_signature(p->arena, property->type),
                    c_is_settable(property) ? "read and write" : "read");
        add_doc(p, &property->symbol, ".sp");
        add_line(p, arena_printf(p->arena, "It is %s.", words_of(p->arena, property->type)));
        add_constraint(p, property);
        add_parts(p, property->type);
        add_emits(p, property);
        if (property->type->kind == TYPE_MODEL)
                add_line(p, "This version does not serve models.");
        add_history(p, &property->symbol);
}

static void add_parameters(Page *p, const Symbol *s, Parameter *const *parameters, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *doc = doc_parameter(p->arena, s->doc, parameters[i]->symbol.name);

                text_printf(&p->text, ".RS\n.TP\n.IR %s \" (%s)\"\n",
                            roff(p->arena, parameters[i]->symbol.name),
                            model_signature(p->arena, parameters[i]->type));
                add_line(p, doc ? doc
                                : arena_printf(p->arena, "%s.",
                                               words_of(p->arena, parameters[i]->type)));
                add_parts(p, parameters[i]->type);
                text_add(&p->text, ".RE\n");
        }
}

/* "(s data, u times)" */
static const char *list_parameters(Page *p, Parameter *const *parameters, size_t n) {
        const char *text = "(";

        for (size_t i = 0; i < n; i++)
                text = arena_printf(p->arena, "%s%s%s %s", text, i > 0 ? ", " : "",
                                    model_signature(p->arena, parameters[i]->type),
                                    parameters[i]->symbol.name);
        return arena_printf(p->arena, "%s)", text);
}

static const char *result_signature(Page *p, const Operation *o) {
        const char *signature = model_signature(p->arena, o->result);

        return o->spread ? arena_strndup(p->arena, signature + 1, strlen(signature) - 2)
                         : signature;
}

static void add_operation(Page *p, const Operation *o) {
        const char *doc = doc_return(p->arena, o->symbol.doc);
        const char *result = "";

        if (o->result->kind != TYPE_VOID)
                result = arena_printf(p->arena, " \\(-> %s", result_signature(p, o));
        text_printf(&p->text, ".TP\n.BR %s %s\n", roff(p->arena, o->symbol.dbus),
                    arena_printf(p->arena, "\"%s%s\"",
                                 roff(p->arena, list_parameters(p, o->parameters, o->n_parameters)),
                                 result));
        add_doc(p, &o->symbol, ".sp");
        if (o->is_const)
                add_line(p, "It changes nothing.");
        if (o->result->kind != TYPE_VOID) {
                add_line(p, doc ? arena_printf(p->arena, "Returns %s", doc)
                                : arena_printf(p->arena, "Returns %s.",
                                               words_of(p->arena, o->result)));
                add_parts(p, o->result);
        }
        for (size_t i = 0; i < o->n_errors; i++)
                add_line(p, arena_printf(p->arena, "May fail with %s.", o->error_names[i]));
        add_history(p, &o->symbol);
        add_parameters(p, &o->symbol, o->parameters, o->n_parameters);
}

static void add_signal(Page *p, const Signal *s) {
        text_printf(&p->text, ".TP\n.BR %s \"%s\"\n", roff(p->arena, s->symbol.dbus),
                    roff(p->arena, list_parameters(p, s->parameters, s->n_parameters)));
        add_doc(p, &s->symbol, ".sp");
        add_history(p, &s->symbol);
        add_parameters(p, &s->symbol, s->parameters, s->n_parameters);
}

/* ---- the page ---- */

static void add_head(Page *p) {
        const Module *m = p->module;
        const Interface *i = p->interface;
        const char *brief = doc_brief(p->arena, i->symbol.doc);
        const char *name = roff(p->arena, i->symbol.dbus);

        text_printf(&p->text, ".\\\" Generated by fascia-codegen from %s.qface: do not edit.\n",
                    roff(p->arena, m->stem));
        text_printf(&p->text, ".TH %s 7 \"\" \"%s %" PRIu32 ".%" PRIu32 "\" Fascia\n",
                    naming_upper(p->arena, name), roff(p->arena, m->symbol.name), m->major,
                    m->minor);
        add_section(p, "NAME");
        text_printf(&p->text, "%s \\- %s\n", name,
                    roff(p->arena, brief ? brief : "a feature on D-Bus"));
        add_section(p, "SYNOPSIS");
        text_printf(&p->text,
                    ".nf\n"
                    "Service:   \\fB%s\\fR\n"
                    "Object:    \\fB%s\\fR\n"
                    "Interface: \\fB%s\\fR\n"
                    ".fi\n",
                    roff(p->arena, m->bus_name), roff(p->arena, i->path), name);
        add_section(p, "DESCRIPTION");
        add_doc(p, &i->symbol, ".PP");
        if (!brief)
                add_line(p, "There is no description in the interface file.");
        add_history(p, &i->symbol);
}

static void add_zones(Page *p) {
        const Interface *i = p->interface;

        if (!i->zoned)
                return;
        add_section(p, "ZONES");
        add_line(p, "Each zone is an object of its own, with the same interface, below that of the "
                    "feature.");
        if (i->n_zones == 0)
                return;
        add_line(p, "The simulation has these:");
        for (size_t k = 0; k < i->n_zones; k++)
                add_line(p, arena_printf(p->arena, "%s%s", i->zones[k],
                                         k + 1 < i->n_zones ? "," : "."));
}

static void add_members(Page *p) {
        const Interface *i = p->interface;

        if (i->n_properties > 0)
                add_section(p, "PROPERTIES");
        for (size_t k = 0; k < i->n_properties; k++)
                add_property(p, i->properties[k]);
        if (i->n_operations > 0)
                add_section(p, "METHODS");
        for (size_t k = 0; k < i->n_operations; k++)
                add_operation(p, i->operations[k]);
        if (i->n_signals > 0)
                add_section(p, "SIGNALS");
        for (size_t k = 0; k < i->n_signals; k++)
                add_signal(p, i->signals[k]);
}

static void add_example(Page *p, const char *command, const char *rest) {
        text_printf(&p->text, "busctl %s %s %s %s %s\n", roff(p->arena, command),
                    roff(p->arena, p->module->bus_name), roff(p->arena, p->interface->path),
                    roff(p->arena, p->interface->symbol.dbus), roff(p->arena, rest));
}

static void add_examples(Page *p) {
        const Interface *i = p->interface;
        bool has_call = false;

        add_section(p, "EXAMPLES");
        text_add(&p->text, ".nf\n");
        text_printf(&p->text, "busctl introspect %s %s\n", roff(p->arena, p->module->bus_name),
                    roff(p->arena, i->path));
        if (i->n_properties > 0)
                add_example(p, "get-property", i->properties[0]->symbol.dbus);
        for (size_t k = 0; k < i->n_operations && !has_call; k++)
                if (i->operations[k]->n_parameters == 0) {
                        add_example(p, "call", i->operations[k]->symbol.dbus);
                        has_call = true;
                }
        text_printf(&p->text, "busctl monitor %s\n", roff(p->arena, p->module->bus_name));
        text_add(&p->text, ".fi\n");
}

const char *emit_man(const Module *m, const Interface *i) {
        Page p = { .module = m, .interface = i, .arena = m->arena };

        text_init(&p.text, m->arena);
        add_head(&p);
        add_zones(&p);
        add_members(&p);
        add_examples(&p);
        add_section(&p, "SEE ALSO");
        text_printf(&p.text, ".BR busctl (1)%s\n", m->foreign ? "" : ",\n.BR fasciad (8)");
        return p.text.bytes;
}
