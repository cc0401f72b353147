/* SPDX-License-Identifier: MIT */
/* Waits until a file of the user changes. */
#pragma once

#include "source.h"

/* Begins to watch where the input lies, and these directories: before the first run, so that nothing
 * is missed. A descriptor to close, or a negative errno. */
int watch_open(const char *input, const char *const *directories, size_t n_directories);

/* Returns 0 when one of the sources is not what was read any more, or another file has come that may
 * matter. */
int watch_wait(int fd, const Source *const *sources, size_t n_sources);
