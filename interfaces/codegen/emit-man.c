/* SPDX-License-Identifier: MIT */
/* A manual page for each interface, as it is seen on D-Bus: for those who use busctl or another binding. */
#include "emit-man.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "busctl.h"
#include "c-types.h"
#include "doc.h"
#include "name-set.h"
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

/* What stands for something else there, or would not come out as it is. */
static const char *roff(Arena *a, const char *text) {
        static const struct {
                char c;
                const char *text;
        } escapes[] = { { '\\', "\\e" },  { '-', "\\-" },   { '\'', "\\(aq" },
                        { '`', "\\(ga" }, { '^', "\\(ha" }, { '~', "\\(ti" } };
        char *out = arena_alloc(a, strlen("\\(aq") * strlen(text) + 1);
        char *p = out;

        for (; *text != '\0'; text++) {
                const char *escape = NULL;

                for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
                        if (escapes[i].c == *text)
                                escape = escapes[i].text;
                if (escape)
                        p = stpcpy(p, escape);
                else
                        *p++ = (unsigned char)*text < ' ' ? ' ' : *text;
        }
        return out;
}

/* A line of text: one that begins like a request is none. */
static void add_line(Page *p, const char *text) {
        text_printf(&p->text, "%s%s\n", *text == '.' ? "\\&" : "", roff(p->arena, text));
}

/* The same, as a whole sentence. */
static void add_sentence(Page *p, const char *text) {
        size_t size = strlen(text);

        add_line(p, size > 0 && strchr(".!?:", text[size - 1])
                            ? text
                            : arena_printf(p->arena, "%s.", text));
}

static void add_break(Page *p) {
        text_add(&p->text, ".br\n");
}

static void add_section(Page *p, const char *name) {
        text_printf(&p->text, ".SH %s\n", name);
}

/* ---- documentation ---- */

/* Lines of a list stay apart. */
static void add_description(Page *p, const char *text, const char *paragraph) {
        while (*text != '\0') {
                size_t size = strcspn(text, "\n");
                const char *line = arena_strndup(p->arena, text, size);
                const char *item = line + strspn(line, " ");

                if (size == 0)
                        text_printf(&p->text, "%s\n", paragraph);
                else if (strncmp(item, "- ", 2) == 0)
                        add_break(p);
                if (size > 0)
                        add_line(p, line);
                text += size + (text[size] == '\n');
        }
}

/* What the comment says beside its statements, the brief first. */
static void add_doc(Page *p, const Symbol *s, const char *paragraph) {
        const char *brief = doc_brief(p->arena, s->doc);
        const char *description = doc_description(p->arena, s->doc);

        if (brief)
                add_line(p, brief);
        if (brief && description)
                text_printf(&p->text, "%s\n", paragraph);
        if (description)
                add_description(p, description, paragraph);
}

/* Of what more is said of, in a paragraph of its own. */
static void add_member_doc(Page *p, const Symbol *s) {
        add_doc(p, s, ".sp");
        if (doc_description(p->arena, s->doc))
                text_add(&p->text, ".sp\n");
}

/* Of a member also what it refers to: the page has a section for that. */
static void add_history(Page *p, const Symbol *s) {
        const char **see;
        size_t n = doc_see(p->arena, s->doc, &see);

        if (s->since)
                add_sentence(p, arena_printf(p->arena, "Since %s", s->since));
        if (s->deprecated)
                add_sentence(p, *s->deprecated
                                        ? arena_printf(p->arena, "Deprecated: %s", s->deprecated)
                                        : "Deprecated");
        for (size_t i = 0; s != &p->interface->symbol && i < n; i++)
                add_sentence(p, arena_printf(p->arena, "See %s", see[i]));
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

/* The same as a sentence. */
static const char *sentence_of(Arena *a, const Type *t) {
        const char *words = words_of(a, t);

        return arena_printf(a, "%c%s.", toupper((unsigned char)*words), words + 1);
}

static const Type *innermost(const Type *t) {
        while (t->element)
                t = t->element;
        return t;
}

static void add_enumerators(Page *p, const Enum *e) {
        Text text;

        text_init(&text, p->arena);
        text_printf(&text, "%s: ", e->symbol.name);
        for (size_t i = 0; i < e->n_members; i++) {
                const Enumerator *member = e->members[i];

                text_printf(&text, "%s%s = ", i > 0 ? ", " : "", member->symbol.name);
                text_printf(&text, e->is_flag ? "0x%" PRIx64 : "%" PRId64, member->value);
        }
        add_sentence(p, text.bytes);
}

/* What a value of the type is made of, on lines of its own. */
static void add_parts(Page *p, const Type *t) {
        const Type *inner = innermost(t);

        if (inner->kind == TYPE_ENUM || inner->kind == TYPE_FLAG || inner->kind == TYPE_STRUCT)
                add_break(p);
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
                add_line(p, brief ? brief : sentence_of(p->arena, f->type));
                if (innermost(f->type)->kind != TYPE_STRUCT)
                        add_parts(p, f->type);
        }
        text_add(&p->text, ".RE\n");
}

