/* SPDX-License-Identifier: MIT */
/* Asks how much has been sent: a signal that was lost and followed by none would never be missed. */
#include "remote-check.h"

#include <errno.h>

/* Silence after which it is asked; and while there is none, how often at least. */
#define QUIET_USEC UINT64_C(500000)
#define LONGEST_USEC UINT64_C(5000000)

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define SERIAL "FasciaSerial"

static Loop *loop_of(const RemoteModule *m) {
        return host_get_loop(m->remote->hub->host);
}

static int read_serial(Message *reply, uint64_t *ret) {
        Reader r = message_reader(reply);
        int k;

        k = reader_enter(&r, 'v', "t");
        return k < 0 ? k : reader_basic(&r, 't', ret);
}

/* The answer is behind all that was sent before it, so both numbers are of one moment. */
static void on_serial(Message *reply, void *userdata) {
        RemoteModule *m = userdata;
        uint64_t serial;

        m->check.pending = NULL;
        if (!reply || message_is_error(reply) || m->state != REMOTE_READY || !m->is_counted ||
            read_serial(reply, &serial) < 0 || serial == m->count)
                return;
        m->remote->hub->statistics.gaps++;
        m->count = serial;
        remote_module_read_again(m);
}

static int ask(RemoteModule *m) {
        const RemoteFeature *f;
        Message *call;
        Writer w;
        int r;

        if (m->check.pending || link_is_empty(&m->features) || !m->owner)
                return 0;
        f = LINK_OWNER(m->features.next, RemoteFeature, link);
        r = message_new_call(m->remote->connection, m->owner, f->interface->path,
                             PROPERTIES_INTERFACE, "Get", &call);
        if (r < 0)
                return r;
        w = message_writer(call);
        r = writer_string(&w, f->interface->dbus_name);
        if (r >= 0)
                r = writer_string(&w, SERIAL);
        if (r >= 0)
                r = connection_call(m->remote->connection, call, m->timeout, on_serial, m,
                                    &m->check.pending);
        message_unref(call);
        return r;
}

static void on_timer(void *userdata) {
        RemoteModule *m = userdata;
        uint64_t now = loop_now(loop_of(m));

        if (now < m->check.heard_at + QUIET_USEC && now < m->check.begun_at + LONGEST_USEC) {
                loop_timer_set(m->check.timer, m->check.heard_at + QUIET_USEC);
                return;
        }
        m->check.is_planned = false;
        if (m->state == REMOTE_READY && m->is_counted && ask(m) == -ENOMEM)
                remote_check_later(m);
}

int remote_check_init(RemoteModule *m) {
        return loop_timer_new(loop_of(m), on_timer, m, &m->check.timer);
}

void remote_check_drop(RemoteModule *m) {
        m->check.pending = pending_reply_free(m->check.pending);
        m->check.is_planned = false;
        loop_timer_set(m->check.timer, UINT64_MAX);
}

void remote_check_done(RemoteModule *m) {
        m->check.pending = pending_reply_free(m->check.pending);
        m->check.timer = loop_timer_free(m->check.timer);
}

void remote_check_later(RemoteModule *m) {
        m->check.heard_at = loop_now(loop_of(m));
        if (m->check.is_planned || !m->is_counted)
                return;
        m->check.is_planned = true;
        m->check.begun_at = m->check.heard_at;
        loop_timer_set(m->check.timer, m->check.heard_at + QUIET_USEC);
}
