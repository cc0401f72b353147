/* SPDX-License-Identifier: MIT */
/* How a service and its features do, for who manages them. */
#pragma once

#include "counters.h"
#include "service.h"

typedef struct FeatureStatus {
        const struct fascia_interface *interface;
        const char *backend; /* "": it was never started */
        bool is_simulated;
        bool is_running; /* its backend, ready or not */
        enum fascia_state state;
        const struct fascia_error *error; /* NULL: none */
        uint64_t since;                   /* it is in this state, as loop_now() */
        uint32_t n_in_flight;             /* calls that wait for the backend */
        const Counters *counters;
} FeatureStatus;

/* By its position in the module; false: there is none. What it holds is borrowed until the loop runs again. */
bool service_get_feature(const Service *s, uint32_t interface, FeatureStatus *ret);
/* The name of the n-th zone that is there; NULL: there are no more. Borrowed as above. */
const char *service_get_zone(const Service *s, uint32_t interface, uint32_t n);
/* Of what is not for one feature: snapshots of all, and what was refused before it was looked at. */
const Counters *service_get_counters(const Service *s);
/* Since when it is there, as loop_now(). */
uint64_t service_get_since(const Service *s);

/* to += from. */
void counters_add(Counters *to, const Counters *from);
