/* SPDX-License-Identifier: MIT */
/* Calls and setters: asked at once or when the backend is ready, answered exactly once. */
#include "call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-dbus.h"
#include "codec.h"
#include "descriptor.h"
#include "value.h"

typedef enum CallState {
        CALL_WAITING, /* in FeatureCore.waiting */
        CALL_ASKED,   /* the backend has it */
        CALL_ENDED    /* in FeatureCore.events, or its callback runs */
} CallState;

/* Who waits for the end of a call, in fascia_call_wait(). */
typedef struct Waiter {
        bool has_ended;
        int outcome;
} Waiter;

struct fascia_call {
        Event event;
        Link of_feature; /* in Feature.calls */
        Feature *feature;
        fascia_complete_fn *complete;
        fascia_function *done;
        void *userdata;
        uint64_t request;
        uint64_t timeout;  /* from when the backend is asked */
        uint64_t deadline; /* of fascia_call_set_timeout() while it waits, or UINT64_MAX */
        uint64_t give_up;  /* when it has waited long enough for the first sync */
        void *input;       /* a copy while it waits */
        Error error;
        Waiter *waiter; /* or NULL */
        uint32_t index;
        CallState state;
        bool is_set;
        bool has_woken;       /* the service was started for it, or is about to be */
        bool is_asking;       /* the backend is being asked right now */
        bool has_result;      /* result is a copy */
        max_align_t result[]; /* of the method's output */
};

static const struct fascia_type *input_type(const FeatureCore *core, bool is_set, uint32_t index) {
        return is_set ? interface_property(core->interface, index)->type
                      : interface_method(core->interface, index)->input;
}

/* NULL: none. */
static const struct fascia_type *output_type(const FeatureCore *core, bool is_set, uint32_t index) {
        return is_set ? NULL : interface_method(core->interface, index)->output;
}

/* ---- the end ---- */

static void call_drop_input(Call *call) {
        const struct fascia_type *type = input_type(call->feature->core, call->is_set, call->index);

        call->input = fascia_value_free(type, call->input);
}

static Call *call_free(Call *call) {
        const struct fascia_type *output = output_type(call->feature->core, call->is_set,
                                                       call->index);

        link_remove(&call->event.link);
        link_remove(&call->of_feature);
        if (call->input)
                call_drop_input(call);
        if (call->has_result)
                fascia_value_clear(output, call->result);
        error_clear(&call->error);
        free(call);
        return NULL;
}

/* Runs the callback, for the one time, and frees the call. */
static void call_complete(Call *call, const struct fascia_error *error, const void *result) {
        FeatureCore *core = call->feature->core;
        const struct fascia_type *output = output_type(core, call->is_set, call->index);

        core_enter(core);
        call->state = CALL_ENDED;
        link_remove(&call->event.link);
        link_remove(&call->of_feature);
        if (error && output) {
                fascia_value_init(output, call->result);
                result = call->result;
        }
        if (call->waiter)
                *call->waiter = (Waiter){ .has_ended = true, .outcome = error ? error->code : 0 };
        if (call->done)
                call->complete(call->feature, error, result, call->done, call->userdata);
        call_free(call);
        core_leave(core);
}

void call_deliver(Event *e) {
        Call *call = LINK_OWNER(e, Call, event);
        const struct fascia_error *error = error_get(&call->error);

        call_complete(call, error, call->has_result ? call->result : NULL);
}

/* Ends it, to be heard from the loop. */
static void call_end(Call *call, const struct fascia_error *error, const void *result) {
        FeatureCore *core = call->feature->core;
        const struct fascia_type *output = output_type(core, call->is_set, call->index);
        int r = 0;

        link_remove(&call->event.link);
        call->state = CALL_ENDED;
        if (error) {
                error_copy(&call->error, error);
        } else if (result && output) {
                r = fascia_value_copy(output, call->result, result);
                if (r < 0)
                        error_set(&call->error, r, NULL, NULL);
                else
                        call->has_result = true;
        }
        core_append_event(core, &call->event);
}

