/* SPDX-License-Identifier: MIT */
/* A configuration: what was said by whom, what is wrong with it, and what is in effect. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config-private.h"
#include "config-value.h"

int config_new(const ConfigKey *keys, size_t n_keys, Config **ret) {
        Config *c;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->keys = keys;
        c->n_keys = n_keys;
        *ret = c;
        return 0;
}

static void entry_done(Entry *e) {
        free(e->section);
        free(e->value);
        free(e->origin);
}

static void stand_done(Stand *s) {
        free(s->module);
        free(s->interface);
        free(s->section);
}

Config *config_free(Config *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_entries; i++)
                entry_done(&c->entries[i]);
        for (size_t i = 0; i < c->n_problems; i++) {
                free((char *)c->problems[i].origin);
                free((char *)c->problems[i].section);
                free((char *)c->problems[i].text);
        }
        for (size_t i = 0; i < c->n_modules; i++)
                free(c->modules[i]);
        for (size_t i = 0; i < c->n_stands; i++)
                stand_done(&c->stands[i]);
        free(c->stands);
        free(c->entries);
        free(c->problems);
        free(c->modules);
        free(c);
        return NULL;
}

/* ---- problems ---- */

int config_add_problem(Config *c, const char *origin, unsigned line, const char *section,
                       const char *format, ...) {
        ConfigProblem p = { .line = line };
        ConfigProblem *problems;
        char *text;
        va_list ap;
        int n;

        problems = reallocarray(c->problems, c->n_problems + 1, sizeof(*problems));
        if (!problems)
                return -ENOMEM;
        c->problems = problems;
        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0)
                return -ENOMEM;
        p.text = text;
        p.origin = strdup(origin);
        p.section = section ? strdup(section) : NULL;
        if (!p.origin || (section && !p.section)) {
                free((char *)p.origin);
                free(text);
                return -ENOMEM;
        }
        c->problems[c->n_problems++] = p;
        return 0;
}

const ConfigProblem *config_problems(const Config *c, size_t n) {
        return n < c->n_problems ? &c->problems[n] : NULL;
}

/* Whether it is [module] or [module/…]. */
static bool section_is_of(const char *section, const char *module) {
        size_t n = strlen(module);

        return strncmp(section, module, n) == 0 && (section[n] == '\0' || section[n] == '/');
}

/* Whether an interface of the module (NULL: of any) has its values in that section. */
static bool section_stands_for(const Config *c, const char *section, const char *module) {
        for (size_t i = 0; i < c->n_stands; i++)
                if (strcmp(c->stands[i].section, section) == 0 &&
                    (!module || strcmp(c->stands[i].module, module) == 0))
                        return true;
        return false;
}

const ConfigProblem *config_module_problem(const Config *c, const char *module) {
        for (size_t i = 0; i < c->n_problems; i++) {
                const char *section = c->problems[i].section;

                if (section &&
                    (section_is_of(section, module) || section_stands_for(c, section, module)))
                        return &c->problems[i];
        }
        return NULL;
}

/* ---- entries ---- */

static const ConfigKey *config_find_key(const Config *c, const char *name) {
        for (size_t i = 0; i < c->n_keys; i++)
                if (strcmp(c->keys[i].name, name) == 0)
                        return &c->keys[i];
        return NULL;
}

static bool name_is_valid(const char *s, size_t size) {
        if (size == 0 || isdigit((unsigned char)*s) || *s == '.' || s[size - 1] == '.')
                return false;
        for (size_t i = 0; i < size; i++)
                if (!isalnum((unsigned char)s[i]) && s[i] != '_' && s[i] != '.')
                        return false;
        return true;
}

unsigned config_section_kind(const char *section) {
        const char *slash = strchr(section, '/');

        if (strcmp(section, "fascia") == 0)
                return CONFIG_IN_FASCIA;
        if (!slash)
                return name_is_valid(section, strlen(section)) ? CONFIG_IN_MODULE : 0;
        /* A module cannot have the name of the general section. */
        if (section_is_of(section, "fascia") || strchr(slash, '.'))
                return 0;
        return name_is_valid(section, (size_t)(slash - section)) &&
                               name_is_valid(slash + 1, strlen(slash + 1))
                       ? CONFIG_IN_INTERFACE
                       : 0;
}

static int config_note_module(Config *c, const char *section) {
        size_t n = strcspn(section, "/");
        char **modules;

        if (config_section_kind(section) == CONFIG_IN_FASCIA || config_section_kind(section) == 0)
                return 0;
        for (size_t i = 0; i < c->n_modules; i++)
                if (strlen(c->modules[i]) == n && strncmp(c->modules[i], section, n) == 0)
                        return 0;
        modules = reallocarray(c->modules, c->n_modules + 1, sizeof(*modules));
        if (!modules)
                return -ENOMEM;
        c->modules = modules;
        c->modules[c->n_modules] = strndup(section, n);
        if (!c->modules[c->n_modules])
                return -ENOMEM;
        c->n_modules++;
        return 0;
}

