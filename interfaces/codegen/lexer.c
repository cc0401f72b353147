/* SPDX-License-Identifier: MIT */
/* Cuts an interface file into tokens. */
#include "lexer.h"

#include <string.h>

void lexer_init(Lexer *l, Arena *a, Diagnostics *d, const Source *source) {
        *l = (Lexer){ .arena = a, .diagnostics = d, .source = source };
}

bool lexer_is_keyword(const char *name) {
        static const char *const keywords[] = {
                "bool",      "const",  "enum",   "extends", "flag",   "import",   "int",
                "interface", "list",   "map",    "model",   "module", "readonly", "real",
                "signal",    "string", "struct", "var",     "void",
        };

        for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
                if (strcmp(name, keywords[i]) == 0)
                        return true;
        return false;
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_name_character(char c) {
        return is_letter(c) || is_digit(c) || c == '.';
}

/* The text ends with a NUL, so looking one character ahead is always fine. */
static const char *here(const Lexer *l) {
        return l->source->text + l->position;
}

static Token take(Lexer *l, TokenKind kind, uint32_t length) {
        Token t = {
                .kind = kind,
                .span = { .source = l->source, .offset = l->position, .length = length },
                .text = arena_strndup(l->arena, here(l), length),
        };

        l->position += length;
        return t;
}

static Token invalid(Lexer *l, uint32_t length, const char *text) {
        Token t = take(l, TOKEN_INVALID, length);

        diagnostics_error(l->diagnostics, t.span, "%s", text);
        return t;
}

/* "/" "*" … up to its end; false: it has none. */
static bool find_comment_end(const Lexer *l, uint32_t *ret_length) {
        const char *end = strstr(here(l) + 2, "*/");

        if (!end)
                return false;
        *ret_length = (uint32_t)(end + 2 - here(l));
        return true;
}

static Token take_doc(Lexer *l, uint32_t length) {
        Token t = take(l, TOKEN_DOC, length);

        t.text = arena_strndup(l->arena, t.text + 3, length - 5);
        return t;
}

static Token take_tag(Lexer *l) {
        uint32_t length = (uint32_t)strcspn(here(l), "\n");
        Token t;

        if (here(l)[length - 1] == '\r')
                length--;
        t = take(l, TOKEN_TAG, length);
        t.text++;
        return t;
}

/* The character that an escape stands for; 0: no such escape. */
static char unescape(char c) {
        static const char from[] = "\"'\\/bfnrt", to[] = "\"'\\/\b\f\n\r\t";
        const char *p = c != '\0' ? strchr(from, c) : NULL;

        return p ? to[p - from] : '\0';
}

static Token take_string(Lexer *l) {
        const char *start = here(l);
        const char quote = *start;
        char *text = arena_alloc(l->arena, strcspn(start, "\n") + 1);
        size_t n = 0;
        const char *p = start + 1;
        Token t;

        for (; *p != quote; p++) {
                char c = *p;

                if (c == '\0' || c == '\n')
                        return invalid(l, (uint32_t)(p - start), "this text has no end");
                if (c == '\\') {
                        c = unescape(*++p);
                        if (c == '\0') {
                                l->position += (uint32_t)(p - 1 - start);
                                return invalid(l, 2, "there is no such escape");
                        }
                }
                text[n++] = c;
        }
        t = take(l, TOKEN_STRING, (uint32_t)(p + 1 - start));
        t.text = text;
        return t;
}

/* Numbers and versions: what is wrong with them is said by those who know what is expected. */
static Token take_number(Lexer *l) {
        const char *p = here(l) + 1;

        while (is_name_character(*p) ||
               ((*p == '+' || *p == '-') && (p[-1] == 'e' || p[-1] == 'E')))
                p++;
        return take(l, TOKEN_NUMBER, (uint32_t)(p - here(l)));
}

static Token take_name(Lexer *l) {
        const char *p = here(l);

        while (is_name_character(*p))
                p++;
        return take(l, TOKEN_NAME, (uint32_t)(p - here(l)));
}

/* Skips white space and comments; true: a doc comment of this length, or one without end
 * (length 0), is next. */
static bool skip_to_token(Lexer *l, uint32_t *ret_length) {
        for (;;) {
                const char *p = here(l);
                uint32_t length = 0;

                if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
                        l->position++;
                } else if (p[0] == '/' && p[1] == '/') {
                        l->position += (uint32_t)strcspn(p, "\n");
                } else if (p[0] == '/' && p[1] == '*') {
                        *ret_length = 0;
                        if (!find_comment_end(l, &length))
                                return true;
                        *ret_length = length;
                        if (p[2] == '*' && length > 4)
                                return true;
                        l->position += length;
                } else {
                        return false;
                }
        }
}

Token lexer_next(Lexer *l) {
        uint32_t length;
        const char *p;

        if (skip_to_token(l, &length))
                return length > 0 ? take_doc(l, length) : invalid(l, 2, "this comment has no end");
        p = here(l);
        if (*p == '\0')
                return take(l, TOKEN_END, 0);
        if (*p == '@')
                return take_tag(l);
        if (*p == '"' || *p == '\'')
                return take_string(l);
        if (is_letter(*p))
                return take_name(l);
        if (is_digit(*p) ||
            ((*p == '-' || *p == '+' || *p == '.') && (is_digit(p[1]) || p[1] == '.')))
                return take_number(l);
        if (strchr("{}()<>,;=", *p))
                return take(l, TOKEN_SYMBOL, 1);
        return invalid(l, 1, "this character has no meaning here");
}
