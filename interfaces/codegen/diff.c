/* SPDX-License-Identifier: MIT */
/* What a change of an interface file means for clients and services of the other version. */
#include "diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "c-types.h"
#include "diff-bounds.h"
#include "diff-types.h"
#include "value-reader.h"

/* ---- members ---- */

static void compare_member_names(const Place *p, const Symbol *old, const Symbol *new) {
        if (diff_differ(old->dbus, new->dbus))
                place_say(p, CHANGE_BREAKING, "dbus-name", old->dbus, new->dbus,
                          "%s is called '%s' on D-Bus, it was '%s'", p->what, new->dbus, old->dbus);
        diff_symbols(p, old, new);
}

static bool is_const(const Property *p) {
        return p->constant || p->emits == EMITS_CONST;
}

static const char *access_word(const Property *p) {
        if (is_const(p))
                return "const";
        return c_is_settable(p) ? "settable" : "readonly";
}

static void say_access(const Place *p, ChangeClass class, const Property *old, const Property *new,
                       const char *text) {
        place_say(p, class, "access", access_word(old), access_word(new), "%s %s", p->what, text);
}

static void compare_access(const Place *p, const Property *old, const Property *new) {
        if (c_is_settable(old) && !c_is_settable(new))
                say_access(p, CHANGE_BREAKING, old, new, "cannot be set any more");
        else if (!c_is_settable(old) && c_is_settable(new))
                say_access(p, CHANGE_COMPATIBLE, old, new, "can be set now");
        if (is_const(old) && !is_const(new))
                say_access(p, CHANGE_BREAKING, old, new,
                           "may change now: clients may have read it once");
        else if (!is_const(old) && is_const(new) && !c_is_settable(old))
                say_access(p, CHANGE_COMPATIBLE, old, new, "never changes any more");
}

static void compare_emits(const Place *p, const Property *old, const Property *new) {
        static const char *const words[] = {
                [EMITS_TRUE] = "with the value",
                [EMITS_INVALIDATES] = "without the value",
                [EMITS_CONST] = "never",
                [EMITS_FALSE] = "not at all",
        };
        bool more = new->emits == EMITS_TRUE || old->emits == EMITS_FALSE;

        if (old->emits == new->emits || is_const(old) || is_const(new))
                return;
        place_say(p, more ? CHANGE_COMPATIBLE : CHANGE_BREAKING, "emits", words[old->emits],
                  words[new->emits], "a change of %s is announced %s, it was %s", p->what,
                  words[new->emits], words[old->emits]);
}

static void compare_bounds(const Place *p, const Property *old, const Property *new) {
        Arena *a = p->diff->arena;
        const char *before = bounds_print(a, &old->constraint);
        const char *now = bounds_print(a, &new->constraint);

        if (bounds_are_narrower(a, old, new))
                place_say(p, c_is_settable(old) ? CHANGE_BREAKING : CHANGE_COMPATIBLE, "bounds",
                          before, now, "the bounds of %s are narrower: %s, they were %s", p->what,
                          now, before);
        else if (bounds_are_narrower(a, new, old))
                place_say(p, CHANGE_COMPATIBLE, "bounds", before, now,
                          "the bounds of %s are wider: %s, they were %s", p->what, now, before);
}

static const Value *initial_value(Arena *a, const Property *p) {
        return p->initial ? p->initial : value_new_default(a, p->type);
}

/* A member of an enum that has another name, or another number, is still what it starts with. */
static void compare_initial(const Place *p, const Property *old, const Property *new) {
        const Value *before = initial_value(p->diff->arena, old);
        const Value *now = initial_value(p->diff->arena, new);
        const char *old_text = value_print(p->diff->arena, before);
        const char *new_text = value_print(p->diff->arena, now);

        if (!value_equal(before, now) && diff_differ(old_text, new_text))
                place_say(p, CHANGE_COMPATIBLE, "initial", old_text, new_text,
                          "%s starts with %s, it was %s", p->what, new_text, old_text);
}

