/* SPDX-License-Identifier: MIT */
/* get, set and call: values of a feature, typed as its interface file says. */
#include "values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <systemd/sd-bus.h>

#include "codec.h"
#include "descriptor.h"
#include "text.h"
#include "utf8.h"
#include "value-json.h"
#include "value.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

/* ---- finding ---- */

static bool is_called(const char *text, const char *name, const char *dbus_name) {
        return strcmp(text, name) == 0 || strcmp(text, dbus_name) == 0;
}

int find_property(const struct fascia_interface *i, const char *name) {
        for (uint32_t p = 0; p < i->n_properties; p++)
                if (is_called(name, interface_property(i, p)->name,
                              interface_property(i, p)->dbus_name))
                        return (int)p;
        return -ENOENT;
}

int find_signal(const struct fascia_interface *i, const char *name) {
        for (uint32_t s = 0; s < i->n_signals; s++)
                if (is_called(name, interface_signal(i, s)->name,
                              interface_signal(i, s)->dbus_name))
                        return (int)s;
        return -ENOENT;
}

int find_method(const struct fascia_interface *i, const char *name) {
        for (uint32_t m = 0; m < i->n_methods; m++)
                if (is_called(name, interface_method(i, m)->name,
                              interface_method(i, m)->dbus_name))
                        return (int)m;
        return -ENOENT;
}

int target_open(Ctl *c, const char *text, MemberUse use, Target *ret) {
        Target t = { .zone = c->options.zone };
        CtlFeature *f;
        int status;

        status = catalogue_open(c, &t.catalogue);
        if (status != 0)
                return status;
        status = catalogue_find(c, &t.catalogue, text, use, &f, &t.member);
        if (status == 0)
                status = catalogue_describe(c, &t.catalogue, f);
        if (status == 0 && *t.zone && !(f->interface->flags & FASCIA_INTERFACE_ZONED))
                status = fail(STATUS_UNKNOWN, "%s has no zones", f->name);
        if (status == 0) {
                t.feature = *f;
                if (*t.zone ? sd_bus_path_encode(f->path, t.zone, &t.path) < 0
                            : !(t.path = strdup(f->path)))
                        status = fail_memory();
        }
        if (status != 0)
                catalogue_close(&t.catalogue);
        else
                *ret = t;
        return status;
}

void target_close(Target *t) {
        free(t->path);
        catalogue_close(&t->catalogue);
}

static int refuse_member(const Target *t, const char *what) {
        return fail(STATUS_UNKNOWN, "%s has no %s '%s'", t->feature.name, what, t->member);
}

int new_call(Ctl *c, const Target *t, const char *interface, const char *member, Message **ret) {
        int r;

        r = message_new_call(bus_get_connection(c->bus), t->feature.bus_name, t->path, interface,
                             member, ret);
        return r < 0 ? fail(STATUS_UNAVAILABLE, "the bus does not answer: %s", strerror(-r)) : 0;
}

/* The answer, when it is one. */
static int ask(Ctl *c, const Target *t, Message *call, Message **ret) {
        int r;

        r = bus_call(c->bus, call, ret);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "%s does not answer: %s", t->feature.bus_name,
                            strerror(-r));
        if (!message_is_error(*ret))
                return 0;
        r = fail_reply(*ret);
        message_unref(*ret);
        return r;
}

static int refuse_answer(const Target *t) {
        return fail(STATUS_UNAVAILABLE,
                    "the answer is not what the library that describes %s says: is it of another "
                    "version?",
                    t->feature.name);
}

/* ---- get ---- */

void print_value(const struct fascia_type *type, const char *unit, const void *value) {
        char *text = value_to_text(type, value);

        printf("%s%s%s", text ? text : "?", unit ? " " : "", unit ? unit : "");
        free(text);
}

static int get_one(Ctl *c, const Target *t, const struct fascia_property *p) {
        ValueBuffer value;
        Message *call, *reply;
        Reader reader;
        Writer w;
        int status;

        status = new_call(c, t, PROPERTIES, "Get", &call);
        if (status != 0)
                return status;
        w = message_writer(call);
        if (writer_string(&w, t->feature.interface->dbus_name) < 0 ||
            writer_string(&w, p->dbus_name) < 0 || value_buffer_init(&value, p->type) < 0) {
                message_unref(call);
                return fail_memory();
        }
        status = ask(c, t, call, &reply);
        if (status != 0) {
                value_buffer_done(&value, false);
                return status;
        }
        reader = message_reader(reply);
        if (codec_read_variant(&reader, p->type, value.data) < 0) {
                status = refuse_answer(t);
        } else if (c->options.as_json) {
                json_t *json = value_to_json(p->type, value.data);

                print_json(json, JSON_COMPACT);
                json_decref(json);
        } else {
                print_value(p->type, p->unit, value.data);
                putchar('\n');
        }
        value_buffer_done(&value, status == 0);
        message_unref(reply);
        return status;
}

