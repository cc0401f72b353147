/* SPDX-License-Identifier: MIT */
/* Types as the interface language has them, of the descriptors that were made of them. */
#pragma once

#include <fascia/descriptor.h>

#include "model.h"

typedef struct SimTypes SimTypes;

SimTypes *sim_types_new(Arena *a);
/* Always the same for the same descriptor, which must outlive the arena. */
Type *sim_types_get(SimTypes *s, const struct fascia_type *type);
