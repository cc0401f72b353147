/* SPDX-License-Identifier: MIT */
/* A stand for the exporter: a service on a socketpair with a backend whose behaviour each test chooses, and a plain sd-bus peer that sees
 * what it sends. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-bus.h>

#include <cmocka.h>

#include "hand-module.h"
#include "service.h"

#define INFO "org.fascia.Feature1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

/* ---- the backend ---- */

typedef struct Stand {
        struct fascia_backend *thing, *left, *lamp, *store; /* left: the zone of thing */
        int start_result;
        const char *number; /* what it says of itself */
        bool is_slow;       /* it answers nothing by itself */
        void (*on_request)(void);
        struct fascia_reply tickets[8];
        unsigned n_tickets, n_requests, n_cancels;
} Stand;

/* Made anew for each test. */
extern Stand stand;

void stand_report_level(struct fascia_backend *zone, int32_t level);
void stand_report_title(const char *title);
void stand_report_store(uint32_t property, int32_t value);
void stand_say(const char *text);
void stand_add_left(int32_t level);

/* ---- the service and the peer ---- */

typedef struct Fixture {
        Loop *loop;
        Host *host;
        Service *service;
        Connection *connection;
        Quota *quota;
        Penalty *penalty;
        sd_bus *client;
        char *log;
        size_t log_size;
        FILE *log_file;
        int attached; /* what done was told */
        unsigned n_state_changes;
} Fixture;

extern const ServiceSettings stand_settings;

int stand_setup(void **state);
/* With the other module. */
int stand_setup_store(void **state);
/* Without a service. */
int stand_setup_empty(void **state);
int stand_teardown(void **state);
void stand_open_connection(Fixture *f);
void stand_close_connection(Fixture *f);
void stand_attach(Fixture *f);
void stand_use_quota(Fixture *f, const QuotaSettings *limits);

/* Until nothing happens any more. */
void stand_run(Fixture *f);
/* Only the peer. */
bool stand_run_client(Fixture *f);
void stand_run_until(Fixture *f, const char *text);
/* Runs until the text is there; gives what was logged meanwhile, to be freed. */
char *stand_capture_log(Fixture *f, const char *text);

/* Paths of calls are below that of the module. Sends without running anything. */
void stand_send_call(Fixture *f, const char *path, const char *interface, const char *member,
                     const char *types, ...);
void stand_call(Fixture *f, const char *path, const char *interface, const char *member,
                const char *types, ...);
void stand_call_without_reply(Fixture *f, const char *path, const char *interface,
                              const char *member, const char *types, ...);
void stand_get(Fixture *f, const char *path, const char *interface, const char *name);

/* What the peer saw: a line for each message; names without what they all begin with. */
const char *stand_get_log(Fixture *f);
void stand_clear_log(Fixture *f);
unsigned stand_count(Fixture *f, const char *text);
/* What came since the last time is exactly this. */
void stand_expect(Fixture *f, const char *text);

#define TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup_store, stand_teardown)
#define EMPTY_TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup_empty, stand_teardown)
