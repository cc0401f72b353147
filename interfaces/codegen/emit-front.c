/* SPDX-License-Identifier: MIT */
/* Emits the front end of a module: what a user interface calls. */
#include "c-types.h"

#include <string.h>

#include "value-reader.h"

/* "[16-28]", ">= 2", "<= 300": as the service says when it refuses a value. */
static const char *range(const Constraint *c, Arena *a) {
        if (c->minimum && c->maximum)
                return arena_printf(a, "[%s-%s]", value_print(a, c->minimum),
                                    value_print(a, c->maximum));
        if (c->minimum)
                return arena_printf(a, ">= %s", value_print(a, c->minimum));
        return c->maximum ? arena_printf(a, "<= %s", value_print(a, c->maximum)) : NULL;
}

static const char *domain(const Constraint *c, Arena *a) {
        Text text;

        if (c->n_domain == 0)
                return NULL;
        text_init(&text, a);
        for (size_t i = 0; i < c->n_domain; i++)
                text_printf(&text, "%s%s", i > 0 ? "," : "[", value_print(a, c->domain[i]));
        text_add(&text, "]");
        return text.bytes;
}

static const char *add_line(Arena *a, const char *text, const char *name, const char *value) {
        return value ? arena_printf(a, "%s\n%s %s", text, name, value) : text;
}

/* What annotations say to people, below the doc comment. */
static const char *remarks(const Property *p, Arena *a) {
        const char *text = "";

        text = add_line(a, text, "Unit:", p->unit);
        text = add_line(a, text, "Range:", range(&p->constraint, a));
        text = add_line(a, text, "Values:", domain(&p->constraint, a));
        return *text ? text : NULL;
}

static bool needs_null_check(const Module *m) {
        for (size_t i = 0; i < m->n_interfaces; i++)
                for (size_t j = 0; j < m->interfaces[i]->n_operations; j++)
                        if (c_needs_null_check(m->interfaces[i]->operations[j]->parameters,
                                               m->interfaces[i]->operations[j]->n_parameters))
                                return true;
        return false;
}

/* ---- the header ---- */

static void emit_life_cycle(Emitter *e, const Interface *f) {
        emit_doc(e, "", &f->symbol, NULL);
        emit(e, VARS("i", f->symbol.c),
             "struct ${i};\n"
             "\n"
             "/* Makes the feature; it becomes ready from a later dispatch of the client. */\n"
             "int ${i}_new(struct fascia_client *client, struct ${i} **ret);\n"
             "/* The same, of what a value names whose type is this interface: the feature, or a zone of it. -ENOENT:\n"
             " * the path is of something else, as \"/\" is, which names nothing. */\n"
             "int ${i}_new_at(struct fascia_client *client, const char *path, struct ${i} **ret);\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "/* A zone as a feature of its own, which may be made before the service has the zone. */\n"
                     "int ${i}_new_zone(struct fascia_client *client, const char *zone, struct ${i} **ret);\n");
        emit(e, VARS("i", f->symbol.c),
             "/* Pending calls end with -ECANCELED before this returns. Takes NULL; returns NULL. */\n"
             "struct ${i} *${i}_free(struct ${i} *self);\n"
             "/* The feature as the functions of <fascia/fascia.h> take it. */\n"
             "struct fascia_feature *${i}_feature(struct ${i} *self);\n"
             "\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "/* A zone, borrowed: it lives as long as the feature. NULL: there is none of that name now. */\n"
                     "struct ${i} *${i}_get_zone(struct ${i} *self, const char *zone);\n"
                     "/* The zones that are there now, one after the other; previous is NULL for the first. */\n"
                     "struct ${i} *${i}_next_zone(struct ${i} *self, struct ${i} *previous);\n"
                     "\n");
}

