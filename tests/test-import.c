/* SPDX-License-Identifier: MIT */
/* From the introspection data of services that Fascia did not make to interface files. */
#include <errno.h>
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
#include "import-signature.h"
#include "import.h"
#include "text.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define FOREIGN "tests/interfaces/foreign/"

static Arena *arena;
static char folder[] = "/tmp/test-import-XXXXXX";

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

static char *read_file(const char *path) {
        FILE *f = fopen(path, "re");
        char *text = arena_alloc(arena, 65536);

        if (!f)
                fail_msg("cannot read %s", path);
        text[fread(text, 1, 65535, f)] = '\0';
        fclose(f);
        return text;
}

static void write_file(const char *path, const char *text, size_t size) {
        FILE *f = fopen(path, "we");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, size, f), size);
        assert_int_equal(fclose(f), 0);
}

/* Everything that was said, as a user reads it. */
static const char *shown(Diagnostics *d) {
        char *text = NULL, *copy;
        size_t size = 0;
        FILE *f = open_memstream(&text, &size);

        assert_non_null(f);
        diagnostics_sort(d);
        diagnostics_print(d, f);
        fclose(f);
        copy = arena_strndup(arena, text, size);
        free(text);
        return copy;
}

/* "line:column: text" for an error, "line:column: warning: text", and "note: text" below. */
static const char *described(Diagnostics *d) {
        const char *text = "";

        diagnostics_sort(d);
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

/* One file, and what was said without what has to be guessed. */
static const char *import_text(const char *xml, size_t size, const ImportNames *names,
                               const char **ret_said) {
        static const ImportNames nothing;
        Diagnostics *d = diagnostics_new(arena);
        Source *source = source_new(arena, "folder/test.xml", xml, size);
        const char *text;

        assert_int_equal(diagnostics_configure(d, "no-guess"), 0);
        text = import_sources(arena, d, &source, 1, names ? names : &nothing);
        *ret_said = described(d);
        return text;
}

/* About which there is nothing to say. */
static const char *import_good(const char *xml, const ImportNames *names) {
        const char *said, *text = import_text(xml, strlen(xml), names, &said);

        assert_string_equal(said, "");
        assert_non_null(text);
        return text;
}

static void assert_contains(const char *text, const char *part) {
        if (!strstr(text, part))
                fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part) {
        if (strstr(text, part))
                fail_msg("'%s' is in:\n%s", part, text);
}

/* ---- files of real services ---- */

static const char *const stems[] = { "bluez-media", "every", "hostname1", "mpris2" };

static Source *load(const char *stem) {
        const char *path = arena_printf(arena, FOREIGN "%s.xml", stem);
        const char *text = read_file(path);

        return source_new(arena, path, text, strlen(text));
}

static const char *import_stem(const char *stem, Diagnostics *d) {
        const ImportNames nothing = { 0 };
        Source *source = load(stem);
        const char *text = import_sources(arena, d, &source, 1, &nothing);

        if (!text)
                fail_msg("%s", shown(d));
        return text;
}

static void interface_files_and_warnings_are_as_expected(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTS(stems); i++) {
                Diagnostics *d = diagnostics_new(arena);

                assert_string_equal(import_stem(stems[i], d),
                                    read_file(arena_printf(arena, FOREIGN "%s.qface", stems[i])));
                assert_string_equal(
                        shown(d), read_file(arena_printf(arena, FOREIGN "%s.warnings", stems[i])));
        }
}

static void the_same_file_gives_the_same_bytes(void **state) {
        (void)state;
        assert_string_equal(import_stem("every", diagnostics_new(arena)),
                            import_stem("every", diagnostics_new(arena)));
}

/* What the generator makes of the interface file, as introspection data once more. */
static const Foreign *round_trip(const char *text, const Foreign *original) {
        Foreign *f = arena_alloc(arena, sizeof(*f));
        Source *source = source_new(arena, "(made)", text, strlen(text));
        Request q = { .arena = arena, .diagnostics = diagnostics_new(arena) };
        Output output = { .arena = arena };
        const Source **sources;
        size_t n_sources;
        Module *m = generate_read(&q, source, &sources, &n_sources);

        assert_non_null(m);
        assert_int_equal(diagnostics_configure(q.diagnostics, "no-empty-interface"), 0);
        assert_int_equal(q.diagnostics->n_errors, 0);
        generate_outputs(m, GENERATE_XML, NULL, &output);
        assert_int_equal(output.n_files, original->n_interfaces);
        f->arena = arena;
        f->diagnostics = diagnostics_new(arena);
        for (size_t i = 0; i < output.n_files; i++)
                foreign_read(f, source_new(arena, output_path(&output, i), output_text(&output, i),
                                           strlen(output_text(&output, i))));
        assert_string_equal(described(f->diagnostics), "");
        return f;
}

static const char *yes(bool value) {
        return value ? "yes" : "no";
}

/* All that both must have, as a text, so that a difference can be read. Arguments may be called
 * anything; those of one direction have an order. */
