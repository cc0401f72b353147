/* SPDX-License-Identifier: MIT */
/*
 * What a variant that is kept owns: a value, and a type that is either static here or made for it.
 * Never the type of a plugin or a program, which may be unloaded before the value goes: that is what
 * copying replaces. So enums and flags become plain integers.
 */
#pragma once

#include <fascia/descriptor.h>

/* How deep containers may stand inside each other in one value. A message may reach 64, beyond which
 * the bus disconnects its sender, and GetManagedObjects takes seven of them to get to a value. */
#define VALUE_DEPTH_MAX 48u

/* Whether it holds no value. */
bool variant_is_unset(const struct fascia_variant *v);
/* -EINVAL: the type is not regular (see type.h); -ENOMEM. */
int variant_copy(struct fascia_variant *value, const struct fascia_variant *from);
/* Of one that was copied or decoded. */
void variant_release(const struct fascia_variant *v);
/* The same signature and equal values. */
bool variant_equal(const struct fascia_variant *a, const struct fascia_variant *b);
