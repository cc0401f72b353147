/* SPDX-License-Identifier: MIT */
/* What interface files with imports, annotations of their own files and all types come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "generate.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static Arena *arena;
static char folder[] = "/tmp/test-language-XXXXXX";

static void exhausted(void) {
        abort();
}

static int set_up(void **state) {
        (void)state;
        arena = arena_new(exhausted);
        memcpy(strrchr(folder, '-'), "-XXXXXX", strlen("-XXXXXX"));
        return arena && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
        int r = system(arena_printf(arena, "rm -rf %s", folder));

        (void)state;
        arena = arena_free(arena);
        return r == 0 ? 0 : -1;
}

/* Files, each begun by a line "== NAME": the first is read, and those that end in ".ann" are given
 * with -A. */
static const char *write_files(Request *q, const char *files) {
        const char *first = NULL;

        while (*files) {
                const char *name = files + strlen("== ");
                const char *text = strchr(name, '\n') + 1;
                const char *end = strstr(text, "== ");
                const char *path = arena_printf(arena, "%s/%.*s", folder, (int)(text - 1 - name),
                                                name);
                FILE *f;

                if (!end)
                        end = text + strlen(text);
                assert_int_equal(system(arena_printf(arena, "mkdir -p $(dirname '%s')", path)), 0);
                f = fopen(path, "we");
                assert_non_null(f);
                fwrite(text, 1, (size_t)(end - text), f);
                assert_int_equal(fclose(f), 0);
                if (strstr(path, ".ann")) {
                        Source *source;

                        assert_int_equal(source_load(arena, path, &source), 0);
                        ARENA_APPEND(arena, q->annotations, q->n_annotations, source);
                } else if (!first) {
                        first = path;
                }
                files = end;
        }
        return first;
}

/* "file:line:column: text", and notes below. */
static const char *describe(const Diagnostics *d) {
        const char *text = "";

        for (size_t i = 0; i < d->n_items; i++) {
                const Diagnostic *item = &d->items[i];
                const char *path = item->at.source->path;
                uint32_t line, column;

                if (strncmp(path, folder, strlen(folder)) == 0)
                        path += strlen(folder) + 1;
                source_locate(item->at.source, item->at.offset, &line, &column);
                text = arena_printf(arena, "%s%s%s:%u:%u: %s%s%s", text, *text ? "\n" : "", path,
                                    line, column,
                                    item->severity == SEVERITY_WARNING ? item->name : "",
                                    item->severity == SEVERITY_WARNING ? ": " : "", item->text);
                if (item->note)
                        text = arena_printf(arena, "%s\nnote: %s", text, item->note);
        }
        return text;
}

static Module *read_files(const char *files, Diagnostics **ret_diagnostics) {
        Diagnostics *d = diagnostics_new(arena);
        const char *directories[] = { folder };
        Request q = {
                .arena = arena,
                .diagnostics = d,
                .directories = directories,
                .n_directories = 1,
        };
        const Source **sources;
        size_t n_sources;
        Source *source;
        Module *m;

        assert_int_equal(source_load(arena, write_files(&q, files), &source), 0);
        m = generate_read(&q, source, &sources, &n_sources);
        diagnostics_sort(d);
        *ret_diagnostics = d;
        return m;
}

static void start_again(void) {
        assert_int_equal(system(arena_printf(arena, "rm -rf %s/*", folder)), 0);
}

/* ---- what is wrong ---- */

typedef struct Row {
        const char *reason;
        const char *files;
        const char *expected;
} Row;

#define MAIN "== main.qface\nmodule T.Main 1.0\n"
#define OTHER "== other.qface\nmodule T.Other 1.0\n"
#define IMPORT "import T.Other 1.0\n"
#define POINT "struct Point { int x }\n"
#define ONE(member) MAIN "interface I {\n" member "\n}\n"

