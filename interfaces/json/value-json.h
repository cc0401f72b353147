/* SPDX-License-Identifier: MIT */
/* Values to and from JSON, by their descriptors. Not part of libfascia: only who needs it links jansson. */
#pragma once

#include <jansson.h>

#include <fascia/descriptor.h>

/*
 * Numbers, true and false, texts, lists, and structs and maps as objects, by the names of the interface file; enums by
 * name, flags as "A|B". What JSON cannot say is a text: reals that are "nan", "inf" or "-inf", integers above 2^63 - 1,
 * enumerators that have no name are numbers. A var is null, or { "signature": "(is)", "value": … }; a struct in it, whose
 * members have no names, is an array.
 */

/* NULL: no memory, or a text is not UTF-8. */
json_t *value_to_json(const struct fascia_type *type, const void *value);
/* Into uninitialised storage. A var may also be a plain number, text or truth; it is an int32, or larger when it has to
 * be, a double, string or bool then. Nothing else is lenient: what is missing, unknown or out of the range of its type
 * is -EINVAL, and *reterr_text (to be freed) names it: "warnings[1].severity: 'Bad' is none of Info, Caution, Critical".
 * -ENOMEM. Bounds of the interface file are not looked at. */
int value_from_json(const struct fascia_type *type, const json_t *json, void *ret_value,
                    char **reterr_text);
