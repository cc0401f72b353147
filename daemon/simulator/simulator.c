/* SPDX-License-Identifier: MIT */
/* The simulator: a backend for any interface, from its descriptors and the simulation data of its
 * module. It keeps what it is told, within the bounds of the data, and answers calls with empty
 * results. */
#include <errno.h>
#include <fascia/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one instance: all a simulation is beyond the values themselves, which the host keeps. */
typedef struct Simulator {
        const struct fascia_simulation *data; /* NULL: the module has none */
} Simulator;

static const struct fascia_interface *interface_at(const struct fascia_module *m, uint32_t n) {
        return (const void *)((const char *)m->interfaces + (size_t)n * m->interface_size);
}

static const struct fascia_property *property_at(const struct fascia_interface *i, uint32_t n) {
        return (const void *)((const char *)i->properties + (size_t)n * i->module->property_size);
}

static const struct fascia_method *method_at(const struct fascia_interface *i, uint32_t n) {
        return (const void *)((const char *)i->methods + (size_t)n * i->module->method_size);
}

/* The data of this interface; where no module library is installed, types alone are simulated. */
static int find_data(struct fascia_backend *backend, const struct fascia_simulation **ret) {
        const struct fascia_interface *interface = fascia_backend_get_interface(backend);
        const struct fascia_module *module = interface->module;
        const struct fascia_module_library *library;
        int r;

        *ret = NULL;
        r = fascia_host_get_module_library(fascia_backend_get_host(backend), module, &library);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        for (uint32_t i = 0; i < module->n_interfaces; i++)
                if (strcmp(interface_at(module, i)->name, interface->name) == 0)
                        *ret = &library->simulation[i];
        return 0;
}

/* Said in full: without it, zones and bounds would be missing without a word. */
static void blame_data(struct fascia_backend *backend, int code) {
        char *text;

        if (asprintf(&text, "The module library '%s' cannot be used: %s",
                     fascia_backend_get_interface(backend)->module->bus_name,
                     code == -ELIBBAD ? "it is broken, or was made from another version"
                                      : strerror(-code)) < 0)
                return;
        fascia_backend_fail(backend, code, text);
        free(text);
}

/* The row of the zone; else the one for the feature and every zone without a row; NULL: none. */
static const struct fascia_simulation_row *find_row(const Simulator *s, uint32_t property,
                                                    const char *zone) {
        const struct fascia_simulation_row *common = NULL;

        for (uint32_t i = 0; s->data && i < s->data->n_rows; i++) {
                const struct fascia_simulation_row *row = &s->data->rows[i];

                if (row->property != property)
                        continue;
                if (!row->zone)
                        common = row;
                else if (strcmp(row->zone, zone) == 0)
                        return row;
        }
        return common;
}

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

static int report_zone(const Simulator *s, struct fascia_backend *zone) {
        const struct fascia_interface *interface = fascia_backend_get_interface(zone);
        const char *name = fascia_backend_get_zone_name(zone);

        for (uint32_t i = 0; i < interface->n_properties; i++) {
                const struct fascia_simulation_row *row = find_row(s, i, name);
                int r;

                if (row && row->unsupported)
                        continue;
                /* Where a model is to be found, the runtime knows. */
                if (property_at(interface, i)->type->kind == FASCIA_KIND_MODEL)
                        continue;
                r = report_start_value(zone, property_at(interface, i), i, row);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int report_all(const Simulator *s, struct fascia_backend *backend) {
        int r;

        r = report_zone(s, backend);
        for (uint32_t i = 0; r >= 0 && s->data && i < s->data->n_zones; i++) {
                struct fascia_backend *zone;

                r = fascia_backend_add_zone(backend, s->data->zones[i], NULL, &zone);
                if (r >= 0)
                        r = report_zone(s, zone);
        }
        return r;
}

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        Simulator *s;
        int r;

        (void)plugin;
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        r = find_data(backend, &s->data);
        if (r < 0)
                blame_data(backend, r);
        else
                r = report_all(s, backend);
        if (r < 0) {
                free(s);
                return r;
        }
        *ret_userdata = s;
        fascia_backend_ready(backend);
        return 0;
}

static void on_stop(struct fascia_backend *backend, void *userdata) {
        (void)backend;
        free(userdata);
}

static int refuse_unsupported(struct fascia_reply reply, const struct fascia_property *property,
                              const char *zone) {
        char *text;
        int r;

        if (asprintf(&text, "%s is unsupported%s%s", property->dbus_name, *zone ? " in zone " : "",
                     zone) < 0)
                return -ENOMEM;
        r = fascia_reply_fail(reply, -ENODATA, text);
        free(text);
        return r;
}

static int on_set(struct fascia_backend *backend, uint32_t index, const void *value,
                  struct fascia_reply reply, void *userdata) {
        const struct fascia_property *property = property_at(fascia_backend_get_interface(backend),
                                                             index);
        const char *zone = fascia_backend_get_zone_name(backend);
        const struct fascia_simulation_row *row = find_row(userdata, index, zone);
        char *text = NULL;
        int r;

        if (row && row->unsupported)
                return refuse_unsupported(reply, property, zone);
        if (!row || !row->constraint)
                return fascia_reply_set(reply, value);
        r = fascia_property_check(property, row->constraint, value, &text);
        if (r >= 0)
                r = fascia_reply_set(reply, value);
        else if (r == -ERANGE)
                r = fascia_reply_fail(reply, r, text);
        free(text);
        return r;
}

static int on_call(struct fascia_backend *backend, uint32_t index, const void *arguments,
                   struct fascia_reply reply, void *userdata) {
        const struct fascia_type *type =
                method_at(fascia_backend_get_interface(backend), index)->output;
        void *result;
        int r;

        (void)arguments;
        (void)userdata;
        result = malloc(type->size + 1); /* also of nothing */
        if (!result)
                return -ENOMEM;
        fascia_value_init(type, result);
        r = fascia_reply_call(reply, result);
        free(result);
        return r;
}

static const struct fascia_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .stop = on_stop,
        .set = on_set,
        .call = on_call,
};

static const struct fascia_plugin_feature features[] = {
        { .interface = NULL, .ops = &ops },
};

FASCIA_EXPORT extern const struct fascia_plugin fascia_plugin;
const struct fascia_plugin fascia_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "simulator",
        .kind = FASCIA_PLUGIN_SIMULATION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
