/* SPDX-License-Identifier: MIT */
/* Announcing: at the end of a turn the changes of every object go out, each as one signal, then
 * what was parked. */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "descriptor.h"
#include "log.h"
#include "service-private.h"

/* ---- when ---- */

static void on_posted(void *userdata) {
        Service *s = userdata;

        s->is_posted = false;
        service_flush(s);
}

void service_schedule(Service *s) {
        /* Within a turn of the connection its end comes by itself. */
        if (!s->connection || s->is_posted || connection_in_turn(s->connection))
                return;
        s->is_posted = loop_post(host_get_loop(s->host), on_posted, s) >= 0;
}

/* ---- signals ---- */

/* Each broadcast counts, also one that could not be sent: a client must notice. */
static int service_broadcast(Service *s, Message *m) {
        int r;

        r = connection_send(s->connection, m);
        message_unref(m);
        return r;
}

typedef int ContentFn(Writer *w, const Object *o);

static void object_broadcast(Object *o, const char *path, const char *interface, const char *member,
                             ContentFn *content) {
        Service *s = o->feature->service;
        Message *m;
        Writer w;

        /* Before it is written: the signal carries the number of itself. */
        s->serial++;
        if (message_new_signal(s->connection, path, interface, member, &m) < 0)
                return;
        w = message_writer(m);
        if (content(&w, o) < 0) {
                message_unref(m);
                return;
        }
        service_broadcast(s, m);
}

/* ---- PropertiesChanged ---- */

static uint32_t flags_of(const Object *o, uint32_t p) {
        return interface_property(o->feature->interface, p)->flags;
}

static bool is_withdrawn(const Object *o, uint32_t p) {
        return o->known[p] != KNOWN_NOTHING && !object_has_value(o, p) &&
               !(flags_of(o, p) & FASCIA_PROPERTY_SILENT);
}

/* Also the first value of a const that came late: clients have not seen it yet. */
static bool is_changed(const Object *o, uint32_t p) {
        if (!object_has_value(o, p) || (flags_of(o, p) & FASCIA_PROPERTY_SILENT))
                return false;
        if (o->known[p] != KNOWN_VALUE)
                return true;
        return zone_is_dirty(o->zone, p) && !(flags_of(o, p) & FASCIA_PROPERTY_CONST);
}

/* Whether the signal only names it, and who wants the value has to ask. */
static bool is_invalidated(const Object *o, uint32_t p) {
        return is_withdrawn(o, p) ||
               (is_changed(o, p) && ((flags_of(o, p) & FASCIA_PROPERTY_INVALIDATES) ||
                                     feature_is_restricted(o->feature, p)));
}

static bool object_has_changes(const Object *o) {
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if (is_changed(o, p) || is_withdrawn(o, p))
                        return true;
        return false;
}

static int write_changes(Writer *w, const Object *o) {
        const struct fascia_interface *i = o->feature->interface;

        TRY(writer_string(w, i->dbus_name));
        TRY(writer_open(w, 'a', "{sv}"));
        for (uint32_t p = 0; p < i->n_properties; p++) {
                const struct fascia_property *property = interface_property(i, p);

                if (!is_changed(o, p) || is_invalidated(o, p))
                        continue;
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, property->dbus_name));
                TRY(codec_write_variant(w, property->type, zone_get_value(o->zone, p)));
                TRY(writer_close(w));
                o->feature->counters.changes++;
        }
        TRY(write_serial(w, o->feature->service));
        TRY(writer_close(w));
        TRY(writer_open(w, 'a', "s"));
        for (uint32_t p = 0; p < i->n_properties; p++)
                if (is_invalidated(o, p)) {
                        TRY(writer_string(w, interface_property(i, p)->dbus_name));
                        o->feature->counters.changes++;
                }
        return writer_close(w);
}

static int write_info_changes(Writer *w, const Object *o) {
        TRY(writer_string(w, FEATURE_INFO_INTERFACE));
        TRY(write_info(w, o, o->info));
        TRY(writer_open(w, 'a', "s"));
        return writer_close(w);
}

static void object_log_too_large(const Object *o) {
        const struct fascia_interface *i = o->feature->interface;
        size_t limit = o->feature->service->settings.max_reply_size;

        for (uint32_t p = 0; p < i->n_properties; p++)
                if (zone_is_dirty(o->zone, p) && zone_has_value(o->zone, p) &&
                    object_measure(o, p) > limit)
                        log_full(
                                LOG_WARNING, 0, LOG_FEATURE(i),
                                "%s.%s: a value of %zu bytes is above the limit of %zu and not shown",
                                i->qualified_name, interface_property(i, p)->name,
                                object_measure(o, p), limit);
}

/* What clients know is what is. */
static void object_settle_values(Object *o) {
        Persistence *persistence = o->feature->service->persistence;

        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++) {
                if (persistence && (flags_of(o, p) & FASCIA_PROPERTY_PERSISTENT) &&
                    zone_is_dirty(o->zone, p))
                        persistence_note(persistence);
                o->known[p] = object_has_value(o, p) ? KNOWN_VALUE : KNOWN_NOTHING;
        }
        zone_clear_dirty(o->zone);
}

static void object_announce_values(Object *o) {
        object_log_too_large(o);
        if (object_has_changes(o))
                object_broadcast(o, o->path, PROPERTIES_INTERFACE, "PropertiesChanged",
                                 write_changes);
        object_settle_values(o);
}

static void object_announce_info(Object *o) {
        if (o->info)
                object_broadcast(o, o->path, PROPERTIES_INTERFACE, "PropertiesChanged",
                                 write_info_changes);
        o->info = 0;
}

/* ---- objects that come and go ---- */

