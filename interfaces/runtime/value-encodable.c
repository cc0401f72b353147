/* SPDX-License-Identifier: MIT */
/* Whether a value that somebody made has a place on the wire: nothing about it is believed. */
#include <errno.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "map.h"
#include "type.h"
#include "utf8.h"
#include "value.h"
#include "variant.h"

static int check(const struct fascia_type *type, const void *value, unsigned depth);

static int check_string(const struct fascia_type *type, const char *s) {
        bool valid;

        if (!s)
                return -EINVAL;
        if (type->kind != FASCIA_KIND_STRING)
                valid = sd_bus_object_path_is_valid(s) > 0;
        else if (type->signature[0] == 'g')
                valid = signature_is_valid(s);
        else
                valid = utf8_is_valid(s);
        return valid ? 0 : -EILSEQ;
}

static int check_members(const struct fascia_type *type, const void *value, unsigned depth) {
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                int r = check(m->type, (const char *)value + m->offset, depth);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_items(const struct fascia_type *type, const ValueList *list, unsigned depth) {
        const struct fascia_type *element = type->element;

        if (list->count > 0 && !list->items)
                return -EINVAL;
        if (element->flags & FASCIA_TYPE_TRIVIAL)
                return 0;
        for (size_t i = 0; i < list->count; i++) {
                int r = check(element, (const char *)list->items + i * element->size, depth);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_map(const struct fascia_type *type, const ValueList *map, unsigned depth) {
        int r;

        r = check_items(type, map, depth);
        if (r < 0)
                return r;
        return map_has_unique_keys(type, map) ? 0 : -EINVAL;
}

static int check_variant(const struct fascia_variant *v, unsigned depth) {
        if (!v->type && !v->value)
                return 0;
        if (!v->type || !v->value || !type_is_regular(v->type))
                return -EINVAL;
        return check(v->type, v->value, depth);
}

/* Within `depth` containers. */
static int check(const struct fascia_type *type, const void *value, unsigned depth) {
        if (type->flags & FASCIA_TYPE_TRIVIAL)
                return 0;
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                return check_string(type, *(const char *const *)value);
        case FASCIA_KIND_STRUCT:
                return depth < VALUE_DEPTH_MAX ? check_members(type, value, depth + 1) : -EINVAL;
        case FASCIA_KIND_LIST:
                return depth < VALUE_DEPTH_MAX ? check_items(type, value, depth + 1) : -EINVAL;
        case FASCIA_KIND_MAP:
                return depth < VALUE_DEPTH_MAX ? check_map(type, value, depth + 1) : -EINVAL;
        case FASCIA_KIND_VAR:
                return depth < VALUE_DEPTH_MAX ? check_variant(value, depth + 1) : -EINVAL;
        case FASCIA_KIND_BOOL:
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
        case FASCIA_KIND_REAL:
        case FASCIA_KIND_ENUM:
        case FASCIA_KIND_FLAG:
                break;
        }
        return 0;
}

int value_check_encodable(const struct fascia_type *type, const void *value) {
        return check(type, value, 0);
}
