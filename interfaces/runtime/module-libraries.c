/* SPDX-License-Identifier: MIT */
/* The host's module libraries: each loaded once and checked before anything of it is used. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "host-private.h"
#include "loader.h"
#include "self-check.h"

struct Module {
        Module *next;
        const struct fascia_module_library *content;
        Library *library;
};

void host_free_modules(Host *host) {
        Module *next;

        for (Module *m = host->modules; m; m = next) {
                next = m->next;
                library_unload(m->library);
                free(m);
        }
        host->modules = NULL;
}

static const char *module_flaw(const struct fascia_module_library *l) {
        if (l->abi != FASCIA_MODULE_LIBRARY_ABI)
                return "it was built for another version of Fascia";
        /* What came later need not be there. */
        if (!FASCIA_HAS_FIELD(struct fascia_module_library, simulation, l->size) || !l->module ||
            !l->introspection || !l->simulation)
                return "its description is not complete";
        if (module_check(l->module) < 0)
                return "its descriptors are of an unknown kind";
        for (uint32_t i = 0; i < l->module->n_interfaces; i++)
                if (interface_check(module_interface(l->module, i)) < 0)
                        return "its descriptors make no sense";
        return NULL;
}

/* What people read in introspection must be what is served. */
static int check_introspection(const Library *library, char **reterr_text) {
        const struct fascia_module_library *l = library_get_symbol(library);

        for (uint32_t i = 0; i < l->module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(l->module, i);
                char *text = NULL;
                int r = self_check_interface(interface, l->introspection[i], &text);

                if (r < 0) {
                        r = load_error(reterr_text, r == -EBADMSG ? -ELIBBAD : r,
                                       "'%s' cannot be used: the introspection data of '%s' is "
                                       "wrong: %s",
                                       library_get_file(library), interface->name,
                                       text ? text : "no memory");
                        free(text);
                        return r;
                }
        }
        return 0;
}

static int host_load_module_file(Host *host, const char *bus_name,
                                 const struct fascia_module_library **ret, char **reterr_text) {
        Library *library;
        const char *flaw;
        Module *m;
        char *file;
        int r;

        for (m = host->modules; m; m = m->next)
                if (strcmp(m->content->module->bus_name, bus_name) == 0) {
                        *ret = m->content;
                        return 0;
                }
        if (asprintf(&file, "%s.so", bus_name) < 0)
                return load_error(reterr_text, -ENOMEM, "No memory to load '%s'", bus_name);
        r = library_load(host->module_path, file, FASCIA_MODULE_LIBRARY_SYMBOL,
                         host->allow_own_plugins, &library, reterr_text);
        free(file);
        if (r < 0)
                return r;
        flaw = module_flaw(library_get_symbol(library));
        m = flaw ? NULL : calloc(1, sizeof(*m));
        if (!m) {
                r = load_error(reterr_text, flaw ? -ELIBBAD : -ENOMEM, "'%s' cannot be used: %s",
                               library_get_file(library), flaw ? flaw : "no memory");
                library_unload(library);
                return r;
        }
        r = check_introspection(library, reterr_text);
        if (r < 0) {
                library_unload(library);
                free(m);
                return r;
        }
        m->content = library_get_symbol(library);
        m->library = library;
        m->next = host->modules;
        host->modules = m;
        *ret = m->content;
        return 0;
}

/* The major version that a file name says: "NAME<digits>.so"; 0: it is no such file. */
static uint32_t file_major(const char *file, const char *name) {
        size_t n = strlen(name);
        unsigned long major;
        char *end;

        if (strncmp(file, name, n) != 0 || !isdigit((unsigned char)file[n]) || file[n] == '0')
                return 0;
        errno = 0;
        major = strtoul(file + n, &end, 10);
        return errno == 0 && major <= UINT32_MAX && strcmp(end, ".so") == 0 ? (uint32_t)major : 0;
}

