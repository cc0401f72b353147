/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls: the target that FUZZ_TARGET names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const FuzzTarget *target;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
        const char *name = getenv("FUZZ_TARGET");

        (void)argc;
        (void)argv;
        for (size_t i = 0; name && i < n_fuzz_targets; i++)
                if (strcmp(fuzz_targets[i].name, name) == 0)
                        target = &fuzz_targets[i];
        if (!target) {
                fprintf(stderr, "FUZZ_TARGET names no target\n");
                exit(EXIT_FAILURE);
        }
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        target->run(data, size);
        return 0;
}
