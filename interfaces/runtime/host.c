/* SPDX-License-Identifier: MIT */
/* Who runs backends: the loop, the configuration, and what was posted from other threads. */
#include "host.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"

/* Posted work is kept here and not in the loop, so that what a plugin posted is gone with the host.
 */
typedef struct Post {
        struct Post *next;
        fascia_host_fn *fn;
        void *userdata;
} Post;

static void host_run_posts(void *userdata);

int host_new(Loop *loop, const Config *config, const HostSettings *settings, Host **ret) {
        Host *h;
        int r;

        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;
        h->loop = loop_ref(loop);
        h->config = config;
        pthread_mutex_init(&h->posts_lock, NULL);
        h->plugin_path = strdup(settings->plugin_path);
        h->module_path = strdup(settings->module_path);
        h->allow_own_plugins = settings->allow_own_plugins;
        r = h->plugin_path && h->module_path ? 0 : -ENOMEM;
        if (r >= 0)
                r = request_table_new(h, loop, &h->requests);
        if (r < 0) {
                host_free(h);
                return r;
        }
        *ret = h;
        return 0;
}

Host *host_free(Host *host) {
        Post *next;

        if (!host)
                return NULL;
        /* Plugins stop their threads when they are closed; what those had posted is void. */
        host_close_plugins(host);
        loop_unpost(host->loop, host);
        for (Post *p = host->posts_first; p; p = next) {
                next = p->next;
                free(p);
        }
        host_free_plugins(host);
        host_free_modules(host);
        free(host->plugin_path);
        free(host->module_path);
        request_table_free(host->requests);
        pthread_mutex_destroy(&host->posts_lock);
        loop_unref(host->loop);
        free(host);
        return NULL;
}

Loop *host_get_loop(Host *host) {
        return host->loop;
}

const Config *host_get_config(Host *host) {
        return host->config;
}

void host_set_config(Host *host, const Config *config) {
        host->config = config;
}

RequestTable *host_get_requests(Host *host) {
        return host->requests;
}

/* ---- what runs ---- */

/* Of the thread, not of the host: what it calls may free the host. */
static _Thread_local const HostCall *volatile current_call;

void host_enter(HostCall *call) {
        call->outer = current_call;
        atomic_signal_fence(memory_order_release);
        current_call = call;
}

void host_leave(const HostCall *call) {
        current_call = call->outer;
}

const HostCall *host_get_call(void) {
        return current_call;
}

/* ---- posting ---- */

int fascia_host_post(struct fascia_host *host, fascia_host_fn *fn, void *userdata) {
        Post *p;
        int r = 0;

        if (!host || !fn)
                return -EINVAL;
        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->fn = fn;
        p->userdata = userdata;
        pthread_mutex_lock(&host->posts_lock);
        if (!host->posts_first)
                r = loop_post(host->loop, host_run_posts, host);
        if (r >= 0) {
                if (host->posts_first)
                        host->posts_last->next = p;
                else
                        host->posts_first = p;
                host->posts_last = p;
        }
        pthread_mutex_unlock(&host->posts_lock);
        if (r < 0)
                free(p);
        return r;
}

static void host_run_posts(void *userdata) {
        Host *host = userdata;
        Post *p, *next;

        pthread_mutex_lock(&host->posts_lock);
        p = host->posts_first;
        host->posts_first = host->posts_last = NULL;
        pthread_mutex_unlock(&host->posts_lock);
        for (; p; p = next) {
                HostCall call = { .action = "posted work",
                                  .host = host,
                                  .function = (const void *)p->fn };

                next = p->next;
                host_enter(&call);
                p->fn(p->userdata);
                host_leave(&call);
                free(p);
        }
}

/* ---- timers and descriptors ---- */

/* A watch of the loop, and what the backend has to do then. */
struct fascia_timer {
        const Host *host;
        Loop *loop;
        LoopTimer *timer;
        fascia_host_fn *fn;
        void *userdata;
};

struct fascia_io {
        const Host *host;
        LoopIo *io;
        void (*fn)(uint32_t events, void *userdata);
        void *userdata;
};

/* It may be freed by what it runs. */
static void on_timer(void *userdata) {
        const struct fascia_timer *t = userdata;
        HostCall call = { .action = "timer", .host = t->host, .function = (const void *)t->fn };

        host_enter(&call);
        t->fn(t->userdata);
        host_leave(&call);
}

static void on_io(uint32_t events, void *userdata) {
        const struct fascia_io *io = userdata;
        HostCall call = { .action = "file descriptor",
                          .host = io->host,
                          .function = (const void *)io->fn };

        host_enter(&call);
        io->fn(events, io->userdata);
        host_leave(&call);
}

uint64_t fascia_host_now(struct fascia_host *host) {
        return host ? loop_now(host->loop) : 0;
}

int fascia_host_add_timer(struct fascia_host *host, fascia_host_fn *fn, void *userdata,
                          struct fascia_timer **ret_timer) {
        struct fascia_timer *t;
        int r;

        if (!host || !fn || !ret_timer)
                return -EINVAL;
        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        r = loop_timer_new(host->loop, on_timer, t, &t->timer);
        if (r < 0) {
                free(t);
                return r;
        }
        t->host = host;
        t->loop = loop_ref(host->loop);
        t->fn = fn;
        t->userdata = userdata;
        *ret_timer = t;
        return 0;
}

int fascia_timer_set(struct fascia_timer *timer, uint64_t usec) {
        uint64_t now;

        if (!timer)
                return -EINVAL;
        now = loop_now(timer->loop);
        return loop_timer_set(timer->timer, usec < UINT64_MAX - now ? now + usec : UINT64_MAX);
}

struct fascia_timer *fascia_timer_free(struct fascia_timer *timer) {
        if (!timer)
                return NULL;
        loop_timer_free(timer->timer);
        loop_unref(timer->loop);
        free(timer);
        return NULL;
}

int fascia_host_add_io(struct fascia_host *host, int fd, uint32_t events,
                       void (*fn)(uint32_t events, void *userdata), void *userdata,
                       struct fascia_io **ret_io) {
        struct fascia_io *io;
        int r;

        if (!host || fd < 0 || !fn || !ret_io)
                return -EINVAL;
        io = calloc(1, sizeof(*io));
        if (!io)
                return -ENOMEM;
        *io = (struct fascia_io){ .host = host, .fn = fn, .userdata = userdata };
        r = loop_io_new(host->loop, fd, events, on_io, io, &io->io);
        if (r < 0) {
                free(io);
                return r;
        }
        *ret_io = io;
        return 0;
}

int fascia_io_set_events(struct fascia_io *io, uint32_t events) {
        return io ? loop_io_set_events(io->io, events) : -EINVAL;
}

struct fascia_io *fascia_io_free(struct fascia_io *io) {
        if (!io)
                return NULL;
        loop_io_free(io->io);
        free(io);
        return NULL;
}