static void emit_listener(Emitter *e, const Module *m, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "/* What is heard of the feature; functions that are NULL are not called. A property that lost its\n"
             " * value is told too: with the start value, and has_… is false. */\n"
             "struct ${i}_listener {\n");
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];

                emit(e,
                     VARS("i", f->symbol.c, "changed", p->changed, "type", c_parameter(m, p->type)),
                     "        void (*${changed})(struct ${i} *self, ${type}value, void *userdata);\n");
        }
        for (size_t i = 0; i < f->n_signals; i++) {
                const Signal *s = f->signals[i];

                emit_doc(e, "        ", &s->symbol, NULL);
                emit(e,
                     VARS("i", f->symbol.c, "s", s->symbol.bare, "parameters",
                          c_parameter_list(m, s->parameters, s->n_parameters)),
                     "        void (*${s})(struct ${i} *self${parameters}, void *userdata);\n");
        }
        emit(e, VARS("i", f->symbol.c),
             "        /* The feature became unavailable, syncing or ready. */\n"
             "        void (*on_state)(struct ${i} *self, enum fascia_state state, void *userdata);\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "        /* The service has, or no longer has, a zone of this name. */\n"
                     "        void (*on_zone_added)(struct ${i} *self, const char *zone, void *userdata);\n"
                     "        void (*on_zone_removed)(struct ${i} *self, const char *zone, void *userdata);\n");
        emit(e, VARS("i", f->symbol.c),
             "        /* Once after the properties that changed together. */\n"
             "        void (*on_changed)(struct ${i} *self, void *userdata);\n"
             "};\n"
             "\n"
             "/* Several listeners may be added; each is copied. Nothing of the past is told. */\n"
             "int ${i}_add_listener(struct ${i} *self, const struct ${i}_listener *listener, void *userdata);\n"
             "/* -ENOENT: no such listener with this userdata. */\n"
             "int ${i}_remove_listener(struct ${i} *self, const struct ${i}_listener *listener, void *userdata);\n"
             "\n");
}

static void emit_property_declaration(Emitter *e, const Module *m, const Interface *f,
                                      const Property *p) {
        emit_doc(e, "", &p->symbol, remarks(p, m->arena));
        emit_deprecation(e, &p->symbol);
        emit(e, VARS("i", f->symbol.c, "getter", p->getter, "type", c_parameter(m, p->type)),
             "${type}${getter}(const struct ${i} *self);\n");
        emit_deprecation(e, &p->symbol);
        emit(e, VARS("i", f->symbol.c, "p", p->symbol.local),
             "bool ${i}_has_${p}(const struct ${i} *self);\n");
        if (c_is_settable(p))
                emit_deprecation(e, &p->symbol);
        if (c_is_settable(p))
                emit(e,
                     VARS("i", f->symbol.c, "setter", p->setter, "type", c_parameter(m, p->type)),
                     "int ${setter}(struct ${i} *self, ${type}value, ${i}_done_fn *done, void *userdata, struct fascia_call **ret_call);\n");
        emit(e, NULL, "\n");
}

static void emit_operation_declaration(Emitter *e, const Module *m, const Interface *f,
                                       const Operation *o) {
        emit(e, VARS("i", f->symbol.c, "o", o->symbol.local, "result", c_result_parameter(m, o)),
             "typedef void ${i}_${o}_fn(struct ${i} *self, const struct fascia_error *error${result}, void *userdata);\n"
             "\n");
        emit_doc(e, "", &o->symbol, NULL);
        emit_deprecation(e, &o->symbol);
        emit(e,
             VARS("i", f->symbol.c, "o", o->symbol.local, "c", o->symbol.c, "parameters",
                  c_parameter_list(m, o->parameters, o->n_parameters)),
             "int ${c}(struct ${i} *self${parameters}, ${i}_${o}_fn *done, void *userdata, struct fascia_call **ret_call);\n"
             "\n");
}