static const Row bad_inputs[] = {
        { "module that is nowhere", MAIN "import T.Gone 1.0\ninterface I { T.Gone.A a }\n",
          "main.qface:2:8: there is no module 'T.Gone'" },
        { "module whose name is nearly right",
          MAIN "import T.Othr 1.0\ninterface I { int a }\n" OTHER POINT,
          "main.qface:2:8: there is no module 'T.Othr'\nnote: did you mean 'T.Other'?" },
        { "module that imports itself", MAIN "import T.Main 1.0\n" POINT,
          "main.qface:2:8: 'T.Main' imports itself" },
        { "two modules that import each other",
          MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER "import T.Main 1.0\n" POINT,
          "other.qface:2:8: 'T.Main' imports itself: it needs 'T.Other', which needs it" },
        { "three modules in a ring",
          MAIN IMPORT POINT OTHER "import T.Third 1.0\n" POINT
                                  "== third.qface\nmodule T.Third 1.0\nimport T.Main 1.0\n" POINT,
          "main.qface:2:8: unused-import: nothing of 'T.Other' is used\n"
          "third.qface:2:8: 'T.Main' imports itself: it needs 'T.Third', which needs it" },
        { "import without a version", MAIN "import T.Other\ninterface I { int a }\n",
          "main.qface:3:1: expected a version such as 1.0, not 'interface'" },
        { "import without a name", MAIN "import 1.0\n",
          "main.qface:2:8: expected the name of a module, not '1.0'" },
        { "an error in what is imported",
          MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER "struct Point { in x }\n",
          "other.qface:2:16: unknown type 'in'\nnote: did you mean 'int'?" },
        { "a mistake of grammar in what is imported",
          MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER "struct Point x\n",
          "other.qface:2:14: expected '{', not 'x'" },
        { "bytes that are no text in what is imported",
          MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER "// \377\n",
          "other.qface:2:4: this is not UTF-8" },
        { "type that the other module has not",
          MAIN IMPORT "interface I { T.Other.Pint a }\n" OTHER POINT,
          "main.qface:2:8: unused-import: nothing of 'T.Other' is used\n"
          "main.qface:3:15: unknown type 'T.Other.Pint'\nnote: did you mean 'T.Other.Point'?" },
        { "type of a module that is not imported",
          MAIN "interface I { T.Other.Point a }\n" OTHER POINT,
          "main.qface:2:15: unknown type 'T.Other.Point'" },
        { "name that two imported modules have",
          MAIN IMPORT "import T.Third 1.0\ninterface I { Point a }\n" OTHER POINT
                      "== third.qface\nmodule T.Third 1.0\n" POINT,
          "main.qface:4:15: 'Point' is in 'T.Other' and in 'T.Third'\n"
          "note: write 'T.Other.Point'" },
        { "prefix that two modules share",
          "== main.qface\nmodule T.Other 1.0\nimport U.Other 1.0\n"
          "interface I { U.Other.Point a }\n"
          "== other.qface\nmodule U.Other 1.0\n" POINT,
          "main.qface:2:8: 'T.Other' and 'U.Other' would both have 'other_module' in C\n"
          "note: '@config: { c_name: … }' of one of the modules gives it another prefix in C" },
        { "names that meet though the prefixes differ",
          "== main.qface\nmodule T.Climate 1.0\nimport T.ClimateControl 1.0\n"
          "interface ControlFan { T.ClimateControl.Point a }\n"
          "== other.qface\nmodule T.ClimateControl 1.0\n" POINT "interface Fan { int a }\n",
          "main.qface:2:8: 'T.Climate' and 'T.ClimateControl' would both have "
          "'climate_control_fan' as a type in C\n"
          "note: '@config: { c_name: … }' of one of the modules gives it another prefix in C" },
        { "base that is a struct", MAIN "interface I extends Point { int a }\n" POINT,
          "main.qface:2:21: unknown interface 'Point'" },
        { "base that the other module has not",
          MAIN IMPORT "interface I extends T.Other.J { T.Other.Point a }\n" OTHER POINT,
          "main.qface:3:21: unknown interface 'T.Other.J'" },
        { "three interfaces that extend each other",
          MAIN "interface A extends B { int a }\ninterface B extends C { int b }\n"
               "interface C extends A { int c }\n",
          "main.qface:4:21: 'C' extends itself through 'A'" },
        { "operation that is a property of the base",
          MAIN "interface A extends B { void a() }\ninterface B { int a }\n",
          "main.qface:2:30: 'a' is in the base 'B' already" },
        { "model in a struct", MAIN "struct S { model<int> a }\n",
          "main.qface:2:12: only a property can be a model" },
        { "model that is returned", ONE("model<int> a()"),
          "main.qface:3:1: only a property can be a model" },
        { "model of models", ONE("model<model<int>> a"),
          "main.qface:3:7: only a property can be a model" },
        { "model in a signal", ONE("signal s(model<int> a)"),
          "main.qface:3:10: only a property can be a model" },
        { "map without a type", ONE("map a"), "main.qface:3:5: expected '<', not 'a'" },
        { "map of nothing", ONE("map<void> a"), "main.qface:3:5: 'void' is not a value" },
        { "map of what is not there", ONE("map<Nothing> a"),
          "main.qface:3:5: unknown type 'Nothing'" },
        { "struct that contains itself in a map", MAIN "struct S { map<S> a }\n",
          "main.qface:2:12: 'S' contains itself through 'a'" },
        { "structs that contain each other", MAIN "struct S { T a }\nstruct T { list<S> b }\n",
          "main.qface:3:12: 'S' contains itself through 'b'" },
        { "start value of an interface", MAIN "interface I { I a = 'x' }\n",
          "main.qface:2:21: a value of type 'I' cannot be written" },
        { "start value of a map that is a list", ONE("map<int> a = '[ 1 ]'"),
          "main.qface:3:14: expected a mapping: { key: value, … }" },
        { "start value of a map with an entry of another type", ONE("map<int> a = '{ k: x }'"),
          "main.qface:3:14: 'x' is not a whole number" },
        { "start value of a field that does not fit", MAIN "struct S { int a = 3000000000 }\n",
          "main.qface:2:20: 3000000000 does not fit in an int, which has 32 bits" },
        { "wire type that does not exist", ONE("@dbus: { type: w }\nint a"),
          "main.qface:3:16: 'w' cannot be the D-Bus type of a value of type 'int'" },
        { "wire type of a bool", ONE("@dbus: { type: u }\nbool a"),
          "main.qface:3:16: 'u' cannot be the D-Bus type of a value of type 'bool'" },
        { "wire type with more than one type", ONE("@dbus: { type: uu }\nint a"),
          "main.qface:3:16: 'uu' cannot be the D-Bus type of a value of type 'int'" },
        { "wire type of a map with other keys", ONE("@dbus: { type: 'a{us}' }\nmap<string> a"),
          "main.qface:3:16: 'a{us}' cannot be the D-Bus type of a value of type 'map'" },
        { "wire type that is no text", ONE("@dbus: { type: [ u ] }\nint a"),
          "main.qface:3:16: 'type' wants a text" },
        { "value too large for its wire type", ONE("@dbus: { type: y }\nint a = 256"),
          "main.qface:4:9: 256 does not fit in uint8_t" },
        { "value below its wire type", ONE("@dbus: { type: q }\nint a = -1"),
          "main.qface:4:9: -1 does not fit in uint16_t" },
        { "value too large for the largest",
          ONE("@dbus: { type: t }\nint a = 18446744073709551616"),
          "main.qface:4:9: 18446744073709551616 does not fit in uint64_t" },
        { "object path that is none", ONE("@dbus: { type: o }\nstring a = 'x'"),
          "main.qface:4:12: 'x' cannot be an object path" },
        { "bound that its wire type has not",
          ONE("@dbus: { type: n }\n@config: { maximum: 40000 }\nint a"),
          "main.qface:4:21: 40000 does not fit in int16_t" },
        { "bus name without a dot",
          "== main.qface\n@dbus: { name: one }\nmodule T.Main 1.0\n" POINT,
          "main.qface:1:16: 'one' cannot be a bus name" },
        { "path of a module without a slash",
          "== main.qface\n@dbus: { path: one }\nmodule T.Main 1.0\n" POINT,
          "main.qface:1:16: 'one' cannot be an object path" },
        { "path that ends with a slash",
          "== main.qface\n@dbus: { path: /one/ }\nmodule T.Main 1.0\n" POINT,
          "main.qface:1:16: '/one/' cannot be an object path" },
        { "path outside of the module", MAIN "@dbus: { path: /a/b }\ninterface I { int a }\n",
          "main.qface:3:11: the object path '/a/b' is not below that of the module, '/T/Main1'" },
        { "path of another interface",
          MAIN "@dbus: { path: /T/Main1/J/K }\ninterface I { int a }\ninterface J { int a }\n",
          "main.qface:3:11: the object path '/T/Main1/J/K' is that of 'J', or of a zone of it" },
        { "interface name without a dot", MAIN "@dbus: { name: One }\ninterface I { int a }\n",
          "main.qface:2:16: 'One' cannot be the name of a D-Bus interface" },
        { "member name with a hyphen", ONE("@dbus: { name: a-b }\nint a"),
          "main.qface:3:16: 'a-b' cannot be the name of a member on D-Bus" },
        { "member name that another has", ONE("@dbus: { name: B }\nint a\nint b"),
          "main.qface:5:5: 'b' and 'a' would both be 'B' as a property of 'I' on D-Bus" },
        { "announcement that does not exist", ONE("@dbus: { emits: maybe }\nint a"),
          "main.qface:3:17: 'emits' wants true, invalidates, const or false" },
        { "constant that can be set", ONE("@dbus: { emits: const }\nint a"),
          "main.qface:3:17: 'a' can be set, so it is not constant" },
        { "parameter that is not there",
          ONE("@dbus: { parameters: { idx: { type: u } } }\nvoid f(int index)"),
          "main.qface:3:24: 'f' has no parameter 'idx'" },
        { "parameters that are a list", ONE("@dbus: { parameters: [ a ] }\nvoid f(int a)"),
          "main.qface:3:22: 'parameters' wants their names: { … }" },
        { "type of a parameter without its key",
          ONE("@dbus: { parameters: { a: u } }\nvoid f(int a)"),
          "main.qface:3:27: 'a' wants { type: … }" },
        { "type of a result that is nothing", ONE("@dbus: { return: { type: u } }\nvoid f()"),
          "main.qface:3:10: 'f' returns nothing" },
        { "several results of what is no struct", ONE("@dbus: { return: { type: uu } }\nint f()"),
          "main.qface:3:26: 'uu' cannot be the D-Bus type of a value of type 'int'" },
        { "several results that are not the fields",
          MAIN "interface I {\n@dbus: { return: { type: is } }\nPoint f()\n}\n" POINT,
          "main.qface:3:26: 'is' cannot be the D-Bus type of a value of type 'Point'" },
        { "errors that are no list", ONE("@dbus: { errors: A }\nvoid f()"),
          "main.qface:3:18: 'errors' wants a list of names: [ … ]" },
        { "error with a blank in its name", ONE("@dbus: { errors: [ 'a b' ] }\nvoid f()"),
          "main.qface:3:20: this cannot be the name of an error" },
        { "foreign service with zones",
          "== main.qface\n@dbus: { foreign: true }\nmodule T.Main 1.0\n"
          "@config: { zoned: true }\ninterface I { int a }\n",
          "main.qface:4:11: 'I' is of a foreign service, which knows no zones" },
        { "section with a bracket in its name",
          "== main.qface\n@config: { configurationId: 'a]' }\nmodule T.Main 1.0\n" POINT,
          "main.qface:1:29: 'a]' cannot be the name of a section" },
        { "annotations that are no YAML", ONE("int a") "== main.yaml\nT.Main: {\n",
          "main.yaml:2:1: this is not YAML: did not find expected node content" },
        { "annotations that are a list", ONE("int a") "== main.yaml\n- a\n",
          "main.yaml:1:1: expected names and what is said of them: 'Module.Interface: { … }'" },
        { "annotations of a symbol that are no keys", ONE("int a") "== main.yaml\nT.Main: x\n",
          "main.yaml:1:9: what is said of 'T.Main' wants keys: { … }" },
        { "wrong value in a file of annotations",
          ONE("int a") "== main.yaml\nT.Main.I#a:\n    config: { minimum: x }\n",
          "main.yaml:2:24: 'x' is not a whole number" },
        { "wrong value in a file of the command line",
          ONE("int a") "== more.ann\n# first\nT.Main.I#a:\n  config:\n    range: [ 1 ]\n",
          "more.ann:4:12: 'range' wants both bounds: [ lowest, highest ]" },
        { "bytes that are no text in a file of annotations", ONE("int a") "== main.yaml\n# \377\n",
          "main.yaml:1:3: this is not UTF-8" },
        { "two documents in a file of annotations",
          ONE("int a") "== main.yaml\nT.Main:\n---\nT.Main:\n",
          "main.yaml:3:1: there can be one document only" },
        { "zone of another interface in a file of annotations",
          MAIN "@config: { zoned: true }\ninterface I { int a }\n"
               "== main.yaml\nT.Main.I: { config_simulator: { zones: [ A ] } }\n"
               "T.Main.I#a: { config_simulator: { default: { A: 1, B: 2 } } }\n",
          "main.yaml:2:52: 'I' has no zone 'B'" },
};

