/* SPDX-License-Identifier: MIT */
/* What leaves a simulated feature: a value, a signal, an answer. All go one way, so that faults meet them, at once or later. */
#pragma once

#include "sim-feature.h"

typedef enum SimDeliveryKind {
        SIM_VALUE, /* value NULL: withdrawn */
        SIM_SIGNAL,
        SIM_SET_ANSWER,
        SIM_CALL_ANSWER,
        SIM_FAILURE, /* an answer, too */
} SimDeliveryKind;

struct SimDelivery {
        SimDeliveryKind kind;
        Simulator *simulator;
        uint64_t feature;
        struct fascia_backend *zone;
        bool is_set;                    /* of answers: to a set */
        uint32_t member;                /* the property, signal or method */
        const struct fascia_type *type; /* of value */
        const void *value;
        struct fascia_reply reply;
        int code;
        const char *name, *text; /* may be NULL */
};

/* Unless a fault has it otherwise. Errors as sim_feature_report() or struct fascia_reply has them. */
int sim_delivery_send(const SimDelivery *d);
/* Now; nothing happens when the feature has gone. */
int sim_delivery_do(const SimDelivery *d);
/* Everything of it. -ENOMEM. */
int sim_delivery_copy(const SimDelivery *d, SimDelivery **ret);
SimDelivery *sim_delivery_free(SimDelivery *d);
