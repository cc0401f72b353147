/* SPDX-License-Identifier: MIT */
/* What was asked of a feature or module and what it told, since the process began: for who looks at how it does. */
#pragma once

#include <stdint.h>

/* Each is a plain increment where the thing happens: nothing is measured for it. */
typedef struct Counters {
        uint64_t calls;   /* of operations */
        uint64_t sets;    /* of properties */
        uint64_t reads;   /* Get, GetAll, GetManagedObjects, Fetch */
        uint64_t errors;  /* answers that were errors, refusals included */
        uint64_t refused; /* by a rule of access or a limit of calls */
        uint64_t changes; /* of properties, that were announced */
        uint64_t signals; /* of the interface, that were emitted */
} Counters;
