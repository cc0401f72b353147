/* SPDX-License-Identifier: MIT */
/* The vehicle that is simulated for the interfaces that come with Fascia: it drives, warns and is heated as one would expect. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "sim-desk.h"

#define CLUSTER "InstrumentCluster"
#define CLIMATE "ClimateControl"

static Desk *start_with(const char *more) {
        const char *source = getenv("FASCIA_SOURCE_DIR");
        char settings[1024];
        Desk *d;

        assert_non_null(source);
        assert_in_range(snprintf(settings, sizeof(settings),
                                 "Vehicle.Cluster:SimulationScript=%s/interfaces/cluster.lua ; "
                                 "Vehicle.Climate:SimulationScript=%s/interfaces/climate.lua%s",
                                 source, source, more),
                        1, sizeof(settings) - 1);
        d = desk_new(settings);
        desk_add(d, &cluster_interfaces[0]);
        desk_add(d, &climate_interfaces[0]);
        desk_hear(d);
        return d;
}

static Desk *start(void) {
        return start_with("");
}

static double get(Desk *d, const char *feature, const char *zone, const char *property) {
        return strtod(desk_show(d, feature, zone, property), NULL);
}

static double cluster(Desk *d, const char *property) {
        return get(d, CLUSTER, "", property);
}

static double cabin(Desk *d, const char *zone) {
        return get(d, CLIMATE, zone, "cabinTemperature");
}

/* As whoever controls the simulation does it. */
static void report(Desk *d, const char *feature, const char *zone, const char *property,
                   const char *value) {
        char arguments[256];

        snprintf(arguments, sizeof(arguments),
                 "{\"feature\":\"%s\",\"zone\":\"%s\",\"property\":\"%s\",\"value\":%s}", feature,
                 zone, property, value);
        assert_string_equal(desk_control(d, "setValue", arguments), "done");
}

static void set(Desk *d, const char *feature, const char *zone, const char *property,
                const char *value) {
        assert_string_equal(desk_set(d, feature, zone, property, value), "done");
}

/* Whatever else it did: no error of the script was told. */
static void finish(Desk *d) {
        const char *problem = simulator_get_problem(desk_get_simulator(d), 0);

        if (problem)
                fail_msg("%s", problem);
        desk_free(d);
}

static unsigned count(const char *text, const char *what) {
        unsigned n = 0;

        for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
                n++;
        return n;
}

/* ---- the drive ---- */

static void it_stops_drives_and_is_fast_within_a_round(void **state) {
        Desk *d = start();
        double fastest = 0, hottest = 0;
        bool stood = false;

        (void)state;
        for (unsigned second = 0; second < 300; second++) {
                double speed, rpm;

                desk_pass(d, 1);
                speed = cluster(d, "speed");
                rpm = cluster(d, "rpm");
                fastest = fmax(fastest, speed);
                hottest = fmax(hottest, cluster(d, "coolantTemperature"));
                stood = stood || (fastest > 40 && speed == 0);
                assert_true(speed >= 0 && speed <= 130);
                assert_true(rpm >= 780 && rpm <= 3000);
        }
        assert_true(fastest == 130);
        assert_true(stood);
        assert_true(hottest > 112);
        assert_true(cluster(d, "fuel") < 0.7 && cluster(d, "fuel") > 0.5);
        finish(d);
}

/* While it becomes faster the engine becomes slower with each gear. */
static void it_shifts_up_while_it_becomes_faster(void **state) {
        static const struct {
                const char *mode;
                double most; /* revolutions */
                unsigned gears;
        } rows[] = {
                { "\"Normal\"", 2700, 5 },
                { "\"Sport\"", 4800,
                  3 },                  /* it has 4000 in the fourth at 120, and leaves it there */
                { "\"Eco\"", 2900, 5 }, /* in the last gear there is none left */
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                double speed = 0, rpm = 0, most = 0;
                unsigned gears = 0;
                Desk *d = start();

                set(d, CLUSTER, "", "driveMode", rows[i].mode);
                for (unsigned step = 0; step < 5000 && speed < 120; step++) {
                        double speed_before = speed, rpm_before = rpm;

                        desk_pass(d, 0.2);
                        speed = cluster(d, "speed");
                        rpm = cluster(d, "rpm");
                        most = fmax(most, rpm);
                        if (speed < speed_before)
                                gears = 0;
                        else if (speed > speed_before && rpm < rpm_before - 100)
                                gears++;
                }
                if (speed < 120 || gears != rows[i].gears || most > rows[i].most)
                        fail_msg("%s: %g km/h, %u gears, up to %g", rows[i].mode, speed, gears,
                                 most);
                finish(d);
        }
}

