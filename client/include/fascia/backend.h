/* SPDX-License-Identifier: MIT */
/*
 * The backend interface: what an implementation of a feature provides and what it may call. It is
 * the same in fasciad, which exports the feature on D-Bus, and in a client that loads the backend
 * into its own process. Authors use the typed functions of a generated <module>-backend.h, which
 * stand on these.
 *
 * Everything runs on one thread, that of the host's event loop, except fascia_host_post(). A
 * report, an answer or a signal may be made at any time on that thread, also from within an
 * operation.
 */
#ifndef FASCIA_BACKEND_H
#define FASCIA_BACKEND_H

#include <fascia/descriptor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a plugin built for an older one could no longer be loaded. */
#define FASCIA_BACKEND_ABI UINT32_C(1)

/* Who loads the backend: gives the event loop and the settings. */
struct fascia_host;

/* One instance of a backend, or one zone of it: a zone is the same type. */
struct fascia_backend;

/*
 * The ticket for one answer, given to an operation; a value, may be kept and passed around freely.
 * Every ticket is answered once: by the backend; by the runtime with a timeout after ReplyTimeout;
 * or by the runtime when the backend stops. A second answer is -EALREADY, one whose caller has gone
 * -ESTALE; both are harmless.
 */
struct fascia_reply {
        struct fascia_host *host;
        uint64_t id;
};

/*
 * The operations of a backend, without types. Generated code makes them from typed ones; a generic
 * backend (a simulator, a forwarder) writes them by hand and works from the descriptors. A pointer
 * that is NULL, or that lies beyond size, is an operation that the backend does not have: callers
 * get "not supported".
 *
 * set and call return 0 when they took the request, and answer now or later; a negative errno
 * refuses it, and the runtime answers; what is positive counts as -EPROTO. Values have been checked against the type and against the
 * bounds of @config.
 */
struct fascia_backend_ops {
        size_t size; /* sizeof(struct fascia_backend_ops) */
        /* Begins to serve. plugin is what fascia_plugin.open() returned. *ret_userdata is passed to
         * every operation, for zones unless fascia_backend_add_zone() gives another. The instance
         * is usable once fascia_backend_ready() was called, here or later. A negative errno: it has
         * failed. */
        int (*start)(struct fascia_backend *backend, void *plugin, void **ret_userdata);
        /* Ends to serve; what start acquired is released. Tickets still open are answered by the
         * runtime. Not called when start failed. */
        void (*stop)(struct fascia_backend *backend, void *userdata);
        int (*set)(struct fascia_backend *backend, uint32_t property, const void *value,
                   struct fascia_reply reply, void *userdata);
        int (*call)(struct fascia_backend *backend, uint32_t method, const void *arguments,
                    struct fascia_reply reply, void *userdata);
        /* Optional: nobody waits for this answer any more (cancelled, timed out); the ticket is
         * stale. */
        void (*cancel)(struct fascia_backend *backend, struct fascia_reply reply, void *userdata);
};

/* One feature that a plugin implements. */
struct fascia_plugin_feature {
        const struct fascia_interface *interface; /* NULL: any interface (a generic backend) */
        const struct fascia_backend_ops *ops;
        const void *implementation; /* the typed operations behind ops, or NULL */
};

enum fascia_plugin_kind {
        FASCIA_PLUGIN_PRODUCTION,
        FASCIA_PLUGIN_SIMULATION
};

/* A plugin: a shared library with one exported symbol, `const struct fascia_plugin fascia_plugin`.
 */
#define FASCIA_PLUGIN_SYMBOL "fascia_plugin"

/* What a generated plugin calls it. One that is linked into a program has another name, because there may be
 * several: compile it with -DFASCIA_PLUGIN_NAME=climate_plugin, and give that to fascia_client_add_plugin(). */
#ifndef FASCIA_PLUGIN_NAME
#define FASCIA_PLUGIN_NAME fascia_plugin
#endif

