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

#define BACKEND_ENDING ".backend"

typedef struct Load {
        Config *config;
        const char *path;
        Layer layer;
        const char *section; /* for which [backend] stands, or NULL */
} Load;

/* What the same file has said of the same key. */
static const Entry *load_find_earlier(const Load *load, const char *section, const char *key) {
        const Entry *e = config_find_entry(load->config, section, key, load->layer);

        return e && strcmp(e->origin, load->path) == 0 ? e : NULL;
}

/* The section as the configuration knows it; NULL: it may not stand in this file. */
static const char *load_section(const Load *load, const char *section) {
        if (!load->section)
                return section;
        return strcmp(section, "backend") == 0 ? load->section : NULL;
}

static int load_refuse_again(const Load *load, const char *section, const Entry *earlier,
                             unsigned line) {
        int r;

        r = config_add_problem(
                load->config, load->path, line, section, "[%s]: '%s' stands in line %u already",
                load->section ? "backend" : section, earlier->key->name, earlier->line);
        if (r >= 0)
                config_mark_guard(load->config, earlier->key->name);
        return r;
}

static int on_setting(const char *section, const char *key, const char *value, unsigned line,
                      void *userdata) {
        const Load *load = userdata;
        const char *known = load_section(load, section);
        const Entry *earlier;

        if (!known)
                return key ? 0
                           : config_add_problem(load->config, load->path, line, NULL,
                                                "[%s]: only [backend] has a meaning here", section);
        if (key && config_section_kind(known) == 0)
                return 0; /* said where the section begins */
        earlier = key ? load_find_earlier(load, known, key) : NULL;
        if (earlier)
                return load_refuse_again(load, known, earlier, line);
        return config_add(load->config, load->layer, known, key, value, load->path, line);
}

static int config_read(const Load *load, bool may_be_missing) {
        char *text = NULL;
        unsigned line;
        int r, q;

        r = config_file_read(load->path, on_setting, (void *)load, &line, &text);
        if (r >= 0)
                return 0;
        if (r == -ENOENT && may_be_missing)
                q = 0;
        else
                q = config_add_problem(load->config, load->path, line, NULL, "%s",
                                       text ? text : strerror(-r));
        free(text);
        return q < 0 ? q : r;
}

int config_load_file(Config *c, const char *path) {
        const Load load = { .config = c, .path = path, .layer = LAYER_FILE };

        return config_read(&load, false);
}

/* A file of a layer may be missing, and is only left out when it is bad. */
static int load_optional(const Load *load) {
        return config_read(load, true) == -ENOMEM ? -ENOMEM : 0;
}

static bool has_ending(const struct dirent *entry, const char *ending) {
        size_t n = strlen(entry->d_name);
        size_t m = strlen(ending);

        return entry->d_name[0] != '.' && n > m && strcmp(entry->d_name + n - m, ending) == 0;
}

static int is_drop_in(const struct dirent *entry) {
        return has_ending(entry, ".conf");
}

