/* SPDX-License-Identifier: MIT */
/* Rules of who may do what: how they are read, and what they come to for a caller. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../daemon/settings.h"
#include "access.h"
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-climate-1/climate.h>

#define MODULE "Vehicle.Climate"
#define INTERFACE "Vehicle.Climate/ClimateControl"

/* ---- one rule ---- */

static AccessRule parse(const char *text) {
        char error[256] = "";
        AccessRule rule;

        if (access_rule_parse(text, &rule, error, sizeof(error)) < 0)
                fail_msg("%s: %s", text, error);
        return rule;
}

static void a_rule_has_a_verdict_kinds_members_and_subjects(void **state) {
        AccessRule rule;

        (void)state;
        rule = parse("allow set targetTemperature,\tfan_level to user 1000, group 0,user root");
        assert_true(rule.allow);
        assert_int_equal(rule.kinds, 1 << ACCESS_SET);
        assert_int_equal(rule.n_members, 2);
        assert_string_equal(rule.members[0], "targetTemperature");
        assert_string_equal(rule.members[1], "fan_level");
        assert_int_equal(rule.n_subjects, 3);
        assert_false(rule.subjects[0].is_group);
        assert_int_equal(rule.subjects[0].id, 1000);
        assert_true(rule.subjects[1].is_group);
        assert_int_equal(rule.subjects[1].id, 0);
        assert_false(rule.subjects[2].is_group);
        assert_int_equal(rule.subjects[2].id, 0);
        access_rule_done(&rule);
}

static void what_is_left_out_means_all(void **state) {
        AccessRule rule;

        (void)state;
        rule = parse("deny read , call");
        assert_false(rule.allow);
        assert_int_equal(rule.kinds, 1 << ACCESS_READ | 1 << ACCESS_CALL);
        assert_int_equal(rule.n_members, 0);
        assert_int_equal(rule.n_subjects, 0);
        access_rule_done(&rule);
        rule = parse("  allow all to everyone ");
        assert_int_equal(rule.kinds, (1 << ACCESS_KINDS) - 1);
        assert_int_equal(rule.n_subjects, 0);
        access_rule_done(&rule);
        /* Everyone is more than one of them. */
        rule = parse("allow all to user root, everyone");
        assert_int_equal(rule.n_subjects, 0);
        access_rule_done(&rule);
}

