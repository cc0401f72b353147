/* SPDX-License-Identifier: MIT */
/* run and replay: scenarios and recordings, in a simulation that runs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fascia-sim.h"
#include "run.h"

int scenario_start(Tool *t, const char *path, const char *text, size_t size) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };

        if (strlen(text) != size)
                return fail(STATUS_USAGE, "%s: it is no text", path);
        return tool_wait(
                simulation_start_scenario(t->control, path, text, on_answer, &answer, &call), &call,
                &answer);
}

static int start_file(Tool *t, const char *path) {
        size_t size;
        char *text;
        int status;

        text = cli_read_file(path, &size);
        if (!text)
                return STATUS_USAGE;
        status = scenario_start(t, path, text, size);
        free(text);
        return status;
}

bool scenario_runs(const Tool *t) {
        return simulation_get_scenario(t->control)->state == SIMULATION_SCENARIO_STATE_RUNNING;
}

int scenario_result(const Tool *t, const char *path, bool has_problems) {
        const struct simulation_scenario *s = simulation_get_scenario(t->control);
        bool has_passed = s->state == SIMULATION_SCENARIO_STATE_PASSED && !has_problems;

        if (strcmp(s->name, path) != 0)
                return fail(STATUS_REFUSED, "%s: another scenario was begun", path);
        for (size_t i = 0; i < s->failures.count; i++)
                printf("%s:%s\n", path, s->failures.items[i]);
        printf("%s: %s\n", path,
               has_passed                                     ? "passed"
               : s->state == SIMULATION_SCENARIO_STATE_FAILED ? "failed"
               : s->state == SIMULATION_SCENARIO_STATE_STOPPED
                       ? "stopped"
                       : "failed: the simulation has faults");
        return has_passed ? STATUS_OK : STATUS_REFUSED;
}

static bool is_ready(const Tool *t) {
        return fascia_feature_get_state(simulation_feature(t->control)) == FASCIA_STATE_READY;
}

int scenario_wait(Tool *t, const char *path) {
        while (is_ready(t) && scenario_runs(t)) {
                int r = fascia_client_wait(t->client, UINT64_MAX);

                if (r < 0 && r != -EINTR)
                        return fail(STATUS_UNAVAILABLE, "%s", strerror(-r));
        }
        return is_ready(t) ? scenario_result(t, path, false)
                           : fail(STATUS_UNAVAILABLE, "the simulation has gone");
}

int command_run(Tool *t, int n, char *args[]) {
        int status;

        if (n != 1)
                return fail(STATUS_USAGE, "usage: fascia-sim run SCENARIO");
        status = tool_control(t);
        if (status == STATUS_OK)
                status = start_file(t, args[0]);
        return status == STATUS_OK ? scenario_wait(t, args[0]) : status;
}

/* ---- replay ---- */

static int set_paused(Tool *t, bool paused) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };

        return tool_wait(simulation_set_paused(t->control, paused, on_answer, &answer, &call),
                         &call, &answer);
}

static int set_speed(Tool *t, double speed) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };

        return tool_wait(simulation_set_speed(t->control, speed, on_answer, &answer, &call), &call,
                         &answer);
}

static void on_step(struct simulation *s, const struct fascia_error *error, double seconds,
                    void *answer) {
        Answer *a = answer;

        (void)s;
        a->status = error ? fail_answer(error) : STATUS_OK;
        a->number = seconds;
}

int scenario_step(Tool *t, double *ret_seconds) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        status = tool_wait(simulation_step_next(t->control, on_step, &answer, &call), &call,
                           &answer);
        *ret_seconds = answer.number;
        return status;
}

/* Each line of stdin is one step; its end is the end. */
static int replay_by_steps(Tool *t, const char *path) {
        char line[256];
        double seconds;
        int status = STATUS_OK;

        while (status == STATUS_OK && scenario_runs(t) && fgets(line, sizeof(line), stdin)) {
                status = scenario_step(t, &seconds);
                if (status == STATUS_OK)
                        printf("+%g s\n", seconds);
        }
        if (status != STATUS_OK)
                return status;
        if (scenario_runs(t)) {
                struct fascia_call *call = NULL;
                Answer answer = { 0 };

                tool_wait(simulation_stop_scenario(t->control, on_answer, &answer, &call), &call,
                          &answer);
        }
        return scenario_result(t, path, false);
}

/* As it was found, also when the replay has not passed. */
static int restore(Tool *t, bool was_paused, double speed) {
        int status = STATUS_OK;

        if (simulation_get_paused(t->control) != was_paused)
                status = set_paused(t, was_paused);
        if (status == STATUS_OK && t->options.speed > 0)
                status = set_speed(t, speed);
        return status;
}

int command_replay(Tool *t, int n, char *args[]) {
        double speed;
        bool was_paused;
        int status, restored;

        if (n != 1)
                return fail(STATUS_USAGE, "usage: fascia-sim replay RECORDING");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        was_paused = simulation_get_paused(t->control);
        speed = simulation_get_speed(t->control);
        if (t->options.by_steps != was_paused)
                status = set_paused(t, t->options.by_steps);
        if (status == STATUS_OK && t->options.speed > 0)
                status = set_speed(t, t->options.speed);
        if (status == STATUS_OK)
                status = start_file(t, args[0]);
        if (status == STATUS_OK)
                status = t->options.by_steps ? replay_by_steps(t, args[0])
                                             : scenario_wait(t, args[0]);
        restored = is_ready(t) ? restore(t, was_paused, speed) : STATUS_OK;
        return status != STATUS_OK ? status : restored;
}
