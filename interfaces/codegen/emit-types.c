/* SPDX-License-Identifier: MIT */
/* Emits the types of a module: the public header, the private one, and the descriptors. */
#include "c-types.h"
#include "name-set.h"

#include <inttypes.h>
#include <string.h>

static const char *number(const Module *m, size_t n) {
        return arena_printf(m->arena, "%zu", n);
}

/* ---- <stem>-types.h ---- */

static void emit_enum(Emitter *e, const Enum *n, Arena *a) {
        emit_doc(e, "", &n->symbol, NULL);
        emit(e, VARS("c", n->symbol.c), "enum FASCIA_ENUM_INT32(${c}) {\n");
        for (size_t i = 0; i < n->n_members; i++) {
                const Enumerator *member = n->members[i];

                emit_doc(e, "        ", &member->symbol, NULL);
                emit(e,
                     VARS("name", member->symbol.c, "value",
                          member->value == INT32_MIN ? "INT32_MIN"
                                                     : arena_printf(a, "%" PRId64, member->value),
                          "comma", i + 1 < n->n_members ? "," : ""),
                     "        ${name} = ${value}${comma}\n");
        }
        emit(e, VARS("c", n->symbol.c, "first", n->members[0]->symbol.name),
             "};\n"
             "\n"
             "/* The name in the interface file, \"${first}\"; NULL for a value that it does not name. */\n"
             "const char *${c}_to_string(int32_t value);\n"
             "\n");
}

static void emit_flag(Emitter *e, const Enum *n, Arena *a) {
        const char *bits = n->is_wide ? "64" : "32";

        emit_doc(e, "", &n->symbol, NULL);
        emit(e, VARS("bits", bits, "type", n->c_type), "typedef uint${bits}_t ${type};\n\n");
        for (size_t i = 0; i < n->n_members; i++) {
                const Enumerator *member = n->members[i];

                emit_doc(e, "", &member->symbol, NULL);
                emit(e,
                     VARS("name", member->symbol.c, "bits", bits, "value",
                          arena_printf(a, "0x%" PRIx64, (uint64_t)member->value)),
                     "#define ${name} UINT${bits}_C(${value})\n");
        }
        emit(e, NULL, "\n");
}

static void emit_copy_functions(Emitter *e, const char *tag) {
        emit(e, VARS("tag", tag),
             "/* A copy to keep, to be freed with ${tag}_free(). -ENOMEM. */\n"
             "int ${tag}_copy(const struct ${tag} *from, struct ${tag} **ret);\n"
             "/* Takes NULL; returns NULL. */\n"
             "struct ${tag} *${tag}_free(struct ${tag} *value);\n"
             "\n");
}

/* What is to be written behind '=', as the interface file has it. */
static const char *initializer(const Module *m, const Type *t, const Value *v) {
        const char *text = "{";

        if (t->kind != TYPE_STRUCT)
                return c_initializer(m, t, v);
        for (size_t i = 0; i < t->structure->n_fields; i++) {
                const Field *f = t->structure->fields[i];
                const Value *inner = v ? v->items[i] : f->initial;

                text = arena_printf(m->arena, "%s%s%s", text, i > 0 ? ", " : " ",
                                    initializer(m, f->type, inner));
        }
        return arena_printf(m->arena, "%s }", text);
}

/* In the order of the fields, so that C++ takes it too; each on its line, where the formatter would
 * align the ends of the lines. */
static void emit_start_value(Emitter *e, const Module *m, const Struct *s) {
        const char *end;

        emit(e, VARS("upper", s->symbol.upper),
             "/* The value to start with: no string in it is NULL. */\n"
             "/* clang-format off */\n"
             "#define ${upper}_INIT { \\\n");
        for (size_t i = 0; i < s->n_fields; i++) {
                const Field *f = s->fields[i];

                end = i + 1 < s->n_fields ? "," : "";
                emit(e, VARS("value", initializer(m, f->type, f->initial), "end", end),
                     "        ${value}${end} \\\n");
        }
        emit(e, NULL,
             "}\n"
             "/* clang-format on */\n"
             "\n");
}

