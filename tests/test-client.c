/* SPDX-License-Identifier: MIT */
/* The client library over a backend in this process, which the tests move by hand: what a program
 * hears, when and how often, and what it may do in a callback. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <systemd/sd-event.h>

#include "client.h"
#include "climate-listener.h"
#include <example-remote-1/remote.h>
#include <fascia/backend.h>
#include <fascia/generated.h>
#include <vehicle-cluster-1/cluster.h>

enum {
        FAN_LEVEL = 1,
        TARGET_TEMPERATURE = 2
};

/* ---- the backend ---- */

typedef struct Probe {
        struct fascia_backend *backend; /* NULL: stopped */
        struct fascia_reply reply;      /* of the last request */
        int start_result;
        bool ready_at_start;
        bool answer_at_once;
        unsigned n_starts, n_stops, n_sets, n_calls, n_cancels;
        double last_set;
        char last_text[32];
} Probe;

static Probe probe;

static int probe_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        (void)plugin;
        *ret_userdata = NULL;
        probe.n_starts++;
        if (probe.start_result < 0)
                return probe.start_result;
        probe.backend = backend;
        if (probe.ready_at_start)
                fascia_backend_ready(backend);
        return 0;
}

static void probe_stop(struct fascia_backend *backend, void *userdata) {
        (void)backend;
        (void)userdata;
        probe.n_stops++;
        probe.backend = NULL;
}

static int probe_set(struct fascia_backend *backend, uint32_t property, const void *value,
                     struct fascia_reply reply, void *userdata) {
        (void)userdata;
        probe.n_sets++;
        probe.reply = reply;
        if (property == TARGET_TEMPERATURE)
                probe.last_set = *(const double *)value;
        if (probe.answer_at_once)
                fascia_reply_set(reply, value);
        (void)backend;
        return 0;
}

static int probe_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                      struct fascia_reply reply, void *userdata) {
        (void)method;
        (void)userdata;
        (void)backend;
        probe.n_calls++;
        probe.reply = reply;
        snprintf(probe.last_text, sizeof(probe.last_text), "%s", *(const char *const *)arguments);
        if (probe.answer_at_once)
                fascia_reply_call(reply, &(int32_t){ (int32_t)strlen(probe.last_text) });
        return 0;
}

static void probe_cancel(struct fascia_backend *backend, struct fascia_reply reply,
                         void *userdata) {
        (void)backend;
        (void)reply;
        (void)userdata;
        probe.n_cancels++;
}

static const struct fascia_backend_ops probe_ops = {
        .size = sizeof(struct fascia_backend_ops),
        .start = probe_start,
        .stop = probe_stop,
        .set = probe_set,
        .call = probe_call,
        .cancel = probe_cancel,
};

static const struct fascia_plugin_feature probe_features[] = { { .ops = &probe_ops } };

static const struct fascia_plugin probe_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "probe",
        .kind = FASCIA_PLUGIN_SIMULATION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = 1,
        .features = probe_features,
};

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        hear("%s%s ", (const char *)userdata, error ? strerrorname_np(-error->code) : "done");
}

static char last_message[256];

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata) {
        (void)s;
        if (error)
                snprintf(last_message, sizeof(last_message), "%s", error->message);
        hear("%s%s=%d ", (const char *)userdata, error ? strerrorname_np(-error->code) : "",
             result);
}

/* ---- every test has a client with the probe as its backend ---- */

static struct fascia_client *client;

static int set_up(void **state) {
        (void)state;
        probe = (Probe){ .ready_at_start = true };
        forget_heard();
        last_message[0] = '\0';
        unsetenv("FASCIA_CONFIG");
        setenv("FASCIA_BACKEND", "probe", true);
        setenv("FASCIA_TIMEOUT", "5s", true);
        setenv("FASCIA_CONNECTION_TIMEOUT", "5s", true);
        if (fascia_client_new(&client) < 0)
                return -1;
        return fascia_client_add_plugin(client, &probe_plugin);
}

static int tear_down(void **state) {
        (void)state;
        client = fascia_client_free(client);
        return 0;
}

static void dispatch(void) {
        int r;

        do
                r = fascia_client_dispatch(client);
        while (r > 0);
        assert_int_equal(r, 0);
}

static struct climate_control *make_climate(void) {
        struct climate_control *c = NULL;

        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(climate_control_add_listener(c, &everything, ""), 0);
        return c;
}

static struct remote_processing_service *make_remote(void) {
        struct remote_processing_service *s = NULL;

        assert_int_equal(remote_processing_service_new(client, &s), 0);
        return s;
}

static void report_temperature(struct fascia_backend *backend, double value) {
        assert_int_equal(fascia_backend_report(backend, TARGET_TEMPERATURE, &value), 0);
}

static void report_fan(struct fascia_backend *backend, int32_t value) {
        assert_int_equal(fascia_backend_report(backend, FAN_LEVEL, &value), 0);
}

/* ---- tests ---- */

static void a_backend_is_started_from_the_first_dispatch_and_not_before(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        assert_int_equal(probe.n_starts, 0);
        assert_int_equal(fascia_feature_get_state(climate_control_feature(c)),
                         FASCIA_STATE_UNAVAILABLE);
        assert_null(fascia_feature_get_error(climate_control_feature(c)));
        dispatch();
        assert_int_equal(probe.n_starts, 1);
        assert_heard(":ready ");
        assert_string_equal(fascia_feature_get_backend(climate_control_feature(c)), "probe");
        climate_control_free(c);
        dispatch();
        assert_int_equal(probe.n_stops, 1);
}

