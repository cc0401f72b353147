/* SPDX-License-Identifier: MIT */
/* Reads a data file: simulation data instead of, or on top of, that of the module library. */
#include "sim-data-reader.h"

#include <errno.h>
#include <fascia/backend.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "sim-data-merge.h"
#include "sim-fault.h"
#include "sim-json.h"
#include "sim-member.h"
#include "sim-types.h"
#include "sim-values.h"
#include "simulation.h"

/* How many containers may stand inside each other in a value: as many as the runtime takes. */
#define DEPTH_MAX 48

/* Each is an object on the bus, and may have a row of its own for each property. */
#define ZONES_MAX 256

/* While a file is read. What is kept of it is in the arena of the data, all else goes with its own. */
typedef struct Reader {
        const SimDataInput *input;
        Arena *arena, *kept;
        Diagnostics *diagnostics;
        ValueReader values;
        SimTypes *types;
        const struct fascia_module *module;
        const Source *source;
        SimData *data;
        bool merge;
        char *error_text;
} Reader;

/* One interface of it. */
typedef struct Part {
        const struct fascia_interface *descriptor;
        const struct fascia_simulation *base; /* what is added to, or nothing */
        Interface interface;
        struct fascia_simulation_row *rows;
        size_t n_rows;
} Part;

static const struct fascia_simulation nothing;

static const struct fascia_interface *interface_at(const struct fascia_module *m, uint32_t n) {
        return (const void *)((const char *)m->interfaces + (size_t)n * m->interface_size);
}

/* ---- what the file says ---- */

static bool check_depth(const Reader *r, const Value *v) {
        if (!v || sim_value_depth(v) <= DEPTH_MAX)
                return true;
        diagnostics_error(r->diagnostics, v->span, "this is nested too deeply");
        return false;
}

static const void *keep_value(const Reader *r, const struct fascia_type *type, const Value *v) {
        return v && check_depth(r, v) ? sim_value_new(r->kept, type, v) : NULL;
}

static const void *keep_domain(const Reader *r, const struct fascia_type *type,
                               const Constraint *from) {
        for (size_t i = 0; i < from->n_domain; i++)
                if (!check_depth(r, from->domain[i]))
                        return NULL;
        return sim_value_new_array(r->kept, type, from->domain, from->n_domain);
}

/* What was said once for many zones is there once: it may be a long list. kept: the rows before. */
static struct fascia_simulation_row keep_row(const Reader *r, const struct fascia_type *type,
                                             const SimulationRow *rows, size_t n,
                                             const struct fascia_simulation_row *kept) {
        const SimulationRow *from = &rows[n];
        const Constraint *c = &from->constraint;
        struct fascia_simulation_row row = { .unsupported = from->unsupported };
        struct fascia_constraint *constraint;
        const void *domain = NULL;

        for (size_t i = 0; i < n; i++) {
                if (rows[i].initial == from->initial)
                        row.initial = kept[i].initial;
                if (c->domain && rows[i].constraint.domain == c->domain)
                        domain = kept[i].constraint->domain;
        }
        if (!row.initial)
                row.initial = keep_value(r, type, from->initial);
        if (!c->minimum && !c->maximum && c->n_domain == 0)
                return row;
        constraint = arena_alloc(r->kept, sizeof(*constraint));
        constraint->minimum = keep_value(r, type, c->minimum);
        constraint->maximum = keep_value(r, type, c->maximum);
        constraint->domain = domain ? domain : keep_domain(r, type, c);
        constraint->n_domain = (uint32_t)c->n_domain;
        row.constraint = constraint;
        return row;
}

/* Zones of the interface are kept already. */
static const char *keep_zone(const Part *p, const char *zone) {
        for (size_t i = 0; zone && i < p->interface.n_zones; i++)
                if (strcmp(p->interface.zones[i], zone) == 0)
                        return p->interface.zones[i];
        return NULL;
}

