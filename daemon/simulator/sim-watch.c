/* SPDX-License-Identifier: MIT */
/* Tells when files are written anew. */
#include "sim-watch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Who saves several files, or one in steps, is waited for. */
#define DELAY_USEC 100000u

typedef struct Watched {
        int directory; /* of inotify */
        char *name;    /* in it */
} Watched;

struct SimWatch {
        int fd;
        struct fascia_io *io;
        struct fascia_timer *timer;
        Watched *files;
        size_t n_files;
        SimWatchFn *fn;
        void *userdata;
};

static bool is_watched(const SimWatch *w, int directory, const char *name) {
        for (size_t i = 0; i < w->n_files; i++)
                if (w->files[i].directory == directory && strcmp(w->files[i].name, name) == 0)
                        return true;
        return false;
}

static void on_input(uint32_t events, void *userdata) {
        SimWatch *w = userdata;
        _Alignas(struct inotify_event) char buffer[4096];
        ssize_t size;

        (void)events;
        while ((size = read(w->fd, buffer, sizeof(buffer))) > 0) {
                const struct inotify_event *e;

                for (char *p = buffer; p < buffer + size; p += sizeof(*e) + e->len) {
                        e = (const void *)p;
                        /* What was lost may have been one of ours. */
                        if (e->mask & IN_Q_OVERFLOW ||
                            (e->len > 0 && is_watched(w, e->wd, e->name)))
                                (void)fascia_timer_set(w->timer, DELAY_USEC);
                }
        }
}

static void on_timer(void *userdata) {
        SimWatch *w = userdata;

        w->fn(w->userdata);
}

int sim_watch_new(struct fascia_host *host, SimWatchFn *fn, void *userdata, SimWatch **ret) {
        SimWatch *w;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->fn = fn;
        w->userdata = userdata;
        w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        r = w->fd < 0 ? -errno : fascia_host_add_timer(host, on_timer, w, &w->timer);
        if (r >= 0)
                r = fascia_host_add_io(host, w->fd, POLLIN, on_input, w, &w->io);
        if (r < 0) {
                sim_watch_free(w);
                return r;
        }
        *ret = w;
        return 0;
}

SimWatch *sim_watch_free(SimWatch *w) {
        if (!w)
                return NULL;
        fascia_io_free(w->io);
        fascia_timer_free(w->timer);
        if (w->fd >= 0)
                close(w->fd);
        for (size_t i = 0; i < w->n_files; i++)
                free(w->files[i].name);
        free(w->files);
        free(w);
        return NULL;
}

/* The directory, because an editor puts another file in place of the old one. */
static int watch_directory_of(SimWatch *w, const char *path, const char *name) {
        char *directory = name > path ? strndup(path, (size_t)(name - path)) : strdup(".");
        int wd;

        if (!directory)
                return -ENOMEM;
        wd = inotify_add_watch(w->fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
        wd = wd < 0 ? -errno : wd;
        free(directory);
        return wd;
}

int sim_watch_add(SimWatch *w, const char *path) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        Watched *files;
        int wd;

        wd = watch_directory_of(w, path, name);
        if (wd < 0)
                return wd;
        if (is_watched(w, wd, name))
                return 0;
        files = reallocarray(w->files, w->n_files + 1, sizeof(*files));
        if (!files)
                return -ENOMEM;
        w->files = files;
        w->files[w->n_files] = (Watched){ .directory = wd, .name = strdup(name) };
        if (!w->files[w->n_files].name)
                return -ENOMEM;
        w->n_files++;
        return 0;
}
