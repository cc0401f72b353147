/* SPDX-License-Identifier: MIT */
/* A scenario in the simulation that is controlled. */
#pragma once

#include "fascia-sim.h"

/* Begins it; path is its name. Says what is wrong, and returns the exit status, as the others. */
int scenario_start(Tool *t, const char *path, const char *text, size_t size);
bool scenario_runs(const Tool *t);
/* Lets simulated time pass up to the next moment at which something happens. */
int scenario_step(Tool *t, double *ret_seconds);
/* Waits until it is over, and prints what came of it. */
int scenario_wait(Tool *t, const char *path);
/* has_problems: the simulation has told of some, so that it has not passed, whatever it says. */
int scenario_result(const Tool *t, const char *path, bool has_problems);
