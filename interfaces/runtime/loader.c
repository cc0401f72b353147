/* SPDX-License-Identifier: MIT */
/* Loads shared libraries, only those that nobody but root (at the desk: or the own user) can have
 * written. */
#include "loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct Library {
        int fd; /* that was checked, until it is loaded */
        void *handle;
        const void *symbol;
        char *file;
};

int load_error(char **reterr_text, int code, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        if (vasprintf(reterr_text, format, ap) < 0)
                *reterr_text = NULL;
        va_end(ap);
        return code;
}

static const char *distrust(const struct stat *st, mode_t type, bool allow_own) {
        if ((st->st_mode & S_IFMT) != type)
                return type == S_IFDIR ? "it is not a directory" : "it is not a regular file";
        if (st->st_uid != 0 && !(allow_own && st->st_uid == geteuid()))
                return "it does not belong to root";
        if (st->st_mode & (S_IWGRP | S_IWOTH))
                return "others may write to it";
        return NULL;
}

static int open_checked(int directory, const char *name, mode_t type, bool allow_own,
                        const char *shown, char **reterr_text) {
        const char *reason;
        struct stat st;
        int fd, r;

        fd = openat(directory, name,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK |
                            (type == S_IFDIR ? O_DIRECTORY : O_NOFOLLOW));
        if (fd < 0) {
                r = -errno;
                return load_error(reterr_text, r, "Cannot open '%s': %s", shown, strerror(-r));
        }
        if (fstat(fd, &st) < 0) {
                r = -errno;
                close(fd);
                return load_error(reterr_text, r, "Cannot look at '%s': %s", shown, strerror(-r));
        }
        reason = distrust(&st, type, allow_own);
        if (reason) {
                close(fd);
                return load_error(reterr_text, -EPERM, "'%s' is not trusted: %s", shown, reason);
        }
        return fd;
}

/*
 * The loader gives a library again for the name that it was first loaded by. When two hosts have loaded one
 * file, it goes by the number that it had with the first; once that one is gone, another file may get the
 * number. So no name is used twice: the number of times that this was done is written in the path, each bit as
 * one of two ways to say nothing.
 */
static void name_for_loader(int fd, char *buffer, size_t size) {
        static unsigned n_names;
        unsigned number = __atomic_add_fetch(&n_names, 1, __ATOMIC_RELAXED);
        size_t n = (size_t)snprintf(buffer, size, "/proc/self/fd");

        for (; number > 0; number >>= 1)
                n += (size_t)snprintf(buffer + n, size - n, "%s", number & 1 ? "/." : "//");
        snprintf(buffer + n, size - n, "/%d", fd);
}

static int library_link(Library *l, const char *symbol, char **reterr_text) {
        char name[sizeof("/proc/self/fd/") + 2 * 8 * sizeof(unsigned) + 3 * sizeof(int)];

        name_for_loader(l->fd, name, sizeof(name));
        l->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
        if (!l->handle)
                return load_error(reterr_text, -ELIBBAD, "Cannot load '%s': %s", l->file,
                                  dlerror());
        l->symbol = dlsym(l->handle, symbol);
        if (!l->symbol)
                return load_error(reterr_text, -ELIBBAD, "'%s' has no symbol '%s'", l->file,
                                  symbol);
        return 0;
}

static int library_load_from(const char *directory, const char *file, const char *symbol,
                             bool allow_own, Library **ret, char **reterr_text) {
        int directory_fd = -1;
        Library *l;
        int r;

        l = calloc(1, sizeof(*l));
        if (!l || asprintf(&l->file, "%s/%s", directory, file) < 0) {
                free(l);
                return load_error(reterr_text, -ENOMEM, "No memory to load '%s'", file);
        }
        l->fd = -1;
        r = directory_fd = open_checked(AT_FDCWD, directory, S_IFDIR, allow_own, directory,
                                        reterr_text);
        if (r >= 0)
                r = l->fd = open_checked(directory_fd, file, S_IFREG, allow_own, l->file,
                                         reterr_text);
        if (r >= 0)
                r = library_link(l, symbol, reterr_text);
        if (directory_fd >= 0)
                close(directory_fd);
        if (l->fd >= 0)
                close(l->fd);
        if (r < 0) {
                library_unload(l);
                return r;
        }
        *ret = l;
        return 0;
}

int library_load(const char *path, const char *file, const char *symbol, bool allow_own,
                 Library **ret, char **reterr_text) {
        char *copy, *rest, *directory;
        int r = -ENOENT;

        copy = rest = strdup(path);
        if (!copy)
                return load_error(reterr_text, -ENOMEM, "No memory to load '%s'", file);
        while (r == -ENOENT && (directory = strsep(&rest, ":"))) {
                char *text = NULL;

                if (!*directory)
                        continue;
                r = library_load_from(directory, file, symbol, allow_own, ret, &text);
                if (r < 0 && r != -ENOENT)
                        *reterr_text = text;
                else
                        free(text);
        }
        free(copy);
        if (r == -ENOENT)
                return load_error(reterr_text, r, "There is no '%s' in '%s'", file, path);
        return r;
}

Library *library_unload(Library *l) {
        if (!l)
                return NULL;
        if (l->handle)
                dlclose(l->handle);
        free(l->file);
        free(l);
        return NULL;
}

const void *library_get_symbol(const Library *l) {
        return l->symbol;
}

const char *library_get_file(const Library *l) {
        return l->file;
}
