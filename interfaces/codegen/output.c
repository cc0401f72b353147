/* SPDX-License-Identifier: MIT */
/* Files that are written all or not at all. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct OutputFile {
        const char *path;
        const char *text;
        char *temporary; /* NULL: not there */
} OutputFile;

void output_add(Output *o, const char *path, const char *text) {
        OutputFile file = { .path = path, .text = text };

        ARENA_APPEND(o->arena, o->files, o->n_files, file);
}

const char *output_path(const Output *o, size_t i) {
        return o->files[i].path;
}

const char *output_text(const Output *o, size_t i) {
        return o->files[i].text;
}

static int make_directories(Arena *a, const char *path) {
        char *copy = arena_strndup(a, path, strlen(path));

        for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                if (mkdir(copy, 0777) < 0 && errno != EEXIST)
                        return -errno;
                *p = '/';
        }
        return 0;
}

static int write_all(int fd, const char *text) {
        size_t size = strlen(text);

        while (size > 0) {
                ssize_t n = write(fd, text, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text += n;
                size -= (size_t)n;
        }
        return 0;
}

/* mkostemp() makes files for their owner only; these are as others of the build. */
static mode_t usual_mode(void) {
        mode_t mask = umask(0);

        umask(mask);
        return 0666 & ~mask;
}

static int write_temporary(Arena *a, OutputFile *file) {
        char *temporary = arena_printf(a, "%s.XXXXXX", file->path);
        int r = make_directories(a, file->path);
        int fd;

        if (r < 0)
                return r;
        fd = mkstemp(temporary);
        if (fd < 0)
                return -errno;
        file->temporary = temporary;
        r = write_all(fd, file->text);
        if (r == 0 && fchmod(fd, usual_mode()) < 0)
                r = -errno;
        if (close(fd) < 0 && r == 0)
                r = -errno;
        return r;
}

static void remove_temporaries(Output *o) {
        for (size_t i = 0; i < o->n_files; i++)
                if (o->files[i].temporary)
                        (void)unlink(o->files[i].temporary);
}

int output_commit(Output *o, const char **reterr_path) {
        int r = 0;

        for (size_t i = 0; i < o->n_files && r == 0; i++) {
                r = write_temporary(o->arena, &o->files[i]);
                if (r < 0)
                        *reterr_path = o->files[i].path;
        }
        for (size_t i = 0; i < o->n_files && r == 0; i++) {
                if (rename(o->files[i].temporary, o->files[i].path) < 0) {
                        r = -errno;
                        *reterr_path = o->files[i].path;
                        break;
                }
                o->files[i].temporary = NULL;
        }
        if (r < 0)
                remove_temporaries(o);
        return r;
}
