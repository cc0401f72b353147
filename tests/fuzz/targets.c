/* SPDX-License-Identifier: MIT */
/* What is fed with anything: by a fuzzer, and with the corpus by 'make check'. */
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>

#include "emit-json.h"
#include "generate.h"
#include "import.h"
#include "parser.h"

static void exhausted(void) {
        abort();
}

/* Both ways of showing what there is to say walk through the sources once more. */
static void print(Diagnostics *d) {
        FILE *f = fopen("/dev/null", "we");

        if (!f)
                abort();
        diagnostics_sort(d);
        diagnostics_print(d, f);
        diagnostics_print_json(d, "\n", f);
        fclose(f);
}

static void parse(const uint8_t *data, size_t size) {
        Arena *a = arena_new(exhausted);
        Diagnostics *d = diagnostics_new(a);

        parser_parse(a, d, source_new(a, "fuzz.qface", (const char *)data, size));
        print(d);
        arena_free(a);
}

/* Through all stages; what has no error comes out in every form. */
static void generate(Request *q, Source *source) {
        Output output = { .arena = q->arena };
        const Source **sources;
        size_t n_sources;
        const Module *m = generate_read(q, source, &sources, &n_sources);

        print(q->diagnostics);
        if (m && q->diagnostics->n_errors == 0)
                generate_outputs(m, GENERATE_USUAL | GENERATE_STUB | GENERATE_JSON, "out", &output);
}

/* An import is looked for beside the file: in a folder that is not there. */
#define NOWHERE "/nonexistent/fuzz.qface"

static void generate_all(const uint8_t *data, size_t size) {
        Arena *a = arena_new(exhausted);
        Request q = { .arena = a, .diagnostics = diagnostics_new(a) };

        generate(&q, source_new(a, NOWHERE, (const char *)data, size));
        arena_free(a);
}

/* A module with everything that annotations can be of. */
static const char module[] = "module F.M 1.0\n"
                             "interface I extends B {\n"
                             "  int i; real r; bool b; string s; var v; E e; F f; S st;\n"
                             "  list<int> li; list<S> ls; map<int> mi; map<S> ms; map<var> mv;\n"
                             "  readonly I o; model<S> m; const int c\n"
                             "  S op(int a, list<string> l) const; void nothing()\n"
                             "  signal sig(int a, S s)\n"
                             "}\n"
                             "interface B { int base }\n"
                             "struct S { int a = 1; string t; list<E> es; var v }\n"
                             "enum E { A, B = 7 }\n"
                             "flag F { X, Y, Z = 0x100000000 }\n";

static void annotate(const uint8_t *data, size_t size) {
        Arena *a = arena_new(exhausted);
        Source *annotations = source_new(a, "fuzz.yaml", (const char *)data, size);
        Request q = { .arena = a, .diagnostics = diagnostics_new(a) };

        ARENA_APPEND(a, q.annotations, q.n_annotations, annotations);
        generate(&q, source_new(a, NOWHERE, module, sizeof(module) - 1));
        arena_free(a);
}

/* What is made is never what the generator refuses: an error is always one in the file. */
static void import(const uint8_t *data, size_t size) {
        Arena *a = arena_new(exhausted);
        Diagnostics *d = diagnostics_new(a);
        Source *source = source_new(a, "fuzz.xml", (const char *)data, size);
        const ImportNames names = { 0 };
        const char *text = import_sources(a, d, &source, 1, &names);

        if (!text == (d->n_errors == 0))
                abort();
        for (size_t i = 0; i < d->n_items; i++)
                if (d->items[i].at.source != source)
                        abort();
        print(d);
        arena_free(a);
}

const FuzzTarget fuzz_targets[] = {
        { "parse", parse },   { "generate", generate_all }, { "annotations", annotate },
        { "import", import }, { "state", fuzz_state },
};
const size_t n_fuzz_targets = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);
