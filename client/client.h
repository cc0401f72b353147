/* SPDX-License-Identifier: MIT */
/* The client, for its parts: the loop, the configuration, the host, and the cores that have
 * something to do. */
#pragma once

#include "config.h"
#include "host.h"
#include "list.h"
#include "loop.h"
#include <fascia/fascia.h>

typedef struct fascia_client Client;

struct fascia_client {
        Config *config;
        char **problems;
        size_t n_problems;
        size_t n_config_problems; /* of the configuration that were taken */
        unsigned debug;           /* DEBUG_* */
        bool has_backends;        /* the files that describe some were read */

        Loop *loop; /* NULL until it is needed, as the host */
        Host *host;
        bool is_attached;
        bool is_dispatching;
        /* Runs the cores that are scheduled. A timer, because setting one cannot fail. */
        LoopTimer *wake;
        Link cores;
        Link scheduled;
        Link own_backends; /* that the program gave */
        size_t n_own_backends;
        Link test_ends;
        /* How many of the program's callbacks are on the stack; freed in one of them, the client
         * goes when they have returned. */
        unsigned depth;
        bool is_doomed;
};

/* What FASCIA_DEBUG names, separated by ','. */
#define DEBUG_DISCOVERY 1u
/* Tells who debugs: a line to stderr, when that was asked for. */
void client_debug(const Client *c, unsigned what, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* Reads the files that describe backends, once. -ENOMEM. */
int client_read_backends(Client *c);
/* Has what is new among the problems of the configuration kept for fascia_client_get_problem(). */
int client_take_problems(Client *c);
/* Makes the loop and the host, when that was not done yet. */
int client_open(Client *c);
/* Has core_run() run from the loop for everything in `scheduled`. */
void client_wake(Client *c);
/* The ends of the test kit. */
void testkit_free_ends(Client *c);
/* Around everything that may run a callback of the program. */
void client_enter(Client *c);
void client_leave(Client *c);
