/* SPDX-License-Identifier: MIT */
/* Persistent properties. What is read at the start is decoded once, and said once when it does not fit. What changes is
 * written some time later, by a thread of its own: a disk may take seconds, and nobody is to wait for it but the end of
 * the service. */
#include "persistence.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "log.h"
#include "service-private.h"
#include "state-file.h"
#include "state.h"
#include <fascia/generated.h>

#define SECOND UINT64_C(1000000)
/* After a write that has failed. */
#define RETRY_FIRST_USEC (5 * SECOND)
#define RETRY_LAST_USEC (300 * SECOND)

/* A value that was kept, until somebody gives another. */
typedef struct Kept {
        struct Kept *next;
        const struct fascia_interface *interface;
        bool is_simulated;
        uint32_t property;
        void *value; /* NULL: none, or none that fits */
        /* The backend has it, or did not want it: it may be overwritten. */
        bool is_settled;
        char zone[];
} Kept;

struct fascia_service_persistence {
        Service *service;
        const struct fascia_module *module;
        Loop *loop;
        char *directory;
        char *name;
        uint64_t delay;
        State *state;
        Kept *kept;
        LoopTimer *timer;
        bool is_restore_due;
        bool is_locked; /* there is a file that cannot be read: it is not written over */
        bool is_planned;
        bool has_changes;
        bool has_failed;
        bool is_told; /* that the state cannot be written */
        uint64_t retry;

        pthread_t writer;
        bool is_writing;
        char *text; /* what is being written */
        int result; /* of that */
};

bool module_is_persistent(const struct fascia_module *module) {
        for (uint32_t i = 0; i < module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(module, i);

                for (uint32_t p = 0; p < interface->n_properties; p++)
                        if (interface_property(interface, p)->flags & FASCIA_PROPERTY_PERSISTENT)
                                return true;
        }
        return false;
}

/* ---- what was kept ---- */

static void kept_free(Kept *k) {
        if (k->value)
                fascia_value_free(interface_property(k->interface, k->property)->type, k->value);
        free(k);
}

static void log_misfit(const StatePlace *place, const char *text) {
        log_full(LOG_WARNING, 0, LOG_FEATURE(place->interface),
                 "%s%s%s.%s was kept, but cannot be used any more: %s",
                 place->interface->qualified_name, *place->zone ? "/" : "", place->zone,
                 interface_property(place->interface, place->property)->name,
                 text ? text : "no memory");
}

/* Looks it up in the document the first time. NULL: no memory. */
static Kept *persistence_get(Persistence *p, const StatePlace *place) {
        char *text = NULL;
        Kept *k;
        int r;

        for (k = p->kept; k; k = k->next)
                if (k->interface == place->interface && k->property == place->property &&
                    k->is_simulated == place->is_simulated && strcmp(k->zone, place->zone) == 0)
                        return k;
        k = calloc(1, sizeof(*k) + strlen(place->zone) + 1);
        if (!k)
                return NULL;
        strcpy(k->zone, place->zone);
        k->interface = place->interface;
        k->is_simulated = place->is_simulated;
        k->property = place->property;
        r = state_get(p->state, place, &k->value, &text);
        if (r < 0 && r != -ENOENT)
                log_misfit(place, text);
        k->is_settled = r < 0;
        free(text);
        k->next = p->kept;
        p->kept = k;
        return k;
}

static StatePlace place_of(const Zone *zone, uint32_t property) {
        const Instance *i = zone_get_instance(zone);

        return (StatePlace){
                .interface = instance_get_interface(i),
                .is_simulated = instance_is_simulated(i),
                .zone = zone_get_name(zone),
                .property = property,
        };
}

const void *persistence_find(Persistence *p, const Zone *zone, uint32_t property) {
        const StatePlace place = place_of(zone, property);
        const Kept *k = persistence_get(p, &place);

        return k ? k->value : NULL;
}

/* ---- giving it back ---- */

static void on_restored(const struct fascia_error *error, const void *result, void *userdata) {
        Kept *k = userdata;

        (void)result;
        /* One that went away in the meantime gets it when it is there again. */
        if (!error ||
            (error->code != -ENOTCONN && error->code != -ENODEV && error->code != -ECANCELED))
                k->is_settled = true;
        if (error && k->is_settled)
                log_full(LOG_WARNING, 0, LOG_FEATURE(k->interface),
                         "%s%s%s.%s could not be given back what was kept of it: %s",
                         k->interface->qualified_name, *k->zone ? "/" : "", k->zone,
                         interface_property(k->interface, k->property)->name, error->message);
}

static void restore_property(Persistence *p, Zone *zone, uint32_t property) {
        const struct fascia_interface *i = instance_get_interface(zone_get_instance(zone));
        const struct fascia_property *what = interface_property(i, property);
        const StatePlace place = place_of(zone, property);
        Kept *k = persistence_get(p, &place);
        uint64_t id;

        if (!k || k->is_settled)
                return;
        /* One that nobody can set is its backend's, who could ask for what was kept. */
        if (property_is_readonly(what) ||
            (zone_has_value(zone, property) &&
             fascia_value_equal(what->type, zone_get_value(zone, property), k->value))) {
                k->is_settled = true;
                return;
        }
        /* Without memory it is what the backend began with, and what was kept stays in the file. */
        (void)zone_set(zone, property, k->value, 20 * SECOND, on_restored, k, &id);
}

