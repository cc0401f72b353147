/* SPDX-License-Identifier: MIT */
/* What a program hears of a feature without a generated front end, as text. */
#pragma once

#include "heard.h"
#include <fascia/generated.h>

/* Of a feature of foreign-module.h: "Hostname=x Status=- :ready " ("-": no value), signals as
 * "Rang(x) ". */
int listen_to_foreign(struct fascia_client *client, const struct fascia_interface *interface,
                      struct fascia_feature **ret);
/* Calls describe(text); what comes of it is heard as "x7 ", or the name of the errno. */
void call_describe(struct fascia_feature *feature, const char *text);
/* The D-Bus name of the last error of a call, and its text. */
extern char last_error_name[128], last_error_message[256];
