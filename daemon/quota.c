/* SPDX-License-Identifier: MIT */
/* How much each caller may ask for: a token bucket, and a limit of calls that wait for a backend.
 */
#include "quota.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256
/* Above this many, entries that say nothing any more are dropped. */
#define SENDERS_MIN 256

struct QuotaSender {
        QuotaSender *next;
        uint64_t tokens; /* in millionths of a call */
        uint64_t last;
        uint64_t in_flight;
        uint64_t calls, refused;
        char name[];
};

struct Quota {
        QuotaSettings settings;
        QuotaSender *buckets[BUCKETS];
        unsigned n_senders;
        unsigned limit; /* of senders, before idle ones are looked for */
};

int quota_new(const QuotaSettings *settings, Quota **ret) {
        Quota *q;

        q = calloc(1, sizeof(*q));
        if (!q)
                return -ENOMEM;
        q->settings = *settings;
        q->limit = SENDERS_MIN;
        *ret = q;
        return 0;
}

Quota *quota_free(Quota *q) {
        if (!q)
                return NULL;
        for (unsigned i = 0; i < BUCKETS; i++)
                while (q->buckets[i]) {
                        QuotaSender *next = q->buckets[i]->next;

                        free(q->buckets[i]);
                        q->buckets[i] = next;
                }
        free(q);
        return NULL;
}

void quota_set(Quota *q, const QuotaSettings *settings) {
        q->settings = *settings;
}

static uint64_t capacity(const Quota *q) {
        return q->settings.burst * 1000000;
}

static void refill(const Quota *q, QuotaSender *s, uint64_t now) {
        uint64_t elapsed = now - s->last;
        uint64_t gained;

        if (__builtin_mul_overflow(elapsed, q->settings.rate, &gained) ||
            __builtin_add_overflow(s->tokens, gained, &s->tokens) || s->tokens > capacity(q))
                s->tokens = capacity(q);
        s->last = now;
}

/* Forgets those that would begin anew just as they are. */
static void quota_drop_idle(Quota *q, uint64_t now) {
        for (unsigned i = 0; i < BUCKETS; i++)
                for (QuotaSender **p = &q->buckets[i]; *p;) {
                        QuotaSender *s = *p;

                        refill(q, s, now);
                        if (s->in_flight > 0 || s->tokens < capacity(q)) {
                                p = &s->next;
                                continue;
                        }
                        *p = s->next;
                        free(s);
                        q->n_senders--;
                }
        /* Looked for again only when as many have come: what a new sender costs stays the same. */
        q->limit = q->n_senders > SENDERS_MIN / 2 ? 2 * q->n_senders : SENDERS_MIN;
}

static unsigned hash(const char *name) {
        uint32_t h = 2166136261;

        for (; *name; name++)
                h = (h ^ (unsigned char)*name) * 16777619;
        return h % BUCKETS;
}

static int quota_find(Quota *q, const char *name, uint64_t now, QuotaSender **ret) {
        unsigned bucket = hash(name);
        QuotaSender *s;
        size_t size;

        for (s = q->buckets[bucket]; s; s = s->next)
                if (strcmp(s->name, name) == 0) {
                        *ret = s;
                        return 0;
                }
        if (q->n_senders >= q->limit)
                quota_drop_idle(q, now);
        size = strlen(name) + 1;
        s = calloc(1, sizeof(*s) + size);
        if (!s)
                return -ENOMEM;
        memcpy(s->name, name, size);
        s->tokens = capacity(q);
        s->last = now;
        s->next = q->buckets[bucket];
        q->buckets[bucket] = s;
        q->n_senders++;
        *ret = s;
        return 0;
}

static int quota_admit(const Quota *q, QuotaSender *s, uint64_t now) {
        if (q->settings.rate > 0) {
                refill(q, s, now);
                if (s->tokens < 1000000)
                        return -ENOBUFS;
                s->tokens -= 1000000;
        }
        if (q->settings.in_flight > 0 && s->in_flight >= q->settings.in_flight)
                return -EBUSY;
        return 0;
}

int quota_take(Quota *q, const char *sender, uint64_t now, QuotaSender **ret) {
        QuotaSender *s;
        int r;

        r = quota_find(q, sender ? sender : "", now, &s);
        if (r < 0)
                return r;
        s->calls++;
        r = quota_admit(q, s, now);
        if (r < 0)
                s->refused++;
        else
                *ret = s;
        return r;
}

unsigned quota_count(const Quota *q) {
        return q->n_senders;
}

void quota_visit(const Quota *q, QuotaVisitFn *fn, void *userdata) {
        for (unsigned i = 0; i < BUCKETS; i++)
                for (const QuotaSender *s = q->buckets[i]; s; s = s->next) {
                        const QuotaStatus status = { s->name, s->calls, s->refused, s->in_flight };

                        fn(&status, userdata);
                }
}

void quota_begin(QuotaSender *s) {
        s->in_flight++;
}

void quota_end(QuotaSender *s) {
        s->in_flight--;
}
