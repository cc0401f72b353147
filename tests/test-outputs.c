/* SPDX-License-Identifier: MIT */
/* What is generated beside code: the model as JSON, manual pages, introspection data, files for the bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "doc.h"
#include "generate.h"
#include "harness.h"

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static Arena *arena;
static char folder[] = "/tmp/test-outputs-XXXXXX";

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

static const char *setting(const char *name, const char *fallback) {
        const char *value = getenv(name);

        return value && *value ? value : fallback;
}

/* Whether the shell can run it; what it prints is shown when a test needs it to succeed. */
static bool runs(const char *command) {
        return system(arena_printf(arena, "{ %s; } >%s/log 2>&1", command, folder)) == 0;
}

static void assert_runs(const char *command) {
        if (runs(command))
                return;
        (void)!system(arena_printf(arena, "cat %s/log", folder));
        fail_msg("%s", command);
}

/* Everything that is generated of the file, which has nothing to complain of. */
static Output generate(const char *text) {
        Diagnostics *d = diagnostics_new(arena);
        const char *path = arena_printf(arena, "%s/main.qface", folder);
        Request q = { .arena = arena, .diagnostics = d };
        Output o = { .arena = arena };
        FILE *f = fopen(path, "we");
        const Source **sources;
        size_t n_sources;
        Source *source;
        Module *m;

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(source_load(arena, path, &source), 0);
        m = generate_read(&q, source, &sources, &n_sources);
        if (!m || d->n_items > 0)
                fail_msg("%s\n%s", d->n_items > 0 ? d->items[0].text : "no module", text);
        generate_outputs(m, GENERATE_USUAL, folder, &o);
        return o;
}

/* That whose name ends so. */
static const char *output_of(const Output *o, const char *suffix) {
        for (size_t i = 0; i < o->n_files; i++) {
                const char *path = output_path(o, i);
                size_t size = strlen(path), end = strlen(suffix);

                if (size >= end && strcmp(path + size - end, suffix) == 0)
                        return output_text(o, i);
        }
        fail_msg("there is no %s", suffix);
        return NULL;
}

typedef struct Row {
        const char *reason;
        const char *text;   /* of a file */
        const char *suffix; /* of the output */
        const char *expected;
} Row;

static void check_rows(const Row *rows, size_t n) {
        size_t n_wrong = 0;

        for (size_t i = 0; i < n; i++) {
                Output o = generate(rows[i].text);
                const char *output = output_of(&o, rows[i].suffix);

                if (strstr(output, rows[i].expected))
                        continue;
                print_error("%s: %s\nis nowhere in\n%s\n", rows[i].reason, rows[i].expected,
                            output);
                n_wrong++;
        }
        assert_int_equal(n_wrong, 0);
}

#define MAIN "module T.Main 1.0\n"
#define ONE(member) MAIN "interface I {\n" member "\n}\n"

/* ---- doc comments ---- */

static void a_doc_comment_is_taken_apart(void **state) {
        static const char doc[] = "*\n"
                                  " * @brief Opens {@link Door} and\n"
                                  " *        \\l Window.\n"
                                  " * @param how a way\n"
                                  " *   to do it\n"
                                  " *\n"
                                  " * More of it,\n"
                                  " * in a paragraph.\n"
                                  " * @details And {@link more}.\n"
                                  " * @see close()\n"
                                  " * @return what\n"
                                  " * @see Door\n"
                                  " * @since 1.2\n"
                                  " * @deprecated use\n"
                                  " *   lock()\n"
                                  " *\n"
                                  " * @note It stays.\n"
                                  " ";
        const char **see;

        (void)state;
        assert_string_equal(doc_brief(arena, doc), "Opens Door and Window.");
        assert_string_equal(doc_parameter(arena, doc, "how"), "a way to do it");
        assert_null(doc_parameter(arena, doc, "ho"));
        assert_string_equal(doc_return(arena, doc), "what");
        assert_string_equal(doc_since(arena, doc), "1.2");
        assert_string_equal(doc_deprecated(arena, doc), "use lock()");
        assert_string_equal(doc_description(arena, doc),
                            "More of it,\nin a paragraph.\n\nAnd more.\n\n@note It stays.");
        assert_int_equal(doc_see(arena, doc, &see), 2);
        assert_string_equal(see[0], "close()");
        assert_string_equal(see[1], "Door");
}

