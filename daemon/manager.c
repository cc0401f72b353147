/* SPDX-License-Identifier: MIT */
/* Owns all that fasciad runs: the loop, the configuration, the connection and one service for each
 * module. */
#include "manager.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "log.h"
#include "module.h"

struct Manager {
        ManagerSettings settings;
        sd_event *event;
        Loop *loop;
        Config *config;
        Host *host;
        Quota *quota;
        Callers *callers;
        Connection *connection;
        LoopTimer *watchdog;
        uint64_t watchdog_usec; /* 0: nobody watches */
        Module *modules;
        ServiceSettings limits;
        bool is_serving; /* every name is ours, on this connection */
        bool is_ready;
        bool is_stopping;
        bool is_report_due;
        bool reload_failed;
};

/* ---- status ---- */

/* Appends to a text of a fixed size; what has no place is cut off. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
                                                         const char *format, ...) {
        size_t used = strlen(text);
        va_list ap;

        va_start(ap, format);
        vsnprintf(text + used, size - used, format, ap);
        va_end(ap);
}

static void manager_tell_status(Manager *m) {
        unsigned n = 0, n_failed = 0;
        char faults[512] = "";

        for (const Module *module = m->modules; module; module = module->next) {
                const char *error = module_get_error(module);

                n++;
                if (!error)
                        continue;
                append(faults, sizeof(faults), "%s%s: %s", n_failed > 0 ? "; " : ": ", module->name,
                       error);
                n_failed++;
        }
        if (m->reload_failed)
                append(faults, sizeof(faults), "; the new configuration was refused");
        else if (config_problems(m->config, 0))
                append(faults, sizeof(faults), "; the configuration has faults");
        for (char *p = faults; *p; p++)
                if (*p == '\n')
                        *p = ' ';
        if (n_failed > 0)
                sd_notifyf(0, "STATUS=%u module%s, %u failed%s", n, n == 1 ? "" : "s", n_failed,
                           faults);
        else
                sd_notifyf(0, "STATUS=%u module%s, all served%s", n, n == 1 ? "" : "s", faults);
}

static void manager_report(Manager *m) {
        for (Module *module = m->modules; module; module = module->next)
                module_log(module);
        if (connection_is_open(m->connection))
                manager_tell_status(m);
}

static void on_report(void *userdata) {
        Manager *m = userdata;

        m->is_report_due = false;
        manager_report(m);
}

/* From within a backend's call. */
static void on_service_state(Service *s, void *userdata) {
        Manager *m = userdata;

        (void)s;
        if (!m->is_report_due && !m->is_stopping)
                m->is_report_due = loop_post(m->loop, on_report, m) >= 0;
}

static void manager_exit(Manager *m, int status) {
        sd_event_exit(m->event, status);
}

static void log_problem(const ConfigProblem *p) {
        if (p->line > 0)
                log_error("%s:%u: %s", p->origin, p->line, p->text);
        else
                log_error("%s: %s", p->origin, p->text);
}

static void log_problems(const Config *config) {
        const ConfigProblem *p;

        for (size_t i = 0; (p = config_problems(config, i)); i++)
                log_problem(p);
}

/* The first problem of a module that is served is told as the module's own. */
static void log_other_problems(const Manager *m) {
        const ConfigProblem *p;

        for (size_t i = 0; (p = config_problems(m->config, i)); i++) {
                bool is_told = false;

                for (const Module *module = m->modules; module; module = module->next)
                        is_told |= service_get_module(module->service) &&
                                   config_module_problem(m->config, module->name) == p;
                if (!is_told)
                        log_problem(p);
        }
}

/* ---- modules ---- */

static void manager_apply_limits(Manager *m) {
        QuotaSettings quota;

        log_set_level((int)config_get_uint(m->config, NULL, NULL, "LogLevel"));
        module_read_settings(m->config, &m->limits, &quota);
        m->limits.quota = m->quota;
        m->limits.callers = m->callers;
        if (m->quota)
                quota_set(m->quota, &quota);
        for (Module *module = m->modules; module; module = module->next)
                service_set(module->service, &m->limits);
}

static Module *manager_find_module(Manager *m, const char *name) {
        for (Module *module = m->modules; module; module = module->next)
                if (strcmp(module->name, name) == 0)
                        return module;
        return NULL;
}

