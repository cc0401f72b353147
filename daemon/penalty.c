/* SPDX-License-Identifier: MIT */
/* Answers that are sent late, all after the same time: a ring. */
#include "penalty.h"

#include <errno.h>
#include <stdlib.h>

/* A caller with a hundred calls on their way so makes a thousand in a second. */
#define DELAY_USEC UINT64_C(100000)
/* Who gets all of them at once asks as often at once, and then others wait for as long as that takes: so many are sent
 * together, and the next ones after a pause. */
#define BATCH 16
#define PAUSE_USEC UINT64_C(2000)
/* An answer takes about a kilobyte. */
#define MAX_WAITING 2048

typedef struct Late {
        Connection *connection;
        Message *answer;
        uint64_t due;
} Late;

struct Penalty {
        Loop *loop;
        LoopTimer *timer;
        Late *waiting; /* MAX_WAITING of them, from the first penalty on */
        size_t first, n;
};

static Late *penalty_first(Penalty *p) {
        return &p->waiting[p->first];
}

static void penalty_drop_first(Penalty *p) {
        message_unref(penalty_first(p)->answer);
        connection_unref(penalty_first(p)->connection);
        p->first = (p->first + 1) % MAX_WAITING;
        p->n--;
}

static void on_timer(void *userdata) {
        Penalty *p = userdata;
        uint64_t now = loop_now(p->loop);

        for (int i = 0; i < BATCH && p->n > 0 && penalty_first(p)->due <= now; i++) {
                /* Nobody is left to be told of a failure. */
                (void)connection_send(penalty_first(p)->connection, penalty_first(p)->answer);
                penalty_drop_first(p);
        }
        if (p->n > 0)
                loop_timer_set(p->timer, penalty_first(p)->due > now + PAUSE_USEC
                                                 ? penalty_first(p)->due
                                                 : now + PAUSE_USEC);
}

int penalty_new(Loop *loop, Penalty **ret) {
        Penalty *p;
        int r;

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->loop = loop;
        r = loop_timer_new(loop, on_timer, p, &p->timer);
        if (r < 0) {
                free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Penalty *penalty_free(Penalty *p) {
        if (!p)
                return NULL;
        penalty_clear(p);
        loop_timer_free(p->timer);
        free(p->waiting);
        free(p);
        return NULL;
}

static bool penalty_has_room(Penalty *p) {
        if (!p->waiting)
                p->waiting = calloc(MAX_WAITING, sizeof(*p->waiting));
        return p->waiting && p->n < MAX_WAITING;
}

int penalty_send(Penalty *p, Connection *connection, Message *answer) {
        Late *late;
        int r;

        if (!penalty_has_room(p)) {
                r = connection_send(connection, answer);
                message_unref(answer);
                return r;
        }
        late = &p->waiting[(p->first + p->n) % MAX_WAITING];
        *late = (Late){ connection_ref(connection), answer, loop_now(p->loop) + DELAY_USEC };
        if (p->n++ == 0)
                loop_timer_set(p->timer, late->due);
        return 0;
}

void penalty_clear(Penalty *p) {
        while (p->n > 0)
                penalty_drop_first(p);
        loop_timer_set(p->timer, UINT64_MAX);
}
