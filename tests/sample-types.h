/* SPDX-License-Identifier: MIT */
/* Descriptors made by hand, of every kind, for the tests of values and codec. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fascia/descriptor.h>

#define BASIC_TYPE(variable, kind_, ctype, signature_)                         \
        static const struct fascia_type variable __attribute__((unused)) = {   \
                .kind = kind_,                                                 \
                .flags = kind_ < FASCIA_KIND_STRING ? FASCIA_TYPE_TRIVIAL : 0, \
                .self = sizeof(struct fascia_type),                            \
                .size = sizeof(ctype),                                         \
                .name = "",                                                    \
                .signature = signature_,                                       \
        }

BASIC_TYPE(type_bool, FASCIA_KIND_BOOL, bool, "b");
BASIC_TYPE(type_uint8, FASCIA_KIND_UINT8, uint8_t, "y");
BASIC_TYPE(type_int16, FASCIA_KIND_INT16, int16_t, "n");
BASIC_TYPE(type_uint16, FASCIA_KIND_UINT16, uint16_t, "q");
BASIC_TYPE(type_int32, FASCIA_KIND_INT32, int32_t, "i");
BASIC_TYPE(type_uint32, FASCIA_KIND_UINT32, uint32_t, "u");
BASIC_TYPE(type_int64, FASCIA_KIND_INT64, int64_t, "x");
BASIC_TYPE(type_uint64, FASCIA_KIND_UINT64, uint64_t, "t");
BASIC_TYPE(type_real, FASCIA_KIND_REAL, double, "d");
BASIC_TYPE(type_string, FASCIA_KIND_STRING, const char *, "s");
BASIC_TYPE(type_var, FASCIA_KIND_VAR, struct fascia_variant, "v");
BASIC_TYPE(type_object, FASCIA_KIND_OBJECT, const char *, "o");

#define ENUM_TYPE(variable, kind_, ctype, signature_, name_, table)          \
        static const struct fascia_type variable __attribute__((unused)) = { \
                .kind = kind_,                                               \
                .flags = FASCIA_TYPE_TRIVIAL,                                \
                .self = sizeof(struct fascia_type),                          \
                .size = sizeof(ctype),                                       \
                .name = name_,                                               \
                .signature = signature_,                                     \
                .n_enumerators = sizeof(table) / sizeof(table[0]),           \
                .enumerators = table,                                        \
        }

static const struct fascia_enumerator mode_table[] = { { "Off", 3 }, { "On", 1 }, { "Auto", -5 } };
static const struct fascia_enumerator seat_table[] = {
        { "Front", 1 }, { "Rear", 2 }, { "Both", 3 }, { "Roof", 8 }, { "Top", UINT32_C(1) << 31 }
};
static const struct fascia_enumerator wide_table[] = { { "None", 0 },
                                                       { "High", INT64_C(1) << 40 } };

ENUM_TYPE(type_mode, FASCIA_KIND_ENUM, int32_t, "i", "Mode", mode_table);
ENUM_TYPE(type_seat, FASCIA_KIND_FLAG, uint32_t, "u", "Seat", seat_table);
ENUM_TYPE(type_wide, FASCIA_KIND_FLAG, uint64_t, "t", "Wide", wide_table);

#define LIST_TYPE(variable, element_, signature_)                            \
        static const struct fascia_type variable __attribute__((unused)) = { \
                .kind = FASCIA_KIND_LIST,                                    \
                .self = sizeof(struct fascia_type),                          \
                .size = sizeof(struct fascia_string_list),                   \
                .name = "",                                                  \
                .signature = signature_,                                     \
                .element = &element_,                                        \
        }

#define STRUCT_TYPE(variable, ctype, flags_, name_, signature_, table)       \
        static const struct fascia_type variable __attribute__((unused)) = { \
                .kind = FASCIA_KIND_STRUCT,                                  \
                .flags = flags_,                                             \
                .self = sizeof(struct fascia_type),                          \
                .size = sizeof(ctype),                                       \
                .name = name_,                                               \
                .signature = signature_,                                     \
                .n_members = sizeof(table) / sizeof(table[0]),               \
                .members = table,                                            \
        }

/* Trivial, with padding. */
struct point {
        uint8_t x;
        double y;
        bool z;
};

static const struct fascia_member point_members[] = {
        { "x", &type_uint8, offsetof(struct point, x) },
        { "y", &type_real, offsetof(struct point, y) },
        { "z", &type_bool, offsetof(struct point, z) },
};
STRUCT_TYPE(type_point, struct point, FASCIA_TYPE_TRIVIAL, "Point", "(ydb)", point_members);

struct warning {
        int32_t id;
        const char *text;
};

static const struct fascia_member warning_members[] = {
        { "id", &type_int32, offsetof(struct warning, id) },
        { "text", &type_string, offsetof(struct warning, text) },
};
STRUCT_TYPE(type_warning, struct warning, 0, "Warning", "(is)", warning_members);

