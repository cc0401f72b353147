/* SPDX-License-Identifier: MIT */
/* Every name that generated files have is made here. */
#include "naming.h"

#include <stdlib.h>
#include <string.h>

#include "wire-type.h"

static bool is_upper(char c) {
        return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
        return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* A word begins at a capital after a small letter or digit, and at the last capital of several
 * before a small letter. */
static bool begins_word(const char *name, const char *p) {
        if (p == name || !is_upper(*p))
                return false;
        return is_lower(p[-1]) || is_digit(p[-1]) || (is_upper(p[-1]) && is_lower(p[1]));
}

const char *naming_snake(Arena *a, const char *name) {
        char *text = arena_alloc(a, 2 * strlen(name) + 1);
        char *out = text;

        for (const char *p = name; *p != '\0'; p++) {
                if (begins_word(name, p))
                        *out++ = '_';
                *out++ = is_upper(*p) ? (char)(*p - 'A' + 'a') : *p;
        }
        return text;
}

const char *naming_upper(Arena *a, const char *name) {
        char *text = arena_strndup(a, name, strlen(name));

        for (char *p = text; *p != '\0'; p++)
                if (is_lower(*p))
                        *p = (char)(*p - 'a' + 'A');
        return text;
}

static const char *upper_camel(Arena *a, const char *name) {
        char *text = arena_strndup(a, name, strlen(name));

        if (is_lower(text[0]))
                text[0] = (char)(text[0] - 'a' + 'A');
        return text;
}

static int compare_words(const void *a, const void *b) {
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of C and C++, and the small-letter macros of the headers that come along, also those of Qt. Sorted. */
static const char *const language_words[] = {
        "alignas",      "alignof",   "and",       "and_eq",   "asm",
        "assert",       "auto",      "bitand",    "bitor",    "bool",
        "break",        "case",      "catch",     "char",     "char16_t",
        "char32_t",     "char8_t",   "class",     "co_await", "co_return",
        "co_yield",     "compl",     "concept",   "const",    "const_cast",
        "consteval",    "constexpr", "constinit", "continue", "decltype",
        "default",      "delete",    "do",        "double",   "dynamic_cast",
        "else",         "emit",      "enum",      "errno",    "explicit",
        "export",       "extern",    "false",     "float",    "for",
        "foreach",      "forever",   "friend",    "goto",     "if",
        "inline",       "int",       "linux",     "long",     "mutable",
        "namespace",    "new",       "noexcept",  "not",      "not_eq",
        "nullptr",      "offsetof",  "operator",  "or",       "or_eq",
        "private",      "protected", "public",    "register", "reinterpret_cast",
        "requires",     "restrict",  "return",    "short",    "signals",
        "signed",       "sizeof",    "slots",     "static",   "static_assert",
        "static_cast",  "struct",    "switch",    "template", "this",
        "thread_local", "throw",     "true",      "try",      "typedef",
        "typeid",       "typename",  "typeof",    "union",    "unix",
        "unsigned",     "using",     "virtual",   "void",     "volatile",
        "wchar_t",      "while",     "xor",       "xor_eq",
};

bool naming_is_language_word(const char *name) {
        return bsearch(&name, language_words, sizeof(language_words) / sizeof(language_words[0]),
                       sizeof(language_words[0]), compare_words);
}

/* What generated functions call their own parameters. */
static bool is_parameter_word(const char *name) {
        static const char *const words[] = {
                "arguments", "backend", "base",     "done", "empty",
                "feature",   "reply",   "ret_call", "self", "userdata"
        };

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(name, words[i]) == 0)
                        return true;
        return false;
}

static void assign_local(Arena *a, Symbol *s) {
        const char *name = s->c_name ? s->c_name : naming_snake(a, s->name);

        s->local = name;
        s->bare = naming_is_language_word(name) ? arena_printf(a, "%s_", name) : name;
        s->upper = naming_upper(a, name);
}

/* The prefix of the module is not repeated. */
static void assign_global(const Module *m, Symbol *s) {
        size_t size = strlen(m->symbol.local);

        assign_local(m->arena, s);
        if (strncmp(s->local, m->symbol.local, size) == 0 &&
            (s->local[size] == '\0' || s->local[size] == '_'))
                s->c = s->local;
        else
                s->c = arena_printf(m->arena, "%s_%s", m->symbol.local, s->local);
        s->upper = naming_upper(m->arena, s->c);
}

/* The backend interface begins and ends with functions of its own. */
static bool is_operation_word(const char *name) {
        return strcmp(name, "size") == 0 || strcmp(name, "start") == 0 || strcmp(name, "stop") == 0;
}

static void assign_parameters(Arena *a, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++) {
                Symbol *s = &parameters[i]->symbol;

                assign_local(a, s);
                if (is_parameter_word(s->bare))
                        s->bare = arena_printf(a, "%s_", s->bare);
        }
}

