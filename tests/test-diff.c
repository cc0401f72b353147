/* SPDX-License-Identifier: MIT */
/* What changes of an interface file mean for clients and services of the other version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "diff.h"
#include "generate.h"
#include "node.h"
#include "options.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static Arena *arena;

static void exhausted(void) {
        abort();
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

static const Module *read_module(const char *path, const char *text) {
        Request q = { .arena = arena, .diagnostics = diagnostics_new(arena) };
        const Source **sources;
        size_t n_sources;
        const Module *m = generate_read(&q, source_new(arena, path, text, strlen(text)), &sources,
                                        &n_sources);

        if (!m || q.diagnostics->n_errors > 0)
                fail_msg("%s: %s", text,
                         q.diagnostics->n_items > 0 ? q.diagnostics->items[0].text : "");
        return m;
}

/* "new:3:5 breaking …", a line for each. */
static const char *compare(const char *old, const char *new) {
        Diff d = { .arena = arena };
        const char *text = "";

        diff_modules(&d, read_module("/nonexistent/old", old),
                     read_module("/nonexistent/new", new));
        for (size_t i = 0; i < d.n_changes; i++) {
                static const char *const classes[] = {
                        [CHANGE_BREAKING] = "breaking",
                        [CHANGE_SOURCE] = "source",
                        [CHANGE_COMPATIBLE] = "compatible",
                        [CHANGE_NOTE] = "note",
                };
                const Change *c = &d.changes[i];
                uint32_t line, column;

                source_locate(c->at.source, c->at.offset, &line, &column);
                text = arena_printf(arena, "%s%s%s:%u:%u %s: %s", text, *text ? "\n" : "",
                                    strrchr(c->at.source->path, '/') + 1, line, column,
                                    classes[c->class], c->text);
        }
        return text;
}

typedef struct Row {
        const char *reason;
        const char *old;
        const char *new;
        const char *expected;
} Row;

#define ONE "module T.M 1.0\n"
#define TWO "module T.M 1.1\n"
#define I(members) "interface I {\n" members "\n}\n"
#define S "struct S { int a; int b }\n"
#define E "enum E { A, B }\n"
#define F "flag F { X, Y }\n"
#define BREAKS(place, text)                                                                    \
        "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be " \
        "served side by side\n" place " breaking: " text
