/* SPDX-License-Identifier: MIT */
/* Reads the annotations (@config, @config_simulator, @since, @deprecated, @dbus) into the model. */
#include "annotations.h"

#include <string.h>

#include "node.h"
#include "simulation.h"
#include "value-reader.h"

/* What an annotation can stand before. */
typedef enum Place {
        PLACE_MODULE = 1 << 0,
        PLACE_INTERFACE = 1 << 1,
        PLACE_PROPERTY = 1 << 2,
        PLACE_OPERATION = 1 << 3,
        PLACE_SIGNAL = 1 << 4,
        PLACE_STRUCT = 1 << 5,
        PLACE_FIELD = 1 << 6,
        PLACE_ENUM = 1 << 7,
        PLACE_FLAG = 1 << 8,
        PLACE_ENUMERATOR = 1 << 9,
} Place;

#define PLACE_ANY 0x3FFU

typedef struct Reader {
        Module *module;
        Diagnostics *diagnostics;
        ValueReader values;
        Interface *interface; /* that is being read, or the one that the property is in */
        Property *property;
        Enum *enumeration;
        Symbol *symbol;
        Place place;
} Reader;

typedef void key_fn(Reader *r, const NodeEntry *e);

typedef struct Key {
        const char *name;
        unsigned places;
        key_fn *read; /* NULL: accepted, and read elsewhere or without effect */
} Key;

static const char *read_text(Reader *r, const NodeEntry *e) {
        if (e->value->kind == NODE_SCALAR && !node_is_null(e->value))
                return e->value->text;
        diagnostics_error(r->diagnostics, e->value->span, "'%s' wants a text", e->key->text);
        return NULL;
}

static bool read_bool(Reader *r, const NodeEntry *e, bool fallback) {
        bool value;

        if (e->value->kind == NODE_SCALAR && value_reader_read_bool(e->value->text, &value) == 0)
                return value;
        diagnostics_error(r->diagnostics, e->value->span, "'%s' wants true or false", e->key->text);
        return fallback;
}

