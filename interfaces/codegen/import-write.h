/* SPDX-License-Identifier: MIT */
/* Writes the interface file of a foreign service. */
#pragma once

#include "import-names.h"
#include "import-types.h"

/* files: what it was made from, for its first line. *types knows which names no struct may have. */
const char *import_write(const Foreign *f, const ImportModule *m, const char *files,
                         MadeTypes *types);
