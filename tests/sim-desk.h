/* SPDX-License-Identifier: MIT */
/* A vehicle on a desk: features that the simulator serves on a host of the test, with what controls them, in time that passes
 * when the test says so. Everything goes by names and JSON. */
#pragma once

#include "config.h"
#include "host.h"
#include "instance.h"
#include "simulator.h"

typedef struct Desk Desk;

/* settings: as in the environment variable FASCIA_SETTINGS, "Vehicle.Climate:SimulationData=FILE ; …"; NULL: none. */
Desk *desk_new(const char *settings);
void desk_free(Desk *d);
Simulator *desk_get_simulator(Desk *d);
/* Must start. */
void desk_add(Desk *d, const struct fascia_interface *interface);
/* Whether it starts; what it says otherwise is desk_get_error(). */
bool desk_try(Desk *d, const struct fascia_interface *interface);
const char *desk_get_error(Desk *d, const char *feature);
enum fascia_state desk_get_state(Desk *d, const char *feature);
/* Stops it for good. */
void desk_remove(Desk *d, const char *feature);

/* Lets time pass, and everything run that is due then. */
void desk_pass(Desk *d, double seconds);

/* What happened since this was asked last, in order, one line each, with the simulated seconds:
 *     1.5 ClimateControl[Rear].fanLevel = 3
 *     1.5 InstrumentCluster.warningRaised({"warning": …})
 *     2 ClimateControl +Boot
 *     2 ClimateControl unavailable
 * Borrowed until it is asked again. */
const char *desk_hear(Desk *d);

/* "3"; "(none)". Borrowed until the next answer. */
const char *desk_show(Desk *d, const char *feature, const char *zone, const char *property);

/* Requests of a client, with a value or an object of arguments in JSON; what is returned is asked for its answer: "" (none yet), "done", the result
 * in JSON, or "NAME: TEXT". */
size_t desk_begin_set(Desk *d, const char *feature, const char *zone, const char *property,
                      const char *value);
size_t desk_begin_call(Desk *d, const char *feature, const char *zone, const char *method,
                       const char *arguments);
const char *desk_answer(Desk *d, size_t request);
/* The same, of which the answer comes at once, or not. */
const char *desk_set(Desk *d, const char *feature, const char *zone, const char *property,
                     const char *value);
const char *desk_call(Desk *d, const char *feature, const char *zone, const char *method,
                      const char *arguments);
/* An operation of org.fascia.Simulation1. Variants are numbers, texts and truths, or { "signature": …, "value": … }. */
const char *desk_control(Desk *d, const char *method, const char *arguments);
/* A property of it, in JSON. */
const char *desk_control_get(Desk *d, const char *property);
