/* SPDX-License-Identifier: MIT */
/* org.freedesktop.LogControl1, as org.freedesktop.LogControl1(5) says it. Everybody may look, root and the user of the
 * service may set. */
#include "log-control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "log.h"
#include "try.h"

#define OBJECT_PATH "/org/freedesktop/LogControl1"
#define OBJECT_INTERFACE "org.freedesktop.LogControl1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"
#define ERROR(name) "org.freedesktop.DBus.Error." name

static const char introspection[] =
        "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
        "          \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"
        "<node>\n"
        " <interface name=\"" OBJECT_INTERFACE "\">\n"
        "  <property name=\"LogLevel\" type=\"s\" access=\"readwrite\"/>\n"
        "  <property name=\"LogTarget\" type=\"s\" access=\"readwrite\"/>\n"
        "  <property name=\"SyslogIdentifier\" type=\"s\" access=\"read\"/>\n"
        "  <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"false\"/>\n"
        " </interface>\n"
        " <interface name=\"" PROPERTIES "\">\n"
        "  <method name=\"Get\"><arg type=\"s\" direction=\"in\"/><arg type=\"s\" direction=\"in\"/>"
        "<arg type=\"v\" direction=\"out\"/></method>\n"
        "  <method name=\"GetAll\"><arg type=\"s\" direction=\"in\"/><arg type=\"a{sv}\" "
        "direction=\"out\"/></method>\n"
        "  <method name=\"Set\"><arg type=\"s\" direction=\"in\"/><arg type=\"s\" direction=\"in\"/>"
        "<arg type=\"v\" direction=\"in\"/></method>\n"
        " </interface>\n"
        " <interface name=\"" INTROSPECTABLE "\">\n"
        "  <method name=\"Introspect\"><arg type=\"s\" direction=\"out\"/></method>\n"
        " </interface>\n"
        "</node>\n";

struct LogControl {
        Callers *callers;
        LogControlFn *fn;
        void *userdata;
        Connection *connection; /* NULL: detached */
        Subscription *export;
};

/* ---- properties ---- */

static const char *get_level(void) {
        return log_level_names[log_get_level()];
}

static int set_level(const char *text) {
        for (int i = 0; log_level_names[i]; i++)
                if (strcmp(log_level_names[i], text) == 0) {
                        log_set_level(i);
                        return 0;
                }
        return -EINVAL;
}

static const char *get_identifier(void) {
        return "fasciad";
}

static const struct {
        const char *name;
        const char *(*get)(void);
        int (*set)(const char *text); /* NULL: read-only */
} properties[] = {
        { "LogLevel", get_level, set_level },
        { "LogTarget", log_get_target, log_set_target },
        { "SyslogIdentifier", get_identifier, NULL },
};

#define N_PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static int find_property(const char *name) {
        for (size_t i = 0; i < N_PROPERTIES; i++)
                if (strcmp(properties[i].name, name) == 0)
                        return (int)i;
        return -ENOENT;
}

/* ---- answers ---- */

static int reply_error(LogControl *l, Message *call, const char *name, const char *text) {
        Message *reply;
        int r;

        TRY(message_new_error(call, name, text, &reply));
        r = connection_send(l->connection, reply);
        message_unref(reply);
        return r < 0 ? r : 1;
}

static int write_text(Writer *w, const char *text) {
        TRY(writer_open(w, 'v', "s"));
        TRY(writer_string(w, text));
        return writer_close(w);
}

static int write_all(Writer *w) {
        TRY(writer_open(w, 'a', "{sv}"));
        for (size_t i = 0; i < N_PROPERTIES; i++) {
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, properties[i].name));
                TRY(write_text(w, properties[i].get()));
                TRY(writer_close(w));
        }
        return writer_close(w);
}

typedef enum Content {
        NOTHING,
        INTROSPECTION,
        ALL_PROPERTIES,
        ONE_PROPERTY /* and those behind it: each by its number */
} Content;

static int write_content(Writer *w, unsigned content) {
        switch (content) {
        case NOTHING:
                return 0;
        case INTROSPECTION:
                return writer_string(w, introspection);
        case ALL_PROPERTIES:
                return write_all(w);
        default:
                return write_text(w, properties[content - ONE_PROPERTY].get());
        }
}

static int reply(LogControl *l, Message *call, unsigned content) {
        Message *answer;
        Writer w;
        int r;

        TRY(message_new_return(call, &answer));
        w = message_writer(answer);
        r = write_content(&w, content);
        if (r >= 0)
                r = connection_send(l->connection, answer);
        message_unref(answer);
        return r < 0 ? r : 1;
}

/* ---- calls ---- */

