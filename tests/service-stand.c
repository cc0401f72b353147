/* SPDX-License-Identifier: MIT */
/* A service on a socketpair, and a plain sd-bus peer that sees what it sends. */
#include "service-stand.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hand-module.h"

Stand stand;

/* ---- a backend whose behaviour each test chooses ---- */

void stand_report_level(struct fascia_backend *zone, int32_t level) {
        assert_int_equal(fascia_backend_report(zone, LEVEL, &level), 0);
}

void stand_report_title(const char *title) {
        assert_int_equal(fascia_backend_report(stand.thing, TITLE, &title), 0);
}

void stand_say(const char *text) {
        assert_int_equal(fascia_backend_emit(stand.thing, SAID, &text), 0);
}

void stand_add_left(int32_t level) {
        assert_int_equal(fascia_backend_add_zone(stand.thing, "Left", NULL, &stand.left), 0);
        stand_report_level(stand.left, level);
}

static void start_thing(void) {
        int32_t mode = 1;
        double gauge = 20.5;

        stand_report_level(stand.thing, 1);
        stand_report_title("one");
        fascia_backend_report(stand.thing, MODE, &mode);
        fascia_backend_report(stand.thing, GAUGE, &gauge);
        fascia_backend_report(stand.thing, NUMBER, &stand.number);
        stand_add_left(2);
        fascia_backend_add_zone(stand.thing, "Rear Right", NULL, NULL);
}

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        bool on = true;

        (void)plugin;
        (void)ret_userdata;
        if (stand.start_result < 0)
                return stand.start_result;
        if (strcmp(fascia_backend_get_interface(backend)->name, "Lamp") == 0) {
                stand.lamp = backend;
                fascia_backend_report(stand.lamp, ON, &on);
        } else if (strcmp(fascia_backend_get_interface(backend)->name, "Store") == 0) {
                stand.store = backend;
                fascia_backend_add_zone(stand.store, "Left", NULL, NULL);
        } else {
                stand.thing = backend;
                start_thing();
        }
        fascia_backend_ready(backend);
        return 0;
}

static bool keep_ticket(struct fascia_reply reply) {
        stand.n_requests++;
        if (stand.on_request)
                stand.on_request();
        stand.tickets[stand.n_tickets++ % 8] = reply;
        return stand.is_slow;
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
        if (backend == stand.store)
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
        stand.n_cancels++;
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

/* ---- what the peer sees ---- */

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

void stand_clear_log(Fixture *f) {
        fclose(f->log_file);
        free(f->log);
        f->log_file = open_memstream(&f->log, &f->log_size);
        assert_non_null(f->log_file);
}

const char *stand_get_log(Fixture *f) {
        fflush(f->log_file);
        return f->log;
}

void stand_expect(Fixture *f, const char *text) {
        assert_string_equal(stand_get_log(f), text);
        stand_clear_log(f);
}

unsigned stand_count(Fixture *f, const char *text) {
        unsigned n = 0;

        for (const char *p = stand_get_log(f); (p = strstr(p, text)); p += strlen(text))
                n++;
        return n;
}

/* ---- running ---- */

bool stand_run_client(Fixture *f) {
        bool ran = false;

        while (sd_bus_process(f->client, NULL) > 0)
                ran = true;
        return ran;
}

void stand_run(Fixture *f) {
        bool ran;

        do {
                ran = loop_dispatch(f->loop) > 0;
                ran |= stand_run_client(f);
        } while (ran);
}

void stand_run_until(Fixture *f, const char *text) {
        struct pollfd fd = { .fd = loop_get_fd(f->loop), .events = POLLIN };

        while (stand_count(f, text) == 0) {
                assert_true(poll(&fd, 1, 10000) > 0);
                stand_run(f);
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

void stand_send_call(Fixture *f, const char *path, const char *interface, const char *member,
                     const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, false, types, ap);
        va_end(ap);
}

void stand_call(Fixture *f, const char *path, const char *interface, const char *member,
                const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, false, types, ap);
        va_end(ap);
        stand_run(f);
}

void stand_call_without_reply(Fixture *f, const char *path, const char *interface,
                              const char *member, const char *types, ...) {
        va_list ap;

        va_start(ap, types);
        send_call_v(f, path, interface, member, true, types, ap);
        va_end(ap);
        stand_run(f);
}

void stand_get(Fixture *f, const char *path, const char *interface, const char *name) {
        stand_call(f, path, PROPERTIES, "Get", "ss", interface, name);
}

char *stand_capture_log(Fixture *f, const char *text) {
        int saved = dup(STDERR_FILENO), fd = memfd_create("log", MFD_CLOEXEC);
        char *log = calloc(1, 1024);

        assert_non_null(log);
        assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
        stand_run_until(f, text);
        dup2(saved, STDERR_FILENO);
        assert_true(pread(fd, log, 1023, 0) >= 0);
        close(saved);
        close(fd);
        return log;
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

void stand_open_connection(Fixture *f) {
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
        stand_run(f);
        assert_true(connection_is_open(f->connection));
        /* Small, so that a peer that does not read is soon felt; sd-bus has made it large. */
        assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
}

void stand_close_connection(Fixture *f) {
        f->client = sd_bus_close_unref(f->client);
        connection_close(f->connection);
        f->connection = connection_unref(f->connection);
}

const ServiceSettings stand_settings = { .max_reply_size = 65536, .max_outstanding = 1048576 };

void stand_attach(Fixture *f) {
        f->attached = 1;
        assert_int_equal(service_attach(f->service, f->connection, on_attached, f), 0);
        stand_run(f);
        assert_int_equal(f->attached, 0);
        stand_expect(f, ""); /* whoever comes asks; nobody is told */
}

int stand_setup_empty(void **state) {
        const HostSettings settings = { .plugin_path = "", .module_path = "" };
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        stand = (Stand){ .number = "n1" };
        f->log_file = open_memstream(&f->log, &f->log_size);
        assert_non_null(f->log_file);
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        assert_int_equal(host_add_plugin(f->host, &plugin), 0);
        stand_open_connection(f);
        *state = f;
        return 0;
}

int stand_setup(void **state) {
        Fixture *f;

        stand_setup_empty(state);
        f = *state;
        assert_int_equal(service_new(f->host, &hand_library, &stand_settings, &f->service), 0);
        service_watch(f->service, on_state, f);
        service_start(f->service, 0, "test", UINT64_MAX);
        service_start(f->service, 1, "test", UINT64_MAX);
        stand_attach(f);
        return 0;
}

int stand_setup_store(void **state) {
        Fixture *f;

        stand_setup_empty(state);
        f = *state;
        assert_int_equal(service_new(f->host, &hand_store_library, &stand_settings, &f->service),
                         0);
        service_start(f->service, 0, "test", UINT64_MAX);
        stand_attach(f);
        return 0;
}

int stand_teardown(void **state) {
        Fixture *f = *state;

        f->service = service_free(f->service);
        stand_close_connection(f);
        quota_free(f->quota);
        penalty_free(f->penalty);
        host_free(f->host);
        loop_unref(f->loop);
        fclose(f->log_file);
        free(f->log);
        free(f);
        return 0;
}

void stand_use_quota(Fixture *f, const QuotaSettings *limits) {
        ServiceSettings settings = stand_settings;

        assert_int_equal(quota_new(limits, &f->quota), 0);
        settings.quota = f->quota;
        service_set(f->service, &settings);
}

void stand_report_store(uint32_t property, int32_t value) {
        assert_int_equal(fascia_backend_report(stand.store, property, &value), 0);
}
