/* SPDX-License-Identifier: MIT */
/* The stages of the code generator: what they read, what they refuse and what they call things. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "doc.h"
#include "generate.h"
#include "lexer.h"
#include "naming.h"
#include "node.h"
#include "parser.h"
#include "value-reader.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static Arena *arena;

static void exhausted(void) {
        fail_msg("out of memory");
}

static int set_up(void **state) {
        (void)state;
        arena = arena_new(exhausted);
        return arena ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

/* Everything that was said: "line:column: text" for an error, "line:column: warning: text", and
 * "note: text" below. */
static const char *describe(const Diagnostics *d) {
        const char *text = "";

        for (size_t i = 0; i < d->n_items; i++) {
                const Diagnostic *item = &d->items[i];
                uint32_t line, column;

                source_locate(item->at.source, item->at.offset, &line, &column);
                text = arena_printf(arena, "%s%s%u:%u: %s%s", text, *text ? "\n" : "", line, column,
                                    item->severity == SEVERITY_WARNING ? "warning: " : "",
                                    item->text);
                if (item->note)
                        text = arena_printf(arena, "%s\nnote: %s", text, item->note);
        }
        return text;
}

static Module *read_text(const char *text, size_t size, Diagnostics **ret_diagnostics) {
        Source *source = source_new(arena, "folder/test.qface", text, size);
        Diagnostics *d = diagnostics_new(arena);
        Request q = { .arena = arena, .diagnostics = d };
        const Source **sources;
        size_t n_sources;
        Module *m;

        /* Most rows have one, as short as it gets. */
        assert_int_equal(diagnostics_configure(d, "no-empty-interface"), 0);
        m = generate_read(&q, source, &sources, &n_sources);
        diagnostics_sort(d);
        *ret_diagnostics = d;
        return m;
}

/* A module about which there is nothing to say. */
static Module *read_good(const char *text) {
        Diagnostics *d;
        Module *m = read_text(text, strlen(text), &d);

        assert_string_equal(describe(d), "");
        assert_non_null(m);
        return m;
}

typedef struct Row {
        const char *reason;
        const char *text;
        size_t size;
        const char *expected;
} Row;

#define TEXT(...) __VA_ARGS__, sizeof(__VA_ARGS__) - 1
#define MODULE "module T.M 1.0\n"
#define MEMBERS(members) MODULE "interface I {\n" members "\n}\n"
#define KITCHEN(members)                                         \
        MODULE "@config: { zoned: true }\n"                      \
               "@config_simulator: { zones: [ Left, Right ] }\n" \
               "interface I {\n" members "\n}\n"                 \
               "enum E { A, B }\nflag F { X, Y }\nstruct S { int a; string b }\n"
#define LISTS_8 "list<list<list<list<list<list<list<list<"
#define LISTS_32 LISTS_8 LISTS_8 LISTS_8 LISTS_8
#define CLOSED_8 ">>>>>>>>"
#define CLOSED_32 CLOSED_8 CLOSED_8 CLOSED_8 CLOSED_8

