/* SPDX-License-Identifier: MIT */
/*
 * libfascia: uses the features of a vehicle without knowing where they run.
 *
 * A client connects one thread to features. Features are made by generated functions
 * (climate_control_new(), …) and served by a backend, which the configuration chooses: over D-Bus,
 * or in this process. Nothing blocks, there are no threads; everything happens in
 * fascia_client_dispatch(), or in the event loop that the client is attached to. A client and all
 * that comes from it belong to one thread; several clients, one for each thread, are fine.
 *
 * Functions return 0 or a positive number on success and a negative errno on failure; -EINVAL for a
 * bad argument, NULL where something must be, and -ENOMEM always may be among them. Functions that answer
 * questions answer those of NULL with what nothing has. The library never logs and never exits.
 */
#ifndef FASCIA_FASCIA_H
#define FASCIA_FASCIA_H

#include <fascia/descriptor.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sd_event;
struct fascia_client;
struct fascia_feature;
struct fascia_call;

/* ---- the client ---- */

/* Makes a client with the configuration of the system: client.conf by its layers, then the
 * environment (FASCIA_ADDRESS, FASCIA_BACKEND, …). FASCIA_CONFIG names one file instead of the
 * layers. Connects when the first feature needs it. -ENOENT, -EPERM, -EBADMSG: FASCIA_CONFIG cannot
 * be used; fascia_client_get_problem() is for everything less. */
int fascia_client_new(struct fascia_client **ret);
/* Frees the client and its connections. Features must have been freed before. Takes NULL; returns
 * NULL. */
struct fascia_client *fascia_client_free(struct fascia_client *client);

/* The n-th thing that was wrong in the configuration and left out, as "file:line: text"; NULL: no
 * more. */
const char *fascia_client_get_problem(const struct fascia_client *client, size_t n);

/* Uses the given event loop: nothing else is to be done. The loop must outlive the client. -EBUSY:
 * a feature has been made, or a loop is attached, already. */
int fascia_client_attach_event(struct fascia_client *client, struct sd_event *event);

/* For any other event loop: one descriptor, to be watched for input (EPOLLIN, G_IO_IN). It becomes
 * readable whenever something is to be done, timeouts included; then call fascia_client_dispatch().
 * It is the same during the life of the client, which owns it. */
int fascia_client_get_fd(struct fascia_client *client);
/* Does what is to be done now, never waits; runs callbacks. Returns 1 when something was done, else
 * 0. -EBUSY: called from within a callback, or an event loop is attached. */
int fascia_client_dispatch(struct fascia_client *client);
/* Waits for at most usec microseconds (UINT64_MAX: for ever) until something is to be done, then
 * dispatches: for tools and tests. Errors as fascia_client_dispatch(), and -EINTR. */
int fascia_client_wait(struct fascia_client *client, uint64_t usec);

/* ---- settings ----
 *
 * What the configuration says, by the keys of fascia-client.conf(5). A section is named as in a file: "fascia",
 * "Vehicle.Climate", "Vehicle.Climate/ClimateControl", "backend/phone". */

/* Sets the key for this client, over what files say; NULL takes it back. What follows from it happens at
 * once, while features are used: one whose address is another now connects again, one that is to be served
 * by another backend is. -EPERM: the environment says something else, and that counts; -EINVAL: there is no
 * such section or key, or the value is none for it, as fascia_client_get_problem() says; -EBUSY: of
 * PluginPath, ModulePath and MaxCallsInFlight: the client is in use already. */
int fascia_client_set_setting(struct fascia_client *client, const char *section, const char *key,
                              const char *value);
/* The value in effect in that section; NULL: there is no such section or key, or nobody has set it and it has
 * no default. *ret_origin (may be NULL) gets who has said it, "/etc/fascia/client.conf", "program",
 * "environment FASCIA_TIMEOUT", or NULL for a default. Borrowed until a setting changes. */
const char *fascia_client_get_setting(const struct fascia_client *client, const char *section,
                                      const char *key, const char **ret_origin);

/* ---- backends ---- */

struct fascia_plugin;
struct fascia_plugin_feature;

/* Gives the client a backend that is part of the program: it serves the features of its interface, also
 * those that are in use, whatever the configuration says. feature is as in a plugin, with its interface:
 * { CLIMATE_CONTROL_FEATURE(&ops) }; what it points to, and plugin, which the backend's start() gets,
 * must outlive the client. -EEXIST: the interface has such a backend. */
int fascia_client_set_backend(struct fascia_client *client,
                              const struct fascia_plugin_feature *feature, void *plugin);
/* Adds a plugin that is linked into the program (see FASCIA_PLUGIN_NAME in <fascia/backend.h>) to those that
 * features find their backend among. It must outlive the client. -EINVAL: it is not complete, or was made for
 * another version of the backend interface; -EEXIST: there is one of that name. */
int fascia_client_add_plugin(struct fascia_client *client, const struct fascia_plugin *plugin);

/* One of the backends that may serve an interface, by what is said of it: nothing is loaded. */
struct fascia_backend_info {
        size_t size;        /* set by the caller: sizeof(struct fascia_backend_info) */
        const char *name;   /* for fascia_feature_set_backend() */
        const char *origin; /* the file that describes it; "": it is part of the program */
        bool is_simulation;
        bool is_by_name_only; /* it is taken only by who names it */
};

