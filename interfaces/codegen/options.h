/* SPDX-License-Identifier: MIT */
/* The command line of the generator. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "diagnostics.h"

/* Exit statuses, beside 0. */
#define STATUS_FAILED 1
#define STATUS_USAGE 2

typedef struct Options {
        Arena *arena;
        const char *input;
        const char *directory; /* NULL: -o was not given */
        const char *depfile;
        const char *print;
        const char **directories; /* of -I */
        size_t n_directories;
        const char **annotations; /* of -A */
        size_t n_annotations;
        const char **warnings; /* of -W */
        size_t n_warnings;
        unsigned what;
        bool json;
        bool list_outputs;
        bool to_stdout;
        bool watch;
} Options;

/* -1: go on; otherwise the status to exit with. */
int options_parse(Options *o, Arena *a, int argc, char **argv);

/* Says what is wrong with the command line; returns STATUS_USAGE. */
int options_refuse(const char *text, const char *what);
/* What getopt_long() refused: returned c, with ':' as first of its options. */
int options_refuse_option(int c, char **argv);

/* Loads a file that the command line names; says why it cannot be. */
int options_load(Arena *a, const char *path, Source **ret);