static const char *describe_member(const ForeignMember *m) {
        static const char *const kinds[] = { "property", "method", "signal" };
        const char *text = arena_printf(arena, "%s %s deprecated=%s", kinds[m->kind], m->name,
                                        yes(m->deprecated));

        if (m->kind == FOREIGN_PROPERTY)
                return arena_printf(arena, "%s type=%s readable=%s writable=%s emits=%d\n", text,
                                    m->signature, yes(m->readable), yes(m->writable), m->emits);
        for (int out = 0; out < 2; out++)
                for (size_t i = 0; i < m->n_arguments; i++)
                        if (m->arguments[i]->is_out == out)
                                text = arena_printf(arena, "%s %s=%s", text, out ? "out" : "in",
                                                    m->arguments[i]->signature);
        return arena_printf(arena, "%s\n", text);
}

static const char *describe_interface(const ForeignInterface *i) {
        const char *text = arena_printf(arena, "%s deprecated=%s\n", i->name, yes(i->deprecated));

        for (int kind = FOREIGN_PROPERTY; kind <= FOREIGN_SIGNAL; kind++)
                for (size_t k = 0; k < i->n_members; k++)
                        if ((int)i->members[k]->kind == kind && !i->members[k]->left_out)
                                text = arena_printf(arena, "%s%s", text,
                                                    describe_member(i->members[k]));
        return text;
}

static const char *describe_all(const Foreign *f) {
        const char *text = "";

        for (size_t i = 0; i < f->n_interfaces; i++)
                text = arena_printf(arena, "%s%s", text, describe_interface(f->interfaces[i]));
        return text;
}

static void what_is_generated_from_them_describes_the_same_service(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTS(stems); i++) {
                const ImportNames nothing = { 0 };
                Foreign original = { .arena = arena, .diagnostics = diagnostics_new(arena) };
                const char *text = import_stem(stems[i], diagnostics_new(arena));

                foreign_read(&original, load(stems[i]));
                assert_true(import_select(&original, &nothing));
                import_leave_out(&original);
                assert_string_equal(describe_all(round_trip(text, &original)),
                                    describe_all(&original));
        }
}

static void what_is_generated_from_them_compiles(void **state) {
        const char *include = getenv("FASCIA_SOURCE_DIR");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(stems); i++) {
                const char *text = import_stem(stems[i], diagnostics_new(arena));
                const char *path = arena_printf(arena, "%s/%s.qface", folder, stems[i]);

                write_file(path, text, strlen(text));
                assert_int_equal(
                        system(arena_printf(arena,
                                            "cd %s && %s -Wno-empty-interface -o . %s.qface && "
                                            "for f in %s*.c; do cc -std=c11 -Wall -Wextra -Werror "
                                            "-fsyntax-only -I%s/client/include $f || exit 1; done",
                                            folder, getenv("FASCIA_CODEGEN"), stems[i], stems[i],
                                            include)),
                        0);
        }
}

/* ---- what cannot be read ---- */

typedef struct BadRow {
        const char *reason;
        const char *xml;
        size_t size;
        const char *expected;
} BadRow;

#define TEXT(...) __VA_ARGS__, sizeof(__VA_ARGS__) - 1
#define IN_INTERFACE(members) "<node>\n<interface name='a.B'>\n" members "\n</interface>\n</node>\n"
#define NODES_8                                                        \
        "<node name='a'><node name='a'><node name='a'><node name='a'>" \
        "<node name='a'><node name='a'><node name='a'><node name='a'>"
