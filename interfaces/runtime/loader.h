/* SPDX-License-Identifier: MIT */
/* Loads shared libraries, only those that nobody but root (at the desk: or the own user) can have
 * written. */
#pragma once

#include <stdbool.h>

typedef struct Library Library;

/* Searches the directories of the path (separated by ':') for the file and loads it through the
 * descriptor that was checked. On failure reterr_text (never NULL then, but without memory) names
 * file and reason, to be freed. -ENOENT: in none of the directories; -EPERM: not to be trusted;
 * -ELIBBAD: not loadable, or without the symbol. */
int library_load(const char *path, const char *file, const char *symbol, bool allow_own,
                 Library **ret, char **reterr_text);
Library *library_unload(Library *l);

/* The object that the symbol names. */
const void *library_get_symbol(const Library *l);
/* The file that was loaded. */
const char *library_get_file(const Library *l);

/* Sets the text, to be freed (NULL: no memory), and returns the code. */
int load_error(char **reterr_text, int code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
