/* SPDX-License-Identifier: MIT */
/* Times that differ from process to process. */
#pragma once

#include <stdint.h>

/* The time, a quarter more or less: so that many who wait for the same thing do not all come at once. */
uint64_t jitter(uint64_t usec);
