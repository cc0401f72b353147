/* SPDX-License-Identifier: MIT */
/* From D-Bus signatures to types of qface, with the structs that have to be made for them. */
#pragma once

#include <stdbool.h>

#include "arena.h"

typedef struct MadeField {
        const char *name;
        const char *type;
        const char *signature;
        const char *doc; /* or NULL */
} MadeField;

typedef struct MadeStruct {
        const char *name;
        const char *signature; /* of all fields, without brackets */
        MadeField *fields;
        size_t n_fields;
        struct MadeStruct *next; /* of those whose names have one hash */
} MadeStruct;

#define MADE_TYPES_BUCKETS 4096

typedef struct MadeTypes {
        Arena *arena;
        MadeStruct **structs; /* in the order in which they were first wanted */
        size_t n_structs;
        MadeStruct *buckets[MADE_TYPES_BUCKETS]; /* by name; with those that may not be */
} MadeTypes;

/* No struct may have this name. */
void made_types_forbid(MadeTypes *t, const char *name);

/* What a struct could be called, the best first; after the last one come numbers. */
typedef struct TypeNames {
        const char *best;
        const char *other;
} TypeNames;

/* Of one complete type, which is sayable. "list<Playlist>" */
const char *made_type(MadeTypes *t, const char *signature, const TypeNames *names);
/* A struct of these fields, whose types are still to be made. An equal one with a name that fits is
 * taken again. */
const MadeStruct *made_struct(MadeTypes *t, MadeField *fields, size_t n_fields,
                              const TypeNames *names);
