/* SPDX-License-Identifier: MIT */
/* A value that moves by itself. */
#include "sim-animation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct SimAnimation {
        Simulator *simulator;
        uint64_t feature;
        struct fascia_backend *zone;
        uint32_t property;
        const struct fascia_type *type;
        SimAnimationSettings settings;
        SimTimer *timer;
        uint64_t begin;
        size_t position; /* of steps */
        double value;    /* of a walk: not rounded */
        struct drand48_data random;
        SimAnimationFn *fn;
        void *userdata;
        bool is_moving; /* somebody hears of the value, who may free this */
        bool is_gone;
};

/* ---- numbers ---- */

bool sim_is_number(const struct fascia_type *type) {
        return type->kind >= FASCIA_KIND_UINT8 && type->kind <= FASCIA_KIND_REAL;
}

double sim_get_number(const struct fascia_type *type, const void *value) {
        switch (type->kind) {
        case FASCIA_KIND_UINT8:
                return *(const uint8_t *)value;
        case FASCIA_KIND_INT16:
                return *(const int16_t *)value;
        case FASCIA_KIND_UINT16:
                return *(const uint16_t *)value;
        case FASCIA_KIND_INT32:
                return *(const int32_t *)value;
        case FASCIA_KIND_UINT32:
                return *(const uint32_t *)value;
        case FASCIA_KIND_INT64:
                return (double)*(const int64_t *)value;
        case FASCIA_KIND_UINT64:
                return (double)*(const uint64_t *)value;
        case FASCIA_KIND_REAL:
                return *(const double *)value;
        }
        return 0;
}

/* The largest double below 2^63 or 2^64 is used where the limit itself is none. */
static double limit(double number, double minimum, double maximum) {
        number = round(number);
        return number > maximum ? maximum : number >= minimum ? number : minimum;
}

void sim_set_number(const struct fascia_type *type, void *value, double number) {
        switch (type->kind) {
        case FASCIA_KIND_UINT8:
                *(uint8_t *)value = (uint8_t)limit(number, 0, UINT8_MAX);
                break;
        case FASCIA_KIND_INT16:
                *(int16_t *)value = (int16_t)limit(number, INT16_MIN, INT16_MAX);
                break;
        case FASCIA_KIND_UINT16:
                *(uint16_t *)value = (uint16_t)limit(number, 0, UINT16_MAX);
                break;
        case FASCIA_KIND_INT32:
                *(int32_t *)value = (int32_t)limit(number, INT32_MIN, INT32_MAX);
                break;
        case FASCIA_KIND_UINT32:
                *(uint32_t *)value = (uint32_t)limit(number, 0, UINT32_MAX);
                break;
        case FASCIA_KIND_INT64:
                *(int64_t *)value = (int64_t)limit(number, -0x1p63, nextafter(0x1p63, 0));
                break;
        case FASCIA_KIND_UINT64:
                *(uint64_t *)value = (uint64_t)limit(number, 0, nextafter(0x1p64, 0));
                break;
        case FASCIA_KIND_REAL:
                *(double *)value = number;
                break;
        }
}

/* ---- moving ---- */

/* 0 to below 1. */
static double chance(SimAnimation *a) {
        double value;

        if (!a->settings.has_seed)
                return simulator_random(a->simulator);
        drand48_r(&a->random, &value);
        return value;
}

static uint64_t passed(const SimAnimation *a) {
        return sim_clock_now(simulator_get_clock(a->simulator)) - a->begin;
}

static double sine(const SimAnimation *a) {
        const SimAnimationSettings *s = &a->settings;
        double turns = (double)passed(a) / (double)s->duration + s->phase;

        return s->minimum +
               (s->maximum - s->minimum) * (1 + sin(2 * M_PI * (turns - floor(turns)))) / 2;
}

static double ramp(const SimAnimation *a) {
        const SimAnimationSettings *s = &a->settings;

        if (passed(a) >= s->duration)
                return s->to;
        return s->from + (s->to - s->from) * ((double)passed(a) / (double)s->duration);
}

static double walk(SimAnimation *a) {
        const SimAnimationSettings *s = &a->settings;

        a->value += (2 * chance(a) - 1) * s->change;
        a->value = fmin(fmax(a->value, s->minimum), s->maximum);
        return a->value;
}

