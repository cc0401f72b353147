/* SPDX-License-Identifier: MIT */
/*
 * A client in the main loop of GLib: its descriptor is watched by a GSource, which is all there is to do.
 *
 *     cc glib.c …/remote-types.c …/remote.c $(pkg-config --cflags --libs fascia glib-2.0)
 */
#include <glib-unix.h>
#include <stdio.h>

#include <example-remote-1/remote.h>

static GMainLoop *loop;

/* It is readable whenever something is to be done, timeouts included. */
static gboolean on_readable(gint fd, GIOCondition condition, gpointer userdata) {
        (void)fd;
        (void)condition;
        fascia_client_dispatch(userdata);
        return G_SOURCE_CONTINUE;
}

static void on_last_message(struct remote_processing_service *service, const char *value,
                            void *userdata) {
        (void)service;
        (void)userdata;
        printf("lastMessage: %s\n", value);
}

static void on_processed(struct remote_processing_service *service,
                         const struct fascia_error *error, int32_t result, void *userdata) {
        (void)service;
        (void)userdata;
        if (error)
                printf("error: %s\n", error->message);
        else
                printf("process: %d\n", (int)result);
        g_main_loop_quit(loop);
}

int main(void) {
        const struct remote_processing_service_listener listener = {
                .last_message_changed = on_last_message,
        };
        struct remote_processing_service *service = NULL;
        struct fascia_client *client = NULL;
        guint source;

        if (fascia_client_new(&client) < 0 || remote_processing_service_new(client, &service) < 0)
                return 1;
        loop = g_main_loop_new(NULL, FALSE);
        source = g_unix_fd_add(fascia_client_get_fd(client), G_IO_IN, on_readable, client);
        remote_processing_service_add_listener(service, &listener, NULL);
        remote_processing_service_process(service, "from GLib", on_processed, NULL, NULL);
        g_main_loop_run(loop);
        g_source_remove(source);
        remote_processing_service_free(service);
        fascia_client_free(client);
        g_main_loop_unref(loop);
        return 0;
}
