/* SPDX-License-Identifier: MIT */
/* Connections to a message bus: a private dbus-daemon that is killed and started again. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include "connection.h"

#define NAME "Test.Thing1"
#define PATH "/Test/Thing1"
#define DRIVER "org.freedesktop.DBus"

typedef struct Bus {
        char directory[64];
        char address[128];
        char socket[96];
        char config[96];
        pid_t pid;
} Bus;

typedef struct User {
        Connection *connection;
        unsigned n_connected, n_lost, n_done, n_signals, n_owners, n_replies, n_null;
        int lost_error, done_error;
        uint64_t lost_at[8];
        char owner[64];
        char reply_error[128];
        uint32_t number;
        Message *kept;
} User;

typedef struct Fixture {
        Bus bus;
        Loop *loop;
        User a, b;
} Fixture;

/* ---- the bus ---- */

static void write_config(const Bus *b) {
        FILE *f = fopen(b->config, "we");

        assert_non_null(f);
        fprintf(f,
                "<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>"
                "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"false\"/>"
                "<allow own=\"*\"/><allow user=\"*\"/><allow eavesdrop=\"true\"/></policy></busconfig>\n",
                b->socket);
        assert_int_equal(fclose(f), 0);
}

/* Serves when it returns: the daemon prints its address then. */
static void bus_start(Bus *b) {
        char config[128], byte;
        int fds[2];

        snprintf(config, sizeof(config), "--config-file=%s", b->config);
        assert_int_equal(pipe(fds), 0);
        b->pid = fork();
        assert_true(b->pid >= 0);
        if (b->pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails in its set-up */
                dup2(fds[1], STDOUT_FILENO);
                dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
                close(fds[0]);
                close(fds[1]);
                execlp("dbus-daemon", "dbus-daemon", config, "--nofork", "--nopidfile",
                       "--nosyslog", "--print-address=1", NULL);
                _exit(127);
        }
        close(fds[1]);
        assert_int_equal(read(fds[0], &byte, 1), 1);
        close(fds[0]);
}

static void bus_stop(Bus *b) {
        if (b->pid <= 0)
                return;
        kill(b->pid, SIGKILL);
        waitpid(b->pid, NULL, 0);
        b->pid = 0;
        unlink(b->socket);
}

static void bus_init(Bus *b) {
        strcpy(b->directory, "/tmp/fascia-test-XXXXXX");
        assert_non_null(mkdtemp(b->directory));
        snprintf(b->socket, sizeof(b->socket), "%s/bus", b->directory);
        snprintf(b->config, sizeof(b->config), "%s/bus.conf", b->directory);
        snprintf(b->address, sizeof(b->address), "unix:path=%s", b->socket);
        write_config(b);
        bus_start(b);
}

static void bus_done(Bus *b) {
        bus_stop(b);
        unlink(b->config);
        rmdir(b->directory);
}

/* ---- callbacks ---- */

static void on_connected(Connection *c, void *userdata) {
        assert_non_null(connection_get_unique_name(c));
        ((User *)userdata)->n_connected++;
}

static void on_lost(Connection *c, int error, void *userdata) {
        User *u = userdata;

        assert_null(connection_get_unique_name(c));
        if (u->n_lost < 8)
                u->lost_at[u->n_lost] = loop_now(connection_get_loop(c));
        u->n_lost++;
        u->lost_error = error;
}

static const ConnectionEvents events = { on_connected, on_lost, NULL, NULL };

static void on_done(int error, void *userdata) {
        User *u = userdata;

        u->n_done++;
        u->done_error = error;
}

static void on_owner(const char *owner, void *userdata) {
        User *u = userdata;

        u->n_owners++;
        strcpy(u->owner, owner ? owner : "none");
}

static void on_signal(Message *signal, void *userdata) {
        User *u = userdata;

        u->n_signals++;
        message_unref(u->kept);
        u->kept = message_ref(signal);
}

static int on_call(Message *call, void *userdata) {
        User *u = userdata;

        message_unref(u->kept);
        u->kept = message_ref(call);
        return 1;
}

static void on_reply(Message *reply, void *userdata) {
        User *u = userdata;
        const char *name = reply ? message_get_error_name(reply) : "lost";

        u->n_replies++;
        u->n_null += reply == NULL;
        strcpy(u->reply_error, name ? name : "");
}

/* ---- the fixture ---- */

static void run_once(Fixture *f) {
        struct pollfd p = { .fd = loop_get_fd(f->loop), .events = POLLIN };

        if (poll(&p, 1, 100) > 0)
                assert_true(loop_dispatch(f->loop) >= 0);
}

