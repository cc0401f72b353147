/* SPDX-License-Identifier: MIT */
/* What --list-backends does: it says which backends there are, and what is wrong with them. */
#pragma once

#include <stdbool.h>

#include "config.h"

/* Prints a table of all backends that the configuration and the directories of plugins offer: name, kind, interfaces,
 * library, and why one cannot be used. Loads each, and opens none. Returns how many cannot be used; -ENOMEM. */
int list_backends(Config *config, bool dev);
