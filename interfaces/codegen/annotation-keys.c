/* SPDX-License-Identifier: MIT */
/* What the keys of @config, @config_simulator and @dbus, and the other tags, do to the model. */
#include "annotation-keys.h"
#include <ctype.h>

#include <string.h>

#include "dbus-name.h"
#include "doc.h"
#include "simulation.h"
#include "wire-type.h"

#define PLACE_ANY 0x3FFU
#define PLACE_MEMBER (PLACE_PROPERTY | PLACE_OPERATION | PLACE_SIGNAL)

typedef void key_fn(KeyReader *r, const NodeEntry *e);

typedef struct Key {
        const char *name;
        unsigned places;
        key_fn *read; /* NULL: accepted, and read elsewhere or without effect */
} Key;

static Diagnostics *diagnostics_of(const KeyReader *r) {
        return r->values.diagnostics;
}

static const char *read_text(KeyReader *r, const NodeEntry *e) {
        if (e->value->kind == NODE_SCALAR && !node_is_null(e->value))
                return e->value->text;
        diagnostics_error(diagnostics_of(r), e->value->span, "'%s' wants a text", e->key->text);
        return NULL;
}

static bool read_bool(KeyReader *r, const NodeEntry *e, bool fallback) {
        bool value;

        if (e->value->kind == NODE_SCALAR && value_reader_read_bool(e->value->text, &value) == 0)
                return value;
        diagnostics_error(diagnostics_of(r), e->value->span, "'%s' wants true or false",
                          e->key->text);
        return fallback;
}

/* A text that the rule accepts; what: "a bus name". */
static const char *read_name(KeyReader *r, const NodeEntry *e, bool (*is_valid)(const char *text),
                             const char *what) {
        const char *text = read_text(r, e);

        if (!text || is_valid(text))
                return text;
        diagnostics_error(diagnostics_of(r), e->value->span, "'%s' cannot be %s", text, what);
        return NULL;
}

static const char *read_identifier(KeyReader *r, const NodeEntry *e) {
        return read_name(r, e, dbus_name_is_member, "a name in C");
}

/* ---- config ---- */

static void read_c_name(KeyReader *r, const NodeEntry *e) {
        r->symbol->c_name = read_identifier(r, e);
}

static void read_zoned(KeyReader *r, const NodeEntry *e) {
        r->interface->zoned = read_bool(r, e, false);
}

static void read_id(KeyReader *r, const NodeEntry *e) {
        r->interface->id = read_text(r, e);
}

/* As configuration files have them, which keep two names for themselves. */
static bool is_section(const char *text) {
        size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");

        return text[n] == '\0' && !isdigit((unsigned char)text[0]) && text[0] != '.' &&
               text[n - 1] != '.' && strcmp(text, "fascia") != 0;
}

static void read_configuration(KeyReader *r, const NodeEntry *e) {
        const char *text = read_text(r, e);

        if (text && (strpbrk(text, "[]\n\r;#") || text[0] == '\0')) {
                diagnostics_error(diagnostics_of(r), e->value->span,
                                  "'%s' cannot be the name of a section", text);
                return;
        }
        if (text && !is_section(text))
                diagnostics_warning(diagnostics_of(r), WARNING_SECTION_NAME, e->value->span,
                                    "fasciad.conf and client.conf cannot have a section '%s'",
                                    text);
        if (r->interface)
                r->interface->configuration = text;
        else
                r->module->configuration = text;
}

static void read_getter_name(KeyReader *r, const NodeEntry *e) {
        r->property->getter_name = read_identifier(r, e);
}

static void read_setter_name(KeyReader *r, const NodeEntry *e) {
        r->property->setter_name = read_identifier(r, e);
}

static void read_type_name(KeyReader *r, const NodeEntry *e) {
        r->enumeration->type_name = read_identifier(r, e);
}

static void read_persistent(KeyReader *r, const NodeEntry *e) {
        r->property->persistent = read_bool(r, e, false);
}

