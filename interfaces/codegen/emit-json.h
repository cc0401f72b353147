/* SPDX-License-Identifier: MIT */
/* The whole model as JSON, for templates and tools of the user. */
#pragma once

#include "model.h"

/* One object, without a line break at its end. */
const char *emit_json(const Module *m);
