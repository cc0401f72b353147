/* SPDX-License-Identifier: MIT */
/* top: who asks for what, and how often. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "catalogue.h"
#include "manage.h"
#include "text.h"

/* Of each of the two tables: what does nothing comes last, and is of no interest. */
#define ROWS_MAX 20

/* What was counted at a moment: both by name. */
typedef struct Sample {
        uint64_t at;
        json_t *features, *clients;
} Sample;

/* A line, with its rates. */
typedef struct Line {
        const char *name;
        const json_t *now, *before;
        double activity;
} Line;

static const struct {
        const char *counter, *head, *key;
} feature_columns[] = {
        { "Calls", "CALLS/S", "calls" },       { "Sets", "SETS/S", "sets" },
        { "Reads", "READS/S", "reads" },       { "Errors", "ERRORS/S", "errors" },
        { "Changes", "CHANGES/S", "changes" }, { "Signals", "SIGNALS/S", "signals" },
};

#define N_FEATURE_COLUMNS (sizeof(feature_columns) / sizeof(feature_columns[0]))

/* ---- samples ---- */

static void sample_done(Sample *s) {
        json_decref(s->features);
        json_decref(s->clients);
}

static int sample_add(Ctl *c, const char *manager, Sample *s) {
        json_t *features = manager_ask(c, manager, "ListFeatures", "");
        json_t *clients = features ? manager_ask(c, manager, "ListClients", NULL) : NULL;
        json_t *record;
        const char *path, *name;

        json_object_foreach (features, path, record)
                json_object_set(s->features, record_text(record, "Name"), record);
        /* Whoever calls two processes is one client. */
        json_object_foreach (clients, name, record) {
                json_t *sum = json_object_get(s->clients, name);

                if (!sum) {
                        json_object_set(s->clients, name, record);
                        continue;
                }
                json_object_set_new(sum, "Calls",
                                    json_integer((json_int_t)(record_number(sum, "Calls") +
                                                              record_number(record, "Calls"))));
                json_object_set_new(sum, "Refused",
                                    json_integer((json_int_t)(record_number(sum, "Refused") +
                                                              record_number(record, "Refused"))));
        }
        json_decref(features);
        json_decref(clients);
        return clients ? 0 : STATUS_UNAVAILABLE;
}

static int sample_take(Ctl *c, Sample *ret) {
        Sample s = { .features = json_object(), .clients = json_object() };
        json_t *managers, *manager;
        int status = 0;
        size_t i;

        managers = list_managers(c, &status);
        if (managers && json_array_size(managers) == 0)
                status = fail(STATUS_UNAVAILABLE, "no fasciad runs on %s",
                              connection_get_address(bus_get_connection(c->bus)));
        json_array_foreach (managers, i, manager)
                if (status == 0)
                        status = sample_add(c, json_string_value(manager), &s);
        json_decref(managers);
        s.at = loop_now(bus_get_loop(c->bus));
        if (status != 0)
                sample_done(&s);
        else
                *ret = s;
        return status;
}

/* ---- lines ---- */

/* Per second, to a tenth. A service that was started again has counted anew. */
static double rate(const Line *l, const char *counter, double seconds) {
        uint64_t now = record_number(l->now, counter), before = record_number(l->before, counter);

        return round((double)(now >= before ? now - before : now) / seconds * 10) / 10;
}

static int compare_lines(const void *a, const void *b) {
        const Line *x = a, *y = b;

        if (x->activity != y->activity)
                return x->activity < y->activity ? 1 : -1;
        return strcmp(x->name, y->name);
}

/* The busiest first; counters: what counts as that. */
static Line *make_lines(json_t *now, const json_t *before, const char *const *counters,
                        double seconds, size_t *ret_n) {
        Line *lines = calloc(json_object_size(now) + 1, sizeof(*lines));
        const char *name;
        json_t *record;
        size_t n = 0;

        json_object_foreach (now, name, record) {
                if (!lines)
                        break;
                lines[n] = (Line){ name, record, json_object_get(before, name), 0 };
                for (const char *const *counter = counters; *counter; counter++)
                        lines[n].activity += rate(&lines[n], *counter, seconds);
                n++;
        }
        if (n > 0)
                qsort(lines, n, sizeof(*lines), compare_lines);
        *ret_n = n;
        return lines;
}

/* What the process of a client is called. false: it has left, or is one that nobody sees. */
static bool find_process(Ctl *c, const char *name, uint32_t *ret_pid, char *comm, size_t size) {
        char path[64];
        Message *reply;
        json_t *pid;
        FILE *f;

        comm[0] = '\0';
        if (bus_ask(c->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "GetConnectionUnixProcessID", name, &reply) < 0)
                return false;
        if (message_is_error(reply)) {
                message_unref(reply);
                return false;
        }
        pid = message_to_json(reply);
        message_unref(reply);
        *ret_pid = (uint32_t)json_integer_value(pid);
        json_decref(pid);
        snprintf(path, sizeof(path), "/proc/%" PRIu32 "/comm", *ret_pid);
        f = fopen(path, "re");
        if (f && fgets(comm, (int)size, f))
                comm[strcspn(comm, "\n")] = '\0';
        if (f)
                fclose(f);
        return true;
}

static bool is_self(const Ctl *c, const char *name) {
        const char *own = connection_get_unique_name(bus_get_connection(c->bus));

        return own && strcmp(name, own) == 0;
}

/* ---- text ---- */