static void read_unit(KeyReader *r, const NodeEntry *e) {
        r->property->unit = read_text(r, e);
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
        { "configurationId", PLACE_MODULE | PLACE_INTERFACE, read_configuration },
        { "namespace", PLACE_MODULE, NULL },
        { "qml_type", PLACE_ANY, NULL },
        { "qml_name", PLACE_ANY, NULL },
        { "qml_class_name", PLACE_ANY, NULL },
        { "interfaceBuilder", PLACE_ANY, NULL },
        { "disablePrivateIF", PLACE_ANY, NULL },
};

/* ---- config_simulator ---- */

static bool is_of_qml(const char *file) {
        size_t size = strlen(file);

        return strncmp(file, "qrc:", 4) == 0 || (size > 4 && strcmp(file + size - 4, ".qml") == 0);
}

static void read_simulation_file(KeyReader *r, const NodeEntry *e) {
        const char *file = read_text(r, e);

        if (file && is_of_qml(file)) {
                diagnostics_warning(
                        diagnostics_of(r), WARNING_SIMULATION_FILE, e->key->span,
                        "'simulationFile' is not used, the simulation is the built-in one");
                return;
        }
        r->module->simulation_file = file;
        r->module->simulation_span = e->value->span;
}

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
        { "simulationFile", PLACE_MODULE, read_simulation_file },
        { "defaultServerMode", PLACE_MODULE, NULL },
        { "serviceObjectId", PLACE_MODULE, NULL },
        { "configurationId", PLACE_MODULE, NULL },
};

/* ---- dbus ---- */

static void read_dbus_name(KeyReader *r, const NodeEntry *e) {
        if (r->place == PLACE_MODULE)
                r->symbol->dbus_name = read_name(r, e, dbus_name_is_bus, "a bus name");
        else if (r->place == PLACE_INTERFACE)
                r->symbol->dbus_name = read_name(r, e, dbus_name_is_interface,
                                                 "the name of a D-Bus interface");
        else
                r->symbol->dbus_name = read_name(r, e, dbus_name_is_member,
                                                 "the name of a member on D-Bus");
}

static void read_dbus_path(KeyReader *r, const NodeEntry *e) {
        const char *path = read_name(r, e, dbus_name_is_path, "an object path");

        if (r->interface)
                r->interface->dbus_path = path;
        else
                r->module->dbus_path = path;
}

static void read_foreign(KeyReader *r, const NodeEntry *e) {
        r->module->foreign = read_bool(r, e, false);
}

static void apply_type(KeyReader *r, const NodeEntry *e, Type *t) {
        const char *text = read_text(r, e);
        const char *problem = text ? wire_type_apply(r->values.arena, t, text) : NULL;

        if (problem)
                diagnostics_error(diagnostics_of(r), e->value->span, "%s", problem);
}

static void read_dbus_type(KeyReader *r, const NodeEntry *e) {
        apply_type(r, e, r->property ? r->property->type : r->field->type);
}

static void read_emits(KeyReader *r, const NodeEntry *e) {
        static const char *const words[] = {
                [EMITS_TRUE] = "true",
                [EMITS_INVALIDATES] = "invalidates",
                [EMITS_CONST] = "const",
                [EMITS_FALSE] = "false",
        };
        const char *text = read_text(r, e);

        for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i], text) == 0) {
                        r->property->emits = (Emits)i;
                        text = NULL;
                }
        if (text)
                diagnostics_error(diagnostics_of(r), e->value->span,
                                  "'emits' wants true, invalidates, const or false");
        else if (r->property->emits == EMITS_CONST && !r->property->readonly)
                diagnostics_error(diagnostics_of(r), e->value->span,
                                  "'%s' can be set, so it is not constant", r->symbol->name);
}

/* { type: u }, of a parameter or the result; NULL: it says something else, or nothing. */
static const NodeEntry *find_type(KeyReader *r, const NodeEntry *e) {
        static const char *const keys[] = { "type" };
        const NodeEntry *type = NULL;

        if (e->value->kind != NODE_MAPPING) {
                diagnostics_error(diagnostics_of(r), e->value->span, "'%s' wants { type: … }",
                                  e->key->text);
                return NULL;
        }
        for (size_t i = 0; i < e->value->n_entries; i++) {
                const NodeEntry *of_type = &e->value->entries[i];

                if (strcmp(of_type->key->text, keys[0]) == 0) {
                        type = of_type;
                        continue;
                }
                diagnostics_warning(diagnostics_of(r), WARNING_UNKNOWN_KEY, of_type->key->span,
                                    "'%s' is unknown here", of_type->key->text);
                diagnostics_suggest(diagnostics_of(r), of_type->key->text, keys, 1);
        }
        return type;
}