#define NODES_64 NODES_8 NODES_8 NODES_8 NODES_8 NODES_8 NODES_8 NODES_8 NODES_8
#define A_32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BRACKETS_32 "(((((((((((((((((((((((((((((((("
#define LONG_64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const BadRow bad[] = {
        { "nothing", TEXT(""), "1:1: this is no XML: no element found" },
        { "no XML", TEXT("module A.B 1.0\n"), "1:1: this is no XML: syntax error" },
        { "a tag that does not end", TEXT("<node>\n  <interface"),
          "2:3: this is no XML: unclosed token" },
        { "an element that does not end", TEXT("<node>\n"),
          "2:1: this is no XML: no element found" },
        { "the wrong end", TEXT("<node>\n</interface>\n"), "2:3: this is no XML: mismatched tag" },
        { "two documents", TEXT("<node/>\n<node/>\n"),
          "2:1: this is no XML: junk after document element" },
        { "no UTF-8", TEXT("<node>\n\xff</node>\n"), "2:1: this is not UTF-8" },
        { "a NUL", TEXT("<node>\0</node>\n"), "1:7: this is not UTF-8" },
        { "another document", TEXT("<html/>\n"), "1:2: <html> is unknown in introspection data" },
        { "an interface around everything", TEXT("<interface name='a.B'/>"),
          "1:2: expected a <node> around everything, not a <interface>" },
        { "only what every service has",
          TEXT("<node><interface name='org.freedesktop.DBus.Peer'/></node>"),
          "1:1: there is no interface but those that every service has" },
        { "a misspelt element", TEXT(IN_INTERFACE("  <propery name='A'/>")),
          "3:4: <propery> is unknown in introspection data\nnote: did you mean 'property'?" },
        { "a method without an interface", TEXT("<node>\n<method name='A'/>\n</node>"),
          "2:2: a <method> has no place in a <node>" },
        { "an interface in an interface", TEXT(IN_INTERFACE("<interface name='a.C'/>")),
          "3:2: a <interface> has no place in a <interface>" },
        { "an argument of a property",
          TEXT(IN_INTERFACE(
                  "<property name='A' type='s' access='read'><arg type='s'/></property>")),
          "3:44: a <arg> has no place in a <property>" },
        { "what is in a wrong place is not looked at",
          TEXT(IN_INTERFACE("<arg><method name='1'/></arg>")),
          "3:2: a <arg> has no place in a <interface>" },
        { "elements nested without end", TEXT("<node>" NODES_64 "<node/>"),
          "1:953: elements are nested more than 64 deep" },
        { "no name of an interface", TEXT("<node>\n<interface/>\n</node>"),
          "2:2: this <interface> has no 'name'" },
        { "a name of one word", TEXT("<node>\n<interface name='A'/>\n</node>"),
          "2:18: 'A' cannot be the name of a D-Bus interface" },
        { "a bad name of a method", TEXT(IN_INTERFACE("<method name = \"Go-On\"/>")),
          "3:17: 'Go-On' cannot be the name of a member on D-Bus" },
        { "a bad name of a signal", TEXT(IN_INTERFACE("<signal x='name=' name='2nd'/>")),
          "3:25: '2nd' cannot be the name of a member on D-Bus" },
        { "no name of a property", TEXT(IN_INTERFACE("<property type='s' access='read'/>")),
          "3:2: this <property> has no 'name'" },
        { "no type of a property", TEXT(IN_INTERFACE("<property name='A' access='read'/>")),
          "3:2: this <property> has no 'type'" },
        { "no access to a property", TEXT(IN_INTERFACE("<property name='A' type='s'/>")),
          "3:2: this <property> has no 'access'" },
        { "an access that is none",
          TEXT(IN_INTERFACE("<property name='A' type='s' access='wirte'/>")),
          "3:37: 'wirte' is not 'read', 'write' or 'readwrite'\nnote: did you mean 'write'?" },
        { "a direction that is none",
          TEXT(IN_INTERFACE("<method name='A'><arg type='s' direction='inout'/></method>")),
          "3:43: 'inout' is not 'in' or 'out'\nnote: did you mean 'out'?" },
        { "a way of announcing that is none",
          TEXT(IN_INTERFACE("<annotation name='org.freedesktop.DBus.Property."
                            "EmitsChangedSignal' value='maybe'/>")),
          "3:76: 'maybe' is not 'true', 'invalidates', 'const' or 'false'" },
        { "an annotation without a value", TEXT(IN_INTERFACE("<annotation name='a'/>")),
          "3:2: this <annotation> has no 'value'" },
        { "no type of an argument", TEXT(IN_INTERFACE("<method name='A'><arg/></method>")),
          "3:19: this <arg> has no 'type'" },
        { "a path that is none", TEXT("<node name='a'/>"), "1:13: 'a' cannot be an object path" },
        { "an object below without a name", TEXT("<node>\n<node/>\n</node>"),
          "2:2: this <node> has no 'name'" },
        { "an absolute path below", TEXT("<node>\n<node name='/a'/>\n</node>"),
          "2:13: '/a' cannot be the path of an object below another" },
        { "a property twice",
          TEXT(IN_INTERFACE("<property name='A' type='s' access='read'/>\n"
                            "<property name='A' type='i' access='read'/>")),
          "4:17: 'A' is there twice" },
        { "a method twice, as some overload them",
          TEXT(IN_INTERFACE("<method name='A'/><method name='B'/>\n"
                            "<method name='A'><arg type='s'/></method>")),
          "4:15: 'A' is there twice" },
        { "a signal twice", TEXT(IN_INTERFACE("<signal name='A'/>\n<signal name='A'/>")),
          "4:15: 'A' is there twice" },
        { "an interface twice",
          TEXT("<node>\n<interface name='a.B'/>\n<interface name='a.B'/>\n</node>"),
          "3:18: 'a.B' is there twice" },
        { "all that is wrong is said", TEXT(IN_INTERFACE("<method name='1'/>\n<method name='2'/>")),
          "3:15: '1' cannot be the name of a member on D-Bus\n"
          "4:15: '2' cannot be the name of a member on D-Bus" },
        { "an entity bomb",
          TEXT("<!DOCTYPE node [\n<!ENTITY a 'aaaaaaaa'>\n<!ENTITY b '&a;&a;&a;&a;'>\n]>\n"
               "<node/>"),
          "3:12: the entity 'b' is not just a short text" },
        { "an entity of a file",
          TEXT("<!DOCTYPE node [\n<!ENTITY a SYSTEM '/etc/passwd'>\n]>\n"
               "<node/>"),
          "2:32: the entity 'a' is not just a short text" },
        { "an entity that holds elements",
          TEXT("<!DOCTYPE node [\n<!ENTITY a '<node/>'>\n]>\n<node>&a;</node>"),
          "2:12: the entity 'a' is not just a short text" },
        { "an entity that is long",
          TEXT("<!DOCTYPE node [\n<!ENTITY a '" LONG_64 LONG_64 LONG_64 LONG_64 "'>\n]>\n<node/>"),
          "2:12: the entity 'a' is not just a short text" },
        { "an entity of the file that describes the format",
          TEXT("<!DOCTYPE node SYSTEM 'a.dtd'>\n<node>&b;</node>"), "2:7: there is no entity 'b'" },
        { "an entity that is not there", TEXT("<node>&b;</node>"),
          "1:7: this is no XML: undefined entity" },
};

