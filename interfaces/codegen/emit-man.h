/* SPDX-License-Identifier: MIT */
/* A manual page for each interface, as it is seen on D-Bus: for those who use busctl or another binding. */
#pragma once

#include "model.h"

/* In roff, with the macros of man(7). */
const char *emit_man(const Module *m, const Interface *i);
