/* SPDX-License-Identifier: MIT */
/* Values that are asked for: all of one object, or one of which it was said that it has changed. */
#include "remote-fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "remote-foreign.h"
#include "remote-message.h"

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

typedef struct RemoteFetch {
        Link link; /* in RemoteFeature.fetches */
        RemoteObject *object;
        uint32_t property;
        PendingReply *pending;
} RemoteFetch;

static Connection *object_connection(const RemoteObject *o) {
        return o->feature->module->remote->connection;
}

/* name NULL: of all properties. */
static int new_call(RemoteObject *o, const char *member, const char *name, Message **ret) {
        const RemoteModule *m = o->feature->module;
        Message *call;
        Writer w;
        int r;

        r = message_new_call(object_connection(o), m->owner ? m->owner : m->bus_name, o->path,
                             PROPERTIES_INTERFACE, member, &call);
        if (r < 0)
                return r;
        w = message_writer(call);
        r = writer_string(&w, o->feature->interface->dbus_name);
        if (r >= 0 && name)
                r = writer_string(&w, name);
        if (r < 0) {
                message_unref(call);
                return r;
        }
        *ret = call;
        return 0;
}

/* An answer with values of other types than those that they should have is no reason to ask again. */
static void fetch_failed(RemoteFeature *f, int error) {
        if (error == -ENOMEM)
                remote_feature_read_again(f);
        else
                f->module->remote->hub->statistics.malformed++;
}

/* ---- all ---- */

static void fetch_all_again(RemoteObject *o) {
        if (remote_fetch_all(o) == -ENOMEM)
                remote_feature_read_again(o->feature);
}

static void on_all(Message *reply, void *userdata) {
        RemoteObject *o = userdata;
        RemoteFeature *f = o->feature;
        bool again = o->is_wanted_again;
        int r;

        o->all = NULL;
        o->is_wanted_again = false;
        if (!reply)
                return; /* the loss of the connection is told apart */
        if (f->module->is_foreign)
                remote_foreign_answered(f, reply);
        else if (!message_is_error(reply) && (r = remote_read_all(o, reply)) < 0)
                fetch_failed(f, r);
        if (again && !o->all && f->module->state == REMOTE_READY)
                fetch_all_again(o); /* what is known is of the last time */
        remote_module_commit(f->module);
}

int remote_fetch_all(RemoteObject *o) {
        Message *call;
        int r;

        if (o->all) {
                o->is_wanted_again = true;
                return 0;
        }
        r = new_call(o, "GetAll", NULL, &call);
        if (r < 0)
                return r;
        r = connection_call(object_connection(o), call, o->feature->module->timeout, on_all, o,
                            &o->all);
        message_unref(call);
        if (r >= 0)
                o->feature->module->remote->hub->statistics.snapshots++;
        return r;
}

/* ---- one ---- */

static RemoteFetch *fetch_free(RemoteFetch *q) {
        pending_reply_free(q->pending);
        link_remove(&q->link);
        free(q);
        return NULL;
}

/* With an error it has no value: most were withdrawn when they were asked for. */
static void on_property(Message *reply, void *userdata) {
        RemoteFetch *q = userdata;
        RemoteObject *o = q->object;
        uint32_t property = q->property;
        int r = 0;

        q->pending = NULL;
        fetch_free(q);
        if (!reply)
                return;
        if (!message_is_error(reply))
                r = remote_read_property(o, property, reply);
        else if (o->feature->marks[property].is_restricted)
                fascia_backend_withdraw(o->zone, property);
        if (r < 0)
                fetch_failed(o->feature, r);
        instance_commit(o->feature->instance);
}

static RemoteFetch *find_fetch(const RemoteObject *o, uint32_t property) {
        LINK_FOREACH(l, next, &o->feature->fetches) {
                RemoteFetch *q = LINK_OWNER(l, RemoteFetch, link);

                if (q->object == o && q->property == property)
                        return q;
        }
        return NULL;
}

int remote_fetch_property(RemoteObject *o, uint32_t property) {
        const char *name = interface_property(o->feature->interface, property)->dbus_name;
        RemoteFetch *q;
        Message *call;
        int r;

        if (find_fetch(o, property))
                return 0;
        r = new_call(o, "Get", name, &call);
        if (r < 0)
                return r;
        q = malloc(sizeof(*q));
        if (!q) {
                message_unref(call);
                return -ENOMEM;
        }
        *q = (RemoteFetch){ .object = o, .property = property };
        link_append(&o->feature->fetches, &q->link);
        r = connection_call(object_connection(o), call, o->feature->module->timeout, on_property, q,
                            &q->pending);
        message_unref(call);
        if (r < 0)
                fetch_free(q);
        return r;
}

void remote_fetch_drop(RemoteFeature *f) {
        while (!link_is_empty(&f->fetches))
                fetch_free(LINK_OWNER(f->fetches.next, RemoteFetch, link));
        LINK_FOREACH(l, next, &f->objects) {
                RemoteObject *o = LINK_OWNER(l, RemoteObject, of_feature);

                o->all = pending_reply_free(o->all);
                o->is_wanted_again = false;
        }
}