#define RUN_UNTIL(f, condition)                                    \
        do {                                                       \
                uint64_t end_ = loop_now((f)->loop) + 20000000;    \
                while (!(condition) && loop_now((f)->loop) < end_) \
                        run_once(f);                               \
                assert_true(condition);                            \
        } while (false)

static void connect_user(Fixture *f, User *u) {
        assert_int_equal(connection_new(f->loop, f->bus.address, &events, u, &u->connection), 0);
        RUN_UNTIL(f, u->n_connected == 1);
}

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        bus_init(&f->bus);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        connect_user(f, &f->a);
        connect_user(f, &f->b);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        message_unref(f->a.kept);
        message_unref(f->b.kept);
        connection_unref(f->a.connection);
        connection_unref(f->b.connection);
        loop_unref(f->loop);
        bus_done(&f->bus);
        free(f);
        return 0;
}

static void call(User *u, const char *destination, const char *path, const char *interface,
                 const char *member, const char *argument, ConnectionReplyFn *fn) {
        Message *m;

        assert_int_equal(message_new_call(u->connection, destination, path, interface, member, &m),
                         0);
        if (argument) {
                Writer w = message_writer(m);
                assert_int_equal(writer_string(&w, argument), 0);
        }
        assert_int_equal(connection_call(u->connection, m, UINT64_MAX, fn, u, NULL), 0);
        message_unref(m);
}

/* Until everything that was sent before has been handled by the bus, and its signals are here. */
static void round_trip(Fixture *f, User *u) {
        unsigned n = u->n_replies;

        call(u, DRIVER, "/org/freedesktop/DBus", DRIVER, "GetId", NULL, on_reply);
        RUN_UNTIL(f, u->n_replies == n + 1);
}

static Subscription *request(Fixture *f, User *u, const char *name, int result) {
        unsigned n = u->n_done;
        Subscription *s;

        assert_int_equal(connection_request_name(u->connection, name, on_done, u, &s), 0);
        RUN_UNTIL(f, u->n_done == n + 1);
        assert_int_equal(u->done_error, result);
        return s;
}

static void emit(User *u, const char *path) {
        Message *m;

        assert_int_equal(message_new_signal(u->connection, path, NAME, "Happened", &m), 0);
        assert_int_equal(connection_send(u->connection, m), 0);
        message_unref(m);
}

/* ---- addresses ---- */

static void what_is_not_an_address_is_refused_at_once(void **state) {
        static const char *const rows[] = { "",        "nonsense", "unix:",  "unix",
                                            "foo:a=b", ";",        "systemd" };
        Fixture *f = *state;
        Connection *c;

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_int_equal(connection_new(f->loop, rows[i], &events, &f->a, &c), -EINVAL);
}

static void words_stand_for_the_bus_of_the_environment(void **state) {
        static const struct {
                const char *word, *variable, *value, *address;
        } rows[] = {
                { "system", "DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/a", "unix:path=/a" },
                { "auto", "DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/a", "unix:path=/a" },
                { "system", NULL, NULL, "unix:path=/run/dbus/system_bus_socket" },
                { "user", "DBUS_SESSION_BUS_ADDRESS", "unix:path=/b", "unix:path=/b" },
                { "user", "XDG_RUNTIME_DIR", "/run/a b;c", "unix:path=/run/a%20b%3bc/bus" },
        };
        Fixture *f = *state;
        Connection *c;

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
                unsetenv("DBUS_SESSION_BUS_ADDRESS");
                unsetenv("XDG_RUNTIME_DIR");
                if (rows[i].variable)
                        setenv(rows[i].variable, rows[i].value, true);
                assert_int_equal(connection_new(f->loop, rows[i].word, NULL, NULL, &c), 0);
                assert_string_equal(connection_get_address(c), rows[i].address);
                connection_unref(c);
        }
        unsetenv("XDG_RUNTIME_DIR");
        assert_int_equal(connection_new(f->loop, "user", NULL, NULL, &c), -ENOMEDIUM);
        setenv("DBUS_SYSTEM_BUS_ADDRESS", "nonsense", true);
        assert_int_equal(connection_new(f->loop, "system", NULL, NULL, &c), -EINVAL);
        unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

static void the_second_address_is_tried_when_the_first_does_not_work(void **state) {
        Fixture *f = *state;
        User u = { 0 };
        char address[256];

        snprintf(address, sizeof(address), "unix:path=/nonexistent;tcp:host=127.0.0.1,port=1;%s",
                 f->bus.address);
        assert_int_equal(connection_new(f->loop, address, &events, &u, &u.connection), 0);
        RUN_UNTIL(f, u.n_connected == 1);
        assert_int_equal(u.n_lost, 0);
        round_trip(f, &u);
        connection_unref(u.connection);
}

