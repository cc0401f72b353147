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

#include "utf8.h"

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
        ConfigFileFn *fn; /* NULL: tell nobody */
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

/* One byte more than allowed, to see that there is more. */
static int config_file_read_all(ConfigFile *f, int fd, char **reterr_text) {
        ssize_t n;

        f->text = malloc(FILE_SIZE_MAX + 2);
        if (!f->text)
                return refuse(reterr_text, -ENOMEM, "cannot be read: no memory");
        do {
                n = read(fd, f->text + f->size, FILE_SIZE_MAX + 1 - f->size);
                if (n > 0)
                        f->size += (size_t)n;
        } while ((n > 0 && f->size <= FILE_SIZE_MAX) || (n < 0 && errno == EINTR));
        if (n < 0)
                return refuse(reterr_text, -errno, "cannot be read: %s", strerror(errno));
        if (f->size > FILE_SIZE_MAX)
                return refuse(reterr_text, -EFBIG, "is larger than %d KiB", FILE_SIZE_MAX / 1024);
        f->text[f->size] = '\0';
        return 0;
}

static int config_file_load(ConfigFile *f, const char *path, char **reterr_text) {
        int fd, r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 && errno == ELOOP)
                return refuse(reterr_text, -EPERM, "is a symbolic link, which is not followed");
        if (fd < 0)
                return refuse(reterr_text, -errno, "cannot be opened: %s", strerror(errno));
        r = check_trust(fd, reterr_text);
        if (r >= 0)
                r = config_file_read_all(f, fd, reterr_text);
        close(fd);
        return r;
}

/* ---- its lines ---- */

static size_t trim(const char **s, size_t size) {
        while (size > 0 && isspace((unsigned char)(*s)[0]))
                (*s)++, size--;
        while (size > 0 && isspace((unsigned char)(*s)[size - 1]))
                size--;
        return size;
}

/* Texts of a file reach people and the bus. */
static bool is_utf8(const char *s, size_t size) {
        char text[LINE_SIZE_MAX + 1];

        memcpy(text, s, size);
        text[size] = '\0';
        return utf8_is_valid(text);
}

static const char *section_flaw(const char *s, size_t size) {
        const char *end = memchr(s, ']', size);

        if (!end)
                return "this section has no ']'";
        if (end != s + size - 1)
                return "something stands behind the ']'";
        if (end - s - 1 > SECTION_SIZE_MAX)
                return "the name of this section is longer than 49 bytes";
        return NULL;
}

static const char *key_flaw(const char *s, size_t size) {
        const char *equals = memchr(s, '=', size);
        const char *key = s;

        if (!equals)
                return "this line has no '='";
        if (trim(&key, (size_t)(equals - s)) == 0 || memchr(s, ':', (size_t)(equals - s)))
                return "this is not the name of a key";
        return NULL;
}

/* Why libinih would not read a line as it looks, or NULL. */
static const char *line_flaw(const char *line, size_t size, bool *in_section) {
        const char *s = line;
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
        if (!is_utf8(s, n))
                return "this line is not UTF-8";
        if (*s == '[') {
                *in_section = true;
                return section_flaw(s, n);
        }
        return *in_section ? key_flaw(s, n) : "this key stands before any section";
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
        char section[SECTION_SIZE_MAX + 1];
        size_t n;

        if (!*f->next || f->error < 0)
                return NULL;
        n = strcspn(f->next, "\n");
        n += f->next[n] == '\n';
        if (n >= (size_t)size) {
                f->error = -E2BIG; /* a libinih that was built with a smaller buffer */
                return NULL;
        }
        memcpy(buffer, f->next, n);
        buffer[n] = '\0';
        f->next += n;
        f->line++;
        if (buffer[0] == '[' && f->fn) {
                snprintf(section, sizeof(section), "%.*s", (int)strcspn(buffer + 1, "]"),
                         buffer + 1);
                f->error = f->fn(section, NULL, NULL, f->line, f->userdata);
        }
        return buffer;
}

static int on_key(void *userdata, const char *section, const char *key, const char *value) {
        ConfigFile *f = userdata;

        if (f->error >= 0 && f->fn)
                f->error = f->fn(section, key, value, f->line, f->userdata);
        return 1;
}

static int config_file_parse(ConfigFile *f, ConfigFileFn *fn, unsigned *reterr_line,
                             char **reterr_text) {
        int r;

        f->fn = fn;
        f->next = f->text;
        f->line = 0;
        r = ini_parse_stream(on_read, f, on_key, f);
        if (f->error < 0)
                return refuse(reterr_text, f->error, "cannot be read: %s", strerror(-f->error));
        if (r == 0)
                return 0;
        *reterr_line = r > 0 ? (unsigned)r : 0;
        return refuse(reterr_text, -EBADMSG, "this line cannot be read");
}

int config_file_read(const char *path, ConfigFileFn *fn, void *userdata, unsigned *reterr_line,
                     char **reterr_text) {
        ConfigFile f = { .userdata = userdata };
        int r;

        *reterr_line = 0;
        r = config_file_load(&f, path, reterr_text);
        if (r >= 0)
                r = check_lines(&f, reterr_line, reterr_text);
        /* Once for nobody: a line that libinih itself refuses must not leave those above it told.
         */
        if (r >= 0)
                r = config_file_parse(&f, NULL, reterr_line, reterr_text);
        if (r >= 0)
                r = config_file_parse(&f, fn, reterr_line, reterr_text);
        free(f.text);
        return r;
}
