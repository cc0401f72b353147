/* SPDX-License-Identifier: MIT */
/* The store of one zone: its values, which of them are known, and which of them the consumer has
 * not seen. */
#pragma once

#include "instance.h"

struct fascia_backend {
        Instance *instance;
        Zone *next;
        char *name; /* "": the feature itself */
        bool present;
        void *backend_userdata; /* NULL: that of the instance */
        void *consumer_userdata;
        bool has_dirty;
        uint8_t *known; /* one for each property */
        uint8_t *dirty;
        char *values; /* always a valid value each: the start value when it is not known */
};

/* Not present. -ENOMEM. */
int zone_new(Instance *instance, const char *name, Zone **ret);
Zone *zone_free(Zone *z);

/* The end of zone_report() that both fascia_backend_report() and answers to setters need. */
int zone_report(Zone *z, uint32_t property, const void *value);
/* The backend's value of this property, or the arguments of this signal, cannot be sent. Returns -EINVAL. */
int zone_refuse(Zone *z, bool is_signal, uint32_t index);
int zone_withdraw(Zone *z, uint32_t property);
/* Every value is unknown. Marks nothing: the zone is gone, or the instance is. */
void zone_forget(Zone *z);
