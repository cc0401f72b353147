/* SPDX-License-Identifier: MIT */
/* The exporter, message by message: peers that do not read, values that are too large, and calls that are too many. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service-stand.h"

static void fill(Fixture *f) {
        int32_t level = 0;

        /* The peer does not read: the socket is full soon, and then the queue. */
        while (connection_get_outstanding(f->connection) <= 4096) {
                stand_report_level(stand.thing, 1000 + level++);
                loop_dispatch(f->loop);
                assert_in_range(level, 0, 10000);
        }
}

static void a_peer_that_does_not_read_gets_the_newest_values_when_it_does(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;
        unsigned announced;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        for (int32_t i = 0; i < 1000; i++) {
                stand_report_level(stand.thing, i);
                stand_report_level(stand.left, i);
                loop_dispatch(f->loop);
        }
        assert_true(connection_get_outstanding(f->connection) < 8192); /* nothing was added */
        stand_run(f);
        assert_int_equal(stand_count(f, "Level: 998,"), 0);
        assert_int_equal(stand_count(f, "./Thing ~Thing {Level: 999,"), 1);
        assert_int_equal(stand_count(f, "./Thing/Left ~Thing {Level: 999,"), 1);
        /* Nothing was lost: the serial is the number of signals. */
        announced = stand_count(f, "PropertiesChanged");
        stand_clear_log(f);
        stand_get(f, "Thing", THING, "FasciaSerial");
        assert_int_equal((unsigned)strtoul(stand_get_log(f) + strlen("return #"), NULL, 10),
                         announced);
}

static void a_peer_that_does_not_read_still_gets_its_answers(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        stand_report_level(stand.thing, 1);
        stand_send_call(f, "Thing", THING, "Twice", "i", 700);
        while (loop_dispatch(f->loop) > 0)
                ;
        assert_true(connection_get_outstanding(f->connection) > 4096);
        assert_int_equal(stand.n_requests, 1);
        stand_run(f);
        assert_int_equal(stand_count(f, "return 1400\n"), 1);
        assert_true(strstr(stand_get_log(f), "return 1400\n") <
                    strstr(stand_get_log(f), "{Level: 1,"));
}

static void signals_wait_for_a_peer_that_does_not_read_and_then_the_oldest_are_lost(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;
        unsigned got;
        char text[32];

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        for (unsigned i = 0; i < 1000; i++) {
                snprintf(text, sizeof(text), "word %u.", i);
                stand_say(text);
                fascia_backend_emit(stand.thing, RANG, NULL);
                loop_dispatch(f->loop);
        }
        stand_run(f);
        got = stand_count(f, "Said") + stand_count(f, "Rang");
        assert_in_range(got, 4, 100);
        assert_int_equal(stand_count(f, "word 0."), 0);
        assert_int_equal(stand_count(f, "word 998."), 1);
        assert_true(strstr(stand_get_log(f), "word 998.") < strstr(stand_get_log(f), "word 999."));
        /* Lost, but not silently. */
        got += stand_count(f, "PropertiesChanged");
        stand_clear_log(f);
        stand_get(f, "Thing", THING, "FasciaSerial");
        assert_true(strtoul(stand_get_log(f) + strlen("return #"), NULL, 10) > got + 1900);
}

static void as_long_as_a_peer_reads_no_signal_is_lost(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        for (int i = 0; i < 100; i++)
                stand_say("word");
        stand_run(f);
        assert_int_equal(stand_count(f, "word"), 100);
        /* Those are gone: when it stops to read, there is room again. */
        stand_clear_log(f);
        fill(f);
        for (int i = 0; i < 5; i++)
                stand_say("more");
        stand_run(f);
        assert_int_equal(stand_count(f, "more"), 5);
}

static void an_answer_is_never_lost(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        stand_call(f, "Thing", THING, "Wait", "");
        fill(f);
        stand_report_level(stand.thing, 5);
        fascia_reply_call(stand.tickets[0], &(int32_t){ 77 });
        for (int i = 0; i < 1000; i++)
                stand_say("word");
        stand_run(f);
        assert_in_range(stand_count(f, "word"), 1, 20);
        assert_int_equal(stand_count(f, "return 77\n"), 1);
}

