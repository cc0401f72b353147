/* SPDX-License-Identifier: MIT */
/* What the parts of the configuration share: its entries, and how they are added and read. */
#pragma once

#include "config.h"

/* The later overrides. */
typedef enum Layer {
        LAYER_FILE,
        LAYER_ENVIRONMENT,
        LAYER_COMMAND_LINE,
        N_LAYERS
} Layer;

typedef struct Entry {
        char *section;
        const ConfigKey *key;
        Layer layer;
        char *value;
        uint64_t number; /* of what is not text */
        char *origin;
        unsigned line;
} Entry;

/* Where the values of one interface stand, instead of in the section of its module. */
typedef struct Stand {
        char *module, *interface;
        char *section;
} Stand;

struct Config {
        const ConfigKey *keys;
        size_t n_keys;
        Entry *entries;
        size_t n_entries;
        ConfigProblem *problems;
        size_t n_problems;
        char **modules;
        size_t n_modules;
        Stand *stands;
        size_t n_stands;
};

/* CONFIG_IN_*; 0: not the name of a section. */
unsigned config_section_kind(const char *section);

int config_add_problem(Config *c, const char *origin, unsigned line, const char *section,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* 1: taken; 0: refused, which is a problem now. name NULL: a section without keys. */
int config_add(Config *c, Layer layer, const char *section, const char *name, const char *value,
               const char *origin, unsigned line);
