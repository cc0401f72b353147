/* SPDX-License-Identifier: MIT */
/* A text that grows at its end, in time that grows with its size. */
#include "text.h"

#include <stdio.h>
#include <string.h>

void text_init(Text *t, Arena *a) {
        *t = (Text){ .arena = a, .bytes = arena_strndup(a, "", 0), .capacity = 1 };
}

/* Room for `size` more bytes and the end. */
static void reserve(Text *t, size_t size) {
        size_t capacity = 2 * (t->size + size + 1);
        char *bytes;

        if (t->size + size + 1 <= t->capacity)
                return;
        bytes = arena_alloc(t->arena, capacity);
        memcpy(bytes, t->bytes, t->size);
        t->bytes = bytes;
        t->capacity = capacity;
}

void text_add_bytes(Text *t, const char *s, size_t size) {
        reserve(t, size);
        memcpy(t->bytes + t->size, s, size);
        t->size += size;
        t->bytes[t->size] = '\0';
}

void text_add(Text *t, const char *s) {
        text_add_bytes(t, s, strlen(s));
}

void text_vprintf(Text *t, const char *format, va_list ap) {
        va_list copy;
        int size;

        va_copy(copy, ap);
        size = vsnprintf(NULL, 0, format, copy);
        va_end(copy);
        reserve(t, (size_t)size);
        vsnprintf(t->bytes + t->size, (size_t)size + 1, format, ap);
        t->size += (size_t)size;
}

void text_printf(Text *t, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        text_vprintf(t, format, ap);
        va_end(ap);
}