static uint32_t highest_major_in(const char *directory, const char *name) {
        struct dirent *entry;
        uint32_t highest = 0;
        DIR *d;

        d = opendir(directory);
        if (!d)
                return 0;
        while ((entry = readdir(d))) {
                uint32_t major = file_major(entry->d_name, name);

                if (major > highest)
                        highest = major;
        }
        closedir(d);
        return highest;
}

static uint32_t host_find_major(Host *host, const char *name) {
        char *copy, *rest, *directory;
        uint32_t highest = 0;

        copy = rest = strdup(host->module_path);
        if (!copy)
                return 0;
        while ((directory = strsep(&rest, ":"))) {
                uint32_t major = *directory ? highest_major_in(directory, name) : 0;

                if (major > highest)
                        highest = major;
        }
        free(copy);
        return highest;
}

int host_load_module(Host *host, const char *module_name, uint32_t major,
                     const struct fascia_module_library **ret, char **reterr_text) {
        char *name;
        int r;

        if (strchr(module_name, '/'))
                return load_error(reterr_text, -EINVAL, "'%s' is not the name of a module",
                                  module_name);
        /* A name without a dot is none for D-Bus: the generator puts this before it. */
        if (asprintf(&name, "%s%s", strchr(module_name, '.') ? "" : "fascia.", module_name) < 0)
                return load_error(reterr_text, -ENOMEM, "No memory to load '%s'", module_name);
        if (major == 0)
                major = host_find_major(host, name);
        if (major > 0) {
                char *plain = name;

                r = asprintf(&name, "%s%u", plain, major);
                free(plain);
                if (r < 0)
                        return load_error(reterr_text, -ENOMEM, "No memory to load '%s'",
                                          module_name);
        }
        /* Without any numbered file the name may be the whole bus name that the module was given.
         */
        r = host_load_module_file(host, name, ret, reterr_text);
        if (r == -ENOENT && major == 0 && !isdigit((unsigned char)name[strlen(name) - 1])) {
                free(*reterr_text);
                r = load_error(reterr_text, -ENOENT,
                               "There is no '%s1.so', nor of another version, in '%s'", name,
                               host->module_path);
        }
        free(name);
        return r;
}

/* "Vehicle.Climate1.so" is what its bus name says. */
static void take_file(Host *host, const char *file, HostModuleFn *fn, void *userdata) {
        const struct fascia_module_library *library;
        size_t n = strlen(file);
        char *name, *text = NULL;

        if (n <= 3 || strcmp(file + n - 3, ".so") != 0)
                return;
        name = strndup(file, n - 3);
        if (name && host_load_module_file(host, name, &library, &text) >= 0)
                fn(library, userdata);
        free(text);
        free(name);
}

void host_each_module(Host *host, HostModuleFn *fn, void *userdata) {
        char *copy, *rest, *directory;

        copy = rest = strdup(host->module_path);
        while (copy && (directory = strsep(&rest, ":"))) {
                DIR *d = *directory ? opendir(directory) : NULL;
                struct dirent *entry;

                while (d && (entry = readdir(d)))
                        take_file(host, entry->d_name, fn, userdata);
                if (d)
                        closedir(d);
        }
        free(copy);
}

/* Whether what the library says of each interface is laid out as this program believes. */
static bool modules_agree(const struct fascia_module *a, const struct fascia_module *b) {
        if (a->n_interfaces != b->n_interfaces)
                return false;
        for (uint32_t i = 0; i < a->n_interfaces; i++)
                if (module_interface(a, i)->layout_hash != module_interface(b, i)->layout_hash)
                        return false;
        return true;
}

int fascia_host_get_module_library(struct fascia_host *host, const struct fascia_module *module,
                                   const struct fascia_module_library **ret_library) {
        const struct fascia_module_library *l = NULL;
        char *text = NULL;
        int r;

        if (!host || !module || !ret_library)
                return -EINVAL;
        r = host_load_module_file(host, module->bus_name, &l, &text);
        free(text);
        if (r < 0)
                return r;
        if (!modules_agree(l->module, module))
                return -ELIBBAD;
        *ret_library = l;
        return 0;
}