static void a_doc_comment_may_say_little(void **state) {
        static const struct {
                const char *doc, *brief, *description, *deprecated;
        } rows[] = {
                { NULL, NULL, NULL, NULL },
                { "*  ", NULL, NULL, NULL },
                { "* One. ", "One.", NULL, NULL },
                { "* One\n * two.\n *\n * Three.", "One two.", "Three.", NULL },
                { "* @brief One.\n * Two.", "One. Two.", NULL, NULL },
                { "* One.\n * @details Two.", "One.", "Two.", NULL },
                { "* @details Two.", NULL, "Two.", NULL },
                { "* @deprecated ", NULL, NULL, "" },
                { "* @returns it, not @deprecated", NULL, NULL, NULL },
                { "* \\l Door is shut.", "Door is shut.", NULL, NULL },
                { "* \\l{Door} is {open}.", "Door is {open}.", NULL, NULL },
                { "* \\brief One. \\deprecated", "One. \\deprecated", NULL, NULL },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *const expected[] = { rows[i].brief, rows[i].description,
                                                 rows[i].deprecated };
                const char *const actual[] = { doc_brief(arena, rows[i].doc),
                                               doc_description(arena, rows[i].doc),
                                               doc_deprecated(arena, rows[i].doc) };

                for (size_t k = 0; k < ELEMENTS(actual); k++) {
                        if (expected[k] && actual[k])
                                assert_string_equal(actual[k], expected[k]);
                        else
                                assert_ptr_equal(actual[k], expected[k]);
                }
        }
}

static void what_the_comment_says_of_history_counts(void **state) {
        static const Row rows[] = {
                { "for the compiler", ONE("/** @deprecated use b */\nint a"), "main.h",
                  "/**\n * @deprecated use b\n */\nFASCIA_DEPRECATED(\"use b\")\nint32_t main_i_get_a(" },
                { "for those who ask", ONE("/** @deprecated use b */\nint a"), "main.h",
                  "FASCIA_DEPRECATED(\"use b\")\nbool main_i_has_a(" },
                { "with the other mark", ONE("/** \\deprecated use b */\nint a"), "main.h",
                  "/** \\deprecated use b */\nFASCIA_DEPRECATED(\"use b\")\n" },
                { "the annotation is stronger",
                  ONE("/** @deprecated use b */\n@deprecated: \"use c\"\nint a"), "main.h",
                  "FASCIA_DEPRECATED(\"use c\")\n" },
                { "and may say that it is not so",
                  ONE("/** @deprecated use b */\n@deprecated: false\nint a"), "main.h",
                  " */\nint32_t main_i_get_a(" },
                { "in introspection data", ONE("/** @deprecated use b */\nint a"), "T.Main1.I.xml",
                  "   <annotation name=\"org.freedesktop.DBus.Deprecated\" value=\"true\"/>\n"
                  "   <annotation name=\"org.fascia.Deprecated\" value=\"use b\"/>\n" },
                { "in the manual", ONE("/** @since 1.2 */\nint a"), "T.Main1.I.7",
                  "\nSince 1.2.\n" },
                { "in the model", ONE("/** @since 1.2 */\nint a"), "main.json",
                  "\"since\": \"1.2\"" },
        };

        (void)state;
        check_rows(rows, ELEMENTS(rows));
}

