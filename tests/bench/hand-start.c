/* SPDX-License-Identifier: MIT */
/* Starts, reads ten properties of two features and ends, or stays: by hand on sd-bus. */
#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "bench.h"

typedef struct Value {
        const char *interface;
        const char *name;
        char type;
        union {
                int32_t integer;
                double real;
                int truth;
        };
        bool is_known;
} Value;

#define CLIMATE "Vehicle.Climate1.ClimateControl"
#define CLUSTER "Vehicle.Cluster1.InstrumentCluster"

static Value values[] = {
        { CLIMATE, "AirConditioning", 'b', { 0 }, false },
        { CLIMATE, "FanLevel", 'i', { 0 }, false },
        { CLIMATE, "TargetTemperature", 'd', { 0 }, false },
        { CLIMATE, "OutsideTemperature", 'd', { 0 }, false },
        { CLIMATE, "Recirculation", 'i', { 0 }, false },
        { CLUSTER, "Speed", 'd', { 0 }, false },
        { CLUSTER, "Rpm", 'i', { 0 }, false },
        { CLUSTER, "Fuel", 'd', { 0 }, false },
        { CLUSTER, "CoolantTemperature", 'd', { 0 }, false },
        { CLUSTER, "DriveMode", 'i', { 0 }, false },
};

static sd_bus *bus;
static sd_event *event;
static size_t n_known;
static bool stays;

static Value *find(const char *interface, const char *name) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
                if (strcmp(values[i].interface, interface) == 0 &&
                    strcmp(values[i].name, name) == 0)
                        return &values[i];
        return NULL;
}

static void read_values(sd_bus_message *m, const char *interface) {
        bench_check(sd_bus_message_enter_container(m, 'a', "{sv}"), "values");
        while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
                char contents[2] = { 0 };
                const char *name;
                Value *v;

                bench_check(sd_bus_message_read(m, "s", &name), "name");
                v = find(interface, name);
                if (v) {
                        contents[0] = v->type;
                        bench_check(sd_bus_message_read(m, "v", contents, &v->integer), "value");
                        n_known += !v->is_known;
                        v->is_known = true;
                } else {
                        bench_check(sd_bus_message_skip(m, "v"), "value");
                }
                bench_check(sd_bus_message_exit_container(m), "entry");
        }
        bench_check(sd_bus_message_exit_container(m), "values");
}

static int on_values(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        (void)error;
        if (sd_bus_message_is_method_error(m, NULL))
                bench_check(-sd_bus_message_get_errno(m), "answer");
        read_values(m, userdata);
        if (n_known < sizeof(values) / sizeof(values[0]))
                return 0;
        printf("ready\n");
        fflush(stdout);
        if (!stays)
                sd_event_exit(event, 0);
        return 0;
}

static int on_changed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *interface;

        (void)error;
        bench_check(sd_bus_message_read(m, "s", &interface), "signal");
        if (strcmp(interface, userdata) == 0)
                read_values(m, interface);
        return 0;
}

static void ask(const char *name, const char *object, const char *interface) {
        bench_check(sd_bus_match_signal_async(
                            bus, NULL, name, object, "org.freedesktop.DBus.Properties",
                            "PropertiesChanged", on_changed, NULL, (void *)interface),
                    "match");
        bench_check(sd_bus_call_method_async(bus, NULL, name, object,
                                             "org.freedesktop.DBus.Properties", "GetAll", on_values,
                                             (void *)interface, "s", interface),
                    "call");
}

/* ADDRESS start | idle */
int main(int argc, char *argv[]) {
        if (argc != 3)
                return 2;
        stays = strcmp(argv[2], "idle") == 0;
        bench_check(sd_event_new(&event), "event");
        bench_check(sd_bus_new(&bus), "bus");
        bench_check(sd_bus_set_address(bus, argv[1]), "address");
        bench_check(sd_bus_set_bus_client(bus, 1), "client");
        bench_check(sd_bus_start(bus), "start");
        bench_check(sd_bus_attach_event(bus, event, 0), "attach");
        ask("Vehicle.Climate1", "/Vehicle/Climate1/ClimateControl", CLIMATE);
        ask("Vehicle.Cluster1", "/Vehicle/Cluster1/InstrumentCluster", CLUSTER);
        bench_check(sd_event_loop(event), "loop");
        _exit(0);
}
