/* SPDX-License-Identifier: MIT */
/* The configuration: which files are believed, which value is in effect, and what is said of
 * mistakes. */
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

#include "config.h"

#define EVERYWHERE (CONFIG_IN_FASCIA | CONFIG_IN_MODULE | CONFIG_IN_INTERFACE)

static const char *const words[] = { "low", "high", NULL };

static const ConfigKey keys[] = {
        { .name = "Text", .type = CONFIG_STRING, .builtin = "none", .sections = EVERYWHERE },
        { .name = "Number",
          .type = CONFIG_UNSIGNED,
          .builtin = "7",
          .minimum = 1,
          .maximum = 100,
          .sections = EVERYWHERE },
        { .name = "Any", .type = CONFIG_UNSIGNED, .builtin = "0", .sections = CONFIG_IN_FASCIA },
        { .name = "Flag", .type = CONFIG_BOOLEAN, .builtin = "no", .sections = CONFIG_IN_MODULE },
        { .name = "ReplyTime", .type = CONFIG_TIME, .builtin = "2s", .sections = EVERYWHERE },
        { .name = "Size", .type = CONFIG_SIZE, .builtin = "1M", .sections = CONFIG_IN_FASCIA },
        { .name = "Word",
          .type = CONFIG_WORD,
          .builtin = "low",
          .words = words,
          .sections = CONFIG_IN_FASCIA },
        { .name = "Plugin", .type = CONFIG_NAME, .builtin = "", .sections = EVERYWHERE },
        { .name = "Delay",
          .type = CONFIG_TIME,
          .builtin = "1s",
          .minimum = 10000,
          .maximum = UINT64_C(3600000000),
          .sections = CONFIG_IN_FASCIA },
        { .name = "Limit",
          .type = CONFIG_SIZE,
          .builtin = "1M",
          .minimum = 1000,
          .maximum = 16 * 1024 * 1024,
          .sections = CONFIG_IN_FASCIA },
        { .name = "PluginPath",
          .type = CONFIG_PATHS,
          .builtin = "/usr/lib",
          .sections = CONFIG_IN_FASCIA },
        { .name = "Kind",
          .type = CONFIG_WORD,
          .builtin = "low",
          .words = words,
          .sections = CONFIG_IN_BACKEND },
        { .name = "Backend", .type = CONFIG_NAME, .builtin = "", .sections = EVERYWHERE },
        { .name = "Address",
          .type = CONFIG_STRING,
          .builtin = "auto",
          .sections = CONFIG_IN_FASCIA | CONFIG_IN_BACKEND },
};

typedef struct Fixture {
        char directory[64];
        char file[128];
        Config *config;
} Fixture;

static int set_up(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        strcpy(f->directory, "/tmp/fascia-config.XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        snprintf(f->file, sizeof(f->file), "%s/test.conf", f->directory);
        assert_int_equal(config_new(keys, sizeof(keys) / sizeof(keys[0]), &f->config), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;
        char command[128];

        config_free(f->config);
        snprintf(command, sizeof(command), "rm -r %s", f->directory);
        assert_int_equal(system(command), 0);
        free(f);
        return 0;
}

static void write_bytes(const char *path, const char *bytes, size_t size) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, 0644), 0);
}

static int load(Fixture *f, const char *text) {
        write_bytes(f->file, text, strlen(text));
        return config_load_file(f->config, f->file);
}

static void assert_no_problem(const Fixture *f) {
        const ConfigProblem *p = config_problems(f->config, 0);

        if (p)
                fail_msg("%s:%u: %s", p->origin, p->line, p->text);
}

static void assert_problem(const Fixture *f, size_t n, unsigned line, const char *section,
                           const char *text) {
        const ConfigProblem *p = config_problems(f->config, n);

        assert_non_null(p);
        assert_string_equal(p->origin, f->file);
        assert_string_equal(p->text, text);
        assert_int_equal(p->line, line);
        if (section)
                assert_string_equal(p->section, section);
        else
                assert_null(p->section);
}

#define TEXT(module, interface) config_get_string(f->config, module, interface, "Text")

/* ---- values ---- */

static void what_nobody_says_is_built_in(void **state) {
        Fixture *f = *state;

        assert_string_equal(TEXT(NULL, NULL), "none");
        assert_int_equal(config_get_uint(f->config, "A.B", "C", "Number"), 7);
        assert_int_equal(config_get_time(f->config, NULL, NULL, "ReplyTime"), 2000000);
        assert_int_equal(config_get_size(f->config, NULL, NULL, "Size"), 1024 * 1024);
        assert_false(config_get_bool(f->config, "A.B", NULL, "Flag"));
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Word"), 0);
        assert_null(config_lookup(f->config, NULL, NULL, "Unknown"));
}

static void the_nearest_section_wins(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                load(f, "[A.B/C]\nText=interface\n[fascia]\nText=general\n[A.B]\nText=module\n"),
                0);
        assert_no_problem(f);
        assert_string_equal(TEXT(NULL, NULL), "general");
        assert_string_equal(TEXT("A.B", NULL), "module");
        assert_string_equal(TEXT("A.B", "C"), "interface");
        assert_string_equal(TEXT("A.B", "D"), "module");
        assert_string_equal(TEXT("A.Bee", "C"), "general");
        assert_string_equal(TEXT("A", NULL), "general");
}

