/* SPDX-License-Identifier: MIT */
/* A client for which the memory runs out, at each allocation in turn: an error or a recovery, each callback once,
 * and nothing is left behind. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "climate-service.h"
#include "foreign-module.h"
#include <fascia/generated.h>
#include <fascia/testkit.h>
#include <vehicle-climate-1/climate-backend.h>
#include <vehicle-climate-1/climate.h>

/* ---- the memory ---- */

/* The sanitizers have an allocator of their own. */
#ifdef __SANITIZE_ADDRESS__
#define CAN_FAIL 0
static long n_live;
#else
#define CAN_FAIL 1

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

/* Volatile, because the compiler believes that no function of the C library comes back here. */
static volatile bool is_failing; /* while the client is at work */
static volatile long until_failure;
static long failed_at;
static volatile long n_live;

static long burst = 1; /* how many fail in a row */

static bool fails(void) {
        return is_failing && --until_failure <= 0 && until_failure > -burst;
}

static void *counted(void *p) {
        n_live += p != NULL;
        return p;
}

void *malloc(size_t size) {
        if (fails()) {
                errno = ENOMEM;
                return NULL;
        }
        return counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size) {
        if (fails()) {
                errno = ENOMEM;
                return NULL;
        }
        return counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t size) {
        if (!p)
                return malloc(size);
        if (fails()) {
                errno = ENOMEM;
                return NULL;
        }
        return __libc_realloc(p, size);
}

void free(void *p) {
        n_live -= p != NULL;
        __libc_free(p);
}
#endif

#if CAN_FAIL

/* When the memory runs out in the middle of this, libsystemd 252 aborts later (bus_match_run() finds a node
 * without child): it succeeds or fails as a whole. */
int sd_bus_add_match_async(sd_bus *bus, sd_bus_slot **ret_slot, const char *match,
                           sd_bus_message_handler_t callback,
                           sd_bus_message_handler_t install_callback, void *userdata) {
        int (*real)(sd_bus *, sd_bus_slot **, const char *, sd_bus_message_handler_t,
                    sd_bus_message_handler_t, void *);
        bool was_failing = is_failing;
        int r;

        if (fails())
                return -ENOMEM;
        is_failing = false;
        *(void **)&real = dlsym(RTLD_NEXT, "sd_bus_add_match_async");
        r = real(bus, ret_slot, match, callback, install_callback, userdata);
        is_failing = was_failing;
        return r;
}

#define WITH_CLIENT(statement)      \
        do {                        \
                is_failing = true;  \
                statement;          \
                is_failing = false; \
        } while (0)

static bool has_failed(void) {
        return until_failure <= 0;
}

/* ---- what is heard ---- */

static struct fascia_client *client;
static struct climate_control *climate;
static unsigned n_done;
static int outcome;

static void on_done(struct climate_control *c, const struct fascia_error *error, void *userdata) {
        (void)c;
        (void)userdata;
        n_done++;
        outcome = error ? error->code : 0;
}

static void on_changed(struct climate_control *c, void *userdata) {
        (void)c;
        (void)userdata;
}

static const struct climate_control_listener listener = { .on_changed = on_changed };

/* What a program would do with the outcome of a function: give up. */
static bool is_fine(int r) {
        if (r < 0 && r != -ENOMEM)
                fail_msg("%s", strerrorname_np(-r));
        if (r < 0)
                assert_true(has_failed());
        return r >= 0;
}

static bool dispatch(void) {
        int r;

        WITH_CLIENT(r = fascia_client_dispatch(client));
        is_fine(r);
        return r > 0;
}

static void settle(void) {
        for (int i = 0; i < 10; i++)
                while (dispatch())
                        ;
}

static void close_client(void) {
        unsigned n_before = n_done;

        WITH_CLIENT(climate = climate_control_free(climate); client = fascia_client_free(client));
        /* What was outstanding has ended, at the latest now. */
        assert_true(n_done >= n_before);
}

