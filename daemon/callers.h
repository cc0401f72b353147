/* SPDX-License-Identifier: MIT */
/* Who calls: the user and groups behind each name on the bus, asked for once and forgotten when it leaves, and what
 * they may do. */
#pragma once

#include "access.h"
#include "connection.h"
#include "quota.h"

typedef struct Callers Callers;
typedef struct Caller Caller;

int callers_new(Loop *loop, Callers **ret);
Callers *callers_free(Callers *c);
/* The connection is open: those who call come over it. */
void callers_attach(Callers *c, Connection *connection);
/* It is gone, and with it everybody who was known; calls that wait are dropped. */
void callers_detach(Callers *c);
/* Of how many are known it is told when it comes to none, and when it is one again. */
typedef void CallersFn(unsigned n, void *userdata);
/* From now on everybody who calls is known until he leaves, not only those whom rules are about. fn NULL: no more. */
void callers_track(Callers *c, CallersFn *fn, void *userdata);
/* Takes note of who has sent the call, when that is tracked. -ENOMEM. */
int callers_note(Callers *c, Message *call);
/* How many are known. */
unsigned callers_count(const Callers *c);

/* Who has sent the call. Borrowed until the loop runs again. -ENOMEM. */
int callers_find(Callers *c, Message *call, Caller **ret);
/* Whether it has been found out who it is, if only that nobody can say. */
bool caller_is_known(const Caller *caller);
/* Whether it is this user. */
bool caller_is_user(const Caller *caller, uid_t user);
/* Its name on the bus; NULL: the one peer. Borrowed. */
const char *caller_get_name(const Caller *caller);
/* "':1.5' (uid 1000)", cut to size. */
void caller_describe(const Caller *caller, char *buffer, size_t size);

/* The call can be handled now; by caller_is_known(), unless the memory is short. */
typedef void CallerReadyFn(Message *call, QuotaSender *quota, void *userdata);
/* Asks who it is, when nobody has yet, and keeps the call until it is known, in the order of calls; it is in flight as
 * long as it waits (quota may be NULL). -EBUSY: too many wait already; -ENOMEM, … */
int caller_wait(Caller *caller, Message *call, QuotaSender *quota, CallerReadyFn *fn,
                void *userdata);
/* Drops the calls that wait for this userdata. */
void callers_drop_waiting(Callers *c, void *userdata);

/* Worked out once, and then kept. Borrowed until the loop runs again. -ENOMEM. */
int caller_get_rights(Caller *caller, const Access *access, Rights **ret);
/* Nobody has rights by it any more. */
void callers_forget_access(Callers *c, const Access *access);

/* Whether one more refusal may be logged now; *ret_lost: how many were not since the last that was. */
bool callers_may_log(Callers *c, unsigned *ret_lost);
