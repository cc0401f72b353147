/* SPDX-License-Identifier: MIT */
/* The manager on its bus: the names of the modules, the connection that comes and goes, and leaving when nobody
 * needs this process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "log.h"
#include "manager-private.h"
#include "start-memory.h"

/* How long a process that nobody needs may still work on what was asked. */
#define LEAVE_LIMIT_USEC UINT64_C(3000000)

/* ---- leaving when nobody needs it ---- */

/* What came before the names were given back is answered first. */
static void manager_leave(Manager *m) {
        for (const Module *module = m->modules; module; module = module->next)
                if (service_is_busy(module->service))
                        return;
        manager_exit(m, EXIT_SUCCESS);
}

static void on_last_word(Message *reply, void *userdata) {
        Manager *m = userdata;

        (void)reply;
        m->last_word = NULL;
        m->is_leaving = true;
        manager_leave(m);
}

void manager_on_leave_limit(void *userdata) {
        manager_exit(userdata, EXIT_SUCCESS);
}

/* The bus answers in order: whoever has called us before the names were gone is in front of its answer. */
static int manager_ask_last_word(Manager *m) {
        Message *call;
        int r;

        if (!connection_is_open(m->connection))
                return -ENOTCONN;
        r = message_new_call(m->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                             "org.freedesktop.DBus", "GetId", &call);
        if (r < 0)
                return r;
        r = connection_call(m->connection, call, UINT64_MAX, on_last_word, m, &m->last_word);
        message_unref(call);
        return r;
}

/* The service manager is told first: a call that comes from now on starts another process after this one. */
void manager_on_idle(void *userdata) {
        Manager *m = userdata;

        if (m->is_stopping)
                return;
        if (!m->is_ready) { /* it has not begun */
                idle_restart(m->idle);
                return;
        }
        m->is_stopping = true;
        log_info("Nobody uses this service, stopping");
        sd_notify(0, "STOPPING=1\nSTATUS=Stopping, because nobody uses this service");
        manager_object_release_name(m->object);
        for (Module *module = m->modules; module; module = module->next)
                service_release_name(module->service);
        if (manager_ask_last_word(m) < 0)
                manager_exit(m, EXIT_SUCCESS);
        else
                loop_timer_set(m->leave_limit, loop_now(m->loop) + LEAVE_LIMIT_USEC);
}

/* ---- the bus ---- */

/* Of all its modules not one has its name. */
static bool manager_is_nameless(const Manager *m) {
        bool was_refused = false;

        for (const Module *module = m->modules; module; module = module->next) {
                if (service_is_attached(module->service))
                        return false;
                was_refused |= module->is_refused;
        }
        return was_refused;
}

static void manager_give_up(Manager *m) {
        for (const Module *module = m->modules; module; module = module->next)
                if (module->is_refused)
                        log_error("%s", module->fault ? module->fault : strerror(ENOMEM));
        manager_exit(m, EXIT_FAILURE);
}

/* Ready once every name is ours, or is known to be another's: after that, and after each reconnect, the status is told. One
 * that came with a reload does not end those that are used already. */
void manager_check_names(Manager *m) {
        for (const Module *module = m->modules; module; module = module->next)
                if (module->awaits_name)
                        return;
        if (!m->is_serving && manager_is_nameless(m)) {
                manager_give_up(m);
                return;
        }
        m->is_serving = true;
        manager_report(m);
        if (m->is_ready)
                return;
        m->is_ready = true;
        idle_restart(m->idle);
        sd_notify(0, "READY=1");
        log_info("Serving on %s", connection_get_address(m->connection));
        start_memory_release();
}

static void try_again(Module *module) {
        Manager *m = module->owner;

        if (module->is_refused && !m->is_stopping && connection_is_open(m->connection))
                manager_attach(m, module);
}

static void on_owner(const char *owner, void *userdata) {
        if (!owner)
                try_again(userdata);
}

/* The owner may have gone before this. */
static void on_watched(int error, void *userdata) {
        if (error >= 0)
                try_again(userdata);
}

