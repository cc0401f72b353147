/* SPDX-License-Identifier: MIT */
/* The test kit for user interfaces; also an example of how a user interface is tested: the panel below
 * is what would be one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <example-remote-1/remote-backend.h>
#include <example-remote-1/remote.h>
#include <fascia/testkit.h>
#include <test-language-1/language-backend.h>
#include <test-language-1/language.h>
#include <vehicle-climate-1/climate-backend.h>
#include <vehicle-climate-1/climate.h>

/* ---- a panel: shows the fan, and has a button for more of it ---- */

typedef struct Panel {
        struct climate_control *climate;
        char fan[32];
        char message[64];
        bool is_grey;
} Panel;

static void on_fan(struct climate_control *c, int32_t value, void *userdata) {
        Panel *p = userdata;

        (void)c;
        snprintf(p->fan, sizeof(p->fan), "%d", value);
}

static void on_state(struct climate_control *c, enum fascia_state state, void *userdata) {
        Panel *p = userdata;

        (void)c;
        p->is_grey = state != FASCIA_STATE_READY;
}

static void on_more(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        Panel *p = userdata;

        (void)c;
        snprintf(p->message, sizeof(p->message), "%s", error ? error->message : "");
}

static void panel_press_more(Panel *p) {
        snprintf(p->message, sizeof(p->message), "wait");
        climate_control_set_fan_level(p->climate, climate_control_get_fan_level(p->climate) + 1,
                                      on_more, p, NULL);
}

static void panel_begin(Panel *p, struct fascia_client *client) {
        static const struct climate_control_listener listener = {
                .fan_level_changed = on_fan,
                .on_state = on_state,
        };

        p->is_grey = true;
        assert_int_equal(climate_control_new(client, &p->climate), 0);
        assert_int_equal(climate_control_add_listener(p->climate, &listener, p), 0);
}

/* ---- its tests ---- */

typedef struct Fixture {
        struct fascia_client *client;
        struct fascia_test_end *end;
        Panel panel;
} Fixture;

static struct climate_control_backend *backend_of(const Fixture *f) {
        return (struct climate_control_backend *)fascia_test_end_get_backend(f->end);
}

static int set_up(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_int_equal(fascia_client_new(&f->client), 0);
        assert_int_equal(fascia_test_end_new(f->client, &climate_control_interface, &f->end), 0);
        assert_null(fascia_test_end_get_backend(f->end));
        panel_begin(&f->panel, f->client);
        assert_int_equal(fascia_test_settle(f->client), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        climate_control_free(f->panel.climate);
        fascia_client_free(f->client);
        free(f);
        return 0;
}

static void the_panel_shows_the_fan(void **state) {
        Fixture *f = *state;

        assert_false(f->panel.is_grey);
        climate_control_backend_report_fan_level(backend_of(f), 3);
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.fan, "3");
}

static void its_button_asks_for_more(void **state) {
        Fixture *f = *state;

        climate_control_backend_report_fan_level(backend_of(f), 3);
        fascia_test_settle(f->client);
        panel_press_more(&f->panel);
        assert_string_equal(f->panel.message, "wait");
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.fan, "4");
        assert_string_equal(f->panel.message, "");
}

static void it_waits_for_a_slow_service(void **state) {
        Fixture *f = *state;
        struct fascia_test_request request;

        fascia_test_end_hold_setters(f->end, true);
        panel_press_more(&f->panel);
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.message, "wait");
        assert_int_equal(fascia_test_end_next(f->end, &request), 0);
        assert_string_equal(request.name, "fanLevel");
        assert_true(request.is_set);
        assert_int_equal(*(const int32_t *)request.arguments, 1);
        fascia_test_advance(f->client, 3000000);
        assert_string_equal(f->panel.message, "wait");
        fascia_reply_set(request.reply, &(int32_t){ 1 });
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.message, "");
        assert_string_equal(f->panel.fan, "1");
        assert_int_equal(fascia_test_end_next(f->end, &request), -ENODATA);
}

static void it_shows_what_the_service_refuses(void **state) {
        Fixture *f = *state;
        struct fascia_test_request request;

        fascia_test_end_hold_setters(f->end, true);
        panel_press_more(&f->panel);
        fascia_test_settle(f->client);
        assert_int_equal(fascia_test_end_next(f->end, &request), 0);
        fascia_reply_fail(request.reply, -EBUSY, "the engine is off");
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.message, "the engine is off");
}

