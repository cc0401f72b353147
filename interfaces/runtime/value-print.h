/* SPDX-License-Identifier: MIT */
/* Values as part of a longer text. */
#pragma once

#include <stdio.h>

#include "value.h"

/* As fascia_value_print(). */
void value_print_to(FILE *f, const struct fascia_type *type, const void *value);
/* Closes what open_memstream() opened on `text` and returns it; NULL: there was no memory. */
char *value_print_finish(FILE *f, char **text);