static void manager_own(Manager *m, Module *module) {
        module->owner = m;
        service_watch(module->service, on_service_state, m);
}

static int manager_add_module(Manager *m, const char *name, Module **ret) {
        Module **last = &m->modules;
        int r;

        while (*last)
                last = &(*last)->next;
        r = module_new(m->host, m->config, name, &m->limits, last);
        if (r < 0)
                return r;
        manager_own(m, *last);
        if (ret)
                *ret = *last;
        return 0;
}

static int manager_add_modules(Manager *m) {
        const char *name = NULL;
        int r;

        while ((name = config_next_module(m->config, name))) {
                if (!module_is_wanted(m->host, m->config, name))
                        continue;
                r = manager_add_module(m, name, NULL);
                if (r < 0)
                        return log_error_errno(r, "Failed to serve '%s': %m", name);
        }
        return 0;
}

/* ---- the bus ---- */

/* Ready once every name is ours: after that, and after each reconnect, the status is told. */
static void manager_check_names(Manager *m) {
        for (const Module *module = m->modules; module; module = module->next)
                if (module->awaits_name)
                        return;
        m->is_serving = true;
        manager_report(m);
        if (m->is_ready)
                return;
        m->is_ready = true;
        sd_notify(0, "READY=1");
        log_info("Serving on %s", connection_get_address(m->connection));
}

