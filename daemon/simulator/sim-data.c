/* SPDX-License-Identifier: MIT */
/* Simulation data of a module: what its library has, and what a data file says instead of it or on
 * top of it. */
#include "sim-data.h"

#include <errno.h>
#include <fascia/backend.h>
#include <stdlib.h>

#include "sim-data-reader.h"

static const struct fascia_simulation nothing;

int sim_data_new(const struct fascia_module *module, const struct fascia_module_library *library,
                 SimData **ret) {
        SimData *d;

        d = calloc(1, sizeof(*d));
        if (d)
                d->interfaces = calloc(module->n_interfaces + 1, sizeof(d->interfaces[0]));
        if (!d || !d->interfaces) {
                sim_data_free(d);
                return -ENOMEM;
        }
        for (uint32_t i = 0; i < module->n_interfaces; i++)
                d->interfaces[i] = library ? &library->simulation[i] : &nothing;
        *ret = d;
        return 0;
}

SimData *sim_data_free(SimData *d) {
        if (!d)
                return NULL;
        json_decref(d->faults);
        if (d->free_memory)
                d->free_memory(d->memory);
        free(d->interfaces);
        free(d);
        return NULL;
}

static int read_input(const SimDataInput *input, const struct fascia_module_library *library,
                      SimData **ret, char **reterr_text) {
        const SimDataReader *reader;
        SimData *d;
        int r;

        *reterr_text = NULL;
        reader = sim_data_get_reader(reterr_text);
        if (!reader)
                return *reterr_text ? -ELIBACC : -ENOMEM;
        r = sim_data_new(input->module, library, &d);
        if (r < 0)
                return r;
        r = reader->read(d, input, reterr_text);
        if (r < 0) {
                sim_data_free(d);
                return r;
        }
        *ret = d;
        return 0;
}

int sim_data_load(const struct fascia_module *module, const struct fascia_module_library *library,
                  const char *path, SimData **ret, char **reterr_text) {
        return read_input(&(SimDataInput){ .module = module, .path = path }, library, ret,
                          reterr_text);
}

int sim_data_parse(const struct fascia_module *module, const struct fascia_module_library *library,
                   const char *path, const char *text, size_t size, SimData **ret,
                   char **reterr_text) {
        SimDataInput input = {
                .module = module, .path = path, .text = text ? text : "", .size = size
        };

        return read_input(&input, library, ret, reterr_text);
}

const struct fascia_simulation *sim_data_get(const SimData *d, uint32_t interface) {
        return d->interfaces[interface];
}

const json_t *sim_data_get_faults(const SimData *d) {
        return d->faults;
}
