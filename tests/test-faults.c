/* SPDX-License-Identifier: MIT */
/* fasciad when system calls fail under it: strace lets one fail, as if the kernel had no memory, no descriptors or no
 * connection. It serves again within two seconds, or ends, so that it is started anew; it never lives on for nobody. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define FAN                                                  \
        "Vehicle.Climate1 /Vehicle/Climate1/ClimateControl " \
        "Vehicle.Climate1.ClimateControl FanLevel"
#define ASK "timeout 5 busctl get-property " FAN

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Or has ended, because that was what it came to. */
static bool is_traced(pid_t pid) {
        char path[64], line[256], process_state = '?';
        int tracer = 0;
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
        f = fopen(path, "r");
        if (!f)
                return true;
        while (fgets(line, sizeof(line), f))
                if (sscanf(line, "State: %c", &process_state) != 1 &&
                    sscanf(line, "TracerPid: %d", &tracer) == 1)
                        break;
        fclose(f);
        return tracer > 0 || process_state == 'Z';
}

static bool answers(Harness *h) {
        char *output;
        int status;
        bool right;

        output = harness_run(h, &status, ASK);
        right = status == 0 && strcmp(output, "i 7\n") == 0;
        free(output);
        return right;
}

/* While one of its system calls fails, somebody asks. */
static void provoke(Harness *h, const Process *p, const char *fault) {
        Process *strace;
        char *output;
        int status;

        strace = harness_spawn(h, "strace -qq -o /dev/null -p %d -e inject=%s",
                               (int)process_get_pid(p), fault);
        for (int i = 0; i < 400 && !is_traced(process_get_pid(p)); i++)
                wait_ms(5);
        assert_true(is_traced(process_get_pid(p)));
        output = harness_run(h, &status, ASK);
        free(output);
        process_signal(strace, SIGINT);
        process_wait(strace);
        process_discard(strace);
}

static void it_serves_again_whatever_fails(void **state) {
        static const char *const faults[] = {
                "recvmsg:error=ENOMEM:when=1",
                "recvmsg:error=EMFILE:when=1",
                "recvmsg:error=ECONNRESET:when=1",
                "recvmsg:retval=0:when=1",
                "sendmsg:error=EPIPE:when=1",
                "sendmsg:error=ENOBUFS:when=1",
                "sendmsg:error=ENOMEM:when=1",
                "sendmsg:error=ECONNRESET:when=1",
                "epoll_wait:error=EINTR:when=1",
                "recvmsg:error=ENOMEM:when=1..3",
                "brk:error=ENOMEM",
                "mmap:error=ENOMEM",
        };
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, CLIMATE, NULL);
        char *output;
        int status;

        output = harness_run(h, &status, "busctl set-property " FAN " i 7");
        assert_int_equal(status, 0);
        free(output);
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
                double begin;

                provoke(h, p, faults[i]);
                begin = now();
                while (!answers(h) && now() - begin < 5)
                        wait_ms(10);
                printf("# %s: serves %.2f s later\n", faults[i], now() - begin);
                if (!answers(h))
                        fail_msg("%s: it does not come back: %s", faults[i], process_get_output(p));
                assert_true(now() - begin < 4); /* two, and what a busy machine takes */
        }
}

static void without_its_loop_it_ends(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, CLIMATE, NULL);

        provoke(h, p, "epoll_wait:error=ENOMEM:when=1+");
        assert_int_equal(process_wait(p), 1);
        assert_non_null(strstr(process_get_output(p), "The event loop failed: Cannot allocate"));
        process_discard(p);
}

/* Descriptors that cannot be opened any more: nothing that is served needs new ones. */
static void without_descriptors_it_serves_on(void **state) {
        Harness *h = *state;
        Process *p = harness_start_fasciad(h, CLIMATE, NULL);
        char *output;
        int status;

        output = harness_run(h, &status, "prlimit --pid %d --nofile=3:", (int)process_get_pid(p));
        assert_int_equal(status, 0);
        free(output);
        output = harness_run(h, &status, "busctl set-property " FAN " i 7");
        assert_int_equal(status, 0);
        free(output);
        assert_true(answers(h));
        /* The connection is lost now, too, and cannot be made anew before there are some again. */
        harness_kill_bus(h);
        harness_start_bus(h);
        wait_ms(300);
        assert_false(answers(h));
        output = harness_run(h, &status, "prlimit --pid %d --nofile=256:", (int)process_get_pid(p));
        assert_int_equal(status, 0);
        free(output);
        for (double begin = now(); !answers(h) && now() - begin < 5;)
                wait_ms(10);
        if (!answers(h))
                fail_msg("It does not come back: %s", process_get_output(p));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(it_serves_again_whatever_fails),
                TEST(without_its_loop_it_ends),
                TEST(without_descriptors_it_serves_on),
        };

        if (geteuid() != 0 || system("strace -qq -o /dev/null true 2>/dev/null") != 0) {
                printf("skip - system calls that fail: there is no strace, or it is not allowed\n");
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