static const Row bad_inputs[] = {
        { "nothing at all", TEXT(""), "1:1: expected 'module', not the end of the file" },
        { "only a comment", TEXT("// nothing\n"),
          "2:1: expected 'module', not the end of the file" },
        { "no module line", TEXT("interface I { }\n"), "1:1: expected 'module', not 'interface'" },
        { "module without a name", TEXT("module\n"),
          "2:1: expected the name of the module, not the end of the file" },
        { "module without a version",
          TEXT("module T.M\n"
               "interface I { }\n"),
          "2:1: expected a version such as 1.0, not 'interface'" },
        { "version of one number",
          TEXT("module T.M 1\n"
               "interface I { }\n"),
          "1:12: expected a version such as 1.0, not '1'" },
        { "version of three numbers",
          TEXT("module T.M 1.0.0\n"
               "interface I { }\n"),
          "1:12: expected a version such as 1.0, not '1.0.0'" },
        { "version out of range",
          TEXT("module T.M 99999.0\n"
               "interface I { }\n"),
          "1:12: expected a version such as 1.0, not '99999.0'" },
        { "bus names have no part that begins with a digit",
          TEXT("module T.1M 1.0\n"
               "interface I { }\n"),
          "1:8: 'T.1M' cannot be a bus name: a part of it begins with a digit" },
        { "bus names have no empty part",
          TEXT("module T..M 1.0\n"
               "interface I { }\n"),
          "1:8: 'T..M' cannot be a bus name: a part of it is empty" },
        { "nothing in the module", TEXT(MODULE), "1:8: the module 'T.M' is empty" },
        { "something else at the top", TEXT(MODULE "int x\n"),
          "2:1: expected 'interface', 'struct', 'enum' or 'flag', not 'int'" },
        { "a keyword as a name", TEXT(MODULE "interface list { }\n"),
          "2:11: 'list' is a keyword and cannot be a name" },
        { "a keyword as the name of a property", TEXT(MEMBERS("    int readonly")),
          "3:9: 'readonly' is a keyword and cannot be a name" },
        { "a keyword as the name of a parameter", TEXT(MEMBERS("    void f(int model)")),
          "3:16: 'model' is a keyword and cannot be a name" },
        { "dots in the name of an interface", TEXT(MODULE "interface A.B { }\n"),
          "2:11: 'A.B' may not have dots" },
        { "bracket never closed",
          TEXT(MODULE "interface I {\n"
                      "    int a\n"),
          "4:1: expected a type, not the end of the file" },
        { "comment without end",
          TEXT(MODULE "/* and so on\n"
                      "interface I { }\n"),
          "2:1: this comment has no end" },
        { "text without end", TEXT(MEMBERS("    string a = \"abc")), "3:16: this text has no end" },
        { "unknown escape", TEXT(MEMBERS("    string a = \"a\\q\"")),
          "3:18: there is no such escape" },
        { "unknown character", TEXT(MEMBERS("    int a # b")),
          "3:11: this character has no meaning here" },
        { "byte order of UTF-8", TEXT(MODULE "interface I { string a = \"\377\" }\n"),
          "2:27: this is not UTF-8" },
        { "NUL byte", TEXT(MODULE "interface I { \0 }\n"),
          "2:15: a NUL byte cannot be in an interface file" },
        { "unknown type", TEXT(MEMBERS("    FanLevl a")), "3:5: unknown type 'FanLevl'" },
        { "unknown type, with one that is close",
          TEXT(MODULE "interface I {\n"
                      "    FanLevl a\n"
                      "}\n"
                      "enum FanLevel { Off }\n"),
          "3:5: unknown type 'FanLevl'"
          "\n"
          "note: did you mean 'FanLevel'?" },
        { "void as the type of a property", TEXT(MEMBERS("    void a")),
          "3:5: 'void' is not a value" },
        { "void as the type of a parameter", TEXT(MEMBERS("    int f(void a)")),
          "3:11: 'void' is not a value" },
        { "list of void", TEXT(MEMBERS("    list<void> a")), "3:10: 'void' is not a value" },
        { "list without a type", TEXT(MEMBERS("    list a")), "3:10: expected '<', not 'a'" },
        { "list that is not closed", TEXT(MEMBERS("    list<int a")),
          "3:14: expected '>', not 'a'" },
        { "parameter without a name", TEXT(MEMBERS("    void f(int)")),
          "3:15: expected the name of a parameter, not ')'" },
        { "parameters not closed", TEXT(MEMBERS("    void f(int a")),
          "4:1: expected a type, not '}'" },
        { "signal without brackets", TEXT(MEMBERS("    signal s")), "4:1: expected '(', not '}'" },
        { "readonly operation is none", TEXT(MEMBERS("    readonly int f()")),
          "3:19: expected a type, not '('" },
        { "annotation before nothing",
          TEXT(MEMBERS("    int a\n"
                       "    @config: { }")),
          "4:6: this annotation belongs to nothing" },
        { "annotation at the end of the file",
          TEXT(MODULE "interface I { }\n"
                      "@config: { }\n"),
          "3:2: this annotation belongs to nothing" },
        { "enum value that is a text",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A = B }\n"),
          "3:14: expected a whole number, not 'B'" },
        { "enum value with a fraction",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A = 1.5 }\n"),
          "3:14: '1.5' is not a whole number" },
        { "enum value of more than 32 bits",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A = 0x80000000 }\n"),
          "3:14: 0x80000000 does not fit in 32 bits" },
        { "flag value of more than 64 bits",
          TEXT(MODULE "interface I { }\n"
                      "flag F { A = 0x10000000000000000 }\n"),
          "3:14: 0x10000000000000000 does not fit in 64 bits without sign" },
        { "flag value below zero",
          TEXT(MODULE "interface I { }\n"
                      "flag F { A = -1 }\n"),
          "3:14: -1 does not fit in 64 bits without sign" },
        { "enum without members",
          TEXT(MODULE "interface I { }\n"
                      "enum E { }\n"),
          "3:6: 'E' has no members" },
        { "struct without fields",
          TEXT(MODULE "interface I { }\n"
                      "struct S { }\n"),
          "3:8: the struct 'S' has no fields" },
        { "struct in itself",
          TEXT(MODULE "interface I { }\n"
                      "struct S { int a; S b }\n"),
          "3:19: 'S' contains itself through 'b'" },
        { "struct in itself, through a list and another",
          TEXT(MODULE "interface I { }\n"
                      "struct S { list<T> b }\n"
                      "struct T { S a }\n"),
          "4:12: 'S' contains itself through 'a'" },
        { "start value of a field of another type", TEXT(MODULE "struct S { int a = b }\n"),
          "2:20: 'b' is not a whole number" },
        { "model that is no property", TEXT(MEMBERS("    void f(model<int> a)")),
          "3:12: only a property can be a model" },
        { "list of models", TEXT(MEMBERS("    list<model<int>> a")),
          "3:10: only a property can be a model" },
        { "import",
          TEXT(MODULE "import Other 1.0\n"
                      "interface I { }\n"),
          "2:8: there is no module 'Other'"
          "\n"
          "note: say with -I below which directory it is to be looked for" },
        { "base that is not there", TEXT(MODULE "interface I extends J { }\n"),
          "2:21: unknown interface 'J'" },
        { "base of itself",
          TEXT(MODULE "interface I extends J { }\n"
                      "interface J extends I { }\n"),
          "3:21: 'J' extends itself through 'I'" },
        { "member that is in the base",
          TEXT(MODULE "interface I extends J { int a }\n"
                      "interface J { int a }\n"),
          "2:29: 'a' is in the base 'J' already" },
        { "D-Bus allows 32 levels",
          TEXT(MEMBERS("    " LISTS_32 "list<"
                       "int"
                       ">" CLOSED_32 " a")),
          "3:5: this type is nested 33 deep, D-Bus allows 32" },
        { "types that nobody can mean",
          TEXT(MEMBERS("    " LISTS_32 LISTS_32 "list<list<list<list<list<list<"
                       "int"
                       ">>>>>>" CLOSED_32 CLOSED_32 " a")),
          "3:325: this type is nested too deeply" },
        { "D-Bus allows signatures of 255",
          TEXT(MODULE "interface I { S3 a }\n"
                      "struct S0 { int a; int b; int c; int d; int e; int f; int g; int h; "
                      "int i; int j; int k; int l; int m; int n; int o; int p }\n"
                      "struct S1 { S0 a; S0 b }\nstruct S2 { S1 a; S1 b; S1 c; S1 d }\n"
                      "struct S3 { S2 a; S2 b; S2 c; S2 d }\n"),
          "2:15: the D-Bus signature of this type is longer than 255" },
        { "property twice",
          TEXT(MEMBERS("    int a\n"
                       "    int a")),
          "4:9: 'a' is there twice" },
        { "operation twice",
          TEXT(MEMBERS("    void f()\n"
                       "    void f(int a)")),
          "4:10: 'f' is there twice" },
        { "interface twice",
          TEXT(MODULE "interface I { }\n"
                      "interface I { }\n"),
          "3:11: 'I' is there twice" },
        { "struct called like an enum",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A }\n"
                      "struct E { int a }\n"),
          "4:8: 'E' is there twice" },
        { "parameter twice", TEXT(MEMBERS("    void f(int a, int a)")),
          "3:23: 'a' is there twice" },
        { "field twice",
          TEXT(MODULE "interface I { }\n"
                      "struct S { int a; int a }\n"),
          "3:23: 'a' is there twice" },
        { "two names become one in C",
          TEXT(MEMBERS("    int fanLevel\n"
                       "    int fan_level")),
          "4:9: 'fan_level' and 'fanLevel' would both be 'm_i_set_fan_level_reply' as a type in C"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "two names become one on D-Bus",
          TEXT(MEMBERS("    @config: { c_name: other }\n"
                       "    int fan\n"
                       "    int Fan")),
          "5:9: 'Fan' and 'fan' would both be 'Fan' as a property of 'I' on D-Bus" },
        { "two enum members become one in C",
          TEXT(MODULE "interface I { }\n"
                      "enum E { fooBar, FooBar }\n"),
          "3:18: 'FooBar' and 'fooBar' would both be 'M_E_FOO_BAR' in C"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "a name of the framework on D-Bus", TEXT(MEMBERS("    int fasciaSerial")),
          "3:9: 'fasciaSerial' would be 'FasciaSerial' as a property of 'I' on D-Bus, which Fascia uses itself" },
        { "a name of the framework in C", TEXT(MEMBERS("    void new()")),
          "3:10: 'new' and 'I' would both be 'm_i_new' in C"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "an operation like a getter",
          TEXT(MEMBERS("    int a\n"
                       "    int getA()")),
          "4:9: 'getA' and 'a' would both be 'm_i_get_a' in C"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "a signal like a change",
          TEXT(MEMBERS("    int a\n"
                       "    signal aChanged(int a)")),
          "4:12: 'aChanged' and 'a' would both be 'a_changed' in 'm_i_listener'"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "an operation like a listener's event is fine, a signal is not",
          TEXT(MEMBERS("    signal onState()")),
          "3:12: 'onState' would be 'on_state' in 'm_i_listener', which Fascia uses itself"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "a type like that of lists in a list",
          TEXT(MODULE "interface I { list<list<int>> a }\nstruct IntListList { int a }\n"),
          "3:8: 'IntListList' would be 'm_int_list_list' as a type in C, which Fascia uses itself"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "a property that has the name of another's values",
          TEXT(MODULE "interface A { int bC }\ninterface A_B { int c }\n"),
          "3:21: 'c' and 'bC' would both be 'a_b_c' inside a file in C"
          "\n"
          "note: '@config: { c_name: … }' gives it another name in C" },
        { "annotation that is not YAML",
          TEXT(MEMBERS("    @config: { minimum: 1\n"
                       "    int a")),
          "3:26: this is not YAML: did not find expected ',' or '}'" },
        { "annotation that is a bare word",
          TEXT(MEMBERS("    @nonsense\n"
                       "    int a")),
          "3:6: an annotation is written '@name: value'" },
        { "tag that wants keys",
          TEXT(MEMBERS("    @config: 5\n"
                       "    int a")),
          "3:14: '@config' wants keys: { … }" },
        { "alias",
          TEXT(MEMBERS("    @config_simulator: { default: *a }\n"
                       "    int a")),
          "3:35: aliases cannot be used here" },
        { "bool that is none",
          TEXT(KITCHEN("    @config_simulator: { default: maybe }\n"
                       "    bool a")),
          "5:35: 'maybe' is not a bool: true or false" },
        { "int that is none",
          TEXT(KITCHEN("    @config_simulator: { default: lots }\n"
                       "    int a")),
          "5:35: 'lots' is not a whole number" },
        { "int with a fraction",
          TEXT(KITCHEN("    @config_simulator: { default: 1.5 }\n"
                       "    int a")),
          "5:35: '1.5' is not a whole number" },
        { "int of more than 32 bits",
          TEXT(KITCHEN("    @config_simulator: { default: 2147483648 }\n"
                       "    int a")),
          "5:35: 2147483648 does not fit in an int, which has 32 bits" },
        { "real that is none",
          TEXT(KITCHEN("    @config_simulator: { default: .nan }\n"
                       "    real a")),
          "5:35: '.nan' is not a finite number" },
        { "real beyond all",
          TEXT(KITCHEN("    @config_simulator: { default: 1e999 }\n"
                       "    real a")),
          "5:35: 1e999 is too large for a real" },
        { "enum member that is none",
          TEXT(KITCHEN("    @config_simulator: { default: E.C }\n"
                       "    E a")),
          "5:35: 'E' has no member 'C'" },
        { "flag member that is none",
          TEXT(KITCHEN("    @config_simulator: { default: X|Z }\n"
                       "    F a")),
          "5:35: 'F' has no member 'Z'" },
        { "list where one value is wanted",
          TEXT(KITCHEN("    @config_simulator: { default: [ 1 ] }\n"
                       "    int a")),
          "5:35: expected one value, not a list" },
        { "one value where a list is wanted",
          TEXT(KITCHEN("    @config_simulator: { default: 1 }\n"
                       "    list<int> a")),
          "5:35: expected a list: [ … ]" },
        { "struct with too few fields",
          TEXT(KITCHEN("    @config_simulator: { default: [ 1 ] }\n"
                       "    S a")),
          "5:35: 'S' has 2 fields, not 1" },
        { "struct without a field",
          TEXT(KITCHEN("    @config_simulator: { default: { a: 1 } }\n"
                       "    S a")),
          "5:35: the field 'b' is missing" },
        { "struct with an unknown field",
          TEXT(KITCHEN("    @config_simulator: { default: { a: 1, c: x } }\n"
                       "    S a")),
          "5:43: 'S' has no field 'c'" },
        { "struct as one value",
          TEXT(KITCHEN("    @config_simulator: { default: 5 }\n"
                       "    S a")),
          "5:35: expected the fields of 'S': { … } or [ … ]" },
        { "unknown zone",
          TEXT(KITCHEN("    @config_simulator: { default: { Left: 1, Rigth: 2 } }\n"
                       "    int a")),
          "5:46: 'I' has no zone 'Rigth'"
          "\n"
          "note: did you mean 'Right'?" },
        { "zone twice",
          TEXT(MODULE "@config: { zoned: true }\n"
                      "@config_simulator: { zones: [ A, A ] }\n"
                      "interface I { }\n"),
          "3:34: the zone 'A' is there already" },
        { "simulation file that is not there",
          TEXT("@config_simulator: { simulationFile: \"nowhere/x.lua\" }\n"
               "module T.M 1.0\n"
               "interface I { int a }\n"),
          "1:38: cannot read 'folder/nowhere/x.lua': No such file or directory" },
        { "zones that are no list",
          TEXT(MODULE "@config_simulator: { zones: A }\n"
                      "interface I { }\n"),
          "2:29: 'zones' wants a list: [ …, … ]" },
        { "range of one",
          TEXT(KITCHEN("    @config: { range: [ 1 ] }\n"
                       "    int a")),
          "5:23: 'range' wants both bounds: [ lowest, highest ]" },
        { "bounds in the wrong order",
          TEXT(KITCHEN("    @config: { minimum: 5, maximum: 3 }\n"
                       "    int a")),
          "5:25: the lowest value 5 is above the highest, 3" },
        { "bounds of a text",
          TEXT(KITCHEN("    @config: { minimum: 5 }\n"
                       "    string a")),
          "5:16: 'minimum' needs an int or a real" },
        { "domain without values",
          TEXT(KITCHEN("    @config: { domain: [ ] }\n"
                       "    int a")),
          "5:24: 'domain' wants the allowed values: [ …, … ]" },
        { "value of the domain that is none",
          TEXT(KITCHEN("    @config: { domain: [ A, C ] }\n"
                       "    E a")),
          "5:29: 'E' has no member 'C'" },
        { "unsupported maybe",
          TEXT(KITCHEN("    @config_simulator: { unsupported: maybe }\n"
                       "    int a")),
          "5:39: 'unsupported' wants true or false" },
        { "zoned maybe",
          TEXT(MODULE "@config: { zoned: maybe }\n"
                      "interface I { }\n"),
          "2:19: 'zoned' wants true or false" },
        { "unit that is a list",
          TEXT(MEMBERS("    @config: { unit: [ a ] }\n"
                       "    int a")),
          "3:22: 'unit' wants a text" },
        { "name that C cannot have",
          TEXT(MEMBERS("    @config: { c_name: 'a b' }\n"
                       "    int a")),
          "3:24: 'a b' cannot be a name in C" },
        { "wire type of something else",
          TEXT(MEMBERS("    @dbus: { type: u }\n"
                       "    real a")),
          "3:20: 'u' cannot be the D-Bus type of a value of type 'real'" },
        { "text without quotes", TEXT(MEMBERS("    string a = abc")),
          "3:16: a string needs quotes" },
        { "literal of the wrong type", TEXT(MEMBERS("    int a = \"x\"")),
          "3:13: 'x' is not a whole number" },
        { "literal of a list that is none", TEXT(MEMBERS("    list<int> a = \"{\"")),
          "3:19: this is not YAML: did not find expected node content" },
        { "several errors, all told",
          TEXT(MEMBERS("    Foo a\n"
                       "    list<model<int>> b\n"
                       "    Bar c")),
          "3:5: unknown type 'Foo'"
          "\n"
          "4:10: only a property can be a model"
          "\n"
          "5:5: unknown type 'Bar'"
          "\n"
          "note: did you mean 'var'?" },
};

