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
#else
#define FASCIA_EXPORT
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
        FASCIA_STATE_UNAVAILABLE, /* no service: values are the last known ones, calls fail at once
                                   */
        FASCIA_STATE_SYNCING,     /* the service is there, its values are being fetched */
        FASCIA_STATE_READY        /* the values are those of the service */
};

#ifdef __cplusplus
}
#endif

#endif