static void add_constraint(Page *p, const Property *property) {
        const Constraint *c = &property->constraint;
        const char *unit = property->unit ? arena_printf(p->arena, " %s", property->unit) : "";
        Text domain;

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
        text_init(&domain, p->arena);
        for (size_t i = 0; i < c->n_domain; i++)
                text_printf(&domain, "%s%s",
                            i > 0 ? ", " : "One of: ", value_print(p->arena, c->domain[i]));
        if (c->n_domain > 0)
                add_sentence(p, domain.bytes);
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
        add_member_doc(p, &property->symbol);
        add_line(p, arena_printf(p->arena, "It is %s.", words_of(p->arena, property->type)));
        add_constraint(p, property);
        add_emits(p, property);
        if (property->type->kind == TYPE_MODEL)
                add_line(p, "This version does not serve models.");
        add_history(p, &property->symbol);
        add_parts(p, property->type);
}

static void add_parameters(Page *p, const Symbol *s, Parameter *const *parameters, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *doc = doc_parameter(p->arena, s->doc, parameters[i]->symbol.name);

                text_printf(&p->text, ".RS\n.TP\n.IR %s \" (%s)\"\n",
                            roff(p->arena, parameters[i]->symbol.name),
                            model_signature(p->arena, parameters[i]->type));
                add_sentence(p, doc ? doc : sentence_of(p->arena, parameters[i]->type));
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
        add_member_doc(p, &o->symbol);
        if (o->is_const)
                add_line(p, "It changes nothing.");
        for (size_t i = 0; i < o->n_errors; i++)
                add_line(p, arena_printf(p->arena, "May fail with %s.", o->error_names[i]));
        add_history(p, &o->symbol);
        if (o->result->kind != TYPE_VOID) {
                add_sentence(p, arena_printf(p->arena, "Returns %s",
                                             doc ? doc : words_of(p->arena, o->result)));
                add_parts(p, o->result);
        }
        add_parameters(p, &o->symbol, o->parameters, o->n_parameters);
}

static void add_signal(Page *p, const Signal *s) {
        text_printf(&p->text, ".TP\n.BR %s \"%s\"\n", roff(p->arena, s->symbol.dbus),
                    roff(p->arena, list_parameters(p, s->parameters, s->n_parameters)));
        add_member_doc(p, &s->symbol);
        add_history(p, &s->symbol);
        add_parameters(p, &s->symbol, s->parameters, s->n_parameters);
}

/* ---- head and parts ---- */

/* Without the point at its end. */
static const char *first_sentence(Arena *a, const char *text) {
        const char *end = strstr(text, ". ");
        size_t size = end ? (size_t)(end - text) : strlen(text);

        return arena_strndup(a, text, size - (size > 0 && text[size - 1] == '.'));
}

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
                    roff(p->arena, brief ? first_sentence(p->arena, brief) : "a feature on D-Bus"));
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
        if (i->symbol.since || i->symbol.deprecated)
                text_add(&p->text, ".PP\n");
        add_history(p, &i->symbol);
}

static void add_zones(Page *p) {
        const Interface *i = p->interface;

        if (!i->zoned)
                return;
        add_section(p, "ZONES");
        add_line(p, "Each zone is an object of its own, with the same interface, below that of the "
                    "feature:");
        add_line(p, arena_printf(p->arena, "%s/ZONE.", i->path));
        if (i->n_zones == 0)
                return;
        add_line(p, "The simulation has these:");
        for (size_t k = 0; k < i->n_zones; k++)
                add_line(p, arena_printf(p->arena, "%s%s", i->zones[k],
                                         k + 1 < i->n_zones ? "," : "."));
}

