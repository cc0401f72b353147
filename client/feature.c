/* SPDX-License-Identifier: MIT */
/* Handles: made, asked and freed, and who listens to them. */
#include "feature.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-dbus.h"
#include "call.h"
#include "descriptor.h"

typedef struct Listener {
        Link link;
        void *userdata;
        uint64_t born; /* FeatureCore.n_notified when it was added */
        size_t size;
        bool is_removed;
        max_align_t content[];
} Listener;

/* ---- handles ---- */

static int feature_make(FeatureCore *core, Zone *zone, const struct fascia_interface *interface,
                        fascia_notify_fn *notify, Feature *owner, Feature **ret) {
        Feature *f;

        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->core = core;
        f->zone = zone;
        f->interface = interface;
        f->notify = notify;
        f->owner = owner;
        link_init(&f->listeners);
        link_init(&f->calls);
        if (zone != instance_get_root(core->instance))
                error_setf(&f->zone_error, -ENODEV, "%s has no zone '%s'", interface->name,
                           zone_get_name(zone));
        link_append(&core->handles, &f->link);
        *ret = f;
        return 0;
}

static bool name_is_given(const char *zone) {
        return zone && *zone;
}

FASCIA_EXPORT int fascia_feature_new(struct fascia_client *client,
                                     const struct fascia_interface *interface, const char *zone,
                                     fascia_notify_fn *notify, struct fascia_feature **ret) {
        FeatureCore *core;
        Zone *z;
        int r;

        if (!client || !interface || !notify || !ret)
                return -EINVAL;
        if (name_is_given(zone) && !(interface->flags & FASCIA_INTERFACE_ZONED))
                return -EINVAL;
        r = module_check(interface->module);
        if (r >= 0)
                r = interface_check(interface);
        if (r >= 0)
                r = client_open(client);
        if (r >= 0)
                r = core_get(client, interface, &core);
        if (r < 0)
                return r;
        r = instance_require_zone(core->instance, zone ? zone : "", &z);
        if (r < 0)
                return r; /* a core without handles goes from the loop */
        r = feature_make(core, z, interface, notify, NULL, ret);
        if (r < 0)
                return r;
        /* It hears READY from a later dispatch, also when others made the backend ready before. */
        core->has_news = true;
        core_schedule(core);
        return 0;
}

Feature *feature_destroy(Feature *f) {
        LINK_FOREACH(l, next, &f->listeners) {
                free(LINK_OWNER(l, Listener, link));
        }
        link_remove(&f->link);
        error_clear(&f->zone_error);
        snapshot_free(f->paused);
        free(f);
        return NULL;
}

static bool is_of(const Feature *f, const Feature *owner) {
        return f == owner || f->owner == owner;
}

FASCIA_EXPORT struct fascia_feature *fascia_feature_free(struct fascia_feature *feature) {
        FeatureCore *core;

        /* A borrowed zone goes with its feature. */
        if (!feature || feature->owner || feature->is_dead)
                return NULL;
        core = feature->core;
        core_enter(core);
        core->has_garbage = true;
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (is_of(f, feature))
                        f->is_dead = true;
        }
        LINK_FOREACH(l, next, &core->handles) {
                Feature *f = LINK_OWNER(l, Feature, link);

                if (is_of(f, feature))
                        feature_cancel_calls(f);
        }
        core_leave(core);
        return NULL;
}

/* ---- questions ---- */

FASCIA_EXPORT enum fascia_state fascia_feature_get_state(const struct fascia_feature *feature) {
        enum fascia_state state = feature ? core_get_state(feature->core)
                                          : FASCIA_STATE_UNAVAILABLE;

        if (state == FASCIA_STATE_READY && !zone_is_present(feature->zone))
                return FASCIA_STATE_UNAVAILABLE;
        return state;
}

