/* SPDX-License-Identifier: MIT */
/* record: what services do, as one JSON object a line. */
#include "record.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fascia/generated.h>

#include "descriptor.h"
#include "modules.h"
#include "monitor.h"
#include "value-json.h"

struct Recorded {
        Recorder *recorder;
        const struct fascia_interface *interface;
        struct fascia_feature *feature;
        bool is_ready;
        bool was_ready;
};

struct Recorder {
        Tool *tool;
        Recorded *features;
        size_t n;
        FILE *file;
        uint64_t begin; /* in microseconds of CLOCK_MONOTONIC */
        Monitor *monitor;
};

/* What a listener is: nothing but that it is there. */
static const char listener;

/* ---- lines ---- */

static uint64_t now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

double recorder_time(const Recorder *r) {
        return (double)(now() - r->begin) / 1e6;
}

void recorder_write(Recorder *r, json_t *line) {
        if (!line)
                return; /* no memory: better a gap than the end */
        json_dumpf(line, r->file, JSON_COMPACT | JSON_REAL_PRECISION(12));
        fputc('\n', r->file);
        json_decref(line);
}

/* { "at": …, KIND: SUBJECT, "zone": … }; what nobody needs is left out. */
json_t *recorder_line(const Recorder *r, double at, const char *kind, const Recorded *f,
                      const char *member, const char *zone) {
        char subject[512];
        json_t *line = json_object();

        (void)r;
        snprintf(subject, sizeof(subject), "%s%s%s", f->interface->qualified_name,
                 member ? "." : "", member ? member : "");
        json_object_set_new(line, "at", json_real(at));
        json_object_set_new(line, kind, json_string(subject));
        if (*zone)
                json_object_set_new(line, "zone", json_string(zone));
        return line;
}

static void write_value(Recorded *f, const char *zone, uint32_t index, const void *value) {
        const struct fascia_property *p = interface_property(f->interface, index);
        json_t *line = recorder_line(f->recorder, recorder_time(f->recorder),
                                     value ? "set" : "withdraw", f, p->name, zone);

        if (value)
                json_object_set_new(line, "value", value_to_json(p->type, value));
        recorder_write(f->recorder, line);
}

static void write_signal(Recorded *f, const char *zone, uint32_t index, const void *arguments) {
        const struct fascia_signal *s = interface_signal(f->interface, index);
        json_t *line = recorder_line(f->recorder, recorder_time(f->recorder), "emit", f, s->name,
                                     zone);

        if (s->arguments->n_members > 0)
                json_object_set_new(line, "arguments", value_to_json(s->arguments, arguments));
        recorder_write(f->recorder, line);
}

static void write_all(Recorded *f, struct fascia_feature *feature) {
        for (uint32_t i = 0; i < f->interface->n_properties; i++)
                if (interface_property(f->interface, i)->type->kind != FASCIA_KIND_MODEL &&
                    fascia_feature_has_value(feature, i))
                        write_value(f, fascia_feature_get_zone_name(feature), i,
                                    fascia_feature_get_value(feature, i));
}

/* ---- zones and states ---- */

static void add_zone(Recorded *f, struct fascia_feature *zone) {
        (void)fascia_feature_add_listener(zone, &listener, sizeof(listener), f);
        recorder_write(f->recorder,
                       recorder_line(f->recorder, recorder_time(f->recorder), "add-zone", f, NULL,
                                     fascia_feature_get_zone_name(zone)));
}

/* The first time everything there is; after that the events say what is new, also of a zone that comes. */
static void begin(Recorded *f) {
        write_all(f, f->feature);
        for (struct fascia_feature *z = NULL; (z = fascia_feature_next_zone(f->feature, z));) {
                add_zone(f, z);
                write_all(f, z);
        }
        f->was_ready = true;
}

static void take_state(Recorded *f, enum fascia_state state) {
        const struct fascia_error *error = fascia_feature_get_error(f->feature);
        bool is_ready = state == FASCIA_STATE_READY;
        json_t *line;

        if (is_ready == f->is_ready)
                return;
        f->is_ready = is_ready;
        if (is_ready && !f->was_ready) {
                begin(f);
                return;
        }
        line = recorder_line(f->recorder, recorder_time(f->recorder), is_ready ? "ready" : "fail",
                             f, NULL, "");
        if (!is_ready && error)
                json_object_set_new(line, "text", json_string(error->message));
        recorder_write(f->recorder, line);
}

static void take_zone(Recorded *f, const char *name, bool is_present) {
        struct fascia_feature *zone = is_present ? fascia_feature_get_zone(f->feature, name) : NULL;

        if (!f->was_ready)
                return; /* it is written with all the others */
        if (zone)
                add_zone(f, zone);
        else if (!is_present)
                recorder_write(f->recorder, recorder_line(f->recorder, recorder_time(f->recorder),
                                                          "remove-zone", f, NULL, name));
}

static void notify(struct fascia_feature *feature, const void *l, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        const char *zone = fascia_feature_get_zone_name(feature);
        Recorded *f = userdata;

        (void)l;
        switch (event) {
        case FASCIA_EVENT_PROPERTY:
                if (f->was_ready)
                        write_value(f, zone, index,
                                    fascia_feature_has_value(feature, index) ? data : NULL);
                break;
        case FASCIA_EVENT_SIGNAL:
                write_signal(f, zone, index, data);
                break;
        case FASCIA_EVENT_STATE:
                if (!*zone)
                        take_state(f, *(const enum fascia_state *)data);
                break;
        case FASCIA_EVENT_ZONE_ADDED:
        case FASCIA_EVENT_ZONE_REMOVED:
                if (!*zone)
                        take_zone(f, data, event == FASCIA_EVENT_ZONE_ADDED);
                break;
        case FASCIA_EVENT_CHANGED:
                break;
        }
}

