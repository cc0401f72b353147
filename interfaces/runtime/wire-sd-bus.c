/* SPDX-License-Identifier: MIT */
/* Writes and reads messages of sd-bus. */
#include <errno.h>
#include <stdbool.h>

#include <systemd/sd-bus.h>

#include "wire-sd-bus.h"

static int write_basic(Writer *w, char type, const void *value) {
        int r;

        if (type == 'b') { /* sd-bus takes an int */
                int b = *(const bool *)value;
                return sd_bus_message_append_basic(w->target, 'b', &b);
        }
        if (type != 's' && type != 'o' && type != 'g')
                return sd_bus_message_append_basic(w->target, type, value);
        r = sd_bus_message_append_basic(w->target, type, *(const char *const *)value);
        /* Its one reason to refuse the string itself. */
        return r == -EINVAL ? -EILSEQ : r;
}

static size_t fixed_size(char type) {
        switch (type) {
        case 'y':
                return 1;
        case 'n':
        case 'q':
                return 2;
        case 'i':
        case 'u':
                return 4;
        default:
                return 8;
        }
}

static int write_array(Writer *w, char type, const void *items, size_t count) {
        size_t size;

        if (__builtin_mul_overflow(count, fixed_size(type), &size))
                return -ENOBUFS;
        return sd_bus_message_append_array(w->target, type, items, size);
}

static int write_open(Writer *w, char container, const char *contents) {
        return sd_bus_message_open_container(w->target, container, contents);
}

static int write_close(Writer *w) {
        return sd_bus_message_close_container(w->target);
}

const WriterOps wire_sd_bus_writer_ops = {
        .basic = write_basic,
        .array = write_array,
        .open = write_open,
        .close = write_close,
};

/* sd-bus says 0 at the end of an array, and -ENXIO both at the end of anything else and at another
 * type than the one asked for. */
static int read_result(Reader *r, int result) {
        if (result > 0)
                return 0;
        if (result == 0)
                return -ENODATA;
        if (result == -ENXIO)
                return sd_bus_message_at_end(r->source, false) > 0 ? -ENODATA : -EBADMSG;
        return result == -EBUSY ? -EBADMSG : result;
}

static int read_basic(Reader *r, char type, void *ret) {
        int b, k;

        if (type != 'b')
                return read_result(r, sd_bus_message_read_basic(r->source, type, ret));
        k = read_result(r, sd_bus_message_read_basic(r->source, 'b', &b));
        if (k >= 0)
                *(bool *)ret = b;
        return k;
}

static int read_array(Reader *r, char type, const void **ret_items, size_t *ret_count) {
        const void *items;
        size_t size;
        int k;

        k = read_result(r, sd_bus_message_read_array(r->source, type, &items, &size));
        if (k < 0)
                return k;
        /* The length of an array comes from the sender and sd-bus does not compare it. */
        if (size % fixed_size(type) != 0)
                return -EBADMSG;
        *ret_items = items;
        *ret_count = size / fixed_size(type);
        return 0;
}

static int read_enter(Reader *r, char container, const char *contents) {
        return read_result(r, sd_bus_message_enter_container(r->source, container, contents));
}

/* Before it compares, sd-bus moves nothing. */
static int read_try_enter(Reader *r, char container, const char *contents) {
        int k;

        k = sd_bus_message_enter_container(r->source, container, contents);
        if (k > 0)
                return 1;
        k = read_result(r, k);
        return k == -EBADMSG ? 0 : k;
}

/* With elements left, exit is refused: -EBUSY becomes -EBADMSG. */
static int read_exit(Reader *r) {
        return read_result(r, sd_bus_message_exit_container(r->source));
}

static int read_at_end(Reader *r) {
        return sd_bus_message_at_end(r->source, false);
}

static int read_peek(Reader *r, char *ret_type, const char **ret_contents) {
        const char *contents;
        char type;
        int k;

        k = sd_bus_message_peek_type(r->source, &type, &contents);
        if (k < 0)
                return k;
        *ret_type = k > 0 ? type : 0;
        *ret_contents = k > 0 ? contents : NULL;
        return 0;
}

static int read_skip(Reader *r, const char *signature) {
        return read_result(r, sd_bus_message_skip(r->source, signature));
}

const ReaderOps wire_sd_bus_reader_ops = {
        .basic = read_basic,
        .array = read_array,
        .enter = read_enter,
        .try_enter = read_try_enter,
        .exit = read_exit,
        .at_end = read_at_end,
        .peek = read_peek,
        .skip_element = read_skip,
};
