/* SPDX-License-Identifier: MIT */
/* A vehicle on a desk. */
#include "sim-desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <org-fascia-simulation-1/simulation-types.h>

#include "descriptor.h"
#include "simulation-keys.h"
#include "simulator.h"
#include "value-json.h"

#define FEATURES_MAX 8
#define REQUESTS_MAX 4096

typedef struct Request {
        const struct fascia_type *output;
        char *answer;
} Request;

struct Desk {
        Config *config;
        Loop *loop;
        Host *host;
        Instance *features[FEATURES_MAX];
        size_t n_features;
        Request requests[REQUESTS_MAX];
        size_t n_requests;
        FILE *log; /* what happened */
        char *log_text;
        size_t log_size;
        char *heard; /* the last one that was asked for */
        char *shown;
};

extern const struct fascia_plugin simulator_plugin;

static const ConfigKey keys[] = { SIMULATION_KEYS };

Simulator *desk_get_simulator(Desk *d) {
        return host_get_plugin_userdata(d->host, "simulator");
}

static SimClock *desk_get_clock(Desk *d) {
        return simulator_get_clock(desk_get_simulator(d));
}

/* ---- what happens ---- */

static void begin_line(Desk *d, Instance *i) {
        fprintf(d->log, "%g %s", (double)sim_clock_now(desk_get_clock(d)) / (double)SIM_SECOND,
                instance_get_interface(i)->name);
}

static char *to_text(const struct fascia_type *type, const void *value) {
        json_t *json = value_to_json(type, value);
        char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

        assert_non_null(text);
        json_decref(json);
        return text;
}

static bool is_control(Instance *i) {
        return strcmp(instance_get_interface(i)->name, simulation_interface.name) == 0;
}

static void begin_zone_line(Desk *d, Zone *z) {
        const char *name = zone_get_name(z);

        begin_line(d, zone_get_instance(z));
        fprintf(d->log, *name ? "[%s]" : "%s", name);
}

static void on_dirty(Zone *z, void *userdata) {
        const struct fascia_interface *i = instance_get_interface(zone_get_instance(z));
        Desk *d = userdata;

        for (uint32_t p = 0; p < i->n_properties; p++) {
                if (!zone_is_dirty(z, p))
                        continue;
                if (!is_control(zone_get_instance(z))) {
                        char *text = zone_has_value(z, p) ? to_text(interface_property(i, p)->type,
                                                                    zone_get_value(z, p))
                                                          : strdup("(none)");

                        begin_zone_line(d, z);
                        fprintf(d->log, ".%s = %s\n", interface_property(i, p)->name, text);
                        free(text);
                }
        }
        zone_clear_dirty(z);
}

static void on_signal(Zone *z, uint32_t signal, const void *arguments, void *userdata) {
        const struct fascia_interface *i = instance_get_interface(zone_get_instance(z));
        const struct fascia_signal *s = interface_signal(i, signal);
        char *text = s->arguments->n_members > 0 ? to_text(s->arguments, arguments) : strdup("");
        Desk *d = userdata;

        if (is_control(zone_get_instance(z))) {
                free(text);
                return;
        }
        begin_zone_line(d, z);
        fprintf(d->log, ".%s(%s)\n", s->name, text);
        free(text);
}

static void on_zone(Zone *z, bool present, void *userdata) {
        Desk *d = userdata;

        begin_line(d, zone_get_instance(z));
        fprintf(d->log, " %c%s\n", present ? '+' : '-', zone_get_name(z));
}

static void on_state(Instance *i, void *userdata) {
        Desk *d = userdata;

        if (is_control(i))
                return;
        begin_line(d, i);
        fprintf(d->log, " %s\n",
                instance_get_state(i) == FASCIA_STATE_READY ? "ready" : "unavailable");
}

static void on_commit(Instance *i, void *userdata) {
        (void)i;
        (void)userdata;
}

static const InstanceEvents events = {
        .on_dirty = on_dirty,
        .on_signal = on_signal,
        .on_zone = on_zone,
        .on_state = on_state,
        .on_commit = on_commit,
};

