/* SPDX-License-Identifier: MIT */
/* Values of a known type, from what people and tools write. */
#pragma once

#include <jansson.h>

#include <fascia/descriptor.h>

/* Into uninitialised storage. A variant of the type itself; of another, when it is the same number, name or list of them; or a text,
 * which is read as JSON where the type is none: "Automatic", "[1, 2]". -EINVAL: *reterr_text (to be freed) says what is wrong; -ENOMEM. */
int sim_value_from_variant(const struct fascia_type *type, const struct fascia_variant *v,
                           void *ret, char **reterr_text);
/* Arguments of a signal. The same errors, which name the argument. */
int sim_arguments_from_variants(const struct fascia_type *type,
                                const struct fascia_variant_list *list, void *ret,
                                char **reterr_text);
