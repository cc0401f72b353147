/* SPDX-License-Identifier: MIT */
/* The backend "dbus" against a bus and a service that the test plays message by message: every
 * order in which they can speak. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend-dbus.h"
#include "climate-listener.h"
#include "fake-bus.h"
#include "feature.h"
#include "instance-private.h"
#include <example-remote-1/remote.h>
#include <vehicle-cluster-1/cluster.h>

#define NAME "Vehicle.Climate1"
#define PATH "/Vehicle/Climate1"
#define FEATURE PATH "/ClimateControl"
#define LEFT FEATURE "/FrontLeft"
#define INTERFACE "Vehicle.Climate1.ClimateControl"
#define FEATURE1 "org.fascia.Feature1"
#define OBJECTS "a{oa{sa{sv}}}"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define SERVICE ":1.5"
#define SUCCESSOR ":1.6"
#define STRANGER ":1.66"

static char error_name[128], error_message[256];

static void keep_error(const struct fascia_error *error) {
        snprintf(error_name, sizeof(error_name), "%s", error ? error->name : "");
        snprintf(error_message, sizeof(error_message), "%s", error ? error->message : "");
}

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        keep_error(error);
        hear("%s%s ", (const char *)userdata, error ? strerrorname_np(-error->code) : "done");
}

static void on_processed(struct remote_processing_service *s, const struct fascia_error *error,
                         int32_t result, void *userdata) {
        (void)s;
        keep_error(error);
        hear("%s%s=%d ", (const char *)userdata, error ? strerrorname_np(-error->code) : "",
             result);
}

/* ---- every test has a bus and a client ---- */

static FakeBus bus;
static struct fascia_client *client;
static struct climate_control *climate;

static int set_up(void **state) {
        (void)state;
        forget_heard();
        fake_bus_open(&bus);
        setenv("FASCIA_ADDRESS", bus.address, true);
        setenv("FASCIA_BACKEND", "dbus", true);
        setenv("FASCIA_TIMEOUT", "5s", true);
        setenv("FASCIA_CONNECTION_TIMEOUT", "5s", true);
        climate = NULL;
        return fascia_client_new(&client);
}

static int tear_down(void **state) {
        (void)state;
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        fake_bus_close(&bus);
        return 0;
}

/* Until both ends have nothing to do. */
static void settle(void) {
        bool worked;

        do {
                worked = fake_bus_process(&bus);
                if (client && fascia_client_dispatch(client) > 0)
                        worked = true;
        } while (worked);
}

/* Lets time pass until the client has said or asked something. */
static void wait_until(bool (*fn)(void)) {
        for (int i = 0; i < 1000 && !fn(); i++) {
                assert_true(fascia_client_wait(client, 10000) >= 0);
                settle();
        }
        assert_true(fn());
}

static bool has_call(void) {
        return bus.n_calls > 0;
}

static bool has_heard(void) {
        return *heard;
}

static const RemoteStatistics *statistics_of(const struct fascia_feature *feature) {
        const RemoteHub *hub = feature->core->instance->backend.plugin;

        return &hub->statistics;
}

static const RemoteStatistics *statistics(void) {
        return statistics_of(climate_control_feature(climate));
}

/* A feature that has asked for everything and waits. */
static void begin(void) {
        assert_int_equal(climate_control_new(client, &climate), 0);
        assert_int_equal(climate_control_add_listener(climate, &everything, NULL), 0);
        settle();
}

static sd_bus_message *take_snapshot_call(const char *destination) {
        sd_bus_message *call = fake_bus_take(&bus, destination, "GetManagedObjects");

        assert_string_equal(sd_bus_message_get_path(call), PATH);
        assert_string_equal(sd_bus_message_get_interface(call), MANAGER);
        return call;
}

/* The service has the feature with a fan and a temperature, and has sent 10 broadcasts. */
static void answer_snapshot(const char *destination, const char *sender, double temperature) {
        fake_bus_answer(&bus, take_snapshot_call(destination), sender, OBJECTS, 2, PATH, 0, FEATURE,
                        2, FEATURE1, 1, "State", "s", "ready", INTERFACE, 3, "FanLevel", "i", 3,
                        "TargetTemperature", "d", temperature, "FasciaSerial", "t", UINT64_C(10));
        settle();
}

