/* SPDX-License-Identifier: MIT */
/* Keeps the persistent properties of a module over restarts: gives a backend back what was kept, and keeps what
 * changes. */
#pragma once

#include "instance.h"

typedef struct fascia_service_persistence Persistence;
struct Service;

typedef struct PersistenceSettings {
        const char *directory; /* copied */
        uint64_t delay;        /* from a change to the file, in microseconds */
} PersistenceSettings;

/* Whether there is anything to keep. */
bool module_is_persistent(const struct fascia_module *module);
/* Reads what was kept. A file that cannot be read is no failure: it is logged, and kept. -ENOMEM. */
int persistence_new(struct Service *s, const PersistenceSettings *settings, Persistence **ret);
/* Of features that are stopped: what is still to be written must have been, by persistence_flush(). */
Persistence *persistence_free(Persistence *p);
/* Writes what has changed, and waits for it. */
void persistence_flush(Persistence *p);
/* Around the end of a backend: its last values are kept, and are what the next one begins with. */
void persistence_before_stop(Persistence *p);
void persistence_after_stop(Persistence *p, const struct fascia_interface *interface);

/* The feature has become ready, or a zone has come: it is to be given back its values. */
void persistence_restore_later(Persistence *p);
/* Does it now, before anybody sees the values that the backend has begun with. */
void persistence_restore(Persistence *p);
/* Values have changed. */
void persistence_note(Persistence *p);
/* What was kept of it, for the backend; NULL: nothing that fits. Borrowed as long as this lives. */
const void *persistence_find(Persistence *p, const Zone *zone, uint32_t property);
