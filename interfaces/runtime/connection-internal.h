/* SPDX-License-Identifier: MIT */
/* What the files that make up a connection share. Only they see sd-bus. */
#pragma once

#include <systemd/sd-bus.h>

#include "connection.h"

typedef enum ConnectionState {
        CONNECTION_WAITING, /* for the next attempt; or the last one failed and nobody was told */
        CONNECTION_CONNECTING,
        CONNECTION_CONNECTED,
        CONNECTION_DEAD, /* closed, or a peer that went away */
} ConnectionState;

struct Connection {
        unsigned n_ref;
        Loop *loop;
        char *address;
        bool peer;
        char *name; /* of a peer that serves: its unique name; else NULL */
        ConnectionEvents events;
        void *userdata;

        ConnectionState state;
        sd_bus *bus;
        int fault; /* what is to be reported as the loss in the next turn */
        uint64_t back_off;
        uint64_t connected_at;

        LoopIo *io;
        uint32_t io_events;
        LoopTimer *timer; /* deadlines of sd-bus, the next attempt, the next turn */
        uint64_t deadline;

        bool in_turn;
        bool busy; /* in a turn or in what belongs to its end: what was sent is looked after then,
                      and the sd_bus must not go away */
        bool closed;
        size_t outstanding;

        PendingReply *pending;
        /* Of connection_call_in_window(). */
        size_t window;
        size_t n_in_window;
        PendingReply *waiting;
        PendingReply **waiting_end; /* where the next one is linked; NULL: nothing waits */
        Subscription *subscriptions;
};

/* A message is the one of sd-bus itself: a wrapper would cost an allocation for each. */
static inline sd_bus_message *message_to_sd_bus(Message *m) {
        return (sd_bus_message *)m;
}

static inline Message *message_from_sd_bus(sd_bus_message *m) {
        return (Message *)m;
}

/* The length on the wire, rounded up: never less than it is. Of a message that was sent; it can be
 * read from its beginning afterwards. */
size_t message_measure(sd_bus_message *m);

/* After every send: counts what waits, and has it written and timed. m: the message; NULL: one that
 * sd-bus made itself. */
void connection_sent(Connection *c, sd_bus_message *m);

/* The connection is lost: answers all. Closed from within, there is nothing left to answer. */
void pending_replies_lost(Connection *c);
void subscriptions_lost(Connection *c);
/* The connection is closed: nothing is called any more. */
void pending_replies_close(Connection *c);
void subscriptions_close(Connection *c);