static void changes_of_one_turn_are_told_together_and_ready_after_them(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        probe.ready_at_start = false;
        dispatch();
        report_temperature(probe.backend, 20);
        report_fan(probe.backend, 3);
        report_temperature(probe.backend, 21);
        fascia_backend_ready(probe.backend);
        assert_heard(""); /* never from within a report */
        dispatch();
        assert_heard("fan=3 =21 ! :ready ");
        report_fan(probe.backend, 3); /* equal */
        dispatch();
        assert_heard("");
        climate_control_free(c);
}

static void a_value_that_is_withdrawn_is_told_as_the_start_value(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        dispatch();
        report_fan(probe.backend, 7);
        dispatch();
        assert_true(climate_control_has_fan_level(c));
        assert_int_equal(climate_control_get_fan_level(c), 7);
        fascia_backend_withdraw(probe.backend, FAN_LEVEL);
        dispatch();
        assert_heard(":ready fan=7 ! fan=0 ! ");
        assert_false(climate_control_has_fan_level(c));
        assert_int_equal(climate_control_get_fan_level(c), 0);
        climate_control_free(c);
}

static void a_failed_start_says_why_once_and_calls_fail_at_once(void **state) {
        struct climate_control *c = make_climate();
        const struct fascia_error *error;

        (void)state;
        probe.start_result = -ENXIO;
        dispatch();
        assert_heard(":unavailable ");
        error = fascia_feature_get_error(climate_control_feature(c));
        assert_non_null(error);
        assert_non_null(strstr(error->message, "probe"));
        assert_int_equal(climate_control_set_fan_level(c, 1, on_set, "set:", NULL), 0);
        dispatch();
        assert_heard("set:ENOTCONN ");
        climate_control_free(c);
}

static void a_missing_plugin_leaves_the_feature_unavailable_and_named(void **state) {
        struct fascia_client *other = NULL;
        struct climate_control *c = NULL;

        (void)state;
        setenv("FASCIA_BACKEND", "nowhere", true);
        assert_int_equal(fascia_client_new(&other), 0);
        assert_int_equal(climate_control_new(other, &c), 0);
        while (fascia_client_dispatch(other) > 0)
                ;
        assert_non_null(fascia_feature_get_error(climate_control_feature(c)));
        assert_non_null(
                strstr(fascia_feature_get_error(climate_control_feature(c))->message, "nowhere"));
        climate_control_free(c);
        fascia_client_free(other);
}

static void a_lost_backend_is_told_once_and_values_stay(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        dispatch();
        report_fan(probe.backend, 5);
        dispatch();
        forget_heard();
        fascia_backend_fail(probe.backend, -EIO, "the device is gone");
        dispatch();
        fascia_backend_fail(probe.backend, -EIO, "still gone");
        dispatch();
        assert_heard(":unavailable ");
        assert_string_equal(fascia_feature_get_error(climate_control_feature(c))->message,
                            "still gone");
        assert_int_equal(climate_control_get_fan_level(c), 5);
        assert_true(climate_control_has_fan_level(c));
        assert_int_equal(climate_control_set_fan_level(c, 1, on_set, "set:", NULL), 0);
        assert_heard("");
        dispatch();
        assert_heard("set:ENOTCONN ");
        assert_int_equal(probe.n_sets, 0);
        fascia_backend_ready(probe.backend);
        dispatch();
        assert_heard(":ready ");
        climate_control_free(c);
}

static void operations_of_a_backend_run_from_dispatch_with_their_own_copies(void **state) {
        struct remote_processing_service *s = make_remote();
        char text[] = "hello";

        (void)state;
        dispatch();
        probe.answer_at_once = true;
        assert_int_equal(remote_processing_service_process(s, text, on_processed, "p", NULL), 0);
        memset(text, 'x', sizeof(text) - 1);
        assert_int_equal(probe.n_calls, 0);
        dispatch();
        assert_string_equal(probe.last_text, "hello");
        assert_heard("p=5 ");
        remote_processing_service_free(s);
}

static void a_change_made_before_an_answer_is_heard_before_it(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        dispatch();
        forget_heard();
        assert_int_equal(climate_control_set_target_temperature(c, 22.5, on_set, "set:", NULL), 0);
        dispatch();
        assert_float_equal(probe.last_set, 22.5, 0);
        /* A setter does not write the cache. */
        assert_float_equal(climate_control_get_target_temperature(c), 0, 0);
        fascia_reply_set(probe.reply, &(double){ 22 });
        report_fan(probe.backend, 4);
        dispatch();
        assert_heard("fan=4 =22 ! set:done ");
        climate_control_free(c);
}

static void on_warning(struct cluster_instrument_cluster *c, const struct cluster_warning *warning,
                       void *userdata) {
        (void)c;
        (void)userdata;
        hear("warning:%s ", warning->text);
}

static void on_rpm(struct cluster_instrument_cluster *c, int32_t value, void *userdata) {
        (void)c;
        (void)userdata;
        hear("rpm=%d ", value);
}

static void a_signal_is_copied_and_comes_after_the_changes_before_it(void **state) {
        static const struct cluster_instrument_cluster_listener listener = {
                .rpm_changed = on_rpm,
                .warning_raised = on_warning,
        };
        struct cluster_instrument_cluster *c = NULL;
        char text[] = "oil";
        const struct cluster_warning warning = { .id = 1, .text = text };

        (void)state;
        assert_int_equal(cluster_instrument_cluster_new(client, &c), 0);
        assert_int_equal(cluster_instrument_cluster_add_listener(c, &listener, NULL), 0);
        dispatch();
        assert_int_equal(fascia_backend_report(probe.backend, 1, &(int32_t){ 900 }), 0);
        assert_int_equal(fascia_backend_emit(probe.backend, 0, &warning), 0);
        assert_int_equal(fascia_backend_emit(probe.backend, 0, &warning), 0);
        memset(text, 'x', 3);
        dispatch();
        assert_heard("rpm=900 warning:oil warning:oil ");
        cluster_instrument_cluster_free(c);
}

