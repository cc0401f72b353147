/* SPDX-License-Identifier: MIT */
/* The life of a connection: connecting, turns, loss, the next attempt, the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "connection-internal.h"
#include "jitter.h"

#define BACK_OFF_FIRST_USEC UINT64_C(50000)
/* With a quarter more, within two seconds whatever was before. */
#define BACK_OFF_LAST_USEC UINT64_C(1500000)

static void on_timer(void *userdata);
static void on_io(uint32_t events, void *userdata);

/* ---- what the loop watches ---- */

static void set_deadline(Connection *c, uint64_t deadline) {
        if (deadline == c->deadline)
                return;
        c->deadline = deadline;
        loop_timer_set(c->timer, deadline);
}

/* The next turn comes at once, and begins with this. */
static void fail_later(Connection *c, int error) {
        c->fault = error;
        set_deadline(c, 0);
}

static int watch_fd(Connection *c, uint32_t events) {
        int fd, r;

        fd = sd_bus_get_fd(c->bus);
        if (fd < 0)
                return fd;
        r = loop_io_new(c->loop, fd, events, on_io, c, &c->io);
        if (r >= 0)
                c->io_events = events;
        return r;
}

static int watch_events(Connection *c) {
        int events, r;

        events = sd_bus_get_events(c->bus);
        if (events < 0)
                return events;
        /* While it tries one address after the other, sd-bus changes the descriptor, possibly to a
         * new one with the old number. */
        if (c->state == CONNECTION_CONNECTING && c->address && strchr(c->address, ';'))
                c->io = loop_io_free(c->io);
        if (!c->io)
                return watch_fd(c, (uint32_t)events);
        if ((uint32_t)events == c->io_events)
                return 0;
        r = loop_io_set_events(c->io, (uint32_t)events);
        if (r >= 0)
                c->io_events = (uint32_t)events;
        return r;
}

/* A foreign loop gives no other occasion, so this follows everything that was sent and every turn:
 * POLLOUT, the earliest deadline, and another turn at once when sd-bus has more to do. */
static void update_watches(Connection *c) {
        uint64_t deadline;
        int r;

        r = watch_events(c);
        if (r >= 0)
                r = sd_bus_get_timeout(c->bus, &deadline);
        if (r < 0)
                fail_later(c, r);
        else
                set_deadline(c, r > 0 ? deadline : UINT64_MAX);
}

void connection_sent(Connection *c, sd_bus_message *m) {
        uint64_t waiting = 0;

        if (m && sd_bus_get_n_queued_write(c->bus, &waiting) >= 0 && waiting > 0)
                c->outstanding += message_measure(m);
        if (!c->busy)
                update_watches(c);
}

/* ---- connecting ---- */

static int configure_bus(Connection *c, sd_bus *bus) {
        int r;

        r = sd_bus_set_address(bus, c->address);
        if (r < 0)
                return r;
        return sd_bus_set_bus_client(bus, true);
}

static int configure_peer(Connection *c, sd_bus *bus) {
        sd_id128_t id;
        int r;

        if (!c->name)
                return 0;
        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        r = sd_bus_set_server(bus, true, id);
        if (r < 0)
                return r;
        return sd_bus_set_sender(bus, c->name);
}

/* fd: of a peer, taken over in any case; else -1. */
static int open_bus(Connection *c, int fd) {
        sd_bus *bus = NULL;
        int r;

        r = sd_bus_new(&bus);
        if (r >= 0 && fd >= 0) {
                r = sd_bus_set_fd(bus, fd, fd);
                if (r >= 0)
                        fd = -1;
        }
        if (fd >= 0)
                close(fd);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(bus, false);
        if (r >= 0)
                r = sd_bus_set_trusted(bus, false);
        if (r >= 0) /* nothing of ours passes any: others shall not fill our table */
                r = sd_bus_negotiate_fds(bus, false);
        if (r >= 0)
                r = c->peer ? configure_peer(c, bus) : configure_bus(c, bus);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0) {
                sd_bus_close_unref(bus);
                return r;
        }
        c->bus = bus;
        c->state = CONNECTION_CONNECTING;
        return 0;
}