static const char *accessor(Arena *a, const Interface *i, const char *verb, const char *own,
                            const char *local) {
        if (own)
                return arena_printf(a, "%s_%s", i->symbol.c, naming_snake(a, own));
        return arena_printf(a, "%s_%s_%s", i->symbol.c, verb, local);
}

static const char *member_on_dbus(Arena *a, const Symbol *s) {
        return s->dbus_name ? s->dbus_name : upper_camel(a, s->name);
}

/* A foreign service has, as a rule, one object with all interfaces. */
static const char *interface_path(const Module *m, const Interface *i) {
        if (i->dbus_path)
                return i->dbus_path;
        if (m->foreign)
                return m->path;
        return arena_printf(m->arena, "%s%s%s", m->path, m->path[1] != '\0' ? "/" : "",
                            i->symbol.name);
}

static bool has_error(const Module *m, const char *name) {
        for (size_t i = 0; i < m->n_errors; i++)
                if (strcmp(m->errors[i].name, name) == 0)
                        return true;
        return false;
}

static void assign_errors(Module *m, Operation *o) {
        o->error_names = arena_alloc(m->arena, (o->n_errors + 1) * sizeof(o->error_names[0]));
        for (size_t i = 0; i < o->n_errors; i++) {
                const char *upper = naming_upper(m->arena, naming_snake(m->arena, o->errors[i]));
                OwnError error = { .operation = o };

                o->error_names[i] = arena_printf(m->arena, "%s.Error.%s", m->bus_name,
                                                 o->errors[i]);
                if (has_error(m, o->error_names[i]))
                        continue;
                error.name = o->error_names[i];
                error.enumerator = arena_printf(m->arena, "%s_ERROR_%s", m->symbol.upper, upper);
                error.macro = arena_printf(m->arena, "%s_ERROR_NAME_%s", m->symbol.upper, upper);
                ARENA_APPEND(m->arena, m->errors, m->n_errors, error);
        }
}

static void assign_interface(Module *m, Interface *i) {
        Arena *a = m->arena;

        assign_global(m, &i->symbol);
        i->qualified_name = arena_printf(a, "%s.%s", m->symbol.name, i->symbol.name);
        if (!i->id)
                i->id = i->qualified_name;
        i->symbol.dbus = i->symbol.dbus_name
                                 ? i->symbol.dbus_name
                                 : arena_printf(a, "%s.%s", m->bus_name, i->symbol.name);
        i->path = interface_path(m, i);
        if (!i->configuration)
                i->configuration = m->configuration;
        for (size_t k = 0; k < i->n_properties; k++) {
                Property *p = i->properties[k];

                assign_local(a, &p->symbol);
                p->symbol.dbus = member_on_dbus(a, &p->symbol);
                p->getter = accessor(a, i, "get", p->getter_name, p->symbol.local);
                /* "on_changed" is what follows a batch of changes. */
                p->changed = arena_printf(
                        a, strcmp(p->symbol.local, "on") == 0 ? "%s_value_changed" : "%s_changed",
                        p->symbol.local);
                p->setter = accessor(a, i, "set", p->setter_name, p->symbol.local);
                if (p->type->kind != TYPE_MODEL)
                        ARENA_APPEND(a, i->values, i->n_values, p);
        }
        for (size_t k = 0; k < i->n_operations; k++) {
                Operation *o = i->operations[k];

                assign_local(a, &o->symbol);
                if (is_operation_word(o->symbol.bare))
                        o->symbol.bare = arena_printf(a, "%s_", o->symbol.bare);
                o->symbol.c = arena_printf(a, "%s_%s", i->symbol.c, o->symbol.local);
                o->symbol.dbus = member_on_dbus(a, &o->symbol);
                assign_errors(m, o);
                assign_parameters(a, o->parameters, o->n_parameters);
        }
        for (size_t k = 0; k < i->n_signals; k++) {
                Signal *s = i->signals[k];

                assign_local(a, &s->symbol);
                s->symbol.c = arena_printf(a, "%s_%s", i->symbol.c, s->symbol.local);
                s->symbol.dbus = member_on_dbus(a, &s->symbol);
                assign_parameters(a, s->parameters, s->n_parameters);
        }
}

