/* SPDX-License-Identifier: MIT */
/* From one running backend of a feature to another: the program goes on with the same handles, and hears
 * only what differs. */
#include "take-over.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-dbus.h"
#include "descriptor.h"
#include "feature.h"
#include "value.h"

Instance *core_newest(const FeatureCore *core) {
        return core->next ? core->next : core->instance;
}

bool core_has_backend(const FeatureCore *core) {
        return core->next || core->better || instance_is_running(core->instance);
}

void core_drop_waiting(FeatureCore *core) {
        core->next = instance_free(core->next);
        core->better = instance_free(core->better);
        core->is_instance_aside = false;
}

void core_set_newest_aside(FeatureCore *core) {
        Instance *newest = core->next;

        core->next = NULL;
        if (!newest)
                core->is_instance_aside = true;
        else if (core->better || core->is_instance_aside)
                instance_free(newest);
        else
                core->better = newest;
}

/* ---- starting ---- */

/* The program sees the last values until the other is ready, and the other's state. */
static void core_halt(FeatureCore *core) {
        if (!core->is_instance_aside)
                instance_halt(core->instance);
        core->is_halted = true;
}

static int core_start_beside(FeatureCore *core, const char *name, char **reterr_text) {
        const struct fascia_error *error;
        Instance *fresh;
        int r;

        r = instance_new(core->client->host, core->interface, &core_events, core, &fresh);
        if (r < 0)
                return r;
        r = instance_start(fresh, name);
        if (r == -EADDRINUSE && !core->is_instance_aside) {
                /* It takes the place of the other one. */
                core_halt(core);
                r = instance_start(fresh, name);
        }
        if (r < 0) {
                error = instance_get_error(fresh);
                *reterr_text = strdup(error ? error->message : strerror(-r));
                instance_free(fresh);
                return r;
        }
        core->next = fresh;
        core->next_deadline = loop_now(core->client->loop) + core->connection_timeout;
        return 0;
}

int core_start_backend(FeatureCore *core, const char *name, char **reterr_text) {
        const struct fascia_error *error;
        int r;

        if (core->has_served || instance_is_running(core->instance))
                return core_start_beside(core, name, reterr_text);
        r = instance_start(core->instance, name);
        error = instance_get_error(core->instance);
        if (r < 0)
                *reterr_text = strdup(error ? error->message : strerror(-r));
        else
                core->is_trusted = backend_dbus_serves(core->instance);
        return r;
}

/* ---- taking over ---- */

/* All zones that the program may know are in the other, too. -ENOMEM. */
static int require_zones(FeatureCore *core, Instance *to) {
        Zone *z = NULL, *twin;
        int r;

        while ((z = instance_next_zone(core->instance, z))) {
                r = instance_require_zone(to, zone_get_name(z), &twin);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Says what differs from what the program was told, and only that, of a zone that is in both. */
static void zone_compare(Zone *from, Zone *to, const struct fascia_interface *interface) {
        for (uint32_t p = 0; p < interface->n_properties; p++)
                zone_set_dirty_property(
                        to, p, zone_is_dirty(from, p) || !zone_has_same_value(from, to, p));
}

static void zone_follow(Zone *from, Zone *to, const struct fascia_interface *interface) {
        zone_set_userdata(to, zone_get_userdata(from)); /* what the program was told */
        if (zone_is_present(from) && zone_is_present(to))
                zone_compare(from, to, interface);
}

static Zone *twin_of(Instance *to, Zone *zone) {
        return instance_find_zone(to, zone_get_name(zone));
}

static void move_zones(FeatureCore *core, Instance *to) {
        Zone *z = NULL;

        zone_follow(instance_get_root(core->instance), instance_get_root(to), core->interface);
        while ((z = instance_next_zone(core->instance, z)))
                zone_follow(z, twin_of(to, z), core->interface);
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                f->zone = twin_of(to, f->zone);
        }
        core_move_signals(core, to);
}

/* Waits for another round when there is no memory. */
static void core_replace(FeatureCore *core, Instance *by) {
        Instance *old = core->instance;

        if (require_zones(core, by) < 0) {
                core_schedule(core);
                return;
        }
        /* What it was asked ends while the program still sees it. */
        if (!core->is_instance_aside)
                instance_halt(old);
        move_zones(core, by);
        core->instance = by;
        core->is_trusted = backend_dbus_serves(by);
        core->is_halted = false;
        core->has_news = true;
        if (by == core->better)
                core->better = NULL;
        if (by == core->next)
                core->next = NULL;
        if (core->is_instance_aside && !core->better) {
                core->better = old;
                core->is_instance_aside = false;
                return;
        }
        core->is_instance_aside = false;
        instance_free(old);
}

static bool is_ready(const Instance *i) {
        return i && instance_get_state(i) == FASCIA_STATE_READY;
}

/* The one that is waited for cannot be used, or has had time enough: the other is not what is wanted any
 * more. */
static bool next_is_due(const FeatureCore *core) {
        return !is_ready(core->instance) || loop_now(core->client->loop) >= core->next_deadline ||
               (instance_get_state(core->next) == FASCIA_STATE_UNAVAILABLE &&
                instance_get_error(core->next));
}

void core_take_over(FeatureCore *core) {
        if (is_ready(core->instance))
                core->has_served = true;
        if (core->is_instance_aside && is_ready(core->instance)) {
                /* It has recovered before the other was ready. */
                core->is_instance_aside = core->is_halted = false;
                core->next = instance_free(core->next);
                discovery_stop(core);
        }
        if (is_ready(core->better)) {
                core->next = instance_free(core->next);
                discovery_stop(core);
                core_replace(core, core->better);
        } else if (is_ready(core->next)) {
                core_replace(core, core->next);
        } else if (core->next && !core->is_halted && next_is_due(core)) {
                core_halt(core);
                core->has_news = true;
        }
}