static void values_are_read_by_their_type(void **state) {
        static const struct {
                const char *key, *text;
                uint64_t value;
        } rows[] = {
                { "Number", "1", 1 },
                { "Number", "100", 100 },
                { "Any", "18446744073709551615", UINT64_MAX },
                { "ReplyTime", "500ms", 500000 },
                { "ReplyTime", "7us", 7 },
                { "ReplyTime", "3", 3000000 },
                { "ReplyTime", "2 min", 120000000 },
                { "ReplyTime", "1h", UINT64_C(3600000000) },
                { "Size", "4096", 4096 },
                { "Size", "64K", 65536 },
                { "Size", "2G", UINT64_C(2147483648) },
                { "Word", "high", 1 },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                uint64_t value;

                assert_int_equal(config_set(f->config, "fascia", rows[i].key, rows[i].text, "test"),
                                 0);
                value = strcmp(rows[i].key, "ReplyTime") == 0
                                ? config_get_time(f->config, NULL, NULL, rows[i].key)
                        : strcmp(rows[i].key, "Size") == 0
                                ? config_get_size(f->config, NULL, NULL, rows[i].key)
                                : config_get_uint(f->config, NULL, NULL, rows[i].key);
                assert_int_equal(value, rows[i].value);
        }
        assert_no_problem(f);
}

static void a_truth_has_many_words(void **state) {
        static const struct {
                const char *text;
                bool value;
        } rows[] = {
                { "yes", true }, { "TRUE", true },   { "on", true },   { "1", true },
                { "no", false }, { "False", false }, { "off", false }, { "0", false },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                assert_int_equal(config_set(f->config, "A.B", "Flag", rows[i].text, "test"), 0);
                assert_int_equal(config_get_bool(f->config, "A.B", NULL, "Flag"), rows[i].value);
        }
}

/* ---- layers ---- */

static void the_later_file_overrides_and_the_rest_stays(void **state) {
        Fixture *f = *state;

        assert_int_equal(load(f, "[fascia]\nText=first\nNumber=1\n"), 0);
        snprintf(f->file, sizeof(f->file), "%s/second.conf", f->directory);
        assert_int_equal(load(f, "[fascia]\nText=second\n"), 0);
        assert_no_problem(f);
        assert_string_equal(TEXT(NULL, NULL), "second");
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 1);
}

static void the_environment_overrides_every_file_and_the_command_line_both(void **state) {
        Fixture *f = *state;

        setenv("FASCIA_TEXT", "environment", 1);
        setenv("FASCIA_PLUGIN_PATH", "/a:/b", 1);
        setenv("FASCIA_FLAG", "yes", 1);
        assert_int_equal(config_load_environment(f->config), 0);
        unsetenv("FASCIA_TEXT");
        unsetenv("FASCIA_PLUGIN_PATH");
        unsetenv("FASCIA_FLAG");
        assert_int_equal(load(f, "[A.B/C]\nText=interface\n"), 0);
        assert_no_problem(f);
        assert_string_equal(TEXT("A.B", "C"), "environment");
        assert_string_equal(config_get_string(f->config, NULL, NULL, "PluginPath"), "/a:/b");
        /* It may stand in the sections of modules only, so there is no such variable. */
        assert_false(config_get_bool(f->config, "A.B", NULL, "Flag"));
        assert_int_equal(config_set(f->config, "fascia", "Text", "command", "command line"), 0);
        assert_string_equal(TEXT("A.B", "C"), "command");
}

static void what_no_file_could_say_is_not_taken_from_the_environment(void **state) {
        static const char *const values[] = { "a\nFlag=yes", "a ;b", " a", "a ", "\xFF", "\x7F" };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                setenv("FASCIA_TEXT", values[i], 1);
                assert_int_equal(config_load_environment(f->config), 0);
                unsetenv("FASCIA_TEXT");
                assert_non_null(config_problems(f->config, i));
                assert_string_equal(TEXT(NULL, NULL), "none");
        }
}

static void a_refused_setting_of_the_command_line_is_an_error_and_a_problem(void **state) {
        Fixture *f = *state;

        assert_int_equal(config_set(f->config, "fascia", "Number", "0", "command line"), -EINVAL);
        assert_string_equal(config_problems(f->config, 0)->origin, "command line");
        assert_int_equal(config_problems(f->config, 0)->line, 0);
        assert_int_equal(config_set(f->config, "a b", "Text", "x", "command line"), -EINVAL);
        assert_int_equal(config_set(f->config, "fascia", "Txt", "x", "command line"), -EINVAL);
        assert_null(config_problems(f->config, 3));
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 7);
}

static void write_below(const Fixture *f, const char *name, const char *text) {
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", f->directory, name);
        write_bytes(path, text, strlen(text));
}

static void make_directories(const Fixture *f, char *vendor, char *sysconf, size_t size) {
        char drop_ins[256];

        snprintf(vendor, size, "%s/vendor", f->directory);
        snprintf(sysconf, size, "%s/sysconf", f->directory);
        snprintf(drop_ins, sizeof(drop_ins), "%s/x.conf.d", sysconf);
        assert_int_equal(mkdir(vendor, 0755), 0);
        assert_int_equal(mkdir(sysconf, 0755), 0);
        assert_int_equal(mkdir(drop_ins, 0755), 0);
}

