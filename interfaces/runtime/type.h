/* SPDX-License-Identifier: MIT */
/* Types without an interface file: made from D-Bus signatures, for what a variant holds. */
#pragma once

#include <fascia/descriptor.h>

/* How deep containers (lists, structs; a map is two) may stand inside each other in one type, as in
 * interface files. D-Bus would allow as many lists and as many structs. */
#define TYPE_DEPTH_MAX 32u

/* Private, in struct fascia_type.flags: made by type_new(), and freed by type_free(). */
#define FASCIA_TYPE_DYNAMIC UINT8_C(0x80)

/*
 * The type of one value of this signature, laid out in memory as a C compiler would. A dictionary
 * with string keys is a map, any other one a list of entries; what "g" stands for is a string. Basic
 * types and lists of them are static. -EINVAL: not the signature of one value, or too deep;
 * -EOPNOTSUPP: file descriptors are in it; -ENOMEM.
 */
int type_new(const char *signature, const struct fascia_type **ret);
/* Does nothing to a type that type_new() did not allocate. */
const struct fascia_type *type_free(const struct fascia_type *type);

/* Whether the signature is that of the type and of its parts, and the layout that of type_new(): so
 * that a value may be read by the one as well as by the other. False for a model, which is no
 * value. */
bool type_is_regular(const struct fascia_type *type);
/* The same for arguments: a struct without brackets, which may be empty. */
bool type_is_regular_arguments(const struct fascia_type *type);

/* Any number of types one after the other, as a value of "g" is. */
bool signature_is_valid(const char *signature);
