/* SPDX-License-Identifier: MIT */
/* Instances, their store and their requests: what backends and consumers are promised. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"
#include "instance.h"
#include "loop.h"

/* ---- a module by hand: it must not depend on the generator ---- */

static const struct fascia_type type_int = {
        .kind = FASCIA_KIND_INT32,
        .flags = FASCIA_TYPE_TRIVIAL,
        .self = sizeof(struct fascia_type),
        .size = sizeof(int32_t),
        .name = "",
        .signature = "i",
};

static const struct fascia_type type_string = {
        .kind = FASCIA_KIND_STRING,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "s",
};

static const struct fascia_member int_members[] = {
        { .name = "value", .type = &type_int, .offset = 0 },
};

static const struct fascia_type type_arguments = {
        .kind = FASCIA_KIND_STRUCT,
        .flags = FASCIA_TYPE_TRIVIAL,
        .self = sizeof(struct fascia_type),
        .size = sizeof(int32_t),
        .name = "",
        .signature = "i",
        .n_members = 1,
        .members = int_members,
};

static const struct fascia_member string_members[] = {
        { .name = "text", .type = &type_string, .offset = 0 },
};

static const struct fascia_type type_text_arguments = {
        .kind = FASCIA_KIND_STRUCT,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "s",
        .n_members = 1,
        .members = string_members,
};

enum {
        LEVEL,
        TITLE
};

static const struct fascia_property properties[] = {
        [LEVEL] = { .name = "level", .dbus_name = "Level", .type = &type_int },
        [TITLE] = { .name = "title", .dbus_name = "Title", .type = &type_string },
};

static const struct fascia_method methods[] = {
        { .name = "twice",
          .dbus_name = "Twice",
          .input = &type_arguments,
          .output = &type_arguments },
};

static const struct fascia_signal signals[] = {
        { .name = "said", .dbus_name = "Said", .arguments = &type_text_arguments },
};

static const struct fascia_module module;

static const struct fascia_interface interface = {
        .module = &module,
        .name = "Thing",
        .qualified_name = "Test.Hand.Thing",
        .id = "Test.Hand.Thing",
        .dbus_name = "Test.Hand1.Thing",
        .path = "/Test/Hand1/Thing",
        .layout_hash = 1,
        .flags = FASCIA_INTERFACE_ZONED,
        .n_properties = 2,
        .n_methods = 1,
        .n_signals = 1,
        .properties = properties,
        .methods = methods,
        .signal_table = signals,
};

static const struct fascia_module module = {
        .abi = FASCIA_DESCRIPTOR_ABI,
        .size = sizeof(struct fascia_module),
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .name = "Test.Hand",
        .major = 1,
        .bus_name = "Test.Hand1",
        .path = "/Test/Hand1",
        .n_interfaces = 1,
        .interfaces = &interface,
};

/* ---- a backend whose behaviour each test chooses ---- */

static int start_result;
static struct fascia_backend *started;
static unsigned n_stops, n_cancels;
static struct fascia_reply last_reply;
static int op_result;
static bool answer_at_once;

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        (void)plugin;
        started = backend;
        *ret_userdata = &started;
        if (start_result < 0) {
                int32_t level = 5;

                fascia_backend_report(backend, LEVEL, &level);
                return start_result;
        }
        fascia_backend_ready(backend);
        return 0;
}

static void on_stop(struct fascia_backend *backend, void *userdata) {
        (void)backend;
        assert_ptr_equal(userdata, &started);
        n_stops++;
}

static int on_set(struct fascia_backend *backend, uint32_t property, const void *value,
                  struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)property;
        assert_ptr_equal(userdata, &started);
        last_reply = reply;
        if (answer_at_once)
                assert_int_equal(fascia_reply_set(reply, value), 0);
        return op_result;
}

static int on_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                   struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)method;
        (void)userdata;
        last_reply = reply;
        if (answer_at_once) {
                int32_t twice = *(const int32_t *)arguments * 2;

                assert_int_equal(fascia_reply_call(reply, &twice), 0);
        }
        return op_result;
}