static void layers_override_each_other_in_the_order_of_their_names(void **state) {
        Fixture *f = *state;
        char vendor[128], sysconf[128];

        make_directories(f, vendor, sysconf, sizeof(vendor));
        write_below(f, "vendor/x.conf", "[fascia]\nText=vendor\nNumber=2\nAny=2\nSize=2\n");
        write_below(f, "sysconf/x.conf", "[fascia]\nNumber=3\nAny=3\nSize=3\n");
        /* The last of them is neither made first nor last, as a directory may list them. */
        write_below(f, "sysconf/x.conf.d/09-a.conf", "[fascia]\nAny=4\nSize=4\n");
        write_below(f, "sysconf/x.conf.d/30-c.conf", "[fascia]\nSize=5\n");
        write_below(f, "sysconf/x.conf.d/10-b.conf", "[fascia]\nSize=6\n");
        write_below(f, "sysconf/x.conf.d/99-z.conf~", "[fascia]\nSize=9\n");
        write_below(f, "sysconf/x.conf.d/.hidden.conf", "[fascia]\nWord=high\n");
        write_below(f, "sysconf/y.conf", "[fascia]\nSize=9\n");
        assert_int_equal(config_load_layers_in(f->config, vendor, sysconf, "x.conf"), 0);
        assert_no_problem(f);
        assert_string_equal(TEXT(NULL, NULL), "vendor");
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 3);
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Any"), 4);
        assert_int_equal(config_get_size(f->config, NULL, NULL, "Size"), 5);
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Word"), 0);
}

static void no_layer_needs_to_be_there(void **state) {
        Fixture *f = *state;

        assert_int_equal(config_load_layers_in(f->config, "/nonexistent/a", f->directory, "x.conf"),
                         0);
        assert_no_problem(f);
}

static void a_bad_layer_leaves_the_others_in_effect(void **state) {
        Fixture *f = *state;
        char vendor[128], sysconf[128], bad[256], drop_ins[256];

        make_directories(f, vendor, sysconf, sizeof(vendor));
        write_below(f, "vendor/x.conf", "[fascia]\nText=vendor\nNumber=2\n");
        write_below(f, "sysconf/x.conf", "[fascia]\nText=sysconf\nNumber=101\nText\n");
        write_below(f, "sysconf/x.conf.d/a.conf", "[fascia]\nAny=4\nNumber=101\n");
        assert_int_equal(config_load_layers_in(f->config, vendor, sysconf, "x.conf"), 0);
        snprintf(bad, sizeof(bad), "%s/x.conf", sysconf);
        assert_string_equal(config_problems(f->config, 0)->origin, bad);
        assert_int_equal(config_problems(f->config, 0)->line, 4);
        assert_string_equal(TEXT(NULL, NULL), "vendor");
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 2);
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Any"), 4);

        /* What should be a directory and is none is a mistake, not a missing layer. */
        snprintf(drop_ins, sizeof(drop_ins), "%s/y.conf.d", sysconf);
        write_bytes(drop_ins, "", 0);
        assert_int_equal(config_load_layers_in(f->config, vendor, sysconf, "y.conf"), 0);
        assert_string_equal(config_problems(f->config, 2)->origin, drop_ins);
}

static void a_bad_variable_is_named_and_left_out(void **state) {
        Fixture *f = *state;

        setenv("FASCIA_NUMBER", "many", 1);
        assert_int_equal(config_load_environment(f->config), 0);
        unsetenv("FASCIA_NUMBER");
        assert_string_equal(config_problems(f->config, 0)->origin, "environment FASCIA_NUMBER");
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 7);
}

/* ---- mistakes in a key: the key is left out ---- */

