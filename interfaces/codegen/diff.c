/* SPDX-License-Identifier: MIT */
/* What a change of an interface file means for clients and services of the other version. */
#include "diff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c-types.h"
#include "value-reader.h"

/* What is compared, and where it is said. */
typedef struct Place {
        Diff *diff;
        const char *symbol;
        Span at;
} Place;

static void say(const Place *p, ChangeClass class, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void say(const Place *p, ChangeClass class, const char *format, ...) {
        Change change = { .class = class, .symbol = p->symbol, .at = p->at };
        va_list ap;
        Text t;

        text_init(&t, p->diff->arena);
        va_start(ap, format);
        text_vprintf(&t, format, ap);
        va_end(ap);
        change.text = t.bytes;
        ARENA_APPEND(p->diff->arena, p->diff->changes, p->diff->n_changes, change);
}

static bool differ(const char *a, const char *b) {
        return strcmp(a ? a : "", b ? b : "") != 0;
}

/* A name of the owner's that says what it is: "the property 'speed'". */
static Place place_of(Diff *d, const char *owner, const Symbol *s) {
        return (Place){
                .diff = d,
                .symbol = owner ? arena_printf(d->arena, "%s.%s", owner, s->name) : s->name,
                .at = s->span,
        };
}

/* ---- types ---- */

/* As it is written, with modules. */
static const char *type_text(Arena *a, const Type *t) {
        if (t->element)
                return arena_printf(a, "%s<%s>", t->name, type_text(a, t->element));
        if (t->structure)
                return t->structure->symbol.name;
        if (t->enumeration)
                return t->enumeration->symbol.name;
        if (t->interface)
                return t->interface->symbol.name;
        return t->name ? t->name : "void";
}

static const char *signature(Arena *a, const Type *t) {
        return t->kind == TYPE_VOID ? "" : model_signature(a, t);
}

/* what: "the property 'speed'". */
static void compare_types(const Place *p, const char *what, const Type *old, const Type *new) {
        Arena *a = p->diff->arena;
        const char *before = signature(a, old), *now = signature(a, new);

        if (differ(before, now))
                say(p, CHANGE_BREAKING, "%s is '%s' on D-Bus, it was '%s'", what, now, before);
        else if (old->kind == TYPE_MODEL && new->kind == TYPE_MODEL)
                compare_types(p, arena_printf(a, "a row of %s", what), old->element, new->element);
        else if (differ(type_text(a, old), type_text(a, new)))
                say(p, CHANGE_SOURCE, "%s is of the type '%s', it was '%s'", what,
                    type_text(a, new), type_text(a, old));
}

/* ---- documentation and names in C ---- */

static void compare_symbols(const Place *p, const char *what, const Symbol *old,
                            const Symbol *new) {
        if (differ(old->dbus, new->dbus))
                say(p, CHANGE_BREAKING, "%s is called '%s' on D-Bus, it was '%s'", what, new->dbus,
                    old->dbus);
        if (!old->deprecated && new->deprecated)
                say(p, CHANGE_COMPATIBLE, "%s is deprecated", what);
        if (differ(old->c ? old->c : old->local, new->c ? new->c : new->local))
                say(p, CHANGE_SOURCE, "%s is '%s' in C, it was '%s'", what,
                    new->c ? new->c : new->local, old->c ? old->c : old->local);
}

/* ---- properties ---- */

static bool is_const(const Property *p) {
        return p->constant || p->emits == EMITS_CONST;
}

static void compare_access(const Place *p, const char *what, const Property *old,
                           const Property *new) {
        if (c_is_settable(old) && !c_is_settable(new))
                say(p, CHANGE_BREAKING, "%s cannot be set any more", what);
        else if (!c_is_settable(old) && c_is_settable(new))
                say(p, CHANGE_COMPATIBLE, "%s can be set now", what);
        if (is_const(old) && !is_const(new))
                say(p, CHANGE_BREAKING, "%s may change now: clients may have read it once", what);
        else if (!is_const(old) && is_const(new) && !c_is_settable(old))
                say(p, CHANGE_COMPATIBLE, "%s never changes any more", what);
}

static void compare_emits(const Place *p, const char *what, const Property *old,
                          const Property *new) {
        static const char *const words[] = {
                [EMITS_TRUE] = "with the value",
                [EMITS_INVALIDATES] = "without the value",
                [EMITS_CONST] = "never",
                [EMITS_FALSE] = "not at all",
        };

        if (old->emits == new->emits || is_const(old) || is_const(new))
                return;
        say(p,
            new->emits == EMITS_TRUE || old->emits == EMITS_FALSE ? CHANGE_COMPATIBLE
                                                                  : CHANGE_BREAKING,
            "a change of %s is announced %s, it was %s", what, words[new->emits],
            words[old->emits]);
}

/* What the old bounds allow and the new ones refuse. */
static bool is_narrower(const Constraint *old, const Constraint *new) {
        if (new->minimum && (!old->minimum || value_compare(new->minimum, old->minimum) > 0))
                return true;
        if (new->maximum && (!old->maximum || value_compare(new->maximum, old->maximum) < 0))
                return true;
        if (new->n_domain == 0)
                return false;
        if (old->n_domain == 0)
                return true;
        for (size_t i = 0; i < old->n_domain; i++) {
                bool found = false;

                for (size_t k = 0; k < new->n_domain; k++)
                        found = found || value_equal(old->domain[i], new->domain[k]);
                if (!found)
                        return true;
        }
        return false;
}

static void compare_bounds(const Place *p, const char *what, const Property *old,
                           const Property *new) {
        /* Values of different types cannot be compared; that was said. */
        if (differ(signature(p->diff->arena, old->type), signature(p->diff->arena, new->type)))
                return;
        if (is_narrower(&old->constraint, &new->constraint))
                say(p, c_is_settable(old) ? CHANGE_BREAKING : CHANGE_COMPATIBLE,
                    "the bounds of %s are narrower%s", what,
                    c_is_settable(old) ? ": values that could be set are refused" : "");
        else if (is_narrower(&new->constraint, &old->constraint))
                say(p, CHANGE_COMPATIBLE, "the bounds of %s are wider", what);
}

static void compare_properties(Diff *d, const Interface *i, const Property *old,
                               const Property *new) {
        const Place p = place_of(d, i->symbol.name, &new->symbol);
        const char *what = arena_printf(d->arena, "the property '%s'", new->symbol.name);

        compare_symbols(&p, what, &old->symbol, &new->symbol);
        compare_types(&p, what, old->type, new->type);
        compare_access(&p, what, old, new);
        compare_emits(&p, what, old, new);
        compare_bounds(&p, what, old, new);
        if (old->unit && differ(old->unit, new->unit))
                say(&p, CHANGE_BREAKING, "%s is in '%s', it was in '%s'", what,
                    new->unit ? new->unit : "", old->unit);
        else if (differ(old->unit, new->unit))
                say(&p, CHANGE_COMPATIBLE, "%s has the unit '%s'", what, new->unit);
        if (differ(old->initial ? value_print(d->arena, old->initial) : NULL,
                   new->initial ? value_print(d->arena, new->initial) : NULL))
                say(&p, CHANGE_COMPATIBLE, "%s starts with another value", what);
        if (old->persistent != new->persistent)
                say(&p, CHANGE_COMPATIBLE, "%s is %skept over a restart", what,
                    new->persistent ? "" : "not ");
        if (old->type->kind == TYPE_MODEL || new->type->kind == TYPE_MODEL)
                return;
        if (differ(old->getter, new->getter))
                say(&p, CHANGE_SOURCE, "the getter of %s is '%s', it was '%s'", what, new->getter,
                    old->getter);
        if (c_is_settable(old) && c_is_settable(new) && differ(old->setter, new->setter))
                say(&p, CHANGE_SOURCE, "the setter of %s is '%s', it was '%s'", what, new->setter,
                    old->setter);
}

/* ---- operations and signals ---- */

static const char *signatures(Arena *a, Parameter *const *parameters, size_t n) {
        const char *text = "";

        for (size_t i = 0; i < n; i++)
                text = arena_printf(a, "%s%s", text, model_signature(a, parameters[i]->type));
        return text;
}

/* The same names in another order, with the same types: nobody would notice before it is too late. */
static bool is_reordered(Parameter *const *old, Parameter *const *new, size_t n) {
        bool moved = false;

        for (size_t i = 0; i < n; i++) {
                size_t k = 0;

                while (k < n && strcmp(old[i]->symbol.name, new[k]->symbol.name) != 0)
                        k++;
                if (k == n)
                        return false;
                moved = moved || k != i;
        }
        return moved;
}

static void compare_parameters(const Place *p, const char *what, Parameter *const *old,
                               size_t n_old, Parameter *const *new, size_t n_new) {
        Arena *a = p->diff->arena;
        const char *before = signatures(a, old, n_old), *now = signatures(a, new, n_new);

        if (differ(before, now)) {
                say(p, CHANGE_BREAKING, "the parameters of %s are '%s' on D-Bus, they were '%s'",
                    what, now, before);
                return;
        }
        if (n_old == n_new && is_reordered(old, new, n_new)) {
                say(p, CHANGE_BREAKING, "the parameters of %s have another order", what);
                return;
        }
        for (size_t i = 0; i < n_new && n_old == n_new; i++) {
                const char *parameter = arena_printf(a, "the parameter '%s' of %s",
                                                     new[i]->symbol.name, what);

                compare_types(p, parameter, old[i]->type, new[i]->type);
                if (differ(old[i]->symbol.name, new[i]->symbol.name))
                        say(p, CHANGE_SOURCE, "%s was called '%s'", parameter, old[i]->symbol.name);
        }
}

static bool has_error(const Operation *o, const char *name) {
        for (size_t i = 0; i < o->n_errors; i++)
                if (strcmp(o->errors[i], name) == 0)
                        return true;
        return false;
}

static void compare_operations(Diff *d, const Interface *i, const Operation *old,
                               const Operation *new) {
        const Place p = place_of(d, i->symbol.name, &new->symbol);
        const char *what = arena_printf(d->arena, "the operation '%s'", new->symbol.name);

        compare_symbols(&p, what, &old->symbol, &new->symbol);
        compare_parameters(&p, what, old->parameters, old->n_parameters, new->parameters,
                           new->n_parameters);
        compare_types(&p, arena_printf(d->arena, "the result of %s", what), old->result,
                      new->result);
        if (old->spread != new->spread)
                say(&p, CHANGE_BREAKING, "the results of %s are %s", what,
                    new->spread ? "several arguments, they were one struct"
                                : "one struct, they were several arguments");
        if (old->is_const && !new->is_const)
                say(&p, CHANGE_BREAKING, "%s is not safe to be repeated any more", what);
        for (size_t k = 0; k < new->n_errors; k++)
                if (!has_error(old, new->errors[k]))
                        say(&p, CHANGE_COMPATIBLE, "%s may fail with '%s'", what, new->errors[k]);
}

static void compare_signals(Diff *d, const Interface *i, const Signal *old, const Signal *new) {
        const Place p = place_of(d, i->symbol.name, &new->symbol);
        const char *what = arena_printf(d->arena, "the signal '%s'", new->symbol.name);

        compare_symbols(&p, what, &old->symbol, &new->symbol);
        compare_parameters(&p, what, old->parameters, old->n_parameters, new->parameters,
                           new->n_parameters);
}

/* ---- interfaces ---- */

/* The member of this name; NULL: there is none. */
static void *find(void *const *members, size_t n, size_t offset, const char *name) {
        for (size_t i = 0; i < n; i++) {
                const Symbol *s = (const void *)((const char *)members[i] + offset);

                if (strcmp(s->name, name) == 0)
                        return members[i];
        }
        return NULL;
}

#define FIND(members, n, name) \
        find((void *const *)(members), n, offsetof(__typeof__(**(members)), symbol), name)

static void say_removed(Diff *d, const char *owner, const char *kind, const Symbol *s) {
        const Place p = place_of(d, owner, s);

        say(&p, CHANGE_BREAKING, "the %s '%s' is gone", kind, s->name);
}

static void say_added(Diff *d, const char *owner, const char *kind, const Symbol *s) {
        const Place p = place_of(d, owner, s);

        say(&p, CHANGE_COMPATIBLE, "the %s '%s' is new", kind, s->name);
}

static void compare_members(Diff *d, const Interface *old, const Interface *new) {
        const char *owner = new->symbol.name;

        for (size_t i = 0; i < old->n_properties; i++) {
                const Property *before = old->properties[i];
                const Property *now = FIND(new->properties, new->n_properties, before->symbol.name);

                if (now)
                        compare_properties(d, new, before, now);
                else
                        say_removed(d, owner, "property", &before->symbol);
        }
        for (size_t i = 0; i < old->n_operations; i++) {
                const Operation *before = old->operations[i];
                const Operation *now = FIND(new->operations, new->n_operations,
                                            before->symbol.name);

                if (now)
                        compare_operations(d, new, before, now);
                else
                        say_removed(d, owner, "operation", &before->symbol);
        }
        for (size_t i = 0; i < old->n_signals; i++) {
                const Signal *before = old->signals[i];
                const Signal *now = FIND(new->signals, new->n_signals, before->symbol.name);

                if (now)
                        compare_signals(d, new, before, now);
                else
                        say_removed(d, owner, "signal", &before->symbol);
        }
}

static void find_new_members(Diff *d, const Interface *old, const Interface *new) {
        const char *owner = new->symbol.name;

        for (size_t i = 0; i < new->n_properties; i++)
                if (!FIND(old->properties, old->n_properties, new->properties[i]->symbol.name))
                        say_added(d, owner, "property", &new->properties[i]->symbol);
        for (size_t i = 0; i < new->n_operations; i++)
                if (!FIND(old->operations, old->n_operations, new->operations[i]->symbol.name))
                        say_added(d, owner, "operation", &new->operations[i]->symbol);
        for (size_t i = 0; i < new->n_signals; i++)
                if (!FIND(old->signals, old->n_signals, new->signals[i]->symbol.name))
                        say_added(d, owner, "signal", &new->signals[i]->symbol);
}

static void compare_interfaces(Diff *d, const Interface *old, const Interface *new) {
        const Place p = place_of(d, NULL, &new->symbol);
        const char *what = arena_printf(d->arena, "the interface '%s'", new->symbol.name);

        compare_symbols(&p, what, &old->symbol, &new->symbol);
        if (differ(old->path, new->path))
                say(&p, CHANGE_BREAKING, "the object of %s is '%s', it was '%s'", what, new->path,
                    old->path);
        if (old->zoned && !new->zoned)
                say(&p, CHANGE_BREAKING, "%s has no zones any more", what);
        else if (!old->zoned && new->zoned)
                say(&p, CHANGE_COMPATIBLE, "%s has zones now", what);
        if (differ(old->id, new->id))
                say(&p, CHANGE_NOTE, "a backend of %s is found by '%s', it was '%s'", what, new->id,
                    old->id);
        if (differ(old->configuration, new->configuration))
                say(&p, CHANGE_NOTE, "%s is configured in another section", what);
        compare_members(d, old, new);
        find_new_members(d, old, new);
}

/* ---- types ---- */

static bool fields_moved(const Struct *old, const Struct *new) {
        bool moved = false;

        if (old->n_fields != new->n_fields)
                return false;
        for (size_t i = 0; i < old->n_fields; i++) {
                size_t k = 0;

                while (k < new->n_fields &&
                       strcmp(old->fields[i]->symbol.name, new->fields[k]->symbol.name) != 0)
                        k++;
                if (k == new->n_fields)
                        return false;
                moved = moved || k != i;
        }
        return moved;
}

static void compare_structs(Diff *d, const Struct *old, const Struct *new) {
        const Type before = { .kind = TYPE_STRUCT, .structure = (Struct *)old };
        const Type now = { .kind = TYPE_STRUCT, .structure = (Struct *)new };
        const Place p = place_of(d, NULL, &new->symbol);
        const char *what = arena_printf(d->arena, "the struct '%s'", new->symbol.name);

        compare_symbols(&p, what, &old->symbol, &new->symbol);
        if (differ(model_signature(d->arena, &before), model_signature(d->arena, &now))) {
                compare_types(&p, what, &before, &now);
                return;
        }
        if (fields_moved(old, new)) {
                say(&p, CHANGE_BREAKING, "the fields of %s have another order", what);
                return;
        }
        for (size_t i = 0; i < new->n_fields; i++) {
                const Place field = place_of(d, new->symbol.name, &new->fields[i]->symbol);
                const char *name = arena_printf(d->arena, "the field '%s' of %s",
                                                new->fields[i]->symbol.name, what);

                compare_types(&field, name, old->fields[i]->type, new->fields[i]->type);
                if (differ(old->fields[i]->symbol.name, new->fields[i]->symbol.name))
                        say(&field, CHANGE_SOURCE, "%s was called '%s'", name,
                            old->fields[i]->symbol.name);
        }
}

static const char *number(Arena *a, const Enum *e, int64_t value) {
        return arena_printf(a, e->is_flag ? "0x%" PRIx64 : "%" PRId64, value);
}

static void compare_enumerators(Diff *d, const Enum *old, const Enum *new) {
        const char *kind = old->is_flag ? "flag" : "enum";

        for (size_t i = 0; i < old->n_members; i++) {
                const Enumerator *before = old->members[i];
                const Enumerator *now = model_find_enumerator(new, before->symbol.name);
                const Place p = place_of(d, new->symbol.name, now ? &now->symbol : &before->symbol);
                const char *what = arena_printf(d->arena, "'%s' of the %s '%s'",
                                                before->symbol.name, kind, new->symbol.name);

                if (!now)
                        say(&p, CHANGE_BREAKING, "%s is gone", what);
                else if (now->value != before->value)
                        say(&p, CHANGE_BREAKING, "%s is %s, it was %s", what,
                            number(d->arena, new, now->value),
                            number(d->arena, old, before->value));
        }
        for (size_t i = 0; i < new->n_members; i++) {
                const Place p = place_of(d, new->symbol.name, &new->members[i]->symbol);

                if (!model_find_enumerator(old, new->members[i]->symbol.name))
                        say(&p, CHANGE_COMPATIBLE,
                            "'%s' of the %s '%s' is new: older clients see a value without a name",
                            new->members[i]->symbol.name, kind, new->symbol.name);
        }
}

static void compare_enums(Diff *d, const Enum *old, const Enum *new) {
        const Place p = place_of(d, NULL, &new->symbol);

        compare_symbols(&p, arena_printf(d->arena, "the type '%s'", new->symbol.name), &old->symbol,
                        &new->symbol);
        if (old->is_flag != new->is_flag) {
                say(&p, CHANGE_BREAKING, "'%s' is %s now", new->symbol.name,
                    new->is_flag ? "a flag" : "an enum");
                return;
        }
        if (old->is_flag && old->is_wide != new->is_wide)
                say(&p, CHANGE_BREAKING, "the flag '%s' has %d bits on D-Bus, it had %d",
                    new->symbol.name, new->is_wide ? 64 : 32, old->is_wide ? 64 : 32);
        compare_enumerators(d, old, new);
}

/* Where a type is used on D-Bus is said there; what is gone or new is a matter of programs. */
static void compare_declared_types(Diff *d, const Module *old, const Module *new) {
        for (size_t i = 0; i < old->n_structs; i++) {
                const Struct *now = FIND(new->structs, new->n_structs,
                                         old->structs[i]->symbol.name);
                const Place p = place_of(d, NULL, &old->structs[i]->symbol);

                if (now)
                        compare_structs(d, old->structs[i], now);
                else
                        say(&p, CHANGE_SOURCE, "the struct '%s' is gone",
                            old->structs[i]->symbol.name);
        }
        for (size_t i = 0; i < old->n_enums; i++) {
                const Enum *now = FIND(new->enums, new->n_enums, old->enums[i]->symbol.name);
                const Place p = place_of(d, NULL, &old->enums[i]->symbol);

                if (now)
                        compare_enums(d, old->enums[i], now);
                else
                        say(&p, CHANGE_SOURCE, "the type '%s' is gone", old->enums[i]->symbol.name);
        }
        for (size_t i = 0; i < new->n_structs; i++)
                if (!FIND(old->structs, old->n_structs, new->structs[i]->symbol.name))
                        say_added(d, NULL, "struct", &new->structs[i]->symbol);
        for (size_t i = 0; i < new->n_enums; i++)
                if (!FIND(old->enums, old->n_enums, new->enums[i]->symbol.name))
                        say_added(d, NULL, "type", &new->enums[i]->symbol);
}

/* ---- modules ---- */

static void compare_all_interfaces(Diff *d, const Module *old, const Module *new) {
        for (size_t i = 0; i < old->n_interfaces; i++) {
                const Interface *now = FIND(new->interfaces, new->n_interfaces,
                                            old->interfaces[i]->symbol.name);

                if (now)
                        compare_interfaces(d, old->interfaces[i], now);
                else
                        say_removed(d, NULL, "interface", &old->interfaces[i]->symbol);
        }
        for (size_t i = 0; i < new->n_interfaces; i++)
                if (!FIND(old->interfaces, old->n_interfaces, new->interfaces[i]->symbol.name))
                        say_added(d, NULL, "interface", &new->interfaces[i]->symbol);
}

static void give_advice(const Place *p, const Module *old, const Module *new) {
        if (diff_count(p->diff, CHANGE_BREAKING) > 0)
                say(p, CHANGE_NOTE,
                    "as version %" PRIu32
                    ".0 it would have a bus name of its own, and both could be "
                    "served side by side",
                    new->major + 1);
        else if (new->minor < old->minor)
                say(p, CHANGE_NOTE, "the version goes back from %" PRIu32 ".%" PRIu32, old->major,
                    old->minor);
        else if (new->minor == old->minor && diff_count(p->diff, CHANGE_COMPATIBLE) > 0)
                say(p, CHANGE_NOTE, "the version could say so: %" PRIu32 ".%" PRIu32, new->major,
                    new->minor + 1);
}

static int compare_changes(const void *a, const void *b) {
        const Change *x = a, *y = b;
        int order = strcmp(x->at.source->path, y->at.source->path);

        if (order != 0)
                return order;
        if (x->at.offset != y->at.offset)
                return x->at.offset < y->at.offset ? -1 : 1;
        if (x->class != y->class)
                return x->class < y->class ? -1 : 1;
        return strcmp(x->text, y->text);
}

void diff_modules(Diff *d, const Module *old, const Module *new) {
        const Place p = place_of(d, NULL, &new->symbol);

        if (differ(old->symbol.name, new->symbol.name))
                say(&p, CHANGE_BREAKING, "the module is '%s', it was '%s'", new->symbol.name,
                    old->symbol.name);
        if (old->major != new->major) {
                say(&p, CHANGE_COMPATIBLE,
                    "version %" PRIu32 ".%" PRIu32
                    " has the bus name '%s' beside '%s': both can be "
                    "served",
                    new->major, new->minor, new->bus_name, old->bus_name);
                return;
        }
        if (differ(old->bus_name, new->bus_name))
                say(&p, CHANGE_BREAKING, "the bus name is '%s', it was '%s'", new->bus_name,
                    old->bus_name);
        if (differ(old->path, new->path))
                say(&p, CHANGE_BREAKING, "the object path is '%s', it was '%s'", new->path,
                    old->path);
        if (differ(old->symbol.c, new->symbol.c))
                say(&p, CHANGE_SOURCE, "the prefix in C is '%s', it was '%s'", new->symbol.c,
                    old->symbol.c);
        compare_all_interfaces(d, old, new);
        compare_declared_types(d, old, new);
        give_advice(&p, old, new);
        if (d->n_changes > 1)
                qsort(d->changes, d->n_changes, sizeof(d->changes[0]), compare_changes);
}

size_t diff_count(const Diff *d, ChangeClass class) {
        size_t n = 0;

        for (size_t i = 0; i < d->n_changes; i++)
                n += d->changes[i].class == class;
        return n;
}
