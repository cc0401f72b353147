/* SPDX-License-Identifier: MIT */
/* The interface org.fascia.Simulation: control of all that is simulated in this process. */
#include "sim-control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-value.h"
#include "simulator-private.h"

/* Of one step. */
#define STEP_SECONDS_MAX 86400.0

struct SimControl {
        SimControl *next;
        Simulator *simulator;
        SimListener *listener;
        struct simulation_backend *backend;
};

/* ---- what it shows ---- */

typedef struct Strings {
        char **items;
        size_t count;
        bool failed;
} Strings;

/* Takes the text; NULL: there was no memory for it. */
static void strings_take(Strings *s, char *text) {
        char **items = reallocarray(s->items, s->count + 1, sizeof(*items));

        if (items)
                s->items = items;
        if (!items || !text) {
                s->failed = true;
                free(text);
                return;
        }
        s->items[s->count++] = text;
}

static void strings_done(Strings *s) {
        for (size_t i = 0; i < s->count; i++)
                free(s->items[i]);
        free(s->items);
}

static struct fascia_string_list strings_list(const Strings *s) {
        return (struct fascia_string_list){ (const char *const *)s->items, s->count };
}

typedef int ReportFn(struct simulation_backend *backend, const struct fascia_string_list *value);

static void strings_report(Strings *s, struct simulation_backend *backend, ReportFn *report) {
        const struct fascia_string_list list = strings_list(s);

        /* Without memory it shows what it showed. */
        if (!s->failed)
                (void)report(backend, &list);
        strings_done(s);
}

static void show_features(const SimControl *c) {
        Strings names = { 0 };

        for (SimFeature *f = NULL; (f = simulator_next_feature(c->simulator, f));)
                strings_take(&names, strdup(sim_feature_get_interface(f)->qualified_name));
        strings_report(&names, c->backend, simulation_backend_report_features);
}

static void show_problems(const SimControl *c) {
        Strings texts = { 0 };
        const char *text;

        for (size_t i = 0; (text = simulator_get_problem(c->simulator, i)); i++)
                strings_take(&texts, strdup(text));
        strings_report(&texts, c->backend, simulation_backend_report_problems);
}

static void show_faults(const SimControl *c) {
        json_t *list = sim_faults_list(simulator_get_faults(c->simulator)), *one;
        Strings texts = { .failed = !list };
        size_t i;

        json_array_foreach (list, i, one) {
                strings_take(&texts, json_dumps(one, JSON_COMPACT));
        }
        strings_report(&texts, c->backend, simulation_backend_report_faults);
        json_decref(list);
}

static int32_t state_of(const SimScenario *scenario) {
        if (!scenario)
                return SIMULATION_SCENARIO_STATE_NONE;
        switch (sim_scenario_get_state(scenario)) {
        case SIM_SCENARIO_RUNNING:
                return SIMULATION_SCENARIO_STATE_RUNNING;
        case SIM_SCENARIO_PASSED:
                return SIMULATION_SCENARIO_STATE_PASSED;
        case SIM_SCENARIO_FAILED:
                return SIMULATION_SCENARIO_STATE_FAILED;
        case SIM_SCENARIO_STOPPED:
                return SIMULATION_SCENARIO_STATE_STOPPED;
        }
        return SIMULATION_SCENARIO_STATE_NONE;
}

static void show_scenario(const SimControl *c, bool has_ended) {
        const SimScenario *scenario = simulator_get_scenario(c->simulator);
        struct simulation_scenario value = SIMULATION_SCENARIO_INIT;
        Strings failures = { 0 };
        const char *text;

        for (size_t i = 0; scenario && (text = sim_scenario_get_failure(scenario, i)); i++)
                strings_take(&failures, strdup(text));
        if (scenario)
                value.name = sim_scenario_get_name(scenario);
        value.state = state_of(scenario);
        value.failures = strings_list(&failures);
        (void)simulation_backend_report_scenario(c->backend, &value);
        if (has_ended)
                (void)simulation_backend_emit_scenario_ended(c->backend, &value);
        strings_done(&failures);
}

