/* SPDX-License-Identifier: MIT */
/* A thousand features in one process, on one connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-bus.h"
#include "sample-types.h"
#include <fascia/generated.h>
#include <fascia/testkit.h>

#define N_MODULES 20
#define N_INTERFACES 50
#define N_FEATURES (N_MODULES * N_INTERFACES)
#define SERVICE ":1.5"

typedef struct ManyModule {
        struct fascia_module module;
        struct fascia_interface interfaces[N_INTERFACES];
        char name[32], bus_name[32], path[32];
        char names[N_INTERFACES][16];
        char qualified_names[N_INTERFACES][64];
        char dbus_names[N_INTERFACES][64];
        char paths[N_INTERFACES][64];
} ManyModule;

static const struct fascia_property properties[] = {
        { .name = "number", .dbus_name = "Number", .type = &type_int32 },
        { .name = "text", .dbus_name = "Text", .type = &type_string },
};

static void make_interface(ManyModule *m, unsigned i) {
        snprintf(m->names[i], sizeof(m->names[i]), "Part%u", i);
        snprintf(m->qualified_names[i], sizeof(m->qualified_names[i]), "%s.Part%u", m->name, i);
        snprintf(m->dbus_names[i], sizeof(m->dbus_names[i]), "%s.Part%u", m->bus_name, i);
        snprintf(m->paths[i], sizeof(m->paths[i]), "%s/Part%u", m->path, i);
        m->interfaces[i] = (struct fascia_interface){
                .module = &m->module,
                .name = m->names[i],
                .qualified_name = m->qualified_names[i],
                .id = m->qualified_names[i],
                .dbus_name = m->dbus_names[i],
                .path = m->paths[i],
                .layout_hash = i + 1,
                .n_properties = sizeof(properties) / sizeof(properties[0]),
                .properties = properties,
        };
}

static void make_module(ManyModule *m, unsigned number) {
        snprintf(m->name, sizeof(m->name), "Test.Many%u", number);
        snprintf(m->bus_name, sizeof(m->bus_name), "Test.Many%u.V1", number);
        snprintf(m->path, sizeof(m->path), "/Test/Many%u/V1", number);
        m->module = (struct fascia_module){
                .abi = FASCIA_DESCRIPTOR_ABI,
                .size = sizeof(struct fascia_module),
                .interface_size = sizeof(struct fascia_interface),
                .property_size = sizeof(struct fascia_property),
                .method_size = sizeof(struct fascia_method),
                .signal_size = sizeof(struct fascia_signal),
                .name = m->name,
                .major = 1,
                .bus_name = m->bus_name,
                .path = m->path,
                .n_interfaces = N_INTERFACES,
                .interfaces = m->interfaces,
        };
        for (unsigned i = 0; i < N_INTERFACES; i++)
                make_interface(m, i);
}

static ManyModule modules[N_MODULES];
static struct fascia_feature *features[N_FEATURES];
static struct fascia_client *client;
static FakeBus bus;
static unsigned n_ready, n_values;

static void on_event(struct fascia_feature *feature, const void *listener, void *userdata,
                     enum fascia_event event, uint32_t index, const void *data) {
        (void)feature;
        (void)listener;
        (void)userdata;
        (void)index;
        n_values += event == FASCIA_EVENT_PROPERTY;
        n_ready += event == FASCIA_EVENT_STATE &&
                   *(const enum fascia_state *)data == FASCIA_STATE_READY;
}

static int set_up(void **state) {
        (void)state;
        fake_bus_open(&bus);
        setenv("FASCIA_ADDRESS", bus.address, true);
        setenv("FASCIA_BACKEND", "dbus", true);
        unsetenv("FASCIA_CONFIG");
        n_ready = n_values = 0;
        for (unsigned i = 0; i < N_MODULES; i++)
                make_module(&modules[i], i);
        return fascia_client_new(&client);
}

static int tear_down(void **state) {
        (void)state;
        for (unsigned i = 0; i < N_FEATURES; i++)
                features[i] = fascia_feature_free(features[i]);
        client = fascia_client_free(client);
        fake_bus_close(&bus);
        return 0;
}

static void open_all(void) {
        static const char listener = 0;

        for (unsigned i = 0; i < N_FEATURES; i++) {
                assert_int_equal(fascia_feature_new(
                                         client, &modules[i % N_MODULES].interfaces[i / N_MODULES],
                                         NULL, on_event, &features[i]),
                                 0);
                assert_int_equal(fascia_feature_add_listener(features[i], &listener, 1, NULL), 0);
        }
}

static void settle(void) {
        for (int idle = 0; idle < 3; idle++) {
                if (fake_bus_process(&bus))
                        idle = 0;
                while (fascia_client_dispatch(client) > 0)
                        idle = 0;
        }
}

/* All objects of the module, in one answer. */
static void append_objects(sd_bus_message *reply, const ManyModule *m) {
        assert_true(sd_bus_message_open_container(reply, 'a', "{oa{sa{sv}}}") >= 0);
        for (unsigned i = 0; i < N_INTERFACES; i++)
                assert_true(sd_bus_message_append(reply, "{oa{sa{sv}}}", m->paths[i], 1,
                                                  m->dbus_names[i], 2, "Number", "i", (int)i,
                                                  "Text", "s", m->names[i]) >= 0);
        assert_true(sd_bus_message_close_container(reply) >= 0);
}

static unsigned module_of(const char *bus_name) {
        return (unsigned)strtoul(bus_name + strlen("Test.Many"), NULL, 10);
}

static void answer_one(sd_bus_message *call) {
        const ManyModule *m = &modules[module_of(sd_bus_message_get_destination(call))];
        sd_bus_message *reply = NULL;

        assert_true(sd_bus_message_is_method_call(call, "org.freedesktop.DBus.ObjectManager",
                                                  "GetManagedObjects"));
        assert_string_equal(sd_bus_message_get_path(call), m->path);
        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        assert_true(sd_bus_message_set_sender(reply, SERVICE) >= 0);
        append_objects(reply, m);
        assert_true(sd_bus_send(bus.bus, reply, NULL) >= 0);
        sd_bus_message_unref(reply);
        sd_bus_message_unref(call);
}

/* Two rules for each module, one question, and then they all have their values. */
static void a_thousand_features_need_two_rules_and_one_question_a_module(void **state) {
        bool is_asked[N_MODULES] = { 0 };

        (void)state;
        open_all();
        settle();
        assert_int_equal(bus.n_connections, 1);
        assert_int_equal(bus.n_rules, 2 * N_MODULES);
        assert_int_equal(bus.n_calls, N_MODULES);
        for (unsigned i = 0; i < N_MODULES; i++) {
                unsigned m = module_of(sd_bus_message_get_destination(bus.calls[i]));

                assert_false(is_asked[m]);
                is_asked[m] = true;
        }
        for (unsigned i = 0; i < N_MODULES; i++)
                answer_one(bus.calls[i]);
        bus.n_calls = 0;
        settle();
        assert_int_equal(n_ready, N_FEATURES);
        assert_int_equal(n_values, 2 * N_FEATURES);
        for (unsigned i = 0; i < N_FEATURES; i++) {
                unsigned part = i / N_MODULES;

                assert_int_equal(*(const int32_t *)fascia_feature_get_value(features[i], 0), part);
                assert_string_equal(*(const char *const *)fascia_feature_get_value(features[i], 1),
                                    modules[i % N_MODULES].names[part]);
        }
        assert_int_equal(bus.n_calls, 0);
        assert_int_equal(bus.n_rules, 2 * N_MODULES);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_thousand_features_need_two_rules_and_one_question_a_module, set_up,
                        tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
