/* SPDX-License-Identifier: MIT */
/* The backend "dbus" for services that Fascia did not make, against a bus and a service that the
 * test plays message by message. */
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

#include "backend-dbus.h"
#include "client.h"
#include "fake-bus.h"
#include "feature.h"
#include "foreign-listener.h"
#include "foreign-module.h"
#include "instance-private.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define ERROR(name) "org.freedesktop.DBus.Error." name
#define SERVICE ":1.5"
#define STRANGER ":1.66"

static FakeBus bus;
static struct fascia_client *client;
static struct fascia_feature *host;

static int set_up(void **state) {
        (void)state;
        fake_bus_open(&bus);
        setenv("FASCIA_ADDRESS", bus.address, true);
        setenv("FASCIA_BACKEND", "dbus", true);
        setenv("FASCIA_TIMEOUT", "5s", true);
        setenv("FASCIA_CONNECTION_TIMEOUT", "5s", true);
        unsetenv("FASCIA_CONFIG");
        host = NULL;
        return fascia_client_new(&client);
}

static int tear_down(void **state) {
        (void)state;
        host = fascia_feature_free(host);
        client = fascia_client_free(client);
        fake_bus_close(&bus);
        return 0;
}

/* A client with this configuration instead. */
static void configure(const char *text) {
        char path[] = "/tmp/fascia-foreign.XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
        setenv("FASCIA_CONFIG", path, true);
        client = fascia_client_free(client);
        assert_int_equal(fascia_client_new(&client), 0);
        assert_null(fascia_client_get_problem(client, 0));
        unlink(path);
}

/* Until both ends have nothing to do. */
static void settle(void) {
        bool worked;

        do {
                worked = fake_bus_process(&bus);
                if (fascia_client_dispatch(client) > 0)
                        worked = true;
        } while (worked);
}

static void wait_for_call(void) {
        for (int i = 0; i < 1000 && bus.n_calls == 0; i++) {
                assert_true(fascia_client_wait(client, 10000) >= 0);
                settle();
        }
        assert_true(bus.n_calls > 0);
}

static const RemoteStatistics *statistics(void) {
        const RemoteHub *hub = host->core->instance->backend.plugin;

        return &hub->statistics;
}

static void begin_with(const struct fascia_interface *interface) {
        assert_int_equal(listen_to_foreign(client, interface, &host), 0);
        settle();
}

static void begin(void) {
        begin_with(&foreign_interfaces[0]);
}

static sd_bus_message *take(const char *destination, const char *member, const char *argument) {
        sd_bus_message *call = fake_bus_take(&bus, destination, member);
        const char *interface, *name;

        assert_string_equal(sd_bus_message_get_path(call), FOREIGN_PATH);
        assert_string_equal(sd_bus_message_get_interface(call), PROPERTIES);
        assert_true(sd_bus_message_read(call, "s", &interface) > 0);
        assert_string_equal(interface, FOREIGN_INTERFACE);
        if (argument) {
                assert_true(sd_bus_message_read(call, "s", &name) > 0);
                assert_string_equal(name, argument);
        }
        return call;
}

static void answer_all(const char *destination, const char *sender, const char *name) {
        fake_bus_answer(&bus, take(destination, "GetAll", NULL), sender, "a{sv}", 4, "Hostname",
                        "s", name, "Status", "i", 1, "Position", "i", 10, "Foreign", "(ii)", 1, 2);
        settle();
}

/* An error that the service answers with, not the bus. */
static void refuse(sd_bus_message *call, const char *name) {
        sd_bus_message *reply = NULL;

        assert_true(sd_bus_message_new_method_errorf(call, &reply, name, "because") >= 0);
        assert_true(sd_bus_message_set_sender(reply, SERVICE) >= 0);
        assert_true(sd_bus_send(NULL, reply, NULL) >= 0);
        sd_bus_message_unref(reply);
        sd_bus_message_unref(call);
        settle();
}

static void begin_ready(void) {
        begin();
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
}

static void lose_owner(void) {
        const struct fascia_error *error;

        fake_bus_change_owner(&bus, FOREIGN_NAME, "");
        settle();
        assert_heard(":unavailable ");
        error = fascia_feature_get_error(host);
        assert_int_equal(error->code, -ENOTCONN);
        assert_non_null(strstr(error->message, FOREIGN_NAME " has left the bus; a call has it"));
}

