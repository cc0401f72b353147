/* SPDX-License-Identifier: MIT */
/* Every order in which subscribing, the snapshot, signals and the service's fate can come, by trying all of them:
 * a bus and a service are played step by step, and at each step every one that could be next is, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-bus.h"
#include <fascia/testkit.h>
#include <vehicle-climate-1/climate.h>

#define NAME "Vehicle.Climate1"
#define FEATURE "/Vehicle/Climate1/ClimateControl"
#define ZONE FEATURE "/Rear"
#define INTERFACE "Vehicle.Climate1.ClimateControl"
#define BUS "org.freedesktop.DBus"
#define MANAGER "org.freedesktop.DBus.ObjectManager"

/* ---- all paths through a tree of choices ---- */

#define DEPTH_MAX 64

static unsigned choices[DEPTH_MAX], limits[DEPTH_MAX], n_choices, depth;

/* One of n, another one each time that the same point is reached on the same way. */
static unsigned choose(unsigned n) {
        assert_true(depth < DEPTH_MAX);
        if (depth == n_choices) {
                choices[n_choices] = 0;
                n_choices++;
        }
        limits[depth] = n;
        return choices[depth++];
}

static bool next_path(void) {
        while (n_choices > 0 && choices[n_choices - 1] + 1 == limits[n_choices - 1])
                n_choices--;
        if (n_choices == 0)
                return false;
        choices[n_choices - 1]++;
        return true;
}

/* ---- the world ---- */

typedef enum Event {
        END,
        CHANGE, /* of the value */
        MISS,   /* the same, and the bus drops the signal */
        ADD_ZONE,
        REMOVE_ZONE,
        LOSE,    /* the service leaves the bus */
        GAIN,    /* another comes */
        REPLACE, /* another takes the name from it */
        LIE,     /* a stranger says what only the service may say */
        DROP     /* the connection of the client breaks */
} Event;

#define N_INBOX 32

typedef struct World {
        FakeBus bus;
        int32_t truth; /* of the service; never goes back, not even with another owner */
        bool has_zone;
        unsigned owner; /* 0: nobody owns the name */
        uint64_t serial;
        bool follows_signals, follows_names;
        sd_bus_message *inbox[N_INBOX]; /* of the service */
        size_t n_inbox;
        bool has_unread; /* for the client */
} World;

static World world;
static struct fascia_client *client;
static struct climate_control *climate;

/* What the client was told: values only grow, so that nothing old can follow something new, and nothing is told
 * twice. */
static int32_t told;
static bool zone_told;
static char flaw[128];

static void on_fan(struct climate_control *c, int32_t value, void *userdata) {
        (void)c;
        (void)userdata;
        if (value <= told || value > world.truth)
                snprintf(flaw, sizeof(flaw), "%d after %d, of %d", value, told, world.truth);
        told = value;
}

static void on_state(struct climate_control *c, enum fascia_state state, void *userdata) {
        (void)userdata;
        if (state == FASCIA_STATE_READY && climate_control_get_fan_level(c) != told)
                snprintf(flaw, sizeof(flaw), "ready with %d, told %d",
                         climate_control_get_fan_level(c), told);
}

static void on_zone(struct climate_control *c, const char *zone, void *userdata) {
        bool has = climate_control_get_zone(c, zone) != NULL;

        (void)userdata;
        if (has == zone_told)
                snprintf(flaw, sizeof(flaw), "the zone %s twice", has ? "came" : "went");
        zone_told = has;
}

static const struct climate_control_listener listener = {
        .fan_level_changed = on_fan,
        .on_state = on_state,
        .on_zone_added = on_zone,
        .on_zone_removed = on_zone,
};

static const char *owner_name(unsigned owner) {
        static char names[2][16];
        static unsigned n;
        char *name = names[n++ % 2];

        if (owner == 0)
                return "";
        snprintf(name, sizeof(names[0]), ":1.%u", owner);
        return name;
}

/* ---- what the service says ---- */

static void send(sd_bus_message *m, const char *sender) {
        assert_true(sd_bus_message_set_sender(m, sender) >= 0);
        assert_true(sd_bus_send(NULL, m, NULL) >= 0);
        sd_bus_message_unref(m);
        world.has_unread = true;
}

static void append_interface(sd_bus_message *m, int32_t value) {
        assert_true(sd_bus_message_append(m, "{sa{sv}}", INTERFACE, 2, "FanLevel", "i", value,
                                          "FasciaSerial", "t", world.serial) >= 0);
}

static void append_object(sd_bus_message *m, const char *path, int32_t value) {
        assert_true(sd_bus_message_open_container(m, 'e', "oa{sa{sv}}") >= 0);
        assert_true(sd_bus_message_append(m, "o", path) >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sa{sv}}") >= 0);
        append_interface(m, value);
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
}

