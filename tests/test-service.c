/* SPDX-License-Identifier: MIT */
/* The exporter, message by message: a service on a socketpair, and a plain sd-bus peer that sees
 * what it sends. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cmocka.h>

#include "sample-types.h"
#include "service.h"

#define BASE "/Test/Hand1"
#define THING "Test.Hand1.Thing"
#define LAMP "Test.Hand1.Lamp"
#define INFO "org.fascia.Feature1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

/* ---- a module by hand ---- */

enum {
        LEVEL,
        TITLE,
        MODE,
        GAUGE,
        NUMBER,
        SPARE,
        ON = 0 /* of the other interface */
};

enum {
        TWICE,
        REPEAT,
        CHOOSE,
        WAIT
};

enum {
        SAID,
        RANG
};

struct text_and_count {
        const char *text;
        int32_t count;
};

static const struct fascia_member value_members[] = { { "value", &type_int32, 0 } };
static const struct fascia_member mode_members[] = { { "mode", &type_mode, 0 } };
static const struct fascia_member text_members[] = { { "text", &type_string, 0 } };
static const struct fascia_member repeat_members[] = {
        { "text", &type_string, offsetof(struct text_and_count, text) },
        { "count", &type_int32, offsetof(struct text_and_count, count) },
};
STRUCT_TYPE(value_arguments, int32_t, FASCIA_TYPE_TRIVIAL, "", "i", value_members);
STRUCT_TYPE(mode_arguments, int32_t, FASCIA_TYPE_TRIVIAL, "", "i", mode_members);
STRUCT_TYPE(text_arguments, const char *, 0, "", "s", text_members);
STRUCT_TYPE(repeat_arguments, struct text_and_count, 0, "", "si", repeat_members);

static const int32_t level_minimum = 0, level_maximum = 10;
static const struct fascia_constraint level_constraint = { .minimum = &level_minimum,
                                                           .maximum = &level_maximum };

static const struct fascia_property thing_properties[] = {
        [LEVEL] = { .name = "level",
                    .dbus_name = "Level",
                    .type = &type_int32,
                    .constraint = &level_constraint },
        [TITLE] = { .name = "title", .dbus_name = "Title", .type = &type_string },
        [MODE] = { .name = "mode", .dbus_name = "Mode", .type = &type_mode },
        [GAUGE] = { .name = "gauge",
                    .dbus_name = "Gauge",
                    .type = &type_real,
                    .flags = FASCIA_PROPERTY_READONLY },
        [NUMBER] = { .name = "number",
                     .dbus_name = "Number",
                     .type = &type_string,
                     .flags = FASCIA_PROPERTY_CONST | FASCIA_PROPERTY_READONLY },
        [SPARE] = { .name = "spare", .dbus_name = "Spare", .type = &type_real },
};

static const struct fascia_method thing_methods[] = {
        [TWICE] = { "twice", "Twice", &value_arguments, &value_arguments },
        [REPEAT] = { "repeat", "Repeat", &repeat_arguments, &text_arguments },
        [CHOOSE] = { "choose", "Choose", &mode_arguments, &type_nothing },
        [WAIT] = { "wait", "Wait", &type_nothing, &value_arguments },
};

static const struct fascia_signal thing_signals[] = {
        [SAID] = { "said", "Said", &text_arguments },
        [RANG] = { "rang", "Rang", &type_nothing },
};

static const struct fascia_property lamp_properties[] = {
        [ON] = { .name = "on", .dbus_name = "On", .type = &type_bool },
};

static const struct fascia_module module;

static const struct fascia_interface interfaces[] = {
        { .module = &module,
          .name = "Thing",
          .qualified_name = "Test.Hand.Thing",
          .id = "Test.Hand.Thing",
          .dbus_name = THING,
          .path = BASE "/Thing",
          .layout_hash = 1,
          .flags = FASCIA_INTERFACE_ZONED,
          .n_properties = 6,
          .n_methods = 4,
          .n_signals = 2,
          .properties = thing_properties,
          .methods = thing_methods,
          .signal_table = thing_signals },
        { .module = &module,
          .name = "Lamp",
          .qualified_name = "Test.Hand.Lamp",
          .id = "Test.Hand.Lamp",
          .dbus_name = LAMP,
          .path = BASE "/Lamp",
          .layout_hash = 2,
          .n_properties = 1,
          .properties = lamp_properties },
};

/* Another module, of what is announced or answered in other ways. */
#define STORE "Test.Hand1.Store"

enum {
        STOCK,
        POSITION,
        SERIAL,
        CONTACTS
};

enum {
        FIND,
        REFUSE
};

struct place {
        const char *shelf;
        int32_t row;
};

static const struct fascia_member place_members[] = {
        { "shelf", &type_string, offsetof(struct place, shelf) },
        { "row", &type_int32, offsetof(struct place, row) },
};
STRUCT_TYPE(place_results, struct place, 0, "", "si", place_members);

static const struct fascia_type contacts_type = {
        .kind = FASCIA_KIND_MODEL,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "o",
        .element = &type_string,
};

static const struct fascia_property store_properties[] = {
        [STOCK] = { .name = "stock",
                    .dbus_name = "Stock",
                    .type = &type_int32,
                    .flags = FASCIA_PROPERTY_INVALIDATES },
        [POSITION] = { .name = "position",
                       .dbus_name = "Position",
                       .type = &type_int32,
                       .flags = FASCIA_PROPERTY_SILENT },
        [SERIAL] = { .name = "serial",
                     .dbus_name = "Serial",
                     .type = &type_string,
                     .flags = FASCIA_PROPERTY_CONST | FASCIA_PROPERTY_READONLY },
        [CONTACTS] = { .name = "contacts",
                       .dbus_name = "Contacts",
                       .type = &contacts_type,
                       .flags = FASCIA_PROPERTY_READONLY },
};

static const struct fascia_method store_methods[] = {
        [FIND] = { "find", "Find", &text_arguments, &place_results },
        [REFUSE] = { "refuse", "Refuse", &text_arguments, &type_nothing },
};

static const struct fascia_module store_module;

static const struct fascia_interface store_interface = {
        .module = &store_module,
        .name = "Store",
        .qualified_name = "Test.Hand.Store",
        .id = "Test.Hand.Store",
        .dbus_name = STORE,
        .path = BASE "/Store",
        .layout_hash = 3,
        .flags = FASCIA_INTERFACE_ZONED,
        .n_properties = 4,
        .n_methods = 2,
        .properties = store_properties,
        .methods = store_methods,
};

static const struct fascia_module store_module = {
        .abi = FASCIA_DESCRIPTOR_ABI,
        .size = sizeof(struct fascia_module),
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .name = "Test.Hand",
        .major = 1,
        .bus_name = "Test.Hand1",
        .path = BASE,
        .n_interfaces = 1,
        .interfaces = &store_interface,
};

static const char *const store_introspection[] = { " <interface name=\"" STORE "\"/>\n" };

static const struct fascia_module_library store_library = {
        .abi = FASCIA_MODULE_LIBRARY_ABI,
        .size = sizeof(struct fascia_module_library),
        .module = &store_module,
        .introspection = store_introspection,
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
        .minor = 2,
        .bus_name = "Test.Hand1",
        .path = BASE,
        .n_interfaces = 2,
        .interfaces = interfaces,
};

static const char *const introspection[] = { " <interface name=\"" THING "\"/>\n",
                                             " <interface name=\"" LAMP "\"/>\n" };

static const struct fascia_module_library library = {
        .abi = FASCIA_MODULE_LIBRARY_ABI,
        .size = sizeof(struct fascia_module_library),
        .module = &module,
        .introspection = introspection,
};

/* ---- a backend whose behaviour each test chooses ---- */

static struct fascia_backend *thing, *left, *lamp, *store;
static int start_result;
static const char *number; /* what it says of itself */
static bool is_slow;       /* it answers nothing by itself */
static void (*on_request)(void);
static struct fascia_reply tickets[8];
static unsigned n_tickets, n_requests, n_cancels;

static void report_level(struct fascia_backend *zone, int32_t level) {
        assert_int_equal(fascia_backend_report(zone, LEVEL, &level), 0);
}

static void report_title(const char *title) {
        assert_int_equal(fascia_backend_report(thing, TITLE, &title), 0);
}

static void say(const char *text) {
        assert_int_equal(fascia_backend_emit(thing, SAID, &text), 0);
}

static void add_left(int32_t level) {
        assert_int_equal(fascia_backend_add_zone(thing, "Left", NULL, &left), 0);
        report_level(left, level);
}

static void start_thing(void) {
        int32_t mode = 1;
        double gauge = 20.5;

        report_level(thing, 1);
        report_title("one");
        fascia_backend_report(thing, MODE, &mode);
        fascia_backend_report(thing, GAUGE, &gauge);
        fascia_backend_report(thing, NUMBER, &number);
        add_left(2);
        fascia_backend_add_zone(thing, "Rear Right", NULL, NULL);
}

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        bool on = true;

        (void)plugin;
        (void)ret_userdata;
        if (start_result < 0)
                return start_result;
        if (strcmp(fascia_backend_get_interface(backend)->name, "Lamp") == 0) {
                lamp = backend;
                fascia_backend_report(lamp, ON, &on);
        } else if (strcmp(fascia_backend_get_interface(backend)->name, "Store") == 0) {
                store = backend;
                fascia_backend_add_zone(store, "Left", NULL, NULL);
        } else {
                thing = backend;
                start_thing();
        }
        fascia_backend_ready(backend);
        return 0;
}

static bool keep_ticket(struct fascia_reply reply) {
        n_requests++;
        if (on_request)
                on_request();
        tickets[n_tickets++ % 8] = reply;
        return is_slow;
}

