/* SPDX-License-Identifier: MIT */
/* describe: what a feature has, as its interface file says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "text.h"
#include "value-json.h"
#include "values.h"
#include <fascia/backend.h>

/* ---- text ---- */

static void print_bound(FILE *f, const struct fascia_type *type, const void *value) {
        char *text = value ? fascia_value_print(type, value) : NULL;

        fputs(text ? text : "", f);
        free(text);
}

/* "16..28", "2..", "a, b"; "" where everything is allowed. To be freed; NULL: no memory. */
static char *constraint_to_text(const struct fascia_type *type, const struct fascia_constraint *c) {
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        if (c && (c->minimum || c->maximum)) {
                print_bound(f, type, c->minimum);
                fputs("..", f);
                print_bound(f, type, c->maximum);
        }
        for (uint32_t i = 0; c && c->domain && i < c->n_domain; i++) {
                fputs(i > 0 ? ", " : "", f);
                print_bound(f, type, (const char *)c->domain + (size_t)i * type->size);
        }
        if (fclose(f) == 0)
                return text;
        free(text);
        return NULL;
}

static const char *access_of(const struct fascia_property *p) {
        if (p->flags & FASCIA_PROPERTY_CONST)
                return "const";
        return property_is_readonly(p) ? "read" : "read, set";
}

static void print_properties(const struct fascia_interface *i) {
        Table table = { .n_columns = 5 };

        for (const char *const *head =
                     (const char *const[]){ "PROPERTY", "TYPE", "ACCESS", "ALLOWED", "UNIT", NULL };
             *head; head++)
                table_add(&table, "%s", *head);
        for (uint32_t n = 0; n < i->n_properties; n++) {
                const struct fascia_property *p = interface_property(i, n);
                char *type = type_to_text(p->type);
                char *allowed = constraint_to_text(p->type, p->constraint);

                table_add(&table, "%s", p->name);
                table_add(&table, "%s", type ? type : "?");
                table_add(&table, "%s", access_of(p));
                table_add(&table, "%s", allowed ? allowed : "?");
                table_add(&table, "%s", p->unit ? p->unit : "");
                free(allowed);
                free(type);
        }
        table_print(&table);
}

static void print_members(const char *name, const struct fascia_type *arguments) {
        char *text = arguments_to_text(name, arguments);

        fputs(text ? text : name, stdout);
        free(text);
}

static void print_operations(const struct fascia_interface *i) {
        if (i->n_methods > 0)
                puts("\nOPERATION");
        for (uint32_t n = 0; n < i->n_methods; n++) {
                const struct fascia_method *m = interface_method(i, n);
                char *result = m->output->n_members > 0 ? type_to_text(m->output->members[0].type)
                                                        : NULL;

                print_members(m->name, m->input);
                printf("%s%s\n", result ? " -> " : "", result ? result : "");
                free(result);
        }
        if (i->n_signals > 0)
                puts("\nSIGNAL");
        for (uint32_t n = 0; n < i->n_signals; n++) {
                print_members(interface_signal(i, n)->name, interface_signal(i, n)->arguments);
                putchar('\n');
        }
}

/* ---- the types that it uses ---- */

/* Those that have a name, each once, in the order of their first use. */
typedef struct Types {
        const struct fascia_type *types[256];
        size_t n;
} Types;

static void add_types(Types *t, const struct fascia_type *type) {
        for (size_t i = 0; i < t->n; i++)
                if (strcmp(t->types[i]->name, type->name) == 0)
                        return;
        if (*type->name && t->n < sizeof(t->types) / sizeof(t->types[0]))
                t->types[t->n++] = type;
        for (uint32_t i = 0; type->kind == FASCIA_KIND_STRUCT && i < type->n_members; i++)
                add_types(t, type->members[i].type);
        if (type->element)
                add_types(t, type->element);
}

/* Without a name of their own: arguments, lists and basic types. */
static void add_types_within(Types *t, const struct fascia_type *type) {
        for (uint32_t i = 0; !*type->name && i < type->n_members; i++)
                add_types_within(t, type->members[i].type);
        if (!*type->name && type->element)
                add_types_within(t, type->element);
        if (*type->name)
                add_types(t, type);
}

static void find_types(const struct fascia_interface *i, Types *ret) {
        *ret = (Types){ .n = 0 };
        for (uint32_t n = 0; n < i->n_properties; n++)
                add_types_within(ret, interface_property(i, n)->type);
        for (uint32_t n = 0; n < i->n_methods; n++) {
                add_types_within(ret, interface_method(i, n)->input);
                add_types_within(ret, interface_method(i, n)->output);
        }
        for (uint32_t n = 0; n < i->n_signals; n++)
                add_types_within(ret, interface_signal(i, n)->arguments);
}

