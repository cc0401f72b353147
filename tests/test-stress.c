/* SPDX-License-Identifier: MIT */
/* The client against what happens to services: killed, stopped and restarted at random moments, with their bus,
 * while it sets and reads. A tenth of it by default; all of it with FASCIA_STRESS=full ('make stress').
 * FASCIA_SEED repeats a run. */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include "harness.h"
#include <example-remote-1/remote.h>
#include <vehicle-climate-1/climate.h>

#define CONFIG                                   \
        "[fascia]\nCallRate=0\nLogLevel=err\n"   \
        "[Vehicle.Climate]\nBackend=simulator\n" \
        "[Example.Remote]\nBackend=remote\n"
#define FEATURE "/Vehicle/Climate1/ClimateControl"
#define INTERFACE "Vehicle.Climate1.ClimateControl"

static Harness *harness;
static struct fascia_client *client;
static struct climate_control *climate;
static sd_bus *observer; /* who asks the service itself */

/* ---- numbers ---- */

static unsigned rounds(unsigned full) {
        const char *stress = getenv("FASCIA_STRESS");

        return stress && strcmp(stress, "full") == 0 ? full : (full + 9) / 10;
}

static uint64_t random_state;

/* xorshift: the same on every machine. */
static unsigned random_below(unsigned limit) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        return (unsigned)(random_state >> 33) % limit;
}

static void begin_random(void) {
        const char *seed = getenv("FASCIA_SEED");

        random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
        print_message("FASCIA_SEED=%llu\n", (unsigned long long)random_state);
}

static uint64_t now_usec(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- the client ---- */

static struct {
        int32_t fan; /* the last that the listener was told */
        double temperature;
        bool knows_fan, knows_temperature;
        enum fascia_state state;
        unsigned n_repeated, n_states, n_sets, n_answers;
        bool is_setting;
} witness;

/* Nobody is told what he knows, nor twice. */
static void on_fan(struct climate_control *c, int32_t value, void *userdata) {
        (void)userdata;
        witness.n_repeated += witness.knows_fan && value == witness.fan;
        witness.n_repeated += climate_control_get_fan_level(c) != value;
        witness.knows_fan = true;
        witness.fan = value;
}

static void on_temperature(struct climate_control *c, double value, void *userdata) {
        (void)c;
        (void)userdata;
        witness.n_repeated += witness.knows_temperature && value == witness.temperature;
        witness.knows_temperature = true;
        witness.temperature = value;
}

static void on_state(struct climate_control *c, enum fascia_state state, void *userdata) {
        (void)c;
        (void)userdata;
        witness.n_repeated += witness.n_states > 0 && state == witness.state;
        witness.n_states++;
        witness.state = state;
}

static const struct climate_control_listener listener = {
        .fan_level_changed = on_fan,
        .target_temperature_changed = on_temperature,
        .on_state = on_state,
};

#define N_CALLS_MAX 2000000
static uint8_t answers[N_CALLS_MAX]; /* how often each call was answered */

static void set_something(void);

static void on_set(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        answers[(uintptr_t)userdata]++;
        witness.n_answers++;
        /* What fails at once, because there is no service, is not asked again at once. */
        if (witness.is_setting && (!error || error->code != -ENOTCONN))
                set_something();
}

static void set_something(void) {
        void *id = (void *)(uintptr_t)witness.n_sets;
        int r;

        assert_true(witness.n_sets < N_CALLS_MAX);
        witness.n_sets++;
        if (random_below(2))
                r = climate_control_set_fan_level(climate, (int32_t)random_below(11), on_set, id,
                                                  NULL);
        else
                r = climate_control_set_target_temperature(climate, 16 + random_below(1200) / 100.0,
                                                           on_set, id, NULL);
        assert_int_equal(r, 0);
}

static void run_until(uint64_t end) {
        for (uint64_t now = now_usec(); now < end; now = now_usec()) {
                int r = fascia_client_wait(client, end - now);

                assert_true(r >= 0 || r == -EINTR);
        }
}

/* At least some are always on their way. */
static void run_for(unsigned usec) {
        uint64_t end = now_usec() + usec;

        witness.is_setting = true;
        do {
                uint64_t next = now_usec() + 2000;

                while (witness.n_sets - witness.n_answers < 4)
                        set_something();
                run_until(next < end ? next : end);
        } while (now_usec() < end);
        witness.is_setting = false;
}

static void connect_observer(void) {
        observer = sd_bus_flush_close_unref(observer);
        assert_int_equal(sd_bus_new(&observer), 0);
        assert_true(sd_bus_set_address(observer, harness_get_address(harness)) >= 0);
        assert_true(sd_bus_set_bus_client(observer, true) >= 0);
        assert_true(sd_bus_start(observer) >= 0);
}

static int32_t true_fan(void) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int32_t value = -1;
        int r;

        r = sd_bus_get_property_trivial(observer, "Vehicle.Climate1", FEATURE, INTERFACE,
                                        "FanLevel", &error, 'i', &value);
        if (r < 0)
                fail_msg("%s", error.message);
        return value;
}

