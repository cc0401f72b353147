/* SPDX-License-Identifier: MIT */
/* What loop.c and loop-timer.c share. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

struct sd_event_source;

typedef struct LoopPost LoopPost;

typedef struct LoopQueue {
        LoopPost *first;
        LoopPost *last;
} LoopQueue;

struct Loop {
        unsigned n_ref;
        struct sd_event *event;
        bool own;

        pthread_mutex_t mutex; /* over what follows */
        LoopQueue posted;
        LoopQueue running; /* the round that runs now */
        bool awake;        /* the eventfd was written to and not read yet: one write per burst */

        int post_fd;
        struct sd_event_source *post_source;

        /* A heap by deadline of the timers that are on. There is room for every timer that exists,
         * so that setting one cannot fail. */
        LoopTimer **heap;
        size_t n_heap;
        size_t n_timers;
        size_t heap_capacity;
        int timer_fd;
        struct sd_event_source *timer_source;
        uint64_t armed;    /* what the timerfd is set to; UINT64_MAX: off */
        uint64_t round;    /* while timers run: the moment they are due for; else 0 */
        uint64_t advanced; /* by how much the clock is ahead of the system's */
};

int loop_timers_init(Loop *loop);
void loop_timers_done(Loop *loop);