static void read_property(const Reader *r, Part *p, uint32_t index, const Node *config) {
        const struct fascia_property *descriptor = sim_property(p->descriptor, index);
        Property property = {
                .symbol = { .name = descriptor->name },
                .type = sim_types_get(r->types, descriptor->type),
        };
        size_t first;

        if (config->kind != NODE_MAPPING) {
                diagnostics_error(r->diagnostics, config->span,
                                  "what is said of '%s' wants keys: { default: …, minimum: …, … }",
                                  descriptor->name);
                return;
        }
        simulation_check_keys(&r->values, &property, config);
        simulation_read_property(&r->values, &p->interface, &property,
                                 sim_data_merge(r->arena, p->base, index, descriptor->type,
                                                &p->interface, &property, config));
        if (r->diagnostics->n_errors > 0)
                return; /* nothing is kept of it */
        first = p->n_rows;
        for (size_t i = 0; i < property.n_rows; i++) {
                const struct fascia_simulation_row *kept = p->rows ? p->rows + first : NULL;
                struct fascia_simulation_row row = keep_row(r, descriptor->type, property.rows, i,
                                                            kept);

                row.property = index;
                row.zone = keep_zone(p, property.rows[i].zone);
                ARENA_APPEND(r->kept, p->rows, p->n_rows, row);
        }
}

/* Of what the file does not speak of. */
static void take_rows(const Reader *r, Part *p, uint32_t index) {
        for (uint32_t i = 0; i < p->base->n_rows; i++)
                if (p->base->rows[i].property == index)
                        ARENA_APPEND(r->kept, p->rows, p->n_rows, p->base->rows[i]);
}

static bool has_zone(const Part *p, const char *zone) {
        return keep_zone(p, zone);
}

static void read_zones(const Reader *r, Part *p, const Node *config) {
        Interface own = { .symbol = p->interface.symbol };
        const NodeEntry *e = node_find(config, "zones");

        for (uint32_t i = 0; i < p->base->n_zones; i++)
                ARENA_APPEND(r->kept, p->interface.zones, p->interface.n_zones, p->base->zones[i]);
        if (!e)
                return;
        if (!p->interface.zoned) {
                diagnostics_error(r->diagnostics, e->key->span, "'%s' has no zones",
                                  p->descriptor->name);
                return;
        }
        if (e->value->n_items > ZONES_MAX) {
                diagnostics_error(r->diagnostics, e->value->span, "%zu zones are more than %d",
                                  e->value->n_items, ZONES_MAX);
                return;
        }
        simulation_read_zones(&r->values, &own, config);
        for (size_t i = 0; i < own.n_zones; i++)
                if (!has_zone(p, own.zones[i]))
                        ARENA_APPEND(r->kept, p->interface.zones, p->interface.n_zones,
                                     arena_strndup(r->kept, own.zones[i], strlen(own.zones[i])));
}

/* What names no property. */
static void check_names(const Reader *r, const Part *p, const Node *config) {
        const char **names = NULL;
        size_t n_names = 0;

        for (uint32_t i = 0; i < p->descriptor->n_properties; i++)
                ARENA_APPEND(r->arena, names, n_names, sim_property(p->descriptor, i)->name);
        ARENA_APPEND(r->arena, names, n_names, "zones");
        for (size_t i = 0; i < config->n_entries; i++) {
                const Node *key = config->entries[i].key;

                if (config->entries[i].used || strcmp(key->text, "zones") == 0)
                        continue;
                diagnostics_error(r->diagnostics, key->span, "'%s' has no property '%s'",
                                  p->descriptor->name, key->text);
                diagnostics_suggest(r->diagnostics, key->text, names, n_names);
        }
}

