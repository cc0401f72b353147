/* SPDX-License-Identifier: MIT */
/* The core of a feature: collects what its backend reports and delivers it, in order. */
#include "feature-core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "descriptor.h"
#include "feature.h"
#include "interface-config.h"

typedef struct Signal {
        Event event;
        Zone *zone;
        uint32_t index;
        void *arguments; /* NULL: it has none */
} Signal;

/* ---- what the backend reports ---- */

static void core_note(FeatureCore *core) {
        core->has_news = true;
        /* A trusted one says itself when it is done. */
        if (!core->is_trusted)
                core_schedule(core);
}

/* What others of its instances have to say is heard when one of them takes over. */
static bool is_seen(const FeatureCore *core, const Zone *zone) {
        return zone_get_instance(zone) == core->instance;
}

static void on_dirty(Zone *zone, void *userdata) {
        if (is_seen(userdata, zone))
                core_note(userdata);
}

static void on_zone(Zone *zone, bool present, void *userdata) {
        (void)present;
        if (is_seen(userdata, zone))
                core_note(userdata);
}

static void on_state(Instance *instance, void *userdata) {
        FeatureCore *core = userdata;

        if (instance != core->instance) {
                core->has_news = true;
                core_schedule(core);
                return;
        }
        if (instance_get_state(instance) == FASCIA_STATE_READY) {
                core->was_ready = core->has_served = true;
                core->discovery.is_unproven = false;
        }
        core_note(core);
        if (core->discovery.is_unproven || core->is_instance_aside)
                core_schedule(core);
}

static const struct fascia_type *signal_type(const FeatureCore *core, uint32_t index) {
        return interface_signal(core->interface, index)->arguments;
}

static Signal *signal_free(const FeatureCore *core, Signal *s) {
        link_remove(&s->event.link);
        fascia_value_free(signal_type(core, s->index), s->arguments);
        free(s);
        return NULL;
}

/* Without memory the signal is lost: there is nobody to tell. */
static void on_signal(Zone *zone, uint32_t signal, const void *arguments, void *userdata) {
        FeatureCore *core = userdata;
        const struct fascia_type *type = signal_type(core, signal);
        Signal *s;

        s = is_seen(core, zone) ? malloc(sizeof(*s)) : NULL;
        if (!s)
                return;
        *s = (Signal){ .zone = zone, .index = signal };
        link_init(&s->event.link);
        if (type->n_members > 0 && fascia_value_new_copy(type, arguments, &s->arguments) < 0) {
                signal_free(core, s);
                return;
        }
        link_append(&core->events, &s->event.link);
        core_note(core);
}

static void core_deliver(FeatureCore *core);

static void on_commit(Instance *instance, void *userdata) {
        FeatureCore *core = userdata;

        if (instance != core->instance)
                return;
        core_deliver(core);
        if (!link_is_empty(&core->waiting))
                core_pump(core);
}

const InstanceEvents core_events = {
        .on_dirty = on_dirty,
        .on_signal = on_signal,
        .on_zone = on_zone,
        .on_state = on_state,
        .on_commit = on_commit,
};

void core_move_signals(FeatureCore *core, Instance *to) {
        LINK_FOREACH(l, next, &core->events) {
                Event *e = LINK_OWNER(l, Event, link);
                Signal *s = LINK_OWNER(e, Signal, event);

                if (!e->is_call)
                        s->zone = instance_find_zone(to, zone_get_name(s->zone));
        }
}

void core_append_event(FeatureCore *core, Event *e) {
        link_append(&core->events, &e->link);
        core_schedule(core);
}

bool core_has_pending(const FeatureCore *core) {
        return core->has_news || !link_is_empty(&core->events);
}

/* ---- delivery ---- */

void core_enter(FeatureCore *core) {
        client_enter(core->client);
        core->delivering++;
}

static void core_sweep(FeatureCore *core) {
        core->has_garbage = false;
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (f->is_dead)
                        feature_destroy(f);
                else
                        feature_sweep(f);
        }
}