static int on_set(struct fascia_backend *backend, uint32_t property, const void *value,
                  struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)property;
        (void)userdata;
        return keep_ticket(reply) ? 0 : fascia_reply_set(reply, value);
}

static int repeat(const struct text_and_count *arguments, struct fascia_reply reply) {
        size_t n = strlen(arguments->text);
        char *text = malloc(n * (size_t)arguments->count + 1);
        int r;

        assert_non_null(text);
        *text = '\0';
        for (int32_t i = 0; i < arguments->count; i++)
                memcpy(text + n * (size_t)i, arguments->text, n + 1);
        r = fascia_reply_call(reply, &(const char *){ text });
        free(text);
        return r;
}

static int call_store(uint32_t method, const char *text, struct fascia_reply reply) {
        if (method == FIND)
                return fascia_reply_call(reply, &(struct place){ text, 7 });
        if (*text)
                return fascia_reply_fail_named(reply, text, "not today");
        assert_int_equal(fascia_reply_fail_named(reply, "no name", "not today"), -EINVAL);
        assert_int_equal(fascia_reply_fail_named(reply, NULL, "not today"), -EINVAL);
        return fascia_reply_call(reply, NULL); /* the ticket was not used up */
}

static int on_call(struct fascia_backend *backend, uint32_t method, const void *arguments,
                   struct fascia_reply reply, void *userdata) {
        (void)userdata;
        if (backend == store)
                return call_store(method, *(const char *const *)arguments, reply);
        if (keep_ticket(reply) || method == WAIT)
                return 0;
        if (method == TWICE)
                return fascia_reply_call(reply, &(int32_t){ 2 * *(const int32_t *)arguments });
        if (method == REPEAT)
                return repeat(arguments, reply);
        return fascia_reply_call(reply, NULL);
}

static void on_cancel(struct fascia_backend *backend, struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)reply;
        (void)userdata;
        n_cancels++;
}

static const struct fascia_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .set = on_set,
        .call = on_call,
        .cancel = on_cancel,
};

static const struct fascia_plugin_feature plugin_features[] = { { NULL, &ops, NULL } };

static const struct fascia_plugin plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(plugin),
        .name = "test",
        .kind = FASCIA_PLUGIN_SIMULATION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = 1,
        .features = plugin_features,
};

/* ---- what the peer sees, as text: a line for each message ---- */

typedef struct Fixture {
        Loop *loop;
        Host *host;
        Service *service;
        Connection *connection;
        Quota *quota;
        Penalty *penalty;
        sd_bus *client;
        char *log;
        size_t log_size;
        FILE *log_file;
        int attached; /* what done was told */
        unsigned n_state_changes;
} Fixture;

/* Names without what they all begin with. */
static const char *shorten(const char *name) {
        static const struct {
                const char *prefix, *mark;
        } rows[] = {
                { "org.freedesktop.DBus.Error.", "" },
                { "org.fascia.Error.", "fascia." },
                { "org.freedesktop.DBus.", "" },
                { "org.fascia.", "" },
                { "Test.Hand1.", "~" },
        };
        static char text[256];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t n = strlen(rows[i].prefix);

                if (strncmp(name, rows[i].prefix, n) != 0)
                        continue;
                snprintf(text, sizeof(text), "%s%s", rows[i].mark, name + n);
                return text;
        }
        return name;
}

static void print_value(sd_bus_message *m, FILE *f);

static void print_values(sd_bus_message *m, const char *separator, FILE *f) {
        bool first = true;

        while (sd_bus_message_at_end(m, false) == 0) {
                if (!first)
                        fputs(separator, f);
                print_value(m, f);
                first = false;
        }
}

static void print_container(sd_bus_message *m, char type, const char *contents, FILE *f) {
        bool is_dictionary = type == 'a' && *contents == '{';

        assert_true(sd_bus_message_enter_container(m, type, contents) > 0);
        if (type == 'a' || type == 'r')
                fputc(is_dictionary ? '{' : type == 'a' ? '[' : '(', f);
        print_values(m, type == 'e' ? ": " : ", ", f);
        if (type == 'a' || type == 'r')
                fputc(is_dictionary ? '}' : type == 'a' ? ']' : ')', f);
        assert_true(sd_bus_message_exit_container(m) >= 0);
}

static void print_basic(sd_bus_message *m, char type, FILE *f) {
        union {
                const char *string;
                int32_t i;
                uint64_t t;
                double d;
                int b;
        } value;

        assert_true(sd_bus_message_read_basic(m, type, &value) > 0);
        switch (type) {
        case 'i':
                fprintf(f, "%d", value.i);
                break;
        case 't':
                fprintf(f, "#%" PRIu64, value.t); /* only serials have this type */
                break;
        case 'd':
                fprintf(f, "%.1f", value.d);
                break;
        case 'b':
                fputs(value.b ? "true" : "false", f);
                break;
        case 's':
                fputs(shorten(value.string), f);
                break;
        case 'o':
                assert_memory_equal(value.string, BASE, strlen(BASE));
                fprintf(f, ".%s", value.string + strlen(BASE));
                break;
        default:
                fail_msg("type '%c'", type);
        }
}

static void print_value(sd_bus_message *m, FILE *f) {
        const char *contents;
        char type;

        assert_true(sd_bus_message_peek_type(m, &type, &contents) > 0);
        if (strchr("arve", type))
                print_container(m, type, contents, f);
        else
                print_basic(m, type, f);
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *path = sd_bus_message_get_path(m);
        Fixture *f = userdata;

        (void)error;
        if (sd_bus_message_is_method_error(m, NULL)) {
                const sd_bus_error *e = sd_bus_message_get_error(m);

                fprintf(f->log_file, "error %s: %s\n", shorten(e->name), e->message);
                return 1;
        }
        if (path)
                fprintf(f->log_file, "%s .%s", sd_bus_message_get_member(m), path + strlen(BASE));
        else
                fputs("return", f->log_file);
        if (*sd_bus_message_get_signature(m, true))
                fputc(' ', f->log_file);
        print_values(m, " ", f->log_file);
        fputc('\n', f->log_file);
        return 1;
}

static void clear_log(Fixture *f) {
        fclose(f->log_file);
        free(f->log);
        f->log_file = open_memstream(&f->log, &f->log_size);
        assert_non_null(f->log_file);
}

static const char *get_log(Fixture *f) {
        fflush(f->log_file);
        return f->log;
}

/* What came since the last time is exactly this. */
static void expect(Fixture *f, const char *text) {
        assert_string_equal(get_log(f), text);
        clear_log(f);
}

static unsigned count(Fixture *f, const char *text) {
        unsigned n = 0;

        for (const char *p = get_log(f); (p = strstr(p, text)); p += strlen(text))
                n++;
        return n;
}

/* ---- running ---- */

static bool run_client(Fixture *f) {
        bool ran = false;

        while (sd_bus_process(f->client, NULL) > 0)
                ran = true;
        return ran;
}

/* Until nothing happens any more. */
static void run(Fixture *f) {
        bool ran;

        do {
                ran = loop_dispatch(f->loop) > 0;
                ran |= run_client(f);
        } while (ran);
}

static void run_until(Fixture *f, const char *text) {
        struct pollfd fd = { .fd = loop_get_fd(f->loop), .events = POLLIN };

        while (count(f, text) == 0) {
                assert_true(poll(&fd, 1, 10000) > 0);
                run(f);
        }
}

static void send_call_v(Fixture *f, const char *path, const char *interface, const char *member,
                        bool no_reply, const char *types, va_list ap) {
        sd_bus_message *m;
        uint64_t cookie;
        char full[256];

        snprintf(full, sizeof(full), BASE "%s%s", *path ? "/" : "", path);
        assert_true(sd_bus_message_new_method_call(f->client, &m, NULL, full, interface, member) >=
                    0);
        assert_true(sd_bus_message_appendv(m, types, ap) >= 0);
        assert_true(sd_bus_send(f->client, m, no_reply ? NULL : &cookie) >= 0);
        sd_bus_message_unref(m);
}

/* Sends without running anything. */
static void send_call(Fixture *f, const char *path, const char *interface, const char *member,
                      const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, false, types, ap);
        va_end(ap);
}

static void call(Fixture *f, const char *path, const char *interface, const char *member,
                 const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, false, types, ap);
        va_end(ap);
        run(f);
}

static void call_without_reply(Fixture *f, const char *path, const char *interface,
                               const char *member, const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, true, types, ap);
        va_end(ap);
        run(f);
}

static void get(Fixture *f, const char *path, const char *interface, const char *name) {
        call(f, path, PROPERTIES, "Get", "ss", interface, name);
}

/* ---- fixtures ---- */

static void on_attached(int error, void *userdata) {
        Fixture *f = userdata;

        f->attached = error;
}

static void on_state(Service *s, void *userdata) {
        Fixture *f = userdata;

        (void)s;
        f->n_state_changes++;
}

static void on_turn_end(Connection *c, void *userdata) {
        Fixture *f = userdata;

        (void)c;
        if (f->service)
                service_flush(f->service);
}

static void open_connection(Fixture *f) {
        static const ConnectionEvents events = { .on_turn_end = on_turn_end,
                                                 .on_drained = on_turn_end };
        int fds[2], size = 4096;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
                         0);
        assert_int_equal(
                connection_new_peer(f->loop, fds[0], true, ":1.1", &events, f, &f->connection), 0);
        assert_true(sd_bus_new(&f->client) >= 0);
        assert_true(sd_bus_set_fd(f->client, fds[1], fds[1]) >= 0);
        assert_true(sd_bus_start(f->client) >= 0);
        assert_true(sd_bus_add_filter(f->client, NULL, on_message, f) >= 0);
        run(f);
        assert_true(connection_is_open(f->connection));
        /* Small, so that a peer that does not read is soon felt; sd-bus has made it large. */
        assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
}

