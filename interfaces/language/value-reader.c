/* SPDX-License-Identifier: MIT */
/* Reads what is written in a file as a value of the type that is expected. */
#include "value-reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dbus-name.h"
#include "text.h"
#include "wire-type.h"

int value_reader_read_bool(const char *text, bool *ret) {
        static const struct {
                const char *text;
                bool value;
        } words[] = {
                { "true", true }, { "false", false }, { "yes", true },
                { "no", false },  { "on", true },     { "off", false },
        };

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcasecmp(text, words[i].text) == 0) {
                        *ret = words[i].value;
                        return 0;
                }
        return -EINVAL;
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

int value_reader_read_real(const char *text, double *ret) {
        bool digits = false;
        char *end;

        for (const char *p = text; *p != '\0'; p++) {
                digits = digits || is_digit(*p);
                if (!is_digit(*p) && !strchr("+-.eE", *p))
                        return -EINVAL;
        }
        if (!digits)
                return -EINVAL;
        *ret = strtod(text, &end);
        if (*end != '\0')
                return -EINVAL;
        return isfinite(*ret) ? 0 : -ERANGE;
}

int value_reader_read_int(const char *text, int64_t *ret) {
        const char *digits = text + (*text == '-' || *text == '+');
        double real;
        char *end;
        int r;

        if (is_digit(digits[0])) {
                errno = 0;
                *ret = *text == '-' ? strtoll(text, &end, 0) : (int64_t)strtoull(text, &end, 0);
                if (errno == ERANGE)
                        return -ERANGE;
                if (*end == '\0')
                        return *text != '-' && *ret < 0 ? 1 : 0;
        }
        r = value_reader_read_real(text, &real);
        if (r < 0)
                return r;
        if (real > 1e15 || real < -1e15)
                return -ERANGE;
        *ret = (int64_t)real;
        return (double)*ret == real ? 0 : -EINVAL;
}

static const char *scalar_text(const ValueReader *r, const Node *n) {
        if (n->kind == NODE_SCALAR)
                return n->text;
        diagnostics_error(r->diagnostics, n->span, "expected one value, not a %s",
                          n->kind == NODE_MAPPING ? "mapping" : "list");
        return NULL;
}

static bool read_bool(const ValueReader *r, const Node *n, Value *v) {
        const char *text = scalar_text(r, n);

        if (!text)
                return false;
        if (value_reader_read_bool(text, &v->boolean) == 0)
                return true;
        diagnostics_error(r->diagnostics, n->span, "'%s' is not a bool: true or false", text);
        return false;
}

static bool read_int(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        const char *text = scalar_text(r, n);
        int64_t minimum;
        uint64_t maximum;
        int q;

        if (!text)
                return false;
        wire_type_bounds(t->code, &minimum, &maximum);
        q = value_reader_read_int(text, &v->integer);
        if (q == 1 && maximum == UINT64_MAX)
                return true;
        if (q == 0 && v->integer >= minimum && (v->integer < 0 || (uint64_t)v->integer <= maximum))
                return true;
        if (q == -EINVAL)
                diagnostics_error(r->diagnostics, n->span, "'%s' is not a whole number", text);
        else if (t->code == 0)
                diagnostics_error(r->diagnostics, n->span,
                                  "%s does not fit in an int, which has 32 bits", text);
        else
                diagnostics_error(r->diagnostics, n->span, "%s does not fit in %s", text,
                                  wire_type_c_type(t->code));
        return false;
}

static bool read_real(const ValueReader *r, const Node *n, Value *v) {
        const char *text = scalar_text(r, n);
        int64_t integer;
        int q;

        if (!text)
                return false;
        q = value_reader_read_real(text, &v->real);
        if (q == 0)
                return true;
        if (q == -EINVAL && value_reader_read_int(text, &integer) == 0) {
                v->real = (double)integer;
                return true;
        }
        if (q == -ERANGE)
                diagnostics_error(r->diagnostics, n->span, "%s is too large for a real", text);
        else
                diagnostics_error(r->diagnostics, n->span, "'%s' is not a finite number", text);
        return false;
}

/* What is in front of the last "." or "::" says where the member comes from; it is known. */
static const char *drop_scope(const char *name) {
        const char *dot = strrchr(name, '.');
        const char *colons = NULL;

        for (const char *p = strstr(name, "::"); p; p = strstr(p + 2, "::"))
                colons = p + 2;
        if (dot && (!colons || dot + 1 > colons))
                return dot + 1;
        return colons ? colons : name;
}

