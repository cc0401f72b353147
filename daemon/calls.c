/* SPDX-License-Identifier: MIT */
/* Calls: what is asked of which object, who may ask, and the answers of backends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "codec.h"
#include "descriptor.h"
#include "log.h"
#include "service-private.h"
#include "value.h"

#define ERROR(name) "org.freedesktop.DBus.Error." name

/* ---- answering ---- */

int service_reply(Service *s, Message *reply) {
        int r;

        r = connection_send(s->connection, reply);
        message_unref(reply);
        return r < 0 ? r : 1;
}

int service_reply_error(Service *s, Message *call, const char *name, const char *format, ...) {
        char text[1024];
        Message *reply;
        va_list ap;
        int r;

        s->asked->errors++;
        if (message_wants_no_reply(call))
                return 1;
        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        r = message_new_error(call, name, text, &reply);
        return r < 0 ? r : service_reply(s, reply);
}

int service_reply_refusal(Service *s, Message *call, const char *name, const char *what,
                          char *text) {
        int r;

        r = service_reply_error(s, call, name, "%s: %s", what,
                                text ? text : "not an allowed value");
        free(text);
        return r;
}

int service_reply_unavailable(Service *s, Message *call, const Feature *f) {
        const struct fascia_error *error = f ? instance_get_error(f->instance) : NULL;

        return service_reply_error(s, call, ERROR_UNAVAILABLE, "%s is not available: %s",
                                   f ? f->interface->name : s->bus_name,
                                   s->failure ? s->failure
                                   : error    ? error->message
                                              : "it is not ready yet");
}

/* ---- who may ---- */

static const char *member_name(const struct fascia_interface *i, AccessKind kind, uint32_t index,
                               bool on_bus) {
        if (kind == ACCESS_CALL)
                return on_bus ? interface_method(i, index)->dbus_name
                              : interface_method(i, index)->name;
        return on_bus ? interface_property(i, index)->dbus_name
                      : interface_property(i, index)->name;
}

/* Once for each caller and member, and not too often: whoever is refused may ask as often as he likes. */
static void log_refusal(Service *s, const Asker *asker, const Feature *f, AccessKind kind,
                        uint32_t index) {
        const char *name = member_name(f->interface, kind, index, false);
        char who[320], lost[64] = "";
        unsigned n_lost;

        if (!asker->own || !rights_note_refusal(asker->own, f->index, kind, index) ||
            !callers_may_log(s->settings.callers, &n_lost))
                return;
        if (n_lost > 0)
                snprintf(lost, sizeof(lost), " (%u more refusals were not logged)", n_lost);
        caller_describe(asker->caller, who, sizeof(who));
        log_full(LOG_WARNING, 0,
                 &(const LogFields){ s->module->name, f->interface->name,
                                     caller_get_name(asker->caller) },
                 "%s may not %s %s.%s%s", who, access_kind_name(kind), f->interface->qualified_name,
                 name, lost);
}

bool service_permits(Service *s, Message *call, const Asker *asker, const Feature *f,
                     AccessKind kind, uint32_t index, int *ret) {
        if (rights_allow(asker->rights, f->index, kind, index))
                return true;
        s->asked->refused++;
        log_refusal(s, asker, f, kind, index);
        *ret = service_reply_error(
                s, call, ERROR("AccessDenied"), "You may not %s %s of %s", access_kind_name(kind),
                member_name(f->interface, kind, index, true), f->interface->dbus_name);
        return false;
}

/* ---- calls that wait for a backend ---- */

static Pending *pending_new(Object *o, Message *call, QuotaSender *sender, bool is_call,
                            uint32_t index) {
        Service *s = o->feature->service;
        Pending *p = s->unused;

        if (p)
                s->unused = p->next;
        else
                p = malloc(sizeof(*p));
        if (!p)
                return NULL;
        *p = (Pending){
                .next = s->pending,
                .service = s,
                .object = o,
                .call = message_ref(call),
                .sender = sender,
                .index = index,
                .is_call = is_call,
        };
        if (s->pending)
                s->pending->previous = p;
        s->pending = p;
        if (sender)
                quota_begin(sender);
        return p;
}

/* They are kept for the next call: most calls then cost no allocation here. */
static void pending_free(Pending *p) {
        Service *s = p->service;

        if (p->previous)
                p->previous->next = p->next;
        else
                s->pending = p->next;
        if (p->next)
                p->next->previous = p->previous;
        if (p->sender)
                quota_end(p->sender);
        message_unref(p->call);
        p->next = s->unused;
        s->unused = p;
}

void service_drop_pending(Service *s) {
        while (s->pending) {
                Pending *p = s->pending;

                if (p->id > 0)
                        host_cancel_request(s->host, p->id);
                pending_free(p);
        }
}

