/* SPDX-License-Identifier: MIT */
/* Writes down what the listeners of a ClimateControl are told. */
#pragma once

#include "heard.h"
#include <vehicle-climate-1/climate.h>

/* Hears temperature ("Rear=21 "), fan ("fan=3 "), states (":ready "), zones ("+Rear ", "-Rear ") and the end of
 * each batch ("! "); userdata is NULL or a text that is put before. */
extern const struct climate_control_listener everything;
