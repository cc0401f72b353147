/* SPDX-License-Identifier: MIT */
/* Introspection: the installed XML of the interface, the standard ones, and the objects below. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "service-private.h"

static const char head[] =
        "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
        " \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"
        "<node>\n"
        " <interface name=\"org.freedesktop.DBus.Peer\">\n"
        "  <method name=\"Ping\"/>\n"
        "  <method name=\"GetMachineId\">\n"
        "   <arg type=\"s\" name=\"machine_uuid\" direction=\"out\"/>\n"
        "  </method>\n"
        " </interface>\n"
        " <interface name=\"org.freedesktop.DBus.Introspectable\">\n"
        "  <method name=\"Introspect\">\n"
        "   <arg name=\"xml_data\" type=\"s\" direction=\"out\"/>\n"
        "  </method>\n"
        " </interface>\n"
        " <interface name=\"org.freedesktop.DBus.Properties\">\n"
        "  <method name=\"Get\">\n"
        "   <arg name=\"interface_name\" type=\"s\" direction=\"in\"/>\n"
        "   <arg name=\"property_name\" type=\"s\" direction=\"in\"/>\n"
        "   <arg name=\"value\" type=\"v\" direction=\"out\"/>\n"
        "  </method>\n"
        "  <method name=\"GetAll\">\n"
        "   <arg name=\"interface_name\" type=\"s\" direction=\"in\"/>\n"
        "   <arg name=\"properties\" type=\"a{sv}\" direction=\"out\"/>\n"
        "  </method>\n"
        "  <method name=\"Set\">\n"
        "   <arg name=\"interface_name\" type=\"s\" direction=\"in\"/>\n"
        "   <arg name=\"property_name\" type=\"s\" direction=\"in\"/>\n"
        "   <arg name=\"value\" type=\"v\" direction=\"in\"/>\n"
        "  </method>\n"
        "  <signal name=\"PropertiesChanged\">\n"
        "   <arg name=\"interface_name\" type=\"s\"/>\n"
        "   <arg name=\"changed_properties\" type=\"a{sv}\"/>\n"
        "   <arg name=\"invalidated_properties\" type=\"as\"/>\n"
        "  </signal>\n"
        " </interface>\n";

static const char object_manager[] =
        " <interface name=\"org.freedesktop.DBus.ObjectManager\">\n"
        "  <method name=\"GetManagedObjects\">\n"
        "   <arg name=\"objects\" type=\"a{oa{sa{sv}}}\" direction=\"out\"/>\n"
        "  </method>\n"
        "  <signal name=\"InterfacesAdded\">\n"
        "   <arg name=\"object\" type=\"o\"/>\n"
        "   <arg name=\"interfaces\" type=\"a{sa{sv}}\"/>\n"
        "  </signal>\n"
        "  <signal name=\"InterfacesRemoved\">\n"
        "   <arg name=\"object\" type=\"o\"/>\n"
        "   <arg name=\"interfaces\" type=\"as\"/>\n"
        "  </signal>\n"
        " </interface>\n";

static const char feature_info[] =
        " <interface name=\"org.fascia.Feature1\">\n"
        "  <property name=\"Version\" type=\"s\" access=\"read\">\n"
        "   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"const\"/>\n"
        "  </property>\n"
        "  <property name=\"Zones\" type=\"as\" access=\"read\"/>\n"
        "  <property name=\"Unsupported\" type=\"as\" access=\"read\"/>\n"
        "  <property name=\"Restricted\" type=\"as\" access=\"read\"/>\n"
        "  <property name=\"Backend\" type=\"s\" access=\"read\"/>\n"
        "  <property name=\"Simulated\" type=\"b\" access=\"read\"/>\n"
        "  <property name=\"State\" type=\"s\" access=\"read\"/>\n"
        "  <property name=\"Error\" type=\"s\" access=\"read\"/>\n"
        "  <property name=\"FasciaSerial\" type=\"t\" access=\"read\"/>\n"
        " </interface>\n";

static void print_module_children(const Service *s, FILE *f) {
        size_t n = strlen(s->path) + 1;

        for (uint32_t i = 0; i < s->n_features; i++)
                fprintf(f, " <node name=\"%s\"/>\n", s->features[i].interface->path + n);
}

static void print_zones(const Feature *feature, FILE *f) {
        size_t n = strlen(feature->interface->path) + 1;

        for (const Object *o = feature->objects->next; o; o = o->next)
                if (object_is_there(o))
                        fprintf(f, " <node name=\"%s\"/>\n", o->path + n);
}

static void print_models(const Object *o, FILE *f) {
        const struct fascia_interface *i = o->feature->interface;

        for (uint32_t p = 0; p < i->n_properties; p++) {
                const struct fascia_property *property = interface_property(i, p);

                if (property->type->kind == FASCIA_KIND_MODEL)
                        fprintf(f, " <node name=\"%s\"/>\n", property->name);
        }
}

static void print_module(const Service *s, FILE *f) {
        fputs(object_manager, f);
        print_module_children(s, f);
}

static void print_object(const Object *o, FILE *f) {
        fputs(o->feature->introspection, f);
        fputs(feature_info, f);
        if (o == o->feature->objects)
                print_zones(o->feature, f);
        if (object_has_models(o))
                fputs(" <node name=\"" MODELS "\"/>\n", f);
}

/* Of the module when there is neither object nor model. */
static int introspect(const Service *s, const Object *o, const ModelObject *m, char **ret) {
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        fputs(head, f);
        if (o)
                print_object(o, f);
        else if (m && !m->property)
                print_models(m->object, f);
        else if (!m)
                print_module(s, f);
        fputs("</node>\n", f);
        if (fclose(f) != 0) {
                free(text);
                return -ENOMEM;
        }
        *ret = text;
        return 0;
}

static int answer(Service *s, const Object *o, const ModelObject *m, Message *call) {
        Message *reply;
        Writer w;
        char *text;
        int r;

        r = introspect(s, o, m, &text);
        if (r < 0)
                return r;
        r = message_new_return(call, &reply);
        if (r >= 0) {
                w = message_writer(reply);
                r = writer_string(&w, text);
                if (r >= 0)
                        r = service_reply(s, reply);
                else
                        message_unref(reply);
        }
        free(text);
        return r;
}

int service_introspect(Service *s, Object *o, Message *call) {
        return answer(s, o, NULL, call);
}

int model_introspect(Service *s, const ModelObject *m, Message *call) {
        return answer(s, NULL, m, call);
}
