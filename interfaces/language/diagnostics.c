/* SPDX-License-Identifier: MIT */
/* What there is to say about the files of the user, each with its place, shown as a compiler would. */
#include "diagnostics.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const char *const warning_names[WARNING_COUNT + 1] = {
        [WARNING_DUPLICATE_KEY] = "duplicate-key",
        [WARNING_DUPLICATE_MEMBER] = "duplicate-member",
        [WARNING_DUPLICATE_MODULE] = "duplicate-module",
        [WARNING_DUPLICATE_VALUE] = "duplicate-value",
        [WARNING_EMPTY_INTERFACE] = "empty-interface",
        [WARNING_GUESS] = "guess",
        [WARNING_IMPLICIT_VALUE] = "implicit-value",
        [WARNING_IMPORT_VERSION] = "import-version",
        [WARNING_LEFT_OUT] = "left-out",
        [WARNING_LONG_SIGNATURE] = "long-signature",
        [WARNING_MISPLACED_KEY] = "misplaced-key",
        [WARNING_SECTION_NAME] = "section-name",
        [WARNING_SIMILAR_NAME] = "similar-name",
        [WARNING_SIMULATION_FILE] = "simulation-file",
        [WARNING_START_VALUE] = "start-value",
        [WARNING_UNKNOWN_KEY] = "unknown-key",
        [WARNING_UNKNOWN_SYMBOL] = "unknown-symbol",
        [WARNING_UNUSED_IMPORT] = "unused-import",
        [WARNING_ZONES] = "zones",
};

const char *diagnostics_warning_name(Warning w) {
        return warning_names[w];
}

Diagnostics *diagnostics_new(Arena *a) {
        Diagnostics *d = arena_alloc(a, sizeof(*d));

        d->arena = a;
        return d;
}

static int set_state(Diagnostics *d, const char *name, WarningState state) {
        for (size_t i = 0; i < WARNING_COUNT; i++)
                if (strcmp(warning_names[i], name) == 0) {
                        d->warnings[i] = state;
                        return 0;
                }
        return -ENOENT;
}

/* Those that are switched off stay so. */
static int set_all(Diagnostics *d, WarningState state) {
        for (size_t i = 0; i < WARNING_COUNT; i++)
                if (d->warnings[i] != WARNING_OFF)
                        d->warnings[i] = state;
        return 0;
}

int diagnostics_configure(Diagnostics *d, const char *option) {
        static const struct {
                const char *prefix;
                WarningState state;
        } forms[] = {
                { "no-error=", WARNING_ON },
                { "error=", WARNING_AS_ERROR },
                { "no-", WARNING_OFF },
        };

        if (strcmp(option, "error") == 0)
                return set_all(d, WARNING_AS_ERROR);
        if (strcmp(option, "no-error") == 0)
                return set_all(d, WARNING_ON);
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                size_t size = strlen(forms[i].prefix);

                if (strncmp(option, forms[i].prefix, size) == 0)
                        return set_state(d, option + size, forms[i].state);
        }
        return set_state(d, option, WARNING_ON);
}

static char *format_text(Arena *a, const char *format, va_list ap) {
        va_list copy;
        char *text;
        int size;

        va_copy(copy, ap);
        size = vsnprintf(NULL, 0, format, copy);
        va_end(copy);
        text = arena_alloc(a, (size_t)size + 1);
        vsnprintf(text, (size_t)size + 1, format, ap);
        return text;
}

static void add(Diagnostics *d, const Diagnostic *item) {
        ARENA_APPEND(d->arena, d->items, d->n_items, *item);
        d->dropped = false;
        if (item->severity == SEVERITY_ERROR)
                d->n_errors++;
}

void diagnostics_error(Diagnostics *d, Span at, const char *format, ...) {
        Diagnostic item = { .severity = SEVERITY_ERROR, .at = at };
        va_list ap;

        va_start(ap, format);
        item.text = format_text(d->arena, format, ap);
        va_end(ap);
        add(d, &item);
}

void diagnostics_warning(Diagnostics *d, Warning w, Span at, const char *format, ...) {
        Diagnostic item = { .at = at, .name = warning_names[w] };
        va_list ap;

        if (d->warnings[w] == WARNING_OFF || at.source->is_imported) {
                d->dropped = true;
                return;
        }
        item.severity = d->warnings[w] == WARNING_AS_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING;
        va_start(ap, format);
        item.text = format_text(d->arena, format, ap);
        va_end(ap);
        add(d, &item);
}

void diagnostics_note(Diagnostics *d, const char *format, ...) {
        va_list ap;

        if (d->dropped)
                return;
        va_start(ap, format);
        d->items[d->n_items - 1].note = format_text(d->arena, format, ap);
        va_end(ap);
}

#define DISTANCE_LENGTH_MAX 63