static void close_connection(Fixture *f) {
        f->client = sd_bus_close_unref(f->client);
        connection_close(f->connection);
        f->connection = connection_unref(f->connection);
}

static const ServiceSettings defaults = { .max_reply_size = 65536, .max_outstanding = 1048576 };

static void attach(Fixture *f) {
        f->attached = 1;
        assert_int_equal(service_attach(f->service, f->connection, on_attached, f), 0);
        run(f);
        assert_int_equal(f->attached, 0);
        expect(f, ""); /* whoever comes asks; nobody is told */
}

static int setup_empty(void **state) {
        const HostSettings settings = { .plugin_path = "", .module_path = "" };
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        start_result = 0;
        number = "n1";
        is_slow = false;
        on_request = NULL;
        n_tickets = n_requests = n_cancels = 0;
        f->log_file = open_memstream(&f->log, &f->log_size);
        assert_non_null(f->log_file);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        assert_int_equal(host_add_plugin(f->host, &plugin), 0);
        open_connection(f);
        *state = f;
        return 0;
}

static int setup(void **state) {
        Fixture *f;

        setup_empty(state);
        f = *state;
        assert_int_equal(service_new(f->host, &library, &defaults, &f->service), 0);
        service_watch(f->service, on_state, f);
        service_start(f->service, 0, "test", UINT64_MAX);
        service_start(f->service, 1, "test", UINT64_MAX);
        attach(f);
        return 0;
}

static int setup_store(void **state) {
        Fixture *f;

        setup_empty(state);
        f = *state;
        assert_int_equal(service_new(f->host, &store_library, &defaults, &f->service), 0);
        service_start(f->service, 0, "test", UINT64_MAX);
        attach(f);
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        f->service = service_free(f->service);
        close_connection(f);
        quota_free(f->quota);
        penalty_free(f->penalty);
        host_free(f->host);
        loop_unref(f->loop);
        fclose(f->log_file);
        free(f->log);
        free(f);
        return 0;
}

/* ---- what there is ---- */

