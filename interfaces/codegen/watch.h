/* SPDX-License-Identifier: MIT */
/* Waits until a file of the user changes. */
#pragma once

#include "source.h"

/* Returns 0 when one of the sources is not what was read any more, or something happened in one of
 * the directories. input: watched also when it could not be read. */
int watch_wait(const char *input, const Source *const *sources, size_t n_sources,
               const char *const *directories, size_t n_directories);