static void answer_snapshot(sd_bus_message *reply) {
        assert_true(sd_bus_message_open_container(reply, 'a', "{oa{sa{sv}}}") >= 0);
        append_object(reply, FEATURE, world.truth);
        if (world.has_zone)
                append_object(reply, ZONE, 1);
        assert_true(sd_bus_message_close_container(reply) >= 0);
}

/* Counted whether or not anybody listens. */
static sd_bus_message *new_broadcast(const char *path, const char *interface, const char *member) {
        sd_bus_message *m = NULL;

        world.serial++;
        if (!world.bus.bus || !world.follows_signals)
                return NULL;
        assert_true(sd_bus_message_new_signal(world.bus.bus, &m, path, interface, member) >= 0);
        return m;
}

static void announce(const char *sender) {
        sd_bus_message *m = new_broadcast(FEATURE, "org.freedesktop.DBus.Properties",
                                          "PropertiesChanged");

        if (!m)
                return;
        assert_true(sd_bus_message_append(m, "sa{sv}as", INTERFACE, 2, "FanLevel", "i", world.truth,
                                          "FasciaSerial", "t", world.serial, 0) >= 0);
        send(m, sender);
}

static void change(void) {
        if (world.owner == 0)
                return;
        world.truth++;
        announce(owner_name(world.owner));
}

static void miss(void) {
        if (world.owner == 0)
                return;
        world.truth++;
        world.serial++;
}

static void set_zone(bool present) {
        sd_bus_message *m;

        if (world.owner == 0 || world.has_zone == present)
                return;
        world.has_zone = present;
        m = new_broadcast("/Vehicle/Climate1", MANAGER,
                          present ? "InterfacesAdded" : "InterfacesRemoved");
        if (!m)
                return;
        assert_true(sd_bus_message_append(m, "o", ZONE) >= 0);
        if (present) {
                assert_true(sd_bus_message_open_container(m, 'a', "{sa{sv}}") >= 0);
                append_interface(m, 1);
                assert_true(sd_bus_message_close_container(m) >= 0);
        } else {
                assert_true(sd_bus_message_append(m, "as", 1, INTERFACE) >= 0);
        }
        send(m, owner_name(world.owner));
}

/* ---- what the bus says ---- */

static void refuse(sd_bus_message *call, const char *name) {
        sd_bus_message *reply = NULL;

        assert_true(sd_bus_message_new_method_errorf(call, &reply, name, "refused") >= 0);
        sd_bus_message_unref(call);
        send(reply, BUS);
}

static void clear_inbox(void) {
        for (size_t i = 0; i < world.n_inbox; i++)
                refuse(world.inbox[i], BUS ".Error.NoReply");
        world.n_inbox = 0;
}

static void set_owner(unsigned owner) {
        unsigned old = world.owner;
        sd_bus_message *m = NULL;

        if (old == owner)
                return;
        world.owner = owner;
        world.serial = 0;
        world.has_zone = false;
        world.truth++;
        if (world.bus.bus && world.follows_names) {
                assert_true(sd_bus_message_new_signal(world.bus.bus, &m, "/org/freedesktop/DBus",
                                                      BUS, "NameOwnerChanged") >= 0);
                assert_true(sd_bus_message_append(m, "sss", NAME, owner_name(old),
                                                  owner_name(owner)) >= 0);
                send(m, BUS);
        }
        clear_inbox();
}

/* A signal of another sender that passed the rule, or was sent to the client directly. */
static void lie(void) {
        int32_t truth = world.truth;
        uint64_t serial = world.serial;

        world.truth = 0;
        announce(":1.666");
        world.truth = truth;
        world.serial = serial;
}

static void drop(void) {
        for (size_t i = 0; i < world.n_inbox; i++)
                sd_bus_message_unref(world.inbox[i]);
        world.n_inbox = 0;
        fake_bus_drop(&world.bus);
        world.follows_signals = world.follows_names = false;
        world.has_unread = true;
}

static void happen(Event e) {
        static unsigned last_owner = 5;

        switch (e) {
        case END:
                break;
        case CHANGE:
                change();
                break;
        case MISS:
                miss();
                break;
        case ADD_ZONE:
                set_zone(true);
                break;
        case REMOVE_ZONE:
                set_zone(false);
                break;
        case LOSE:
                set_owner(0);
                break;
        case GAIN:
        case REPLACE:
                last_owner = last_owner == 5 ? 6 : 5;
                set_owner(last_owner);
                break;
        case LIE:
                lie();
                break;
        case DROP:
                drop();
                break;
        }
}

/* ---- steps ---- */

