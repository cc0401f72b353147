/* SPDX-License-Identifier: MIT */
/* Command lines of busctl that work as they are, for examples. */
#include "busctl.h"

#include <inttypes.h>
#include <string.h>

#include "c-types.h"
#include "text.h"
#include "value-reader.h"

/* As a shell takes it for one word. */
static void add_word(Text *t, const char *word) {
        static const char plain[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:+-";

        text_add(t, " ");
        if (*word != '\0' && word[strspn(word, plain)] == '\0') {
                text_add(t, word);
                return;
        }
        text_add(t, "'");
        for (; *word != '\0'; word++)
                if (*word == '\'')
                        text_add(t, "'\\''");
                else
                        text_add_bytes(t, word, 1);
        text_add(t, "'");
}

static void add_value(Text *t, const Value *v);

/* How many, and of a map each behind its key. */
static void add_items(Text *t, const Value *v, bool counted) {
        if (counted)
                text_printf(t, " %zu", v->n_items);
        for (size_t i = 0; i < v->n_items; i++) {
                if (v->type->kind == TYPE_MAP)
                        add_word(t, v->keys[i]);
                add_value(t, v->items[i]);
        }
}

static void add_value(Text *t, const Value *v) {
        switch (v->type->kind) {
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_REAL:
                add_word(t, value_print(t->arena, v));
                break;
        case TYPE_ENUM:
                text_printf(t, " %" PRId64, v->integer);
                break;
        case TYPE_FLAG:
                text_printf(t, " %" PRIu64, (uint64_t)v->integer);
                break;
        case TYPE_STRING:
                add_word(t, v->string);
                break;
        case TYPE_INTERFACE:
                add_word(t, "/");
                break;
        case TYPE_STRUCT:
        case TYPE_LIST:
        case TYPE_MAP:
                add_items(t, v, v->type->kind != TYPE_STRUCT);
                break;
        case TYPE_VAR: /* nothing set is an empty signature */
                add_word(t, v->n_items > 0 ? model_signature(t->arena, v->items[0]->type) : "g");
                if (v->n_items > 0)
                        add_value(t, v->items[0]);
                else
                        add_word(t, "");
                break;
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
}

/* arguments: words as a shell reads them, each with a blank in front. One that begins like an option is
 * none behind "--". */
static const char *command(const Module *m, const Interface *i, const char *verb,
                           const char *member, const char *arguments) {
        return arena_printf(m->arena, "busctl %s%s %s %s %s %s%s", verb,
                            strstr(arguments, " -") ? " --" : "", m->bus_name, i->path,
                            i->symbol.dbus, member, arguments);
}

/* ---- properties ---- */

/* What the simulation does with the feature itself, or NULL. */
static const SimulationRow *feature_row(const Property *p) {
        for (size_t i = 0; i < p->n_rows; i++)
                if (!p->rows[i].zone)
                        return &p->rows[i];
        return NULL;
}

static bool has_value(const Property *p) {
        const SimulationRow *row = feature_row(p);

        return !row || !row->unsupported;
}

const char *busctl_get_property(const Module *m, const Interface *i) {
        for (size_t k = 0; k < i->n_properties; k++)
                if (has_value(i->properties[k]))
                        return command(m, i, "get-property", i->properties[k]->symbol.dbus, "");
        return NULL;
}

static bool is_simple(const Type *t) {
        return t->kind == TYPE_BOOL || t->kind == TYPE_INT || t->kind == TYPE_REAL ||
               t->kind == TYPE_STRING || t->kind == TYPE_ENUM || t->kind == TYPE_FLAG;
}

/* The first of these that both take. */
static const Value *allowed_value(Arena *a, const Property *p) {
        static const SimulationRow nothing;
        const SimulationRow *row = feature_row(p) ? feature_row(p) : &nothing;
        const Constraint *constraints[] = { &p->constraint, &row->constraint };
        const Value *candidates[9], **end = candidates;

        *end++ = row->initial;
        *end++ = p->initial;
        for (size_t i = 0; i < 2; i++) {
                *end++ = constraints[i]->minimum;
                *end++ = constraints[i]->maximum;
                *end++ = constraints[i]->n_domain > 0 ? constraints[i]->domain[0] : NULL;
        }
        *end++ = value_new_default(a, p->type);
        for (const Value **v = candidates; v < end; v++)
                if (*v && value_is_allowed(constraints[0], *v) && value_is_allowed(constraints[1], *v))
                        return *v;
        return NULL;
}

const char *busctl_set_property(const Module *m, const Interface *i) {
        for (size_t k = 0; k < i->n_properties; k++) {
                const Property *p = i->properties[k];
                const Value *v;
                Text arguments;

                if (!c_is_settable(p) || !is_simple(p->type) || !has_value(p))
                        continue;
                v = allowed_value(m->arena, p);
                if (!v)
                        continue;
                text_init(&arguments, m->arena);
                add_word(&arguments, model_signature(m->arena, p->type));
                add_value(&arguments, v);
                return command(m, i, "set-property", p->symbol.dbus, arguments.bytes);
        }
        return NULL;
}

/* ---- operations ---- */

const char *busctl_call(const Module *m, const Interface *i) {
        const Operation *o = i->n_operations > 0 ? i->operations[0] : NULL;
        const char *signature = "";
        Text arguments, values;

        for (size_t k = 0; k < i->n_operations && o->n_parameters > 0; k++)
                if (i->operations[k]->n_parameters == 0)
                        o = i->operations[k];
        if (!o)
                return NULL;
        text_init(&arguments, m->arena);
        text_init(&values, m->arena);
        for (size_t k = 0; k < o->n_parameters; k++) {
                const Type *t = o->parameters[k]->type;

                signature = arena_printf(m->arena, "%s%s", signature, model_signature(m->arena, t));
                add_value(&values, value_new_default(m->arena, t));
        }
        if (o->n_parameters > 0)
                add_word(&arguments, signature);
        text_add(&arguments, values.bytes);
        return command(m, i, "call", o->symbol.dbus, arguments.bytes);
}
