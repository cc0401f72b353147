/* SPDX-License-Identifier: MIT */
/* One module as the configuration wants it: its library, its backends, its service. */
#include "module.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "interface-config.h"
#include "log.h"

void module_read_settings(const Config *config, ServiceSettings *ret_settings,
                          QuotaSettings *ret_quota) {
        *ret_settings = (ServiceSettings){
                .max_reply_size = config_get_size(config, NULL, NULL, "MaxReplySize"),
                .max_outstanding = config_get_size(config, NULL, NULL, "MaxOutstanding"),
        };
        *ret_quota = (QuotaSettings){
                .rate = config_get_uint(config, NULL, NULL, "CallRate"),
                .burst = config_get_uint(config, NULL, NULL, "CallBurst"),
                .in_flight = config_get_uint(config, NULL, NULL, "MaxCallsInFlight"),
        };
}

/* Quietly: NULL when it cannot be loaded. */
static const struct fascia_module *find_module(Host *host, const Config *config, const char *name) {
        uint32_t major = (uint32_t)config_get_uint(config, name, NULL, "Version");
        const struct fascia_module_library *library;
        char *reason = NULL;
        int r;

        r = host_load_module(host, name, major, &library, &reason);
        free(reason);
        return r < 0 ? NULL : library->module;
}

int module_configure_all(Host *host, Config *config) {
        const char *name = NULL;

        while ((name = config_next_module(config, name))) {
                const struct fascia_module *module = find_module(host, config, name);

                for (uint32_t i = 0; module && i < module->n_interfaces; i++)
                        if (interface_configure(module_interface(module, i), config) < 0)
                                return -ENOMEM;
        }
        return 0;
}

bool module_is_wanted(Host *host, const Config *config, const char *name) {
        if (!config_get_bool(config, name, NULL, "Enabled"))
                return false;
        return !config_is_redirection(config, name) || find_module(host, config, name);
}

int module_new_host(Loop *loop, const Config *config, bool dev, Host **ret) {
        const HostSettings settings = {
                .plugin_path = config_get_string(config, NULL, NULL, "PluginPath"),
                .module_path = config_get_string(config, NULL, NULL, "ModulePath"),
                .allow_own_plugins = dev,
        };

        int r;

        r = host_new(loop, config, &settings, ret);
        if (r < 0)
                return r;
        /* What a gateway forwards to. */
        r = host_add_plugin(*ret, &backend_dbus);
        if (r < 0)
                *ret = host_free(*ret);
        return r;
}

/* The name that a module would have on the bus, of which nothing else is known: a caller must get
 * an answer. */
static int guess_bus_name(const Config *config, const char *name, char **ret) {
        uint64_t major = config_get_uint(config, name, NULL, "Version");
        const char *prefix = strchr(name, '.') ? "" : "fascia.";
        int r;

        if (isdigit((unsigned char)name[strlen(name) - 1]) && major == 0)
                r = asprintf(ret, "%s%s", prefix, name);
        else
                r = asprintf(ret, "%s%s%u", prefix, name, major > 0 ? (unsigned)major : 1);
        return r < 0 ? -ENOMEM : 0;
}

bool module_has_own_process(const Config *config, const char *name) {
        return strcmp(config_get_string(config, name, NULL, "Process"), "own") == 0;
}

int module_get_bus_name(Host *host, const Config *config, const char *name, char **ret) {
        const struct fascia_module *module = find_module(host, config, name);

        if (!module)
                return guess_bus_name(config, name, ret);
        *ret = strdup(module->bus_name);
        return *ret ? 0 : -ENOMEM;
}

bool module_is_called(Host *host, const Config *config, const char *name, const char *text) {
        char *bus_name;
        bool is_it;

        if (strcmp(name, text) == 0)
                return true;
        if (module_get_bus_name(host, config, name, &bus_name) < 0)
                return false;
        is_it = strcmp(bus_name, text) == 0;
        free(bus_name);
        return is_it;
}

char *module_refuse_process(const Config *config, const char *wanted, const char *name) {
        char *text;
        int r = 0;

        if (!name)
                r = asprintf(&text, "No module '%s' is configured", wanted);
        else if (!module_has_own_process(config, name))
                r = asprintf(&text, "[%s] has no Process=own: fasciad.service serves it", name);
        else
                return NULL;
        return r < 0 ? strdup("no memory") : text;
}

static int module_export_failure(Module *m, Host *host, const Config *config, const char *reason) {
        char *bus_name;
        int r;

        r = guess_bus_name(config, m->name, &bus_name);
        if (r < 0)
                return r;
        r = service_new_failed(host, bus_name, reason, &m->service);
        free(bus_name);
        return r;
}

static bool has_interface(const struct fascia_module *module, const char *name) {
        for (uint32_t i = 0; i < module->n_interfaces; i++)
                if (strcmp(module_interface(module, i)->name, name) == 0)
                        return true;
        return false;
}

/* Sections that name nothing are a mistake of the whole module: which interface was meant? */
char *module_find_stray_interface(const Config *config, const char *name,
                                  const struct fascia_module *module) {
        const char *interface = NULL;
        char *text = NULL;

        while ((interface = config_next_interface(config, name, interface)))
                if (!has_interface(module, interface)) {
                        if (asprintf(&text, "[%s/%s]: the module has no interface '%s'", name,
                                     interface, interface) < 0)
                                return NULL;
                        return text;
                }
        return NULL;
}

