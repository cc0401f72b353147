/* SPDX-License-Identifier: MIT */
/* One fault, as it is described. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum SimFaultKind {
        SIM_DELAY,
        SIM_DROP,
        SIM_FAIL,
        SIM_FREEZE,
        SIM_DISCONNECT,
        SIM_DUPLICATE,
        SIM_FLOOD,
        SIM_REORDER,
} SimFaultKind;

typedef struct SimFault {
        SimFaultKind kind;
        json_t *description;
        /* Of the description; NULL: any. */
        const char *feature, *zone, *member;
        const char *error; /* as given: short or of D-Bus */
        const char *text;  /* may be NULL */
        uint64_t usec;     /* 0: not said */
        double rate;
        double probability;
        uint64_t times; /* 0: without end */
        uint64_t skip;
} SimFault;

/* The description is copied. -EINVAL: *reterr_text, to be freed, says what is wrong; -ENOMEM. */
int sim_fault_read(const json_t *description, SimFault *ret, char **reterr_text);
void sim_fault_done(SimFault *f);
