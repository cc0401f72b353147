/* SPDX-License-Identifier: MIT */
/* Sees the calls that clients make, by monitoring the bus. */
#pragma once

#include "record.h"

typedef struct Monitor Monitor;

/* Calls and sets of the features of the recorder are written down when they are answered. *ret NULL: the bus does not let this user,
 * which has been said. */
void monitor_open(Recorder *recorder, const char *address, Monitor **ret);
Monitor *monitor_close(Monitor *m);
/* Takes what has come. */
void monitor_dispatch(Monitor *m);