static void a_wrong_key_is_left_out_and_named(void **state) {
        static const struct {
                const char *text;
                unsigned line;
                const char *section, *problem;
        } rows[] = {
                { "[fascia]\n\nTxt=a\n", 3, "fascia", "[fascia]: unknown key 'Txt'" },
                { "[A.B]\nText=a\nText=b\n", 3, "A.B", "[A.B]: 'Text' stands in line 2 already" },
                { "[A.B]\nSize=1\n", 2, "A.B", "[A.B]: 'Size' cannot be set in this section" },
                { "[fascia]\nFlag=yes\n", 2, "fascia",
                  "[fascia]: 'Flag' cannot be set in this section" },
                { "[A.B/C]\nNumber=x\n", 2, "A.B/C",
                  "[A.B/C]: Number=x: expected a number from 1 to 100" },
                { "[A.B]\nNumber=-1\n", 2, "A.B",
                  "[A.B]: Number=-1: expected a number from 1 to 100" },
                { "[A.B]\nNumber=0\n", 2, "A.B",
                  "[A.B]: Number=0: expected a number from 1 to 100" },
                { "[A.B]\nNumber=101\n", 2, "A.B",
                  "[A.B]: Number=101: expected a number from 1 to 100" },
                { "[fascia]\nAny=18446744073709551616\n", 2, "fascia",
                  "[fascia]: Any=18446744073709551616: expected a number" },
                { "[A.B]\nFlag=perhaps\n", 2, "A.B", "[A.B]: Flag=perhaps: expected yes or no" },
                { "[A.B]\nReplyTime=3 days\n", 2, "A.B",
                  "[A.B]: ReplyTime=3 days: expected a time such as 500ms, 20s or 1min" },
                { "[A.B]\nReplyTime=5124095576030432h\n", 2, "A.B",
                  "[A.B]: ReplyTime=5124095576030432h: expected a time such as 500ms, 20s or 1min" },
                { "[fascia]\nSize=1T\n", 2, "fascia",
                  "[fascia]: Size=1T: expected a size such as 4096, 64K or 1M" },
                { "[fascia]\nWord=middle\n", 2, "fascia",
                  "[fascia]: Word=middle: expected one of low, high" },
                { "[fascia]\nDelay=9999us\n", 2, "fascia",
                  "[fascia]: Delay=9999us: expected a time from 10ms to 1h" },
                { "[fascia]\nDelay=3601\n", 2, "fascia",
                  "[fascia]: Delay=3601: expected a time from 10ms to 1h" },
                { "[fascia]\nLimit=999\n", 2, "fascia",
                  "[fascia]: Limit=999: expected a size from 1000 to 16M" },
                { "[A.B]\nPlugin=../evil\n", 2, "A.B",
                  "[A.B]: Plugin=../evil: expected a name of at most 64 small letters, digits "
                  "and '-'" },
                { "[A.B]\nPlugin=a23456789b123456789c123456789d123456789e123456789f123456789g12345\n",
                  2, "A.B",
                  "[A.B]: Plugin=a23456789b123456789c123456789d123456789e123456789f123456789g12345: "
                  "expected a name of at most 64 small letters, digits and '-'" },
                { "[A.B]\nText=a\tb\n", 2, "A.B",
                  "[A.B]: Text=a\tb: expected UTF-8 text on one line, without ' ;'" },
                { "[fascia/C]\nText=a\n", 1, "fascia/C",
                  "'fascia/C' is not the name of a section" },
                { "[fascia]\nPluginPath=/a:b\n", 2, "fascia",
                  "[fascia]: PluginPath=/a:b: expected absolute directories, separated by ':'" },
                { "[A-B]\nText=a\n", 1, "A-B", "'A-B' is not the name of a section" },
                { "[A.B/C/D]\nText=a\n", 1, "A.B/C/D", "'A.B/C/D' is not the name of a section" },
                { "[A.B/C.D]\nText=a\n", 1, "A.B/C.D", "'A.B/C.D' is not the name of a section" },
                { "[]\nText=a\n", 1, "", "'' is not the name of a section" },
                { "[1A]\n", 1, "1A", "'1A' is not the name of a section" },
        };
        void *fresh;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Fixture *f;

                set_up(&fresh);
                f = fresh;
                assert_int_equal(load(f, rows[i].text), 0);
                assert_problem(f, 0, rows[i].line, rows[i].section, rows[i].problem);
                /* Said once, also of a section with keys. */
                assert_null(config_problems(f->config, 1));
                tear_down(&fresh);
        }
}

static void a_wrong_key_costs_its_module_and_nothing_else(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                load(f, "[fascia]\nText=general\n[A.B]\nBad=1\nText=module\n[C.D]\nText=other\n"),
                0);
        assert_string_equal(config_module_problem(f->config, "A.B")->text,
                            "[A.B]: unknown key 'Bad'");
        assert_null(config_module_problem(f->config, "C.D"));
        assert_null(config_module_problem(f->config, "A"));
        assert_null(config_module_problem(f->config, "fascia"));
        assert_string_equal(TEXT("A.B", NULL), "module");
        assert_string_equal(TEXT("C.D", NULL), "other");
}

/* ---- mistakes in a file: nothing of it counts ---- */

static void a_file_that_would_be_misread_is_left_out_whole(void **state) {
        static char long_line[400], long_section[100];
        static const char nul[] = "[fascia]\nText=a\nNumb\0er=1\n";
        const struct {
                const char *text;
                size_t size;
                unsigned line;
                const char *problem;
        } rows[] = {
                { long_line, 0, 2, "this line is longer than 197 bytes" },
                { long_section, 0, 1, "the name of this section is longer than 49 bytes" },
                { nul, sizeof(nul) - 1, 3, "there is a NUL byte in this line" },
                { "[fascia\nText=a\n", 0, 1, "this section has no ']'" },
                { "[fascia] x\nText=a\n", 0, 1, "something stands behind the ']'" },
                { "[fascia]\nText\n", 0, 2, "this line has no '='" },
                { "[fascia]\nText=a\n more\n", 0, 3,
                  "this line is indented, which is not supported" },
                { "[fascia]\nText=a\n\tNumber=1\n", 0, 3,
                  "this line is indented, which is not supported" },
                { "[fascia]\n=a\n", 0, 2, "this is not the name of a key" },
                { "[fascia]\nText: a=b\n", 0, 2, "this is not the name of a key" },
                { "Text=a\n[fascia]\n", 0, 1, "this key stands before any section" },
                { "\xEF\xBB\xBFText=a\n[fascia]\n", 0, 1, "this key stands before any section" },
                { "[fascia]\nText=\xFF\n", 0, 2, "this line is not UTF-8" },
                /* Only libinih sees these: it takes ';' behind a space for a comment. */
                { "[A.B]\n[fascia]\nText=a\nNum ;ber=1\n", 0, 4, "this line cannot be read" },
                { "[A.B]\n[fascia]\nText=a\n[C ;D]\n", 0, 4, "this line cannot be read" },
        };
        void *fresh;

        (void)state;
        /* The trap of libinih: what stands behind the 199th character becomes a key. */
        snprintf(long_line, sizeof(long_line), "[fascia]\n#%0197dText=evil\n", 0);
        snprintf(long_section, sizeof(long_section), "[%050d]\n", 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Fixture *f;

                set_up(&fresh);
                f = fresh;
                write_bytes(f->file, rows[i].text,
                            rows[i].size ? rows[i].size : strlen(rows[i].text));
                assert_int_equal(config_load_file(f->config, f->file), -EBADMSG);
                assert_problem(f, 0, rows[i].line, NULL, rows[i].problem);
                assert_null(config_problems(f->config, 1));
                assert_string_equal(TEXT(NULL, NULL), "none");
                assert_null(config_next_module(f->config, NULL));
                tear_down(&fresh);
        }
}

