/* SPDX-License-Identifier: MIT */
/* Answers to callers who ask for too much: they get them late. A program that waits for its answers so slows down by
 * itself, instead of making the service refuse it all the time. */
#pragma once

#include "connection.h"
#include "loop.h"

typedef struct Penalty Penalty;

int penalty_new(Loop *loop, Penalty **ret);
Penalty *penalty_free(Penalty *p);
/* Sends the answer after a while; takes it. There is a limit: above it, it is sent at once. */
int penalty_send(Penalty *p, Connection *connection, Message *answer);
/* The connection is gone: so are the answers. */
void penalty_clear(Penalty *p);
