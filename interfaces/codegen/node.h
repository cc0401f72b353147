/* SPDX-License-Identifier: MIT */
/* YAML as a tree whose every node knows its place in the interface file. */
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
};

/* One line of the text that is parsed: where it is in the source. */
typedef struct NodeLine {
        const char *text;
        Span span;
} NodeLine;

/* The lines are one document. NULL: an error was reported, or the document is empty. */
Node *node_parse(Arena *a, Diagnostics *d, const NodeLine *lines, size_t n_lines);

Node *node_new_scalar(Arena *a, const char *text, bool plain, Span span);
/* NULL: the mapping has no such key, or the node is no mapping. */
const NodeEntry *node_find(const Node *n, const char *key);
/* Nothing was written: "", ~ or null without quotes. */
bool node_is_null(const Node *n);