static void introspection_lists_interfaces_and_children(void **state) {
        static const struct {
                const char *path, *present[3], *absent;
                const char *reason;
        } rows[] = {
                { "",
                  { MANAGER "\"", "<node name=\"Thing\"/>", "<node name=\"Lamp\"/>" },
                  INFO,
                  "the module" },
                { "Thing",
                  { THING "\"", INFO "\"",
                    "<node name=\"Left\"/>\n <node name=\"Rear_20Right\"/>" },
                  MANAGER,
                  "a feature and its zones, escaped" },
                { "Thing/Left",
                  { THING "\"", INFO "\"", PROPERTIES "\"" },
                  "<node name",
                  "a zone" },
                { "Lamp", { LAMP "\"", INFO "\"", INTROSPECTABLE "\"" }, THING, "another feature" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                call(f, rows[i].path, INTROSPECTABLE, "Introspect", "");
                for (size_t n = 0; n < 3; n++)
                        if (count(f, rows[i].present[n]) != 1)
                                fail_msg("%s: no %s", rows[i].reason, rows[i].present[n]);
                if (count(f, rows[i].absent) != 0)
                        fail_msg("%s: %s", rows[i].reason, rows[i].absent);
                /* Standard tools show arguments by name. */
                assert_int_equal(count(f, "<arg "),
                                 count(f, "<arg name=") + count(f, "<arg type=\"s\" name="));
                clear_log(f);
        }
}

static void a_zone_that_has_gone_is_no_longer_listed(void **state) {
        Fixture *f = *state;

        fascia_backend_remove_zone(left);
        run(f);
        clear_log(f);
        call(f, "Thing", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(count(f, "<node name=\"Left\"/>"), 0);
        assert_int_equal(count(f, "<node name=\"Rear_20Right\"/>"), 1);
}

static void get_gives_one_property(void **state) {
        static const struct {
                const char *path, *interface, *name, *answer;
        } rows[] = {
                { "Thing", THING, "Level", "return 1\n" },
                { "Thing", THING, "Title", "return one\n" },
                { "Thing", THING, "Gauge", "return 20.5\n" },
                { "Thing/Left", THING, "Level", "return 2\n" },
                { "Thing", THING, "FasciaSerial", "return #0\n" },
                { "Thing", INFO, "FasciaSerial", "return #0\n" },
                { "Thing", INFO, "Version", "return 1.2\n" },
                { "Thing", INFO, "Zones", "return [Left, Rear Right]\n" },
                { "Thing/Left", INFO, "Zones", "return []\n" },
                { "Lamp", INFO, "Zones", "return []\n" },
                { "Thing", INFO, "Unsupported", "return [Spare]\n" },
                { "Thing/Left", INFO, "Unsupported",
                  "return [Title, Mode, Gauge, Number, Spare]\n" },
                { "Thing", INFO, "Backend", "return test\n" },
                { "Thing", INFO, "Simulated", "return true\n" },
                { "Thing", INFO, "State", "return ready\n" },
                { "Thing", INFO, "Error", "return \n" },
                /* Without an interface, the feature's own come first. */
                { "Thing", "", "Level", "return 1\n" },
                { "Thing", "", "State", "return ready\n" },
                { "Thing", "", "FasciaSerial", "return #0\n" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                get(f, rows[i].path, rows[i].interface, rows[i].name);
                expect(f, rows[i].answer);
        }
}

static void get_all_leaves_out_what_has_no_value(void **state) {
        static const struct {
                const char *path, *interface, *answer;
        } rows[] = {
                { "Thing", THING,
                  "return {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                  "FasciaSerial: #0}\n" },
                { "Thing/Left", THING, "return {Level: 2, FasciaSerial: #0}\n" },
                { "Thing/Rear_20Right", THING, "return {FasciaSerial: #0}\n" },
                { "Lamp", LAMP, "return {On: true, FasciaSerial: #0}\n" },
                { "Lamp", INFO,
                  "return {Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}\n" },
                { "Lamp", PROPERTIES, "return {}\n" },
                { "", MANAGER, "return {}\n" },
                { "", "", "return {}\n" },
                /* No interface: all of them, the serial once. */
                { "Lamp", "",
                  "return {On: true, Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}\n" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                call(f, rows[i].path, PROPERTIES, "GetAll", "s", rows[i].interface);
                expect(f, rows[i].answer);
        }
}

static void one_call_gives_the_whole_state(void **state) {
        Fixture *f = *state;

        call(f, "", MANAGER, "GetManagedObjects", "");
        expect(f, "return {./Thing: {Introspectable: {}, Properties: {}, Feature1: {"
                  "Version: 1.2, Zones: [Left, Rear Right], Unsupported: [Spare], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                  "~Thing: {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                  "FasciaSerial: #0}}, "
                  "./Thing/Left: {Introspectable: {}, Properties: {}, Feature1: {"
                  "Version: 1.2, Zones: [], Unsupported: [Title, Mode, Gauge, Number, Spare], "
                  "Backend: test, Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                  "~Thing: {Level: 2, FasciaSerial: #0}}, "
                  "./Thing/Rear_20Right: {Introspectable: {}, Properties: {}, Feature1: {"
                  "Version: 1.2, Zones: [], "
                  "Unsupported: [Level, Title, Mode, Gauge, Number, Spare], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                  "~Thing: {FasciaSerial: #0}}, ./Lamp: {Introspectable: {}, Properties: {}, "
                  "Feature1: {Version: 1.2, Zones: [], Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #0}, "
                  "~Lamp: {On: true, FasciaSerial: #0}}}\n");
}

/* ---- what there is not ---- */

static void what_is_not_there_is_named(void **state) {
        static const struct {
                const char *path, *interface, *member, *error;
        } rows[] = {
                { "Nothing", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Nothing'" },
                { "Thingy", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Thingy'" },
                { "Thing/Left/More", THING, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Thing/Left/More'" },
                { "Lamp/Left", LAMP, "Twice",
                  "UnknownObject: There is no object '/Test/Hand1/Lamp/Left'" },
                { "Thing/Front_20Left", THING, "Twice",
                  "fascia.UnknownZone: Thing has no zone 'Front Left'; it has Left, Rear Right" },
                { "Thing/Trunk", INTROSPECTABLE, "Introspect",
                  "fascia.UnknownZone: Thing has no zone 'Trunk'; it has Left, Rear Right" },
                { "Thing", LAMP, "Twice",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'" },
                { "", THING, "Twice",
                  "UnknownInterface: '/Test/Hand1' has no interface 'Test.Hand1.Thing'" },
                { "Thing", MANAGER, "GetManagedObjects",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface "
                  "'org.freedesktop.DBus.ObjectManager'" },
                { "Thing", THING, "Thrice",
                  "UnknownMethod: Test.Hand1.Thing has no method 'Thrice'" },
                { "Thing", THING, "Get", "UnknownMethod: Test.Hand1.Thing has no method 'Get'" },
                { "Thing", PROPERTIES, "Twice",
                  "UnknownMethod: org.freedesktop.DBus.Properties has no method 'Twice'" },
                { "Thing", NULL, "Thrice",
                  "UnknownMethod: /Test/Hand1/Thing has no method 'Thrice'" },
        };
        Fixture *f = *state;
        char line[512];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                call(f, rows[i].path, rows[i].interface, rows[i].member, "");
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                expect(f, line);
        }
        assert_int_equal(n_requests, 0);
}

static void a_property_that_is_not_there_is_named(void **state) {
        static const struct {
                const char *path, *interface, *name, *error;
        } rows[] = {
                { "Thing", THING, "Height",
                  "UnknownProperty: Test.Hand1.Thing has no property 'Height'" },
                { "Thing", INFO, "Level",
                  "UnknownProperty: org.fascia.Feature1 has no property 'Level'" },
                { "Thing", THING, "State",
                  "UnknownProperty: Test.Hand1.Thing has no property 'State'" },
                { "Thing", PROPERTIES, "Level",
                  "UnknownProperty: org.freedesktop.DBus.Properties has no property 'Level'" },
                { "Thing", "", "Height",
                  "UnknownProperty: /Test/Hand1/Thing has no property 'Height'" },
                { "Thing", LAMP, "On",
                  "UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'" },
                { "", THING, "Level",
                  "UnknownInterface: '/Test/Hand1' has no interface 'Test.Hand1.Thing'" },
                { "", MANAGER, "Level",
                  "UnknownProperty: org.freedesktop.DBus.ObjectManager has no property 'Level'" },
        };
        Fixture *f = *state;
        char line[512];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                get(f, rows[i].path, rows[i].interface, rows[i].name);
                expect(f, line);
                call(f, rows[i].path, PROPERTIES, "Set", "ssv", rows[i].interface, rows[i].name,
                     "i", 3);
                expect(f, line);
        }
        call(f, "Thing", PROPERTIES, "GetAll", "s", LAMP);
        expect(f,
               "error UnknownInterface: '/Test/Hand1/Thing' has no interface 'Test.Hand1.Lamp'\n");
}

static void a_property_without_a_value_is_unsupported(void **state) {
        Fixture *f = *state;

        get(f, "Thing", THING, "Spare");
        expect(f, "error fascia.Unsupported: Spare has no value\n");
        get(f, "Thing/Left", THING, "Title");
        expect(f, "error fascia.Unsupported: Title has no value in zone Left\n");
}

/* ---- calls ---- */

static void a_call_is_answered_with_its_result(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Twice", "i", 21);
        expect(f, "return 42\n");
        call(f, "Thing/Left", THING, "Repeat", "si", "ab", 3);
        expect(f, "return ababab\n");
        call(f, "Thing", THING, "Choose", "i", -5);
        expect(f, "return\n");
}

static void without_an_interface_the_feature_is_asked_first_then_the_standard_ones(void **state) {
        Fixture *f = *state;

        call(f, "Thing", NULL, "Twice", "i", 4);
        expect(f, "return 8\n");
        call(f, "Thing", NULL, "Get", "ss", THING, "Level");
        expect(f, "return 1\n");
        call(f, "", NULL, "GetAll", "s", "");
        expect(f, "return {}\n");
}

static void a_call_with_other_arguments_never_reaches_the_backend(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Twice", "s", "4");
        expect(f, "error InvalidArgs: Twice expects 'i', got 's'\n");
        call(f, "Thing", THING, "Twice", "");
        expect(f, "error InvalidArgs: Twice expects 'i', got ''\n");
        call(f, "Thing", THING, "Twice", "ii", 1, 2);
        expect(f, "error InvalidArgs: Twice expects 'i', got 'ii'\n");
        call(f, "Thing", THING, "Choose", "i", 2);
        expect(f, "error fascia.OutOfRange: Choose: Mode has no value 2\n");
        call(f, "Thing", PROPERTIES, "Get", "s", THING);
        expect(f, "error InvalidArgs: Get expects 'ss', got 's'\n");
        call(f, "Thing", PROPERTIES, "Set", "ssi", THING, "Level", 3);
        expect(f, "error InvalidArgs: Set expects 'ssv', got 'ssi'\n");
        assert_int_equal(n_requests, 0);
}

static void an_answer_may_come_later(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Wait", "");
        call(f, "Thing", THING, "Wait", "");
        expect(f, "");
        assert_int_equal(fascia_reply_call(tickets[1], &(int32_t){ 2 }), 0);
        run(f);
        expect(f, "return 2\n");
        assert_int_equal(fascia_reply_fail(tickets[0], -EBUSY, "Not now"), 0);
        run(f);
        expect(f, "error fascia.Busy: Not now\n");
        assert_int_equal(fascia_reply_call(tickets[0], &(int32_t){ 1 }), -EALREADY);
        run(f);
        expect(f, "");
}

static void an_error_of_the_backend_keeps_its_name(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Wait", "");
        assert_int_equal(fascia_reply_fail_named(tickets[0], "Test.Hand1.Error.Jam", "It jams"), 0);
        run(f);
        expect(f, "error ~Error.Jam: It jams\n");
}

static void who_wants_no_answer_gets_none(void **state) {
        Fixture *f = *state;

        call_without_reply(f, "Thing", THING, "Twice", "i", 2);
        call_without_reply(f, "Thing", THING, "Thrice", "i", 2);
        call_without_reply(f, "Thing", THING, "Twice", "s", "");
        call_without_reply(f, "Thing", PROPERTIES, "Get", "ss", THING, "Level");
        expect(f, "");
        assert_int_equal(n_requests, 1);
}

/* Runs until the text is there; gives what was logged meanwhile, to be freed. */
static char *capture_log(Fixture *f, const char *text) {
        int saved = dup(STDERR_FILENO), fd = memfd_create("log", MFD_CLOEXEC);
        char *log = calloc(1, 1024);

        assert_non_null(log);
        assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
        run_until(f, text);
        dup2(saved, STDERR_FILENO);
        assert_true(pread(fd, log, 1023, 0) >= 0);
        close(saved);
        close(fd);
        return log;
}

static void a_backend_that_does_not_answer_is_answered_for_and_logged(void **state) {
        Fixture *f = *state;
        char *log;

        service_stop(f->service, 0);
        service_start(f->service, 0, "test", 10000);
        run(f);
        clear_log(f);
        send_call(f, "Thing", THING, "Wait", "");
        run_client(f);
        log = capture_log(f, "\n");
        assert_string_equal(log, "<4>Test.Hand: Test.Hand.Thing.wait: Thing.wait was not answered "
                                 "within 0.01 s\n");
        free(log);
        expect(f, "error fascia.Timeout: Thing.wait was not answered within 0.01 s\n");
        assert_int_equal(n_cancels, 1);
}

/* ---- Set ---- */

static void a_set_is_announced_before_it_is_answered(void **state) {
        Fixture *f = *state;

        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 7, FasciaSerial: #1} []\n"
                  "return\n");
        call(f, "Thing/Left", PROPERTIES, "Set", "ssv", THING, "Level", "i", 8);
        expect(f, "PropertiesChanged ./Thing/Left ~Thing {Level: 8, FasciaSerial: #2} []\n"
                  "return\n");
        get(f, "Thing", THING, "Level");
        expect(f, "return 7\n");
}

static void setting_the_same_value_is_answered_and_not_announced(void **state) {
        Fixture *f = *state;

        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 1);
        expect(f, "return\n");
}

static void a_set_that_is_refused_changes_nothing(void **state) {
        static const struct {
                const char *name, *type;
                int32_t value;
                const char *error;
        } rows[] = {
                { "Level", "u", 3, "InvalidArgs: Level: expected 'i', got 'u'" },
                { "Level", "i", 11, "fascia.OutOfRange: Level: 11 is not in [0-10]" },
                { "Level", "i", -1, "fascia.OutOfRange: Level: -1 is not in [0-10]" },
                { "Mode", "i", 2, "fascia.OutOfRange: Mode: Mode has no value 2" },
                { "Gauge", "i", 2, "PropertyReadOnly: Gauge is read-only" },
                { "Number", "i", 2, "PropertyReadOnly: Number is read-only" },
                { "FasciaSerial", "i", 2, "PropertyReadOnly: FasciaSerial is read-only" },
        };
        Fixture *f = *state;
        char line[256];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                call(f, "Thing", PROPERTIES, "Set", "ssv", THING, rows[i].name, rows[i].type,
                     rows[i].value);
                snprintf(line, sizeof(line), "error %s\n", rows[i].error);
                expect(f, line);
        }
        call(f, "Thing", PROPERTIES, "Set", "ssv", INFO, "State", "s", "ready");
        expect(f, "error PropertyReadOnly: State is read-only\n");
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Spare", "d", (double)INFINITY);
        expect(f, "error fascia.OutOfRange: Spare: inf is not a finite number\n");
        assert_int_equal(n_requests, 0);
        call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        expect(f, "return {Level: 1, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                  "FasciaSerial: #0}\n");
}

static void a_set_that_the_backend_refuses_changes_nothing(void **state) {
        Fixture *f = *state;

        is_slow = true;
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        expect(f, ""); /* deferred */
        fascia_reply_fail(tickets[0], -ERANGE, "Not in winter");
        run(f);
        expect(f, "error fascia.OutOfRange: Not in winter\n");
        get(f, "Thing", THING, "Level");
        expect(f, "return 1\n");
}

static void the_value_in_effect_is_what_is_announced(void **state) {
        Fixture *f = *state;

        is_slow = true;
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 7);
        fascia_reply_set(tickets[0], &(int32_t){ 6 });
        run(f);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 6, FasciaSerial: #1} []\n"
                  "return\n");
}

/* ---- turns ---- */

static void change_a_lot(void) {
        bool on = false;

        for (int32_t i = 0; i < 100; i++)
                report_level(thing, i);
        say("in between");
        report_title("two");
        report_level(left, 5);
        fascia_backend_report(lamp, ON, &on);
        fascia_backend_emit(thing, RANG, NULL);
}

static void changes_of_a_turn_go_out_once_for_each_object_before_signals_and_answers(void **state) {
        Fixture *f = *state;

        on_request = change_a_lot;
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 99, Title: two, FasciaSerial: #1} []\n"
                  "PropertiesChanged ./Thing/Left ~Thing {Level: 5, FasciaSerial: #2} []\n"
                  "PropertiesChanged ./Lamp ~Lamp {On: false, FasciaSerial: #3} []\n"
                  "Said ./Thing in between\n"
                  "Rang ./Thing\n"
                  "return 2\n");
        /* The two signals count. */
        get(f, "Lamp", LAMP, "FasciaSerial");
        expect(f, "return #5\n");
}

static void say_something(void) {
        say("something");
}

static void an_answer_does_not_overtake_a_signal(void **state) {
        Fixture *f = *state;

        on_request = say_something;
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "Said ./Thing something\n"
                  "return 2\n");
}

static void changes_outside_of_a_turn_go_out_by_themselves(void **state) {
        Fixture *f = *state;

        change_a_lot();
        run(f);
        assert_int_equal(count(f, "PropertiesChanged"), 3);
        assert_int_equal(count(f, "Level: 99"), 1);
}

static void a_value_that_is_back_in_time_is_announced_as_it_is(void **state) {
        Fixture *f = *state;

        report_level(thing, 3);
        report_level(thing, 4);
        report_level(thing, 3);
        run(f);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 3, FasciaSerial: #1} []\n");
}

static void make_a_change(void) {
        static int32_t level = 100;

        report_level(thing, level++);
}

static void constant_load_does_not_keep_changes_back(void **state) {
        Fixture *f = *state;
        const char *first_return, *last_return, *change;

        on_request = make_a_change;
        for (int i = 0; i < 3 * CONNECTION_TURN_MESSAGES; i++)
                send_call(f, "Thing", THING, "Twice", "i", i);
        run(f);
        assert_int_equal(count(f, "return"), 3 * CONNECTION_TURN_MESSAGES);
        assert_true(count(f, "PropertiesChanged") >= 3);
        /* In between, not all at one end. */
        first_return = strstr(get_log(f), "return");
        change = strstr(first_return, "PropertiesChanged");
        assert_non_null(change);
        last_return = strstr(change, "return");
        assert_non_null(last_return);
}

static void a_snapshot_is_of_one_moment_and_is_not_held_back(void **state) {
        Fixture *f = *state;

        report_level(thing, 3);
        say("hello");
        call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        /* It has the number of what was sent before it, and the newest values. */
        if (count(f, "return {Level: 3, ") != 1)
                fail_msg("%s", get_log(f));
        clear_log(f);
        call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        assert_int_equal(count(f, "FasciaSerial: #2}"), 1);
}

static void withdraw_title(void) {
        fascia_backend_withdraw(thing, TITLE);
}

static void a_value_that_is_lost_is_invalidated_and_unsupported(void **state) {
        Fixture *f = *state;

        withdraw_title();
        report_level(thing, 2);
        run(f);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 2, FasciaSerial: #1} [Title]\n"
                  "PropertiesChanged ./Thing Feature1 {Unsupported: [Title, Spare], FasciaSerial: "
                  "#2} []\n");
        report_title("again");
        run(f);
        expect(f,
               "PropertiesChanged ./Thing ~Thing {Title: again, FasciaSerial: #3} []\n"
               "PropertiesChanged ./Thing Feature1 {Unsupported: [Spare], FasciaSerial: #4} []\n");
        /* Both in one turn, it is a change like any other. */
        withdraw_title();
        report_title("anew");
        run(f);
        expect(f, "PropertiesChanged ./Thing ~Thing {Title: anew, FasciaSerial: #5} []\n");
}

static void a_constant_is_announced_once(void **state) {
        Fixture *f = *state;
        const char *other = "n2";

        /* The first value, after the feature was ready. */
        assert_int_equal(fascia_backend_report(left, NUMBER, &other), 0);
        run(f);
        assert_int_equal(count(f, "~Thing {Number: n2, FasciaSerial: #1} []"), 1);
        clear_log(f);
        other = "n3";
        fascia_backend_report(left, NUMBER, &other);
        run(f);
        expect(f, "");
}

static void a_constant_of_another_backend_is_announced(void **state) {
        Fixture *f = *state;

        number = "n2";
        service_stop(f->service, 0);
        service_start(f->service, 0, "test", UINT64_MAX);
        run(f);
        assert_int_equal(count(f, "PropertiesChanged ./Thing ~Thing"), 1);
        assert_int_equal(count(f, "Number: n2"), 1);
}

/* ---- zones ---- */

static void a_zone_that_comes_is_announced_with_its_values(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_add_zone(thing, "Top", NULL, &zone);
        report_level(zone, 4);
        report_level(zone, 5);
        run(f);
        expect(f, "InterfacesAdded . ./Thing/Top {Introspectable: {}, Properties: {}, Feature1: {"
                  "Version: 1.2, Zones: [], Unsupported: [Title, Mode, Gauge, Number, Spare], "
                  "Backend: test, Simulated: true, State: ready, Error: , FasciaSerial: #1}, "
                  "~Thing: {Level: 5, FasciaSerial: #1}}\n"
                  "PropertiesChanged ./Thing Feature1 {Zones: [Left, Rear Right, Top], "
                  "FasciaSerial: #2} []\n");
        report_level(zone, 6);
        run(f);
        expect(f, "PropertiesChanged ./Thing/Top ~Thing {Level: 6, FasciaSerial: #3} []\n");
}

static void a_zone_that_goes_is_announced_and_gone(void **state) {
        Fixture *f = *state;

        report_level(left, 9);
        fascia_backend_remove_zone(left);
        run(f);
        expect(f,
               "InterfacesRemoved . ./Thing/Left [Introspectable, Properties, Feature1, ~Thing]\n"
               "PropertiesChanged ./Thing Feature1 {Zones: [Rear Right], FasciaSerial: #2} []\n");
        get(f, "Thing/Left", THING, "Level");
        expect(f, "error fascia.UnknownZone: Thing has no zone 'Left'; it has Rear Right\n");
        call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(count(f, "./Thing/Left"), 0);
        add_left(3);
        run(f);
        assert_int_equal(count(f, "InterfacesAdded . ./Thing/Left"), 1);
        assert_int_equal(count(f, "Level: 3"), 1);
}

static void a_zone_that_came_and_went_within_a_turn_was_never_there(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_add_zone(thing, "Top", NULL, &zone);
        report_level(zone, 4);
        fascia_backend_fail(thing, -EIO, "No power");
        fascia_backend_remove_zone(zone);
        run(f);
        assert_int_equal(count(f, "Interfaces"), 0);
        assert_int_equal(count(f, "./Thing/Top"), 0);
}

static void what_a_zone_comes_with_is_not_said_again(void **state) {
        Fixture *f = *state;
        struct fascia_backend *zone;

        fascia_backend_fail(thing, -EIO, "No power");
        fascia_backend_add_zone(thing, "Top", NULL, &zone);
        report_level(zone, 4);
        fascia_backend_ready(thing);
        run(f);
        assert_int_equal(count(f, "InterfacesAdded . ./Thing/Top"), 1);
        assert_int_equal(count(f, "./Thing/Top"), 1);
}

static void a_zone_that_is_back_within_a_turn_has_its_new_values(void **state) {
        Fixture *f = *state;
        const char *title = "zone";

        fascia_backend_remove_zone(left);
        fascia_backend_add_zone(thing, "Left", NULL, &left);
        fascia_backend_report(left, TITLE, &title);
        run(f);
        assert_int_equal(count(f, "Interfaces"), 0);
        assert_int_equal(count(f, "./Thing/Left ~Thing {Title: zone, FasciaSerial: #1} [Level]"),
                         1);
}

static void who_waits_in_a_zone_that_goes_is_told(void **state) {
        Fixture *f = *state;

        call(f, "Thing/Left", THING, "Wait", "");
        fascia_backend_remove_zone(left);
        run(f);
        assert_int_equal(count(f, "InterfacesRemoved"), 1);
        assert_int_equal(count(f, "error fascia.UnknownZone: The zone has gone\n"), 1);
}

/* ---- features that are not ready ---- */

static void a_feature_that_fails_says_so_and_has_no_values(void **state) {
        Fixture *f = *state;
        unsigned before = f->n_state_changes;

        fascia_backend_fail(lamp, -EIO, "No light");
        assert_int_equal(f->n_state_changes, before + 1);
        assert_string_equal(service_get_error(f->service), "No light");
        run(f);
        /* The state first: who hears it knows that the values are not lost one by one. */
        expect(f, "PropertiesChanged ./Lamp Feature1 {Unsupported: [], Backend: test, "
                  "Simulated: true, State: unavailable, Error: No light, FasciaSerial: #1} []\n"
                  "PropertiesChanged ./Lamp ~Lamp {FasciaSerial: #2} [On]\n");
        call(f, "Lamp", PROPERTIES, "GetAll", "s", LAMP);
        expect(f, "return {FasciaSerial: #2}\n");
        call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(count(f, "State: unavailable, Error: No light, FasciaSerial: #2}, "
                                  "~Lamp: {FasciaSerial: #2}"),
                         1);
        clear_log(f);
        get(f, "Lamp", INFO, "Error");
        expect(f, "return No light\n");
}

static void a_feature_that_works_again_says_so_after_its_values(void **state) {
        Fixture *f = *state;
        bool off = false;

        fascia_backend_fail(lamp, -EIO, "No light");
        run(f);
        clear_log(f);
        fascia_backend_report(lamp, ON, &off);
        run(f);
        expect(f, "");
        fascia_backend_ready(lamp);
        assert_null(service_get_error(f->service));
        run(f);
        expect(f, "PropertiesChanged ./Lamp ~Lamp {On: false, FasciaSerial: #3} []\n"
                  "PropertiesChanged ./Lamp Feature1 {Unsupported: [], Backend: test, "
                  "Simulated: true, State: ready, Error: , FasciaSerial: #4} []\n");
}

static void a_feature_that_is_not_ready_answers_unavailable_at_once(void **state) {
        static const char refusal[] =
                "error fascia.Unavailable: Thing is not available: No power\n";
        Fixture *f = *state;

        fascia_backend_fail(thing, -EIO, "No power");
        run(f);
        /* In each zone, also in one without any value. */
        assert_int_equal(count(f, "{Unsupported: [], Backend: test"), 3);
        clear_log(f);
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, refusal);
        call(f, "Thing/Left", THING, "Twice", "s", "whatever the arguments are");
        expect(f, refusal);
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 3);
        expect(f, refusal);
        get(f, "Thing", THING, "Level");
        expect(f, refusal);
        call(f, "Thing/Trunk", THING, "Twice", "i", 1);
        expect(f, refusal); /* nobody knows whether there would be such a zone */
        /* Read-only it stays, and unknown stays unknown. */
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Gauge", "d", 1.0);
        expect(f, "error PropertyReadOnly: Gauge is read-only\n");
        call(f, "Thing", THING, "Thrice", "");
        expect(f, "error UnknownMethod: Test.Hand1.Thing has no method 'Thrice'\n");
        /* The other feature does not care. */
        get(f, "Lamp", LAMP, "On");
        expect(f, "return true\n");
        assert_int_equal(n_requests, 0);
}

static void a_backend_that_cannot_start_is_exported_with_its_error(void **state) {
        Fixture *f = *state;

        service_stop(f->service, 0);
        service_start(f->service, 0, "nothing", UINT64_MAX);
        run(f);
        clear_log(f);
        get(f, "Thing", INFO, "Backend");
        expect(f, "return nothing\n");
        get(f, "Thing", INFO, "State");
        expect(f, "return unavailable\n");
        call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(count(f, "error fascia.Unavailable: Thing is not available: "), 1);
        assert_int_equal(count(f, "nothing"), 1);
        clear_log(f);
        service_start(f->service, 0, "", UINT64_MAX);
        run(f);
        clear_log(f);
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "error fascia.Unavailable: Thing is not available: No backend is configured: "
                  "Backend= is not set\n");
        service_start(f->service, 0, "test", UINT64_MAX);
        call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(count(f, "return 2\n"), 1);
        assert_null(service_get_error(f->service));
}

