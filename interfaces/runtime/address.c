/* SPDX-License-Identifier: MIT */
/* Finds the address of a bus as sd-bus does, but never by the environment of another user. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"

/* What sd-bus can connect to. */
static const char *const transports[] = { "unix:", "tcp:", "unixexec:", "x-machine-unix:" };

static bool has_transport(const char *entry) {
        for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
                size_t n = strlen(transports[i]);
                /* Without a single parameter it cannot name anything. */
                if (strncmp(entry, transports[i], n) == 0 && strchr(entry + n, '='))
                        return true;
        }
        return false;
}

/* One that sd-bus could try; those it does not know it passes over. */
static bool is_address(const char *address) {
        for (const char *entry = address; entry; entry = strchr(entry, ';')) {
                if (*entry == ';')
                        entry++;
                if (has_transport(entry))
                        return true;
        }
        return false;
}

/* D-Bus specification, "Server Addresses": what need not be escaped. */
static bool is_plain(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               strchr("-_/.\\*", c);
}

static char *user_bus_path(const char *runtime_dir) {
        static const char begin[] = "unix:path=", end[] = "/bus";
        char *address, *p;

        address = malloc(sizeof(begin) + 3 * strlen(runtime_dir) + sizeof(end));
        if (!address)
                return NULL;
        p = stpcpy(address, begin);
        for (const char *s = runtime_dir; *s; s++) {
                if (is_plain(*s))
                        *p++ = *s;
                else
                        p += sprintf(p, "%%%02x", (unsigned char)*s);
        }
        strcpy(p, end);
        return address;
}

static int resolve_user(char **ret) {
        const char *address = secure_getenv("DBUS_SESSION_BUS_ADDRESS");
        const char *runtime_dir = secure_getenv("XDG_RUNTIME_DIR");

        if (address)
                *ret = strdup(address);
        else if (runtime_dir)
                *ret = user_bus_path(runtime_dir);
        else
                return -ENOMEDIUM;
        return *ret ? 0 : -ENOMEM;
}

static int resolve(const char *address, char **ret) {
        if (strcmp(address, "user") == 0)
                return resolve_user(ret);
        if (strcmp(address, "auto") == 0 || strcmp(address, "system") == 0) {
                address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
                if (!address)
                        address = SYSTEM_BUS;
        }
        *ret = strdup(address);
        return *ret ? 0 : -ENOMEM;
}

int address_resolve(const char *address, char **ret) {
        char *resolved;
        int r;

        r = resolve(address, &resolved);
        if (r < 0)
                return r;
        if (!is_address(resolved)) {
                free(resolved);
                return -EINVAL;
        }
        *ret = resolved;
        return 0;
}
