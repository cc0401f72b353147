/* SPDX-License-Identifier: MIT */
/* Messages: made, looked into and measured. */
#include <errno.h>
#include <string.h>

#include "connection-internal.h"
#include "error.h"
#include "utf8.h"
#include "wire-sd-bus.h"

Message *message_ref(Message *m) {
        return message_from_sd_bus(sd_bus_message_ref(message_to_sd_bus(m)));
}

Message *message_unref(Message *m) {
        return message_from_sd_bus(sd_bus_message_unref(message_to_sd_bus(m)));
}

int message_new_call(Connection *c, const char *destination, const char *path,
                     const char *interface, const char *member, Message **ret) {
        sd_bus_message *m = NULL;
        int r;

        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = sd_bus_message_new_method_call(c->bus, &m, destination, path, interface, member);
        if (r >= 0)
                *ret = message_from_sd_bus(m);
        return r < 0 ? r : 0;
}

int message_new_signal(Connection *c, const char *path, const char *interface, const char *member,
                       Message **ret) {
        sd_bus_message *m = NULL;
        int r;

        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = sd_bus_message_new_signal(c->bus, &m, path, interface, member);
        if (r >= 0)
                *ret = message_from_sd_bus(m);
        return r < 0 ? r : 0;
}

int message_new_return(Message *call, Message **ret) {
        sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_return(message_to_sd_bus(call), &m);
        if (r >= 0)
                *ret = message_from_sd_bus(m);
        return r < 0 ? r : 0;
}

int message_new_error(Message *call, const char *name, const char *text, Message **ret) {
        sd_bus_message *m = NULL;
        int r;

        /* Both may come from a backend. A broker disconnects who sends a bad name, and a caller
         * must get its answer even when the text is of no use. */
        const sd_bus_error error = SD_BUS_ERROR_MAKE_CONST(
                error_name_is_valid(name) ? name : ERROR_FAILED,
                text && utf8_is_valid(text) ? text : NULL);
        r = sd_bus_message_new_method_error(message_to_sd_bus(call), &m, &error);
        if (r >= 0)
                *ret = message_from_sd_bus(m);
        return r < 0 ? r : 0;
}

Writer message_writer(Message *m) {
        return (Writer){ .ops = &wire_sd_bus_writer_ops, .target = m };
}

Reader message_reader(Message *m) {
        return (Reader){ .ops = &wire_sd_bus_reader_ops, .source = m };
}

const char *message_get_sender(Message *m) {
        return sd_bus_message_get_sender(message_to_sd_bus(m));
}

const char *message_get_path(Message *m) {
        return sd_bus_message_get_path(message_to_sd_bus(m));
}

const char *message_get_interface(Message *m) {
        return sd_bus_message_get_interface(message_to_sd_bus(m));
}

const char *message_get_member(Message *m) {
        return sd_bus_message_get_member(message_to_sd_bus(m));
}

const char *message_get_signature(Message *m) {
        return sd_bus_message_get_signature(message_to_sd_bus(m), true);
}

const char *message_get_error_name(Message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(message_to_sd_bus(m));

        return e ? e->name : NULL;
}

const char *message_get_error_text(Message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(message_to_sd_bus(m));

        return e ? e->message : NULL;
}

bool message_wants_no_reply(Message *m) {
        return sd_bus_message_get_expect_reply(message_to_sd_bus(m)) == 0;
}

bool message_is_error(Message *m) {
        return sd_bus_message_is_method_error(message_to_sd_bus(m), NULL) > 0;
}

/* ---- size ---- */

/* A header field: a struct of the code, a variant and a string of that length. */
static size_t field_size(const char *value) {
        return value ? (8 + strlen(value) + 1 + 7) & ~(size_t)7 : 0;
}

static size_t header_size(sd_bus_message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(m);

        /* 16 bytes of fixed header, 8 of the serial that a reply answers. */
        return 16 + 8 + field_size(sd_bus_message_get_path(m)) +
               field_size(sd_bus_message_get_interface(m)) +
               field_size(sd_bus_message_get_member(m)) +
               field_size(sd_bus_message_get_destination(m)) +
               field_size(sd_bus_message_get_sender(m)) + field_size(e ? e->name : NULL) +
               field_size(sd_bus_message_get_signature(m, true));
}

static int copy_basic(Reader *from, Writer *to, char type) {
        union {
                uint64_t number; /* any of the fixed-size ones */
                const char *string;
        } value;
        int r;

        r = reader_basic(from, type, &value);
        return r < 0 ? r : writer_basic(to, type, &value);
}

static int copy_array(Reader *from, Writer *to, char type) {
        const void *items;
        size_t count;
        int r;

        r = reader_array(from, type, &items, &count);
        return r < 0 ? r : writer_array(to, type, items, count);
}

/* Until the end of the container, or of the message. */
static int copy_all(Reader *from, Writer *to) {
        const char *contents;
        char type;
        int r;

        while ((r = reader_peek(from, &type, &contents)) >= 0 && type != 0) {
                if (type == 'a' && strchr("ynqiuxtd", contents[0])) {
                        r = copy_array(from, to, contents[0]);
                } else if (strchr("arev", type)) {
                        r = writer_open(to, type, contents);
                        if (r >= 0)
                                r = reader_enter(from, type, contents);
                        if (r >= 0)
                                r = copy_all(from, to);
                        if (r >= 0)
                                r = reader_exit(from);
                } else {
                        r = copy_basic(from, to, type);
                }
                if (r < 0)
                        return r;
        }
        return r;
}

size_t message_measure(sd_bus_message *m) {
        Reader reader = message_reader(message_from_sd_bus(m));
        SizeWriter size;

        size_writer_init(&size);
        if (sd_bus_message_rewind(m, true) >= 0)
                copy_all(&reader, &size.writer);
        sd_bus_message_rewind(m, true);
        return header_size(m) + size.size;
}
