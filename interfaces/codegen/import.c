/* SPDX-License-Identifier: MIT */
/* fascia-codegen import: from the introspection data of a D-Bus service to an interface file. */
#include "import.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbus-name.h"
#include "generate.h"
#include "import-write.h"
#include "options.h"
#include "output.h"

/* ---- what the generator says of it ---- */

/* Which names clash in C is known to the generator alone: what is written is read by it, and what
 * clashes gets other names, until nothing does. */
typedef struct Attempt {
        Arena *arena;
        Foreign *foreign;
        ImportModule module;
        const char **taken; /* names that no struct may have */
        size_t n_taken;
        const char *text;
        bool renamed;
} Attempt;

static void rename_member(Attempt *attempt, const ForeignInterface *i, ForeignKind kind, size_t nth,
                          const Symbol *s) {
        if (!s->clashes)
                return;
        for (size_t k = 0; k < i->n_members; k++) {
                ForeignMember *m = i->members[k];

                if (m->kind != kind || m->left_out || nth-- > 0)
                        continue;
                m->clashes++;
                attempt->renamed = true;
                return;
        }
}

static void rename_in_interface(Attempt *attempt, ForeignInterface *i, const Interface *read) {
        if (read->symbol.clashes) {
                i->clashes++;
                attempt->renamed = true;
        }
        for (size_t k = 0; k < read->n_properties; k++)
                rename_member(attempt, i, FOREIGN_PROPERTY, k, &read->properties[k]->symbol);
        for (size_t k = 0; k < read->n_operations; k++)
                rename_member(attempt, i, FOREIGN_METHOD, k, &read->operations[k]->symbol);
        for (size_t k = 0; k < read->n_signals; k++)
                rename_member(attempt, i, FOREIGN_SIGNAL, k, &read->signals[k]->symbol);
}

static void rename_what_clashes(Attempt *attempt, const Module *read) {
        attempt->renamed = false;
        for (size_t i = 0; i < read->n_interfaces; i++)
                rename_in_interface(attempt, attempt->foreign->interfaces[i], read->interfaces[i]);
        for (size_t i = 0; i < read->n_structs; i++)
                if (read->structs[i]->symbol.clashes) {
                        ARENA_APPEND(attempt->arena, attempt->taken, attempt->n_taken,
                                     read->structs[i]->symbol.name);
                        attempt->renamed = true;
                }
}

static bool check_size(const Attempt *attempt, Diagnostics *d) {
        if (strlen(attempt->text) <= SOURCE_SIZE_MAX)
                return true;
        diagnostics_error(d, attempt->foreign->interfaces[0]->span,
                          "the interface file would be larger than 1 MiB, which is too much for "
                          "the generator");
        diagnostics_note(d, "--interface takes only some of the interfaces");
        return false;
}

/* What else the generator refuses would be a mistake of ours: it is shown as it is. */
static bool read_back(Attempt *attempt, Diagnostics *d) {
        Source *source = source_new(attempt->arena, "(interface file that was made)", attempt->text,
                                    strlen(attempt->text));
        Diagnostics *own = diagnostics_new(attempt->arena);
        Request q = { .arena = attempt->arena, .diagnostics = own };
        const Source **sources;
        size_t n_sources;
        Module *read = generate_read(&q, source, &sources, &n_sources);

        attempt->renamed = false;
        if (read && own->n_errors > 0)
                rename_what_clashes(attempt, read);
        if (attempt->renamed || own->n_errors == 0)
                return true;
        for (size_t i = 0; i < own->n_items; i++)
                if (own->items[i].severity == SEVERITY_ERROR)
                        diagnostics_error(d, own->items[i].at, "%s", own->items[i].text);
        return false;
}

static const char *base_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* "a.xml, b.xml": on one line of a comment, whatever they are called. */
static const char *list_files(Arena *a, Source *const *sources, size_t n) {
        char *text = arena_printf(a, "%s", "");

        for (size_t i = 0; i < n; i++)
                text = arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "",
                                    base_name(sources[i]->path));
        for (char *p = text; *p != '\0'; p++)
                if ((unsigned char)*p < ' ')
                        *p = '?';
        return text;
}

/* Each round gives others to some of the names, so a few are enough for any file. */
#define ROUNDS_MAX 16

