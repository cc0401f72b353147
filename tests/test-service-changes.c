/* SPDX-License-Identifier: MIT */
/* The exporter, message by message: what it announces, and in which order. */
#include <errno.h>
#include <string.h>

#include "service-stand.h"

/* ---- turns ---- */

static void change_a_lot(void) {
        bool on = false;

        for (int32_t i = 0; i < 100; i++)
                stand_report_level(stand.thing, i);
        stand_say("in between");
        stand_report_title("two");
        stand_report_level(stand.left, 5);
        fascia_backend_report(stand.lamp, ON, &on);
        fascia_backend_emit(stand.thing, RANG, NULL);
}

static void changes_of_a_turn_go_out_once_for_each_object_before_signals_and_answers(void **state) {
        Fixture *f = *state;

        stand.on_request = change_a_lot;
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(
                f, "PropertiesChanged ./Thing ~Thing {Level: 99, Title: two, FasciaSerial: #1} []\n"
                   "PropertiesChanged ./Thing/Left ~Thing {Level: 5, FasciaSerial: #2} []\n"
                   "PropertiesChanged ./Lamp ~Lamp {On: false, FasciaSerial: #3} []\n"
                   "Said ./Thing in between\n"
                   "Rang ./Thing\n"
                   "return 2\n");
        /* The two signals count. */
        stand_get(f, "Lamp", LAMP, "FasciaSerial");
        stand_expect(f, "return #5\n");
}

static void say_something(void) {
        stand_say("something");
}

static void an_answer_does_not_overtake_a_signal(void **state) {
        Fixture *f = *state;

        stand.on_request = say_something;
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, "Said ./Thing something\n"
                        "return 2\n");
}

static void changes_outside_of_a_turn_go_out_by_themselves(void **state) {
        Fixture *f = *state;

        change_a_lot();
        stand_run(f);
        assert_int_equal(stand_count(f, "PropertiesChanged"), 3);
        assert_int_equal(stand_count(f, "Level: 99"), 1);
}

