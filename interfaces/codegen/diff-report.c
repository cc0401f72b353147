/* SPDX-License-Identifier: MIT */
/* What differs, where, and which members of two versions stand for each other. */
#include "diff-report.h"

#include <stdarg.h>
#include <string.h>

#include "text.h"

_Static_assert(offsetof(Interface, symbol) == 0 && offsetof(Property, symbol) == 0 &&
                       offsetof(Operation, symbol) == 0 && offsetof(Signal, symbol) == 0 &&
                       offsetof(Parameter, symbol) == 0 && offsetof(Struct, symbol) == 0 &&
                       offsetof(Field, symbol) == 0 && offsetof(Enum, symbol) == 0 &&
                       offsetof(Enumerator, symbol) == 0,
               "members begin with their symbols");

Place place_of(Diff *d, const char *owner, const char *kind, const Symbol *s) {
        Place p = { .diff = d, .at = s->span };

        p.symbol = owner ? arena_printf(d->arena, "%s.%s", owner, s->name) : s->name;
        p.what = arena_printf(d->arena, "the %s '%s'", kind, s->name);
        if (owner)
                p.what = arena_printf(d->arena, "%s of '%s'", p.what, owner);
        return p;
}

void place_say(const Place *p, ChangeClass class, const char *kind, const char *old,
               const char *new, const char *format, ...) {
        Change change = {
                .class = p->unused && class == CHANGE_BREAKING ? CHANGE_SOURCE : class,
                .kind = kind,
                .symbol = p->symbol,
                .old = old,
                .new = new,
                .at = p->at,
        };
        va_list ap;
        Text t;

        text_init(&t, p->diff->arena);
        va_start(ap, format);
        text_vprintf(&t, format, ap);
        va_end(ap);
        change.text = t.bytes;
        ARENA_APPEND(p->diff->arena, p->diff->changes, p->diff->n_changes, change);
}

void place_say_added(const Place *p) {
        place_say(p, CHANGE_COMPATIBLE, "added", NULL, p->symbol, "%s is new", p->what);
}

void place_say_removed(const Place *p) {
        place_say(p, CHANGE_BREAKING, "removed", p->symbol, NULL, "%s is gone", p->what);
}

bool diff_differ(const char *a, const char *b) {
        return strcmp(a ? a : "", b ? b : "") != 0;
}

const Symbol *members_symbol(Members m, size_t i) {
        return m.items[i];
}

static size_t find_name(Members m, const char *name) {
        size_t i = 0;

        while (i < m.n && strcmp(members_symbol(m, i)->name, name) != 0)
                i++;
        return i;
}

/* Types have no name there. */
static const Symbol *find_on_dbus(Members m, const char *name) {
        for (size_t i = 0; name && i < m.n; i++)
                if (strcmp(members_symbol(m, i)->dbus, name) == 0)
                        return members_symbol(m, i);
        return NULL;
}

const void *members_partner(Members others, Members own, const Symbol *s) {
        const Symbol *found = find_on_dbus(others, s->dbus);
        size_t i;

        if (found)
                return found;
        i = find_name(others, s->name);
        if (i == others.n || find_on_dbus(own, members_symbol(others, i)->dbus))
                return NULL;
        return others.items[i];
}

bool members_moved(Members old, Members new) {
        for (size_t i = 0; i < old.n; i++) {
                size_t k = find_name(new, members_symbol(old, i)->name);

                if (k < new.n && k != i)
                        return true;
        }
        return false;
}
