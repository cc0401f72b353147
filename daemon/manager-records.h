/* SPDX-License-Identifier: MIT */
/* What org.fascia.Manager1 tells of modules, features and clients: dictionaries, to which entries can be added. */
#pragma once

#include "manager-private.h"
#include "wire.h"

/* a{sa{sv}} by sections. */
int write_modules(Writer *w, const Manager *m);
/* a{oa{sv}} by paths; of one module, or of all (NULL). */
int write_features(Writer *w, const Manager *m, const Module *only);
/* a{sa{sv}} by unique names. */
int write_clients(Writer *w, const Manager *m);
/* a{sv}. */
int write_statistics(Writer *w, const Manager *m);

/* A value as a variant. */
int write_text_variant(Writer *w, const char *text);
int write_u32_variant(Writer *w, uint32_t value);