static void print_type(const struct fascia_type *type) {
        if (type->kind == FASCIA_KIND_STRUCT) {
                print_members(type->name, type);
                putchar('\n');
                return;
        }
        printf("%s: ", type->name);
        for (uint32_t i = 0; i < type->n_enumerators; i++)
                printf("%s%s", i > 0 ? (type->kind == FASCIA_KIND_FLAG ? " | " : ", ") : "",
                       type->enumerators[i].name);
        putchar('\n');
}

static void print_types(const struct fascia_interface *i) {
        Types types;

        find_types(i, &types);
        if (types.n > 0)
                puts("\nTYPE");
        for (size_t n = 0; n < types.n; n++)
                print_type(types.types[n]);
}

/* ---- JSON ---- */

static json_t *type_as_json(const struct fascia_type *type) {
        char *text = type_to_text(type);
        json_t *json = json_string(text ? text : "");

        free(text);
        return json;
}

static json_t *members_as_json(const struct fascia_type *type) {
        json_t *members = json_array();

        for (uint32_t i = 0; i < type->n_members; i++)
                json_array_append_new(members,
                                      json_pack("{s:s, s:o}", "name", type->members[i].name, "type",
                                                type_as_json(type->members[i].type)));
        return members;
}

static json_t *property_as_json(const struct fascia_property *p) {
        const struct fascia_constraint *c = p->constraint;
        json_t *json, *domain;

        json = json_pack("{s:s, s:o, s:b, s:b}", "name", p->name, "type", type_as_json(p->type),
                         "settable", !property_is_readonly(p), "const",
                         (p->flags & FASCIA_PROPERTY_CONST) != 0);
        if (p->unit)
                json_object_set_new(json, "unit", json_string(p->unit));
        if (c && c->minimum)
                json_object_set_new(json, "minimum", value_to_json(p->type, c->minimum));
        if (c && c->maximum)
                json_object_set_new(json, "maximum", value_to_json(p->type, c->maximum));
        if (c && c->domain) {
                domain = json_array();
                for (uint32_t i = 0; i < c->n_domain; i++)
                        json_array_append_new(
                                domain, value_to_json(p->type, (const char *)c->domain +
                                                                       (size_t)i * p->type->size));
                json_object_set_new(json, "domain", domain);
        }
        return json;
}

static json_t *types_as_json(const struct fascia_interface *i) {
        json_t *json = json_object();
        Types types;

        find_types(i, &types);
        for (size_t n = 0; n < types.n; n++) {
                const struct fascia_type *type = types.types[n];
                json_t *values;

                if (type->kind == FASCIA_KIND_STRUCT) {
                        json_object_set_new(json, type->name, members_as_json(type));
                        continue;
                }
                values = json_object();
                for (uint32_t e = 0; e < type->n_enumerators; e++)
                        json_object_set_new(values, type->enumerators[e].name,
                                            json_integer(type->enumerators[e].value));
                json_object_set_new(json, type->name, values);
        }
        return json;
}

static void print_as_json(const CtlFeature *f) {
        const struct fascia_interface *i = f->interface;
        json_t *properties = json_array(), *operations = json_array(), *signals = json_array(),
               *json;

        for (uint32_t n = 0; n < i->n_properties; n++)
                json_array_append_new(properties, property_as_json(interface_property(i, n)));
        for (uint32_t n = 0; n < i->n_methods; n++)
                json_array_append_new(
                        operations,
                        json_pack("{s:s, s:o, s:o}", "name", interface_method(i, n)->name,
                                  "arguments", members_as_json(interface_method(i, n)->input),
                                  "results", members_as_json(interface_method(i, n)->output)));
        for (uint32_t n = 0; n < i->n_signals; n++)
                json_array_append_new(
                        signals,
                        json_pack("{s:s, s:o}", "name", interface_signal(i, n)->name, "arguments",
                                  members_as_json(interface_signal(i, n)->arguments)));
        json = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "name", f->name,
                         "busName", f->bus_name, "path", f->path, "interface", i->dbus_name,
                         "zoned", (i->flags & FASCIA_INTERFACE_ZONED) != 0, "properties",
                         properties, "operations", operations, "signals", signals, "types",
                         types_as_json(i));
        print_json(json, JSON_INDENT(2));
        json_decref(json);
}

/* ---- the command ---- */

int command_describe(Ctl *c, int n, char *args[]) {
        Target t;
        int status;

        if (n != 1)
                return fail(STATUS_USAGE, "usage: fasciactl describe FEATURE");
        status = target_open(c, args[0], MEMBER_NONE, &t);
        if (status != 0)
                return status;
        if (c->options.as_json) {
                print_as_json(&t.feature);
        } else {
                printf("%s %u.%u%s, on D-Bus %s %s\n\n", t.feature.name,
                       t.feature.interface->module->major, t.feature.interface->module->minor,
                       t.feature.interface->flags & FASCIA_INTERFACE_ZONED ? ", with zones" : "",
                       t.feature.bus_name, t.feature.path);
                print_properties(t.feature.interface);
                print_operations(t.feature.interface);
                print_types(t.feature.interface);
        }
        target_close(&t);
        return 0;
}
