/* SPDX-License-Identifier: MIT */
/* What is said of input that is wrong. */
#pragma once

/* -EINVAL, and the text to be freed; -ENOMEM, and none. */
int sim_refuse(char **reterr_text, const char *format, ...) __attribute__((format(printf, 2, 3)));
