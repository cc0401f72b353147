/* SPDX-License-Identifier: MIT */
/* Reads an interface file, the whole grammar of qface, into a model. */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

#include "lexer.h"

/* Far beyond what D-Bus can carry; keeps the recursion of a hostile file in bounds. */
#define TYPE_DEPTH_MAX 64

typedef struct Parser {
        Arena *arena;
        Diagnostics *diagnostics;
        Lexer lexer;
        Token token; /* the one that is looked at */
        bool failed;
        Module *module;
        unsigned type_depth;
} Parser;

/* What may stand before a symbol. */
typedef struct Prefix {
        const char *doc;
        TagLine *tags;
        size_t n_tags;
} Prefix;

static void advance(Parser *p) {
        if (p->failed)
                return;
        p->token = lexer_next(&p->lexer);
        p->failed = p->token.kind == TOKEN_INVALID;
}

static const char *describe(const Parser *p) {
        const Token *t = &p->token;

        switch (t->kind) {
        case TOKEN_END:
                return "the end of the file";
        case TOKEN_DOC:
                return "a doc comment";
        case TOKEN_TAG:
                return "an annotation";
        case TOKEN_STRING:
                return "a text";
        case TOKEN_NAME:
        case TOKEN_NUMBER:
        case TOKEN_SYMBOL:
        case TOKEN_INVALID:
                break;
        }
        return arena_printf(p->arena, "'%s'", t->text);
}

static void fail_expected(Parser *p, const char *what) {
        if (p->failed)
                return;
        p->failed = true;
        diagnostics_error(p->diagnostics, p->token.span, "expected %s, not %s", what, describe(p));
}

static bool at_symbol(const Parser *p, char c) {
        return !p->failed && p->token.kind == TOKEN_SYMBOL && p->token.text[0] == c;
}

static bool at_word(const Parser *p, const char *word) {
        return !p->failed && p->token.kind == TOKEN_NAME && strcmp(p->token.text, word) == 0;
}

static bool accept_symbol(Parser *p, char c) {
        if (!at_symbol(p, c))
                return false;
        advance(p);
        return true;
}

static bool accept_word(Parser *p, const char *word) {
        if (!at_word(p, word))
                return false;
        advance(p);
        return true;
}

static void expect_symbol(Parser *p, char c) {
        if (!accept_symbol(p, c))
                fail_expected(p, arena_printf(p->arena, "'%c'", c));
}

/* Also refuses dots where only a module may have them. */
static void expect_name(Parser *p, const char *what, bool dots, Symbol *symbol) {
        symbol->name = "";
        if (p->failed)
                return;
        symbol->span = p->token.span;
        if (p->token.kind != TOKEN_NAME) {
                fail_expected(p, what);
                return;
        }
        if (lexer_is_keyword(p->token.text)) {
                diagnostics_error(p->diagnostics, p->token.span,
                                  "'%s' is a keyword and cannot be a name", p->token.text);
                p->failed = true;
                return;
        }
        if (!dots && strchr(p->token.text, '.')) {
                diagnostics_error(p->diagnostics, p->token.span, "'%s' may not have dots",
                                  p->token.text);
                p->failed = true;
                return;
        }
        symbol->name = p->token.text;
        advance(p);
}

static Prefix read_prefix(Parser *p) {
        Prefix prefix = { 0 };

        while (!p->failed && (p->token.kind == TOKEN_DOC || p->token.kind == TOKEN_TAG)) {
                if (p->token.kind == TOKEN_DOC) {
                        prefix.doc = p->token.text;
                } else {
                        TagLine line = { .span = p->token.span, .text = p->token.text };

                        line.span.offset++;
                        line.span.length--;
                        ARENA_APPEND(p->arena, prefix.tags, prefix.n_tags, line);
                }
                advance(p);
        }
        return prefix;
}

static void apply_prefix(Symbol *symbol, const Prefix *prefix) {
        symbol->doc = prefix->doc;
        symbol->tags = prefix->tags;
        symbol->n_tags = prefix->n_tags;
}

