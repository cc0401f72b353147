/* SPDX-License-Identifier: MIT */
/* The strings of the wire interface, which are given by pointer to their pointer. */
#include "wire.h"

int writer_string(Writer *w, const char *value) {
        return writer_basic(w, 's', &value);
}

int reader_string(Reader *r, const char **ret) {
        return reader_basic(r, 's', ret);
}
