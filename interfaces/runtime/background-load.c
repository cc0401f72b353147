/* SPDX-License-Identifier: MIT */
/* Loads the file of a plugin in a thread of its own, because that may take long, and the loop must not wait. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-private.h"

#define POST_TRIES 100
#define POST_WAIT_USEC 10000

struct BackgroundLoad {
        Host *host;
        BackgroundLoadFn *fn;
        void *userdata;
        pthread_t thread;
        char *name;
        /* The thread's until it has posted. */
        PluginSource source;
        Library *library;
        char *text;
        int r;
};

/* A library stays loaded when the host has it already: its plugin may be in use. */
static int load_hand_over(BackgroundLoad *l, char **reterr_text) {
        Library *library = l->library;

        l->library = NULL;
        if (!host_has_plugin(l->host, l->name))
                return host_take_library(l->host, l->name, library, NULL, reterr_text);
        library_unload(library);
        return 0;
}

static void on_loaded(void *userdata) {
        BackgroundLoad *l = userdata;
        char *text = l->text;
        int r = l->r;

        l->text = NULL;
        if (r >= 0)
                r = load_hand_over(l, &text);
        l->fn(r, text, l->userdata); /* which frees it, as a rule */
        free(text);
}

static void *load(void *userdata) {
        BackgroundLoad *l = userdata;

        l->r = plugin_library_load(&l->source, l->name, &l->library, &l->text);
        /* Somebody waits for it: it is worth some patience that there is no memory for a moment. */
        for (int i = 0; i < POST_TRIES && loop_post(l->host->loop, on_loaded, l) == -ENOMEM; i++)
                usleep(POST_WAIT_USEC);
        return NULL;
}

int host_load_in_background(Host *host, const char *name, BackgroundLoadFn *fn, void *userdata,
                            BackgroundLoad **ret) {
        BackgroundLoad *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        l->host = host;
        l->fn = fn;
        l->userdata = userdata;
        l->source = (PluginSource){ host->plugin_path, host->allow_own_plugins };
        l->name = strdup(backend_get_library(host, name));
        r = l->name ? -pthread_create(&l->thread, NULL, load, l) : -ENOMEM;
        if (r < 0) {
                free(l->name);
                free(l);
                return r;
        }
        *ret = l;
        return 0;
}

BackgroundLoad *background_load_free(BackgroundLoad *l) {
        if (!l)
                return NULL;
        pthread_join(l->thread, NULL);
        loop_unpost(l->host->loop, l);
        library_unload(l->library);
        free(l->text);
        free(l->name);
        free(l);
        return NULL;
}
