/* SPDX-License-Identifier: MIT */
/* The host's catalogue: plugins and module libraries, each loaded once and checked before anything
 * of it is used. */
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

struct Plugin {
        Plugin *next;
        const struct fascia_plugin *plugin;
        Library *library; /* NULL: part of the program */
        char *name;
        bool is_open;
        void *userdata; /* what open() returned */
};

struct Module {
        Module *next;
        const struct fascia_module_library *content;
        Library *library;
};

int host_catalogue_init(Host *host, const HostSettings *settings) {
        host->plugin_path = strdup(settings->plugin_path);
        host->module_path = strdup(settings->module_path);
        host->allow_own_plugins = settings->allow_own_plugins;
        return host->plugin_path && host->module_path ? 0 : -ENOMEM;
}

void host_catalogue_close_plugins(Host *host) {
        for (Plugin *p = host->plugins; p; p = p->next) {
                if (p->is_open && p->plugin->close)
                        p->plugin->close(p->userdata);
                p->is_open = false;
        }
}

void host_catalogue_done(Host *host) {
        Plugin *next_plugin;
        Module *next_module;

        for (Plugin *p = host->plugins; p; p = next_plugin) {
                next_plugin = p->next;
                library_unload(p->library);
                free(p->name);
                free(p);
        }
        for (Module *m = host->modules; m; m = next_module) {
                next_module = m->next;
                library_unload(m->library);
                free(m);
        }
        free(host->plugin_path);
        free(host->module_path);
}

/* ---- plugins ---- */

/* Names are also file names: no way out of the directory. */
static bool plugin_name_is_valid(const char *name) {
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

        return n > 0 && n <= 64 && name[n] == '\0';
}

static const char *plugin_flaw(const struct fascia_plugin *p) {
        if (p->abi != FASCIA_BACKEND_ABI)
                return "it was built for another version of the backend interface";
        if (p->size < sizeof(struct fascia_plugin) || !p->features || p->n_features == 0)
                return "its description is not complete";
        if (p->feature_size < sizeof(struct fascia_plugin_feature))
                return "its table of features is of an unknown kind";
        return NULL;
}

static const struct fascia_plugin_feature *plugin_feature(const struct fascia_plugin *p,
                                                          uint32_t n) {
        return (const void *)((const char *)p->features + (size_t)n * p->feature_size);
}

static int host_take_plugin(Host *host, const char *name, const struct fascia_plugin *plugin,
                            Library *library, Plugin **ret) {
        Plugin *p;

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->name = strdup(name);
        if (!p->name) {
                free(p);
                return -ENOMEM;
        }
        p->plugin = plugin;
        p->library = library;
        p->next = host->plugins;
        host->plugins = p;
        if (ret)
                *ret = p;
        return 0;
}

int host_add_plugin(Host *host, const struct fascia_plugin *plugin) {
        if (plugin_flaw(plugin))
                return -EINVAL;
        return host_take_plugin(host, plugin->name, plugin, NULL, NULL);
}

int host_add_open_plugin(Host *host, const struct fascia_plugin *plugin, void *userdata) {
        Plugin *p;
        int r;

        if (plugin_flaw(plugin))
                return -EINVAL;
        r = host_take_plugin(host, plugin->name, plugin, NULL, &p);
        if (r < 0)
                return r;
        p->is_open = true;
        p->userdata = userdata;
        return 0;
}

static int host_load_plugin(Host *host, const char *name, Plugin **ret, char **reterr_text) {
        const struct fascia_plugin *plugin;
        char file[64 + sizeof(".so")];
        const char *flaw;
        Library *library;
        int r;

        snprintf(file, sizeof(file), "%s.so", name);
        r = library_load(host->plugin_path, file, FASCIA_PLUGIN_SYMBOL, host->allow_own_plugins,
                         &library, reterr_text);
        if (r < 0)
                return r;
        plugin = library_get_symbol(library);
        flaw = plugin_flaw(plugin);
        if (flaw) {
                if (plugin->abi != FASCIA_BACKEND_ABI)
                        load_error(reterr_text, 0, "'%s' cannot be used: %s (%u, this is %u)",
                                   library_get_file(library), flaw, plugin->abi,
                                   FASCIA_BACKEND_ABI);
                else
                        load_error(reterr_text, 0, "'%s' cannot be used: %s",
                                   library_get_file(library), flaw);
                library_unload(library);
                return -ELIBBAD;
        }
        r = host_take_plugin(host, name, plugin, library, ret);
        if (r < 0)
                library_unload(library);
        return r;
}

static int host_get_plugin(Host *host, const char *name, Plugin **ret, char **reterr_text) {
        if (!plugin_name_is_valid(name))
                return load_error(reterr_text, -EINVAL, "'%s' is not the name of a backend", name);
        for (Plugin *p = host->plugins; p; p = p->next)
                if (strcmp(p->name, name) == 0) {
                        *ret = p;
                        return 0;
                }
        return host_load_plugin(host, name, ret, reterr_text);
}

static int plugin_find_feature(const Plugin *p, const struct fascia_interface *interface,
                               const struct fascia_plugin_feature **ret, char **reterr_text) {
        for (uint32_t i = 0; i < p->plugin->n_features; i++) {
                const struct fascia_plugin_feature *f = plugin_feature(p->plugin, i);

                if (f->interface) {
                        if (strcmp(f->interface->id, interface->id) != 0)
                                continue;
                        if (f->interface->layout_hash != interface->layout_hash)
                                return load_error(
                                        reterr_text, -ELIBBAD,
                                        "Backend '%s' was built from another version of %s",
                                        p->name, interface->qualified_name);
                }
                *ret = f;
                return 0;
        }
        return load_error(reterr_text, -ENOENT, "Backend '%s' does not implement %s", p->name,
                          interface->qualified_name);
}

static int plugin_open(Host *host, Plugin *p, char **reterr_text) {
        int r;

        if (p->is_open)
                return 0;
        if (p->plugin->open) {
                r = p->plugin->open(host, &p->userdata);
                if (r < 0)
                        return load_error(reterr_text, r, "Backend '%s' failed to open: %s",
                                          p->name, strerror(-r));
        }
        p->is_open = true;
        return 0;
}

int host_find_backend(Host *host, const char *plugin_name, const struct fascia_interface *interface,
                      HostBackend *ret, char **reterr_text) {
        const struct fascia_plugin_feature *feature = NULL;
        Plugin *p = NULL;
        int r;

        r = host_get_plugin(host, plugin_name, &p, reterr_text);
        if (r < 0)
                return r;
        r = plugin_find_feature(p, interface, &feature, reterr_text);
        if (r < 0)
                return r;
        r = plugin_open(host, p, reterr_text);
        if (r < 0)
                return r;
        *ret = (HostBackend){
                .feature = feature,
                .plugin_name = p->name,
                .kind = p->plugin->kind,
                .plugin = p->userdata,
        };
        return 0;
}

/* ---- module libraries ---- */

static const char *module_flaw(const struct fascia_module_library *l) {
        if (l->abi != FASCIA_MODULE_LIBRARY_ABI)
                return "it was built for another version of Fascia";
        if (l->size < sizeof(struct fascia_module_library) || !l->module || !l->introspection ||
            !l->simulation)
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
        free(name);
        return r;
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

        r = host_load_module_file(host, module->bus_name, &l, &text);
        free(text);
        if (r < 0)
                return r;
        if (!modules_agree(l->module, module))
                return -ELIBBAD;
        *ret_library = l;
        return 0;
}