static const char *write_interface_file(Attempt *attempt, Diagnostics *d, const char *files) {
        for (unsigned k = 0; k < ROUNDS_MAX; k++) {
                MadeTypes *types = arena_alloc(attempt->arena, sizeof(*types));

                types->arena = attempt->arena;
                for (size_t i = 0; i < attempt->n_taken; i++)
                        made_types_forbid(types, attempt->taken[i]);
                import_assign_names(attempt->foreign, &attempt->module);
                attempt->text = import_write(attempt->foreign, &attempt->module, files, types);
                if (!check_size(attempt, d) || !read_back(attempt, d))
                        return NULL;
                if (!attempt->renamed)
                        return attempt->text;
        }
        diagnostics_error(d, attempt->foreign->interfaces[0]->span,
                          "no names can be found that differ from each other in C");
        return NULL;
}

const char *import_sources(Arena *a, Diagnostics *d, Source *const *sources, size_t n_sources,
                           const ImportNames *names) {
        Foreign foreign = { .arena = a, .diagnostics = d, .path = names->path };
        Attempt attempt = { .arena = a, .foreign = &foreign };

        for (size_t i = 0; i < n_sources; i++) {
                sources[i]->order = (unsigned)i;
                foreign_read(&foreign, sources[i]);
        }
        if (d->n_errors > 0 || !import_select(&foreign, names) ||
            !import_name_module(&foreign, names, &attempt.module))
                return NULL;
        import_leave_out(&foreign);
        if (d->n_errors > 0)
                return NULL;
        return write_interface_file(&attempt, d, list_files(a, sources, n_sources));
}

/* ---- the command line ---- */

static const char usage[] =
        "Usage: fascia-codegen import [OPTION]… FILE.xml…\n"
        "Makes an interface file from the introspection data of a D-Bus service that Fascia did not\n"
        "make: what is generated from it is a client of that service.\n"
        "\n"
        "  -o FILE.qface     write to this file, not to stdout\n"
        "      --module NAME what the module is called; else what the names of the interfaces\n"
        "                    begin with\n"
        "      --version M.m the version of the module; else the number at the end of that, or 1.0\n"
        "      --bus-name NAME\n"
        "                    the name that the service owns on the bus; else a guess\n"
        "      --path PATH   the path of the outermost object, instead of what the files say\n"
        "      --interface NAME\n"
        "                    take only this interface (may be repeated)\n"
        "  -W NAME, -Wno-NAME, -Werror, -Werror=NAME, -Wno-error=NAME\n"
        "                    switch a warning on or off, or take it, or all, for an error: guess,\n"
        "                    of what the files do not say; left-out, of what qface cannot say\n"
        "      --help        print this\n"
        "\n"
        "A file has at most 4 MiB. 'busctl introspect --xml-interface NAME PATH' prints one.\n"
        "\n"
        "Exit status: 0 on success; 1 when the input cannot be used or the output not be\n"
        "written; 2 for a wrong command line.\n";

typedef struct ImportOptions {
        Arena *arena;
        Diagnostics *diagnostics;
        ImportNames names;
        const char *output;
} ImportOptions;

static int refuse(const char *text, const char *what) {
        fprintf(stderr, "fascia-codegen import: %s%s\n", text, what);
        fputs("Try 'fascia-codegen import --help'.\n", stderr);
        return STATUS_USAGE;
}

static bool is_version(const char *text) {
        char *end;
        unsigned long major = strtoul(text, &end, 10), minor;

        if (text[0] < '0' || text[0] > '9' || *end != '.' || end[1] < '0' || end[1] > '9')
                return false;
        minor = strtoul(end + 1, &end, 10);
        return *end == '\0' && major <= UINT16_MAX && minor <= UINT16_MAX;
}

enum {
        OPTION_MODULE = 256,
        OPTION_VERSION,
        OPTION_BUS_NAME,
        OPTION_PATH,
        OPTION_INTERFACE,
        OPTION_HELP,
};

static const struct option long_options[] = {
        { "module", required_argument, NULL, OPTION_MODULE },
        { "version", required_argument, NULL, OPTION_VERSION },
        { "bus-name", required_argument, NULL, OPTION_BUS_NAME },
        { "path", required_argument, NULL, OPTION_PATH },
        { "interface", required_argument, NULL, OPTION_INTERFACE },
        { "help", no_argument, NULL, OPTION_HELP },
        { 0 },
};

/* -1, or a status. */
static int set_name(const char **name, bool (*is_valid)(const char *text), const char *problem) {
        if (!is_valid(optarg))
                return refuse(problem, optarg);
        *name = optarg;
        return -1;
}

