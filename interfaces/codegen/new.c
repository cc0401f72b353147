/* SPDX-License-Identifier: MIT */
/* 'fascia-codegen new': writes a small project that works, for somebody to make their own. */
#include "new.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lexer.h"
#include "naming.h"
#include "output.h"

/* Exit statuses, beside 0. */
#define STATUS_FAILED 1
#define STATUS_USAGE 2

/* Names on D-Bus have at most 255 characters, of which others are added. */
#define NAME_SIZE_MAX 100

/* A file of the project. '@WORD@' in its name and its text is a hole. */
typedef struct Template {
        const char *path;
        const char *text;
} Template;

/* The files in new-project/, as the build found them. */
static const Template templates[] = {
#include "new-project.h"
};

typedef struct Hole {
        const char *name;
        const char *value;
} Hole;

#define N_HOLES 9

static const char usage[] =
        "Usage: fascia-codegen new NAME [--directory DIR]\n"
        "Writes a project that works: the interface of a module NAME, such as Acme.Wipers, a\n"
        "backend, a client, and a Makefile that builds, runs and tests them with the Fascia that\n"
        "is installed. Nothing is overwritten.\n"
        "\n"
        "      --directory=DIR  write into this directory; otherwise it is named after NAME\n"
        "      --help           print this\n";

static void out_of_memory(void) {
        fputs("fascia-codegen: out of memory\n", stderr);
        exit(STATUS_FAILED);
}

static int usage_error(const char *text, const char *what) {
        fprintf(stderr, "fascia-codegen new: %s%s\n", text, what);
        fputs("Try 'fascia-codegen new --help'.\n", stderr);
        return STATUS_USAGE;
}

/* ---- the name ---- */

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What is wrong with the characters of a name; NULL: nothing. */
static const char *find_bad_character(const char *name) {
        for (const char *p = name; *p != '\0'; p++) {
                bool is_first = p == name || p[-1] == '.';

                if (*p == '/')
                        return "it is the name of a module, not of a file: it has no '/'";
                if (is_first && !is_letter(*p))
                        return "each part of it has to begin with a letter";
                if (!is_letter(*p) && !(*p >= '0' && *p <= '9') && *p != '_' && *p != '.')
                        return "only letters, digits, '_' and '.' can be in it";
        }
        if (*name == '\0' || name[strlen(name) - 1] == '.')
                return "it ends where a part of it should begin";
        return strlen(name) > NAME_SIZE_MAX ? "it is too long" : NULL;
}

/* The stage that makes names knows the words of C and C++: where one would stand alone, it adds to
 * it. */
static bool is_language_word(Arena *a, const char *word) {
        Field field = { .symbol.name = word };
        Struct structure = { .symbol.name = "Probe",
                             .fields = (Field *[]){ &field },
                             .n_fields = 1 };
        Module m = {
                .arena = a,
                .source = source_new(a, "probe.qface", "", 0),
                .symbol.name = "Probe",
                .structs = (Struct *[]){ &structure },
                .n_structs = 1,
        };

        naming_assign(&m);
        return strcmp(field.symbol.bare, word) != 0 && strcmp(field.symbol.local, word) == 0;
}

static const char *last_part(const char *name) {
        const char *dot = strrchr(name, '.');

        return dot ? dot + 1 : name;
}

/* What is wrong with the name; NULL: nothing. */
static const char *find_fault(Arena *a, const char *name) {
        const char *fault = find_bad_character(name), *part = last_part(name);

        if (fault)
                return fault;
        if (lexer_is_keyword(part))
                return arena_printf(a, "'%s' is a keyword of interface files", part);
        if (is_language_word(a, part))
                return arena_printf(a, "'%s' is a word of C or C++", part);
        if (strcmp(naming_snake(a, part), "fascia") == 0)
                return "its functions would be called as those of Fascia itself";
        return NULL;
}

/* "tyre_pressure" → "TyrePressureControl". */
static const char *interface_name(Arena *a, const char *part) {
        static const char suffix[] = "Control";
        char *name = arena_alloc(a, strlen(part) + sizeof(suffix)), *out = name;
        bool begins = true;

        for (const char *p = part; *p != '\0'; p++) {
                if (*p != '_')
                        *out++ = begins && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
                begins = *p == '_';
        }
        if ((size_t)(out - name) < strlen(suffix) || strcmp(out - strlen(suffix), suffix) != 0)
                strcpy(out, suffix);
        return name;
}

/* "TyrePressure" → "tyre-pressure". */
static const char *file_stem(Arena *a, const char *part) {
        const char *snake = naming_snake(a, part);
        char *stem = arena_strndup(a, snake, strlen(snake));

        for (char *p = stem; *p != '\0'; p++)
                if (*p == '_')
                        *p = '-';
        return stem;
}

/* ---- the project ---- */

/* What goes into the holes: the names that the generator will give to what is in the interface
 * file. */
