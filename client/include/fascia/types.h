/* SPDX-License-Identifier: MIT */
/* The C types that values of an interface have, beyond those of the language. */
#ifndef FASCIA_TYPES_H
#define FASCIA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define FASCIA_ENUM_INT32(name) \
        name:                   \
        int32_t
#else
#define FASCIA_ENUM_INT32(name) name
#endif

#ifdef __GNUC__
#define FASCIA_EXPORT __attribute__((visibility("default")))
#define FASCIA_DEPRECATED(text) __attribute__((deprecated(text)))
#else
#define FASCIA_EXPORT
#define FASCIA_DEPRECATED(text)
#endif

/*
 * Ownership, one rule. What you give to a function is copied before it returns. What you get is
 * borrowed: from a callback until it returns, from a getter until the next dispatch of the client
 * that it comes from. A string is never NULL, always UTF-8; a list has items == NULL when count is
 * 0.
 */

/* list<bool>, list<int>, list<real>, list<string>, and lists of @dbus integer types. */
struct fascia_bool_list {
        const bool *items;
        size_t count;
};

struct fascia_uint8_list {
        const uint8_t *items;
        size_t count;
};

struct fascia_int16_list {
        const int16_t *items;
        size_t count;
};

struct fascia_uint16_list {
        const uint16_t *items;
        size_t count;
};

struct fascia_int32_list {
        const int32_t *items;
        size_t count;
};

struct fascia_uint32_list {
        const uint32_t *items;
        size_t count;
};

struct fascia_int64_list {
        const int64_t *items;
        size_t count;
};

struct fascia_uint64_list {
        const uint64_t *items;
        size_t count;
};

struct fascia_double_list {
        const double *items;
        size_t count;
};

struct fascia_string_list {
        const char *const *items;
        size_t count;
};

struct fascia_type;

/*
 * var: a value of any type. type says which, by its D-Bus signature; value points to one of the C
 * type that belongs to it. Unset: both are NULL. fascia_variant_*() below read one; to make one:
 *
 *         int32_t number = 5;
 *         struct fascia_variant v = { fascia_basic_type('i'), &number };
 *         struct fascia_variant w = { &cluster_warning_type, &warning };
 *
 * Two types of one signature have one layout in C, so a struct that came over the wire, where it
 * has no name, is read as the generated struct of that signature.
 */
struct fascia_variant {
        const struct fascia_type *type;
        const void *value;
};

struct fascia_variant_list {
        const struct fascia_variant *items;
        size_t count;
};

/*
 * map<T>: keys are unique; items == NULL when count is 0. What you get is sorted by key, byte by
 * byte; what you give may have any order.
 */
struct fascia_bool_map_entry {
        const char *key;
        bool value;
};

struct fascia_bool_map {
        const struct fascia_bool_map_entry *items;
        size_t count;
};

struct fascia_uint8_map_entry {
        const char *key;
        uint8_t value;
};

struct fascia_uint8_map {
        const struct fascia_uint8_map_entry *items;
        size_t count;
};

struct fascia_int16_map_entry {
        const char *key;
        int16_t value;
};

struct fascia_int16_map {
        const struct fascia_int16_map_entry *items;
        size_t count;
};

struct fascia_uint16_map_entry {
        const char *key;
        uint16_t value;
};

struct fascia_uint16_map {
        const struct fascia_uint16_map_entry *items;
        size_t count;
};

struct fascia_int32_map_entry {
        const char *key;
        int32_t value;
};

struct fascia_int32_map {
        const struct fascia_int32_map_entry *items;
        size_t count;
};

struct fascia_uint32_map_entry {
        const char *key;
        uint32_t value;
};

struct fascia_uint32_map {
        const struct fascia_uint32_map_entry *items;
        size_t count;
};

struct fascia_int64_map_entry {
        const char *key;
        int64_t value;
};

struct fascia_int64_map {
        const struct fascia_int64_map_entry *items;
        size_t count;
};

struct fascia_uint64_map_entry {
        const char *key;
        uint64_t value;
};

struct fascia_uint64_map {
        const struct fascia_uint64_map_entry *items;
        size_t count;
};

struct fascia_double_map_entry {
        const char *key;
        double value;
};

struct fascia_double_map {
        const struct fascia_double_map_entry *items;
        size_t count;
};

struct fascia_string_map_entry {
        const char *key;
        const char *value;
};

struct fascia_string_map {
        const struct fascia_string_map_entry *items;
        size_t count;
};

struct fascia_variant_map_entry {
        const char *key;
        struct fascia_variant value;
};

struct fascia_variant_map {
        const struct fascia_variant_map_entry *items;
        size_t count;
};

/* The type of a basic value, by its character in D-Bus signatures: b bool, y n q i u x t integers, d
 * double, s string, o object path, v variant. NULL: there is no such type. */
const struct fascia_type *fascia_basic_type(char code);
/* "(is)", "as", …; "" when it is unset. Borrowed from the variant. */
const char *fascia_variant_get_signature(const struct fascia_variant *v);
/* The value, when the variant holds one of the same signature as this type; else NULL. Borrowed
 * from the variant. */
const void *fascia_variant_get(const struct fascia_variant *v, const struct fascia_type *type);
/* -ENODATA: the variant holds no such value. _get_int() takes any integer type, -ERANGE: a uint64
 * too large for it; _get_real() also takes integers. The string, also an object path or a
 * signature, is borrowed from the variant. */
int fascia_variant_get_bool(const struct fascia_variant *v, bool *ret);
int fascia_variant_get_int(const struct fascia_variant *v, int64_t *ret);
int fascia_variant_get_real(const struct fascia_variant *v, double *ret);
int fascia_variant_get_string(const struct fascia_variant *v, const char **ret);

/*
 * Why something did not work. code is a negative errno, name the D-Bus error name that stands for
 * it on the wire, message a text for people that names the value and what was wrong with it.
 */
struct fascia_error {
        int code;
        const char *name;
        const char *message;
};

/* Whether a feature can be used, and whether its values are those of the service. */
enum fascia_state {
        /* No service: values are the last known ones. Calls fail at once, but before it was ready for the
         * first time, and where they have the bus start the service: then they wait for it. */
        FASCIA_STATE_UNAVAILABLE,
        FASCIA_STATE_SYNCING, /* the service is there, its values are being fetched */
        FASCIA_STATE_READY    /* the values are those of the service */
};

#ifdef __cplusplus
}
#endif

#endif