static void close_bus(Connection *c) {
        c->io = loop_io_free(c->io); /* first: the descriptor is sd-bus's */
        c->bus = sd_bus_close_unref(c->bus);
        c->outstanding = 0;
}

static int connection_alloc(Loop *loop, const ConnectionEvents *events, void *userdata,
                            Connection **ret) {
        Connection *c;
        int r;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->n_ref = 1;
        c->loop = loop_ref(loop);
        c->back_off = BACK_OFF_FIRST_USEC;
        c->deadline = UINT64_MAX;
        c->userdata = userdata;
        if (events)
                c->events = *events;
        r = loop_timer_new(loop, on_timer, c, &c->timer);
        if (r < 0) {
                connection_unref(c);
                return r;
        }
        *ret = c;
        return 0;
}

/* Everything but a lack of address is an outcome, which comes by event. */
static void begin(Connection *c, int fd) {
        int r;

        r = open_bus(c, fd);
        if (r < 0)
                fail_later(c, r);
        else
                update_watches(c);
}

int connection_new(Loop *loop, const char *address, const ConnectionEvents *events, void *userdata,
                   Connection **ret) {
        Connection *c;
        int r;

        r = connection_alloc(loop, events, userdata, &c);
        if (r < 0)
                return r;
        r = address_resolve(address, &c->address);
        if (r < 0) {
                connection_unref(c);
                return r;
        }
        begin(c, -1);
        *ret = c;
        return 0;
}

int connection_new_peer(Loop *loop, int fd, bool server, const char *name,
                        const ConnectionEvents *events, void *userdata, Connection **ret) {
        Connection *c;
        int r;

        if (server && !sd_bus_service_name_is_valid(name)) {
                close(fd);
                return -EINVAL;
        }
        r = connection_alloc(loop, events, userdata, &c);
        if (r < 0) {
                close(fd);
                return r;
        }
        c->peer = true;
        c->name = server ? strdup(name) : NULL;
        c->address = strdup("peer:");
        if (!c->address || (server && !c->name)) {
                close(fd);
                connection_unref(c);
                return -ENOMEM;
        }
        begin(c, fd);
        *ret = c;
        return 0;
}

/* ---- loss ---- */

static void plan_next_attempt(Connection *c) {
        uint64_t now = loop_now(c->loop);

        /* One that is dropped as soon as it stands has not recovered. */
        if (c->connected_at > 0 && now - c->connected_at >= c->back_off)
                c->back_off = BACK_OFF_FIRST_USEC;
        c->connected_at = 0;
        set_deadline(c, now + jitter(c->back_off));
        c->back_off *= 2;
        if (c->back_off > BACK_OFF_LAST_USEC)
                c->back_off = BACK_OFF_LAST_USEC;
}

static void lose(Connection *c, int error) {
        c->fault = 0;
        c->state = c->peer ? CONNECTION_DEAD : CONNECTION_WAITING;
        close_bus(c);
        set_deadline(c, UINT64_MAX);
        pending_replies_lost(c);
        subscriptions_lost(c);
        if (c->closed)
                return;
        if (!c->peer)
                plan_next_attempt(c);
        if (c->events.on_lost)
                c->events.on_lost(c, error, c->userdata);
}

/* ---- turns ---- */

static void connected(Connection *c) {
        c->state = CONNECTION_CONNECTED;
        c->connected_at = loop_now(c->loop);
        if (c->events.on_connected)
                c->events.on_connected(c, c->userdata);
}

/* One step, usually one message. Returns whether there may be more, or why the connection is lost.
 */
