/* SPDX-License-Identifier: MIT */
/* Data files of the simulation: what they make of the data of a module, and how they are refused. */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <fascia/backend.h>
#include <test-kitchen-1/kitchen-types.h>
#include <test-language-1/language-types.h>
#include <test-simulated-1/simulated-types.h>
#include <vehicle-climate-1/climate-types.h>

#include "descriptor.h"
#include "sim-data.h"
#include "value.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

#define KITCHEN (kitchen_interfaces[0].module)
#define LANGUAGE (language_interfaces[0].module)
#define SIMULATED (simulated_interfaces[0].module)

/* ---- what there is, as a text ---- */

static void print_value(FILE *f, const char *what, const struct fascia_type *type,
                        const void *value) {
        char *text;

        if (!value)
                return;
        assert_int_equal(value_check_encodable(type, value), 0);
        text = fascia_value_print(type, value);
        assert_non_null(text);
        fprintf(f, " %s=%s", what, text);
        free(text);
}

static void print_row(FILE *f, const struct fascia_interface *i,
                      const struct fascia_simulation_row *row) {
        const struct fascia_property *p = interface_property(i, row->property);
        const struct fascia_constraint *c = row->constraint;

        fprintf(f, "%s%s%s", p->name, row->zone ? "@" : "", row->zone ? row->zone : "");
        print_value(f, "default", p->type, row->initial);
        if (c) {
                print_value(f, "min", p->type, c->minimum);
                print_value(f, "max", p->type, c->maximum);
        }
        for (uint32_t k = 0; c && k < c->n_domain; k++)
                print_value(f, "or", p->type, (const char *)c->domain + k * p->type->size);
        if (row->unsupported)
                fprintf(f, " unsupported");
        fprintf(f, "\n");
}

/* The zones, and a line for each row. */
static const char *print(const SimData *d, const struct fascia_module *m, uint32_t interface) {
        static char text[16384];
        const struct fascia_simulation *s = sim_data_get(d, interface);
        FILE *f = fmemopen(text, sizeof(text), "w");

        assert_non_null(f);
        assert_non_null(s);
        text[0] = '\0';
        for (uint32_t i = 0; i < s->n_zones; i++)
                fprintf(f, "%s%s", i > 0 ? "," : "", s->zones[i]);
        if (s->n_zones > 0)
                fprintf(f, "\n");
        for (uint32_t i = 0; i < s->n_rows; i++)
                print_row(f, module_interface(m, interface), &s->rows[i]);
        fclose(f);
        return text;
}

/* ---- module libraries ---- */

static const struct fascia_module_library *open_library(const char *name, void **ret_handle) {
        const struct fascia_module_library *library;
        const char *build = getenv("FASCIA_BUILD_DIR");
        char path[1024];

        snprintf(path, sizeof(path), "%s/modules/%s.so", build ? build : "build", name);
        *ret_handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!*ret_handle)
                fail_msg("%s", dlerror());
        library = dlsym(*ret_handle, FASCIA_MODULE_LIBRARY_SYMBOL);
        assert_non_null(library);
        return library;
}

static SimData *parse(const struct fascia_module *m, const struct fascia_module_library *library,
                      const char *path, const char *text) {
        SimData *d = NULL;
        char *error = NULL;

        if (sim_data_parse(m, library, path, text, strlen(text), &d, &error) < 0)
                fail_msg("%s", error);
        return d;
}

static void the_library_as_it_is(void **state) {
        void *handle;
        const struct fascia_module_library *l = open_library("Test.Simulated1", &handle);
        SimData *d;

        (void)state;
        assert_int_equal(sim_data_new(SIMULATED, l, &d), 0);
        for (uint32_t i = 0; i < SIMULATED->n_interfaces; i++)
                assert_ptr_equal(sim_data_get(d, i), &l->simulation[i]);
        assert_null(sim_data_get_faults(d));
        sim_data_free(d);
        dlclose(handle);
}

static void without_a_library_there_are_types_alone(void **state) {
        SimData *d;

        (void)state;
        assert_int_equal(sim_data_new(SIMULATED, NULL, &d), 0);
        for (uint32_t i = 0; i < SIMULATED->n_interfaces; i++)
                assert_string_equal(print(d, SIMULATED, i), "");
        assert_null(sim_data_free(d));
        assert_null(sim_data_free(NULL));
}

/* ---- what files say ---- */

typedef struct Reading {
        const char *why;
        const struct fascia_module *const *module;
        uint32_t interface;
        const char *path, *text, *expected;
} Reading;

/* Constants are wanted in tables. */
static const struct fascia_module *kitchen, *language, *simulated;

static void check_readings(const Reading *rows, size_t n) {
        for (size_t i = 0; i < n; i++) {
                SimData *d = NULL;
                char *error = NULL;

                if (sim_data_parse(*rows[i].module, NULL, rows[i].path, rows[i].text,
                                   strlen(rows[i].text), &d, &error) < 0)
                        fail_msg("%s: %s", rows[i].why, error);
                if (strcmp(print(d, *rows[i].module, rows[i].interface), rows[i].expected) != 0)
                        print_error("%s:\n", rows[i].why);
                assert_string_equal(print(d, *rows[i].module, rows[i].interface), rows[i].expected);
                sim_data_free(d);
        }
}

static void each_key_is_read(void **state) {
        static const Reading rows[] = {
                { "default", &simulated, 0, "a.yaml", "Limits: { floor: { default: 2.5 } }",
                  "floor default=2.5\n" },
                { "its older name", &simulated, 0, "a.yaml",
                  "Limits: { floor: { default_value: 3 } }", "floor default=3\n" },
                { "the newer name wins", &simulated, 0, "a.yaml",
                  "Limits: { floor: { default: 4, default_value: 3 } }", "floor default=4\n" },
                { "bounds", &simulated, 0, "a.yaml",
                  "Limits: { ceiling: { minimum: -3, maximum: 0x10 } }",
                  "ceiling min=-3 max=16\n" },
                { "their older names", &simulated, 0, "a.yaml",
                  "Limits: { ceiling: { range_low: -3, range_high: 5 } }",
                  "ceiling min=-3 max=5\n" },
                { "range wins over them", &simulated, 0, "a.yaml",
                  "Limits: { ceiling: { range: [ 1, 2 ], minimum: -3, maximum: 5 } }",
                  "ceiling min=1 max=2\n" },
                { "domain", &simulated, 0, "a.yaml",
                  "Limits: { words: { domain: [ a, \"b c\" ], default: a } }",
                  "words default=\"a\" or=\"a\" or=\"b c\"\n" },
                { "domain as a set", &simulated, 0, "a.yaml",
                  "Limits: { level: { domain: { Low, High } } }", "level or=Low or=High\n" },
                { "unsupported, and what has no effect", &simulated, 0, "a.yaml",
                  "Limits: { gap: { unsupported: yes, zoned: true } }", "gap unsupported\n" },
                { "nothing said of it", &simulated, 0, "a.yaml", "Limits: { gap: { } }", "" },
                { "rows in the order of the properties", &simulated, 0, "a.yaml",
                  "Limits: { bare: { default: 1 }, floor: { default: 2 } }",
                  "floor default=2\nbare default=1\n" },
                { "an empty file of data", &simulated, 0, "a.json", "{}", "" },
        };

        (void)state;
        check_readings(rows, N(rows));
}

