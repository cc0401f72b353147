/* SPDX-License-Identifier: MIT */
/* Connections between two peers on a socketpair, all in one thread. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "connection.h"
#include "error.h"

#define NAME ":1.1"
#define PATH "/Test/Thing1"
#define INTERFACE "Test.Thing1"

typedef enum Where {
        NOWHERE,
        ON_CONNECTED,
        ON_LOST,
        ON_TURN_END,
        ON_DRAINED,
        ON_CALL,
        ON_SIGNAL,
        ON_REPLY,
        ON_DONE,
} Where;

typedef struct End {
        Connection *connection;
        Subscription *subscription;
        Where leave; /* in which callback the end is closed, or its last reference dropped */
        bool leave_by_close;
        unsigned n_connected, n_lost, n_turns, n_drained, n_calls, n_signals, n_replies, n_null;
        unsigned n_done, n_calls_in_turn, most_calls_in_turn;
        int lost_error, done_error;
        int next_number; /* numbers arrive in order */
        int call_result;
        Message *kept; /* a call that is not answered at once */
} End;

typedef struct Pair {
        Loop *loop, *other_loop;
        End server, client;
} Pair;

/* ---- callbacks ---- */

/* Leaves the connection where the test wants it; nothing may be called after that. */
static bool leaves(End *e, Where here) {
        if (e->leave != here)
                return false;
        if (e->leave_by_close)
                connection_close(e->connection);
        else
                e->connection = connection_unref(e->connection);
        return true;
}

static void on_connected(Connection *c, void *userdata) {
        End *e = userdata;

        assert_true(connection_is_open(c));
        e->n_connected++;
        leaves(e, ON_CONNECTED);
}

static void on_lost(Connection *c, int error, void *userdata) {
        End *e = userdata;

        assert_false(connection_is_open(c));
        e->n_lost++;
        e->lost_error = error;
        leaves(e, ON_LOST);
}

static void on_turn_end(Connection *c, void *userdata) {
        End *e = userdata;

        assert_false(connection_in_turn(c));
        e->n_turns++;
        if (e->n_calls_in_turn > e->most_calls_in_turn)
                e->most_calls_in_turn = e->n_calls_in_turn;
        e->n_calls_in_turn = 0;
        leaves(e, ON_TURN_END);
}

static void on_drained(Connection *c, void *userdata) {
        End *e = userdata;

        assert_int_equal(connection_get_outstanding(c), 0);
        e->n_drained++;
        leaves(e, ON_DRAINED);
}

static const ConnectionEvents events = { on_connected, on_lost, on_turn_end, on_drained };

static int read_number(Message *m) {
        Reader r = message_reader(m);
        int32_t number;

        assert_int_equal(reader_basic(&r, 'i', &number), 0);
        return number;
}

static void reply_number(End *e, Message *call, int32_t number) {
        Message *reply;
        Writer w;

        assert_int_equal(message_new_return(call, &reply), 0);
        w = message_writer(reply);
        assert_int_equal(writer_basic(&w, 'i', &number), 0);
        assert_int_equal(connection_send(e->connection, reply), 0);
        message_unref(reply);
}

/* "Add" answers the number plus one, "Slow" after a millisecond, "Keep" not yet; others fail. */
static int on_call(Message *call, void *userdata) {
        End *e = userdata;

        e->n_calls++;
        e->n_calls_in_turn++;
        assert_true(connection_in_turn(e->connection));
        if (leaves(e, ON_CALL))
                return 1;
        if (strcmp(message_get_member(call), "Add") == 0) {
                int number = read_number(call);
                assert_int_equal(number, e->next_number);
                e->next_number++;
                reply_number(e, call, number + 1);
                return 1;
        }
        if (strcmp(message_get_member(call), "Slow") == 0) {
                uint64_t end = loop_now(connection_get_loop(e->connection)) + 1000;
                while (loop_now(connection_get_loop(e->connection)) < end)
                        ;
                reply_number(e, call, 0);
                return 1;
        }
        if (strcmp(message_get_member(call), "Keep") == 0) {
                message_unref(e->kept);
                e->kept = message_ref(call);
                return 1;
        }
        return e->call_result;
}