static void assign_enum(const Module *m, Enum *e) {
        assign_global(m, &e->symbol);
        for (size_t i = 0; i < e->n_members; i++) {
                Symbol *s = &e->members[i]->symbol;

                assign_local(m->arena, s);
                s->c = arena_printf(m->arena, "%s_%s", e->symbol.upper, s->upper);
        }
        if (e->is_flag) {
                Symbol type = { .name = e->type_name
                                                ? e->type_name
                                                : arena_printf(m->arena, "%ss", e->symbol.name) };

                assign_global(m, &type);
                e->c_type = type.c;
        }
}

/* "Vehicle.Climate" → "climate", "Vehicle.EchoModule" → "echo". */
static void assign_module(Module *m) {
        static const char suffix[] = "Module";
        const char *dot = strrchr(m->symbol.name, '.');
        const char *last = dot ? dot + 1 : m->symbol.name;
        size_t size = strlen(last);
        Arena *a = m->arena;
        char *directory, *path;

        if (size > strlen(suffix) && strcmp(last + size - strlen(suffix), suffix) == 0)
                size -= strlen(suffix);
        m->symbol.local = m->symbol.c_name ? m->symbol.c_name
                                           : naming_snake(a, arena_strndup(a, last, size));
        m->symbol.c = m->symbol.local;
        m->symbol.upper = naming_upper(a, m->symbol.local);
        m->stem = m->source->stem;
        /* A bus name has a dot: one word gets a prefix. */
        m->bus_name = m->symbol.dbus_name ? m->symbol.dbus_name
                                          : arena_printf(a, "%s%s%u", dot ? "" : "fascia.",
                                                         m->symbol.name, m->major);
        path = arena_printf(a, "/%s", m->bus_name);
        for (char *p = path; *p != '\0'; p++)
                if (*p == '.')
                        *p = '/';
                else if (*p == '-')
                        *p = '_';
        m->path = m->dbus_path ? m->dbus_path : path;
        directory = arena_printf(a, "%s-%u", naming_snake(a, m->symbol.name), m->major);
        for (char *p = directory; *p != '\0'; p++)
                if (*p == '.' || *p == '_')
                        *p = '-';
        m->include_dir = directory;
}

void naming_assign(Module *m) {
        assign_module(m);
        for (size_t i = 0; i < m->n_enums; i++)
                assign_enum(m, m->enums[i]);
        for (size_t i = 0; i < m->n_structs; i++) {
                Struct *s = m->structs[i];

                assign_global(m, &s->symbol);
                for (size_t k = 0; k < s->n_fields; k++)
                        assign_local(m->arena, &s->fields[k]->symbol);
        }
        for (size_t i = 0; i < m->n_interfaces; i++)
                assign_interface(m, m->interfaces[i]);
}

/* ---- types ---- */

