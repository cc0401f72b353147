/* SPDX-License-Identifier: MIT */
/* Emits what the author of a backend works with: typed operations, reports and answers. */
#include "c-types.h"

#include <string.h>

static bool has_operations(const Interface *f) {
        return f->n_operations > 0;
}

/* The formatter would align the ends of the lines by the length of names. */
static void emit_feature_macro(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c, "upper", f->symbol.upper),
             "/* clang-format off */\n"
             "#define ${upper}_FEATURE(typed_ops) \\\n"
             "        .interface = &${i}_interface, \\\n"
             "        .ops = &${i}_backend_adapter, \\\n"
             "        .implementation = (typed_ops)\n"
             "/* clang-format on */\n"
             "\n");
}

/* ---- the header ---- */

static void emit_tickets(Emitter *e, const Interface *f) {
        if (!c_has_setters(f) && !has_operations(f))
                return;
        emit(e, NULL, "/* Tickets, one type for each operation; see struct fascia_reply. */\n");
        for (size_t i = 0; i < f->n_values; i++)
                if (c_is_settable(f->values[i]))
                        emit(e, VARS("i", f->symbol.c, "p", f->values[i]->symbol.local),
                             "struct ${i}_set_${p}_reply {\n"
                             "        struct fascia_reply ticket;\n"
                             "};\n"
                             "\n");
        for (size_t i = 0; i < f->n_operations; i++)
                emit(e, VARS("i", f->symbol.c, "o", f->operations[i]->symbol.local),
                     "struct ${i}_${o}_reply {\n"
                     "        struct fascia_reply ticket;\n"
                     "};\n"
                     "\n");
}

static void emit_ops(Emitter *e, const Module *m, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "/* What is implemented; see struct fascia_backend_ops for what each may do. An operation that is NULL\n"
             " * is answered with \"not supported\". */\n"
             "struct ${i}_backend_ops {\n"
             "        size_t size; /* sizeof(struct ${i}_backend_ops) */\n"
             "        int (*start)(struct ${i}_backend *backend, void *plugin, void **ret_userdata);\n"
             "        void (*stop)(struct ${i}_backend *backend, void *userdata);\n");
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];

                if (!c_is_settable(p))
                        continue;
                emit_doc(e, "        ", &p->symbol, NULL);
                emit(e,
                     VARS("i", f->symbol.c, "p", p->symbol.local, "type", c_parameter(m, p->type)),
                     "        int (*set_${p})(struct ${i}_backend *backend, ${type}value, struct ${i}_set_${p}_reply reply, void *userdata);\n");
        }
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                emit_doc(e, "        ", &o->symbol, NULL);
                emit(e,
                     VARS("i", f->symbol.c, "o", o->symbol.local, "fn", o->symbol.bare,
                          "parameters", c_parameter_list(m, o->parameters, o->n_parameters)),
                     "        int (*${fn})(struct ${i}_backend *backend${parameters}, struct ${i}_${o}_reply reply, void *userdata);\n");
        }
        emit(e, VARS("i", f->symbol.c, "upper", f->symbol.upper),
             "};\n"
             "\n"
             "/* For an entry of the features of a struct fascia_plugin: { ${upper}_FEATURE(&ops) }. */\n"
             "extern const struct fascia_backend_ops ${i}_backend_adapter;\n");
        emit_feature_macro(e, f);
}

static void emit_zone_declarations(Emitter *e, const Interface *f) {
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "/* See fascia_backend_add_zone(), _remove_zone(), _get_zone(). */\n"
                     "int ${i}_backend_add_zone(struct ${i}_backend *backend, const char *zone, void *userdata, struct ${i}_backend **ret_zone);\n"
                     "void ${i}_backend_remove_zone(struct ${i}_backend *zone);\n"
                     "struct ${i}_backend *${i}_backend_get_zone(struct ${i}_backend *backend, const char *zone);\n"
                     "\n");
}

