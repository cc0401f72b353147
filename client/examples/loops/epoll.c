/* SPDX-License-Identifier: MIT */
/*
 * Clients in a loop on epoll, as a program has that does without a framework: one descriptor for each, here two,
 * beside whatever else the program waits for.
 *
 *     cc epoll.c …/remote-types.c …/remote.c $(pkg-config --cflags --libs fascia)
 */
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <example-remote-1/remote.h>

static int n_answers;

static void on_processed(struct remote_processing_service *service,
                         const struct fascia_error *error, int32_t result, void *userdata) {
        (void)service;
        if (error)
                printf("%s: error: %s\n", (const char *)userdata, error->message);
        else
                printf("%s: process: %d\n", (const char *)userdata, (int)result);
        n_answers++;
}

static int watch(int epoll, struct fascia_client *client) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

        return epoll_ctl(epoll, EPOLL_CTL_ADD, fascia_client_get_fd(client), &event);
}

int main(void) {
        static char *const names[] = { "one", "two" };
        struct remote_processing_service *services[2] = { 0 };
        struct fascia_client *clients[2] = { 0 };
        int epoll = epoll_create1(EPOLL_CLOEXEC);

        for (int i = 0; i < 2; i++) {
                if (fascia_client_new(&clients[i]) < 0 ||
                    remote_processing_service_new(clients[i], &services[i]) < 0 ||
                    watch(epoll, clients[i]) < 0)
                        return 1;
                remote_processing_service_process(services[i], names[i], on_processed, names[i],
                                                  NULL);
        }
        while (n_answers < 2) {
                struct epoll_event event;

                if (epoll_wait(epoll, &event, 1, -1) > 0)
                        fascia_client_dispatch(event.data.ptr);
        }
        for (int i = 0; i < 2; i++) {
                remote_processing_service_free(services[i]);
                fascia_client_free(clients[i]);
        }
        close(epoll);
        return 0;
}