/* A doc comment before a closing bracket says nothing about anything; an annotation there is a
 * mistake. */
static void refuse_tags(Parser *p, const Prefix *prefix) {
        if (p->failed || prefix->n_tags == 0)
                return;
        p->failed = true;
        diagnostics_error(p->diagnostics, prefix->tags[0].span,
                          "this annotation belongs to nothing");
}

static const struct {
        const char *name;
        TypeKind kind;
        bool has_element;
} builtin_types[] = {
        { "void", TYPE_VOID, false },     { "bool", TYPE_BOOL, false },
        { "int", TYPE_INT, false },       { "real", TYPE_REAL, false },
        { "var", TYPE_VAR, false },       { "list", TYPE_LIST, true },
        { "string", TYPE_STRING, false }, { "map", TYPE_MAP, true },
        { "model", TYPE_MODEL, true },
};

static Type *read_type(Parser *p);

static void read_element(Parser *p, Type *t) {
        expect_symbol(p, '<');
        if (++p->type_depth > TYPE_DEPTH_MAX && !p->failed) {
                diagnostics_error(p->diagnostics, t->span, "this type is nested too deeply");
                p->failed = true;
        }
        t->element = read_type(p);
        p->type_depth--;
        if (t->element->kind == TYPE_VOID && !p->failed) {
                diagnostics_error(p->diagnostics, t->element->span, "'void' is not a value");
                p->failed = true;
        }
        t->span.length = p->token.span.offset + p->token.span.length - t->span.offset;
        expect_symbol(p, '>');
}

static Type *read_type(Parser *p) {
        Type *t = arena_alloc(p->arena, sizeof(*t));

        t->kind = TYPE_INVALID;
        if (p->failed)
                return t;
        if (p->token.kind != TOKEN_NAME) {
                fail_expected(p, "a type");
                return t;
        }
        t->span = p->token.span;
        t->name = p->token.text;
        for (size_t i = 0; i < sizeof(builtin_types) / sizeof(builtin_types[0]); i++)
                if (strcmp(t->name, builtin_types[i].name) == 0) {
                        t->kind = builtin_types[i].kind;
                        advance(p);
                        if (builtin_types[i].has_element)
                                read_element(p, t);
                        return t;
                }
        if (lexer_is_keyword(t->name)) {
                fail_expected(p, "a type");
                return t;
        }
        t->kind = TYPE_NAMED;
        advance(p);
        return t;
}

static Type *read_value_type(Parser *p) {
        Type *t = read_type(p);

        if (t->kind == TYPE_VOID && !p->failed) {
                diagnostics_error(p->diagnostics, t->span, "'void' is not a value");
                p->failed = true;
        }
        return t;
}

static Literal *read_literal(Parser *p) {
        Literal *l = arena_alloc(p->arena, sizeof(*l));

        if (p->failed)
                return l;
        l->span = p->token.span;
        l->text = p->token.text;
        l->quoted = p->token.kind == TOKEN_STRING;
        if (!l->quoted && p->token.kind != TOKEN_NUMBER && p->token.kind != TOKEN_NAME) {
                fail_expected(p, "a value");
                return l;
        }
        advance(p);
        return l;
}

static void read_version(Parser *p, uint32_t *ret_major, uint32_t *ret_minor) {
        const char *text = p->token.text;
        unsigned long major, minor;
        char *end;

        if (p->failed)
                return;
        if (p->token.kind == TOKEN_NUMBER && text[0] >= '0' && text[0] <= '9') {
                major = strtoul(text, &end, 10);
                if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
                        minor = strtoul(end + 1, &end, 10);
                        if (*end == '\0' && major <= 65535 && minor <= 65535) {
                                *ret_major = (uint32_t)major;
                                *ret_minor = (uint32_t)minor;
                                advance(p);
                                return;
                        }
                }
        }
        fail_expected(p, "a version such as 1.0");
}

