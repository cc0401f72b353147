/* SPDX-License-Identifier: MIT */
/* An example client: the instruments of the feature InstrumentCluster in a terminal, redrawn when
 * they change. It lives in an sd-event loop. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include <vehicle-cluster-1/cluster.h>

#define BAR_WIDTH 40

typedef struct Dashboard {
        sd_event *event;
        bool is_terminal; /* else one line for each change */
        bool is_once;
} Dashboard;

static const char *const state_names[] = {
        [FASCIA_STATE_UNAVAILABLE] = "unavailable",
        [FASCIA_STATE_SYNCING] = "syncing",
        [FASCIA_STATE_READY] = "ready",
};

/* ---- drawing ---- */

static void draw_bar(const char *label, double value, double maximum, const char *unit) {
        int filled = (int)(value / maximum * BAR_WIDTH);

        if (filled < 0)
                filled = 0;
        if (filled > BAR_WIDTH)
                filled = BAR_WIDTH;
        printf("  %-8s [", label);
        for (int i = 0; i < BAR_WIDTH; i++)
                putchar(i < filled ? '#' : ' ');
        printf("] %8.6g %s\n", value, unit);
}

static const char *severity_name(int32_t severity) {
        const char *name = cluster_severity_to_string(severity);

        return name ? name : "?";
}

static const char *mode_name(const struct cluster_instrument_cluster *c) {
        const char *name = cluster_drive_mode_to_string(
                (int32_t)cluster_instrument_cluster_get_drive_mode(c));

        return name ? name : "?";
}

static void draw_warnings(const struct cluster_instrument_cluster *c) {
        const struct cluster_warning_list *warnings = cluster_instrument_cluster_get_warnings(c);

        for (size_t i = 0; i < warnings->count; i++)
                printf("  %s: %s\n", severity_name(warnings->items[i].severity),
                       warnings->items[i].text);
}

static void draw_state(struct cluster_instrument_cluster *c) {
        struct fascia_feature *feature = cluster_instrument_cluster_feature(c);
        const struct fascia_error *error = fascia_feature_get_error(feature);

        printf("  %s%s%s\n\n", state_names[fascia_feature_get_state(feature)], error ? ": " : "",
               error ? error->message : "");
}

/* All from the cache: no getter waits for anything. */
static void draw(struct cluster_instrument_cluster *c) {
        printf("\033[H\033[2J\n");
        draw_state(c);
        draw_bar("speed", cluster_instrument_cluster_get_speed(c), 260, "km/h");
        draw_bar("engine", cluster_instrument_cluster_get_rpm(c), 8000, "1/min");
        draw_bar("fuel", cluster_instrument_cluster_get_fuel(c) * 100, 100, "%");
        draw_bar("coolant", cluster_instrument_cluster_get_coolant_temperature(c), 130, "°C");
        printf("\n  mode: %s\n", mode_name(c));
        draw_warnings(c);
        fflush(stdout);
}

static void print_all(const struct cluster_instrument_cluster *c) {
        printf("speed: %g km/h\n", cluster_instrument_cluster_get_speed(c));
        printf("rpm: %d 1/min\n", (int)cluster_instrument_cluster_get_rpm(c));
        printf("fuel: %g\n", cluster_instrument_cluster_get_fuel(c));
        printf("coolantTemperature: %g °C\n",
               cluster_instrument_cluster_get_coolant_temperature(c));
        printf("driveMode: %s\n", mode_name(c));
        printf("warnings: %zu\n", cluster_instrument_cluster_get_warnings(c)->count);
        draw_warnings(c);
}

/* ---- what is heard ---- */

static bool prints_changes(const Dashboard *d) {
        return !d->is_terminal && !d->is_once;
}

static void on_speed(struct cluster_instrument_cluster *c, double value, void *userdata) {
        (void)c;
        if (prints_changes(userdata))
                printf("speed: %g km/h\n", value);
}

static void on_rpm(struct cluster_instrument_cluster *c, int32_t value, void *userdata) {
        (void)c;
        if (prints_changes(userdata))
                printf("rpm: %d 1/min\n", (int)value);
}

static void on_fuel(struct cluster_instrument_cluster *c, double value, void *userdata) {
        (void)c;
        if (prints_changes(userdata))
                printf("fuel: %g\n", value);
}

static void on_coolant_temperature(struct cluster_instrument_cluster *c, double value,
                                   void *userdata) {
        (void)c;
        if (prints_changes(userdata))
                printf("coolantTemperature: %g °C\n", value);
}

static void on_drive_mode(struct cluster_instrument_cluster *c, enum cluster_drive_mode value,
                          void *userdata) {
        (void)value;
        if (prints_changes(userdata))
                printf("driveMode: %s\n", mode_name(c));
}