static void bus_match(sd_bus_message *call, bool follows) {
        sd_bus_message *reply = NULL;
        const char *rule;

        assert_true(sd_bus_message_read(call, "s", &rule) > 0);
        if (strstr(rule, "NameOwnerChanged"))
                world.follows_names = follows;
        else
                world.follows_signals = follows;
        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        sd_bus_message_unref(call);
        send(reply, BUS);
}

static void bus_tell_owner(sd_bus_message *call) {
        sd_bus_message *reply = NULL;

        if (world.owner == 0) {
                refuse(call, BUS ".Error.NameHasNoOwner");
                return;
        }
        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        assert_true(sd_bus_message_append(reply, "s", owner_name(world.owner)) >= 0);
        sd_bus_message_unref(call);
        send(reply, BUS);
}

/* The bus takes the next message of the client. */
static void bus_step(void) {
        FakeBus *b = &world.bus;
        sd_bus_message *call = b->calls[0];
        const char *member = sd_bus_message_get_member(call);
        const char *destination = sd_bus_message_get_destination(call);

        b->n_calls--;
        memmove(b->calls, b->calls + 1, b->n_calls * sizeof(b->calls[0]));
        if (strcmp(destination, BUS) == 0) {
                if (strcmp(member, "GetNameOwner") == 0)
                        bus_tell_owner(call);
                else
                        bus_match(call, strcmp(member, "AddMatch") == 0);
        } else if (world.owner > 0 && (strcmp(destination, NAME) == 0 ||
                                       strcmp(destination, owner_name(world.owner)) == 0)) {
                assert_true(world.n_inbox < N_INBOX);
                world.inbox[world.n_inbox++] = call;
        } else {
                refuse(call, BUS ".Error.ServiceUnknown");
        }
}

/* The service answers what came first. */
static void service_step(void) {
        sd_bus_message *call = world.inbox[0];
        sd_bus_message *reply = NULL;

        world.n_inbox--;
        memmove(world.inbox, world.inbox + 1, world.n_inbox * sizeof(world.inbox[0]));
        assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
        if (strcmp(sd_bus_message_get_member(call), "GetManagedObjects") == 0)
                answer_snapshot(reply);
        else
                assert_true(sd_bus_message_append(reply, "v", "t", world.serial) >= 0);
        sd_bus_message_unref(call);
        send(reply, owner_name(world.owner));
}

/* The client reads all that there is; what it sends is in the hands of the bus. */
static void client_step(void) {
        world.has_unread = false;
        for (int idle = 0; idle < 2; idle++) {
                while (fascia_client_dispatch(client) > 0)
                        idle = 0;
                if (fake_bus_process(&world.bus))
                        idle = 0;
        }
}

/* ---- one path ---- */

typedef enum Step {
        STEP_EVENT,
        STEP_BUS,
        STEP_SERVICE,
        STEP_CLIENT
} Step;

static unsigned possible_steps(const Event *script, Step *ret) {
        unsigned n = 0;

        if (*script != END)
                ret[n++] = STEP_EVENT;
        if (world.bus.n_calls > 0)
                ret[n++] = STEP_BUS;
        if (world.n_inbox > 0)
                ret[n++] = STEP_SERVICE;
        if (world.has_unread)
                ret[n++] = STEP_CLIENT;
        return n;
}

static void play(const Event *script) {
        Step steps[4];
        unsigned n;

        while ((n = possible_steps(script, steps)) > 0) {
                switch (steps[n > 1 ? choose(n) : 0]) {
                case STEP_EVENT:
                        happen(*script++);
                        break;
                case STEP_BUS:
                        bus_step();
                        break;
                case STEP_SERVICE:
                        service_step();
                        break;
                case STEP_CLIENT:
                        client_step();
                        break;
                }
        }
}

/* Until nothing happens any more, and time enough has passed for all that is tried again. */
static void settle(void) {
        for (int i = 0; i < 8; i++) {
                do {
                        client_step();
                        while (world.bus.n_calls > 0)
                                bus_step();
                        while (world.n_inbox > 0)
                                service_step();
                } while (world.has_unread);
                assert_int_equal(fascia_test_advance(client, 2000000), 0);
                fake_bus_process(&world.bus);
        }
}

static void describe_path(const char *text) {
        char path[DEPTH_MAX * 3 + 1] = "";

        for (unsigned i = 0; i < n_choices; i++)
                snprintf(path + strlen(path), sizeof(path) - strlen(path), "%u ", choices[i]);
        fail_msg("%s, on the way %s", text, path);
}

