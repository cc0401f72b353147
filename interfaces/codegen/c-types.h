/* SPDX-License-Identifier: MIT */
/* How types and values of the interface language are written in C. */
#pragma once

#include "emit.h"

/* Where a value is stored: "int32_t ", "const char *", "struct cluster_warning "; a name follows
 * directly. */
const char *c_storage(const Module *m, const Type *t);
/* How it is passed: as stored, but an enum by its type, structs and lists as pointers to const. */
const char *c_parameter(const Module *m, const Type *t);
/* Whether it is passed by pointer. */
bool c_is_pointed(const Type *t);
/* Whether it is stored as const char *. */
bool c_is_string(const Type *t);
/* Whether it is a list or a map. */
bool c_is_container(const Type *t);

/* The name of the descriptor: "int32_type", "cluster_warning_list_type". */
const char *c_descriptor(const Module *m, const Type *t);
/* Whether the descriptor can be used by everybody: of own structs, and of lists and maps of them. */
bool c_is_public(const Module *m, const Type *t);
/* Whether the struct of this list or map is made here: <fascia/types.h> has none for it. */
bool c_is_own_container(const Module *m, const Type *t);
/* The name of the struct of a struct or list type: "cluster_warning_list". */
const char *c_tag(const Module *m, const Type *t);

/* "INT32", behind "FASCIA_KIND_". */
const char *c_kind(const Type *t);
/* "sizeof(const char *)" */
const char *c_sizeof(const Module *m, const Type *t);

/* From where a value is stored, by expression, to how it is passed: "(enum x)*(const int32_t
 * *)data". pointer: an expression of type const void *. */
const char *c_load(const Module *m, const Type *t, const char *pointer);
/* The same; an enum is read into a variable first, which is emitted here: what comes of it is short
 * enough for a list of arguments. */
const char *emit_load(Emitter *e, const Module *m, const Type *t, const char *indent,
                      const char *pointer);
/* The value of an empty parameter: "0", "\"\"". Not for what is passed by pointer. */
const char *c_empty(const Type *t);

/* The include guard of a header: "FASCIA_VEHICLE_CLIMATE_1_CLIMATE_TYPES_H"; part may be "". */
const char *c_guard(const Module *m, const char *part);
/* Name, version and what it is about, for the top of a file; without a full stop. */
const char *c_title(const Module *m);
/* "1.0" */
const char *c_version(const Module *m);

/* Text between double quotes. */
const char *c_quote(Arena *a, const char *s);

/* What the keys of a map are. */
extern const Type c_string_type;

/* Every type that something in the module uses, each once, those that others need first. */
size_t c_types(const Module *m, const Type ***ret);

/* The module that an enum, flag or struct is of; NULL: it is none of them. */
const Module *c_owner(const Type *t);
/* A value as it is written in the initializer of a struct: v, or, when it is NULL, what its type
 * starts with; an empty one, where it would need a declaration of its own. */
const char *c_initializer(const Module *m, const Type *t, const Value *v);

/* Emits `static const T NAME = …;` with what it points to before it. */
void emit_value(Emitter *e, const Module *m, const char *name, const Value *v);
/* Emits NAME_minimum and so on, and NAME_constraint; false: there is no constraint. */
bool emit_constraint(Emitter *e, const Module *m, const char *name, const Type *t,
                     const Constraint *c);

/* Whether an argument comes by pointer, which might be NULL. */
bool c_needs_null_check(Parameter *const *parameters, size_t n);
/* Emits `arguments`, the struct that holds the parameters, and a check of those that are pointers;
 * without parameters only the blank line behind the declarations. */
void emit_pack_arguments(Emitter *e, const Interface *f, const Symbol *symbol,
                         Parameter *const *parameters, size_t n);

/* Whether any operation of the interface has parameters. */
bool c_any_arguments(const Interface *f);
/* Whether clients may set it. */
bool c_is_settable(const Property *p);
bool c_has_setters(const Interface *f);
/* ", double value, bool other": the parameters, behind another one. */
const char *c_parameter_list(const Module *m, Parameter *const *parameters, size_t n);
/* ", bool result"; nothing for void. */
const char *c_result_parameter(const Module *m, const Operation *o);
/* How the value is handed on as const void *; where an enum has to be stored first, `int32_t raw`
 * is emitted. */
const char *emit_raw(Emitter *e, const Type *t, const char *name, Arena *a);
