/* SPDX-License-Identifier: MIT */
/* Who calls. A name on the bus is never given out twice, so what it stands for stays true as long as the connection
 * lasts; that it leaves is only a reason to forget it. */
#include "callers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

#define BUCKETS 256
/* The bus answers at once, or is stuck: then everybody is. */
#define TIMEOUT_USEC (10 * UINT64_C(1000000))
/* Of one caller, where no limit of calls in flight is configured. */
#define WAITING_MAX 256
/* Above this many, those who do not wait are forgotten: they are only asked for again. */
#define CALLERS_MAX 8192
/* Refusals that are logged at once after a pause, and per second. */
#define LOG_BURST 10
#define LOG_INTERVAL_USEC UINT64_C(1000000)

typedef struct Waiting {
        struct Waiting *next;
        Message *call;
        QuotaSender *quota;
        CallerReadyFn *fn;
        void *userdata;
} Waiting;

/* What a caller may do by one set of rules. */
typedef struct Grant {
        struct Grant *next;
        const Access *access;
        Rights *rights;
} Grant;

struct Caller {
        Caller *next;
        Callers *callers;
        bool is_known;
        bool has_left;
        Identity identity;
        Grant *grants;
        PendingReply *pending;
        Waiting *waiting;
        Waiting **waiting_end; /* where the next one is linked */
        unsigned n_waiting;
        char name[];
};

struct Callers {
        Loop *loop;
        Connection *connection;
        Subscription *departures;
        Caller *buckets[BUCKETS];
        unsigned n_callers;
        CallersFn *on_count; /* NULL: only those are known whom rules are about */
        void *on_count_userdata;
        uint64_t log_credit; /* in microseconds of LOG_INTERVAL_USEC */
        uint64_t logged_at;
        unsigned n_lost;
};

/* ---- calls that wait ---- */

static void waiting_free(Waiting *w) {
        if (w->quota)
                quota_end(w->quota);
        message_unref(w->call);
        free(w);
}

static Waiting *caller_take_waiting(Caller *caller) {
        Waiting *w = caller->waiting;

        if (!w)
                return NULL;
        caller->waiting = w->next;
        if (!caller->waiting)
                caller->waiting_end = &caller->waiting;
        caller->n_waiting--;
        return w;
}

static void caller_drop_waiting(Caller *caller, const void *userdata) {
        Waiting **p = &caller->waiting;

        while (*p) {
                Waiting *w = *p;

                if (userdata && w->userdata != userdata) {
                        p = &w->next;
                        continue;
                }
                *p = w->next;
                caller->n_waiting--;
                waiting_free(w);
        }
        caller->waiting_end = p;
}

/* ---- callers ---- */

static void caller_drop_grants(Caller *caller, const Access *access) {
        for (Grant **p = &caller->grants; *p;) {
                Grant *g = *p;

                if (access && g->access != access) {
                        p = &g->next;
                        continue;
                }
                *p = g->next;
                rights_free(g->rights);
                free(g);
        }
}

static void caller_forget(Caller *caller) {
        caller->is_known = false;
        identity_done(&caller->identity);
        caller_drop_grants(caller, NULL);
}

static void caller_free(Caller *caller) {
        pending_reply_free(caller->pending);
        caller_drop_waiting(caller, NULL);
        caller_forget(caller);
        free(caller);
}

static Caller **bucket(Callers *c, const char *name) {
        uint32_t h = 2166136261;

        for (; *name; name++)
                h = (h ^ (unsigned char)*name) * 16777619;
        return &c->buckets[h % BUCKETS];
}

static Caller **find(Callers *c, const char *name) {
        Caller **p = bucket(c, name);

        while (*p && strcmp((*p)->name, name) != 0)
                p = &(*p)->next;
        return p;
}

static void remove_at(Callers *c, Caller **p) {
        Caller *caller = *p;

        *p = caller->next;
        c->n_callers--;
        caller_free(caller);
        if (c->n_callers == 0 && c->on_count)
                c->on_count(0, c->on_count_userdata);
}

/* all: also those whose calls wait. */
static void callers_clear(Callers *c, bool all) {
        for (unsigned i = 0; i < BUCKETS; i++)
                for (Caller **p = &c->buckets[i]; *p;)
                        if (all || !(*p)->waiting)
                                remove_at(c, p);
                        else
                                p = &(*p)->next;
}

/* Of the one peer nobody has to be asked. Without an answer it stays somebody whom nobody knows. */
static void caller_read_peer(Caller *caller) {
        Identity *i = &caller->identity;

        caller->is_known = true;
        if (connection_get_peer_user(caller->callers->connection, &i->user, &i->groups,
                                     &i->n_groups) >= 0)
                i->has_user = i->has_groups = true;
}