static bool is_as_expected(const Row *row, bool usable) {
        Diagnostics *d;
        const Module *m;
        const char *said;

        start_again();
        m = read_files(row->files, &d);
        said = describe(d);
        if (strcmp(said, row->expected) != 0)
                print_error("%s:\nexpected %s\nbut got  %s\n", row->reason, row->expected, said);
        else if ((m && d->n_errors == 0) != usable)
                print_error("%s: %s\n", row->reason, usable ? "refused" : "accepted");
        else
                return true;
        return false;
}

static void bad_inputs_are_refused_with_their_place(void **state) {
        size_t n_wrong = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(bad_inputs); i++)
                n_wrong += !is_as_expected(&bad_inputs[i], false);
        assert_int_equal(n_wrong, 0);
}

/* Fields of ever new names. */
#define F10(x)                                                                                \
        "int " x "0 int " x "1 int " x "2 int " x "3 int " x "4 int " x "5 int " x "6 int " x \
        "7 int " x "8 int " x "9 "
#define F50 F10("a") F10("b") F10("c") F10("d") F10("e")

static const Row odd_inputs[] = {
        { "import of another version",
          MAIN "import T.Other 1.2\ninterface I { T.Other.Point a }\n" OTHER POINT,
          "main.qface:2:16: import-version: 'T.Other' is there in version 1.0, not 1.2" },
        { "import that nothing needs", MAIN IMPORT "interface I { int a }\n" OTHER POINT,
          "main.qface:2:8: unused-import: nothing of 'T.Other' is used" },
        { "doubts about what is imported are its own",
          MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER POINT
                      "interface Empty { }\nenum E { A = 1, B = 1 }\n",
          "" },
        { "name of nothing in a file of annotations",
          ONE("int speed") "== main.yaml\nT.Main.I#sped: { config: { unit: m } }\n",
          "main.yaml:1:1: unknown-symbol: there is no 'T.Main.I#sped'\n"
          "note: did you mean 'T.Main.I#speed'?" },
        { "key twice in a file of annotations",
          ONE("int a") "== main.yaml\nT.Main.I#a: { config: { unit: m } }\n"
                       "T.Main.I#a: { config: { unit: s } }\n",
          "main.yaml:2:1: duplicate-key: 'T.Main.I#a' is there twice, the last one counts" },
        { "unknown key in a file of annotations",
          ONE("int a") "== main.yaml\nT.Main.I#a:\n    config: { unt: m }\n",
          "main.yaml:2:15: unknown-key: 'unt' is unknown below '@config'\n"
          "note: did you mean 'unit'?" },
        { "enumerators with one value", MAIN "enum E { A = 1, B = 2, C = 1 }\n",
          "main.qface:2:24: duplicate-value: 'C' has the value of 'A'" },
        { "names that differ only in case", ONE("void fanlevel()\nsignal fanLevel()"),
          "main.qface:4:8: similar-name: 'fanLevel' differs from 'fanlevel' only in case" },
        { "fields that differ only in case", MAIN "struct S { int aB; int ab }\n",
          "main.qface:2:24: similar-name: 'ab' differs from 'aB' only in case" },
        { "interface without members", MAIN "interface I { }\n",
          "main.qface:2:11: empty-interface: the interface 'I' has no members" },
        { "struct that is nearly too long for D-Bus",
          MAIN "struct A { " F50 " }\nstruct S { A a; A b; A c; A d }\n",
          "main.qface:3:8: long-signature: the D-Bus signature of 'S' has 210 of at most 255 characters" },
        { "parameters that are nearly too long for D-Bus",
          MAIN "struct A { " F50 " }\ninterface I {\nvoid f(A a, A b, A c, A d)\n}\n",
          "main.qface:4:6: long-signature: the D-Bus signature of the parameters of 'f' has 208 of at "
          "most 255 characters" },
        { "key of a type that is unknown", ONE("@dbus: { return: { typ: u } }\nint f()"),
          "main.qface:3:20: unknown-key: 'typ' is unknown here\nnote: did you mean 'type'?" },
        { "section that no file can have",
          "== main.qface\n@config: { configurationId: a-b }\nmodule T.Main 1.0\n" POINT,
          "main.qface:1:29: section-name: fasciad.conf and client.conf cannot have a section 'a-b'" },
        { "emits of an operation", ONE("@dbus: { emits: const }\nint f()"),
          "main.qface:3:10: misplaced-key: 'emits' below '@dbus' has no effect here" },
};

