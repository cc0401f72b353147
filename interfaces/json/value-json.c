/* SPDX-License-Identifier: MIT */
/* Values to and from JSON. */
#include "value-json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type.h"
#include "value.h"
#include <fascia/backend.h>
#include <fascia/generated.h>

/* As deep as values on the wire. */
#define DEPTH_MAX 64

/* ---- to JSON ---- */

static json_t *write_u64(uint64_t value) {
        char text[32];

        if (value <= INT64_MAX)
                return json_integer((json_int_t)value);
        snprintf(text, sizeof(text), "%" PRIu64, value);
        return json_string(text);
}

static json_t *write_real(double value) {
        if (isnan(value))
                return json_string("nan");
        if (isinf(value))
                return json_string(value < 0 ? "-inf" : "inf");
        return json_real(value);
}

/* As for people: with names, and what has none in hexadecimal. */
static json_t *write_flag(const struct fascia_type *type, const void *value) {
        char *text = fascia_value_print(type, value);
        json_t *json = text ? json_string(text) : NULL;

        free(text);
        return json;
}

static json_t *write_enum(const struct fascia_type *type, int32_t value) {
        const char *name = fascia_enum_to_string(type, value);

        return name ? json_string(name) : json_integer(value);
}

static json_t *write_members(const struct fascia_type *type, const void *value) {
        bool is_named = type->n_members == 0 || *type->members[0].name;
        json_t *json = is_named ? json_object() : json_array();

        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                json_t *member = value_to_json(m->type, (const char *)value + m->offset);
                int r = is_named ? json_object_set_new(json, m->name, member)
                                 : json_array_append_new(json, member);

                if (r < 0) {
                        json_decref(json);
                        return NULL;
                }
        }
        return json;
}

static json_t *write_items(const struct fascia_type *type, const ValueList *list) {
        const struct fascia_type *element = type->element;
        bool is_map = type->kind == FASCIA_KIND_MAP;
        json_t *json = is_map ? json_object() : json_array();

        for (size_t i = 0; i < list->count; i++) {
                const char *item = (const char *)list->items + i * element->size;
                int r;

                if (is_map)
                        r = json_object_set_new(
                                json, *(const char *const *)(item + element->members[0].offset),
                                value_to_json(element->members[1].type,
                                              item + element->members[1].offset));
                else
                        r = json_array_append_new(json, value_to_json(element, item));
                if (r < 0) {
                        json_decref(json);
                        return NULL;
                }
        }
        return json;
}

static json_t *write_variant(const struct fascia_variant *v) {
        if (!v->type)
                return json_null();
        return json_pack("{s:s, s:o}", "signature", v->type->signature, "value",
                         value_to_json(v->type, v->value));
}

json_t *value_to_json(const struct fascia_type *type, const void *value) {
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                return json_boolean(*(const bool *)value);
        case FASCIA_KIND_UINT8:
                return json_integer(*(const uint8_t *)value);
        case FASCIA_KIND_INT16:
                return json_integer(*(const int16_t *)value);
        case FASCIA_KIND_UINT16:
                return json_integer(*(const uint16_t *)value);
        case FASCIA_KIND_INT32:
                return json_integer(*(const int32_t *)value);
        case FASCIA_KIND_UINT32:
                return json_integer(*(const uint32_t *)value);
        case FASCIA_KIND_INT64:
                return json_integer(*(const int64_t *)value);
        case FASCIA_KIND_UINT64:
                return write_u64(*(const uint64_t *)value);
        case FASCIA_KIND_REAL:
                return write_real(*(const double *)value);
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                return json_string(*(const char *const *)value ? *(const char *const *)value : "");
        case FASCIA_KIND_ENUM:
                return write_enum(type, *(const int32_t *)value);
        case FASCIA_KIND_FLAG:
                return write_flag(type, value);
        case FASCIA_KIND_STRUCT:
                return write_members(type, value);
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
                return write_items(type, value);
        case FASCIA_KIND_VAR:
                return write_variant(value);
        }
        return NULL;
}

/* ---- what is wrong ---- */

/* Where in the value, from the inside out. */
typedef struct Place {
        const struct Place *outer;
        const char *name; /* of a member or key; NULL: an item */
        size_t index;
        unsigned depth;
} Place;

