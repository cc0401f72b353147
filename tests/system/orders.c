/* SPDX-License-Identifier: MIT */
/* A backend of Example.Remote that does what its callers order, of all that backends should not do. */
#include <errno.h>
#include <example-remote-1/remote-backend.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Blocks, for as many seconds as the setting says: what a backend should not do. */
static void sleep_as_set(struct remote_processing_service_backend *backend, const char *key) {
        const char *seconds = fascia_backend_get_setting(
                remote_processing_service_backend_base(backend), key);

        if (seconds)
                sleep((unsigned)atoi(seconds));
}

static void on_timer(void *userdata) {
        struct fascia_timer **timer = userdata;

        sleep(2);
        *timer = fascia_timer_free(*timer);
}

static int service_start(struct remote_processing_service_backend *backend, void *plugin,
                         void **ret_userdata) {
        int r;

        (void)plugin;
        *ret_userdata = backend;
        sleep_as_set(backend, "X-StartSeconds");
        if (fascia_backend_get_setting(remote_processing_service_backend_base(backend), "X-Result"))
                return atoi(fascia_backend_get_setting(
                        remote_processing_service_backend_base(backend), "X-Result"));
        r = remote_processing_service_backend_report_last_message(backend, "");
        if (r < 0)
                return r;
        remote_processing_service_backend_ready(backend);
        return 0;
}

static void service_stop(struct remote_processing_service_backend *backend, void *userdata) {
        (void)userdata;
        sleep_as_set(backend, "X-StopSeconds");
}

static void obey(struct remote_processing_service_backend *backend, const char *order) {
        static struct fascia_timer *timer;
        static int *volatile nowhere;

        if (strcmp(order, "abort") == 0)
                abort();
        if (strcmp(order, "exit 3") == 0)
                _exit(3);
        if (strncmp(order, "exit() ", strlen("exit() ")) == 0)
                exit(atoi(order + strlen("exit() ")));
        if (strcmp(order, "crash") == 0)
                *nowhere = 1;
        if (strcmp(order, "fork") == 0 && fork() == 0)
                exit(0);
        while (strcmp(order, "hang") == 0)
                pause();
        if (strcmp(order, "sleep") == 0)
                sleep(2);
        if (strcmp(order, "sleep in a timer") == 0 && !timer &&
            fascia_host_add_timer(
                    fascia_backend_get_host(remote_processing_service_backend_base(backend)),
                    on_timer, &timer, &timer) >= 0)
                fascia_timer_set(timer, 0);
}

static int service_process(struct remote_processing_service_backend *backend, const char *data,
                           struct remote_processing_service_process_reply reply, void *userdata) {
        int r;

        (void)userdata;
        obey(backend, data);
        /* One that is answered by nobody is in flight until the service ends. */
        if (strcmp(data, "never") == 0)
                return 0;
        if (strcmp(data, "5") == 0)
                return 5;
        r = remote_processing_service_backend_report_last_message(backend, data);
        if (r < 0)
                return r;
        return remote_processing_service_backend_reply_process(reply, (int32_t)strlen(data));
}

static const struct remote_processing_service_backend_ops service_ops = {
        .size = sizeof(service_ops),
        .start = service_start,
        .stop = service_stop,
        .process = service_process,
};

static const struct fascia_plugin_feature features[] = {
        { REMOTE_PROCESSING_SERVICE_FEATURE(&service_ops) },
};

FASCIA_EXPORT extern const struct fascia_plugin fascia_plugin;
const struct fascia_plugin fascia_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "orders",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
