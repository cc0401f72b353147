/* SPDX-License-Identifier: MIT */
/* What the daemon says, to a file, to a terminal and to the journal. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

#define JOURNAL "/run/systemd/journal"

/* Lets fn talk to fd as stderr. */
static void talk(int fd, void (*fn)(void)) {
        int saved = dup(STDERR_FILENO);

        assert_true(saved >= 0);
        assert_true(dup2(fd, STDERR_FILENO) >= 0);
        log_init();
        fn();
        assert_true(dup2(saved, STDERR_FILENO) >= 0);
        close(saved);
}

static void capture(void (*fn)(void), char *ret, size_t size) {
        FILE *file = tmpfile();
        size_t n;

        assert_non_null(file);
        talk(fileno(file), fn);
        rewind(file);
        n = fread(ret, 1, size - 1, file);
        ret[n] = '\0';
        fclose(file);
}

static void say_things(void) {
        errno = EBUSY;
        assert_int_equal(log_error_errno(-ENOENT, "Failed to load '%s': %m", "x"), -ENOENT);
        assert_int_equal(errno, EBUSY);
        log_warning("careful");
        log_module_warning("Vehicle.Climate", "hot");
        /* What is dropped is returned all the same. */
        assert_int_equal(log_full(LOG_DEBUG, -EIO, NULL, "not at this level"), -EIO);
}

static void a_line_has_its_level_its_module_and_the_reason(void **state) {
        char text[1024];

        (void)state;
        log_set_level(LOG_INFO);
        capture(say_things, text, sizeof(text));
        assert_string_equal(text, "<3>Failed to load 'x': No such file or directory\n"
                                  "<4>careful\n"
                                  "<4>Vehicle.Climate: hot\n");
}

static void the_level_can_be_changed(void **state) {
        char text[1024];

        (void)state;
        log_set_level(LOG_ERR);
        capture(say_things, text, sizeof(text));
        assert_string_equal(text, "<3>Failed to load 'x': No such file or directory\n");
        log_set_level(LOG_DEBUG);
        capture(say_things, text, sizeof(text));
        assert_non_null(strstr(text, "<7>not at this level\n"));
        log_set_level(LOG_INFO);
}

static void say_what_was_sent(void) {
        log_info("it said '%s'", "a\n<0>forged\r\x1b[2J\x7f");
}

static void what_somebody_sent_stays_on_its_line(void **state) {
        char text[1024];

        (void)state;
        capture(say_what_was_sent, text, sizeof(text));
        assert_string_equal(text, "<6>it said 'a <0>forged  [2J '\n");
}

static void say_much(void) {
        log_info("%05000d", 0);
}

static void a_text_without_end_is_cut_but_ends_its_line(void **state) {
        char text[8192];
        size_t n;

        (void)state;
        capture(say_much, text, sizeof(text));
        n = strlen(text);
        assert_in_range(n, 2000, 2100);
        assert_int_equal(text[n - 1], '\n');
}

static void a_terminal_is_spared_the_level(void **state) {
        int master, slave;
        struct termios mode;
        char text[1024];
        ssize_t n;

        (void)state;
        master = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(master >= 0);
        assert_int_equal(grantpt(master), 0);
        assert_int_equal(unlockpt(master), 0);
        slave = open(ptsname(master), O_RDWR | O_NOCTTY);
        assert_true(slave >= 0);
        assert_int_equal(tcgetattr(slave, &mode), 0);
        cfmakeraw(&mode); /* so that lines arrive as they are written */
        assert_int_equal(tcsetattr(slave, TCSANOW, &mode), 0);
        talk(slave, say_what_was_sent);
        n = read(master, text, sizeof(text) - 1);
        assert_true(n > 0);
        text[n] = '\0';
        assert_string_equal(text, "it said 'a <0>forged  [2J '\n");
        close(slave);
        close(master);
}

/* ---- the journal ---- */

static void say_to_the_journal(void) {
        const LogFields about = { "Vehicle.Climate", "ClimateControl", ":1.5" };

        log_full(LOG_WARNING, -EPERM, &about, "two\nlines: %m");
}

/* As systemd does it for the stderr of a service; or a little off. */
static void name_as_journal_stream(int fd, int device_off, int inode_off) {
        struct stat st;
        char stream[64];

        assert_int_equal(fstat(fd, &st), 0);
        snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev + (uintmax_t)device_off,
                 (uintmax_t)st.st_ino + (uintmax_t)inode_off);
        setenv("JOURNAL_STREAM", stream, 1);
}