static int open_climate(void) {
        int r;

        WITH_CLIENT(r = climate_control_new(client, &climate));
        if (is_fine(r))
                WITH_CLIENT(r = climate_control_add_listener(climate, &listener, NULL));
        return r;
}

/* Whether the program has lost something, or everything went well: then the outcome says which. */
static bool set_fan(int32_t level) {
        int r;

        n_done = 0;
        outcome = 1;
        WITH_CLIENT(r = climate_control_set_fan_level(climate, level, on_done, NULL, NULL));
        if (!is_fine(r))
                assert_int_equal(n_done, 0);
        return r >= 0;
}

static void assert_done_once(void) {
        assert_int_equal(n_done, 1);
        if (outcome != 0)
                assert_true(has_failed());
}

/* ---- every allocation in turn ---- */

static void try_each_with(void (*run)(void), long failures) {
        long before, n;

        burst = failures;
        until_failure = LONG_MIN / 2; /* never */
        run();                        /* what is made once and kept */
        run();
        before = n_live;
        for (n = 1;; n++) {
                failed_at = until_failure = n;
                run();
                if (n_live != before)
                        fail_msg("%ld are left behind when allocation %ld fails", n_live - before,
                                 n);
                if (!has_failed())
                        break;
        }
        print_message("%ld allocations\n", n - 1);
        assert_true(n > 30);
}

static void try_each(void (*run)(void)) {
        try_each_with(run, 1);
        try_each_with(run, 2);
        try_each_with(run, 10);
}

/* ---- with a backend in this process ---- */

/* One that could not be started is started again by itself. */
static struct climate_control_backend *wait_for_backend(struct fascia_test_end *end) {
        settle();
        for (int i = 0; i < 20 && !fascia_test_end_get_backend(end); i++) {
                int r;

                assert_true(has_failed());
                WITH_CLIENT(r = fascia_test_advance(client, 2000000));
                is_fine(r);
        }
        assert_non_null(fascia_test_end_get_backend(end));
        return (struct climate_control_backend *)fascia_test_end_get_backend(end);
}

static void use_end(struct fascia_test_end *end) {
        struct climate_control_backend *backend = wait_for_backend(end);
        struct climate_control_backend *zone = NULL;
        int r;

        WITH_CLIENT(r = climate_control_backend_report_fan_level(backend, 3));
        if (is_fine(r))
                assert_int_equal(climate_control_get_fan_level(climate), 3);
        WITH_CLIENT(r = climate_control_backend_add_zone(backend, "Rear", NULL, &zone));
        if (is_fine(r))
                WITH_CLIENT(r = climate_control_backend_report_fan_level(zone, 4));
        settle();
        if (set_fan(5)) {
                settle();
                assert_done_once();
                if (outcome == 0)
                        assert_int_equal(climate_control_get_fan_level(climate), 5);
        }
        WITH_CLIENT(r = fascia_feature_pause(climate_control_feature(climate)));
        if (is_fine(r))
                WITH_CLIENT(fascia_feature_resume(climate_control_feature(climate)));
        settle();
}

static void run_in_process(void) {
        struct fascia_test_end *end = NULL;
        int r;

        WITH_CLIENT(r = fascia_client_new(&client));
        if (!is_fine(r))
                return;
        WITH_CLIENT(r = fascia_test_end_new(client, &climate_control_interface, &end));
        if (is_fine(r) && open_climate() >= 0) {
                use_end(end);
                /* One call is still outstanding at the end. */
                fascia_test_end_hold_setters(end, true);
                if (set_fan(6)) {
                        close_client();
                        assert_int_equal(n_done, 1);
                        return;
                }
        }
        close_client();
}

static void a_backend_in_this_process(void **state) {
        (void)state;
        unsetenv("FASCIA_BACKEND");
        try_each(run_in_process);
}

/* ---- over a bus ---- */

static ClimateService service;

