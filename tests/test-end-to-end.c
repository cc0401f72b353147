/* SPDX-License-Identifier: MIT */
/* The whole way: programs with libfascia, a real message bus, the real fasciad and its backends. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include "harness.h"
#include <example-remote-1/remote.h>
#include <fascia/fascia.h>
#include <vehicle-climate-1/climate.h>

#define N_CLIENTS 50

#define PRODUCTION            \
        "[Example.Remote]\n"  \
        "Backend=remote\n"    \
        "[Vehicle.Climate]\n" \
        "Backend=simulator\n" \
        "[Vehicle.Cluster]\n" \
        "Backend=simulator\n"

#define REMOTE_CLIENT "${FASCIA_BUILD_DIR:-build}/examples/remote-client"
#define CLUSTER_CLIENT "${FASCIA_BUILD_DIR:-build}/examples/cluster-client"

/* ---- the example programs, with each kind of backend ---- */

static void assert_in_order(const char *text, const char *first, const char *second) {
        const char *p = strstr(text, first);

        if (!p || !strstr(p, second))
                fail_msg("'%s' and then '%s' expected in: %s", first, second, text);
}

static void a_client_gets_the_answer_of_production_and_the_change_before_it(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_start_fasciad(h, PRODUCTION, NULL);
        output = harness_run(h, &status, REMOTE_CLIENT " hello");
        assert_in_order(output, "state: ready\n", "lastMessage: hello\n");
        assert_in_order(output, "lastMessage: hello\n", "process(\"hello\") = 5\n");
        assert_int_equal(status, 0);
        free(output);
}

static void the_same_client_runs_against_the_simulator_of_a_service(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_start_fasciad(h, "[Example.Remote]\nBackend=simulator\n", NULL);
        output = harness_run(h, &status, REMOTE_CLIENT " hello");
        assert_in_order(output, "state: ready\n", "process(\"hello\") = 0\n");
        assert_int_equal(status, 0);
        free(output);
}

static void the_same_client_runs_without_any_bus(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_kill_bus(h);
        harness_set_environment(h, "FASCIA_BACKEND", "simulator");
        output = harness_run(h, &status, REMOTE_CLIENT " hello");
        assert_in_order(output, "state: ready\n", "process(\"hello\") = 0\n");
        assert_int_equal(status, 0);
        free(output);
        output = harness_run(h, &status, CLUSTER_CLIENT " --once");
        assert_in_order(output, "rpm: 800 1/min\n", "coolantTemperature: 90 ");
        assert_int_equal(status, 0);
        free(output);
        harness_set_environment(h, "FASCIA_BACKEND", NULL);
        harness_start_bus(h);
}

static void the_dashboard_shows_the_values_of_the_service(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_start_fasciad(h, PRODUCTION, NULL);
        output = harness_run(h, &status, CLUSTER_CLIENT " --once");
        assert_in_order(output, "rpm: 800 1/min\n", "fuel: 0.75\n");
        assert_in_order(output, "fuel: 0.75\n", "driveMode: Normal\n");
        assert_int_equal(status, 0);
        free(output);
}

static void a_client_without_a_service_says_why_and_fails(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_set_environment(h, "FASCIA_CONNECTION_TIMEOUT", "100ms");
        harness_set_environment(h, "FASCIA_DISCOVERY", "production");
        output = harness_run(h, &status, REMOTE_CLIENT " hello");
        assert_non_null(strstr(output, "Example.Remote1"));
        assert_non_null(strstr(output, "did not become ready within 0.1 s"));
        assert_int_equal(status, 1);
        free(output);
        harness_set_environment(h, "FASCIA_CONNECTION_TIMEOUT", NULL);
        harness_set_environment(h, "FASCIA_DISCOVERY", NULL);
}

static void where_there_is_no_service_the_simulation_is_found(void **state) {
        Harness *h = *state;
        char *output;
        int status;

        harness_set_environment(h, "FASCIA_DEBUG", "discovery");
        output = harness_run(h, &status, REMOTE_CLIENT " hello");
        assert_in_order(output, "backend 'dbus' was started\n", "There is no service");
        assert_in_order(output, "backend 'simulator' was started\n", "process(\"hello\") = 0\n");
        assert_int_equal(status, 0);
        free(output);
        harness_set_environment(h, "FASCIA_DEBUG", NULL);
}

/* ---- loss and return ---- */