static const Enumerator *find_member(const ValueReader *r, const Node *n, const Enum *e,
                                     const char *text) {
        const char *name = drop_scope(text);
        const Enumerator *member = model_find_enumerator(e, name);
        const char **names = NULL;
        size_t n_names = 0;

        if (member)
                return member;
        diagnostics_error(r->diagnostics, n->span, "'%s' has no member '%s'", e->symbol.name, name);
        for (size_t i = 0; i < e->n_members; i++)
                ARENA_APPEND(r->arena, names, n_names, e->members[i]->symbol.name);
        diagnostics_suggest(r->diagnostics, name, names, n_names);
        return NULL;
}

static bool read_string(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        v->string = scalar_text(r, n);
        if (!v->string || t->code != 'o' || dbus_name_is_path(v->string))
                return v->string;
        diagnostics_error(r->diagnostics, n->span, "'%s' cannot be an object path", v->string);
        return false;
}

static bool read_enum(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        const char *text = scalar_text(r, n);
        const Enumerator *member = text ? find_member(r, n, t->enumeration, text) : NULL;

        if (!member)
                return false;
        v->integer = member->value;
        return true;
}

#define BLANKS " \t\n\r"

static bool read_flag(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        const char *text = scalar_text(r, n);

        if (!text)
                return false;
        if (text[strspn(text, BLANKS)] == '\0' && !n->plain)
                return true;
        for (const char *p = text;;) {
                const char *start = p + strspn(p, BLANKS);
                const char *end = start + strcspn(start, "|");
                size_t size = (size_t)(end - start);
                const Enumerator *member;

                while (size > 0 && strchr(BLANKS, start[size - 1]))
                        size--;
                member = find_member(r, n, t->enumeration, arena_strndup(r->arena, start, size));
                if (!member)
                        return false;
                v->integer |= member->value;
                if (*end == '\0')
                        return true;
                p = end + 1;
        }
}

static bool read_list(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        if (n->kind != NODE_SEQUENCE) {
                diagnostics_error(r->diagnostics, n->span, "expected a list: [ … ]");
                return false;
        }
        for (size_t i = 0; i < n->n_items; i++) {
                Value *item = value_reader_read(r, n->items[i], t->element);

                if (!item)
                        return false;
                ARENA_APPEND(r->arena, v->items, v->n_items, item);
        }
        return true;
}

static int compare_keys(const void *a, const void *b) {
        const NodeEntry *x = *(const NodeEntry *const *)a, *y = *(const NodeEntry *const *)b;

        return strcmp(x->key->text, y->key->text);
}

/* Sorted, as they are handed out when the program runs. */
static bool read_map(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        const NodeEntry **entries = arena_alloc(r->arena, (n->n_entries + 1) * sizeof(entries[0]));
        size_t n_keys = 0;

        if (n->kind != NODE_MAPPING) {
                diagnostics_error(r->diagnostics, n->span, "expected a mapping: { key: value, … }");
                return false;
        }
        for (size_t i = 0; i < n->n_entries; i++)
                entries[i] = &n->entries[i];
        if (n->n_entries > 1)
                qsort(entries, n->n_entries, sizeof(entries[0]), compare_keys);
        for (size_t i = 0; i < n->n_entries; i++) {
                Value *item = value_reader_read(r, entries[i]->value, t->element);

                if (!item)
                        return false;
                ARENA_APPEND(r->arena, v->items, v->n_items, item);
                ARENA_APPEND(r->arena, v->keys, n_keys, entries[i]->key->text);
        }
        return true;
}

