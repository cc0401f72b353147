/* SPDX-License-Identifier: MIT */
/* One simulated feature: what it does by itself, and the one way by which values, signals and answers leave it, so that
 * faults meet all of them. */
#pragma once

#include <jansson.h>

#include "sim-member.h"
#include "simulator.h"

/* An operation or a set that is to be answered: a value, may be kept and passed around freely, and outlive the feature. */
struct SimRequest {
        Simulator *simulator;
        uint64_t feature; /* see simulator_find_id() */
        struct fascia_backend *zone;
        bool is_set;
        uint32_t member; /* the property, or the method */
        struct fascia_reply reply;
};

/* Never 0, and never used again. */
uint64_t sim_feature_get_id(const SimFeature *f);
Simulator *sim_feature_get_simulator(const SimFeature *f);
SimModule *sim_feature_get_module(const SimFeature *f);
const struct fascia_interface *sim_feature_get_interface(const SimFeature *f);
/* "" is the feature itself; NULL: there is no such zone now. */
struct fascia_backend *sim_feature_get_zone(const SimFeature *f, const char *name);
/* The zones that are there now, without the feature itself, in order of appearance; previous NULL: the first. */
struct fascia_backend *sim_feature_next_zone(const SimFeature *f, struct fascia_backend *previous);

/* What clients see; NULL: no value. Borrowed until the next report. */
const void *sim_feature_get_value(const SimFeature *f, struct fascia_backend *zone,
                                  uint32_t property);
/* A value comes into effect, is withdrawn, a signal happens: unless a fault is in the way, which is no error. -EINVAL: as fascia_backend_report();
 * -ELOOP: changes cause each other without end; -ENOMEM. */
int sim_feature_report(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                       const void *value);
int sim_feature_withdraw(SimFeature *f, struct fascia_backend *zone, uint32_t property);
int sim_feature_emit(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                     const void *arguments);
/* The zone gets the values of its data. Errors as fascia_backend_add_zone(). */
int sim_feature_add_zone(SimFeature *f, const char *name, struct fascia_backend **ret);
void sim_feature_remove_zone(SimFeature *f, struct fascia_backend *zone);
/* text NULL: works (again); else it is unavailable, for that reason. */
void sim_feature_set_failed(SimFeature *f, const char *text);

/* Whether the data lets a client set the property so. -ENODATA (unsupported), -ERANGE: *reterr_text, to be freed, names the constraint. -ENOMEM. */
int sim_feature_check_set(const SimFeature *f, struct fascia_backend *zone, uint32_t property,
                          const void *value, char **reterr_text);
/* What a set does when nobody else has a say: checks, reports, answers. */
int sim_request_do_set(const SimRequest *q, const void *value);

/* Answers, each once; the result is copied. -ESTALE, -EALREADY: harmless, as struct fascia_reply says. */
int sim_request_answer_set(
        const SimRequest *q,
        const void
                *value); /* value: the one in effect, which is reported too; NULL: not reported */
int sim_request_answer_call(const SimRequest *q, const void *result);
/* code is a negative errno; name a D-Bus error name, or NULL: that of the code. */
int sim_request_fail(const SimRequest *q, int code, const char *name, const char *text);

/* ---- texts ---- */

/* "InstrumentCluster.speed", or with zone "ClimateControl[Rear].fanLevel", for people. To be freed; NULL: no memory. */
char *sim_describe(const SimFeature *f, struct fascia_backend *zone, const char *member);