static const Row odd_inputs[] = {
        { "implicit value behind an explicit one",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A = 5, B }\n"),
          "3:17: warning: 'B' gets the value 1, from its position"
          "\n"
          "note: 'A' before it has a value of its own: write this one too" },
        { "the same in a flag",
          TEXT(MODULE "interface I { }\n"
                      "flag F { A = 4, B }\n"),
          "3:17: warning: 'B' gets the value 2, from its position"
          "\n"
          "note: 'A' before it has a value of its own: write this one too" },
        { "member twice",
          TEXT(MODULE "interface I { }\n"
                      "enum E { A, B, A = 7 }\n"),
          "3:16: warning: 'A' is there twice, the last one counts" },
        { "start value below the bounds of the simulation",
          TEXT(KITCHEN("    @config_simulator: { default: 1, minimum: 2 }\n"
                       "    int a")),
          "5:35: warning: the start value 1 is outside the bounds" },
        { "start value of a zone outside",
          TEXT(KITCHEN("    @config_simulator: { default: { Left: 5, =: 2 }, maximum: 4 }\n"
                       "    int a")),
          "5:43: warning: the start value 5 is outside the bounds" },
        { "literal outside the bounds",
          TEXT(MEMBERS("    @config: { range: [ 2, 4 ] }\n"
                       "    int a = 1")),
          "4:13: warning: the start value 1 is outside the bounds" },
        { "start value not in the domain",
          TEXT(KITCHEN("    @config_simulator: { default: A, domain: [ B ] }\n"
                       "    E a")),
          "5:35: warning: the start value A is outside the bounds" },
        { "simulation file",
          TEXT("@config_simulator: { simulationFile: \"qrc:/x.qml\" }\n"
               "module T.M 1.0\n"
               "interface I { }\n"),
          "1:22: warning: 'simulationFile' is not used, the simulation is the built-in one" },
        { "key that is unknown",
          TEXT(MEMBERS("    @config: { minimun: 5 }\n"
                       "    int a")),
          "3:16: warning: 'minimun' is unknown below '@config'"
          "\n"
          "note: did you mean 'minimum'?" },
        { "key of the simulation that is unknown",
          TEXT(MEMBERS("    @config_simulator: { defalt: 5 }\n"
                       "    int a")),
          "3:26: warning: 'defalt' is unknown below '@config_simulator'"
          "\n"
          "note: did you mean 'default'?" },
        { "key of D-Bus that is unknown",
          TEXT(MEMBERS("    @dbus: { colour: red }\n"
                       "    int a")),
          "3:14: warning: 'colour' is unknown below '@dbus'" },
        { "key in the wrong place",
          TEXT(MEMBERS("    @config: { zoned: true }\n"
                       "    int a")),
          "3:16: warning: 'zoned' below '@config' has no effect here" },
        { "key twice",
          TEXT(MEMBERS("    @config: { unit: a, unit: b }\n"
                       "    int a")),
          "3:25: warning: 'unit' is there twice, the last one counts" },
        { "zones without being zoned",
          TEXT(MODULE "@config_simulator: { zones: [ A ] }\n"
                      "interface I { }\n"),
          "3:11: warning: 'I' has zones but not '@config: { zoned: true }', without which they have no effect" },
};

