/* SPDX-License-Identifier: MIT */
/* Whether values of two types are the same on D-Bus, and mean the same. */
#pragma once

#include "diff-report.h"

/* "" for void. */
const char *diff_signature(Arena *a, const Type *t);

/* Two types of the same place. sent: clients send it, so that services may refuse it. */
void diff_types(const Place *p, const Type *old, const Type *new, bool sent);

/* The structs and enums of both modules, after all their uses on D-Bus were compared. */
void diff_declared_types(Diff *d);
/* Remembers what is used on D-Bus, of either version. */
void diff_mark_used(Diff *d, const Module *m);

/* What all symbols may have: another name in the file or in C, or that they are to go. */
void diff_symbols(const Place *p, const Symbol *old, const Symbol *new);