static void begin_ready(void) {
        begin();
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

static void change_temperature(const char *sender, double value, uint64_t serial) {
        fake_bus_signal(&bus, sender, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 2, "TargetTemperature", "d", value, "FasciaSerial", "t", serial,
                        0);
}

/* ---- the first sync ---- */

static void two_rules_and_one_question_go_out_together(void **state) {
        (void)state;
        begin();
        assert_int_equal(bus.n_rules, 2);
        assert_string_equal(bus.rules[0],
                            "type='signal',sender='" NAME "',path_namespace='" PATH "'");
        assert_string_equal(bus.rules[1],
                            "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/"
                            "DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
                            "arg0='" NAME "'");
        assert_int_equal(bus.n_calls, 1);
        assert_heard("");
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
        assert_int_equal(bus.n_calls, 0);
        assert_false(climate_control_has_airflow(climate)); /* absent: unsupported */
        assert_true(climate_control_has_fan_level(climate));
}

static void a_signal_before_the_snapshot_is_older_than_it(void **state) {
        (void)state;
        begin();
        fake_bus_change_owner(&bus, NAME, SERVICE);
        change_temperature(SERVICE, 99, 10);
        settle();
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard(":syncing fan=3 =20 ! :ready ");
        change_temperature(SERVICE, 21, 11);
        settle();
        assert_heard("=21 ! ");
        assert_int_equal(statistics()->gaps, 0);
}

static void a_service_that_is_started_for_the_question_is_asked_once(void **state) {
        (void)state;
        begin();
        fake_bus_change_owner(&bus, NAME, SERVICE);
        settle();
        assert_heard(":syncing ");
        assert_int_equal(bus.n_calls, 1);
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
        assert_int_equal(statistics()->snapshots, 1);
}

static void a_missing_service_is_named_and_waited_for(void **state) {
        const struct fascia_error *error;

        (void)state;
        begin();
        fake_bus_refuse(&bus, take_snapshot_call(NAME), "org.freedesktop.DBus.Error.ServiceUnknown",
                        "nobody provides it");
        settle();
        assert_heard(":unavailable ");
        error = fascia_feature_get_error(climate_control_feature(climate));
        assert_int_equal(error->code, -ENOTCONN);
        assert_non_null(strstr(error->message, NAME));
        assert_non_null(strstr(error->message, "nobody provides it"));
        fake_bus_change_owner(&bus, NAME, SERVICE);
        settle();
        assert_heard(":syncing ");
        answer_snapshot(SERVICE, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

static void whoever_was_probed_and_died_is_replaced_by_the_successor(void **state) {
        sd_bus_message *call;

        (void)state;
        begin();
        call = take_snapshot_call(NAME);
        fake_bus_change_owner(&bus, NAME, SERVICE);
        fake_bus_change_owner(&bus, NAME, "");
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        assert_int_equal(bus.n_calls, 0);
        fake_bus_refuse(&bus, call, "org.freedesktop.DBus.Error.NoReply", "it died");
        settle();
        answer_snapshot(SUCCESSOR, SUCCESSOR, 20);
        assert_heard(":syncing fan=3 =20 ! :ready ");
}

static void an_answer_of_a_former_owner_is_not_taken(void **state) {
        sd_bus_message *call;

        (void)state;
        begin();
        call = take_snapshot_call(NAME);
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        fake_bus_answer(&bus, call, SERVICE, OBJECTS, 1, FEATURE, 1, INTERFACE, 1, "FanLevel", "i",
                        9);
        settle();
        answer_snapshot(SUCCESSOR, SUCCESSOR, 20);
        assert_heard(":syncing fan=3 =20 ! :ready ");
}

static void a_service_that_does_not_answer_is_asked_again(void **state) {
        (void)state;
        client = fascia_client_free(client);
        setenv("FASCIA_CONNECTION_TIMEOUT", "30ms", true);
        assert_int_equal(fascia_client_new(&client), 0);
        begin();
        sd_bus_message_unref(take_snapshot_call(NAME));
        wait_until(has_heard);
        assert_heard(":unavailable ");
        assert_non_null(
                strstr(fascia_feature_get_error(climate_control_feature(climate))->message, NAME));
        wait_until(has_call);
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
        assert_int_equal(bus.n_rules, 2); /* those of before */
}

static void a_bus_that_refuses_the_rules_is_an_error(void **state) {
        (void)state;
        bus.refused_rules = "org.freedesktop.DBus.Error.LimitsExceeded";
        begin();
        assert_heard(":unavailable ");
        bus.refused_rules = NULL;
        for (size_t i = 0; i < bus.n_calls; i++)
                sd_bus_message_unref(bus.calls[i]);
        bus.n_calls = 0;
        bus.n_rules = 0;
        wait_until(has_call);
        assert_int_equal(bus.n_rules, 2);
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

static void what_is_not_an_address_is_named(void **state) {
        (void)state;
        client = fascia_client_free(client);
        setenv("FASCIA_ADDRESS", "nonsense", true);
        assert_int_equal(fascia_client_new(&client), 0);
        begin();
        assert_heard(":unavailable ");
        assert_non_null(strstr(fascia_feature_get_error(climate_control_feature(climate))->message,
                               "nonsense"));
}

/* ---- following ---- */

static void changes_of_one_message_are_told_together(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 3, "TargetTemperature", "d", 22.0, "FanLevel", "i", 5,
                        "FasciaSerial", "t", UINT64_C(11), 0);
        change_temperature(SERVICE, 22, 12); /* equal */
        settle();
        assert_heard("fan=5 =22 ! ");
        assert_int_equal(statistics()->snapshots, 1);
}

static void what_is_invalidated_has_no_value_any_more(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 1, "FasciaSerial", "t", UINT64_C(11), 2, "FanLevel", "Unknown");
        settle();
        assert_heard("fan=0 ! ");
        assert_false(climate_control_has_fan_level(climate));
}

static void a_change_to_another_type_leaves_no_value(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 2, "FanLevel", "s", "three", "FasciaSerial", "t", UINT64_C(11),
                        0);
        settle();
        assert_heard("fan=0 ! ");
        assert_false(climate_control_has_fan_level(climate));
        assert_int_equal(statistics()->malformed, 0);
}

static void strangers_are_not_believed_and_looked_into_once_a_second(void **state) {
        (void)state;
        begin_ready();
        bus.owner = SERVICE;
        change_temperature(STRANGER, 99, 11);
        change_temperature(STRANGER, 98, 12);
        settle();
        change_temperature(STRANGER, 97, 13);
        settle();
        assert_heard("");
        assert_int_equal(bus.n_owner_queries, 1);
        assert_int_equal(statistics()->dropped, 3);
        change_temperature(SERVICE, 21, 11);
        settle();
        assert_heard("=21 ! ");
        assert_int_equal(statistics()->gaps, 0);
}

static void an_owner_that_was_missed_is_found_by_asking(void **state) {
        (void)state;
        begin_ready();
        bus.owner = SUCCESSOR;
        change_temperature(SUCCESSOR, 21, 1);
        settle();
        assert_heard(":unavailable :syncing ");
        answer_snapshot(SUCCESSOR, SUCCESSOR, 21);
        assert_heard("=21 ! :ready ");
}

static void a_gap_is_one_question_and_no_flicker(void **state) {
        (void)state;
        begin_ready();
        change_temperature(SERVICE, 21, 12); /* 11 is missing */
        change_temperature(SERVICE, 21.5, 13);
        change_temperature(SERVICE, 22, 15); /* another gap while the question is open */
        settle();
        assert_heard("=21 ! =21.5 ! =22 ! ");
        assert_int_equal(bus.n_calls, 1);
        assert_int_equal(statistics()->gaps, 2);
        fake_bus_answer(&bus, take_snapshot_call(SERVICE), SERVICE, OBJECTS, 1, FEATURE, 1,
                        INTERFACE, 3, "FanLevel", "i", 7, "TargetTemperature", "d", 22.0,
                        "FasciaSerial", "t", UINT64_C(15));
        settle();
        assert_heard("fan=7 ! ");
        change_temperature(SERVICE, 23, 16);
        settle();
        assert_heard("=23 ! ");
        assert_int_equal(bus.n_calls, 0);
}

/* ---- the window ---- */

/* With another setting, which a client reads when it is made. */
static void begin_ready_with(const char *name, const char *value) {
        fascia_client_free(client);
        setenv(name, value, true);
        assert_int_equal(fascia_client_new(&client), 0);
        unsetenv(name);
        begin_ready();
}

static void on_numbered(struct climate_control *c, const struct fascia_error *error,
                        void *userdata) {
        (void)c;
        hear("%s:%d ", (const char *)userdata, error ? -error->code : 0);
}

static void set_fan(const char *name, int32_t level, struct fascia_call **ret) {
        assert_int_equal(climate_control_set_fan_level(climate, level, on_numbered,
                                                       (void *)(uintptr_t)name, ret),
                         0);
}

static void answer_set(void) {
        fake_bus_answer(&bus, fake_bus_take(&bus, SERVICE, "Set"), SERVICE, "");
        settle();
}

static void more_calls_than_the_window_wait_in_order(void **state) {
        (void)state;
        begin_ready_with("FASCIA_MAX_CALLS_IN_FLIGHT", "2");
        set_fan("one", 1, NULL);
        set_fan("two", 2, NULL);
        set_fan("three", 3, NULL);
        set_fan("four", 4, NULL);
        settle();
        assert_int_equal(bus.n_calls, 2);
        answer_set();
        assert_heard("one:0 ");
        assert_int_equal(bus.n_calls, 2);
        answer_set();
        answer_set();
        answer_set();
        assert_heard("two:0 three:0 four:0 ");
        assert_int_equal(bus.n_calls, 0);
}

static void what_waits_can_be_cancelled(void **state) {
        struct fascia_call *last = NULL, *middle = NULL;

        (void)state;
        begin_ready_with("FASCIA_MAX_CALLS_IN_FLIGHT", "1");
        set_fan("one", 1, NULL);
        set_fan("two", 2, &middle);
        set_fan("three", 3, &last);
        settle();
        assert_int_equal(fascia_call_cancel(last), 0);
        settle();
        assert_heard("three:125 ");
        set_fan("four", 4, NULL);
        assert_int_equal(fascia_call_cancel(middle), 0);
        settle();
        assert_heard("two:125 ");
        assert_int_equal(bus.n_calls, 1);
        answer_set();
        answer_set();
        assert_heard("one:0 four:0 ");
        assert_int_equal(bus.n_calls, 0);
}

static void what_is_cancelled_on_its_way_makes_room(void **state) {
        struct fascia_call *first = NULL;

        (void)state;
        begin_ready_with("FASCIA_MAX_CALLS_IN_FLIGHT", "1");
        set_fan("one", 1, &first);
        set_fan("two", 2, NULL);
        settle();
        assert_int_equal(bus.n_calls, 1);
        assert_int_equal(fascia_call_cancel(first), 0);
        settle();
        assert_int_equal(bus.n_calls, 2);
        sd_bus_message_unref(fake_bus_take(&bus, SERVICE, "Set"));
        answer_set();
        assert_heard("one:125 two:0 ");
}

static void what_waits_ends_with_the_connection(void **state) {
        (void)state;
        begin_ready_with("FASCIA_MAX_CALLS_IN_FLIGHT", "1");
        set_fan("one", 1, NULL);
        set_fan("two", 2, NULL);
        settle();
        fake_bus_drop(&bus);
        settle();
        assert_non_null(strstr(heard, "one:107 "));
        assert_non_null(strstr(heard, "two:107 "));
        forget_heard();
}

static void what_waits_has_its_deadline(void **state) {
        (void)state;
        begin_ready_with("FASCIA_MAX_CALLS_IN_FLIGHT", "1");
        set_fan("one", 1, NULL);
        set_fan("two", 2, NULL);
        settle();
        loop_advance(client->loop, 6000000);
        settle();
        assert_non_null(strstr(heard, "one:110 "));
        assert_non_null(strstr(heard, "two:110 "));
        forget_heard();
}

/* What the client asks once it is quiet. */
static void answer_check(uint64_t serial) {
        sd_bus_message *call;
        const char *interface, *property;

        assert_int_equal(bus.n_calls, 1);
        call = fake_bus_take(&bus, SERVICE, "Get");
        assert_true(sd_bus_message_read(call, "ss", &interface, &property) >= 0);
        assert_string_equal(interface, INTERFACE);
        assert_string_equal(property, "FasciaSerial");
        fake_bus_answer(&bus, call, SERVICE, "v", "t", serial);
}

static void a_last_signal_that_is_lost_is_missed(void **state) {
        (void)state;
        begin_ready();
        change_temperature(SERVICE, 21, 11);
        settle();
        assert_heard("=21 ! ");
        /* 12 is lost, and nothing follows it. */
        assert_int_equal(bus.n_calls, 0);
        loop_advance(client->loop, 600000);
        settle();
        answer_check(12);
        settle();
        assert_int_equal(statistics()->gaps, 1);
        fake_bus_answer(&bus, take_snapshot_call(SERVICE), SERVICE, OBJECTS, 1, FEATURE, 1,
                        INTERFACE, 3, "FanLevel", "i", 3, "TargetTemperature", "d", 22.0,
                        "FasciaSerial", "t", UINT64_C(12));
        settle();
        assert_heard("=22 ! ");
}

static void a_check_that_finds_nothing_is_the_only_one(void **state) {
        (void)state;
        begin_ready();
        change_temperature(SERVICE, 21, 11);
        settle();
        loop_advance(client->loop, 600000);
        settle();
        answer_check(11);
        settle();
        assert_heard("=21 ! ");
        loop_advance(client->loop, 3600000000);
        settle();
        assert_int_equal(bus.n_calls, 0);
        assert_int_equal(statistics()->gaps, 0);
}

static void a_burst_is_checked_when_it_is_over(void **state) {
        (void)state;
        begin_ready();
        for (uint64_t i = 1; i <= 5; i++) {
                change_temperature(SERVICE, 20 + (double)i / 10, 10 + i);
                settle();
                loop_advance(client->loop, 300000);
                settle();
                assert_int_equal(bus.n_calls, 0);
        }
        loop_advance(client->loop, 300000);
        settle();
        answer_check(15);
        settle();
        assert_int_equal(statistics()->gaps, 0);
}

static void what_never_gets_quiet_is_checked_too(void **state) {
        unsigned n_checks = 0;

        (void)state;
        begin_ready();
        for (uint64_t i = 1; i <= 40; i++) {
                change_temperature(SERVICE, 20 + (double)i / 10, 10 + i);
                settle();
                loop_advance(client->loop, 300000);
                settle();
                if (bus.n_calls > 0) {
                        answer_check(10 + i);
                        n_checks++;
                }
                settle();
        }
        assert_in_range(n_checks, 2, 3); /* in twelve seconds */
        assert_int_equal(statistics()->gaps, 0);
}

static void a_check_ends_with_the_owner(void **state) {
        (void)state;
        begin_ready();
        change_temperature(SERVICE, 21, 11);
        settle();
        fake_bus_change_owner(&bus, NAME, "");
        settle();
        loop_advance(client->loop, 600000);
        settle();
        assert_int_equal(bus.n_calls, 0);
}

static void every_broadcast_of_the_module_counts(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, PATH "/Other", "Vehicle.Climate1.Other", "Beep", "");
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesRemoved", "oas", PATH "/Other", 1,
                        "Vehicle.Climate1.Other");
        fake_bus_signal(&bus, SERVICE, PATH "/Other", PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        "Vehicle.Climate1.Other", 1, "FasciaSerial", "t", UINT64_C(13), 0);
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FEATURE1, 1, "FasciaSerial", "t", UINT64_C(14), 0);
        change_temperature(SERVICE, 21, 15);
        settle();
        assert_heard("=21 ! ");
        assert_int_equal(statistics()->gaps, 0);
        assert_int_equal(bus.n_calls, 0);
}

