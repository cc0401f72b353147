/* SPDX-License-Identifier: MIT */
/* Values of a known type, from what people and tools write. */
#include "sim-value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fascia/backend.h>

#include "value-json.h"

static int from_json(const struct fascia_type *type, json_t *json, void *ret, char **reterr_text) {
        int r;

        r = json ? value_from_json(type, json, ret, reterr_text) : -ENOMEM;
        json_decref(json);
        return r;
}

/* What is no JSON is a word: the name of an enumerator as a rule. */
static int from_text(const struct fascia_type *type, const char *text, void *ret,
                     char **reterr_text) {
        json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

        return from_json(type, json ? json : json_string(text), ret, reterr_text);
}

int sim_value_from_variant(const struct fascia_type *type, const struct fascia_variant *v,
                           void *ret, char **reterr_text) {
        if (type->kind == FASCIA_KIND_VAR)
                return fascia_value_copy(type, ret, v);
        if (!v->type) {
                *reterr_text = strdup("there is no value");
                return *reterr_text ? -EINVAL : -ENOMEM;
        }
        /* Values of one signature have one layout, but not all that fit are values of an enum. */
        if (v->type->kind == FASCIA_KIND_STRING && type->kind != FASCIA_KIND_STRING &&
            type->kind != FASCIA_KIND_OBJECT)
                return from_text(type, *(const char *const *)v->value, ret, reterr_text);
        return from_json(type, value_to_json(v->type, v->value), ret, reterr_text);
}

static void name_argument(const char *name, char **text) {
        char *longer;

        if (*text && asprintf(&longer, "%s: %s", name, *text) >= 0) {
                free(*text);
                *text = longer;
        }
}

int sim_arguments_from_variants(const struct fascia_type *type,
                                const struct fascia_variant_list *list, void *ret,
                                char **reterr_text) {
        int r = 0;

        if (list->count != type->n_members) {
                if (asprintf(reterr_text, "it has %u argument%s, not %zu", type->n_members,
                             type->n_members == 1 ? "" : "s", list->count) < 0)
                        return -ENOMEM;
                return -EINVAL;
        }
        fascia_value_init(type, ret);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];

                r = sim_value_from_variant(m->type, &list->items[i], (char *)ret + m->offset,
                                           reterr_text);
                if (r < 0) {
                        fascia_value_init(m->type, (char *)ret + m->offset);
                        name_argument(m->name, reterr_text);
                        break;
                }
        }
        if (r < 0)
                fascia_value_clear(type, ret);
        return r;
}