static void show_time(const SimControl *c) {
        const SimClock *clock = simulator_get_clock(c->simulator);

        (void)simulation_backend_report_speed(c->backend, sim_clock_get_speed(clock));
        (void)simulation_backend_report_paused(c->backend, sim_clock_is_paused(clock));
}

void sim_control_update(SimControl *all) {
        for (SimControl *c = all; c; c = c->next) {
                show_problems(c);
                show_faults(c);
                show_time(c);
        }
}

void sim_control_update_scenario(SimControl *all, bool has_ended) {
        for (SimControl *c = all; c; c = c->next)
                show_scenario(c, has_ended);
}

static void on_feature(SimFeature *f, bool runs, void *userdata) {
        const SimControl *c = userdata;

        (void)f;
        (void)runs;
        show_features(c);
}

static const SimHooks hooks = {
        .on_feature = on_feature,
};

/* ---- refusals ---- */

__attribute__((format(printf, 3, 4))) static int refuse(struct fascia_reply reply, int code,
                                                        const char *format, ...) {
        char *text;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                return -ENOMEM;
        r = fascia_reply_fail(reply, code, text);
        free(text);
        return r;
}

/* Takes the text. */
static int refuse_with(struct fascia_reply reply, int code, char *text) {
        int r;

        r = fascia_reply_fail(reply, code, text);
        free(text);
        return r;
}

static int refuse_feature(const SimControl *c, struct fascia_reply reply, const char *name,
                          bool is_ambiguous) {
        char *names = NULL;
        size_t size = 0;
        FILE *file;

        if (is_ambiguous)
                return refuse(reply, -EINVAL, "Several features are called '%s'", name);
        file = open_memstream(&names, &size);
        if (!file)
                return -ENOMEM;
        fprintf(file, "No feature '%s' is simulated; there are:", name);
        for (SimFeature *f = NULL; (f = simulator_next_feature(c->simulator, f));)
                fprintf(file, " %s", sim_feature_get_interface(f)->qualified_name);
        if (!simulator_next_feature(c->simulator, NULL))
                fprintf(file, " none");
        if (fclose(file) != 0)
                return -ENOMEM;
        return refuse_with(reply, -EINVAL, names);
}

/* What an operation is about. */
typedef struct Target {
        SimFeature *feature;
        struct fascia_backend *zone;
        uint32_t member;
} Target;

/* 1: it is there; else the reply has been given. */
static int find_target(const SimControl *c, const char *feature, const char *zone,
                       struct fascia_reply reply, Target *ret) {
        bool is_ambiguous;

        ret->feature = simulator_find_feature(c->simulator, feature, &is_ambiguous);
        if (!ret->feature)
                return refuse_feature(c, reply, feature, is_ambiguous);
        ret->zone = sim_feature_get_zone(ret->feature, zone);
        return ret->zone ? 1 : refuse(reply, -EINVAL, "%s has no zone '%s'", feature, zone);
}

static int find_property(const SimControl *c, const char *feature, const char *zone,
                         const char *name, struct fascia_reply reply, Target *ret) {
        int r;

        r = find_target(c, feature, zone, reply, ret);
        if (r <= 0)
                return r;
        if (sim_find_property(sim_feature_get_interface(ret->feature), name, &ret->member) < 0)
                return refuse(reply, -EINVAL, "%s has no property '%s'", feature, name);
        if (sim_property(sim_feature_get_interface(ret->feature), ret->member)->type->kind ==
            FASCIA_KIND_MODEL)
                return refuse(reply, -EINVAL, "'%s' is a model, which has no value", name);
        return 1;
}

/* ---- operations ---- */

static int on_set_speed(struct simulation_backend *backend, double value,
                        struct simulation_set_speed_reply reply, void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        sim_clock_set_speed(simulator_get_clock(c->simulator), value);
        sim_control_update(*simulator_get_controls(c->simulator));
        return simulation_backend_reply_set_speed(reply, value);
}