static void a_service_that_does_not_count_is_followed_without_check(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, OBJECTS, 1, FEATURE, 1, INTERFACE,
                        1, "TargetTemperature", "d", 20.0);
        settle();
        assert_heard("=20 ! :ready ");
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 1, "TargetTemperature", "d", 21.0, 0);
        settle();
        assert_heard("=21 ! ");
        assert_int_equal(bus.n_calls, 0);
}

static void what_is_unknown_or_of_another_type_is_passed_over(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, OBJECTS, 5, "/Elsewhere", 1, "a.b",
                        1, "C", "as", 1, "x", FEATURE, 2, "Vehicle.Climate1.Newer", 1, "FanLevel",
                        "i", 9, INTERFACE, 4, "FanLevel", "s", "three", "Newer", "a{sv}", 0,
                        "TargetTemperature", "d", 20.0, "FasciaSerial", "t", UINT64_C(1),
                        FEATURE "/_models", 1, INTERFACE, 0, FEATURE "/_ff", 1, INTERFACE, 0,
                        FEATURE "/Left", 1, FEATURE1, 0);
        settle();
        assert_heard("=20 ! :ready ");
        assert_false(climate_control_has_fan_level(climate));
        assert_int_equal(statistics()->malformed, 0);
}

static void a_malformed_signal_is_one_question(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "si", INTERFACE,
                        1);
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "");
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "s", "x");
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesRemoved", "o", "/x");
        settle();
        assert_int_equal(statistics()->malformed, 4);
        assert_int_equal(bus.n_calls, 1);
        answer_snapshot(SERVICE, SERVICE, 21);
        assert_heard("=21 ! ");
}