/* Of what <fascia/types.h> has lists and maps: "int32"; NULL: of this type it has none. */
static const char *basic_key(const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "bool";
        case TYPE_INT:
                return wire_type_key(t->code);
        case TYPE_ENUM:
                return "int32";
        case TYPE_REAL:
                return "double";
        case TYPE_STRING:
        case TYPE_INTERFACE:
        case TYPE_MODEL:
                return "string";
        case TYPE_FLAG:
                return t->enumeration->is_wide ? "uint64" : "uint32";
        case TYPE_VAR:
                return "variant";
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_STRUCT:
        case TYPE_LIST:
        case TYPE_MAP:
        case TYPE_INVALID:
                break;
        }
        return NULL;
}

static const char *container_suffix(const Type *t) {
        return t->kind == TYPE_MAP ? "map" : "list";
}

/* Names of another module may be those of its own, later: what this one makes of them is its. */
static const char *foreign_prefix(const Module *m, const Module *owner) {
        return owner == m ? "" : arena_printf(m->arena, "%s_", m->symbol.local);
}

/* Of a container in containers: "int_list". */
static const char *container_key(const Module *m, const Type *t) {
        if (t->kind == TYPE_LIST || t->kind == TYPE_MAP)
                return arena_printf(m->arena, "%s_%s", container_key(m, t->element),
                                    container_suffix(t));
        if (t->kind == TYPE_INT && !t->code)
                return "int";
        if ((t->kind == TYPE_ENUM || t->kind == TYPE_FLAG) && t->enumeration->module != m)
                return t->enumeration->symbol.c;
        return naming_type_key(m, t);
}

const char *naming_container_type(const Module *m, const Type *t) {
        const char *inner;

        if ((t->kind != TYPE_LIST && t->kind != TYPE_MAP) || basic_key(t->element))
                return NULL;
        if (t->element->kind == TYPE_STRUCT)
                return arena_printf(m->arena, "%s%s_%s",
                                    foreign_prefix(m, t->element->structure->module),
                                    t->element->structure->symbol.c, container_suffix(t));
        inner = naming_container_type(m, t->element);
        if (inner)
                return arena_printf(m->arena, "%s_%s", inner, container_suffix(t));
        return arena_printf(m->arena, "%s_%s", m->symbol.local, container_key(m, t));
}

const char *naming_type_key(const Module *m, const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "bool";
        case TYPE_INT:
                return wire_type_key(t->code);
        case TYPE_REAL:
                return "real";
        case TYPE_STRING:
                return t->code == 'o' ? "object" : "string";
        case TYPE_VAR:
                return "variant";
        case TYPE_INTERFACE:
                return "object";
        case TYPE_ENUM:
        case TYPE_FLAG:
                return t->enumeration->symbol.local;
        case TYPE_STRUCT:
                return t->structure->symbol.local;
        case TYPE_LIST:
        case TYPE_MAP:
        case TYPE_MODEL:
                return arena_printf(m->arena, "%s_%s", naming_type_key(m, t->element),
                                    t->kind == TYPE_MODEL ? "model" : container_suffix(t));
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INVALID:
                break;
        }
        return "nothing";
}

const char *naming_c_type(const Module *m, const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "bool";
        case TYPE_INT:
                return wire_type_c_type(t->code);
        case TYPE_ENUM:
                return "int32_t";
        case TYPE_REAL:
                return "double";
        case TYPE_STRING:
        case TYPE_INTERFACE:
        case TYPE_MODEL:
                return "const char *";
        case TYPE_VAR:
                return "struct fascia_variant";
        case TYPE_FLAG:
                return t->enumeration->c_type;
        case TYPE_STRUCT:
                return arena_printf(m->arena, "struct %s", t->structure->symbol.c);
        case TYPE_LIST:
        case TYPE_MAP:
                if (naming_container_type(m, t))
                        return arena_printf(m->arena, "struct %s", naming_container_type(m, t));
                return arena_printf(m->arena, "struct fascia_%s_%s", basic_key(t->element),
                                    container_suffix(t));
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INVALID:
                break;
        }
        return "void";
}

