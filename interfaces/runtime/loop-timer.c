/* SPDX-License-Identifier: MIT */
/* Timers of the loop: a heap over one timerfd. */
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include "loop-internal.h"

#define OFF SIZE_MAX

struct LoopTimer {
        Loop *loop;
        uint64_t deadline;
        size_t index; /* in the heap; OFF */
        LoopFn *fn;
        void *userdata;
};

/* ---- the heap ---- */

static void heap_place(Loop *loop, size_t i, LoopTimer *t) {
        loop->heap[i] = t;
        t->index = i;
}

static void heap_rise(Loop *loop, size_t i, LoopTimer *t) {
        while (i > 0 && loop->heap[(i - 1) / 2]->deadline > t->deadline) {
                heap_place(loop, i, loop->heap[(i - 1) / 2]);
                i = (i - 1) / 2;
        }
        heap_place(loop, i, t);
}

static void heap_sink(Loop *loop, size_t i, LoopTimer *t) {
        for (;;) {
                size_t child = 2 * i + 1;
                if (child >= loop->n_heap)
                        break;
                if (child + 1 < loop->n_heap &&
                    loop->heap[child + 1]->deadline < loop->heap[child]->deadline)
                        child++;
                if (loop->heap[child]->deadline >= t->deadline)
                        break;
                heap_place(loop, i, loop->heap[child]);
                i = child;
        }
        heap_place(loop, i, t);
}

static void heap_move(Loop *loop, size_t i, LoopTimer *t) {
        if (i > 0 && loop->heap[(i - 1) / 2]->deadline > t->deadline)
                heap_rise(loop, i, t);
        else
                heap_sink(loop, i, t);
}

static void heap_remove(Loop *loop, LoopTimer *t) {
        size_t i = t->index;
        LoopTimer *last = loop->heap[--loop->n_heap];

        t->index = OFF;
        if (last != t)
                heap_move(loop, i, last);
}

/* ---- the timerfd ---- */

/* Only when something is due earlier than it would wake: that a timer moved later, as one per call
 * does all the time, costs no system call but at most one idle wake per period. */
static void arm(Loop *loop) {
        uint64_t next = loop->n_heap > 0 ? loop->heap[0]->deadline : UINT64_MAX;
        struct itimerspec t = { 0 };

        if (next >= loop->armed || loop->round > 0)
                return;
        loop->armed = next;
        /* Zero would switch it off. */
        next = next > loop->advanced ? next - loop->advanced : 1;
        t.it_value.tv_sec = (time_t)(next / 1000000);
        t.it_value.tv_nsec = (long)(next % 1000000) * 1000;
        /* The arguments are valid, so it cannot fail. */
        timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

void loop_advance(Loop *loop, uint64_t usec) {
        loop->advanced += usec;
        loop->armed = UINT64_MAX;
        arm(loop);
}

static int on_timer(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Loop *loop = loop_ref(userdata); /* what runs may drop the last reference */
        uint64_t expirations;
        ssize_t n;

        (void)source;
        (void)revents;
        n = read(fd, &expirations, sizeof(expirations));
        if (n < 0 && errno == EAGAIN) {
                /* It was set to later after it had become ready. */
                loop_unref(loop);
                return 0;
        }
        loop->armed = UINT64_MAX;
        loop->round = loop_now(loop);
        while (loop->n_heap > 0 && loop->heap[0]->deadline <= loop->round) {
                LoopTimer *t = loop->heap[0];
                heap_remove(loop, t);
                t->fn(t->userdata); /* may free it */
        }
        loop->round = 0;
        arm(loop);
        loop_unref(loop);
        return 0;
}

int loop_timers_init(Loop *loop) {
        loop->armed = UINT64_MAX;
        loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (loop->timer_fd < 0)
                return -errno;
        return sd_event_add_io(loop->event, &loop->timer_source, loop->timer_fd, EPOLLIN, on_timer,
                               loop);
}

void loop_timers_done(Loop *loop) {
        sd_event_source_disable_unref(loop->timer_source);
        if (loop->timer_fd >= 0)
                close(loop->timer_fd);
        free(loop->heap);
}

/* ---- timers ---- */

static int reserve(Loop *loop) {
        size_t capacity = loop->heap_capacity > 0 ? loop->heap_capacity * 2 : 16;
        LoopTimer **heap;

        if (loop->n_timers < loop->heap_capacity)
                return 0;
        heap = reallocarray(loop->heap, capacity, sizeof(*heap));
        if (!heap)
                return -ENOMEM;
        loop->heap = heap;
        loop->heap_capacity = capacity;
        return 0;
}

int loop_timer_new(Loop *loop, LoopFn *fn, void *userdata, LoopTimer **ret) {
        LoopTimer *t;
        int r;

        r = reserve(loop);
        if (r < 0)
                return r;
        t = malloc(sizeof(*t));
        if (!t)
                return -ENOMEM;
        *t = (LoopTimer){
                .loop = loop_ref(loop),
                .deadline = UINT64_MAX,
                .index = OFF,
                .fn = fn,
                .userdata = userdata,
        };
        loop->n_timers++;
        *ret = t;
        return 0;
}

int loop_timer_set(LoopTimer *t, uint64_t deadline) {
        Loop *loop = t->loop;

        if (deadline == UINT64_MAX) {
                if (t->index != OFF)
                        heap_remove(loop, t);
                return 0;
        }
        /* A timer that sets itself to the past again and again must not keep the round going. */
        if (loop->round > 0 && deadline <= loop->round)
                deadline = loop->round + 1;
        t->deadline = deadline;
        if (t->index != OFF)
                heap_move(loop, t->index, t);
        else
                heap_rise(loop, loop->n_heap++, t);
        arm(loop);
        return 0;
}

LoopTimer *loop_timer_free(LoopTimer *t) {
        if (!t)
                return NULL;
        if (t->index != OFF)
                heap_remove(t->loop, t);
        t->loop->n_timers--;
        loop_unref(t->loop);
        free(t);
        return NULL;
}