struct warning_list {
        const struct warning *items;
        size_t count;
};

struct point_list {
        const struct point *items;
        size_t count;
};

struct string_list_list {
        const struct fascia_string_list *items;
        size_t count;
};

LIST_TYPE(type_bools, type_bool, "ab");
LIST_TYPE(type_bytes, type_uint8, "ay");
LIST_TYPE(type_ints, type_int32, "ai");
LIST_TYPE(type_longs, type_uint64, "at");
LIST_TYPE(type_reals, type_real, "ad");
LIST_TYPE(type_modes, type_mode, "ai");
LIST_TYPE(type_strings, type_string, "as");
LIST_TYPE(type_points, type_point, "a(ydb)");
LIST_TYPE(type_warnings, type_warning, "a(is)");
LIST_TYPE(type_string_lists, type_strings, "aas");

/* Larger than what a ValueBuffer has inside. */
struct all {
        bool on;
        uint8_t byte;
        int16_t small;
        uint64_t large;
        const char *text;
        int32_t mode;
        uint32_t seat;
        struct warning warning;
        struct warning_list warnings;
        struct point_list points;
        struct fascia_bool_list bools;
        struct string_list_list string_lists;
};

static const struct fascia_member all_members[] = {
        { "on", &type_bool, offsetof(struct all, on) },
        { "byte", &type_uint8, offsetof(struct all, byte) },
        { "small", &type_int16, offsetof(struct all, small) },
        { "large", &type_uint64, offsetof(struct all, large) },
        { "text", &type_string, offsetof(struct all, text) },
        { "mode", &type_mode, offsetof(struct all, mode) },
        { "seat", &type_seat, offsetof(struct all, seat) },
        { "warning", &type_warning, offsetof(struct all, warning) },
        { "warnings", &type_warnings, offsetof(struct all, warnings) },
        { "points", &type_points, offsetof(struct all, points) },
        { "bools", &type_bools, offsetof(struct all, bools) },
        { "stringLists", &type_string_lists, offsetof(struct all, string_lists) },
};
#define ALL_CONTENTS "byntsiu(is)a(is)a(ydb)abaas"
STRUCT_TYPE(type_all, struct all, 0, "All", "(" ALL_CONTENTS ")", all_members);
/* The same members as arguments. */
STRUCT_TYPE(type_arguments, struct all, 0, "", ALL_CONTENTS, all_members);

static const struct fascia_type type_nothing __attribute__((unused)) = {
        .kind = FASCIA_KIND_STRUCT,
        .flags = FASCIA_TYPE_TRIVIAL,
        .self = sizeof(struct fascia_type),
        .name = "",
        .signature = "",
};

static const struct warning sample_warnings[] = { { 1, "one" }, { 2, "" }, { 3, "three" } };
static const struct point sample_points[] = { { 1, 0.5, true }, { 255, -1e300, false } };
static const bool sample_bools[] = { true, false, true };
static const char *const sample_strings[] = { "a", "", "\xc3\xa4" };
static const struct fascia_string_list sample_lists[] = { { sample_strings, 3 }, { NULL, 0 } };

static const struct all sample_all __attribute__((unused)) = {
        .on = true,
        .byte = 200,
        .small = -3,
        .large = UINT64_MAX,
        .text = "text",
        .mode = -5,
        .seat = UINT32_C(1) << 31 | 8,
        .warning = { -1, "nested" },
        .warnings = { sample_warnings, 3 },
        .points = { sample_points, 2 },
        .bools = { sample_bools, 3 },
        .string_lists = { sample_lists, 2 },
};

/* ---- maps, variants, objects ---- */

