/* SPDX-License-Identifier: MIT */
/* What the command line tools share: how they end, how they read their options, and files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses, as fasciactl(1) and fascia-sim(1) have them. */
enum {
        STATUS_OK,
        STATUS_REFUSED, /* the service, or a check before it, has said no; a scenario has not passed */
        STATUS_USAGE,      /* a command line, or a file, that makes no sense */
        STATUS_UNKNOWN,    /* there is no such feature, property or zone, or more than one */
        STATUS_UNAVAILABLE /* no bus, no service, or no answer */
};

/* "PROGRAM: …" to stderr; returns the status. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_memory(void);

typedef struct CliOption {
        const char *name; /* with its two dashes; NULL: the last one */
        char letter;      /* '\0': it has none */
        bool has_value;
} CliOption;

/* option: its place in the list; value: NULL when it has none. Returns the status. */
typedef int CliOptionFn(void *userdata, size_t option, const char *value);

/* Takes the options out, wherever they stand before "--"; what else begins with '-' is a number, or a text. args[0] to args[*ret_n - 1]
 * are the words that are left. Returns the status: that of the first option that was refused, or is none. */
int cli_read_options(const CliOption *options, CliOptionFn *fn, void *userdata, int n, char *args[],
                     int *ret_n);
/* Whether the option is among them; "--" ends them. */
bool cli_has_option(int n, char *args[], const char *option);
/* A number in a text, which is nothing else. */
bool cli_read_number(const char *text, double minimum, double maximum, double *ret);
/* The bytes of a file, "-": of stdin; NUL behind them. To be freed; NULL: it has been said why not. */
char *cli_read_file(const char *path, size_t *ret_size);
/* At the very end: what could not be written is as good as not done. */
int cli_end(int status);
