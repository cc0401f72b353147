/* SPDX-License-Identifier: MIT */
/* Emits the descriptors of a module, with the functions of its types. */
#include <inttypes.h>
#include <string.h>

#include "c-types.h"
#include "name-set.h"

static const char *number(const Module *m, size_t n) {
        return arena_printf(m->arena, "%zu", n);
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

static void emit_fields(Emitter *e, const Module *m, const char *name, const Struct *s) {
        emit(e, VARS("name", name), "static const struct fascia_member ${name}[] = {\n");
        for (size_t i = 0; i < s->n_fields; i++)
                emit_member(e, s->fields[i]->symbol.name, c_descriptor(m, s->fields[i]->type),
                            arena_printf(m->arena, "offsetof(struct %s, %s)", s->symbol.c,
                                         s->fields[i]->symbol.bare));
        emit(e, NULL, "};\n\n");
}

/* "cluster_warning_map", of "cluster_warning_map_type". */
static const char *descriptor_stem(const Module *m, const Type *t) {
        const char *name = c_descriptor(m, t);

        return arena_strndup(m->arena, name, strlen(name) - strlen("_type"));
}

static void emit_entry_type(Emitter *e, const Module *m, const Type *t) {
        const char *name = descriptor_stem(m, t);
        const char *tag = c_tag(m, t);

        emit(e, VARS("name", name),
             "static const struct fascia_member ${name}_entry_members[] = {\n");
        emit_member(e, "key", c_descriptor(m, &c_string_type),
                    arena_printf(m->arena, "offsetof(struct %s_entry, key)", tag));
        emit_member(e, "value", c_descriptor(m, t->element),
                    arena_printf(m->arena, "offsetof(struct %s_entry, value)", tag));
        emit(e, VARS("name", name, "tag", tag, "signature", model_signature(m->arena, t->element)),
             "};\n"
             "\n"
             "static const struct fascia_type ${name}_entry_type = {\n"
             "        .kind = FASCIA_KIND_STRUCT,\n"
             "        .self = sizeof(struct fascia_type),\n"
             "        .size = sizeof(struct ${tag}_entry),\n"
             "        .name = \"\",\n"
             "        .signature = \"{s${signature}}\",\n"
             "        .n_members = 2,\n"
             "        .members = ${name}_entry_members,\n"
             "};\n"
             "\n");
}

static const char *type_name(const Type *t) {
        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                return t->enumeration->symbol.name;
        return t->kind == TYPE_STRUCT ? t->structure->symbol.name : "";
}

static void emit_type(Emitter *e, const Module *m, const Type *t) {
        const char *name = c_descriptor(m, t);

        if (t->kind == TYPE_ENUM || t->kind == TYPE_FLAG)
                emit_enumerators(e, m, t->enumeration);
        if (t->kind == TYPE_STRUCT)
                emit_fields(e, m, arena_printf(m->arena, "%s_members", t->structure->symbol.c),
                            t->structure);
        if (t->kind == TYPE_MAP)
                emit_entry_type(e, m, t);
        emit(e, VARS("static", c_is_public(m, t) ? "" : "static ", "name", name, "kind", c_kind(t)),
             "${static}const struct fascia_type ${name} = {\n"
             "        .kind = FASCIA_KIND_${kind},\n");
        if (model_is_trivial(t))
                emit(e, NULL, "        .flags = FASCIA_TYPE_TRIVIAL,\n");
        emit(e,
             VARS("size", c_sizeof(m, t), "name", type_name(t), "signature",
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
        if (t->kind == TYPE_MAP)
                emit(e, VARS("name", descriptor_stem(m, t)),
                     "        .element = &${name}_entry_type,\n");
        else if (t->element)
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
        size = c_sizeof(m, o->result) + strlen("sizeof(");
        size = arena_strndup(m->arena, size, strlen(size) - 1);
        if (o->spread) {
                const char *signature = model_signature(m->arena, o->result);

                emit_fields(e, m, arena_printf(m->arena, "%s_members", name), o->result->structure);
                emit_arguments_type(e, name, model_is_trivial(o->result), size,
                                    arena_strndup(m->arena, signature + 1, strlen(signature) - 2),
                                    number(m, o->result->structure->n_fields));
                return;
        }
        emit(e, VARS("name", name), "static const struct fascia_member ${name}_members[] = {\n");
        emit_member(e, "result", c_descriptor(m, o->result), "0");
        emit(e, NULL, "};\n\n");
        emit_arguments_type(e, name, model_is_trivial(o->result), size,
                            model_signature(m->arena, o->result), "1");
}

/* "FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_CONST" */
static const char *property_flags(Arena *a, const Property *p) {
        const struct {
                bool is_set;
                const char *name;
        } flags[] = {
                { !c_is_settable(p), "READONLY" },
                { p->constant || p->emits == EMITS_CONST, "CONST" },
                { p->persistent, "PERSISTENT" },
                { p->emits == EMITS_INVALIDATES, "INVALIDATES" },
                { p->emits == EMITS_FALSE, "SILENT" },
        };
        const char *text = "";

        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
                if (flags[i].is_set)
                        text = arena_printf(a, "%s%sFASCIA_PROPERTY_%s", text, *text ? " | " : "",
                                            flags[i].name);
        return text;
}

static void emit_property(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        const char *name = arena_printf(m->arena, "%s_%s", f->symbol.local, p->symbol.local);
        const char *flags = property_flags(m->arena, p);

        emit(e,
             VARS("name", p->symbol.name, "dbus", p->symbol.dbus, "type", c_descriptor(m, p->type)),
             "        {\n"
             "                .name = \"${name}\",\n"
             "                .dbus_name = \"${dbus}\",\n"
             "                .type = &${type},\n");
        if (*flags)
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

static void emit_error_names(Emitter *e, const Interface *f, const Operation *o) {
        if (o->n_errors == 0)
                return;
        emit(e, VARS("i", f->symbol.local, "o", o->symbol.local),
             "static const char *const ${i}_${o}_errors[] = {\n");
        for (size_t i = 0; i < o->n_errors; i++)
                emit(e, VARS("name", o->error_names[i]), "        \"${name}\",\n");
        emit(e, NULL, "};\n\n");
}

static void emit_method_table(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_operations == 0)
                return;
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                emit_input(e, m, f, &o->symbol, o->parameters, o->n_parameters);
                emit_output(e, m, f, o);
                emit_error_names(e, f, o);
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
                     "                .output = &${output},\n");
                if (o->is_const)
                        emit(e, NULL, "                .flags = FASCIA_METHOD_CONST,\n");
                if (o->n_errors > 0)
                        emit(e,
                             VARS("n", number(m, o->n_errors), "i", f->symbol.local, "o",
                                  o->symbol.local),
                             "                .n_errors = ${n},\n"
                             "                .errors = ${i}_${o}_errors,\n");
                emit(e, NULL, "        },\n");
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
        h = hash(h, c_kind(t));
        if (t->kind == TYPE_VOID)
                return h;
        h = hash(h, model_signature(m->arena, t));
        if (t->element)
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
                     "                .signal_table = ${local}_signals,\n");
        if (f->configuration)
                emit(e, VARS("section", c_quote(m->arena, f->configuration)),
                     "                .configuration = ${section},\n");
        emit(e, NULL, "        },\n");
}

static void emit_module(Emitter *e, const Module *m) {
        if (m->n_interfaces > 0)
                emit(e, VARS("module", m->symbol.c),
                     "const struct fascia_interface ${module}_interfaces[] = {\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_interface(e, m, m->interfaces[i]);
        if (m->n_interfaces > 0)
                emit(e, NULL, "};\n\n");
        emit(e,
             VARS("module", m->symbol.c, "name", m->symbol.name, "major",
                  arena_printf(m->arena, "%" PRIu32, m->major), "minor",
                  arena_printf(m->arena, "%" PRIu32, m->minor), "bus_name", m->bus_name, "path",
                  m->path),
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
             "        .path = \"${path}\",\n");
        if (m->n_interfaces > 0)
                emit(e, VARS("module", m->symbol.c, "n", number(m, m->n_interfaces)),
                     "        .n_interfaces = ${n},\n"
                     "        .interfaces = ${module}_interfaces,\n");
        if (m->foreign)
                emit(e, NULL, "        .flags = FASCIA_MODULE_FOREIGN,\n");
        emit(e, NULL, "};\n");
}

/* ---- functions of types ---- */

static void emit_type_functions(Emitter *e, const Module *m) {
        /* Lists that share their C type with an earlier one (of an enum, of int) have no functions of
         * their own. */
        NameSet tags = { 0 };
        const Type **types;
        size_t n = c_types(m, &types);

        for (size_t i = 0; i < n; i++) {
                const Type *t = types[i];

                if (t->kind == TYPE_ENUM && t->enumeration->module == m)
                        emit(e, VARS("c", t->enumeration->symbol.c, "type", c_descriptor(m, t)),
                             "\n"
                             "const char *${c}_to_string(int32_t value) {\n"
                             "        return fascia_enum_to_string(&${type}, value);\n"
                             "}\n");
                if ((t->kind == TYPE_STRUCT && t->structure->module == m) ||
                    (c_is_own_container(m, t) && name_set_add(&tags, m->arena, c_tag(m, t))))
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

static void emit_error_functions(Emitter *e, const Module *m) {
        if (m->n_errors == 0)
                return;
        emit(e, VARS("c", m->symbol.c),
             "\n"
             "static const char *const ${c}_error_names[] = {\n"
             "        \"org.fascia.Error.Failed\",\n");
        for (size_t i = 0; i < m->n_errors; i++)
                emit(e, VARS("macro", m->errors[i].macro), "        ${macro},\n");
        emit(e, VARS("c", m->symbol.c, "n", number(m, m->n_errors), "upper", m->symbol.upper),
             "};\n"
             "\n"
             "enum ${c}_error ${c}_error_of(const struct fascia_error *error) {\n"
             "        for (int i = 1; error && i <= ${n}; i++)\n"
             "                if (strcmp(error->name, ${c}_error_names[i]) == 0)\n"
             "                        return (enum ${c}_error)i;\n"
             "        return ${upper}_ERROR_OTHER;\n"
             "}\n"
             "\n"
             "const char *${c}_error_get_name(enum ${c}_error error) {\n"
             "        return ${c}_error_names[error > 0 && error <= ${n} ? error : 0];\n"
             "}\n");
}

void emit_types_source(Emitter *e, const Module *m) {
        const Type **types;
        size_t n = c_types(m, &types);

        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The types of the module ${module} ${version}, and their descriptors. */\n"
             "#include <fascia/generated.h>\n"
             "\n");
        if (m->n_errors > 0)
                emit(e, NULL, "#include <string.h>\n\n");
        emit(e, VARS("stem", m->stem), "#include \"${stem}-private.h\"\n\n");
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
        emit_error_functions(e, m);
}
