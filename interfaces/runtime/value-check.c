/* SPDX-License-Identifier: MIT */
/* Whether a value satisfies a constraint, and the constraint as text for people. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "value-print.h"
#include <fascia/backend.h>

/* Of a kind that has an order: below, at, above as < 0, 0, > 0. NaN is never within bounds, so it
 * is below every one and above every one: `unordered` is what the caller asks for. */
static int compare_reals(double a, double b, int unordered) {
        if (a < b)
                return -1;
        if (a > b)
                return 1;
        return a == b ? 0 : unordered;
}

#define COMPARE(type, a, b) \
        ((*(const type *)(a) > *(const type *)(b)) - (*(const type *)(a) < *(const type *)(b)))

static int compare(const struct fascia_type *type, const void *a, const void *b, int unordered) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                return COMPARE(bool, a, b);
        case FASCIA_KIND_UINT8:
                return COMPARE(uint8_t, a, b);
        case FASCIA_KIND_INT16:
                return COMPARE(int16_t, a, b);
        case FASCIA_KIND_UINT16:
                return COMPARE(uint16_t, a, b);
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_ENUM:
                return COMPARE(int32_t, a, b);
        case FASCIA_KIND_UINT32:
                return COMPARE(uint32_t, a, b);
        case FASCIA_KIND_INT64:
                return COMPARE(int64_t, a, b);
        case FASCIA_KIND_UINT64:
                return COMPARE(uint64_t, a, b);
        case FASCIA_KIND_FLAG:
                return type->size == sizeof(uint64_t) ? COMPARE(uint64_t, a, b)
                                                      : COMPARE(uint32_t, a, b);
        case FASCIA_KIND_REAL:
                return compare_reals(*(const double *)a, *(const double *)b, unordered);
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_STRUCT:
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
        case FASCIA_KIND_VAR:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                break;
        }
        return 0; /* no order: only a domain can limit it */
}

static bool within_bounds(const struct fascia_type *type, const struct fascia_constraint *c,
                          const void *value) {
        if (c->minimum && compare(type, value, c->minimum, -1) < 0)
                return false;
        return !c->maximum || compare(type, value, c->maximum, 1) <= 0;
}

static const void *domain_item(const struct fascia_type *type, const struct fascia_constraint *c,
                               uint32_t i) {
        return (const char *)c->domain + (size_t)i * type->size;
}

static bool within_domain(const struct fascia_type *type, const struct fascia_constraint *c,
                          const void *value) {
        if (!c->domain)
                return true;
        for (uint32_t i = 0; i < c->n_domain; i++) {
                const void *item = domain_item(type, c, i);
                /* By value, not by bits: -0.0 is allowed where 0 is. */
                if (type->kind == FASCIA_KIND_REAL ? compare(type, value, item, -1) == 0
                                                   : fascia_value_equal(type, value, item))
                        return true;
        }
        return false;
}

static void print_domain(FILE *f, const struct fascia_type *type,
                         const struct fascia_constraint *c) {
        putc('[', f);
        for (uint32_t i = 0; i < c->n_domain; i++) {
                if (i > 0)
                        putc(',', f);
                value_print_to(f, type, domain_item(type, c, i));
        }
        putc(']', f);
}

static void print_bounds(FILE *f, const struct fascia_type *type,
                         const struct fascia_constraint *c) {
        if (c->minimum && c->maximum) {
                putc('[', f);
                value_print_to(f, type, c->minimum);
                putc('-', f);
                value_print_to(f, type, c->maximum);
                putc(']', f);
        } else {
                fputs(c->minimum ? ">= " : "<= ", f);
                value_print_to(f, type, c->minimum ? c->minimum : c->maximum);
        }
}

FASCIA_EXPORT int fascia_value_check(const struct fascia_type *type,
                                     const struct fascia_constraint *constraint, const void *value,
                                     char **ret_text) {
        char *text = NULL;
        bool bounded;
        size_t size;
        FILE *f;

        if (!constraint)
                return 0;
        bounded = within_bounds(type, constraint, value);
        if (bounded && within_domain(type, constraint, value))
                return 0;
        if (!ret_text)
                return -ERANGE;
        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        if (bounded)
                print_domain(f, type, constraint);
        else
                print_bounds(f, type, constraint);
        text = value_print_finish(f, &text);
        if (!text)
                return -ENOMEM;
        *ret_text = text;
        return -ERANGE;
}

FASCIA_EXPORT int fascia_property_check(const struct fascia_property *property,
                                        const struct fascia_constraint *constraint,
                                        const void *value, char **ret_text) {
        char *bounds = NULL, *printed;
        const char *relation = "";
        int r;

        r = fascia_value_check(property->type, constraint, value, &bounds);
        if (r != -ERANGE)
                return r;
        if (within_bounds(property->type, constraint, value))
                relation = "one of ";
        else if (constraint->minimum && constraint->maximum)
                relation = "in ";
        printed = fascia_value_print(property->type, value);
        if (!printed || asprintf(ret_text, "%s: %s is not %s%s", property->dbus_name, printed,
                                 relation, bounds) < 0)
                r = -ENOMEM;
        free(printed);
        free(bounds);
        return r;
}
