/* SPDX-License-Identifier: MIT */
/* fascia-codegen: reads an interface file and writes what is made from it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "depfile.h"
#include "diff.h"
#include "emit-json.h"
#include "generate.h"
#include "import.h"
#include "new.h"
#include "options.h"
#include "watch.h"

static void out_of_memory(void) {
        fputs("fascia-codegen: out of memory\n", stderr);
        exit(STATUS_FAILED);
}

/* One run, from the files to the outputs. */
typedef struct Run {
        Arena *arena;
        const Options *options;
        Diagnostics *diagnostics;
        const Source **sources; /* that were read */
        size_t n_sources;
        Module *module;
} Run;

static int read_model(Run *run) {
        const Options *o = run->options;
        Request q = {
                .arena = run->arena,
                .diagnostics = run->diagnostics,
                .directories = o->directories,
                .n_directories = o->n_directories,
        };
        Source *source;
        int r = options_load(run->arena, o->input, &source);

        for (size_t i = 0; i < o->n_annotations && r >= 0; i++) {
                Source *annotations;

                r = options_load(run->arena, o->annotations[i], &annotations);
                if (r >= 0)
                        ARENA_APPEND(run->arena, q.annotations, q.n_annotations, annotations);
        }
        if (r < 0)
                return r;
        run->module = generate_read(&q, source, &run->sources, &run->n_sources);
        diagnostics_sort(run->diagnostics);
        return run->module && run->diagnostics->n_errors == 0 ? 0 : -EBADMSG;
}

/* Who only asks for names wants no doubts with them. */
static void print_diagnostics(const Run *run) {
        if ((run->options->print || run->options->list_outputs) && run->diagnostics->n_errors == 0)
                return;
        if (!run->options->json) {
                diagnostics_print(run->diagnostics, stderr);
                return;
        }
        diagnostics_print_json(run->diagnostics, "\n", stderr);
        if (run->diagnostics->n_items > 0)
                fputc('\n', stderr);
}

static void print_fact(const Run *run) {
        const Module *m = run->module;
        const char *fact = run->options->print;

        if (strcmp(fact, "bus-name") == 0)
                puts(m->bus_name);
        else if (strcmp(fact, "include-dir") == 0)
                puts(m->include_dir);
        else if (strcmp(fact, "imports") == 0)
                for (size_t i = 1; i < run->n_sources; i++)
                        puts(run->sources[i]->path);
        else
                for (size_t i = 0; i < m->n_interfaces; i++)
                        printf("%s %s\n", m->interfaces[i]->symbol.dbus, m->interfaces[i]->path);
}

/* An existing stub is its author's. */
static unsigned leave_stub_alone(const Module *m, const Options *o) {
        const char *path = arena_printf(m->arena, "%s/%s-stub.c", o->directory, m->stem);

        if (!(o->what & GENERATE_STUB) || access(path, F_OK) < 0)
                return o->what;
        fprintf(stderr, "note: %s-stub.c exists, left alone\n", m->stem);
        return o->what & ~GENERATE_STUB;
}

static int write_outputs(const Run *run) {
        const Options *o = run->options;
        Output output = { .arena = run->arena };
        const char *path;
        int r;

        generate_outputs(run->module, leave_stub_alone(run->module, o), o->directory, &output);
        if (o->depfile)
                depfile_add(&output, o->depfile, run->sources, run->n_sources);
        r = output_commit(&output, &path);
        if (r < 0)
                fprintf(stderr, "fascia-codegen: cannot write '%s': %s\n", path, strerror(-r));
        return r;
}

static void show_outputs(const Run *run) {
        const Options *o = run->options;
        Output output = { .arena = run->arena };

        generate_outputs(run->module, o->what, o->directory, &output);
        for (size_t i = 0; i < output.n_files; i++)
                if (o->list_outputs)
                        puts(output_path(&output, i));
                else
                        fputs(output_text(&output, i), stdout);
}

/* For other tools: the model, and what there is to say about it. */
static void print_model(const Run *run) {
        fputs("{\n\"diagnostics\": [", stdout);
        diagnostics_print_json(run->diagnostics, ",\n    ", stdout);
        fputs("],\n\"module\": ", stdout);
        if (run->diagnostics->n_errors == 0 && run->module)
                fputs(emit_json(run->module), stdout);
        else
                fputs("null", stdout);
        fputs("\n}\n", stdout);
}

static int produce(const Run *run) {
        const Options *o = run->options;

        if (o->print)
                print_fact(run);
        else if (o->list_outputs || o->to_stdout)
                show_outputs(run);
        else
                return write_outputs(run);
        return 0;
}

static int run_once(Run *run) {
        const Options *o = run->options;
        bool only_model = o->json && !o->directory && !o->print && !o->list_outputs &&
                          !o->to_stdout;
        int r;

        run->diagnostics = diagnostics_new(run->arena);
        for (size_t i = 0; i < o->n_warnings; i++)
                (void)diagnostics_configure(run->diagnostics, o->warnings[i]);
        r = read_model(run);
        if (run->n_sources == 0)
                return r;
        if (only_model) {
                print_model(run);
                return r;
        }
        print_diagnostics(run);
        return r < 0 ? r : produce(run);
}

/* Ends only by a signal, or when watching fails. */
static int run_and_watch(const Options *o, int fd) {
        for (;;) {
                Run run = { .arena = arena_new(out_of_memory), .options = o };
                int r;

                if (!run.arena)
                        out_of_memory();
                if (run_once(&run) >= 0)
                        fprintf(stderr, "fascia-codegen: generated, watching %s\n", o->input);
                r = watch_wait(fd, run.sources, run.n_sources);
                arena_free(run.arena);
                if (r < 0)
                        return r;
        }
}

static int run_again_and_again(const Options *o) {
        int fd = watch_open(o->input, o->directories, o->n_directories);
        int r = fd;

        if (fd >= 0) {
                r = run_and_watch(o, fd);
                close(fd);
        }
        fprintf(stderr, "fascia-codegen: cannot watch: %s\n", strerror(-r));
        return r;
}

static int check_warnings(const Options *o) {
        Diagnostics *d = diagnostics_new(o->arena);

        for (size_t i = 0; i < o->n_warnings; i++)
                if (diagnostics_configure(d, o->warnings[i]) < 0)
                        return options_refuse("there is no such warning: -W", o->warnings[i]);
        return -1;
}

static int generate(Arena *a, int argc, char **argv) {
        Options options;
        int status = options_parse(&options, a, argc, argv);

        if (status < 0)
                status = check_warnings(&options);
        if (status >= 0)
                return status;
        if (options.watch)
                return run_again_and_again(&options) < 0 ? STATUS_FAILED : EXIT_SUCCESS;
        return run_once(&(Run){ .arena = a, .options = &options }) < 0 ? STATUS_FAILED
                                                                       : EXIT_SUCCESS;
}

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
} commands[] = {
        { "diff", diff_main },
        { "import", import_main },
        { "new", new_main },
};

/* Who reads what was not written would take it for all there is. */
static int finish_output(int status) {
        if (status != EXIT_SUCCESS || (fflush(stdout) == 0 && !ferror(stdout)))
                return status;
        fprintf(stderr, "fascia-codegen: cannot write the output: %s\n", strerror(errno));
        return STATUS_FAILED;
}

int main(int argc, char **argv) {
        Arena *a;
        int status;

        for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(argv[1], commands[i].name) == 0)
                        return finish_output(commands[i].run(argc - 1, argv + 1));
        a = arena_new(out_of_memory);
        if (!a)
                out_of_memory();
        status = generate(a, argc, argv);
        arena_free(a);
        return finish_output(status);
}