#define TYPE(type) TEXT(IN_INTERFACE("<property name='A' access='read' type='" type "'/>"))

/* The same for one property, with the column in its type. */
static const BadRow bad_types[] = {
        { "no type at all", TYPE(""), "1: '' cannot be a D-Bus type: a type is missing" },
        { "two types", TYPE("ss"), "2: 'ss' cannot be a D-Bus type: the type ends before this" },
        { "a letter that is no type", TYPE("az"),
          "2: 'az' cannot be a D-Bus type: this is no type" },
        { "an array of nothing", TYPE("a"), "2: 'a' cannot be a D-Bus type: a type is missing" },
        { "a struct without fields", TYPE("()"),
          "2: '()' cannot be a D-Bus type: a struct has fields" },
        { "a struct without end", TYPE("(s"),
          "3: '(s' cannot be a D-Bus type: this struct has no end" },
        { "a bracket too many", TYPE("(s))"),
          "4: '(s))' cannot be a D-Bus type: the type ends before this" },
        { "a dictionary outside of an array", TYPE("{sv}"),
          "1: '{sv}' cannot be a D-Bus type: this is no type" },
        { "a key that is a container", TYPE("a{vs}"),
          "3: 'a{vs}' cannot be a D-Bus type: the key of a dictionary is of a basic type" },
        { "a dictionary without values", TYPE("a{s}"),
          "4: 'a{s}' cannot be a D-Bus type: this is no type" },
        { "a dictionary of three", TYPE("a{sss}"),
          "5: 'a{sss}' cannot be a D-Bus type: an entry of a dictionary is one key and one value" },
        { "arrays nested too deep", TYPE(A_32 "as"),
          "33: '" A_32 "as' cannot be a D-Bus type: arrays are nested at most 32 deep" },
        { "structs nested too deep", TYPE(BRACKETS_32 "(s"),
          "33: '" BRACKETS_32 "(s' cannot be a D-Bus type: structs are nested at most 32 deep" },
        { "a signature that is too long", TYPE("(" LONG_64 LONG_64 LONG_64 LONG_64 ")"),
          "1: '(" LONG_64 LONG_64 LONG_64 LONG_64
          ")' cannot be a D-Bus type: a signature has at most 255 characters" },
};

static void what_cannot_be_read_is_an_error_with_its_place(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                const char *said;

                print_message("%s\n", bad[i].reason);
                assert_null(import_text(bad[i].xml, bad[i].size, NULL, &said));
                assert_string_equal(said, bad[i].expected);
        }
}

static void a_bad_type_is_shown_to_the_character(void **state) {
        const uint32_t column = (uint32_t)strlen("<property name='A' access='read' type='");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(bad_types); i++) {
                const char *said, *rest = strchr(bad_types[i].expected, ':');
                unsigned long in_type = strtoul(bad_types[i].expected, NULL, 10);

                print_message("%s\n", bad_types[i].reason);
                assert_null(import_text(bad_types[i].xml, bad_types[i].size, NULL, &said));
                assert_string_equal(said, arena_printf(arena, "3:%lu%s", column + in_type, rest));
        }
}

static void errors_show_the_line_and_a_caret(void **state) {
        const ImportNames nothing = { 0 };
        const char *xml = IN_INTERFACE("  <property name='A' type='s' access='wirte'/>");
        Source *source = source_new(arena, "folder/test.xml", xml, strlen(xml));
        Diagnostics *d = diagnostics_new(arena);

        (void)state;
        assert_null(import_sources(arena, d, &source, 1, &nothing));
        assert_string_equal(shown(d),
                            "folder/test.xml:3:39: error: 'wirte' is not 'read', 'write' or "
                            "'readwrite'\n"
                            "  <property name='A' type='s' access='wirte'/>\n"
                            "                                      ^~~~~\n"
                            "note: did you mean 'write'?\n");
}

static void types_at_the_limits_are_valid(void **state) {
        static const char *const types[] = {
                A_32 "s",
                A_32 "v",
                "a{sa{sa{sv}}}",
                "a{y(ay(bnqiuxtdsogh))}",
                "(" LONG_64 LONG_64 LONG_64
                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                "bbb)",
        };
        size_t offset;

        (void)state;
        assert_int_equal(strlen(types[4]), SIGNATURE_MAX);
        for (size_t i = 0; i < ELEMENTS(types); i++)
                assert_null(signature_check(types[i], &offset));
}

static void members_after_one_without_a_type_are_still_read(void **state) {
        const char *xml = IN_INTERFACE("<method name='A'><arg type='z'/></method>\n"
                                       "<method name='-'/>");
        const char *said;

        (void)state;
        assert_null(import_text(xml, strlen(xml), NULL, &said));
        assert_string_equal(said, "3:29: 'z' cannot be a D-Bus type: this is no type\n"
                                  "4:15: '-' cannot be the name of a member on D-Bus");
}