/* ---- names ---- */

static void a_name_that_another_has_is_refused_and_not_taken_later(void **state) {
        Fixture *f = *state;
        Subscription *s, *t;

        s = request(f, &f->a, NAME, 0);
        t = request(f, &f->b, NAME, -EEXIST);
        subscription_free(s);
        round_trip(f, &f->a);
        unsigned n = f->b.n_replies;
        call(&f->b, DRIVER, "/org/freedesktop/DBus", DRIVER, "GetNameOwner", NAME, on_reply);
        RUN_UNTIL(f, f->b.n_replies > n);
        assert_string_equal(f->b.reply_error, DRIVER ".Error.NameHasNoOwner");
        subscription_free(t);
}

static void a_refused_request_does_not_give_back_what_is_ours(void **state) {
        Fixture *f = *state;
        Subscription *s, *t;

        s = request(f, &f->a, NAME, 0);
        t = request(f, &f->a, NAME, -EALREADY);
        subscription_free(t);
        round_trip(f, &f->a);
        t = request(f, &f->b, NAME, -EEXIST);
        subscription_free(t);
        subscription_free(s);
}

static void a_request_freed_before_its_answer_is_given_back(void **state) {
        Fixture *f = *state;
        Subscription *s;

        assert_int_equal(connection_request_name(f->a.connection, NAME, on_done, &f->a, &s), 0);
        subscription_free(s);
        round_trip(f, &f->a);
        assert_int_equal(f->a.n_done, 0);
        subscription_free(request(f, &f->b, NAME, 0));
}

static void a_watch_hears_every_change_of_the_owner_and_only_from_the_bus(void **state) {
        Fixture *f = *state;
        Subscription *watch, *s;
        Message *m;
        Writer w;

        assert_int_equal(
                connection_watch_name(f->b.connection, NAME, on_owner, on_done, &f->b, &watch), 0);
        RUN_UNTIL(f, f->b.n_done == 1);
        s = request(f, &f->a, NAME, 0);
        RUN_UNTIL(f, f->b.n_owners == 1);
        assert_string_equal(f->b.owner, connection_get_unique_name(f->a.connection));
        subscription_free(request(f, &f->a, "Test.Other1", 0));

        /* A signal from another process, made to look like the bus's, for our eyes only. */
        assert_int_equal(message_new_signal(f->a.connection, "/org/freedesktop/DBus", DRIVER,
                                            "NameOwnerChanged", &m),
                         0);
        w = message_writer(m);
        assert_int_equal(writer_string(&w, NAME), 0);
        assert_int_equal(writer_string(&w, ""), 0);
        assert_int_equal(writer_string(&w, ":6.66"), 0);
        assert_true(sd_bus_message_set_destination(
                            (sd_bus_message *)m, connection_get_unique_name(f->b.connection)) >= 0);
        assert_int_equal(connection_send(f->a.connection, m), 0);
        message_unref(m);
        round_trip(f, &f->a);
        round_trip(f, &f->b);
        assert_int_equal(f->b.n_owners, 1);

        subscription_free(s);
        RUN_UNTIL(f, f->b.n_owners == 2);
        assert_string_equal(f->b.owner, "none");
        subscription_free(watch);
}

/* ---- matches ---- */

/* The rules of one connection, as the bus knows them. */
static void on_rules(Message *reply, void *userdata) {
        User *u = userdata;
        Reader r = message_reader(reply);
        const char *name, *rule;

        u->number = 0;
        u->n_replies++;
        assert_false(message_is_error(reply));
        assert_int_equal(reader_enter(&r, 'a', "{sas}"), 0);
        while (reader_at_end(&r) == 0) {
                assert_int_equal(reader_enter(&r, 'e', "sas"), 0);
                assert_int_equal(reader_string(&r, &name), 0);
                assert_int_equal(reader_enter(&r, 'a', "s"), 0);
                while (reader_at_end(&r) == 0) {
                        assert_int_equal(reader_string(&r, &rule), 0);
                        u->number += strcmp(name, connection_get_unique_name(u->connection)) == 0;
                }
                assert_int_equal(reader_exit(&r), 0);
                assert_int_equal(reader_exit(&r), 0);
        }
}

