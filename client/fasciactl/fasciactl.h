/* SPDX-License-Identifier: MIT */
/* What the commands of fasciactl share: the options, and how a command ends. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bus.h"
#include "cli.h"

typedef struct Options {
        const char *address;     /* NULL: that of client.conf */
        const char *module_path; /* the same; where the libraries are that describe modules */
        const char *zone;        /* "": the feature itself */
        uint64_t timeout;        /* in microseconds */
        uint64_t interval;       /* of top, the same */
        unsigned count;          /* of rounds of top, events of watch; 0: until it is ended */
        bool is_batch;
        bool as_json;
} Options;

typedef struct Ctl {
        Options options;
        Bus *bus;
} Ctl;

/* fail() for what a service answered: its name and text. */
int fail_reply(Message *reply);
/* The same of a process that was asked, which is named when it does not answer. */
int fail_reply_of(const char *who, Message *reply);
/* Whether an error says that nobody was there, rather than that somebody has said no. */
bool is_absence(const char *error_name);

/* The commands: n words in args, without the command itself; each returns the exit status. */
typedef int CommandFn(Ctl *c, int n, char *args[]);
CommandFn command_status, command_list, command_describe, command_get, command_set, command_call,
        command_watch, command_top, command_reload, command_log_level, command_start, command_stop,
        command_restart, command_complete;
