/* SPDX-License-Identifier: MIT */
/* All that is simulated in one process. */
#include "simulator.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "sim-module.h"
#include "simulator-private.h"

#define PROBLEMS_MAX 50u
#define PROBLEM_PAUSE_USEC UINT64_C(60000000)

struct SimListener {
        SimListener *next;
        Simulator *simulator;
        const SimHooks *hooks; /* NULL: it has gone, and is freed when nobody goes over the list */
        void *userdata;
};

struct Simulator {
        struct fascia_host *host;
        bool has_begun;
        SimClock *clock;
        SimFaults *faults;
        SimWatch *watch; /* NULL: there was no file to watch yet */
        SimModule *modules;
        SimFeature *features;
        uint64_t last_id;
        SimListener *listeners;
        unsigned n_walks; /* over the listeners */
        struct drand48_data random;
        char *problems[PROBLEMS_MAX];
        size_t n_problems;
        uint64_t last_problem; /* when it was told */
        SimControl *controls;
        SimScenario *scenario; /* that runs, or ran last */
};

struct fascia_host *simulator_get_host(const Simulator *s) {
        return s->host;
}

SimClock *simulator_get_clock(const Simulator *s) {
        return s->clock;
}

SimFaults *simulator_get_faults(const Simulator *s) {
        return s->faults;
}

SimControl **simulator_get_controls(Simulator *s) {
        return &s->controls;
}

double simulator_random(Simulator *s) {
        double value;

        drand48_r(&s->random, &value);
        return value;
}

void simulator_set_seed(Simulator *s, uint64_t seed) {
        srand48_r((long)(seed ^ seed >> 32), &s->random);
}

/* ---- features ---- */

SimFeature *simulator_next_feature(const Simulator *s, const SimFeature *previous) {
        return previous ? previous->next : s->features;
}

bool simulator_is_name_of(const struct fascia_interface *i, const char *name) {
        size_t size = strlen(i->qualified_name), part = strlen(name);

        return part > 0 && part <= size && strcmp(i->qualified_name + size - part, name) == 0 &&
               (part == size || i->qualified_name[size - part - 1] == '.');
}

bool simulator_is_named(const SimFeature *f, const char *name) {
        return simulator_is_name_of(f->interface, name);
}

SimFeature *simulator_find_feature(const Simulator *s, const char *name, bool *ret_is_ambiguous) {
        SimFeature *found = NULL;
        bool is_ambiguous = false;

        for (SimFeature *f = s->features; f; f = f->next) {
                if (!simulator_is_named(f, name))
                        continue;
                if (found &&
                    strcmp(found->interface->qualified_name, f->interface->qualified_name) != 0)
                        is_ambiguous = true;
                else if (!found)
                        found = f;
        }
        if (ret_is_ambiguous)
                *ret_is_ambiguous = is_ambiguous;
        return is_ambiguous ? NULL : found;
}

uint64_t simulator_new_id(Simulator *s) {
        return ++s->last_id;
}

SimFeature *simulator_find_id(const Simulator *s, uint64_t id) {
        for (SimFeature *f = s->features; f; f = f->next)
                if (f->id == id)
                        return f;
        return NULL;
}

static SimModule *find_module(Simulator *s, const struct fascia_module *module) {
        for (SimModule *m = s->modules; m; m = m->next)
                if (sim_module_is(m, module))
                        return m;
        return NULL;
}

static bool is_used(const Simulator *s, const SimModule *m) {
        for (const SimFeature *f = s->features; f; f = f->next)
                if (f->module == m)
                        return true;
        return false;
}

static void drop_module(Simulator *s, SimModule *m) {
        SimModule **p = &s->modules;

        while (*p != m)
                p = &(*p)->next;
        *p = m->next;
        sim_module_free(m);
}

void simulator_begin(Simulator *s, struct fascia_backend *backend) {
        const char *seed = fascia_backend_get_setting(backend, "SimulationSeed"),
                   *paused = fascia_backend_get_setting(backend, "SimulationPaused");

        if (s->has_begun)
                return;
        s->has_begun = true;
        simulator_set_seed(s, seed ? strtoull(seed, NULL, 10) : 1);
        sim_clock_set_paused(s->clock, paused && strcmp(paused, "yes") == 0);
}

