/* SPDX-License-Identifier: MIT */
/* How a feature finds its backend, among some that are part of the program and some that files describe, and
 * how another takes over. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "climate-listener.h"
#include "plugin-builder.h"
#include <fascia/testkit.h>
#include <vehicle-climate-1/climate-backend.h>

/* ---- backends that the tests move by hand ---- */

typedef struct Probe {
        struct climate_control_backend *backend; /* NULL: it does not run */
        int start_result;
        bool is_ready_at_start;
        int32_t fan;
        double temperature;
        unsigned n_starts, n_stops;
        char device[64]; /* the setting X-Device when it started */
        struct climate_control_set_fan_level_reply reply;
} Probe;

static Probe real, sim, spare;

static int on_start(struct climate_control_backend *backend, void *plugin, void **ret_userdata) {
        struct fascia_backend *b = climate_control_backend_base(backend);
        const char *device = fascia_backend_get_setting(b, "X-Device");
        Probe *p = plugin;

        p->n_starts++;
        snprintf(p->device, sizeof(p->device), "%s", device ? device : "");
        if (p->start_result < 0)
                return p->start_result;
        p->backend = backend;
        *ret_userdata = p;
        climate_control_backend_report_fan_level(backend, p->fan);
        climate_control_backend_report_target_temperature(backend, p->temperature);
        if (p->is_ready_at_start)
                climate_control_backend_ready(backend);
        return 0;
}

static void on_stop(struct climate_control_backend *backend, void *userdata) {
        Probe *p = userdata;

        (void)backend;
        p->n_stops++;
        p->backend = NULL;
}

static int on_set_fan(struct climate_control_backend *backend, int32_t value,
                      struct climate_control_set_fan_level_reply reply, void *userdata) {
        Probe *p = userdata;

        (void)backend;
        (void)value;
        p->reply = reply;
        return 0;
}

static const struct climate_control_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .stop = on_stop,
        .set_fan_level = on_set_fan,
};

static const struct fascia_plugin_feature features[] = { { CLIMATE_CONTROL_FEATURE(&ops) } };

static int open_real(struct fascia_host *host, void **ret) {
        (void)host;
        *ret = &real;
        return 0;
}

static int open_sim(struct fascia_host *host, void **ret) {
        (void)host;
        *ret = &sim;
        return 0;
}

static int open_spare(struct fascia_host *host, void **ret) {
        (void)host;
        *ret = &spare;
        return 0;
}

#define PLUGIN(the_name, the_kind, the_open)                                                       \
        {                                                                                          \
                .abi = FASCIA_BACKEND_ABI, .size = sizeof(struct fascia_plugin), .name = the_name, \
                .kind = the_kind, .feature_size = sizeof(features[0]), .n_features = 1,            \
                .features = features, .open = the_open,                                            \
        }

static const struct fascia_plugin real_plugin = PLUGIN("real", FASCIA_PLUGIN_PRODUCTION, open_real);
static const struct fascia_plugin sim_plugin = PLUGIN("sim", FASCIA_PLUGIN_SIMULATION, open_sim);
static const struct fascia_plugin spare_plugin = PLUGIN("spare", FASCIA_PLUGIN_PRODUCTION,
                                                        open_spare);

/* ---- every test has a client, and a directory for plugins ---- */

static char directory[64];
static struct fascia_client *client;
static struct climate_control *climate;
static struct fascia_feature *feature;

static int set_up(void **state) {
        (void)state;
        forget_heard();
        real = (Probe){ .is_ready_at_start = true, .fan = 1, .temperature = 20 };
        sim = (Probe){ .is_ready_at_start = true, .fan = 2, .temperature = 20 };
        spare = (Probe){ .is_ready_at_start = true, .fan = 3, .temperature = 20 };
        strcpy(directory, "/tmp/fascia-discovery.XXXXXX");
        if (!mkdtemp(directory) || chmod(directory, 0755) < 0)
                return -1;
        setenv("FASCIA_PLUGIN_PATH", directory, true);
        setenv("FASCIA_ADDRESS", "unix:path=/nowhere/at/all", true);
        unsetenv("FASCIA_CONFIG");
        unsetenv("FASCIA_BACKEND");
        unsetenv("FASCIA_SETTINGS");
        unsetenv("FASCIA_DEBUG");
        return fascia_client_new(&client);
}