static void a_killed_service_is_noticed_and_its_successor_followed(void **state) {
        Harness *h = *state;
        Process *fasciad, *client;
        char *output;
        int status;

        fasciad = harness_start_fasciad(h, PRODUCTION, NULL);
        free(harness_run(h, &status, REMOTE_CLIENT " before"));
        client = harness_spawn(h, REMOTE_CLIENT " --watch");
        process_wait_output(client, "lastMessage: before\n");
        process_wait_output(client, "state: ready\n");
        process_kill(fasciad);
        process_wait_output(client, "state: unavailable\n");
        harness_start_fasciad(h, PRODUCTION, NULL);
        process_wait_output(client, "state: ready\n");
        output = harness_run(h, &status, REMOTE_CLIENT " after");
        assert_int_equal(status, 0);
        free(output);
        process_wait_output(client, "lastMessage: after\n");
        assert_int_equal(process_stop(client), 0);
}

static void a_bus_that_restarts_is_found_again(void **state) {
        Harness *h = *state;
        Process *client;

        harness_start_fasciad(h, PRODUCTION, NULL);
        client = harness_spawn(h, REMOTE_CLIENT " --watch");
        process_wait_output(client, "state: ready\n");
        harness_kill_bus(h);
        process_wait_output(client, "state: unavailable\n");
        harness_start_bus(h);
        process_wait_output(client, "state: ready\n");
        assert_int_equal(process_stop(client), 0);
}

/* ---- in this process ---- */

static struct fascia_client *new_client(Harness *h) {
        struct fascia_client *client = NULL;

        setenv("FASCIA_ADDRESS", harness_get_address(h), true);
        unsetenv("FASCIA_BACKEND");
        assert_int_equal(fascia_client_new(&client), 0);
        return client;
}

/* Lets the client work until the flag is set. */
static void wait_for(struct fascia_client *client, const bool *flag) {
        for (int i = 0; i < 1000 && !*flag; i++)
                assert_true(fascia_client_wait(client, 10000) >= 0);
        assert_true(*flag);
}

static bool is_ready, is_answered;
static int answer_code;
static char answer_text[256];
static double heard_temperature;

static void on_state(struct climate_control *c, enum fascia_state state, void *userdata) {
        (void)c;
        (void)userdata;
        is_ready = state == FASCIA_STATE_READY;
}

static void on_temperature(struct climate_control *c, double value, void *userdata) {
        (void)c;
        (void)userdata;
        heard_temperature = value;
}

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        (void)userdata;
        is_answered = true;
        answer_code = error ? error->code : 0;
        snprintf(answer_text, sizeof(answer_text), "%s", error ? error->message : "");
}

static void set_temperature(struct fascia_client *client, struct climate_control *c, double value) {
        is_answered = false;
        assert_int_equal(climate_control_set_target_temperature(c, value, on_set, NULL, NULL), 0);
        wait_for(client, &is_answered);
}

static void zones_have_their_own_values_and_bounds_are_the_services(void **state) {
        static const struct climate_control_listener listener = {
                .target_temperature_changed = on_temperature,
                .on_state = on_state,
        };
        struct climate_control *c = NULL, *left;
        struct fascia_client *client;
        Harness *h = *state;

        harness_start_fasciad(h, PRODUCTION, NULL);
        client = new_client(h);
        is_ready = false;
        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(climate_control_add_listener(c, &listener, NULL), 0);
        wait_for(client, &is_ready);
        left = climate_control_get_zone(c, "FrontLeft");
        assert_non_null(left);
        assert_non_null(climate_control_get_zone(c, "Rear"));
        assert_null(climate_control_get_zone(c, "Trunk"));
        assert_float_equal(climate_control_get_target_temperature(left), 21.5, 0);
        assert_float_equal(climate_control_get_outside_temperature(c), 12.5, 0);
        assert_false(climate_control_has_outside_temperature(left));

        assert_int_equal(climate_control_add_listener(left, &listener, NULL), 0);
        set_temperature(client, left, 24);
        assert_int_equal(answer_code, 0);
        assert_float_equal(heard_temperature, 24, 0); /* before the answer */
        set_temperature(client, left, 99);
        assert_int_equal(answer_code, -ERANGE);
        assert_non_null(strstr(answer_text, "99"));
        assert_non_null(strstr(answer_text, "[16-28]"));
        assert_float_equal(climate_control_get_target_temperature(left), 24, 0);
        climate_control_free(c);
        fascia_client_free(client);
}

/* ---- many clients ---- */

typedef struct Listener {
        struct fascia_client *client;
        struct remote_processing_service *service;
        unsigned n_heard;
        bool is_ready;
        bool has_heard;
        bool is_answered;
        char last[32];
} Listener;

