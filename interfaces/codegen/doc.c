/* SPDX-License-Identifier: MIT */
/* Takes doc comments apart: single statements, on one line each, and what they say beside them. */
#include "doc.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

/* A line without the blanks and the star that it begins with. */
static const char *line_start(const char *line) {
        line += strspn(line, " \t");
        if (*line == '*')
                line++;
        return line + strspn(line, " \t");
}

static const char *next_line(const char *line) {
        line += strcspn(line, "\n");
        return *line == '\n' ? line + 1 : line;
}

/* "\l X" is a link, which may begin a line of text. */
static bool is_command(const char *text) {
        return (*text == '@' || *text == '\\') && text[1] >= 'a' && text[1] <= 'z' &&
               !(text[1] == 'l' && (text[2] == ' ' || text[2] == '{'));
}

static bool is_blank(const char *text) {
        return text[strspn(text, " \t\r")] == '\n' || text[strspn(text, " \t\r")] == '\0';
}

/* The size of what stands in front of a link's target, or 0: there is no link. */
static size_t link_size(const char *text) {
        static const char *const words[] = { "{@link ", "{\\link ", "\\l{", "\\l " };

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strncmp(text, words[i], strlen(words[i])) == 0)
                        return strlen(words[i]);
        return 0;
}

/* Of links only where they lead to. */
static const char *plain(Arena *a, const char *text) {
        char *result = arena_strndup(a, text, strlen(text)), *out = result;
        bool is_open = false;

        while (*text != '\0') {
                size_t size = link_size(text);

                if (size > 0) {
                        is_open = text[0] == '{' || text[size - 1] == '{';
                        text += size;
                } else if (is_open && *text == '}') {
                        is_open = false;
                        text++;
                } else {
                        *out++ = *text++;
                }
        }
        *out = '\0';
        return result;
}

/* From text on, which is in some line, to the end of the paragraph. */
static const char *paragraph(Arena *a, const char *text) {
        Text result;

        text_init(&result, a);
        for (bool first = true; *text != '\0'; first = false) {
                const char *start = first ? text + strspn(text, " \t") : line_start(text);
                size_t size = strcspn(start, "\r\n");

                if (!first && (is_blank(start) || is_command(start)))
                        break;
                while (size > 0 && (start[size - 1] == ' ' || start[size - 1] == '\t'))
                        size--;
                if (size > 0)
                        text_printf(&result, "%s%.*s", result.size > 0 ? " " : "", (int)size,
                                    start);
                text = next_line(start);
        }
        return result.size > 0 ? plain(a, result.bytes) : NULL;
}

static bool has_word(const char *text, const char *word) {
        size_t size = strlen(word);

        return strncmp(text, word, size) == 0 && strchr(" \t\r\n", text[size]);
}

/* What stands behind the next line's command, and behind the word after it when there is one; *ret_next:
 * where to look for another. NULL: there is none. */
static const char *next_command(const char *doc, const char *command, const char *word,
                                const char **ret_next) {
        for (const char *line = doc; line && *line != '\0'; line = next_line(line)) {
                const char *text = line_start(line);

                if (!is_command(text) || !has_word(text + 1, command))
                        continue;
                text += 1 + strlen(command);
                text += strspn(text, " \t");
                if (word && !has_word(text, word))
                        continue;
                *ret_next = next_line(line);
                return text + (word ? strlen(word) : 0);
        }
        return NULL;
}

/* NULL: it does not stand there, or with nothing behind. */
static const char *find_command(Arena *a, const char *doc, const char *command, const char *word) {
        const char *text = next_command(doc, command, word, &doc);

        return text ? paragraph(a, text) : NULL;
}

const char *doc_brief(Arena *a, const char *doc) {
        const char *brief = find_command(a, doc, "brief", NULL);

        if (brief || !doc)
                return brief;
        while (*doc != '\0' && is_blank(line_start(doc)))
                doc = next_line(doc);
        return is_command(line_start(doc)) ? NULL : paragraph(a, line_start(doc));
}

const char *doc_parameter(Arena *a, const char *doc, const char *name) {
        return find_command(a, doc, "param", name);
}

const char *doc_return(Arena *a, const char *doc) {
        const char *text = find_command(a, doc, "return", NULL);

        return text ? text : find_command(a, doc, "returns", NULL);
}

const char *doc_since(Arena *a, const char *doc) {
        return find_command(a, doc, "since", NULL);
}

const char *doc_deprecated(Arena *a, const char *doc) {
        const char *next, *text = next_command(doc, "deprecated", NULL, &next);
        const char *reason = text ? paragraph(a, text) : NULL;

        return text && !reason ? "" : reason;
}

size_t doc_see(Arena *a, const char *doc, const char ***ret) {
        const char **items = NULL, *text;
        size_t n = 0;

        while ((text = next_command(doc, "see", NULL, &doc)))
                if ((text = paragraph(a, text)))
                        ARENA_APPEND(a, items, n, text);
        *ret = items;
        return n;
}

/* A line without the mark that many begin each line with; the end of the comment must not come
 * early, nor another begin. */
static const char *clean_line(Arena *a, const char *line, size_t size) {
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
        text = arena_strndup(a, line, size);
        for (char *p = text; (p = strstr(p, "/*"));)
                *p = ' ';
        return text;
}

size_t doc_lines(Arena *a, const char *doc, const char ***ret) {
        const char **lines = NULL;
        size_t n = 0;

        while (doc && *doc) {
                const char *end = strchrnul(doc, '\n');
                const char *line = clean_line(a, doc, (size_t)(end - doc));

                if (n > 0 || *line)
                        ARENA_APPEND(a, lines, n, line);
                doc = *end ? end + 1 : end;
        }
        while (n > 0 && !*lines[n - 1])
                n--;
        *ret = lines;
        return n;
}

/* ---- what is left ---- */

static bool is_statement(const char *line) {
        static const char *const words[] = { "brief", "param", "return",    "returns",
                                             "see",   "since", "deprecated" };

        for (size_t i = 0; is_command(line) && i < sizeof(words) / sizeof(words[0]); i++)
                if (has_word(line + 1, words[i]))
                        return true;
        return false;
}

/* The words for a longer text are no part of it. */
static const char *skip_details(const char *line) {
        static const char *const words[] = { "description", "details" };

        for (size_t i = 0; is_command(line) && i < sizeof(words) / sizeof(words[0]); i++)
                if (has_word(line + 1, words[i])) {
                        line += 1 + strlen(words[i]);
                        return line + strspn(line, " \t");
                }
        return line;
}

const char *doc_description(Arena *a, const char *doc) {
        const char **lines, *next;
        size_t n = doc_lines(a, doc, &lines);
        bool skips = doc_brief(a, doc) && !next_command(doc, "brief", NULL, &next);
        bool is_new = false;
        Text text;

        text_init(&text, a);
        for (size_t i = 0; i < n; i++) {
                const char *line = skip_details(lines[i]);

                if (*lines[i] == '\0' || is_command(lines[i])) {
                        skips = is_statement(lines[i]);
                        is_new = true;
                }
                if (skips || *line == '\0')
                        continue;
                if (text.size > 0)
                        text_add(&text, is_new ? "\n\n" : "\n");
                text_add(&text, plain(a, line));
                is_new = false;
        }
        return text.size > 0 ? text.bytes : NULL;
}
