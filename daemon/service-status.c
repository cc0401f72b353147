/* SPDX-License-Identifier: MIT */
/* How a service and its features do: what was counted, and what their instances say. */
#include "service-status.h"

#include "service-private.h"

static uint32_t count_in_flight(const Service *s, const Feature *f) {
        uint32_t n = 0;

        for (const Pending *p = s->pending; p; p = p->next)
                n += p->object->feature == f;
        return n;
}

bool service_get_feature(const Service *s, uint32_t interface, FeatureStatus *ret) {
        const Feature *f;

        if (interface >= s->n_features)
                return false;
        f = &s->features[interface];
        *ret = (FeatureStatus){
                .interface = f->interface,
                .backend = instance_get_plugin_name(f->instance),
                .is_simulated = instance_is_simulated(f->instance),
                .is_running = instance_is_running(f->instance),
                .state = instance_get_state(f->instance),
                .error = instance_get_error(f->instance),
                .since = f->since,
                .n_in_flight = count_in_flight(s, f),
                .counters = &f->counters,
        };
        return true;
}

const char *service_get_zone(const Service *s, uint32_t interface, uint32_t n) {
        Instance *i = s->features[interface].instance;

        for (Zone *z = instance_next_zone(i, NULL); z; z = instance_next_zone(i, z))
                if (zone_is_present(z) && n-- == 0)
                        return zone_get_name(z);
        return NULL;
}

const Counters *service_get_counters(const Service *s) {
        return &s->counters;
}

uint64_t service_get_since(const Service *s) {
        return s->since;
}

void counters_add(Counters *to, const Counters *from) {
        to->calls += from->calls;
        to->sets += from->sets;
        to->reads += from->reads;
        to->errors += from->errors;
        to->refused += from->refused;
        to->changes += from->changes;
        to->signals += from->signals;
}