static const Row rows[] = {
        /* nothing */
        { "the same", ONE I("int a"), ONE I("int a"), "" },
        { "comments and order", ONE I("int a; int b"), ONE I("/** B */ int b; /** A */ int a"),
          "" },
        { "another version that says nothing new", ONE I("int a"), TWO I("int a"), "" },

        /* what is added */
        { "a property", ONE I("int a"), TWO I("int a\nint b"),
          "new:4:5 compatible: the property 'b' of 'I' is new" },
        { "an operation", ONE I("int a"), TWO I("int a\nvoid f()"),
          "new:4:6 compatible: the operation 'f' of 'I' is new" },
        { "a signal", ONE I("int a"), TWO I("int a\nsignal s()"),
          "new:4:8 compatible: the signal 's' of 'I' is new" },
        { "an interface", ONE I("int a"), TWO I("int a") "interface J { int a }\n",
          "new:5:11 compatible: the interface 'J' is new" },
        { "a struct", ONE I("int a"), TWO I("int a") S,
          "new:5:8 compatible: the struct 'S' is new" },
        { "an enum", ONE I("int a"), TWO I("int a") E, "new:5:6 compatible: the enum 'E' is new" },
        { "a member of an enum", ONE I("E a") E, TWO I("E a") "enum E { A, B, C }\n",
          "new:5:16 compatible: the member 'C' of 'E' is new: older clients see a value without a name" },
        { "a member of a flag", ONE I("F a") F, TWO I("F a") "flag F { X, Y, Z }\n",
          "new:5:16 compatible: the member 'Z' of 'F' is new: older clients see a value without a name" },
        { "without another version", ONE I("int a"), ONE I("int a\nint b"),
          "new:1:8 note: the version could say so: 1.1\n"
          "new:4:5 compatible: the property 'b' of 'I' is new" },
        { "zones", ONE I("int a"), TWO "@config: { zoned: true }\n" I("int a"),
          "new:3:11 compatible: the interface 'I' has zones now" },
        { "an error", ONE I("void f()"), TWO I("@dbus: { errors: [ A ] }\nvoid f()"),
          "new:4:6 compatible: the operation 'f' of 'I' may fail with 'A'" },
        { "a unit", ONE I("int a"), TWO I("@config: { unit: m }\nint a"),
          "new:4:5 compatible: the property 'a' of 'I' has the unit 'm'" },
        { "that it is deprecated", ONE I("int a"), TWO I("@deprecated\nint a"),
          "new:4:5 compatible: the property 'a' of 'I' is deprecated" },
        { "that it is kept", ONE I("int a"), TWO I("@config: { persistent: true }\nint a"),
          "new:4:5 compatible: the property 'a' of 'I' is kept over a restart" },
        { "another start value", ONE I("int a = 1"), TWO I("int a = 2"),
          "new:3:5 compatible: the property 'a' of 'I' starts with 2, it was 1" },

        /* what is taken away */
        { "a property gone", ONE I("int a\nint b"), ONE I("int a"),
          BREAKS("old:4:5", "the property 'b' of 'I' is gone") },
        { "an operation gone", ONE I("int a\nvoid f()"), ONE I("int a"),
          BREAKS("old:4:6", "the operation 'f' of 'I' is gone") },
        { "a signal gone", ONE I("int a\nsignal s()"), ONE I("int a"),
          BREAKS("old:4:8", "the signal 's' of 'I' is gone") },
        { "an interface gone", ONE I("int a") "interface J { int a }\n", ONE I("int a"),
          BREAKS("old:5:11", "the interface 'J' is gone") },
        { "a member of an enum gone", ONE I("E a") E, ONE I("E a") "enum E { A }\n",
          BREAKS("old:5:13", "the member 'B' of 'E' is gone") },
        { "a bit gone", ONE I("F a") F, ONE I("F a") "flag F { X }\n",
          BREAKS("old:5:13", "the member 'Y' of 'F' is gone") },
        { "a struct that nobody uses", ONE I("int a") S, ONE I("int a"),
          "old:5:8 source: the struct 'S' is gone" },
        { "an enum that nobody uses", ONE I("int a") E, ONE I("int a"),
          "old:5:6 source: the enum 'E' is gone" },
        { "zones gone", ONE "@config: { zoned: true }\n" I("int a"), ONE I("int a"),
          BREAKS("new:2:11", "the interface 'I' has no zones any more") },
        { "a property that became an operation", ONE I("int a"), ONE I("int a()"),
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:5 compatible: the operation 'a' of 'I' is new\n"
          "old:3:5 breaking: the property 'a' of 'I' is gone" },

        /* types */
        { "another type", ONE I("int a"), ONE I("real a"),
          BREAKS("new:3:6", "the property 'a' of 'I' is 'd' on D-Bus, it was 'i'") },
        { "another integer", ONE I("int a"), ONE I("@dbus: { type: u }\nint a"),
          BREAKS("new:4:5", "the property 'a' of 'I' is 'u' on D-Bus, it was 'i'") },
        { "a list of it", ONE I("int a"), ONE I("list<int> a"),
          BREAKS("new:3:11", "the property 'a' of 'I' is 'ai' on D-Bus, it was 'i'") },
        { "an enum instead of int", ONE I("readonly int a") E, ONE I("readonly E a") E,
          "new:3:12 source: the property 'a' of 'I' is of the type 'E', it was 'int'" },
        { "a field more", ONE I("S a") S, ONE I("S a") "struct S { int a; int b; int c }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 breaking: the property 'a' of 'I' is '(iii)' on D-Bus, it was '(ii)'\n"
          "new:5:8 breaking: the struct 'S' is '(iii)' on D-Bus, it was '(ii)'" },
        { "fields in another order", ONE I("S a") S, ONE I("S a") "struct S { int b; int a }\n",
          BREAKS("new:5:8", "the fields of the struct 'S' have another order") },
        { "a field with another name", ONE I("S a") S, ONE I("S a") "struct S { int a; int c }\n",
          "new:5:23 source: the field 'c' of 'S' was called 'b'" },
        { "a field of another type with the same signature", ONE I("readonly S a") S E,
          ONE I("readonly S a") "struct S { int a; E b }\n" E,
          "new:5:21 source: the field 'b' of 'S' is of the type 'E', it was 'int'" },
        { "another number of a member", ONE I("E a") E, ONE I("E a") "enum E { A = 3, B = 1 }\n",
          BREAKS("new:5:10", "the member 'A' of 'E' is 3, it was 0") },
        { "another bit", ONE I("F a") F, ONE I("F a") "flag F { X = 4, Y = 2 }\n",
          BREAKS("new:5:10", "the member 'X' of 'F' is 0x4, it was 0x1") },
        { "a flag that gets wide", ONE I("F a") F,
          ONE I("F a") "flag F { X = 1, Y = 2, Z = 0x100000000 }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 breaking: the property 'a' of 'I' is 't' on D-Bus, it was 'u'\n"
          "new:5:6 breaking: the flag 'F' has 64 bits on D-Bus, it had 32\n"
          "new:5:24 compatible: the member 'Z' of 'F' is new: older clients see a value without a name" },
        { "an enum that becomes a flag", ONE I("E a") E, ONE I("E a") "flag E { A, B }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 breaking: the property 'a' of 'I' is 'u' on D-Bus, it was 'i'\n"
          "new:5:6 breaking: the flag 'E' was of the kind 'enum'" },
        { "rows of a model", ONE I("model<int> a"), ONE I("model<string> a"),
          BREAKS("new:3:15", "a row of the property 'a' of 'I' is 's' on D-Bus, it was 'i'") },

        /* properties */
        { "read-only now", ONE I("int a"), ONE I("readonly int a"),
          BREAKS("new:3:14", "the property 'a' of 'I' cannot be set any more") },
        { "can be set now", ONE I("readonly int a"), TWO I("int a"),
          "new:3:5 compatible: the property 'a' of 'I' can be set now" },
        { "constant now", ONE I("readonly int a"), TWO I("const int a"),
          "new:3:11 compatible: the property 'a' of 'I' never changes any more" },
        { "not constant any more", ONE I("const int a"), ONE I("readonly int a"),
          BREAKS("new:3:14",
                 "the property 'a' of 'I' may change now: clients may have read it once") },
        { "announced without its value", ONE I("int a"),
          ONE I("@dbus: { emits: invalidates }\nint a"),
          BREAKS("new:4:5",
                 "a change of the property 'a' of 'I' is announced without the value, it was "
                 "with the value") },
        { "not announced any more", ONE I("int a"), ONE I("@dbus: { emits: 'false' }\nint a"),
          BREAKS("new:4:5",
                 "a change of the property 'a' of 'I' is announced not at all, it was with the "
                 "value") },
        { "announced now", ONE I("@dbus: { emits: 'false' }\nint a"), TWO I("int a"),
          "new:3:5 compatible: a change of the property 'a' of 'I' is announced with the value, it was "
          "not at all" },
        { "narrower", ONE I("@config: { maximum: 5 }\nint a"),
          ONE I("@config: { maximum: 4 }\nint a"),
          BREAKS("new:4:5",
                 "the bounds of the property 'a' of 'I' are narrower: <= 4, they were <= 5") },
        { "bounds where there were none", ONE I("int a"), ONE I("@config: { minimum: 0 }\nint a"),
          BREAKS("new:4:5",
                 "the bounds of the property 'a' of 'I' are narrower: >= 0, they were none") },
        { "a value less", ONE I("@config: { domain: [ 1, 2 ] }\nint a"),
          ONE I("@config: { domain: [ 1 ] }\nint a"),
          BREAKS("new:4:5",
                 "the bounds of the property 'a' of 'I' are narrower: [1], they were [1, 2]") },
        { "narrower for the service alone", ONE I("readonly int a"),
          TWO I("@config: { minimum: 0 }\nreadonly int a"),
          "new:4:14 compatible: the bounds of the property 'a' of 'I' are narrower: >= 0, they were none" },
        { "wider", ONE I("@config: { range: [ 1, 5 ] }\nint a"),
          TWO I("@config: { range: [ 0, 6 ] }\nint a"),
          "new:4:5 compatible: the bounds of the property 'a' of 'I' are wider: [0-6], they were [1-5]" },
        { "another unit", ONE I("@config: { unit: m }\nint a"),
          ONE I("@config: { unit: ft }\nint a"),
          BREAKS("new:4:5", "the property 'a' of 'I' is in 'ft', it was in 'm'") },
        { "another getter", ONE I("int a"), ONE I("@config: { getter_name: b }\nint a"),
          "new:4:5 source: the getter of the property 'a' of 'I' is 'm_i_b', it was 'm_i_get_a'" },
        { "another setter", ONE I("int a"), ONE I("@config: { setter_name: b }\nint a"),
          "new:4:5 source: the setter of the property 'a' of 'I' is 'm_i_b', it was 'm_i_set_a'" },
        { "another name on D-Bus", ONE I("int a"), ONE I("@dbus: { name: B }\nint a"),
          BREAKS("new:4:5", "the property 'a' of 'I' is called 'B' on D-Bus, it was 'A'") },

        /* operations and signals */
        { "a parameter more", ONE I("void f()"), ONE I("void f(int a)"),
          BREAKS("new:3:6",
                 "the parameters of the operation 'f' of 'I' are 'i' on D-Bus, they were ''") },
        { "parameters in another order", ONE I("void f(int a, int b)"),
          ONE I("void f(int b, int a)"),
          BREAKS("new:3:6", "the parameters of the operation 'f' of 'I' have another order") },
        { "a parameter with another name", ONE I("void f(int a)"), ONE I("void f(int b)"),
          "new:3:12 source: the parameter 'b' of 'I.f' was called 'a'" },
        { "another result", ONE I("void f()"), ONE I("int f()"),
          BREAKS("new:3:5", "the result of the operation 'f' of 'I' is 'i' on D-Bus, it was ''") },
        { "results side by side", ONE I("S f()") S,
          ONE I("@dbus: { return: { type: ii } }\nS f()") S,
          BREAKS("new:4:3",
                 "the results of the operation 'f' of 'I' are several arguments, they were one "
                 "struct") },
        { "not to be repeated", ONE I("void f() const"), ONE I("void f()"),
          BREAKS("new:3:6", "the operation 'f' of 'I' is not safe to be repeated any more") },
        { "a parameter of a signal", ONE I("signal s(int a)"), ONE I("signal s(real a)"),
          BREAKS("new:3:8",
                 "the parameters of the signal 's' of 'I' are 'd' on D-Bus, they were 'i'") },

        /* names of interfaces and modules */
        { "another interface on D-Bus", ONE I("int a"), ONE "@dbus: { name: a.B }\n" I("int a"),
          BREAKS("new:3:11", "the interface 'I' is called 'a.B' on D-Bus, it was 'T.M1.I'") },
        { "another object", ONE I("int a"), ONE "@dbus: { path: /T/M1/J }\n" I("int a"),
          BREAKS("new:3:11", "the object of the interface 'I' is '/T/M1/J', it was '/T/M1/I'") },
        { "another id", ONE I("int a"), ONE "@config: { id: other }\n" I("int a"),
          "new:3:11 note: a backend of the interface 'I' is found by 'other', it was 'T.M.I'" },
        { "another section", ONE I("int a"), ONE "@config: { configurationId: X }\n" I("int a"),
          "new:3:11 note: the interface 'I' is configured in another section" },
        { "another bus name", ONE I("int a"),
          "@dbus: { name: a.b, path: /T/M1 }\nmodule T.M 1.0\n@dbus: { name: T.M1.I }\n" I("int a"),
          "new:2:8 breaking: the bus name is 'a.b', it was 'T.M1'\n"
          "new:2:8 note: a version with another bus name than 'a.b' could be served beside this one" },
        { "another major version", ONE I("int a"), "module T.M 2.0\n" I("real b"),
          "new:1:8 compatible: version 2.0 has the bus name 'T.M2' beside 'T.M1': both can be "
          "served" },
        { "a version that goes back", "module T.M 1.5\n" I("int a"), ONE I("int a"),
          "new:1:8 note: the version goes back from 1.5" },

        /* inheritance */
        { "members that come from a base", ONE I("int a"),
          TWO "interface I extends B { }\ninterface B { int a }\n",
          "new:3:11 compatible: the interface 'B' is new" },

        /* names that stay on D-Bus, and names that do not */
        { "another name for the same on D-Bus", ONE I("int a"), ONE I("@dbus: { name: A }\nint b"),
          "new:4:5 source: the property 'b' of 'I' was called 'a'" },
        { "an operation of another name for the same on D-Bus", ONE I("void f()"),
          ONE I("@dbus: { name: F }\nvoid g()"),
          "new:4:6 source: the operation 'g' of 'I' was called 'f'" },
        { "names that are exchanged in the file alone", ONE I("int a\nint b"),
          ONE I("@dbus: { name: B }\nint a\n@dbus: { name: A }\nint b"),
          "new:4:5 source: the property 'a' of 'I' was called 'b'\n"
          "new:6:5 source: the property 'b' of 'I' was called 'a'" },
        { "a name that went to another", ONE I("int a"),
          ONE I("@dbus: { name: B }\nint a\n@dbus: { name: A }\nreal c"),
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:4:5 compatible: the property 'a' of 'I' is new\n"
          "new:6:6 breaking: the property 'c' of 'I' is 'd' on D-Bus, it was 'i'\n"
          "new:6:6 source: the property 'c' of 'I' was called 'a'" },
        { "an interface of another name", ONE I("int a"), ONE "interface J {\nint a\n}\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:2:11 compatible: the interface 'J' is new\n"
          "old:2:11 breaking: the interface 'I' is gone" },
        { "another prefix in C", ONE I("int a"), "@config: { c_name: x }\n" ONE I("int a"),
          "new:2:8 source: the prefix in C is 'x', it was 'm'" },
        { "an interface with another name in C", ONE I("int a\nvoid f()"),
          ONE "@config: { c_name: x }\n" I("int a\nvoid f()"),
          "new:3:11 source: the interface 'I' is 'x' in C, it was 'i'" },
        { "a flag with another type in C", ONE I("F a") F,
          ONE I("F a") "@config: { type: Bits }\n" F,
          "new:6:6 source: the flag 'F' is 'm_bits' in C, it was 'm_fs'" },

        /* enums by their values */
        { "a member with another name", ONE I("E a") E, ONE I("E a") "enum E { A, C }\n",
          "new:5:13 source: the member 'C' of 'E' was called 'B'" },
        { "members that exchange their numbers", ONE I("readonly E a") E,
          ONE I("readonly E a") "enum E { B, A }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:5:10 breaking: the member 'B' of 'E' is 0, it was 1\n"
          "new:5:13 breaking: the member 'A' of 'E' is 1, it was 0" },
        { "a second name of a value gone", ONE I("E a") "enum E { A = 0, B = 0 }\n",
          ONE I("E a") "enum E { A = 0 }\n",
          "old:5:17 source: the member 'B' of 'E' is gone, its value is not" },
        { "a second name of a value", ONE I("E a") "enum E { A = 0 }\n",
          TWO I("E a") "enum E { A = 0, B = 0 }\n",
          "new:5:17 compatible: the member 'B' of 'E' is new" },
        { "a name of several bits gone", ONE I("F a") "flag F { X = 1, Y = 2, Z = 3 }\n",
          ONE I("F a") "flag F { X = 1, Y = 2 }\n",
          "old:5:24 source: the member 'Z' of 'F' is gone, its value is not" },
        { "a name of several bits", ONE I("F a") F, TWO I("F a") "flag F { X = 1, Y = 2, Z = 3 }\n",
          "new:5:24 compatible: the member 'Z' of 'F' is new" },
        { "a deprecated member", ONE I("E a") E, TWO I("E a") "enum E { A, @deprecated\nB }\n",
          "new:6:1 compatible: the member 'B' of 'E' is deprecated" },

        /* types that are not on D-Bus */
        { "another number where nobody sees it", ONE I("int a") E,
          ONE I("int a") "enum E { A, B = 5 }\n",
          "new:5:13 source: the member 'B' of 'E' is 5, it was 1" },
        { "another struct where nobody sees it", ONE I("int a") S,
          ONE I("int a") "struct S { int a }\n",
          "new:5:8 source: the struct 'S' is '(i)' on D-Bus, it was '(ii)'" },
        { "a type that is used from now on", ONE I("int a") E,
          TWO I("int a\nE b") "enum E { A = 3 }\n",
          "new:4:3 compatible: the property 'b' of 'I' is new\n"
          "new:6:10 source: the member 'A' of 'E' is 3, it was 0\n"
          "old:5:13 source: the member 'B' of 'E' is gone" },
        { "a type inside of others", ONE I("list<S> a") "struct S { map<E> a }\n" E,
          ONE I("list<S> a") "struct S { map<E> a }\nenum E { A, B = 7 }\n",
          BREAKS("new:6:13", "the member 'B' of 'E' is 7, it was 1") },
        { "a type of what is another one on D-Bus now", ONE I("list<S> a") "struct S { E a }\n" E,
          ONE I("list<S> a") "struct S { E a; int b }\nenum E { A, B = 7 }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:9 breaking: the property 'a' of 'I' is 'a(ii)' on D-Bus, it was 'a(i)'\n"
          "new:5:8 breaking: the struct 'S' is '(ii)' on D-Bus, it was '(i)'\n"
          "new:6:13 breaking: the member 'B' of 'E' is 7, it was 1" },

        /* other types of the same signature */
        { "an enum with another name", ONE I("E a") E, ONE I("G a") "enum G { A, B }\n",
          "new:3:3 source: the property 'a' of 'I' is of the type 'G', it was 'E'\n"
          "new:5:6 source: the enum 'G' was called 'E'" },
        { "an enum with another name and number", ONE I("E a") E,
          ONE I("G a") "enum G { A, B = 4 }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 source: the property 'a' of 'I' is of the type 'G', it was 'E'\n"
          "new:5:6 source: the enum 'G' was called 'E'\n"
          "new:5:13 breaking: the member 'B' of 'G' is 4, it was 1" },
        { "another enum", ONE I("list<E> a") E "enum G { A, C = 4 }\n",
          ONE I("list<G> a") E "enum G { A, C = 4 }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:9 breaking: values of 'G' do not mean on D-Bus what those of 'E' did\n"
          "new:3:9 source: the property 'a' of 'I' is of the type 'list<G>', it was 'list<E>'" },
        { "another enum that says the same", ONE I("list<E> a") E "enum G { A, B, C }\n",
          ONE I("list<G> a") E "enum G { A, B, C }\n",
          "new:3:9 source: the property 'a' of 'I' is of the type 'list<G>', it was 'list<E>'" },
        { "a struct with another name and order", ONE I("S a") S,
          ONE I("U a") "struct U { int b; int a }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 source: the property 'a' of 'I' is of the type 'U', it was 'S'\n"
          "new:5:8 breaking: the fields of the struct 'U' have another order\n"
          "new:5:8 source: the struct 'U' was called 'S'" },
        { "a field that went to the place of another", ONE I("S a") S,
          ONE I("S a") "struct S { int b; int c }\n",
          BREAKS("new:5:8", "the fields of the struct 'S' have another order") },
        { "objects of another interface",
          ONE I("J a") "interface J { int x }\ninterface K { int x }\n",
          ONE I("K a") "interface J { int x }\ninterface K { int x }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:3 breaking: the property 'a' of 'I' is an object of 'K', it was one of 'J'\n"
          "new:3:3 source: the property 'a' of 'I' is of the type 'K', it was 'J'" },
        { "a model that becomes an object", ONE I("model<int> a\nint b"),
          ONE I("readonly I a\nint b"),
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:12 breaking: the property 'a' of 'I' is an object of 'I', it was one of 'model<int>'\n"
          "new:3:12 source: the property 'a' of 'I' is of the type 'I', it was 'model<int>'" },
        { "an enum where any number was taken", ONE I("void f(int a)") E, ONE I("void f(E a)") E,
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:10 breaking: the parameter 'a' of 'I.f' takes only the values of 'E'\n"
          "new:3:10 source: the parameter 'a' of 'I.f' is of the type 'E', it was 'int'" },
        { "an enum where any number came", ONE I("signal s(int a)") E, ONE I("signal s(E a)") E,
          "new:3:12 source: the parameter 'a' of 'I.s' is of the type 'E', it was 'int'" },
        { "any number where there was an enum", ONE I("E a") E, ONE I("int a") E,
          "new:3:5 source: the property 'a' of 'I' is of the type 'int', it was 'E'" },
        { "an enum in what is sent and received", ONE I("S f(S a)") S,
          ONE I("S f(S a)") "struct S { int a; E b }\n" E,
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:5:21 breaking: the field 'b' of 'S' takes only the values of 'E'\n"
          "new:5:21 source: the field 'b' of 'S' is of the type 'E', it was 'int'\n"
          "new:6:6 compatible: the enum 'E' is new" },
        { "an enum in what is received, then sent", ONE I("readonly S a\nvoid f(S a)") S,
          ONE I("readonly S a\nvoid f(S a)") "struct S { int a; E b }\n" E,
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:6:21 breaking: the field 'b' of 'S' takes only the values of 'E'\n"
          "new:6:21 source: the field 'b' of 'S' is of the type 'E', it was 'int'\n"
          "new:7:6 compatible: the enum 'E' is new" },
        { "an enum in what is received alone", ONE I("readonly S a") S,
          TWO I("readonly S a") "struct S { int a; E b }\n" E,
          "new:5:21 source: the field 'b' of 'S' is of the type 'E', it was 'int'\n"
          "new:6:6 compatible: the enum 'E' is new" },

        /* bounds that are written in another way */
        { "bounds around the allowed values", ONE I("@config: { domain: [ 1, 2 ] }\nint a"),
          TWO I("@config: { range: [ 0, 5 ] }\nint a"),
          "new:4:5 compatible: the bounds of the property 'a' of 'I' are wider: [0-5], they were "
          "[1, 2]" },
        { "bounds between the allowed values", ONE I("@config: { domain: [ 1, 9 ] }\nint a"),
          TWO I("@config: { range: [ 0, 5 ] }\nint a"),
          BREAKS("new:4:5", "the bounds of the property 'a' of 'I' are narrower: [0-5], they were "
                            "[1, 9]") },
        { "all values between the bounds", ONE I("@config: { range: [ -1, 1 ] }\nint a"),
          ONE I("@config: { domain: [ 1, 0, -1 ] }\nint a"), "" },
        { "all values between the bounds but one", ONE I("@config: { range: [ -1, 1 ] }\nint a"),
          ONE I("@config: { domain: [ -1, 1 ] }\nint a"),
          BREAKS("new:4:5", "the bounds of the property 'a' of 'I' are narrower: [-1, 1], they "
                            "were [-1-1]") },
        { "bounds that the type has anyway", ONE I("@dbus: { type: y }\nint a"),
          ONE I("@dbus: { type: y }\n@config: { range: [ 0, 255 ] }\nint a"), "" },
        { "a bound of the largest type", ONE I("@dbus: { type: t }\nint a"),
          ONE I("@dbus: { type: t }\n@config: { maximum: 18446744073709551614 }\nint a"),
          BREAKS("new:5:5", "the bounds of the property 'a' of 'I' are narrower: <= "
                            "18446744073709551614, they were none") },
        { "a bound of a real", ONE I("real a"), ONE I("@config: { minimum: 0.5 }\nreal a"),
          BREAKS("new:4:6", "the bounds of the property 'a' of 'I' are narrower: >= 0.5, they were "
                            "none") },
        { "texts", ONE I("@config: { domain: [ a, b ] }\nstring a"),
          ONE I("@config: { domain: [ b, c ] }\nstring a"),
          BREAKS("new:4:8", "the bounds of the property 'a' of 'I' are narrower: [\"b\", \"c\"], "
                            "they were [\"a\", \"b\"]") },
        { "all members of an enum", ONE I("E a") E, ONE I("@config: { domain: [ B, A ] }\nE a") E,
          "" },
        { "not all members of an enum", ONE I("E a") E, ONE I("@config: { domain: [ B ] }\nE a") E,
          BREAKS("new:4:3", "the bounds of the property 'a' of 'I' are narrower: [B], they were "
                            "none") },
        { "both values of a bool", ONE I("bool a"),
          ONE I("@config: { domain: [ true, false ] }\nbool a"), "" },
        { "the simulation", ONE I("@config_simulator: { maximum: 9 }\nint a"),
          ONE I("@config_simulator: { maximum: 4 }\nint a"), "" },

        /* the rest */
        { "an error less", ONE I("@dbus: { errors: [ A, B ] }\nvoid f()"),
          TWO I("@dbus: { errors: [ B ] }\nvoid f()"),
          "new:4:6 compatible: the operation 'f' of 'I' does not fail with 'A' any more" },
        { "to be repeated", ONE I("void f()"), TWO I("void f() const"),
          "new:3:6 compatible: the operation 'f' of 'I' is safe to be repeated now" },
        { "a unit less", ONE I("@config: { unit: m }\nint a"), TWO I("int a"),
          "new:3:5 compatible: the property 'a' of 'I' does not say any more that its unit is 'm'" },
        { "another first member", ONE I("E a") E, TWO I("E a") "enum E { B = 1, A = 0 }\n",
          "new:3:3 compatible: the property 'a' of 'I' starts with B, it was A" },
        { "a start value of a renumbered member", ONE I("E a") E,
          ONE I("E a") "enum E { A = 4, B = 1 }\n",
          BREAKS("new:5:10", "the member 'A' of 'E' is 4, it was 0") },
        { "not deprecated any more", ONE I("@deprecated\nint a"), TWO I("int a"),
          "new:3:5 compatible: the property 'a' of 'I' is not deprecated any more" },
        { "a change in a base", ONE "interface I extends B { }\ninterface B { int a }\n",
          ONE "interface I extends B { }\ninterface B { real a }\n",
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side\n"
          "new:3:20 breaking: the property 'a' of 'B' is 'd' on D-Bus, it was 'i'\n"
          "new:3:20 breaking: the property 'a' of 'I' is 'd' on D-Bus, it was 'i'" },
        { "another major version with the same bus name",
          "@dbus: { name: a.b }\nmodule T.M 1.0\n" I("int a"),
          "@dbus: { name: a.b }\nmodule T.M 2.0\n" I("real a"),
          "new:2:8 note: a version with another bus name than 'a.b' could be served beside this "
          "one\n"
          "new:4:6 breaking: the property 'a' of 'I' is 'd' on D-Bus, it was 'i'" },
        { "an older major version", "module T.M 2.0\n" I("int a"), ONE I("int a"),
          "new:1:8 compatible: version 1.0 has the bus name 'T.M1' beside 'T.M2': both can be "
          "served" },
        { "another module", ONE I("int a"), "module T.N 1.0\n" I("int a"),
          "new:1:8 breaking: the bus name is 'T.N1', it was 'T.M1'\n"
          "new:1:8 breaking: the module is 'T.N', it was 'T.M'\n"
          "new:1:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side" },
        { "another module of the same bus name",
          "@dbus: { name: a.b }\nmodule T.M 1.0\n" I("int a"),
          "@dbus: { name: a.b }\nmodule T.N 1.0\n" I("int a"),
          "new:2:8 source: the module is 'T.N', it was 'T.M'" },
        { "another object path", ONE I("int a"), "@dbus: { path: /x }\n" ONE I("int a"),
          "new:2:8 breaking: the object path is '/x', it was '/T/M1'\n"
          "new:2:8 note: as version 2.0 it would have a bus name of its own, and both could be "
          "served side by side" },
        { "a foreign service",
          "@dbus: { path: /T/M1 }\n" ONE "@dbus: { path: /T/M1/I }\n" I("int a"),
          "@dbus: { foreign: true, path: /T/M1 }\n" ONE "@dbus: { path: /T/M1/I }\n" I("int a"),
          "new:2:8 breaking: the service is a foreign one now" },
};

