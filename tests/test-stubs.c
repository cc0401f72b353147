/* SPDX-License-Identifier: MIT */
/* The generated stubs, as they are: each is a whole backend, loaded as a host loads it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <example-remote-1/remote-types.h>
#include <test-kitchen-1/kitchen-types.h>
#include <test-simulated-1/simulated-types.h>
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "backend-fixture.h"
#include "descriptor.h"

static const struct {
        const struct fascia_module *module;
        const char *stub;
} rows[] = {
        { &remote_module, "remote" },   /* one operation, nothing to set */
        { &climate_module, "climate" }, /* zones, enums and flags */
        { &cluster_module, "cluster" }, /* structs and a signal */
        { &kitchen_module, "kitchen" }, /* several interfaces, every type */
        { &simulated_module, "simulated" },
};

typedef void Trial(Fixture *f, const struct fascia_interface *interface);

/* Every interface of every module, each on a host of its own. */
static void for_each_interface(Trial *trial) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (uint32_t n = 0; n < rows[i].module->n_interfaces; n++) {
                        const struct fascia_interface *interface = module_interface(rows[i].module,
                                                                                    n);
                        Fixture *f = fixture_start(interface, "stubs", rows[i].stub);

                        trial(f, interface);
                        fixture_free(f);
                }
        }
}

static void expect_values(Fixture *f, const struct fascia_interface *interface) {
        assert_false(instance_is_simulated(f->instance));
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
        assert_null(instance_next_zone(f->instance, NULL));
        for (uint32_t i = 0; i < interface->n_properties; i++) {
                const struct fascia_property *p = interface_property(interface, i);

                assert_true(fixture_has(f, "", p->dbus_name));
                assert_int_equal(fascia_property_check(p, p->constraint,
                                                       fixture_get(f, "", p->dbus_name), NULL),
                                 0);
        }
}

static void every_property_has_a_value_once_it_is_ready(void **state) {
        (void)state;
        for_each_interface(expect_values);
}

static void expect_setters(Fixture *f, const struct fascia_interface *interface) {
        for (uint32_t i = 0; i < interface->n_properties; i++) {
                const struct fascia_property *p = interface_property(interface, i);

                if (!(p->flags & FASCIA_PROPERTY_READONLY))
                        assert_string_equal(
                                fixture_set(f, "", p->dbus_name, fixture_get(f, "", p->dbus_name)),
                                "done");
        }
}

static void every_setter_answers(void **state) {
        (void)state;
        for_each_interface(expect_setters);
}

static void expect_results(Fixture *f, const struct fascia_interface *interface) {
        (void)interface;
        fixture_call_all(f);
}

static void every_operation_answers_with_an_empty_result(void **state) {
        (void)state;
        for_each_interface(expect_results);
}

static void a_value_that_is_set_is_in_effect(void **state) {
        Fixture *f = fixture_start(&cluster_interfaces[0], "stubs", "cluster");
        int32_t mode = CLUSTER_DRIVE_MODE_SPORT;

        (void)state;
        assert_string_equal(fixture_show(f, "", "DriveMode"), "Normal");
        assert_string_equal(fixture_set(f, "", "DriveMode", &mode), "done");
        assert_string_equal(fixture_show(f, "", "DriveMode"), "Sport");
        fixture_free(f);
}

static void a_stub_does_not_serve_another_module(void **state) {
        Fixture *f = fixture_new(&climate_interfaces[0], "stubs", "modules");

        (void)state;
        assert_int_equal(instance_start(f->instance, "cluster"), -ENOENT);
        assert_string_equal(instance_get_error(f->instance)->message,
                            "Backend 'cluster' does not implement Vehicle.Climate.ClimateControl");
        fixture_free(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_property_has_a_value_once_it_is_ready),
                cmocka_unit_test(every_setter_answers),
                cmocka_unit_test(every_operation_answers_with_an_empty_result),
                cmocka_unit_test(a_value_that_is_set_is_in_effect),
                cmocka_unit_test(a_stub_does_not_serve_another_module),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
