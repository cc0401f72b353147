/* SPDX-License-Identifier: MIT */
/* One simulated feature: its values and zones by its data, and what it does when nobody else has a say. */
#include "sim-feature.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-delivery.h"
#include "simulator-private.h"

/* ---- what it is ---- */

uint64_t sim_feature_get_id(const SimFeature *f) {
        return f->id;
}

Simulator *sim_feature_get_simulator(const SimFeature *f) {
        return sim_module_get_simulator(f->module);
}

SimModule *sim_feature_get_module(const SimFeature *f) {
        return f->module;
}

const struct fascia_interface *sim_feature_get_interface(const SimFeature *f) {
        return f->interface;
}

bool sim_feature_has_zone(const SimFeature *f, const struct fascia_backend *zone) {
        return zone == f->root ||
               fascia_backend_get_zone(f->root, fascia_backend_get_zone_name(zone)) == zone;
}

struct fascia_backend *sim_feature_get_zone(const SimFeature *f, const char *name) {
        return *name ? fascia_backend_get_zone(f->root, name) : f->root;
}

struct fascia_backend *sim_feature_next_zone(const SimFeature *f, struct fascia_backend *previous) {
        size_t i = 0;

        while (previous && i < f->n_zones && f->zones[i++] != previous)
                ;
        for (; i < f->n_zones; i++)
                if (sim_feature_has_zone(f, f->zones[i]))
                        return f->zones[i];
        return NULL;
}

char *sim_describe(const SimFeature *f, struct fascia_backend *zone, const char *member) {
        const char *name = fascia_backend_get_zone_name(zone);
        char *text;

        if (asprintf(&text, "%s%s%s%s.%s", f->interface->name, *name ? "[" : "", name,
                     *name ? "]" : "", member) < 0)
                return NULL;
        return text;
}

/* ---- data ---- */

/* The row of the zone; else the one for the feature and every zone without a row; NULL: none. */
static const struct fascia_simulation_row *find_row(const struct fascia_simulation *data,
                                                    uint32_t property, const char *zone) {
        const struct fascia_simulation_row *common = NULL;

        for (uint32_t i = 0; i < data->n_rows; i++) {
                const struct fascia_simulation_row *row = &data->rows[i];

                if (row->property != property)
                        continue;
                if (!row->zone)
                        common = row;
                else if (strcmp(row->zone, zone) == 0)
                        return row;
        }
        return common;
}

static const struct fascia_simulation *get_data(const SimFeature *f) {
        return sim_data_get(sim_module_get_data(f->module), f->position);
}

static const struct fascia_simulation_row *find_own_row(const SimFeature *f,
                                                        struct fascia_backend *zone,
                                                        uint32_t property) {
        return find_row(get_data(f), property, fascia_backend_get_zone_name(zone));
}

/* What a property of the zone begins with. */
static int report_start_value(struct fascia_backend *zone, const struct fascia_property *property,
                              uint32_t index, const struct fascia_simulation_row *row) {
        const void *initial = fascia_backend_get_kept(zone, index);
        void *value;
        int r;

        if (!initial)
                initial = row && row->initial ? row->initial : property->initial;
        if (initial)
                return fascia_backend_report(zone, index, initial);
        value = malloc(property->type->size);
        if (!value)
                return -ENOMEM;
        fascia_value_init(property->type, value);
        r = fascia_backend_report(zone, index, value);
        free(value); /* a start value holds nothing */
        return r;
}

