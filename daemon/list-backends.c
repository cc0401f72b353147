/* SPDX-License-Identifier: MIT */
/* The table of all backends. */
#include "list-backends.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-list.h"
#include "check.h"

enum {
        COLUMN_NAME,
        COLUMN_KIND,
        COLUMN_INTERFACES,
        COLUMN_LIBRARY,
        COLUMN_PROBLEM,
        N_COLUMNS
};

/* All texts are owned. */
typedef struct Row {
        char *cells[N_COLUMNS];
} Row;

typedef struct Rows {
        Row *rows;
        size_t n;
} Rows;

/* ---- rows ---- */

static void rows_done(Rows *rows) {
        for (size_t i = 0; i < rows->n; i++)
                for (size_t c = 0; c < N_COLUMNS; c++)
                        free(rows->rows[i].cells[c]);
        free(rows->rows);
}

/* 0: it is there already. */
static int rows_add(Rows *rows, const char *name, Row **ret) {
        Row *grown;

        for (size_t i = 0; i < rows->n; i++)
                if (strcmp(rows->rows[i].cells[COLUMN_NAME], name) == 0)
                        return 0;
        grown = reallocarray(rows->rows, rows->n + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        rows->rows = grown;
        *ret = &grown[rows->n];
        **ret = (Row){ .cells = { strdup(name) } };
        if (!(*ret)->cells[COLUMN_NAME])
                return -ENOMEM;
        rows->n++;
        return 1;
}

static int compare_rows(const void *a, const void *b) {
        return strcmp(((const Row *)a)->cells[COLUMN_NAME], ((const Row *)b)->cells[COLUMN_NAME]);
}

static void rows_print(const Rows *rows) {
        static const char *const heads[] = { "NAME", "KIND", "INTERFACES", "LIBRARY", "PROBLEM" };
        int widths[N_COLUMNS];

        for (size_t c = 0; c < N_COLUMNS; c++) {
                widths[c] = (int)strlen(heads[c]);
                for (size_t i = 0; i < rows->n; i++)
                        if ((int)strlen(rows->rows[i].cells[c]) > widths[c])
                                widths[c] = (int)strlen(rows->rows[i].cells[c]);
        }
        for (size_t c = 0; c < N_COLUMNS - 1; c++)
                printf("%-*s  ", widths[c], heads[c]);
        puts(heads[COLUMN_PROBLEM]);
        for (size_t i = 0; i < rows->n; i++) {
                for (size_t c = 0; c < N_COLUMNS - 1; c++)
                        printf("%-*s  ", widths[c], rows->rows[i].cells[c]);
                puts(rows->rows[i].cells[COLUMN_PROBLEM]);
        }
}

/* ---- one backend ---- */

static const struct fascia_plugin_feature *feature_of(const struct fascia_plugin *p, uint32_t n) {
        return (const void *)((const char *)p->features + (size_t)n * p->feature_size);
}

static bool is_generic(const struct fascia_plugin *p) {
        for (uint32_t i = 0; i < p->n_features; i++)
                if (!feature_of(p, i)->interface)
                        return true;
        return false;
}

/* "a,b"; "*": any. */
static char *join_interfaces(const struct fascia_plugin *p) {
        char *text = NULL;
        size_t size;
        FILE *f;

        if (is_generic(p))
                return strdup("*");
        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        for (uint32_t i = 0; i < p->n_features; i++) {
                const struct fascia_interface *interface = feature_of(p, i)->interface;

                fprintf(f, "%s%s", i > 0 ? "," : "", interface->qualified_name);
        }
        if (fclose(f) == 0)
                return text;
        free(text);
        return NULL;
}

/* Whether it implements what matches the pattern; a pattern with a wildcard may be of none that is there. */
static bool implements(const struct fascia_plugin *p, const char *pattern) {
        if (strpbrk(pattern, "*?["))
                return true;
        for (uint32_t i = 0; i < p->n_features; i++) {
                const struct fascia_interface *interface = feature_of(p, i)->interface;

                if (!interface || fnmatch(pattern, interface->id, 0) == 0 ||
                    fnmatch(pattern, interface->qualified_name, 0) == 0)
                        return true;
        }
        return false;
}

/* What is said of it and not so; NULL: nothing, or there is no memory. */
static char *find_contradiction(const Host *host, const Config *config, const char *name,
                                const struct fascia_plugin *p) {
        char section[96], *patterns, *rest, *pattern, *text = NULL;
        const char *said;

        snprintf(section, sizeof(section), "backend/%s", name);
        said = config_lookup_in(config, section, "Interfaces", NULL);
        if (!said)
                return NULL;
        if (backend_is_said_to_simulate(host, name) && p->kind != FASCIA_PLUGIN_SIMULATION)
                return strdup("It is described as a simulation, and is none");
        patterns = rest = strdup(said);
        while (patterns && !text && (pattern = strsep(&rest, " ")))
                if (*pattern && !implements(p, pattern) &&
                    asprintf(&text, "It is described to implement %s, and does not", pattern) < 0)
                        text = NULL;
        free(patterns);
        return text;
}

static int row_finish(Row *row) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
                if (!row->cells[c])
                        row->cells[c] = strdup("");
                if (!row->cells[c])
                        return -ENOMEM;
        }
        return 0;
}