const char *naming_api_type(const Module *m, const Type *t) {
        if (t->kind == TYPE_ENUM)
                return arena_printf(m->arena, "enum %s", t->enumeration->symbol.c);
        return naming_c_type(m, t);
}

/* ---- clashes ---- */

typedef struct Claim {
        const char *scope;
        const char *name;
        Symbol *symbol; /* NULL: the framework's own */
} Claim;

typedef struct Claims {
        Module *module;
        Claim *items;
        size_t n_items;
} Claims;

/* Where names must differ: all of C, tags of C, static names in one file; the rest is made of an
 * owner's name. */
#define SCOPE_C "in C"
#define SCOPE_TAG "as a type in C"
#define SCOPE_STATIC "inside a file in C"
#define SCOPE_TYPE "as a type"
#define SCOPE_DBUS "on D-Bus"

static void claim(Claims *c, const char *scope, const char *name, Symbol *symbol) {
        Claim item = { scope, name, symbol };

        ARENA_APPEND(c->module->arena, c->items, c->n_items, item);
}

#define CLAIM(c, scope, symbol, ...) \
        claim(c, scope, arena_printf((c)->module->arena, __VA_ARGS__), symbol)

static void claim_members(Claims *c, const char *owner, Symbol *s, const char *name) {
        claim(c, arena_printf(c->module->arena, "in '%s'", owner), name, s);
}

/* Structs of containers are named after what is in them, whoever uses them; those of own structs
 * are claimed with the struct. */
static void claim_container(Claims *c, const Type *t) {
        const char *name;

        if (t->kind != TYPE_LIST && t->kind != TYPE_MAP)
                return;
        claim_container(c, t->element);
        name = naming_container_type(c->module, t);
        if (!name ||
            (t->element->kind == TYPE_STRUCT && t->element->structure->module == c->module))
                return;
        claim(c, SCOPE_TAG, name, NULL);
        if (t->kind == TYPE_MAP)
                CLAIM(c, SCOPE_TAG, NULL, "%s_entry", name);
        CLAIM(c, SCOPE_C, NULL, "%s_copy", name);
        CLAIM(c, SCOPE_C, NULL, "%s_free", name);
}

static void claim_functions(Claims *c, const char *prefix, Symbol *s, const char *const *suffixes,
                            size_t n) {
        for (size_t i = 0; i < n; i++)
                CLAIM(c, SCOPE_C, s, "%s_%s", prefix, suffixes[i]);
}

static void claim_property(Claims *c, const Interface *i, Property *p) {
        Symbol *s = &p->symbol;
        const char *name = i->symbol.c;

        CLAIM(c, SCOPE_C, s, "%s_PROPERTY_%s", i->symbol.upper, s->upper);
        claim(c, arena_printf(c->module->arena, "as a property of '%s' on D-Bus", i->symbol.name),
              s->dbus, s);
        if (p->type->kind == TYPE_MODEL)
                return;
        claim_container(c, p->type);
        CLAIM(c, SCOPE_STATIC, s, "%s_%s", i->symbol.local, s->local);
        claim(c, SCOPE_C, p->getter, s);
        CLAIM(c, SCOPE_C, s, "%s_has_%s", name, s->local);
        CLAIM(c, SCOPE_C, s, "%s_backend_report_%s", name, s->local);
        CLAIM(c, SCOPE_C, s, "%s_backend_withdraw_%s", name, s->local);
        claim_members(c, arena_printf(c->module->arena, "%s_listener", name), s, p->changed);
        if (!p->readonly) {
                claim(c, SCOPE_C, p->setter, s);
                CLAIM(c, SCOPE_C, s, "%s_backend_reply_set_%s", name, s->local);
                CLAIM(c, SCOPE_TAG, s, "%s_set_%s_reply", name, s->local);
                claim_members(c, arena_printf(c->module->arena, "%s_backend_ops", name), s,
                              arena_printf(c->module->arena, "set_%s", s->local));
        }
}

