/* SPDX-License-Identifier: MIT */
/* Reading data files, with all that it takes (YAML, JSON, the types and values of the interface language): a library of its own, which
 * the simulator loads with the first data file. Most simulations have none. */
#pragma once

#include "sim-data.h"

/* What is simulated of one module. */
struct SimData {
        const struct fascia_simulation *
                *interfaces; /* by their position in the module; never NULL */
        json_t *faults;
        /* Of the reader; NULL: nothing was read. */
        void *memory;
        void (*free_memory)(void *memory);
};

/* What is to be read. */
typedef struct SimDataInput {
        const struct fascia_module *module;
        const char *path;
        const char *text; /* NULL: that of the file */
        size_t size;
} SimDataInput;

typedef struct SimDataReader {
        const char *version; /* of Fascia: both are of one build */
        /* On top of what the data has. With an error, which is one of sim_data_load(), it is to be freed. */
        int (*read)(SimData *data, const SimDataInput *input, char **reterr_text);
} SimDataReader;

extern const SimDataReader fascia_simulation_data_reader __attribute__((visibility("default")));

/* Where it is part of the program, that one; else it is loaded. NULL: *reterr_text, to be freed, says why; NULL, too: there is no
 * memory. */
const SimDataReader *sim_data_get_reader(char **reterr_text);
