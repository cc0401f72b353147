/* SPDX-License-Identifier: MIT */
/* Waits until a file of the user changes. */
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Editors write another file and rename it: the directory is what tells. */
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE)

static int watch_directory_of(int fd, const char *path) {
        const char *slash = strrchr(path, '/');
        char directory[PATH_MAX];

        if (!slash)
                return inotify_add_watch(fd, ".", EVENTS) < 0 ? -errno : 0;
        if ((size_t)(slash - path) >= sizeof(directory) - 1)
                return -ENAMETOOLONG;
        snprintf(directory, sizeof(directory), "%.*s", (int)(slash + 1 - path), path);
        return inotify_add_watch(fd, directory, EVENTS) < 0 ? -errno : 0;
}

/* By what is in it: a time stamp may be the same. */
static bool has_changed(const Source *s) {
        char *text = malloc(s->size + 1);
        FILE *f = fopen(s->path, "re");
        bool changed = true;

        if (f && text)
                changed = fread(text, 1, s->size + 1, f) != s->size ||
                          memcmp(text, s->text, s->size) != 0;
        if (f)
                fclose(f);
        free(text);
        return changed;
}

static bool any_has_changed(const Source *const *sources, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (has_changed(sources[i]))
                        return true;
        return false;
}

static bool ends_with(const char *text, const char *end) {
        size_t size = strlen(text), n = strlen(end);

        return size >= n && strcmp(text + size - n, end) == 0;
}

/* A new file may be the module, or the annotations, that were missing. */
static bool matters(const char *name) {
        return ends_with(name, ".qface") || ends_with(name, ".yaml");
}

static bool is_source(const char *name, const Source *const *sources, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *slash = strrchr(sources[i]->path, '/');

                if (strcmp(slash ? slash + 1 : sources[i]->path, name) == 0)
                        return true;
        }
        return false;
}

/* 1: something that matters. What happened while the sources were read is in them already. */
static int read_events(int fd, const Source *const *sources, size_t n_sources) {
        char buffer[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
                __attribute__((aligned(__alignof__(struct inotify_event))));
        ssize_t size = read(fd, buffer, sizeof(buffer));

        if (size < 0)
                return errno == EINTR ? 0 : -errno;
        for (ssize_t at = 0; at < size;) {
                const struct inotify_event *event = (const struct inotify_event *)(buffer + at);

                if (event->len > 0 && matters(event->name) &&
                    !is_source(event->name, sources, n_sources))
                        return 1;
                at += (ssize_t)(sizeof(*event) + event->len);
        }
        return any_has_changed(sources, n_sources);
}

int watch_open(const char *input, const char *const *directories, size_t n_directories) {
        int fd = inotify_init1(IN_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;
        r = watch_directory_of(fd, input);
        if (r < 0) {
                close(fd);
                return r;
        }
        /* One that is not there has nothing to offer. */
        for (size_t i = 0; i < n_directories; i++)
                (void)inotify_add_watch(fd, directories[i], EVENTS);
        return fd;
}

int watch_wait(int fd, const Source *const *sources, size_t n_sources) {
        int r = 0;

        for (size_t i = 0; i < n_sources && r >= 0; i++)
                r = watch_directory_of(fd, sources[i]->path);
        /* What changed before it was watched. */
        if (r >= 0 && any_has_changed(sources, n_sources))
                return 0;
        while (r >= 0 && (r = read_events(fd, sources, n_sources)) == 0)
                ;
        return r < 0 ? r : 0;
}