static void on_cancel(struct fascia_backend *backend, struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        assert_int_equal(reply.id, last_reply.id);
        n_cancels++;
}

static const struct fascia_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .stop = on_stop,
        .set = on_set,
        .call = on_call,
        .cancel = on_cancel,
};

/* As built by someone whose header ended before call. */
static const struct fascia_backend_ops old_ops = {
        .size = offsetof(struct fascia_backend_ops, call),
        .start = on_start,
        .set = on_set,
        .call = on_call,
};

static struct fascia_interface other_layout;

static const struct fascia_plugin_feature features[] = { { .interface = &interface, .ops = &ops } };
static const struct fascia_plugin_feature old_features[] = {
        { .interface = NULL, .ops = &old_ops },
};
static const struct fascia_plugin_feature other_features[] = {
        { .interface = &other_layout, .ops = &ops },
};

static const struct fascia_plugin plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(plugin),
        .name = "hand",
        .feature_size = sizeof(features[0]),
        .n_features = 1,
        .features = features,
};

static const struct fascia_plugin old_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(plugin),
        .name = "old",
        .kind = FASCIA_PLUGIN_SIMULATION,
        .feature_size = sizeof(features[0]),
        .n_features = 1,
        .features = old_features,
};

static const struct fascia_plugin other_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(plugin),
        .name = "other",
        .feature_size = sizeof(features[0]),
        .n_features = 1,
        .features = other_features,
};

/* ---- a consumer that writes down what it hears ---- */

static char heard[1024];

static void hear(const char *format, ...) {
        size_t n = strlen(heard);
        va_list ap;

        va_start(ap, format);
        vsnprintf(heard + n, sizeof(heard) - n, format, ap);
        va_end(ap);
}

static void on_dirty(Zone *z, void *userdata) {
        (void)userdata;
        hear("dirty(%s) ", zone_get_name(z));
}

static void on_signal(Zone *z, uint32_t signal, const void *arguments, void *userdata) {
        (void)userdata;
        hear("signal(%s,%u,%s) ", zone_get_name(z), signal, *(const char *const *)arguments);
}

static void on_zone(Zone *z, bool present, void *userdata) {
        (void)userdata;
        hear("zone(%s,%d) ", zone_get_name(z), present);
}

static void on_state(Instance *i, void *userdata) {
        (void)userdata;
        hear("state(%d) ", instance_get_state(i));
}

static void on_commit(Instance *i, void *userdata) {
        (void)i;
        (void)userdata;
        hear("commit ");
}

static const InstanceEvents events = { .on_dirty = on_dirty,
                                       .on_signal = on_signal,
                                       .on_zone = on_zone,
                                       .on_state = on_state,
                                       .on_commit = on_commit };

static void on_reply(const struct fascia_error *error, const void *result, void *userdata) {
        (void)userdata;
        if (error)
                hear("error(%d,%s,%s) ", error->code, error->name, error->message);
        else if (result)
                hear("result(%d) ", *(const int32_t *)result);
        else
                hear("done ");
}

#define assert_heard(text)                        \
        do {                                      \
                assert_string_equal(heard, text); \
                heard[0] = '\0';                  \
        } while (false)

typedef struct Fixture {
        Loop *loop;
        Host *host;
        Instance *instance;
        Zone *root;
} Fixture;

static int set_up(void **state) {
        const HostSettings settings = { .plugin_path = "/nonexistent",
                                        .module_path = "/nonexistent" };
        Fixture *f = calloc(1, sizeof(*f));

        other_layout = interface;
        other_layout.layout_hash = 2;
        start_result = op_result = 0;
        answer_at_once = false;
        n_stops = n_cancels = 0;
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        assert_int_equal(host_add_plugin(f->host, &plugin), 0);
        assert_int_equal(host_add_plugin(f->host, &old_plugin), 0);
        assert_int_equal(host_add_plugin(f->host, &other_plugin), 0);
        assert_int_equal(instance_new(f->host, &interface, &events, NULL, &f->instance), 0);
        f->root = instance_get_root(f->instance);
        heard[0] = '\0';
        *state = f;
        return 0;
}