static void check(void) {
        enum fascia_state state = fascia_feature_get_state(climate_control_feature(climate));
        char text[256];

        if (*flaw)
                describe_path(flaw);
        snprintf(text, sizeof(text), "at last: state %d, value %d of %d, told %d, zone %d of %d",
                 (int)state, climate_control_get_fan_level(climate), world.truth, told, zone_told,
                 world.has_zone);
        if (state != (world.owner ? FASCIA_STATE_READY : FASCIA_STATE_UNAVAILABLE))
                describe_path(text);
        if (world.owner && (climate_control_get_fan_level(climate) != world.truth ||
                            told != world.truth || zone_told != world.has_zone))
                describe_path(text);
}

static void begin(unsigned owner) {
        world = (World){ .truth = 1, .owner = owner };
        told = 0;
        zone_told = false;
        *flaw = '\0';
        fake_bus_open(&world.bus);
        world.bus.holds_rules = true;
        setenv("FASCIA_ADDRESS", world.bus.address, true);
        assert_int_equal(fascia_client_new(&client), 0);
        assert_int_equal(climate_control_new(client, &climate), 0);
        assert_int_equal(climate_control_add_listener(climate, &listener, NULL), 0);
        /* It says hello: nothing else can happen before. */
        client_step();
        assert_true(world.bus.n_calls > 0);
}

static void end(void) {
        climate = climate_control_free(climate);
        client = fascia_client_free(client);
        for (size_t i = 0; i < world.n_inbox; i++)
                sd_bus_message_unref(world.inbox[i]);
        fake_bus_close(&world.bus);
}

static void try_all(unsigned owner, const Event *script) {
        unsigned n_paths = 0;

        n_choices = 0;
        do {
                depth = 0;
                begin(owner);
                play(script);
                settle();
                check();
                end();
                n_paths++;
        } while (next_path());
        print_message("%u ways\n", n_paths);
        assert_true(n_paths > 10);
}

#define TRY(owner, ...) try_all(owner, (const Event[]){ __VA_ARGS__, END })

static int set_up(void **state) {
        (void)state;
        setenv("FASCIA_BACKEND", "dbus", true);
        unsetenv("FASCIA_CONFIG");
        return 0;
}

static void a_value_that_changes(void **state) {
        (void)state;
        TRY(1, CHANGE, CHANGE);
        TRY(1, CHANGE, CHANGE, CHANGE);
}

/* After a signal that was heard, because without any there is nothing to count on. */
static void a_signal_that_the_bus_drops(void **state) {
        (void)state;
        TRY(1, MISS, CHANGE);
        TRY(1, CHANGE, MISS, CHANGE);
        TRY(1, MISS, LOSE, GAIN);
}

static void a_zone_that_comes_and_goes(void **state) {
        (void)state;
        TRY(1, ADD_ZONE, REMOVE_ZONE);
        TRY(1, ADD_ZONE, CHANGE, REMOVE_ZONE);
        TRY(1, ADD_ZONE, REMOVE_ZONE, ADD_ZONE);
}

static void a_service_that_comes(void **state) {
        (void)state;
        TRY(0, GAIN, CHANGE);
        TRY(0, GAIN, LOSE, GAIN);
}

static void a_service_that_leaves(void **state) {
        (void)state;
        TRY(1, CHANGE, LOSE);
        TRY(1, ADD_ZONE, CHANGE, LOSE);
}

static void a_service_that_restarts(void **state) {
        (void)state;
        TRY(1, LOSE, GAIN);
        TRY(1, CHANGE, LOSE, GAIN);
        TRY(1, LOSE, GAIN, CHANGE);
}

static void a_service_that_is_replaced(void **state) {
        (void)state;
        TRY(1, REPLACE, CHANGE);
        TRY(1, CHANGE, REPLACE);
        TRY(1, CHANGE, REPLACE, CHANGE);
        TRY(1, REPLACE, REPLACE);
}

static void a_stranger_that_lies(void **state) {
        (void)state;
        TRY(1, LIE, CHANGE);
        TRY(1, CHANGE, LIE, REPLACE);
}

static void a_connection_that_breaks(void **state) {
        (void)state;
        TRY(1, DROP);
        TRY(1, CHANGE, DROP);
        TRY(1, DROP, LOSE, GAIN);
        TRY(1, CHANGE, DROP, CHANGE);
        TRY(1, DROP, REPLACE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_value_that_changes),
                cmocka_unit_test(a_signal_that_the_bus_drops),
                cmocka_unit_test(a_zone_that_comes_and_goes),
                cmocka_unit_test(a_service_that_comes),
                cmocka_unit_test(a_service_that_leaves),
                cmocka_unit_test(a_service_that_restarts),
                cmocka_unit_test(a_service_that_is_replaced),
                cmocka_unit_test(a_stranger_that_lies),
                cmocka_unit_test(a_connection_that_breaks),
        };

        return cmocka_run_group_tests(tests, set_up, NULL);
}