static void print_place(FILE *f, const Place *p) {
        if (!p)
                return;
        print_place(f, p->outer);
        if (!p->name)
                fprintf(f, "[%zu]", p->index);
        else
                fprintf(f, "%s%s", p->outer ? "." : "", p->name);
}

__attribute__((format(printf, 3, 4))) static int refuse(char **reterr_text, const Place *place,
                                                        const char *format, ...) {
        char *text = NULL;
        va_list ap;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        print_place(f, place);
        if (place)
                fputs(": ", f);
        va_start(ap, format);
        vfprintf(f, format, ap);
        va_end(ap);
        if (fclose(f) != 0)
                return -ENOMEM;
        *reterr_text = text;
        return -EINVAL;
}

/* "5 is …", "a list is …": as short as it can be. */
static int refuse_json(char **reterr_text, const Place *place, const json_t *json,
                       const char *what) {
        char *text = json_is_string(json) ? NULL : json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
        int r;

        if (json_is_string(json))
                r = refuse(reterr_text, place, "'%s' is %s", json_string_value(json), what);
        else
                r = refuse(reterr_text, place, "%.80s is %s", text ? text : "it", what);
        free(text);
        return r;
}

/* ---- from JSON ---- */

static int read_value(const struct fascia_type *type, const json_t *json, void *ret,
                      const Place *place, char **reterr_text);

static unsigned depth_of(const Place *place) {
        return place ? place->depth + 1 : 1;
}

static int read_signed(const json_t *json, int64_t minimum, int64_t maximum, int64_t *ret,
                       const Place *place, char **reterr_text) {
        const char *text = json_string_value(json);
        char what[96], *end;

        errno = 0;
        if (json_is_integer(json)) {
                *ret = json_integer_value(json);
        } else if (text && *text) {
                *ret = strtoll(text, &end, 0);
                if (*end)
                        return refuse_json(reterr_text, place, json, "not an integer");
        } else {
                return refuse_json(reterr_text, place, json, "not an integer");
        }
        if (errno == 0 && *ret >= minimum && *ret <= maximum)
                return 0;
        snprintf(what, sizeof(what), "not in %" PRId64 " to %" PRId64, minimum, maximum);
        return refuse_json(reterr_text, place, json, what);
}

static int read_u64(const json_t *json, uint64_t *ret, const Place *place, char **reterr_text) {
        const char *text = json_string_value(json);
        int64_t number;
        char *end;
        int r;

        if (text && *text && *text != '-') {
                errno = 0;
                *ret = strtoull(text, &end, 0);
                if (*end)
                        return refuse_json(reterr_text, place, json, "not an integer");
                if (errno == ERANGE)
                        return refuse_json(reterr_text, place, json, "larger than 2^64 - 1");
                return 0;
        }
        r = read_signed(json, 0, INT64_MAX, &number, place, reterr_text);
        if (r >= 0)
                *ret = (uint64_t)number;
        return r;
}

static int read_real(const json_t *json, double *ret, const Place *place, char **reterr_text) {
        const char *text = json_string_value(json);

        if (json_is_number(json))
                *ret = json_number_value(json);
        else if (text && strcmp(text, "nan") == 0)
                *ret = NAN;
        else if (text && strcmp(text, "inf") == 0)
                *ret = INFINITY;
        else if (text && strcmp(text, "-inf") == 0)
                *ret = -INFINITY;
        else
                return refuse_json(reterr_text, place, json, "not a number");
        return 0;
}

static int find_enumerator(const struct fascia_type *type, const char *name, size_t n) {
        for (uint32_t i = 0; i < type->n_enumerators; i++)
                if (strncmp(type->enumerators[i].name, name, n) == 0 &&
                    !type->enumerators[i].name[n])
                        return (int)i;
        return -ENOENT;
}

static int refuse_name(const struct fascia_type *type, const char *name, size_t n,
                       const Place *place, char **reterr_text) {
        char names[512] = "";
        size_t used = 0;

        for (uint32_t i = 0; i < type->n_enumerators && used < sizeof(names); i++)
                used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                         i > 0 ? ", " : "", type->enumerators[i].name);
        return refuse(reterr_text, place, "'%.*s' is none of %s", (int)n, name, names);
}

