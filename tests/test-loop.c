/* SPDX-License-Identifier: MIT */
/* The event loop: timers, posts and I/O, in a loop of its own, in a foreign one, in the program's.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-event.h>

#include "loop.h"

#define FAR UINT64_C(60000000)

typedef struct Fixture {
        Loop *loop;
        int epoll; /* a foreign loop, which knows but the one descriptor */
        char log[256];
        LoopTimer *timer, *other;
        LoopIo *io;
        int fds[2];
        unsigned count;
} Fixture;

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, f->fds), 0);
        f->epoll = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event e = { .events = EPOLLIN };
        assert_int_equal(epoll_ctl(f->epoll, EPOLL_CTL_ADD, loop_get_fd(f->loop), &e), 0);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        loop_timer_free(f->timer);
        loop_timer_free(f->other);
        loop_io_free(f->io);
        loop_unref(f->loop);
        close(f->fds[0]);
        close(f->fds[1]);
        close(f->epoll);
        free(f);
        return 0;
}

static bool is_ready(Fixture *f, int milliseconds) {
        struct epoll_event e;

        return epoll_wait(f->epoll, &e, 1, milliseconds) == 1;
}

/* Waits as a foreign loop does, then dispatches. */
static void run_once(Fixture *f) {
        assert_true(is_ready(f, 5000));
        assert_int_equal(loop_dispatch(f->loop), 1);
}

static void log_a(void *userdata) {
        strcat(((Fixture *)userdata)->log, "a");
}

static void log_b(void *userdata) {
        strcat(((Fixture *)userdata)->log, "b");
}

static void a_timer_wakes_a_foreign_loop(void **state) {
        Fixture *f = *state;
        uint64_t begin = loop_now(f->loop);

        assert_int_equal(loop_timer_new(f->loop, log_a, f, &f->timer), 0);
        assert_false(is_ready(f, 0));
        assert_int_equal(loop_timer_set(f->timer, begin + 20000), 0);
        run_once(f);
        assert_string_equal(f->log, "a");
        assert_true(loop_now(f->loop) >= begin + 20000);
        assert_false(is_ready(f, 30)); /* one-shot */
}

static void a_timer_in_the_past_runs_at_once(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_timer_new(f->loop, log_a, f, &f->timer), 0);
        loop_timer_set(f->timer, 0);
        assert_true(is_ready(f, 1000));
        assert_int_equal(loop_dispatch(f->loop), 1);
        assert_string_equal(f->log, "a");
}

static void timers_run_in_the_order_of_their_deadlines(void **state) {
        Fixture *f = *state;
        uint64_t now = loop_now(f->loop);

        assert_int_equal(loop_timer_new(f->loop, log_a, f, &f->timer), 0);
        assert_int_equal(loop_timer_new(f->loop, log_b, f, &f->other), 0);
        loop_timer_set(f->timer, now + 2000);
        loop_timer_set(f->other, now + 1000);
        while (strlen(f->log) < 2)
                run_once(f);
        assert_string_equal(f->log, "ba");
}

/* Many, moved and taken off in a fixed disorder, so that every path of the heap is gone through. */
static uint64_t last_deadline;
static unsigned n_run;

typedef struct Numbered {
        LoopTimer *timer;
        uint64_t deadline;
} Numbered;

static void on_numbered(void *userdata) {
        Numbered *n = userdata;

        assert_true(n->deadline >= last_deadline);
        last_deadline = n->deadline;
        n_run++;
}

static void a_thousand_timers_keep_their_order_when_moved(void **state) {
        enum {
                N = 1000
        };
        Fixture *f = *state;
        uint64_t now = loop_now(f->loop);
        Numbered *n = calloc(N, sizeof(*n));
        uint32_t random = 1;
        unsigned expected = 0;

        last_deadline = n_run = 0;
        for (int i = 0; i < N; i++)
                assert_int_equal(loop_timer_new(f->loop, on_numbered, &n[i], &n[i].timer), 0);
        for (int i = 0; i < 5 * N; i++) {
                Numbered *x = &n[i % N];
                random = random * 1103515245 + 12345;
                x->deadline = random >> 16 & 3 ? now + (random >> 16) % 20000 : UINT64_MAX;
                loop_timer_set(x->timer, x->deadline);
        }
        for (int i = 0; i < N; i++)
                expected += n[i].deadline != UINT64_MAX;
        while (n_run < expected)
                run_once(f);
        assert_false(is_ready(f, 30));
        assert_int_equal(n_run, expected);
        for (int i = 0; i < N; i++)
                loop_timer_free(n[i].timer);
        free(n);
}

