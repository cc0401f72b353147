/* SPDX-License-Identifier: MIT */
/* D-Bus signatures, as introspection data has them: what is valid, and what qface can say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* D-Bus specification, "Valid Signatures". */
#define SIGNATURE_MAX 255

/* NULL: exactly one complete type; else what is wrong, and with which character. */
const char *signature_check(const char *signature, size_t *reterr_offset);

/* The length of the first complete type of a signature that is valid. */
size_t signature_first(const char *signature);

/* NULL: qface has types for all of it; else for what it has none: "file descriptors". */
const char *signature_unsayable(const char *signature);

/* The type that is written for it in qface means another one: '@dbus: { type: … }' says which. What
 * is inside a struct is said there. */
bool signature_needs_annotation(const char *signature);
