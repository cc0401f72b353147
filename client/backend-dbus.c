/* SPDX-License-Identifier: MIT */
/* The operations of the backend "dbus": features join the module they belong to, requests become
 * messages to the owner of its name. */
#include "backend-dbus.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "codec.h"
#include "descriptor.h"
#include "instance-private.h"
#include "remote-fetch.h"
#include "remote-module.h"
#include "value.h"

#define DEFAULT_TIMEOUT_USEC UINT64_C(5000000)

/* What was sent and is not answered. */
typedef struct RemoteRequest {
        Link link; /* in RemoteFeature.requests */
        struct fascia_reply reply;
        PendingReply *pending;
        const struct fascia_method *method; /* NULL: a set */
} RemoteRequest;

/* ---- requests ---- */

static RemoteRequest *request_free(RemoteRequest *q) {
        pending_reply_free(q->pending);
        link_remove(&q->link);
        free(q);
        return NULL;
}

/* A bus answers for an owner that has gone; our own deadline is not its doing. */
static bool means_gone(const char *name) {
        static const char *const names[] = {
                "org.freedesktop.DBus.Error.NoReply",
                "org.freedesktop.DBus.Error.ServiceUnknown",
                "org.freedesktop.DBus.Error.NameHasNoOwner",
                "org.freedesktop.DBus.Error.Disconnected",
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (strcmp(name, names[i]) == 0)
                        return true;
        return false;
}

static void fail_as(struct fascia_reply reply, Message *message) {
        const char *name = message_get_error_name(message);
        const char *text = message_get_error_text(message);

        if (means_gone(name))
                name = ERROR_UNAVAILABLE;
        if (fascia_reply_fail_named(reply, name, text) == -EINVAL)
                fascia_reply_fail(reply, -EIO, text);
}

static void answer_call(struct fascia_reply reply, const struct fascia_type *type,
                        Message *message) {
        Reader r = message_reader(message);
        ValueBuffer result;
        int k;

        k = value_buffer_init(&result, type);
        if (k >= 0) {
                k = codec_read_arguments(&r, type, result.data);
                if (k < 0)
                        value_buffer_done(&result, false);
        }
        if (k < 0) {
                fascia_reply_fail(reply, k, "The service answered with something else");
                return;
        }
        fascia_reply_call(reply, result.data);
        value_buffer_done(&result, true);
}

/* The program's callback may run in the answers: nothing is touched after them. */
static void on_reply(Message *message, void *userdata) {
        RemoteRequest *q = userdata;
        struct fascia_reply reply = q->reply;
        const struct fascia_method *method = q->method;

        q->pending = NULL;
        request_free(q);
        if (!message)
                fascia_reply_fail(reply, -ENOTCONN, "The connection was lost");
        else if (message_is_error(message))
                fail_as(reply, message);
        else if (method)
                answer_call(reply, method->output, message);
        else
                fascia_reply_set(reply, NULL);
}

/* Takes the message. */
static int request_send(RemoteObject *o, Message *message, const struct fascia_method *method,
                        struct fascia_reply reply) {
        RemoteFeature *f = o->feature;
        RemoteRequest *q;
        int r;

        q = malloc(sizeof(*q));
        if (!q) {
                message_unref(message);
                return -ENOMEM;
        }
        *q = (RemoteRequest){ .reply = reply, .method = method };
        link_append(&f->requests, &q->link);
        /* The runtime has the deadline. */
        r = connection_call_in_window(f->module->remote->connection, message, on_reply, q,
                                      &q->pending);
        message_unref(message);
        if (r < 0)
                request_free(q);
        return r;
}

void remote_feature_fail_requests(RemoteFeature *f, const struct fascia_error *error) {
        while (!link_is_empty(&f->requests)) {
                RemoteRequest *q = LINK_OWNER(f->requests.next, RemoteRequest, link);
                struct fascia_reply reply = q->reply;

                request_free(q);
                fascia_reply_fail(reply, -ENOTCONN, error ? error->message : NULL);
        }
}

static int remote_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                       struct fascia_reply reply, void *userdata) {
        RemoteObject *o = userdata;
        const struct fascia_method *m = interface_method(o->feature->interface, method);
        RemoteModule *module = o->feature->module;
        Message *message;
        Writer w;
        int r;

        (void)backend;
        r = message_new_call(module->remote->connection, module->owner, o->path,
                             o->feature->interface->dbus_name, m->dbus_name, &message);
        if (r < 0)
                return r;
        w = message_writer(message);
        r = codec_write_arguments(&w, m->input, arguments);
        if (r < 0) {
                message_unref(message);
                return r;
        }
        return request_send(o, message, m, reply);
}

