/* SPDX-License-Identifier: MIT */
/* Every public function with arguments that are none, and in states that are not for it: the error that is
 * promised, and nothing worse. What they do with good ones is in the tests of what they are for; here each is
 * called at least once with them. The list of symbols says which there are. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-event.h>

#include <fascia/generated.h>
#include <fascia/testkit.h>
#include <test-language-1/language.h>
#include <vehicle-climate-1/climate-backend.h>
#include <vehicle-climate-1/climate.h>

#define NO_SUCH 77

enum { /* in the order of the interface file */
        FAN_LEVEL = 1,
        TEMPERATURE = 2,
        OUTSIDE = 3
};

static struct fascia_client *client;
static struct fascia_test_end *end;
static struct climate_control *climate;
static struct fascia_feature *feature;
static struct fascia_backend *backend;

static int set_up(void **state) {
        (void)state;
        unsetenv("FASCIA_CONFIG");
        unsetenv("FASCIA_BACKEND");
        if (fascia_client_new(&client) < 0 ||
            fascia_test_end_new(client, &climate_control_interface, &end) < 0 ||
            climate_control_new(client, &climate) < 0 || fascia_test_settle(client) < 0)
                return -1;
        feature = climate_control_feature(climate);
        backend = fascia_test_end_get_backend(end);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        return 0;
}

static void notify(struct fascia_feature *f, const void *listener, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        (void)f;
        (void)listener;
        (void)userdata;
        (void)event;
        (void)index;
        (void)data;
}

/* ---- clients ---- */

static void clients(void **state) {
        struct sd_event *event = NULL;

        (void)state;
        assert_int_equal(fascia_client_new(NULL), -EINVAL);
        assert_null(fascia_client_free(NULL));
        assert_null(fascia_client_get_problem(NULL, 0));
        assert_null(fascia_client_get_problem(client, NO_SUCH));
        assert_int_equal(fascia_client_get_fd(NULL), -EINVAL);
        assert_true(fascia_client_get_fd(client) >= 0);
        assert_int_equal(fascia_client_dispatch(NULL), -EINVAL);
        assert_int_equal(fascia_client_dispatch(client), 0);
        assert_int_equal(fascia_client_wait(NULL, 0), -EINVAL);
        assert_int_equal(fascia_client_wait(client, 0), 0);
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(fascia_client_attach_event(NULL, event), -EINVAL);
        assert_int_equal(fascia_client_attach_event(client, NULL), -EINVAL);
        /* It has a loop of its own already. */
        assert_int_equal(fascia_client_attach_event(client, event), -EBUSY);
        sd_event_unref(event);
}

static void a_client_in_a_loop_is_not_dispatched(void **state) {
        struct fascia_client *other = NULL;
        struct sd_event *event = NULL;

        (void)state;
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(fascia_client_new(&other), 0);
        assert_int_equal(fascia_client_attach_event(other, event), 0);
        assert_int_equal(fascia_client_attach_event(other, event), -EBUSY);
        assert_int_equal(fascia_client_dispatch(other), -EBUSY);
        assert_int_equal(fascia_client_wait(other, 0), -EBUSY);
        fascia_client_free(other);
        sd_event_unref(event);
}

static void a_missing_configuration_is_an_error(void **state) {
        struct fascia_client *other = NULL;

        (void)state;
        setenv("FASCIA_CONFIG", "/nowhere/client.conf", true);
        assert_int_equal(fascia_client_new(&other), -ENOENT);
        unsetenv("FASCIA_CONFIG");
        assert_null(other);
}