static void calls_wait_for_the_first_sync_in_their_order(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        probe.ready_at_start = false;
        probe.answer_at_once = true;
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "1", NULL), 0);
        assert_int_equal(remote_processing_service_process(s, "bb", on_processed, "2", NULL), 0);
        dispatch();
        assert_int_equal(probe.n_calls, 0);
        fascia_backend_ready(probe.backend);
        dispatch();
        assert_heard("1=1 2=2 ");
        remote_processing_service_free(s);
}

static void calls_that_waited_too_long_say_for_what(void **state) {
        struct remote_processing_service *s;

        (void)state;
        fascia_client_free(client);
        setenv("FASCIA_CONNECTION_TIMEOUT", "20ms", true);
        assert_int_equal(fascia_client_new(&client), 0);
        assert_int_equal(fascia_client_add_plugin(client, &probe_plugin), 0);
        probe.ready_at_start = false;
        s = make_remote();
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "1", NULL), 0);
        while (!*heard)
                assert_true(fascia_client_wait(client, 2000000) >= 0);
        assert_heard("1ENOTCONN=0 ");
        assert_non_null(strstr(last_message, "ProcessingService did not become ready within 0.02"));
        remote_processing_service_free(s);
}

static void a_deadline_ends_a_call_that_waits_or_was_asked(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        probe.ready_at_start = false;
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "1", &call), 0);
        assert_int_equal(fascia_call_set_timeout(call, 1000), 0);
        while (!*heard)
                assert_true(fascia_client_wait(client, 2000000) >= 0);
        assert_heard("1ETIMEDOUT=0 ");
        fascia_backend_ready(probe.backend);
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "b", on_processed, "2", &call), 0);
        dispatch();
        assert_int_equal(probe.n_calls, 1);
        assert_int_equal(fascia_call_set_timeout(call, 1000), 0);
        while (!*heard)
                assert_true(fascia_client_wait(client, 2000000) >= 0);
        assert_heard("2ETIMEDOUT=0 ");
        assert_int_equal(probe.n_cancels, 1);
        assert_int_equal(fascia_reply_call(probe.reply, &(int32_t){ 1 }), -ESTALE);
        remote_processing_service_free(s);
}

static void a_cancelled_call_ends_once_and_from_dispatch(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "1", &call), 0);
        dispatch();
        assert_int_equal(fascia_call_cancel(call), 0);
        assert_int_equal(fascia_call_cancel(call), -EALREADY);
        assert_int_equal(fascia_call_set_timeout(call, 1), -EALREADY);
        assert_heard("");
        dispatch();
        assert_heard("1ECANCELED=0 ");
        assert_int_equal(probe.n_cancels, 1);
        /* One that was not asked for yet never is. */
        assert_int_equal(remote_processing_service_process(s, "b", on_processed, "2", &call), 0);
        assert_int_equal(fascia_call_cancel(call), 0);
        dispatch();
        assert_heard("2ECANCELED=0 ");
        assert_int_equal(probe.n_calls, 1);
        remote_processing_service_free(s);
}

static void an_answer_is_never_heard_from_within_the_backend(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "", NULL), 0);
        dispatch();
        assert_int_equal(fascia_reply_call(probe.reply, &(int32_t){ 1 }), 0);
        assert_heard("");
        dispatch();
        assert_heard("=1 ");
        remote_processing_service_free(s);
}

static unsigned n_rounds;

static void call_and_cancel(struct remote_processing_service *s, const struct fascia_error *error,
                            int32_t result, void *userdata) {
        struct fascia_call *call = NULL;

        (void)error;
        (void)result;
        (void)userdata;
        if (++n_rounds == 10000 ||
            remote_processing_service_process(s, "x", call_and_cancel, NULL, &call) < 0)
                return;
        fascia_call_cancel(call);
}

static void a_callback_that_begins_and_cancels_for_ever_does_not_hold_the_loop(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        n_rounds = 0;
        probe.answer_at_once = true;
        assert_int_equal(remote_processing_service_process(s, "x", call_and_cancel, NULL, NULL), 0);
        assert_int_equal(fascia_client_dispatch(client), 1);
        assert_int_equal(fascia_client_dispatch(client), 1);
        assert_in_range(n_rounds, 1, 1000);
        n_rounds = 9999; /* the one that ends with the feature begins no other */
        remote_processing_service_free(s);
}

