/* SPDX-License-Identifier: MIT */
/* Files that are there as they were or as they are to be, whenever the power goes. */
#pragma once

#include <stddef.h>

/* The whole file, with a 0 at its end, to be freed. -ENOENT: there is none; -EBADMSG: it is no regular file, or larger
 * than a state can be; and what the system says. */
int state_file_read(const char *directory, const char *name, char **ret, size_t *ret_size);
/* Into a file beside it, then in its place. May take as long as the disk does. -EFBIG: it is larger than a state can be
 * (4 MiB); whenever it fails, the file of before is left. */
int state_file_write(const char *directory, const char *name, const char *text, size_t size);
/* Keeps what cannot be read under another name, which it returns, to be freed. */
int state_file_set_aside(const char *directory, const char *name, char **ret_name);