const char *desk_hear(Desk *d) {
        fclose(d->log);
        free(d->heard);
        d->heard = d->log_text;
        d->log_text = NULL;
        d->log = open_memstream(&d->log_text, &d->log_size);
        assert_non_null(d->log);
        return d->heard;
}

/* ---- features ---- */

static Instance *find_feature(Desk *d, const char *name) {
        for (size_t i = 0; i < d->n_features; i++)
                if (strcmp(instance_get_interface(d->features[i])->name, name) == 0)
                        return d->features[i];
        fail_msg("no feature %s", name);
        return NULL;
}

bool desk_try(Desk *d, const struct fascia_interface *interface) {
        Instance **i = &d->features[d->n_features];

        assert_true(d->n_features < FEATURES_MAX);
        assert_int_equal(instance_new(d->host, interface, &events, d, i), 0);
        d->n_features++;
        return instance_start(*i, "simulator") >= 0;
}

void desk_add(Desk *d, const struct fascia_interface *interface) {
        if (!desk_try(d, interface))
                fail_msg("%s", desk_get_error(d, interface->name));
}

void desk_remove(Desk *d, const char *feature) {
        Instance *gone = find_feature(d, feature);

        for (size_t i = 0; i < d->n_features; i++)
                if (d->features[i] == gone)
                        d->features[i--] = d->features[--d->n_features];
        instance_free(gone);
}

const char *desk_get_error(Desk *d, const char *feature) {
        const struct fascia_error *error = instance_get_error(find_feature(d, feature));

        return error ? error->message : "";
}

enum fascia_state desk_get_state(Desk *d, const char *feature) {
        return instance_get_state(find_feature(d, feature));
}

/* Time stands still from the beginning. */
static Config *make_config(const char *settings) {
        Config *config;
        const ConfigProblem *problem;

        assert_int_equal(config_new(keys, sizeof(keys) / sizeof(keys[0]), &config), 0);
        assert_int_equal(config_set(config, "fascia", "SimulationPaused", "yes", "test"), 0);
        if (settings)
                setenv("FASCIA_SETTINGS", settings, 1);
        assert_int_equal(config_load_environment(config), 0);
        unsetenv("FASCIA_SETTINGS");
        problem = config_problems(config, 0);
        if (problem)
                fail_msg("%s: %s", problem->origin, problem->text);
        return config;
}

Desk *desk_new(const char *settings) {
        const char *build = getenv("FASCIA_BUILD_DIR");
        char modules[512];
        HostSettings host_settings = { "/nowhere", modules, true };
        Desk *d = calloc(1, sizeof(*d));

        assert_non_null(d);
        snprintf(modules, sizeof(modules), "%s/modules", build ? build : "build");
        d->log = open_memstream(&d->log_text, &d->log_size);
        assert_non_null(d->log);
        d->config = make_config(settings);
        assert_int_equal(loop_new(NULL, &d->loop), 0);
        assert_int_equal(host_new(d->loop, d->config, &host_settings, &d->host), 0);
        assert_int_equal(host_add_plugin(d->host, &simulator_plugin), 0);
        desk_add(d, &simulation_interface);
        return d;
}

void desk_free(Desk *d) {
        while (d->n_features > 0)
                instance_free(d->features[--d->n_features]);
        host_free(d->host);
        config_free(d->config);
        loop_unref(d->loop);
        for (size_t i = 0; i < d->n_requests; i++)
                free(d->requests[i].answer);
        fclose(d->log);
        free(d->log_text);
        free(d->heard);
        free(d->shown);
        free(d);
}

/* In pieces, of which none takes long, however slow a sanitizer is. */
void desk_pass(Desk *d, double seconds) {
        uint64_t left = (uint64_t)(seconds * 1e6 + 0.5), piece;

        do {
                piece = left < 10 * SIM_SECOND ? left : 10 * SIM_SECOND;
                assert_int_equal(sim_clock_step(desk_get_clock(d), piece), 0);
                left -= piece;
        } while (left > 0);
        while (loop_dispatch(d->loop) > 0)
                ;
}

/* ---- values ---- */

