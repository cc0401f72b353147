/* SPDX-License-Identifier: MIT */
/* Reads one INI file with libinih, refusing what libinih would silently misread. */
#pragma once

#include <stdio.h>

/* A section without keys is told with key NULL. Negative: stop with this error. */
typedef int ConfigFileFn(const char *section, const char *key, const char *value, unsigned line,
                         void *userdata);

/* Nothing is told of a file that is refused. On refusal *reterr_text says why (to be freed; NULL:
 * no memory) and *reterr_line where (0: the whole file). -ENOENT, -EPERM, -EFBIG, -EBADMSG, … */
int config_file_read(const char *path, ConfigFileFn *fn, void *userdata, unsigned *reterr_line,
                     char **reterr_text);