static void stopping_a_backend_answers_who_waits(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Wait", "");
        service_stop(f->service, 0);
        run(f);
        assert_int_equal(count(f, "State: unavailable, Error: The backend was stopped"), 1);
        assert_int_equal(count(f, "error fascia.Unavailable: The backend was stopped\n"), 1);
}

static void that_a_feature_is_gone_is_told_before_its_zones_and_values_go(void **state) {
        Fixture *f = *state;
        const char *gone, *removed, *withdrawn;

        service_stop(f->service, 0);
        run(f);
        assert_int_equal(count(f, "PropertiesChanged ./Thing Feature1 "), 1);
        gone = strstr(f->log, "PropertiesChanged ./Thing Feature1 {Zones: [], ");
        removed = strstr(f->log, "InterfacesRemoved . ./Thing/Left");
        withdrawn = strstr(f->log, "PropertiesChanged ./Thing ~Thing {FasciaSerial");
        assert_non_null(gone);
        assert_non_null(removed);
        assert_non_null(withdrawn);
        assert_true(gone < removed && removed < withdrawn);
}

static void a_service_that_ends_answers_who_waits_before_it_leaves(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Wait", "");
        f->service = service_free(f->service);
        run(f);
        assert_int_equal(count(f, "error fascia.Unavailable: The backend was stopped\n"), 1);
        assert_int_equal(count(f, "./Lamp Feature1 {Unsupported: [], Backend: test, "
                                  "Simulated: false, State: unavailable"),
                         1);
        clear_log(f);
        call(f, "Thing", THING, "Twice", "i", 1);
        assert_int_equal(count(f, "error UnknownObject"), 1);
}