static int tear_down(void **state) {
        char command[128];

        (void)state;
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        snprintf(command, sizeof(command), "rm -rf %s", directory);
        return system(command);
}

static void restart_client(void) {
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        assert_int_equal(fascia_client_new(&client), 0);
}

static void settle(void) {
        assert_int_equal(fascia_test_settle(client), 0);
}

static void add(const struct fascia_plugin *plugin) {
        assert_int_equal(fascia_client_add_plugin(client, plugin), 0);
}

static void open_feature(void) {
        assert_int_equal(climate_control_new(client, &climate), 0);
        assert_int_equal(climate_control_add_listener(climate, &everything, NULL), 0);
        feature = climate_control_feature(climate);
        settle();
}

static void set(const char *section, const char *key, const char *value) {
        assert_int_equal(fascia_client_set_setting(client, section, key, value), 0);
}

static void assert_served_by(const char *name) {
        assert_string_equal(fascia_feature_get_backend(feature), name);
}

static void assert_failed_with(const char *text) {
        const struct fascia_error *error = fascia_feature_get_error(feature);

        assert_non_null(error);
        if (!strstr(error->message, text))
                fail_msg("'%s' has no '%s'", error->message, text);
}

static void assert_rejected(const char *text) {
        const char *rejected = fascia_feature_get_rejected(feature);

        if (!rejected || !strstr(rejected, text))
                fail_msg("'%s' has no '%s'", rejected ? rejected : "(none)", text);
}

/* ---- who is taken ---- */

static void production_comes_before_simulation(void **state) {
        (void)state;
        add(&sim_plugin);
        add(&real_plugin);
        open_feature();
        assert_served_by("real");
        assert_int_equal(fascia_feature_get_discovery(feature), FASCIA_DISCOVERY_PRODUCTION);
        assert_false(fascia_feature_is_simulated(feature));
        assert_null(fascia_feature_get_rejected(feature));
        assert_int_equal(sim.n_starts, 0);
}

static void the_modes_take_what_they_say(void **state) {
        static const struct {
                const char *mode, *backend;
                enum fascia_discovery result;
        } rows[] = {
                { "auto", "real", FASCIA_DISCOVERY_PRODUCTION },
                { "production", "real", FASCIA_DISCOVERY_PRODUCTION },
                { "simulation", "sim", FASCIA_DISCOVERY_SIMULATION },
                { "none", "", FASCIA_DISCOVERY_FAILED },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                restart_client();
                add(&sim_plugin);
                add(&real_plugin);
                set("Vehicle.Climate", "Discovery", rows[i].mode);
                open_feature();
                assert_served_by(rows[i].backend);
                assert_int_equal(fascia_feature_get_discovery(feature), rows[i].result);
                assert_int_equal(fascia_feature_is_simulated(feature),
                                 rows[i].result == FASCIA_DISCOVERY_SIMULATION);
        }
        assert_failed_with("No backend was assigned");
}

