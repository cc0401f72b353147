/* SPDX-License-Identifier: MIT */
/* Simulated time, and timers by it. */
#include "sim-clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Of timers that run in a row before others have their turn, and in one step. */
#define ROUND_MAX 1000u
#define STEP_MAX 5000000u

/* Of the host, in microseconds: a service that steps does nothing else meanwhile, and has a watchdog. */
#define STEP_USEC_MAX UINT64_C(2000000)

#define OFF SIZE_MAX

struct SimTimer {
        SimClock *clock;
        SimTimerFn *fn;
        void *userdata;
        uint64_t deadline;
        uint64_t order;  /* among those of one moment */
        size_t position; /* in the heap, or OFF */
};

struct SimClock {
        struct fascia_host *host;
        struct fascia_timer *wake;
        SimTimer **heap; /* the first is due first */
        size_t n_timers; /* in the heap */
        size_t n_all;
        size_t n_room; /* for all, so that setting one cannot fail */
        uint64_t n_set;
        double speed;
        bool paused;
        uint64_t then;      /* the simulated time at … */
        uint64_t then_host; /* … this time of the host */
        bool is_running;    /* timers run, and it is … */
        uint64_t moment;
};

/* ---- the heap ---- */

static bool is_before(const SimTimer *a, const SimTimer *b) {
        return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void place(SimClock *c, SimTimer *t, size_t position) {
        c->heap[position] = t;
        t->position = position;
}

static void sift_up(SimClock *c, SimTimer *t) {
        size_t i = t->position;

        while (i > 0 && is_before(t, c->heap[(i - 1) / 2])) {
                place(c, c->heap[(i - 1) / 2], i);
                i = (i - 1) / 2;
        }
        place(c, t, i);
}

static void sift_down(SimClock *c, SimTimer *t) {
        size_t i = t->position;

        for (size_t child; (child = 2 * i + 1) < c->n_timers; i = child) {
                if (child + 1 < c->n_timers && is_before(c->heap[child + 1], c->heap[child]))
                        child++;
                if (!is_before(c->heap[child], t))
                        break;
                place(c, c->heap[child], i);
        }
        place(c, t, i);
}

static void heap_remove(SimTimer *t) {
        SimClock *c = t->clock;
        SimTimer *last;

        if (t->position == OFF)
                return;
        last = c->heap[--c->n_timers];
        if (last != t) {
                place(c, last, t->position);
                sift_up(c, last);
                sift_down(c, last);
        }
        t->position = OFF;
}

/* ---- time ---- */

uint64_t sim_clock_now(const SimClock *c) {
        uint64_t passed;

        if (c->is_running)
                return c->moment;
        if (c->paused)
                return c->then;
        passed = fascia_host_now(c->host) - c->then_host;
        return c->then + (uint64_t)((double)passed * c->speed);
}

/* From here on it is counted. */
static void count_from(SimClock *c, uint64_t now) {
        c->then = now;
        c->then_host = fascia_host_now(c->host);
}

static void arm(SimClock *c) {
        uint64_t usec = UINT64_MAX;

        if (c->is_running)
                return; /* it is done after that */
        if (c->n_timers > 0 && !c->paused) {
                uint64_t now = sim_clock_now(c), deadline = c->heap[0]->deadline;
                double wait = deadline > now ? (double)(deadline - now) / c->speed : 0;

                usec = wait < 1e15 ? (uint64_t)wait + (wait > 0) : UINT64_MAX;
        }
        (void)fascia_timer_set(c->wake, usec);
}

static bool is_due(const SimClock *c, uint64_t target) {
        return c->n_timers > 0 && c->heap[0]->deadline <= target;
}

/* The timers that are due by then, each at its moment; no more than that many, for no more time than there is, and not those behind one that stops
 * the time. */
static void run(SimClock *c, uint64_t target, unsigned max) {
        uint64_t end = fascia_host_now(c->host) + STEP_USEC_MAX;
        bool was_paused = c->paused;

        c->is_running = true;
        while (max-- > 0 && is_due(c, target) && c->paused == was_paused &&
               fascia_host_now(c->host) < end) {
                SimTimer *t = c->heap[0];

                c->moment = t->deadline;
                heap_remove(t);
                t->fn(t->userdata);
        }
        c->is_running = false;
}

static void on_wake(void *userdata) {
        SimClock *c = userdata;

        if (!c->paused)
                run(c, sim_clock_now(c), ROUND_MAX);
        arm(c);
}

int sim_clock_step(SimClock *c, uint64_t usec) {
        uint64_t now = sim_clock_now(c), target;
        bool was_paused = c->paused, is_stopped, is_left;

        if (c->is_running)
                return -EBUSY;
        target = usec < UINT64_MAX - 1 - now ? now + usec : UINT64_MAX - 1;
        c->moment = now;
        run(c, target, STEP_MAX);
        is_stopped = c->paused != was_paused; /* by one of them */
        is_left = is_due(c, target);
        count_from(c, is_stopped || is_left ? c->moment : target);
        arm(c);
        return is_left && !is_stopped ? -ETIME : 0;
}

int sim_clock_step_next(SimClock *c, uint64_t *ret_usec) {
        uint64_t now = sim_clock_now(c), next = now;

        if (c->is_running)
                return -EBUSY;
        if (c->n_timers > 0 && c->heap[0]->deadline > now)
                next = c->heap[0]->deadline;
        *ret_usec = next - now;
        return c->n_timers > 0 ? sim_clock_step(c, next - now) : 0;
}

void sim_clock_set_speed(SimClock *c, double speed) {
        count_from(c, sim_clock_now(c));
        c->speed = speed;
        arm(c);
}

double sim_clock_get_speed(const SimClock *c) {
        return c->speed;
}

void sim_clock_set_paused(SimClock *c, bool paused) {
        if (c->paused == paused)
                return;
        count_from(c, sim_clock_now(c));
        c->paused = paused;
        arm(c);
}

bool sim_clock_is_paused(const SimClock *c) {
        return c->paused;
}

int sim_clock_new(struct fascia_host *host, SimClock **ret) {
        SimClock *c;
        int r;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->host = host;
        c->speed = 1;
        c->paused = true;
        r = fascia_host_add_timer(host, on_wake, c, &c->wake);
        if (r < 0) {
                free(c);
                return r;
        }
        count_from(c, 0);
        *ret = c;
        return 0;
}

SimClock *sim_clock_free(SimClock *c) {
        if (!c)
                return NULL;
        assert(c->n_all == 0);
        fascia_timer_free(c->wake);
        free(c->heap);
        free(c);
        return NULL;
}

/* ---- timers ---- */

int sim_timer_new(SimClock *c, SimTimerFn *fn, void *userdata, SimTimer **ret) {
        SimTimer *t;

        if (c->n_all == c->n_room) {
                size_t n_room = c->n_room ? 2 * c->n_room : 16;
                SimTimer **heap = reallocarray(c->heap, n_room, sizeof(*heap));

                if (!heap)
                        return -ENOMEM;
                c->heap = heap;
                c->n_room = n_room;
        }
        t = malloc(sizeof(*t));
        if (!t)
                return -ENOMEM;
        *t = (SimTimer){ .clock = c, .fn = fn, .userdata = userdata, .position = OFF };
        c->n_all++;
        *ret = t;
        return 0;
}

void sim_timer_set(SimTimer *t, uint64_t deadline) {
        SimClock *c = t->clock;

        heap_remove(t);
        if (deadline < UINT64_MAX) {
                t->deadline = deadline;
                t->order = c->n_set++;
                place(c, t, c->n_timers++);
                sift_up(c, t);
        }
        arm(c);
}

SimTimer *sim_timer_free(SimTimer *t) {
        if (!t)
                return NULL;
        heap_remove(t);
        t->clock->n_all--;
        arm(t->clock);
        free(t);
        return NULL;
}