static void emit_report_declarations(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_values > 0)
                emit(e, NULL, "/* See fascia_backend_report(), _withdraw(). */\n");
        for (size_t i = 0; i < f->n_values; i++)
                emit(e,
                     VARS("i", f->symbol.c, "p", f->values[i]->symbol.local, "type",
                          c_parameter(m, f->values[i]->type)),
                     "int ${i}_backend_report_${p}(struct ${i}_backend *backend, ${type}value);\n"
                     "int ${i}_backend_withdraw_${p}(struct ${i}_backend *backend);\n");
        if (f->n_values > 0)
                emit(e, NULL, "\n");
        for (size_t i = 0; i < f->n_signals; i++) {
                const Signal *s = f->signals[i];

                if (i == 0)
                        emit(e, NULL, "/* See fascia_backend_emit(). */\n");
                emit(e,
                     VARS("i", f->symbol.c, "s", s->symbol.local, "parameters",
                          c_parameter_list(m, s->parameters, s->n_parameters)),
                     "int ${i}_backend_emit_${s}(struct ${i}_backend *backend${parameters});\n");
        }
        if (f->n_signals > 0)
                emit(e, NULL, "\n");
}

static void emit_answer_declarations(Emitter *e, const Module *m, const Interface *f) {
        if (c_has_setters(f))
                emit(e, NULL,
                     "/* See fascia_reply_set(): the value in effect, which is reported too. To fail:\n"
                     " * fascia_reply_fail(reply.ticket, code, text). */\n");
        for (size_t i = 0; i < f->n_values; i++)
                if (c_is_settable(f->values[i]))
                        emit(e,
                             VARS("i", f->symbol.c, "p", f->values[i]->symbol.local, "type",
                                  c_parameter(m, f->values[i]->type)),
                             "int ${i}_backend_reply_set_${p}(struct ${i}_set_${p}_reply reply, ${type}value);\n");
        if (c_has_setters(f))
                emit(e, NULL, "\n");
        if (has_operations(f))
                emit(e, NULL,
                     "/* See fascia_reply_call(). To fail: fascia_reply_fail(reply.ticket, code, text). */\n");
        for (size_t i = 0; i < f->n_operations; i++)
                emit(e,
                     VARS("i", f->symbol.c, "o", f->operations[i]->symbol.local, "result",
                          c_result_parameter(m, f->operations[i])),
                     "int ${i}_backend_reply_${o}(struct ${i}_${o}_reply reply${result});\n");
        if (has_operations(f))
                emit(e, NULL, "\n");
}

static void emit_backend_interface(Emitter *e, const Module *m, const Interface *f) {
        emit_doc(e, "", &f->symbol, NULL);
        emit(e, VARS("i", f->symbol.c), "struct ${i}_backend;\n\n");
        emit_tickets(e, f);
        emit_ops(e, m, f);
        emit(e, VARS("i", f->symbol.c),
             "/* The backend as the functions of <fascia/backend.h> take it. */\n"
             "struct fascia_backend *${i}_backend_base(struct ${i}_backend *backend);\n"
             "\n"
             "/* See fascia_backend_ready(), _fail(). */\n"
             "void ${i}_backend_ready(struct ${i}_backend *backend);\n"
             "void ${i}_backend_fail(struct ${i}_backend *backend, int code, const char *text);\n"
             "\n");
        emit_zone_declarations(e, f);
        emit_report_declarations(e, m, f);
        emit_answer_declarations(e, m, f);
}

void emit_backend_header(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "title", c_title(m), "guard", c_guard(m, "BACKEND")),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* For those who implement the module ${title}. */\n"
             "#ifndef ${guard}\n"
             "#define ${guard}\n"
             "\n"
             "#include <fascia/backend.h>\n"
             "\n"
             "#include \"${stem}-types.h\"\n"
             "\n"
             "#ifdef __cplusplus\n"
             "extern \"C\" {\n"
             "#endif\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_backend_interface(e, m, m->interfaces[i]);
        if (m->n_errors > 0)
                emit(e, VARS("c", m->symbol.c),
                     "/* The operation did not work for this reason, as fascia_reply_fail_named(). */\n"
                     "int ${c}_reply_error(struct fascia_reply ticket, enum ${c}_error error, const char *text);\n"
                     "\n");
        emit(e, NULL,
             "#ifdef __cplusplus\n"
             "}\n"
             "#endif\n"
             "\n"
             "#endif\n");
}