static int set_up_started(void **state) {
        Fixture *f;

        set_up(state);
        f = *state;
        assert_int_equal(instance_start(f->instance, "hand"), 0);
        assert_heard("state(2) ");
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        instance_free(f->instance);
        host_free(f->host);
        loop_unref(f->loop);
        free(f);
        return 0;
}

/* ---- starting and stopping ---- */

static void a_backend_that_starts_is_ready(void **state) {
        Fixture *f = *state;

        assert_int_equal(instance_start(f->instance, "hand"), 0);
        assert_heard("state(2) ");
        assert_string_equal(instance_get_plugin_name(f->instance), "hand");
        assert_false(instance_is_simulated(f->instance));
        assert_null(instance_get_error(f->instance));
        assert_int_equal(instance_start(f->instance, "hand"), -EBUSY);
        instance_stop(f->instance);
        assert_int_equal(n_stops, 1);
        assert_heard("state(0) ");
        assert_int_equal(instance_start(f->instance, "old"), 0);
        assert_true(instance_is_simulated(f->instance));
}

static void a_backend_that_fails_to_start_leaves_nothing_but_its_reason(void **state) {
        Fixture *f = *state;

        start_result = -EIO;
        assert_int_equal(instance_start(f->instance, "hand"), -EIO);
        assert_false(instance_is_running(f->instance));
        assert_false(zone_has_value(f->root, LEVEL));
        assert_int_equal(instance_get_error(f->instance)->code, -EIO);
        assert_non_null(
                strstr(instance_get_error(f->instance)->message, "Backend 'hand' failed to start"));
        instance_free(f->instance);
        f->instance = NULL;
        assert_int_equal(n_stops, 0);
}

