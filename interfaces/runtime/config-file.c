/* SPDX-License-Identifier: MIT */
/* Reads one INI file with libinih, refusing what libinih would silently misread. */
#include "config-file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX (64 * 1024)
/* libinih reads lines in pieces of 199 characters and cuts section names at 49: what is longer
 * would be taken for something else. */
#define LINE_SIZE_MAX 197
#define SECTION_SIZE_MAX 49

typedef struct ConfigFile {
        char *text;
        size_t size;
        const char *next; /* for libinih's reader */
        unsigned line;
        ConfigFileFn *fn;
        void *userdata;
        int error;
} ConfigFile;

static int refuse(char **reterr_text, int code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static int refuse(char **reterr_text, int code, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        if (vasprintf(reterr_text, format, ap) < 0)
                *reterr_text = NULL;
        va_end(ap);
        return code;
}

/* ---- the file ---- */

static int check_trust(int fd, char **reterr_text) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return refuse(reterr_text, -errno, "cannot be looked at: %s", strerror(errno));
        if (!S_ISREG(st.st_mode))
                return refuse(reterr_text, -EPERM, "is not a regular file");
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return refuse(reterr_text, -EPERM, "belongs neither to root nor to this user");
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return refuse(reterr_text, -EPERM, "is not trusted: others may write to it");
        return 0;
}

static int config_file_load(ConfigFile *f, const char *path, char **reterr_text) {
        ssize_t n = 1;
        int fd, r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return refuse(reterr_text, -errno, "cannot be opened: %s", strerror(errno));
        r = check_trust(fd, reterr_text);
        if (r >= 0) {
                f->text = malloc(FILE_SIZE_MAX + 2);
                if (!f->text)
                        r = refuse(reterr_text, -ENOMEM, "cannot be read: no memory");
        }
        while (r >= 0 && n > 0 && f->size <= FILE_SIZE_MAX) {
                n = read(fd, f->text + f->size, FILE_SIZE_MAX + 1 - f->size);
                if (n < 0 && errno != EINTR)
                        r = refuse(reterr_text, -errno, "cannot be read: %s", strerror(errno));
                else if (n > 0)
                        f->size += (size_t)n;
                else if (n < 0)
                        n = 1;
        }
        close(fd);
        if (r < 0)
                return r;
        if (f->size > FILE_SIZE_MAX)
                return refuse(reterr_text, -EFBIG, "is larger than %d KiB", FILE_SIZE_MAX / 1024);
        f->text[f->size] = '\0';
        return 0;
}

/* ---- its lines ---- */

static size_t trim(const char **s, size_t size) {
        while (size > 0 && isspace((unsigned char)(*s)[0]))
                (*s)++, size--;
        while (size > 0 && isspace((unsigned char)(*s)[size - 1]))
                size--;
        return size;
}

/* The text of a line that libinih would read as it looks, or why not. */
static const char *line_flaw(const char *line, size_t size, bool *in_section) {
        const char *s = line;
        const char *equals, *key;
        size_t n;

        if (memchr(line, '\0', size))
                return "there is a NUL byte in this line";
        if (size > LINE_SIZE_MAX)
                return "this line is longer than 197 bytes";
        n = trim(&s, size);
        if (n == 0 || *s == '#' || *s == ';')
                return NULL;
        if (s != line)
                return "this line is indented, which is not supported";
        if (*s == '[') {
                const char *end = memchr(s, ']', n);

                if (!end)
                        return "this section has no ']'";
                if (end != s + n - 1)
                        return "something stands behind the ']'";
                if (end - s - 1 > SECTION_SIZE_MAX)
                        return "the name of this section is longer than 49 bytes";
                *in_section = true;
                return NULL;
        }
        equals = memchr(s, '=', n);
        if (!equals)
                return "this line has no '='";
        key = s;
        if (trim(&key, (size_t)(equals - s)) == 0 || memchr(s, ':', (size_t)(equals - s)))
                return "this is not the name of a key";
        return *in_section ? NULL : "this key stands before any section";
}

static int check_lines(const ConfigFile *f, unsigned *reterr_line, char **reterr_text) {
        const char *line = f->text, *end = f->text + f->size;
        bool in_section = false;
        unsigned number = 0;

        while (line < end) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                size_t size = (size_t)((newline ? newline : end) - line);
                const char *flaw = line_flaw(line, size, &in_section);

                number++;
                if (flaw) {
                        *reterr_line = number;
                        return refuse(reterr_text, -EBADMSG, "%s", flaw);
                }
                line = newline ? newline + 1 : end;
        }
        return 0;
}

/* ---- libinih ---- */

/* libinih tells no line numbers, and nothing of a section without keys: both are seen here. */
static char *on_read(char *buffer, int size, void *userdata) {
        ConfigFile *f = userdata;
        const char *end;
        size_t n;

        if (!*f->next || f->error < 0)
                return NULL;
        end = strchr(f->next, '\n');
        n = end ? (size_t)(end + 1 - f->next) : strlen(f->next);
        if (n > (size_t)size - 1)
                n = (size_t)size - 1; /* not reached: lines are shorter than the buffer */
        memcpy(buffer, f->next, n);
        buffer[n] = '\0';
        f->next += n;
        f->line++;
        if (buffer[0] == '[') {
                char section[SECTION_SIZE_MAX + 1];

                snprintf(section, sizeof(section), "%.*s", (int)strcspn(buffer + 1, "]"),
                         buffer + 1);
                f->error = f->fn(section, NULL, NULL, f->line, f->userdata);
        }
        return buffer;
}

static int on_key(void *userdata, const char *section, const char *key, const char *value) {
        ConfigFile *f = userdata;

        if (f->error >= 0)
                f->error = f->fn(section, key, value, f->line, f->userdata);
        return 1;
}

int config_file_read(const char *path, ConfigFileFn *fn, void *userdata, unsigned *reterr_line,
                     char **reterr_text) {
        ConfigFile f = { .fn = fn, .userdata = userdata };
        int r;

        *reterr_line = 0;
        r = config_file_load(&f, path, reterr_text);
        if (r >= 0)
                r = check_lines(&f, reterr_line, reterr_text);
        if (r >= 0) {
                f.next = f.text;
                r = ini_parse_stream(on_read, &f, on_key, &f);
                if (f.error < 0) {
                        r = refuse(reterr_text, f.error, "cannot be read: %s", strerror(-f.error));
                } else if (r != 0) {
                        *reterr_line = r > 0 ? (unsigned)r : 0;
                        r = refuse(reterr_text, -EBADMSG, "this line cannot be read");
                }
        }
        free(f.text);
        return r;
}