static void restore_zone(Persistence *p, Zone *zone) {
        const struct fascia_interface *i = instance_get_interface(zone_get_instance(zone));

        for (uint32_t n = 0; n < i->n_properties; n++)
                if (interface_property(i, n)->flags & FASCIA_PROPERTY_PERSISTENT)
                        restore_property(p, zone, n);
}

void persistence_restore(Persistence *p) {
        if (!p->is_restore_due)
                return;
        p->is_restore_due = false;
        for (uint32_t f = 0; f < p->service->n_features; f++) {
                Instance *i = p->service->features[f].instance;

                if (instance_get_state(i) != FASCIA_STATE_READY)
                        continue;
                restore_zone(p, instance_get_root(i));
                for (Zone *z = instance_next_zone(i, NULL); z; z = instance_next_zone(i, z))
                        if (zone_is_present(z))
                                restore_zone(p, z);
        }
}

static void on_restore(void *userdata) {
        persistence_restore(userdata);
}

void persistence_restore_later(Persistence *p) {
        if (!p->is_restore_due)
                p->is_restore_due = loop_post(p->loop, on_restore, p) >= 0;
}

/* ---- keeping ---- */

static int collect_property(Persistence *p, Zone *zone, uint32_t property) {
        const StatePlace place = place_of(zone, property);
        const Kept *k;
        int r;

        if (!zone_has_value(zone, property))
                return 0;
        /* What the backend has begun with is not to take the place of what it is still to be given. */
        k = persistence_get(p, &place);
        if (!k || !k->is_settled)
                return k ? 0 : -ENOMEM;
        r = state_put(p->state, &place, zone_get_value(zone, property));
        if (r > 0)
                p->has_changes = true;
        return r;
}

static int collect_zone(Persistence *p, Zone *zone) {
        const struct fascia_interface *i = instance_get_interface(zone_get_instance(zone));
        int r = 0;

        for (uint32_t n = 0; r >= 0 && n < i->n_properties; n++)
                if (interface_property(i, n)->flags & FASCIA_PROPERTY_PERSISTENT)
                        r = collect_property(p, zone, n);
        return r;
}

/* Of a feature that does not work, what was known of it stays. */
static int persistence_collect(Persistence *p) {
        int r = 0;

        for (uint32_t f = 0; r >= 0 && f < p->service->n_features; f++) {
                Instance *i = p->service->features[f].instance;

                if (!i || instance_get_state(i) != FASCIA_STATE_READY)
                        continue;
                r = collect_zone(p, instance_get_root(i));
                for (Zone *z = instance_next_zone(i, NULL); r >= 0 && z;
                     z = instance_next_zone(i, z))
                        if (zone_is_present(z))
                                r = collect_zone(p, z);
        }
        return r;
}

/* ---- writing ---- */

static void plan(Persistence *p, uint64_t usec) {
        p->is_planned = true;
        loop_timer_set(p->timer, loop_now(p->loop) + usec);
}

static void take_result(Persistence *p, int r) {
        if (r >= 0) {
                if (p->is_told)
                        log_module_info(p->module->name, "The state can be written again");
                p->has_failed = p->is_told = false;
                p->retry = RETRY_FIRST_USEC;
                return;
        }
        p->has_changes = true;
        if (!p->is_told)
                log_full(
                        LOG_WARNING, r, LOG_MODULE(p->module->name),
                        "Failed to write %s/%s, so values would not be kept over a restart; trying again: %m",
                        p->directory, p->name);
        p->has_failed = p->is_told = true;
}

static void end_writing(Persistence *p) {
        pthread_join(p->writer, NULL);
        p->is_writing = false;
        free(p->text);
        p->text = NULL;
        take_result(p, p->result);
}

static void on_written(void *userdata) {
        Persistence *p = userdata;

        if (!p->is_writing)
                return;
        end_writing(p);
        if (!p->has_failed)
                return;
        plan(p, p->retry);
        p->retry = p->retry * 2 < RETRY_LAST_USEC ? p->retry * 2 : RETRY_LAST_USEC;
}

static void *write_in_thread(void *userdata) {
        Persistence *p = userdata;

        p->result = state_file_write(p->directory, p->name, p->text, strlen(p->text));
        /* Without it, it is seen at the next change, or at the end. */
        (void)loop_post(p->loop, on_written, p);
        return NULL;
}

/* Signals are for the loop. */
static int start_thread(Persistence *p) {
        sigset_t all, before;
        int r;

        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        r = pthread_create(&p->writer, NULL, write_in_thread, p);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -r;
}

/* 1: there is something to write, as text. */
static int persistence_format(Persistence *p) {
        int r;

        r = persistence_collect(p);
        if (r < 0 || !p->has_changes)
                return r < 0 ? r : 0;
        p->text = state_format(p->state);
        if (!p->text)
                return -ENOMEM;
        p->has_changes = false;
        return 1;
}

