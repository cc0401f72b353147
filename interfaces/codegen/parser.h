/* SPDX-License-Identifier: MIT */
/* Reads an interface file, the whole grammar of qface, into a model. */
#pragma once

#include "model.h"

/* Stops at the first error; NULL: there was one. Names of types are not looked up yet. */
Module *parser_parse(Arena *a, Diagnostics *d, const Source *source);
/* Only the line of the module; NULL: there is none. */
Module *parser_parse_head(Arena *a, const Source *source);
