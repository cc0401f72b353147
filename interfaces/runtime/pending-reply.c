/* SPDX-License-Identifier: MIT */
/* Sending, and the replies that are waited for. */
#include <errno.h>
#include <stdlib.h>

#include "connection-internal.h"

struct PendingReply {
        Connection *connection; /* NULL: closed, there is nothing to come */
        sd_bus_slot *slot;
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

static void unlink_reply(PendingReply *p) {
        *p->previous = p->next;
        if (p->next)
                p->next->previous = p->previous;
        p->connection = NULL;
        p->slot = sd_bus_slot_unref(p->slot);
}

PendingReply *pending_reply_free(PendingReply *p) {
        if (p && p->connection)
                unlink_reply(p);
        free(p);
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

void pending_replies_lost(Connection *c) {
        while (c->pending)
                finish(c->pending, NULL);
}

void pending_replies_close(Connection *c) {
        while (c->pending) {
                PendingReply *p = c->pending;
                unlink_reply(p);
                if (!p->held)
                        free(p);
        }
}