/* ---- names ---- */

#define ONE(name, path) \
        "<node" path "><interface name='" name "'><method name='Go'/></interface></node>"
#define TWO(one, other)                                                             \
        "<node name='/x'><interface name='" one "'><method name='Go'/></interface>" \
        "<interface name='" other "'><method name='Go'/></interface></node>"

typedef struct NameRow {
        const char *reason;
        const char *xml;
        const char *module; /* and its version */
        const char *dbus;
        const char *interface; /* the last one */
} NameRow;

static const NameRow name_rows[] = {
        { "one interface is the module", ONE("a.b.Radio1", " name='/r'"), "a.b.Radio 1.0",
          "{ name: \"a.b.Radio1\", path: \"/r\", foreign: true }", "interface Radio {" },
        { "a number of several digits", ONE("a.Radio12", " name='/'"), "a.Radio 12.0",
          "{ name: \"a.Radio12\", path: \"/\", foreign: true }", "interface Radio {" },
        { "no number", ONE("a.Radio", " name='/r'"), "a.Radio 1.0",
          "{ name: \"a.Radio\", path: \"/r\", foreign: true }", "interface Radio {" },
        { "a number that is none of a version", ONE("a.Radio0", " name='/r'"), "a.Radio0 1.0",
          "{ name: \"a.Radio0\", path: \"/r\", foreign: true }", "interface Radio0 {" },
        { "a number behind an underscore", ONE("a.x86_64", " name='/r'"), "a.x86_64 1.0",
          "{ name: \"a.x86_64\", path: \"/r\", foreign: true }", "interface X8664 {" },
        { "a number beyond any version", ONE("a.Radio123456", " name='/r'"), "a.Radio123456 1.0",
          "{ name: \"a.Radio123456\", path: \"/r\", foreign: true }", "interface Radio123456 {" },
        { "a path that is not said is made of the name", ONE("a.b.Radio1", ""), "a.b.Radio 1.0",
          "{ name: \"a.b.Radio1\", path: \"/a/b/Radio1\", foreign: true }", "interface Radio {" },
        { "an empty path is none", ONE("a.b.Radio1", " name=''"), "a.b.Radio 1.0",
          "{ name: \"a.b.Radio1\", path: \"/a/b/Radio1\", foreign: true }", "interface Radio {" },
        { "two interfaces side by side", TWO("a.b.One1", "a.b.Other1"), "a.b 1.0",
          "{ name: \"a.b\", path: \"/x\", foreign: true }", "interface Other1 {" },
        { "one below the other", TWO("a.b2", "a.b2.c.Other"), "a.b 2.0",
          "{ name: \"a.b2\", path: \"/x\", foreign: true }", "interface COther {" },
        { "the longer one first", TWO("a.b2.Other", "a.b2"), "a.b 2.0",
          "{ name: \"a.b2\", path: \"/x\", foreign: true }", "interface B {" },
        { "parts that only begin alike", TWO("a.b.Radio", "a.b.RadioText"), "a.b 1.0",
          "{ name: \"a.b\", path: \"/x\", foreign: true }", "interface RadioText {" },
        { "names that would be one in C", TWO("a.b.fooBar", "a.b.Foo_bar"), "a.b 1.0",
          "{ name: \"a.b\", path: \"/x\", foreign: true }", "interface FooBarInterface {" },
};

static void the_names_of_the_interfaces_give_the_one_of_the_module(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTS(name_rows); i++) {
                const NameRow *row = &name_rows[i];
                const char *text;

                print_message("%s\n", row->reason);
                text = import_good(row->xml, NULL);
                assert_contains(text, arena_printf(arena, "@dbus: %s\nmodule %s\n", row->dbus,
                                                   row->module));
                assert_contains(text, row->interface);
        }
}

static void names_with_too_little_in_common_give_none(void **state) {
        const char *xml = TWO("a.One", "a.Other"), *said;
        const ImportNames names = { .module = "A.B", .bus_name = "a.Service" };
        const ImportNames module = { .module = "A.B" };

        (void)state;
        assert_null(import_text(xml, strlen(xml), NULL, &said));
        assert_string_equal(said, "1:34: the names of the interfaces have too little in common to "
                                  "call a module and a service after it\n"
                                  "note: --module and --bus-name say what they are called, "
                                  "--interface takes only some");
        assert_null(import_text(xml, strlen(xml), &module, &said));
        assert_contains(import_good(xml, &names),
                        "@dbus: { name: \"a.Service\", path: \"/x\", foreign: true }\n"
                        "module A.B 1.0\n");
}

static void the_command_line_wins_over_what_the_file_says(void **state) {
        const ImportNames names = {
                .module = "Car.Radio",
                .version = "3.7",
                .bus_name = "b.Service",
                .path = "/elsewhere",
        };

        (void)state;
        assert_contains(import_good(ONE("a.b.Radio1", " name='/r'"), &names),
                        "@dbus: { name: \"b.Service\", path: \"/elsewhere\", foreign: true }\n"
                        "module Car.Radio 3.7\n");
}