static void a_malformed_snapshot_is_an_error_and_asked_for_again(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, "a{os}", 1, FEATURE, "x");
        settle();
        assert_heard(":unavailable ");
        assert_int_equal(statistics()->malformed, 1);
        wait_until(has_call);
        answer_snapshot(SERVICE, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

static void a_service_without_the_feature_is_told(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, OBJECTS, 1, PATH, 0);
        settle();
        assert_heard(":unavailable ");
        assert_non_null(strstr(fascia_feature_get_error(climate_control_feature(climate))->message,
                               FEATURE));
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", FEATURE, 1,
                        INTERFACE, 1, "FanLevel", "i", 2);
        settle();
        assert_heard("fan=2 ! :ready ");
}

/* ---- the cache ---- */

/* In a child that is killed by any system call but its end. */
static int run_trapped(bool (*fn)(void)) {
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        };
        const struct sock_fprog program = { .len = 4, .filter = code };
        int status;
        pid_t pid;

        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                        _exit(3);
                syscall(SYS_exit_group, fn() ? 42 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static bool get_everything(void) {
        bool right = true;

        for (int i = 0; i < 1000; i++)
                right = right && climate_control_get_fan_level(climate) == 3 &&
                        climate_control_get_target_temperature(climate) > 19 &&
                        climate_control_has_fan_level(climate) &&
                        !climate_control_has_airflow(climate) &&
                        !climate_control_get_air_conditioning(climate) &&
                        fascia_feature_get_state(climate_control_feature(climate)) ==
                                FASCIA_STATE_READY;
        return right;
}

static bool get_everything_and_a_system_call(void) {
        return get_everything() && syscall(SYS_getppid) > 0;
}

static void a_cached_getter_makes_no_system_call(void **state) {
        const char *preload = getenv("LD_PRELOAD");
        int status;

        (void)state;
        /* valgrind makes system calls of its own for everything that runs. */
        if (preload && strstr(preload, "vgpreload"))
                skip();
        begin_ready();
        status = run_trapped(get_everything);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 42);
        /* The trap is one. */
        status = run_trapped(get_everything_and_a_system_call);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* ---- what the service says of the feature ---- */

static void a_feature_that_failed_in_the_service_is_unavailable_with_its_reason(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, OBJECTS, 1, FEATURE, 2, INTERFACE,
                        1, "FasciaSerial", "t", UINT64_C(3), FEATURE1, 2, "State", "s",
                        "unavailable", "Error", "s", "no fan");
        settle();
        assert_heard(":unavailable ");
        assert_string_equal(fascia_feature_get_error(climate_control_feature(climate))->message,
                            "no fan");
        /* When it recovers, everything is read before it is ready. */
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FEATURE1, 2, "State", "s", "ready", "FasciaSerial", "t", UINT64_C(4), 0);
        settle();
        assert_heard(":syncing ");
        answer_snapshot(SERVICE, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

static void a_feature_that_fails_keeps_its_last_values(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FEATURE1, 3, "State", "s", "unavailable", "Error", "s", "no fan",
                        "FasciaSerial", "t", UINT64_C(11), 0);
        settle();
        assert_heard(":unavailable ");
        assert_int_equal(climate_control_get_fan_level(climate), 3);
        assert_int_equal(climate_control_set_fan_level(climate, 1, on_set, "set:", NULL), 0);
        settle();
        assert_heard("set:ENOTCONN ");
        assert_non_null(strstr(error_message, "no fan"));
        assert_int_equal(bus.n_calls, 0);
}

