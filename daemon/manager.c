/* SPDX-License-Identifier: MIT */
/* Owns all that fasciad runs: the loop, the configuration, the connection and one service for each
 * module. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "log.h"
#include "manager-private.h"

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
        if (m->is_refused)
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

void manager_report(Manager *m) {
        for (Module *module = m->modules; module; module = module->next)
                module_log(module);
        if (connection_is_open(m->connection))
                manager_tell_status(m);
        manager_object_update(m->object);
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

void manager_exit(Manager *m, int status) {
        sd_event_exit(m->event, status);
}

static void log_problem(const ConfigProblem *p) {
        char *text = config_problem_print(p);

        log_error("%s", text ? text : p->text);
        free(text);
}

void manager_log_problems(const Config *config) {
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

void manager_apply_limits(Manager *m) {
        QuotaSettings quota;

        log_set_level((int)config_get_uint(m->config, NULL, NULL, "LogLevel"));
        module_read_settings(m->config, &m->limits, &quota);
        m->limits.quota = m->quota;
        m->limits.callers = m->callers;
        m->limits.penalty = m->penalty;
        if (m->quota)
                quota_set(m->quota, &quota);
        for (Module *module = m->modules; module; module = module->next)
                service_set(module->service, &m->limits);
        if (m->is_ready)
                idle_set(m->idle, config_get_time(m->config, NULL, NULL, "IdleExit"));
}

Module *manager_find_module(Manager *m, const char *name) {
        for (Module *module = m->modules; module; module = module->next)
                if (strcmp(module->name, name) == 0)
                        return module;
        return NULL;
}

void manager_own(Manager *m, Module *module) {
        module->owner = m;
        service_watch(module->service, on_service_state, m);
}

int manager_add_module(Manager *m, const char *name, Module **ret) {
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

bool manager_wants(Manager *m, const char *name) {
        if (!module_is_wanted(m->host, m->config, name))
                return false;
        /* Where a module is served does not change while it is. */
        if (manager_find_module(m, name))
                return true;
        if (m->settings.module)
                return module_is_called(m->host, m->config, name, m->settings.module);
        return !module_has_own_process(m->config, name);
}

static int manager_add_modules(Manager *m) {
        const char *name = NULL;
        int r;

        while ((name = config_next_module(m->config, name))) {
                if (!manager_wants(m, name))
                        continue;
                r = manager_add_module(m, name, NULL);
                if (r < 0)
                        return log_error_errno(r, "Failed to serve '%s': %m", name);
        }
        return 0;
}

/* Whether the one module that this process is for is there, and not another's. */
static bool manager_has_its_module(Manager *m) {
        char *reason;

        if (!m->settings.module)
                return true;
        reason = module_refuse_process(m->config, m->settings.module,
                                       m->modules ? m->modules->name : NULL);
        if (!reason)
                return true;
        log_error("%s", reason);
        free(reason);
        return false;
}

/* ---- watchdog ---- */

/* A connection that is neither open nor being made would be a service that lives and serves nobody. */
static bool is_alive(void *userdata) {
        Manager *m = userdata;

        if (!connection_is_dead(m->connection))
                return true;
        log_error("The connection to %s is dead, giving up", connection_get_address(m->connection));
        manager_exit(m, EXIT_FAILURE);
        return false;
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
        (void)source;
        (void)si;
        (void)manager_reload_and_tell(userdata); /* it has said why not */
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

static void on_log_control(void *userdata) {
        const Manager *m = userdata;

        manager_object_update(m->object);
}

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
                r = penalty_new(m->loop, &m->penalty);
        if (r >= 0)
                r = callers_new(m->loop, &m->callers);
        if (r >= 0)
                r = idle_new(m->loop, m->callers, manager_on_idle, m, &m->idle);
        if (r >= 0)
                r = loop_timer_new(m->loop, manager_on_leave_limit, m, &m->leave_limit);
        if (r >= 0)
                r = watchdog_new(m->loop, is_alive, m, &m->watchdog);
        if (r >= 0)
                r = module_new_host(m->loop, config, settings->dev, &m->host);
        if (r >= 0)
                r = manager_object_new(m, &m->object);
        if (r >= 0)
                r = log_control_new(m->callers, on_log_control, m, &m->log_control);
        if (r >= 0)
                r = manager_add_signals(m);
        if (r < 0) {
                manager_free(m);
                return r;
        }
        m->since = loop_now(m->loop);
        manager_apply_limits(m);
        *ret = m;
        return 0;
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        m->is_stopping = true;
        if (m->watchdog)
                watchdog_begin_wait(m->watchdog);
        while (m->modules) {
                Module *next = m->modules->next;

                module_free(m->modules);
                m->modules = next;
        }
        manager_object_free(m->object);
        log_control_free(m->log_control);
        idle_free(m->idle);
        callers_free(m->callers);
        penalty_free(m->penalty);
        pending_reply_free(m->last_word);
        loop_timer_free(m->leave_limit);
        if (m->connection)
                connection_close(m->connection);
        connection_unref(m->connection);
        host_free(m->host);
        watchdog_free(m->watchdog);
        quota_free(m->quota);
        if (m->is_report_due)
                loop_unpost(m->loop, m);
        loop_unref(m->loop);
        sd_event_unref(m->event);
        config_free(m->config);
        free(m->refusal);
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
        watchdog_begin_wait(m->watchdog);
        r = manager_add_modules(m);
        watchdog_end_wait(m->watchdog);
        if (r < 0)
                return EXIT_FAILURE;
        if (!manager_has_its_module(m))
                return EX_CONFIG;
        log_other_problems(m);
        r = manager_connect(m, address);
        if (r < 0) {
                log_error_errno(r, "Failed to connect to %s: %m", address);
                return EXIT_FAILURE;
        }
        watchdog_start(m->watchdog);
        r = sd_event_loop(m->event);
        if (r < 0) {
                log_error_errno(r, "The event loop failed: %m");
                return EXIT_FAILURE;
        }
        return r;
}
