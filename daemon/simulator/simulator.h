/* SPDX-License-Identifier: MIT */
/* All that is simulated in one process: the modules with their data and scripts, the features that run, time, chance, faults, the
 * scenario; and who wants to hear what happens. */
#pragma once

#include "sim-clock.h"
#include "sim-data.h"

typedef struct Simulator Simulator;
typedef struct SimModule SimModule;
typedef struct SimFeature SimFeature;
typedef struct SimFaults SimFaults;
typedef struct SimScenario SimScenario;
typedef struct SimRequest SimRequest;
typedef struct SimDelivery SimDelivery;

int simulator_new(struct fascia_host *host, Simulator **ret);
/* Every feature must be gone. */
Simulator *simulator_free(Simulator *s);

struct fascia_host *simulator_get_host(const Simulator *s);
SimClock *simulator_get_clock(const Simulator *s);
SimFaults *simulator_get_faults(const Simulator *s);
/* From 0 to below 1, the same series for the same seed. The seed is SimulationSeed= of the configuration, or 1. */
double simulator_random(Simulator *s);
void simulator_set_seed(Simulator *s, uint64_t seed);

/* Features that run. previous NULL: the first. */
SimFeature *simulator_next_feature(const Simulator *s, const SimFeature *previous);
/* "Vehicle.Climate.ClimateControl", or without leading parts. NULL: none runs; *ret_is_ambiguous (may be NULL): several have that name. */
SimFeature *simulator_find_feature(const Simulator *s, const char *name, bool *ret_is_ambiguous);
/* NULL: it has gone. */
SimFeature *simulator_find_id(const Simulator *s, uint64_t id);

/* ---- who listens ---- */

/* Each may be NULL. All run at once, from within what causes them; they may do anything but remove a feature. */
typedef struct SimHooks {
        /* A client asks for something: the value to be set, or the arguments. Before anything comes of it. */
        void (*on_request)(SimFeature *f, const SimRequest *q, const void *value, void *userdata);
        /* Its two next functions are asked before those of others. */
        bool comes_first;
        /* Before the simulation does anything itself. 1: taken, it is or will be answered; 0: not its business; a negative errno:
         * refused, with that. The first that takes it has it. */
        int (*on_set)(SimFeature *f, const SimRequest *q, const void *value, void *userdata);
        int (*on_call)(SimFeature *f, const SimRequest *q, const void *arguments, void *userdata);
        /* Afterwards. value and old may be NULL: none. Not for the values that a feature or zone begins with. */
        void (*on_change)(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                          const void *value, const void *old, void *userdata);
        void (*on_signal)(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                          const void *arguments, void *userdata);
        void (*on_zone)(SimFeature *f, struct fascia_backend *zone, bool is_present,
                        void *userdata);
        /* It runs, its first values are reported, clients do not see it yet; or it ends. */
        void (*on_feature)(SimFeature *f, bool runs, void *userdata);
} SimHooks;

typedef struct SimListener SimListener;
int simulator_add_listener(Simulator *s, const SimHooks *hooks, void *userdata, SimListener **ret);
/* Also from within a hook. Takes NULL; returns NULL. */
SimListener *sim_listener_free(SimListener *l);

/* ---- problems ---- */

/* Said once on stderr, and kept for who asks: "FILE:LINE: …". */
void simulator_add_problem(Simulator *s, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* What a script has to say, on stderr. */
void simulator_log(Simulator *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* By position, the oldest first; NULL: no more. */
const char *simulator_get_problem(const Simulator *s, size_t n);

/* ---- modules ---- */

const struct fascia_module *sim_module_get(const SimModule *m);
const SimData *sim_module_get_data(const SimModule *m);
Simulator *sim_module_get_simulator(const SimModule *m);
/* Reads the data files and scripts of all modules again. */
void simulator_reload(Simulator *s);
