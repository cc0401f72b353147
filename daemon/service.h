/* SPDX-License-Identifier: MIT */
/* A module on D-Bus: owns its name, exports its objects, answers calls and announces changes. */
#pragma once

#include "access.h"
#include "callers.h"
#include "connection.h"
#include "host.h"
#include "penalty.h"
#include "persistence.h"
#include "quota.h"

typedef struct Service Service;

typedef struct ServiceSettings {
        size_t max_reply_size;  /* in bytes; a larger answer is an error */
        size_t max_outstanding; /* in bytes; above, announcing stops */
        Quota *quota;           /* shared with other services; NULL: no limits */
        Penalty *penalty;       /* the same; NULL: refusals for asking too much are sent at once */
        Callers *callers;       /* the same; NULL: nobody is known, and refusals are not logged */
} ServiceSettings;

/* A module that works, with everything allowed. The library, the host, the quota and the callers are borrowed. Nothing is started or sent
 * yet. */
int service_new(Host *host, const struct fascia_module_library *library,
                const ServiceSettings *settings, Service **ret);
/* A module of which nothing is known but the name that it would have: every call is answered with
 * the reason. */
int service_new_failed(Host *host, const char *bus_name, const char *reason, Service **ret);
/* Stops the backends; what waits for an answer gets one. */
Service *service_free(Service *s);

void service_set(Service *s, const ServiceSettings *settings);
/* Who may do what from now on; takes the rules, which are of this module. Whoever follows properties that not
 * everybody may read, or might not until now, is told to ask again. */
void service_set_access(Service *s, Access *access);

/* Keeps the persistent properties in that directory, before any backend is started. -ENOMEM. */
int service_set_persistence(Service *s, const PersistenceSettings *settings);

/* Starts the backend of one interface, by its position in the module; plugin "": there is none
 * configured. A failure is exported as state and error of the feature. timeout_usec: how long it
 * may take to answer. */
void service_start(Service *s, uint32_t interface, const char *plugin, uint64_t timeout_usec);
/* Leaves the interface unavailable, for this reason. */
void service_refuse(Service *s, uint32_t interface, const char *reason);
void service_stop(Service *s, uint32_t interface);

/* Calls fn whenever service_get_error() may have something else to say, from deep within a
 * backend's call: it must do no more than take note. */
typedef void ServiceStateFn(Service *s, void *userdata);
void service_watch(Service *s, ServiceStateFn *fn, void *userdata);

/* Exports the objects on a connection that is open, and asks for the name. done: 0, -EEXIST:
 * another has it, or what the bus said. May be called again after the connection was lost and came
 * back. */
int service_attach(Service *s, Connection *connection, ConnectionDoneFn *done, void *userdata);
/* The connection is gone, or the service is to leave it: callers that still wait get no answer. */
void service_detach(Service *s);
bool service_is_attached(const Service *s);
/* Gives the name back; calls that come all the same are answered. */
void service_release_name(Service *s);
/* Whether a caller waits for a backend. */
bool service_is_busy(const Service *s);

/* For the owner of the connection: a turn is over, or what waited to be written has been. Sends
 * what has gathered. */
void service_flush(Service *s);

const char *service_get_bus_name(const Service *s);
/* Of its module object; all others are below it. */
const char *service_get_path(const Service *s);
/* NULL when the module is not known. */
const struct fascia_module *service_get_module(const Service *s);
/* Whether one of its interfaces asks elsewhere what its values are. */
bool service_is_syncing(const Service *s);
/* What is wrong with the module or one of its interfaces; NULL: nothing. Borrowed until the next
 * change. */
const char *service_get_error(const Service *s);
/* Whether it is one of service_new_failed(). */
bool service_is_failed(const Service *s);