/* ---- the source ---- */

static void emit_start_and_stop(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "static int ${i}_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {\n"
             "        const struct ${i}_backend_ops *ops = fascia_backend_get_implementation(backend);\n"
             "\n"
             "        if (!HAS_OPERATION(${i}, ops, start))\n"
             "                return 0;\n"
             "        return ops->start((struct ${i}_backend *)backend, plugin, ret_userdata);\n"
             "}\n"
             "\n"
             "static void ${i}_stop(struct fascia_backend *backend, void *userdata) {\n"
             "        const struct ${i}_backend_ops *ops = fascia_backend_get_implementation(backend);\n"
             "\n"
             "        if (HAS_OPERATION(${i}, ops, stop))\n"
             "                ops->stop((struct ${i}_backend *)backend, userdata);\n"
             "}\n"
             "\n");
}

static void emit_adapter_set(Emitter *e, const Module *m, const Interface *f) {
        if (!c_has_setters(f))
                return;
        emit(e, VARS("i", f->symbol.c),
             "static int ${i}_set(struct fascia_backend *backend, uint32_t property, const void *value, struct fascia_reply reply, void *userdata) {\n"
             "        const struct ${i}_backend_ops *ops = fascia_backend_get_implementation(backend);\n"
             "        struct ${i}_backend *self = (struct ${i}_backend *)backend;\n"
             "\n"
             "        switch (property) {\n");
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];
                const char *value;

                if (!c_is_settable(p))
                        continue;
                emit(e,
                     VARS("i", f->symbol.c, "upper", f->symbol.upper, "p", p->symbol.local, "P",
                          p->symbol.upper),
                     "        case ${upper}_PROPERTY_${P}: {\n"
                     "                const struct ${i}_set_${p}_reply ticket = { reply };\n");
                value = emit_load(e, m, p->type, "                ", "value");
                emit(e, VARS("i", f->symbol.c, "p", p->symbol.local, "value", value),
                     "\n"
                     "                if (!HAS_OPERATION(${i}, ops, set_${p}))\n"
                     "                        return -EOPNOTSUPP;\n"
                     "                return ops->set_${p}(self, ${value}, ticket, userdata);\n"
                     "        }\n");
        }
        emit(e, NULL,
             "        default:\n"
             "                return -EROFS;\n"
             "        }\n"
             "}\n"
             "\n");
}

/* ", a->data, &a->list": the arguments as the typed operation takes them. */
static const char *unpacked(const Module *m, const Operation *o) {
        const char *values = "";

        for (size_t i = 0; i < o->n_parameters; i++) {
                const Parameter *p = o->parameters[i];
                const char *cast = "";

                if (p->type->kind == TYPE_ENUM)
                        cast = arena_printf(m->arena, "(enum %s)", p->type->enumeration->symbol.c);
                else if (c_is_pointed(p->type))
                        cast = "&";
                values = arena_printf(m->arena, "%s, %sa->%s", values, cast, p->symbol.bare);
        }
        return values;
}

static void emit_adapter_call(Emitter *e, const Module *m, const Interface *f) {
        if (!has_operations(f))
                return;
        emit(e, VARS("i", f->symbol.c),
             "static int ${i}_call(struct fascia_backend *backend, uint32_t method, const void *arguments, struct fascia_reply reply, void *userdata) {\n"
             "        const struct ${i}_backend_ops *ops = fascia_backend_get_implementation(backend);\n"
             "        struct ${i}_backend *self = (struct ${i}_backend *)backend;\n"
             "\n");
        if (!c_any_arguments(f))
                emit(e, NULL, "        (void)arguments;\n");
        emit(e, NULL, "        switch (method) {\n");
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];

                emit(e, VARS("upper", f->symbol.upper, "O", o->symbol.upper),
                     "        case ${upper}_METHOD_${O}: {\n");
                if (o->n_parameters > 0)
                        emit(e, VARS("i", f->symbol.c, "o", o->symbol.local),
                             "                const struct ${i}_${o}_arguments *a = arguments;\n");
                emit(e,
                     VARS("i", f->symbol.c, "o", o->symbol.local, "fn", o->symbol.bare, "values",
                          unpacked(m, o)),
                     "                const struct ${i}_${o}_reply ticket = { reply };\n"
                     "\n"
                     "                if (!HAS_OPERATION(${i}, ops, ${fn}))\n"
                     "                        return -EOPNOTSUPP;\n"
                     "                return ops->${fn}(self${values}, ticket, userdata);\n"
                     "        }\n");
        }
        emit(e, NULL,
             "        default:\n"
             "                return -EOPNOTSUPP;\n"
             "        }\n"
             "}\n"
             "\n");
}

