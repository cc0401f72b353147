/* SPDX-License-Identifier: MIT */
/* What the commands of fascia-sim share: the options, and how a command ends. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <org-fascia-simulation-1/simulation.h>

#include "cli.h"

#define FILES_MAX 64

typedef struct Options {
        const char *zone;             /* "": the feature itself */
        uint64_t timeout;             /* in microseconds */
        const char *output;           /* a file; NULL: stdout */
        double speed;                 /* 0: not said */
        const char *files[FILES_MAX]; /* of test, "MODULE=FILE" */
        size_t n_files;
        bool by_steps;
        bool has_all;
        bool as_json;
} Options;

typedef struct Modules Modules;

typedef struct Tool {
        Options options;
        struct fascia_client *client;
        Modules *
                modules; /* what the client uses is theirs; NULL: modules_open() was not called yet */
        struct simulation *control; /* NULL: tool_control() was not called yet */
} Tool;

/* fail() for what the simulation answered. */
int fail_answer(const struct fascia_error *error);

/* Waits until the simulation can be controlled. Says what is wrong, and returns the exit status. */
int tool_control(Tool *t);
/* What the calls of the typed interface end with: their error, copied. */
typedef struct Answer {
        int status; /* STATUS_OK, or it has been said what is wrong */
        double number;
} Answer;
/* done of every operation without a result. */
void on_answer(struct simulation *s, const struct fascia_error *error, void *answer);
/* Waits for a call that was made with on_answer(); r: what making it has returned, which also set *call. */
int tool_wait(int r, struct fascia_call *const *call, const Answer *answer);

/* The commands: n words in args, without the command itself; each returns the exit status. */
typedef int CommandFn(Tool *t, int n, char *args[]);
CommandFn command_status, command_set, command_withdraw, command_emit, command_add_zone,
        command_remove_zone, command_fault, command_faults, command_clear, command_pause,
        command_resume, command_step, command_speed, command_reload, command_run, command_replay,
        command_test, command_record, command_csv, command_panel;
