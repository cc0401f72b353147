/* SPDX-License-Identifier: MIT */
/* The commands that ask one thing of a simulation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <fascia/backend.h>
#include <fascia/generated.h>

#include "fascia-sim.h"

static int usage(const char *text) {
        return fail(STATUS_USAGE, "usage: fascia-sim %s", text);
}

/* "Vehicle.Climate.ClimateControl.fanLevel" is a feature and a member. */
typedef struct Name {
        char *feature; /* to be freed */
        const char *member;
} Name;

static int split(const char *text, Name *ret) {
        const char *dot = strrchr(text, '.');

        if (!dot || dot == text || !dot[1])
                return fail(STATUS_USAGE, "'%s' is not of the form FEATURE.MEMBER", text);
        ret->member = dot + 1;
        ret->feature = strndup(text, (size_t)(dot - text));
        return ret->feature ? STATUS_OK : fail_memory();
}

/* The simulation knows which type it has to be. */
static struct fascia_variant text_variant(const char *const *text) {
        return (struct fascia_variant){ fascia_basic_type('s'), text };
}

/* ---- values ---- */

int command_set(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        struct fascia_variant value;
        Answer answer = { 0 };
        Name name;
        int status;

        if (n < 2 || n > 3)
                return usage("set FEATURE.PROPERTY VALUE [ZONE]");
        status = split(args[0], &name);
        if (status != STATUS_OK)
                return status;
        value = text_variant((const char *const *)&args[1]);
        status = tool_control(t);
        if (status == STATUS_OK)
                status = tool_wait(simulation_set_value(t->control, name.feature,
                                                        n > 2 ? args[2] : t->options.zone,
                                                        name.member, &value, on_answer, &answer,
                                                        &call),
                                   &call, &answer);
        free(name.feature);
        return status;
}

int command_withdraw(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        Name name;
        int status;

        if (n < 1 || n > 2)
                return usage("withdraw FEATURE.PROPERTY [ZONE]");
        status = split(args[0], &name);
        if (status != STATUS_OK)
                return status;
        status = tool_control(t);
        if (status == STATUS_OK)
                status = tool_wait(simulation_withdraw_value(t->control, name.feature,
                                                             n > 1 ? args[1] : t->options.zone,
                                                             name.member, on_answer, &answer,
                                                             &call),
                                   &call, &answer);
        free(name.feature);
        return status;
}

int command_emit(Tool *t, int n, char *args[]) {
        struct fascia_variant_list arguments;
        struct fascia_variant *values;
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        Name name;
        int status;

        if (n < 1)
                return usage("emit FEATURE.SIGNAL [ARGUMENT...]");
        status = split(args[0], &name);
        if (status != STATUS_OK)
                return status;
        values = calloc((size_t)n, sizeof(*values));
        for (int i = 1; values && i < n; i++)
                values[i - 1] = text_variant((const char *const *)&args[i]);
        arguments = (struct fascia_variant_list){ n > 1 ? values : NULL, (size_t)n - 1 };
        status = values ? tool_control(t) : fail_memory();
        if (status == STATUS_OK)
                status = tool_wait(simulation_emit_signal(t->control, name.feature, t->options.zone,
                                                          name.member, &arguments, on_answer,
                                                          &answer, &call),
                                   &call, &answer);
        free(values);
        free(name.feature);
        return status;
}

/* ---- zones ---- */

int command_add_zone(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        if (n != 2)
                return usage("add-zone FEATURE ZONE");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        return tool_wait(
                simulation_add_zone(t->control, args[0], args[1], on_answer, &answer, &call), &call,
                &answer);
}

int command_remove_zone(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        if (n != 2)
                return usage("remove-zone FEATURE ZONE");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        return tool_wait(
                simulation_remove_zone(t->control, args[0], args[1], on_answer, &answer, &call),
                &call, &answer);
}

/* ---- faults ---- */

static bool is_feature(const Tool *t, const char *name) {
        const struct fascia_string_list *features = simulation_get_features(t->control);
        size_t part = strlen(name);

        for (size_t i = 0; i < features->count; i++) {
                size_t size = strlen(features->items[i]);

                if (part <= size && strcmp(features->items[i] + size - part, name) == 0 &&
                    (part == size || features->items[i][size - part - 1] == '.'))
                        return true;
        }
        return false;
}

