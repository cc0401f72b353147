/* SPDX-License-Identifier: MIT */
/* What --check-config, --dump-config and --list-modules do: they say what would be, without serving anything. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"
#include "module.h"

/* What a key of that section names, and is to be there. */
static int check_path(const Config *config, const char *section, const char *key, int mode) {
        bool is_common = strcmp(section, "fascia") == 0;
        const char *path = config_get_string(config, is_common ? NULL : section, NULL, key);

        if (!*path || access(path, mode) == 0)
                return 0;
        fprintf(stderr, "[%s]: %s=%s: %s\n", section, key, path, strerror(errno));
        return 1;
}

static int check_module(Host *host, const Config *config, const char *name) {
        const struct fascia_module_library *library;
        char *reason = NULL;
        int n_faults = 0;

        if (host_load_module(host, name, (uint32_t)config_get_uint(config, name, NULL, "Version"),
                             &library, &reason) < 0) {
                fprintf(stderr, "[%s]: %s\n", name, reason ? reason : "no memory");
                free(reason);
                return 1;
        }
        reason = module_find_stray_interface(config, name, library->module);
        if (reason) {
                fprintf(stderr, "%s\n", reason);
                free(reason);
                n_faults++;
        }
        reason = module_find_bad_rule(host, config, name);
        if (reason) {
                fprintf(stderr, "%s\n", reason);
                free(reason);
                n_faults++;
        }
        for (uint32_t i = 0; i < library->module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(library->module, i);
                const char *plugin = config_get_string(config, name, interface->name, "Backend");
                HostBackend backend;

                reason = NULL;
                if (!*plugin) {
                        fprintf(stderr, "[%s]: no Backend= for %s\n", name, interface->name);
                        n_faults++;
                } else if (host_find_backend(host, plugin, interface, &backend, &reason) < 0) {
                        fprintf(stderr, "[%s]: %s\n", name, reason ? reason : "no memory");
                        n_faults++;
                }
                free(reason);
        }
        return n_faults + check_path(config, name, "SimulationData", R_OK) +
               check_path(config, name, "SimulationScript", R_OK);
}

static void print_problem(const ConfigProblem *p) {
        char *text = config_problem_print(p);

        fprintf(stderr, "%s\n", text ? text : p->text);
        free(text);
}

Host *check_open_host(Config *config, bool dev) {
        Host *host = NULL;
        Loop *loop;
        int r;

        if (loop_new(NULL, &loop) < 0)
                return NULL;
        r = module_new_host(loop, config, dev, &host);
        loop_unref(loop);
        if (r >= 0 && module_configure_all(host, config) >= 0)
                return host;
        return host_free(host);
}

void check_dump_config(Config *config, bool dev) {
        /* Without it, sections that interface files name would not be in effect. */
        Host *host = check_open_host(config, dev);

        config_dump(config, stdout);
        host_free(host);
}

/* A section before this one that means the same name on the bus, which is the one that is served. NULL: there is none. */
static const char *find_namesake(Host *host, const Config *config, const char *name,
                                 const char *bus_name) {
        const char *other = NULL;

        while ((other = config_next_module(config, other)) && strcmp(other, name) != 0) {
                char *other_name;
                bool is_same;

                if (!module_is_wanted(host, config, other) ||
                    module_get_bus_name(host, config, other, &other_name) < 0)
                        continue;
                is_same = strcmp(bus_name, other_name) == 0;
                free(other_name);
                if (is_same)
                        return other;
        }
        return NULL;
}

static int check_name(Host *host, const Config *config, const char *name) {
        const char *namesake;
        char *bus_name;

        if (module_get_bus_name(host, config, name, &bus_name) < 0)
                return 0; /* which is told of its library */
        namesake = find_namesake(host, config, name, bus_name);
        if (namesake)
                fprintf(stderr, "[%s]: The name '%s' is that of [%s], too\n", name, bus_name,
                        namesake);
        free(bus_name);
        return namesake ? 1 : 0;
}

int check_list_modules(Config *config, bool dev) {
        const char *name = NULL;
        Host *host;
        int r = 0;

        host = check_open_host(config, dev);
        if (!host)
                return -ENOMEM;
        while (r >= 0 && (name = config_next_module(config, name))) {
                char *bus_name;

                if (!module_is_wanted(host, config, name))
                        continue;
                r = module_get_bus_name(host, config, name, &bus_name);
                if (r < 0)
                        break;
                if (!find_namesake(host, config, name, bus_name))
                        printf("%s %s %s\n", name, bus_name,
                               module_has_own_process(config, name) ? "own" : "shared");
                free(bus_name);
        }
        host_free(host);
        return r;
}

static int check_address(const char *section, const char *address) {
        char *resolved;
        int r;

        r = address_resolve(address, &resolved);
        if (r == -EINVAL)
                fprintf(stderr, "[%s]: Address=%s is no address of a bus\n", section, address);
        else if (r >= 0)
                free(resolved);
        return r == -EINVAL ? 1 : 0;
}

/* Those of the backends "dbus" that are not on the same bus. */
static int check_addresses(const Config *config) {
        const char *backend = NULL;
        int n_faults;

        n_faults = check_address("fascia", config_get_string(config, NULL, NULL, "Address"));
        while ((backend = config_next_backend(config, backend))) {
                const char *address, *origin;
                char *section;

                if (asprintf(&section, "backend/%s", backend) < 0)
                        return n_faults + 1;
                address = config_lookup_in(config, section, "Address", &origin);
                if (address && origin)
                        n_faults += check_address(section, address);
                free(section);
        }
        return n_faults;
}

/* name: the section of the module; NULL: there is none. */
static int check_own_process(const Config *config, const char *module, const char *name) {
        char *reason = module_refuse_process(config, module, name);

        if (!reason)
                return 0;
        fprintf(stderr, "%s\n", reason);
        free(reason);
        return 1;
}

int check_config(Config *config, const char *module, bool dev) {
        const ConfigProblem *p;
        const char *name = NULL, *found = NULL;
        int n_faults = 0;
        Host *host;

        for (size_t i = 0; (p = config_problems(config, i)); i++, n_faults++)
                print_problem(p);
        n_faults += check_addresses(config) + check_path(config, "fascia", "StateDirectory", F_OK);
        host = check_open_host(config, dev);
        if (!host)
                return n_faults + 1;
        while ((name = config_next_module(config, name))) {
                if (!module_is_wanted(host, config, name) ||
                    (module && !module_is_called(host, config, name, module)))
                        continue;
                found = name;
                n_faults += check_module(host, config, name) + check_name(host, config, name);
        }
        if (module)
                n_faults += check_own_process(config, module, found);
        host_free(host);
        return n_faults;
}
