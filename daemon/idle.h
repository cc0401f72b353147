/* SPDX-License-Identifier: MIT */
/* Says when nobody has used the service for so long that it may end: who has called and is still on the bus uses it,
 * be it only by listening. */
#pragma once

#include <stdint.h>

#include "callers.h"

typedef struct Idle Idle;

/* Nobody uses it, for as long as was set. */
typedef void IdleFn(void *userdata);

/* Borrows all that it is given. */
int idle_new(Loop *loop, Callers *callers, IdleFn *fn, void *userdata, Idle **ret);
Idle *idle_free(Idle *idle);
/* How long is long; 0: fn never runs. Counts from now when nobody uses it. */
void idle_set(Idle *idle, uint64_t after_usec);
/* Counts from now, if at all and nobody uses it. */
void idle_restart(Idle *idle);
