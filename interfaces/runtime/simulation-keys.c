/* SPDX-License-Identifier: MIT */
/* What is said of a simulation, by those who run backends. */
#include "simulation-keys.h"

#include <stdio.h>
#include <string.h>

bool config_simulation_libraries_are_valid(const char *text, char *reterr_text, size_t size) {
        /* As daemon/simulator/sim-lua.c opens them. */
        static const char *const names[] = { "io", "os", "package" };

        for (const char *p = text + strspn(text, " \t"); *p; p += strspn(p, " \t")) {
                size_t length = strcspn(p, " \t");
                bool is_known = false;

                for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                        is_known |= strlen(names[i]) == length && strncmp(names[i], p, length) == 0;
                if (!is_known) {
                        snprintf(reterr_text, size, "'%.*s' is none of io, os, package",
                                 (int)length, p);
                        return false;
                }
                p += length;
        }
        return true;
}
