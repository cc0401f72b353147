/* SPDX-License-Identifier: MIT */
/* What interface files say, as a tree: questions that several stages ask of it. */
#include "model.h"

#include <string.h>

const Enumerator *model_find_enumerator(const Enum *e, const char *name) {
        for (size_t i = 0; i < e->n_members; i++)
                if (strcmp(e->members[i]->symbol.name, name) == 0)
                        return e->members[i];
        return NULL;
}

bool model_is_trivial(const Type *t) {
        switch (t->kind) {
        case TYPE_VOID:
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_REAL:
        case TYPE_ENUM:
        case TYPE_FLAG:
                return true;
        case TYPE_STRUCT:
                for (size_t i = 0; i < t->structure->n_fields; i++)
                        if (!model_is_trivial(t->structure->fields[i]->type))
                                return false;
                return true;
        case TYPE_STRING:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_LIST:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return false;
}

/* At most as deep as the check allows: it has seen to structs that contain themselves. */
static bool has_defaults(const Type *t, unsigned depth) {
        if (t->kind != TYPE_STRUCT || depth == 0)
                return false;
        for (size_t i = 0; i < t->structure->n_fields; i++) {
                const Field *f = t->structure->fields[i];

                if (f->literal || has_defaults(f->type, depth - 1))
                        return true;
        }
        return false;
}

bool model_has_defaults(const Type *t) {
        return has_defaults(t, 32);
}

static const char *struct_signature(Arena *a, const Struct *s) {
        const char *text = "(";

        for (size_t i = 0; i < s->n_fields; i++)
                text = arena_printf(a, "%s%s", text, model_signature(a, s->fields[i]->type));
        return arena_printf(a, "%s)", text);
}

const char *model_signature(Arena *a, const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "b";
        case TYPE_INT:
                return t->code ? arena_printf(a, "%c", t->code) : "i";
        case TYPE_ENUM:
                return "i";
        case TYPE_REAL:
                return "d";
        case TYPE_STRING:
                return t->code == 'o' ? "o" : "s";
        case TYPE_VAR:
                return "v";
        case TYPE_INTERFACE:
        case TYPE_MODEL:
                return "o";
        case TYPE_FLAG:
                return t->enumeration->is_wide ? "t" : "u";
        case TYPE_STRUCT:
                return struct_signature(a, t->structure);
        case TYPE_LIST:
                return arena_printf(a, "a%s", model_signature(a, t->element));
        case TYPE_MAP:
                return arena_printf(a, "a{s%s}", model_signature(a, t->element));
        case TYPE_VOID:
        case TYPE_NAMED:
        case TYPE_INVALID:
                break;
        }
        return "";
}
