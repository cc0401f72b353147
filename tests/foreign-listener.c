/* SPDX-License-Identifier: MIT */
/* What a program hears of a feature without a generated front end, as text. */
#include "foreign-listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "foreign-module.h"

char last_error_name[128], last_error_message[256];

static void hear_property(struct fascia_feature *feature, uint32_t index, const void *value) {
        const struct fascia_property *p = &foreign_properties[index];

        if (!fascia_feature_has_value(feature, index))
                hear("%s=- ", p->dbus_name);
        else if (p->type == &type_string)
                hear("%s=%s ", p->dbus_name, *(const char *const *)value);
        else
                hear("%s=%d ", p->dbus_name, *(const int32_t *)value);
}

static void notify(struct fascia_feature *feature, const void *listener, void *userdata,
                   enum fascia_event event, uint32_t index, const void *data) {
        static const char *const states[] = { "unavailable", "syncing", "ready" };

        (void)listener;
        (void)userdata;
        switch (event) {
        case FASCIA_EVENT_PROPERTY:
                hear_property(feature, index, data);
                break;
        case FASCIA_EVENT_SIGNAL:
                hear("Rang(%s) ", *(const char *const *)data);
                break;
        case FASCIA_EVENT_STATE:
                hear(":%s ", states[*(const enum fascia_state *)data]);
                break;
        case FASCIA_EVENT_ZONE_ADDED:
        case FASCIA_EVENT_ZONE_REMOVED:
                hear("zone ");
                break;
        case FASCIA_EVENT_CHANGED:
                break;
        }
}

int listen_to_foreign(struct fascia_client *client, const struct fascia_interface *interface,
                      struct fascia_feature **ret) {
        int r;

        heard[0] = '\0';
        r = fascia_feature_new(client, interface, NULL, notify, ret);
        return r < 0 ? r : fascia_feature_add_listener(*ret, "", 1, NULL);
}

static void complete(struct fascia_feature *feature, const struct fascia_error *error,
                     const void *result, fascia_function *done, void *userdata) {
        const struct foreign_description *d = result;

        (void)feature;
        (void)done;
        (void)userdata;
        if (error) {
                snprintf(last_error_name, sizeof(last_error_name), "%s", error->name);
                snprintf(last_error_message, sizeof(last_error_message), "%s", error->message);
                hear("%s ", strerrorname_np(-error->code));
        } else {
                hear("%s%d ", d->text, d->count);
        }
}

static void on_done(void) {
}

void call_describe(struct fascia_feature *feature, const char *text) {
        assert_int_equal(
                fascia_feature_call(feature, HOST_DESCRIBE, &text, complete, on_done, NULL, NULL),
                0);
}
