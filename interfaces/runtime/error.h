/* SPDX-License-Identifier: MIT */
/* The one table of errno and D-Bus error names, and errors that own their text. */
#pragma once

/*
 * The names that matter, each with an errno of its own, so that a code says as much as the name
 * (error.c has the rest: further names that mean one of these, further errnos that are sent as one
 * of these):
 *
 *     org.fascia.Error.*               org.freedesktop.DBus.Error.*
 *     Unavailable   -ENOTCONN          InvalidArgs       -EINVAL
 *     Unsupported   -ENODATA           AccessDenied      -EACCES
 *     OutOfRange    -ERANGE            PropertyReadOnly  -EROFS
 *     UnknownZone   -ENODEV            UnknownMethod     -EBADRQC
 *     Busy          -EBUSY             UnknownObject     -EBADR
 *     Cancelled     -ECANCELED         UnknownInterface  -EBADSLT
 *     Timeout       -ETIMEDOUT         UnknownProperty   -ENOPROTOOPT
 *     Failed        -EIO               NotSupported      -EOPNOTSUPP
 *                                      LimitsExceeded    -ENOBUFS
 *                                      NoMemory          -ENOMEM
 */

#include <stdbool.h>

#include <fascia/types.h>

#define ERROR_UNAVAILABLE "org.fascia.Error.Unavailable"
#define ERROR_UNSUPPORTED "org.fascia.Error.Unsupported"
#define ERROR_OUT_OF_RANGE "org.fascia.Error.OutOfRange"
#define ERROR_UNKNOWN_ZONE "org.fascia.Error.UnknownZone"
#define ERROR_BUSY "org.fascia.Error.Busy"
#define ERROR_CANCELLED "org.fascia.Error.Cancelled"
#define ERROR_TIMEOUT "org.fascia.Error.Timeout"
#define ERROR_FAILED "org.fascia.Error.Failed"

/* The D-Bus error name for a negative errno; org.fascia.Error.Failed for one that the table does
 * not have. */
const char *error_name_from_errno(int code);
/* The negative errno for a D-Bus error name, standard ones included; -EIO for one that the table
 * does not have. */
int error_name_to_errno(const char *name);
/* Whether a string is a D-Bus error name (D-Bus specification, "Valid names": as interface names).
 */
bool error_name_is_valid(const char *name);

/* An error with texts of its own. All zero: no error. */
typedef struct Error {
        struct fascia_error public; /* code == 0: none */
} Error;

/* Both replace what was there. name == NULL: by code; message == NULL: strerror of the code. Never
 * fail: without memory the texts are static ones. */
void error_set(Error *e, int code, const char *name, const char *message);
void error_setf(Error *e, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void error_copy(Error *e, const struct fascia_error *from);
void error_clear(Error *e);
bool error_is_set(const Error *e);
/* As struct fascia_error, or NULL when there is none. */
const struct fascia_error *error_get(const Error *e);