struct fascia_plugin {
        uint32_t abi;  /* FASCIA_BACKEND_ABI */
        uint32_t size; /* sizeof(struct fascia_plugin) */
        const char *name;
        uint32_t kind;         /* enum fascia_plugin_kind */
        uint32_t feature_size; /* sizeof(struct fascia_plugin_feature) */
        uint32_t n_features;
        const struct fascia_plugin_feature *features;
        /* Optional: what all features of the plugin share, a device for example. open() is called
         * once per host, before the first start; a negative errno fails every feature of the
         * plugin. */
        int (*open)(struct fascia_host *host, void **ret_plugin);
        void (*close)(void *plugin);
};

/* ---- the instance ---- */

/* The interface that is implemented, as the host knows it. */
const struct fascia_interface *fascia_backend_get_interface(const struct fascia_backend *backend);
struct fascia_host *fascia_backend_get_host(const struct fascia_backend *backend);
/* fascia_plugin_feature.implementation, for generated code. */
const void *fascia_backend_get_implementation(const struct fascia_backend *backend);
/* The name of the zone; "" for the feature itself. */
const char *fascia_backend_get_zone_name(const struct fascia_backend *backend);
/* A setting of the configuration, looked up for this interface; NULL: not set. Borrowed until the
 * next reload of the configuration. */
const char *fascia_backend_get_setting(const struct fascia_backend *backend, const char *key);

/* The value that a persistent property had when the service ended, for a backend that begins with it; it fits the type
 * and the bounds. NULL: none was kept, the property is not persistent, or nobody keeps anything (as in a client). Borrowed
 * until the backend stops. A property that can be set need not be asked for: once the backend is ready, and a zone is there, its
 * setter is called with it, unless it has the value by then. */
const void *fascia_backend_get_kept(const struct fascia_backend *backend, uint32_t property);

/* The instance can be used: values that were not reported until now are "unsupported". Also after
 * _fail(). */
void fascia_backend_ready(struct fascia_backend *backend);
/* The instance cannot be used until _ready() is called again: calls fail with Unavailable and this
 * text. code is a negative errno. */
void fascia_backend_fail(struct fascia_backend *backend, int code, const char *text);

/* ---- values ---- */

/* The property has this value now. Copied. Equal values are not announced, changes of one turn of
 * the loop are announced together. -EINVAL: no such property, a model, or a value that has no place
 * on the wire (a string that is not UTF-8, a key twice in a map); -ENOMEM. Never refused for
 * bounds. */
int fascia_backend_report(struct fascia_backend *backend, uint32_t property, const void *value);
/* The property has no value (any more): clients see it as unsupported. */
int fascia_backend_withdraw(struct fascia_backend *backend, uint32_t property);
/* The value in effect, or NULL when it has none. Borrowed until the next report. */
const void *fascia_backend_get_value(const struct fascia_backend *backend, uint32_t property);
/* The signal happens. Goes out after the changes that were reported before it. Errors as report. */
int fascia_backend_emit(struct fascia_backend *backend, uint32_t signal, const void *arguments);

/* ---- zones ---- */

/* Adds a zone, or revives it: its values are unknown again until reported. userdata is passed to
 * operations on the zone; NULL: that of the instance. -EEXIST: it is there; -EINVAL: the name is
 * empty or not UTF-8, or backend is a zone, or the interface has no zones; -ENOMEM. The zone is
 * borrowed, it lives as long as the instance. */
int fascia_backend_add_zone(struct fascia_backend *backend, const char *name, void *userdata,
                            struct fascia_backend **ret_zone);
/* The zone is gone: its tickets are answered with UnknownZone. */
void fascia_backend_remove_zone(struct fascia_backend *zone);
/* The zone of that name, or NULL when there is none now. */
struct fascia_backend *fascia_backend_get_zone(struct fascia_backend *backend, const char *name);

/* ---- answers ---- */

/* The setter is done; value, the one that is in effect now, is reported too (NULL: not reported).
 * Errors as struct fascia_reply says, or as report: then the ticket is answered with that error. */
int fascia_reply_set(struct fascia_reply reply, const void *value);
/* The operation has this result: the struct of the method's output, NULL when it has none. */
int fascia_reply_call(struct fascia_reply reply, const void *result);
/* It did not work. code is a negative errno, text (may be NULL) names the value and the constraint.
 */
