/* SPDX-License-Identifier: MIT */
/* What is kept of a module over a restart, as a document: the values of properties that are persistent. What it does not
 * know, of an interface or property that another version has, it keeps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fascia/descriptor.h>

typedef struct State State;

/* Whose value it is. */
typedef struct StatePlace {
        const struct fascia_interface *interface;
        bool is_simulated; /* what a simulation was told is not for the hardware */
        const char *zone;  /* "": the feature itself */
        uint32_t property;
} StatePlace;

/* Nothing is known yet. -ENOMEM. */
int state_new(const struct fascia_module *module, State **ret);
/* From a text. -EINVAL: it is none, or not of this module; *reterr_text (to be freed) says where and why. -ENOMEM. */
int state_parse(const struct fascia_module *module, const char *text, size_t size, State **ret,
                char **reterr_text);
State *state_free(State *s);
/* To be freed. NULL: no memory. */
char *state_format(const State *s);

/* The value that was kept, as a copy, for fascia_value_free(). -ENOENT: there is none. -EINVAL: it does not fit the
 * property any more; *reterr_text (to be freed) says why. -ENOMEM. */
int state_get(const State *s, const StatePlace *place, void **ret, char **reterr_text);
/* 1: it is another one than before, 0: it is not. -ENOMEM. */
int state_put(State *s, const StatePlace *place, const void *value);
