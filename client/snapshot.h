/* SPDX-License-Identifier: MIT */
/* The values of a feature as they were, to tell later which of them are others. */
#pragma once

#include "instance.h"

typedef struct Snapshot Snapshot;

/* -ENOMEM. */
int snapshot_new(const struct fascia_interface *interface, Zone *zone, Snapshot **ret);
Snapshot *snapshot_free(Snapshot *s);

/* Whether the property has another value now, or has got or lost it. */
bool snapshot_differs(const Snapshot *s, Zone *zone, uint32_t property);
