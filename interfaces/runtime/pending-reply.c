/* SPDX-License-Identifier: MIT */
/* Sending, and the replies that are waited for. */
#include <errno.h>
#include <stdlib.h>

#include "connection-internal.h"

struct PendingReply {
        Connection *connection; /* NULL: closed, there is nothing to come */
        sd_bus_slot *slot;
        sd_bus_message *message; /* that waits for its turn */
        bool is_in_window;       /* and was sent */
        ConnectionReplyFn *fn;
        void *userdata;
        bool held; /* the caller has the pointer and frees it after a close */
        PendingReply *next;
        PendingReply **previous; /* what points here */
};

static void link_reply(Connection *c, PendingReply *p) {
        p->connection = c;
        p->next = c->pending;
        p->previous = &c->pending;
        if (p->next)
                p->next->previous = &p->next;
        c->pending = p;
}

static void link_waiting(Connection *c, PendingReply *p) {
        p->connection = c;
        p->next = NULL;
        p->previous = c->waiting_end ? c->waiting_end : &c->waiting;
        *p->previous = p;
        c->waiting_end = &p->next;
}

static void unlink_reply(PendingReply *p) {
        Connection *c = p->connection;

        *p->previous = p->next;
        if (p->next)
                p->next->previous = p->previous;
        else if (p->message)
                c->waiting_end = c->waiting ? p->previous : NULL;
        if (p->is_in_window)
                c->n_in_window--;
        p->connection = NULL;
        p->slot = sd_bus_slot_unref(p->slot);
        p->message = sd_bus_message_unref(p->message);
}

static void send_waiting(Connection *c);

PendingReply *pending_reply_free(PendingReply *p) {
        Connection *c = p ? p->connection : NULL;

        if (c)
                unlink_reply(p);
        free(p);
        if (c)
                send_waiting(c);
        return NULL;
}

/* Ends it with that reply. */
static void finish(PendingReply *p, Message *reply) {
        ConnectionReplyFn *fn = p->fn;
        void *userdata = p->userdata;

        pending_reply_free(p);
        fn(reply, userdata);
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        (void)reterr_error;
        finish(userdata, message_from_sd_bus(m));
        return 1;
}

/* What sd-bus says of a message that it cannot send because the end was just found. */
static int send_result(Connection *c, int r) {
        if (r >= 0)
                return 0;
        return sd_bus_is_open(c->bus) > 0 ? r : -ENOTCONN;
}

/* A message that was made for, or came by, an earlier connection must not go out on this one: its
 * destination may be somebody else here. */
static bool can_send(Connection *c, sd_bus_message *m) {
        return c->state == CONNECTION_CONNECTED && sd_bus_message_get_bus(m) == c->bus;
}

int connection_send(Connection *c, Message *message) {
        sd_bus_message *m = message_to_sd_bus(message);
        int r;

        if (!can_send(c, m))
                return -ENOTCONN;
        r = send_result(c, sd_bus_send(c->bus, m, NULL));
        connection_sent(c, m);
        return r;
}

int connection_call(Connection *c, Message *message, uint64_t timeout_usec, ConnectionReplyFn *fn,
                    void *userdata, PendingReply **ret) {
        sd_bus_message *m = message_to_sd_bus(message);
        PendingReply *p;
        int r;

        if (!can_send(c, m))
                return -ENOTCONN;
        p = malloc(sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (PendingReply){ .fn = fn, .userdata = userdata, .held = ret != NULL };
        /* Zero would mean the default of sd-bus. */
        r = sd_bus_call_async(c->bus, &p->slot, m, on_reply, p,
                              timeout_usec > 0 ? timeout_usec : 1);
        r = send_result(c, r);
        if (r < 0)
                free(p);
        else
                link_reply(c, p);
        connection_sent(c, m);
        if (r >= 0 && ret)
                *ret = p;
        return r;
}

/* ---- the window ---- */

void connection_set_window(Connection *c, size_t window) {
        c->window = window;
        send_waiting(c);
}

static bool is_open(const Connection *c) {
        return c->window == 0 || c->n_in_window < c->window;
}

static int send_in_window(Connection *c, PendingReply *p, sd_bus_message *m) {
        int r;

        r = send_result(c, sd_bus_call_async(c->bus, &p->slot, m, on_reply, p, UINT64_MAX));
        if (r >= 0) {
                p->is_in_window = true;
                c->n_in_window++;
                link_reply(c, p);
        }
        connection_sent(c, m);
        return r;
}

static void link_waiting_again(Connection *c, PendingReply *p) {
        p->connection = c;
        p->next = c->waiting;
        p->previous = &c->waiting;
        if (p->next)
                p->next->previous = &p->next;
        else
                c->waiting_end = &p->next;
        c->waiting = p;
}

/* Those that can go now. Nobody is called from here: what cannot be sent goes on waiting, and is
 * answered when the connection is lost, which is the next that happens then. */
static void send_waiting(Connection *c) {
        while (c->waiting && is_open(c) && c->state == CONNECTION_CONNECTED) {
                PendingReply *p = c->waiting;
                sd_bus_message *m = sd_bus_message_ref(p->message);

                unlink_reply(p);
                if (!can_send(c, m) || send_in_window(c, p, m) < 0) {
                        p->message = m;
                        link_waiting_again(c, p);
                        return;
                }
                sd_bus_message_unref(m);
        }
}

int connection_call_in_window(Connection *c, Message *message, ConnectionReplyFn *fn,
                              void *userdata, PendingReply **ret) {
        sd_bus_message *m = message_to_sd_bus(message);
        PendingReply *p;
        int r = 0;

        if (!can_send(c, m))
                return -ENOTCONN;
        p = malloc(sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (PendingReply){ .fn = fn, .userdata = userdata, .held = true };
        if (is_open(c) && !c->waiting) {
                r = send_in_window(c, p, m);
        } else {
                p->message = sd_bus_message_ref(m);
                link_waiting(c, p);
        }
        if (r < 0)
                free(p);
        else
                *ret = p;
        return r;
}

/* ---- the end of the connection ---- */

void pending_replies_lost(Connection *c) {
        while (c->pending)
                finish(c->pending, NULL);
        while (c->waiting)
                finish(c->waiting, NULL);
}

static void close_all(PendingReply **replies) {
        while (*replies) {
                PendingReply *p = *replies;

                unlink_reply(p);
                if (!p->held)
                        free(p);
        }
}

void pending_replies_close(Connection *c) {
        close_all(&c->pending);
        close_all(&c->waiting);
}
