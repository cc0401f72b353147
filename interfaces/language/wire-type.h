/* SPDX-License-Identifier: MIT */
/* What '@dbus' says of a type: other integers and strings than the usual ones. */
#pragma once

#include "model.h"

/* Applies a D-Bus signature to a type: an int may be any of y n q i u x t, a string s or o; the rest
 * must be what the type is on D-Bus anyway. NULL: done; else what is wrong with it. Structs say what
 * their fields are themselves, before. */
const char *wire_type_apply(Arena *a, Type *t, const char *signature);
/* The fields of a struct side by side, without brackets. */
bool wire_type_is_contents(Arena *a, const Type *t, const char *signature);

/* The bounds of an int of this D-Bus type; of t as int64_t what fits in it. */
void wire_type_bounds(char code, int64_t *ret_minimum, uint64_t *ret_maximum);
/* "int32_t" */
const char *wire_type_c_type(char code);
/* Of list<int> and map<int>, and where a name is made of the type: "int32" */
const char *wire_type_key(char code);
