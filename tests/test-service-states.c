/* SPDX-License-Identifier: MIT */
/* The exporter, message by message: features that are not ready. */
#include <string.h>

#include "service-stand.h"

static void a_feature_that_fails_says_so_and_has_no_values(void **state) {
        Fixture *f = *state;
        unsigned before = f->n_state_changes;

        fascia_backend_fail(stand.lamp, -EIO, "No light");
        assert_int_equal(f->n_state_changes, before + 1);
        assert_string_equal(service_get_error(f->service), "No light");
        stand_run(f);
        /* The state first: who hears it knows that the values are not lost one by one. */
        stand_expect(f,
                     "PropertiesChanged ./Lamp Feature1 {Unsupported: [], Backend: test, "
                     "Simulated: true, State: unavailable, Error: No light, FasciaSerial: #1} []\n"
                     "PropertiesChanged ./Lamp ~Lamp {FasciaSerial: #2} [On]\n");
        stand_call(f, "Lamp", PROPERTIES, "GetAll", "s", LAMP);
        stand_expect(f, "return {FasciaSerial: #2}\n");
        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(stand_count(f, "State: unavailable, Error: No light, FasciaSerial: #2}, "
                                        "~Lamp: {FasciaSerial: #2}"),
                         1);
        stand_clear_log(f);
        stand_get(f, "Lamp", INFO, "Error");
        stand_expect(f, "return No light\n");
}

static void a_reason_that_is_no_text_is_told_all_the_same(void **state) {
        Fixture *f = *state;

        fascia_backend_fail(stand.lamp, -EIO, "\xff is it");
        stand_run(f);
        assert_int_equal(stand_count(f, "State: unavailable, Error: ? is it, "), 1);
        stand_clear_log(f);
        stand_get(f, "Lamp", INFO, "Error");
        stand_expect(f, "return ? is it\n");
}

static void a_feature_that_works_again_says_so_after_its_values(void **state) {
        Fixture *f = *state;
        bool off = false;

        fascia_backend_fail(stand.lamp, -EIO, "No light");
        stand_run(f);
        stand_clear_log(f);
        fascia_backend_report(stand.lamp, ON, &off);
        stand_run(f);
        stand_expect(f, "");
        fascia_backend_ready(stand.lamp);
        assert_null(service_get_error(f->service));
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Lamp ~Lamp {On: false, FasciaSerial: #3} []\n"
                        "PropertiesChanged ./Lamp Feature1 {Unsupported: [], Backend: test, "
                        "Simulated: true, State: ready, Error: , FasciaSerial: #4} []\n");
}

static void a_feature_that_is_not_ready_answers_unavailable_at_once(void **state) {
        static const char refusal[] =
                "error fascia.Unavailable: Thing is not available: No power\n";
        Fixture *f = *state;

        fascia_backend_fail(stand.thing, -EIO, "No power");
        stand_run(f);
        /* In each zone, also in one without any value. */
        assert_int_equal(stand_count(f, "{Unsupported: [], Backend: test"), 3);
        stand_clear_log(f);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, refusal);
        stand_call(f, "Thing/Left", THING, "Twice", "s", "whatever the arguments are");
        stand_expect(f, refusal);
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 3);
        stand_expect(f, refusal);
        stand_get(f, "Thing", THING, "Level");
        stand_expect(f, refusal);
        stand_call(f, "Thing/Trunk", THING, "Twice", "i", 1);
        stand_expect(f, refusal); /* nobody knows whether there would be such a zone */
        /* Read-only it stays, and unknown stays unknown. */
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Gauge", "d", 1.0);
        stand_expect(f, "error PropertyReadOnly: Gauge is read-only\n");
        stand_call(f, "Thing", THING, "Thrice", "");
        stand_expect(f, "error UnknownMethod: Test.Hand1.Thing has no method 'Thrice'\n");
        /* The other feature does not care. */
        stand_get(f, "Lamp", LAMP, "On");
        stand_expect(f, "return true\n");
        assert_int_equal(stand.n_requests, 0);
}

