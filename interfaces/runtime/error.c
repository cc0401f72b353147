/* SPDX-License-Identifier: MIT */
/* Translates between errno and D-Bus error names; keeps errors with their texts. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "utf8.h"

#define STANDARD "org.freedesktop.DBus.Error."

typedef struct ErrorRow {
        int code;
        const char *name;
} ErrorRow;

/* The first row with it wins, in both directions. */
static const ErrorRow error_rows[] = {
        { ENOTCONN, ERROR_UNAVAILABLE },
        { ENODATA, ERROR_UNSUPPORTED },
        { ERANGE, ERROR_OUT_OF_RANGE },
        { ENODEV, ERROR_UNKNOWN_ZONE },
        { EBUSY, ERROR_BUSY },
        { ECANCELED, ERROR_CANCELLED },
        { ETIMEDOUT, ERROR_TIMEOUT },
        { EIO, ERROR_FAILED },

        { EINVAL, STANDARD "InvalidArgs" },
        { EACCES, STANDARD "AccessDenied" },
        { EROFS, STANDARD "PropertyReadOnly" },
        { EBADRQC, STANDARD "UnknownMethod" },
        { EBADR, STANDARD "UnknownObject" },
        { EBADSLT, STANDARD "UnknownInterface" },
        { ENOPROTOOPT, STANDARD "UnknownProperty" },
        { EOPNOTSUPP, STANDARD "NotSupported" },
        { ENOBUFS, STANDARD "LimitsExceeded" },
        { ENOMEM, STANDARD "NoMemory" },
        { EADDRINUSE, STANDARD "AddressInUse" },
        { EADDRNOTAVAIL, STANDARD "BadAddress" },
        { EEXIST, STANDARD "FileExists" },
        { ENOENT, STANDARD "FileNotFound" },
        { ENONET, STANDARD "NoNetwork" },
        { ESRCH, STANDARD "UnixProcessIdUnknown" },

        /* Names that others send and that mean one of the above. */
        { ENOTCONN, STANDARD "ServiceUnknown" },
        { ENOTCONN, STANDARD "NameHasNoOwner" },
        { ENOTCONN, STANDARD "NoServer" },
        { ENOTCONN, STANDARD "Disconnected" },
        { ETIMEDOUT, STANDARD "NoReply" },
        { ETIMEDOUT, STANDARD "Timeout" },
        { ETIMEDOUT, STANDARD "TimedOut" },
        { EACCES, STANDARD "AuthFailed" },
        { EACCES, STANDARD "InteractiveAuthorizationRequired" },
        { EINVAL, STANDARD "InvalidSignature" },
        { EINVAL, STANDARD "MatchRuleInvalid" },
        { EINVAL, STANDARD "InvalidFileContent" },
        { EINVAL, STANDARD "InconsistentMessage" },
        { ENOENT, STANDARD "MatchRuleNotFound" },
        { ESRCH, STANDARD "SELinuxSecurityContextUnknown" },
        { EBUSY, STANDARD "ObjectPathInUse" },
        { EIO, STANDARD "IOError" },
        { EIO, STANDARD "Failed" },

        /* Codes of our own functions that callers are to see as one of the above: a message of
         * other types, a string that is not UTF-8, a message that is too long, a lost connection.
         */
        { EBADMSG, STANDARD "InvalidArgs" },
        { EILSEQ, STANDARD "InvalidArgs" },
        { EPERM, STANDARD "AccessDenied" },
        { ENOSYS, STANDARD "NotSupported" },
        { EMSGSIZE, STANDARD "LimitsExceeded" },
        { E2BIG, STANDARD "LimitsExceeded" },
        { ECONNREFUSED, ERROR_UNAVAILABLE },
        { ECONNRESET, ERROR_UNAVAILABLE },
        { EHOSTUNREACH, ERROR_UNAVAILABLE },
        { EHOSTDOWN, ERROR_UNAVAILABLE },
        { EPIPE, ERROR_UNAVAILABLE },
        { ESHUTDOWN, ERROR_UNAVAILABLE },
        { ETIME, ERROR_TIMEOUT },
};

#define N_ERROR_ROWS (sizeof(error_rows) / sizeof(error_rows[0]))

const char *error_name_from_errno(int code) {
        for (size_t i = 0; i < N_ERROR_ROWS; i++)
                if (error_rows[i].code == -code)
                        return error_rows[i].name;
        return ERROR_FAILED;
}

int error_name_to_errno(const char *name) {
        for (size_t i = 0; i < N_ERROR_ROWS; i++)
                if (strcmp(error_rows[i].name, name) == 0)
                        return -error_rows[i].code;
        return -EIO;
}

static bool is_name_start(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool error_name_is_valid(const char *name) {
        bool start = true, dotted = false;
        size_t n;

        for (n = 0; name[n]; n++) {
                if (name[n] == '.') {
                        if (start)
                                return false;
                        dotted = start = true;
                } else if (is_name_start(name[n]) || (!start && name[n] >= '0' && name[n] <= '9')) {
                        start = false;
                } else {
                        return false;
                }
        }
        return dotted && !start && n <= 255;
}

/* Owned texts are on the heap; these are not. */
static const char no_memory_text[] = "Out of memory";

static bool is_static_name(const struct fascia_error *e) {
        return e->name == error_name_from_errno(e->code);
}

void error_clear(Error *e) {
        if (e->public.code != 0 && !is_static_name(&e->public))
                free((void *)(uintptr_t)e->public.name);
        if (e->public.message != no_memory_text)
                free((void *)(uintptr_t)e->public.message);
        e->public = (struct fascia_error){ 0 };
}

/* A code from outside may be anything, but an error is never without one. */
static int normalize_code(int code) {
        if (code == 0 || code == INT32_MIN)
                return -EIO;
        return code > 0 ? -code : code;
}

static const char *own_name(int code, const char *name) {
        const char *usual = error_name_from_errno(code);
        const char *copy;

        if (!name || strcmp(name, usual) == 0)
                return usual;
        copy = strdup(name);
        return copy ? copy : usual;
}

/* Takes the message, which is on the heap or NULL for want of memory. It may come from a backend, and goes to the bus. */
static void replace(Error *e, int code, const char *name, char *message) {
        struct fascia_error new = {
                .code = code,
                .name = own_name(code, name),
                .message = message ? message : no_memory_text,
        };

        if (message)
                utf8_repair(message);
        error_clear(e); /* last: what was given may be its own */
        e->public = new;
}

void error_set(Error *e, int code, const char *name, const char *message) {
        code = normalize_code(code);
        if (!message)
                /* Not translated: it goes to other processes, and into logs. */
                message = strerrordesc_np(-code);
        replace(e, code, name, strdup(message ? message : "Unknown error"));
}

void error_setf(Error *e, int code, const char *format, ...) {
        char *message = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&message, format, arguments) < 0)
                message = NULL;
        va_end(arguments);
        replace(e, normalize_code(code), NULL, message);
}

void error_copy(Error *e, const struct fascia_error *from) {
        if (from && from->code != 0)
                error_set(e, from->code, from->name, from->message);
        else
                error_clear(e);
}

bool error_is_set(const Error *e) {
        return e->public.code != 0;
}

const struct fascia_error *error_get(const Error *e) {
        return error_is_set(e) ? &e->public : NULL;
}
