/* SPDX-License-Identifier: MIT */
/* Reads JSON as a tree. libyaml knows no surrogate pairs, no keys of more than a line or 1024
 * characters, and takes what is not JSON. */
#include <stdio.h>
#include <string.h>

#include "node.h"
#include "text.h"

typedef struct Reader {
        Arena *arena;
        Diagnostics *diagnostics;
        const Source *source;
        uint32_t at;
} Reader;

/* The NUL behind the text belongs to nothing. */
static char peek(const Reader *r) {
        return r->source->text[r->at];
}

static void skip_blanks(Reader *r) {
        r->at += (uint32_t)strspn(r->source->text + r->at, " \t\r\n");
}

static void *fail_at(const Reader *r, uint32_t offset, uint32_t length, const char *text) {
        Span at = { .source = r->source, .offset = offset, .length = length };

        diagnostics_error(r->diagnostics, at, "this is not JSON: %s", text);
        return NULL;
}

/* What is there instead is said, too. */
static void *fail_expected(const Reader *r, const char *expected) {
        char c = peek(r);
        const char *found = r->at >= r->source->size ? "the end of the file"
                            : c > ' ' && c < 0x7F    ? arena_printf(r->arena, "'%c'", c)
                                                     : "this character";

        return fail_at(r, r->at, 1, arena_printf(r->arena, "expected %s, not %s", expected, found));
}

static Node *new_node(const Reader *r, NodeKind kind) {
        Node *n = arena_alloc(r->arena, sizeof(*n));

        n->kind = kind;
        n->span = (Span){ .source = r->source, .offset = r->at };
        return n;
}

static Node *end_node(const Reader *r, Node *n) {
        n->span.length = r->at - n->span.offset;
        return n;
}

/* ---- strings ---- */

static void add_character(Text *t, uint32_t c) {
        char bytes[4];
        size_t n = 0;

        if (c < 0x80) {
                bytes[n++] = (char)c;
        } else if (c < 0x800) {
                bytes[n++] = (char)(0xC0 | c >> 6);
                bytes[n++] = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
                bytes[n++] = (char)(0xE0 | c >> 12);
                bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
                bytes[n++] = (char)(0x80 | (c & 0x3F));
        } else {
                bytes[n++] = (char)(0xF0 | c >> 18);
                bytes[n++] = (char)(0x80 | (c >> 12 & 0x3F));
                bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
                bytes[n++] = (char)(0x80 | (c & 0x3F));
        }
        text_add_bytes(t, bytes, n);
}

/* XXXX of \uXXXX. */
static bool read_hex(Reader *r, uint32_t *ret) {
        static const char digits[] = "0123456789abcdef";

        *ret = 0;
        for (unsigned i = 0; i < 4; i++) {
                char c = peek(r);
                const char *p = strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

                if (c == '\0' || !p)
                        return false;
                *ret = *ret << 4 | (uint32_t)(p - digits);
                r->at++;
        }
        return true;
}