/* Levenshtein's distance; names beyond any that a person types are never close. */
static size_t edit_distance(const char *a, const char *b) {
        size_t row[DISTANCE_LENGTH_MAX + 1];
        size_t n = strlen(a), m = strlen(b);

        if (n > DISTANCE_LENGTH_MAX || m > DISTANCE_LENGTH_MAX)
                return SIZE_MAX;
        for (size_t k = 0; k <= m; k++)
                row[k] = k;
        for (size_t i = 1; i <= n; i++) {
                size_t diagonal = row[0];

                row[0] = i;
                for (size_t k = 1; k <= m; k++) {
                        size_t best = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);

                        diagonal = row[k];
                        if (row[k] + 1 < best)
                                best = row[k] + 1;
                        if (row[k - 1] + 1 < best)
                                best = row[k - 1] + 1;
                        row[k] = best;
                }
        }
        return row[m];
}

void diagnostics_suggest(Diagnostics *d, const char *written, const char *const *names,
                         size_t n_names) {
        size_t best = (strlen(written) + 1) / 3;
        const char *name = NULL;

        for (size_t i = 0; i < n_names; i++) {
                size_t distance = edit_distance(written, names[i]);

                /* As many changes as there are letters make anything of anything. */
                if (distance < strlen(written) && distance <= best && (!name || distance < best)) {
                        best = distance;
                        name = names[i];
                }
        }
        if (name)
                diagnostics_note(d, "did you mean '%s'?", name);
}

static int compare(const void *a, const void *b) {
        const Diagnostic *x = a, *y = b;

        if (x->at.source != y->at.source)
                return x->at.source->order < y->at.source->order ? -1 : 1;
        if (x->at.offset != y->at.offset)
                return x->at.offset < y->at.offset ? -1 : 1;
        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        return strcmp(x->text, y->text);
}

void diagnostics_sort(Diagnostics *d) {
        size_t n = 0;

        if (d->n_items == 0)
                return;
        qsort(d->items, d->n_items, sizeof(d->items[0]), compare);
        for (size_t i = 1; i < d->n_items; i++)
                if (compare(&d->items[n], &d->items[i]) != 0)
                        d->items[++n] = d->items[i];
        d->n_items = n + 1;
}

static bool is_continuation_byte(char c) {
        return ((unsigned char)c & 0xC0) == 0x80;
}

/* The line of the source, and below it `^~~~` under what is meant: one mark for each character, a
 * tab below a tab, so that both lines have the same width on a terminal. */
static void print_excerpt(const Source *s, Span at, FILE *f) {
        uint32_t start = at.offset, end = at.offset;
        bool first = true;

        while (start > 0 && s->text[start - 1] != '\n')
                start--;
        while (end < s->size && s->text[end] != '\n')
                end++;
        fprintf(f, "%.*s\n", (int)(end - start), s->text + start);
        for (uint32_t i = start; i < at.offset; i++)
                if (!is_continuation_byte(s->text[i]))
                        fputc(s->text[i] == '\t' ? '\t' : ' ', f);
        fputc('^', f);
        for (uint32_t i = at.offset; i < end && i < at.offset + at.length; i++) {
                if (!is_continuation_byte(s->text[i]) && !first)
                        fputc('~', f);
                first = false;
        }
        fputc('\n', f);
}

static const char *severity_name(const Diagnostic *item) {
        return item->severity == SEVERITY_ERROR ? "error" : "warning";
}

void diagnostics_print(const Diagnostics *d, FILE *f) {
        for (size_t i = 0; i < d->n_items; i++) {
                const Diagnostic *item = &d->items[i];
                const Source *s = item->at.source;
                uint32_t line, column;

                source_locate(s, item->at.offset, &line, &column);
                fprintf(f, "%s:%u:%u: %s: %s", s->path, line, column, severity_name(item),
                        item->text);
                if (item->name)
                        fprintf(f, " [-W%s%s]", item->severity == SEVERITY_ERROR ? "error=" : "",
                                item->name);
                fputc('\n', f);
                print_excerpt(s, item->at, f);
                if (item->note)
                        fprintf(f, "note: %s\n", item->note);
        }
}

void diagnostics_print_json(const Diagnostics *d, const char *separator, FILE *f) {
        for (size_t i = 0; i < d->n_items; i++) {
                const Diagnostic *item = &d->items[i];
                uint32_t line, column, end_line, end_column;

                source_locate(item->at.source, item->at.offset, &line, &column);
                source_locate(item->at.source, item->at.offset + item->at.length, &end_line,
                              &end_column);
                fprintf(f,
                        "%s{\"file\": %s, \"line\": %u, \"column\": %u, \"endLine\": %u, "
                        "\"endColumn\": %u, \"severity\": \"%s\", \"message\": %s",
                        i > 0 ? separator : "", json_quote(d->arena, item->at.source->path), line,
                        column, end_line, end_column, severity_name(item),
                        json_quote(d->arena, item->text));
                if (item->name)
                        fprintf(f, ", \"name\": \"%s\"", item->name);
                if (item->note)
                        fprintf(f, ", \"note\": %s", json_quote(d->arena, item->note));
                fputc('}', f);
        }
}
