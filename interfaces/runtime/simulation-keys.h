/* SPDX-License-Identifier: MIT */
/* What is said of a simulation, by those who run backends; each is explained in config/client.conf. */
#pragma once

#include "config.h"

/* Names of libraries of Lua, with blanks between them, or nothing. */
bool config_simulation_libraries_are_valid(const char *text, char *reterr_text, size_t size);

#define SIMULATION_KEYS                                                                           \
        { .name = "SimulationData",                                                               \
          .type = CONFIG_STRING,                                                                  \
          .builtin = "",                                                                          \
          .sections = CONFIG_IN_MODULE },                                                         \
                { .name = "SimulationScript",                                                     \
                  .type = CONFIG_STRING,                                                          \
                  .builtin = "",                                                                  \
                  .sections = CONFIG_IN_MODULE },                                                 \
                { .name = "SimulationLibraries",                                                  \
                  .type = CONFIG_STRING,                                                          \
                  .builtin = "",                                                                  \
                  .check = config_simulation_libraries_are_valid,                                 \
                  .sections = CONFIG_IN_MODULE },                                                 \
                { .name = "SimulationSeed",                                                       \
                  .type = CONFIG_UNSIGNED,                                                        \
                  .builtin = "1",                                                                 \
                  .sections = CONFIG_IN_FASCIA },                                                 \
        {                                                                                         \
                .name = "SimulationPaused", .type = CONFIG_WORD, .builtin = "no",                 \
                .words = (const char *const[]){ "no", "yes", NULL }, .sections = CONFIG_IN_FASCIA \
        }
