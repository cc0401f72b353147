/* SPDX-License-Identifier: MIT */
/* What there is to say about an interface file, each with its place, shown as a compiler would. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "source.h"

typedef enum Severity {
        SEVERITY_WARNING,
        SEVERITY_ERROR,
} Severity;

typedef struct Diagnostic {
        Severity severity;
        Span at;
        const char *text;
        const char *note; /* or NULL */
} Diagnostic;

typedef struct Diagnostics {
        Arena *arena;
        const Source *source;
        Diagnostic *items;
        size_t n_items;
        size_t n_errors;
} Diagnostics;

Diagnostics *diagnostics_new(Arena *a, const Source *source);

void diagnostics_error(Diagnostics *d, Span at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void diagnostics_warning(Diagnostics *d, Span at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* Goes with the error or warning that was added last. */
void diagnostics_note(Diagnostics *d, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The same, when one of the names is close to the one that was written. */
void diagnostics_suggest(Diagnostics *d, const char *written, const char *const *names,
                         size_t n_names);

/* In the order of the source. */
void diagnostics_sort(Diagnostics *d);
void diagnostics_print(const Diagnostics *d, FILE *f);
