/* SPDX-License-Identifier: MIT */
/* Types as the interface language has them, of the descriptors that were made of them. */
#include "sim-types.h"

typedef struct Known {
        const struct fascia_type *descriptor;
        Type *type;
} Known;

struct SimTypes {
        Arena *arena;
        Known *known;
        size_t n_known;
};

SimTypes *sim_types_new(Arena *a) {
        SimTypes *s = arena_alloc(a, sizeof(*s));

        s->arena = a;
        return s;
}

static Enum *make_enum(SimTypes *s, const struct fascia_type *type) {
        Enum *e = arena_alloc(s->arena, sizeof(*e));

        e->symbol.name = type->name;
        e->is_flag = type->kind == FASCIA_KIND_FLAG;
        e->is_wide = type->size == sizeof(uint64_t);
        for (uint32_t i = 0; i < type->n_enumerators; i++) {
                Enumerator *member = arena_alloc(s->arena, sizeof(*member));

                member->symbol.name = type->enumerators[i].name;
                member->value = type->enumerators[i].value;
                ARENA_APPEND(s->arena, e->members, e->n_members, member);
        }
        return e;
}

static Struct *make_struct(SimTypes *s, const struct fascia_type *type) {
        Struct *structure = arena_alloc(s->arena, sizeof(*structure));

        structure->symbol.name = type->name;
        for (uint32_t i = 0; i < type->n_members; i++) {
                Field *f = arena_alloc(s->arena, sizeof(*f));

                f->symbol.name = type->members[i].name;
                f->type = sim_types_get(s, type->members[i].type);
                ARENA_APPEND(s->arena, structure->fields, structure->n_fields, f);
        }
        return structure;
}

/* With the code of an int where it is not the usual one. */
static void fill(SimTypes *s, Type *t, const struct fascia_type *type) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                t->kind = TYPE_BOOL;
                return;
        case FASCIA_KIND_INT32:
                t->kind = TYPE_INT;
                return;
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
                t->kind = TYPE_INT;
                t->code = type->signature[0];
                return;
        case FASCIA_KIND_REAL:
                t->kind = TYPE_REAL;
                return;
        case FASCIA_KIND_STRING:
                t->kind = TYPE_STRING;
                return;
        case FASCIA_KIND_OBJECT:
                t->kind = TYPE_STRING;
                t->code = 'o';
                return;
        case FASCIA_KIND_ENUM:
                t->kind = TYPE_ENUM;
                t->enumeration = make_enum(s, type);
                return;
        case FASCIA_KIND_FLAG:
                t->kind = TYPE_FLAG;
                t->enumeration = make_enum(s, type);
                return;
        case FASCIA_KIND_STRUCT:
                t->kind = TYPE_STRUCT;
                t->structure = make_struct(s, type);
                return;
        case FASCIA_KIND_LIST:
                t->kind = TYPE_LIST;
                t->element = sim_types_get(s, type->element);
                return;
        case FASCIA_KIND_MAP:
                t->kind = TYPE_MAP;
                t->element = sim_types_get(s, type->element->members[1].type);
                return;
        case FASCIA_KIND_VAR:
                t->kind = TYPE_VAR;
                return;
        case FASCIA_KIND_MODEL:
                t->kind = TYPE_MODEL;
                t->name = "model";
                return;
        }
        /* Of a later version: no value can be read for it. */
        t->kind = TYPE_MODEL;
        t->name = "unknown";
}

Type *sim_types_get(SimTypes *s, const struct fascia_type *type) {
        Known known = { .descriptor = type };

        for (size_t i = 0; i < s->n_known; i++)
                if (s->known[i].descriptor == type)
                        return s->known[i].type;
        known.type = arena_alloc(s->arena, sizeof(*known.type));
        ARENA_APPEND(s->arena, s->known, s->n_known, known);
        fill(s, known.type, type);
        return known.type;
}
