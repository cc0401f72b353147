/* SPDX-License-Identifier: MIT */
/* D-Bus introspection XML: the contract that every other D-Bus tool reads. */

/*
 * Annotations, beside those of the D-Bus specification (Deprecated, Property.EmitsChangedSignal), of Qt
 * (QtTypeName and the names of accessors) and of GLib (C.Name):
 *
 *   org.gtk.GDBus.DocString  what it is for, in a sentence; on everything. gdbus-codegen has it in what
 *                            it makes; org.gtk.GDBus.Since it would sort members by, and stumble over
 *                            what is no number
 *   org.fascia.Since         since which version
 *   org.fascia.Deprecated    what to use instead
 *   org.fascia.Unit          of a property: what it counts
 *   org.fascia.Minimum, org.fascia.Maximum
 *                            of a property: bounds, inclusive
 *   org.fascia.Domain        of a property: all values that are allowed, with ", " between them, texts in
 *                            apostrophes
 *   org.fascia.Enum          of a property or argument: "Off=0 On=1"
 *   org.fascia.Flags         the same in bits: "Windshield=0x1 Dashboard=0x2"
 *   org.fascia.Struct        the members of what the signature has in parentheses: "id:i place:(lat:d
 *                            lon:d) text:s". For these three lists and maps count as what they hold
 *   org.fascia.Zones         of an interface that has zones: those of the simulation, with ", " between
 *                            them
 *   org.fascia.Errors        of a method: names of errors, with blanks between them
 *
 * Nobody must know them: tools pass over what they do not know.
 */
#include "emit-xml.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "c-types.h"
#include "doc.h"
#include "qt-names.h"
#include "text.h"
#include "value-reader.h"

typedef struct Xml {
        Arena *arena;
        const Module *module;
        const char **lines;
        size_t n_lines;
} Xml;