static void on_name(int error, void *userdata) {
        Module *module = userdata;
        Manager *m = module->owner;
        const char *name = service_get_bus_name(module->service);
        const char *address = connection_get_address(m->connection);

        if (error == -ENOTCONN)
                return; /* it is asked for again with the next connection */
        if (error >= 0)
                module->awaits_name = false;
        else if (error == -EEXIST)
                module_set_fault(module,
                                 "Another process owns the name '%s' on %s: is a fasciad running "
                                 "already?",
                                 name, address);
        else
                module_set_fault(module, "Failed to own the name '%s' on %s: %s", name, address,
                                 strerror(-error));
        /* One that came with a reload does not end those that are used already. */
        if (error >= 0 || m->is_serving) {
                manager_check_names(m);
                return;
        }
        log_error("%s", module->fault ? module->fault : strerror(ENOMEM));
        manager_exit(m, EXIT_FAILURE);
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

static void manager_attach(Manager *m, Module *module) {
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

        callers_attach(m->callers, c);
        for (Module *module = m->modules; module; module = module->next)
                manager_attach(m, module);
        manager_check_names(m);
}

static void on_lost(Connection *c, int error, void *userdata) {
        Manager *m = userdata;

        if (m->is_stopping)
                return;
        m->is_serving = false;
        if (!m->is_ready || connection_is_dead(c)) {
                log_error_errno(error, "Failed to connect to %s: %m", connection_get_address(c));
                manager_exit(m, EXIT_FAILURE);
                return;
        }
        log_warning_errno(error, "Lost the connection to %s, trying again: %m",
                          connection_get_address(c));
        sd_notify(0, "STATUS=Without a bus, trying to connect");
        for (Module *module = m->modules; module; module = module->next)
                service_detach(module->service);
        callers_detach(m->callers);
}

static void on_turn_end(Connection *c, void *userdata) {
        Manager *m = userdata;

        (void)c;
        for (Module *module = m->modules; module; module = module->next)
                service_flush(module->service);
}

static const ConnectionEvents connection_events = {
        .on_connected = on_connected,
        .on_lost = on_lost,
        .on_turn_end = on_turn_end,
        .on_drained = on_turn_end,
};

/* ---- watchdog ---- */

/* A connection that is neither open nor being made would be a service that lives and serves nobody.
 */
static void on_watchdog(void *userdata) {
        Manager *m = userdata;

        if (connection_is_dead(m->connection)) {
                log_error("The connection to %s is dead, giving up",
                          connection_get_address(m->connection));
                manager_exit(m, EXIT_FAILURE);
                return;
        }
        sd_notify(0, "WATCHDOG=1");
        loop_timer_set(m->watchdog, loop_now(m->loop) + m->watchdog_usec / 2);
}

static int manager_start_watchdog(Manager *m) {
        int r;

        r = sd_watchdog_enabled(0, &m->watchdog_usec);
        if (r <= 0)
                return r;
        r = loop_timer_new(m->loop, on_watchdog, m, &m->watchdog);
        if (r >= 0)
                on_watchdog(m);
        return r;
}

/* ---- reload ---- */

static bool needs_restart(const Config *old, const Config *new) {
        static const char *const keys[] = { "Address", "PluginPath", "ModulePath" };

        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
                if (strcmp(config_get_string(old, NULL, NULL, keys[i]),
                           config_get_string(new, NULL, NULL, keys[i])) != 0)
                        return true;
        return false;
}

static void manager_remove_unwanted(Manager *m) {
        for (Module **p = &m->modules; *p;) {
                Module *module = *p;
                const char *name = NULL;

                do
                        name = config_next_module(m->config, name);
                while (name && strcmp(name, module->name) != 0);
                if (name && module_is_wanted(m->host, m->config, name)) {
                        p = &module->next;
                        continue;
                }
                log_info("No longer serving '%s'", module->name);
                *p = module->next;
                module_free(module);
        }
}

/* Without a module's library, or with another major version, the service is another one. */
static bool is_another_service(const Config *old, const Module *module, const Config *new) {
        return !service_get_module(module->service) ||
               config_get_uint(old, module->name, NULL, "Version") !=
                       config_get_uint(new, module->name, NULL, "Version");
}

static void manager_replace_module(Manager *m, Module *module) {
        Module **p = &m->modules;
        Module *new;
        int r;

        while (*p != module)
                p = &(*p)->next;
        r = module_new(m->host, m->config, module->name, &m->limits, &new);
        if (r < 0) {
                log_error_errno(r, "Failed to serve '%s' anew, leaving it as it was: %m",
                                module->name);
                return;
        }
        new->next = module->next;
        *p = new;
        module_free(module);
        manager_own(m, new);
        if (connection_is_open(m->connection))
                manager_attach(m, new);
}

/* The rules alone are no reason to disturb a backend. They were tried before; what fails now is memory, or a user who
 * has gone in between: nobody may do anything then. */
static void manager_apply_access(Manager *m, Module *module) {
        char *reason = NULL;
        int r;

        r = module_apply_access(module, m->config, &reason);
        if (r < 0)
                log_error_errno(r, "Failed to read who may use '%s', so nobody may: %s",
                                module->name, reason ? reason : strerror(-r));
        free(reason);
}

static void manager_apply(Manager *m, const Config *old) {
        const char *name = NULL;

        manager_remove_unwanted(m);
        manager_apply_limits(m);
        while ((name = config_next_module(m->config, name))) {
                Module *module = manager_find_module(m, name);

                if (!module_is_wanted(m->host, m->config, name))
                        continue;
                if (!module) {
                        int r = manager_add_module(m, name, &module);

                        if (r < 0)
                                log_error_errno(r, "Failed to serve '%s': %m", name);
                        else if (connection_is_open(m->connection))
                                manager_attach(m, module);
                } else if (is_another_service(old, module, m->config)) {
                        manager_replace_module(m, module);
                } else if (!config_module_equal(old, m->config, name) ||
                           service_get_error(module->service)) {
                        log_info("Restarting the backends of '%s'", name);
                        module_restart(module, m->config);
                } else {
                        manager_apply_access(m, module);
                }
        }
        /* The name that was awaited may have been that of a module that has just left. */
        if (connection_is_open(m->connection) && !m->is_serving)
                manager_check_names(m);
}

/* Frees the configuration on failure. */
static int manager_prepare(Manager *m, Config *new) {
        int r;

        r = module_configure_all(m->host, new);
        if (r < 0)
                config_free(new);
        return r;
}

/* How many modules have a rule that cannot be: each is logged. */
static unsigned manager_log_bad_rules(Manager *m, const Config *config) {
        const char *name = NULL;
        unsigned n = 0;

        while ((name = config_next_module(config, name))) {
                char *text = module_find_bad_rule(m->host, config, name);

                if (!text)
                        continue;
                log_module_error(name, "%s", text);
                free(text);
                n++;
        }
        return n;
}

static void manager_reload(Manager *m) {
        Config *new, *old;
        int r;

        r = m->settings.load_config(&new, m->settings.userdata);
        if (r >= 0)
                r = manager_prepare(m, new);
        m->reload_failed = r < 0 || config_problems(new, 0) || manager_log_bad_rules(m, new) > 0;
        if (m->reload_failed) {
                if (r >= 0)
                        log_problems(new);
                log_error("The new configuration has faults: the one before stays in effect");
                if (r >= 0)
                        config_free(new);
                return;
        }
        if (needs_restart(m->config, new))
                log_notice("Address, PluginPath and ModulePath take effect only after a restart");
        old = m->config;
        m->config = new;
        host_set_config(m->host, new);
        manager_apply(m, old);
        config_free(old);
        log_info("The configuration has been read again");
}

/* ---- signals ---- */

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        Manager *m = userdata;

        (void)source;
        (void)si;
        m->is_stopping = true;
        sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
        manager_exit(m, EXIT_SUCCESS);
        return 0;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        Manager *m = userdata;

        (void)source;
        (void)si;
        if (!m->is_ready) {
                manager_reload(m); /* READY=1 comes with the names */
                return 0;
        }
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, loop_now(m->loop));
        manager_reload(m);
        manager_report(m);
        sd_notify(0, "READY=1");
        return 0;
}

