/* SPDX-License-Identifier: MIT */
/* 'fascia-codegen new': writes a small project that works, for somebody to make their own. */
#pragma once

/* argv[0] is "new". Returns the exit status; says on stderr what was wrong. */
int new_main(int argc, char **argv);