static void bad_arguments_are_refused_at_once_and_nothing_runs(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_feature *f = remote_processing_service_feature(s);
        struct climate_control *c = make_climate();
        const char *text = "x";

        (void)state;
        assert_int_equal(remote_processing_service_process(s, NULL, on_processed, "", NULL),
                         -EINVAL);
        assert_int_equal(remote_processing_service_process(s, "\xff", on_processed, "", NULL),
                         -EILSEQ);
        assert_int_equal(fascia_feature_set_value(f, 0, &text, NULL, NULL, NULL, NULL), -EROFS);
        assert_int_equal(fascia_feature_set_value(f, 1, &text, NULL, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_feature_call(f, 1, &text, NULL, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_feature_call(f, 0, NULL, NULL, NULL, NULL, NULL), -EINVAL);
        dispatch();
        assert_heard(":ready ");
        assert_int_equal(probe.n_calls, 0);
        climate_control_free(c);
        remote_processing_service_free(s);
}

static void a_call_without_callback_is_made(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        probe.answer_at_once = true;
        assert_int_equal(remote_processing_service_process(s, "a", NULL, NULL, NULL), 0);
        dispatch();
        assert_int_equal(probe.n_calls, 1);
        remote_processing_service_free(s);
}

static void free_ends_what_is_outstanding_before_it_returns(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "asked", NULL), 0);
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "b", on_processed, "waits", NULL), 0);
        probe.answer_at_once = false;
        remote_processing_service_free(s);
        assert_heard("askedECANCELED=0 waitsECANCELED=0 ");
        dispatch();
        assert_heard("");
}

static void call_again(struct remote_processing_service *s, const struct fascia_error *error,
                       int32_t result, void *userdata) {
        (void)error;
        (void)result;
        (void)userdata;
        hear("again:%d ", remote_processing_service_process(s, "x", on_processed, "never", NULL));
}

static void a_feature_that_is_freed_takes_no_more_calls(void **state) {
        struct remote_processing_service *s = make_remote();
        char expected[32];

        (void)state;
        assert_int_equal(remote_processing_service_process(s, "a", call_again, NULL, NULL), 0);
        remote_processing_service_free(s);
        snprintf(expected, sizeof(expected), "again:%d ", -ECANCELED);
        assert_heard(expected);
}

static struct climate_control *victim;

static void free_victim(struct climate_control *c, int32_t value, void *userdata) {
        (void)c;
        (void)value;
        hear("%sfree ", (const char *)userdata);
        victim = climate_control_free(victim);
}

static void free_victim_on_set(struct climate_control *c, const struct fascia_error *error,
                               void *userdata) {
        (void)c;
        (void)error;
        (void)userdata;
        hear("free ");
        victim = climate_control_free(victim);
}

static void a_feature_may_free_itself_in_its_listener(void **state) {
        static const struct climate_control_listener freeing = {
                .fan_level_changed = free_victim,
        };

        (void)state;
        assert_int_equal(climate_control_new(client, &victim), 0);
        assert_int_equal(climate_control_add_listener(victim, &freeing, ""), 0);
        assert_int_equal(climate_control_add_listener(victim, &everything, "late:"), 0);
        dispatch();
        forget_heard();
        assert_int_equal(climate_control_set_fan_level(victim, 1, on_set, "set:", NULL), 0);
        dispatch();
        report_fan(probe.backend, 2);
        dispatch();
        assert_heard("free set:ECANCELED ");
        assert_int_equal(probe.n_stops, 1);
}

static void a_feature_may_free_another_of_the_same_core(void **state) {
        static const struct climate_control_listener freeing = {
                .fan_level_changed = free_victim,
        };
        struct climate_control *first = NULL, *last = NULL;

        (void)state;
        assert_int_equal(climate_control_new(client, &first), 0);
        assert_int_equal(climate_control_new(client, &victim), 0);
        assert_int_equal(climate_control_new(client, &last), 0);
        dispatch();
        assert_int_equal(climate_control_add_listener(first, &freeing, ""), 0);
        assert_int_equal(climate_control_add_listener(victim, &everything, "victim:"), 0);
        assert_int_equal(climate_control_add_listener(last, &everything, "last:"), 0);
        report_fan(probe.backend, 2);
        dispatch();
        assert_heard("free last:fan=2 last:! ");
        assert_int_equal(probe.n_starts, 1);
        climate_control_free(first);
        climate_control_free(last);
}

static void a_feature_may_free_itself_in_the_callback_of_its_call(void **state) {
        (void)state;
        assert_int_equal(climate_control_new(client, &victim), 0);
        dispatch();
        assert_int_equal(climate_control_set_fan_level(victim, 1, free_victim_on_set, NULL, NULL),
                         0);
        assert_int_equal(climate_control_set_fan_level(victim, 2, on_set, "second:", NULL), 0);
        probe.answer_at_once = true;
        dispatch();
        assert_heard("free second:ECANCELED ");
}

static void free_all(struct climate_control *c, int32_t value, void *userdata) {
        (void)value;
        (void)userdata;
        climate_control_free(c);
        client = fascia_client_free(client);
}

static void the_client_may_be_freed_in_a_callback(void **state) {
        static const struct climate_control_listener listener = { .fan_level_changed = free_all };
        struct climate_control *c = NULL;

        (void)state;
        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(climate_control_add_listener(c, &listener, NULL), 0);
        dispatch();
        report_fan(probe.backend, 2);
        assert_int_equal(fascia_client_dispatch(client), 1);
        assert_null(client);
        assert_int_equal(probe.n_stops, 1);
}

static void dispatch_again(struct climate_control *c, int32_t value, void *userdata) {
        (void)c;
        (void)value;
        (void)userdata;
        hear("%d %d ", fascia_client_dispatch(client), fascia_client_wait(client, 0));
}

static void dispatch_within_a_callback_is_refused(void **state) {
        static const struct climate_control_listener listener = {
                .fan_level_changed = dispatch_again,
        };
        struct climate_control *c = NULL;
        char expected[32];

        (void)state;
        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(climate_control_add_listener(c, &listener, NULL), 0);
        dispatch();
        report_fan(probe.backend, 2);
        dispatch();
        snprintf(expected, sizeof(expected), "%d %d ", -EBUSY, -EBUSY);
        assert_heard(expected);
        climate_control_free(c);
}

