/* SPDX-License-Identifier: MIT */
/* What the daemon tells its administrator: the journal with fields where there is one, else stderr.
 */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define LINE_SIZE 2048
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static enum {
        TARGET_STDERR,
        TARGET_TERMINAL,
        TARGET_JOURNAL
} target = TARGET_STDERR;

static int max_level = LOG_INFO;

static bool stderr_is_journal(void) {
        const char *stream = secure_getenv("JOURNAL_STREAM");
        uintmax_t device, inode;
        struct stat st;

        return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
               fstat(STDERR_FILENO, &st) >= 0 && st.st_dev == device && st.st_ino == inode;
}

void log_init(void) {
        /* Without its socket, sd_journal_sendv() drops what it is given and calls that success. */
        if (stderr_is_journal() && access(JOURNAL_SOCKET, W_OK) >= 0)
                target = TARGET_JOURNAL;
        else
                target = isatty(STDERR_FILENO) ? TARGET_TERMINAL : TARGET_STDERR;
}

const char *const log_level_names[] = { "emerg",  "alert", "crit",  "err", "warning",
                                        "notice", "info",  "debug", NULL };

int log_get_level(void) {
        return max_level;
}

const char *log_get_target(void) {
        return target == TARGET_JOURNAL ? "journal" : "console";
}

int log_set_target(const char *name) {
        if (strcmp(name, "auto") == 0)
                log_init();
        else if (strcmp(name, "console") == 0)
                target = isatty(STDERR_FILENO) ? TARGET_TERMINAL : TARGET_STDERR;
        else if (strcmp(name, "journal") == 0 && access(JOURNAL_SOCKET, W_OK) >= 0)
                target = TARGET_JOURNAL;
        else
                return -EINVAL;
        return 0;
}

void log_set_level(int level) {
        max_level = level;
}

static int log_to_journal(int level, int error, const LogFields *about, const char *text) {
        char message[LINE_SIZE + 300], priority[16], number[32], module[256], feature[256],
                sender[300];
        struct iovec fields[6];
        int n = 0;

#define ADD(buffer, ...)                                                \
        do {                                                            \
                snprintf(buffer, sizeof(buffer), __VA_ARGS__);          \
                fields[n++] = (struct iovec){ buffer, strlen(buffer) }; \
        } while (false)
        /* As on a terminal: most look at the text alone. */
        ADD(message, "MESSAGE=%s%s%s", about->module ? about->module : "",
            about->module ? ": " : "", text);
        ADD(priority, "PRIORITY=%d", level);
        if (error < 0)
                ADD(number, "ERRNO=%d", -error);
        if (about->module)
                ADD(module, "MODULE=%s", about->module);
        if (about->feature)
                ADD(feature, "FEATURE=%s", about->feature);
        if (about->sender)
                ADD(sender, "SENDER=%s", about->sender);
#undef ADD
        return sd_journal_sendv(fields, n);
}

/* Texts may hold what somebody sent: it must not end the line, and begin one of its own, or move
 * the cursor. */
static void blank_controls(char *s) {
        for (; *s; s++)
                if ((unsigned char)*s < ' ' || *s == 0x7f)
                        *s = ' ';
}

static void log_to_stderr(int level, const char *module, char *text) {
        char line[LINE_SIZE + 300], prefix[8] = "";
        ssize_t n;

        blank_controls(text);
        if (target != TARGET_TERMINAL)
                snprintf(prefix, sizeof(prefix), "<%d>", level);
        snprintf(line, sizeof(line), "%s%s%s%s\n", prefix, module ? module : "", module ? ": " : "",
                 text);
        /* One write for each line, so that lines of several processes do not mix. */
        do
                n = write(STDERR_FILENO, line, strlen(line));
        while (n < 0 && errno == EINTR); /* of other failures there is nobody to tell */
}

int log_full(int level, int error, const LogFields *fields, const char *format, ...) {
        const LogFields *about = fields ? fields : &(const LogFields){ .module = NULL };
        char text[LINE_SIZE];
        int saved = errno;
        va_list ap;

        if (level > max_level)
                return error;
        errno = -error;
        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (target != TARGET_JOURNAL || log_to_journal(level, error, about, text) < 0)
                log_to_stderr(level, about->module, text);
        errno = saved;
        return error;
}
