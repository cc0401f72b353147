/* SPDX-License-Identifier: MIT */
/* What interface files say, as a tree: made by the parser, completed by the stages after it. */
#pragma once

#include "diagnostics.h"

typedef struct Enum Enum;
typedef struct Struct Struct;
typedef struct Interface Interface;
typedef struct Module Module;
typedef struct Node Node;

typedef enum TypeKind {
        TYPE_VOID,
        TYPE_BOOL,
        TYPE_INT,
        TYPE_REAL,
        TYPE_STRING,
        TYPE_VAR,
        TYPE_NAMED, /* until resolve_module() */
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
        Interface *interface;
        char code; /* on D-Bus, of an int or string that says so itself; else 0 */
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
        struct Value **items; /* of a list or map; of a struct one for each field; of var the one */
        size_t n_items;
        const char **keys; /* of a map, sorted */
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

        /* from annotations, or else the doc comment */
        const char *since;
        const char *deprecated; /* "" when there is no more to say */

        /* from annotations */
        const char *c_name; /* overrides, or NULL */
        const char *dbus_name;
        Node *annotations; /* all of them, merged, or NULL */

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
        const Interface *origin; /* where it was written */

        /* from annotations */
        bool spread; /* the fields of the result are arguments of their own on D-Bus */
        const char **errors;
        size_t n_errors;

        /* from naming */
        const char **error_names; /* on D-Bus */
} Operation;

/* An error that operations of the module list. */
typedef struct OwnError {
        const char *name;       /* on D-Bus */
        const char *enumerator; /* in C */
        const char *macro;      /* in C, of the name */
        Operation *operation;   /* the first that lists it */
} OwnError;

typedef struct Signal {
        Symbol symbol;
        Parameter **parameters;
        size_t n_parameters;
        const Interface *origin;
} Signal;

/* What the simulation of a property is, for the feature itself or one zone. */
typedef struct SimulationRow {
        const char *zone; /* NULL: the feature, and the zones without a row */
        Value *initial;
        Constraint constraint;
        bool unsupported;
} SimulationRow;

/* How a change is announced on D-Bus. */
typedef enum Emits {
        EMITS_TRUE,
        EMITS_INVALIDATES,
        EMITS_CONST,
        EMITS_FALSE,
} Emits;

typedef struct Property {
        Symbol symbol;
        Type *type;
        bool readonly;
        bool constant;
        Literal *literal;
        const Interface *origin;

        /* from annotations */
        Value *initial; /* of the literal */
        Constraint constraint;
        const char *unit;
        bool persistent;
        Emits emits;
        const char *getter_name;
        const char *setter_name;
        SimulationRow *rows;
        size_t n_rows;

        /* from naming */
        const char *getter; /* "climate_control_get_fan_level" */
        const char *setter;
        const char *changed; /* in the listener: "fan_level_changed" */
} Property;

struct Interface {
        Symbol symbol;
        Module *module;
        const char *base_name; /* extends, or NULL */
        Span base_span;
        Interface *base;
        bool inherits; /* while the members of its base are added */
        bool inherited;
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
        const char *configuration;
        const char *dbus_path;
        bool annotated;

        /* from naming */
        const char *qualified_name;
        const char *path;
        Property **values; /* the properties without the models, which have no accessors */
        size_t n_values;
};

typedef struct Field {
        Symbol symbol;
        Type *type;
        Literal *literal;

        /* from annotations */
        Value *initial; /* of the literal */
} Field;

struct Struct {
        Symbol symbol;
        Module *module;
        Field **fields;
        size_t n_fields;
        bool annotated;

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
        Module *module;
        bool is_flag;
        bool is_wide; /* a flag with a bit above 31 */
        Enumerator **members;
        size_t n_members;
        const char *type_name; /* @config: { type }, or NULL */

        /* from naming */
        const char *c_type; /* of a flag */
};

typedef struct Import {
        Span span; /* of the name */
        const char *name;
        Span version_span;
        uint32_t major, minor;
        Module *module; /* NULL: not found, which was reported */
        bool used;
} Import;

struct Module {
        Arena *arena;
        const Source *source;
        Symbol symbol;
        uint32_t major, minor;
        Import *imports;
        size_t n_imports;
        Interface **interfaces;
        size_t n_interfaces;
        OwnError *errors; /* from naming, each once */
        size_t n_errors;
        Struct **structs;
        size_t n_structs;
        Enum **enums;
        size_t n_enums;
        bool loading; /* while its imports are, to see a cycle */

        /* from annotations */
        const char *configuration;
        const char *dbus_path;
        bool foreign;                /* a service that Fascia did not make */
        const char *simulation_file; /* how the simulation behaves, in Lua; or NULL */
        Span simulation_span;
        const Source *script; /* its text */

        /* from naming */
        const char *stem; /* "climate" */
        const char *bus_name;
        const char *path;
        const char *include_dir;
};

const Enumerator *model_find_enumerator(const Enum *e, const char *name);
bool model_is_trivial(const Type *t);
/* Whether a struct, or one inside it, gives a field a value to start with. */
bool model_has_defaults(const Type *t);

/* On D-Bus. Only for what the check found fit to be generated. */
const char *model_signature(Arena *a, const Type *t);
