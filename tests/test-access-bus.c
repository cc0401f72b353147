/* SPDX-License-Identifier: MIT */
/* Who may do what, as callers of other users meet it on a bus: every member of every interface there is, and what
 * followers of a property are told. Callers are processes of their own, which only root can make. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cmocka.h>

#include "climate-listener.h"
#include "descriptor.h"
#include "harness.h"
#include <example-remote-1/remote-types.h>
#include <fascia/fascia.h>
#include <test-common-1/common-types.h>
#include <test-kitchen-1/kitchen-types.h>
#include <test-language-1/language-types.h>
#include <test-simulated-1/simulated-types.h>
#include <test-words-1/words-types.h>
#include <vehicle-climate-1/climate.h>
#include <vehicle-cluster-1/cluster-types.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define DENIED "org.freedesktop.DBus.Error.AccessDenied"
/* A type that no property and no operation has. */
#define NO_SUCH_TYPE "(ybnq)"

#define CLIMATE "[Vehicle.Climate]\nBackend=simulator\n"
#define CONTROL "[Vehicle.Climate/ClimateControl]\n"
#define OBJECT "Vehicle.Climate1 /Vehicle/Climate1/ClimateControl Vehicle.Climate1.ClimateControl"

static const struct fascia_module *const modules[] = {
        &climate_module,  &cluster_module,   &common_module, &kitchen_module,
        &language_module, &simulated_module, &words_module,  &remote_module,
};

#define N_MODULES (sizeof(modules) / sizeof(modules[0]))

/* ---- fixture ---- */

static int set_up(void **state) {
        assert_int_equal(harness_setup(state), 0);
        /* Others have to get at the socket. */
        assert_return_code(chmod(harness_get_directory(*state), 0711), errno);
        forget_heard();
        return 0;
}

static Process *start(Harness *h, const char *config) {
        char arguments[256];

        snprintf(arguments, sizeof(arguments), "--config '%s'",
                 harness_write(h, "access.conf", config));
        return harness_start_fasciad(h, "", arguments);
}

static void reload(Harness *h, Process *p, const char *config) {
        harness_write(h, "access.conf", config);
        process_signal(p, SIGHUP);
        harness_wait_notify(h, "RELOADING=1");
        harness_wait_notify(h, "READY=1");
}

static void assert_set_is_refused(sd_bus *bus) {
        sd_bus_error error = SD_BUS_ERROR_NULL;

        assert_true(sd_bus_set_property(bus, "Vehicle.Climate1", "/Vehicle/Climate1/ClimateControl",
                                        "Vehicle.Climate1.ClimateControl", "FanLevel", &error, "i",
                                        5) < 0);
        assert_string_equal(error.name, DENIED);
        assert_string_equal(error.message,
                            "You may not set FanLevel of Vehicle.Climate1.ClimateControl");
        sd_bus_error_free(&error);
}

/* ---- a rule for each member, of each kind in turn ---- */

/* Of nobody here: for groups a number will do. */
#define GROUP 62001
#define OTHER_GROUP 62002

typedef struct Caller {
        const char *name;
        uid_t user;
        gid_t group;
        gid_t other_group; /* 0: none */
} Caller;

static Caller callers[] = {
        { "the user", 0, OTHER_GROUP, 0 },
        { "one who is in the group", 0, OTHER_GROUP, GROUP },
        { "one whose own group it is", 0, GROUP, 0 },
        { "a stranger", 0, OTHER_GROUP, 0 },
        { "root", 0, 0, 0 },
};

#define N_CALLERS (sizeof(callers) / sizeof(callers[0]))

/* The bus lets in only users that the system knows: any will do. */
static bool find_users(void) {
        const struct passwd *entry;
        size_t n = 0;

        setpwent();
        while (n < N_CALLERS - 1 && (entry = getpwent()))
                if (entry->pw_uid != 0)
                        callers[n++].user = entry->pw_uid;
        endpwent();
        return n == N_CALLERS - 1;
}

static bool is_user(const Caller *c) {
        return c == &callers[0];
}

static bool is_in_group(const Caller *c) {
        return c->group == GROUP || c->other_group == GROUP;
}

#define N_SCHEMES 7

typedef struct Rule {
        bool allow;
        const char *subjects; /* NULL: everybody; @: the user */
} Rule;

