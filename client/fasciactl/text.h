/* SPDX-License-Identifier: MIT */
/* Values as they are typed and shown in a terminal. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include <fascia/descriptor.h>

/* What was typed, as value_from_json() takes it: texts as they are; names, numbers, true or false; lists, structs, maps
 * and variants as JSON. NULL: it is none, and *reterr_text (to be freed) says why; without that, no memory. */
json_t *json_from_text(const struct fascia_type *type, const char *text, char **reterr_text);

/* A text is plain, all else as for people; to be freed, NULL: no memory. */
char *value_to_text(const struct fascia_type *type, const void *value);
/* "list<int>", "Level": as an interface file would say it; to be freed, NULL: no memory. */
char *type_to_text(const struct fascia_type *type);

/* "process(data: string)": what is called so, with its arguments or members; the same. */
char *arguments_to_text(const char *name, const struct fascia_type *arguments);

/* With reals as short as they can be without becoming others. */
void print_json(const json_t *json, size_t flags);

/* Rows of n_columns texts each, as wide as they have to be; the first row is the head. */
typedef struct Table {
        char **cells;
        size_t n, n_columns;
} Table;

void table_add(Table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints and empties it. */
void table_print(Table *t);