/* Getters, questions, setters and operations are defined and used by what is generated. */
static void what_is_deprecated_compiles_without_a_warning(void **state) {
        static const char command[] =
                "cd %s && ln -sfn . t-main-1 && for f in %s; do gcc -std=c11 -Wall -Wextra -Werror "
                "-I%s/client/include -I. -fsyntax-only $f || exit 1; done";
        const char *source = setting("FASCIA_SOURCE_DIR", ".");
        Output o = generate("/** @deprecated all */\n" MAIN "/** @deprecated b */\n"
                            "@config: { zoned: true }\ninterface I {\n"
                            "/** @deprecated c */\nint a\n@deprecated\nS s\n"
                            "@deprecated\nint f(E e)\n@deprecated\nsignal g(F f)\n}\n"
                            "@deprecated\nstruct S { @deprecated\nint a }\n"
                            "@deprecated\nenum E { @deprecated\nA }\n@deprecated\nflag F { A }\n");
        const char *path;
        FILE *f;

        (void)state;
        if (!runs("gcc --version"))
                skip();
        assert_int_equal(output_commit(&o, &path), 0);
        assert_runs(arena_printf(arena, command, folder, "*.c", source));
        f = fopen(arena_printf(arena, "%s/user.c", folder), "we");
        assert_non_null(f);
        fputs("#include \"main.h\"\nint user(struct main_i *i);\n"
              "int user(struct main_i *i) {\n return main_i_get_a(i);\n}\n",
              f);
        assert_int_equal(fclose(f), 0);
        assert_false(runs(arena_printf(arena, command, folder, "user.c", source)));
        assert_runs(arena_printf(arena, "{ %s; } 2>&1 | grep -q 'main_i_get_a.*deprecated: c'",
                                 arena_printf(arena, command, folder, "user.c", source)));
}

/* ---- the model as JSON ---- */

static void the_model_says_what_there_is(void **state) {
        static const Row rows[] = {
                { "doc comments",
                  ONE("/** A.\n *\n * B,\n * c.\n * @see D\n * @return e */\nint f()"), "main.json",
                  "          \"name\": \"f\",\n"
                  "          \"brief\": \"A.\",\n"
                  "          \"description\": \"B,\\nc.\",\n"
                  "          \"see\": [\n"
                  "            \"D\"\n"
                  "          ],\n"
                  "          \"doc\": \"A.\\n\\nB,\\nc.\\n@see D\\n@return e\",\n"
                  "          \"line\": 9,\n"
                  "          \"column\": 5,\n" },
                { "what is returned", ONE("/** @return e */\nint f()"), "main.json",
                  "\"return\": \"e\"" },
                { "parameters", ONE("/** @param a the first */\nvoid f(int a)"), "main.json",
                  "            {\n"
                  "              \"name\": \"a\",\n"
                  "              \"brief\": \"the first\",\n"
                  "              \"line\": 4,\n"
                  "              \"column\": 12,\n" },
                { "the name by which types speak of a struct",
                  MAIN "interface I { S a }\nstruct S { int x }\n", "main.json",
                  "\"qualifiedName\": \"T.Main.S\"" },
                { "and of an enum", MAIN "interface I { E a }\nenum E { X }\n", "main.json",
                  "\"qualifiedName\": \"T.Main.E\"" },
                { "where what is inherited was written",
                  MAIN "interface J { int a }\ninterface I extends J { int b }\n", "main.json",
                  "          \"name\": \"a\",\n"
                  "          \"line\": 2,\n"
                  "          \"column\": 19,\n"
                  "          \"origin\": \"T.Main.J\",\n" },
                { "no digit is lost", ONE("@dbus: { type: t }\nint a = 18446744073709551615"),
                  "main.json", "\"initial\": 18446744073709551615" },
                { "texts with marks of their own", ONE("string a = \"a\\\"b\\\\c\\n\""),
                  "main.json", "\"initial\": \"a\\\"b\\\\c\\n\"" },
        };

        (void)state;
        check_rows(rows, ELEMENTS(rows));
}

