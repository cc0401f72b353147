/* SPDX-License-Identifier: MIT */
/* Who the one peer of a connection is: what the kernel kept when it was connected. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "connection-internal.h"

/* Most have few. */
#define FIRST_GROUPS 32

/* The groups beside the primary one, with a free place behind them. */
static int read_groups(int fd, gid_t **ret, size_t *ret_n) {
        socklen_t size = FIRST_GROUPS * sizeof(gid_t);

        for (;;) {
                gid_t *groups = malloc(size + sizeof(gid_t));

                if (!groups)
                        return -ENOMEM;
                if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) >= 0) {
                        *ret = groups;
                        *ret_n = size / sizeof(gid_t);
                        return 0;
                }
                free(groups);
                if (errno != ERANGE) /* else the size is now the one that is needed */
                        return -errno;
        }
}

int connection_get_peer_user(Connection *c, uid_t *ret_user, gid_t **ret_groups,
                             size_t *ret_n_groups) {
        struct ucred credentials;
        socklen_t size = sizeof(credentials);
        gid_t *groups = NULL;
        size_t n = 0;
        int fd, r;

        if (!c->peer)
                return -EOPNOTSUPP;
        fd = c->bus ? sd_bus_get_fd(c->bus) : -ENOTCONN;
        if (fd < 0)
                return fd;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
                return -errno;
        r = read_groups(fd, &groups, &n);
        if (r < 0)
                return r;
        groups[n++] = credentials.gid;
        *ret_user = credentials.uid;
        *ret_groups = groups;
        *ret_n_groups = n;
        return 0;
}