static void on_signal(Message *signal, void *userdata) {
        End *e = userdata;

        assert_string_equal(message_get_sender(signal), NAME);
        assert_int_equal(read_number(signal), e->next_number);
        e->next_number++;
        e->n_signals++;
        leaves(e, ON_SIGNAL);
}

static void on_owner(const char *owner, void *userdata) {
        (void)owner;
        (void)userdata;
        fail();
}

static void on_done(int error, void *userdata) {
        End *e = userdata;

        e->n_done++;
        e->done_error = error;
        leaves(e, ON_DONE);
}

static void on_reply(Message *reply, void *userdata) {
        End *e = userdata;

        e->n_replies++;
        e->n_null += reply == NULL;
        leaves(e, ON_REPLY);
}

static void on_number(Message *reply, void *userdata) {
        End *e = userdata;

        e->n_replies++;
        assert_non_null(reply);
        assert_false(message_is_error(reply));
        assert_int_equal(read_number(reply), e->next_number + 1);
        e->next_number++;
}

static void never(Message *reply, void *userdata) {
        (void)reply;
        (void)userdata;
        fail();
}

/* ---- the pair ---- */

static void run_once(Loop *loop, int milliseconds) {
        struct pollfd p = { .fd = loop_get_fd(loop), .events = POLLIN };

        if (poll(&p, 1, milliseconds) > 0)
                assert_true(loop_dispatch(loop) >= 0);
}

/* Runs as a foreign loop would, by the one descriptor alone. */
#define RUN_UNTIL(pair, condition)                                      \
        do {                                                            \
                uint64_t end_ = loop_now((pair)->loop) + 20000000;      \
                while (!(condition) && loop_now((pair)->loop) < end_) { \
                        run_once((pair)->loop, 10);                     \
                        if ((pair)->other_loop != (pair)->loop)         \
                                run_once((pair)->other_loop, 0);        \
                }                                                       \
                assert_true(condition);                                 \
        } while (false)

static void run_until_idle(Pair *p) {
        struct pollfd fd = { .fd = loop_get_fd(p->loop), .events = POLLIN };

        while (poll(&fd, 1, 20) > 0)
                assert_true(loop_dispatch(p->loop) >= 0);
}

static void make_pair(Pair *p, bool two_loops) {
        int fds[2];

        assert_int_equal(loop_new(NULL, &p->loop), 0);
        if (two_loops)
                assert_int_equal(loop_new(NULL, &p->other_loop), 0);
        else
                p->other_loop = loop_ref(p->loop);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        assert_int_equal(connection_new_peer(p->loop, fds[0], true, NAME, &events, &p->server,
                                             &p->server.connection),
                         0);
        assert_int_equal(connection_new_peer(p->other_loop, fds[1], false, NULL, &events,
                                             &p->client, &p->client.connection),
                         0);
}

static int setup_unconnected(void **state) {
        Pair *p = calloc(1, sizeof(*p));

        assert_non_null(p);
        make_pair(p, false);
        *state = p;
        return 0;
}

static void connect_pair(Pair *p) {
        RUN_UNTIL(p, p->server.n_connected == 1 && p->client.n_connected == 1);
        assert_int_equal(connection_export(p->server.connection, PATH, on_call, &p->server,
                                           &p->server.subscription),
                         0);
}

static int setup(void **state) {
        setup_unconnected(state);
        connect_pair(*state);
        return 0;
}

static int setup_two_loops(void **state) {
        Pair *p = calloc(1, sizeof(*p));

        assert_non_null(p);
        make_pair(p, true);
        connect_pair(p);
        *state = p;
        return 0;
}

static int teardown(void **state) {
        Pair *p = *state;

        message_unref(p->server.kept);
        subscription_free(p->server.subscription);
        subscription_free(p->client.subscription);
        connection_unref(p->server.connection);
        connection_unref(p->client.connection);
        loop_unref(p->other_loop);
        loop_unref(p->loop);
        free(p);
        return 0;
}

static Message *new_call(End *e, const char *path, const char *member) {
        Message *m;

        assert_int_equal(
                message_new_call(e->connection, "Test.Thing1", path, INTERFACE, member, &m), 0);
        return m;
}

