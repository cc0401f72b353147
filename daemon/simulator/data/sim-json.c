/* SPDX-License-Identifier: MIT */
/* A part of a data file that somebody else reads, as JSON. */
#include "sim-json.h"

#include <errno.h>
#include <string.h>

#include "value-reader.h"

static json_t *new_scalar(const Node *n) {
        int64_t integer;
        double real;
        bool boolean;

        if (!n->plain)
                return json_string(n->text);
        if (node_is_null(n))
                return json_null();
        if (value_reader_read_bool(n->text, &boolean) == 0)
                return json_boolean(boolean);
        if (!strpbrk(n->text, ".eE") && value_reader_read_int(n->text, &integer) == 0)
                return json_integer(integer);
        return value_reader_read_real(n->text, &real) == 0 ? json_real(real) : json_string(n->text);
}

static json_t *new_json(const Node *n) {
        switch (n->kind) {
        case NODE_SCALAR:
                return new_scalar(n);
        case NODE_SEQUENCE:
                return json_array();
        case NODE_MAPPING:
                return json_object();
        }
        return NULL;
}

static int fill(json_t *json, const Node *n) {
        int r = 0;

        if (n->kind == NODE_SEQUENCE)
                return sim_json_add(json, n);
        for (size_t i = 0; r == 0 && i < n->n_entries; i++) {
                const Node *value = n->entries[i].value;
                json_t *item = new_json(value);

                /* Also of NULL. */
                if (json_object_set_new(json, n->entries[i].key->text, item) < 0)
                        return -ENOMEM;
                r = fill(item, value);
        }
        return r;
}

int sim_json_add(json_t *array, const Node *list) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < list->n_items; i++) {
                json_t *item = new_json(list->items[i]);

                if (json_array_append_new(array, item) < 0)
                        return -ENOMEM;
                r = fill(item, list->items[i]);
        }
        return r;
}
