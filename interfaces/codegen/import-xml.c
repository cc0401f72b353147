/* SPDX-License-Identifier: MIT */
/* Reads D-Bus introspection XML: what a service that Fascia did not make says of itself. */
#include "import-xml.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "dbus-name.h"
#include "import-signature.h"
#include "text.h"

/* The deepest that means anything is node, interface, method, arg, annotation; nodes are in nodes. */
#define DEPTH_MAX 64
/* Texts that a file defines for itself; what they are good for are names. */
#define ENTITY_SIZE_MAX 255
/* What is longer is a book. */
#define DOC_SIZE_MAX 65536

typedef enum Element {
        ELEMENT_NONE, /* around the outermost */
        ELEMENT_NODE,
        ELEMENT_INTERFACE,
        ELEMENT_METHOD,
        ELEMENT_SIGNAL,
        ELEMENT_PROPERTY,
        ELEMENT_ARGUMENT,
        ELEMENT_ANNOTATION,
        ELEMENT_DOC,     /* text, in a namespace of its own */
        ELEMENT_IGNORED, /* with all that is in it */
} Element;

/* An element that has begun and not ended, and what it belongs to. */
typedef struct Frame {
        Element element;
        const char *root;  /* path of the outermost object, or NULL */
        const char *below; /* what follows it */
        unsigned node;
        ForeignInterface *interface;
        ForeignMember *member;
        ForeignArgument *argument;
} Frame;

typedef struct Reader {
        Foreign *foreign;
        Arena *arena;
        Diagnostics *diagnostics;
        const Source *source;
        XML_Parser parser;
        Frame frames[DEPTH_MAX + 1];
        unsigned depth;
        const char **attributes; /* of the element that begins: name, value, …, NULL */
        Text doc;
        bool stopped; /* the reason was reported */
} Reader;

static Frame *top(Reader *r) {
        return &r->frames[r->depth];
}

/* ---- places ---- */

static Span here(const Reader *r, uint32_t length) {
        XML_Index index = XML_GetCurrentByteIndex(r->parser);
        uint32_t offset = index < 0 ? 0 : (uint32_t)index;

        return (Span){
                .source = r->source,
                .offset = offset < r->source->size ? offset : r->source->size,
                .length = length,
        };
}

static void stop(Reader *r, Span at, const char *text) {
        if (r->stopped)
                return;
        r->stopped = true;
        diagnostics_error(r->diagnostics, at, "%s", text);
        XML_StopParser(r->parser, XML_FALSE);
}

/* Of the tag that begins here, without the bracket. */
static Span element_span(const Reader *r) {
        Span span = here(r, 0);

        span.offset++;
        span.length = (uint32_t)strcspn(r->source->text + span.offset, " \t\r\n/>");
        return span;
}

/* Where the value of an attribute is written: expat tells values, but not where they are. It has
 * seen to it that the tag is well-formed. */
static Span value_span(const Reader *r, const char *name) {
        Span span = element_span(r);
        const char *text = r->source->text, *p = text + span.offset + span.length;

        for (;;) {
                const char *start, *end;
                size_t size;

                p += strspn(p, " \t\r\n");
                size = strcspn(p, " \t\r\n=/>");
                start = strpbrk(p, "\"'");
                if (size == 0 || !start)
                        return span;
                end = strchr(start + 1, *start);
                if (!end)
                        return span;
                if (size == strlen(name) && strncmp(p, name, size) == 0) {
                        span.offset = (uint32_t)(start + 1 - text);
                        span.length = (uint32_t)(end - start - 1);
                        return span;
                }
                p = end + 1;
        }
}

/* ---- attributes ---- */

static const char *attribute(const Reader *r, const char *name) {
        for (const char **a = r->attributes; a[0]; a += 2)
                if (strcmp(a[0], name) == 0)
                        return arena_strndup(r->arena, a[1], strlen(a[1]));
        return NULL;
}

static const char *require(Reader *r, const char *name) {
        const char *value = attribute(r, name);
        Span span = element_span(r);

        if (!value)
                diagnostics_error(r->diagnostics, span, "this <%.*s> has no '%s'", (int)span.length,
                                  r->source->text + span.offset, name);
        return value;
}

