/* SPDX-License-Identifier: MIT */
/* Finds everything in a model that is wrong, or that cannot be generated yet. */
#pragma once

#include "model.h"

/* After naming_assign(). Reports all; nothing may be generated when there was an error. */
void check_module(Module *m, Diagnostics *d);