/* Writes the rules of one member and kind; returns how many. */
static unsigned write_scheme(FILE *f, unsigned scheme, unsigned first, const char *what) {
        static const Rule rules[N_SCHEMES][2] = {
                { { true, "user @" }, { false, NULL } },
                { { true, "group 62001" }, { false, "everyone" } },
                { { false, "user @" }, { true, NULL } },
                { { false, NULL }, { true, "user @" } },
                { { true, NULL }, { false, "group 62001" } },
                { { false, "group 62001" }, { true, "everyone" } },
                { { false, "user @" }, { true, "group 62001, user @" } },
        };

        for (unsigned n = 0; n < 2; n++) {
                const Rule *rule = &rules[scheme][n];

                fprintf(f, "Access%u=%s %s%s", first + n, rule->allow ? "allow" : "deny", what,
                        rule->subjects ? " to " : "");
                for (const char *p = rule->subjects; p && *p; p++)
                        if (*p == '@')
                                fprintf(f, "%u", (unsigned)callers[0].user);
                        else
                                fputc(*p, f);
                fputc('\n', f);
        }
        return 2;
}

/* What they come to. */
static bool is_allowed(unsigned scheme, const Caller *c) {
        switch (scheme) {
        case 0:
                return is_user(c);
        case 1:
                return is_in_group(c);
        case 2:
                return !is_user(c);
        case 3:
                return false;
        case 4:
                return true;
        case 5:
                return !is_in_group(c);
        default:
                return !is_user(c);
        }
}

/* Each is of another kind in the next interface. */
static unsigned scheme_of(uint32_t module, uint32_t interface, unsigned kind, uint32_t index) {
        return (module + 2 * interface + 3 * kind + index) % N_SCHEMES;
}

enum {
        READ,
        SET,
        CALL
};

static void write_interface(FILE *f, uint32_t m, uint32_t i) {
        const struct fascia_interface *interface = module_interface(modules[m], i);
        unsigned n = 1;
        char what[256];

        fprintf(f, "[%s/%s]\n", modules[m]->name, interface->name);
        for (uint32_t p = 0; p < interface->n_properties; p++) {
                const struct fascia_property *property = interface_property(interface, p);

                snprintf(what, sizeof(what), "read %s", property->name);
                n += write_scheme(f, scheme_of(m, i, READ, p), n, what);
                if (property->flags & FASCIA_PROPERTY_READONLY)
                        continue;
                snprintf(what, sizeof(what), "set %s", property->dbus_name);
                n += write_scheme(f, scheme_of(m, i, SET, p), n, what);
        }
        for (uint32_t k = 0; k < interface->n_methods; k++) {
                snprintf(what, sizeof(what), "call %s", interface_method(interface, k)->name);
                n += write_scheme(f, scheme_of(m, i, CALL, k), n, what);
        }
}

/* To be freed. */
static char *write_rules(void) {
        char *text;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        assert_non_null(f);
        fputs("[fascia]\nCallRate=0\n", f);
        for (uint32_t m = 0; m < N_MODULES; m++) {
                fprintf(f, "[%s]\nBackend=simulator\n", modules[m]->name);
                for (uint32_t i = 0; i < modules[m]->n_interfaces; i++)
                        write_interface(f, m, i);
        }
        assert_int_equal(fclose(f), 0);
        return text;
}

/* ---- in the process of a caller ---- */

typedef struct Probe {
        const Caller *caller;
        sd_bus *bus;
        sd_bus_message *objects; /* of GetManagedObjects */
        unsigned n_asked, n_denied, n_wrong;
} Probe;

__attribute__((format(printf, 2, 3))) static void wrong(Probe *p, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        fprintf(stderr, "%s: ", p->caller->name);
        vfprintf(stderr, format, ap);
        fputc('\n', stderr);
        va_end(ap);
        p->n_wrong++;
}

/* Whether the answer is what it should be for somebody who is, or is not, allowed to ask. */
static void check(Probe *p, int r, const sd_bus_error *error, bool allowed,
                  const struct fascia_interface *i, const char *what, const char *member) {
        bool denied = r < 0 && error->name && strcmp(error->name, DENIED) == 0;

        p->n_asked++;
        p->n_denied += denied;
        if (denied == allowed)
                wrong(p, "%s %s of %s: %s", what, member, i->dbus_name,
                      r >= 0        ? "allowed"
                      : error->name ? error->name
                                    : strerror(-r));
}

