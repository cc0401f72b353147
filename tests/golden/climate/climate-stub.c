/* A production backend of the module Vehicle.Climate 1.0. fascia-codegen wrote it once, from
 * climate.qface; now it is yours. It runs as it is: with start values, and empty answers. */
#include "climate-backend.h"

/* ---- ClimateControl ---- */

static int climate_control_report(struct climate_control_backend *backend) {
        int r;

        r = climate_control_backend_report_air_conditioning(backend, false);
        if (r < 0)
                return r;
        r = climate_control_backend_report_fan_level(backend, 0);
        if (r < 0)
                return r;
        r = climate_control_backend_report_target_temperature(backend, 16);
        if (r < 0)
                return r;
        r = climate_control_backend_report_outside_temperature(backend, 0);
        if (r < 0)
                return r;
        r = climate_control_backend_report_cabin_temperature(backend, 0);
        if (r < 0)
                return r;
        r = climate_control_backend_report_recirculation(backend, CLIMATE_RECIRCULATION_MODE_OFF);
        if (r < 0)
                return r;
        r = climate_control_backend_report_airflow(backend, 0);
        if (r < 0)
                return r;
        return 0;
}

/* Begins to serve: acquire the device here, and keep what you need in *ret_userdata. */
static int climate_control_start(struct climate_control_backend *backend, void *plugin,
                                 void **ret_userdata) {
        int r;

        (void)plugin;
        (void)ret_userdata;
        r = climate_control_report(backend);
        if (r < 0)
                return r;
        climate_control_backend_ready(backend);
        return 0;
}

/* Ends to serve: release what start acquired. */
static void climate_control_stop(struct climate_control_backend *backend, void *userdata) {
        (void)backend;
        (void)userdata;
}

/* Tell the device, then answer with the value that it took. */
static int climate_control_set_air_conditioning(
        struct climate_control_backend *backend, bool value,
        struct climate_control_set_air_conditioning_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return climate_control_backend_reply_set_air_conditioning(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int climate_control_set_fan_level(struct climate_control_backend *backend, int32_t value,
                                         struct climate_control_set_fan_level_reply reply,
                                         void *userdata) {
        (void)backend;
        (void)userdata;
        return climate_control_backend_reply_set_fan_level(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int climate_control_set_target_temperature(
        struct climate_control_backend *backend, double value,
        struct climate_control_set_target_temperature_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return climate_control_backend_reply_set_target_temperature(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int climate_control_set_recirculation(struct climate_control_backend *backend,
                                             enum climate_recirculation_mode value,
                                             struct climate_control_set_recirculation_reply reply,
                                             void *userdata) {
        (void)backend;
        (void)userdata;
        return climate_control_backend_reply_set_recirculation(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int climate_control_set_airflow(struct climate_control_backend *backend,
                                       climate_airflow_directions value,
                                       struct climate_control_set_airflow_reply reply,
                                       void *userdata) {
        (void)backend;
        (void)userdata;
        return climate_control_backend_reply_set_airflow(reply, value);
}

static const struct climate_control_backend_ops climate_control_ops = {
        .size = sizeof(climate_control_ops),
        .start = climate_control_start,
        .stop = climate_control_stop,
        .set_air_conditioning = climate_control_set_air_conditioning,
        .set_fan_level = climate_control_set_fan_level,
        .set_target_temperature = climate_control_set_target_temperature,
        .set_recirculation = climate_control_set_recirculation,
        .set_airflow = climate_control_set_airflow,
};

static const struct fascia_plugin_feature features[] = {
        {
                CLIMATE_CONTROL_FEATURE(&climate_control_ops),
        },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "climate",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
