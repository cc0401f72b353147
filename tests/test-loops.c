/* SPDX-License-Identifier: MIT */
/* The examples for other event loops are compiled as their first lines say, and run against fasciad; and
 * a client for each of several threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include <example-remote-1/remote.h>

#define SOURCE "\"${FASCIA_SOURCE_DIR:-.}\""
#define BUILD "\"${FASCIA_BUILD_DIR:-build}\""

/* How it is built in this tree; what is installed needs pkg-config alone. */
#define FLAGS                                                                             \
        "-g -fPIC -Wall -Wextra -Werror -I" SOURCE "/client/include -I" BUILD "/include " \
        "-Wl,-rpath," BUILD " "
#define OBJECTS \
        BUILD "/gen/remote/remote-types.o " BUILD "/gen/remote/remote.o -L" BUILD " -lfascia "

/* Under a sanitizer the objects need its library. */
static const char *sanitizer(void) {
        return getenv("SAN") && strcmp(getenv("SAN"), "1") == 0 ? "-fsanitize=address,undefined"
                                                                : "";
}

static bool has_package(Harness *h, const char *package) {
        int status;

        free(harness_run(h, &status, "pkg-config --exists %s", package));
        return status == 0;
}

static void build(Harness *h, const char *compiler, const char *source, const char *package) {
        const char *directory = harness_get_directory(h);
        char *output;
        int status;

        output = harness_run(h, &status,
                             "sh -c '%s %s " FLAGS "-o %s/program " SOURCE
                             "/client/examples/loops/%s " OBJECTS
                             "$(pkg-config --cflags --libs %s 2>/dev/null)'",
                             compiler, sanitizer(), directory, source, package);
        if (status != 0)
                fail_msg("%s", output);
        free(output);
}

static void run_and_expect(Harness *h, const char *first, const char *second) {
        char *output;
        int status;

        harness_start_fasciad(h, "[Example.Remote]\nBackend=remote\n", NULL);
        output = harness_run(h, &status, "timeout 20 %s/program", harness_get_directory(h));
        if (status != 0 || !strstr(output, first) || !strstr(output, second))
                fail_msg("status %d, printed: %s", status, output);
        free(output);
}

static void a_client_lives_in_the_main_loop_of_glib(void **state) {
        if (!has_package(*state, "glib-2.0"))
                skip();
        build(*state, "cc", "glib.c", "glib-2.0");
        run_and_expect(*state, "lastMessage: from GLib\n", "process: 9\n");
}

static void a_client_lives_in_the_event_loop_of_qt(void **state) {
        if (!has_package(*state, "Qt5Core"))
                skip();
        build(*state, "c++", "qt.cpp", "Qt5Core");
        run_and_expect(*state, "lastMessage: from Qt\n", "process: 7\n");
}

static void clients_live_in_a_loop_on_epoll(void **state) {
        build(*state, "cc", "epoll.c", "libsystemd");
        run_and_expect(*state, "one: process: 3\n", "two: process: 3\n");
}

/* ---- threads ---- */

#define N_THREADS 4
#define N_CALLS 200

typedef struct Worker {
        pthread_t thread;
        unsigned n_answers;
        int result;
} Worker;

static void on_answer(struct remote_processing_service *service, const struct fascia_error *error,
                      int32_t result, void *userdata) {
        Worker *w = userdata;

        (void)service;
        if (error || result != 5)
                w->result = -1;
        w->n_answers++;
}

static void *work(void *userdata) {
        Worker *w = userdata;
        struct remote_processing_service *service = NULL;
        struct fascia_client *client = NULL;

        if (fascia_client_new(&client) < 0 || remote_processing_service_new(client, &service) < 0)
                w->result = -1;
        for (unsigned i = 0; w->result == 0 && i < N_CALLS; i++) {
                if (remote_processing_service_process(service, "hello", on_answer, w, NULL) < 0)
                        w->result = -1;
                while (w->result == 0 && w->n_answers <= i)
                        if (fascia_client_wait(client, UINT64_MAX) < 0)
                                w->result = -1;
        }
        remote_processing_service_free(service);
        fascia_client_free(client);
        return NULL;
}

static void each_thread_may_have_a_client(void **state) {
        Worker workers[N_THREADS] = { 0 };

        harness_start_fasciad(*state, "[fascia]\nCallRate=0\n[Example.Remote]\nBackend=remote\n",
                              NULL);
        setenv("FASCIA_ADDRESS", harness_get_address(*state), 1);
        for (size_t i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
        for (size_t i = 0; i < N_THREADS; i++) {
                assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
                assert_int_equal(workers[i].result, 0);
                assert_int_equal(workers[i].n_answers, N_CALLS);
        }
        unsetenv("FASCIA_ADDRESS");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_client_lives_in_the_main_loop_of_glib),
                TEST(a_client_lives_in_the_event_loop_of_qt),
                TEST(clients_live_in_a_loop_on_epoll),
                TEST(each_thread_may_have_a_client),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
