/* SPDX-License-Identifier: MIT */
/* The interface org.fascia.Simulation: control of all that is simulated in this process. */
#pragma once

#include <org-fascia-simulation-1/simulation-backend.h>

extern const struct simulation_backend_ops sim_control_ops;