static void a_value_that_is_back_in_time_is_announced_as_it_is(void **state) {
        Fixture *f = *state;

        stand_report_level(stand.thing, 3);
        stand_report_level(stand.thing, 4);
        stand_report_level(stand.thing, 3);
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Thing ~Thing {Level: 3, FasciaSerial: #1} []\n");
}

static void make_a_change(void) {
        static int32_t level = 100;

        stand_report_level(stand.thing, level++);
}

static void constant_load_does_not_keep_changes_back(void **state) {
        Fixture *f = *state;
        const char *first_return, *last_return, *change;

        stand.on_request = make_a_change;
        for (int i = 0; i < 3 * CONNECTION_TURN_MESSAGES; i++)
                stand_send_call(f, "Thing", THING, "Twice", "i", i);
        stand_run(f);
        assert_int_equal(stand_count(f, "return"), 3 * CONNECTION_TURN_MESSAGES);
        assert_true(stand_count(f, "PropertiesChanged") >= 3);
        /* In between, not all at one end. */
        first_return = strstr(stand_get_log(f), "return");
        change = strstr(first_return, "PropertiesChanged");
        assert_non_null(change);
        last_return = strstr(change, "return");
        assert_non_null(last_return);
}

static void a_snapshot_is_of_one_moment_and_is_not_held_back(void **state) {
        Fixture *f = *state;

        stand_report_level(stand.thing, 3);
        stand_say("hello");
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        /* It has the number of what was sent before it, and the newest values. */
        if (stand_count(f, "return {Level: 3, ") != 1)
                fail_msg("%s", stand_get_log(f));
        stand_clear_log(f);
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        assert_int_equal(stand_count(f, "FasciaSerial: #2}"), 1);
}

static void withdraw_title(void) {
        fascia_backend_withdraw(stand.thing, TITLE);
}

static void a_value_that_is_lost_is_invalidated_and_unsupported(void **state) {
        Fixture *f = *state;

        withdraw_title();
        stand_report_level(stand.thing, 2);
        stand_run(f);
        stand_expect(
                f, "PropertiesChanged ./Thing ~Thing {Level: 2, FasciaSerial: #1} [Title]\n"
                   "PropertiesChanged ./Thing Feature1 {Unsupported: [Title, Spare], FasciaSerial: "
                   "#2} []\n");
        stand_report_title("again");
        stand_run(f);
        stand_expect(
                f,
                "PropertiesChanged ./Thing ~Thing {Title: again, FasciaSerial: #3} []\n"
                "PropertiesChanged ./Thing Feature1 {Unsupported: [Spare], FasciaSerial: #4} []\n");
        /* Both in one turn, it is a change like any other. */
        withdraw_title();
        stand_report_title("anew");
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Thing ~Thing {Title: anew, FasciaSerial: #5} []\n");
}

static void a_constant_is_announced_once(void **state) {
        Fixture *f = *state;
        const char *other = "n2";

        /* The first value, after the feature was ready. */
        assert_int_equal(fascia_backend_report(stand.left, NUMBER, &other), 0);
        stand_run(f);
        assert_int_equal(stand_count(f, "~Thing {Number: n2, FasciaSerial: #1} []"), 1);
        stand_clear_log(f);
        other = "n3";
        fascia_backend_report(stand.left, NUMBER, &other);
        stand_run(f);
        stand_expect(f, "");
}

static void a_constant_of_another_backend_is_announced(void **state) {
        Fixture *f = *state;

        stand.number = "n2";
        service_stop(f->service, 0);
        service_start(f->service, 0, "test", UINT64_MAX);
        stand_run(f);
        assert_int_equal(stand_count(f, "PropertiesChanged ./Thing ~Thing"), 1);
        assert_int_equal(stand_count(f, "Number: n2"), 1);
}

/* ---- other ways to announce ---- */

static void what_invalidates_is_named_without_its_value(void **state) {
        Fixture *f = *state;

        stand_report_store(STOCK, 5);
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Store ~Store {FasciaSerial: #1} [Stock]\n"
                        "PropertiesChanged ./Store Feature1 {Unsupported: [Position, Serial], "
                        "FasciaSerial: #2} []\n");
        stand_report_store(STOCK, 6);
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Store ~Store {FasciaSerial: #3} [Stock]\n");
        stand_report_store(STOCK, 6);
        stand_run(f);
        stand_expect(f, "");
        stand_get(f, "Store", STORE, "Stock");
        stand_expect(f, "return 6\n");
        fascia_backend_withdraw(stand.store, STOCK);
        stand_run(f);
        assert_int_equal(stand_count(f, "{FasciaSerial: #4} [Stock]\n"), 1);
}

static void what_is_silent_is_not_announced(void **state) {
        Fixture *f = *state;

        stand_report_store(POSITION, 5);
        stand_run(f);
        /* That it has a value at all is another matter. */
        stand_expect(f, "PropertiesChanged ./Store Feature1 {Unsupported: [Stock, Serial], "
                        "FasciaSerial: #1} []\n");
        stand_report_store(POSITION, 6);
        stand_run(f);
        stand_expect(f, "");
        stand_get(f, "Store", STORE, "Position");
        stand_expect(f, "return 6\n");
        stand_report_store(POSITION, 7);
        stand_report_store(STOCK, 1);
        stand_run(f);
        assert_int_equal(stand_count(f, "~Store {FasciaSerial: #2} [Stock]\n"), 1);
        stand_clear_log(f);
        fascia_backend_withdraw(stand.store, POSITION);
        stand_run(f);
        assert_int_equal(stand_count(f, "~Store"), 0);
        assert_int_equal(stand_count(f, "Unsupported: [Position,"), 1);
}

static void a_const_that_comes_late_is_announced_once(void **state) {
        const char *serial = "one", *other = "two";
        Fixture *f = *state;

        assert_int_equal(fascia_backend_report(stand.store, SERIAL, &serial), 0);
        stand_run(f);
        assert_int_equal(stand_count(f, "~Store {Serial: one, FasciaSerial: #1} []\n"), 1);
        stand_clear_log(f);
        assert_int_equal(fascia_backend_report(stand.store, SERIAL, &other), 0);
        stand_run(f);
        stand_expect(f, "");
}

/* ---- zones ---- */

static void a_zone_that_comes_is_announced_with_its_values(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_add_zone(stand.thing, "Top", NULL, &zone);
        stand_report_level(zone, 4);
        stand_report_level(zone, 5);
        stand_run(f);
        stand_expect(
                f, "InterfacesAdded . ./Thing/Top {Introspectable: {}, Properties: {}, Feature1: {"
                   "Version: 1.2, Zones: [], Unsupported: [Title, Mode, Gauge, Number, Spare], "
                   "Backend: test, Simulated: true, State: ready, Error: , FasciaSerial: #1}, "
                   "~Thing: {Level: 5, FasciaSerial: #1}}\n"
                   "PropertiesChanged ./Thing Feature1 {Zones: [Left, Rear Right, Top], "
                   "FasciaSerial: #2} []\n");
        stand_report_level(zone, 6);
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Thing/Top ~Thing {Level: 6, FasciaSerial: #3} []\n");
}

static void a_zone_that_goes_is_announced_and_gone(void **state) {
        Fixture *f = *state;

        stand_report_level(stand.left, 9);
        fascia_backend_remove_zone(stand.left);
        stand_run(f);
        stand_expect(
                f,
                "InterfacesRemoved . ./Thing/Left [Introspectable, Properties, Feature1, ~Thing]\n"
                "PropertiesChanged ./Thing Feature1 {Zones: [Rear Right], FasciaSerial: #2} []\n");
        stand_get(f, "Thing/Left", THING, "Level");
        stand_expect(f, "error fascia.UnknownZone: Thing has no zone 'Left'; it has Rear Right\n");
        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(stand_count(f, "./Thing/Left"), 0);
        stand_add_left(3);
        stand_run(f);
        assert_int_equal(stand_count(f, "InterfacesAdded . ./Thing/Left"), 1);
        assert_int_equal(stand_count(f, "Level: 3"), 1);
}

static void a_zone_that_came_and_went_within_a_turn_was_never_there(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_add_zone(stand.thing, "Top", NULL, &zone);
        stand_report_level(zone, 4);
        fascia_backend_fail(stand.thing, -EIO, "No power");
        fascia_backend_remove_zone(zone);
        stand_run(f);
        assert_int_equal(stand_count(f, "Interfaces"), 0);
        assert_int_equal(stand_count(f, "./Thing/Top"), 0);
}

static void what_a_zone_comes_with_is_not_said_again(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_fail(stand.thing, -EIO, "No power");
        fascia_backend_add_zone(stand.thing, "Top", NULL, &zone);
        stand_report_level(zone, 4);
        fascia_backend_ready(stand.thing);
        stand_run(f);
        assert_int_equal(stand_count(f, "InterfacesAdded . ./Thing/Top"), 1);
        assert_int_equal(stand_count(f, "./Thing/Top"), 1);
}

static void a_zone_that_is_back_within_a_turn_has_its_new_values(void **state) {
        Fixture *f = *state;
        const char *title = "zone";

        fascia_backend_remove_zone(stand.left);
        fascia_backend_add_zone(stand.thing, "Left", NULL, &stand.left);
        fascia_backend_report(stand.left, TITLE, &title);
        stand_run(f);
        assert_int_equal(stand_count(f, "Interfaces"), 0);
        assert_int_equal(
                stand_count(f, "./Thing/Left ~Thing {Title: zone, FasciaSerial: #1} [Level]"), 1);
}

static void who_waits_in_a_zone_that_goes_is_told(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing/Left", THING, "Wait", "");
        fascia_backend_remove_zone(stand.left);
        stand_run(f);
        assert_int_equal(stand_count(f, "InterfacesRemoved"), 1);
        assert_int_equal(stand_count(f, "error fascia.UnknownZone: The zone has gone\n"), 1);
}

/* ---- the serial ---- */

static void every_broadcast_counts_and_nothing_else(void **state) {
        Fixture *f = *state;

        stand_report_level(stand.thing, 2);
        stand_run(f);
        assert_int_equal(stand_count(f, "FasciaSerial: #1}"), 1);
        stand_say("two");
        stand_run(f);
        fascia_backend_remove_zone(stand.left); /* three, and four for Zones */
        stand_run(f);
        assert_int_equal(stand_count(f, "FasciaSerial: #4}"), 1);
        stand_add_left(1); /* five, six */
        stand_run(f);
        assert_int_equal(stand_count(f, "FasciaSerial: #6}"), 1);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_call(f, "Thing", THING, "Thrice", "i", 1);
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 2); /* as it is */
        stand_clear_log(f);
        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(stand_count(f, "FasciaSerial: #6}"), 8);
        assert_int_equal(stand_count(f, "FasciaSerial: "), 8);
}

static void a_new_connection_begins_anew(void **state) {
        Fixture *f = *state;

        stand_report_level(stand.thing, 2);
        stand_run(f);
        stand_say("still on the way");
        service_detach(f->service);
        stand_close_connection(f);
        stand_report_level(stand.thing, 3); /* heard by nobody */
        fascia_backend_remove_zone(stand.left);
        stand_say("nothing");
        stand_clear_log(f);
        stand_open_connection(f);
        stand_attach(f);
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        stand_expect(f, "return {Level: 3, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                        "FasciaSerial: #0}\n");
        stand_report_level(stand.thing, 4);
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Thing ~Thing {Level: 4, FasciaSerial: #1} []\n");
        stand_add_left(5);
        stand_run(f);
        assert_int_equal(stand_count(f, "InterfacesAdded . ./Thing/Left"), 1);
}

static void who_called_over_a_lost_connection_gets_no_answer_on_the_next(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Wait", "");
        service_detach(f->service);
        assert_int_equal(stand.n_cancels, 1);
        stand_close_connection(f);
        stand_open_connection(f);
        stand_attach(f);
        assert_int_equal(fascia_reply_call(stand.tickets[0], &(int32_t){ 1 }), -ESTALE);
        stand_run(f);
        stand_expect(f, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(changes_of_a_turn_go_out_once_for_each_object_before_signals_and_answers),
                TEST(an_answer_does_not_overtake_a_signal),
                TEST(changes_outside_of_a_turn_go_out_by_themselves),
                TEST(a_value_that_is_back_in_time_is_announced_as_it_is),
                TEST(constant_load_does_not_keep_changes_back),
                TEST(a_snapshot_is_of_one_moment_and_is_not_held_back),
                TEST(a_value_that_is_lost_is_invalidated_and_unsupported),
                TEST(a_constant_is_announced_once),
                TEST(a_constant_of_another_backend_is_announced),
                STORE_TEST(what_invalidates_is_named_without_its_value),
                STORE_TEST(what_is_silent_is_not_announced),
                STORE_TEST(a_const_that_comes_late_is_announced_once),
                TEST(a_zone_that_comes_is_announced_with_its_values),
                TEST(a_zone_that_goes_is_announced_and_gone),
                TEST(a_zone_that_came_and_went_within_a_turn_was_never_there),
                TEST(what_a_zone_comes_with_is_not_said_again),
                TEST(a_zone_that_is_back_within_a_turn_has_its_new_values),
                TEST(who_waits_in_a_zone_that_goes_is_told),
                TEST(every_broadcast_counts_and_nothing_else),
                TEST(a_new_connection_begins_anew),
                TEST(who_called_over_a_lost_connection_gets_no_answer_on_the_next),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