FASCIA_EXPORT const struct fascia_error *fascia_feature_get_error(
        const struct fascia_feature *feature) {
        if (!feature || fascia_feature_get_state(feature) != FASCIA_STATE_UNAVAILABLE)
                return NULL;
        if (core_get_state(feature->core) == FASCIA_STATE_READY)
                return error_get(&feature->zone_error);
        return core_get_error(feature->core);
}

FASCIA_EXPORT const char *fascia_feature_get_zone_name(const struct fascia_feature *feature) {
        return feature ? zone_get_name(feature->zone) : "";
}

FASCIA_EXPORT struct fascia_client *fascia_feature_get_client(
        const struct fascia_feature *feature) {
        return feature ? feature->core->client : NULL;
}

FASCIA_EXPORT const struct fascia_interface *fascia_feature_get_interface(
        const struct fascia_feature *feature) {
        return feature ? feature->interface : NULL;
}

FASCIA_EXPORT const void *fascia_feature_get_value(const struct fascia_feature *feature,
                                                   uint32_t property) {
        if (!feature || property >= feature->interface->n_properties)
                return NULL;
        return zone_get_value(feature->zone, property);
}

FASCIA_EXPORT bool fascia_feature_has_value(const struct fascia_feature *feature,
                                            uint32_t property) {
        return feature && property < feature->interface->n_properties &&
               zone_has_value(feature->zone, property);
}

/* ---- pausing ---- */

FASCIA_EXPORT int fascia_feature_pause(struct fascia_feature *feature) {
        if (!feature || feature->is_dead)
                return -EINVAL;
        if (feature->is_resuming) {
                /* What it has missed is still to be told. */
                feature->is_resuming = false;
                return 0;
        }
        if (feature->paused)
                return -EALREADY;
        return snapshot_new(feature->interface, feature->zone, &feature->paused);
}

FASCIA_EXPORT int fascia_feature_resume(struct fascia_feature *feature) {
        if (!feature || feature->is_dead)
                return -EINVAL;
        if (!feature->paused || feature->is_resuming)
                return -EALREADY;
        feature->is_resuming = true;
        feature->core->has_news = true;
        core_schedule(feature->core);
        return 0;
}

void feature_tell_differences(Feature *f) {
        Snapshot *before = f->paused;
        bool any = false;

        if (!f->is_resuming)
                return;
        f->is_resuming = false;
        f->paused = NULL;
        for (uint32_t p = 0; p < f->interface->n_properties; p++)
                if (snapshot_differs(before, f->zone, p)) {
                        any = true;
                        feature_notify(f, FASCIA_EVENT_PROPERTY, p, zone_get_value(f->zone, p));
                }
        snapshot_free(before);
        if (any)
                feature_notify(f, FASCIA_EVENT_CHANGED, 0, NULL);
}

FASCIA_EXPORT int fascia_feature_refresh(struct fascia_feature *feature) {
        FeatureCore *core;

        if (!feature || feature->is_dead)
                return -EINVAL;
        core = feature->core;
        switch (fascia_feature_get_state(feature)) {
        case FASCIA_STATE_UNAVAILABLE:
                return -ENOTCONN;
        case FASCIA_STATE_SYNCING:
                return 0; /* they are on their way */
        case FASCIA_STATE_READY:
                break;
        }
        /* Every other backend says by itself what is new. */
        return core->is_trusted ? backend_dbus_refresh(core->instance, feature->zone) : 0;
}

/* ---- zones ---- */

static Feature *feature_borrow_zone(Feature *feature, Zone *zone) {
        FeatureCore *core = feature->core;
        Feature *f;

        LINK_FOREACH(l, next, &core->handles) {
                f = LINK_OWNER(l, Feature, link);
                if (f->owner == feature && f->zone == zone)
                        return f;
        }
        if (feature_make(core, zone, feature->interface, feature->notify, feature, &f) < 0)
                return NULL;
        /* It was got for what it is now: nothing of the past is told. */
        f->announced = fascia_feature_get_state(f);
        f->announced_error = fascia_feature_get_error(f) != NULL;
        return f;
}

