/* SPDX-License-Identifier: MIT */
/* Clients in several threads at a time, each in one: nothing is shared that is not made for it. For
 * ThreadSanitizer above all: 'make check TSAN=1 T=test-threads'. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-bus.h"
#include <fascia/testkit.h>
#include <vehicle-climate-1/climate-backend.h>
#include <vehicle-climate-1/climate.h>

#define N_THREADS 6
#define N_ROUNDS 20
#define N_CALLS 20
#define N_POSTS 50

/* cmocka's assertions are for the thread of the test: here a flaw is counted. */
static unsigned n_flaws;

static void check(bool is_right) {
        if (!is_right)
                __atomic_add_fetch(&n_flaws, 1, __ATOMIC_RELAXED);
}

static void run_in_threads(void *(*run)(void *)) {
        pthread_t threads[N_THREADS];

        n_flaws = 0;
        for (size_t i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)i), 0);
        for (size_t i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(n_flaws, 0);
}

/* ---- clients with backends of their own ---- */

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        check(!error);
        ++*(unsigned *)userdata;
}

static void use(struct fascia_client *client) {
        struct climate_control *climate = NULL;
        unsigned n_answers = 0;

        check(climate_control_new(client, &climate) == 0);
        check(fascia_test_settle(client) == 0);
        for (int i = 0; i < N_CALLS; i++) {
                check(climate_control_set_fan_level(climate, i % 11, on_set, &n_answers, NULL) ==
                      0);
                check(fascia_test_settle(client) == 0);
                check(climate_control_get_fan_level(climate) == i % 11);
        }
        check(n_answers == N_CALLS);
        climate_control_free(climate);
}

static void *live(void *userdata) {
        (void)userdata;
        for (int i = 0; i < N_ROUNDS; i++) {
                struct fascia_test_end *end = NULL;
                struct fascia_client *client = NULL;

                check(fascia_client_new(&client) == 0);
                check(fascia_test_end_new(client, &climate_control_interface, &end) == 0);
                use(client);
                fascia_client_free(client);
        }
        return NULL;
}

static void each_thread_may_have_clients(void **state) {
        (void)state;
        run_in_threads(live);
}

/* ---- plugins that are loaded, also in the background ---- */

static void *load(void *userdata) {
        bool in_background = (uintptr_t)userdata % 2;
        struct climate_control *climate = NULL;
        struct fascia_client *client = NULL;

        for (int i = 0; i < N_ROUNDS; i++) {
                check(fascia_client_new(&client) == 0);
                check(fascia_client_set_setting(client, "fascia", "LoadInBackground",
                                                in_background ? "yes" : "no") == 0);
                check(climate_control_new(client, &climate) == 0);
                /* Every other one is given up while it loads. */
                while (i % 2 == 0 && fascia_feature_get_state(climate_control_feature(climate)) !=
                                             FASCIA_STATE_READY)
                        check(fascia_client_wait(client, 5000000) >= 0);
                check(fascia_client_dispatch(client) >= 0);
                climate = climate_control_free(climate);
                client = fascia_client_free(client);
        }
        return NULL;
}

static void each_thread_may_load_plugins(void **state) {
        const char *build = getenv("FASCIA_BUILD_DIR");
        char path[512];

        (void)state;
        snprintf(path, sizeof(path), "%s/plugins", build ? build : "build");
        setenv("FASCIA_PLUGIN_PATH", path, true);
        snprintf(path, sizeof(path), "%s/modules", build ? build : "build");
        setenv("FASCIA_MODULE_PATH", path, true);
        setenv("FASCIA_BACKEND", "simulator", true);
        run_in_threads(load);
        unsetenv("FASCIA_BACKEND");
}

/* ---- work that is posted from other threads ---- */

typedef struct Poster {
        struct fascia_host *host;
        unsigned *n_run; /* of the host's thread */
} Poster;

static void count(void *userdata) {
        ++*(unsigned *)userdata;
}

static void *post(void *userdata) {
        const Poster *p = userdata;

        for (int i = 0; i < N_POSTS; i++)
                check(fascia_host_post(p->host, count, p->n_run) == 0);
        return NULL;
}

static void *be_posted_to(void *userdata) {
        struct climate_control *climate = NULL;
        struct fascia_test_end *end = NULL;
        struct fascia_client *client = NULL;
        pthread_t threads[3];
        unsigned n_run = 0;
        Poster poster = { .n_run = &n_run };

        (void)userdata;
        check(fascia_client_new(&client) == 0);
        check(fascia_test_end_new(client, &climate_control_interface, &end) == 0);
        check(climate_control_new(client, &climate) == 0);
        check(fascia_test_settle(client) == 0);
        poster.host = fascia_backend_get_host(fascia_test_end_get_backend(end));
        for (int i = 0; i < 3; i++)
                check(pthread_create(&threads[i], NULL, post, &poster) == 0);
        while (n_run < 3 * N_POSTS)
                check(fascia_client_wait(client, 5000000) >= 0);
        for (int i = 0; i < 3; i++)
                check(pthread_join(threads[i], NULL) == 0);
        climate_control_free(climate);
        fascia_client_free(client);
        return NULL;
}

static void any_thread_may_post_to_a_host(void **state) {
        (void)state;
        run_in_threads(be_posted_to);
}

/* ---- connections ---- */

/* Each has a bus and a service of its own, in the same thread. */
static void *converse(void *userdata) {
        struct climate_control *climate = NULL;
        struct fascia_client *client = NULL;
        FakeBus bus;

        (void)userdata;
        fake_bus_open(&bus);
        check(fascia_client_new(&client) == 0);
        check(fascia_client_set_setting(client, "fascia", "Address", bus.address) == 0);
        check(climate_control_new(client, &climate) == 0);
        for (int i = 0; i < 200 && bus.n_calls == 0; i++) {
                fake_bus_process(&bus);
                check(fascia_client_wait(client, 1000) >= 0);
        }
        check(bus.n_calls == 1);
        climate_control_free(climate);
        fascia_client_free(client);
        fake_bus_close(&bus);
        return NULL;
}

static void each_thread_may_have_a_connection(void **state) {
        (void)state;
        setenv("FASCIA_BACKEND", "dbus", true);
        run_in_threads(converse);
        unsetenv("FASCIA_BACKEND");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_thread_may_have_clients),
                cmocka_unit_test(each_thread_may_load_plugins),
                cmocka_unit_test(any_thread_may_post_to_a_host),
                cmocka_unit_test(each_thread_may_have_a_connection),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
