/* SPDX-License-Identifier: MIT */
/* Finds single statements in doc comments, on one line each. */
#include "doc.h"

#include <stdbool.h>
#include <string.h>

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

static bool is_command(const char *text) {
        return (*text == '@' || *text == '\\') && text[1] >= 'a' && text[1] <= 'z';
}

static bool is_blank(const char *text) {
        return text[strspn(text, " \t\r")] == '\n' || text[strspn(text, " \t\r")] == '\0';
}

/* From text on, which is in some line, to the end of the paragraph. */
static const char *paragraph(Arena *a, const char *text) {
        const char *result = "";

        for (bool first = true; *text != '\0'; first = false) {
                const char *start = first ? text + strspn(text, " \t") : line_start(text);
                size_t size = strcspn(start, "\r\n");

                if (!first && (is_blank(start) || is_command(start)))
                        break;
                while (size > 0 && (start[size - 1] == ' ' || start[size - 1] == '\t'))
                        size--;
                if (size > 0)
                        result = arena_printf(a, "%s%s%.*s", result, *result ? " " : "", (int)size,
                                              start);
                text = next_line(start);
        }
        return *result ? result : NULL;
}

static bool has_word(const char *text, const char *word) {
        size_t size = strlen(word);

        return strncmp(text, word, size) == 0 && strchr(" \t\r\n", text[size]);
}

/* What stands behind the command, and behind the word after it when there is one. */
static const char *find_command(Arena *a, const char *doc, const char *command, const char *word) {
        for (const char *line = doc; line && *line != '\0'; line = next_line(line)) {
                const char *text = line_start(line);

                if (!is_command(text) || !has_word(text + 1, command))
                        continue;
                text += 1 + strlen(command);
                if (!word)
                        return paragraph(a, text);
                text += strspn(text, " \t");
                if (has_word(text, word))
                        return paragraph(a, text + strlen(word));
        }
        return NULL;
}

bool doc_has_brief(const char *doc) {
        for (const char *line = doc; line && *line != '\0'; line = next_line(line)) {
                const char *text = line_start(line);

                if (is_command(text) && has_word(text + 1, "brief"))
                        return true;
        }
        return false;
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
        return find_command(a, doc, "return", NULL);
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
