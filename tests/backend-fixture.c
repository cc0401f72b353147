/* SPDX-License-Identifier: MIT */
/* One backend of the build on a host of its own. */
#include "backend-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "descriptor.h"

static void in_build(char *ret, size_t size, const char *directory) {
        const char *build = getenv("FASCIA_BUILD_DIR");

        snprintf(ret, size, "%s/%s", build ? build : "build", directory);
}

Fixture *fixture_new(const struct fascia_interface *interface, const char *plugins,
                     const char *modules) {
        char plugin_path[512], module_path[512];
        HostSettings settings = { plugin_path, module_path, true };
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        in_build(plugin_path, sizeof(plugin_path), plugins);
        in_build(module_path, sizeof(module_path), modules);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        assert_int_equal(instance_new(f->host, interface, NULL, NULL, &f->instance), 0);
        return f;
}

Fixture *fixture_start(const struct fascia_interface *interface, const char *plugins,
                       const char *plugin) {
        Fixture *f = fixture_new(interface, plugins, "modules");

        if (instance_start(f->instance, plugin) < 0)
                fail_msg("%s", instance_get_error(f->instance)->message);
        return f;
}

void fixture_free(Fixture *f) {
        instance_free(f->instance);
        host_free(f->host);
        loop_unref(f->loop);
        free(f);
}

/* ---- values ---- */

static Zone *find_zone(Fixture *f, const char *name) {
        Zone *z = instance_find_zone(f->instance, name);

        assert_non_null(z);
        return z;
}

static uint32_t find_property(const Fixture *f, const char *name) {
        int index = interface_find_property(instance_get_interface(f->instance), name);

        assert_true(index >= 0);
        return (uint32_t)index;
}

bool fixture_has(Fixture *f, const char *zone, const char *property) {
        return zone_has_value(find_zone(f, zone), find_property(f, property));
}

const void *fixture_get(Fixture *f, const char *zone, const char *property) {
        assert_true(fixture_has(f, zone, property));
        return zone_get_value(find_zone(f, zone), find_property(f, property));
}

const char *fixture_show(Fixture *f, const char *zone, const char *property) {
        const struct fascia_interface *i = instance_get_interface(f->instance);
        char *text;

        if (!fixture_has(f, zone, property))
                return "(none)";
        text = fascia_value_print(interface_property(i, find_property(f, property))->type,
                                  fixture_get(f, zone, property));
        assert_non_null(text);
        snprintf(f->answer, sizeof(f->answer), "%s", text);
        free(text);
        return f->answer;
}

/* ---- requests ---- */

static bool is_empty(const struct fascia_type *type, const void *result) {
        void *empty = malloc(type->size + 1); /* also of nothing */
        bool equal;

        assert_non_null(empty);
        fascia_value_init(type, empty);
        equal = result ? fascia_value_equal(type, result, empty) : type->size == 0;
        free(empty);
        return equal;
}

static void on_answer(const struct fascia_error *error, const void *result, void *userdata) {
        Fixture *f = userdata;

        if (error)
                snprintf(f->answer, sizeof(f->answer), "%s: %s", error->name, error->message);
        else if (f->output && !is_empty(f->output, result))
                snprintf(f->answer, sizeof(f->answer), "a result that is not empty");
        else
                snprintf(f->answer, sizeof(f->answer), "done");
}

const char *fixture_set(Fixture *f, const char *zone, const char *property, const void *value) {
        uint64_t id;

        f->answer[0] = '\0';
        assert_int_equal(zone_set(find_zone(f, zone), find_property(f, property), value, UINT64_MAX,
                                  on_answer, f, &id),
                         0);
        return f->answer;
}

static void call(Fixture *f, const struct fascia_method *method, uint32_t index) {
        void *arguments = malloc(method->input->size + 1);
        uint64_t id;

        assert_non_null(arguments);
        fascia_value_init(method->input, arguments);
        f->answer[0] = '\0';
        f->output = method->output;
        assert_int_equal(zone_call(instance_get_root(f->instance), index, arguments, UINT64_MAX,
                                   on_answer, f, &id),
                         0);
        f->output = NULL;
        assert_string_equal(f->answer, "done");
        free(arguments);
}

void fixture_call_all(Fixture *f) {
        const struct fascia_interface *i = instance_get_interface(f->instance);

        for (uint32_t n = 0; n < i->n_methods; n++)
                call(f, interface_method(i, n), n);
}