static void a_path_is_guessed_from_the_bus_name(void **state) {
        const ImportNames names = { .bus_name = "b.My-Service" };

        (void)state;
        assert_contains(import_good(ONE("a.b.Radio1", ""), &names), "path: \"/b/My_Service\"");
}

static void only_the_interfaces_that_are_asked_for_are_taken(void **state) {
        const char *wanted[] = { "a.b.Other1" }, *wrong[] = { "a.b.Othr1" };
        const ImportNames names = { .interfaces = wanted, .n_interfaces = 1 };
        const ImportNames bad_names = { .interfaces = wrong, .n_interfaces = 1 };
        const char *xml = TWO("a.b.One1", "a.b.Other1"), *said, *text;

        (void)state;
        text = import_good(xml, &names);
        assert_contains(text, "module a.b.Other 1.0\n");
        assert_lacks(text, "One");
        assert_null(import_text(xml, strlen(xml), &bad_names, &said));
        assert_string_equal(said, "1:1: there is no interface 'a.b.Othr1'\n"
                                  "note: did you mean 'a.b.Other1'?");
}

static void objects_below_have_paths_of_their_own(void **state) {
        const char *text = import_good(
                "<node name='/a'><node name='b'>"
                "<interface name='a.b.One'/><node name='c'><interface name='a.b.Two'/></node>"
                "</node></node>",
                NULL);

        (void)state;
        assert_contains(text, "path: \"/a/b\", foreign");
        assert_contains(text, "@dbus: { name: \"a.b.One\" }\n");
        assert_contains(text, "@dbus: { name: \"a.b.Two\", path: \"/a/b/c\" }\n");
}

static void the_module_is_where_all_its_objects_are_below(void **state) {
        const char *text = import_good("<node name='/'>"
                                       "<node name='ab'><interface name='a.b.One'/></node>"
                                       "<node name='ac'><interface name='a.b.Two'/></node></node>",
                                       NULL);

        (void)state;
        assert_contains(text, "path: \"/\", foreign");
        assert_contains(text, "@dbus: { name: \"a.b.One\", path: \"/ab\" }\n");
        assert_contains(text, "@dbus: { name: \"a.b.Two\", path: \"/ac\" }\n");
}

static void several_files_are_one_module(void **state) {
        static const char *const files[] = { ONE("a.b.One", " name='/a/x'"),
                                             ONE("a.b.Two", " name='/a/y'"),
                                             ONE("a.b.One", " name='/a/z'") };
        const ImportNames nothing = { 0 };
        Diagnostics *d = diagnostics_new(arena);
        Source *sources[ELEMENTS(files)];
        const char *text;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(files); i++)
                sources[i] = source_new(arena, arena_printf(arena, "in/%zu.xml", i), files[i],
                                        strlen(files[i]));
        text = import_sources(arena, d, sources, ELEMENTS(files), &nothing);
        assert_non_null(text);
        assert_contains(text, "from 0.xml, 1.xml, 2.xml.\n");
        assert_contains(text, "path: \"/a\", foreign");
        assert_contains(text, "name: \"a.b.One\", path: \"/a/x\" }");
        assert_contains(text, "name: \"a.b.Two\", path: \"/a/y\" }");
        assert_lacks(text, "/a/z");
        assert_contains(shown(d), "in/2.xml:1:36: warning: 'a.b.One' is there once more");
}

static void a_name_of_a_file_cannot_end_the_comment_it_is_in(void **state) {
        const ImportNames nothing = { 0 };
        const char *xml = ONE("a.b.One", "");
        Source *source = source_new(arena, "in/a\nmodule.xml", xml, strlen(xml));

        (void)state;
        assert_contains(import_sources(arena, diagnostics_new(arena), &source, 1, &nothing),
                        "// Made by fascia-codegen import from a?module.xml.\n");
}

static void names_that_clash_in_c_get_others(void **state) {
        const char *text = import_good(
                IN_INTERFACE("<property name='Level' type='i' access='readwrite'/>"
                             "<property name='level' type='i' access='readwrite'/>"
                             "<property name='LevelProperty' type='i' access='read'/>"
                             "<method name='SetLevel'><arg type='i'/></method>"
                             "<method name='Free'/><signal name='LevelChanged'/>"),
                NULL);

        (void)state;
        assert_contains(text, "    int level\n");
        assert_contains(text, "    @dbus: { name: \"level\" }\n    int levelProperty\n");
        assert_contains(text, "    @dbus: { name: \"LevelProperty\" }\n"
                              "    readonly int levelPropertyProperty\n");
        assert_contains(text, "    @dbus: { name: \"SetLevel\" }\n    void setLevelMethod(");
        assert_contains(text, "    @dbus: { name: \"Free\" }\n    void freeMethod()\n");
        assert_contains(text, "    @dbus: { name: \"LevelChanged\" }\n");
}

