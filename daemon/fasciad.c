/* SPDX-License-Identifier: MIT */
/* fasciad: serves features on D-Bus. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "crash.h"
#include "list-backends.h"
#include "log.h"
#include "manager.h"
#include "settings.h"

#ifndef FASCIA_VERSION
#define FASCIA_VERSION "0"
#endif

#define SYSTEM_BUS_PATH "/run/dbus/system_bus_socket"

typedef struct Options {
        const char *config; /* one file instead of the layers, or NULL */
        const char *address;
        bool dev;
        const char *module; /* the only one, or NULL */
        bool check_config;
        bool dump_config;
        bool list_modules;
        bool list_backends;
} Options;

static void print_help(void) {
        printf("fasciad [OPTION…]\n"
               "\n"
               "Serves the features that the configuration names on D-Bus.\n"
               "\n"
               "  --config FILE      read this file instead of fasciad.conf and its layers\n"
               "  --address ADDRESS  serve on this bus: a D-Bus address, auto, system or user\n"
               "  --system, --user   the same as --address system, --address user\n"
               "  --dev              for the desk: trust plugins of the own user; private buses only when root\n"
               "  --module NAME      serve only this module, which has Process=own: its section or its name on the bus\n"
               "  --check-config     say what is wrong with the configuration; status 1 when something is\n"
               "  --dump-config      print each setting with where it comes from\n"
               "  --list-modules     print the modules that are served, their names on the bus, and in which process\n"
               "  --list-backends    print the backends there are, and why one cannot be used; status 1 when one cannot\n"
               "  --help, --version\n"
               "\n"
               "See fasciad(8) and fasciad.conf(5).\n");
}

/* 1: go on; 0: done; negative: wrong, said already. */
static int parse_options(int argc, char *argv[], Options *o) {
        enum {
                OPTION_CONFIG = 256,
                OPTION_ADDRESS,
                OPTION_SYSTEM,
                OPTION_USER,
                OPTION_DEV,
                OPTION_MODULE,
                OPTION_CHECK_CONFIG,
                OPTION_DUMP_CONFIG,
                OPTION_LIST_MODULES,
                OPTION_LIST_BACKENDS,
                OPTION_HELP,
                OPTION_VERSION
        };
        static const struct option options[] = {
                { "config", required_argument, NULL, OPTION_CONFIG },
                { "address", required_argument, NULL, OPTION_ADDRESS },
                { "system", no_argument, NULL, OPTION_SYSTEM },
                { "user", no_argument, NULL, OPTION_USER },
                { "dev", no_argument, NULL, OPTION_DEV },
                { "module", required_argument, NULL, OPTION_MODULE },
                { "check-config", no_argument, NULL, OPTION_CHECK_CONFIG },
                { "dump-config", no_argument, NULL, OPTION_DUMP_CONFIG },
                { "list-modules", no_argument, NULL, OPTION_LIST_MODULES },
                { "list-backends", no_argument, NULL, OPTION_LIST_BACKENDS },
                { "help", no_argument, NULL, OPTION_HELP },
                { "version", no_argument, NULL, OPTION_VERSION },
                { NULL, 0, NULL, 0 },
        };
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case OPTION_CONFIG:
                        o->config = optarg;
                        break;
                case OPTION_ADDRESS:
                        o->address = optarg;
                        break;
                case OPTION_SYSTEM:
                        o->address = "system";
                        break;
                case OPTION_USER:
                        o->address = "user";
                        break;
                case OPTION_DEV:
                        o->dev = true;
                        break;
                case OPTION_MODULE:
                        o->module = optarg;
                        break;
                case OPTION_CHECK_CONFIG:
                        o->check_config = true;
                        break;
                case OPTION_DUMP_CONFIG:
                        o->dump_config = true;
                        break;
                case OPTION_LIST_MODULES:
                        o->list_modules = true;
                        break;
                case OPTION_LIST_BACKENDS:
                        o->list_backends = true;
                        break;
                case OPTION_HELP:
                        print_help();
                        return 0;
                case OPTION_VERSION:
                        printf("fasciad %s\n", FASCIA_VERSION);
                        return 0;
                default:
                        return -EINVAL; /* getopt_long() has said it */
                }
        if (optind < argc) {
                fprintf(stderr, "fasciad: unexpected argument '%s'\n", argv[optind]);
                return -EINVAL;
        }
        return 1;
}

static int load_config(Config **ret, char **reterr_text, void *userdata) {
        const Options *o = userdata;
        const char *file = o->config ? o->config : secure_getenv("FASCIA_CONFIG");
        Config *c;
        int r;

        *reterr_text = NULL;
        r = settings_new(&c);
        if (r < 0)
                return r;
        r = file ? config_load_file(c, file) : config_load_layers(c, "fasciad.conf");
        if (r >= 0)
                r = config_load_environment(c);
        if (r >= 0 && o->address)
                r = config_set(c, "fascia", "Address", o->address, "command line");
        if (r >= 0)
                r = config_load_backends(c, config_get_string(c, NULL, NULL, "PluginPath"));
        if (r < 0) {
                if (config_problems(c, 0))
                        *reterr_text = config_problem_print(config_problems(c, 0));
                config_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

/* On the bus of the whole system, root would run what any user may have written. */
static bool is_system_bus(const char *address) {
        const char *system = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");

        if (strcmp(address, "auto") == 0 || strcmp(address, "system") == 0)
                return !system || strstr(system, SYSTEM_BUS_PATH);
        return strstr(address, SYSTEM_BUS_PATH);
}

/* Without serving anything. Takes the configuration; returns the exit status. */
static int tell(const Options *o, Config *config) {
        int r = 0;

        if (o->dump_config)
                check_dump_config(config, o->dev);
        if (o->list_modules)
                r = check_list_modules(config, o->dev);
        if (o->list_backends && list_backends(config, o->dev) != 0)
                r = -EINVAL;
        if (o->check_config && check_config(config, o->module, o->dev) > 0)
                r = -EINVAL;
        config_free(config);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(int argc, char *argv[]) {
        Options options = { .config = NULL };
        ManagerSettings settings = { .load_config = load_config, .userdata = &options };
        char *reason = NULL;
        Config *config;
        Manager *manager;
        int r;

        log_init();
        r = parse_options(argc, argv, &options);
        if (r <= 0)
                return r < 0 ? 2 : EXIT_SUCCESS;
        r = load_config(&config, &reason, &options);
        if (r < 0) {
                log_error("Failed to read the configuration: %s", reason ? reason : strerror(-r));
                free(reason);
                return EXIT_FAILURE;
        }
        if (options.dump_config || options.check_config || options.list_modules ||
            options.list_backends)
                return tell(&options, config);
        if (options.dev && geteuid() == 0 &&
            is_system_bus(config_get_string(config, NULL, NULL, "Address"))) {
                log_error(
                        "--dev is refused for root on the system bus: name another with --address");
                config_free(config);
                return EXIT_FAILURE;
        }
        settings.dev = options.dev;
        settings.module = options.module;
        r = manager_new(&settings, config, &manager);
        if (r < 0) {
                log_error_errno(r, "Failed to start: %m");
                return EXIT_FAILURE;
        }
        r = manager_run(manager);
        manager_free(manager);
        return r;
}

int main(int argc, char *argv[]) {
        int status;

        crash_begin();
        status = run(argc, argv);
        crash_end();
        return status;
}
