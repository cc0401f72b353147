/* SPDX-License-Identifier: MIT */
/* What others on a message bus do to a service, and what that does to its other clients:
 *     neighbour measure SECONDS         calls, one after the other; prints the median, the 99th percentile and the
 *                                       longest time in microseconds, and how many were answered
 *     neighbour change SECONDS SIZE     changes a value of that size all the time
 *     neighbour flood SECONDS           calls without end, 512 in flight, that change nothing
 *     neighbour spoof N RECEIVER        sends so many forged changes of a property to a client
 *     neighbour hijack N                asks so many times for the name of the service
 * On the system bus, of Example.Remote; as whoever starts it. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "bench.h"

#define NAME "Example.Remote1"
#define PATH "/Example/Remote1/ProcessingService"
#define INTERFACE "Example.Remote1.ProcessingService"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define WINDOW 512

static sd_bus *bus;
static unsigned n_in_flight;
static size_t n_answered, n_refused;

static uint64_t seconds(const char *text) {
        return (uint64_t)(atof(text) * 1e9);
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return x < y ? -1 : x > y;
}

static int measure(uint64_t duration) {
        uint64_t end = bench_now() + duration, *samples = NULL;
        size_t n = 0, capacity = 0;

        while (bench_now() < end) {
                uint64_t before = bench_now();

                if (n == capacity) {
                        capacity = capacity ? 2 * capacity : 4096;
                        samples = realloc(samples, capacity * sizeof(*samples));
                        if (!samples)
                                return 1;
                }
                bench_check(sd_bus_call_method(bus, NAME, PATH, PROPERTIES, "Get", NULL, NULL, "ss",
                                               INTERFACE, "LastMessage"),
                            "Get");
                samples[n++] = bench_now() - before;
                usleep(500);
        }
        qsort(samples, n, sizeof(*samples), compare);
        printf("%.0f %.0f %.0f %zu\n", (double)samples[n / 2] / 1000,
               (double)samples[n - 1 - n / 100] / 1000, (double)samples[n - 1] / 1000, n);
        free(samples);
        return 0;
}

static int change(uint64_t duration, size_t size) {
        uint64_t end = bench_now() + duration;
        char *text = calloc(1, size + 1);
        size_t n = 0;

        if (!text)
                return 1;
        while (bench_now() < end) {
                int r;

                memset(text, 'a' + (int)(n % 26), size);
                /* Never the same twice. */
                snprintf(text, size, "%zu", n++);
                text[strlen(text)] = '.';
                r = sd_bus_call_method(bus, NAME, PATH, INTERFACE, "Process", NULL, NULL, "s",
                                       text);
                /* That it is too much is said late, which is all that is needed. */
                bench_check(r == -ENOBUFS ? 0 : r, "Process");
        }
        printf("%zu\n", n);
        free(text);
        return 0;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        (void)userdata;
        (void)error;
        n_in_flight--;
        n_answered++;
        n_refused += sd_bus_message_is_method_error(m, NULL) > 0;
        return 0;
}

static int flood(uint64_t duration) {
        uint64_t end = bench_now() + duration;

        while (bench_now() < end) {
                while (n_in_flight < WINDOW) {
                        bench_check(sd_bus_call_method_async(bus, NULL, NAME, PATH, PROPERTIES,
                                                             "Get", on_answer, NULL, "ss",
                                                             INTERFACE, "LastMessage"),
                                    "Get");
                        n_in_flight++;
                }
                bench_check(sd_bus_process(bus, NULL), "process");
        }
        printf("%zu %zu\n", n_answered, n_refused);
        return 0;
}

static int spoof(size_t n, const char *receiver) {
        for (size_t i = 0; i < n; i++) {
                sd_bus_message *m;

                bench_check(
                        sd_bus_message_new_signal(bus, &m, PATH, PROPERTIES, "PropertiesChanged"),
                        "signal");
                bench_check(sd_bus_message_append(m, "sa{sv}as", INTERFACE, 2, "LastMessage", "s",
                                                  "forged", "FasciaSerial", "t", (uint64_t)(i + 1),
                                                  0),
                            "signal");
                bench_check(sd_bus_send_to(bus, m, receiver, NULL), "send");
                sd_bus_message_unref(m);
                bench_check(sd_bus_flush(bus), "flush");
        }
        return 0;
}

static int hijack(size_t n) {
        unsigned n_owned = 0;

        for (size_t i = 0; i < n; i++)
                n_owned += sd_bus_request_name(bus, NAME,
                                               SD_BUS_NAME_REPLACE_EXISTING |
                                                       SD_BUS_NAME_ALLOW_REPLACEMENT) >= 0;
        printf("%u\n", n_owned);
        return 0;
}

int main(int argc, char *argv[]) {
        const char *what = argc > 2 ? argv[1] : "";

        bench_check(sd_bus_open_system(&bus), "bus");
        if (strcmp(what, "measure") == 0)
                return measure(seconds(argv[2]));
        if (strcmp(what, "change") == 0 && argc > 3)
                return change(seconds(argv[2]), (size_t)atol(argv[3]));
        if (strcmp(what, "flood") == 0)
                return flood(seconds(argv[2]));
        if (strcmp(what, "spoof") == 0 && argc > 3)
                return spoof((size_t)atol(argv[2]), argv[3]);
        if (strcmp(what, "hijack") == 0)
                return hijack((size_t)atol(argv[2]));
        fprintf(stderr, "usage: neighbour measure|change|flood|spoof|hijack …\n");
        return 2;
}