static void annotations_keep_their_types(void **state) {
        static const struct {
                const char *yaml, *json;
        } rows[] = {
                { "true", "true" },
                { "no", "false" },
                { "\"no\"", "\"no\"" },
                { "1", "1" },
                { "'1'", "\"1\"" },
                { "-9223372036854775808", "-9223372036854775808" },
                { "18446744073709551615", "18446744073709551615" },
                { "9007199254740993", "9007199254740993" },
                { "1.10", "1.10" },
                { "1e3", "1e3" },
                { "+5", "5" },
                { "10.", "10" },
                { ".5", "0.5" },
                { "0x1F", "31" },
                { "010", "8" },
                { "0815", "\"0815\"" },
                { "1e400", "\"1e400\"" },
                { ".inf", "\".inf\"" },
                { "nan", "\"nan\"" },
                { "1-2", "\"1-2\"" },
                { "1.2.3", "\"1.2.3\"" },
                { "~", "null" },
                { "", "null" },
                { "a: b", "{\n            \"a\": \"b\"\n          }" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *tag = strstr(rows[i].yaml, ": ") ? "{ x: { %s } }" : "{ x: %s }";
                const char *text = arena_printf(arena, tag, rows[i].yaml);
                Output o = generate(
                        arena_printf(arena, MAIN "@mine: %s\ninterface I { int a }\n", text));

                text = arena_printf(arena, "\"x\": %s\n", rows[i].json);
                if (!strstr(output_of(&o, "main.json"), text))
                        fail_msg("%s is not %s", rows[i].yaml, rows[i].json);
        }
}

/* ---- the manual ---- */

static void the_manual_says_what_there_is(void **state) {
        static const Row rows[] = {
                { "the title is short", MAIN "/** One. Two. */\ninterface I { int a }\n",
                  "T.Main1.I.7", "T.Main1.I \\- One\n" },
                { "the description is not", MAIN "/** One. Two. */\ninterface I { int a }\n",
                  "T.Main1.I.7", ".SH DESCRIPTION\nOne. Two.\n" },
                { "paragraphs",
                  MAIN "/** One.\n *\n * Two.\n * @details Three.\n */\n"
                       "interface I { int a }\n",
                  "T.Main1.I.7", "\nOne.\n.PP\nTwo.\n.PP\nThree.\n" },
                { "lines of a list", ONE("/** One:\n *\n * - a\n * - b\n */\nint a"), "T.Main1.I.7",
                  "\nOne:\n.sp\n.br\n\\- a\n.br\n\\- b\n.sp\n" },
                { "statements are not in the description",
                  ONE("/** @brief One.\n * @param b it\n * @see C\n */\nvoid a(int b)"),
                  "T.Main1.I.7", "\nOne.\nSee C.\n" },
                { "a point is there already", ONE("@deprecated: \"use b.\"\nint a"), "T.Main1.I.7",
                  "\nDeprecated: use b.\n" },
                { "what begins like a request", ONE("/** One:\n *\n * .TH x\n * 'so\n */\nint a"),
                  "T.Main1.I.7", "\n\\&.TH x\n\\(aqso\n" },
                { "what roff has other signs for", ONE("/** a-b\\c `d` ~/e^f */\nint a"),
                  "T.Main1.I.7", "\na\\-b\\ec \\(gad\\(ga \\(ti/e\\(haf\n" },
                { "see also", MAIN "/** @see other */\ninterface I { int a }\n", "T.Main1.I.7",
                  ".BR fasciad (8)\n.br\nother\n" },
                { "zones", MAIN "@config: { zoned: true }\ninterface I { int a }\n", "T.Main1.I.7",
                  "\n/T/Main1/I/ZONE.\n" },
                { "errors of operations",
                  ONE("@dbus: { errors: [ A, B ] }\nvoid f()\n@dbus: { errors: [ A ] }\nvoid g()"),
                  "T.Main1.I.7",
                  ".SH ERRORS\n.TP\n.B T.Main1.Error.A\nOf F, G.\n"
                  ".TP\n.B T.Main1.Error.B\nOf F.\n" },
                { "errors that setters have", ONE("int a"), "T.Main1.I.7",
                  ".B org.fascia.Error.OutOfRange\n" },
                { "which operations and signals alone have not", ONE("readonly int a"),
                  "T.Main1.I.7", ".SH ERRORS\n.TP\n.B org.fascia.Error.Unsupported\n" },
                { "a foreign service has errors of its own",
                  "@dbus: { foreign: true }\n" ONE("int a"), "T.Main1.I.7",
                  "It is a whole number.\n.SH EXAMPLES\n" },
        };

        (void)state;
        check_rows(rows, ELEMENTS(rows));
}

#define BUSCTL(verb) "\nbusctl " verb " T.Main1 /T/Main1/I T.Main1.I "

static void examples_are_of_values_that_are_allowed(void **state) {
        static const struct {
                const char *member, *expected;
        } rows[] = {
                { "int a", BUSCTL("set\\-property") "A i 0\n" },
                { "bool a = true", BUSCTL("set\\-property") "A b true\n" },
                { "@config: { minimum: 3 }\nint a", BUSCTL("set\\-property") "A i 3\n" },
                { "@config: { maximum: -3 }\nint a", BUSCTL("set\\-property \\-\\-") "A i \\-3\n" },
                { "@config: { domain: [ 4, 5 ] }\nint a", BUSCTL("set\\-property") "A i 4\n" },
                { "@config_simulator: { range: [ 6, 7 ] }\nint a",
                  BUSCTL("set\\-property") "A i 6\n" },
                { "@config: { minimum: 1 }\n@config_simulator: { maximum: 2 }\nint a",
                  BUSCTL("set\\-property") "A i 1\n" },
                { "@config_simulator: { default: 8 }\nint a", BUSCTL("set\\-property") "A i 8\n" },
                { "string a = \"it's\"",
                  BUSCTL("set\\-property") "A s \\(aqit\\(aq\\e\\(aq\\(aqs\\(aq\n" },
                { "string a", BUSCTL("set\\-property") "A s \\(aq\\(aq\n" },
                { "@dbus: { type: o }\nstring a", BUSCTL("set\\-property") "A o /\n" },
                { "E a = Y", BUSCTL("set\\-property") "A i 5\n" },
                { "F a = \"P|Q\"", BUSCTL("set\\-property") "A u 3\n" },
                { "list<int> b; real a = 0.5", BUSCTL("set\\-property") "A d 0.5\n" },
                { "@config_simulator: { unsupported: true }\nint b; int a",
                  BUSCTL("get\\-property") "A\n" },
                { "void b(int x); void a()", BUSCTL("call") "A\n" },
                { "void a(bool x, list<int> y, map<S> z, var v)",
                  BUSCTL("call") "A \\(aqbaia{s(is)}v\\(aq false 0 0 g \\(aq\\(aq\n" },
                { "void a(S s, I i)", BUSCTL("call") "A \\(aq(is)o\\(aq 7 \\(aqa b\\(aq /\n" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Output o = generate(arena_printf(arena,
                                                 MAIN
                                                 "interface I {\n%s\n}\nenum E { X, Y = 5 }\n"
                                                 "flag F { P, Q }\n"
                                                 "struct S { int x = 7; string y = \"a b\" }\n",
                                                 rows[i].member));
                const char *page = output_of(&o, "T.Main1.I.7");

                if (!strstr(page, rows[i].expected))
                        fail_msg("%s%s\nnot in %s", rows[i].member, rows[i].expected, page);
        }
}

static void groff_takes_what_others_write(void **state) {
        Output o = generate(
                MAIN "/**\n * .TH \\fB \"x\" '\n * 'so \\\n *\n * .\n * \\n(xx \\*[y] %s\n"
                     " *\ttab \177 ° …\n * @see .SH\n */\ninterface I {\n"
                     "/** \" */\n@deprecated: \".\\\"\"\n@config: { unit: \"'\\\\\" }\nint a\n"
                     "/** @param b .x\n @return 'y */\nint f(int b)\n}\n");
        const char *path;

        (void)state;
        if (!runs("groff --version"))
                skip();
        assert_int_equal(output_commit(&o, &path), 0);
        assert_runs(arena_printf(arena,
                                 "cd %s && groff -man -ww -Kutf8 -Tutf8 man/*.7 >page 2>told && "
                                 "cat told && test ! -s told",
                                 folder));
        assert_runs(arena_printf(arena, "cd %s && grep -qF '.TH \\fB \"x\"' page", folder));
        assert_runs(arena_printf(arena, "cd %s && grep -qF '\\n(xx \\*[y] %%s' page", folder));
}

/* As a reader would copy it out of the page. */
static const char *unescape(const char *line, size_t size) {
        static const char *const escapes[][2] = {
                { "\\-", "-" }, { "\\e", "\\" }, { "\\(aq", "'" }, { "\\(ti", "~" }
        };
        char *text = arena_strndup(arena, line, size), *out = text;

        for (const char *p = text; *p != '\0';) {
                size_t used = 0;

                for (size_t i = 0; i < ELEMENTS(escapes) && used == 0; i++)
                        if (strncmp(p, escapes[i][0], strlen(escapes[i][0])) == 0) {
                                used = strlen(escapes[i][0]);
                                *out++ = *escapes[i][1];
                        }
                if (used == 0)
                        *out++ = *p;
                p += used > 0 ? used : 1;
        }
        *out = '\0';
        return text;
}

static unsigned run_examples(Harness *h, const char *page) {
        const char *line = strstr(page, "\n.SH EXAMPLES\n");
        unsigned n = 0;

        assert_non_null(line);
        while ((line = strstr(line, "\nbusctl "))) {
                const char *command = unescape(line + 1, strcspn(line + 1, "\n"));
                char *output;
                int status;

                line++;
                if (strncmp(command, "busctl monitor ", strlen("busctl monitor ")) == 0)
                        continue;
                output = harness_run(h, &status, "%s", command);
                if (status != 0)
                        fail_msg("%s\n%s", command, output);
                free(output);
                n++;
        }
        return n;
}

/* Of every interface that is built, with the simulator. */
static void examples_work_as_they_are(void **state) {
        static const char *const modules[] = { "Vehicle.Climate", "Vehicle.Cluster",
                                               "Example.Remote",  "Test.Language",
                                               "Test.Common",     "Test.Kitchen" };
        const char *pages = arena_printf(arena,
                                         "cat %s/gen/{climate,cluster,remote,language,common,"
                                         "kitchen}/man/*.7",
                                         setting("FASCIA_BUILD_DIR", "build"));
        const char *config = "[fascia]\nBackend=simulator\n";
        void *harness = NULL;
        char *text, *page;
        unsigned n = 0;
        int status;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(modules); i++)
                config = arena_printf(arena, "%s[%s]\n", config, modules[i]);
        assert_int_equal(harness_setup(&harness), 0);
        harness_start_fasciad(harness, config, NULL);
        text = harness_run(harness, &status, "bash -c '%s'", pages);
        assert_int_equal(status, 0);
        page = strstr(text, ".TH ");
        while (page) {
                char *next = strstr(page + 1, "\n.TH ");

                if (next)
                        *next = '\0';
                n += run_examples(harness, page);
                page = next ? next + 1 : NULL;
        }
        free(text);
        assert_true(n > 20);
        assert_int_equal(harness_teardown(&harness), 0);
}

/* ---- introspection data ---- */

static void introspection_data_has_what_people_want_to_know(void **state) {
        static const Row rows[] = {
                { "the interface", MAIN "/** One. */\ninterface I { int a }\n", "T.Main1.I.xml",
                  " <interface name=\"T.Main1.I\">\n"
                  "  <annotation name=\"org.gtk.GDBus.DocString\" value=\"One.\"/>\n" },
                { "a method, its argument and its result",
                  ONE("/** One.\n * @param a two\n * @return three */\nint f(int a)"),
                  "T.Main1.I.xml",
                  "  <method name=\"F\">\n"
                  "   <annotation name=\"org.gtk.GDBus.DocString\" value=\"One.\"/>\n"
                  "   <arg name=\"a\" type=\"i\" direction=\"in\">\n"
                  "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"two\"/>\n"
                  "   </arg>\n"
                  "   <arg name=\"result\" type=\"i\" direction=\"out\">\n"
                  "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"three\"/>\n"
                  "   </arg>\n" },
                { "links as they read", ONE("/** As {@link b} is. */\nint a"), "T.Main1.I.xml",
                  "value=\"As b is.\"/>" },
                { "structs inside others",
                  MAIN
                  "interface I { map<S> a }\n"
                  "struct S { T t; list<T> l; map<list<T>> m; int n }\nstruct T { int x; E y }\n"
                  "enum E { A }\n",
                  "T.Main1.I.xml", "value=\"t:(x:i y:i) l:a(x:i y:i) m:a{sa(x:i y:i)} n:i\"/>" },
                { "a model", ONE("/** Rows. */\nmodel<S> rows") "struct S { int x }\n",
                  "T.Main1.I.Rows.xml",
                  " <interface name=\"T.Main1.I.Rows\">\n"
                  "  <annotation name=\"org.gtk.GDBus.DocString\" value=\"Rows.\"/>\n"
                  "  <annotation name=\"org.fascia.Struct\" value=\"x:i\"/>\n"
                  "  <method name=\"Fetch\">\n" },
        };

        (void)state;
        check_rows(rows, ELEMENTS(rows));
}

#define DTD "/usr/share/xml/dbus-1/introspect.dtd"

static void introspection_data_is_what_the_specification_says(void **state) {
        (void)state;
        if (access(DTD, R_OK) < 0 || !runs("xmllint --version"))
                skip();
        assert_runs(arena_printf(arena, "xmllint --noout --nonet --dtdvalid %s %s/gen/*/xml/*.xml",
                                 DTD, setting("FASCIA_BUILD_DIR", "build")));
}

static void gdbus_codegen_has_what_the_comments_say(void **state) {
        Output o = generate(MAIN "/** The whole. */\ninterface I {\n/** One part. */\nint a\n"
                                 "/** @param b one argument */\nvoid f(int b)\n}\n");
        static const char *const texts[] = { "The whole.", "One part.", "one argument" };
        const char *path;

        (void)state;
        if (!runs("gdbus-codegen --help"))
                skip();
        assert_int_equal(output_commit(&o, &path), 0);
        assert_runs(arena_printf(arena, "cd %s && gdbus-codegen --generate-docbook doc xml/*.xml",
                                 folder));
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                assert_runs(arena_printf(arena, "grep -q '%s' %s/doc-*", texts[i], folder));
}

/* ---- much of it ---- */

/* Within 1 GiB: each was copied with every word that was added to it. */
static void long_lists_and_texts_take_memory_by_their_length(void **state) {
        static const struct {
                const char *begin, *item, *end;
        } rows[] = {
                { MAIN "interface I { E a }\nenum E {", "A%u, ", "}\n" },
                { MAIN "/** ", "word %u\n * ", "*/\ninterface I { int a }\n" },
                { MAIN "interface I { @config: { domain: [ ", "%u, ", "0 ] }\nreadonly int a }\n" },
                { MAIN "interface I {\n", "@dbus: { errors: [ A ] }\nvoid f%u()\n", "}\n" },
        };

        (void)state;
        /* Sanitizers take room that they do not use. */
        if (*setting("SAN", ""))
                skip();
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *path = arena_printf(arena, "%s/long.qface", folder);
                FILE *f = fopen(path, "we");

                assert_non_null(f);
                fputs(rows[i].begin, f);
                for (unsigned k = 1; k <= 20000; k++)
                        fprintf(f, rows[i].item, k);
                fputs(rows[i].end, f);
                assert_int_equal(fclose(f), 0);
                assert_runs(arena_printf(arena, "(ulimit -v 1048576 && %s -o %s/long %s)",
                                         setting("FASCIA_CODEGEN", "build/fascia-codegen"), folder,
                                         path));
        }
}

