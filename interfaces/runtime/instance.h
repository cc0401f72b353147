/* SPDX-License-Identifier: MIT */
/* One running backend of one interface, and its store: the values of the feature and its zones.
 * Both consumers, the client's feature and the service's exporter, stand on it. */
#pragma once

#include "error.h"
#include <fascia/backend.h>

typedef struct fascia_host Host;
typedef struct fascia_instance Instance;
/* The feature itself, or one zone of it: what backends call struct fascia_backend. Never freed
 * before the instance: a zone that was removed is kept, not present, and may be revived. */
typedef struct fascia_backend Zone;

/* What the consumer hears; runs at once, from within the backend's call, so that the order is kept.
 * A consumer must not run code of others from here (it marks, parks, posts), and must not free the
 * instance. All but the last two are required. */
typedef struct InstanceEvents {
        /* The zone has dirty properties, for the first time since they were taken. */
        void (*on_dirty)(Zone *zone, void *userdata);
        /* arguments are borrowed. */
        void (*on_signal)(Zone *zone, uint32_t signal, const void *arguments, void *userdata);
        /* The zone came (its values follow as dirty properties) or went. */
        void (*on_zone)(Zone *zone, bool present, void *userdata);
        void (*on_state)(Instance *instance, void *userdata);
        /* The backend says: what I reported so far belongs together (a message has been taken
         * apart). Only from trusted built-in ones. */
        void (*on_commit)(Instance *instance, void *userdata);
        /* What was kept of the property; NULL: nothing. */
        const void *(*get_kept)(const Zone *zone, uint32_t property, void *userdata);
        /* A report, or a signal, is none: it has a value that has no place on the wire. Backends seldom look at what these
         * functions return. */
        void (*on_refused)(Zone *zone, bool is_signal, uint32_t index, void *userdata);
} InstanceEvents;

/* Not started. The interface is the consumer's and outlives the instance. events NULL: nobody wants to hear of anything. */
int instance_new(Host *host, const struct fascia_interface *interface, const InstanceEvents *events,
                 void *userdata, Instance **ret);
/* Stops when it is running; nothing is announced any more. Open requests end with -ECANCELED. */
Instance *instance_free(Instance *i);

/* Starts the backend of that name, once: the plugin is found and loaded, the descriptors are
 * compared, start() is called. On failure the instance is in state unavailable with an error that
 * says why (nothing else needs to be done), and may be started again. */
int instance_start(Instance *i, const char *plugin_name);
/* Stops the backend: open requests end with Unavailable, every value is unknown, every zone gone
 * (all heard by the consumer); state unavailable. */
void instance_stop(Instance *i);
/* Stops the backend, and keeps the values and zones that there are; state unavailable. */
void instance_halt(Instance *i);
bool instance_is_running(const Instance *i);

Host *instance_get_host(const Instance *i);
const struct fascia_interface *instance_get_interface(const Instance *i);
/* "" before it was started. */
const char *instance_get_plugin_name(const Instance *i);
bool instance_is_simulated(const Instance *i);
enum fascia_state instance_get_state(const Instance *i);
/* NULL: none. */
const struct fascia_error *instance_get_error(const Instance *i);

/* ---- zones and values ---- */

Zone *instance_get_root(Instance *i);
/* Present or not, in order of first appearance; previous NULL: the first. The root is not among
 * them. */
Zone *instance_next_zone(Instance *i, Zone *previous);
/* Present or not; NULL: never seen. "" is the root. */
Zone *instance_find_zone(Instance *i, const char *name);
/* As instance_find_zone(), but makes one that is not present. -ENOMEM, -EINVAL. */
int instance_require_zone(Instance *i, const char *name, Zone **ret);

Instance *zone_get_instance(const Zone *z);
const char *zone_get_name(const Zone *z);
bool zone_is_present(const Zone *z);
/* The consumer's own. */
void zone_set_userdata(Zone *z, void *userdata);
void *zone_get_userdata(const Zone *z);

bool zone_has_value(const Zone *z, uint32_t property);
/* Never NULL: the start value when it has none. Borrowed until the backend reports again. */
const void *zone_get_value(const Zone *z, uint32_t property);
/* Dirty: the value, or having one, differs from when it was last taken. Goes over all properties
 * with a bit set. */
bool zone_is_dirty(const Zone *z, uint32_t property);
bool zone_has_dirty(const Zone *z);
void zone_clear_dirty(Zone *z);
void zone_clear_dirty_property(Zone *z, uint32_t property);

/* For who moves from one instance to another: whether the property is the same in both, and whether that has
 * to be told. */
bool zone_has_same_value(const Zone *a, const Zone *b, uint32_t property);
void zone_set_dirty_property(Zone *z, uint32_t property, bool dirty);

/* For a built-in backend that mirrors a remote one: a state between unavailable and ready, an error
 * with a name, a commit; whether what it mirrors is a simulation. */
void instance_set_simulated(Instance *i, bool simulated);
void instance_set_state(Instance *i, enum fascia_state state, const struct fascia_error *error);
void instance_commit(Instance *i);

/* ---- requests ---- */

/* Ends a request: with an error, or (error NULL) with the result: the output struct of a call, NULL
 * for a set. Runs exactly once for each request that began and was not cancelled, possibly before
 * the function that began it has returned, always from trusted code (see InstanceEvents).
 * Everything is borrowed. */
typedef void InstanceReplyFn(const struct fascia_error *error, const void *result, void *userdata);

/* Asks the backend. Values are the caller's, borrowed by the backend for the duration of the
 * operation only. timeout_usec: from now, UINT64_MAX for none. 0: fn has run or will run; *ret_id
 * identifies the request, 0 when it is over already. -ENOMEM: fn does not run. Everything else (no
 * such operation, refused, not running) ends through fn. */
int zone_set(Zone *z, uint32_t property, const void *value, uint64_t timeout_usec,
             InstanceReplyFn *fn, void *userdata, uint64_t *ret_id);
int zone_call(Zone *z, uint32_t method, const void *arguments, uint64_t timeout_usec,
              InstanceReplyFn *fn, void *userdata, uint64_t *ret_id);
/* Drops the request without running fn; the backend's ticket is stale. -ENOENT: it is over. */
int host_cancel_request(Host *host, uint64_t id);
/* Another deadline, from now. -ENOENT. */
int host_set_request_timeout(Host *host, uint64_t id, uint64_t timeout_usec);