static void emit_struct(Emitter *e, const Module *m, const Struct *s) {
        emit_doc(e, "", &s->symbol, NULL);
        emit(e, VARS("tag", s->symbol.c), "struct ${tag} {\n");
        for (size_t i = 0; i < s->n_fields; i++) {
                const Field *field = s->fields[i];
                const Type *t = field->type;
                const char *remark = NULL;

                if (t->kind == TYPE_ENUM)
                        remark = arena_printf(m->arena, "A value of enum %s.",
                                              t->enumeration->symbol.c);
                emit_doc(e, "        ", &field->symbol, remark);
                emit(e,
                     VARS("type", t->kind == TYPE_FLAG ? c_parameter(m, t) : c_storage(m, t),
                          "name", field->symbol.bare),
                     "        ${type}${name};\n");
        }
        emit(e, NULL, "};\n\n");
        emit_start_value(e, m, s);
        emit_copy_functions(e, s->symbol.c);
}

/* The struct of a list or map, with its entries. */
static void emit_container(Emitter *e, const Module *m, const Type *t) {
        if (t->kind == TYPE_MAP)
                emit(e, VARS("tag", c_tag(m, t), "type", c_storage(m, t->element)),
                     "struct ${tag}_entry {\n"
                     "        const char *key;\n"
                     "        ${type}value;\n"
                     "};\n"
                     "\n"
                     "struct ${tag} {\n"
                     "        const struct ${tag}_entry *items;\n"
                     "        size_t count;\n"
                     "};\n"
                     "\n");
        else
                emit(e, VARS("tag", c_tag(m, t), "type", c_storage(m, t->element)),
                     "struct ${tag} {\n"
                     "        const ${type}*items;\n"
                     "        size_t count;\n"
                     "};\n"
                     "\n");
        emit_copy_functions(e, c_tag(m, t));
}

static void emit_declared_types(Emitter *e, const Module *m) {
        NameSet tags = { 0 };
        const Type **types;
        size_t n = c_types(m, &types);

        for (size_t i = 0; i < m->n_enums; i++) {
                if (m->enums[i]->is_flag)
                        emit_flag(e, m->enums[i], m->arena);
                else
                        emit_enum(e, m->enums[i], m->arena);
        }
        for (size_t i = 0; i < n; i++) {
                const Type *t = types[i];

                if (t->kind == TYPE_STRUCT && t->structure->module == m)
                        emit_struct(e, m, t->structure);
                else if (c_is_own_container(m, t) && name_set_add(&tags, m->arena, c_tag(m, t)))
                        emit_container(e, m, t);
        }
}

static void emit_errors(Emitter *e, const Module *m) {
        if (m->n_errors == 0)
                return;
        emit(e, VARS("c", m->symbol.c, "upper", m->symbol.upper),
             "/* Errors that operations may fail with, beyond those of every operation. */\n"
             "enum FASCIA_ENUM_INT32(${c}_error) {\n"
             "        ${upper}_ERROR_OTHER,\n");
        for (size_t i = 0; i < m->n_errors; i++)
                emit(e,
                     VARS("name", m->errors[i].enumerator, "end", i + 1 < m->n_errors ? "," : ""),
                     "        ${name}${end}\n");
        emit(e, NULL, "};\n\n");
        for (size_t i = 0; i < m->n_errors; i++)
                emit(e, VARS("macro", m->errors[i].macro, "name", m->errors[i].name),
                     "#define ${macro} \"${name}\"\n");
        emit(e, VARS("c", m->symbol.c),
             "\n"
             "/* Which of them it is. NULL is none, and so _OTHER. */\n"
             "enum ${c}_error ${c}_error_of(const struct fascia_error *error);\n"
             "/* Its name on D-Bus; that of _OTHER is org.fascia.Error.Failed. */\n"
             "const char *${c}_error_get_name(enum ${c}_error error);\n"
             "\n");
}

static void emit_public_descriptors(Emitter *e, const Module *m) {
        const Type **types;
        size_t n = c_types(m, &types);

        for (size_t i = 0; i < n; i++)
                if (c_is_public(m, types[i]))
                        emit(e, VARS("type", c_descriptor(m, types[i])),
                             "extern const struct fascia_type ${type};\n");
}

/* What stands in an interface that is used here, of another module. */
static void emit_imports(Emitter *e, const Module *m) {
        NameSet known = { 0 };
        const Type **types;
        size_t n_types = c_types(m, &types);

        for (size_t i = 0; i < n_types; i++) {
                const Module *owner = c_owner(types[i]);
                const char *path;

                if (!owner || owner == m)
                        continue;
                path = arena_printf(m->arena, "%s/%s-types.h", owner->include_dir, owner->stem);
                if (name_set_add(&known, m->arena, path))
                        emit(e, VARS("path", path), "#include <${path}>\n");
        }
}