/* The values of GetAll, each where its property has its place; those that are missing are unsupported. */
static int read_all(const struct fascia_interface *i, Reader *r, char **texts, json_t *json) {
        const char *name;
        int k;

        k = reader_enter(r, 'a', "{sv}");
        while (k >= 0 && (k = reader_next(r, 'e', "sv")) > 0) {
                ValueBuffer value;
                int p;

                k = reader_string(r, &name);
                if (k < 0)
                        break;
                p = interface_find_property(i, name);
                if (p < 0) {
                        k = reader_skip(r, "v");
                } else {
                        const struct fascia_property *property = interface_property(i, (uint32_t)p);

                        k = value_buffer_init(&value, property->type);
                        if (k >= 0)
                                k = codec_read_variant(r, property->type, value.data);
                        if (k >= 0) {
                                texts[p] = fascia_value_print(property->type, value.data);
                                json_object_set_new(json, property->name,
                                                    value_to_json(property->type, value.data));
                                value_buffer_done(&value, true);
                        }
                }
                if (k >= 0)
                        k = reader_exit(r);
        }
        return k;
}

static void print_all(const struct fascia_interface *i, char **texts) {
        Table table = { .n_columns = 2 };

        for (uint32_t p = 0; p < i->n_properties; p++) {
                const struct fascia_property *property = interface_property(i, p);
                const char *unit = texts[p] ? property->unit : NULL;

                table_add(&table, "%s", property->name);
                table_add(&table, "%s%s%s", texts[p] ? texts[p] : "-", unit ? " " : "",
                          unit ? unit : "");
        }
        table_print(&table);
}

static int get_all(Ctl *c, const Target *t) {
        const struct fascia_interface *i = t->feature.interface;
        const char *state = json_string_value(json_object_get(t->feature.record, "State"));
        char **texts;
        json_t *json;
        Message *call, *reply;
        Reader reader;
        Writer w;
        int status;

        /* It would answer, with nothing. */
        if (state && strcmp(state, "ready") != 0)
                return fail(STATUS_UNAVAILABLE, "%s is %s: %s", t->feature.name, state,
                            json_string_value(json_object_get(t->feature.record, "Error")));
        status = new_call(c, t, PROPERTIES, "GetAll", &call);
        if (status != 0)
                return status;
        w = message_writer(call);
        if (writer_string(&w, i->dbus_name) < 0)
                return fail_memory();
        status = ask(c, t, call, &reply);
        if (status != 0)
                return status;
        texts = calloc(i->n_properties + 1, sizeof(*texts));
        json = json_object();
        reader = message_reader(reply);
        if (!texts || !json)
                status = fail_memory();
        else if (read_all(i, &reader, texts, json) < 0)
                status = refuse_answer(t);
        else if (c->options.as_json)
                print_json(json, JSON_INDENT(2));
        else
                print_all(i, texts);
        for (uint32_t p = 0; texts && p < i->n_properties; p++)
                free(texts[p]);
        free(texts);
        json_decref(json);
        message_unref(reply);
        return status;
}

/* A zone that stands at the end, where it is no option. */
static int take_zone(Ctl *c, int n, char *args[], int at) {
        if (n <= at)
                return 0;
        if (*c->options.zone)
                return fail(STATUS_USAGE, "the zone is said twice: '%s' and '%s'", c->options.zone,
                            args[at]);
        c->options.zone = args[at];
        return 0;
}

int command_get(Ctl *c, int n, char *args[]) {
        int status, p;
        Target t;

        if (n < 1 || n > 2)
                return fail(STATUS_USAGE, "usage: fasciactl get FEATURE[.PROPERTY] [ZONE]");
        status = take_zone(c, n, args, 1);
        if (status == 0)
                status = target_open(c, args[0], MEMBER_MAY_BE, &t);
        if (status != 0)
                return status;
        p = t.member ? find_property(t.feature.interface, t.member) : 0;
        if (p < 0)
                status = refuse_member(&t, "property");
        else if (t.member)
                status = get_one(c, &t, interface_property(t.feature.interface, (uint32_t)p));
        else
                status = get_all(c, &t);
        target_close(&t);
        return status;
}

/* ---- set ---- */

/* What was typed as a value; `name` is what it is for. */
static int read_typed(const char *name, const struct fascia_type *type, const char *text,
                      ValueBuffer *ret) {
        char *reason = NULL;
        json_t *json;
        int r;

        if (!utf8_is_valid(text))
                return fail(STATUS_REFUSED, "%s: this is not UTF-8", name);
        json = json_from_text(type, text, &reason);
        r = json ? value_buffer_init(ret, type) : -EINVAL;
        if (r >= 0) {
                r = value_from_json(type, json, ret->data, &reason);
                if (r < 0)
                        value_buffer_done(ret, false);
        }
        json_decref(json);
        if (r < 0)
                r = fail(STATUS_REFUSED, "%s: %s", name, reason ? reason : strerror(-r));
        free(reason);
        return r < 0 ? STATUS_REFUSED : r;
}

