/* SPDX-License-Identifier: MIT */
/* What a data file adds to simulation data: what there is is written as a file would, and merged with the file. */
#include "sim-data-merge.h"

#include <fascia/backend.h>
#include <string.h>

#include "sim-values.h"
#include "simulation.h"

/* The row of the feature, and of all zones without a row of their own. */
static const struct fascia_simulation_row *find_row(const struct fascia_simulation *s,
                                                    uint32_t property) {
        for (uint32_t i = 0; i < s->n_rows; i++)
                if (s->rows[i].property == property && !s->rows[i].zone)
                        return &s->rows[i];
        return NULL;
}

/* ---- attributes ---- */

/* What a row says under one of the keys, or NULL. */
typedef struct Attribute {
        const char *key, *old_key;
        Node *(*write)(Arena *a, const struct fascia_type *type,
                       const struct fascia_simulation_row *row, Span span);
        bool (*equal)(const struct fascia_type *type, const struct fascia_simulation_row *x,
                      const struct fascia_simulation_row *y);
} Attribute;

static Node *write_value(Arena *a, const struct fascia_type *type, const void *value, Span span) {
        return value ? sim_value_write(a, type, value, span) : NULL;
}

static bool equal_values(const struct fascia_type *type, const void *x, const void *y) {
        return x && y ? fascia_value_equal(type, x, y) : x == y;
}

static Node *write_initial(Arena *a, const struct fascia_type *type,
                           const struct fascia_simulation_row *row, Span span) {
        return write_value(a, type, row->initial, span);
}

static bool equal_initial(const struct fascia_type *type, const struct fascia_simulation_row *x,
                          const struct fascia_simulation_row *y) {
        return equal_values(type, x->initial, y->initial);
}

static const struct fascia_constraint *constraint_of(const struct fascia_simulation_row *row) {
        static const struct fascia_constraint none;

        return row->constraint ? row->constraint : &none;
}

static Node *write_minimum(Arena *a, const struct fascia_type *type,
                           const struct fascia_simulation_row *row, Span span) {
        return write_value(a, type, constraint_of(row)->minimum, span);
}

static bool equal_minimum(const struct fascia_type *type, const struct fascia_simulation_row *x,
                          const struct fascia_simulation_row *y) {
        return equal_values(type, constraint_of(x)->minimum, constraint_of(y)->minimum);
}

static Node *write_maximum(Arena *a, const struct fascia_type *type,
                           const struct fascia_simulation_row *row, Span span) {
        return write_value(a, type, constraint_of(row)->maximum, span);
}

static bool equal_maximum(const struct fascia_type *type, const struct fascia_simulation_row *x,
                          const struct fascia_simulation_row *y) {
        return equal_values(type, constraint_of(x)->maximum, constraint_of(y)->maximum);
}

static const void *domain_at(const struct fascia_type *type,
                             const struct fascia_simulation_row *row, uint32_t n) {
        return (const char *)constraint_of(row)->domain + (size_t)n * type->size;
}

static Node *write_domain(Arena *a, const struct fascia_type *type,
                          const struct fascia_simulation_row *row, Span span) {
        Node *n;

        if (constraint_of(row)->n_domain == 0)
                return NULL;
        n = arena_alloc(a, sizeof(*n));
        *n = (Node){ .kind = NODE_SEQUENCE, .span = span };
        for (uint32_t i = 0; i < constraint_of(row)->n_domain; i++)
                ARENA_APPEND(a, n->items, n->n_items,
                             sim_value_write(a, type, domain_at(type, row, i), span));
        return n;
}

static bool equal_domain(const struct fascia_type *type, const struct fascia_simulation_row *x,
                         const struct fascia_simulation_row *y) {
        if (constraint_of(x)->n_domain != constraint_of(y)->n_domain)
                return false;
        for (uint32_t i = 0; i < constraint_of(x)->n_domain; i++)
                if (!fascia_value_equal(type, domain_at(type, x, i), domain_at(type, y, i)))
                        return false;
        return true;
}

static Node *write_unsupported(Arena *a, const struct fascia_type *type,
                               const struct fascia_simulation_row *row, Span span) {
        (void)type;
        return node_new_scalar(a, row->unsupported ? "true" : "false", true, span);
}

static bool equal_unsupported(const struct fascia_type *type, const struct fascia_simulation_row *x,
                              const struct fascia_simulation_row *y) {
        (void)type;
        return x->unsupported == y->unsupported;
}

static const Attribute attributes[] = {
        { "default", "default_value", write_initial, equal_initial },
        { "minimum", "range_low", write_minimum, equal_minimum },
        { "maximum", "range_high", write_maximum, equal_maximum },
        { "domain", NULL, write_domain, equal_domain },
        { "unsupported", NULL, write_unsupported, equal_unsupported },
};

/* ---- merging ---- */

/* By zone; a zone for which the same holds as for the feature is left out, so that it follows what
 * the file says of the feature. */
static Node *write_attribute(Arena *a, const struct fascia_simulation *base, uint32_t index,
                             const struct fascia_type *type, const Attribute *at, Span span) {
        static const struct fascia_simulation_row none;
        const struct fascia_simulation_row *common = find_row(base, index);
        Node *n = arena_alloc(a, sizeof(*n));

        *n = (Node){ .kind = NODE_MAPPING, .span = span };
        if (!common)
                common = &none;
        for (uint32_t i = 0; i < base->n_rows; i++) {
                const struct fascia_simulation_row *row = &base->rows[i];
                Node *value;

                if (row->property != index || (row != common && at->equal(type, row, common)))
                        continue;
                value = at->write(a, type, row, span);
                if (value)
                        node_set_entry(a, n,
                                       node_new_scalar(a,
                                                       row->zone ? row->zone : SIMULATION_FEATURE,
                                                       false, span),
                                       value);
        }
        return n->n_entries > 0 ? n : NULL;
}

/* Zone by zone, where the file tells them apart; else what it says holds for all of them. */
static Node *add_to(Arena *a, Node *earlier, const Node *later) {
        for (size_t i = 0; i < later->n_entries; i++)
                node_set_entry(a, earlier, later->entries[i].key, later->entries[i].value);
        return earlier;
}

const Node *sim_data_merge(Arena *a, const struct fascia_simulation *base, uint32_t index,
                           const struct fascia_type *type, const Interface *interface,
                           const Property *property, const Node *own) {
        Node *n = arena_alloc(a, sizeof(*n));

        *n = (Node){ .kind = NODE_MAPPING, .span = own->span };
        for (size_t i = 0; i < own->n_entries; i++)
                node_set_entry(a, n, own->entries[i].key, own->entries[i].value);
        for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
                const Attribute *at = &attributes[i];
                Node *earlier = write_attribute(a, base, index, type, at, own->span);
                NodeEntry *e = node_find(n, at->key);

                if (!e && at->old_key)
                        e = node_find(n, at->old_key);
                if (!earlier)
                        continue;
                if (!e)
                        node_set_entry(a, n, node_new_scalar(a, at->key, true, own->span), earlier);
                else if (simulation_is_by_zone(interface, property, e))
                        e->value = add_to(a, earlier, e->value);
        }
        return n;
}
