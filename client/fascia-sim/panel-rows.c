/* SPDX-License-Identifier: MIT */
/* What the panel shows: a row for each property of each zone. */
#include "panel-rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fascia/backend.h>

#include "descriptor.h"

/* In microseconds. */
#define NEW_USEC 1000000u

/* When a property changed last. */
typedef struct Change {
        struct Change *next;
        char *zone;
        uint32_t property;
        uint64_t at;
} Change;

struct PanelFeature {
        PanelFeature *next;
        PanelRows *rows;
        const struct fascia_interface *interface;
        struct fascia_feature *feature;
        Change *changes;
};

struct PanelRows {
        Tool *tool;
        PanelFeature *features;
        PanelRow *items;
        size_t n, n_room;
        bool is_stale; /* a zone or a state is another */
        char *filter;
};

/* What a listener is: nothing but that it is there. */
static const char listener;

static uint64_t now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* ---- features ---- */

static Change *find_change(const PanelFeature *f, const char *zone, uint32_t property) {
        for (Change *c = f->changes; c; c = c->next)
                if (c->property == property && strcmp(c->zone, zone) == 0)
                        return c;
        return NULL;
}

/* Without memory it is not marked, and shown all the same. */
static void mark(PanelFeature *f, const char *zone, uint32_t property) {
        Change *c = find_change(f, zone, property);

        if (!c) {
                c = calloc(1, sizeof(*c));
                if (!c)
                        return;
                c->zone = strdup(zone);
                if (!c->zone) {
                        free(c);
                        return;
                }
                c->property = property;
                c->next = f->changes;
                f->changes = c;
        }
        c->at = now();
}

static void notify(struct fascia_feature *feature, const void *l, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        PanelFeature *f = userdata;
        struct fascia_feature *zone;

        (void)l;
        switch (event) {
        case FASCIA_EVENT_PROPERTY:
                mark(f, fascia_feature_get_zone_name(feature), index);
                break;
        case FASCIA_EVENT_ZONE_ADDED:
                zone = fascia_feature_get_zone(f->feature, data);
                if (zone && feature == f->feature)
                        (void)fascia_feature_add_listener(zone, &listener, sizeof(listener), f);
                f->rows->is_stale = true;
                break;
        case FASCIA_EVENT_ZONE_REMOVED:
        case FASCIA_EVENT_STATE:
                f->rows->is_stale = true;
                break;
        case FASCIA_EVENT_SIGNAL:
        case FASCIA_EVENT_CHANGED:
                break;
        }
}

int panel_rows_add(PanelRows *r, const struct fascia_interface *interface) {
        PanelFeature **last = &r->features, *f;
        int k;

        for (; *last; last = &(*last)->next)
                if (strcmp((*last)->interface->dbus_name, interface->dbus_name) == 0)
                        return 0;
        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->rows = r;
        f->interface = interface;
        k = fascia_feature_new(r->tool->client, interface, NULL, notify, &f->feature);
        if (k < 0) {
                free(f);
                return k;
        }
        *last = f;
        r->is_stale = true;
        (void)fascia_feature_add_listener(f->feature, &listener, sizeof(listener), f);
        for (struct fascia_feature *z = NULL; (z = fascia_feature_next_zone(f->feature, z));)
                (void)fascia_feature_add_listener(z, &listener, sizeof(listener), f);
        return 0;
}

/* ---- rows ---- */

static void add_row(PanelRows *r, PanelRow row) {
        if (r->n == r->n_room) {
                size_t n_room = r->n_room ? 2 * r->n_room : 64;
                PanelRow *items = reallocarray(r->items, n_room, sizeof(*items));

                if (!items)
                        return; /* it ends here, then */
                r->items = items;
                r->n_room = n_room;
        }
        r->items[r->n++] = row;
}

static bool is_wanted(const PanelRows *r, const PanelFeature *f, const char *zone,
                      const char *property) {
        char name[512];

        snprintf(name, sizeof(name), "%s[%s].%s", f->interface->name, zone, property);
        return !*r->filter || strcasestr(name, r->filter);
}