int simulator_start(Simulator *s, struct fascia_backend *root, SimFeature **ret,
                    char **reterr_text) {
        SimModule *m = find_module(s, fascia_backend_get_interface(root)->module);
        bool is_first = !m;
        SimFeature *f, **last = &s->features;
        int r;

        simulator_begin(s, root);
        if (!m) {
                r = sim_module_new(s, root, &m, reterr_text);
                if (r < 0)
                        return r;
                m->next = s->modules;
                s->modules = m;
        }
        r = sim_feature_new(m, root, &f);
        if (r < 0) {
                if (is_first)
                        drop_module(s, m);
                return r;
        }
        while (*last)
                last = &(*last)->next;
        *last = f;
        sim_faults_meet_feature(s->faults, f);
        /* A script that begins is told of what runs by itself. */
        if (is_first)
                sim_module_start(m);
        simulator_tell_feature(f, true);
        *ret = f;
        return 0;
}

void simulator_stop(Simulator *s, SimFeature *f) {
        SimFeature **p = &s->features;
        SimModule *m = f->module;

        while (*p != f)
                p = &(*p)->next;
        *p = f->next;
        simulator_tell_feature(f, false);
        sim_feature_free(f);
        if (!is_used(s, m))
                drop_module(s, m);
}

/* ---- who listens ---- */

int simulator_add_listener(Simulator *s, const SimHooks *hooks, void *userdata, SimListener **ret) {
        SimListener **last = &s->listeners, *l;

        l = malloc(sizeof(*l));
        if (!l)
                return -ENOMEM;
        *l = (SimListener){ .simulator = s, .hooks = hooks, .userdata = userdata };
        while (*last)
                last = &(*last)->next;
        *last = l;
        *ret = l;
        return 0;
}

static void drop_listeners(Simulator *s) {
        for (SimListener **p = &s->listeners; *p;) {
                SimListener *l = *p;

                if (l->hooks) {
                        p = &l->next;
                        continue;
                }
                *p = l->next;
                free(l);
        }
}

SimListener *sim_listener_free(SimListener *l) {
        if (!l)
                return NULL;
        l->hooks = NULL;
        if (l->simulator->n_walks == 0)
                drop_listeners(l->simulator);
        return NULL;
}

static void end_walk(Simulator *s) {
        if (--s->n_walks == 0)
                drop_listeners(s);
}

/* One that is added on the way hears of the next thing. */
#define TELL(s, hook, ...)                                                \
        do {                                                              \
                (s)->n_walks++;                                           \
                for (SimListener *l = (s)->listeners; l; l = l->next)     \
                        if (l->hooks && l->hooks->hook)                   \
                                l->hooks->hook(__VA_ARGS__, l->userdata); \
                end_walk(s);                                              \
        } while (0)

void simulator_tell_change(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                           const void *value, const void *old) {
        Simulator *s = sim_feature_get_simulator(f);

        TELL(s, on_change, f, zone, property, value, old);
}

void simulator_tell_signal(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                           const void *arguments) {
        Simulator *s = sim_feature_get_simulator(f);

        TELL(s, on_signal, f, zone, signal, arguments);
}

void simulator_tell_zone(SimFeature *f, struct fascia_backend *zone, bool is_present) {
        Simulator *s = sim_feature_get_simulator(f);

        TELL(s, on_zone, f, zone, is_present);
}

void simulator_tell_feature(SimFeature *f, bool runs) {
        Simulator *s = sim_feature_get_simulator(f);

        TELL(s, on_feature, f, runs);
}

static int ask_one(SimListener *l, SimFeature *f, const SimRequest *q, const void *value) {
        if (q->is_set)
                return l->hooks->on_set ? l->hooks->on_set(f, q, value, l->userdata) : 0;
        return l->hooks->on_call ? l->hooks->on_call(f, q, value, l->userdata) : 0;
}

static int ask(SimFeature *f, const SimRequest *q, const void *value) {
        Simulator *s = sim_feature_get_simulator(f);
        int r = 0;

        TELL(s, on_request, f, q, value);
        s->n_walks++;
        for (int turn = 0; turn < 2 && r == 0; turn++)
                for (SimListener *l = s->listeners; l && r == 0; l = l->next)
                        if (l->hooks && l->hooks->comes_first == (turn == 0))
                                r = ask_one(l, f, q, value);
        end_walk(s);
        return r;
}

int simulator_ask_set(SimFeature *f, const SimRequest *q, const void *value) {
        return ask(f, q, value);
}