/* Whether the dictionary that comes next has the key; it is skipped. */
static bool dictionary_has(sd_bus_message *m, const char *key) {
        bool found = false;
        const char *name;

        if (sd_bus_message_enter_container(m, 'a', "{sv}") <= 0)
                return false;
        while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
                if (sd_bus_message_read(m, "s", &name) < 0 || sd_bus_message_skip(m, "v") < 0)
                        return false;
                found |= strcmp(name, key) == 0;
                sd_bus_message_exit_container(m);
        }
        sd_bus_message_exit_container(m);
        return found;
}

/* Whether the snapshot has the property in that object. */
static bool snapshot_has(sd_bus_message *m, const char *path, const char *interface,
                         const char *property) {
        const char *o, *i;
        bool found = false;

        sd_bus_message_rewind(m, true);
        sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
        while (sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}") > 0) {
                sd_bus_message_read(m, "o", &o);
                sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
                while (sd_bus_message_enter_container(m, 'e', "sa{sv}") > 0) {
                        sd_bus_message_read(m, "s", &i);
                        found |= dictionary_has(m, property) && strcmp(o, path) == 0 &&
                                 strcmp(i, interface) == 0;
                        sd_bus_message_exit_container(m);
                }
                sd_bus_message_exit_container(m);
                sd_bus_message_exit_container(m);
        }
        return found;
}

static void read_property(Probe *p, const struct fascia_module *m, const struct fascia_interface *i,
                          const struct fascia_property *property, bool allowed) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *all = NULL;
        bool in_all, in_snapshot;
        int r;

        r = sd_bus_call_method(p->bus, m->bus_name, i->path, PROPERTIES, "Get", &error, NULL, "ss",
                               i->dbus_name, property->dbus_name);
        check(p, r, &error, allowed, i, "read", property->name);
        sd_bus_error_free(&error);
        if (sd_bus_call_method(p->bus, m->bus_name, i->path, PROPERTIES, "GetAll", NULL, &all, "s",
                               i->dbus_name) < 0) {
                wrong(p, "GetAll of %s failed", i->dbus_name);
                return;
        }
        in_all = dictionary_has(all, property->dbus_name);
        in_snapshot = snapshot_has(p->objects, i->path, i->dbus_name, property->dbus_name);
        if (in_all != (r >= 0) || in_snapshot != (r >= 0))
                wrong(p, "%s of %s: Get %s, GetAll %s, GetManagedObjects %s", property->name,
                      i->dbus_name, r >= 0 ? "yes" : "no", in_all ? "yes" : "no",
                      in_snapshot ? "yes" : "no");
        sd_bus_message_unref(all);
}

static void set_property(Probe *p, const struct fascia_module *m, const struct fascia_interface *i,
                         const struct fascia_property *property, bool allowed) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_set_property(p->bus, m->bus_name, i->path, i->dbus_name, property->dbus_name,
                                &error, NO_SUCH_TYPE, 1, 1, 1, 1);
        check(p, r, &error, allowed, i, "set", property->name);
        sd_bus_error_free(&error);
}

static void call_method(Probe *p, const struct fascia_module *m, const struct fascia_interface *i,
                        const struct fascia_method *method, bool allowed) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_call_method(p->bus, m->bus_name, i->path, i->dbus_name, method->dbus_name,
                               &error, NULL, NO_SUCH_TYPE, 1, 1, 1, 1);
        check(p, r, &error, allowed, i, "call", method->name);
        sd_bus_error_free(&error);
}

static void probe_interface(Probe *p, uint32_t m, uint32_t n) {
        const struct fascia_interface *i = module_interface(modules[m], n);

        for (uint32_t k = 0; k < i->n_properties; k++) {
                const struct fascia_property *property = interface_property(i, k);

                read_property(p, modules[m], i, property,
                              is_allowed(scheme_of(m, n, READ, k), p->caller));
                if (!(property->flags & FASCIA_PROPERTY_READONLY))
                        set_property(p, modules[m], i, property,
                                     is_allowed(scheme_of(m, n, SET, k), p->caller));
        }
        for (uint32_t k = 0; k < i->n_methods; k++)
                call_method(p, modules[m], i, interface_method(i, k),
                            is_allowed(scheme_of(m, n, CALL, k), p->caller));
}

static void probe_all(Probe *p) {
        for (uint32_t m = 0; m < N_MODULES; m++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;

                if (sd_bus_call_method(p->bus, modules[m]->bus_name, modules[m]->path, MANAGER,
                                       "GetManagedObjects", &error, &p->objects, "") < 0) {
                        wrong(p, "GetManagedObjects of %s: %s", modules[m]->bus_name,
                              error.message);
                        sd_bus_error_free(&error);
                        continue;
                }
                for (uint32_t i = 0; i < modules[m]->n_interfaces; i++)
                        probe_interface(p, m, i);
                p->objects = sd_bus_message_unref(p->objects);
        }
}

