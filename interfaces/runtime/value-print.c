/* SPDX-License-Identifier: MIT */
/* Values as text for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value-print.h"
#include "variant.h"
#include <fascia/backend.h>
#include <fascia/generated.h>

/* The shortest of the three precisions that gives the same double again. */
static void print_real(FILE *f, double value) {
        char text[32];

        for (int precision = 15; precision <= 17; precision++) {
                snprintf(text, sizeof(text), "%.*g", precision, value);
                if (strtod(text, NULL) == value)
                        break;
        }
        /* The program may have set a locale with another decimal point, of one byte or more. */
        size_t n = strspn(text, "+-0123456789einfa");
        fwrite(text, 1, n, f);
        if (text[n]) {
                putc('.', f);
                fputs(text + n + strcspn(text + n, "0123456789"), f);
        }
}

static void print_character(FILE *f, unsigned char c) {
        static const char plain[] = "\"\\\b\f\n\r\t";
        static const char names[] = "\"\\bfnrt";
        const char *found = strchr(plain, c);

        if (found)
                fprintf(f, "\\%c", names[found - plain]);
        else if (c < 0x20 || c == 0x7F)
                fprintf(f, "\\u%04x", c);
        else
                putc(c, f);
}

static void print_string(FILE *f, const char *s) {
        putc('"', f);
        for (; s && *s; s++)
                print_character(f, (unsigned char)*s);
        putc('"', f);
}

static uint64_t flag_bits(const struct fascia_type *type, const void *value) {
        return type->size == sizeof(uint64_t) ? *(const uint64_t *)value : *(const uint32_t *)value;
}

/* Names in the order of the interface file; one that stands for several bits only where all of them
 * are set and one of them was not named yet. What has no name comes last, in hexadecimal. */
static void print_flag(FILE *f, const struct fascia_type *type, uint64_t bits) {
        const char *exact = fascia_enum_to_string(type, (int64_t)bits);
        uint64_t rest = bits;

        if (exact) {
                fputs(exact, f);
                return;
        }
        for (uint32_t i = 0; i < type->n_enumerators; i++) {
                uint64_t e = (uint64_t)type->enumerators[i].value;
                if ((bits & e) != e || (rest & e) == 0)
                        continue;
                fprintf(f, "%s%s", rest == bits ? "" : "|", type->enumerators[i].name);
                rest &= ~e;
        }
        if (rest != 0)
                fprintf(f, "%s0x%" PRIx64, rest == bits ? "" : "|", rest);
        else if (bits == 0)
                putc('0', f);
}

static void print_enum(FILE *f, const struct fascia_type *type, int32_t value) {
        const char *name = fascia_enum_to_string(type, value);

        if (name)
                fputs(name, f);
        else
                fprintf(f, "%" PRId32, value);
}

static void print_member(FILE *f, const struct fascia_member *m, const void *value) {
        value_print_to(f, m->type, (const char *)value + m->offset);
}

static void print_struct(FILE *f, const struct fascia_type *type, const void *value) {
        putc('{', f);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                if (i > 0)
                        fputs(", ", f);
                if (*m->name) /* else it came over the wire, in a variant */
                        fprintf(f, "%s: ", m->name);
                print_member(f, m, value);
        }
        putc('}', f);
}

static void print_map(FILE *f, const struct fascia_type *type, const ValueList *map) {
        const struct fascia_type *entry = type->element;

        putc('{', f);
        for (size_t i = 0; i < map->count; i++) {
                const char *item = (const char *)map->items + i * entry->size;
                if (i > 0)
                        fputs(", ", f);
                print_member(f, &entry->members[0], item);
                fputs(": ", f);
                print_member(f, &entry->members[1], item);
        }
        putc('}', f);
}

static void print_variant(FILE *f, const struct fascia_variant *v) {
        if (variant_is_unset(v))
                fputs("unset", f);
        else
                value_print_to(f, v->type, v->value);
}

static void print_list(FILE *f, const struct fascia_type *type, const ValueList *list) {
        putc('[', f);
        for (size_t i = 0; i < list->count; i++) {
                if (i > 0)
                        fputs(", ", f);
                value_print_to(f, type->element,
                               (const char *)list->items + i * type->element->size);
        }
        putc(']', f);
}

void value_print_to(FILE *f, const struct fascia_type *type, const void *value) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                fputs(*(const bool *)value ? "true" : "false", f);
                break;
        case FASCIA_KIND_UINT8:
                fprintf(f, "%" PRIu8, *(const uint8_t *)value);
                break;
        case FASCIA_KIND_INT16:
                fprintf(f, "%" PRId16, *(const int16_t *)value);
                break;
        case FASCIA_KIND_UINT16:
                fprintf(f, "%" PRIu16, *(const uint16_t *)value);
                break;
        case FASCIA_KIND_INT32:
                fprintf(f, "%" PRId32, *(const int32_t *)value);
                break;
        case FASCIA_KIND_UINT32:
                fprintf(f, "%" PRIu32, *(const uint32_t *)value);
                break;
        case FASCIA_KIND_INT64:
                fprintf(f, "%" PRId64, *(const int64_t *)value);
                break;
        case FASCIA_KIND_UINT64:
                fprintf(f, "%" PRIu64, *(const uint64_t *)value);
                break;
        case FASCIA_KIND_REAL:
                print_real(f, *(const double *)value);
                break;
        case FASCIA_KIND_STRING:
                print_string(f, *(const char *const *)value);
                break;
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                print_string(f, *(const char *const *)value ? *(const char *const *)value : "/");
                break;
        case FASCIA_KIND_ENUM:
                print_enum(f, type, *(const int32_t *)value);
                break;
        case FASCIA_KIND_FLAG:
                print_flag(f, type, flag_bits(type, value));
                break;
        case FASCIA_KIND_STRUCT:
                print_struct(f, type, value);
                break;
        case FASCIA_KIND_LIST:
                print_list(f, type, value);
                break;
        case FASCIA_KIND_MAP:
                print_map(f, type, value);
                break;
        case FASCIA_KIND_VAR:
                print_variant(f, value);
                break;
        }
}

char *value_print_finish(FILE *f, char **text) {
        bool failed = ferror(f) != 0;

        if (fclose(f) == 0 && !failed)
                return *text;
        free(*text);
        return NULL;
}

FASCIA_EXPORT char *fascia_value_print(const struct fascia_type *type, const void *value) {
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        value_print_to(f, type, value);
        return value_print_finish(f, &text);
}
