/* SPDX-License-Identifier: MIT */
/* The simulator: a backend for any interface, from its descriptors, its data and its script; and one for the interface by
 * which that is controlled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim-control.h"
#include "simulator-private.h"

static int on_open(struct fascia_host *host, void **ret_plugin) {
        Simulator *s;
        int r;

        r = simulator_new(host, &s);
        if (r >= 0)
                *ret_plugin = s;
        return r;
}

static void on_close(void *plugin) {
        simulator_free(plugin);
}

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        char *text = NULL;
        SimFeature *f;
        int r;

        r = simulator_start(plugin, backend, &f, &text);
        if (r < 0) {
                if (text)
                        fascia_backend_fail(backend, r, text);
                free(text);
                return r;
        }
        *ret_userdata = f;
        sim_feature_tell_state(f);
        return 0;
}

static void on_stop(struct fascia_backend *backend, void *userdata) {
        (void)backend;
        simulator_stop(sim_feature_get_simulator(userdata), userdata);
}

static SimRequest request_of(const SimFeature *f, struct fascia_backend *zone, bool is_set,
                             uint32_t member, struct fascia_reply reply) {
        return (SimRequest){ .simulator = sim_feature_get_simulator(f),
                             .feature = sim_feature_get_id(f),
                             .zone = zone,
                             .is_set = is_set,
                             .member = member,
                             .reply = reply };
}

static int on_set(struct fascia_backend *backend, uint32_t property, const void *value,
                  struct fascia_reply reply, void *userdata) {
        const SimRequest q = request_of(userdata, backend, true, property, reply);
        int r;

        r = sim_faults_meet_request(simulator_get_faults(q.simulator), &q);
        if (r == 0)
                r = simulator_ask_set(userdata, &q, value);
        if (r == 0)
                r = sim_request_do_set(&q, value);
        return r < 0 ? r : 0;
}

static int answer_empty(const SimRequest *q, const struct fascia_type *type) {
        void *result;
        int r;

        result = malloc(type->size + 1); /* also of nothing */
        if (!result)
                return -ENOMEM;
        fascia_value_init(type, result);
        r = sim_request_answer_call(q, result);
        free(result);
        return r;
}

static int on_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                   struct fascia_reply reply, void *userdata) {
        const SimRequest q = request_of(userdata, backend, false, method, reply);
        int r;

        r = sim_faults_meet_request(simulator_get_faults(q.simulator), &q);
        if (r == 0)
                r = simulator_ask_call(userdata, &q, arguments);
        if (r == 0)
                r = answer_empty(&q,
                                 sim_method(sim_feature_get_interface(userdata), method)->output);
        return r < 0 ? r : 0;
}

static const struct fascia_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .stop = on_stop,
        .set = on_set,
        .call = on_call,
};

static const struct fascia_plugin_feature features[] = {
        { SIMULATION_FEATURE(&sim_control_ops) },
        { .interface = NULL, .ops = &ops },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "simulator",
        .kind = FASCIA_PLUGIN_SIMULATION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
        .open = on_open,
        .close = on_close,
};