static Entry *config_find_entry(const Config *c, const char *section, const ConfigKey *key,
                                Layer layer) {
        for (size_t i = 0; i < c->n_entries; i++) {
                Entry *e = &c->entries[i];

                if (e->key == key && e->layer == layer && strcmp(e->section, section) == 0)
                        return e;
        }
        return NULL;
}

static int config_put(Config *c, const Entry *new) {
        Entry copy = *new;
        Entry *old, *entries;

        copy.section = strdup(new->section);
        copy.value = strdup(new->value);
        copy.origin = strdup(new->origin);
        if (!copy.section || !copy.value || !copy.origin) {
                entry_done(&copy);
                return -ENOMEM;
        }
        old = config_find_entry(c, new->section, new->key, new->layer);
        if (old) {
                entry_done(old);
                *old = copy;
                return 0;
        }
        entries = reallocarray(c->entries, c->n_entries + 1, sizeof(*entries));
        if (!entries) {
                entry_done(&copy);
                return -ENOMEM;
        }
        c->entries = entries;
        c->entries[c->n_entries++] = copy;
        return 0;
}

int config_add(Config *c, Layer layer, const char *section, const char *name, const char *value,
               const char *origin, unsigned line) {
        unsigned kind = config_section_kind(section);
        char expected[256];
        const ConfigKey *key;
        uint64_t number;
        int r;

        if (kind == 0)
                return config_add_problem(c, origin, line, section,
                                          "'%s' is not the name of a section", section);
        r = config_note_module(c, section);
        if (r < 0 || !name)
                return r;
        key = config_find_key(c, name);
        if (!key)
                return config_add_problem(c, origin, line, section, "[%s]: unknown key '%s'",
                                          section, name);
        if (!(key->sections & kind))
                return config_add_problem(c, origin, line, section,
                                          "[%s]: '%s' cannot be set in this section", section,
                                          name);
        if (!config_value_parse(key, value, &number)) {
                config_value_expected(key, expected, sizeof(expected));
                return config_add_problem(c, origin, line, section, "[%s]: %s=%s: expected %s",
                                          section, name, value, expected);
        }
        r = config_put(c, &(Entry){ .section = (char *)section,
                                    .key = key,
                                    .layer = layer,
                                    .value = (char *)value,
                                    .number = number,
                                    .origin = (char *)origin,
                                    .line = line });
        return r < 0 ? r : 1;
}

int config_set(Config *c, const char *section, const char *key, const char *value,
               const char *origin) {
        int r;

        r = config_add(c, LAYER_COMMAND_LINE, section, key, value, origin, 0);
        if (r < 0)
                return r;
        return r > 0 ? 0 : -EINVAL;
}

/* ---- what is in effect ---- */

static const Stand *config_find_stand(const Config *c, const char *module, const char *interface) {
        for (size_t i = 0; interface && i < c->n_stands; i++)
                if (strcmp(c->stands[i].module, module) == 0 &&
                    strcmp(c->stands[i].interface, interface) == 0)
                        return &c->stands[i];
        return NULL;
}

int config_redirect(Config *c, const char *module, const char *interface, const char *section) {
        Stand new, *stands;

        if (config_find_stand(c, module, interface))
                return 0;
        stands = reallocarray(c->stands, c->n_stands + 1, sizeof(*stands));
        if (!stands)
                return -ENOMEM;
        c->stands = stands;
        new = (Stand){ strdup(module), strdup(interface), strdup(section) };
        if (!new.module || !new.interface || !new.section) {
                stand_done(&new);
                return -ENOMEM;
        }
        c->stands[c->n_stands++] = new;
        return 0;
}

bool config_is_redirection(const Config *c, const char *section) {
        return section_stands_for(c, section, NULL);
}

/* Whether an entry of that section, which is not [fascia], counts for the interface. */
static bool section_counts(const Config *c, const char *section, unsigned kind, const char *module,
                           const char *interface) {
        const Stand *stand = config_find_stand(c, module, interface);

        if (kind == CONFIG_IN_MODULE)
                return strcmp(section, stand ? stand->section : module) == 0;
        return interface && section_is_of(section, module) &&
               strcmp(strchr(section, '/') + 1, interface) == 0;
}

