/* SPDX-License-Identifier: MIT */
/* Handles of a feature or of one of its zones, with their listeners. */
#pragma once

#include "error.h"
#include "feature-core.h"
#include "snapshot.h"
#include <fascia/generated.h>

typedef struct fascia_feature Feature;

struct fascia_feature {
        FeatureCore *core;
        Zone *zone;
        const struct fascia_interface *interface;
        fascia_notify_fn *notify;
        Feature *owner; /* of a borrowed zone: the handle that it was got from */
        Link link;      /* in FeatureCore.handles */
        Link listeners;
        Link calls;       /* those that have not completed */
        Error zone_error; /* while there is no such zone */
        enum fascia_state announced;
        bool announced_error;
        Snapshot *paused; /* what the listeners know, while changes are held back */
        bool is_resuming;
        bool has_changed;
        bool is_dead;
};

/* Tells the listeners, except those that were added in answer to it. */
void feature_notify(Feature *f, enum fascia_event event, uint32_t index, const void *data);
/* Tells the state when it is another one than last time. */
void feature_tell_state(Feature *f);
/* Tells what has changed while it was paused, when it is to go on. */
void feature_tell_differences(Feature *f);
/* Frees the handle, or its listeners that were removed. */
Feature *feature_destroy(Feature *f);
void feature_sweep(Feature *f);
