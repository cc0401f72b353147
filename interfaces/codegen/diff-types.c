/* SPDX-License-Identifier: MIT */
/* Whether values of two types are the same on D-Bus, and mean the same. */
#include "diff-types.h"

#include <inttypes.h>
#include <string.h>

void diff_symbols(const Place *p, const Symbol *old, const Symbol *new) {
        if (diff_differ(old->name, new->name))
                place_say(p, CHANGE_SOURCE, "name", old->name, new->name, "%s was called '%s'",
                          p->what, old->name);
        else if (diff_differ(old->local, new->local))
                place_say(p, CHANGE_SOURCE, "c-name", old->local, new->local,
                          "%s is '%s' in C, it was '%s'", p->what, new->local, old->local);
        if (!old->deprecated && new->deprecated)
                place_say(p, CHANGE_COMPATIBLE, "deprecated", NULL, new->deprecated,
                          "%s is deprecated", p->what);
        else if (old->deprecated && !new->deprecated)
                place_say(p, CHANGE_COMPATIBLE, "deprecated", old->deprecated, NULL,
                          "%s is not deprecated any more", p->what);
}

const char *diff_signature(Arena *a, const Type *t) {
        return t->kind == TYPE_VOID ? "" : model_signature(a, t);
}

/* As it is written; m: where. */
static const char *named_text(const Module *m, const Module *owner, const Symbol *s) {
        return owner == m ? s->name : arena_printf(m->arena, "%s.%s", owner->symbol.name, s->name);
}

static const char *type_text(const Module *m, const Type *t) {
        if (t->element)
                return arena_printf(m->arena, "%s<%s>", t->name, type_text(m, t->element));
        if (t->structure)
                return named_text(m, t->structure->module, &t->structure->symbol);
        if (t->enumeration)
                return named_text(m, t->enumeration->module, &t->enumeration->symbol);
        if (t->interface)
                return named_text(m, t->interface->module, &t->interface->symbol);
        return t->name ? t->name : "void";
}

static const char *old_text(const Place *p, const Type *t) {
        return type_text(p->diff->old, t);
}

static const char *new_text(const Place *p, const Type *t) {
        return type_text(p->diff->new, t);
}

static bool is_enum(const Type *t) {
        return t->kind == TYPE_ENUM || t->kind == TYPE_FLAG;
}

static bool is_named(const Type *t) {
        return t->kind == TYPE_STRUCT || is_enum(t);
}

static bool is_used(const Diff *d, const void *type) {
        for (size_t i = 0; i < d->n_used; i++)
                if (d->used[i] == type)
                        return true;
        return false;
}

/* Values of what only one version uses are nowhere on D-Bus in both. */
static bool is_unused(const Diff *d, const void *old, const void *new) {
        return !is_used(d, old) || !is_used(d, new);
}

/* Whether this is the first time. */
static bool remember_pair(Diff *d, const void *old, const void *new, bool sent) {
        const TypePair pair = { .old = old, .new = new, .sent = sent };

        for (size_t i = 0; i < d->n_pairs; i++)
                if (d->pairs[i].old == old && d->pairs[i].new == new && d->pairs[i].sent >= sent)
                        return false;
        ARENA_APPEND(d->arena, d->pairs, d->n_pairs, pair);
        return true;
}

/* ---- enums and flags ---- */

static const char *number(Arena *a, const Enum *e, int64_t value) {
        return arena_printf(a, e->is_flag ? "0x%" PRIx64 : "%" PRId64, value);
}

static int64_t all_bits(const Enum *e) {
        int64_t bits = 0;

        for (size_t i = 0; i < e->n_members; i++)
                bits |= e->members[i]->value;
        return bits;
}

/* Whether it is a value without this member too. */
static bool has_value(const Enum *e, int64_t value) {
        if (e->is_flag)
                return (value & ~all_bits(e)) == 0;
        for (size_t i = 0; i < e->n_members; i++)
                if (e->members[i]->value == value)
                        return true;
        return false;
}

/* The member of this value with a name that the other version has not. */
static const Enumerator *find_renamed(const Enum *e, const Enum *other, int64_t value) {
        for (size_t i = 0; i < e->n_members; i++)
                if (e->members[i]->value == value &&
                    !model_find_enumerator(other, e->members[i]->symbol.name))
                        return e->members[i];
        return NULL;
}

static Place place_of_enumerator(const Place *type, const Enum *e, const Enumerator *m) {
        Place p = place_of(type->diff, e->symbol.name, "member", &m->symbol);

        p.unused = type->unused;
        return p;
}

