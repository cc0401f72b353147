/* SPDX-License-Identifier: MIT */
#pragma once

/* Gives back memory that only the start needed, free heap and pages of the program and its libraries (tables of the dynamic linker, code
 * that is over). What of these is needed again is mapped again, without being read from the disk. */
void start_memory_release(void);