static void odd_inputs_are_accepted_with_a_warning(void **state) {
        size_t n_wrong = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(odd_inputs); i++)
                n_wrong += !is_as_expected(&odd_inputs[i], true);
        assert_int_equal(n_wrong, 0);
}

static void of_two_files_of_one_module_the_first_is_used(void **state) {
        Diagnostics *d;

        (void)state;
        read_files(MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER POINT
                               "== sub/again.qface\nmodule T.Other 1.0\n" POINT,
                   &d);
        assert_string_equal(describe(d),
                            arena_printf(arena,
                                         "main.qface:2:8: duplicate-module: 'T.Other' is in "
                                         "'%s/other.qface' and in '%s/sub/again.qface': the first "
                                         "is used",
                                         folder, folder));
}

/* ---- warnings by name ---- */

static const char *configured(const char *option, const char *files) {
        Diagnostics *d = diagnostics_new(arena);
        Request q = { .arena = arena, .diagnostics = d };
        const Source **sources;
        size_t n_sources;
        Source *source;

        start_again();
        assert_int_equal(diagnostics_configure(d, option), 0);
        assert_int_equal(source_load(arena, write_files(&q, files), &source), 0);
        generate_read(&q, source, &sources, &n_sources);
        diagnostics_sort(d);
        return arena_printf(arena, "%zu of %zu", d->n_errors, d->n_items);
}

