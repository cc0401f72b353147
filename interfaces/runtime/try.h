/* SPDX-License-Identifier: MIT */
/* For functions that write one thing after the other: the first failure is theirs. */
#pragma once

/* Returns from the function with what the expression gives, when that is negative. */
#define TRY(expression)                  \
        do {                             \
                int try_ = (expression); \
                if (try_ < 0)            \
                        return try_;     \
        } while (false)