static void on_last_message(struct remote_processing_service *s, const char *value,
                            void *userdata) {
        Listener *l = userdata;

        (void)s;
        if (!l->is_ready)
                return;
        l->n_heard++;
        l->has_heard = true;
        snprintf(l->last, sizeof(l->last), "%s", value);
}

static void on_remote_state(struct remote_processing_service *s, enum fascia_state state,
                            void *userdata) {
        Listener *l = userdata;

        (void)s;
        l->is_ready = state == FASCIA_STATE_READY;
}

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata) {
        Listener *l = userdata;

        (void)s;
        assert_null(error);
        assert_true(result > 0);
        l->is_answered = true;
}

static void process(Listener *l, const char *text) {
        l->is_answered = false;
        assert_int_equal(remote_processing_service_process(l->service, text, on_processed, l, NULL),
                         0);
        wait_for(l->client, &l->is_answered);
}

/* Of one connection, as the bus counts them. */
static unsigned count_rules(sd_bus *bus, const char *owner) {
        sd_bus_message *reply = NULL;
        const char *name, *rule;
        unsigned n = 0;

        assert_true(sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules", NULL,
                                       &reply, "") >= 0);
        assert_true(sd_bus_message_enter_container(reply, 'a', "{sas}") > 0);
        while (sd_bus_message_enter_container(reply, 'e', "sas") > 0) {
                assert_true(sd_bus_message_read(reply, "s", &name) > 0);
                assert_true(sd_bus_message_enter_container(reply, 'a', "s") > 0);
                while (sd_bus_message_read(reply, "s", &rule) > 0)
                        if (strcmp(name, owner) != 0 && strstr(rule, "Example.Remote1"))
                                n++;
                assert_true(sd_bus_message_exit_container(reply) >= 0);
                assert_true(sd_bus_message_exit_container(reply) >= 0);
        }
        sd_bus_message_unref(reply);
        return n;
}

static unsigned count_rules_for_remote(Harness *h) {
        sd_bus *bus = NULL;
        const char *own;
        unsigned n;

        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_address(bus, harness_get_address(h)) >= 0);
        assert_true(sd_bus_set_bus_client(bus, true) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        assert_true(sd_bus_get_unique_name(bus, &own) >= 0);
        n = count_rules(bus, own);
        sd_bus_flush_close_unref(bus);
        return n;
}

static void a_change_reaches_50_clients_once_with_two_rules_each(void **state) {
        static const struct remote_processing_service_listener listener = {
                .last_message_changed = on_last_message,
                .on_state = on_remote_state,
        };
        static Listener listeners[N_CLIENTS];
        Harness *h = *state;

        memset(listeners, 0, sizeof(listeners));
        harness_start_fasciad(h, PRODUCTION, NULL);
        for (int i = 0; i < N_CLIENTS; i++) {
                Listener *l = &listeners[i];

                l->client = new_client(h);
                assert_int_equal(remote_processing_service_new(l->client, &l->service), 0);
                assert_int_equal(remote_processing_service_add_listener(l->service, &listener, l),
                                 0);
                wait_for(l->client, &l->is_ready);
        }
        assert_int_equal(count_rules_for_remote(h), 2 * N_CLIENTS);

        for (int round = 1; round <= 20; round++) {
                char text[32];

                snprintf(text, sizeof(text), "round %d", round);
                process(&listeners[round % N_CLIENTS], text);
                for (int i = 0; i < N_CLIENTS; i++) {
                        wait_for(listeners[i].client, &listeners[i].has_heard);
                        listeners[i].has_heard = false;
                        assert_string_equal(listeners[i].last, text);
                        assert_int_equal(listeners[i].n_heard, round);
                }
        }
        for (int i = 0; i < N_CLIENTS; i++) {
                remote_processing_service_free(listeners[i].service);
                fascia_client_free(listeners[i].client);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_client_gets_the_answer_of_production_and_the_change_before_it),
                TEST(the_same_client_runs_against_the_simulator_of_a_service),
                TEST(the_same_client_runs_without_any_bus),
                TEST(the_dashboard_shows_the_values_of_the_service),
                TEST(a_client_without_a_service_says_why_and_fails),
                TEST(where_there_is_no_service_the_simulation_is_found),
                TEST(a_killed_service_is_noticed_and_its_successor_followed),
                TEST(a_bus_that_restarts_is_found_again),
                TEST(zones_have_their_own_values_and_bounds_are_the_services),
                TEST(a_change_reaches_50_clients_once_with_two_rules_each),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
