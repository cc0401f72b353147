/* SPDX-License-Identifier: MIT */
/* One module of a service: who owns its name, whether our values are its values, and the features
 * of it that are used here. */
#pragma once

#include <sys/types.h>

#include "object-watch.h"
#include "remote-link.h"
#include "remote-object.h"

#define NO_USER ((uid_t)-1)

typedef enum RemoteState {
        REMOTE_OFFLINE, /* no connection */
        REMOTE_PROBING, /* asked the name, whoever owns it; activation may be on its way */
        REMOTE_ABSENT,  /* nobody owns it: wait until somebody does */
        REMOTE_SYNCING, /* asked the owner for everything */
        REMOTE_READY,   /* the owner's broadcasts are followed */
        REMOTE_FAILED   /* no usable answer: the next attempt is planned */
} RemoteState;

typedef struct RemoteModule {
        Link link; /* in RemoteLink.modules */
        RemoteLink *remote;
        char *bus_name;
        char *path;
        size_t path_length;
        bool is_foreign; /* see remote-foreign.h; path is that of its one object */
        uid_t user;      /* who must own the name, or NO_USER */
        uint64_t timeout;
        RemoteState state;
        Error error; /* of ABSENT and FAILED */

        bool knows_owner; /* the bus has said who owns the name: owner, NULL: nobody */
        char *owner;
        bool is_trusted; /* the owner is run by that user */
        PendingReply *user_query;
        Subscription *signals;
        Subscription *names;
        ObjectWatch *watch; /* of a foreign one */
        PendingReply *snapshot;
        PendingReply *owner_query;
        uint64_t owner_asked_at;
        LoopTimer *retry;
        uint64_t back_off;

        /* Each broadcast of the module counts one; a PropertiesChanged says how many there were. A
         * service that is not fasciad may not count. */
        bool is_counted;
        uint64_t count;
        struct {
                LoopTimer *timer;
                PendingReply *pending;
                bool is_planned;
                uint64_t begun_at; /* when the first signal after the last check came */
                uint64_t heard_at; /* the last one */
        } check;                   /* remote-check.h */

        RemoteTable objects;
        uint64_t generation; /* of the snapshot that is read */
        Link features;       /* RemoteFeature.link */
} RemoteModule;

/* Of one property. */
typedef struct RemoteMark {
        bool is_seen; /* the object that is being read has it */
        /* Not everybody may read it, so no signal has its value. */
        bool is_restricted;
} RemoteMark;

struct RemoteFeature {
        Link link; /* in RemoteModule.features */
        RemoteModule *module;
        Instance *instance;
        const struct fascia_interface *interface;
        RemoteObject *root;
        Link objects;  /* RemoteObject.of_feature, the root first */
        Link requests; /* that wait for an answer; the backend's */
        Link fetches;  /* of single values */
        RemoteMark *marks;
        bool was_ready;
        /* The service has it, but says that it cannot be used. */
        bool is_failed;
        /* Of a foreign service: the values are those of the owner that is tracked. */
        bool is_synced;
        bool is_mentioned; /* by the signal that is read */
        uint64_t asked_at;
};

/* What is known of a module beforehand. */
typedef struct RemoteName {
        const char *bus_name;
        const char *path;
        bool is_foreign;
        uid_t user; /* who must own the bus name; NO_USER: anybody */
} RemoteName;

int remote_module_get(RemoteLink *l, const RemoteName *name, uint64_t timeout, RemoteModule **ret);
/* Forgets it when no feature of it is used, and then the connection too. */
void remote_module_release(RemoteModule *m);
/* A feature was added: it needs values. */
void remote_module_join(RemoteModule *m, RemoteFeature *f);

/* Of the connection. */
void remote_module_connected(RemoteModule *m);
void remote_module_lost(RemoteModule *m, const struct fascia_error *error);

/* What was reported belongs together, of whichever feature. */
void remote_module_commit(RemoteModule *m);
/* Everything is to be read again, once. */
void remote_module_read_again(RemoteModule *m);

/* Whether the owner need not be asked for its user first; else it is being asked. */
bool remote_module_trusts(RemoteModule *m);
/* Of foreign services: starts one that nobody runs, when the bus can; whether there is something to
 * wait for now. Returns at once. */
bool remote_module_wake(RemoteModule *m);
bool remote_module_is_waking(const RemoteModule *m);
/* Whether an answer is the owner's, and to be read; else it was dealt with. */
bool remote_module_take_answer(RemoteModule *m, Message *reply);
/* Asks again for what could not be read: later and later; or at that time. */
void remote_module_retry(RemoteModule *m);
void remote_module_retry_at(RemoteModule *m, uint64_t when);

/* What the service says of the feature as a whole; error NULL: it can be used. */
void remote_feature_set_usable(RemoteFeature *f, const struct fascia_error *error);
/* What it said could not be taken, for want of memory: the feature is read as a whole. */
void remote_feature_read_again(RemoteFeature *f);
/* Ends the requests that were sent to an owner that has gone. */
void remote_feature_fail_requests(RemoteFeature *f, const struct fascia_error *error);
