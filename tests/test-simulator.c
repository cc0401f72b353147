/* SPDX-License-Identifier: MIT */
/* The simulator plugin and the generated stubs, loaded as a host loads them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <test-kitchen-1/kitchen-types.h>
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "descriptor.h"
#include "host.h"
#include "instance.h"

typedef struct Fixture {
        Loop *loop;
        Host *host;
        Instance *instance;
        char answer[256];
} Fixture;

static void ignore_zone(Zone *z, void *userdata) {
        (void)z;
        (void)userdata;
}

static void ignore_signal(Zone *z, uint32_t signal, const void *arguments, void *userdata) {
        (void)z;
        (void)signal;
        (void)arguments;
        (void)userdata;
}

static void ignore_presence(Zone *z, bool present, void *userdata) {
        (void)z;
        (void)present;
        (void)userdata;
}

static void ignore_instance(Instance *i, void *userdata) {
        (void)i;
        (void)userdata;
}

static const InstanceEvents events = {
        ignore_zone, ignore_signal, ignore_presence, ignore_instance, ignore_instance,
};

static const char *build_directory(void) {
        const char *directory = getenv("FASCIA_BUILD_DIR");

        return directory ? directory : "build";
}

/* Also without module libraries, to see what remains of a simulation then. */
static Fixture *start(const struct fascia_interface *interface, const char *plugins,
                      const char *modules, const char *plugin) {
        char plugin_path[512], module_path[512];
        HostSettings settings = { plugin_path, module_path, true };
        Fixture *f = calloc(1, sizeof(*f));

        snprintf(plugin_path, sizeof(plugin_path), "%s/%s", build_directory(), plugins);
        snprintf(module_path, sizeof(module_path), "%s/%s", build_directory(), modules);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        assert_int_equal(instance_new(f->host, interface, &events, NULL, &f->instance), 0);
        if (instance_start(f->instance, plugin) < 0)
                fail_msg("%s", instance_get_error(f->instance)->message);
        return f;
}

static void finish(Fixture *f) {
        instance_free(f->instance);
        host_free(f->host);
        loop_unref(f->loop);
        free(f);
}

static void on_answer(const struct fascia_error *error, const void *result, void *userdata) {
        Fixture *f = userdata;

        (void)result;
        if (error)
                snprintf(f->answer, sizeof(f->answer), "%s: %s", error->name, error->message);
        else
                snprintf(f->answer, sizeof(f->answer), "done");
}

static uint32_t property(const Fixture *f, const char *name) {
        int index = interface_find_property(instance_get_interface(f->instance), name);

        assert_true(index >= 0);
        return (uint32_t)index;
}

static const char *set(Fixture *f, const char *zone, const char *name, const void *value) {
        Zone *z = instance_find_zone(f->instance, zone);
        uint64_t id;

        assert_non_null(z);
        assert_int_equal(zone_set(z, property(f, name), value, UINT64_MAX, on_answer, f, &id), 0);
        return f->answer;
}

static const void *get(Fixture *f, const char *zone, const char *name) {
        Zone *z = instance_find_zone(f->instance, zone);

        assert_non_null(z);
        assert_true(zone_has_value(z, property(f, name)));
        return zone_get_value(z, property(f, name));
}

#define CLIMATE (&climate_control_interface)
#define CLUSTER (&cluster_instrument_cluster_interface)

static void values_zones_and_gaps_come_from_the_annotations(void **state) {
        Fixture *f = start(CLIMATE, "plugins", "modules", "simulator");
        const char *zones[] = { "FrontLeft", "FrontRight", "Rear" };
        Zone *z = NULL;

        (void)state;
        assert_true(instance_is_simulated(f->instance));
        assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
        for (size_t i = 0; i < 3; i++) {
                z = instance_next_zone(f->instance, z);
                assert_string_equal(zone_get_name(z), zones[i]);
                assert_true(zone_is_present(z));
                assert_false(zone_has_value(z, property(f, "OutsideTemperature")));
        }
        assert_null(instance_next_zone(f->instance, z));
        assert_true(*(const double *)get(f, "FrontLeft", "TargetTemperature") == 21.5);
        assert_true(*(const double *)get(f, "FrontRight", "TargetTemperature") == 22);
        assert_true(*(const double *)get(f, "Rear", "TargetTemperature") == 20);
        assert_true(*(const double *)get(f, "", "OutsideTemperature") == 12.5);
        assert_true(*(const bool *)get(f, "", "AirConditioning"));
        assert_true(*(const bool *)get(f, "FrontLeft", "AirConditioning"));
        assert_false(*(const bool *)get(f, "Rear", "AirConditioning"));
        assert_int_equal(*(const int32_t *)get(f, "Rear", "Recirculation"),
                         CLIMATE_RECIRCULATION_MODE_AUTOMATIC);
        assert_int_equal(*(const uint32_t *)get(f, "FrontLeft", "Airflow"), 0x2 | 0x4);
        assert_int_equal(*(const uint32_t *)get(f, "Rear", "Airflow"), 0x4);
        finish(f);
}

