/* SPDX-License-Identifier: MIT */
/* One module that is simulated: its data and its script, and where they come from. */
#pragma once

#include "simulator-private.h"

struct SimModule {
        SimModule *next;
        Simulator *simulator;
        const struct fascia_module *module;          /* of the feature that was first */
        const struct fascia_module_library *library; /* NULL: not installed */
        char *data_path;                             /* NULL: there is no file */
        char *script_path;                           /* the same */
        char *libraries;                             /* that the script may use */
        SimData *data;
        SimScript *script; /* NULL: none, or none that works */
        uint32_t *faults;  /* that the data has added */
        size_t n_faults;
};

/* Where things are follows from the settings of the feature, which is the first of the module. -EINVAL: the data file is wrong; what reading
 * it said; -ELIBBAD: the module library is; *reterr_text (to be freed) says it. -ENOMEM. */
int sim_module_new(Simulator *s, struct fascia_backend *first, SimModule **ret, char **reterr_text);
SimModule *sim_module_free(SimModule *m);
/* Whether the interface is one of this module. */
bool sim_module_is(const SimModule *m, const struct fascia_module *module);
/* Begins with what needs the first feature to be there: faults and the script. What is wrong with them is a problem. */
void sim_module_start(SimModule *m);
/* Reads the files again. What is wrong with them is a problem, and leaves all as it was. */
void sim_module_reload(SimModule *m);