/* What has no valid name has one all the same, so that reading goes on. */
static const char *require_name(Reader *r, bool (*is_valid)(const char *text), const char *what) {
        const char *name = require(r, "name");

        if (name && !is_valid(name))
                diagnostics_error(r->diagnostics, value_span(r, "name"), "'%s' cannot be %s", name,
                                  what);
        return name ? name : "";
}

static const char *require_signature(Reader *r, Span *ret_span) {
        const char *signature = require(r, "type"), *error;
        size_t offset;

        *ret_span = signature ? value_span(r, "type") : element_span(r);
        error = signature ? signature_check(signature, &offset) : NULL;
        if (error) {
                Span at = *ret_span;

                /* With an entity in it, what is written is not what is meant. */
                if (offset <= at.length && at.length == strlen(signature)) {
                        at.offset += (uint32_t)offset;
                        at.length = 1;
                }
                diagnostics_error(r->diagnostics, at, "'%s' cannot be a D-Bus type: %s", signature,
                                  error);
        }
        return signature && !error ? signature : "s";
}

/* The place of the value among the words; -1: none of them, which is reported. */
static int require_word(Reader *r, const char *name, const char *value, const char *const *words,
                        size_t n) {
        const char *list = "";

        for (size_t i = 0; i < n; i++) {
                if (strcmp(words[i], value) == 0)
                        return (int)i;
                list = arena_printf(r->arena, "%s%s'%s'", list,
                                    i == 0       ? ""
                                    : i + 1 == n ? " or "
                                                 : ", ",
                                    words[i]);
        }
        diagnostics_error(r->diagnostics, value_span(r, name), "'%s' is not %s", value, list);
        diagnostics_suggest(r->diagnostics, value, words, n);
        return -1;
}

/* ---- elements ---- */

static void begin_root(Reader *r, Frame *f, const char *name) {
        if (name && !dbus_name_is_path(name))
                diagnostics_error(r->diagnostics, value_span(r, "name"),
                                  "'%s' cannot be an object path", name);
        f->root = r->foreign->path ? r->foreign->path : name;
        f->below = "";
}

static void begin_node(Reader *r, Frame *f) {
        const char *name = attribute(r, "name");
        bool is_root = r->frames[r->depth - 1].element == ELEMENT_NONE;

        f->node = r->foreign->n_nodes++;
        if (name && *name == '\0')
                name = NULL;
        if (is_root)
                begin_root(r, f, name);
        else if (!name)
                diagnostics_error(r->diagnostics, element_span(r), "this <node> has no 'name'");
        else if (!dbus_name_is_path(arena_printf(r->arena, "/%s", name)))
                diagnostics_error(r->diagnostics, value_span(r, "name"),
                                  "'%s' cannot be the path of an object below another", name);
        else
                f->below = arena_printf(r->arena, "%s/%s", f->below, name);
}

static bool is_standard(const char *name) {
        static const char prefix[] = "org.freedesktop.DBus";
        const char *rest = name + strlen(prefix);

        return strncmp(name, prefix, strlen(prefix)) == 0 && (*rest == '\0' || *rest == '.');
}

static void begin_interface(Reader *r, Frame *f) {
        ForeignInterface *i = arena_alloc(r->arena, sizeof(*i));

        i->name = require_name(r, dbus_name_is_interface, "the name of a D-Bus interface");
        if (is_standard(i->name)) {
                f->element = ELEMENT_IGNORED;
                return;
        }
        i->span = value_span(r, "name");
        i->root = f->root;
        i->below = f->below;
        i->node = f->node;
        f->interface = i;
        ARENA_APPEND(r->arena, r->foreign->interfaces, r->foreign->n_interfaces, i);
}

static void begin_member(Reader *r, Frame *f, ForeignKind kind) {
        ForeignInterface *i = f->interface;
        ForeignMember *m = arena_alloc(r->arena, sizeof(*m));

        m->kind = kind;
        m->name = require_name(r, dbus_name_is_member, "the name of a member on D-Bus");
        m->span = value_span(r, "name");
        f->member = m;
        ARENA_APPEND(r->arena, i->members, i->n_members, m);
}

static void begin_method(Reader *r, Frame *f) {
        begin_member(r, f, FOREIGN_METHOD);
}

