/* SPDX-License-Identifier: MIT */
/* What is said of input that is wrong. */
#include "sim-text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int sim_refuse(char **reterr_text, const char *format, ...) {
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(reterr_text, format, ap);
        va_end(ap);
        if (r >= 0)
                return -EINVAL;
        *reterr_text = NULL;
        return -ENOMEM;
}
