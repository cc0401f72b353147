/* SPDX-License-Identifier: MIT */
/* Compares what a module says of itself with what it will do. */
#include "self-check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"

#define NAME_SIZE 256

/* A property, method or signal while its arguments are read. */
typedef struct Member {
        char kind[NAME_SIZE]; /* of the element; "": none */
        char name[NAME_SIZE];
        char type[NAME_SIZE];
        char access[NAME_SIZE];
        char in[NAME_SIZE]; /* signatures of the arguments */
        char out[NAME_SIZE];
} Member;

typedef struct Check {
        const struct fascia_interface *interface;
        const char *p;
        Member member;
        uint32_t n_properties, n_methods, n_signals;
        char *text; /* what differs */
} Check;

static int differ(Check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int differ(Check *c, const char *format, ...) {
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&c->text, format, ap);
        va_end(ap);
        return r < 0 ? -ENOMEM : -EBADMSG;
}

/* ---- members ---- */

static int check_property(Check *c) {
        const Member *m = &c->member;
        const struct fascia_property *property;
        const char *access;
        int n = interface_find_property(c->interface, m->name);

        if (n < 0) /* what the service adds itself */
                return strcmp(m->name, "FasciaSerial") == 0
                               ? 0
                               : differ(c, "no property '%s' is served", m->name);
        property = interface_property(c->interface, (uint32_t)n);
        access = property->flags & FASCIA_PROPERTY_READONLY ? "read" : "readwrite";
        if (strcmp(property->type->signature, m->type) != 0)
                return differ(c, "the property '%s' is '%s', not '%s'", m->name,
                              property->type->signature, m->type);
        if (strcmp(access, m->access) != 0)
                return differ(c, "the access to the property '%s' is '%s', not '%s'", m->name,
                              access, m->access);
        c->n_properties++;
        return 0;
}

static int check_arguments(Check *c, const char *what, const struct fascia_type *type,
                           const char *signature) {
        if (strcmp(type->signature, signature) == 0)
                return 0;
        return differ(c, "the %s of '%s' are '%s', not '%s'", what, c->member.name, type->signature,
                      signature);
}

static int check_method(Check *c) {
        const struct fascia_method *method;
        int n = interface_find_method(c->interface, c->member.name);
        int r;

        if (n < 0)
                return differ(c, "no method '%s' is served", c->member.name);
        method = interface_method(c->interface, (uint32_t)n);
        c->n_methods++;
        r = check_arguments(c, "arguments", method->input, c->member.in);
        return r < 0 ? r : check_arguments(c, "results", method->output, c->member.out);
}

static int check_signal(Check *c) {
        int n = interface_find_signal(c->interface, c->member.name);

        if (n < 0)
                return differ(c, "no signal '%s' is served", c->member.name);
        c->n_signals++;
        return check_arguments(c, "arguments",
                               interface_signal(c->interface, (uint32_t)n)->arguments,
                               c->member.out);
}

static int end_member(Check *c) {
        int r = 0;

        if (strcmp(c->member.kind, "property") == 0)
                r = check_property(c);
        else if (strcmp(c->member.kind, "method") == 0)
                r = check_method(c);
        else if (strcmp(c->member.kind, "signal") == 0)
                r = check_signal(c);
        c->member = (Member){ .kind = "" };
        return r;
}

/* ---- reading ---- */

static bool copy(char to[NAME_SIZE], const char *from, size_t size) {
        if (size >= NAME_SIZE)
                return false;
        memcpy(to, from, size);
        to[size] = '\0';
        return true;
}

/* The value of the attribute that comes next; false: the tag ends. */
static bool next_attribute(Check *c, char name[NAME_SIZE], char value[NAME_SIZE]) {
        const char *start = c->p + strspn(c->p, " \n");
        size_t size = strcspn(start, "= \n/>");
        const char *end;

        if (size == 0 || start[size] != '=' || start[size + 1] != '"' || !copy(name, start, size))
                return false;
        start += size + 2;
        end = strchr(start, '"');
        if (!end)
                return false;
        c->p = end + 1;
        /* A text for people may be longer than what is compared. */
        if (!copy(value, start, (size_t)(end - start)))
                value[0] = '\0';
        return true;
}

static void add_argument(Check *c, const char *type, bool is_in) {
        char *signature = is_in ? c->member.in : c->member.out;
        size_t used = strlen(signature);

        snprintf(signature + used, NAME_SIZE - used, "%s", type);
}

/* One element, from behind its name. */
static int read_element(Check *c, const char *kind) {
        char name[NAME_SIZE], value[NAME_SIZE];
        Member m = { .kind = "" };
        bool is_in = false;
        int r;

        copy(m.kind, kind, strlen(kind));
        while (next_attribute(c, name, value)) {
                if (strcmp(name, "name") == 0)
                        copy(m.name, value, strlen(value));
                else if (strcmp(name, "type") == 0)
                        copy(m.type, value, strlen(value));
                else if (strcmp(name, "access") == 0)
                        copy(m.access, value, strlen(value));
                else if (strcmp(name, "direction") == 0)
                        is_in = strcmp(value, "in") == 0;
        }
        if (strcmp(kind, "arg") == 0) {
                add_argument(c, m.type, is_in);
                return 0;
        }
        if (strcmp(kind, "property") != 0 && strcmp(kind, "method") != 0 &&
            strcmp(kind, "signal") != 0 && strcmp(kind, "interface") != 0)
                return 0;
        r = end_member(c);
        if (r < 0)
                return r;
        if (strcmp(kind, "interface") == 0 && strcmp(m.name, c->interface->dbus_name) != 0)
                return differ(c, "it is of the interface '%s'", m.name);
        c->member = m;
        return 0;
}

static int read_all(Check *c) {
        while ((c->p = strchr(c->p, '<'))) {
                char kind[NAME_SIZE];
                size_t size = strcspn(++c->p, " \n/>");
                int r;

                if (size == 0 || !copy(kind, c->p, size)) /* the end of an element */
                        continue;
                c->p += size;
                r = read_element(c, kind);
                if (r < 0)
                        return r;
        }
        return end_member(c);
}

int self_check_interface(const struct fascia_interface *interface, const char *xml,
                         char **reterr_text) {
        Check c = { .interface = interface, .p = xml };
        int r = read_all(&c);

        if (r == 0 && (c.n_properties != interface->n_properties ||
                       c.n_methods != interface->n_methods || c.n_signals != interface->n_signals))
                r = differ(&c, "a member is missing");
        if (r < 0)
                *reterr_text = c.text;
        return r;
}
