/* SPDX-License-Identifier: MIT */
/* The host's plugins: each loaded once and checked before anything of it is used. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-list.h"
#include "descriptor.h"
#include "host-private.h"
#include "loader.h"

struct Plugin {
        Plugin *next;
        const struct fascia_plugin *plugin;
        Library *library; /* NULL: part of the program */
        char *name;
        bool is_open;
        void *userdata; /* what open() returned */
};

void host_close_plugins(Host *host) {
        for (Plugin *p = host->plugins; p; p = p->next) {
                if (p->is_open && p->plugin->close) {
                        HostCall call = { .action = "close", .plugin = p->name };

                        host_enter(&call);
                        p->plugin->close(p->userdata);
                        host_leave(&call);
                }
                p->is_open = false;
        }
}

const char *host_find_plugin_of(const Host *host, const void *function) {
        Dl_info info, other;

        if (!function || dladdr(function, &info) == 0)
                return NULL;
        for (const Plugin *p = host->plugins; p; p = p->next)
                if (p->plugin && dladdr(p->plugin, &other) != 0 &&
                    other.dli_fbase == info.dli_fbase)
                        return p->name;
        return NULL;
}

void host_free_plugins(Host *host) {
        Plugin *next;

        for (Plugin *p = host->plugins; p; p = next) {
                next = p->next;
                library_unload(p->library);
                free(p->name);
                free(p);
        }
        host->plugins = NULL;
}

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

int plugin_library_load(const PluginSource *source, const char *name, Library **ret,
                        char **reterr_text) {
        char file[64 + sizeof(".so")];

        snprintf(file, sizeof(file), "%s.so", name);
        return library_load(source->path, file, FASCIA_PLUGIN_SYMBOL, source->allow_own, ret,
                            reterr_text);
}

int host_take_library(Host *host, const char *name, Library *library, Plugin **ret,
                      char **reterr_text) {
        const struct fascia_plugin *plugin = library_get_symbol(library);
        const char *flaw;
        int r;

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

static Plugin *host_find_plugin(const Host *host, const char *name) {
        for (Plugin *p = host->plugins; p; p = p->next)
                if (strcmp(p->name, name) == 0)
                        return p;
        return NULL;
}

static int host_get_plugin(Host *host, const char *name, Plugin **ret, char **reterr_text) {
        const PluginSource source = { host->plugin_path, host->allow_own_plugins };
        Library *library;
        int r;

        if (!plugin_name_is_valid(name))
                return load_error(reterr_text, -EINVAL, "'%s' is not the name of a backend", name);
        *ret = host_find_plugin(host, name);
        if (*ret)
                return 0;
        r = plugin_library_load(&source, name, &library, reterr_text);
        return r < 0 ? r : host_take_library(host, name, library, ret, reterr_text);
}

int host_describe_plugin(Host *host, const char *name, const struct fascia_plugin **ret,
                         const char **ret_file, char **reterr_text) {
        Plugin *p;
        int r;

        r = host_get_plugin(host, name, &p, reterr_text);
        if (r < 0)
                return r;
        *ret = p->plugin;
        *ret_file = p->library ? library_get_file(p->library) : "";
        return 0;
}

bool host_has_plugin(const Host *host, const char *name) {
        return host_find_plugin(host, name) != NULL;
}

void *host_get_plugin_userdata(const Host *host, const char *name) {
        const Plugin *p = host_find_plugin(host, name);

        return p && p->is_open ? p->userdata : NULL;
}

bool host_has_plugin_of_program(const Host *host, const char *name) {
        const Plugin *p = host_find_plugin(host, name);

        return p && !p->library;
}

/* Of the interface in whichever version, or of any; NULL: none. */
static const struct fascia_plugin_feature *plugin_search(const Plugin *p,
                                                         const struct fascia_interface *interface) {
        for (uint32_t i = 0; i < p->plugin->n_features; i++) {
                const struct fascia_plugin_feature *f = plugin_feature(p->plugin, i);

                if (!f->interface || strcmp(f->interface->id, interface->id) == 0)
                        return f;
        }
        return NULL;
}

static int plugin_find_feature(const Plugin *p, const struct fascia_interface *interface,
                               const struct fascia_plugin_feature **ret, char **reterr_text) {
        const struct fascia_plugin_feature *f = plugin_search(p, interface);

        if (!f)
                return load_error(reterr_text, -ENOENT, "Backend '%s' does not implement %s",
                                  p->name, interface->qualified_name);
        if (f->interface && f->interface->layout_hash != interface->layout_hash)
                return load_error(reterr_text, -ELIBBAD,
                                  "Backend '%s' was built from another version of %s", p->name,
                                  interface->qualified_name);
        *ret = f;
        return 0;
}

bool host_get_plugin_of_program(const Host *host, size_t n,
                                const struct fascia_interface *interface, BackendEntry *ret) {
        const struct fascia_plugin_feature *f;
        const Plugin *p = host->plugins;

        for (; p && (p->library || n > 0); p = p->next)
                if (!p->library)
                        n--;
        if (!p)
                return false;
        f = plugin_search(p, interface);
        *ret = (BackendEntry){
                .name = f ? p->name : NULL,
                .kind = p->plugin->kind,
                .origin = "",
                .is_named = f && f->interface,
                .is_for_any_program = true,
        };
        return true;
}

static int plugin_open(Host *host, Plugin *p, char **reterr_text) {
        int r;

        if (p->is_open)
                return 0;
        if (p->plugin->open) {
                HostCall call = { .action = "open", .plugin = p->name };

                host_enter(&call);
                r = p->plugin->open(host, &p->userdata);
                host_leave(&call);
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

        r = host_get_plugin(host, backend_get_library(host, plugin_name), &p, reterr_text);
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
                .kind = backend_is_said_to_simulate(host, plugin_name) ? FASCIA_PLUGIN_SIMULATION
                                                                       : p->plugin->kind,
                .plugin = p->userdata,
        };
        return 0;
}