/* Served when whoever has the name gives it back. */
static void module_await_name(Module *module) {
        const Manager *m = module->owner;

        if (!module->name_watch &&
            connection_watch_name(m->connection, service_get_bus_name(module->service), on_owner,
                                  on_watched, module, &module->name_watch) < 0)
                module->name_watch = NULL;
}

static void on_name(int error, void *userdata) {
        Module *module = userdata;
        Manager *m = module->owner;
        const char *name = service_get_bus_name(module->service);
        const char *address = connection_get_address(m->connection);

        if (error == -ENOTCONN)
                return; /* it is asked for again with the next connection */
        module->is_refused = error < 0;
        if (error >= 0)
                module->awaits_name = false;
        else if (error == -EEXIST)
                module_set_fault(module,
                                 "Another process owns the name '%s' on %s: is a fasciad running "
                                 "already?",
                                 name, address);
        else if (service_is_failed(module->service))
                /* No policy came with what is not installed. */
                module_set_fault(module, "%s", service_get_error(module->service));
        else
                module_set_fault(module, "Failed to own the name '%s' on %s: %s", name, address,
                                 strerror(-error));
        if (error == -EEXIST)
                module_await_name(module);
        manager_check_names(m);
}

/* Two sections may mean the same name: "Vehicle.Climate" and "Vehicle.Climate1". The first that is
 * served has it. */
static const Module *manager_find_namesake(Manager *m, const Module *module) {
        const char *name = service_get_bus_name(module->service);

        for (const Module *other = m->modules; other; other = other->next)
                if (other != module && service_is_attached(other->service) &&
                    strcmp(service_get_bus_name(other->service), name) == 0)
                        return other;
        return NULL;
}

void manager_attach(Manager *m, Module *module) {
        const char *name = service_get_bus_name(module->service);
        const Module *namesake;
        int r;

        free(module->fault);
        module->fault = NULL;
        namesake = manager_find_namesake(m, module);
        if (namesake) {
                module_set_fault(module, "The name '%s' is that of [%s], too", name,
                                 namesake->name);
                return;
        }
        r = service_attach(module->service, m->connection, on_name, module);
        if (r < 0)
                module_set_fault(module, "Failed to export '%s': %s", name, strerror(-r));
        else
                module->awaits_name = true;
}

static void on_connected(Connection *c, void *userdata) {
        Manager *m = userdata;

        /* Whoever has called before all names are ours uses the service, too. */
        callers_attach(m->callers, c);
        idle_set(m->idle, config_get_time(m->config, NULL, NULL, "IdleExit"));
        /* First: its name is there when the service is ready. */
        manager_object_attach(m->object, c);
        log_control_attach(m->log_control, c);
        for (Module *module = m->modules; module; module = module->next)
                manager_attach(m, module);
        manager_check_names(m);
}

static void on_lost(Connection *c, int error, void *userdata) {
        Manager *m = userdata;

        if (m->is_stopping) {
                manager_exit(m, EXIT_SUCCESS);
                return;
        }
        m->is_serving = false;
        if (!m->is_ready || connection_is_dead(c)) {
                log_error_errno(error, "Failed to connect to %s: %m", connection_get_address(c));
                manager_exit(m, EXIT_FAILURE);
                return;
        }
        log_warning_errno(error, "Lost the connection to %s, trying again: %m",
                          connection_get_address(c));
        sd_notify(0, "STATUS=Without a bus, trying to connect");
        for (Module *module = m->modules; module; module = module->next) {
                module->name_watch = subscription_free(module->name_watch);
                service_detach(module->service);
        }
        manager_object_detach(m->object);
        log_control_detach(m->log_control);
        callers_detach(m->callers);
        penalty_clear(m->penalty);
}

static void on_turn_end(Connection *c, void *userdata) {
        Manager *m = userdata;

        (void)c;
        for (Module *module = m->modules; module; module = module->next)
                service_flush(module->service);
        if (m->is_leaving)
                manager_leave(m);
}

static const ConnectionEvents connection_events = {
        .on_connected = on_connected,
        .on_lost = on_lost,
        .on_turn_end = on_turn_end,
        .on_drained = on_turn_end,
};

int manager_connect(Manager *m, const char *address) {
        return connection_new(m->loop, address, &connection_events, m, &m->connection);
}