static unsigned count_rules(Fixture *f, User *u) {
        unsigned n = u->n_replies;

        call(u, DRIVER, "/org/freedesktop/DBus", DRIVER ".Debug.Stats", "GetAllMatchRules", NULL,
             on_rules);
        RUN_UNTIL(f, u->n_replies == n + 1);
        return u->number;
}

static void a_subscription_is_one_match_rule_and_hears_its_sender(void **state) {
        Fixture *f = *state;
        Subscription *s, *name;

        name = request(f, &f->a, NAME, 0);
        assert_int_equal(count_rules(f, &f->b), 0);
        assert_int_equal(
                connection_subscribe(f->b.connection, NAME, PATH, on_signal, on_done, &f->b, &s),
                0);
        RUN_UNTIL(f, f->b.n_done == 1);
        assert_int_equal(f->b.done_error, 0);
        assert_int_equal(count_rules(f, &f->b), 1);
        emit(&f->a, PATH "/x");
        emit(&f->b, PATH); /* of another sender */
        RUN_UNTIL(f, f->b.n_signals == 1);
        round_trip(f, &f->b);
        assert_int_equal(f->b.n_signals, 1);
        assert_string_equal(message_get_sender(f->b.kept),
                            connection_get_unique_name(f->a.connection));
        subscription_free(s);
        assert_int_equal(count_rules(f, &f->b), 0);
        subscription_free(name);
}

static void a_watch_is_one_match_rule(void **state) {
        Fixture *f = *state;
        Subscription *s;

        assert_int_equal(connection_watch_name(f->b.connection, NAME, on_owner, NULL, &f->b, &s),
                         0);
        assert_int_equal(count_rules(f, &f->b), 1);
        subscription_free(s);
        assert_int_equal(count_rules(f, &f->b), 0);
}

static void a_subscription_freed_before_it_is_in_effect_leaves_no_rule(void **state) {
        Fixture *f = *state;
        Subscription *s;

        assert_int_equal(
                connection_subscribe(f->b.connection, NAME, PATH, on_signal, on_done, &f->b, &s),
                0);
        subscription_free(s);
        assert_int_equal(count_rules(f, &f->b), 0);
        assert_int_equal(f->b.n_done, 0);
}

/* ---- loss ---- */

static void a_bus_that_goes_is_reported_and_found_again(void **state) {
        Fixture *f = *state;
        Subscription *export, *old, *s;

        assert_int_equal(connection_export(f->a.connection, PATH, on_call, &f->a, &export), 0);
        old = request(f, &f->a, NAME, 0);
        call(&f->b, NAME, PATH, NAME, "Keep", NULL, on_reply);
        RUN_UNTIL(f, f->a.kept);
        bus_stop(&f->bus);
        RUN_UNTIL(f, f->a.n_lost > 0 && f->b.n_lost > 0);
        assert_int_equal(f->b.n_null, 1);
        assert_false(connection_is_dead(f->b.connection));
        assert_false(connection_is_open(f->b.connection));

        bus_start(&f->bus);
        RUN_UNTIL(f, f->a.n_connected == 2 && f->b.n_connected == 2);
        /* All of the old one is gone, and everything works on the new one. */
        subscription_free(export);
        subscription_free(old);
        assert_int_equal(connection_export(f->a.connection, PATH, on_call, &f->a, &export), 0);
        s = request(f, &f->a, NAME, 0);
        f->a.kept = message_unref(f->a.kept);
        call(&f->b, NAME, PATH, NAME, "Keep", NULL, on_reply);
        RUN_UNTIL(f, f->a.kept);
        subscription_free(s);
        subscription_free(export);
}

static void an_answer_to_a_caller_of_the_bus_before_is_not_sent(void **state) {
        Fixture *f = *state;
        Subscription *export, *name;
        Message *reply;

        assert_int_equal(connection_export(f->a.connection, PATH, on_call, &f->a, &export), 0);
        name = request(f, &f->a, NAME, 0);
        call(&f->b, NAME, PATH, NAME, "Keep", NULL, on_reply);
        RUN_UNTIL(f, f->a.kept);
        bus_stop(&f->bus);
        RUN_UNTIL(f, f->a.n_lost > 0);
        bus_start(&f->bus);
        RUN_UNTIL(f, f->a.n_connected == 2);
        assert_int_equal(message_new_return(f->a.kept, &reply), 0);
        assert_int_equal(connection_send(f->a.connection, reply), -ENOTCONN);
        message_unref(reply);
        subscription_free(name);
        subscription_free(export);
}

