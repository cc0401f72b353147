/* SPDX-License-Identifier: MIT */
/* From an interface file to its model, and from the model to the texts of its outputs. */
#include "generate.h"

#include <string.h>

#include "annotations.h"
#include "check.h"
#include "emit-xml.h"
#include "emit.h"
#include "naming.h"
#include "parser.h"

Module *generate_read(Arena *a, Diagnostics *d, const Source *source) {
        Span bad = { .length = 1 };
        Module *m;

        if (source_find_bad_byte(source, &bad.offset) == 0) {
                diagnostics_error(d, bad,
                                  source->text[bad.offset] == '\0'
                                          ? "a NUL byte cannot be in an interface file"
                                          : "this is not UTF-8");
                return NULL;
        }
        m = parser_parse(a, d, source);
        if (!m)
                return NULL;
        model_resolve(m, d);
        annotations_read(m, d);
        naming_assign(m);
        check_module(m, d);
        return m;
}

static const struct {
        const char *name;
        unsigned bit;
} kinds[] = {
        { "types", GENERATE_TYPES },   { "front", GENERATE_FRONT }, { "backend", GENERATE_BACKEND },
        { "module", GENERATE_MODULE }, { "stub", GENERATE_STUB },   { "xml", GENERATE_XML },
};

unsigned generate_parse_list(const char *list) {
        unsigned result = 0;

        for (;;) {
                size_t size = strcspn(list, ",");
                unsigned bit = 0;

                for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
                        if (strlen(kinds[i].name) == size &&
                            strncmp(kinds[i].name, list, size) == 0)
                                bit = kinds[i].bit;
                if (bit == 0)
                        return 0;
                result |= bit;
                if (list[size] == '\0')
                        return result;
                list += size + 1;
        }
}

static void emit_with_introspection(Emitter *e, const Module *m) {
        const char **introspection = NULL;
        size_t n = 0;

        for (size_t i = 0; i < m->n_interfaces; i++)
                ARENA_APPEND(m->arena, introspection, n, emit_xml_interface(m, m->interfaces[i]));
        emit_module_source(e, m, introspection);
}

static const struct {
        unsigned what;
        const char *suffix;
        void (*emit)(Emitter *e, const Module *m);
} c_outputs[] = {
        { GENERATE_TYPES, "-types.h", emit_types_header },
        { GENERATE_TYPES, "-types.c", emit_types_source },
        { GENERATE_TYPES, "-private.h", emit_private_header },
        { GENERATE_FRONT, ".h", emit_front_header },
        { GENERATE_FRONT, ".c", emit_front_source },
        { GENERATE_BACKEND, "-backend.h", emit_backend_header },
        { GENERATE_BACKEND, "-backend.c", emit_backend_source },
        { GENERATE_MODULE, "-module.c", emit_with_introspection },
        { GENERATE_STUB, "-stub.c", emit_stub },
};

void generate_outputs(const Module *m, unsigned what, const char *directory, Output *o) {
        Arena *a = m->arena;

        for (size_t i = 0; i < sizeof(c_outputs) / sizeof(c_outputs[0]); i++) {
                Emitter e;

                if (!(what & c_outputs[i].what))
                        continue;
                emitter_init(&e, a);
                c_outputs[i].emit(&e, m);
                output_add(o, arena_printf(a, "%s/%s%s", directory, m->stem, c_outputs[i].suffix),
                           e.text);
        }
        for (size_t i = 0; (what & GENERATE_XML) && i < m->n_interfaces; i++)
                output_add(
                        o,
                        arena_printf(a, "%s/xml/%s.xml", directory, m->interfaces[i]->symbol.dbus),
                        emit_xml_document(m, m->interfaces[i]));
}