static void claim_parameters(Claims *c, const char *owner, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++) {
                claim_members(c, owner, &parameters[i]->symbol, parameters[i]->symbol.bare);
                claim_container(c, parameters[i]->type);
        }
}

static void claim_operation(Claims *c, const Interface *i, Operation *o) {
        Symbol *s = &o->symbol;
        const char *name = i->symbol.c;

        claim_container(c, o->result);
        CLAIM(c, SCOPE_STATIC, s, "%s_%s_input", i->symbol.local, s->local);
        CLAIM(c, SCOPE_STATIC, s, "%s_%s_output", i->symbol.local, s->local);
        claim(c, SCOPE_C, s->c, s);
        CLAIM(c, SCOPE_C, s, "%s_fn", s->c);
        CLAIM(c, SCOPE_C, s, "%s_backend_reply_%s", name, s->local);
        CLAIM(c, SCOPE_C, s, "%s_METHOD_%s", i->symbol.upper, s->upper);
        CLAIM(c, SCOPE_TAG, s, "%s_reply", s->c);
        CLAIM(c, SCOPE_TAG, s, "%s_arguments", s->c);
        claim_members(c, arena_printf(c->module->arena, "%s_backend_ops", name), s, s->bare);
        claim(c, arena_printf(c->module->arena, "as a method of '%s' on D-Bus", i->symbol.name),
              s->dbus, s);
        claim_parameters(c, arena_printf(c->module->arena, "%s()", s->c), o->parameters,
                         o->n_parameters);
}

static void claim_signal(Claims *c, const Interface *i, Signal *signal) {
        Symbol *s = &signal->symbol;
        const char *name = i->symbol.c;

        CLAIM(c, SCOPE_STATIC, s, "%s_%s_input", i->symbol.local, s->local);
        CLAIM(c, SCOPE_C, s, "%s_backend_emit_%s", name, s->local);
        CLAIM(c, SCOPE_C, s, "%s_SIGNAL_%s", i->symbol.upper, s->upper);
        CLAIM(c, SCOPE_TAG, s, "%s_arguments", s->c);
        claim_members(c, arena_printf(c->module->arena, "%s_listener", name), s, s->bare);
        claim(c, arena_printf(c->module->arena, "as a signal of '%s' on D-Bus", i->symbol.name),
              s->dbus, s);
        claim_parameters(c, arena_printf(c->module->arena, "%s_arguments", s->c),
                         signal->parameters, signal->n_parameters);
}

static void claim_interface(Claims *c, Interface *i) {
        static const char *const functions[] = {
                "new",
                "new_at",
                "free",
                "feature",
                "get_zone",
                "next_zone",
                "new_zone",
                "add_listener",
                "remove_listener",
                "interface",
                "done_fn",
                "notify",
                "notify_property",
                "notify_signal",
                "complete_set",
                "backend_base",
                "backend_ready",
                "backend_fail",
                "backend_adapter",
                "backend_add_zone",
                "backend_remove_zone",
                "backend_get_zone",
                "backend_start",
                "backend_stop",
                "backend_set",
                "backend_call",
        };
        static const char *const tags[] = { "listener", "backend", "backend_ops" };
        static const char *const events[] = { "on_state", "on_zone_added", "on_zone_removed",
                                              "on_changed" };
        static const char *const ops[] = { "size", "start", "stop" };
        Arena *a = c->module->arena;
        Symbol *s = &i->symbol;

        claim(c, SCOPE_TAG, s->c, s);
        claim_functions(c, s->c, s, functions, sizeof(functions) / sizeof(functions[0]));
        CLAIM(c, SCOPE_C, s, "%s_FEATURE", s->upper);
        for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
                CLAIM(c, SCOPE_TAG, s, "%s_%s", s->c, tags[k]);
        for (size_t k = 0; k < sizeof(events) / sizeof(events[0]); k++)
                claim_members(c, arena_printf(a, "%s_listener", s->c), NULL, events[k]);
        for (size_t k = 0; k < sizeof(ops) / sizeof(ops[0]); k++)
                claim_members(c, arena_printf(a, "%s_backend_ops", s->c), NULL, ops[k]);
        claim(c, arena_printf(a, "as a property of '%s' on D-Bus", s->name), "FasciaSerial", NULL);
        for (size_t k = 0; k < i->n_properties; k++)
                claim_property(c, i, i->properties[k]);
        for (size_t k = 0; k < i->n_operations; k++)
                claim_operation(c, i, i->operations[k]);
        for (size_t k = 0; k < i->n_signals; k++)
                claim_signal(c, i, i->signals[k]);
}

