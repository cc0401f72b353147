/* SPDX-License-Identifier: MIT */
/* Takes doc comments apart: single statements, on one line each, and what they say beside them. A
 * command begins with '@' or with '\'; of a link stays where it leads to. doc may be NULL. */
#pragma once

#include "arena.h"

/* The text of @brief, or else the first paragraph; NULL: there is none. */
const char *doc_brief(Arena *a, const char *doc);
/* Everything that is not the brief or in one of the statements below, its lines as they were written, a
 * blank one between paragraphs. NULL: there is nothing. */
const char *doc_description(Arena *a, const char *doc);
/* The text of @param NAME. */
const char *doc_parameter(Arena *a, const char *doc, const char *name);
/* The text of @return, or @returns. */
const char *doc_return(Arena *a, const char *doc);
/* The text of @since. */
const char *doc_since(Arena *a, const char *doc);
/* The text of @deprecated; "": there is no more to say. */
const char *doc_deprecated(Arena *a, const char *doc);
/* The text of each @see. */
size_t doc_see(Arena *a, const char *doc, const char ***ret);

/* All lines without their marks, and without blank lines at both ends. Nothing in them begins or ends a
 * comment. */
size_t doc_lines(Arena *a, const char *doc, const char ***ret);
