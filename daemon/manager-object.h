/* SPDX-License-Identifier: MIT */
/* org.fascia.Manager1: the manager on the bus, for those who look after the service. */
#pragma once

#include "connection.h"

typedef struct ManagerObject ManagerObject;
struct Manager;

/* The manager is borrowed. */
int manager_object_new(struct Manager *m, ManagerObject **ret);
ManagerObject *manager_object_free(ManagerObject *o);
/* Exports it, and asks for the name; that another process has it is no reason not to serve. */
void manager_object_attach(ManagerObject *o, Connection *connection);
void manager_object_detach(ManagerObject *o);
void manager_object_release_name(ManagerObject *o);
/* Announces what has changed since the last time. */
void manager_object_update(ManagerObject *o);