static double true_temperature(void) {
        double value = -1;

        assert_true(sd_bus_get_property_trivial(observer, "Vehicle.Climate1", FEATURE, INTERFACE,
                                                "TargetTemperature", NULL, 'd', &value) >= 0);
        return value;
}

static bool is_settled(void) {
        return witness.state == FASCIA_STATE_READY && witness.n_answers == witness.n_sets;
}

/* One that was started a moment ago; the client may still believe in the one before. */
static void wait_for_service(uint64_t end) {
        int32_t value;

        while (sd_bus_get_property_trivial(observer, "Vehicle.Climate1", FEATURE, INTERFACE,
                                           "FanLevel", NULL, 'i', &value) < 0 &&
               now_usec() < end)
                run_until(now_usec() + 1000);
}

/* The service is there, and nothing happens any more: what the client has is what the service has. */
static void assert_nothing_is_lost(void) {
        uint64_t end = now_usec() + 10000000;

        wait_for_service(end);
        while (!is_settled() && now_usec() < end)
                run_until(now_usec() + 1000);
        if (!is_settled()) {
                const struct fascia_error *error = fascia_feature_get_error(
                        climate_control_feature(climate));

                fail_msg("state %d, %u of %u answered, %s", (int)witness.state, witness.n_answers,
                         witness.n_sets, error ? error->message : "no error");
        }
        run_until(now_usec() + 2000);
        for (int i = 0;
             i < 1000 && (climate_control_get_fan_level(climate) != true_fan() ||
                          climate_control_get_target_temperature(climate) != true_temperature());
             i++)
                run_until(now_usec() + 1000);
        assert_int_equal(climate_control_get_fan_level(climate), true_fan());
        assert_true(climate_control_get_target_temperature(climate) == true_temperature());
        assert_int_equal(witness.fan, true_fan());
        assert_true(witness.temperature == true_temperature());
        assert_int_equal(witness.n_repeated, 0);
}

static void assert_each_was_answered_once(void) {
        assert_int_equal(witness.n_answers, witness.n_sets);
        for (unsigned i = 0; i < witness.n_sets; i++)
                if (answers[i] != 1)
                        fail_msg("call %u was answered %u times", i, answers[i]);
}

static unsigned count_descriptors(void) {
        DIR *d = opendir("/proc/self/fd");
        unsigned n = 0;

        assert_non_null(d);
        while (readdir(d))
                n++;
        closedir(d);
        return n;
}

static void setenv_number(const char *name, const char *value) {
        if (value)
                setenv(name, value, true);
        else
                unsetenv(name);
}

static int set_up_with(void **state, const char *timeout) {
        if (harness_setup(state) < 0)
                return -1;
        harness = *state;
        setenv("FASCIA_ADDRESS", harness_get_address(harness), true);
        setenv("FASCIA_DISCOVERY", "production", true);
        setenv_number("FASCIA_TIMEOUT", timeout);
        memset(&witness, 0, sizeof(witness));
        memset(answers, 0, sizeof(answers));
        begin_random();
        if (fascia_client_new(&client) < 0 || climate_control_new(client, &climate) < 0)
                return -1;
        connect_observer();
        return climate_control_add_listener(climate, &listener, NULL);
}

static int set_up(void **state) {
        return set_up_with(state, "5s");
}

static int set_up_impatient(void **state) {
        return set_up_with(state, "40ms");
}

static int tear_down(void **state) {
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        observer = sd_bus_flush_close_unref(observer);
        return harness_teardown(state);
}