static int read_enum(const struct fascia_type *type, const json_t *json, int32_t *ret,
                     const Place *place, char **reterr_text) {
        const char *name = json_string_value(json);
        int64_t number;
        int i, r;

        if (name) {
                i = find_enumerator(type, name, strlen(name));
                if (i < 0)
                        return refuse_name(type, name, strlen(name), place, reterr_text);
                *ret = (int32_t)type->enumerators[i].value;
                return 0;
        }
        r = read_signed(json, INT32_MIN, INT32_MAX, &number, place, reterr_text);
        if (r >= 0)
                *ret = (int32_t)number;
        return r;
}

/* One of the parts of "A|B|0x40". */
static int read_bits(const struct fascia_type *type, const char *name, size_t n, uint64_t *bits,
                     const Place *place, char **reterr_text) {
        int i = find_enumerator(type, name, n);
        uint64_t number;
        char *end;

        if (i >= 0) {
                *bits |= (uint64_t)type->enumerators[i].value;
                return 0;
        }
        errno = 0;
        number = strtoull(name, &end, 0);
        if (n == 0 || *name < '0' || *name > '9' || end != name + n || errno != 0)
                return refuse_name(type, name, n, place, reterr_text);
        *bits |= number;
        return 0;
}

static int read_names(const struct fascia_type *type, const char *text, uint64_t *bits,
                      const Place *place, char **reterr_text) {
        int r = 0;

        while (r >= 0) {
                size_t n;

                text += strspn(text, " ");
                n = strcspn(text, " |");
                r = read_bits(type, text, n, bits, place, reterr_text);
                text += n + strspn(text + n, " ");
                if (*text != '|')
                        return r;
                text++;
        }
        return r;
}

static int read_flag(const struct fascia_type *type, const json_t *json, void *ret,
                     const Place *place, char **reterr_text) {
        uint64_t bits = 0;
        int r;

        if (json_is_string(json))
                r = read_names(type, json_string_value(json), &bits, place, reterr_text);
        else
                r = read_u64(json, &bits, place, reterr_text);
        if (r < 0)
                return r;
        if (type->size == sizeof(uint64_t))
                *(uint64_t *)ret = bits;
        else if (bits <= UINT32_MAX)
                *(uint32_t *)ret = (uint32_t)bits;
        else
                return refuse_json(reterr_text, place, json, "larger than 2^32 - 1");
        return 0;
}

static int read_text(const struct fascia_type *type, const json_t *json, const char **ret,
                     const Place *place, char **reterr_text) {
        const char *text = json_string_value(json);

        if (!text)
                return refuse_json(reterr_text, place, json, "not a text");
        if (value_check_encodable(type, &text) < 0)
                return refuse_json(reterr_text, place, json, "not the path of an object");
        return fascia_value_copy(type, (void *)ret, &text);
}

static bool has_member(const struct fascia_type *type, const char *name) {
        for (uint32_t i = 0; i < type->n_members; i++)
                if (strcmp(type->members[i].name, name) == 0)
                        return true;
        return false;
}

/* Of an object that all members are, and nothing else; of an array as many as there are members. */
static int check_members(const struct fascia_type *type, const json_t *json, const Place *place,
                         char **reterr_text) {
        const char *name;
        json_t *member;

        if (json_is_array(json)) {
                if (json_array_size(json) == type->n_members)
                        return 0;
                return refuse(reterr_text, place, "%zu values for %" PRIu32 " members",
                              json_array_size(json), type->n_members);
        }
        if (!json_is_object(json))
                return refuse_json(reterr_text, place, json, "not an object");
        json_object_foreach ((json_t *)(uintptr_t)json, name, member) {
                if (!has_member(type, name))
                        return refuse(reterr_text, place, "there is no member '%s'", name);
        }
        for (uint32_t i = 0; i < type->n_members; i++)
                if (!json_object_get(json, type->members[i].name))
                        return refuse(reterr_text, place, "the member '%s' is missing",
                                      type->members[i].name);
        return 0;
}

