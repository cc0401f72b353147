/* SPDX-License-Identifier: MIT */
/* The built-in backend "dbus": serves any feature by asking the service that exports it. */
#pragma once

#include "instance.h"
#include "list.h"
#include "loop.h"
#include <fascia/backend.h>

/* Whether this backend serves the instance, under whichever name. */
bool backend_dbus_serves(const Instance *i);
/* Of such instances. Whether somebody owns the name of the service, be the feature usable or not. */
bool backend_dbus_has_service(const Instance *i);
/* Asks for all values of the zone again. */
int backend_dbus_refresh(Instance *i, Zone *zone);
/* Whether a request may wait although the instance is unavailable, because its service is being
 * started; backend_dbus_wake() begins with it, where that can be done. */
bool backend_dbus_wake(Instance *i);
bool backend_dbus_is_waking(Instance *i);

/* What was seen on the wire. */
typedef struct RemoteStatistics {
        uint64_t signals;   /* of tracked owners */
        uint64_t dropped;   /* signals of others */
        uint64_t malformed; /* messages that could not be taken apart */
        uint64_t gaps;      /* broadcasts that were missed */
        uint64_t snapshots; /* asked for */
} RemoteStatistics;

/* What fascia_plugin.open() makes: one for each host. */
typedef struct RemoteHub {
        struct fascia_host *host;
        Link links; /* RemoteLink.link */
        RemoteStatistics statistics;
} RemoteHub;

void backend_dbus_get_statistics(const Host *host, RemoteStatistics *ret);
