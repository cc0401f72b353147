/* SPDX-License-Identifier: MIT */
/* What the text of a setting means by the type of its key, and what to tell who got it wrong. */
#pragma once

#include <stdbool.h>

#include "config.h"

/* Numbers, and what is shown of them, as config_get_uint() and its like give them; 0 for text. */
bool config_value_parse(const ConfigKey *key, const char *text, uint64_t *ret);
/* What fits the key, to follow the word "expected". Cut to size. */
void config_value_expected(const ConfigKey *key, char *buffer, size_t size);
