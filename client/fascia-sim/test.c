/* SPDX-License-Identifier: MIT */
/* test: scenarios in this process, without bus and service, in time that passes as fast as it can. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fascia/generated.h>

#include "modules.h"
#include "run.h"

#define FEATURES_MAX 256
#define STEP_SECONDS 2

typedef struct Test {
        Tool *tool;
        struct fascia_feature *features[FEATURES_MAX];
        size_t n;
} Test;

static void ignore(struct fascia_feature *feature, const void *listener, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        (void)feature;
        (void)listener;
        (void)userdata;
        (void)event;
        (void)index;
        (void)data;
}

/* Nothing of this is looked for elsewhere, and time stands still until it is stepped. */
static int prepare(Tool *t) {
        static const char *const settings[][2] = { { "Backend", "simulator" },
                                                   { "SimulationPaused", "yes" } };

        for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
                int r = fascia_client_set_setting(t->client, "fascia", settings[i][0],
                                                  settings[i][1]);

                if (r < 0)
                        return fail(STATUS_USAGE, "%s: the environment says otherwise (%s)",
                                    settings[i][0], strerror(-r));
        }
        return STATUS_OK;
}

/* What has been asked for by a file of its own: the script may want to use it. */
static bool has_file(const Test *test, const struct fascia_interface *i) {
        static const char *const keys[] = { "SimulationData", "SimulationScript" };

        for (size_t k = 0; k < 2; k++) {
                const char *value = fascia_client_get_setting(test->tool->client, i->module->name,
                                                              keys[k], NULL);

                if (value && *value)
                        return true;
        }
        return false;
}

static int start_feature(Test *test, const struct fascia_interface *interface) {
        const struct fascia_error *error;
        struct fascia_feature *f;
        int r;

        if (test->n == FEATURES_MAX)
                return fail(STATUS_REFUSED, "more than %d features", FEATURES_MAX);
        r = fascia_feature_new(test->tool->client, interface, NULL, ignore, &f);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "%s: %s", interface->name, strerror(-r));
        test->features[test->n++] = f;
        for (int i = 0; i < 100 && fascia_feature_get_state(f) != FASCIA_STATE_READY; i++) {
                error = fascia_feature_get_error(f);
                if (error && fascia_feature_get_state(f) == FASCIA_STATE_UNAVAILABLE)
                        return fail(STATUS_REFUSED, "%s: %s", interface->name, error->message);
                (void)fascia_client_wait(test->tool->client, 10000);
        }
        return fascia_feature_get_state(f) == FASCIA_STATE_READY
                       ? STATUS_OK
                       : fail(STATUS_UNAVAILABLE, "%s does not begin", interface->name);
}

/* A file for what is not there would be for nothing. */
static int check_files(const Tool *t) {
        for (size_t i = 0; i < t->options.n_files; i++) {
                const char *text = t->options.files[i];
                size_t size = strcspn(text, "=");

                if (!modules_has(t->modules, text, size))
                        return fail(STATUS_UNKNOWN, "'%s': there is no module '%.*s'", text,
                                    (int)size, text);
        }
        return STATUS_OK;
}

/* Those that the scenario speaks of, and those that have files. */
static int start_features(Test *test, const char *text) {
        const struct fascia_interface *interface;
        int status = STATUS_OK;

        for (size_t i = 0; status == STATUS_OK && (interface = modules_get(test->tool->modules, i));
             i++)
                if (strstr(text, interface->name) || has_file(test, interface))
                        status = start_feature(test, interface);
        return status;
}

static int start_control(Test *test) {
        const struct fascia_error *error;
        Tool *t = test->tool;
        int r;

        r = simulation_new(t->client, &t->control);
        for (int i = 0; r >= 0 && i < 100; i++) {
                if (fascia_feature_get_state(simulation_feature(t->control)) == FASCIA_STATE_READY)
                        return STATUS_OK;
                (void)fascia_client_wait(t->client, 10000);
        }
        error = r >= 0 ? fascia_feature_get_error(simulation_feature(t->control)) : NULL;
        return fail(STATUS_UNAVAILABLE, "there is no simulator: %s",
                    error ? error->message : strerror(-r));
}

/* A step is a question to the simulation: in long ones time passes fastest, and what they go beyond the end is nobody's. */
static int step_through(Tool *t, const char *path) {
        while (scenario_runs(t)) {
                struct fascia_call *call = NULL;
                Answer answer = { 0 };
                int status;

                status = tool_wait(
                        simulation_step(t->control, STEP_SECONDS, on_answer, &answer, &call), &call,
                        &answer);
                if (status != STATUS_OK)
                        return status;
        }
        /* A script that fails has been told on stderr. */
        return scenario_result(t, path, simulation_get_problems(t->control)->count > 0);
}

static int run_test(Test *test, const char *path, const char *text, size_t size) {
        int status;

        status = prepare(test->tool);
        if (status == STATUS_OK)
                status = start_control(test);
        if (status == STATUS_OK)
                status = modules_open(test->tool);
        if (status == STATUS_OK)
                status = check_files(test->tool);
        if (status == STATUS_OK)
                status = start_features(test, text);
        if (status == STATUS_OK)
                status = scenario_start(test->tool, path, text, size);
        if (status == STATUS_OK)
                status = step_through(test->tool, path);
        while (test->n > 0)
                fascia_feature_free(test->features[--test->n]);
        return status;
}

static int test_file(Tool *t, const char *path) {
        Test test = { .tool = t };
        size_t size;
        char *text;
        int status;

        text = cli_read_file(path, &size);
        if (!text)
                return STATUS_USAGE;
        status = run_test(&test, path, text, size);
        free(text);
        return status;
}

/* In a process of its own: each begins with a new vehicle. */
static int test_apart(Tool *t, const char *path) {
        int status = 0;
        pid_t pid;

        fflush(NULL);
        pid = fork();
        if (pid < 0)
                return fail(STATUS_UNAVAILABLE, "%s: %s", path, strerror(errno));
        if (pid == 0) {
                status = test_file(t, path);
                fflush(NULL);
                _exit(status);
        }
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return fail(STATUS_UNAVAILABLE, "%s: %s", path, strerror(errno));
        if (WIFEXITED(status))
                return WEXITSTATUS(status);
        return fail(STATUS_UNAVAILABLE, "%s: the simulation has crashed, with signal %d", path,
                    WTERMSIG(status));
}

int command_test(Tool *t, int n, char *args[]) {
        int result = STATUS_OK;

        if (n == 0)
                return fail(STATUS_USAGE, "usage: fascia-sim test SCENARIO...");
        if (n == 1)
                return test_file(t, args[0]);
        for (int i = 0; i < n; i++) {
                int status = test_apart(t, args[i]);

                if (status > result)
                        result = status;
        }
        return result;
}