static void add_listener(struct climate_control *c, int32_t value, void *userdata) {
        (void)value;
        (void)userdata;
        hear("add ");
        assert_int_equal(climate_control_add_listener(c, &everything, "new:"), 0);
}

static void a_listener_added_in_a_callback_hears_what_is_newer(void **state) {
        static const struct climate_control_listener adding = {
                .fan_level_changed = add_listener,
        };
        struct climate_control *c = NULL;

        (void)state;
        assert_int_equal(climate_control_new(client, &c), 0);
        dispatch();
        assert_int_equal(climate_control_add_listener(c, &adding, NULL), 0);
        report_fan(probe.backend, 2);
        report_temperature(probe.backend, 20);
        dispatch();
        assert_heard("add new:=20 new:! ");
        climate_control_free(c);
}

static void remove_listener(struct climate_control *c, int32_t value, void *userdata) {
        (void)value;
        (void)userdata;
        hear("remove:%d ", climate_control_remove_listener(c, &everything, "old:"));
}

static void a_listener_removed_in_a_callback_hears_nothing_more(void **state) {
        static const struct climate_control_listener removing = {
                .fan_level_changed = remove_listener,
        };
        struct climate_control *c = NULL;

        (void)state;
        assert_int_equal(climate_control_new(client, &c), 0);
        dispatch();
        assert_int_equal(climate_control_add_listener(c, &removing, NULL), 0);
        assert_int_equal(climate_control_add_listener(c, &everything, "old:"), 0);
        report_fan(probe.backend, 2);
        report_temperature(probe.backend, 20);
        dispatch();
        assert_heard("remove:0 ");
        assert_int_equal(climate_control_remove_listener(c, &everything, "old:"), -ENOENT);
        assert_int_equal(climate_control_remove_listener(c, &removing, "other"), -ENOENT);
        assert_int_equal(climate_control_remove_listener(c, &removing, NULL), 0);
        report_fan(probe.backend, 3);
        dispatch();
        assert_heard("");
        climate_control_free(c);
}

static void two_handles_share_backend_and_cache_but_not_listeners(void **state) {
        struct climate_control *a = make_climate(), *b = NULL;

        (void)state;
        dispatch();
        report_fan(probe.backend, 6);
        dispatch();
        forget_heard();
        assert_int_equal(climate_control_new(client, &b), 0);
        assert_int_equal(climate_control_get_fan_level(b), 6);
        assert_int_equal(climate_control_add_listener(b, &everything, "b"), 0);
        dispatch();
        assert_int_equal(probe.n_starts, 1);
        assert_heard("b:ready "); /* nothing of the past, and nothing new for the other */
        climate_control_free(a);
        dispatch();
        assert_int_equal(probe.n_stops, 0);
        report_fan(probe.backend, 7);
        dispatch();
        assert_heard("bfan=7 b! ");
        climate_control_free(b);
        dispatch();
        assert_int_equal(probe.n_stops, 1);
}

static void zones_come_with_their_values_and_are_the_same_handle(void **state) {
        struct climate_control *c = make_climate(), *zone;
        struct fascia_backend *left = NULL, *right = NULL;

        (void)state;
        dispatch();
        forget_heard();
        assert_null(climate_control_get_zone(c, "Left"));
        assert_int_equal(fascia_backend_add_zone(probe.backend, "Left", NULL, &left), 0);
        assert_int_equal(fascia_backend_add_zone(probe.backend, "Right", NULL, &right), 0);
        report_temperature(left, 21);
        dispatch();
        assert_heard("+Left +Right ");
        zone = climate_control_get_zone(c, "Left");
        assert_non_null(zone);
        assert_ptr_equal(zone, climate_control_get_zone(c, "Left"));
        assert_float_equal(climate_control_get_target_temperature(zone), 21, 0);
        assert_ptr_equal(climate_control_next_zone(c, NULL), zone);
        assert_string_equal(fascia_feature_get_zone_name(
                                    climate_control_feature(climate_control_next_zone(c, zone))),
                            "Right");
        assert_null(climate_control_next_zone(c, climate_control_get_zone(c, "Right")));
        assert_null(climate_control_get_zone(c, ""));
        assert_null(climate_control_get_zone(zone, "Right"));
        assert_int_equal(climate_control_add_listener(zone, &everything, ""), 0);
        report_temperature(left, 22);
        report_temperature(right, 18); /* nobody listens */
        dispatch();
        assert_heard("Left=22 Left! ");
        climate_control_free(c);
}

static void a_zone_that_went_is_unavailable_and_revives(void **state) {
        struct climate_control *c = make_climate(), *zone;
        struct fascia_backend *left = NULL;

        (void)state;
        dispatch();
        assert_int_equal(fascia_backend_add_zone(probe.backend, "Left", NULL, &left), 0);
        report_temperature(left, 21);
        dispatch();
        zone = climate_control_get_zone(c, "Left");
        assert_int_equal(climate_control_add_listener(zone, &everything, ""), 0);
        forget_heard();
        fascia_backend_remove_zone(left);
        dispatch();
        assert_heard("Left:unavailable -Left ");
        assert_null(climate_control_get_zone(c, "Left"));
        assert_int_equal(fascia_feature_get_error(climate_control_feature(zone))->code, -ENODEV);
        assert_int_equal(climate_control_set_fan_level(zone, 1, on_set, "set:", NULL), 0);
        dispatch();
        assert_heard("set:ENODEV ");
        assert_int_equal(fascia_backend_add_zone(probe.backend, "Left", NULL, &left), 0);
        report_temperature(left, 19);
        dispatch();
        assert_heard("+Left Left=19 Left! Left:ready ");
        climate_control_free(c);
}

