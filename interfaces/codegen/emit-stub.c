/* SPDX-License-Identifier: MIT */
/* Emits a production backend to begin with: it runs as it is, begins with start values, and answers empty ones. */
#include "c-types.h"
#include "value-reader.h"

/* What initialises a variable of this type: no string may be NULL. */
static const char *empty_initializer(const Module *m, const Type *t) {
        if (t->kind == TYPE_STRUCT)
                return arena_printf(m->arena, "%s_INIT", t->structure->symbol.upper);
        return t->kind == TYPE_VAR ? "{ .type = NULL }" : "{ .count = 0 }";
}

static void emit_variable(Emitter *e, const Module *m, const Type *t, const char *name) {
        if (c_is_pointed(t))
                emit(e,
                     VARS("type", c_storage(m, t), "name", name, "value", empty_initializer(m, t)),
                     "        const ${type}${name} = ${value};\n");
}

/* As an argument: what is passed by pointer stands in a variable of that name. */
static const char *empty_argument(const Module *m, const Type *t, const char *name) {
        return c_is_pointed(t) ? arena_printf(m->arena, "&%s", name) : c_empty(t);
}

static const char *c_scalar(const Module *m, const Type *t, const Value *v) {
        if (t->kind == TYPE_ENUM)
                for (size_t i = 0; i < t->enumeration->n_members; i++)
                        if (t->enumeration->members[i]->value == v->integer)
                                return t->enumeration->members[i]->symbol.c;
        return c_initializer(m, t, v);
}

/* The first of these that the bounds allow: what the file says, nothing, the lowest, the highest. */
static const char *first_value(const Module *m, const Property *p) {
        const Constraint *c = &p->constraint;
        const Value *empty = value_new_default(m->arena, p->type);
        const Value *candidates[] = { p->initial, empty, c->minimum, c->maximum,
                                      c->n_domain > 0 ? c->domain[0] : NULL };

        for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
                if (candidates[i] && value_is_allowed(c, candidates[i]))
                        return candidates[i] == empty ? c_empty(p->type)
                                                      : c_scalar(m, p->type, candidates[i]);
        return c_empty(p->type);
}

static void emit_report_all(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_values == 0)
                return;
        emit(e, VARS("i", f->symbol.c, "local", f->symbol.local),
             "static int ${local}_report(struct ${i}_backend *backend) {\n");
        for (size_t i = 0; i < f->n_values; i++)
                emit_variable(e, m, f->values[i]->type,
                              arena_printf(m->arena, "empty_%s", f->values[i]->symbol.local));
        emit(e, NULL, "        int r;\n\n");
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];
                const char *name = arena_printf(m->arena, "empty_%s", p->symbol.local);

                emit(e,
                     VARS("i", f->symbol.c, "p", p->symbol.local, "value",
                          c_is_pointed(p->type) ? arena_printf(m->arena, "&%s", name)
                                                : first_value(m, p)),
                     "        r = ${i}_backend_report_${p}(backend, ${value});\n"
                     "        if (r < 0)\n"
                     "                return r;\n");
        }
        emit(e, NULL,
             "        return 0;\n"
             "}\n"
             "\n");
}

static void emit_start_and_stop(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c, "local", f->symbol.local),
             "/* Begins to serve: acquire the device here, and keep what you need in *ret_userdata. */\n"
             "static int ${local}_start(struct ${i}_backend *backend, void *plugin, void **ret_userdata) {\n");
        if (f->n_values > 0)
                emit(e, VARS("local", f->symbol.local),
                     "        int r;\n"
                     "\n"
                     "        (void)plugin;\n"
                     "        (void)ret_userdata;\n"
                     "        r = ${local}_report(backend);\n"
                     "        if (r < 0)\n"
                     "                return r;\n");
        else
                emit(e, NULL,
                     "        (void)plugin;\n"
                     "        (void)ret_userdata;\n");
        emit(e, VARS("i", f->symbol.c, "local", f->symbol.local),
             "        ${i}_backend_ready(backend);\n"
             "        return 0;\n"
             "}\n"
             "\n"
             "/* Ends to serve: release what start acquired. */\n"
             "static void ${local}_stop(struct ${i}_backend *backend, void *userdata) {\n"
             "        (void)backend;\n"
             "        (void)userdata;\n"
             "}\n"
             "\n");
}

