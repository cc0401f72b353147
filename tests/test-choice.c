/* SPDX-License-Identifier: MIT */
/* A program that chooses among real services: two of the same interface on two buses, another address, a
 * simulation until the service is there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "climate-listener.h"
#include "harness.h"

#define SIMULATED "[Vehicle.Climate]\nBackend=simulator\n"

typedef struct Fixture {
        Harness *car, *phone; /* each a bus of its own */
} Fixture;

static struct fascia_client *client;
static struct climate_control *climate;
static struct fascia_feature *feature;

static int set_up(void **state) {
        Fixture *f = calloc(1, sizeof(*f));
        const char *build = getenv("FASCIA_BUILD_DIR");
        char path[512];

        *state = f;
        forget_heard();
        if (harness_setup((void **)&f->car) < 0 || harness_setup((void **)&f->phone) < 0)
                return -1;
        snprintf(path, sizeof(path), "%s/plugins", build ? build : "build");
        setenv("FASCIA_PLUGIN_PATH", path, true);
        snprintf(path, sizeof(path), "%s/modules", build ? build : "build");
        setenv("FASCIA_MODULE_PATH", path, true);
        unsetenv("FASCIA_ADDRESS");
        unsetenv("FASCIA_CONFIG");
        if (fascia_client_new(&client) < 0)
                return -1;
        return fascia_client_set_setting(client, "fascia", "Address", harness_get_address(f->car));
}

static int tear_down(void **state) {
        Fixture *f = *state;
        int r;

        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        r = harness_teardown((void **)&f->car);
        r = harness_teardown((void **)&f->phone) < 0 ? -1 : r;
        free(f);
        return r;
}

static void open_feature(void) {
        assert_int_equal(climate_control_new(client, &climate), 0);
        feature = climate_control_feature(climate);
        assert_int_equal(climate_control_add_listener(climate, &everything, NULL), 0);
}

/* Until it has heard this, at most ten seconds. */
static void wait_for(const char *text) {
        time_t end = time(NULL) + 10;

        while (!strstr(heard, text) && time(NULL) < end)
                assert_true(fascia_client_wait(client, 100000) >= 0);
        if (!strstr(heard, text))
                fail_msg("'%s' has no '%s'", heard, text);
}

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        (void)userdata;
        hear("set:%d ", error ? error->code : 0);
}

static void set_fan(int32_t level) {
        assert_int_equal(climate_control_set_fan_level(climate, level, on_set, NULL, NULL), 0);
        wait_for("set:0 ");
}

static Process *start(Harness *h) {
        return harness_start_fasciad(h, SIMULATED, NULL);
}

static int busctl_set_fan(Harness *h, int level) {
        int status;

        free(harness_run(h, &status,
                         "busctl set-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl "
                         "Vehicle.Climate1.ClimateControl FanLevel i %d",
                         level));
        return status;
}

static void one_of_two_services_of_an_interface_is_chosen(void **state) {
        Fixture *f = *state;

        start(f->car);
        start(f->phone);
        assert_int_equal(fascia_client_set_setting(client, "backend/phone", "Library", "dbus"), 0);
        assert_int_equal(
                fascia_client_set_setting(client, "backend/phone", "Interfaces", "Vehicle.*"), 0);
        assert_int_equal(fascia_client_set_setting(client, "backend/phone", "Address",
                                                   harness_get_address(f->phone)),
                         0);
        open_feature();
        wait_for(":ready ");
        assert_string_equal(fascia_feature_get_backend(feature), "dbus");
        assert_true(fascia_feature_is_simulated(feature)); /* by the service */
        forget_heard();
        set_fan(7);
        forget_heard();
        assert_int_equal(fascia_feature_set_backend(feature, "phone"), 0);
        wait_for("! ");
        /* The only thing that differs. */
        assert_heard("fan=1 ! ");
        assert_string_equal(fascia_feature_get_backend(feature), "phone");
        /* They do not mix. */
        assert_int_equal(busctl_set_fan(f->car, 9), 0);
        assert_int_equal(busctl_set_fan(f->phone, 4), 0);
        wait_for("fan=4 ! ");
        assert_heard("fan=4 ! ");
        assert_int_equal(fascia_feature_set_backend(feature, NULL), 0);
        wait_for("! ");
        assert_heard("fan=9 ! ");
}

