/* SPDX-License-Identifier: MIT */
/* A part of a data file that somebody else reads, as JSON. */
#pragma once

#include <jansson.h>

#include "node.h"

/* Adds the items of a list to an array. A text without quotes is what YAML 1.1 takes it for: a bool, a number,
 * null. -ENOMEM: some of it has been added. */
int sim_json_add(json_t *array, const Node *list);
