/* SPDX-License-Identifier: MIT */
/* fascia-codegen import: from the introspection data of a D-Bus service to an interface file. */
#pragma once

#include "import-names.h"

#define IMPORT_SIZE_MAX (4U * 1024 * 1024)

/* The interface file; NULL: there are errors among the diagnostics. */
const char *import_sources(Arena *a, Diagnostics *d, Source *const *sources, size_t n_sources,
                           const ImportNames *names);

/* The command; argv[0] is "import". Returns the exit status. */
int import_main(int argc, char **argv);