/* A member without a member of its name in the new version. */
static void lose_enumerator(const Place *type, const Enum *old, const Enum *new,
                            const Enumerator *gone) {
        const Enumerator *renamed = find_renamed(new, old, gone->value);
        const Place p = renamed ? place_of_enumerator(type, new, renamed)
                                : place_of_enumerator(type, old, gone);

        if (renamed)
                diff_symbols(&p, &gone->symbol, &renamed->symbol);
        else if (has_value(new, gone->value))
                place_say(&p, CHANGE_SOURCE, "removed", gone->symbol.name, NULL,
                          "%s is gone, its value is not", p.what);
        else
                place_say_removed(&p);
}

static void compare_enumerator(const Place *type, const Enum *old, const Enum *new,
                               const Enumerator *before, const Enumerator *now) {
        const Place p = place_of_enumerator(type, new, now);
        const char *value = number(p.diff->arena, new, now->value);

        if (now->value != before->value)
                place_say(&p, CHANGE_BREAKING, "value", number(p.diff->arena, old, before->value),
                          value, "%s is %s, it was %s", p.what, value,
                          number(p.diff->arena, old, before->value));
        diff_symbols(&p, &before->symbol, &now->symbol);
}

static void gain_enumerator(const Place *type, const Enum *old, const Enum *new,
                            const Enumerator *added) {
        const Place p = place_of_enumerator(type, new, added);

        if (find_renamed(old, new, added->value))
                return;
        if (has_value(old, added->value))
                place_say_added(&p);
        else
                place_say(&p, CHANGE_COMPATIBLE, "added", NULL, p.symbol,
                          "%s is new: older clients see a value without a name", p.what);
}

static void compare_enumerators(const Place *p, const Enum *old, const Enum *new) {
        for (size_t i = 0; i < old->n_members; i++) {
                const Enumerator *before = old->members[i];
                const Enumerator *now = model_find_enumerator(new, before->symbol.name);

                if (now)
                        compare_enumerator(p, old, new, before, now);
                else
                        lose_enumerator(p, old, new, before);
        }
        for (size_t i = 0; i < new->n_members; i++)
                if (!model_find_enumerator(old, new->members[i]->symbol.name))
                        gain_enumerator(p, old, new, new->members[i]);
}

static const char *enum_kind(const Enum *e) {
        return e->is_flag ? "flag" : "enum";
}

static void compare_enums(Diff *d, const Enum *old, const Enum *new) {
        Place p = place_of(d, NULL, enum_kind(new), &new->symbol);

        p.unused = is_unused(d, old, new);
        if (!remember_pair(d, old, new, true))
                return;
        if (old->is_flag != new->is_flag) {
                place_say(&p, CHANGE_BREAKING, "type", enum_kind(old), enum_kind(new),
                          "%s was of the kind '%s'", p.what, enum_kind(old));
                return;
        }
        diff_symbols(&p, &old->symbol, &new->symbol);
        if (diff_differ(old->type_name, new->type_name))
                place_say(&p, CHANGE_SOURCE, "c-name", old->c_type, new->c_type,
                          "%s is '%s' in C, it was '%s'", p.what, new->c_type, old->c_type);
        if (old->is_flag && old->is_wide != new->is_wide)
                place_say(&p, CHANGE_BREAKING, "type", old->is_wide ? "t" : "u",
                          new->is_wide ? "t" : "u", "%s has %d bits on D-Bus, it had %d", p.what,
                          new->is_wide ? 64 : 32, old->is_wide ? 64 : 32);
        compare_enumerators(&p, old, new);
}

/* ---- structs ---- */

static void compare_fields(const Place *type, const Struct *old, const Struct *new, bool sent) {
        for (size_t i = 0; i < new->n_fields; i++) {
                Place p = place_of(type->diff, new->symbol.name, "field", &new->fields[i]->symbol);

                p.unused = type->unused;
                diff_symbols(&p, &old->fields[i]->symbol, &new->fields[i]->symbol);
                diff_types(&p, old->fields[i]->type, new->fields[i]->type, sent);
        }
}

