/* SPDX-License-Identifier: MIT */
/* Requests and their tickets: each is ended once, by the backend, by its deadline, or with the
 * instance. */
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "host.h"
#include "instance-private.h"
#include "value.h"
#include "zone.h"

#define NONE UINT32_MAX

typedef enum RequestStatus {
        REQUEST_OPEN,
        REQUEST_ANSWERED,
        REQUEST_STALE /* nobody waits for the answer */
} RequestStatus;

typedef struct Request {
        uint32_t generation; /* tells this use of the slot from earlier ones */
        RequestStatus status;
        bool is_call;
        uint32_t index; /* of the property or method */
        Zone *zone;
        InstanceReplyFn *fn;
        void *userdata;
        uint64_t deadline;
        uint64_t timeout;
        /* Open: neighbours by deadline. Free: next is the next free one. */
        uint32_t previous, next;
} Request;

/*
 * Slots are used again in the order in which they became free, so that a late second answer finds
 * its own slot and is told what became of it. Requests are kept by deadline; as nearly all have the
 * same time-out, the place of a new one is the end.
 */
struct RequestTable {
        Host *host;
        Loop *loop;
        LoopTimer *timer;
        Request *slots;
        uint32_t n_slots;
        uint32_t free_first, free_last;
        uint32_t open_first, open_last;
};

static void request_table_on_deadline(void *userdata);

int request_table_new(Host *host, Loop *loop, RequestTable **ret) {
        RequestTable *t;
        int r;

        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        t->host = host;
        t->loop = loop;
        t->free_first = t->free_last = t->open_first = t->open_last = NONE;
        r = loop_timer_new(loop, request_table_on_deadline, t, &t->timer);
        if (r < 0) {
                free(t);
                return r;
        }
        *ret = t;
        return 0;
}

RequestTable *request_table_free(RequestTable *t) {
        if (!t)
                return NULL;
        loop_timer_free(t->timer);
        free(t->slots);
        free(t);
        return NULL;
}

/* ---- slots ---- */

static void table_put_free(RequestTable *t, uint32_t slot) {
        t->slots[slot].next = NONE;
        if (t->free_last == NONE)
                t->free_first = slot;
        else
                t->slots[t->free_last].next = slot;
        t->free_last = slot;
}

static int table_grow(RequestTable *t) {
        uint32_t n = t->n_slots ? t->n_slots * 2 : 16;
        Request *slots;

        if (n > UINT32_C(1) << 24)
                return -ENOMEM;
        slots = realloc(t->slots, n * sizeof(*slots));
        if (!slots)
                return -ENOMEM;
        memset(slots + t->n_slots, 0, (n - t->n_slots) * sizeof(*slots));
        t->slots = slots;
        for (uint32_t i = t->n_slots; i < n; i++) {
                t->slots[i].status = REQUEST_ANSWERED;
                table_put_free(t, i);
        }
        t->n_slots = n;
        return 0;
}

static int table_take_free(RequestTable *t, uint32_t *ret) {
        uint32_t slot;
        int r;

        if (t->free_first == NONE) {
                r = table_grow(t);
                if (r < 0)
                        return r;
        }
        slot = t->free_first;
        t->free_first = t->slots[slot].next;
        if (t->free_first == NONE)
                t->free_last = NONE;
        *ret = slot;
        return 0;
}

static void table_unlink(RequestTable *t, uint32_t slot) {
        Request *q = &t->slots[slot];

        if (q->previous == NONE)
                t->open_first = q->next;
        else
                t->slots[q->previous].next = q->next;
        if (q->next == NONE)
                t->open_last = q->previous;
        else
                t->slots[q->next].previous = q->previous;
}

static void table_link(RequestTable *t, uint32_t slot) {
        Request *q = &t->slots[slot];
        uint32_t after = t->open_last;

        while (after != NONE && t->slots[after].deadline > q->deadline)
                after = t->slots[after].previous;
        q->previous = after;
        q->next = after == NONE ? t->open_first : t->slots[after].next;
        if (after == NONE)
                t->open_first = slot;
        else
                t->slots[after].next = slot;
        if (q->next == NONE)
                t->open_last = slot;
        else
                t->slots[q->next].previous = slot;
}

