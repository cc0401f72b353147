/* SPDX-License-Identifier: MIT */
/* YAML or JSON as a tree whose every node knows its place in the file that it stands in. */
#pragma once

#include "diagnostics.h"

typedef enum NodeKind {
        NODE_SCALAR,
        NODE_SEQUENCE,
        NODE_MAPPING,
} NodeKind;

typedef struct Node Node;

typedef struct NodeEntry {
        Node *key; /* a scalar */
        Node *value;
        bool used; /* somebody asked for it */
} NodeEntry;

struct Node {
        NodeKind kind;
        Span span;
        const char *text; /* of a scalar */
        bool plain;       /* a scalar without quotes */
        Node **items;
        size_t n_items;
        NodeEntry *entries;
        size_t n_entries;
        uint32_t *index; /* by hash: the position of the entry + 1; NULL while there are few */
        size_t index_size;
};

/* libyaml's time grows with the square of the depth. */
#define NODE_DEPTH_MAX 32

/* One line of the text that is parsed, or all of it: where it is in the source. */
typedef struct NodeLine {
        const char *text;
        Span span;
} NodeLine;

/* The lines are one document. NULL: an error was reported, or the document is empty. */
Node *node_parse(Arena *a, Diagnostics *d, const NodeLine *lines, size_t n_lines);
/* JSON (RFC 8259) and nothing beyond it; libyaml takes much of it for YAML, but not all. NULL: an
 * error was reported. */
Node *node_parse_json(Arena *a, Diagnostics *d, const Source *source);

Node *node_new_scalar(Arena *a, const char *text, bool plain, Span span);
/* Of a mapping; true: in place of an entry with this key. */
bool node_set_entry(Arena *a, Node *n, Node *key, Node *value);
/* Of a mapping, from a file. A key that is there already is warned of, or refused; the last one counts. */
void node_add_entry(Arena *a, Diagnostics *d, Node *n, Node *key, Node *value);
/* NULL: the mapping has no such key, or the node is no mapping. */
NodeEntry *node_find(const Node *n, const char *key);
/* Of two documents, each may be NULL: mappings are merged at any depth, of anything else the later
 * one counts. Neither is changed. */
Node *node_merge(Arena *a, Node *earlier, Node *later);
/* Nothing was written: "", ~ or null without quotes. */
bool node_is_null(const Node *n);
