/* SPDX-License-Identifier: MIT */
/* Finds single statements in doc comments, on one line each, and all lines without their marks. */
#pragma once

#include <stdbool.h>

#include "arena.h"

/* The text of @brief (or \brief), or else the first paragraph; NULL: there is none. */
const char *doc_brief(Arena *a, const char *doc);
/* Whether @brief (or \brief) says it. */
bool doc_has_brief(const char *doc);
/* The text of @param NAME. */
const char *doc_parameter(Arena *a, const char *doc, const char *name);
/* The text of @return. */
const char *doc_return(Arena *a, const char *doc);

/* Without blank lines at both ends; doc may be NULL. Nothing in them begins or ends a comment. */
size_t doc_lines(Arena *a, const char *doc, const char ***ret);