static void a_zone_may_be_asked_for_before_it_exists(void **state) {
        struct climate_control *zone = NULL;
        struct fascia_backend *rear = NULL;

        (void)state;
        assert_int_equal(climate_control_new_zone(client, "Rear", &zone), 0);
        assert_int_equal(climate_control_add_listener(zone, &everything, ""), 0);
        dispatch();
        assert_heard("Rear:unavailable "); /* with the reason */
        assert_non_null(
                strstr(fascia_feature_get_error(climate_control_feature(zone))->message, "Rear"));
        assert_int_equal(fascia_backend_add_zone(probe.backend, "Rear", NULL, &rear), 0);
        report_temperature(rear, 20);
        dispatch();
        assert_heard("Rear=20 Rear! Rear:ready ");
        climate_control_free(zone);
}

static void a_feature_is_found_by_the_path_of_its_object(void **state) {
        static const char *const others[] = {
                "/",
                "",
                "Vehicle",
                "/Vehicle/Climate1",
                "/Vehicle/Climate1/ClimateControl/",
                "/Vehicle/Climate1/ClimateControls",
                "/Vehicle/Climate1/ClimateControl/A/B",
                "/Vehicle/Cluster1/InstrumentCluster",
        };
        struct climate_control *c = NULL, *zone = NULL, *none = NULL;

        (void)state;
        assert_int_equal(climate_control_new_at(client, "/Vehicle/Climate1/ClimateControl", &c), 0);
        assert_string_equal(fascia_feature_get_zone_name(climate_control_feature(c)), "");
        assert_int_equal(climate_control_new_at(
                                 client, "/Vehicle/Climate1/ClimateControl/Front_20Left", &zone),
                         0);
        assert_string_equal(fascia_feature_get_zone_name(climate_control_feature(zone)),
                            "Front Left");
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_int_equal(climate_control_new_at(client, others[i], &none), -ENOENT);
        assert_int_equal(climate_control_new_at(client, NULL, &none), -EINVAL);
        assert_null(none);
        climate_control_free(zone);
        climate_control_free(c);
}

static void only_zoned_interfaces_have_zones(void **state) {
        struct fascia_feature *f = NULL;
        struct remote_processing_service *s = make_remote();
        const struct fascia_interface *interface = fascia_feature_get_interface(
                remote_processing_service_feature(s));

        (void)state;
        assert_int_equal(
                fascia_feature_new(client, interface, "Left", (fascia_notify_fn *)abort, &f),
                -EINVAL);
        remote_processing_service_free(s);
}

/* ---- pausing ---- */

static void changes_can_be_held_back(void **state) {
        struct climate_control *c = make_climate();
        struct fascia_feature *f = climate_control_feature(c);

        (void)state;
        dispatch();
        report_fan(probe.backend, 3);
        report_temperature(probe.backend, 20);
        dispatch();
        assert_heard(":ready fan=3 =20 ! ");
        assert_int_equal(fascia_feature_resume(f), -EALREADY);
        assert_int_equal(fascia_feature_pause(f), 0);
        assert_int_equal(fascia_feature_pause(f), -EALREADY);
        report_fan(probe.backend, 4);
        report_temperature(probe.backend, 21);
        dispatch();
        assert_heard("");
        assert_int_equal(climate_control_get_fan_level(c), 4); /* never stale */
        report_fan(probe.backend, 5);
        report_temperature(probe.backend, 20); /* as it was */
        dispatch();
        assert_int_equal(fascia_feature_resume(f), 0);
        assert_heard(""); /* from the next dispatch */
        dispatch();
        assert_heard("fan=5 ! ");
        report_fan(probe.backend, 6);
        dispatch();
        assert_heard("fan=6 ! ");
        climate_control_free(c);
}

static void what_did_not_change_in_a_pause_is_not_told(void **state) {
        struct climate_control *c = make_climate();
        struct fascia_feature *f = climate_control_feature(c);

        (void)state;
        dispatch();
        report_fan(probe.backend, 3);
        dispatch();
        forget_heard();
        assert_int_equal(fascia_feature_pause(f), 0);
        report_fan(probe.backend, 4);
        dispatch();
        report_fan(probe.backend, 3);
        dispatch();
        assert_int_equal(fascia_feature_resume(f), 0);
        dispatch();
        assert_heard("");
        climate_control_free(c);
}

static void a_value_that_comes_or_goes_in_a_pause_is_told(void **state) {
        struct climate_control *c = make_climate();
        struct fascia_feature *f = climate_control_feature(c);

        (void)state;
        dispatch();
        report_fan(probe.backend, 3);
        dispatch();
        forget_heard();
        assert_int_equal(fascia_feature_pause(f), 0);
        fascia_backend_withdraw(probe.backend, FAN_LEVEL);
        report_temperature(probe.backend, 0); /* the start value, but known */
        dispatch();
        assert_int_equal(fascia_feature_resume(f), 0);
        dispatch();
        assert_heard("fan=0 =0 ! ");
        climate_control_free(c);
}

static void a_state_is_told_in_a_pause_too(void **state) {
        struct climate_control *c = make_climate();

        (void)state;
        dispatch();
        forget_heard();
        assert_int_equal(fascia_feature_pause(climate_control_feature(c)), 0);
        fascia_backend_fail(probe.backend, -EIO, "gone");
        dispatch();
        assert_heard(":unavailable ");
        climate_control_free(c); /* while it is paused */
}