static const Entry *config_find_in(const Config *c, Layer layer, const char *module,
                                   const char *interface, const ConfigKey *key) {
        const Entry *best = NULL;
        unsigned best_kind = 0;

        for (size_t i = 0; i < c->n_entries; i++) {
                const Entry *e = &c->entries[i];
                unsigned kind = config_section_kind(e->section);

                if (e->key != key || e->layer != layer || kind <= best_kind)
                        continue;
                if (kind != CONFIG_IN_FASCIA &&
                    (!module || !section_counts(c, e->section, kind, module, interface)))
                        continue;
                best = e;
                best_kind = kind;
        }
        return best;
}

static const Entry *config_find(const Config *c, const char *module, const char *interface,
                                const ConfigKey *key) {
        for (int layer = N_LAYERS - 1; layer >= 0; layer--) {
                const Entry *e = config_find_in(c, (Layer)layer, module, interface, key);

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

const char *config_next_module(const Config *c, const char *previous) {
        size_t i = 0;

        if (previous)
                while (i < c->n_modules && strcmp(c->modules[i++], previous) != 0)
                        ;
        return i < c->n_modules ? c->modules[i] : NULL;
}

/* Each once, at its first entry. */
static bool is_first_of_section(const Config *c, size_t entry) {
        for (size_t i = 0; i < entry; i++)
                if (strcmp(c->entries[i].section, c->entries[entry].section) == 0)
                        return false;
        return true;
}

const char *config_next_interface(const Config *c, const char *module, const char *previous) {
        bool passed = !previous;

        for (size_t i = 0; i < c->n_entries; i++) {
                const char *section = c->entries[i].section;

                if (config_section_kind(section) != CONFIG_IN_INTERFACE ||
                    !section_is_of(section, module) || !is_first_of_section(c, i))
                        continue;
                if (passed)
                        return strchr(section, '/') + 1;
                passed = strcmp(strchr(section, '/') + 1, previous) == 0;
        }
        return NULL;
}

static bool same_values(const Config *a, const Config *b, const char *module,
                        const char *interface) {
        for (size_t i = 0; i < a->n_keys; i++)
                if (a->keys[i].sections & (CONFIG_IN_MODULE | CONFIG_IN_INTERFACE) &&
                    strcmp(config_lookup(a, module, interface, a->keys[i].name),
                           config_lookup(b, module, interface, a->keys[i].name)) != 0)
                        return false;
        return true;
}

/* Whether the interfaces that a has sections for find the same in b. */
static bool same_interfaces(const Config *a, const Config *b, const char *module) {
        for (size_t i = 0; i < a->n_entries; i++) {
                const char *section = a->entries[i].section;

                if (config_section_kind(section) == CONFIG_IN_INTERFACE &&
                    section_is_of(section, module) &&
                    !same_values(a, b, module, strchr(section, '/') + 1))
                        return false;
        }
        return true;
}

static bool same_redirected(const Config *a, const Config *b, const char *module) {
        for (size_t i = 0; i < a->n_stands; i++)
                if (strcmp(a->stands[i].module, module) == 0 &&
                    !same_values(a, b, module, a->stands[i].interface))
                        return false;
        return true;
}

bool config_module_equal(const Config *a, const Config *b, const char *module) {
        const ConfigProblem *p = config_module_problem(a, module);
        const ConfigProblem *q = config_module_problem(b, module);

        if (!p != !q || (p && strcmp(p->text, q->text) != 0))
                return false;
        return same_values(a, b, module, NULL) && same_interfaces(a, b, module) &&
               same_interfaces(b, a, module) && same_redirected(a, b, module);
}

/* ---- showing it ---- */

static void dump_entry(const Entry *e, const ConfigKey *key, FILE *f) {
        if (!e)
                fprintf(f, "# built-in\n%s=%s\n", key->name, key->builtin);
        else if (e->line > 0)
                fprintf(f, "# %s:%u\n%s=%s\n", e->origin, e->line, key->name, e->value);
        else
                fprintf(f, "# %s\n%s=%s\n", e->origin, key->name, e->value);
}

static void dump_section(const Config *c, const char *module, const char *interface, unsigned kind,
                         FILE *f) {
        for (size_t i = 0; i < c->n_keys; i++)
                if (c->keys[i].sections & kind)
                        dump_entry(config_find(c, module, interface, &c->keys[i]), &c->keys[i], f);
}

void config_dump(const Config *c, FILE *f) {
        const char *module = NULL, *interface = NULL;

        fprintf(f, "[fascia]\n");
        dump_section(c, NULL, NULL, CONFIG_IN_FASCIA, f);
        while ((module = config_next_module(c, module))) {
                fprintf(f, "\n[%s]\n", module);
                dump_section(c, module, NULL, CONFIG_IN_MODULE, f);
                while ((interface = config_next_interface(c, module, interface))) {
                        fprintf(f, "\n[%s/%s]\n", module, interface);
                        dump_section(c, module, interface, CONFIG_IN_INTERFACE, f);
                }
        }
}