static void emit_setter(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        emit(e,
             VARS("i", f->symbol.c, "local", f->symbol.local, "p", p->symbol.local, "type",
                  c_parameter(m, p->type)),
             "/* Tell the device, then answer with the value that it took. */\n"
             "static int ${local}_set_${p}(struct ${i}_backend *backend, ${type}value, struct ${i}_set_${p}_reply reply, void *userdata) {\n"
             "        (void)backend;\n"
             "        (void)userdata;\n"
             "        return ${i}_backend_reply_set_${p}(reply, value);\n"
             "}\n"
             "\n");
}

static void emit_operation(Emitter *e, const Module *m, const Interface *f, const Operation *o) {
        const char *result = "";

        emit_doc(e, "", &o->symbol, NULL);
        emit(e,
             VARS("i", f->symbol.c, "local", f->symbol.local, "o", o->symbol.local, "fn",
                  o->symbol.bare, "parameters",
                  c_parameter_list(m, o->parameters, o->n_parameters)),
             "static int ${local}_${fn}(struct ${i}_backend *backend${parameters}, struct ${i}_${o}_reply reply, void *userdata) {\n");
        emit_variable(e, m, o->result, "empty");
        if (c_is_pointed(o->result))
                emit(e, NULL, "\n");
        emit(e, NULL, "        (void)backend;\n");
        for (size_t i = 0; i < o->n_parameters; i++)
                emit(e, VARS("name", o->parameters[i]->symbol.bare), "        (void)${name};\n");
        if (o->result->kind != TYPE_VOID)
                result = arena_printf(m->arena, ", %s", empty_argument(m, o->result, "empty"));
        emit(e, VARS("i", f->symbol.c, "o", o->symbol.local, "result", result),
             "        (void)userdata;\n"
             "        return ${i}_backend_reply_${o}(reply${result});\n"
             "}\n"
             "\n");
}

static void emit_table(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c, "local", f->symbol.local),
             "static const struct ${i}_backend_ops ${local}_ops = {\n"
             "        .size = sizeof(${local}_ops),\n"
             "        .start = ${local}_start,\n"
             "        .stop = ${local}_stop,\n");
        for (size_t i = 0; i < f->n_values; i++)
                if (c_is_settable(f->values[i]))
                        emit(e, VARS("local", f->symbol.local, "p", f->values[i]->symbol.local),
                             "        .set_${p} = ${local}_set_${p},\n");
        for (size_t i = 0; i < f->n_operations; i++)
                emit(e, VARS("local", f->symbol.local, "fn", f->operations[i]->symbol.bare),
                     "        .${fn} = ${local}_${fn},\n");
        emit(e, NULL, "};\n\n");
}

static void emit_stub_interface(Emitter *e, const Module *m, const Interface *f) {
        emit(e, VARS("name", f->symbol.name), "/* ---- ${name} ---- */\n\n");
        emit_report_all(e, m, f);
        emit_start_and_stop(e, f);
        for (size_t i = 0; i < f->n_values; i++)
                if (c_is_settable(f->values[i]))
                        emit_setter(e, m, f, f->values[i]);
        for (size_t i = 0; i < f->n_operations; i++)
                emit_operation(e, m, f, f->operations[i]);
        emit_table(e, f);
}

void emit_stub(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* A production backend of the module ${module} ${version}. fascia-codegen wrote it once, from\n"
             " * ${stem}.qface; now it is yours. It runs as it is: with start values, and empty answers. */\n"
             "#include \"${stem}-backend.h\"\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_stub_interface(e, m, m->interfaces[i]);
        emit(e, NULL, "static const struct fascia_plugin_feature features[] = {\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit(e,
                     VARS("upper", m->interfaces[i]->symbol.upper, "local",
                          m->interfaces[i]->symbol.local),
                     "        {\n"
                     "                ${upper}_FEATURE(&${local}_ops),\n"
                     "        },\n");
        emit(e, VARS("stem", m->stem),
             "};\n"
             "\n"
             "FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;\n"
             "const struct fascia_plugin FASCIA_PLUGIN_NAME = {\n"
             "        .abi = FASCIA_BACKEND_ABI,\n"
             "        .size = sizeof(struct fascia_plugin),\n"
             "        .name = \"${stem}\",\n"
             "        .kind = FASCIA_PLUGIN_PRODUCTION,\n"
             "        .feature_size = sizeof(struct fascia_plugin_feature),\n"
             "        .n_features = sizeof(features) / sizeof(features[0]),\n"
             "        .features = features,\n"
             "};\n");
}