static void compare_structs(Diff *d, const Struct *old, const Struct *new, bool sent) {
        const Type before = { .kind = TYPE_STRUCT, .structure = (Struct *)old };
        const Type now = { .kind = TYPE_STRUCT, .structure = (Struct *)new };
        const char *old_signature = model_signature(d->arena, &before);
        const char *new_signature = model_signature(d->arena, &now);
        Place p = place_of(d, NULL, "struct", &new->symbol);

        p.unused = is_unused(d, old, new);
        if (!remember_pair(d, old, new, sent))
                return;
        diff_symbols(&p, &old->symbol, &new->symbol);
        if (diff_differ(old_signature, new_signature))
                place_say(&p, CHANGE_BREAKING, "type", old_signature, new_signature,
                          "%s is '%s' on D-Bus, it was '%s'", p.what, new_signature, old_signature);
        else if (members_moved(MEMBERS(old->fields, old->n_fields),
                               MEMBERS(new->fields, new->n_fields)))
                place_say(&p, CHANGE_BREAKING, "order", NULL, NULL,
                          "the fields of %s have another order", p.what);
        else
                compare_fields(&p, old, new, sent);
}

/* ---- types of the same signature ---- */

/* What has another name on D-Bus in the other version was said where that is declared. */
static bool is_same_interface(const Diff *d, const Interface *old, const Interface *new) {
        if (!diff_differ(old->symbol.dbus, new->symbol.dbus))
                return true;
        return old->module == d->old && new->module == d->new &&
               !diff_differ(old->symbol.name, new->symbol.name);
}

static bool is_object_of(const Type *t) {
        return t->kind == TYPE_INTERFACE || t->kind == TYPE_MODEL;
}

static void compare_objects(const Place *p, const Type *old, const Type *new) {
        if (old->kind != new->kind ||
            (old->interface && !is_same_interface(p->diff, old->interface, new->interface)))
                place_say(p, CHANGE_BREAKING, "type", old_text(p, old), new_text(p, new),
                          "%s is an object of '%s', it was one of '%s'", p->what, new_text(p, new),
                          old_text(p, old));
}

static void compare_rows(const Place *p, const Type *old, const Type *new) {
        Place row = *p;

        row.what = arena_printf(p->diff->arena, "a row of %s", p->what);
        diff_types(&row, old->element, new->element, false);
}

/* One takes the place of the other: it is the same type, or the same under another name. */
static bool is_replaced(const Diff *d, const Type *old, const Type *new) {
        const bool is_struct = old->kind == TYPE_STRUCT;
        const Members before = is_struct ? MEMBERS(d->old->structs, d->old->n_structs)
                                         : MEMBERS(d->old->enums, d->old->n_enums);
        const Members now = is_struct ? MEMBERS(d->new->structs, d->new->n_structs)
                                      : MEMBERS(d->new->enums, d->new->n_enums);
        const Symbol *a = is_struct ? &old->structure->symbol : &old->enumeration->symbol;
        const Symbol *b = is_struct ? &new->structure->symbol : &new->enumeration->symbol;

        if (strcmp(a->name, b->name) == 0)
                return true;
        return members_partner(before, before, a) == a && members_partner(now, now, b) == b &&
               !members_partner(now, before, a) && !members_partner(before, now, b);
}

static void compare_named(Diff *d, const Type *old, const Type *new, bool sent) {
        if (old->kind == TYPE_STRUCT)
                compare_structs(d, old->structure, new->structure, sent);
        else
                compare_enums(d, old->enumeration, new->enumeration);
}

/* Two types that both versions have, or that are of other modules: each for itself may be as it
 * was, the difference is here. */
static void compare_different(const Place *p, const Type *old, const Type *new, bool sent) {
        Diff aside = *p->diff;

        aside.changes = NULL;
        aside.n_changes = 0;
        compare_named(&aside, old, new, sent);
        if (diff_count(&aside, CHANGE_BREAKING) > 0)
                place_say(p, CHANGE_BREAKING, "type", old_text(p, old), new_text(p, new),
                          "values of '%s' do not mean on D-Bus what those of '%s' did",
                          new_text(p, new), old_text(p, old));
}

static void compare_meaning(const Place *p, const Type *old, const Type *new, bool sent) {
        if (old->kind == TYPE_MODEL && new->kind == TYPE_MODEL)
                compare_rows(p, old, new);
        else if (old->element && new->element)
                compare_meaning(p, old->element, new->element, sent);
        else if (is_object_of(old) && is_object_of(new))
                compare_objects(p, old, new);
        else if (is_named(old) && is_named(new) && is_replaced(p->diff, old, new))
                compare_named(p->diff, old, new, sent);
        else if (is_named(old) && is_named(new))
                compare_different(p, old, new, sent);
        else if (is_enum(new) && sent)
                place_say(p, CHANGE_BREAKING, "type", old_text(p, old), new_text(p, new),
                          "%s takes only the values of '%s'", p->what, new_text(p, new));
}

