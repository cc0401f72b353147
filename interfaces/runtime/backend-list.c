/* SPDX-License-Identifier: MIT */
/* The backends that may serve an interface, by what is said of them, without loading any code. */
#include "backend-list.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"

#define SECTION_SIZE 80 /* of the longest name */

static void section_of(const char *name, char *buffer, size_t size) {
        snprintf(buffer, size, "backend/%s", name);
}

/* "" when nobody has said it. */
static const char *said_of(const Host *host, const char *name, const char *key,
                           const char **ret_origin) {
        const char *value;
        char section[SECTION_SIZE];

        section_of(name, section, sizeof(section));
        value = host->config ? config_lookup_in(host->config, section, key, ret_origin) : NULL;
        return value ? value : "";
}

const char *backend_get_library(const Host *host, const char *name) {
        const char *library = said_of(host, name, "Library", NULL);

        return *library ? library : name;
}

bool backend_is_said_to_simulate(const Host *host, const char *name) {
        return host->config &&
               config_get_number_for(host->config, name, "Kind") == FASCIA_PLUGIN_SIMULATION;
}

static bool matches_one(const char *pattern, const struct fascia_interface *interface) {
        return fnmatch(pattern, interface->id, 0) == 0 ||
               fnmatch(pattern, interface->qualified_name, 0) == 0;
}

/* Of patterns with blanks between them. -ENOMEM. */
static int matches(const char *patterns, const struct fascia_interface *interface) {
        char *copy, *rest, *pattern;
        int found = 0;

        copy = rest = strdup(patterns);
        if (!copy)
                return -ENOMEM;
        while (!found && (pattern = strsep(&rest, " ")))
                found = *pattern && matches_one(pattern, interface);
        free(copy);
        return found;
}

static int list_add(BackendList *list, const BackendEntry *entry) {
        BackendEntry *entries;

        for (size_t i = 0; i < list->n; i++)
                if (strcmp(list->entries[i].name, entry->name) == 0)
                        return 0;
        entries = reallocarray(list->entries, list->n + 1, sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        list->entries = entries;
        list->entries[list->n++] = *entry;
        return 0;
}

static int list_add_described(BackendList *list, const Host *host,
                              const struct fascia_interface *interface, const char *name) {
        const char *origin = "";
        const char *patterns = said_of(host, name, "Interfaces", &origin);
        const char *library = backend_get_library(host, name);
        BackendEntry entry = {
                .name = name,
                .kind = backend_is_said_to_simulate(host, name) ? FASCIA_PLUGIN_SIMULATION
                                                                : FASCIA_PLUGIN_PRODUCTION,
                .is_named = strcmp(patterns, "*") != 0,
                .loads_code = !host_has_plugin_of_program(host, library),
        };
        int r;

        r = matches(patterns, interface);
        if (r <= 0)
                return r;
        entry.origin = origin ? origin : "";
        entry.is_for_any_program = !entry.loads_code ||
                                   config_get_number_for(host->config, name, "InProcess");
        return list_add(list, &entry);
}

int backend_list_get(const Host *host, const struct fascia_interface *interface, BackendList *ret) {
        const char *name = NULL;
        BackendEntry entry;
        int r = 0;

        *ret = (BackendList){ 0 };
        for (size_t i = 0; r >= 0 && host_get_plugin_of_program(host, i, interface, &entry); i++)
                if (entry.name)
                        r = list_add(ret, &entry);
        while (r >= 0 && host->config && (name = config_next_backend(host->config, name)))
                r = list_add_described(ret, host, interface, name);
        if (r < 0)
                backend_list_done(ret);
        return r;
}

void backend_list_done(BackendList *list) {
        free(list->entries);
        *list = (BackendList){ 0 };
}
