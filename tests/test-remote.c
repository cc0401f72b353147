/* SPDX-License-Identifier: MIT */
/* The production backend of Example.Remote, loaded as a host loads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <example-remote-1/remote-types.h>

#include "backend-fixture.h"

typedef struct Answer {
        Fixture *f;
        unsigned count;
        int32_t length;
        char message[64]; /* lastMessage, when the answer came */
} Answer;

static void on_answer(const struct fascia_error *error, const void *result, void *userdata) {
        Answer *a = userdata;

        assert_null(error);
        a->count++;
        a->length = *(const int32_t *)result;
        snprintf(a->message, sizeof(a->message), "%s",
                 *(const char *const *)fixture_get(a->f, "", "LastMessage"));
}

static Answer process(Fixture *f, const char *data) {
        Answer a = { .f = f };
        uint64_t id;

        assert_int_equal(
                zone_call(instance_get_root(f->instance), 0, &data, UINT64_MAX, on_answer, &a, &id),
                0);
        return a;
}

static void it_is_ready_with_an_empty_message(void **state) {
        Fixture *f = fixture_start(&remote_interfaces[0], "plugins", "remote");

        (void)state;
        assert_false(instance_is_simulated(f->instance));
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
        assert_string_equal(fixture_show(f, "", "LastMessage"), "\"\"");
        fixture_free(f);
}

static void the_answer_is_the_length_and_finds_the_message_changed(void **state) {
        static const struct {
                const char *data;
                int32_t length;
        } rows[] = {
                { "hello", 5 },
                { "", 0 },                   /* after another, so that it changes again */
                { "gr\xc3\xbc\xc3\x9f", 6 }, /* bytes, not characters */
                { "gr\xc3\xbc\xc3\x9f", 6 }, /* the same again */
        };
        Fixture *f = fixture_start(&remote_interfaces[0], "plugins", "remote");

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Answer a = process(f, rows[i].data);

                assert_int_equal(a.count, 1);
                assert_int_equal(a.length, rows[i].length);
                assert_string_equal(a.message, rows[i].data);
        }
        fixture_free(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_is_ready_with_an_empty_message),
                cmocka_unit_test(the_answer_is_the_length_and_finds_the_message_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
