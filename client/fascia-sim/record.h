/* SPDX-License-Identifier: MIT */
/* A recording that is being made. */
#pragma once

#include <jansson.h>

#include "fascia-sim.h"

typedef struct Recorder Recorder;
/* A feature that is recorded. */
typedef struct Recorded Recorded;

/* In seconds since the beginning. */
double recorder_time(const Recorder *r);
/* A line with what all have; member NULL: of the feature as a whole. */
json_t *recorder_line(const Recorder *r, double at, const char *kind, const Recorded *f,
                      const char *member, const char *zone);
/* Takes the line. */
void recorder_write(Recorder *r, json_t *line);
/* The feature that an object belongs to, and what stands behind its path. NULL: none. */
Recorded *recorder_find(const Recorder *r, const char *dbus_name, const char *path,
                        const char **ret_rest);
const struct fascia_interface *recorded_interface(const Recorded *f);
/* By position; NULL: no more. */
const struct fascia_interface *recorder_interface(const Recorder *r, size_t n);
