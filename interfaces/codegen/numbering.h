/* SPDX-License-Identifier: MIT */
/* Gives the members of enums and flags their values. */
#pragma once

#include "model.h"

void numbering_assign(Module *m, Diagnostics *d);