static void a_plugin_that_cannot_serve_is_refused_with_its_reason(void **state) {
        static const struct {
                const char *name;
                int code;
                const char *text;
        } rows[] = {
                { "missing", -ENOENT, "There is no 'missing.so' in '/nonexistent'" },
                { "../hand", -EINVAL, "'../hand' is not the name of a backend" },
                { "", -EINVAL, "'' is not the name of a backend" },
                { "other", -ELIBBAD,
                  "Backend 'other' was built from another version of Test.Hand.Thing" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                assert_int_equal(instance_start(f->instance, rows[i].name), rows[i].code);
                assert_string_equal(instance_get_error(f->instance)->message, rows[i].text);
                assert_int_equal(instance_get_state(f->instance), FASCIA_STATE_UNAVAILABLE);
        }
}

static void stopping_forgets_values_and_zones(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;
        int32_t level = 3;

        assert_int_equal(fascia_backend_report(started, LEVEL, &level), 0);
        assert_int_equal(fascia_backend_add_zone(started, "Rear", NULL, &zone), 0);
        zone_clear_dirty(f->root);
        heard[0] = '\0';
        instance_stop(f->instance);
        assert_heard("zone(Rear,0) dirty() state(0) ");
        assert_false(zone_has_value(f->root, LEVEL));
        assert_false(zone_is_present(zone));
}

/* ---- values ---- */

static void equal_values_are_not_announced(void **state) {
        Fixture *f = *state;
        const char *title = "a";
        int32_t level = 3;

        assert_int_equal(fascia_backend_report(started, LEVEL, &level), 0);
        assert_int_equal(fascia_backend_report(started, TITLE, &title), 0);
        assert_heard("dirty() ");
        assert_true(zone_is_dirty(f->root, LEVEL));
        assert_true(zone_is_dirty(f->root, TITLE));
        zone_clear_dirty(f->root);
        assert_int_equal(fascia_backend_report(started, LEVEL, &level), 0);
        assert_int_equal(fascia_backend_report(started, TITLE, &title), 0);
        assert_heard("");
        assert_false(zone_has_dirty(f->root));
        level = 4;
        assert_int_equal(fascia_backend_report(started, LEVEL, &level), 0);
        assert_heard("dirty() ");
        assert_false(zone_is_dirty(f->root, TITLE));
}

static void a_reported_start_value_is_a_value(void **state) {
        Fixture *f = *state;
        int32_t zero = 0;

        assert_false(zone_has_value(f->root, LEVEL));
        assert_null(fascia_backend_get_value(started, LEVEL));
        assert_int_equal(fascia_backend_report(started, LEVEL, &zero), 0);
        assert_heard("dirty() ");
        assert_true(zone_has_value(f->root, LEVEL));
        assert_non_null(fascia_backend_get_value(started, LEVEL));
}

static void a_reported_string_is_copied(void **state) {
        Fixture *f = *state;
        char buffer[] = "before";
        const char *title = buffer;

        assert_int_equal(fascia_backend_report(started, TITLE, &title), 0);
        strcpy(buffer, "after!");
        assert_string_equal(*(const char *const *)zone_get_value(f->root, TITLE), "before");
}

static void a_withdrawn_value_is_the_start_value_and_unknown(void **state) {
        Fixture *f = *state;
        const char *title = "text";

        assert_int_equal(fascia_backend_report(started, TITLE, &title), 0);
        zone_clear_dirty(f->root);
        heard[0] = '\0';
        assert_int_equal(fascia_backend_withdraw(started, TITLE), 0);
        assert_heard("dirty() ");
        assert_false(zone_has_value(f->root, TITLE));
        assert_string_equal(*(const char *const *)zone_get_value(f->root, TITLE), "");
        zone_clear_dirty(f->root);
        assert_int_equal(fascia_backend_withdraw(started, TITLE), 0);
        assert_heard("");
}

static void what_has_no_place_on_the_wire_is_refused(void **state) {
        const char *bad = "\xff", *null = NULL;
        int32_t level = 1;

        (void)state;
        assert_int_equal(fascia_backend_report(started, TITLE, &bad), -EINVAL);
        assert_int_equal(fascia_backend_report(started, TITLE, &null), -EINVAL);
        assert_int_equal(fascia_backend_report(started, TITLE, NULL), -EINVAL);
        assert_int_equal(fascia_backend_report(started, 2, &level), -EINVAL);
        assert_int_equal(fascia_backend_withdraw(started, 2), -EINVAL);
        assert_int_equal(fascia_backend_emit(started, 0, &bad), -EINVAL);
        assert_int_equal(fascia_backend_emit(started, 1, &bad), -EINVAL);
        assert_heard("");
}

static const struct fascia_type type_rows = {
        .kind = FASCIA_KIND_MODEL,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "o",
        .element = &type_string,
};

static const struct fascia_property shelf_properties[] = {
        { .name = "books", .dbus_name = "Books", .type = &type_rows },
        { .name = "title", .dbus_name = "Title", .type = &type_string },
};

static const char *text_of(const Zone *z, uint32_t property) {
        return *(const char *const *)zone_get_value(z, property);
}

/* The path of a model follows from names: no backend has to say it, and none can. */
static void a_model_has_its_path_from_the_start(void **state) {
        const char *const path = "/else", *const title = "x";
        struct fascia_interface shelf = interface;
        Fixture *f = *state;
        Instance *instance;
        Zone *root, *zone;

        shelf.properties = shelf_properties;
        assert_int_equal(instance_new(f->host, &shelf, &events, NULL, &instance), 0);
        root = instance_get_root(instance);
        assert_string_equal(text_of(root, 0), "/Test/Hand1/Thing/_models/books");
        assert_true(zone_has_value(root, 0));
        assert_int_equal(instance_start(instance, "old"), 0);
        assert_int_equal(fascia_backend_add_zone(root, "Front Left", NULL, &zone), 0);
        assert_string_equal(text_of(zone, 0), "/Test/Hand1/Thing/Front_20Left/_models/books");
        assert_heard("state(2) zone(Front Left,1) ");
        assert_int_equal(fascia_backend_report(root, 0, &path), -EINVAL);
        assert_int_equal(fascia_backend_withdraw(zone, 0), -EINVAL);
        assert_int_equal(fascia_backend_report(zone, 1, &title), 0);
        /* It outlives all that the backend has said. */
        instance_stop(instance);
        assert_false(zone_has_value(zone, 1));
        assert_true(zone_has_value(zone, 0));
        assert_string_equal(text_of(root, 0), "/Test/Hand1/Thing/_models/books");
        assert_string_equal(text_of(zone, 0), "/Test/Hand1/Thing/Front_20Left/_models/books");
        instance_free(instance);
}

static void a_signal_is_heard_at_once(void **state) {
        const char *text = "hello";

        (void)state;
        assert_int_equal(fascia_backend_emit(started, 0, &text), 0);
        assert_heard("signal(,0,hello) ");
}

/* ---- zones ---- */

static void a_zone_comes_goes_and_revives_as_the_same_object(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone, *again;
        int32_t level = 3;

        assert_int_equal(fascia_backend_add_zone(started, "Rear", &level, &zone), 0);
        assert_heard("zone(Rear,1) ");
        assert_int_equal(fascia_backend_add_zone(started, "Rear", NULL, &again), -EEXIST);
        assert_ptr_equal(fascia_backend_get_zone(started, "Rear"), zone);
        assert_int_equal(fascia_backend_report(zone, LEVEL, &level), 0);
        fascia_backend_remove_zone(zone);
        fascia_backend_remove_zone(zone);
        assert_heard("dirty(Rear) zone(Rear,0) ");
        assert_null(fascia_backend_get_zone(started, "Rear"));
        assert_int_equal(fascia_backend_report(zone, LEVEL, &level), -ENODEV);
        assert_ptr_equal(instance_find_zone(f->instance, "Rear"), zone);
        assert_int_equal(fascia_backend_add_zone(started, "Rear", NULL, &again), 0);
        assert_ptr_equal(zone, again);
        assert_false(zone_has_value(again, LEVEL));
}

static void a_zone_needs_a_name_and_a_feature(void **state) {
        struct fascia_backend *zone, *inner;

        (void)state;
        assert_int_equal(fascia_backend_add_zone(started, "", NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(started, NULL, NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(started, "\xc3", NULL, &zone), -EINVAL);
        assert_int_equal(fascia_backend_add_zone(started, "Rear", NULL, &zone), 0);
        assert_int_equal(fascia_backend_add_zone(zone, "Inner", NULL, &inner), -EINVAL);
        fascia_backend_remove_zone(started);
        assert_null(fascia_backend_get_zone(started, ""));
        assert_heard("zone(Rear,1) ");
}

/* ---- requests ---- */

static void an_answer_at_once_ends_the_request_before_it_was_begun(void **state) {
        Fixture *f = *state;
        int32_t value = 21;
        uint64_t id = 1;

        answer_at_once = true;
        assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_heard("result(42) ");
        assert_int_equal(id, 0);
}

static void a_setter_reports_the_value_in_effect_before_it_is_done(void **state) {
        Fixture *f = *state;
        int32_t value = 7, other = 8;
        uint64_t id;

        assert_int_equal(zone_set(f->root, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_heard("");
        assert_int_equal(fascia_reply_set(last_reply, &other), 0);
        assert_heard("dirty() done ");
        assert_int_equal(*(const int32_t *)zone_get_value(f->root, LEVEL), 8);
}

static void a_second_answer_is_harmless(void **state) {
        Fixture *f = *state;
        struct fascia_reply first;
        int32_t value = 1;
        uint64_t id;

        assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        first = last_reply;
        assert_int_equal(fascia_reply_call(first, &value), 0);
        assert_int_equal(fascia_reply_call(first, &value), -EALREADY);
        assert_int_equal(fascia_reply_fail(first, -EIO, "late"), -EALREADY);
        /* Not even when the slot has a new use. */
        for (int i = 0; i < 100; i++) {
                assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
                assert_int_equal(fascia_reply_call(first, &value), -EALREADY);
                assert_int_equal(fascia_reply_call(last_reply, &value), 0);
        }
}

static void an_answer_for_a_caller_that_has_gone_is_stale(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_int_equal(host_cancel_request(f->host, id), 0);
        assert_int_equal(n_cancels, 1);
        assert_int_equal(host_cancel_request(f->host, id), -ENOENT);
        assert_int_equal(fascia_reply_call(last_reply, &value), -ESTALE);
        assert_heard("");
}

static void an_answer_of_the_wrong_kind_changes_nothing(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_int_equal(fascia_reply_set(last_reply, &value), -EINVAL);
        assert_int_equal(fascia_reply_call((struct fascia_reply){ 0 }, &value), -EINVAL);
        assert_int_equal(fascia_reply_call((struct fascia_reply){ f->host, 12345678 }, &value),
                         -EINVAL);
        assert_heard("");
        assert_int_equal(fascia_reply_call(last_reply, &value), 0);
        assert_heard("result(1) ");
}

static void a_refusal_is_answered_by_the_runtime(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        op_result = -EBUSY;
        assert_int_equal(zone_set(f->root, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_int_equal(id, 0);
        assert_heard("error(-16,org.fascia.Error.Busy,Thing.level was refused by backend 'hand': "
                     "Device or resource busy) ");
        assert_int_equal(fascia_reply_set(last_reply, &value), -EALREADY);
}

static void a_failure_carries_code_name_and_text(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id);
        assert_int_equal(fascia_reply_fail(last_reply, -ERANGE, "too much"), 0);
        assert_heard("error(-34,org.fascia.Error.OutOfRange,too much) ");
        zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id);
        assert_int_equal(fascia_reply_fail_named(last_reply, "not a name", "x"), -EINVAL);
        assert_int_equal(fascia_reply_fail_named(last_reply, "Test.Hand1.Error.Odd", "odd"), 0);
        assert_heard("error(-5,Test.Hand1.Error.Odd,odd) ");
}

static void an_operation_beyond_the_size_of_the_table_is_not_supported(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        assert_int_equal(instance_start(f->instance, "old"), 0);
        heard[0] = '\0';
        assert_int_equal(zone_call(f->root, 0, &value, UINT64_MAX, on_reply, NULL, &id), 0);
        assert_heard("error(-95,org.freedesktop.DBus.Error.NotSupported,"
                     "Thing.twice is not supported by backend 'old') ");
}

static void requests_to_what_is_not_ready_fail_with_its_reason(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;
        int32_t value = 1;
        uint64_t id;

        fascia_backend_add_zone(started, "Rear", NULL, &zone);
        fascia_backend_remove_zone(zone);
        heard[0] = '\0';
        zone_set(zone, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id);
        assert_heard("error(-19,org.fascia.Error.UnknownZone,The zone has gone) ");
        fascia_backend_fail(started, -EIO, "the device is unplugged");
        heard[0] = '\0';
        zone_set(f->root, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id);
        assert_heard("error(-107,org.fascia.Error.Unavailable,the device is unplugged) ");
}

static void open_requests_end_with_their_zone_and_with_the_backend(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;
        int32_t value = 1;
        uint64_t id;

        fascia_backend_add_zone(started, "Rear", NULL, &zone);
        zone_set(zone, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id);
        zone_set(f->root, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id);
        heard[0] = '\0';
        fascia_backend_remove_zone(zone);
        assert_heard("error(-19,org.fascia.Error.UnknownZone,The zone has gone) zone(Rear,0) ");
        instance_stop(f->instance);
        assert_heard("error(-107,org.fascia.Error.Unavailable,The backend was stopped) state(0) ");
}

static void freeing_ends_open_requests_as_cancelled(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t id;

        zone_set(f->root, LEVEL, &value, UINT64_MAX, on_reply, NULL, &id);
        f->instance = instance_free(f->instance);
        assert_heard("error(-125,org.fascia.Error.Cancelled,The feature was freed) ");
        assert_int_equal(n_stops, 1);
        assert_int_equal(fascia_reply_set(last_reply, &value), -EALREADY);
}

static void run_until_heard(Fixture *f) {
        for (int i = 0; i < 10000 && !heard[0]; i++) {
                loop_dispatch(f->loop);
                if (!heard[0])
                        assert_int_equal(usleep(200), 0);
        }
}

static void deadlines_pass_in_their_order_and_make_tickets_stale(void **state) {
        Fixture *f = *state;
        int32_t value = 1;
        uint64_t slow, fast;

        zone_call(f->root, 0, &value, 3600 * UINT64_C(1000000), on_reply, NULL, &slow);
        zone_call(f->root, 0, &value, 2000, on_reply, NULL, &fast);
        run_until_heard(f);
        assert_heard(
                "error(-110,org.fascia.Error.Timeout,Thing.twice was not answered within 0.002 s) ");
        assert_int_equal(n_cancels, 1);
        assert_int_equal(fascia_reply_call(last_reply, &value), -ESTALE);
        last_reply.id = slow;
        assert_int_equal(host_set_request_timeout(f->host, slow, 1000), 0);
        run_until_heard(f);
        assert_heard(
                "error(-110,org.fascia.Error.Timeout,Thing.twice was not answered within 0.001 s) ");
        assert_int_equal(host_set_request_timeout(f->host, slow, 1000), -ENOENT);
}

static void requests_in_any_number_are_answered_in_any_order(void **state) {
        enum {
                N = 1000
        };
        Fixture *f = *state;
        static uint64_t ids[N];
        int32_t value = 1;

        for (int i = 0; i < N; i++)
                assert_int_equal(zone_call(f->root, 0, &value,
                                           UINT64_C(1000000) * (uint64_t)(1 + i % 7), on_reply,
                                           NULL, &ids[i]),
                                 0);
        for (int i = 0; i < N; i++) {
                /* 7 has no factor in common with N: each once. */
                struct fascia_reply reply = { f->host, ids[i * 7 % N] };

                heard[0] = '\0';
                assert_int_equal(fascia_reply_call(reply, &value), 0);
                assert_heard("result(1) ");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_backend_that_starts_is_ready, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_backend_that_fails_to_start_leaves_nothing_but_its_reason, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(
                        a_plugin_that_cannot_serve_is_refused_with_its_reason, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        an_operation_beyond_the_size_of_the_table_is_not_supported, set_up,
                        tear_down),
#define STARTED(name) cmocka_unit_test_setup_teardown(name, set_up_started, tear_down)
                STARTED(stopping_forgets_values_and_zones),
                STARTED(equal_values_are_not_announced),
                STARTED(a_reported_start_value_is_a_value),
                STARTED(a_reported_string_is_copied),
                STARTED(a_withdrawn_value_is_the_start_value_and_unknown),
                STARTED(what_has_no_place_on_the_wire_is_refused),
                STARTED(a_model_has_its_path_from_the_start),
                STARTED(a_signal_is_heard_at_once),
                STARTED(a_zone_comes_goes_and_revives_as_the_same_object),
                STARTED(a_zone_needs_a_name_and_a_feature),
                STARTED(an_answer_at_once_ends_the_request_before_it_was_begun),
                STARTED(a_setter_reports_the_value_in_effect_before_it_is_done),
                STARTED(a_second_answer_is_harmless),
                STARTED(an_answer_for_a_caller_that_has_gone_is_stale),
                STARTED(an_answer_of_the_wrong_kind_changes_nothing),
                STARTED(a_refusal_is_answered_by_the_runtime),
                STARTED(a_failure_carries_code_name_and_text),
                STARTED(requests_to_what_is_not_ready_fail_with_its_reason),
                STARTED(open_requests_end_with_their_zone_and_with_the_backend),
                STARTED(freeing_ends_open_requests_as_cancelled),
                STARTED(deadlines_pass_in_their_order_and_make_tickets_stale),
                STARTED(requests_in_any_number_are_answered_in_any_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
