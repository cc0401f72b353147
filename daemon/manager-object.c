/* SPDX-License-Identifier: MIT */
/* org.fascia.Manager1: what is asked of the manager, who may ask, and what is announced. */
#include "manager-object.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "log.h"
#include "manager-records.h"
#include "service-status.h"
#include "utf8.h"

#ifndef FASCIA_VERSION
#define FASCIA_VERSION "0"
#endif

#define OBJECT_PATH "/org/fascia"
#define OBJECT_INTERFACE "org.fascia.Manager1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"
#define ERROR(name) "org.freedesktop.DBus.Error." name

static const char introspection[] =
#include "manager-interface.h"
#include "try.h"
        ;

/* The values of the properties, as they were told the last time. */
typedef struct Told {
        char version[32];
        char state[16];
        char error[256];
        uint32_t n_modules, n_failed;
        char log_level[16];
} Told;

typedef struct Property {
        const char *name;
        char type; /* s or u */
        size_t offset;
} Property;

static const Property properties[] = {
        { "Version", 's', offsetof(Told, version) },
        { "State", 's', offsetof(Told, state) },
        { "Error", 's', offsetof(Told, error) },
        { "NModules", 'u', offsetof(Told, n_modules) },
        { "NFailed", 'u', offsetof(Told, n_failed) },
        { "LogLevel", 's', offsetof(Told, log_level) },
};

#define N_PROPERTIES (sizeof(properties) / sizeof(properties[0]))

struct ManagerObject {
        Manager *manager;
        Connection *connection; /* NULL: detached */
        Subscription *export;
        Subscription *name;
        char *bus_name;
        Told told;
};

typedef int MethodFn(ManagerObject *o, Message *call);

/* ---- answers ---- */

static int send_reply(ManagerObject *o, Message *reply) {
        int r;

        r = connection_send(o->connection, reply);
        message_unref(reply);
        return r < 0 ? r : 1;
}

__attribute__((format(printf, 4, 5))) static int reply_error(ManagerObject *o, Message *call,
                                                             const char *name, const char *format,
                                                             ...) {
        char text[1024];
        Message *reply;
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        TRY(message_new_error(call, name, text, &reply));
        return send_reply(o, reply);
}

static int reply_empty(ManagerObject *o, Message *call) {
        Message *reply;

        TRY(message_new_return(call, &reply));
        return send_reply(o, reply);
}

typedef int ContentFn(Writer *w, const Manager *m);

static int reply_content(ManagerObject *o, Message *call, ContentFn *content) {
        Message *reply;
        Writer w;
        int r;

        TRY(message_new_return(call, &reply));
        w = message_writer(reply);
        r = content(&w, o->manager);
        if (r >= 0)
                return send_reply(o, reply);
        message_unref(reply);
        return r;
}

/* ---- what is told ---- */

static void find_error(const Manager *m, char *ret, size_t size) {
        const ConfigProblem *problem = config_problems(m->config, 0);
        const char *error = NULL;
        char *text = NULL;

        for (const Module *module = m->modules; module && !error; module = module->next)
                error = module_get_error(module);
        if (!error && m->is_refused)
                error = m->refusal ? m->refusal : "The new configuration was refused";
        if (!error && problem) {
                text = config_problem_print(problem);
                error = text ? text : problem->text;
        }
        snprintf(ret, size, "%s", error ? error : "");
        free(text);
        utf8_repair(ret); /* it may end with half a character */
}

static const char *find_state(const Manager *m, const char *error) {
        if (m->is_stopping)
                return "stopping";
        if (!m->is_ready)
                return "starting";
        return *error ? "degraded" : "running";
}

static void read_status(const Manager *m, Told *ret) {
        *ret = (Told){ .version = FASCIA_VERSION };
        for (const Module *module = m->modules; module; module = module->next) {
                ret->n_modules++;
                ret->n_failed += module_get_error(module) != NULL;
        }
        find_error(m, ret->error, sizeof(ret->error));
        snprintf(ret->state, sizeof(ret->state), "%s", find_state(m, ret->error));
        snprintf(ret->log_level, sizeof(ret->log_level), "%s", log_level_names[log_get_level()]);
}

static const void *value_of(const Property *p, const Told *t) {
        return (const char *)t + p->offset;
}