static void say_so(const char *what) {
        perror(what);
        _exit(EXIT_FAILURE);
}

/* A /run of one's own, with a journal that is a socket of this test. 77: that is not allowed here.
 */
static int make_journal(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL "/socket" };
        int fd;

        if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount("run", "/run", "tmpfs", 0, NULL) < 0)
                _exit(77);
        if (mkdir("/run/systemd", 0755) < 0 || mkdir(JOURNAL, 0755) < 0)
                say_so("mkdir");
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
                say_so("bind");
        return fd;
}

static bool has(const char *text, size_t size, const char *field, size_t field_size) {
        bool found = memmem(text, size, field, field_size);

        if (!found)
                fprintf(stderr, "no '%s' in '%.*s'\n", field, (int)size, text);
        return found;
}

#define HAS(text, size, field) has(text, size, field, sizeof(field) - 1)

static void run_with_journal(void) {
        FILE *file = tmpfile();
        int journal = make_journal();
        char text[2048];
        ssize_t n;

        name_as_journal_stream(fileno(file), 0, 0);
        talk(fileno(file), say_to_the_journal);
        n = recv(journal, text, sizeof(text), 0);
        if (n < 0)
                say_so("recv");
        if (!HAS(text, (size_t)n,
                 "MESSAGE\n\x33\0\0\0\0\0\0\0Vehicle.Climate: two\nlines: Operation not permitted\n") ||
            !HAS(text, (size_t)n, "PRIORITY=4\n") || !HAS(text, (size_t)n, "ERRNO=1\n") ||
            !HAS(text, (size_t)n, "MODULE=Vehicle.Climate\n") ||
            !HAS(text, (size_t)n, "FEATURE=ClimateControl\n") ||
            !HAS(text, (size_t)n, "SENDER=:1.5\n"))
                _exit(EXIT_FAILURE);
        /* Not twice, and not for other people. */
        _exit(fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0 ? 0 : EXIT_FAILURE);
}

static void run_without_socket(void) {
        FILE *file = tmpfile();
        char text[256];
        size_t n;

        close(make_journal());
        unlink(JOURNAL "/socket");
        name_as_journal_stream(fileno(file), 0, 0);
        talk(fileno(file), say_to_the_journal);
        rewind(file);
        n = fread(text, 1, sizeof(text), file);
        _exit(HAS(text, n, "<4>Vehicle.Climate: two lines: Operation not permitted\n")
                      ? 0
                      : EXIT_FAILURE);
}

static void run_apart(void (*fn)(void)) {
        int status;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
                fn();
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77) {
                print_message("skipped: it needs root, and mounts that are allowed\n");
                skip();
        }
        assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_journal_gets_fields(void **state) {
        (void)state;
        run_apart(run_with_journal);
}

static void without_a_journal_nothing_is_lost(void **state) {
        (void)state;
        run_apart(run_without_socket);
}

/* Another stream than stderr: as when a service redirects its stderr to a file. */
static void run_with_another_stream(void) {
        static const int offs[][2] = { { 0, 1 }, { 1, 0 }, { 1, 1 } };
        int journal = make_journal();
        char text[256];

        for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++) {
                FILE *file = tmpfile();
                size_t n;

                name_as_journal_stream(fileno(file), offs[i][0], offs[i][1]);
                talk(fileno(file), say_to_the_journal);
                rewind(file);
                n = fread(text, 1, sizeof(text), file);
                if (!HAS(text, n, "<4>Vehicle.Climate: two lines: Operation not permitted\n"))
                        _exit(EXIT_FAILURE);
        }
        _exit(recv(journal, text, sizeof(text), 0) < 0 ? 0 : EXIT_FAILURE);
}

static void a_journal_that_is_not_stderr_gets_nothing(void **state) {
        (void)state;
        run_apart(run_with_another_stream);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_has_its_level_its_module_and_the_reason),
                cmocka_unit_test(the_level_can_be_changed),
                cmocka_unit_test(what_somebody_sent_stays_on_its_line),
                cmocka_unit_test(a_text_without_end_is_cut_but_ends_its_line),
                cmocka_unit_test(a_terminal_is_spared_the_level),
                cmocka_unit_test(the_journal_gets_fields),
                cmocka_unit_test(without_a_journal_nothing_is_lost),
                cmocka_unit_test(a_journal_that_is_not_stderr_gets_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
