/* SPDX-License-Identifier: MIT */
/* What there is to say about an interface file, each with its place, shown as a compiler would. */
#include "diagnostics.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

Diagnostics *diagnostics_new(Arena *a, const Source *source) {
        Diagnostics *d = arena_alloc(a, sizeof(*d));

        d->arena = a;
        d->source = source;
        return d;
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

void diagnostics_error(Diagnostics *d, Span at, const char *format, ...) {
        Diagnostic item = { .severity = SEVERITY_ERROR, .at = at };
        va_list ap;

        va_start(ap, format);
        item.text = format_text(d->arena, format, ap);
        va_end(ap);
        ARENA_APPEND(d->arena, d->items, d->n_items, item);
        d->n_errors++;
}

void diagnostics_warning(Diagnostics *d, Span at, const char *format, ...) {
        Diagnostic item = { .severity = SEVERITY_WARNING, .at = at };
        va_list ap;

        va_start(ap, format);
        item.text = format_text(d->arena, format, ap);
        va_end(ap);
        ARENA_APPEND(d->arena, d->items, d->n_items, item);
}

void diagnostics_note(Diagnostics *d, const char *format, ...) {
        va_list ap;

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
        size_t best = (strlen(written) + 2) / 3;
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

        if (x->at.offset != y->at.offset)
                return x->at.offset < y->at.offset ? -1 : 1;
        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        return strcmp(x->text, y->text);
}

void diagnostics_sort(Diagnostics *d) {
        if (d->n_items > 1)
                qsort(d->items, d->n_items, sizeof(d->items[0]), compare);
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

void diagnostics_print(const Diagnostics *d, FILE *f) {
        for (size_t i = 0; i < d->n_items; i++) {
                const Diagnostic *item = &d->items[i];
                uint32_t line, column;

                source_locate(d->source, item->at.offset, &line, &column);
                fprintf(f, "%s:%u:%u: %s: %s\n", d->source->path, line, column,
                        item->severity == SEVERITY_ERROR ? "error" : "warning", item->text);
                print_excerpt(d->source, item->at, f);
                if (item->note)
                        fprintf(f, "note: %s\n", item->note);
        }
}
