/* SPDX-License-Identifier: MIT */
/* What a connection does until it is told not to: serve paths, listen to signals, own names. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection-internal.h"
#include "error.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* Of RequestName (D-Bus specification). */
#define REPLY_PRIMARY_OWNER 1
#define REPLY_ALREADY_OWNER 4

struct Subscription {
        Connection *connection; /* NULL: gone by itself */
        sd_bus_slot *slot;
        union {
                ConnectionCallFn *call;
                ConnectionSignalFn *signal;
                ConnectionOwnerFn *owner;
                ConnectionDepartureFn *departure;
        } fn;
        ConnectionDoneFn *done; /* NULL: told, or nobody asked */
        void *userdata;
        char *name;  /* that is owned */
        bool owning; /* asked for or got the name: give it back */
        Subscription *next;
        Subscription **previous; /* what points here */
};

/* Ignored: whether a name could be given back, it is not ours any more. */
static int on_released(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        (void)m;
        (void)userdata;
        (void)reterr_error;
        return 1;
}

static void release_name(Subscription *s) {
        Connection *c = s->connection;

        if (!s->owning || c->peer || c->state != CONNECTION_CONNECTED)
                return;
        sd_bus_release_name_async(c->bus, NULL, s->name, on_released, NULL);
}

/* Takes it off the connection; the holder still has to free it. */
static void detach(Subscription *s) {
        Connection *c = s->connection;

        *s->previous = s->next;
        if (s->next)
                s->next->previous = s->previous;
        s->connection = NULL;
        s->slot = sd_bus_slot_unref(s->slot);
        if (c->peer)
                loop_unpost(c->loop, s);
}

Subscription *subscription_free(Subscription *s) {
        if (!s)
                return NULL;
        if (s->connection) {
                Connection *c = s->connection;
                release_name(s);
                detach(s);
                if (c->bus)
                        connection_sent(c, NULL); /* ReleaseName or RemoveMatch */
        }
        free(s->name);
        free(s);
        return NULL;
}

void subscriptions_lost(Connection *c) {
        while (c->subscriptions) {
                Subscription *s = c->subscriptions;
                ConnectionDoneFn *done = s->done;
                void *userdata = s->userdata;
                s->done = NULL;
                detach(s);
                if (done)
                        done(-ENOTCONN, userdata);
        }
}

void subscriptions_close(Connection *c) {
        while (c->subscriptions)
                detach(c->subscriptions);
}

static int subscription_new(Connection *c, const char *name, ConnectionDoneFn *done, void *userdata,
                            Subscription **ret) {
        Subscription *s;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->name = name ? strdup(name) : NULL;
        if (name && !s->name) {
                free(s);
                return -ENOMEM;
        }
        s->done = done;
        s->userdata = userdata;
        s->connection = c;
        s->next = c->subscriptions;
        s->previous = &c->subscriptions;
        if (s->next)
                s->next->previous = &s->next;
        c->subscriptions = s;
        *ret = s;
        return 0;
}

/* Ends what a public function began: gives the subscription out, or drops it. */
static int begun(Connection *c, Subscription *s, int r, Subscription **ret) {
        if (r < 0) {
                s->owning = false;
                subscription_free(s);
                return r;
        }
        connection_sent(c, NULL);
        *ret = s;
        return 0;
}

/* Runs done, once; it may free the subscription. */
static void tell(Subscription *s, int error) {
        ConnectionDoneFn *done = s->done;

        s->done = NULL;
        if (done)
                done(error, s->userdata);
}

/* A peer has no bus that would have to agree. */
static void on_local_done(void *userdata) {
        tell(userdata, 0);
}

static int reply_error(sd_bus_message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(m);

        return e ? error_name_to_errno(e->name) : 0;
}

/* ---- serving ---- */

/* By our own table: sd-bus would use its own. */
static void answer_error(Connection *c, Message *call, int code) {
        Message *reply;

        /* Without memory the caller has to find out by itself. */
        if (message_new_error(call, error_name_from_errno(code), strerrordesc_np(-code), &reply) <
            0)
                return;
        connection_send(c, reply);
        message_unref(reply);
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        Subscription *s = userdata;
        Connection *c = s->connection; /* not freed before the turn is over */
        int r;

        (void)reterr_error;
        r = s->fn.call(message_from_sd_bus(m), s->userdata); /* may free s */
        if (r < 0)
                answer_error(c, message_from_sd_bus(m), r);
        return r != 0;
}

int connection_export(Connection *c, const char *path, ConnectionCallFn *fn, void *userdata,
                      Subscription **ret) {
        Subscription *s;
        int r;

        if (!c->bus)
                return -ENOTCONN;
        r = subscription_new(c, NULL, NULL, userdata, &s);
        if (r < 0)
                return r;
        s->fn.call = fn;
        r = sd_bus_add_fallback(c->bus, &s->slot, path, on_call, s);
        return begun(c, s, r, ret);
}

/* ---- listening ---- */

static int on_match_added(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        (void)reterr_error;
        tell(userdata, reply_error(m));
        return 1;
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        Subscription *s = userdata;

        (void)reterr_error;
        s->fn.signal(message_from_sd_bus(m), s->userdata); /* may free s */
        return 0;                                          /* others may listen, too */
}