static uint64_t table_id(const RequestTable *t, uint32_t slot) {
        return (uint64_t)t->slots[slot].generation << 32 | (slot + 1);
}

/* The slot of an open request; -EALREADY: answered; -ESTALE: nobody waits; -EINVAL: never given
 * out. */
static int table_find(RequestTable *t, uint64_t id, uint32_t *ret) {
        uint32_t slot = (uint32_t)id - 1;

        if ((uint32_t)id == 0 || slot >= t->n_slots)
                return -EINVAL;
        if (t->slots[slot].generation != id >> 32)
                return -EALREADY;
        switch (t->slots[slot].status) {
        case REQUEST_OPEN:
                *ret = slot;
                return 0;
        case REQUEST_ANSWERED:
                return -EALREADY;
        case REQUEST_STALE:
                return -ESTALE;
        }
        return -EINVAL;
}

static void table_close(RequestTable *t, uint32_t slot, RequestStatus status) {
        table_unlink(t, slot);
        t->slots[slot].status = status;
        table_put_free(t, slot);
}

static void table_end(RequestTable *t, uint32_t slot, RequestStatus status,
                      const struct fascia_error *error, const void *result) {
        InstanceReplyFn *fn = t->slots[slot].fn;
        void *userdata = t->slots[slot].userdata;

        table_close(t, slot, status);
        fn(error, result, userdata);
}

/* ---- deadlines ---- */

static uint64_t deadline_in(Loop *loop, uint64_t timeout) {
        uint64_t now;

        if (timeout == UINT64_MAX)
                return UINT64_MAX;
        now = loop_now(loop);
        return timeout < UINT64_MAX - now ? now + timeout : UINT64_MAX;
}

static void table_arm(RequestTable *t) {
        loop_timer_set(t->timer,
                       t->open_first == NONE ? UINT64_MAX : t->slots[t->open_first].deadline);
}

static const char *request_member(const Request *q) {
        const struct fascia_interface *interface = q->zone->instance->interface;

        return q->is_call ? interface_method(interface, q->index)->name
                          : interface_property(interface, q->index)->name;
}

static void request_tell_cancel(RequestTable *t, Zone *zone, uint64_t id) {
        const HostBackend *backend = &zone->instance->backend;
        const struct fascia_backend_ops *ops;

        if (!zone->instance->running)
                return;
        ops = backend->feature->ops;
        if (FASCIA_HAS_FIELD(struct fascia_backend_ops, cancel, ops->size) && ops->cancel) {
                HostCall call = instance_call(zone->instance, "cancel", NULL);

                host_enter(&call);
                ops->cancel(zone, (struct fascia_reply){ t->host, id },
                            zone->backend_userdata ? zone->backend_userdata
                                                   : zone->instance->backend_userdata);
                host_leave(&call);
        }
}

static void table_time_out(RequestTable *t, uint32_t slot) {
        const Request *q = &t->slots[slot];
        uint64_t id = table_id(t, slot);
        Zone *zone = q->zone;
        Error error = { 0 };

        error_setf(&error, -ETIMEDOUT, "%s.%s was not answered within %g s",
                   zone->instance->interface->name, request_member(q), (double)q->timeout / 1e6);
        table_end(t, slot, REQUEST_STALE, error_get(&error), NULL);
        error_clear(&error);
        request_tell_cancel(t, zone, id);
}

static void request_table_on_deadline(void *userdata) {
        RequestTable *t = userdata;
        uint64_t now = loop_now(t->loop);

        while (t->open_first != NONE && t->slots[t->open_first].deadline <= now)
                table_time_out(t, t->open_first);
        table_arm(t);
}

/* ---- beginning ---- */

static void refuse(InstanceReplyFn *fn, void *userdata, int code, const char *name,
                   const char *text) {
        const struct fascia_error error = { .code = code, .name = name, .message = text };

        fn(&error, NULL, userdata);
}