static void it_gives_up_after_the_deadline(void **state) {
        Fixture *f = *state;

        fascia_test_end_hold_setters(f->end, true);
        panel_press_more(&f->panel);
        fascia_test_settle(f->client);
        /* An hour, at once. */
        assert_int_equal(fascia_test_advance(f->client, UINT64_C(3600) * 1000000), 0);
        assert_string_not_equal(f->panel.message, "wait");
        assert_string_not_equal(f->panel.message, "");
}

static void it_is_grey_without_a_service(void **state) {
        Fixture *f = *state;

        climate_control_backend_report_fan_level(backend_of(f), 3);
        fascia_test_settle(f->client);
        fascia_test_end_set_available(f->end, false);
        fascia_test_settle(f->client);
        assert_true(f->panel.is_grey);
        assert_int_equal(climate_control_get_fan_level(f->panel.climate), 3);
        panel_press_more(&f->panel);
        fascia_test_settle(f->client);
        assert_non_null(strstr(f->panel.message, "ClimateControl is unavailable: The test"));
        fascia_test_end_set_available(f->end, true);
        fascia_test_settle(f->client);
        assert_false(f->panel.is_grey);
}

static void calls_in_flight_end_when_the_service_goes(void **state) {
        Fixture *f = *state;
        struct fascia_test_request request;

        fascia_test_end_hold_setters(f->end, true);
        panel_press_more(&f->panel);
        fascia_test_settle(f->client);
        assert_int_equal(fascia_test_end_next(f->end, &request), 0);
        fascia_test_end_set_available(f->end, false);
        fascia_test_settle(f->client);
        assert_string_equal(f->panel.message, "The test has taken the service away");
        /* The answer comes too late, and does no harm. */
        assert_true(fascia_reply_set(request.reply, &(int32_t){ 1 }) < 0);
        fascia_test_settle(f->client);
}

/* ---- operations and signals ---- */

static char said[64];

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata) {
        (void)s;
        (void)userdata;
        snprintf(said, sizeof(said), "%d:%d", error ? error->code : 0, result);
}

static void operations_are_answered_by_the_test_in_any_order(void **state) {
        Fixture *f = *state;
        struct fascia_test_request first, second;
        struct remote_processing_service *s = NULL;
        struct fascia_test_end *end = NULL;

        assert_int_equal(fascia_test_end_new(f->client, &remote_processing_service_interface, &end),
                         0);
        assert_int_equal(remote_processing_service_new(f->client, &s), 0);
        remote_processing_service_process(s, "one", on_processed, NULL, NULL);
        remote_processing_service_process(s, "two", on_processed, NULL, NULL);
        fascia_test_settle(f->client);
        assert_int_equal(fascia_test_end_next(end, &first), 0);
        assert_string_equal(first.name, "process");
        assert_false(first.is_set);
        assert_string_equal(*(const char *const *)first.arguments, "one");
        assert_int_equal(fascia_test_end_next(end, &second), 0);
        remote_processing_service_backend_reply_process(
                (struct remote_processing_service_process_reply){ second.reply }, 2);
        fascia_test_settle(f->client);
        assert_string_equal(said, "0:2");
        remote_processing_service_backend_reply_process(
                (struct remote_processing_service_process_reply){ first.reply }, 1);
        fascia_test_settle(f->client);
        assert_string_equal(said, "0:1");
        remote_processing_service_free(s);
}

static void an_interface_has_one_end(void **state) {
        Fixture *f = *state;
        struct fascia_test_end *end = NULL;

        assert_int_equal(fascia_test_end_new(f->client, &climate_control_interface, &end), -EEXIST);
        assert_int_equal(fascia_test_end_new(f->client, &remote_processing_service_interface, &end),
                         0);
        assert_int_equal(fascia_test_end_new(f->client, &remote_processing_service_interface, &end),
                         -EEXIST);
        assert_int_equal(fascia_test_end_new(NULL, &climate_control_interface, &end), -EINVAL);
        assert_int_equal(fascia_test_end_new(f->client, NULL, &end), -EINVAL);
        assert_int_equal(fascia_test_end_new(f->client, &climate_control_interface, NULL), -EINVAL);
        assert_int_equal(fascia_test_end_next(NULL, NULL), -EINVAL);
        assert_null(fascia_test_end_get_backend(NULL));
}

