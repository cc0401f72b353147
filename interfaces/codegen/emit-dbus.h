/* SPDX-License-Identifier: MIT */
/* What a message bus and systemd must know of a module. Not of a foreign one: that has its own. */
#pragma once

#include "model.h"

/* Who may own the name and send its signals. */
const char *emit_bus_policy(const Module *m);
/* Lets a call start the service. */
const char *emit_bus_activation(const Module *m);
/* A drop-in for the service that has what the module's backend needs: an example to edit. */
const char *emit_unit_drop_in(const Module *m);