static void a_module_of_which_nothing_is_known_answers_with_the_reason(void **state) {
        static const char refusal[] =
                "error fascia.Unavailable: Test.Hand1 is not available: no such file\n";
        Fixture *f = *state;

        assert_int_equal(service_new_failed(f->host, "Test.Hand1", "no such file", &f->service), 0);
        attach(f);
        assert_null(service_get_module(f->service));
        assert_string_equal(service_get_error(f->service), "no such file");
        assert_string_equal(service_get_bus_name(f->service), "Test.Hand1");
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, refusal);
        call(f, "", MANAGER, "GetManagedObjects", "");
        expect(f, refusal);
        get(f, "Any/Thing", THING, "Level");
        expect(f, refusal);
        call(f, "Any/Thing", INTROSPECTABLE, "Introspect", "");
        expect(f, refusal);
        /* So that tools that walk over all objects of the connection get by. */
        call(f, "", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(count(f, "return <!DOCTYPE"), 1);
}

/* ---- the serial ---- */

static void every_broadcast_counts_and_nothing_else(void **state) {
        Fixture *f = *state;

        report_level(thing, 2);
        run(f);
        assert_int_equal(count(f, "FasciaSerial: #1}"), 1);
        say("two");
        run(f);
        fascia_backend_remove_zone(left); /* three, and four for Zones */
        run(f);
        assert_int_equal(count(f, "FasciaSerial: #4}"), 1);
        add_left(1); /* five, six */
        run(f);
        assert_int_equal(count(f, "FasciaSerial: #6}"), 1);
        call(f, "Thing", THING, "Twice", "i", 1);
        call(f, "Thing", THING, "Thrice", "i", 1);
        call(f, "Thing", PROPERTIES, "Set", "ssv", THING, "Level", "i", 2); /* as it is */
        clear_log(f);
        call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(count(f, "FasciaSerial: #6}"), 8);
        assert_int_equal(count(f, "FasciaSerial: "), 8);
}

static void a_new_connection_begins_anew(void **state) {
        Fixture *f = *state;

        report_level(thing, 2);
        run(f);
        say("still on the way");
        service_detach(f->service);
        close_connection(f);
        report_level(thing, 3); /* heard by nobody */
        fascia_backend_remove_zone(left);
        say("nothing");
        clear_log(f);
        open_connection(f);
        attach(f);
        call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        expect(f, "return {Level: 3, Title: one, Mode: 1, Gauge: 20.5, Number: n1, "
                  "FasciaSerial: #0}\n");
        report_level(thing, 4);
        run(f);
        expect(f, "PropertiesChanged ./Thing ~Thing {Level: 4, FasciaSerial: #1} []\n");
        add_left(5);
        run(f);
        assert_int_equal(count(f, "InterfacesAdded . ./Thing/Left"), 1);
}

static void who_called_over_a_lost_connection_gets_no_answer_on_the_next(void **state) {
        Fixture *f = *state;

        call(f, "Thing", THING, "Wait", "");
        service_detach(f->service);
        assert_int_equal(n_cancels, 1);
        close_connection(f);
        open_connection(f);
        attach(f);
        assert_int_equal(fascia_reply_call(tickets[0], &(int32_t){ 1 }), -ESTALE);
        run(f);
        expect(f, "");
}

/* ---- limits ---- */

static void fill(Fixture *f) {
        int32_t level = 0;

        /* The peer does not read: the socket is full soon, and then the queue. */
        while (connection_get_outstanding(f->connection) <= 4096) {
                report_level(thing, 1000 + level++);
                loop_dispatch(f->loop);
                assert_in_range(level, 0, 10000);
        }
}

static void a_peer_that_does_not_read_gets_the_newest_values_when_it_does(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;
        unsigned announced;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        for (int32_t i = 0; i < 1000; i++) {
                report_level(thing, i);
                report_level(left, i);
                loop_dispatch(f->loop);
        }
        assert_true(connection_get_outstanding(f->connection) < 8192); /* nothing was added */
        run(f);
        assert_int_equal(count(f, "Level: 998,"), 0);
        assert_int_equal(count(f, "./Thing ~Thing {Level: 999,"), 1);
        assert_int_equal(count(f, "./Thing/Left ~Thing {Level: 999,"), 1);
        /* Nothing was lost: the serial is the number of signals. */
        announced = count(f, "PropertiesChanged");
        clear_log(f);
        get(f, "Thing", THING, "FasciaSerial");
        assert_int_equal((unsigned)strtoul(get_log(f) + strlen("return #"), NULL, 10), announced);
}

static void a_peer_that_does_not_read_still_gets_its_answers(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        report_level(thing, 1);
        send_call(f, "Thing", THING, "Twice", "i", 700);
        while (loop_dispatch(f->loop) > 0)
                ;
        assert_true(connection_get_outstanding(f->connection) > 4096);
        assert_int_equal(n_requests, 1);
        run(f);
        assert_int_equal(count(f, "return 1400\n"), 1);
        assert_true(strstr(get_log(f), "return 1400\n") < strstr(get_log(f), "{Level: 1,"));
}