static int read_struct(const struct fascia_type *type, const json_t *json, void *ret,
                       const Place *place, char **reterr_text) {
        int r;

        r = check_members(type, json, place, reterr_text);
        if (r < 0)
                return r;
        fascia_value_init(type, ret);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];
                const Place inner = { place, *m->name ? m->name : NULL, i, depth_of(place) };
                const json_t *member = json_is_array(json) ? json_array_get(json, i)
                                                           : json_object_get(json, m->name);

                r = read_value(m->type, member, (char *)ret + m->offset, &inner, reterr_text);
                if (r < 0) {
                        fascia_value_init(m->type, (char *)ret + m->offset);
                        fascia_value_clear(type, ret);
                        return r;
                }
        }
        return 0;
}

/* Storage for so many, each with the start value. */
static void *new_items(const struct fascia_type *element, size_t n) {
        char *items = reallocarray(NULL, n, element->size);

        for (size_t i = 0; items && i < n; i++)
                fascia_value_init(element, items + i * element->size);
        return items;
}

static int read_list(const struct fascia_type *type, const json_t *json, ValueList *ret,
                     const Place *place, char **reterr_text) {
        const struct fascia_type *element = type->element;
        ValueList list = { NULL, json_array_size(json) };
        int r;

        if (!json_is_array(json))
                return refuse_json(reterr_text, place, json, "not a list");
        if (list.count > 0) {
                list.items = new_items(element, list.count);
                if (!list.items)
                        return -ENOMEM;
        }
        for (size_t i = 0; i < list.count; i++) {
                char *item = (char *)(uintptr_t)list.items + i * element->size;
                const Place inner = { place, NULL, i, depth_of(place) };

                r = read_value(element, json_array_get(json, i), item, &inner, reterr_text);
                if (r < 0) {
                        fascia_value_init(element, item);
                        fascia_value_clear(type, &list);
                        return r;
                }
        }
        *ret = list;
        return 0;
}

static int read_entry(const struct fascia_type *entry, const char *key, const json_t *json,
                      char *item, const Place *place, char **reterr_text) {
        const struct fascia_member *name = &entry->members[0], *value = &entry->members[1];
        int r;

        r = fascia_value_copy(name->type, item + name->offset, &key);
        if (r < 0)
                return r;
        r = read_value(value->type, json, item + value->offset, place, reterr_text);
        if (r < 0)
                fascia_value_clear(name->type, item + name->offset);
        return r;
}

static int read_map(const struct fascia_type *type, const json_t *json, ValueList *ret,
                    const Place *place, char **reterr_text) {
        ValueList raw = { NULL, json_object_size(json) };
        const char *key;
        json_t *member;
        size_t i = 0;
        int r = 0;

        if (!json_is_object(json))
                return refuse_json(reterr_text, place, json, "not an object");
        if (raw.count > 0) {
                raw.items = new_items(type->element, raw.count);
                if (!raw.items)
                        return -ENOMEM;
        }
        json_object_foreach ((json_t *)(uintptr_t)json, key, member) {
                char *item = (char *)(uintptr_t)raw.items + i++ * type->element->size;
                const Place inner = { place, key, 0, depth_of(place) };

                r = read_entry(type->element, key, member, item, &inner, reterr_text);
                if (r < 0) {
                        fascia_value_init(type->element, item);
                        break;
                }
        }
        /* A copy is sorted. */
        if (r >= 0)
                r = fascia_value_copy(type, ret, &raw);
        fascia_value_clear(type, &raw);
        return r;
}

/* ---- variants ---- */

static int read_held(const char *signature, const json_t *json, struct fascia_variant *ret,
                     const Place *place, char **reterr_text) {
        struct fascia_variant v = { NULL, NULL };
        void *value;
        int r;

        r = type_new(signature, &v.type);
        if (r < 0)
                return r == -ENOMEM ? r
                                    : refuse(reterr_text, place,
                                             "'%s' is not the signature of a value", signature);
        value = malloc(v.type->size);
        r = value ? read_value(v.type, json, value, place, reterr_text) : -ENOMEM;
        if (r < 0) {
                free(value);
                type_free(v.type);
                return r;
        }
        v.value = value;
        *ret = v;
        return 0;
}