static void add_zone(PanelRows *r, PanelFeature *f, struct fascia_feature *zone) {
        const char *name = fascia_feature_get_zone_name(zone);
        size_t head = r->n;

        add_row(r, (PanelRow){ .feature = f, .zone = name, .is_head = true });
        for (uint32_t i = 0; i < f->interface->n_properties; i++) {
                const struct fascia_property *p = interface_property(f->interface, i);

                if (p->type->kind != FASCIA_KIND_MODEL && is_wanted(r, f, name, p->name))
                        add_row(r, (PanelRow){ .feature = f, .zone = name, .property = i });
        }
        if (r->n == head + 1 && *r->filter)
                r->n = head;
}

static void refresh(PanelRows *r) {
        r->n = 0;
        r->is_stale = false;
        for (PanelFeature *f = r->features; f; f = f->next) {
                add_zone(r, f, f->feature);
                for (struct fascia_feature *z = NULL;
                     (z = fascia_feature_next_zone(f->feature, z));)
                        add_zone(r, f, z);
        }
}

const PanelRow *panel_rows_get(PanelRows *r, size_t n) {
        if (r->is_stale)
                refresh(r);
        return n < r->n ? &r->items[n] : NULL;
}

void panel_rows_filter(PanelRows *r, const char *text) {
        char *copy = strdup(text);

        if (!copy)
                return;
        free(r->filter);
        r->filter = copy;
        r->is_stale = true;
}

/* ---- one row ---- */

static struct fascia_feature *handle_of(const PanelRow *row) {
        return *row->zone ? fascia_feature_get_zone(row->feature->feature, row->zone)
                          : row->feature->feature;
}

const struct fascia_interface *panel_row_interface(const PanelRow *row) {
        return row->feature->interface;
}

const struct fascia_property *panel_row_property(const PanelRow *row) {
        return row->is_head ? NULL : interface_property(row->feature->interface, row->property);
}

enum fascia_state panel_row_state(const PanelRow *row) {
        return fascia_feature_get_state(row->feature->feature);
}

const void *panel_row_value(const PanelRow *row) {
        struct fascia_feature *f = handle_of(row);

        if (row->is_head || !f || !fascia_feature_has_value(f, row->property))
                return NULL;
        return fascia_feature_get_value(f, row->property);
}

static char *state_text(const PanelRow *row) {
        const struct fascia_error *error = fascia_feature_get_error(row->feature->feature);
        char *text = NULL;
        int r;

        switch (panel_row_state(row)) {
        case FASCIA_STATE_READY:
                return strdup(fascia_feature_is_simulated(row->feature->feature) ? "simulated"
                                                                                 : "");
        case FASCIA_STATE_SYNCING:
                return strdup("syncing");
        case FASCIA_STATE_UNAVAILABLE:
                break;
        }
        r = asprintf(&text, "unavailable%s%s", error ? ": " : "", error ? error->message : "");
        return r < 0 ? NULL : text;
}

char *panel_row_text(const PanelRow *row) {
        const struct fascia_property *p = panel_row_property(row);
        const void *value = panel_row_value(row);
        char *text, *with_unit;

        if (row->is_head)
                return *row->zone ? strdup("") : state_text(row);
        if (!value)
                return strdup("-");
        text = fascia_value_print(p->type, value);
        if (!text || !p->unit)
                return text;
        if (asprintf(&with_unit, "%s %s", text, p->unit) < 0)
                with_unit = NULL;
        free(text);
        return with_unit;
}

bool panel_row_is_new(const PanelRow *row) {
        const Change *c = row->is_head ? NULL : find_change(row->feature, row->zone, row->property);

        return c && now() - c->at < NEW_USEC;
}

/* ---- life ---- */

int panel_rows_new(Tool *t, PanelRows **ret) {
        PanelRows *r = calloc(1, sizeof(*r));

        if (r)
                r->filter = strdup("");
        if (!r || !r->filter) {
                free(r);
                return -ENOMEM;
        }
        r->tool = t;
        *ret = r;
        return 0;
}

static void free_feature(PanelFeature *f) {
        fascia_feature_free(f->feature);
        while (f->changes) {
                Change *next = f->changes->next;

                free(f->changes->zone);
                free(f->changes);
                f->changes = next;
        }
        free(f);
}

PanelRows *panel_rows_free(PanelRows *r) {
        if (!r)
                return NULL;
        while (r->features) {
                PanelFeature *next = r->features->next;

                free_feature(r->features);
                r->features = next;
        }
        free(r->items);
        free(r->filter);
        free(r);
        return NULL;
}
