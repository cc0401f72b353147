/* SPDX-License-Identifier: MIT */
/* One module that is simulated: its data and its script, and where they come from. */
#include "sim-module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where things are ---- */

static bool is_name_of(const char *text, size_t size, const char *name) {
        const char *dot = strrchr(name, '.');

        return (strlen(name) == size && strncmp(text, name, size) == 0) ||
               (dot && strlen(dot + 1) == size && strncmp(text, dot + 1, size) == 0);
}

/* Of "Vehicle.Climate=file;Cluster=file", what is said of the module. *ret is to be freed, NULL: nothing. */
static int find_in_environment(const char *variable, const char *module, char **ret) {
        const char *text = secure_getenv(variable);

        *ret = NULL;
        while (text && *text) {
                size_t size = strcspn(text, ";"), name = strcspn(text, "=;");

                if (text[name] == '=' && is_name_of(text, name, module)) {
                        *ret = strndup(text + name + 1, size - name - 1);
                        return *ret ? 0 : -ENOMEM;
                }
                text += size + (text[size] == ';');
        }
        return 0;
}

/* The environment, then the configuration. */
static int find_path(struct fascia_backend *backend, const char *variable, const char *key,
                     char **ret) {
        const char *setting;
        int r;

        r = find_in_environment(variable, fascia_backend_get_interface(backend)->module->name, ret);
        if (r < 0 || *ret)
                return r;
        setting = fascia_backend_get_setting(backend, key);
        if (!setting || !*setting)
                return 0;
        *ret = strdup(setting);
        return *ret ? 0 : -ENOMEM;
}

static int find_libraries(SimModule *m, struct fascia_backend *backend) {
        const char *setting = fascia_backend_get_setting(backend, "SimulationLibraries");

        m->libraries = strdup(setting ? setting : "");
        return m->libraries ? 0 : -ENOMEM;
}

/* Where no module library is installed, types alone are simulated. Said in full: without it, zones and bounds would be
 * missing without a word. */
static int find_library(SimModule *m, char **reterr_text) {
        int r;

        r = fascia_host_get_module_library(simulator_get_host(m->simulator), m->module,
                                           &m->library);
        if (r >= 0 || r == -ENOENT)
                return 0;
        if (asprintf(reterr_text, "The module library '%s' cannot be used: %s", m->module->bus_name,
                     r == -ELIBBAD ? "it is broken, or was made from another version"
                                   : strerror(-r)) < 0)
                return -ENOMEM;
        return r;
}

/* ---- data ---- */

static int load_data(const SimModule *m, SimData **ret, char **reterr_text) {
        int r;

        if (!m->data_path)
                return sim_data_new(m->module, m->library, ret);
        r = sim_data_load(m->module, m->library, m->data_path, ret, reterr_text);
        if (r < 0 && !*reterr_text &&
            asprintf(reterr_text, "%s: %s", m->data_path, strerror(-r)) < 0)
                return -ENOMEM;
        return r;
}

static void remove_faults(SimModule *m) {
        for (size_t i = 0; i < m->n_faults; i++)
                (void)sim_faults_remove(simulator_get_faults(m->simulator), m->faults[i]);
        free(m->faults);
        m->faults = NULL;
        m->n_faults = 0;
}

static void add_faults(SimModule *m) {
        const json_t *faults = sim_data_get_faults(m->data);
        size_t n = json_array_size(faults);

        m->faults = calloc(n + 1, sizeof(*m->faults));
        for (size_t i = 0; m->faults && i < n; i++) {
                char *text = NULL;

                if (sim_faults_add(simulator_get_faults(m->simulator), json_array_get(faults, i),
                                   &m->faults[m->n_faults], &text) >= 0)
                        m->n_faults++;
                else
                        simulator_add_problem(m->simulator, "%s: fault %zu: %s", m->data_path,
                                              i + 1, text ? text : "out of memory");
                free(text);
        }
}

/* ---- the script ---- */

#define LIBRARY_HAS(library, field) \
        ((library) && FASCIA_HAS_FIELD(struct fascia_module_library, field, (library)->size))

static bool get_script(const SimModule *m, SimScriptSettings *ret) {
        *ret = (SimScriptSettings){ .path = m->script_path, .libraries = m->libraries };
        if (m->script_path)
                return true;
        if (!LIBRARY_HAS(m->library, script_size) || !m->library->script)
                return false;
        ret->path = m->library->script_name;
        ret->text = m->library->script;
        ret->size = m->library->script_size;
        return true;
}

/* The one that runs stays until there is another. */
static void load_script(SimModule *m) {
        SimScriptSettings settings;
        SimScript *script;
        char *text = NULL;
        int r;

        if (!get_script(m, &settings))
                return;
        r = sim_script_new(m, &settings, &script, &text);
        if (r >= 0) {
                sim_script_free(m->script);
                m->script = script;
        } else {
                simulator_add_problem(m->simulator, text ? "%s" : "%s: %s",
                                      text ? text : settings.path, strerror(-r));
        }
        free(text);
}

/* ---- life ---- */

const struct fascia_module *sim_module_get(const SimModule *m) {
        return m->module;
}

const SimData *sim_module_get_data(const SimModule *m) {
        return m->data;
}

Simulator *sim_module_get_simulator(const SimModule *m) {
        return m->simulator;
}

bool sim_module_is(const SimModule *m, const struct fascia_module *module) {
        return m->module->major == module->major && strcmp(m->module->name, module->name) == 0;
}

int sim_module_new(Simulator *s, struct fascia_backend *first, SimModule **ret,
                   char **reterr_text) {
        SimModule *m;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->simulator = s;
        m->module = fascia_backend_get_interface(first)->module;
        r = find_library(m, reterr_text);
        if (r >= 0)
                r = find_path(first, "FASCIA_SIMULATION_DATA", "SimulationData", &m->data_path);
        if (r >= 0)
                r = find_path(first, "FASCIA_SIMULATION", "SimulationScript", &m->script_path);
        if (r >= 0)
                r = find_libraries(m, first);
        if (r >= 0)
                r = load_data(m, &m->data, reterr_text);
        if (r < 0) {
                sim_module_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

SimModule *sim_module_free(SimModule *m) {
        if (!m)
                return NULL;
        sim_script_free(m->script);
        remove_faults(m);
        sim_data_free(m->data);
        free(m->data_path);
        free(m->script_path);
        free(m->libraries);
        free(m);
        return NULL;
}

static void watch(const SimModule *m, const char *path) {
        int r;

        r = path ? simulator_watch_file(m->simulator, path) : 0;
        if (r < 0)
                simulator_add_problem(m->simulator, "%s: changes will not be noticed: %s", path,
                                      strerror(-r));
}

void sim_module_start(SimModule *m) {
        watch(m, m->data_path);
        watch(m, m->script_path);
        add_faults(m);
        load_script(m);
}

void sim_module_reload(SimModule *m) {
        SimData *data, *old = m->data;
        char *text = NULL;
        int r;

        r = load_data(m, &data, &text);
        if (r < 0) {
                simulator_add_problem(m->simulator, "%s", text ? text : strerror(-r));
                free(text);
        } else {
                m->data = data;
                simulator_change_data(m, old);
                sim_data_free(old);
                remove_faults(m);
                add_faults(m);
        }
        load_script(m);
}
