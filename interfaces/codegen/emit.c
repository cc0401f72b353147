/* SPDX-License-Identifier: MIT */
/* Writing text from templates with named holes, laid out as the project's formatter would. */
#include "emit.h"

#include <assert.h>
#include <string.h>

#define COLUMNS 100
#define INDENT 8

void emitter_init(Emitter *e, Arena *a) {
        *e = (Emitter){ .arena = a, .text = arena_strndup(a, "", 0), .capacity = 1 };
}

static void emit_bytes(Emitter *e, const char *s, size_t size) {
        if (e->size + size + 1 > e->capacity) {
                size_t capacity = 2 * (e->size + size + 1);
                char *text = arena_alloc(e->arena, capacity);

                memcpy(text, e->text, e->size);
                e->text = text;
                e->capacity = capacity;
        }
        memcpy(e->text + e->size, s, size);
        e->size += size;
        e->text[e->size] = '\0';
}

static void emit_spaces(Emitter *e, size_t n) {
        while (n-- > 0)
                emit_bytes(e, " ", 1);
}

/* The formatter counts characters. */
static size_t columns(const char *s, size_t size) {
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                n += ((unsigned char)s[i] & 0xc0) != 0x80;
        return n;
}

/* ---- long lines ---- */

/* A line taken apart: "head(", arguments at the commas between, and what stands behind the last of them. */
typedef struct Call {
        const char *text;
        size_t indent;
        size_t head; /* size, up to and with the bracket */
        const char *arguments[64];
        size_t sizes[64]; /* with the comma behind */
        size_t n_arguments;
} Call;

/* Where the bracket of the last list of arguments stands, the one that the line ends with; 0: none. */
static size_t find_last_list(const char *s, size_t size) {
        size_t depth = 0;
        size_t i = size;

        while (i > 0 && s[i - 1] != ')')
                i--;
        for (; i > 0; i--) {
                if (s[i - 1] == ')')
                        depth++;
                else if (s[i - 1] == '(' && --depth == 0)
                        return i - 1;
        }
        return 0;
}

static void split_arguments(Call *c, const char *s, size_t size) {
        size_t depth = 0, start = 0;

        for (size_t i = 0; i < size; i++) {
                if (s[i] == '(' || s[i] == '{')
                        depth++;
                else if (s[i] == ')' || s[i] == '}')
                        depth -= depth > 0;
                else if (s[i] == ',' && depth == 0 && i + 1 < size) {
                        assert(c->n_arguments < 63);
                        c->arguments[c->n_arguments] = s + start;
                        c->sizes[c->n_arguments++] = i + 1 - start;
                        start = i + 2;
                }
        }
        c->arguments[c->n_arguments] = s + start;
        c->sizes[c->n_arguments++] = size - start;
}

/* Whether the arguments can stand in lines that begin at this column, the first of them in its place. */
static bool call_fits(const Call *c, size_t column) {
        for (size_t i = 0; i < c->n_arguments; i++)
                if (column + columns(c->arguments[i], c->sizes[i]) > COLUMNS)
                        return false;
        return true;
}

static void emit_arguments(Emitter *e, const Call *c, size_t column) {
        size_t at = column;

        for (size_t i = 0; i < c->n_arguments; i++) {
                size_t width = columns(c->arguments[i], c->sizes[i]);

                if (i > 0 && at + 1 + width > COLUMNS) {
                        emit_bytes(e, "\n", 1);
                        emit_spaces(e, column);
                        at = column;
                } else if (i > 0) {
                        emit_bytes(e, " ", 1);
                        at++;
                }
                emit_bytes(e, c->arguments[i], c->sizes[i]);
                at += width;
        }
        emit_bytes(e, "\n", 1);
}

static bool emit_broken_list(Emitter *e, const char *line, size_t size, size_t indent) {
        size_t bracket = find_last_list(line, size);
        Call c = { .text = line, .indent = indent, .head = bracket + 1 };
        size_t column;

        if (bracket == 0)
                return false;
        split_arguments(&c, line + c.head, size - c.head);
        column = columns(line, c.head);
        emit_bytes(e, line, c.head);
        if (!call_fits(&c, column)) {
                column = indent + INDENT;
                emit_bytes(e, "\n", 1);
                emit_spaces(e, column);
        }
        emit_arguments(e, &c, column);
        return true;
}

static void emit_line(Emitter *e, const char *line, size_t size);

