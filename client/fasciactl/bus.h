/* SPDX-License-Identifier: MIT */
/* The bus, for a tool that asks one thing after the other. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "connection.h"

typedef struct Bus Bus;

/* Returns when it is open. -ETIMEDOUT, or why it cannot be. */
int bus_open(const char *address, uint64_t timeout_usec, Bus **ret);
Bus *bus_close(Bus *b);
Connection *bus_get_connection(const Bus *b);
Loop *bus_get_loop(const Bus *b);
/* What the loop is for; until `deadline` (as loop_now()). 0; -ETIMEDOUT; -ENOTCONN: the bus is gone. */
int bus_wait(Bus *b, uint64_t deadline);

/* Sends the call, drops it, and waits for the answer, which may be an error. Else as bus_wait(). */
int bus_call(Bus *b, Message *call, Message **ret_reply);
/* Of a method without arguments, or with one text (NULL: none). */
int bus_ask(Bus *b, const char *destination, const char *path, const char *interface,
            const char *member, const char *argument, Message **ret_reply);

/* The rest of the message, or the next value of it, as plain JSON: what is in a variant stands for itself. NULL: no
 * memory, or a value that has no place in it. */
json_t *read_json(Reader *r);
/* The first value of the message, for the same. */
json_t *message_to_json(Message *m);
