/* SPDX-License-Identifier: MIT */
/* What --check-config, --dump-config and --list-modules do: they say what would be, without serving anything. */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "host.h"

/* What looks into modules and backends as the daemon would, or NULL. */
Host *check_open_host(Config *config, bool dev);

/* Whether everything that the configuration names is there and fits; prints what is not. No bus is
 * used. module: of this one only, which is to have a process of its own; NULL: of all. Returns the number of
 * faults. */
int check_config(Config *config, const char *module, bool dev);
/* Prints each value in effect. */
void check_dump_config(Config *config, bool dev);
/* Prints the modules that are to be served, a line each: the section, the name on the bus, and "shared" or "own"
 * for the process. -ENOMEM. */
int check_list_modules(Config *config, bool dev);
