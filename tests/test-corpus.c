/* SPDX-License-Identifier: MIT */
/* Feeds every target of the fuzzer with what fuzzers have found, and each file also cut in two. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fuzz/targets.h"

#define SIZE_OF_INPUT (1024 * 1024)

static void feed(const FuzzTarget *target, const char *folder, const char *name) {
        static uint8_t data[SIZE_OF_INPUT];
        char path[4096];
        uint8_t *copy;
        size_t size;
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        f = fopen(path, "re");
        assert_non_null(f);
        size = fread(data, 1, sizeof(data), f);
        fclose(f);
        target->run(data, size);
        /* In a block of its own size, so that a sanitizer sees where it ends. */
        copy = malloc(size / 2 + 1);
        assert_non_null(copy);
        for (size_t i = 0; i < size / 2; i++)
                copy[i] = data[i];
        target->run(copy, size / 2);
        free(copy);
}

static void feed_corpus(const FuzzTarget *target) {
        const char *source = getenv("FASCIA_SOURCE_DIR");
        char folder[2048];
        struct dirent *entry;
        size_t n = 0;
        DIR *d;

        snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", source ? source : ".",
                 target->name);
        d = opendir(folder);
        assert_non_null(d);
        while ((entry = readdir(d)))
                if (entry->d_name[0] != '.') {
                        feed(target, folder, entry->d_name);
                        n++;
                }
        closedir(d);
        print_message("%zu files\n", n);
        assert_true(n > 0);
}

static void the_corpus_does_no_harm(void **state) {
        feed_corpus(*state);
}

int main(void) {
        struct CMUnitTest tests[16] = { 0 };

        for (size_t i = 0; i < n_fuzz_targets; i++)
                tests[i] = (struct CMUnitTest){
                        .name = fuzz_targets[i].name,
                        .test_func = the_corpus_does_no_harm,
                        .initial_state = (void *)(uintptr_t)&fuzz_targets[i],
                };
        return _cmocka_run_group_tests("corpus", tests, n_fuzz_targets, NULL, NULL);
}
