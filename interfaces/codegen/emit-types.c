/* SPDX-License-Identifier: MIT */
/* Emits the types of a module: the public header, the private one, and the descriptors. */
#include "c-types.h"

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
        emit_copy_functions(e, s->symbol.c);
}

static void emit_list(Emitter *e, const Module *m, const Type *t) {
        emit(e, VARS("tag", c_tag(m, t), "type", c_storage(m, t->element)),
             "struct ${tag} {\n"
             "        const ${type}*items;\n"
             "        size_t count;\n"
             "};\n"
             "\n");
        emit_copy_functions(e, c_tag(m, t));
}

/* Lists that share their C type with an earlier one (of an enum, of int) have no declaration of
 * their own. */
static bool is_first_of_tag(const Module *m, const Type **types, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (types[j]->kind == TYPE_LIST && !c_list_is_builtin(m, types[j]) &&
                    strcmp(c_tag(m, types[j]), c_tag(m, types[i])) == 0)
                        return false;
        return true;
}

static void emit_declared_types(Emitter *e, const Module *m) {
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

                if (t->kind == TYPE_STRUCT)
                        emit_struct(e, m, t->structure);
                else if (t->kind == TYPE_LIST && !c_list_is_builtin(m, t) &&
                         is_first_of_tag(m, types, i))
                        emit_list(e, m, t);
        }
}

void emit_types_header(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "title", c_title(m), "guard", c_guard(m, "TYPES")),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The types of the module ${title}. */\n"
             "#ifndef ${guard}\n"
             "#define ${guard}\n"
             "\n"
             "#include <fascia/descriptor.h>\n"
             "\n"
             "#ifdef __cplusplus\n"
             "extern \"C\" {\n"
             "#endif\n"
             "\n");
        emit_declared_types(e, m);
        emit(e, VARS("module", m->symbol.c),
             "/* Descriptors, for the framework. */\n"
             "extern const struct fascia_module ${module}_module;\n"
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

/* ---- <stem>-types.c ---- */

static const char *kind_name(const Type *t) {
        switch (t->kind) {
        case TYPE_BOOL:
                return "BOOL";
        case TYPE_INT:
                return "INT32";
        case TYPE_REAL:
                return "REAL";
        case TYPE_STRING:
                return "STRING";
        case TYPE_ENUM:
                return "ENUM";
        case TYPE_FLAG:
                return "FLAG";
        case TYPE_STRUCT:
                return "STRUCT";
        case TYPE_LIST:
                return "LIST";
        case TYPE_VOID:
        case TYPE_VAR:
        case TYPE_NAMED:
        case TYPE_INTERFACE:
        case TYPE_MAP:
        case TYPE_MODEL:
        case TYPE_INVALID:
                break;
        }
        return "";
}

static void emit_enumerators(Emitter *e, const Module *m, const Enum *n) {
        emit(e, VARS("c", n->symbol.c),
             "static const struct fascia_enumerator ${c}_enumerators[] = {\n");
        for (size_t i = 0; i < n->n_members; i++)
                emit(e,
                     VARS("name", n->members[i]->symbol.name, "value",
                          n->is_flag ? arena_printf(m->arena, "INT64_C(0x%" PRIx64 ")",
                                                    (uint64_t)n->members[i]->value)
                                     : arena_printf(m->arena, "%" PRId64, n->members[i]->value)),
                     "        {\n"
                     "                .name = \"${name}\",\n"
                     "                .value = ${value},\n"
                     "        },\n");
        emit(e, NULL, "};\n\n");
}

static void emit_member(Emitter *e, const char *name, const char *type, const char *offset) {
        emit(e, VARS("name", name, "type", type, "offset", offset),
             "        {\n"
             "                .name = \"${name}\",\n"
             "                .type = &${type},\n"
             "                .offset = ${offset},\n"
             "        },\n");
}

static void emit_struct_members(Emitter *e, const Module *m, const Struct *s) {
        emit(e, VARS("tag", s->symbol.c),
             "static const struct fascia_member ${tag}_members[] = {\n");
        for (size_t i = 0; i < s->n_fields; i++)
                emit_member(e, s->fields[i]->symbol.name, c_descriptor(m, s->fields[i]->type),
                            arena_printf(m->arena, "offsetof(struct %s, %s)", s->symbol.c,
                                         s->fields[i]->symbol.bare));
        emit(e, NULL, "};\n\n");
}

static const char *type_name(const Type *t) {
        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                return t->enumeration->symbol.name;
        return t->kind == TYPE_STRUCT ? t->structure->symbol.name : "";
}

static const char *type_size(const Module *m, const Type *t) {
        const char *storage = c_storage(m, t);
        size_t n = strlen(storage);

        if (storage[n - 1] == ' ')
                n--;
        return arena_printf(m->arena, "sizeof(%.*s)", (int)n, storage);
}

static void emit_type(Emitter *e, const Module *m, const Type *t) {
        const char *name = c_descriptor(m, t);

        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                emit_enumerators(e, m, t->enumeration);
        if (t->kind == TYPE_STRUCT)
                emit_struct_members(e, m, t->structure);
        emit(e, VARS("name", name, "kind", kind_name(t)),
             "static const struct fascia_type ${name} = {\n"
             "        .kind = FASCIA_KIND_${kind},\n");
        if (model_is_trivial(t))
                emit(e, NULL, "        .flags = FASCIA_TYPE_TRIVIAL,\n");
        emit(e,
             VARS("size", type_size(m, t), "name", type_name(t), "signature",
                  model_signature(m->arena, t)),
             "        .self = sizeof(struct fascia_type),\n"
             "        .size = ${size},\n"
             "        .name = \"${name}\",\n"
             "        .signature = \"${signature}\",\n");
        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                emit(e,
                     VARS("n", number(m, t->enumeration->n_members), "c", t->enumeration->symbol.c),
                     "        .n_enumerators = ${n},\n"
                     "        .enumerators = ${c}_enumerators,\n");
        if (t->kind == TYPE_STRUCT)
                emit(e, VARS("n", number(m, t->structure->n_fields), "c", t->structure->symbol.c),
                     "        .n_members = ${n},\n"
                     "        .members = ${c}_members,\n");
        if (t->kind == TYPE_LIST)
                emit(e, VARS("element", c_descriptor(m, t->element)),
                     "        .element = &${element},\n");
        emit(e, NULL, "};\n\n");
}

/* No arguments, no result: one descriptor serves all of them. */
static void emit_nothing(Emitter *e, const Module *m) {
        bool needed = false;

        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                for (size_t j = 0; j < f->n_operations; j++)
                        needed |= f->operations[j]->n_parameters == 0 ||
                                  f->operations[j]->result->kind == TYPE_VOID;
                for (size_t j = 0; j < f->n_signals; j++)
                        needed |= f->signals[j]->n_parameters == 0;
        }
        if (needed)
                emit(e, NULL,
                     "static const struct fascia_type no_arguments = {\n"
                     "        .kind = FASCIA_KIND_STRUCT,\n"
                     "        .flags = FASCIA_TYPE_TRIVIAL,\n"
                     "        .self = sizeof(struct fascia_type),\n"
                     "        .name = \"\",\n"
                     "        .signature = \"\",\n"
                     "};\n"
                     "\n");
}

