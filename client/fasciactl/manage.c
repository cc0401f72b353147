/* SPDX-License-Identifier: MIT */
/* status, list, reload and the like: what org.fascia.Manager1 says and does. */
#include "manage.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "text.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

/* ---- asking ---- */

static json_t *take_answer(int r, const char *manager, Message *reply) {
        json_t *json = NULL;

        if (r < 0) {
                fail(STATUS_UNAVAILABLE, "%s does not answer: %s", manager, strerror(-r));
                return NULL;
        }
        if (message_is_error(reply))
                fail_reply_of(manager, reply);
        else
                json = message_to_json(reply);
        message_unref(reply);
        return json;
}

json_t *manager_ask(Ctl *c, const char *manager, const char *method, const char *argument) {
        Message *reply = NULL;
        int r;

        r = bus_ask(c->bus, manager, MANAGER_PATH, MANAGER, method, argument, &reply);
        return take_answer(r, manager, reply);
}

json_t *manager_get_all(Ctl *c, const char *manager) {
        Message *reply = NULL;
        int r;

        r = bus_ask(c->bus, manager, MANAGER_PATH, PROPERTIES, "GetAll", MANAGER, &reply);
        return take_answer(r, manager, reply);
}

const char *record_text(const json_t *record, const char *name) {
        const char *text = json_string_value(json_object_get(record, name));

        return text ? text : "";
}

uint64_t record_number(const json_t *record, const char *name) {
        return (uint64_t)json_integer_value(json_object_get(record, name));
}

void format_time(uint64_t usec, char *buffer, size_t size) {
        static const struct {
                uint64_t seconds;
                const char *name;
        } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
        uint64_t seconds = usec / 1000000;

        snprintf(buffer, size, "0 s");
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
                uint64_t n = seconds / units[i].seconds;

                if (n == 0)
                        continue;
                seconds -= n * units[i].seconds;
                snprintf(buffer, size, "%" PRIu64 " %s", n, units[i].name);
                if (i + 1 < sizeof(units) / sizeof(units[0]) && seconds >= units[i + 1].seconds)
                        snprintf(buffer, size, "%" PRIu64 " %s %" PRIu64 " %s", n, units[i].name,
                                 seconds / units[i + 1].seconds, units[i + 1].name);
                return;
        }
}

/* Those that there are; none is an error, too. */
static json_t *require_managers(Ctl *c, int *ret_status) {
        json_t *managers = list_managers(c, ret_status);

        if (!managers || json_array_size(managers) > 0)
                return managers;
        json_decref(managers);
        *ret_status = fail(STATUS_UNAVAILABLE, "no fasciad runs on %s",
                           connection_get_address(bus_get_connection(c->bus)));
        return NULL;
}

/* ---- status ---- */

static json_t *read_process(Ctl *c, const char *manager) {
        json_t *properties = manager_get_all(c, manager);
        json_t *modules = properties ? manager_ask(c, manager, "ListModules", NULL) : NULL;
        json_t *statistics = modules ? manager_ask(c, manager, "GetStatistics", NULL) : NULL;

        if (statistics)
                return json_pack("{s:s, s:o, s:o, s:o}", "name", manager, "properties", properties,
                                 "modules", modules, "statistics", statistics);
        json_decref(properties);
        json_decref(modules);
        return NULL;
}

static void print_modules(json_t *modules) {
        Table table = { .n_columns = 9 };
        json_t *module;
        const char *section;

        table_add(&table, "MODULE");
        for (const char *const *head =
                     (const char *const[]){ "STATE", "BACKEND", "KIND", "UP", "CALLS", "SETS",
                                            "ERRORS", "CHANGES", NULL };
             *head; head++)
                table_add(&table, "%s", *head);
        json_object_foreach (modules, section, module) {
                static const char *const counters[] = { "Calls", "Sets", "Errors", "Changes" };
                char up[64];

                format_time(record_number(module, "Uptime"), up, sizeof(up));
                table_add(&table, "%s", section);
                table_add(&table, "%s", record_text(module, "State"));
                table_add(&table, "%s", record_text(module, "Backend"));
                table_add(&table, "%s", record_text(module, "Kind"));
                table_add(&table, "%s", up);
                for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
                        table_add(&table, "%" PRIu64, record_number(module, counters[i]));
        }
        table_print(&table);
        json_object_foreach (modules, section, module)
                if (*record_text(module, "Error"))
                        printf("%s: %s\n", section, record_text(module, "Error"));
}

/* What is wrong with the process itself, such as a configuration that it has refused: it stands below its modules. */
static void print_own_error(const json_t *process) {
        const char *error = record_text(json_object_get(process, "properties"), "Error");
        const char *section;
        json_t *module;

        /* It is cut at some length. */
        json_object_foreach (json_object_get(process, "modules"), section, module)
                if (strncmp(record_text(module, "Error"), error, strlen(error)) == 0)
                        return;
        if (*error)
                printf("%s: %s\n", record_text(process, "name"), error);
}