static int is_backend(const struct dirent *entry) {
        return has_ending(entry, BACKEND_ENDING);
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int config_load_below(Config *c, const char *directory, const char *name) {
        Load load = { .config = c, .layer = LAYER_FILE };
        char *path;
        int r;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        load.path = path;
        r = load_optional(&load);
        free(path);
        return r;
}

/* Loads, in the order of their names, the files that are wanted; a directory that is missing has none. */
static int config_load_directory(Config *c, const char *path,
                                 int (*is_wanted)(const struct dirent *entry),
                                 int (*load)(Config *c, const char *directory, const char *name)) {
        struct dirent **entries;
        int r = 0;
        int n;

        n = scandir(path, &entries, is_wanted, compare_names);
        if (n < 0 && errno == ENOENT)
                return 0;
        if (n < 0)
                return errno == ENOMEM ? -ENOMEM
                                       : config_add_problem(c, path, 0, NULL, "cannot be read: %s",
                                                            strerror(errno));
        for (int i = 0; i < n; i++) {
                if (r >= 0)
                        r = load(c, path, entries[i]->d_name);
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
        r = config_load_directory(c, drop_ins, is_drop_in, config_load_below);
        free(drop_ins);
        return r;
}

int config_load_layers(Config *c, const char *name) {
        return config_load_layers_in(c, FASCIA_VENDOR_DIR, FASCIA_SYSCONF_DIR, name);
}

/* ---- backends ---- */

/* Whether an earlier directory had a file for this section. */
static bool has_backend_file(const Config *c, const char *section) {
        for (size_t i = 0; i < c->n_entries; i++)
                if (c->entries[i].layer == LAYER_BACKEND_FILE &&
                    strcmp(c->entries[i].section, section) == 0)
                        return true;
        return false;
}

static int load_backend_file(const Load *load) {
        if (config_section_kind(load->section) == 0)
                return config_add_problem(load->config, load->path, 0, NULL,
                                          "is not named after a backend: small letters, digits and "
                                          "'-'");
        return has_backend_file(load->config, load->section) ? 0 : load_optional(load);
}

static int config_load_backend(Config *c, const char *directory, const char *name) {
        size_t size = strlen(name) - strlen(BACKEND_ENDING);
        char *path, *section;
        int r;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        if (asprintf(&section, BACKEND_PREFIX "%.*s", (int)size, name) < 0) {
                free(path);
                return -ENOMEM;
        }
        r = load_backend_file(&(Load){
                .config = c, .path = path, .layer = LAYER_BACKEND_FILE, .section = section });
        free(section);
        free(path);
        return r;
}

int config_load_backends(Config *c, const char *path) {
        char *copy, *rest, *directory;
        int r = 0;

        copy = rest = strdup(path);
        if (!copy)
                return -ENOMEM;
        while (r >= 0 && (directory = strsep(&rest, ":")))
                if (*directory)
                        r = config_load_directory(c, directory, is_backend, config_load_backend);
        free(copy);
        return r;
}

/* ---- the environment ---- */

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

static int load_variable(Config *c, const ConfigKey *key) {
        char name[128], origin[160];
        const char *value;

        environment_name(key->name, name, sizeof(name));
        value = secure_getenv(name);
        if (!value)
                return 0;
        snprintf(origin, sizeof(origin), "environment %s", name);
        return config_add(c, LAYER_ENVIRONMENT, "fascia", key->name, value, origin, 0);
}

static char *trim(char *s) {
        char *end = s + strlen(s);

        while (end > s && isspace((unsigned char)end[-1]))
                *--end = '\0';
        return s + strspn(s, " \t\n");
}

/* "Section:Key=value", which is taken apart. */
static int load_setting(Config *c, char *text, const char *origin) {
        char *key = strchr(text, ':');
        char *value = key ? strchr(key, '=') : NULL;

        if (!value)
                return config_add_problem(c, origin, 0, NULL,
                                          "'%s' is not of the form Section:Key=value", text);
        *key++ = '\0';
        *value++ = '\0';
        return config_add(c, LAYER_ENVIRONMENT, trim(text), trim(key), trim(value), origin, 0);
}

/* They are separated by " ;", which no value contains. */
static int load_settings(Config *c, const char *variable) {
        const char *value = secure_getenv(variable);
        char *copy, *rest;
        int r = 0;

        if (!value)
                return 0;
        copy = rest = strdup(value);
        if (!copy)
                return -ENOMEM;
        while (r >= 0 && rest) {
                char *next = strstr(rest, " ;");
                char *text;

                if (next) {
                        *next = '\0';
                        next += 2;
                }
                text = trim(rest);
                if (*text)
                        r = load_setting(c, text, "environment FASCIA_SETTINGS");
                rest = next;
        }
        free(copy);
        return r < 0 ? r : 0;
}

int config_load_environment(Config *c) {
        for (size_t i = 0; i < c->n_keys; i++) {
                int r = c->keys[i].sections & CONFIG_IN_FASCIA ? load_variable(c, &c->keys[i]) : 0;

                if (r < 0)
                        return r;
        }
        return load_settings(c, "FASCIA_SETTINGS");
}
