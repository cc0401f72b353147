/* SPDX-License-Identifier: MIT */
/* Types from signatures: read twice, first to learn how much memory they take, then to fill it. */
#include "type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

/* D-Bus specification, "Valid Signatures". */
#define SIGNATURE_MAX 255
#define BASIC_CODES "ybnqiuxtdsog"

/* ---- types that are always there ---- */

#define TYPE(kind_, flags_, c_type, signature_)                                                   \
        {                                                                                         \
                .kind = FASCIA_KIND_##kind_, .flags = flags_, .self = sizeof(struct fascia_type), \
                .size = sizeof(c_type), .name = "", .signature = signature_,                      \
        }

/* Both tables in the same order. */
static const char codes[] = BASIC_CODES "v";
static const struct fascia_type basic_types[] = {
        TYPE(UINT8, FASCIA_TYPE_TRIVIAL, uint8_t, "y"),
        TYPE(BOOL, FASCIA_TYPE_TRIVIAL, bool, "b"),
        TYPE(INT16, FASCIA_TYPE_TRIVIAL, int16_t, "n"),
        TYPE(UINT16, FASCIA_TYPE_TRIVIAL, uint16_t, "q"),
        TYPE(INT32, FASCIA_TYPE_TRIVIAL, int32_t, "i"),
        TYPE(UINT32, FASCIA_TYPE_TRIVIAL, uint32_t, "u"),
        TYPE(INT64, FASCIA_TYPE_TRIVIAL, int64_t, "x"),
        TYPE(UINT64, FASCIA_TYPE_TRIVIAL, uint64_t, "t"),
        TYPE(REAL, FASCIA_TYPE_TRIVIAL, double, "d"),
        TYPE(STRING, 0, const char *, "s"),
        TYPE(OBJECT, 0, const char *, "o"),
        TYPE(STRING, 0, const char *, "g"),
        TYPE(VAR, 0, struct fascia_variant, "v"),
};

#define LIST(index, signature_)                                                 \
        {                                                                       \
                .kind = FASCIA_KIND_LIST, .self = sizeof(struct fascia_type),   \
                .size = sizeof(ValueList), .name = "", .signature = signature_, \
                .element = &basic_types[index],                                 \
        }

static const struct fascia_type list_types[] = {
        LIST(0, "ay"),  LIST(1, "ab"),  LIST(2, "an"),  LIST(3, "aq"), LIST(4, "ai"),
        LIST(5, "au"),  LIST(6, "ax"),  LIST(7, "at"),  LIST(8, "ad"), LIST(9, "as"),
        LIST(10, "ao"), LIST(11, "ag"), LIST(12, "av"),
};

static const struct fascia_type *find_basic(char code) {
        const char *found = code ? strchr(codes, code) : NULL;

        return found ? &basic_types[found - codes] : NULL;
}

FASCIA_EXPORT const struct fascia_type *fascia_basic_type(char code) {
        /* A signature as a value is not for programs: no type of an interface file holds one. */
        return code == 'g' ? NULL : find_basic(code);
}

/* The static type that a signature begins with, or NULL. */
static const struct fascia_type *find_static(const char *s) {
        const struct fascia_type *basic = find_basic(s[0] == 'a' ? s[1] : s[0]);

        return s[0] == 'a' && basic ? &list_types[basic - basic_types] : basic;
}

/* ---- how much memory ---- */

typedef struct Extent {
        size_t n_types;
        size_t n_members;
        size_t n_characters;
} Extent;

static int measure(const char **s, unsigned depth, Extent *e);

/* With its terminator. */
static void measure_one(Extent *e, size_t n_members, size_t length) {
        e->n_types++;
        e->n_members += n_members;
        e->n_characters += length + 1;
}

static int measure_entry(const char **s, unsigned depth, Extent *e) {
        const char *start = (*s)++;
        int r;

        if (depth > TYPE_DEPTH_MAX)
                return -EINVAL;
        if (!**s || !strchr(BASIC_CODES, **s))
                return **s == 'h' ? -EOPNOTSUPP : -EINVAL;
        (*s)++;
        r = measure(s, depth, e);
        if (r < 0)
                return r;
        if (*(*s)++ != '}')
                return -EINVAL;
        measure_one(e, 2, (size_t)(*s - start));
        return 0;
}

