/* SPDX-License-Identifier: MIT */
/* The production backend of Example.Remote: a whole backend on one page, to begin others with. */
#include <errno.h>
#include <example-remote-1/remote-backend.h>
#include <string.h>

static int processing_service_start(struct remote_processing_service_backend *backend, void *plugin,
                                    void **ret_userdata) {
        int r;

        (void)plugin;
        (void)ret_userdata; /* there is nothing to keep: the store holds the one value */
        r = remote_processing_service_backend_report_last_message(backend, "");
        if (r < 0)
                return r;
        remote_processing_service_backend_ready(backend);
        return 0;
}

static int processing_service_process(struct remote_processing_service_backend *backend,
                                      const char *data,
                                      struct remote_processing_service_process_reply reply,
                                      void *userdata) {
        size_t length = strlen(data);
        int r;

        (void)userdata;
        if (length > INT32_MAX)
                return fascia_reply_fail(reply.ticket, -ERANGE, "data is too long");
        /* Before the answer, so that whoever gets it finds the message changed already. */
        r = remote_processing_service_backend_report_last_message(backend, data);
        if (r < 0)
                return r;
        return remote_processing_service_backend_reply_process(reply, (int32_t)length);
}

static const struct remote_processing_service_backend_ops processing_service_ops = {
        .size = sizeof(processing_service_ops),
        .start = processing_service_start,
        .process = processing_service_process,
};

static const struct fascia_plugin_feature features[] = {
        { REMOTE_PROCESSING_SERVICE_FEATURE(&processing_service_ops) },
};

FASCIA_EXPORT extern const struct fascia_plugin fascia_plugin;
const struct fascia_plugin fascia_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "remote",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
