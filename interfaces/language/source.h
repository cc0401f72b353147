/* SPDX-License-Identifier: MIT */
/* The text of one file of the user (an interface file, annotations), and places in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

typedef struct Source {
        const char *path; /* as given by the user, or found below a directory that was */
        const char *stem; /* base name without ".qface" */
        const char *text; /* NUL terminated */
        uint32_t size;
        uint32_t *lines; /* where each begins */
        uint32_t n_lines;
        unsigned order;   /* of what is said about several files */
        bool is_imported; /* not what was asked for: nobody wants to hear of its doubts */
} Source;

/* Bytes of a source, by which everything knows its position. */
typedef struct Span {
        const Source *source;
        uint32_t offset;
        uint32_t length;
} Span;

#define SOURCE_SIZE_MAX (1024 * 1024)

/* -EFBIG: larger than SOURCE_SIZE_MAX; else what reading said, such as -ENOENT. */
int source_load(Arena *a, const char *path, Source **ret);
Source *source_new(Arena *a, const char *path, const char *text, size_t size);

/* 1-based; columns count bytes. */
void source_locate(const Source *s, uint32_t offset, uint32_t *ret_line, uint32_t *ret_column);

/* The first byte that may not be in one: NUL, or no UTF-8. -ENOENT: there is none. */
int source_find_bad_byte(const Source *s, uint32_t *ret_offset);
/* "dir/climate.qface" and ".yaml" give "dir/climate.yaml". */
const char *source_sibling(const Source *s, Arena *a, const char *suffix);
