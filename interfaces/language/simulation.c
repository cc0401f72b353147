/* SPDX-License-Identifier: MIT */
/* Bounds and simulation data of properties, also for single zones. */
#include "simulation.h"

#include <string.h>

/* A node that has been read: several zones share what one node says, and an error in it is
 * reported once. */
typedef struct Known {
        const Node *node;
        Value *value;
} Known;

/* The same of a domain. */
typedef struct KnownDomain {
        const Node *node;
        Value **values;
        size_t n_values;
} KnownDomain;

typedef struct Reader {
        const ValueReader *values;
        const Interface *interface; /* NULL: bounds of @config, which are the same for all zones */
        const Property *property;
        const Node *config;
        Known *known;
        size_t n_known;
        KnownDomain *domains;
        size_t n_domains;
} Reader;

/* What can be said of a property, all but the last by zone. */
static const char *const keys[] = { "default",     "default_value", "minimum", "maximum",
                                    "range_low",   "range_high",    "range",   "domain",
                                    "unsupported", "zoned" };
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static Value *read_value(Reader *r, const Node *n) {
        Known known = { .node = n };

        if (!n)
                return NULL;
        for (size_t i = 0; i < r->n_known; i++)
                if (r->known[i].node == n)
                        return r->known[i].value;
        known.value = value_reader_read(r->values, n, r->property->type);
        ARENA_APPEND(r->values->arena, r->known, r->n_known, known);
        return known.value;
}

static bool has_zone(const Interface *i, const char *name) {
        for (size_t k = 0; k < i->n_zones; k++)
                if (strcmp(i->zones[k], name) == 0)
                        return true;
        return false;
}

/* { a, b }: a mapping without values stands for the list of its keys. */
static bool is_set(const Node *n) {
        if (n->kind != NODE_MAPPING || n->n_entries == 0)
                return false;
        for (size_t i = 0; i < n->n_entries; i++)
                if (!node_is_null(n->entries[i].value))
                        return false;
        return true;
}

bool simulation_is_by_zone(const Interface *i, const Property *p, const NodeEntry *e) {
        const Node *n = e->value;
        const TypeKind kind = p->type->kind;

        if (n->kind != NODE_MAPPING)
                return false;
        for (size_t k = 0; k < n->n_entries; k++)
                if (strcmp(n->entries[k].key->text, SIMULATION_FEATURE) == 0 ||
                    has_zone(i, n->entries[k].key->text))
                        return true;
        return !is_set(n) && !value_reader_is_wrapped(n, p->type) &&
               ((kind != TYPE_STRUCT && kind != TYPE_MAP && kind != TYPE_VAR) ||
                strncmp(e->key->text, "default", 7) != 0);
}

static bool is_by_zone(const Reader *r, const NodeEntry *e) {
        return r->interface && simulation_is_by_zone(r->interface, r->property, e);
}

static void check_zones(const Reader *r, const NodeEntry *e) {
        if (!is_by_zone(r, e))
                return;
        for (size_t i = 0; i < e->value->n_entries; i++) {
                const Node *key = e->value->entries[i].key;

                if (strcmp(key->text, SIMULATION_FEATURE) == 0 || has_zone(r->interface, key->text))
                        continue;
                diagnostics_error(r->values->diagnostics, key->span, "'%s' has no zone '%s'",
                                  r->interface->symbol.name, key->text);
                diagnostics_suggest(r->values->diagnostics, key->text, r->interface->zones,
                                    r->interface->n_zones);
        }
}

/* What is said under the key (or its older name) for the zone; "=" is the feature, and stands for
 * every zone that is not named. */
static const NodeEntry *find(const Reader *r, const char *key, const char *old_key) {
        const NodeEntry *e = node_find(r->config, key);

        return e || !old_key ? e : node_find(r->config, old_key);
}

static const Node *pick(const Reader *r, const NodeEntry *e, const char *zone) {
        const NodeEntry *of_zone;

        if (!e)
                return NULL;
        if (!is_by_zone(r, e))
                return e->value;
        of_zone = zone ? node_find(e->value, zone) : NULL;
        if (!of_zone)
                of_zone = node_find(e->value, SIMULATION_FEATURE);
        return of_zone ? of_zone->value : NULL;
}