static int read_option(ImportOptions *o, int c, char **argv) {
        switch (c) {
        case 'o':
                o->output = optarg;
                return -1;
        case 'W':
                if (diagnostics_configure(o->diagnostics, optarg) < 0)
                        return refuse("there is no such warning: -W", optarg);
                return -1;
        case OPTION_MODULE:
                return set_name(&o->names.module, import_is_module_name,
                                "this cannot be the name of a module: ");
        case OPTION_VERSION:
                return set_name(&o->names.version, is_version, "a version is like 1.0, not ");
        case OPTION_BUS_NAME:
                return set_name(&o->names.bus_name, dbus_name_is_bus,
                                "this cannot be a bus name: ");
        case OPTION_PATH:
                return set_name(&o->names.path, dbus_name_is_path,
                                "this cannot be an object path: ");
        case OPTION_INTERFACE:
                ARENA_APPEND(o->arena, o->names.interfaces, o->names.n_interfaces, optarg);
                return -1;
        case OPTION_HELP:
                fputs(usage, stdout);
                return EXIT_SUCCESS;
        case ':':
                return refuse("a value is missing for ", argv[optind - 1]);
        default:
                return refuse("unknown option ", argv[optind - 1]);
        }
}

static int parse_options(ImportOptions *o, int argc, char **argv) {
        int c;

        opterr = 0;
        /* From the beginning, also when the process has parsed a command line before. */
        optind = 0;
        while ((c = getopt_long(argc, argv, ":o:W:", long_options, NULL)) != -1) {
                int status = read_option(o, c, argv);

                if (status >= 0)
                        return status;
        }
        return optind < argc ? -1 : refuse("no introspection data is given", "");
}

/* ---- the run ---- */

static int load(Arena *a, const char *path, Source **ret) {
        char *text = arena_alloc(a, IMPORT_SIZE_MAX + 1);
        FILE *f = fopen(path, "re");
        size_t size;
        int r = 0;

        if (!f)
                return -errno;
        errno = 0;
        size = fread(text, 1, IMPORT_SIZE_MAX + 1, f);
        if (ferror(f))
                r = errno > 0 ? -errno : -EIO;
        else if (size > IMPORT_SIZE_MAX)
                r = -EFBIG;
        else
                *ret = source_new(a, path, text, size);
        fclose(f);
        return r;
}

static int load_all(Arena *a, char **paths, size_t n, Source ***ret) {
        Source **sources = NULL;

        for (size_t i = 0; i < n;) {
                Source *source = NULL;
                int r = load(a, paths[i], &source);

                if (r == -EFBIG)
                        fprintf(stderr, "%s: error: a file has at most 4 MiB\n", paths[i]);
                else if (r < 0)
                        fprintf(stderr, "fascia-codegen import: cannot read '%s': %s\n", paths[i],
                                strerror(-r));
                if (r < 0)
                        return r;
                ARENA_APPEND(a, sources, i, source);
        }
        *ret = sources;
        return 0;
}

static int write_output(Arena *a, const char *path, const char *text) {
        Output output = { .arena = a };
        const char *failed;
        int r;

        if (!path)
                return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? STATUS_FAILED : 0;
        output_add(&output, path, text);
        r = output_commit(&output, &failed);
        if (r == 0)
                return EXIT_SUCCESS;
        fprintf(stderr, "fascia-codegen import: cannot write '%s': %s\n", failed, strerror(-r));
        return STATUS_FAILED;
}

static int import(Arena *a, int argc, char **argv) {
        ImportOptions o = { .arena = a, .diagnostics = diagnostics_new(a) };
        int status = parse_options(&o, argc, argv);
        size_t n = (size_t)(argc - optind);
        Source **sources;
        const char *text;

        if (status >= 0)
                return status;
        if (load_all(a, argv + optind, n, &sources) < 0)
                return STATUS_FAILED;
        text = import_sources(a, o.diagnostics, sources, n, &o.names);
        diagnostics_sort(o.diagnostics);
        diagnostics_print(o.diagnostics, stderr);
        if (!text || o.diagnostics->n_errors > 0)
                return STATUS_FAILED;
        return write_output(a, o.output, text);
}

static void out_of_memory(void) {
        fputs("fascia-codegen import: out of memory\n", stderr);
        exit(STATUS_FAILED);
}

int import_main(int argc, char **argv) {
        Arena *a = arena_new(out_of_memory);
        int status;

        if (!a)
                out_of_memory();
        status = import(a, argc, argv);
        arena_free(a);
        return status;
}
