/* SPDX-License-Identifier: MIT */
/* What a foreign service and its parts are called in an interface file, and what is left out. */
#pragma once

#include "import-xml.h"

/* What the command line says; NULL: it does not. */
typedef struct ImportNames {
        const char *module;
        const char *version;
        const char *bus_name;
        const char *path;
        const char **interfaces; /* that are wanted; none: all */
        size_t n_interfaces;
} ImportNames;

/* What is made of that and the files. */
typedef struct ImportModule {
        const char *name;
        const char *version;
        const char *bus_name;
        const char *path;
        const char *prefix; /* of the names of all interfaces, or "" */
} ImportModule;

/* Leaves the interfaces that are wanted, each once. False: there are none, which is reported. */
bool import_select(Foreign *f, const ImportNames *wanted);
/* False: no name can be found, which is reported. */
bool import_name_module(Foreign *f, const ImportNames *wanted, ImportModule *ret);
/* Which members an interface file cannot have. */
void import_leave_out(Foreign *f);
/* Names of interfaces and members, others than those that clashed. */
void import_assign_names(Foreign *f, const ImportModule *m);

bool import_is_module_name(const char *text);

/* "affected_jobs", "AffectedJobs" → "AffectedJobs" */
const char *import_camel(Arena *a, const char *text);
/* "Playlists" → "Playlist" */
const char *import_singular(Arena *a, const char *name);
/* What the generator would call a member on D-Bus. */
const char *import_default_dbus_name(Arena *a, const char *qface);
/* Of arguments, in their order; no two of them are the same in C. */
const char **import_argument_names(Arena *a, ForeignArgument *const *arguments, size_t n);