static void the_preferred_ones_are_taken_in_their_order(void **state) {
        static const struct {
                const char *preferred, *backend;
        } rows[] = {
                { "sim *", "sim" },    { "r* s*", "real" }, { "s*", "spare" },
                { "s?m real", "sim" }, { "nobody", "" },    { "real  spare", "real" },
                { "*e* *", "real" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                restart_client();
                add(&sim_plugin);
                add(&real_plugin);
                add(&spare_plugin);
                set("Vehicle.Climate/ClimateControl", "PreferredBackends", rows[i].preferred);
                open_feature();
                assert_served_by(rows[i].backend);
        }
}

static void the_next_is_tried_when_one_does_not_start(void **state) {
        (void)state;
        real.start_result = -EIO;
        spare.start_result = -ENXIO;
        add(&sim_plugin);
        add(&real_plugin);
        add(&spare_plugin);
        set("fascia", "PreferredBackends", "real spare sim");
        open_feature();
        assert_served_by("sim");
        assert_heard("fan=2 =20 ! :ready ");
        assert_rejected("real: Backend 'real' failed to start: Input/output error; spare: ");
}

static void without_any_that_can_be_used_the_feature_says_why(void **state) {
        (void)state;
        real.start_result = sim.start_result = -EIO;
        add(&sim_plugin);
        add(&real_plugin);
        set("fascia", "PreferredBackends", "real sim");
        open_feature();
        assert_served_by("");
        assert_int_equal(fascia_feature_get_discovery(feature), FASCIA_DISCOVERY_FAILED);
        assert_failed_with("No backend of ClimateControl can be used: real: ");
        assert_failed_with("; sim: ");
        assert_heard(":unavailable ");
        assert_int_equal(climate_control_set_fan_level(climate, 4, NULL, NULL, NULL), 0);
        settle();
}

static void a_backend_of_another_version_is_passed_over(void **state) {
        struct fascia_interface other = climate_control_interface;
        const struct fascia_plugin_feature old[] = { { .interface = &other,
                                                       .ops = features[0].ops } };
        struct fascia_plugin plugin = real_plugin;

        (void)state;
        other.layout_hash++;
        plugin.features = old;
        add(&plugin);
        add(&sim_plugin);
        open_feature();
        assert_served_by("sim");
        assert_rejected("real: Backend 'real' was built from another version of ");
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        assert_int_equal(fascia_client_new(&client), 0);
}

static void a_plugin_that_is_none_is_not_added(void **state) {
        struct fascia_plugin plugin = real_plugin;

        (void)state;
        plugin.abi++;
        assert_int_equal(fascia_client_add_plugin(client, &plugin), -EINVAL);
        assert_int_equal(fascia_client_add_plugin(client, NULL), -EINVAL);
        assert_int_equal(fascia_client_add_plugin(NULL, &real_plugin), -EINVAL);
        add(&real_plugin);
        assert_int_equal(fascia_client_add_plugin(client, &real_plugin), -EEXIST);
}

/* ---- simulation until production is there ---- */

static void production_takes_over_when_it_is_ready(void **state) {
        (void)state;
        real.is_ready_at_start = false;
        add(&sim_plugin);
        add(&real_plugin);
        set("fascia", "PreferredBackends", "real sim");
        open_feature();
        assert_heard("fan=1 =20 ! ");
        assert_int_equal(sim.n_starts, 0);
        climate_control_backend_fail(real.backend, -ENODEV, "There is no device");
        settle();
        assert_served_by("sim");
        assert_heard("fan=2 ! :ready ");
        assert_rejected("real: There is no device");
        /* Only what differs: the temperature is the same. */
        climate_control_backend_ready(real.backend);
        settle();
        assert_served_by("real");
        assert_heard("fan=1 ! ");
        assert_int_equal(sim.n_stops, 1);
        assert_int_equal(real.n_stops, 0);
}

static void what_was_ready_once_is_not_given_up_for_a_simulation(void **state) {
        (void)state;
        add(&sim_plugin);
        add(&real_plugin);
        set("fascia", "PreferredBackends", "real sim");
        open_feature();
        assert_heard("fan=1 =20 ! :ready ");
        climate_control_backend_fail(real.backend, -ENODEV, "The device was lost");
        settle();
        assert_served_by("real");
        assert_heard(":unavailable ");
        assert_failed_with("The device was lost");
        assert_int_equal(sim.n_starts, 0);
        assert_int_equal(climate_control_get_fan_level(climate), 1);
}

static void the_bus_gives_way_too_when_there_is_none(void **state) {
        (void)state;
        add(&sim_plugin);
        open_feature();
        for (int i = 0; i < 50 && !*heard; i++)
                assert_true(fascia_client_wait(client, 10000) >= 0);
        settle();
        assert_served_by("sim");
        /* That there is no bus is not the last word. */
        assert_heard("fan=2 =20 ! :ready ");
        assert_rejected("dbus: There is no connection to ");
}

/* ---- taking over ---- */

static void the_program_chooses_and_hears_only_what_differs(void **state) {
        struct climate_control_backend *zone = NULL;
        struct climate_control *rear;

        (void)state;
        spare.temperature = 21;
        add(&real_plugin);
        add(&spare_plugin);
        set("fascia", "PreferredBackends", "real");
        open_feature();
        climate_control_backend_add_zone(real.backend, "Rear", NULL, &zone);
        climate_control_backend_report_fan_level(zone, 5);
        climate_control_backend_add_zone(real.backend, "Left", NULL, &zone);
        settle();
        rear = climate_control_get_zone(climate, "Rear");
        assert_int_equal(climate_control_add_listener(rear, &everything, NULL), 0);
        forget_heard();
        spare.is_ready_at_start = false;
        assert_int_equal(fascia_feature_set_backend(feature, "spare"), 0);
        settle();
        /* The other goes on until this one is ready. */
        assert_served_by("real");
        assert_heard("");
        climate_control_backend_report_fan_level(spare.backend, 1);
        climate_control_backend_add_zone(spare.backend, "Rear", NULL, &zone);
        climate_control_backend_report_fan_level(zone, 5);
        climate_control_backend_report_target_temperature(zone, 18);
        climate_control_backend_ready(spare.backend);
        settle();
        assert_served_by("spare");
        assert_heard("-Left =21 ! Rear=18 Rear! ");
        assert_int_equal(real.n_stops, 1);
        assert_ptr_equal(climate_control_get_zone(climate, "Rear"), rear);
        assert_null(climate_control_get_zone(climate, "Left"));
        assert_int_equal(climate_control_get_fan_level(rear), 5);
        /* And back, to what it finds. */
        assert_int_equal(fascia_feature_set_backend(feature, NULL), 0);
        settle();
        assert_served_by("real");
        assert_heard("Rear:unavailable -Rear =20 ! ");
}

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        (void)userdata;
        hear("set:%d ", error ? error->code : 0);
}

