/* SPDX-License-Identifier: MIT */
/* Writing to and reading from the wire, one basic value or container at a time: what the codec
 * needs, and all that a second wire implementation has to provide. */
#pragma once

#include <errno.h>
#include <stddef.h>

/*
 * Types are those of D-Bus, as their signature characters: y b n q i u x t d s o g, containers a r
 * e v. Values of basic types are given by pointer to their C type; of b: to bool (1 byte), whatever
 * the implementation stores; of s, o, g: to const char *. After a failure the message is of no use
 * but to be dropped.
 */
typedef struct Writer Writer;
typedef struct Reader Reader;

typedef struct WriterOps {
        int (*basic)(Writer *w, char type, const void *value);
        /* An array of a fixed-size type other than b, whole. */
        int (*array)(Writer *w, char type, const void *items, size_t count);
        /* contents: the signature inside: of the elements, members or the variant. */
        int (*open)(Writer *w, char container, const char *contents);
        int (*close)(Writer *w);
} WriterOps;

struct Writer {
        const WriterOps *ops;
        void *target;
};

/* A reader returns -EBADMSG when the message holds something else than what is asked for, and
 * -ENODATA at its end. */
typedef struct ReaderOps {
        int (*basic)(Reader *r, char type, void *ret);
        /* Borrowed: lives as long as the message. */
        int (*array)(Reader *r, char type, const void **ret_items, size_t *ret_count);
        int (*enter)(Reader *r, char container, const char *contents);
        /* 1: entered; 0: the next element is something else, and can be read as such. */
        int (*try_enter)(Reader *r, char container, const char *contents);
        int (*exit)(Reader *r);
        /* Whether the current container, or the message, has no more elements. */
        int (*at_end)(Reader *r);
        /* The type of the next element: 0 at the end; of a container its contents too. Borrowed. */
        int (*peek)(Reader *r, char *ret_type, const char **ret_contents);
        /* Skips one complete element of this signature. */
        int (*skip_element)(Reader *r, const char *signature);
} ReaderOps;

struct Reader {
        const ReaderOps *ops;
        void *source;
};

static inline int writer_basic(Writer *w, char type, const void *value) {
        return w->ops->basic(w, type, value);
}

static inline int writer_array(Writer *w, char type, const void *items, size_t count) {
        return w->ops->array(w, type, items, count);
}

static inline int writer_open(Writer *w, char container, const char *contents) {
        return w->ops->open(w, container, contents);
}

static inline int writer_close(Writer *w) {
        return w->ops->close(w);
}

static inline int reader_basic(Reader *r, char type, void *ret) {
        return r->ops->basic(r, type, ret);
}

static inline int reader_array(Reader *r, char type, const void **ret_items, size_t *ret_count) {
        return r->ops->array(r, type, ret_items, ret_count);
}

static inline int reader_enter(Reader *r, char container, const char *contents) {
        return r->ops->enter(r, container, contents);
}

static inline int reader_try_enter(Reader *r, char container, const char *contents) {
        return r->ops->try_enter(r, container, contents);
}

/* The next element of an array that is entered: 1, or 0 at its end. */
static inline int reader_next(Reader *r, char container, const char *contents) {
        int k = r->ops->enter(r, container, contents);

        if (k < 0)
                return k == -ENODATA ? 0 : k;
        return 1;
}

static inline int reader_exit(Reader *r) {
        return r->ops->exit(r);
}

static inline int reader_at_end(Reader *r) {
        return r->ops->at_end(r);
}

static inline int reader_peek(Reader *r, char *ret_type, const char **ret_contents) {
        return r->ops->peek(r, ret_type, ret_contents);
}

static inline int reader_skip(Reader *r, const char *signature) {
        return r->ops->skip_element(r, signature);
}

int writer_string(Writer *w, const char *value);
int reader_string(Reader *r, const char **ret);

/* A writer that counts: how many bytes the body would take on the wire, alignment included. The
 * second implementation of the interface above; replies are measured with it before they are sent.
 */
typedef struct SizeWriter {
        Writer writer;
        size_t size;
} SizeWriter;

void size_writer_init(SizeWriter *w);