static void add_members(Page *p) {
        const Interface *i = p->interface;

        if (i->n_properties > 0) {
                add_section(p, "PROPERTIES");
                add_line(p, "Where nothing else is said, PropertiesChanged announces each change, "
                            "with the value.");
        }
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

/* ---- what goes wrong ---- */

static void add_error(Page *p, const char *name, const char *text) {
        text_printf(&p->text, ".TP\n.B %s\n", roff(p->arena, name));
        add_line(p, text);
}

/* Once, with all operations that list it. */
static void add_own_error(Page *p, const char *name) {
        const Interface *i = p->interface;
        Text text;

        text_init(&text, p->arena);
        for (size_t k = 0; k < i->n_operations; k++)
                for (size_t e = 0; e < i->operations[k]->n_errors; e++)
                        if (strcmp(i->operations[k]->error_names[e], name) == 0)
                                text_printf(&text, "%s%s", text.size > 0 ? ", " : "Of ",
                                            i->operations[k]->symbol.dbus);
        text_add(&text, ".");
        add_error(p, name, text.bytes);
}

static void add_own_errors(Page *p) {
        const Interface *i = p->interface;
        NameSet names = { .n_names = 0 };

        for (size_t k = 0; k < i->n_operations; k++)
                for (size_t e = 0; e < i->operations[k]->n_errors; e++)
                        if (name_set_add(&names, p->arena, i->operations[k]->error_names[e]))
                                add_own_error(p, i->operations[k]->error_names[e]);
}

static bool has_own_errors(const Interface *i) {
        for (size_t k = 0; k < i->n_operations; k++)
                if (i->operations[k]->n_errors > 0)
                        return true;
        return false;
}

/* What a service answers that Fascia made, beside the errors of D-Bus. */
static void add_errors(Page *p) {
        const Interface *i = p->interface;

        if (p->module->foreign && !has_own_errors(i))
                return;
        add_section(p, "ERRORS");
        add_own_errors(p);
        if (p->module->foreign)
                return;
        if (c_has_setters(i) || i->n_operations > 0)
                add_error(p, "org.fascia.Error.OutOfRange",
                          "A value is none of those that are allowed; the message names them.");
        if (i->n_properties > 0)
                add_error(p, "org.fascia.Error.Unsupported",
                          "The property has no value here, and cannot be set.");
        add_error(p, "org.fascia.Error.Unavailable",
                  "The feature does not work now; State and Error of org.fascia.Feature1 say why.");
        add_error(p, "org.fascia.Error.Timeout", "What does the work has not answered in time.");
}

/* ---- examples ---- */

static void add_example(Page *p, const char *command) {
        if (command)
                add_line(p, command);
}

static void add_examples(Page *p) {
        const Module *m = p->module;
        const Interface *i = p->interface;

        add_section(p, "EXAMPLES");
        text_add(&p->text, ".nf\n");
        add_example(p, arena_printf(p->arena, "busctl introspect %s %s", m->bus_name, i->path));
        add_example(p, busctl_get_property(m, i));
        add_example(p, busctl_set_property(m, i));
        add_example(p, busctl_call(m, i));
        add_example(p, arena_printf(p->arena, "busctl monitor %s", m->bus_name));
        text_add(&p->text, ".fi\n");
}

/* ---- the page ---- */

static void add_see_also(Page *p) {
        const char **see;
        size_t n = doc_see(p->arena, p->interface->symbol.doc, &see);

        add_section(p, "SEE ALSO");
        text_printf(&p->text, ".BR busctl (1)%s\n", p->module->foreign ? "" : ",\n.BR fasciad (8)");
        for (size_t i = 0; i < n; i++) {
                add_break(p);
                add_line(p, see[i]);
        }
}

const char *emit_man(const Module *m, const Interface *i) {
        Page p = { .module = m, .interface = i, .arena = m->arena };

        text_init(&p.text, m->arena);
        add_head(&p);
        add_zones(&p);
        add_members(&p);
        add_errors(&p);
        add_examples(&p);
        add_see_also(&p);
        return p.text.bytes;
}
