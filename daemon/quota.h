/* SPDX-License-Identifier: MIT */
/* How much each caller may ask for: a token bucket, and a limit of calls that wait for a backend.
 */
#pragma once

#include <stdint.h>

typedef struct Quota Quota;
typedef struct QuotaSender QuotaSender;

typedef struct QuotaSettings {
        uint64_t rate;      /* calls per second in the long run; 0: no limit */
        uint64_t burst;     /* calls at once after a pause */
        uint64_t in_flight; /* calls that wait for an answer; 0: no limit */
} QuotaSettings;

int quota_new(const QuotaSettings *settings, Quota **ret);
Quota *quota_free(Quota *q);
void quota_set(Quota *q, const QuotaSettings *settings);

/* One call of the sender (NULL: the one peer), at `now` in microseconds. The entry is borrowed
 * until the next call of this function, or for as long as something of it is in flight. -ENOBUFS:
 * the rate is exceeded; -EBUSY: too many are in flight; -ENOMEM. */
int quota_take(Quota *q, const char *sender, uint64_t now, QuotaSender **ret);
/* How many callers it remembers. */
unsigned quota_count(const Quota *q);

/* What a caller has asked for since he is remembered. */
typedef struct QuotaStatus {
        const char *sender; /* "": the one peer */
        uint64_t calls;     /* with those that were refused */
        uint64_t refused;   /* by these limits */
        uint64_t in_flight;
} QuotaStatus;

typedef void QuotaVisitFn(const QuotaStatus *status, void *userdata);
/* Each caller that is remembered, in any order. */
void quota_visit(const Quota *q, QuotaVisitFn *fn, void *userdata);

/* A call of the sender waits for a backend, until quota_end(). */
void quota_begin(QuotaSender *s);
void quota_end(QuotaSender *s);
