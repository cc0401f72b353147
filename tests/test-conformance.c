/* SPDX-License-Identifier: MIT */
/* The same feature, simulated by a script and written by hand, in the program's own process and behind a bus: no client can tell which
 * of them it has before it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <test-conformance-1/conformance.h>

#include "harness.h"
#include "heard.h"

#define BUSY "org.fascia.Error.Busy"
#define MODULE "Test.Conformance"

/* Who implements it, and where. */
typedef struct Environment {
        const char *name;
        const char *backend;   /* of the client */
        const char *of_daemon; /* its backend there; NULL: there is none */
} Environment;

static const Environment *environment;

typedef struct Bench {
        Harness *harness;
        struct fascia_client *client;
        struct conformance_machine *machine;
} Bench;

/* ---- what is heard ---- */

static void on_load(struct conformance_machine *m, int32_t value, void *userdata) {
        (void)userdata;
        hear("%sload %d\n", fascia_feature_get_zone_name(conformance_machine_feature(m)), value);
}

static void on_count(struct conformance_machine *m, int32_t value, void *userdata) {
        (void)userdata;
        hear("%scount %d\n", fascia_feature_get_zone_name(conformance_machine_feature(m)), value);
}

static void on_factor(struct conformance_machine *m, double value, void *userdata) {
        (void)m;
        (void)userdata;
        hear("factor %g\n", value);
}

static void on_name(struct conformance_machine *m, const char *value, void *userdata) {
        (void)m;
        (void)userdata;
        hear("name %s\n", value);
}

static void on_counted(struct conformance_machine *m, int32_t count, const char *name,
                       void *userdata) {
        (void)userdata;
        hear("%scounted(%d, %s)\n", fascia_feature_get_zone_name(conformance_machine_feature(m)),
             count, name);
}

static void on_zone_added(struct conformance_machine *m, const char *zone, void *userdata) {
        (void)m;
        (void)userdata;
        hear("+%s\n", zone);
}

static void on_zone_removed(struct conformance_machine *m, const char *zone, void *userdata) {
        (void)m;
        (void)userdata;
        hear("-%s\n", zone);
}

static const struct conformance_machine_listener listener = {
        .load_changed = on_load,
        .count_changed = on_count,
        .factor_changed = on_factor,
        .name_changed = on_name,
        .counted = on_counted,
        .on_zone_added = on_zone_added,
        .on_zone_removed = on_zone_removed,
};

/* What calls and sets end with. */
static void tell_end(const char *what, const struct fascia_error *error) {
        if (error)
                hear("%s: %s: %s\n", what, error->name, error->message);
        else
                hear("%s\n", what);
}

static void on_done(struct conformance_machine *m, const struct fascia_error *error,
                    void *userdata) {
        (void)m;
        tell_end(userdata, error);
}

static void on_number(struct conformance_machine *m, const struct fascia_error *error,
                      int32_t result, void *userdata) {
        (void)m;
        tell_end(userdata, error);
        if (!error)
                hear("= %d\n", result);
}

static void on_part(struct conformance_machine *m, const struct fascia_error *error,
                    const struct conformance_part *result, void *userdata) {
        (void)m;
        tell_end(userdata, error);
        if (!error)
                hear("= %s %d %d\n", result->id, result->size, result->mood);
}

static void on_numbers(struct conformance_machine *m, const struct fascia_error *error,
                       const struct fascia_int32_list *result, void *userdata) {
        (void)m;
        tell_end(userdata, error);
        for (size_t i = 0; !error && i < result->count; i++)
                hear("= %d\n", result->items[i]);
}

/* ---- the bench ---- */

/* The service first: what is said to clients is none of its business. */
static void set_up_backend(Bench *b) {
        char settings[512], daemon[512];

        unsetenv("FASCIA_SETTINGS");
        if (environment->of_daemon) {
                snprintf(daemon, sizeof(daemon), "[" MODULE "]\nBackend=%s\n",
                         environment->of_daemon);
                harness_start_fasciad(b->harness, daemon, NULL);
        }
        snprintf(settings, sizeof(settings),
                 MODULE ":Backend=%s ; backend/conformance:InProcess=yes ; fascia:Timeout=5s",
                 environment->backend);
        setenv("FASCIA_SETTINGS", settings, 1);
        setenv("FASCIA_ADDRESS", harness_get_address(b->harness), 1);
}

