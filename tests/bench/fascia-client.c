/* SPDX-License-Identifier: MIT */
/* A client of Example.Remote on libfascia, for the same runs as hand-client. */
#include <example-remote-1/remote.h>
#include <systemd/sd-event.h>

#include "bench.h"

static struct remote_processing_service *service;
static sd_event *event;
static uint64_t *samples, sent_at, begun;
static size_t n_calls, n_done, n_sent, window;
static bool distinct, watching;
static char awaited[32];

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata);

static void send_one(void) {
        char text[32];

        snprintf(text, sizeof(text), distinct ? "%zu" : BENCH_TEXT, n_sent);
        sent_at = bench_now();
        bench_check(remote_processing_service_process(service, text, on_processed, NULL, NULL),
                    "call");
        n_sent++;
}

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata) {
        (void)s;
        (void)result;
        (void)userdata;
        if (error)
                bench_check(error->code, error->message);
        samples[n_done++] = bench_now() - sent_at;
        if (n_sent < n_calls)
                send_one();
        else if (n_done == n_calls)
                sd_event_exit(event, 0);
}

static void on_message(struct remote_processing_service *s, const char *value, void *userdata) {
        (void)s;
        (void)userdata;
        if (!watching)
                return;
        n_done++;
        if (strcmp(value, awaited) == 0)
                sd_event_exit(event, 0);
}

static void on_state(struct remote_processing_service *s, enum fascia_state state, void *userdata) {
        (void)s;
        (void)userdata;
        if (state != FASCIA_STATE_READY)
                return;
        if (watching) {
                /* What was there before is not a change of this run. */
                n_done = 0;
                printf("ready\n");
                fflush(stdout);
                return;
        }
        begun = bench_now();
        for (size_t i = 0; i < window && n_sent < n_calls; i++)
                send_one();
}

static const struct remote_processing_service_listener listener = {
        .last_message_changed = on_message,
        .on_state = on_state,
};

int main(int argc, char *argv[]) {
        struct fascia_client *client;

        if (argc != 4)
                return 2;
        n_calls = strtoul(argv[3], NULL, 10);
        samples = calloc(n_calls + 64, sizeof(*samples));
        window = strcmp(argv[2], "throughput") == 0 ? 64 : 1;
        distinct = strcmp(argv[2], "change") == 0;
        watching = strcmp(argv[2], "watch") == 0;
        snprintf(awaited, sizeof(awaited), "%zu", n_calls - 1);
        setenv("FASCIA_ADDRESS", argv[1], 1);
        bench_check(sd_event_new(&event), "event");
        bench_check(fascia_client_new(&client), "client");
        bench_check(fascia_client_attach_event(client, event), "attach");
        bench_check(remote_processing_service_new(client, &service), "feature");
        bench_check(remote_processing_service_add_listener(service, &listener, NULL), "listener");
        bench_check(sd_event_loop(event), "loop");
        if (watching)
                printf("%zu\n", n_done);
        else if (strcmp(argv[2], "latency") == 0)
                bench_print_latency(samples, n_calls);
        else
                printf("%.0f\n", (double)n_calls * 1e9 / (double)(bench_now() - begun));
        remote_processing_service_free(service);
        fascia_client_free(client);
        sd_event_unref(event);
        free(samples);
        return 0;
}