static void each_zone_may_differ(void **state) {
        static const Reading rows[] = {
                { "one has a row of its own", &simulated, 0, "a.yaml",
                  "Limits:\n  zones: [ A, B ]\n  both: { default: { A: 21, =: 17 } }\n",
                  "A,B\nboth default=17\nboth@A default=21\n" },
                { "each row is complete", &simulated, 0, "a.yaml",
                  "Limits:\n  zones: [ A, B ]\n"
                  "  both: { default: 17, range: { B: [ 1, 9 ], =: [ 0, 20 ] }, "
                  "unsupported: { B: true } }\n",
                  "A,B\nboth default=17 min=0 max=20\n"
                  "both@B default=17 min=1 max=9 unsupported\n" },
                { "nothing of the feature", &simulated, 0, "a.json",
                  "{ \"Limits\": { \"zones\": [ \"A\" ], \"both\": { \"range\": { \"A\": [10, 33] "
                  "} } } }",
                  "A\nboth@A min=10 max=33\n" },
                { "a zone that YAML might take for false", &kitchen, 0, "a.yaml",
                  "Cook:\n  zones: [ No ]\n  plates: { default: { No: 3 } }\n",
                  "No\nplates@No default=3\n" },
                { "a struct and a mapping of zones are told apart", &kitchen, 0, "a.yaml",
                  "Cook:\n  zones: [ A ]\n  origin: { default: { x: 1, y: 2 } }\n"
                  "  second: { default: { A: [ 1, a, Salt, [ 7 ], [ 3, 4 ] ] } }\n",
                  "A\nsecond@A default={no: 1, text: \"a\", flags: Salt, list_: [7], at: {x: 3, y: "
                  "4}}\norigin default={x: 1, y: 2}\n" },
                { "a wrapped enum is no mapping of zones", &simulated, 0, "a.json",
                  "{ \"Limits\": { \"zones\": [ \"A\" ], \"level\": { \"default\": "
                  "{ \"type\": \"enum\", \"value\": \"Simulated::High\" } } } }",
                  "A\nlevel default=High\n" },
                { "but may stand in one", &simulated, 0, "a.json",
                  "{ \"Limits\": { \"zones\": [ \"A\" ], \"level\": { \"default\": { \"A\": "
                  "{ \"type\": \"enum\", \"value\": \"Simulated::High\" } } } } }",
                  "A\nlevel@A default=High\n" },
                { "the feature itself, of an interface without zones", &simulated, 1, "a.yaml",
                  "Silent: { number: { default: { =: 5 } } }", "number default=5\n" },
        };

        (void)state;
        check_readings(rows, N(rows));
}

static void values_of_every_type_are_read(void **state) {
        static const struct {
                const char *property, *text, *expected;
        } kitchens[] = {
                { "lamp", "true", "true" },
                { "lamp", "off", "false" },
                { "plates", "-2147483648", "-2147483648" },
                { "plates", "\"12\"", "12" }, /* "12345" serves an int */
                { "heat", "-1.5e3", "-1500" },
                { "taste", "\"a \\\"b\\\"\"", "\"a \\\"b\\\"\"" },
                { "level", "Kitchen::Low", "Low" },
                { "level", "{ type: enum, value: \"Test.Kitchen.Level.High\" }", "High" },
                { "level", "{ type: \"Kitchen::Level\", value: None }", "None" },
                { "spices", "Salt | Pepper", "Salt|Pepper" },
                { "spices", "{ type: flag, value: Last }", "Last" },
                { "spices", "{ type: enum, value: \"Salt|Last\" }", "Salt|Last" },
                { "spices", "\"\"", "0" },
                { "wide", "Far|Near", "Both" },
                { "origin", "[ 1, 2 ]", "{x: 1, y: 2}" },
                { "origin", "{ y: 2, x: 1 }", "{x: 1, y: 2}" },
                { "origin", "{ type: Point, value: [ 1, 2 ] }", "{x: 1, y: 2}" },
                { "origin", "{ type: \"Test::Point\", value: { x: 1, y: 2 } }", "{x: 1, y: 2}" },
                { "switches", "[ yes, false ]", "[true, false]" },
                { "numbers", "[ ]", "[]" },
                { "levels", "[ Low, { type: enum, value: High } ]", "[Low, High]" },
                { "distances", "[ Near, Both ]", "[Near, Both]" },
                { "table", "[ [ 1 ], [ ], [ 2, 3 ] ]", "[[1], [], [2, 3]]" },
                { "path", "[ [ 1, 2 ], { type: Point, value: [ 3, 4 ] } ]",
                  "[{x: 1, y: 2}, {x: 3, y: 4}]" },
                { "dish", "[ 1, one, Salt, [ 1, 2 ], { type: Point, value: [ 0.5, 0 ] } ]",
                  "{no: 1, text: \"one\", flags: Salt, list_: [1, 2], at: {x: 0.5, y: 0}}" },
        }, languages[] = {
                { "octet", "255", "255" },
                { "small", "-32768", "-32768" },
                { "port", "65535", "65535" },
                { "wide", "4294967295", "4294967295" },
                { "far", "-9223372036854775808", "-9223372036854775808" },
                { "farther", "18446744073709551615", "18446744073709551615" },
                { "object", "/a/b", "\"/a/b\"" },
                { "listener", "/a", "\"/a\"" },
                { "bytes", "[ 0, 255 ]", "[0, 255]" },
                { "sizes", "{ a: 18446744073709551615 }", "{\"a\": 18446744073709551615}" },
                { "labels", "{ b: x, a: y }", "{\"a\": \"y\", \"b\": \"x\"}" },
                { "labels", "{ type: x, value: y }", "{\"type\": \"x\", \"value\": \"y\"}" },
                { "rows", "{ a: [ 1 ], b: [ ] }", "{\"a\": [1], \"b\": []}" },
                { "nested", "{ a: { b: c } }", "{\"a\": {\"b\": \"c\"}}" },
                { "moods", "{ a: { type: enum, value: \"X::Glad\" } }", "{\"a\": Glad}" },
                { "layer", "Road|Water", "Road|Water" },
                { "anything", "null", "unset" },
                { "anything", "5", "5" },
                { "anything", "\"5\"", "\"5\"" },
                { "anything", "true", "true" },
                { "anything", "0.5", "0.5" },
                { "anything", "Mood.Glad", "\"Mood.Glad\"" },
                { "anything", "[ 1, [ x ], { a: null } ]", "[1, [\"x\"], {\"a\": unset}]" },
                { "settings", "{ a: 1, b: { c: [ ] } }", "{\"a\": 1, \"b\": {\"c\": []}}" },
                { "things", "[ ]", "[]" },
                { "sentence", "[ a, [ b ], Glad, 5 ]",
                  "{text: \"a\", words: [\"b\"], mood: Glad, rest: 5}" },
        };
        char text[512], expected[512];
        SimData *d;

        (void)state;
        for (size_t i = 0; i < N(kitchens); i++) {
                snprintf(text, sizeof(text), "Cook: { %s: { default: %s } }", kitchens[i].property,
                         kitchens[i].text);
                snprintf(expected, sizeof(expected), "%s default=%s\n", kitchens[i].property,
                         kitchens[i].expected);
                d = parse(kitchen, NULL, "a.yaml", text);
                assert_string_equal(print(d, kitchen, 0), expected);
                sim_data_free(d);
        }
        for (size_t i = 0; i < N(languages); i++) {
                snprintf(text, sizeof(text), "Speaker: { %s: { default: %s } }",
                         languages[i].property, languages[i].text);
                snprintf(expected, sizeof(expected), "%s default=%s\n", languages[i].property,
                         languages[i].expected);
                d = parse(language, NULL, "a.yaml", text);
                assert_string_equal(print(d, language, 0), expected);
                sim_data_free(d);
        }
}