static int manager_add_signals(Manager *m) {
        static const struct {
                int signal;
                sd_event_signal_handler_t handler;
        } signals[] = {
                { SIGTERM, on_stop },
                { SIGINT, on_stop },
                { SIGHUP, on_reload },
        };
        sigset_t mask;
        int r;

        sigemptyset(&mask);
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                sigaddset(&mask, signals[i].signal);
        if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
                return -errno;
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
                r = sd_event_add_signal(m->event, NULL, signals[i].signal, signals[i].handler, m);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- life ---- */

int manager_new(const ManagerSettings *settings, Config *config, Manager **ret) {
        QuotaSettings quota;
        Manager *m;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m) {
                config_free(config);
                return -ENOMEM;
        }
        m->settings = *settings;
        m->config = config;
        module_read_settings(config, &m->limits, &quota);
        r = sd_event_new(&m->event);
        if (r >= 0)
                r = loop_new(m->event, &m->loop);
        if (r >= 0)
                r = quota_new(&quota, &m->quota);
        if (r >= 0)
                r = callers_new(m->loop, &m->callers);
        if (r >= 0)
                r = module_new_host(m->loop, config, settings->dev, &m->host);
        if (r >= 0)
                r = manager_add_signals(m);
        if (r < 0) {
                manager_free(m);
                return r;
        }
        manager_apply_limits(m);
        *ret = m;
        return 0;
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        m->is_stopping = true;
        while (m->modules) {
                Module *next = m->modules->next;

                module_free(m->modules);
                m->modules = next;
        }
        callers_free(m->callers);
        if (m->connection)
                connection_close(m->connection);
        connection_unref(m->connection);
        loop_timer_free(m->watchdog);
        host_free(m->host);
        quota_free(m->quota);
        if (m->is_report_due)
                loop_unpost(m->loop, m);
        loop_unref(m->loop);
        sd_event_unref(m->event);
        config_free(m->config);
        free(m);
        return NULL;
}

int manager_run(Manager *m) {
        const char *address = config_get_string(m->config, NULL, NULL, "Address");
        int r;

        r = module_configure_all(m->host, m->config);
        if (r < 0) {
                log_error_errno(r, "Failed to start: %m");
                return EXIT_FAILURE;
        }
        r = manager_add_modules(m);
        if (r < 0)
                return EXIT_FAILURE;
        log_other_problems(m);
        r = connection_new(m->loop, address, &connection_events, m, &m->connection);
        if (r < 0) {
                log_error_errno(r, "Failed to connect to %s: %m", address);
                return EXIT_FAILURE;
        }
        r = manager_start_watchdog(m);
        if (r < 0) {
                log_error_errno(r, "Failed to start the watchdog: %m");
                return EXIT_FAILURE;
        }
        r = sd_event_loop(m->event);
        if (r < 0) {
                log_error_errno(r, "The event loop failed: %m");
                return EXIT_FAILURE;
        }
        return r;
}