/* To 50 km/h from standing still, in simulated seconds. */
static double accelerate(const char *mode) {
        double seconds = 0;
        Desk *d = start();

        set(d, CLUSTER, "", "driveMode", mode);
        for (unsigned step = 0; step < 100 && cluster(d, "speed") < 50; step++) {
                desk_pass(d, 0.2);
                if (cluster(d, "speed") > 0)
                        seconds += 0.2;
        }
        finish(d);
        return seconds;
}

static void the_drive_mode_says_how_it_accelerates(void **state) {
        double normal = accelerate("\"Normal\"");

        (void)state;
        assert_true(normal > 4 && normal < 7);
        assert_true(accelerate("\"Sport\"") < normal * 0.7);
        assert_true(accelerate("\"Eco\"") > normal * 1.3);
}

static char *drive(const char *settings, double seconds) {
        Desk *d = start_with(settings);
        char *text;

        desk_pass(d, seconds);
        text = strdup(desk_hear(d));
        finish(d);
        assert_non_null(text);
        return text;
}

static void the_same_seed_is_the_same_drive(void **state) {
        char *one = drive(" ; fascia:SimulationSeed=7", 1200);
        char *same = drive(" ; fascia:SimulationSeed=7", 1200);
        char *other = drive(" ; fascia:SimulationSeed=8", 1200);

        (void)state;
        assert_true(strlen(one) > 100000);
        assert_string_equal(one, same);
        assert_string_not_equal(one, other);
        free(one);
        free(same);
        free(other);
}

/* An hour of virtual time in a second, and no more on the bus than a pointer needs. */
static void an_hour_of_driving_is_cheap(void **state) {
        struct timespec before, after;
        char *heard;

        (void)state;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
        heard = drive("", 3600);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        assert_true(count(heard, ".speed = ") > 1000);
        assert_true(count(heard, ".speed = ") <= 5 * 3600);
        assert_true(count(heard, ".fuel = ") < 3600);
        assert_true(count(heard, "[FrontLeft].cabinTemperature = ") < 100);
        free(heard);
        if (!getenv("FASCIA_WRAPPER")) /* not below valgrind */
                assert_true(after.tv_sec - before.tv_sec < 5);
}

static void it_goes_on_from_what_somebody_else_reports(void **state) {
        Desk *d = start();

        (void)state;
        desk_pass(d, 20);
        report(d, CLUSTER, "", "speed", "200");
        desk_pass(d, 0.2);
        assert_true(cluster(d, "speed") > 190 && cluster(d, "speed") < 200);
        report(d, CLUSTER, "", "coolantTemperature", "30");
        desk_pass(d, 1);
        assert_true(cluster(d, "coolantTemperature") > 30 && cluster(d, "coolantTemperature") < 40);
        finish(d);
}

static void what_is_withdrawn_stays_away(void **state) {
        static const char *const properties[] = { "speed", "rpm", "fuel", "coolantTemperature",
                                                  "warnings" };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
                char arguments[128];

                snprintf(arguments, sizeof(arguments),
                         "{\"feature\":\"" CLUSTER "\",\"zone\":\"\",\"property\":\"%s\"}",
                         properties[i]);
                assert_string_equal(desk_control(d, "withdrawValue", arguments), "done");
        }
        desk_pass(d, 300);
        for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
                assert_string_equal(desk_show(d, CLUSTER, "", properties[i]), "(none)");
        assert_string_equal(desk_call(d, CLUSTER, "", "acknowledge", "{\"id\":1}"), "false");
        report(d, CLUSTER, "", "speed", "10");
        desk_pass(d, 2);
        assert_true(cluster(d, "speed") != 10);
        finish(d);
}

static void reading_the_script_again_keeps_the_values(void **state) {
        Desk *d = start();
        double fuel;

        (void)state;
        desk_pass(d, 200);
        fuel = cluster(d, "fuel");
        assert_string_equal(desk_control(d, "reload", "{}"), "done");
        assert_true(cluster(d, "fuel") == fuel);
        desk_pass(d, 10);
        assert_true(cluster(d, "fuel") < fuel && cluster(d, "fuel") > fuel - 0.02);
        /* One drive, not two. */
        desk_hear(d);
        desk_pass(d, 10);
        assert_in_range(count(desk_hear(d), ".rpm = "), 1, 50);
        finish(d);
}

/* ---- warnings ---- */

#define FUEL "{\"id\": 1, \"severity\": \"Caution\", \"text\": \"Fuel is low\"}"
#define HOT "{\"id\": 2, \"severity\": \"Critical\", \"text\": \"Engine is too hot\"}"
#define RAISED(warning) CLUSTER ".warningRaised({\"warning\": " warning "})\n"

