/* SPDX-License-Identifier: MIT */
/* Gives the members of enums and flags their values. */
#include "numbering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -EINVAL: not a number; -ERANGE: too large. */
static int read_enumerator_value(const Enum *e, const char *text, int64_t *ret) {
        const char *digits = text + (*text == '-' || *text == '+');
        bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
        unsigned long long magnitude;
        char *end;

        if (digits[0] < '0' || digits[0] > '9')
                return -EINVAL;
        errno = 0;
        magnitude = strtoull(digits, &end, hex ? 16 : 10);
        if (*end != '\0')
                return -EINVAL;
        if (errno == ERANGE)
                return -ERANGE;
        if (e->is_flag) {
                *ret = (int64_t)magnitude;
                return *text == '-' && magnitude > 0 ? -ERANGE : 0;
        }
        if (magnitude > (*text == '-' ? (uint64_t)INT32_MAX + 1 : (uint64_t)INT32_MAX))
                return -ERANGE;
        *ret = *text == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
        return 0;
}

static void number_explicitly(const Enum *e, Diagnostics *d, Enumerator *member) {
        int r = read_enumerator_value(e, member->value_text, &member->value);

        if (r == -ERANGE)
                diagnostics_error(d, member->value_span, "%s does not fit in %s",
                                  member->value_text,
                                  e->is_flag ? "64 bits without sign" : "32 bits");
        else if (r < 0)
                diagnostics_error(d, member->value_span, "'%s' is not a whole number",
                                  member->value_text);
}

/* A member without a value has its position, also behind one that has a value: so it is in qface,
 * and the numbers are on the wire. */
static void number_by_position(const Enum *e, Diagnostics *d, size_t position,
                               const Enumerator *explicit_member) {
        Enumerator *member = e->members[position];

        if (e->is_flag && position >= 64) {
                diagnostics_error(d, member->symbol.span,
                                  "'%s' would be bit %zu, a flag has 64 bits", member->symbol.name,
                                  position);
                return;
        }
        member->value = e->is_flag ? (int64_t)(UINT64_C(1) << position) : (int64_t)position;
        if (!explicit_member)
                return;
        diagnostics_warning(d, WARNING_IMPLICIT_VALUE, member->symbol.span,
                            "'%s' gets the value %lld, from its position", member->symbol.name,
                            (long long)member->value);
        diagnostics_note(d, "'%s' before it has a value of its own: write this one too",
                         explicit_member->symbol.name);
}

static void number_members(Enum *e, Diagnostics *d) {
        const Enumerator *explicit_member = NULL;

        for (size_t i = 0; i < e->n_members; i++) {
                Enumerator *member = e->members[i];

                if (member->value_text) {
                        number_explicitly(e, d, member);
                        explicit_member = member;
                } else {
                        number_by_position(e, d, i, explicit_member);
                }
                if (e->is_flag && (uint64_t)member->value > UINT32_MAX)
                        e->is_wide = true;
        }
}

/* Of members with one name the last one counts; real files have them. */
static void drop_repeated_members(Enum *e, Diagnostics *d) {
        size_t n = 0;

        for (size_t i = 0; i < e->n_members; i++) {
                Enumerator *later = NULL;

                for (size_t k = i + 1; k < e->n_members; k++)
                        if (strcmp(e->members[k]->symbol.name, e->members[i]->symbol.name) == 0)
                                later = e->members[k];
                if (later)
                        diagnostics_warning(d, WARNING_DUPLICATE_MEMBER, later->symbol.span,
                                            "'%s' is there twice, the last one counts",
                                            later->symbol.name);
                else
                        e->members[n++] = e->members[i];
        }
        e->n_members = n;
}

/* ---- values that are there twice ---- */

static int compare_values(const void *a, const void *b) {
        const Enumerator *x = *(Enumerator *const *)a, *y = *(Enumerator *const *)b;

        if (x->value != y->value)
                return x->value < y->value ? -1 : 1;
        return (x->symbol.span.offset > y->symbol.span.offset) -
               (x->symbol.span.offset < y->symbol.span.offset);
}

static void warn_of_equal_values(const Enum *e, Arena *a, Diagnostics *d) {
        Enumerator **sorted = arena_alloc(a, (e->n_members + 1) * sizeof(sorted[0]));

        if (e->n_members == 0)
                return;
        memcpy(sorted, e->members, e->n_members * sizeof(sorted[0]));
        qsort(sorted, e->n_members, sizeof(sorted[0]), compare_values);
        for (size_t i = 1; i < e->n_members; i++)
                if (sorted[i]->value == sorted[i - 1]->value)
                        diagnostics_warning(d, WARNING_DUPLICATE_VALUE, sorted[i]->symbol.span,
                                            "'%s' has the value of '%s'", sorted[i]->symbol.name,
                                            sorted[i - 1]->symbol.name);
}

void numbering_assign(Module *m, Diagnostics *d) {
        for (size_t i = 0; i < m->n_enums; i++) {
                number_members(m->enums[i], d);
                drop_repeated_members(m->enums[i], d);
                warn_of_equal_values(m->enums[i], m->arena, d);
        }
}