static int be_caller(const Caller *c, const char *address) {
        Probe p = { .caller = c };

        if (setgroups(c->other_group ? 1 : 0, &c->other_group) < 0 || setgid(c->group) < 0 ||
            setuid(c->user) < 0 || sd_bus_new(&p.bus) < 0 ||
            sd_bus_set_address(p.bus, address) < 0 || sd_bus_set_bus_client(p.bus, true) < 0 ||
            sd_bus_start(p.bus) < 0) {
                perror(c->name);
                return 2;
        }
        probe_all(&p);
        sd_bus_flush_close_unref(p.bus);
        fprintf(stderr, "%s: %u asked, %u denied, %u wrong\n", c->name, p.n_asked, p.n_denied,
                p.n_wrong);
        /* Nobody may do all of it, nobody nothing. */
        return p.n_wrong == 0 && p.n_denied > 20 && p.n_asked - p.n_denied > 20 ? 0 : 1;
}

static void each_caller_may_do_what_the_rules_say_and_no_more(void **state) {
        Harness *h = *state;
        char *config = write_rules();

        start(h, config);
        free(config);
        for (size_t i = 0; i < N_CALLERS; i++) {
                int status;
                pid_t pid = fork();

                assert_return_code(pid, errno);
                if (pid == 0)
                        _exit(be_caller(&callers[i], harness_get_address(h)));
                assert_return_code(waitpid(pid, &status, 0), errno);
                if (status != 0)
                        fail_msg("%s was not treated as the rules say", callers[i].name);
        }
}

/* ---- those who are refused ---- */

static unsigned count(const char *text, const char *part) {
        unsigned n = 0;

        for (; (text = strstr(text, part)); text++)
                n++;
        return n;
}

static void a_refusal_says_what_and_is_logged_once(void **state) {
        Harness *h = *state;
        Process *p = start(h, CLIMATE CONTROL "Access1=deny set fanLevel to user root\n");
        sd_bus *bus = harness_connect(h);
        char line[512];
        const char *name;

        for (int i = 0; i < 100; i++)
                assert_set_is_refused(bus);
        assert_return_code(sd_bus_get_unique_name(bus, &name), errno);
        snprintf(line, sizeof(line),
                 "%s (uid 0) may not set Vehicle.Climate.ClimateControl.fanLevel", name);
        process_wait_output(p, line);
        sd_bus_flush_close_unref(bus);
        /* Whoever comes anew is told of again; what is said after all others is the last. */
        bus = harness_connect(h);
        assert_set_is_refused(bus);
        sd_bus_flush_close_unref(bus);
        process_wait_output(p, " may not set Vehicle.Climate.ClimateControl.fanLevel");
        assert_int_equal(count(process_get_output(p), " may not set "), 2);
        harness_expect(h, 0, "busctl get-property " OBJECT " FanLevel", "i 1\n");
        snprintf(line, sizeof(line),
                 "setpriv --reuid=%u --regid=62002 --clear-groups busctl set-property " OBJECT
                 " FanLevel i 5",
                 (unsigned)callers[0].user);
        harness_expect(h, 0, line, "");
}

/* A new caller each time would fill the log otherwise. */
static void refusals_of_very_many_are_not_all_logged(void **state) {
        Harness *h = *state;
        Process *p = start(h, CLIMATE CONTROL "Access1=deny set fanLevel to user root\n");
        unsigned n;

        for (int i = 0; i < 100; i++) {
                sd_bus *bus = harness_connect(h);

                assert_set_is_refused(bus);
                sd_bus_flush_close_unref(bus);
        }
        assert_int_equal(process_stop(p), 0);
        n = count(process_get_output(p), " may not set ");
        assert_true(n >= 10);
        assert_true(n < 50);
}

