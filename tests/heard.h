/* SPDX-License-Identifier: MIT */
/* What a test's listeners were told, as text. */
#pragma once

/* All of it, in order. */
extern char heard[2048];

void hear(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Compares with all that was heard, and forgets it. */
void assert_heard(const char *expected);
void forget_heard(void);