static void check_rows(const Row *rows, size_t n, bool usable) {
        for (size_t i = 0; i < n; i++) {
                Diagnostics *d;
                const Module *m = read_text(rows[i].text, rows[i].size, &d);
                const char *said = describe(d);

                if (strcmp(said, rows[i].expected) != 0)
                        fail_msg("%s:\nexpected %s\nbut got  %s", rows[i].reason, rows[i].expected,
                                 said);
                if ((m && d->n_errors == 0) != usable)
                        fail_msg("%s: %s", rows[i].reason, usable ? "refused" : "accepted");
        }
}

static void bad_inputs_are_refused_with_their_place(void **state) {
        (void)state;
        check_rows(bad_inputs, ELEMENTS(bad_inputs), false);
}

static void odd_inputs_are_accepted_with_a_warning(void **state) {
        (void)state;
        check_rows(odd_inputs, ELEMENTS(odd_inputs), true);
}

static const char *print(const Diagnostics *d) {
        char *text = NULL, *copy;
        size_t size = 0;
        FILE *f = open_memstream(&text, &size);

        assert_non_null(f);
        diagnostics_print(d, f);
        assert_int_equal(fclose(f), 0);
        copy = arena_strndup(arena, text, size);
        free(text);
        return copy;
}

static void errors_show_the_line_and_a_caret(void **state) {
        static const char text[] = MODULE
                "interface I {\n\tFanLevl \303\244\n}\nenum FanLevel { A }\n";
        static const char type[] = MODULE "interface I {\n\t/* \303\244 */ FanLevl a\n}\n"
                                          "enum FanLevel { A }\n";
        Diagnostics *d;

        (void)state;
        read_text(TEXT(type), &d);
        assert_string_equal(print(d), "folder/test.qface:3:11: error: unknown type 'FanLevl'\n"
                                      "\t/* \303\244 */ FanLevl a\n"
                                      "\t        ^~~~~~~\n"
                                      "note: did you mean 'FanLevel'?\n");
        read_text(TEXT(text), &d);
        assert_string_equal(print(d),
                            "folder/test.qface:3:10: error: this character has no meaning here\n"
                            "\tFanLevl \303\244\n"
                            "\t        ^\n");
}