/* The n-th of them, in any order. What it holds is borrowed until a setting or plugin is added. -ENOENT: there
 * are no more. */
int fascia_client_get_backend_info(struct fascia_client *client,
                                   const struct fascia_interface *interface, size_t n,
                                   struct fascia_backend_info *ret);

/* What came of looking for a backend. */
enum fascia_discovery {
        FASCIA_DISCOVERY_PENDING,    /* none was found yet */
        FASCIA_DISCOVERY_PRODUCTION, /* the feature has one */
        FASCIA_DISCOVERY_SIMULATION, /* it has one that simulates */
        FASCIA_DISCOVERY_FAILED      /* none can be used: fascia_feature_get_error() says why */
};

/* ---- statistics ---- */

/* What a client has seen on its connections since it was made. */
struct fascia_statistics {
        size_t size;        /* set by the caller: sizeof(struct fascia_statistics) */
        uint64_t received;  /* signals of the services that are used */
        uint64_t dropped;   /* signals from anybody else */
        uint64_t malformed; /* messages that could not be read */
        uint64_t gaps;      /* times that signals were missed, and everything was read again */
        uint64_t snapshots; /* times that everything was asked for */
};

/* Counts of now, in as much of the struct as its size says. */
int fascia_client_get_statistics(const struct fascia_client *client, struct fascia_statistics *ret);

/* ---- features ----
 *
 * Every generated handle is a feature: climate_control_feature(c). So is each zone of it. */

/* Whether the feature can be used. */
enum fascia_state fascia_feature_get_state(const struct fascia_feature *feature);
/* Why it is unavailable; NULL when it is not, or when it was not tried yet. Borrowed until the next
 * dispatch. */
const struct fascia_error *fascia_feature_get_error(const struct fascia_feature *feature);
/* The name of the zone; "" for the feature itself. */
const char *fascia_feature_get_zone_name(const struct fascia_feature *feature);
/* The backend that serves it ("dbus", "simulator", …); "": none does. */
const char *fascia_feature_get_backend(const struct fascia_feature *feature);
/* Whether it has found a backend, and of which kind. */
enum fascia_discovery fascia_feature_get_discovery(const struct fascia_feature *feature);
/* Whether its values are made up: by a backend in this program that simulates, or by the service, which says
 * so. */
bool fascia_feature_is_simulated(const struct fascia_feature *feature);
/* Why backends that were tried for it cannot serve, "NAME: TEXT; NAME: TEXT"; NULL: every one that was tried
 * can. Borrowed until the next dispatch. */
const char *fascia_feature_get_rejected(const struct fascia_feature *feature);
/* Has the feature, with all its handles in this client, served by the backend of that name; NULL: by the one that
 * it finds. The one that serves it goes on until the other is ready, or for ConnectionTimeout; then listeners
 * hear what differs, and nothing else. One that cannot be started changes nothing:
 * fascia_feature_get_rejected() says why. -EINVAL: not the name of a backend; -EPERM: the environment names
 * another. */
int fascia_feature_set_backend(struct fascia_feature *feature, const char *name);
/* Looks for a backend again, such as after one was installed. What serves the feature goes on until a better one
 * is ready. */
int fascia_feature_discover(struct fascia_feature *feature);
/* Fetches all values of the feature, or of the zone, again, such as those whose changes are not
 * announced (emits: false); what has changed is told to listeners as always. -ENOTCONN: it is
 * unavailable. */
int fascia_feature_refresh(struct fascia_feature *feature);
/* What it was made with. */
struct fascia_client *fascia_feature_get_client(const struct fascia_feature *feature);
const struct fascia_interface *fascia_feature_get_interface(const struct fascia_feature *feature);

/* Holds back changes of properties: listeners of this handle hear none until fascia_feature_resume().
 * Getters go on to give the newest values; states, zones, signals and answers are told as ever.
 * -EALREADY: it is paused. */
int fascia_feature_pause(struct fascia_feature *feature);
/* From the next dispatch on changes are told again: first, each once, the properties that differ from
 * what they were when the feature was paused, then "changed". -EALREADY: it is not paused. */
int fascia_feature_resume(struct fascia_feature *feature);

/* ---- pending calls ----
 *
 * A setter or operation gives the pending call that it started; the pointer is valid until its
 * callback returns. */

/* Gives up: the callback runs with -ECANCELED, from the next dispatch. The service may have done
 * its work all the same. -EALREADY: the answer is there, or it was cancelled before. */
int fascia_call_cancel(struct fascia_call *call);
/* Waits until the call is answered, for tools and tests: dispatches meanwhile, callbacks of others
 * included. When it returns its own callback has run, and the pointer is of no use any more. Returns 0,
 * or the code of the error that the callback got. -EBUSY: called from within a callback, or an event
 * loop is attached; the call goes on then. */
int fascia_call_wait(struct fascia_call *call);
/* Another deadline than the configured Timeout: usec microseconds from now, UINT64_MAX for none.
 * When it passes, the callback gets -ETIMEDOUT. */
int fascia_call_set_timeout(struct fascia_call *call, uint64_t usec);

#ifdef __cplusplus
}
#endif

#endif
