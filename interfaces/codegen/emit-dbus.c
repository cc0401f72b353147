/* SPDX-License-Identifier: MIT */
/* What a message bus and systemd must know of a module. Not of a foreign one: that has its own. */
#include "emit-dbus.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"

static int compare_rules(const void *a, const void *b) {
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static size_t signal_rules(const Module *m, const char ***ret) {
        static const char head[] = "    <deny send_type=\"signal\" send_broadcast=\"false\"";
        const char **rules = NULL;
        size_t n = 0, n_different = 0;

        for (size_t i = 0; i < m->n_interfaces; i++) {
                const Interface *f = m->interfaces[i];

                ARENA_APPEND(m->arena, rules, n,
                             arena_printf(m->arena, "%s send_interface=\"%s\"/>\n", head,
                                          f->symbol.dbus));
                ARENA_APPEND(m->arena, rules, n,
                             arena_printf(m->arena,
                                          "%s send_interface=\"org.freedesktop.DBus.Properties\" "
                                          "send_path=\"%s\"/>\n",
                                          head, f->path));
        }
        ARENA_APPEND(m->arena, rules, n,
                     arena_printf(m->arena,
                                  "%s send_interface=\"org.freedesktop.DBus.ObjectManager\" "
                                  "send_path=\"%s\"/>\n",
                                  head, m->path));
        qsort(rules, n, sizeof(rules[0]), compare_rules);
        for (size_t i = 0; i < n; i++)
                if (i == 0 || strcmp(rules[i], rules[i - 1]) != 0)
                        rules[n_different++] = rules[i];
        *ret = rules;
        return n_different;
}

const char *emit_bus_policy(const Module *m) {
        const char **rules;
        size_t n = signal_rules(m, &rules);
        Text t;

        text_init(&t, m->arena);
        text_printf(
                &t,
                "<?xml version=\"1.0\"?>\n"
                "<!-- Who may own %s and who may talk to it. -->\n"
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN\"\n"
                "          \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                "<busconfig>\n"
                "  <policy user=\"fascia\">\n"
                "    <allow own=\"%s\"/>\n"
                "  </policy>\n"
                "  <policy context=\"default\">\n"
                "    <!-- Everybody may use the features. To keep somebody out: deny send_destination in a file of one's own\n"
                "         in /etc/dbus-1/system.d, where later files win. -->\n"
                "    <allow send_destination=\"%s\"/>\n"
                "    <!-- A signal sent to one client, past the match rules, is delivered whoever sent it. The service\n"
                "         never does that; these rules keep others from passing off values as its own. -->\n",
                m->bus_name, m->bus_name, m->bus_name);
        for (size_t i = 0; i < n; i++)
                text_add(&t, rules[i]);
        text_add(&t, "  </policy>\n"
                     "</busconfig>\n");
        return t.bytes;
}

const char *emit_bus_activation(const Module *m) {
        return arena_printf(
                m->arena,
                "# Lets a call to %s start the service that owns this name.\n"
                "[D-BUS Service]\n"
                "Name=%s\n"
                "# Only systemd starts it, with its sandbox: not the message bus itself.\n"
                "Exec=/bin/false\n"
                "User=fascia\n"
                "# fasciad.service, or fasciad@%s.service when the module has Process=own.\n"
                "SystemdService=dbus-%s.service\n",
                m->bus_name, m->bus_name, m->bus_name, m->bus_name);
}

const char *emit_unit_drop_in(const Module *m) {
        return arena_printf(
                m->arena,
                "# What the backend of %s needs beyond the sandbox of fasciad.service: an example to edit.\n"
                "# Goes to fasciad.service.d/%s.conf below /etc/systemd/system; with Process=own, to\n"
                "# fasciad@%s.service.d/.\n"
                "[Unit]\n"
                "# What has to run first:\n"
                "#Wants=vehicle-bus.service\n"
                "#After=vehicle-bus.service\n"
                "\n"
                "[Service]\n"
                "# A device, for this service alone. One that may be plugged in later is not seen so: it takes\n"
                "# PrivateDevices=no, and DeviceAllow=char-ttyUSB rw for all of its kind.\n"
                "#BindPaths=/dev/ttyUSB0\n"
                "#DeviceAllow=/dev/ttyUSB0 rw\n"
                "#SupplementaryGroups=dialout\n"
                "# A CAN socket:\n"
                "#RestrictAddressFamilies=AF_CAN\n"
                "#PrivateNetwork=no\n"
                "# A secret, which only the backend sees, as the file $CREDENTIALS_DIRECTORY/token:\n"
                "#LoadCredential=token:/etc/fascia/token\n"
                "# More memory than this is an end and a new beginning of this service alone:\n"
                "#MemoryMax=64M\n",
                m->symbol.name, m->bus_name, m->bus_name);
}