static void a_backend_that_cannot_start_is_exported_with_its_error(void **state) {
        Fixture *f = *state;

        service_stop(f->service, 0);
        service_start(f->service, 0, "nothing", UINT64_MAX);
        stand_run(f);
        stand_clear_log(f);
        stand_get(f, "Thing", INFO, "Backend");
        stand_expect(f, "return nothing\n");
        stand_get(f, "Thing", INFO, "State");
        stand_expect(f, "return unavailable\n");
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(stand_count(f, "error fascia.Unavailable: Thing is not available: "), 1);
        assert_int_equal(stand_count(f, "nothing"), 1);
        stand_clear_log(f);
        service_start(f->service, 0, "", UINT64_MAX);
        stand_run(f);
        stand_clear_log(f);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f,
                     "error fascia.Unavailable: Thing is not available: No backend is configured: "
                     "Backend= is not set\n");
        service_start(f->service, 0, "test", UINT64_MAX);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(stand_count(f, "return 2\n"), 1);
        assert_null(service_get_error(f->service));
}

static void stopping_a_backend_answers_who_waits(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Wait", "");
        service_stop(f->service, 0);
        stand_run(f);
        assert_int_equal(stand_count(f, "State: unavailable, Error: The backend was stopped"), 1);
        assert_int_equal(stand_count(f, "error fascia.Unavailable: The backend was stopped\n"), 1);
}

static void that_a_feature_is_gone_is_told_before_its_zones_and_values_go(void **state) {
        Fixture *f = *state;
        const char *gone, *removed, *withdrawn;

        service_stop(f->service, 0);
        stand_run(f);
        assert_int_equal(stand_count(f, "PropertiesChanged ./Thing Feature1 "), 1);
        gone = strstr(f->log, "PropertiesChanged ./Thing Feature1 {Zones: [], ");
        removed = strstr(f->log, "InterfacesRemoved . ./Thing/Left");
        withdrawn = strstr(f->log, "PropertiesChanged ./Thing ~Thing {FasciaSerial");
        assert_non_null(gone);
        assert_non_null(removed);
        assert_non_null(withdrawn);
        assert_true(gone < removed && removed < withdrawn);
}

static void a_service_that_ends_answers_who_waits_before_it_leaves(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Wait", "");
        f->service = service_free(f->service);
        stand_run(f);
        assert_int_equal(stand_count(f, "error fascia.Unavailable: The backend was stopped\n"), 1);
        assert_int_equal(stand_count(f, "./Lamp Feature1 {Unsupported: [], Backend: test, "
                                        "Simulated: false, State: unavailable"),
                         1);
        stand_clear_log(f);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(stand_count(f, "error UnknownObject"), 1);
}

static void a_module_of_which_nothing_is_known_answers_with_the_reason(void **state) {
        static const char refusal[] =
                "error fascia.Unavailable: Test.Hand1 is not available: no such file\n";
        Fixture *f = *state;

        assert_int_equal(service_new_failed(f->host, "Test.Hand1", "no such file", &f->service), 0);
        stand_attach(f);
        assert_null(service_get_module(f->service));
        assert_string_equal(service_get_error(f->service), "no such file");
        assert_string_equal(service_get_bus_name(f->service), "Test.Hand1");
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, refusal);
        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        stand_expect(f, refusal);
        stand_get(f, "Any/Thing", THING, "Level");
        stand_expect(f, refusal);
        stand_call(f, "Any/Thing", INTROSPECTABLE, "Introspect", "");
        stand_expect(f, refusal);
        /* So that tools that walk over all objects of the connection get by. */
        stand_call(f, "", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(stand_count(f, "return <!DOCTYPE"), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_feature_that_fails_says_so_and_has_no_values),
                TEST(a_reason_that_is_no_text_is_told_all_the_same),
                TEST(a_feature_that_works_again_says_so_after_its_values),
                TEST(a_feature_that_is_not_ready_answers_unavailable_at_once),
                TEST(a_backend_that_cannot_start_is_exported_with_its_error),
                TEST(stopping_a_backend_answers_who_waits),
                TEST(that_a_feature_is_gone_is_told_before_its_zones_and_values_go),
                TEST(a_service_that_ends_answers_who_waits_before_it_leaves),
                EMPTY_TEST(a_module_of_which_nothing_is_known_answers_with_the_reason),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
