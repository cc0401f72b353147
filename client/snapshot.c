/* SPDX-License-Identifier: MIT */
/* The values of a feature as they were, to tell later which of them are others. */
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "value.h"
#include <fascia/generated.h>

struct Snapshot {
        const struct fascia_interface *interface;
        void *values[]; /* NULL: it had none */
};

static const struct fascia_type *type_of(const Snapshot *s, uint32_t property) {
        return interface_property(s->interface, property)->type;
}

int snapshot_new(const struct fascia_interface *interface, Zone *zone, Snapshot **ret) {
        Snapshot *s = calloc(1, sizeof(*s) + interface->n_properties * sizeof(s->values[0]));

        if (!s)
                return -ENOMEM;
        s->interface = interface;
        for (uint32_t p = 0; p < interface->n_properties; p++) {
                int r = 0;

                if (zone_has_value(zone, p))
                        r = fascia_value_new_copy(type_of(s, p), zone_get_value(zone, p),
                                                  &s->values[p]);
                if (r < 0) {
                        snapshot_free(s);
                        return r;
                }
        }
        *ret = s;
        return 0;
}

Snapshot *snapshot_free(Snapshot *s) {
        for (uint32_t p = 0; s && p < s->interface->n_properties; p++)
                if (s->values[p])
                        fascia_value_free(type_of(s, p), s->values[p]);
        free(s);
        return NULL;
}

bool snapshot_differs(const Snapshot *s, Zone *zone, uint32_t property) {
        bool has_value = zone_has_value(zone, property);

        if (has_value != (s->values[property] != NULL))
                return true;
        return has_value && !fascia_value_equal(type_of(s, property), s->values[property],
                                                zone_get_value(zone, property));
}
