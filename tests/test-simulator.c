/* SPDX-License-Identifier: MIT */
/* The simulator plugin, loaded as a host loads it, with module libraries as they are generated. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <test-kitchen-1/kitchen-types.h>
#include <test-language-1/language-types.h>
#include <test-simulated-1/simulated-types.h>
#include <vehicle-climate-1/climate-types.h>

#include "backend-fixture.h"
#include "descriptor.h"

#define CLIMATE (&climate_interfaces[0])
#define COOK (&kitchen_interfaces[0])
#define SPEAKER (&language_interfaces[0])
#define LIMITS (&simulated_interfaces[0])
#define SILENT (&simulated_interfaces[1])

static Fixture *start(const struct fascia_interface *interface) {
        return fixture_start(interface, "plugins", "simulator");
}

static void a_simulation_is_ready_and_says_that_it_is_one(void **state) {
        Fixture *f = start(LIMITS);

        (void)state;
        assert_true(instance_is_simulated(f->instance));
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
        fixture_free(f);
}

static void its_zones_are_those_of_the_data_in_their_order(void **state) {
        Fixture *f = start(CLIMATE);
        const char *zones[] = { "FrontLeft", "FrontRight", "Rear" };
        Zone *z = NULL;

        (void)state;
        for (size_t i = 0; i < 3; i++) {
                z = instance_next_zone(f->instance, z);
                assert_non_null(z);
                assert_string_equal(zone_get_name(z), zones[i]);
                assert_true(zone_is_present(z));
        }
        assert_null(instance_next_zone(f->instance, z));
        fixture_free(f);
}

static void a_value_starts_with_what_is_said_nearest_to_it(void **state) {
        static const struct {
                const struct fascia_interface *interface;
                const char *zone, *property, *value;
        } rows[] = {
                { LIMITS, "FrontLeft", "Both", "21" }, /* the row of the zone */
                { LIMITS, "Rear", "Both", "17" },      /* no row of the zone: the common one */
                { LIMITS, "", "Both", "17" },          /* the feature itself has the common one */
                { LIMITS, "Rear", "Level", "High" },   /* a row of the last zone */
                { LIMITS, "FrontLeft", "Words", "\"three\"" },
                { LIMITS, "FrontLeft", "Plain", "2.5" },  /* no row: that of the property */
                { LIMITS, "Rear", "Numbers", "[1, -2]" }, /* the same, and not a scalar */
                { LIMITS, "", "Ceiling", "12" },    /* a row without one: that of the property */
                { LIMITS, "", "Bare", "0" },        /* and without that, the type's */
                { LIMITS, "", "Empty", "\"\"" },    /* nothing anywhere: the type's */
                { LIMITS, "", "First", "Unknown" }, /* of an enum, its first member */
                { SILENT, "", "Number", "7" },      /* an interface without data */
                { COOK, "Rear", "Plates", "8" },    /* outside the bounds: legal */
                { COOK, "No", "Plates", "7" },      /* a name that YAML might take for false */
                { COOK, "", "Heat", "20.5" },
                { CLIMATE, "FrontLeft", "Airflow", "Dashboard|Floor" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Fixture *f = start(rows[i].interface);

                assert_string_equal(fixture_show(f, rows[i].zone, rows[i].property), rows[i].value);
                fixture_free(f);
        }
}

static void what_is_unsupported_has_no_value(void **state) {
        Fixture *f = start(LIMITS);

        (void)state;
        assert_false(fixture_has(f, "FrontLeft", "Gap"));
        assert_true(fixture_has(f, "Rear", "Gap"));
        assert_true(fixture_has(f, "", "Gap"));
        assert_false(fixture_has(f, "Rear", "Nowhere"));
        assert_false(fixture_has(f, "", "Nowhere"));
        fixture_free(f);
}

static void a_set_value_is_in_effect_in_its_zone_alone(void **state) {
        Fixture *f = start(CLIMATE);
        double value = 25;

        (void)state;
        assert_string_equal(fixture_set(f, "Rear", "TargetTemperature", &value), "done");
        assert_string_equal(fixture_show(f, "Rear", "TargetTemperature"), "25");
        assert_string_equal(fixture_show(f, "FrontLeft", "TargetTemperature"), "21.5");
        assert_string_equal(fixture_show(f, "", "TargetTemperature"), "20");
        fixture_free(f);
}