static int step(Connection *c) {
        int r;

        r = sd_bus_process(c->bus, NULL);
        if (r < 0 || c->closed)
                return c->closed ? 0 : r;
        /* Also after an end that sd-bus reports as success: it only changes its state. */
        if (sd_bus_is_open(c->bus) <= 0)
                return -ECONNRESET;
        if (c->state == CONNECTION_CONNECTING && sd_bus_is_ready(c->bus) > 0)
                connected(c);
        return c->closed ? 0 : r;
}

static int process(Connection *c) {
        uint64_t end;
        int r;

        if (c->fault < 0)
                return c->fault;
        if (sd_bus_is_open(c->bus) <= 0)
                return -ECONNRESET;
        end = loop_now(c->loop) + CONNECTION_TURN_USEC;
        for (int i = 0; i < CONNECTION_TURN_MESSAGES; i++) {
                r = step(c);
                if (r <= 0)
                        return r;
                if (loop_now(c->loop) >= end)
                        break;
        }
        /* What is left is still in the socket, or update_watches() finds it in sd-bus. */
        return 0;
}

static void check_drained(Connection *c) {
        uint64_t waiting;

        if (c->outstanding == 0 || sd_bus_get_n_queued_write(c->bus, &waiting) < 0 || waiting > 0)
                return;
        c->outstanding = 0;
        if (c->events.on_drained)
                c->events.on_drained(c, c->userdata);
}

static void connection_free(Connection *c) {
        loop_unref(c->loop);
        free(c->address);
        free(c->name);
        free(c);
}

static void turn(Connection *c) {
        int r;

        c->busy = c->in_turn = true;
        r = process(c);
        if (r >= 0 && !c->closed)
                check_drained(c);
        c->in_turn = false;
        if (r < 0 && !c->closed)
                lose(c, r);
        else if (!c->closed && c->events.on_turn_end)
                c->events.on_turn_end(c, c->userdata);
        c->busy = false;
        if (c->closed)
                close_bus(c);
        else if (c->bus)
                update_watches(c);
        if (c->n_ref == 0)
                connection_free(c);
}

static void on_timer(void *userdata) {
        Connection *c = userdata;

        c->deadline = UINT64_MAX;
        if (c->bus || c->fault < 0)
                turn(c);
        else
                begin(c, -1);
}

static void on_io(uint32_t events, void *userdata) {
        (void)events; /* sd-bus finds out by itself */
        turn(userdata);
}

/* ---- references and the end ---- */

Connection *connection_ref(Connection *c) {
        c->n_ref++;
        return c;
}

Connection *connection_unref(Connection *c) {
        if (!c || --c->n_ref > 0)
                return NULL;
        connection_close(c);
        if (!c->busy) /* else at the end of the turn */
                connection_free(c);
        return NULL;
}

void connection_close(Connection *c) {
        if (c->closed)
                return;
        c->closed = true;
        c->state = CONNECTION_DEAD;
        c->events = (ConnectionEvents){ NULL, NULL, NULL, NULL };
        pending_replies_close(c);
        subscriptions_close(c);
        c->io = loop_io_free(c->io);
        c->timer = loop_timer_free(c->timer);
        if (!c->busy) /* else sd-bus is still working on it */
                close_bus(c);
}

/* ---- questions ---- */

Loop *connection_get_loop(Connection *c) {
        return c->loop;
}

const char *connection_get_address(Connection *c) {
        return c->address;
}

bool connection_is_peer(Connection *c) {
        return c->peer;
}

bool connection_is_open(Connection *c) {
        return c->state == CONNECTION_CONNECTED;
}

const char *connection_get_unique_name(Connection *c) {
        const char *name;

        if (c->state != CONNECTION_CONNECTED)
                return NULL;
        if (c->peer)
                return c->name;
        return sd_bus_get_unique_name(c->bus, &name) >= 0 ? name : NULL;
}

bool connection_is_dead(Connection *c) {
        return c->state == CONNECTION_DEAD;
}

size_t connection_get_outstanding(Connection *c) {
        return c->outstanding;
}

bool connection_in_turn(Connection *c) {
        return c->in_turn;
}
