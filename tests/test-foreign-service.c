/* SPDX-License-Identifier: MIT */
/* A service written on sd-bus alone, as others write theirs, used by the client on a real bus: it
 * dies, comes back, and is started by the bus. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <cmocka.h>

#include "foreign-listener.h"
#include "foreign-module.h"
#include "harness.h"

/* ---- the service: this program with --serve ---- */

typedef struct Host {
        char *name;
        int32_t status;
        int32_t position;
        const char *product;
        uint64_t idle_usec; /* exits when nobody asked for so long */
} Host;

static int describe(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *text;
        Host *h = userdata;
        int r;

        r = sd_bus_message_read(m, "s", &text);
        if (r < 0)
                return r;
        if (strcmp(text, "odd") == 0)
                return sd_bus_error_set(error, "org.example.Host1.Error.Odd", "that is odd");
        if (strcmp(text, "die") == 0)
                _exit(3);
        if (strcmp(text, "change") == 0) {
                h->status++;
                h->position++;
                r = sd_bus_emit_properties_changed(sd_bus_message_get_bus(m), FOREIGN_PATH,
                                                   FOREIGN_INTERFACE, "Status", NULL);
        }
        if (r >= 0 && strcmp(text, "ring") == 0)
                r = sd_bus_emit_signal(sd_bus_message_get_bus(m), FOREIGN_PATH, FOREIGN_INTERFACE,
                                       "Rang", "s", "bell");
        return r < 0 ? r : sd_bus_reply_method_return(m, "si", text, (int32_t)strlen(text));
}

static int set_name(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *value, void *userdata, sd_bus_error *error) {
        char **name = userdata;
        const char *text;
        int r;

        (void)error;
        r = sd_bus_message_read(value, "s", &text);
        if (r < 0)
                return r;
        free(*name);
        *name = strdup(text);
        return sd_bus_emit_properties_changed(bus, path, interface, property, NULL);
}

static const sd_bus_vtable host_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_WRITABLE_PROPERTY("Hostname", "s", NULL, set_name, offsetof(Host, name),
                                 SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE | SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Status", "i", NULL, offsetof(Host, status),
                        SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),
        SD_BUS_PROPERTY("Position", "i", NULL, offsetof(Host, position), 0),
        SD_BUS_PROPERTY("Product", "s", NULL, offsetof(Host, product),
                        SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_METHOD("Describe", "s", "si", describe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL("Rang", "s", 0),
        SD_BUS_VTABLE_END,
};

static int run_service(Host *h) {
        sd_bus *bus = NULL;
        int r;

        r = sd_bus_open_user(&bus);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, FOREIGN_PATH, FOREIGN_INTERFACE,
                                             host_vtable, h);
        if (r >= 0)
                r = sd_bus_request_name(bus, FOREIGN_NAME, 0);
        if (r >= 0)
                printf("serving\n");
        fflush(stdout);
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, h->idle_usec);
                if (r == 0)
                        break; /* as a daemon that nobody needs */
        }
        sd_bus_flush_close_unref(bus);
        free(h->name);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --serve IDLE_MSEC NAME */
static int serve(char *argv[]) {
        Host h = {
                .name = strdup(argv[3]),
                .status = 1,
                .position = 10,
                .product = "box",
                .idle_usec = strtoull(argv[2], NULL, 10) * 1000,
        };

        return run_service(&h);
}

/* ---- the client ---- */

static struct fascia_client *client;
static struct fascia_feature *host;
static char program[PATH_MAX];

static const char bus_config[] =
        "<busconfig><type>session</type><listen>%s</listen>\n"
        "<servicedir>%s</servicedir>\n"
        "<policy context='default'><allow send_destination='*' eavesdrop='true'/>"
        "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>\n";

/* A bus that starts the service as `exec` says; "": it cannot. */
static void start_bus(Harness *h, const char *exec) {
        const char *directory = harness_get_directory(h);
        char text[2048], address[256];
        Process *p;

        snprintf(address, sizeof(address), "unix:path=%s/session", directory);
        if (*exec) {
                snprintf(text, sizeof(text), "[D-BUS Service]\nName=" FOREIGN_NAME "\nExec=%s\n",
                         exec);
                harness_write(h, FOREIGN_NAME ".service", text);
        }
        snprintf(text, sizeof(text), bus_config, address, directory);
        p = harness_spawn(h, "dbus-daemon --nofork --print-address --config-file=%s",
                          harness_write(h, "session.conf", text));
        process_wait_output(p, "unix:path=");
        harness_set_environment(h, "DBUS_SESSION_BUS_ADDRESS", address);
        setenv("FASCIA_ADDRESS", address, true);
        assert_int_equal(fascia_client_new(&client), 0);
}

static Process *start_service(Harness *h, const char *name) {
        Process *p = harness_spawn(h, "%s --serve 100000 %s", program, name);

        process_wait_output(p, "serving");
        return p;
}

static void begin(void) {
        assert_int_equal(listen_to_foreign(client, &foreign_interfaces[0], &host), 0);
}

