/* SPDX-License-Identifier: MIT */
/* A configuration: what was said by whom, what is wrong with it, and what is in effect. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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
        for (size_t i = 0; i < c->n_free_keys; i++)
                free(c->free_keys[i]);
        free(c->free_keys);
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

char *config_problem_print(const ConfigProblem *p) {
        char *text;
        int n;

        n = p->line > 0 ? asprintf(&text, "%s:%u: %s", p->origin, p->line, p->text)
                        : asprintf(&text, "%s: %s", p->origin, p->text);
        return n < 0 ? NULL : text;
}

bool section_is_of(const char *section, const char *module) {
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
                    (section_is_of(section, module) || section_stands_for(c, section, module) ||
                     (c->problems[i].is_guard && config_section_kind(section) == CONFIG_IN_FASCIA)))
                        return &c->problems[i];
        }
        return NULL;
}

/* Also of one that is misspelt behind its name, "Access1x": what it would have forbidden is not known. */
static bool is_guard(const Config *c, const char *name) {
        for (size_t i = 0; i < c->n_keys; i++)
                if (c->keys[i].is_guard &&
                    strncasecmp(c->keys[i].name, name, strlen(c->keys[i].name)) == 0)
                        return true;
        return false;
}

void config_mark_guard(Config *c, const char *key) {
        if (key && c->n_problems > 0 && is_guard(c, key))
                c->problems[c->n_problems - 1].is_guard = true;
}

/* ---- keys ---- */

const ConfigKey *config_key(const Config *c, size_t n) {
        if (n < c->n_keys)
                return &c->keys[n];
        n -= c->n_keys;
        return n < c->n_free_keys ? &c->free_keys[n]->key : NULL;
}

const ConfigKey *config_find_key(const Config *c, const char *name) {
        const ConfigKey *key;

        for (size_t i = 0; (key = config_key(c, i)); i++)
                if (strcmp(key->name, name) == 0)
                        return key;
        return NULL;
}

static bool key_is_free(const char *name) {
        if (strncmp(name, "X-", 2) != 0 || !isalpha((unsigned char)name[2]))
                return false;
        for (name += 2; *name; name++)
                if (!isalnum((unsigned char)*name) && *name != '-')
                        return false;
        return true;
}

/* 1 to 999, without zeros before it: two spellings would be two keys. 0: it is no number. */
static unsigned parse_number(const char *s) {
        unsigned number = 0;
        size_t n = strspn(s, "0123456789");

        if (n == 0 || n > 3 || s[n] != '\0' || *s == '0')
                return 0;
        for (; *s; s++)
                number = 10 * number + (unsigned)(*s - '0');
        return number;
}

const ConfigKey *config_key_family(const Config *c, const char *name, unsigned *ret_number) {
        for (size_t i = 0; i < c->n_keys; i++) {
                size_t n = strlen(c->keys[i].name);

                if (!c->keys[i].numbered || strncmp(c->keys[i].name, name, n) != 0)
                        continue;
                *ret_number = parse_number(name + n);
                if (*ret_number > 0)
                        return c->keys[i].numbered;
        }
        return NULL;
}

static int config_make_key(Config *c, const char *name, const ConfigKey **ret) {
        static const ConfigKey made_up = {
                .type = CONFIG_STRING,
                .sections = CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_INTERFACE |
                            CONFIG_IN_BACKEND,
        };
        size_t size = strlen(name) + 1;
        const ConfigKey *family;
        FreeKey **keys, *key;
        unsigned number = 0;

        keys = reallocarray(c->free_keys, c->n_free_keys + 1, sizeof(*keys));
        if (!keys)
                return -ENOMEM;
        c->free_keys = keys;
        key = malloc(sizeof(*key) + size);
        if (!key)
                return -ENOMEM;
        memcpy(key->name, name, size);
        family = config_key_family(c, name, &number);
        key->key = family ? *family : made_up;
        key->key.name = key->name;
        key->number = number;
        c->free_keys[c->n_free_keys++] = key;
        *ret = &key->key;
        return 0;
}

/* NULL: unknown. */
static int config_require_key(Config *c, const char *name, const ConfigKey **ret) {
        unsigned number;

        *ret = config_find_key(c, name);
        if (*ret || (!key_is_free(name) && !config_key_family(c, name, &number)))
                return 0;
        return config_make_key(c, name, ret);
}

/* ---- sections ---- */

static bool name_is_valid(const char *s, size_t size) {
        if (size == 0 || isdigit((unsigned char)*s) || *s == '.' || s[size - 1] == '.')
                return false;
        for (size_t i = 0; i < size; i++)
                if (!isalnum((unsigned char)s[i]) && s[i] != '_' && s[i] != '.')
                        return false;
        return true;
}