static int set_up(void **state) {
        const char *build = getenv("FASCIA_BUILD_DIR");
        static Bench b;
        char path[1024];
        void *harness;

        if (harness_setup(&harness) != 0)
                return -1;
        b = (Bench){ .harness = harness };
        build = build ? build : "build";
        snprintf(path, sizeof(path), "%s/plugins:%s/conformance", build, build);
        harness_set_environment(b.harness, "FASCIA_PLUGIN_PATH", path);
        setenv("FASCIA_PLUGIN_PATH", path, 1);
        snprintf(path, sizeof(path), "%s/modules", build);
        setenv("FASCIA_MODULE_PATH", path, 1);
        set_up_backend(&b);
        assert_int_equal(fascia_client_new(&b.client), 0);
        assert_int_equal(conformance_machine_new(b.client, &b.machine), 0);
        for (int i = 0;
             i < 500 &&
             fascia_feature_get_state(conformance_machine_feature(b.machine)) != FASCIA_STATE_READY;
             i++)
                fascia_client_wait(b.client, 10000);
        if (fascia_feature_get_state(conformance_machine_feature(b.machine)) !=
            FASCIA_STATE_READY) {
                const struct fascia_error *error = fascia_feature_get_error(
                        conformance_machine_feature(b.machine));

                fail_msg("%s: %s", environment->name, error ? error->message : "no answer");
        }
        conformance_machine_add_listener(b.machine, &listener, NULL);
        forget_heard();
        *state = &b;
        return 0;
}

static int tear_down(void **state) {
        Bench *b = *state;
        void *harness = b->harness;

        conformance_machine_free(b->machine);
        fascia_client_free(b->client);
        return harness_teardown(&harness);
}

/* Until what was begun is over, and what goes with it was heard. */
static void finish(struct fascia_call *call) {
        (void)fascia_call_wait(call);
}

static struct conformance_machine *left(Bench *b) {
        struct conformance_machine *zone = conformance_machine_get_zone(b->machine, "Left");

        assert_non_null(zone);
        return zone;
}

/* ---- values ---- */

static void it_begins_with_the_values_that_are_said(void **state) {
        Bench *b = *state;
        struct conformance_machine *m = b->machine;

        assert_int_equal(
                fascia_feature_is_simulated(conformance_machine_feature(m)),
                strcmp(environment->of_daemon ? environment->of_daemon : environment->backend,
                       "simulator") == 0);
        assert_false(conformance_machine_get_running(m));
        assert_int_equal(conformance_machine_get_load(m), 10);
        assert_true(conformance_machine_get_factor(m) == 1.5);
        assert_string_equal(conformance_machine_get_name(m), "machine");
        assert_string_equal(conformance_machine_get_serial(m), "A1");
        assert_int_equal(conformance_machine_get_mood(m), CONFORMANCE_MOOD_CALM);
        assert_int_equal(conformance_machine_get_parts(m)->count, 0);
        assert_null(conformance_machine_get_anything(m)->type);
        /* The feature has none of it, its zone has. */
        assert_false(conformance_machine_has_outside(m));
        assert_true(conformance_machine_get_outside(left(b)) == 7.5);
        assert_null(conformance_machine_next_zone(m, left(b)));
}

static void what_is_set_is_in_effect_and_told_before_the_answer(void **state) {
        Bench *b = *state;
        struct fascia_call *call = NULL;

        assert_int_equal(conformance_machine_set_load(b->machine, 30, on_done, "set", &call), 0);
        assert_int_equal(conformance_machine_get_load(b->machine), 10);
        finish(call);
        assert_heard("load 30\nset\n");
        /* The same again is no change. */
        assert_int_equal(conformance_machine_set_load(b->machine, 30, on_done, "set", &call), 0);
        finish(call);
        assert_heard("set\n");
        /* A zone has values of its own. */
        assert_int_equal(conformance_machine_get_load(left(b)), 10);
}

static void the_service_may_have_another_value_in_effect(void **state) {
        Bench *b = *state;
        struct fascia_call *call = NULL;

        assert_int_equal(conformance_machine_set_factor(b->machine, 2.7, on_done, "set", &call), 0);
        finish(call);
        assert_heard("factor 2.5\nset\n");
}

