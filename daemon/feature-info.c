/* SPDX-License-Identifier: MIT */
/* org.fascia.Feature1: what a feature or zone says about itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "service-private.h"

typedef int InfoFn(Writer *w, const Object *o);

static int write_text(Writer *w, const char *text) {
        TRY(writer_open(w, 'v', "s"));
        TRY(writer_string(w, text));
        return writer_close(w);
}

static int write_version(Writer *w, const Object *o) {
        const struct fascia_module *m = o->feature->interface->module;
        char text[32];

        snprintf(text, sizeof(text), "%u.%u", m->major, m->minor);
        return write_text(w, text);
}

static int write_zones(Writer *w, const Object *o) {
        Instance *i = o->feature->instance;

        TRY(writer_open(w, 'v', "as"));
        TRY(writer_open(w, 'a', "s"));
        /* A zone has none of its own. */
        if (o->zone == instance_get_root(i))
                for (Zone *z = instance_next_zone(i, NULL); z; z = instance_next_zone(i, z))
                        if (zone_is_present(z))
                                TRY(writer_string(w, zone_get_name(z)));
        TRY(writer_close(w));
        return writer_close(w);
}

/* Only once the feature is ready: before that, nothing is known to be missing. */
static int write_unsupported(Writer *w, const Object *o) {
        const struct fascia_interface *i = o->feature->interface;

        TRY(writer_open(w, 'v', "as"));
        TRY(writer_open(w, 'a', "s"));
        for (uint32_t p = 0; feature_is_ready(o->feature) && p < i->n_properties; p++)
                if (!object_has_value(o, p))
                        TRY(writer_string(w, interface_property(i, p)->dbus_name));
        TRY(writer_close(w));
        return writer_close(w);
}

/* What is announced without its value, because somebody may not read it. */
static int write_restricted(Writer *w, const Object *o) {
        const struct fascia_interface *i = o->feature->interface;

        TRY(writer_open(w, 'v', "as"));
        TRY(writer_open(w, 'a', "s"));
        for (uint32_t p = 0; p < i->n_properties; p++)
                if (feature_is_restricted(o->feature, p))
                        TRY(writer_string(w, interface_property(i, p)->dbus_name));
        TRY(writer_close(w));
        return writer_close(w);
}

static int write_backend(Writer *w, const Object *o) {
        return write_text(w, instance_get_plugin_name(o->feature->instance));
}

static int write_simulated(Writer *w, const Object *o) {
        bool simulated = instance_is_simulated(o->feature->instance);

        TRY(writer_open(w, 'v', "b"));
        TRY(writer_basic(w, 'b', &simulated));
        return writer_close(w);
}

static int write_state(Writer *w, const Object *o) {
        static const char *const names[] = {
                [FASCIA_STATE_UNAVAILABLE] = "unavailable",
                [FASCIA_STATE_SYNCING] = "syncing",
                [FASCIA_STATE_READY] = "ready",
        };

        return write_text(w, names[instance_get_state(o->feature->instance)]);
}

static int write_error(Writer *w, const Object *o) {
        const struct fascia_error *error = instance_get_error(o->feature->instance);

        if (error)
                return write_text(w, error->message);
        return write_text(w, instance_get_state(o->feature->instance) == FASCIA_STATE_UNAVAILABLE
                                     ? "The backend is not ready yet"
                                     : "");
}

static const struct {
        const char *name;
        InfoFn *write;
        unsigned part; /* 0: never changes */
} infos[] = {
        { "Version", write_version, 0 },
        { "Zones", write_zones, INFO_ZONES },
        { "Unsupported", write_unsupported, INFO_UNSUPPORTED },
        { "Restricted", write_restricted, INFO_RESTRICTED },
        { "Backend", write_backend, INFO_STATE },
        { "Simulated", write_simulated, INFO_STATE },
        { "State", write_state, INFO_STATE },
        { "Error", write_error, INFO_STATE },
};

#define N_INFOS (sizeof(infos) / sizeof(infos[0]))

/* What everybody may read is the usual case, and not worth a word in each answer. */
static bool is_of_interest(unsigned part, const Object *o) {
        if (part != INFO_RESTRICTED)
                return true;
        for (uint32_t p = 0; p < o->feature->interface->n_properties; p++)
                if (feature_is_restricted(o->feature, p))
                        return true;
        return false;
}

int write_info_entries(Writer *w, const Object *o, unsigned mask) {
        for (size_t i = 0; i < N_INFOS; i++) {
                if (mask == ~0u ? !is_of_interest(infos[i].part, o) : !(infos[i].part & mask))
                        continue;
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, infos[i].name));
                TRY(infos[i].write(w, o));
                TRY(writer_close(w));
        }
        return 0;
}

int write_info(Writer *w, const Object *o, unsigned mask) {
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(write_info_entries(w, o, mask));
        TRY(write_serial(w, o->feature->service));
        return writer_close(w);
}

bool info_has_property(const char *name) {
        for (size_t i = 0; i < N_INFOS; i++)
                if (strcmp(infos[i].name, name) == 0)
                        return true;
        return false;
}

int write_info_property(Writer *w, const Object *o, const char *name) {
        for (size_t i = 0; i < N_INFOS; i++)
                if (strcmp(infos[i].name, name) == 0)
                        return infos[i].write(w, o);
        return -ENOENT;
}