#define OUT_OF_RANGE "org.fascia.Error.OutOfRange: "
#define UNSUPPORTED "org.fascia.Error.Unsupported: "

static void a_refusal_names_the_value_and_the_constraint(void **state) {
        static const char *const three = "three", *const tree = "tree";
        const struct {
                const char *zone, *property;
                const void *value;
                const char *answer;
        } rows[] = {
                /* inclusive, on both sides */
                { "", "Floor", &(double){ 2 }, "done" },
                { "", "Floor", &(double){ 1.5 }, OUT_OF_RANGE "Floor: 1.5 is not >= 2" },
                { "", "Ceiling", &(int32_t){ 300 }, "done" },
                { "", "Ceiling", &(int32_t){ 301 }, OUT_OF_RANGE "Ceiling: 301 is not <= 300" },
                { "", "Both", &(int32_t){ 16 }, "done" },
                { "", "Both", &(int32_t){ 15 }, OUT_OF_RANGE "Both: 15 is not in [16-18]" },
                { "", "Both", &(int32_t){ 18 }, "done" },
                { "", "Both", &(int32_t){ 19 }, OUT_OF_RANGE "Both: 19 is not in [16-18]" },
                /* the row of the zone, instead of the common one */
                { "FrontLeft", "Both", &(int32_t){ 10 }, "done" },
                { "FrontLeft", "Both", &(int32_t){ 34 },
                  OUT_OF_RANGE "Both: 34 is not in [10-33]" },
                { "Rear", "Both", &(int32_t){ 33 }, OUT_OF_RANGE "Both: 33 is not in [16-18]" },
                /* a domain */
                { "", "Words", &three, "done" },
                { "", "Words", &tree,
                  OUT_OF_RANGE "Words: \"tree\" is not one of [\"hello test\",\"three\"]" },
                { "", "Level", &(int32_t){ SIMULATED_LEVEL_HIGH }, "done" },
                { "", "Level", &(int32_t){ SIMULATED_LEVEL_UNKNOWN },
                  OUT_OF_RANGE "Level: Unknown is not one of [Low,High]" },
                /* no constraint, with and without a row */
                { "", "Plain", &(double){ -1e9 }, "done" },
                { "Rear", "Gap", &(bool){ true }, "done" },
                { "FrontLeft", "Gap", &(bool){ true },
                  UNSUPPORTED "Gap is unsupported in zone FrontLeft" },
                { "", "Nowhere", &(bool){ true }, UNSUPPORTED "Nowhere is unsupported" },
        };
        Fixture *f = start(LIMITS);

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_string_equal(fixture_set(f, rows[i].zone, rows[i].property, rows[i].value),
                                    rows[i].answer);
        fixture_free(f);
}

static void only_what_is_not_refused_is_in_effect(void **state) {
        Fixture *f = start(LIMITS);

        (void)state;
        fixture_set(f, "", "Both", &(int32_t){ 18 });
        assert_string_equal(fixture_show(f, "", "Both"), "18");
        fixture_set(f, "", "Both", &(int32_t){ 19 });
        assert_string_equal(fixture_show(f, "", "Both"), "18");
        fixture_set(f, "", "Nowhere", &(bool){ true });
        assert_string_equal(fixture_show(f, "", "Nowhere"), "(none)");
        fixture_free(f);
}

static void every_operation_is_answered_with_an_empty_result(void **state) {
        const struct fascia_module *modules[] = { &kitchen_module, &simulated_module };

        (void)state;
        for (size_t m = 0; m < 2; m++) {
                for (uint32_t i = 0; i < modules[m]->n_interfaces; i++) {
                        Fixture *f = start(module_interface(modules[m], i));

                        fixture_call_all(f);
                        fixture_free(f);
                }
        }
}

