/* SPDX-License-Identifier: MIT */
/* Where a configuration comes from: files in layers, and the environment. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config-file.h"
#include "config-private.h"

#ifndef FASCIA_VENDOR_DIR
#define FASCIA_VENDOR_DIR "/usr/lib/fascia"
#endif
#ifndef FASCIA_SYSCONF_DIR
#define FASCIA_SYSCONF_DIR "/etc/fascia"
#endif

typedef struct Load {
        Config *config;
        const char *path;
} Load;

/* What the same file has said of the same key. */
static const Entry *config_find_earlier(const Config *c, const char *section, const char *key,
                                        const char *path) {
        for (size_t i = 0; i < c->n_entries; i++) {
                const Entry *e = &c->entries[i];

                if (e->layer == LAYER_FILE && strcmp(e->section, section) == 0 &&
                    strcmp(e->key->name, key) == 0 && strcmp(e->origin, path) == 0)
                        return e;
        }
        return NULL;
}

static int on_setting(const char *section, const char *key, const char *value, unsigned line,
                      void *userdata) {
        const Load *load = userdata;
        const Entry *earlier;

        if (key && config_section_kind(section) == 0)
                return 0; /* said where the section begins */
        earlier = key ? config_find_earlier(load->config, section, key, load->path) : NULL;
        if (earlier)
                return config_add_problem(load->config, load->path, line, section,
                                          "[%s]: '%s' stands in line %u already", section, key,
                                          earlier->line);
        return config_add(load->config, LAYER_FILE, section, key, value, load->path, line);
}

static int config_read(Config *c, const char *path, bool may_be_missing) {
        Load load = { .config = c, .path = path };
        char *text = NULL;
        unsigned line;
        int r, q;

        r = config_file_read(path, on_setting, &load, &line, &text);
        if (r >= 0)
                return 0;
        if (r == -ENOENT && may_be_missing)
                q = 0;
        else
                q = config_add_problem(c, path, line, NULL, "%s", text ? text : strerror(-r));
        free(text);
        return q < 0 ? q : r;
}

int config_load_file(Config *c, const char *path) {
        return config_read(c, path, false);
}

/* A file of a layer may be missing, and is only left out when it is bad. */
static int config_load_optional(Config *c, const char *path) {
        return config_read(c, path, true) == -ENOMEM ? -ENOMEM : 0;
}

static int is_drop_in(const struct dirent *entry) {
        size_t n = strlen(entry->d_name);

        return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int config_load_below(Config *c, const char *directory, const char *name) {
        char *path;
        int r;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        r = config_load_optional(c, path);
        free(path);
        return r;
}

static int config_load_directory(Config *c, const char *path) {
        struct dirent **entries;
        int r = 0;
        int n;

        n = scandir(path, &entries, is_drop_in, compare_names);
        if (n < 0 && errno == ENOENT)
                return 0;
        if (n < 0)
                return errno == ENOMEM ? -ENOMEM
                                       : config_add_problem(c, path, 0, NULL, "cannot be read: %s",
                                                            strerror(errno));
        for (int i = 0; i < n; i++) {
                if (r >= 0)
                        r = config_load_below(c, path, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return r;
}

int config_load_layers_in(Config *c, const char *vendor_dir, const char *sysconf_dir,
                          const char *name) {
        char *drop_ins;
        int r;

        r = config_load_below(c, vendor_dir, name);
        if (r >= 0)
                r = config_load_below(c, sysconf_dir, name);
        if (r < 0)
                return r;
        if (asprintf(&drop_ins, "%s/%s.d", sysconf_dir, name) < 0)
                return -ENOMEM;
        r = config_load_directory(c, drop_ins);
        free(drop_ins);
        return r;
}

int config_load_layers(Config *c, const char *name) {
        return config_load_layers_in(c, FASCIA_VENDOR_DIR, FASCIA_SYSCONF_DIR, name);
}

/* "PluginPath" is FASCIA_PLUGIN_PATH. */
static void environment_name(const char *key, char *buffer, size_t size) {
        size_t n = (size_t)snprintf(buffer, size, "FASCIA");

        for (; *key && n + 3 < size; key++) {
                if (isupper((unsigned char)*key))
                        buffer[n++] = '_';
                buffer[n++] = (char)toupper((unsigned char)*key);
        }
        buffer[n] = '\0';
}

int config_load_environment(Config *c) {
        for (size_t i = 0; i < c->n_keys; i++) {
                char name[128], origin[160];
                const char *value;
                int r;

                if (!(c->keys[i].sections & CONFIG_IN_FASCIA))
                        continue;
                environment_name(c->keys[i].name, name, sizeof(name));
                value = secure_getenv(name);
                if (!value)
                        continue;
                snprintf(origin, sizeof(origin), "environment %s", name);
                r = config_add(c, LAYER_ENVIRONMENT, "fascia", c->keys[i].name, value, origin, 0);
                if (r < 0)
                        return r;
        }
        return 0;
}
