/* SPDX-License-Identifier: MIT */
/* A client of Example.Remote as one writes it by hand on sd-bus: asynchronous calls, a match, a
 * cached value. */
#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bench.h"

#define NAME "Bench.Hand1"
#define INTERFACE "Bench.Hand1.ProcessingService"
#define OBJECT "/Bench/Hand1/ProcessingService"

static sd_bus *bus;
static sd_event *event;
static char *last_message;
static uint64_t *samples, sent_at;
static size_t n_calls, n_done, n_sent, n_changes, window;
static bool distinct;
static char awaited[32];

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error);

static void send_one(void) {
        sd_bus_message *m;
        char text[32];

        snprintf(text, sizeof(text), distinct ? "%zu" : BENCH_TEXT, n_sent);
        sent_at = bench_now();
        bench_check(sd_bus_message_new_method_call(bus, &m, NAME, OBJECT, INTERFACE, "Process"),
                    "call");
        bench_check(sd_bus_message_append(m, "s", text), "append");
        bench_check(sd_bus_call_async(bus, NULL, m, on_reply, NULL, 5000000), "send");
        sd_bus_message_unref(m);
        n_sent++;
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        int32_t length;

        (void)userdata;
        (void)error;
        if (sd_bus_message_is_method_error(m, NULL))
                bench_check(-sd_bus_message_get_errno(m), "answer");
        bench_check(sd_bus_message_read(m, "i", &length), "answer");
        samples[n_done++] = bench_now() - sent_at;
        if (n_sent < n_calls)
                send_one();
        else if (n_done == n_calls)
                sd_event_exit(event, 0);
        return 0;
}

static int on_changed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *interface, *name, *value;

        (void)userdata;
        (void)error;
        bench_check(sd_bus_message_read(m, "s", &interface), "signal");
        if (strcmp(interface, INTERFACE) != 0)
                return 0;
        bench_check(sd_bus_message_enter_container(m, 'a', "{sv}"), "signal");
        while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
                bench_check(sd_bus_message_read(m, "s", &name), "signal");
                if (strcmp(name, "LastMessage") == 0) {
                        bench_check(sd_bus_message_read(m, "v", "s", &value), "signal");
                        free(last_message);
                        last_message = strdup(value);
                        n_changes++;
                } else {
                        bench_check(sd_bus_message_skip(m, "v"), "signal");
                }
                bench_check(sd_bus_message_exit_container(m), "signal");
        }
        if (*awaited && last_message && strcmp(last_message, awaited) == 0)
                sd_event_exit(event, 0);
        return 0;
}

static void subscribe(void) {
        bench_check(sd_bus_match_signal(bus, NULL, NAME, OBJECT, "org.freedesktop.DBus.Properties",
                                        "PropertiesChanged", on_changed, NULL),
                    "match");
}

static void connect_to(const char *address) {
        bench_check(sd_event_new(&event), "event");
        bench_check(sd_bus_new(&bus), "bus");
        bench_check(sd_bus_set_address(bus, address), "address");
        bench_check(sd_bus_set_bus_client(bus, 1), "client");
        bench_check(sd_bus_start(bus), "start");
        bench_check(sd_bus_attach_event(bus, event, 0), "attach");
}

/* latency N | throughput N | change N | watch N: waits for the value N-1 and says how many changes
 * came. */
int main(int argc, char *argv[]) {
        uint64_t begun;

        if (argc != 4)
                return 2;
        n_calls = strtoul(argv[3], NULL, 10);
        samples = calloc(n_calls + 64, sizeof(*samples));
        connect_to(argv[1]);
        subscribe();
        if (strcmp(argv[2], "watch") == 0) {
                snprintf(awaited, sizeof(awaited), "%zu", n_calls - 1);
                printf("ready\n");
                fflush(stdout);
                bench_check(sd_event_loop(event), "loop");
                printf("%zu\n", n_changes);
                return 0;
        }
        window = strcmp(argv[2], "throughput") == 0 ? 64 : 1;
        distinct = strcmp(argv[2], "change") == 0;
        begun = bench_now();
        for (size_t i = 0; i < window && n_sent < n_calls; i++)
                send_one();
        bench_check(sd_event_loop(event), "loop");
        if (strcmp(argv[2], "latency") == 0)
                bench_print_latency(samples, n_calls);
        else
                printf("%.0f\n", (double)n_calls * 1e9 / (double)(bench_now() - begun));
        sd_bus_flush_close_unref(bus);
        sd_event_unref(event);
        free(last_message);
        free(samples);
        return 0;
}