static void change_name(const char *sender, const char *name) {
        fake_bus_signal(&bus, sender, FOREIGN_PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FOREIGN_INTERFACE, 1, "Hostname", "s", name, 0);
        settle();
}

static void invalidate(const char *name) {
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                        FOREIGN_INTERFACE, 0, 1, name);
        settle();
}

/* ---- values ---- */

static void a_feature_is_read_by_one_question_of_its_own(void **state) {
        (void)state;
        begin();
        assert_int_equal(bus.n_rules, 3);
        assert_string_equal(bus.rules[0], "type='signal',sender='" FOREIGN_NAME
                                          "',path_namespace='" FOREIGN_PATH "'");
        assert_string_equal(bus.rules[1], "type='signal',sender='" FOREIGN_NAME
                                          "',interface='" MANAGER "',arg0path='" FOREIGN_PATH "'");
        assert_non_null(strstr(bus.rules[2], "member='NameOwnerChanged',arg0='" FOREIGN_NAME "'"));
        assert_int_equal(bus.n_calls, 1);
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
        assert_false(fascia_feature_has_value(host, HOST_PRODUCT)); /* not in the answer */
        assert_int_equal(bus.n_calls, 0);
}

static void changes_count_from_the_answer_on_and_need_no_serial(void **state) {
        (void)state;
        begin();
        fake_bus_change_owner(&bus, FOREIGN_NAME, SERVICE);
        change_name(SERVICE, "early");
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, FOREIGN_INTERFACE, "Rang", "s", "early");
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard(":syncing Hostname=box Status=1 Position=10 :ready ");
        change_name(SERVICE, "new");
        assert_heard("Hostname=new ");
        bus.owner = SERVICE;
        change_name(STRANGER, "forged");
        assert_heard("");
        assert_int_equal(statistics()->dropped, 1);
        assert_int_equal(bus.n_calls, 0);
}

static void an_invalidated_value_is_gone_until_it_was_asked_for(void **state) {
        sd_bus_message *call;

        (void)state;
        begin_ready();
        invalidate("Status");
        assert_heard("Status=- ");
        invalidate("Status");
        assert_int_equal(bus.n_calls, 1); /* one answer is enough */
        call = take(SERVICE, "Get", "Status");
        fake_bus_answer(&bus, call, SERVICE, "v", "i", 7);
        settle();
        assert_heard("Status=7 ");
        invalidate("Status");
        call = take(SERVICE, "Get", "Status");
        fake_bus_answer(&bus, call, SERVICE, "v", "i", 7);
        settle();
        assert_heard("Status=- Status=7 ");
        /* Whatever the service invalidates, also what it did not say that it would. */
        invalidate("Hostname");
        refuse(take(SERVICE, "Get", "Hostname"), ERROR("UnknownProperty"));
        assert_heard("Hostname=- ");
        invalidate("Hostname");
        call = take(SERVICE, "Get", "Hostname");
        fake_bus_answer(&bus, call, SERVICE, "v", "u", 7u); /* of another type than is known */
        settle();
        assert_heard("");
        invalidate("Foreign");
        assert_int_equal(bus.n_calls, 0);
}

static void a_refresh_asks_for_everything_again(void **state) {
        (void)state;
        assert_int_equal(fascia_feature_refresh(NULL), -EINVAL);
        begin();
        assert_int_equal(fascia_feature_refresh(host), -ENOTCONN);
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
        assert_int_equal(fascia_feature_refresh(host), 0);
        settle();
        fake_bus_answer(&bus, take(SERVICE, "GetAll", NULL), SERVICE, "a{sv}", 2, "Hostname", "s",
                        "box", "Position", "i", 11);
        settle();
        assert_heard("Status=- Position=11 ");

        /* What was asked before is answered with what was true then. */
        assert_int_equal(fascia_feature_refresh(host), 0);
        assert_int_equal(fascia_feature_refresh(host), 0);
        assert_int_equal(fascia_feature_refresh(host), 0);
        settle();
        assert_int_equal(bus.n_calls, 1);
        answer_all(SERVICE, SERVICE, "box");
        answer_all(SERVICE, SERVICE, "later");
        assert_heard("Status=1 Position=10 Hostname=later ");
        assert_int_equal(bus.n_calls, 0);
        lose_owner();
        assert_int_equal(fascia_feature_refresh(host), -ENOTCONN);
}

