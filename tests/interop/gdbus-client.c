/* SPDX-License-Identifier: MIT */
/* Uses real features through what gdbus-codegen makes of their introspection files: values, enums and
 * flags, setting, changes, errors, structs, signals. Status 0: all was as expected. */
#include "Example.Remote1.ProcessingService.h"
#include "Test.Kitchen1.Cook.h"
#include "Vehicle.Climate1.ClimateControl.h"
#include "Vehicle.Cluster1.InstrumentCluster.h"

#define FEATURE "/Vehicle/Climate1/ClimateControl"

/* Both may be compared only once. */
#define CHECK_REAL(actual, expected) g_assert_cmpfloat(actual, ==, expected)
#define CHECK_TEXT(actual, expected) g_assert_cmpstr(actual, ==, expected)
#define CHECK_INT(actual, expected) g_assert_cmpint(actual, ==, expected)

static GMainLoop *loop;

static gboolean on_timeout(gpointer userdata) {
        g_error("waited in vain for %s", (const char *)userdata);
        return G_SOURCE_REMOVE;
}

/* Until a handler ends the loop. */
static void wait_for(const char *what) {
        guint timeout = g_timeout_add_seconds(20, on_timeout, (gpointer)what);

        g_main_loop_run(loop);
        g_source_remove(timeout);
}

static void on_notify(GObject *proxy, GParamSpec *property, gpointer userdata) {
        (void)proxy;
        (void)property;
        (void)userdata;
        g_main_loop_quit(loop);
}

/* ---- a zone: properties, an enum, flags, bounds ---- */

static void set_out_of_bounds(VehicleClimate1ClimateControl *zone) {
        GError *error = NULL;
        char *name;

        g_assert_null(
                g_dbus_proxy_call_sync(G_DBUS_PROXY(zone), "org.freedesktop.DBus.Properties.Set",
                                       g_variant_new("(ssv)", "Vehicle.Climate1.ClimateControl",
                                                     "TargetTemperature", g_variant_new_double(99)),
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error));
        name = g_dbus_error_get_remote_error(error);
        CHECK_TEXT(name, "org.fascia.Error.OutOfRange");
        g_free(name);
        g_error_free(error);
}

static void use_climate(void) {
        GError *error = NULL;
        VehicleClimate1ClimateControl *zone =
                vehicle_climate1_climate_control_proxy_new_for_bus_sync(
                        G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, "Vehicle.Climate1",
                        FEATURE "/FrontLeft", NULL, &error);
        gulong handler;

        g_assert_no_error(error);
        CHECK_REAL(vehicle_climate1_climate_control_get_target_temperature(zone), 21.5);
        CHECK_INT(vehicle_climate1_climate_control_get_recirculation(zone), 2);
        CHECK_INT(vehicle_climate1_climate_control_get_airflow(zone), 0x6);
        g_assert_true(vehicle_climate1_climate_control_get_air_conditioning(zone));

        handler = g_signal_connect(zone, "notify::target-temperature", G_CALLBACK(on_notify), NULL);
        vehicle_climate1_climate_control_set_target_temperature(zone, 23.5);
        wait_for("the change of a temperature");
        CHECK_REAL(vehicle_climate1_climate_control_get_target_temperature(zone), 23.5);
        g_signal_handler_disconnect(zone, handler);

        g_signal_connect(zone, "notify::recirculation", G_CALLBACK(on_notify), NULL);
        vehicle_climate1_climate_control_set_recirculation(zone, 1);
        wait_for("the change of an enum");
        CHECK_INT(vehicle_climate1_climate_control_get_recirculation(zone), 1);

        set_out_of_bounds(zone);
        g_object_unref(zone);
}

/* ---- calls, structs, signals ---- */

static void use_remote(void) {
        GError *error = NULL;
        ExampleRemote1ProcessingService *service =
                example_remote1_processing_service_proxy_new_for_bus_sync(
                        G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, "Example.Remote1",
                        "/Example/Remote1/ProcessingService", NULL, &error);
        gint result;

        g_assert_no_error(error);
        CHECK_TEXT(example_remote1_processing_service_get_last_message(service), "");
        g_assert_true(example_remote1_processing_service_call_process_sync(service, "hello",
                                                                           &result, NULL, &error));
        CHECK_INT(result, 5);
        g_signal_connect(service, "notify::last-message", G_CALLBACK(on_notify), NULL);
        wait_for("the message");
        CHECK_TEXT(example_remote1_processing_service_get_last_message(service), "hello");
        g_object_unref(service);
}

static void on_warning(VehicleCluster1InstrumentCluster *cluster, GVariant *warning,
                       gpointer userdata) {
        (void)cluster;
        *(char **)userdata = g_variant_print(warning, FALSE);
        g_main_loop_quit(loop);
}

static void use_cluster(void) {
        GError *error = NULL;
        VehicleCluster1InstrumentCluster *cluster =
                vehicle_cluster1_instrument_cluster_proxy_new_for_bus_sync(
                        G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, "Vehicle.Cluster1",
                        "/Vehicle/Cluster1/InstrumentCluster", NULL, &error);
        char *warning = NULL, *warnings;
        gboolean known = FALSE;

        g_assert_no_error(error);
        warnings = g_variant_print(vehicle_cluster1_instrument_cluster_get_warnings(cluster),
                                   FALSE);
        CHECK_TEXT(warnings, "[(-2, 2, 'Grüße'), (-2, 2, 'Grüße')]");
        g_free(warnings);

        g_signal_connect(cluster, "warning-raised", G_CALLBACK(on_warning), &warning);
        g_assert_true(vehicle_cluster1_instrument_cluster_call_acknowledge_sync(cluster, 7, &known,
                                                                                NULL, &error));
        g_assert_true(known);
        wait_for("a warning");
        CHECK_TEXT(warning, "(-2, 2, 'Grüße')");
        g_free(warning);
        g_object_unref(cluster);
}

static void use_kitchen(void) {
        GError *error = NULL;
        TestKitchen1Cook *cook = test_kitchen1_cook_proxy_new_for_bus_sync(
                G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, "Test.Kitchen1",
                "/Test/Kitchen1/Cook/Front_20Left", NULL, &error);
        GVariant *matrix = NULL;
        char *text;

        g_assert_no_error(error);
        g_assert_true(test_kitchen1_cook_call_matrix_sync(
                cook, g_variant_new_parsed("[[1, -2], @ai [], [3]]"), &matrix, NULL, &error));
        text = g_variant_print(matrix, FALSE);
        CHECK_TEXT(text, "[[1, -2], [], [3]]");
        g_free(text);
        g_variant_unref(matrix);

        g_signal_connect(cook, "notify::dish", G_CALLBACK(on_notify), NULL);
        test_kitchen1_cook_set_dish(cook,
                                    g_variant_new_parsed("(4, 'four', @u 3, [1, 2], (0.5, -1.0))"));
        wait_for("the change of a struct");
        text = g_variant_print(test_kitchen1_cook_get_dish(cook), FALSE);
        CHECK_TEXT(text, "(4, 'four', 3, [1, 2], (0.5, -1.0))");
        g_free(text);
        g_object_unref(cook);
}

int main(void) {
        loop = g_main_loop_new(NULL, FALSE);
        use_climate();
        use_remote();
        use_cluster();
        use_kitchen();
        g_main_loop_unref(loop);
        return 0;
}