const char *section_backend(const char *section) {
        size_t n = strlen(BACKEND_PREFIX);

        return strncmp(section, BACKEND_PREFIX, n) == 0 ? section + n : NULL;
}

static bool is_backend_name(const char *name) {
        static const ConfigKey any = { .type = CONFIG_NAME };
        uint64_t number;

        return *name && config_value_parse(&any, name, &number);
}

unsigned config_section_kind(const char *section) {
        const char *slash = strchr(section, '/');
        const char *backend = section_backend(section);

        if (strcmp(section, "fascia") == 0)
                return CONFIG_IN_FASCIA;
        if (backend)
                return is_backend_name(backend) ? CONFIG_IN_BACKEND : 0;
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

        if (!(config_section_kind(section) & (CONFIG_IN_MODULE | CONFIG_IN_INTERFACE)))
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

/* ---- entries ---- */

const Entry *config_find_entry(const Config *c, const char *section, const char *key, Layer layer) {
        for (size_t i = 0; i < c->n_entries; i++) {
                const Entry *e = &c->entries[i];

                if (e->layer == layer && strcmp(e->key->name, key) == 0 &&
                    strcmp(e->section, section) == 0)
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
        old = (Entry *)config_find_entry(c, new->section, new->key->name, new->layer);
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

/* 0: a problem now. */
static int config_refuse(Config *c, const Entry *e, const char *name, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

static int config_refuse(Config *c, const Entry *e, const char *name, const char *format, ...) {
        char text[512];
        va_list ap;
        int r;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        r = config_add_problem(c, e->origin, e->line, e->section, "%s", text);
        if (r >= 0)
                config_mark_guard(c, name);
        return r;
}

/* The key is known: whether this may be said of it, here. 0: no, which is a problem now. */
static int config_check_value(Config *c, Entry *e) {
        const ConfigKey *key = e->key;
        char text[256];

        if (!(key->sections & e->kind))
                return config_refuse(c, e, key->name, "[%s]: '%s' cannot be set in this section",
                                     e->section, key->name);
        if (!config_value_parse(key, e->value, &e->number)) {
                config_value_expected(key, text, sizeof(text));
                return config_refuse(c, e, key->name, "[%s]: %s=%s: expected %s", e->section,
                                     key->name, e->value, text);
        }
        if (key->check && !key->check(e->value, text, sizeof(text)))
                return config_refuse(c, e, key->name, "[%s]: %s=%s: %s", e->section, key->name,
                                     e->value, text);
        return 1;
}

int config_add(Config *c, Layer layer, const char *section, const char *name, const char *value,
               const char *origin, unsigned line) {
        unsigned kind = config_section_kind(section);
        Entry e = {
                .section = (char *)section,
                .kind = kind,
                .layer = layer,
                .value = (char *)value,
                .origin = (char *)origin,
                .line = line,
        };
        int r;

        if (kind == 0)
                return config_add_problem(c, origin, line, section,
                                          "'%s' is not the name of a section", section);
        r = config_note_module(c, section);
        if (r < 0 || !name)
                return r;
        r = config_require_key(c, name, &e.key);
        if (r < 0)
                return r;
        if (!e.key)
                return config_refuse(c, &e, name, "[%s]: unknown key '%s'", section, name);
        r = config_check_value(c, &e);
        if (r <= 0)
                return r;
        r = config_put(c, &e);
        return r < 0 ? r : 1;
}

static int config_set_at(Config *c, Layer layer, const char *section, const char *key,
                         const char *value, const char *origin) {
        int r;

        r = config_add(c, layer, section, key, value, origin, 0);
        if (r < 0)
                return r;
        return r > 0 ? 0 : -EINVAL;
}

int config_set(Config *c, const char *section, const char *key, const char *value,
               const char *origin) {
        return config_set_at(c, LAYER_COMMAND_LINE, section, key, value, origin);
}

int config_set_by_program(Config *c, const char *section, const char *key, const char *value) {
        Entry *e;

        if (value)
                return config_set_at(c, LAYER_PROGRAM, section, key, value, "program");
        e = (Entry *)config_find_entry(c, section, key, LAYER_PROGRAM);
        if (!e)
                return 0;
        entry_done(e);
        *e = c->entries[--c->n_entries];
        return 0;
}

/* ---- sections that stand for others ---- */

const Stand *config_find_stand(const Config *c, const char *module, const char *interface) {
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
