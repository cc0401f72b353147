/* SPDX-License-Identifier: MIT */
/* The text of one interface file, and places in it. */
#pragma once

#include <stdint.h>

#include "arena.h"

/* Bytes of the source, by which everything knows its position. */
typedef struct Span {
        uint32_t offset;
        uint32_t length;
} Span;

typedef struct Source {
        const char *path; /* as given by the user */
        const char *stem; /* base name without ".qface" */
        const char *text; /* NUL terminated */
        uint32_t size;
} Source;

#define SOURCE_SIZE_MAX (1024 * 1024)

/* -EFBIG: larger than SOURCE_SIZE_MAX; else what reading said, such as -ENOENT. */
int source_load(Arena *a, const char *path, Source **ret);
Source *source_new(Arena *a, const char *path, const char *text, size_t size);

/* 1-based; columns count bytes. */
void source_locate(const Source *s, uint32_t offset, uint32_t *ret_line, uint32_t *ret_column);

/* The first byte that may not be in an interface file: NUL, or no UTF-8. -ENOENT: there is none. */
int source_find_bad_byte(const Source *s, uint32_t *ret_offset);