static void signals_wait_for_a_peer_that_does_not_read_and_then_the_oldest_are_lost(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;
        unsigned got;
        char text[32];

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        fill(f);
        for (unsigned i = 0; i < 1000; i++) {
                snprintf(text, sizeof(text), "word %u.", i);
                say(text);
                fascia_backend_emit(thing, RANG, NULL);
                loop_dispatch(f->loop);
        }
        run(f);
        got = count(f, "Said") + count(f, "Rang");
        assert_in_range(got, 4, 100);
        assert_int_equal(count(f, "word 0."), 0);
        assert_int_equal(count(f, "word 998."), 1);
        assert_true(strstr(get_log(f), "word 998.") < strstr(get_log(f), "word 999."));
        /* Lost, but not silently. */
        got += count(f, "PropertiesChanged");
        clear_log(f);
        get(f, "Thing", THING, "FasciaSerial");
        assert_true(strtoul(get_log(f) + strlen("return #"), NULL, 10) > got + 1900);
}

static void as_long_as_a_peer_reads_no_signal_is_lost(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        for (int i = 0; i < 100; i++)
                say("word");
        run(f);
        assert_int_equal(count(f, "word"), 100);
        /* Those are gone: when it stops to read, there is room again. */
        clear_log(f);
        fill(f);
        for (int i = 0; i < 5; i++)
                say("more");
        run(f);
        assert_int_equal(count(f, "more"), 5);
}

static void an_answer_is_never_lost(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;

        settings.max_outstanding = 4096;
        service_set(f->service, &settings);
        call(f, "Thing", THING, "Wait", "");
        fill(f);
        report_level(thing, 5);
        fascia_reply_call(tickets[0], &(int32_t){ 77 });
        for (int i = 0; i < 1000; i++)
                say("word");
        run(f);
        assert_in_range(count(f, "word"), 1, 20);
        assert_int_equal(count(f, "return 77\n"), 1);
}

static void an_answer_that_is_too_large_is_an_error(void **state) {
        ServiceSettings settings = defaults;
        Fixture *f = *state;
        char text[1200];

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        report_title(text);
        run(f);
        clear_log(f);
        settings.max_reply_size = 1024;
        service_set(f->service, &settings);
        /* The length of 4 bytes, the characters, and a zero behind them. */
        call(f, "Thing", THING, "Repeat", "si", "x", 1020);
        expect(f, "error LimitsExceeded: The answer of 1025 bytes is above the limit of 1024\n");
        call(f, "Thing", THING, "Repeat", "si", "x", 1019);
        assert_int_equal(count(f, "return xx"), 1);
        clear_log(f);
        get(f, "Thing", THING, "Title");
        assert_int_equal(count(f, "error LimitsExceeded: The answer of 12"), 1);
        clear_log(f);
        /* It costs nobody the rest. */
        call(f, "Thing", PROPERTIES, "GetAll", "s", THING);
        assert_int_equal(count(f, "error LimitsExceeded"), 0);
        assert_int_equal(count(f, "Title"), 0);
        assert_int_equal(count(f, "Level: "), 1);
        clear_log(f);
        settings.max_reply_size = 100;
        service_set(f->service, &settings);
        call(f, "", MANAGER, "GetManagedObjects", "");
        assert_int_equal(count(f, "error LimitsExceeded"), 1);
        clear_log(f);
        get(f, "Thing", THING, "Level");
        expect(f, "return 1\n");
}

static void a_value_or_signal_that_is_too_large_is_kept_from_the_bus(void **state) {
        ServiceSettings settings = defaults;
        char text[1200];
        Fixture *f = *state;

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        settings.max_reply_size = 1024;
        service_set(f->service, &settings);
        report_title("short");
        run(f);
        clear_log(f);
        report_title(text);
        run(f);
        assert_int_equal(count(f, "PropertiesChanged ./Thing ~Thing {FasciaSerial: "), 1);
        assert_int_equal(count(f, "} [Title]\n"), 1);
        assert_int_equal(count(f, "Unsupported: [Title"), 1);
        clear_log(f);
        report_title("short again");
        run(f);
        assert_int_equal(count(f, "Title: short again"), 1);
        say(text);
        run(f);
        assert_int_equal(count(f, "xxx"), 0);
        say("short");
        run(f);
        /* The lost one is a gap in the numbers: the next change tells of it. */
        assert_int_equal(count(f, "Said ./Thing short"), 1);
}

static void use_quota(Fixture *f, const QuotaSettings *limits) {
        ServiceSettings settings = defaults;

        assert_int_equal(quota_new(limits, &f->quota), 0);
        settings.quota = f->quota;
        service_set(f->service, &settings);
}

static void calls_above_the_rate_are_refused_whatever_they_are(void **state) {
        Fixture *f = *state;

        use_quota(f, &(QuotaSettings){ .rate = 1, .burst = 2 });
        for (int i = 0; i < 2; i++)
                call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "return 2\nreturn 2\n");
        get(f, "Thing", THING, "Level");
        expect(f, "error LimitsExceeded: Too many calls per second (CallRate)\n");
        call(f, "Nothing", THING, "Twice", "s", "");
        expect(f, "error LimitsExceeded: Too many calls per second (CallRate)\n");
        assert_int_equal(n_requests, 2);
}

static void refusals_come_late_so_that_who_waits_for_them_slows_down(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls per second (CallRate)\n";
        ServiceSettings settings = defaults;
        Fixture *f = *state;
        uint64_t begin;

        assert_int_equal(quota_new(&(QuotaSettings){ .rate = 1, .burst = 1 }, &f->quota), 0);
        assert_int_equal(penalty_new(f->loop, &f->penalty), 0);
        settings.quota = f->quota;
        settings.penalty = f->penalty;
        service_set(f->service, &settings);
        call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "return 2\n");
        begin = loop_now(f->loop);
        for (int i = 0; i < 3; i++)
                call(f, "Thing", THING, "Twice", "i", 1);
        expect(f, "");
        run_until(f, refusal);
        assert_true(loop_now(f->loop) - begin >= 100000);
        for (int i = 0; i < 1000 && count(f, refusal) < 3; i++) {
                poll(NULL, 0, 10);
                run(f);
        }
        assert_int_equal(count(f, refusal), 3);
        clear_log(f);
        /* More than may wait are answered at once. */
        for (int i = 0; i < 2050; i++)
                call(f, "Thing", THING, "Twice", "i", 1);
        assert_in_range(count(f, refusal), 1, 2050);
        /* Without the connection there is nobody to be answered. */
        penalty_clear(f->penalty);
        clear_log(f);
        run(f);
        expect(f, "");
}

/* Sixteen every two milliseconds: all at once would be answered by as many calls at once, which others would wait for. */
static void refusals_do_not_come_all_at_once(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls per second (CallRate)\n";
        ServiceSettings settings = defaults;
        Fixture *f = *state;
        uint64_t begin;

        assert_int_equal(quota_new(&(QuotaSettings){ .rate = 1, .burst = 1 }, &f->quota), 0);
        assert_int_equal(penalty_new(f->loop, &f->penalty), 0);
        settings.quota = f->quota;
        settings.penalty = f->penalty;
        service_set(f->service, &settings);
        call(f, "Thing", THING, "Twice", "i", 1);
        clear_log(f);
        begin = loop_now(f->loop);
        for (int i = 0; i < 640; i++)
                call(f, "Thing", THING, "Twice", "i", 1);
        for (int i = 0; i < 10000 && count(f, refusal) < 640; i++) {
                poll(NULL, 0, 1);
                run(f);
        }
        assert_int_equal(count(f, refusal), 640);
        assert_true(loop_now(f->loop) - begin >= 100000 + 39 * 2000);
}

static void calls_that_wait_are_limited_until_they_are_answered(void **state) {
        static const char refusal[] =
                "error LimitsExceeded: Too many calls wait for an answer (MaxCallsInFlight)\n";
        Fixture *f = *state;

        use_quota(f, &(QuotaSettings){ .in_flight = 2 });
        call(f, "Thing", THING, "Wait", "");
        call(f, "Thing", THING, "Wait", "");
        expect(f, "");
        call(f, "Thing", THING, "Wait", "");
        expect(f, refusal);
        fascia_reply_call(tickets[0], &(int32_t){ 1 });
        run(f);
        expect(f, "return 1\n");
        call(f, "Thing", THING, "Twice", "i", 4);
        expect(f, "return 8\n");
        /* One whose answer is lost with the connection does not count for ever. */
        service_detach(f->service);
        close_connection(f);
        open_connection(f);
        attach(f);
        call(f, "Thing", THING, "Wait", "");
        call(f, "Thing", THING, "Wait", "");
        expect(f, "");
        call(f, "Thing", THING, "Wait", "");
        expect(f, refusal);
}

/* ---- other ways to announce ---- */

static void report_store(uint32_t property, int32_t value) {
        assert_int_equal(fascia_backend_report(store, property, &value), 0);
}

static void what_invalidates_is_named_without_its_value(void **state) {
        Fixture *f = *state;

        report_store(STOCK, 5);
        run(f);
        expect(f, "PropertiesChanged ./Store ~Store {FasciaSerial: #1} [Stock]\n"
                  "PropertiesChanged ./Store Feature1 {Unsupported: [Position, Serial], "
                  "FasciaSerial: #2} []\n");
        report_store(STOCK, 6);
        run(f);
        expect(f, "PropertiesChanged ./Store ~Store {FasciaSerial: #3} [Stock]\n");
        report_store(STOCK, 6);
        run(f);
        expect(f, "");
        get(f, "Store", STORE, "Stock");
        expect(f, "return 6\n");
        fascia_backend_withdraw(store, STOCK);
        run(f);
        assert_int_equal(count(f, "{FasciaSerial: #4} [Stock]\n"), 1);
}

