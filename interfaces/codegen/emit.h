/* SPDX-License-Identifier: MIT */
/* Writing text from templates with named holes, laid out as the project's formatter would. */
#pragma once

#include "model.h"
#include "text.h"

typedef struct Emitter {
        Arena *arena;
        Text out;
        Text filled;    /* the template that is being emitted */
        size_t shifted; /* by how much the lines of an initialiser are indented more */
} Emitter;

void emitter_init(Emitter *e, Arena *a);

/* Names and values in turn, to fill the holes of a template with. */
#define VARS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Appends the template, each ${name} replaced. A line that gets longer than 100 columns is broken
 * as the formatter breaks it: in its last list of arguments, or after its '='. A template writes a
 * declaration or call on one line, therefore. vars may be NULL. */
void emit(Emitter *e, const char *const *vars, const char *template);

/* Takes back blank lines at the end. */
void emit_trim(Emitter *e);

/* The doc comment of a symbol, as it was written, with further lines (NULL: none) at its end, and what
 * annotations say of its history; nothing when there is none of all. */
void emit_doc(Emitter *e, const char *indent, const Symbol *symbol, const char *more);

/* In front of the declaration of a function: the compiler warns who calls it. */
void emit_deprecation(Emitter *e, const Symbol *symbol);

/* The outputs in C. */
void emit_types_header(Emitter *e, const Module *m);
void emit_types_source(Emitter *e, const Module *m);
void emit_private_header(Emitter *e, const Module *m);
void emit_front_header(Emitter *e, const Module *m);
void emit_front_source(Emitter *e, const Module *m);
void emit_backend_header(Emitter *e, const Module *m);
void emit_backend_source(Emitter *e, const Module *m);
void emit_stub(Emitter *e, const Module *m);
/* introspection: of each interface the <interface> element, as in its XML file. */
void emit_module_source(Emitter *e, const Module *m, const char *const *introspection);