static void a_signal_and_results_of_several_members_arrive(void **state) {
        sd_bus_message *call;

        (void)state;
        begin_ready();
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, FOREIGN_INTERFACE, "Rang", "s", "bell");
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH "/below", FOREIGN_INTERFACE, "Rang", "s", "x");
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, FOREIGN_PLAIN, "Rang", "s", "x");
        settle();
        assert_heard("Rang(bell) ");
        call_describe(host, "me");
        settle();
        call = fake_bus_take(&bus, SERVICE, "Describe");
        fake_bus_answer(&bus, call, SERVICE, "si", "text", 3);
        settle();
        assert_heard("text3 ");
        call_describe(host, "me");
        settle();
        call = fake_bus_take(&bus, SERVICE, "Describe");
        fake_bus_answer(&bus, call, SERVICE, "s", "text");
        settle();
        assert_heard("EBADMSG ");
        call_describe(host, "me");
        settle();
        refuse(fake_bus_take(&bus, SERVICE, "Describe"), "org.example.Error.Odd");
        assert_heard("EIO ");
        assert_string_equal(last_error_name, "org.example.Error.Odd");
}

/* ---- objects that are not there ---- */

static void assert_error(int code, const char *name, const char *text) {
        const struct fascia_error *error = fascia_feature_get_error(host);

        assert_non_null(error);
        assert_int_equal(error->code, code);
        assert_string_equal(error->name, name);
        if (!strstr(error->message, text))
                fail_msg("'%s' does not say '%s'", error->message, text);
}

static void tell_presence(const char *sender, const char *path, bool is_there) {
        if (is_there)
                fake_bus_signal(&bus, sender, "/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", path,
                                2, "org.example.Other", 1, "X", "i", 1, FOREIGN_INTERFACE, 0);
        else
                fake_bus_signal(&bus, sender, "/", MANAGER, "InterfacesRemoved", "oas", path, 2,
                                "org.example.Other", FOREIGN_INTERFACE);
        settle();
}

static void an_object_may_come_and_go(void **state) {
        (void)state;
        begin();
        refuse(take(FOREIGN_NAME, "GetAll", NULL), ERROR("UnknownObject"));
        assert_heard(":unavailable ");
        assert_error(-EBADR, ERROR("UnknownObject"),
                     FOREIGN_INTERFACE " at " FOREIGN_PATH " of " FOREIGN_NAME
                                       " cannot be used: because");
        tell_presence(STRANGER, FOREIGN_PATH, true);
        tell_presence(SERVICE, "/", true);
        assert_int_equal(bus.n_calls, 0);
        tell_presence(SERVICE, FOREIGN_PATH, true);
        answer_all(SERVICE, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
        tell_presence(STRANGER, FOREIGN_PATH, false);
        tell_presence(SERVICE, FOREIGN_PATH, true); /* is there already */
        assert_heard("");
        tell_presence(SERVICE, FOREIGN_PATH, false);
        assert_heard(":unavailable ");
        assert_error(-EBADR, ERROR("UnknownObject"), "it has been removed");
        assert_int_equal(bus.n_calls, 0);
        /* The last known values stay. */
        assert_true(fascia_feature_has_value(host, HOST_NAME));
}

static void an_object_that_comes_while_it_is_asked_for_is_not_missed(void **state) {
        (void)state;
        begin_ready();
        tell_presence(SERVICE, FOREIGN_PATH, false);
        tell_presence(SERVICE, FOREIGN_PATH, true);
        tell_presence(SERVICE, FOREIGN_PATH, false);
        tell_presence(SERVICE, FOREIGN_PATH, true);
        assert_int_equal(bus.n_calls, 1);
        refuse(take(SERVICE, "GetAll", NULL), ERROR("UnknownObject")); /* as it was in between */
        answer_all(SERVICE, SERVICE, "box");
        assert_heard(":unavailable :ready ");
}

static void a_sign_of_life_of_a_missing_object_has_it_asked_again(void **state) {
        (void)state;
        begin();
        refuse(take(FOREIGN_NAME, "GetAll", NULL), ERROR("UnknownInterface"));
        assert_heard(":unavailable ");
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, "org.example.Other", "Moved", "i", 1);
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH, "org.example.Other", "Moved", "i", 2);
        settle();
        assert_int_equal(bus.n_calls, 0); /* seldom: others may use the object all the time */
        wait_for_call();
        answer_all(SERVICE, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
}

