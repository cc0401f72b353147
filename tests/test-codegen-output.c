/* SPDX-License-Identifier: MIT */
/* The built code generator: its command line, the files it writes, and what becomes of them. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* Where a test works; all of it goes away with it. */
static char folder[] = "/tmp/fascia-codegen-XXXXXX";

static const char *setting(const char *name, const char *fallback) {
        const char *value = getenv(name);

        return value && *value ? value : fallback;
}

/* One of a few buffers, used in turn. */
static char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *text, ...) {
        static char buffers[8][4 * PATH_MAX];
        static unsigned next;
        char *buffer = buffers[next++ % ELEMENTS(buffers)];
        va_list ap;
        int size;

        va_start(ap, text);
        size = vsnprintf(buffer, sizeof(buffers[0]), text, ap);
        va_end(ap);
        assert_true(size >= 0 && (size_t)size < sizeof(buffers[0]));
        return buffer;
}

static char *read_stream(FILE *f) {
        char *text = NULL;
        size_t size = 0, capacity = 0;

        do {
                capacity = 2 * capacity + 4096;
                text = realloc(text, capacity + 1);
                assert_non_null(text);
                size += fread(text + size, 1, capacity - size, f);
        } while (size == capacity);
        text[size] = '\0';
        return text;
}

/* The exit status of the shell's command; what it prints goes to *ret_output, to be freed. */
static int run(const char *command, char **ret_output) {
        FILE *f = popen(format("(%s) 2>&1", command), "re");
        char *output;
        int status;

        assert_non_null(f);
        output = read_stream(f);
        status = pclose(f);
        if (ret_output)
                *ret_output = output;
        else
                free(output);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *absolute(const char *path) {
        static char buffer[PATH_MAX];

        return realpath(path, buffer) ? buffer : path;
}

/* Runs the generator in the test's folder. */
static int generate(const char *arguments, char **ret_output) {
        return run(format("cd %s && %s %s", folder,
                          absolute(setting("FASCIA_CODEGEN", "build/fascia-codegen")), arguments),
                   ret_output);
}

static char *read_file(const char *path) {
        FILE *f = fopen(path, "re");
        char *text;

        if (!f)
                fail_msg("cannot read %s: %s", path, strerror(errno));
        text = read_stream(f);
        fclose(f);
        return text;
}

static void write_file(const char *name, const char *text) {
        FILE *f = fopen(format("%s/%s", folder, name), "we");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static void expect_file(const char *name, const char *text) {
        char *content = read_file(format("%s/%s", folder, name));

        assert_string_equal(content, text);
        free(content);
}

static bool exists(const char *name) {
        return access(format("%s/%s", folder, name), F_OK) == 0;
}

static void expect_output(const char *arguments, int status, const char *expected) {
        char *output;

        assert_int_equal(generate(arguments, &output), status);
        assert_string_equal(output, expected);
        free(output);
}

static void expect_output_with(const char *arguments, int status, const char *part) {
        char *output;

        assert_int_equal(generate(arguments, &output), status);
        if (!strstr(output, part))
                fail_msg("'%s' printed '%s', without '%s'", arguments, output, part);
        free(output);
}

static int set_up(void **state) {
        (void)state;
        memcpy(strrchr(folder, '-'), "-XXXXXX", strlen("-XXXXXX"));
        return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        return run(format("rm -rf %s", folder), NULL);
}

#define GOOD "module T.Good 2.1\ninterface One { int a }\ninterface Two { signal s() }\n"

static void facts_are_printed_for_the_build(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        expect_output("--print=bus-name good.qface", 0, "T.Good2\n");
        expect_output("--print=include-dir good.qface", 0, "t-good-2\n");
        expect_output("--print=interfaces good.qface", 0,
                      "T.Good2.One /T/Good2/One\nT.Good2.Two /T/Good2/Two\n");
}

static void a_wrong_command_line_is_refused(void **state) {
        static const struct {
                const char *arguments, *text;
        } rows[] = {
                { "", "no interface file is given" },
                { "good.qface", "-o DIR is missing" },
                { "-o out", "no interface file is given" },
                { "-o out good.qface other.qface", "only one interface file can be given" },
                { "--colour -o out good.qface", "unknown option --colour" },
                { "-x -o out good.qface", "unknown option -x" },
                { "-o", "a value is missing for -o" },
                { "--emit -o", "unknown word in --emit: -o" },
                { "--emit=types,html -o out good.qface", "unknown word in --emit: types,html" },
                { "--print=colour good.qface", "unknown value of --print: colour" },
        };

        (void)state;
        write_file("good.qface", GOOD);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                expect_output_with(rows[i].arguments, 2, rows[i].text);
        assert_false(exists("out"));
}

static void help_and_version_are_printed(void **state) {
        (void)state;
        expect_output_with("--help", 0, "Usage: fascia-codegen");
        expect_output_with("--version", 0, "fascia-codegen ");
}

static void a_missing_file_is_named(void **state) {
        (void)state;
        expect_output("-o out nothing.qface", 1,
                      "fascia-codegen: cannot read 'nothing.qface': No such file or directory\n");
        assert_false(exists("out"));
}

static void a_bad_input_touches_nothing(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(generate("-o out good.qface", NULL), 0);
        assert_int_equal(
                run(format("cd %s/out && find . -type f -exec touch -d @1000 {} +", folder), NULL),
                0);
        write_file("good.qface", "module T.Good 2.1\ninterface One {\n    Lamp lamp\n}\n"
                                 "enum Lamps { Off, On }\n");
        expect_output("-o out good.qface", 1,
                      "good.qface:3:5: error: unknown type 'Lamp'\n"
                      "    Lamp lamp\n"
                      "    ^~~~\n"
                      "note: did you mean 'Lamps'?\n");
        assert_int_equal(
                run(format("cd %s/out && find . -type f -newermt @1000 | grep .", folder), NULL),
                1);
}

static void unchanged_outputs_are_written_again(void **state) {
        struct stat st;

        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(generate("-o out good.qface", NULL), 0);
        assert_int_equal(run(format("touch -d @1000 %s/out/good.h", folder), NULL), 0);
        assert_int_equal(generate("-o out good.qface", NULL), 0);
        assert_int_equal(stat(format("%s/out/good.h", folder), &st), 0);
        assert_true(st.st_mtime > 1000);
}

static void an_output_that_cannot_be_written_leaves_the_others(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(run(format("mkdir %s/out && touch %s/out/xml", folder, folder), NULL), 0);
        expect_output_with("-o out good.qface", 1, "cannot write 'out/xml/T.Good2.One.xml'");
        assert_false(exists("out/good.h"));
        assert_int_equal(run(format("ls %s/out | grep -v '^xml$'", folder), NULL), 1);
}

static void only_what_is_asked_for_is_written(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(generate("-o out --emit=xml,front good.qface", NULL), 0);
        assert_true(exists("out/good.h"));
        assert_true(exists("out/xml/T.Good2.Two.xml"));
        assert_false(exists("out/good-types.h"));
        assert_false(exists("out/good-stub.c"));
}

static void a_stub_is_written_once(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(generate("-o out good.qface", NULL), 0);
        assert_false(exists("out/good-stub.c"));
        assert_int_equal(generate("-o out --emit=stub good.qface", NULL), 0);
        assert_true(exists("out/good-stub.c"));
        write_file("out/good-stub.c", "mine\n");
        expect_output("-o out --emit=stub,types good.qface", 0,
                      "note: good-stub.c exists, left alone\n");
        expect_file("out/good-stub.c", "mine\n");
}

static void a_stub_begins_with_values_that_the_bounds_allow(void **state) {
        static const char *const calls[] = {
                "_a(backend, 5);", "_b(backend, -7);",       "_c(backend, \"x\");",
                "_e(backend, 3);", "_d(backend, B_E_TWO);",  "_f(backend, 5);",
                "_g(backend, 0);", "_h(backend, &empty_h);", "_i(backend, true);",
        };
        char *text;

        (void)state;
        write_file("b.qface", "module Test.B 1.0\n"
                              "interface X {\n"
                              "    @config: { minimum: 5, maximum: 9 }\n"
                              "    int a\n"
                              "    @config: { maximum: -5.5 }\n"
                              "    real b = -7\n"
                              "    @config: { domain: [ \"x\", \"y\" ] }\n"
                              "    string c\n"
                              "    @config: { domain: [ \"two\" ] }\n"
                              "    E d\n"
                              "    int e = 3\n"
                              "    @config: { minimum: 5, maximum: 9 }\n"
                              "    int f = 3\n"
                              "    real g\n"
                              "    list<int> h\n"
                              "    bool i = true\n"
                              "}\n"
                              "enum E { one, two }\n");
        assert_int_equal(generate("-o out --emit=stub b.qface", NULL), 0);
        text = read_file(format("%s/out/b-stub.c", folder));
        for (size_t i = 0; i < ELEMENTS(calls); i++)
                if (!strstr(text, format("b_x_backend_report%s", calls[i])))
                        fail_msg("'%s' is not in\n%s", calls[i], text);
        free(text);
}

static void a_side_file_is_read(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        write_file("good.yaml", "T.Good.One:\n    dbus: { name: org.example.Uno }\n");
        expect_output("--print=interfaces good.qface", 0,
                      "org.example.Uno /T/Good2/One\nT.Good2.Two /T/Good2/Two\n");
        expect_output("--print=imports good.qface", 0, "good.yaml\n");
        assert_int_equal(run(format("chmod 0 %s/good.yaml", folder), NULL), 0);
        if (geteuid() != 0)
                expect_output_with("-o out good.qface", 1, "cannot read 'good.yaml'");
        write_file("good.qface", GOOD);
        assert_int_equal(run(format("rm -f %s/good.yaml", folder), NULL), 0);
}

static void warnings_do_not_stop(void **state) {
        (void)state;
        write_file("odd.qface",
                   "module T.M 1.0\n@config: { zonde: true }\ninterface I { int a }\n");
        expect_output_with(
                "-o out odd.qface", 0,
                "odd.qface:2:12: warning: 'zonde' is unknown below '@config' [-Wunknown-key]\n");
        assert_true(exists("out/odd.h"));
}

static void dependencies_are_told_to_make(void **state) {
        (void)state;
        write_file("a b.qface", GOOD);
        assert_int_equal(generate("-o out --emit=xml --depfile=out/d 'a b.qface'", NULL), 0);
        expect_file("out/d", "out/xml/T.Good2.One.xml \\\nout/xml/T.Good2.Two.xml: \\\n"
                             " a\\ b.qface\n\na\\ b.qface:\n");
}

static void output_is_the_same_wherever_it_comes_from(void **state) {
        (void)state;
        write_file("good.qface", GOOD);
        assert_int_equal(generate("-o one good.qface", NULL), 0);
        assert_int_equal(generate(format("-o two %s/good.qface", folder), NULL), 0);
        assert_int_equal(
                run(format("cd %s && diff -r one two && ! grep -r /tmp one", folder), NULL), 0);
}

static const char *const modules[] = { "interfaces/climate",      "interfaces/cluster",
                                       "interfaces/remote",       "tests/interfaces/kitchen",
                                       "tests/interfaces/common", "tests/interfaces/language" };

static const char *source_folder(void) {
        static char buffer[PATH_MAX];

        assert_non_null(realpath(setting("FASCIA_SOURCE_DIR", "."), buffer));
        return buffer;
}

static void generate_module(const char *module) {
        const char *stem = strrchr(module, '/') + 1;
        const char *file = format("-I %s/tests/interfaces -Wno-empty-interface %s/%s.qface",
                                  source_folder(), source_folder(), module);
        const char *usual = format("-o %s %s", stem, file);
        char *include_dir;

        expect_output(usual, 0, "");
        expect_output(format("--emit=stub %s", usual), 0, "");
        assert_int_equal(generate(format("--print=include-dir %s", file), &include_dir), 0);
        assert_int_equal(run(format("ln -sfn %s %s/%s", stem, folder, include_dir), NULL), 0);
        free(include_dir);
}

static void generate_modules(void) {
        for (size_t i = 0; i < ELEMENTS(modules); i++)
                generate_module(modules[i]);
}

static void shipped_modules_give_what_is_expected(void **state) {
        (void)state;
        for (size_t i = 0; i < 3; i++) {
                const char *stem = strrchr(modules[i], '/') + 1;
                char *output;

                generate_module(modules[i]);
                if (run(format("diff -ru %s/tests/golden/%s %s/%s", source_folder(), stem, folder,
                               stem),
                        &output) != 0)
                        fail_msg("'make golden' rewrites what is expected:\n%s", output);
                free(output);
        }
}

static void what_is_generated_is_laid_out_as_the_formatter_does(void **state) {
        (void)state;
        if (run("clang-format --version", NULL) != 0)
                skip();
        for (size_t i = 0; i < ELEMENTS(modules); i++) {
                char *output;

                generate_module(modules[i]);
                if (run(format("clang-format --style=file:%s/.clang-format --dry-run -Werror "
                               "%s/%s/*.[ch]",
                               source_folder(), folder, strrchr(modules[i], '/') + 1),
                        &output) != 0)
                        fail_msg("%s", output);
                free(output);
        }
}

static void compile(const char *compiler, const char *module) {
        const char *stem = strrchr(module, '/') + 1;
        char *output;

        if (run(format("cd %s/%s && for f in *.c; do %s -I%s/client/include -I.. -fsyntax-only $f "
                       "|| exit 1; done",
                       folder, stem, compiler, source_folder()),
                &output) != 0)
                fail_msg("%s", output);
        free(output);
}

#define STRICT "-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror "

static void what_is_generated_compiles_without_a_warning(void **state) {
        static const char *const compilers[] = { "gcc", "clang" };

        (void)state;
        generate_modules();
        for (size_t i = 0; i < ELEMENTS(compilers); i++) {
                if (run(format("%s --version", compilers[i]), NULL) != 0)
                        continue;
                for (size_t k = 0; k < ELEMENTS(modules); k++)
                        compile(format("%s -std=c11 " STRICT "-Wmissing-prototypes", compilers[i]),
                                modules[k]);
        }
}

static void what_is_generated_passes_the_linter(void **state) {
        char *output;

        (void)state;
        if (run("clang-tidy --version", NULL) != 0)
                skip();
        generate_modules();
        if (run(format("cd %s && clang-tidy -quiet --config-file=%s/.clang-tidy */*.c -- -std=c11 "
                       "-I%s/client/include -I. 2>&1",
                       folder, source_folder(), source_folder()),
                &output) != 0)
                fail_msg("%s", output);
        free(output);
}

static void generated_headers_are_also_headers_of_cplusplus(void **state) {
        (void)state;
        if (run("g++ --version", NULL) != 0)
                skip();
        generate_modules();
        for (size_t i = 0; i < ELEMENTS(modules); i++) {
                const char *stem = strrchr(modules[i], '/') + 1;
                char *output;

                if (run(format("cd %s/%s && for f in %s.h %s-backend.h; do g++ -std=c++17 " STRICT
                               "-I%s/client/include -I.. -I. -fsyntax-only -include $f -x c++ /dev/null "
                               "|| exit 1; done",
                               folder, stem, stem, stem, source_folder()),
                        &output) != 0)
                        fail_msg("%s", output);
                free(output);
        }
}

#define EMITS "   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value="

static void introspection_says_what_the_annotations_do(void **state) {
        static const struct {
                const char *member;
                const char *xml;
        } rows[] = {
                { "int a",
                  "<property name=\"A\" type=\"i\" access=\"readwrite\">\n" EMITS "\"true\"/>" },
                { "const int a",
                  "<property name=\"A\" type=\"i\" access=\"read\">\n" EMITS "\"const\"/>" },
                { "@dbus: { emits: const }\nreadonly int a", EMITS "\"const\"/>" },
                { "@dbus: { emits: invalidates }\nint a", EMITS "\"invalidates\"/>" },
                { "@dbus: { emits: \"false\" }\nint a", EMITS "\"false\"/>" },
                { "model<P> rows", "<property name=\"Rows\" type=\"o\" access=\"read\">" },
                { "P one()", "<arg name=\"result\" type=\"(iai)\" direction=\"out\">" },
                { "@dbus: { return: { type: iai } }\nP both()",
                  "  <method name=\"Both\">\n"
                  "   <annotation name=\"org.qtproject.QtDBus.QtTypeName.Out1\" "
                  "value=\"QList&lt;int&gt;\"/>\n"
                  "   <arg name=\"n\" type=\"i\" direction=\"out\">\n"
                  "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"How 'many'.\"/>\n"
                  "   </arg>\n"
                  "   <arg name=\"l\" type=\"ai\" direction=\"out\"/>\n"
                  "  </method>" },
                /* gdbus-codegen puts annotations into C as they are. */
                { "@config: { domain: [ 'a\"b', 'c\\d' ] }\nstring a",
                  "value=\"'a&amp;#34;b', 'c&amp;#92;d'\"" },
                { "int property", "name=\"org.gtk.GDBus.C.Name\" value=\"Property_\"" },
                { "signal s(int new)", "<arg name=\"new_\" type=\"i\"/>" },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                write_file("wire.qface",
                           format("module T.M 1.0\ninterface I {\n%s\n}\n"
                                  "struct P {\n/** How \"many\". */\nint n\nlist<int> l\n}\n",
                                  rows[i].member));
                expect_output_with("--emit=xml --stdout wire.qface", 0, rows[i].xml);
        }
}

static void gdbus_codegen_takes_the_introspection_data(void **state) {
        (void)state;
        if (run("gdbus-codegen --help", NULL) != 0)
                skip();
        for (size_t i = 0; i < ELEMENTS(modules); i++) {
                char *output;

                generate_module(modules[i]);
                if (run(format("cd %s/%s && for f in xml/*.xml; do gdbus-codegen "
                               "--generate-c-code=g $f || exit 1; done",
                               folder, strrchr(modules[i], '/') + 1),
                        &output) != 0)
                        fail_msg("%s", output);
                free(output);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(facts_are_printed_for_the_build),
                TEST(a_wrong_command_line_is_refused),
                TEST(help_and_version_are_printed),
                TEST(a_missing_file_is_named),
                TEST(a_bad_input_touches_nothing),
                TEST(unchanged_outputs_are_written_again),
                TEST(an_output_that_cannot_be_written_leaves_the_others),
                TEST(only_what_is_asked_for_is_written),
                TEST(a_stub_is_written_once),
                TEST(a_stub_begins_with_values_that_the_bounds_allow),
                TEST(a_side_file_is_read),
                TEST(warnings_do_not_stop),
                TEST(dependencies_are_told_to_make),
                TEST(output_is_the_same_wherever_it_comes_from),
                TEST(shipped_modules_give_what_is_expected),
                TEST(what_is_generated_is_laid_out_as_the_formatter_does),
                TEST(what_is_generated_compiles_without_a_warning),
                TEST(what_is_generated_passes_the_linter),
                TEST(generated_headers_are_also_headers_of_cplusplus),
                TEST(introspection_says_what_the_annotations_do),
                TEST(gdbus_codegen_takes_the_introspection_data),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