static void a_timer_that_is_off_or_moved_later_does_not_run(void **state) {
        Fixture *f = *state;
        uint64_t now = loop_now(f->loop);

        assert_int_equal(loop_timer_new(f->loop, log_a, f, &f->timer), 0);
        assert_int_equal(loop_timer_new(f->loop, log_b, f, &f->other), 0);
        loop_timer_set(f->timer, now + 1000);
        loop_timer_set(f->timer, UINT64_MAX);
        loop_timer_set(f->other, now + 1000);
        loop_timer_set(f->other, now + FAR);
        /* The descriptor may wake for the old moment, but nothing runs, and only once. */
        if (is_ready(f, 30))
                loop_dispatch(f->loop);
        assert_false(is_ready(f, 30));
        assert_string_equal(f->log, "");
}

static void a_timer_moved_earlier_runs_earlier(void **state) {
        Fixture *f = *state;
        uint64_t now = loop_now(f->loop);

        assert_int_equal(loop_timer_new(f->loop, log_a, f, &f->timer), 0);
        loop_timer_set(f->timer, now + FAR);
        loop_timer_set(f->timer, now + 1000);
        run_once(f);
        assert_string_equal(f->log, "a");
}

static void free_both(void *userdata) {
        Fixture *f = userdata;

        strcat(f->log, "f");
        f->timer = loop_timer_free(f->timer);
        f->other = loop_timer_free(f->other);
}

static void a_timer_may_free_itself_and_others_that_are_due(void **state) {
        Fixture *f = *state;
        uint64_t now = loop_now(f->loop);

        assert_int_equal(loop_timer_new(f->loop, free_both, f, &f->timer), 0);
        assert_int_equal(loop_timer_new(f->loop, log_b, f, &f->other), 0);
        loop_timer_set(f->timer, now);
        loop_timer_set(f->other, now + 1);
        usleep(1000);
        run_once(f);
        assert_string_equal(f->log, "f");
}

static void again_in_the_past(void *userdata) {
        Fixture *f = userdata;

        f->count++;
        loop_timer_set(f->timer, 0);
}

static void a_timer_that_renews_itself_in_the_past_lets_others_run(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_timer_new(f->loop, again_in_the_past, f, &f->timer), 0);
        assert_int_equal(loop_timer_new(f->loop, log_b, f, &f->other), 0);
        loop_timer_set(f->timer, 0);
        loop_timer_set(f->other, loop_now(f->loop) + 1000);
        while (!*f->log)
                run_once(f);
        assert_true(f->count > 0);
}

static void posted_functions_wake_a_foreign_loop_and_run_in_order(void **state) {
        Fixture *f = *state;

        assert_false(is_ready(f, 0));
        assert_int_equal(loop_post(f->loop, log_a, f), 0);
        assert_int_equal(loop_post(f->loop, log_b, f), 0);
        assert_int_equal(loop_post(f->loop, log_a, f), 0);
        assert_string_equal(f->log, "");
        run_once(f);
        assert_string_equal(f->log, "aba");
        assert_false(is_ready(f, 0));
}

static void post_again(void *userdata) {
        Fixture *f = userdata;

        f->count++;
        if (f->count < 1000000)
                loop_post(f->loop, post_again, f);
}

static void on_readable(uint32_t events, void *userdata) {
        Fixture *f = userdata;
        char c;

        assert_true(events & EPOLLIN);
        assert_int_equal(read(f->fds[0], &c, 1), 1);
        strcat(f->log, "i");
}

static void a_function_that_posts_itself_does_not_starve_io(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_io_new(f->loop, f->fds[0], EPOLLIN, on_readable, f, &f->io), 0);
        loop_post(f->loop, post_again, f);
        assert_int_equal(write(f->fds[1], "x", 1), 1);
        for (int i = 0; i < 3 && !*f->log; i++)
                run_once(f);
        assert_string_equal(f->log, "i");
        assert_in_range(f->count, 1, 1000);
        loop_unpost(f->loop, f);
}

static void unpost_b(void *userdata) {
        Fixture *f = userdata;

        strcat(f->log, "u");
        loop_unpost(f->loop, &f->count);
}

static void count_up(void *userdata) {
        ++*(unsigned *)userdata;
}

static void unposted_functions_do_not_run(void **state) {
        Fixture *f = *state;

        loop_post(f->loop, count_up, &f->count);
        loop_post(f->loop, log_a, f);
        loop_unpost(f->loop, &f->count);
        /* Also from within the same round. */
        loop_post(f->loop, unpost_b, f);
        loop_post(f->loop, count_up, &f->count);
        run_once(f);
        assert_string_equal(f->log, "au");
        assert_int_equal(f->count, 0);
}

