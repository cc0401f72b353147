/* SPDX-License-Identifier: MIT */
/* The command line of the generator. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

static const char usage[] =
        "Usage: fascia-codegen [OPTION]… -o DIR FILE.qface\n"
        "       fascia-codegen --print=WHAT | --list-outputs | --stdout | --format=json FILE.qface\n"
        "       fascia-codegen diff OLD.qface NEW.qface\n"
        "       fascia-codegen import [OPTION]… FILE.xml…\n"
        "       fascia-codegen new NAME\n"
        "Reads the interface file, with FILE.yaml beside it, and writes what is made from it. The\n"
        "other commands compare two versions, make an interface file from the introspection data\n"
        "of a D-Bus service, and begin a project; each has a --help of its own.\n"
        "\n"
        "  -o DIR           write below this directory\n"
        "  -I DIR           look for imported modules below this directory (may be repeated)\n"
        "  -A FILE          read more annotations, by qualified name (may be repeated)\n"
        "      --emit=LIST  write only these, separated by commas: types, front, backend, module,\n"
        "                   xml, json, man, policy, activation, drop-in (all of them when not\n"
        "                   given), stub; an existing stub is never overwritten\n"
        "      --print=WHAT only print one thing: bus-name; include-dir; interfaces, with the\n"
        "                   D-Bus name and the object path of each on a line; imports, the files\n"
        "                   of the modules that it needs; warnings, their names\n"
        "      --list-outputs\n"
        "                   only print which files would be written\n"
        "      --stdout     print what would be written, one file after the other\n"
        "      --depfile=FILE\n"
        "                   also write what the outputs depend on, for make\n"
        "      --watch      go on, and generate again whenever a file changes\n"
        "  -W NAME, -Wno-NAME, -Werror, -Werror=NAME, -Wno-error=NAME\n"
        "                   switch a warning on or off, or take it, or all, for an error\n"
        "      --format=FORMAT\n"
        "                   text (the usual) or json: what there is to say, one object for each on\n"
        "                   stderr; without another output the whole model on stdout\n"
        "      --help       print this\n"
        "      --version    print the version\n"
        "\n"
        "Exit status: 0 on success; 1 when the input cannot be used or the output not be\n"
        "written, then no output has been touched; 2 for a wrong command line.\n";

int options_refuse(const char *text, const char *what) {
        fprintf(stderr, "fascia-codegen: %s%s\n", text, what);
        fputs("Try 'fascia-codegen --help'.\n", stderr);
        return STATUS_USAGE;
}

int options_load(Arena *a, const char *path, Source **ret) {
        int r = source_load(a, path, ret);

        if (r == -EFBIG)
                fprintf(stderr, "%s: error: a file has at most 1 MiB\n", path);
        else if (r < 0)
                fprintf(stderr, "fascia-codegen: cannot read '%s': %s\n", path, strerror(-r));
        return r;
}

enum {
        OPTION_EMIT = 256,
        OPTION_PRINT,
        OPTION_DEPFILE,
        OPTION_FORMAT,
        OPTION_LIST_OUTPUTS,
        OPTION_STDOUT,
        OPTION_WATCH,
        OPTION_HELP,
        OPTION_VERSION,
};

static const struct option long_options[] = {
        { "emit", required_argument, NULL, OPTION_EMIT },
        { "print", required_argument, NULL, OPTION_PRINT },
        { "depfile", required_argument, NULL, OPTION_DEPFILE },
        { "format", required_argument, NULL, OPTION_FORMAT },
        { "list-outputs", no_argument, NULL, OPTION_LIST_OUTPUTS },
        { "stdout", no_argument, NULL, OPTION_STDOUT },
        { "watch", no_argument, NULL, OPTION_WATCH },
        { "help", no_argument, NULL, OPTION_HELP },
        { "version", no_argument, NULL, OPTION_VERSION },
        { 0 },
};

int options_refuse_option(int c, char **argv) {
        if (c == ':')
                return options_refuse("a value is missing for ", argv[optind - 1]);
        if (optopt > 0 && optopt < OPTION_EMIT)
                return options_refuse("unknown option -", (char[]){ (char)optopt, '\0' });
        return options_refuse("unknown option ", argv[optind - 1]);
}

static int print_warnings(void) {
        for (unsigned i = 0; i < WARNING_COUNT; i++)
                puts(diagnostics_warning_name((Warning)i));
        return EXIT_SUCCESS;
}

static int check_print(const char *what) {
        static const char *const facts[] = { "bus-name", "include-dir", "interfaces", "imports" };

        for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
                if (strcmp(what, facts[i]) == 0)
                        return -1;
        return options_refuse("unknown value of --print: ", what);
}

static int check_options(const Options *o, int argc) {
        bool only_tells = o->print || o->list_outputs || o->to_stdout || o->json;

        if (o->print && strcmp(o->print, "warnings") == 0)
                return print_warnings();
        if (!o->input)
                return options_refuse("no interface file is given", "");
        if (optind + 1 < argc)
                return options_refuse("only one interface file can be given", "");
        if (!o->directory && !only_tells)
                return options_refuse("-o DIR is missing", "");
        if (o->watch && (!o->directory || o->print || o->list_outputs || o->to_stdout))
                return options_refuse("--watch is for writing with -o DIR", "");
        return o->print ? check_print(o->print) : -1;
}

static int read_format(Options *o, const char *text) {
        if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0)
                return options_refuse("unknown value of --format: ", text);
        o->json = strcmp(text, "json") == 0;
        return -1;
}

/* -1, or a status. */
static int read_option(Options *o, int c, char **argv) {
        switch (c) {
        case 'o':
                o->directory = optarg;
                return -1;
        case 'I':
                ARENA_APPEND(o->arena, o->directories, o->n_directories, optarg);
                return -1;
        case 'A':
                ARENA_APPEND(o->arena, o->annotations, o->n_annotations, optarg);
                return -1;
        case 'W':
                ARENA_APPEND(o->arena, o->warnings, o->n_warnings, optarg);
                return -1;
        case OPTION_EMIT:
                o->what = generate_parse_list(optarg);
                return o->what != 0 ? -1 : options_refuse("unknown word in --emit: ", optarg);
        case OPTION_PRINT:
                o->print = optarg;
                return -1;
        case OPTION_DEPFILE:
                o->depfile = optarg;
                return -1;
        case OPTION_FORMAT:
                return read_format(o, optarg);
        case OPTION_LIST_OUTPUTS:
                o->list_outputs = true;
                return -1;
        case OPTION_STDOUT:
                o->to_stdout = true;
                return -1;
        case OPTION_WATCH:
                o->watch = true;
                return -1;
        case OPTION_HELP:
                fputs(usage, stdout);
                return EXIT_SUCCESS;
        case OPTION_VERSION:
                puts("fascia-codegen " FASCIA_VERSION);
                return EXIT_SUCCESS;
        default:
                return options_refuse_option(c, argv);
        }
}

int options_parse(Options *o, Arena *a, int argc, char **argv) {
        int c;

        *o = (Options){ .arena = a, .what = GENERATE_USUAL };
        opterr = 0;
        while ((c = getopt_long(argc, argv, ":o:I:A:W:", long_options, NULL)) != -1) {
                int status = read_option(o, c, argv);

                if (status >= 0)
                        return status;
        }
        o->input = optind < argc ? argv[optind] : NULL;
        return check_options(o, argc);
}
