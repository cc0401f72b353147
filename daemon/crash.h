/* SPDX-License-Identifier: MIT */
/* When a backend ends the process: says which it was. */
#pragma once

/* Of the thread that runs backends. From then on signals of a crash, and exit(), say what ran; what they do is as before, but exit(0) is
 * a failure: it was not for the backend to end the service. */
void crash_begin(void);
/* The process ends as it wants to. */
void crash_end(void);