static void call_end_with(Call *call, int code, const char *text) {
        Error error = { 0 };

        error_set(&error, code, NULL, text);
        call_end(call, error_get(&error), NULL);
        error_clear(&error);
}

/*
 * A success of the trusted backend comes from the loop, from a message, and nothing touches the
 * feature after it: its result needs no copy when nothing has to be told before.
 */
static bool call_may_complete_now(const Call *call) {
        const FeatureCore *core = call->feature->core;

        return core->is_trusted && !call->is_asking && core->delivering == 0 &&
               !core_has_pending(core);
}

static void on_reply(const struct fascia_error *error, const void *result, void *userdata) {
        Call *call = userdata;

        if (!error && call_may_complete_now(call))
                call_complete(call, NULL, result);
        else
                call_end(call, error, result);
}

/* ---- asking ---- */

/* What a service refuses before its backend sees it, a backend in this process must not see either. 0: it may. */
static int call_check(const Call *call, const void *input, char **ret_text) {
        const FeatureCore *core = call->feature->core;
        const struct fascia_property *p;
        char *text = NULL;
        int r;

        *ret_text = NULL;
        if (!call->is_set)
                p = NULL;
        else
                p = interface_property(core->interface, call->index);
        r = codec_check(input_type(core, call->is_set, call->index), input, &text);
        if (r == -ERANGE) {
                const char *name = p ? p->dbus_name
                                     : interface_method(core->interface, call->index)->dbus_name;

                if (asprintf(ret_text, "%s: %s", name, text) < 0)
                        *ret_text = NULL;
                free(text);
                return r;
        }
        return r >= 0 && p ? fascia_property_check(p, p->constraint, input, ret_text) : r;
}

/* -ENOMEM: it was not asked. */
static int call_ask(Call *call, const void *input) {
        Zone *zone = call->feature->zone;
        char *text = NULL;
        int r;

        call->state = CALL_ASKED;
        r = call->feature->core->is_trusted ? 0 : call_check(call, input, &text);
        if (r < 0) {
                if (r == -ERANGE)
                        call_end_with(call, r, text);
                free(text);
                return r == -ERANGE ? 0 : r;
        }
        call->is_asking = true;
        if (call->is_set)
                r = zone_set(zone, call->index, input, call->timeout, on_reply, call,
                             &call->request);
        else
                r = zone_call(zone, call->index, input, call->timeout, on_reply, call,
                              &call->request);
        call->is_asking = false;
        return r;
}

static void call_ask_late(Call *call, uint64_t now) {
        int r;

        link_remove(&call->event.link);
        if (call->deadline != UINT64_MAX)
                call->timeout = call->deadline > now ? call->deadline - now : 0;
        r = call_ask(call, call->input);
        call_drop_input(call);
        if (r < 0)
                call_end_with(call, r, NULL);
}

static const char *core_reason(const FeatureCore *core) {
        const struct fascia_error *error = core_get_error(core);

        return error ? error->message : "it is not ready";
}

static void call_end_unavailable(Call *call) {
        const FeatureCore *core = call->feature->core;
        Error error = { 0 };

        error_setf(&error, -ENOTCONN, "%s is unavailable: %s", core->interface->name,
                   core_reason(core));
        call_end(call, error_get(&error), NULL);
        error_clear(&error);
}

static void call_end_not_ready(Call *call) {
        const FeatureCore *core = call->feature->core;
        Error error = { 0 };

        error_setf(&error, -ENOTCONN, "%s did not become ready within %g s: %s",
                   core->interface->name, (double)core->connection_timeout / 1e6,
                   core_reason(core));
        call_end(call, error_get(&error), NULL);
        error_clear(&error);
}

/* Whether nothing is to be hoped for: it was lost, or could not be started. */
static bool core_is_lost(const FeatureCore *core) {
        return core->was_ready || !discovery_has_hope(core);
}

