/* SPDX-License-Identifier: MIT */
/* Whole-system tests: a private message bus, the real fasciad and other programs as children, in a
 * directory of their own. What does not go as a test needs it fails the test. */
#pragma once

#include <sys/types.h>

typedef struct Harness Harness;
typedef struct Process Process;

/* Fixtures for cmocka: *state is a Harness whose bus runs. The teardown ends all processes and
 * fails when fasciad does not stop with status 0 (a sanitizer or valgrind found something). */
int harness_setup(void **state);
int harness_teardown(void **state);

/* The address of the bus, which every child finds in DBUS_SYSTEM_BUS_ADDRESS (so that busctl needs
 * no option) and FASCIA_ADDRESS. FASCIA_PLUGIN_PATH and FASCIA_MODULE_PATH are those of the build.
 */
const char *harness_get_address(const Harness *h);
/* The directory, for files and sockets; it is removed with all that is in it. */
const char *harness_get_directory(const Harness *h);
/* Sets a variable for children that are started from now on; NULL: removes it. */
void harness_set_environment(Harness *h, const char *name, const char *value);
/* Writes a file into the directory, or writes it anew; returns its path, which lives as long as the harness. */
const char *harness_write(Harness *h, const char *name, const char *text);

/* Ends the bus at once, as a crash would; starts it again at the same address. */
void harness_kill_bus(Harness *h);
void harness_start_bus(Harness *h);

/* Starts the real fasciad, with --dev, the configuration and further words of a command line (NULL:
 * none), and waits for READY=1. */
Process *harness_start_fasciad(Harness *h, const char *config, const char *arguments);
/* The same without waiting, for one that may not get ready. */
Process *harness_spawn_fasciad(Harness *h, const char *config, const char *arguments);
/* Starts any program: what a shell would run after 'exec'. */
Process *harness_spawn(Harness *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Waits until the children's sd_notify() messages have, after what was waited for before, a line
 * with this text. */
void harness_wait_notify(Harness *h, const char *text);
/* Runs a shell command to its end; returns what it printed (stdout and stderr), to be freed, and
 * its exit status. */
char *harness_run(Harness *h, int *ret_status, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The same: with this exit status it must have printed something with this text. */
void harness_expect(Harness *h, int status, const char *command, const char *text);
/* A connection to the bus, for tests that call by sd-bus. */
struct sd_bus *harness_connect(const Harness *h);
/* For what must not happen within a time, which cannot be waited for. */
void wait_ms(long ms);

pid_t process_get_pid(const Process *p);
/* All that it has printed until now (stdout and stderr). Borrowed until the next call for it. */
const char *process_get_output(Process *p);
/* Waits until it has printed the text, after what was waited for before. */
void process_wait_output(Process *p, const char *text);
void process_signal(Process *p, int signal);
/* Waits for its end; returns the exit status, or 128 + the signal that ended it. */
int process_wait(Process *p);
/* SIGTERM, and its end. */
int process_stop(Process *p);
/* SIGKILL, and its end. */
void process_kill(Process *p);
/* The same, and nothing is kept of it: for tests that start very many. */
void process_discard(Process *p);