static void begin_signal(Reader *r, Frame *f) {
        begin_member(r, f, FOREIGN_SIGNAL);
}

static void begin_property(Reader *r, Frame *f) {
        static const char *const words[] = { "read", "write", "readwrite" };
        const char *access;
        int word;

        begin_member(r, f, FOREIGN_PROPERTY);
        f->member->signature = require_signature(r, &f->member->signature_span);
        access = require(r, "access");
        word = access ? require_word(r, "access", access, words, 3) : 0;
        f->member->readable = word != 1;
        f->member->writable = word > 0;
}

static void begin_argument(Reader *r, Frame *f) {
        static const char *const words[] = { "in", "out" };
        ForeignArgument *a = arena_alloc(r->arena, sizeof(*a));
        const char *direction = attribute(r, "direction");

        a->name = attribute(r, "name");
        if (a->name && *a->name == '\0')
                a->name = NULL;
        a->signature = require_signature(r, &a->span);
        a->is_out = direction && require_word(r, "direction", direction, words, 2) == 1 &&
                    f->member->kind == FOREIGN_METHOD;
        f->argument = a;
        ARENA_APPEND(r->arena, f->member->arguments, f->member->n_arguments, a);
}

/* ---- annotations ---- */

static const char **doc_of(const Frame *f) {
        if (f->argument)
                return &f->argument->doc;
        if (f->member)
                return &f->member->doc;
        return f->interface ? &f->interface->doc : NULL;
}

static void annotate_doc(Reader *r, Frame *f, const char *value) {
        (void)r;
        if (doc_of(f))
                *doc_of(f) = value;
}

static bool is_true(const char *value) {
        return strcmp(value, "true") == 0;
}

static void annotate_deprecated(Reader *r, Frame *f, const char *value) {
        (void)r;
        if (f->argument)
                return;
        if (f->member)
                f->member->deprecated = is_true(value);
        else if (f->interface)
                f->interface->deprecated = is_true(value);
}

static void annotate_no_reply(Reader *r, Frame *f, const char *value) {
        (void)r;
        if (f->member && !f->argument)
                f->member->no_reply = is_true(value);
}

static void annotate_emits(Reader *r, Frame *f, const char *value) {
        static const char *const words[] = {
                [EMITS_TRUE] = "true",
                [EMITS_INVALIDATES] = "invalidates",
                [EMITS_CONST] = "const",
                [EMITS_FALSE] = "false",
        };
        int word = require_word(r, "value", value, words, 4);

        if (word < 0 || f->argument)
                return;
        if (f->member) {
                f->member->says_emits = true;
                f->member->emits = (Emits)word;
        } else if (f->interface) {
                f->interface->emits = (Emits)word;
        }
}

static void begin_annotation(Reader *r, Frame *f) {
        static const struct {
                const char *name;
                void (*apply)(Reader *r, Frame *f, const char *value);
        } known[] = {
                { "org.gtk.GDBus.DocString", annotate_doc },
                { "org.freedesktop.DBus.DocString", annotate_doc },
                { "org.freedesktop.DBus.Deprecated", annotate_deprecated },
                { "org.freedesktop.DBus.Method.NoReply", annotate_no_reply },
                { "org.freedesktop.DBus.Property.EmitsChangedSignal", annotate_emits },
        };
        const char *name = require(r, "name"), *value = require(r, "value");

        for (size_t i = 0; name && value && i < sizeof(known) / sizeof(known[0]); i++)
                if (strcmp(known[i].name, name) == 0)
                        known[i].apply(r, f, value);
}

/* ---- what stands where ---- */

#define IN(element) (1U << (element))

static const struct {
        const char *name;
        Element element;
        unsigned parents;
        void (*begin)(Reader *r, Frame *f);
} elements[] = {
        { "node", ELEMENT_NODE, IN(ELEMENT_NONE) | IN(ELEMENT_NODE), begin_node },
        { "interface", ELEMENT_INTERFACE, IN(ELEMENT_NODE), begin_interface },
        { "method", ELEMENT_METHOD, IN(ELEMENT_INTERFACE), begin_method },
        { "signal", ELEMENT_SIGNAL, IN(ELEMENT_INTERFACE), begin_signal },
        { "property", ELEMENT_PROPERTY, IN(ELEMENT_INTERFACE), begin_property },
        { "arg", ELEMENT_ARGUMENT, IN(ELEMENT_METHOD) | IN(ELEMENT_SIGNAL), begin_argument },
        { "annotation", ELEMENT_ANNOTATION,
          IN(ELEMENT_NODE) | IN(ELEMENT_INTERFACE) | IN(ELEMENT_METHOD) | IN(ELEMENT_SIGNAL) |
                  IN(ELEMENT_PROPERTY) | IN(ELEMENT_ARGUMENT),
          begin_annotation },
};

