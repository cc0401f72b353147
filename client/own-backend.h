/* SPDX-License-Identifier: MIT */
/* Backends that are part of the program: given to the client instead of being found by name. */
#pragma once

#include "client.h"

typedef struct OwnBackend OwnBackend;

/* The name of the backend that the program has for this interface; NULL: it has none. */
const char *own_backend_find(const Client *c, const struct fascia_interface *interface);
/* With the client, after its host. */
void own_backends_free(Client *c);