static void an_error_at_the_end_of_the_file_can_be_shown(void **state) {
        Diagnostics *d;

        (void)state;
        read_text(TEXT(MODULE "interface I {"), &d);
        assert_string_equal(
                print(d),
                "folder/test.qface:2:14: error: expected a type, not the end of the file\n"
                "interface I {\n"
                "             ^\n");
}

static void what_is_too_large_is_not_read(void **state) {
        char path[] = "/tmp/fascia-test-XXXXXX";
        int fd = mkstemp(path);
        Source *source = NULL;

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, SOURCE_SIZE_MAX), 0);
        assert_int_equal(source_load(arena, path, &source), 0);
        assert_int_equal(source->size, SOURCE_SIZE_MAX);
        assert_int_equal(ftruncate(fd, SOURCE_SIZE_MAX + 1), 0);
        assert_int_equal(source_load(arena, path, &source), -EFBIG);
        close(fd);
        unlink(path);
        assert_int_equal(source_load(arena, path, &source), -ENOENT);
        assert_int_equal(source_load(arena, "/", &source), -EISDIR);
}

static void only_utf8_is_text(void **state) {
        static const struct {
                const char *reason;
                const char *text;
                int bad; /* offset, -1: none */
        } rows[] = {
                { "nothing", "", -1 },
                { "two bytes", "a\303\244b", -1 },
                { "three bytes", "\342\202\254", -1 },
                { "four bytes", "\360\237\230\200", -1 },
                { "the last code point", "\364\217\277\277", -1 },
                { "beyond it", "\364\220\200\200", 0 },
                { "overlong in two", "\300\200", 0 },
                { "overlong in three", "\340\237\277", 0 },
                { "overlong in four", "\360\217\277\277", 0 },
                { "a surrogate", "\355\240\200", 0 },
                { "cut short", "ab\342\202", 2 },
                { "a second byte alone", "a\200", 1 },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Source *s = source_new(arena, "a", rows[i].text, strlen(rows[i].text));
                uint32_t offset = 0;
                int r = source_find_bad_byte(s, &offset);

                if ((r == 0) != (rows[i].bad >= 0) || (r == 0 && (int)offset != rows[i].bad))
                        fail_msg("%s", rows[i].reason);
        }
}

static void tokens_have_their_kind_and_place(void **state) {
        static const char text[] = "// no\n/* no */ /**/ /*! no */a.b /** doc */ @tag: \"x\"  \r\n"
                                   "\"q\\\"\\n\" 'it' -0x1F 1.0 { >";
        static const struct {
                TokenKind kind;
                uint32_t line, column, length;
                const char *text;
        } rows[] = {
                { TOKEN_NAME, 2, 24, 3, "a.b" },          { TOKEN_DOC, 2, 28, 10, " doc " },
                { TOKEN_TAG, 2, 39, 11, "tag: \"x\"  " }, { TOKEN_STRING, 3, 1, 7, "q\"\n" },
                { TOKEN_STRING, 3, 9, 4, "it" },          { TOKEN_NUMBER, 3, 14, 5, "-0x1F" },
                { TOKEN_NUMBER, 3, 20, 3, "1.0" },        { TOKEN_SYMBOL, 3, 24, 1, "{" },
                { TOKEN_SYMBOL, 3, 26, 1, ">" },          { TOKEN_END, 3, 27, 0, "" },
        };
        Source *s = source_new(arena, "a", text, strlen(text));
        Diagnostics *d = diagnostics_new(arena);
        Lexer l;

        (void)state;
        lexer_init(&l, arena, d, s);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Token t = lexer_next(&l);
                uint32_t line, column;

                source_locate(s, t.span.offset, &line, &column);
                assert_string_equal(t.text, rows[i].text);
                assert_int_equal(t.kind, rows[i].kind);
                assert_int_equal(line, rows[i].line);
                assert_int_equal(column, rows[i].column);
                assert_int_equal(t.span.length, rows[i].length);
        }
}

static void the_whole_grammar_is_parsed(void **state) {
        static const char text[] =
                "/** doc */ @a: 1\n module X.Y 12.34;\n import A.B 1.0; import C 2.1\n"
                "/** first */ @t: 1\n /** doc behind the tag */ interface I extends A.J {\n"
                "  int a; readonly list<var> b = '[ ]'; const real c = -1.5;\n"
                "  void f(int a int b, map<string> c,) const; model<S> g()\n"
                "  signal s(X.Y.S a);\n"
                "};\n"
                "struct S { int a = 0x1F; A.T b };\n"
                "enum E { A, B = 0x1 C = -1, };\n"
                "flag F { A B }\n"
                "/** nothing */\n";
        Source *s = source_new(arena, "a", text, strlen(text));
        Diagnostics *d = diagnostics_new(arena);
        Module *m = parser_parse(arena, d, s);
        const Interface *i;

        (void)state;
        assert_string_equal(describe(d), "");
        assert_non_null(m);
        assert_int_equal(m->major, 12);
        assert_int_equal(m->minor, 34);
        assert_int_equal(m->n_imports, 2);
        i = m->interfaces[0];
        assert_string_equal(i->base_name, "A.J");
        assert_string_equal(i->symbol.doc, " doc behind the tag ");
        assert_int_equal(i->symbol.n_tags, 1);
        assert_int_equal(i->n_properties, 3);
        assert_int_equal(i->n_operations, 2);
        assert_int_equal(i->n_signals, 1);
        assert_false(i->properties[0]->readonly);
        assert_true(i->properties[1]->readonly);
        assert_false(i->properties[1]->constant);
        assert_int_equal(i->properties[1]->type->element->kind, TYPE_VAR);
        assert_true(i->properties[2]->constant);
        assert_true(i->properties[2]->readonly);
        assert_string_equal(i->properties[2]->literal->text, "-1.5");
        assert_int_equal(i->operations[0]->n_parameters, 3);
        assert_true(i->operations[0]->is_const);
        assert_int_equal(i->operations[1]->result->kind, TYPE_MODEL);
        assert_int_equal(m->structs[0]->n_fields, 2);
        assert_int_equal(m->enums[0]->n_members, 3);
        assert_true(m->enums[1]->is_flag);
        assert_int_equal(m->enums[1]->n_members, 2);
}

