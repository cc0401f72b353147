/* SPDX-License-Identifier: MIT */
/* The features that are installed. */
#include "modules.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "descriptor.h"
#include "host.h"

struct Modules {
        Loop *loop;
        Host *host;
        const struct fascia_interface **items;
        size_t n;
        bool failed;
};

static void add(const struct fascia_module_library *library, void *userdata) {
        const struct fascia_module *module = library->module;
        Modules *m = userdata;

        if (strcmp(module->name, simulation_module.name) == 0)
                return;
        for (uint32_t i = 0; i < module->n_interfaces; i++) {
                const struct fascia_interface **items = reallocarray(m->items, m->n + 1,
                                                                     sizeof(*items)),
                                              *interface = module_interface(module, i);

                if (!items) {
                        m->failed = true;
                        return;
                }
                m->items = items;
                m->items[m->n++] = interface;
        }
}

static int compare(const void *a, const void *b) {
        const struct fascia_interface *const *one = a, *const *two = b;

        return strcmp((*one)->qualified_name, (*two)->qualified_name);
}

/* A directory may shadow another. */
static void drop_doubles(Modules *m) {
        size_t n = 0;

        for (size_t i = 0; i < m->n; i++)
                if (n == 0 || strcmp(m->items[n - 1]->dbus_name, m->items[i]->dbus_name) != 0)
                        m->items[n++] = m->items[i];
        m->n = n;
}

int modules_open(Tool *t) {
        const HostSettings settings = {
                .plugin_path = "",
                .module_path = fascia_client_get_setting(t->client, "fascia", "ModulePath", NULL),
                /* Who runs a program with more rights than his own must not add code to it. */
                .allow_own_plugins = !getauxval(AT_SECURE),
        };
        Modules *m = calloc(1, sizeof(*m));
        int r = -1;

        if (m && settings.module_path)
                r = loop_new(NULL, &m->loop);
        if (r >= 0)
                r = host_new(m->loop, NULL, &settings, &m->host);
        if (r >= 0)
                host_each_module(m->host, add, m);
        if (r < 0 || m->failed) {
                modules_close(m);
                return fail_memory();
        }
        if (m->n > 0)
                qsort(m->items, m->n, sizeof(*m->items), compare);
        drop_doubles(m);
        t->modules = m;
        return STATUS_OK;
}

Modules *modules_close(Modules *m) {
        if (!m)
                return NULL;
        host_free(m->host);
        loop_unref(m->loop);
        free(m->items);
        free(m);
        return NULL;
}

const struct fascia_interface *modules_get(const Modules *m, size_t n) {
        return n < m->n ? m->items[n] : NULL;
}

bool modules_has(const Modules *m, const char *module, size_t size) {
        for (size_t i = 0; i < m->n; i++)
                if (strlen(m->items[i]->module->name) == size &&
                    strncmp(m->items[i]->module->name, module, size) == 0)
                        return true;
        return false;
}

bool is_name_of(const struct fascia_interface *i, const char *name) {
        size_t size = strlen(i->qualified_name), part = strlen(name);

        return part > 0 && part <= size && strcmp(i->qualified_name + size - part, name) == 0 &&
               (part == size || i->qualified_name[size - part - 1] == '.');
}

const struct fascia_interface *modules_find(const Modules *m, const char *name) {
        const struct fascia_interface *found = NULL;

        for (size_t i = 0; i < m->n; i++) {
                if (!is_name_of(m->items[i], name))
                        continue;
                if (strcmp(m->items[i]->qualified_name, name) == 0)
                        return m->items[i];
                if (found) {
                        fail(STATUS_UNKNOWN, "'%s' may be %s or %s", name, found->qualified_name,
                             m->items[i]->qualified_name);
                        return NULL;
                }
                found = m->items[i];
        }
        if (!found)
                fail(STATUS_UNKNOWN, "there is no feature '%s'", name);
        return found;
}