static void a_missing_object_is_looked_for_with_the_next_owner(void **state) {
        (void)state;
        begin();
        refuse(take(FOREIGN_NAME, "GetAll", NULL), ERROR("UnknownMethod"));
        assert_heard(":unavailable ");
        fake_bus_change_owner(&bus, FOREIGN_NAME, ":1.9");
        settle();
        answer_all(":1.9", ":1.9", "box");
        assert_heard(":syncing Hostname=box Status=1 Position=10 :ready ");
}

static void what_the_service_refuses_for_now_is_tried_again(void **state) {
        (void)state;
        begin();
        refuse(take(FOREIGN_NAME, "GetAll", NULL), ERROR("AccessDenied"));
        assert_heard(":unavailable ");
        assert_error(-EACCES, ERROR("AccessDenied"), "because");
        wait_for_call();
        fake_bus_answer(&bus, take(SERVICE, "GetAll", NULL), SERVICE, "s", "what?");
        settle();
        assert_error(-EBADMSG, ERROR("InvalidArgs"), "no usable answer");
        wait_for_call();
        answer_all(SERVICE, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
}

static void an_interface_without_properties_needs_none_of_the_service(void **state) {
        static const struct {
                const char *error, *heard;
        } rows[] = {
                { ERROR("UnknownInterface"), ":ready " },
                { ERROR("UnknownMethod"), ":ready " },
                { ERROR("UnknownObject"), ":unavailable " },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                begin_with(&foreign_interfaces[1]);
                refuse(fake_bus_take(&bus, FOREIGN_NAME, "GetAll"), rows[i].error);
                assert_heard(rows[i].heard);
                host = fascia_feature_free(host);
                settle();
        }
}

static void two_features_of_one_object_are_ready_each_by_itself(void **state) {
        struct fascia_feature *plain;

        (void)state;
        begin();
        assert_int_equal(
                fascia_feature_new(client, &foreign_interfaces[1], NULL, host->notify, &plain), 0);
        settle();
        assert_int_equal(bus.n_rules, 3);
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_int_equal(fascia_feature_get_state(host), FASCIA_STATE_READY);
        assert_int_equal(fascia_feature_get_state(plain), FASCIA_STATE_SYNCING);
        refuse(fake_bus_take(&bus, FOREIGN_NAME, "GetAll"), ERROR("AccessDenied"));
        assert_int_equal(fascia_feature_get_state(host), FASCIA_STATE_READY);
        assert_int_equal(fascia_feature_get_state(plain), FASCIA_STATE_UNAVAILABLE);
        /* Only what is missing is asked for again, and changes of the other count meanwhile. What
         * the bus itself denies is no matter of the whole service, either. */
        wait_for_call();
        fake_bus_refuse(&bus, fake_bus_take(&bus, SERVICE, "GetAll"), ERROR("AccessDenied"), "no");
        settle();
        assert_int_equal(fascia_feature_get_state(host), FASCIA_STATE_READY);
        wait_for_call();
        assert_int_equal(bus.n_calls, 1);
        change_name(SERVICE, "new");
        fake_bus_answer(&bus, fake_bus_take(&bus, SERVICE, "GetAll"), SERVICE, "a{sv}", 0);
        settle();
        assert_int_equal(fascia_feature_get_state(plain), FASCIA_STATE_READY);
        assert_heard("Hostname=box Status=1 Position=10 :ready Hostname=new ");
        fascia_feature_free(plain);
}

static void a_service_that_does_not_answer_is_asked_again(void **state) {
        sd_bus_message *call;

        (void)state;
        configure("[fascia]\nConnectionTimeout=10ms\n");
        begin();
        fake_bus_change_owner(&bus, FOREIGN_NAME, SERVICE);
        settle();
        call = take(FOREIGN_NAME, "GetAll", NULL); /* hangs */
        wait_for_call();
        sd_bus_message_unref(take(SERVICE, "GetAll", NULL)); /* it is there all the same: again */
        wait_for_call();
        assert_heard(":syncing :unavailable ");
        sd_bus_message_unref(call);
        answer_all(SERVICE, SERVICE, "box");
        assert_heard("Hostname=box Status=1 Position=10 :ready ");
}

static void the_next_owner_is_asked_for_what_the_one_before_did_not_say(void **state) {
        sd_bus_message *call;

        (void)state;
        begin();
        refuse(take(FOREIGN_NAME, "GetAll", NULL), ERROR("UnknownObject"));
        tell_presence(SERVICE, FOREIGN_PATH, true);
        call = take(SERVICE, "GetAll", NULL);
        fake_bus_change_owner(&bus, FOREIGN_NAME, ":1.9");
        settle();
        fake_bus_answer(&bus, call, SERVICE, "a{sv}", 1, "Hostname", "s", "old");
        settle();
        answer_all(":1.9", ":1.9", "box");
        assert_heard(":unavailable :syncing Hostname=box Status=1 Position=10 :ready ");
}

/* ---- services that exit when nobody needs them ---- */

static void a_service_that_has_left_is_left_alone_until_a_call(void **state) {
        sd_bus_message *call;

        (void)state;
        begin_ready();
        lose_owner();
        assert_int_equal(bus.n_calls, 0);
        assert_true(fascia_feature_has_value(host, HOST_NAME));
        call_describe(host, "a");
        call_describe(host, "b");
        settle();
        assert_int_equal(bus.n_calls, 1);
        fake_bus_change_owner(&bus, FOREIGN_NAME, ":1.7");
        settle();
        answer_all(FOREIGN_NAME, ":1.7", "box");
        assert_heard(":syncing :ready "); /* nothing has changed */
        for (int i = 0; i < 2; i++) {
                call = fake_bus_take(&bus, ":1.7", "Describe");
                fake_bus_answer(&bus, call, ":1.7", "si", "text", i);
        }
        settle();
        assert_heard("text0 text1 ");
}

static void a_setter_starts_it_too(void **state) {
        const char *name = "new";

        (void)state;
        begin_ready();
        lose_owner();
        assert_int_equal(fascia_feature_set_value(host, HOST_NAME, &name, NULL, NULL, NULL, NULL),
                         0);
        settle();
        fake_bus_change_owner(&bus, FOREIGN_NAME, SERVICE);
        settle();
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard(":syncing :ready ");
        fake_bus_answer(&bus, take(SERVICE, "Set", "Hostname"), SERVICE, NULL);
}

static void a_service_that_cannot_be_started_fails_the_call_and_is_not_tried_again(void **state) {
        static const char *const names[] = { ERROR("ServiceUnknown"), ERROR("Spawn.ChildExited"),
                                             ERROR("TimedOut") };

        (void)state;
        begin_ready();
        lose_owner();
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                call_describe(host, "a");
                settle();
                fake_bus_refuse(&bus, take(FOREIGN_NAME, "GetAll", NULL), names[i], "no such file");
                settle();
                assert_heard("ENOTCONN ");
                assert_non_null(strstr(last_error_message, "no such file"));
                assert_int_equal(bus.n_calls, 0);
        }
        fake_bus_change_owner(&bus, FOREIGN_NAME, SERVICE);
        settle();
        answer_all(SERVICE, SERVICE, "box");
        assert_heard(":syncing :ready ");
}