static void enumerators_are_numbered_by_position(void **state) {
        Module *m;
        Diagnostics *d;
        const Enum *e, *f;

        (void)state;
        m = read_text(TEXT(MODULE "interface I { }\nenum E { A = 5, B, C = -2, D }\n"
                                  "flag F { A = 4, B, C = 0x80000000, D }\n"
                                  "flag G { A = 0x100000000 }\n"),
                      &d);
        e = m->enums[0];
        assert_int_equal(e->members[0]->value, 5);
        assert_int_equal(e->members[1]->value, 1);
        assert_int_equal(e->members[2]->value, -2);
        assert_int_equal(e->members[3]->value, 3);
        f = m->enums[1];
        assert_int_equal(f->members[0]->value, 4);
        assert_int_equal(f->members[1]->value, 2);
        assert_int_equal(f->members[2]->value, 0x80000000);
        assert_int_equal(f->members[3]->value, 8);
        assert_false(f->is_wide);
        assert_true(m->enums[2]->is_wide);
}

static void of_a_repeated_member_the_last_one_counts(void **state) {
        Diagnostics *d;
        Module *m = read_text(TEXT(MODULE "interface I { }\nenum E { A, B, A = 7, C }\n"), &d);
        const Enum *e = m->enums[0];

        (void)state;
        assert_int_equal(e->n_members, 3);
        assert_int_equal(model_find_enumerator(e, "A")->value, 7);
        assert_int_equal(model_find_enumerator(e, "B")->value, 1);
        assert_int_equal(model_find_enumerator(e, "C")->value, 3);
}

static void types_have_their_signature(void **state) {
        static const struct {
                const char *type, *signature;
        } rows[] = {
                { "bool", "b" },   { "int", "i" },      { "real", "d" },
                { "string", "s" }, { "E", "i" },        { "F", "u" },
                { "W", "t" },      { "S", "(iad(b))" }, { "list<list<S>>", "aa(iad(b))" },
                { "T.M.E", "i" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena,
                        MODULE "interface I { %s a }\nenum E { A }\nflag F { A }\n"
                               "flag W { A = 0x100000000 }\nstruct S { int a list<real> b Z c }\n"
                               "struct Z { bool a }\n",
                        rows[i].type));
                const Type *t = m->interfaces[0]->properties[0]->type;

                assert_string_equal(model_signature(arena, t), rows[i].signature);
        }
}

static void a_signature_may_have_255_characters(void **state) {
        Diagnostics *d;
        Module *m;

        (void)state;
        for (int n = 253; n <= 254; n++) {
                const char *text = MODULE "interface I { S a }\nstruct S {";

                for (int i = 0; i < n; i++)
                        text = arena_printf(arena, "%s int f%d", text, i);
                text = arena_printf(arena, "%s }\n", text);
                m = read_text(text, strlen(text), &d);
                assert_non_null(m);
                assert_int_equal(d->n_errors > 0, n == 254);
        }
}