static void a_set_that_is_refused_leaves_the_value(void **state) {
        Bench *b = *state;
        struct fascia_call *call = NULL;

        assert_int_equal(conformance_machine_set_load(b->machine, 101, on_done, "set", &call), 0);
        finish(call);
        assert_heard("set: org.fascia.Error.OutOfRange: Load: 101 is not in [0-100]\n");
        assert_int_equal(conformance_machine_get_load(b->machine), 10);

        assert_int_equal(conformance_machine_set_mood(b->machine, (enum conformance_mood)7, on_done,
                                                      "set", &call),
                         0);
        finish(call);
        assert_heard("set: org.fascia.Error.OutOfRange: Mood: Mood has no value 7\n");

        assert_int_equal(conformance_machine_set_name(b->machine, "locked", on_done, "lock", &call),
                         0);
        finish(call);
        assert_int_equal(conformance_machine_set_name(b->machine, "open", on_done, "set", &call),
                         0);
        finish(call);
        assert_heard("name locked\nlock\nset: " BUSY ": it is locked\n");
        assert_string_equal(conformance_machine_get_name(b->machine), "locked");
}

static void every_type_is_carried(void **state) {
        Bench *b = *state;
        struct conformance_machine *m = b->machine;
        const struct conformance_part part = { "wheel", -4, CONFORMANCE_MOOD_CROSS };
        const struct conformance_part_list parts = { &part, 1 };
        const int32_t items[] = { INT32_MIN, 0, INT32_MAX };
        const struct fascia_int32_list numbers = { items, 3 };
        const struct fascia_string_map_entry entry = { "de", "grün" };
        const struct fascia_string_map labels = { &entry, 1 };
        const double number = 2.5;
        const struct fascia_variant anything = { fascia_basic_type('d'), &number };
        struct fascia_call *call = NULL;

        conformance_machine_set_running(m, true, NULL, NULL, NULL);
        conformance_machine_set_octet(m, 255, NULL, NULL, NULL);
        conformance_machine_set_big(m, UINT64_MAX, NULL, NULL, NULL);
        conformance_machine_set_layers(m, CONFORMANCE_LAYER_BASE | CONFORMANCE_LAYER_TOP, NULL,
                                       NULL, NULL);
        conformance_machine_set_part(m, &part, NULL, NULL, NULL);
        conformance_machine_set_parts(m, &parts, NULL, NULL, NULL);
        conformance_machine_set_numbers(m, &numbers, NULL, NULL, NULL);
        conformance_machine_set_labels(m, &labels, NULL, NULL, NULL);
        assert_int_equal(conformance_machine_set_anything(m, &anything, on_done, "set", &call), 0);
        finish(call);
        assert_heard("set\n");
        assert_true(conformance_machine_get_running(m));
        assert_int_equal(conformance_machine_get_octet(m), 255);
        assert_true(conformance_machine_get_big(m) == UINT64_MAX);
        assert_int_equal(conformance_machine_get_layers(m), 5);
        assert_string_equal(conformance_machine_get_part(m)->id, "wheel");
        assert_int_equal(conformance_machine_get_parts(m)->items[0].size, -4);
        assert_int_equal(conformance_machine_get_parts(m)->items[0].mood, CONFORMANCE_MOOD_CROSS);
        assert_int_equal(conformance_machine_get_numbers(m)->items[2], INT32_MAX);
        assert_string_equal(conformance_machine_get_labels(m)->items[0].value, "grün");
        assert_true(*(const double *)conformance_machine_get_anything(m)->value == 2.5);
}

/* ---- operations ---- */

static void changes_and_signals_come_before_the_answer(void **state) {
        Bench *b = *state;
        struct fascia_call *call = NULL;

        assert_int_equal(conformance_machine_add(b->machine, 3, on_number, "add", &call), 0);
        finish(call);
        assert_heard("count 3\ncounted(3, machine)\nadd\n= 3\n");
        conformance_machine_add_listener(left(b), &listener, NULL);
        assert_int_equal(conformance_machine_add(left(b), 4, on_number, "add", &call), 0);
        finish(call);
        assert_heard("Leftcount 4\nLeftcounted(4, machine)\nadd\n= 4\n");
        assert_int_equal(conformance_machine_get_count(b->machine), 3);
}

static void errors_have_their_names_and_texts(void **state) {
        Bench *b = *state;
        struct fascia_call *call = NULL;

        assert_int_equal(conformance_machine_add(b->machine, 101, on_number, "add", &call), 0);
        finish(call);
        assert_int_equal(conformance_machine_refuse(b->machine, on_done, "refuse", &call), 0);
        finish(call);
        assert_heard("add: Test.Conformance1.Error.Exhausted: no more than 100\n"
                     "refuse: " BUSY ": not now\n");
        assert_int_equal(conformance_machine_get_count(b->machine), 0);
}

