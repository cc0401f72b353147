/* SPDX-License-Identifier: MIT */
/* What an Address= of the configuration stands for. */
#pragma once

/* "auto", "system" and "user" become the address of that bus, a D-Bus address stays as it is. To be
 * freed. -EINVAL: not an address; -ENOMEDIUM: there is no user bus; -ENOMEM. */
int address_resolve(const char *address, char **ret);