static void what_is_silent_is_not_announced(void **state) {
        Fixture *f = *state;

        report_store(POSITION, 5);
        run(f);
        /* That it has a value at all is another matter. */
        expect(f, "PropertiesChanged ./Store Feature1 {Unsupported: [Stock, Serial], "
                  "FasciaSerial: #1} []\n");
        report_store(POSITION, 6);
        run(f);
        expect(f, "");
        get(f, "Store", STORE, "Position");
        expect(f, "return 6\n");
        report_store(POSITION, 7);
        report_store(STOCK, 1);
        run(f);
        assert_int_equal(count(f, "~Store {FasciaSerial: #2} [Stock]\n"), 1);
        clear_log(f);
        fascia_backend_withdraw(store, POSITION);
        run(f);
        assert_int_equal(count(f, "~Store"), 0);
        assert_int_equal(count(f, "Unsupported: [Position,"), 1);
}

static void a_const_that_comes_late_is_announced_once(void **state) {
        const char *serial = "one", *other = "two";
        Fixture *f = *state;

        assert_int_equal(fascia_backend_report(store, SERIAL, &serial), 0);
        run(f);
        assert_int_equal(count(f, "~Store {Serial: one, FasciaSerial: #1} []\n"), 1);
        clear_log(f);
        assert_int_equal(fascia_backend_report(store, SERIAL, &other), 0);
        run(f);
        expect(f, "");
}

/* ---- other answers ---- */

static void several_results_are_several_arguments(void **state) {
        Fixture *f = *state;

        call(f, "Store", STORE, "Find", "s", "left");
        expect(f, "return left 7\n");
}

static void a_backend_may_fail_with_a_name_of_its_own(void **state) {
        Fixture *f = *state;

        call(f, "Store", STORE, "Refuse", "s", "Test.Hand1.Error.Closed");
        expect(f, "error ~Error.Closed: not today\n");
        call(f, "Store", STORE, "Refuse", "s", "org.fascia.Error.Busy");
        expect(f, "error fascia.Busy: not today\n");
        call(f, "Store", STORE, "Refuse", "s", "");
        expect(f, "return\n");
}

/* ---- models ---- */

static void a_model_says_that_it_is_not_served(void **state) {
        static const struct {
                const char *path, *interface, *member, *types, *answer;
        } rows[] = {
                { "Store/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error NotSupported: Fetch: the model 'contacts' of Store" },
                { "Store/Left/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error NotSupported: Fetch: the model 'contacts' of Store" },
                { "Store/_models/contacts", NULL, "Fetch", "uu", "error NotSupported: Fetch" },
                { "Store/_models/contacts", PROPERTIES, "GetAll", "s",
                  "error NotSupported: GetAll: the model 'contacts'" },
                { "Store/_models/contacts", STORE, "Find", "s", "error UnknownInterface: " },
                { "Store/_models/contacts", STORE ".Stock", "Fetch", "uu",
                  "error UnknownInterface: " },
                { "Store/_models/stock", STORE ".Stock", "Fetch", "uu", "error UnknownObject: " },
                { "Store/_models/Contacts", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_models/contacts/1", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_modelscontacts", STORE ".Contacts", "Fetch", "uu",
                  "error fascia.UnknownZone: " },
                { "Store/Right/_models/contacts", STORE ".Contacts", "Fetch", "uu",
                  "error UnknownObject: " },
                { "Store/_models", STORE ".Contacts", "Fetch", "uu", "error UnknownMethod: " },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (*rows[i].types == 's')
                        call(f, rows[i].path, rows[i].interface, rows[i].member, "s", STORE);
                else
                        call(f, rows[i].path, rows[i].interface, rows[i].member, "uu", 0u, 10u);
                if (strncmp(get_log(f), rows[i].answer, strlen(rows[i].answer)) != 0)
                        fail_msg("%s %s: %s", rows[i].path, rows[i].member, get_log(f));
                clear_log(f);
        }
}

static void models_are_where_features_and_zones_have_some(void **state) {
        Fixture *f = *state;

        call(f, "Store/Left/_models/contacts", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(count(f, "return"), 1);
        clear_log(f);
        fascia_backend_remove_zone(fascia_backend_get_zone(store, "Left"));
        run(f);
        clear_log(f);
        call(f, "Store/Left/_models/contacts", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(count(f, "error UnknownObject: "), 1);
}

static void a_feature_without_models_has_no_object_for_them(void **state) {
        Fixture *f = *state;

        call(f, "Lamp/_models", INTROSPECTABLE, "Introspect", "");
        expect(f, "error UnknownObject: There is no object '" BASE "/Lamp/_models'\n");
        call(f, "Lamp", INTROSPECTABLE, "Introspect", "");
        assert_int_equal(count(f, "_models"), 0);
}

static void models_are_found_by_introspection(void **state) {
        static const struct {
                const char *path;
                unsigned n_models, n_contacts, n_nodes;
        } rows[] = {
                { "Store", 1, 0, 3 },
                { "Store/Left", 1, 0, 2 },
                { "Store/_models", 0, 1, 2 },
                { "Store/_models/contacts", 0, 0, 1 },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                call(f, rows[i].path, INTROSPECTABLE, "Introspect", "");
                assert_int_equal(count(f, "<node name=\"_models\"/>"), rows[i].n_models);
                assert_int_equal(count(f, "<node name=\"contacts\"/>"), rows[i].n_contacts);
                assert_int_equal(count(f, "<node"), rows[i].n_nodes);
                clear_log(f);
        }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup_store, teardown)
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(introspection_lists_interfaces_and_children),
                TEST(a_zone_that_has_gone_is_no_longer_listed),
                TEST(get_gives_one_property),
                TEST(get_all_leaves_out_what_has_no_value),
                TEST(one_call_gives_the_whole_state),
                TEST(what_is_not_there_is_named),
                TEST(a_property_that_is_not_there_is_named),
                TEST(a_property_without_a_value_is_unsupported),
                TEST(a_call_is_answered_with_its_result),
                TEST(without_an_interface_the_feature_is_asked_first_then_the_standard_ones),
                TEST(a_call_with_other_arguments_never_reaches_the_backend),
                TEST(an_answer_may_come_later),
                TEST(an_error_of_the_backend_keeps_its_name),
                TEST(who_wants_no_answer_gets_none),
                TEST(a_backend_that_does_not_answer_is_answered_for_and_logged),
                TEST(a_set_is_announced_before_it_is_answered),
                TEST(setting_the_same_value_is_answered_and_not_announced),
                TEST(a_set_that_is_refused_changes_nothing),
                TEST(a_set_that_the_backend_refuses_changes_nothing),
                TEST(the_value_in_effect_is_what_is_announced),
                TEST(changes_of_a_turn_go_out_once_for_each_object_before_signals_and_answers),
                TEST(an_answer_does_not_overtake_a_signal),
                TEST(changes_outside_of_a_turn_go_out_by_themselves),
                TEST(a_value_that_is_back_in_time_is_announced_as_it_is),
                TEST(constant_load_does_not_keep_changes_back),
                TEST(a_snapshot_is_of_one_moment_and_is_not_held_back),
                TEST(a_value_that_is_lost_is_invalidated_and_unsupported),
                TEST(a_constant_is_announced_once),
                TEST(a_constant_of_another_backend_is_announced),
                TEST(a_zone_that_comes_is_announced_with_its_values),
                TEST(a_zone_that_goes_is_announced_and_gone),
                TEST(a_zone_that_came_and_went_within_a_turn_was_never_there),
                TEST(what_a_zone_comes_with_is_not_said_again),
                TEST(a_zone_that_is_back_within_a_turn_has_its_new_values),
                TEST(who_waits_in_a_zone_that_goes_is_told),
                TEST(a_feature_that_fails_says_so_and_has_no_values),
                TEST(a_feature_that_works_again_says_so_after_its_values),
                TEST(a_feature_that_is_not_ready_answers_unavailable_at_once),
                TEST(a_backend_that_cannot_start_is_exported_with_its_error),
                TEST(stopping_a_backend_answers_who_waits),
                TEST(that_a_feature_is_gone_is_told_before_its_zones_and_values_go),
                TEST(a_service_that_ends_answers_who_waits_before_it_leaves),
                cmocka_unit_test_setup_teardown(
                        a_module_of_which_nothing_is_known_answers_with_the_reason, setup_empty,
                        teardown),
                TEST(every_broadcast_counts_and_nothing_else),
                TEST(a_new_connection_begins_anew),
                TEST(who_called_over_a_lost_connection_gets_no_answer_on_the_next),
                TEST(a_peer_that_does_not_read_gets_the_newest_values_when_it_does),
                TEST(a_peer_that_does_not_read_still_gets_its_answers),
                TEST(signals_wait_for_a_peer_that_does_not_read_and_then_the_oldest_are_lost),
                TEST(as_long_as_a_peer_reads_no_signal_is_lost),
                TEST(an_answer_is_never_lost),
                TEST(an_answer_that_is_too_large_is_an_error),
                TEST(a_value_or_signal_that_is_too_large_is_kept_from_the_bus),
                TEST(calls_above_the_rate_are_refused_whatever_they_are),
                TEST(refusals_come_late_so_that_who_waits_for_them_slows_down),
                TEST(refusals_do_not_come_all_at_once),
                TEST(calls_that_wait_are_limited_until_they_are_answered),
                STORE_TEST(what_invalidates_is_named_without_its_value),
                STORE_TEST(what_is_silent_is_not_announced),
                STORE_TEST(a_const_that_comes_late_is_announced_once),
                STORE_TEST(several_results_are_several_arguments),
                STORE_TEST(a_backend_may_fail_with_a_name_of_its_own),
                STORE_TEST(a_model_says_that_it_is_not_served),
                STORE_TEST(models_are_found_by_introspection),
                STORE_TEST(models_are_where_features_and_zones_have_some),
                TEST(a_feature_without_models_has_no_object_for_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
