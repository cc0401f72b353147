/* SPDX-License-Identifier: MIT */
/* Follows the owner of a module's name: probes, reads everything, notices loss, tries again. */
#include "remote-module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jitter.h"
#include "remote-check.h"
#include "remote-fetch.h"
#include "remote-foreign.h"
#include "remote-message.h"

#define BACK_OFF_FIRST_USEC UINT64_C(100000)
#define BACK_OFF_LAST_USEC UINT64_C(5000000)
#define OWNER_QUERY_USEC UINT64_C(1000000)

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"

static void module_ask(RemoteModule *m);
static bool module_is_asking(const RemoteModule *m);
static void module_begin(RemoteModule *m);
static void module_forget_owner(RemoteModule *m);
static void module_take_owner(RemoteModule *m, const char *owner);

static Connection *module_connection(const RemoteModule *m) {
        return m->remote->connection;
}

static Loop *module_loop(const RemoteModule *m) {
        return host_get_loop(m->remote->hub->host);
}

/* ---- the features ---- */

void remote_module_commit(RemoteModule *m) {
        LINK_FOREACH(l, next, &m->features) {
                instance_commit(LINK_OWNER(l, RemoteFeature, link)->instance);
        }
}

static void module_set_features(RemoteModule *m, enum fascia_state state,
                                const struct fascia_error *error) {
        LINK_FOREACH(l, next, &m->features) {
                instance_set_state(LINK_OWNER(l, RemoteFeature, link)->instance, state, error);
        }
}

/* The features cannot be used; what was asked of the owner is not answered any more. */
static void module_stop(RemoteModule *m, RemoteState state, const struct fascia_error *error) {
        m->state = state;
        m->snapshot = pending_reply_free(m->snapshot);
        loop_timer_set(m->retry, UINT64_MAX);
        remote_check_drop(m);
        error_copy(&m->error, error);
        module_set_features(m, FASCIA_STATE_UNAVAILABLE, error);
        LINK_FOREACH(l, next, &m->features) {
                RemoteFeature *f = LINK_OWNER(l, RemoteFeature, link);

                f->is_synced = false;
                remote_fetch_drop(f);
                remote_feature_fail_requests(f, error);
        }
        remote_module_commit(m);
}

static void module_set_syncing(RemoteModule *m) {
        error_clear(&m->error);
        module_set_features(m, FASCIA_STATE_SYNCING, NULL);
        remote_module_commit(m);
}

void remote_feature_set_usable(RemoteFeature *f, const struct fascia_error *error) {
        f->is_failed = error != NULL;
        if (!error)
                f->was_ready = true;
        instance_set_state(f->instance, error ? FASCIA_STATE_UNAVAILABLE : FASCIA_STATE_READY,
                           error);
}

/* That there was nobody a while ago says nothing: the bus may start the service. */
static void foreign_join(RemoteModule *m, RemoteFeature *f) {
        switch (m->state) {
        case REMOTE_OFFLINE:
        case REMOTE_FAILED:
                return;
        case REMOTE_SYNCING:
        case REMOTE_READY:
                instance_set_state(f->instance, FASCIA_STATE_SYNCING, NULL);
                break;
        case REMOTE_ABSENT:
        case REMOTE_PROBING:
                break;
        }
        module_ask(m);
}

void remote_module_join(RemoteModule *m, RemoteFeature *f) {
        const struct fascia_error *error = error_get(&m->error);

        switch (m->state) {
        case REMOTE_OFFLINE:
                error = error_get(&m->remote->error);
                if (error)
                        instance_set_state(f->instance, FASCIA_STATE_UNAVAILABLE, error);
                break;
        case REMOTE_ABSENT:
        case REMOTE_FAILED:
                instance_set_state(f->instance, FASCIA_STATE_UNAVAILABLE, error);
                break;
        case REMOTE_PROBING:
                break;
        case REMOTE_SYNCING:
        case REMOTE_READY:
                if (m->is_foreign)
                        break;
                instance_set_state(f->instance, FASCIA_STATE_SYNCING, NULL);
                remote_module_read_again(m);
                break;
        }
        if (m->is_foreign)
                foreign_join(m, f);
}

/* ---- trying again ---- */

static void on_retry(void *userdata) {
        RemoteModule *m = userdata;

        module_begin(m);
}

void remote_module_retry_at(RemoteModule *m, uint64_t when) {
        loop_timer_set(m->retry, when);
}