static void an_interface_is_named_as_far_as_it_must_be(void **state) {
        static const char *const names[] = { "Silent", "Simulated.Silent",
                                             "Test.Simulated.Silent" };
        char text[256];

        (void)state;
        for (size_t i = 0; i < N(names); i++) {
                SimData *d;

                snprintf(text, sizeof(text), "{ \"%s\": { \"number\": { \"default\": 3 } } }",
                         names[i]);
                d = parse(simulated, NULL, "a.json", text);
                assert_string_equal(print(d, simulated, 0), "");
                assert_string_equal(print(d, simulated, 1), "number default=3\n");
                sim_data_free(d);
        }
}

#define WORDS(text) "{ \"Limits\": { \"words\": { \"default\": " text " } } }"

static void json_is_read_as_json(void **state) {
        static const Reading rows[] = {
                { "surrogate pairs", &simulated, 0, "a.json", WORDS("\"\\ud83d\\uDE00\""),
                  "words default=\"\xF0\x9F\x98\x80\"\n" },
                { "also where the name does not say that it is JSON", &simulated, 0, "a.data",
                  WORDS("\"\\ud83d\\uDE00\""), "words default=\"\xF0\x9F\x98\x80\"\n" },
                { "every other length", &simulated, 0, "a.json", WORDS("\"\\u0041\\u00e9\\u20aC\""),
                  "words default=\"A\xC3\xA9\xE2\x82\xAC\"\n" },
                { "two backslashes begin no pair", &simulated, 0, "a.json", WORDS("\"\\\\ud83d\""),
                  "words default=\"\\\\ud83d\"\n" },
                { "every escape", &simulated, 0, "a.json", WORDS("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
                  "words default=\"\\\"\\\\/\\b\\f\\n\\r\\t\"\n" },
                { "no blanks, a byte order mark", &simulated, 0, "a.json",
                  "\xEF\xBB\xBF{\"Limits\":{\"floor\":{\"default\":1.5E+1}}}",
                  "floor default=15\n" },
                { "a colon in the next line, and tabs", &simulated, 0, "a.json",
                  "{\t\"Limits\"\r\n:\t{ \"floor\"\n:\n{ \"default\"\n: -0.5 } } }",
                  "floor default=-0.5\n" },
                { "in a file of YAML, too", &simulated, 0, "a.yaml",
                  "{ Limits: { floor: { default: 2 } } }", "floor default=2\n" },
                { "which may begin with a key in quotes", &simulated, 0, "a.yaml",
                  "{ \"Limits\": { floor: { default: 2 } } } # comment", "floor default=2\n" },
        };

        (void)state;
        check_readings(rows, N(rows));
}

/* ---- on top of the library ---- */

static void a_file_replaces_everything_of_its_module(void **state) {
        void *handle;
        const struct fascia_module_library *l = open_library("Test.Simulated1", &handle);
        SimData *d = parse(simulated, l, "a.yaml", "Silent: { number: { default: 1 } }");

        (void)state;
        assert_string_equal(print(d, simulated, 0), "");
        assert_string_equal(print(d, simulated, 1), "number default=1\n");
        sim_data_free(d);
        d = parse(simulated, l, "a.yaml", "{ merge: false }");
        assert_string_equal(print(d, simulated, 0), "");
        sim_data_free(d);
        dlclose(handle);
}

#define LIMITS_ZONES "FrontLeft,Rear\n"
#define LIMITS_FLOOR "floor default=2 min=2\n"
#define LIMITS_CEILING "ceiling max=300\n"
#define LIMITS_BARE "bare min=-1\n"
#define LIMITS_BOTH "both default=17 min=16 max=18\nboth@FrontLeft default=21 min=10 max=33\n"
#define LIMITS_WORDS "words default=\"three\" or=\"hello test\" or=\"three\"\n"
#define LIMITS_LEVEL "level default=Low or=Low or=High\nlevel@Rear default=High or=Low or=High\n"
#define LIMITS_GAP "gap@FrontLeft unsupported\n"
#define LIMITS_NOWHERE "nowhere unsupported\n"

static void a_file_may_add_to_it(void **state) {
        static const struct {
                const char *why, *text, *expected;
        } rows[] = {
                { "nothing", "{ merge: true }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE LIMITS_BOTH LIMITS_WORDS
                          LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
                { "a first value leaves the bounds",
                  "{ merge: true, Limits: { floor: { default: 9 } } }",
                  LIMITS_ZONES "floor default=9 min=2\n" LIMITS_CEILING LIMITS_BARE LIMITS_BOTH
                          LIMITS_WORDS LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
                { "an older name counts as the newer one",
                  "{ merge: yes, Limits: { floor: { default_value: 9, range_low: 8 } } }",
                  LIMITS_ZONES "floor default=9 min=8\n" LIMITS_CEILING LIMITS_BARE LIMITS_BOTH
                          LIMITS_WORDS LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
                { "one value is for all zones",
                  "{ merge: true, Limits: { both: { default: 18 } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE
                  "both default=18 min=16 max=18\nboth@FrontLeft default=18 min=10 "
                  "max=33\n" LIMITS_WORDS LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
                { "one of a zone is for it alone",
                  "{ merge: true, Limits: { both: { default: { Rear: 16 } } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE LIMITS_BOTH
                  "both@Rear default=16 min=16 max=18\n" LIMITS_WORDS LIMITS_LEVEL LIMITS_GAP
                          LIMITS_NOWHERE },
                { "one of the feature leaves those of zones",
                  "{ merge: true, Limits: { both: { default: { =: 16 } }, level: { default: { =: "
                  "High } } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE
                  "both default=16 min=16 max=18\nboth@FrontLeft default=21 min=10 "
                  "max=33\n" LIMITS_WORDS
                  "level default=High or=Low or=High\nlevel@Rear default=High or=Low or=High\n" LIMITS_GAP
                          LIMITS_NOWHERE },
                { "a range wins over bounds that were there",
                  "{ merge: true, Limits: { both: { range: { FrontLeft: [ 20, 22 ] } } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE
                  "both default=17 min=16 max=18\nboth@FrontLeft default=21 min=20 "
                  "max=22\n" LIMITS_WORDS LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
                { "zones are added, and what is unsupported may be supported",
                  "{ merge: true, Limits: { zones: [ Roof, Rear ], gap: { unsupported: { FrontLeft: "
                  "false, Roof: true } }, nowhere: { unsupported: false } } }",
                  "FrontLeft,Rear,Roof\n" LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE LIMITS_BOTH
                          LIMITS_WORDS LIMITS_LEVEL "gap@Roof unsupported\n" },
                { "a zone that is like the feature follows it",
                  "{ merge: true, Limits: { level: { domain: { =: [ Unknown, High ] } } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE LIMITS_BOTH LIMITS_WORDS
                  "level default=Low or=Unknown or=High\nlevel@Rear default=High or=Unknown "
                  "or=High\n" LIMITS_GAP LIMITS_NOWHERE },
                { "a domain is replaced", "{ merge: true, Limits: { words: { domain: [ x ] } } }",
                  LIMITS_ZONES LIMITS_FLOOR LIMITS_CEILING LIMITS_BARE LIMITS_BOTH
                  "words default=\"three\" or=\"x\"\n" LIMITS_LEVEL LIMITS_GAP LIMITS_NOWHERE },
        };
        void *handle;
        const struct fascia_module_library *l = open_library("Test.Simulated1", &handle);

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                SimData *d = parse(simulated, l, "a.yaml", rows[i].text);

                if (strcmp(print(d, simulated, 0), rows[i].expected) != 0)
                        print_error("%s:\n", rows[i].why);
                assert_string_equal(print(d, simulated, 0), rows[i].expected);
                sim_data_free(d);
        }
        dlclose(handle);
}

/* What is said of the unit of a zone takes every value of the library through the file and back. */
static void what_a_file_leaves_alone_stays_what_it_was(void **state) {
        static const struct {
                const char *library, *interface;
                const struct fascia_module *const *module;
        } rows[] = {
                { "Test.Simulated1", "Limits", &simulated },
                { "Test.Kitchen1", "Cook", &kitchen },
                { "Test.Language1", "Speaker", &language },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_module *m = *rows[i].module;
                void *handle;
                const struct fascia_module_library *l = open_library(rows[i].library, &handle);
                char text[8192], before[16384];
                size_t n = (size_t)snprintf(text, sizeof(text), "{ merge: true, %s: { ",
                                            rows[i].interface);
                SimData *d;

                for (uint32_t k = 0; k < module_interface(m, 0)->n_properties; k++)
                        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s: { zoned: true }, ",
                                              interface_property(module_interface(m, 0), k)->name);
                snprintf(text + n, sizeof(text) - n, "} }");
                assert_int_equal(sim_data_new(m, l, &d), 0);
                strcpy(before, print(d, m, 0));
                assert_true(strlen(before) > 20);
                sim_data_free(d);
                d = parse(m, l, "a.yaml", text);
                assert_string_equal(print(d, m, 0), before);
                assert_ptr_not_equal(sim_data_get(d, 0), &l->simulation[0]);
                sim_data_free(d);
                dlclose(handle);
        }
}

static const char *signature_of(const SimData *d) {
        const struct fascia_simulation *s = sim_data_get(d, 0);

        assert_int_equal(s->n_rows, 1);
        return fascia_variant_get_signature(s->rows[0].initial);
}

static void a_value_that_says_its_type_keeps_it(void **state) {
        static const struct {
                const char *text, *signature;
        } rows[] = {
                { "2", "i" },        { "2.0", "d" },          { "-1e300", "d" }, { "\"2\"", "s" },
                { "\"true\"", "s" }, { "true", "b" },         { "null", "" },    { "[ 1 ]", "av" },
                { "\"null\"", "s" }, { "{ a: 1 }", "a{sv}" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                struct fascia_simulation simulation[8] = { 0 };
                struct fascia_module_library l = { .module = language, .simulation = simulation };
                char text[256];
                SimData *base, *d;

                snprintf(text, sizeof(text), "Speaker: { anything: { default: %s } }",
                         rows[i].text);
                base = parse(language, NULL, "a.yaml", text);
                assert_string_equal(signature_of(base), rows[i].signature);
                simulation[0] = *sim_data_get(base, 0);
                d = parse(language, &l, "a.yaml",
                          "{ merge: true, Speaker: { anything: { zoned: true } } }");
                assert_string_equal(signature_of(d), rows[i].signature);
                assert_true(fascia_value_equal(fascia_basic_type('v'),
                                               sim_data_get(base, 0)->rows[0].initial,
                                               sim_data_get(d, 0)->rows[0].initial));
                sim_data_free(d);
                sim_data_free(base);
        }
}

/* ---- faults ---- */

static void faults_are_handed_on_as_json(void **state) {
        static const struct {
                const char *path, *text, *expected;
        } rows[] = {
                { "a.json",
                  "{ \"faults\": [ { \"fault\": \"delay\", \"seconds\": 0.5, \"times\": 2, "
                  "\"member\": \"floor\" }, { \"fault\": \"drop\" } ] }",
                  "[{\"fault\":\"delay\",\"seconds\":0.5,\"times\":2,\"member\":\"floor\"},"
                  "{\"fault\":\"drop\"}]" },
                { "a.yaml",
                  "faults:\n- fault: fail\n  feature: Limits\n  skip: 9223372036854775807\n  text: x y\n"
                  "- { fault: drop, feature: Elsewhere, member: anything, zone: '' }\n",
                  "[{\"fault\":\"fail\",\"feature\":\"Limits\",\"skip\":9223372036854775807,"
                  "\"text\":\"x y\"},{\"fault\":\"drop\",\"feature\":\"Elsewhere\","
                  "\"member\":\"anything\",\"zone\":\"\"}]" },
                { "a.yaml", "faults: [ ]", "[]" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                SimData *d = parse(simulated, NULL, rows[i].path, rows[i].text);
                char *text = json_dumps(sim_data_get_faults(d), JSON_COMPACT);

                assert_non_null(text);
                assert_string_equal(text, rows[i].expected);
                free(text);
                sim_data_free(d);
        }
}

/* ---- what is wrong with files ---- */

static void check_refusal(const struct fascia_module *m, const char *path, const char *text,
                          size_t size, const char *expected) {
        SimData *d = NULL;
        char *error = NULL;

        assert_int_equal(sim_data_parse(m, NULL, path, text, size, &d, &error), -EINVAL);
        assert_null(d);
        assert_non_null(error);
        assert_string_equal(error, expected);
        free(error);
}

static void what_is_wrong_is_said_with_its_place(void **state) {
        static const struct {
                const struct fascia_module *const *module;
                const char *path, *text, *expected;
        } rows[] = {
                /* names */
                { &simulated, "a.json", "{\n  \"Limit\": { } }",
                  "a.json:2:3: error: the module 'Test.Simulated' has no interface 'Limit'; did "
                  "you mean 'Limits'?" },
                { &simulated, "a.yaml", "imits: { }", /* not at a dot */
                  "a.yaml:1:1: error: the module 'Test.Simulated' has no interface 'imits'; did "
                  "you mean 'Limits'?" },
                { &simulated, "a.yaml", "Limits: { flor: { default: 2 } }",
                  "a.yaml:1:11: error: 'Limits' has no property 'flor'; did you mean 'floor'?" },
                { &simulated, "a.yaml", "Limits: { floor: { minimun: 2 } }",
                  "a.yaml:1:20: error: 'minimun' is nothing that can be said of 'floor'; did you "
                  "mean 'minimum'?" },
                { &simulated, "a.yaml", "Limits: { }\nSimulated.Limits: { }",
                  "a.yaml:2:1: error: 'Limits' is there twice" },
                { &simulated, "a.yaml", "Limits: { }\nLimits: { }",
                  "a.yaml:2:1: error: 'Limits' is there twice" },
                { &simulated, "a.json",
                  "{ \"Limits\": { \"floor\": { \"default\": 1, \"default\": 2 } } }",
                  "a.json:1:40: error: 'default' is there twice" },
                { &simulated, "a.data",
                  "{ \"Limits\": { \"floor\": { \"default\": 1, \"default\": 2 } } }",
                  "a.data:1:40: error: 'default' is there twice" },
                /* shapes */
                { &simulated, "a.yaml", "",
                  "a.yaml:1:1: error: expected interfaces and what is said of them: { "
                  "\"Interface\": { \"property\": { \"default\": … } } }" },
                { &simulated, "a.yaml", "[ Limits ]",
                  "a.yaml:1:1: error: expected interfaces and what is said of them: { "
                  "\"Interface\": { \"property\": { \"default\": … } } }" },
                { &simulated, "a.yaml", "Limits: 5",
                  "a.yaml:1:9: error: what is said of 'Limits' wants its properties: { … }" },
                { &simulated, "a.yaml", "Limits: { floor: 5 }",
                  "a.yaml:1:18: error: what is said of 'floor' wants keys: { default: …, minimum: "
                  "…, … }" },
                { &simulated, "a.yaml", "merge: maybe",
                  "a.yaml:1:8: error: 'merge' wants true or false" },
                { &simulated, "a.yaml", "faults: { a: b }",
                  "a.yaml:1:9: error: 'faults' wants a list of mappings: [ { … }, { … } ]" },
                { &simulated, "a.yaml", "faults: [ { }, a ]",
                  "a.yaml:1:9: error: 'faults' wants a list of mappings: [ { … }, { … } ]" },
                { &simulated, "a.yaml", "faults:\n- { fault: drop }\n- { fault: slow }\n",
                  "a.yaml:3:3: error: 'slow' is no fault: delay, drop, fail, freeze, disconnect, "
                  "duplicate, flood or reorder" },
                { &simulated, "a.yaml", "faults: [ { fault: drop, skip: [ 1 ] }, { } ]",
                  "a.yaml:1:11: error: 'skip' wants a whole number of 0 or more (and 1 more)" },
                { &simulated, "a.yaml", "faults: [ { fault: drop, member: flor } ]",
                  "a.yaml:1:11: error: 'Test.Simulated' has no member 'flor'" },
                { &simulated, "a.yaml",
                  "faults: [ { fault: drop, feature: Limits, member: dish } ]",
                  "a.yaml:1:11: error: 'Limits' has no member 'dish'" },
                /* values */
                { &simulated, "a.yaml", "Limits: { floor: { default: warm } }",
                  "a.yaml:1:29: error: 'warm' is not a finite number" },
                { &simulated, "a.yaml", "Limits: { ceiling: { default: 2.5 } }",
                  "a.yaml:1:31: error: '2.5' is not a whole number" },
                { &simulated, "a.yaml", "Limits: { ceiling: { default: [ 2 ] } }",
                  "a.yaml:1:31: error: expected one value, not a list" },
                { &simulated, "a.yaml", "Limits: { ceiling: { default: 2147483648 } }",
                  "a.yaml:1:31: error: 2147483648 does not fit in an int, which has 32 bits" },
                { &language, "a.yaml", "Speaker: { octet: { default: 256 } }",
                  "a.yaml:1:30: error: 256 does not fit in uint8_t" },
                { &language, "a.yaml", "Speaker: { wide: { default: -1 } }",
                  "a.yaml:1:29: error: -1 does not fit in uint32_t" },
                { &language, "a.yaml", "Speaker: { object: { default: a } }",
                  "a.yaml:1:31: error: 'a' cannot be an object path" },
                { &language, "a.yaml", "Speaker: { track: { default: [ ] } }",
                  "a.yaml:1:30: error: a value of type 'model' cannot be written" },
                { &simulated, "a.yaml", "Limits: { gap: { default: 2 } }",
                  "a.yaml:1:27: error: '2' is not a bool: true or false" },
                { &simulated, "a.yaml", "Limits: { gap: { unsupported: 2 } }",
                  "a.yaml:1:31: error: 'unsupported' wants true or false" },
                { &simulated, "a.yaml", "Limits: { words: { minimum: a } }",
                  "a.yaml:1:20: error: 'minimum' needs an int or a real" },
                { &simulated, "a.yaml", "Limits: { ceiling: { minimum: 3, maximum: 2 } }",
                  "a.yaml:1:31: error: the lowest value 3 is above the highest, 2" },
                { &simulated, "a.yaml", "Limits: { ceiling: { range: [ 3 ] } }",
                  "a.yaml:1:29: error: 'range' wants both bounds: [ lowest, highest ]" },
                { &simulated, "a.yaml", "Limits: { ceiling: { domain: [ ] } }",
                  "a.yaml:1:30: error: 'domain' wants the allowed values: [ …, … ]" },
                { &simulated, "a.yaml", "Limits: { level: { default: Hgh } }",
                  "a.yaml:1:29: error: 'Level' has no member 'Hgh'; did you mean 'High'?" },
                { &simulated, "a.json",
                  "{ \"Limits\": { \"level\": { \"default\": { \"type\": \"enum\", \"value\": "
                  "\"Level::Hgh\" } } } }",
                  "a.json:1:64: error: 'Level' has no member 'Hgh'; did you mean 'High'?" },
                { &simulated, "a.yaml",
                  "Limits: { level: { default: { type: Pair, value: Low } } }",
                  "a.yaml:1:37: error: expected 'enum' or 'Level', not 'Pair'" },
                { &kitchen, "a.yaml", "Cook: { spices: { default: Salt|Sugar } }",
                  "a.yaml:1:28: error: 'Spices' has no member 'Sugar'" },
                { &kitchen, "a.yaml", "Cook: { origin: { default: [ 1 ] } }",
                  "a.yaml:1:28: error: 'Point' has 2 fields, not 1" },
                { &kitchen, "a.yaml", "Cook: { origin: { default: [ 1, 2, 3 ] } }",
                  "a.yaml:1:28: error: 'Point' has 2 fields, not 3" },
                { &kitchen, "a.yaml", "Cook: { origin: { default: { x: 1 } } }",
                  "a.yaml:1:28: error: the field 'y' is missing" },
                { &kitchen, "a.yaml", "Cook: { origin: { default: { x: 1, z: 1 } } }",
                  "a.yaml:1:36: error: 'Point' has no field 'z'" },
                { &kitchen, "a.yaml", "Cook: { origin: { default: { type: Dish, value: [ ] } } }",
                  "a.yaml:1:36: error: expected a 'Point', not a 'Dish'" },
                /* zones */
                { &simulated, "a.yaml", "Silent: { zones: [ A ] }",
                  "a.yaml:1:11: error: 'Silent' has no zones" },
                { &simulated, "a.yaml", "Silent: { number: { default: { A: 1 } } }",
                  "a.yaml:1:32: error: 'Silent' has no zone 'A'" },
                { &simulated, "a.yaml",
                  "Limits: { zones: [ Rear ], both: { default: { Reaar: 1 } } }",
                  "a.yaml:1:47: error: 'Limits' has no zone 'Reaar'; did you mean 'Rear'?" },
                { &simulated, "a.yaml", "Limits: { zones: Rear }",
                  "a.yaml:1:18: error: 'zones' wants a list: [ …, … ]" },
                { &simulated, "a.yaml", "Limits: { zones: [ A, A ] }",
                  "a.yaml:1:23: error: the zone 'A' is there already" },
                { &simulated, "a.yaml", "Limits: { zones: [ \"\" ] }",
                  "a.yaml:1:20: error: this is not the name of a zone" },
                /* several */
                { &simulated, "a.yaml",
                  "Limits:\n  ceiling: { default: 2.5 }\n  flor: { }\n  floor: { default: warm }\n",
                  "a.yaml:2:23: error: '2.5' is not a whole number (and 2 more)" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                check_refusal(*rows[i].module, rows[i].path, rows[i].text, strlen(rows[i].text),
                              rows[i].expected);
}

static void what_is_no_json_or_yaml_is_refused(void **state) {
        static const struct {
                const char *path, *text, *expected;
        } rows[] = {
                { "a.json", "{ \"Limits\": { }, }",
                  "1:18: error: this is not JSON: expected a key in double quotes, not '}'" },
                { "a.json", "{ Limits: { } }",
                  "1:3: error: this is not JSON: expected a key in double quotes, not 'L'" },
                { "a.json", "{ \"Limits\" { } }",
                  "1:12: error: this is not JSON: expected ':', not '{'" },
                { "a.json", "{ \"Limits\": { }\n",
                  "2:1: error: this is not JSON: expected ',' or '}', not the end of the file" },
                { "a.json", "{ \"Limits\": [ 1 2 ] }",
                  "1:17: error: this is not JSON: expected ',' or ']', not '2'" },
                { "a.json", "{ } // comment",
                  "1:5: error: this is not JSON: expected the end of the file, not '/'" },
                { "a.json", "{ \"a\": 'b' }",
                  "1:8: error: this is not JSON: expected a value: a number, true, false, null, or "
                  "a text in double quotes" },
                { "a.json", "{ \"a\": 012 }",
                  "1:8: error: this is not JSON: expected a value: a number, true, false, null, or "
                  "a text in double quotes" },
                { "a.json", "{ \"a\": 1. }",
                  "1:8: error: this is not JSON: expected a value: a number, true, false, null, or "
                  "a text in double quotes" },
                { "a.json", "{ \"a\": True }",
                  "1:8: error: this is not JSON: expected a value: a number, true, false, null, or "
                  "a text in double quotes" },
                { "a.json", "{ \"a\": }",
                  "1:8: error: this is not JSON: expected a value, not '}'" },
                { "a.json", "{ \"a }", "1:3: error: this is not JSON: the string has no end" },
                { "a.json", "{ \"a\nb\": 1 }",
                  "1:5: error: this is not JSON: a control character in a string is written as "
                  "\\u00XX" },
                { "a.json", "{ \"\\x\": 1 }",
                  "1:4: error: this is not JSON: there is no such escape" },
                { "a.json", "{ \"\\u12G4\": 1 }",
                  "1:4: error: this is not JSON: \\u wants four hexadecimal digits" },
                { "a.json", "{ \"\\ud83d\": 1 }",
                  "1:4: error: this is not JSON: a surrogate stands alone" },
                { "a.json", "{ \"\\ud83d\\u0041\": 1 }",
                  "1:4: error: this is not JSON: a surrogate stands alone" },
                { "a.json", "{ \"\\ude00\": 1 }",
                  "1:4: error: this is not JSON: a surrogate stands alone" },
                { "a.json", "{ \"\\u0000\": 1 }",
                  "1:4: error: a NUL character cannot be part of a text" },
                { "a.json", "",
                  "1:1: error: this is not JSON: expected a value, not the end of the "
                  "file" },
                { "a.yaml", "Limits: { floor: ]",
                  "1:18: error: this is not YAML: did not find expected node content" },
                { "a.yaml", "a: &b 1\nc: *b", "2:4: error: aliases cannot be used here" },
                { "a.yaml", "--- { }\n--- { }", "2:5: error: there can be one document only" },
                { "a.yaml", "Limits: \"\xFF\"", "1:10: error: this is not UTF-8" },
                { "a.json", "{ \"\xED\xA0\x80\": 1 }", "1:4: error: this is not UTF-8" },
        };
        char expected[256];

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                snprintf(expected, sizeof(expected), "%s:%s", rows[i].path, rows[i].expected);
                check_refusal(simulated, rows[i].path, rows[i].text, strlen(rows[i].text),
                              expected);
        }
        check_refusal(simulated, "a.yaml", "a\0b", 3, "a.yaml:1:2: error: this is not UTF-8");
}

/* In the file, and in memory, where a list of any is two containers. */
static void what_is_too_deep_is_refused(void **state) {
        static const struct {
                const char *path;
                unsigned depth;
                const char *expected; /* NULL: it is not too deep */
        } rows[] = {
                { "a.yaml", 24, NULL },
                { "a.json", 24, NULL },
                { "a.yaml", 25, "a.yaml:1:41: error: this is nested too deeply" },
                { "a.yaml", 31, "a.yaml:1:71: error: this is nested too deeply" },
                { "a.json", 31, "a.json:1:71: error: this is nested too deeply" },
                { "a.json", 500000, "a.json:1:71: error: this is nested too deeply" },
        };
        static char text[1048576];

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                size_t n = (size_t)sprintf(text, "{ \"Speaker\": { \"anything\": { \"default\": ");

                memset(text + n, '[', rows[i].depth);
                memset(text + n + rows[i].depth, ']', rows[i].depth);
                strcpy(text + n + 2 * (size_t)rows[i].depth, "} } }");
                if (rows[i].expected)
                        check_refusal(language, rows[i].path, text, strlen(text), rows[i].expected);
                else
                        sim_data_free(parse(language, NULL, rows[i].path, text));
        }
}

static void too_many_zones_are_refused(void **state) {
        char text[4096];
        size_t n;

        (void)state;
        for (unsigned n_zones = 256; n_zones <= 257; n_zones++) {
                n = (size_t)sprintf(text, "Limits: { zones: [ ");
                for (unsigned i = 0; i < n_zones; i++)
                        n += (size_t)sprintf(text + n, "Z%u, ", i);
                strcpy(text + n, "] }");
                if (n_zones == 256)
                        sim_data_free(parse(simulated, NULL, "a.yaml", text));
        }
        check_refusal(simulated, "a.yaml", text, strlen(text),
                      "a.yaml:1:18: error: 257 zones are more than 256");
}

/* ---- the manual ---- */

/* The first block of the page behind this mark. */
static char *read_example(const char *mark) {
        const char *source = getenv("FASCIA_SOURCE_DIR");
        static char page[131072];
        char path[1024], *begin, *end;
        size_t size;
        FILE *f;

        snprintf(path, sizeof(path), "%s/interfaces/README.md", source ? source : ".");
        f = fopen(path, "re");
        assert_non_null(f);
        size = fread(page, 1, sizeof(page) - 1, f);
        fclose(f);
        page[size] = '\0';
        begin = strstr(page, mark);
        assert_non_null(begin);
        begin += strlen(mark);
        end = strstr(begin, "\n```");
        assert_non_null(end);
        end[1] = '\0';
        return begin;
}

static void the_examples_of_the_manual_do_what_it_says(void **state) {
        const struct fascia_module *climate = climate_interfaces[0].module;
        void *handle;
        const struct fascia_module_library *l = open_library("Vehicle.Climate1", &handle);
        char *text = read_example("\n```json\n"), *typo;
        SimData *d = parse(climate, l, "climate.json", text);

        (void)state;
        assert_string_equal(print(d, climate, 0),
                            "FrontLeft,Rear\n"
                            "fanLevel default=1 min=0 max=5\n"
                            "fanLevel@FrontLeft default=3 min=0 max=5\n"
                            "outsideTemperature default=-7.5\n"
                            "outsideTemperature@Rear default=-7.5 unsupported\n"
                            "recirculation default=On\n"
                            "airflow default=Dashboard|Floor\n");
        sim_data_free(d);

        /* The message that is shown: of this file, with a letter less. */
        typo = strstr(text, "fanLevel");
        assert_non_null(typo);
        memmove(typo + 4, typo + 5, strlen(typo + 5) + 1);
        check_refusal(climate, "climate.json", text, strlen(text),
                      "climate.json:4:9: error: 'ClimateControl' has no property 'fanLvel'; did "
                      "you mean 'fanLevel'?");

        d = parse(climate, l, "climate.yaml", read_example("\n```yml\n"));
        assert_string_equal(print(d, climate, 0),
                            "FrontLeft,FrontRight,Rear,Roof\n"
                            "airConditioning default=true\n"
                            "airConditioning@Rear default=false\n"
                            "fanLevel default=1\n"
                            "fanLevel@FrontLeft default=3\n"
                            "fanLevel@FrontRight default=3\n"
                            "fanLevel@Rear default=4\n"
                            "targetTemperature default=25 min=18\n"
                            "outsideTemperature default=12.5\n"
                            "outsideTemperature@FrontLeft default=12.5 unsupported\n"
                            "outsideTemperature@FrontRight default=12.5 unsupported\n"
                            "outsideTemperature@Rear default=12.5 unsupported\n"
                            "cabinTemperature default=19\n"
                            "cabinTemperature@FrontRight default=19.5\n"
                            "cabinTemperature@Rear default=18.5\n"
                            "recirculation default=Automatic or=On or=Automatic\n"
                            "airflow default=Dashboard|Floor\n"
                            "airflow@Rear default=Floor\n");
        sim_data_free(d);
        dlclose(handle);
}

/* ---- files ---- */

static void check_load(const char *path, int code, const char *expected) {
        SimData *d = NULL;
        char *error = NULL, whole[512];

        assert_int_equal(sim_data_load(simulated, NULL, path, &d, &error), code);
        assert_null(d);
        snprintf(whole, sizeof(whole), "%s%s", path, expected);
        assert_non_null(error);
        assert_string_equal(error, whole);
        free(error);
}

static void a_file_is_read_or_refused_as_one(void **state) {
        char folder[] = "/tmp/test-sim-data-XXXXXX", path[64], pipe[64], big[64];
        char *error = NULL;
        SimData *d;
        FILE *f;

        (void)state;
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof(path), "%s/data.yaml", folder);
        snprintf(pipe, sizeof(pipe), "%s/pipe", folder);
        snprintf(big, sizeof(big), "%s/big.json", folder);
        check_load(path, -ENOENT, ": No such file or directory");
        check_load(folder, -EISDIR, ": Is a directory");
        assert_int_equal(mkfifo(pipe, 0600), 0);
        check_load(pipe, -EINVAL, ": error: this is not a regular file");

        f = fopen(path, "we");
        assert_non_null(f);
        fputs("Silent: { number: { default: 3 } }\n", f);
        fclose(f);
        assert_int_equal(sim_data_load(simulated, NULL, path, &d, &error), 0);
        assert_string_equal(print(d, simulated, 1), "number default=3\n");
        sim_data_free(d);

        f = fopen(path, "ae");
        assert_non_null(f);
        fputs("Limits: { floor: { default: x } }\n", f);
        fclose(f);
        check_load(path, -EINVAL, ":2:29: error: 'x' is not a finite number");

        f = fopen(big, "we");
        assert_non_null(f);
        fprintf(f, "%*s{ }", 1048576 - 3, "");
        fclose(f);
        assert_int_equal(sim_data_load(simulated, NULL, big, &d, &error), 0);
        sim_data_free(d);
        f = fopen(big, "ae");
        assert_non_null(f);
        fputc('\n', f);
        fclose(f);
        check_load(big, -EINVAL, ":1:1: error: this is larger than 1024 KiB");

        unlink(big);
        unlink(pipe);
        unlink(path);
        rmdir(folder);
}

/* As large as a file may be, and said to be outside of the bounds, which is legal. */
static void a_long_list_takes_no_more_than_its_place(void **state) {
        static char text[1048576];
        const size_t n_items = 500000;
        const struct fascia_int32_list *list;
        size_t n = (size_t)sprintf(text, "{ \"Cook\": { \"numbers\": { \"domain\": [ [ 1 ] ], "
                                         "\"default\": [ 7");
        SimData *d;

        (void)state;
        for (size_t i = 1; i < n_items; i++, n += 2)
                memcpy(text + n, ",7", 2);
        strcpy(text + n, " ] } } }");
        d = parse(kitchen, NULL, "a.json", text);
        list = sim_data_get(d, 0)->rows[0].initial;
        assert_int_equal(list->count, n_items);
        assert_int_equal(list->items[n_items - 1], 7);
        sim_data_free(d);
}

static int set_up(void **state) {
        (void)state;
        kitchen = KITCHEN;
        language = LANGUAGE;
        simulated = SIMULATED;
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_library_as_it_is),
                cmocka_unit_test(without_a_library_there_are_types_alone),
                cmocka_unit_test(each_key_is_read),
                cmocka_unit_test(each_zone_may_differ),
                cmocka_unit_test(values_of_every_type_are_read),
                cmocka_unit_test(an_interface_is_named_as_far_as_it_must_be),
                cmocka_unit_test(json_is_read_as_json),
                cmocka_unit_test(a_file_replaces_everything_of_its_module),
                cmocka_unit_test(a_file_may_add_to_it),
                cmocka_unit_test(what_a_file_leaves_alone_stays_what_it_was),
                cmocka_unit_test(a_value_that_says_its_type_keeps_it),
                cmocka_unit_test(faults_are_handed_on_as_json),
                cmocka_unit_test(what_is_wrong_is_said_with_its_place),
                cmocka_unit_test(what_is_no_json_or_yaml_is_refused),
                cmocka_unit_test(what_is_too_deep_is_refused),
                cmocka_unit_test(too_many_zones_are_refused),
                cmocka_unit_test(a_long_list_takes_no_more_than_its_place),
                cmocka_unit_test(the_examples_of_the_manual_do_what_it_says),
                cmocka_unit_test(a_file_is_read_or_refused_as_one),
        };

        return cmocka_run_group_tests_name("sim-data", tests, set_up, NULL);
}
