/* SPDX-License-Identifier: MIT */
/* The features that there are: what the processes that serve them say, and what is installed. */
#pragma once

#include "fasciactl.h"
#include <fascia/descriptor.h>

#define MANAGER "org.fascia.Manager1"
#define MANAGER_PATH "/org/fascia"

typedef struct CtlFeature {
        const char *name; /* "Vehicle.Climate.ClimateControl" */
        const char *bus_name;
        const char *path;
        const char *manager; /* the process that serves it; NULL: none runs */
        json_t *record;      /* of ListFeatures; NULL: none */
        /* Set by catalogue_describe(). */
        const struct fascia_interface *interface;
} CtlFeature;

typedef struct Catalogue {
        json_t *managers; /* { manager: { path: record } } */
        CtlFeature *features;
        size_t n;
        struct fascia_host *host; /* for the module libraries */
        int missing; /* the exit status for processes that did not answer; 0: all did */
} Catalogue;

/* Asks all who serve features. One that does not answer has been named, and the others count all the same. Otherwise
 * it has been said why not: the exit status. */
int catalogue_open(Ctl *c, Catalogue *ret);
void catalogue_close(Catalogue *k);

/* The names of the processes, as an array; to be dropped. NULL: it has been said why not. */
json_t *list_managers(Ctl *c, int *ret_status);

/* What a text names: "ClimateControl", "Vehicle.Climate.ClimateControl", and with is_member the same with a
 * ".targetTemperature" behind it, which *ret_member is then set to; with it allowed but missing, to NULL. Where no
 * process serves such a feature, one that is installed. Says what is wrong, and returns the exit status. */
typedef enum MemberUse {
        MEMBER_NONE,
        MEMBER_MAY_BE,
        MEMBER_MUST_BE
} MemberUse;

int catalogue_find(Ctl *c, Catalogue *k, const char *text, MemberUse use, CtlFeature **ret,
                   const char **ret_member);
/* The same, without looking for what is installed: no feature is moved in memory. */
int catalogue_find_among(const Catalogue *k, const char *text, MemberUse use, CtlFeature **ret,
                         const char **ret_member);
/* Loads what describes the feature. Says what is wrong, and returns the exit status. */
int catalogue_describe(Ctl *c, Catalogue *k, CtlFeature *f);
/* Adds what is installed, and served by no process that runs. */
void catalogue_add_installed(Ctl *c, Catalogue *k);
