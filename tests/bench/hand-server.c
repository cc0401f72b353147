/* SPDX-License-Identifier: MIT */
/* Example.Remote as one writes it by hand on sd-bus: a vtable, a property, a signal when it
 * changes. */
#include <errno.h>
#include <signal.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bench.h"

#define INTERFACE "Bench.Hand1.ProcessingService"
#define OBJECT "/Bench/Hand1/ProcessingService"

static char *last_message;

static int on_process(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *data;
        int r;

        (void)userdata;
        (void)error;
        r = sd_bus_message_read(m, "s", &data);
        if (r < 0)
                return r;
        if (strcmp(last_message, data) != 0) {
                char *copy = strdup(data);

                if (!copy)
                        return -ENOMEM;
                free(last_message);
                last_message = copy;
                r = sd_bus_emit_properties_changed(sd_bus_message_get_bus(m), OBJECT, INTERFACE,
                                                   "LastMessage", NULL);
                if (r < 0)
                        return r;
        }
        return sd_bus_reply_method_return(m, "i", (int32_t)strlen(data));
}

static int on_get(sd_bus *bus, const char *path, const char *interface, const char *property,
                  sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)userdata;
        (void)error;
        return sd_bus_message_append(reply, "s", last_message);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Process", "s", "i", on_process, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("LastMessage", "s", on_get, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
};

int main(int argc, char *argv[]) {
        sd_event *event;
        sd_bus *bus;

        if (argc != 2)
                return 2;
        last_message = strdup("");
        bench_check(sd_event_new(&event), "event");
        bench_check(sd_bus_new(&bus), "bus");
        bench_check(sd_bus_set_address(bus, argv[1]), "address");
        bench_check(sd_bus_set_bus_client(bus, 1), "client");
        bench_check(sd_bus_start(bus), "start");
        bench_check(sd_bus_add_object_vtable(bus, NULL, OBJECT, INTERFACE, vtable, NULL), "vtable");
        bench_check(sd_bus_request_name(bus, "Bench.Hand1", 0), "name");
        bench_check(sd_bus_attach_event(bus, event, 0), "attach");
        sd_event_set_watchdog(event, 0);
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGTERM);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        bench_check(sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL), "signal");
        bench_check(sd_event_loop(event), "loop");
        sd_bus_flush_close_unref(bus);
        sd_event_unref(event);
        free(last_message);
        return 0;
}