/* Whether the service is on its way, once for each call started by it. */
static bool call_may_hope(Call *call) {
        const FeatureCore *core = call->feature->core;

        if (!core->is_trusted)
                return false;
        if (!call->has_woken && instance_get_state(core->instance) == FASCIA_STATE_UNAVAILABLE)
                call->has_woken = backend_dbus_wake(core->instance);
        return backend_dbus_is_waking(core->instance);
}

static void call_look_after(Call *call, uint64_t now) {
        FeatureCore *core = call->feature->core;

        if (instance_get_state(core->instance) == FASCIA_STATE_READY)
                call_ask_late(call, now);
        else if (!call_may_hope(call) && core_is_lost(core))
                call_end_unavailable(call);
        else if (call->deadline <= now)
                call_end_with(call, -ETIMEDOUT, NULL);
        else if (call->give_up <= now)
                call_end_not_ready(call);
}

/* When something is to be done again: for a call that waits, or for a backend. */
static uint64_t core_next_deadline(const FeatureCore *core) {
        uint64_t deadline = core->discovery.retry_at;

        if (core->next && !core->is_halted && core->next_deadline < deadline)
                deadline = core->next_deadline;
        for (const Link *l = core->waiting.next; l != &core->waiting; l = l->next) {
                const Call *call = LINK_OWNER((uintptr_t)l, Call, event.link);

                if (call->deadline < deadline)
                        deadline = call->deadline;
                if (call->give_up < deadline)
                        deadline = call->give_up;
        }
        return deadline;
}

void core_pump(FeatureCore *core) {
        uint64_t now;
        Link waiting;

        if (link_is_empty(&core->waiting) && !core->next && core->discovery.retry_at == UINT64_MAX)
                return;
        now = loop_now(core->client->loop);
        link_move_all(&waiting, &core->waiting);
        while (!link_is_empty(&waiting)) {
                Call *call = LINK_OWNER(waiting.next, Call, event.link);

                link_remove(&call->event.link);
                link_append(&core->waiting, &call->event.link);
                call_look_after(call, now);
        }
        loop_timer_set(core->wait_timer, core_next_deadline(core));
}

/* ---- beginning ---- */

static int input_check(const struct fascia_type *type, const void *value) {
        if (type->size == 0)
                return 0;
        return value ? value_check_encodable(type, value) : -EINVAL;
}

static int call_new(Feature *f, bool is_set, uint32_t index, Call **ret) {
        const struct fascia_type *output = output_type(f->core, is_set, index);
        Call *call;

        call = malloc(sizeof(*call) + (output ? output->size : 0));
        if (!call)
                return -ENOMEM;
        *call = (Call){
                .event.is_call = true,
                .feature = f,
                .timeout = f->core->timeout,
                .deadline = UINT64_MAX,
                .index = index,
                .is_set = is_set,
        };
        link_init(&call->event.link);
        link_append(&f->calls, &call->of_feature);
        *ret = call;
        return 0;
}

static int call_wait(Call *call, const void *input) {
        FeatureCore *core = call->feature->core;
        int r;

        r = fascia_value_new_copy(input_type(core, call->is_set, call->index), input, &call->input);
        if (r < 0)
                return r;
        call->give_up = loop_now(core->client->loop) + core->connection_timeout;
        link_append(&core->waiting, &call->event.link);
        core_schedule(core);
        return 0;
}

/* Only to send: everything else is done from the loop. Not past those that wait. */
static bool core_may_ask_now(const FeatureCore *core) {
        return core->is_trusted && link_is_empty(&core->waiting) &&
               instance_get_state(core->instance) == FASCIA_STATE_READY;
}

