/* SPDX-License-Identifier: MIT */
/* The numbers of a recording as a table (CSV, RFC 4180), and back. */
#pragma once

#include <stdio.h>

/* path is what messages call the text. Each returns the exit status, and has said what is wrong. */

/* A column for each property, or for those that are named. STATUS_UNKNOWN: there are none. */
int table_export(const char *path, const char *recording, int n, char *const names[], FILE *out);
/* A line of a recording for each number. */
int table_import(const char *path, const char *table, FILE *out);