void core_leave(FeatureCore *core) {
        Client *client = core->client;

        if (--core->delivering == 0 && core->has_garbage) {
                core_sweep(core);
                /* Not at once: a backend may be on the stack. */
                if (link_is_empty(&core->handles))
                        core_schedule(core);
        }
        client_leave(client);
}

static void deliver_zone_presence(FeatureCore *core, Zone *zone) {
        bool present = zone_is_present(zone);

        zone_set_userdata(zone, present ? core : NULL); /* what the program was told */
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                /* Before it hears that the zone has gone. */
                if (!present && f->zone == zone)
                        feature_tell_state(f);
        }
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (f->zone == instance_get_root(core->instance))
                        feature_notify(
                                f, present ? FASCIA_EVENT_ZONE_ADDED : FASCIA_EVENT_ZONE_REMOVED, 0,
                                zone_get_name(zone));
        }
}

static void deliver_zones(FeatureCore *core) {
        for (Zone *z = instance_next_zone(core->instance, NULL); z;
             z = instance_next_zone(core->instance, z))
                if (zone_is_present(z) != (zone_get_userdata(z) != NULL))
                        deliver_zone_presence(core, z);
}

static void deliver_property(FeatureCore *core, Zone *zone, uint32_t property) {
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (f->zone != zone || f->paused)
                        continue;
                f->has_changed = true;
                feature_notify(f, FASCIA_EVENT_PROPERTY, property, zone_get_value(zone, property));
        }
}

static void deliver_zone_changes(FeatureCore *core, Zone *zone) {
        if (!zone_has_dirty(zone))
                return;
        for (uint32_t p = 0; p < core->interface->n_properties; p++) {
                if (!zone_is_dirty(zone, p))
                        continue;
                zone_clear_dirty_property(zone, p);
                deliver_property(core, zone, p);
        }
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (f->zone != zone || !f->has_changed)
                        continue;
                f->has_changed = false;
                feature_notify(f, FASCIA_EVENT_CHANGED, 0, NULL);
        }
}

static void deliver_changes(FeatureCore *core) {
        Zone *z = NULL;

        deliver_zone_changes(core, instance_get_root(core->instance));
        while ((z = instance_next_zone(core->instance, z)))
                deliver_zone_changes(core, z);
        LINK_FOREACH(l, next, &core->handles) {
                feature_tell_differences(LINK_OWNER(l, Feature, link));
        }
}

static void deliver_states(FeatureCore *core) {
        LINK_FOREACH(l, next, &core->handles) {
                feature_tell_state(LINK_OWNER(l, Feature, link));
        }
}

static void deliver_signal(FeatureCore *core, Event *e) {
        Signal *s = LINK_OWNER(e, Signal, event);

        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (f->zone == s->zone)
                        feature_notify(f, FASCIA_EVENT_SIGNAL, s->index, s->arguments);
        }
        signal_free(core, s);
}

/* Those of now: what callbacks add, by cancelling for example, is for the next dispatch. */
static void deliver_events(FeatureCore *core) {
        Link events;

        link_move_all(&events, &core->events);
        while (!link_is_empty(&events)) {
                Event *e = LINK_OWNER(events.next, Event, link);

                if (e->is_call)
                        call_deliver(e);
                else
                        deliver_signal(core, e);
        }
}

static void core_deliver(FeatureCore *core) {
        if (!core_has_pending(core))
                return;
        if (core->delivering > 0) {
                core_schedule(core);
                return;
        }
        core_enter(core);
        core->has_news = false;
        deliver_zones(core);
        deliver_changes(core);
        deliver_states(core);
        deliver_events(core);
        core_leave(core);
}

/* ---- running ---- */

void core_schedule(FeatureCore *core) {
        if (!link_is_empty(&core->scheduled))
                return;
        link_append(&core->client->scheduled, &core->scheduled);
        client_wake(core->client);
}