static int on_set_paused(struct simulation_backend *backend, bool value,
                         struct simulation_set_paused_reply reply, void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        sim_clock_set_paused(simulator_get_clock(c->simulator), value);
        sim_control_update(*simulator_get_controls(c->simulator));
        return simulation_backend_reply_set_paused(reply, value);
}

static double to_seconds(uint64_t usec) {
        return (double)usec / (double)SIM_SECOND;
}

static int on_get_time(struct simulation_backend *backend, struct simulation_get_time_reply reply,
                       void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        return simulation_backend_reply_get_time(
                reply, to_seconds(sim_clock_now(simulator_get_clock(c->simulator))));
}

/* *ret_value is of the property's type, to be cleared and freed. 1, or the reply has been given. */
static int read_value(const Target *t, const char *name, const struct fascia_variant *v,
                      struct fascia_reply reply, void **ret_value) {
        const struct fascia_type *type =
                sim_property(sim_feature_get_interface(t->feature), t->member)->type;
        char *text = NULL, *where;
        void *value;
        int r;

        value = malloc(type->size);
        if (!value)
                return -ENOMEM;
        r = sim_value_from_variant(type, v, value, &text);
        if (r >= 0) {
                *ret_value = value;
                return 1;
        }
        free(value);
        where = sim_describe(t->feature, t->zone, name);
        if (text && where)
                r = refuse(reply, r, "%s: %s", where, text);
        free(where);
        free(text);
        return r;
}

static int on_set_value(struct simulation_backend *backend, const char *feature, const char *zone,
                        const char *property, const struct fascia_variant *value,
                        struct simulation_set_value_reply reply, void *userdata) {
        const SimControl *c = userdata;
        void *read = NULL;
        Target t;
        int r;

        (void)backend;
        r = find_property(c, feature, zone, property, reply.ticket, &t);
        if (r > 0)
                r = read_value(&t, property, value, reply.ticket, &read);
        if (r <= 0)
                return r;
        r = sim_feature_report(t.feature, t.zone, t.member, read);
        fascia_value_clear(sim_property(sim_feature_get_interface(t.feature), t.member)->type,
                           read);
        free(read);
        return r < 0 ? r : simulation_backend_reply_set_value(reply);
}

static int on_withdraw_value(struct simulation_backend *backend, const char *feature,
                             const char *zone, const char *property,
                             struct simulation_withdraw_value_reply reply, void *userdata) {
        Target t;
        int r;

        (void)backend;
        r = find_property(userdata, feature, zone, property, reply.ticket, &t);
        if (r <= 0)
                return r;
        r = sim_feature_withdraw(t.feature, t.zone, t.member);
        return r < 0 ? r : simulation_backend_reply_withdraw_value(reply);
}

static int emit(const Target *t, const char *feature, const char *name,
                const struct fascia_variant_list *list, struct simulation_emit_signal_reply reply) {
        const struct fascia_type *type =
                sim_signal(sim_feature_get_interface(t->feature), t->member)->arguments;
        char *text = NULL;
        void *arguments;
        int r;

        arguments = malloc(type->size + 1); /* also of none */
        if (!arguments)
                return -ENOMEM;
        r = sim_arguments_from_variants(type, list, arguments, &text);
        if (r < 0) {
                if (text)
                        r = refuse(reply.ticket, r, "%s.%s: %s", feature, name, text);
        } else {
                r = sim_feature_emit(t->feature, t->zone, t->member, arguments);
                fascia_value_clear(type, arguments);
                if (r >= 0)
                        r = simulation_backend_reply_emit_signal(reply);
        }
        free(text);
        free(arguments);
        return r;
}

