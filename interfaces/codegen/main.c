/* SPDX-License-Identifier: MIT */
/* fascia-codegen: reads an interface file and writes what is made from it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generate.h"

/* Exit statuses, beside 0. */
#define STATUS_FAILED 1
#define STATUS_USAGE 2

typedef struct Options {
        const char *input;
        const char *directory;
        const char *depfile;
        const char *print;
        unsigned what;
} Options;

static const char usage[] =
        "Usage: fascia-codegen [OPTION]… -o DIR FILE.qface\n"
        "       fascia-codegen --print=WHAT FILE.qface\n"
        "Reads the interface file and writes what is made from it.\n"
        "\n"
        "  -o DIR           write below this directory\n"
        "  -I DIR           look for imported modules below this directory (may be repeated)\n"
        "      --emit=LIST  write only these, separated by commas: types, front, backend,\n"
        "                   module, xml (all of them when not given), stub; an existing stub\n"
        "                   is never overwritten\n"
        "      --print=WHAT only print one thing: bus-name; include-dir; interfaces, with the\n"
        "                   D-Bus name and the object path of each on a line\n"
        "      --depfile=FILE\n"
        "                   also write what the outputs depend on, for make\n"
        "      --help       print this\n"
        "      --version    print the version\n"
        "\n"
        "Exit status: 0 on success; 1 when the input cannot be used or the output not be\n"
        "written, then no output has been touched; 2 for a wrong command line.\n";

static void out_of_memory(void) {
        fputs("fascia-codegen: out of memory\n", stderr);
        exit(STATUS_FAILED);
}

static int usage_error(const char *text, const char *what) {
        fprintf(stderr, "fascia-codegen: %s%s\n", text, what);
        fputs("Try 'fascia-codegen --help'.\n", stderr);
        return STATUS_USAGE;
}

enum {
        OPTION_EMIT = 256,
        OPTION_PRINT,
        OPTION_DEPFILE,
        OPTION_HELP,
        OPTION_VERSION,
};

static const struct option long_options[] = {
        { "emit", required_argument, NULL, OPTION_EMIT },
        { "print", required_argument, NULL, OPTION_PRINT },
        { "depfile", required_argument, NULL, OPTION_DEPFILE },
        { "help", no_argument, NULL, OPTION_HELP },
        { "version", no_argument, NULL, OPTION_VERSION },
        { 0 },
};

static int refuse_option(int c, char **argv) {
        if (c == ':')
                return usage_error("a value is missing for ", argv[optind - 1]);
        if (optopt > 0 && optopt < OPTION_EMIT)
                return usage_error("unknown option -", (char[]){ (char)optopt, '\0' });
        return usage_error("unknown option ", argv[optind - 1]);
}

static int check_options(const Options *o, int argc) {
        static const char *const facts[] = { "bus-name", "include-dir", "interfaces" };

        if (!o->input)
                return usage_error("no interface file is given", "");
        if (optind + 1 < argc)
                return usage_error("only one interface file can be given", "");
        if (!o->print)
                return o->directory ? 0 : usage_error("-o DIR is missing", "");
        for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
                if (strcmp(o->print, facts[i]) == 0)
                        return 0;
        return usage_error("unknown value of --print: ", o->print);
}

/* A status, or -1: go on. */
static int parse_options(int argc, char **argv, Options *o) {
        int c, status;

        *o = (Options){ .what = GENERATE_USUAL };
        opterr = 0;
        while ((c = getopt_long(argc, argv, ":o:I:", long_options, NULL)) != -1)
                switch (c) {
                case 'o':
                        o->directory = optarg;
                        break;
                case 'I': /* imports are refused by the check, wherever they would be found */
                        break;
                case OPTION_EMIT:
                        o->what = generate_parse_list(optarg);
                        if (o->what == 0)
                                return usage_error("unknown word in --emit: ", optarg);
                        break;
                case OPTION_PRINT:
                        o->print = optarg;
                        break;
                case OPTION_DEPFILE:
                        o->depfile = optarg;
                        break;
                case OPTION_HELP:
                        fputs(usage, stdout);
                        return EXIT_SUCCESS;
                case OPTION_VERSION:
                        puts("fascia-codegen " FASCIA_VERSION);
                        return EXIT_SUCCESS;
                default:
                        return refuse_option(c, argv);
                }
        o->input = optind < argc ? argv[optind] : NULL;
        status = check_options(o, argc);
        return status == 0 ? -1 : status;
}