static bool has_zones(const Feature *feature) {
        return feature && !feature->is_dead &&
               feature->zone == instance_get_root(feature->core->instance);
}

FASCIA_EXPORT struct fascia_feature *fascia_feature_get_zone(struct fascia_feature *feature,
                                                             const char *name) {
        Zone *zone;

        if (!has_zones(feature) || !name_is_given(name))
                return NULL;
        zone = instance_find_zone(feature->core->instance, name);
        if (!zone || !zone_is_present(zone))
                return NULL;
        return feature_borrow_zone(feature, zone);
}

FASCIA_EXPORT struct fascia_feature *fascia_feature_next_zone(struct fascia_feature *feature,
                                                              struct fascia_feature *previous) {
        Zone *zone = previous ? previous->zone : NULL;

        if (!has_zones(feature))
                return NULL;
        do
                zone = instance_next_zone(feature->core->instance, zone);
        while (zone && !zone_is_present(zone));
        return zone ? feature_borrow_zone(feature, zone) : NULL;
}

/* ---- listeners ---- */

FASCIA_EXPORT int fascia_feature_add_listener(struct fascia_feature *feature, const void *listener,
                                              size_t size, void *userdata) {
        Listener *l;

        if (!feature || !listener || feature->is_dead)
                return -EINVAL;
        l = malloc(sizeof(*l) + size);
        if (!l)
                return -ENOMEM;
        *l = (Listener){ .userdata = userdata, .size = size, .born = feature->core->n_notified };
        memcpy(l->content, listener, size);
        link_append(&feature->listeners, &l->link);
        return 0;
}

static Listener *feature_find_listener(Feature *f, const void *content, size_t size,
                                       const void *userdata) {
        LINK_FOREACH(link, next, &f->listeners) {
                Listener *l = LINK_OWNER(link, Listener, link);

                if (!l->is_removed && l->userdata == userdata && l->size == size &&
                    memcmp(l->content, content, size) == 0)
                        return l;
        }
        return NULL;
}

static Listener *listener_free(Listener *l) {
        link_remove(&l->link);
        free(l);
        return NULL;
}

FASCIA_EXPORT int fascia_feature_remove_listener(struct fascia_feature *feature,
                                                 const void *listener, size_t size,
                                                 void *userdata) {
        Listener *l;

        if (!feature || !listener)
                return -EINVAL;
        l = feature_find_listener(feature, listener, size, userdata);
        if (!l)
                return -ENOENT;
        if (feature->core->delivering > 0)
                l->is_removed = feature->core->has_garbage = true;
        else
                listener_free(l);
        return 0;
}

void feature_sweep(Feature *f) {
        LINK_FOREACH(link, next, &f->listeners) {
                Listener *l = LINK_OWNER(link, Listener, link);

                if (l->is_removed)
                        listener_free(l);
        }
}

void feature_notify(Feature *f, enum fascia_event event, uint32_t index, const void *data) {
        uint64_t number = ++f->core->n_notified;

        /* Nothing leaves the list meanwhile, and what is appended is passed over. */
        for (const Link *link = f->listeners.next; link != &f->listeners; link = link->next) {
                const Listener *l = LINK_OWNER((uintptr_t)link, Listener, link);

                if (f->is_dead)
                        return;
                if (!l->is_removed && l->born < number)
                        f->notify(f, l->content, l->userdata, event, index, data);
        }
}

void feature_tell_state(Feature *f) {
        enum fascia_state state = fascia_feature_get_state(f);
        bool has_error = fascia_feature_get_error(f) != NULL;

        /* Once for each loss: that the reason changes while it lasts is for who asks. */
        if (state == f->announced && (!has_error || f->announced_error))
                return;
        f->announced = state;
        f->announced_error = has_error;
        feature_notify(f, FASCIA_EVENT_STATE, 0, &state);
}