/* Without a type that is expected, the value says what it is, as YAML 1.1 has it. */
static const Type *type_of_node(const Node *n) {
        static const Type bool_type = { .kind = TYPE_BOOL, .name = "bool" };
        static const Type int_type = { .kind = TYPE_INT, .name = "int" };
        static const Type real_type = { .kind = TYPE_REAL, .name = "real" };
        static const Type string_type = { .kind = TYPE_STRING, .name = "string" };
        static Type var_type = { .kind = TYPE_VAR, .name = "var" };
        static const Type list_type = { .kind = TYPE_LIST, .name = "list", .element = &var_type };
        static const Type map_type = { .kind = TYPE_MAP, .name = "map", .element = &var_type };
        int64_t integer;
        double real;
        bool boolean;

        if (n->kind != NODE_SCALAR)
                return n->kind == NODE_MAPPING ? &map_type : &list_type;
        if (!n->plain)
                return &string_type;
        if (value_reader_read_bool(n->text, &boolean) == 0)
                return &bool_type;
        if (value_reader_read_int(n->text, &integer) == 0 && !strpbrk(n->text, ".eE") &&
            integer >= INT32_MIN && integer <= INT32_MAX)
                return &int_type;
        return value_reader_read_real(n->text, &real) == 0 ? &real_type : &string_type;
}

static bool read_var(const ValueReader *r, const Node *n, Value *v) {
        Value *inner;

        if (node_is_null(n))
                return true;
        inner = value_reader_read(r, n, type_of_node(n));
        if (!inner)
                return false;
        ARENA_APPEND(r->arena, v->items, v->n_items, inner);
        return true;
}

static bool refuse_value(const ValueReader *r, const Node *n, const Type *t) {
        /* The type itself has been refused. */
        if (t->kind == TYPE_INTERFACE || t->kind == TYPE_MODEL)
                diagnostics_error(r->diagnostics, n->span, "a value of type '%s' cannot be written",
                                  t->name);
        return false;
}

static const Node *field_node(const ValueReader *r, const Node *n, const Struct *s, size_t i) {
        const NodeEntry *entry;

        if (n->kind == NODE_SEQUENCE)
                return n->items[i];
        entry = node_find(n, s->fields[i]->symbol.name);
        if (entry)
                return entry->value;
        diagnostics_error(r->diagnostics, n->span, "the field '%s' is missing",
                          s->fields[i]->symbol.name);
        return NULL;
}

static bool has_unknown_fields(const ValueReader *r, const Node *n, const Struct *s) {
        const char **names = NULL;
        size_t n_names = 0;

        for (size_t i = 0; i < s->n_fields; i++)
                ARENA_APPEND(r->arena, names, n_names, s->fields[i]->symbol.name);
        for (size_t i = 0; i < n->n_entries; i++) {
                const Node *key = n->entries[i].key;
                bool known = false;

                for (size_t k = 0; k < n_names; k++)
                        known = known || strcmp(names[k], key->text) == 0;
                if (known)
                        continue;
                diagnostics_error(r->diagnostics, key->span, "'%s' has no field '%s'",
                                  s->symbol.name, key->text);
                diagnostics_suggest(r->diagnostics, key->text, names, n_names);
                return true;
        }
        return false;
}

static bool read_struct(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        const Struct *s = t->structure;

        if (n->kind == NODE_SCALAR) {
                diagnostics_error(r->diagnostics, n->span,
                                  "expected the fields of '%s': { … } or [ … ]", s->symbol.name);
                return false;
        }
        if (n->kind == NODE_SEQUENCE && n->n_items != s->n_fields) {
                diagnostics_error(r->diagnostics, n->span, "'%s' has %zu fields, not %zu",
                                  s->symbol.name, s->n_fields, n->n_items);
                return false;
        }
        if (has_unknown_fields(r, n, s))
                return false;
        for (size_t i = 0; i < s->n_fields; i++) {
                const Node *node = field_node(r, n, s, i);
                Value *item = node ? value_reader_read(r, node, s->fields[i]->type) : NULL;

                if (!item)
                        return false;
                ARENA_APPEND(r->arena, v->items, v->n_items, item);
        }
        return true;
}

