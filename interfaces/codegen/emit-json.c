/* SPDX-License-Identifier: MIT */
/* The whole model as JSON, for templates and tools of the user. */
#include "emit-json.h"

#include "json.h"
#include "text.h"

const char *emit_json(const Module *m) {
        Text t;

        text_init(&t, m->arena);
        text_printf(&t, "{\n  \"name\": %s,\n  \"busName\": %s\n}",
                    json_quote(m->arena, m->symbol.name), json_quote(m->arena, m->bus_name));
        return t.bytes;
}