static void apply_parameter(KeyReader *r, const NodeEntry *e, Parameter **parameters, size_t n) {
        const char **names = NULL;
        size_t n_names = 0;

        for (size_t i = 0; i < n; i++) {
                if (strcmp(parameters[i]->symbol.name, e->key->text) == 0) {
                        const NodeEntry *type = find_type(r, e);

                        if (type)
                                apply_type(r, type, parameters[i]->type);
                        return;
                }
                ARENA_APPEND(r->values.arena, names, n_names, parameters[i]->symbol.name);
        }
        diagnostics_error(diagnostics_of(r), e->key->span, "'%s' has no parameter '%s'",
                          r->symbol->name, e->key->text);
        diagnostics_suggest(diagnostics_of(r), e->key->text, names, n_names);
}

static void read_parameters(KeyReader *r, const NodeEntry *e) {
        Parameter **parameters = r->operation ? r->operation->parameters : r->signal->parameters;
        size_t n = r->operation ? r->operation->n_parameters : r->signal->n_parameters;

        if (e->value->kind != NODE_MAPPING)
                diagnostics_error(diagnostics_of(r), e->value->span,
                                  "'parameters' wants their names: { … }");
        for (size_t i = 0; i < e->value->n_entries; i++)
                apply_parameter(r, &e->value->entries[i], parameters, n);
}

/* Several types are the fields of the struct that is returned, side by side. */
static void read_return(KeyReader *r, const NodeEntry *e) {
        const NodeEntry *type = find_type(r, e);
        const Type *result = r->operation->result;

        if (!type)
                return;
        if (result->kind == TYPE_VOID)
                diagnostics_error(diagnostics_of(r), e->key->span, "'%s' returns nothing",
                                  r->symbol->name);
        else if (type->value->kind == NODE_SCALAR &&
                 wire_type_is_contents(r->values.arena, result, type->value->text))
                r->operation->spread = true;
        else
                apply_type(r, type, r->operation->result);
}

static void read_errors(KeyReader *r, const NodeEntry *e) {
        if (e->value->kind != NODE_SEQUENCE)
                diagnostics_error(diagnostics_of(r), e->value->span,
                                  "'errors' wants a list of names: [ … ]");
        for (size_t i = 0; i < e->value->n_items; i++) {
                const Node *n = e->value->items[i];

                if (n->kind == NODE_SCALAR && dbus_name_is_member(n->text))
                        ARENA_APPEND(r->values.arena, r->operation->errors, r->operation->n_errors,
                                     n->text);
                else
                        diagnostics_error(diagnostics_of(r), n->span,
                                          "this cannot be the name of an error");
        }
}

static const Key dbus_keys[] = {
        { "name", PLACE_MODULE | PLACE_INTERFACE | PLACE_MEMBER | PLACE_FIELD, read_dbus_name },
        { "path", PLACE_MODULE | PLACE_INTERFACE, read_dbus_path },
        { "foreign", PLACE_MODULE, read_foreign },
        { "type", PLACE_PROPERTY | PLACE_FIELD, read_dbus_type },
        { "emits", PLACE_PROPERTY, read_emits },
        { "parameters", PLACE_OPERATION | PLACE_SIGNAL, read_parameters },
        { "return", PLACE_OPERATION, read_return },
        { "errors", PLACE_OPERATION, read_errors },
};

/* ---- reading them ---- */

static void warn_unknown_key(KeyReader *r, const NodeEntry *e, const char *tag, const Key *keys,
                             size_t n_keys) {
        const char **names = NULL;
        size_t n = 0;

        diagnostics_warning(diagnostics_of(r), WARNING_UNKNOWN_KEY, e->key->span,
                            "'%s' is unknown below '@%s'", e->key->text, tag);
        for (size_t i = 0; i < n_keys; i++)
                if (keys[i].places & r->place)
                        ARENA_APPEND(r->values.arena, names, n, keys[i].name);
        diagnostics_suggest(diagnostics_of(r), e->key->text, names, n);
}

