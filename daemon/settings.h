/* SPDX-License-Identifier: MIT */
/* The keys of fasciad.conf. */
#pragma once

#include "config.h"

/* An empty configuration that knows the keys of fasciad. */
int settings_new(Config **ret);