static void a_line_of_the_greatest_length_is_read_whole(void **state) {
        static char text[400], value[200];
        Fixture *f = *state;

        snprintf(value, sizeof(value), "%0192d", 0); /* "Text=" and 192 digits: 197 bytes */
        snprintf(text, sizeof(text), "[fascia]\nText=%s\nNumber=3", value);
        assert_int_equal(load(f, text), 0);
        assert_no_problem(f);
        assert_string_equal(TEXT(NULL, NULL), value);
        assert_int_equal(config_get_uint(f->config, NULL, NULL, "Number"), 3);
}

static void comments_blank_lines_and_windows_line_ends_are_fine(void **state) {
        Fixture *f = *state;

        assert_int_equal(load(f, "# a\r\n; b\r\n\r\n  # c\r\n[fascia]\r\nText = spaced out \r\n"),
                         0);
        assert_no_problem(f);
        assert_string_equal(TEXT(NULL, NULL), "spaced out");
}

static void a_file_that_others_may_write_is_not_believed(void **state) {
        static const mode_t modes[] = { 0664, 0646, 0666 };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
                write_bytes(f->file, "[fascia]\nText=a\n", 16);
                assert_int_equal(chmod(f->file, modes[i]), 0);
                assert_int_equal(config_load_file(f->config, f->file), -EPERM);
                assert_problem(f, i, 0, NULL, "is not trusted: others may write to it");
        }
        assert_string_equal(TEXT(NULL, NULL), "none");
}

static void a_file_of_another_user_is_not_believed(void **state) {
        Fixture *f = *state;

        if (geteuid() != 0) {
                print_message("skipped: only root can give a file away\n");
                skip();
        }
        write_bytes(f->file, "[fascia]\nText=a\n", 16);
        assert_int_equal(chown(f->file, 65534, 65534), 0);
        /* root may not be fooled by what another user owns */
        assert_int_equal(config_load_file(f->config, f->file), -EPERM);
        assert_problem(f, 0, 0, NULL, "belongs neither to root nor to this user");
}

static void what_is_no_plain_file_is_refused(void **state) {
        Fixture *f = *state;
        char path[128];

        assert_int_equal(config_load_file(f->config, f->directory), -EPERM);
        write_bytes(f->file, "[fascia]\nText=a\n", 16);
        snprintf(path, sizeof(path), "%s/link.conf", f->directory);
        assert_int_equal(symlink(f->file, path), 0);
        assert_int_equal(config_load_file(f->config, path), -EPERM);
        assert_string_equal(config_problems(f->config, 1)->text,
                            "is a symbolic link, which is not followed");
        snprintf(path, sizeof(path), "%s/fifo.conf", f->directory);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(config_load_file(f->config, path), -EPERM);
        assert_int_equal(config_load_file(f->config, "/nonexistent/x.conf"), -ENOENT);
        /* Whoever names a file wants it to be there. */
        assert_string_equal(config_problems(f->config, 3)->text,
                            "cannot be opened: No such file or directory");
        assert_string_equal(TEXT(NULL, NULL), "none");
}

static void a_file_beyond_64_kib_is_refused(void **state) {
        enum {
                SIZE = 64 * 1024
        };
        static char text[SIZE + 1];
        Fixture *f = *state;

        memset(text, '\n', sizeof(text));
        memcpy(text, "[fascia]\nText=a", 15);
        write_bytes(f->file, text, SIZE);
        assert_int_equal(config_load_file(f->config, f->file), 0);
        assert_string_equal(TEXT(NULL, NULL), "a");
        write_bytes(f->file, text, SIZE + 1);
        assert_int_equal(config_load_file(f->config, f->file), -EFBIG);
}

/* ---- looking at it as a whole ---- */

static void only_a_file_can_say_a_thing_twice(void **state) {
        Fixture *f = *state;

        /* A file may be called as anything else that settings come from. */
        assert_int_equal(config_set(f->config, "fascia", "Text", "command", f->file), 0);
        assert_int_equal(load(f, "[fascia]\nText=file\n"), 0);
        assert_no_problem(f);
}

static void modules_come_in_the_order_of_the_file(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                load(f,
                     "[B.B]\n[A.A/C]\nText=x\n[fascia]\n[A.A]\nText=y\n[C.C]\nBad=1\n[A.A/D]\nText=x\n"),
                0);
        assert_string_equal(config_next_module(f->config, NULL), "B.B");
        assert_string_equal(config_next_module(f->config, "B.B"), "A.A");
        assert_string_equal(config_next_module(f->config, "A.A"), "C.C");
        assert_null(config_next_module(f->config, "C.C"));
        assert_string_equal(config_next_interface(f->config, "A.A", NULL), "C");
        assert_string_equal(config_next_interface(f->config, "A.A", "C"), "D");
        assert_null(config_next_interface(f->config, "A.A", "D"));
        assert_null(config_next_interface(f->config, "B.B", NULL));
}