static int measure_struct(const char **s, unsigned depth, Extent *e) {
        const char *start = (*s)++;
        size_t n = 0;

        do {
                int r = measure(s, depth, e);
                if (r < 0)
                        return r;
                n++;
        } while (**s != ')');
        (*s)++;
        measure_one(e, n, (size_t)(*s - start));
        return 0;
}

static int measure_array(const char **s, unsigned depth, Extent *e) {
        const char *start = (*s)++;
        int r;

        r = **s == '{' ? measure_entry(s, depth + 1, e) : measure(s, depth, e);
        if (r >= 0)
                measure_one(e, 0, (size_t)(*s - start));
        return r;
}

/* One complete type, within `depth` containers; *s goes behind it. */
static int measure(const char **s, unsigned depth, Extent *e) {
        const struct fascia_type *known = find_static(*s);

        if (known)
                *s += strlen(known->signature);
        if (known && !known->element)
                return 0;
        if (depth == TYPE_DEPTH_MAX)
                return **s == 'h' ? -EOPNOTSUPP : -EINVAL;
        if (known)
                return 0;
        if (**s == 'a')
                return measure_array(s, depth + 1, e);
        if (**s == '(')
                return measure_struct(s, depth + 1, e);
        return **s == 'h' ? -EOPNOTSUPP : -EINVAL;
}

static int measure_whole(const char *signature, Extent *e) {
        const char *s = signature;
        int r;

        r = measure(&s, 0, e);
        if (r < 0)
                return r;
        return *s || s - signature > SIGNATURE_MAX ? -EINVAL : 0;
}

bool signature_is_valid(const char *signature) {
        const char *s = signature;
        Extent ignored = { 0 };

        while (*s)
                if (measure(&s, 0, &ignored) < 0)
                        return false;
        return s - signature <= SIGNATURE_MAX;
}

/* ---- layout ---- */

#define ALIGNMENT(type)         \
        offsetof(               \
                struct {        \
                        char c; \
                        type t; \
                },              \
                t)

/* Of a member: on some machines less than of a variable. */
static uint32_t type_alignment(const struct fascia_type *type) {
        uint32_t most = 1;

        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                return ALIGNMENT(bool);
        case FASCIA_KIND_UINT8:
                return ALIGNMENT(uint8_t);
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
                return ALIGNMENT(int16_t);
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_ENUM:
                return ALIGNMENT(int32_t);
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
                return ALIGNMENT(int64_t);
        case FASCIA_KIND_FLAG:
                return type->size == sizeof(uint64_t) ? ALIGNMENT(uint64_t) : ALIGNMENT(uint32_t);
        case FASCIA_KIND_REAL:
                return ALIGNMENT(double);
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
        case FASCIA_KIND_VAR:
                return ALIGNMENT(void *);
        case FASCIA_KIND_STRUCT:
                for (uint32_t i = 0; i < type->n_members; i++) {
                        uint32_t own = type_alignment(type->members[i].type);
                        if (own > most)
                                most = own;
                }
                break;
        }
        return most;
}

static uint32_t align(uint32_t offset, uint32_t alignment) {
        return (offset + alignment - 1) & ~(alignment - 1);
}

/* Where a member stands that comes after `end` bytes. */
static uint32_t member_offset(uint32_t end, const struct fascia_type *type) {
        return align(end, type_alignment(type));
}

/* ---- filling ---- */

/* What is left of the memory: types, then members, then characters. */
typedef struct Builder {
        struct fascia_type *types;
        struct fascia_member *members;
        char *characters;
} Builder;

static const struct fascia_type *build(Builder *b, const char **s);

static const char *build_signature(Builder *b, const char *start, const char *end) {
        char *copy = b->characters;
        size_t n = (size_t)(end - start);

        memcpy(copy, start, n);
        copy[n] = '\0';
        b->characters += n + 1;
        return copy;
}

static uint32_t count_members(const char *s) {
        Extent ignored = { 0 };
        uint32_t n = 0;

        while (*s != ')' && *s != '}') {
                (void)measure(&s, 0, &ignored); /* known to succeed */
                n++;
        }
        return n;
}