#define MAP_OF_TYPE(variable, entry_, value_, contents_)                                    \
        static const struct fascia_member variable##_members[] = {                          \
                { "key", &type_string, offsetof(struct entry_, key) },                      \
                { "value", &value_, offsetof(struct entry_, value) },                       \
        };                                                                                  \
        STRUCT_TYPE(variable##_entry, struct entry_, 0, "", contents_, variable##_members); \
        static const struct fascia_type variable __attribute__((unused)) = {                \
                .kind = FASCIA_KIND_MAP,                                                    \
                .self = sizeof(struct fascia_type),                                         \
                .size = sizeof(struct fascia_string_map),                                   \
                .name = "",                                                                 \
                .signature = "a" contents_,                                                 \
                .element = &variable##_entry,                                               \
        }

struct warning_map_entry {
        const char *key;
        struct warning value;
};

struct warning_map {
        const struct warning_map_entry *items;
        size_t count;
};

struct nested_map_entry {
        const char *key;
        struct fascia_int32_map value;
};

struct nested_map {
        const struct nested_map_entry *items;
        size_t count;
};

MAP_OF_TYPE(type_int_map, fascia_int32_map_entry, type_int32, "{si}");
MAP_OF_TYPE(type_byte_map, fascia_uint8_map_entry, type_uint8, "{sy}");
MAP_OF_TYPE(type_real_map, fascia_double_map_entry, type_real, "{sd}");
MAP_OF_TYPE(type_mode_map, fascia_int32_map_entry, type_mode, "{si}");
MAP_OF_TYPE(type_string_map, fascia_string_map_entry, type_string, "{ss}");
MAP_OF_TYPE(type_var_map, fascia_variant_map_entry, type_var, "{sv}");
MAP_OF_TYPE(type_warning_map, warning_map_entry, type_warning, "{s(is)}");
MAP_OF_TYPE(type_nested_map, nested_map_entry, type_int_map, "{sa{si}}");
LIST_TYPE(type_vars, type_var, "av");
LIST_TYPE(type_objects, type_object, "ao");

/* A list of structs with lists of structs, and a byte that makes padding. */
struct stop {
        uint8_t number;
        struct warning_list warnings;
        struct point point;
};

struct stop_list {
        const struct stop *items;
        size_t count;
};

static const struct fascia_member stop_members[] = {
        { "number", &type_uint8, offsetof(struct stop, number) },
        { "warnings", &type_warnings, offsetof(struct stop, warnings) },
        { "point", &type_point, offsetof(struct stop, point) },
};
#define STOP_SIGNATURE "(ya(is)(ydb))"
STRUCT_TYPE(type_stop, struct stop, 0, "Stop", STOP_SIGNATURE, stop_members);
LIST_TYPE(type_stops, type_stop, "a" STOP_SIGNATURE);

struct trip {
        const char *owner;
        struct fascia_variant extra;
        struct fascia_int32_map counts;
        struct warning_map notes;
        struct nested_map rows;
        struct stop_list stops;
        struct fascia_variant_map settings;
        struct fascia_variant_list things;
        int32_t mode;
};

static const struct fascia_member trip_members[] = {
        { "owner", &type_object, offsetof(struct trip, owner) },
        { "extra", &type_var, offsetof(struct trip, extra) },
        { "counts", &type_int_map, offsetof(struct trip, counts) },
        { "notes", &type_warning_map, offsetof(struct trip, notes) },
        { "rows", &type_nested_map, offsetof(struct trip, rows) },
        { "stops", &type_stops, offsetof(struct trip, stops) },
        { "settings", &type_var_map, offsetof(struct trip, settings) },
        { "things", &type_vars, offsetof(struct trip, things) },
        { "mode", &type_mode, offsetof(struct trip, mode) },
};
#define TRIP_SIGNATURE "(ova{si}a{s(is)}a{sa{si}}a" STOP_SIGNATURE "a{sv}avi)"
STRUCT_TYPE(type_trip, struct trip, 0, "Trip", TRIP_SIGNATURE, trip_members);

/* Not sorted: what programs give. */
static const struct fascia_int32_map_entry sample_counts[] = { { "b", 2 }, { "a", 1 }, { "", 0 } };
static const struct warning_map_entry sample_notes[] = { { "x", { 1, "one" } },
                                                         { "c", { 2, "" } } };
static const struct nested_map_entry sample_rows[] = { { "outer", { sample_counts, 3 } },
                                                       { "empty", { NULL, 0 } } };
static const struct stop sample_stops[] = {
        { 1, { sample_warnings, 3 }, { 1, 0.5, true } },
        { 2, { NULL, 0 }, { 255, -1e300, false } },
};
static const int32_t sample_number = -7, sample_mode = 1;
static const char *const sample_text = "text";
static const struct fascia_int32_map sample_count_map = { sample_counts, 3 };
static const struct fascia_variant sample_inner = { &type_mode, &sample_mode };
static const struct fascia_variant sample_things[] = {
        { &type_int32, &sample_number },      { NULL, NULL },
        { &type_string, &sample_text },       { &type_var, &sample_inner },
        { &type_int_map, &sample_count_map }, { &type_stop, &sample_stops[0] },
};
static const struct fascia_variant_list sample_thing_list = { sample_things, 6 };
static const struct fascia_variant_map_entry sample_settings[] = {
        { "volume", { &type_int32, &sample_number } },
        { "things", { &type_vars, &sample_thing_list } },
        { "nothing", { NULL, NULL } },
};

static const struct trip sample_trip __attribute__((unused)) = {
        .owner = "/a/b",
        .extra = { &type_stop, &sample_stops[0] },
        .counts = { sample_counts, 3 },
        .notes = { sample_notes, 2 },
        .rows = { sample_rows, 2 },
        .stops = { sample_stops, 2 },
        .settings = { sample_settings, 3 },
        .things = { sample_things, 6 },
        .mode = -5,
};
