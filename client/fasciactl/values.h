/* SPDX-License-Identifier: MIT */
/* What a command is about: a feature or zone, and maybe a member of it. */
#pragma once

#include "catalogue.h"

typedef struct Target {
        Catalogue catalogue;
        CtlFeature feature;
        const char *member; /* NULL: none was named */
        const char *zone;
        char *path; /* of the feature or zone */
} Target;

/* As catalogue_find() and catalogue_describe(). */
int target_open(Ctl *c, const char *text, MemberUse use, Target *ret);
void target_close(Target *t);
/* Says what is wrong, and returns the exit status. */
int new_call(Ctl *c, const Target *t, const char *interface, const char *member, Message **ret);

/* By the name of the interface file, or that on D-Bus. -ENOENT. */
int find_property(const struct fascia_interface *i, const char *name);
int find_method(const struct fascia_interface *i, const char *name);
int find_signal(const struct fascia_interface *i, const char *name);
/* Without an end of the line. */
void print_value(const struct fascia_type *type, const char *unit, const void *value);
