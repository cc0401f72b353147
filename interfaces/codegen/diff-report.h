/* SPDX-License-Identifier: MIT */
/* What differs, where, and which members of two versions stand for each other. */
#pragma once

#include "diff.h"

/* What is compared, and where it is said. */
typedef struct Place {
        Diff *diff;
        const char *symbol; /* "I.a" */
        const char *what;   /* "the property 'a' of 'I'" */
        Span at;
        bool unused; /* not on D-Bus: what would break there breaks only programs */
} Place;

/* owner: "I", or NULL. kind: "property". */
Place place_of(Diff *d, const char *owner, const char *kind, const Symbol *s);

/* kind and the values before and now are for programs; people read the text. */
void place_say(const Place *p, ChangeClass class, const char *kind, const char *old,
               const char *new, const char *format, ...) __attribute__((format(printf, 6, 7)));
void place_say_added(const Place *p);
void place_say_removed(const Place *p);

/* NULL is the same as "". */
bool diff_differ(const char *a, const char *b);

/* Members of one kind: pointers to structs that begin with their symbol. */
typedef struct Members {
        const void *const *items;
        size_t n;
} Members;

#define MEMBERS(array, count) ((Members){ (const void *const *)(array), count })

const Symbol *members_symbol(Members m, size_t i);
/* What stands in the other version for a member: what has its name on D-Bus, else its name in the
 * file, unless that stands for another one. NULL: nothing does. */
const void *members_partner(Members others, Members own, const Symbol *s);
/* Whether a name that both have is not where it was: the types could still be the same, and nobody
 * would notice. */
bool members_moved(Members old, Members new);
