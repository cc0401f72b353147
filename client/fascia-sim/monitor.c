/* SPDX-License-Identifier: MIT */
/* Sees the calls that clients make. */
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "address.h"
#include "codec.h"
#include "connection-internal.h"
#include "descriptor.h"
#include "value-json.h"
#include "value.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

/* Calls that are not answered yet; who never is goes. */
#define PENDING_MAX 4096u

/* A call that was seen, and awaits its answer. */
typedef struct Pending Pending;
struct Pending {
        Pending *next;
        char *sender;
        uint64_t serial;
        json_t *line;
        const struct fascia_type *output; /* NULL: of a set */
};

struct Monitor {
        Recorder *recorder;
        sd_bus *bus;
        Pending *pending; /* the newest first */
        unsigned n_pending;
};

/* ---- opening ---- */

/* One that never sends anything of its own. */
static int open_bus(const char *address, sd_bus **ret) {
        sd_bus *bus = NULL;
        char *resolved;
        int r;

        r = address_resolve(address ? address : "auto", &resolved);
        if (r < 0)
                return r;
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, resolved);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_set_monitor(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        free(resolved);
        if (r < 0) {
                sd_bus_unref(bus);
                return r;
        }
        *ret = bus;
        return 0;
}

/* Calls of the objects that are recorded, and every answer: whose it is is seen from the call. */
static int append_rules(const Recorder *r, sd_bus_message *m) {
        const struct fascia_interface *interface;
        char rule[512];
        int k;

        k = sd_bus_message_open_container(m, 'a', "s");
        for (size_t i = 0; k >= 0 && (interface = recorder_interface(r, i)); i++) {
                snprintf(rule, sizeof(rule), "type='method_call',path_namespace='%s'",
                         interface->path);
                k = sd_bus_message_append(m, "s", rule);
        }
        if (k >= 0)
                k = sd_bus_message_append(m, "ss", "type='method_return'", "type='error'");
        if (k >= 0)
                k = sd_bus_message_close_container(m);
        return k < 0 ? k : sd_bus_message_append(m, "u", 0);
}

static int become_monitor(Monitor *m, sd_bus_error *error) {
        sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(m->bus, &call, "org.freedesktop.DBus",
                                           "/org/freedesktop/DBus",
                                           "org.freedesktop.DBus.Monitoring", "BecomeMonitor");
        if (r >= 0)
                r = append_rules(m->recorder, call);
        if (r >= 0)
                r = sd_bus_call(m->bus, call, 0, error, NULL);
        sd_bus_message_unref(call);
        return r;
}

void monitor_open(Recorder *recorder, const char *address, Monitor **ret) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Monitor *m = calloc(1, sizeof(*m));
        int r;

        *ret = NULL;
        if (!m)
                return;
        m->recorder = recorder;
        r = open_bus(address, &m->bus);
        if (r >= 0)
                r = become_monitor(m, &error);
        if (r < 0)
                fprintf(stderr, "fascia-sim: calls of clients cannot be seen: %s\n",
                        error.message ? error.message : strerror(-r));
        sd_bus_error_free(&error);
        if (r < 0)
                monitor_close(m);
        else
                *ret = m;
}

/* ---- calls ---- */

static Reader reader_of(sd_bus_message *m) {
        return message_reader(message_from_sd_bus(m));
}

static int add_arguments(json_t *line, const char *key, const struct fascia_type *type,
                         sd_bus_message *m) {
        Reader reader = reader_of(m);
        ValueBuffer value;
        int r;

        r = value_buffer_init(&value, type);
        if (r < 0)
                return r;
        r = codec_read_arguments(&reader, type, value.data);
        if (r >= 0 && type->n_members > 0)
                json_object_set_new(line, key, value_to_json(type, value.data));
        value_buffer_done(&value, r >= 0);
        return r;
}

static void await(Monitor *m, sd_bus_message *call, json_t *line,
                  const struct fascia_type *output) {
        const char *sender = sd_bus_message_get_sender(call);
        Pending *p = calloc(1, sizeof(*p));

        if (p && sender)
                p->sender = strdup(sender);
        if (!p || !p->sender || m->n_pending >= PENDING_MAX ||
            sd_bus_message_get_cookie(call, &p->serial) < 0) {
                /* It is written without an answer. */
                recorder_write(m->recorder, line);
                if (p)
                        free(p->sender);
                free(p);
                return;
        }
        p->line = line;
        p->output = output;
        p->next = m->pending;
        m->pending = p;
        m->n_pending++;
}

/* "" or "/Rear" behind the path of the feature: the zone, to be freed. NULL: another object. */
static char *zone_of(const Recorded *f, const char *path) {
        const struct fascia_interface *i = recorded_interface(f);
        char *zone = NULL;

        if (strcmp(path, i->path) == 0)
                return strdup("");
        if (sd_bus_path_decode(path, i->path, &zone) <= 0 || strchr(zone, '/')) {
                free(zone);
                return NULL;
        }
        return zone;
}

