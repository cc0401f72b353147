/* SPDX-License-Identifier: MIT */
/* fasciactl: looks into the features of a vehicle, and into the service that offers them. */
#include "fasciactl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include <fascia/fascia.h>

#ifndef FASCIA_VERSION
#define FASCIA_VERSION "0"
#endif

#define SECOND UINT64_C(1000000)

/* ---- what went wrong ---- */

bool is_absence(const char *name) {
        static const char *const names[] = {
                "org.fascia.Error.Unavailable",
                "org.freedesktop.DBus.Error.ServiceUnknown",
                "org.freedesktop.DBus.Error.NameHasNoOwner",
                "org.freedesktop.DBus.Error.NoReply",
                "org.freedesktop.DBus.Error.Timeout",
                "org.freedesktop.DBus.Error.Disconnected",
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (strcmp(name, names[i]) == 0)
                        return true;
        return strncmp(name, "org.freedesktop.DBus.Error.Spawn.", 33) == 0;
}

int fail_reply(Message *reply) {
        const char *name = message_get_error_name(reply), *text = message_get_error_text(reply);
        int status = STATUS_REFUSED;

        if (is_absence(name))
                status = STATUS_UNAVAILABLE;
        else if (strcmp(name, "org.fascia.Error.UnknownZone") == 0)
                status = STATUS_UNKNOWN;
        return fail(status, "%s: %s", name, text ? text : "");
}

int fail_reply_of(const char *who, Message *reply) {
        const char *text = message_get_error_text(reply);

        if (!is_absence(message_get_error_name(reply)))
                return fail_reply(reply);
        return fail(STATUS_UNAVAILABLE, "%s does not answer: %s", who, text ? text : "");
}

/* ---- the command line ---- */

typedef struct Command {
        const char *name;
        CommandFn *fn;
        const char *usage, *help; /* NULL: not for people */
} Command;

static const Command commands[] = {
        { "status", command_status, "", "the processes that serve, and their modules" },
        { "list", command_list, "[PATTERN]", "the features there are" },
        { "describe", command_describe, "FEATURE", "its members, with types and bounds" },
        { "get", command_get, "FEATURE[.PROPERTY] [ZONE]", "values" },
        { "set", command_set, "FEATURE.PROPERTY VALUE [ZONE]", "sets a property" },
        { "call", command_call, "FEATURE.OPERATION [ARGUMENT...]", "calls an operation" },
        { "watch", command_watch, "[FEATURE[.MEMBER]...]", "changes, signals and states" },
        { "top", command_top, "", "who asks for what, and how often" },
        { "reload", command_reload, "", "has the configuration read again" },
        { "log-level", command_log_level, "[LEVEL]", "shows or sets what is logged" },
        { "start", command_start, "FEATURE", "starts the backend of a feature" },
        { "stop", command_stop, "FEATURE", "stops it" },
        { "restart", command_restart, "FEATURE", "stops and starts it" },
        { "complete", command_complete, NULL, NULL },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

enum {
        OPTION_ADDRESS,
        OPTION_BATCH,
        OPTION_COUNT,
        OPTION_INTERVAL,
        OPTION_JSON,
        OPTION_ONCE,
        OPTION_TIMEOUT,
        OPTION_ZONE,
};

static const CliOption options[] = {
        [OPTION_ADDRESS] = { "--address", '\0', true },
        [OPTION_BATCH] = { "--batch", '\0', false },
        [OPTION_COUNT] = { "--count", '\0', true },
        [OPTION_INTERVAL] = { "--interval", '\0', true },
        [OPTION_JSON] = { "--json", '\0', false },
        [OPTION_ONCE] = { "--once", '\0', false },
        [OPTION_TIMEOUT] = { "--timeout", '\0', true },
        [OPTION_ZONE] = { "--zone", '\0', true },
        { NULL, '\0', false },
};

static int print_help(void) {
        printf("fasciactl [OPTION...] COMMAND\n"
               "\n"
               "Looks into the features of a vehicle, and into the service that offers them.\n"
               "\n");
        for (size_t i = 0; i < N_COMMANDS; i++)
                if (commands[i].help)
                        printf("  %-9s %-31s %s\n", commands[i].name, commands[i].usage,
                               commands[i].help);
        printf("\n"
               "A feature may be named without what stands before: ClimateControl.\n"
               "\n"
               "  --zone ZONE        of this zone\n"
               "  --json             print JSON\n"
               "  --count N          end after so many events of watch, or rounds of top\n"
               "  --interval SECONDS between two rounds of top (1)\n"
               "  --once, --batch    of top: one round; do not clear the screen\n"
               "  --address ADDRESS  on this bus: a D-Bus address, auto, system or user\n"
               "  --timeout SECONDS  how long to wait for an answer (5)\n"
               "  --help, --version\n"
               "\n"
               "See fasciactl(1).\n");
        return STATUS_OK;
}

/* "0.5": in microseconds. */
static int read_seconds(size_t option, const char *text, uint64_t *ret) {
        double seconds;

        if (!cli_read_number(text, 0.001, 86400, &seconds))
                return fail(STATUS_USAGE, "%s: '%s' is not a time between 0.001 and 86400 seconds",
                            options[option].name, text);
        *ret = (uint64_t)(seconds * SECOND);
        return STATUS_OK;
}

static int read_count(const char *text, unsigned *ret) {
        unsigned long n;
        char *end;

        errno = 0;
        n = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || *end || errno != 0 || n > 1000000)
                return fail(STATUS_USAGE, "--count: '%s' is not a number up to 1000000", text);
        *ret = (unsigned)n;
        return 0;
}

static int apply_option(void *userdata, size_t option, const char *value) {
        Options *o = userdata;

        switch (option) {
        case OPTION_ADDRESS:
                o->address = value;
                return STATUS_OK;
        case OPTION_BATCH:
                o->is_batch = true;
                return STATUS_OK;
        case OPTION_COUNT:
                return read_count(value, &o->count);
        case OPTION_INTERVAL:
                return read_seconds(option, value, &o->interval);
        case OPTION_JSON:
                o->as_json = true;
                return STATUS_OK;
        case OPTION_ONCE:
                o->count = 1;
                return STATUS_OK;
        case OPTION_TIMEOUT:
                return read_seconds(option, value, &o->timeout);
        case OPTION_ZONE:
                o->zone = value;
                return STATUS_OK;
        }
        return STATUS_USAGE;
}

/* ---- running ---- */

/* What is not said on the command line is as for any client. */
static int read_settings(Ctl *c, struct fascia_client *client) {
        if (!c->options.address)
                c->options.address = fascia_client_get_setting(client, "fascia", "Address", NULL);
        c->options.module_path = fascia_client_get_setting(client, "fascia", "ModulePath", NULL);
        return c->options.address && c->options.module_path ? 0 : fail_memory();
}

/* "auto" alone would not help who looks for the bus. */
static int refuse_connection(const Ctl *c, int error) {
        const char *address = c->options.address;
        char *resolved = NULL;
        int status;

        if (address_resolve(address, &resolved) < 0 || strcmp(resolved, address) == 0)
                status = fail(STATUS_UNAVAILABLE, "failed to connect to %s: %s", address,
                              strerror(-error));
        else
                status = fail(STATUS_UNAVAILABLE, "failed to connect to %s (%s): %s", address,
                              resolved, strerror(-error));
        free(resolved);
        return status;
}

static int run_command(Ctl *c, const Command *command, int n, char *args[]) {
        int r, status;

        r = bus_open(c->options.address, c->options.timeout, &c->bus);
        if (r < 0)
                return refuse_connection(c, r);
        status = command->fn(c, n, args);
        bus_close(c->bus);
        return status;
}

static int run_as_client(Ctl *c, const Command *command, int n, char *args[]) {
        struct fascia_client *client;
        int r, status;

        r = fascia_client_new(&client);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "the configuration of clients cannot be used: %s",
                            strerror(-r));
        status = read_settings(c, client);
        if (status == 0)
                status = run_command(c, command, n, args);
        fascia_client_free(client);
        return status;
}

static const Command *find_command(const char *name) {
        for (size_t i = 0; i < N_COMMANDS; i++)
                if (strcmp(commands[i].name, name) == 0)
                        return &commands[i];
        return NULL;
}

static int run(int n, char *args[]) {
        Ctl c = { .options = { .zone = "", .timeout = 5 * SECOND, .interval = SECOND } };
        const Command *command;
        int status;

        if (cli_has_option(n, args, "--help") || cli_has_option(n, args, "-h"))
                return print_help();
        if (cli_has_option(n, args, "--version")) {
                printf("fasciactl %s\n", FASCIA_VERSION);
                return STATUS_OK;
        }
        status = cli_read_options(options, apply_option, &c.options, n, args, &n);
        if (status != 0)
                return status;
        if (n == 0)
                return fail(STATUS_USAGE, "a command is missing (fasciactl --help lists them)");
        command = find_command(args[0]);
        if (!command)
                return fail(STATUS_USAGE, "there is no command '%s' (fasciactl --help lists them)",
                            args[0]);
        return run_as_client(&c, command, n - 1, args + 1);
}

int main(int argc, char *argv[]) {
        return cli_end(run(argc - 1, argv + 1));
}
