/* SPDX-License-Identifier: MIT */
/* What the outputs depend on, as make reads it. */
#pragma once

#include "output.h"
#include "source.h"

/* Adds the file, for what is among the outputs already. */
void depfile_add(Output *o, const char *path, const Source *const *sources, size_t n_sources);
