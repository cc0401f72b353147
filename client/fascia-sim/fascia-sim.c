/* SPDX-License-Identifier: MIT */
/* fascia-sim: controls simulations, records features, and plays recordings and scenarios. */
#include "fascia-sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules.h"

#ifndef FASCIA_VERSION
#define FASCIA_VERSION "0"
#endif

#define SECOND UINT64_C(1000000)

/* ---- what commands share ---- */

int fail_answer(const struct fascia_error *error) {
        return fail(error->code == -ENOTCONN || error->code == -ETIMEDOUT ? STATUS_UNAVAILABLE
                                                                          : STATUS_REFUSED,
                    "%s", error->message);
}

/* A simulation in a service, never one that this process would make for itself. */
int tool_control(Tool *t) {
        const struct fascia_error *error;
        struct fascia_feature *feature;
        uint64_t waited = 0;
        int r;

        if (t->control)
                return STATUS_OK;
        r = fascia_client_set_setting(t->client, "org.fascia.Simulation", "Backend", "dbus");
        if (r >= 0)
                r = simulation_new(t->client, &t->control);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "cannot look for the simulation: %s", strerror(-r));
        feature = simulation_feature(t->control);
        while (fascia_feature_get_state(feature) != FASCIA_STATE_READY) {
                error = fascia_feature_get_error(feature);
                if (waited >= t->options.timeout ||
                    (error && fascia_feature_get_state(feature) == FASCIA_STATE_UNAVAILABLE &&
                     waited > t->options.timeout / 5))
                        return fail(STATUS_UNAVAILABLE,
                                    "there is no simulation to be controlled: %s (does fasciad "
                                    "run, with a section [org.fascia.Simulation]?)",
                                    error ? error->message : "no answer");
                fascia_client_wait(t->client, 50000);
                waited += 50000;
        }
        return STATUS_OK;
}

void on_answer(struct simulation *s, const struct fascia_error *error, void *answer) {
        Answer *a = answer;

        (void)s;
        a->status = error ? fail_answer(error) : STATUS_OK;
}

int tool_wait(int r, struct fascia_call *const *call, const Answer *answer) {
        if (r < 0)
                return fail(STATUS_REFUSED, "%s", strerror(-r));
        (void)fascia_call_wait(*call); /* the answer says it */
        return answer->status;
}

/* ---- the command line ---- */

typedef struct Command {
        const char *name;
        CommandFn *fn;
        const char *usage, *help;
} Command;