static int write_added(Writer *w, const Object *o) {
        TRY(writer_basic(w, 'o', &o->path));
        return write_interfaces(w, o, access_get_common(o->feature->service->access));
}

static int write_removed(Writer *w, const Object *o) {
        TRY(writer_basic(w, 'o', &o->path));
        TRY(writer_open(w, 'a', "s"));
        TRY(writer_string(w, INTROSPECTABLE_INTERFACE));
        TRY(writer_string(w, PROPERTIES_INTERFACE));
        TRY(writer_string(w, FEATURE_INFO_INTERFACE));
        TRY(writer_string(w, o->feature->interface->dbus_name));
        return writer_close(w);
}

static void object_announce_presence(Object *o) {
        bool there = object_is_there(o);

        if (there == o->is_announced)
                return;
        object_broadcast(o, o->feature->service->path, OBJECT_MANAGER_INTERFACE,
                         there ? "InterfacesAdded" : "InterfacesRemoved",
                         there ? write_added : write_removed);
        o->is_announced = there;
        /* The signal said all there is to say, but what not everybody may read: whoever may has to ask for that. */
        object_settle_values(o);
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if (feature_is_restricted(o->feature, p))
                        o->known[p] = KNOWN_NOTHING;
        o->info = 0;
}

static void object_note_unsupported(Object *o) {
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if ((o->known[p] != KNOWN_NOTHING) != object_has_value(o, p))
                        o->info |= INFO_UNSUPPORTED;
}

/* Who hears that a feature is gone must not take its values for withdrawn ones, nor its zones for
 * removed: that it is gone is told first. So is what not everybody may read any more: its value is invalidated, not
 * withdrawn. That it is there is told last, when all the rest is
 * known. */
static void service_announce(Service *s) {
        Object *first = s->dirty_first, *next;

        s->dirty_first = s->dirty_last = NULL;
        for (Object *o = first; o; o = o->next_dirty) {
                object_note_unsupported(o);
                if (object_is_there(o) && o->is_announced &&
                    (!feature_is_ready(o->feature) || (o->info & INFO_RESTRICTED)))
                        object_announce_info(o);
        }
        for (Object *o = first; o; o = o->next_dirty)
                object_announce_presence(o);
        for (Object *o = first; o; o = next) {
                next = o->next_dirty;
                if (object_is_there(o)) {
                        object_announce_values(o);
                        object_announce_info(o);
                }
                o->is_dirty = false;
                o->next_dirty = NULL;
        }
}

void service_settle(Service *s) {
        for (Object *o = s->dirty_first; o; o = o->next_dirty)
                o->is_dirty = false;
        s->dirty_first = s->dirty_last = NULL;
        for (uint32_t i = 0; i < s->n_features; i++)
                for (Object *o = s->features[i].objects; o; o = o->next) {
                        o->is_announced = object_is_there(o);
                        o->info = 0;
                        object_settle_values(o);
                }
}

/* ---- parked messages ---- */

static void service_send_parked(Service *s, Parked *p) {
        if (p->is_signal) {
                s->serial++;
                s->parked_signals -= p->size;
        }
        service_broadcast(s, p->message);
}

static bool is_blocked(const Service *s) {
        return connection_get_outstanding(s->connection) > s->settings.max_outstanding;
}

/* Signals are events and cannot be merged as values are: while nothing drains, the oldest are lost,
 * but counted. A quarter at a time, so that not each new one goes over all. */
static void service_bound_signals(Service *s) {
        size_t bound = s->settings.max_outstanding - s->settings.max_outstanding / 4;
        size_t kept = 0;

        for (size_t i = 0; i < s->n_parked; i++) {
                Parked *p = &s->parked[i];

                if (p->is_signal && s->parked_signals > bound) {
                        s->parked_signals -= p->size;
                        s->serial++;
                        message_unref(p->message);
                } else {
                        s->parked[kept++] = *p;
                }
        }
        s->n_parked = kept;
}

void service_park(Service *s, Message *m, size_t size, bool is_signal) {
        Parked *parked;

        if (!s->connection) {
                message_unref(m);
                return;
        }
        if (!is_signal && s->n_parked == 0 && !s->dirty_first) {
                service_broadcast(s, m); /* nothing that would have to be seen before */
                return;
        }
        if (s->n_parked == s->parked_capacity) {
                size_t capacity = s->parked_capacity ? 2 * s->parked_capacity : 64;

                parked = reallocarray(s->parked, capacity, sizeof(*parked));
                if (!parked) {
                        /* Out of order is better than never. */
                        if (is_signal)
                                s->serial++;
                        service_broadcast(s, m);
                        return;
                }
                s->parked = parked;
                s->parked_capacity = capacity;
        }
        s->parked[s->n_parked++] = (Parked){ m, size, is_signal };
        if (is_signal) {
                s->parked_signals += size;
                if (s->parked_signals > s->settings.max_outstanding && is_blocked(s))
                        service_bound_signals(s);
        }
        service_schedule(s);
}

void service_drop_parked(Service *s) {
        for (size_t i = 0; i < s->n_parked; i++)
                message_unref(s->parked[i].message);
        s->n_parked = 0;
        s->parked_signals = 0;
}

void service_flush(Service *s) {
        size_t kept = 0;
        bool blocked;

        if (s->persistence)
                persistence_restore(s->persistence);
        if (!s->connection || !connection_is_open(s->connection) ||
            (!s->dirty_first && s->n_parked == 0))
                return;
        blocked = is_blocked(s);
        if (!blocked)
                service_announce(s);
        for (size_t i = 0; i < s->n_parked; i++)
                if (blocked && s->parked[i].is_signal)
                        s->parked[kept++] = s->parked[i];
                else
                        service_send_parked(s, &s->parked[i]);
        s->n_parked = kept;
}
