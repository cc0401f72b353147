/* SPDX-License-Identifier: MIT */
/* What is fed with anything: by a fuzzer, and with the corpus by 'make check'. */
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fascia/backend.h>
#include <test-kitchen-1/kitchen-types.h>
#include <test-language-1/language-types.h>

#include "descriptor.h"
#include "emit-json.h"
#include "generate.h"
#include "import.h"
#include "parser.h"
#include "sim-data.h"
#include "value.h"

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

/* ---- data files of the simulation ---- */

#define N_INTERFACES_MAX 16

/* What is read can be sent, and all of it is there. */
static void check_value(const struct fascia_type *type, const void *value) {
        char *text;

        if (!value)
                return;
        if (value_check_encodable(type, value) < 0)
                abort();
        text = fascia_value_print(type, value);
        if (!text)
                abort();
        free(text);
}

static void check_interface(const struct fascia_interface *i, const struct fascia_simulation *s) {
        for (uint32_t k = 0; k < s->n_zones; k++)
                if (strlen(s->zones[k]) == 0)
                        abort();
        for (uint32_t k = 0; k < s->n_rows; k++) {
                const struct fascia_simulation_row *row = &s->rows[k];
                const struct fascia_type *type = interface_property(i, row->property)->type;
                const struct fascia_constraint *c = row->constraint;

                check_value(type, row->initial);
                check_value(type, c ? c->minimum : NULL);
                check_value(type, c ? c->maximum : NULL);
                for (uint32_t n = 0; c && n < c->n_domain; n++)
                        check_value(type, (const char *)c->domain + n * type->size);
        }
}

static void check_data(const struct fascia_module *m, const SimData *d) {
        char *text;

        for (uint32_t i = 0; i < m->n_interfaces; i++)
                check_interface(module_interface(m, i), sim_data_get(d, i));
        if (!sim_data_get_faults(d))
                return;
        text = json_dumps(sim_data_get_faults(d), 0);
        if (!text)
                abort();
        free(text);
}

static SimData *read_data(const struct fascia_module *m,
                          const struct fascia_module_library *library, const char *path,
                          const char *text, size_t size) {
        SimData *d = NULL;
        char *error = NULL;

        if (sim_data_parse(m, library, path, text, size, &d, &error) < 0) {
                /* Not a word too few. */
                if (strncmp(error, path, strlen(path)) != 0 || !strstr(error, ": error: "))
                        abort();
                free(error);
                return NULL;
        }
        check_data(m, d);
        return d;
}

/* On top of what a module library might have, and alone. */
static void read_on_top(const struct fascia_module *m, const char *base, const uint8_t *data,
                        size_t size) {
        struct fascia_simulation simulation[N_INTERFACES_MAX];
        const struct fascia_module_library library = { .module = m, .simulation = simulation };
        SimData *d = read_data(m, NULL, "base.yaml", base, strlen(base));

        if (!d || m->n_interfaces > N_INTERFACES_MAX)
                abort();
        for (uint32_t i = 0; i < m->n_interfaces; i++)
                simulation[i] = *sim_data_get(d, i);
        sim_data_free(read_data(m, &library, "fuzz.yaml", (const char *)data, size));
        sim_data_free(read_data(m, NULL, "fuzz.json", (const char *)data, size));
        sim_data_free(d);
}

static void read_simulation(const uint8_t *data, size_t size) {
        static const char kitchen[] =
                "Cook:\n"
                "  zones: [ A, No ]\n"
                "  plates: { default: { A: 1, =: 2 }, range: { No: [ 0, 9 ] } }\n"
                "  heat: { default: 0.1, minimum: 0, maximum: { A: 1e300 } }\n"
                "  taste: { domain: [ a, b ], unsupported: { A: true } }\n"
                "  level: { default: { A: Low, =: High }, domain: [ Low, High ] }\n"
                "  spices: { default: Salt|Last }\n"
                "  wide: { default: Both }\n"
                "  second: { default: { A: [ 1, a, Salt, [ 7 ], [ 3, 4 ] ] } }\n"
                "  table: { default: [ [ 1 ], [ ] ], domain: [ [ ], [ [ 1, 2 ] ] ] }\n";
        static const char language[] =
                "Speaker:\n"
                "  anything: { default: [ 1, 2.0, { a: null, b: \"1\" }, true ] }\n"
                "  settings: { default: { a: 1, b: [ x ] } }\n"
                "  sizes: { default: { a: 18446744073709551615 } }\n"
                "  octet: { default: 255, maximum: 255 }\n"
                "  object: { default: /a }\n"
                "  book: { default: { a: [ a, [ b ], Glad, null ] } }\n";

        read_on_top(kitchen_interfaces[0].module, kitchen, data, size);
        read_on_top(language_interfaces[0].module, language, data, size);
}

const FuzzTarget fuzz_targets[] = {
        { "parse", parse },        { "generate", generate_all },      { "annotations", annotate },
        { "import", import },      { "simulation", read_simulation }, { "scenario", fuzz_scenario },
        { "script", fuzz_script }, { "lua-value", fuzz_lua_value },   { "state", fuzz_state },
        { "table", fuzz_table },
};
const size_t n_fuzz_targets = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);
