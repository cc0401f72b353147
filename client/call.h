/* SPDX-License-Identifier: MIT */
/* Calls and setters from the moment they are made until their callback has run. */
#pragma once

#include "feature.h"

typedef struct fascia_call Call;

/* Passes what waits on to the backend once it is ready, and ends what waited too long. */
void core_pump(FeatureCore *core);
/* Runs the callback of an answer that was queued. */
void call_deliver(Event *e);
/* Ends everything outstanding of the handle with -ECANCELED, now. */
void feature_cancel_calls(Feature *f);
