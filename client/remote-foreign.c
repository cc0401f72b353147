/* SPDX-License-Identifier: MIT */
/* Services that Fascia did not make: their features are read one by one. */
#include "remote-foreign.h"

#include <errno.h>
#include <string.h>

#include "error.h"
#include "remote-fetch.h"
#include "remote-message.h"

#define ERROR(name) "org.freedesktop.DBus.Error." name

/* So that signals of an object that has not got our interface do not bring a question each. */
#define ASK_AGAIN_USEC UINT64_C(1000000)

int remote_foreign_ask(RemoteModule *m) {
        LINK_FOREACH(l, next, &m->features) {
                RemoteFeature *f = LINK_OWNER(l, RemoteFeature, link);
                int r;

                if (f->is_synced || f->root->all)
                        continue;
                r = remote_fetch_all(f->root);
                if (r < 0)
                        return r;
                f->asked_at = loop_now(host_get_loop(m->remote->hub->host));
        }
        return 0;
}

bool remote_foreign_is_asking(const RemoteModule *m) {
        for (const Link *l = m->features.next; l != &m->features; l = l->next)
                if (LINK_OWNER((uintptr_t)l, RemoteFeature, link)->root->all)
                        return true;
        return false;
}

/* ---- answers ---- */

static bool is_error(Message *reply, const char *name) {
        return strcmp(message_get_error_name(reply), name) == 0;
}

/* Whether the object, or what we need of it, is not there now, but may come. */
static bool means_missing(Message *reply) {
        return is_error(reply, ERROR("UnknownObject")) ||
               is_error(reply, ERROR("UnknownInterface")) ||
               is_error(reply, ERROR("UnknownMethod"));
}

/* An interface without properties needs no object that has some. */
static bool has_nothing_to_read(const RemoteFeature *f, Message *reply) {
        return f->interface->n_properties == 0 && (is_error(reply, ERROR("UnknownInterface")) ||
                                                   is_error(reply, ERROR("UnknownMethod")));
}

static void feature_lose(RemoteFeature *f, int code, const char *name, const char *text) {
        struct fascia_error error = { .code = code, .name = name };
        Error whole = { 0 };

        error_setf(&whole, code, "%s at %s of %s cannot be used: %s", f->interface->dbus_name,
                   f->root->path, f->module->bus_name, text);
        error.message = error_get(&whole)->message;
        f->is_synced = false;
        remote_feature_set_usable(f, &error);
        error_clear(&whole);
}

static void feature_refused(RemoteFeature *f, Message *reply) {
        const char *name = message_get_error_name(reply);
        const char *text = message_get_error_text(reply);

        feature_lose(f, error_name_to_errno(name), name, text ? text : name);
        if (!means_missing(reply))
                remote_module_retry(f->module);
}

static void feature_read(RemoteFeature *f, Message *reply) {
        if (remote_read_all(f->root, reply) < 0) {
                f->module->remote->hub->statistics.malformed++;
                feature_lose(f, -EBADMSG, error_name_from_errno(-EBADMSG),
                             "GetAll has no usable answer");
                remote_module_retry(f->module);
                return;
        }
        f->is_synced = true;
        remote_feature_set_usable(f, NULL);
}

void remote_foreign_answered(RemoteFeature *f, Message *reply) {
        if (!remote_module_take_answer(f->module, reply))
                return;
        if (!message_is_error(reply)) {
                feature_read(f, reply);
        } else if (has_nothing_to_read(f, reply)) {
                f->is_synced = true;
                remote_feature_set_usable(f, NULL);
        } else {
                feature_refused(f, reply);
        }
}

/* ---- signals ---- */

static void ask_or_retry(RemoteModule *m) {
        if (remote_foreign_ask(m) == -ENOMEM)
                remote_module_retry(m);
}

/* The object has shown itself: what was missing may be there. */
static void module_look_again(RemoteModule *m) {
        uint64_t now = loop_now(host_get_loop(m->remote->hub->host));

        LINK_FOREACH(l, next, &m->features) {
                RemoteFeature *f = LINK_OWNER(l, RemoteFeature, link);

                if (f->is_synced || f->root->all)
                        continue;
                if (now - f->asked_at < ASK_AGAIN_USEC)
                        remote_module_retry_at(m, f->asked_at + ASK_AGAIN_USEC);
                else
                        ask_or_retry(m);
        }
}

void remote_foreign_read_signal(RemoteModule *m, Message *signal) {
        RemoteObject *o = NULL;

        if (strcmp(message_get_path(signal), m->path) != 0)
                return;
        if (remote_read_foreign_signal(m, signal, &o) < 0) {
                m->remote->hub->statistics.malformed++;
                if (o && remote_fetch_all(o) == -ENOMEM)
                        remote_feature_read_again(o->feature);
        }
        module_look_again(m);
        if (o)
                instance_commit(o->feature->instance);
}

static void feature_take_presence(RemoteFeature *f, bool is_there) {
        if (is_there && !f->is_synced) {
                /* When asked already, once more. */
                if (remote_fetch_all(f->root) == -ENOMEM)
                        remote_module_retry(f->module);
        } else if (!is_there && f->is_synced) {
                feature_lose(f, -EBADR, ERROR("UnknownObject"), "it has been removed");
        }
}

/* Without the memory to see who is meant, all are looked after. */
static void presence_failed(RemoteModule *m, int error) {
        m->remote->hub->statistics.malformed++;
        if (error != -ENOMEM)
                return;
        LINK_FOREACH(l, next, &m->features) {
                remote_feature_read_again(LINK_OWNER(l, RemoteFeature, link));
        }
}

void remote_foreign_read_presence(RemoteModule *m, Message *signal) {
        bool is_added = strcmp(message_get_member(signal), "InterfacesAdded") == 0;
        int r;

        if (!is_added && strcmp(message_get_member(signal), "InterfacesRemoved") != 0)
                return;
        r = remote_read_presence(m, signal, is_added);
        if (r < 0) {
                presence_failed(m, r);
                return;
        }
        LINK_FOREACH(l, next, &m->features) {
                RemoteFeature *f = LINK_OWNER(l, RemoteFeature, link);

                if (f->is_mentioned)
                        feature_take_presence(f, is_added);
        }
        remote_module_commit(m);
}