static void on_departure(const char *name, void *userdata) {
        Callers *c = userdata;
        Caller **p = find(c, name);

        if (!*p)
                return;
        /* What it has asked for is done, even if nobody hears of it. */
        if ((*p)->waiting)
                (*p)->has_left = true;
        else
                remove_at(c, p);
}

/* Not before somebody is known: where nobody needs it, nobody who leaves the bus wakes us. Without it they are
 * forgotten only when there are too many. */
static void callers_watch(Callers *c) {
        if (connection_watch_departures(c->connection, on_departure, NULL, c, &c->departures) < 0)
                c->departures = NULL;
}

static int caller_new(Callers *c, const char *name, Caller **ret) {
        size_t size = strlen(name) + 1;
        Caller *caller, **p;

        /* Those who are tracked are no more than the bus has, and leave. */
        if (c->n_callers >= CALLERS_MAX && !c->on_count)
                callers_clear(c, false);
        caller = calloc(1, sizeof(*caller) + size);
        if (!caller)
                return -ENOMEM;
        memcpy(caller->name, name, size);
        caller->callers = c;
        caller->waiting_end = &caller->waiting;
        if (c->connection && connection_is_peer(c->connection))
                caller_read_peer(caller);
        else if (c->connection && !c->departures)
                callers_watch(c);
        p = bucket(c, name);
        caller->next = *p;
        *p = caller;
        c->n_callers++;
        if (c->n_callers == 1 && c->on_count)
                c->on_count(1, c->on_count_userdata);
        *ret = caller;
        return 0;
}

int callers_find(Callers *c, Message *call, Caller **ret) {
        const char *sender = message_get_sender(call);
        const char *name = sender ? sender : "";
        Caller *caller = *find(c, name);

        if (!caller)
                return caller_new(c, name, ret);
        *ret = caller;
        return 0;
}

void callers_track(Callers *c, CallersFn *fn, void *userdata) {
        c->on_count = fn;
        c->on_count_userdata = userdata;
        /* Before the first call, so that nobody leaves unseen. */
        if (fn && c->connection && !c->departures)
                callers_watch(c);
}

int callers_note(Callers *c, Message *call) {
        Caller *caller;

        return c->on_count ? callers_find(c, call, &caller) : 0;
}

bool caller_is_known(const Caller *caller) {
        return caller->is_known;
}

bool caller_is_user(const Caller *caller, uid_t user) {
        return caller->identity.has_user && caller->identity.user == user;
}

const char *caller_get_name(const Caller *caller) {
        return *caller->name ? caller->name : NULL;
}

void caller_describe(const Caller *caller, char *buffer, size_t size) {
        const char *name = *caller->name ? caller->name : "the peer";

        if (caller->identity.has_user)
                snprintf(buffer, size, "%s (uid %" PRIu32 ")", name,
                         (uint32_t)caller->identity.user);
        else if (caller->is_known)
                snprintf(buffer, size, "%s (of an unknown user)", name);
        else
                snprintf(buffer, size, "%s", name);
}

/* ---- asking the bus ---- */

static int read_groups(Reader *r, Identity *identity) {
        const void *items;
        size_t n;
        int k;

        k = reader_enter(r, 'v', "au");
        if (k >= 0)
                k = reader_array(r, 'u', &items, &n);
        if (k < 0)
                return k;
        free(identity->groups);
        identity->groups = malloc(n * sizeof(gid_t) + 1);
        if (!identity->groups)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                identity->groups[i] = ((const uint32_t *)items)[i];
        identity->n_groups = n;
        identity->has_groups = true;
        return reader_exit(r);
}

static int read_user(Reader *r, Identity *identity) {
        uint32_t user;
        int k;

        k = reader_enter(r, 'v', "u");
        if (k >= 0)
                k = reader_basic(r, 'u', &user);
        if (k < 0)
                return k;
        identity->user = user;
        identity->has_user = true;
        return reader_exit(r);
}

/* Of GetConnectionCredentials (D-Bus specification, "Message Bus Messages"): a{sv}. */
static int read_identity(Reader *r, Identity *identity) {
        const char *name;
        int k;

        k = reader_enter(r, 'a', "{sv}");
        while (k >= 0 && (k = reader_at_end(r)) == 0) {
                k = reader_enter(r, 'e', "sv");
                if (k >= 0)
                        k = reader_string(r, &name);
                if (k < 0)
                        return k;
                if (strcmp(name, "UnixUserID") == 0)
                        k = read_user(r, identity);
                else if (strcmp(name, "UnixGroupIDs") == 0)
                        k = read_groups(r, identity);
                else
                        k = reader_skip(r, "v");
                if (k >= 0)
                        k = reader_exit(r);
        }
        return k;
}

/* The calls that came in the meantime are handled; those that are still waiting when a caller is not worth keeping are
 * none. */
static void caller_serve(Caller *caller) {
        Waiting *w;

        while ((w = caller_take_waiting(caller))) {
                w->fn(w->call, w->quota, w->userdata);
                waiting_free(w);
        }
}

