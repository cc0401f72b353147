/* A production backend of the module Vehicle.Cluster 1.0. fascia-codegen wrote it once, from
 * cluster.qface; now it is yours. It runs as it is: with start values, and empty answers. */
#include "cluster-backend.h"

/* ---- InstrumentCluster ---- */

static int instrument_cluster_report(struct cluster_instrument_cluster_backend *backend) {
        const struct cluster_warning_list empty_warnings = { .count = 0 };
        int r;

        r = cluster_instrument_cluster_backend_report_speed(backend, 0);
        if (r < 0)
                return r;
        r = cluster_instrument_cluster_backend_report_rpm(backend, 0);
        if (r < 0)
                return r;
        r = cluster_instrument_cluster_backend_report_fuel(backend, 0);
        if (r < 0)
                return r;
        r = cluster_instrument_cluster_backend_report_coolant_temperature(backend, 0);
        if (r < 0)
                return r;
        r = cluster_instrument_cluster_backend_report_drive_mode(backend,
                                                                 CLUSTER_DRIVE_MODE_NORMAL);
        if (r < 0)
                return r;
        r = cluster_instrument_cluster_backend_report_warnings(backend, &empty_warnings);
        if (r < 0)
                return r;
        return 0;
}

/* Begins to serve: acquire the device here, and keep what you need in *ret_userdata. */
static int instrument_cluster_start(struct cluster_instrument_cluster_backend *backend,
                                    void *plugin, void **ret_userdata) {
        int r;

        (void)plugin;
        (void)ret_userdata;
        r = instrument_cluster_report(backend);
        if (r < 0)
                return r;
        cluster_instrument_cluster_backend_ready(backend);
        return 0;
}

/* Ends to serve: release what start acquired. */
static void instrument_cluster_stop(struct cluster_instrument_cluster_backend *backend,
                                    void *userdata) {
        (void)backend;
        (void)userdata;
}

/* Tell the device, then answer with the value that it took. */
static int instrument_cluster_set_drive_mode(
        struct cluster_instrument_cluster_backend *backend, enum cluster_drive_mode value,
        struct cluster_instrument_cluster_set_drive_mode_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return cluster_instrument_cluster_backend_reply_set_drive_mode(reply, value);
}

/**
 * @brief Takes note of a warning, so that it is no longer shown in front.
 * @param id the identifier of the warning
 * @return whether there was such a warning
 */
static int instrument_cluster_acknowledge(struct cluster_instrument_cluster_backend *backend,
                                          int32_t id,
                                          struct cluster_instrument_cluster_acknowledge_reply reply,
                                          void *userdata) {
        (void)backend;
        (void)id;
        (void)userdata;
        return cluster_instrument_cluster_backend_reply_acknowledge(reply, false);
}

static const struct cluster_instrument_cluster_backend_ops instrument_cluster_ops = {
        .size = sizeof(instrument_cluster_ops),
        .start = instrument_cluster_start,
        .stop = instrument_cluster_stop,
        .set_drive_mode = instrument_cluster_set_drive_mode,
        .acknowledge = instrument_cluster_acknowledge,
};

static const struct fascia_plugin_feature features[] = {
        {
                CLUSTER_INSTRUMENT_CLUSTER_FEATURE(&instrument_cluster_ops),
        },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "cluster",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