static Parameter **read_parameters(Parser *p, size_t *ret_n) {
        Parameter **parameters = NULL;
        size_t n = 0;

        expect_symbol(p, '(');
        while (!p->failed && !at_symbol(p, ')')) {
                Parameter *parameter = arena_alloc(p->arena, sizeof(*parameter));

                parameter->type = read_value_type(p);
                expect_name(p, "the name of a parameter", false, &parameter->symbol);
                accept_symbol(p, ',');
                ARENA_APPEND(p->arena, parameters, n, parameter);
        }
        expect_symbol(p, ')');
        *ret_n = n;
        return parameters;
}

static void read_signal(Parser *p, Interface *i, const Prefix *prefix) {
        Signal *s = arena_alloc(p->arena, sizeof(*s));

        s->origin = i;
        apply_prefix(&s->symbol, prefix);
        expect_name(p, "the name of a signal", false, &s->symbol);
        s->parameters = read_parameters(p, &s->n_parameters);
        ARENA_APPEND(p->arena, i->signals, i->n_signals, s);
}

static void read_operation(Parser *p, Interface *i, Operation *o) {
        o->parameters = read_parameters(p, &o->n_parameters);
        o->is_const = accept_word(p, "const");
        ARENA_APPEND(p->arena, i->operations, i->n_operations, o);
}

static void read_property(Parser *p, Interface *i, Property *property) {
        if (property->type->kind == TYPE_VOID && !p->failed) {
                diagnostics_error(p->diagnostics, property->type->span, "'void' is not a value");
                p->failed = true;
        }
        if (accept_symbol(p, '='))
                property->literal = read_literal(p);
        ARENA_APPEND(p->arena, i->properties, i->n_properties, property);
}

/* An operation or a property: which one is known behind the name. */
static void read_member(Parser *p, Interface *i, const Prefix *prefix) {
        bool readonly = accept_word(p, "readonly");
        bool constant = !readonly && accept_word(p, "const");
        Type *type = read_type(p);
        Symbol symbol = { 0 };

        apply_prefix(&symbol, prefix);
        expect_name(p, "a name", false, &symbol);
        if (at_symbol(p, '(') && !readonly && !constant) {
                Operation *o = arena_alloc(p->arena, sizeof(*o));

                o->origin = i;
                o->symbol = symbol;
                o->result = type;
                read_operation(p, i, o);
        } else {
                Property *property = arena_alloc(p->arena, sizeof(*property));

                property->origin = i;
                property->symbol = symbol;
                property->type = type;
                property->readonly = readonly || constant;
                property->constant = constant;
                read_property(p, i, property);
        }
}

static void read_interface(Parser *p, const Prefix *prefix) {
        Interface *i = arena_alloc(p->arena, sizeof(*i));

        i->module = p->module;
        apply_prefix(&i->symbol, prefix);
        expect_name(p, "the name of an interface", false, &i->symbol);
        if (accept_word(p, "extends")) {
                Symbol base = { 0 };

                expect_name(p, "the name of an interface", true, &base);
                i->base_name = base.name;
                i->base_span = base.span;
        }
        expect_symbol(p, '{');
        while (!p->failed) {
                Prefix of_member = read_prefix(p);

                if (accept_symbol(p, '}')) {
                        refuse_tags(p, &of_member);
                        break;
                }
                if (accept_word(p, "signal"))
                        read_signal(p, i, &of_member);
                else
                        read_member(p, i, &of_member);
                accept_symbol(p, ';');
        }
        ARENA_APPEND(p->arena, p->module->interfaces, p->module->n_interfaces, i);
}

static void read_struct(Parser *p, const Prefix *prefix) {
        Struct *s = arena_alloc(p->arena, sizeof(*s));

        s->module = p->module;
        apply_prefix(&s->symbol, prefix);
        expect_name(p, "the name of a struct", false, &s->symbol);
        expect_symbol(p, '{');
        while (!p->failed) {
                Prefix of_field = read_prefix(p);
                Field *f;

                if (accept_symbol(p, '}')) {
                        refuse_tags(p, &of_field);
                        break;
                }
                f = arena_alloc(p->arena, sizeof(*f));
                apply_prefix(&f->symbol, &of_field);
                f->type = read_value_type(p);
                expect_name(p, "the name of a field", false, &f->symbol);
                if (accept_symbol(p, '='))
                        f->literal = read_literal(p);
                accept_symbol(p, ';');
                ARENA_APPEND(p->arena, s->fields, s->n_fields, f);
        }
        ARENA_APPEND(p->arena, p->module->structs, p->module->n_structs, s);
}

