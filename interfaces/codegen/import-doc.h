/* SPDX-License-Identifier: MIT */
/* Doc comments of interface files, from the texts of introspection data. */
#pragma once

#include <stdbool.h>

#include "text.h"

/* How wide a line of an interface file is, in bytes. */
#define IMPORT_WIDTH 100

/* "@param data", or "@return", and what is said of it. */
typedef struct DocCommand {
        const char *command;
        const char *doc;
} DocCommand;

/* Adds one, when there is anything to say; doc may be NULL. */
void import_doc_add(Text *out, const char *indent, const char *doc, const DocCommand *commands,
                    size_t n_commands);
/* The same on one line, when it fits. */
void import_doc_add_short(Text *out, const char *indent, const char *doc);

/* True: there is a word in it. */
bool import_doc_says_something(const char *doc);