static void a_call_waits_for_the_service_no_longer_than_it_may(void **state) {
        (void)state;
        configure("[Example.Foreign]\nConnectionTimeout=10ms\n");
        begin_ready();
        lose_owner();
        call_describe(host, "a");
        settle();
        for (int i = 0; i < 1000 && !*heard; i++) {
                assert_true(fascia_client_wait(client, 10000) >= 0);
                settle();
        }
        assert_heard("ENOTCONN ");
        fake_bus_refuse(&bus, take(FOREIGN_NAME, "GetAll", NULL), ERROR("NoReply"), "late");
        settle();
        assert_heard("");
}

static void the_connection_may_go_while_a_service_is_being_started(void **state) {
        (void)state;
        begin_ready();
        lose_owner();
        call_describe(host, "a");
        settle();
        assert_int_equal(bus.n_calls, 1);
        fake_bus_drop(&bus);
        settle();
        assert_heard("ENOTCONN ");
        wait_for_call();
        answer_all(FOREIGN_NAME, SERVICE, "box");
        assert_heard(":ready ");
}

/* ---- settings ---- */

static void the_configuration_may_name_another_service_and_object(void **state) {
        sd_bus_message *call;

        (void)state;
        configure("[Example.Foreign]\nBusName=org.example.Player.vlc\n"
                  "[Example.Foreign/Host]\nObjectPath=/org/example/dev_1/player0\n");
        begin();
        assert_non_null(strstr(bus.rules[0], "sender='org.example.Player.vlc',"
                                             "path_namespace='/org/example/dev_1/player0'"));
        call = fake_bus_take(&bus, "org.example.Player.vlc", "GetAll");
        assert_string_equal(sd_bus_message_get_path(call), "/org/example/dev_1/player0");
        fake_bus_answer(&bus, call, SERVICE, "a{sv}", 1, "Hostname", "s", "x");
        settle();
        assert_heard("Hostname=x :ready ");
        call_describe(host, "a");
        settle();
        call = fake_bus_take(&bus, SERVICE, "Describe");
        assert_string_equal(sd_bus_message_get_path(call), "/org/example/dev_1/player0");
        sd_bus_message_unref(call);
}

