/* SPDX-License-Identifier: MIT */
/* Tells the service manager that the loop turns; and when a backend keeps it from turning, says which, and asks for
 * more time while the service starts or stops. */
#pragma once

#include <stdbool.h>

#include "loop.h"

typedef struct Watchdog Watchdog;

/* Whether the service is alive: else it is not said so, and the watchdog does not go on. */
typedef bool WatchdogFn(void *userdata);

/* For the thread that runs backends. Without a service manager it does nothing. */
int watchdog_new(Loop *loop, WatchdogFn *is_alive, void *userdata, Watchdog **ret);
Watchdog *watchdog_free(Watchdog *w);
/* The loop turns from now on: when the service manager watches, it is told. */
void watchdog_start(Watchdog *w);
/* What starts or stops the backends runs now, outside of the loop: what takes long is named, and gets more time. */
void watchdog_begin_wait(Watchdog *w);
void watchdog_end_wait(Watchdog *w);