/* Waits until exactly this was heard. */
static void wait_heard(const char *expected) {
        for (int i = 0; i < 200 && strlen(heard) < strlen(expected); i++)
                assert_true(fascia_client_wait(client, 100000) >= 0);
        assert_heard(expected);
}

#define READY "Hostname=here Status=1 Position=10 Product=box :ready "

static int set_up(void **state) {
        unsetenv("FASCIA_CONFIG");
        setenv("FASCIA_BACKEND", "dbus", true);
        setenv("FASCIA_CONNECTION_TIMEOUT", "10s", true);
        return harness_setup(state);
}

static int tear_down(void **state) {
        host = fascia_feature_free(host);
        client = fascia_client_free(client);
        return harness_teardown(state);
}

static void values_calls_and_signals_are_those_of_the_service(void **state) {
        const char *name = "there";
        Harness *h = *state;

        start_bus(h, "");
        start_service(h, "here");
        begin();
        wait_heard(READY);
        call_describe(host, "four");
        wait_heard("four4 ");
        call_describe(host, "ring");
        wait_heard("Rang(bell) ring4 ");
        call_describe(host, "odd");
        wait_heard("EIO ");
        assert_string_equal(last_error_name, "org.example.Host1.Error.Odd");
        assert_string_equal(last_error_message, "that is odd");
        assert_int_equal(fascia_feature_set_value(host, HOST_NAME, &name, NULL, NULL, NULL, NULL),
                         0);
        wait_heard("Hostname=there ");
}

static void what_is_announced_without_its_value_is_fetched_and_the_rest_refreshed(void **state) {
        Harness *h = *state;

        start_bus(h, "");
        start_service(h, "here");
        begin();
        wait_heard(READY);
        call_describe(host, "change");
        wait_heard("Status=- change6 Status=2 ");
        assert_int_equal(*(const int32_t *)fascia_feature_get_value(host, HOST_POSITION), 10);
        assert_int_equal(fascia_feature_refresh(host), 0);
        wait_heard("Position=11 ");
}

static void a_service_may_die_and_come_back(void **state) {
        Harness *h = *state;
        Process *service;

        start_bus(h, "");
        begin();
        wait_heard(":unavailable "); /* and the bus cannot start it */
        service = start_service(h, "here");
        wait_heard(":syncing " READY);
        process_kill(service);
        wait_heard(":unavailable ");
        call_describe(host, "x");
        wait_heard("ENOTCONN ");
        service = start_service(h, "elsewhere");
        wait_heard(":syncing Hostname=elsewhere :ready ");
        call_describe(host, "die");
        wait_heard(":unavailable ENOTCONN ");
        assert_int_equal(process_wait(service), 3);
}

static void nothing_counts_of_a_service_of_the_wrong_user(void **state) {
        char user[32];
        Harness *h = *state;

        start_bus(h, "");
        start_service(h, "here");
        assert_int_equal(fascia_client_set_setting(client, "fascia", "ServiceUser", "65533"), 0);
        begin();
        wait_heard(":unavailable ");
        assert_int_equal(fascia_feature_get_error(host)->code, -EACCES);
        assert_false(fascia_feature_has_value(host, HOST_NAME));
        snprintf(user, sizeof(user), "%u", (unsigned)getuid());
        assert_int_equal(fascia_client_set_setting(client, "fascia", "ServiceUser", user), 0);
        wait_heard(READY);
}

static void the_bus_starts_a_service_that_leaves_when_it_is_idle(void **state) {
        char exec[PATH_MAX + 64];
        Harness *h = *state;

        snprintf(exec, sizeof(exec), "%s --serve 200 here", program);
        start_bus(h, exec);
        begin();
        wait_heard(":syncing " READY);
        wait_heard(":unavailable ");
        /* It stays away, until somebody wants something of it. */
        for (int i = 0; i < 5; i++)
                assert_true(fascia_client_wait(client, 100000) >= 0);
        assert_heard("");
        assert_string_equal(*(const char *const *)fascia_feature_get_value(host, HOST_NAME),
                            "here");
        call_describe(host, "four");
        wait_heard(":syncing :ready four4 ");
        wait_heard(":unavailable ");
}

static void a_service_that_fails_to_start_fails_the_call(void **state) {
        Harness *h = *state;

        start_bus(h, "/bin/false");
        begin();
        wait_heard(":unavailable ");
        call_describe(host, "x");
        wait_heard("ENOTCONN ");
        assert_non_null(strstr(last_error_message, FOREIGN_NAME));
        start_service(h, "here");
        wait_heard(":syncing " READY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char *argv[]) {
        const struct CMUnitTest tests[] = {
                TEST(values_calls_and_signals_are_those_of_the_service),
                TEST(what_is_announced_without_its_value_is_fetched_and_the_rest_refreshed),
                TEST(a_service_may_die_and_come_back),
                TEST(nothing_counts_of_a_service_of_the_wrong_user),
                TEST(the_bus_starts_a_service_that_leaves_when_it_is_idle),
                TEST(a_service_that_fails_to_start_fails_the_call),
        };

        if (argc == 4 && strcmp(argv[1], "--serve") == 0)
                return serve(argv);
        if (!realpath(argv[0], program))
                return EXIT_FAILURE;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
