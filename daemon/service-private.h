/* SPDX-License-Identifier: MIT */
/* What the parts of a service share: its features, their objects, calls that wait and messages that
 * are parked. */
#pragma once

#include "counters.h"
#include "instance.h"
#include "service.h"
#include "try.h"

#define FEATURE_INFO_INTERFACE "org.fascia.Feature1"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER_INTERFACE "org.freedesktop.DBus.ObjectManager"
#define INTROSPECTABLE_INTERFACE "org.freedesktop.DBus.Introspectable"
#define SERIAL_PROPERTY "FasciaSerial"
/* Below a feature or zone; an escaped name of a zone never begins so. */
#define MODELS "_models"

/* Who asks: what he may do, and on whose account. */
typedef struct Asker {
        QuotaSender *quota; /* NULL: there is no limit */
        Caller *caller;     /* NULL: of no interest */
        const Rights *rights;
        Rights *own; /* the same, when they are his; else NULL */
} Asker;

typedef struct Feature Feature;
typedef struct Object Object;
typedef struct Pending Pending;

/* Parts of org.fascia.Feature1 that have to be announced. */
#define INFO_STATE 1u
#define INFO_ZONES 2u
#define INFO_UNSUPPORTED 4u
#define INFO_RESTRICTED 8u

/* A feature or one of its zones, as D-Bus sees it. */
struct Object {
        Feature *feature;
        Zone *zone;
        char *path;
        Object *next;       /* of the feature; the feature's own is first */
        Object *next_dirty; /* of the service */
        bool is_dirty;      /* is in that list */
        bool is_announced;  /* clients know that it is there */
        unsigned info;      /* INFO_* */
        uint8_t *known;     /* KNOWN_*, for each property */
};

/* What clients know of a property. */
enum {
        KNOWN_NOTHING,
        KNOWN_VALUE,
        KNOWN_OLD_VALUE /* of a backend that has failed or was stopped: a const may be another now
                         */
};

typedef struct Member {
        const char *name;
        uint32_t index;
} Member;

struct Feature {
        Service *service;
        const struct fascia_interface *interface;
        uint32_t index; /* in the module */
        const char *introspection;
        Instance *instance;
        Object *objects;
        Member *methods; /* by name */
        Member *properties;
        bool *told; /* of properties, then of signals: the backend has values for it that cannot be sent */
        uint64_t timeout;
        uint64_t since; /* it is in this state */
        Counters counters;
};

/* A call that a backend has not answered yet. */
struct Pending {
        Pending *previous, *next;
        Service *service;
        Object *object;
        Message *call;
        QuotaSender *sender;
        uint64_t id; /* of the request */
        uint32_t index;
        bool is_call;
        bool has_begun; /* the request is out: the answer may free this */
};

/* A message that waits for the changes before it to be announced. */
typedef struct Parked {
        Message *message;
        size_t size;
        bool is_signal;
} Parked;

struct Service {
        Host *host;
        const struct fascia_module_library *library;
        const struct fascia_module *module; /* NULL: failed */
        char *bus_name;
        char *path;
        char *failure; /* of the whole module, or NULL */
        ServiceSettings settings;
        Access *access;           /* NULL: failed */
        Persistence *persistence; /* NULL: there is nothing to keep, or nowhere */
        Feature *features;
        uint32_t n_features;

        Connection *connection; /* NULL: detached */
        Subscription *export;
        Subscription *name;
        uint64_t serial;
        uint64_t since;    /* it is there */
        Counters counters; /* of what is not for one feature */
        Counters *asked;   /* those of whom the call at hand is for */
        bool is_posted;    /* a flush will come from the loop */
        LoopTimer *patience; /* with backends that are not ready yet */
        ServiceStateFn *on_state;
        void *on_state_userdata;

        Object *dirty_first, *dirty_last;
        Parked *parked;
        size_t n_parked, parked_capacity;
        size_t parked_signals; /* bytes */
        Pending *pending;
        Pending *unused;
};

/* ---- objects ---- */

