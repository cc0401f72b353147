/* SPDX-License-Identifier: MIT */
/* Errors: the table in both directions, names, texts that are owned. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"

#define N(table) (sizeof(table) / sizeof(table[0]))
#define STANDARD "org.freedesktop.DBus.Error."

static void every_name_that_matters_has_an_errno_of_its_own(void **state) {
        static const struct {
                const char *name;
                int code;
        } rows[] = {
                { ERROR_UNAVAILABLE, -ENOTCONN },
                { ERROR_UNSUPPORTED, -ENODATA },
                { ERROR_OUT_OF_RANGE, -ERANGE },
                { ERROR_UNKNOWN_ZONE, -ENODEV },
                { ERROR_BUSY, -EBUSY },
                { ERROR_CANCELLED, -ECANCELED },
                { ERROR_TIMEOUT, -ETIMEDOUT },
                { ERROR_FAILED, -EIO },
                { STANDARD "InvalidArgs", -EINVAL },
                { STANDARD "AccessDenied", -EACCES },
                { STANDARD "PropertyReadOnly", -EROFS },
                { STANDARD "UnknownMethod", -EBADRQC },
                { STANDARD "UnknownObject", -EBADR },
                { STANDARD "UnknownInterface", -EBADSLT },
                { STANDARD "UnknownProperty", -ENOPROTOOPT },
                { STANDARD "NotSupported", -EOPNOTSUPP },
                { STANDARD "LimitsExceeded", -ENOBUFS },
                { STANDARD "NoMemory", -ENOMEM },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                assert_int_equal(error_name_to_errno(rows[i].name), rows[i].code);
                assert_string_equal(error_name_from_errno(rows[i].code), rows[i].name);
                for (size_t k = 0; k < i; k++)
                        assert_int_not_equal(rows[i].code, rows[k].code);
        }
}

static void names_of_others_mean_one_of_these(void **state) {
        static const struct {
                const char *name;
                int code;
        } rows[] = {
                { STANDARD "ServiceUnknown", -ENOTCONN },
                { STANDARD "NameHasNoOwner", -ENOTCONN },
                { STANDARD "Disconnected", -ENOTCONN },
                { STANDARD "NoReply", -ETIMEDOUT },
                { STANDARD "Timeout", -ETIMEDOUT },
                { STANDARD "Failed", -EIO },
                { STANDARD "InvalidSignature", -EINVAL },
                { "com.example.Error.Whatever", -EIO },
                { "", -EIO },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_int_equal(error_name_to_errno(rows[i].name), rows[i].code);
}

static void codes_of_our_own_functions_are_sent_as_what_callers_know(void **state) {
        static const struct {
                int code;
                const char *name;
        } rows[] = {
                { -EBADMSG, STANDARD "InvalidArgs" },
                { -EILSEQ, STANDARD "InvalidArgs" },
                { -EPERM, STANDARD "AccessDenied" },
                { -ECONNRESET, ERROR_UNAVAILABLE },
                { -EXDEV, ERROR_FAILED },
                { 0, ERROR_FAILED },
                { INT_MIN + 1, ERROR_FAILED },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_string_equal(error_name_from_errno(rows[i].code), rows[i].name);
}

static void error_names_are_checked_as_the_specification_says(void **state) {
        static char long_ok[256], too_long[257];
        const struct {
                const char *name;
                bool valid;
                const char *reason;
        } rows[] = {
                { "a.b", true, "two elements" },
                { "_a.B9._", true, "all characters" },
                { "a", false, "one element" },
                { "", false, "nothing" },
                { ".a.b", false, "begins with a dot" },
                { "a.b.", false, "ends with a dot" },
                { "a..b", false, "empty element" },
                { "a.9b", false, "element begins with a digit" },
                { "9a.b", false, "begins with a digit" },
                { "a.b-c", false, "a hyphen" },
                { "a.b c", false, "a space" },
                { "a.\xc3\xa4", false, "not ASCII" },
                { long_ok, true, "255 bytes" },
                { too_long, false, "256 bytes" },
        };

        (void)state;
        memset(long_ok, 'a', 255);
        memset(too_long, 'a', 256);
        long_ok[1] = too_long[1] = '.';
        for (size_t i = 0; i < N(rows); i++)
                if (error_name_is_valid(rows[i].name) != rows[i].valid)
                        fail_msg("%s", rows[i].reason);
}

static void an_error_that_is_all_zero_is_none(void **state) {
        Error e = { 0 };

        (void)state;
        assert_false(error_is_set(&e));
        assert_null(error_get(&e));
        error_clear(&e);
}

static void an_error_owns_its_texts(void **state) {
        char name[] = "a.B", message[] = "text";
        Error e = { 0 };

        (void)state;
        error_set(&e, -EIO, name, message);
        memset(name, 'x', 3);
        memset(message, 'x', 4);
        assert_true(error_is_set(&e));
        assert_int_equal(error_get(&e)->code, -EIO);
        assert_string_equal(error_get(&e)->name, "a.B");
        assert_string_equal(error_get(&e)->message, "text");
        error_clear(&e);
        assert_null(error_get(&e));
}

static void what_is_not_given_comes_from_the_code(void **state) {
        Error e = { 0 };

        (void)state;
        error_set(&e, -ENOTCONN, NULL, NULL);
        assert_string_equal(error_get(&e)->name, ERROR_UNAVAILABLE);
        assert_string_equal(error_get(&e)->message, "Transport endpoint is not connected");
        error_set(&e, -99999, NULL, NULL);
        assert_string_equal(error_get(&e)->name, ERROR_FAILED);
        assert_string_equal(error_get(&e)->message, "Unknown error");
        error_setf(&e, -ERANGE, "%d is not within %s", 34, "[10-33]");
        assert_string_equal(error_get(&e)->name, ERROR_OUT_OF_RANGE);
        assert_string_equal(error_get(&e)->message, "34 is not within [10-33]");
        error_clear(&e);
}

static void an_error_always_has_a_negative_code(void **state) {
        static const struct {
                int given, kept;
        } rows[] = { { 0, -EIO }, { EBUSY, -EBUSY }, { INT_MIN, -EIO }, { INT_MAX, -INT_MAX } };
        Error e = { 0 };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                error_set(&e, rows[i].given, NULL, "x");
                assert_int_equal(error_get(&e)->code, rows[i].kept);
        }
        error_clear(&e);
}

static void an_error_may_be_set_from_its_own_texts(void **state) {
        Error e = { 0 };

        (void)state;
        error_set(&e, -EIO, "a.B", "text");
        error_set(&e, -EBUSY, e.public.name, e.public.message);
        assert_string_equal(error_get(&e)->name, "a.B");
        error_setf(&e, -EBUSY, "more %s", e.public.message);
        assert_string_equal(error_get(&e)->message, "more text");
        error_copy(&e, error_get(&e));
        assert_string_equal(error_get(&e)->message, "more text");
        error_clear(&e);
}

static void copying_no_error_clears(void **state) {
        static const struct fascia_error none = { 0, NULL, NULL };
        Error e = { 0 };

        (void)state;
        error_set(&e, -EIO, NULL, NULL);
        error_copy(&e, NULL);
        assert_false(error_is_set(&e));
        error_set(&e, -EIO, NULL, NULL);
        error_copy(&e, &none);
        assert_false(error_is_set(&e));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_name_that_matters_has_an_errno_of_its_own),
                cmocka_unit_test(names_of_others_mean_one_of_these),
                cmocka_unit_test(codes_of_our_own_functions_are_sent_as_what_callers_know),
                cmocka_unit_test(error_names_are_checked_as_the_specification_says),
                cmocka_unit_test(an_error_that_is_all_zero_is_none),
                cmocka_unit_test(an_error_owns_its_texts),
                cmocka_unit_test(what_is_not_given_comes_from_the_code),
                cmocka_unit_test(an_error_always_has_a_negative_code),
                cmocka_unit_test(an_error_may_be_set_from_its_own_texts),
                cmocka_unit_test(copying_no_error_clears),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