/* ---- errors of an operation's own ---- */

static void on_listened(struct language_speaker *s, const struct fascia_error *error,
                        const struct language_sentence *result, void *userdata) {
        (void)s;
        (void)result;
        *(enum language_error *)userdata = language_error_of(error);
        snprintf(said, sizeof(said), "%s %s", error->name, error->message);
}

static void errors_of_an_operation_have_names_in_c(void **state) {
        enum language_error error = LANGUAGE_ERROR_TOO_LONG;
        struct fascia_test_request request = { 0 };
        struct fascia_test_end *end = NULL;
        struct language_speaker *s = NULL;
        Fixture *f = *state;

        assert_int_equal(fascia_test_end_new(f->client, &language_speaker_interface, &end), 0);
        assert_int_equal(language_speaker_new(f->client, &s), 0);
        assert_int_equal(language_speaker_listen(s, on_listened, &error, NULL), 0);
        assert_int_equal(fascia_test_settle(f->client), 0);
        assert_int_equal(fascia_test_end_next(end, &request), 0);
        assert_int_equal(language_reply_error(request.reply, LANGUAGE_ERROR_HOARSE, "no voice"), 0);
        assert_int_equal(fascia_test_settle(f->client), 0);
        assert_int_equal(error, LANGUAGE_ERROR_HOARSE);
        assert_string_equal(said, LANGUAGE_ERROR_NAME_HOARSE " no voice");
        language_speaker_free(s);
        assert_int_equal(language_error_of(NULL), LANGUAGE_ERROR_OTHER);
        assert_int_equal(language_error_of(&(struct fascia_error){ .name = "org.x.Error" }),
                         LANGUAGE_ERROR_OTHER);
        assert_string_equal(language_error_get_name(LANGUAGE_ERROR_TOO_LONG),
                            "Test.Language1.Error.TooLong");
        assert_string_equal(language_error_get_name((enum language_error)77),
                            "org.fascia.Error.Failed");
}

/* ---- a backend of the program's own ---- */

static int own_start(struct climate_control_backend *backend, void *plugin, void **ret_userdata) {
        *ret_userdata = plugin;
        climate_control_backend_report_fan_level(backend, *(const int32_t *)plugin);
        climate_control_backend_ready(backend);
        return 0;
}

static const struct climate_control_backend_ops own_ops = {
        .size = sizeof(own_ops),
        .start = own_start,
};

static void a_program_gives_a_feature_its_own_backend(void **state) {
        const struct fascia_plugin_feature feature = { CLIMATE_CONTROL_FEATURE(&own_ops) };
        struct fascia_client *client = NULL;
        struct climate_control *c = NULL;
        int32_t level = 7;

        (void)state;
        assert_int_equal(fascia_client_new(&client), 0);
        assert_int_equal(fascia_client_set_backend(client, &feature, &level), 0);
        assert_int_equal(fascia_client_set_backend(client, &feature, &level), -EEXIST);
        assert_int_equal(climate_control_new(client, &c), 0);
        assert_int_equal(fascia_test_settle(client), 0);
        assert_int_equal(climate_control_get_fan_level(c), 7);
        assert_int_equal(fascia_client_set_backend(client, NULL, NULL), -EINVAL);
        assert_int_equal(
                fascia_client_set_backend(
                        client, &(struct fascia_plugin_feature){ .interface = NULL }, NULL),
                -EINVAL);
        climate_control_free(c);
        fascia_client_free(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(the_panel_shows_the_fan),
                TEST(its_button_asks_for_more),
                TEST(it_waits_for_a_slow_service),
                TEST(it_shows_what_the_service_refuses),
                TEST(it_gives_up_after_the_deadline),
                TEST(it_is_grey_without_a_service),
                TEST(calls_in_flight_end_when_the_service_goes),
                TEST(operations_are_answered_by_the_test_in_any_order),
                TEST(an_interface_has_one_end),
                TEST(errors_of_an_operation_have_names_in_c),
                cmocka_unit_test(a_program_gives_a_feature_its_own_backend),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
