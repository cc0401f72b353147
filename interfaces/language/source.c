/* SPDX-License-Identifier: MIT */
/* The text of one file of the user (an interface file, annotations), and places in it. */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".qface"

static const char *stem_of(Arena *a, const char *path) {
        const char *slash = strrchr(path, '/');
        const char *base = slash ? slash + 1 : path;
        size_t size = strlen(base);

        if (size > strlen(SUFFIX) && strcmp(base + size - strlen(SUFFIX), SUFFIX) == 0)
                size -= strlen(SUFFIX);
        return arena_strndup(a, base, size);
}

static void index_lines(Source *s, Arena *a) {
        size_t n = 0;

        ARENA_APPEND(a, s->lines, n, 0);
        for (uint32_t i = 0; i < s->size; i++)
                if (s->text[i] == '\n')
                        ARENA_APPEND(a, s->lines, n, i + 1);
        s->n_lines = (uint32_t)n;
}

Source *source_new(Arena *a, const char *path, const char *text, size_t size) {
        Source *s = arena_alloc(a, sizeof(*s));

        s->path = arena_strndup(a, path, strlen(path));
        s->stem = stem_of(a, path);
        s->text = arena_strndup(a, text, size);
        s->size = (uint32_t)size;
        index_lines(s, a);
        return s;
}

const char *source_sibling(const Source *s, Arena *a, const char *suffix) {
        const char *slash = strrchr(s->path, '/');

        return arena_printf(a, "%.*s%s%s", slash ? (int)(slash + 1 - s->path) : 0, s->path, s->stem,
                            suffix);
}

int source_load(Arena *a, const char *path, Source **ret) {
        /* Of the arena, and before the file is open: when it is exhausted, nothing is left behind. */
        char *text = arena_alloc(a, SOURCE_SIZE_MAX + 1);
        size_t size;
        FILE *f = fopen(path, "re");
        int r = 0;

        if (!f)
                return -errno;
        errno = 0;
        size = fread(text, 1, SOURCE_SIZE_MAX + 1, f);
        if (ferror(f))
                r = errno > 0 ? -errno : -EIO;
        else if (size > SOURCE_SIZE_MAX)
                r = -EFBIG;
        fclose(f);
        if (r < 0)
                return r;
        *ret = source_new(a, path, text, size);
        return 0;
}

void source_locate(const Source *s, uint32_t offset, uint32_t *ret_line, uint32_t *ret_column) {
        uint32_t low = 0, high = s->n_lines;

        if (offset > s->size)
                offset = s->size;
        while (high - low > 1) {
                uint32_t middle = low + (high - low) / 2;

                if (s->lines[middle] <= offset)
                        low = middle;
                else
                        high = middle;
        }
        *ret_line = low + 1;
        *ret_column = offset - s->lines[low] + 1;
}

/* The length of the UTF-8 sequence at p, 0 when there is none: RFC 3629, so neither overlong nor a
 * surrogate nor above U+10FFFF. */
static uint32_t utf8_length(const unsigned char *p) {
        static const struct {
                unsigned char first_low, first_high, second_low, second_high, length;
        } forms[] = {
                { 0x01, 0x7F, 0x00, 0x00, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 },
                { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
                { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
                { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 },
                { 0xF4, 0xF4, 0x80, 0x8F, 4 },
        };

        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                if (p[0] < forms[i].first_low || p[0] > forms[i].first_high)
                        continue;
                if (forms[i].length == 1)
                        return 1;
                if (p[1] < forms[i].second_low || p[1] > forms[i].second_high)
                        return 0;
                for (uint32_t k = 2; k < forms[i].length; k++)
                        if (p[k] < 0x80 || p[k] > 0xBF)
                                return 0;
                return forms[i].length;
        }
        return 0;
}

int source_find_bad_byte(const Source *s, uint32_t *ret_offset) {
        const unsigned char *text = (const unsigned char *)s->text;

        for (uint32_t i = 0; i < s->size;) {
                uint32_t length = utf8_length(text + i);

                if (length == 0) {
                        *ret_offset = i;
                        return 0;
                }
                i += length;
        }
        return -ENOENT;
}