/* A struct type without a name; size as a C expression. */
static void emit_arguments_type(Emitter *e, const char *name, bool trivial, const char *size,
                                const char *signature, const char *n) {
        emit(e, VARS("name", name),
             "static const struct fascia_type ${name} = {\n"
             "        .kind = FASCIA_KIND_STRUCT,\n");
        if (trivial)
                emit(e, NULL, "        .flags = FASCIA_TYPE_TRIVIAL,\n");
        emit(e, VARS("name", name, "size", size, "signature", signature, "n", n),
             "        .self = sizeof(struct fascia_type),\n"
             "        .size = sizeof(${size}),\n"
             "        .name = \"\",\n"
             "        .signature = \"${signature}\",\n"
             "        .n_members = ${n},\n"
             "        .members = ${name}_members,\n"
             "};\n"
             "\n");
}

static void emit_input(Emitter *e, const Module *m, const Interface *f, const Symbol *symbol,
                       Parameter **parameters, size_t n) {
        const char *name = arena_printf(m->arena, "%s_%s_input", f->symbol.local, symbol->local);
        const char *c = arena_printf(m->arena, "struct %s_%s_arguments", f->symbol.c,
                                     symbol->local);
        const char *signature = "";
        bool trivial = true;

        if (n == 0)
                return;
        emit(e, VARS("name", name), "static const struct fascia_member ${name}_members[] = {\n");
        for (size_t i = 0; i < n; i++) {
                emit_member(
                        e, parameters[i]->symbol.name, c_descriptor(m, parameters[i]->type),
                        arena_printf(m->arena, "offsetof(%s, %s)", c, parameters[i]->symbol.bare));
                signature = arena_printf(m->arena, "%s%s", signature,
                                         model_signature(m->arena, parameters[i]->type));
                trivial = trivial && model_is_trivial(parameters[i]->type);
        }
        emit(e, NULL, "};\n\n");
        emit_arguments_type(e, name, trivial, c, signature, number(m, n));
}

