/* SPDX-License-Identifier: MIT */
/* What '@dbus' says of a type: other integers and strings than the usual ones. */
#include "wire-type.h"

#include <string.h>

static const struct {
        char code;
        const char *c_type;
        const char *key;
        int64_t minimum;
        uint64_t maximum;
} integers[] = {
        { 'i', "int32_t", "int32", INT32_MIN, INT32_MAX },
        { 'y', "uint8_t", "uint8", 0, UINT8_MAX },
        { 'n', "int16_t", "int16", INT16_MIN, INT16_MAX },
        { 'q', "uint16_t", "uint16", 0, UINT16_MAX },
        { 'u', "uint32_t", "uint32", 0, UINT32_MAX },
        { 'x', "int64_t", "int64", INT64_MIN, INT64_MAX },
        { 't', "uint64_t", "uint64", 0, UINT64_MAX },
};

/* Without a code: an int as it usually is. */
static size_t find_integer(char code) {
        for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
                if (integers[i].code == code)
                        return i;
        return 0;
}

void wire_type_bounds(char code, int64_t *ret_minimum, uint64_t *ret_maximum) {
        *ret_minimum = integers[find_integer(code)].minimum;
        *ret_maximum = integers[find_integer(code)].maximum;
}

const char *wire_type_c_type(char code) {
        return integers[find_integer(code)].c_type;
}

const char *wire_type_key(char code) {
        return integers[find_integer(code)].key;
}

/* Moves over what the type takes of the signature; false: it is something else. */
static bool apply(Arena *a, Type *t, const char **signature) {
        const char *own;
        char code = **signature;

        if (t->kind == TYPE_INT && code != '\0' && strchr("ynqiuxt", code)) {
                t->code = code;
                (*signature)++;
                return true;
        }
        if (t->kind == TYPE_STRING && (code == 's' || code == 'o')) {
                t->code = code;
                (*signature)++;
                return true;
        }
        if (t->kind == TYPE_LIST && code == 'a') {
                (*signature)++;
                return apply(a, t->element, signature);
        }
        if (t->kind == TYPE_MAP && strncmp(*signature, "a{s", 3) == 0) {
                *signature += 3;
                if (!apply(a, t->element, signature) || **signature != '}')
                        return false;
                (*signature)++;
                return true;
        }
        own = model_signature(a, t);
        if (*own == '\0' || strncmp(*signature, own, strlen(own)) != 0)
                return false;
        *signature += strlen(own);
        return true;
}

/* The innermost type may stand for the whole: "u" of a list<int>. */
static Type *innermost(Type *t) {
        while (t->element)
                t = t->element;
        return t;
}

const char *wire_type_apply(Arena *a, Type *t, const char *signature) {
        const char *rest = signature;

        if (t->kind == TYPE_INVALID)
                return NULL;
        if (apply(a, t, &rest) && *rest == '\0')
                return NULL;
        rest = signature;
        if (t->element && innermost(t)->kind == TYPE_INT && apply(a, innermost(t), &rest) &&
            *rest == '\0')
                return NULL;
        return arena_printf(a, "'%s' cannot be the D-Bus type of a value of type '%s'", signature,
                            t->name ? t->name : "");
}

bool wire_type_is_contents(Arena *a, const Type *t, const char *signature) {
        return t->kind == TYPE_STRUCT &&
               strcmp(model_signature(a, t), arena_printf(a, "(%s)", signature)) == 0;
}