static void on_warnings(struct cluster_instrument_cluster *c,
                        const struct cluster_warning_list *value, void *userdata) {
        if (!prints_changes(userdata))
                return;
        printf("warnings: %zu\n", value->count);
        draw_warnings(c);
}

static void on_warning_raised(struct cluster_instrument_cluster *c,
                              const struct cluster_warning *warning, void *userdata) {
        const Dashboard *d = userdata;

        (void)c;
        if (d->is_terminal)
                putchar('\a');
        else if (!d->is_once)
                printf("warning raised: %s: %s\n", severity_name(warning->severity), warning->text);
}

static void on_state(struct cluster_instrument_cluster *c, enum fascia_state state,
                     void *userdata) {
        const struct fascia_error *error = fascia_feature_get_error(
                cluster_instrument_cluster_feature(c));
        const Dashboard *d = userdata;

        if (d->is_once && state == FASCIA_STATE_READY) {
                print_all(c);
                sd_event_exit(d->event, EXIT_SUCCESS);
        } else if (d->is_once && error) {
                fprintf(stderr, "cluster-client: %s\n", error->message);
                sd_event_exit(d->event, EXIT_FAILURE);
        } else if (d->is_terminal && !d->is_once) {
                draw(c);
        } else if (!d->is_once) {
                printf("state: %s\n", state_names[state]);
                if (error)
                        fprintf(stderr, "cluster-client: %s\n", error->message);
        }
}

/* Once for all that changed together. */
static void on_changed(struct cluster_instrument_cluster *c, void *userdata) {
        const Dashboard *d = userdata;

        if (d->is_terminal && !d->is_once)
                draw(c);
}

static const struct cluster_instrument_cluster_listener listener = {
        .speed_changed = on_speed,
        .rpm_changed = on_rpm,
        .fuel_changed = on_fuel,
        .coolant_temperature_changed = on_coolant_temperature,
        .drive_mode_changed = on_drive_mode,
        .warnings_changed = on_warnings,
        .warning_raised = on_warning_raised,
        .on_state = on_state,
        .on_changed = on_changed,
};

/* ---- the program ---- */

static int add_signals(sd_event *event) {
        sigset_t caught;
        int r;

        sigemptyset(&caught);
        sigaddset(&caught, SIGINT);
        sigaddset(&caught, SIGTERM);
        sigprocmask(SIG_BLOCK, &caught, NULL);
        /* Without a handler of ours they end the loop. */
        r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        return r;
}

static int run(Dashboard *d, struct fascia_client *client) {
        struct cluster_instrument_cluster *cluster = NULL;
        int r;

        r = fascia_client_attach_event(client, d->event);
        if (r >= 0)
                r = cluster_instrument_cluster_new(client, &cluster);
        if (r >= 0)
                r = cluster_instrument_cluster_add_listener(cluster, &listener, d);
        if (r >= 0 && d->is_terminal && !d->is_once)
                draw(cluster);
        if (r >= 0)
                r = sd_event_loop(d->event);
        cluster_instrument_cluster_free(cluster);
        return r;
}

static int run_with_loop(Dashboard *d) {
        struct fascia_client *client = NULL;
        const char *problem;
        int r;

        r = sd_event_new(&d->event);
        if (r >= 0)
                r = add_signals(d->event);
        if (r >= 0)
                r = fascia_client_new(&client);
        if (r >= 0) {
                for (size_t i = 0; (problem = fascia_client_get_problem(client, i)); i++)
                        fprintf(stderr, "cluster-client: %s, ignoring\n", problem);
                r = run(d, client);
        }
        fascia_client_free(client);
        sd_event_unref(d->event);
        return r;
}

static void help(void) {
        printf("Usage: cluster-client [--once]\n"
               "Shows the instruments: redrawn in a terminal, else a line for each change.\n"
               "  --once  print the values once they are known, and end\n");
}

/* Whether to go on; else *ret_status is what to end with. */
static bool parse_arguments(int argc, char *argv[], Dashboard *d, int *ret_status) {
        static const struct option options[] = {
                { "once", no_argument, NULL, 'o' },
                { "help", no_argument, NULL, 'h' },
                { NULL, 0, NULL, 0 },
        };
        int option;

        while ((option = getopt_long(argc, argv, "oh", options, NULL)) >= 0) {
                if (option == 'o') {
                        d->is_once = true;
                        continue;
                }
                if (option == 'h')
                        help();
                *ret_status = option == 'h' ? EXIT_SUCCESS : 2;
                return false;
        }
        return true;
}

int main(int argc, char *argv[]) {
        Dashboard dashboard = { .is_terminal = isatty(STDOUT_FILENO) };
        int r, status;

        setvbuf(stdout, NULL, _IOLBF, 0);
        if (!parse_arguments(argc, argv, &dashboard, &status))
                return status;
        r = run_with_loop(&dashboard);
        if (r < 0) {
                fprintf(stderr, "cluster-client: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        return r;
}
