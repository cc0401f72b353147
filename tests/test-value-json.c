/* SPDX-License-Identifier: MIT */
/* Values to and from JSON: what comes back is what went in, and what does not fit is named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample-types.h"
#include "value-json.h"
#include "value.h"
#include <fascia/backend.h>
#include <test-kitchen-1/kitchen-types.h>

#define N(table) (sizeof(table) / sizeof(table[0]))

static json_t *parse(const char *text) {
        json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

        if (!json)
                fail_msg("%s is not JSON", text);
        return json;
}

/* What it is after having been a value; NULL: it is none, and *ret_text says why. */
static char *there_and_back(const struct fascia_type *type, const char *text, char **ret_text) {
        json_t *json = parse(text);
        ValueBuffer value;
        char *result = NULL;
        int r;

        assert_int_equal(value_buffer_init(&value, type), 0);
        r = value_from_json(type, json, value.data, ret_text);
        json_decref(json);
        assert_true(r == 0 || (r == -EINVAL && *ret_text));
        if (r == 0) {
                json = value_to_json(type, value.data);
                assert_non_null(json);
                result = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
                json_decref(json);
        }
        value_buffer_done(&value, r == 0);
        return result;
}

static void values_come_back_as_they_were(void **state) {
        static const struct {
                const struct fascia_type *type;
                const char *text; /* as it is written */
        } rows[] = {
                { &type_bool, "true" },
                { &type_bool, "false" },
                { &type_uint8, "255" },
                { &type_int16, "-32768" },
                { &type_uint16, "65535" },
                { &type_int32, "-2147483648" },
                { &type_uint32, "4294967295" },
                { &type_int64, "-9223372036854775808" },
                { &type_int64, "9223372036854775807" },
                { &type_uint64, "9223372036854775807" },
                { &type_uint64, "\"18446744073709551615\"" }, /* JSON readers lose it as a number */
                { &type_real, "21.5" },
                { &type_real, "\"nan\"" },
                { &type_real, "\"-inf\"" },
                { &type_string, "\"\"" },
                { &type_string, "\"a \\\"b\\\" \xC3\xA9\"" },
                { &type_object, "\"/a/b\"" },
                { &type_mode, "\"Auto\"" },
                { &type_mode, "77" }, /* has no name */
                { &type_seat, "\"Front|Roof\"" },
                { &type_seat, "\"Both\"" },
                { &type_seat, "\"Front|0x10\"" },
                { &type_wide, "\"High\"" },
                { &type_ints, "[]" },
                { &type_ints, "[1,-2,3]" },
                { &type_bools, "[true,false]" },
                { &type_string_lists, "[[\"a\"],[],[\"b\",\"c\"]]" },
                { &type_warning, "{\"id\":1,\"text\":\"oil\"}" },
                { &type_warnings, "[{\"id\":1,\"text\":\"oil\"},{\"id\":2,\"text\":\"\"}]" },
                { &type_var, "null" },
                { &type_var, "{\"signature\":\"y\",\"value\":7}" },
                { &type_var, "{\"signature\":\"(is)\",\"value\":[1,\"a\"]}" },
                { &type_var, "{\"signature\":\"a{sv}\",\"value\":{\"a\":{\"signature\":\"as\","
                             "\"value\":[\"x\"]}}}" },
                { &kitchen_dish_type, "{\"no\":4,\"text\":\"four\",\"flags\":\"Salt\","
                                      "\"list_\":[1,2],\"at\":{\"x\":0.5,\"y\":-1.0}}" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char *error = NULL, *text = there_and_back(rows[i].type, rows[i].text, &error);

                if (!text || strcmp(text, rows[i].text) != 0)
                        fail_msg("%s came back as %s%s", rows[i].text, text ? text : "",
                                 error ? error : "");
                free(text);
        }
}

static void other_ways_to_say_it_are_understood(void **state) {
        static const struct {
                const struct fascia_type *type;
                const char *text, *result;
        } rows[] = {
                { &type_real, "5", "5.0" },
                { &type_mode, "1", "\"On\"" },
                { &type_seat, "3", "\"Both\"" },
                { &type_seat, "\"Rear | Front\"", "\"Both\"" },
                { &type_seat, "\"0\"", "\"0\"" },
                { &type_uint64, "5", "5" },
                { &type_int32, "\"0x1f\"", "31" },
                { &type_warning, "[1, \"oil\"]", "{\"id\":1,\"text\":\"oil\"}" },
                { &type_warning, "{\"text\": \"oil\", \"id\": 1}", "{\"id\":1,\"text\":\"oil\"}" },
                { &type_var, "true", "{\"signature\":\"b\",\"value\":true}" },
                { &type_var, "5", "{\"signature\":\"i\",\"value\":5}" },
                { &type_var, "5000000000", "{\"signature\":\"x\",\"value\":5000000000}" },
                { &type_var, "\"a\"", "{\"signature\":\"s\",\"value\":\"a\"}" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char *error = NULL, *text = there_and_back(rows[i].type, rows[i].text, &error);

                if (!text || strcmp(text, rows[i].result) != 0)
                        fail_msg("%s is %s%s", rows[i].text, text ? text : "", error ? error : "");
                free(text);
        }
}

static void what_does_not_fit_is_named(void **state) {
        static const struct {
                const struct fascia_type *type;
                const char *text, *error;
        } rows[] = {
                { &type_bool, "1", "1 is neither true nor false" },
                { &type_uint8, "256", "256 is not in 0 to 255" },
                { &type_uint32, "-1", "-1 is not in 0 to 4294967295" },
                { &type_int32, "1.5", "1.5 is not an integer" },
                { &type_int32, "\"1x\"", "'1x' is not an integer" },
                { &type_int64, "\"9223372036854775808\"", "'9223372036854775808' is not in" },
                { &type_uint64, "-1", "-1 is not in 0 to" },
                { &type_uint64, "\"18446744073709551616\"", "larger than 2^64 - 1" },
                { &type_real, "\"hot\"", "'hot' is not a number" },
                { &type_string, "5", "5 is not a text" },
                { &type_object, "\"a/b\"", "'a/b' is not the path of an object" },
                { &type_mode, "\"Of\"", "'Of' is none of Off, On, Auto" },
                { &type_mode, "3000000000", "3000000000 is not in" },
                { &type_seat, "\"Front|Back\"", "'Back' is none of Front, Rear, Both, Roof, Top" },
                { &type_seat, "\"Front|\"", "'' is none of" },
                { &type_seat, "\"0x100000000\"", "larger than 2^32 - 1" },
                { &type_ints, "{}", "{} is not a list" },
                { &type_ints, "[1, \"a\"]", "[1]: 'a' is not an integer" },
                { &type_warning, "{\"id\": 1}", "the member 'text' is missing" },
                { &type_warning, "{\"id\": 1, \"text\": \"\", \"x\": 1}", "no member 'x'" },
                { &type_warning, "[1]", "1 values for 2 members" },
                { &type_warnings, "[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":5}]",
                  "[1].text: 5 is not a text" },
                { &type_var, "[]", "[] is neither a plain value nor" },
                { &type_var, "{\"signature\":\"zz\",\"value\":1}", "'zz' is not the signature" },
                { &type_var, "{\"signature\":\"y\",\"value\":300}", "300 is not in 0 to 255" },
                { &kitchen_dish_type,
                  "{\"no\":4,\"text\":\"four\",\"flags\":\"Salt\",\"list_\":[1,2],"
                  "\"at\":{\"x\":0.5,\"y\":\"far\"}}",
                  "at.y: 'far' is not a number" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char *error = NULL, *text = there_and_back(rows[i].type, rows[i].text, &error);

                if (text || !strstr(error, rows[i].error))
                        fail_msg("%s: %s", rows[i].text, text ? text : error);
                free(error);
        }
}

static void nesting_has_an_end(void **state) {
        char text[4096] = "", *error = NULL;

        (void)state;
        for (int i = 0; i < 70; i++)
                strcat(text, "{\"signature\":\"v\",\"value\":");
        strcat(text, "null");
        for (int i = 0; i < 70; i++)
                strcat(text, "}");
        assert_null(there_and_back(&type_var, text, &error));
        assert_string_equal(error, "it is nested too deep");
        free(error);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_come_back_as_they_were),
                cmocka_unit_test(other_ways_to_say_it_are_understood),
                cmocka_unit_test(what_does_not_fit_is_named),
                cmocka_unit_test(nesting_has_an_end),
        };

        return cmocka_run_group_tests_name("value-json", tests, NULL, NULL);
}