static bool zone_refuses(Zone *z, InstanceReplyFn *fn, void *userdata) {
        const Instance *i = z->instance;
        const struct fascia_error *error = instance_get_error(i);

        if (!i->running || i->state != FASCIA_STATE_READY) {
                refuse(fn, userdata, -ENOTCONN, ERROR_UNAVAILABLE,
                       error ? error->message : "The feature is not ready");
                return true;
        }
        if (!z->present) {
                refuse(fn, userdata, -ENODEV, ERROR_UNKNOWN_ZONE, "The zone has gone");
                return true;
        }
        return false;
}

static void refuse_errno(RequestTable *t, uint32_t slot, int code) {
        const Request *q = &t->slots[slot];
        Error error = { 0 };

        if (code == -EOPNOTSUPP)
                error_setf(&error, code, "%s.%s is not supported by backend '%s'",
                           q->zone->instance->interface->name, request_member(q),
                           instance_get_plugin_name(q->zone->instance));
        else
                error_setf(&error, code, "%s.%s was refused by backend '%s': %s",
                           q->zone->instance->interface->name, request_member(q),
                           instance_get_plugin_name(q->zone->instance), strerror(-code));
        table_end(t, slot, REQUEST_ANSWERED, error_get(&error), NULL);
        error_clear(&error);
}

static int ask_backend(Zone *z, bool is_call, uint32_t index, const void *value,
                       struct fascia_reply reply) {
        const struct fascia_backend_ops *ops = z->instance->backend.feature->ops;
        void *userdata = z->backend_userdata ? z->backend_userdata : z->instance->backend_userdata;

        if (is_call) {
                if (!FASCIA_HAS_FIELD(struct fascia_backend_ops, call, ops->size) || !ops->call)
                        return -EOPNOTSUPP;
                return ops->call(z, index, value, reply, userdata);
        }
        if (!FASCIA_HAS_FIELD(struct fascia_backend_ops, set, ops->size) || !ops->set)
                return -EOPNOTSUPP;
        return ops->set(z, index, value, reply, userdata);
}

static int request_ask(Zone *z, bool is_call, uint32_t index, const void *value,
                       struct fascia_reply reply) {
        const struct fascia_interface *i = z->instance->interface;
        HostCall call = instance_call(z->instance, is_call ? "call" : "set",
                                      is_call ? interface_method(i, index)->name
                                              : interface_property(i, index)->name);
        int r;

        host_enter(&call);
        r = ask_backend(z, is_call, index, value, reply);
        host_leave(&call);
        return r > 0 ? -EPROTO : r; /* it must not be */
}

static int request_begin(Zone *z, bool is_call, uint32_t index, const void *value, uint64_t timeout,
                         InstanceReplyFn *fn, void *userdata, uint64_t *ret_id) {
        RequestTable *t = host_get_requests(z->instance->host);
        uint32_t slot;
        uint64_t id;
        Request *q;
        int r;

        *ret_id = 0;
        if (zone_refuses(z, fn, userdata))
                return 0;
        r = table_take_free(t, &slot);
        if (r < 0)
                return r;
        q = &t->slots[slot];
        *q = (Request){
                .generation = q->generation + 1,
                .status = REQUEST_OPEN,
                .is_call = is_call,
                .index = index,
                .zone = z,
                .fn = fn,
                .userdata = userdata,
                .deadline = deadline_in(t->loop, timeout),
                .timeout = timeout,
        };
        table_link(t, slot);
        id = table_id(t, slot);

        r = request_ask(z, is_call, index, value, (struct fascia_reply){ t->host, id });
        if (table_find(t, id, &slot) < 0)
                return 0; /* answered at once */
        if (r < 0) {
                refuse_errno(t, slot, r);
                return 0;
        }
        /* Later, so that what is answered at once costs no timer. */
        if (t->open_first == slot)
                table_arm(t);
        *ret_id = id;
        return 0;
}

int zone_set(Zone *z, uint32_t property, const void *value, uint64_t timeout_usec,
             InstanceReplyFn *fn, void *userdata, uint64_t *ret_id) {
        return request_begin(z, false, property, value, timeout_usec, fn, userdata, ret_id);
}

int zone_call(Zone *z, uint32_t method, const void *arguments, uint64_t timeout_usec,
              InstanceReplyFn *fn, void *userdata, uint64_t *ret_id) {
        return request_begin(z, true, method, arguments, timeout_usec, fn, userdata, ret_id);
}

