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

/* The answer to GetAll: what it does not have, has no value. -EBADMSG. */
int remote_read_all(RemoteObject *o, Message *reply);
/* The answer to Get. -EBADMSG. */
int remote_read_property(RemoteObject *o, uint32_t property, Message *reply);

/* A signal of a foreign service at the object's path; *ret: what it concerns, NULL: nothing. */
int remote_read_foreign_signal(RemoteModule *m, Message *signal, RemoteObject **ret);
/* InterfacesAdded or InterfacesRemoved: features whose interface it names are mentioned. */
int remote_read_presence(RemoteModule *m, Message *signal, bool is_added);
