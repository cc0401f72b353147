/* SPDX-License-Identifier: MIT */
/* A timed list of what happens, and of what is expected to: also a recording. */
#pragma once

#include "sim-feature.h"

typedef enum SimScenarioState {
        SIM_SCENARIO_RUNNING,
        SIM_SCENARIO_PASSED,
        SIM_SCENARIO_FAILED,
        SIM_SCENARIO_STOPPED,
} SimScenarioState;

typedef void SimScenarioFn(SimScenario *scenario, void *userdata);

/* Checked as a whole before anything happens. -EINVAL: *reterr_text (to be freed) says "NAME:LINE: …". fn: it has ended, from within the
 * simulation; it must not free it. -ENOMEM. */
int sim_scenario_new(Simulator *s, const char *name, const char *text, size_t size,
                     SimScenarioFn *fn, void *userdata, SimScenario **ret, char **reterr_text);
SimScenario *sim_scenario_free(SimScenario *s);
/* Its time begins now. */
void sim_scenario_start(SimScenario *s);
void sim_scenario_stop(SimScenario *s);
const char *sim_scenario_get_name(const SimScenario *s);
SimScenarioState sim_scenario_get_state(const SimScenario *s);
/* "LINE: …"; by position; NULL: no more. */
const char *sim_scenario_get_failure(const SimScenario *s, size_t n);
