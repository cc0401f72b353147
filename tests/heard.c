/* SPDX-License-Identifier: MIT */
/* What a test's listeners were told, as text. */
#include "heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

char heard[2048];

void hear(const char *format, ...) {
        size_t n = strlen(heard);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(heard + n, sizeof(heard) - n, format, arguments);
        va_end(arguments);
}

/* Forgets first: a failed comparison does not return. */
void assert_heard(const char *expected) {
        char text[sizeof(heard)];

        strcpy(text, heard);
        forget_heard();
        assert_string_equal(text, expected);
}

void forget_heard(void) {
        heard[0] = '\0';
}
