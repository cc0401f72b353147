/* SPDX-License-Identifier: MIT */
/* Every name that generated files have is made here. */
#pragma once

#include "model.h"

/* After annotations_read(). */
void naming_assign(Module *m);
/* Reports what would have the same name as something else. */
void naming_check(Module *m, Diagnostics *d);

/* "fanLevel", "ECUState" → "fan_level", "ecu_state". */
const char *naming_snake(Arena *a, const char *name);
const char *naming_upper(Arena *a, const char *name);

/* The C type of a value of this type: "int32_t", "struct cluster_warning_list". A string has
 * "const char *", after which no blank is needed before a name. */
const char *naming_c_type(const Module *m, const Type *t);
/* In the interface that people use, an enum has its own type. */
const char *naming_api_type(const Module *m, const Type *t);
/* Without "struct": of a list or map that is generated, "cluster_warning_list"; else NULL. */
const char *naming_container_type(const Module *m, const Type *t);
/* What the descriptor of a basic type is called in front of "_type": "int32". */
const char *naming_type_key(const Module *m, const Type *t);
/* Whether C or C++ knows the word already. */
bool naming_is_language_word(const char *name);