static void what_was_not_done_when_the_bus_went_is_told(void **state) {
        Fixture *f = *state;
        Subscription *s[2];

        kill(f->bus.pid, SIGSTOP);
        assert_int_equal(
                connection_subscribe(f->a.connection, NAME, PATH, on_signal, on_done, &f->a, &s[0]),
                0);
        assert_int_equal(connection_request_name(f->a.connection, NAME, on_done, &f->a, &s[1]), 0);
        bus_stop(&f->bus);
        RUN_UNTIL(f, f->a.n_done == 2);
        assert_int_equal(f->a.done_error, -ENOTCONN);
        subscription_free(s[0]);
        subscription_free(s[1]);
}

static void close_instead(Message *reply, void *userdata) {
        User *u = userdata;

        assert_null(reply);
        u->n_replies++;
        connection_close(u->connection);
}

static void a_connection_closed_by_an_answer_to_the_loss_is_not_tried_again(void **state) {
        Fixture *f = *state;

        kill(f->bus.pid, SIGSTOP);
        call(&f->a, DRIVER, "/org/freedesktop/DBus", DRIVER, "GetId", NULL, close_instead);
        bus_stop(&f->bus);
        RUN_UNTIL(f, f->a.n_replies == 1 && f->b.n_lost == 1);
        assert_int_equal(f->a.n_lost, 0);
        assert_true(connection_is_dead(f->a.connection));
        bus_start(&f->bus);
        RUN_UNTIL(f, f->b.n_connected == 2);
        assert_int_equal(f->a.n_connected, 1);
}

static void attempts_that_fail_are_reported_and_become_rarer(void **state) {
        Fixture *f = *state;
        User u = { 0 };

        assert_int_equal(
                connection_new(f->loop, "unix:path=/nonexistent", &events, &u, &u.connection), 0);
        assert_int_equal(u.n_lost, 0); /* by event, from the loop */
        RUN_UNTIL(f, u.n_lost == 4);
        assert_int_equal(u.lost_error, -ENOENT);
        assert_int_equal(u.n_connected, 0);
        /* 50, 100 and 200 ms, each less a quarter at most. */
        for (unsigned i = 0; i < 3; i++)
                assert_true(u.lost_at[i + 1] - u.lost_at[i] >= (37500U << i));
        connection_unref(u.connection);
}

static void a_connection_may_be_dropped_while_it_waits_for_the_next_attempt(void **state) {
        Fixture *f = *state;
        User u = { 0 };

        assert_int_equal(
                connection_new(f->loop, "unix:path=/nonexistent", &events, &u, &u.connection), 0);
        RUN_UNTIL(f, u.n_lost == 1);
        connection_unref(u.connection);
        uint64_t end = loop_now(f->loop) + 100000;
        while (loop_now(f->loop) < end)
                run_once(f);
        assert_int_equal(u.n_lost, 1);
}

static void a_bus_that_never_answers_hello_does_not_stop_the_loop(void **state) {
        Fixture *f = *state;
        User u = { 0 };

        kill(f->bus.pid, SIGSTOP);
        assert_int_equal(connection_new(f->loop, f->bus.address, &events, &u, &u.connection), 0);
        struct pollfd p = { .fd = loop_get_fd(f->loop), .events = POLLIN };
        while (poll(&p, 1, 20) > 0)
                assert_true(loop_dispatch(f->loop) >= 0);
        assert_int_equal(u.n_connected, 0);
        kill(f->bus.pid, SIGCONT);
        RUN_UNTIL(f, u.n_connected == 1);
        connection_unref(u.connection);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(what_is_not_an_address_is_refused_at_once),
                T(words_stand_for_the_bus_of_the_environment),
                T(the_second_address_is_tried_when_the_first_does_not_work),
                T(a_name_that_another_has_is_refused_and_not_taken_later),
                T(a_refused_request_does_not_give_back_what_is_ours),
                T(a_request_freed_before_its_answer_is_given_back),
                T(a_watch_hears_every_change_of_the_owner_and_only_from_the_bus),
                T(a_subscription_is_one_match_rule_and_hears_its_sender),
                T(a_watch_is_one_match_rule),
                T(a_subscription_freed_before_it_is_in_effect_leaves_no_rule),
                T(a_bus_that_goes_is_reported_and_found_again),
                T(an_answer_to_a_caller_of_the_bus_before_is_not_sent),
                T(what_was_not_done_when_the_bus_went_is_told),
                T(a_connection_closed_by_an_answer_to_the_loss_is_not_tried_again),
                T(attempts_that_fail_are_reported_and_become_rarer),
                T(a_connection_may_be_dropped_while_it_waits_for_the_next_attempt),
                T(a_bus_that_never_answers_hello_does_not_stop_the_loop),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