static void an_interface_may_have_its_values_in_another_section(void **state) {
        Fixture *f = *state;

        assert_int_equal(load(f, "[fascia]\nText=general\nNumber=1\n[A.B]\nText=module\nNumber=2\n"
                                 "[shared]\nText=shared\n[A.B/C]\nPlugin=own\n"),
                         0);
        assert_int_equal(config_redirect(f->config, "A.B", "C", "shared"), 0);
        assert_int_equal(config_redirect(f->config, "A.B", "C", "shared"), 0);
        assert_string_equal(TEXT("A.B", "C"), "shared");
        assert_string_equal(config_get_string(f->config, "A.B", "C", "Plugin"), "own");
        /* Instead of that of the module, not before it. */
        assert_int_equal(config_get_uint(f->config, "A.B", "C", "Number"), 1);
        assert_string_equal(TEXT("A.B", "D"), "module");
        assert_string_equal(TEXT("A.B", NULL), "module");
        assert_string_equal(TEXT("A.Bee", "C"), "general");
        assert_true(config_is_redirection(f->config, "shared"));
        assert_false(config_is_redirection(f->config, "A.B"));
}

static void what_another_section_says_concerns_the_module(void **state) {
        static const struct {
                const char *text;
                bool equal, has_problem;
        } rows[] = {
                { "[A.B]\n[shared]\nText=a\n", true, false },
                { "[A.B]\n[shared]\nText=b\n", false, false },
                { "[A.B]\n[shared]\nText=a\nBad=1\n", false, true },
                { "[A.B]\n[shared]\nText=a\n[other]\nBad=1\n", true, false },
        };
        Fixture *f = *state;
        void *fresh;

        assert_int_equal(load(f, rows[0].text), 0);
        assert_int_equal(config_redirect(f->config, "A.B", "C", "shared"), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Fixture *g;

                set_up(&fresh);
                g = fresh;
                assert_int_equal(load(g, rows[i].text), 0);
                assert_int_equal(config_redirect(g->config, "A.B", "C", "shared"), 0);
                assert_int_equal(config_module_equal(f->config, g->config, "A.B"), rows[i].equal);
                assert_int_equal(config_module_problem(g->config, "A.B") != NULL,
                                 rows[i].has_problem);
                tear_down(&fresh);
        }
}

static void a_module_is_equal_when_it_finds_the_same(void **state) {
        static const struct {
                const char *text;
                bool equal;
        } rows[] = {
                { "[A.B]\nText=a\n", true },
                { "# moved\n\n[C.D]\nText=z\n[A.B]\nText=a\n", true },
                { "[fascia]\nText=a\n[A.B]\n", true },
                /* Keys that are not for modules do not concern them. */
                { "[fascia]\nSize=2M\nWord=high\n[A.B]\nText=a\n", true },
                { "[A.B]\nText=b\n", false },
                { "[A.B]\nText=a\n[A.B/C]\nNumber=9\n", false },
                { "[fascia]\nNumber=9\n[A.B]\nText=a\n", false },
                { "[A.B]\nText=a\nBad=1\n", false },
        };
        Fixture *f = *state;
        void *fresh;

        assert_int_equal(load(f, "[A.B]\nText=a\n"), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Fixture *g;

                set_up(&fresh);
                g = fresh;
                assert_int_equal(load(g, rows[i].text), 0);
                assert_int_equal(config_module_equal(f->config, g->config, "A.B"), rows[i].equal);
                assert_int_equal(config_module_equal(g->config, f->config, "A.B"), rows[i].equal);
                tear_down(&fresh);
        }
}

/* ---- backends, and keys that they make up ---- */

static void write_named(const char *directory, const char *name, const char *text) {
        char path[192];

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        write_bytes(path, text, strlen(text));
}

static void what_is_said_of_a_backend_is_for_it_alone(void **state) {
        Fixture *f = *state;
        const char *origin = NULL;

        assert_int_equal(
                load(f, "[fascia]\nAddress=user\n[backend/far]\nAddress=system\nKind=high\n"), 0);
        assert_no_problem(f);
        assert_string_equal(config_lookup_for(f->config, "far", "A.B", "C", "Address"), "system");
        assert_string_equal(config_lookup_for(f->config, "near", "A.B", "C", "Address"), "user");
        assert_string_equal(config_lookup_for(f->config, NULL, "A.B", "C", "Address"), "user");
        assert_string_equal(config_lookup_in(f->config, "backend/far", "Kind", &origin), "high");
        assert_string_equal(origin, f->file);
        assert_string_equal(config_lookup_in(f->config, "backend/near", "Kind", &origin), "low");
        assert_null(origin);
        assert_int_equal(config_get_number_for(f->config, "far", "Kind"), 1);
        assert_int_equal(config_get_number_for(f->config, "near", "Kind"), 0);
        assert_int_equal(config_get_number_for(f->config, "near", "Nothing"), 0);
        /* It is no module. */
        assert_null(config_next_module(f->config, NULL));
        assert_string_equal(config_next_backend(f->config, NULL), "far");
        assert_null(config_next_backend(f->config, "far"));
}

