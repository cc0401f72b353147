/* SPDX-License-Identifier: MIT */
/* Values to and from Lua, by their descriptors. */
#include "sim-lua-value.h"

#include <errno.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fascia/backend.h>
#include <fascia/generated.h>

#include "value-json.h"

/* As deep as values on the wire. */
#define DEPTH_MAX 64

/* A list or map of any element. */
typedef struct Items {
        const char *items;
        size_t count;
} Items;

/* ---- to Lua ---- */

static void push_flag(lua_State *L, const struct fascia_type *type, const void *value) {
        char *text = fascia_value_print(type, value);

        if (!text)
                luaL_error(L, "out of memory");
        /* Were this to fail for want of memory, the text would be lost: some bytes, once. */
        lua_pushstring(L, text);
        free(text);
}

static void push_enum(lua_State *L, const struct fascia_type *type, int32_t value) {
        const char *name = fascia_enum_to_string(type, value);

        if (name)
                lua_pushstring(L, name);
        else
                lua_pushinteger(L, value);
}

static void push_u64(lua_State *L, uint64_t value) {
        if (value <= INT64_MAX)
                lua_pushinteger(L, (lua_Integer)value);
        else
                lua_pushnumber(L, (lua_Number)value);
}

static void push_struct(lua_State *L, const struct fascia_type *type, const void *value) {
        lua_createtable(L, 0, (int)type->n_members);
        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *m = &type->members[i];

                sim_lua_push(L, m->type, (const char *)value + m->offset);
                /* The structs of a var have no names. */
                if (*m->name)
                        lua_setfield(L, -2, m->name);
                else
                        lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
}

static void push_items(lua_State *L, const struct fascia_type *type, const Items *list) {
        const struct fascia_type *element = type->element;

        lua_createtable(L, type->kind == FASCIA_KIND_LIST ? (int)list->count : 0, 0);
        for (size_t i = 0; i < list->count; i++) {
                const char *item = list->items + i * element->size;

                if (type->kind == FASCIA_KIND_LIST) {
                        sim_lua_push(L, element, item);
                        lua_rawseti(L, -2, (lua_Integer)i + 1);
                        continue;
                }
                lua_pushstring(L, *(const char *const *)(item + element->members[0].offset));
                sim_lua_push(L, element->members[1].type, item + element->members[1].offset);
                lua_rawset(L, -3);
        }
}

void sim_lua_push(lua_State *L, const struct fascia_type *type, const void *value) {
        luaL_checkstack(L, 6, NULL);
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                lua_pushboolean(L, *(const bool *)value);
                return;
        case FASCIA_KIND_UINT8:
                lua_pushinteger(L, *(const uint8_t *)value);
                return;
        case FASCIA_KIND_INT16:
                lua_pushinteger(L, *(const int16_t *)value);
                return;
        case FASCIA_KIND_UINT16:
                lua_pushinteger(L, *(const uint16_t *)value);
                return;
        case FASCIA_KIND_INT32:
                lua_pushinteger(L, *(const int32_t *)value);
                return;
        case FASCIA_KIND_UINT32:
                lua_pushinteger(L, *(const uint32_t *)value);
                return;
        case FASCIA_KIND_INT64:
                lua_pushinteger(L, *(const int64_t *)value);
                return;
        case FASCIA_KIND_UINT64:
                push_u64(L, *(const uint64_t *)value);
                return;
        case FASCIA_KIND_REAL:
                lua_pushnumber(L, *(const double *)value);
                return;
        case FASCIA_KIND_STRING:
        case FASCIA_KIND_OBJECT:
        case FASCIA_KIND_MODEL:
                lua_pushstring(L, *(const char *const *)value);
                return;
        case FASCIA_KIND_ENUM:
                push_enum(L, type, *(const int32_t *)value);
                return;
        case FASCIA_KIND_FLAG:
                push_flag(L, type, value);
                return;
        case FASCIA_KIND_STRUCT:
                push_struct(L, type, value);
                return;
        case FASCIA_KIND_LIST:
        case FASCIA_KIND_MAP:
                push_items(L, type, value);
                return;
        case FASCIA_KIND_VAR: {
                const struct fascia_variant *v = value;

                if (v->type)
                        sim_lua_push(L, v->type, v->value);
                else
                        lua_pushnil(L);
                return;
        }
        }
}

