/* SPDX-License-Identifier: MIT */
/* A backend without a device: the lamp is a variable. */
#include <errno.h>
#include <stdlib.h>

#include <example-lamp-1/lamp-backend.h>

typedef struct State {
        bool lit;
} State;

static int start(struct lamp_backend *backend, void *plugin, void **ret_userdata) {
        State *state;
        int r;

        (void)plugin;
        state = calloc(1, sizeof(*state));
        if (!state)
                return -ENOMEM;
        r = lamp_backend_report_lit(backend, state->lit);
        if (r < 0) {
                free(state);
                return r;
        }
        *ret_userdata = state;
        lamp_backend_ready(backend);
        return 0;
}

static void stop(struct lamp_backend *backend, void *userdata) {
        (void)backend;
        free(userdata);
}

static int set_lit(struct lamp_backend *backend, bool value, struct lamp_set_lit_reply reply,
                   void *userdata) {
        State *state = userdata;

        (void)backend;
        state->lit = value;
        return lamp_backend_reply_set_lit(reply, value);
}

static int toggle(struct lamp_backend *backend, struct lamp_toggle_reply reply, void *userdata) {
        State *state = userdata;
        int r;

        state->lit = !state->lit;
        r = lamp_backend_report_lit(backend, state->lit);
        if (r < 0)
                return r;
        return lamp_backend_reply_toggle(reply, state->lit);
}

static const struct lamp_backend_ops ops = {
        .size = sizeof(ops),
        .start = start,
        .stop = stop,
        .set_lit = set_lit,
        .toggle = toggle,
};

static const struct fascia_plugin_feature features[] = {
        { LAMP_FEATURE(&ops) },
};

FASCIA_EXPORT extern const struct fascia_plugin fascia_plugin;
const struct fascia_plugin fascia_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "lamp",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
