/* SPDX-License-Identifier: MIT */
/* Features by the path of their object: what a value names whose type is an interface. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include <fascia/generated.h>

FASCIA_EXPORT int fascia_feature_new_at(struct fascia_client *client,
                                        const struct fascia_interface *interface, const char *path,
                                        fascia_notify_fn *notify, struct fascia_feature **ret) {
        size_t size = interface ? strlen(interface->path) : 0;
        char *zone = NULL;
        int r;

        if (!client || !interface || !path || !notify || !ret)
                return -EINVAL;
        if (strcmp(path, interface->path) == 0)
                return fascia_feature_new(client, interface, NULL, notify, ret);
        /* A zone is one element below. */
        if (!(interface->flags & FASCIA_INTERFACE_ZONED) || !sd_bus_object_path_is_valid(path) ||
            strlen(path) <= size + 1 || strchr(path + size + 1, '/'))
                return -ENOENT;
        r = sd_bus_path_decode(path, interface->path, &zone);
        if (r == 0)
                return -ENOENT;
        if (r > 0)
                r = fascia_feature_new(client, interface, zone, notify, ret);
        free(zone);
        return r;
}