static void files_describe_backends_and_configuration_overrides_them(void **state) {
        Fixture *f = *state;
        char first[128], second[128], path[400];

        snprintf(first, sizeof(first), "%s/first", f->directory);
        snprintf(second, sizeof(second), "%s/second", f->directory);
        assert_int_equal(mkdir(first, 0755), 0);
        assert_int_equal(mkdir(second, 0755), 0);
        write_named(first, "a.backend", "[backend]\nKind=high\nX-Port=1\n");
        write_named(second, "a.backend", "[backend]\nKind=low\nAddress=user\n");
        write_named(second, "b.backend", "[backend]\nAddress=user\nAddress=system\n");
        write_named(second, "c.backendx", "[nonsense");
        assert_int_equal(load(f, "[backend/a]\nX-Port=2\n"), 0);
        snprintf(path, sizeof(path), "%s::%s:%s/missing", first, second, first);
        assert_int_equal(config_load_backends(f->config, path), 0);
        assert_string_equal(config_problems(f->config, 0)->text,
                            "[backend]: 'Address' stands in line 2 already");
        assert_int_equal(config_problems(f->config, 0)->line, 3);
        assert_null(config_problems(f->config, 1));
        assert_int_equal(config_get_number_for(f->config, "a", "Kind"), 1);
        assert_string_equal(config_lookup_for(f->config, "a", NULL, NULL, "X-Port"), "2");
        assert_string_equal(config_lookup_for(f->config, "a", NULL, NULL, "Address"), "auto");
        assert_string_equal(config_lookup_for(f->config, "b", NULL, NULL, "Address"), "user");
}

static void keys_that_begin_with_x_are_taken_as_text(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                load(f, "[fascia]\nX-Device=/dev/null\n[A.B]\nX-Device=/dev/ttyS0\nX-2=a\n"), 0);
        assert_problem(f, 0, 5, "A.B", "[A.B]: unknown key 'X-2'");
        assert_string_equal(config_lookup(f->config, "A.B", "C", "X-Device"), "/dev/ttyS0");
        assert_string_equal(config_lookup(f->config, "D.E", "C", "X-Device"), "/dev/null");
        assert_null(config_lookup(f->config, "D.E", "C", "X-Other"));
        assert_string_equal(config_next_free_key(f->config, NULL), "X-Device");
        assert_null(config_next_free_key(f->config, "X-Device"));
}

static void the_program_is_between_files_and_environment(void **state) {
        Fixture *f = *state;

        assert_int_equal(load(f, "[A.B]\nText=file\n"), 0);
        assert_int_equal(config_set_by_program(f->config, "fascia", "Text", "program"), 0);
        assert_string_equal(TEXT("A.B", "C"), "program");
        assert_null(config_get_lock(f->config, "A.B", "Text"));
        assert_int_equal(config_set_by_program(f->config, "A.B", "Number", "1000"), -EINVAL);
        assert_string_equal(config_problems(f->config, 0)->origin, "program");
        assert_int_equal(config_set_by_program(f->config, "fascia", "Text", NULL), 0);
        assert_int_equal(config_set_by_program(f->config, "fascia", "Text", NULL), 0);
        assert_string_equal(TEXT("A.B", "C"), "file");
        setenv("FASCIA_SETTINGS", "A.B/C:Text=locked", 1);
        assert_int_equal(config_load_environment(f->config), 0);
        unsetenv("FASCIA_SETTINGS");
        assert_string_equal(config_get_lock(f->config, "A.B/C", "Text"),
                            "environment FASCIA_SETTINGS");
        assert_null(config_get_lock(f->config, "A.B", "Text"));
        assert_null(config_get_lock(f->config, "A.B", "Nothing"));
        assert_string_equal(TEXT("A.B", "C"), "locked");
        assert_string_equal(TEXT("A.B", "D"), "file");
}

static void a_backend_that_changed_changes_the_modules_that_it_serves(void **state) {
        static const char *const changes[] = { "Kind=high\n", "X-Port=1\n", "" };
        Fixture *f = *state, *g;

        assert_int_equal(set_up((void **)&g), 0);
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
                char text[256];

                snprintf(
                        text, sizeof(text),
                        "[A.B]\nBackend=near\n[C.D]\nBackend=far\n[C.D/E]\nX-Way=2\n[backend/near]\n%s",
                        changes[i]);
                assert_int_equal(load(g, text), 0);
                assert_int_equal(
                        load(f, "[A.B]\nBackend=near\n[C.D]\nBackend=far\n[C.D/E]\nX-Way=2\n"), 0);
                assert_int_equal(config_module_equal(f->config, g->config, "A.B"),
                                 *changes[i] == 0);
                assert_int_equal(config_module_equal(g->config, f->config, "A.B"),
                                 *changes[i] == 0);
                assert_true(config_module_equal(f->config, g->config, "C.D"));
                config_free(f->config);
                config_free(g->config);
                assert_int_equal(config_new(keys, sizeof(keys) / sizeof(keys[0]), &f->config), 0);
                assert_int_equal(config_new(keys, sizeof(keys) / sizeof(keys[0]), &g->config), 0);
        }
        assert_int_equal(load(f, "[A.B]\nX-One=1\n"), 0);
        assert_int_equal(load(g, "[A.B]\n"), 0);
        assert_false(config_module_equal(f->config, g->config, "A.B"));
        assert_false(config_module_equal(g->config, f->config, "A.B"));
        tear_down((void **)&g);
}

