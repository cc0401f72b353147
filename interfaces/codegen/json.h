/* SPDX-License-Identifier: MIT */
/* Texts as JSON writes them. */
#pragma once

#include "arena.h"

/* With the quotes. The text is UTF-8. */
const char *json_quote(Arena *a, const char *text);
