/* SPDX-License-Identifier: MIT */
/* Reads and writes the files of states. A write ends with the data on the disk, the name on the data, and the name on
 * the disk, in this order: in between, the file of before is what there is. */
#include "state-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE (4 * 1024 * 1024)
/* As many that were set aside are kept. */
#define MAX_ASIDE 9

static int open_directory(const char *path) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static int read_all(int fd, char **ret, size_t *ret_size) {
        struct stat st;
        size_t n = 0;
        char *text;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_size > MAX_SIZE)
                return -EBADMSG;
        text = malloc((size_t)st.st_size + 1);
        if (!text)
                return -ENOMEM;
        while (n < (size_t)st.st_size) {
                ssize_t k = read(fd, text + n, (size_t)st.st_size - n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0) {
                        int error = -errno;

                        free(text);
                        return error;
                }
                if (k == 0)
                        break;
                n += (size_t)k;
        }
        text[n] = '\0';
        *ret = text;
        *ret_size = n;
        return 0;
}

int state_file_read(const char *directory, const char *name, char **ret, size_t *ret_size) {
        int at, fd, r;

        at = open_directory(directory);
        if (at < 0)
                return at;
        /* A link would be somebody else's file, and a pipe would block. */
        fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        r = fd < 0 ? -errno : 0;
        close(at);
        if (r < 0)
                return r == -ELOOP ? -EBADMSG : r;
        r = read_all(fd, ret, ret_size);
        close(fd);
        return r;
}

static int write_all(int fd, const char *text, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, text, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text += n;
                size -= (size_t)n;
        }
        return fsync(fd) < 0 ? -errno : 0;
}

/* What is left of a write that did not come to its end goes first. */
static int write_beside(int at, const char *name, const char *text, size_t size) {
        int fd, r;

        if (unlinkat(at, name, 0) < 0 && errno != ENOENT)
                return -errno;
        fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, size);
        if (close(fd) < 0 && r >= 0)
                r = -errno;
        if (r < 0)
                (void)unlinkat(at, name, 0);
        return r;
}

int state_file_write(const char *directory, const char *name, const char *text, size_t size) {
        char *beside;
        int at, r;

        /* The next start would not read it, and begin anew. */
        if (size > MAX_SIZE)
                return -EFBIG;
        if (asprintf(&beside, ".%s.new", name) < 0)
                return -ENOMEM;
        at = open_directory(directory);
        r = at < 0 ? at : write_beside(at, beside, text, size);
        if (r >= 0 && renameat(at, beside, at, name) < 0)
                r = -errno;
        if (r >= 0 && fsync(at) < 0)
                r = -errno;
        if (at >= 0)
                close(at);
        free(beside);
        return r;
}

/* One that is not there yet; the last one, when there are too many. */
static int find_name(int at, const char *name, char **ret) {
        for (unsigned n = 1;; n++) {
                struct stat st;

                if (asprintf(ret, "%s.bad-%u", name, n) < 0)
                        return -ENOMEM;
                if (n == MAX_ASIDE || fstatat(at, *ret, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        return 0;
                free(*ret);
        }
}

int state_file_set_aside(const char *directory, const char *name, char **ret_name) {
        char *aside = NULL;
        int at, r;

        at = open_directory(directory);
        if (at < 0)
                return at;
        r = find_name(at, name, &aside);
        if (r >= 0 && renameat(at, name, at, aside) < 0)
                r = -errno;
        close(at);
        if (r < 0)
                free(aside);
        else
                *ret_name = aside;
        return r;
}
