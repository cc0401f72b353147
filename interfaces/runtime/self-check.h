/* SPDX-License-Identifier: MIT */
/* Compares what a module says of itself with what it will do. */
#pragma once

#include <fascia/descriptor.h>

/* Whether the introspection data of an interface, as fascia-codegen writes it, has the same members
 * with the same signatures as the descriptors. -EBADMSG: *reterr_text says what differs, to be
 * freed. -ENOMEM. */
int self_check_interface(const struct fascia_interface *interface, const char *xml,
                         char **reterr_text);
