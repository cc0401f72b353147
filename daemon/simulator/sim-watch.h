/* SPDX-License-Identifier: MIT */
/* Tells when files are written anew. */
#pragma once

#include <fascia/backend.h>

typedef struct SimWatch SimWatch;
typedef void SimWatchFn(void *userdata);

/* fn runs from the loop, once for what changes together. */
int sim_watch_new(struct fascia_host *host, SimWatchFn *fn, void *userdata, SimWatch **ret);
SimWatch *sim_watch_free(SimWatch *w);
/* Also one that is not there yet, in a directory that is. Nothing happens to one that is watched already. */
int sim_watch_add(SimWatch *w, const char *path);
