/* SPDX-License-Identifier: MIT */
/* A value that moves by itself. */
#pragma once

#include "sim-feature.h"

typedef enum SimAnimationKind {
        SIM_RAMP, /* from here to there */
        SIM_SINE, /* up and down */
        SIM_STEP, /* one value after the other, and again from the first */
        SIM_WALK, /* by chance, within bounds */
} SimAnimationKind;

typedef struct SimAnimationSettings {
        SimAnimationKind kind;
        uint64_t interval;       /* between two steps, in microseconds, above 0 */
        double from, to;         /* of a ramp */
        uint64_t duration;       /* of it, in microseconds; of a sine its period */
        double minimum, maximum; /* of a sine and a walk */
        double phase;            /* of a sine: where in its period it begins, 0 to 1 */
        double change;           /* of a walk: the most that one step may be */
        bool has_seed;           /* a walk that does not share the simulation's random numbers */
        uint64_t seed;
        void *values; /* of steps: n_values of the property's type, side by side; taken */
        size_t n_values;
} SimAnimationSettings;

typedef struct SimAnimation SimAnimation;
typedef void SimAnimationFn(SimAnimation *a, void *userdata);

/* Moves at once. The property is a number, but for steps. fn: a ramp has arrived, or the zone has gone, and there is nothing more to come; it
 * may free the animation. On failure the values stay the caller's. -ENOMEM. */
int sim_animation_new(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                      const SimAnimationSettings *settings, SimAnimationFn *fn, void *userdata,
                      SimAnimation **ret);
SimAnimation *sim_animation_free(SimAnimation *a);
bool sim_animation_is_of(const SimAnimation *a, const SimFeature *f,
                         const struct fascia_backend *zone, uint32_t property);

/* Whether the type is a number. */
bool sim_is_number(const struct fascia_type *type);
/* As a number of that type: rounded, and within its range. */
double sim_get_number(const struct fascia_type *type, const void *value);
void sim_set_number(const struct fascia_type *type, void *value, double number);