/* ---- to JSON ---- */

/*
 * Reading goes by JSON, whose reader knows every type and every mistake. What a table stands for is seen from the type that is wanted, because an empty one
 * may be anything.
 */

static json_t *to_json(lua_State *L, int index, const struct fascia_type *type, unsigned depth);

static json_t *number_to_json(lua_State *L, int index, const struct fascia_type *type) {
        double number = lua_tonumber(L, index);
        int is_integer;
        lua_Integer integer = lua_tointegerx(L, index, &is_integer);
        char text[32];

        /* 3.0 is an integer where one is wanted. */
        if (is_integer && (lua_isinteger(L, index) || (type && type->kind != FASCIA_KIND_REAL &&
                                                       type->kind != FASCIA_KIND_VAR)))
                return json_integer(integer);
        if (type && type->kind == FASCIA_KIND_UINT64 && number >= 0x1p63 && number < 0x1p64) {
                snprintf(text, sizeof(text), "%" PRIu64, (uint64_t)number);
                return json_string(text);
        }
        if (isnan(number))
                return json_string("nan");
        if (isinf(number))
                return json_string(number < 0 ? "-inf" : "inf");
        return json_real(number);
}

static json_t *sequence_to_json(lua_State *L, int index, const struct fascia_type *element,
                                unsigned depth) {
        lua_Integer n = (lua_Integer)lua_rawlen(L, index);
        json_t *list = json_array();

        for (lua_Integer i = 1; i <= n; i++) {
                json_t *item;

                lua_rawgeti(L, index, i);
                item = to_json(L, lua_gettop(L), element, depth + 1);
                lua_pop(L, 1);
                if (json_array_append_new(list, item) < 0) {
                        json_decref(list);
                        return NULL;
                }
        }
        return list;
}

static const struct fascia_type *member_type(const struct fascia_type *type, const char *name) {
        if (type && type->kind == FASCIA_KIND_MAP)
                return type->element->members[1].type;
        for (uint32_t i = 0; type && type->kind == FASCIA_KIND_STRUCT && i < type->n_members; i++)
                if (strcmp(type->members[i].name, name) == 0)
                        return type->members[i].type;
        return NULL;
}

/* What is between the keys must not raise an error, or the object would be lost. */
static json_t *table_to_json(lua_State *L, int index, const struct fascia_type *type,
                             unsigned depth) {
        json_t *object = json_object();

        lua_pushnil(L);
        while (lua_next(L, index)) {
                size_t size = 0;
                const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &size)
                                                                 : NULL;
                json_t *value = NULL;

                if (key && strlen(key) == size)
                        value = to_json(L, lua_gettop(L), member_type(type, key), depth + 1);
                if (!value || json_object_set_new(object, key, value) < 0) {
                        lua_pop(L, 2);
                        json_decref(object);
                        return NULL;
                }
                lua_pop(L, 1);
        }
        return object;
}

/* A flag may be a list of names. */
static json_t *names_to_json(lua_State *L, int index) {
        lua_Integer n = (lua_Integer)lua_rawlen(L, index);
        char *text = NULL;
        size_t size = 0;
        FILE *f = open_memstream(&text, &size);
        json_t *json;

        for (lua_Integer i = 1; f && i <= n; i++) {
                lua_rawgeti(L, index, i);
                if (lua_type(L, -1) == LUA_TSTRING)
                        fprintf(f, "%s%s", i > 1 ? "|" : "", lua_tostring(L, -1));
                else
                        fputs("?", f);
                lua_pop(L, 1);
        }
        json = f && fclose(f) == 0 ? n > 0 ? json_string(text) : json_integer(0) : NULL;
        free(text);
        return json;
}

static json_t *tagged(const char *signature, json_t *value) {
        return value ? json_pack("{s:s, s:o}", "signature", signature, "value", value) : NULL;
}