static int remote_set(struct fascia_backend *backend, uint32_t property, const void *value,
                      struct fascia_reply reply, void *userdata) {
        RemoteObject *o = userdata;
        const struct fascia_property *p = interface_property(o->feature->interface, property);
        RemoteModule *module = o->feature->module;
        Message *message;
        Writer w;
        int r;

        (void)backend;
        r = message_new_call(module->remote->connection, module->owner, o->path,
                             "org.freedesktop.DBus.Properties", "Set", &message);
        if (r < 0)
                return r;
        w = message_writer(message);
        r = writer_string(&w, o->feature->interface->dbus_name);
        if (r >= 0)
                r = writer_string(&w, p->dbus_name);
        if (r >= 0)
                r = codec_write_variant(&w, p->type, value);
        if (r < 0) {
                message_unref(message);
                return r;
        }
        return request_send(o, message, NULL, reply);
}

static void remote_cancel(struct fascia_backend *backend, struct fascia_reply reply,
                          void *userdata) {
        RemoteObject *o = userdata;

        (void)backend;
        LINK_FOREACH(l, next, &o->feature->requests) {
                RemoteRequest *q = LINK_OWNER(l, RemoteRequest, link);

                if (q->reply.id == reply.id) {
                        request_free(q);
                        return;
                }
        }
}

/* ---- features ---- */

static RemoteFeature *feature_free(RemoteFeature *f) {
        RemoteModule *m = f->module;

        while (!link_is_empty(&f->requests))
                request_free(LINK_OWNER(f->requests.next, RemoteRequest, link));
        remote_fetch_drop(f);
        LINK_FOREACH(l, next, &f->objects) {
                remote_object_free(&m->objects, LINK_OWNER(l, RemoteObject, of_feature));
        }
        link_remove(&f->link);
        free(f->marks);
        free(f);
        remote_module_release(m);
        return NULL;
}

/* One object has one mirror: that of another version of the interface, or of a backend that is about to be
 * replaced. */
static bool is_mirrored(RemoteModule *m, const struct fascia_interface *interface) {
        LINK_FOREACH(l, next, &m->features) {
                if (strcmp(LINK_OWNER(l, RemoteFeature, link)->interface->dbus_name,
                           interface->dbus_name) == 0)
                        return true;
        }
        return false;
}

/* On failure the module is released. */
static int feature_new(RemoteModule *m, struct fascia_backend *backend, RemoteFeature **ret) {
        const struct fascia_interface *interface = fascia_backend_get_interface(backend);
        RemoteFeature *f;
        int r;

        f = is_mirrored(m, interface) ? NULL : calloc(1, sizeof(*f));
        if (!f) {
                r = is_mirrored(m, interface) ? -EADDRINUSE : -ENOMEM;
                remote_module_release(m);
                return r;
        }
        f->module = m;
        f->instance = zone_get_instance(backend);
        f->interface = interface;
        link_init(&f->objects);
        link_init(&f->requests);
        link_init(&f->fetches);
        link_append(&m->features, &f->link);
        f->marks = calloc(interface->n_properties + 1, sizeof(*f->marks));
        r = f->marks ? remote_object_new(&m->objects, f, m->is_foreign ? m->path : interface->path,
                                         &f->root)
                     : -ENOMEM;
        if (r < 0) {
                feature_free(f);
                return r;
        }
        f->root->zone = backend;
        *ret = f;
        return 0;
}

