/* SPDX-License-Identifier: MIT */
#include "crash.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blame.h"
#include "log.h"

#define STACK_SIZE 16384

static const struct {
        int number;
        const char *name;
} signals[] = {
        { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },   { SIGFPE, "SIGFPE" },
        { SIGILL, "SIGILL" },   { SIGABRT, "SIGABRT" },
};

#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Where there may be no stack any more. */
static char stack[STACK_SIZE] __attribute__((aligned(16)));
/* Not a child that a backend has forked, nor a thread that it has. */
static pid_t process;
static bool is_over;

/* "exit(0) while the backend 'x' (…) ran" */
static void describe(char *line, size_t size, const char *what) {
        blame_add(line, size, what);
        if (gettid() != process) {
                blame_add(line, size, " in a thread that a backend, or what it uses, has started");
                return;
        }
        blame_add(line, size, " while ");
        blame(line, size, host_get_call());
        blame_add(line, size, " ran");
}

/* The fault happens again when this has returned, and ends the process; what another has sent does not. */
static void on_signal(int number, siginfo_t *info, void *context) {
        char line[512] = "<2>";
        const char *name = "";
        ssize_t n;

        (void)context;
        if (getpid() == process) {
                /* To find the plugin takes a lock, which a thread may have. */
                alarm(2);
                for (size_t i = 0; i < N_SIGNALS; i++)
                        if (signals[i].number == number)
                                name = signals[i].name;
                describe(line, sizeof(line) - 1, name);
                blame_add(line, sizeof(line), "\n");
                n = write(STDERR_FILENO, line, strlen(line));
                (void)n; /* there is nobody to tell */
                alarm(0);
        }
        if (info->si_code <= 0)
                raise(number);
}

static void on_exit_call(int status, void *userdata) {
        LogFields about;
        char line[512] = "";

        (void)userdata;
        if (is_over || getpid() != process)
                return;
        describe(line, sizeof(line), "exit() was called");
        about = blame_fields(gettid() == process ? host_get_call() : NULL);
        log_full(LOG_CRIT, 0, &about, "%s, with status %d", line, status);
        if (status == EXIT_SUCCESS)
                _exit(EXIT_FAILURE);
}

void crash_begin(void) {
        const struct sigaction action = { .sa_sigaction = on_signal,
                                          .sa_flags = SA_SIGINFO | SA_ONSTACK |
                                                      (int)SA_RESETHAND };
        const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
        struct sigaction before;

        process = getpid();
        sigaltstack(&alternative, NULL);
        for (size_t i = 0; i < N_SIGNALS; i++)
                /* A sanitizer's own says more. */
                if (sigaction(signals[i].number, NULL, &before) >= 0 &&
                    before.sa_handler == SIG_DFL)
                        sigaction(signals[i].number, &action, NULL);
        on_exit(on_exit_call, NULL);
}

void crash_end(void) {
        is_over = true;
}