static void changes_are_classified(void **state) {
        size_t n_wrong = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *said = compare(rows[i].old, rows[i].new);

                if (strcmp(said, rows[i].expected) == 0)
                        continue;
                print_error("%s:\nexpected %s\nbut got  %s\n", rows[i].reason, rows[i].expected,
                            said);
                n_wrong++;
        }
        assert_int_equal(n_wrong, 0);
}

/* What is new one way is gone the other way: nothing is overlooked. */
static void the_other_way_round_there_is_a_difference_too(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (*rows[i].expected && !strstr(rows[i].expected, "is not safe") &&
                    !strstr(rows[i].expected, "deprecated") &&
                    !strstr(rows[i].expected, "may fail") && !strstr(rows[i].expected, "goes back"))
                        assert_string_not_equal(compare(rows[i].new, rows[i].old), "");
}

/* ---- the command ---- */

/* Names that do not change: the files are sorted by them. */
typedef struct Files {
        char directory[32];
        const char *old, *new;
} Files;

static const char *write_file(const char *directory, const char *name, const char *text) {
        const char *path = arena_printf(arena, "%s/%s", directory, name);
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        return path;
}

static Files write_files(const char *old, const char *new) {
        Files files = { .directory = "/tmp/fascia-test-XXXXXX" };

        assert_non_null(mkdtemp(files.directory));
        files.old = write_file(files.directory, "old.qface", old);
        files.new = write_file(files.directory, "new.qface", new);
        return files;
}

