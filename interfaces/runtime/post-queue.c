/* SPDX-License-Identifier: MIT */
#include "post-queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct Post {
        struct Post *next;
        fascia_host_fn *fn;
        void *userdata;
        uint64_t number;
} Post;

struct PostQueue {
        Loop *loop;
        PostRunFn *run;
        void *host;
        unsigned n_running; /* on the thread of the loop only, as is_closed */
        bool is_closed;
        pthread_mutex_t lock;
        Post *first, **end;
        uint64_t n_posted;
        bool is_due;
};

int post_queue_new(Loop *loop, PostRunFn *run, void *host, PostQueue **ret) {
        PostQueue *q;

        q = calloc(1, sizeof(*q));
        if (!q)
                return -ENOMEM;
        q->loop = loop_ref(loop);
        q->run = run;
        q->host = host;
        q->end = &q->first;
        pthread_mutex_init(&q->lock, NULL);
        *ret = q;
        return 0;
}

/* Of all (userdata NULL, and any is true), or with that userdata. */
static void drop(PostQueue *q, const void *userdata, bool any) {
        Post *p, **link = &q->first;

        while ((p = *link))
                if (any || p->userdata == userdata) {
                        *link = p->next;
                        free(p);
                } else
                        link = &p->next;
        q->end = link;
}

static void post_queue_release(PostQueue *q) {
        if (!q->is_closed || q->n_running > 0)
                return;
        pthread_mutex_destroy(&q->lock);
        loop_unref(q->loop);
        free(q);
}

PostQueue *post_queue_free(PostQueue *q) {
        if (!q)
                return NULL;
        loop_unpost(q->loop, q);
        drop(q, NULL, true);
        q->is_closed = true;
        post_queue_release(q);
        return NULL;
}

/* The next one that was posted before number "end"; to be freed. */
static Post *take(PostQueue *q, uint64_t end) {
        Post *p;

        pthread_mutex_lock(&q->lock);
        p = q->first;
        if (p && p->number < end) {
                q->first = p->next;
                if (!q->first)
                        q->end = &q->first;
        } else
                p = NULL;
        pthread_mutex_unlock(&q->lock);
        return p;
}

/* What is posted meanwhile is for the next turn of the loop. */
static void post_queue_run(void *userdata) {
        PostQueue *q = userdata;
        uint64_t end;
        Post *p;

        pthread_mutex_lock(&q->lock);
        end = q->n_posted;
        q->is_due = false;
        pthread_mutex_unlock(&q->lock);
        q->n_running++;
        while ((p = take(q, end))) {
                q->run(p->fn, p->userdata, q->host);
                free(p);
        }
        q->n_running--;
        post_queue_release(q);
}

int post_queue_add(PostQueue *q, fascia_host_fn *fn, void *userdata) {
        Post *p;
        int r = 0;

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->fn = fn;
        p->userdata = userdata;
        pthread_mutex_lock(&q->lock);
        if (!q->is_due)
                r = loop_post(q->loop, post_queue_run, q);
        if (r >= 0) {
                q->is_due = true;
                p->number = q->n_posted++;
                *q->end = p;
                q->end = &p->next;
        }
        pthread_mutex_unlock(&q->lock);
        if (r < 0)
                free(p);
        return r;
}

void post_queue_remove(PostQueue *q, const void *userdata) {
        pthread_mutex_lock(&q->lock);
        drop(q, userdata, false);
        pthread_mutex_unlock(&q->lock);
}
