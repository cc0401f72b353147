/* SPDX-License-Identifier: MIT */
/* From D-Bus signatures to types of qface, with the structs that have to be made for them. */
#include "import-types.h"

#include <stdint.h>
#include <string.h>

#include "import-names.h"
#include "import-signature.h"

static MadeStruct **bucket_of(MadeTypes *t, const char *name) {
        uint32_t hash = 5381;

        while (*name != '\0')
                hash = 33 * hash + (unsigned char)*name++;
        return &t->buckets[hash % MADE_TYPES_BUCKETS];
}

static const MadeStruct *find_struct(MadeTypes *t, const char *name) {
        for (const MadeStruct *s = *bucket_of(t, name); s; s = s->next)
                if (strcmp(s->name, name) == 0)
                        return s;
        return NULL;
}

static void remember(MadeTypes *t, MadeStruct *s) {
        MadeStruct **bucket = bucket_of(t, s->name);

        s->next = *bucket;
        *bucket = s;
}

/* A struct of that name that is equal to no other. */
void made_types_forbid(MadeTypes *t, const char *name) {
        MadeStruct *s = arena_alloc(t->arena, sizeof(*s));

        s->name = name;
        s->signature = "";
        remember(t, s);
}

static bool structs_equal(const MadeStruct *a, const MadeStruct *b) {
        if (strcmp(a->signature, b->signature) != 0)
                return false;
        for (size_t i = 0; i < a->n_fields; i++)
                if (strcmp(a->fields[i].name, b->fields[i].name) != 0)
                        return false;
        return true;
}

static const char *candidate(const MadeTypes *t, const TypeNames *names, unsigned k) {
        const char *last = names->other ? names->other : names->best;

        if (k == 0)
                return names->best;
        if (k == 1)
                return last;
        return arena_printf(t->arena, "%s%u", last, k);
}

static const char *join_signatures(Arena *a, const MadeField *fields, size_t n) {
        char *text = arena_alloc(a, SIGNATURE_MAX * n + 1), *end = text;

        for (size_t i = 0; i < n; i++)
                end = stpcpy(end, fields[i].signature);
        return text;
}

/* What is in it is called after it, so its name is found first. */
static void make_fields(MadeTypes *t, MadeStruct *s) {
        for (size_t i = 0; i < s->n_fields; i++) {
                TypeNames names = {
                        .best = arena_printf(t->arena, "%s%s", s->name,
                                             import_camel(t->arena, s->fields[i].name)),
                };

                s->fields[i].type = made_type(t, s->fields[i].signature, &names);
        }
}

const MadeStruct *made_struct(MadeTypes *t, MadeField *fields, size_t n_fields,
                              const TypeNames *names) {
        MadeStruct *s = arena_alloc(t->arena, sizeof(*s));

        s->fields = fields;
        s->n_fields = n_fields;
        s->signature = join_signatures(t->arena, fields, n_fields);
        for (unsigned k = 0;; k++) {
                const MadeStruct *other;

                s->name = candidate(t, names, k);
                other = find_struct(t, s->name);
                if (other && structs_equal(other, s))
                        return other;
                if (!other)
                        break;
        }
        ARENA_APPEND(t->arena, t->structs, t->n_structs, s);
        remember(t, s);
        make_fields(t, s);
        return s;
}

/* "(sa(ii))": nothing is known of the fields but their types. */
static const char *make_anonymous(MadeTypes *t, const char *signature, const TypeNames *names) {
        const char *p = signature + 1;
        MadeField *fields = NULL;
        size_t n = 0;

        while (*p != ')') {
                MadeField f = {
                        .name = arena_printf(t->arena, "field%zu", n + 1),
                        .signature = arena_strndup(t->arena, p, signature_first(p)),
                };

                p += signature_first(p);
                ARENA_APPEND(t->arena, fields, n, f);
        }
        return made_struct(t, fields, n, names)->name;
}

static TypeNames singular(Arena *a, const TypeNames *names) {
        return (TypeNames){
                .best = import_singular(a, names->best),
                .other = names->other ? import_singular(a, names->other) : NULL,
        };
}

static const char *make_container(MadeTypes *t, const char *signature, const TypeNames *names) {
        bool is_map = signature[1] == '{';
        const char *inner = signature + (is_map ? 3 : 1);
        TypeNames of_one = singular(t->arena, names);

        inner = arena_strndup(t->arena, inner, signature_first(inner));
        return arena_printf(t->arena, "%s<%s>", is_map ? "map" : "list",
                            made_type(t, inner, &of_one));
}

const char *made_type(MadeTypes *t, const char *signature, const TypeNames *names) {
        switch (signature[0]) {
        case 'b':
                return "bool";
        case 'd':
                return "real";
        case 's':
        case 'o':
                return "string";
        case 'v':
                return "var";
        case 'a':
                return make_container(t, signature, names);
        case '(':
                return make_anonymous(t, signature, names);
        default: /* one of ynqiuxt: the others were left out */
                return "int";
        }
}