static int report_number(SimAnimation *a, SimFeature *f, double number) {
        uint64_t value; /* room for any of them */

        sim_set_number(a->type, &value, number);
        return sim_feature_report(f, a->zone, a->property, &value);
}

static int move(SimAnimation *a, SimFeature *f) {
        const void *value;

        switch (a->settings.kind) {
        case SIM_RAMP:
                return report_number(a, f, ramp(a));
        case SIM_SINE:
                return report_number(a, f, sine(a));
        case SIM_WALK:
                return report_number(a, f, walk(a));
        case SIM_STEP:
                value = (const char *)a->settings.values + a->position * a->type->size;
                a->position = (a->position + 1) % a->settings.n_values;
                return sim_feature_report(f, a->zone, a->property, value);
        }
        return -EINVAL;
}

static bool has_arrived(const SimAnimation *a) {
        return a->settings.kind == SIM_RAMP && passed(a) >= a->settings.duration;
}

static bool is_there(const SimAnimation *a, SimFeature *f) {
        return f && sim_feature_get_zone(f, fascia_backend_get_zone_name(a->zone)) == a->zone;
}

/* False: it was freed meanwhile. */
static bool move_once(SimAnimation *a, SimFeature *f) {
        a->is_moving = true;
        (void)move(a, f); /* what refuses the value, a loop of changes, has been told */
        a->is_moving = false;
        if (!a->is_gone)
                return true;
        sim_animation_free(a);
        return false;
}

static void on_timer(void *userdata) {
        SimAnimation *a = userdata;
        SimFeature *f = simulator_find_id(a->simulator, a->feature);
        uint64_t end = a->begin + a->settings.duration, next;

        if (!is_there(a, f)) {
                a->fn(a, a->userdata);
                return;
        }
        if (has_arrived(a)) {
                if (move_once(a, f))
                        a->fn(a, a->userdata);
                return;
        }
        next = sim_clock_now(simulator_get_clock(a->simulator)) + a->settings.interval;
        sim_timer_set(a->timer, a->settings.kind == SIM_RAMP && next > end ? end : next);
        (void)move_once(a, f);
}

/* ---- life ---- */

static double clamp(double value, double minimum, double maximum) {
        return fmin(fmax(value, minimum), maximum);
}

int sim_animation_new(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                      const SimAnimationSettings *settings, SimAnimationFn *fn, void *userdata,
                      SimAnimation **ret) {
        const void *current = sim_feature_get_value(f, zone, property);
        SimAnimation *a;
        int r;

        a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;
        a->simulator = sim_feature_get_simulator(f);
        a->feature = sim_feature_get_id(f);
        a->zone = zone;
        a->property = property;
        a->type = sim_property(sim_feature_get_interface(f), property)->type;
        a->settings = *settings;
        a->begin = sim_clock_now(simulator_get_clock(a->simulator));
        if (settings->kind == SIM_WALK)
                a->value = clamp(current ? sim_get_number(a->type, current)
                                         : (settings->minimum + settings->maximum) / 2,
                                 settings->minimum, settings->maximum);
        srand48_r((long)settings->seed, &a->random);
        a->fn = fn;
        a->userdata = userdata;
        r = sim_timer_new(simulator_get_clock(a->simulator), on_timer, a, &a->timer);
        if (r < 0) {
                free(a);
                return r;
        }
        sim_timer_set(a->timer, a->begin);
        *ret = a;
        return 0;
}

SimAnimation *sim_animation_free(SimAnimation *a) {
        if (!a)
                return NULL;
        if (a->is_moving) {
                a->is_gone = true;
                sim_timer_set(a->timer, UINT64_MAX);
                return NULL;
        }
        sim_timer_free(a->timer);
        for (size_t i = 0; i < a->settings.n_values; i++)
                fascia_value_clear(a->type, (char *)a->settings.values + i * a->type->size);
        free(a->settings.values);
        free(a);
        return NULL;
}

bool sim_animation_is_of(const SimAnimation *a, const SimFeature *f,
                         const struct fascia_backend *zone, uint32_t property) {
        return a->feature == sim_feature_get_id(f) && a->zone == zone && a->property == property;
}
