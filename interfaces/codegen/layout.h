/* SPDX-License-Identifier: MIT */
/* Breaks long lines of C where the project's formatter would. */
#pragma once

#include "arena.h"

#define LAYOUT_COLUMNS 100

/* The line (without its end), broken when it is too long: declarations, calls, assignments and
 * initialisers in braces. Comments, texts and directives are left as they are. */
const char *layout_line(Arena *a, const char *line);