static void what_the_other_was_asked_ends(void **state) {
        (void)state;
        add(&real_plugin);
        add(&spare_plugin);
        set("fascia", "PreferredBackends", "real");
        open_feature();
        forget_heard();
        assert_int_equal(climate_control_set_fan_level(climate, 4, on_set, NULL, NULL), 0);
        settle();
        assert_int_equal(fascia_feature_set_backend(feature, "spare"), 0);
        settle();
        hear("|");
        assert_int_equal(climate_control_set_fan_level(climate, 4, on_set, NULL, NULL), 0);
        settle();
        climate_control_backend_reply_set_fan_level(spare.reply, 4);
        settle();
        assert_heard("fan=3 ! set:-107 |fan=4 ! set:0 ");
}

static void one_that_does_not_get_ready_is_waited_for_so_long(void **state) {
        (void)state;
        add(&real_plugin);
        add(&spare_plugin);
        set("fascia", "PreferredBackends", "real");
        set("fascia", "ConnectionTimeout", "100ms");
        open_feature();
        forget_heard();
        spare.is_ready_at_start = false;
        assert_int_equal(fascia_feature_set_backend(feature, "spare"), 0);
        assert_int_equal(fascia_test_advance(client, 90000), 0);
        assert_heard("");
        assert_int_equal(fascia_test_advance(client, 20000), 0);
        assert_heard(":unavailable ");
        assert_int_equal(real.n_stops, 1);
        assert_int_equal(climate_control_get_fan_level(climate), 1); /* the last known */
        climate_control_backend_ready(spare.backend);
        settle();
        assert_served_by("spare");
        assert_heard("fan=3 ! :ready ");
}

static void one_that_cannot_be_started_changes_nothing(void **state) {
        (void)state;
        add(&real_plugin);
        open_feature();
        set("Vehicle.Climate", "PreferredBackends", "real");
        settle();
        forget_heard();
        assert_int_equal(fascia_feature_set_backend(feature, "nowhere"), 0);
        settle();
        assert_served_by("real");
        assert_heard("");
        assert_rejected("nowhere: There is no 'nowhere.so' in '");
        assert_int_equal(fascia_feature_set_backend(feature, ""), -EINVAL);
        assert_int_equal(fascia_feature_set_backend(feature, "../x"), -EINVAL);
        assert_int_equal(fascia_feature_set_backend(NULL, "real"), -EINVAL);
        assert_int_equal(real.n_starts, 1);
}

static void a_backend_of_the_program_takes_over_too(void **state) {
        (void)state;
        add(&real_plugin);
        set("fascia", "PreferredBackends", "real");
        open_feature();
        forget_heard();
        assert_int_equal(fascia_client_set_backend(client, &features[0], &spare), 0);
        settle();
        assert_heard("fan=3 ! ");
        assert_int_equal(real.n_stops, 1);
        assert_int_equal(fascia_client_set_backend(client, &features[0], &spare), -EEXIST);
        assert_int_equal(fascia_feature_set_backend(feature, "real"), 0);
        settle();
        assert_heard("fan=1 ! ");
}

