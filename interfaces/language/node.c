/* SPDX-License-Identifier: MIT */
/* YAML as a tree whose every node knows its place in the file that it stands in. */
#include "node.h"

#include <string.h>
#include <yaml.h>

typedef struct Reader {
        Arena *arena;
        Diagnostics *diagnostics;
        const Source *source;
        const char *text;
        uint32_t *offsets; /* in the source, of each character and of the end */
        size_t n_offsets;
        yaml_parser_t parser;
        yaml_event_t event; /* the last one */
        bool failed;
} Reader;

static bool begins_character(char c) {
        return ((unsigned char)c & 0xC0) != 0x80;
}

/* Joins the lines, and notes where each character comes from: marks count characters. */
static size_t join_lines(Reader *r, const NodeLine *lines, size_t n_lines) {
        size_t size = 0, used = 0;
        char *text;

        for (size_t i = 0; i < n_lines; i++)
                size += strlen(lines[i].text) + 1;
        text = arena_alloc(r->arena, size + 1);
        r->offsets = arena_alloc(r->arena, (size + 1) * sizeof(r->offsets[0]));
        for (size_t i = 0; i < n_lines; i++) {
                const Span *span = &lines[i].span;

                for (uint32_t k = 0; lines[i].text[k] != '\0'; k++) {
                        text[used++] = lines[i].text[k];
                        if (begins_character(lines[i].text[k]))
                                r->offsets[r->n_offsets++] = span->offset +
                                                             (k < span->length ? k : span->length);
                }
                text[used++] = '\n';
                r->offsets[r->n_offsets++] = span->offset + span->length;
        }
        r->offsets[r->n_offsets] = r->offsets[r->n_offsets - 1];
        r->text = text;
        r->source = lines[0].span.source;
        return used;
}

static uint32_t offset_of(const Reader *r, size_t index) {
        return r->offsets[index < r->n_offsets ? index : r->n_offsets];
}

static Span span_of(const Reader *r, yaml_mark_t start, yaml_mark_t end) {
        Span span = { .source = r->source, .offset = offset_of(r, start.index) };
        uint32_t stop = offset_of(r, end.index);

        if (stop > span.offset)
                span.length = stop - span.offset;
        return span;
}

static void fail(Reader *r, Span at, const char *text) {
        if (!r->failed)
                diagnostics_error(r->diagnostics, at, "%s", text);
        r->failed = true;
}

static Span span_of_problem(const Reader *r) {
        const yaml_parser_t *p = &r->parser;
        yaml_mark_t mark = p->problem_mark;

        /* A character that YAML does not allow is told by bytes. */
        if (p->error == YAML_READER_ERROR) {
                mark.index = 0;
                for (size_t i = 0; i < p->problem_offset && r->text[i] != '\0'; i++)
                        mark.index += begins_character(r->text[i]);
        }
        return span_of(r, mark, mark);
}

/* It takes the place of the one before. */
static bool next_event(Reader *r) {
        const yaml_parser_t *p = &r->parser;

        if (r->failed)
                return false;
        yaml_event_delete(&r->event);
        if (yaml_parser_parse(&r->parser, &r->event))
                return true;
        fail(r, span_of_problem(r),
             arena_printf(r->arena, "this is not YAML: %s", p->problem ? p->problem : "no memory"));
        return false;
}

static Node *read_node(Reader *r, unsigned depth);

/* A collection ends where its last event does. */
static void extend(const Reader *r, Node *n) {
        uint32_t stop = offset_of(r, r->event.end_mark.index);

        if (stop > n->span.offset)
                n->span.length = stop - n->span.offset;
}

static Node *read_sequence(Reader *r, Node *n, unsigned depth) {
        n->kind = NODE_SEQUENCE;
        while (next_event(r)) {
                Node *item;

                if (r->event.type == YAML_SEQUENCE_END_EVENT) {
                        extend(r, n);
                        break;
                }
                item = read_node(r, depth + 1);
                if (!item)
                        break;
                ARENA_APPEND(r->arena, n->items, n->n_items, item);
        }
        return n;
}

/* ---- entries by their key ---- */

#define FEW_ENTRIES 16

static size_t hash(const char *text) {
        size_t h = 5381;

        for (; *text != '\0'; text++)
                h = h * 33 ^ (unsigned char)*text;
        return h;
}

static void index_entry(Node *n, size_t position) {
        size_t i = hash(n->entries[position].key->text) & (n->index_size - 1);

        while (n->index[i] > 0)
                i = (i + 1) & (n->index_size - 1);
        n->index[i] = (uint32_t)position + 1;
}

/* Twice as large as what is in it, at least. */
static void index_entries(Arena *a, Node *n) {
        n->index_size = n->index_size == 0 ? 4 * FEW_ENTRIES : 2 * n->index_size;
        n->index = arena_alloc(a, n->index_size * sizeof(n->index[0]));
        for (size_t i = 0; i < n->n_entries; i++)
                index_entry(n, i);
}

/* The key is new. */
static void append_entry(Arena *a, Node *n, Node *key, Node *value) {
        NodeEntry entry = { .key = key, .value = value };

        ARENA_APPEND(a, n->entries, n->n_entries, entry);
        if (n->n_entries > FEW_ENTRIES && 2 * n->n_entries > n->index_size)
                index_entries(a, n);
        else if (n->index)
                index_entry(n, n->n_entries - 1);
}

NodeEntry *node_find(const Node *n, const char *key) {
        if (n->kind != NODE_MAPPING)
                return NULL;
        if (n->index) {
                size_t i = hash(key) & (n->index_size - 1);

                for (; n->index[i] > 0; i = (i + 1) & (n->index_size - 1))
                        if (strcmp(n->entries[n->index[i] - 1].key->text, key) == 0)
                                return &n->entries[n->index[i] - 1];
                return NULL;
        }
        for (size_t i = 0; i < n->n_entries; i++)
                if (strcmp(n->entries[i].key->text, key) == 0)
                        return &n->entries[i];
        return NULL;
}