static bool emit_broken_assignment(Emitter *e, const char *line, size_t size, size_t indent) {
        const char *equals = memmem(line, size, " = ", 3);
        size_t left;
        const char *right;

        if (!equals)
                return false;
        left = (size_t)(equals - line) + 2;
        right = arena_printf(e->arena, "%*s%.*s", (int)(indent + INDENT), "", (int)(size - left - 1),
                             line + left + 1);
        emit_bytes(e, line, left);
        emit_bytes(e, "\n", 1);
        emit_line(e, right, strlen(right));
        return true;
}

static void emit_line(Emitter *e, const char *line, size_t size) {
        size_t indent = 0;

        while (indent < size && line[indent] == ' ')
                indent++;
        if (columns(line, size) > COLUMNS && strncmp(line + indent, "*", 1) != 0 &&
            strncmp(line + indent, "/*", 2) != 0 && line[indent] != '#' && line[indent] != '"') {
                const char *list = line + find_last_list(line, size);
                const char *equals = memmem(line, size, " = ", 3);

                /* A list that can be broken is, rather than the assignment before it. */
                if ((list > line && (!equals || list > equals)) &&
                    emit_broken_list(e, line, size, indent))
                        return;
                if (emit_broken_assignment(e, line, size, indent))
                        return;
        }
        emit_bytes(e, line, size);
        emit_bytes(e, "\n", 1);
}

/* ---- templates ---- */

static const char *vars_get(const char *const *vars, const char *name, size_t size) {
        for (; vars && vars[0]; vars += 2)
                if (strlen(vars[0]) == size && memcmp(vars[0], name, size) == 0)
                        return vars[1];
        assert(!"a template has a hole that nothing fills");
        return "";
}

static const char *fill(Emitter *e, const char *const *vars, const char *template) {
        Emitter filled;

        emitter_init(&filled, e->arena);
        for (const char *hole; (hole = strstr(template, "${")); template = strchr(hole, '}') + 1) {
                const char *value = vars_get(vars, hole + 2, (size_t)(strchr(hole, '}') - hole) - 2);

                emit_bytes(&filled, template, (size_t)(hole - template));
                emit_bytes(&filled, value, strlen(value));
        }
        emit_bytes(&filled, template, strlen(template));
        return filled.text;
}

void emit(Emitter *e, const char *const *vars, const char *template) {
        const char *text = fill(e, vars, template);

        while (*text) {
                const char *end = strchrnul(text, '\n');

                emit_line(e, text, (size_t)(end - text));
                text = *end ? end + 1 : end;
        }
}

void emit_trim(Emitter *e) {
        while (e->size >= 2 && e->text[e->size - 1] == '\n' && e->text[e->size - 2] == '\n')
                e->text[--e->size] = '\0';
}

/* ---- doc comments ---- */

/* A line without the mark that many begin each line with; the end of the comment must not come early, nor another begin. */
static const char *doc_line(Emitter *e, const char *line, size_t size) {
        char *text;

        while (size > 0 && (*line == ' ' || *line == '\t'))
                line++, size--;
        if (size > 0 && *line == '*') {
                line++, size--;
                if (size > 0 && *line == ' ')
                        line++, size--;
        }
        while (size > 0 && strchr(" \t\r", line[size - 1]))
                size--;
        text = arena_strndup(e->arena, line, size);
        for (char *p = text; (p = strstr(p, "/*"));)
                *p = ' ';
        return text;
}

static size_t doc_lines(Emitter *e, const char *doc, const char ***ret) {
        const char **lines = NULL;
        size_t n = 0;

        while (doc && *doc) {
                const char *end = strchrnul(doc, '\n');
                const char *line = doc_line(e, doc, (size_t)(end - doc));

                if (n > 0 || *line)
                        ARENA_APPEND(e->arena, lines, n, line);
                doc = *end ? end + 1 : end;
        }
        while (n > 0 && !*lines[n - 1])
                n--;
        *ret = lines;
        return n;
}

void emit_doc(Emitter *e, const char *indent, const Symbol *symbol, const char *more) {
        const char **lines, **more_lines;
        size_t n = doc_lines(e, symbol->doc, &lines);
        size_t n_more = doc_lines(e, more, &more_lines);

        for (size_t i = 0; i < n_more; i++)
                ARENA_APPEND(e->arena, lines, n, more_lines[i]);
        if (n == 0)
                return;
        if (n == 1 && lines[0][0] != '@') {
                emit(e, VARS("indent", indent, "line", lines[0]), "${indent}/** ${line} */\n");
                return;
        }
        emit(e, VARS("indent", indent), "${indent}/**\n");
        for (size_t i = 0; i < n; i++)
                emit(e, VARS("indent", indent, "line", lines[i], "space", *lines[i] ? " " : ""),
                     "${indent} *${space}${line}\n");
        emit(e, VARS("indent", indent), "${indent} */\n");
}