static void warnings_are_switched_by_name(void **state) {
        static const struct {
                const char *option, *expected;
        } rows[] = {
                { "unknown-key", "0 of 2" },
                { "no-unknown-key", "0 of 1" },
                { "error", "2 of 2" },
                { "error=unknown-key", "1 of 2" },
                { "error=empty-interface", "1 of 2" },
                { "no-error=unknown-key", "0 of 2" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_string_equal(
                        configured(rows[i].option, MAIN "@config: { zonde: 1 }\ninterface I { }\n"),
                        rows[i].expected);
        assert_true(diagnostics_configure(diagnostics_new(arena), "nonsense") < 0);
        assert_true(diagnostics_configure(diagnostics_new(arena), "no-nonsense") < 0);
        assert_true(diagnostics_configure(diagnostics_new(arena), "") < 0);
}

static void what_is_off_is_no_error_either(void **state) {
        Diagnostics *d = diagnostics_new(arena);

        (void)state;
        diagnostics_configure(d, "no-zones");
        diagnostics_configure(d, "error");
        assert_int_equal(d->warnings[WARNING_ZONES], WARNING_OFF);
        assert_int_equal(d->warnings[WARNING_UNKNOWN_KEY], WARNING_AS_ERROR);
}

/* ---- what is right ---- */

/* expected: stands in an output, with blanks of any number as one. */
static const Row good_inputs[] = {
        /* types */
        { "var is a variant", ONE("var a"), "<property name=\"A\" type=\"v\"" },
        { "map of strings", ONE("map<string> a"), "<property name=\"A\" type=\"a{ss}\"" },
        { "map of maps of lists", ONE("map<map<list<int>>> a"), "type=\"a{sa{sai}}\"" },
        { "list of var", ONE("list<var> a"), "type=\"av\"" },
        { "map of structs", MAIN "interface I { map<Point> a }\n" POINT, "type=\"a{s(i)}\"" },
        { "struct with a map and a var",
          MAIN "interface I { S a }\nstruct S { map<var> a; var b }\n", "type=\"(a{sv}v)\"" },
        { "interface as a type", MAIN "interface I { I a }\n", "name=\"A\" type=\"o\"" },
        { "list of interfaces", MAIN "interface I { list<I> a }\n", "type=\"ao\"" },
        { "interface that is returned", MAIN "interface I { I f() }\n",
          "type=\"o\" direction=\"out\"" },
        { "model as a property", ONE("model<string> a"), "name=\"A\" type=\"o\" access=\"read\"" },
        { "a var in C", ONE("void f(var a)"), "const struct fascia_variant *a" },
        { "a map in C", ONE("void f(map<int> a)"), "const struct fascia_int32_map *a" },
        { "a map of structs in C", MAIN "interface I { void f(map<Point> a) }\n" POINT,
          "const struct main_point_map *a" },
        { "entries of a map", MAIN "interface I { map<Point> a }\n" POINT,
          "struct main_point_map_entry { const char *key; struct main_point value; };" },
        { "an interface in C", MAIN "interface I { void f(I a) }\n", "const char *a" },
        { "a map of enums is one of int", MAIN "interface I { void f(map<E> a) }\nenum E { A }\n",
          "const struct fascia_int32_map *a" },
        { "a map of flags is one of their bits",
          MAIN "interface I { void f(map<F> a) }\nflag F { A }\n",
          "const struct fascia_uint32_map *a" },
        { "a map of interfaces is one of paths", MAIN "interface I { void f(map<I> a) }\n",
          "const struct fascia_string_map *a" },
        { "descriptor of a map", ONE("map<real> a"),
          ".signature = \"a{sd}\", .element = &real_map_entry_type," },
        { "descriptor of its entries", ONE("map<real> a"),
          ".offset = offsetof(struct fascia_double_map_entry, value)," },
        { "descriptor of an object", MAIN "interface I { I a }\n", ".kind = FASCIA_KIND_OBJECT," },
        { "descriptor of a var", ONE("var a"), ".kind = FASCIA_KIND_VAR," },
        { "descriptor of a model", ONE("model<int> a"),
          ".kind = FASCIA_KIND_MODEL, .self = sizeof(struct fascia_type), "
          ".size = sizeof(const char *), .name = \"\", .signature = \"o\", "
          ".element = &int32_type," },
        { "descriptors of own structs are for everybody", MAIN POINT,
          "extern const struct fascia_type main_point_type;" },

        /* wire types */
        { "y", ONE("@dbus: { type: y }\nint a"), "name=\"A\" type=\"y\"" },
        { "y in C", ONE("@dbus: { type: y }\nint a"),
          "int main_i_set_a(struct main_i *self, uint8_t value" },
        { "n in C", ONE("@dbus: { type: n }\nint a"), "int16_t value" },
        { "q in C", ONE("@dbus: { type: q }\nint a"), "uint16_t value" },
        { "u in C", ONE("@dbus: { type: u }\nint a"), "uint32_t value" },
        { "x in C", ONE("@dbus: { type: x }\nint a"), "int64_t value" },
        { "t in C", ONE("@dbus: { type: t }\nint a"), "uint64_t value" },
        { "o of a string", ONE("@dbus: { type: o }\nstring a"), "name=\"A\" type=\"o\"" },
        { "list of bytes", ONE("@dbus: { type: ay }\nlist<int> a"), "type=\"ay\"" },
        { "list of bytes, short", ONE("@dbus: { type: y }\nlist<int> a"), "type=\"ay\"" },
        { "list of bytes in C", ONE("@dbus: { type: ay }\nlist<int> a"),
          "const struct fascia_uint8_list *value" },
        { "map of large numbers", ONE("@dbus: { type: 'a{st}' }\nmap<int> a"), "type=\"a{st}\"" },
        { "field", MAIN "interface I { S a }\nstruct S { @dbus: { type: t }\nint a; string b }\n",
          "type=\"(ts)\"" },
        { "parameter", ONE("@dbus: { parameters: { b: { type: u } } }\nvoid f(int a, int b)"),
          "<arg name=\"b\" type=\"u\" direction=\"in\"" },
        { "result", ONE("@dbus: { return: { type: x } }\nint f()"),
          "type=\"x\" direction=\"out\"" },
        { "parameter of a signal",
          ONE("@dbus: { parameters: { a: { type: u } } }\nsignal s(int a)"),
          "<arg name=\"a\" type=\"u\"" },
        { "several results",
          MAIN "interface I {\n@dbus: { return: { type: is } }\nS f()\n}\n"
               "struct S { int a; string b }\n",
          ".signature = \"is\", .n_members = 2, .members = i_f_output_members," },
        { "the largest number", ONE("@dbus: { type: t }\nint a = 18446744073709551615"),
          "UINT64_C(18446744073709551615)" },
        { "the smallest number", ONE("@dbus: { type: x }\nint a = -9223372036854775808"),
          "INT64_MIN" },

        /* names and announcements */
        { "name of a property", ONE("@dbus: { name: Other }\nint a"), "<property name=\"Other\"" },
        { "name of a method", ONE("@dbus: { name: do_it }\nvoid f()"), "<method name=\"do_it\"" },
        { "name of a signal", ONE("@dbus: { name: Gone }\nsignal s()"), "<signal name=\"Gone\"" },
        { "name of an interface", MAIN "@dbus: { name: a.b.C }\ninterface I { int a }\n",
          "<interface name=\"a.b.C\"" },
        { "path of an interface", MAIN "@dbus: { path: /T/Main1/b }\ninterface I { int a }\n",
          ".path = \"/T/Main1/b\"," },
        { "name of a module",
          "== main.qface\n@dbus: { name: a.b-c }\nmodule T.Main 1.0\n"
          "interface I { int a }\n",
          ".bus_name = \"a.b-c\", .path = \"/a/b_c\"," },
        { "path of a module",
          "== main.qface\n@dbus: { path: /x }\nmodule T.Main 1.0\n"
          "interface I { int a }\n",
          ".path = \"/x/I\"," },
        { "foreign service",
          "== main.qface\n@dbus: { name: a.b, foreign: true }\n"
          "module T.Main 1.0\ninterface I { int a }\n",
          ".flags = FASCIA_MODULE_FOREIGN," },
        { "the object of a foreign service is one",
          "== main.qface\n@dbus: { name: a.b, foreign: true }\nmodule T.Main 1.0\n"
          "interface I { int a }\n",
          ".dbus_name = \"a.b.I\", .path = \"/a/b\"," },
        { "emits nothing", ONE("@dbus: { emits: \"false\" }\nint a"),
          ".flags = FASCIA_PROPERTY_SILENT," },
        { "emits invalidates", ONE("@dbus: { emits: invalidates }\nint a"),
          ".flags = FASCIA_PROPERTY_INVALIDATES," },
        { "emits const", ONE("@dbus: { emits: const }\nreadonly int a"),
          ".flags = FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_CONST," },
        { "errors in C", ONE("@dbus: { errors: [ TooHot ] }\nvoid f()"),
          "#define MAIN_ERROR_NAME_TOO_HOT \"T.Main1.Error.TooHot\"" },
        { "errors of a method", ONE("@dbus: { errors: [ A, B ] }\nvoid f()"),
          ".n_errors = 2, .errors = i_f_errors," },
        { "constant operation", ONE("void f() const"), ".flags = FASCIA_METHOD_CONST," },
        { "section of the module",
          "== main.qface\n@config: { configurationId: Sec }\n"
          "module T.Main 1.0\ninterface I { int a }\n",
          ".configuration = \"Sec\"," },
        { "section of the interface",
          "== main.qface\n@config: { configurationId: Sec }\n"
          "module T.Main 1.0\n@config: { configurationId: Own }\n"
          "interface I { int a }\n",
          ".configuration = \"Own\"," },
        { "persistent", ONE("@config: { persistent: true }\nint a"),
          ".flags = FASCIA_PROPERTY_PERSISTENT," },
        { "name of a getter", ONE("@config: { getter_name: howMany }\nint a"),
          "int32_t main_i_how_many(const struct main_i *self);" },
        { "name of a setter", ONE("@config: { setter_name: change }\nint a"),
          "int main_i_change(struct main_i *self" },
        { "prefix of a module",
          "== main.qface\n@config: { c_name: other }\nmodule T.Main 1.0\n"
          "interface I { int a }\n",
          "struct other_i;" },

        /* values */
        { "start value of a field", MAIN "struct S { int a = 7; string b = \"x\" }\n",
          "#define MAIN_S_INIT { \\ 7, \\ \"x\" \\ }" },
        { "what a struct starts with", MAIN "interface I { S a }\nstruct S { int a = 7; real b }\n",
          "i_a_initial = { .a = 7, .b = 0 };" },
        { "what a struct in a struct starts with",
          MAIN
          "interface I { T a }\nstruct S { int a = 7 }\nstruct T { S s; E e }\nenum E { X, Y }\n",
          "i_a_initial = { .s = { .a = 7 }, .e = 0 };" },
        { "start value of a map, sorted", ONE("map<int> a = '{ b: 2, a: 1 }'"),
          "[0] = { .key = \"a\", .value = 1 }, [1] = { .key = \"b\", .value = 2 }," },
        { "number in a var", ONE("var a = 5"), "static const int32_t i_a_initial_value = 5;" },
        { "real in a var", ONE("var a = 5.5"), "static const double i_a_initial_value = 5.5;" },
        { "bool in a var", ONE("var a = true"), "static const bool i_a_initial_value = true;" },
        { "text in a var", ONE("var a = \"5\""),
          "static const char *const i_a_initial_value = \"5\";" },
        { "name of a member in a var stays text", ONE("@config_simulator: { default: E.A }\nvar a"),
          "initial_value = \"E.A\";" },
        { "list in a var", ONE("var a = '[ 1, x ]'"), ".signature = \"av\"," },
        { "mapping in a var", ONE("var a = '{ k: 1 }'"), ".signature = \"a{sv}\"," },
        { "nothing in a var", ONE("var a = null"), "i_a_initial = { .type = NULL };" },

        { "a property named as the framework's event", ONE("bool on"),
          "void (*on_value_changed)(struct main_i *self, bool value, void *userdata);" },

        /* what was, and what will be */
        { "since in a header", ONE("@since: \"1.2\"\nint a"), "/** * @since 1.2 */" },
        { "since of a field", MAIN "struct S {\n@since: \"1.2\"\nint a\n}\n",
          "/** * @since 1.2 */ int32_t a;" },
        { "since in the comment already", ONE("/** @since 1.2 */\n@since: \"1.2\"\nint a"),
          "/** * @since 1.2 */ int32_t main_i_get_a(" },
        { "the compiler warns of what is deprecated", ONE("@deprecated: \"use b\"\nvoid a()"),
          "FASCIA_DEPRECATED(\"use b\") int main_i_a(" },
        { "also who sets it", ONE("@deprecated\nint a"),
          "FASCIA_DEPRECATED(\"\") int main_i_set_a(" },
        { "since in introspection", ONE("@since: \"1.2\"\nvoid a()"),
          "<annotation name=\"org.fascia.Since\" value=\"1.2\"/>" },
        { "deprecated in introspection", ONE("@deprecated: \"use b\"\nvoid a()"),
          "<annotation name=\"org.freedesktop.DBus.Deprecated\" value=\"true\"/>" },
        { "deprecated in the manual", ONE("@deprecated: \"use b\"\nvoid a()"),
          "Deprecated: use b." },

        /* introspection */
        { "zones",
          MAIN "@config: { zoned: true }\n@config_simulator: { zones: [ A, B ] }\n"
               "interface I { int a }\n",
          "<annotation name=\"org.fascia.Zones\" value=\"A, B\"/>" },
        { "errors", ONE("@dbus: { errors: [ A, B ] }\nvoid f()"),
          "name=\"org.fascia.Errors\" value=\"T.Main1.Error.A T.Main1.Error.B\"/>" },
        { "members of a struct in a map", MAIN "interface I { map<Point> a }\n" POINT,
          "<annotation name=\"org.fascia.Struct\" value=\"x:i\"/>" },
        { "a model has an interface of its own", ONE("model<string> rows"),
          "<interface name=\"T.Main1.I.Rows\">" },
        { "whose rows have its type", ONE("model<string> rows"),
          "<arg name=\"rows\" type=\"as\" direction=\"out\"/>" },

        /* the manual */
        { "how it is called", ONE("void f(int count)"), ".BR F \"(i count)\"" },
        { "with its bounds", ONE("@config: { range: [ 1, 5 ], unit: km }\nint a"),
          "From 1 to 5 km." },
        { "and its values", MAIN "interface I { E a }\nenum E { X, Y = 5 }\n", "E: X = 0, Y = 5." },

        /* for the message bus */
        { "who owns the name", ONE("int a"), "<allow own=\"T.Main1\"/>" },
        { "what starts it", ONE("int a"), "[D-BUS Service] Name=T.Main1" },

        { "words that are macros of Qt", ONE("void f(int signals, int slots, int emit)"),
          "int32_t signals_, int32_t slots_, int32_t emit_" },

        /* modules */
        { "type of another module", MAIN IMPORT "interface I { T.Other.Point a }\n" OTHER POINT,
          "#include <t-other-1/other-types.h>" },
        { "its signature", MAIN IMPORT "interface I { list<T.Other.Point> a }\n" OTHER POINT,
          "type=\"a(i)\"" },
        { "without the first part of its module",
          MAIN IMPORT "interface I { Other.Point a }\n" OTHER POINT, "type=\"(i)\"" },
        { "without its module", MAIN IMPORT "interface I { Point a }\n" OTHER POINT,
          "type=\"(i)\"" },
        { "an own name counts first",
          MAIN IMPORT
          "interface I { Point a; Other.Point b }\nstruct Point { string x }\n" OTHER POINT,
          "name=\"A\" type=\"(s)\"" },
        { "what the imported module imports",
          MAIN IMPORT "interface I { Third.Point a; Other.Point b }\n" OTHER
                      "import T.Third 1.0\nstruct Point { T.Third.Point x }\n"
                      "== third.qface\nmodule T.Third 1.0\n" POINT,
          "#include <t-third-1/third-types.h>" },
        { "a list of its structs has a name of ours",
          MAIN IMPORT "interface I { list<Other.Point> a }\n" OTHER POINT,
          "struct main_other_point_list {" },
        { "its descriptor is a copy", MAIN IMPORT "interface I { Other.Point a }\n" OTHER POINT,
          "static const struct fascia_type imported_other_point_type = {" },
        { "its annotations count",
          MAIN IMPORT "interface I { Other.Point a }\n" OTHER POINT
                      "== other.yaml\nT.Other.Point#x: { dbus: { type: u } }\n",
          "type=\"(u)\"" },
        { "found in a folder below",
          MAIN IMPORT
          "interface I { Other.Point a }\n== deep/er/x.qface\nmodule T.Other 1.0\n" POINT,
          "type=\"(i)\"" },
        { "the version that is asked for",
          MAIN "import T.Other 2.0\ninterface I { Other.Point a }\n" OTHER POINT
               "== z.qface\nmodule T.Other 2.0\nstruct Point { string s }\n",
          "type=\"(s)\"" },
        { "module of types only", OTHER POINT, "const struct fascia_module other_module = {" },

        /* inheritance */
        { "members of the base come first",
          MAIN "interface I extends J { int b }\ninterface J { int a }\n",
          "MAIN_I_PROPERTY_A, MAIN_I_PROPERTY_B" },
        { "of the base of the base",
          MAIN "interface I extends J { int c }\ninterface J extends K { int b }\n"
               "interface K { int a }\n",
          "MAIN_I_PROPERTY_A, MAIN_I_PROPERTY_B, MAIN_I_PROPERTY_C" },
        { "operations and signals too",
          MAIN "interface I extends J { int a }\ninterface J { void f(); signal s(int x) }\n",
          "int main_i_f(struct main_i *self" },
        { "of a base in another module",
          MAIN IMPORT "interface I extends T.Other.J { int b }\n" OTHER
                      "interface J { Point a }\n" POINT,
          "name=\"T.Main1.I\"" },
        { "annotations of the base",
          MAIN "interface I extends J { int b }\ninterface J { @dbus: { type: u }\nint a }\n",
          "int main_i_set_a(struct main_i *self, uint32_t value" },
        { "annotations of the derived interface",
          MAIN "interface I extends J { int b }\ninterface J { int a }\n"
               "== main.yaml\nT.Main.I#a: { dbus: { type: u } }\n",
          "int main_i_set_a(struct main_i *self, uint32_t value" },
        { "and not of the base",
          MAIN "interface I extends J { int b }\ninterface J { int a }\n"
               "== main.yaml\nT.Main.I#a: { dbus: { type: u } }\n",
          "int main_j_set_a(struct main_j *self, int32_t value" },
        { "zones of the base",
          MAIN "interface I extends J { int b }\n@config: { zoned: true }\n"
               "@config_simulator: { zones: [ Left ] }\ninterface J { int a }\n",
          "i_zones[] = { \"Left\", };" },

        /* files of annotations */
        { "file beside", ONE("int a") "== main.yaml\nT.Main.I#a: { config: { unit: m } }\n",
          ".unit = \"m\"," },
        { "file of the command line",
          ONE("int a") "== x.ann\nT.Main.I#a: { config: { unit: m } }\n", ".unit = \"m\"," },
        { "later files win",
          ONE("@config: { unit: a }\nint a") "== main.yaml\nT.Main.I#a: { config: { unit: b } }\n"
                                             "== x.ann\nT.Main.I#a: { config: { unit: c } }\n",
          ".unit = \"c\"," },
        { "mappings are merged",
          ONE("@config: { unit: a }\nint a") "== main.yaml\nT.Main.I#a: { config: { minimum: 1 } }\n",
          ".constraint = &i_a_constraint, .unit = \"a\"," },
        { "lists are replaced",
          MAIN "@config: { zoned: true }\n@config_simulator: { zones: [ A, B ] }\n"
               "interface I { int a }\n"
               "== main.yaml\nT.Main.I: { config_simulator: { zones: [ C ] } }\n",
          "i_zones[] = { \"C\", };" },
        { "of an operation", ONE("int f()") "== main.yaml\nT.Main.I#f: { dbus: { name: Go } }\n",
          "<method name=\"Go\"" },
        { "of a field",
          MAIN "interface I { S a }\nstruct S { int x }\n"
               "== main.yaml\nT.Main.S#x: { dbus: { type: q } }\n",
          "type=\"(q)\"" },
        { "of a flag",
          MAIN "interface I { void f(F a) }\nflag F { A }\n"
               "== main.yaml\nT.Main.F: { config: { type: Effs } }\n",
          "main_effs a" },
        { "nothing said of it", ONE("int a") "== main.yaml\nT.Main.I#a:\n", "name=\"A\"" },
        { "only a comment", ONE("int a") "== main.yaml\n# nothing\n", "name=\"A\"" },
        { "line ends of another system",
          ONE("int a") "== main.yaml\nT.Main.I#a:\r\n    config: { unit: m }\r\n",
          ".unit = \"m\"," },
};

/* Blanks of any number as one, of both. */
static const char *squeeze(const char *text) {
        char *copy = arena_strndup(arena, text, strlen(text)), *out = copy;

        for (const char *p = text; *p; p++) {
                bool blank = *p == ' ' || *p == '\n';

                if (!blank)
                        *out++ = *p;
                else if (out > copy && out[-1] != ' ')
                        *out++ = ' ';
        }
        *out = '\0';
        return copy;
}

static bool is_in_outputs(const Module *m, const char *expected) {
        Output o = { .arena = arena };

        generate_outputs(m, GENERATE_USUAL, NULL, &o);
        for (size_t i = 0; i < o.n_files; i++)
                if (strstr(squeeze(output_text(&o, i)), expected))
                        return true;
        return false;
}

static void good_inputs_give_what_is_expected(void **state) {
        size_t n_wrong = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(good_inputs); i++) {
                const Row *row = &good_inputs[i];
                Diagnostics *d;
                const Module *m;

                start_again();
                m = read_files(row->files, &d);
                if (m && d->n_items == 0 && is_in_outputs(m, row->expected))
                        continue;
                print_error("%s: %s, nowhere %s\n", row->reason, describe(d), row->expected);
                n_wrong++;
        }
        assert_int_equal(n_wrong, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(bad_inputs_are_refused_with_their_place),
                TEST(odd_inputs_are_accepted_with_a_warning),
                TEST(of_two_files_of_one_module_the_first_is_used),
                TEST(warnings_are_switched_by_name),
                TEST(what_is_off_is_no_error_either),
                TEST(good_inputs_give_what_is_expected),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
