/* SPDX-License-Identifier: MIT */
/* Files of states: whatever is in one, what can be read of it is there again after it was written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "state-file.h"
#include "state.h"
#include "targets.h"
#include <fascia/backend.h>
#include <fascia/generated.h>
#include <test-kitchen-1/kitchen-types.h>
#include <test-language-1/language-types.h>

#define FILE_NAME "state.json"

static void require(bool condition) {
        if (!condition)
                abort();
}

/* ---- places ---- */

typedef void PlaceFn(const State *from, State *to, const StatePlace *place);

static void at_each_property(const struct fascia_interface *i, PlaceFn *fn, const State *from,
                             State *to) {
        static const char *const zones[] = { "", "Rear" };

        for (uint32_t p = 0; p < i->n_properties; p++)
                for (size_t n = 0; n < 4; n++)
                        fn(from, to, &(StatePlace){ i, n & 1, zones[n >> 1], p });
}

static void at_each_place(const struct fascia_module *module, PlaceFn *fn, const State *from,
                          State *to) {
        for (uint32_t i = 0; i < module->n_interfaces; i++)
                at_each_property(module_interface(module, i), fn, from, to);
}

/* NULL: there is none that fits. */
static void *get(const State *s, const StatePlace *place) {
        void *value = NULL;
        char *text;
        int r;

        r = state_get(s, place, &value, &text);
        require(r >= 0 || r == -ENOENT || (r == -EINVAL && text && *text));
        free(text);
        return value;
}

static void carry_over(const State *from, State *to, const StatePlace *place) {
        const struct fascia_type *type =
                interface_property(place->interface, place->property)->type;
        void *value = get(from, place);

        if (!value)
                return;
        require(state_put(to, place, value) == 1);
        require(state_put(to, place, value) == 0);
        fascia_value_free(type, value);
}

static void compare(const State *a, State *b, const StatePlace *place) {
        const struct fascia_type *type =
                interface_property(place->interface, place->property)->type;
        void *in_a = get(a, place), *in_b = get(b, place);

        require(!in_a == !in_b && (!in_a || fascia_value_equal(type, in_a, in_b)));
        if (in_a)
                fascia_value_free(type, in_a);
        if (in_b)
                fascia_value_free(type, in_b);
}

/* ---- states ---- */

/* As after a restart. */
static State *write_and_read(const struct fascia_module *module, const State *s) {
        char *text = state_format(s), *reason, *again;
        State *ret;

        require(text && state_parse(module, text, strlen(text), &ret, &reason) == 0);
        again = state_format(ret);
        require(again && strcmp(text, again) == 0);
        free(text);
        free(again);
        return ret;
}

static void try_module(const struct fascia_module *module, const char *text, size_t size) {
        State *s, *known, *after;
        char *reason;
        int r;

        r = state_parse(module, text, size, &s, &reason);
        require(r == 0 || (r == -EINVAL && reason && *reason));
        free(reason);
        if (r < 0)
                return;
        after = write_and_read(module, s);
        at_each_place(module, compare, s, after);
        state_free(after);

        /* Without what it does not know. */
        require(state_new(module, &known) == 0);
        at_each_place(module, carry_over, s, known);
        after = write_and_read(module, known);
        at_each_place(module, compare, s, after);
        state_free(after);
        state_free(known);
        state_free(s);
}

void fuzz_state(const uint8_t *data, size_t size) {
        /* In memory: a disk would be waited for, again and again. */
        char directory[] = "/dev/shm/fascia-fuzz.XXXXXX", path[64], *text;
        size_t size_read;

        require(mkdtemp(directory) &&
                state_file_write(directory, FILE_NAME, (const char *)data, size) == 0 &&
                state_file_read(directory, FILE_NAME, &text, &size_read) == 0);
        require(size_read == size && memcmp(text, data, size) == 0 && text[size] == '\0');
        snprintf(path, sizeof(path), "%s/%s", directory, FILE_NAME);
        require(unlink(path) == 0 && rmdir(directory) == 0);
        try_module(&kitchen_module, text, size);
        try_module(&language_module, text, size);
        free(text);
}
