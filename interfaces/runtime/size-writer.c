/* SPDX-License-Identifier: MIT */
/* A writer that only counts (D-Bus specification, "Marshaling"). */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "wire.h"

/* Of the first byte of a value of the type; also the size of the fixed-size ones. */
static size_t alignment_of(char type) {
        switch (type) {
        case 'y':
        case 'g':
        case 'v':
                return 1;
        case 'n':
        case 'q':
                return 2;
        case 'b':
        case 'i':
        case 'u':
        case 's':
        case 'o':
        case 'a':
                return 4;
        default: /* x t d ( { */
                return 8;
        }
}

static SizeWriter *size_writer(Writer *w) {
        return w->target;
}

static void align(SizeWriter *s, size_t alignment) {
        s->size = (s->size + alignment - 1) & ~(alignment - 1);
}

static int add(SizeWriter *s, size_t size) {
        /* Nothing near it is ever sent, and alignment cannot overflow below it. */
        if (size > SIZE_MAX / 2 - s->size)
                return -ENOBUFS;
        s->size += size;
        return 0;
}

static int count_basic(Writer *w, char type, const void *value) {
        SizeWriter *s = size_writer(w);

        align(s, alignment_of(type));
        switch (type) {
        case 's':
        case 'o':
                return add(s, sizeof(uint32_t) + strlen(*(const char *const *)value) + 1);
        case 'g':
                return add(s, sizeof(uint8_t) + strlen(*(const char *const *)value) + 1);
        default:
                return add(s, alignment_of(type));
        }
}

/* The padding to the first element is there also when there is none. */
static void open_array(SizeWriter *s, char element) {
        align(s, sizeof(uint32_t));
        s->size += sizeof(uint32_t);
        align(s, alignment_of(element));
}

static int count_array(Writer *w, char type, const void *items, size_t count) {
        size_t size;

        (void)items;
        open_array(size_writer(w), type);
        if (__builtin_mul_overflow(count, alignment_of(type), &size))
                return -ENOBUFS;
        return add(size_writer(w), size);
}

static int count_open(Writer *w, char container, const char *contents) {
        SizeWriter *s = size_writer(w);

        if (container == 'a')
                open_array(s, contents[0]);
        else if (container == 'v')
                return add(s, sizeof(uint8_t) + strlen(contents) + 1);
        else
                align(s, 8);
        return 0;
}

static int count_close(Writer *w) {
        (void)w;
        return 0;
}

static const WriterOps size_writer_ops = {
        .basic = count_basic,
        .array = count_array,
        .open = count_open,
        .close = count_close,
};

void size_writer_init(SizeWriter *w) {
        *w = (SizeWriter){ .writer = { .ops = &size_writer_ops, .target = w } };
}