void remote_module_retry(RemoteModule *m) {
        uint64_t wait = jitter(m->back_off);

        m->back_off = m->back_off * 2 < BACK_OFF_LAST_USEC ? m->back_off * 2 : BACK_OFF_LAST_USEC;
        remote_module_retry_at(m, loop_now(module_loop(m)) + wait);
}

static void module_fail(RemoteModule *m, const struct fascia_error *error) {
        module_stop(m, REMOTE_FAILED, error);
        remote_module_retry(m);
}

static void module_fail_errno(RemoteModule *m, int code, const char *what) {
        Error error = { 0 };

        error_setf(&error, -ENOTCONN, "%s: %s: %s", m->bus_name, what, strerror(-code));
        module_fail(m, error_get(&error));
        error_clear(&error);
}

/* ---- reading everything ---- */

static bool means_absent(const char *name) {
        return strcmp(name, DBUS_NAME ".Error.ServiceUnknown") == 0 ||
               strcmp(name, DBUS_NAME ".Error.NameHasNoOwner") == 0;
}

static void module_refused(RemoteModule *m, Message *reply) {
        const char *name = message_get_error_name(reply);
        const char *text = message_get_error_text(reply);
        Error error = { 0 };

        /* Whoever was probed has gone, but meanwhile there is another. */
        if (m->state == REMOTE_PROBING && m->owner) {
                module_ask(m);
                return;
        }
        error_setf(&error, -ENOTCONN,
                   means_absent(name) ? "There is no service %s: %s"
                                      : "The service %s cannot be asked: %s",
                   m->bus_name, text ? text : name);
        /* A foreign one that the bus failed to start is not tried for ever. */
        if (means_absent(name) || (m->is_foreign && m->state == REMOTE_PROBING))
                module_stop(m, REMOTE_ABSENT, error_get(&error));
        else
                module_fail(m, error_get(&error));
        error_clear(&error);
}

