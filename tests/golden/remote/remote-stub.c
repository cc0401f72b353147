/* A production backend of the module Example.Remote 1.0. fascia-codegen wrote it once, from
 * remote.qface; now it is yours. It runs as it is: with start values, and empty answers. */
#include "remote-backend.h"

/* ---- ProcessingService ---- */

static int processing_service_report(struct remote_processing_service_backend *backend) {
        int r;

        r = remote_processing_service_backend_report_last_message(backend, "");
        if (r < 0)
                return r;
        return 0;
}

/* Begins to serve: acquire the device here, and keep what you need in *ret_userdata. */
static int processing_service_start(struct remote_processing_service_backend *backend, void *plugin,
                                    void **ret_userdata) {
        int r;

        (void)plugin;
        (void)ret_userdata;
        r = processing_service_report(backend);
        if (r < 0)
                return r;
        remote_processing_service_backend_ready(backend);
        return 0;
}

/* Ends to serve: release what start acquired. */
static void processing_service_stop(struct remote_processing_service_backend *backend,
                                    void *userdata) {
        (void)backend;
        (void)userdata;
}

/**
 * @brief Processes the data.
 * @param data what to process
 * @return the length of the data in bytes
 */
static int processing_service_process(struct remote_processing_service_backend *backend,
                                      const char *data,
                                      struct remote_processing_service_process_reply reply,
                                      void *userdata) {
        (void)backend;
        (void)data;
        (void)userdata;
        return remote_processing_service_backend_reply_process(reply, 0);
}

static const struct remote_processing_service_backend_ops processing_service_ops = {
        .size = sizeof(processing_service_ops),
        .start = processing_service_start,
        .stop = processing_service_stop,
        .process = processing_service_process,
};

static const struct fascia_plugin_feature features[] = {
        {
                REMOTE_PROCESSING_SERVICE_FEATURE(&processing_service_ops),
        },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "remote",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