static void print_features(const Line *lines, size_t n, double seconds) {
        Table table = { .n_columns = N_FEATURE_COLUMNS + 3 };

        table_add(&table, "FEATURE");
        table_add(&table, "STATE");
        for (size_t i = 0; i < N_FEATURE_COLUMNS; i++)
                table_add(&table, "%s", feature_columns[i].head);
        table_add(&table, "WAITING");
        for (const Line *l = lines; l < lines + n && l < lines + ROWS_MAX; l++) {
                table_add(&table, "%s", l->name);
                table_add(&table, "%s", record_text(l->now, "State"));
                for (size_t i = 0; i < N_FEATURE_COLUMNS; i++)
                        table_add(&table, "%.1f", rate(l, feature_columns[i].counter, seconds));
                table_add(&table, "%" PRIu64, record_number(l->now, "InFlight"));
        }
        table_print(&table);
}

static void print_clients(Ctl *c, const Line *lines, size_t n, double seconds) {
        Table table = { .n_columns = 6 };
        size_t n_rows = 0;

        for (const char *const *head = (const char *const[]){ "CLIENT", "PID", "PROCESS", "CALLS/S",
                                                              "REFUSED/S", "WAITING", NULL };
             *head; head++)
                table_add(&table, "%s", *head);
        for (const Line *l = lines; l < lines + n && n_rows < ROWS_MAX && l->activity > 0; l++) {
                char comm[64];
                uint32_t pid;

                if (is_self(c, l->name) || !find_process(c, l->name, &pid, comm, sizeof(comm)))
                        continue;
                n_rows++;
                table_add(&table, "%s", l->name);
                table_add(&table, "%" PRIu32, pid);
                table_add(&table, "%s", comm);
                table_add(&table, "%.1f", rate(l, "Calls", seconds));
                table_add(&table, "%.1f", rate(l, "Refused", seconds));
                table_add(&table, "%" PRIu64, record_number(l->now, "InFlight"));
        }
        table_print(&table);
}

/* ---- JSON ---- */

static json_t *features_as_json(const Line *lines, size_t n, double seconds) {
        json_t *features = json_object();

        for (const Line *l = lines; l < lines + n; l++) {
                json_t *feature = json_pack("{s:s, s:I}", "state", record_text(l->now, "State"),
                                            "waiting",
                                            (json_int_t)record_number(l->now, "InFlight"));

                for (size_t i = 0; i < N_FEATURE_COLUMNS; i++)
                        json_object_set_new(
                                feature, feature_columns[i].key,
                                json_real(rate(l, feature_columns[i].counter, seconds)));
                json_object_set_new(features, l->name, feature);
        }
        return features;
}

static json_t *clients_as_json(Ctl *c, const Line *lines, size_t n, double seconds) {
        json_t *clients = json_object();

        for (const Line *l = lines; l < lines + n && l->activity > 0; l++) {
                char comm[64];
                uint32_t pid;

                if (is_self(c, l->name) || !find_process(c, l->name, &pid, comm, sizeof(comm)))
                        continue;
                json_object_set_new(clients, l->name,
                                    json_pack("{s:I, s:s, s:f, s:f, s:I}", "pid", (json_int_t)pid,
                                              "process", comm, "calls", rate(l, "Calls", seconds),
                                              "refused", rate(l, "Refused", seconds), "waiting",
                                              (json_int_t)record_number(l->now, "InFlight")));
        }
        return clients;
}

/* ---- the command ---- */

static void show(Ctl *c, const Sample *before, const Sample *now) {
        static const char *const of_features[] = { "Calls",   "Sets",    "Reads",
                                                   "Changes", "Signals", NULL };
        static const char *const of_clients[] = { "Calls", NULL };
        double seconds = (double)(now->at - before->at) / 1e6;
        size_t n_features, n_clients;
        Line *features, *clients;

        features = make_lines(now->features, before->features, of_features, seconds, &n_features);
        clients = make_lines(now->clients, before->clients, of_clients, seconds, &n_clients);
        if (c->options.as_json) {
                json_t *json = json_pack("{s:f, s:f, s:o, s:o}", "time", (double)time(NULL),
                                         "seconds", round(seconds * 1000) / 1000, "features",
                                         features_as_json(features, n_features, seconds), "clients",
                                         clients_as_json(c, clients, n_clients, seconds));

                print_json(json, JSON_COMPACT);
                json_decref(json);
        } else {
                if (!c->options.is_batch && isatty(STDOUT_FILENO))
                        fputs("\033[H\033[J", stdout);
                print_features(features, n_features, seconds);
                putchar('\n');
                print_clients(c, clients, n_clients, seconds);
                if (c->options.is_batch || !isatty(STDOUT_FILENO))
                        putchar('\n');
        }
        fflush(stdout);
        free(features);
        free(clients);
}

static int sleep_until(Ctl *c, uint64_t deadline) {
        int r = 0;

        while (r >= 0)
                r = bus_wait(c->bus, deadline);
        return r == -ETIMEDOUT ? 0 : fail(STATUS_UNAVAILABLE, "the bus is gone");
}

int command_top(Ctl *c, int n, char *args[]) {
        Sample before, now;
        int status;

        (void)args;
        if (n > 0)
                return fail(STATUS_USAGE, "top takes no arguments");
        status = sample_take(c, &before);
        if (status != 0)
                return status;
        for (unsigned round = 0; status == 0; round++) {
                if (c->options.count > 0 && round == c->options.count)
                        break;
                status = sleep_until(c, before.at + c->options.interval);
                if (status == 0)
                        status = sample_take(c, &now);
                if (status != 0)
                        break;
                show(c, &before, &now);
                sample_done(&before);
                before = now;
        }
        sample_done(&before);
        return status;
}
