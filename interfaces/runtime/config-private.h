/* SPDX-License-Identifier: MIT */
/* What the parts of the configuration share: its entries, and how they are added and read. */
#pragma once

#include "config.h"

/* The later overrides. */
typedef enum Layer {
        LAYER_BACKEND_FILE, /* that came with a backend */
        LAYER_FILE,
        LAYER_PROGRAM,
        LAYER_ENVIRONMENT,
        LAYER_COMMAND_LINE,
        N_LAYERS
} Layer;

typedef struct Entry {
        char *section;
        unsigned kind; /* of the section */
        const ConfigKey *key;
        Layer layer;
        char *value;
        uint64_t number; /* of what is not text */
        char *origin;
        unsigned line;
} Entry;

/* A key that a backend made up, "X-Device", or that has a number. */
typedef struct FreeKey {
        ConfigKey key;   /* its name is that of this entry */
        unsigned number; /* 0: none */
        char name[];
} FreeKey;

/* Where the values of one interface stand, instead of in the section of its module. */
typedef struct Stand {
        char *module, *interface;
        char *section;
} Stand;

struct Config {
        const ConfigKey *keys;
        size_t n_keys;
        FreeKey **free_keys;
        size_t n_free_keys;
        Entry *entries;
        size_t n_entries;
        ConfigProblem *problems;
        size_t n_problems;
        char **modules;
        size_t n_modules;
        Stand *stands;
        size_t n_stands;
};

#define BACKEND_PREFIX "backend/"

/* CONFIG_IN_*; 0: not the name of a section. */
unsigned config_section_kind(const char *section);
/* Whether it is [module] or [module/…]. */
bool section_is_of(const char *section, const char *module);
/* The name of the backend that the section is of; NULL: it is of none. */
const char *section_backend(const char *section);

/* The n-th key, those of the table first, or NULL. */
const ConfigKey *config_key(const Config *c, size_t n);
const ConfigKey *config_find_key(const Config *c, const char *name);

int config_add_problem(Config *c, const char *origin, unsigned line, const char *section,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What a key with a number stands for in the table; NULL: it has none. */
const ConfigKey *config_key_family(const Config *c, const char *name, unsigned *ret_number);
/* For the problem that was added last: whether it is one of a guard, by the name of the key. */
void config_mark_guard(Config *c, const char *key);

/* What was said of the key in that section at that layer, or NULL. */
const Entry *config_find_entry(const Config *c, const char *section, const char *key, Layer layer);

/* NULL: its values are where one would look for them. interface may be NULL. */
const Stand *config_find_stand(const Config *c, const char *module, const char *interface);

/* What is in effect, NULL: built in. module and interface may be NULL. */
const Entry *config_find(const Config *c, const char *module, const char *interface,
                         const ConfigKey *key);
/* What was said in the section of the backend, or NULL. */
const Entry *config_find_for(const Config *c, const char *backend, const char *key);

/* 1: taken; 0: refused, which is a problem now. name NULL: a section without keys. */
int config_add(Config *c, Layer layer, const char *section, const char *name, const char *value,
               const char *origin, unsigned line);