void emit_types_header(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "title", c_title(m), "guard", c_guard(m, "TYPES")),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The types of the module ${title}. */\n"
             "#ifndef ${guard}\n"
             "#define ${guard}\n"
             "\n"
             "#include <fascia/descriptor.h>\n");
        emit_imports(e, m);
        emit(e, NULL,
             "\n"
             "#ifdef __cplusplus\n"
             "extern \"C\" {\n"
             "#endif\n"
             "\n");
        emit_declared_types(e, m);
        emit_errors(e, m);
        emit(e, VARS("module", m->symbol.c),
             "/* Descriptors, for the framework. */\n"
             "extern const struct fascia_module ${module}_module;\n");
        emit_public_descriptors(e, m);
        if (m->n_interfaces > 0)
                emit(e, VARS("module", m->symbol.c),
                     "extern const struct fascia_interface ${module}_interfaces[];\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit(e,
                     VARS("interface", m->interfaces[i]->symbol.c, "module", m->symbol.c, "index",
                          number(m, i)),
                     "#define ${interface}_interface (${module}_interfaces[${index}])\n");
        emit(e, NULL,
             "\n"
             "#ifdef __cplusplus\n"
             "}\n"
             "#endif\n"
             "\n"
             "#endif\n");
}

/* ---- <stem>-private.h ---- */

static void emit_positions(Emitter *e, const char *interface, const char *kind,
                           const Symbol **symbols, size_t n) {
        if (n == 0)
                return;
        emit(e, NULL, "enum {\n");
        for (size_t i = 0; i < n; i++)
                emit(e,
                     VARS("interface", interface, "kind", kind, "upper", symbols[i]->upper, "comma",
                          i + 1 < n ? "," : ""),
                     "        ${interface}_${kind}_${upper}${comma}\n");
        emit(e, NULL, "};\n\n");
}

static void emit_arguments(Emitter *e, const Module *m, const Interface *f, const Symbol *symbol,
                           Parameter **parameters, size_t n) {
        if (n == 0)
                return;
        emit(e, VARS("interface", f->symbol.c, "local", symbol->local),
             "struct ${interface}_${local}_arguments {\n");
        for (size_t i = 0; i < n; i++)
                emit(e,
                     VARS("type", c_storage(m, parameters[i]->type), "name",
                          parameters[i]->symbol.bare),
                     "        ${type}${name};\n");
        emit(e, NULL, "};\n\n");
}

static void emit_private_interface(Emitter *e, const Module *m, const Interface *f) {
        const Symbol **properties = NULL, **operations = NULL, **signals = NULL;
        size_t n = 0;

        for (size_t i = 0; i < f->n_properties; i++)
                ARENA_APPEND(m->arena, properties, n, &f->properties[i]->symbol);
        emit_positions(e, f->symbol.upper, "PROPERTY", properties, n);
        n = 0;
        for (size_t i = 0; i < f->n_operations; i++)
                ARENA_APPEND(m->arena, operations, n, &f->operations[i]->symbol);
        emit_positions(e, f->symbol.upper, "METHOD", operations, n);
        n = 0;
        for (size_t i = 0; i < f->n_signals; i++)
                ARENA_APPEND(m->arena, signals, n, &f->signals[i]->symbol);
        emit_positions(e, f->symbol.upper, "SIGNAL", signals, n);
        for (size_t i = 0; i < f->n_operations; i++)
                emit_arguments(e, m, f, &f->operations[i]->symbol, f->operations[i]->parameters,
                               f->operations[i]->n_parameters);
        for (size_t i = 0; i < f->n_signals; i++)
                emit_arguments(e, m, f, &f->signals[i]->symbol, f->signals[i]->parameters,
                               f->signals[i]->n_parameters);
}

void emit_private_header(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* What the generated sources of ${module} ${version} share: positions and arguments. */\n"
             "#pragma once\n"
             "\n"
             "#include \"${stem}-types.h\"\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_private_interface(e, m, m->interfaces[i]);
        /* The last block ends the file, not a blank line. */
        emit_trim(e);
}
