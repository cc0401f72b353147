/* SPDX-License-Identifier: MIT */
/* A timed list of what happens, and of what is expected to. */
#include "sim-scenario.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-scenario-private.h"

/* ---- failures ---- */

void scenario_fail(SimScenario *s, const SimLinePlace *place, const char *format, ...) {
        char *text, *whole;
        va_list ap;
        int r;

        if (s->n_failures == FAILURES_MAX)
                return;
        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                return;
        if (asprintf(&whole, "%u: %s", place->number, text) >= 0)
                s->failures[s->n_failures++] = whole;
        free(text);
}

int scenario_open_line(const SimScenario *s, const SimLinePlace *place, SimLine *ret) {
        char *text = NULL;
        int r;

        /* It has been read before. */
        r = sim_line_read(s->text + place->offset, place->size, ret, &text);
        free(text);
        return r;
}

/* ---- answers ---- */

static bool is_call_of(const SimLine *line, const SimFeature *f, const char *zone,
                       const char *method) {
        const char *member;
        char *feature = scenario_split(line->subject, &member);
        bool is_it = feature && simulator_is_named(f, feature) && strcmp(member, method) == 0 &&
                     strcmp(line->zone, zone) == 0;

        free(feature);
        return is_it;
}

static int answer(SimScenario *s, const SimLinePlace *place, const SimLine *line, SimFeature *f,
                  const SimRequest *q) {
        const json_t *error = json_object_get(line->json, "error"),
                     *json = json_object_get(line->json, "result");
        const struct fascia_type *output = sim_method(f->interface, q->member)->output;
        char *result;
        void *value = NULL;
        const char *text;
        int r;

        if (error) {
                text = json_string_value(json_object_get(error, "text"));
                return sim_request_fail(q, -EIO, json_string_value(json_object_get(error, "name")),
                                        text ? text : "");
        }
        if (output->n_members > 1)
                return 0;
        if (output->n_members == 1 &&
            !scenario_read_value(s, place, line->subject, output->members[0].type,
                                 json ? json : json_null(), &value))
                return sim_request_fail(q, -EIO, NULL, "The scenario has no result for this");
        result = malloc(output->size + 1); /* also of nothing */
        if (!result) {
                if (value)
                        scenario_free_value(output->members[0].type, value);
                return -ENOMEM;
        }
        fascia_value_init(output, result);
        if (value)
                memcpy(result + output->members[0].offset, value, output->members[0].type->size);
        r = sim_request_answer_call(q, result);
        free(result);
        if (value)
                scenario_free_value(output->members[0].type, value);
        return r;
}

/* The first recorded call of it that was not made yet. */
static int answer_as_recorded(SimScenario *s, SimFeature *f, const SimRequest *q) {
        const char *method = sim_method(f->interface, q->member)->name,
                   *zone = fascia_backend_get_zone_name(q->zone);

        while (s->first_call < s->n_lines &&
               (s->lines[s->first_call].kind != SIM_LINE_CALL || s->is_used[s->first_call]))
                s->first_call++;
        for (size_t i = s->first_call; i < s->n_lines; i++) {
                SimLine line;
                int r = 0;

                if (s->lines[i].kind != SIM_LINE_CALL || s->is_used[i] ||
                    scenario_open_line(s, &s->lines[i], &line) < 0)
                        continue;
                if (is_call_of(&line, f, zone, method)) {
                        s->is_used[i] = true;
                        r = answer(s, &s->lines[i], &line, f, q);
                        sim_line_done(&line);
                        return r < 0 && r != -ESTALE && r != -EALREADY ? r : 1;
                }
                sim_line_done(&line);
        }
        return 0;
}

/* ---- listening ---- */

static void on_request(SimFeature *f, const SimRequest *q, const void *value, void *userdata) {
        const struct fascia_property *p;
        const struct fascia_method *m;

        if (q->is_set) {
                p = sim_property(f->interface, q->member);
                scenario_remember(userdata, SIM_LINE_EXPECT_WRITE, f, q->zone, p->name, p->type,
                                  value);
                return;
        }
        m = sim_method(f->interface, q->member);
        scenario_remember(userdata, SIM_LINE_EXPECT_CALL, f, q->zone, m->name, m->input,
                          m->input->n_members > 0 ? value : NULL);
}

static int on_call(SimFeature *f, const SimRequest *q, const void *arguments, void *userdata) {
        (void)arguments;
        return answer_as_recorded(userdata, f, q);
}

static void on_change(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                      const void *value, const void *old, void *userdata) {
        (void)f;
        (void)zone;
        (void)property;
        (void)value;
        (void)old;
        scenario_check_expectations(userdata);
}

static void on_signal(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                      const void *arguments, void *userdata) {
        const struct fascia_signal *s = sim_signal(f->interface, signal);

        scenario_remember(userdata, SIM_LINE_EXPECT_SIGNAL, f, zone, s->name, s->arguments,
                          s->arguments->n_members > 0 ? arguments : NULL);
}

/* What was recorded is what is wanted now, whatever a script would say. */
static const SimHooks hooks = {
        .on_request = on_request,
        .comes_first = true,
        .on_call = on_call,
        .on_change = on_change,
        .on_signal = on_signal,
};

/* ---- running ---- */

/* Takes the listener away: nothing that happens matters any more. */
static void end(SimScenario *s, SimScenarioState state) {
        s->state = state;
        s->listener = sim_listener_free(s->listener);
        sim_timer_set(s->timer, UINT64_MAX);
        s->fn(s, s->userdata);
}

