/* SPDX-License-Identifier: MIT */
/* Simulated time: runs as fast as wanted, stands still, or passes at once; and timers by it. */
#pragma once

#include <fascia/backend.h>

typedef struct SimClock SimClock;
typedef struct SimTimer SimTimer;

#define SIM_SECOND UINT64_C(1000000)

/* Stands still at 0, and will run at speed 1. The host is borrowed. */
int sim_clock_new(struct fascia_host *host, SimClock **ret);
/* Every timer must be gone. */
SimClock *sim_clock_free(SimClock *c);

/* Microseconds of simulated time. */
uint64_t sim_clock_now(const SimClock *c);
/* Simulated seconds in one second, above 0. */
void sim_clock_set_speed(SimClock *c, double speed);
double sim_clock_get_speed(const SimClock *c);
void sim_clock_set_paused(SimClock *c, bool paused);
bool sim_clock_is_paused(const SimClock *c);
/* Lets time pass at once: the timers that are due in it run, in order, each at its time. -EBUSY: from within a timer; -ETIME: that
 * would take for longer than 2 s, and time has passed in part. */
int sim_clock_step(SimClock *c, uint64_t usec);
/* The same up to the next timer. *ret_usec is what passed; 0: there is no timer. -EBUSY. */
int sim_clock_step_next(SimClock *c, uint64_t *ret_usec);

typedef void SimTimerFn(void *userdata);
/* Off at first. */
int sim_timer_new(SimClock *c, SimTimerFn *fn, void *userdata, SimTimer **ret);
/* At that simulated time, once; UINT64_MAX: never. Timers of one moment run in the order in which they were set. May be used,
 * and freed, from within fn. */
void sim_timer_set(SimTimer *t, uint64_t deadline);
/* Takes NULL; returns NULL. */
SimTimer *sim_timer_free(SimTimer *t);