/* A feature, or a member of one: what the simulation knows as a feature is one. */
static int add_subject(const Tool *t, json_t *fault, const char *text) {
        Name name;
        int status;

        if (is_feature(t, text) || !strchr(text, '.'))
                return json_object_set_new(fault, "feature", json_string(text)) < 0
                               ? fail(STATUS_USAGE, "'%s' is not UTF-8", text)
                               : STATUS_OK;
        status = split(text, &name);
        if (status != STATUS_OK)
                return status;
        if (json_object_set_new(fault, "feature", json_string(name.feature)) < 0 ||
            json_object_set_new(fault, "member", json_string(name.member)) < 0)
                status = fail(STATUS_USAGE, "'%s' is not UTF-8", text);
        free(name.feature);
        return status;
}

/* "seconds=2"; what is a number is one. */
static int add_key(json_t *fault, const char *text) {
        const char *equals = strchr(text, '=');
        json_t *value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
        char *key = strndup(text, (size_t)(equals - text));
        int r = -1;

        if (!json_is_number(value)) {
                json_decref(value);
                value = json_string(equals + 1);
        }
        if (key && json_object_get(fault, key)) {
                r = fail(STATUS_USAGE, "'%s' is said twice", key);
                json_decref(value);
                free(key);
                return r;
        }
        if (key)
                r = json_object_set_new(fault, key, value);
        else
                json_decref(value);
        free(key);
        return r < 0 ? fail(STATUS_USAGE, "'%s' is not UTF-8", text) : STATUS_OK;
}

static void on_fault(struct simulation *s, const struct fascia_error *error, uint32_t id,
                     void *answer) {
        Answer *a = answer;

        (void)s;
        a->status = error ? fail_answer(error) : STATUS_OK;
        a->number = id;
}

static int add_fault(Tool *t, const json_t *fault) {
        char *text = json_dumps(fault, JSON_COMPACT);
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        if (!text)
                return fail_memory();
        status = tool_wait(simulation_add_fault(t->control, text, on_fault, &answer, &call), &call,
                           &answer);
        free(text);
        if (status == STATUS_OK)
                printf("%.0f\n", answer.number);
        return status;
}

int command_fault(Tool *t, int n, char *args[]) {
        json_t *fault;
        int status;

        if (n < 1)
                return usage("fault KIND [FEATURE[.MEMBER]] [KEY=VALUE...]");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        fault = json_pack("{s:s}", "fault", args[0]);
        if (!fault)
                return fail(STATUS_USAGE, "'%s' is not UTF-8", args[0]);
        if (*t->options.zone)
                json_object_set_new(fault, "zone", json_string(t->options.zone));
        for (int i = 1; status == STATUS_OK && i < n; i++)
                status = strchr(args[i], '=') ? add_key(fault, args[i])
                         : i == 1
                                 ? add_subject(t, fault, args[i])
                                 : fail(STATUS_USAGE, "'%s' is not of the form KEY=VALUE", args[i]);
        if (status == STATUS_OK)
                status = add_fault(t, fault);
        json_decref(fault);
        return status;
}

int command_faults(Tool *t, int n, char *args[]) {
        const struct fascia_string_list *faults;
        int status;

        (void)args;
        if (n != 0)
                return usage("faults");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        faults = simulation_get_faults(t->control);
        if (t->options.as_json)
                putchar('[');
        for (size_t i = 0; i < faults->count; i++)
                printf("%s%s%s", t->options.as_json && i > 0 ? "," : "", faults->items[i],
                       t->options.as_json ? "" : "\n");
        if (t->options.as_json)
                puts("]");
        return STATUS_OK;
}

int command_clear(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        unsigned long id = 0;
        char *end = NULL;
        int status, r;

        if (n > 1)
                return usage("clear [ID]");
        if (n == 1)
                id = strtoul(args[0], &end, 10);
        if (n == 1 && (*end || id == 0 || id > UINT32_MAX))
                return fail(STATUS_USAGE, "'%s' is not the number of a fault", args[0]);
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        r = n == 1 ? simulation_remove_fault(t->control, (uint32_t)id, on_answer, &answer, &call)
                   : simulation_clear_faults(t->control, on_answer, &answer, &call);
        return tool_wait(r, &call, &answer);
}

/* ---- time ---- */

static int set_paused(Tool *t, bool paused) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        return tool_wait(simulation_set_paused(t->control, paused, on_answer, &answer, &call),
                         &call, &answer);
}

int command_pause(Tool *t, int n, char *args[]) {
        (void)args;
        return n == 0 ? set_paused(t, true) : usage("pause");
}

