/* SPDX-License-Identifier: MIT */
/* A timed list of what happens, and of what is expected to. */
#include "sim-scenario.h"

#include <errno.h>

int sim_scenario_new(Simulator *s, const char *name, const char *text, size_t size,
                     SimScenarioFn *fn, void *userdata, SimScenario **ret, char **reterr_text) {
        (void)s;
        (void)name;
        (void)text;
        (void)size;
        (void)fn;
        (void)userdata;
        (void)ret;
        (void)reterr_text;
        return -EOPNOTSUPP;
}

SimScenario *sim_scenario_free(SimScenario *s) {
        (void)s;
        return NULL;
}

void sim_scenario_start(SimScenario *s) {
        (void)s;
}

void sim_scenario_stop(SimScenario *s) {
        (void)s;
}

const char *sim_scenario_get_name(const SimScenario *s) {
        (void)s;
        return "";
}

SimScenarioState sim_scenario_get_state(const SimScenario *s) {
        (void)s;
        return SIM_SCENARIO_STOPPED;
}

const char *sim_scenario_get_failure(const SimScenario *s, size_t n) {
        (void)s;
        (void)n;
        return NULL;
}