static void read_interface(const Reader *r, uint32_t index, const Node *config) {
        const struct fascia_interface *descriptor = interface_at(r->module, index);
        Part p = {
                .descriptor = descriptor,
                .base = r->merge ? r->data->interfaces[index] : &nothing,
                .interface = { .symbol = { .name = descriptor->name },
                               .zoned = descriptor->flags & FASCIA_INTERFACE_ZONED },
        };
        struct fascia_simulation *s;

        if (config->kind != NODE_MAPPING) {
                diagnostics_error(r->diagnostics, config->span,
                                  "what is said of '%s' wants its properties: { … }",
                                  descriptor->name);
                return;
        }
        read_zones(r, &p, config);
        for (uint32_t i = 0; i < descriptor->n_properties; i++) {
                const char *name = sim_property(descriptor, i)->name;
                /* A property of that name cannot be spoken of. */
                NodeEntry *e = strcmp(name, "zones") == 0 ? NULL : node_find(config, name);

                if (e) {
                        e->used = true;
                        read_property(r, &p, i, e->value);
                } else {
                        take_rows(r, &p, i);
                }
        }
        check_names(r, &p, config);
        s = arena_alloc(r->kept, sizeof(*s));
        *s = (struct fascia_simulation){
                .zones = p.interface.zones,
                .rows = p.rows,
                .n_zones = (uint32_t)p.interface.n_zones,
                .n_rows = (uint32_t)p.n_rows,
        };
        r->data->interfaces[index] = s;
}

/* Qualified, or with leading parts left off. */
static bool is_named(const struct fascia_interface *i, const char *name) {
        size_t size = strlen(name), all = strlen(i->qualified_name);

        if (size == 0 || size > all || strcmp(i->qualified_name + all - size, name) != 0)
                return false;
        return size == all || i->qualified_name[all - size - 1] == '.';
}

static void refuse_name(const Reader *r, const Node *key) {
        const char **names = NULL;
        size_t n = 0;

        for (uint32_t i = 0; i < r->module->n_interfaces; i++) {
                ARENA_APPEND(r->arena, names, n, interface_at(r->module, i)->name);
                ARENA_APPEND(r->arena, names, n, interface_at(r->module, i)->qualified_name);
        }
        ARENA_APPEND(r->arena, names, n, "merge");
        ARENA_APPEND(r->arena, names, n, "faults");
        diagnostics_error(r->diagnostics, key->span, "the module '%s' has no interface '%s'",
                          r->module->name, key->text);
        diagnostics_suggest(r->diagnostics, key->text, names, n);
}

static void read_merge(Reader *r, const Node *root) {
        const NodeEntry *e = node_find(root, "merge");

        if (e && (e->value->kind != NODE_SCALAR ||
                  value_reader_read_bool(e->value->text, &r->merge) < 0))
                diagnostics_error(r->diagnostics, e->value->span, "'merge' wants true or false");
        for (uint32_t i = 0; !r->merge && i < r->module->n_interfaces; i++)
                r->data->interfaces[i] = &nothing;
}

/* Of which features a fault is, is known of those of this module alone. */
static bool has_member(const Reader *r, const SimFault *f) {
        bool is_other = f->feature;

        for (uint32_t i = 0; i < r->module->n_interfaces; i++) {
                if (f->feature && !is_named(interface_at(r->module, i), f->feature))
                        continue;
                is_other = false;
                if (sim_has_member(interface_at(r->module, i), f->member))
                        return true;
        }
        return is_other;
}

/* Nothing is held while something is said: there may be no memory for it, and no return. */
static int check_fault(const Reader *r, const json_t *json, Span span) {
        const char *feature = json_string_value(json_object_get(json, "feature")),
                   *member = json_string_value(json_object_get(json, "member"));
        char *text = NULL, reason[512];
        bool is_known;
        SimFault fault;
        int q;

        q = sim_fault_read(json, &fault, &text);
        if (q < 0 && !text)
                return q;
        if (q < 0) {
                snprintf(reason, sizeof(reason), "%s", text);
                free(text);
                diagnostics_error(r->diagnostics, span, "%s", reason);
                return 0;
        }
        is_known = !member || has_member(r, &fault);
        sim_fault_done(&fault);
        if (!is_known)
                diagnostics_error(r->diagnostics, span, "'%s' has no member '%s'",
                                  feature ? feature : r->module->name, member);
        return 0;
}