static const char *backend_address(const struct fascia_backend *backend) {
        const char *address = fascia_backend_get_setting(backend, "Address");

        return address ? address : "auto";
}

static uint64_t backend_timeout(const struct fascia_backend *backend) {
        const Config *config = host_get_config(fascia_backend_get_host(backend));
        const struct fascia_interface *i = fascia_backend_get_interface(backend);

        /* A key of clients, not of services that use this backend as a gateway. */
        if (!config || !config_lookup(config, i->module->name, i->name, "ConnectionTimeout"))
                return DEFAULT_TIMEOUT_USEC;
        return config_get_time(config, i->module->name, i->name, "ConnectionTimeout");
}

static bool is_foreign(const struct fascia_module *m) {
        return FASCIA_HAS_FIELD(struct fascia_module, flags, m->size) &&
               (m->flags & FASCIA_MODULE_FOREIGN);
}

static int backend_refuse(struct fascia_backend *backend, const char *key, const char *value,
                          const char *reason) {
        const struct fascia_interface *i = fascia_backend_get_interface(backend);
        Error error = { 0 };

        error_setf(&error, -EINVAL, "%s=%s of %s/%s cannot be used: %s", key, value,
                   i->module->name, i->name, reason);
        fascia_backend_fail(backend, -EINVAL, error.public.message);
        error_clear(&error);
        return -EINVAL;
}

/* NULL: not set. */
static const char *backend_setting(const struct fascia_backend *backend, const char *key) {
        const char *value = fascia_backend_get_setting(backend, key);

        return value && *value ? value : NULL;
}

/* A name or a number; NO_USER: not set. -EINVAL: there is no such user. */
static int backend_find_user(struct fascia_backend *backend, uid_t *ret) {
        const char *user = backend_setting(backend, "ServiceUser");
        struct passwd entry, *found = NULL;
        char buffer[4096], *end;
        unsigned long number;

        *ret = NO_USER;
        if (!user)
                return 0;
        errno = 0;
        number = strtoul(user, &end, 10);
        if (isdigit((unsigned char)*user) && *end == '\0' && errno == 0 && number < NO_USER) {
                *ret = (uid_t)number;
                return 0;
        }
        if (getpwnam_r(user, &entry, buffer, sizeof(buffer), &found) != 0 || !found)
                return backend_refuse(backend, "ServiceUser", user, "there is no such user");
        *ret = found->pw_uid;
        return 0;
}

/* Where the object is: of services that Fascia did not make the configuration may say another
 * place. */
static int backend_find_name(struct fascia_backend *backend, RemoteName *ret) {
        static const char fixed[] = "Fascia made the service, its names are those of its interface";
        const struct fascia_interface *i = fascia_backend_get_interface(backend);
        const char *bus_name = backend_setting(backend, "BusName");
        const char *path = backend_setting(backend, "ObjectPath");
        bool foreign = is_foreign(i->module);

        if (bus_name && !foreign)
                return backend_refuse(backend, "BusName", bus_name, fixed);
        if (path && !foreign)
                return backend_refuse(backend, "ObjectPath", path, fixed);
        if (bus_name && !sd_bus_service_name_is_valid(bus_name))
                return backend_refuse(backend, "BusName", bus_name,
                                      "it is not a name on a bus, such as org.example.Player");
        if (path && !sd_bus_object_path_is_valid(path))
                return backend_refuse(
                        backend, "ObjectPath", path,
                        "it is not the path of an object, such as /org/example/player");
        *ret = (RemoteName){
                .bus_name = bus_name ? bus_name : i->module->bus_name,
                .path = foreign && path ? path
                        : foreign       ? i->path
                                        : i->module->path,
                .is_foreign = foreign,
        };
        return backend_find_user(backend, &ret->user);
}

