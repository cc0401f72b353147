/* SPDX-License-Identifier: MIT */
/* What is fed with anything: by a fuzzer, and with the corpus by 'make check'. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct FuzzTarget {
        const char *name; /* also of its folder in tests/fuzz/corpus */
        /* Must return, whatever it is given, and leave nothing behind. */
        void (*run)(const uint8_t *data, size_t size);
} FuzzTarget;

extern const FuzzTarget fuzz_targets[];
extern const size_t n_fuzz_targets;

/* Files in which a service keeps values. */
void fuzz_state(const uint8_t *data, size_t size);
/* Tables of numbers, and recordings that become such. */
void fuzz_table(const uint8_t *data, size_t size);

/* Of simulator.c. */
void fuzz_scenario(const uint8_t *data, size_t size);
void fuzz_script(const uint8_t *data, size_t size);
void fuzz_lua_value(const uint8_t *data, size_t size);