bool node_set_entry(Arena *a, Node *n, Node *key, Node *value) {
        NodeEntry *same = node_find(n, key->text);

        if (same)
                *same = (NodeEntry){ .key = key, .value = value };
        else
                append_entry(a, n, key, value);
        return same;
}

Node *node_merge(Arena *a, Node *earlier, Node *later) {
        Node *n;

        if (!earlier || !later)
                return earlier ? earlier : later;
        if (earlier->kind != NODE_MAPPING || later->kind != NODE_MAPPING)
                return later;
        n = arena_alloc(a, sizeof(*n));
        *n = (Node){ .kind = NODE_MAPPING, .span = later->span };
        for (size_t i = 0; i < earlier->n_entries; i++)
                append_entry(a, n, earlier->entries[i].key, earlier->entries[i].value);
        for (size_t i = 0; i < later->n_entries; i++) {
                Node *key = later->entries[i].key, *value = later->entries[i].value;
                NodeEntry *same = node_find(n, key->text);

                if (same)
                        *same = (NodeEntry){ .key = key,
                                             .value = node_merge(a, same->value, value) };
                else
                        append_entry(a, n, key, value);
        }
        return n;
}

/* ---- reading ---- */

void node_add_entry(Arena *a, Diagnostics *d, Node *n, Node *key, Node *value) {
        if (node_set_entry(a, n, key, value))
                diagnostics_warning(d, WARNING_DUPLICATE_KEY, key->span, "'%s' is there twice%s",
                                    key->text,
                                    d->warnings[WARNING_DUPLICATE_KEY] == WARNING_AS_ERROR
                                            ? ""
                                            : ", the last one counts");
}

static Node *read_mapping(Reader *r, Node *n, unsigned depth) {
        Node *key = NULL;

        n->kind = NODE_MAPPING;
        while (next_event(r)) {
                Node *item;

                if (r->event.type == YAML_MAPPING_END_EVENT) {
                        extend(r, n);
                        break;
                }
                item = read_node(r, depth + 1);
                if (!item)
                        break;
                if (!key && item->kind != NODE_SCALAR) {
                        fail(r, item->span, "a key must be a plain text");
                } else if (!key) {
                        key = item;
                } else {
                        node_add_entry(r->arena, r->diagnostics, n, key, item);
                        key = NULL;
                }
        }
        return n;
}

static Node *read_scalar(Reader *r, Node *n) {
        const yaml_event_t *e = &r->event;

        n->kind = NODE_SCALAR;
        n->text = arena_strndup(r->arena, (const char *)e->data.scalar.value,
                                e->data.scalar.length);
        if (strlen(n->text) != e->data.scalar.length)
                fail(r, n->span, "a NUL character cannot be part of a text");
        n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return n;
}

/* What begins with the last event. */
static Node *read_node(Reader *r, unsigned depth) {
        const yaml_event_t *e = &r->event;
        Node *n = arena_alloc(r->arena, sizeof(*n));

        n->span = span_of(r, e->start_mark, e->end_mark);
        if (depth > NODE_DEPTH_MAX) {
                fail(r, n->span, "this is nested too deeply");
                return NULL;
        }
        switch (e->type) {
        case YAML_SCALAR_EVENT:
                return read_scalar(r, n);
        case YAML_SEQUENCE_START_EVENT:
                return read_sequence(r, n, depth);
        case YAML_MAPPING_START_EVENT:
                return read_mapping(r, n, depth);
        case YAML_ALIAS_EVENT:
                fail(r, n->span, "aliases cannot be used here");
                return NULL;
        default:
                fail(r, n->span, "this is not expected here");
                return NULL;
        }
}

static Node *read_document(Reader *r) {
        Node *n = NULL;

        while (next_event(r)) {
                yaml_event_type_t type = r->event.type;

                if (type == YAML_STREAM_END_EVENT)
                        break;
                if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
                    type == YAML_DOCUMENT_END_EVENT)
                        continue;
                if (n)
                        fail(r, span_of(r, r->event.start_mark, r->event.end_mark),
                             "there can be one document only");
                else
                        n = read_node(r, 0);
        }
        return r->failed ? NULL : n;
}

/* Also of what has been released: both are zero then. */
static void release(void *data) {
        Reader *r = data;

        yaml_event_delete(&r->event);
        yaml_parser_delete(&r->parser);
}

Node *node_parse(Arena *a, Diagnostics *d, const NodeLine *lines, size_t n_lines) {
        Reader *r = arena_alloc(a, sizeof(*r));
        size_t size;
        Node *n;

        *r = (Reader){ .arena = a, .diagnostics = d };
        size = join_lines(r, lines, n_lines);
        /* When the arena is exhausted, this is not left by its end. */
        arena_add_cleanup(a, release, r);
        if (!yaml_parser_initialize(&r->parser)) {
                fail(r, lines[0].span, "no memory to read this");
                return NULL;
        }
        yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text, size);
        n = read_document(r);
        release(r);
        return n;
}

Node *node_new_scalar(Arena *a, const char *text, bool plain, Span span) {
        Node *n = arena_alloc(a, sizeof(*n));

        *n = (Node){ .kind = NODE_SCALAR, .span = span, .text = text, .plain = plain };
        return n;
}

bool node_is_null(const Node *n) {
        return n->kind == NODE_SCALAR && n->plain &&
               (strcmp(n->text, "") == 0 || strcmp(n->text, "~") == 0 ||
                strcmp(n->text, "null") == 0);
}
