/* SPDX-License-Identifier: MIT */
/* Hears whether one object of another program's comes or goes, wherever its object manager is. */
#pragma once

#include "connection.h"

typedef struct ObjectWatch ObjectWatch;

/* fn gets each InterfacesAdded and InterfacesRemoved of the sender that may be about the object: its
 * first argument is to be compared, as message_get_sender() is. On a bus exactly one match rule.
 * done: when it is in effect, or a negative errno. To be freed before the connection is, and when
 * that was lost. */
int connection_watch_object(Connection *c, const char *sender, const char *path,
                            ConnectionSignalFn *fn, ConnectionDoneFn *done, void *userdata,
                            ObjectWatch **ret);
ObjectWatch *object_watch_free(ObjectWatch *w);