static void a_bad_rule_is_refused_by_name(void **state) {
        static const struct {
                const char *text, *error;
        } rows[] = {
                { "", "expected 'allow' or 'deny', got 'nothing'" },
                { "Allow read", "expected 'allow' or 'deny', got 'Allow'" },
                { "permit read", "expected 'allow' or 'deny', got 'permit'" },
                { "allow", "expected 'read', 'set', 'call' or 'all', got 'nothing'" },
                { "allow write", "expected 'read', 'set', 'call' or 'all', got 'write'" },
                { "allow read,", "expected 'read', 'set', 'call' or 'all', got 'nothing'" },
                { "allow read, speed", "expected 'read', 'set', 'call' or 'all', got 'speed'" },
                { "allow read speed,", "expected a property, an operation or 'to', got 'nothing'" },
                { "allow read *", "expected a property, an operation or 'to', got '*'" },
                { "allow read a/b", "expected a property, an operation or 'to', got 'a/b'" },
                { "allow read speed rpm", "'rpm' has no meaning here" },
                { "allow read to",
                  "expected 'user NAME', 'group NAME' or 'everyone', got 'nothing'" },
                { "allow read to root",
                  "expected 'user NAME', 'group NAME' or 'everyone', got 'root'" },
                { "allow read to user", "expected the name of a user, got 'nothing'" },
                { "allow read to user ,", "expected the name of a user, got ','" },
                { "allow read to group", "expected the name of a group, got 'nothing'" },
                { "allow read to user no-such-user", "there is no user 'no-such-user'" },
                { "allow read to group no-such-group", "there is no group 'no-such-group'" },
                { "allow read to user 4294967295", "there is no user '4294967295'" },
                { "allow read to user 18446744073709551616",
                  "there is no user '18446744073709551616'" },
                { "allow read to user -1", "there is no user '-1'" },
                { "allow read to user 10x", "there is no user '10x'" },
                { "allow read to user 0 user 1", "'user' has no meaning here" },
                { "allow read to user 0,",
                  "expected 'user NAME', 'group NAME' or 'everyone', got 'nothing'" },
                { "allow read to everyone else", "'else' has no meaning here" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char error[256] = "";
                AccessRule rule;

                assert_int_equal(access_rule_parse(rows[i].text, &rule, error, sizeof(error)),
                                 -EINVAL);
                assert_string_equal(error, rows[i].error);
        }
}

static void a_word_without_end_is_refused(void **state) {
        char text[4096] = "allow read to user ", error[256];
        AccessRule rule;

        (void)state;
        memset(text + strlen(text), 'x', sizeof(text) - strlen(text) - 1);
        assert_int_equal(access_rule_parse(text, &rule, error, sizeof(error)), -EINVAL);
        assert_int_equal(strncmp(error, "there is no user 'xxx", 21), 0);
}

/* ---- the rules of a module ---- */

typedef struct Fixture {
        Config *config;
        Access *access;
} Fixture;

static int set_up(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_int_equal(settings_new(&f->config), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        access_free(f->access);
        config_free(f->config);
        free(f);
        return 0;
}

static void say(Fixture *f, const char *section, const char *key, const char *value) {
        if (config_set(f->config, section, key, value, "test") < 0)
                fail_msg("%s", config_problems(f->config, 0)->text);
}

static void resolve(Fixture *f) {
        char *text = NULL;

        f->access = access_free(f->access);
        if (access_new(&climate_module, f->config, MODULE, &f->access, &text) < 0)
                fail_msg("%s", text ? text : "no memory");
}

static uint32_t find_property(const char *name) {
        for (uint32_t i = 0; i < climate_control_interface.n_properties; i++)
                if (strcmp(climate_control_interface.properties[i].name, name) == 0)
                        return i;
        fail_msg("no property %s", name);
        return 0;
}

static bool may(const Fixture *f, const Identity *who, AccessKind kind, const char *property) {
        Rights *rights;
        bool allowed;

        assert_int_equal(access_get_rights(f->access, who, &rights), 0);
        allowed = rights_allow(rights, 0, kind, find_property(property));
        rights_free(rights);
        return allowed;
}

static gid_t hmi_groups[] = { 100, 200 };
static gid_t other_groups[] = { 100 };
static const Identity nobody_knows;
static const Identity hmi = { true, true, 1000, hmi_groups, 2 };
static const Identity other = { true, true, 1001, other_groups, 1 };
static const Identity root = { .has_user = true, .has_groups = true };

static void without_rules_everybody_may_everything(void **state) {
        Fixture *f = *state;

        resolve(f);
        assert_true(access_is_open(f->access));
        assert_false(access_has_subjects(f->access));
        assert_true(may(f, &nobody_knows, ACCESS_SET, "fanLevel"));
        assert_false(access_is_restricted(f->access, 0, find_property("fanLevel")));
}

static void only_one_user_may_set_and_all_may_read(void **state) {
        Fixture *f = *state;

        say(f, INTERFACE, "Access10", "allow set targetTemperature to user 1000");
        say(f, INTERFACE, "Access20", "allow read targetTemperature");
        say(f, INTERFACE, "Access", "deny");
        resolve(f);
        assert_false(access_is_open(f->access));
        assert_true(access_has_subjects(f->access));
        assert_true(may(f, &hmi, ACCESS_SET, "targetTemperature"));
        assert_false(may(f, &other, ACCESS_SET, "targetTemperature"));
        assert_false(may(f, &root, ACCESS_SET, "targetTemperature"));
        assert_false(may(f, &nobody_knows, ACCESS_SET, "targetTemperature"));
        assert_true(may(f, &other, ACCESS_READ, "targetTemperature"));
        assert_true(may(f, &nobody_knows, ACCESS_READ, "targetTemperature"));
        assert_false(may(f, &hmi, ACCESS_READ, "fanLevel"));
        assert_false(access_is_restricted(f->access, 0, find_property("targetTemperature")));
        assert_true(access_is_restricted(f->access, 0, find_property("fanLevel")));
}

static void the_first_rule_that_is_about_the_caller_counts(void **state) {
        Fixture *f = *state;

        say(f, INTERFACE, "Access100", "deny set");
        say(f, INTERFACE, "Access9", "allow set to group 200");
        say(f, INTERFACE, "Access5", "deny set to user 1000");
        resolve(f);
        assert_false(may(f, &hmi, ACCESS_SET, "fanLevel"));
        say(f, INTERFACE, "Access5", "");
        resolve(f);
        assert_true(may(f, &hmi, ACCESS_SET, "fanLevel"));
        assert_false(may(f, &other, ACCESS_SET, "fanLevel"));
        assert_true(may(f, &other, ACCESS_READ, "fanLevel"));
}

static void the_nearest_section_comes_first(void **state) {
        Fixture *f = *state;

        say(f, "fascia", "Access1", "deny all");
        say(f, MODULE, "Access2", "allow read");
        say(f, INTERFACE, "Access999", "deny read fanLevel");
        resolve(f);
        assert_false(may(f, &hmi, ACCESS_READ, "fanLevel"));
        assert_true(may(f, &hmi, ACCESS_READ, "airflow"));
        assert_false(may(f, &hmi, ACCESS_SET, "airflow"));
}

static void the_nearest_default_counts(void **state) {
        Fixture *f = *state;

        say(f, "fascia", "Access", "deny");
        resolve(f);
        assert_false(may(f, &hmi, ACCESS_READ, "fanLevel"));
        say(f, MODULE, "Access", "allow");
        resolve(f);
        assert_true(may(f, &hmi, ACCESS_READ, "fanLevel"));
        say(f, INTERFACE, "Access", "deny");
        resolve(f);
        assert_false(may(f, &hmi, ACCESS_READ, "fanLevel"));
}

/* Who cannot be known is not let in by an exception, nor past one. */
static void an_unknown_caller_is_among_those_that_a_denial_is_about(void **state) {
        static gid_t own[] = { 7 };
        const Identity half = { .has_groups = true, .groups = own, .n_groups = 1 };
        Fixture *f = *state;

        say(f, INTERFACE, "Access1", "deny read fanLevel to user 1000");
        say(f, INTERFACE, "Access2", "allow read fanLevel to group 7");
        say(f, INTERFACE, "Access3", "deny set to group 8");
        resolve(f);
        assert_false(may(f, &nobody_knows, ACCESS_READ, "fanLevel"));
        assert_false(may(f, &half, ACCESS_READ, "fanLevel"));
        assert_true(may(f, &other, ACCESS_READ, "fanLevel"));
        assert_true(may(f, &half, ACCESS_SET, "fanLevel"));
        assert_false(may(f, &nobody_knows, ACCESS_SET, "fanLevel"));
        /* Somebody may not read it: no signal may have its value. */
        assert_true(access_is_restricted(f->access, 0, find_property("fanLevel")));
        assert_false(access_is_restricted(f->access, 0, find_property("airflow")));
}

static void names_may_be_those_of_the_bus(void **state) {
        Fixture *f = *state;

        say(f, INTERFACE, "Access1", "deny set FanLevel");
        resolve(f);
        assert_false(may(f, &hmi, ACCESS_SET, "fanLevel"));
}

static void a_rule_that_names_what_there_is_not_is_refused(void **state) {
        static const struct {
                const char *section, *rule, *error;
        } rows[] = {
                { INTERFACE, "deny set fan",
                  "test: [" INTERFACE
                  "]: Access1=deny set fan: Vehicle.Climate.ClimateControl has no "
                  "property or operation 'fan'" },
                { INTERFACE, "allow set outsideTemperature",
                  "test: [" INTERFACE
                  "]: Access1=allow set outsideTemperature: 'outsideTemperature' of "
                  "Vehicle.Climate.ClimateControl is read-only, nobody can set it" },
                { INTERFACE, "allow call fanLevel",
                  "test: [" INTERFACE "]: Access1=allow call fanLevel: 'fanLevel' is a property of "
                  "Vehicle.Climate.ClimateControl, which is read or set" },
                { MODULE, "deny set fanLevel",
                  "test: [" MODULE
                  "]: Access1=deny set fanLevel: 'fanLevel': members are named in the section "
                  "of their interface, such as [" INTERFACE "]" },
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Config *config;
                char *text = NULL;
                Access *access;

                (void)state;
                assert_int_equal(settings_new(&config), 0);
                assert_true(config_set(config, rows[i].section, "Access1", rows[i].rule, "test") >=
                            0);
                assert_int_equal(access_new(&climate_module, config, MODULE, &access, &text),
                                 -EINVAL);
                assert_string_equal(text, rows[i].error);
                free(text);
                config_free(config);
        }
}

static void a_bad_rule_is_a_problem_of_its_module(void **state) {
        static const char *const bad[][2] = {
                { "Access1", "allow nothing" }, { "Access1", "allow read to user no-such-user" },
                { "Access0", "allow read" },    { "Access01", "allow read" },
                { "Access1000", "allow read" }, { "Access1x", "allow read" },
                { "access1", "allow read" },    { "Access", "permit" },
        };
        static const char *const sections[] = { INTERFACE, MODULE, "fascia" };

        (void)state;
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                for (size_t s = 0; s < 3; s++) {
                        Config *config;

                        assert_int_equal(settings_new(&config), 0);
                        assert_int_equal(
                                config_set(config, sections[s], bad[i][0], bad[i][1], "test"),
                                -EINVAL);
                        assert_non_null(config_module_problem(config, MODULE));
                        config_free(config);
                }
}

static void closed_is_closed_for_everybody(void **state) {
        Fixture *f = *state;

        assert_int_equal(access_new_closed(&climate_module, &f->access), 0);
        assert_false(access_is_open(f->access));
        assert_false(may(f, &root, ACCESS_READ, "fanLevel"));
        assert_true(access_is_restricted(f->access, 0, 0));
}

static void what_means_the_same_is_equal(void **state) {
        Fixture *f = *state;
        Access *first;

        say(f, INTERFACE, "Access1", "deny set fanLevel to user root");
        resolve(f);
        first = f->access;
        f->access = NULL;
        say(f, INTERFACE, "Access1", "deny  set FanLevel to user 0");
        resolve(f);
        assert_true(access_equal(first, f->access));
        say(f, INTERFACE, "Access1", "deny set fanLevel to group 0");
        resolve(f);
        assert_false(access_equal(first, f->access));
        say(f, INTERFACE, "Access1", "deny set airflow to user 0");
        resolve(f);
        assert_false(access_equal(first, f->access));
        access_free(first);
}

static void a_refusal_is_new_once(void **state) {
        Fixture *f = *state;
        Rights *rights;

        say(f, INTERFACE, "Access", "deny");
        resolve(f);
        assert_int_equal(access_get_rights(f->access, &hmi, &rights), 0);
        assert_true(rights_note_refusal(rights, 0, ACCESS_SET, 1));
        assert_false(rights_note_refusal(rights, 0, ACCESS_SET, 1));
        assert_true(rights_note_refusal(rights, 0, ACCESS_READ, 1));
        assert_true(rights_note_refusal(rights, 0, ACCESS_SET, 2));
        rights_free(rights);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_rule_has_a_verdict_kinds_members_and_subjects),
                cmocka_unit_test(what_is_left_out_means_all),
                cmocka_unit_test(a_bad_rule_is_refused_by_name),
                cmocka_unit_test(a_word_without_end_is_refused),
                T(without_rules_everybody_may_everything),
                T(only_one_user_may_set_and_all_may_read),
                T(the_first_rule_that_is_about_the_caller_counts),
                T(the_nearest_section_comes_first),
                T(the_nearest_default_counts),
                T(an_unknown_caller_is_among_those_that_a_denial_is_about),
                T(names_may_be_those_of_the_bus),
                cmocka_unit_test(a_rule_that_names_what_there_is_not_is_refused),
                cmocka_unit_test(a_bad_rule_is_a_problem_of_its_module),
                T(closed_is_closed_for_everybody),
                T(what_means_the_same_is_equal),
                T(a_refusal_is_new_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