static const char *natural_signature(const json_t *json) {
        switch (json_typeof(json)) {
        case JSON_TRUE:
        case JSON_FALSE:
                return "b";
        case JSON_INTEGER:
                return json_integer_value(json) >= INT32_MIN &&
                                       json_integer_value(json) <= INT32_MAX
                               ? "i"
                               : "x";
        case JSON_REAL:
                return "d";
        case JSON_STRING:
                return "s";
        case JSON_NULL:
        case JSON_ARRAY:
        case JSON_OBJECT:
                break;
        }
        return NULL;
}

static int read_variant(const json_t *json, struct fascia_variant *ret, const Place *place,
                        char **reterr_text) {
        const char *signature = json_string_value(json_object_get(json, "signature"));
        const json_t *value = json_object_get(json, "value");

        if (json_is_null(json)) {
                *ret = (struct fascia_variant){ NULL, NULL };
                return 0;
        }
        if (natural_signature(json))
                return read_held(natural_signature(json), json, ret, place, reterr_text);
        if (!signature || !value || json_object_size(json) != 2)
                return refuse_json(reterr_text, place, json,
                                   "neither a plain value nor {\"signature\": …, \"value\": …}");
        return read_held(signature, value, ret, &(Place){ place, "value", 0, depth_of(place) },
                         reterr_text);
}

/* ---- any ---- */

static int read_number(const struct fascia_type *type, const json_t *json, void *ret,
                       const Place *place, char **reterr_text) {
        static const struct {
                int64_t minimum, maximum;
        } ranges[] = {
                [FASCIA_KIND_UINT8] = { 0, UINT8_MAX },
                [FASCIA_KIND_INT16] = { INT16_MIN, INT16_MAX },
                [FASCIA_KIND_UINT16] = { 0, UINT16_MAX },
                [FASCIA_KIND_INT32] = { INT32_MIN, INT32_MAX },
                [FASCIA_KIND_UINT32] = { 0, UINT32_MAX },
                [FASCIA_KIND_INT64] = { INT64_MIN, INT64_MAX },
        };
        int64_t number;
        int r;

        r = read_signed(json, ranges[type->kind].minimum, ranges[type->kind].maximum, &number,
                        place, reterr_text);
        if (r < 0)
                return r;
        if (type->size == 1)
                *(uint8_t *)ret = (uint8_t)number;
        else if (type->size == 2)
                *(uint16_t *)ret = (uint16_t)number;
        else if (type->size == 4)
                *(uint32_t *)ret = (uint32_t)number;
        else
                *(int64_t *)ret = number;
        return 0;
}

static int read_bool(const json_t *json, bool *ret, const Place *place, char **reterr_text) {
        if (!json_is_boolean(json))
                return refuse_json(reterr_text, place, json, "neither true nor false");
        *ret = json_is_true(json);
        return 0;
}

static int read_value(const struct fascia_type *type, const json_t *json, void *ret,
                      const Place *place, char **reterr_text) {
        if (place && place->depth > DEPTH_MAX)
                return refuse(reterr_text, NULL, "it is nested too deep");
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                return read_bool(json, ret, place, reterr_text);
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
                return read_number(type, json, ret, place, reterr_text);
        case FASCIA_KIND_UINT64:
                return read_u64(json, ret, place, reterr_text);
        case FASCIA_KIND_REAL:
                return read_real(json, ret, place, reterr_text);
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                return read_text(type, json, ret, place, reterr_text);
        case FASCIA_KIND_ENUM:
                return read_enum(type, json, ret, place, reterr_text);
        case FASCIA_KIND_FLAG:
                return read_flag(type, json, ret, place, reterr_text);
        case FASCIA_KIND_STRUCT:
                return read_struct(type, json, ret, place, reterr_text);
        case FASCIA_KIND_LIST:
                return read_list(type, json, ret, place, reterr_text);
        case FASCIA_KIND_MAP:
                return read_map(type, json, ret, place, reterr_text);
        case FASCIA_KIND_VAR:
                return read_variant(json, ret, place, reterr_text);
        }
        return -EINVAL;
}

int value_from_json(const struct fascia_type *type, const json_t *json, void *ret_value,
                    char **reterr_text) {
        return read_value(type, json, ret_value, NULL, reterr_text);
}