/* What the service then says to those who know no states: that there is no value, and no zone. */
static void what_a_failed_feature_takes_back_stays_the_last_known(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", LEFT, 1,
                        INTERFACE, 1, "FanLevel", "i", 2);
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FEATURE1, 3, "State", "s", "unavailable", "Error", "s", "no fan",
                        "FasciaSerial", "t", UINT64_C(12), 0);
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesRemoved", "oas", LEFT, 2,
                        INTERFACE, FEATURE1);
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 1, "FasciaSerial", "t", UINT64_C(14), 1, "FanLevel");
        settle();
        assert_heard("+FrontLeft :unavailable ");
        assert_int_equal(climate_control_get_fan_level(climate), 3);
        assert_true(climate_control_has_fan_level(climate));
        assert_non_null(climate_control_get_zone(climate, "FrontLeft"));
        assert_int_equal(statistics()->gaps, 0);
}

static void what_a_failed_feature_does_not_show_stays_the_last_known(void **state) {
        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", LEFT, 1,
                        INTERFACE, 1, "FanLevel", "i", 2);
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        fake_bus_answer(&bus, take_snapshot_call(SUCCESSOR), SUCCESSOR, OBJECTS, 1, FEATURE, 2,
                        INTERFACE, 1, "FasciaSerial", "t", UINT64_C(3), FEATURE1, 2, "State", "s",
                        "unavailable", "Error", "s", "no fan");
        settle();
        assert_heard("+FrontLeft :unavailable :syncing :unavailable ");
        assert_int_equal(climate_control_get_fan_level(climate), 3);
        assert_non_null(climate_control_get_zone(climate, "FrontLeft"));
}

/* ---- loss and return ---- */

static void a_new_owner_is_read_and_only_what_differs_is_told(void **state) {
        (void)state;
        begin_ready();
        bus.owner = SUCCESSOR;
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        assert_heard(":unavailable :syncing ");
        change_temperature(SERVICE, 99, 11); /* of the old one */
        settle();
        answer_snapshot(SUCCESSOR, SUCCESSOR, 21);
        assert_heard("=21 ! :ready ");
}

static void what_the_successor_does_not_have_is_withdrawn(void **state) {
        (void)state;
        begin_ready();
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        fake_bus_answer(&bus, take_snapshot_call(SUCCESSOR), SUCCESSOR, OBJECTS, 1, FEATURE, 1,
                        INTERFACE, 1, "TargetTemperature", "d", 20.0);
        settle();
        assert_heard(":unavailable :syncing fan=0 ! :ready ");
        assert_false(climate_control_has_fan_level(climate));
}

static void a_service_that_goes_fails_what_was_asked_of_it(void **state) {
        (void)state;
        begin_ready();
        assert_int_equal(climate_control_set_fan_level(climate, 1, on_set, "set:", NULL), 0);
        settle();
        fake_bus_change_owner(&bus, NAME, "");
        settle();
        assert_heard(":unavailable set:ENOTCONN ");
        assert_string_equal(error_name, "org.fascia.Error.Unavailable");
        assert_non_null(strstr(error_message, "disconnected"));
        assert_int_equal(climate_control_get_fan_level(climate), 3);
        assert_true(climate_control_has_fan_level(climate));
        assert_int_equal(climate_control_set_fan_level(climate, 1, on_set, "late:", NULL), 0);
        assert_heard("");
        settle();
        assert_heard("late:ENOTCONN ");
        assert_non_null(strstr(error_message, "disconnected"));
        sd_bus_message_unref(fake_bus_take(&bus, SERVICE, "Set"));
        assert_int_equal(bus.n_calls, 0);
}