static Process *spawn(void) {
        return harness_spawn_fasciad(harness, CONFIG, NULL);
}

/* ---- killed and restarted ---- */

typedef struct Usage {
        unsigned descriptors;
        size_t bytes;
} Usage;

static Usage measure(void) {
        return (Usage){ count_descriptors(), mallinfo2().uordblks };
}

/* A tenth of the rounds is for what is made once. */
static void assert_no_leak(Usage before, Usage after) {
        assert_int_equal(after.descriptors, before.descriptors);
        if (after.bytes > before.bytes + 65536)
                fail_msg("%zu bytes more than %zu", after.bytes - before.bytes, before.bytes);
}

static void a_service_is_killed_at_random_moments(void **state) {
        unsigned n = rounds(200), warm = n / 10 + 1;
        Usage before = { 0 };
        Process *p;

        (void)state;
        for (unsigned i = 0; i < n; i++) {
                p = spawn();
                run_for(random_below(80000));
                if (i % 10 == warm % 10) {
                        assert_nothing_is_lost();
                        if (before.descriptors == 0)
                                before = measure();
                        else
                                assert_no_leak(before, measure());
                }
                process_discard(p);
                if (random_below(2))
                        run_for(random_below(5000));
        }
        p = spawn();
        assert_nothing_is_lost();
        process_discard(p);
        climate = climate_control_free(climate);
        assert_each_was_answered_once();
        print_message("%u kills, %u calls, %u states\n", n, witness.n_sets, witness.n_states);
}

static void a_service_is_stopped_at_random_moments(void **state) {
        unsigned n = rounds(200);
        Process *p = harness_start_fasciad(harness, CONFIG, NULL);

        (void)state;
        assert_nothing_is_lost();
        for (unsigned i = 0; i < n; i++) {
                process_signal(p, SIGSTOP);
                run_for(random_below(100000));
                process_signal(p, SIGCONT);
                run_for(random_below(20000));
                if (i % 10 == 9)
                        assert_nothing_is_lost();
        }
        assert_nothing_is_lost();
        assert_each_was_answered_once();
}

static void a_bus_is_restarted(void **state) {
        unsigned n = rounds(20);
        Process *p;

        (void)state;
        for (unsigned i = 0; i < n; i++) {
                p = harness_start_fasciad(harness, CONFIG, NULL);
                run_for(random_below(100000));
                connect_observer();
                assert_nothing_is_lost();
                run_for(random_below(20000));
                harness_kill_bus(harness);
                run_for(random_below(50000));
                process_discard(p);
                harness_start_bus(harness);
                run_for(random_below(50000));
        }
        p = harness_start_fasciad(harness, CONFIG, NULL);
        connect_observer();
        assert_nothing_is_lost();
        climate = climate_control_free(climate);
        assert_each_was_answered_once();
}

/* ---- subscribing while values change ---- */

/* The last value that was asked for is what the service has in the end, and what a client must have. */
static void a_feature_is_opened_while_its_value_changes(void **state) {
        unsigned n = rounds(100000), n_stale = 0;
        struct remote_processing_service *anchor = NULL; /* keeps the connection */
        struct fascia_client *other = NULL;
        struct climate_control *subject = NULL;

        (void)state;
        harness_start_fasciad(harness, CONFIG, NULL);
        assert_nothing_is_lost();
        assert_int_equal(fascia_client_new(&other), 0);
        assert_int_equal(remote_processing_service_new(other, &anchor), 0);
        for (unsigned i = 0; i < n; i++) {
                double value = 16 + (i % 12000) / 1000.0;
                unsigned n_before = random_below(3), n_after = random_below(3);
                uint64_t end = now_usec() + 2000000;

                for (unsigned k = 0; k < n_before; k++)
                        set_something();
                if (random_below(2))
                        assert_true(fascia_client_wait(client, 0) >= 0);
                assert_int_equal(climate_control_new(other, &subject), 0);
                assert_true(fascia_client_wait(other, 0) >= 0);
                for (unsigned k = 0; k < n_after; k++) {
                        set_something();
                        if (random_below(2))
                                assert_true(fascia_client_wait(other, random_below(200)) >= 0);
                }
                assert_int_equal(
                        climate_control_set_target_temperature(
                                climate, value, on_set, (void *)(uintptr_t)witness.n_sets++, NULL),
                        0);
                assert_true(witness.n_sets < N_CALLS_MAX);
                while ((witness.n_answers < witness.n_sets ||
                        fascia_feature_get_state(climate_control_feature(subject)) !=
                                FASCIA_STATE_READY ||
                        climate_control_get_target_temperature(subject) != value ||
                        climate_control_get_fan_level(subject) != witness.fan) &&
                       now_usec() < end) {
                        assert_true(fascia_client_wait(client, 100) >= 0);
                        assert_true(fascia_client_wait(other, 100) >= 0);
                }
                n_stale += climate_control_get_target_temperature(subject) != value ||
                           climate_control_get_fan_level(subject) != witness.fan;
                subject = climate_control_free(subject);
        }
        print_message("%u rounds, %u stale\n", n, n_stale);
        assert_int_equal(n_stale, 0);
        assert_int_equal(witness.n_repeated, 0);
        remote_processing_service_free(anchor);
        fascia_client_free(other);
}

