/* SPDX-License-Identifier: MIT */
/* The command 'fascia-codegen diff'. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "generate.h"
#include "json.h"
#include "options.h"

static const char usage[] =
        "Usage: fascia-codegen diff [OPTION]… OLD.qface NEW.qface\n"
        "Says whether clients and services of one version work with those of the other.\n"
        "\n"
        "  -I DIR           look for imported modules below this directory (may be repeated)\n"
        "  -A FILE          read more annotations, of both versions (may be repeated)\n"
        "      --source     fail also when programs in C have to be edited\n"
        "      --format=FORMAT\n"
        "                   text (the usual), or json: an object for each change, one a line\n"
        "      --help       print this\n"
        "\n"
        "A change is breaking, source (on D-Bus nothing changes, programs in C have to be edited),\n"
        "compatible, or a note. A new major version with a bus name of its own is compatible.\n"
        "\n"
        "Exit status: 0 when the versions go together; 1 when they do not, or a file cannot be\n"
        "used; 2 for a wrong command line.\n";

typedef struct DiffOptions {
        const char *old_path, *new_path;
        const char **directories;
        size_t n_directories;
        const char **annotations;
        size_t n_annotations;
        bool source;
        bool json;
} DiffOptions;

static void out_of_memory(void) {
        fputs("fascia-codegen: out of memory\n", stderr);
        exit(STATUS_FAILED);
}

static const Module *read_module(Arena *a, const DiffOptions *o, const char *path) {
        Request q = {
                .arena = a,
                .diagnostics = diagnostics_new(a),
                .directories = o->directories,
                .n_directories = o->n_directories,
        };
        const Source **sources;
        size_t n_sources;
        Source *source;
        const Module *m;

        for (size_t i = 0; i < o->n_annotations; i++) {
                if (options_load(a, o->annotations[i], &source) < 0)
                        return NULL;
                ARENA_APPEND(a, q.annotations, q.n_annotations, source);
        }
        if (options_load(a, path, &source) < 0)
                return NULL;
        m = generate_read(&q, source, &sources, &n_sources);
        if (q.diagnostics->n_errors == 0)
                return m;
        diagnostics_sort(q.diagnostics);
        diagnostics_print(q.diagnostics, stderr);
        return NULL;
}

static const char *class_name(ChangeClass class) {
        static const char *const names[] = {
                [CHANGE_BREAKING] = "breaking",
                [CHANGE_SOURCE] = "source",
                [CHANGE_COMPATIBLE] = "compatible",
                [CHANGE_NOTE] = "note",
        };

        return names[class];
}

static void print_json_text(Arena *a, const char *key, const char *text) {
        if (text)
                printf("\"%s\": %s, ", key, json_quote(a, text));
}

static void print_json(Arena *a, const Change *c, uint32_t line, uint32_t column) {
        putchar('{');
        print_json_text(a, "class", class_name(c->class));
        print_json_text(a, "kind", c->kind);
        print_json_text(a, "symbol", c->symbol);
        print_json_text(a, "old", c->old);
        print_json_text(a, "new", c->new);
        print_json_text(a, "text", c->text);
        print_json_text(a, "file", c->at.source->path);
        printf("\"line\": %u, \"column\": %u}\n", line, column);
}

static void print_change(Arena *a, const Change *c, bool json) {
        uint32_t line, column;

        source_locate(c->at.source, c->at.offset, &line, &column);
        if (json)
                print_json(a, c, line, column);
        else
                printf("%s:%u:%u: %s: %s\n", c->at.source->path, line, column, class_name(c->class),
                       c->text);
}

static void print_sum(const Diff *d) {
        const char *separator = "";

        if (d->n_changes == 0) {
                puts("no difference");
                return;
        }
        for (ChangeClass class = CHANGE_BREAKING; class < CHANGE_NOTE; class ++) {
                size_t n = diff_count(d, class);

                if (n == 0)
                        continue;
                printf("%s%zu %s", separator, n, class_name(class));
                separator = ", ";
        }
        puts(*separator ? "" : "only notes");
}

/* What was not written is not to be taken for "no difference". */
static int finish_output(void) {
        if (fflush(stdout) == 0 && !ferror(stdout))
                return 0;
        fprintf(stderr, "fascia-codegen: cannot write the differences: %s\n", strerror(errno));
        return -EIO;
}

static int compare(Arena *a, const DiffOptions *o) {
        const Module *old = read_module(a, o, o->old_path);
        const Module *new = old ? read_module(a, o, o->new_path) : NULL;
        Diff d = { .arena = a };

        if (!new)
                return STATUS_FAILED;
        diff_modules(&d, old, new);
        for (size_t i = 0; i < d.n_changes; i++)
                print_change(a, &d.changes[i], o->json);
        if (!o->json)
                print_sum(&d);
        if (finish_output() < 0)
                return STATUS_FAILED;
        if (diff_count(&d, CHANGE_BREAKING) > 0 || (o->source && diff_count(&d, CHANGE_SOURCE) > 0))
                return STATUS_FAILED;
        return EXIT_SUCCESS;
}

enum {
        OPTION_SOURCE = 256,
        OPTION_FORMAT,
        OPTION_HELP,
};

static const struct option long_options[] = {
        { "source", no_argument, NULL, OPTION_SOURCE },
        { "format", required_argument, NULL, OPTION_FORMAT },
        { "help", no_argument, NULL, OPTION_HELP },
        { 0 },
};

/* -1: go on. */
static int read_option(Arena *a, DiffOptions *o, int c, char **argv) {
        switch (c) {
        case 'I':
                ARENA_APPEND(a, o->directories, o->n_directories, optarg);
                return -1;
        case 'A':
                ARENA_APPEND(a, o->annotations, o->n_annotations, optarg);
                return -1;
        case OPTION_SOURCE:
                o->source = true;
                return -1;
        case OPTION_FORMAT:
                o->json = strcmp(optarg, "json") == 0;
                if (o->json || strcmp(optarg, "text") == 0)
                        return -1;
                return options_refuse("unknown value of --format: ", optarg);
        case OPTION_HELP:
                fputs(usage, stdout);
                return EXIT_SUCCESS;
        default:
                return options_refuse_option(c, argv);
        }
}

static int run(Arena *a, int argc, char **argv) {
        DiffOptions o = { .json = false };
        int c;

        opterr = 0;
        while ((c = getopt_long(argc, argv, ":I:A:", long_options, NULL)) != -1) {
                int status = read_option(a, &o, c, argv);

                if (status >= 0)
                        return status;
        }
        if (argc - optind != 2)
                return options_refuse(
                        "two interface files are to be given: the old and the new one", "");
        o.old_path = argv[optind];
        o.new_path = argv[optind + 1];
        return compare(a, &o);
}

int diff_main(int argc, char **argv) {
        Arena *a = arena_new(out_of_memory);
        int status;

        if (!a)
                out_of_memory();
        status = run(a, argc, argv);
        arena_free(a);
        return status;
}