/* A backend that does not answer is for the administrator to know, not for the caller alone. */
static void pending_log_timeout(const Pending *p, const char *text) {
        const struct fascia_interface *i = p->object->feature->interface;

        log_full(LOG_WARNING, 0,
                 &(const LogFields){ i->module->name, i->name, message_get_sender(p->call) },
                 "%s%s.%s: %s", p->is_call ? "" : "Set of ", i->qualified_name,
                 p->is_call ? interface_method(i, p->index)->name
                            : interface_property(i, p->index)->name,
                 text);
}

/* The answer as a message, *ret_size its body; an answer that is too large is an error instead. */
static int pending_build(Pending *p, const struct fascia_error *error, const void *result,
                         Message **ret, size_t *ret_size) {
        const struct fascia_type *type;
        Service *s = p->service;
        Message *reply;
        Writer w;
        int r;

        *ret_size = 0;
        if (error)
                return message_new_error(p->call, error->name, error->message, ret);
        if (!p->is_call)
                return message_new_return(p->call, ret);
        type = interface_method(p->object->feature->interface, p->index)->output;
        *ret_size = codec_measure(type, result);
        if (*ret_size > s->settings.max_reply_size) {
                char text[128];

                snprintf(text, sizeof(text), "The answer of %zu bytes is above the limit of %zu",
                         *ret_size, s->settings.max_reply_size);
                return message_new_error(p->call, ERROR("LimitsExceeded"), text, ret);
        }
        r = message_new_return(p->call, &reply);
        if (r < 0)
                return r;
        w = message_writer(reply);
        r = codec_write_arguments(&w, type, result);
        if (r < 0) {
                message_unref(reply);
                return r;
        }
        *ret = reply;
        return 0;
}

static void on_answer(const struct fascia_error *error, const void *result, void *userdata) {
        Pending *p = userdata;
        Service *s = p->service;
        Message *reply;
        size_t size;

        if (error)
                p->object->feature->counters.errors++;
        if (error && error->code == -ETIMEDOUT)
                pending_log_timeout(p, error->message);
        if (!message_wants_no_reply(p->call)) {
                if (pending_build(p, error, result, &reply, &size) >= 0)
                        service_park(s, reply, size, false);
                else
                        service_reply_error(s, p->call, ERROR("NoMemory"), "The answer is lost");
        }
        if (p->has_begun)
                pending_free(p);
        else
                p->id = UINT64_MAX; /* answered at once: service_ask() frees it */
}

int service_ask(Object *o, Message *call, QuotaSender *sender, bool is_call, uint32_t index,
                const void *value) {
        Pending *p;
        uint64_t id;
        int r;

        p = pending_new(o, call, sender, is_call, index);
        if (!p)
                return -ENOMEM;
        r = is_call ? zone_call(o->zone, index, value, o->feature->timeout, on_answer, p, &id)
                    : zone_set(o->zone, index, value, o->feature->timeout, on_answer, p, &id);
        if (r < 0 || p->id == UINT64_MAX) {
                p->id = 0;
                pending_free(p);
                return r < 0 ? r : 1;
        }
        p->id = id;
        p->has_begun = true;
        return 1;
}

/* ---- methods of the interface ---- */

static int call_method(Service *s, Object *o, Message *call, const Asker *asker, uint32_t index) {
        const struct fascia_method *method = interface_method(o->feature->interface, index);
        const char *signature = message_get_signature(call);
        char *text = NULL;
        ValueBuffer arguments;
        Reader reader;
        int r;

        s->asked->calls++;
        if (!service_permits(s, call, asker, o->feature, ACCESS_CALL, index, &r))
                return r;
        if (!feature_is_ready(o->feature))
                return service_reply_unavailable(s, call, o->feature);
        if (strcmp(signature, method->input->signature) != 0)
                return service_reply_error(s, call, ERROR("InvalidArgs"),
                                           "%s expects '%s', got '%s'", method->dbus_name,
                                           method->input->signature, signature);
        r = value_buffer_init(&arguments, method->input);
        if (r < 0)
                return r;
        reader = message_reader(call);
        r = codec_read_arguments(&reader, method->input, arguments.data);
        if (r < 0) {
                value_buffer_done(&arguments, false);
                return service_reply_error(s, call, ERROR("InvalidArgs"), "%s: %s",
                                           method->dbus_name, codec_error_text(r));
        }
        r = codec_check(method->input, arguments.data, &text);
        if (r < 0)
                r = service_reply_refusal(s, call, ERROR_OUT_OF_RANGE, method->dbus_name, text);
        else
                r = service_ask(o, call, asker->quota, true, index, arguments.data);
        value_buffer_done(&arguments, true);
        return r;
}

/* ---- standard interfaces ---- */