/* Takes the rule, which is NULL for want of memory. */
static int add_match(Subscription *s, char *rule, sd_bus_message_handler_t handler) {
        Connection *c = s->connection;
        int r;

        if (!rule)
                return -ENOMEM;
        /* Always with a callback of ours: without one sd-bus closes the connection when the bus
         * refuses the match. */
        r = sd_bus_add_match_async(c->bus, &s->slot, rule, handler, c->peer ? NULL : on_match_added,
                                   s);
        free(rule);
        if (r >= 0 && c->peer)
                r = loop_post(c->loop, on_local_done, s);
        return r;
}

__attribute__((format(printf, 1, 2))) static char *format_rule(const char *format, ...) {
        va_list arguments;
        char *rule = NULL;
        int n;

        va_start(arguments, format);
        n = vasprintf(&rule, format, arguments);
        va_end(arguments);
        return n < 0 ? NULL : rule;
}

int connection_subscribe(Connection *c, const char *sender, const char *path_namespace,
                         ConnectionSignalFn *fn, ConnectionDoneFn *done, void *userdata,
                         Subscription **ret) {
        Subscription *s;
        char *rule;
        int r;

        if (!sd_bus_service_name_is_valid(sender) || !sd_bus_object_path_is_valid(path_namespace))
                return -EINVAL; /* both go between quotes */
        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = subscription_new(c, NULL, done, userdata, &s);
        if (r < 0)
                return r;
        s->fn.signal = fn;
        /* A peer sends under whatever name it was given. */
        rule = c->peer ? format_rule("type='signal',path_namespace='%s'", path_namespace)
                       : format_rule("type='signal',sender='%s',path_namespace='%s'", sender,
                                     path_namespace);
        return begun(c, s, add_match(s, rule, on_signal), ret);
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        const char *sender = sd_bus_message_get_sender(m);
        Subscription *s = userdata;
        const char *owner;

        (void)reterr_error;
        /* Anybody may send such a signal to us alone, and the match lets it through. */
        if (!sender || strcmp(sender, BUS_NAME) != 0)
                return 0;
        if (sd_bus_message_read(m, "sss", NULL, NULL, &owner) <= 0)
                return 0;
        s->fn.owner(*owner ? owner : NULL, s->userdata); /* may free s */
        return 0;
}

int connection_watch_name(Connection *c, const char *name, ConnectionOwnerFn *fn,
                          ConnectionDoneFn *done, void *userdata, Subscription **ret) {
        Subscription *s;
        char *rule;
        int r;

        if (!sd_bus_service_name_is_valid(name))
                return -EINVAL;
        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = subscription_new(c, NULL, done, userdata, &s);
        if (r < 0)
                return r;
        s->fn.owner = fn;
        if (c->peer)
                return begun(c, s, loop_post(c->loop, on_local_done, s), ret);
        rule = format_rule("type='signal',sender='" BUS_NAME "',path='" BUS_PATH
                           "',interface='" BUS_NAME "',member='NameOwnerChanged',arg0='%s'",
                           name);
        return begun(c, s, add_match(s, rule, on_owner), ret);
}

static int on_departure(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        const char *sender = sd_bus_message_get_sender(m);
        Subscription *s = userdata;
        const char *name, *owner;

        (void)reterr_error;
        if (!sender || strcmp(sender, BUS_NAME) != 0)
                return 0;
        if (sd_bus_message_read(m, "sss", &name, NULL, &owner) <= 0 || *name != ':' || *owner)
                return 0;
        s->fn.departure(name, s->userdata); /* may free s */
        return 0;
}

int connection_watch_departures(Connection *c, ConnectionDepartureFn *fn, ConnectionDoneFn *done,
                                void *userdata, Subscription **ret) {
        Subscription *s;
        int r;

        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = subscription_new(c, NULL, done, userdata, &s);
        if (r < 0)
                return r;
        s->fn.departure = fn;
        if (c->peer)
                return begun(c, s, loop_post(c->loop, on_local_done, s), ret);
        return begun(c, s,
                     add_match(s,
                               format_rule("type='signal',sender='" BUS_NAME "',path='" BUS_PATH
                                           "',interface='" BUS_NAME
                                           "',member='NameOwnerChanged',arg2=''"),
                               on_departure),
                     ret);
}

/* ---- names ---- */

static int name_result(sd_bus_message *m) {
        uint32_t result;
        int r;

        r = reply_error(m);
        if (r < 0)
                return r;
        r = sd_bus_message_read(m, "u", &result);
        if (r < 0)
                return r;
        if (result == REPLY_PRIMARY_OWNER)
                return 0;
        return result == REPLY_ALREADY_OWNER ? -EALREADY : -EEXIST;
}

static int on_name_reply(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        Subscription *s = userdata;
        int r = name_result(m);

        (void)reterr_error;
        /* Refused there is nothing to give back; -EALREADY: it is another subscription's. */
        s->owning = r >= 0;
        tell(s, r);
        return 1;
}

int connection_request_name(Connection *c, const char *name, ConnectionDoneFn *done, void *userdata,
                            Subscription **ret) {
        Subscription *s;
        int r;

        if (!sd_bus_service_name_is_valid(name) || name[0] == ':')
                return -EINVAL;
        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        r = subscription_new(c, name, done, userdata, &s);
        if (r < 0)
                return r;
        s->owning = true; /* once it is asked for: freed before the answer, it is given back */
        if (c->peer)
                r = loop_post(c->loop, on_local_done, s);
        else
                r = sd_bus_request_name_async(c->bus, &s->slot, name, 0, on_name_reply, s);
        return begun(c, s, r, ret);
}