static void results_of_every_kind_come_back(void **state) {
        const int32_t items[] = { 1, -2, 3 };
        const struct fascia_int32_list numbers = { items, 3 }, none = { NULL, 0 };
        struct fascia_call *call = NULL;
        Bench *b = *state;

        assert_int_equal(conformance_machine_describe(b->machine, "größe", on_part, "d", &call), 0);
        finish(call);
        assert_int_equal(conformance_machine_reversed(b->machine, &numbers, on_numbers, "r", &call),
                         0);
        finish(call);
        assert_int_equal(conformance_machine_reversed(b->machine, &none, on_numbers, "n", &call),
                         0);
        finish(call);
        assert_heard("d\n= größe 7 0\nr\n= 3\n= -2\n= 1\nn\n");
}

static void an_answer_may_come_later_and_others_before_it(void **state) {
        struct fascia_call *later = NULL;
        Bench *b = *state;

        assert_int_equal(conformance_machine_later(b->machine, 77, on_done, "later", &later), 0);
        assert_int_equal(conformance_machine_add(b->machine, 1, on_number, "add", NULL), 0);
        finish(later);
        assert_heard("count 1\ncounted(1, machine)\nadd\n= 1\nload 77\nlater\n");
}

static void many_are_answered_each_once(void **state) {
        struct fascia_call *call = NULL;
        Bench *b = *state;
        char expected[2048] = "";

        for (int i = 1; i <= 20; i++) {
                assert_int_equal(conformance_machine_describe(b->machine, "x", on_part, "d", &call),
                                 0);
                strcat(expected, "d\n= x 1 0\n");
        }
        finish(call);
        assert_heard(expected);
}

static void nobody_waits_for_what_is_cancelled(void **state) {
        struct fascia_call *call = NULL;
        Bench *b = *state;

        assert_int_equal(conformance_machine_never(b->machine, on_done, "never", &call), 0);
        fascia_client_dispatch(b->client);
        assert_int_equal(fascia_call_cancel(call), 0);
        finish(call);
        assert_heard("never: org.fascia.Error.Cancelled: Operation canceled\n");
        assert_int_equal(conformance_machine_never(b->machine, on_done, "never", &call), 0);
        assert_int_equal(fascia_call_set_timeout(call, 50000), 0);
        finish(call);
        assert_non_null(strstr(heard, "never: org.fascia.Error.Timeout: "));
        forget_heard();
}

/* ---- zones ---- */

static void zones_come_with_their_values_and_go(void **state) {
        struct conformance_machine *zone;
        struct fascia_call *call = NULL;
        Bench *b = *state;

        assert_int_equal(conformance_machine_add_zone(b->machine, "Right", on_done, "add", &call),
                         0);
        finish(call);
        assert_heard("+Right\nadd\n");
        zone = conformance_machine_get_zone(b->machine, "Right");
        assert_non_null(zone);
        assert_int_equal(conformance_machine_get_count(zone), 1);
        assert_int_equal(conformance_machine_get_load(zone), 10);

        assert_int_equal(
                conformance_machine_remove_zone(b->machine, "Right", on_done, "remove", &call), 0);
        finish(call);
        assert_heard("-Right\nremove\n");
        assert_null(conformance_machine_get_zone(b->machine, "Right"));
        /* The handle is there, and of no use. */
        assert_int_equal(conformance_machine_add(zone, 1, on_number, "add", &call), 0);
        finish(call);
        assert_non_null(strstr(heard, "add: org.fascia.Error.UnknownZone: "));
        forget_heard();
}

#define TESTS                                                  \
        X(it_begins_with_the_values_that_are_said)             \
        X(what_is_set_is_in_effect_and_told_before_the_answer) \
        X(the_service_may_have_another_value_in_effect)        \
        X(a_set_that_is_refused_leaves_the_value)              \
        X(every_type_is_carried)                               \
        X(changes_and_signals_come_before_the_answer)          \
        X(errors_have_their_names_and_texts)                   \
        X(results_of_every_kind_come_back)                     \
        X(an_answer_may_come_later_and_others_before_it)       \
        X(many_are_answered_each_once)                         \
        X(nobody_waits_for_what_is_cancelled)                  \
        X(zones_come_with_their_values_and_go)

int main(void) {
        static const Environment environments[] = {
                { "simulated in the process", "simulator", NULL },
                { "simulated by the service", "dbus", "simulator" },
                { "by hand, behind the bus", "dbus", "conformance" },
                { "by hand, in the process", "conformance", NULL },
        };
#define X(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down),
        const struct CMUnitTest tests[] = { TESTS };
#undef X
        int failed = 0;

        for (size_t i = 0; i < sizeof(environments) / sizeof(environments[0]); i++) {
                environment = &environments[i];
                failed += cmocka_run_group_tests_name(environment->name, tests, NULL, NULL);
        }
        return failed;
}