static int call(End *e, const char *member, int32_t number, uint64_t timeout, ConnectionReplyFn *fn,
                PendingReply **ret) {
        Message *m = new_call(e, PATH, member);
        Writer w = message_writer(m);
        int r;

        assert_int_equal(writer_basic(&w, 'i', &number), 0);
        r = connection_call(e->connection, m, timeout, fn, e, ret);
        message_unref(m);
        return r;
}

static int send_signal(End *e, const char *path, int32_t number, size_t padding) {
        Message *m;
        Writer w;
        int r;

        r = message_new_signal(e->connection, path, INTERFACE, "Happened", &m);
        if (r < 0)
                return r;
        w = message_writer(m);
        assert_int_equal(writer_basic(&w, 'i', &number), 0);
        if (padding > 0) {
                char *bytes = calloc(1, padding);
                assert_int_equal(writer_array(&w, 'y', bytes, padding), 0);
                free(bytes);
        }
        r = connection_send(e->connection, m);
        message_unref(m);
        return r;
}

static void subscribe(Pair *p) {
        assert_int_equal(connection_subscribe(p->client.connection, "Test.Thing1", PATH, on_signal,
                                              on_done, &p->client, &p->client.subscription),
                         0);
        RUN_UNTIL(p, p->client.n_done == 1);
        assert_int_equal(p->client.done_error, 0);
}

/* ---- connecting ---- */

static void both_ends_hear_from_the_loop_that_they_are_connected(void **state) {
        Pair *p = *state;

        assert_int_equal(p->server.n_connected + p->client.n_connected, 0);
        assert_false(connection_is_open(p->client.connection));
        assert_false(connection_is_dead(p->client.connection));
        RUN_UNTIL(p, p->server.n_connected == 1 && p->client.n_connected == 1);
        assert_true(connection_is_peer(p->client.connection));
        assert_string_equal(connection_get_unique_name(p->server.connection), NAME);
        assert_null(connection_get_unique_name(p->client.connection));
}

static void nothing_can_be_sent_before(void **state) {
        Pair *p = *state;
        Message *m;

        assert_int_equal(message_new_signal(p->client.connection, PATH, INTERFACE, "X", &m),
                         -ENOTCONN);
        assert_int_equal(message_new_call(p->client.connection, "a.b", PATH, INTERFACE, "X", &m),
                         -ENOTCONN);
        assert_int_equal(connection_subscribe(p->client.connection, "a.b", PATH, on_signal, on_done,
                                              &p->client, &p->client.subscription),
                         -ENOTCONN);
}

static void a_server_without_a_valid_name_is_refused_and_the_socket_closed(void **state) {
        Pair *p = *state;
        Connection *c;
        int fds[2];
        char byte;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_int_equal(connection_new_peer(p->loop, fds[0], true, "no name", NULL, NULL, &c),
                         -EINVAL);
        assert_int_equal(read(fds[1], &byte, 1), 0);
        close(fds[1]);
}

static void descriptors_are_not_accepted_from_others(void **state) {
        char bytes[1024] = "";
        Pair *p = *state;
        Connection *c;
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_int_equal(connection_new_peer(p->loop, fds[0], false, NULL, NULL, NULL, &c), 0);
        assert_int_equal(read(fds[1], bytes, 1), 1); /* the NUL that comes first */
        assert_true(read(fds[1], bytes, sizeof(bytes) - 1) > 0);
        assert_non_null(strstr(bytes, "AUTH EXTERNAL"));
        assert_null(strstr(bytes, "NEGOTIATE_UNIX_FD"));
        connection_unref(c);
        close(fds[1]);
}

/* ---- calls ---- */