static bool read_value(const ValueReader *r, const Node *n, const Type *t, Value *v) {
        switch (t->kind) {
        case TYPE_BOOL:
                return read_bool(r, n, v);
        case TYPE_INT:
                return read_int(r, n, t, v);
        case TYPE_REAL:
                return read_real(r, n, v);
        case TYPE_STRING:
                return read_string(r, n, t, v);
        case TYPE_ENUM:
                return read_enum(r, n, t, v);
        case TYPE_FLAG:
                return read_flag(r, n, t, v);
        case TYPE_STRUCT:
                return read_struct(r, n, t, v);
        case TYPE_LIST:
                return read_list(r, n, t, v);
        case TYPE_MAP:
                return read_map(r, n, t, v);
        case TYPE_VAR:
                return read_var(r, n, v);
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return refuse_value(r, n, t);
}

/* A struct that has these two fields is written by their names. */
static bool has_fields(const Struct *s, const char *a, const char *b) {
        unsigned n = 0;

        for (size_t i = 0; i < s->n_fields; i++)
                n += strcmp(s->fields[i]->symbol.name, a) == 0 ||
                     strcmp(s->fields[i]->symbol.name, b) == 0;
        return n == 2;
}

bool value_reader_is_wrapped(const Node *n, const Type *t) {
        const NodeEntry *type = node_find(n, "type");

        if (t->kind != TYPE_ENUM && t->kind != TYPE_FLAG &&
            (t->kind != TYPE_STRUCT || has_fields(t->structure, "type", "value")))
                return false;
        return n->n_entries == 2 && type && type->value->kind == NODE_SCALAR &&
               node_find(n, "value");
}

static bool is_expected(const Node *type, const Type *t) {
        const char *name = drop_scope(type->text);

        if (t->kind == TYPE_STRUCT)
                return strcmp(name, t->structure->symbol.name) == 0;
        return strcmp(name, t->kind == TYPE_FLAG ? "flag" : "enum") == 0 ||
               strcmp(name, "enum") == 0 || strcmp(name, t->enumeration->symbol.name) == 0;
}

/* NULL: an error was reported. */
static const Node *unwrap(const ValueReader *r, const Node *n, const Type *t) {
        const Node *type;

        if (!value_reader_is_wrapped(n, t))
                return n;
        type = node_find(n, "type")->value;
        if (is_expected(type, t))
                return node_find(n, "value")->value;
        if (t->kind == TYPE_STRUCT)
                diagnostics_error(r->diagnostics, type->span, "expected a '%s', not a '%s'",
                                  t->structure->symbol.name, type->text);
        else
                diagnostics_error(r->diagnostics, type->span, "expected 'enum' or '%s', not '%s'",
                                  t->enumeration->symbol.name, type->text);
        return NULL;
}

Value *value_reader_read(const ValueReader *r, const Node *n, const Type *t) {
        Value *v = arena_alloc(r->arena, sizeof(*v));

        n = unwrap(r, n, t);
        if (!n)
                return NULL;
        v->type = t;
        v->span = n->span;
        return read_value(r, n, t, v) ? v : NULL;
}

/* Everything in the literal is where the literal is. */
static void move_to(Node *n, Span span) {
        n->span = span;
        for (size_t i = 0; i < n->n_items; i++)
                move_to(n->items[i], span);
        for (size_t i = 0; i < n->n_entries; i++) {
                move_to(n->entries[i].key, span);
                move_to(n->entries[i].value, span);
        }
}

Value *value_reader_read_literal(const ValueReader *r, const Literal *l, const Type *t) {
        NodeLine line = { .text = l->text, .span = { l->span.source, l->span.offset, 0 } };
        size_t n_errors = r->diagnostics->n_errors;
        Node *n;

        if (t->kind != TYPE_STRUCT && t->kind != TYPE_LIST && t->kind != TYPE_MAP &&
            t->kind != TYPE_VAR) {
                if (t->kind == TYPE_STRING && !l->quoted) {
                        diagnostics_error(r->diagnostics, l->span, "a string needs quotes");
                        return NULL;
                }
                return value_reader_read(r, node_new_scalar(r->arena, l->text, false, l->span), t);
        }
        n = node_parse(r->arena, r->diagnostics, &line, 1);
        if (!n) {
                if (r->diagnostics->n_errors == n_errors)
                        diagnostics_error(r->diagnostics, l->span, "expected { … } or [ … ]");
                return NULL;
        }
        move_to(n, l->span);
        if (t->kind == TYPE_VAR && n->kind == NODE_SCALAR)
                n->plain = !l->quoted;
        return value_reader_read(r, n, t);
}

int value_compare(const Value *a, const Value *b) {
        if (a->type->kind == TYPE_REAL)
                return (a->real > b->real) - (a->real < b->real);
        if (a->type->code == 't')
                return ((uint64_t)a->integer > (uint64_t)b->integer) -
                       ((uint64_t)a->integer < (uint64_t)b->integer);
        return (a->integer > b->integer) - (a->integer < b->integer);
}

bool value_equal(const Value *a, const Value *b) {
        if (a->n_items != b->n_items || a->boolean != b->boolean || a->integer != b->integer ||
            memcmp(&a->real, &b->real, sizeof(a->real)) != 0)
                return false;
        if (a->string && strcmp(a->string, b->string) != 0)
                return false;
        for (size_t i = 0; i < a->n_items; i++) {
                if (a->keys && strcmp(a->keys[i], b->keys[i]) != 0)
                        return false;
                if (a->items[i]->type->kind != b->items[i]->type->kind ||
                    !value_equal(a->items[i], b->items[i]))
                        return false;
        }
        return true;
}

bool value_is_allowed(const Constraint *c, const Value *v) {
        if (c->minimum && value_compare(v, c->minimum) < 0)
                return false;
        if (c->maximum && value_compare(v, c->maximum) > 0)
                return false;
        for (size_t i = 0; i < c->n_domain; i++)
                if (value_equal(v, c->domain[i]))
                        return true;
        return c->n_domain == 0;
}

/* Of a struct what its fields say, of everything else what a value starts with. */
Value *value_new_default(Arena *a, const Type *t) {
        Value *v = arena_alloc(a, sizeof(*v));

        *v = (Value){ .type = t, .span = t->span, .string = t->code == 'o' ? "/" : "" };
        if (t->kind == TYPE_ENUM && t->enumeration->n_members > 0)
                v->integer = t->enumeration->members[0]->value;
        for (size_t i = 0; t->kind == TYPE_STRUCT && i < t->structure->n_fields; i++) {
                const Field *f = t->structure->fields[i];
                Value *item = f->initial ? f->initial : value_new_default(a, f->type);

                ARENA_APPEND(a, v->items, v->n_items, item);
        }
        return v;
}

const char *value_print_real(Arena *a, double real) {
        const char *text = NULL;

        for (int digits = 15; digits <= 17; digits++) {
                text = arena_printf(a, "%.*g", digits, real);
                if (strtod(text, NULL) == real)
                        break;
        }
        return text;
}

static const char *print_items(Arena *a, const Value *v, const char *open, const char *close) {
        Text text;

        text_init(&text, a);
        text_add(&text, open);
        for (size_t i = 0; i < v->n_items; i++) {
                text_add(&text, i > 0 ? ", " : "");
                if (v->keys)
                        text_printf(&text, "\"%s\": ", v->keys[i]);
                text_add(&text, value_print(a, v->items[i]));
        }
        text_add(&text, close);
        return text.bytes;
}

static const char *print_flag(Arena *a, const Value *v) {
        const Enum *e = v->type->enumeration;
        uint64_t left = (uint64_t)v->integer;
        const char *text = "";

        for (size_t i = 0; i < e->n_members; i++) {
                uint64_t bits = (uint64_t)e->members[i]->value;

                if (bits == 0 || (left & bits) != bits)
                        continue;
                left &= ~bits;
                text = arena_printf(a, "%s%s%s", text, *text ? "|" : "",
                                    e->members[i]->symbol.name);
        }
        return text;
}

static const char *print_enum(Arena *a, const Value *v) {
        const Enum *e = v->type->enumeration;

        for (size_t i = 0; i < e->n_members; i++)
                if (e->members[i]->value == v->integer)
                        return e->members[i]->symbol.name;
        return arena_printf(a, "%" PRId64, v->integer);
}

const char *value_print(Arena *a, const Value *v) {
        switch (v->type->kind) {
        case TYPE_BOOL:
                return v->boolean ? "true" : "false";
        case TYPE_INT:
                return arena_printf(a, v->type->code == 't' ? "%" PRIu64 : "%" PRId64, v->integer);
        case TYPE_REAL:
                return value_print_real(a, v->real);
        case TYPE_STRING:
                return arena_printf(a, "\"%s\"", v->string);
        case TYPE_ENUM:
                return print_enum(a, v);
        case TYPE_FLAG:
                return print_flag(a, v);
        case TYPE_STRUCT:
                return print_items(a, v, "{", "}");
        case TYPE_LIST:
                return print_items(a, v, "[", "]");
        case TYPE_MAP:
                return print_items(a, v, "{", "}");
        case TYPE_VAR:
                return v->n_items > 0 ? value_print(a, v->items[0]) : "null";
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "";
}
