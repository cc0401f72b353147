/* SPDX-License-Identifier: MIT */
/* The bus, for a tool that asks one thing after the other. */
#include "bus.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct Bus {
        Loop *loop;
        Connection *connection;
        LoopTimer *timer;
        uint64_t timeout;
        bool is_open;
        int error; /* the connection is lost */
};

/* ---- waiting ---- */

static void on_timer(void *userdata) {
        (void)userdata; /* it has woken us */
}

int bus_wait(Bus *b, uint64_t deadline) {
        struct pollfd fd = { .fd = loop_get_fd(b->loop), .events = POLLIN };

        if (b->error < 0)
                return -ENOTCONN;
        if (loop_now(b->loop) >= deadline)
                return -ETIMEDOUT;
        loop_timer_set(b->timer, deadline);
        if (poll(&fd, 1, -1) < 0 && errno != EINTR)
                return -errno;
        loop_dispatch(b->loop);
        return b->error < 0 ? -ENOTCONN : 0;
}

static uint64_t deadline_of(const Bus *b) {
        return loop_now(b->loop) + b->timeout;
}

/* ---- the connection ---- */

static void on_connected(Connection *c, void *userdata) {
        Bus *b = userdata;

        (void)c;
        b->is_open = true;
}

static void on_lost(Connection *c, int error, void *userdata) {
        Bus *b = userdata;

        (void)c;
        b->error = error;
}

static const ConnectionEvents events = { .on_connected = on_connected, .on_lost = on_lost };

static int bus_connect(Bus *b, const char *address) {
        uint64_t deadline;
        int r;

        r = loop_new(NULL, &b->loop);
        if (r >= 0)
                r = loop_timer_new(b->loop, on_timer, b, &b->timer);
        if (r >= 0)
                r = connection_new(b->loop, address, &events, b, &b->connection);
        if (r < 0)
                return r;
        deadline = deadline_of(b);
        while (r >= 0 && !b->is_open)
                r = bus_wait(b, deadline);
        return r == -ENOTCONN ? b->error : r;
}

int bus_open(const char *address, uint64_t timeout_usec, Bus **ret) {
        Bus *b;
        int r;

        b = calloc(1, sizeof(*b));
        if (!b)
                return -ENOMEM;
        b->timeout = timeout_usec;
        r = bus_connect(b, address);
        if (r < 0) {
                bus_close(b);
                return r;
        }
        *ret = b;
        return 0;
}

Bus *bus_close(Bus *b) {
        if (!b)
                return NULL;
        if (b->connection)
                connection_close(b->connection);
        connection_unref(b->connection);
        loop_timer_free(b->timer);
        loop_unref(b->loop);
        free(b);
        return NULL;
}

Connection *bus_get_connection(const Bus *b) {
        return b->connection;
}

Loop *bus_get_loop(const Bus *b) {
        return b->loop;
}

/* ---- calls ---- */

typedef struct Answer {
        Message *reply;
        bool is_here;
} Answer;

static void on_reply(Message *reply, void *userdata) {
        Answer *a = userdata;

        a->is_here = true;
        a->reply = reply ? message_ref(reply) : NULL;
}

int bus_call(Bus *b, Message *call, Message **ret_reply) {
        Answer answer = { .is_here = false };
        PendingReply *pending;
        int r;

        r = connection_call(b->connection, call, b->timeout, on_reply, &answer, &pending);
        message_unref(call);
        while (r >= 0 && !answer.is_here)
                r = bus_wait(b, UINT64_MAX);
        if (!answer.is_here)
                return r;
        if (!answer.reply)
                return -ENOTCONN;
        *ret_reply = answer.reply;
        return 0;
}

int bus_ask(Bus *b, const char *destination, const char *path, const char *interface,
            const char *member, const char *argument, Message **ret_reply) {
        Message *call;
        Writer w;
        int r;

        r = message_new_call(b->connection, destination, path, interface, member, &call);
        if (r < 0)
                return r;
        if (argument) {
                w = message_writer(call);
                r = writer_string(&w, argument);
                if (r < 0) {
                        message_unref(call);
                        return r;
                }
        }
        return bus_call(b, call, ret_reply);
}

/* ---- as JSON ---- */

static json_t *read_integer(Reader *r, char type) {
        union {
                bool b;
                uint8_t y;
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
        } v;

        if (reader_basic(r, type, &v) < 0)
                return NULL;
        switch (type) {
        case 'b':
                return json_boolean(v.b);
        case 'y':
                return json_integer(v.y);
        case 'n':
                return json_integer(v.n);
        case 'q':
                return json_integer(v.q);
        case 'i':
                return json_integer(v.i);
        case 'u':
                return json_integer(v.u);
        default:
                return json_integer((json_int_t)v.t);
        }
}

static json_t *read_text(Reader *r, char type) {
        const char *text;

        return reader_basic(r, type, &text) < 0 ? NULL : json_string(text);
}

static json_t *read_real(Reader *r) {
        double value;

        return reader_basic(r, 'd', &value) < 0 ? NULL : json_real(value);
}

/* A dictionary of texts: its entries, one after the other. */
static int read_entry(Reader *r, json_t *object, const char *contents) {
        const char *key;
        int k;

        k = reader_enter(r, 'e', contents);
        if (k >= 0)
                k = reader_basic(r, contents[0], &key);
        if (k >= 0 && json_object_set_new(object, key, read_json(r)) < 0)
                k = -ENOMEM;
        return k < 0 ? k : reader_exit(r);
}

static json_t *read_array(Reader *r, const char *contents) {
        bool is_object = contents[0] == '{' && strchr("so", contents[1]);
        json_t *json = is_object ? json_object() : json_array();
        char *entry = strdup(contents);
        int k = entry ? reader_enter(r, 'a', contents) : -ENOMEM;

        if (is_object && entry) { /* without the brackets */
                memmove(entry, entry + 1, strlen(entry));
                entry[strlen(entry) - 1] = '\0';
        }
        while (k >= 0 && (k = reader_at_end(r)) == 0) {
                if (is_object)
                        k = read_entry(r, json, entry);
                else
                        k = json_array_append_new(json, read_json(r)) < 0 ? -ENOMEM : 0;
        }
        free(entry);
        if (k >= 0 && reader_exit(r) >= 0)
                return json;
        json_decref(json);
        return NULL;
}

static json_t *read_variant(Reader *r, const char *contents) {
        json_t *json;

        if (reader_enter(r, 'v', contents) < 0)
                return NULL;
        json = read_json(r);
        if (json && reader_exit(r) >= 0)
                return json;
        json_decref(json);
        return NULL;
}

json_t *read_json(Reader *r) {
        const char *contents;
        char type;

        if (reader_peek(r, &type, &contents) < 0)
                return NULL;
        switch (type) {
        case 's':
        case 'o':
        case 'g':
                return read_text(r, type);
        case 'd':
                return read_real(r);
        case 'a':
                return read_array(r, contents);
        case 'v':
                return read_variant(r, contents);
        default:
                return strchr("bynqiuxt", type) ? read_integer(r, type) : NULL;
        }
}

json_t *message_to_json(Message *m) {
        Reader r = message_reader(m);

        return read_json(&r);
}