static void a_set_value_is_in_effect_in_its_zone_alone(void **state) {
        Fixture *f = start(CLIMATE, "plugins", "modules", "simulator");
        double value = 25;

        (void)state;
        assert_string_equal(set(f, "Rear", "TargetTemperature", &value), "done");
        assert_true(*(const double *)get(f, "Rear", "TargetTemperature") == 25);
        assert_true(*(const double *)get(f, "FrontLeft", "TargetTemperature") == 21.5);
        finish(f);
}

static void what_is_unsupported_in_a_zone_is_refused_there(void **state) {
        Fixture *f = start(CLIMATE, "plugins", "modules", "simulator");
        double value = 1;

        (void)state;
        assert_string_equal(
                set(f, "Rear", "OutsideTemperature", &value),
                "org.fascia.Error.Unsupported: OutsideTemperature is unsupported in zone Rear");
        assert_string_equal(set(f, "", "OutsideTemperature", &value), "done");
        finish(f);
}

static void the_bounds_of_the_simulation_are_inclusive_and_named(void **state) {
        Fixture *f = start(CLUSTER, "plugins", "modules", "simulator");
        static const struct {
                double value;
                const char *answer;
        } rows[] = {
                { 0, "done" },
                { 260, "done" },
                { 260.5, "org.fascia.Error.OutOfRange: Speed: 260.5 is not in [0-260]" },
                { -0.5, "org.fascia.Error.OutOfRange: Speed: -0.5 is not in [0-260]" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_string_equal(set(f, "", "Speed", &rows[i].value), rows[i].answer);
        assert_true(*(const double *)get(f, "", "Speed") == 260);
        finish(f);
}

static void without_a_module_library_types_alone_are_simulated(void **state) {
        Fixture *f = start(CLIMATE, "plugins", "no-such-directory", "simulator");

        (void)state;
        assert_null(instance_next_zone(f->instance, NULL));
        assert_true(*(const double *)get(f, "", "TargetTemperature") == 0);
        assert_int_equal(*(const int32_t *)get(f, "", "Recirculation"), 0);
        finish(f);
}

/* Every operation is answered, with something that has a place on the wire. */
static void call_everything(Fixture *f) {
        const struct fascia_interface *i = instance_get_interface(f->instance);
        uint64_t id;

        for (uint32_t n = 0; n < i->n_methods; n++) {
                const struct fascia_type *type = interface_method(i, n)->input;
                void *arguments = malloc(type->size + 1);

                assert_non_null(arguments);
                fascia_value_init(type, arguments);
                f->answer[0] = '\0';
                assert_int_equal(zone_call(instance_get_root(f->instance), n, arguments, UINT64_MAX,
                                           on_answer, f, &id),
                                 0);
                assert_string_equal(f->answer, "done");
                free(arguments);
        }
}

static void every_operation_is_answered_with_an_empty_result(void **state) {
        (void)state;
        for (uint32_t i = 0; i < kitchen_module.n_interfaces; i++) {
                Fixture *f = start(&kitchen_interfaces[i], "plugins", "modules", "simulator");

                assert_true(instance_get_interface(f->instance)->n_methods > 0 || i > 0);
                call_everything(f);
                finish(f);
        }
}

/* A generated stub, as it is: every property has a value, every setter and operation answers. */
static void try_stub(const struct fascia_module *module, const char *stub) {
        for (uint32_t i = 0; i < module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(module, i);
                Fixture *f = start(interface, "stubs", "modules", stub);

                assert_false(instance_is_simulated(f->instance));
                assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_READY);
                for (uint32_t p = 0; p < interface->n_properties; p++) {
                        const struct fascia_property *what = interface_property(interface, p);
                        const void *value = get(f, "", what->dbus_name);

                        f->answer[0] = '\0';
                        if (!(what->flags & FASCIA_PROPERTY_READONLY))
                                assert_string_equal(set(f, "", what->dbus_name, value), "done");
                }
                call_everything(f);
                finish(f);
        }
}

static void a_generated_stub_serves_unedited(void **state) {
        (void)state;
        try_stub(&climate_module, "climate");
        try_stub(&cluster_module, "cluster");
        try_stub(&kitchen_module, "kitchen");
}

static void a_stub_does_not_serve_another_module(void **state) {
        Fixture *f = start(CLIMATE, "stubs", "modules", "climate");

        (void)state;
        instance_stop(f->instance);
        assert_int_equal(instance_start(f->instance, "cluster"), -ENOENT);
        assert_string_equal(instance_get_error(f->instance)->message,
                            "Backend 'cluster' does not implement Vehicle.Climate.ClimateControl");
        finish(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_zones_and_gaps_come_from_the_annotations),
                cmocka_unit_test(a_set_value_is_in_effect_in_its_zone_alone),
                cmocka_unit_test(what_is_unsupported_in_a_zone_is_refused_there),
                cmocka_unit_test(the_bounds_of_the_simulation_are_inclusive_and_named),
                cmocka_unit_test(without_a_module_library_types_alone_are_simulated),
                cmocka_unit_test(every_operation_is_answered_with_an_empty_result),
                cmocka_unit_test(a_generated_stub_serves_unedited),
                cmocka_unit_test(a_stub_does_not_serve_another_module),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