static void *post_many(void *userdata) {
        Fixture *f = userdata;

        for (int i = 0; i < 10000; i++)
                assert_int_equal(loop_post(f->loop, count_up, &f->count), 0);
        return NULL;
}

static void other_threads_may_post(void **state) {
        Fixture *f = *state;
        pthread_t threads[2];

        for (int i = 0; i < 2; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, post_many, f), 0);
        while (f->count < 20000)
                run_once(f);
        for (int i = 0; i < 2; i++)
                pthread_join(threads[i], NULL);
        assert_false(is_ready(f, 0));
}

static void io_wakes_a_foreign_loop_for_the_events_that_are_set(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_io_new(f->loop, f->fds[0], 0, on_readable, f, &f->io), 0);
        assert_int_equal(write(f->fds[1], "xy", 2), 2);
        assert_false(is_ready(f, 0));
        assert_int_equal(loop_io_set_events(f->io, EPOLLIN), 0);
        run_once(f);
        assert_string_equal(f->log, "ii");
        assert_false(is_ready(f, 0));
}

static void free_io(uint32_t events, void *userdata) {
        Fixture *f = userdata;

        (void)events;
        f->io = loop_io_free(f->io);
}

static void io_may_free_itself(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_io_new(f->loop, f->fds[0], EPOLLIN, free_io, f, &f->io), 0);
        assert_int_equal(write(f->fds[1], "x", 1), 1);
        run_once(f);
        assert_null(f->io);
        assert_false(is_ready(f, 0));
}

static void dispatch_with_nothing_to_do_says_so(void **state) {
        Fixture *f = *state;

        assert_int_equal(loop_dispatch(f->loop), 0);
}

static int nested_result;

static void dispatch_again(void *userdata) {
        nested_result = loop_dispatch(((Fixture *)userdata)->loop);
}

static void dispatch_from_a_callback_is_refused(void **state) {
        Fixture *f = *state;

        loop_post(f->loop, dispatch_again, f);
        run_once(f);
        assert_int_equal(nested_result, -EBUSY);
}

static void drop_loop(void *userdata) {
        Fixture *f = userdata;

        f->timer = loop_timer_free(f->timer);
        f->loop = loop_unref(f->loop);
}

static void the_loop_may_be_dropped_by_what_it_runs(void **state) {
        Fixture *f = *state;

        loop_post(f->loop, drop_loop, f);
        assert_true(is_ready(f, 1000));
        loop_dispatch(f->loop);
        assert_null(f->loop);
        assert_int_equal(loop_new(NULL, &f->loop), 0);

        assert_int_equal(loop_timer_new(f->loop, drop_loop, f, &f->timer), 0);
        loop_timer_set(f->timer, 0);
        usleep(1000);
        loop_dispatch(f->loop);
        assert_null(f->loop);
}

static void the_loop_of_a_program_runs_the_same_sources(void **state) {
        Fixture *f = *state;
        sd_event *event = NULL;
        Loop *loop;

        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(loop_new(event, &loop), 0);
        assert_ptr_equal(loop_get_event(loop), event);
        assert_int_equal(loop_timer_new(loop, log_b, f, &f->timer), 0);
        loop_timer_set(f->timer, loop_now(loop) + 1000);
        loop_post(loop, log_a, f);
        while (strlen(f->log) < 2)
                assert_true(sd_event_run(event, 5000000) >= 0);
        assert_string_equal(f->log, "ab");
        f->timer = loop_timer_free(f->timer);
        loop_unref(loop);
        sd_event_unref(event);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_timer_wakes_a_foreign_loop),
                T(a_timer_in_the_past_runs_at_once),
                T(timers_run_in_the_order_of_their_deadlines),
                T(a_thousand_timers_keep_their_order_when_moved),
                T(a_timer_that_is_off_or_moved_later_does_not_run),
                T(a_timer_moved_earlier_runs_earlier),
                T(a_timer_may_free_itself_and_others_that_are_due),
                T(a_timer_that_renews_itself_in_the_past_lets_others_run),
                T(posted_functions_wake_a_foreign_loop_and_run_in_order),
                T(a_function_that_posts_itself_does_not_starve_io),
                T(unposted_functions_do_not_run),
                T(other_threads_may_post),
                T(io_wakes_a_foreign_loop_for_the_events_that_are_set),
                T(io_may_free_itself),
                T(dispatch_with_nothing_to_do_says_so),
                T(dispatch_from_a_callback_is_refused),
                T(the_loop_may_be_dropped_by_what_it_runs),
                T(the_loop_of_a_program_runs_the_same_sources),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