static bool is_number(const Type *t) {
        return t->kind == TYPE_INT || t->kind == TYPE_ENUM || t->kind == TYPE_FLAG;
}

/* Values of other types cannot be compared; a model has none. */
static bool are_comparable(Arena *a, const Type *old, const Type *new) {
        if (old->kind != new->kind && !(is_number(old) && is_number(new)))
                return false;
        return old->kind != TYPE_MODEL &&
               !diff_differ(diff_signature(a, old), diff_signature(a, new));
}

static void compare_values(const Place *p, const Property *old, const Property *new) {
        if (!are_comparable(p->diff->arena, old->type, new->type))
                return;
        compare_bounds(p, old, new);
        if (old->initial || new->initial || old->type->kind == TYPE_ENUM)
                compare_initial(p, old, new);
}

static void compare_unit(const Place *p, const Property *old, const Property *new) {
        if (!diff_differ(old->unit, new->unit))
                return;
        if (old->unit && new->unit)
                place_say(p, CHANGE_BREAKING, "unit", old->unit, new->unit,
                          "%s is in '%s', it was in '%s'", p->what, new->unit, old->unit);
        else if (new->unit)
                place_say(p, CHANGE_COMPATIBLE, "unit", NULL, new->unit, "%s has the unit '%s'",
                          p->what, new->unit);
        else
                place_say(p, CHANGE_COMPATIBLE, "unit", old->unit, NULL,
                          "%s does not say any more that its unit is '%s'", p->what, old->unit);
}

/* Those that follow from other names are not worth a line. */
static void compare_accessors(const Place *p, const Property *old, const Property *new) {
        if (old->type->kind == TYPE_MODEL || new->type->kind == TYPE_MODEL)
                return;
        if (diff_differ(old->getter_name, new->getter_name) &&
            diff_differ(old->getter, new->getter))
                place_say(p, CHANGE_SOURCE, "c-name", old->getter, new->getter,
                          "the getter of %s is '%s', it was '%s'", p->what, new->getter,
                          old->getter);
        if (c_is_settable(old) && c_is_settable(new) &&
            diff_differ(old->setter_name, new->setter_name) &&
            diff_differ(old->setter, new->setter))
                place_say(p, CHANGE_SOURCE, "c-name", old->setter, new->setter,
                          "the setter of %s is '%s', it was '%s'", p->what, new->setter,
                          old->setter);
}

static void compare_properties(const Place *p, const void *old_member, const void *new_member) {
        const Property *old = old_member, *new = new_member;

        diff_types(p, old->type, new->type, c_is_settable(old) && c_is_settable(new));
        compare_access(p, old, new);
        compare_emits(p, old, new);
        compare_values(p, old, new);
        compare_unit(p, old, new);
        if (old->persistent != new->persistent)
                place_say(p, CHANGE_COMPATIBLE, "persistent", old->persistent ? "true" : "false",
                          new->persistent ? "true" : "false", "%s is %skept over a restart",
                          p->what, new->persistent ? "" : "not ");
        compare_accessors(p, old, new);
}

static const char *signatures(Arena *a, Parameter *const *parameters, size_t n) {
        const char *text = "";

        for (size_t i = 0; i < n; i++)
                text = arena_printf(a, "%s%s", text, model_signature(a, parameters[i]->type));
        return text;
}

/* The signature is the same, so there are as many as before. */
static void compare_each_parameter(const Place *p, Parameter *const *old, Parameter *const *new,
                                   size_t n, bool sent) {
        for (size_t i = 0; i < n; i++) {
                const Place place = place_of(p->diff, p->symbol, "parameter", &new[i]->symbol);

                diff_symbols(&place, &old[i]->symbol, &new[i]->symbol);
                diff_types(&place, old[i]->type, new[i]->type, sent);
        }
}