static void names_become_snake_case(void **state) {
        static const struct {
                const char *name, *snake;
        } rows[] = {
                { "speed", "speed" },
                { "fanLevel", "fan_level" },
                { "FanLevel", "fan_level" },
                { "ECUState", "ecu_state" },
                { "currentURL", "current_url" },
                { "zone2Level", "zone2_level" },
                { "a", "a" },
                { "A", "a" },
                { "already_there", "already_there" },
                { "Already_There", "already_there" },
                { "_x", "_x" },
                { "x2D", "x2_d" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_string_equal(naming_snake(arena, rows[i].name), rows[i].snake);
}

static void modules_have_their_names(void **state) {
        static const struct {
                const char *module, *bus_name, *path, *include_dir, *prefix;
        } rows[] = {
                { "Vehicle.Climate 1.0", "Vehicle.Climate1", "/Vehicle/Climate1",
                  "vehicle-climate-1", "climate" },
                { "Simu 12.3", "fascia.Simu12", "/fascia/Simu12", "simu-12", "simu" },
                { "Vehicle.EchoModule 1.0", "Vehicle.EchoModule1", "/Vehicle/EchoModule1",
                  "vehicle-echo-module-1", "echo" },
                { "A.Module 1.0", "A.Module1", "/A/Module1", "a-module-1", "module" },
                { "a.b_c.RearSeat 2.0", "a.b_c.RearSeat2", "/a/b_c/RearSeat2", "a-b-c-rear-seat-2",
                  "rear_seat" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(
                        arena_printf(arena, "module %s\ninterface I { }\n", rows[i].module));

                assert_string_equal(m->bus_name, rows[i].bus_name);
                assert_string_equal(m->path, rows[i].path);
                assert_string_equal(m->include_dir, rows[i].include_dir);
                assert_string_equal(m->symbol.c, rows[i].prefix);
                assert_string_equal(m->stem, "test");
        }
}

static void the_prefix_is_not_repeated(void **state) {
        static const struct {
                const char *name, *c;
        } rows[] = {
                { "ClimateControl", "climate_control" },
                { "Climate", "climate" },
                { "Climatex", "climate_climatex" },
                { "Seat", "climate_seat" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena, "module V.Climate 1.0\ninterface %s { }\n", rows[i].name));

                assert_string_equal(m->interfaces[0]->symbol.c, rows[i].c);
        }
}

static void members_have_their_names(void **state) {
        Module *m = read_good("@config: { c_name: abc }\nmodule V.M 1.0\n"
                              "interface I {\n"
                              "  int fanLevel\n"
                              "  @config: { getter_name: isLit, setter_name: turn_on }\n"
                              "  bool lit\n"
                              "  void start(int class, int self)\n"
                              "  @config: { c_name: remove }\n  void delete()\n"
                              "  signal new(int a)\n"
                              "}\n"
                              "flag Bit { A }\n"
                              "@config: { type: Things }\nflag Thing { A }\n");
        const Interface *i = m->interfaces[0];

        (void)state;
        assert_string_equal(i->symbol.c, "abc_i");
        assert_string_equal(i->symbol.upper, "ABC_I");
        assert_string_equal(i->symbol.dbus, "V.M1.I");
        assert_string_equal(i->path, "/V/M1/I");
        assert_string_equal(i->id, "V.M.I");
        assert_string_equal(i->properties[0]->symbol.dbus, "FanLevel");
        assert_string_equal(i->properties[0]->getter, "abc_i_get_fan_level");
        assert_string_equal(i->properties[0]->setter, "abc_i_set_fan_level");
        assert_string_equal(i->properties[1]->getter, "abc_i_is_lit");
        assert_string_equal(i->properties[1]->setter, "abc_i_turn_on");
        assert_string_equal(i->operations[0]->symbol.c, "abc_i_start");
        assert_string_equal(i->operations[0]->symbol.bare, "start_");
        assert_string_equal(i->operations[0]->parameters[0]->symbol.bare, "class_");
        assert_string_equal(i->operations[0]->parameters[1]->symbol.bare, "self_");
        assert_string_equal(i->operations[1]->symbol.c, "abc_i_remove");
        assert_string_equal(i->operations[1]->symbol.dbus, "Delete");
        assert_string_equal(i->signals[0]->symbol.bare, "new_");
        assert_string_equal(m->enums[0]->c_type, "abc_bits");
        assert_string_equal(m->enums[0]->members[0]->symbol.c, "ABC_BIT_A");
        assert_string_equal(m->enums[1]->c_type, "abc_things");
}

static void types_have_their_names(void **state) {
        static const struct {
                const char *type, *c, *list;
        } rows[] = {
                { "int", "int32_t", NULL },
                { "E", "int32_t", NULL },
                { "F", "m_fs", NULL },
                { "list<bool>", "struct fascia_bool_list", NULL },
                { "list<E>", "struct fascia_int32_list", NULL },
                { "list<F>", "struct fascia_uint32_list", NULL },
                { "list<W>", "struct fascia_uint64_list", NULL },
                { "list<S>", "struct m_s_list", "m_s_list" },
                { "list<list<S>>", "struct m_s_list_list", "m_s_list_list" },
                { "list<list<real>>", "struct m_real_list_list", "m_real_list_list" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(
                        arena_printf(arena,
                                     MODULE "interface I { %s a }\nenum E { A }\nflag F { A }\n"
                                            "flag W { A = 0x100000000 }\nstruct S { int a }\n",
                                     rows[i].type));
                const Type *t = m->interfaces[0]->properties[0]->type;

                assert_string_equal(naming_c_type(m, t), rows[i].c);
                if (rows[i].list)
                        assert_string_equal(naming_container_type(m, t), rows[i].list);
                else
                        assert_null(naming_container_type(m, t));
        }
}

static void start_values_are_read_as_their_type_wants(void **state) {
        static const struct {
                const char *type, *written, *value;
        } rows[] = {
                { "bool", "yes", "true" },
                { "bool", "Off", "false" },
                { "bool", "\"true\"", "true" },
                { "int", "010", "8" },
                { "int", "0x1F", "31" },
                { "int", "10.", "10" },
                { "int", "\"12345\"", "12345" },
                { "int", "-2147483648", "-2147483648" },
                { "real", "10.", "10" },
                { "real", ".5", "0.5" },
                { "real", "1e3", "1000" },
                { "real", "0x10", "16" },
                { "real", "0.1", "0.1" },
                { "string", "No", "\"No\"" },
                { "string", "12", "\"12\"" },
                { "E", "A", "A" },
                { "E", "T.M.E.B", "B" },
                { "E", "\"M::B\"", "B" },
                { "F", "X", "X" },
                { "F", "X|Y", "X|Y" },
                { "F", "\" F.X | M::Y \"", "X|Y" },
                { "F", "\"\"", "" },
                { "S", "[ 1, x ]", "{1, \"x\"}" },
                { "S", "{ b: y, a: 2 }", "{2, \"y\"}" },
                { "list<int>", "[ 1, 2 ]", "[1, 2]" },
                { "list<int>", "[ ]", "[]" },
                { "list<S>", "[ [ 1, x ], { a: 2, b: y } ]", "[{1, \"x\"}, {2, \"y\"}]" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena,
                        MODULE "interface I {\n@config_simulator: { default: %s }\n%s a }\n"
                               "enum E { A, B }\nflag F { X, Y }\nstruct S { int a; string b }\n",
                        rows[i].written, rows[i].type));
                const Property *p = m->interfaces[0]->properties[0];

                assert_int_equal(p->n_rows, 1);
                assert_string_equal(value_print(arena, p->rows[0].initial), rows[i].value);
        }
}

static void literals_are_read_as_their_type_wants(void **state) {
        static const struct {
                const char *type, *written, *value;
        } rows[] = {
                { "int", "\"99\"", "99" },
                { "int", "-7", "-7" },
                { "bool", "true", "true" },
                { "string", "'a \\\"b\\\"'", "\"a \"b\"\"" },
                { "string", "\"99\"", "\"99\"" },
                { "E", "B", "B" },
                { "E", "E.B", "B" },
                { "F", "\"X|Y\"", "X|Y" },
                { "S", "'{ a: 1, b: \"A\" }'", "{1, \"A\"}" },
                { "list<real>", "\"[ 1, 2.5 ]\"", "[1, 2.5]" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena,
                        MODULE "interface I { %s a = %s }\n"
                               "enum E { A, B }\nflag F { X, Y }\nstruct S { int a; string b }\n",
                        rows[i].type, rows[i].written));

                assert_string_equal(value_print(arena, m->interfaces[0]->properties[0]->initial),
                                    rows[i].value);
        }
}

static const char *describe_constraint(const Constraint *c) {
        const char *text = arena_printf(arena, "[%s %s]",
                                        c->minimum ? value_print(arena, c->minimum) : "-",
                                        c->maximum ? value_print(arena, c->maximum) : "-");

        for (size_t i = 0; i < c->n_domain; i++)
                text = arena_printf(arena, "%s %s", text, value_print(arena, c->domain[i]));
        return text;
}

/* zone=initial[bounds]!, for each row; "!" when there is no value. */
static const char *describe_rows(const Property *p) {
        const char *text = "";

        for (size_t i = 0; i < p->n_rows; i++) {
                const SimulationRow *row = &p->rows[i];

                text = arena_printf(
                        arena, "%s%s%s=%s%s%s", text, *text ? "; " : "", row->zone ? row->zone : "",
                        row->initial ? value_print(arena, row->initial) : "-",
                        describe_constraint(&row->constraint), row->unsupported ? "!" : "");
        }
        return text;
}

static void simulation_data_is_read_for_each_zone(void **state) {
        static const struct {
                const char *reason, *written, *rows;
        } rows[] = {
                { "nothing said", "{ }", "" },
                { "one for all", "{ default: 5 }", "=5[- -]" },
                { "the old name", "{ default_value: 5 }", "=5[- -]" },
                { "the new name wins", "{ default_value: 5, default: 6 }", "=6[- -]" },
                { "one zone differs", "{ default: { Left: 1, =: 0 } }", "=0[- -]; Left=1[- -]" },
                { "all differ", "{ default: { Left: 1, No: 2, =: 0 } }",
                  "=0[- -]; Left=1[- -]; No=2[- -]" },
                { "only a zone", "{ default: { No: 2 } }", "No=2[- -]" },
                { "old bounds", "{ range_low: 1, range_high: 2 }", "=-[1 2]" },
                { "range wins", "{ minimum: 1, maximum: 2, range: [ 3, 4 ] }", "=-[3 4]" },
                { "range of a zone", "{ range: { Left: [ 1, 2 ] } }", "Left=-[1 2]" },
                { "one bound", "{ maximum: 3 }", "=-[- 3]" },
                { "domain", "{ domain: [ 1, 2 ] }", "=-[- -] 1 2" },
                { "domain in other brackets", "{ domain: { 1, 2 } }", "=-[- -] 1 2" },
                { "domain of a zone", "{ domain: { Left: [ 1 ], =: [ 2 ] } }",
                  "=-[- -] 2; Left=-[- -] 1" },
                { "unsupported", "{ unsupported: true }", "=-[- -]!" },
                { "a row is complete", "{ default: 1, unsupported: { Left: yes } }",
                  "=1[- -]; Left=1[- -]!" },
                { "unlike its feature, a zone has all",
                  "{ default: { =: 1 }, unsupported: { =: true, Left: false } }",
                  "=1[- -]!; Left=1[- -]" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena,
                        MODULE
                        "@config: { zoned: true }\n@config_simulator: { zones: [ Left, No ] }\n"
                        "interface I {\n@config_simulator: %s\nint a\n}\n",
                        rows[i].written));
                const char *said = describe_rows(m->interfaces[0]->properties[0]);

                if (strcmp(said, rows[i].rows) != 0)
                        fail_msg("%s: expected '%s', got '%s'", rows[i].reason, rows[i].rows, said);
        }
}

