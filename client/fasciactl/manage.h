/* SPDX-License-Identifier: MIT */
/* What is asked of org.fascia.Manager1, as JSON. */
#pragma once

#include "fasciactl.h"

/* The answer of a method with one text as its argument (NULL: none). NULL: it has been said why there is none. */
json_t *manager_ask(Ctl *c, const char *manager, const char *method, const char *argument);
/* The properties. NULL: the same. */
json_t *manager_get_all(Ctl *c, const char *manager);

const char *record_text(const json_t *record, const char *name);
uint64_t record_number(const json_t *record, const char *name);
/* "3 h 12 min", the two largest units that are not zero. */
void format_time(uint64_t usec, char *buffer, size_t size);