static void find_names(Arena *a, const char *name, Hole holes[static N_HOLES]) {
        const char *stem = file_stem(a, last_part(name));
        Interface interface = { .symbol.name = interface_name(a, last_part(name)) };
        Module m = {
                .arena = a,
                .source = source_new(a, arena_printf(a, "%s.qface", stem), "", 0),
                .symbol.name = name,
                .major = 1,
                .interfaces = (Interface *[]){ &interface },
                .n_interfaces = 1,
        };
        const Symbol *s = &interface.symbol;

        naming_assign(&m);
        memcpy(holes,
               (const Hole[N_HOLES]){
                       { "MODULE", name },
                       { "STEM", stem },
                       { "INTERFACE", s->name },
                       { "C", s->c },
                       { "UPPER", s->upper },
                       { "BUS_NAME", m.bus_name },
                       { "PATH", interface.path },
                       { "DBUS_INTERFACE", s->dbus },
                       { "INCLUDE_DIR", m.include_dir },
               },
               N_HOLES * sizeof(holes[0]));
}

/* The hole that begins at text, or NULL. */
static const Hole *find_hole(const char *text, const Hole *holes) {
        for (size_t i = 0; i < N_HOLES; i++) {
                size_t size = strlen(holes[i].name);

                if (strncmp(text + 1, holes[i].name, size) == 0 && text[1 + size] == '@')
                        return &holes[i];
        }
        return NULL;
}

static const char *fill(Arena *a, const char *text, const Hole *holes) {
        const char *filled = "";

        for (const char *at = strchr(text, '@'); at; at = strchr(at, '@')) {
                const Hole *hole = find_hole(at, holes);

                if (!hole) { /* an annotation, a recipe */
                        at++;
                        continue;
                }
                filled = arena_printf(a, "%s%.*s%s", filled, (int)(at - text), text, hole->value);
                text = at += strlen(hole->name) + 2;
        }
        return arena_printf(a, "%s%s", filled, text);
}

static bool is_script(const char *text) {
        return strncmp(text, "#!", 2) == 0;
}

static int refuse_existing(const Output *o) {
        struct stat st;

        for (size_t i = 0; i < o->n_files; i++) {
                if (lstat(output_path(o, i), &st) < 0)
                        continue; /* what else may be wrong, writing will tell */
                fprintf(stderr, "fascia-codegen new: '%s' exists, nothing was written\n",
                        output_path(o, i));
                return -EEXIST;
        }
        return 0;
}

static int write_files(Output *o) {
        const char *path;
        mode_t mask;
        int r;

        r = output_commit(o, &path);
        mask = umask(0);
        umask(mask);
        for (size_t i = 0; r == 0 && i < o->n_files; i++) {
                path = output_path(o, i);
                if (is_script(templates[i].text) && chmod(path, 0777 & ~mask) < 0)
                        r = -errno;
        }
        if (r < 0)
                fprintf(stderr, "fascia-codegen new: cannot write '%s': %s\n", path, strerror(-r));
        return r;
}

static int write_project(Arena *a, const char *name, const char *directory) {
        Output output = { .arena = a };
        Hole holes[N_HOLES];
        int r;

        find_names(a, name, holes);
        if (!directory)
                directory = file_stem(a, last_part(name));
        for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
                output_add(&output,
                           arena_printf(a, "%s/%s", directory, fill(a, templates[i].path, holes)),
                           fill(a, templates[i].text, holes));
        r = refuse_existing(&output);
        if (r == 0)
                r = write_files(&output);
        if (r < 0)
                return r;
        for (size_t i = 0; i < output.n_files; i++)
                puts(output_path(&output, i));
        printf("Now: make -C %s run\n", directory);
        return 0;
}

/* ---- the command line ---- */

/* A status, or -1: go on. */
static int parse_options(int argc, char **argv, const char **ret_name, const char **ret_directory) {
        static const struct option options[] = {
                { "directory", required_argument, NULL, 'd' },
                { "help", no_argument, NULL, 'h' },
                { 0 },
        };
        int c;

        optind = 0; /* of another command line */
        opterr = 0;
        while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1)
                switch (c) {
                case 'd':
                        *ret_directory = optarg;
                        break;
                case 'h':
                        fputs(usage, stdout);
                        return EXIT_SUCCESS;
                case ':':
                        return usage_error("a value is missing for ", argv[optind - 1]);
                default:
                        return usage_error("unknown option ", argv[optind - 1]);
                }
        if (optind + 1 != argc)
                return usage_error(
                        optind == argc ? "no name is given" : "only one name can be given", "");
        *ret_name = argv[optind];
        return -1;
}

int new_main(int argc, char **argv) {
        const char *name = NULL, *directory = NULL, *fault;
        int status = parse_options(argc, argv, &name, &directory);
        Arena *a;

        if (status >= 0)
                return status;
        a = arena_new(out_of_memory);
        if (!a)
                out_of_memory();
        fault = find_fault(a, name);
        if (fault)
                status = usage_error(arena_printf(a, "'%s' cannot be the name: ", name), fault);
        else
                status = write_project(a, name, directory) < 0 ? STATUS_FAILED : EXIT_SUCCESS;
        arena_free(a);
        return status;
}