static bool has_changed(const Property *p, const Told *a, const Told *b) {
        if (p->type == 's')
                return strcmp(value_of(p, a), value_of(p, b)) != 0;
        return *(const uint32_t *)value_of(p, a) != *(const uint32_t *)value_of(p, b);
}

static int write_property(Writer *w, const Property *p, const Told *t) {
        if (p->type == 's')
                return write_text_variant(w, value_of(p, t));
        return write_u32_variant(w, *(const uint32_t *)value_of(p, t));
}

/* old: only what differs from it; NULL: all. */
static int write_properties(Writer *w, const Told *t, const Told *old) {
        TRY(writer_open(w, 'a', "{sv}"));
        for (size_t i = 0; i < N_PROPERTIES; i++) {
                if (old && !has_changed(&properties[i], t, old))
                        continue;
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, properties[i].name));
                TRY(write_property(w, &properties[i], t));
                TRY(writer_close(w));
        }
        return writer_close(w);
}

static int write_change(Writer *w, const Told *t, const Told *old) {
        TRY(writer_string(w, OBJECT_INTERFACE));
        TRY(write_properties(w, t, old));
        TRY(writer_open(w, 'a', "s"));
        return writer_close(w);
}

void manager_object_update(ManagerObject *o) {
        Told old = o->told;
        bool differs = false;
        Message *signal;
        Writer w;

        read_status(o->manager, &o->told);
        for (size_t i = 0; i < N_PROPERTIES; i++)
                differs |= has_changed(&properties[i], &o->told, &old);
        if (!differs || !o->connection || !connection_is_open(o->connection) ||
            message_new_signal(o->connection, OBJECT_PATH, PROPERTIES, "PropertiesChanged",
                               &signal) < 0)
                return;
        w = message_writer(signal);
        if (write_change(&w, &o->told, &old) >= 0)
                connection_send(o->connection, signal);
        message_unref(signal);
}

/* ---- looking ---- */

static int list_modules(ManagerObject *o, Message *call) {
        return reply_content(o, call, write_modules);
}

static int list_clients(ManagerObject *o, Message *call) {
        return reply_content(o, call, write_clients);
}

static int get_statistics(ManagerObject *o, Message *call) {
        return reply_content(o, call, write_statistics);
}

static Module *find_module(Manager *m, const char *name) {
        for (Module *module = m->modules; module; module = module->next)
                if (strcmp(module->name, name) == 0 ||
                    strcmp(service_get_bus_name(module->service), name) == 0)
                        return module;
        return NULL;
}

static int list_features(ManagerObject *o, Message *call) {
        const Module *only = NULL;
        const char *name;
        Message *reply;
        Reader reader;
        Writer w;
        int r;

        reader = message_reader(call);
        TRY(reader_string(&reader, &name));
        if (*name) {
                only = find_module(o->manager, name);
                if (!only)
                        return reply_error(o, call, ERROR("InvalidArgs"),
                                           "No module '%s' is served here", name);
        }
        TRY(message_new_return(call, &reply));
        w = message_writer(reply);
        r = write_features(&w, o->manager, only);
        if (r >= 0)
                return send_reply(o, reply);
        message_unref(reply);
        return r;
}

/* ---- changing ---- */

/* What follows from it is told before its answer. */
static void settle(ManagerObject *o) {
        for (Module *module = o->manager->modules; module; module = module->next)
                service_flush(module->service);
        manager_object_update(o);
}

static int reload(ManagerObject *o, Message *call) {
        const Manager *m = o->manager;
        int r;

        r = manager_reload_and_tell(o->manager);
        settle(o);
        if (r >= 0)
                return reply_empty(o, call);
        return reply_error(o, call, ERROR_FAILED, "%s",
                           m->refusal ? m->refusal : "The new configuration was refused");
}

typedef enum Action {
        ACTION_START,
        ACTION_STOP,
        ACTION_RESTART
} Action;

static void act(Manager *m, Module *module, uint32_t interface, Action action) {
        FeatureStatus f;

        service_get_feature(module->service, interface, &f);
        switch (action) {
        case ACTION_START:
                if (f.is_running)
                        return;
                break;
        case ACTION_STOP:
                service_refuse(module->service, interface, "It was stopped by an administrator");
                return;
        case ACTION_RESTART:
                break;
        }
        module_restart_feature(module, m->config, interface);
}

