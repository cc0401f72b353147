/* SPDX-License-Identifier: MIT */
/*
 * For tests of user interfaces: the other end of a feature, driven by the test. No bus, no daemon, no
 * plugin, and no waiting: time passes when the test says so.
 *
 *         fascia_client_new(&client);
 *         fascia_test_end_new(client, &climate_control_interface, &end);
 *         climate_control_new(client, &climate);            what is tested
 *         fascia_test_settle(client);
 *         backend = (struct climate_control_backend *)fascia_test_end_get_backend(end);
 *         climate_control_backend_report_fan_level(backend, 3);
 *         fascia_test_settle(client);                       the listeners have heard it
 *
 * Values are reported and signals are emitted with the generated functions of <module>-backend.h.
 */
#ifndef FASCIA_TESTKIT_H
#define FASCIA_TESTKIT_H

#include <fascia/backend.h>
#include <fascia/fascia.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fascia_test_end;

/* From now on features of this interface, also those that are in use, are served by the test, whatever the
 * configuration says. The end lives as long as the client. It is available at first, and answers setters
 * itself: the value is taken and reported. -EEXIST: the interface has an end. */
int fascia_test_end_new(struct fascia_client *client, const struct fascia_interface *interface,
                        struct fascia_test_end **ret);

/* What is reported with; NULL until a feature was made and the client has settled. */
struct fascia_backend *fascia_test_end_get_backend(const struct fascia_test_end *end);

/* Takes the service away, with what a user interface sees then (unavailable, the last values, pending
 * calls fail), or brings it back. */
void fascia_test_end_set_available(struct fascia_test_end *end, bool available);
/* Setters wait for the test, as operations do. */
void fascia_test_end_hold_setters(struct fascia_test_end *end, bool hold);

/* A call, or a setter when they are held, that waits for an answer. */
struct fascia_test_request {
        const char *name;      /* in the interface file */
        bool is_set;           /* of a property */
        const void *arguments; /* the struct of the arguments, or the value; as the C types are */
        struct fascia_reply
                reply; /* for fascia_reply_call(), _set() or _fail(), or the typed forms */
};

/* The oldest that the test has not seen. arguments live until the next call of this function.
 * -ENODATA: nothing waits. */
int fascia_test_end_next(struct fascia_test_end *end, struct fascia_test_request *ret);

/* Does everything that is to be done now, until nothing is left. Errors as of
 * fascia_client_dispatch(). */
int fascia_test_settle(struct fascia_client *client);
/* Lets this much time pass at once: what is due by then happens, in order. Then as
 * fascia_test_settle(). */
int fascia_test_advance(struct fascia_client *client, uint64_t usec);

#ifdef __cplusplus
}
#endif

#endif
