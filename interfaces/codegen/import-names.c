/* SPDX-License-Identifier: MIT */
/* What a foreign service and its parts are called in an interface file, and what is left out. */
#include "import-names.h"

#include <stdlib.h>
#include <string.h>

#include "import-signature.h"
#include "lexer.h"
#include "naming.h"

/* ---- words ---- */

static bool is_upper(char c) {
        return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
        return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_word(char c) {
        return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}

static char to_upper(char c) {
        return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

const char *import_camel(Arena *a, const char *text) {
        char *name = arena_alloc(a, strlen(text) + 2), *out = name;
        bool begins = true;

        for (; *text != '\0'; text++) {
                if (*text == '_' || !is_word(*text)) {
                        begins = true;
                        continue;
                }
                if (out == name && is_digit(*text))
                        *out++ = '_';
                *out++ = begins ? to_upper(*text) : *text;
                begins = false;
        }
        if (out == name)
                *out = '_';
        return name;
}

static bool ends_with(const char *text, const char *end) {
        size_t size = strlen(text), end_size = strlen(end);

        return size > end_size && strcmp(text + size - end_size, end) == 0;
}

/* A few rules of English; what they do not know stays as it is. */
const char *import_singular(Arena *a, const char *name) {
        static const struct {
                const char *plural;
                size_t cut;
                const char *singular;
        } rules[] = {
                { "ies", 3, "y" }, { "sses", 2, "" }, { "shes", 2, "" },
                { "ches", 2, "" }, { "xes", 2, "" },  { "ss", 0, "" },
                { "us", 0, "" },   { "is", 0, "" },   { "s", 1, "" },
        };

        for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
                if (ends_with(name, rules[i].plural))
                        return arena_printf(a, "%.*s%s", (int)(strlen(name) - rules[i].cut), name,
                                            rules[i].singular);
        return name;
}

/* "StaticHostname" → "staticHostname"; "HomeURL" → "homeURL", but "URL" stays: "uRL" has no words. */
static char *lower_camel(Arena *a, const char *text) {
        char *name = arena_strndup(a, text, strlen(text));

        if (is_upper(name[0]) && !is_upper(name[1]))
                name[0] = (char)(name[0] - 'A' + 'a');
        return name;
}

/* Arguments may be called anything. */
static const char *argument_name(Arena *a, const char *text) {
        char *name = arena_printf(a, "%s%s", is_digit(text[0]) ? "_" : "", lower_camel(a, text));

        for (char *p = name; *p != '\0'; p++)
                if (!is_word(*p))
                        *p = '_';
        return lexer_is_keyword(name) ? arena_printf(a, "%s_", name) : name;
}

const char *import_default_dbus_name(Arena *a, const char *qface) {
        char *name = arena_strndup(a, qface, strlen(qface));

        name[0] = to_upper(name[0]);
        return name;
}

/* ---- which interfaces ---- */

static bool is_wanted(const ImportNames *wanted, const ForeignInterface *i) {
        for (size_t k = 0; k < wanted->n_interfaces; k++)
                if (strcmp(wanted->interfaces[k], i->name) == 0)
                        return true;
        return wanted->n_interfaces == 0;
}

static void check_wanted(const Foreign *f, const ImportNames *wanted) {
        const char **names = NULL;
        size_t n = 0;

        for (size_t i = 0; i < f->n_interfaces; i++)
                ARENA_APPEND(f->arena, names, n, f->interfaces[i]->name);
        for (size_t i = 0; i < wanted->n_interfaces; i++) {
                bool found = false;

                for (size_t k = 0; k < n; k++)
                        found = found || strcmp(names[k], wanted->interfaces[i]) == 0;
                if (found)
                        continue;
                diagnostics_error(f->diagnostics, (Span){ .source = f->first },
                                  "there is no interface '%s'", wanted->interfaces[i]);
                diagnostics_suggest(f->diagnostics, wanted->interfaces[i], names, n);
        }
}

static int compare_interfaces(const void *a, const void *b) {
        const ForeignInterface *x = *(ForeignInterface *const *)a;
        const ForeignInterface *y = *(ForeignInterface *const *)b;
        int order = strcmp(x->name, y->name);

        if (order != 0)
                return order;
        if (x->span.source != y->span.source)
                return x->span.source->order < y->span.source->order ? -1 : 1;
        return (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

/* Objects that are alike have the same interface: it is described once. */
static void drop_repeated(Foreign *f) {
        ForeignInterface **sorted = NULL;
        size_t n = 0;

        while (n < f->n_interfaces) {
                ForeignInterface *interface = f->interfaces[n];

                ARENA_APPEND(f->arena, sorted, n, interface);
        }
        qsort(sorted, n, sizeof(sorted[0]), compare_interfaces);
        for (size_t i = 1; i < n; i++) {
                ForeignInterface *one = sorted[i - 1], *other = sorted[i];

                if (strcmp(one->name, other->name) != 0)
                        continue;
                other->repeated = true;
                if (one->node == other->node)
                        diagnostics_error(f->diagnostics, other->span, "'%s' is there twice",
                                          other->name);
                else
                        diagnostics_warning(f->diagnostics, WARNING_LEFT_OUT, other->span,
                                            "'%s' is there once more, on another object: the first "
                                            "one is taken",
                                            other->name);
        }
}

bool import_select(Foreign *f, const ImportNames *wanted) {
        size_t n = 0;

        check_wanted(f, wanted);
        for (size_t i = 0; i < f->n_interfaces; i++)
                if (is_wanted(wanted, f->interfaces[i]))
                        f->interfaces[n++] = f->interfaces[i];
        f->n_interfaces = n;
        if (n == 0) {
                if (f->diagnostics->n_errors == 0)
                        diagnostics_error(f->diagnostics, (Span){ .source = f->first },
                                          "there is no interface but those that every service has");
                return false;
        }
        drop_repeated(f);
        n = 0;
        for (size_t i = 0; i < f->n_interfaces; i++)
                if (!f->interfaces[i]->repeated)
                        f->interfaces[n++] = f->interfaces[i];
        f->n_interfaces = n;
        return f->diagnostics->n_errors == 0;
}

/* ---- the module ---- */

bool import_is_module_name(const char *text) {
        if (lexer_is_keyword(text))
                return false;
        for (;;) {
                size_t size = 0;

                while (is_word(text[size]))
                        size++;
                if (size == 0 || is_digit(text[0]))
                        return false;
                if (text[size] == '\0')
                        return true;
                if (text[size] != '.')
                        return false;
                text += size + 1;
        }
}

/* Where the part that ends at the size begins, with the separator in front of it. */
static size_t last_part(const char *text, size_t size, char separator) {
        while (size > 0 && text[size] != separator)
                size--;
        return size;
}

/* Of two texts of parts: how much of the first are parts that both have. */
static size_t common_parts(const char *a, size_t a_size, const char *b, char separator) {
        size_t size = 0;

        while (size < a_size && a[size] == b[size])
                size++;
        if ((size == a_size || a[size] == separator) && (b[size] == '\0' || b[size] == separator))
                return size;
        return size == 0 ? 0 : last_part(a, size - 1, separator);
}

static const char *common_prefix(const Foreign *f) {
        const char *first = f->interfaces[0]->name;
        size_t size = strlen(first);

        for (size_t i = 1; i < f->n_interfaces; i++)
                size = common_parts(first, size, f->interfaces[i]->name, '.');
        return arena_strndup(f->arena, first, size);
}

/* The digits at the end of "hostname1", when they can be a version; NULL: there are none. */
static const char *version_digits(const char *name) {
        const char *digits = name + strlen(name);

        while (digits > name && is_digit(digits[-1]))
                digits--;
        if (*digits == '\0' || *digits == '0' || strlen(digits) > 4 || digits == name)
                return NULL;
        return is_upper(digits[-1]) || is_lower(digits[-1]) ? digits : NULL;
}

static const char *without_version(Arena *a, const char *name) {
        const char *digits = version_digits(name);

        return digits ? arena_strndup(a, name, (size_t)(digits - name)) : name;
}

static bool refuse_prefix(Foreign *f) {
        diagnostics_error(f->diagnostics, f->interfaces[0]->span,
                          "the names of the interfaces have too little in common to call a module "
                          "and a service after it");
        diagnostics_note(f->diagnostics, "--module and --bus-name say what they are called, "
                                         "--interface takes only some");
        return false;
}

static const char *path_of_name(Arena *a, const char *name) {
        char *path = arena_printf(a, "/%s", name);

        for (char *p = path; *p != '\0'; p++)
                if (*p == '.')
                        *p = '/';
                else if (*p == '-')
                        *p = '_';
        return path;
}

static const char *join_paths(Arena *a, const char *root, const char *below) {
        if (*below == '\0')
                return root;
        return arena_printf(a, "%s%s", strcmp(root, "/") == 0 ? "" : root, below);
}

/* Where all objects are, so that one path leads to every signal. */
static const char *common_path(const Foreign *f) {
        const char *first = f->interfaces[0]->path;
        size_t size = strlen(first);

        for (size_t i = 1; i < f->n_interfaces; i++)
                size = common_parts(first, size, f->interfaces[i]->path, '/');
        return size == 0 ? "/" : arena_strndup(f->arena, first, size);
}

static void assign_paths(Foreign *f, const char *bus_name) {
        const char *guess = path_of_name(f->arena, bus_name);
        const ForeignInterface *guessed = NULL;

        for (size_t i = 0; i < f->n_interfaces; i++) {
                ForeignInterface *interface = f->interfaces[i];

                if (!interface->root && !guessed)
                        guessed = interface;
                interface->path = join_paths(f->arena, interface->root ? interface->root : guess,
                                             interface->below);
        }
        if (!guessed)
                return;
        diagnostics_warning(f->diagnostics, WARNING_GUESS, guessed->span,
                            "the file does not say on which object this is, '%s' is a guess",
                            guess);
        diagnostics_note(f->diagnostics, "--path says which it is");
}

bool import_name_module(Foreign *f, const ImportNames *wanted, ImportModule *ret) {
        const char *prefix = common_prefix(f);
        const char *digits = version_digits(prefix);

        if (!strchr(prefix, '.') && !(wanted->module && wanted->bus_name))
                return refuse_prefix(f);
        *ret = (ImportModule){
                .prefix = prefix,
                .name = wanted->module ? wanted->module : without_version(f->arena, prefix),
                .version = wanted->version ? wanted->version
                           : digits        ? arena_printf(f->arena, "%s.0", digits)
                                           : "1.0",
                .bus_name = wanted->bus_name ? wanted->bus_name : prefix,
        };
        if (!wanted->bus_name) {
                diagnostics_warning(f->diagnostics, WARNING_GUESS, f->interfaces[0]->span,
                                    "introspection data does not say the bus name, '%s' is a guess",
                                    ret->bus_name);
                diagnostics_note(f->diagnostics, "--bus-name says which it is");
        }
        assign_paths(f, ret->bus_name);
        ret->path = common_path(f);
        return true;
}

/* ---- what is left out ---- */

static void leave_out(Foreign *f, ForeignMember *m, Span at, const char *reason) {
        m->left_out = reason;
        diagnostics_warning(f->diagnostics, WARNING_LEFT_OUT, at, "'%s' is left out: %s", m->name,
                            reason);
}

static const char *no_type_for(Foreign *f, const char *what) {
        return arena_printf(f->arena, "qface has no type for %s", what);
}

static void check_property(Foreign *f, ForeignMember *m) {
        const char *what = signature_unsayable(m->signature);

        if (what)
                leave_out(f, m, m->signature_span, no_type_for(f, what));
        else if (!m->readable)
                leave_out(f, m, m->span, "qface has no properties that can only be written");
        else if (strcmp(m->name, "FasciaSerial") == 0)
                leave_out(f, m, m->span, "every service of Fascia has it");
        else if (m->emits == EMITS_CONST && m->writable) {
                m->emits = EMITS_FALSE;
                diagnostics_warning(f->diagnostics, WARNING_GUESS, m->span,
                                    "'%s' can be written, so it is not constant; taken for one "
                                    "that is not announced",
                                    m->name);
        }
}

static void check_arguments(Foreign *f, ForeignMember *m) {
        size_t sizes[2] = { 0 };

        for (size_t i = 0; i < m->n_arguments && !m->left_out; i++) {
                const ForeignArgument *a = m->arguments[i];
                const char *what = signature_unsayable(a->signature);

                sizes[a->is_out] += strlen(a->signature);
                if (what)
                        leave_out(f, m, a->span, no_type_for(f, what));
                /* Together results are a struct, which has brackets. */
                else if (sizes[a->is_out] > SIGNATURE_MAX - 2)
                        leave_out(f, m, a->span, "all arguments together are too long for D-Bus");
        }
}

void import_leave_out(Foreign *f) {
        for (size_t i = 0; i < f->n_interfaces; i++)
                for (size_t k = 0; k < f->interfaces[i]->n_members; k++) {
                        ForeignMember *m = f->interfaces[i]->members[k];

                        if (m->kind == FOREIGN_PROPERTY)
                                check_property(f, m);
                        else
                                check_arguments(f, m);
                }
}

/* ---- interfaces and members ---- */

/* The part of its name that is not the module's; of what has just that its last word. */
static const char *interface_name(Arena *a, const ForeignInterface *i, const ImportModule *m) {
        size_t size = strlen(m->prefix);

        if (i->name[size] == '\0')
                return import_camel(a, without_version(a, strrchr(i->name, '.') + 1));
        return import_camel(a, i->name + size + (size > 0 ? 1 : 0));
}

static const char *member_name(Arena *a, const char *dbus) {
        const char *name = lower_camel(a, dbus);

        if (!lexer_is_keyword(name))
                return name;
        return lexer_is_keyword(dbus) ? arena_printf(a, "%s_", dbus) : dbus;
}

/* "volumeChanged", "volumeChangedSignal", "volumeChangedSignal2" */
static const char *avoid(Arena *a, const char *name, unsigned clashes, const char *suffix) {
        if (clashes == 0)
                return name;
        if (clashes == 1)
                return arena_printf(a, "%s%s", name, suffix);
        return arena_printf(a, "%s%s%u", name, suffix, clashes);
}

void import_assign_names(Foreign *f, const ImportModule *m) {
        static const char *const suffixes[] = {
                [FOREIGN_PROPERTY] = "Property",
                [FOREIGN_METHOD] = "Method",
                [FOREIGN_SIGNAL] = "Signal",
        };

        for (size_t i = 0; i < f->n_interfaces; i++) {
                ForeignInterface *interface = f->interfaces[i];

                interface->qface = avoid(f->arena, interface_name(f->arena, interface, m),
                                         interface->clashes, "Interface");
                for (size_t k = 0; k < interface->n_members; k++) {
                        ForeignMember *member = interface->members[k];

                        member->qface = avoid(f->arena, member_name(f->arena, member->name),
                                              member->clashes, suffixes[member->kind]);
                }
        }
}

/* In C a name may get an underscore at its end of its own. */
static const char *bare_snake(Arena *a, const char *name) {
        char *text = arena_printf(a, "%s", naming_snake(a, name));
        size_t size = strlen(text);

        while (size > 1 && text[size - 1] == '_')
                text[--size] = '\0';
        return text;
}

static bool is_used(Arena *a, const char *const *names, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(bare_snake(a, names[i]), bare_snake(a, name)) == 0)
                        return true;
        return false;
}

const char **import_argument_names(Arena *a, ForeignArgument *const *arguments, size_t n) {
        const char **names = arena_alloc(a, (n + 1) * sizeof(names[0]));

        for (size_t i = 0; i < n; i++) {
                const char *name = arguments[i]->name;

                name = name ? argument_name(a, name) : arena_printf(a, "arg%zu", i + 1);
                names[i] = name;
                for (unsigned k = 2; is_used(a, names, i, names[i]); k++)
                        names[i] = arena_printf(a, "%s%u", name, k);
        }
        return names;
}