static void another_address_is_connected_to_at_once(void **state) {
        Fixture *f = *state;

        start(f->car);
        start(f->phone);
        assert_int_equal(busctl_set_fan(f->phone, 4), 0);
        open_feature();
        wait_for(":ready ");
        forget_heard();
        assert_int_equal(fascia_client_set_setting(client, "fascia", "Address",
                                                   harness_get_address(f->phone)),
                         0);
        wait_for("! ");
        assert_heard("fan=4 ! ");
        set_fan(5);
        assert_heard("fan=5 ! set:0 ");
        /* The same again changes nothing. */
        assert_int_equal(fascia_client_set_setting(client, "fascia", "Address",
                                                   harness_get_address(f->phone)),
                         0);
        set_fan(6);
        assert_heard("fan=6 ! set:0 ");
}

static void the_service_takes_over_from_the_simulation_when_it_comes(void **state) {
        Fixture *f = *state;

        open_feature();
        wait_for(":ready ");
        assert_string_equal(fascia_feature_get_backend(feature), "simulator");
        set_fan(8);
        forget_heard();
        start(f->car);
        wait_for("! ");
        assert_heard("fan=1 ! ");
        assert_string_equal(fascia_feature_get_backend(feature), "dbus");
        assert_non_null(strstr(fascia_feature_get_rejected(feature), "dbus: There is no service"));
}

static void a_service_that_is_there_but_ill_is_no_reason_to_simulate(void **state) {
        Fixture *f = *state;

        harness_start_fasciad(f->car, "[Vehicle.Climate]\nBackend=nothing\n", NULL);
        open_feature();
        wait_for(":unavailable ");
        assert_string_equal(fascia_feature_get_backend(feature), "dbus");
        assert_non_null(strstr(fascia_feature_get_error(feature)->message, "nothing.so"));
        for (int i = 0; i < 10; i++)
                assert_true(fascia_client_wait(client, 20000) >= 0);
        assert_string_equal(fascia_feature_get_backend(feature), "dbus");
}

/* One fasciad offers on its bus what another has on another. */
static void a_gateway_passes_on_what_another_bus_has(void **state) {
        Fixture *f = *state;
        char config[512];
        Process *fasciad;

        fasciad = harness_start_fasciad(f->phone, SIMULATED, NULL);
        snprintf(config, sizeof(config),
                 "[Vehicle.Climate]\nBackend=north\n[backend/north]\nLibrary=dbus\nAddress=%s\n",
                 harness_get_address(f->phone));
        harness_start_fasciad(f->car, config, NULL);
        open_feature();
        wait_for(":ready ");
        assert_string_equal(fascia_feature_get_backend(feature), "dbus");
        assert_true(fascia_feature_is_simulated(feature));
        assert_non_null(climate_control_get_zone(climate, "Rear"));
        assert_int_equal(busctl_set_fan(f->phone, 4), 0);
        wait_for("fan=4 ");
        forget_heard();
        set_fan(6);
        assert_heard("fan=6 ! set:0 ");
        process_kill(fasciad);
        wait_for(":unavailable ");
        assert_non_null(strstr(fascia_feature_get_error(feature)->message,
                               "The service Vehicle.Climate1 has disconnected"));
        assert_int_equal(climate_control_get_fan_level(climate), 6);
        start(f->phone);
        wait_for(":ready ");
        assert_int_equal(climate_control_get_fan_level(climate), 1);
}