static int describe(Host *host, const Config *config, Rows *rows, const char *name) {
        const char *library = backend_get_library(host, name), *file;
        const struct fascia_plugin *p;
        char *problem = NULL;
        Row *row;
        int r;

        r = rows_add(rows, name, &row);
        if (r <= 0)
                return r;
        r = host_describe_plugin(host, library, &p, &file, &problem);
        if (r < 0) {
                row->cells[COLUMN_LIBRARY] = strdup(library);
                row->cells[COLUMN_PROBLEM] = problem;
                return row_finish(row);
        }
        row->cells[COLUMN_KIND] = strdup(p->kind == FASCIA_PLUGIN_SIMULATION ? "simulation"
                                                                             : "production");
        row->cells[COLUMN_INTERFACES] = join_interfaces(p);
        row->cells[COLUMN_LIBRARY] = strdup(*file ? file : "built in");
        row->cells[COLUMN_PROBLEM] = find_contradiction(host, config, name, p);
        return row_finish(row);
}

/* ---- all of them ---- */

static int describe_directory(Host *host, const Config *config, Rows *rows, const char *directory) {
        struct dirent *entry;
        int r = 0;
        DIR *d;

        d = opendir(directory);
        if (!d)
                return 0;
        while (r >= 0 && (entry = readdir(d))) {
                size_t n = strlen(entry->d_name);
                char name[256];

                if (n <= 3 || strcmp(entry->d_name + n - 3, ".so") != 0)
                        continue;
                snprintf(name, sizeof(name), "%.*s", (int)n - 3, entry->d_name);
                r = describe(host, config, rows, name);
        }
        closedir(d);
        return r;
}

static int describe_all(Host *host, const Config *config, Rows *rows) {
        char *path, *rest, *directory;
        const char *name = NULL;
        int r;

        r = describe(host, config, rows, "dbus");
        while (r >= 0 && (name = config_next_backend(config, name)))
                r = describe(host, config, rows, name);
        path = rest = strdup(config_get_string(config, NULL, NULL, "PluginPath"));
        if (!path)
                return -ENOMEM;
        while (r >= 0 && (directory = strsep(&rest, ":")))
                r = describe_directory(host, config, rows, directory);
        free(path);
        return r;
}

int list_backends(Config *config, bool dev) {
        Rows rows = { NULL, 0 };
        int r, n_problems = 0;
        Host *host;

        host = check_open_host(config, dev);
        if (!host)
                return -ENOMEM;
        r = describe_all(host, config, &rows);
        if (r >= 0) {
                qsort(rows.rows, rows.n, sizeof(*rows.rows), compare_rows);
                rows_print(&rows);
        }
        for (size_t i = 0; r >= 0 && i < rows.n; i++)
                n_problems += *rows.rows[i].cells[COLUMN_PROBLEM] != '\0';
        rows_done(&rows);
        host_free(host);
        return r < 0 ? r : n_problems;
}
