/* SPDX-License-Identifier: MIT */
/* What is in effect in a configuration: which of the things that were said counts where. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config-private.h"
#include "config-value.h"

/* Whether an entry that is not in [fascia] counts for the interface. */
static bool section_counts(const Config *c, const Entry *e, const char *module,
                           const char *interface) {
        const Stand *stand = config_find_stand(c, module, interface);

        if (e->kind == CONFIG_IN_BACKEND)
                return false;
        if (e->kind == CONFIG_IN_MODULE)
                return strcmp(e->section, stand ? stand->section : module) == 0;
        return interface && section_is_of(e->section, module) &&
               strcmp(strchr(e->section, '/') + 1, interface) == 0;
}

static const Entry *config_find_in(const Config *c, Layer layer, const char *module,
                                   const char *interface, const ConfigKey *key) {
        const Entry *best = NULL;
        unsigned best_kind = 0;

        for (size_t i = 0; i < c->n_entries; i++) {
                const Entry *e = &c->entries[i];

                if (e->key != key || e->layer != layer || e->kind <= best_kind)
                        continue;
                if (e->kind != CONFIG_IN_FASCIA &&
                    (!module || !section_counts(c, e, module, interface)))
                        continue;
                best = e;
                best_kind = e->kind;
        }
        return best;
}

const Entry *config_find(const Config *c, const char *module, const char *interface,
                         const ConfigKey *key) {
        for (int layer = N_LAYERS - 1; layer >= 0; layer--) {
                const Entry *e = config_find_in(c, (Layer)layer, module, interface, key);

                if (e)
                        return e;
        }
        return NULL;
}

/* Each once, at its first entry. */
static bool is_first_of_section(const Config *c, size_t entry) {
        for (size_t i = 0; i < entry; i++)
                if (strcmp(c->entries[i].section, c->entries[entry].section) == 0)
                        return false;
        return true;
}

const Entry *config_find_for(const Config *c, const char *backend, const char *name) {
        char section[sizeof(BACKEND_PREFIX) + 64];

        snprintf(section, sizeof(section), "%s%s", BACKEND_PREFIX, backend);
        for (int layer = N_LAYERS - 1; layer >= 0; layer--) {
                const Entry *e = config_find_entry(c, section, name, (Layer)layer);

                if (e)
                        return e;
        }
        return NULL;
}

static uint64_t config_get_number(const Config *c, const char *module, const char *interface,
                                  const char *name, ConfigType type) {
        const ConfigKey *key = config_find_key(c, name);
        const Entry *e;
        uint64_t number;

        assert(key && (key->type == type || (type == CONFIG_UNSIGNED && key->type == CONFIG_WORD)));
        e = config_find(c, module, interface, key);
        if (e)
                return e->number;
        config_value_parse(key, key->builtin, &number);
        return number;
}

const char *config_get_string(const Config *c, const char *module, const char *interface,
                              const char *name) {
        const ConfigKey *key = config_find_key(c, name);

        assert(key && (key->type == CONFIG_STRING || key->type == CONFIG_NAME ||
                       key->type == CONFIG_PATHS || key->type == CONFIG_WORD));
        return config_lookup(c, module, interface, name);
}

bool config_get_bool(const Config *c, const char *module, const char *interface, const char *name) {
        return config_get_number(c, module, interface, name, CONFIG_BOOLEAN) != 0;
}

uint64_t config_get_uint(const Config *c, const char *module, const char *interface,
                         const char *name) {
        return config_get_number(c, module, interface, name, CONFIG_UNSIGNED);
}

uint64_t config_get_time(const Config *c, const char *module, const char *interface,
                         const char *name) {
        return config_get_number(c, module, interface, name, CONFIG_TIME);
}

uint64_t config_get_size(const Config *c, const char *module, const char *interface,
                         const char *name) {
        return config_get_number(c, module, interface, name, CONFIG_SIZE);
}