typedef enum Standard {
        STANDARD_GET,
        STANDARD_SET,
        STANDARD_GET_ALL,
        STANDARD_INTROSPECT,
        STANDARD_GET_MANAGED_OBJECTS
} Standard;

static const struct {
        const char *interface;
        const char *member;
        const char *signature;
        Standard standard;
} standards[] = {
        { PROPERTIES_INTERFACE, "Get", "ss", STANDARD_GET },
        { PROPERTIES_INTERFACE, "Set", "ssv", STANDARD_SET },
        { PROPERTIES_INTERFACE, "GetAll", "s", STANDARD_GET_ALL },
        { INTROSPECTABLE_INTERFACE, "Introspect", "", STANDARD_INTROSPECT },
        { OBJECT_MANAGER_INTERFACE, "GetManagedObjects", "", STANDARD_GET_MANAGED_OBJECTS },
};

#define N_STANDARDS (sizeof(standards) / sizeof(standards[0]))

/* o == NULL: the module's own object, which has no properties but is the object manager. */
static bool has_interface(const Object *o, const char *interface) {
        if (strcmp(interface, INTROSPECTABLE_INTERFACE) == 0 ||
            strcmp(interface, PROPERTIES_INTERFACE) == 0)
                return true;
        return o ? strcmp(interface, o->feature->interface->dbus_name) == 0 ||
                               strcmp(interface, FEATURE_INFO_INTERFACE) == 0
                 : strcmp(interface, OBJECT_MANAGER_INTERFACE) == 0;
}

/* -ENOENT: it is none of them. */
static int find_standard(const Object *o, const char *interface, const char *member) {
        for (size_t i = 0; i < N_STANDARDS; i++) {
                if (strcmp(standards[i].member, member) != 0 ||
                    !has_interface(o, standards[i].interface))
                        continue;
                if (!interface || strcmp(standards[i].interface, interface) == 0)
                        return (int)i;
        }
        return -ENOENT;
}

static int call_standard(Service *s, Object *o, Message *call, const Asker *asker, int which) {
        const char *signature = message_get_signature(call);

        if (strcmp(signature, standards[which].signature) != 0)
                return service_reply_error(s, call, ERROR("InvalidArgs"),
                                           "%s expects '%s', got '%s'", standards[which].member,
                                           standards[which].signature, signature);
        if (standards[which].standard == STANDARD_SET)
                s->asked->sets++;
        else if (standards[which].standard != STANDARD_INTROSPECT)
                s->asked->reads++;
        switch (standards[which].standard) {
        case STANDARD_GET:
                return properties_get(s, o, call, asker);
        case STANDARD_SET:
                return properties_set(s, o, call, asker);
        case STANDARD_GET_ALL:
                return properties_get_all(s, o, call, asker);
        case STANDARD_INTROSPECT:
                return service_introspect(s, o, call);
        case STANDARD_GET_MANAGED_OBJECTS:
                return service_get_managed_objects(s, call, asker);
        }
        return -EINVAL;
}

/* ---- finding what is asked for ---- */

static int reply_unknown_zone(Service *s, Message *call, const Feature *f, const char *zone) {
        char zones[512] = "";
        size_t n = 0;

        for (Zone *z = instance_next_zone(f->instance, NULL); z && n < sizeof(zones);
             z = instance_next_zone(f->instance, z))
                if (zone_is_present(z))
                        n += (size_t)snprintf(zones + n, sizeof(zones) - n, "%s%s",
                                              n > 0 ? ", " : "; it has ", zone_get_name(z));
        return service_reply_error(s, call, ERROR_UNKNOWN_ZONE, "%s has no zone '%s'%s",
                                   f->interface->name, zone, zones);
}

/* Whether the path is where a zone of that feature would be. */
static bool is_zone_path(const Feature *f, const char *path, char **ret_zone) {
        return (f->interface->flags & FASCIA_INTERFACE_ZONED) &&
               !strchr(path + strlen(f->interface->path) + 1, '/') &&
               sd_bus_path_decode(path, f->interface->path, ret_zone) > 0;
}

static int reply_unknown_object(Service *s, Message *call, const char *path) {
        const Feature *f = service_find_feature(s, path);
        char *zone;
        int r;

        if (!f || !is_zone_path(f, path, &zone))
                return service_reply_error(s, call, ERROR("UnknownObject"),
                                           "There is no object '%s'", path);
        /* Which zones there are is known only while the feature is there. */
        r = feature_is_ready(f) ? reply_unknown_zone(s, call, f, zone)
                                : service_reply_unavailable(s, call, f);
        free(zone);
        return r;
}

