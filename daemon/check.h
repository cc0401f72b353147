/* SPDX-License-Identifier: MIT */
/* What --check-config does: says what would not work, without serving anything. */
#pragma once

#include <stdbool.h>

#include "config.h"

/* Whether everything that the configuration names is there and fits; prints what is not. No bus is
 * used. Returns the number of faults. */
int check_config(Config *config, bool dev);
/* Prints each value in effect. */
void check_dump_config(Config *config, bool dev);
