/* SPDX-License-Identifier: MIT */
/* What backends post from other threads to that of the loop. It is kept here and not in the loop, so that it is gone with the host. */
#pragma once

#include <fascia/backend.h>

#include "loop.h"

typedef struct PostQueue PostQueue;

/* Runs one on the thread of the loop. */
typedef void PostRunFn(fascia_host_fn *fn, void *userdata, void *host);

/* -ENOMEM. */
int post_queue_new(Loop *loop, PostRunFn *run, void *host, PostQueue **ret);
/* What has not run is void; also from within what runs. */
PostQueue *post_queue_free(PostQueue *q);
/* From any thread. -ENOMEM. */
int post_queue_add(PostQueue *q, fascia_host_fn *fn, void *userdata);
/* From any thread: nothing that was posted with userdata will begin, when that is the loop's. */
void post_queue_remove(PostQueue *q, const void *userdata);