static bool process_climate(void) {
        return climate_service_process(&service);
}

static bool (*process_bus)(void) = process_climate;

static void settle_with_bus(void) {
        for (int idle = 0; idle < 3; idle++) {
                if (dispatch())
                        idle = 0;
                if (process_bus())
                        idle = 0;
        }
}

/* Whatever has gone wrong is tried again, later and later. */
static void wait_until(bool (*is_so)(void)) {
        settle_with_bus();
        for (int i = 0; i < 20 && !is_so(); i++) {
                int r;

                WITH_CLIENT(r = fascia_test_advance(client, 2000000));
                is_fine(r);
                settle_with_bus();
        }
        if (!is_so())
                fail_msg("It does not recover (allocation %ld failed)", failed_at);
}

static bool is_ready(void) {
        return fascia_feature_get_state(climate_control_feature(climate)) == FASCIA_STATE_READY;
}

static bool is_true(void) {
        return is_ready() && climate_control_get_fan_level(climate) == service.level &&
               (climate_control_get_zone(climate, "Rear") != NULL) == service.has_zone;
}

static bool is_gone(void) {
        return !is_ready();
}

static bool is_answered(void) {
        return n_done > 0;
}

static void use_service(void) {
        wait_until(is_true);
        climate_service_set_level(&service, 7);
        wait_until(is_true);
        if (set_fan(5)) {
                wait_until(is_answered);
                assert_done_once();
        }
        climate_service_set_zone(&service, true);
        wait_until(is_true);
        climate_service_set_zone(&service, false);
        wait_until(is_true);
}

static void lose_service(void) {
        climate_service_set_owner(&service, NULL);
        wait_until(is_gone);
        service.level = 8;
        climate_service_set_owner(&service, ":1.6");
        wait_until(is_true);
        fake_bus_drop(&service.bus);
        wait_until(is_true);
}

/* The C library keeps what it was given. */
static void set_address(const FakeBus *bus) {
        long before = n_live;

        setenv("FASCIA_ADDRESS", bus->address, true);
        n_live = before;
}

static void run_over_bus(void) {
        int r;

        climate_service_open(&service);
        set_address(&service.bus);
        WITH_CLIENT(r = fascia_client_new(&client));
        if (is_fine(r)) {
                r = open_climate();
                /* A feature that was made although its backend could not be started, or without a
                 * listener, is to be used all the same. */
                if (climate) {
                        use_service();
                        lose_service();
                }
                close_client();
        }
        climate_service_close(&service);
}

static void a_service_on_a_bus(void **state) {
        (void)state;
        setenv("FASCIA_BACKEND", "dbus", true);
        process_bus = process_climate;
        try_each(run_over_bus);
        unsetenv("FASCIA_BACKEND");
}

/* ---- a service that Fascia did not make ---- */

static FakeBus foreign_bus;
static struct fascia_feature *host;
static int32_t status;
static bool has_object;

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define FOREIGN_OWNER ":1.5"

static void answer_foreign(sd_bus_message *call) {
        if (!has_object)
                fake_bus_refuse(&foreign_bus, call, "org.freedesktop.DBus.Error.UnknownObject",
                                "There is none");
        else if (strcmp(sd_bus_message_get_member(call), "GetAll") == 0)
                fake_bus_answer(&foreign_bus, call, FOREIGN_OWNER, "a{sv}", 2, "Hostname", "s",
                                "box", "Status", "i", status);
        else
                fake_bus_answer(&foreign_bus, call, FOREIGN_OWNER, "v", "i", status);
}

static bool process_foreign(void) {
        bool worked = fake_bus_process(&foreign_bus);

        while (foreign_bus.n_calls > 0) {
                sd_bus_message *call = foreign_bus.calls[0];

                foreign_bus.n_calls--;
                memmove(foreign_bus.calls, foreign_bus.calls + 1,
                        foreign_bus.n_calls * sizeof(foreign_bus.calls[0]));
                answer_foreign(call);
                worked = true;
        }
        return worked;
}