static void a_struct_of_one_name_and_one_type_is_made_once(void **state) {
        const char *text = import_good(
                IN_INTERFACE("<method name='List'><arg name='units' type='a(su)' direction='out'/>"
                             "</method>"
                             "<method name='Find'><arg name='unit' type='(su)' direction='out'/>"
                             "</method>"
                             "<method name='Load'><arg name='unit' type='(ss)' direction='out'/>"
                             "</method>"
                             "<method name='Stop'><arg name='B' type='(ss)' direction='in'/>"
                             "</method>"),
                NULL);

        (void)state;
        assert_contains(text, "    list<Unit> List()\n");
        assert_contains(text, "    Unit find()\n");
        assert_contains(text, "    LoadUnit load()\n");
        /* The interface has the name. */
        assert_contains(text, "    void stop(StopB b)\n");
        assert_null(strstr(strstr(text, "struct Unit {") + 1, "struct Unit {"));
}

static void what_is_too_much_for_the_generator_is_refused(void **state) {
        Text xml;
        const char *said;

        (void)state;
        text_init(&xml, arena);
        text_add(&xml, "<node><interface name='a.B'>");
        for (int i = 0; i < 60000; i++)
                text_printf(&xml, "<method name='Go%d'/>", i);
        text_add(&xml, "</interface></node>");
        assert_null(import_text(xml.bytes, xml.size, NULL, &said));
        assert_string_equal(said, "1:24: the interface file would be larger than 1 MiB, which is "
                                  "too much for the generator\n"
                                  "note: --interface takes only some of the interfaces");
}

/* ---- texts ---- */

static void texts_become_doc_comments(void **state) {
        const char *text = import_good(
                IN_INTERFACE(
                        "<annotation name='org.freedesktop.DBus.DocString' value='  Of &#10; it. '/>"
                        "<method name='A'><annotation name='org.gtk.GDBus.DocString' value="
                        "'One.&#10;&#10;Two: */ **/ &lt;&amp;.'/>"
                        "<arg name='x' type='s'><annotation name='org.gtk.GDBus.DocString' "
                        "value='what it is'/></arg>"
                        "<arg type='s' direction='out'><tp:docstring>the <b>rest</b></tp:docstring>"
                        "</arg></method>"
                        "<method name='B'><annotation name='org.gtk.GDBus.DocString' value=' '/>"
                        "</method>"),
                NULL);

        (void)state;
        assert_contains(text, "/**\n * @brief Of it.\n */\n@dbus: { name: \"a.B\" }\n");
        assert_contains(text, "    /**\n"
                              "     * @brief One.\n"
                              "     *\n"
                              "     * Two: * / ** / <&.\n"
                              "     * @param x what it is\n"
                              "     * @return the rest\n"
                              "     */\n"
                              "    string a(string x)\n");
        assert_contains(text, "\n    void b()\n");
}

static void lines_of_doc_comments_do_not_begin_with_a_command(void **state) {
        const char *filler =
                "aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa "
                "aaaaaaaaa aaaa";
        const char *text = import_good(
                arena_printf(arena,
                             IN_INTERFACE("<annotation name='org.gtk.GDBus.DocString' value='%s "
                                          "@param is no command here'/>"),
                             filler),
                NULL);

        (void)state;
        assert_contains(text, " aaaa @param\n * is no");
        assert_lacks(text, " * @param");
}

/* ---- the command ---- */