static void bounds_are_read(void **state) {
        static const struct {
                const char *written, *bounds;
        } rows[] = {
                { "{ minimum: 1, maximum: 2 }", "[1 2]" },
                { "{ range: [ -1, 1 ], minimum: 0 }", "[-1 1]" },
                { "{ domain: [ 3, 5 ] }", "[- -] 3 5" },
                { "{ unit: km }", "[- -]" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Module *m = read_good(arena_printf(
                        arena, MODULE "interface I {\n@config: %s\nint a\n}\n", rows[i].written));

                assert_string_equal(
                        describe_constraint(&m->interfaces[0]->properties[0]->constraint),
                        rows[i].bounds);
        }
}

static void annotation_lines_before_a_symbol_are_one_document(void **state) {
        Module *m = read_good("@since: \"0.9\"\n" MODULE
                              "@config:\n@    zoned: true\n@    id: 'x'\n"
                              "@config_simulator:\n@  zones:\n@    - A\n@    - \"=B\"\n"
                              "@mine: { whatever: [ 1 ] }\n"
                              "interface I {\n"
                              "  @config: { persistent: on,\n  @   unit: '%' }\n"
                              "  @deprecated\n  int a\n"
                              "  @deprecated: \"use a\"\n  @since: 1.2\n  int b\n"
                              "  @deprecated: false\n  int c\n"
                              "}\n");
        const Interface *i = m->interfaces[0];

        (void)state;
        assert_string_equal(m->symbol.since, "0.9");
        assert_true(i->zoned);
        assert_string_equal(i->id, "x");
        assert_int_equal(i->n_zones, 2);
        assert_string_equal(i->zones[1], "=B");
        assert_true(i->properties[0]->persistent);
        assert_string_equal(i->properties[0]->unit, "%");
        assert_string_equal(i->properties[0]->symbol.deprecated, "");
        assert_string_equal(i->properties[1]->symbol.deprecated, "use a");
        assert_string_equal(i->properties[1]->symbol.since, "1.2");
        assert_null(i->properties[2]->symbol.deprecated);
}

static void numbers_come_back_from_what_is_printed(void **state) {
        static const double numbers[] = { 0, 0.1, 1.0 / 3, 1e300, -5e-324, 260, 21.5, 1e15 + 0.5 };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(numbers); i++)
                assert_true(strtod(value_print_real(arena, numbers[i]), NULL) == numbers[i]);
        assert_string_equal(value_print_real(arena, 0.1), "0.1");
        assert_string_equal(value_print_real(arena, 1000), "1000");
}

static void doc_comments_have_parts(void **state) {
        static const char doc[] = "\n * @brief The first thing,\n *   on two lines.\n *\n * More.\n"
                                  " * @param id the identifier\n * of it\n * @param i other\n"
                                  " * @return what is there\n ";

        (void)state;
        assert_string_equal(doc_brief(arena, doc), "The first thing, on two lines.");
        assert_string_equal(doc_parameter(arena, doc, "id"), "the identifier of it");
        assert_string_equal(doc_parameter(arena, doc, "i"), "other");
        assert_null(doc_parameter(arena, doc, "d"));
        assert_string_equal(doc_return(arena, doc), "what is there");
        assert_string_equal(doc_brief(arena, " Short. "), "Short.");
        assert_string_equal(doc_brief(arena, "\n   * First.\n   *\n   * Second.\n"), "First.");
        assert_string_equal(doc_brief(arena, "\\brief Old"), "Old");
        assert_null(doc_brief(arena, " @return x"));
        assert_null(doc_brief(arena, NULL));
}

static void a_list_of_outputs_is_read_strictly(void **state) {
        (void)state;
        assert_int_equal(generate_parse_list("types"), GENERATE_TYPES);
        assert_int_equal(generate_parse_list("xml,stub"), GENERATE_XML | GENERATE_STUB);
        assert_int_equal(generate_parse_list(""), 0);
        assert_int_equal(generate_parse_list("types,"), 0);
        assert_int_equal(generate_parse_list("type"), 0);
        assert_int_equal(generate_parse_list("types,html"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(bad_inputs_are_refused_with_their_place),
                TEST(odd_inputs_are_accepted_with_a_warning),
                TEST(errors_show_the_line_and_a_caret),
                TEST(an_error_at_the_end_of_the_file_can_be_shown),
                TEST(what_is_too_large_is_not_read),
                TEST(only_utf8_is_text),
                TEST(tokens_have_their_kind_and_place),
                TEST(the_whole_grammar_is_parsed),
                TEST(enumerators_are_numbered_by_position),
                TEST(of_a_repeated_member_the_last_one_counts),
                TEST(types_have_their_signature),
                TEST(a_signature_may_have_255_characters),
                TEST(names_become_snake_case),
                TEST(modules_have_their_names),
                TEST(the_prefix_is_not_repeated),
                TEST(members_have_their_names),
                TEST(types_have_their_names),
                TEST(start_values_are_read_as_their_type_wants),
                TEST(literals_are_read_as_their_type_wants),
                TEST(simulation_data_is_read_for_each_zone),
                TEST(bounds_are_read),
                TEST(annotation_lines_before_a_symbol_are_one_document),
                TEST(numbers_come_back_from_what_is_printed),
                TEST(doc_comments_have_parts),
                TEST(a_list_of_outputs_is_read_strictly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