#define N_ELEMENTS (sizeof(elements) / sizeof(elements[0]))

static void refuse_place(Reader *r, const char *name, Element parent) {
        for (size_t i = 0; i < N_ELEMENTS; i++)
                if (elements[i].element == parent) {
                        diagnostics_error(r->diagnostics, element_span(r),
                                          "a <%s> has no place in a <%s>", name, elements[i].name);
                        return;
                }
        diagnostics_error(r->diagnostics, element_span(r),
                          "expected a <node> around everything, not a <%s>", name);
}

static void refuse_name(Reader *r, const char *name) {
        const char *names[N_ELEMENTS];

        for (size_t i = 0; i < N_ELEMENTS; i++)
                names[i] = elements[i].name;
        diagnostics_error(r->diagnostics, element_span(r), "<%s> is unknown in introspection data",
                          name);
        diagnostics_suggest(r->diagnostics, name, names, N_ELEMENTS);
}

/* What is in a namespace belongs to others, but for the two that document. */
static void begin_other(Reader *r, Frame *f, const char *name) {
        f->element = ELEMENT_IGNORED;
        if (strcmp(name, "doc:doc") == 0 || strcmp(name, "tp:docstring") == 0) {
                f->element = ELEMENT_DOC;
                text_init(&r->doc, r->arena);
        } else if (!strchr(name, ':')) {
                refuse_name(r, name);
        }
}

static void begin_known(Reader *r, Frame *f, const char *name, Element parent) {
        for (size_t i = 0; i < N_ELEMENTS; i++) {
                if (strcmp(elements[i].name, name) != 0)
                        continue;
                if (elements[i].parents & IN(parent)) {
                        f->element = elements[i].element;
                        elements[i].begin(r, f);
                } else {
                        f->element = ELEMENT_IGNORED;
                        refuse_place(r, name, parent);
                }
                return;
        }
        begin_other(r, f, name);
}

/* Elements in a text: most are marks of words, some begin a paragraph. */
static void break_paragraph(Reader *r, const char *name) {
        static const char *const blocks[] = { "description", "definition", "item", "li", "list",
                                              "p",           "para",       "term", "ul" };
        const char *colon = strchr(name, ':');

        name = colon ? colon + 1 : name;
        for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
                if (strcmp(blocks[i], name) == 0)
                        text_add(&r->doc, "\n\n");
}

static void on_start(void *userdata, const XML_Char *name, const XML_Char **attributes) {
        Reader *r = userdata;
        Element parent = top(r)->element;

        if (r->stopped)
                return;
        if (r->depth == DEPTH_MAX) {
                stop(r, element_span(r), "elements are nested more than 64 deep");
                return;
        }
        r->depth++;
        *top(r) = r->frames[r->depth - 1];
        r->attributes = attributes;
        if (parent == ELEMENT_DOC)
                break_paragraph(r, name);
        else if (parent != ELEMENT_IGNORED)
                begin_known(r, top(r), name, parent);
}

static void end_doc(Reader *r, const Frame *f) {
        const char **doc = doc_of(f);

        if (doc)
                *doc = r->doc.bytes;
}

