/* SPDX-License-Identifier: MIT */
/* What the panel shows: a row for each property of each zone, of features that are followed live. */
#pragma once

#include <fascia/generated.h>

#include "fascia-sim.h"

typedef struct PanelFeature PanelFeature;

typedef struct PanelRow {
        PanelFeature *feature;
        const char *zone;  /* "": the feature itself */
        bool is_head;      /* of a feature or zone */
        uint32_t property; /* of others */
} PanelRow;

typedef struct PanelRows PanelRows;

/* The features are of the tool's modules. -ENOMEM. */
int panel_rows_new(Tool *t, PanelRows **ret);
PanelRows *panel_rows_free(PanelRows *r);
/* One feature more; nothing happens when it is there. */
int panel_rows_add(PanelRows *r, const struct fascia_interface *interface);
/* Only rows with this text in "Feature[Zone].property" count from now on, with their heads; "": all. */
void panel_rows_filter(PanelRows *r, const char *text);

/* By position; NULL: no more. Borrowed until the features say something. */
const PanelRow *panel_rows_get(PanelRows *r, size_t n);
const struct fascia_interface *panel_row_interface(const PanelRow *row);
const struct fascia_property *panel_row_property(const PanelRow *row);
/* NULL: it has none. */
const void *panel_row_value(const PanelRow *row);
/* As people read it, with unit; "-": none; of a head its state. To be freed; NULL: no memory. */
char *panel_row_text(const PanelRow *row);
/* Whether it has changed within the last second. */
bool panel_row_is_new(const PanelRow *row);
enum fascia_state panel_row_state(const PanelRow *row);
