/* SPDX-License-Identifier: MIT */
/* Tells when the service is used by nobody. */
#include "idle.h"

#include <errno.h>
#include <stdlib.h>

struct Idle {
        Loop *loop;
        LoopTimer *timer;
        Callers *callers;
        uint64_t after;
        IdleFn *fn;
        void *userdata;
};

static void on_timer(void *userdata) {
        Idle *idle = userdata;

        idle->fn(idle->userdata);
}

static void on_callers(unsigned n, void *userdata) {
        Idle *idle = userdata;

        if (n > 0)
                loop_timer_set(idle->timer, UINT64_MAX);
        else
                loop_timer_set(idle->timer, loop_now(idle->loop) + idle->after);
}

int idle_new(Loop *loop, Callers *callers, IdleFn *fn, void *userdata, Idle **ret) {
        Idle *idle;
        int r;

        idle = calloc(1, sizeof(*idle));
        if (!idle)
                return -ENOMEM;
        *idle = (Idle){ .loop = loop, .callers = callers, .fn = fn, .userdata = userdata };
        r = loop_timer_new(loop, on_timer, idle, &idle->timer);
        if (r < 0) {
                free(idle);
                return r;
        }
        *ret = idle;
        return 0;
}

Idle *idle_free(Idle *idle) {
        if (!idle)
                return NULL;
        callers_track(idle->callers, NULL, NULL);
        loop_timer_free(idle->timer);
        free(idle);
        return NULL;
}

void idle_set(Idle *idle, uint64_t after_usec) {
        if (idle->after == after_usec)
                return;
        idle->after = after_usec;
        callers_track(idle->callers, after_usec > 0 ? on_callers : NULL, idle);
        idle_restart(idle);
}

void idle_restart(Idle *idle) {
        if (idle->after > 0)
                on_callers(callers_count(idle->callers), idle);
        else
                loop_timer_set(idle->timer, UINT64_MAX);
}
