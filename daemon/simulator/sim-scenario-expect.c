/* SPDX-License-Identifier: MIT */
/* What the lines of a scenario expect, and what has happened since. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-animation.h"
#include "sim-scenario-private.h"
#include "value-json.h"

/* ---- what happens ---- */

/* Signals, calls and sets of clients that no line has asked for yet. */
#define EVENTS_MAX 10000u

static void free_event(Event *e) {
        free(e->feature);
        free(e->zone);
        free(e->member);
        json_decref(e->value);
        free(e);
}

void scenario_forget_events(SimScenario *s) {
        while (s->events && s->events->at < s->since) {
                Event *next = s->events->next;

                free_event(s->events);
                s->events = next;
                s->n_events--;
        }
}

void scenario_remember(SimScenario *s, SimLineKind kind, const SimFeature *f,
                       struct fascia_backend *zone, const char *member,
                       const struct fascia_type *type, const void *value) {
        Event **last = &s->events, *e;

        if (!s->has[kind] || s->n_events >= EVENTS_MAX)
                return;
        e = calloc(1, sizeof(*e));
        if (!e)
                return;
        *e = (Event){ .kind = kind,
                      .at = sim_clock_now(simulator_get_clock(s->simulator)),
                      .feature = strdup(f->interface->qualified_name),
                      .zone = strdup(fascia_backend_get_zone_name(zone)),
                      .member = strdup(member),
                      .value = value ? value_to_json(type, value) : json_object() };
        if (!e->feature || !e->zone || !e->member || !e->value) {
                free_event(e);
                return;
        }
        while (*last)
                last = &(*last)->next;
        *last = e;
        s->n_events++;
        scenario_check_expectations(s);
}

/* ---- expectations ---- */

/* A number that was calculated is rarely the one that was written. */
static bool is_same(const struct fascia_type *type, const void *a, const void *b) {
        double one, two;

        if (type->kind != FASCIA_KIND_REAL)
                return fascia_value_equal(type, a, b);
        one = *(const double *)a;
        two = *(const double *)b;
        return fascia_value_equal(type, a, b) ||
               fabs(one - two) <= 1e-9 * fmax(1, fmax(fabs(one), fabs(two)));
}

static bool is_within_bounds(const ScenarioTarget *t, const SimLine *line, const void *value) {
        const json_t *minimum = json_object_get(line->json, "minimum"),
                     *maximum = json_object_get(line->json, "maximum");
        double number = sim_get_number(scenario_property(t)->type, value);

        return sim_is_number(scenario_property(t)->type) &&
               (!minimum || number >= json_number_value(minimum)) &&
               (!maximum || number <= json_number_value(maximum));
}

/* 1: as expected; 0: not; negative: the line cannot be right, which has been told. */
static int check_property(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const json_t *json = json_object_get(line->json, "value");
        const void *value;
        void *expected;
        ScenarioTarget t;
        int r;

        if (!scenario_is_done(s, place,
                              scenario_find_member(s, line, sim_find_property, "property", &t)))
                return -EINVAL;
        value = sim_feature_get_value(t.feature, t.zone, t.member);
        if (json_object_get(line->json, "unset"))
                return !value;
        if (!json)
                return value && is_within_bounds(&t, line, value);
        if (!scenario_read_value(s, place, line->subject, scenario_property(&t)->type, json,
                                 &expected))
                return -EINVAL;
        r = value && is_same(scenario_property(&t)->type, value, expected);
        scenario_free_value(scenario_property(&t)->type, expected);
        return r;
}

/* Whether all that is expected of the value is there: numbers as numbers, of objects some members. */
static bool covers(const json_t *value, const json_t *expected) {
        const json_t *member;
        const char *key;
        size_t i;

        if (json_is_number(value) && json_is_number(expected))
                return fabs(json_number_value(value) - json_number_value(expected)) <=
                       1e-9 * fmax(1, fabs(json_number_value(value)));
        if (json_is_array(value) && json_is_array(expected)) {
                if (json_array_size(value) != json_array_size(expected))
                        return false;
                json_array_foreach ((json_t *)expected, i, member)
                        if (!covers(json_array_get(value, i), member))
                                return false;
                return true;
        }
        if (!json_is_object(value) || !json_is_object(expected))
                return json_equal(value, expected);
        json_object_foreach ((json_t *)expected, key, member)
                if (!json_object_get(value, key) || !covers(json_object_get(value, key), member))
                        return false;
        return true;
}

static bool has_name(const char *qualified, const char *name) {
        size_t size = strlen(qualified), part = strlen(name);

        return part <= size && strcmp(qualified + size - part, name) == 0 &&
               (part == size || qualified[size - part - 1] == '.');
}

static bool meets(const Event *e, const SimLine *line) {
        const char *member;
        char *feature = scenario_split(line->subject, &member);
        const json_t *expected = json_object_get(
                line->json, line->kind == SIM_LINE_EXPECT_WRITE ? "value" : "arguments");
        bool is_it = feature && e->kind == line->kind && has_name(e->feature, feature) &&
                     strcmp(e->zone, line->zone) == 0 && strcmp(e->member, member) == 0 &&
                     (!expected || covers(e->value, expected));

        free(feature);
        return is_it;
}