/* The exit status; what is printed goes to a file. */
static int run(const char *arguments, char **ret_output) {
        const char *path = arena_printf(arena, "%s/output", folder);
        int status = system(arena_printf(arena, "%s import %s >%s 2>&1", getenv("FASCIA_CODEGEN"),
                                         arguments, path));

        *ret_output = read_file(path);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_command_writes_what_is_expected(void **state) {
        const char *path = arena_printf(arena, "%s/made/mpris2.qface", folder);
        char *output;

        (void)state;
        assert_int_equal(run(arena_printf(arena, "-o %s " FOREIGN "mpris2.xml", path), &output), 0);
        assert_string_equal(output, read_file(FOREIGN "mpris2.warnings"));
        assert_string_equal(read_file(path), read_file(FOREIGN "mpris2.qface"));
        assert_int_equal(run("-Wno-guess " FOREIGN "mpris2.xml", &output), 0);
        assert_string_equal(output, read_file(FOREIGN "mpris2.qface"));
}

static void the_command_takes_all_its_options(void **state) {
        char *output;

        (void)state;
        assert_int_equal(run("--module Car.Media --version 4.2 --bus-name a.B --path /c "
                             "--interface org.mpris.MediaPlayer2.Player "
                             "--interface org.mpris.MediaPlayer2.TrackList " FOREIGN "mpris2.xml",
                             &output),
                         0);
        assert_contains(output, "@dbus: { name: \"a.B\", path: \"/c\", foreign: true }\n"
                                "module Car.Media 4.2\n");
        assert_contains(output, "interface TrackList {");
        assert_lacks(output, "interface Playlists {");
}

static void warnings_can_be_errors(void **state) {
        const char *path = arena_printf(arena, "%s/made.qface", folder);
        char *output;

        (void)state;
        assert_int_equal(run(arena_printf(arena, "-Werror=guess -o %s " FOREIGN "mpris2.xml", path),
                             &output),
                         1);
        assert_contains(output, "error: introspection data does not say the bus name");
        assert_int_equal(access(path, F_OK), -1);
}

static void a_bad_file_leaves_the_old_output(void **state) {
        const char *path = arena_printf(arena, "%s/made.qface", folder);
        const char *input = arena_printf(arena, "%s/bad.xml", folder);
        char *output;

        (void)state;
        write_file(path, "old", 3);
        write_file(input, "<node>", 6);
        assert_int_equal(run(arena_printf(arena, "-o %s %s", path, input), &output), 1);
        assert_contains(output, "bad.xml:1:7: error: this is no XML: no element found\n<node>\n");
        assert_string_equal(read_file(path), "old");
}

static void a_wrong_command_line_is_refused(void **state) {
        static const struct {
                const char *arguments, *expected;
        } rows[] = {
                { "", "import: no introspection data is given\n" },
                { "--frob x.xml", "import: unknown option --frob\n" },
                { "x.xml -o", "import: a value is missing for -o\n" },
                { "-Wfrob x.xml", "import: there is no such warning: -Wfrob\n" },
                { "--module a..b x.xml", "import: this cannot be the name of a module: a..b\n" },
                { "--module a.1 x.xml", "import: this cannot be the name of a module: a.1\n" },
                { "--module list x.xml", "import: this cannot be the name of a module: list\n" },
                { "--version 1 x.xml", "import: a version is like 1.0, not 1\n" },
                { "--version 1.x x.xml", "import: a version is like 1.0, not 1.x\n" },
                { "--version 1.70000 x.xml", "import: a version is like 1.0, not 1.70000\n" },
                { "--bus-name a x.xml", "import: this cannot be a bus name: a\n" },
                { "--path a x.xml", "import: this cannot be an object path: a\n" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char *output;

                assert_int_equal(run(rows[i].arguments, &output), 2);
                assert_contains(output, rows[i].expected);
                assert_contains(output, "Try 'fascia-codegen import --help'.\n");
        }
}

static void help_names_every_option(void **state) {
        static const char *const options[] = { "-o ",    "--module",    "--version", "--bus-name",
                                               "--path", "--interface", "-Wno-",     "--help" };
        char *output;

        (void)state;
        assert_int_equal(run("--help", &output), 0);
        for (size_t i = 0; i < ELEMENTS(options); i++)
                assert_contains(output, options[i]);
}

static void files_that_cannot_be_read_are_named(void **state) {
        const char *path = arena_printf(arena, "%s/large.xml", folder);
        char *output;

        (void)state;
        assert_int_equal(run("/nonexistent/x.xml", &output), 1);
        assert_contains(output, "cannot read '/nonexistent/x.xml': No such file or directory\n");
        assert_int_equal(run(folder, &output), 1);
        assert_contains(output, "Is a directory");
        write_file(path, "", 0);
        assert_int_equal(truncate(path, IMPORT_SIZE_MAX + 1), 0);
        assert_int_equal(run(path, &output), 1);
        assert_string_equal(output,
                            arena_printf(arena, "%s: error: a file has at most 4 MiB\n", path));
}

static void the_command_can_be_run_twice_in_one_process(void **state) {
        const char *path = arena_printf(arena, "%s/made.qface", folder);

        (void)state;
        for (int i = 0; i < 2; i++) {
                char *arguments[] = {
                        "import", "-Wno-guess", "-o", (char *)path, FOREIGN "hostname1.xml", NULL
                };

                assert_int_equal(import_main(5, arguments), 0);
                assert_string_equal(read_file(path), read_file(FOREIGN "hostname1.qface"));
                assert_int_equal(unlink(path), 0);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(interface_files_and_warnings_are_as_expected),
                TEST(the_same_file_gives_the_same_bytes),
                TEST(what_is_generated_from_them_describes_the_same_service),
                TEST(what_is_generated_from_them_compiles),
                TEST(what_cannot_be_read_is_an_error_with_its_place),
                TEST(a_bad_type_is_shown_to_the_character),
                TEST(errors_show_the_line_and_a_caret),
                TEST(types_at_the_limits_are_valid),
                TEST(members_after_one_without_a_type_are_still_read),
                TEST(the_names_of_the_interfaces_give_the_one_of_the_module),
                TEST(names_with_too_little_in_common_give_none),
                TEST(the_command_line_wins_over_what_the_file_says),
                TEST(a_path_is_guessed_from_the_bus_name),
                TEST(only_the_interfaces_that_are_asked_for_are_taken),
                TEST(objects_below_have_paths_of_their_own),
                TEST(the_module_is_where_all_its_objects_are_below),
                TEST(several_files_are_one_module),
                TEST(a_name_of_a_file_cannot_end_the_comment_it_is_in),
                TEST(names_that_clash_in_c_get_others),
                TEST(a_struct_of_one_name_and_one_type_is_made_once),
                TEST(what_is_too_much_for_the_generator_is_refused),
                TEST(texts_become_doc_comments),
                TEST(lines_of_doc_comments_do_not_begin_with_a_command),
                TEST(the_command_writes_what_is_expected),
                TEST(the_command_takes_all_its_options),
                TEST(warnings_can_be_errors),
                TEST(a_bad_file_leaves_the_old_output),
                TEST(a_wrong_command_line_is_refused),
                TEST(help_names_every_option),
                TEST(files_that_cannot_be_read_are_named),
                TEST(the_command_can_be_run_twice_in_one_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
