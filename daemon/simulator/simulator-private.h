/* SPDX-License-Identifier: MIT */
/* What the parts of the simulator know of each other. */
#pragma once

#include "sim-faults.h"
#include "sim-feature.h"
#include "sim-scenario.h"
#include "sim-script.h"
#include "sim-watch.h"
#include "simulator.h"

typedef struct SimControl SimControl;

struct SimFeature {
        SimFeature *next;
        uint64_t id;
        SimModule *module;
        struct fascia_backend *root;
        const struct fascia_interface *interface;
        uint32_t position;             /* in its module */
        struct fascia_backend **zones; /* that ever were there */
        size_t n_zones;
        unsigned depth;     /* of changes that cause changes */
        char *failure;      /* NULL: works */
        char *disconnected; /* NULL: no fault has it so */
};

/* On the interface, its data and the file. The values are reported; it is not ready yet. */
int sim_feature_new(SimModule *module, struct fascia_backend *root, SimFeature **ret);
SimFeature *sim_feature_free(SimFeature *f);
/* Tells the runtime whether it works. */
void sim_feature_tell_state(SimFeature *f);
/* text NULL: it is connected. */
void sim_feature_set_disconnected(SimFeature *f, const char *text);
/* Other data from now on; values stay where they can. */
void sim_feature_change_data(SimFeature *f, const SimData *old, const SimData *data);
bool sim_feature_has_zone(const SimFeature *f, const struct fascia_backend *zone);

/* Of a feature: never the same again. */
uint64_t simulator_new_id(Simulator *s);
/* With the first that starts: time and chance, as the configuration says. */
void simulator_begin(Simulator *s, struct fascia_backend *backend);
/* The feature runs from now on, though nobody sees it yet. Errors as sim_module_new(). */
int simulator_start(Simulator *s, struct fascia_backend *root, SimFeature **ret,
                    char **reterr_text);
void simulator_stop(Simulator *s, SimFeature *f);
bool simulator_is_named(const SimFeature *f, const char *name);
/* The same, of an interface: its qualified name, or without leading parts. */
bool simulator_is_name_of(const struct fascia_interface *i, const char *name);
/* All features of the module have other data now. */
void simulator_change_data(SimModule *m, const SimData *old);
/* simulator_reload() is called when it changes. */
int simulator_watch_file(Simulator *s, const char *path);
/* The list of those that are there. */
SimControl **simulator_get_controls(Simulator *s);
/* Something that all of them show has changed. */
void sim_control_update(SimControl *all);
void sim_control_update_scenario(SimControl *all, bool has_ended);

/* Ends the one that runs. Errors as sim_scenario_new(). */
int simulator_start_scenario(Simulator *s, const char *name, const char *text, char **reterr_text);
/* False: none ran. */
bool simulator_stop_scenario(Simulator *s);
/* The one that runs, or ran last; NULL: there was none. */
const SimScenario *simulator_get_scenario(const Simulator *s);

void simulator_tell_feature(SimFeature *f, bool runs);
void simulator_tell_change(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                           const void *value, const void *old);
void simulator_tell_signal(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                           const void *arguments);
void simulator_tell_zone(SimFeature *f, struct fascia_backend *zone, bool is_present);
/* 1: somebody has taken it. */
int simulator_ask_set(SimFeature *f, const SimRequest *q, const void *value);
int simulator_ask_call(SimFeature *f, const SimRequest *q, const void *arguments);

/* 1: a fault has taken it; 0: none does. -ENOMEM. */
int sim_faults_meet(SimFaults *f, const SimDelivery *d);
/* The same of a request that has just come. */
int sim_faults_meet_request(SimFaults *f, const SimRequest *q);
/* For a feature that begins: whether it does so disconnected. */
void sim_faults_meet_feature(SimFaults *f, SimFeature *feature);