static void on_timer(void *userdata) {
        Persistence *p = userdata;
        int r;

        p->is_planned = false;
        if (p->is_writing) {
                plan(p, p->delay);
                return;
        }
        r = persistence_format(p);
        if (r > 0) {
                p->is_writing = true;
                r = start_thread(p);
                if (r < 0) {
                        p->is_writing = false;
                        free(p->text);
                        p->text = NULL;
                }
        }
        if (r < 0) {
                take_result(p, r);
                plan(p, p->retry);
        }
}

void persistence_note(Persistence *p) {
        /* What has failed is tried again by itself; and changes that go on do not put it off. */
        if (!p->is_locked && !p->has_failed && !p->is_planned)
                plan(p, p->delay);
}

void persistence_flush(Persistence *p) {
        int r;

        if (p->is_locked)
                return;
        if (p->is_writing)
                end_writing(p);
        r = persistence_format(p);
        if (r > 0)
                r = state_file_write(p->directory, p->name, p->text, strlen(p->text));
        if (r < 0)
                log_full(LOG_ERR, r, LOG_MODULE(p->module->name),
                         "Failed to write %s/%s, so the last values are not kept: %m", p->directory,
                         p->name);
}

/* ---- backends that stop ---- */

void persistence_before_stop(Persistence *p) {
        if (persistence_collect(p) < 0 || p->has_changes)
                persistence_note(p);
}

void persistence_after_stop(Persistence *p, const struct fascia_interface *interface) {
        for (Kept **k = &p->kept; *k;) {
                Kept *kept = *k;

                if (kept->interface != interface) {
                        k = &kept->next;
                        continue;
                }
                *k = kept->next;
                kept_free(kept);
        }
}

/* ---- reading ---- */

static void set_aside(const Persistence *p, const char *text) {
        char *aside = NULL;
        int r;

        r = state_file_set_aside(p->directory, p->name, &aside);
        if (r < 0)
                log_full(LOG_ERR, r, LOG_MODULE(p->module->name),
                         "%s/%s cannot be read, and not be set aside either (%m): %s", p->directory,
                         p->name, text);
        else
                log_module_error(
                        p->module->name,
                        "%s/%s cannot be read and was renamed to %s; values begin anew: %s",
                        p->directory, p->name, aside, text);
        free(aside);
}

static int persistence_read(Persistence *p) {
        char *text = NULL, *reason = NULL;
        size_t size = 0;
        int r;

        r = state_file_read(p->directory, p->name, &text, &size);
        if (r == -ENOMEM)
                return r;
        if (r == -EBADMSG) {
                set_aside(p, "it is no regular file, or too large");
        } else if (r < 0 && r != -ENOENT) {
                p->is_locked = true;
                log_full(LOG_ERR, r, LOG_MODULE(p->module->name),
                         "Failed to read %s/%s, so values begin anew and are not kept: %m",
                         p->directory, p->name);
        } else if (r >= 0) {
                r = state_parse(p->module, text, size, &p->state, &reason);
                if (r == -EINVAL)
                        set_aside(p, reason ? reason : "no memory");
                free(reason);
                free(text);
                if (r == -ENOMEM)
                        return r;
        }
        return p->state ? 0 : state_new(p->module, &p->state);
}

/* ---- life ---- */

/* A missing one may still come. */
static void check_directory(Persistence *p) {
        if (access(p->directory, W_OK | X_OK) == 0)
                return;
        log_full(LOG_WARNING, -errno, LOG_MODULE(p->module->name),
                 "StateDirectory=%s cannot be used, so values would not be kept over a restart: %m",
                 p->directory);
        p->is_told = true;
}

int persistence_new(Service *s, const PersistenceSettings *settings, Persistence **ret) {
        Persistence *p;
        int r;

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->service = s;
        p->module = s->module;
        p->loop = loop_ref(host_get_loop(s->host));
        p->delay = settings->delay;
        p->retry = RETRY_FIRST_USEC;
        p->directory = strdup(settings->directory);
        r = asprintf(&p->name, "%s.json", s->bus_name);
        if (r < 0)
                p->name = NULL;
        r = p->directory && p->name ? loop_timer_new(p->loop, on_timer, p, &p->timer) : -ENOMEM;
        if (r >= 0)
                r = persistence_read(p);
        if (r < 0) {
                p->is_locked = true;
                persistence_free(p);
                return r;
        }
        check_directory(p);
        *ret = p;
        return 0;
}

Persistence *persistence_free(Persistence *p) {
        if (!p)
                return NULL;
        persistence_flush(p);
        loop_unpost(p->loop, p);
        loop_timer_free(p->timer);
        while (p->kept) {
                Kept *next = p->kept->next;

                kept_free(p->kept);
                p->kept = next;
        }
        state_free(p->state);
        loop_unref(p->loop);
        free(p->text);
        free(p->directory);
        free(p->name);
        free(p);
        return NULL;
}
