/* SPDX-License-Identifier: MIT */
/* Writes down what the listeners of a ClimateControl are told. */
#include "climate-listener.h"

#include "heard.h"

static const char *zone_of(struct climate_control *c) {
        return fascia_feature_get_zone_name(climate_control_feature(c));
}

static const char *prefix(const void *userdata) {
        return userdata ? userdata : "";
}

static void on_temperature(struct climate_control *c, double value, void *userdata) {
        hear("%s%s=%g ", prefix(userdata), zone_of(c), value);
}

static void on_fan(struct climate_control *c, int32_t value, void *userdata) {
        hear("%s%sfan=%d ", prefix(userdata), zone_of(c), value);
}

static void on_state(struct climate_control *c, enum fascia_state state, void *userdata) {
        static const char *const names[] = { "unavailable", "syncing", "ready" };

        hear("%s%s:%s ", prefix(userdata), zone_of(c), names[state]);
}

static void on_zone_added(struct climate_control *c, const char *zone, void *userdata) {
        (void)c;
        hear("%s+%s ", prefix(userdata), zone);
}

static void on_zone_removed(struct climate_control *c, const char *zone, void *userdata) {
        (void)c;
        hear("%s-%s ", prefix(userdata), zone);
}

static void on_changed(struct climate_control *c, void *userdata) {
        hear("%s%s! ", prefix(userdata), zone_of(c));
}

const struct climate_control_listener everything = {
        .fan_level_changed = on_fan,
        .target_temperature_changed = on_temperature,
        .on_state = on_state,
        .on_zone_added = on_zone_added,
        .on_zone_removed = on_zone_removed,
        .on_changed = on_changed,
};