static void add_line(Xml *x, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(Xml *x, const char *format, ...) {
        char *line;
        va_list ap;
        int size;

        va_start(ap, format);
        size = vsnprintf(NULL, 0, format, ap);
        va_end(ap);
        line = arena_alloc(x->arena, (size_t)size + 1);
        va_start(ap, format);
        vsnprintf(line, (size_t)size + 1, format, ap);
        va_end(ap);
        ARENA_APPEND(x->arena, x->lines, x->n_lines, line);
}

static const char *join_lines(const Xml *x) {
        size_t size = 0, used = 0;
        char *text;

        for (size_t i = 0; i < x->n_lines; i++)
                size += strlen(x->lines[i]) + 1;
        text = arena_alloc(x->arena, size + 1);
        for (size_t i = 0; i < x->n_lines; i++)
                used += (size_t)sprintf(text + used, "%s\n", x->lines[i]);
        return text;
}

/* XML 1.0 has no place for most control characters, not even escaped: they become blanks. '"' and '\'
 * become references that are still there when the XML was read, "&#34;" and "&#92;": gdbus-codegen puts
 * what it reads into C as it is. */
static const char *escape(Arena *a, const char *text) {
        static const struct {
                char c;
                const char *text;
        } entities[] = { { '&', "&amp;" },
                         { '<', "&lt;" },
                         { '>', "&gt;" },
                         { '"', "&amp;#34;" },
                         { '\\', "&amp;#92;" } };
        char *out = arena_alloc(a, strlen("&amp;#92;") * strlen(text) + 1);
        char *p = out;

        for (; *text != '\0'; text++) {
                const char *entity = NULL;

                for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
                        if (entities[i].c == *text)
                                entity = entities[i].text;
                if (entity)
                        p = stpcpy(p, entity);
                else
                        *p++ = (unsigned char)*text < ' ' ? ' ' : *text;
        }
        return out;
}

/* For people: an apostrophe reads better than a reference. */
static const char *prose(Arena *a, const char *text) {
        char *out;

        if (!text)
                return NULL;
        out = arena_printf(a, "%s", text);
        for (char *p = out; *p != '\0'; p++)
                if (*p == '"')
                        *p = '\'';
        return out;
}

static void annotate(Xml *x, const char *indent, const char *name, const char *value) {
        if (value)
                add_line(x, "%s<annotation name=\"%s\" value=\"%s\"/>", indent, name,
                         escape(x->arena, value));
}

static void annotate_symbol(Xml *x, const char *indent, const Symbol *s) {
        annotate(x, indent, "org.gtk.GDBus.DocString",
                 prose(x->arena, doc_brief(x->arena, s->doc)));
        annotate(x, indent, "org.fascia.Since", s->since);
        if (!s->deprecated)
                return;
        annotate(x, indent, "org.freedesktop.DBus.Deprecated", "true");
        annotate(x, indent, "org.fascia.Deprecated",
                 *s->deprecated ? prose(x->arena, s->deprecated) : NULL);
}

static const char *join(Arena *a, const char *const *items, size_t n, const char *between) {
        Text text;

        text_init(&text, a);
        for (size_t i = 0; i < n; i++)
                text_printf(&text, "%s%s", i > 0 ? between : "", items[i]);
        return text.bytes;
}

/* "Off=0 On=1 Automatic=2"; of a flag its bits: "Windshield=0x1 Dashboard=0x2". */
static const char *describe_enum(Arena *a, const Enum *e) {
        Text text;

        text_init(&text, a);
        for (size_t i = 0; i < e->n_members; i++) {
                const Enumerator *member = e->members[i];

                text_printf(&text, "%s%s=", i > 0 ? " " : "", member->symbol.name);
                text_printf(&text, e->is_flag ? "0x%" PRIx64 : "%" PRId64, member->value);
        }
        return text.bytes;
}

static const char *describe_struct(Arena *a, const Struct *s);

/* A signature with the names of members. */
static const char *describe_type(Arena *a, const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return arena_printf(a, "(%s)", describe_struct(a, t->structure));
        if (t->kind == TYPE_LIST)
                return arena_printf(a, "a%s", describe_type(a, t->element));
        if (t->kind == TYPE_MAP)
                return arena_printf(a, "a{s%s}", describe_type(a, t->element));
        return model_signature(a, t);
}

/* "id:i severity:i text:s" */
static const char *describe_struct(Arena *a, const Struct *s) {
        const char *text = "";

        for (size_t i = 0; i < s->n_fields; i++)
                text = arena_printf(a, "%s%s%s:%s", text, *text ? " " : "",
                                    s->fields[i]->symbol.name,
                                    describe_type(a, s->fields[i]->type));
        return text;
}

static void annotate_type(Xml *x, const char *indent, const Type *t) {
        while (t->element)
                t = t->element;
        if (t->kind == TYPE_ENUM)
                annotate(x, indent, "org.fascia.Enum", describe_enum(x->arena, t->enumeration));
        else if (t->kind == TYPE_FLAG)
                annotate(x, indent, "org.fascia.Flags", describe_enum(x->arena, t->enumeration));
        else if (t->kind == TYPE_STRUCT)
                annotate(x, indent, "org.fascia.Struct", describe_struct(x->arena, t->structure));
}

static void annotate_qt(Xml *x, const char *indent, const Type *t, const char *suffix) {
        annotate(x, indent, arena_printf(x->arena, "org.qtproject.QtDBus.QtTypeName%s", suffix),
                 qt_type(x->arena, t));
}

static void annotate_qt_functions(Xml *x, const char *indent, const Property *p) {
        annotate(x, indent, "org.qtproject.QtDBus.PropertyGetter",
                 qt_getter(x->arena, p->symbol.dbus));
        if (c_is_settable(p))
                annotate(x, indent, "org.qtproject.QtDBus.PropertySetter",
                         qt_setter(x->arena, p->symbol.dbus));
}

/* 'text' in apostrophes, everything else as usual. */
static const char *print_constraint(Arena *a, const Value *v) {
        return v->type->kind == TYPE_STRING ? arena_printf(a, "'%s'", v->string)
                                            : value_print(a, v);
}

/* g_object_get_property() is there already. */
static void annotate_glib(Xml *x, const char *indent, const Property *p) {
        if (strcmp(p->symbol.dbus, "Property") == 0)
                annotate(x, indent, "org.gtk.GDBus.C.Name", "Property_");
}

static void annotate_constraint(Xml *x, const char *indent, const Constraint *c) {
        Text domain;

        text_init(&domain, x->arena);
        if (c->minimum)
                annotate(x, indent, "org.fascia.Minimum", value_print(x->arena, c->minimum));
        if (c->maximum)
                annotate(x, indent, "org.fascia.Maximum", value_print(x->arena, c->maximum));
        for (size_t i = 0; i < c->n_domain; i++)
                text_printf(&domain, "%s%s", i > 0 ? ", " : "",
                            print_constraint(x->arena, c->domain[i]));
        if (c->n_domain > 0)
                annotate(x, indent, "org.fascia.Domain", domain.bytes);
}

static void add_argument(Xml *x, const char *name, const Type *t, const char *direction,
                         const char *doc) {
        size_t mark;

        name = qt_argument(x->arena, name);
        add_line(x, "   <arg name=\"%s\" type=\"%s\"%s>", name, model_signature(x->arena, t),
                 direction ? arena_printf(x->arena, " direction=\"%s\"", direction) : "");
        mark = x->n_lines;
        annotate(x, "    ", "org.gtk.GDBus.DocString", prose(x->arena, doc));
        annotate_type(x, "    ", t);
        if (x->n_lines > mark) {
                add_line(x, "   </arg>");
                return;
        }
        /* Nothing in it: an empty element, as one would write it. */
        x->n_lines--;
        add_line(x, "   <arg name=\"%s\" type=\"%s\"%s/>", name, model_signature(x->arena, t),
                 direction ? arena_printf(x->arena, " direction=\"%s\"", direction) : "");
}

/* The fields of a struct may be results of their own. */
static void annotate_qt_results(Xml *x, const Operation *o) {
        const Struct *s = o->result->structure;

        if (o->result->kind != TYPE_VOID && !o->spread)
                annotate_qt(x, "   ", o->result, ".Out0");
        for (size_t i = 0; o->spread && i < s->n_fields; i++)
                annotate_qt(x, "   ", s->fields[i]->type, arena_printf(x->arena, ".Out%zu", i));
}

static void add_results(Xml *x, const Operation *o) {
        const Struct *s = o->result->structure;

        if (o->result->kind != TYPE_VOID && !o->spread)
                add_argument(x, "result", o->result, "out", doc_return(x->arena, o->symbol.doc));
        for (size_t i = 0; o->spread && i < s->n_fields; i++)
                add_argument(x, s->fields[i]->symbol.name, s->fields[i]->type, "out",
                             doc_brief(x->arena, s->fields[i]->symbol.doc));
}

/* Names on D-Bus, with blanks between them. */
static void annotate_errors(Xml *x, const Operation *o) {
        if (o->n_errors > 0)
                annotate(x, "   ", "org.fascia.Errors",
                         join(x->arena, o->error_names, o->n_errors, " "));
}

static void add_operation(Xml *x, const Operation *o) {
        Arena *a = x->arena;

        add_line(x, "  <method name=\"%s\">", o->symbol.dbus);
        annotate_symbol(x, "   ", &o->symbol);
        for (size_t i = 0; i < o->n_parameters; i++)
                annotate_qt(x, "   ", o->parameters[i]->type, arena_printf(a, ".In%zu", i));
        annotate_qt_results(x, o);
        annotate_errors(x, o);
        for (size_t i = 0; i < o->n_parameters; i++) {
                const Parameter *p = o->parameters[i];

                add_argument(x, p->symbol.name, p->type, "in",
                             doc_parameter(a, o->symbol.doc, p->symbol.name));
        }
        add_results(x, o);
        add_line(x, "  </method>");
}

static void add_signal(Xml *x, const Signal *s) {
        add_line(x, "  <signal name=\"%s\">", s->symbol.dbus);
        annotate_symbol(x, "   ", &s->symbol);
        for (size_t i = 0; i < s->n_parameters; i++)
                annotate_qt(x, "   ", s->parameters[i]->type, arena_printf(x->arena, ".Out%zu", i));
        for (size_t i = 0; i < s->n_parameters; i++) {
                const Parameter *p = s->parameters[i];

                add_argument(x, p->symbol.name, p->type, NULL,
                             doc_parameter(x->arena, s->symbol.doc, p->symbol.name));
        }
        add_line(x, "  </signal>");
}

#define EMITS_CHANGED "org.freedesktop.DBus.Property.EmitsChangedSignal"

static const char *emits_word(const Property *p) {
        static const char *const words[] = {
                [EMITS_TRUE] = "true",
                [EMITS_INVALIDATES] = "invalidates",
                [EMITS_CONST] = "const",
                [EMITS_FALSE] = "false",
        };

        return p->constant ? "const" : words[p->emits];
}

static void add_property(Xml *x, const Property *p) {
        add_line(x, "  <property name=\"%s\" type=\"%s\" access=\"%s\">", p->symbol.dbus,
                 model_signature(x->arena, p->type), c_is_settable(p) ? "readwrite" : "read");
        annotate_symbol(x, "   ", &p->symbol);
        annotate(x, "   ", "org.fascia.Unit", p->unit);
        annotate_constraint(x, "   ", &p->constraint);
        annotate_type(x, "   ", p->type);
        annotate_qt(x, "   ", p->type, "");
        annotate_qt_functions(x, "   ", p);
        annotate_glib(x, "   ", p);
        annotate(x, "   ", EMITS_CHANGED, emits_word(p));
        add_line(x, "  </property>");
}

/* Counts what the service has sent, so that a client knows when it missed something. */
static void add_serial(Xml *x) {
        add_line(x, "  <property name=\"FasciaSerial\" type=\"t\" access=\"read\">");
        annotate(x, "   ", "org.gtk.GDBus.DocString",
                 "Counts the signals of the module on this connection.");
        annotate(x, "   ", EMITS_CHANGED, "true");
        add_line(x, "  </property>");
}

/* Zones are known when the service runs; these are what the interface file has for the simulation. */
static void annotate_zones(Xml *x, const Interface *i) {
        if (i->zoned)
                annotate(x, "  ", "org.fascia.Zones", join(x->arena, i->zones, i->n_zones, ", "));
}

static void add_model(Xml *x, const Interface *i, const Property *p) {
        const Type rows = { .kind = TYPE_LIST, .element = p->type->element };

        add_line(x, " <interface name=\"%s.%s\">", i->symbol.dbus, p->symbol.dbus);
        annotate_symbol(x, "  ", &p->symbol);
        annotate_type(x, "  ", p->type);
        add_line(x, "  <method name=\"Fetch\">");
        annotate_qt(x, "   ", &rows, ".Out2");
        add_line(x, "   <arg name=\"first\" type=\"u\" direction=\"in\"/>");
        add_line(x, "   <arg name=\"count\" type=\"u\" direction=\"in\"/>");
        add_line(x, "   <arg name=\"revision\" type=\"t\" direction=\"out\"/>");
        add_line(x, "   <arg name=\"total\" type=\"u\" direction=\"out\"/>");
        add_line(x, "   <arg name=\"rows\" type=\"%s\" direction=\"out\"/>",
                 model_signature(x->arena, &rows));
        add_line(x, "  </method>");
        add_line(x, "  <signal name=\"Changed\">");
        add_line(x, "   <arg name=\"revision\" type=\"t\"/>");
        add_line(x, "   <arg name=\"first\" type=\"u\"/>");
        add_line(x, "   <arg name=\"removed\" type=\"u\"/>");
        add_line(x, "   <arg name=\"inserted\" type=\"u\"/>");
        add_line(x, "  </signal>");
        add_line(x, "  <property name=\"Count\" type=\"u\" access=\"read\">");
        annotate(x, "   ", EMITS_CHANGED, "false");
        add_line(x, "  </property>");
        add_line(x, "  <property name=\"Revision\" type=\"t\" access=\"read\">");
        annotate(x, "   ", EMITS_CHANGED, "false");
        add_line(x, "  </property>");
        add_line(x, " </interface>");
}

static void add_interface(Xml *x, const Interface *i) {
        add_line(x, " <interface name=\"%s\">", i->symbol.dbus);
        annotate_symbol(x, "  ", &i->symbol);
        annotate_zones(x, i);
        for (size_t k = 0; k < i->n_operations; k++)
                add_operation(x, i->operations[k]);
        for (size_t k = 0; k < i->n_signals; k++)
                add_signal(x, i->signals[k]);
        for (size_t k = 0; k < i->n_properties; k++)
                add_property(x, i->properties[k]);
        if (!x->module->foreign)
                add_serial(x);
        add_line(x, " </interface>");
}

const char *emit_xml_interface(const Module *m, const Interface *i) {
        Xml x = { .arena = m->arena, .module = m };

        add_interface(&x, i);
        return join_lines(&x);
}

static void open_document(Xml *x) {
        const char *stem = x->module->stem;

        add_line(
                x,
                "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"");
        add_line(x, " \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">");
        /* Two hyphens would end the comment. */
        add_line(x, "<!-- Generated by fascia-codegen from %s: do not edit. -->",
                 strstr(stem, "--") ? "an interface file"
                                    : arena_printf(x->arena, "%s.qface", stem));
        add_line(x, "<node>");
}

const char *emit_xml_document(const Module *m, const Interface *i) {
        Xml x = { .arena = m->arena, .module = m };

        open_document(&x);
        add_interface(&x, i);
        add_line(&x, "</node>");
        return join_lines(&x);
}

const char *emit_xml_model(const Module *m, const Interface *i, const Property *p) {
        Xml x = { .arena = m->arena, .module = m };

        open_document(&x);
        add_model(&x, i, p);
        add_line(&x, "</node>");
        return join_lines(&x);
}