int feature_init(Feature *f, Service *s, uint32_t interface);
void feature_done(Feature *f);
int feature_find_method(const Feature *f, const char *name);
int feature_find_property(const Feature *f, const char *name);
bool feature_is_ready(const Feature *f);
/* What the value takes on the wire, in bytes; 0 for a type of a fixed size. */
size_t object_measure(const Object *o, uint32_t property);
/* Whether clients may see a value: the feature is ready, the zone is there, and it has one that is
 * not larger than an answer may be (a message that the bus does not take would disconnect the
 * service). */
bool object_has_value(const Object *o, uint32_t property);
/* The same, and whether these rights include it. */
bool object_shows_value(const Object *o, uint32_t property, const Rights *rights);
bool feature_is_restricted(const Feature *f, uint32_t property);
bool object_is_there(const Object *o);
void object_mark(Object *o);
/* The feature or zone at the path; NULL: there is none. The module's own object is not among them.
 */
Object *service_find_object(Service *s, const char *path);
/* The feature that the path lies below of, whether there is such a zone or not. */
Feature *service_find_feature(Service *s, const char *path);

/* ---- models ---- */

/* The object of a model of a feature or zone, or the object above all of them. */
typedef struct ModelObject {
        Object *object;
        const struct fascia_property *property; /* NULL: that of all models */
} ModelObject;

/* Whether such an object is at the path. */
bool service_find_model(Service *s, const char *path, ModelObject *ret);
int model_call(Service *s, const ModelObject *m, Message *call, const Asker *asker);
bool object_has_models(const Object *o);

/* ---- calls ---- */

/* For connection_export(). */
int service_on_call(Message *call, void *userdata);
/* Sends now what needs not wait for announcements: what was found before a backend was asked. */
int service_reply(Service *s, Message *reply);
int service_reply_error(Service *s, Message *call, const char *name, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Answers with the text that a check gave, and frees it. */
int service_reply_refusal(Service *s, Message *call, const char *name, const char *what,
                          char *text);
int service_reply_unavailable(Service *s, Message *call, const Feature *f);
void service_drop_pending(Service *s);
/* Whether he may. Otherwise he has been told so, *ret is the outcome, and it is logged. */
bool service_permits(Service *s, Message *call, const Asker *asker, const Feature *f,
                     AccessKind kind, uint32_t index, int *ret);

/* Asks the backend; the answer is parked. value is borrowed. */
int service_ask(Object *o, Message *call, QuotaSender *sender, bool is_call, uint32_t index,
                const void *value);

/* ---- properties ---- */

int properties_get(Service *s, Object *o, Message *call, const Asker *asker);
int properties_set(Service *s, Object *o, Message *call, const Asker *asker);
int properties_get_all(Service *s, Object *o, Message *call, const Asker *asker);
int service_get_managed_objects(Service *s, Message *call, const Asker *asker);
int service_introspect(Service *s, Object *o, Message *call);
int model_introspect(Service *s, const ModelObject *m, Message *call);

/* The a{sv} of what somebody with these rights may see of the object's own interface, with the serial. */
int write_properties(Writer *w, const Object *o, const Rights *rights);
int write_property_entries(Writer *w, const Object *o, const Rights *rights);
/* The a{sv} of org.fascia.Feature1: those of the mask; with the serial. */
int write_info(Writer *w, const Object *o, unsigned mask);
/* The same entries, for an array that is open already. */
int write_info_entries(Writer *w, const Object *o, unsigned mask);
bool info_has_property(const char *name);
/* One property of it as a variant. -ENOENT. */
int write_info_property(Writer *w, const Object *o, const char *name);
/* The a{sa{sv}} of all interfaces. */
int write_interfaces(Writer *w, const Object *o, const Rights *rights);
int write_serial(Writer *w, const Service *s);

/* ---- announcing ---- */

void service_schedule(Service *s);
/* Takes the message. */
void service_park(Service *s, Message *m, size_t size, bool is_signal);
void service_drop_parked(Service *s);
/* Everything counts as announced as it is now: for a connection on which nobody knows anything yet.
 */
void service_settle(Service *s);