static void who_asks_is_found_out_once(void **state) {
        Harness *h = *state;
        Process *monitor;
        sd_bus *bus;

        start(h, CLIMATE CONTROL "Access1=allow read fanLevel to user root\nAccess=deny\n");
        monitor = harness_spawn(h, "busctl monitor org.freedesktop.DBus");
        process_wait_output(monitor, "Monitoring bus message stream");
        bus = harness_connect(h);
        for (int i = 0; i < 20; i++) {
                int32_t level;

                assert_true(sd_bus_get_property_trivial(bus, "Vehicle.Climate1",
                                                        "/Vehicle/Climate1/ClimateControl",
                                                        "Vehicle.Climate1.ClimateControl",
                                                        "FanLevel", NULL, 'i', &level) >= 0);
                assert_int_equal(level, 1);
        }
        sd_bus_flush_close_unref(bus);
        harness_expect(h, 0, "busctl get-property " OBJECT " FanLevel", "i 1\n");
        process_wait_output(monitor, "Member=GetConnectionCredentials");
        process_wait_output(monitor, "Member=GetConnectionCredentials");
        assert_int_equal(count(process_get_output(monitor), "Member=GetConnectionCredentials"), 2);
}

static void without_rules_for_some_nobody_is_asked_who_he_is(void **state) {
        Harness *h = *state;
        Process *monitor;

        start(h, CLIMATE CONTROL "Access1=deny set\n");
        monitor = harness_spawn(h, "busctl monitor org.freedesktop.DBus");
        process_wait_output(monitor, "Monitoring bus message stream");
        harness_expect(h, 0, "busctl get-property " OBJECT " FanLevel", "i 1\n");
        harness_expect(h, 1, "busctl set-property " OBJECT " FanLevel i 5", "Access denied");
        harness_expect(
                h, 0,
                "busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus "
                "GetId",
                "s ");
        process_wait_output(monitor, "Member=GetId");
        assert_null(strstr(process_get_output(monitor), "GetConnectionCredentials"));
}

/* ---- followers ---- */

#define ROOT_MAY CONTROL "Access1=allow all to user root\nAccess2=deny read fanLevel\n"
#define NOBODY_MAY CONTROL "Access1=deny read fanLevel\n"

static void no_signal_has_a_value_that_not_everybody_may_read(void **state) {
        Harness *h = *state;
        Process *monitor;

        start(h, CLIMATE ROOT_MAY);
        monitor = harness_spawn(h, "busctl monitor Vehicle.Climate1");
        process_wait_output(monitor, "Monitoring bus message stream");
        harness_expect(h, 0, "busctl set-property " OBJECT " FanLevel i 7", "");
        harness_expect(h, 0, "busctl set-property " OBJECT " AirConditioning b false", "");
        process_wait_output(monitor, "Member=PropertiesChanged");
        process_wait_output(monitor, "ARRAY \"s\" {\n                  STRING \"FanLevel\"");
        process_wait_output(monitor, "STRING \"AirConditioning\"");
        process_wait_output(monitor, "BOOLEAN false");
        /* The one who set it, and whoever asks. */
        assert_int_equal(count(process_get_output(monitor), " INT32 7;"), 1);
        harness_expect(h, 0, "busctl get-property " OBJECT " FanLevel", "i 7\n");
        harness_expect(h, 0,
                       "busctl get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl "
                       "org.fascia.Feature1 Restricted",
                       "as 1 \"FanLevel\"");
}

typedef struct Follower {
        struct fascia_client *client;
        struct climate_control *climate;
} Follower;

static void follow(Harness *h, Follower *f) {
        setenv("FASCIA_ADDRESS", harness_get_address(h), 1);
        setenv("FASCIA_DISCOVERY", "production", 1);
        assert_int_equal(fascia_client_new(&f->client), 0);
        assert_int_equal(climate_control_new(f->client, &f->climate), 0);
        climate_control_add_listener(f->climate, &everything, NULL);
}

static void unfollow(Follower *f) {
        climate_control_free(f->climate);
        fascia_client_free(f->client);
        unsetenv("FASCIA_ADDRESS");
        unsetenv("FASCIA_DISCOVERY");
}

static void wait_for(Follower *f, const char *text) {
        for (unsigned i = 0; i < 400 && !strstr(heard, text); i++)
                assert_true(fascia_client_wait(f->client, 25000) >= 0);
        if (!strstr(heard, text))
                fail_msg("'%s' was not heard, but: %s", text, heard);
}

static void who_may_read_follows_as_ever(void **state) {
        Harness *h = *state;
        Follower f;

        start(h, CLIMATE ROOT_MAY);
        follow(h, &f);
        wait_for(&f, ":ready");
        assert_int_equal(climate_control_get_fan_level(f.climate), 1);
        forget_heard();
        harness_expect(h, 0, "busctl set-property " OBJECT " FanLevel i 7", "");
        wait_for(&f, "fan=7 ! ");
        /* It did not come and go. */
        assert_heard("fan=7 ! ");
        unfollow(&f);
}

