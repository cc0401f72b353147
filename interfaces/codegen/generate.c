/* SPDX-License-Identifier: MIT */
/* From an interface file to its model, and from the model to the texts of its outputs. */
#include "generate.h"

#include <errno.h>
#include <string.h>

#include "annotations.h"
#include "check.h"
#include "emit-dbus.h"
#include "emit-json.h"
#include "emit-man.h"
#include "emit-xml.h"
#include "emit.h"
#include "modules.h"
#include "naming.h"
#include "numbering.h"
#include "resolve.h"
#include "type-limits.h"

/* What stands beside an interface file counts before what is named on the command line. */
static void add_annotation_files(const Request *q, Modules *modules, Annotations *annotations) {
        for (size_t i = 0; i < modules->n_items; i++) {
                const Source *of_module = modules->items[i]->source;
                const char *path = source_sibling(of_module, q->arena, ".yaml");
                Source *source;
                int r = source_load(q->arena, path, &source);

                if (r == -ENOENT)
                        continue;
                if (r < 0) {
                        diagnostics_error(q->diagnostics, (Span){ .source = of_module },
                                          "cannot read '%s': %s", path, strerror(-r));
                        continue;
                }
                source->is_imported = of_module->is_imported;
                modules_add_source(modules, source);
                annotations_add(annotations, source);
        }
        for (size_t i = 0; i < q->n_annotations; i++) {
                modules_add_source(modules, q->annotations[i]);
                annotations_add(annotations, q->annotations[i]);
        }
}

/* Only of what is asked for: others bring their own along. */
static void add_script(const Request *q, Modules *modules, Module *m) {
        const char *slash = strrchr(m->source->path, '/'), *file = m->simulation_file, *path;
        Source *source;
        uint32_t offset;
        int r;

        if (!file)
                return;
        path = slash && *file != '/'
                       ? arena_printf(q->arena, "%.*s/%s", (int)(slash - m->source->path),
                                      m->source->path, file)
                       : file;
        r = source_load(q->arena, path, &source);
        if (r < 0) {
                diagnostics_error(q->diagnostics, m->simulation_span, "cannot read '%s': %s", path,
                                  strerror(-r));
                return;
        }
        modules_add_source(modules, source);
        if (source_find_bad_byte(source, &offset) >= 0)
                diagnostics_error(q->diagnostics,
                                  (Span){ .source = source, .offset = offset, .length = 1 },
                                  "this is no text in UTF-8");
        m->script = source;
}

Module *generate_read(const Request *q, Source *source, const Source ***ret_sources,
                      size_t *ret_n_sources) {
        Diagnostics *d = q->diagnostics;
        Annotations annotations = { .arena = q->arena, .diagnostics = d };
        Modules modules = {
                .arena = q->arena,
                .diagnostics = d,
                .directories = q->directories,
                .n_directories = q->n_directories,
        };
        Module *m = modules_load(&modules, source);

        if (m)
                add_annotation_files(q, &modules, &annotations);
        for (size_t i = 0; m && i < modules.n_items; i++) {
                Module *module = modules.items[i];

                numbering_assign(module, d);
                resolve_module(module, d);
                type_limits_check(module, d);
                annotations_read(&annotations, module);
                naming_assign(module);
        }
        if (m)
                add_script(q, &modules, m);
        if (m)
                annotations_check_names(&annotations, modules.items, modules.n_items);
        for (size_t i = 0; m && i < modules.n_items; i++)
                check_module(modules.items[i], d);
        *ret_sources = modules.sources;
        *ret_n_sources = modules.n_sources;
        return m;
}

static const struct {
        const char *name;
        unsigned bit;
} kinds[] = {
        { "types", GENERATE_TYPES },     { "front", GENERATE_FRONT },
        { "backend", GENERATE_BACKEND }, { "module", GENERATE_MODULE },
        { "stub", GENERATE_STUB },       { "xml", GENERATE_XML },
        { "json", GENERATE_JSON },       { "man", GENERATE_MAN },
        { "policy", GENERATE_POLICY },   { "activation", GENERATE_ACTIVATION },
        { "drop-in", GENERATE_DROP_IN },
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

static void add_xml_outputs(const Module *m, const Interface *f, const char *prefix, Output *o) {
        output_add(o, arena_printf(m->arena, "%sxml/%s.xml", prefix, f->symbol.dbus),
                   emit_xml_document(m, f));
        for (size_t i = 0; i < f->n_properties; i++) {
                const Property *p = f->properties[i];

                if (p->type->kind == TYPE_MODEL)
                        output_add(o,
                                   arena_printf(m->arena, "%sxml/%s.%s.xml", prefix, f->symbol.dbus,
                                                p->symbol.dbus),
                                   emit_xml_model(m, f, p));
        }
}

/* Of each interface. */
static void add_interface_outputs(const Module *m, unsigned what, const char *prefix, Output *o) {
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                if (what & GENERATE_XML)
                        add_xml_outputs(m, f, prefix, o);
                if (what & GENERATE_MAN)
                        output_add(o, arena_printf(m->arena, "%sman/%s.7", prefix, f->symbol.dbus),
                                   emit_man(m, f));
        }
}

/* Of a service: nobody starts a module of types, or one that is another's. */
static void add_service_outputs(const Module *m, unsigned what, const char *prefix, Output *o) {
        if (m->foreign || m->n_interfaces == 0)
                return;
        if (what & GENERATE_POLICY)
                output_add(o, arena_printf(m->arena, "%sdbus/%s.conf", prefix, m->bus_name),
                           emit_bus_policy(m));
        if (what & GENERATE_ACTIVATION)
                output_add(o, arena_printf(m->arena, "%sdbus/%s.service", prefix, m->bus_name),
                           emit_bus_activation(m));
        if (what & GENERATE_DROP_IN)
                output_add(o, arena_printf(m->arena, "%ssystemd/%s.conf", prefix, m->bus_name),
                           emit_unit_drop_in(m));
}

void generate_outputs(const Module *m, unsigned what, const char *directory, Output *o) {
        Arena *a = m->arena;
        const char *prefix = directory ? arena_printf(a, "%s/", directory) : "";

        for (size_t i = 0; i < sizeof(c_outputs) / sizeof(c_outputs[0]); i++) {
                Emitter e;

                if (!(what & c_outputs[i].what))
                        continue;
                emitter_init(&e, a);
                c_outputs[i].emit(&e, m);
                output_add(o, arena_printf(a, "%s%s%s", prefix, m->stem, c_outputs[i].suffix),
                           e.out.bytes);
        }
        if (what & GENERATE_JSON)
                output_add(o, arena_printf(a, "%s%s.json", prefix, m->stem),
                           arena_printf(a, "%s\n", emit_json(m)));
        add_interface_outputs(m, what, prefix, o);
        add_service_outputs(m, what, prefix, o);
}
