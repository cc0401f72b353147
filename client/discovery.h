/* SPDX-License-Identifier: MIT */
/* How a feature finds its backend: which may serve it, in which order they are tried, and what became of
 * each. */
#pragma once

#include <stddef.h>

#include "host.h"
#include "instance.h"
#include <fascia/fascia.h>

typedef struct FeatureCore FeatureCore;

/* As the words of Discovery= are numbered. */
typedef enum DiscoveryMode {
        DISCOVERY_AUTO,
        DISCOVERY_PRODUCTION,
        DISCOVERY_SIMULATION,
        DISCOVERY_NONE
} DiscoveryMode;

typedef struct Discovery {
        char **names; /* that may be tried, the best first */
        bool *loads_code;
        size_t n_names;
        size_t n_tried;
        char *reasons;         /* why those that were tried cannot serve; NULL: none of them */
        char *assigned;        /* by the program, by name; NULL: none */
        BackgroundLoad *load;  /* of the one that is to be tried */
        bool has_loaded;       /* it is at hand now, or cannot be */
        bool is_wanted;        /* to begin anew */
        bool has_new_settings; /* since the one that serves was started */
        bool is_searching;     /* none of those that were tried has started */
        bool is_unproven;      /* the one that has started was never ready */
        bool lacks_memory;     /* one of them might have done, had there been any */
        uint64_t retry_at;     /* when to begin anew for that; UINT64_MAX: not at all */
} Discovery;

void discovery_init(Discovery *d);
void discovery_done(Discovery *d);

/* Begins anew, from the loop. What serves the feature goes on until another is ready. */
void discovery_want(FeatureCore *core);
/* What is to be done now: tries backends, and has one take over. */
void discovery_run(FeatureCore *core);
/* Whether others are about to be tried: why one could not be used is not the last word. */
bool discovery_is_going_on(const FeatureCore *core);
/* What serves is what was wanted: nobody else is to be tried. */
void discovery_stop(FeatureCore *core);
/* Whether the feature may still become ready for the first time. */
bool discovery_has_hope(const FeatureCore *core);
enum fascia_discovery discovery_get_result(const FeatureCore *core);

/* What the configuration says of how the feature finds its backend, and of what is handed to it. Texts are
 * NULL without memory. */
typedef struct DiscoveryInput {
        char *choice;
        char *settings;
} DiscoveryInput;

DiscoveryInput discovery_get_input(const FeatureCore *core);
void discovery_input_done(DiscoveryInput *input);
/* Begins anew when something of it is another now. */
void discovery_follow(FeatureCore *core, const DiscoveryInput *before);
