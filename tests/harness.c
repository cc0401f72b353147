/* SPDX-License-Identifier: MIT */
/* Whole-system tests: a private message bus, the real fasciad and other programs as children. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

/* How long anything may take: long, since only failures wait for it, and valgrind is slow. */
#define DEADLINE_MS 30000
#define N_VARIABLES 24

struct Process {
        Harness *harness;
        Process *next;
        pid_t pid; /* 0: its end was seen */
        int pidfd;
        int watch; /* of what it prints */
        int status;
        bool is_fasciad;
        char path[128]; /* what it prints */
        char *output;
        size_t waited; /* up to here, its output was waited for */
};

struct Harness {
        char directory[64];
        char address[128];
        char *variables[N_VARIABLES]; /* "NAME=value"; "NAME": unset */
        char *paths[64];              /* of files written */
        unsigned n_paths;
        unsigned n_processes; /* ever: gives the names of their outputs */
        int inotify;          /* wakes when a child prints */
        int notify;           /* NOTIFY_SOCKET */
        char *notified;       /* what came there and was not waited for yet */
        Process *bus;
        Process *processes;
};

static int64_t now_ms(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static char *format_text(const char *format, va_list arguments) {
        char *text = NULL;

        assert_true(vasprintf(&text, format, arguments) >= 0);
        return text;
}

/* ---- the environment ---- */

void harness_set_environment(Harness *h, const char *name, const char *value) {
        size_t n = strlen(name);

        for (unsigned i = 0; i < N_VARIABLES; i++) {
                char *variable = h->variables[i];

                if (variable &&
                    (strncmp(variable, name, n) != 0 || (variable[n] && variable[n] != '=')))
                        continue;
                free(variable);
                assert_true(asprintf(&h->variables[i], "%s%s%s", name, value ? "=" : "",
                                     value ? value : "") >= 0);
                return;
        }
        fail_msg("more than %d variables", N_VARIABLES);
}

/* In the child. */
static void set_environment(const Harness *h) {
        for (unsigned i = 0; i < N_VARIABLES && h->variables[i]; i++) {
                if (strchr(h->variables[i], '='))
                        putenv(h->variables[i]);
                else
                        unsetenv(h->variables[i]);
        }
}

static const char *build_directory(void) {
        const char *directory = getenv("FASCIA_BUILD_DIR");

        return directory ? directory : "build";
}

static void set_build_path(Harness *h, const char *name, const char *folder) {
        char path[512];

        snprintf(path, sizeof(path), "%s/%s", build_directory(), folder);
        harness_set_environment(h, name, path);
}

static void set_defaults(Harness *h) {
        char path[128];

        snprintf(path, sizeof(path), "%s/notify", h->directory);
        harness_set_environment(h, "NOTIFY_SOCKET", path);
        harness_set_environment(h, "DBUS_SYSTEM_BUS_ADDRESS", h->address);
        harness_set_environment(h, "FASCIA_ADDRESS", h->address);
        set_build_path(h, "FASCIA_PLUGIN_PATH", "plugins");
        set_build_path(h, "FASCIA_MODULE_PATH", "modules");
}

/* ---- children ---- */

/* A child must not outlive a test that crashed. */
static void run_child(const Process *p, char *const arguments[]) {
        int fd = open(p->path, O_WRONLY | O_APPEND | O_CLOEXEC);
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fd < 0 || null < 0)
                _exit(126);
        dup2(null, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        set_environment(p->harness);
        execvp(arguments[0], arguments);
        _exit(127);
}

static void create_output(Process *p) {
        Harness *h = p->harness;
        int fd;

        snprintf(p->path, sizeof(p->path), "%s/output-%u", h->directory, h->n_processes++);
        fd = open(p->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
        p->watch = inotify_add_watch(h->inotify, p->path, IN_MODIFY);
        assert_true(p->watch >= 0);
}

static Process *spawn(Harness *h, char *const arguments[]) {
        Process *p = calloc(1, sizeof(*p));

        assert_non_null(p);
        p->harness = h;
        p->next = h->processes;
        h->processes = p;
        p->pidfd = -1;
        create_output(p);
        p->pid = fork();
        assert_true(p->pid >= 0);
        if (p->pid == 0)
                run_child(p, arguments);
        p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
        assert_true(p->pidfd >= 0);
        return p;
}

static Process *spawn_command(Harness *h, const char *command) {
        char *arguments[] = { "sh", "-c", (char *)command, NULL };

        return spawn(h, arguments);
}

Process *harness_spawn(Harness *h, const char *format, ...) {
        va_list arguments;
        char *text, *command;
        Process *p;

        va_start(arguments, format);
        text = format_text(format, arguments);
        va_end(arguments);
        assert_true(asprintf(&command, "exec %s", text) >= 0);
        p = spawn_command(h, command);
        free(command);
        free(text);
        return p;
}

pid_t process_get_pid(const Process *p) {
        return p->pid;
}

const char *process_get_output(Process *p) {
        int fd = open(p->path, O_RDONLY | O_CLOEXEC);
        struct stat st;
        ssize_t n;

        assert_true(fd >= 0);
        assert_return_code(fstat(fd, &st), errno);
        free(p->output);
        p->output = malloc((size_t)st.st_size + 1);
        assert_non_null(p->output);
        n = read(fd, p->output, (size_t)st.st_size);
        assert_true(n >= 0);
        p->output[n] = '\0';
        close(fd);
        return p->output;
}

/* Sees its end if it has come. */
static bool has_ended(Process *p) {
        int status;

        if (p->pid == 0)
                return true;
        if (waitpid(p->pid, &status, WNOHANG) != p->pid)
                return false;
        p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        p->pid = 0;
        return true;
}

/* Appends what came to the socket. */
static void read_notify(Harness *h) {
        char message[4096];
        ssize_t n;

        while ((n = recv(h->notify, message, sizeof(message) - 1, MSG_DONTWAIT)) >= 0) {
                char *joined;

                message[n] = '\0';
                assert_true(asprintf(&joined, "%s%s\n", h->notified, message) >= 0);
                free(h->notified);
                h->notified = joined;
        }
}

/* Sleeps until a child prints, notifies, or p (may be NULL) ends. */
static void wait_event(Harness *h, const Process *p, int64_t deadline) {
        struct pollfd fds[] = { { .fd = h->inotify, .events = POLLIN },
                                { .fd = h->notify, .events = POLLIN },
                                { .fd = p && p->pid ? p->pidfd : -1, .events = POLLIN } };
        int64_t left = deadline - now_ms();
        char buffer[4096];

        if (left > 0)
                poll(fds, 3, (int)left);
        if (fds[0].revents)
                (void)!read(h->inotify, buffer, sizeof(buffer));
        read_notify(h);
}

void process_wait_output(Process *p, const char *text) {
        int64_t deadline = now_ms() + DEADLINE_MS;

        for (;;) {
                bool ended = has_ended(p);
                const char *output = process_get_output(p);
                const char *found = strstr(output + p->waited, text);

                if (found) {
                        p->waited = (size_t)(found - output) + strlen(text);
                        return;
                }
                if (ended)
                        fail_msg("ended with status %d without printing '%s':\n%s", p->status, text,
                                 output);
                if (now_ms() >= deadline)
                        fail_msg("did not print '%s':\n%s", text, output);
                wait_event(p->harness, p, deadline);
        }
}

void process_signal(Process *p, int signal) {
        assert_int_not_equal(p->pid, 0);
        assert_return_code(kill(p->pid, signal), errno);
}

static bool wait_end(Process *p) {
        int64_t deadline = now_ms() + DEADLINE_MS;

        while (!has_ended(p)) {
                if (now_ms() >= deadline)
                        return false;
                wait_event(p->harness, p, deadline);
        }
        return true;
}

int process_wait(Process *p) {
        if (!wait_end(p))
                fail_msg("does not end:\n%s", process_get_output(p));
        return p->status;
}

int process_stop(Process *p) {
        process_signal(p, SIGTERM);
        return process_wait(p);
}

void process_kill(Process *p) {
        process_signal(p, SIGKILL);
        process_wait(p);
}

static void process_free(Process *p) {
        if (!has_ended(p)) {
                kill(p->pid, SIGKILL);
                waitpid(p->pid, NULL, 0);
        }
        if (p->pidfd >= 0)
                close(p->pidfd);
        free(p->output);
        free(p);
}

void process_discard(Process *p) {
        Harness *h = p->harness;
        Process **place = &h->processes;

        while (*place != p)
                place = &(*place)->next;
        *place = p->next;
        inotify_rm_watch(h->inotify, p->watch);
        unlink(p->path);
        process_free(p);
        /* What nobody waits for must not stop the next, because the socket takes no more. */
        read_notify(h);
        h->notified[0] = '\0';
}

char *harness_run(Harness *h, int *ret_status, const char *format, ...) {
        va_list arguments;
        char *command, *output;
        Process *p;

        va_start(arguments, format);
        command = format_text(format, arguments);
        va_end(arguments);
        p = spawn_command(h, command);
        free(command);
        *ret_status = process_wait(p);
        output = strdup(process_get_output(p));
        assert_non_null(output);
        return output;
}

void harness_expect(Harness *h, int status, const char *command, const char *text) {
        char *output;
        int actual;

        output = harness_run(h, &actual, "%s", command);
        if (actual != status || !strstr(output, text))
                fail_msg("%s: status %d, not %d with '%s': %s", command, actual, status, text,
                         output);
        free(output);
}

struct sd_bus *harness_connect(const Harness *h) {
        sd_bus *bus;

        assert_return_code(sd_bus_new(&bus), errno);
        assert_return_code(sd_bus_set_address(bus, h->address), errno);
        assert_return_code(sd_bus_set_bus_client(bus, true), errno);
        assert_return_code(sd_bus_start(bus), errno);
        return bus;
}

void wait_ms(long ms) {
        const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

        nanosleep(&t, NULL);
}

/* ---- the bus ---- */

static const char bus_config[] =
        "<busconfig><type>system</type><auth>EXTERNAL</auth><listen>%s</listen>"
        "<policy context='default'><allow user='*'/><allow own='*'/><allow send_type='method_call'/>"
        "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/></policy>"
        "<limit name='max_connections_per_user'>4096</limit>"
        "<limit name='max_completed_connections'>4096</limit>"
        "<limit name='max_match_rules_per_connection'>4096</limit></busconfig>\n";

/* It serves once it has printed its address. The socket for notifications is fasciad's: the bus
 * would say READY=1, too. */
void harness_start_bus(Harness *h) {
        char socket[128];

        assert_null(h->bus);
        snprintf(socket, sizeof(socket), "%s/bus", h->directory);
        unlink(socket); /* of one that was killed */
        h->bus = harness_spawn(
                h,
                "env -u NOTIFY_SOCKET dbus-daemon --config-file=%s/bus.conf --nofork --nopidfile "
                "--nosyslog --print-address",
                h->directory);
        process_wait_output(h->bus, "unix:");
}

void harness_kill_bus(Harness *h) {
        process_kill(h->bus);
        h->bus = NULL;
}

/* ---- fasciad ---- */

/* FASCIA_WRAPPER: words before its command, such as valgrind's. */
Process *harness_spawn_fasciad(Harness *h, const char *config, const char *arguments) {
        const char *wrapper = getenv("FASCIA_WRAPPER");
        char name[32];
        Process *p;

        /* It may have read the one before, or not yet. */
        snprintf(name, sizeof(name), "fasciad-%u.conf", h->n_processes % 16);
        p = harness_spawn(h, "%s %s/fasciad --dev --address '%s' --config '%s' %s",
                          wrapper ? wrapper : "", build_directory(), h->address,
                          harness_write(h, name, config), arguments ? arguments : "");
        p->is_fasciad = true;
        return p;
}

static bool take_notify(Harness *h, const char *text) {
        char *found;

        read_notify(h);
        found = strstr(h->notified, text);
        if (!found)
                return false;
        found += strcspn(found, "\n");
        memmove(h->notified, found, strlen(found) + 1);
        return true;
}

/* p: fails at once when this one ends. */
static void wait_notify(Harness *h, Process *p, const char *text) {
        int64_t deadline = now_ms() + DEADLINE_MS;

        while (!take_notify(h, text)) {
                if (p && has_ended(p) && !take_notify(h, text))
                        fail_msg("ended with status %d before '%s':\n%s", p->status, text,
                                 process_get_output(p));
                if (now_ms() >= deadline)
                        fail_msg("'%s' was not notified, only: %s\n%s", text, h->notified,
                                 p ? process_get_output(p) : "");
                wait_event(h, p, deadline);
        }
}

void harness_wait_notify(Harness *h, const char *text) {
        wait_notify(h, NULL, text);
}

Process *harness_start_fasciad(Harness *h, const char *config, const char *arguments) {
        Process *p = harness_spawn_fasciad(h, config, arguments);

        wait_notify(h, p, "READY=1");
        return p;
}

/* ---- the harness ---- */

const char *harness_get_address(const Harness *h) {
        return h->address;
}

const char *harness_get_directory(const Harness *h) {
        return h->directory;
}

/* The path of that name, which lives as long as the harness. */
static const char *harness_path(Harness *h, const char *name) {
        char *path;

        assert_true(asprintf(&path, "%s/%s", h->directory, name) >= 0);
        for (unsigned i = 0; i < h->n_paths; i++)
                if (strcmp(h->paths[i], path) == 0) {
                        free(path);
                        return h->paths[i];
                }
        assert_true(h->n_paths < sizeof(h->paths) / sizeof(h->paths[0]));
        h->paths[h->n_paths++] = path;
        return path;
}

const char *harness_write(Harness *h, const char *name, const char *text) {
        const char *path = harness_path(h, name);
        FILE *f;

        f = fopen(path, "we");
        assert_non_null(f);
        assert_return_code(fchmod(fileno(f), 0644), errno); /* whatever the umask: it is checked */
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        return path;
}

static void open_notify(Harness *h) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        h->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_true(h->notify >= 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", h->directory);
        assert_return_code(bind(h->notify, (struct sockaddr *)&address, sizeof(address)), errno);
        h->notified = strdup("");
        assert_non_null(h->notified);
}

int harness_setup(void **state) {
        Harness *h = calloc(1, sizeof(*h));
        char config[sizeof(bus_config) + sizeof(h->address)];

        assert_non_null(h);
        strcpy(h->directory, "/tmp/fascia-test-XXXXXX");
        assert_non_null(mkdtemp(h->directory));
        snprintf(h->address, sizeof(h->address), "unix:path=%s/bus", h->directory);
        h->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        assert_true(h->inotify >= 0);
        open_notify(h);
        set_defaults(h);
        snprintf(config, sizeof(config), bus_config, h->address);
        harness_write(h, "bus.conf", config);
        harness_start_bus(h);
        *state = h;
        return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void)st;
        (void)type;
        (void)ftw;
        return remove(path);
}

/* Whether it stops as it should. */
static bool fasciad_stops(Process *p) {
        kill(p->pid, SIGCONT); /* one that a test has stopped */
        kill(p->pid, SIGTERM);
        if (wait_end(p) && p->status == 0)
                return true;
        print_error("fasciad did not stop with status 0 but %d:\n%s\n", p->pid ? -1 : p->status,
                    process_get_output(p));
        return false;
}

int harness_teardown(void **state) {
        Harness *h = *state;
        bool clean = true;

        for (Process *p = h->processes; p; p = p->next)
                if (p->is_fasciad && !has_ended(p) && !fasciad_stops(p))
                        clean = false;
        while (h->processes) {
                Process *p = h->processes;

                h->processes = p->next;
                process_free(p);
        }
        nftw(h->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        for (unsigned i = 0; i < h->n_paths; i++)
                free(h->paths[i]);
        for (unsigned i = 0; i < N_VARIABLES; i++)
                free(h->variables[i]);
        close(h->inotify);
        close(h->notify);
        free(h->notified);
        free(h);
        return clean ? 0 : -1;
}