/* ---- the end of calls ---- */

static uint64_t ended_at;
static int ended_with;

static void on_end(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        ended_at = now_usec();
        ended_with = error ? error->code : 0;
        if (userdata)
                *(uint64_t *)userdata = ended_at;
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

/* Nine of ten: the machine has other things to do, too. */
static void calls_end_soon_after_a_kill(void **state) {
        unsigned n = rounds(100);
        uint64_t took[100];

        (void)state;
        for (unsigned i = 0; i < n; i++) {
                Process *p = harness_start_fasciad(harness, CONFIG, NULL);
                uint64_t begun;

                assert_nothing_is_lost();
                process_signal(p, SIGSTOP);
                ended_at = 0;
                assert_int_equal(climate_control_set_fan_level(climate, 3, on_end, NULL, NULL), 0);
                run_until(now_usec() + 3000);
                assert_int_equal(ended_at, 0);
                begun = now_usec();
                process_signal(p, SIGKILL);
                while (!ended_at)
                        assert_true(fascia_client_wait(client, 5000000) > 0);
                took[i] = ended_at - begun;
                assert_int_equal(ended_with, -ENOTCONN);
                process_discard(p);
        }
        qsort(took, n, sizeof(took[0]), compare);
        print_message("calls ended after %llu us (median), %llu us (9 of 10), %llu us (all)\n",
                      (unsigned long long)took[n / 2], (unsigned long long)took[n * 9 / 10],
                      (unsigned long long)took[n - 1]);
        assert_true(took[n * 9 / 10] < 10000);
}

static void calls_end_at_their_deadline(void **state) {
        static const uint64_t deadlines[] = { 200000, 300000, 400000, 500000, 700000, 1000000 };
        enum {
                N = sizeof(deadlines) / sizeof(deadlines[0])
        };
        Process *p = harness_start_fasciad(harness, CONFIG, NULL);
        uint64_t begun, ended[N] = { 0 };

        (void)state;
        assert_nothing_is_lost();
        process_signal(p, SIGSTOP);
        begun = now_usec();
        for (size_t i = 0; i < N; i++) {
                struct fascia_call *call = NULL;

                assert_int_equal(
                        climate_control_set_fan_level(climate, 3, on_end, &ended[i], &call), 0);
                assert_int_equal(fascia_call_set_timeout(call, deadlines[i]), 0);
        }
        run_until(begun + 1200000);
        for (size_t i = 0; i < N; i++) {
                uint64_t took = ended[i] - begun;

                if (!ended[i] || took < deadlines[i] * 9 / 10 || took > deadlines[i] * 11 / 10)
                        fail_msg("%llu us instead of %llu", (unsigned long long)took,
                                 (unsigned long long)deadlines[i]);
        }
        assert_int_equal(ended_with, -ETIMEDOUT);
        process_signal(p, SIGCONT);
        assert_nothing_is_lost();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_service_is_killed_at_random_moments),
                cmocka_unit_test_setup_teardown(a_service_is_stopped_at_random_moments,
                                                set_up_impatient, tear_down),
                TEST(a_bus_is_restarted),
                TEST(a_feature_is_opened_while_its_value_changes),
                TEST(calls_end_soon_after_a_kill),
                TEST(calls_end_at_their_deadline),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