static bool is_host_true(void) {
        const int32_t *value = fascia_feature_get_value(host, HOST_STATUS);
        const char *const *name = fascia_feature_get_value(host, HOST_NAME);

        return fascia_feature_get_state(host) == FASCIA_STATE_READY &&
               fascia_feature_has_value(host, HOST_STATUS) && *value == status &&
               fascia_feature_has_value(host, HOST_NAME) && strcmp(*name, "box") == 0;
}

static bool is_host_gone(void) {
        return fascia_feature_get_state(host) == FASCIA_STATE_UNAVAILABLE;
}

static bool is_foreign_heard(void) {
        return foreign_bus.bus && foreign_bus.n_rules >= 3;
}

static void announce_status(void) {
        status++;
        if (is_foreign_heard())
                fake_bus_signal(&foreign_bus, FOREIGN_OWNER, FOREIGN_PATH, PROPERTIES,
                                "PropertiesChanged", "sa{sv}as", FOREIGN_INTERFACE, 1, "Status",
                                "i", status, 0);
}

static void invalidate_status(void) {
        status++;
        if (is_foreign_heard())
                fake_bus_signal(&foreign_bus, FOREIGN_OWNER, FOREIGN_PATH, PROPERTIES,
                                "PropertiesChanged", "sa{sv}as", FOREIGN_INTERFACE, 0, 1, "Status");
}

static void show_object(bool present) {
        has_object = present;
        if (!is_foreign_heard())
                return;
        if (present)
                fake_bus_signal(&foreign_bus, FOREIGN_OWNER, "/", MANAGER, "InterfacesAdded",
                                "oa{sa{sv}}", FOREIGN_PATH, 1, FOREIGN_INTERFACE, 0);
        else
                fake_bus_signal(&foreign_bus, FOREIGN_OWNER, "/", MANAGER, "InterfacesRemoved",
                                "oas", FOREIGN_PATH, 1, FOREIGN_INTERFACE);
}

static void use_foreign(void) {
        wait_until(is_host_true);
        announce_status();
        wait_until(is_host_true);
        invalidate_status();
        wait_until(is_host_true);
        show_object(false);
        wait_until(is_host_gone);
        show_object(true);
        wait_until(is_host_true);
        fake_bus_drop(&foreign_bus);
        wait_until(is_host_true);
}

static void ignore(struct fascia_feature *feature, const void *listener, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        (void)feature;
        (void)listener;
        (void)userdata;
        (void)event;
        (void)index;
        (void)data;
}

static void run_foreign(void) {
        int r;

        status = 1;
        has_object = true;
        fake_bus_open(&foreign_bus);
        foreign_bus.owner = FOREIGN_OWNER;
        set_address(&foreign_bus);
        WITH_CLIENT(r = fascia_client_new(&client));
        if (is_fine(r)) {
                WITH_CLIENT(r = fascia_feature_new(client, &foreign_interfaces[0], NULL, ignore,
                                                   &host));
                if (is_fine(r))
                        use_foreign();
                WITH_CLIENT(host = fascia_feature_free(host); client = fascia_client_free(client));
        }
        fake_bus_close(&foreign_bus);
}

static void a_service_that_fascia_did_not_make(void **state) {
        (void)state;
        setenv("FASCIA_BACKEND", "dbus", true);
        process_bus = process_foreign;
        try_each(run_foreign);
        unsetenv("FASCIA_BACKEND");
}

#else

static void a_backend_in_this_process(void **state) {
        (void)state;
        (void)n_live;
        skip();
}

static void a_service_on_a_bus(void **state) {
        (void)state;
        skip();
}

static void a_service_that_fascia_did_not_make(void **state) {
        (void)state;
        skip();
}

#endif

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_backend_in_this_process),
                cmocka_unit_test(a_service_on_a_bus),
                cmocka_unit_test(a_service_that_fascia_did_not_make),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