static void two_interfaces_may_be_on_different_objects(void **state) {
        struct fascia_feature *plain;
        sd_bus_message *call;

        (void)state;
        configure("[Example.Foreign/Plain]\nObjectPath=/elsewhere\n");
        begin_ready();
        assert_int_equal(
                fascia_feature_new(client, &foreign_interfaces[1], NULL, host->notify, &plain), 0);
        settle();
        assert_int_equal(bus.n_rules, 6);
        call = fake_bus_take(&bus, FOREIGN_NAME, "GetAll");
        assert_string_equal(sd_bus_message_get_path(call), "/elsewhere");
        fake_bus_answer(&bus, call, SERVICE, "a{sv}", 0);
        settle();
        assert_int_equal(fascia_feature_get_state(plain), FASCIA_STATE_READY);
        fascia_feature_free(plain);
}

static void a_name_that_cannot_be_one_is_refused_with_its_value(void **state) {
        static const struct {
                const char *setting, *text;
        } rows[] = {
                { "BusName=player", "BusName=player of Example.Foreign/Host cannot be used: it is "
                                    "not a name on a bus" },
                { "ObjectPath=player0",
                  "ObjectPath=player0 of Example.Foreign/Host cannot be used: "
                  "it is not the path of an object" },
                { "ObjectPath=/a/", "ObjectPath=/a/ " },
        };
        char text[128];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(text, sizeof(text), "[Example.Foreign/Host]\n%s\n", rows[i].setting);
                configure(text);
                begin();
                assert_heard(":unavailable ");
                assert_error(-EINVAL, ERROR("InvalidArgs"), rows[i].text);
                call_describe(host, "a");
                settle();
                assert_heard("ENOTCONN ");
                host = fascia_feature_free(host);
        }
}

/* ---- the same of our own services ---- */

static const struct fascia_module own_module;

static const struct fascia_interface own_interface = {
        .module = &own_module,
        .name = "Host",
        .qualified_name = "Example.Own.Host",
        .id = "Example.Own.Host",
        .dbus_name = FOREIGN_INTERFACE,
        .path = FOREIGN_PATH "/Host",
        .layout_hash = 3,
        .n_properties = N_HOST_PROPERTIES,
        .properties = foreign_properties,
        .configuration = "hosts",
};

static const struct fascia_module own_module = {
        .abi = FASCIA_DESCRIPTOR_ABI,
        .size = sizeof(struct fascia_module),
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .name = "Example.Own",
        .major = 1,
        .bus_name = FOREIGN_NAME,
        .path = FOREIGN_PATH,
        .n_interfaces = 1,
        .interfaces = &own_interface,
};

static void begin_own(void) {
        begin_with(&own_interface);
        fake_bus_answer(&bus, fake_bus_take(&bus, FOREIGN_NAME, "GetManagedObjects"), SERVICE,
                        "a{oa{sa{sv}}}", 1, FOREIGN_PATH "/Host", 1, FOREIGN_INTERFACE, 3,
                        "Hostname", "s", "box", "Status", "i", 1, "FasciaSerial", "t",
                        UINT64_C(10));
        settle();
        assert_heard("Hostname=box Status=1 :ready ");
}