const char *desk_show(Desk *d, const char *feature, const char *zone, const char *property) {
        Instance *i = find_feature(d, feature);
        const struct fascia_interface *interface = instance_get_interface(i);
        Zone *z = instance_find_zone(i, zone);

        assert_non_null(z);
        free(d->shown);
        d->shown = NULL;
        for (uint32_t p = 0; p < interface->n_properties; p++)
                if (strcmp(interface_property(interface, p)->name, property) == 0)
                        d->shown = zone_has_value(z, p)
                                           ? to_text(interface_property(interface, p)->type,
                                                     zone_get_value(z, p))
                                           : strdup("(none)");
        assert_non_null(d->shown);
        return d->shown;
}

const char *desk_control_get(Desk *d, const char *property) {
        return desk_show(d, simulation_interface.name, "", property);
}

/* ---- requests ---- */

static void on_answer(const struct fascia_error *error, const void *result, void *userdata) {
        Request *q = userdata;

        assert_null(q->answer); /* once */
        if (error)
                assert_true(asprintf(&q->answer, "%s: %s", error->name, error->message) >= 0);
        else if (!q->output || q->output->n_members == 0)
                q->answer = strdup("done");
        else
                q->answer = to_text(q->output->members[0].type,
                                    (const char *)result + q->output->members[0].offset);
}

static Request *new_request(Desk *d) {
        assert_true(d->n_requests < REQUESTS_MAX);
        return &d->requests[d->n_requests++];
}

/* Of the type, to be cleared and freed. */
static void *read_value(const struct fascia_type *type, const char *text) {
        void *value = malloc(type->size + 1); /* also of nothing */
        json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
        char *reason = NULL;

        assert_non_null(value);
        if (!json)
                json = json_string(text);
        if (type->n_members == 0 && type->kind == FASCIA_KIND_STRUCT)
                fascia_value_init(type, value);
        else if (value_from_json(type, json, value, &reason) < 0)
                fail_msg("%s: %s", text, reason);
        json_decref(json);
        return value;
}

static void free_value(const struct fascia_type *type, void *value) {
        fascia_value_clear(type, value);
        free(value);
}

size_t desk_begin_set(Desk *d, const char *feature, const char *zone, const char *property,
                      const char *value) {
        Instance *i = find_feature(d, feature);
        const struct fascia_interface *interface = instance_get_interface(i);
        Request *q = new_request(d);
        uint32_t p = 0;
        uint64_t id;
        void *read;

        while (p < interface->n_properties &&
               strcmp(interface_property(interface, p)->name, property) != 0)
                p++;
        assert_true(p < interface->n_properties);
        read = read_value(interface_property(interface, p)->type, value);
        assert_int_equal(
                zone_set(instance_find_zone(i, zone), p, read, UINT64_MAX, on_answer, q, &id), 0);
        free_value(interface_property(interface, p)->type, read);
        return (size_t)(q - d->requests);
}

size_t desk_begin_call(Desk *d, const char *feature, const char *zone, const char *method,
                       const char *arguments) {
        Instance *i = find_feature(d, feature);
        const struct fascia_interface *interface = instance_get_interface(i);
        Request *q = new_request(d);
        uint32_t m = 0;
        uint64_t id;
        void *read;

        while (m < interface->n_methods &&
               strcmp(interface_method(interface, m)->name, method) != 0)
                m++;
        assert_true(m < interface->n_methods);
        q->output = interface_method(interface, m)->output;
        read = read_value(interface_method(interface, m)->input, arguments);
        assert_int_equal(
                zone_call(instance_find_zone(i, zone), m, read, UINT64_MAX, on_answer, q, &id), 0);
        free_value(interface_method(interface, m)->input, read);
        return (size_t)(q - d->requests);
}

const char *desk_answer(Desk *d, size_t request) {
        const char *answer = d->requests[request].answer;

        return answer ? answer : "";
}

const char *desk_set(Desk *d, const char *feature, const char *zone, const char *property,
                     const char *value) {
        return desk_answer(d, desk_begin_set(d, feature, zone, property, value));
}

const char *desk_call(Desk *d, const char *feature, const char *zone, const char *method,
                      const char *arguments) {
        return desk_answer(d, desk_begin_call(d, feature, zone, method, arguments));
}

const char *desk_control(Desk *d, const char *method, const char *arguments) {
        return desk_call(d, simulation_interface.name, "", method, arguments);
}
