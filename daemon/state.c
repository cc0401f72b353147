/* SPDX-License-Identifier: MIT */
/* The document:
 *     { "format": 1, "module": "Vehicle.Climate", "version": "1.0",
 *       "features": { "ClimateControl": { "layout": "…", "values": { "": { "fanLevel": { "type": "i", "value": 5 } },
 *                                                                     "Rear": { … } } } },
 *       "simulated": { the same of simulations } } */
#include "state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "value-json.h"
#include <fascia/backend.h>
#include <fascia/generated.h>

#define FORMAT 1

struct State {
        const struct fascia_module *module;
        json_t *root;
};

/* ---- life ---- */

/* Takes the root. */
static int state_of(const struct fascia_module *module, json_t *root, State **ret) {
        State *s;

        s = root ? malloc(sizeof(*s)) : NULL;
        if (!s) {
                json_decref(root);
                return -ENOMEM;
        }
        *s = (State){ module, root };
        *ret = s;
        return 0;
}

int state_new(const struct fascia_module *module, State **ret) {
        return state_of(module, json_object(), ret);
}

static int refuse(char **reterr_text, json_t *root, const char *text) {
        json_decref(root);
        *reterr_text = strdup(text);
        return -EINVAL;
}

int state_parse(const struct fascia_module *module, const char *text, size_t size, State **ret,
                char **reterr_text) {
        const char *name;
        json_error_t error;
        json_t *root;

        *reterr_text = NULL;
        root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
        if (!root && json_error_code(&error) == json_error_out_of_memory)
                return -ENOMEM;
        if (!root) {
                if (asprintf(reterr_text, "line %d: %s", error.line, error.text) < 0)
                        *reterr_text = NULL;
                return -EINVAL;
        }
        if (json_integer_value(json_object_get(root, "format")) != FORMAT)
                return refuse(reterr_text, root, "it is not the state of a module, of format 1");
        name = json_string_value(json_object_get(root, "module"));
        if (!name || strcmp(name, module->name) != 0)
                return refuse(reterr_text, root, "it is that of another module");
        return state_of(module, root, ret);
}

State *state_free(State *s) {
        if (!s)
                return NULL;
        json_decref(s->root);
        free(s);
        return NULL;
}

char *state_format(const State *s) {
        char version[32], *text;
        json_t *root;

        snprintf(version, sizeof(version), "%" PRIu32 ".%" PRIu32, s->module->major,
                 s->module->minor);
        root = json_pack("{s:i, s:s, s:s}", "format", FORMAT, "module", s->module->name, "version",
                         version);
        /* What is behind these three stays as it is, and in its order. */
        if (!root || json_object_update_missing(root, s->root) < 0) {
                json_decref(root);
                return NULL;
        }
        text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        json_decref(root);
        return text;
}

/* ---- values ---- */

static json_t *find(const State *s, const StatePlace *p) {
        json_t *j = json_object_get(s->root, p->is_simulated ? "simulated" : "features");

        j = json_object_get(json_object_get(j, p->interface->name), "values");
        return json_object_get(json_object_get(j, p->zone),
                               interface_property(p->interface, p->property)->name);
}

static int misfit(char **reterr_text, const char *format, const char *a, const char *b) {
        if (asprintf(reterr_text, format, a, b) < 0)
                *reterr_text = NULL;
        return -EINVAL;
}

static int read_value(const struct fascia_property *property, const json_t *json, void **ret,
                      char **reterr_text) {
        void *value = calloc(1, property->type->size);
        int r;

        if (!value)
                return -ENOMEM;
        r = value_from_json(property->type, json, value, reterr_text);
        if (r < 0) {
                free(value);
                return r;
        }
        r = fascia_property_check(property, property->constraint, value, reterr_text);
        if (r < 0) {
                fascia_value_free(property->type, value);
                return r == -ENOMEM ? r : -EINVAL;
        }
        *ret = value;
        return 0;
}

int state_get(const State *s, const StatePlace *place, void **ret, char **reterr_text) {
        const struct fascia_property *property = interface_property(place->interface,
                                                                    place->property);
        const json_t *kept = find(s, place), *value;
        const char *type;

        *reterr_text = NULL;
        if (!kept)
                return -ENOENT;
        type = json_string_value(json_object_get(kept, "type"));
        if (!type || strcmp(type, property->type->signature) != 0)
                return misfit(reterr_text, "it was of the type '%s', which is '%s' now",
                              type ? type : "?", property->type->signature);
        value = json_object_get(kept, "value");
        if (!value) {
                *reterr_text = strdup("there is no value");
                return -EINVAL;
        }
        return read_value(property, value, ret, reterr_text);
}

/* The object of that name in an object, which is made when it is not there or is something else. Borrowed. */
static json_t *require(json_t *object, const char *name) {
        json_t *j = json_object_get(object, name);

        if (json_is_object(j))
                return j;
        return json_object_set_new(object, name, json_object()) < 0 ? NULL
                                                                    : json_object_get(object, name);
}

int state_put(State *s, const StatePlace *place, const void *value) {
        const struct fascia_property *property = interface_property(place->interface,
                                                                    place->property);
        json_t *new, *feature, *zone;
        char layout[32];

        new = json_pack("{s:s, s:o}", "type", property->type->signature, "value",
                        value_to_json(property->type, value));
        if (!new)
                return -ENOMEM;
        if (json_equal(new, find(s, place))) {
                json_decref(new);
                return 0;
        }
        snprintf(layout, sizeof(layout), "%016" PRIx64, place->interface->layout_hash);
        feature = require(require(s->root, place->is_simulated ? "simulated" : "features"),
                          place->interface->name);
        zone = require(require(feature, "values"), place->zone);
        if (!zone || json_object_set_new(feature, "layout", json_string(layout)) < 0) {
                json_decref(new);
                return -ENOMEM;
        }
        return json_object_set_new(zone, property->name, new) < 0 ? -ENOMEM : 1;
}
