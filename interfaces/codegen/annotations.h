/* SPDX-License-Identifier: MIT */
/* Reads the annotations (@config, @config_simulator, @since, @deprecated, @dbus) into the model. */
#pragma once

#include "model.h"

/* After model_resolve(): values are read as the types want them. */
void annotations_read(Module *m, Diagnostics *d);
