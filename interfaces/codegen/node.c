/* SPDX-License-Identifier: MIT */
/* YAML as a tree whose every node knows its place in the interface file. */
#include "node.h"

#include <string.h>
#include <yaml.h>

/* libyaml's time grows with the square of the depth. */
#define DEPTH_MAX 32

typedef struct Reader {
        Arena *arena;
        Diagnostics *diagnostics;
        const NodeLine *lines;
        size_t n_lines;
        yaml_parser_t parser;
        bool failed;
} Reader;

/* Marks count characters, the source bytes. */
static uint32_t offset_of(const Reader *r, yaml_mark_t mark) {
        const NodeLine *line;
        uint32_t bytes = 0;

        if (mark.line >= r->n_lines) {
                line = &r->lines[r->n_lines - 1];
                return line->span.offset + line->span.length;
        }
        line = &r->lines[mark.line];
        for (size_t i = 0; bytes < line->span.length; bytes++) {
                if (((unsigned char)line->text[bytes] & 0xC0) == 0x80)
                        continue;
                if (i++ == mark.column)
                        break;
        }
        return line->span.offset + bytes;
}

static Span span_of(const Reader *r, yaml_mark_t start, yaml_mark_t end) {
        Span span = { .offset = offset_of(r, start) };
        uint32_t stop = offset_of(r, end);

        if (stop > span.offset)
                span.length = stop - span.offset;
        return span;
}

static void fail(Reader *r, Span at, const char *text) {
        if (!r->failed)
                diagnostics_error(r->diagnostics, at, "%s", text);
        r->failed = true;
}

static bool next_event(Reader *r, yaml_event_t *e) {
        const yaml_parser_t *p = &r->parser;

        if (r->failed)
                return false;
        if (yaml_parser_parse(&r->parser, e))
                return true;
        fail(r, span_of(r, p->problem_mark, p->problem_mark),
             arena_printf(r->arena, "this is not YAML: %s", p->problem ? p->problem : "no memory"));
        return false;
}

static Node *read_node(Reader *r, const yaml_event_t *e, unsigned depth);

/* A collection ends where its last event does. */
static void extend(const Reader *r, Node *n, yaml_mark_t end) {
        uint32_t stop = offset_of(r, end);

        if (stop > n->span.offset)
                n->span.length = stop - n->span.offset;
}

static Node *read_sequence(Reader *r, Node *n, unsigned depth) {
        yaml_event_t e;

        n->kind = NODE_SEQUENCE;
        while (next_event(r, &e)) {
                bool end = e.type == YAML_SEQUENCE_END_EVENT;
                Node *item = end ? NULL : read_node(r, &e, depth + 1);

                if (end)
                        extend(r, n, e.end_mark);
                yaml_event_delete(&e);
                if (end || !item)
                        break;
                ARENA_APPEND(r->arena, n->items, n->n_items, item);
        }
        return n;
}

static void add_entry(Reader *r, Node *n, Node *key, Node *value) {
        for (size_t i = 0; i < n->n_entries; i++)
                if (strcmp(n->entries[i].key->text, key->text) == 0) {
                        diagnostics_warning(r->diagnostics, key->span,
                                            "'%s' is there twice, the last one counts", key->text);
                        n->entries[i].key = key;
                        n->entries[i].value = value;
                        return;
                }
        ARENA_APPEND(r->arena, n->entries, n->n_entries, ((NodeEntry){ key, value }));
}

static Node *read_mapping(Reader *r, Node *n, unsigned depth) {
        Node *key = NULL;
        yaml_event_t e;

        n->kind = NODE_MAPPING;
        while (next_event(r, &e)) {
                bool end = e.type == YAML_MAPPING_END_EVENT;
                Node *item = end ? NULL : read_node(r, &e, depth + 1);

                if (end)
                        extend(r, n, e.end_mark);
                yaml_event_delete(&e);
                if (end || !item)
                        break;
                if (!key && item->kind != NODE_SCALAR) {
                        fail(r, item->span, "a key must be a plain text");
                } else if (!key) {
                        key = item;
                } else {
                        add_entry(r, n, key, item);
                        key = NULL;
                }
        }
        return n;
}

static Node *read_node(Reader *r, const yaml_event_t *e, unsigned depth) {
        Node *n = arena_alloc(r->arena, sizeof(*n));

        n->span = span_of(r, e->start_mark, e->end_mark);
        if (depth > DEPTH_MAX) {
                fail(r, n->span, "this is nested too deeply");
                return NULL;
        }
        switch (e->type) {
        case YAML_SCALAR_EVENT:
                n->kind = NODE_SCALAR;
                n->text = arena_strndup(r->arena, (const char *)e->data.scalar.value,
                                        e->data.scalar.length);
                if (strlen(n->text) != e->data.scalar.length)
                        fail(r, n->span, "a NUL character cannot be part of a text");
                n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
                return n;
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
        yaml_event_t e;

        while (next_event(r, &e)) {
                yaml_event_type_t type = e.type;

                if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
                    type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
                        if (n)
                                fail(r, span_of(r, e.start_mark, e.end_mark),
                                     "there can be one document only");
                        else
                                n = read_node(r, &e, 0);
                }
                yaml_event_delete(&e);
                if (type == YAML_STREAM_END_EVENT)
                        break;
        }
        return r->failed ? NULL : n;
}

Node *node_parse(Arena *a, Diagnostics *d, const NodeLine *lines, size_t n_lines) {
        Reader r = { .arena = a, .diagnostics = d, .lines = lines, .n_lines = n_lines };
        size_t size = 0, used = 0;
        char *text;
        Node *n;

        for (size_t i = 0; i < n_lines; i++)
                size += strlen(lines[i].text) + 1;
        text = arena_alloc(a, size + 1);
        for (size_t i = 0; i < n_lines; i++)
                used += (size_t)sprintf(text + used, "%s\n", lines[i].text);
        if (!yaml_parser_initialize(&r.parser)) {
                fail(&r, lines[0].span, "no memory to read this");
                return NULL;
        }
        yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, used);
        n = read_document(&r);
        yaml_parser_delete(&r.parser);
        return n;
}

Node *node_new_scalar(Arena *a, const char *text, bool plain, Span span) {
        Node *n = arena_alloc(a, sizeof(*n));

        *n = (Node){ .kind = NODE_SCALAR, .span = span, .text = text, .plain = plain };
        return n;
}

const NodeEntry *node_find(const Node *n, const char *key) {
        if (n->kind != NODE_MAPPING)
                return NULL;
        for (size_t i = 0; i < n->n_entries; i++)
                if (strcmp(n->entries[i].key->text, key) == 0)
                        return &n->entries[i];
        return NULL;
}

bool node_is_null(const Node *n) {
        return n->kind == NODE_SCALAR && n->plain &&
               (strcmp(n->text, "") == 0 || strcmp(n->text, "~") == 0 ||
                strcmp(n->text, "null") == 0);
}
