/* SPDX-License-Identifier: MIT */
/* What the climate service of a fake bus answers and announces. */
#include "climate-service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NAME "Vehicle.Climate1"
#define PATH "/Vehicle/Climate1"
#define FEATURE PATH "/ClimateControl"
#define ZONE FEATURE "/Rear"
#define INTERFACE NAME ".ClimateControl"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"

void climate_service_open(ClimateService *s) {
        *s = (ClimateService){ .level = 1, .serial = 10 };
        fake_bus_open(&s->bus);
        s->bus.owner = ":1.5";
}

void climate_service_close(ClimateService *s) {
        fake_bus_close(&s->bus);
}

/* Both rules of the client are there. */
static bool is_heard(const ClimateService *s) {
        return s->bus.bus && s->bus.n_rules >= 2;
}

/* ---- what it announces ---- */

void climate_service_set_level(ClimateService *s, int32_t level) {
        s->level = level;
        s->serial++;
        if (is_heard(s))
                fake_bus_signal(&s->bus, s->bus.owner, FEATURE, PROPERTIES, "PropertiesChanged",
                                "sa{sv}as", INTERFACE, 2, "FanLevel", "i", level, "FasciaSerial",
                                "t", s->serial, 0);
}

void climate_service_set_zone(ClimateService *s, bool present) {
        s->has_zone = present;
        s->serial++;
        if (!is_heard(s))
                return;
        if (present)
                fake_bus_signal(&s->bus, s->bus.owner, PATH, MANAGER, "InterfacesAdded",
                                "oa{sa{sv}}", ZONE, 1, INTERFACE, 2, "FanLevel", "i", 1,
                                "FasciaSerial", "t", s->serial);
        else
                fake_bus_signal(&s->bus, s->bus.owner, PATH, MANAGER, "InterfacesRemoved", "oas",
                                ZONE, 1, INTERFACE);
}

void climate_service_set_owner(ClimateService *s, const char *owner) {
        s->bus.owner = owner;
        s->serial = 10;
        if (is_heard(s))
                fake_bus_change_owner(&s->bus, NAME, owner ? owner : "");
}

/* ---- what it answers ---- */

static void answer_snapshot(ClimateService *s, sd_bus_message *call) {
        if (s->has_zone)
                fake_bus_answer(&s->bus, call, s->bus.owner, "a{oa{sa{sv}}}", 2, FEATURE, 1,
                                INTERFACE, 2, "FanLevel", "i", s->level, "FasciaSerial", "t",
                                s->serial, ZONE, 1, INTERFACE, 1, "FanLevel", "i", 1);
        else
                fake_bus_answer(&s->bus, call, s->bus.owner, "a{oa{sa{sv}}}", 1, FEATURE, 1,
                                INTERFACE, 2, "FanLevel", "i", s->level, "FasciaSerial", "t",
                                s->serial);
}

/* The signal is sent before the answer. */
static void answer_set(ClimateService *s, sd_bus_message *call) {
        int32_t level;

        assert_true(sd_bus_message_read(call, "ssv", NULL, NULL, "i", &level) > 0);
        climate_service_set_level(s, level);
        fake_bus_answer(&s->bus, call, s->bus.owner, NULL);
}

static void answer(ClimateService *s, sd_bus_message *call) {
        const char *destination = sd_bus_message_get_destination(call);
        const char *member = sd_bus_message_get_member(call);

        if (!s->bus.owner ||
            (strcmp(destination, NAME) != 0 && strcmp(destination, s->bus.owner) != 0)) {
                fake_bus_refuse(&s->bus, call, "org.freedesktop.DBus.Error.ServiceUnknown",
                                "It is not there");
        } else if (strcmp(member, "GetManagedObjects") == 0) {
                answer_snapshot(s, call);
        } else if (strcmp(member, "Get") == 0) {
                fake_bus_answer(&s->bus, call, s->bus.owner, "v", "t", s->serial);
        } else {
                assert_string_equal(member, "Set");
                answer_set(s, call);
        }
}

bool climate_service_process(ClimateService *s) {
        FakeBus *b = &s->bus;
        bool worked = fake_bus_process(b);

        while (b->n_calls > 0) {
                sd_bus_message *call = b->calls[0];

                b->n_calls--;
                memmove(b->calls, b->calls + 1, b->n_calls * sizeof(b->calls[0]));
                answer(s, call);
                worked = true;
        }
        return worked;
}