static void compare_parameters(const Place *p, Parameter *const *old, size_t n_old,
                               Parameter *const *new, size_t n_new, bool sent) {
        const char *before = signatures(p->diff->arena, old, n_old);
        const char *now = signatures(p->diff->arena, new, n_new);

        if (diff_differ(before, now))
                place_say(p, CHANGE_BREAKING, "type", before, now,
                          "the parameters of %s are '%s' on D-Bus, they were '%s'", p->what, now,
                          before);
        else if (members_moved(MEMBERS(old, n_old), MEMBERS(new, n_new)))
                place_say(p, CHANGE_BREAKING, "order", NULL, NULL,
                          "the parameters of %s have another order", p->what);
        else
                compare_each_parameter(p, old, new, n_new, sent);
}

static bool has_error(const Operation *o, const char *name) {
        for (size_t i = 0; i < o->n_errors; i++)
                if (strcmp(o->errors[i], name) == 0)
                        return true;
        return false;
}

static void compare_errors(const Place *p, const Operation *old, const Operation *new) {
        for (size_t i = 0; i < new->n_errors; i++)
                if (!has_error(old, new->errors[i]))
                        place_say(p, CHANGE_COMPATIBLE, "error", NULL, new->errors[i],
                                  "%s may fail with '%s'", p->what, new->errors[i]);
        for (size_t i = 0; i < old->n_errors; i++)
                if (!has_error(new, old->errors[i]))
                        place_say(p, CHANGE_COMPATIBLE, "error", old->errors[i], NULL,
                                  "%s does not fail with '%s' any more", p->what, old->errors[i]);
}

static void compare_result(const Place *p, const Operation *old, const Operation *new) {
        Place result = *p;

        result.what = arena_printf(p->diff->arena, "the result of %s", p->what);
        diff_types(&result, old->result, new->result, false);
        if (old->spread != new->spread)
                place_say(p, CHANGE_BREAKING, "type", NULL, NULL, "the results of %s are %s",
                          p->what,
                          new->spread ? "several arguments, they were one struct"
                                      : "one struct, they were several arguments");
}

static void compare_operations(const Place *p, const void *old_member, const void *new_member) {
        const Operation *old = old_member, *new = new_member;

        compare_parameters(p, old->parameters, old->n_parameters, new->parameters,
                           new->n_parameters, true);
        compare_result(p, old, new);
        if (old->is_const && !new->is_const)
                place_say(p, CHANGE_BREAKING, "const", "true", "false",
                          "%s is not safe to be repeated any more", p->what);
        else if (!old->is_const && new->is_const)
                place_say(p, CHANGE_COMPATIBLE, "const", "false", "true",
                          "%s is safe to be repeated now", p->what);
        compare_errors(p, old, new);
}

static void compare_signals(const Place *p, const void *old_member, const void *new_member) {
        const Signal *old = old_member, *new = new_member;

        compare_parameters(p, old->parameters, old->n_parameters, new->parameters,
                           new->n_parameters, false);
}

/* ---- interfaces ---- */

typedef void CompareMember(const Place *p, const void *old, const void *new);

static void compare_members(Diff *d, const Interface *f, const char *kind, Members old, Members new,
                            CompareMember *compare) {
        for (size_t i = 0; i < old.n; i++) {
                const Symbol *before = members_symbol(old, i);
                const Symbol *now = members_partner(new, old, before);
                const Place p = place_of(d, f->symbol.name, kind, now ? now : before);

                if (!now) {
                        place_say_removed(&p);
                        continue;
                }
                compare_member_names(&p, before, now);
                compare(&p, before, now);
        }
        for (size_t i = 0; i < new.n; i++) {
                const Place p = place_of(d, f->symbol.name, kind, members_symbol(new, i));

                if (!members_partner(old, new, members_symbol(new, i)))
                        place_say_added(&p);
        }
}