static int read_faults(const Reader *r, const Node *n) {
        bool ok = n->kind == NODE_SEQUENCE;
        int q;

        for (size_t i = 0; i < n->n_items; i++)
                ok = ok && n->items[i]->kind == NODE_MAPPING;
        if (!ok)
                diagnostics_error(r->diagnostics, n->span,
                                  "'faults' wants a list of mappings: [ { … }, { … } ]");
        if (r->diagnostics->n_errors > 0)
                return 0;
        r->data->faults = json_array();
        q = r->data->faults ? sim_json_add(r->data->faults, n) : -ENOMEM;
        for (size_t i = 0; q >= 0 && i < n->n_items; i++)
                q = check_fault(r, json_array_get(r->data->faults, i), n->items[i]->span);
        return q;
}

static void read_root(Reader *r, const Node *root) {
        bool *told = arena_alloc(r->arena, r->module->n_interfaces + 1);

        read_merge(r, root);
        for (size_t i = 0; i < root->n_entries; i++) {
                const NodeEntry *e = &root->entries[i];
                uint32_t index = 0;

                if (strcmp(e->key->text, "merge") == 0 || strcmp(e->key->text, "faults") == 0)
                        continue;
                while (index < r->module->n_interfaces &&
                       !is_named(interface_at(r->module, index), e->key->text))
                        index++;
                if (index == r->module->n_interfaces) {
                        refuse_name(r, e->key);
                } else if (told[index]) {
                        diagnostics_error(r->diagnostics, e->key->span, "'%s' is there twice",
                                          interface_at(r->module, index)->name);
                } else {
                        told[index] = true;
                        read_interface(r, index, e->value);
                }
        }
}

/* ---- the file ---- */

static bool has_suffix(const char *path, const char *suffix) {
        size_t size = strlen(path);

        return size >= strlen(suffix) && strcasecmp(path + size - strlen(suffix), suffix) == 0;
}

/* What begins as JSON does may also be YAML, unless the name of the file says. */
static Node *parse(const Reader *r) {
        const Source *s = r->source;
        NodeLine all = { s->text, { s, 0, s->size } };
        Diagnostics *attempt = diagnostics_new(r->arena);
        Span bad = { .source = s, .length = 1 };
        Node *root = NULL;

        if (source_find_bad_byte(s, &bad.offset) == 0) {
                diagnostics_error(r->diagnostics, bad, "this is not UTF-8");
                return NULL;
        }
        if (has_suffix(s->path, ".json"))
                return node_parse_json(r->arena, r->diagnostics, s);
        if (s->text[strspn(s->text, "\xEF\xBB\xBF \t\r\n")] == '{')
                root = node_parse_json(r->arena, attempt, s);
        if (!root)
                return node_parse(r->arena, r->diagnostics, &all, 1);
        /* Once more, for what it has to say of keys. */
        return attempt->n_items == 0 ? root : node_parse_json(r->arena, r->diagnostics, s);
}

static int read_source(Reader *r) {
        Node *root = parse(r);
        const NodeEntry *faults;

        if (!root && r->diagnostics->n_errors > 0)
                return 0;
        if (!root || root->kind != NODE_MAPPING) {
                Span all = { .source = r->source, .length = 1 };

                diagnostics_error(r->diagnostics, root ? root->span : all,
                                  "expected interfaces and what is said of them: { \"Interface\": "
                                  "{ \"property\": { \"default\": … } } }");
                return 0;
        }
        read_root(r, root);
        faults = node_find(root, "faults");
        return faults ? read_faults(r, faults->value) : 0;
}

