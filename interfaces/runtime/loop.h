/* SPDX-License-Identifier: MIT */
/* The event loop: an sd-event, our own or the program's, with what is missing for being embedded in
 * any other loop. */
#pragma once

#include <stdint.h>

struct sd_event;

/*
 * One descriptor must be enough for a foreign loop, so everything here is armed at once: sd-event
 * itself arms its timers and deferred sources only when it prepares to wait, which a foreign loop
 * never lets it do. Hence timers on one timerfd of ours and posted work on an eventfd, both plain
 * I/O sources of the sd-event.
 *
 * Reference counted: whoever has a source in it holds a reference.
 */
typedef struct Loop Loop;

typedef void LoopFn(void *userdata);

/* event == NULL: makes one of its own, driven by loop_dispatch(). */
int loop_new(struct sd_event *event, Loop **ret);
Loop *loop_ref(Loop *loop);
Loop *loop_unref(Loop *loop);

/* The sd-event, borrowed. */
struct sd_event *loop_get_event(Loop *loop);
/* The one descriptor to watch for input. */
int loop_get_fd(Loop *loop);
/* Runs what is ready, without waiting, until nothing is left or a bounded number of sources ran.
 * Returns 1 when something ran. Only for a loop with an sd-event of its own. */
int loop_dispatch(Loop *loop);
/* Microseconds, CLOCK_MONOTONIC and what loop_advance() has added. */
uint64_t loop_now(Loop *loop);
/* For tests: lets time pass at once. Timers run from the loop as ever. */
void loop_advance(Loop *loop, uint64_t usec);

/* Runs fn from the loop, soon, in order. Thread-safe. What is posted from within a posted function
 * runs in the next round, so that I/O is not starved. */
int loop_post(Loop *loop, LoopFn *fn, void *userdata);
/* Drops what was posted with this userdata and did not run yet; any thread's. */
void loop_unpost(Loop *loop, void *userdata);

typedef struct LoopTimer LoopTimer;
int loop_timer_new(Loop *loop, LoopFn *fn, void *userdata, LoopTimer **ret);
/* deadline: absolute, as loop_now(); UINT64_MAX: off. One-shot. May be used, also freed, from
 * within fn. */
int loop_timer_set(LoopTimer *timer, uint64_t deadline);
LoopTimer *loop_timer_free(LoopTimer *timer);

typedef struct LoopIo LoopIo;
typedef void LoopIoFn(uint32_t events, void *userdata);
/* events: as of poll(2). The descriptor stays the caller's. */
int loop_io_new(Loop *loop, int fd, uint32_t events, LoopIoFn *fn, void *userdata, LoopIo **ret);
int loop_io_set_events(LoopIo *io, uint32_t events);
LoopIo *loop_io_free(LoopIo *io);