static void a_bus_that_is_lost_is_connected_to_again(void **state) {
        (void)state;
        begin_ready();
        assert_int_equal(climate_control_set_fan_level(climate, 1, on_set, "set:", NULL), 0);
        settle();
        fake_bus_drop(&bus);
        for (int i = 0; i < 10 && !*heard; i++)
                assert_true(fascia_client_wait(client, 1000000) >= 0);
        while (fascia_client_dispatch(client) > 0)
                ;
        assert_true(strcmp(heard, ":unavailable set:ENOTCONN ") == 0 ||
                    strcmp(heard, "set:ENOTCONN :unavailable ") == 0);
        forget_heard();
        assert_non_null(strstr(fascia_feature_get_error(climate_control_feature(climate))->message,
                               bus.address));
        wait_until(has_call);
        assert_int_equal(bus.n_connections, 2);
        assert_int_equal(bus.n_rules, 2);
        answer_snapshot(NAME, SUCCESSOR, 20);
        assert_heard(":ready ");
}

static void a_client_without_a_bus_is_unavailable_and_tries_again(void **state) {
        char elsewhere[200];

        (void)state;
        client = fascia_client_free(client);
        snprintf(elsewhere, sizeof(elsewhere), "%s-not-there", bus.address);
        setenv("FASCIA_ADDRESS", elsewhere, true);
        assert_int_equal(fascia_client_new(&client), 0);
        begin();
        wait_until(has_heard);
        assert_heard(":unavailable ");
        assert_non_null(strstr(fascia_feature_get_error(climate_control_feature(climate))->message,
                               elsewhere));
}

/* ---- zones ---- */

static void zones_come_and_go_with_their_objects(void **state) {
        struct climate_control *left;

        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", LEFT, 2,
                        INTERFACE, 1, "TargetTemperature", "d", 18.5, FEATURE1, 1, "State", "s",
                        "ready");
        settle();
        assert_heard("+FrontLeft ");
        left = climate_control_get_zone(climate, "FrontLeft");
        assert_non_null(left);
        assert_float_equal(climate_control_get_target_temperature(left), 18.5, 0);
        assert_int_equal(climate_control_add_listener(left, &everything, NULL), 0);
        fake_bus_signal(&bus, SERVICE, LEFT, PROPERTIES, "PropertiesChanged", "sa{sv}as", INTERFACE,
                        2, "TargetTemperature", "d", 19.0, "FasciaSerial", "t", UINT64_C(12), 0);
        settle();
        assert_heard("FrontLeft=19 FrontLeft! ");
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesRemoved", "oas", LEFT, 2,
                        INTERFACE, FEATURE1);
        settle();
        assert_heard("FrontLeft:unavailable -FrontLeft ");
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", LEFT, 1,
                        INTERFACE, 1, "TargetTemperature", "d", 20.0);
        settle();
        assert_heard("+FrontLeft FrontLeft=20 FrontLeft! FrontLeft:ready ");
        assert_int_equal(statistics()->gaps, 0);
}

static void zones_of_a_snapshot_are_all_there_are(void **state) {
        (void)state;
        begin();
        fake_bus_answer(&bus, take_snapshot_call(NAME), SERVICE, OBJECTS, 3, FEATURE "/A_20b", 1,
                        INTERFACE, 0, FEATURE, 1, INTERFACE, 0, LEFT, 1, INTERFACE, 0);
        settle();
        /* A zone may stand before its feature in the message. */
        assert_heard("+A b +FrontLeft :ready ");
        fake_bus_change_owner(&bus, NAME, SUCCESSOR);
        settle();
        fake_bus_answer(&bus, take_snapshot_call(SUCCESSOR), SUCCESSOR, OBJECTS, 2, LEFT, 1,
                        INTERFACE, 0, FEATURE, 1, INTERFACE, 0);
        settle();
        assert_heard(":unavailable :syncing -A b :ready ");
}

static void a_setter_of_a_zone_goes_to_its_object(void **state) {
        const char *interface, *property;
        struct climate_control *left;
        sd_bus_message *call;
        double value;

        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, PATH, MANAGER, "InterfacesAdded", "oa{sa{sv}}", LEFT, 1,
                        INTERFACE, 0);
        settle();
        left = climate_control_get_zone(climate, "FrontLeft");
        forget_heard();
        assert_int_equal(climate_control_set_target_temperature(left, 21.5, on_set, "set:", NULL),
                         0);
        settle();
        call = fake_bus_take(&bus, SERVICE, "Set");
        assert_string_equal(sd_bus_message_get_path(call), LEFT);
        assert_string_equal(sd_bus_message_get_interface(call), PROPERTIES);
        assert_true(sd_bus_message_read(call, "ssv", &interface, &property, "d", &value) > 0);
        assert_string_equal(interface, INTERFACE);
        assert_string_equal(property, "TargetTemperature");
        assert_float_equal(value, 21.5, 0);
        /* What was changed before the answer is heard before it. */
        fake_bus_signal(&bus, SERVICE, FEATURE, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        INTERFACE, 2, "FanLevel", "i", 4, "FasciaSerial", "t", UINT64_C(12), 0);
        fake_bus_answer(&bus, call, SERVICE, NULL);
        settle();
        assert_heard("fan=4 ! set:done ");
        assert_float_equal(climate_control_get_target_temperature(left), 0, 0);
}

/* ---- calls ---- */

static struct remote_processing_service *begin_remote(void) {
        struct remote_processing_service *s = NULL;

        assert_int_equal(remote_processing_service_new(client, &s), 0);
        settle();
        fake_bus_answer(&bus, fake_bus_take(&bus, "Example.Remote1", "GetManagedObjects"), SERVICE,
                        OBJECTS, 1, "/Example/Remote1/ProcessingService", 1,
                        "Example.Remote1.ProcessingService", 1, "LastMessage", "s", "");
        settle();
        return s;
}