static void a_gateway_says_that_it_works_when_it_does(void **state) {
        Fixture *f = *state;
        Process *gateway, *fasciad;
        const char *output;
        char config[512];

        snprintf(config, sizeof(config),
                 "[Vehicle.Climate]\nBackend=north\n[backend/north]\nLibrary=dbus\nAddress=%s\n",
                 harness_get_address(f->phone));
        gateway = harness_start_fasciad(f->car, config, NULL);
        process_wait_output(gateway, "Vehicle.Climate: ");
        fasciad = harness_start_fasciad(f->phone, "[Vehicle.Climate]\nBackend=none\n", NULL);
        process_wait_output(gateway, "There is no 'none.so'");
        assert_null(strstr(process_get_output(gateway), "Works again"));
        process_kill(fasciad);
        start(f->phone);
        process_wait_output(gateway, "Vehicle.Climate: Works again");
        output = strstr(process_get_output(gateway), "Works again");
        assert_null(strstr(output + 1, "Works again"));
}

/* As when a setting is changed back and forth, or by mistake. */
static void the_same_service_is_asked_anew_when_a_backend_names_it_again(void **state) {
        Fixture *f = *state;

        start(f->car);
        open_feature();
        wait_for(":ready ");
        forget_heard();
        assert_int_equal(fascia_client_set_setting(client, "backend/twin", "Library", "dbus"), 0);
        assert_int_equal(fascia_feature_set_backend(feature, "twin"), 0);
        while (strcmp(fascia_feature_get_backend(feature), "twin") != 0)
                assert_true(fascia_client_wait(client, 5000000) >= 0);
        wait_for(":ready ");
        set_fan(3);
        assert_non_null(strstr(heard, "fan=3 ! set:0 "));
        assert_null(strstr(heard, "fan=1 "));
}

static void a_service_of_the_wrong_user_does_not_count(void **state) {
        Fixture *f = *state;
        const struct fascia_error *error;
        Process *first = start(f->car);
        char user[32];

        assert_int_equal(fascia_client_set_setting(client, "fascia", "Discovery", "production"), 0);
        assert_int_equal(
                fascia_client_set_setting(client, "Vehicle.Climate", "ServiceUser", "65533"), 0);
        open_feature();
        wait_for(":unavailable ");
        assert_null(strstr(heard, "fan="));
        error = fascia_feature_get_error(feature);
        assert_int_equal(error->code, -EACCES);
        assert_non_null(strstr(error->message, "The service Vehicle.Climate1 is run by the user "));
        assert_non_null(strstr(error->message, "and not by 65533"));
        assert_int_equal(busctl_set_fan(f->car, 9), 0);
        /* Nor what it says later, nor its successor. */
        assert_int_equal(process_stop(first), 0);
        harness_kill_bus(f->car);
        harness_start_bus(f->car);
        start(f->car);
        for (int i = 0; i < 20; i++)
                assert_true(fascia_client_wait(client, 20000) >= 0);
        assert_null(strstr(heard, "fan="));
        snprintf(user, sizeof(user), "%u", (unsigned)getuid());
        assert_int_equal(fascia_client_set_setting(client, "Vehicle.Climate", "ServiceUser", user),
                         0);
        wait_for(":ready ");
        set_fan(3);
}

static void a_service_user_must_exist(void **state) {
        (void)state;
        assert_int_equal(fascia_client_set_setting(client, "fascia", "Discovery", "production"), 0);
        assert_int_equal(fascia_client_set_setting(client, "fascia", "ServiceUser", "no-body"), 0);
        open_feature();
        wait_for(":unavailable ");
        assert_string_equal(fascia_feature_get_error(feature)->message,
                            "ServiceUser=no-body of Vehicle.Climate/ClimateControl cannot be used: "
                            "there is no such user");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(one_of_two_services_of_an_interface_is_chosen),
                TEST(another_address_is_connected_to_at_once),
                TEST(the_service_takes_over_from_the_simulation_when_it_comes),
                TEST(a_service_that_is_there_but_ill_is_no_reason_to_simulate),
                TEST(a_gateway_passes_on_what_another_bus_has),
                TEST(a_gateway_says_that_it_works_when_it_does),
                TEST(a_service_of_the_wrong_user_does_not_count),
                TEST(a_service_user_must_exist),
                TEST(the_same_service_is_asked_anew_when_a_backend_names_it_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