static void print_process(const json_t *process) {
        const json_t *properties = json_object_get(process, "properties");
        const json_t *statistics = json_object_get(process, "statistics");
        char up[64];

        format_time(record_number(statistics, "Uptime"), up, sizeof(up));
        printf("%s: %s, fasciad %s, up %s, %" PRIu64 " callers lately, log level %s\n",
               record_text(process, "name"), record_text(properties, "State"),
               record_text(properties, "Version"), up, record_number(statistics, "Clients"),
               record_text(properties, "LogLevel"));
        print_modules(json_object_get(process, "modules"));
        print_own_error(process);
}

int command_status(Ctl *c, int n, char *args[]) {
        json_t *managers, *manager, *processes, *process;
        int status = 0;
        size_t i;

        (void)args;
        if (n > 0)
                return fail(STATUS_USAGE, "status takes no arguments");
        processes = json_array();
        managers = require_managers(c, &status);
        json_array_foreach (managers, i, manager) {
                process = read_process(c, json_string_value(manager));
                if (process)
                        json_array_append_new(processes, process);
                else
                        status = STATUS_UNAVAILABLE;
        }
        if (managers && c->options.as_json) {
                print_json(processes, JSON_INDENT(2));
        } else {
                json_array_foreach (processes, i, process) {
                        if (i > 0)
                                putchar('\n');
                        print_process(process);
                }
        }
        json_decref(processes);
        json_decref(managers);
        return status;
}

/* ---- list ---- */

/* Without one of *?[ it may stand anywhere in the name; with one it is the name, or what is behind one of its dots. */
static bool matches(const char *name, const char *pattern) {
        if (!pattern)
                return true;
        if (!strpbrk(pattern, "*?["))
                return strcasestr(name, pattern);
        for (const char *part = name; part; part = strchr(part, '.') ? strchr(part, '.') + 1 : NULL)
                if (fnmatch(pattern, part, 0) == 0)
                        return true;
        return false;
}

static int check_pattern(const Catalogue *k, const char *pattern) {
        for (size_t i = 0; i < k->n; i++)
                if (matches(k->features[i].name, pattern))
                        return 0;
        return pattern ? fail(STATUS_UNKNOWN, "there is no feature like '%s'", pattern) : 0;
}

static void join_zones(const json_t *record, char *buffer, size_t size) {
        json_t *zones = json_object_get(record, "Zones"), *zone;
        size_t used = 0, i;

        buffer[0] = '\0';
        json_array_foreach (zones, i, zone)
                if (used < size)
                        used += (size_t)snprintf(buffer + used, size - used, "%s%s",
                                                 i > 0 ? "," : "", json_string_value(zone));
}

static void add_feature(Table *table, const CtlFeature *f) {
        char up[64] = "", zones[256];

        if (f->record)
                format_time(record_number(f->record, "Uptime"), up, sizeof(up));
        join_zones(f->record, zones, sizeof(zones));
        table_add(table, "%s", f->name);
        table_add(table, "%s", f->record ? record_text(f->record, "State") : "not running");
        table_add(table, "%s", record_text(f->record, "Backend"));
        table_add(table, "%s", record_text(f->record, "Kind"));
        table_add(table, "%s", up);
        table_add(table, "%s", zones);
}

static void print_features(const Catalogue *k, const char *pattern) {
        Table table = { .n_columns = 6 };
        const CtlFeature *f;

        for (const char *const *head = (const char *const[]){ "FEATURE", "STATE", "BACKEND", "KIND",
                                                              "FOR", "ZONES", NULL };
             *head; head++)
                table_add(&table, "%s", *head);
        for (f = k->features; f < k->features + k->n; f++)
                if (matches(f->name, pattern))
                        add_feature(&table, f);
        table_print(&table);
        for (f = k->features; f < k->features + k->n; f++)
                if (matches(f->name, pattern) && *record_text(f->record, "Error"))
                        printf("%s: %s\n", f->name, record_text(f->record, "Error"));
}

static void print_features_as_json(const Catalogue *k, const char *pattern) {
        json_t *list = json_array();

        for (const CtlFeature *f = k->features; f < k->features + k->n; f++) {
                json_t *record;

                if (!matches(f->name, pattern))
                        continue;
                record = f->record ? json_copy(f->record)
                                   : json_pack("{s:s, s:s, s:s}", "Name", f->name, "BusName",
                                               f->bus_name, "State", "not running");
                json_object_set_new(record, "Path", json_string(f->path));
                json_array_append_new(list, record);
        }
        print_json(list, JSON_INDENT(2));
        json_decref(list);
}

