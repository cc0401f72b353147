/* SPDX-License-Identifier: MIT */
/* Emits the module library: what generic backends and the exporter need to know of a module. */
#include "c-types.h"

#include <string.h>

static void emit_introspection(Emitter *e, const Module *m, const char *const *introspection) {
        emit(e, NULL, "static const char *const introspection[] = {\n");
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const char *text = introspection[i];
                /* ISO C promises only 4095 characters in a literal; every compiler takes more. */
                const char *prefix = "__extension__";

                while (*text) {
                        const char *end = strchrnul(text, '\n');
                        size_t size = (size_t)(end - text) + (*end == '\n');
                        const char *line = arena_strndup(m->arena, text, size);

                        text += size;
                        emit(e,
                             VARS("prefix", prefix, "line", c_quote(m->arena, line), "comma",
                                  *text ? "" : ","),
                             "        ${prefix} ${line}${comma}\n");
                        prefix = "             ";
                }
        }
        emit(e, NULL, "};\n\n");
}

static bool is_informative(const SimulationRow *r) {
        const Constraint *c = &r->constraint;

        return r->initial || r->unsupported || r->zone || c->minimum || c->maximum ||
               c->n_domain > 0;
}

static const char *row_name(const Module *m, const Interface *f, const Property *p, size_t row) {
        return arena_printf(m->arena, "%s_%s_%zu", f->symbol.local, p->symbol.local, row);
}

static bool has_constraint(const Constraint *c) {
        return c->minimum || c->maximum || c->n_domain > 0;
}

static void emit_row_values(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        for (size_t i = 0; i < p->n_rows; i++) {
                const SimulationRow *r = &p->rows[i];
                const char *name = row_name(m, f, p, i);
                bool any = emit_constraint(e, m, name, p->type, &r->constraint);

                if (r->initial)
                        emit_value(e, m, arena_printf(m->arena, "%s_initial", name), r->initial);
                if (any || r->initial)
                        emit(e, NULL, "\n");
        }
}

static size_t emit_rows(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        size_t n = 0;

        for (size_t i = 0; i < p->n_rows; i++) {
                const SimulationRow *r = &p->rows[i];
                const char *name = row_name(m, f, p, i);

                if (!is_informative(r))
                        continue;
                n++;
                emit(e, VARS("upper", f->symbol.upper, "P", p->symbol.upper),
                     "        {\n"
                     "                .property = ${upper}_PROPERTY_${P},\n");
                if (r->zone)
                        emit(e, VARS("zone", c_quote(m->arena, r->zone)),
                             "                .zone = ${zone},\n");
                if (r->initial)
                        emit(e, VARS("name", name),
                             "                .initial = &${name}_initial,\n");
                if (has_constraint(&r->constraint))
                        emit(e, VARS("name", name),
                             "                .constraint = &${name}_constraint,\n");
                if (r->unsupported)
                        emit(e, NULL, "                .unsupported = true,\n");
                emit(e, NULL, "        },\n");
        }
        return n;
}

static bool has_rows(const Interface *f) {
        for (size_t i = 0; i < f->n_properties; i++)
                for (size_t j = 0; j < f->properties[i]->n_rows; j++)
                        if (is_informative(&f->properties[i]->rows[j]))
                                return true;
        return false;
}

static size_t emit_simulation_tables(Emitter *e, const Module *m, const Interface *f) {
        size_t n = 0;

        if (f->n_zones > 0) {
                emit(e, VARS("i", f->symbol.local), "static const char *const ${i}_zones[] = {\n");
                for (size_t i = 0; i < f->n_zones; i++)
                        emit(e, VARS("zone", c_quote(m->arena, f->zones[i])), "        ${zone},\n");
                emit(e, NULL, "};\n\n");
        }
        if (!has_rows(f))
                return 0;
        for (size_t i = 0; i < f->n_properties; i++)
                emit_row_values(e, m, f, f->properties[i]);
        emit(e, VARS("i", f->symbol.local),
             "static const struct fascia_simulation_row ${i}_rows[] = {\n");
        for (size_t i = 0; i < f->n_properties; i++)
                n += emit_rows(e, m, f, f->properties[i]);
        emit(e, NULL, "};\n\n");
        return n;
}

static void emit_simulations(Emitter *e, const Module *m) {
        size_t *n_rows = arena_alloc(m->arena, (m->n_interfaces + 1) * sizeof(*n_rows));

        for (size_t i = 0; i < m->n_interfaces; i++)
                n_rows[i] = emit_simulation_tables(e, m, m->interfaces[i]);
        emit(e, NULL, "static const struct fascia_simulation simulation[] = {\n");
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                emit(e, NULL, "        {\n");
                if (f->n_zones > 0)
                        emit(e, VARS("i", f->symbol.local),
                             "                .zones = ${i}_zones,\n");
                if (n_rows[i] > 0)
                        emit(e, VARS("i", f->symbol.local), "                .rows = ${i}_rows,\n");
                emit(e,
                     VARS("zones", arena_printf(m->arena, "%zu", f->n_zones), "rows",
                          arena_printf(m->arena, "%zu", n_rows[i])),
                     "                .n_zones = ${zones},\n"
                     "                .n_rows = ${rows},\n"
                     "        },\n");
        }
        emit(e, NULL, "};\n\n");
}

/* A line of the file is one of the text. */
static void emit_script(Emitter *e, const Module *m) {
        const char *p = m->script->text, *prefix = ".script = __extension__";

        emit(e, VARS("file", c_quote(m->arena, m->simulation_file)),
             "        .script_name = ${file},\n"
             "        /* clang-format off */\n");
        do {
                size_t size = strcspn(p, "\n");
                const char *line;

                size += p[size] == '\n';
                line = arena_strndup(m->arena, p, size);
                p += size;
                emit(e,
                     VARS("prefix", prefix, "line", c_quote(m->arena, line), "comma",
                          *p ? "" : ","),
                     "        ${prefix} ${line}${comma}\n");
                prefix = "                       ";
        } while (*p);
        emit(e, VARS("size", arena_printf(m->arena, "%zu", strlen(m->script->text))),
             "        /* clang-format on */\n"
             "        .script_size = ${size},\n");
}

void emit_module_source(Emitter *e, const Module *m, const char *const *introspection) {
        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The module library of ${module} ${version}: its introspection and its simulation data. */\n"
             "#include \"${stem}-private.h\"\n"
             "\n");
        emit_introspection(e, m, introspection);
        emit_simulations(e, m);
        emit(e, VARS("module", m->symbol.c),
             "FASCIA_EXPORT extern const struct fascia_module_library fascia_module_library;\n"
             "const struct fascia_module_library fascia_module_library = {\n"
             "        .abi = FASCIA_MODULE_LIBRARY_ABI,\n"
             "        .size = sizeof(struct fascia_module_library),\n"
             "        .module = &${module}_module,\n"
             "        .introspection = introspection,\n"
             "        .simulation = simulation,\n");
        if (m->script)
                emit_script(e, m);
        emit(e, NULL, "};\n");
}
