/* SPDX-License-Identifier: MIT */
/* Loads an interface file with the modules that it imports. */
#pragma once

#include "model.h"

typedef struct Candidate {
        const char *path;
        const char *name;
        uint32_t major, minor;
} Candidate;

typedef struct Modules {
        Arena *arena;
        Diagnostics *diagnostics;
        const char **directories; /* of -I */
        size_t n_directories;
        Module **
                items; /* what others import comes before them; the file that was asked for is last */
        size_t n_items;
        const Source **sources; /* that were read: the files that outputs depend on */
        size_t n_sources;

        /* while loading */
        Module **begun;
        size_t n_begun;
        Candidate *candidates;
        size_t n_candidates;
        bool is_indexed;
} Modules;

/* Takes part in what is said and depended on from now on. */
void modules_add_source(Modules *s, Source *source);

/* NULL: it could not be read whole; that, and every import that is missing, was reported. */
Module *modules_load(Modules *s, Source *source);
