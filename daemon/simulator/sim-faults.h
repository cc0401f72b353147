/* SPDX-License-Identifier: MIT */
/* What is to go wrong: with answers, values, signals, or with a feature as a whole. */
#pragma once

#include <jansson.h>

#include "sim-feature.h"

/*
 * A fault is a JSON object:
 *   "fault":       "delay"      answers, changes and signals come "seconds" late
 *                  "drop"       no answer, no change, no signal; a request that is lost has no effect
 *                  "fail"       requests are refused: "error", a name such as "OutOfRange" or one of D-Bus ("Failed"), and "text"
 *                  "freeze"     values stay, whatever happens
 *                  "disconnect" the feature is unavailable, for "seconds", or until the fault is taken away; "text" is why
 *                  "duplicate"  signals come twice
 *                  "flood"      a signal, or a value and the one before it by turns, comes "rate" times a second (100), for "seconds" (1)
 *                  "reorder"    one answer, change or signal lets the next one pass, or waits "seconds" (1)
 *   "feature":     its name; none: every feature
 *   "zone":        "" is the feature itself; none: every zone
 *   "member":      the property, operation or signal; none: every one
 *   "times":       how often it strikes before it is gone; none: until it is taken away
 *   "skip":        how often it lets pass before it strikes; 0
 *   "probability": of striking each time, 0 to 1; by the simulation's random numbers; 1
 */
int sim_faults_new(Simulator *s, SimFaults **ret);
SimFaults *sim_faults_free(SimFaults *f);
/* -EINVAL: *reterr_text (to be freed) says what is wrong with it, also that a feature that runs has no such member. -ENOMEM. */
int sim_faults_add(SimFaults *f, const json_t *fault, uint32_t *ret_id, char **reterr_text);
/* Whether it would be added. -EINVAL, -ENOMEM. */
int sim_faults_check(const SimFaults *f, const json_t *fault, char **reterr_text);
/* -ENOENT. */
int sim_faults_remove(SimFaults *f, uint32_t id);
void sim_faults_clear(SimFaults *f);
/* As they were given, with "id" and "struck". To be released; NULL: no memory. */
json_t *sim_faults_list(const SimFaults *f);
typedef void SimFaultsFn(void *userdata);
/* Whenever the list is another. */
void sim_faults_watch(SimFaults *f, SimFaultsFn *fn, void *userdata);
