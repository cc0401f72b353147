/* SPDX-License-Identifier: MIT */
/* What there is to say about the files of the user, each with its place, shown as a compiler would. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "source.h"

typedef enum Severity {
        SEVERITY_WARNING,
        SEVERITY_ERROR,
} Severity;

/* What is legal but doubtful. Each has a name, by which it is switched off or made an error. */
typedef enum Warning {
        WARNING_DUPLICATE_KEY,    /* within one document */
        WARNING_DUPLICATE_MEMBER, /* of an enum or flag */
        WARNING_DUPLICATE_MODULE, /* found in two files */
        WARNING_DUPLICATE_VALUE,  /* of an enum or flag */
        WARNING_EMPTY_INTERFACE,
        WARNING_GUESS,           /* of what introspection data does not say */
        WARNING_IMPLICIT_VALUE,  /* behind an explicit one */
        WARNING_IMPORT_VERSION,  /* another one was found */
        WARNING_LEFT_OUT,        /* of what introspection data says, and qface cannot */
        WARNING_LONG_SIGNATURE,  /* near the limit of D-Bus */
        WARNING_MISPLACED_KEY,   /* of an annotation: has no effect there */
        WARNING_SECTION_NAME,    /* that no configuration file can have */
        WARNING_SIMILAR_NAME,    /* differs only in case */
        WARNING_SIMULATION_FILE, /* of another framework */
        WARNING_START_VALUE,     /* outside the bounds */
        WARNING_UNKNOWN_KEY,     /* of an annotation */
        WARNING_UNKNOWN_SYMBOL,  /* that an annotation file speaks of */
        WARNING_UNUSED_IMPORT,
        WARNING_ZONES, /* without '@config: { zoned: true }' */
        WARNING_COUNT,
} Warning;

typedef enum WarningState {
        WARNING_ON,
        WARNING_OFF,
        WARNING_AS_ERROR,
} WarningState;

typedef struct Diagnostic {
        Severity severity;
        Span at;
        const char *text;
        const char *note; /* or NULL */
        const char *name; /* of a warning, or NULL */
} Diagnostic;

typedef struct Diagnostics {
        Arena *arena;
        Diagnostic *items;
        size_t n_items;
        size_t n_errors;
        WarningState warnings[WARNING_COUNT];
        bool dropped; /* the last one is not shown, nor is a note for it */
} Diagnostics;

Diagnostics *diagnostics_new(Arena *a);

/* What stands behind "-W": NAME, no-NAME, error, error=NAME, no-error=NAME. -ENOENT: there is no
 * such warning. */
int diagnostics_configure(Diagnostics *d, const char *option);
/* "duplicate-key"; NULL behind the last one. */
const char *diagnostics_warning_name(Warning w);

void diagnostics_error(Diagnostics *d, Span at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void diagnostics_warning(Diagnostics *d, Warning w, Span at, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Goes with the error or warning that was added last. */
void diagnostics_note(Diagnostics *d, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The same, when one of the names is close to the one that was written. */
void diagnostics_suggest(Diagnostics *d, const char *written, const char *const *names,
                         size_t n_names);

/* In the order of the sources; what was said twice of one place is said once. */
void diagnostics_sort(Diagnostics *d);
/* For people: the line, and what is meant in it. */
void diagnostics_print(const Diagnostics *d, FILE *f);
/* For editors: one JSON object for each, with what separates them. */
void diagnostics_print_json(const Diagnostics *d, const char *separator, FILE *f);