static void a_call_is_answered(void **state) {
        Pair *p = *state;

        p->server.next_number = p->client.next_number = 41;
        assert_int_equal(call(&p->client, "Add", 41, UINT64_MAX, on_number, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 1);
        assert_int_equal(p->server.n_calls, 1);
}

static void a_call_says_what_it_is(void **state) {
        Pair *p = *state;
        Message *m;

        assert_int_equal(call(&p->client, "Keep", 1, UINT64_MAX, on_reply, NULL), 0);
        RUN_UNTIL(p, p->server.kept);
        m = p->server.kept;
        assert_string_equal(message_get_path(m), PATH);
        assert_string_equal(message_get_interface(m), INTERFACE);
        assert_string_equal(message_get_member(m), "Keep");
        assert_string_equal(message_get_signature(m), "i");
        assert_null(message_get_sender(m));
        assert_null(message_get_error_name(m));
        assert_false(message_wants_no_reply(m));
        assert_false(message_is_error(m));
        /* Answered later. */
        assert_int_equal(p->client.n_replies, 0);
        reply_number(&p->server, m, 1);
        RUN_UNTIL(p, p->client.n_replies == 1);
}

static char reply_name[64], reply_text[64];

static void on_error_reply(Message *reply, void *userdata) {
        End *e = userdata;

        e->n_replies++;
        assert_non_null(reply);
        assert_true(message_is_error(reply));
        strcpy(reply_name, message_get_error_name(reply));
        strcpy(reply_text, message_get_error_text(reply) ? message_get_error_text(reply) : "none");
}

static void a_handler_that_fails_is_answered_by_our_table(void **state) {
        /* Where sd-bus's own table would say something else. */
        static const struct {
                int code;
                const char *name;
                const char *reason;
        } rows[] = {
                { -ENOTCONN, ERROR_UNAVAILABLE, "sd-bus: System.Error.ENOTCONN" },
                { -EIO, ERROR_FAILED, "sd-bus: IOError" },
                { -ETIMEDOUT, ERROR_TIMEOUT, "sd-bus: Timeout" },
                { -EXDEV, ERROR_FAILED, "not in the table" },
        };
        Pair *p = *state;

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                p->server.call_result = rows[i].code;
                assert_int_equal(call(&p->client, "Fail", 0, UINT64_MAX, on_error_reply, NULL), 0);
                RUN_UNTIL(p, p->client.n_replies == i + 1);
                assert_string_equal(reply_name, rows[i].name);
                assert_string_equal(reply_text, strerror(-rows[i].code));
        }
}

static void a_call_that_nobody_takes_is_answered_with_an_error(void **state) {
        Pair *p = *state;

        p->server.call_result = 0;
        assert_int_equal(call(&p->client, "Other", 0, UINT64_MAX, on_error_reply, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 1);
        assert_string_equal(reply_name, "org.freedesktop.DBus.Error.UnknownMethod");
}

static void an_error_answer_survives_a_bad_name_and_a_bad_text(void **state) {
        static const struct {
                const char *name, *text, *want_name, *want_text;
        } rows[] = {
                { "a.B", "text", "a.B", "text" },
                { "not a name", "text", ERROR_FAILED, "text" },
                { "a.B", "\xff", "a.B", "none" },
                { "a.B", NULL, "a.B", "none" },
        };
        Pair *p = *state;

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Message *m;
                assert_int_equal(call(&p->client, "Keep", 0, UINT64_MAX, on_error_reply, NULL), 0);
                RUN_UNTIL(p, p->server.n_calls == i + 1);
                assert_int_equal(message_new_error(p->server.kept, rows[i].name, rows[i].text, &m),
                                 0);
                assert_int_equal(connection_send(p->server.connection, m), 0);
                message_unref(m);
                RUN_UNTIL(p, p->client.n_replies == i + 1);
                assert_string_equal(reply_name, rows[i].want_name);
                assert_string_equal(reply_text, rows[i].want_text);
        }
}

static void a_call_without_reply_gets_none(void **state) {
        Pair *p = *state;
        Message *m = new_call(&p->client, PATH, "Keep");

        assert_int_equal(connection_send(p->client.connection, m), 0);
        message_unref(m);
        RUN_UNTIL(p, p->server.kept);
        assert_true(message_wants_no_reply(p->server.kept));
        reply_number(&p->server, p->server.kept, 1);
        run_until_idle(p);
        assert_int_equal(p->client.n_lost, 0);
}

