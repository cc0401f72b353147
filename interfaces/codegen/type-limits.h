/* SPDX-License-Identifier: MIT */
/* Finds types that cannot be: structs that contain themselves, signatures that D-Bus cannot carry. */
#pragma once

#include "model.h"

/* After resolve_module(). Each that is found is reported and made invalid, so that later stages can
 * walk through every type. */
void type_limits_check(Module *m, Diagnostics *d);
