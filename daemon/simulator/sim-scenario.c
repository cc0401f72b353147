/* SPDX-License-Identifier: MIT */
/* A timed list of what happens, and of what is expected to. */
#include "sim-scenario.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-animation.h"
#include "sim-scenario-line.h"
#include "simulator-private.h"
#include "value-json.h"

#define FAILURES_MAX 100u
/* Signals, calls and sets of clients that no line has asked for yet. */
#define EVENTS_MAX 10000u

/* Something that happened, and may be expected. */
typedef struct Event Event;
struct Event {
        Event *next;
        SimLineKind kind; /* of the expectation that it would meet */
        uint64_t at;
        char *feature; /* qualified */
        char *zone;
        char *member;
        json_t *value; /* the arguments, or what was to be set */
};

/* A line that waits for what it expects. */
typedef struct Expectation Expectation;
struct Expectation {
        Expectation *next;
        const SimLinePlace *place;
        uint64_t deadline;
};

struct SimScenario {
        Simulator *simulator;
        char *name;
        char *text;
        SimLinePlace *lines;
        size_t n_lines;
        size_t position;               /* of the next line */
        bool *is_used;                 /* of lines that say how a call is answered */
        size_t first_call;             /* of those that were not used */
        bool has[SIM_LINE_HEADER + 1]; /* lines of that kind */
        SimTimer *timer;
        SimListener *listener;
        uint64_t begin;
        uint64_t
                since; /* when the lines before the present ones happened: what happened from then on counts for these */
        uint64_t moment;
        Event *events; /* the oldest first */
        size_t n_events;
        Expectation *expectations;
        char *failures[FAILURES_MAX];
        size_t n_failures;
        SimScenarioState state;
        SimScenarioFn *fn;
        void *userdata;
};

/* ---- failures ---- */