static void claim_struct(Claims *c, Struct *s) {
        static const char *const functions[] = {
                "copy",     "free",     "type",      "members",  "list_copy",      "list_free",
                "map_copy", "map_free", "list_type", "map_type", "map_entry_type",
        };

        claim(c, SCOPE_TYPE, s->symbol.name, &s->symbol);
        claim(c, SCOPE_TAG, s->symbol.c, &s->symbol);
        CLAIM(c, SCOPE_TAG, &s->symbol, "%s_list", s->symbol.c);
        CLAIM(c, SCOPE_TAG, &s->symbol, "%s_map", s->symbol.c);
        CLAIM(c, SCOPE_TAG, &s->symbol, "%s_map_entry", s->symbol.c);
        claim_functions(c, s->symbol.c, &s->symbol, functions,
                        sizeof(functions) / sizeof(functions[0]));
        CLAIM(c, SCOPE_C, &s->symbol, "%s_INIT", s->symbol.upper);
        for (size_t i = 0; i < s->n_fields; i++) {
                claim_members(c, s->symbol.name, &s->fields[i]->symbol, s->fields[i]->symbol.bare);
                claim_container(c, s->fields[i]->type);
        }
}

static void claim_enum(Claims *c, Enum *e) {
        claim(c, SCOPE_TYPE, e->symbol.name, &e->symbol);
        if (e->is_flag)
                claim(c, SCOPE_C, e->c_type, &e->symbol);
        else
                claim(c, SCOPE_TAG, e->symbol.c, &e->symbol);
        CLAIM(c, SCOPE_C, &e->symbol, "%s_to_string", e->symbol.c);
        CLAIM(c, SCOPE_C, &e->symbol, "%s_type", e->symbol.c);
        CLAIM(c, SCOPE_C, &e->symbol, "%s_list_type", e->symbol.c);
        CLAIM(c, SCOPE_C, &e->symbol, "%s_map_type", e->symbol.c);
        CLAIM(c, SCOPE_C, &e->symbol, "%s_enumerators", e->symbol.c);
        for (size_t i = 0; i < e->n_members; i++)
                claim(c, SCOPE_C, e->members[i]->symbol.c, &e->members[i]->symbol);
}

static void claim_own(Claims *c) {
        CLAIM(c, SCOPE_C, NULL, "%s_module", c->module->symbol.local);
        CLAIM(c, SCOPE_C, NULL, "%s_interfaces", c->module->symbol.local);
}

static void claim_errors(Claims *c, const Module *m) {
        static const char *const functions[] = { "error_of", "error_get_name", "reply_error" };

        if (m->n_errors == 0)
                return;
        claim_functions(c, m->symbol.c, NULL, functions, sizeof(functions) / sizeof(functions[0]));
        CLAIM(c, SCOPE_TAG, NULL, "%s_error", m->symbol.c);
        CLAIM(c, SCOPE_C, NULL, "%s_ERROR_OTHER", m->symbol.upper);
        for (size_t i = 0; i < m->n_errors; i++) {
                Symbol *s = &m->errors[i].operation->symbol;

                claim(c, SCOPE_C, m->errors[i].enumerator, s);
                claim(c, SCOPE_C, m->errors[i].macro, s);
        }
}

