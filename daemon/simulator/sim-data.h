/* SPDX-License-Identifier: MIT */
/* Simulation data of a module: what its library has, and what a data file says instead of it or on
 * top of it. */
#pragma once

#include <fascia/descriptor.h>
#include <jansson.h>
#include <stddef.h>

/* What is simulated of one module. It owns all of its memory; the module and its library, which must
 * outlive it, may be referred to. */
typedef struct SimData SimData;

/* The data of the module library as it is. library: NULL: types alone. -ENOMEM. */
int sim_data_new(const struct fascia_module *module, const struct fascia_module_library *library,
                 SimData **ret);

/* Of a file, JSON or YAML: on top of the data of the library when the file says "merge: true", else
 * instead of it. It is taken whole or refused whole.
 *
 * -EINVAL: something is wrong with it; *reterr_text, to be freed with free(), says
 * "FILE:LINE:COLUMN: error: …" of the first fault, and how many more there are. What reading said,
 * such as -ENOENT, with "FILE: …". -ENOMEM, with *reterr_text NULL. */
int sim_data_load(const struct fascia_module *module, const struct fascia_module_library *library,
                  const char *path, SimData **ret, char **reterr_text);
/* The same from a text in memory; path is what messages call it, and by ".json" says what it is. */
int sim_data_parse(const struct fascia_module *module, const struct fascia_module_library *library,
                   const char *path, const char *text, size_t size, SimData **ret,
                   char **reterr_text);

SimData *sim_data_free(SimData *d);

/* By the position of the interface in the module. Never NULL. */
const struct fascia_simulation *sim_data_get(const SimData *d, uint32_t interface);
/* What the file has under "faults", each as sim_faults_add() takes it; NULL: nothing. */
const json_t *sim_data_get_faults(const SimData *d);