static void read_enumerator_number(Parser *p, Enumerator *member) {
        if (p->token.kind != TOKEN_NUMBER) {
                fail_expected(p, "a whole number");
                return;
        }
        member->value_span = p->token.span;
        member->value_text = p->token.text;
        advance(p);
}

static void read_enum(Parser *p, const Prefix *prefix, bool is_flag) {
        Enum *e = arena_alloc(p->arena, sizeof(*e));

        e->module = p->module;
        e->is_flag = is_flag;
        apply_prefix(&e->symbol, prefix);
        expect_name(p, is_flag ? "the name of a flag" : "the name of an enum", false, &e->symbol);
        expect_symbol(p, '{');
        while (!p->failed) {
                Prefix of_member = read_prefix(p);
                Enumerator *member;

                if (accept_symbol(p, '}')) {
                        refuse_tags(p, &of_member);
                        break;
                }
                member = arena_alloc(p->arena, sizeof(*member));
                apply_prefix(&member->symbol, &of_member);
                expect_name(p, "the name of a member", false, &member->symbol);
                if (accept_symbol(p, '='))
                        read_enumerator_number(p, member);
                accept_symbol(p, ',');
                ARENA_APPEND(p->arena, e->members, e->n_members, member);
        }
        ARENA_APPEND(p->arena, p->module->enums, p->module->n_enums, e);
}

static void read_module(Parser *p) {
        Prefix prefix = read_prefix(p);
        Module *m = p->module;

        if (!accept_word(p, "module")) {
                fail_expected(p, "'module'");
                return;
        }
        apply_prefix(&m->symbol, &prefix);
        expect_name(p, "the name of the module", true, &m->symbol);
        read_version(p, &m->major, &m->minor);
        accept_symbol(p, ';');
}

static void read_imports(Parser *p) {
        Module *m = p->module;

        while (accept_word(p, "import")) {
                Import import = { 0 };
                Symbol symbol = { 0 };

                expect_name(p, "the name of a module", true, &symbol);
                import.version_span = p->token.span;
                read_version(p, &import.major, &import.minor);
                accept_symbol(p, ';');
                import.name = symbol.name;
                import.span = symbol.span;
                ARENA_APPEND(p->arena, m->imports, m->n_imports, import);
        }
}

static void read_definition(Parser *p, const Prefix *prefix) {
        if (accept_word(p, "interface"))
                read_interface(p, prefix);
        else if (accept_word(p, "struct"))
                read_struct(p, prefix);
        else if (accept_word(p, "enum"))
                read_enum(p, prefix, false);
        else if (accept_word(p, "flag"))
                read_enum(p, prefix, true);
        else
                fail_expected(p, "'interface', 'struct', 'enum' or 'flag'");
        accept_symbol(p, ';');
}

static void begin(Parser *p, Arena *a, Diagnostics *d, const Source *source) {
        *p = (Parser){ .arena = a, .diagnostics = d };
        p->module = arena_alloc(a, sizeof(*p->module));
        p->module->arena = a;
        p->module->source = source;
        lexer_init(&p->lexer, a, d, source);
        advance(p);
        read_module(p);
}

Module *parser_parse(Arena *a, Diagnostics *d, const Source *source) {
        Parser p;

        begin(&p, a, d, source);
        read_imports(&p);
        while (!p.failed) {
                Prefix prefix = read_prefix(&p);

                if (!p.failed && p.token.kind == TOKEN_END) {
                        refuse_tags(&p, &prefix);
                        break;
                }
                read_definition(&p, &prefix);
        }
        return p.failed ? NULL : p.module;
}

Module *parser_parse_head(Arena *a, const Source *source) {
        Parser p;

        begin(&p, a, diagnostics_new(a), source);
        return p.failed ? NULL : p.module;
}
