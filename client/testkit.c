/* SPDX-License-Identifier: MIT */
/* The test kit: the other end of a feature, driven by a test. */
#include <fascia/testkit.h>

#include <errno.h>
#include <stdlib.h>

#include "client.h"
#include "descriptor.h"
#include <fascia/generated.h>

typedef struct Request {
        Link link;
        const struct fascia_type *type;
        struct fascia_test_request content;
        void *arguments;
} Request;

struct fascia_test_end {
        Link link; /* in Client.test_ends */
        const struct fascia_interface *interface;
        struct fascia_backend *backend;
        Link requests;
        Link handed; /* out to the test, which may have answered them; the last one has its arguments */
        bool is_available;
        bool holds_setters;
};

typedef struct fascia_test_end End;

static Request *request_free(Request *q) {
        if (!q)
                return NULL;
        link_remove(&q->link);
        if (q->arguments)
                fascia_value_free(q->type, q->arguments);
        free(q);
        return NULL;
}

static void forget_requests(Link *requests) {
        while (!link_is_empty(requests))
                request_free(LINK_OWNER(requests->next, Request, link));
}

/* A second answer is harmless. */
static void fail_requests(Link *requests, int code, const char *text) {
        LINK_FOREACH(l, next, requests) {
                (void)fascia_reply_fail(LINK_OWNER(l, Request, link)->content.reply, code, text);
        }
        forget_requests(requests);
}

void testkit_free_ends(Client *c) {
        LINK_FOREACH(l, next, &c->test_ends) {
                End *end = LINK_OWNER(l, End, link);

                forget_requests(&end->requests);
                forget_requests(&end->handed);
                free(end);
        }
        link_init(&c->test_ends);
}

/* ---- the backend ---- */

static int test_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        End *end = plugin;

        end->backend = backend;
        *ret_userdata = end;
        fascia_test_end_set_available(end, end->is_available);
        return 0;
}

static void test_stop(struct fascia_backend *backend, void *userdata) {
        End *end = userdata;

        (void)backend;
        end->backend = NULL;
        forget_requests(&end->requests);
        forget_requests(&end->handed);
}

static int keep(End *end, const struct fascia_type *type, const char *name, bool is_set,
                const void *arguments, struct fascia_reply reply) {
        Request *q = calloc(1, sizeof(*q));
        int r;

        if (!q)
                return -ENOMEM;
        link_init(&q->link);
        r = fascia_value_new_copy(type, arguments, &q->arguments);
        if (r < 0) {
                free(q);
                return r;
        }
        q->type = type;
        q->content = (struct fascia_test_request){ name, is_set, q->arguments, reply };
        link_append(&end->requests, &q->link);
        return 0;
}

static int test_set(struct fascia_backend *backend, uint32_t property, const void *value,
                    struct fascia_reply reply, void *userdata) {
        const struct fascia_property *p;
        End *end = userdata;

        (void)backend;
        if (!end->holds_setters)
                return fascia_reply_set(reply, value);
        p = interface_property(end->interface, property);
        return keep(end, p->type, p->name, true, value, reply);
}

static int test_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                     struct fascia_reply reply, void *userdata) {
        End *end = userdata;
        const struct fascia_method *m = interface_method(end->interface, method);

        (void)backend;
        return keep(end, m->input, m->name, false, arguments, reply);
}

static const struct fascia_backend_ops test_ops = {
        .size = sizeof(test_ops),
        .start = test_start,
        .stop = test_stop,
        .set = test_set,
        .call = test_call,
};

/* ---- what a test calls ---- */

FASCIA_EXPORT int fascia_test_end_new(struct fascia_client *client,
                                      const struct fascia_interface *interface,
                                      struct fascia_test_end **ret) {
        const struct fascia_plugin_feature feature = { .interface = interface, .ops = &test_ops };
        End *end;
        int r;

        if (!client || !interface || !ret)
                return -EINVAL;
        end = calloc(1, sizeof(*end));
        if (!end)
                return -ENOMEM;
        end->interface = interface;
        end->is_available = true;
        link_init(&end->requests);
        link_init(&end->handed);
        r = fascia_client_set_backend(client, &feature, end);
        if (r < 0) {
                free(end);
                return r;
        }
        link_append(&client->test_ends, &end->link);
        *ret = end;
        return 0;
}

FASCIA_EXPORT struct fascia_backend *fascia_test_end_get_backend(
        const struct fascia_test_end *end) {
        return end ? end->backend : NULL;
}

FASCIA_EXPORT void fascia_test_end_set_available(struct fascia_test_end *end, bool available) {
        static const char gone[] = "The test has taken the service away";

        if (!end)
                return;
        end->is_available = available;
        if (!end->backend)
                return;
        if (available) {
                fascia_backend_ready(end->backend);
                return;
        }
        fascia_backend_fail(end->backend, -ENOTCONN, gone);
        fail_requests(&end->requests, -ENOTCONN, gone);
        fail_requests(&end->handed, -ENOTCONN, gone);
}

FASCIA_EXPORT void fascia_test_end_hold_setters(struct fascia_test_end *end, bool hold) {
        if (end)
                end->holds_setters = hold;
}

FASCIA_EXPORT int fascia_test_end_next(struct fascia_test_end *end,
                                       struct fascia_test_request *ret) {
        Request *q;

        if (!end || !ret)
                return -EINVAL;
        if (!link_is_empty(&end->handed)) {
                Request *last = LINK_OWNER(end->handed.previous, Request, link);

                if (last->arguments)
                        last->arguments = fascia_value_free(last->type, last->arguments);
        }
        if (link_is_empty(&end->requests))
                return -ENODATA;
        q = LINK_OWNER(end->requests.next, Request, link);
        link_remove(&q->link);
        link_append(&end->handed, &q->link);
        *ret = q->content;
        return 0;
}

FASCIA_EXPORT int fascia_test_settle(struct fascia_client *client) {
        int r;

        do
                r = fascia_client_dispatch(client);
        while (r > 0);
        return r;
}

FASCIA_EXPORT int fascia_test_advance(struct fascia_client *client, uint64_t usec) {
        int r = fascia_test_settle(client);

        if (r < 0)
                return r;
        r = client_open(client);
        if (r < 0)
                return r;
        loop_advance(client->loop, usec);
        return fascia_test_settle(client);
}