static char *dump(const Config *c) {
        char *text;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        config_dump(c, file);
        assert_int_equal(fclose(file), 0);
        return text;
}

static void a_dump_says_where_values_come_from(void **state) {
        Fixture *f = *state;
        char *text, expected[512];

        assert_int_equal(load(f, "[fascia]\nNumber=3\n[A.B]\nText=m\nPlugin=x\n[A.B/C]\nText=i\n"),
                         0);
        assert_int_equal(config_set(f->config, "fascia", "Size", "64K", "command line"), 0);
        setenv("FASCIA_PLUGIN", "everywhere", 1);
        assert_int_equal(config_load_environment(f->config), 0);
        unsetenv("FASCIA_PLUGIN");
        text = dump(f->config);
        snprintf(expected, sizeof(expected), "# %s:2\nNumber=3\n", f->file);
        assert_non_null(strstr(text, expected));
        assert_non_null(strstr(text, "# command line\nSize=64K\n"));
        assert_non_null(strstr(text, "# built-in\nText=none\n"));
        snprintf(expected, sizeof(expected), "\n[A.B/C]\n# %s:7\nText=i\n", f->file);
        assert_non_null(strstr(text, expected));
        /* What is in effect, not what the file says: the variable comes before it. */
        snprintf(expected, sizeof(expected),
                 "\n[A.B]\n# %s:4\nText=m\n# %s:2\nNumber=3\n# built-in\nFlag=no\n"
                 "# built-in\nReplyTime=2s\n# environment FASCIA_PLUGIN\nPlugin=everywhere\n"
                 "# built-in\nBackend=\n\n",
                 f->file, f->file);
        assert_non_null(strstr(text, expected));
        assert_null(strstr(text, "Plugin=x"));
        free(text);
}

/* A dump without the comments. */
static void remove_origins(char *text) {
        char *from = text, *to = text;

        while (*from) {
                size_t n = strcspn(from, "\n") + 1;

                if (*from != '#')
                        to = memmove(to, from, n) + n;
                from += n;
        }
        *to = '\0';
}

static void a_dump_that_is_read_back_means_the_same(void **state) {
        Fixture *f = *state;
        char *first, *second;
        void *fresh;

        assert_int_equal(load(f, "[fascia]\nText=a b\nNumber=3\n[B]\n[A.B/C]\nText=#i;\n"
                                 "[A.B/D]\nReplyTime=1 min\nX-Port=1\n[A.B]\nFlag=on\n"
                                 "[backend/far]\nKind=high\nX-Port=2\n"),
                         0);
        assert_no_problem(f);
        first = dump(f->config);
        set_up(&fresh);
        assert_int_equal(load(fresh, first), 0);
        assert_no_problem(fresh);
        second = dump(((Fixture *)fresh)->config);
        remove_origins(first);
        remove_origins(second);
        assert_non_null(strstr(first, "\n[B]\nText=a b\n"));
        assert_string_equal(first, second);
        tear_down(&fresh);
        free(first);
        free(second);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
                TEST(what_nobody_says_is_built_in),
                TEST(the_nearest_section_wins),
                TEST(values_are_read_by_their_type),
                TEST(a_truth_has_many_words),
                TEST(the_later_file_overrides_and_the_rest_stays),
                TEST(the_environment_overrides_every_file_and_the_command_line_both),
                TEST(what_no_file_could_say_is_not_taken_from_the_environment),
                TEST(a_refused_setting_of_the_command_line_is_an_error_and_a_problem),
                TEST(layers_override_each_other_in_the_order_of_their_names),
                TEST(no_layer_needs_to_be_there),
                TEST(a_bad_layer_leaves_the_others_in_effect),
                TEST(a_bad_variable_is_named_and_left_out),
                TEST(a_wrong_key_is_left_out_and_named),
                TEST(a_wrong_key_costs_its_module_and_nothing_else),
                TEST(a_file_that_would_be_misread_is_left_out_whole),
                TEST(a_line_of_the_greatest_length_is_read_whole),
                TEST(comments_blank_lines_and_windows_line_ends_are_fine),
                TEST(a_file_that_others_may_write_is_not_believed),
                TEST(a_file_of_another_user_is_not_believed),
                TEST(what_is_no_plain_file_is_refused),
                TEST(a_file_beyond_64_kib_is_refused),
                TEST(only_a_file_can_say_a_thing_twice),
                TEST(modules_come_in_the_order_of_the_file),
                TEST(a_module_is_equal_when_it_finds_the_same),
                TEST(an_interface_may_have_its_values_in_another_section),
                TEST(what_another_section_says_concerns_the_module),
                TEST(what_is_said_of_a_backend_is_for_it_alone),
                TEST(files_describe_backends_and_configuration_overrides_them),
                TEST(keys_that_begin_with_x_are_taken_as_text),
                TEST(the_program_is_between_files_and_environment),
                TEST(a_backend_that_changed_changes_the_modules_that_it_serves),
                TEST(a_dump_says_where_values_come_from),
                TEST(a_dump_that_is_read_back_means_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