static uint64_t core_get_time(const FeatureCore *core, const char *key) {
        return config_get_time(core->client->config, core->interface->module->name,
                               core->interface->name, key);
}

void core_run(FeatureCore *core) {
        if (link_is_empty(&core->handles)) {
                core_free(core);
                return;
        }
        /* What the one that is to be replaced has said before. */
        if (!core->is_halted && (core->next || core->better))
                core_deliver(core);
        discovery_run(core);
        core_pump(core);
        core_deliver(core);
}

/* ---- what the program sees ---- */

static const Instance *core_speaker(const FeatureCore *core) {
        return core->is_halted && core->next ? core->next : core->instance;
}

enum fascia_state core_get_state(const FeatureCore *core) {
        enum fascia_state state = instance_get_state(core_speaker(core));

        /* Until it has taken over. */
        if (state == FASCIA_STATE_READY && core_speaker(core) != core->instance)
                return FASCIA_STATE_SYNCING;
        return state;
}

const struct fascia_error *core_get_error(const FeatureCore *core) {
        return discovery_is_going_on(core) ? NULL : instance_get_error(core_speaker(core));
}

/* ---- life ---- */

static void on_wait_over(void *userdata) {
        core_schedule(userdata);
}

void core_configure(FeatureCore *core) {
        core->timeout = core_get_time(core, "Timeout");
        core->connection_timeout = core_get_time(core, "ConnectionTimeout");
}

static FeatureCore *core_alloc(Client *c, const struct fascia_interface *interface) {
        FeatureCore *core;

        core = calloc(1, sizeof(*core));
        if (!core)
                return NULL;
        core->client = c;
        core->interface = interface;
        link_init(&core->link);
        link_init(&core->scheduled);
        link_init(&core->handles);
        link_init(&core->events);
        link_init(&core->waiting);
        discovery_init(&core->discovery);
        if (interface_configure(interface, c->config) < 0) {
                free(core);
                return NULL;
        }
        core_configure(core);
        return core;
}

static int core_new(Client *c, const struct fascia_interface *interface, FeatureCore **ret) {
        FeatureCore *core;
        int r;

        core = core_alloc(c, interface);
        if (!core)
                return -ENOMEM;
        r = loop_timer_new(c->loop, on_wait_over, core, &core->wait_timer);
        if (r >= 0)
                r = instance_new(c->host, interface, &core_events, core, &core->instance);
        if (r < 0) {
                core_free(core);
                return r;
        }
        link_append(&c->cores, &core->link);
        core_schedule(core);
        *ret = core;
        return 0;
}

int core_get(Client *c, const struct fascia_interface *interface, FeatureCore **ret) {
        LINK_FOREACH(l, next, &c->cores) {
                FeatureCore *core = LINK_OWNER(l, FeatureCore, link);

                /* Another version of the interface file has a cache of its own. */
                if (strcmp(core->interface->id, interface->id) == 0 &&
                    core->interface->layout_hash == interface->layout_hash) {
                        *ret = core;
                        return 0;
                }
        }
        return core_new(c, interface, ret);
}

FeatureCore *core_free(FeatureCore *core) {
        if (!core)
                return NULL;
        /* Only when the program forgot them: its callbacks must not be left dangling. */
        while (!link_is_empty(&core->handles)) {
                Feature *f = LINK_OWNER(core->handles.next, Feature, link);

                fascia_feature_free(f->owner ? f->owner : f);
        }
        instance_free(core->next);
        instance_free(core->better);
        instance_free(core->instance);
        discovery_done(&core->discovery);
        /* Only signals: calls went with their handles. */
        while (!link_is_empty(&core->events))
                signal_free(core, LINK_OWNER(core->events.next, Signal, event.link));
        loop_timer_free(core->wait_timer);
        link_remove(&core->scheduled);
        link_remove(&core->link);
        free(core);
        return NULL;
}
