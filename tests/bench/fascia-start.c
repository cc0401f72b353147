/* SPDX-License-Identifier: MIT */
/* Starts, reads ten properties of two features and ends, or stays, for the same runs as hand-start; and how
 * long a getter takes. */
#include <stdbool.h>
#include <systemd/sd-event.h>
#include <unistd.h>
#include <vehicle-climate-1/climate.h>
#include <vehicle-cluster-1/cluster.h>

#include "bench.h"

#define N_READS 20000000

static struct cluster_instrument_cluster *cluster;
static struct climate_control *climate;
static sd_event *event;
static const char *mode;
static unsigned n_ready;

static volatile double sum;

static void read_all(void) {
        sum = climate_control_get_air_conditioning(climate) +
              climate_control_get_fan_level(climate) +
              climate_control_get_target_temperature(climate) +
              climate_control_get_outside_temperature(climate) +
              (int)climate_control_get_recirculation(climate) +
              cluster_instrument_cluster_get_speed(cluster) +
              cluster_instrument_cluster_get_rpm(cluster) +
              cluster_instrument_cluster_get_fuel(cluster) +
              cluster_instrument_cluster_get_coolant_temperature(cluster) +
              (int)cluster_instrument_cluster_get_drive_mode(cluster);
}

static void time_getter(void) {
        uint64_t begun = bench_now();
        volatile int32_t value;

        for (int i = 0; i < N_READS; i++)
                value = climate_control_get_fan_level(climate);
        (void)value;
        printf("%.2f\n", (double)(bench_now() - begun) / N_READS);
}

static void be_ready(enum fascia_state state) {
        if (state != FASCIA_STATE_READY || ++n_ready < 2)
                return;
        read_all();
        if (strcmp(mode, "getter") == 0)
                time_getter();
        else
                printf("ready\n");
        fflush(stdout);
        if (strcmp(mode, "idle") != 0)
                sd_event_exit(event, 0);
}

static void on_climate(struct climate_control *c, enum fascia_state state, void *userdata) {
        (void)c;
        (void)userdata;
        be_ready(state);
}

static void on_cluster(struct cluster_instrument_cluster *c, enum fascia_state state,
                       void *userdata) {
        (void)c;
        (void)userdata;
        be_ready(state);
}

static const struct climate_control_listener climate_listener = { .on_state = on_climate };
static const struct cluster_instrument_cluster_listener cluster_listener = {
        .on_state = on_cluster
};

/* ADDRESS start | idle | getter */
int main(int argc, char *argv[]) {
        struct fascia_client *client;

        if (argc != 3)
                return 2;
        mode = argv[2];
        setenv("FASCIA_ADDRESS", argv[1], 1);
        bench_check(sd_event_new(&event), "event");
        bench_check(fascia_client_new(&client), "client");
        bench_check(fascia_client_attach_event(client, event), "attach");
        bench_check(climate_control_new(client, &climate), "climate");
        bench_check(climate_control_add_listener(climate, &climate_listener, NULL), "climate");
        bench_check(cluster_instrument_cluster_new(client, &cluster), "cluster");
        bench_check(cluster_instrument_cluster_add_listener(cluster, &cluster_listener, NULL),
                    "cluster");
        bench_check(sd_event_loop(event), "loop");
        _exit(0);
}