/* The brackets are round, or curly for an entry. On D-Bus members have no names. */
static const struct fascia_type *build_struct(Builder *b, const char **s) {
        static const char *const names[] = { "key", "value" };
        struct fascia_type *type = b->types++;
        struct fascia_member *members = b->members;
        const char *start = (*s)++;
        bool trivial = true;
        uint32_t end = 0, n = count_members(*s);

        b->members += n;
        for (uint32_t i = 0; i < n; i++) {
                const struct fascia_type *t = build(b, s);
                members[i] = (struct fascia_member){
                        .name = *start == '{' ? names[i] : "",
                        .type = t,
                        .offset = member_offset(end, t),
                };
                end = members[i].offset + t->size;
                trivial = trivial && (t->flags & FASCIA_TYPE_TRIVIAL);
        }
        (*s)++;
        *type = (struct fascia_type){
                .kind = FASCIA_KIND_STRUCT,
                .flags = trivial ? FASCIA_TYPE_TRIVIAL : 0,
                .self = sizeof(*type),
                .name = "",
                .signature = build_signature(b, start, *s),
                .n_members = n,
                .members = members,
        };
        type->size = align(end, type_alignment(type));
        return type;
}

static const struct fascia_type *build_array(Builder *b, const char **s) {
        struct fascia_type *type = b->types++;
        const char *start = (*s)++;
        bool is_map = (*s)[0] == '{' && (*s)[1] == 's';
        const struct fascia_type *element;

        element = **s == '{' ? build_struct(b, s) : build(b, s);
        *type = (struct fascia_type){
                .kind = is_map ? FASCIA_KIND_MAP : FASCIA_KIND_LIST,
                .self = sizeof(*type),
                .size = sizeof(ValueList),
                .name = "",
                .signature = build_signature(b, start, *s),
                .element = element,
        };
        return type;
}

/* Of a signature that was measured. */
static const struct fascia_type *build(Builder *b, const char **s) {
        const struct fascia_type *known = find_static(*s);

        if (known) {
                *s += strlen(known->signature);
                return known;
        }
        return **s == 'a' ? build_array(b, s) : build_struct(b, s);
}

int type_new(const char *signature, const struct fascia_type **ret) {
        struct fascia_type *memory;
        Extent e = { 0 };
        Builder b;
        int r;

        r = measure_whole(signature, &e);
        if (r < 0)
                return r;
        if (e.n_types == 0) {
                *ret = find_static(signature);
                return 0;
        }
        memory = malloc(e.n_types * sizeof(*b.types) + e.n_members * sizeof(*b.members) +
                        e.n_characters);
        if (!memory)
                return -ENOMEM;
        b.types = memory;
        b.members = (void *)(memory + e.n_types);
        b.characters = (void *)(b.members + e.n_members);
        *ret = build(&b, &signature);
        memory->flags |= FASCIA_TYPE_DYNAMIC; /* the first is the whole */
        return 0;
}

const struct fascia_type *type_free(const struct fascia_type *type) {
        if (type && (type->flags & FASCIA_TYPE_DYNAMIC))
                free((void *)(uintptr_t)type);
        return NULL;
}

/* ---- types of others ---- */

typedef struct BasicForm {
        char codes[3];
        uint32_t size;
} BasicForm;

static const BasicForm basic_forms[] = {
        [FASCIA_KIND_BOOL] = { "b", sizeof(bool) },
        [FASCIA_KIND_UINT8] = { "y", sizeof(uint8_t) },
        [FASCIA_KIND_INT16] = { "n", sizeof(int16_t) },
        [FASCIA_KIND_UINT16] = { "q", sizeof(uint16_t) },
        [FASCIA_KIND_INT32] = { "i", sizeof(int32_t) },
        [FASCIA_KIND_UINT32] = { "u", sizeof(uint32_t) },
        [FASCIA_KIND_INT64] = { "x", sizeof(int64_t) },
        [FASCIA_KIND_UINT64] = { "t", sizeof(uint64_t) },
        [FASCIA_KIND_REAL] = { "d", sizeof(double) },
        [FASCIA_KIND_STRING] = { "sg", sizeof(const char *) },
        [FASCIA_KIND_ENUM] = { "i", sizeof(int32_t) },
        [FASCIA_KIND_VAR] = { "v", sizeof(struct fascia_variant) },
        [FASCIA_KIND_OBJECT] = { "o", sizeof(const char *) },
};

