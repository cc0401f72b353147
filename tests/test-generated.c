/* SPDX-License-Identifier: MIT */
/* What the generator made of the test module, as the runtime reads it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fascia/backend.h>
#include <fascia/generated.h>
#include <test-kitchen-1/kitchen-types.h>

#include "descriptor.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static const struct fascia_property *find(const char *name) {
        const struct fascia_interface *i = &kitchen_cook_interface;

        for (uint32_t k = 0; k < i->n_properties; k++)
                if (strcmp(interface_property(i, k)->name, name) == 0)
                        return interface_property(i, k);
        fail_msg("there is no property '%s'", name);
        return NULL;
}

static void expect_print(const struct fascia_type *type, const void *value, const char *expected) {
        char *text = fascia_value_print(type, value);

        assert_non_null(text);
        assert_string_equal(text, expected);
        free(text);
}

static void start_values_are_those_of_the_interface_file(void **state) {
        static const struct {
                const char *property, *value;
        } rows[] = {
                { "lamp", "true" },
                { "plates", "3" },
                { "heat", "20.5" },
                { "taste", "\"sweet\"" },
                { "wide", "Both" },
                /* which is the name of both bits */ { "switches", "[true, false, true]" },
                { "numbers", "[1, -2, 3]" },
                { "table", "[[1, 2], [], [3]]" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct fascia_property *p = find(rows[i].property);

                assert_non_null(p->initial);
                expect_print(p->type, p->initial, rows[i].value);
        }
        assert_null(find("weights")->initial);
}

static void types_have_their_signature_and_size(void **state) {
        static const struct {
                const char *property, *signature;
                size_t size;
        } rows[] = {
                { "lamp", "b", sizeof(bool) },
                { "level", "i", sizeof(int32_t) },
                { "spices", "u", sizeof(uint32_t) },
                { "wide", "t", sizeof(uint64_t) },
                { "dish", "(isuai(dd))", sizeof(struct kitchen_dish) },
                { "menu", "aa(isuai(dd))", sizeof(struct kitchen_dish_list_list) },
                { "cube", "aaas", sizeof(struct kitchen_string_list_list_list) },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct fascia_property *p = find(rows[i].property);

                assert_string_equal(p->type->signature, rows[i].signature);
                assert_int_equal(p->type->size, rows[i].size);
        }
}

static void properties_have_their_flags(void **state) {
        (void)state;
        assert_int_equal(find("lamp")->flags, 0);
        assert_int_equal(find("wide")->flags, 0);
        assert_int_equal(find("dish")->flags, FASCIA_PROPERTY_PERSISTENT);
        assert_int_equal(find("readOnly")->flags, FASCIA_PROPERTY_READONLY);
        assert_int_equal(find("fixed")->flags, FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_CONST);
        assert_string_equal(find("heat")->unit, "°C");
        assert_null(find("lamp")->unit);
}

static void expect_refusal(const char *property, const void *value, const char *constraint) {
        const struct fascia_property *p = find(property);
        char *text = NULL;

        assert_int_equal(fascia_value_check(p->type, p->constraint, value, &text), -ERANGE);
        assert_string_equal(text, constraint);
        free(text);
}

static void bounds_are_those_of_the_interface_file(void **state) {
        const int32_t plates = 32, level = KITCHEN_LEVEL_NONE;
        const double heat = -274;
        const char *taste = "sour";

        (void)state;
        expect_refusal("plates", &plates, "[-5-31]");
        expect_refusal("heat", &heat, "[-273.15-1000]");
        expect_refusal("taste", &taste, "[\"sweet\",\"so\\\"ur\",\"bitter\\\\\"]");
        expect_refusal("level", &level, "[Low,High]");
        assert_null(find("lamp")->constraint);
}

static void copies_are_deep(void **state) {
        static const int32_t numbers[] = { 1, 2 };
        char text[] = "soup";
        const struct kitchen_dish dish = {
                .no = 1,
                .text = text,
                .list_ = { .items = numbers, .count = 2 },
                .at = { .x = 0.5, .y = 1 },
        };
        struct kitchen_dish *copy;

        (void)state;
        assert_int_equal(kitchen_dish_copy(&dish, &copy), 0);
        text[0] = 'x';
        assert_string_equal(copy->text, "soup");
        assert_ptr_not_equal(copy->list_.items, numbers);
        assert_int_equal(copy->list_.items[1], 2);
        assert_true(copy->at.x == 0.5);
        assert_null(kitchen_dish_free(copy));
        assert_null(kitchen_dish_free(NULL));
}

static void enumerators_have_names(void **state) {
        (void)state;
        assert_string_equal(kitchen_level_to_string(KITCHEN_LEVEL_HIGH), "High");
        assert_string_equal(kitchen_level_to_string(-1), "None");
        assert_null(kitchen_level_to_string(0));
}

static void interfaces_have_their_names(void **state) {
        const struct fascia_interface *i = &kitchen_cook_interface;

        (void)state;
        assert_int_equal(module_check(&kitchen_module), 0);
        assert_int_equal(kitchen_module.n_interfaces, 5);
        assert_string_equal(kitchen_module.bus_name, "Test.Kitchen1");
        assert_string_equal(i->id, "test.cook");
        assert_string_equal(i->qualified_name, "Test.Kitchen.Cook");
        assert_string_equal(i->dbus_name, "Test.Kitchen1.Cook");
        assert_string_equal(i->path, "/Test/Kitchen1/Cook");
        assert_int_equal(i->flags, FASCIA_INTERFACE_ZONED);
        assert_true(interface_find_property(i, "SomeLongNameThatMakesLinesBreak") > 0);
        assert_int_equal(kitchen_empty_interface.n_properties, 0);
        assert_int_not_equal(i->layout_hash, kitchen_empty_interface.layout_hash);
}

static void arguments_follow_each_other_without_brackets(void **state) {
        const struct fascia_interface *i = &kitchen_cook_interface;
        int everything = interface_find_method(i, "Everything");
        int nothing = interface_find_method(i, "Nothing");

        (void)state;
        assert_true(everything >= 0 && nothing >= 0);
        assert_string_equal(interface_method(i, (uint32_t)everything)->input->signature,
                            "bidsiut(isuai(dd))a(isuai(dd))aai(dd)asab");
        assert_int_equal(interface_method(i, (uint32_t)everything)->input->n_members, 13);
        assert_string_equal(interface_method(i, (uint32_t)everything)->output->signature,
                            "(isuai(dd))");
        assert_int_equal(interface_method(i, (uint32_t)nothing)->input->size, 0);
        assert_string_equal(interface_method(i, (uint32_t)nothing)->output->signature, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(start_values_are_those_of_the_interface_file),
                cmocka_unit_test(types_have_their_signature_and_size),
                cmocka_unit_test(properties_have_their_flags),
                cmocka_unit_test(bounds_are_those_of_the_interface_file),
                cmocka_unit_test(copies_are_deep),
                cmocka_unit_test(enumerators_have_names),
                cmocka_unit_test(interfaces_have_their_names),
                cmocka_unit_test(arguments_follow_each_other_without_brackets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