static void a_pause_concerns_one_handle(void **state) {
        struct climate_control *c = make_climate(), *other = NULL;

        (void)state;
        assert_int_equal(climate_control_new(client, &other), 0);
        assert_int_equal(climate_control_add_listener(other, &everything, "other"), 0);
        dispatch();
        forget_heard();
        assert_int_equal(fascia_feature_pause(climate_control_feature(c)), 0);
        report_fan(probe.backend, 4);
        dispatch();
        assert_non_null(strstr(heard, "fan=4"));
        assert_null(strstr(strstr(heard, "fan=4") + 1, "fan=4"));
        climate_control_free(other);
        climate_control_free(c);
}

static void a_pause_may_go_on_before_its_end_is_told(void **state) {
        struct climate_control *c = make_climate();
        struct fascia_feature *f = climate_control_feature(c);

        (void)state;
        dispatch();
        forget_heard();
        assert_int_equal(fascia_feature_pause(f), 0);
        report_fan(probe.backend, 4);
        dispatch();
        assert_int_equal(fascia_feature_resume(f), 0);
        assert_int_equal(fascia_feature_pause(f), 0);
        dispatch();
        assert_heard("");
        assert_int_equal(fascia_feature_resume(f), 0);
        dispatch();
        assert_heard("fan=4 ! ");
        climate_control_free(c);
}

/* ---- waiting ---- */

static void on_waited(struct remote_processing_service *s, const struct fascia_error *error,
                      int32_t result, void *userdata) {
        (void)s;
        (void)userdata;
        hear("waited:%d:%d ", error ? error->code : 0, result);
}

static void a_tool_can_wait_for_an_answer(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        probe.answer_at_once = true;
        assert_int_equal(remote_processing_service_process(s, "abc", on_waited, NULL, &call), 0);
        assert_int_equal(fascia_call_wait(call), 0);
        assert_heard("waited:0:3 ");
        assert_int_equal(fascia_call_wait(NULL), -EINVAL);
        remote_processing_service_free(s);
}

static void waiting_tells_why_a_call_failed(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        assert_int_equal(remote_processing_service_process(s, "abc", on_waited, NULL, &call), 0);
        assert_int_equal(fascia_call_set_timeout(call, 20000), 0);
        assert_int_equal(fascia_call_wait(call), -ETIMEDOUT);
        assert_int_equal(strncmp(heard, "waited:", 7), 0);
        forget_heard();
        remote_processing_service_free(s);
}

static void on_waiting_inside(struct remote_processing_service *s, const struct fascia_error *error,
                              int32_t result, void *userdata) {
        struct fascia_call *call = NULL;

        (void)error;
        (void)result;
        (void)userdata;
        assert_int_equal(remote_processing_service_process(s, "x", NULL, NULL, &call), 0);
        hear("inside:%d ", fascia_call_wait(call));
}

static void nobody_waits_inside_a_callback(void **state) {
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        probe.answer_at_once = true;
        assert_int_equal(
                remote_processing_service_process(s, "abc", on_waiting_inside, NULL, &call), 0);
        assert_int_equal(fascia_call_wait(call), 0);
        assert_heard("inside:-16 ");
        remote_processing_service_free(s);
}

static void one_descriptor_tells_when_something_is_to_be_done(void **state) {
        struct pollfd fd = { .fd = fascia_client_get_fd(client), .events = POLLIN };
        struct remote_processing_service *s = make_remote();
        struct fascia_call *call = NULL;

        (void)state;
        assert_int_equal(poll(&fd, 1, 0), 1); /* the start */
        dispatch();
        assert_int_equal(poll(&fd, 1, 0), 0);
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "", &call), 0);
        assert_int_equal(poll(&fd, 1, 0), 1); /* the call */
        dispatch();
        assert_int_equal(poll(&fd, 1, 0), 0);
        assert_int_equal(fascia_call_set_timeout(call, 5000), 0);
        assert_int_equal(poll(&fd, 1, 2000), 1); /* the deadline */
        dispatch();
        assert_heard("ETIMEDOUT=0 ");
        assert_int_equal(fascia_client_get_fd(client), fd.fd);
        remote_processing_service_free(s);
}

static void a_client_can_live_in_the_loop_of_the_program(void **state) {
        struct remote_processing_service *s;
        sd_event *event = NULL;

        (void)state;
        fascia_client_free(client);
        assert_int_equal(fascia_client_new(&client), 0);
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(fascia_client_attach_event(client, event), 0);
        assert_int_equal(fascia_client_attach_event(client, event), -EBUSY);
        assert_int_equal(fascia_client_add_plugin(client, &probe_plugin), 0);
        assert_int_equal(fascia_client_dispatch(client), -EBUSY);
        probe.answer_at_once = true;
        s = make_remote();
        assert_int_equal(remote_processing_service_process(s, "four", on_processed, "", NULL), 0);
        while (!*heard)
                assert_true(sd_event_run(event, 2000000) > 0);
        assert_heard("=4 ");
        remote_processing_service_free(s);
        client = fascia_client_free(client);
        sd_event_unref(event);
}