static void an_answer_that_is_too_large_is_an_error(void **state) {
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;
        char text[1200];

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        stand_report_title(text);
        stand_run(f);
        stand_clear_log(f);
        settings.max_reply_size = 1024;
        service_set(f->service, &settings);
        /* The length of 4 bytes, the characters, and a zero behind them. */
        stand_call(f, "Thing", THING, "Repeat", "si", "x", 1020);
        stand_expect(f,
                     "error LimitsExceeded: The answer of 1025 bytes is above the limit of 1024\n");
        stand_call(f, "Thing", THING, "Repeat", "si", "x", 1019);
        assert_int_equal(stand_count(f, "return xx"), 1);
        stand_clear_log(f);
        stand_get(f, "Thing", THING, "Title");
        assert_int_equal(stand_count(f, "error LimitsExceeded: The answer of 12"), 1);
        stand_clear_log(f);
        /* It costs nobody the rest. */
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        assert_int_equal(stand_count(f, "error LimitsExceeded"), 0);
        assert_int_equal(stand_count(f, "Title"), 0);
        assert_int_equal(stand_count(f, "Level: "), 1);
        stand_clear_log(f);
        settings.max_reply_size = 100;
        service_set(f->service, &settings);
        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(stand_count(f, "error LimitsExceeded"), 1);
        stand_clear_log(f);
        stand_get(f, "Thing", THING, "Level");
        stand_expect(f, "return 1\n");
}

static void a_value_or_signal_that_is_too_large_is_kept_from_the_bus(void **state) {
        ServiceSettings settings = stand_settings;
        char text[1200];
        Fixture *f = *state;

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        settings.max_reply_size = 1024;
        service_set(f->service, &settings);
        stand_report_title("short");
        stand_run(f);
        stand_clear_log(f);
        stand_report_title(text);
        stand_run(f);
        assert_int_equal(stand_count(f, "PropertiesChanged ./Thing ~Thing {FasciaSerial: "), 1);
        assert_int_equal(stand_count(f, "} [Title]\n"), 1);
        assert_int_equal(stand_count(f, "Unsupported: [Title"), 1);
        stand_clear_log(f);
        stand_report_title("short again");
        stand_run(f);
        assert_int_equal(stand_count(f, "Title: short again"), 1);
        stand_say(text);
        stand_run(f);
        assert_int_equal(stand_count(f, "xxx"), 0);
        stand_say("short");
        stand_run(f);
        /* The lost one is a gap in the numbers: the next change tells of it. */
        assert_int_equal(stand_count(f, "Said ./Thing short"), 1);
}

static void report_nonsense(void) {
        const char *nonsense = "\xff";

        for (int i = 0; i < 3; i++) {
                assert_int_equal(fascia_backend_report(stand.thing, TITLE, &nonsense), -EINVAL);
                assert_int_equal(fascia_backend_report(stand.thing, TITLE, NULL), -EINVAL);
                assert_int_equal(fascia_backend_emit(stand.thing, SAID, &nonsense), -EINVAL);
                assert_int_equal(fascia_backend_report(stand.left, LEVEL, NULL), -EINVAL);
        }
}

static void what_cannot_be_sent_is_told_once(void **state) {
        static const char why[] =
                "with a value that cannot be sent (a text that is not UTF-8, a key twice, "
                "nothing at all): it is left out\n";
        Fixture *f = *state;
        char expected[1024];
        char *log;

        stand.on_request = report_nonsense;
        stand_send_call(f, "Thing", THING, "Twice", "i", 1);
        log = stand_capture_log(f, "return 2\n");
        snprintf(expected, sizeof(expected),
                 "<4>Test.Hand: Backend 'test' reports Test.Hand.Thing.title %s"
                 "<4>Test.Hand: Backend 'test' emits Test.Hand.Thing.said %s"
                 "<4>Test.Hand: Backend 'test' reports Test.Hand.Thing.level of zone Left %s",
                 why, why, why);
        assert_string_equal(log, expected);
        free(log);
        assert_int_equal(stand_count(f, "Said"), 0);
        stand_get(f, "Thing", THING, "Title");
        assert_int_equal(stand_count(f, "return one\n"), 1);
}

static void calls_above_the_rate_are_refused_whatever_they_are(void **state) {
        Fixture *f = *state;

        stand_use_quota(f, &(QuotaSettings){ .rate = 1, .burst = 2 });
        for (int i = 0; i < 2; i++)
                stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, "return 2\nreturn 2\n");
        stand_get(f, "Thing", THING, "Level");
        stand_expect(f, "error LimitsExceeded: Too many calls per second (CallRate)\n");
        stand_call(f, "Nothing", THING, "Twice", "s", "");
        stand_expect(f, "error LimitsExceeded: Too many calls per second (CallRate)\n");
        assert_int_equal(stand.n_requests, 2);
}