static void emit_adapter(Emitter *e, const Module *m, const Interface *f) {
        emit_start_and_stop(e, f);
        emit_adapter_set(e, m, f);
        emit_adapter_call(e, m, f);
        emit(e, VARS("i", f->symbol.c),
             "const struct fascia_backend_ops ${i}_backend_adapter = {\n"
             "        .size = sizeof(struct fascia_backend_ops),\n"
             "        .start = ${i}_start,\n"
             "        .stop = ${i}_stop,\n");
        if (c_has_setters(f))
                emit(e, VARS("i", f->symbol.c), "        .set = ${i}_set,\n");
        if (has_operations(f))
                emit(e, VARS("i", f->symbol.c), "        .call = ${i}_call,\n");
        emit(e, NULL, "};\n\n");
}

static void emit_base_functions(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "struct fascia_backend *${i}_backend_base(struct ${i}_backend *backend) {\n"
             "        return (struct fascia_backend *)backend;\n"
             "}\n"
             "\n"
             "void ${i}_backend_ready(struct ${i}_backend *backend) {\n"
             "        fascia_backend_ready((struct fascia_backend *)backend);\n"
             "}\n"
             "\n"
             "void ${i}_backend_fail(struct ${i}_backend *backend, int code, const char *text) {\n"
             "        fascia_backend_fail((struct fascia_backend *)backend, code, text);\n"
             "}\n"
             "\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "int ${i}_backend_add_zone(struct ${i}_backend *backend, const char *zone, void *userdata, struct ${i}_backend **ret_zone) {\n"
                     "        struct fascia_backend *base = (struct fascia_backend *)backend;\n"
                     "        struct fascia_backend **ret = (struct fascia_backend **)ret_zone;\n"
                     "\n"
                     "        return fascia_backend_add_zone(base, zone, userdata, ret);\n"
                     "}\n"
                     "\n"
                     "void ${i}_backend_remove_zone(struct ${i}_backend *zone) {\n"
                     "        fascia_backend_remove_zone((struct fascia_backend *)zone);\n"
                     "}\n"
                     "\n"
                     "struct ${i}_backend *${i}_backend_get_zone(struct ${i}_backend *backend, const char *zone) {\n"
                     "        struct fascia_backend *base = (struct fascia_backend *)backend;\n"
                     "\n"
                     "        return (struct ${i}_backend *)fascia_backend_get_zone(base, zone);\n"
                     "}\n"
                     "\n");
}

static void emit_report_functions(Emitter *e, const Module *m, const Interface *f) {
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];
                const char *value;

                emit(e,
                     VARS("i", f->symbol.c, "p", p->symbol.local, "type", c_parameter(m, p->type)),
                     "int ${i}_backend_report_${p}(struct ${i}_backend *backend, ${type}value) {\n"
                     "        struct fascia_backend *base = (struct fascia_backend *)backend;\n");
                value = emit_raw(e, p->type, "value", m->arena);
                emit(e,
                     VARS("i", f->symbol.c, "upper", f->symbol.upper, "p", p->symbol.local, "P",
                          p->symbol.upper, "value", value),
                     "\n"
                     "        return fascia_backend_report(base, ${upper}_PROPERTY_${P}, ${value});\n"
                     "}\n"
                     "\n"
                     "int ${i}_backend_withdraw_${p}(struct ${i}_backend *backend) {\n"
                     "        struct fascia_backend *base = (struct fascia_backend *)backend;\n"
                     "\n"
                     "        return fascia_backend_withdraw(base, ${upper}_PROPERTY_${P});\n"
                     "}\n"
                     "\n");
        }
}