static sd_bus_message *process(struct remote_processing_service *s, const char *userdata,
                               struct fascia_call **ret_call) {
        assert_int_equal(remote_processing_service_process(s, "hello", on_processed,
                                                           (void *)(uintptr_t)userdata, ret_call),
                         0);
        settle();
        return fake_bus_take(&bus, SERVICE, "Process");
}

static void a_call_has_its_arguments_and_its_result(void **state) {
        struct remote_processing_service *s = begin_remote();
        sd_bus_message *call;
        const char *data;

        (void)state;
        call = process(s, "", NULL);
        assert_string_equal(sd_bus_message_get_path(call), "/Example/Remote1/ProcessingService");
        assert_string_equal(sd_bus_message_get_interface(call),
                            "Example.Remote1.ProcessingService");
        assert_true(sd_bus_message_has_signature(call, "s"));
        assert_true(sd_bus_message_read(call, "s", &data) > 0);
        assert_string_equal(data, "hello");
        fake_bus_answer(&bus, call, SERVICE, "i", 5);
        settle();
        assert_heard("=5 ");
        remote_processing_service_free(s);
}

static void calls_of_before_the_first_sync_are_sent_after_it(void **state) {
        struct remote_processing_service *s = NULL;

        (void)state;
        assert_int_equal(remote_processing_service_new(client, &s), 0);
        assert_int_equal(remote_processing_service_process(s, "hello", on_processed, "", NULL), 0);
        settle();
        assert_int_equal(bus.n_calls, 1);
        fake_bus_answer(&bus, fake_bus_take(&bus, "Example.Remote1", "GetManagedObjects"), SERVICE,
                        OBJECTS, 1, "/Example/Remote1/ProcessingService", 1,
                        "Example.Remote1.ProcessingService", 0);
        settle();
        fake_bus_answer(&bus, fake_bus_take(&bus, SERVICE, "Process"), SERVICE, "i", 5);
        settle();
        assert_heard("=5 ");
        remote_processing_service_free(s);
}

static void errors_keep_name_and_text(void **state) {
        static const struct {
                const char *name;
                const char *heard;
                const char *heard_name; /* NULL: the same */
        } rows[] = {
                /* ours */
                { "org.fascia.Error.OutOfRange", "ERANGE=0 ", NULL },
                /* a standard one */
                { "org.freedesktop.DBus.Error.AccessDenied", "EACCES=0 ", NULL },
                /* one that an operation lists */
                { "Example.Remote1.Error.Jammed", "EIO=0 ", NULL },
                /* the bus answers for a service that has just gone */
                { "org.freedesktop.DBus.Error.NoReply", "ENOTCONN=0 ",
                  "org.fascia.Error.Unavailable" },
        };
        struct remote_processing_service *s = begin_remote();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                fake_bus_refuse(&bus, process(s, "", NULL), rows[i].name, "because");
                settle();
                assert_heard(rows[i].heard);
                assert_string_equal(error_name,
                                    rows[i].heard_name ? rows[i].heard_name : rows[i].name);
                assert_string_equal(error_message, "because");
        }
        remote_processing_service_free(s);
}

static void an_answer_of_another_type_is_an_error(void **state) {
        struct remote_processing_service *s = begin_remote();

        (void)state;
        fake_bus_answer(&bus, process(s, "1", NULL), SERVICE, "s", "five");
        fake_bus_answer(&bus, process(s, "2", NULL), SERVICE, NULL);
        fake_bus_answer(&bus, process(s, "3", NULL), SERVICE, "ii", 5, 6);
        settle();
        assert_heard("1EBADMSG=0 2EBADMSG=0 3EBADMSG=0 ");
        remote_processing_service_free(s);
}

static void a_cancelled_call_ignores_its_answer(void **state) {
        struct remote_processing_service *s = begin_remote();
        struct fascia_call *call = NULL;
        sd_bus_message *message;

        (void)state;
        message = process(s, "", &call);
        assert_int_equal(fascia_call_cancel(call), 0);
        fake_bus_answer(&bus, message, SERVICE, "i", 5);
        settle();
        assert_heard("ECANCELED=0 ");
        remote_processing_service_free(s);
}

static void a_call_that_is_not_answered_ends_at_its_deadline(void **state) {
        struct remote_processing_service *s = begin_remote();
        struct fascia_call *call = NULL;
        sd_bus_message *message;

        (void)state;
        message = process(s, "", &call);
        assert_int_equal(fascia_call_set_timeout(call, 1000), 0);
        wait_until(has_heard);
        assert_heard("ETIMEDOUT=0 ");
        fake_bus_answer(&bus, message, SERVICE, "i", 5);
        settle();
        assert_heard("");
        remote_processing_service_free(s);
}

static struct remote_processing_service *victim;

static void free_victim(struct remote_processing_service *s, const struct fascia_error *error,
                        int32_t result, void *userdata) {
        (void)s;
        (void)error;
        (void)userdata;
        hear("free:%d ", result);
        victim = remote_processing_service_free(victim);
}

static void a_feature_may_go_in_the_answer_of_its_call(void **state) {
        sd_bus_message *first, *second;

        (void)state;
        victim = begin_remote();
        assert_int_equal(remote_processing_service_process(victim, "a", free_victim, NULL, NULL),
                         0);
        second = process(victim, "second:", NULL);
        first = second;
        assert_string_equal(sd_bus_message_get_member(first), "Process");
        second = fake_bus_take(&bus, SERVICE, "Process");
        fake_bus_answer(&bus, first, SERVICE, "i", 1);
        fake_bus_answer(&bus, second, SERVICE, "i", 5);
        settle();
        assert_heard("free:1 second:ECANCELED=0 ");
}

/* ---- signals of the interface ---- */

static void on_warning(struct cluster_instrument_cluster *c, const struct cluster_warning *warning,
                       void *userdata) {
        (void)c;
        (void)userdata;
        hear("%d:%s ", warning->id, warning->text);
}