static int backend_find_module(struct fascia_backend *backend, RemoteHub *hub,
                               const RemoteName *name, RemoteModule **ret) {
        const char *address = backend_address(backend);
        Error error = { 0 };
        RemoteLink *remote;
        int r;

        r = remote_link_get(hub, address, &remote);
        if (r < 0) {
                error_setf(&error, r, "The address '%s' cannot be used: %s", address, strerror(-r));
                fascia_backend_fail(backend, r, error.public.message);
                error_clear(&error);
                return r;
        }
        r = remote_module_get(remote, name, backend_timeout(backend), ret);
        if (r < 0)
                remote_link_release(remote);
        return r;
}

static int backend_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        RemoteModule *module;
        RemoteFeature *feature;
        RemoteName name;
        int r;

        r = backend_find_name(backend, &name);
        if (r >= 0)
                r = backend_find_module(backend, plugin, &name, &module);
        if (r < 0)
                return r;
        r = feature_new(module, backend, &feature);
        if (r < 0)
                return r;
        remote_module_join(module, feature);
        *ret_userdata = feature->root;
        return 0;
}

static void backend_stop(struct fascia_backend *backend, void *userdata) {
        RemoteObject *root = userdata;

        (void)backend;
        feature_free(root->feature);
}

/* ---- what the client asks of it alone ---- */

/* NULL: not running. */
static RemoteFeature *instance_feature(const Instance *i) {
        const RemoteObject *root = i->running ? i->backend_userdata : NULL;

        return root ? root->feature : NULL;
}

bool backend_dbus_has_service(const Instance *i) {
        const RemoteFeature *f = instance_feature(i);

        return f && f->module->owner;
}

int backend_dbus_refresh(Instance *i, Zone *zone) {
        RemoteFeature *f = instance_feature(i);

        if (!f)
                return -ENOTCONN;
        LINK_FOREACH(l, next, &f->objects) {
                RemoteObject *o = LINK_OWNER(l, RemoteObject, of_feature);

                if (o->zone == zone)
                        return remote_fetch_all(o);
        }
        return -ENOTCONN;
}

bool backend_dbus_wake(Instance *i) {
        RemoteFeature *f = instance_feature(i);

        return f && remote_module_wake(f->module);
}

bool backend_dbus_is_waking(Instance *i) {
        const RemoteFeature *f = instance_feature(i);

        return f && remote_module_is_waking(f->module);
}

/* ---- the plugin ---- */

static int hub_open(struct fascia_host *host, void **ret_plugin) {
        RemoteHub *hub;

        hub = calloc(1, sizeof(*hub));
        if (!hub)
                return -ENOMEM;
        hub->host = host;
        link_init(&hub->links);
        *ret_plugin = hub;
        return 0;
}

/* The connections have gone with the last features. */
static void hub_close(void *plugin) {
        free(plugin);
}

static const struct fascia_backend_ops backend_ops = {
        .size = sizeof(struct fascia_backend_ops),
        .start = backend_start,
        .stop = backend_stop,
        .set = remote_set,
        .call = remote_call,
        .cancel = remote_cancel,
};

static const struct fascia_plugin_feature backend_features[] = {
        { .interface = NULL, .ops = &backend_ops },
};

bool backend_dbus_serves(const Instance *i) {
        return i->running && i->backend.feature == backend_features;
}

const struct fascia_plugin backend_dbus = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "dbus",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = 1,
        .features = backend_features,
        .open = hub_open,
        .close = hub_close,
};

void backend_dbus_get_statistics(const Host *host, RemoteStatistics *ret) {
        const RemoteHub *hub = host_get_plugin_userdata(host, backend_dbus.name);

        *ret = hub ? hub->statistics : (RemoteStatistics){ 0 };
}
