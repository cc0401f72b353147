/* SPDX-License-Identifier: MIT */
#include "blame.h"

#include <string.h>

void blame_add(char *line, size_t size, const char *text) {
        size_t n = strlen(line), room = size - n - 1, m = strlen(text);

        if (m > room)
                m = room;
        memcpy(line + n, text, m);
        line[n + m] = '\0';
}

void blame(char *line, size_t size, const HostCall *call) {
        const char *plugin;

        if (!call) {
                blame_add(line, size, "no backend");
                return;
        }
        plugin = call->plugin ? call->plugin : host_find_plugin_of(call->host, call->function);
        blame_add(line, size, "the backend '");
        blame_add(line, size, plugin ? plugin : "?");
        blame_add(line, size, "' (");
        blame_add(line, size, call->action);
        if (call->member) {
                blame_add(line, size, " ");
                blame_add(line, size, call->member);
        }
        if (call->interface) {
                blame_add(line, size, " of ");
                blame_add(line, size, call->interface->qualified_name);
        }
        blame_add(line, size, ")");
}

LogFields blame_fields(const HostCall *call) {
        const struct fascia_interface *i = call ? call->interface : NULL;

        return i ? (LogFields){ .module = i->module->name, .feature = i->name } : (LogFields){ 0 };
}
