/* SPDX-License-Identifier: MIT */
/* Times that differ from process to process. */
#include "jitter.h"

#include <sys/random.h>

uint64_t jitter(uint64_t usec) {
        uint16_t random = UINT16_MAX / 2;

        if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
                random = UINT16_MAX / 2;
        return usec - usec / 4 + usec / 2 * random / UINT16_MAX;
}
