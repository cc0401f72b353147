/* SPDX-License-Identifier: MIT */
/* The keys of client.conf. */
#pragma once

#include "config.h"

/* An empty configuration that knows the keys of clients. */
int client_settings_new(Config **ret);