static void on_credentials(Message *reply, void *userdata) {
        Caller *caller = userdata;
        Reader reader;

        caller->pending = NULL;
        if (!reply)
                return; /* the connection is lost: callers_detach() follows */
        if (!message_is_error(reply)) {
                reader = message_reader(reply);
                if (read_identity(&reader, &caller->identity) < 0)
                        identity_done(&caller->identity);
        }
        caller->is_known = true;
        caller_serve(caller);
        /* Who could not be found out may be another time. */
        if (caller->has_left)
                remove_at(caller->callers, find(caller->callers, caller->name));
        else if (!caller->identity.has_user)
                caller_forget(caller);
}

static int caller_ask(Caller *caller) {
        Connection *connection = caller->callers->connection;
        Message *call;
        Writer w;
        int r;

        if (!connection)
                return -ENOTCONN;
        r = message_new_call(connection, BUS_NAME, BUS_PATH, BUS_NAME, "GetConnectionCredentials",
                             &call);
        if (r < 0)
                return r;
        w = message_writer(call);
        r = writer_string(&w, caller->name);
        if (r >= 0)
                r = connection_call(connection, call, TIMEOUT_USEC, on_credentials, caller,
                                    &caller->pending);
        message_unref(call);
        return r;
}

int caller_wait(Caller *caller, Message *call, QuotaSender *quota, CallerReadyFn *fn,
                void *userdata) {
        Waiting *w;
        int r;

        if (caller->n_waiting >= WAITING_MAX)
                return -EBUSY;
        w = malloc(sizeof(*w));
        if (!w)
                return -ENOMEM;
        r = caller->pending ? 0 : caller_ask(caller);
        if (r < 0) {
                free(w);
                return r;
        }
        *w = (Waiting){
                .call = message_ref(call),
                .quota = quota,
                .fn = fn,
                .userdata = userdata,
        };
        if (quota)
                quota_begin(quota);
        *caller->waiting_end = w;
        caller->waiting_end = &w->next;
        caller->n_waiting++;
        return 0;
}

void callers_drop_waiting(Callers *c, void *userdata) {
        for (unsigned i = 0; i < BUCKETS; i++)
                for (Caller *caller = c->buckets[i]; caller; caller = caller->next)
                        caller_drop_waiting(caller, userdata);
}

/* ---- rights ---- */

int caller_get_rights(Caller *caller, const Access *access, Rights **ret) {
        Grant **p = &caller->grants;
        Grant *g;
        int r;

        while (*p && (*p)->access != access)
                p = &(*p)->next;
        g = *p;
        if (g) {
                /* To the front: it is likely to be the next one, too. */
                *p = g->next;
        } else {
                g = calloc(1, sizeof(*g));
                if (!g)
                        return -ENOMEM;
                g->access = access;
                r = access_get_rights(access, &caller->identity, &g->rights);
                if (r < 0) {
                        free(g);
                        return r;
                }
        }
        g->next = caller->grants;
        caller->grants = g;
        *ret = g->rights;
        return 0;
}

void callers_forget_access(Callers *c, const Access *access) {
        for (unsigned i = 0; i < BUCKETS; i++)
                for (Caller *caller = c->buckets[i]; caller; caller = caller->next)
                        caller_drop_grants(caller, access);
}

/* ---- logging ---- */

bool callers_may_log(Callers *c, unsigned *ret_lost) {
        uint64_t now = loop_now(c->loop);

        c->log_credit += now - c->logged_at;
        c->logged_at = now;
        if (c->log_credit > LOG_BURST * LOG_INTERVAL_USEC)
                c->log_credit = LOG_BURST * LOG_INTERVAL_USEC;
        if (c->log_credit < LOG_INTERVAL_USEC) {
                c->n_lost++;
                return false;
        }
        c->log_credit -= LOG_INTERVAL_USEC;
        *ret_lost = c->n_lost;
        c->n_lost = 0;
        return true;
}

/* ---- life ---- */

int callers_new(Loop *loop, Callers **ret) {
        Callers *c;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->loop = loop_ref(loop);
        c->log_credit = LOG_BURST * LOG_INTERVAL_USEC;
        c->logged_at = loop_now(loop);
        *ret = c;
        return 0;
}

Callers *callers_free(Callers *c) {
        if (!c)
                return NULL;
        callers_detach(c);
        loop_unref(c->loop);
        free(c);
        return NULL;
}

void callers_attach(Callers *c, Connection *connection) {
        callers_detach(c);
        c->connection = connection_ref(connection);
        if (c->on_count)
                callers_watch(c);
}

void callers_detach(Callers *c) {
        callers_clear(c, true);
        c->departures = subscription_free(c->departures);
        c->connection = connection_unref(c->connection);
}

unsigned callers_count(const Callers *c) {
        return c->n_callers;
}