/* The one letter of all items, or 'v'. */
static char common_type(lua_State *L, int index) {
        lua_Integer n = (lua_Integer)lua_rawlen(L, index);
        char code = 0;

        for (lua_Integer i = 1; i <= n; i++) {
                int type = lua_rawgeti(L, index, i);
                char its = type == LUA_TBOOLEAN   ? 'b'
                           : type == LUA_TSTRING  ? 's'
                           : type != LUA_TNUMBER  ? 'v'
                           : lua_isinteger(L, -1) ? 'x'
                                                  : 'd';

                lua_pop(L, 1);
                code = code == 0 || code == its ? its : 'v';
        }
        return code ? code : 'v';
}

static const struct fascia_type var_type = { .kind = FASCIA_KIND_VAR };

static json_t *table_to_var(lua_State *L, int index, unsigned depth) {
        char signature[] = "av";

        lua_pushnil(L);
        if (lua_next(L, index)) {
                bool has_names = lua_type(L, -2) == LUA_TSTRING;

                lua_pop(L, 2);
                if (has_names) {
                        const struct fascia_member members[] = { { .name = "key" },
                                                                 { "value", &var_type, 0 } };
                        const struct fascia_type entry = { .n_members = 2, .members = members },
                                                 map = { .kind = FASCIA_KIND_MAP,
                                                         .element = &entry };

                        return tagged("a{sv}", table_to_json(L, index, &map, depth));
                }
        }
        signature[1] = common_type(L, index);
        return tagged(signature,
                      sequence_to_json(L, index, signature[1] == 'v' ? &var_type : NULL, depth));
}

static json_t *to_json(lua_State *L, int index, const struct fascia_type *type, unsigned depth) {
        size_t size;
        const char *text;

        if (depth > DEPTH_MAX || !lua_checkstack(L, 6))
                return NULL;
        switch (lua_type(L, index)) {
        case LUA_TNIL:
                return json_null();
        case LUA_TBOOLEAN:
                return json_boolean(lua_toboolean(L, index));
        case LUA_TNUMBER:
                return number_to_json(L, index, type);
        case LUA_TSTRING:
                text = lua_tolstring(L, index, &size);
                return json_stringn(text, size);
        case LUA_TTABLE:
                if (!type)
                        return lua_rawlen(L, index) > 0 ? sequence_to_json(L, index, NULL, depth)
                                                        : table_to_json(L, index, NULL, depth);
                if (type->kind == FASCIA_KIND_VAR)
                        return table_to_var(L, index, depth);
                if (type->kind == FASCIA_KIND_FLAG)
                        return names_to_json(L, index);
                if (type->kind == FASCIA_KIND_LIST)
                        return sequence_to_json(L, index, type->element, depth);
                return table_to_json(L, index, type, depth);
        default:
                return NULL;
        }
}

json_t *sim_lua_to_json(lua_State *L, int index) {
        return to_json(L, lua_absindex(L, index), NULL, 0);
}

/* ---- from Lua ---- */

/* What most values are, without a detour. False: it is something else, or out of range. */
static bool read_number(lua_State *L, int index, const struct fascia_type *type, void *ret) {
        int is_integer;
        lua_Integer integer;

        if (lua_type(L, index) != LUA_TNUMBER)
                return false;
        if (type->kind == FASCIA_KIND_REAL) {
                *(double *)ret = lua_tonumber(L, index);
                return true;
        }
        integer = lua_tointegerx(L, index, &is_integer);
        if (type->kind == FASCIA_KIND_INT32 && is_integer && integer >= INT32_MIN &&
            integer <= INT32_MAX) {
                *(int32_t *)ret = (int32_t)integer;
                return true;
        }
        return false;
}

int sim_lua_read(lua_State *L, int index, const struct fascia_type *type, void *ret,
                 char **reterr_text) {
        json_t *json;
        int r;

        index = lua_absindex(L, index);
        if (read_number(L, index, type, ret))
                return 0;
        json = to_json(L, index, type, 0);
        if (!json) {
                *reterr_text = strdup(
                        "this is no value: a function, a text that is not UTF-8, a key that is no "
                        "text, or too deep");
                return *reterr_text ? -EINVAL : -ENOMEM;
        }
        r = value_from_json(type, json, ret, reterr_text);
        json_decref(json);
        return r;
}
