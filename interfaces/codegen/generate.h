/* SPDX-License-Identifier: MIT */
/* From an interface file to its model, and from the model to the texts of its outputs. */
#pragma once

#include "diagnostics.h"
#include "model.h"
#include "output.h"

/* All stages in front of the emitters. NULL, or d->n_errors > 0: nothing may be generated. */
Module *generate_read(Arena *a, Diagnostics *d, const Source *source);

#define GENERATE_TYPES 0x01U
#define GENERATE_FRONT 0x02U
#define GENERATE_BACKEND 0x04U
#define GENERATE_MODULE 0x08U
#define GENERATE_STUB 0x10U
#define GENERATE_XML 0x20U
/* A stub belongs to its author once it is written: only on demand. */
#define GENERATE_USUAL \
        (GENERATE_TYPES | GENERATE_FRONT | GENERATE_BACKEND | GENERATE_MODULE | GENERATE_XML)

/* "types,front,…"; 0: one of the words is none of them. */
unsigned generate_parse_list(const char *list);

/* Adds what is asked for, below the directory. */
void generate_outputs(const Module *m, unsigned what, const char *directory, Output *o);