static void without_a_module_library_types_alone_are_simulated(void **state) {
        Fixture *f = fixture_new(CLIMATE, "plugins", "no-such-directory");

        (void)state;
        assert_int_equal(instance_start(f->instance, "simulator"), 0);
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
        assert_null(instance_next_zone(f->instance, NULL));
        assert_string_equal(fixture_show(f, "", "TargetTemperature"), "0");
        assert_string_equal(fixture_show(f, "", "Recirculation"), "Off");
        /* It has no bounds then. */
        assert_string_equal(fixture_set(f, "", "OutsideTemperature", &(double){ 1e6 }), "done");
        fixture_free(f);
}

/* With the values of the interface file: of its module library there is none. */
static void every_type_of_the_language_is_simulated(void **state) {
        static const struct {
                const char *property, *value;
        } rows[] = {
                { "Nothing", "\"null\"" },
                { "Anything", "unset" },
                { "Things", "[1, \"two\", {\"three\": 3}]" },
                { "Settings", "{\"name\": \"x\", \"off\": {\"deep\": []}, \"volume\": 11}" },
                { "Counts", "{\"a\": 1, \"b\": 2}" },
                { "Nested", "{\"outer\": {\"inner\": \"value\"}}" },
                { "Pages", "[]" },
                { "Book", "{\"first\": {text: \"a\", words: [\"a\"], mood: Glad, rest: 5}}" },
                { "Listener", "\"/\"" },
                { "Object", "\"/org/example\"" },
                { "Objects", "[\"/\", \"/a\"]" },
                { "Sizes", "{\"a\": 18446744073709551615}" },
                { "Sentences", "\"/Test/Language1/TheSpeaker/_models/sentences\"" },
        };
        static const struct fascia_int32_map_entry counts[] = { { "z", 1 }, { "a", 2 } };
        static const struct fascia_int32_map map = { counts, 2 };
        Fixture *f = fixture_new(SPEAKER, "plugins", "no-such-directory");

        (void)state;
        assert_int_equal(instance_start(f->instance, "simulator"), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_string_equal(fixture_show(f, "", rows[i].property), rows[i].value);
        assert_string_equal(fixture_set(f, "", "Counts", &map), "done");
        assert_string_equal(fixture_show(f, "", "Counts"), "{\"a\": 2, \"z\": 1}");
        fixture_free(f);
}

static void data_of_another_version_is_not_used(void **state) {
        struct fascia_module module = simulated_module;
        struct fascia_interface other[2] = { *LIMITS, *SILENT };
        Fixture *f;

        (void)state;
        module.interfaces = other;
        other[0].module = other[1].module = &module;
        other[0].layout_hash++;
        f = fixture_new(&other[0], "plugins", "modules");
        assert_int_equal(instance_start(f->instance, "simulator"), -ELIBBAD);
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_UNAVAILABLE);
        assert_string_equal(instance_get_error(f->instance)->message,
                            "The module library 'Test.Simulated1' cannot be used: "
                            "it is broken, or was made from another version");
        fixture_free(f);
}

static void it_starts_again_from_the_beginning(void **state) {
        Fixture *f = start(LIMITS);

        (void)state;
        assert_string_equal(fixture_set(f, "Rear", "Plain", &(double){ 9 }), "done");
        instance_stop(f->instance);
        assert_int_equal(instance_start(f->instance, "simulator"), 0);
        assert_string_equal(fixture_show(f, "Rear", "Plain"), "2.5");
        fixture_free(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_simulation_is_ready_and_says_that_it_is_one),
                cmocka_unit_test(its_zones_are_those_of_the_data_in_their_order),
                cmocka_unit_test(a_value_starts_with_what_is_said_nearest_to_it),
                cmocka_unit_test(what_is_unsupported_has_no_value),
                cmocka_unit_test(a_set_value_is_in_effect_in_its_zone_alone),
                cmocka_unit_test(a_refusal_names_the_value_and_the_constraint),
                cmocka_unit_test(only_what_is_not_refused_is_in_effect),
                cmocka_unit_test(every_operation_is_answered_with_an_empty_result),
                cmocka_unit_test(without_a_module_library_types_alone_are_simulated),
                cmocka_unit_test(every_type_of_the_language_is_simulated),
                cmocka_unit_test(data_of_another_version_is_not_used),
                cmocka_unit_test(it_starts_again_from_the_beginning),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
