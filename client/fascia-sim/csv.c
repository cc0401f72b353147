/* SPDX-License-Identifier: MIT */
/* csv: the numbers of a recording as a table, and back. */
#include <stdlib.h>
#include <string.h>

#include "fascia-sim.h"
#include "table.h"

int command_csv(Tool *tool, int n, char *args[]) {
        bool is_export = n >= 2 && strcmp(args[0], "export") == 0;
        size_t size;
        char *text;
        int status;

        (void)tool;
        if (!is_export && !(n == 2 && strcmp(args[0], "import") == 0))
                return fail(STATUS_USAGE, "usage: fascia-sim csv export RECORDING "
                                          "[FEATURE.PROPERTY...], or csv import TABLE");
        text = cli_read_file(args[1], &size);
        if (!text)
                return STATUS_USAGE;
        if (strlen(text) != size)
                status = fail(STATUS_USAGE, "%s: it is no text", args[1]);
        else
                status = is_export ? table_export(args[1], text, n - 2, args + 2, stdout)
                                   : table_import(args[1], text, stdout);
        free(text);
        return status;
}
