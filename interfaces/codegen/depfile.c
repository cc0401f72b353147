/* SPDX-License-Identifier: MIT */
/* What the outputs depend on, as make reads it. */
#include "depfile.h"

#include <string.h>

#include "text.h"

static void add_path(Text *t, const char *path) {
        for (; *path != '\0'; path++) {
                if (strchr(" #\\", *path))
                        text_add(t, "\\");
                else if (*path == '$')
                        text_add(t, "$");
                text_add_bytes(t, path, 1);
        }
}

void depfile_add(Output *o, const char *path, const Source *const *sources, size_t n_sources) {
        Text t;

        text_init(&t, o->arena);
        for (size_t i = 0; i < o->n_files; i++) {
                add_path(&t, output_path(o, i));
                text_add(&t, i + 1 < o->n_files ? " \\\n" : ":");
        }
        for (size_t i = 0; i < n_sources; i++) {
                text_add(&t, " \\\n ");
                add_path(&t, sources[i]->path);
        }
        text_add(&t, "\n");
        /* A file that is gone is no error: what is made without it tells. */
        for (size_t i = 0; i < n_sources; i++) {
                text_add(&t, "\n");
                add_path(&t, sources[i]->path);
                text_add(&t, ":\n");
        }
        output_add(o, path, t.bytes);
}
