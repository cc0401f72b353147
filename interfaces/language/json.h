/* SPDX-License-Identifier: MIT */
/* Writing JSON, laid out for people. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/* With the quotes. The text is UTF-8. */
const char *json_quote(Arena *a, const char *text);

typedef struct Json {
        Text text;
        unsigned depth;
        bool has_items; /* in what is open */
} Json;

void json_init(Json *j, Arena *a);
/* key: NULL in an array, and of the whole. bracket: '{' or '['. */
void json_open(Json *j, const char *key, char bracket);
void json_close(Json *j, char bracket);
/* What is NULL, false or 0 stands for nothing said, and is left out. */
void json_text(Json *j, const char *key, const char *value);
void json_flag(Json *j, const char *key, bool value);
/* As it is: a number, true, null. */
void json_raw(Json *j, const char *key, const char *value);
