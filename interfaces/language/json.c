/* SPDX-License-Identifier: MIT */
/* Writing JSON, laid out for people. */
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

void json_init(Json *j, Arena *a) {
        *j = (Json){ .depth = 0 };
        text_init(&j->text, a);
}

static void begin_item(Json *j, const char *key) {
        if (j->has_items)
                text_add(&j->text, ",");
        if (j->depth > 0)
                text_printf(&j->text, "\n%*s", (int)(2 * j->depth), "");
        if (key)
                text_printf(&j->text, "%s: ", json_quote(j->text.arena, key));
        j->has_items = true;
}

void json_open(Json *j, const char *key, char bracket) {
        begin_item(j, key);
        text_add_bytes(&j->text, &bracket, 1);
        j->depth++;
        j->has_items = false;
}

void json_close(Json *j, char bracket) {
        j->depth--;
        if (j->has_items)
                text_printf(&j->text, "\n%*s", (int)(2 * j->depth), "");
        text_add_bytes(&j->text, &bracket, 1);
        j->has_items = true;
}

void json_text(Json *j, const char *key, const char *value) {
        if (value)
                json_raw(j, key, json_quote(j->text.arena, value));
}

void json_flag(Json *j, const char *key, bool value) {
        if (value)
                json_raw(j, key, "true");
}

void json_raw(Json *j, const char *key, const char *value) {
        begin_item(j, key);
        text_add(&j->text, value);
}
