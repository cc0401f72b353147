/* SPDX-License-Identifier: MIT */
/* Files that are written all or not at all. */
#pragma once

#include <stdbool.h>

#include "arena.h"

typedef struct Output {
        Arena *arena;
        struct OutputFile *files;
        size_t n_files;
} Output;

/* text must live until output_commit(). */
void output_add(Output *o, const char *path, const char *text);

const char *output_path(const Output *o, size_t i);
const char *output_text(const Output *o, size_t i);

/* Writes everything beside its place, and moves it there when all of it could be written. On
 * failure every file is as it was, unless moving itself failed; *reterr_path is the file that could
 * not be written. */
int output_commit(Output *o, const char **reterr_path);