static void print_fact(const Module *m, const char *fact) {
        if (strcmp(fact, "bus-name") == 0)
                puts(m->bus_name);
        else if (strcmp(fact, "include-dir") == 0)
                puts(m->include_dir);
        else
                for (size_t i = 0; i < m->n_interfaces; i++)
                        printf("%s %s\n", m->interfaces[i]->symbol.dbus, m->interfaces[i]->path);
}

/* Annotations may stand in a file of their own, which this version does not read: leaving them out
 * would generate something else than what its author wrote. */
static int refuse_side_file(Arena *a, const char *input) {
        static const char suffix[] = ".qface";
        size_t size = strlen(input);
        const char *path;

        if (size > strlen(suffix) && strcmp(input + size - strlen(suffix), suffix) == 0)
                size -= strlen(suffix);
        path = arena_printf(a, "%.*s.yaml", (int)size, input);
        if (access(path, F_OK) < 0)
                return 0;
        fprintf(stderr, "%s: error: annotations beside the interface file cannot be read yet\n",
                path);
        return -EOPNOTSUPP;
}

/* An existing stub is its author's. */
static unsigned leave_stub_alone(const Module *m, const Options *o) {
        const char *path = arena_printf(m->arena, "%s/%s-stub.c", o->directory, m->stem);

        if (!(o->what & GENERATE_STUB) || access(path, F_OK) < 0)
                return o->what;
        fprintf(stderr, "note: %s-stub.c exists, left alone\n", m->stem);
        return o->what & ~GENERATE_STUB;
}

/* A path as make reads it. */
static const char *make_path(Arena *a, const char *path) {
        char *text = arena_alloc(a, 2 * strlen(path) + 1);
        char *out = text;

        for (; *path != '\0'; path++) {
                if (strchr(" #\\", *path))
                        *out++ = '\\';
                else if (*path == '$')
                        *out++ = '$';
                *out++ = *path;
        }
        return text;
}

static void add_depfile(Output *output, const Options *o) {
        Arena *a = output->arena;
        const char *targets = "";

        for (size_t i = 0; i < output->n_files; i++)
                targets = arena_printf(a, "%s%s \\\n ", targets,
                                       make_path(a, output_path(output, i)));
        output_add(output, o->depfile,
                   arena_printf(a, "%s: %s\n\n%s:\n", targets, make_path(a, o->input),
                                make_path(a, o->input)));
}

static int write_outputs(const Module *m, const Options *o) {
        Output output = { .arena = m->arena };
        const char *path;
        int r;

        generate_outputs(m, leave_stub_alone(m, o), o->directory, &output);
        if (o->depfile)
                add_depfile(&output, o);
        r = output_commit(&output, &path);
        if (r < 0)
                fprintf(stderr, "fascia-codegen: cannot write '%s': %s\n", path, strerror(-r));
        return r;
}

static int run(Arena *a, const Options *o) {
        Diagnostics *d;
        Source *source;
        Module *m;
        int r = source_load(a, o->input, &source);

        if (r == -EFBIG)
                fprintf(stderr, "%s: error: an interface file has at most 1 MiB\n", o->input);
        else if (r < 0)
                fprintf(stderr, "fascia-codegen: cannot read '%s': %s\n", o->input, strerror(-r));
        if (r >= 0)
                r = refuse_side_file(a, o->input);
        if (r < 0)
                return r;
        d = diagnostics_new(a, source);
        m = generate_read(a, d, source);
        diagnostics_sort(d);
        diagnostics_print(d, stderr);
        if (!m || d->n_errors > 0)
                return -EBADMSG;
        if (o->print) {
                print_fact(m, o->print);
                return 0;
        }
        return write_outputs(m, o);
}

int main(int argc, char **argv) {
        Options options;
        int status = parse_options(argc, argv, &options);
        Arena *a;

        if (status >= 0)
                return status;
        a = arena_new(out_of_memory);
        if (!a)
                out_of_memory();
        status = run(a, &options) < 0 ? STATUS_FAILED : EXIT_SUCCESS;
        arena_free(a);
        return status;
}