static int on_emit_signal(struct simulation_backend *backend, const char *feature, const char *zone,
                          const char *name, const struct fascia_variant_list *arguments,
                          struct simulation_emit_signal_reply reply, void *userdata) {
        Target t;
        int r;

        (void)backend;
        r = find_target(userdata, feature, zone, reply.ticket, &t);
        if (r <= 0)
                return r;
        if (sim_find_signal(sim_feature_get_interface(t.feature), name, &t.member) < 0)
                return refuse(reply.ticket, -EINVAL, "%s has no signal '%s'", feature, name);
        return emit(&t, feature, name, arguments, reply);
}

static int on_add_zone(struct simulation_backend *backend, const char *feature, const char *zone,
                       struct simulation_add_zone_reply reply, void *userdata) {
        Target t;
        int r;

        (void)backend;
        r = find_target(userdata, feature, "", reply.ticket, &t);
        if (r <= 0)
                return r;
        r = sim_feature_add_zone(t.feature, zone, NULL);
        if (r == -EEXIST)
                return refuse(reply.ticket, r, "%s has the zone '%s' already", feature, zone);
        if (r == -EINVAL)
                return refuse(reply.ticket, r,
                              *zone ? "%s cannot have a zone '%s'" : "%s: a zone needs a name%s",
                              feature, zone);
        return r < 0 ? r : simulation_backend_reply_add_zone(reply);
}

static int on_remove_zone(struct simulation_backend *backend, const char *feature, const char *zone,
                          struct simulation_remove_zone_reply reply, void *userdata) {
        Target t;
        int r;

        (void)backend;
        r = find_target(userdata, feature, zone, reply.ticket, &t);
        if (r <= 0)
                return r;
        if (!*zone)
                return refuse(reply.ticket, -EINVAL, "%s itself is no zone", feature);
        sim_feature_remove_zone(t.feature, t.zone);
        return simulation_backend_reply_remove_zone(reply);
}

/* 1: the features that are named run, or none is; else the reply has been given. */
static int find_features(const SimControl *c, const json_t *fault, struct fascia_reply reply) {
        const char *name = json_string_value(json_object_get(fault, "feature"));
        bool is_ambiguous = false;

        if (!name || simulator_find_feature(c->simulator, name, &is_ambiguous) || is_ambiguous)
                return 1;
        return refuse_feature(c, reply, name, false);
}

static int add_fault(const SimControl *c, const json_t *fault,
                     struct simulation_add_fault_reply reply) {
        char *text = NULL;
        uint32_t id;
        int r;

        r = find_features(c, fault, reply.ticket);
        if (r <= 0)
                return r;
        r = sim_faults_add(simulator_get_faults(c->simulator), fault, &id, &text);
        if (r < 0)
                return text ? refuse_with(reply.ticket, r, text) : r;
        return simulation_backend_reply_add_fault(reply, id);
}

static int on_add_fault(struct simulation_backend *backend, const char *fault,
                        struct simulation_add_fault_reply reply, void *userdata) {
        json_error_t error;
        json_t *json = json_loads(fault, JSON_REJECT_DUPLICATES, &error);
        int r;

        (void)backend;
        if (!json)
                return refuse(reply.ticket, -EINVAL, "This is no JSON, at character %d: %s",
                              error.position, error.text);
        r = add_fault(userdata, json, reply);
        json_decref(json);
        return r;
}

static int on_remove_fault(struct simulation_backend *backend, uint32_t id,
                           struct simulation_remove_fault_reply reply, void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        if (sim_faults_remove(simulator_get_faults(c->simulator), id) < 0)
                return refuse(reply.ticket, -EINVAL, "There is no fault %u", id);
        return simulation_backend_reply_remove_fault(reply);
}

static int on_clear_faults(struct simulation_backend *backend,
                           struct simulation_clear_faults_reply reply, void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        sim_faults_clear(simulator_get_faults(c->simulator));
        return simulation_backend_reply_clear_faults(reply);
}

static int refuse_step(int r, struct fascia_reply reply) {
        if (r == -ETIME)
                return refuse(reply, r, "Too much happens in that time: it has passed in part");
        return r;
}