/* ---- which features ---- */

static int add_feature(Recorder *r, const struct fascia_interface *interface) {
        Recorded *f = &r->features[r->n];
        int k;

        *f = (Recorded){ .recorder = r, .interface = interface };
        k = fascia_feature_new(r->tool->client, interface, NULL, notify, &f->feature);
        if (k >= 0) {
                r->n++;
                k = fascia_feature_add_listener(f->feature, &listener, sizeof(listener), f);
        }
        if (k >= 0 && fascia_feature_get_state(f->feature) == FASCIA_STATE_READY)
                take_state(f, FASCIA_STATE_READY);
        return k < 0 ? fail(STATUS_UNAVAILABLE, "%s: %s", interface->name, strerror(-k))
                     : STATUS_OK;
}

/* Before a file is written over for it. */
static int check_names(const Tool *t, int n, char *args[]) {
        for (int i = 0; i < n; i++)
                if (!modules_find(t->modules, args[i]))
                        return STATUS_UNKNOWN;
        return STATUS_OK;
}

static int add_features(Recorder *r, int n, char *args[]) {
        const struct fascia_interface *interface;
        size_t n_all = 0;
        int status = STATUS_OK;

        while (modules_get(r->tool->modules, n_all))
                n_all++;
        r->features = calloc(n_all + (size_t)n + 1, sizeof(*r->features));
        if (!r->features)
                return fail_memory();
        for (int i = 0; status == STATUS_OK && i < n; i++) {
                interface = modules_find(r->tool->modules, args[i]);
                status = interface ? add_feature(r, interface) : STATUS_UNKNOWN;
        }
        for (size_t i = 0; n == 0 && status == STATUS_OK && i < n_all; i++)
                status = add_feature(r, modules_get(r->tool->modules, i));
        return status;
}

Recorded *recorder_find(const Recorder *r, const char *dbus_name, const char *path,
                        const char **ret_rest) {
        for (size_t i = 0; i < r->n; i++) {
                const struct fascia_interface *interface = r->features[i].interface;
                size_t size = strlen(interface->path);

                if (strcmp(interface->dbus_name, dbus_name) != 0 ||
                    strncmp(path, interface->path, size) != 0 ||
                    (path[size] != '\0' && path[size] != '/'))
                        continue;
                *ret_rest = path + size;
                return &r->features[i];
        }
        return NULL;
}

const struct fascia_interface *recorded_interface(const Recorded *f) {
        return f->interface;
}

const struct fascia_interface *recorder_interface(const Recorder *r, size_t n) {
        return n < r->n ? r->features[n].interface : NULL;
}

/* ---- running ---- */

static volatile sig_atomic_t is_over;

static void on_interrupt(int number) {
        (void)number;
        is_over = 1;
}

static void write_header(Recorder *r) {
        char text[32];
        time_t t = time(NULL);
        struct tm tm;

        gmtime_r(&t, &tm);
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
        recorder_write(r, json_pack("{s:i, s:s}", "fascia-recording", 1, "started", text));
}

static int open_output(Recorder *r) {
        const char *path = r->tool->options.output;

        r->file = path ? fopen(path, "we") : stdout;
        if (!r->file)
                return fail(STATUS_USAGE, "%s: %s", path, strerror(errno));
        /* Whoever reads along, and whoever is killed, has whole lines. */
        setvbuf(r->file, NULL, _IOLBF, 65536);
        return STATUS_OK;
}

static int close_output(Recorder *r, int status) {
        bool failed;

        if (!r->file)
                return status;
        failed = fflush(r->file) != 0 || ferror(r->file);
        if (r->file != stdout)
                failed |= fclose(r->file) != 0;
        return failed ? fail(STATUS_UNAVAILABLE, "failed to write: %s", strerror(errno)) : status;
}

static int record(Recorder *r) {
        const struct sigaction action = { .sa_handler = on_interrupt };
        int k;

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        while (!is_over && !ferror(r->file)) {
                /* A signal in between is seen soon. */
                k = fascia_client_wait(r->tool->client, r->monitor ? 20000 : 200000);
                if (k < 0 && k != -EINTR)
                        return fail(STATUS_UNAVAILABLE, "%s", strerror(-k));
                if (r->monitor)
                        monitor_dispatch(r->monitor);
        }
        return STATUS_OK;
}

int command_record(Tool *t, int n, char *args[]) {
        Recorder r = { .tool = t, .begin = now() };
        int status;

        if (n == 0 && !t->options.has_all)
                return fail(STATUS_USAGE, "usage: fascia-sim record FEATURE..., or -a for all");
        status = modules_open(t);
        if (status == STATUS_OK)
                status = check_names(t, n, args);
        if (status == STATUS_OK)
                status = open_output(&r);
        if (status == STATUS_OK) {
                write_header(&r);
                status = add_features(&r, n, args);
        }
        if (status == STATUS_OK) {
                monitor_open(&r, fascia_client_get_setting(t->client, "fascia", "Address", NULL),
                             &r.monitor);
                fprintf(stderr, "fascia-sim: recording %zu feature%s%s; Ctrl-C ends it\n", r.n,
                        r.n == 1 ? "" : "s", r.monitor ? "" : ", without calls");
                status = record(&r);
        }
        monitor_close(r.monitor);
        while (r.n > 0)
                fascia_feature_free(r.features[--r.n].feature);
        free(r.features);
        return close_output(&r, status);
}