static void a_reload_gives_and_takes(void **state) {
        Harness *h = *state;
        Process *p = start(h, CLIMATE);
        Follower f;

        follow(h, &f);
        wait_for(&f, ":ready");
        forget_heard();
        reload(h, p, CLIMATE NOBODY_MAY);
        for (unsigned i = 0; i < 400 && climate_control_has_fan_level(f.climate); i++)
                assert_true(fascia_client_wait(f.client, 25000) >= 0);
        assert_false(climate_control_has_fan_level(f.climate));
        assert_int_equal(fascia_feature_get_state(climate_control_feature(f.climate)),
                         FASCIA_STATE_READY);
        harness_expect(h, 1, "busctl get-property " OBJECT " FanLevel", "Access denied");
        harness_expect(h, 0, "busctl set-property " OBJECT " FanLevel i 4", "");

        reload(h, p, CLIMATE ROOT_MAY);
        for (unsigned i = 0; i < 400 && !climate_control_has_fan_level(f.climate); i++)
                assert_true(fascia_client_wait(f.client, 25000) >= 0);
        assert_int_equal(climate_control_get_fan_level(f.climate), 4);
        reload(h, p, CLIMATE);
        forget_heard();
        harness_expect(h, 0, "busctl set-property " OBJECT " FanLevel i 5", "");
        wait_for(&f, "fan=5 ! ");
        assert_heard("fan=5 ! ");
        unfollow(&f);
}

/* ---- rules that cannot be ---- */

static void a_module_with_a_bad_rule_is_closed_and_says_why(void **state) {
        static const struct {
                const char *config, *reason;
        } rows[] = {
                { CLIMATE CONTROL "Access1=deny set fan\n", "no property or operation" },
                { CLIMATE CONTROL "Access1=deny set fanLevel to user no-such-user\n",
                  "there is no user" },
                { CLIMATE "[fascia]\nAccess7=forbid all\n", "Access7=forbid all: expected" },
        };
        Harness *h = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Process *p = start(h, rows[i].config);

                harness_expect(h, 1, "busctl get-property " OBJECT " FanLevel", "");
                harness_expect(h, 1, "busctl set-property " OBJECT " FanLevel i 5", "");
                harness_expect(
                        h, 0,
                        "busctl get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl "
                        "org.fascia.Feature1 Error",
                        rows[i].reason);
                assert_non_null(strstr(process_get_output(p), rows[i].reason));
                assert_int_equal(process_stop(p), 0);
        }
}

static void a_bad_rule_in_a_reload_leaves_the_old_ones(void **state) {
        Harness *h = *state;
        Process *p = start(h, CLIMATE CONTROL "Access1=deny set fanLevel\n");

        reload(h, p, CLIMATE CONTROL "Access1=deny set fan\n");
        process_wait_output(p, "no property or operation 'fan'");
        harness_expect(h, 1, "busctl set-property " OBJECT " FanLevel i 5", "Access denied");
        harness_expect(h, 0, "busctl get-property " OBJECT " FanLevel", "i 1\n");
}

static void check_config_names_a_bad_rule(void **state) {
        Harness *h = *state;
        char command[512];

        snprintf(command, sizeof(command), "%s/fasciad --dev --check-config --config '%s'",
                 getenv("FASCIA_BUILD_DIR"),
                 harness_write(h, "bad.conf", CLIMATE CONTROL "Access12=deny set fan\n"));
        harness_expect(h, 1, command,
                       "bad.conf:4: [Vehicle.Climate/ClimateControl]: Access12=deny set fan: "
                       "Vehicle.Climate.ClimateControl has no property or operation 'fan'");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, harness_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(each_caller_may_do_what_the_rules_say_and_no_more),
                T(a_refusal_says_what_and_is_logged_once),
                T(refusals_of_very_many_are_not_all_logged),
                T(who_asks_is_found_out_once),
                T(without_rules_for_some_nobody_is_asked_who_he_is),
                T(no_signal_has_a_value_that_not_everybody_may_read),
                T(who_may_read_follows_as_ever),
                T(a_reload_gives_and_takes),
                T(a_module_with_a_bad_rule_is_closed_and_says_why),
                T(a_bad_rule_in_a_reload_leaves_the_old_ones),
                T(check_config_names_a_bad_rule),
        };

        if (geteuid() != 0 || !find_users()) {
                printf("skip - callers of other users: only root can make them\n");
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
