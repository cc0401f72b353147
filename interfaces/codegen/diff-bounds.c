/* SPDX-License-Identifier: MIT */
/* Whether a property takes every value that it took. */
#include "diff-bounds.h"

#include "value-reader.h"
#include "wire-type.h"

static bool is_in_domain(const Constraint *c, const Value *v) {
        for (size_t i = 0; i < c->n_domain; i++)
                if (value_equal(c->domain[i], v))
                        return true;
        return c->n_domain == 0;
}

static bool allows(const Constraint *c, const Value *v) {
        return (!c->minimum || value_compare(v, c->minimum) >= 0) &&
               (!c->maximum || value_compare(v, c->maximum) <= 0) && is_in_domain(c, v);
}

/* Values that are to be tried. */
typedef struct Values {
        Arena *arena;
        const Type *type;
        Value **items;
        size_t n;
} Values;

static void add_integer(Values *values, int64_t integer) {
        Value *v = arena_alloc(values->arena, sizeof(*v));

        *v = (Value){ .type = values->type, .integer = integer };
        ARENA_APPEND(values->arena, values->items, values->n, v);
}

static void add_bool(Values *values, bool boolean) {
        Value *v = arena_alloc(values->arena, sizeof(*v));

        *v = (Value){ .type = values->type, .boolean = boolean };
        ARENA_APPEND(values->arena, values->items, values->n, v);
}

/* Which values an int has by its type and bounds. */
static void integer_range(const Type *t, const Constraint *c, Value *ret_low, Value *ret_high) {
        uint64_t maximum;

        *ret_low = (Value){ .type = t };
        *ret_high = (Value){ .type = t };
        wire_type_bounds(t->code, &ret_low->integer, &maximum);
        ret_high->integer = (int64_t)maximum;
        if (c->minimum && value_compare(c->minimum, ret_low) > 0)
                ret_low->integer = c->minimum->integer;
        if (c->maximum && value_compare(c->maximum, ret_high) < 0)
                ret_high->integer = c->maximum->integer;
}

/* More integers than the other domain has values are not tried: one is refused. */
static bool list_integers(Values *values, const Constraint *c, size_t limit) {
        Value low, high;

        integer_range(values->type, c, &low, &high);
        if (value_compare(&low, &high) > 0)
                return true;
        if ((uint64_t)high.integer - (uint64_t)low.integer >= limit)
                return false;
        for (uint64_t i = 0; i <= (uint64_t)high.integer - (uint64_t)low.integer; i++)
                add_integer(values, (int64_t)((uint64_t)low.integer + i));
        return true;
}

/* Every value that might be allowed; false: there are more than limit. */
static bool list_values(Values *values, const Constraint *c, size_t limit) {
        const Type *t = values->type;

        if (c->n_domain > 0) {
                for (size_t i = 0; i < c->n_domain; i++)
                        ARENA_APPEND(values->arena, values->items, values->n, c->domain[i]);
                return true;
        }
        if (t->kind == TYPE_INT)
                return list_integers(values, c, limit);
        if (t->kind == TYPE_BOOL) {
                add_bool(values, false);
                add_bool(values, true);
                return true;
        }
        if (t->kind != TYPE_ENUM)
                return false;
        for (size_t i = 0; i < t->enumeration->n_members; i++)
                add_integer(values, t->enumeration->members[i]->value);
        return true;
}

static bool ends_are_narrower(const Type *t, const Constraint *old, const Constraint *new) {
        Value old_low, old_high, new_low, new_high;

        if (t->kind == TYPE_INT) {
                integer_range(t, old, &old_low, &old_high);
                integer_range(t, new, &new_low, &new_high);
                return value_compare(&new_low, &old_low) > 0 ||
                       value_compare(&new_high, &old_high) < 0;
        }
        if (new->minimum && (!old->minimum || value_compare(new->minimum, old->minimum) > 0))
                return true;
        return new->maximum && (!old->maximum || value_compare(new->maximum, old->maximum) < 0);
}

bool bounds_are_narrower(Arena *a, const Property *old, const Property *new) {
        const Constraint *before = &old->constraint, *now = &new->constraint;
        Values values = { .arena = a, .type = old->type };

        if (before->n_domain == 0 && now->n_domain == 0)
                return ends_are_narrower(old->type, before, now);
        if (!list_values(&values, before, now->n_domain))
                return true;
        for (size_t i = 0; i < values.n; i++)
                if (allows(before, values.items[i]) && !allows(now, values.items[i]))
                        return true;
        return false;
}

static const char *print_ends(Arena *a, const Constraint *c) {
        if (c->minimum && c->maximum)
                return arena_printf(a, "[%s-%s]", value_print(a, c->minimum),
                                    value_print(a, c->maximum));
        if (c->minimum)
                return arena_printf(a, ">= %s", value_print(a, c->minimum));
        return c->maximum ? arena_printf(a, "<= %s", value_print(a, c->maximum)) : "none";
}

const char *bounds_print(Arena *a, const Constraint *c) {
        const char *text = "";

        if (c->n_domain == 0)
                return print_ends(a, c);
        for (size_t i = 0; i < c->n_domain; i++)
                text = arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "",
                                    value_print(a, c->domain[i]));
        text = arena_printf(a, "[%s]", text);
        if (c->minimum || c->maximum)
                text = arena_printf(a, "%s and %s", print_ends(a, c), text);
        return text;
}