/* What follows from the name of the module was said of that. */
static void compare_interface_names(const Place *p, const Interface *old, const Interface *new) {
        const Module *before = p->diff->old, *now = p->diff->new;
        bool renamed = diff_differ(old->symbol.name, new->symbol.name);

        if (diff_differ(old->symbol.dbus, new->symbol.dbus) &&
            (old->symbol.dbus_name || new->symbol.dbus_name || renamed ||
             !diff_differ(before->bus_name, now->bus_name)))
                place_say(p, CHANGE_BREAKING, "dbus-name", old->symbol.dbus, new->symbol.dbus,
                          "%s is called '%s' on D-Bus, it was '%s'", p->what, new->symbol.dbus,
                          old->symbol.dbus);
        if (diff_differ(old->path, new->path) &&
            (old->dbus_path || new->dbus_path || renamed || !diff_differ(before->path, now->path)))
                place_say(p, CHANGE_BREAKING, "path", old->path, new->path,
                          "the object of %s is '%s', it was '%s'", p->what, new->path, old->path);
        if (diff_differ(old->id, new->id) &&
            (old->id != old->qualified_name || new->id != new->qualified_name ||
             !diff_differ(before->symbol.name, now->symbol.name)))
                place_say(p, CHANGE_NOTE, "id", old->id, new->id,
                          "a backend of %s is found by '%s', it was '%s'", p->what, new->id,
                          old->id);
        diff_symbols(p, &old->symbol, &new->symbol);
}

static void compare_interfaces(Diff *d, const Interface *old, const Interface *new) {
        const Place p = place_of(d, NULL, "interface", &new->symbol);

        compare_interface_names(&p, old, new);
        if (old->zoned != new->zoned)
                place_say(&p, new->zoned ? CHANGE_COMPATIBLE : CHANGE_BREAKING, "zoned",
                          old->zoned ? "true" : "false", new->zoned ? "true" : "false", "%s has %s",
                          p.what, new->zoned ? "zones now" : "no zones any more");
        if (diff_differ(old->configuration, new->configuration))
                place_say(&p, CHANGE_NOTE, "configuration", old->configuration, new->configuration,
                          "%s is configured in another section", p.what);
        compare_members(d, new, "property", MEMBERS(old->properties, old->n_properties),
                        MEMBERS(new->properties, new->n_properties), compare_properties);
        compare_members(d, new, "operation", MEMBERS(old->operations, old->n_operations),
                        MEMBERS(new->operations, new->n_operations), compare_operations);
        compare_members(d, new, "signal", MEMBERS(old->signals, old->n_signals),
                        MEMBERS(new->signals, new->n_signals), compare_signals);
}

static void compare_all_interfaces(Diff *d) {
        const Members old = MEMBERS(d->old->interfaces, d->old->n_interfaces);
        const Members new = MEMBERS(d->new->interfaces, d->new->n_interfaces);

        for (size_t i = 0; i < old.n; i++) {
                const Interface *now = members_partner(new, old, members_symbol(old, i));
                const Place p = place_of(d, NULL, "interface", members_symbol(old, i));

                if (now)
                        compare_interfaces(d, old.items[i], now);
                else
                        place_say_removed(&p);
        }
        for (size_t i = 0; i < new.n; i++) {
                const Place p = place_of(d, NULL, "interface", members_symbol(new, i));

                if (!members_partner(old, new, members_symbol(new, i)))
                        place_say_added(&p);
        }
}

/* ---- modules ---- */

static const char *version(const Module *m) {
        return arena_printf(m->arena, "%" PRIu32 ".%" PRIu32, m->major, m->minor);
}

static void advise_against_breaking(const Place *p, const Module *new) {
        if (new->foreign)
                return;
        if (new->symbol.dbus_name)
                place_say(p, CHANGE_NOTE, "version", NULL, NULL,
                          "a version with another bus name than '%s' could be served beside this "
                          "one",
                          new->bus_name);
        else
                place_say(p, CHANGE_NOTE, "version", NULL, NULL,
                          "as version %" PRIu32 ".0 it would have a bus name of its own, and both "
                          "could be served side by side",
                          new->major + 1);
}