/* Behind \u. */
static bool read_unicode(Reader *r, Text *t) {
        uint32_t start = r->at - 2, c, low;

        if (!read_hex(r, &c)) {
                fail_at(r, start, r->at - start, "\\u wants four hexadecimal digits");
                return false;
        }
        if (c >= 0xD800 && c < 0xDC00 && strncmp(r->source->text + r->at, "\\u", 2) == 0) {
                r->at += 2;
                if (read_hex(r, &low) && low >= 0xDC00 && low < 0xE000)
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
        if (c >= 0xD800 && c < 0xE000) {
                fail_at(r, start, r->at - start, "a surrogate stands alone");
                return false;
        }
        if (c == 0) {
                Span at = { .source = r->source, .offset = start, .length = r->at - start };

                diagnostics_error(r->diagnostics, at, "a NUL character cannot be part of a text");
                return false;
        }
        add_character(t, c);
        return true;
}

/* Behind the backslash. */
static bool read_escape(Reader *r, Text *t) {
        static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        char c = peek(r);
        const char *p = strchr(letters, c);

        if (c == 'u') {
                r->at++;
                return read_unicode(r, t);
        }
        if (c == '\0' || !p) {
                fail_at(r, r->at - 1, 2, "there is no such escape");
                return false;
        }
        r->at++;
        text_add_bytes(t, &meant[p - letters], 1);
        return true;
}

static Node *read_string(Reader *r) {
        Node *n = new_node(r, NODE_SCALAR);
        Text text;

        text_init(&text, r->arena);
        r->at++;
        for (;;) {
                uint32_t start = r->at;

                while ((unsigned char)peek(r) >= 0x20 && peek(r) != '"' && peek(r) != '\\')
                        r->at++;
                text_add_bytes(&text, r->source->text + start, r->at - start);
                if (peek(r) == '"')
                        break;
                if (peek(r) != '\\')
                        return r->at >= r->source->size
                                       ? fail_at(r, n->span.offset, 1, "the string has no end")
                                       : fail_at(r, r->at, 1,
                                                 "a control character in a string is written "
                                                 "as \\u00XX");
                r->at++;
                if (!read_escape(r, &text))
                        return NULL;
        }
        r->at++;
        n->text = text.bytes;
        return end_node(r, n);
}

/* ---- the rest ---- */

static size_t skip_digits(Reader *r) {
        size_t n = strspn(r->source->text + r->at, "0123456789");

        r->at += (uint32_t)n;
        return n;
}

static bool skip_number(Reader *r) {
        if (peek(r) == '-')
                r->at++;
        if (peek(r) == '0')
                r->at++;
        else if (skip_digits(r) == 0)
                return false;
        if (peek(r) == '.') {
                r->at++;
                if (skip_digits(r) == 0)
                        return false;
        }
        if (peek(r) == 'e' || peek(r) == 'E') {
                r->at++;
                if (peek(r) == '+' || peek(r) == '-')
                        r->at++;
                if (skip_digits(r) == 0)
                        return false;
        }
        return true;
}

/* A number or one of the three words, up to what can stand behind it. */
static Node *read_word(Reader *r) {
        static const char *const words[] = { "true", "false", "null" };
        Node *n = new_node(r, NODE_SCALAR);
        size_t length = strcspn(r->source->text + r->at, " \t\r\n,:[]{}\"");
        bool is_word = false;

        if (length == 0)
                return fail_expected(r, "a value");
        n->text = arena_strndup(r->arena, r->source->text + r->at, length);
        n->plain = true;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                is_word = is_word || strcmp(words[i], n->text) == 0;
        if (!is_word && (!skip_number(r) || r->at != n->span.offset + length))
                return fail_at(r, n->span.offset, (uint32_t)length,
                               "expected a value: a number, true, false, null, or a text in "
                               "double quotes");
        r->at = n->span.offset + (uint32_t)length;
        return end_node(r, n);
}

static Node *read_value(Reader *r, unsigned depth);

/* Behind an item: whether there is another. -1: neither a comma nor the end, which was reported. */
static int next_item(Reader *r, char bracket) {
        skip_blanks(r);
        if (peek(r) == bracket)
                return 0;
        if (peek(r) != ',') {
                fail_expected(r, bracket == '}' ? "',' or '}'" : "',' or ']'");
                return -1;
        }
        r->at++;
        skip_blanks(r);
        return 1;
}

static Node *read_array(Reader *r, unsigned depth) {
        Node *n = new_node(r, NODE_SEQUENCE);
        int more;

        r->at++;
        skip_blanks(r);
        more = peek(r) != ']';
        while (more > 0) {
                Node *item = read_value(r, depth + 1);

                if (!item)
                        return NULL;
                ARENA_APPEND(r->arena, n->items, n->n_items, item);
                more = next_item(r, ']');
        }
        if (more < 0)
                return NULL;
        r->at++;
        return end_node(r, n);
}

static Node *read_object(Reader *r, unsigned depth) {
        Node *n = new_node(r, NODE_MAPPING);
        int more;

        r->at++;
        skip_blanks(r);
        more = peek(r) != '}';
        while (more > 0) {
                Node *key, *value;

                if (peek(r) != '"')
                        return fail_expected(r, "a key in double quotes");
                key = read_string(r);
                if (!key)
                        return NULL;
                skip_blanks(r);
                if (peek(r) != ':')
                        return fail_expected(r, "':'");
                r->at++;
                skip_blanks(r);
                value = read_value(r, depth + 1);
                if (!value)
                        return NULL;
                node_add_entry(r->arena, r->diagnostics, n, key, value);
                more = next_item(r, '}');
        }
        if (more < 0)
                return NULL;
        r->at++;
        return end_node(r, n);
}

static Node *read_value(Reader *r, unsigned depth) {
        if (depth > NODE_DEPTH_MAX) {
                Span at = { .source = r->source, .offset = r->at, .length = 1 };

                diagnostics_error(r->diagnostics, at, "this is nested too deeply");
                return NULL;
        }
        if (peek(r) == '{')
                return read_object(r, depth);
        if (peek(r) == '[')
                return read_array(r, depth);
        return peek(r) == '"' ? read_string(r) : read_word(r);
}

Node *node_parse_json(Arena *a, Diagnostics *d, const Source *source) {
        Reader r = { .arena = a, .diagnostics = d, .source = source };
        Node *n;

        /* A byte order mark, which "MAY" be ignored. */
        if (strncmp(source->text, "\xEF\xBB\xBF", 3) == 0)
                r.at = 3;
        skip_blanks(&r);
        n = read_value(&r, 0);
        if (!n)
                return NULL;
        skip_blanks(&r);
        return r.at < source->size ? fail_expected(&r, "the end of the file") : n;
}