static const char *read_identifier(Reader *r, const NodeEntry *e) {
        static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
        static const char rest[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
        const char *text = read_text(r, e);

        if (!text)
                return NULL;
        if (text[0] != '\0' && strchr(first, text[0]) && text[strspn(text, rest)] == '\0')
                return text;
        diagnostics_error(r->diagnostics, e->value->span, "'%s' cannot be a name in C", text);
        return NULL;
}

static void read_c_name(Reader *r, const NodeEntry *e) {
        r->symbol->c_name = read_identifier(r, e);
}

static void read_zoned(Reader *r, const NodeEntry *e) {
        r->interface->zoned = read_bool(r, e, false);
}

static void read_id(Reader *r, const NodeEntry *e) {
        r->interface->id = read_text(r, e);
}

static void read_getter_name(Reader *r, const NodeEntry *e) {
        r->property->getter_name = read_identifier(r, e);
}

static void read_setter_name(Reader *r, const NodeEntry *e) {
        r->property->setter_name = read_identifier(r, e);
}

static void read_type_name(Reader *r, const NodeEntry *e) {
        r->enumeration->type_name = read_identifier(r, e);
}

static void read_persistent(Reader *r, const NodeEntry *e) {
        r->property->persistent = read_bool(r, e, false);
}

static void read_unit(Reader *r, const NodeEntry *e) {
        r->property->unit = read_text(r, e);
}

static void warn_without_effect(Reader *r, const NodeEntry *e) {
        diagnostics_warning(r->diagnostics, e->key->span, "'%s' has no effect in this version",
                            e->key->text);
}

static void warn_simulation_file(Reader *r, const NodeEntry *e) {
        diagnostics_warning(r->diagnostics, e->key->span,
                            "'simulationFile' is not used, the simulation is the built-in one");
}

static const Key config_keys[] = {
        { "zoned", PLACE_INTERFACE, read_zoned },
        { "id", PLACE_INTERFACE, read_id },
        { "c_name", PLACE_ANY, read_c_name },
        { "getter_name", PLACE_PROPERTY, read_getter_name },
        { "setter_name", PLACE_PROPERTY, read_setter_name },
        { "type", PLACE_FLAG, read_type_name },
        { "persistent", PLACE_PROPERTY, read_persistent },
        { "unit", PLACE_PROPERTY, read_unit },
        { "minimum", PLACE_PROPERTY, NULL },
        { "maximum", PLACE_PROPERTY, NULL },
        { "range", PLACE_PROPERTY, NULL },
        { "domain", PLACE_PROPERTY, NULL },
        { "configurationId", PLACE_MODULE | PLACE_INTERFACE, warn_without_effect },
        { "namespace", PLACE_MODULE, NULL },
        { "qml_type", PLACE_ANY, NULL },
        { "qml_name", PLACE_ANY, NULL },
        { "qml_class_name", PLACE_ANY, NULL },
        { "interfaceBuilder", PLACE_ANY, NULL },
        { "disablePrivateIF", PLACE_ANY, NULL },
};

static const Key simulator_keys[] = {
        { "zones", PLACE_INTERFACE, NULL },
        { "default", PLACE_PROPERTY, NULL },
        { "default_value", PLACE_PROPERTY, NULL },
        { "minimum", PLACE_PROPERTY, NULL },
        { "maximum", PLACE_PROPERTY, NULL },
        { "range_low", PLACE_PROPERTY, NULL },
        { "range_high", PLACE_PROPERTY, NULL },
        { "range", PLACE_PROPERTY, NULL },
        { "domain", PLACE_PROPERTY, NULL },
        { "unsupported", PLACE_PROPERTY, NULL },
        { "zoned", PLACE_PROPERTY, NULL },
        { "simulationFile", PLACE_MODULE, warn_simulation_file },
        { "defaultServerMode", PLACE_MODULE, NULL },
        { "serviceObjectId", PLACE_MODULE, NULL },
        { "configurationId", PLACE_MODULE, warn_without_effect },
};

static void refuse_dbus(Reader *r, const NodeEntry *e) {
        diagnostics_error(r->diagnostics, e->key->span,
                          "'%s' below '@dbus' cannot be generated yet", e->key->text);
}

static const Key dbus_keys[] = {
        { "type", PLACE_ANY, refuse_dbus },       { "name", PLACE_ANY, refuse_dbus },
        { "path", PLACE_ANY, refuse_dbus },       { "emits", PLACE_ANY, refuse_dbus },
        { "parameters", PLACE_ANY, refuse_dbus }, { "return", PLACE_ANY, refuse_dbus },
        { "errors", PLACE_ANY, refuse_dbus },
};

static void warn_unknown_key(Reader *r, const NodeEntry *e, const char *tag, const Key *keys,
                             size_t n_keys) {
        const char **names = NULL;
        size_t n = 0;

        diagnostics_warning(r->diagnostics, e->key->span, "'%s' is unknown below '@%s'",
                            e->key->text, tag);
        for (size_t i = 0; i < n_keys; i++)
                if (keys[i].places & r->place)
                        ARENA_APPEND(r->module->arena, names, n, keys[i].name);
        diagnostics_suggest(r->diagnostics, e->key->text, names, n);
}

static void read_key(Reader *r, const NodeEntry *e, const char *tag, const Key *keys,
                     size_t n_keys) {
        for (size_t i = 0; i < n_keys; i++) {
                if (strcmp(keys[i].name, e->key->text) != 0)
                        continue;
                if (!(keys[i].places & r->place))
                        diagnostics_warning(r->diagnostics, e->key->span,
                                            "'%s' below '@%s' has no effect here", e->key->text,
                                            tag);
                else if (keys[i].read)
                        keys[i].read(r, e);
                return;
        }
        warn_unknown_key(r, e, tag, keys, n_keys);
}

static void read_keys(Reader *r, const NodeEntry *tag, const Key *keys, size_t n_keys) {
        if (tag->value->kind != NODE_MAPPING) {
                diagnostics_error(r->diagnostics, tag->value->span, "'@%s' wants keys: { … }",
                                  tag->key->text);
                return;
        }
        for (size_t i = 0; i < tag->value->n_entries; i++)
                read_key(r, &tag->value->entries[i], tag->key->text, keys, n_keys);
}

static void read_config(Reader *r, const NodeEntry *e) {
        read_keys(r, e, config_keys, sizeof(config_keys) / sizeof(config_keys[0]));
        if (r->property && e->value->kind == NODE_MAPPING)
                simulation_read_constraint(&r->values, r->property, e->value);
}

static void read_config_simulator(Reader *r, const NodeEntry *e) {
        read_keys(r, e, simulator_keys, sizeof(simulator_keys) / sizeof(simulator_keys[0]));
        if (e->value->kind != NODE_MAPPING)
                return;
        if (r->property)
                simulation_read_property(&r->values, r->interface, r->property, e->value);
        else if (r->interface)
                simulation_read_zones(&r->values, r->interface, e->value);
}

static void read_dbus(Reader *r, const NodeEntry *e) {
        read_keys(r, e, dbus_keys, sizeof(dbus_keys) / sizeof(dbus_keys[0]));
}

static void read_since(Reader *r, const NodeEntry *e) {
        r->symbol->since = read_text(r, e);
}

static void read_deprecated(Reader *r, const NodeEntry *e) {
        bool value;

        if (e->value->kind == NODE_SCALAR && value_reader_read_bool(e->value->text, &value) == 0)
                r->symbol->deprecated = value ? "" : NULL;
        else
                r->symbol->deprecated = read_text(r, e);
}

/* Other tags belong to templates of the user: nothing is said about them. */
static void read_tag(Reader *r, const NodeEntry *e) {
        static const Key tags[] = {
                { "config", PLACE_ANY, read_config },
                { "config_simulator", PLACE_ANY, read_config_simulator },
                { "dbus", PLACE_ANY, read_dbus },
                { "since", PLACE_ANY, read_since },
                { "deprecated", PLACE_ANY, read_deprecated },
        };

        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
                if (strcmp(tags[i].name, e->key->text) == 0)
                        tags[i].read(r, e);
}

/* A bare "@deprecated" says "deprecated: true". */
static const char *complete_line(const char *text) {
        static const char word[] = "deprecated";

        if (strncmp(text, word, strlen(word)) == 0 &&
            text[strlen(word) + strspn(text + strlen(word), " \t")] == '\0')
                return "deprecated: true";
        return text;
}

static void read_symbol(Reader *r, Place place, Symbol *symbol) {
        NodeLine *lines = NULL;
        size_t n_lines = 0;
        Node *root;

        r->place = place;
        r->symbol = symbol;
        for (size_t i = 0; i < symbol->n_tags; i++) {
                NodeLine line = { complete_line(symbol->tags[i].text), symbol->tags[i].span };

                ARENA_APPEND(r->module->arena, lines, n_lines, line);
        }
        if (n_lines == 0)
                return;
        root = node_parse(r->module->arena, r->diagnostics, lines, n_lines);
        if (!root)
                return;
        if (root->kind != NODE_MAPPING) {
                diagnostics_error(r->diagnostics, root->span,
                                  "an annotation is written '@name: value'");
                return;
        }
        for (size_t i = 0; i < root->n_entries; i++)
                read_tag(r, &root->entries[i]);
}

static void read_interface(Reader *r, Interface *i) {
        r->interface = i;
        read_symbol(r, PLACE_INTERFACE, &i->symbol);
        for (size_t k = 0; k < i->n_properties; k++) {
                r->property = i->properties[k];
                if (r->property->literal)
                        r->property->initial = value_reader_read_literal(
                                &r->values, r->property->literal, r->property->type);
                read_symbol(r, PLACE_PROPERTY, &r->property->symbol);
                r->property = NULL;
        }
        r->interface = NULL;
        for (size_t k = 0; k < i->n_operations; k++)
                read_symbol(r, PLACE_OPERATION, &i->operations[k]->symbol);
        for (size_t k = 0; k < i->n_signals; k++)
                read_symbol(r, PLACE_SIGNAL, &i->signals[k]->symbol);
}

static void read_enum(Reader *r, Enum *e) {
        r->enumeration = e;
        read_symbol(r, e->is_flag ? PLACE_FLAG : PLACE_ENUM, &e->symbol);
        for (size_t i = 0; i < e->n_members; i++)
                read_symbol(r, PLACE_ENUMERATOR, &e->members[i]->symbol);
}

void annotations_read(Module *m, Diagnostics *d) {
        Reader r = {
                .module = m,
                .diagnostics = d,
                .values = { .arena = m->arena, .diagnostics = d },
        };

        read_symbol(&r, PLACE_MODULE, &m->symbol);
        for (size_t i = 0; i < m->n_interfaces; i++)
                read_interface(&r, m->interfaces[i]);
        for (size_t i = 0; i < m->n_structs; i++) {
                read_symbol(&r, PLACE_STRUCT, &m->structs[i]->symbol);
                for (size_t k = 0; k < m->structs[i]->n_fields; k++)
                        read_symbol(&r, PLACE_FIELD, &m->structs[i]->fields[k]->symbol);
        }
        for (size_t i = 0; i < m->n_enums; i++)
                read_enum(&r, m->enums[i]);
}