static const Command commands[] = {
        { "status", command_status, "", "what is simulated, its time, and what went wrong" },
        { "set", command_set, "FEATURE.PROPERTY VALUE [ZONE]", "gives a property a value" },
        { "withdraw", command_withdraw, "FEATURE.PROPERTY [ZONE]", "it has no value any more" },
        { "emit", command_emit, "FEATURE.SIGNAL [ARGUMENT...]", "a signal happens" },
        { "add-zone", command_add_zone, "FEATURE ZONE", "adds a zone" },
        { "remove-zone", command_remove_zone, "FEATURE ZONE", "removes it" },
        { "fault", command_fault, "KIND [FEATURE[.MEMBER]] [KEY=VALUE...]",
          "lets something go wrong" },
        { "faults", command_faults, "", "what goes wrong" },
        { "clear", command_clear, "[ID]", "takes a fault away, or all" },
        { "pause", command_pause, "", "simulated time stands still" },
        { "resume", command_resume, "", "and goes on" },
        { "step", command_step, "[SECONDS]", "lets it pass at once, or up to the next event" },
        { "speed", command_speed, "[FACTOR]", "how fast it is" },
        { "reload", command_reload, "", "reads data and scripts again" },
        { "run", command_run, "SCENARIO", "runs it, and says whether it passed" },
        { "test", command_test, "SCENARIO...", "the same in this process, as fast as can be" },
        { "record", command_record, "FEATURE...", "writes down what services do" },
        { "replay", command_replay, "RECORDING", "lets it happen again" },
        { "csv", command_csv, "export|import FILE [FEATURE.PROPERTY...]", "numbers as a table" },
        { "panel", command_panel, "[FEATURE...]", "all values on the screen, to be changed" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

enum {
        OPTION_ADDRESS,
        OPTION_ALL,
        OPTION_DATA,
        OPTION_JSON,
        OPTION_OUTPUT,
        OPTION_SCRIPT,
        OPTION_SEED,
        OPTION_SPEED,
        OPTION_STEPS,
        OPTION_TIMEOUT,
        OPTION_ZONE,
};

static const CliOption options[] = {
        [OPTION_ADDRESS] = { "--address", '\0', true },
        [OPTION_ALL] = { "--all", 'a', false },
        [OPTION_DATA] = { "--data", '\0', true },
        [OPTION_JSON] = { "--json", '\0', false },
        [OPTION_OUTPUT] = { "--output", 'o', true },
        [OPTION_SCRIPT] = { "--script", '\0', true },
        [OPTION_SEED] = { "--seed", '\0', true },
        [OPTION_SPEED] = { "--speed", '\0', true },
        [OPTION_STEPS] = { "--steps", '\0', false },
        [OPTION_TIMEOUT] = { "--timeout", '\0', true },
        [OPTION_ZONE] = { "--zone", '\0', true },
        { NULL, '\0', false },
};

static int print_help(void) {
        printf("fascia-sim [OPTION...] COMMAND\n"
               "\n"
               "Controls simulations, records features, and plays recordings and scenarios.\n"
               "\n");
        for (size_t i = 0; i < N_COMMANDS; i++)
                printf("  %-11s %-39s %s\n", commands[i].name, commands[i].usage, commands[i].help);
        printf("\n"
               "  --zone ZONE           of this zone\n"
               "  --address ADDRESS     on this bus: a D-Bus address, auto, system or user\n"
               "  --timeout SECONDS     how long to wait for an answer (5)\n"
               "  --json                of status and faults: print JSON\n"
               "  --data MODULE=FILE    of test: the simulation data of a module\n"
               "  --script MODULE=FILE  of test: its behaviour\n"
               "  --seed NUMBER         of test: chance begins with it (1)\n"
               "  -o, --output FILE     of record\n"
               "  -a, --all             of record: every feature that is installed\n"
               "  --speed FACTOR        of replay\n"
               "  --steps               of replay: one by one, with the return key\n"
               "  --help, --version\n"
               "\n"
               "See fascia-sim(1).\n");
        return STATUS_OK;
}

static int read_number(size_t option, const char *text, double minimum, double maximum,
                       double *ret) {
        if (cli_read_number(text, minimum, maximum, ret))
                return STATUS_OK;
        return fail(STATUS_USAGE, "%s: '%s' is no number from %g to %g", options[option].name, text,
                    minimum, maximum);
}

static int set(Tool *t, const char *section, const char *key, const char *value) {
        const char *problem = NULL; /* the last one */
        int r;

        r = fascia_client_set_setting(t->client, section, key, value);
        if (r >= 0)
                return STATUS_OK;
        for (size_t n = 0; r == -EINVAL && fascia_client_get_problem(t->client, n); n++)
                problem = fascia_client_get_problem(t->client, n);
        return fail(STATUS_USAGE, "%s: %s", key, problem ? problem : strerror(-r));
}

/* "Vehicle.Cluster=FILE". */
static int set_file(Tool *t, const char *key, const char *text) {
        const char *equals = strchr(text, '=');
        char *module;
        int status;

        if (!equals || equals == text || !equals[1])
                return fail(STATUS_USAGE, "'%s' is not of the form MODULE=FILE", text);
        if (t->options.n_files == FILES_MAX)
                return fail(STATUS_USAGE, "'%s': more than %d files", text, FILES_MAX);
        t->options.files[t->options.n_files++] = text;
        module = strndup(text, (size_t)(equals - text));
        if (!module)
                return fail_memory();
        status = set(t, module, key, equals + 1);
        free(module);
        return status;
}

static int apply_option(void *userdata, size_t option, const char *value) {
        Tool *t = userdata;
        double seconds;
        int status;

        switch (option) {
        case OPTION_ADDRESS:
                return set(t, "fascia", "Address", value);
        case OPTION_DATA:
                return set_file(t, "SimulationData", value);
        case OPTION_SCRIPT:
                return set_file(t, "SimulationScript", value);
        case OPTION_SEED:
                return set(t, "fascia", "SimulationSeed", value);
        case OPTION_JSON:
                t->options.as_json = true;
                return STATUS_OK;
        case OPTION_SPEED:
                return read_number(option, value, 0.001, 1000, &t->options.speed);
        case OPTION_STEPS:
                t->options.by_steps = true;
                return STATUS_OK;
        case OPTION_TIMEOUT:
                status = read_number(option, value, 0.001, 86400, &seconds);
                t->options.timeout = (uint64_t)(seconds * SECOND);
                return status;
        case OPTION_ZONE:
                t->options.zone = value;
                return STATUS_OK;
        case OPTION_ALL:
                t->options.has_all = true;
                return STATUS_OK;
        case OPTION_OUTPUT:
                t->options.output = value;
                return STATUS_OK;
        }
        return STATUS_USAGE;
}

static const Command *find_command(const char *name) {
        for (size_t i = 0; i < N_COMMANDS; i++)
                if (strcmp(commands[i].name, name) == 0)
                        return &commands[i];
        return NULL;
}

static int run(Tool *t, int n, char *args[]) {
        const Command *command;
        int status;

        if (cli_has_option(n, args, "--help") || cli_has_option(n, args, "-h"))
                return print_help();
        if (cli_has_option(n, args, "--version")) {
                printf("fascia-sim %s\n", FASCIA_VERSION);
                return STATUS_OK;
        }
        status = cli_read_options(options, apply_option, t, n, args, &n);
        if (status != STATUS_OK)
                return status;
        if (n == 0)
                return fail(STATUS_USAGE, "a command is missing (fascia-sim --help lists them)");
        command = find_command(args[0]);
        if (!command)
                return fail(STATUS_USAGE, "there is no command '%s' (fascia-sim --help lists them)",
                            args[0]);
        return command->fn(t, n - 1, args + 1);
}

int main(int argc, char *argv[]) {
        Tool t = { .options = { .zone = "", .timeout = 5 * SECOND } };
        int r, status;

        r = fascia_client_new(&t.client);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "the configuration of clients cannot be used: %s",
                            strerror(-r));
        status = run(&t, argc - 1, argv + 1);
        simulation_free(t.control);
        fascia_client_free(t.client);
        modules_close(t.modules);
        return cli_end(status);
}