static bool is_part_regular(const struct fascia_type *type, const char **s, unsigned depth);

static bool is_basic_regular(const struct fascia_type *type, char code) {
        if (type->kind == FASCIA_KIND_FLAG)
                return code == 't' ? type->size == sizeof(uint64_t)
                                   : code == 'u' && type->size == sizeof(uint32_t);
        if (type->kind >= sizeof(basic_forms) / sizeof(basic_forms[0]) || !find_basic(code))
                return false;
        /* A copy of what has a pointer inside would share it, if it were made as of trivial types. */
        if ((type->flags & FASCIA_TYPE_TRIVIAL) && !(find_basic(code)->flags & FASCIA_TYPE_TRIVIAL))
                return false;
        return strchr(basic_forms[type->kind].codes, code) &&
               type->size == basic_forms[type->kind].size;
}

static bool are_members_regular(const struct fascia_type *type, const char **s, unsigned depth) {
        uint32_t end = 0;

        if (type->n_members == 0 || !type->members)
                return false;
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                if (!is_part_regular(m->type, s, depth) || m->offset != member_offset(end, m->type))
                        return false;
                if ((type->flags & FASCIA_TYPE_TRIVIAL) && !(m->type->flags & FASCIA_TYPE_TRIVIAL))
                        return false;
                end = m->offset + m->type->size;
        }
        return type->size == align(end, type_alignment(type));
}

static bool is_struct_regular(const struct fascia_type *type, const char **s, unsigned depth) {
        char close = **s == '{' ? '}' : ')';

        if (type->kind != FASCIA_KIND_STRUCT || (**s != '(' && **s != '{') ||
            depth > TYPE_DEPTH_MAX)
                return false;
        (*s)++;
        if (close == '}' && (!**s || !strchr(BASIC_CODES, **s) || type->n_members != 2))
                return false;
        return are_members_regular(type, s, depth) && *(*s)++ == close;
}

static bool is_array_regular(const struct fascia_type *type, const char **s, unsigned depth) {
        bool is_map = type->kind == FASCIA_KIND_MAP;
        const struct fascia_type *element = type->element;

        if (*(*s)++ != 'a' || type->size != sizeof(ValueList) || !element || !element->signature ||
            depth > TYPE_DEPTH_MAX)
                return false;
        /* Of a string, which is what maps are sorted by. */
        if (((*s)[0] == '{' && (*s)[1] == 's') != is_map)
                return false;
        if (**s != '{')
                return is_part_regular(element, s, depth);
        size_t n = strlen(element->signature);
        return strncmp(*s, element->signature, n) == 0 && is_struct_regular(element, s, depth + 1);
}

static bool is_value_regular(const struct fascia_type *type, const char **s, unsigned depth) {
        if (type->kind == FASCIA_KIND_LIST || type->kind == FASCIA_KIND_MAP)
                return !(type->flags & FASCIA_TYPE_TRIVIAL) && is_array_regular(type, s, depth + 1);
        if (type->kind == FASCIA_KIND_STRUCT)
                return **s == '(' && is_struct_regular(type, s, depth + 1);
        return is_basic_regular(type, *(*s)++);
}

/* Its signature is what stands at *s, which goes behind it. */
static bool is_part_regular(const struct fascia_type *type, const char **s, unsigned depth) {
        const char *start = *s;

        if (!type || !type->signature || !**s || !is_value_regular(type, s, depth))
                return false;
        size_t n = (size_t)(*s - start);
        return strncmp(type->signature, start, n) == 0 && type->signature[n] == '\0';
}

bool type_is_regular(const struct fascia_type *type) {
        const char *s = type->signature;

        return s && is_part_regular(type, &s, 0) && s - type->signature <= SIGNATURE_MAX;
}

bool type_is_regular_arguments(const struct fascia_type *type) {
        const char *s = type->signature;

        if (!s || type->kind != FASCIA_KIND_STRUCT)
                return false;
        if (type->n_members == 0)
                return !*s && type->size == 0;
        return are_members_regular(type, &s, 0) && !*s && s - type->signature <= SIGNATURE_MAX;
}