static void warnings_are_told_once_the_most_urgent_first(void **state) {
        Desk *d = start();
        const char *heard;

        (void)state;
        /* Where nobody gets on: nothing else is lit meanwhile. */
        desk_pass(d, 25);
        desk_hear(d);
        report(d, CLUSTER, "", "fuel", "0.09");
        desk_pass(d, 1);
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" FUEL "]");
        report(d, CLUSTER, "", "coolantTemperature", "125");
        desk_pass(d, 1);
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" HOT ", " FUEL "]");
        heard = desk_hear(d);
        assert_int_equal(count(heard, RAISED(FUEL)), 1);
        assert_int_equal(count(heard, RAISED(HOT)), 1);
        /* Who is told that the engine is too hot takes it easy, until it is not. */
        desk_pass(d, 2);
        assert_true(cluster(d, "speed") <= 40);
        for (unsigned step = 0; step < 500 && cluster(d, "coolantTemperature") > 104; step++) {
                assert_non_null(strstr(desk_show(d, CLUSTER, "", "warnings"), HOT));
                desk_pass(d, 0.2);
        }
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" FUEL "]");
        finish(d);
}

static void what_is_acknowledged_is_no_longer_in_front(void **state) {
        Desk *d = start();

        (void)state;
        desk_pass(d, 25);
        report(d, CLUSTER, "", "fuel", "0.09");
        report(d, CLUSTER, "", "coolantTemperature", "130");
        desk_pass(d, 1);
        assert_string_equal(desk_call(d, CLUSTER, "", "acknowledge", "{\"id\":2}"), "true");
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" FUEL ", " HOT "]");
        assert_string_equal(desk_call(d, CLUSTER, "", "acknowledge", "{\"id\":9}"), "false");
        /* One that is lit again is new. */
        report(d, CLUSTER, "", "coolantTemperature", "90");
        desk_pass(d, 0.2);
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" FUEL "]");
        report(d, CLUSTER, "", "coolantTemperature", "130");
        desk_pass(d, 0.2);
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" HOT ", " FUEL "]");
        /* Where all are acknowledged, urgency decides again. */
        assert_string_equal(desk_call(d, CLUSTER, "", "acknowledge", "{\"id\":2}"), "true");
        assert_string_equal(desk_call(d, CLUSTER, "", "acknowledge", "{\"id\":1}"), "true");
        assert_string_equal(desk_show(d, CLUSTER, "", "warnings"), "[" HOT ", " FUEL "]");
        finish(d);
}

static void doors_are_ajar_now_and_then_and_drivers_get_tired(void **state) {
        char *heard = drive("", 1800);

        (void)state;
        /* Of fourteen stops. */
        assert_in_range(count(heard, ".warningRaised({\"warning\": {\"id\": 3, "), 2, 13);
        /* Each third round. */
        assert_in_range(count(heard, ".warningRaised({\"warning\": {\"id\": 4, "), 1, 3);
        free(heard);
}

static void it_is_filled_up_when_the_tank_is_empty(void **state) {
        bool stood = false;
        Desk *d = start();

        (void)state;
        desk_pass(d, 25);
        report(d, CLUSTER, "", "fuel", "0.02");
        for (unsigned i = 0; i < 60 && cluster(d, "fuel") < 1; i++) {
                desk_pass(d, 1);
                stood = stood || cluster(d, "speed") == 0;
        }
        assert_true(stood);
        assert_true(cluster(d, "fuel") == 1);
        assert_null(strstr(desk_show(d, CLUSTER, "", "warnings"), FUEL));
        desk_pass(d, 30);
        assert_true(cluster(d, "speed") > 0);
        finish(d);
}

/* ---- the cabin ---- */

static void each_zone_becomes_as_warm_as_it_is_to_be(void **state) {
        static const struct {
                const char *zone;
                const char *target;
        } rows[] = {
                { "FrontLeft", "26" },
                { "FrontRight", "17" }, /* the compressor is on, and it is cooler outside */
                { "Rear", "20" },       /* with the least of air */
        };
        Desk *d = start();

        (void)state;
        for (size_t i = 0; i < 3; i++)
                set(d, CLIMATE, rows[i].zone, "targetTemperature", rows[i].target);
        desk_pass(d, 1200);
        for (size_t i = 0; i < 3; i++)
                assert_float_equal(cabin(d, rows[i].zone), strtod(rows[i].target, NULL), 0.05);
        assert_float_equal(cabin(d, ""), 21, 0.1); /* the mean */
        finish(d);
}