static int reply_outcome(ManagerObject *o, Message *call, const Module *module, uint32_t interface,
                         Action action) {
        FeatureStatus f;

        service_get_feature(module->service, interface, &f);
        if (action == ACTION_STOP || f.is_running || !f.error)
                return reply_empty(o, call);
        return reply_error(o, call, ERROR_FAILED, "%s does not start: %s",
                           f.interface->qualified_name, f.error->message);
}

static int change_feature(ManagerObject *o, Message *call, Action action) {
        FeatureStatus f;
        const char *path;
        Reader reader;

        reader = message_reader(call);
        TRY(reader_basic(&reader, 'o', &path));
        for (Module *module = o->manager->modules; module; module = module->next) {
                if (module->fault)
                        continue;
                for (uint32_t i = 0; service_get_feature(module->service, i, &f); i++) {
                        if (strcmp(f.interface->path, path) != 0)
                                continue;
                        act(o->manager, module, i, action);
                        settle(o);
                        return reply_outcome(o, call, module, i, action);
                }
        }
        return reply_error(o, call, ERROR("InvalidArgs"), "No feature has the path '%s'", path);
}

static int start_feature(ManagerObject *o, Message *call) {
        return change_feature(o, call, ACTION_START);
}

static int stop_feature(ManagerObject *o, Message *call) {
        return change_feature(o, call, ACTION_STOP);
}

static int restart_feature(ManagerObject *o, Message *call) {
        return change_feature(o, call, ACTION_RESTART);
}

/* ---- properties ---- */

static int unknown_property(ManagerObject *o, Message *call, const char *interface,
                            const char *name) {
        if (*interface && strcmp(interface, OBJECT_INTERFACE) != 0)
                return reply_error(o, call, ERROR("UnknownInterface"),
                                   "'" OBJECT_PATH "' has no properties of interface '%s'",
                                   interface);
        return reply_error(o, call, ERROR("UnknownProperty"),
                           OBJECT_INTERFACE " has no property '%s'", name);
}

