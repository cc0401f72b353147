/* SPDX-License-Identifier: MIT */
/* A data file of the simulation for which the memory runs out, at each allocation in turn: it is refused, and nothing
 * is left behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <test-kitchen-1/kitchen-types.h>

#include "sim-data.h"

/* The sanitizers have an allocator of their own. */
#ifdef __SANITIZE_ADDRESS__
#define CAN_FAIL 0
#else
#define CAN_FAIL 1

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

/* Volatile, because the compiler believes that no function of the C library comes back here. */
static volatile bool is_failing;
static volatile long until_failure;
static volatile size_t smallest_failure; /* in bytes */
static volatile long n_live;

static bool fails(size_t size) {
        return is_failing && size >= smallest_failure && --until_failure <= 0;
}

static void *counted(void *p) {
        n_live += p != NULL;
        return p;
}

void *malloc(size_t size) {
        if (fails(size)) {
                errno = ENOMEM;
                return NULL;
        }
        return counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size) {
        if (fails(n * size)) {
                errno = ENOMEM;
                return NULL;
        }
        return counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t size) {
        if (!p)
                return malloc(size);
        if (fails(size)) {
                errno = ENOMEM;
                return NULL;
        }
        return __libc_realloc(p, size);
}

void free(void *p) {
        n_live -= p != NULL;
        __libc_free(p);
}

/* From the n-th allocation on there is no memory. Whether it was enough. */
static bool read_with(long n, const char *path, const char *text, int expected) {
        const struct fascia_module *m = kitchen_interfaces[0].module;
        SimData *d = NULL;
        char *error = NULL;
        long before = n_live;
        int r;

        until_failure = n;
        is_failing = true;
        r = sim_data_parse(m, NULL, path, text, strlen(text), &d, &error);
        is_failing = false;
        if (r != expected) {
                assert_int_equal(r, -ENOMEM);
                assert_null(d);
                assert_null(error);
        }
        sim_data_free(d);
        free(error);
        assert_int_equal(n_live, before);
        return r == expected;
}

static void nothing_is_left_when_there_is_no_memory(void **state) {
        static const struct {
                const char *path, *text;
                int expected;
        } rows[] = {
                { "a.yaml",
                  "Cook: { zones: [ A ], dish: { default: [ 1, one, Salt, [ 1, 2 ], [ 0.5, 0 ] ] } "
                  "}\nfaults: [ { fault: delay, seconds: 0.5, member: dish } ]\n",
                  0 },
                { "a.json",
                  "{ \"Cook\": { \"names\": { \"default\": [ \"a\", \"b\" ] } }, \"faults\": [ { "
                  "\"fault\": \"drop\" } ] }",
                  0 },
                { "a.yaml", "faults: [ { fault: slow }, { fault: drop, member: fish } ]", -EINVAL },
                { "a.yaml", "Cook: { names: 5 }", -EINVAL },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                long n = 1;

                while (!read_with(n, rows[i].path, rows[i].text, rows[i].expected))
                        n++;
                print_message("%s: %ld allocations\n", rows[i].path, n - 1);
                assert_true(n > 5);
        }
}

/* Only large pieces are missing, which are those of the arenas: in the middle of whatever else holds memory. */
static void nor_when_there_is_none_for_a_large_file(void **state) {
        static char text[65536] = "---\n{ \"Cook\": { \"names\": { \"default\": [ \"a\"";
        const struct {
                const char *path, *text;
        } rows[] = { { "a.yaml", text }, { "a.json", text + strlen("---\n") } };
        size_t n = strlen(text);

        (void)state;
        for (size_t i = 0; i < 10000; i++)
                n += (size_t)sprintf(text + n, ",\"b\"");
        strcpy(text + n, "] } } }");
        smallest_failure = 64 * 1024;
        for (size_t i = 0; i < 2; i++) {
                long k = 1;

                while (!read_with(k, rows[i].path, rows[i].text, 0))
                        k++;
                print_message("%s: %ld large allocations\n", rows[i].path, k - 1);
                assert_true(k > 10);
        }
        smallest_failure = 0;
}
#endif

static void the_allocator_is_not_that_of_a_sanitizer(void **state) {
        (void)state;
        if (!CAN_FAIL)
                skip();
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_allocator_is_not_that_of_a_sanitizer),
#if CAN_FAIL
                cmocka_unit_test(nothing_is_left_when_there_is_no_memory),
                cmocka_unit_test(nor_when_there_is_none_for_a_large_file),
#endif
        };

        return cmocka_run_group_tests_name("sim-data-memory", tests, NULL, NULL);
}
