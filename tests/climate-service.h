/* SPDX-License-Identifier: MIT */
/* The climate service of a fake bus, which does what it is asked for: for tests of what happens to the client. */
#pragma once

#include <stdint.h>

#include "fake-bus.h"

typedef struct ClimateService {
        FakeBus bus;   /* its owner is who serves */
        int32_t level; /* of the fan */
        bool has_zone; /* Rear, with a level of 1 */
        uint64_t serial;
} ClimateService;

/* With an owner, and the level 1. */
void climate_service_open(ClimateService *s);
void climate_service_close(ClimateService *s);
/* Whether something was done. */
bool climate_service_process(ClimateService *s);

/* Each is announced to the client that listens. */
void climate_service_set_level(ClimateService *s, int32_t level);
void climate_service_set_zone(ClimateService *s, bool present);
/* NULL: it leaves. */
void climate_service_set_owner(ClimateService *s, const char *owner);