static void emit_front_interface(Emitter *e, const Module *m, const Interface *f) {
        emit_life_cycle(e, f);
        emit_listener(e, m, f);
        if (f->n_values > 0)
                emit(e, NULL,
                     "/* Properties. get_… reads the cache; what it gives by pointer is borrowed until the next dispatch of\n"
                     " * the client. has_… says whether the service has the property and its value is known. */\n"
                     "\n");
        if (c_has_setters(f))
                emit(e, VARS("i", f->symbol.c),
                     "/* set_… asks the service; the cache follows when the service announces the value. done (may be\n"
                     " * NULL) runs exactly once, from a later dispatch; error == NULL: the service took the value.\n"
                     " * ret_call may be NULL. */\n"
                     "typedef void ${i}_done_fn(struct ${i} *self, const struct fascia_error *error, void *userdata);\n"
                     "\n");
        for (size_t i = 0; i < f->n_values; i++)
                emit_property_declaration(e, m, f, f->values[i]);
        if (f->n_operations > 0)
                emit(e, NULL,
                     "/* Operations. done (may be NULL) runs exactly once, from a later dispatch; with an error the\n"
                     " * result is empty. ret_call may be NULL. */\n"
                     "\n");
        for (size_t i = 0; i < f->n_operations; i++)
                emit_operation_declaration(e, m, f, f->operations[i]);
}

void emit_front_header(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "title", c_title(m), "guard", c_guard(m, "")),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The front end, for user interfaces, of the module ${title}. */\n"
             "#ifndef ${guard}\n"
             "#define ${guard}\n"
             "\n"
             "#include <fascia/fascia.h>\n"
             "\n"
             "#include \"${stem}-types.h\"\n"
             "\n"
             "#ifdef __cplusplus\n"
             "extern \"C\" {\n"
             "#endif\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_front_interface(e, m, m->interfaces[i]);
        emit(e, NULL,
             "#ifdef __cplusplus\n"
             "}\n"
             "#endif\n"
             "\n"
             "#endif\n");
}

/* ---- the source ---- */

static void emit_notify_properties(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_values == 0)
                return;
        emit(e, NULL,
             "        case FASCIA_EVENT_PROPERTY:\n"
             "                switch (index) {\n");
        for (size_t i = 0; i < f->n_values; i++) {
                const Property *p = f->values[i];

                const bool block = p->type->kind == TYPE_ENUM;
                const char *value;

                emit(e,
                     VARS("upper", f->symbol.upper, "P", p->symbol.upper, "open",
                          block ? " {" : ""),
                     "                case ${upper}_PROPERTY_${P}:${open}\n");
                value = emit_load(e, m, p->type, "                        ", "data");
                emit(e,
                     VARS("changed", p->changed, "value", value, "blank", block ? "\n" : "",
                          "close", block ? "                }\n" : ""),
                     "${blank}"
                     "                        if (listener->${changed})\n"
                     "                                listener->${changed}(self, ${value}, userdata);\n"
                     "                        break;\n"
                     "${close}");
        }
        emit(e, NULL,
             "                }\n"
             "                break;\n");
}

static void emit_notify_signals(Emitter *e, const Module *m, const Interface *f) {
        if (f->n_signals == 0)
                return;
        emit(e, NULL,
             "        case FASCIA_EVENT_SIGNAL:\n"
             "                switch (index) {\n");
        for (size_t i = 0; i < f->n_signals; i++) {
                const Signal *s = f->signals[i];
                const char *values = "";

                for (size_t j = 0; j < s->n_parameters; j++) {
                        const Parameter *p = s->parameters[j];
                        const char *field = arena_printf(m->arena, "&a->%s", p->symbol.bare);

                        /* Stored values are read directly where no cast is needed. */
                        if (p->type->kind == TYPE_ENUM)
                                field = arena_printf(m->arena, "(enum %s)a->%s",
                                                     p->type->enumeration->symbol.c,
                                                     p->symbol.bare);
                        else if (!c_is_pointed(p->type))
                                field++;
                        values = arena_printf(m->arena, "%s, %s", values, field);
                }
                if (s->n_parameters == 0)
                        emit(e,
                             VARS("upper", f->symbol.upper, "s", s->symbol.bare, "S",
                                  s->symbol.upper),
                             "                case ${upper}_SIGNAL_${S}:\n"
                             "                        if (listener->${s})\n"
                             "                                listener->${s}(self, userdata);\n"
                             "                        break;\n");
                else
                        emit(e,
                             VARS("upper", f->symbol.upper, "i", f->symbol.c, "s", s->symbol.local,
                                  "fn", s->symbol.bare, "S", s->symbol.upper, "values", values),
                             "                case ${upper}_SIGNAL_${S}: {\n"
                             "                        const struct ${i}_${s}_arguments *a = data;\n"
                             "\n"
                             "                        if (listener->${fn})\n"
                             "                                listener->${fn}(self${values}, userdata);\n"
                             "                        break;\n"
                             "                }\n");
        }
        emit(e, NULL,
             "                }\n"
             "                break;\n");
}