static void how_fast_depends_on_fan_and_air(void **state) {
        static const struct {
                const char *property, *slower, *faster;
        } rows[] = {
                { "fanLevel", "1", "10" },
                { "recirculation", "\"Off\"", "\"Automatic\"" },
                { "recirculation", "\"Automatic\"", "\"On\"" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Desk *d = start();

                report(d, CLIMATE, "FrontRight", "cabinTemperature", "19");
                report(d, CLIMATE, "FrontRight", "targetTemperature", "24");
                report(d, CLIMATE, "FrontLeft", "targetTemperature", "24");
                set(d, CLIMATE, "FrontLeft", rows[i].property, rows[i].slower);
                set(d, CLIMATE, "FrontRight", rows[i].property, rows[i].faster);
                desk_pass(d, 20);
                if (cabin(d, "FrontLeft") <= 19 ||
                    cabin(d, "FrontRight") < cabin(d, "FrontLeft") + 0.2)
                        fail_msg("row %zu: %g, %g", i, cabin(d, "FrontLeft"),
                                 cabin(d, "FrontRight"));
                finish(d);
        }
}

static void without_air_or_compressor_the_weather_decides(void **state) {
        Desk *d = start();

        (void)state;
        set(d, CLIMATE, "FrontLeft", "fanLevel", "0");
        set(d, CLIMATE, "FrontRight", "airConditioning", "false");
        set(d, CLIMATE, "FrontRight", "targetTemperature", "16");
        report(d, CLIMATE, "", "outsideTemperature", "30");
        report(d, CLIMATE, "FrontRight", "cabinTemperature", "35");
        desk_pass(d, 1800);
        assert_true(cabin(d, "FrontLeft") > 28); /* though it is to be 21.5 */
        assert_float_equal(cabin(d, "FrontRight"), get(d, CLIMATE, "", "outsideTemperature"), 1);
        finish(d);
}

static void a_cold_engine_heats_nothing(void **state) {
        Desk *d = start();
        double before = cabin(d, "FrontLeft");

        (void)state;
        desk_remove(d, CLUSTER);
        desk_pass(d, 60);
        assert_true(cabin(d, "FrontLeft") > before + 1); /* where none is known, it is warm */
        finish(d);

        d = start();
        for (unsigned i = 0; i < 60; i++) {
                report(d, CLUSTER, "", "coolantTemperature", "20");
                desk_pass(d, 1);
        }
        assert_true(cabin(d, "FrontLeft") < before);
        finish(d);
}

static void the_weather_changes_slowly(void **state) {
        double before = 12.5, lowest = before, highest = before;
        Desk *d = start();

        (void)state;
        for (unsigned minute = 0; minute < 60; minute++) {
                double now;

                desk_pass(d, 60);
                now = get(d, CLIMATE, "", "outsideTemperature");
                assert_float_equal(now, before, 0.65);
                before = now;
                lowest = fmin(lowest, now);
                highest = fmax(highest, now);
        }
        assert_true(highest - lowest > 0.3);
        finish(d);
}

static void zones_that_come_are_heated_too(void **state) {
        Desk *d = start();

        (void)state;
        assert_string_equal(
                desk_control(d, "addZone", "{\"feature\":\"" CLIMATE "\",\"zone\":\"Boot\"}"),
                "done");
        set(d, CLIMATE, "Boot", "targetTemperature", "25");
        set(d, CLIMATE, "Boot", "fanLevel", "8");
        desk_pass(d, 120);
        assert_float_equal(cabin(d, "Boot"), 25, 0.1);
        finish(d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_stops_drives_and_is_fast_within_a_round),
                cmocka_unit_test(it_shifts_up_while_it_becomes_faster),
                cmocka_unit_test(the_drive_mode_says_how_it_accelerates),
                cmocka_unit_test(the_same_seed_is_the_same_drive),
                cmocka_unit_test(an_hour_of_driving_is_cheap),
                cmocka_unit_test(it_goes_on_from_what_somebody_else_reports),
                cmocka_unit_test(what_is_withdrawn_stays_away),
                cmocka_unit_test(reading_the_script_again_keeps_the_values),
                cmocka_unit_test(warnings_are_told_once_the_most_urgent_first),
                cmocka_unit_test(what_is_acknowledged_is_no_longer_in_front),
                cmocka_unit_test(doors_are_ajar_now_and_then_and_drivers_get_tired),
                cmocka_unit_test(it_is_filled_up_when_the_tank_is_empty),
                cmocka_unit_test(each_zone_becomes_as_warm_as_it_is_to_be),
                cmocka_unit_test(how_fast_depends_on_fan_and_air),
                cmocka_unit_test(without_air_or_compressor_the_weather_decides),
                cmocka_unit_test(a_cold_engine_heats_nothing),
                cmocka_unit_test(the_weather_changes_slowly),
                cmocka_unit_test(zones_that_come_are_heated_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