static void our_own_services_invalidate_what_is_flagged_so(void **state) {
        sd_bus_message *call;

        (void)state;
        begin_own();
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH "/Host", PROPERTIES, "PropertiesChanged",
                        "sa{sv}as", FOREIGN_INTERFACE, 1, "FasciaSerial", "t", UINT64_C(11), 2,
                        "Hostname", "Status");
        settle();
        assert_heard("Hostname=- Status=- ");
        call = fake_bus_take(&bus, SERVICE, "Get");
        assert_string_equal(sd_bus_message_get_path(call), FOREIGN_PATH "/Host");
        fake_bus_answer(&bus, call, SERVICE, "v", "i", 8);
        settle();
        assert_heard("Status=8 ");
        assert_int_equal(bus.n_calls, 0);
        assert_int_equal(statistics()->gaps, 0);
}

static void our_own_services_are_refreshed_without_a_gap(void **state) {
        sd_bus_message *call;

        (void)state;
        begin_own();
        assert_int_equal(fascia_feature_refresh(host), 0);
        settle();
        call = fake_bus_take(&bus, SERVICE, "GetAll");
        assert_string_equal(sd_bus_message_get_path(call), FOREIGN_PATH "/Host");
        fake_bus_answer(&bus, call, SERVICE, "a{sv}", 3, "Hostname", "s", "box", "Position", "i", 4,
                        "FasciaSerial", "t", UINT64_C(10));
        settle();
        assert_heard("Status=- Position=4 ");
        fake_bus_signal(&bus, SERVICE, FOREIGN_PATH "/Host", PROPERTIES, "PropertiesChanged",
                        "sa{sv}as", FOREIGN_INTERFACE, 2, "Status", "i", 5, "FasciaSerial", "t",
                        UINT64_C(11), 0);
        settle();
        assert_heard("Status=5 ");
        assert_int_equal(bus.n_calls, 0);
        /* Nothing that has to be dealt with: the owner and its broadcasts say what is true. */
        assert_int_equal(fascia_feature_refresh(host), 0);
        settle();
        refuse(fake_bus_take(&bus, SERVICE, "GetAll"), ERROR("UnknownObject"));
        assert_heard("");
}

static void our_own_services_have_the_names_of_their_interface(void **state) {
        (void)state;
        /* In the section that the interface names. */
        configure("[Example.Own]\nObjectPath=/unused\n[hosts]\nBusName=org.example.Other\n");
        begin_with(&own_interface);
        assert_heard(":unavailable ");
        assert_error(-EINVAL, ERROR("InvalidArgs"),
                     "BusName=org.example.Other of Example.Own/Host cannot be used: Fascia made "
                     "the service");
        host = fascia_feature_free(host);
        configure("[hosts]\nObjectPath=/elsewhere\n");
        begin_with(&own_interface);
        assert_error(-EINVAL, ERROR("InvalidArgs"), "ObjectPath=/elsewhere of Example.Own/Host");
        assert_int_equal(bus.n_calls, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_feature_is_read_by_one_question_of_its_own),
                TEST(changes_count_from_the_answer_on_and_need_no_serial),
                TEST(an_invalidated_value_is_gone_until_it_was_asked_for),
                TEST(a_refresh_asks_for_everything_again),
                TEST(a_signal_and_results_of_several_members_arrive),
                TEST(an_object_may_come_and_go),
                TEST(an_object_that_comes_while_it_is_asked_for_is_not_missed),
                TEST(a_sign_of_life_of_a_missing_object_has_it_asked_again),
                TEST(a_missing_object_is_looked_for_with_the_next_owner),
                TEST(what_the_service_refuses_for_now_is_tried_again),
                TEST(an_interface_without_properties_needs_none_of_the_service),
                TEST(two_features_of_one_object_are_ready_each_by_itself),
                TEST(the_next_owner_is_asked_for_what_the_one_before_did_not_say),
                TEST(a_service_that_does_not_answer_is_asked_again),
                TEST(a_service_that_has_left_is_left_alone_until_a_call),
                TEST(a_setter_starts_it_too),
                TEST(a_service_that_cannot_be_started_fails_the_call_and_is_not_tried_again),
                TEST(a_call_waits_for_the_service_no_longer_than_it_may),
                TEST(the_connection_may_go_while_a_service_is_being_started),
                TEST(the_configuration_may_name_another_service_and_object),
                TEST(two_interfaces_may_be_on_different_objects),
                TEST(a_name_that_cannot_be_one_is_refused_with_its_value),
                TEST(our_own_services_invalidate_what_is_flagged_so),
                TEST(our_own_services_are_refreshed_without_a_gap),
                TEST(our_own_services_have_the_names_of_their_interface),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