__attribute__((format(printf, 3, 4))) static void fail(SimScenario *s, const SimLinePlace *place,
                                                       const char *format, ...) {
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

/* ---- lines ---- */

static int open_line(const SimScenario *s, const SimLinePlace *place, SimLine *ret) {
        char *text = NULL;
        int r;

        /* It has been read before. */
        r = sim_line_read(s->text + place->offset, place->size, ret, &text);
        free(text);
        return r;
}

/* What a line is about. */
typedef struct Target {
        SimFeature *feature;
        struct fascia_backend *zone;
        const char *name; /* of the member */
        uint32_t member;
} Target;

/* "Vehicle.Climate.ClimateControl.fanLevel" is a feature and a member. To be freed. */
static char *split(const char *subject, const char **ret_member) {
        const char *dot = strrchr(subject, '.');

        *ret_member = dot + 1;
        return strndup(subject, (size_t)(dot - subject));
}

/* NULL: it is there; else why not, to be freed. */
static char *find_feature(const SimScenario *s, const char *name, const char *zone, Target *ret) {
        char *text = NULL;
        bool is_ambiguous;
        int r = 0;

        ret->feature = simulator_find_feature(s->simulator, name, &is_ambiguous);
        ret->zone = ret->feature ? sim_feature_get_zone(ret->feature, zone) : NULL;
        if (is_ambiguous)
                r = asprintf(&text, "several features are called '%s'", name);
        else if (!ret->feature)
                r = asprintf(&text, "%s is not simulated", name);
        else if (!ret->zone)
                r = asprintf(&text, "%s has no zone '%s'", name, zone);
        return r < 0 ? strdup("out of memory") : text;
}

typedef int FindFn(const struct fascia_interface *i, const char *name, uint32_t *ret);

static char *find_member(const SimScenario *s, const SimLine *line, FindFn *find, const char *what,
                         Target *ret) {
        char *feature = split(line->subject, &ret->name), *text;

        if (!feature)
                return strdup("out of memory");
        text = find_feature(s, feature, line->zone, ret);
        if (!text && find(ret->feature->interface, ret->name, &ret->member) < 0 &&
            asprintf(&text, "%s has no %s '%s'", feature, what, ret->name) < 0)
                text = NULL;
        free(feature);
        return text;
}

static const struct fascia_property *property_of(const Target *t) {
        return sim_property(t->feature->interface, t->member);
}

/* The failure of a line that could not be done. Takes the text; NULL: all is well. */
static bool is_done(SimScenario *s, const SimLinePlace *place, char *text) {
        if (!text)
                return true;
        fail(s, place, "%s", text);
        free(text);
        return false;
}

/* Of the type, in JSON. False: the failure has been told. *ret is to be cleared and freed. */
static bool read_value(SimScenario *s, const SimLinePlace *place, const char *subject,
                       const struct fascia_type *type, const json_t *json, void **ret) {
        char *text = NULL;
        void *value;

        value = malloc(type->size + 1); /* also of nothing */
        if (value && type->kind == FASCIA_KIND_STRUCT && type->n_members == 0 &&
            json_object_size(json) == 0) {
                fascia_value_init(type, value);
                *ret = value;
                return true;
        }
        if (value && json && value_from_json(type, json, value, &text) >= 0) {
                *ret = value;
                return true;
        }
        fail(s, place, "%s: %s", subject,
             text   ? text
             : json ? "out of memory"
                    : "there are no arguments");
        free(text);
        free(value);
        return false;
}

static void free_value(const struct fascia_type *type, void *value) {
        fascia_value_clear(type, value);
        free(value);
}

static void check_report(SimScenario *s, const SimLinePlace *place, const char *subject, int r) {
        if (r < 0)
                fail(s, place, "%s: %s", subject,
                     r == -ELOOP ? "changes cause each other without end" : strerror(-r));
}

static void do_set(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        void *value;
        Target t;

        if (!is_done(s, place, find_member(s, line, sim_find_property, "property", &t)))
                return;
        if (property_of(&t)->type->kind == FASCIA_KIND_MODEL) {
                fail(s, place, "%s is a model, which has no value", line->subject);
                return;
        }
        if (!read_value(s, place, line->subject, property_of(&t)->type,
                        json_object_get(line->json, "value"), &value))
                return;
        check_report(s, place, line->subject,
                     sim_feature_report(t.feature, t.zone, t.member, value));
        free_value(property_of(&t)->type, value);
}

static void do_withdraw(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        Target t;

        if (is_done(s, place, find_member(s, line, sim_find_property, "property", &t)))
                check_report(s, place, line->subject,
                             sim_feature_withdraw(t.feature, t.zone, t.member));
}

static void do_emit(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const struct fascia_type *type;
        void *arguments;
        Target t;

        if (!is_done(s, place, find_member(s, line, sim_find_signal, "signal", &t)))
                return;
        type = sim_signal(t.feature->interface, t.member)->arguments;
        if (!read_value(s, place, line->subject, type, json_object_get(line->json, "arguments"),
                        &arguments))
                return;
        check_report(s, place, line->subject,
                     sim_feature_emit(t.feature, t.zone, t.member, arguments));
        free_value(type, arguments);
}

static void do_zone(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        bool comes = line->kind == SIM_LINE_ADD_ZONE;
        Target t;
        int r;

        if (!is_done(s, place, find_feature(s, line->subject, comes ? "" : line->zone, &t)))
                return;
        if (!comes) {
                sim_feature_remove_zone(t.feature, t.zone);
                return;
        }
        /* One that is there is what a recording begins with. */
        r = sim_feature_add_zone(t.feature, line->zone, NULL);
        if (r < 0 && r != -EEXIST)
                fail(s, place, "%s cannot have a zone '%s'", line->subject, line->zone);
}

static void do_state(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const char *text = json_string_value(json_object_get(line->json, "text"));
        Target t;

        if (!is_done(s, place, find_feature(s, line->subject, "", &t)))
                return;
        if (line->kind == SIM_LINE_READY)
                sim_feature_set_failed(t.feature, NULL);
        else
                sim_feature_set_failed(t.feature, text ? text : "The scenario has it so");
}

static void do_fault(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        char *text = NULL;
        uint32_t id;

        if (sim_faults_add(simulator_get_faults(s->simulator), json_object_get(line->json, "fault"),
                           &id, &text) < 0)
                fail(s, place, "%s", text ? text : "out of memory");
        free(text);
}

/* ---- what happens ---- */

static void free_event(Event *e) {
        free(e->feature);
        free(e->zone);
        free(e->member);
        json_decref(e->value);
        free(e);
}

/* Those from before the last lines are of no interest any more. */
static void forget_events(SimScenario *s) {
        while (s->events && s->events->at < s->since) {
                Event *next = s->events->next;

                free_event(s->events);
                s->events = next;
                s->n_events--;
        }
}

static void check_open(SimScenario *s);

static void remember(SimScenario *s, SimLineKind kind, const SimFeature *f,
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
        check_open(s);
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

static bool is_within_bounds(const Target *t, const SimLine *line, const void *value) {
        const json_t *minimum = json_object_get(line->json, "minimum"),
                     *maximum = json_object_get(line->json, "maximum");
        double number = sim_get_number(property_of(t)->type, value);

        return sim_is_number(property_of(t)->type) &&
               (!minimum || number >= json_number_value(minimum)) &&
               (!maximum || number <= json_number_value(maximum));
}

/* 1: as expected; 0: not; negative: the line cannot be right, which has been told. */
static int check_property(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const json_t *json = json_object_get(line->json, "value");
        const void *value;
        void *expected;
        Target t;
        int r;

        if (!is_done(s, place, find_member(s, line, sim_find_property, "property", &t)))
                return -EINVAL;
        value = sim_feature_get_value(t.feature, t.zone, t.member);
        if (json_object_get(line->json, "unset"))
                return !value;
        if (!json)
                return value && is_within_bounds(&t, line, value);
        if (!read_value(s, place, line->subject, property_of(&t)->type, json, &expected))
                return -EINVAL;
        r = value && is_same(property_of(&t)->type, value, expected);
        free_value(property_of(&t)->type, expected);
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
        char *feature = split(line->subject, &member);
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
        Target t;

        text = find_member(s, line, sim_find_property, "property", &t);
        if (text)
                return text;
        value = sim_feature_get_value(t.feature, t.zone, t.member);
        return value ? fascia_value_print(property_of(&t)->type, value) : strdup("without a value");
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

                fail(s, place, "%s %s%s%s", subject, verbs[line->kind],
                     is_special ? " like this" : "", in_time);
                return;
        }
        is = show_property(s, line);
        wanted = show_expected(line);
        fail(s, place, "%s is %s, not %s%s", subject, is ? is : "?", wanted ? wanted : "?",
             in_time);
        free(is);
        free(wanted);
}

static void expect(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        Expectation **last = &s->expectations, *e;
        int r;

        r = check_expectation(s, place, line);
        if (r != 0)
                return;
        e = calloc(1, sizeof(*e));
        if (!e) {
                fail(s, place, "out of memory");
                return;
        }
        e->place = place;
        e->deadline = s->begin + place->at + line->within;
        while (*last)
                last = &(*last)->next;
        *last = e;
}

static void schedule(SimScenario *s);

/* Something has changed: those that are met now are done. */
static void check_open(SimScenario *s) {
        bool changed = false;

        for (Expectation **p = &s->expectations; *p;) {
                Expectation *e = *p;
                SimLine line;
                int r;

                if (open_line(s, e->place, &line) < 0)
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
                schedule(s);
}

/* Those whose time is over. */
static void close_expectations(SimScenario *s, uint64_t now) {
        for (Expectation **p = &s->expectations; *p;) {
                Expectation *e = *p;
                SimLine line;

                if (e->deadline > now) {
                        p = &e->next;
                        continue;
                }
                if (open_line(s, e->place, &line) >= 0) {
                        fail_expectation(s, e->place, &line);
                        sim_line_done(&line);
                }
                *p = e->next;
                free(e);
        }
}

/* ---- answers ---- */

static bool is_call_of(const SimLine *line, const SimFeature *f, const char *zone,
                       const char *method) {
        const char *member;
        char *feature = split(line->subject, &member);
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
        if (output->n_members == 1 && !read_value(s, place, line->subject, output->members[0].type,
                                                  json ? json : json_null(), &value))
                return sim_request_fail(q, -EIO, NULL, "The scenario has no result for this");
        result = malloc(output->size + 1); /* also of nothing */
        if (!result) {
                if (value)
                        free_value(output->members[0].type, value);
                return -ENOMEM;
        }
        fascia_value_init(output, result);
        if (value)
                memcpy(result + output->members[0].offset, value, output->members[0].type->size);
        r = sim_request_answer_call(q, result);
        free(result);
        if (value)
                free_value(output->members[0].type, value);
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
                    open_line(s, &s->lines[i], &line) < 0)
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
                remember(userdata, SIM_LINE_EXPECT_WRITE, f, q->zone, p->name, p->type, value);
                return;
        }
        m = sim_method(f->interface, q->member);
        remember(userdata, SIM_LINE_EXPECT_CALL, f, q->zone, m->name, m->input,
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
        check_open(userdata);
}

static void on_signal(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                      const void *arguments, void *userdata) {
        const struct fascia_signal *s = sim_signal(f->interface, signal);

        remember(userdata, SIM_LINE_EXPECT_SIGNAL, f, zone, s->name, s->arguments,
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

static void do_line(SimScenario *s, const SimLinePlace *place) {
        SimLine line;

        if (open_line(s, place, &line) < 0) {
                fail(s, place, "out of memory");
                return;
        }
        switch (line.kind) {
        case SIM_LINE_SET:
                do_set(s, place, &line);
                break;
        case SIM_LINE_WITHDRAW:
                do_withdraw(s, place, &line);
                break;
        case SIM_LINE_EMIT:
                do_emit(s, place, &line);
                break;
        case SIM_LINE_ADD_ZONE:
        case SIM_LINE_REMOVE_ZONE:
                do_zone(s, place, &line);
                break;
        case SIM_LINE_FAIL:
        case SIM_LINE_READY:
                do_state(s, place, &line);
                break;
        case SIM_LINE_FAULT:
                do_fault(s, place, &line);
                break;
        case SIM_LINE_CLEAR_FAULTS:
                sim_faults_clear(simulator_get_faults(s->simulator));
                break;
        case SIM_LINE_EXPECT:
        case SIM_LINE_EXPECT_SIGNAL:
        case SIM_LINE_EXPECT_CALL:
        case SIM_LINE_EXPECT_WRITE:
                expect(s, place, &line);
                break;
        case SIM_LINE_LOG:
                simulator_log(s->simulator, "%s", line.subject);
                break;
        case SIM_LINE_CALL:  /* answers when it is made */
        case SIM_LINE_WRITE: /* what came of it is a line of its own */
        case SIM_LINE_HEADER:
                break;
        }
        sim_line_done(&line);
}

/* Takes the listener away: nothing that happens matters any more. */
static void end(SimScenario *s, SimScenarioState state) {
        s->state = state;
        s->listener = sim_listener_free(s->listener);
        sim_timer_set(s->timer, UINT64_MAX);
        s->fn(s, s->userdata);
}

static void schedule(SimScenario *s) {
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
                forget_events(s);
        }
        while (s->state == SIM_SCENARIO_RUNNING && s->position < s->n_lines &&
               s->begin + s->lines[s->position].at <= now)
                do_line(s, &s->lines[s->position++]);
        if (s->state != SIM_SCENARIO_RUNNING)
                return;
        close_expectations(s, now);
        if (s->position == s->n_lines && !s->expectations)
                end(s, s->n_failures > 0 ? SIM_SCENARIO_FAILED : SIM_SCENARIO_PASSED);
        else
                schedule(s);
}

void sim_scenario_start(SimScenario *s) {
        s->begin = s->since = s->moment = sim_clock_now(simulator_get_clock(s->simulator));
        schedule(s);
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
        Target t;
        int r;

        r = open_line(s, place, &line);
        if (r < 0)
                return r;
        if ((line.kind == SIM_LINE_SET || line.kind == SIM_LINE_EXPECT) &&
            simulator_next_feature(s->simulator, NULL)) {
                char *feature = split(line.subject, &t.name), *text;

                t.feature = feature ? simulator_find_feature(s->simulator, feature, NULL) : NULL;
                free(feature);
                if (t.feature && sim_find_property(t.feature->interface, t.name, &t.member) < 0) {
                        text = find_member(s, &line, sim_find_property, "property", &t);
                        (void)is_done(s, place, text);
                } else if (t.feature && json_object_get(line.json, "value") &&
                           property_of(&t)->type->kind != FASCIA_KIND_MODEL &&
                           read_value(s, place, line.subject, property_of(&t)->type,
                                      json_object_get(line.json, "value"), &value)) {
                        free_value(property_of(&t)->type, value);
                }
        } else if (line.kind == SIM_LINE_FAULT) {
                char *text = NULL;

                if (sim_faults_check(json_object_get(line.json, "fault"), &text) < 0)
                        fail(s, place, "%s", text ? text : "out of memory");
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
