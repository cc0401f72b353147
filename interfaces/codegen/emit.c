/* SPDX-License-Identifier: MIT */
/* Writing text from templates with named holes, laid out as the project's formatter would. */
#include "emit.h"

#include <assert.h>
#include <string.h>

#include "c-types.h"
#include "doc.h"
#include "layout.h"

void emitter_init(Emitter *e, Arena *a) {
        *e = (Emitter){ .arena = a };
        text_init(&e->out, a);
        text_init(&e->filled, a);
}

/* An initialiser whose first line had to be broken stands further to the right, up to its end. */
static size_t extra_indent(Emitter *e, const char *line, size_t size) {
        size_t indent = e->shifted;

        if (indent > 0 && size >= 2 && line[0] == '}' && line[size - 1] == ';')
                e->shifted = 0;
        return size > 0 ? indent : 0;
}

static void emit_line(Emitter *e, const char *line, size_t size) {
        size_t extra = extra_indent(e, line, size);
        const char *text;

        /* Most are short. */
        if (extra == 0 && size <= LAYOUT_COLUMNS) {
                text_add_bytes(&e->out, line, size);
                text_add(&e->out, "\n");
                return;
        }
        text = layout_line(e->arena,
                           arena_printf(e->arena, "%*s%.*s", (int)extra, "", (int)size, line));
        if (size > 1 && line[0] != ' ' && line[size - 1] == '{' && line[size - 2] == ' ' &&
            size > 3 && line[size - 3] == '=' && strchr(text, '\n'))
                e->shifted = strspn(strrchr(text, '\n') + 1, " ");
        text_add(&e->out, text);
        text_add(&e->out, "\n");
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
        Text *filled = &e->filled;

        filled->size = 0;
        for (const char *hole; (hole = strstr(template, "${")); template = strchr(hole, '}') + 1) {
                text_add_bytes(filled, template, (size_t)(hole - template));
                text_add(filled, vars_get(vars, hole + 2, (size_t)(strchr(hole, '}') - hole) - 2));
        }
        text_add(filled, template);
        return filled->bytes;
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
        Text *t = &e->out;

        while (t->size >= 2 && t->bytes[t->size - 1] == '\n' && t->bytes[t->size - 2] == '\n')
                t->bytes[--t->size] = '\0';
}

/* ---- doc comments ---- */

/* in_doc: what the comment says already, or NULL. */
static const char *history(Arena *a, const char *in_doc, const char *word, const char *text) {
        if (!text || in_doc)
                return "";
        return arena_printf(a, "\n@%s%s%s", word, *text ? " " : "", text);
}

void emit_doc(Emitter *e, const char *indent, const Symbol *symbol, const char *more) {
        const char **lines, **more_lines;
        size_t n = doc_lines(e->arena, symbol->doc, &lines);
        size_t n_more;

        more = arena_printf(
                e->arena, "%s%s%s", more ? more : "",
                history(e->arena, doc_since(e->arena, symbol->doc), "since", symbol->since),
                history(e->arena, doc_deprecated(e->arena, symbol->doc), "deprecated",
                        symbol->deprecated));
        n_more = doc_lines(e->arena, more, &more_lines);
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

void emit_deprecation(Emitter *e, const Symbol *symbol) {
        if (symbol->deprecated)
                emit(e, VARS("text", c_quote(e->arena, symbol->deprecated)),
                     "FASCIA_DEPRECATED(${text})\n");
}