static void advise(const Place *p) {
        const Module *old = p->diff->old, *new = p->diff->new;

        if (diff_count(p->diff, CHANGE_BREAKING) > 0)
                advise_against_breaking(p, new);
        else if (new->major < old->major || (new->major == old->major &&new->minor < old->minor))
                place_say(p, CHANGE_NOTE, "version", version(old), version(new),
                          "the version goes back from %s", version(old));
        else if (new->major == old->major &&new->minor == old->minor &&
                 diff_count(p->diff, CHANGE_COMPATIBLE) > 0)
                place_say(p, CHANGE_NOTE, "version", version(old), NULL,
                          "the version could say so: %" PRIu32 ".%" PRIu32, new->major,
                          new->minor + 1);
}

static void compare_module_names(const Place *p, const Module *old, const Module *new) {
        bool moved = diff_differ(old->bus_name, new->bus_name);

        if (diff_differ(old->symbol.name, new->symbol.name))
                place_say(p, moved ? CHANGE_BREAKING : CHANGE_SOURCE, "name", old->symbol.name,
                          new->symbol.name, "the module is '%s', it was '%s'", new->symbol.name,
                          old->symbol.name);
        else if (diff_differ(old->symbol.c, new->symbol.c))
                place_say(p, CHANGE_SOURCE, "c-name", old->symbol.c, new->symbol.c,
                          "the prefix in C is '%s', it was '%s'", new->symbol.c, old->symbol.c);
        if (old->major != new->major && moved)
                return;
        if (moved)
                place_say(p, CHANGE_BREAKING, "bus-name", old->bus_name, new->bus_name,
                          "the bus name is '%s', it was '%s'", new->bus_name, old->bus_name);
        if (diff_differ(old->path, new->path) && (old->dbus_path || new->dbus_path || !moved))
                place_say(p, CHANGE_BREAKING, "path", old->path, new->path,
                          "the object path is '%s', it was '%s'", new->path, old->path);
        if (old->foreign != new->foreign)
                place_say(p, CHANGE_BREAKING, "foreign", old->foreign ? "true" : "false",
                          new->foreign ? "true" : "false", "the service is %s",
                          new->foreign ? "a foreign one now" : "no foreign one any more");
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

/* Sorted; what was found in several ways is one change. */
static void sort(Diff *d) {
        size_t n = 0;

        if (d->n_changes > 1)
                qsort(d->changes, d->n_changes, sizeof(d->changes[0]), compare_changes);
        for (size_t i = 0; i < d->n_changes; i++)
                if (n == 0 || compare_changes(&d->changes[n - 1], &d->changes[i]) != 0)
                        d->changes[n++] = d->changes[i];
        d->n_changes = n;
}

/* Nobody has to know both: a program looks for the version that it was made for. */
static bool is_beside(const Module *old, const Module *new) {
        return old->major != new->major &&diff_differ(old->bus_name, new->bus_name);
}

void diff_modules(Diff *d, const Module *old, const Module *new) {
        const Place p = place_of(d, NULL, "module", &new->symbol);

        d->old = old;
        d->new = new;
        compare_module_names(&p, old, new);
        if (is_beside(old, new)) {
                place_say(&p, CHANGE_COMPATIBLE, "version", version(old), version(new),
                          "version %s has the bus name '%s' beside '%s': both can be served",
                          version(new), new->bus_name, old->bus_name);
        } else {
                diff_mark_used(d, old);
                diff_mark_used(d, new);
                compare_all_interfaces(d);
                diff_declared_types(d);
                advise(&p);
        }
        sort(d);
}

size_t diff_count(const Diff *d, ChangeClass class) {
        size_t n = 0;

        for (size_t i = 0; i < d->n_changes; i++)
                n += d->changes[i].class == class;
        return n;
}
