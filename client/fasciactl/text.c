/* SPDX-License-Identifier: MIT */
/* Values as they are typed and shown in a terminal. */
#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <fascia/backend.h>

/* ---- what was typed ---- */

static bool is_container(const struct fascia_type *type) {
        return type->kind == FASCIA_KIND_STRUCT || type->kind == FASCIA_KIND_LIST ||
               type->kind == FASCIA_KIND_MAP;
}

static json_t *bool_from_text(const char *text) {
        static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i], text) == 0)
                        return json_boolean(i % 2);
        return json_string(text); /* which is refused as one */
}

json_t *json_from_text(const struct fascia_type *type, const char *text, char **reterr_text) {
        json_error_t error;
        json_t *json;

        if (type->kind == FASCIA_KIND_STRING || type->kind == FASCIA_KIND_OBJECT ||
            type->kind == FASCIA_KIND_ENUM || type->kind == FASCIA_KIND_FLAG) {
                json = NULL;
                if (type->kind == FASCIA_KIND_ENUM) /* one without a name */
                        json = json_loads(text, JSON_DECODE_ANY, NULL);
                return json_is_integer(json) ? json : json_string(text);
        }
        if (type->kind == FASCIA_KIND_BOOL)
                return bool_from_text(text);
        json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
        if (json || !is_container(type))
                return json ? json : json_string(text);
        if (asprintf(reterr_text, "'%s' is not JSON: %s", text, error.text) < 0)
                *reterr_text = NULL;
        return NULL;
}

/* ---- what is shown ---- */

char *value_to_text(const struct fascia_type *type, const void *value) {
        if (type->kind == FASCIA_KIND_STRING)
                return strdup(*(const char *const *)value);
        return fascia_value_print(type, value);
}

static char *wrapped(const char *word, const struct fascia_type *element) {
        char *inner = type_to_text(element), *text;

        if (!inner || asprintf(&text, "%s<%s>", word, inner) < 0)
                text = NULL;
        free(inner);
        return text;
}

char *type_to_text(const struct fascia_type *type) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                return strdup("bool");
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
                return strdup("int");
        case FASCIA_KIND_REAL:
                return strdup("real");
        case FASCIA_KIND_STRING:
                return strdup("string");
        case FASCIA_KIND_ENUM:
        case FASCIA_KIND_FLAG:
        case FASCIA_KIND_STRUCT:
                return strdup(type->name);
        case FASCIA_KIND_LIST:
                return wrapped("list", type->element);
        case FASCIA_KIND_MAP:
                return wrapped("map", type->element->members[1].type);
        case FASCIA_KIND_VAR:
                return strdup("var");
        case FASCIA_KIND_OBJECT:
                return strdup("object");
        case FASCIA_KIND_MODEL:
                return strdup("model");
        }
        return NULL;
}

char *arguments_to_text(const char *name, const struct fascia_type *arguments) {
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        fprintf(f, "%s(", name);
        for (uint32_t i = 0; i < arguments->n_members; i++) {
                char *type = type_to_text(arguments->members[i].type);

                fprintf(f, "%s%s: %s", i > 0 ? ", " : "", arguments->members[i].name,
                        type ? type : "?");
                free(type);
        }
        fputc(')', f);
        if (fclose(f) == 0)
                return text;
        free(text);
        return NULL;
}

/* ---- JSON ---- */

void print_json(const json_t *json, size_t flags) {
        char *text = NULL;

        flags |= JSON_ENCODE_ANY;
        for (size_t digits = 15; digits <= 17; digits++) {
                json_t *again;
                bool is_same;

                free(text);
                text = json_dumps(json, flags | JSON_REAL_PRECISION(digits));
                again = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
                is_same = json_equal(again, json);
                json_decref(again);
                if (is_same)
                        break;
        }
        puts(text ? text : "null");
        free(text);
}

/* ---- tables ---- */

/* Characters, as far as UTF-8 tells. */
static size_t width_of(const char *text) {
        size_t n = 0;

        for (; *text; text++)
                n += ((unsigned char)*text & 0xC0) != 0x80;
        return n;
}

void table_add(Table *t, const char *format, ...) {
        char **cells = reallocarray(t->cells, t->n + 1, sizeof(*cells));
        va_list ap;

        if (!cells)
                return;
        t->cells = cells;
        va_start(ap, format);
        if (vasprintf(&cells[t->n], format, ap) < 0)
                cells[t->n] = NULL;
        va_end(ap);
        t->n += cells[t->n] != NULL;
}

void table_print(Table *t) {
        size_t widths[16] = { 0 };

        for (size_t i = 0; i < t->n; i++)
                if (width_of(t->cells[i]) > widths[i % t->n_columns])
                        widths[i % t->n_columns] = width_of(t->cells[i]);
        for (size_t i = 0; i < t->n; i++) {
                size_t column = i % t->n_columns;
                size_t gap = widths[column] - width_of(t->cells[i]) + 2;

                fputs(t->cells[i], stdout);
                if (column + 1 == t->n_columns)
                        putchar('\n');
                else
                        printf("%*s", (int)gap, "");
                free(t->cells[i]);
        }
        free(t->cells);
        *t = (Table){ .n_columns = t->n_columns };
}
