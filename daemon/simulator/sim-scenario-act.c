/* SPDX-License-Identifier: MIT */
/* What the lines of a scenario do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-scenario-private.h"
#include "value-json.h"

/* ---- what a line is about ---- */

char *scenario_split(const char *subject, const char **ret_member) {
        const char *dot = strrchr(subject, '.');

        *ret_member = dot + 1;
        return strndup(subject, (size_t)(dot - subject));
}

static char *find_feature(const SimScenario *s, const char *name, const char *zone,
                          ScenarioTarget *ret) {
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

char *scenario_find_member(const SimScenario *s, const SimLine *line, ScenarioFindFn *find,
                           const char *what, ScenarioTarget *ret) {
        char *feature = scenario_split(line->subject, &ret->name), *text;

        if (!feature)
                return strdup("out of memory");
        text = find_feature(s, feature, line->zone, ret);
        if (!text && find(ret->feature->interface, ret->name, &ret->member) < 0 &&
            asprintf(&text, "%s has no %s '%s'", feature, what, ret->name) < 0)
                text = NULL;
        free(feature);
        return text;
}

const struct fascia_property *scenario_property(const ScenarioTarget *t) {
        return sim_property(t->feature->interface, t->member);
}

bool scenario_is_done(SimScenario *s, const SimLinePlace *place, char *text) {
        if (!text)
                return true;
        scenario_fail(s, place, "%s", text);
        free(text);
        return false;
}

bool scenario_read_value(SimScenario *s, const SimLinePlace *place, const char *subject,
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
        scenario_fail(s, place, "%s: %s", subject,
                      text   ? text
                      : json ? "out of memory"
                             : "there are no arguments");
        free(text);
        free(value);
        return false;
}

void scenario_free_value(const struct fascia_type *type, void *value) {
        fascia_value_clear(type, value);
        free(value);
}

static void check_report(SimScenario *s, const SimLinePlace *place, const char *subject, int r) {
        if (r < 0)
                scenario_fail(s, place, "%s: %s", subject,
                              r == -ELOOP ? "changes cause each other without end" : strerror(-r));
}

static void do_set(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        void *value;
        ScenarioTarget t;

        if (!scenario_is_done(s, place,
                              scenario_find_member(s, line, sim_find_property, "property", &t)))
                return;
        if (scenario_property(&t)->type->kind == FASCIA_KIND_MODEL) {
                scenario_fail(s, place, "%s is a model, which has no value", line->subject);
                return;
        }
        if (!scenario_read_value(s, place, line->subject, scenario_property(&t)->type,
                                 json_object_get(line->json, "value"), &value))
                return;
        check_report(s, place, line->subject,
                     sim_feature_report(t.feature, t.zone, t.member, value));
        scenario_free_value(scenario_property(&t)->type, value);
}

static void do_withdraw(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        ScenarioTarget t;

        if (scenario_is_done(s, place,
                             scenario_find_member(s, line, sim_find_property, "property", &t)))
                check_report(s, place, line->subject,
                             sim_feature_withdraw(t.feature, t.zone, t.member));
}

static void do_emit(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const struct fascia_type *type;
        void *arguments;
        ScenarioTarget t;

        if (!scenario_is_done(s, place,
                              scenario_find_member(s, line, sim_find_signal, "signal", &t)))
                return;
        type = sim_signal(t.feature->interface, t.member)->arguments;
        if (!scenario_read_value(s, place, line->subject, type,
                                 json_object_get(line->json, "arguments"), &arguments))
                return;
        check_report(s, place, line->subject,
                     sim_feature_emit(t.feature, t.zone, t.member, arguments));
        scenario_free_value(type, arguments);
}

static void do_zone(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        bool comes = line->kind == SIM_LINE_ADD_ZONE;
        ScenarioTarget t;
        int r;

        if (!scenario_is_done(s, place,
                              find_feature(s, line->subject, comes ? "" : line->zone, &t)))
                return;
        if (!comes) {
                sim_feature_remove_zone(t.feature, t.zone);
                return;
        }
        /* One that is there is what a recording begins with. */
        r = sim_feature_add_zone(t.feature, line->zone, NULL);
        if (r < 0 && r != -EEXIST)
                scenario_fail(s, place, "%s cannot have a zone '%s'", line->subject, line->zone);
}

static void do_state(SimScenario *s, const SimLinePlace *place, const SimLine *line) {
        const char *text = json_string_value(json_object_get(line->json, "text"));
        ScenarioTarget t;

        if (!scenario_is_done(s, place, find_feature(s, line->subject, "", &t)))
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
                scenario_fail(s, place, "%s", text ? text : "out of memory");
        free(text);
}

void scenario_do_line(SimScenario *s, const SimLinePlace *place) {
        SimLine line;

        if (scenario_open_line(s, place, &line) < 0) {
                scenario_fail(s, place, "out of memory");
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
                scenario_expect(s, place, &line);
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