int command_resume(Tool *t, int n, char *args[]) {
        (void)args;
        return n == 0 ? set_paused(t, false) : usage("resume");
}

static void on_number(struct simulation *s, const struct fascia_error *error, double number,
                      void *answer) {
        Answer *a = answer;

        (void)s;
        a->status = error ? fail_answer(error) : STATUS_OK;
        a->number = number;
}

static int read_number(const char *text, double *ret) {
        char *end;

        *ret = strtod(text, &end);
        return *text && !*end ? STATUS_OK : fail(STATUS_USAGE, "'%s' is not a number", text);
}

int command_step(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        double seconds = 0;
        int status = STATUS_OK;

        if (n > 1)
                return usage("step [SECONDS]");
        if (n == 1)
                status = read_number(args[0], &seconds);
        if (status == STATUS_OK)
                status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        if (n == 1)
                return tool_wait(simulation_step(t->control, seconds, on_answer, &answer, &call),
                                 &call, &answer);
        status = tool_wait(simulation_step_next(t->control, on_number, &answer, &call), &call,
                           &answer);
        if (status == STATUS_OK)
                printf("%g\n", answer.number);
        return status;
}

int command_speed(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        double factor = 0;
        int status = STATUS_OK;

        if (n > 1)
                return usage("speed [FACTOR]");
        if (n == 1)
                status = read_number(args[0], &factor);
        if (status == STATUS_OK)
                status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        if (n == 0) {
                printf("%g\n", simulation_get_speed(t->control));
                return STATUS_OK;
        }
        return tool_wait(simulation_set_speed(t->control, factor, on_answer, &answer, &call), &call,
                         &answer);
}

int command_reload(Tool *t, int n, char *args[]) {
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        int status;

        (void)args;
        if (n != 0)
                return usage("reload");
        status = tool_control(t);
        if (status != STATUS_OK)
                return status;
        return tool_wait(simulation_reload(t->control, on_answer, &answer, &call), &call, &answer);
}

/* ---- status ---- */

static json_t *to_json(const struct fascia_string_list *list) {
        json_t *json = json_array();

        for (size_t i = 0; i < list->count; i++)
                json_array_append_new(json, json_string(list->items[i]));
        return json;
}

static int print_json(const Tool *t, double seconds) {
        const struct simulation_scenario *s = simulation_get_scenario(t->control);
        const char *state = simulation_scenario_state_to_string(s->state);
        json_t *json = json_pack(
                "{s:f, s:f, s:b, s:o, s:o, s:o, s:{s:s, s:s, s:o}}", "time", seconds, "speed",
                simulation_get_speed(t->control), "paused", simulation_get_paused(t->control),
                "features", to_json(simulation_get_features(t->control)), "faults",
                to_json(simulation_get_faults(t->control)), "problems",
                to_json(simulation_get_problems(t->control)), "scenario", "name", s->name, "state",
                state ? state : "?", "failures", to_json(&s->failures));

        if (!json)
                return fail_memory();
        json_dumpf(json, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(json);
        return STATUS_OK;
}

static void print_list(const char *head, const struct fascia_string_list *list) {
        for (size_t i = 0; i < list->count; i++)
                printf("%-10s%s\n", i == 0 ? head : "", list->items[i]);
}

int command_status(Tool *t, int n, char *args[]) {
        const struct simulation_scenario *s;
        struct fascia_call *call = NULL;
        Answer answer = { 0 };
        const char *state;
        int status;

        (void)args;
        if (n != 0)
                return usage("status");
        status = tool_control(t);
        if (status == STATUS_OK)
                status = tool_wait(simulation_get_time(t->control, on_number, &answer, &call),
                                   &call, &answer);
        if (status != STATUS_OK)
                return status;
        if (t->options.as_json)
                return print_json(t, answer.number);
        printf("%-10s%.3f s, speed %g%s\n", "Time", answer.number, simulation_get_speed(t->control),
               simulation_get_paused(t->control) ? ", paused" : "");
        print_list("Features", simulation_get_features(t->control));
        print_list("Faults", simulation_get_faults(t->control));
        s = simulation_get_scenario(t->control);
        state = simulation_scenario_state_to_string(s->state);
        if (s->state != SIMULATION_SCENARIO_STATE_NONE)
                printf("%-10s%s: %s\n", "Scenario", s->name, state ? state : "?");
        print_list("", &s->failures);
        print_list("Problems", simulation_get_problems(t->control));
        return STATUS_OK;
}