static void refusals_come_late_so_that_who_waits_for_them_slows_down(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls per second (CallRate)\n";
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;
        uint64_t begin;

        assert_int_equal(quota_new(&(QuotaSettings){ .rate = 1, .burst = 1 }, &f->quota), 0);
        assert_int_equal(penalty_new(f->loop, &f->penalty), 0);
        settings.quota = f->quota;
        settings.penalty = f->penalty;
        service_set(f->service, &settings);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, "return 2\n");
        begin = loop_now(f->loop);
        for (int i = 0; i < 3; i++)
                stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_expect(f, "");
        stand_run_until(f, refusal);
        assert_true(loop_now(f->loop) - begin >= 100000);
        for (int i = 0; i < 1000 && stand_count(f, refusal) < 3; i++) {
                poll(NULL, 0, 10);
                stand_run(f);
        }
        assert_int_equal(stand_count(f, refusal), 3);
        stand_clear_log(f);
        /* More than may wait are answered at once. */
        for (int i = 0; i < 2050; i++)
                stand_call(f, "Thing", THING, "Twice", "i", 1);
        assert_in_range(stand_count(f, refusal), 1, 2050);
        /* Without the connection there is nobody to be answered. */
        penalty_clear(f->penalty);
        stand_clear_log(f);
        stand_run(f);
        stand_expect(f, "");
}

/* Sixteen every two milliseconds: all at once would be answered by as many calls at once, which others would wait for. */
static void refusals_do_not_come_all_at_once(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls per second (CallRate)\n";
        ServiceSettings settings = stand_settings;
        Fixture *f = *state;
        uint64_t begin;

        assert_int_equal(quota_new(&(QuotaSettings){ .rate = 1, .burst = 1 }, &f->quota), 0);
        assert_int_equal(penalty_new(f->loop, &f->penalty), 0);
        settings.quota = f->quota;
        settings.penalty = f->penalty;
        service_set(f->service, &settings);
        stand_call(f, "Thing", THING, "Twice", "i", 1);
        stand_clear_log(f);
        begin = loop_now(f->loop);
        for (int i = 0; i < 640; i++)
                stand_call(f, "Thing", THING, "Twice", "i", 1);
        for (int i = 0; i < 10000 && stand_count(f, refusal) < 640; i++) {
                poll(NULL, 0, 1);
                stand_run(f);
        }
        assert_int_equal(stand_count(f, refusal), 640);
        assert_true(loop_now(f->loop) - begin >= 100000 + 39 * 2000);
}

static void calls_that_wait_are_limited_until_they_are_answered(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls wait for an answer (MaxCallsInFlight)\n";
        Fixture *f = *state;

        stand_use_quota(f, &(QuotaSettings){ .in_flight = 2 });
        stand_call(f, "Thing", THING, "Wait", "");
        stand_call(f, "Thing", THING, "Wait", "");
        stand_expect(f, "");
        stand_call(f, "Thing", THING, "Wait", "");
        stand_expect(f, refusal);
        fascia_reply_call(stand.tickets[0], &(int32_t){ 1 });
        stand_run(f);
        stand_expect(f, "return 1\n");
        stand_call(f, "Thing", THING, "Twice", "i", 4);
        stand_expect(f, "return 8\n");
        /* One whose answer is lost with the connection does not count for ever. */
        service_detach(f->service);
        stand_close_connection(f);
        stand_open_connection(f);
        stand_attach(f);
        stand_call(f, "Thing", THING, "Wait", "");
        stand_call(f, "Thing", THING, "Wait", "");
        stand_expect(f, "");
        stand_call(f, "Thing", THING, "Wait", "");
        stand_expect(f, refusal);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_peer_that_does_not_read_gets_the_newest_values_when_it_does),
                TEST(a_peer_that_does_not_read_still_gets_its_answers),
                TEST(signals_wait_for_a_peer_that_does_not_read_and_then_the_oldest_are_lost),
                TEST(as_long_as_a_peer_reads_no_signal_is_lost),
                TEST(an_answer_is_never_lost),
                TEST(an_answer_that_is_too_large_is_an_error),
                TEST(a_value_or_signal_that_is_too_large_is_kept_from_the_bus),
                TEST(what_cannot_be_sent_is_told_once),
                TEST(calls_above_the_rate_are_refused_whatever_they_are),
                TEST(refusals_come_late_so_that_who_waits_for_them_slows_down),
                TEST(refusals_do_not_come_all_at_once),
                TEST(calls_that_wait_are_limited_until_they_are_answered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
