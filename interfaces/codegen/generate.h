/* SPDX-License-Identifier: MIT */
/* From an interface file to its model, and from the model to the texts of its outputs. */
#pragma once

#include "diagnostics.h"
#include "model.h"
#include "output.h"

/* What an interface file is read with. */
typedef struct Request {
        Arena *arena;
        Diagnostics *diagnostics;
        const char **directories; /* where imported modules are looked for */
        size_t n_directories;
        Source **annotations; /* files of them, in order */
        size_t n_annotations;
} Request;

/* All stages in front of the emitters. NULL, or errors among the diagnostics: nothing may be
 * generated. *ret_sources: every file that was read, the given one first. */
Module *generate_read(const Request *q, Source *source, const Source ***ret_sources,
                      size_t *ret_n_sources);

#define GENERATE_TYPES 0x01U
#define GENERATE_FRONT 0x02U
#define GENERATE_BACKEND 0x04U
#define GENERATE_MODULE 0x08U
#define GENERATE_STUB 0x10U
#define GENERATE_XML 0x20U
#define GENERATE_JSON 0x40U
#define GENERATE_MAN 0x80U
#define GENERATE_POLICY 0x100U
#define GENERATE_ACTIVATION 0x200U
#define GENERATE_DROP_IN 0x400U
/* A stub belongs to its author once it is written: only on demand. */
#define GENERATE_USUAL                                                                         \
        (GENERATE_TYPES | GENERATE_FRONT | GENERATE_BACKEND | GENERATE_MODULE | GENERATE_XML | \
         GENERATE_JSON | GENERATE_MAN | GENERATE_POLICY | GENERATE_ACTIVATION | GENERATE_DROP_IN)

/* "types,front,…"; 0: one of the words is none of them. */
unsigned generate_parse_list(const char *list);

/* Adds what is asked for, below the directory; NULL: with names alone. */
void generate_outputs(const Module *m, unsigned what, const char *directory, Output *o);