static const Property *find_property(const char *interface, const char *name) {
        if (*interface && strcmp(interface, OBJECT_INTERFACE) != 0)
                return NULL;
        for (size_t i = 0; i < N_PROPERTIES; i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

static int get_property(ManagerObject *o, Message *call) {
        const char *interface, *name;
        Message *reply;
        Reader reader;
        Writer w;
        const Property *property;
        int r;

        reader = message_reader(call);
        TRY(reader_string(&reader, &interface));
        TRY(reader_string(&reader, &name));
        property = find_property(interface, name);
        if (!property)
                return unknown_property(o, call, interface, name);
        manager_object_update(o);
        TRY(message_new_return(call, &reply));
        w = message_writer(reply);
        r = write_property(&w, property, &o->told);
        if (r >= 0)
                return send_reply(o, reply);
        message_unref(reply);
        return r;
}

static bool has_no_properties(const char *interface) {
        return strcmp(interface, PROPERTIES) == 0 || strcmp(interface, INTROSPECTABLE) == 0 ||
               strcmp(interface, "org.freedesktop.DBus.Peer") == 0;
}

static int get_all_properties(ManagerObject *o, Message *call) {
        const char *interface;
        Message *reply;
        Reader reader;
        Writer w;
        int r;

        reader = message_reader(call);
        TRY(reader_string(&reader, &interface));
        if (*interface && strcmp(interface, OBJECT_INTERFACE) != 0 && !has_no_properties(interface))
                return unknown_property(o, call, interface, "");
        manager_object_update(o);
        TRY(message_new_return(call, &reply));
        w = message_writer(reply);
        /* Nothing differs from itself: none. */
        r = write_properties(&w, &o->told, has_no_properties(interface) ? &o->told : NULL);
        if (r >= 0)
                return send_reply(o, reply);
        message_unref(reply);
        return r;
}

static int set_log_level(ManagerObject *o, Message *call, Reader *reader) {
        const char *name;

        if (reader_enter(reader, 'v', "s") < 0)
                return reply_error(o, call, ERROR("InvalidArgs"), "LogLevel: expected 's'");
        TRY(reader_string(reader, &name));
        for (int i = 0; log_level_names[i]; i++) {
                if (strcmp(log_level_names[i], name) != 0)
                        continue;
                log_set_level(i);
                manager_object_update(o);
                return reply_empty(o, call);
        }
        return reply_error(o, call, ERROR_OUT_OF_RANGE,
                           "LogLevel: '%s' is none of emerg, alert, crit, err, warning, notice, "
                           "info and debug",
                           name);
}

static int set_property(ManagerObject *o, Message *call) {
        const char *interface, *name;
        Reader reader;
        const Property *property;

        reader = message_reader(call);
        TRY(reader_string(&reader, &interface));
        TRY(reader_string(&reader, &name));
        property = find_property(interface, name);
        if (!property)
                return unknown_property(o, call, interface, name);
        if (strcmp(property->name, "LogLevel") == 0)
                return set_log_level(o, call, &reader);
        return reply_error(o, call, ERROR("PropertyReadOnly"), "%s is read-only", name);
}

/* Modules of Fascia itself have objects below this one; whoever walks over all of them is led there. */
static void print_children(const Manager *m, FILE *f) {
        for (const Module *module = m->modules; module; module = module->next) {
                const char *path = service_get_path(module->service);

                if (strncmp(path, OBJECT_PATH "/", sizeof(OBJECT_PATH)) != 0)
                        continue;
                path += sizeof(OBJECT_PATH);
                fprintf(f, " <node name=\"%.*s\"/>\n", (int)strcspn(path, "/"), path);
        }
}

/* To be freed; NULL: out of memory. */
static char *print_introspection(const Manager *m) {
        static const char end[] = "</node>\n";
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        fwrite(introspection, 1, sizeof(introspection) - sizeof(end), f);
        print_children(m, f);
        fputs(end, f);
        if (fclose(f) == 0)
                return text;
        free(text);
        return NULL;
}

static int introspect(ManagerObject *o, Message *call) {
        Message *reply;
        Writer w;
        char *text;
        int r;

        text = print_introspection(o->manager);
        if (!text)
                return -ENOMEM;
        r = message_new_return(call, &reply);
        if (r >= 0) {
                w = message_writer(reply);
                r = writer_string(&w, text);
                if (r >= 0)
                        r = send_reply(o, reply);
                else
                        message_unref(reply);
        }
        free(text);
        return r;
}

/* ---- calls ---- */

typedef struct Method {
        const char *interface;
        const char *name;
        const char *signature;
        MethodFn *fn;
        bool is_for_few; /* root, and the user of the service */
} Method;

static const Method methods[] = {
        { OBJECT_INTERFACE, "ListModules", "", list_modules, false },
        { OBJECT_INTERFACE, "ListFeatures", "s", list_features, false },
        { OBJECT_INTERFACE, "ListClients", "", list_clients, false },
        { OBJECT_INTERFACE, "GetStatistics", "", get_statistics, false },
        { OBJECT_INTERFACE, "Reload", "", reload, true },
        { OBJECT_INTERFACE, "StartFeature", "o", start_feature, true },
        { OBJECT_INTERFACE, "StopFeature", "o", stop_feature, true },
        { OBJECT_INTERFACE, "RestartFeature", "o", restart_feature, true },
        { PROPERTIES, "Get", "ss", get_property, false },
        { PROPERTIES, "GetAll", "s", get_all_properties, false },
        { PROPERTIES, "Set", "ssv", set_property, true },
        { INTROSPECTABLE, "Introspect", "", introspect, false },
};

#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

static const Method *find_method(Message *call) {
        const char *interface = message_get_interface(call);

        for (size_t i = 0; i < N_METHODS; i++)
                if (strcmp(methods[i].name, message_get_member(call)) == 0 &&
                    (!interface || strcmp(methods[i].interface, interface) == 0))
                        return &methods[i];
        return NULL;
}

static int call_by(ManagerObject *o, Message *call, const Caller *caller) {
        const Method *method = find_method(call);
        char who[320];
        unsigned n_lost;

        if (caller_is_user(caller, 0) || caller_is_user(caller, geteuid()))
                return method->fn(o, call);
        if (callers_may_log(o->manager->callers, &n_lost)) {
                caller_describe(caller, who, sizeof(who));
                log_full(LOG_WARNING, 0, &(const LogFields){ .sender = caller_get_name(caller) },
                         "%s may not use %s.%s", who, method->interface, method->name);
        }
        return reply_error(o, call, ERROR("AccessDenied"),
                           "%s is for root and the user of the service only", method->name);
}

static void on_known(Message *call, QuotaSender *quota, void *userdata) {
        ManagerObject *o = userdata;
        Caller *caller;
        int r;

        (void)quota;
        r = callers_find(o->manager->callers, call, &caller);
        if (r >= 0)
                r = call_by(o, call, caller);
        if (r < 0)
                reply_error(o, call, error_name_from_errno(r), "%s", strerror(-r));
}

/* Who calls has to be found out first. */
static int call_for_few(ManagerObject *o, Message *call, QuotaSender *quota) {
        Caller *caller;
        int r;

        TRY(callers_find(o->manager->callers, call, &caller));
        if (caller_is_known(caller))
                return call_by(o, call, caller);
        r = caller_wait(caller, call, quota, on_known, o);
        return r < 0 ? r : 1;
}

static int on_call(Message *call, void *userdata) {
        ManagerObject *o = userdata;
        const char *interface = message_get_interface(call);
        const Method *method = find_method(call);
        QuotaSender *quota;

        TRY(callers_note(o->manager->callers, call));
        TRY(quota_take(o->manager->quota, message_get_sender(call), loop_now(o->manager->loop),
                       &quota));
        if (strcmp(message_get_path(call), OBJECT_PATH) != 0)
                return reply_error(o, call, ERROR("UnknownObject"), "There is no object '%s'",
                                   message_get_path(call));
        if (!method)
                return reply_error(o, call, ERROR("UnknownMethod"), "%s has no method '%s'",
                                   interface ? interface : OBJECT_PATH, message_get_member(call));
        if (strcmp(message_get_signature(call), method->signature) != 0)
                return reply_error(o, call, ERROR("InvalidArgs"), "%s expects '%s', got '%s'",
                                   method->name, method->signature, message_get_signature(call));
        return method->is_for_few ? call_for_few(o, call, quota) : method->fn(o, call);
}

/* ---- life ---- */

int manager_object_new(Manager *m, ManagerObject **ret) {
        ManagerObject *o;

        o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;
        o->manager = m;
        *ret = o;
        return 0;
}

ManagerObject *manager_object_free(ManagerObject *o) {
        if (!o)
                return NULL;
        manager_object_detach(o);
        free(o->bus_name);
        free(o);
        return NULL;
}

/* A process for one module has the name of the module at its end, so that all may be on one bus. */
static int make_bus_name(ManagerObject *o) {
        const Module *module = o->manager->modules;
        int r;

        if (o->bus_name)
                return 0;
        if (o->manager->settings.module && module)
                r = asprintf(&o->bus_name, OBJECT_INTERFACE ".%s",
                             service_get_bus_name(module->service));
        else
                r = asprintf(&o->bus_name, OBJECT_INTERFACE);
        if (r >= 0)
                return 0;
        o->bus_name = NULL;
        return -ENOMEM;
}

static void on_name(int error, void *userdata) {
        const ManagerObject *o = userdata;

        if (error == -EEXIST)
                log_notice("Another process owns the name '%s': this one is not managed by it",
                           o->bus_name);
        else if (error < 0 && error != -ENOTCONN)
                log_warning_errno(error, "Failed to own the name '%s', ignoring: %m", o->bus_name);
}

void manager_object_attach(ManagerObject *o, Connection *connection) {
        int r;

        manager_object_detach(o);
        o->connection = connection_ref(connection);
        read_status(o->manager, &o->told);
        r = connection_export(connection, OBJECT_PATH, on_call, o, &o->export);
        if (r >= 0)
                r = make_bus_name(o);
        if (r >= 0)
                r = connection_request_name(connection, o->bus_name, on_name, o, &o->name);
        if (r < 0)
                log_warning_errno(r, "Failed to export " OBJECT_PATH ", ignoring: %m");
}

void manager_object_release_name(ManagerObject *o) {
        o->name = subscription_free(o->name);
}

void manager_object_detach(ManagerObject *o) {
        if (o->connection)
                callers_drop_waiting(o->manager->callers, o);
        o->export = subscription_free(o->export);
        manager_object_release_name(o);
        o->connection = connection_unref(o->connection);
}
