/* SPDX-License-Identifier: MIT */
/* What leaves a simulated feature: a value, a signal, an answer. */
#include "sim-delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim-faults.h"
#include "simulator-private.h"

/* Changes that cause changes; a script that does that without end would never return. */
#define DEPTH_MAX 16u

/* The value that clients saw until now, kept while the new one takes its place. */
static int keep_old(const SimDelivery *d, const void *current, void **ret) {
        void *old;
        int r;

        *ret = NULL;
        if (!current)
                return 0;
        old = malloc(d->type->size);
        if (!old)
                return -ENOMEM;
        r = fascia_value_copy(d->type, old, current);
        if (r < 0) {
                free(old);
                return r;
        }
        *ret = old;
        return 0;
}

static int do_value(SimFeature *f, const SimDelivery *d) {
        const void *current = fascia_backend_get_value(d->zone, d->member);
        void *old;
        int r;

        if (!sim_feature_has_zone(f, d->zone))
                return 0; /* it has gone in between */
        if (!current && !d->value)
                return 0;
        if (current && d->value && fascia_value_equal(d->type, current, d->value))
                return 0;
        if (f->depth >= DEPTH_MAX)
                return -ELOOP;
        r = keep_old(d, current, &old);
        if (r < 0)
                return r;
        r = d->value ? fascia_backend_report(d->zone, d->member, d->value)
                     : fascia_backend_withdraw(d->zone, d->member);
        if (r >= 0) {
                f->depth++;
                simulator_tell_change(f, d->zone, d->member, d->value, old);
                f->depth--;
        }
        if (old)
                fascia_value_clear(d->type, old);
        free(old);
        return r;
}

static int do_signal(SimFeature *f, const SimDelivery *d) {
        int r;

        if (!sim_feature_has_zone(f, d->zone))
                return 0;
        if (f->depth >= DEPTH_MAX)
                return -ELOOP;
        r = fascia_backend_emit(d->zone, d->member, d->value);
        if (r < 0)
                return r;
        f->depth++;
        simulator_tell_signal(f, d->zone, d->member, d->value);
        f->depth--;
        return 0;
}

int sim_delivery_do(const SimDelivery *d) {
        SimFeature *f = simulator_find_id(d->simulator, d->feature);

        if (!f)
                return -ESTALE;
        switch (d->kind) {
        case SIM_VALUE:
                return do_value(f, d);
        case SIM_SIGNAL:
                return do_signal(f, d);
        case SIM_SET_ANSWER:
                return fascia_reply_set(d->reply, NULL);
        case SIM_CALL_ANSWER:
                return fascia_reply_call(d->reply, d->value);
        case SIM_FAILURE:
                return d->name ? fascia_reply_fail_named(d->reply, d->name, d->text)
                               : fascia_reply_fail(d->reply, d->code, d->text);
        }
        return -EINVAL;
}

int sim_delivery_send(const SimDelivery *d) {
        int r;

        r = sim_faults_meet(simulator_get_faults(d->simulator), d);
        if (r < 0)
                return r;
        return r > 0 ? 0 : sim_delivery_do(d);
}

int sim_delivery_copy(const SimDelivery *d, SimDelivery **ret) {
        SimDelivery *copy;
        void *value;

        copy = malloc(sizeof(*copy));
        if (!copy)
                return -ENOMEM;
        *copy = *d;
        copy->value = NULL;
        copy->name = d->name ? strdup(d->name) : NULL;
        copy->text = d->text ? strdup(d->text) : NULL;
        value = d->value ? malloc(d->type->size + 1) : NULL; /* also of nothing */
        if (value && fascia_value_copy(d->type, value, d->value) < 0) {
                free(value);
                value = NULL;
        }
        copy->value = value;
        if (!copy->value != !d->value || !copy->name != !d->name || !copy->text != !d->text) {
                sim_delivery_free(copy);
                return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

SimDelivery *sim_delivery_free(SimDelivery *d) {
        if (!d)
                return NULL;
        if (d->value)
                fascia_value_clear(d->type, (void *)d->value);
        free((void *)d->value);
        free((void *)d->name);
        free((void *)d->text);
        free(d);
        return NULL;
}