int module_apply_access(Module *m, const Config *config, char **reterr_text) {
        const struct fascia_module *module = service_get_module(m->service);
        Access *access;
        int r;

        if (!module)
                return 0;
        r = access_new(module, config, m->name, &access, reterr_text);
        if (r >= 0) {
                service_set_access(m->service, access);
                return 0;
        }
        if (access_new_closed(module, &access) >= 0)
                service_set_access(m->service, access);
        return r;
}

char *module_find_bad_rule(Host *host, const Config *config, const char *name) {
        const struct fascia_module *module = find_module(host, config, name);
        char *text = NULL;
        Access *access;

        if (module && access_new(module, config, name, &access, &text) >= 0)
                access_free(access);
        return text;
}

/* Whether it must not be served; *ret_reason (to be freed) says why, when there is memory for it. */
static bool has_fault(Module *m, const Config *config, const struct fascia_module *module,
                      char **ret_reason) {
        const ConfigProblem *problem = config_module_problem(config, m->name);

        *ret_reason = NULL;
        if (problem) {
                *ret_reason = config_problem_print(problem);
                return true;
        }
        *ret_reason = module_find_stray_interface(config, m->name, module);
        return *ret_reason || module_apply_access(m, config, ret_reason) < 0;
}

static void restart_feature(Module *m, const Config *config, uint32_t i, bool refused,
                            const char *reason) {
        const char *interface = module_interface(service_get_module(m->service), i)->name;

        service_stop(m->service, i);
        if (refused)
                service_refuse(m->service, i, reason ? reason : strerror(ENOMEM));
        else
                service_start(m->service, i,
                              config_get_string(config, m->name, interface, "Backend"),
                              config_get_time(config, m->name, interface, "ReplyTimeout"));
}

void module_restart(Module *m, const Config *config) {
        const struct fascia_module *module = service_get_module(m->service);
        char *reason;
        bool refused;

        if (!module)
                return;
        refused = has_fault(m, config, module, &reason);
        for (uint32_t i = 0; i < module->n_interfaces; i++)
                restart_feature(m, config, i, refused, reason);
        free(reason);
}

void module_restart_feature(Module *m, const Config *config, uint32_t interface) {
        char *reason;
        bool refused;

        refused = has_fault(m, config, service_get_module(m->service), &reason);
        restart_feature(m, config, interface, refused, reason);
        free(reason);
}

/* Where persistent properties are kept: as configured, or where systemd says. NULL: nowhere. */
static const char *find_state_directory(const Config *config) {
        const char *directory = config_get_string(config, NULL, NULL, "StateDirectory");

        if (!*directory)
                directory = secure_getenv("STATE_DIRECTORY");
        return directory && *directory == '/' ? directory : NULL;
}

static int module_keep_state(Module *m, const Config *config) {
        const PersistenceSettings settings = {
                .directory = find_state_directory(config),
                .delay = config_get_time(config, NULL, NULL, "StateDelay"),
        };

        if (!module_is_persistent(service_get_module(m->service)))
                return 0;
        if (settings.directory)
                return service_set_persistence(m->service, &settings);
        log_module_notice(m->name, "Persistent values are not kept: there is no StateDirectory=");
        return 0;
}

int module_new(Host *host, const Config *config, const char *name, const ServiceSettings *settings,
               Module **ret) {
        const struct fascia_module_library *library;
        char *reason = NULL;
        Module *m;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->name = strdup(name);
        if (!m->name) {
                free(m);
                return -ENOMEM;
        }
        r = host_load_module(host, name, (uint32_t)config_get_uint(config, name, NULL, "Version"),
                             &library, &reason);
        if (r < 0)
                r = module_export_failure(m, host, config, reason ? reason : strerror(-r));
        else
                r = service_new(host, library, settings, &m->service);
        free(reason);
        if (r >= 0 && service_get_module(m->service))
                r = module_keep_state(m, config);
        if (r < 0) {
                module_free(m);
                return r;
        }
        module_restart(m, config);
        *ret = m;
        return 0;
}

/* ---- faults ---- */

void module_set_fault(Module *module, const char *format, ...) {
        va_list ap;

        service_detach(module->service);
        module->awaits_name = false;
        free(module->fault);
        va_start(ap, format);
        if (vasprintf(&module->fault, format, ap) < 0)
                module->fault = NULL;
        va_end(ap);
}

const char *module_get_error(const Module *module) {
        return module->fault ? module->fault : service_get_error(module->service);
}

void module_log(Module *module) {
        const char *error = module_get_error(module);

        if (error && (!module->logged || strcmp(module->logged, error) != 0))
                log_module_error(module->name, "%s", error);
        else if (!error && module->logged && !service_is_syncing(module->service))
                log_module_info(module->name, "Works again");
        else
                return;
        free(module->logged);
        module->logged = error ? strdup(error) : NULL;
}

/* ---- the end ---- */

Module *module_free(Module *m) {
        if (!m)
                return NULL;
        subscription_free(m->name_watch);
        service_free(m->service);
        free(m->logged);
        free(m->fault);
        free(m->name);
        free(m);
        return NULL;
}