static int set_value(Ctl *c, const Target *t, const struct fascia_property *p, const void *value) {
        Message *call, *reply;
        int status;
        Writer w;

        status = new_call(c, t, PROPERTIES, "Set", &call);
        if (status != 0)
                return status;
        w = message_writer(call);
        if (writer_string(&w, t->feature.interface->dbus_name) < 0 ||
            writer_string(&w, p->dbus_name) < 0 || codec_write_variant(&w, p->type, value) < 0) {
                message_unref(call);
                return fail(STATUS_REFUSED, "%s: this value has no place in a message", p->name);
        }
        status = ask(c, t, call, &reply);
        if (status == 0)
                message_unref(reply);
        return status;
}

int command_set(Ctl *c, int n, char *args[]) {
        const struct fascia_property *p;
        ValueBuffer value;
        int status, index;
        Target t;

        if (n < 2 || n > 3)
                return fail(STATUS_USAGE, "usage: fasciactl set FEATURE.PROPERTY VALUE [ZONE]");
        status = take_zone(c, n, args, 2);
        if (status == 0)
                status = target_open(c, args[0], MEMBER_MUST_BE, &t);
        if (status != 0)
                return status;
        index = find_property(t.feature.interface, t.member);
        if (index < 0) {
                status = refuse_member(&t, "property");
        } else {
                p = interface_property(t.feature.interface, (uint32_t)index);
                status = read_typed(p->name, p->type, args[1], &value);
                if (status == 0) {
                        status = set_value(c, &t, p, value.data);
                        value_buffer_done(&value, true);
                }
        }
        target_close(&t);
        return status;
}

/* ---- call ---- */

static int refuse_count(const struct fascia_method *m, int n) {
        char *signature = arguments_to_text(m->name, m->input);
        int status;

        status = fail(STATUS_USAGE, "%s has %u argument%s, not %d", signature ? signature : m->name,
                      m->input->n_members, m->input->n_members == 1 ? "" : "s", n);
        free(signature);
        return status;
}

static int write_arguments(Message *call, const struct fascia_method *m, char *args[]) {
        Writer w = message_writer(call);
        ValueBuffer value;
        int status = 0;

        for (uint32_t i = 0; status == 0 && i < m->input->n_members; i++) {
                const struct fascia_member *argument = &m->input->members[i];

                status = read_typed(argument->name, argument->type, args[i], &value);
                if (status != 0)
                        break;
                if (codec_write(&w, argument->type, value.data) < 0)
                        status = fail(STATUS_REFUSED, "%s: this value has no place in a message",
                                      argument->name);
                value_buffer_done(&value, true);
        }
        return status;
}

static void print_result(const Ctl *c, const struct fascia_type *output, const void *result) {
        const struct fascia_member *only = output->n_members == 1 ? output->members : NULL;
        const struct fascia_type *type = only ? only->type : output;
        const void *value = only ? (const char *)result + only->offset : result;

        if (output->n_members == 0)
                return;
        if (c->options.as_json) {
                json_t *json = value_to_json(type, value);

                print_json(json, JSON_COMPACT);
                json_decref(json);
        } else {
                print_value(type, NULL, value);
                putchar('\n');
        }
}

static int call_method(Ctl *c, const Target *t, const struct fascia_method *m, char *args[]) {
        Message *call, *reply;
        ValueBuffer result;
        Reader reader;
        int status;

        status = new_call(c, t, t->feature.interface->dbus_name, m->dbus_name, &call);
        if (status != 0)
                return status;
        status = write_arguments(call, m, args);
        if (status != 0) {
                message_unref(call);
                return status;
        }
        status = ask(c, t, call, &reply);
        if (status != 0)
                return status;
        reader = message_reader(reply);
        if (value_buffer_init(&result, m->output) < 0) {
                status = fail_memory();
        } else if (codec_read_arguments(&reader, m->output, result.data) < 0) {
                status = refuse_answer(t);
                value_buffer_done(&result, false);
        } else {
                print_result(c, m->output, result.data);
                value_buffer_done(&result, true);
        }
        message_unref(reply);
        return status;
}

int command_call(Ctl *c, int n, char *args[]) {
        const struct fascia_method *m;
        int status, index;
        Target t;

        if (n < 1)
                return fail(STATUS_USAGE,
                            "usage: fasciactl call FEATURE.OPERATION [ARGUMENT…] [--zone=ZONE]");
        status = target_open(c, args[0], MEMBER_MUST_BE, &t);
        if (status != 0)
                return status;
        index = find_method(t.feature.interface, t.member);
        if (index < 0) {
                status = refuse_member(&t, "operation");
        } else {
                m = interface_method(t.feature.interface, (uint32_t)index);
                status = (uint32_t)n - 1 == m->input->n_members ? call_method(c, &t, m, args + 1)
                                                                : refuse_count(m, n - 1);
        }
        target_close(&t);
        return status;
}