static void a_better_one_that_was_added_is_found(void **state) {
        (void)state;
        add(&sim_plugin);
        set("fascia", "PreferredBackends", "real sim");
        open_feature();
        assert_served_by("sim");
        forget_heard();
        add(&real_plugin);
        settle();
        assert_served_by("real");
        assert_heard("fan=1 ! ");
        assert_int_equal(fascia_feature_discover(feature), 0);
        assert_int_equal(fascia_feature_discover(NULL), -EINVAL);
        settle();
        assert_int_equal(real.n_starts, 1);
}

/* A handle that is freed in the callback that tells the change. */
static void free_it(struct climate_control *c, void *userdata) {
        (void)userdata;
        if (c == climate)
                climate = climate_control_free(climate);
}

static void a_feature_may_be_freed_while_another_takes_over(void **state) {
        static const struct climate_control_listener freeing = { .on_changed = free_it };

        (void)state;
        add(&real_plugin);
        add(&spare_plugin);
        set("fascia", "PreferredBackends", "real");
        open_feature();
        assert_int_equal(climate_control_add_listener(climate, &freeing, NULL), 0);
        assert_int_equal(fascia_feature_set_backend(feature, "spare"), 0);
        settle();
        assert_null(climate);
        assert_int_equal(spare.n_stops, 1);
        assert_null(real.backend);
}

/* ---- settings ---- */

static void settings_are_said_by_the_program(void **state) {
        const char *origin = "x";

        (void)state;
        assert_string_equal(fascia_client_get_setting(client, "fascia", "Timeout", &origin), "5s");
        assert_null(origin);
        set("Vehicle.Climate", "Timeout", "1s");
        assert_string_equal(fascia_client_get_setting(client, "Vehicle.Climate/ClimateControl",
                                                      "Timeout", &origin),
                            "1s");
        assert_string_equal(origin, "program");
        assert_string_equal(fascia_client_get_setting(client, "fascia", "Timeout", NULL), "5s");
        set("Vehicle.Climate", "Timeout", NULL);
        assert_string_equal(fascia_client_get_setting(client, "Vehicle.Climate", "Timeout", NULL),
                            "5s");
        assert_null(fascia_client_get_setting(client, "fascia", "Nothing", NULL));
        assert_null(fascia_client_get_setting(client, "a b", "Timeout", NULL));
        assert_null(fascia_client_get_setting(client, "fascia", "X-Device", NULL));
        assert_null(fascia_client_get_setting(NULL, "fascia", "Timeout", NULL));
}

