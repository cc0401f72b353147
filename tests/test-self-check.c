/* SPDX-License-Identifier: MIT */
/* A module says of itself what it does, or is not loaded. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "self-check.h"

static const struct fascia_type int_type = {
        .kind = FASCIA_KIND_INT32,
        .self = sizeof(struct fascia_type),
        .size = sizeof(int32_t),
        .name = "",
        .signature = "i",
};

static const struct fascia_type two_arguments = {
        .kind = FASCIA_KIND_STRUCT,
        .self = sizeof(struct fascia_type),
        .name = "",
        .signature = "is",
};

static const struct fascia_type one_result = {
        .kind = FASCIA_KIND_STRUCT,
        .self = sizeof(struct fascia_type),
        .name = "",
        .signature = "b",
};

static const struct fascia_property properties[] = {
        { .name = "a", .dbus_name = "A", .type = &int_type },
        { .name = "b", .dbus_name = "B", .type = &int_type, .flags = FASCIA_PROPERTY_READONLY },
};

static const struct fascia_method methods[] = {
        { .name = "f", .dbus_name = "F", .input = &two_arguments, .output = &one_result },
};

static const struct fascia_signal signals[] = {
        { .name = "s", .dbus_name = "S", .arguments = &two_arguments },
};

static const struct fascia_interface interface;

static const struct fascia_module module = {
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .n_interfaces = 1,
        .interfaces = &interface,
};

static const struct fascia_interface interface = {
        .module = &module,
        .dbus_name = "T.I",
        .n_properties = 2,
        .n_methods = 1,
        .n_signals = 1,
        .properties = properties,
        .methods = methods,
        .signal_table = signals,
};

#define HEAD "<interface name=\"T.I\">\n"
#define A "<property name=\"A\" type=\"i\" access=\"readwrite\">\n"
#define A_END "<annotation name=\"x\" value=\"&lt;property name='Z'>\"/>\n</property>\n"
#define B "<property name=\"B\" type=\"i\" access=\"read\"/>\n"
#define SERIAL "<property name=\"FasciaSerial\" type=\"t\" access=\"read\"/>\n"
#define F_IN                                              \
        "<arg name=\"x\" type=\"i\" direction=\"in\"/>\n" \
        "<arg name=\"y\" type=\"s\" direction=\"in\">\n</arg>\n"
#define F "<method name=\"F\">\n" F_IN "<arg type=\"b\" direction=\"out\"/>\n</method>\n"
#define S "<signal name=\"S\">\n<arg type=\"i\"/><arg type=\"s\"/>\n</signal>\n"
#define TAIL "</interface>\n"

static void what_fits_is_accepted(void **state) {
        char *text = NULL;

        (void)state;
        assert_int_equal(self_check_interface(&interface, HEAD A A_END B SERIAL F S TAIL, &text),
                         0);
        assert_int_equal(self_check_interface(&interface, HEAD S F B A A_END TAIL, &text), 0);
        assert_null(text);
}

static void what_differs_is_named(void **state) {
        static const struct {
                const char *xml, *text;
        } rows[] = {
                { "", "a member is missing" },
                { HEAD A A_END B F TAIL, "a member is missing" },
                { HEAD A A_END F S TAIL, "a member is missing" },
                { "<interface name=\"T.J\">" A A_END B F S TAIL, "it is of the interface 'T.J'" },
                { HEAD A A_END B "<property name=\"C\" type=\"i\" access=\"read\"/>" F S TAIL,
                  "no property 'C' is served" },
                { HEAD "<property name=\"A\" type=\"u\" access=\"readwrite\"/>" B F S TAIL,
                  "the property 'A' is 'i', not 'u'" },
                { HEAD "<property name=\"A\" type=\"i\" access=\"read\"/>" B F S TAIL,
                  "the access to the property 'A' is 'readwrite', not 'read'" },
                { HEAD A A_END B "<method name=\"G\"/>" S TAIL, "no method 'G' is served" },
                { HEAD A A_END B "<method name=\"F\">" F_IN "</method>" S TAIL,
                  "the results of 'F' are 'b', not ''" },
                { HEAD A A_END B
                  "<method name=\"F\"><arg type=\"b\" direction=\"out\"/></method>" S TAIL,
                  "the arguments of 'F' are 'is', not ''" },
                { HEAD A A_END B F "<signal name=\"S\"><arg type=\"i\"/></signal>" TAIL,
                  "the arguments of 'S' are 'is', not 'i'" },
                { HEAD A A_END B F "<signal name=\"T\"/>" TAIL, "no signal 'T' is served" },
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *text = NULL;

                assert_int_equal(self_check_interface(&interface, rows[i].xml, &text), -EBADMSG);
                assert_string_equal(text, rows[i].text);
                free(text);
        }
}

static void what_is_cut_off_does_no_harm(void **state) {
        static const char whole[] = HEAD A A_END B SERIAL F S;

        (void)state;
        for (size_t n = 0; n < sizeof(whole) - 1; n++) {
                char *xml = strndup(whole, n), *text = NULL;

                assert_non_null(xml);
                (void)self_check_interface(&interface, xml, &text);
                free(text);
                free(xml);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_fits_is_accepted),
                cmocka_unit_test(what_differs_is_named),
                cmocka_unit_test(what_is_cut_off_does_no_harm),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
