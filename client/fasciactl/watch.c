/* SPDX-License-Identifier: MIT */
/* watch: what changes, as it changes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "codec.h"
#include "descriptor.h"
#include "text.h"
#include "value-json.h"
#include "value.h"
#include "values.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define FEATURE_INFO "org.fascia.Feature1"

typedef struct Watch Watch;

/* One feature that is watched, with all its zones. */
typedef struct Watched {
        Watch *watch;
        const CtlFeature *feature;
        const char *member; /* the only one; NULL: all */
        char *owner;        /* of the name; NULL: nobody */
        Subscription *signals, *name;
} Watched;

struct Watch {
        Ctl *ctl;
        Catalogue catalogue;
        Watched *watched;
        size_t n;
        unsigned n_events; /* that were printed */
};

/* ---- printing ---- */

static void print_time(void) {
        struct timespec now;
        struct tm tm;
        char text[16];

        clock_gettime(CLOCK_REALTIME, &now);
        localtime_r(&now.tv_sec, &tm);
        strftime(text, sizeof(text), "%H:%M:%S", &tm);
        printf("%s.%03ld ", text, now.tv_nsec / 1000000);
}

/* An object with what all lines have. */
static json_t *begin_line(const Watched *w, const char *zone) {
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return json_pack("{s:f, s:s, s:s}", "time",
                         (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3, "feature",
                         w->feature->name, "zone", zone);
}

static void begin_event(Watched *w, const char *zone) {
        w->watch->n_events++;
        if (w->watch->ctl->options.as_json)
                return;
        print_time();
        printf("%s%s%s ", w->feature->name, *zone ? "/" : "", zone);
}

/* value NULL: it has none, for this reason (NULL: the usual one). */
static void tell_value(Watched *w, const char *zone, const struct fascia_property *p,
                       const void *value, const char *reason) {
        begin_event(w, zone);
        if (w->watch->ctl->options.as_json) {
                json_t *line = begin_line(w, zone);

                json_object_set_new(line, "property", json_string(p->name));
                json_object_set_new(line, "value",
                                    value ? value_to_json(p->type, value) : json_null());
                print_json(line, JSON_COMPACT);
                json_decref(line);
                return;
        }
        printf("%s ", p->name);
        if (value)
                print_value(p->type, p->unit, value);
        else
                printf("-%s%s", reason ? " " : "", reason ? reason : "");
        putchar('\n');
}

static void tell_signal(Watched *w, const char *zone, const struct fascia_signal *s,
                        const void *arguments) {
        begin_event(w, zone);
        if (w->watch->ctl->options.as_json) {
                json_t *line = begin_line(w, zone);

                json_object_set_new(line, "signal", json_string(s->name));
                json_object_set_new(line, "arguments", value_to_json(s->arguments, arguments));
                print_json(line, JSON_COMPACT);
                json_decref(line);
                return;
        }
        printf("%s(", s->name);
        for (uint32_t i = 0; i < s->arguments->n_members; i++) {
                const struct fascia_member *m = &s->arguments->members[i];
                char *text = fascia_value_print(m->type, (const char *)arguments + m->offset);

                printf("%s%s: %s", i > 0 ? ", " : "", m->name, text ? text : "?");
                free(text);
        }
        puts(")");
}

static void tell_state(Watched *w, const char *zone, const char *state, const char *error) {
        begin_event(w, zone);
        if (w->watch->ctl->options.as_json) {
                json_t *line = begin_line(w, zone);

                json_object_set_new(line, "state", json_string(state));
                json_object_set_new(line, "error", json_string(error));
                print_json(line, JSON_COMPACT);
                json_decref(line);
                return;
        }
        printf("is %s%s%s\n", state, *error ? ": " : "", error);
}

/* ---- values that have to be asked for ---- */

typedef struct Question {
        Watched *watched;
        const struct fascia_property *property;
        char *zone;
} Question;

/* Where nobody is left to ask, the state says so. */
static void tell_error(const Question *q, const char *name) {
        if (strcmp(name, "org.fascia.Error.Unsupported") == 0)
                tell_value(q->watched, q->zone, q->property, NULL, NULL);
        else if (!is_absence(name))
                tell_value(q->watched, q->zone, q->property, NULL, name);
}

static void on_value(Message *reply, void *userdata) {
        Question *q = userdata;
        ValueBuffer value;
        Reader r;

        if (reply && message_is_error(reply)) {
                tell_error(q, message_get_error_name(reply));
        } else if (reply && value_buffer_init(&value, q->property->type) >= 0) {
                bool is_value;

                r = message_reader(reply);
                is_value = codec_read_variant(&r, q->property->type, value.data) >= 0;
                if (is_value)
                        tell_value(q->watched, q->zone, q->property, value.data, NULL);
                value_buffer_done(&value, is_value);
        }
        free(q->zone);
        free(q);
}

static void ask_value(Watched *w, const char *path, const char *zone,
                      const struct fascia_property *p) {
        Connection *c = bus_get_connection(w->watch->ctl->bus);
        Question *q = calloc(1, sizeof(*q));
        Message *call;
        Writer writer;
        int r;

        r = q ? message_new_call(c, w->feature->bus_name, path, PROPERTIES, "Get", &call) : -ENOMEM;
        if (r < 0) {
                free(q);
                return;
        }
        *q = (Question){ w, p, strdup(zone) };
        writer = message_writer(call);
        r = writer_string(&writer, w->feature->interface->dbus_name);
        if (r >= 0)
                r = writer_string(&writer, p->dbus_name);
        if (r >= 0 && q->zone)
                r = connection_call(c, call, w->watch->ctl->options.timeout, on_value, q, NULL);
        if (r < 0 || !q->zone) {
                free(q->zone);
                free(q);
        }
        message_unref(call);
}

/* ---- signals ---- */

static bool is_wanted(const Watched *w, const char *name, const char *dbus_name) {
        return !w->member || strcmp(w->member, name) == 0 || strcmp(w->member, dbus_name) == 0;
}

static int read_change(Watched *w, Reader *r, const char *zone) {
        const struct fascia_interface *i = w->feature->interface;
        const struct fascia_property *p;
        ValueBuffer value;
        const char *name;
        int index, k;

        k = reader_string(r, &name);
        if (k < 0)
                return k;
        index = interface_find_property(i, name);
        if (index < 0 || !is_wanted(w, interface_property(i, (uint32_t)index)->name, name))
                return reader_skip(r, "v");
        p = interface_property(i, (uint32_t)index);
        k = value_buffer_init(&value, p->type);
        if (k < 0)
                return k;
        k = codec_read_variant(r, p->type, value.data);
        if (k >= 0)
                tell_value(w, zone, p, value.data, NULL);
        value_buffer_done(&value, k >= 0);
        return k;
}

static int read_changes(Watched *w, Reader *r, const char *path, const char *zone) {
        const struct fascia_interface *i = w->feature->interface;
        const char *name;
        int k;

        k = reader_enter(r, 'a', "{sv}");
        while (k >= 0 && (k = reader_next(r, 'e', "sv")) > 0) {
                k = read_change(w, r, zone);
                if (k >= 0)
                        k = reader_exit(r);
        }
        if (k >= 0)
                k = reader_exit(r);
        if (k >= 0)
                k = reader_enter(r, 'a', "s");
        while (k >= 0 && (k = reader_at_end(r)) == 0) {
                int index;

                k = reader_string(r, &name);
                index = k >= 0 ? interface_find_property(i, name) : -ENOENT;
                if (index >= 0 && is_wanted(w, interface_property(i, (uint32_t)index)->name, name))
                        ask_value(w, path, zone, interface_property(i, (uint32_t)index));
        }
        return k;
}

/* All zones of a feature are in its state: it is told once. */
static void read_state(Watched *w, const json_t *info, const char *zone) {
        const char *state = json_string_value(json_object_get(info, "State"));
        const char *error = json_string_value(json_object_get(info, "Error"));

        if (state && !*zone && !w->member)
                tell_state(w, zone, state, error ? error : "");
}

static void read_info(Watched *w, Reader *r, const char *zone) {
        json_t *changes = read_json(r);

        read_state(w, changes, zone);
        json_decref(changes);
}

static void take_properties(Watched *w, Message *signal, const char *zone) {
        Reader r = message_reader(signal);
        const char *interface;

        if (reader_string(&r, &interface) < 0)
                return;
        if (strcmp(interface, w->feature->interface->dbus_name) == 0)
                read_changes(w, &r, message_get_path(signal), zone);
        else if (strcmp(interface, FEATURE_INFO) == 0)
                read_info(w, &r, zone);
}

static void take_signal(Watched *w, Message *signal, const char *zone) {
        const struct fascia_interface *i = w->feature->interface;
        const struct fascia_signal *s;
        ValueBuffer arguments;
        Reader r;
        int index, k;

        index = interface_find_signal(i, message_get_member(signal));
        if (index < 0)
                return;
        s = interface_signal(i, (uint32_t)index);
        if (!is_wanted(w, s->name, s->dbus_name) || value_buffer_init(&arguments, s->arguments) < 0)
                return;
        r = message_reader(signal);
        k = codec_read_arguments(&r, s->arguments, arguments.data);
        if (k >= 0)
                tell_signal(w, zone, s, arguments.data);
        value_buffer_done(&arguments, k >= 0);
}

static void on_signal(Message *signal, void *userdata) {
        Watched *w = userdata;
        const char *sender = message_get_sender(signal), *path = message_get_path(signal);
        const char *wanted = w->watch->ctl->options.zone;
        char *zone = NULL;

        if (!w->owner || !sender || strcmp(sender, w->owner) != 0)
                return;
        if (strcmp(path, w->feature->path) == 0)
                zone = strdup("");
        else if (sd_bus_path_decode(path, w->feature->path, &zone) <= 0)
                return; /* of a model */
        if (zone && (!*wanted || strcmp(zone, wanted) == 0)) {
                if (strcmp(message_get_interface(signal), PROPERTIES) == 0)
                        take_properties(w, signal, zone);
                else if (strcmp(message_get_interface(signal), w->feature->interface->dbus_name) ==
                         0)
                        take_signal(w, signal, zone);
        }
        free(zone);
}

/* ---- who serves ---- */

static void on_state(Message *reply, void *userdata) {
        Watched *w = userdata;
        const char *state;
        json_t *info;
        Reader r;

        if (!reply || message_is_error(reply))
                return;
        r = message_reader(reply);
        info = read_json(&r);
        state = json_string_value(json_object_get(info, "State"));
        if (state && strcmp(state, "ready") != 0)
                read_state(w, info, "");
        json_decref(info);
}

/* Of one that has just come: by this it also knows that somebody is there, and does not leave for lack of users. */
static void ask_state(Watched *w) {
        Connection *c = bus_get_connection(w->watch->ctl->bus);
        Message *call;
        Writer writer;

        if (message_new_call(c, w->feature->bus_name, w->feature->path, PROPERTIES, "GetAll",
                             &call) < 0)
                return;
        writer = message_writer(call);
        if (writer_string(&writer, FEATURE_INFO) >= 0)
                (void)connection_call(c, call, w->watch->ctl->options.timeout, on_state, w, NULL);
        message_unref(call);
}

static void on_owner(const char *owner, void *userdata) {
        Watched *w = userdata;

        free(w->owner);
        w->owner = owner ? strdup(owner) : NULL;
        tell_state(w, "", owner ? "back" : "gone", "");
        if (owner)
                ask_state(w);
}

static void read_owner(Watched *w) {
        Message *reply;
        Reader r;
        const char *owner;

        if (bus_ask(w->watch->ctl->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                    "org.freedesktop.DBus", "GetNameOwner", w->feature->bus_name, &reply) < 0)
                return;
        r = message_reader(reply);
        if (!message_is_error(reply) && reader_string(&r, &owner) >= 0)
                w->owner = strdup(owner);
        message_unref(reply);
}

/* The bus does things in their order: once the owner is known, the signals are listened to. */
static int watch_begin(Watched *w) {
        Connection *c = bus_get_connection(w->watch->ctl->bus);
        int r;

        r = connection_watch_name(c, w->feature->bus_name, on_owner, NULL, w, &w->name);
        if (r >= 0)
                r = connection_subscribe(c, w->feature->bus_name, w->feature->path, on_signal, NULL,
                                         w, &w->signals);
        if (r >= 0)
                read_owner(w);
        return r < 0 ? fail(STATUS_UNAVAILABLE, "the bus does not answer: %s", strerror(-r)) : 0;
}

/* ---- the command ---- */

static bool has_zone_now(const CtlFeature *f, const char *name) {
        json_t *zone;
        size_t i;

        json_array_foreach (json_object_get(f->record, "Zones"), i, zone)
                if (strcmp(json_string_value(zone), name) == 0)
                        return true;
        return false;
}

/* Zones come and go, but a name that was mistyped will not come. is_named: the feature was asked for. */
static int check_zone(const CtlFeature *f, const char *zone, bool is_named) {
        if (!(f->interface->flags & FASCIA_INTERFACE_ZONED))
                return is_named ? fail(STATUS_UNKNOWN, "%s has no zones", f->name) : 0;
        if (f->record && !has_zone_now(f, zone))
                fprintf(stderr, "fasciactl: %s has no zone '%s' at present\n", f->name, zone);
        return 0;
}

static int watch_add(Watch *watch, CtlFeature *f, const char *member, bool is_named) {
        const char *zone = watch->ctl->options.zone;
        int status;

        status = catalogue_describe(watch->ctl, &watch->catalogue, f);
        if (status != 0)
                return status;
        if (member && find_property(f->interface, member) < 0 &&
            find_signal(f->interface, member) < 0)
                return fail(STATUS_UNKNOWN, "%s has no property or signal '%s'", f->name, member);
        if (*zone) {
                status = check_zone(f, zone, is_named);
                if (status != 0 || !(f->interface->flags & FASCIA_INTERFACE_ZONED))
                        return status;
        }
        watch->watched[watch->n++] = (Watched){ .watch = watch, .feature = f, .member = member };
        return 0;
}

/* All that run, or those that are named. */
static int watch_choose(Watch *watch, int n, char *args[]) {
        Catalogue *k = &watch->catalogue;
        const char *member;
        CtlFeature *f;
        int status = 0;

        /* Once: what is found must stay where it is. */
        catalogue_add_installed(watch->ctl, k);
        watch->watched = calloc(k->n + (size_t)n + 1, sizeof(*watch->watched));
        if (!watch->watched)
                return fail_memory();
        for (int i = 0; status == 0 && i < n; i++) {
                status = catalogue_find_among(k, args[i], MEMBER_MAY_BE, &f, &member);
                if (status == 0)
                        status = watch_add(watch, f, member, true);
        }
        for (size_t i = 0; n == 0 && status == 0 && i < k->n; i++)
                if (k->features[i].manager)
                        status = watch_add(watch, &k->features[i], NULL, false);
        return status;
}

static int watch_run(Watch *watch) {
        unsigned limit = watch->ctl->options.count;
        int r = 0, status = 0;

        for (size_t i = 0; status == 0 && i < watch->n; i++)
                status = watch_begin(&watch->watched[i]);
        if (status != 0)
                return status;
        fprintf(stderr, "watching %zu feature%s\n", watch->n, watch->n == 1 ? "" : "s");
        while (r >= 0 && (limit == 0 || watch->n_events < limit))
                r = bus_wait(watch->ctl->bus, UINT64_MAX);
        return r < 0 ? fail(STATUS_UNAVAILABLE, "the bus is gone") : 0;
}

static void watch_done(Watch *watch) {
        for (size_t i = 0; i < watch->n; i++) {
                subscription_free(watch->watched[i].signals);
                subscription_free(watch->watched[i].name);
                free(watch->watched[i].owner);
        }
        free(watch->watched);
        catalogue_close(&watch->catalogue);
}

int command_watch(Ctl *c, int n, char *args[]) {
        Watch watch = { .ctl = c };
        int status;

        setvbuf(stdout, NULL, _IOLBF, 0);
        status = catalogue_open(c, &watch.catalogue);
        if (status != 0)
                return status;
        status = watch_choose(&watch, n, args);
        if (status == 0 && watch.n == 0)
                status = fail(STATUS_UNAVAILABLE, "there is nothing to watch: no feature %s",
                              *c->options.zone ? "with zones is served" : "is served");
        if (status == 0)
                status = watch_run(&watch);
        watch_done(&watch);
        return status;
}
