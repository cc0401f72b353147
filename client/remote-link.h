/* SPDX-License-Identifier: MIT */
/* Connections of the backend "dbus", shared by all modules with the same address. */
#pragma once

#include "backend-dbus.h"
#include "connection.h"
#include "error.h"
#include "host.h"

typedef struct RemoteLink {
        Link link; /* in RemoteHub.links */
        RemoteHub *hub;
        char *address; /* as configured */
        Connection *connection;
        Link modules; /* RemoteModule.link */
        Error error;  /* why there is no connection; none while it is tried for the first time */
} RemoteLink;

/* The connection to that address, begun when there is none. -EINVAL: not an address. */
int remote_link_get(RemoteHub *hub, const char *address, RemoteLink **ret);
/* Closes it when no module uses it. */
void remote_link_release(RemoteLink *l);
