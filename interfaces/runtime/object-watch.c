/* SPDX-License-Identifier: MIT */
/* Hears whether one object of another program's comes or goes, wherever its object manager is. */
#include "object-watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "connection-internal.h"
#include "error.h"

struct ObjectWatch {
        Connection *connection;
        sd_bus_slot *slot;
        ConnectionSignalFn *fn;
        ConnectionDoneFn *done;
        void *userdata;
};

static int on_match_added(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        ObjectWatch *w = userdata;

        (void)reterr_error;
        if (w->done)
                w->done(error ? error_name_to_errno(error->name) : 0, w->userdata);
        return 1;
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *reterr_error) {
        ObjectWatch *w = userdata;

        (void)reterr_error;
        w->fn(message_from_sd_bus(m), w->userdata); /* may free w */
        return 0;
}

ObjectWatch *object_watch_free(ObjectWatch *w) {
        if (!w)
                return NULL;
        sd_bus_slot_unref(w->slot);
        if (w->connection->bus)
                connection_sent(w->connection, NULL); /* RemoveMatch */
        free(w);
        return NULL;
}

/* arg0path also lets through what is about "/": D-Bus specification, "Match Rules". */
static int watch_add_match(ObjectWatch *w, const char *sender, const char *path) {
        char *rule;
        int r;

        if (asprintf(&rule,
                     "type='signal',sender='%s',interface='org.freedesktop.DBus.ObjectManager',"
                     "arg0path='%s'",
                     sender, path) < 0)
                return -ENOMEM;
        r = sd_bus_add_match_async(w->connection->bus, &w->slot, rule, on_signal, on_match_added,
                                   w);
        free(rule);
        return r;
}

int connection_watch_object(Connection *c, const char *sender, const char *path,
                            ConnectionSignalFn *fn, ConnectionDoneFn *done, void *userdata,
                            ObjectWatch **ret) {
        ObjectWatch *w;
        int r;

        if (!sd_bus_service_name_is_valid(sender) || !sd_bus_object_path_is_valid(path))
                return -EINVAL; /* both go between quotes */
        if (c->state != CONNECTION_CONNECTED)
                return -ENOTCONN;
        w = malloc(sizeof(*w));
        if (!w)
                return -ENOMEM;
        *w = (ObjectWatch){ .connection = c, .fn = fn, .done = done, .userdata = userdata };
        r = watch_add_match(w, sender, path);
        if (r < 0) {
                free(w);
                return r;
        }
        connection_sent(c, NULL);
        *ret = w;
        return 0;
}