static void settings_and_backends(void **state) {
        struct fascia_backend_info info = { .size = sizeof(info) };
        struct fascia_statistics statistics = { .size = sizeof(statistics) };
        struct fascia_plugin plugin = { .name = "none" };
        const struct fascia_plugin_feature nothing = { .interface = &climate_control_interface };

        (void)state;
        assert_int_equal(fascia_client_set_setting(NULL, "fascia", "Timeout", "1s"), -EINVAL);
        assert_int_equal(fascia_client_set_setting(client, "fascia", "Timeout", "1s"), 0);
        assert_null(fascia_client_get_setting(NULL, "fascia", "Timeout", NULL));
        assert_null(fascia_client_get_setting(client, NULL, "Timeout", NULL));
        assert_null(fascia_client_get_setting(client, "fascia", NULL, NULL));
        assert_string_equal(fascia_client_get_setting(client, "fascia", "Timeout", NULL), "1s");
        assert_int_equal(fascia_client_set_backend(NULL, &nothing, NULL), -EINVAL);
        assert_int_equal(fascia_client_set_backend(client, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_client_set_backend(client, &nothing, NULL), -EINVAL);
        assert_int_equal(fascia_client_add_plugin(NULL, &plugin), -EINVAL);
        assert_int_equal(fascia_client_add_plugin(client, NULL), -EINVAL);
        assert_int_equal(fascia_client_add_plugin(client, &plugin), -EINVAL);
        assert_int_equal(
                fascia_client_get_backend_info(client, &climate_control_interface, 0, NULL),
                -EINVAL);
        assert_int_equal(
                fascia_client_get_backend_info(client, &climate_control_interface, NO_SUCH, &info),
                -ENOENT);
        assert_int_equal(
                fascia_client_get_backend_info(client, &climate_control_interface, 0, &info), 0);
        assert_int_equal(fascia_client_get_statistics(client, NULL), -EINVAL);
        assert_int_equal(fascia_client_get_statistics(client, &statistics), 0);
}

/* ---- features ---- */

static void features_that_cannot_be_made(void **state) {
        struct fascia_interface wrong = climate_control_interface;
        struct fascia_module module = climate_module;
        struct fascia_feature *f = NULL;

        (void)state;
        assert_int_equal(fascia_feature_new(NULL, &climate_control_interface, NULL, notify, &f),
                         -EINVAL);
        assert_int_equal(fascia_feature_new(client, NULL, NULL, notify, &f), -EINVAL);
        assert_int_equal(fascia_feature_new(client, &climate_control_interface, NULL, NULL, &f),
                         -EINVAL);
        assert_int_equal(fascia_feature_new(client, &climate_control_interface, NULL, notify, NULL),
                         -EINVAL);
        assert_int_equal(fascia_feature_new(client, &climate_control_interface, "\xff", notify, &f),
                         -EINVAL);
        /* A zone of what has none. */
        assert_int_equal(fascia_feature_new(client, &language_speaker_interface, "a", notify, &f),
                         -EINVAL);
        module.abi = NO_SUCH;
        wrong.module = &module;
        assert_true(fascia_feature_new(client, &wrong, NULL, notify, &f) < 0);
        assert_int_equal(
                fascia_feature_new_at(client, &climate_control_interface, NULL, notify, &f),
                -EINVAL);
        assert_int_equal(fascia_feature_new_at(client, &climate_control_interface, "/", notify, &f),
                         -ENOENT);
        assert_int_equal(fascia_feature_new_at(client, &climate_control_interface,
                                               climate_control_interface.path, notify, NULL),
                         -EINVAL);
        assert_null(f);
        assert_int_equal(fascia_feature_new_at(client, &climate_control_interface,
                                               climate_control_interface.path, notify, &f),
                         0);
        assert_null(fascia_feature_free(f));
        assert_null(fascia_feature_free(NULL));
}

static void questions_about_nothing(void **state) {
        (void)state;
        assert_int_equal(fascia_feature_get_state(NULL), FASCIA_STATE_UNAVAILABLE);
        assert_int_equal(fascia_feature_get_state(feature), FASCIA_STATE_READY);
        assert_null(fascia_feature_get_error(NULL));
        assert_null(fascia_feature_get_error(feature));
        assert_string_equal(fascia_feature_get_zone_name(NULL), "");
        assert_string_equal(fascia_feature_get_zone_name(feature), "");
        assert_string_equal(fascia_feature_get_backend(NULL), "");
        assert_string_equal(fascia_feature_get_backend(feature), "own-0");
        assert_int_equal(fascia_feature_get_discovery(NULL), FASCIA_DISCOVERY_FAILED);
        assert_int_equal(fascia_feature_get_discovery(feature), FASCIA_DISCOVERY_PRODUCTION);
        assert_false(fascia_feature_is_simulated(NULL));
        assert_false(fascia_feature_is_simulated(feature));
        assert_null(fascia_feature_get_rejected(NULL));
        assert_null(fascia_feature_get_rejected(feature));
        assert_null(fascia_feature_get_client(NULL));
        assert_ptr_equal(fascia_feature_get_client(feature), client);
        assert_null(fascia_feature_get_interface(NULL));
        assert_ptr_equal(fascia_feature_get_interface(feature), &climate_control_interface);
        assert_null(fascia_feature_get_value(NULL, FAN_LEVEL));
        assert_null(fascia_feature_get_value(feature, NO_SUCH));
        assert_non_null(fascia_feature_get_value(feature, FAN_LEVEL));
        assert_false(fascia_feature_has_value(NULL, FAN_LEVEL));
        assert_false(fascia_feature_has_value(feature, NO_SUCH));
        assert_null(fascia_feature_get_zone(NULL, "Rear"));
        assert_null(fascia_feature_get_zone(feature, NULL));
        assert_null(fascia_feature_get_zone(feature, ""));
        assert_null(fascia_feature_get_zone(feature, "Nowhere"));
        assert_null(fascia_feature_next_zone(NULL, NULL));
        assert_null(fascia_feature_next_zone(feature, NULL));
}

static void wishes_of_features(void **state) {
        (void)state;
        assert_int_equal(fascia_feature_refresh(NULL), -EINVAL);
        assert_int_equal(fascia_feature_refresh(feature), 0);
        assert_int_equal(fascia_feature_pause(NULL), -EINVAL);
        assert_int_equal(fascia_feature_resume(NULL), -EINVAL);
        assert_int_equal(fascia_feature_resume(feature), -EALREADY);
        assert_int_equal(fascia_feature_pause(feature), 0);
        assert_int_equal(fascia_feature_pause(feature), -EALREADY);
        assert_int_equal(fascia_feature_resume(feature), 0);
        assert_int_equal(fascia_feature_set_backend(NULL, "x"), -EINVAL);
        assert_int_equal(fascia_feature_set_backend(feature, "X"), -EINVAL);
        assert_int_equal(fascia_feature_set_backend(feature, NULL), 0);
        assert_int_equal(fascia_feature_discover(NULL), -EINVAL);
        assert_int_equal(fascia_feature_discover(feature), 0);
        assert_int_equal(fascia_feature_add_listener(NULL, "x", 1, NULL), -EINVAL);
        assert_int_equal(fascia_feature_add_listener(feature, NULL, 1, NULL), -EINVAL);
        assert_int_equal(fascia_feature_add_listener(feature, "x", 1, client), 0);
        assert_int_equal(fascia_feature_remove_listener(NULL, "x", 1, client), -EINVAL);
        assert_int_equal(fascia_feature_remove_listener(feature, NULL, 1, client), -EINVAL);
        assert_int_equal(fascia_feature_remove_listener(feature, "x", 1, NULL), -ENOENT);
        assert_int_equal(fascia_feature_remove_listener(feature, "y", 1, client), -ENOENT);
        assert_int_equal(fascia_feature_remove_listener(feature, "x", 1, client), 0);
        fascia_test_end_set_available(end, false);
        assert_int_equal(fascia_feature_refresh(feature), -ENOTCONN);
}

/* ---- calls ---- */

static void on_done(void) {
}

static void calls(void **state) {
        const int32_t level = 3;
        struct fascia_call *call = NULL;

        (void)state;
        assert_int_equal(fascia_feature_set_value(NULL, FAN_LEVEL, &level, NULL, NULL, NULL, NULL),
                         -EINVAL);
        assert_int_equal(fascia_feature_set_value(feature, NO_SUCH, &level, NULL, NULL, NULL, NULL),
                         -EINVAL);
        assert_int_equal(fascia_feature_set_value(feature, FAN_LEVEL, NULL, NULL, NULL, NULL, NULL),
                         -EINVAL);
        assert_int_equal(
                fascia_feature_set_value(feature, FAN_LEVEL, &level, NULL, on_done, NULL, NULL),
                -EINVAL);
        assert_int_equal(
                fascia_feature_set_value(feature, OUTSIDE, &(double){ 1 }, NULL, NULL, NULL, NULL),
                -EROFS);
        assert_int_equal(fascia_feature_call(NULL, 0, NULL, NULL, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_feature_call(feature, 0, NULL, NULL, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_call_cancel(NULL), -EINVAL);
        assert_int_equal(fascia_call_wait(NULL), -EINVAL);
        assert_int_equal(fascia_call_set_timeout(NULL, 0), -EINVAL);
        assert_int_equal(
                fascia_feature_set_value(feature, FAN_LEVEL, &level, NULL, NULL, NULL, &call), 0);
        assert_int_equal(fascia_call_set_timeout(call, UINT64_MAX), 0);
        assert_int_equal(fascia_call_wait(call), 0);
        fascia_test_end_hold_setters(end, true);
        assert_int_equal(
                fascia_feature_set_value(feature, FAN_LEVEL, &level, NULL, NULL, NULL, &call), 0);
        assert_int_equal(fascia_call_cancel(call), 0);
        assert_int_equal(fascia_call_cancel(call), -EALREADY);
        assert_int_equal(fascia_call_set_timeout(call, 1), -EALREADY);
}

/* ---- the test kit ---- */

static void the_test_kit(void **state) {
        struct fascia_test_request request;
        struct fascia_test_end *other = NULL;

        (void)state;
        assert_int_equal(fascia_test_end_new(NULL, &climate_control_interface, &other), -EINVAL);
        assert_int_equal(fascia_test_end_new(client, NULL, &other), -EINVAL);
        assert_int_equal(fascia_test_end_new(client, &climate_control_interface, NULL), -EINVAL);
        assert_int_equal(fascia_test_end_new(client, &climate_control_interface, &other), -EEXIST);
        assert_null(fascia_test_end_get_backend(NULL));
        fascia_test_end_set_available(NULL, true);
        fascia_test_end_hold_setters(NULL, true);
        assert_int_equal(fascia_test_end_next(NULL, &request), -EINVAL);
        assert_int_equal(fascia_test_end_next(end, NULL), -EINVAL);
        assert_int_equal(fascia_test_end_next(end, &request), -ENODATA);
        assert_int_equal(fascia_test_settle(NULL), -EINVAL);
        assert_int_equal(fascia_test_settle(client), 0);
        assert_int_equal(fascia_test_advance(NULL, 1), -EINVAL);
        assert_int_equal(fascia_test_advance(client, 1), 0);
}

/* ---- backends ---- */

static void backends(void **state) {
        const struct fascia_backend *none = NULL;
        struct fascia_backend *zone = NULL;
        const int32_t level = 3;

        (void)state;
        assert_null(fascia_backend_get_interface(none));
        assert_ptr_equal(fascia_backend_get_interface(backend), &climate_control_interface);
        assert_null(fascia_backend_get_host(none));
        assert_non_null(fascia_backend_get_host(backend));
        assert_null(fascia_backend_get_implementation(none));
        assert_null(fascia_backend_get_implementation(backend));
        assert_string_equal(fascia_backend_get_zone_name(none), "");
        assert_string_equal(fascia_backend_get_zone_name(backend), "");
        assert_null(fascia_backend_get_kept(none, 0));
        assert_null(fascia_backend_get_kept(backend, UINT32_MAX));
        assert_null(fascia_backend_get_kept(backend, 0));
        assert_null(fascia_backend_get_setting(none, "Timeout"));
        assert_null(fascia_backend_get_setting(backend, NULL));
        assert_null(fascia_backend_get_setting(backend, "Nothing"));
        assert_string_equal(fascia_backend_get_setting(backend, "Timeout"), "5s");
        fascia_backend_ready(NULL);
        fascia_backend_fail(NULL, -EIO, "text");
        fascia_backend_fail(backend, 7, NULL);
        assert_int_equal(fascia_feature_get_error(feature)->code, -EIO);
        fascia_backend_ready(backend);
        assert_int_equal(fascia_backend_report(NULL, FAN_LEVEL, &level), -EINVAL);
        assert_int_equal(fascia_backend_report(backend, NO_SUCH, &level), -EINVAL);
        assert_int_equal(fascia_backend_report(backend, FAN_LEVEL, NULL), -EINVAL);
        assert_int_equal(fascia_backend_report(backend, FAN_LEVEL, &level), 0);
        assert_null(fascia_backend_get_value(NULL, FAN_LEVEL));
        assert_null(fascia_backend_get_value(backend, NO_SUCH));
        assert_non_null(fascia_backend_get_value(backend, FAN_LEVEL));
        assert_int_equal(fascia_backend_withdraw(NULL, FAN_LEVEL), -EINVAL);
        assert_int_equal(fascia_backend_withdraw(backend, NO_SUCH), -EINVAL);
        assert_int_equal(fascia_backend_withdraw(backend, FAN_LEVEL), 0);
        assert_null(fascia_backend_get_value(backend, FAN_LEVEL));
        assert_int_equal(fascia_backend_emit(NULL, 0, NULL), -EINVAL);
        assert_int_equal(fascia_backend_emit(backend, 0, NULL), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(NULL, "Rear", NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(backend, NULL, NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(backend, "", NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(backend, "\xff", NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(backend, "Rear", NULL, &zone), 0);
        assert_int_equal(fascia_backend_add_zone(backend, "Rear", NULL, &zone), -EEXIST);
        assert_int_equal(fascia_backend_add_zone(zone, "Left", NULL, NULL), -EINVAL);
        assert_null(fascia_backend_get_zone(NULL, "Rear"));
        assert_null(fascia_backend_get_zone(backend, NULL));
        assert_null(fascia_backend_get_zone(backend, "Left"));
        assert_ptr_equal(fascia_backend_get_zone(backend, "Rear"), zone);
        fascia_backend_remove_zone(NULL);
        fascia_backend_remove_zone(backend); /* is no zone */
        fascia_backend_remove_zone(zone);
        assert_null(fascia_backend_get_zone(backend, "Rear"));
        assert_int_equal(fascia_backend_report(zone, FAN_LEVEL, &level), -ENODEV);
}

static void answers(void **state) {
        const struct fascia_reply nothing = { 0 };
        struct fascia_reply stale = { fascia_backend_get_host(backend), 12345 };
        struct fascia_test_request request;
        struct fascia_call *call = NULL;
        const int32_t level = 3;

        (void)state;
        assert_int_equal(fascia_reply_set(nothing, NULL), -EINVAL);
        assert_int_equal(fascia_reply_call(nothing, NULL), -EINVAL);
        assert_int_equal(fascia_reply_fail(nothing, -EIO, NULL), -EINVAL);
        assert_int_equal(fascia_reply_fail_named(nothing, "org.x.Error", NULL), -EINVAL);
        assert_true(fascia_reply_set(stale, NULL) < 0);
        assert_true(fascia_reply_fail(stale, -EIO, NULL) < 0);
        fascia_test_end_hold_setters(end, true);
        assert_int_equal(
                fascia_feature_set_value(feature, FAN_LEVEL, &level, NULL, NULL, NULL, &call), 0);
        assert_int_equal(fascia_test_settle(client), 0);
        assert_int_equal(fascia_test_end_next(end, &request), 0);
        assert_int_equal(fascia_reply_call(request.reply, NULL), -EINVAL); /* it was no call */
        assert_int_equal(fascia_reply_fail_named(request.reply, "no name", NULL), -EINVAL);
        assert_int_equal(fascia_reply_fail_named(request.reply, NULL, NULL), -EINVAL);
        assert_int_equal(fascia_reply_set(request.reply, &level), 0);
        assert_int_equal(fascia_reply_set(request.reply, &level), -EALREADY);
        assert_int_equal(fascia_reply_fail(request.reply, -EIO, NULL), -EALREADY);
        assert_int_equal(fascia_call_wait(call), 0);
}

static void on_time(void *userdata) {
        ++*(int *)userdata;
}

static void on_io(uint32_t events, void *userdata) {
        *(uint32_t *)userdata |= events;
}

typedef struct Poster {
        struct fascia_host *host;
        int n;
} Poster;

static void begin_again(void *userdata) {
        Poster *p = userdata;

        p->n++;
        if (p->n == 1)
                assert_int_equal(fascia_host_post(p->host, begin_again, p), 0);
}

static void take_back(void *userdata) {
        Poster *p = userdata;

        fascia_host_unpost(p->host, p);
}

static void what_is_posted_runs_in_order_until_it_is_taken_back(void **state) {
        struct fascia_host *host = fascia_backend_get_host(backend);
        Poster first = { .host = host }, again = { .host = host };
        int n = 0;

        (void)state;
        fascia_host_unpost(NULL, &n);
        assert_int_equal(fascia_host_post(host, on_time, &n), 0);
        fascia_host_unpost(host, &n);
        fascia_host_unpost(host, &n);
        fascia_test_settle(client);
        assert_int_equal(n, 0);

        /* Of those that are due already, too; others run. */
        assert_int_equal(fascia_host_post(host, on_time, &n), 0);
        assert_int_equal(fascia_host_post(host, take_back, &first), 0);
        assert_int_equal(fascia_host_post(host, begin_again, &first), 0);
        assert_int_equal(fascia_host_post(host, on_time, &n), 0);
        assert_int_equal(fascia_host_post(host, begin_again, &first), 0);
        assert_int_equal(fascia_host_post(host, begin_again, &again), 0);
        fascia_test_settle(client);
        assert_int_equal(n, 2);
        assert_int_equal(first.n, 0);
        assert_int_equal(again.n, 2);
        assert_int_equal(fascia_host_post(host, on_time, &n), 0);
        fascia_test_settle(client);
        assert_int_equal(n, 3);
}

static void hosts(void **state) {
        const struct fascia_module_library *library = NULL;
        struct fascia_host *host = fascia_backend_get_host(backend);
        struct fascia_timer *timer = NULL;
        struct fascia_io *io = NULL;
        uint32_t events = 0;
        int n = 0, fds[2];

        (void)state;
        assert_int_equal(fascia_host_now(NULL), 0);
        assert_in_range(fascia_host_now(host), 1, UINT64_MAX);
        assert_int_equal(fascia_host_post(NULL, on_time, &n), -EINVAL);
        assert_int_equal(fascia_host_post(host, NULL, &n), -EINVAL);
        assert_int_equal(fascia_host_post(host, on_time, &n), 0);
        assert_int_equal(fascia_host_add_timer(NULL, on_time, &n, &timer), -EINVAL);
        assert_int_equal(fascia_host_add_timer(host, NULL, &n, &timer), -EINVAL);
        assert_int_equal(fascia_host_add_timer(host, on_time, &n, NULL), -EINVAL);
        assert_int_equal(fascia_host_add_timer(host, on_time, &n, &timer), 0);
        assert_int_equal(fascia_timer_set(NULL, 0), -EINVAL);
        assert_int_equal(fascia_timer_set(timer, 1000), 0);
        assert_int_equal(fascia_test_advance(client, 2000), 0);
        assert_int_equal(n, 2);
        assert_null(fascia_timer_free(timer));
        assert_null(fascia_timer_free(NULL));
        assert_int_equal(pipe(fds), 0);
        assert_int_equal(fascia_host_add_io(NULL, fds[0], POLLIN, on_io, &events, &io), -EINVAL);
        assert_int_equal(fascia_host_add_io(host, -1, POLLIN, on_io, &events, &io), -EINVAL);
        assert_int_equal(fascia_host_add_io(host, fds[0], POLLIN, NULL, &events, &io), -EINVAL);
        assert_int_equal(fascia_host_add_io(host, fds[0], POLLIN, on_io, &events, NULL), -EINVAL);
        assert_int_equal(fascia_host_add_io(host, fds[0], POLLIN, on_io, &events, &io), 0);
        assert_int_equal(fascia_io_set_events(NULL, POLLIN), -EINVAL);
        assert_int_equal(fascia_io_set_events(io, POLLIN), 0);
        assert_int_equal(write(fds[1], "x", 1), 1);
        assert_true(fascia_client_dispatch(client) > 0);
        assert_int_equal(events, POLLIN);
        assert_null(fascia_io_free(io));
        assert_null(fascia_io_free(NULL));
        close(fds[0]);
        close(fds[1]);
        assert_int_equal(fascia_host_get_module_library(NULL, &climate_module, &library), -EINVAL);
        assert_int_equal(fascia_host_get_module_library(host, NULL, &library), -EINVAL);
        assert_int_equal(fascia_host_get_module_library(host, &climate_module, NULL), -EINVAL);
        assert_null(library);
}

/* ---- values ---- */

static void values(void **state) {
        const struct fascia_property *fan = &climate_control_interface.properties[FAN_LEVEL];
        const int32_t low = 1, high = 99;
        char *text = NULL;
        void *copy = NULL;
        int32_t value = 7;

        (void)state;
        fascia_value_init(fan->type, &value);
        assert_int_equal(value, 0);
        assert_int_equal(fascia_value_copy(fan->type, &value, &low), 0);
        assert_true(fascia_value_equal(fan->type, &value, &low));
        fascia_value_clear(fan->type, &value);
        assert_false(fascia_value_equal(fan->type, &value, &low));
        assert_int_equal(fascia_value_check(fan->type, NULL, &high, &text), 0);
        assert_int_equal(fascia_value_check(fan->type, fan->constraint, &high, NULL), -ERANGE);
        assert_int_equal(fascia_value_check(fan->type, fan->constraint, &high, &text), -ERANGE);
        assert_string_equal(text, "[0-10]");
        free(text);
        assert_int_equal(fascia_property_check(fan, fan->constraint, &low, &text), 0);
        assert_int_equal(fascia_property_check(fan, fan->constraint, &high, &text), -ERANGE);
        assert_string_equal(text, "FanLevel: 99 is not in [0-10]");
        free(text);
        text = fascia_value_print(fan->type, &high);
        assert_string_equal(text, "99");
        free(text);
        assert_int_equal(fascia_value_new_copy(NULL, &low, &copy), -EINVAL);
        assert_int_equal(fascia_value_new_copy(fan->type, NULL, &copy), -EINVAL);
        assert_int_equal(fascia_value_new_copy(fan->type, &low, NULL), -EINVAL);
        assert_int_equal(fascia_value_new_copy(fan->type, &low, &copy), 0);
        assert_null(fascia_value_free(fan->type, copy));
        assert_null(fascia_value_free(fan->type, NULL));
        assert_null(fascia_enum_to_string(NULL, 0));
        assert_null(fascia_enum_to_string(fan->type, 0));
}

static void variants(void **state) {
        const struct fascia_variant nothing = { NULL, NULL };
        const struct fascia_variant number = { fascia_basic_type('i'), &(int32_t){ 5 } };
        const char *string = NULL;
        int64_t integer = 0;
        bool truth = false;
        double real = 0;

        (void)state;
        assert_null(fascia_basic_type('?'));
        assert_string_equal(fascia_variant_get_signature(NULL), "");
        assert_string_equal(fascia_variant_get_signature(&nothing), "");
        assert_string_equal(fascia_variant_get_signature(&number), "i");
        assert_null(fascia_variant_get(NULL, fascia_basic_type('i')));
        assert_null(fascia_variant_get(&number, NULL));
        assert_null(fascia_variant_get(&number, fascia_basic_type('s')));
        assert_non_null(fascia_variant_get(&number, fascia_basic_type('i')));
        assert_int_equal(fascia_variant_get_bool(&number, &truth), -ENODATA);
        assert_int_equal(fascia_variant_get_bool(NULL, &truth), -ENODATA);
        assert_int_equal(fascia_variant_get_bool(&number, NULL), -EINVAL);
        assert_int_equal(fascia_variant_get_int(&nothing, &integer), -ENODATA);
        assert_int_equal(fascia_variant_get_int(&number, NULL), -EINVAL);
        assert_int_equal(fascia_variant_get_int(&number, &integer), 0);
        assert_int_equal(fascia_variant_get_real(&nothing, &real), -ENODATA);
        assert_int_equal(fascia_variant_get_real(&number, NULL), -EINVAL);
        assert_int_equal(fascia_variant_get_real(&number, &real), 0);
        assert_int_equal(fascia_variant_get_string(&number, &string), -ENODATA);
        assert_int_equal(fascia_variant_get_string(&number, NULL), -EINVAL);
}

/* ---- generated functions ---- */

static void generated_functions(void **state) {
        struct climate_control *other = NULL;

        (void)state;
        assert_int_equal(climate_control_new(NULL, &other), -EINVAL);
        assert_int_equal(climate_control_new(client, NULL), -EINVAL);
        assert_int_equal(climate_control_new_at(client, "/nowhere", &other), -ENOENT);
        assert_int_equal(climate_control_new_zone(client, "\xff", &other), -EINVAL);
        assert_null(climate_control_free(NULL));
        assert_null(climate_control_get_zone(NULL, "Rear"));
        assert_null(climate_control_next_zone(NULL, NULL));
        assert_int_equal(climate_control_add_listener(climate, NULL, NULL), -EINVAL);
        assert_int_equal(climate_control_remove_listener(climate, NULL, NULL), -EINVAL);
        assert_int_equal(climate_control_set_fan_level(NULL, 1, NULL, NULL, NULL), -EINVAL);
        assert_false(climate_control_has_fan_level(NULL));
        assert_null(other);
}

/* ---- all of them ---- */

/* Each function that is exported stands in this file. */
static void none_is_forgotten(void **state) {
        const char *top = getenv("FASCIA_SOURCE_DIR");
        static char text[65536];
        char line[256], path[512];
        FILE *f;

        (void)state;
        snprintf(path, sizeof(path), "%s/tests/test-api.c", top ? top : ".");
        f = fopen(path, "r");
        assert_non_null(f);
        assert_true(fread(text, 1, sizeof(text) - 1, f) > 10000);
        fclose(f);
        snprintf(path, sizeof(path), "%s/client/libfascia.symbols", top ? top : ".");
        f = fopen(path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                char call[300];

                if (*line == '#')
                        continue;
                line[strcspn(line, " ")] = '\0';
                snprintf(call, sizeof(call), "%s(", line);
                if (!strstr(text, call))
                        fail_msg("%s is not tested", line);
        }
        fclose(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(clients),
                TEST(a_client_in_a_loop_is_not_dispatched),
                TEST(a_missing_configuration_is_an_error),
                TEST(settings_and_backends),
                TEST(features_that_cannot_be_made),
                TEST(questions_about_nothing),
                TEST(wishes_of_features),
                TEST(calls),
                TEST(the_test_kit),
                TEST(backends),
                TEST(answers),
                TEST(what_is_posted_runs_in_order_until_it_is_taken_back),
                TEST(hosts),
                TEST(values),
                TEST(variants),
                TEST(generated_functions),
                TEST(none_is_forgotten),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
