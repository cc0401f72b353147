/* SPDX-License-Identifier: MIT */
/* The event loop: posted work by an eventfd, I/O, and the sd-event below. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include "loop-internal.h"

/* Sources that loop_dispatch() runs before it lets the foreign loop have a turn. */
#define DISPATCH_MAX 64

struct LoopPost {
        LoopPost *next;
        LoopFn *fn;
        void *userdata;
};

uint64_t loop_now(Loop *loop) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000 + loop->advanced;
}

/* ---- posted work ---- */

static void queue_append(LoopQueue *q, LoopPost *p) {
        p->next = NULL;
        *(q->last ? &q->last->next : &q->first) = p;
        q->last = p;
}

static LoopPost *queue_pop(LoopQueue *q) {
        LoopPost *p = q->first;

        if (p) {
                q->first = p->next;
                if (!q->first)
                        q->last = NULL;
        }
        return p;
}

static void queue_drop(LoopQueue *q, const void *userdata, bool all) {
        LoopQueue kept = { NULL, NULL };
        LoopPost *p;

        while ((p = queue_pop(q))) {
                if (all || p->userdata == userdata)
                        free(p);
                else
                        queue_append(&kept, p);
        }
        *q = kept;
}

int loop_post(Loop *loop, LoopFn *fn, void *userdata) {
        LoopPost *p;
        bool wake;

        p = malloc(sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (LoopPost){ .fn = fn, .userdata = userdata };
        pthread_mutex_lock(&loop->mutex);
        queue_append(&loop->posted, p);
        wake = !loop->awake;
        loop->awake = true;
        pthread_mutex_unlock(&loop->mutex);
        if (wake) {
                /* Can only fail when the counter is full, and then it is readable anyhow. */
                ssize_t n = write(loop->post_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
                (void)n;
        }
        return 0;
}

void loop_unpost(Loop *loop, void *userdata) {
        pthread_mutex_lock(&loop->mutex);
        queue_drop(&loop->posted, userdata, false);
        queue_drop(&loop->running, userdata, false);
        pthread_mutex_unlock(&loop->mutex);
}

static LoopPost *next_running(Loop *loop) {
        LoopPost *p;

        pthread_mutex_lock(&loop->mutex);
        p = queue_pop(&loop->running);
        pthread_mutex_unlock(&loop->mutex);
        return p;
}

static int on_post(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Loop *loop = loop_ref(userdata); /* what runs may drop the last reference */
        uint64_t counter;
        LoopPost *p;
        ssize_t n;

        (void)source;
        (void)revents;
        pthread_mutex_lock(&loop->mutex);
        n = read(fd, &counter, sizeof(counter));
        (void)n; /* nothing to read: the wake was for what has run already */
        loop->awake = false;
        /* Taken over whole: what is posted from now on belongs to the next round. */
        loop->running = loop->posted;
        loop->posted = (LoopQueue){ NULL, NULL };
        pthread_mutex_unlock(&loop->mutex);

        while ((p = next_running(loop))) {
                LoopFn *fn = p->fn;
                void *data = p->userdata;
                free(p);
                fn(data);
        }
        loop_unref(loop);
        return 0;
}

/* ---- the loop ---- */

static int loop_init_post(Loop *loop) {
        loop->post_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (loop->post_fd < 0)
                return -errno;
        return sd_event_add_io(loop->event, &loop->post_source, loop->post_fd, EPOLLIN, on_post,
                               loop);
}

static int loop_init(Loop *loop, struct sd_event *event) {
        int r;

        if (event) {
                loop->event = sd_event_ref(event);
        } else {
                r = sd_event_new(&loop->event);
                if (r < 0)
                        return r;
                loop->own = true;
        }
        r = loop_init_post(loop);
        if (r < 0)
                return r;
        return loop_timers_init(loop);
}

static void loop_free(Loop *loop) {
        loop_timers_done(loop);
        sd_event_source_disable_unref(loop->post_source);
        if (loop->post_fd >= 0)
                close(loop->post_fd);
        sd_event_unref(loop->event);
        queue_drop(&loop->posted, NULL, true);
        queue_drop(&loop->running, NULL, true);
        pthread_mutex_destroy(&loop->mutex);
        free(loop);
}

int loop_new(struct sd_event *event, Loop **ret) {
        Loop *loop;
        int r;

        loop = calloc(1, sizeof(*loop));
        if (!loop)
                return -ENOMEM;
        loop->n_ref = 1;
        loop->post_fd = loop->timer_fd = -1;
        pthread_mutex_init(&loop->mutex, NULL);
        r = loop_init(loop, event);
        if (r < 0) {
                loop_free(loop);
                return r;
        }
        *ret = loop;
        return 0;
}

Loop *loop_ref(Loop *loop) {
        loop->n_ref++;
        return loop;
}

Loop *loop_unref(Loop *loop) {
        if (loop && --loop->n_ref == 0)
                loop_free(loop);
        return NULL;
}

struct sd_event *loop_get_event(Loop *loop) {
        return loop->event;
}

int loop_get_fd(Loop *loop) {
        return sd_event_get_fd(loop->event);
}

int loop_dispatch(Loop *loop) {
        int r = 0, ran = 0;

        assert(loop->own);
        if (sd_event_get_state(loop->event) != SD_EVENT_INITIAL)
                return -EBUSY; /* from within a callback */
        loop_ref(loop);
        for (int i = 0; i < DISPATCH_MAX; i++) {
                r = sd_event_run(loop->event, 0);
                if (r <= 0)
                        break;
                ran = 1;
        }
        loop_unref(loop);
        return r < 0 ? r : ran;
}

/* ---- I/O ---- */

struct LoopIo {
        Loop *loop;
        sd_event_source *source;
        LoopIoFn *fn;
        void *userdata;
};

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        LoopIo *io = userdata;

        (void)source;
        (void)fd;
        io->fn(revents, io->userdata); /* may free it */
        return 0;
}

int loop_io_new(Loop *loop, int fd, uint32_t events, LoopIoFn *fn, void *userdata, LoopIo **ret) {
        LoopIo *io;
        int r;

        io = malloc(sizeof(*io));
        if (!io)
                return -ENOMEM;
        *io = (LoopIo){ .loop = loop, .fn = fn, .userdata = userdata };
        /* The events of poll(2) have the values of epoll's. */
        r = sd_event_add_io(loop->event, &io->source, fd, events, on_io, io);
        if (r < 0) {
                free(io);
                return r;
        }
        loop_ref(loop);
        *ret = io;
        return 0;
}

int loop_io_set_events(LoopIo *io, uint32_t events) {
        return sd_event_source_set_io_events(io->source, events);
}

LoopIo *loop_io_free(LoopIo *io) {
        if (!io)
                return NULL;
        sd_event_source_disable_unref(io->source);
        loop_unref(io->loop);
        free(io);
        return NULL;
}