/* ---- the bus ---- */

static void files_for_the_bus_have_the_names_that_are_annotated(void **state) {
#define NAMED "@dbus: { name: org.example.Cars, path: /org/example/cars }\n" MAIN
        static const Row rows[] = {
                { "who owns it", NAMED "interface I { int a }\n", "dbus/org.example.Cars.conf",
                  "<policy user=\"fascia\">\n    <allow own=\"org.example.Cars\"/>\n  </policy>" },
                { "who may call it", NAMED "interface I { int a }\n", "dbus/org.example.Cars.conf",
                  "<allow send_destination=\"org.example.Cars\"/>" },
                { "signals of the features", NAMED "interface I { int a }\n",
                  "dbus/org.example.Cars.conf",
                  "<deny send_type=\"signal\" send_broadcast=\"false\" "
                  "send_interface=\"org.example.Cars.I\"/>" },
                { "of their properties", NAMED "interface I { int a }\n",
                  "dbus/org.example.Cars.conf",
                  "send_interface=\"org.freedesktop.DBus.Properties\" "
                  "send_path=\"/org/example/cars/I\"/>" },
                { "of the objects", NAMED "interface I { int a }\n", "dbus/org.example.Cars.conf",
                  "send_interface=\"org.freedesktop.DBus.ObjectManager\" "
                  "send_path=\"/org/example/cars\"/>" },
                { "names of an interface",
                  NAMED "@dbus: { name: org.example.Eye }\ninterface I { int a }\n",
                  "dbus/org.example.Cars.conf", "send_interface=\"org.example.Eye\"/>" },
                { "what starts it", NAMED "interface I { int a }\n",
                  "dbus/org.example.Cars.service", "[D-BUS Service]\nName=org.example.Cars\n" },
                { "by systemd", NAMED "interface I { int a }\n", "dbus/org.example.Cars.service",
                  "Exec=/bin/false\nUser=fascia\n# fasciad.service, or "
                  "fasciad@org.example.Cars.service when the module has Process=own.\n"
                  "SystemdService=dbus-org.example.Cars.service\n" },
                { "what to add to the unit", NAMED "interface I { int a }\n",
                  "systemd/org.example.Cars.conf", "[Service]\n" },
        };

        (void)state;
        check_rows(rows, ELEMENTS(rows));
}