int simulator_ask_call(SimFeature *f, const SimRequest *q, const void *arguments) {
        return ask(f, q, arguments);
}

/* ---- problems ---- */

/* The journal reads the level. */
static void print(int level, const char *text) {
        bool is_journal = secure_getenv("JOURNAL_STREAM");

        if (is_journal)
                fprintf(stderr, "<%d>", level);
        fprintf(stderr, "Simulation: %s\n", text);
}

void simulator_log(Simulator *s, const char *format, ...) {
        char *text;
        va_list ap;
        int r;

        (void)s;
        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                return;
        print(LOG_INFO, text);
        free(text);
}

/* What happens ten times a second is told once a minute. */
static bool is_repeated(Simulator *s, const char *text) {
        uint64_t now = fascia_host_now(s->host);
        const char *last = s->n_problems > 0 ? s->problems[s->n_problems - 1] : NULL;

        if (last && strcmp(last, text) == 0 && now - s->last_problem < PROBLEM_PAUSE_USEC)
                return true;
        s->last_problem = now;
        return false;
}

void simulator_add_problem(Simulator *s, const char *format, ...) {
        char *text;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                return;
        if (is_repeated(s, text)) {
                free(text);
                return;
        }
        print(LOG_WARNING, text);
        if (s->n_problems == PROBLEMS_MAX) {
                free(s->problems[0]);
                memmove(s->problems, s->problems + 1, (PROBLEMS_MAX - 1) * sizeof(*s->problems));
                s->n_problems--;
        }
        s->problems[s->n_problems++] = text;
        sim_control_update(s->controls);
}

const char *simulator_get_problem(const Simulator *s, size_t n) {
        return n < s->n_problems ? s->problems[n] : NULL;
}

/* ---- files ---- */

void simulator_reload(Simulator *s) {
        for (SimModule *m = s->modules; m; m = m->next)
                sim_module_reload(m);
}

void simulator_change_data(SimModule *m, const SimData *old) {
        for (SimFeature *f = m->simulator->features; f; f = f->next)
                if (f->module == m)
                        sim_feature_change_data(f, old, m->data);
}

static void on_files(void *userdata) {
        simulator_reload(userdata);
}

int simulator_watch_file(Simulator *s, const char *path) {
        int r;

        r = s->watch ? 0 : sim_watch_new(s->host, on_files, s, &s->watch);
        return r < 0 ? r : sim_watch_add(s->watch, path);
}

/* ---- scenarios ---- */

static void on_scenario_end(SimScenario *scenario, void *userdata) {
        Simulator *s = userdata;

        if (s->scenario == scenario)
                sim_control_update_scenario(s->controls, true);
}

int simulator_start_scenario(Simulator *s, const char *name, const char *text, char **reterr_text) {
        SimScenario *scenario;
        int r;

        r = sim_scenario_new(s, name, text, strlen(text), on_scenario_end, s, &scenario,
                             reterr_text);
        if (r < 0)
                return r;
        simulator_stop_scenario(s);
        sim_scenario_free(s->scenario);
        s->scenario = scenario;
        sim_scenario_start(scenario);
        /* It may be over already. */
        sim_control_update_scenario(s->controls, false);
        return 0;
}

bool simulator_stop_scenario(Simulator *s) {
        if (!s->scenario || sim_scenario_get_state(s->scenario) != SIM_SCENARIO_RUNNING)
                return false;
        sim_scenario_stop(s->scenario);
        return true;
}

const SimScenario *simulator_get_scenario(const Simulator *s) {
        return s->scenario;
}

/* ---- life ---- */

static void on_faults(void *userdata) {
        Simulator *s = userdata;

        sim_control_update(s->controls);
}

int simulator_new(struct fascia_host *host, Simulator **ret) {
        Simulator *s;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->host = host;
        r = sim_clock_new(host, &s->clock);
        if (r >= 0)
                r = sim_faults_new(s, &s->faults);
        if (r < 0) {
                simulator_free(s);
                return r;
        }
        sim_faults_watch(s->faults, on_faults, s);
        *ret = s;
        return 0;
}

Simulator *simulator_free(Simulator *s) {
        if (!s)
                return NULL;
        sim_scenario_free(s->scenario);
        sim_watch_free(s->watch);
        sim_faults_free(s->faults);
        sim_clock_free(s->clock);
        for (size_t i = 0; i < s->n_problems; i++)
                free(s->problems[i]);
        free(s);
        return NULL;
}
