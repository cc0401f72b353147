/* SPDX-License-Identifier: MIT */
/* Takes the messages of a service apart and reports what they say. */
#pragma once

#include "connection.h"
#include "remote-module.h"

/* The answer to GetManagedObjects: after it the features are what it says. -EBADMSG. */
int remote_read_snapshot(RemoteModule *m, Message *reply);
/* A signal of the owner, at the module's path or below. Values are taken over only when the module
 * is ready: what comes before a snapshot is older than it. Commits. */
void remote_read_signal(RemoteModule *m, Message *signal);