static void a_wrong_setting_is_refused_with_its_reason(void **state) {
        static const struct {
                const char *section, *key, *value, *text;
        } rows[] = {
                { "fascia", "Timeout", "soon", "program: [fascia]: Timeout=soon: expected a time" },
                { "fascia", "Tmeout", "1s", "program: [fascia]: unknown key 'Tmeout'" },
                { "a b", "Timeout", "1s", "program: 'a b' is not the name of a section" },
                { "backend/", "Kind", "simulation", "program: 'backend/' is not the name of" },
                { "backend/a", "Timeout", "1s", "[backend/a]: 'Timeout' cannot be set in this" },
                { "A.B", "Kind", "simulation", "[A.B]: 'Kind' cannot be set in this section" },
                { "backend/a", "Kind", "none", "expected one of production, simulation" },
                { "A.B", "Discovery", "some",
                  "expected one of auto, production, simulation, none" },
                { "A.B", "X-", "some", "unknown key 'X-'" },
                { "A.B", "X-a b", "some", "unknown key 'X-a b'" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const char *problem;

                assert_int_equal(fascia_client_set_setting(client, rows[i].section, rows[i].key,
                                                           rows[i].value),
                                 -EINVAL);
                problem = fascia_client_get_problem(client, i);
                if (!problem || !strstr(problem, rows[i].text))
                        fail_msg("'%s' has no '%s'", problem ? problem : "", rows[i].text);
        }
        assert_int_equal(fascia_client_set_setting(NULL, "fascia", "Timeout", "1s"), -EINVAL);
        assert_int_equal(fascia_client_set_setting(client, NULL, "Timeout", "1s"), -EINVAL);
        assert_int_equal(fascia_client_set_setting(client, "fascia", NULL, "1s"), -EINVAL);
}

static void what_the_environment_says_is_locked(void **state) {
        const char *origin = NULL;

        (void)state;
        setenv("FASCIA_TIMEOUT", "2s", true);
        setenv("FASCIA_SETTINGS",
               "Vehicle.Climate/ClimateControl:Backend=real ;backend/phone:Kind=simulation;", true);
        restart_client();
        unsetenv("FASCIA_TIMEOUT");
        unsetenv("FASCIA_SETTINGS");
        assert_non_null(strstr(fascia_client_get_problem(client, 0), "Kind=simulation;: expected"));
        assert_null(fascia_client_get_problem(client, 1));
        assert_int_equal(fascia_client_set_setting(client, "fascia", "Timeout", "1s"), -EPERM);
        assert_int_equal(fascia_client_set_setting(client, "Vehicle.Climate", "Timeout", "1s"),
                         -EPERM);
        assert_string_equal(
                fascia_client_get_setting(client, "Vehicle.Climate", "Timeout", &origin), "2s");
        assert_string_equal(origin, "environment FASCIA_TIMEOUT");
        add(&real_plugin);
        add(&spare_plugin);
        open_feature();
        assert_served_by("real");
        assert_int_equal(fascia_feature_set_backend(feature, "spare"), -EPERM);
        assert_int_equal(fascia_client_set_setting(client, "Vehicle.Climate/ClimateControl",
                                                   "Backend", "spare"),
                         -EPERM);
        set("Vehicle.Climate", "Backend", "spare"); /* of other interfaces of the module */
        settle();
        assert_served_by("real");
}

static void bad_words_in_the_environment_are_named(void **state) {
        (void)state;
        setenv("FASCIA_SETTINGS", "Timeout=1s ; fascia:Timeout ; ; fascia : Timeout = 3s", true);
        restart_client();
        unsetenv("FASCIA_SETTINGS");
        assert_string_equal(fascia_client_get_problem(client, 0),
                            "environment FASCIA_SETTINGS: 'Timeout=1s' is not of the form "
                            "Section:Key=value");
        assert_string_equal(fascia_client_get_problem(client, 1),
                            "environment FASCIA_SETTINGS: 'fascia:Timeout' is not of the form "
                            "Section:Key=value");
        assert_null(fascia_client_get_problem(client, 2));
        assert_string_equal(fascia_client_get_setting(client, "fascia", "Timeout", NULL), "3s");
}

static void free_settings_are_handed_to_the_backend(void **state) {
        (void)state;
        add(&real_plugin);
        set("Vehicle.Climate", "X-Device", "/dev/ttyS0");
        set("Vehicle.Climate", "PreferredBackends", "real");
        open_feature();
        assert_string_equal(real.device, "/dev/ttyS0");
        forget_heard();
        /* Another value: the backend starts again with it; nothing differs for the program. */
        set("Vehicle.Climate", "X-Device", "/dev/ttyS1");
        settle();
        assert_string_equal(real.device, "/dev/ttyS1");
        assert_int_equal(real.n_starts, 2);
        assert_heard("");
        set("backend/real", "X-Device", "/dev/ttyS2");
        settle();
        assert_string_equal(real.device, "/dev/ttyS2");
        set("Vehicle.Climate", "Timeout", "1s");
        set("Other.Module", "X-Device", "/dev/null");
        settle();
        assert_int_equal(real.n_starts, 3);
}

static void what_is_read_once_cannot_be_changed_later(void **state) {
        (void)state;
        open_feature();
        assert_int_equal(fascia_client_set_setting(client, "fascia", "PluginPath", "/x"), -EPERM);
        assert_int_equal(fascia_client_set_setting(client, "fascia", "ModulePath", "/x"), -EBUSY);
        assert_int_equal(fascia_client_set_setting(client, "fascia", "MaxCallsInFlight", "1"),
                         -EBUSY);
}

/* ---- files ---- */

static void write_file(const char *name, const char *text) {
        char path[256];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
        assert_int_equal(chmod(path, 0644), 0);
}

static bool find_info(const char *name, struct fascia_backend_info *ret) {
        ret->size = sizeof(*ret);
        for (size_t i = 0;
             fascia_client_get_backend_info(client, &climate_control_interface, i, ret) == 0; i++)
                if (strcmp(ret->name, name) == 0)
                        return true;
        return false;
}

static void backends_are_listed_without_loading_them(void **state) {
        struct fascia_backend_info info;

        (void)state;
        write_file("phone.backend", "[backend]\nInterfaces=Vehicle.*\nLibrary=dbus\n");
        write_file("dummy.backend", "[backend]\nInterfaces=*\nKind=simulation\n");
        write_file("other.backend", "[backend]\nInterfaces=Vehicle.Cluster.*\n");
        add(&real_plugin);
        assert_true(find_info("real", &info));
        assert_string_equal(info.origin, "");
        assert_false(info.is_simulation || info.is_by_name_only);
        assert_true(find_info("dbus", &info));
        assert_true(find_info("phone", &info));
        assert_non_null(strstr(info.origin, "/phone.backend"));
        assert_false(info.is_simulation || info.is_by_name_only);
        assert_true(find_info("dummy", &info));
        assert_true(info.is_simulation && info.is_by_name_only);
        assert_false(find_info("other", &info));
        assert_int_equal(fascia_client_get_backend_info(NULL, &climate_control_interface, 0, &info),
                         -EINVAL);
        assert_int_equal(fascia_client_get_backend_info(client, NULL, 0, &info), -EINVAL);
        info.size = 0;
        assert_int_equal(
                fascia_client_get_backend_info(client, &climate_control_interface, 0, &info),
                -EINVAL);
}

static void bad_descriptions_are_named(void **state) {
        struct fascia_backend_info info;

        (void)state;
        write_file("a.backend", "[backend]\nKind=real\n");
        write_file("b.backend", "[Backend]\nKind=production\n");
        write_file("c.backend", "Kind=production\n");
        write_file("D E.backend", "[backend]\n");
        assert_false(find_info("a", &info));
        assert_non_null(strstr(fascia_client_get_problem(client, 0), "D E.backend: is not named"));
        assert_non_null(strstr(fascia_client_get_problem(client, 1),
                               "a.backend:2: [backend/a]: Kind=real: expected one of production"));
        assert_non_null(strstr(fascia_client_get_problem(client, 2),
                               "b.backend:1: [Backend]: only [backend] has a meaning here"));
        assert_non_null(strstr(fascia_client_get_problem(client, 3), "c.backend:1: "));
        assert_null(fascia_client_get_problem(client, 4));
}

#define CLIMATE_STUB "climate"

static void a_file_is_loaded_only_when_it_is_needed(void **state) {
        (void)state;
        plugin_copy(CLIMATE_STUB, directory, "mine");
        write_file("mine.backend", "[backend]\nInterfaces=Vehicle.Climate.*\nInProcess=yes\n");
        write_file("broken.so", "this is no library");
        write_file("broken.backend", "[backend]\nInterfaces=*\nInProcess=yes\nKind=simulation\n");
        open_feature();
        assert_served_by("mine");
        assert_null(fascia_feature_get_rejected(feature));
        /* What is for fasciad, or is only named, is not found. */
        write_file("mine.backend", "[backend]\nInterfaces=Vehicle.Climate.*\n");
        restart_client();
        set("fascia", "Discovery", "production");
        open_feature();
        assert_served_by("dbus");
        assert_int_equal(fascia_feature_set_backend(feature, "mine"), 0);
        settle();
        assert_served_by("mine");
}

static void files_that_cannot_be_used_are_passed_over_with_a_reason(void **state) {
        static const char description[] = "[backend]\nInterfaces=*\nInProcess=yes\n";

        (void)state;
        plugin_build(directory, "abi", "-DSYMBOL=fascia_plugin -DABI=77");
        write_file("abi.backend", description);
        plugin_build(directory, "entry", "-DSYMBOL=nothing -DABI=FASCIA_BACKEND_ABI");
        write_file("entry.backend", description);
        write_file("text.so", "this is no library");
        write_file("text.backend", description);
        write_file("missing.backend", description);
        add(&sim_plugin);
        set("fascia", "PreferredBackends", "abi entry missing text sim");
        open_feature();
        assert_served_by("sim");
        assert_rejected(
                "it was built for another version of the backend interface (77, this is 1)");
        assert_rejected("entry.so' has no symbol 'fascia_plugin'");
        assert_rejected("missing: There is no 'missing.so' in '");
        assert_rejected("text: Cannot load '");
}

static void a_library_can_be_loaded_in_the_background(void **state) {
        (void)state;
        plugin_copy(CLIMATE_STUB, directory, "mine");
        write_file("mine.backend", "[backend]\nInterfaces=Vehicle.Climate.*\nInProcess=yes\n");
        write_file("text.so", "this is no library");
        write_file("text.backend", "[backend]\nInterfaces=*\nInProcess=yes\n");
        set("fascia", "LoadInBackground", "yes");
        set("fascia", "PreferredBackends", "text mine");
        assert_int_equal(climate_control_new(client, &climate), 0);
        feature = climate_control_feature(climate);
        assert_int_equal(fascia_client_dispatch(client), 1);
        while (fascia_feature_get_discovery(feature) == FASCIA_DISCOVERY_PENDING)
                assert_true(fascia_client_wait(client, 5000000) >= 0);
        assert_served_by("mine");
        assert_rejected("text: Cannot load '");
        /* And it may be given up meanwhile. */
        restart_client();
        set("fascia", "LoadInBackground", "yes");
        assert_int_equal(climate_control_new(client, &climate), 0);
        assert_int_equal(fascia_client_dispatch(client), 1);
}

/* What is said to people, of a client that is in another process because stderr is. */
static void who_debugs_sees_what_became_of_each(void **state) {
        char path[128], text[2048] = "";
        int saved = dup(STDERR_FILENO);
        FILE *f;

        (void)state;
        snprintf(path, sizeof(path), "%s/stderr", directory);
        assert_non_null(freopen(path, "w", stderr));
        setenv("FASCIA_DEBUG", "x,discovery", true);
        restart_client();
        real.start_result = -EIO;
        add(&real_plugin);
        add(&sim_plugin);
        set("fascia", "PreferredBackends", "real sim");
        open_feature();
        fflush(stderr);
        dup2(saved, STDERR_FILENO);
        close(saved);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
        fclose(f);
        assert_string_equal(
                text,
                "fascia: Vehicle.Climate.ClimateControl: backend 'real' cannot be used: Backend "
                "'real' failed to start: Input/output error\n"
                "fascia: Vehicle.Climate.ClimateControl: backend 'sim' was started\n");
}

static void there_are_figures(void **state) {
        struct fascia_statistics s = { .size = sizeof(s), .gaps = 7 };

        (void)state;
        assert_int_equal(fascia_client_get_statistics(client, &s), 0);
        assert_int_equal(s.gaps, 0);
        open_feature();
        assert_int_equal(fascia_client_get_statistics(client, &s), 0);
        assert_int_equal(s.snapshots, 0);
        assert_int_equal(fascia_client_get_statistics(NULL, &s), -EINVAL);
        assert_int_equal(fascia_client_get_statistics(client, NULL), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(production_comes_before_simulation),
                TEST(the_modes_take_what_they_say),
                TEST(the_preferred_ones_are_taken_in_their_order),
                TEST(the_next_is_tried_when_one_does_not_start),
                TEST(without_any_that_can_be_used_the_feature_says_why),
                TEST(a_backend_of_another_version_is_passed_over),
                TEST(a_plugin_that_is_none_is_not_added),
                TEST(production_takes_over_when_it_is_ready),
                TEST(what_was_ready_once_is_not_given_up_for_a_simulation),
                TEST(the_bus_gives_way_too_when_there_is_none),
                TEST(the_program_chooses_and_hears_only_what_differs),
                TEST(what_the_other_was_asked_ends),
                TEST(one_that_does_not_get_ready_is_waited_for_so_long),
                TEST(one_that_cannot_be_started_changes_nothing),
                TEST(a_backend_of_the_program_takes_over_too),
                TEST(a_better_one_that_was_added_is_found),
                TEST(a_feature_may_be_freed_while_another_takes_over),
                TEST(settings_are_said_by_the_program),
                TEST(a_wrong_setting_is_refused_with_its_reason),
                TEST(what_the_environment_says_is_locked),
                TEST(bad_words_in_the_environment_are_named),
                TEST(free_settings_are_handed_to_the_backend),
                TEST(what_is_read_once_cannot_be_changed_later),
                TEST(backends_are_listed_without_loading_them),
                TEST(bad_descriptions_are_named),
                TEST(a_file_is_loaded_only_when_it_is_needed),
                TEST(files_that_cannot_be_used_are_passed_over_with_a_reason),
                TEST(a_library_can_be_loaded_in_the_background),
                TEST(who_debugs_sees_what_became_of_each),
                TEST(there_are_figures),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