const char *config_lookup(const Config *c, const char *module, const char *interface,
                          const char *name) {
        const ConfigKey *key = config_find_key(c, name);
        const Entry *e;

        if (!key)
                return NULL;
        e = config_find(c, module, interface, key);
        return e ? e->value : key->builtin;
}

static uint64_t key_get_builtin(const ConfigKey *key) {
        uint64_t number = 0;

        if (key && key->builtin)
                config_value_parse(key, key->builtin, &number);
        return number;
}

uint64_t config_get_number_for(const Config *c, const char *backend, const char *name) {
        const Entry *e = config_find_for(c, backend, name);

        return e ? e->number : key_get_builtin(config_find_key(c, name));
}

const char *config_lookup_for(const Config *c, const char *backend, const char *module,
                              const char *interface, const char *name) {
        const Entry *e = backend ? config_find_for(c, backend, name) : NULL;

        return e ? e->value : config_lookup(c, module, interface, name);
}

/* *ret NULL: it is built in. -EINVAL: no such section. */
static int config_find_by_section(const Config *c, const char *section, const ConfigKey *key,
                                  const Entry **ret) {
        char *module, *slash;

        switch (config_section_kind(section)) {
        case CONFIG_IN_FASCIA:
                *ret = config_find(c, NULL, NULL, key);
                return 0;
        case CONFIG_IN_BACKEND:
                *ret = config_find_for(c, section_backend(section), key->name);
                return 0;
        case CONFIG_IN_MODULE:
                *ret = config_find(c, section, NULL, key);
                return 0;
        case CONFIG_IN_INTERFACE:
                module = strdup(section);
                if (!module)
                        return -ENOMEM;
                slash = strchr(module, '/');
                *slash = '\0';
                *ret = config_find(c, module, slash + 1, key);
                free(module);
                return 0;
        }
        return -EINVAL;
}

const char *config_lookup_in(const Config *c, const char *section, const char *name,
                             const char **ret_origin) {
        const ConfigKey *key = config_find_key(c, name);
        const Entry *e;

        if (!key || config_find_by_section(c, section, key, &e) < 0)
                return NULL;
        if (ret_origin)
                *ret_origin = e ? e->origin : NULL;
        return e ? e->value : key->builtin;
}

const char *config_get_lock(const Config *c, const char *section, const char *name) {
        const ConfigKey *key = config_find_key(c, name);
        const Entry *e;

        if (!key || config_find_by_section(c, section, key, &e) < 0)
                return NULL;
        return e && e->layer > LAYER_PROGRAM ? e->origin : NULL;
}

const char *config_next_backend(const Config *c, const char *previous) {
        bool passed = !previous;

        for (size_t i = 0; i < c->n_entries; i++) {
                const char *name = section_backend(c->entries[i].section);

                if (!name || !is_first_of_section(c, i))
                        continue;
                if (passed)
                        return name;
                passed = strcmp(name, previous) == 0;
        }
        return NULL;
}

const char *config_next_module(const Config *c, const char *previous) {
        size_t i = 0;

        if (previous)
                while (i < c->n_modules && strcmp(c->modules[i++], previous) != 0)
                        ;
        return i < c->n_modules ? c->modules[i] : NULL;
}

const char *config_next_interface(const Config *c, const char *module, const char *previous) {
        bool passed = !previous;

        for (size_t i = 0; i < c->n_entries; i++) {
                const char *section = c->entries[i].section;

                if (c->entries[i].kind != CONFIG_IN_INTERFACE || !section_is_of(section, module) ||
                    !is_first_of_section(c, i))
                        continue;
                if (passed)
                        return strchr(section, '/') + 1;
                passed = strcmp(strchr(section, '/') + 1, previous) == 0;
        }
        return NULL;
}

