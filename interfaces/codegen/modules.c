/* SPDX-License-Identifier: MIT */
/* Loads an interface file with the modules that it imports. */
#include "modules.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

void modules_add_source(Modules *s, Source *source) {
        source->order = (unsigned)s->n_sources;
        ARENA_APPEND(s->arena, s->sources, s->n_sources, source);
}

/* ---- what there is to import ---- */

static bool is_interface_file(const char *name) {
        static const char suffix[] = ".qface";
        size_t size = strlen(name);

        return size > strlen(suffix) && strcmp(name + size - strlen(suffix), suffix) == 0;
}

/* A file whose first lines are no module is somebody else's: nothing is said about it. */
static void add_candidate(Modules *s, const char *path) {
        Source *source;
        Module *m;

        if (source_load(s->arena, path, &source) < 0)
                return;
        m = parser_parse_head(s->arena, source);
        if (!m)
                return;
        ARENA_APPEND(s->arena, s->candidates, s->n_candidates,
                     ((Candidate){ source->path, m->symbol.name, m->major, m->minor }));
}

static int compare_entries(const FTSENT **a, const FTSENT **b) {
        return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void scan(Modules *s, const char *directory, bool deep) {
        char *const paths[] = { arena_strndup(s->arena, directory, strlen(directory)), NULL };
        FTS *fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, compare_entries);
        FTSENT *e;

        while (fts && (e = fts_read(fts))) {
                bool is_hidden = e->fts_level > 0 && e->fts_name[0] == '.';

                if (e->fts_info == FTS_D && (is_hidden || (!deep && e->fts_level > 0)))
                        fts_set(fts, e, FTS_SKIP);
                else if (e->fts_info == FTS_F && !is_hidden && is_interface_file(e->fts_name))
                        add_candidate(s, e->fts_path);
        }
        if (fts)
                fts_close(fts);
}

/* What lies beside the file is found without -I. */
static void index_candidates(Modules *s) {
        const char *path = s->sources[0]->path;
        const char *slash = strrchr(path, '/');

        if (s->is_indexed)
                return;
        s->is_indexed = true;
        scan(s, slash ? arena_strndup(s->arena, path, (size_t)(slash + 1 - path)) : ".", false);
        for (size_t i = 0; i < s->n_directories; i++)
                scan(s, s->directories[i], true);
}

static bool is_same_file(const char *a, const char *b) {
        char *x = realpath(a, NULL), *y = realpath(b, NULL);
        bool same = x && y && strcmp(x, y) == 0;

        free(x);
        free(y);
        return same;
}

/* The same version counts more than the place. */
static const Candidate *find_candidate(Modules *s, const Import *import) {
        const Candidate *best = NULL, *other = NULL;

        index_candidates(s);
        for (size_t i = 0; i < s->n_candidates; i++) {
                const Candidate *c = &s->candidates[i];
                bool fits = c->major == import->major && c->minor == import->minor;

                if (strcmp(c->name, import->name) != 0)
                        continue;
                if (!best || (fits && (best->major != c->major || best->minor != c->minor))) {
                        best = c;
                        other = NULL;
                } else if (!other && best->major == c->major && best->minor == c->minor &&
                           !is_same_file(best->path, c->path)) {
                        other = c;
                }
        }
        if (other)
                diagnostics_warning(s->diagnostics, WARNING_DUPLICATE_MODULE, import->span,
                                    "'%s' is in '%s' and in '%s': the first is used", import->name,
                                    best->path, other->path);
        return best;
}

/* ---- loading ---- */

static Module *load(Modules *s, Source *source);

static void report_missing(Modules *s, const Import *import) {
        const char **names = NULL;
        size_t n = 0;

        diagnostics_error(s->diagnostics, import->span, "there is no module '%s'", import->name);
        for (size_t i = 0; i < s->n_candidates; i++)
                ARENA_APPEND(s->arena, names, n, s->candidates[i].name);
        if (n > 0)
                diagnostics_suggest(s->diagnostics, import->name, names, n);
        else
                diagnostics_note(s->diagnostics,
                                 "say with -I below which directory it is to be looked for");
}

static Module *load_import(Modules *s, const Import *import) {
        const Candidate *c = find_candidate(s, import);
        Source *source;
        int r;

        if (!c) {
                report_missing(s, import);
                return NULL;
        }
        r = source_load(s->arena, c->path, &source);
        if (r < 0) {
                diagnostics_error(s->diagnostics, import->span, "cannot read '%s': %s", c->path,
                                  strerror(-r));
                return NULL;
        }
        source->is_imported = true;
        return load(s, source);
}

/* NULL: it is to be loaded, or there is a cycle. */
static Module *find_begun(Modules *s, const char *name) {
        for (size_t i = 0; i < s->n_begun; i++)
                if (strcmp(s->begun[i]->symbol.name, name) == 0)
                        return s->begun[i];
        return NULL;
}

static void report_cycle(Modules *s, const Module *m, const Import *import) {
        if (strcmp(m->symbol.name, import->name) == 0)
                diagnostics_error(s->diagnostics, import->span, "'%s' imports itself",
                                  import->name);
        else
                diagnostics_error(s->diagnostics, import->span,
                                  "'%s' imports itself: it needs '%s', which needs it",
                                  import->name, m->symbol.name);
}

static void resolve_import(Modules *s, const Module *m, Import *import) {
        Module *found = find_begun(s, import->name);

        if (found && found->loading) {
                report_cycle(s, m, import);
                return;
        }
        import->module = found ? found : load_import(s, import);
        found = import->module;
        if (found && (found->major != import->major || found->minor != import->minor))
                diagnostics_warning(s->diagnostics, WARNING_IMPORT_VERSION, import->version_span,
                                    "'%s' is there in version %u.%u, not %u.%u", import->name,
                                    found->major, found->minor, import->major, import->minor);
}

static Module *parse(Modules *s, Source *source) {
        Span bad = { .source = source, .length = 1 };

        modules_add_source(s, source);
        if (source_find_bad_byte(source, &bad.offset) == 0) {
                diagnostics_error(s->diagnostics, bad,
                                  source->text[bad.offset] == '\0'
                                          ? "a NUL byte cannot be in an interface file"
                                          : "this is not UTF-8");
                return NULL;
        }
        return parser_parse(s->arena, s->diagnostics, source);
}

static Module *load(Modules *s, Source *source) {
        Module *m = parse(s, source);

        if (!m)
                return NULL;
        ARENA_APPEND(s->arena, s->begun, s->n_begun, m);
        m->loading = true;
        for (size_t i = 0; i < m->n_imports; i++)
                resolve_import(s, m, &m->imports[i]);
        m->loading = false;
        ARENA_APPEND(s->arena, s->items, s->n_items, m);
        return m;
}

Module *modules_load(Modules *s, Source *source) {
        return load(s, source);
}
