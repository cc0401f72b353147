/* SPDX-License-Identifier: MIT */
/* The reader of data files, where it is part of the program. */
#include "sim-data-reader.h"

const SimDataReader *sim_data_get_reader(char **reterr_text) {
        (void)reterr_text;
        return &fascia_simulation_data_reader;
}