int host_cancel_request(Host *host, uint64_t id) {
        RequestTable *t = host_get_requests(host);
        uint32_t slot;
        Zone *zone;

        if (table_find(t, id, &slot) < 0)
                return -ENOENT;
        zone = t->slots[slot].zone;
        table_close(t, slot, REQUEST_STALE);
        request_tell_cancel(t, zone, id);
        return 0;
}

int host_set_request_timeout(Host *host, uint64_t id, uint64_t timeout_usec) {
        RequestTable *t = host_get_requests(host);
        uint32_t slot;

        if (table_find(t, id, &slot) < 0)
                return -ENOENT;
        table_unlink(t, slot);
        t->slots[slot].deadline = deadline_in(t->loop, timeout_usec);
        t->slots[slot].timeout = timeout_usec;
        table_link(t, slot);
        table_arm(t);
        return 0;
}

void host_end_requests(Host *host, Instance *instance, Zone *zone, int code, const char *name,
                       const char *text) {
        const struct fascia_error error = { .code = code, .name = name, .message = text };
        RequestTable *t = host_get_requests(host);
        uint32_t slot = t->open_first;

        while (slot != NONE) {
                const Request *q = &t->slots[slot];

                if (q->zone->instance == instance && (!zone || q->zone == zone)) {
                        table_end(t, slot, REQUEST_ANSWERED, &error, NULL);
                        /* The callback may have ended or begun others. */
                        slot = t->open_first;
                } else {
                        slot = q->next;
                }
        }
}

/* ---- answers ---- */

static int reply_find(struct fascia_reply reply, bool is_call, RequestTable **ret_table,
                      uint32_t *ret_slot) {
        RequestTable *t;
        int r;

        if (!reply.host)
                return -EINVAL;
        t = host_get_requests(reply.host);
        r = table_find(t, reply.id, ret_slot);
        if (r < 0)
                return r;
        if (t->slots[*ret_slot].is_call != is_call)
                return -EINVAL;
        *ret_table = t;
        return 0;
}

int fascia_reply_set(struct fascia_reply reply, const void *value) {
        RequestTable *t;
        uint32_t slot;
        int r;

        r = reply_find(reply, false, &t, &slot);
        if (r < 0)
                return r;
        if (value) {
                r = zone_report(t->slots[slot].zone, t->slots[slot].index, value);
                if (r < 0) {
                        refuse_errno(t, slot, r);
                        return r;
                }
        }
        table_end(t, slot, REQUEST_ANSWERED, NULL, NULL);
        return 0;
}

int fascia_reply_call(struct fascia_reply reply, const void *result) {
        const struct fascia_type *type;
        RequestTable *t;
        uint32_t slot;
        int r;

        r = reply_find(reply, true, &t, &slot);
        if (r < 0)
                return r;
        type = interface_method(t->slots[slot].zone->instance->interface, t->slots[slot].index)
                       ->output;
        if (type->n_members > 0 && (!result || !value_is_encodable(type, result))) {
                refuse_errno(t, slot, -EINVAL);
                return -EINVAL;
        }
        table_end(t, slot, REQUEST_ANSWERED, NULL, result);
        return 0;
}

static int reply_fail(struct fascia_reply reply, int code, const char *name, const char *text) {
        Error error = { 0 };
        RequestTable *t;
        uint32_t slot;
        int r;

        if (!reply.host)
                return -EINVAL;
        t = host_get_requests(reply.host);
        r = table_find(t, reply.id, &slot);
        if (r < 0)
                return r;
        error_set(&error, code, name, text);
        table_end(t, slot, REQUEST_ANSWERED, error_get(&error), NULL);
        error_clear(&error);
        return 0;
}

int fascia_reply_fail(struct fascia_reply reply, int code, const char *text) {
        return reply_fail(reply, code < 0 ? code : -EIO, NULL, text);
}

int fascia_reply_fail_named(struct fascia_reply reply, const char *name, const char *text) {
        if (!name || !error_name_is_valid(name))
                return -EINVAL;
        return reply_fail(reply, error_name_to_errno(name), name, text);
}