/* Nothing in it does anything before it was edited, and all of it is known when it was. */
static void the_drop_in_is_an_example(void **state) {
        Output o = generate(ONE("int a"));
        const char *text = output_of(&o, "systemd/T.Main1.conf");

        (void)state;
        for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
                assert_true(strchr("#[\n", *line));
        if (!runs("systemd-analyze --version"))
                return;
        assert_runs(arena_printf(
                arena,
                "cd %s && mkdir x.service.d && printf '[Service]\\nType=simple\\nExecStart=/bin/true\\n' "
                ">x.service && printf '%%s' '%s' | sed -E 's/^#([A-Z][A-Za-z]+=)/\\1/; s/vehicle-bus/x/' "
                ">x.service.d/y.conf && systemd-analyze verify --man=no ./x.service 2>&1 | "
                "{ ! grep y.conf; }",
                folder, text));
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
                TEST(a_doc_comment_is_taken_apart),
                TEST(a_doc_comment_may_say_little),
                TEST(what_the_comment_says_of_history_counts),
                TEST(what_is_deprecated_compiles_without_a_warning),
                TEST(the_model_says_what_there_is),
                TEST(annotations_keep_their_types),
                TEST(the_manual_says_what_there_is),
                TEST(examples_are_of_values_that_are_allowed),
                TEST(groff_takes_what_others_write),
                TEST(examples_work_as_they_are),
                TEST(introspection_data_has_what_people_want_to_know),
                TEST(introspection_data_is_what_the_specification_says),
                TEST(gdbus_codegen_has_what_the_comments_say),
                TEST(long_lists_and_texts_take_memory_by_their_length),
                TEST(files_for_the_bus_have_the_names_that_are_annotated),
                TEST(the_drop_in_is_an_example),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
