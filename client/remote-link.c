/* SPDX-License-Identifier: MIT */
/* Shared connections: found by address, and their loss and return passed on to the modules. */
#include "remote-link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "remote-module.h"

static void on_connected(Connection *c, void *userdata) {
        RemoteLink *l = userdata;

        (void)c;
        error_clear(&l->error);
        LINK_FOREACH(link, next, &l->modules) {
                remote_module_connected(LINK_OWNER(link, RemoteModule, link));
        }
}

static void on_lost(Connection *c, int error, void *userdata) {
        RemoteLink *l = userdata;

        error_setf(&l->error, -ENOTCONN, "There is no connection to '%s': %s",
                   connection_get_address(c), strerror(-error));
        LINK_FOREACH(link, next, &l->modules) {
                remote_module_lost(LINK_OWNER(link, RemoteModule, link), error_get(&l->error));
        }
}

static const ConnectionEvents connection_events = {
        .on_connected = on_connected,
        .on_lost = on_lost,
};

static RemoteLink *link_free(RemoteLink *l) {
        if (l->connection)
                connection_close(l->connection);
        connection_unref(l->connection);
        link_remove(&l->link);
        error_clear(&l->error);
        free(l->address);
        free(l);
        return NULL;
}

static int link_new(RemoteHub *hub, const char *address, RemoteLink **ret) {
        RemoteLink *l;
        int r;

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        l->hub = hub;
        link_init(&l->link);
        link_init(&l->modules);
        l->address = strdup(address);
        r = l->address ? connection_new(host_get_loop(hub->host), address, &connection_events, l,
                                        &l->connection)
                       : -ENOMEM;
        if (r < 0) {
                link_free(l);
                return r;
        }
        connection_set_window(l->connection, config_get_uint(host_get_config(hub->host), NULL, NULL,
                                                             "MaxCallsInFlight"));
        link_append(&hub->links, &l->link);
        *ret = l;
        return 0;
}

int remote_link_get(RemoteHub *hub, const char *address, RemoteLink **ret) {
        LINK_FOREACH(link, next, &hub->links) {
                RemoteLink *l = LINK_OWNER(link, RemoteLink, link);

                if (strcmp(l->address, address) == 0) {
                        *ret = l;
                        return 0;
                }
        }
        return link_new(hub, address, ret);
}

void remote_link_release(RemoteLink *l) {
        if (link_is_empty(&l->modules))
                link_free(l);
}