int command_list(Ctl *c, int n, char *args[]) {
        const char *pattern = n > 0 ? args[0] : NULL;
        Catalogue k;
        int status;

        if (n > 1)
                return fail(STATUS_USAGE, "usage: fasciactl list [PATTERN]");
        status = catalogue_open(c, &k);
        if (status != 0)
                return status;
        catalogue_add_installed(c, &k);
        if (c->options.as_json)
                print_features_as_json(&k, pattern);
        else
                print_features(&k, pattern);
        status = k.missing != 0 ? k.missing : check_pattern(&k, pattern);
        catalogue_close(&k);
        return status;
}

/* ---- reload, log-level ---- */

/* One call that has no result. */
static int order(Ctl *c, const char *manager, Message *call) {
        Message *reply;
        int r;

        r = bus_call(c->bus, call, &reply);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "%s does not answer: %s", manager, strerror(-r));
        r = message_is_error(reply) ? fail_reply_of(manager, reply) : 0;
        message_unref(reply);
        return r;
}

int command_reload(Ctl *c, int n, char *args[]) {
        json_t *managers, *manager;
        int status = 0;
        size_t i;

        (void)args;
        if (n > 0)
                return fail(STATUS_USAGE, "reload takes no arguments");
        managers = require_managers(c, &status);
        json_array_foreach (managers, i, manager) {
                const char *name = json_string_value(manager);
                Message *call;
                int r;

                r = message_new_call(bus_get_connection(c->bus), name, MANAGER_PATH, MANAGER,
                                     "Reload", &call);
                r = r < 0 ? fail_memory() : order(c, name, call);
                if (r != 0)
                        status = r;
        }
        json_decref(managers);
        return status;
}

static int set_log_level(Ctl *c, const char *manager, const char *level) {
        Message *call;
        Writer w;

        if (message_new_call(bus_get_connection(c->bus), manager, MANAGER_PATH, PROPERTIES, "Set",
                             &call) < 0)
                return fail_memory();
        w = message_writer(call);
        if (writer_string(&w, MANAGER) < 0 || writer_string(&w, "LogLevel") < 0 ||
            writer_open(&w, 'v', "s") < 0 || writer_string(&w, level) < 0 || writer_close(&w) < 0) {
                message_unref(call);
                return fail(STATUS_USAGE, "'%s' is not a log level", level);
        }
        return order(c, manager, call);
}

/* levels: NULL, or where it is added by the name of the process. */
static int show_log_level(Ctl *c, const char *manager, json_t *levels) {
        json_t *properties = manager_get_all(c, manager);
        int r = 0;

        if (!properties)
                return STATUS_UNAVAILABLE;
        if (!levels)
                printf("%s: %s\n", manager, record_text(properties, "LogLevel"));
        else if (json_object_set(levels, manager, json_object_get(properties, "LogLevel")) < 0)
                r = fail_memory();
        json_decref(properties);
        return r;
}

int command_log_level(Ctl *c, int n, char *args[]) {
        json_t *managers, *manager, *levels;
        int status = 0;
        size_t i;

        if (n > 1)
                return fail(STATUS_USAGE, "usage: fasciactl log-level [LEVEL]");
        levels = n == 0 && c->options.as_json ? json_object() : NULL;
        managers = require_managers(c, &status);
        json_array_foreach (managers, i, manager) {
                const char *name = json_string_value(manager);
                int r = n > 0 ? set_log_level(c, name, args[0]) : show_log_level(c, name, levels);

                if (r != 0)
                        status = r;
        }
        json_decref(managers);
        if (levels) {
                json_dumpf(levels, stdout, JSON_INDENT(2));
                putchar('\n');
                json_decref(levels);
        }
        return status;
}

/* ---- start, stop, restart ---- */

static int change(Ctl *c, int n, char *args[], const char *method) {
        CtlFeature *f;
        Message *call;
        Catalogue k;
        int status;
        Writer w;

        if (n != 1)
                return fail(STATUS_USAGE, n == 0 ? "a feature is to be named"
                                                 : "one feature is to be named, without a zone");
        status = catalogue_open(c, &k);
        if (status != 0)
                return status;
        status = catalogue_find(c, &k, args[0], MEMBER_NONE, &f, NULL);
        if (status == 0 && !f->manager)
                status = fail(STATUS_UNAVAILABLE, "%s is served by no process that runs", f->name);
        if (status == 0) {
                if (message_new_call(bus_get_connection(c->bus), f->manager, MANAGER_PATH, MANAGER,
                                     method, &call) < 0) {
                        status = fail_memory();
                } else {
                        w = message_writer(call);
                        status = writer_basic(&w, 'o', &f->path) < 0 ? fail_memory()
                                                                     : order(c, f->manager, call);
                }
        }
        catalogue_close(&k);
        return status;
}

int command_start(Ctl *c, int n, char *args[]) {
        return change(c, n, args, "StartFeature");
}

int command_stop(Ctl *c, int n, char *args[]) {
        return change(c, n, args, "StopFeature");
}

int command_restart(Ctl *c, int n, char *args[]) {
        return change(c, n, args, "RestartFeature");
}
