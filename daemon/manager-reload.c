/* SPDX-License-Identifier: MIT */
/* A new configuration while the service runs: what has changed is changed, all else stays as it is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "log.h"
#include "manager-private.h"

static bool needs_restart(const Config *old, const Config *new) {
        static const char *const keys[] = { "Address", "PluginPath", "ModulePath",
                                            "StateDirectory" };

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
                if (name && manager_wants(m, name)) {
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

                if (!manager_wants(m, name))
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

static void take_text(char **reterr_text, const char *text) {
        if (!*reterr_text)
                *reterr_text = strdup(text);
}

/* How many modules have a rule that cannot be: each is logged. */
static unsigned manager_log_bad_rules(Manager *m, const Config *config, char **reterr_text) {
        const char *name = NULL;
        unsigned n = 0;

        while ((name = config_next_module(config, name))) {
                char *text = module_find_bad_rule(m->host, config, name);

                if (!text)
                        continue;
                log_module_error(name, "%s", text);
                take_text(reterr_text, text);
                free(text);
                n++;
        }
        return n;
}

/* systemd has to know it, too: what starts a module follows from it. */
static void manager_log_moves(const Manager *m, const Config *new) {
        for (const Module *module = m->modules; module; module = module->next)
                if (module_has_own_process(m->config, module->name) !=
                    module_has_own_process(new, module->name))
                        log_module_notice(
                                module->name,
                                "Process= takes effect after 'systemctl daemon-reload' and a restart");
}

/* How many faults it has: each is logged, the first is kept. */
static unsigned manager_log_faults(Manager *m, const Config *config, char **reterr_text) {
        const ConfigProblem *p = config_problems(config, 0);
        unsigned n;

        manager_log_problems(config);
        if (p)
                *reterr_text = config_problem_print(p);
        n = manager_log_bad_rules(m, config, reterr_text);
        return n + (p != NULL);
}

/* The new configuration, as far as it has no faults. */
static int manager_load(Manager *m, Config **ret, char **reterr_text) {
        Config *new;
        int r;

        r = m->settings.load_config(&new, reterr_text, m->settings.userdata);
        if (r >= 0)
                r = manager_prepare(m, new);
        if (r < 0) {
                log_error("%s", *reterr_text ? *reterr_text : strerror(-r));
                return r;
        }
        if (manager_log_faults(m, new, reterr_text) == 0) {
                *ret = new;
                return 0;
        }
        config_free(new);
        return -EBADMSG;
}

/* error 0: it is taken. */
static void manager_keep_refusal(Manager *m, int error, const char *reason) {
        free(m->refusal);
        m->refusal = NULL;
        m->is_refused = error < 0;
        if (error < 0 && asprintf(&m->refusal,
                                  "The new configuration was refused, and the one before stays in "
                                  "effect: %s",
                                  reason ? reason : strerror(-error)) < 0)
                m->refusal = NULL;
}

int manager_reload(Manager *m) {
        char *reason = NULL;
        Config *new = NULL, *old;
        int r;

        r = manager_load(m, &new, &reason);
        manager_keep_refusal(m, r, reason);
        free(reason);
        if (r < 0) {
                log_error("The new configuration has faults: the one before stays in effect");
                return r;
        }
        if (needs_restart(m->config, new))
                log_notice("Address, PluginPath, ModulePath and StateDirectory take effect only "
                           "after a restart");
        manager_log_moves(m, new);
        old = m->config;
        m->config = new;
        host_set_config(m->host, new);
        manager_apply(m, old);
        config_free(old);
        log_info("The configuration has been read again");
        return 0;
}

int manager_reload_and_tell(Manager *m) {
        int r;

        if (!m->is_ready)
                return manager_reload(m); /* READY=1 comes with the names */
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, loop_now(m->loop));
        r = manager_reload(m);
        manager_report(m);
        sd_notify(0, "READY=1");
        return r;
}