static void emit_output(Emitter *e, const Module *m, const Interface *f, const Operation *o) {
        const char *name = arena_printf(m->arena, "%s_%s_output", f->symbol.local, o->symbol.local);
        const char *size;

        if (o->result->kind == TYPE_VOID)
                return;
        emit(e, VARS("name", name), "static const struct fascia_member ${name}_members[] = {\n");
        emit_member(e, "result", c_descriptor(m, o->result), "0");
        emit(e, NULL, "};\n\n");
        size = type_size(m, o->result) + strlen("sizeof(");
        emit_arguments_type(e, name, model_is_trivial(o->result),
                            arena_strndup(m->arena, size, strlen(size) - 1),
                            model_signature(m->arena, o->result), "1");
}

static void emit_property(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        const char *name = arena_printf(m->arena, "%s_%s", f->symbol.local, p->symbol.local);
        const char *flags = NULL;

        emit(e,
             VARS("name", p->symbol.name, "dbus", p->symbol.dbus, "type", c_descriptor(m, p->type)),
             "        {\n"
             "                .name = \"${name}\",\n"
             "                .dbus_name = \"${dbus}\",\n"
             "                .type = &${type},\n");
        if (p->constant)
                flags = "FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_CONST";
        else if (p->readonly)
                flags = "FASCIA_PROPERTY_READONLY";
        if (p->persistent)
                flags = arena_printf(m->arena, "%s%sFASCIA_PROPERTY_PERSISTENT", flags ? flags : "",
                                     flags ? " | " : "");
        if (flags)
                emit(e, VARS("flags", flags), "                .flags = ${flags},\n");
        if (p->constraint.minimum || p->constraint.maximum || p->constraint.n_domain > 0)
                emit(e, VARS("name", name), "                .constraint = &${name}_constraint,\n");
        if (p->initial)
                emit(e, VARS("name", name), "                .initial = &${name}_initial,\n");
        if (p->unit)
                emit(e, VARS("unit", c_quote(m->arena, p->unit)),
                     "                .unit = ${unit},\n");
        emit(e, NULL, "        },\n");
}

static void emit_property_table(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_properties == 0)
                return;
        for (size_t i = 0; i < f->n_properties; i++) {
                const Property *p = f->properties[i];
                const char *name = arena_printf(m->arena, "%s_%s", f->symbol.local,
                                                p->symbol.local);
                bool any = emit_constraint(e, m, name, p->type, &p->constraint);

                if (p->initial)
                        emit_value(e, m, arena_printf(m->arena, "%s_initial", name), p->initial);
                if (any || p->initial)
                        emit(e, NULL, "\n");
        }
        emit(e, VARS("interface", f->symbol.local),
             "static const struct fascia_property ${interface}_properties[] = {\n");
        for (size_t i = 0; i < f->n_properties; i++)
                emit_property(e, m, f, f->properties[i]);
        emit(e, NULL, "};\n\n");
}

/* The descriptor of arguments or a result; "" stands for none. */
static const char *arguments_name(const Module *m, const Interface *f, const Symbol *symbol,
                                  const char *what, bool any) {
        if (!any)
                return "no_arguments";
        return arena_printf(m->arena, "%s_%s_%s", f->symbol.local, symbol->local, what);
}

static void emit_method_table(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_operations == 0)
                return;
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                emit_input(e, m, f, &o->symbol, o->parameters, o->n_parameters);
                emit_output(e, m, f, o);
        }
        emit(e, VARS("interface", f->symbol.local),
             "static const struct fascia_method ${interface}_methods[] = {\n");
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                emit(e,
                     VARS("name", o->symbol.name, "dbus", o->symbol.dbus, "input",
                          arguments_name(m, f, &o->symbol, "input", o->n_parameters > 0), "output",
                          arguments_name(m, f, &o->symbol, "output", o->result->kind != TYPE_VOID)),
                     "        {\n"
                     "                .name = \"${name}\",\n"
                     "                .dbus_name = \"${dbus}\",\n"
                     "                .input = &${input},\n"
                     "                .output = &${output},\n"
                     "        },\n");
        }
        emit(e, NULL, "};\n\n");
}

