/* SPDX-License-Identifier: MIT */
/* What an interface file says, as a tree: made by the parser, completed by the stages after it. */
#pragma once

#include "diagnostics.h"

typedef struct Enum Enum;
typedef struct Struct Struct;
typedef struct Interface Interface;
typedef struct Node Node;

typedef enum TypeKind {
        TYPE_VOID,
        TYPE_BOOL,
        TYPE_INT,
        TYPE_REAL,
        TYPE_STRING,
        TYPE_VAR,
        TYPE_NAMED, /* until model_resolve() */
        TYPE_ENUM,
        TYPE_FLAG,
        TYPE_STRUCT,
        TYPE_INTERFACE,
        TYPE_LIST,
        TYPE_MAP,
        TYPE_MODEL,
        TYPE_INVALID, /* the error has been reported */
} TypeKind;

typedef struct Type {
        TypeKind kind;
        Span span;
        const char *name;     /* as written, of what has one */
        struct Type *element; /* of list, map, model */
        Enum *enumeration;    /* also of a flag */
        Struct *structure;
} Type;

/* A start value as written in the interface file. */
typedef struct Literal {
        Span span;
        const char *text;
        bool quoted;
} Literal;

/* A value that was read as its type wants it. */
typedef struct Value {
        const Type *type;
        Span span;
        bool boolean;
        int64_t integer; /* int, enum; the bits of a flag */
        double real;
        const char *string;
        struct Value **items; /* of a list; of a struct one for each field */
        size_t n_items;
} Value;

typedef struct Constraint {
        Value *minimum;
        Value *maximum;
        Value **domain;
        size_t n_domain;
} Constraint;

typedef struct TagLine {
        Span span; /* of the text after '@' */
        const char *text;
} TagLine;

/* What everything with a name has. */
typedef struct Symbol {
        const char *name;
        Span span;
        const char *doc; /* between the comment marks, or NULL */
        TagLine *tags;
        size_t n_tags;

        /* from annotations */
        const char *since;
        const char *deprecated; /* "" when there is no more to say */
        const char *c_name;     /* overrides, or NULL */

        /* from naming */
        const char *local; /* snake_case: "fan_level" */
        const char *bare;  /* the same where it stands alone: no word of the language */
        const char *c;     /* in C; with the prefix where it is global: "climate_control" */
        const char *upper; /* of constants: "CLIMATE_CONTROL" */
        const char *dbus;  /* member name, or that of the interface */
        bool clashes;      /* that another has one of its names was reported */
} Symbol;

typedef struct Parameter {
        Symbol symbol;
        Type *type;
} Parameter;

typedef struct Operation {
        Symbol symbol;
        Type *result;
        Parameter **parameters;
        size_t n_parameters;
        bool is_const;
} Operation;

typedef struct Signal {
        Symbol symbol;
        Parameter **parameters;
        size_t n_parameters;
} Signal;

/* What the simulation of a property is, for the feature itself or one zone. */
typedef struct SimulationRow {
        const char *zone; /* NULL: the feature, and the zones without a row */
        Value *initial;
        Constraint constraint;
        bool unsupported;
} SimulationRow;

typedef struct Property {
        Symbol symbol;
        Type *type;
        bool readonly;
        bool constant;
        Literal *literal;

        /* from annotations */
        Value *initial; /* of the literal */
        Constraint constraint;
        const char *unit;
        bool persistent;
        const char *getter_name;
        const char *setter_name;
        SimulationRow *rows;
        size_t n_rows;

        /* from naming */
        const char *getter; /* "climate_control_get_fan_level" */
        const char *setter;
} Property;

struct Interface {
        Symbol symbol;
        const char *base; /* extends, or NULL */
        Span base_span;
        Property **properties;
        size_t n_properties;
        Operation **operations;
        size_t n_operations;
        Signal **signals;
        size_t n_signals;

        /* from annotations */
        bool zoned;
        const char *id;
        const char **zones;
        size_t n_zones;

        /* from naming */
        const char *qualified_name;
        const char *path;
};

typedef struct Field {
        Symbol symbol;
        Type *type;
        Literal *literal;
} Field;

struct Struct {
        Symbol symbol;
        Field **fields;
        size_t n_fields;

        /* from check */
        bool visiting; /* while looking for recursion */
        bool visited;
        unsigned depth; /* of containers inside each other */
        size_t signature_size;
};

typedef struct Enumerator {
        Symbol symbol;
        Span value_span;
        const char *value_text; /* or NULL: by position */
        int64_t value;          /* of a flag: its bits */
} Enumerator;

struct Enum {
        Symbol symbol;
        bool is_flag;
        bool is_wide; /* a flag with a bit above 31 */
        Enumerator **members;
        size_t n_members;
        const char *type_name; /* @config: { type }, or NULL */

        /* from naming */
        const char *c_type; /* of a flag */
};

typedef struct Import {
        Span span;
        const char *name;
} Import;

typedef struct Module {
        Arena *arena;
        const Source *source;
        Symbol symbol;
        uint32_t major, minor;
        Import *imports;
        size_t n_imports;
        Interface **interfaces;
        size_t n_interfaces;
        Struct **structs;
        size_t n_structs;
        Enum **enums;
        size_t n_enums;

        /* from naming */
        const char *stem; /* "climate" */
        const char *bus_name;
        const char *path;
        const char *include_dir;
} Module;

/* Gives named types what they stand for, and enumerators their values; what is wrong is reported.
 */
void model_resolve(Module *m, Diagnostics *d);

const Enumerator *model_find_enumerator(const Enum *e, const char *name);
bool model_is_trivial(const Type *t);
/* On D-Bus. Only for what the check found fit to be generated. */
const char *model_signature(Arena *a, const Type *t);
