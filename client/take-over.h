/* SPDX-License-Identifier: MIT */
/* From one running backend of a feature to another: the program goes on with the same handles, and hears
 * only what differs. */
#pragma once

#include "feature-core.h"

/* Starts that backend: for a feature that has had none, as what the program sees; else beside it, until it is
 * ready. *reterr_text says why not, to be freed. */
int core_start_backend(FeatureCore *core, const char *name, char **reterr_text);
/* The one that was started last. */
Instance *core_newest(const FeatureCore *core);
/* The newest goes on only to take over if it becomes ready. */
void core_set_newest_aside(FeatureCore *core);
/* Those that are started but do not serve are stopped. */
void core_drop_waiting(FeatureCore *core);
/* Has one that is ready take over, and ends what has no claim any more. */
void core_take_over(FeatureCore *core);
/* Whether one was started, and may be ready sooner or later. */
bool core_has_backend(const FeatureCore *core);
