/* SPDX-License-Identifier: MIT */
/* What a service demands of a value beyond its type. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec.h"
#include "value.h"
#include "variant.h"
#include <fascia/generated.h>

__attribute__((format(printf, 2, 3))) static int refuse(char **ret_text, const char *format, ...) {
        va_list arguments;
        char *text = NULL;
        int n;

        if (!ret_text)
                return -ERANGE;
        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0)
                return -ENOMEM;
        *ret_text = text;
        return -ERANGE;
}

static int check_enum(const struct fascia_type *type, int32_t value, char **ret_text) {
        if (fascia_enum_to_string(type, value))
                return 0;
        return refuse(ret_text, "%s has no value %" PRId32, type->name, value);
}

static int check_flag(const struct fascia_type *type, uint64_t bits, char **ret_text) {
        for (uint32_t i = 0; i < type->n_enumerators; i++)
                bits &= ~(uint64_t)type->enumerators[i].value;
        if (bits == 0)
                return 0;
        return refuse(ret_text, "%s has no bits 0x%" PRIx64, type->name, bits);
}

static int check_members(const struct fascia_type *type, const void *value, char **ret_text) {
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                int r = codec_check(m->type, (const char *)value + m->offset, ret_text);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_items(const struct fascia_type *type, const ValueList *list, char **ret_text) {
        const struct fascia_type *element = type->element;

        for (size_t i = 0; i < list->count; i++) {
                int r = codec_check(element, (const char *)list->items + i * element->size,
                                    ret_text);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ["front"]["left"]: 7 is … */
static int name_entry(const void *key, char **text) {
        char *named = NULL, *printed = fascia_value_print(fascia_basic_type('s'), key);
        int n = -1;

        if (printed)
                n = asprintf(&named, "[%s]%s%s", printed, **text == '[' ? "" : ": ", *text);
        free(printed);
        free(*text);
        *text = n < 0 ? NULL : named;
        return n < 0 ? -ENOMEM : -ERANGE;
}

static int check_entries(const struct fascia_type *type, const ValueList *map, char **ret_text) {
        const struct fascia_member *value = &type->element->members[1];

        for (size_t i = 0; i < map->count; i++) {
                const char *entry = (const char *)map->items + i * type->element->size;
                int r = codec_check(value->type, entry + value->offset, ret_text);
                if (r < 0)
                        return r == -ERANGE && ret_text ? name_entry(entry, ret_text) : r;
        }
        return 0;
}

static int check_variant(const struct fascia_variant *v, char **ret_text) {
        return variant_is_unset(v) ? 0 : codec_check(v->type, v->value, ret_text);
}

int codec_check(const struct fascia_type *type, const void *value, char **ret_text) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_ENUM:
                return check_enum(type, *(const int32_t *)value, ret_text);
        case FASCIA_KIND_FLAG:
                return check_flag(type,
                                  type->size == sizeof(uint64_t) ? *(const uint64_t *)value
                                                                 : *(const uint32_t *)value,
                                  ret_text);
        case FASCIA_KIND_REAL:
                if (isfinite(*(const double *)value))
                        return 0;
                return refuse(ret_text, "%g is not a finite number", *(const double *)value);
        case FASCIA_KIND_STRUCT:
                return check_members(type, value, ret_text);
        case FASCIA_KIND_LIST:
                return check_items(type, value, ret_text);
        case FASCIA_KIND_MAP:
                return check_entries(type, value, ret_text);
        case FASCIA_KIND_VAR:
                return check_variant(value, ret_text);
        case FASCIA_KIND_BOOL:
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                break;
        }
        return 0;
}
