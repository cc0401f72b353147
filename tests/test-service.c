/* SPDX-License-Identifier: MIT */
/* The exporter, message by message: what there is, and what is answered. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service-stand.h"

/* ---- what there is ---- */

static void introspection_lists_interfaces_and_children(void **state) {
        static const struct {
                const char *path, *present[3], *absent;
                const char *reason;
        } rows[] = {
                { "",
                  { MANAGER "\"", "<node name=\"Thing\"/>", "<node name=\"Lamp\"/>" },
                  INFO,
                  "the module" },
                { "Thing",
                  { THING "\"", INFO "\"",
                    "<node name=\"Left\"/>\n <node name=\"Rear_20Right\"/>" },
                  MANAGER,
                  "a feature and its zones, escaped" },
                { "Thing/Left",
                  { THING "\"", INFO "\"", PROPERTIES "\"" },
                  "<node name",
                  "a zone" },
                { "Lamp", { LAMP "\"", INFO "\"", INTROSPECTABLE "\"" }, THING, "another feature" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_call(f, rows[i].path, INTROSPECTABLE, "Introspect", "");
                for (size_t n = 0; n < 3; n++)
                        if (stand_count(f, rows[i].present[n]) != 1)
                                fail_msg("%s: no %s", rows[i].reason, rows[i].present[n]);
                if (stand_count(f, rows[i].absent) != 0)
                        fail_msg("%s: %s", rows[i].reason, rows[i].absent);
                /* Standard tools show arguments by name. */
                assert_int_equal(stand_count(f, "<arg "),
                                 stand_count(f, "<arg name=") +
                                         stand_count(f, "<arg type=\"s\" name="));
                stand_clear_log(f);
        }
}

static void a_zone_that_has_gone_is_no_longer_listed(void **state) {
        Fixture *f = *state;

        fascia_backend_remove_zone(stand.left);
        stand_run(f);
        stand_clear_log(f);
        stand_call(f, "Thing", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(stand_count(f, "<node name=\"Left\"/>"), 0);
        assert_int_equal(stand_count(f, "<node name=\"Rear_20Right\"/>"), 1);
}

static void get_gives_one_property(void **state) {
        static const struct {
                const char *path, *interface, *name, *answer;
        } rows[] = {
                { "Thing", THING, "Level", "return 1\n" },
                { "Thing", THING, "Title", "return one\n" },
                { "Thing", THING, "Gauge", "return 20.5\n" },
                { "Thing/Left", THING, "Level", "return 2\n" },
                { "Thing", THING, "FasciaSerial", "return #0\n" },
                { "Thing", INFO, "FasciaSerial", "return #0\n" },
                { "Thing", INFO, "Version", "return 1.2\n" },
                { "Thing", INFO, "Zones", "return [Left, Rear Right]\n" },
                { "Thing/Left", INFO, "Zones", "return []\n" },
                { "Lamp", INFO, "Zones", "return []\n" },
                { "Thing", INFO, "Unsupported", "return [Spare]\n" },
                { "Thing/Left", INFO, "Unsupported",
                  "return [Title, Mode, Gauge, Number, Spare]\n" },
                { "Thing", INFO, "Backend", "return test\n" },
                { "Thing", INFO, "Simulated", "return true\n" },
                { "Thing", INFO, "State", "return ready\n" },
                { "Thing", INFO, "Error", "return \n" },
                /* Without an interface, the feature's own come first. */
                { "Thing", "", "Level", "return 1\n" },
                { "Thing", "", "State", "return ready\n" },
                { "Thing", "", "FasciaSerial", "return #0\n" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_get(f, rows[i].path, rows[i].interface, rows[i].name);
                stand_expect(f, rows[i].answer);
        }
}

static void get_all_leaves_out_what_has_no_value(void **state) {
        static const struct {
                const char *path, *interface, *answer;
        } rows[] = {
                { "Thing", THING,
                  "return {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                  "FasciaSerial: #0}\n" },
                { "Thing/Left", THING, "return {Level: 2, FasciaSerial: #0}\n" },
                { "Thing/Rear_20Right", THING, "return {FasciaSerial: #0}\n" },
                { "Lamp", LAMP, "return {On: true, FasciaSerial: #0}\n" },
                { "Lamp", INFO,
                  "return {Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}\n" },
                { "Lamp", PROPERTIES, "return {}\n" },
                { "", MANAGER, "return {}\n" },
                { "", "", "return {}\n" },
                /* No interface: all of them, the serial once. */
                { "Lamp", "",
                  "return {On: true, Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}\n" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_call(f, rows[i].path, PROPERTIES, "GetAll", "s", rows[i].interface);
                stand_expect(f, rows[i].answer);
        }
}

static void one_call_gives_the_whole_state(void **state) {
        Fixture *f = *state;

        stand_call(f, "", MANAGER, "GetManagedObjects", "");
        stand_expect(
                f, "return {./Thing: {Introspectable: {}, Properties: {}, Feature1: {"
                   "Version: 1.2, Zones: [Left, Rear Right], Unsupported: [Spare], Backend: test, "
                   "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                   "~Thing: {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                   "FasciaSerial: #0}}, "
                   "./Thing/Left: {Introspectable: {}, Properties: {}, Feature1: {"
                   "Version: 1.2, Zones: [], Unsupported: [Title, Mode, Gauge, Number, Spare], "
                   "Backend: test, Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                   "~Thing: {Level: 2, FasciaSerial: #0}}, "
                   "./Thing/Rear_20Right: {Introspectable: {}, Properties: {}, Feature1: {"
                   "Version: 1.2, Zones: [], "
                   "Unsupported: [Level, Title, Mode, Gauge, Number, Spare], Backend: test, "
                   "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                   "~Thing: {FasciaSerial: #0}}, ./Lamp: {Introspectable: {}, Properties: {}, "
                   "Feature1: {Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                   "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                   "~Lamp: {On: true, FasciaSerial: #0}}}\n");
}

/* ---- what there is not ---- */

static void what_is_not_there_is_named(void **state) {
        static const struct {
                const char *path, *interface, *member, *error;
        } rows[] = {
                { "Nothing", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Nothing'" },
                { "Thingy", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Thingy'" },
                { "Thing/Left/More", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Thing/Left/More'" },
                { "Lamp/Left", LAMP, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Lamp/Left'" },
                { "Thing/Front_20Left", THING, "Twice",
                  "fascia.UnknownZone: Thing has no zone 'Front Left'; it has Left, Rear Right" },
                { "Thing/Trunk", INTROSPECTABLE, "Introspect",
                  "fascia.UnknownZone: Thing has no zone 'Trunk'; it has Left, Rear Right" },
                { "Thing", LAMP, "Twice",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'" },
                { "", THING, "Twice",
                  "UnknownInterface: '/Test/Hand1' has no interface 'Test.Hand1.Thing'" },
                { "Thing", MANAGER, "GetManagedObjects",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface "
                  "'org.freedesktop.DBus.ObjectManager'" },
                { "Thing", THING, "Thrice",
                  "UnknownMethod: Test.Hand1.Thing has no method 'Thrice'" },
                { "Thing", THING, "Get", "UnknownMethod: Test.Hand1.Thing has no method 'Get'" },
                { "Thing", PROPERTIES, "Twice",
                  "UnknownMethod: org.freedesktop.DBus.Properties has no method 'Twice'" },
                { "Thing", NULL, "Thrice",
                  "UnknownMethod: /Test/Hand1/Thing has no method 'Thrice'" },
        };
        Fixture *f = *state;
        char line[512];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_call(f, rows[i].path, rows[i].interface, rows[i].member, "");
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                stand_expect(f, line);
        }
        assert_int_equal(stand.n_requests, 0);
}

static void a_property_that_is_not_there_is_named(void **state) {
        static const struct {
                const char *path, *interface, *name, *error;
        } rows[] = {
                { "Thing", THING, "Height",
                  "UnknownProperty: Test.Hand1.Thing has no property 'Height'" },
                { "Thing", INFO, "Level",
                  "UnknownProperty: org.fascia.Feature1 has no property 'Level'" },
                { "Thing", THING, "State",
                  "UnknownProperty: Test.Hand1.Thing has no property 'State'" },
                { "Thing", PROPERTIES, "Level",
                  "UnknownProperty: org.freedesktop.DBus.Properties has no property 'Level'" },
                { "Thing", "", "Height",
                  "UnknownProperty: /Test/Hand1/Thing has no property 'Height'" },
                { "Thing", LAMP, "On",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'" },
                { "", THING, "Level",
                  "UnknownInterface: '/Test/Hand1' has no interface 'Test.Hand1.Thing'" },
                { "", MANAGER, "Level",
                  "UnknownProperty: org.freedesktop.DBus.ObjectManager has no property 'Level'" },
        };
        Fixture *f = *state;
        char line[512];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                stand_get(f, rows[i].path, rows[i].interface, rows[i].name);
                stand_expect(f, line);
                stand_call(f, rows[i].path, PROPERTIES, "Set", "ssv", rows[i].interface,
                           rows[i].name, "i", 3);
                stand_expect(f, line);
        }
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", LAMP);
        stand_expect(
                f,
                "error UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'\n");
}

static void a_property_without_a_value_is_unsupported(void **state) {
        Fixture *f = *state;

        stand_get(f, "Thing", THING, "Spare");
        stand_expect(f, "error fascia.Unsupported: Spare has no value\n");
        stand_get(f, "Thing/Left", THING, "Title");
        stand_expect(f, "error fascia.Unsupported: Title has no value in zone Left\n");
}

/* ---- calls ---- */

static void a_call_is_answered_with_its_result(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Twice", "i", 21);
        stand_expect(f, "return 42\n");
        stand_call(f, "Thing/Left", THING, "Repeat", "si", "ab", 3);
        stand_expect(f, "return ababab\n");
        stand_call(f, "Thing", THING, "Choose", "i", -5);
        stand_expect(f, "return\n");
}

static void without_an_interface_the_feature_is_asked_first_then_the_standard_ones(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", NULL, "Twice", "i", 4);
        stand_expect(f, "return 8\n");
        stand_call(f, "Thing", NULL, "Get", "ss", THING, "Level");
        stand_expect(f, "return 1\n");
        stand_call(f, "", NULL, "GetAll", "s", "");
        stand_expect(f, "return {}\n");
}

static void a_call_with_other_arguments_never_reaches_the_backend(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Twice", "s", "4");
        stand_expect(f, "error InvalidArgs: Twice expects 'i', got 's'\n");
        stand_call(f, "Thing", THING, "Twice", "");
        stand_expect(f, "error InvalidArgs: Twice expects 'i', got ''\n");
        stand_call(f, "Thing", THING, "Twice", "ii", 1, 2);
        stand_expect(f, "error InvalidArgs: Twice expects 'i', got 'ii'\n");
        stand_call(f, "Thing", THING, "Choose", "i", 2);
        stand_expect(f, "error fascia.OutOfRange: Choose: Mode has no value 2\n");
        stand_call(f, "Thing", PROPERTIES, "Get", "s", THING);
        stand_expect(f, "error InvalidArgs: Get expects 'ss', got 's'\n");
        stand_call(f, "Thing", PROPERTIES, "Set", "ssi", THING, "Level", 3);
        stand_expect(f, "error InvalidArgs: Set expects 'ssv', got 'ssi'\n");
        assert_int_equal(stand.n_requests, 0);
}

static void an_answer_may_come_later(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Wait", "");
        stand_call(f, "Thing", THING, "Wait", "");
        stand_expect(f, "");
        assert_int_equal(fascia_reply_call(stand.tickets[1], &(int32_t){ 2 }), 0);
        stand_run(f);
        stand_expect(f, "return 2\n");
        assert_int_equal(fascia_reply_fail(stand.tickets[0], -EBUSY, "Not now"), 0);
        stand_run(f);
        stand_expect(f, "error fascia.Busy: Not now\n");
        assert_int_equal(fascia_reply_call(stand.tickets[0], &(int32_t){ 1 }), -EALREADY);
        stand_run(f);
        stand_expect(f, "");
}

static void an_error_of_the_backend_keeps_its_name(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", THING, "Wait", "");
        assert_int_equal(
                fascia_reply_fail_named(stand.tickets[0], "Test.Hand1.Error.Jam", "It jams"), 0);
        stand_run(f);
        stand_expect(f, "error ~Error.Jam: It jams\n");
}

static void who_wants_no_answer_gets_none(void **state) {
        Fixture *f = *state;

        stand_call_without_reply(f, "Thing", THING, "Twice", "i", 2);
        stand_call_without_reply(f, "Thing", THING, "Thrice", "i", 2);
        stand_call_without_reply(f, "Thing", THING, "Twice", "s", "");
        stand_call_without_reply(f, "Thing", PROPERTIES, "Get", "ss", THING, "Level");
        stand_expect(f, "");
        assert_int_equal(stand.n_requests, 1);
}

static void a_backend_that_does_not_answer_is_answered_for_and_logged(void **state) {
        Fixture *f = *state;
        char *log;

        service_stop(f->service, 0);
        service_start(f->service, 0, "test", 10000);
        stand_run(f);
        stand_clear_log(f);
        stand_send_call(f, "Thing", THING, "Wait", "");
        stand_run_client(f);
        log = stand_capture_log(f, "\n");
        assert_string_equal(log, "<4>Test.Hand: Test.Hand.Thing.wait: Thing.wait was not answered "
                                 "within 0.01 s\n");
        free(log);
        stand_expect(f, "error fascia.Timeout: Thing.wait was not answered within 0.01 s\n");
        assert_int_equal(stand.n_cancels, 1);
}

/* ---- other answers ---- */

static void several_results_are_several_arguments(void **state) {
        Fixture *f = *state;

        stand_call(f, "Store", STORE, "Find", "s", "left");
        stand_expect(f, "return left 7\n");
}

static void a_backend_may_fail_with_a_name_of_its_own(void **state) {
        Fixture *f = *state;

        stand_call(f, "Store", STORE, "Refuse", "s", "Test.Hand1.Error.Closed");
        stand_expect(f, "error ~Error.Closed: not today\n");
        stand_call(f, "Store", STORE, "Refuse", "s", "org.fascia.Error.Busy");
        stand_expect(f, "error fascia.Busy: not today\n");
        stand_call(f, "Store", STORE, "Refuse", "s", "");
        stand_expect(f, "return\n");
}

/* ---- Set ---- */

static void a_set_is_announced_before_it_is_answered(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        stand_expect(f, "PropertiesChanged ./Thing ~Thing {Level: 7, FasciaSerial: #1} []\n"
                        "return\n");
        stand_call(f, "Thing/Left", PROPERTIES, "Set", "ssv", THING, "Level", "i", 8);
        stand_expect(f, "PropertiesChanged ./Thing/Left ~Thing {Level: 8, FasciaSerial: #2} []\n"
                        "return\n");
        stand_get(f, "Thing", THING, "Level");
        stand_expect(f, "return 7\n");
}

static void setting_the_same_value_is_answered_and_not_announced(void **state) {
        Fixture *f = *state;

        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 1);
        stand_expect(f, "return\n");
}

static void a_set_that_is_refused_changes_nothing(void **state) {
        static const struct {
                const char *name, *type;
                int32_t value;
                const char *error;
        } rows[] = {
                { "Level", "u", 3, "InvalidArgs: Level: expected 'i', got 'u'" },
                { "Level", "i", 11, "fascia.OutOfRange: Level: 11 is not in [0-10]" },
                { "Level", "i", -1, "fascia.OutOfRange: Level: -1 is not in [0-10]" },
                { "Mode", "i", 2, "fascia.OutOfRange: Mode: Mode has no value 2" },
                { "Gauge", "i", 2, "PropertyReadOnly: Gauge is read-only" },
                { "Number", "i", 2, "PropertyReadOnly: Number is read-only" },
                { "FasciaSerial", "i", 2, "PropertyReadOnly: FasciaSerial is read-only" },
        };
        Fixture *f = *state;
        char line[256];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, rows[i].name, rows[i].type,
                           rows[i].value);
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                stand_expect(f, line);
        }
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", INFO, "State", "s", "ready");
        stand_expect(f, "error PropertyReadOnly: State is read-only\n");
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Spare", "d", (double)INFINITY);
        stand_expect(f, "error fascia.OutOfRange: Spare: inf is not a finite number\n");
        assert_int_equal(stand.n_requests, 0);
        stand_call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        stand_expect(f, "return {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                        "FasciaSerial: #0}\n");
}

static void a_set_that_the_backend_refuses_changes_nothing(void **state) {
        Fixture *f = *state;

        stand.is_slow = true;
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        stand_expect(f, ""); /* deferred */
        fascia_reply_fail(stand.tickets[0], -ERANGE, "Not in winter");
        stand_run(f);
        stand_expect(f, "error fascia.OutOfRange: Not in winter\n");
        stand_get(f, "Thing", THING, "Level");
        stand_expect(f, "return 1\n");
}

static void the_value_in_effect_is_what_is_announced(void **state) {
        Fixture *f = *state;

        stand.is_slow = true;
        stand_call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        fascia_reply_set(stand.tickets[0], &(int32_t){ 6 });
        stand_run(f);
        stand_expect(f, "PropertiesChanged ./Thing ~Thing {Level: 6, FasciaSerial: #1} []\n"
                        "return\n");
}

/* ---- models ---- */

static void a_model_says_that_it_is_not_served(void **state) {
        static const struct {
                const char *path, *interface, *member, *types, *answer;
        } rows[] = {
                { "Store/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error NotSupported: Fetch: the model 'contacts' of Store" },
                { "Store/Left/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error NotSupported: Fetch: the model 'contacts' of Store" },
                { "Store/_models/contacts", NULL, "Fetch", "uu", "error NotSupported: Fetch" },
                { "Store/_models/contacts", PROPERTIES, "GetAll", "s",
                  "error NotSupported: GetAll: the model 'contacts'" },
                { "Store/_models/contacts", STORE, "Find", "s", "error UnknownInterface: " },
                { "Store/_models/contacts", STORE ".Stock", "Fetch", "uu",
                  "error UnknownInterface: " },
                { "Store/_models/stock", STORE ".Stock", "Fetch", "uu", "error UnknownObject: " },
                { "Store/_models/Contacts", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_models/contacts/1", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_modelscontacts", STORE ".Contacts", "Fetch", "uu",
                  "error fascia.UnknownZone: " },
                { "Store/Right/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_models", STORE ".Contacts", "Fetch", "uu", "error UnknownMethod: " },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (*rows[i].types == 's')
                        stand_call(f, rows[i].path, rows[i].interface, rows[i].member, "s", STORE);
                else
                        stand_call(f, rows[i].path, rows[i].interface, rows[i].member, "uu", 0u,
                                   10u);
                if (strncmp(stand_get_log(f), rows[i].answer, strlen(rows[i].answer)) != 0)
                        fail_msg("%s %s: %s", rows[i].path, rows[i].member, stand_get_log(f));
                stand_clear_log(f);
        }
}

static void models_are_where_features_and_zones_have_some(void **state) {
        Fixture *f = *state;

        stand_call(f, "Store/Left/_models/contacts", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(stand_count(f, "return"), 1);
        stand_clear_log(f);
        fascia_backend_remove_zone(fascia_backend_get_zone(stand.store, "Left"));
        stand_run(f);
        stand_clear_log(f);
        stand_call(f, "Store/Left/_models/contacts", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(stand_count(f, "error UnknownObject: "), 1);
}

static void a_feature_without_models_has_no_object_for_them(void **state) {
        Fixture *f = *state;

        stand_call(f, "Lamp/_models", INTROSPECTABLE, "Introspect", "");
        stand_expect(f, "error UnknownObject: There is no object '" BASE "/Lamp/_models'\n");
        stand_call(f, "Lamp", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(stand_count(f, "_models"), 0);
}

static void models_are_found_by_introspection(void **state) {
        static const struct {
                const char *path;
                unsigned n_models, n_contacts, n_nodes;
        } rows[] = {
                { "Store", 1, 0, 3 },
                { "Store/Left", 1, 0, 2 },
                { "Store/_models", 0, 1, 2 },
                { "Store/_models/contacts", 0, 0, 1 },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                stand_call(f, rows[i].path, INTROSPECTABLE, "Introspect", "");
                assert_int_equal(stand_count(f, "<node name=\"_models\"/>"), rows[i].n_models);
                assert_int_equal(stand_count(f, "<node name=\"contacts\"/>"), rows[i].n_contacts);
                assert_int_equal(stand_count(f, "<node"), rows[i].n_nodes);
                stand_clear_log(f);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(introspection_lists_interfaces_and_children),
                TEST(a_zone_that_has_gone_is_no_longer_listed),
                TEST(get_gives_one_property),
                TEST(get_all_leaves_out_what_has_no_value),
                TEST(one_call_gives_the_whole_state),
                TEST(what_is_not_there_is_named),
                TEST(a_property_that_is_not_there_is_named),
                TEST(a_property_without_a_value_is_unsupported),
                TEST(a_call_is_answered_with_its_result),
                TEST(without_an_interface_the_feature_is_asked_first_then_the_standard_ones),
                TEST(a_call_with_other_arguments_never_reaches_the_backend),
                TEST(an_answer_may_come_later),
                TEST(an_error_of_the_backend_keeps_its_name),
                TEST(who_wants_no_answer_gets_none),
                TEST(a_backend_that_does_not_answer_is_answered_for_and_logged),
                STORE_TEST(several_results_are_several_arguments),
                STORE_TEST(a_backend_may_fail_with_a_name_of_its_own),
                TEST(a_set_is_announced_before_it_is_answered),
                TEST(setting_the_same_value_is_answered_and_not_announced),
                TEST(a_set_that_is_refused_changes_nothing),
                TEST(a_set_that_the_backend_refuses_changes_nothing),
                TEST(the_value_in_effect_is_what_is_announced),
                STORE_TEST(a_model_says_that_it_is_not_served),
                STORE_TEST(models_are_where_features_and_zones_have_some),
                TEST(a_feature_without_models_has_no_object_for_them),
                STORE_TEST(models_are_found_by_introspection),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