static bool is_ordered(const Reader *r, const NodeEntry *e) {
        const TypeKind kind = r->property->type->kind;

        if (kind == TYPE_INT || kind == TYPE_REAL || kind == TYPE_INVALID)
                return true;
        diagnostics_error(r->values->diagnostics, e->key->span, "'%s' needs an int or a real",
                          e->key->text);
        return false;
}

/* The elements of a list, or of a mapping that stands for one. */
static size_t list_items(const Reader *r, const Node *n, const Node ***ret_items) {
        const Node **items = NULL;
        size_t n_items = 0;

        if (n->kind == NODE_SEQUENCE)
                for (size_t i = 0; i < n->n_items; i++)
                        ARENA_APPEND(r->values->arena, items, n_items, n->items[i]);
        else if (is_set(n))
                for (size_t i = 0; i < n->n_entries; i++)
                        ARENA_APPEND(r->values->arena, items, n_items, n->entries[i].key);
        *ret_items = items;
        return n_items;
}

static void read_range(Reader *r, const char *zone, Constraint *c) {
        const NodeEntry *e = find(r, "range", NULL);
        const Node *n = pick(r, e, zone);
        const Node **items;

        if (!n)
                return;
        if (list_items(r, n, &items) != 2) {
                diagnostics_error(r->values->diagnostics, n->span,
                                  "'range' wants both bounds: [ lowest, highest ]");
                return;
        }
        c->minimum = read_value(r, items[0]);
        c->maximum = read_value(r, items[1]);
}

static void read_domain(Reader *r, const char *zone, Constraint *c) {
        const Node *n = pick(r, find(r, "domain", NULL), zone);
        KnownDomain known = { .node = n };
        const Node **items;
        size_t n_items;

        if (!n)
                return;
        for (size_t i = 0; i < r->n_domains; i++)
                if (r->domains[i].node == n) {
                        c->domain = r->domains[i].values;
                        c->n_domain = r->domains[i].n_values;
                        return;
                }
        n_items = list_items(r, n, &items);
        if (n_items == 0)
                diagnostics_error(r->values->diagnostics, n->span,
                                  "'domain' wants the allowed values: [ …, … ]");
        for (size_t i = 0; i < n_items; i++) {
                Value *v = value_reader_read(r->values, items[i], r->property->type);

                if (v)
                        ARENA_APPEND(r->values->arena, known.values, known.n_values, v);
        }
        ARENA_APPEND(r->values->arena, r->domains, r->n_domains, known);
        c->domain = known.values;
        c->n_domain = known.n_values;
}

static void read_constraint(Reader *r, const char *zone, Constraint *c) {
        c->minimum = read_value(r, pick(r, find(r, "minimum", "range_low"), zone));
        c->maximum = read_value(r, pick(r, find(r, "maximum", "range_high"), zone));
        read_range(r, zone, c);
        read_domain(r, zone, c);
        if (c->minimum && c->maximum && value_compare(c->minimum, c->maximum) > 0)
                diagnostics_error(r->values->diagnostics, c->minimum->span,
                                  "the lowest value %s is above the highest, %s",
                                  value_print(r->values->arena, c->minimum),
                                  value_print(r->values->arena, c->maximum));
}

/* Once for each key, however many zones there are. False: go no further. */
static bool check_keys(const Reader *r) {
        static const char *const bounds[] = { "minimum", "maximum", "range_low", "range_high",
                                              "range" };
        bool ok = true;

        for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
                const NodeEntry *e = node_find(r->config, bounds[i]);

                if (e && !is_ordered(r, e))
                        ok = false;
        }
        for (size_t i = 0; i < N_KEYS - 1; i++) {
                const NodeEntry *e = node_find(r->config, keys[i]);

                if (e)
                        check_zones(r, e);
        }
        return ok;
}

void simulation_check_keys(const ValueReader *r, const Property *p, const Node *config) {
        for (size_t i = 0; i < config->n_entries; i++) {
                const Node *key = config->entries[i].key;
                bool known = false;

                for (size_t k = 0; k < N_KEYS; k++)
                        known = known || strcmp(keys[k], key->text) == 0;
                if (known)
                        continue;
                diagnostics_error(r->diagnostics, key->span,
                                  "'%s' is nothing that can be said of '%s'", key->text,
                                  p->symbol.name);
                diagnostics_suggest(r->diagnostics, key->text, keys, N_KEYS);
        }
}

