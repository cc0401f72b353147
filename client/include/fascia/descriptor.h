/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: what an interface file says, as constant data. fascia-codegen writes them;
 * everything that does not depend on one interface (encode, decode, copy, compare, print, cache,
 * dispatch, simulate) is written once in the runtime and works from them. A program does not make
 * descriptors by hand.
 *
 * Growth: fields are only appended. Tables of struct fascia_property, fascia_method, fascia_signal
 * and fascia_interface are walked with the element size that the module states, and a field that an
 * older generator did not know is read only when FASCIA_HAS_FIELD() says so. struct fascia_member
 * and struct fascia_enumerator never grow.
 */
#ifndef FASCIA_DESCRIPTOR_H
#define FASCIA_DESCRIPTOR_H

#include <fascia/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a reader of this layout could no longer read what an older generator wrote. */
#define FASCIA_DESCRIPTOR_ABI UINT32_C(1)

/* Whether a struct of which `size` bytes exist holds `field`. */
#define FASCIA_HAS_FIELD(type, field, size) \
        (offsetof(type, field) + sizeof(((const type *)0)->field) <= (size))

enum fascia_kind {
        FASCIA_KIND_BOOL,   /* bool, b */
        FASCIA_KIND_UINT8,  /* uint8_t, y */
        FASCIA_KIND_INT16,  /* int16_t, n */
        FASCIA_KIND_UINT16, /* uint16_t, q */
        FASCIA_KIND_INT32,  /* int32_t, i */
        FASCIA_KIND_UINT32, /* uint32_t, u */
        FASCIA_KIND_INT64,  /* int64_t, x */
        FASCIA_KIND_UINT64, /* uint64_t, t */
        FASCIA_KIND_REAL,   /* double, d */
        FASCIA_KIND_STRING, /* const char *, s */
        FASCIA_KIND_ENUM,   /* int32_t, i */
        FASCIA_KIND_FLAG,   /* uint32_t, u; uint64_t, t when a bit above 31 is used: by size */
        FASCIA_KIND_STRUCT, /* a struct, (…) */
        FASCIA_KIND_LIST,   /* struct { const T *items; size_t count; }, aT */
        FASCIA_KIND_MAP,    /* as a list, of entries { const char *key; T value; }, a{sT} */
        FASCIA_KIND_VAR,    /* struct fascia_variant, v */
        FASCIA_KIND_OBJECT, /* const char *, o: the path of an object, "/" for none */
        FASCIA_KIND_MODEL   /* of properties only: const char *, o: the path of the model object */
};

/* No pointer inside: copied by memcpy, nothing to free. */
#define FASCIA_TYPE_TRIVIAL UINT8_C(0x01)

struct fascia_type;

struct fascia_member {
        const char *name; /* as in the interface file; also the argument name on D-Bus */
        const struct fascia_type *type;
        uint32_t offset; /* in the C struct, in bytes */
};

struct fascia_enumerator {
        const char *name; /* as in the interface file */
        int64_t value;    /* of a flag: its bits */
};

struct fascia_type {
        uint8_t kind;     /* enum fascia_kind */
        uint8_t flags;    /* FASCIA_TYPE_* */
        uint16_t self;    /* sizeof(struct fascia_type), for FASCIA_HAS_FIELD() */
        uint32_t size;    /* of a value in C, in bytes */
        const char *name; /* of an enum, flag or struct in the interface file; else "" */
        const char
                *signature; /* on D-Bus; of arguments (see fascia_method): without the brackets */
        uint32_t n_members; /* of a struct, in wire order; 0 only for arguments */
        uint32_t n_enumerators; /* of an enum or flag, in the order of the interface file */
        const struct fascia_member *members;
        const struct fascia_enumerator *enumerators;
        /* Of a list its items; of a map its entries, a struct type of the members "key" and "value"
         * whose signature is "{sT}"; of a model its rows. */
        const struct fascia_type *element;
};

/* Which values are allowed. Each pointer is to a value of the C type, or NULL: no such bound. */
struct fascia_constraint {
        const void *minimum; /* inclusive */
        const void *maximum; /* inclusive */
        const void *domain;  /* n_domain values, side by side; NULL: every value */
        uint32_t n_domain;
};

#define FASCIA_PROPERTY_READONLY UINT32_C(0x01)   /* clients cannot set it */
#define FASCIA_PROPERTY_CONST UINT32_C(0x02)      /* never changes once known; implies READONLY */
#define FASCIA_PROPERTY_PERSISTENT UINT32_C(0x04) /* the service keeps it over a restart */
/* PropertiesChanged names the property without its value, which is to be fetched. */
#define FASCIA_PROPERTY_INVALIDATES UINT32_C(0x08)
/* Changes are not announced: the value is the one of the last time that it was fetched. */
#define FASCIA_PROPERTY_SILENT UINT32_C(0x10)

