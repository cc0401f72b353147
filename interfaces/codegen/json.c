/* SPDX-License-Identifier: MIT */
/* Texts as JSON writes them. */
#include "json.h"

#include <stdio.h>
#include <string.h>

const char *json_quote(Arena *a, const char *text) {
        static const char special[] = "\"\\\n\t", letters[] = "\"\\nt";
        char *quoted = arena_alloc(a, 6 * strlen(text) + 3);
        char *out = quoted;

        *out++ = '"';
        for (; *text != '\0'; text++) {
                const char *p = strchr(special, *text);

                if (p)
                        out += sprintf(out, "\\%c", letters[p - special]);
                else if ((unsigned char)*text < 0x20 || *text == 0x7F)
                        out += sprintf(out, "\\u%04x", (unsigned char)*text);
                else
                        *out++ = *text;
        }
        *out++ = '"';
        *out = '\0';
        return quoted;
}
