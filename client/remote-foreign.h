/* SPDX-License-Identifier: MIT */
/*
 * Services that Fascia did not make. They have no one object that knows all: each feature is read by
 * itself, with GetAll, and is ready when that was answered; it is unavailable while the object is
 * not there. Such a module has one object, on which there may be several features.
 *
 * Many of these services are started by the bus when they are asked something, and exit when nobody
 * asked for a while. The first GetAll starts one. When its name has no owner any more its features
 * are unavailable (nobody would tell of changes), with their last known values, and it is left
 * alone: asking again would start it for ever. But a call or setter does not fail then, it waits:
 * GetAll starts the service anew, the feature is ready again, and the call goes out.
 */
#pragma once

#include "connection.h"
#include "remote-module.h"

/* Asks for the values of every feature that has none of this owner. */
int remote_foreign_ask(RemoteModule *m);
bool remote_foreign_is_asking(const RemoteModule *m);
/* To GetAll. */
void remote_foreign_answered(RemoteFeature *f, Message *reply);
/* A signal of the owner, at the object's path or below. Commits. */
void remote_foreign_read_signal(RemoteModule *m, Message *signal);
/* Of the owner, about the object: it has come, or gone. Commits. */
void remote_foreign_read_presence(RemoteModule *m, Message *signal);