static int compare_members(const void *a, const void *b) {
        const ForeignMember *x = *(ForeignMember *const *)a, *y = *(ForeignMember *const *)b;
        int order = strcmp(x->name, y->name);

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        return order != 0 ? order
                          : (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

/* D-Bus tells methods, signals and properties of one name apart, but not two methods. */
static void check_members(Reader *r, const ForeignInterface *i) {
        ForeignMember **sorted = NULL;
        size_t n = 0;

        while (n < i->n_members) {
                ForeignMember *m = i->members[n];

                ARENA_APPEND(r->arena, sorted, n, m);
        }
        if (n > 1)
                qsort(sorted, n, sizeof(sorted[0]), compare_members);
        for (size_t k = 1; k < n; k++) {
                const ForeignMember *one = sorted[k - 1], *other = sorted[k];

                if (one->kind != other->kind || strcmp(one->name, other->name) != 0 ||
                    *one->name == '\0')
                        continue;
                diagnostics_error(r->diagnostics, other->span, "'%s' is there twice", other->name);
        }
}

static void end_interface(Reader *r, const ForeignInterface *i) {
        for (size_t k = 0; k < i->n_members; k++)
                if (!i->members[k]->says_emits)
                        i->members[k]->emits = i->emits;
        check_members(r, i);
}

static void on_end(void *userdata, const XML_Char *name) {
        Reader *r = userdata;
        Frame *f = top(r);
        Element parent;

        if (r->stopped)
                return;
        parent = r->frames[--r->depth].element;
        if (f->element == ELEMENT_INTERFACE)
                end_interface(r, f->interface);
        else if (f->element == ELEMENT_DOC && parent == ELEMENT_DOC)
                break_paragraph(r, name);
        else if (f->element == ELEMENT_DOC)
                end_doc(r, f);
}

static void on_text(void *userdata, const XML_Char *text, int size) {
        Reader *r = userdata;

        if (!r->stopped && top(r)->element == ELEMENT_DOC && r->doc.size < DOC_SIZE_MAX)
                text_add_bytes(&r->doc, text, (size_t)size);
}

/* ---- entities ---- */

/* Real files abbreviate names so. What is made of others, or of files, is good for attacks only. */
static void on_entity(void *userdata, const XML_Char *name, int is_parameter, const XML_Char *value,
                      int size, const XML_Char *base, const XML_Char *system_id,
                      const XML_Char *public_id, const XML_Char *notation) {
        Reader *r = userdata;

        (void)base, (void)system_id, (void)public_id, (void)notation;
        if (value && !is_parameter && size <= ENTITY_SIZE_MAX &&
            !memchr(value, '&', (size_t)size) && !memchr(value, '<', (size_t)size))
                return;
        stop(r, here(r, 1),
             arena_printf(r->arena, "the entity '%s' is not just a short text", name));
}

static void on_skipped_entity(void *userdata, const XML_Char *name, int is_parameter) {
        Reader *r = userdata;

        (void)is_parameter;
        stop(r, here(r, 1), arena_printf(r->arena, "there is no entity '%s'", name));
}

/* ---- the file ---- */

static void report_syntax(Reader *r) {
        enum XML_Error code = XML_GetErrorCode(r->parser);

        if (!r->stopped)
                diagnostics_error(r->diagnostics, here(r, 1), "this is no XML: %s",
                                  XML_ErrorString(code));
}

static void parse(Reader *r) {
        XML_SetUserData(r->parser, r);
        XML_SetElementHandler(r->parser, on_start, on_end);
        XML_SetCharacterDataHandler(r->parser, on_text);
        XML_SetEntityDeclHandler(r->parser, on_entity);
        XML_SetSkippedEntityHandler(r->parser, on_skipped_entity);
        if (XML_Parse(r->parser, r->source->text, (int)r->source->size, XML_TRUE) != XML_STATUS_OK)
                report_syntax(r);
}

void foreign_read(Foreign *f, const Source *source) {
        Reader *r = arena_alloc(f->arena, sizeof(*r));
        Span bad = { .source = source, .length = 1 };

        if (!f->first)
                f->first = source;
        if (source_find_bad_byte(source, &bad.offset) == 0) {
                diagnostics_error(f->diagnostics, bad, "this is not UTF-8");
                return;
        }
        r->foreign = f;
        r->arena = f->arena;
        r->diagnostics = f->diagnostics;
        r->source = source;
        /* Whatever the first line says of its encoding: it is UTF-8, as was just seen. */
        r->parser = XML_ParserCreate("UTF-8");
        if (!r->parser) {
                diagnostics_error(f->diagnostics, (Span){ .source = source }, "out of memory");
                return;
        }
        parse(r);
        XML_ParserFree(r->parser);
}
