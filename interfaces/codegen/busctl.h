/* SPDX-License-Identifier: MIT */
/* Command lines of busctl that work as they are, for examples. */
#pragma once

#include "model.h"

/* Reads the first property that has a value. NULL: there is none. */
const char *busctl_get_property(const Module *m, const Interface *i);
/* Sets the first property of one simple value to one that is allowed. NULL: there is none. */
const char *busctl_set_property(const Module *m, const Interface *i);
/* Calls an operation, one without parameters when there is one. NULL: there is none. */
const char *busctl_call(const Module *m, const Interface *i);