static void warn_outside(const Reader *r, const Constraint *c, const Value *v) {
        if (v && !value_is_allowed(c, v))
                diagnostics_warning(r->values->diagnostics, WARNING_START_VALUE, v->span,
                                    "the start value %s is outside the bounds",
                                    value_print(r->values->arena, v));
}

void simulation_read_constraint(const ValueReader *values, Property *p, const Node *config) {
        Reader r = { .values = values, .property = p, .config = config };

        if (!check_keys(&r))
                return;
        read_constraint(&r, NULL, &p->constraint);
        warn_outside(&r, &p->constraint, p->initial);
}

void simulation_read_zones(const ValueReader *r, Interface *i, const Node *config) {
        const NodeEntry *e = node_find(config, "zones");

        if (!e)
                return;
        if (e->value->kind != NODE_SEQUENCE) {
                diagnostics_error(r->diagnostics, e->value->span, "'zones' wants a list: [ …, … ]");
                return;
        }
        for (size_t k = 0; k < e->value->n_items; k++) {
                const Node *n = e->value->items[k];

                if (n->kind != NODE_SCALAR || n->text[0] == '\0' ||
                    strcmp(n->text, SIMULATION_FEATURE) == 0)
                        diagnostics_error(r->diagnostics, n->span,
                                          "this is not the name of a zone");
                else if (has_zone(i, n->text))
                        diagnostics_error(r->diagnostics, n->span, "the zone '%s' is there already",
                                          n->text);
                else
                        ARENA_APPEND(r->arena, i->zones, i->n_zones, n->text);
        }
}

static bool read_unsupported(Reader *r, const char *zone) {
        const Node *n = pick(r, find(r, "unsupported", NULL), zone);
        bool value = false;

        if (n && (n->kind != NODE_SCALAR || value_reader_read_bool(n->text, &value) < 0))
                diagnostics_error(r->values->diagnostics, n->span,
                                  "'unsupported' wants true or false");
        return value;
}

static SimulationRow read_row(Reader *r, const char *zone) {
        SimulationRow row = { .zone = zone };

        row.initial = read_value(r, pick(r, find(r, "default", "default_value"), zone));
        read_constraint(r, zone, &row.constraint);
        row.unsupported = read_unsupported(r, zone);
        return row;
}

/* What one node says is one value, so pointers can be compared. */
static bool rows_equal(const SimulationRow *a, const SimulationRow *b) {
        if (a->initial != b->initial || a->unsupported != b->unsupported ||
            a->constraint.minimum != b->constraint.minimum ||
            a->constraint.maximum != b->constraint.maximum ||
            a->constraint.n_domain != b->constraint.n_domain)
                return false;
        for (size_t i = 0; i < a->constraint.n_domain; i++)
                if (a->constraint.domain[i] != b->constraint.domain[i])
                        return false;
        return true;
}

static void add_row(Reader *r, Property *p, const SimulationRow *row) {
        const SimulationRow *base = p->n_rows > 0 && !p->rows[0].zone ? &p->rows[0]
                                                                      : &(SimulationRow){ 0 };

        if (rows_equal(row, base))
                return;
        if (row->initial && (!row->zone || row->initial != base->initial))
                warn_outside(r, &row->constraint, row->initial);
        ARENA_APPEND(r->values->arena, p->rows, p->n_rows, *row);
}

void simulation_read_property(const ValueReader *values, const Interface *i, Property *p,
                              const Node *config) {
        Reader r = { .values = values, .interface = i, .property = p, .config = config };
        size_t n_errors = values->diagnostics->n_errors;
        SimulationRow row;

        if (!check_keys(&r))
                return;
        row = read_row(&r, NULL);
        add_row(&r, p, &row);
        for (size_t k = 0; i->zoned && k < i->n_zones; k++) {
                if (values->diagnostics->n_errors > n_errors)
                        return; /* what is wrong for one zone would be told again for the next */
                row = read_row(&r, i->zones[k]);
                add_row(&r, p, &row);
        }
}
