/* SPDX-License-Identifier: MIT */
/* Which strings have a place on the wire. */
#pragma once

#include <stdbool.h>

/* UTF-8 as sd-bus reads it (RFC 3629, and no noncharacters): no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
bool utf8_is_valid(const char *s);
/* Replaces each byte that keeps it from being so by '?'. */
void utf8_repair(char *s);
