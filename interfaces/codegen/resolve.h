/* SPDX-License-Identifier: MIT */
/* Gives names of types and of base interfaces what they stand for. */
#pragma once

#include "model.h"

/* After the modules that it imports. What is wrong is reported. */
void resolve_module(Module *m, Diagnostics *d);