static void remove_files(const Files *files) {
        unlink(files->old);
        unlink(files->new);
        rmdir(files->directory);
}

/* In a process of its own: it writes to the standard output. Returns the exit status. */
static int run_command(const char *option, const Files *files, FILE *output) {
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0) {
                char *argv[] = { "diff", (char *)option, (char *)files->old, (char *)files->new,
                                 NULL };

                if (dup2(fileno(output), STDOUT_FILENO) < 0)
                        _exit(99);
                status = diff_main(4, argv);
                fflush(stdout);
                _exit(status);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

/* JSON is YAML, too. */
static const Node *parse_object(const char *line) {
        Diagnostics *d = diagnostics_new(arena);
        const NodeLine whole = {
                .text = line,
                .span = { .source = source_new(arena, "line", line, strlen(line)) },
        };
        const Node *object = node_parse(arena, d, &whole, 1);

        if (!object || d->n_errors > 0 || object->kind != NODE_MAPPING)
                fail_msg("no object: %s", line);
        return object;
}

static const char *value_of(const Node *object, const char *key) {
        const NodeEntry *entry = node_find(object, key);

        return entry && entry->value->text ? entry->value->text : "";
}

static void each_line_of_json_is_an_object(void **state) {
        static const struct {
                const char *class, *symbol, *new, *text, *file, *line, *column;
        } expected[] = {
                { "note", "T.M", "",
                  "as version 2.0 it would have a bus name of its own, and both could be served "
                  "side by side",
                  "new.qface", "1", "8" },
                { "compatible", "I.a", "say \"why\" \\ not",
                  "the property 'a' of 'I' is deprecated", "new.qface", "4", "5" },
                { "breaking", "I.b", "", "the property 'b' of 'I' is gone", "old.qface", "4", "5" },
        };
        const Files files = write_files(ONE I("int a\nint b"),
                                        ONE I("@deprecated: 'say \"why\" \\ not'\nint a"));
        FILE *output = tmpfile();
        char line[1024];
        size_t n = 0;

        (void)state;
        assert_non_null(output);
        assert_int_equal(run_command("--format=json", &files, output), STATUS_FAILED);
        rewind(output);
        for (; fgets(line, sizeof(line), output); n++) {
                const Node *object = parse_object(line);

                assert_true(n < ELEMENTS(expected));
                assert_string_equal(value_of(object, "class"), expected[n].class);
                assert_string_equal(value_of(object, "symbol"), expected[n].symbol);
                assert_string_equal(value_of(object, "new"), expected[n].new);
                assert_string_equal(value_of(object, "text"), expected[n].text);
                assert_string_equal(strrchr(value_of(object, "file"), '/') + 1, expected[n].file);
                assert_string_equal(value_of(object, "line"), expected[n].line);
                assert_string_equal(value_of(object, "column"), expected[n].column);
        }
        assert_int_equal(n, ELEMENTS(expected));
        fclose(output);
        remove_files(&files);
}

/* They would look as if there was no difference. */
static void differences_that_cannot_be_written_are_a_failure(void **state) {
        const Files files = write_files(ONE I("int a"), TWO I("int a\nint b"));
        FILE *full = fopen("/dev/full", "w"), *fine = tmpfile();

        (void)state;
        assert_non_null(full);
        assert_non_null(fine);
        assert_int_equal(run_command("--format=text", &files, fine), EXIT_SUCCESS);
        assert_int_equal(run_command("--format=text", &files, full), STATUS_FAILED);
        assert_int_equal(run_command("--format=json", &files, full), STATUS_FAILED);
        fclose(full);
        fclose(fine);
        remove_files(&files);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(changes_are_classified, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_other_way_round_there_is_a_difference_too,
                                                set_up, tear_down),
                cmocka_unit_test_setup_teardown(each_line_of_json_is_an_object, set_up, tear_down),
                cmocka_unit_test_setup_teardown(differences_that_cannot_be_written_are_a_failure,
                                                set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