/* The first fault in the order of the file, and how many there are beside it. */
static char *describe(Diagnostics *d) {
        const Diagnostic *first = NULL;
        char more[64] = "", *text;
        uint32_t line, column;
        size_t n = 0;

        diagnostics_sort(d);
        for (size_t i = 0; i < d->n_items; i++)
                if (d->items[i].severity == SEVERITY_ERROR && n++ == 0)
                        first = &d->items[i];
        source_locate(first->at.source, first->at.offset, &line, &column);
        if (n > 1)
                snprintf(more, sizeof(more), " (and %zu more)", n - 1);
        if (asprintf(&text, "%s:%u:%u: error: %s%s%s%s", first->at.source->path, line, column,
                     first->text, first->note ? "; " : "", first->note ? first->note : "",
                     more) < 0)
                return NULL;
        return text;
}

/* ---- out of memory ---- */

/* Arenas do not return when there is none: that is where they go. */
static _Thread_local jmp_buf *on_exhausted;

static void exhausted(void) {
        longjmp(*on_exhausted, 1);
}

static int guard(int (*run)(Reader *r), Reader *r) {
        jmp_buf here, *const before = on_exhausted;
        int q;

        on_exhausted = &here;
        if (setjmp(here) == 0)
                q = run(r);
        else
                q = -ENOMEM;
        on_exhausted = before;
        return q;
}

/* ---- from the outside ---- */

/* Why it cannot be read. */
static int refuse_file(const char *path, int code, char **reterr_text) {
        if (code == -EFBIG) {
                if (asprintf(reterr_text, "%s:1:1: error: this is larger than %d KiB", path,
                             SOURCE_SIZE_MAX / 1024) < 0)
                        return -ENOMEM;
                return -EINVAL;
        }
        if (asprintf(reterr_text, "%s: %s", path,
                     code == -EINVAL ? "error: this is not a regular file" : strerror(-code)) < 0)
                return -ENOMEM;
        return code;
}

/* Nobody waits for what a pipe or a device may have to say. */
static int check_file(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

static int open_source(Reader *r) {
        const SimDataInput *in = r->input;
        Source *source = NULL;
        int q;

        if (in->text && in->size > SOURCE_SIZE_MAX)
                q = -EFBIG;
        else
                q = in->text ? 0 : check_file(in->path);
        if (q == 0 && in->text)
                source = source_new(r->arena, in->path, in->text, in->size);
        else if (q == 0)
                q = source_load(r->arena, in->path, &source);
        if (q < 0)
                return refuse_file(in->path, q, &r->error_text);
        r->source = source;
        return 0;
}

static int read_file(Reader *r) {
        int q;

        q = open_source(r);
        if (q < 0)
                return q;
        r->diagnostics = diagnostics_new(r->arena);
        r->diagnostics->warnings[WARNING_DUPLICATE_KEY] = WARNING_AS_ERROR;
        r->values = (ValueReader){ .arena = r->arena, .diagnostics = r->diagnostics };
        r->types = sim_types_new(r->arena);
        q = read_source(r);
        if (q < 0 || r->diagnostics->n_errors == 0)
                return q;
        r->error_text = describe(r->diagnostics);
        return r->error_text ? -EINVAL : -ENOMEM;
}

static void free_kept(void *memory) {
        arena_free(memory);
}

static int read_into(SimData *data, const SimDataInput *input, char **reterr_text) {
        Reader reader = { .input = input, .module = input->module, .data = data };
        int r = -ENOMEM;

        reader.kept = arena_new(exhausted);
        if (!reader.kept)
                return r;
        data->memory = reader.kept;
        data->free_memory = free_kept;
        reader.arena = arena_new(exhausted);
        if (reader.arena)
                r = guard(read_file, &reader);
        arena_free(reader.arena);
        *reterr_text = reader.error_text;
        return r;
}

const SimDataReader fascia_simulation_data_reader = {
        .version = FASCIA_VERSION,
        .read = read_into,
};