static void emit_signal_table(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_signals == 0)
                return;
        for (size_t i = 0; i < f->n_signals; i++)
                emit_input(e, m, f, &f->signals[i]->symbol, f->signals[i]->parameters,
                           f->signals[i]->n_parameters);
        emit(e, VARS("interface", f->symbol.local),
             "static const struct fascia_signal ${interface}_signals[] = {\n");
        for (size_t i = 0; i < f->n_signals; i++) {
                const Signal *s = f->signals[i];

                emit(e,
                     VARS("name", s->symbol.name, "dbus", s->symbol.dbus, "arguments",
                          arguments_name(m, f, &s->symbol, "input", s->n_parameters > 0)),
                     "        {\n"
                     "                .name = \"${name}\",\n"
                     "                .dbus_name = \"${dbus}\",\n"
                     "                .arguments = &${arguments},\n"
                     "        },\n");
        }
        emit(e, NULL, "};\n\n");
}

/* ---- the layout hash ---- */

/* FNV-1a, 64 bits: nothing secret, only to notice two files of one name that differ. */
static uint64_t hash(uint64_t h, const char *text) {
        for (;; text++) {
                h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
                if (!*text)
                        return h;
        }
}

static uint64_t hash_type(uint64_t h, const Module *m, const Type *t) {
        h = hash(h, kind_name(t));
        if (t->kind == TYPE_VOID)
                return h;
        h = hash(h, model_signature(m->arena, t));
        if (t->kind == TYPE_LIST)
                return hash_type(h, m, t->element);
        if (t->kind == TYPE_STRUCT)
                for (size_t i = 0; i < t->structure->n_fields; i++)
                        h = hash_type(hash(h, t->structure->fields[i]->symbol.name), m,
                                      t->structure->fields[i]->type);
        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                for (size_t i = 0; i < t->enumeration->n_members; i++)
                        h = hash(hash(h, t->enumeration->members[i]->symbol.name),
                                 arena_printf(m->arena, "%" PRId64,
                                              t->enumeration->members[i]->value));
        return h;
}

static uint64_t hash_parameters(uint64_t h, const Module *m, Parameter **parameters, size_t n) {
        for (size_t i = 0; i < n; i++)
                h = hash_type(hash(h, parameters[i]->symbol.name), m, parameters[i]->type);
        return h;
}

static uint64_t hash_interface(const Module *m, const Interface *f) {
        uint64_t h = hash(UINT64_C(0xcbf29ce484222325), f->qualified_name);

        for (size_t i = 0; i < f->n_properties; i++) {
                const Property *p = f->properties[i];

                h = hash(hash_type(hash(h, p->symbol.dbus), m, p->type), p->constant   ? "const"
                                                                         : p->readonly ? "readonly"
                                                                                       : "");
        }
        h = hash(h, f->zoned ? "zoned" : "");
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                h = hash_parameters(hash(h, o->symbol.dbus), m, o->parameters, o->n_parameters);
                h = hash_type(h, m, o->result);
        }
        h = hash(h, "signals");
        for (size_t i = 0; i < f->n_signals; i++)
                h = hash_parameters(hash(h, f->signals[i]->symbol.dbus), m,
                                    f->signals[i]->parameters, f->signals[i]->n_parameters);
        return h;
}