int fascia_reply_fail(struct fascia_reply reply, int code, const char *text);
/* The same with a D-Bus error name of one's own, such as one that the operation lists. */
int fascia_reply_fail_named(struct fascia_reply reply, const char *name, const char *text);

/* ---- the host ---- */

typedef void fascia_host_fn(void *userdata);

/* Runs fn on the host's thread, soon, in the order of posting. May be called from any thread.
 * What has been posted runs also after stop(): see fascia_host_unpost(). -ENOMEM. */
int fascia_host_post(struct fascia_host *host, fascia_host_fn *fn, void *userdata);
/* Nothing that was posted with this userdata, and has not begun, will run. On the host's thread. A backend whose threads post calls
 * it in stop(), when it has joined them and before it frees what userdata points at. */
void fascia_host_unpost(struct fascia_host *host, const void *userdata);

/* The time of the host's loop in microseconds, by which its timers run: CLOCK_MONOTONIC, and what a test has let pass. */
uint64_t fascia_host_now(struct fascia_host *host);

struct fascia_timer;
/* A timer, off at first. fn may free it. */
int fascia_host_add_timer(struct fascia_host *host, fascia_host_fn *fn, void *userdata,
                          struct fascia_timer **ret_timer);
/* Fires once, in usec microseconds from now; UINT64_MAX: never. */
int fascia_timer_set(struct fascia_timer *timer, uint64_t usec);
/* Takes NULL; returns NULL. */
struct fascia_timer *fascia_timer_free(struct fascia_timer *timer);

struct fascia_io;
/* Calls fn with the events of poll(2) that happened on fd. fd stays the caller's, and outlives the
 * watch. */
int fascia_host_add_io(struct fascia_host *host, int fd, uint32_t events,
                       void (*fn)(uint32_t events, void *userdata), void *userdata,
                       struct fascia_io **ret_io);
/* Other events from now on. */
int fascia_io_set_events(struct fascia_io *io, uint32_t events);
/* Takes NULL; returns NULL. */
struct fascia_io *fascia_io_free(struct fascia_io *io);

/* The module library that describes this interface's module: its simulation data. -ENOENT: not
 * installed; -ELIBBAD: not usable, or made from another version of the interface file. Borrowed,
 * lives as long as the host. */
int fascia_host_get_module_library(struct fascia_host *host, const struct fascia_module *module,
                                   const struct fascia_module_library **ret_library);

/* ---- values by descriptor, for generic backends ----
 *
 * Types and values must be there: these functions are called for every member of every value. */

/* Writes the start value of the type: zero, the empty string, no items; of an enum its first
 * member; no object; an unset variant. */
void fascia_value_init(const struct fascia_type *type, void *value);
/* Deep copy into uninitialised storage; a copy of a map is sorted, a variant in a copy has a type of
 * its own. -ENOMEM, -EINVAL (a variant whose type is none): *value is untouched. */
int fascia_value_copy(const struct fascia_type *type, void *value, const void *from);
/* Releases what a copy holds; *value is the start value after that. */
void fascia_value_clear(const struct fascia_type *type, void *value);
/* Doubles are compared by their bits, maps in any order. */
bool fascia_value_equal(const struct fascia_type *type, const void *a, const void *b);
/* Whether the value satisfies the constraint. *ret_text gets, when not NULL and on refusal, the
 * constraint as text ("[10-33]", ">= 2", "<= 300", "[\"a\",\"b\"]"), to be freed with free(). 0,
 * -ERANGE or -ENOMEM. */
int fascia_value_check(const struct fascia_type *type, const struct fascia_constraint *constraint,
                       const void *value, char **ret_text);
/* The same for a property; *ret_text gets a whole sentence, "TargetTemperature: 99 is not in
 * [16-28]". */
int fascia_property_check(const struct fascia_property *property,
                          const struct fascia_constraint *constraint, const void *value,
                          char **ret_text);
/* As text for people: 21.5, "text", Automatic, Dashboard|Floor, {id: 1, text: "x"}, [1, 2], {"a": 1},
 * of a variant its value or unset. To be freed with free(); NULL: no memory. */
char *fascia_value_print(const struct fascia_type *type, const void *value);

#ifdef __cplusplus
}
#endif

#endif
