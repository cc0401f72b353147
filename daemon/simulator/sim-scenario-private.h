/* SPDX-License-Identifier: MIT */
/* A scenario, as its parts see it. */
#pragma once

#include "sim-scenario-line.h"
#include "sim-scenario.h"
#include "simulator-private.h"

#define FAILURES_MAX 100u

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
        /* When the lines before the present ones happened: what happened from then on counts for these. */
        uint64_t since;
        uint64_t moment; /* of the present ones */
        Event *events;   /* the oldest first */
        size_t n_events;
        Expectation *expectations;
        char *failures[FAILURES_MAX];
        size_t n_failures;
        SimScenarioState state;
        SimScenarioFn *fn;
        void *userdata;
};

/* ---- sim-scenario.c ---- */

/* One more failure of the line, at its number. */
void scenario_fail(SimScenario *s, const SimLinePlace *place, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* To be given to sim_line_done(). -ENOMEM: it has been read before. */
int scenario_open_line(const SimScenario *s, const SimLinePlace *place, SimLine *ret);
/* Sets the timer to what comes next. */
void scenario_schedule(SimScenario *s);

/* ---- sim-scenario-act.c ---- */

/* What a line is about. */
typedef struct ScenarioTarget {
        SimFeature *feature;
        struct fascia_backend *zone;
        const char *name; /* of the member */
        uint32_t member;
} ScenarioTarget;

typedef int ScenarioFindFn(const struct fascia_interface *i, const char *name, uint32_t *ret);

/* "Vehicle.Climate.ClimateControl.fanLevel" is a feature and a member. To be freed. */
char *scenario_split(const char *subject, const char **ret_member);
/* NULL: it is there; else why not, to be freed. what: the kind of member. */
char *scenario_find_member(const SimScenario *s, const SimLine *line, ScenarioFindFn *find,
                           const char *what, ScenarioTarget *ret);
const struct fascia_property *scenario_property(const ScenarioTarget *t);
/* The failure of a line that could not be done. Takes the text; NULL: all is well. */
bool scenario_is_done(SimScenario *s, const SimLinePlace *place, char *text);
/* Of the type, in JSON. False: the failure has been told. *ret is for scenario_free_value(). */
bool scenario_read_value(SimScenario *s, const SimLinePlace *place, const char *subject,
                         const struct fascia_type *type, const json_t *json, void **ret);
void scenario_free_value(const struct fascia_type *type, void *value);
void scenario_do_line(SimScenario *s, const SimLinePlace *place);

/* ---- sim-scenario-expect.c ---- */

/* Something has happened, which a line of that kind may expect. value: NULL: nothing belongs to it. */
void scenario_remember(SimScenario *s, SimLineKind kind, const SimFeature *f,
                       struct fascia_backend *zone, const char *member,
                       const struct fascia_type *type, const void *value);
/* Forgets what happened before the last lines: it is of no interest any more. */
void scenario_forget_events(SimScenario *s);
/* From now on, for as long as the line says. */
void scenario_expect(SimScenario *s, const SimLinePlace *place, const SimLine *line);
/* Something has changed: those that are met now are done. */
void scenario_check_expectations(SimScenario *s);
/* Those whose time is over have failed. */
void scenario_close_expectations(SimScenario *s, uint64_t now);
void scenario_free_expectations(SimScenario *s);