void scenario_schedule(SimScenario *s) {
        uint64_t next = UINT64_MAX;

        if (s->state != SIM_SCENARIO_RUNNING)
                return;
        if (s->position < s->n_lines)
                next = s->begin + s->lines[s->position].at;
        for (const Expectation *e = s->expectations; e; e = e->next)
                next = e->deadline < next ? e->deadline : next;
        if (next == UINT64_MAX) /* it is over, which is told from the timer */
                next = sim_clock_now(simulator_get_clock(s->simulator));
        sim_timer_set(s->timer, next);
}

static void on_timer(void *userdata) {
        SimScenario *s = userdata;
        uint64_t now = sim_clock_now(simulator_get_clock(s->simulator));

        if (s->position < s->n_lines && s->begin + s->lines[s->position].at <= now) {
                s->since = s->moment;
                s->moment = now;
                scenario_forget_events(s);
        }
        while (s->state == SIM_SCENARIO_RUNNING && s->position < s->n_lines &&
               s->begin + s->lines[s->position].at <= now)
                scenario_do_line(s, &s->lines[s->position++]);
        if (s->state != SIM_SCENARIO_RUNNING)
                return;
        scenario_close_expectations(s, now);
        if (s->position == s->n_lines && !s->expectations)
                end(s, s->n_failures > 0 ? SIM_SCENARIO_FAILED : SIM_SCENARIO_PASSED);
        else
                scenario_schedule(s);
}

void sim_scenario_start(SimScenario *s) {
        s->begin = s->since = s->moment = sim_clock_now(simulator_get_clock(s->simulator));
        scenario_schedule(s);
}

void sim_scenario_stop(SimScenario *s) {
        if (s->state == SIM_SCENARIO_RUNNING)
                end(s, SIM_SCENARIO_STOPPED);
}

/* ---- life ---- */

/* What can be seen before anything happens: names and values of features that run now. */
static int check_line(SimScenario *s, const SimLinePlace *place) {
        SimLine line;
        void *value;
        ScenarioTarget t;
        int r;

        r = scenario_open_line(s, place, &line);
        if (r < 0)
                return r;
        if ((line.kind == SIM_LINE_SET || line.kind == SIM_LINE_EXPECT) &&
            simulator_next_feature(s->simulator, NULL)) {
                char *feature = scenario_split(line.subject, &t.name), *text;

                t.feature = feature ? simulator_find_feature(s->simulator, feature, NULL) : NULL;
                free(feature);
                if (t.feature && sim_find_property(t.feature->interface, t.name, &t.member) < 0) {
                        text = scenario_find_member(s, &line, sim_find_property, "property", &t);
                        (void)scenario_is_done(s, place, text);
                } else if (t.feature && json_object_get(line.json, "value") &&
                           scenario_property(&t)->type->kind != FASCIA_KIND_MODEL &&
                           scenario_read_value(s, place, line.subject, scenario_property(&t)->type,
                                               json_object_get(line.json, "value"), &value)) {
                        scenario_free_value(scenario_property(&t)->type, value);
                }
        } else if (line.kind == SIM_LINE_FAULT) {
                char *text = NULL;

                if (sim_faults_check(simulator_get_faults(s->simulator),
                                     json_object_get(line.json, "fault"), &text) < 0)
                        scenario_fail(s, place, "%s", text ? text : "out of memory");
                free(text);
        }
        sim_line_done(&line);
        return 0;
}

static int check(SimScenario *s, char **reterr_text) {
        for (size_t i = 0; i < s->n_lines; i++) {
                int r = check_line(s, &s->lines[i]);

                s->has[s->lines[i].kind] = true;
                if (r < 0)
                        return r;
                if (s->n_failures == 0)
                        continue;
                if (asprintf(reterr_text, "%s:%s", s->name, s->failures[0]) < 0)
                        return -ENOMEM;
                return -EINVAL;
        }
        return 0;
}

int sim_scenario_new(Simulator *simulator, const char *name, const char *text, size_t size,
                     SimScenarioFn *fn, void *userdata, SimScenario **ret, char **reterr_text) {
        SimScenario *s;
        int r;

        *reterr_text = NULL;
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->simulator = simulator;
        s->fn = fn;
        s->userdata = userdata;
        s->name = strdup(name);
        s->text = malloc(size + 1);
        r = s->name && s->text ? 0 : -ENOMEM;
        if (r >= 0) {
                memcpy(s->text, text, size);
                r = sim_lines_read(name, s->text, size, &s->lines, &s->n_lines, reterr_text);
        }
        if (r >= 0)
                r = check(s, reterr_text);
        if (r >= 0) {
                s->is_used = calloc(s->n_lines + 1, sizeof(*s->is_used));
                r = s->is_used
                            ? sim_timer_new(simulator_get_clock(simulator), on_timer, s, &s->timer)
                            : -ENOMEM;
        }
        if (r >= 0)
                r = simulator_add_listener(simulator, &hooks, s, &s->listener);
        if (r < 0) {
                sim_scenario_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

SimScenario *sim_scenario_free(SimScenario *s) {
        if (!s)
                return NULL;
        sim_listener_free(s->listener);
        sim_timer_free(s->timer);
        scenario_free_expectations(s);
        for (size_t i = 0; i < s->n_failures; i++)
                free(s->failures[i]);
        free(s->is_used);
        free(s->lines);
        free(s->text);
        free(s->name);
        free(s);
        return NULL;
}

const char *sim_scenario_get_name(const SimScenario *s) {
        return s->name;
}

SimScenarioState sim_scenario_get_state(const SimScenario *s) {
        return s->state;
}

const char *sim_scenario_get_failure(const SimScenario *s, size_t n) {
        return n < s->n_failures ? s->failures[n] : NULL;
}