static void a_client_freed_in_a_callback_leaves_the_loop_of_the_program(void **state) {
        static const struct climate_control_listener listener = { .fan_level_changed = free_all };
        struct climate_control *c = NULL;
        sd_event *event = NULL;

        (void)state;
        fascia_client_free(client);
        assert_int_equal(fascia_client_new(&client), 0);
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(fascia_client_attach_event(client, event), 0);
        assert_int_equal(fascia_client_add_plugin(client, &probe_plugin), 0);
        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(climate_control_add_listener(c, &listener, NULL), 0);
        while (!probe.backend)
                assert_true(sd_event_run(event, 2000000) > 0);
        report_fan(probe.backend, 2);
        while (sd_event_run(event, 0) > 0)
                ;
        assert_null(client);
        assert_int_equal(probe.n_stops, 1);
        sd_event_unref(event);
}

static void get_fd_decides_for_the_own_loop(void **state) {
        sd_event *event = NULL;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_true(fascia_client_get_fd(client) >= 0);
        assert_int_equal(fascia_client_attach_event(client, event), -EBUSY);
        sd_event_unref(event);
}

static void features_that_the_program_forgot_go_with_the_client(void **state) {
        struct remote_processing_service *s = make_remote();

        (void)state;
        dispatch();
        assert_int_equal(remote_processing_service_process(s, "a", on_processed, "", NULL), 0);
        dispatch();
        client = fascia_client_free(client);
        assert_heard("ECANCELED=0 ");
        assert_int_equal(probe.n_stops, 1);
}

static void NULL_is_freed_and_refused(void **state) {
        (void)state;
        assert_null(fascia_client_free(NULL));
        assert_null(fascia_feature_free(NULL));
        assert_int_equal(fascia_client_new(NULL), -EINVAL);
        assert_int_equal(fascia_client_dispatch(NULL), -EINVAL);
        assert_int_equal(fascia_call_cancel(NULL), -EINVAL);
        assert_null(fascia_client_get_problem(client, 0));
}

/* Whoever reports by himself has nothing to be asked for. */
static void a_refresh_needs_a_feature_that_can_be_used(void **state) {
        struct climate_control *c;
        struct fascia_feature *f;

        (void)state;
        probe.ready_at_start = false;
        assert_int_equal(climate_control_new(client, &c), 0);
        f = climate_control_feature(c);
        assert_int_equal(fascia_feature_refresh(f), -ENOTCONN);
        dispatch();
        assert_int_equal(fascia_feature_refresh(f), -ENOTCONN);
        fascia_backend_ready(probe.backend);
        assert_int_equal(fascia_feature_refresh(f), 0);
        climate_control_free(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_backend_is_started_from_the_first_dispatch_and_not_before),
                TEST(changes_of_one_turn_are_told_together_and_ready_after_them),
                TEST(a_value_that_is_withdrawn_is_told_as_the_start_value),
                TEST(a_failed_start_says_why_once_and_calls_fail_at_once),
                TEST(a_missing_plugin_leaves_the_feature_unavailable_and_named),
                TEST(a_lost_backend_is_told_once_and_values_stay),
                TEST(operations_of_a_backend_run_from_dispatch_with_their_own_copies),
                TEST(a_change_made_before_an_answer_is_heard_before_it),
                TEST(a_signal_is_copied_and_comes_after_the_changes_before_it),
                TEST(calls_wait_for_the_first_sync_in_their_order),
                TEST(calls_that_waited_too_long_say_for_what),
                TEST(a_deadline_ends_a_call_that_waits_or_was_asked),
                TEST(a_cancelled_call_ends_once_and_from_dispatch),
                TEST(an_answer_is_never_heard_from_within_the_backend),
                TEST(a_callback_that_begins_and_cancels_for_ever_does_not_hold_the_loop),
                TEST(bad_arguments_are_refused_at_once_and_nothing_runs),
                TEST(a_call_without_callback_is_made),
                TEST(free_ends_what_is_outstanding_before_it_returns),
                TEST(a_feature_that_is_freed_takes_no_more_calls),
                TEST(a_feature_may_free_itself_in_its_listener),
                TEST(a_feature_may_free_another_of_the_same_core),
                TEST(a_feature_may_free_itself_in_the_callback_of_its_call),
                TEST(the_client_may_be_freed_in_a_callback),
                TEST(dispatch_within_a_callback_is_refused),
                TEST(a_listener_added_in_a_callback_hears_what_is_newer),
                TEST(a_listener_removed_in_a_callback_hears_nothing_more),
                TEST(two_handles_share_backend_and_cache_but_not_listeners),
                TEST(zones_come_with_their_values_and_are_the_same_handle),
                TEST(a_zone_that_went_is_unavailable_and_revives),
                TEST(a_zone_may_be_asked_for_before_it_exists),
                TEST(a_feature_is_found_by_the_path_of_its_object),
                TEST(only_zoned_interfaces_have_zones),
                TEST(changes_can_be_held_back),
                TEST(what_did_not_change_in_a_pause_is_not_told),
                TEST(a_value_that_comes_or_goes_in_a_pause_is_told),
                TEST(a_state_is_told_in_a_pause_too),
                TEST(a_pause_concerns_one_handle),
                TEST(a_pause_may_go_on_before_its_end_is_told),
                TEST(a_tool_can_wait_for_an_answer),
                TEST(waiting_tells_why_a_call_failed),
                TEST(nobody_waits_inside_a_callback),
                TEST(one_descriptor_tells_when_something_is_to_be_done),
                TEST(a_client_can_live_in_the_loop_of_the_program),
                TEST(a_client_freed_in_a_callback_leaves_the_loop_of_the_program),
                TEST(get_fd_decides_for_the_own_loop),
                TEST(features_that_the_program_forgot_go_with_the_client),
                TEST(a_refresh_needs_a_feature_that_can_be_used),
                TEST(NULL_is_freed_and_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
