/* SPDX-License-Identifier: MIT */
/* Variants in memory: copy, release, compare; and what programs read them with. */
#include "variant.h"

#include <errno.h>
#include <string.h>

#include "type.h"
#include <fascia/backend.h>
#include <fascia/generated.h>

bool variant_is_unset(const struct fascia_variant *v) {
        return !v || !v->type || !v->value;
}

int variant_copy(struct fascia_variant *value, const struct fascia_variant *from) {
        const struct fascia_type *type;
        void *copy;
        int r;

        if (variant_is_unset(from)) {
                *value = (struct fascia_variant){ NULL, NULL };
                return 0;
        }
        if (!type_is_regular(from->type))
                return -EINVAL;
        r = type_new(from->type->signature, &type);
        if (r < 0)
                return r;
        r = fascia_value_new_copy(type, from->value, &copy);
        if (r < 0) {
                type_free(type);
                return r;
        }
        *value = (struct fascia_variant){ type, copy };
        return 0;
}

void variant_release(const struct fascia_variant *v) {
        if (variant_is_unset(v))
                return;
        fascia_value_free(v->type, (void *)(uintptr_t)v->value);
        type_free(v->type);
}

bool variant_equal(const struct fascia_variant *a, const struct fascia_variant *b) {
        if (variant_is_unset(a) || variant_is_unset(b))
                return variant_is_unset(a) && variant_is_unset(b);
        return strcmp(a->type->signature, b->type->signature) == 0 &&
               fascia_value_equal(a->type, a->value, b->value);
}

/* ---- for programs ---- */

FASCIA_EXPORT const char *fascia_variant_get_signature(const struct fascia_variant *v) {
        return variant_is_unset(v) ? "" : v->type->signature;
}

FASCIA_EXPORT const void *fascia_variant_get(const struct fascia_variant *v,
                                             const struct fascia_type *type) {
        if (variant_is_unset(v) || !type || strcmp(v->type->signature, type->signature) != 0)
                return NULL;
        return v->value;
}

/* The signature of a basic type; NUL: it holds none, or one of another type. */
static char basic_code(const struct fascia_variant *v) {
        const char *signature = fascia_variant_get_signature(v);

        return signature[0] && !signature[1] ? signature[0] : '\0';
}

FASCIA_EXPORT int fascia_variant_get_bool(const struct fascia_variant *v, bool *ret) {
        if (!ret)
                return -EINVAL;
        if (basic_code(v) != 'b')
                return -ENODATA;
        *ret = *(const bool *)v->value;
        return 0;
}

static int get_uint64(uint64_t value, int64_t *ret) {
        if (value > INT64_MAX)
                return -ERANGE;
        *ret = (int64_t)value;
        return 0;
}

FASCIA_EXPORT int fascia_variant_get_int(const struct fascia_variant *v, int64_t *ret) {
        if (!ret)
                return -EINVAL;
        switch (basic_code(v)) {
        case 'y':
                *ret = *(const uint8_t *)v->value;
                return 0;
        case 'n':
                *ret = *(const int16_t *)v->value;
                return 0;
        case 'q':
                *ret = *(const uint16_t *)v->value;
                return 0;
        case 'i':
                *ret = *(const int32_t *)v->value;
                return 0;
        case 'u':
                *ret = *(const uint32_t *)v->value;
                return 0;
        case 'x':
                *ret = *(const int64_t *)v->value;
                return 0;
        case 't':
                return get_uint64(*(const uint64_t *)v->value, ret);
        default:
                return -ENODATA;
        }
}

FASCIA_EXPORT int fascia_variant_get_real(const struct fascia_variant *v, double *ret) {
        int64_t integer;
        int r;

        if (!ret)
                return -EINVAL;
        if (basic_code(v) == 'd') {
                *ret = *(const double *)v->value;
                return 0;
        }
        r = fascia_variant_get_int(v, &integer);
        if (r == -ENODATA)
                return r;
        *ret = r < 0 ? (double)*(const uint64_t *)v->value : (double)integer;
        return 0;
}

FASCIA_EXPORT int fascia_variant_get_string(const struct fascia_variant *v, const char **ret) {
        char code = basic_code(v);
        const char *s;

        if (!ret)
                return -EINVAL;
        if (code != 's' && code != 'o' && code != 'g')
                return -ENODATA;
        s = *(const char *const *)v->value;
        *ret = s ? s : code == 'o' ? "/" : "";
        return 0;
}
