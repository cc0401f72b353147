/* SPDX-License-Identifier: MIT */
/* A connection for messages, whatever is at the other end: a message bus, or one peer. Nothing
 * above it sees sd-bus. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "loop.h"
#include "wire.h"
#include <fascia/types.h>

typedef struct Connection Connection;
typedef struct Message Message;

/* All optional. Any of them may drop its reference of the connection. */
typedef struct ConnectionEvents {
        /* Messages can be sent, matches and names taken; also after each reconnect, when all that
         * was on the old one is gone. */
        void (*on_connected)(Connection *c, void *userdata);
        /* The connection is gone; every pending call has been answered with -ENOTCONN. It is tried
         * again by itself, after a back-off with jitter. error: a negative errno. Also when the
         * very first attempt fails. */
        void (*on_lost)(Connection *c, int error, void *userdata);
        /* A turn is over: up to CONNECTION_TURN_MESSAGES or CONNECTION_TURN_USEC of incoming
         * messages were handled. */
        void (*on_turn_end)(Connection *c, void *userdata);
        /* Everything that waited to be written has been. */
        void (*on_drained)(Connection *c, void *userdata);
} ConnectionEvents;

#define CONNECTION_TURN_MESSAGES 64
#define CONNECTION_TURN_USEC 2000

/* address: "auto" or "system" (the system bus, DBUS_SYSTEM_BUS_ADDRESS respected unless in secure
 * execution), "user", or any D-Bus address. Begins to connect; the outcome comes by event, from the
 * loop. -EINVAL: not an address. */
int connection_new(Loop *loop, const char *address, const ConnectionEvents *events, void *userdata,
                   Connection **ret);
/* One peer on a connected socket, which becomes the connection's also on failure. Both ends believe
 * to talk to a bus with two names on it: names need not be asked for, matches are local. server:
 * takes the role of the bus, with `name` as its unique name, which the signals it sends carry. No
 * reconnect. */
int connection_new_peer(Loop *loop, int fd, bool server, const char *name,
                        const ConnectionEvents *events, void *userdata, Connection **ret);
/* Without events from now on; the last reference closes it. */
Connection *connection_ref(Connection *c);
Connection *connection_unref(Connection *c);
/* No event and no callback comes any more: pending calls, matches and exports are dropped without
 * being called. */
void connection_close(Connection *c);

Loop *connection_get_loop(Connection *c);
const char *connection_get_address(Connection *c);
bool connection_is_peer(Connection *c);
bool connection_is_open(Connection *c);
/* Own unique name; NULL when not connected. */
const char *connection_get_unique_name(Connection *c);
/* Neither connected nor on the way to it: what a watchdog must not hide. */
bool connection_is_dead(Connection *c);
/* Who is at the other end, as the kernel says it: of a peer. The groups, with the primary one, are the caller's to
 * free. -EOPNOTSUPP: it is a bus. */
int connection_get_peer_user(Connection *c, uid_t *ret_user, gid_t **ret_groups,
                             size_t *ret_n_groups);
/* Bytes that were sent and, as far as known, still wait in this process; counted by whole bursts,
 * never too low. */
size_t connection_get_outstanding(Connection *c);
/* Whether messages are being handled right now, so that on_turn_end will come by itself. */
bool connection_in_turn(Connection *c);

/* ---- messages ---- */

Message *message_ref(Message *m);
Message *message_unref(Message *m);

int message_new_call(Connection *c, const char *destination, const char *path,
                     const char *interface, const char *member, Message **ret);
int message_new_signal(Connection *c, const char *path, const char *interface, const char *member,
                       Message **ret);
int message_new_return(Message *call, Message **ret);
/* text may be NULL. */
int message_new_error(Message *call, const char *name, const char *text, Message **ret);

Writer message_writer(Message *m);
Reader message_reader(Message *m);

/* NULL where the message has none. Borrowed. */
const char *message_get_sender(Message *m);
const char *message_get_path(Message *m);
const char *message_get_interface(Message *m);
const char *message_get_member(Message *m);
const char *message_get_signature(Message *m);
const char *message_get_error_name(Message *m);
const char *message_get_error_text(Message *m);
/* Whether the caller wants no answer. */
bool message_wants_no_reply(Message *m);
bool message_is_error(Message *m);

/* ---- sending ---- */

/* Sends now; what the kernel does not take waits in this process. */
int connection_send(Connection *c, Message *m);

typedef struct PendingReply PendingReply;
/* reply: NULL when the connection was lost; error replies come as messages. Runs from the loop,
 * exactly once, unless freed before. */
typedef void ConnectionReplyFn(Message *reply, void *userdata);
/* timeout_usec: UINT64_MAX for none; on time-out the reply is an error message of the library's.
 * The pending reply is gone when fn runs. ret may be NULL: then it cannot be dropped. */
int connection_call(Connection *c, Message *m, uint64_t timeout_usec, ConnectionReplyFn *fn,
                    void *userdata, PendingReply **ret);
PendingReply *pending_reply_free(PendingReply *p);

/* The same for what a program asks: of these at most so many are on their way at a time, the others
 * wait here in order. The deadline is the caller's, who drops the reply then. */
int connection_call_in_window(Connection *c, Message *m, ConnectionReplyFn *fn, void *userdata,
                              PendingReply **ret);
/* 0: as many as there are. */
void connection_set_window(Connection *c, size_t window);

/* ---- receiving ---- */

/* Calls below the path and at it. Returns a negative errno to have it answered with that error, 0
 * when the message is not for us, a positive number when it is taken (answered now or later). */
typedef int ConnectionCallFn(Message *call, void *userdata);
typedef void ConnectionSignalFn(Message *signal, void *userdata);
/* owner: the new unique name, NULL: none now. */
typedef void ConnectionOwnerFn(const char *owner, void *userdata);
/* name: the unique name of somebody who has left the bus. */
typedef void ConnectionDepartureFn(const char *name, void *userdata);
/* error: 0 or a negative errno, -ENOTCONN when the connection was lost before. */
typedef void ConnectionDoneFn(int error, void *userdata);

/* A thing that the connection does until it is freed; gone by itself (but still to be freed) when
 * the connection is lost. */
typedef struct Subscription Subscription;
Subscription *subscription_free(Subscription *s);

int connection_export(Connection *c, const char *path, ConnectionCallFn *fn, void *userdata,
                      Subscription **ret);
/* Every signal of the sender at the path and below. On a bus exactly one match rule. done: when it
 * is in effect. Signals that the bus delivers for other reasons come too: compare
 * message_get_sender() with the owner that is tracked. */
int connection_subscribe(Connection *c, const char *sender, const char *path_namespace,
                         ConnectionSignalFn *fn, ConnectionDoneFn *done, void *userdata,
                         Subscription **ret);
/* The owner of a name: fn runs with the changes from now on, and not with the owner of the moment
 * (message_get_sender() of an answer says it). On a bus exactly one match rule (NameOwnerChanged
 * with arg0). A peer never changes. */
int connection_watch_name(Connection *c, const char *name, ConnectionOwnerFn *fn,
                          ConnectionDoneFn *done, void *userdata, Subscription **ret);
/* Everybody who leaves the bus. On a bus exactly one match rule. From a peer nothing comes. */
int connection_watch_departures(Connection *c, ConnectionDepartureFn *fn, ConnectionDoneFn *done,
                                void *userdata, Subscription **ret);
/* -EEXIST to done: another process has the name. Never queued, never replaces. */
int connection_request_name(Connection *c, const char *name, ConnectionDoneFn *done, void *userdata,
                            Subscription **ret);