/* What cannot happen to this interface. */
static void emit_other_events(Emitter *e, const Interface *f) {
        const bool none = f->n_values > 0 && f->n_signals > 0 && f->zoned;

        if (f->n_values == 0)
                emit(e, NULL, "        case FASCIA_EVENT_PROPERTY:\n");
        if (f->n_signals == 0)
                emit(e, NULL, "        case FASCIA_EVENT_SIGNAL:\n");
        if (!f->zoned)
                emit(e, NULL,
                     "        case FASCIA_EVENT_ZONE_ADDED:\n"
                     "        case FASCIA_EVENT_ZONE_REMOVED:\n");
        if (!none)
                emit(e, NULL, "                break;\n");
}

static void emit_notify(Emitter *e, const Module *m, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "static void ${i}_notify(struct fascia_feature *feature, const void *functions, void *userdata, enum fascia_event event, uint32_t index, const void *data) {\n"
             "        struct ${i} *self = (struct ${i} *)feature;\n"
             "        const struct ${i}_listener *listener = functions;\n"
             "\n");
        if (f->n_values == 0 && f->n_signals == 0)
                emit(e, NULL, "        (void)index;\n");
        emit(e, NULL, "        switch (event) {\n");
        emit_notify_properties(e, m, f);
        emit_notify_signals(e, m, f);
        emit(e, NULL,
             "        case FASCIA_EVENT_STATE:\n"
             "                if (listener->on_state)\n"
             "                        listener->on_state(self, *(const enum fascia_state *)data, userdata);\n"
             "                break;\n");
        if (f->zoned)
                emit(e, NULL,
                     "        case FASCIA_EVENT_ZONE_ADDED:\n"
                     "                if (listener->on_zone_added)\n"
                     "                        listener->on_zone_added(self, data, userdata);\n"
                     "                break;\n"
                     "        case FASCIA_EVENT_ZONE_REMOVED:\n"
                     "                if (listener->on_zone_removed)\n"
                     "                        listener->on_zone_removed(self, data, userdata);\n"
                     "                break;\n");
        emit(e, NULL,
             "        case FASCIA_EVENT_CHANGED:\n"
             "                if (listener->on_changed)\n"
             "                        listener->on_changed(self, userdata);\n"
             "                break;\n");
        emit_other_events(e, f);
        emit(e, NULL,
             "        }\n"
             "}\n"
             "\n");
}

