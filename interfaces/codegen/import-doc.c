/* SPDX-License-Identifier: MIT */
/* Doc comments of interface files, from the texts of introspection data. */
#include "import-doc.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

typedef struct Writer {
        Text *out;
        const char *indent;
        size_t column; /* of the line that is written; 0: none is */
} Writer;

bool import_doc_says_something(const char *doc) {
        return doc && doc[strspn(doc, blanks)] != '\0';
}

/* The end of the paragraph: an empty line, or the end of all. */
static const char *paragraph_end(const char *p) {
        for (; *p != '\0'; p++)
                if (*p == '\n' && p[1 + strspn(p + 1, " \t\r")] == '\n')
                        return p;
        return p;
}

/* A word that would end the comment is cut in two. */
static void add_word(Writer *w, const char *word, size_t size) {
        for (size_t i = 0; i < size; i++) {
                text_add_bytes(w->out, word + i, 1);
                w->column++;
                if (word[i] == '*' && i + 1 < size && word[i + 1] == '/') {
                        text_add(w->out, " ");
                        w->column++;
                }
        }
}

static void end_line(Writer *w) {
        if (w->column > 0)
                text_add(w->out, "\n");
        w->column = 0;
}

static void begin_line(Writer *w) {
        end_line(w);
        text_printf(w->out, "%s *", w->indent);
        w->column = strlen(w->indent) + 2;
}

/* At the beginning of a line it would be a command. */
static bool is_like_command(const char *word) {
        return *word == '@' || *word == '\\';
}

static void add_words(Writer *w, const char *text, const char *end) {
        for (;;) {
                size_t size;

                text += strspn(text, blanks);
                if (text >= end)
                        return;
                size = strcspn(text, blanks);
                if (w->column + 1 + size > IMPORT_WIDTH && !is_like_command(text))
                        begin_line(w);
                text_add(w->out, " ");
                w->column++;
                add_word(w, text, size);
                text += size;
        }
}

/* The command and the first paragraph; the others below it, each after an empty line. */
static void add_command(Writer *w, const char *command, const char *doc) {
        bool first = true;

        while (import_doc_says_something(doc)) {
                const char *end;

                doc += strspn(doc, blanks);
                end = paragraph_end(doc);
                if (!first)
                        begin_line(w);
                begin_line(w);
                if (first && *command != '\0') {
                        text_printf(w->out, " %s", command);
                        w->column += strlen(command) + 1;
                }
                add_words(w, doc, end);
                first = false;
                doc = end;
        }
}

void import_doc_add(Text *out, const char *indent, const char *doc, const DocCommand *commands,
                    size_t n_commands) {
        Writer w = { .out = out, .indent = indent };
        bool says_something = import_doc_says_something(doc);

        for (size_t i = 0; i < n_commands; i++)
                says_something = says_something || import_doc_says_something(commands[i].doc);
        if (!says_something)
                return;
        text_printf(out, "%s/**\n", indent);
        add_command(&w, "@brief", doc);
        for (size_t i = 0; i < n_commands; i++)
                add_command(&w, commands[i].command, commands[i].doc);
        end_line(&w);
        text_printf(out, "%s */\n", indent);
}

void import_doc_add_short(Text *out, const char *indent, const char *doc) {
        Writer w = { .out = out, .indent = indent, .column = strlen(indent) + 3 };
        const char *end;

        if (!import_doc_says_something(doc))
                return;
        doc += strspn(doc, blanks);
        end = paragraph_end(doc);
        if (import_doc_says_something(end) || strlen(indent) + strlen(doc) + 7 > IMPORT_WIDTH) {
                import_doc_add(out, indent, doc, NULL, 0);
                return;
        }
        text_printf(out, "%s/**", indent);
        add_words(&w, doc, end);
        text_add(out, " */\n");
}
