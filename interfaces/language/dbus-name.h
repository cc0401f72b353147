/* SPDX-License-Identifier: MIT */
/* Which names D-Bus allows: D-Bus specification, "Valid Names" and "Valid Object Paths". */
#pragma once

#include <stdbool.h>

/* Well-known, not unique. */
bool dbus_name_is_bus(const char *text);
bool dbus_name_is_interface(const char *text);
/* Also what a name in C may be. */
bool dbus_name_is_member(const char *text);
bool dbus_name_is_path(const char *text);