static void claim_module(Claims *c, Module *m) {
        c->module = m;
        claim_own(c);
        claim_errors(c, m);
        for (size_t i = 0; i < m->n_enums; i++)
                claim_enum(c, m->enums[i]);
        for (size_t i = 0; i < m->n_structs; i++)
                claim_struct(c, m->structs[i]);
        for (size_t i = 0; i < m->n_interfaces; i++) {
                claim(c, SCOPE_TYPE, m->interfaces[i]->symbol.name, &m->interfaces[i]->symbol);
                claim_interface(c, m->interfaces[i]);
        }
}

static int compare_claims(const void *a, const void *b) {
        const Claim *x = a, *y = b;
        int r = strcmp(x->scope, y->scope);

        if (r == 0)
                r = strcmp(x->name, y->name);
        if (r != 0)
                return r;
        if (!x->symbol || !y->symbol)
                return (x->symbol != NULL) - (y->symbol != NULL);
        return (x->symbol->span.offset > y->symbol->span.offset) -
               (x->symbol->span.offset < y->symbol->span.offset);
}

static void report_clash(Diagnostics *d, const Claim *first, const Claim *second) {
        Symbol *s = second->symbol;

        if (!s || s == first->symbol || s->clashes)
                return;
        s->clashes = true;
        if (first->symbol && strcmp(first->symbol->name, s->name) == 0) {
                diagnostics_error(d, s->span, "'%s' is there twice", s->name);
                return;
        }
        if (!first->symbol)
                diagnostics_error(d, s->span, "'%s' would be '%s' %s, which Fascia uses itself",
                                  s->name, second->name, second->scope);
        else
                diagnostics_error(d, s->span, "'%s' and '%s' would both be '%s' %s", s->name,
                                  first->symbol->name, second->name, second->scope);
        if (!strstr(second->scope, SCOPE_DBUS))
                diagnostics_note(d, "'@config: { c_name: … }' gives it another name in C");
}

static void sort_claims(Claims *c) {
        if (c->n_items > 1)
                qsort(c->items, c->n_items, sizeof(c->items[0]), compare_claims);
}

static bool claims_equal(const Claim *a, const Claim *b) {
        return strcmp(a->scope, b->scope) == 0 && strcmp(a->name, b->name) == 0;
}

/* ---- clashes with other modules ---- */

static bool is_global(const Claim *c) {
        return strcmp(c->scope, SCOPE_C) == 0 || strcmp(c->scope, SCOPE_TAG) == 0;
}

static const Claim *find_claim(const Claims *c, const Claim *wanted) {
        size_t low = 0, high = c->n_items;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int r = strcmp(c->items[middle].scope, wanted->scope);

                if (r == 0)
                        r = strcmp(c->items[middle].name, wanted->name);
                if (r == 0)
                        return &c->items[middle];
                if (r < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

/* The code of both ends up in one program. One clash is said: the prefixes are at fault. */
static void check_against(const Claims *own, const Module *m, const Import *import,
                          Diagnostics *d) {
        Claims others = { 0 };

        claim_module(&others, import->module);
        for (size_t i = 0; i < others.n_items; i++) {
                const Claim *theirs = &others.items[i];
                const Claim *ours = is_global(theirs) ? find_claim(own, theirs) : NULL;

                if (!ours)
                        continue;
                diagnostics_error(d, import->span, "'%s' and '%s' would both have '%s' %s",
                                  m->symbol.name, import->name, ours->name, ours->scope);
                diagnostics_note(d, "'@config: { c_name: … }' of one of the modules gives it "
                                    "another prefix in C");
                return;
        }
}

void naming_check(Module *m, Diagnostics *d) {
        Claims c = { 0 };

        claim_module(&c, m);
        sort_claims(&c);
        for (size_t i = 1; i < c.n_items; i++)
                if (claims_equal(&c.items[i - 1], &c.items[i]))
                        report_clash(d, &c.items[i - 1], &c.items[i]);
        for (size_t i = 0; i < m->n_imports; i++)
                if (m->imports[i].module)
                        check_against(&c, m, &m->imports[i], d);
}