void diff_types(const Place *p, const Type *old, const Type *new, bool sent) {
        Arena *a = p->diff->arena;
        const char *before = diff_signature(a, old), *now = diff_signature(a, new);

        if (diff_differ(before, now)) {
                place_say(p, CHANGE_BREAKING, "type", before, now,
                          "%s is '%s' on D-Bus, it was '%s'", p->what, now, before);
                return;
        }
        if (!(old->kind == TYPE_MODEL && new->kind == TYPE_MODEL) &&
            diff_differ(old_text(p, old), new_text(p, new)))
                place_say(p, CHANGE_SOURCE, "c-type", old_text(p, old), new_text(p, new),
                          "%s is of the type '%s', it was '%s'", p->what, new_text(p, new),
                          old_text(p, old));
        compare_meaning(p, old, new, sent);
}

/* ---- declarations ---- */

static void mark_type(Diff *d, const Type *t) {
        const void *type = t->structure ? (const void *)t->structure : t->enumeration;

        if (t->element)
                mark_type(d, t->element);
        if (!type || is_used(d, type))
                return;
        ARENA_APPEND(d->arena, d->used, d->n_used, type);
        for (size_t i = 0; t->structure && i < t->structure->n_fields; i++)
                mark_type(d, t->structure->fields[i]->type);
}

static void mark_parameters(Diff *d, Parameter *const *parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                mark_type(d, parameters[i]->type);
}

static void mark_interface(Diff *d, const Interface *f) {
        for (size_t i = 0; i < f->n_properties; i++)
                mark_type(d, f->properties[i]->type);
        for (size_t i = 0; i < f->n_operations; i++) {
                mark_type(d, f->operations[i]->result);
                mark_parameters(d, f->operations[i]->parameters, f->operations[i]->n_parameters);
        }
        for (size_t i = 0; i < f->n_signals; i++)
                mark_parameters(d, f->signals[i]->parameters, f->signals[i]->n_parameters);
}

void diff_mark_used(Diff *d, const Module *m) {
        for (size_t i = 0; i < m->n_interfaces; i++)
                mark_interface(d, m->interfaces[i]);
}

/* That something on D-Bus is not of it any more was said there; here it is a matter of programs. */
static void lose_type(Diff *d, const char *kind, const Symbol *s) {
        Place p = place_of(d, NULL, kind, s);

        p.unused = true;
        place_say_removed(&p);
}

static void gain_type(Diff *d, const char *kind, const Symbol *s) {
        const Place p = place_of(d, NULL, kind, s);

        place_say_added(&p);
}

/* One that takes the place of another was compared with it. */
static bool was_compared(const Diff *d, const void *type) {
        for (size_t i = 0; i < d->n_pairs; i++)
                if (d->pairs[i].old == type || d->pairs[i].new == type)
                        return true;
        return false;
}

static void compare_declared_structs(Diff *d) {
        const Members before = MEMBERS(d->old->structs, d->old->n_structs);
        const Members now = MEMBERS(d->new->structs, d->new->n_structs);

        for (size_t i = 0; i < before.n; i++) {
                const Struct *old = before.items[i];
                const Struct *new = members_partner(now, before, &old->symbol);

                if (new && !was_compared(d, old) && !was_compared(d, new))
                        compare_structs(d, old, new, false);
                else if (!new && !was_compared(d, old))
                        lose_type(d, "struct", &old->symbol);
        }
        for (size_t i = 0; i < now.n; i++)
                if (!members_partner(before, now, members_symbol(now, i)) &&
                    !was_compared(d, now.items[i]))
                        gain_type(d, "struct", members_symbol(now, i));
}

static void compare_declared_enums(Diff *d) {
        const Members before = MEMBERS(d->old->enums, d->old->n_enums);
        const Members now = MEMBERS(d->new->enums, d->new->n_enums);

        for (size_t i = 0; i < before.n; i++) {
                const Enum *old = before.items[i];
                const Enum *new = members_partner(now, before, &old->symbol);

                if (new && !was_compared(d, old) && !was_compared(d, new))
                        compare_enums(d, old, new);
                else if (!new && !was_compared(d, old))
                        lose_type(d, enum_kind(old), &old->symbol);
        }
        for (size_t i = 0; i < now.n; i++)
                if (!members_partner(before, now, members_symbol(now, i)) &&
                    !was_compared(d, now.items[i]))
                        gain_type(d, enum_kind(now.items[i]), members_symbol(now, i));
}

void diff_declared_types(Diff *d) {
        compare_declared_structs(d);
        compare_declared_enums(d);
}