static int on_step(struct simulation_backend *backend, double seconds,
                   struct simulation_step_reply reply, void *userdata) {
        const SimControl *c = userdata;
        int r;

        (void)backend;
        if (!(seconds > 0 && seconds <= STEP_SECONDS_MAX))
                return refuse(reply.ticket, -ERANGE, "%g is not above 0 and up to %g", seconds,
                              STEP_SECONDS_MAX);
        r = sim_clock_step(simulator_get_clock(c->simulator),
                           (uint64_t)(seconds * (double)SIM_SECOND + 0.5));
        return r < 0 ? refuse_step(r, reply.ticket) : simulation_backend_reply_step(reply);
}

static int on_step_next(struct simulation_backend *backend, struct simulation_step_next_reply reply,
                        void *userdata) {
        const SimControl *c = userdata;
        uint64_t usec;
        int r;

        (void)backend;
        r = sim_clock_step_next(simulator_get_clock(c->simulator), &usec);
        return r < 0 ? refuse_step(r, reply.ticket)
                     : simulation_backend_reply_step_next(reply, to_seconds(usec));
}

static int on_start_scenario(struct simulation_backend *backend, const char *name, const char *text,
                             struct simulation_start_scenario_reply reply, void *userdata) {
        const SimControl *c = userdata;
        char *reason = NULL;
        int r;

        (void)backend;
        r = simulator_start_scenario(c->simulator, name, text, &reason);
        if (r < 0)
                return reason ? refuse_with(reply.ticket, r, reason) : r;
        return simulation_backend_reply_start_scenario(reply);
}

static int on_stop_scenario(struct simulation_backend *backend,
                            struct simulation_stop_scenario_reply reply, void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        if (!simulator_stop_scenario(c->simulator))
                return refuse(reply.ticket, -EINVAL, "No scenario runs");
        return simulation_backend_reply_stop_scenario(reply);
}

static int on_reload(struct simulation_backend *backend, struct simulation_reload_reply reply,
                     void *userdata) {
        const SimControl *c = userdata;

        (void)backend;
        simulator_reload(c->simulator);
        return simulation_backend_reply_reload(reply);
}

/* ---- life ---- */

static int on_start(struct simulation_backend *backend, void *plugin, void **ret_userdata) {
        SimControl **list = simulator_get_controls(plugin), *c;
        int r;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->simulator = plugin;
        c->backend = backend;
        simulator_begin(plugin, simulation_backend_base(backend));
        r = simulator_add_listener(plugin, &hooks, c, &c->listener);
        if (r < 0) {
                free(c);
                return r;
        }
        c->next = *list;
        *list = c;
        show_features(c);
        show_scenario(c, false);
        show_problems(c);
        show_faults(c);
        show_time(c);
        *ret_userdata = c;
        simulation_backend_ready(backend);
        return 0;
}

static void on_stop(struct simulation_backend *backend, void *userdata) {
        SimControl *c = userdata, **p = simulator_get_controls(c->simulator);

        (void)backend;
        while (*p != c)
                p = &(*p)->next;
        *p = c->next;
        sim_listener_free(c->listener);
        free(c);
}

const struct simulation_backend_ops sim_control_ops = {
        .size = sizeof(sim_control_ops),
        .start = on_start,
        .stop = on_stop,
        .set_speed = on_set_speed,
        .set_paused = on_set_paused,
        .get_time = on_get_time,
        .set_value = on_set_value,
        .withdraw_value = on_withdraw_value,
        .emit_signal = on_emit_signal,
        .add_zone = on_add_zone,
        .remove_zone = on_remove_zone,
        .add_fault = on_add_fault,
        .remove_fault = on_remove_fault,
        .clear_faults = on_clear_faults,
        .step = on_step,
        .step_next = on_step_next,
        .start_scenario = on_start_scenario,
        .stop_scenario = on_stop_scenario,
        .reload = on_reload,
};