static void emit_interface(Emitter *e, const Module *m, const Interface *f) {
        emit(e,
             VARS("module", m->symbol.c, "name", f->symbol.name, "qualified", f->qualified_name,
                  "id", c_quote(m->arena, f->id), "dbus", f->symbol.dbus, "path", f->path, "hash",
                  arena_printf(m->arena, "0x%016" PRIx64, hash_interface(m, f))),
             "        {\n"
             "                .module = &${module}_module,\n"
             "                .name = \"${name}\",\n"
             "                .qualified_name = \"${qualified}\",\n"
             "                .id = ${id},\n"
             "                .dbus_name = \"${dbus}\",\n"
             "                .path = \"${path}\",\n"
             "                .layout_hash = UINT64_C(${hash}),\n");
        if (f->zoned)
                emit(e, NULL, "                .flags = FASCIA_INTERFACE_ZONED,\n");
        if (f->n_properties > 0)
                emit(e, VARS("n", number(m, f->n_properties), "local", f->symbol.local),
                     "                .n_properties = ${n},\n"
                     "                .properties = ${local}_properties,\n");
        if (f->n_operations > 0)
                emit(e, VARS("n", number(m, f->n_operations), "local", f->symbol.local),
                     "                .n_methods = ${n},\n"
                     "                .methods = ${local}_methods,\n");
        if (f->n_signals > 0)
                emit(e, VARS("n", number(m, f->n_signals), "local", f->symbol.local),
                     "                .n_signals = ${n},\n"
                     "                .signals = ${local}_signals,\n");
        emit(e, NULL, "        },\n");
}

static void emit_module(Emitter *e, const Module *m) {
        emit(e, VARS("module", m->symbol.c),
             "const struct fascia_interface ${module}_interfaces[] = {\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_interface(e, m, m->interfaces[i]);
        emit(e,
             VARS("module", m->symbol.c, "name", m->symbol.name, "major",
                  arena_printf(m->arena, "%" PRIu32, m->major), "minor",
                  arena_printf(m->arena, "%" PRIu32, m->minor), "bus_name", m->bus_name, "path",
                  m->path, "n", number(m, m->n_interfaces)),
             "};\n"
             "\n"
             "const struct fascia_module ${module}_module = {\n"
             "        .abi = FASCIA_DESCRIPTOR_ABI,\n"
             "        .size = sizeof(struct fascia_module),\n"
             "        .interface_size = sizeof(struct fascia_interface),\n"
             "        .property_size = sizeof(struct fascia_property),\n"
             "        .method_size = sizeof(struct fascia_method),\n"
             "        .signal_size = sizeof(struct fascia_signal),\n"
             "        .name = \"${name}\",\n"
             "        .major = ${major},\n"
             "        .minor = ${minor},\n"
             "        .bus_name = \"${bus_name}\",\n"
             "        .path = \"${path}\",\n"
             "        .n_interfaces = ${n},\n"
             "        .interfaces = ${module}_interfaces,\n"
             "};\n");
}

/* ---- functions of types ---- */

static void emit_type_functions(Emitter *e, const Module *m) {
        const Type **types;
        size_t n = c_types(m, &types);

        for (size_t i = 0; i < n; i++) {
                const Type *t = types[i];

                if (t->kind == TYPE_ENUM)
                        emit(e, VARS("c", t->enumeration->symbol.c, "type", c_descriptor(m, t)),
                             "\n"
                             "const char *${c}_to_string(int32_t value) {\n"
                             "        return fascia_enum_to_string(&${type}, value);\n"
                             "}\n");
                if (t->kind == TYPE_STRUCT || (t->kind == TYPE_LIST && !c_list_is_builtin(m, t) &&
                                               is_first_of_tag(m, types, i)))
                        emit(e, VARS("tag", c_tag(m, t), "type", c_descriptor(m, t)),
                             "\n"
                             "int ${tag}_copy(const struct ${tag} *from, struct ${tag} **ret) {\n"
                             "        return fascia_value_new_copy(&${type}, from, (void **)ret);\n"
                             "}\n"
                             "\n"
                             "struct ${tag} *${tag}_free(struct ${tag} *value) {\n"
                             "        return fascia_value_free(&${type}, value);\n"
                             "}\n");
        }
}

void emit_types_source(Emitter *e, const Module *m) {
        const Type **types;
        size_t n = c_types(m, &types);

        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The types of the module ${module} ${version}, and their descriptors. */\n"
             "#include <fascia/generated.h>\n"
             "\n"
             "#include \"${stem}-private.h\"\n"
             "\n");
        for (size_t i = 0; i < n; i++)
                emit_type(e, m, types[i]);
        emit_nothing(e, m);
        for (size_t i = 0; i < m->n_interfaces; i++) {
                emit(e, VARS("name", m->interfaces[i]->symbol.name), "/* ---- ${name} ---- */\n\n");
                emit_property_table(e, m, m->interfaces[i]);
                emit_method_table(e, m, m->interfaces[i]);
                emit_signal_table(e, m, m->interfaces[i]);
        }
        emit_module(e, m);
        emit_type_functions(e, m);
}