static int report_zone(const SimFeature *f, struct fascia_backend *zone) {
        for (uint32_t i = 0; i < f->interface->n_properties; i++) {
                const struct fascia_property *property = sim_property(f->interface, i);
                const struct fascia_simulation_row *row = find_own_row(f, zone, i);
                int r;

                if (row && row->unsupported)
                        continue;
                /* Where a model is to be found, the runtime knows. */
                if (property->type->kind == FASCIA_KIND_MODEL)
                        continue;
                r = report_start_value(zone, property, i, row);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int remember_zone(SimFeature *f, struct fascia_backend *zone) {
        struct fascia_backend **zones;

        for (size_t i = 0; i < f->n_zones; i++)
                if (f->zones[i] == zone)
                        return 0;
        zones = reallocarray(f->zones, f->n_zones + 1, sizeof(*zones));
        if (!zones)
                return -ENOMEM;
        f->zones = zones;
        f->zones[f->n_zones++] = zone;
        return 0;
}

static int add_zone(SimFeature *f, const char *name, struct fascia_backend **ret) {
        struct fascia_backend *zone;
        int r;

        r = fascia_backend_add_zone(f->root, name, NULL, &zone);
        if (r < 0)
                return r;
        r = remember_zone(f, zone);
        if (r >= 0)
                r = report_zone(f, zone);
        if (r < 0) {
                fascia_backend_remove_zone(zone);
                return r;
        }
        *ret = zone;
        return 0;
}

int sim_feature_add_zone(SimFeature *f, const char *name, struct fascia_backend **ret) {
        struct fascia_backend *zone;
        int r;

        r = add_zone(f, name, &zone);
        if (r < 0)
                return r;
        simulator_tell_zone(f, zone, true);
        if (ret)
                *ret = zone;
        return 0;
}

void sim_feature_remove_zone(SimFeature *f, struct fascia_backend *zone) {
        if (zone == f->root || !sim_feature_has_zone(f, zone))
                return;
        fascia_backend_remove_zone(zone);
        simulator_tell_zone(f, zone, false);
}

static bool has_zone(const struct fascia_simulation *data, const char *name) {
        for (uint32_t i = 0; i < data->n_zones; i++)
                if (strcmp(data->zones[i], name) == 0)
                        return true;
        return false;
}

static bool is_unsupported(const struct fascia_simulation *data, uint32_t property,
                           const char *zone) {
        const struct fascia_simulation_row *row = find_row(data, property, zone);

        return row && row->unsupported;
}

static void change_zone(SimFeature *f, struct fascia_backend *zone,
                        const struct fascia_simulation *old) {
        const char *name = fascia_backend_get_zone_name(zone);

        for (uint32_t i = 0; i < f->interface->n_properties; i++) {
                const struct fascia_property *property = sim_property(f->interface, i);
                bool is = is_unsupported(get_data(f), i, name);

                if (property->type->kind == FASCIA_KIND_MODEL || is == is_unsupported(old, i, name))
                        continue;
                if (is)
                        (void)sim_feature_withdraw(f, zone, i);
                else
                        (void)report_start_value(zone, property, i, find_own_row(f, zone, i));
        }
}

void sim_feature_change_data(SimFeature *f, const SimData *old_data, const SimData *data) {
        const struct fascia_simulation *old = sim_data_get(old_data, f->position),
                                       *new = sim_data_get(data, f->position);
        struct fascia_backend *zone;

        for (uint32_t i = 0; i < old->n_zones; i++) {
                zone = sim_feature_get_zone(f, old->zones[i]);
                if (zone && !has_zone(new, old->zones[i]))
                        sim_feature_remove_zone(f, zone);
        }
        change_zone(f, f->root, old);
        for (zone = NULL; (zone = sim_feature_next_zone(f, zone));)
                change_zone(f, zone, old);
        for (uint32_t i = 0; i < new->n_zones; i++)
                if (!sim_feature_get_zone(f, new->zones[i]))
                        (void)sim_feature_add_zone(f, new->zones[i], NULL);
}

/* ---- what leaves it ---- */

static SimDelivery delivery_of(const SimFeature *f, SimDeliveryKind kind,
                               struct fascia_backend *zone, uint32_t member,
                               const struct fascia_type *type, const void *value) {
        return (SimDelivery){ .kind = kind,
                              .simulator = sim_feature_get_simulator(f),
                              .feature = f->id,
                              .zone = zone,
                              .member = member,
                              .type = type,
                              .value = value };
}

const void *sim_feature_get_value(const SimFeature *f, struct fascia_backend *zone,
                                  uint32_t property) {
        (void)f;
        return fascia_backend_get_value(zone, property);
}

int sim_feature_report(SimFeature *f, struct fascia_backend *zone, uint32_t property,
                       const void *value) {
        const SimDelivery d = delivery_of(f, SIM_VALUE, zone, property,
                                          sim_property(f->interface, property)->type, value);

        return sim_delivery_send(&d);
}

int sim_feature_withdraw(SimFeature *f, struct fascia_backend *zone, uint32_t property) {
        return sim_feature_report(f, zone, property, NULL);
}

int sim_feature_emit(SimFeature *f, struct fascia_backend *zone, uint32_t signal,
                     const void *arguments) {
        const struct fascia_type *type = sim_signal(f->interface, signal)->arguments;
        const SimDelivery d = delivery_of(f, SIM_SIGNAL, zone, signal, type,
                                          type->n_members > 0 ? arguments : NULL);

        return sim_delivery_send(&d);
}

/* ---- whether it works ---- */

void sim_feature_tell_state(SimFeature *f) {
        const char *text = f->failure ? f->failure : f->disconnected;

        if (text)
                fascia_backend_fail(f->root, f->failure ? -EIO : -ENOTCONN, text);
        else
                fascia_backend_ready(f->root);
}

static void set_text(SimFeature *f, char **text, const char *to) {
        char *copy = to ? strdup(to) : NULL;

        if (to && !copy)
                return; /* there is nobody who could be told */
        free(*text);
        *text = copy;
        sim_feature_tell_state(f);
}

void sim_feature_set_failed(SimFeature *f, const char *text) {
        set_text(f, &f->failure, text);
}

void sim_feature_set_disconnected(SimFeature *f, const char *text) {
        if (text || f->disconnected)
                set_text(f, &f->disconnected, text);
}

/* ---- what comes to it ---- */

static int refuse_unsupported(const struct fascia_property *property, const char *zone,
                              char **reterr_text) {
        if (asprintf(reterr_text, "%s is unsupported%s%s", property->dbus_name,
                     *zone ? " in zone " : "", zone) < 0)
                return -ENOMEM;
        return -ENODATA;
}

int sim_feature_check_set(const SimFeature *f, struct fascia_backend *zone, uint32_t property,
                          const void *value, char **reterr_text) {
        const struct fascia_property *p = sim_property(f->interface, property);
        const struct fascia_simulation_row *row = find_own_row(f, zone, property);

        if (row && row->unsupported)
                return refuse_unsupported(p, fascia_backend_get_zone_name(zone), reterr_text);
        if (!row || !row->constraint)
                return 0;
        return fascia_property_check(p, row->constraint, value, reterr_text);
}

static SimFeature *find_feature(const SimRequest *q) {
        return simulator_find_id(q->simulator, q->feature);
}

static SimDelivery answer_of(const SimRequest *q, SimDeliveryKind kind,
                             const struct fascia_type *type, const void *value) {
        return (SimDelivery){ .kind = kind,
                              .simulator = q->simulator,
                              .feature = q->feature,
                              .zone = q->zone,
                              .is_set = q->is_set,
                              .member = q->member,
                              .type = type,
                              .value = value,
                              .reply = q->reply };
}

int sim_request_do_set(const SimRequest *q, const void *value) {
        SimFeature *f = find_feature(q);
        char *text = NULL;
        int r;

        if (!f)
                return -ESTALE;
        r = sim_feature_check_set(f, q->zone, q->member, value, &text);
        if (r >= 0)
                r = sim_request_answer_set(q, value);
        else if (r != -ENOMEM)
                r = sim_request_fail(q, r, NULL, text);
        free(text);
        return r;
}

int sim_request_answer_set(const SimRequest *q, const void *value) {
        const SimDelivery answer = answer_of(q, SIM_SET_ANSWER, NULL, NULL);
        SimFeature *f = find_feature(q);
        int r;

        if (!f)
                return -ESTALE;
        r = value ? sim_feature_report(f, q->zone, q->member, value) : 0;
        return r < 0 ? sim_request_fail(q, r, NULL, NULL) : sim_delivery_send(&answer);
}

int sim_request_answer_call(const SimRequest *q, const void *result) {
        SimFeature *f = find_feature(q);
        SimDelivery answer;

        if (!f)
                return -ESTALE;
        answer = answer_of(q, SIM_CALL_ANSWER, sim_method(f->interface, q->member)->output, result);
        return sim_delivery_send(&answer);
}

int sim_request_fail(const SimRequest *q, int code, const char *name, const char *text) {
        SimDelivery answer = answer_of(q, SIM_FAILURE, NULL, NULL);

        answer.code = code;
        answer.name = name;
        answer.text = text;
        return sim_delivery_send(&answer);
}

/* ---- life ---- */

static uint32_t find_position(const struct fascia_interface *interface) {
        const struct fascia_module *m = interface->module;
        uint32_t i = 0;

        for (; i < m->n_interfaces; i++) {
                const struct fascia_interface *other =
                        (const void *)((const char *)m->interfaces + (size_t)i * m->interface_size);

                if (strcmp(other->name, interface->name) == 0)
                        break;
        }
        return i;
}

int sim_feature_new(SimModule *module, struct fascia_backend *root, SimFeature **ret) {
        const struct fascia_simulation *data;
        SimFeature *f;
        int r;

        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->id = simulator_new_id(sim_module_get_simulator(module));
        f->module = module;
        f->root = root;
        f->interface = fascia_backend_get_interface(root);
        f->position = find_position(f->interface);
        data = get_data(f);
        r = report_zone(f, root);
        for (uint32_t i = 0; r >= 0 && i < data->n_zones; i++) {
                struct fascia_backend *zone;

                r = add_zone(f, data->zones[i], &zone);
        }
        if (r < 0) {
                sim_feature_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

SimFeature *sim_feature_free(SimFeature *f) {
        if (!f)
                return NULL;
        free(f->zones);
        free(f->failure);
        free(f->disconnected);
        free(f);
        return NULL;
}
