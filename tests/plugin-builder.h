/* SPDX-License-Identifier: MIT */
/* Makes plugins and other libraries for tests, good ones and such as must be refused. */
#pragma once

/* Compiles the text to DIRECTORY/NAME.so with these flags. */
void library_build(const char *directory, const char *name, const char *source, const char *flags);

/* A plugin for every interface, by -DSYMBOL=… -DSIZE=…; -DABI=… with -DOPEN=… make it another. */
extern const char plugin_source[];
/* Compiles it; the flags must say the symbol, and may say the ABI. */
void plugin_build(const char *directory, const char *name, const char *flags);

/* Copies the stub of an interface file to DIRECTORY/NAME.so. */
void plugin_copy(const char *stem, const char *directory, const char *name);