static bool same_text(const char *a, const char *b) {
        return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_values(const Config *a, const Config *b, const char *module,
                        const char *interface) {
        const ConfigKey *key;

        for (size_t i = 0; (key = config_key(a, i)); i++)
                if (key->sections & (CONFIG_IN_MODULE | CONFIG_IN_INTERFACE) && !key->is_live &&
                    !same_text(config_lookup(a, module, interface, key->name),
                               config_lookup(b, module, interface, key->name)))
                        return false;
        return true;
}

/* What describes the backend that serves the interface. */
static bool same_backend(const Config *a, const Config *b, const char *module,
                         const char *interface) {
        const char *name = config_lookup(a, module, interface, "Backend");
        const ConfigKey *key;

        for (size_t i = 0; name && (key = config_key(a, i)); i++) {
                const Entry *x = config_find_for(a, name, key->name);
                const Entry *y = config_find_for(b, name, key->name);

                if (!same_text(x ? x->value : NULL, y ? y->value : NULL))
                        return false;
        }
        return true;
}

static bool same_in(const Config *a, const Config *b, const char *module, const char *interface) {
        return same_values(a, b, module, interface) && same_backend(a, b, module, interface);
}

/* Those of the table are in both; what was made up may be in one alone. */
static bool same_values_both_ways(const Config *a, const Config *b, const char *module,
                                  const char *interface) {
        return same_in(a, b, module, interface) &&
               (b->n_free_keys == 0 || same_in(b, a, module, interface));
}

/* Whether the interfaces that a has sections for find the same in b. */
static bool same_interfaces(const Config *a, const Config *b, const char *module) {
        for (size_t i = 0; i < a->n_entries; i++) {
                const char *section = a->entries[i].section;

                if (a->entries[i].kind == CONFIG_IN_INTERFACE && section_is_of(section, module) &&
                    !same_values_both_ways(a, b, module, strchr(section, '/') + 1))
                        return false;
        }
        return true;
}

static bool same_redirected(const Config *a, const Config *b, const char *module) {
        for (size_t i = 0; i < a->n_stands; i++)
                if (strcmp(a->stands[i].module, module) == 0 &&
                    !same_values_both_ways(a, b, module, a->stands[i].interface))
                        return false;
        return true;
}

bool config_module_equal(const Config *a, const Config *b, const char *module) {
        const ConfigProblem *p = config_module_problem(a, module);
        const ConfigProblem *q = config_module_problem(b, module);

        if (!p != !q || (p && strcmp(p->text, q->text) != 0))
                return false;
        return same_values_both_ways(a, b, module, NULL) && same_interfaces(a, b, module) &&
               same_interfaces(b, a, module) && same_redirected(a, b, module);
}

const char *config_next_free_key(const Config *c, const char *previous) {
        size_t i = 0;

        if (previous)
                while (i < c->n_free_keys && strcmp(c->free_keys[i++]->name, previous) != 0)
                        ;
        while (i < c->n_free_keys && c->free_keys[i]->number > 0)
                i++;
        return i < c->n_free_keys ? c->free_keys[i]->name : NULL;
}

/* ---- keys with numbers ---- */

const char *config_get_module_section(const Config *c, const char *module, const char *interface) {
        const Stand *stand = config_find_stand(c, module, interface);

        return stand ? stand->section : module;
}

static bool entry_is_of(const Config *c, const Entry *e, const char *key, unsigned *ret_number) {
        return strncmp(e->key->name, key, strlen(key)) == 0 &&
               config_key_family(c, e->key->name, ret_number);
}

bool config_next_numbered(const Config *c, const char *section, const char *key,
                          ConfigNumbered *ret) {
        const Entry *best = NULL;
        unsigned best_number = 0, number;

        for (size_t i = 0; i < c->n_entries; i++) {
                const Entry *e = &c->entries[i];

                if (strcmp(e->section, section) != 0 || !entry_is_of(c, e, key, &number) ||
                    number <= ret->number || (best && number > best_number) ||
                    (best && number == best_number && e->layer < best->layer))
                        continue;
                best = e;
                best_number = number;
        }
        if (!best)
                return false;
        *ret = (ConfigNumbered){ best_number, best->value, best->origin, best->line };
        return true;
}