static void take_method(Monitor *m, sd_bus_message *call, Recorded *f, const char *zone) {
        const struct fascia_interface *i = recorded_interface(f);

        for (uint32_t k = 0; k < i->n_methods; k++) {
                const struct fascia_method *method = interface_method(i, k);
                json_t *line;

                if (strcmp(method->dbus_name, sd_bus_message_get_member(call)) != 0)
                        continue;
                line = recorder_line(m->recorder, recorder_time(m->recorder), "call", f,
                                     method->name, zone);
                if (add_arguments(line, "arguments", method->input, call) >= 0)
                        await(m, call, line, method->output);
                else
                        json_decref(line); /* the service will refuse it */
                return;
        }
}

static void take_set(Monitor *m, sd_bus_message *call) {
        const char *interface, *name, *rest;
        Recorded *f;
        char *zone;
        int index;

        if (strcmp(sd_bus_message_get_member(call), "Set") != 0 ||
            sd_bus_message_read(call, "ss", &interface, &name) < 0)
                return;
        f = recorder_find(m->recorder, interface, sd_bus_message_get_path(call), &rest);
        zone = f ? zone_of(f, sd_bus_message_get_path(call)) : NULL;
        index = zone ? interface_find_property(recorded_interface(f), name) : -ENOENT;
        if (index >= 0) {
                const struct fascia_property *p = interface_property(recorded_interface(f),
                                                                     (uint32_t)index);
                Reader reader = reader_of(call);
                ValueBuffer value;
                int r;

                if (value_buffer_init(&value, p->type) >= 0) {
                        r = codec_read_variant(&reader, p->type, value.data);
                        if (r >= 0) {
                                json_t *line = recorder_line(m->recorder,
                                                             recorder_time(m->recorder), "write", f,
                                                             p->name, zone);

                                json_object_set_new(line, "value",
                                                    value_to_json(p->type, value.data));
                                await(m, call, line, NULL);
                        }
                        value_buffer_done(&value, r >= 0);
                }
        }
        free(zone);
}

static void take_call(Monitor *m, sd_bus_message *call) {
        const char *interface = sd_bus_message_get_interface(call), *rest;
        Recorded *f;
        char *zone;

        if (!interface)
                return;
        if (strcmp(interface, PROPERTIES) == 0) {
                take_set(m, call);
                return;
        }
        f = recorder_find(m->recorder, interface, sd_bus_message_get_path(call), &rest);
        zone = f ? zone_of(f, sd_bus_message_get_path(call)) : NULL;
        if (zone)
                take_method(m, call, f, zone);
        free(zone);
}

/* ---- answers ---- */

static Pending *take_pending(Monitor *m, const char *destination, uint64_t serial) {
        for (Pending **p = &m->pending; *p; p = &(*p)->next) {
                Pending *one = *p;

                if (one->serial != serial || strcmp(one->sender, destination) != 0)
                        continue;
                *p = one->next;
                m->n_pending--;
                return one;
        }
        return NULL;
}

static void add_result(json_t *line, const struct fascia_type *output, sd_bus_message *reply) {
        if (output->n_members == 1) {
                json_t *result = json_object();

                if (add_arguments(result, "all", output, reply) >= 0)
                        json_object_set(line, "result",
                                        json_object_get(json_object_get(result, "all"),
                                                        output->members[0].name));
                json_decref(result);
        }
}

static void take_answer(Monitor *m, sd_bus_message *reply) {
        const char *destination = sd_bus_message_get_destination(reply);
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        uint64_t serial;
        Pending *p;

        if (!destination || sd_bus_message_get_reply_cookie(reply, &serial) < 0)
                return;
        p = take_pending(m, destination, serial);
        if (!p)
                return;
        if (error)
                json_object_set_new(p->line, "error",
                                    json_pack("{s:s, s:s}", "name", error->name, "text",
                                              error->message ? error->message : ""));
        else if (p->output)
                add_result(p->line, p->output, reply);
        recorder_write(m->recorder, p->line);
        free(p->sender);
        free(p);
}

void monitor_dispatch(Monitor *m) {
        sd_bus_message *message = NULL;

        while (sd_bus_process(m->bus, &message) > 0) {
                if (!message)
                        continue;
                if (sd_bus_message_is_method_call(message, NULL, NULL))
                        take_call(m, message);
                else if (!sd_bus_message_is_signal(message, NULL, NULL))
                        take_answer(m, message);
                message = sd_bus_message_unref(message);
        }
}

Monitor *monitor_close(Monitor *m) {
        if (!m)
                return NULL;
        while (m->pending) {
                Pending *next = m->pending->next;

                /* Nobody has answered yet. */
                recorder_write(m->recorder, m->pending->line);
                free(m->pending->sender);
                free(m->pending);
                m->pending = next;
        }
        sd_bus_flush_close_unref(m->bus);
        free(m);
        return NULL;
}
