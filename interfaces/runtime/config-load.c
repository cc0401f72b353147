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

static int on_setting(const char *section, const char *key, const char *value, unsigned line,
                      void *userdata) {
        Load *load = userdata;
        Config *c = load->config;

        if (key)
                for (size_t i = 0; i < c->n_entries; i++) {
                        const Entry *e = &c->entries[i];

                        if (strcmp(e->section, section) == 0 && strcmp(e->key->name, key) == 0 &&
                            strcmp(e->origin, load->path) == 0 && e->line != 0)
                                return config_add_problem(c, load->path, line, section,
                                                          "[%s]: '%s' stands in line %u already",
                                                          section, key, e->line);
                }
        return config_add(c, LAYER_FILE, section, key, value, load->path, line);
}

int config_load_file(Config *c, const char *path) {
        Load load = { .config = c, .path = path };
        char *text = NULL;
        unsigned line;
        int r, q;

        r = config_file_read(path, on_setting, &load, &line, &text);
        if (r >= 0)
                return 0;
        q = config_add_problem(c, path, line, NULL, "%s", text ? text : strerror(-r));
        free(text);
        return q < 0 ? q : r;
}

/* A file of a layer may be missing, and is only left out when it is bad. */
static int config_load_optional(Config *c, const char *path) {
        size_t before = c->n_problems;
        int r;

        r = config_load_file(c, path);
        if (r == -ENOENT && c->n_problems == before + 1) {
                c->n_problems--;
                free((char *)c->problems[before].origin);
                free((char *)c->problems[before].text);
        }
        return r == -ENOMEM ? r : 0;
}

static int is_drop_in(const struct dirent *entry) {
        size_t n = strlen(entry->d_name);

        return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int config_load_directory(Config *c, const char *path) {
        struct dirent **entries;
        int r = 0;
        int n;

        n = scandir(path, &entries, is_drop_in, compare_names);
        if (n < 0)
                return errno == ENOMEM ? -ENOMEM : 0;
        for (int i = 0; i < n; i++) {
                char *file;

                if (r >= 0) {
                        r = asprintf(&file, "%s/%s", path, entries[i]->d_name);
                        if (r >= 0) {
                                r = config_load_optional(c, file);
                                free(file);
                        } else {
                                r = -ENOMEM;
                        }
                }
                free(entries[i]);
        }
        free(entries);
        return r;
}

int config_load_layers(Config *c, const char *name) {
        char path[512];
        int r;

        snprintf(path, sizeof(path), FASCIA_VENDOR_DIR "/%s", name);
        r = config_load_optional(c, path);
        snprintf(path, sizeof(path), FASCIA_SYSCONF_DIR "/%s", name);
        if (r >= 0)
                r = config_load_optional(c, path);
        snprintf(path, sizeof(path), FASCIA_SYSCONF_DIR "/%s.d", name);
        if (r >= 0)
                r = config_load_directory(c, path);
        return r;
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
