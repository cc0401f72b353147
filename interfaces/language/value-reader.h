/* SPDX-License-Identifier: MIT */
/* Reads what is written in a file as a value of the type that is expected. */
#pragma once

#include "model.h"
#include "node.h"

typedef struct ValueReader {
        Arena *arena;
        Diagnostics *diagnostics;
} ValueReader;

/* NULL: an error was reported. */
Value *value_reader_read(const ValueReader *r, const Node *n, const Type *t);
Value *value_reader_read_literal(const ValueReader *r, const Literal *l, const Type *t);

/* { type: "enum", value: … }, { type: "Contact", value: [ … ] }: as data files of Qt say what stands
 * for an enum, a flag or a struct. The type that is expected has to be it. */
bool value_reader_is_wrapped(const Node *n, const Type *t);

/* What a value starts with that nobody gave one. Structs must not contain themselves. */
Value *value_new_default(Arena *a, const Type *t);

/* -EINVAL: it is none. */
int value_reader_read_bool(const char *text, bool *ret);
/* As YAML 1.1: a leading 0 means octal; and what is whole, 1e3. 1: it is above INT64_MAX, and *ret
 * has its bits. -EINVAL: it is none; -ERANGE: too large. */
int value_reader_read_int(const char *text, int64_t *ret);
/* 1e3, 10., .5: what YAML 1.1 and people write; not what only strtod() takes (hex, inf, nan).
 * -EINVAL: it is none; -ERANGE: too large. */
int value_reader_read_real(const char *text, double *ret);

/* Numbers only: < 0, 0 or > 0. */
int value_compare(const Value *a, const Value *b);
bool value_equal(const Value *a, const Value *b);
/* Whether it is within the bounds and one of the domain. */
bool value_is_allowed(const Constraint *c, const Value *v);
/* As a person would write it. */
const char *value_print(Arena *a, const Value *v);
/* With as many digits as come back as the same number. */
const char *value_print_real(Arena *a, double real);
