/* SPDX-License-Identifier: MIT */
/* Asks how much has been sent: a signal that was lost and followed by none would never be missed. */
#pragma once

#include "remote-module.h"

/* -ENOMEM. */
int remote_check_init(RemoteModule *m);
void remote_check_done(RemoteModule *m);

/* A signal of the owner was counted: once it is quiet again, it is asked whether that was the last. */
void remote_check_later(RemoteModule *m);
/* The owner has gone: there is nothing to ask. */
void remote_check_drop(RemoteModule *m);