static void emit_life_cycle_functions(Emitter *e, const Interface *f) {
        emit(e, VARS("i", f->symbol.c),
             "int ${i}_new(struct fascia_client *client, struct ${i} **ret) {\n"
             "        return fascia_feature_new(client, &${i}_interface, NULL, ${i}_notify, (struct fascia_feature **)ret);\n"
             "}\n"
             "\n"
             "int ${i}_new_at(struct fascia_client *client, const char *path, struct ${i} **ret) {\n"
             "        return fascia_feature_new_at(client, &${i}_interface, path, ${i}_notify, (struct fascia_feature **)ret);\n"
             "}\n"
             "\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "int ${i}_new_zone(struct fascia_client *client, const char *zone, struct ${i} **ret) {\n"
                     "        return fascia_feature_new(client, &${i}_interface, zone, ${i}_notify, (struct fascia_feature **)ret);\n"
                     "}\n"
                     "\n");
        emit(e, VARS("i", f->symbol.c),
             "struct ${i} *${i}_free(struct ${i} *self) {\n"
             "        fascia_feature_free((struct fascia_feature *)self);\n"
             "        return NULL;\n"
             "}\n"
             "\n"
             "struct fascia_feature *${i}_feature(struct ${i} *self) {\n"
             "        return (struct fascia_feature *)self;\n"
             "}\n"
             "\n");
        if (f->zoned)
                emit(e, VARS("i", f->symbol.c),
                     "struct ${i} *${i}_get_zone(struct ${i} *self, const char *zone) {\n"
                     "        struct fascia_feature *feature = (struct fascia_feature *)self;\n"
                     "\n"
                     "        return (struct ${i} *)fascia_feature_get_zone(feature, zone);\n"
                     "}\n"
                     "\n"
                     "struct ${i} *${i}_next_zone(struct ${i} *self, struct ${i} *previous) {\n"
                     "        struct fascia_feature *feature = (struct fascia_feature *)self;\n"
                     "        struct fascia_feature *zone = (struct fascia_feature *)previous;\n"
                     "\n"
                     "        return (struct ${i} *)fascia_feature_next_zone(feature, zone);\n"
                     "}\n"
                     "\n");
        emit(e, VARS("i", f->symbol.c),
             "int ${i}_add_listener(struct ${i} *self, const struct ${i}_listener *listener, void *userdata) {\n"
             "        struct fascia_feature *feature = (struct fascia_feature *)self;\n"
             "\n"
             "        return fascia_feature_add_listener(feature, listener, sizeof(*listener), userdata);\n"
             "}\n"
             "\n"
             "int ${i}_remove_listener(struct ${i} *self, const struct ${i}_listener *listener, void *userdata) {\n"
             "        struct fascia_feature *feature = (struct fascia_feature *)self;\n"
             "\n"
             "        return fascia_feature_remove_listener(feature, listener, sizeof(*listener), userdata);\n"
             "}\n"
             "\n");
}

/* How a parameter is handed on: "&value", "value" when it is a pointer. An enum is stored as
 * int32_t first. */
static void emit_setter(Emitter *e, const Module *m, const Interface *f, const Property *p) {
        const char *value;

        emit(e, VARS("i", f->symbol.c, "setter", p->setter, "type", c_parameter(m, p->type)),
             "int ${setter}(struct ${i} *self, ${type}value, ${i}_done_fn *done, void *userdata, struct fascia_call **ret_call) {\n"
             "        struct fascia_feature *feature = (struct fascia_feature *)self;\n");
        value = emit_raw(e, p->type, "value", m->arena);
        emit(e,
             VARS("i", f->symbol.c, "upper", f->symbol.upper, "P", p->symbol.upper, "value", value),
             "\n"
             "        return fascia_feature_set_value(feature, ${upper}_PROPERTY_${P}, ${value}, ${i}_complete_set, (fascia_function *)done, userdata, ret_call);\n"
             "}\n"
             "\n");
}

static void emit_property_functions(Emitter *e, const Module *m, const Interface *f,
                                    const Property *p) {
        emit(e,
             VARS("i", f->symbol.c, "upper", f->symbol.upper, "p", p->symbol.local, "P",
                  p->symbol.upper, "getter", p->getter, "type", c_parameter(m, p->type), "value",
                  c_load(m, p->type, "value")),
             "${type}${getter}(const struct ${i} *self) {\n"
             "        const struct fascia_feature *feature = (const struct fascia_feature *)self;\n"
             "        const void *value = fascia_feature_get_value(feature, ${upper}_PROPERTY_${P});\n"
             "\n"
             "        return ${value};\n"
             "}\n"
             "\n"
             "bool ${i}_has_${p}(const struct ${i} *self) {\n"
             "        const struct fascia_feature *feature = (const struct fascia_feature *)self;\n"
             "\n"
             "        return fascia_feature_has_value(feature, ${upper}_PROPERTY_${P});\n"
             "}\n"
             "\n");
        if (c_is_settable(p))
                emit_setter(e, m, f, p);
}

static void emit_complete_operation(Emitter *e, const Module *m, const Interface *f,
                                    const Operation *o) {
        const char *result = "";

        emit(e, VARS("i", f->symbol.c, "o", o->symbol.local),
             "static void ${i}_complete_${o}(struct fascia_feature *feature, const struct fascia_error *error, const void *result, fascia_function *done, void *userdata) {\n"
             "        struct ${i} *self = (struct ${i} *)feature;\n"
             "        ${i}_${o}_fn *fn = (${i}_${o}_fn *)done;\n");
        if (o->result->kind != TYPE_VOID)
                result = arena_printf(m->arena, ", %s",
                                      emit_load(e, m, o->result, "        ", "result"));
        emit(e, NULL, "\n");
        if (!*result)
                emit(e, NULL, "        (void)result;\n");
        emit(e, VARS("result", result),
             "        fn(self, error${result}, userdata);\n"
             "}\n"
             "\n");
}

static void emit_operation(Emitter *e, const Module *m, const Interface *f, const Operation *o) {
        emit_complete_operation(e, m, f, o);
        emit(e,
             VARS("i", f->symbol.c, "o", o->symbol.local, "c", o->symbol.c, "parameters",
                  c_parameter_list(m, o->parameters, o->n_parameters)),
             "int ${c}(struct ${i} *self${parameters}, ${i}_${o}_fn *done, void *userdata, struct fascia_call **ret_call) {\n"
             "        struct fascia_feature *feature = (struct fascia_feature *)self;\n");
        emit_pack_arguments(e, f, &o->symbol, o->parameters, o->n_parameters);
        emit(e,
             VARS("i", f->symbol.c, "upper", f->symbol.upper, "o", o->symbol.local, "O",
                  o->symbol.upper, "arguments", o->n_parameters > 0 ? "&arguments" : "NULL"),
             "        return fascia_feature_call(feature, ${upper}_METHOD_${O}, ${arguments}, ${i}_complete_${o}, (fascia_function *)done, userdata, ret_call);\n"
             "}\n"
             "\n");
}

static void emit_front_functions(Emitter *e, const Module *m, const Interface *f) {
        emit_notify(e, m, f);
        emit_life_cycle_functions(e, f);
        if (c_has_setters(f))
                emit(e, VARS("i", f->symbol.c),
                     "static void ${i}_complete_set(struct fascia_feature *feature, const struct fascia_error *error, const void *result, fascia_function *done, void *userdata) {\n"
                     "        struct ${i} *self = (struct ${i} *)feature;\n"
                     "        ${i}_done_fn *fn = (${i}_done_fn *)done;\n"
                     "\n"
                     "        (void)result;\n"
                     "        fn(self, error, userdata);\n"
                     "}\n"
                     "\n");
        for (size_t i = 0; i < f->n_values; i++)
                emit_property_functions(e, m, f, f->values[i]);
        for (size_t i = 0; i < f->n_operations; i++)
                emit_operation(e, m, f, f->operations[i]);
}

void emit_front_source(Emitter *e, const Module *m) {
        emit(e, VARS("stem", m->stem, "module", m->symbol.name, "version", c_version(m)),
             "/* Generated by fascia-codegen from ${stem}.qface: do not edit. */\n"
             "/* The front end of the module ${module} ${version}: types for the functions of libfascia. */\n"
             "#include \"${stem}.h\"\n"
             "\n");
        if (needs_null_check(m))
                emit(e, NULL, "#include <errno.h>\n\n");
        emit(e, VARS("stem", m->stem),
             "#include <fascia/generated.h>\n"
             "\n"
             "#include \"${stem}-private.h\"\n"
             "\n");
        for (size_t i = 0; i < m->n_interfaces; i++)
                emit_front_functions(e, m, m->interfaces[i]);
        emit_trim(e);
}