static void warn(const char *types, int id, const char *text) {
        fake_bus_signal(&bus, SERVICE, "/Vehicle/Cluster1/InstrumentCluster",
                        "Vehicle.Cluster1.InstrumentCluster", "WarningRaised", types, id, 2, text);
}

static void signals_are_delivered_once_the_feature_was_ready(void **state) {
        static const struct cluster_instrument_cluster_listener listener = {
                .warning_raised = on_warning,
        };
        struct cluster_instrument_cluster *c = NULL;
        sd_bus_message *call;

        (void)state;
        assert_int_equal(cluster_instrument_cluster_new(client, &c), 0);
        assert_int_equal(cluster_instrument_cluster_add_listener(c, &listener, NULL), 0);
        settle();
        call = fake_bus_take(&bus, "Vehicle.Cluster1", "GetManagedObjects");
        fake_bus_change_owner(&bus, "Vehicle.Cluster1", SERVICE);
        warn("(iis)", 1, "early");
        fake_bus_answer(&bus, call, SERVICE, OBJECTS, 1, "/Vehicle/Cluster1/InstrumentCluster", 1,
                        "Vehicle.Cluster1.InstrumentCluster", 0);
        warn("(iis)", 2, "oil");
        warn("iis", 3, "of another version");
        warn("(iis)", 4, "fuel");
        settle();
        assert_heard("2:oil 4:fuel ");
        assert_int_equal(statistics_of(cluster_instrument_cluster_feature(c))->malformed, 0);
        cluster_instrument_cluster_free(c);
}

/* ---- sharing ---- */

static void modules_of_one_address_share_the_connection(void **state) {
        struct remote_processing_service *s;

        (void)state;
        begin_ready();
        s = begin_remote();
        assert_int_equal(bus.n_connections, 1);
        assert_int_equal(bus.n_rules, 4);
        remote_processing_service_free(s);
        settle();
        change_temperature(SERVICE, 21, 11);
        settle();
        assert_heard("=21 ! ");
}

static void the_connection_goes_with_the_last_feature(void **state) {
        (void)state;
        begin_ready();
        climate = climate_control_free(climate);
        settle();
        assert_null(bus.bus);
        begin();
        assert_int_equal(bus.n_connections, 2);
        answer_snapshot(NAME, SERVICE, 20);
        assert_heard("fan=3 =20 ! :ready ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(two_rules_and_one_question_go_out_together),
                TEST(a_signal_before_the_snapshot_is_older_than_it),
                TEST(a_service_that_is_started_for_the_question_is_asked_once),
                TEST(a_missing_service_is_named_and_waited_for),
                TEST(whoever_was_probed_and_died_is_replaced_by_the_successor),
                TEST(an_answer_of_a_former_owner_is_not_taken),
                TEST(a_service_that_does_not_answer_is_asked_again),
                TEST(a_bus_that_refuses_the_rules_is_an_error),
                TEST(what_is_not_an_address_is_named),
                TEST(changes_of_one_message_are_told_together),
                TEST(what_is_invalidated_has_no_value_any_more),
                TEST(a_change_to_another_type_leaves_no_value),
                TEST(strangers_are_not_believed_and_looked_into_once_a_second),
                TEST(an_owner_that_was_missed_is_found_by_asking),
                TEST(more_calls_than_the_window_wait_in_order),
                TEST(what_waits_can_be_cancelled),
                TEST(what_is_cancelled_on_its_way_makes_room),
                TEST(what_waits_ends_with_the_connection),
                TEST(what_waits_has_its_deadline),
                TEST(a_gap_is_one_question_and_no_flicker),
                TEST(a_last_signal_that_is_lost_is_missed),
                TEST(a_check_that_finds_nothing_is_the_only_one),
                TEST(a_burst_is_checked_when_it_is_over),
                TEST(what_never_gets_quiet_is_checked_too),
                TEST(a_check_ends_with_the_owner),
                TEST(every_broadcast_of_the_module_counts),
                TEST(a_service_that_does_not_count_is_followed_without_check),
                TEST(what_is_unknown_or_of_another_type_is_passed_over),
                TEST(a_malformed_signal_is_one_question),
                TEST(a_malformed_snapshot_is_an_error_and_asked_for_again),
                TEST(a_service_without_the_feature_is_told),
                TEST(a_cached_getter_makes_no_system_call),
                TEST(a_feature_that_failed_in_the_service_is_unavailable_with_its_reason),
                TEST(a_feature_that_fails_keeps_its_last_values),
                TEST(what_a_failed_feature_takes_back_stays_the_last_known),
                TEST(what_a_failed_feature_does_not_show_stays_the_last_known),
                TEST(a_new_owner_is_read_and_only_what_differs_is_told),
                TEST(what_the_successor_does_not_have_is_withdrawn),
                TEST(a_service_that_goes_fails_what_was_asked_of_it),
                TEST(a_bus_that_is_lost_is_connected_to_again),
                TEST(a_client_without_a_bus_is_unavailable_and_tries_again),
                TEST(zones_come_and_go_with_their_objects),
                TEST(zones_of_a_snapshot_are_all_there_are),
                TEST(a_setter_of_a_zone_goes_to_its_object),
                TEST(a_call_has_its_arguments_and_its_result),
                TEST(calls_of_before_the_first_sync_are_sent_after_it),
                TEST(errors_keep_name_and_text),
                TEST(an_answer_of_another_type_is_an_error),
                TEST(a_cancelled_call_ignores_its_answer),
                TEST(a_call_that_is_not_answered_ends_at_its_deadline),
                TEST(a_feature_may_go_in_the_answer_of_its_call),
                TEST(signals_are_delivered_once_the_feature_was_ready),
                TEST(modules_of_one_address_share_the_connection),
                TEST(the_connection_goes_with_the_last_feature),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
