/* SPDX-License-Identifier: MIT */
/* A message bus with one client and no service: the test plays both, message by message. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

#define FAKE_BUS_CALLS 64

typedef struct FakeBus {
        char directory[64];
        char address[128];
        int listener;
        sd_bus *bus;       /* NULL: nobody has connected */
        const char *owner; /* what GetNameOwner answers; NULL: nobody */
        unsigned n_connections;
        unsigned n_owner_queries;
        unsigned n_rules;
        char rules[64][256];
        bool holds_rules;          /* AddMatch and the like are for the test, too */
        const char *refused_rules; /* error that AddMatch answers with; NULL: none */
        /* What was not for the bus itself, in order, to be answered by the test. */
        sd_bus_message *calls[FAKE_BUS_CALLS];
        size_t n_calls;
} FakeBus;

void fake_bus_open(FakeBus *b);
void fake_bus_close(FakeBus *b);
/* Hangs up; the next connection is taken. */
void fake_bus_drop(FakeBus *b);
/* Whether something was done. */
bool fake_bus_process(FakeBus *b);

/* The oldest call; checks member and destination. The caller unreferences it. */
sd_bus_message *fake_bus_take(FakeBus *b, const char *destination, const char *member);
/* Each takes the call. Contents as for sd_bus_message_append(). */
void fake_bus_answer(FakeBus *b, sd_bus_message *call, const char *sender, const char *types, ...);
void fake_bus_refuse(FakeBus *b, sd_bus_message *call, const char *name, const char *text);
void fake_bus_signal(FakeBus *b, const char *sender, const char *path, const char *interface,
                     const char *member, const char *types, ...);
/* NameOwnerChanged; owner "": nobody. */
void fake_bus_change_owner(FakeBus *b, const char *name, const char *owner);
