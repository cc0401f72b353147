/* SPDX-License-Identifier: MIT */
/* What a change of an interface file means for clients and services of the other version. */
#pragma once

#include "model.h"

typedef enum ChangeClass {
        CHANGE_BREAKING,   /* who was built with the other version fails, or misunderstands */
        CHANGE_SOURCE,     /* on D-Bus nothing changes; programs have to be edited */
        CHANGE_COMPATIBLE, /* everybody goes on */
        CHANGE_NOTE,       /* advice */
} ChangeClass;

typedef struct Change {
        ChangeClass class;
        const char *kind;      /* what differs: "added", "type", "bounds" */
        const char *symbol;    /* "Interface.member" */
        const char *old, *new; /* NULL: there is none */
        const char *text;
        Span at; /* in the new file; in the old one of what is gone */
} Change;

/* Two types that stand for each other. */
typedef struct TypePair {
        const void *old, *new;
        bool sent; /* clients send it */
} TypePair;

typedef struct Diff {
        Arena *arena;
        Change *changes;
        size_t n_changes;

        /* while comparing */
        const Module *old, *new;
        TypePair *pairs; /* that were compared */
        size_t n_pairs;
        const void **used; /* structs and enums that something on D-Bus is made of */
        size_t n_used;
} Diff;

/* In the order of the files. */
void diff_modules(Diff *d, const Module *old, const Module *new);
size_t diff_count(const Diff *d, ChangeClass class);

/* "fascia-codegen diff …": argv[0] is "diff". The exit status. */
int diff_main(int argc, char **argv);
