/* SPDX-License-Identifier: MIT */
/* Quotas: what each caller may ask for, at times that the test says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "quota.h"

#define SECOND UINT64_C(1000000)

static int take(Quota *q, const char *sender, uint64_t now) {
        QuotaSender *s;

        return quota_take(q, sender, now, &s);
}

static Quota *make(const QuotaSettings *settings) {
        Quota *q;

        assert_int_equal(quota_new(settings, &q), 0);
        return q;
}

static void a_burst_is_allowed_and_then_the_rate(void **state) {
        Quota *q = make(&(QuotaSettings){ .rate = 10, .burst = 3 });

        (void)state;
        for (int i = 0; i < 3; i++)
                assert_int_equal(take(q, ":1.1", SECOND), 0);
        assert_int_equal(take(q, ":1.1", SECOND), -ENOBUFS);
        assert_int_equal(take(q, ":1.1", SECOND + 99999), -ENOBUFS);
        assert_int_equal(take(q, ":1.1", SECOND + 100000), 0);
        assert_int_equal(take(q, ":1.1", SECOND + 100000), -ENOBUFS);
        /* A pause gives the burst back, and no more. */
        for (int i = 0; i < 3; i++)
                assert_int_equal(take(q, ":1.1", 3600 * SECOND), 0);
        assert_int_equal(take(q, ":1.1", 3600 * SECOND), -ENOBUFS);
        quota_free(q);
}

static void time_that_is_asked_for_in_vain_is_not_lost(void **state) {
        Quota *q = make(&(QuotaSettings){ .rate = 10, .burst = 1 });

        (void)state;
        assert_int_equal(take(q, ":1.1", SECOND), 0);
        /* Each of these is too short for a call; together they are not. */
        for (uint64_t i = 1; i < 10; i++)
                assert_int_equal(take(q, ":1.1", SECOND + i * 10000), -ENOBUFS);
        assert_int_equal(take(q, ":1.1", SECOND + 100000), 0);
        quota_free(q);
}

static void callers_do_not_share_a_quota(void **state) {
        Quota *q = make(&(QuotaSettings){ .rate = 1, .burst = 1, .in_flight = 1 });
        QuotaSender *s;

        (void)state;
        assert_int_equal(quota_take(q, ":1.1", SECOND, &s), 0);
        quota_begin(s);
        assert_int_equal(take(q, ":1.1", SECOND), -ENOBUFS);
        assert_int_equal(take(q, ":1.2", SECOND), 0);
        assert_int_equal(take(q, NULL, SECOND), 0); /* the one peer of a direct line */
        assert_int_equal(take(q, NULL, SECOND), -ENOBUFS);
        quota_end(s);
        quota_free(q);
}

static void what_is_in_flight_counts_until_its_end(void **state) {
        Quota *q = make(&(QuotaSettings){ .in_flight = 2 });
        QuotaSender *s;

        (void)state;
        for (int i = 0; i < 2; i++) {
                assert_int_equal(quota_take(q, ":1.1", SECOND, &s), 0);
                quota_begin(s);
        }
        assert_int_equal(take(q, ":1.1", SECOND), -EBUSY);
        quota_end(s);
        assert_int_equal(take(q, ":1.1", SECOND), 0);
        quota_end(s);
        quota_free(q);
}

static void zero_is_no_limit(void **state) {
        Quota *q = make(&(QuotaSettings){ .burst = 1 });
        QuotaSender *s = NULL;

        (void)state;
        for (int i = 0; i < 10000; i++) {
                assert_int_equal(quota_take(q, ":1.1", SECOND, &s), 0);
                quota_begin(s);
        }
        for (int i = 0; i < 10000; i++)
                quota_end(s);
        quota_free(q);
}

static void new_limits_hold_at_once(void **state) {
        Quota *q = make(&(QuotaSettings){ .rate = 1, .burst = 1000 });

        (void)state;
        assert_int_equal(take(q, ":1.1", SECOND), 0);
        quota_set(q, &(QuotaSettings){ .rate = 1, .burst = 2 });
        for (int i = 0; i < 2; i++)
                assert_int_equal(take(q, ":1.1", SECOND), 0);
        assert_int_equal(take(q, ":1.1", SECOND), -ENOBUFS);
        quota_free(q);
}

static void add_callers(Quota *q, unsigned n, unsigned bus, uint64_t now) {
        char name[32];

        for (unsigned i = 0; i < n; i++) {
                snprintf(name, sizeof(name), ":%u.1%u", bus + 1, i);
                assert_int_equal(take(q, name, now), 0);
        }
}

/* Whoever opens one connection after the other must not get a fresh burst for what is in flight or
 * owed, nor fill our memory. */
static void callers_are_forgotten_only_when_nothing_is_owed(void **state) {
        Quota *q = make(&(QuotaSettings){ .rate = 1, .burst = 5, .in_flight = 1 });
        QuotaSender *waiting, *s;

        (void)state;
        assert_int_equal(quota_take(q, ":1.1", SECOND, &waiting), 0);
        quota_begin(waiting);
        add_callers(q, 2500, 1, SECOND);
        for (int i = 0; i < 5; i++)
                assert_int_equal(take(q, ":1.2", 99 * SECOND), 0);
        add_callers(q, 2500, 2, 99 * SECOND); /* those before have long been idle */
        assert_int_equal(take(q, ":1.2", 99 * SECOND), -ENOBUFS);
        assert_int_equal(quota_take(q, ":1.1", 99 * SECOND, &s), -EBUSY);
        quota_end(waiting);
        assert_int_equal(quota_take(q, ":1.1", 99 * SECOND, &s), 0);
        assert_ptr_equal(s, waiting);
        assert_in_range(quota_count(q), 2500, 2600);
        quota_free(q);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_burst_is_allowed_and_then_the_rate),
                cmocka_unit_test(time_that_is_asked_for_in_vain_is_not_lost),
                cmocka_unit_test(callers_do_not_share_a_quota),
                cmocka_unit_test(what_is_in_flight_counts_until_its_end),
                cmocka_unit_test(zero_is_no_limit),
                cmocka_unit_test(new_limits_hold_at_once),
                cmocka_unit_test(callers_are_forgotten_only_when_nothing_is_owed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
