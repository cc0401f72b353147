/* SPDX-License-Identifier: MIT */
/* One backend of the build on a host of its own, for tests that ask it like a consumer does. */
#pragma once

#include "host.h"
#include "instance.h"

typedef struct Fixture {
        Loop *loop;
        Host *host;
        Instance *instance;
        const struct fascia_type *output; /* of the call that runs */
        char answer[256];
} Fixture;

/* Not started. The directories are those of the build; they hold plugins and module libraries. */
Fixture *fixture_new(const struct fascia_interface *interface, const char *plugins,
                     const char *modules);
/* Started, with the module libraries of the build. */
Fixture *fixture_start(const struct fascia_interface *interface, const char *plugins,
                       const char *plugin);
void fixture_free(Fixture *f);

/* Properties go by their names on D-Bus, zones by their own, "" for the feature itself. */
bool fixture_has(Fixture *f, const char *zone, const char *property);
/* It must have a value. */
const void *fixture_get(Fixture *f, const char *zone, const char *property);
/* The value as text; "(none)" when there is none. Borrowed until the next answer. */
const char *fixture_show(Fixture *f, const char *zone, const char *property);
/* The answer: "done", or the error as "name: text". Must have come at once. */
const char *fixture_set(Fixture *f, const char *zone, const char *property, const void *value);
/* Calls every operation with empty arguments; each must answer at once, with an empty result. */
void fixture_call_all(Fixture *f);