static void ten_thousand_calls_in_flight_are_answered_in_order(void **state) {
        Pair *p = *state;

        for (int i = 0; i < 10000; i++)
                assert_int_equal(call(&p->client, "Add", i, UINT64_MAX, on_number, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 10000);
        assert_int_equal(p->server.n_calls, 10000);
        assert_in_range(p->server.most_calls_in_turn, 2, CONNECTION_TURN_MESSAGES);
}

static void a_turn_ends_after_its_time(void **state) {
        Pair *p = *state;

        for (int i = 0; i < 20; i++)
                assert_int_equal(call(&p->client, "Slow", 0, UINT64_MAX, on_reply, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 20);
        assert_in_range(p->server.most_calls_in_turn, 1, CONNECTION_TURN_USEC / 1000 + 1);
}

static void a_call_that_is_not_answered_times_out_by_the_descriptor_alone(void **state) {
        Pair *p = *state;
        uint64_t begin = loop_now(p->loop);

        assert_int_equal(call(&p->client, "Keep", 0, 30000, on_error_reply, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 1);
        assert_true(loop_now(p->loop) - begin >= 30000);
        assert_int_equal(error_name_to_errno(reply_name), -ETIMEDOUT);
        run_until_idle(p);
        assert_int_equal(p->client.n_replies, 1);
        assert_true(connection_is_open(p->client.connection));
}

static void a_timeout_of_zero_is_not_the_default_of_sd_bus(void **state) {
        Pair *p = *state;

        assert_int_equal(call(&p->client, "Keep", 0, 0, on_error_reply, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 1);
        assert_int_equal(error_name_to_errno(reply_name), -ETIMEDOUT);
}

static void a_dropped_reply_does_not_come(void **state) {
        Pair *p = *state;
        PendingReply *pending;

        assert_int_equal(call(&p->client, "Add", 0, UINT64_MAX, never, &pending), 0);
        assert_null(pending_reply_free(pending));
        RUN_UNTIL(p, p->server.n_calls == 1);
        run_until_idle(p);
}

/* ---- signals and the like ---- */

static void what_a_peer_is_asked_for_is_done_from_the_loop(void **state) {
        Pair *p = *state;
        Subscription *s[3];
        End *e = &p->client;

        assert_int_equal(
                connection_subscribe(e->connection, "a.b", PATH, on_signal, on_done, e, &s[0]), 0);
        assert_int_equal(connection_watch_name(e->connection, "a.b", on_owner, on_done, e, &s[1]),
                         0);
        assert_int_equal(connection_request_name(e->connection, "a.b", on_done, e, &s[2]), 0);
        assert_int_equal(e->n_done, 0);
        RUN_UNTIL(p, e->n_done == 3);
        for (int i = 0; i < 3; i++)
                subscription_free(s[i]);
}

static void a_subscription_freed_before_it_is_done_says_nothing(void **state) {
        Pair *p = *state;
        Subscription *s;

        assert_int_equal(
                connection_request_name(p->client.connection, "a.b", on_done, &p->client, &s), 0);
        subscription_free(s);
        run_until_idle(p);
        assert_int_equal(p->client.n_done, 0);
}

static void bad_names_and_paths_are_refused(void **state) {
        static const char *const names[] = { "", "x", "a.b'", "a..b", "a.b,c" };
        Pair *p = *state;
        Connection *c = p->client.connection;
        Subscription *s;

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                assert_int_equal(connection_subscribe(c, names[i], PATH, on_signal, NULL, NULL, &s),
                                 -EINVAL);
                assert_int_equal(connection_watch_name(c, names[i], on_owner, NULL, NULL, &s),
                                 -EINVAL);
                assert_int_equal(connection_request_name(c, names[i], NULL, NULL, &s), -EINVAL);
        }
        assert_int_equal(connection_request_name(c, ":1.5", NULL, NULL, &s), -EINVAL);
        assert_int_equal(connection_subscribe(c, "a.b", "/x'", on_signal, NULL, NULL, &s), -EINVAL);
}

static void signals_at_the_path_and_below_arrive_in_order(void **state) {
        Pair *p = *state;

        subscribe(p);
        assert_int_equal(send_signal(&p->server, PATH, 0, 0), 0);
        assert_int_equal(send_signal(&p->server, "/Test/Thing12", 77, 0), 0); /* beside it */
        assert_int_equal(send_signal(&p->server, PATH "/Deep/er", 1, 0), 0);
        assert_int_equal(send_signal(&p->server, "/Test", 77, 0), 0); /* above it */
        assert_int_equal(send_signal(&p->server, PATH, 2, 0), 0);
        RUN_UNTIL(p, p->client.n_signals == 3);
        run_until_idle(p);
        assert_int_equal(p->client.n_signals, 3);
}

static void a_freed_subscription_hears_nothing_more(void **state) {
        Pair *p = *state;

        subscribe(p);
        p->client.subscription = subscription_free(p->client.subscription);
        assert_int_equal(send_signal(&p->server, PATH, 0, 0), 0);
        run_until_idle(p);
        assert_int_equal(p->client.n_signals, 0);
}

static void a_freed_export_serves_nothing_more(void **state) {
        Pair *p = *state;

        p->server.subscription = subscription_free(p->server.subscription);
        assert_int_equal(call(&p->client, "Add", 0, UINT64_MAX, on_error_reply, NULL), 0);
        RUN_UNTIL(p, p->client.n_replies == 1);
        assert_int_equal(p->server.n_calls, 0);
}

/* ---- a peer that does not read ---- */

static int fill(Pair *p) {
        int n = 0;

        while (connection_get_outstanding(p->server.connection) < (1 << 20)) {
                assert_int_equal(send_signal(&p->server, PATH, n++, 1000), 0);
                assert_true(n < 1000000);
        }
        return n;
}

static void what_the_kernel_does_not_take_waits_and_goes_out_when_the_peer_reads(void **state) {
        Pair *p = *state;
        int n;

        subscribe(p);
        n = fill(p);
        /* The peer does not run: nothing to do, no busy loop. */
        for (int i = 0; i < 3; i++)
                run_once(p->loop, 0);
        struct pollfd fd = { .fd = loop_get_fd(p->loop), .events = POLLIN };
        assert_int_equal(poll(&fd, 1, 20), 0);
        assert_int_equal(p->server.n_drained, 0);

        RUN_UNTIL(p, p->client.n_signals == (unsigned)n && p->server.n_drained == 1);
        assert_int_equal(connection_get_outstanding(p->server.connection), 0);
}

static void outstanding_is_never_less_than_what_waits(void **state) {
        Pair *p = *state;
        size_t before;

        fill(p);
        before = connection_get_outstanding(p->server.connection);
        assert_int_equal(send_signal(&p->server, PATH, 0, 100000), 0);
        /* The message is at least its padding, and its header is not a kilobyte. */
        assert_in_range(connection_get_outstanding(p->server.connection) - before, 100000, 101000);
}

static void calls_are_handled_while_the_peer_does_not_read(void **state) {
        Pair *p = *state;

        assert_int_equal(call(&p->client, "Keep", 0, UINT64_MAX, on_reply, NULL), 0);
        fill(p);
        while (!p->server.kept)
                run_once(p->loop, 1000);
        assert_int_equal(p->server.n_drained, 0);
}

/* ---- loss ---- */

static void a_lost_peer_answers_everything_and_stays_dead(void **state) {
        Pair *p = *state;
        End *e = &p->client;
        Subscription *s;
        Message *m;

        for (int i = 0; i < 3; i++)
                assert_int_equal(call(e, "Keep", 0, UINT64_MAX, on_reply, NULL), 0);
        m = new_call(e, PATH, "Keep");
        assert_int_equal(connection_request_name(e->connection, "a.b", on_done, e, &s), 0);
        loop_unpost(p->loop, s); /* never done */
        connection_close(p->server.connection);
        RUN_UNTIL(p, e->n_lost == 1);
        assert_int_equal(e->lost_error, -ECONNRESET);
        assert_int_equal(e->n_null, 3);
        assert_int_equal(e->n_done, 1);
        assert_int_equal(e->done_error, -ENOTCONN);
        assert_true(connection_is_dead(e->connection));
        assert_int_equal(connection_send(e->connection, m), -ENOTCONN);
        assert_int_equal(connection_call(e->connection, m, UINT64_MAX, never, e, NULL), -ENOTCONN);
        message_unref(m);
        subscription_free(s);
        run_until_idle(p);
        assert_int_equal(e->n_lost, 1);
        assert_int_equal(p->server.n_lost, 0); /* it closed by itself */
}

static void a_loss_that_a_send_finds_comes_as_an_event_too(void **state) {
        Pair *p = *state;
        End *e = &p->client;

        assert_int_equal(call(e, "Keep", 0, UINT64_MAX, on_reply, NULL), 0);
        connection_close(p->server.connection);
        assert_int_equal(send_signal(e, PATH, 0, 0), -ENOTCONN);
        assert_int_equal(e->n_lost, 0);
        RUN_UNTIL(p, e->n_lost == 1);
        assert_int_equal(e->n_null, 1); /* and not an error that sd-bus makes up */
}

static void bytes_that_are_no_message_end_the_connection(void **state) {
        static const char *const rows[] = {
                "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", /* not a byte order */
                "l\4\1\1\377\377\377\377\1\1\1\1\1\1\1\1",          /* 4 GiB */
                "AUTH EXTERNAL\r\nBEGIN\r\n",
        };
        Pair *p = *state;

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Pair q = { .loop = p->loop, .other_loop = p->loop };
                int fds[2];
                assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
                assert_int_equal(connection_new_peer(p->loop, fds[0], true, NAME, &events,
                                                     &q.server, &q.server.connection),
                                 0);
                assert_true(write(fds[1], "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n", 30) == 30);
                RUN_UNTIL(&q, q.server.n_connected == 1);
                assert_true(write(fds[1], rows[i], i < 2 ? 16 : strlen(rows[i])) > 0);
                RUN_UNTIL(&q, q.server.n_lost == 1);
                connection_unref(q.server.connection);
                close(fds[1]);
        }
}

/* ---- leaving ---- */

static void provoke(Pair *p, End *e, Where where) {
        switch (where) {
        case ON_CALL:
                assert_int_equal(call(&p->client, "Add", 0, UINT64_MAX, on_reply, NULL), 0);
                assert_int_equal(call(&p->client, "Add", 1, UINT64_MAX, on_reply, NULL), 0);
                break;
        case ON_SIGNAL:
                subscribe(p);
                assert_int_equal(send_signal(&p->server, PATH, 0, 0), 0);
                assert_int_equal(send_signal(&p->server, PATH, 1, 0), 0);
                break;
        case ON_REPLY:
        case ON_TURN_END:
                assert_int_equal(call(&p->client, "Add", 0, UINT64_MAX, on_reply, NULL), 0);
                assert_int_equal(call(&p->client, "Add", 1, UINT64_MAX, on_reply, NULL), 0);
                break;
        case ON_LOST:
                assert_int_equal(call(&p->client, "Keep", 0, UINT64_MAX, on_reply, NULL), 0);
                connection_close(e == &p->server ? p->client.connection : p->server.connection);
                break;
        case ON_DONE:
                assert_int_equal(connection_request_name(e->connection, "a.b", on_done, e,
                                                         &p->client.subscription),
                                 0);
                break;
        case ON_DRAINED:
                subscribe(p);
                fill(p);
                break;
        case NOWHERE:
        case ON_CONNECTED:
                break;
        }
}

static void a_connection_may_be_closed_or_dropped_from_every_callback(void **state) {
        static const struct {
                Where where;
                bool server;
                bool two_loops;
        } rows[] = {
                { ON_CONNECTED, true, false }, { ON_CONNECTED, false, false },
                { ON_CALL, true, false },      { ON_SIGNAL, false, false },
                { ON_REPLY, false, false },    { ON_TURN_END, true, false },
                { ON_TURN_END, false, false }, { ON_LOST, true, false },
                { ON_LOST, false, false },     { ON_DONE, false, false },
                { ON_DRAINED, true, true },
        };

        (void)state;
        for (unsigned i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
                Where where = rows[i / 2].where;
                Pair *p = calloc(1, sizeof(*p));
                End *e = rows[i / 2].server ? &p->server : &p->client;
                Connection *held;
                End before;
                make_pair(p, rows[i / 2].two_loops);
                if (where != ON_CONNECTED)
                        connect_pair(p);
                held = i % 2 ? NULL : connection_ref(e->connection);
                e->leave_by_close = i % 2;
                if (where == ON_SIGNAL || where == ON_DRAINED) {
                        provoke(p, e, where);
                        e->leave = where;
                } else {
                        e->leave = where;
                        provoke(p, e, where);
                }
                connection_unref(held);
                RUN_UNTIL(p, !e->connection || connection_is_dead(e->connection));
                /* Nothing comes after it. */
                before = *e;
                run_until_idle(p);
                if (p->other_loop != p->loop)
                        run_once(p->other_loop, 0);
                assert_memory_equal(&before, e, sizeof(before));
                teardown((void *[]){ p });
        }
}

static void a_loss_in_a_reply_stops_when_the_connection_is_closed(void **state) {
        Pair *p = *state;
        End *e = &p->client;

        e->leave = ON_REPLY;
        e->leave_by_close = true;
        for (int i = 0; i < 3; i++)
                assert_int_equal(call(e, "Keep", 0, UINT64_MAX, on_reply, NULL), 0);
        connection_close(p->server.connection);
        RUN_UNTIL(p, e->n_replies == 1);
        run_until_idle(p);
        assert_int_equal(e->n_replies, 1);
        assert_int_equal(e->n_lost, 0);
}

static void what_is_held_outlives_the_connection(void **state) {
        Pair *p = *state;
        End *e = &p->client;
        PendingReply *pending;

        subscribe(p);
        assert_int_equal(call(e, "Keep", 0, UINT64_MAX, never, &pending), 0);
        RUN_UNTIL(p, p->server.kept);
        e->connection = connection_unref(e->connection);
        e->subscription = subscription_free(e->subscription);
        pending_reply_free(pending);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define T_UNCONNECTED(name) cmocka_unit_test_setup_teardown(name, setup_unconnected, teardown)
#define T_TWO_LOOPS(name) cmocka_unit_test_setup_teardown(name, setup_two_loops, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T_UNCONNECTED(both_ends_hear_from_the_loop_that_they_are_connected),
                T_UNCONNECTED(nothing_can_be_sent_before),
                T_UNCONNECTED(a_server_without_a_valid_name_is_refused_and_the_socket_closed),
                T_UNCONNECTED(descriptors_are_not_accepted_from_others),
                T(a_call_is_answered),
                T(a_call_says_what_it_is),
                T(a_handler_that_fails_is_answered_by_our_table),
                T(a_call_that_nobody_takes_is_answered_with_an_error),
                T(an_error_answer_survives_a_bad_name_and_a_bad_text),
                T(a_call_without_reply_gets_none),
                T(ten_thousand_calls_in_flight_are_answered_in_order),
                T(a_turn_ends_after_its_time),
                T(a_call_that_is_not_answered_times_out_by_the_descriptor_alone),
                T(a_timeout_of_zero_is_not_the_default_of_sd_bus),
                T(a_dropped_reply_does_not_come),
                T(what_a_peer_is_asked_for_is_done_from_the_loop),
                T(a_subscription_freed_before_it_is_done_says_nothing),
                T(bad_names_and_paths_are_refused),
                T(signals_at_the_path_and_below_arrive_in_order),
                T(a_freed_subscription_hears_nothing_more),
                T(a_freed_export_serves_nothing_more),
                T_TWO_LOOPS(what_the_kernel_does_not_take_waits_and_goes_out_when_the_peer_reads),
                T_TWO_LOOPS(outstanding_is_never_less_than_what_waits),
                T_TWO_LOOPS(calls_are_handled_while_the_peer_does_not_read),
                T(a_lost_peer_answers_everything_and_stays_dead),
                T(a_loss_that_a_send_finds_comes_as_an_event_too),
                T_UNCONNECTED(bytes_that_are_no_message_end_the_connection),
                cmocka_unit_test(a_connection_may_be_closed_or_dropped_from_every_callback),
                T(a_loss_in_a_reply_stops_when_the_connection_is_closed),
                T(what_is_held_outlives_the_connection),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
