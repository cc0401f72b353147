/* SPDX-License-Identifier: MIT */
/* Requests that a backend has not answered yet: behind the tickets, for the host and its instances.
 */
#pragma once

#include "instance.h"
#include "loop.h"

typedef struct RequestTable RequestTable;

int request_table_new(Host *host, Loop *loop, RequestTable **ret);
/* No request may be open. */
RequestTable *request_table_free(RequestTable *t);

/* Ends the open requests of an instance, or of one zone of it, with an error. */
void host_end_requests(Host *host, Instance *instance, Zone *zone, int code, const char *name,
                       const char *text);
RequestTable *host_get_requests(Host *host);
