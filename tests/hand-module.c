/* SPDX-License-Identifier: MIT */
/* Two modules by hand. */
#include "hand-module.h"

#include <stddef.h>

#include "sample-types.h"

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

/* ---- another module, of what is announced or answered in other ways ---- */

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

const struct fascia_module_library hand_store_library = {
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

const struct fascia_module_library hand_library = {
        .abi = FASCIA_MODULE_LIBRARY_ABI,
        .size = sizeof(struct fascia_module_library),
        .module = &module,
        .introspection = introspection,
};
