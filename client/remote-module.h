/* SPDX-License-Identifier: MIT */
/* One module of a service: who owns its name, whether our values are its values, and the features
 * of it that are used here. */
#pragma once

#include "remote-link.h"
#include "remote-object.h"

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
        uint64_t timeout;
        RemoteState state;
        Error error; /* of ABSENT and FAILED */

        bool knows_owner; /* the bus has said who owns the name: owner, NULL: nobody */
        char *owner;
        Subscription *signals;
        Subscription *names;
        PendingReply *snapshot;
        PendingReply *owner_query;
        uint64_t owner_asked_at;
        LoopTimer *retry;
        uint64_t back_off;

        /* Each broadcast of the module counts one; a PropertiesChanged says how many there were. A
         * service that is not fasciad may not count. */
        bool is_counted;
        uint64_t count;

        RemoteTable objects;
        uint64_t generation; /* of the snapshot that is read */
        Link features;       /* RemoteFeature.link */
} RemoteModule;

struct RemoteFeature {
        Link link; /* in RemoteModule.features */
        RemoteModule *module;
        Instance *instance;
        const struct fascia_interface *interface;
        RemoteObject *root;
        Link objects;  /* RemoteObject.of_feature, the root first */
        Link requests; /* that wait for an answer; the backend's */
        uint8_t *seen; /* the properties that the object being read has */
        bool was_ready;
        /* The service has it, but says that it cannot be used. */
        bool is_failed;
};

int remote_module_get(RemoteLink *l, const struct fascia_module *module, uint64_t timeout,
                      RemoteModule **ret);
/* Forgets it when no feature of it is used, and then the connection too. */
void remote_module_release(RemoteModule *m);
/* A feature was added: it needs values. */
void remote_module_join(RemoteModule *m, RemoteFeature *f);

/* Of the connection. */
void remote_module_connected(RemoteModule *m);
void remote_module_lost(RemoteModule *m, const struct fascia_error *error);

/* Everything is to be read again, once. */
void remote_module_read_again(RemoteModule *m);

/* What the service says of the feature as a whole; error NULL: it can be used. */
void remote_feature_set_usable(RemoteFeature *f, const struct fascia_error *error);
/* Ends the requests that were sent to an owner that has gone. */
void remote_feature_fail_requests(RemoteFeature *f, const struct fascia_error *error);
