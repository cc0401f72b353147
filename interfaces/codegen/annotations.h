/* SPDX-License-Identifier: MIT */
/* Gathers what is said of each symbol: its '@' lines, the file beside the interface file, those that
 * are named on the command line. */
#pragma once

#include "model.h"

typedef struct Annotations {
        Arena *arena;
        Diagnostics *diagnostics;
        Node **documents; /* later ones win */
        size_t n_documents;
} Annotations;

/* A file of annotations by qualified name. What is wrong with it is reported. */
void annotations_add(Annotations *s, const Source *source);

/* After resolve_module(): values are read as the types want them. */
void annotations_read(Annotations *s, Module *m);

/* Says which names in the files are of nothing in these modules. */
void annotations_check_names(const Annotations *s, Module *const *modules, size_t n_modules);
