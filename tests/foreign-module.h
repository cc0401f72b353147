/* SPDX-License-Identifier: MIT */
/* Descriptors made by hand of a service that Fascia did not make: two interfaces on one object, one
 * of them without properties. */
#pragma once

#include "sample-types.h"

#define FOREIGN_NAME "org.example.Host1"
#define FOREIGN_PATH "/org/example/Host1"
#define FOREIGN_INTERFACE FOREIGN_NAME
#define FOREIGN_PLAIN FOREIGN_NAME ".Plain"

enum {
        HOST_NAME,     /* announced with its value */
        HOST_STATUS,   /* announced without it */
        HOST_POSITION, /* not announced */
        HOST_PRODUCT,  /* never changes */
        N_HOST_PROPERTIES
};

enum {
        HOST_DESCRIBE
};

enum {
        HOST_RANG
};

struct foreign_description {
        const char *text;
        int32_t count;
};

static const struct fascia_member foreign_text_members[] = { { "text", &type_string, 0 } };
static const struct fascia_member foreign_description_members[] = {
        { "text", &type_string, offsetof(struct foreign_description, text) },
        { "count", &type_int32, offsetof(struct foreign_description, count) },
};
STRUCT_TYPE(foreign_text, const char *, 0, "", "s", foreign_text_members);
STRUCT_TYPE(foreign_description, struct foreign_description, 0, "", "si",
            foreign_description_members);

static const struct fascia_property foreign_properties[] = {
        [HOST_NAME] = { .name = "hostname", .dbus_name = "Hostname", .type = &type_string },
        [HOST_STATUS] = { .name = "status",
                          .dbus_name = "Status",
                          .type = &type_int32,
                          .flags = FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_INVALIDATES },
        [HOST_POSITION] = { .name = "position",
                            .dbus_name = "Position",
                            .type = &type_int32,
                            .flags = FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_SILENT },
        [HOST_PRODUCT] = { .name = "product",
                           .dbus_name = "Product",
                           .type = &type_string,
                           .flags = FASCIA_PROPERTY_READONLY | FASCIA_PROPERTY_CONST },
};

static const struct fascia_method foreign_methods[] = {
        [HOST_DESCRIBE] = { .name = "describe",
                            .dbus_name = "Describe",
                            .input = &foreign_text,
                            .output = &foreign_description },
};

static const struct fascia_signal foreign_signals[] = {
        [HOST_RANG] = { "rang", "Rang", &foreign_text },
};

static const struct fascia_module foreign_module;

static const struct fascia_interface foreign_interfaces[] = {
        { .module = &foreign_module,
          .name = "Host",
          .qualified_name = "Example.Foreign.Host",
          .id = "Example.Foreign.Host",
          .dbus_name = FOREIGN_INTERFACE,
          .path = FOREIGN_PATH,
          .layout_hash = 1,
          .n_properties = N_HOST_PROPERTIES,
          .n_methods = 1,
          .n_signals = 1,
          .properties = foreign_properties,
          .methods = foreign_methods,
          .signal_table = foreign_signals },
        { .module = &foreign_module,
          .name = "Plain",
          .qualified_name = "Example.Foreign.Plain",
          .id = "Example.Foreign.Plain",
          .dbus_name = FOREIGN_PLAIN,
          .path = FOREIGN_PATH,
          .layout_hash = 2,
          .n_methods = 1,
          .methods = foreign_methods },
};

static const struct fascia_module foreign_module = {
        .abi = FASCIA_DESCRIPTOR_ABI,
        .size = sizeof(struct fascia_module),
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .name = "Example.Foreign",
        .major = 1,
        .bus_name = FOREIGN_NAME,
        .path = FOREIGN_PATH,
        .n_interfaces = 2,
        .interfaces = foreign_interfaces,
        .flags = FASCIA_MODULE_FOREIGN,
};
