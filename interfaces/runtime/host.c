/* SPDX-License-Identifier: MIT */
/* Who runs backends: the loop, the configuration, timers and descriptors. */
#include "host.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"

static void host_run_post(fascia_host_fn *fn, void *userdata, void *host);

int host_new(Loop *loop, const Config *config, const HostSettings *settings, Host **ret) {
        Host *h;
        int r;

        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;
        h->loop = loop_ref(loop);
        h->config = config;
        h->plugin_path = strdup(settings->plugin_path);
        h->module_path = strdup(settings->module_path);
        h->allow_own_plugins = settings->allow_own_plugins;
        r = h->plugin_path && h->module_path ? 0 : -ENOMEM;
        if (r >= 0)
                r = post_queue_new(loop, host_run_post, h, &h->posts);
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
        if (!host)
                return NULL;
        /* Plugins stop their threads when they are closed; what those had posted is void. */
        host_close_plugins(host);
        post_queue_free(host->posts);
        host_free_plugins(host);
        host_free_modules(host);
        free(host->plugin_path);
        free(host->module_path);
        request_table_free(host->requests);
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

struct HostThread {
        _Atomic(const HostCall *) call;
        atomic_bool is_looked_at;
        pthread_mutex_t lock; /* of who looks */
};

/* Of the thread, not of the host: what it calls may free the host. */
static _Thread_local HostThread this_thread = { .lock = PTHREAD_MUTEX_INITIALIZER };

void host_enter(HostCall *call) {
        call->outer = atomic_load_explicit(&this_thread.call, memory_order_relaxed);
        atomic_store_explicit(&this_thread.call, call, memory_order_release);
}

/* Either who looks sees that the call is over, or this sees that it is looked at. */
void host_leave(const HostCall *call) {
        atomic_store(&this_thread.call, call->outer);
        if (atomic_load(&this_thread.is_looked_at)) {
                pthread_mutex_lock(&this_thread.lock);
                pthread_mutex_unlock(&this_thread.lock);
        }
}

const HostCall *host_get_call(void) {
        return atomic_load_explicit(&this_thread.call, memory_order_relaxed);
}

HostThread *host_get_thread(void) {
        return &this_thread;
}

void host_thread_look(HostThread *thread, HostLookFn *fn, void *userdata) {
        pthread_mutex_lock(&thread->lock);
        atomic_store(&thread->is_looked_at, true);
        fn(atomic_load(&thread->call), userdata);
        atomic_store(&thread->is_looked_at, false);
        pthread_mutex_unlock(&thread->lock);
}

/* ---- posting ---- */

int fascia_host_post(struct fascia_host *host, fascia_host_fn *fn, void *userdata) {
        return host && fn ? post_queue_add(host->posts, fn, userdata) : -EINVAL;
}

void fascia_host_unpost(struct fascia_host *host, const void *userdata) {
        if (host)
                post_queue_remove(host->posts, userdata);
}

static void host_run_post(fascia_host_fn *fn, void *userdata, void *host) {
        HostCall call = { .action = "posted work", .host = host, .function = (const void *)fn };

        host_enter(&call);
        fn(userdata);
        host_leave(&call);
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