static int get(LogControl *l, Message *call) {
        Reader r = message_reader(call);
        const char *interface, *name;
        int property;

        TRY(reader_string(&r, &interface));
        TRY(reader_string(&r, &name));
        property = find_property(name);
        if (property < 0 || strcmp(interface, OBJECT_INTERFACE) != 0)
                return reply_error(l, call, ERROR("UnknownProperty"), "There is no such property");
        return reply(l, call, ONE_PROPERTY + (unsigned)property);
}

static int set(LogControl *l, Message *call) {
        const char *interface, *name, *text;
        Reader r = message_reader(call);
        int property, k;

        TRY(reader_string(&r, &interface));
        TRY(reader_string(&r, &name));
        property = find_property(name);
        if (property < 0 || strcmp(interface, OBJECT_INTERFACE) != 0)
                return reply_error(l, call, ERROR("UnknownProperty"), "There is no such property");
        if (!properties[property].set)
                return reply_error(l, call, ERROR("PropertyReadOnly"), "It cannot be set");
        k = reader_try_enter(&r, 'v', "s");
        if (k < 0)
                return k;
        if (k == 0)
                return reply_error(l, call, ERROR("InvalidArgs"), "It is a string");
        TRY(reader_string(&r, &text));
        if (properties[property].set(text) < 0)
                return reply_error(l, call, ERROR("InvalidArgs"),
                                   property == 0 ? "LogLevel is emerg, alert, crit, err, warning, "
                                                   "notice, info or debug"
                                                 : "LogTarget is auto, journal or console");
        l->fn(l->userdata);
        return reply(l, call, NOTHING);
}

static int set_by(LogControl *l, Message *call, const Caller *caller) {
        if (caller_is_user(caller, 0) || caller_is_user(caller, geteuid()))
                return set(l, call);
        return reply_error(l, call, ERROR("AccessDenied"),
                           "It is for root and the user of the service only");
}

static void on_known(Message *call, QuotaSender *quota, void *userdata) {
        LogControl *l = userdata;
        Caller *caller;
        int r;

        (void)quota;
        r = callers_find(l->callers, call, &caller);
        if (r >= 0)
                r = set_by(l, call, caller);
        if (r < 0)
                reply_error(l, call, error_name_from_errno(r), strerror(-r));
}

/* Who calls has to be found out first. */
static int set_for_few(LogControl *l, Message *call) {
        Caller *caller;
        int r;

        TRY(callers_find(l->callers, call, &caller));
        if (caller_is_known(caller))
                return set_by(l, call, caller);
        r = caller_wait(caller, call, NULL, on_known, l);
        return r < 0 ? r : 1;
}

static bool is_call(Message *call, const char *interface, const char *member,
                    const char *signature) {
        const char *actual = message_get_interface(call);

        return strcmp(message_get_member(call), member) == 0 &&
               (!actual || strcmp(actual, interface) == 0) &&
               strcmp(message_get_signature(call), signature) == 0;
}

static int on_call(Message *call, void *userdata) {
        LogControl *l = userdata;

        if (strcmp(message_get_path(call), OBJECT_PATH) != 0)
                return reply_error(l, call, ERROR("UnknownObject"), "There is no such object");
        if (is_call(call, PROPERTIES, "Get", "ss"))
                return get(l, call);
        if (is_call(call, PROPERTIES, "GetAll", "s"))
                return reply(l, call, ALL_PROPERTIES);
        if (is_call(call, PROPERTIES, "Set", "ssv"))
                return set_for_few(l, call);
        if (is_call(call, INTROSPECTABLE, "Introspect", ""))
                return reply(l, call, INTROSPECTION);
        return reply_error(l, call, ERROR("UnknownMethod"), "There is no such method");
}

/* ---- life ---- */

int log_control_new(Callers *callers, LogControlFn *fn, void *userdata, LogControl **ret) {
        LogControl *l;

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        *l = (LogControl){ .callers = callers, .fn = fn, .userdata = userdata };
        *ret = l;
        return 0;
}

LogControl *log_control_free(LogControl *l) {
        if (!l)
                return NULL;
        log_control_detach(l);
        free(l);
        return NULL;
}

void log_control_attach(LogControl *l, Connection *connection) {
        int r;

        log_control_detach(l);
        l->connection = connection_ref(connection);
        r = connection_export(connection, OBJECT_PATH, on_call, l, &l->export);
        if (r < 0)
                log_warning_errno(r, "Failed to export " OBJECT_PATH ", ignoring: %m");
}

void log_control_detach(LogControl *l) {
        if (l->connection)
                callers_drop_waiting(l->callers, l);
        l->export = subscription_free(l->export);
        l->connection = connection_unref(l->connection);
}
