/* SPDX-License-Identifier: MIT */
/* A text that grows at its end, in time that grows with its size. */
#pragma once

#include <stdarg.h>

#include "arena.h"

typedef struct Text {
        Arena *arena;
        char *bytes; /* NUL terminated; of the arena */
        size_t size, capacity;
} Text;

void text_init(Text *t, Arena *a);
void text_add(Text *t, const char *s);
void text_add_bytes(Text *t, const char *s, size_t size);
void text_printf(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(Text *t, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