/* Each event is what one line expects. */
static bool take_event(SimScenario *s, const SimLine *line) {
        for (Event **p = &s->events; *p; p = &(*p)->next) {
                Event *e = *p;

                if (!meets(e, line))
                        continue;
                *p = e->next;
                s->n_events--;
                free_event(e);
                return true;
        }
        return false;
}

static int check_expectation(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        return line->kind == SIM_LINE_EXPECT ? check_property(s, place, line) : take_event(s, line);
}

/* What there is instead. */
static char *show_property(const SimScenario *s, const SimLine *line) {
        const void *value;
        char *text;
        ScenarioTarget t;

        text = scenario_find_member(s, line, sim_find_property, "property", &t);
        if (text)
                return text;
        value = sim_feature_get_value(t.feature, t.zone, t.member);
        return value ? fascia_value_print(scenario_property(&t)->type, value)
                     : strdup("without a value");
}

static char *show_expected(const SimLine *line) {
        const json_t *minimum = json_object_get(line->json, "minimum"),
                     *maximum = json_object_get(line->json, "maximum"),
                     *value = json_object_get(line->json, "value");
        char *text = NULL;
        int r;

        if (value)
                return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        if (minimum && maximum)
                r = asprintf(&text, "from %g to %g", json_number_value(minimum),
                             json_number_value(maximum));
        else if (minimum)
                r = asprintf(&text, "%g or more", json_number_value(minimum));
        else if (maximum)
                r = asprintf(&text, "%g or less", json_number_value(maximum));
        else
                r = asprintf(&text, "without a value");
        return r < 0 ? NULL : text;
}

/* "ClimateControl[Rear].fanLevel", cut to size. */
static void name_subject(const SimLine *line, char *text, size_t size) {
        const char *dot = strrchr(line->subject, '.');

        if (*line->zone)
                snprintf(text, size, "%.*s[%s]%s", (int)(dot - line->subject), line->subject,
                         line->zone, dot);
        else
                snprintf(text, size, "%s", line->subject);
}

static void fail_expectation(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        static const char *const verbs[] = {
                [SIM_LINE_EXPECT_SIGNAL] = "did not happen",
                [SIM_LINE_EXPECT_CALL] = "was not called",
                [SIM_LINE_EXPECT_WRITE] = "was not set",
        };
        char subject[256], in_time[64] = "", *is, *wanted;

        name_subject(line, subject, sizeof(subject));
        if (line->within > 0)
                snprintf(in_time, sizeof(in_time), " within %g s",
                         (double)line->within / (double)SIM_SECOND);
        if (line->kind != SIM_LINE_EXPECT) {
                bool is_special = json_object_get(line->json, "arguments") ||
                                  json_object_get(line->json, "value");

                scenario_fail(s, place, "%s %s%s%s", subject, verbs[line->kind],
                              is_special ? " like this" : "", in_time);
                return;
        }
        is = show_property(s, line);
        wanted = show_expected(line);
        scenario_fail(s, place, "%s is %s, not %s%s", subject, is ? is : "?", wanted ? wanted : "?",
                      in_time);
        free(is);
        free(wanted);
}

void scenario_expect(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        Expectation **last = &s->expectations, *e;
        int r;

        r = check_expectation(s, place, line);
        if (r != 0)
                return;
        e = calloc(1, sizeof(*e));
        if (!e) {
                scenario_fail(s, place, "out of memory");
                return;
        }
        e->place = place;
        e->deadline = s->begin + place->at + line->within;
        while (*last)
                last = &(*last)->next;
        *last = e;
}

void scenario_check_expectations(SimScenario *s) {
        bool changed = false;

        for (Expectation **p = &s->expectations; *p;) {
                Expectation *e = *p;
                SimLine line;
                int r;

                if (scenario_open_line(s, e->place, &line) < 0)
                        return;
                r = check_expectation(s, e->place, &line);
                sim_line_done(&line);
                if (r == 0) {
                        p = &e->next;
                        continue;
                }
                *p = e->next;
                free(e);
                changed = true;
        }
        if (changed)
                scenario_schedule(s);
}

void scenario_close_expectations(SimScenario *s, uint64_t now) {
        for (Expectation **p = &s->expectations; *p;) {
                Expectation *e = *p;
                SimLine line;

                if (e->deadline > now) {
                        p = &e->next;
                        continue;
                }
                if (scenario_open_line(s, e->place, &line) >= 0) {
                        fail_expectation(s, e->place, &line);
                        sim_line_done(&line);
                }
                *p = e->next;
                free(e);
        }
}

void scenario_free_expectations(SimScenario *s) {
        while (s->events) {
                Event *next = s->events->next;

                free_event(s->events);
                s->events = next;
        }
        while (s->expectations) {
                Expectation *next = s->expectations->next;

                free(s->expectations);
                s->expectations = next;
        }
}