static int feature_begin(Feature *f, bool is_set, uint32_t index, const void *input,
                         fascia_complete_fn *complete, fascia_function *done, void *userdata,
                         Call **ret_call) {
        Call *call;
        int r;

        if (f->is_dead)
                return -ECANCELED;
        if (done && !complete)
                return -EINVAL;
        r = input_check(input_type(f->core, is_set, index), input);
        if (r < 0)
                return r;
        r = call_new(f, is_set, index, &call);
        if (r < 0)
                return r;
        call->complete = complete;
        call->done = done;
        call->userdata = userdata;
        r = core_may_ask_now(f->core) ? call_ask(call, input) : call_wait(call, input);
        if (r < 0) {
                call_free(call);
                return r;
        }
        if (ret_call)
                *ret_call = call;
        return 0;
}

FASCIA_EXPORT int fascia_feature_set_value(struct fascia_feature *feature, uint32_t property,
                                           const void *value, fascia_complete_fn *complete,
                                           fascia_function *done, void *userdata,
                                           struct fascia_call **ret_call) {
        if (!feature || property >= feature->core->interface->n_properties)
                return -EINVAL;
        if (property_is_readonly(interface_property(feature->core->interface, property)))
                return -EROFS;
        return feature_begin(feature, true, property, value, complete, done, userdata, ret_call);
}

FASCIA_EXPORT int fascia_feature_call(struct fascia_feature *feature, uint32_t method,
                                      const void *arguments, fascia_complete_fn *complete,
                                      fascia_function *done, void *userdata,
                                      struct fascia_call **ret_call) {
        if (!feature || method >= feature->core->interface->n_methods)
                return -EINVAL;
        return feature_begin(feature, false, method, arguments, complete, done, userdata, ret_call);
}

/* ---- pending calls ---- */

static Host *call_host(const Call *call) {
        return call->feature->core->client->host;
}

/* Takes it back from wherever it is, so that no answer comes. */
static void call_withdraw(Call *call) {
        if (call->state == CALL_ASKED)
                host_cancel_request(call_host(call), call->request);
        link_remove(&call->event.link);
}

FASCIA_EXPORT int fascia_call_wait(struct fascia_call *call) {
        Waiter waiter = { .has_ended = false };
        struct fascia_client *client;

        if (!call)
                return -EINVAL;
        client = call->feature->core->client;
        call->waiter = &waiter;
        while (!waiter.has_ended) {
                int r = fascia_client_wait(client, UINT64_MAX);

                /* A signal is none of the call's. */
                if (r >= 0 || r == -EINTR || waiter.has_ended)
                        continue;
                call->waiter = NULL;
                return r;
        }
        return waiter.outcome;
}

FASCIA_EXPORT int fascia_call_cancel(struct fascia_call *call) {
        if (!call)
                return -EINVAL;
        if (call->state == CALL_ENDED)
                return -EALREADY;
        call_withdraw(call);
        call_end_with(call, -ECANCELED, NULL);
        return 0;
}

FASCIA_EXPORT int fascia_call_set_timeout(struct fascia_call *call, uint64_t usec) {
        FeatureCore *core;
        uint64_t now;

        if (!call)
                return -EINVAL;
        core = call->feature->core;
        switch (call->state) {
        case CALL_WAITING:
                now = loop_now(core->client->loop);
                call->deadline = usec < UINT64_MAX - now ? now + usec : UINT64_MAX;
                call->timeout = usec;
                loop_timer_set(core->wait_timer, core_next_deadline(core));
                return 0;
        case CALL_ASKED:
                return host_set_request_timeout(call_host(call), call->request, usec);
        case CALL_ENDED:
                return -EALREADY;
        }
        return -EINVAL;
}

void feature_cancel_calls(Feature *f) {
        const struct fascia_error error = {
                .code = -ECANCELED,
                .name = ERROR_CANCELLED,
                .message = "The feature was freed",
        };

        while (!link_is_empty(&f->calls)) {
                Call *call = LINK_OWNER(f->calls.next, Call, of_feature);

                call_withdraw(call);
                call_complete(call, &error, NULL);
        }
}
