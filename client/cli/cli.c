/* SPDX-License-Identifier: MIT */
/* What the command line tools share. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fail(int status, const char *format, ...) {
        va_list ap;

        fprintf(stderr, "%s: ", program_invocation_short_name);
        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fputc('\n', stderr);
        return status;
}

int fail_memory(void) {
        return fail(STATUS_UNAVAILABLE, "no memory");
}

/* ---- options ---- */

/* -1: it is none of them. size: without the value. */
static int find_option(const CliOption *options, const char *text, size_t size) {
        for (int i = 0; options[i].name; i++)
                if ((strlen(options[i].name) == size &&
                     strncmp(text, options[i].name, size) == 0) ||
                    (options[i].letter && text[1] == options[i].letter && !text[2]))
                        return i;
        return -1;
}

/* "--zone=Rear"; or "--zone", "-z", and what stands behind it. */
static int read_option(const CliOption *options, CliOptionFn *fn, void *userdata, int n,
                       char *args[], int *i) {
        const char *text = args[*i], *equals = strchr(text, '=');
        int option = find_option(options, text, equals ? (size_t)(equals - text) : strlen(text));

        if (option < 0 || (equals && !options[option].has_value))
                return fail(STATUS_USAGE, "there is no option '%s'", text);
        if (!options[option].has_value)
                return fn(userdata, (size_t)option, NULL);
        if (!equals && *i + 1 == n)
                return fail(STATUS_USAGE, "%s: its value is missing", text);
        return fn(userdata, (size_t)option, equals ? equals + 1 : args[++*i]);
}

static bool is_option(const CliOption *options, const char *text) {
        return strncmp(text, "--", 2) == 0 ||
               (text[0] == '-' && find_option(options, text, 0) >= 0);
}

int cli_read_options(const CliOption *options, CliOptionFn *fn, void *userdata, int n, char *args[],
                     int *ret_n) {
        bool are_over = false;
        int n_words = 0, status = STATUS_OK;

        for (int i = 0; status == STATUS_OK && i < n; i++) {
                if (!are_over && strcmp(args[i], "--") == 0)
                        are_over = true;
                else if (!are_over && is_option(options, args[i]))
                        status = read_option(options, fn, userdata, n, args, &i);
                else
                        args[n_words++] = args[i];
        }
        *ret_n = n_words;
        return status;
}

bool cli_has_option(int n, char *args[], const char *option) {
        for (int i = 0; i < n && strcmp(args[i], "--") != 0; i++)
                if (strcmp(args[i], option) == 0)
                        return true;
        return false;
}

bool cli_read_number(const char *text, double minimum, double maximum, double *ret) {
        char *end;

        errno = 0;
        *ret = strtod(text, &end);
        return *text && !*end && errno == 0 && *ret >= minimum && *ret <= maximum;
}

/* ---- files ---- */

static char *read_stream(FILE *f, size_t *ret_size) {
        char *text = NULL, *longer;
        size_t used = 0, room = 0;

        do {
                if (used + 1 >= room) {
                        room = room ? 2 * room : 65536;
                        longer = realloc(text, room);
                        if (!longer) {
                                free(text);
                                errno = ENOMEM;
                                return NULL;
                        }
                        text = longer;
                }
                used += fread(text + used, 1, room - used - 1, f);
        } while (!feof(f) && !ferror(f));
        if (ferror(f)) {
                free(text);
                return NULL;
        }
        text[used] = '\0';
        *ret_size = used;
        return text;
}

char *cli_read_file(const char *path, size_t *ret_size) {
        bool is_stdin = strcmp(path, "-") == 0;
        FILE *f = is_stdin ? stdin : fopen(path, "re");
        char *text = f ? read_stream(f, ret_size) : NULL;

        if (!text)
                fail(STATUS_USAGE, "%s: %s", path, strerror(errno));
        if (f && !is_stdin)
                fclose(f);
        return text;
}

int cli_end(int status) {
        if (fflush(stdout) != 0 || ferror(stdout))
                return fail(STATUS_UNAVAILABLE, "failed to write: %s", strerror(errno));
        return status;
}
