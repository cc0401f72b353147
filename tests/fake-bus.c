/* SPDX-License-Identifier: MIT */
/* The fake bus: answers what only a bus answers, keeps everything else for the test. */
#include "fake-bus.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define BUS_NAME "org.freedesktop.DBus"

/* To a client that has hung up, nothing is said. */
static void send_as(sd_bus_message *m, const char *sender) {
        int r;

        assert_true(sd_bus_message_set_sender(m, sender) >= 0);
        r = sd_bus_send(NULL, m, NULL);
        if (r != -ENOTCONN && r != -ECONNRESET && r != -EPIPE)
                assert_true(r >= 0);
        sd_bus_message_unref(m);
}

static void answer_owner(FakeBus *b, sd_bus_message *call) {
        sd_bus_message *reply = NULL;

        b->n_owner_queries++;
        if (b->owner) {
                assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
                assert_true(sd_bus_message_append(reply, "s", b->owner) >= 0);
        } else {
                assert_true(sd_bus_message_new_method_errorf(
                                    call, &reply, BUS_NAME ".Error.NameHasNoOwner", "none") >= 0);
        }
        send_as(reply, BUS_NAME);
}

static void answer_match(FakeBus *b, sd_bus_message *call) {
        sd_bus_message *reply = NULL;
        const char *rule;

        assert_true(sd_bus_message_read(call, "s", &rule) > 0);
        assert_true(b->n_rules < sizeof(b->rules) / sizeof(b->rules[0]));
        snprintf(b->rules[b->n_rules++], sizeof(b->rules[0]), "%s", rule);
        if (b->refused_rules)
                assert_true(sd_bus_message_new_method_errorf(call, &reply, b->refused_rules,
                                                             "no more rules") >= 0);
        else
                assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        send_as(reply, BUS_NAME);
}

static void answer_hello(sd_bus_message *call) {
        sd_bus_message *reply = NULL;

        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        assert_true(sd_bus_message_append(reply, "s", ":1.100") >= 0);
        send_as(reply, BUS_NAME);
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        FakeBus *b = userdata;
        const char *member = sd_bus_message_get_member(m);
        const char *destination = sd_bus_message_get_destination(m);

        (void)reterr_error;
        if (!sd_bus_message_is_method_call(m, NULL, NULL))
                return 0;
        if (!destination || strcmp(destination, BUS_NAME) != 0 ||
            (b->holds_rules && strcmp(member, "Hello") != 0)) {
                assert_true(b->n_calls < FAKE_BUS_CALLS);
                b->calls[b->n_calls++] = sd_bus_message_ref(m);
        } else if (strcmp(member, "Hello") == 0) {
                answer_hello(m);
        } else if (strcmp(member, "AddMatch") == 0) {
                answer_match(b, m);
        } else if (strcmp(member, "GetNameOwner") == 0) {
                answer_owner(b, m);
        }
        return 1;
}

void fake_bus_open(FakeBus *b) {
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        *b = (FakeBus){ .listener = -1 };
        strcpy(b->directory, "/tmp/fascia-bus-XXXXXX");
        assert_non_null(mkdtemp(b->directory));
        snprintf(a.sun_path, sizeof(a.sun_path), "%s/bus", b->directory);
        snprintf(b->address, sizeof(b->address), "unix:path=%s", a.sun_path);
        b->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(b->listener >= 0);
        assert_int_equal(bind(b->listener, (struct sockaddr *)&a, sizeof(a)), 0);
        assert_int_equal(listen(b->listener, 8), 0);
}

void fake_bus_drop(FakeBus *b) {
        for (size_t i = 0; i < b->n_calls; i++)
                sd_bus_message_unref(b->calls[i]);
        b->n_calls = 0;
        b->bus = sd_bus_close_unref(b->bus);
        b->n_rules = 0;
}

void fake_bus_close(FakeBus *b) {
        char path[128];

        fake_bus_drop(b);
        if (b->listener >= 0)
                close(b->listener);
        snprintf(path, sizeof(path), "%s/bus", b->directory);
        unlink(path);
        rmdir(b->directory);
}

static bool accept_client(FakeBus *b) {
        sd_id128_t id;
        int fd;

        fd = b->bus ? -1 : accept4(b->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
                return false;
        b->n_connections++;
        assert_true(sd_id128_randomize(&id) >= 0);
        assert_true(sd_bus_new(&b->bus) >= 0);
        assert_true(sd_bus_set_fd(b->bus, fd, fd) >= 0);
        assert_true(sd_bus_set_server(b->bus, true, id) >= 0);
        assert_true(sd_bus_add_filter(b->bus, NULL, on_message, b) >= 0);
        assert_true(sd_bus_start(b->bus) >= 0);
        return true;
}

bool fake_bus_process(FakeBus *b) {
        bool worked = accept_client(b);
        int r;

        while (b->bus && (r = sd_bus_process(b->bus, NULL)) != 0) {
                if (r < 0)
                        fake_bus_drop(b); /* the client hung up */
                worked = true;
        }
        return worked;
}

sd_bus_message *fake_bus_take(FakeBus *b, const char *destination, const char *member) {
        sd_bus_message *m;

        assert_true(b->n_calls > 0);
        m = b->calls[0];
        b->n_calls--;
        memmove(b->calls, b->calls + 1, b->n_calls * sizeof(b->calls[0]));
        assert_string_equal(sd_bus_message_get_destination(m), destination);
        assert_string_equal(sd_bus_message_get_member(m), member);
        return m;
}

void fake_bus_answer(FakeBus *b, sd_bus_message *call, const char *sender, const char *types, ...) {
        sd_bus_message *reply = NULL;
        va_list arguments;

        (void)b;
        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        if (types) {
                va_start(arguments, types);
                assert_true(sd_bus_message_appendv(reply, types, arguments) >= 0);
                va_end(arguments);
        }
        send_as(reply, sender);
        sd_bus_message_unref(call);
}

void fake_bus_refuse(FakeBus *b, sd_bus_message *call, const char *name, const char *text) {
        sd_bus_message *reply = NULL;

        (void)b;
        assert_true(sd_bus_message_new_method_errorf(call, &reply, name, "%s", text) >= 0);
        send_as(reply, BUS_NAME);
        sd_bus_message_unref(call);
}

void fake_bus_signal(FakeBus *b, const char *sender, const char *path, const char *interface,
                     const char *member, const char *types, ...) {
        sd_bus_message *m = NULL;
        va_list arguments;

        assert_true(sd_bus_message_new_signal(b->bus, &m, path, interface, member) >= 0);
        va_start(arguments, types);
        assert_true(sd_bus_message_appendv(m, types, arguments) >= 0);
        va_end(arguments);
        send_as(m, sender);
}

void fake_bus_change_owner(FakeBus *b, const char *name, const char *owner) {
        fake_bus_signal(b, BUS_NAME, "/org/freedesktop/DBus", BUS_NAME, "NameOwnerChanged", "sss",
                        name, "", owner);
}