static void emit_signal_functions(Emitter *e, const Module *m, const Interface *f) {
        for (size_t i = 0; i < f->n_signals; i++) {
                const Signal *s = f->signals[i];

                emit(e,
                     VARS("i", f->symbol.c, "s", s->symbol.local, "parameters",
                          c_parameter_list(m, s->parameters, s->n_parameters)),
                     "int ${i}_backend_emit_${s}(struct ${i}_backend *backend${parameters}) {\n"
                     "        struct fascia_backend *base = (struct fascia_backend *)backend;\n");
                emit_pack_arguments(e, f, &s->symbol, s->parameters, s->n_parameters);
                emit(e,
                     VARS("upper", f->symbol.upper, "S", s->symbol.upper, "arguments",
                          s->n_parameters > 0 ? "&arguments" : "NULL"),
                     "        return fascia_backend_emit(base, ${upper}_SIGNAL_${S}, ${arguments});\n"
                     "}\n"
                     "\n");
        }
}

static void emit_answer_functions(Emitter *e, const Module *m, const Interface *f) {
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];
                const char *value;

                if (!c_is_settable(p))
                        continue;
                emit(e,
                     VARS("i", f->symbol.c, "p", p->symbol.local, "type", c_parameter(m, p->type)),
                     "int ${i}_backend_reply_set_${p}(struct ${i}_set_${p}_reply reply, ${type}value) {\n");
                value = emit_raw(e, p->type, "value", m->arena);
                emit(e, VARS("value", value, "blank", p->type->kind == TYPE_ENUM ? "\n" : ""),
                     "${blank}        return fascia_reply_set(reply.ticket, ${value});\n"
                     "}\n"
                     "\n");
        }
        for (size_t i = 0; i < f->n_operations; i++) {
                const Operation *o = f->operations[i];
                const char *value = "NULL";

                emit(e,
                     VARS("i", f->symbol.c, "o", o->symbol.local, "result",
                          c_result_parameter(m, o)),
                     "int ${i}_backend_reply_${o}(struct ${i}_${o}_reply reply${result}) {\n");
                if (o->result->kind != TYPE_VOID)
                        value = emit_raw(e, o->result, "result", m->arena);
                emit(e, VARS("value", value, "blank", o->result->kind == TYPE_ENUM ? "\n" : ""),
                     "${blank}        return fascia_reply_call(reply.ticket, ${value});\n"
                     "}\n"
                     "\n");
        }
}

static bool needs_errno(const Module *m) {
        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                if (c_has_setters(f) || has_operations(f))
                        return true;
                for (size_t j = 0; j < f->n_signals; j++)
                        if (c_needs_null_check(f->signals[j]->parameters,
                                               f->signals[j]->n_parameters))
                                return true;
        }
        return false;
}

void emit_backend_source(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* Gives types to the backend interface, for the module ${module} ${version}. */\n"
             "#include \"${stem}-backend.h\"\n"
             "\n");
        if (needs_errno(m))
                emit(e, NULL, "#include <errno.h>\n\n");
        emit(e, VARS("stem", m->stem),
             "#include \"${stem}-private.h\"\n"
             "\n"
             "/* Unset operations, and those that the older header which a backend was built with does not have. */\n"
             "#define HAS_OPERATION(interface, ops, name) \\\n"
             "        (FASCIA_HAS_FIELD(struct interface##_backend_ops, name, (ops)->size) && (ops)->name)\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++) {
                emit_adapter(e, m, m->interfaces[i]);
                emit_base_functions(e, m->interfaces[i]);
                emit_report_functions(e, m, m->interfaces[i]);
                emit_signal_functions(e, m, m->interfaces[i]);
                emit_answer_functions(e, m, m->interfaces[i]);
        }
        if (m->n_errors > 0)
                emit(e, VARS("c", m->symbol.c),
                     "int ${c}_reply_error(struct fascia_reply ticket, enum ${c}_error error, const char *text) {\n"
                     "        return fascia_reply_fail_named(ticket, ${c}_error_get_name(error), text);\n"
                     "}\n");
        emit_trim(e);
}