static int dispatch(Service *s, Object *o, Message *call, const Asker *asker) {
        const char *interface = message_get_interface(call);
        const char *member = message_get_member(call);
        int index;

        /* The feature's own comes first: it is what is called most, and may be called without
         * naming an interface. */
        if (o && (!interface || strcmp(interface, o->feature->interface->dbus_name) == 0)) {
                index = feature_find_method(o->feature, member);
                if (index >= 0)
                        return call_method(s, o, call, asker, (uint32_t)index);
        }
        index = find_standard(o, interface, member);
        if (index >= 0)
                return call_standard(s, o, call, asker, index);
        if (interface && !has_interface(o, interface))
                return service_reply_error(s, call, ERROR("UnknownInterface"),
                                           "'%s' has no interface '%s'", message_get_path(call),
                                           interface);
        return service_reply_error(s, call, ERROR("UnknownMethod"), "%s has no method '%s'",
                                   interface ? interface : message_get_path(call), member);
}

static int refuse_flood(Service *s, Message *call, int error) {
        Message *reply;
        int r;

        s->counters.refused++;
        if (error != -ENOBUFS && error != -EBUSY)
                return error;
        s->asked->errors++;
        if (message_wants_no_reply(call))
                return 1;
        r = message_new_error(call, ERROR("LimitsExceeded"),
                              error == -ENOBUFS
                                      ? "Too many calls per second (CallRate)"
                                      : "Too many calls wait for an answer (MaxCallsInFlight)",
                              &reply);
        if (r < 0)
                return r;
        if (!s->settings.penalty || !s->connection)
                return service_reply(s, reply);
        r = penalty_send(s->settings.penalty, s->connection, reply);
        return r < 0 ? r : 1;
}

/* Only that it is there: tools that walk over all objects stop at the first that answers nothing.
 */
static int answer_for_failed(Service *s, Message *call) {
        const char *interface = message_get_interface(call);

        if (strcmp(message_get_path(call), s->path) == 0 &&
            strcmp(message_get_member(call), "Introspect") == 0 &&
            (!interface || strcmp(interface, INTROSPECTABLE_INTERFACE) == 0))
                return service_introspect(s, NULL, call);
        return service_reply_unavailable(s, call, NULL);
}

static int handle(Service *s, Message *call, const Asker *asker) {
        const char *path = message_get_path(call);
        ModelObject model;
        Object *o = NULL;

        s->asked = &s->counters;
        if (strcmp(path, s->path) != 0) {
                o = service_find_object(s, path);
                if (!o && service_find_model(s, path, &model)) {
                        s->asked = &model.object->feature->counters;
                        return model_call(s, &model, call, asker);
                }
                if (!o)
                        return reply_unknown_object(s, call, path);
                s->asked = &o->feature->counters;
        }
        return dispatch(s, o, call, asker);
}

/* Of whom everybody knows by now who it is, as far as it matters. caller NULL: it does not. */
static int handle_for(Service *s, Message *call, QuotaSender *quota, Caller *caller) {
        Asker asker = { .quota = quota, .rights = access_get_common(s->access) };
        int r;

        if (caller && !access_is_open(s->access)) {
                r = caller_get_rights(caller, s->access, &asker.own);
                if (r < 0)
                        return r;
                asker.caller = caller;
                asker.rights = asker.own;
        }
        return handle(s, call, &asker);
}

static void on_known(Message *call, QuotaSender *quota, void *userdata) {
        Service *s = userdata;
        Caller *caller;
        int r;

        r = callers_find(s->settings.callers, call, &caller);
        if (r >= 0)
                r = handle_for(s, call, quota, caller);
        if (r < 0)
                service_reply_error(s, call, error_name_from_errno(r), "%s", strerror(-r));
}

/* Where everybody may do everything, or there are no rules that tell one from another, nobody is asked who it is. */
static int handle_by_rules(Service *s, Message *call, QuotaSender *quota) {
        Caller *caller;
        int r;

        if (access_is_open(s->access) || !s->settings.callers)
                return handle_for(s, call, quota, NULL);
        r = callers_find(s->settings.callers, call, &caller);
        if (r < 0)
                return r;
        if (!access_has_subjects(s->access) || caller_is_known(caller))
                return handle_for(s, call, quota, caller);
        r = caller_wait(caller, call, quota, on_known, s);
        if (r == -EBUSY)
                return refuse_flood(s, call, r);
        return r < 0 ? r : 1;
}

int service_on_call(Message *call, void *userdata) {
        Service *s = userdata;
        QuotaSender *quota = NULL;
        int r;

        s->asked = &s->counters;
        if (s->settings.callers) {
                r = callers_note(s->settings.callers, call);
                if (r < 0)
                        return r;
        }
        if (s->settings.quota) {
                r = quota_take(s->settings.quota, message_get_sender(call),
                               loop_now(host_get_loop(s->host)), &quota);
                if (r < 0)
                        return refuse_flood(s, call, r);
        }
        return s->failure ? answer_for_failed(s, call) : handle_by_rules(s, call, quota);
}