static bool is_same(const char *a, const char *b) {
        return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- whose service it is ---- */

static void module_refuse_owner(RemoteModule *m, uint32_t user) {
        Error error = { 0 };

        error_setf(
                &error, -EACCES,
                "The service %s is run by the user %u, and not by %u as it should be (ServiceUser)",
                m->bus_name, user, (unsigned)m->user);
        /* Until it has another owner. */
        module_stop(m, REMOTE_FAILED, error_get(&error));
        error_clear(&error);
}

static void on_user(Message *reply, void *userdata) {
        RemoteModule *m = userdata;
        Reader reader;
        uint32_t user;

        m->user_query = NULL;
        if (!reply)
                return;
        reader = message_reader(reply);
        if (message_is_error(reply) || reader_basic(&reader, 'u', &user) < 0) {
                module_fail_errno(m, -EACCES, "The bus does not say who runs it");
                return;
        }
        if (user != m->user) {
                module_refuse_owner(m, user);
                return;
        }
        m->is_trusted = true;
        module_ask(m);
}

static int module_ask_user(RemoteModule *m) {
        Message *call;
        Writer w;
        int r;

        r = message_new_call(module_connection(m), DBUS_NAME, DBUS_PATH, DBUS_NAME,
                             "GetConnectionUnixUser", &call);
        if (r < 0)
                return r;
        w = message_writer(call);
        r = writer_string(&w, m->owner);
        if (r >= 0)
                r = connection_call(module_connection(m), call, m->timeout, on_user, m,
                                    &m->user_query);
        message_unref(call);
        return r;
}

bool remote_module_trusts(RemoteModule *m) {
        int r;

        if (m->user == NO_USER || m->is_trusted)
                return true;
        m->state = REMOTE_SYNCING;
        r = m->user_query ? 0 : module_ask_user(m);
        if (r < 0 && r != -ENOTCONN)
                module_fail_errno(m, r, "The bus could not be asked who runs it");
        return false;
}

static void module_distrust(RemoteModule *m) {
        m->is_trusted = false;
        m->user_query = pending_reply_free(m->user_query);
}

/* ---- what it answers ---- */

/* Takes the sender of the answer to the probe as the owner, unless the bus has said otherwise. */
static bool module_accepts(RemoteModule *m, Message *reply) {
        const char *sender = message_get_sender(reply);

        if (!m->knows_owner && sender) {
                m->owner = strdup(sender);
                m->knows_owner = m->owner != NULL;
        }
        return m->owner && is_same(m->owner, sender);
}

static void on_snapshot(Message *reply, void *userdata) {
        RemoteModule *m = userdata;
        int r;

        m->snapshot = NULL;
        if (!reply)
                return; /* the loss of the connection is told apart */
        if (message_is_error(reply)) {
                module_refused(m, reply);
                return;
        }
        if (!module_accepts(m, reply)) {
                /* Of one that has lost the name since: its successor is asked when it comes. */
                module_begin(m);
                return;
        }
        if (!remote_module_trusts(m))
                return; /* it will be asked again */
        r = remote_read_snapshot(m, reply);
        if (r < 0) {
                m->remote->hub->statistics.malformed++;
                module_fail_errno(m, r, "GetManagedObjects has no usable answer");
                return;
        }
        m->state = REMOTE_READY;
        m->back_off = BACK_OFF_FIRST_USEC;
        error_clear(&m->error);
        remote_module_commit(m);
}

static int module_send_snapshot(RemoteModule *m, const char *destination) {
        Message *call;
        int r;

        r = message_new_call(module_connection(m), destination, m->path, DBUS_NAME ".ObjectManager",
                             "GetManagedObjects", &call);
        if (r < 0)
                return r;
        r = connection_call(module_connection(m), call, m->timeout, on_snapshot, m, &m->snapshot);
        message_unref(call);
        if (r >= 0)
                m->remote->hub->statistics.snapshots++;
        return r;
}

static bool module_is_asking(const RemoteModule *m) {
        return m->snapshot || (m->is_foreign && remote_foreign_is_asking(m));
}

/* Asks the owner; when it is not known, whoever the bus finds or starts. */
static void module_ask(RemoteModule *m) {
        int r;

        m->snapshot = pending_reply_free(m->snapshot);
        m->state = m->owner ? REMOTE_SYNCING : REMOTE_PROBING;
        if (m->owner && !remote_module_trusts(m))
                return;
        r = m->is_foreign ? remote_foreign_ask(m)
                          : module_send_snapshot(m, m->owner ? m->owner : m->bus_name);
        /* A connection that is lost right now says so itself. */
        if (r < 0 && r != -ENOTCONN)
                module_fail_errno(m, r, "It could not be asked for its values");
}

/* What the bus says in the name of one that is not there, or does not answer. */
static bool is_of_bus(Message *reply) {
        const char *sender = message_get_sender(reply);

        return !sender || strncmp(sender, DBUS_NAME, strlen(DBUS_NAME)) == 0;
}

/* Not that this one question was denied. */
static bool means_gone(Message *reply) {
        int code = error_name_to_errno(message_get_error_name(reply));

        return code == -ENOTCONN || code == -ETIMEDOUT;
}

bool remote_module_take_answer(RemoteModule *m, Message *reply) {
        if (message_is_error(reply) && is_of_bus(reply)) {
                if (m->state != REMOTE_PROBING && !means_gone(reply))
                        return true;
                module_refused(m, reply);
                return false;
        }
        if (!module_accepts(m, reply)) {
                module_begin(m);
                return false;
        }
        if (!remote_module_trusts(m))
                return false;
        if (m->state == REMOTE_PROBING)
                module_set_features(m, FASCIA_STATE_SYNCING, NULL); /* the others are asked too */
        m->state = REMOTE_READY;
        if (!message_is_error(reply))
                m->back_off = BACK_OFF_FIRST_USEC;
        error_clear(&m->error);
        return true;
}

/* From the loop, because here a feature may be in the middle of something. */
bool remote_module_wake(RemoteModule *m) {
        if (m->is_foreign && m->state == REMOTE_ABSENT) {
                m->state = REMOTE_PROBING;
                remote_module_retry_at(m, loop_now(module_loop(m)));
        }
        return remote_module_is_waking(m);
}

bool remote_module_is_waking(const RemoteModule *m) {
        return m->is_foreign && (m->state == REMOTE_PROBING || module_is_asking(m));
}

void remote_module_read_again(RemoteModule *m) {
        if (m->snapshot || m->state != REMOTE_READY)
                return;
        if (module_send_snapshot(m, m->owner) < 0)
                module_fail_errno(m, -ENOMEM, "GetManagedObjects could not be sent");
}

void remote_feature_read_again(RemoteFeature *f) {
        if (!f->module->is_foreign) {
                remote_module_read_again(f->module);
                return;
        }
        f->is_synced = false;
        remote_module_retry(f->module);
}

/* ---- the owner ---- */

static void module_lost_owner(RemoteModule *m) {
        Error error = { 0 };

        error_setf(&error, -ENOTCONN,
                   m->is_foreign ? "The service %s has left the bus; a call has it started again, "
                                   "if that can be done"
                                 : "The service %s has disconnected",
                   m->bus_name);
        module_stop(m, REMOTE_ABSENT, error_get(&error));
        error_clear(&error);
}

static void module_take_owner(RemoteModule *m, const char *owner) {
        bool had_owner = m->owner != NULL;
        char *copy;

        if (m->knows_owner && is_same(m->owner, owner))
                return;
        copy = owner ? strdup(owner) : NULL;
        if (owner && !copy) {
                /* Whoever answers next is the owner. */
                module_forget_owner(m);
                module_fail_errno(m, -ENOMEM, "It is not known who serves");
                return;
        }
        free(m->owner);
        m->owner = copy;
        m->knows_owner = true;
        module_distrust(m);
        if (m->state == REMOTE_PROBING && module_is_asking(m)) {
                /* It was started for the probe and will answer it; or the probe's end says more. */
                if (owner)
                        module_set_syncing(m);
                return;
        }
        if (had_owner || !copy)
                module_lost_owner(m);
        if (!copy)
                return;
        m->back_off = BACK_OFF_FIRST_USEC;
        loop_timer_set(m->retry, UINT64_MAX);
        module_ask(m);
        if (m->state == REMOTE_SYNCING)
                module_set_syncing(m);
}

static void on_owner(const char *owner, void *userdata) {
        module_take_owner(userdata, owner);
}

static void on_owner_reply(Message *reply, void *userdata) {
        RemoteModule *m = userdata;
        const char *owner;
        Reader reader;

        m->owner_query = NULL;
        if (!reply)
                return;
        if (message_is_error(reply)) {
                if (means_absent(message_get_error_name(reply)))
                        module_take_owner(m, NULL);
                return;
        }
        reader = message_reader(reply);
        if (reader_string(&reader, &owner) >= 0)
                module_take_owner(m, owner);
}

/* A stranger's signal: perhaps the owner has changed and we were not told. Seldom, because anybody
 * can send one. */
static void module_ask_owner(RemoteModule *m) {
        uint64_t now = loop_now(module_loop(m));
        Message *call;
        Writer w;

        if (m->owner_query || (m->owner_asked_at > 0 && now - m->owner_asked_at < OWNER_QUERY_USEC))
                return;
        if (message_new_call(module_connection(m), DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetNameOwner",
                             &call) < 0)
                return;
        m->owner_asked_at = now;
        w = message_writer(call);
        if (writer_string(&w, m->bus_name) >= 0)
                (void)connection_call(module_connection(m), call, m->timeout, on_owner_reply, m,
                                      &m->owner_query); /* the next stranger brings another */
        message_unref(call);
}

/* ---- signals ---- */

static bool is_ours(const RemoteModule *m, const char *path) {
        return path && strncmp(path, m->path, m->path_length) == 0 &&
               (path[m->path_length] == '\0' || path[m->path_length] == '/');
}

static void on_signal(Message *signal, void *userdata) {
        RemoteModule *m = userdata;

        if (!is_ours(m, message_get_path(signal)))
                return;
        if (!m->owner || !is_same(message_get_sender(signal), m->owner) ||
            (m->user != NO_USER && !m->is_trusted)) {
                m->remote->hub->statistics.dropped++;
                /* While it is asked for everything, the answer says who it is. */
                if (m->state != REMOTE_PROBING)
                        module_ask_owner(m);
                return;
        }
        m->remote->hub->statistics.signals++;
        m->count++;
        if (m->is_foreign) {
                remote_foreign_read_signal(m, signal);
                return;
        }
        remote_check_later(m);
        remote_read_signal(m, signal); /* of its callbacks, one may free the module */
}

/* Of an object manager, at another path. */
static void on_presence(Message *signal, void *userdata) {
        RemoteModule *m = userdata;

        if (m->owner && is_same(message_get_sender(signal), m->owner))
                remote_foreign_read_presence(m, signal);
        else
                m->remote->hub->statistics.dropped++;
}

/* ---- beginning ---- */

static void module_unsubscribe(RemoteModule *m) {
        m->signals = subscription_free(m->signals);
        m->names = subscription_free(m->names);
        m->watch = object_watch_free(m->watch);
}

/* Of either match rule. */
static void on_subscribed(int error, void *userdata) {
        RemoteModule *m = userdata;

        if (error >= 0 || error == -ENOTCONN)
                return;
        module_unsubscribe(m);
        module_fail_errno(m, error, "The bus refuses a match rule");
}

static int module_subscribe(RemoteModule *m) {
        int r;

        if (m->signals && m->names)
                return 0;
        module_unsubscribe(m);
        r = connection_subscribe(module_connection(m), m->bus_name, m->path, on_signal,
                                 on_subscribed, m, &m->signals);
        if (r >= 0 && m->is_foreign)
                r = connection_watch_object(module_connection(m), m->bus_name, m->path, on_presence,
                                            on_subscribed, m, &m->watch);
        if (r < 0)
                return r;
        return connection_watch_name(module_connection(m), m->bus_name, on_owner, on_subscribed, m,
                                     &m->names);
}

/* The rules first, and without waiting for them: the bus takes one thing after the other, so
 * nothing can change unheard after the answer to the question that follows them. */
static void module_begin(RemoteModule *m) {
        int r;

        if (!connection_is_open(module_connection(m)))
                return; /* remote_module_connected() is to come */
        r = module_subscribe(m);
        if (r < 0 && r != -ENOTCONN) {
                module_unsubscribe(m);
                module_fail_errno(m, r, "The service cannot be followed");
                return;
        }
        module_ask(m);
}

static void module_forget_owner(RemoteModule *m) {
        m->snapshot = pending_reply_free(m->snapshot);
        m->owner_query = pending_reply_free(m->owner_query);
        m->owner_asked_at = 0;
        free(m->owner);
        m->owner = NULL;
        m->knows_owner = false;
        module_distrust(m);
}

void remote_module_connected(RemoteModule *m) {
        module_unsubscribe(m);
        module_forget_owner(m);
        m->back_off = BACK_OFF_FIRST_USEC;
        module_begin(m);
}

void remote_module_lost(RemoteModule *m, const struct fascia_error *error) {
        module_unsubscribe(m);
        module_forget_owner(m);
        module_stop(m, REMOTE_OFFLINE, error);
}

/* ---- life ---- */

static RemoteModule *module_free(RemoteModule *m) {
        module_unsubscribe(m);
        module_forget_owner(m);
        remote_check_done(m);
        loop_timer_free(m->retry);
        link_remove(&m->link);
        remote_table_done(&m->objects);
        error_clear(&m->error);
        free(m->bus_name);
        free(m->path);
        free(m);
        return NULL;
}

static int module_new(RemoteLink *l, const RemoteName *name, uint64_t timeout, RemoteModule **ret) {
        RemoteModule *m;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->remote = l;
        m->timeout = timeout;
        m->back_off = BACK_OFF_FIRST_USEC;
        link_init(&m->link);
        link_init(&m->features);
        m->is_foreign = name->is_foreign;
        m->user = name->user;
        m->bus_name = strdup(name->bus_name);
        m->path = strdup(name->path);
        r = m->bus_name && m->path ? loop_timer_new(module_loop(m), on_retry, m, &m->retry)
                                   : -ENOMEM;
        if (r >= 0)
                r = remote_check_init(m);
        if (r < 0) {
                module_free(m);
                return r;
        }
        m->path_length = strlen(m->path);
        link_append(&l->modules, &m->link);
        *ret = m;
        return 0;
}

static bool module_is(const RemoteModule *m, const RemoteName *name) {
        return strcmp(m->bus_name, name->bus_name) == 0 && m->is_foreign == name->is_foreign &&
               m->user == name->user && (!m->is_foreign || strcmp(m->path, name->path) == 0);
}

int remote_module_get(RemoteLink *l, const RemoteName *name, uint64_t timeout, RemoteModule **ret) {
        int r;

        LINK_FOREACH(link, next, &l->modules) {
                RemoteModule *m = LINK_OWNER(link, RemoteModule, link);

                if (module_is(m, name)) {
                        *ret = m;
                        return 0;
                }
        }
        r = module_new(l, name, timeout, ret);
        if (r < 0)
                return r;
        module_begin(*ret);
        return 0;
}

void remote_module_release(RemoteModule *m) {
        RemoteLink *l = m->remote;

        if (!link_is_empty(&m->features))
                return;
        module_free(m);
        remote_link_release(l);
}
