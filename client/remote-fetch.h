/* SPDX-License-Identifier: MIT */
/* Values that are asked for: all of one object, or one of which it was said that it has changed. */
#pragma once

#include "remote-module.h"

/* Asks for all values of the object, with GetAll; when that is on its way, once more after it. */
int remote_fetch_all(RemoteObject *o);
/* Asks for one value, with Get; when that is on its way, its answer will do: it comes from the one
 * who sent what this is about, and later. */
int remote_fetch_property(RemoteObject *o, uint32_t property);
/* What was asked for is not of use any more. */
void remote_fetch_drop(RemoteFeature *f);
