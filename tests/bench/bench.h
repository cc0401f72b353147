/* SPDX-License-Identifier: MIT */
/* What both clients of the benchmark share, so that they differ only in the library they use. */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The text of every call in latency and throughput runs: as it never changes, nothing is announced.
 */
#define BENCH_TEXT "hello"

static inline uint64_t bench_now(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

/* Prints the middle and the slow end, in nanoseconds. */
static inline void bench_print_latency(uint64_t *samples, size_t n) {
        qsort(samples, n, sizeof(*samples), bench_compare);
        printf("%" PRIu64 " %" PRIu64 "\n", samples[n / 2], samples[n - n / 100 - 1]);
}

static inline void bench_check(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "bench: %s: %s\n", what, strerror(-r));
        exit(EXIT_FAILURE);
}