struct fascia_property {
        const char *name;      /* "targetTemperature" */
        const char *dbus_name; /* "TargetTemperature" */
        const struct fascia_type *type;
        uint32_t flags;                             /* FASCIA_PROPERTY_* */
        const struct fascia_constraint *constraint; /* of @config: gates every Set; NULL: none */
        const void *initial; /* the start value of the interface file, or NULL: the type's own */
        const char *unit;    /* "km/h", or NULL */
};

#define FASCIA_METHOD_CONST UINT32_C(0x01) /* changes nothing: safe to be called again */

/* Arguments are a struct type: a C struct that the generator makes, whose members follow each other
 * on the wire without brackets. No arguments: size 0, n_members 0, signature "". */
struct fascia_method {
        const char *name;
        const char *dbus_name;
        const struct fascia_type *input;
        /* One member at offset 0, or none; of a foreign service also several, which are those of the
         * struct that the operation returns. */
        const struct fascia_type *output;
        uint32_t flags;            /* FASCIA_METHOD_* */
        uint32_t n_errors;         /* that it may fail with, beyond those of every operation */
        const char *const *errors; /* D-Bus names: "Vehicle.Climate1.Error.Frozen" */
};

struct fascia_signal {
        const char *name;
        const char *dbus_name;
        const struct fascia_type *arguments;
};

struct fascia_module;

#define FASCIA_INTERFACE_ZONED UINT32_C(0x01)

struct fascia_interface {
        const struct fascia_module *module;
        const char *name;           /* "ClimateControl" */
        const char *qualified_name; /* "Vehicle.Climate.ClimateControl" */
        const char *id;             /* by which a backend is found; as a rule the qualified name */
        const char *dbus_name;      /* "Vehicle.Climate1.ClimateControl" */
        const char *path;           /* of the feature object: "/Vehicle/Climate1/ClimateControl" */
        uint64_t layout_hash; /* of names, order, C layout and signatures; in process both sides
                                 must agree */
        uint32_t flags;       /* FASCIA_INTERFACE_* */
        uint32_t n_properties;
        uint32_t n_methods;
        uint32_t n_signals;
        const struct fascia_property *properties;
        const struct fascia_method *methods;
        const struct fascia_signal *signal_table; /* the plural is a macro of Qt */
        const char *configuration; /* the section used instead of the module's, or NULL */
};

/* A service that Fascia did not make: no ObjectManager, no org.fascia.Feature1, no FasciaSerial. */
#define FASCIA_MODULE_FOREIGN UINT32_C(0x01)

struct fascia_module {
        uint32_t abi;  /* FASCIA_DESCRIPTOR_ABI */
        uint32_t size; /* sizeof(struct fascia_module) */
        uint16_t interface_size;
        uint16_t property_size;
        uint16_t method_size;
        uint16_t signal_size;
        const char *name; /* "Vehicle.Climate" */
        uint32_t major;
        uint32_t minor;
        const char *bus_name; /* "Vehicle.Climate1" */
        const char *path;     /* "/Vehicle/Climate1" */
        uint32_t n_interfaces;
        const struct fascia_interface *interfaces;
        uint32_t flags; /* FASCIA_MODULE_* */
};

/* What the simulation of one property is: one row for the feature itself and every zone without a
 * row of its own (zone == NULL), one for each zone that differs. A row is complete: nothing is
 * inherited. */
struct fascia_simulation_row {
        uint32_t property;
        const char *zone;
        const void *initial;                        /* first value, or NULL: that of the property */
        const struct fascia_constraint *constraint; /* or NULL: none */
        bool unsupported;                           /* no value, and setting it is an error */
};

struct fascia_simulation {
        const char *const *zones;
        const struct fascia_simulation_row *rows;
        uint32_t n_zones;
        uint32_t n_rows;
};

/* A module library, modules/<bus name>.so: what fasciad and generic backends need to know of a
 * module. Its one exported symbol is `const struct fascia_module_library fascia_module_library`. */
#define FASCIA_MODULE_LIBRARY_ABI UINT32_C(1)
#define FASCIA_MODULE_LIBRARY_SYMBOL "fascia_module_library"

struct fascia_module_library {
        uint32_t abi;  /* FASCIA_MODULE_LIBRARY_ABI */
        uint32_t size; /* sizeof(struct fascia_module_library) */
        const struct fascia_module *module;
        /* Both with one entry for each interface of the module, in its order. */
        const char *const *introspection; /* the <interface> element, as XML */
        const struct fascia_simulation *simulation;
        /* How the simulation behaves, in Lua: the file of @config_simulator: { simulationFile }. NULL: there is none. */
        const char *script_name;
        const char *script;
        size_t script_size; /* in bytes */
};

#ifdef __cplusplus
}
#endif

#endif