static void read_key(KeyReader *r, const NodeEntry *e, const char *tag, const Key *keys,
                     size_t n_keys) {
        for (size_t i = 0; i < n_keys; i++) {
                if (strcmp(keys[i].name, e->key->text) != 0)
                        continue;
                if (!(keys[i].places & r->place))
                        diagnostics_warning(diagnostics_of(r), WARNING_MISPLACED_KEY, e->key->span,
                                            "'%s' below '@%s' has no effect here", e->key->text,
                                            tag);
                else if (keys[i].read)
                        keys[i].read(r, e);
                return;
        }
        warn_unknown_key(r, e, tag, keys, n_keys);
}

/* False: the tag is not there, or is no mapping, which is reported. */
static bool read_keys(KeyReader *r, const NodeEntry *tag, const Key *keys, size_t n_keys) {
        if (!tag)
                return false;
        if (tag->value->kind != NODE_MAPPING) {
                diagnostics_error(diagnostics_of(r), tag->value->span, "'@%s' wants keys: { … }",
                                  tag->key->text);
                return false;
        }
        for (size_t i = 0; i < tag->value->n_entries; i++)
                read_key(r, &tag->value->entries[i], tag->key->text, keys, n_keys);
        return true;
}

static void read_config(KeyReader *r, const NodeEntry *tag) {
        if (read_keys(r, tag, config_keys, sizeof(config_keys) / sizeof(config_keys[0])) &&
            r->property)
                simulation_read_constraint(&r->values, r->property, tag->value);
}

static void read_config_simulator(KeyReader *r, const NodeEntry *tag) {
        if (!read_keys(r, tag, simulator_keys, sizeof(simulator_keys) / sizeof(simulator_keys[0])))
                return;
        if (r->property)
                simulation_read_property(&r->values, r->interface, r->property, tag->value);
        else if (r->place == PLACE_INTERFACE)
                simulation_read_zones(&r->values, r->interface, tag->value);
}

static void read_deprecated(KeyReader *r, const NodeEntry *e) {
        bool value;

        if (e->value->kind == NODE_SCALAR && value_reader_read_bool(e->value->text, &value) == 0)
                r->symbol->deprecated = value ? "" : NULL;
        else
                r->symbol->deprecated = read_text(r, e);
}

/* Else the doc comment says it. */
static void read_history(KeyReader *r, const Node *n) {
        const NodeEntry *since = node_find(n, "since"), *deprecated = node_find(n, "deprecated");
        Symbol *s = r->symbol;

        s->since = since ? read_text(r, since) : doc_since(r->values.arena, s->doc);
        if (deprecated)
                read_deprecated(r, deprecated);
        else
                s->deprecated = doc_deprecated(r->values.arena, s->doc);
}

static void read_literal(KeyReader *r) {
        if (r->property && r->property->literal)
                r->property->initial = value_reader_read_literal(&r->values, r->property->literal,
                                                                 r->property->type);
        else if (r->property && model_has_defaults(r->property->type))
                r->property->initial = value_new_default(r->values.arena, r->property->type);
        else if (r->field && r->field->literal)
                r->field->initial = value_reader_read_literal(&r->values, r->field->literal,
                                                              r->field->type);
}

/* Other tags belong to templates of the user: nothing is said about them. */
void annotation_keys_read(KeyReader *r) {
        static const Node nothing = { .kind = NODE_MAPPING };
        const Node *n = r->symbol->annotations ? r->symbol->annotations : &nothing;

        /* The type first: values are read as it wants them. */
        read_keys(r, node_find(n, "dbus"), dbus_keys, sizeof(dbus_keys) / sizeof(dbus_keys[0]));
        read_literal(r);
        read_config(r, node_find(n, "config"));
        read_config_simulator(r, node_find(n, "config_simulator"));
        read_history(r, n);
}
